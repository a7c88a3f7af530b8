//! What can be asked of the panel of data quality.

use std::path::PathBuf;

use crate::session::{FindingKind, QualityTable};

/// A change of the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum QualityCommand {
    /// What is listed, and how.
    SetLook(Box<QualityLook>),
    /// Shows what is around a finding, or around none.
    Choose(Option<usize>),
    /// Shows the moment of a finding in Explore: a recording, a camera, a time, ns UTC.
    Go(String, Option<String>, i64),
    /// Looks at the data again.
    Again,
    /// Stops looking.
    Stop,
    /// Opens the dialog that writes what is listed.
    OpenExport,
    /// Writes what is listed to a CSV file.
    Export(PathBuf),
}

/// What is listed, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QualityLook {
    /// Findings, metrics or footages.
    pub table: QualityTable,
    /// Findings of these kinds alone; of all when empty.
    pub kinds: Vec<FindingKind>,
    /// Rows that contain all of these words.
    pub search: String,
    /// Order: a column by its number, and whether largest first.
    pub sort: Option<(usize, bool)>,
}

impl QualityLook {
    /// Whether everything is listed.
    #[must_use]
    pub fn is_all(&self) -> bool {
        (self.kinds.is_empty() || self.table != QualityTable::Findings) && self.search.trim().is_empty()
    }
}

/// What is asked of the lake that is shown.
#[derive(Debug, Default)]
pub struct QualityState {
    /// What is listed, and how.
    pub look: QualityLook,
    /// The finding that is looked at, by its place in the report.
    pub chosen: Option<usize>,
}
