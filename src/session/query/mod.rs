//! A person's own SQL over the lake: its tables, running a query, writing what it answers, and the queries that are kept.

mod kept;
mod small;
mod source;
mod tables;
mod values;
mod write;

use std::{ops::Range, path::PathBuf, time::Duration};

use serde::Serialize;

pub use self::values::SqlValues;
pub use crate::{
    analytics::sql::{
        SqlAnswer, SqlCandidate, SqlCandidateKind, SqlColumn, SqlCompletions, SqlError, SqlMistake, SqlSort, SqlStream,
        SqlTable, SqlType, SqlWord,
    },
    catalog::{KeptQuery as SavedQuery, PastQuery},
};

use self::source::LakeTables;
use super::{Session, SessionError, now_ns};
use crate::{analytics::sql, export, jobs::Progress};

/// A query, and how to run it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SqlRequest {
    /// What is asked: one SELECT.
    pub text: String,
    /// The order of the answer, where it is to have another than the text says.
    pub sort: Option<SqlSort>,
    /// Memory that its process may take, bytes; 2 GB when `None`.
    pub memory_bytes: Option<u64>,
    /// Time that it may take; as long as it likes when `None`.
    pub timeout: Option<Duration>,
    /// The first rows only; all when `None`.
    pub limit: Option<u64>,
}

impl SqlRequest {
    /// A query with the usual bounds.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn limits(&self) -> sql::Limits {
        let usual = sql::Limits::default();
        sql::Limits { memory_bytes: self.memory_bytes.unwrap_or(usual.memory_bytes), timeout: self.timeout }
    }
}

/// What a query wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SqlReport {
    /// The query.
    pub query: String,
    /// The file.
    pub out: PathBuf,
    /// Its columns.
    pub columns: Vec<SqlColumn>,
    /// Its rows.
    pub rows: u64,
}

impl Session {
    /// The tables of the lake with their columns and types.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn sql_tables(&self) -> Result<Vec<SqlTable>, SessionError> {
        tables::tables(self)
    }

    /// What can stand at byte `caret` of a query that may be unfinished. Takes the tables, which are the same until the
    /// index changes.
    #[must_use]
    pub fn sql_complete(text: &str, caret: usize, tables: &[SqlTable]) -> SqlCompletions {
        sql::complete(text, caret, tables)
    }

    /// A name as a query writes it: in double quotes where it is no plain word.
    #[must_use]
    pub fn sql_name(name: &str) -> String {
        sql::written_name(name)
    }

    /// The words and signs of a query that may be unfinished, for its colours.
    #[must_use]
    pub fn sql_words(text: &str) -> Vec<(Range<usize>, SqlWord)> {
        sql::words(text)
    }

    /// Looks at a query without running it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn sql_check(text: &str, tables: &[SqlTable]) -> Result<(), SqlMistake> {
        sql::check(text, tables).map(|_| ())
    }

    /// Starts a query; its rows come from the stream that is returned as soon as the columns are known. Dropping the stream
    /// ends the query. It is remembered among those that ran.
    ///
    /// # Errors
    /// [`SqlError`]: the text is at fault, a table cannot be read, or the query came to its bounds.
    pub fn run_sql(&self, request: &SqlRequest, progress: &Progress) -> Result<SqlStream, SqlError> {
        let not_read = |error: SessionError| SqlError::Table(error.to_string());
        let tables = self.sql_tables().map_err(not_read)?;
        // What is no query is not worth remembering.
        sql::check(&request.text, &tables)?;
        if let Ok(kept) = self.kept()
            && let Err(error) = kept.ran_query(request.text.trim(), now_ns())
        {
            log::warn!("the query is not remembered: {error}");
        }
        let source = LakeTables::new(self, progress).map_err(not_read)?;
        let exe = match &self.inner.options.reader_exe {
            Some(exe) => exe.clone(),
            None => std::env::current_exe().map_err(SqlError::Start)?,
        };
        let question = sql::Question { text: &request.text, sort: request.sort.as_ref() };
        SqlStream::start(&exe, question, &tables, source, request.limits(), progress)
    }

    /// An answer that keeps the rows of a stream while they come and after, for scrolling; see [`SqlAnswer::fill`].
    #[must_use]
    pub fn sql_answer(&self, stream: &SqlStream) -> SqlAnswer {
        let beside = self.inner.places.catalog.parent().filter(|folder| folder.is_dir());
        let folder = beside.map_or_else(std::env::temp_dir, std::path::Path::to_path_buf);
        SqlAnswer::new(stream.columns().to_vec(), folder)
    }

    /// Some rows of an answer as texts, as a table shows them; `None` where there is no value.
    ///
    /// # Errors
    /// The rows cannot be read back.
    pub fn sql_rows(answer: &SqlAnswer, rows: Range<usize>) -> Result<Vec<Vec<Option<String>>>, SessionError> {
        let failed = |error: std::io::Error| SessionError::Failed(SqlError::Keep(error).to_string());
        let frame = answer.slice(rows).map_err(failed)?;
        Ok(export::frame_texts(&frame)?)
    }
}

/// A failure of a query as one of the session: a mistake of the text is told with its place.
pub(super) fn told(error: SqlError, text: &str) -> SessionError {
    match error {
        SqlError::Mistake(mistake) => SessionError::Usage(format!("the query cannot be run\n{}", mistake.render(text))),
        SqlError::Cancelled => SessionError::Cancelled,
        error => SessionError::Failed(error.to_string()),
    }
}
