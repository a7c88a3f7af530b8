//! What can be asked of the SQL panels, and what is remembered of them with the lake.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::chart::SqlChart;
use crate::session::{SavedQuery, SqlRequest, SqlSort};

/// A change of the SQL panels.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlCommand {
    /// The query is this text from now on.
    SetText(String),
    /// Another query takes its place, as a text that was kept.
    Open(String),
    /// Runs the query.
    Run,
    /// Runs what was run last once more, in another order.
    Sort(Option<SqlSort>),
    /// Ends the query that runs.
    Stop,
    /// Memory and time that a query may take.
    SetBounds(SqlBounds),
    /// How the answer is drawn.
    SetChart(SqlChart),
    /// Shows the answer as a chart, or as rows.
    ShowChart(bool),
    /// Shows the tables beside the text, or leaves them out.
    ShowTables(bool),
    /// Asks for a name to keep the query under.
    AskName,
    /// Asks for another name of a kept query.
    AskNewName(String),
    /// Keeps a query under a name.
    Save {
        /// The name.
        name: String,
        /// The query.
        text: String,
        /// A note.
        note: String,
    },
    /// Gives a kept query another name.
    Rename(String, String),
    /// Forgets a kept query.
    Delete(SavedKept),
    /// Tells that a row names no frame of this lake.
    NoFrame,
    /// Opens the dialog that writes the answer, or its chart.
    OpenExport(SqlWritten),
    /// Writes the answer to a file whose ending tells the format.
    Export(PathBuf),
    /// Writes the chart to a file whose ending tells the format.
    ExportChart(PathBuf),
}

/// A kept query as it is when it is deleted, so that it can be brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedKept {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its note.
    pub note: String,
}

impl From<&SavedQuery> for SavedKept {
    fn from(query: &SavedQuery) -> Self {
        Self { name: query.name.clone(), text: query.text.clone(), note: query.note.clone() }
    }
}

/// What is written of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlWritten {
    /// Its rows.
    Rows,
    /// Its chart.
    Chart,
}

/// What a query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SqlBounds {
    /// Memory, MB.
    pub memory_mb: u64,
    /// Time, s; as long as it likes when `None`.
    pub timeout_s: Option<u64>,
}

impl Default for SqlBounds {
    fn default() -> Self {
        Self { memory_mb: 2000, timeout_s: None }
    }
}

/// What is remembered with the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SqlMemory {
    /// The query as it was typed.
    pub text: String,
    /// What it may take.
    pub bounds: SqlBounds,
    /// How answers are drawn.
    pub chart: SqlChart,
    /// The answer is shown as a chart.
    pub shows_chart: bool,
    /// The tables stand beside the text.
    pub shows_tables: bool,
}

impl Default for SqlMemory {
    fn default() -> Self {
        Self {
            text: String::new(),
            bounds: SqlBounds::default(),
            chart: SqlChart::default(),
            shows_chart: false,
            shows_tables: true,
        }
    }
}

/// A query that was asked to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlAsked {
    /// Tells it from those before it.
    pub number: u64,
    /// The query.
    pub text: String,
    /// The order of its answer, where it was chosen.
    pub sort: Option<SqlSort>,
    /// What it may take.
    pub bounds: SqlBounds,
}

impl SqlAsked {
    /// As the session takes it.
    #[must_use]
    pub fn request(&self) -> SqlRequest {
        SqlRequest {
            sort: self.sort.clone(),
            memory_bytes: Some(self.bounds.memory_mb.saturating_mul(1_000_000)),
            timeout: self.bounds.timeout_s.map(std::time::Duration::from_secs),
            ..SqlRequest::new(self.text.clone())
        }
    }
}

/// What is asked of the lake that is shown.
#[derive(Debug, Default)]
pub struct SqlState {
    /// What is remembered.
    pub memory: SqlMemory,
    /// What was run last.
    pub asked: Option<SqlAsked>,
    /// Grows whenever queries are kept or run, so that lists of them are read again.
    pub version: u64,
}

impl SqlState {
    /// As it was remembered.
    #[must_use]
    pub fn new(memory: SqlMemory) -> Self {
        Self { memory, ..Self::default() }
    }

    /// The text as it stands, as if it was asked now.
    #[must_use]
    pub fn asked_now(&self) -> SqlAsked {
        let text = self.memory.text.clone();
        let sort = self.asked.as_ref().filter(|asked| asked.text == text).and_then(|asked| asked.sort.clone());
        SqlAsked { number: 0, text, sort, bounds: self.memory.bounds }
    }

    /// Asks for an answer from now on.
    pub fn ask(&mut self, text: String, sort: Option<SqlSort>) {
        let number = self.asked.as_ref().map_or(1, |asked| asked.number + 1);
        self.asked = Some(SqlAsked { number, text, sort, bounds: self.memory.bounds });
        self.version += 1;
    }
}
