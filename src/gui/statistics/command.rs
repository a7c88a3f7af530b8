//! What can be asked of the workspace, and what is remembered of it.

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use super::StatChoice;
use crate::{
    catalog::FrameTable,
    filter::FrameColumns,
    model::MetricKind,
    session::{Analysis, StatsTable},
};

/// A change of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub enum StatisticsCommand {
    /// Asks this from now on; can be undone.
    Ask(Box<StatChoice>),
    /// Asks this, as a part of a change that began at this time, s: one step of undo.
    Drag(Box<StatChoice>, f64),
    /// How the table is shown.
    SetLook(StatLook),
    /// Asks everything again.
    Again,
    /// Stops what is worked out.
    Stop,
    /// Shows the frames behind a row of a table in Explore.
    Go(Behind),
    /// Selects the frames of all rows that were kept, and shows them in Explore.
    SelectKept(Kept),
    /// Takes the filter back that led to the frames, and shows the chart again.
    Back(String),
    /// Opens the dialog that exports the numbers, or the chart.
    OpenExport {
        /// Whether the chart.
        chart: bool,
    },
    /// Writes the numbers to a file whose ending tells the format.
    ExportTable(PathBuf),
    /// Writes the chart to a file whose ending tells the format.
    ExportChart(PathBuf),
    /// Saves what is asked under a name with a note.
    Save {
        /// Name.
        name: String,
        /// Note.
        note: String,
    },
    /// Asks what a saved analysis asks.
    Open(String, Box<Analysis>),
    /// Gives a saved analysis another name.
    Rename {
        /// Name it has.
        name: String,
        /// Name it gets.
        new: String,
    },
    /// Deletes a saved analysis.
    Delete(String),
    /// Saves an analysis again that was deleted.
    Restore(String, Box<Analysis>),
    /// Reads the saved analyses again.
    ReadSaved,
}

/// A row of a table whose frames are asked for.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The table.
    pub table: Arc<StatsTable>,
    /// The row.
    pub row: usize,
}

impl PartialEq for Behind {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table) && self.row == other.row
    }
}

/// A table whose kept rows are asked for.
#[derive(Debug, Clone)]
pub struct Kept(pub Arc<StatsTable>);

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// How the panels show the answer: remembered with the lake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatLook {
    /// Order of the table: a column by its name, and whether largest first.
    pub sort: Option<(String, bool)>,
}

/// What is asked of the lake that is shown.
#[derive(Debug, Default)]
pub struct StatAsked {
    /// The question.
    pub choice: StatChoice,
    /// How panels show the answer.
    pub look: StatLook,
    /// The saved analysis that was opened or saved last.
    pub opened: Option<String>,
}

impl StatAsked {
    /// As it was remembered; a lake that nobody asked yet is asked for its first metric by recording.
    #[must_use]
    pub fn new(choice: Option<StatChoice>, look: StatLook, table: &FrameTable) -> Self {
        let first = || {
            let number = |kind| table.metrics().iter().find(|metric| metric.kind == kind);
            let metric = number(MetricKind::Float).or_else(|| number(MetricKind::Int));
            StatChoice {
                metrics: metric.map(|metric| metric.name.clone()).into_iter().collect(),
                by: vec!["recording".to_owned()],
                ..StatChoice::default()
            }
        };
        Self { choice: choice.unwrap_or_else(first), look, opened: None }
    }
}
