//! A filter as SQL, to be taken to another tool.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Session, SessionError, Sort, SortColumn, find::wrong_filter};
use crate::{
    catalog::FrameTable,
    filter::{Filter, FrameColumns as _, NoSql, metric_name, sql_of},
    lake::natural_cmp,
    model::Column,
};

/// One statement and what to know about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SqlText {
    /// The statement, over the tables `frames`, `recordings` and `labels`.
    pub sql: String,
    /// Where an engine may differ from the filter in the last digit.
    pub notes: Vec<&'static str>,
}

impl Session {
    /// The filter and the order as SQL over the tables `frames`, `recordings` and `labels`.
    ///
    /// # Errors
    /// The filter or the order cannot be used, or a part of the filter cannot be said in SQL: which, and why.
    pub fn sql(&self, table: &FrameTable, filter: &str, sort: Option<&Sort>) -> Result<SqlText, SessionError> {
        let parsed = Filter::parse(filter).map_err(|error| wrong_filter(&error, filter))?;
        let written = sql_of(&parsed, table).map_err(|error| unsaid(error, filter))?;
        let mut sql = written.text;
        sql += "\nORDER BY ";
        sql += &order(table, sort)?;
        sql.push(';');
        Ok(SqlText { sql, notes: written.notes })
    }
}

/// Why a filter has no SQL, as it is told.
pub(super) fn unsaid(error: NoSql, filter: &str) -> SessionError {
    match error {
        NoSql::Filter(error) => wrong_filter(&error, filter),
        unsaid @ NoSql::Unsaid { .. } => SessionError::Usage(unsaid.to_string()),
    }
}

/// The order of frames as SQL. It ends in the lake's own order, so that frames which are equal come as they do elsewhere.
pub(super) fn order(table: &FrameTable, sort: Option<&Sort>) -> Result<String, SessionError> {
    let mut recordings: Vec<&str> = table.footages().iter().map(|footage| &*footage.recording).collect();
    recordings.dedup();
    let mut cameras: Vec<&str> = table.footages().iter().map(|footage| &*footage.camera).collect();
    cameras.sort_by(|a, b| natural_cmp(a, b));
    cameras.dedup();
    let camera = ranked("camera", &cameras);
    let default = [ranked("recording", &recordings), camera.clone(), "\"frame_idx\"".to_owned()];
    let Some(sort) = sort else { return Ok(default.join(", ")) };
    let direction = if sort.descending { " DESC" } else { "" };
    let first = match SortColumn::of(table, &sort.column)? {
        // This order is the lake's own, from one end or the other.
        SortColumn::Lake => {
            return Ok(default.map(|part| part + direction).join(", "));
        }
        SortColumn::Camera => camera,
        SortColumn::Time => quoted("timestamp_ns"),
        SortColumn::FrameIdx => quoted("frame_idx"),
        SortColumn::Labels => quoted("labels"),
        SortColumn::Class(_) => {
            return Err(SessionError::Usage(format!(
                "the order by `{}` cannot be said in SQL: `frames` has no such column",
                sort.column
            )));
        }
        SortColumn::Metric(metric) => {
            let name = metric_name(&metric.name);
            match &*table.metric(&metric.name).map_err(SessionError::Failed)? {
                Column::Text { words, .. } => {
                    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
                    words.sort_by(|a, b| natural_cmp(a, b));
                    ranked(&name, &words)
                }
                _ => quoted(&name),
            }
        }
    };
    Ok(format!("{first}{direction} NULLS LAST, {}", default.join(", ")))
}

/// A column whose values stand in this order. Engines order text by its bytes; where that is another order, the place of
/// each value is written out.
fn ranked(column: &str, values: &[&str]) -> String {
    if values.is_sorted() {
        return quoted(column);
    }
    let mut text = format!("CASE {}", quoted(column));
    for (place, value) in values.iter().enumerate() {
        let _ = write!(text, " WHEN '{}' THEN {place}", value.replace('\'', "''"));
    }
    text + " END"
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_out_where_bytes_stand_otherwise() {
        assert_eq!(ranked("camera", &["front", "rear"]), "\"camera\"");
        let told = ranked("a\"b", &["d2", "d10", "it's"]);
        assert_eq!(told, "CASE \"a\"\"b\" WHEN 'd2' THEN 0 WHEN 'd10' THEN 1 WHEN 'it''s' THEN 2 END");
    }
}
