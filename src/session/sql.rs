//! A filter as SQL, to be taken to another tool.

use serde::Serialize;

use super::{Session, SessionError, Sort, find::wrong_filter};
use crate::{
    catalog::FrameTable,
    export,
    filter::{Filter, NoSql, sql_of},
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
        let written = sql_of(&parsed, table).map_err(|error| match error {
            NoSql::Filter(error) => wrong_filter(&error, filter),
            unsaid @ NoSql::Unsaid { .. } => SessionError::Usage(unsaid.to_string()),
        })?;
        let mut sql = written.text;
        if let Some(sort) = sort {
            export::frame_columns(table, Some(std::slice::from_ref(&sort.column)))?;
            if sort.column.starts_with("labels.") || matches!(sort.column.as_str(), "store" | "damaged" | "tags") {
                return Err(SessionError::Usage(format!(
                    "the order by `{}` cannot be said in SQL: `frames` has no such column",
                    sort.column
                )));
            }
            let direction = if sort.descending { " DESC" } else { "" };
            let column = sort.column.replace('"', "\"\"");
            sql.extend(["\nORDER BY \"", &column, "\"", direction, " NULLS LAST"]);
        }
        sql.push(';');
        Ok(SqlText { sql, notes: written.notes })
    }
}
