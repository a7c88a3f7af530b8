//! Questions about detection events on an engine: which tables it needs, and what its rows mean.

use std::{path::Path, sync::Arc, time::Instant};

use polars::prelude::{Column, DataFrame, DataType, PolarsError};

use super::{Engine, EngineError, Table, Tables};
use crate::{
    analytics::{
        AnalyticsError, CountsBy, EventCounts, LocationEvents, OnError, PassedOver, Scope, Stages, TopItems, TopQuery,
        Unmet, refuse_if_all_bad,
        tree::{
            Tree,
            top::{
                COUNT, DIFFERENT, EVENTS, GROUPS, ITEM, KEPT, KNOWN, LOCATIONS, NAME, OTHER_ITEM, OTHER_PLACE, OUTSIDE,
                OUTSIDE_FROM, OUTSIDE_TO, PLACE, RANK, READ, ROW, Shape, WINDOW, WITHOUT_ID, WITHOUT_TIME, counts, met,
                met_of_asked, top, totals,
            },
        },
    },
    formats::{BadRows, EventOptions, EventSet, Locations},
    jobs::Progress,
};

/// What an engine is asked about.
pub struct Asked<'a> {
    /// A file of events, a folder of them, or a pattern.
    pub detections: &'a Path,
    /// The table of locations.
    pub locations: &'a Locations,
    /// The question.
    pub query: &'a TopQuery,
    /// How files are read.
    pub options: &'a EventOptions,
    /// What happens with files that cannot be read.
    pub on_error: OnError,
    /// How the work is cut.
    pub shape: Shape,
}

impl Asked<'_> {
    /// The files, as the kernel would find them.
    fn open(&self, progress: &Progress) -> Result<EventSet, AnalyticsError> {
        self.query.check()?;
        let root = self.options.root.as_deref();
        let found = EventSet::find_within(self.detections, root, &|| !progress.is_cancelled());
        progress.check()?;
        let mut set = found?;
        if self.on_error == OnError::Fail && !set.refused.is_empty() {
            return Err(set.refused.swap_remove(0).1.into());
        }
        if set.files == 0 && set.refused.is_empty() {
            return Err(AnalyticsError::NoEvents { path: self.detections.to_owned() });
        }
        Ok(set)
    }

    /// The table of locations as rows, with their order told.
    fn rows_of_locations(&self) -> Result<DataFrame, PolarsError> {
        let count = self.locations.oids.len();
        let rows: Vec<i64> = (0..).take(count).collect();
        let names: Vec<Option<&str>> = self.locations.names.iter().map(Option::as_deref).collect();
        DataFrame::new(
            count,
            vec![
                Column::new(ROW.into(), rows),
                Column::new(PLACE.into(), self.locations.oids.clone()),
                Column::new(NAME.into(), names),
            ],
        )
    }
}

/// Columns of an answer by their names.
struct Answer<'a> {
    engine: &'a dyn Engine,
    frame: DataFrame,
}

impl Answer<'_> {
    fn wrong(&self, error: &PolarsError) -> AnalyticsError {
        EngineError::Answer { engine: self.engine.name(), what: error.to_string() }.into()
    }

    fn maybe_numbers(&self, name: &str) -> Result<Vec<Option<i64>>, AnalyticsError> {
        // Engines answer with narrower numbers where all of a column's values are written in the question.
        let column = self.frame.column(name).and_then(|column| column.strict_cast(&DataType::Int64));
        let column = column.map_err(|error| self.wrong(&error))?;
        let numbers = column.i64().map_err(|error| self.wrong(&error))?;
        Ok(numbers.iter().collect())
    }

    /// Values of a column that has one in every row: a gap left out would shift the rows behind it.
    fn whole<T>(&self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Result<Vec<T>, AnalyticsError> {
        let values: Option<Vec<T>> = values.into_iter().collect();
        values.ok_or_else(|| {
            let what = format!("the column {name} has gaps");
            EngineError::Answer { engine: self.engine.name(), what }.into()
        })
    }

    fn numbers(&self, name: &str) -> Result<Vec<i64>, AnalyticsError> {
        self.whole(name, self.maybe_numbers(name)?)
    }

    fn ranks(&self) -> Result<Vec<i32>, AnalyticsError> {
        let column = self.frame.column(RANK).and_then(|column| column.i32()).map_err(|error| self.wrong(&error))?;
        self.whole(RANK, column.iter())
    }

    fn items(&self) -> Result<Vec<Arc<str>>, AnalyticsError> {
        self.whole(ITEM, self.texts(ITEM)?)
    }

    /// Texts; equal neighbours share one.
    fn texts(&self, name: &str) -> Result<Vec<Option<Arc<str>>>, AnalyticsError> {
        let column = self.frame.column(name).and_then(|column| column.str()).map_err(|error| self.wrong(&error))?;
        let mut last: Option<Arc<str>> = None;
        let shared = column.iter().map(|text| {
            let text = text?;
            if last.as_deref() != Some(text) {
                last = Some(Arc::from(text));
            }
            last.clone()
        });
        Ok(shared.collect())
    }
}

fn ask<'a>(
    engine: &'a dyn Engine,
    tree: &Tree,
    tables: &Tables<'_>,
    progress: &Progress,
) -> Result<Answer<'a>, AnalyticsError> {
    let frame = engine.query(tree, tables, progress)?;
    Ok(Answer { engine, frame })
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// What became of the events, and where they are: one more question.
fn tell_totals(
    engine: &dyn Engine,
    asked: &Asked<'_>,
    by: CountsBy,
    tables: &Tables<'_>,
    set: &EventSet,
    progress: &Progress,
) -> Result<(Stages, Vec<LocationEvents>), AnalyticsError> {
    progress.stage("Counting what was left out");
    let began = Instant::now();
    let answer = ask(engine, &totals(asked.query, by), tables, progress)?;
    let first =
        |name: &str| Ok::<u64, AnalyticsError>(answer.numbers(name)?.first().map_or(0, |value| unsigned(*value)));
    let time = |name: &str| Ok::<_, AnalyticsError>(answer.maybe_numbers(name)?.first().copied().flatten());
    let (read, different, kept) = (first(READ)?, first(DIFFERENT)?, first(KEPT)?);
    let bad_rows = match set.rows() {
        Some(_) => BadRows::default(),
        None => engine.bad_rows(set, asked.options, progress)?,
    };
    let mut stages = Stages {
        // Where the files do not tell how many rows they have, those that are no events were counted apart.
        read: set.rows().unwrap_or_else(|| read.saturating_add(bad_rows.total())),
        bad_rows,
        incomplete: different.saturating_sub(kept),
        null_ids: if asked.query.dedup { first(WITHOUT_ID)? } else { 0 },
        duplicates: read.saturating_sub(different),
        passed_over: PassedOver {
            other_locations: first(OTHER_PLACE)?,
            other_items: first(OTHER_ITEM)?,
            without_time: first(WITHOUT_TIME)?,
            outside_span: first(OUTSIDE)?,
            times_outside: time(OUTSIDE_FROM)?.zip(time(OUTSIDE_TO)?),
        },
        groups: first(GROUPS)?,
        ..Stages::default()
    };
    let places = answer.maybe_numbers(PLACE)?.into_iter().zip(answer.texts(NAME)?);
    let counts = answer.maybe_numbers(KNOWN)?.into_iter().zip(answer.maybe_numbers(COUNT)?);
    let mut by_location = Vec::new();
    for ((place, name), (known, count)) in places.zip(counts) {
        let (Some(location), Some(count)) = (place, count) else { continue };
        let events = unsigned(count);
        by_location.push(LocationEvents { location, name, known: known.is_some(), events });
        if known.is_some() {
            stages.joined += events;
        } else {
            stages.unmatched += events;
        }
    }
    stages.after_filters = stages.joined + stages.unmatched;
    refuse_if_all_bad(asked.detections, &stages, asked.on_error)?;
    stages.unmet = unmet(engine, asked.query, tables, progress)?;
    stages.ranking = began.elapsed();
    Ok((stages, by_location))
}

/// Names that the question asks for and no event has: a question for those asked for, and one more where some are missing.
fn unmet(
    engine: &dyn Engine,
    query: &TopQuery,
    tables: &Tables<'_>,
    progress: &Progress,
) -> Result<Vec<Unmet>, AnalyticsError> {
    let locations =
        |tree: &Tree| -> Result<Vec<i64>, AnalyticsError> { ask(engine, tree, tables, progress)?.numbers(PLACE) };
    let items = |tree: &Tree| -> Result<Vec<Arc<str>>, AnalyticsError> { ask(engine, tree, tables, progress)?.items() };
    let (mut met_locations, mut met_items) = (Vec::new(), Vec::new());
    if let Some(tree) = met_of_asked(query, PLACE) {
        met_locations = locations(&tree)?;
    }
    if let Some(tree) = met_of_asked(query, ITEM) {
        met_items = items(&tree)?;
    }
    // What is written alike is looked for when there is a reason.
    if query.locations.iter().any(|asked| !met_locations.contains(asked)) {
        met_locations.extend(locations(&met(PLACE, MOST_NAMES))?);
    }
    if query.items.iter().any(|asked| !met_items.iter().any(|item| **item == **asked)) {
        met_items.extend(items(&met(ITEM, MOST_NAMES))?);
    }
    Ok(Unmet::of(query, &met_locations, &met_items))
}

/// Names that likeness is looked for among.
const MOST_NAMES: u32 = 10_000;

/// The top items of events, worked out by an engine; else as [`crate::analytics::top`]. What became of the events costs one
/// more question, and one over text files to count their rows that are no events.
///
/// # Errors
/// [`AnalyticsError`] as of the kernel, and when the engine gives no answer.
pub fn top_on(engine: &dyn Engine, asked: &Asked<'_>, progress: &Progress) -> Result<TopItems, AnalyticsError> {
    let set = asked.open(progress)?;
    let began = Instant::now();
    let (scope, windowed) = (asked.query.scope, asked.query.window.is_some());
    let by = CountsBy { location: scope == Scope::Location, item: true };
    let rows = asked.rows_of_locations().map_err(|error| own(engine, &error))?;
    let tables = [(EVENTS, Table::Events { set: &set, options: asked.options }), (LOCATIONS, Table::Rows(&rows))];
    let answer = ask(engine, &top(asked.query, asked.shape), &tables, progress)?;
    let counting = began.elapsed();
    let mut top =
        TopItems { scope, windowed, ranks: answer.ranks()?, counts: answer.numbers(COUNT)?, ..TopItems::default() };
    if by.location {
        top.locations = answer.numbers(PLACE)?;
        top.location_names = answer.texts(NAME)?;
    }
    if windowed {
        top.windows_ns = answer.numbers(WINDOW)?;
    }
    top.items = answer.items()?;
    let (stages, by_location) = tell_totals(engine, asked, by, &tables, &set, progress)?;
    top.stages = Stages { rows_out: top.ranks.len() as u64, counting, ..stages };
    top.by_location = by_location;
    top.skipped = set.refused;
    top.notes = set.notes;
    Ok(top)
}

/// Counts of events, worked out by an engine; else as [`crate::analytics::event_counts`].
///
/// # Errors
/// As [`top_on`].
pub fn counts_on(
    engine: &dyn Engine,
    asked: &Asked<'_>,
    by: CountsBy,
    progress: &Progress,
) -> Result<EventCounts, AnalyticsError> {
    let set = asked.open(progress)?;
    let began = Instant::now();
    let windowed = asked.query.window.is_some();
    let rows = asked.rows_of_locations().map_err(|error| own(engine, &error))?;
    let tables = [(EVENTS, Table::Events { set: &set, options: asked.options }), (LOCATIONS, Table::Rows(&rows))];
    let answer = ask(engine, &counts(asked.query, by, asked.shape), &tables, progress)?;
    let counting = began.elapsed();
    let mut counted = EventCounts { by, windowed, counts: answer.numbers(COUNT)?, ..EventCounts::default() };
    if by.location {
        counted.locations = answer.numbers(PLACE)?;
    }
    if by.item {
        counted.items = answer.items()?;
    }
    if windowed {
        counted.windows_ns = answer.numbers(WINDOW)?;
    }
    let (stages, by_location) = tell_totals(engine, asked, by, &tables, &set, progress)?;
    counted.stages = Stages { rows_out: counted.counts.len() as u64, counting, ..stages };
    counted.by_location = by_location;
    counted.skipped = set.refused;
    counted.notes = set.notes;
    Ok(counted)
}

fn own(engine: &dyn Engine, error: &PolarsError) -> AnalyticsError {
    EngineError::Answer { engine: engine.name(), what: error.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::{super::LocalEngine, *};

    #[test]
    fn gaps_in_an_answer_are_refused() {
        let answer = |ranks: [Option<i32>; 2], items: [Option<&str>; 2]| {
            let columns = vec![Column::new(RANK.into(), ranks), Column::new(ITEM.into(), items)];
            Answer { engine: &LocalEngine, frame: DataFrame::new(2, columns).unwrap() }
        };
        let whole = answer([Some(1), Some(2)], [Some("car"), Some("bus")]);
        assert_eq!(whole.ranks().unwrap(), [1, 2]);
        assert_eq!(whole.items().unwrap(), [Arc::from("car"), Arc::from("bus")]);
        let gaps = answer([None, Some(2)], [Some("car"), None]);
        assert!(gaps.ranks().unwrap_err().to_string().contains("has gaps"));
        assert!(gaps.items().unwrap_err().to_string().contains("has gaps"));
    }
}
