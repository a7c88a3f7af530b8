//! Runs: the record of one piece of long work.

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// At work.
    Running,
    /// Ended well.
    Done,
    /// Ended with an error.
    Failed,
    /// Stopped by a person.
    Cancelled,
    /// Its process ended without a word (killed, or the machine went down).
    Lost,
}

impl RunState {
    /// The word used in tables and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// Reads the word that [`Self::as_str`] writes.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed, Self::Cancelled, Self::Lost]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// One run as it stands in `lake.sqlite`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Number of the run in this lake.
    pub run_id: i64,
    /// The run that started this one.
    pub parent_id: Option<i64>,
    /// What was run (`index`, `export`, …).
    pub task: String,
    /// Where it stands.
    pub state: RunState,
    /// Units done so far.
    pub done: u64,
    /// Units in all, when known.
    pub total: Option<u64>,
    /// What it is at, or was at last.
    pub stage: String,
    /// Start, ns UTC.
    pub started_at_ns: i64,
    /// End, ns UTC.
    pub ended_at_ns: Option<i64>,
    /// Rows (frames, files …) read.
    pub rows_in: Option<u64>,
    /// Rows written.
    pub rows_out: Option<u64>,
    /// Result as JSON text.
    pub result: Option<String>,
    /// The error, when it failed.
    pub error: Option<String>,
}

impl Run {
    /// Whether its progress counts bytes.
    #[must_use]
    pub fn counts_bytes(&self) -> bool {
        matches!(self.task.as_str(), "checksums" | "verify")
    }
}
