//! What views show as SQL over the lake's tables: frames, objects, places, samples, what is kept, and two sets side by side.

use super::{
    BoxOrder, BoxQuery, ExportScope, Session, SessionError, Sort, SqlText,
    find::wrong_filter,
    sql::{order, quoted, unsaid},
};
use crate::{
    catalog::FrameTable,
    filter::{Filter, FrameColumns as _, NoSql, SqlParts, metric_name, objects_sql, sql_parts, sql_parts_of_two},
};

/// Frames that a statement names one by one at most; more are for a file.
const MOST_NAMED: usize = 5000;

/// What is to be said in SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlView {
    /// Frames that a filter matches, in an order.
    Frames(String, Option<Sort>),
    /// Objects on the frames that a filter matches.
    Objects(String, BoxQuery),
    /// Where the frames that a filter matches were taken, with a metric beside.
    Track(String, Option<String>),
    /// Readings of metrics of a recording from one time to another, ns UTC; its frames where no metric is named.
    Samples {
        /// The recording.
        recording: String,
        /// The metrics.
        metrics: Vec<String>,
        /// First and last time, ns UTC.
        span: (i64, i64),
    },
    /// Frames of a filter, of a saved view as it shows them, or of a selection.
    Scope(ExportScope),
    /// Counts of two scopes, a row for each.
    Compare(ExportScope, ExportScope),
}

impl Session {
    /// What a view shows as one statement over the lake's tables.
    ///
    /// # Errors
    /// A filter cannot be used, a part of it cannot be said in SQL, or there is no such view or selection.
    pub fn sql_view(&self, table: &FrameTable, view: &SqlView) -> Result<SqlText, SessionError> {
        match view {
            SqlView::Frames(filter, sort) => self.sql(table, filter, sort.as_ref()),
            SqlView::Objects(filter, query) => objects(table, filter, query),
            SqlView::Track(filter, metric) => track(table, filter, metric.as_deref()),
            SqlView::Samples { recording, metrics, span } => Ok(samples(recording, metrics, *span)),
            SqlView::Scope(ExportScope::Filter(filter)) => self.sql(table, filter, None),
            SqlView::Scope(ExportScope::View(name)) => {
                let rule = self.view(name)?.rule;
                match rule.grid() {
                    Ok(Some(grid)) if grid.objects => objects(table, &rule.filter, &grid.query),
                    _ => self.sql(table, &rule.filter, rule.sort.as_ref()),
                }
            }
            SqlView::Scope(scope) => {
                let condition = self.one_by_one(table, scope)?;
                let parts = SqlParts { condition, ..SqlParts::default() };
                let sql = format!("{}\nORDER BY {};", parts.select("*"), order(table, None)?);
                Ok(SqlText { sql, notes: parts.notes })
            }
            SqlView::Compare(a, b) => self.compared(table, [a, b]),
        }
    }

    fn compared(&self, table: &FrameTable, scopes: [&ExportScope; 2]) -> Result<SqlText, SessionError> {
        let mut filters = Vec::with_capacity(2);
        let mut named = [None, None];
        for (scope, named) in scopes.into_iter().zip(&mut named) {
            let text = match scope {
                ExportScope::Filter(filter) => filter.clone(),
                ExportScope::View(name) => self.view(name)?.rule.filter,
                ExportScope::Selection(_) | ExportScope::Frames(_) => {
                    *named = Some(self.one_by_one(table, scope)?);
                    String::new()
                }
            };
            filters.push((Filter::parse(&text).map_err(|error| wrong_filter(&error, &text))?, text));
        }
        let [(a, a_text), (b, b_text)] = filters.as_slice() else {
            return Err(SessionError::Failed("two sides are compared".to_owned()));
        };
        // Each by itself first: a mistake is told with the text that it is in.
        sql_parts(a, table).map_err(|error| unsaid(error, a_text))?;
        let parts = sql_parts_of_two([a, b], table).map_err(|error| unsaid(error, b_text))?;
        let (with, notes) = (parts[0].with.clone(), parts[0].notes.clone());
        let sides = ["a", "b"].into_iter().zip(parts).zip(named).map(|((name, parts), named)| {
            let condition = named.unwrap_or(parts.condition);
            let frames = SqlParts { condition, ..SqlParts::default() };
            format!(
                "SELECT '{name}' AS side, count(*) AS frames, count(DISTINCT recording) AS recordings, \
                 count(DISTINCT recording || '/' || camera) AS footages, coalesce(sum(labels), 0) AS labels\n\
                 FROM ({}) AS side_{name}",
                frames.select("\"recording\", \"camera\", \"labels\"")
            )
        });
        let sql = format!("{with}{}\nORDER BY side;", sides.collect::<Vec<_>>().join("\nUNION ALL\n"));
        Ok(SqlText { sql, notes })
    }

    /// A condition that names the frames of a scope.
    fn one_by_one(&self, table: &FrameTable, scope: &ExportScope) -> Result<String, SessionError> {
        let (rows, _) = self.scope(table, scope)?;
        if rows.len() > MOST_NAMED {
            return Err(SessionError::Usage(format!(
                "{} frames one by one make no statement: export them, or find them with a filter",
                rows.len()
            )));
        }
        let named = |row: &u32| format!("'{}'", table.frame_id(*row as usize).to_string().replace('\'', "''"));
        Ok(match rows.as_slice() {
            [] => "FALSE".to_owned(),
            rows => format!("frame_id IN ({})", rows.iter().map(named).collect::<Vec<_>>().join(", ")),
        })
    }
}

fn parts(table: &FrameTable, filter: &str) -> Result<SqlParts, SessionError> {
    let parsed = Filter::parse(filter).map_err(|error| wrong_filter(&error, filter))?;
    sql_parts(&parsed, table).map_err(|error| unsaid(error, filter))
}

fn objects(table: &FrameTable, filter: &str, query: &BoxQuery) -> Result<SqlText, SessionError> {
    let frames = parts(table, filter)?;
    let wanted = objects_sql(table, &query.classes, &query.condition).map_err(|error| match error {
        NoSql::Filter(error) => wrong_filter(&error, &query.condition),
        error @ NoSql::Unsaid { .. } => unsaid(error, &query.condition),
    })?;
    let direction = if query.descending { " DESC" } else { "" };
    let lake = Sort { column: "recording".to_owned(), descending: query.descending };
    let first = match query.order {
        BoxOrder::Recording => None,
        BoxOrder::Time => Some("\"timestamp_ns\""),
        BoxOrder::Score => Some("\"score\""),
        BoxOrder::Size => Some("\"w\" * \"h\""),
        BoxOrder::Track => Some("\"track_id\""),
    };
    let order = match first {
        None => order(table, Some(&lake))?,
        Some(first) => format!("{first}{direction} NULLS LAST, {}", order(table, None)?),
    };
    let of_frames = SqlParts { with: String::new(), ..frames.clone() };
    let sql = format!(
        "{}SELECT f.*, l.class, l.x, l.y, l.w, l.h, l.score, l.track_id, l.attributes\n\
         FROM (SELECT * FROM labels WHERE {wanted}) AS l\n\
         JOIN ({}) AS f ON f.frame_id = l.frame_id\nORDER BY {order};",
        frames.with,
        of_frames.select("\"frame_id\", \"recording\", \"camera\", \"frame_idx\", \"timestamp_ns\"")
    );
    Ok(SqlText { sql, notes: frames.notes })
}

fn track(table: &FrameTable, filter: &str, metric: Option<&str>) -> Result<SqlText, SessionError> {
    let Some(position) = table.position() else {
        return Err(SessionError::Usage(
            "this lake has no positions: name their metrics in lake.toml, under [position]".to_owned(),
        ));
    };
    let mut frames = parts(table, filter)?;
    let place = [&*position.latitude, &*position.longitude].map(|name| quoted(&metric_name(name)));
    let beside = metric.map(|name| quoted(&metric_name(name))).filter(|name| !place.contains(name));
    let columns: Vec<String> = ["frame_id", "recording", "camera", "frame_idx", "timestamp_ns"].map(quoted).into();
    let columns: Vec<String> = columns.into_iter().chain(place.clone()).chain(beside).collect();
    let mut conditions = place.map(|name| format!("{name} IS NOT NULL")).to_vec();
    if !frames.condition.is_empty() {
        conditions.insert(0, format!("({})", frames.condition));
    }
    frames.condition = conditions.join(" AND ");
    let sql = format!("{}\nORDER BY {};", frames.select(&columns.join(", ")), order(table, None)?);
    Ok(SqlText { sql, notes: frames.notes })
}

fn samples(recording: &str, metrics: &[String], (from, to): (i64, i64)) -> SqlText {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let within = format!("recording = {} AND timestamp_ns BETWEEN {from} AND {to}", text(recording));
    let sql = if metrics.is_empty() {
        format!("SELECT frame_id, camera, timestamp_ns FROM frames\nWHERE {within}\nORDER BY timestamp_ns, frame_id;")
    } else {
        let metrics: Vec<String> = metrics.iter().map(|metric| text(metric)).collect();
        format!(
            "SELECT metric, timestamp_ns, value, value_text FROM samples\nWHERE {within} AND metric IN ({})\n\
             ORDER BY metric, timestamp_ns;",
            metrics.join(", ")
        )
    };
    SqlText { sql, notes: Vec::new() }
}
