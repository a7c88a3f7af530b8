//! A filter as SQL over the tables `frames`, `recordings`, `footages` and `labels`, for engines that know window functions.
//!
//! Three-valued logic is SQL's own. What differs between engines is written so that all of them agree: numbers are
//! doubles where the filter calculates in doubles, a division by zero and a NaN are null, and orders and offsets of
//! windows are whole nanoseconds. What cannot be said exactly is an error that tells why.

mod condition;
mod in_place;
mod literal;
mod number;
mod objects;
mod over_time;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt::Write as _};

use super::{Filter, FilterError, FrameColumns, attribute_keys, check::check, metric_name};

pub(super) use literal::{quoted_name, quoted_text};
pub use objects::objects_sql;

/// A filter as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    /// One statement, which gives the columns of `frames` for each frame that matches.
    pub text: String,
    /// Where engines may differ from the filter.
    pub notes: Vec<&'static str>,
}

/// Why there is no SQL for a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSql {
    /// The filter itself cannot be used.
    #[error("{0}")]
    Filter(FilterError),
    /// A part of it cannot be said.
    #[error("`{part}` cannot be said in SQL: {why}")]
    Unsaid {
        /// What cannot be said, as a filter spells it.
        part: String,
        /// Why, in half a sentence.
        why: &'static str,
    },
}

impl NoSql {
    fn of(part: impl Into<String>, why: &'static str) -> Self {
        Self::Unsaid { part: part.into(), why }
    }
}

/// Columns that `frames` has in every lake.
const FRAME_COLUMNS: [&str; 7] = ["frame_id", "recording", "camera", "frame_idx", "timestamp_ns", "time", "labels"];
/// Columns that `recordings` has beside the keys of `recording.toml`.
const RECORDING_COLUMNS: [&str; 3] = ["recording", "started_at_ns", "duration_ns"];

const SAME_BUT_CASE: &str = "SQL does not tell apart columns whose names differ in nothing but capital letters";

/// A filter as the parts of a statement that asks `frames` for something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SqlParts {
    /// What stands before `SELECT`; empty where nothing has to.
    pub with: String,
    /// What stands behind `WHERE`, over `frames`; empty where every frame is meant.
    pub condition: String,
    /// As in [`Sql`].
    pub notes: Vec<&'static str>,
}

impl SqlParts {
    /// The statement that gives these columns of `frames`.
    #[must_use]
    pub fn select(&self, columns: &str) -> String {
        let condition = if self.condition.is_empty() { String::new() } else { format!(" WHERE {}", self.condition) };
        format!("{}SELECT {columns} FROM frames{condition}", self.with)
    }
}

/// The filter as SQL; the empty filter asks for every frame.
///
/// # Errors
/// The filter does not fit the lake, or a part of it cannot be said.
pub fn sql_of(filter: &Filter, columns: &dyn FrameColumns) -> Result<Sql, NoSql> {
    let parts = sql_parts(filter, columns)?;
    Ok(Sql { text: parts.select("*"), notes: parts.notes })
}

/// The same in parts.
///
/// # Errors
/// As [`sql_of`].
pub fn sql_parts(filter: &Filter, columns: &dyn FrameColumns) -> Result<SqlParts, NoSql> {
    let mut writer = Writer::new(columns);
    let condition = writer.of_filter(filter)?;
    let with = writer.with();
    Ok(SqlParts { condition: writer.over_frames(condition), with, notes: writer.notes })
}

/// The parts of two filters for one statement: what stands before `SELECT` is the same for both and stands there once.
///
/// # Errors
/// As [`sql_of`].
pub fn sql_parts_of_two(filters: [&Filter; 2], columns: &dyn FrameColumns) -> Result<[SqlParts; 2], NoSql> {
    let mut writer = Writer::new(columns);
    let (first, second) = (writer.of_filter(filters[0])?, writer.of_filter(filters[1])?);
    let with = writer.with();
    let parts = |condition: String| SqlParts {
        with: with.clone(),
        condition: writer.over_frames(condition),
        notes: writer.notes.clone(),
    };
    Ok([parts(first), parts(second)])
}

/// Gathers what stands before the condition: joined columns, and steps that are worked out over many frames.
#[expect(clippy::struct_excessive_bools, reason = "what was met is joined or not, each by itself")]
struct Writer<'a> {
    columns: &'a dyn FrameColumns,
    /// Whether names are those of labels and not of frames.
    of_labels: bool,
    /// Made columns begin with it; no column of the lake does.
    prefix: String,
    made: usize,
    /// Joined columns by what they are.
    known: HashMap<String, String>,
    /// Columns that are added to `frames`, as `expression AS name`, and the joins that they need.
    added: Vec<String>,
    joins: Vec<String>,
    /// Whether `recordings` is joined.
    with_recordings: bool,
    /// Whether `footages` is joined.
    with_footages: bool,
    /// Whether period, stretches and laps of the footages are needed.
    with_clock: bool,
    /// What each step adds to the one before, and the windows it names.
    steps: Vec<(Vec<String>, Option<String>)>,
    notes: Vec<&'static str>,
}

impl<'a> Writer<'a> {
    fn new(columns: &'a dyn FrameColumns) -> Self {
        let mut prefix = "q".to_owned();
        let taken = |prefix: &str| {
            let begins = |name: &str| name.to_lowercase().starts_with(prefix);
            columns.metrics().iter().any(|metric| begins(&metric.name)) && prefix.len() < 64
        };
        while taken(&prefix) {
            prefix.push('_');
        }
        Self {
            columns,
            of_labels: false,
            prefix,
            made: 0,
            known: HashMap::new(),
            added: Vec::new(),
            joins: Vec::new(),
            with_recordings: false,
            with_footages: false,
            with_clock: false,
            steps: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A name for a column that is made.
    fn fresh(&mut self) -> String {
        self.made += 1;
        format!("{}{}", self.prefix, self.made)
    }

    /// Column `column` of the clock under a name that no metric has.
    fn clock(&mut self, column: &str) -> String {
        self.with_clock = true;
        format!("{}_{column}", self.prefix)
    }

    /// Adds a step with these columns; `window` is what it names.
    fn step(&mut self, columns: Vec<String>, window: Option<String>) {
        self.steps.push((columns, window));
    }

    /// The column of a metric, or of a field of a label.
    fn metric(&self, name: &str) -> Result<String, NoSql> {
        if self.of_labels {
            if name.starts_with("attribute.") {
                return Err(NoSql::of(
                    name,
                    "attributes of labels are JSON text, which engines read in different ways",
                ));
            }
            return Ok(quoted_name(name));
        }
        let column = metric_name(name);
        let same = |other: &str| other.to_lowercase() == column.to_lowercase();
        let metrics = self.columns.metrics().iter().filter(|metric| same(&metric_name(&metric.name))).count();
        if metrics > 1 || FRAME_COLUMNS.into_iter().any(same) {
            return Err(NoSql::of(name, SAME_BUT_CASE));
        }
        Ok(quoted_name(&column))
    }

    /// The column with a key of `recording.toml`.
    fn attribute(&mut self, key: &str) -> Result<String, NoSql> {
        let same = |other: &str| other.to_lowercase() == key.to_lowercase();
        let keys = attribute_keys(self.columns).into_iter().filter(|known| same(known)).count();
        if keys > 1 || RECORDING_COLUMNS.into_iter().any(same) {
            return Err(NoSql::of(key, SAME_BUT_CASE));
        }
        self.with_recordings = true;
        Ok(self.add(&format!("attribute {key}"), |_| format!("r.{}", quoted_name(key))))
    }

    /// The column with the store of the footage.
    fn store(&mut self) -> String {
        self.with_footages = true;
        self.add("store", |_| "g.store".to_owned())
    }

    /// A column that is added to `frames`, once.
    fn add(&mut self, what: &str, expression: impl FnOnce(&str) -> String) -> String {
        if let Some(name) = self.known.get(what) {
            return name.clone();
        }
        let name = self.fresh();
        self.added.push(format!("{} AS {name}", expression(&name)));
        self.known.insert(what.to_owned(), name.clone());
        name
    }

    /// The number of labels of a frame that fulfil a condition.
    fn label_count(&mut self, what: &str, condition: &str) -> String {
        if let Some(name) = self.known.get(what) {
            return name.clone();
        }
        let name = self.add(what, |name| format!("coalesce({name}.n, 0)"));
        self.joins.push(format!(
            "LEFT JOIN (SELECT frame_id, count(*) AS n FROM labels WHERE {condition} GROUP BY frame_id) AS {name} \
             ON {name}.frame_id = f.frame_id"
        ));
        name
    }

    /// The condition of a filter; empty where every frame is meant.
    fn of_filter(&mut self, filter: &Filter) -> Result<String, NoSql> {
        let Some(expr) = filter.expr() else { return Ok(String::new()) };
        let predicate = check(expr, self.columns).map_err(NoSql::Filter)?;
        Ok(self.condition(&predicate)?.text)
    }

    /// Whether a condition needs more than the columns of `frames`.
    fn is_plain(&self) -> bool {
        self.added.is_empty() && self.steps.is_empty() && !self.with_clock
    }

    /// A condition as it stands over `frames`.
    fn over_frames(&self, condition: String) -> String {
        if condition.is_empty() || self.is_plain() {
            return condition;
        }
        format!("frame_id IN (SELECT frame_id FROM step_{} WHERE {condition})", self.steps.len())
    }

    /// What stands before `SELECT`.
    fn with(&self) -> String {
        if self.is_plain() {
            return String::new();
        }
        let mut text = "WITH ".to_owned();
        let mut added = self.added.clone();
        let mut joins = String::new();
        if self.with_recordings {
            joins += "\n  LEFT JOIN recordings AS r ON r.recording = f.recording";
        }
        if self.with_footages {
            joins += "\n  LEFT JOIN footages AS g ON g.recording = f.recording AND g.camera = f.camera";
        }
        if self.with_clock {
            text += over_time::CLOCK;
            for column in ["period", "stretch", "lap"] {
                added.push(format!("c.{column} AS {}_{column}", self.prefix));
            }
            joins += "\n  JOIN clock AS c ON c.frame_id = f.frame_id";
        }
        for join in &self.joins {
            let _ = write!(joins, "\n  {join}");
        }
        let _ = write!(
            text,
            "step_0 AS (\n  SELECT f.*{}\n  FROM frames AS f{joins}\n)",
            added.iter().fold(String::new(), |all, column| all + ", " + column)
        );
        for (at, (columns, window)) in self.steps.iter().enumerate() {
            let window = window.as_ref().map_or_else(String::new, |window| format!(" WINDOW {window}"));
            let _ = write!(
                text,
                ", step_{} AS (\n  SELECT s.*, {}\n  FROM step_{at} AS s{window}\n)",
                at + 1,
                columns.join(", ")
            );
        }
        text.push('\n');
        text
    }
}
