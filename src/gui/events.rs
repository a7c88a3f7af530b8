//! What workers tell the window when a long piece of work ends.

use std::path::PathBuf;

use super::{
    apply_statistics::Found, command::Command, detections::Source, keep::Done, selected::Selected,
    statistics::StatisticsCommand,
};
use crate::{
    model::Look,
    session::{ChecksumReport, ExportReport, IndexReport, SqlText, TaskReport, VerifyReport},
};

/// One message.
pub enum Event {
    /// One that means something to the lake it was asked of, and to no other.
    OfLake {
        /// Which visit to a lake that was.
        visit: u64,
        /// What happened.
        event: Box<Event>,
    },
    /// How the frames of a footage are shown was changed, or could not be.
    LookChanged {
        /// The catalog's number of the footage.
        footage: i64,
        /// How they are shown now.
        look: Look,
        /// What to tell.
        told: Result<String, String>,
    },
    /// A picture for the clipboard.
    ImageReady {
        /// The picture, or why there is none.
        image: Result<Box<egui::ColorImage>, String>,
        /// What to tell once it is on the clipboard.
        what: String,
    },
    /// A person chose a file for a picture, or none.
    ImageFileChosen {
        /// The frame.
        row: usize,
        /// Whether with its boxes.
        labels: bool,
        /// The file.
        out: Option<PathBuf>,
        /// None was chosen, and so soon that nobody can have seen a dialog.
        at_once: bool,
    },
    /// A picture was written to this file, or could not be.
    ImageSaved(Result<PathBuf, String>),
    /// A list of selected frames was written, and the command line that takes them from it; or could not be.
    FrameListWritten(Result<(String, PathBuf), String>),
    /// Settings of a lake were written, or could not be.
    SettingsChanged {
        /// The lake.
        root: PathBuf,
        /// Whether they need an index run.
        index: bool,
        /// What to tell.
        told: Result<String, String>,
    },
    /// A person chose a folder in the desktop's dialog, or none.
    FolderChosen {
        /// What it is for.
        purpose: Purpose,
        /// The folder.
        folder: Option<PathBuf>,
        /// None was chosen, and so soon that nobody can have seen a dialog.
        at_once: bool,
    },
    /// A person chose files of events or locations in the desktop's dialog, or none.
    SourceChosen {
        /// What they are.
        source: Source,
        /// The file or folder.
        chosen: Option<PathBuf>,
    },
    /// The frames behind a row of a table of statistics.
    Behind {
        /// Generation of the table they belong to.
        generation: u64,
        /// What was found.
        found: Result<Found, String>,
    },
    /// The saved analyses were changed: what to tell, and the way back; or could not be.
    Analyses(Result<(String, Option<StatisticsCommand>), String>),
    /// A job ended.
    JobDone {
        /// The job.
        id: u64,
        /// The lake it worked on.
        root: PathBuf,
        /// How it ended.
        outcome: Outcome,
    },
    /// Views, selections or tags were changed, or could not be.
    Kept(Result<Done, String>),
    /// Saved queries were changed: what to tell, and the way back; or could not be.
    QueriesChanged(Result<(String, Option<Command>), String>),
    /// What was asked for as SQL, and its text, or why there is none.
    Sql(&'static str, Result<SqlText, String>),
    /// The frames of a saved selection, and how many of them are gone.
    SelectionLoaded {
        /// Its name.
        name: String,
        /// Generation of the table the rows belong to.
        generation: u64,
        /// The rows.
        rows: Result<(Selected, u64), String>,
    },
}

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be opened as a lake.
    Open,
    /// To hold an export.
    Export,
}

/// How a job ended.
pub enum Outcome {
    /// Indexing.
    Indexed(Result<IndexReport, Ended>),
    /// Exporting rows of an answer: how many, and the file.
    Rows(Result<(u64, PathBuf), Ended>),
    /// Exporting.
    Exported(Result<ExportReport, Ended>),
    /// A task of this name.
    Task(String, Result<TaskReport, Ended>),
    /// Recording checksums, and the index's generation then.
    Recorded(Result<ChecksumReport, Ended>, Option<u64>),
    /// Verifying, and the index's generation then.
    Verified(Result<VerifyReport, Ended>, Option<u64>),
}

/// Why there is no result.
pub enum Ended {
    /// A person stopped it.
    Cancelled,
    /// It failed.
    Failed(String),
}

impl From<crate::session::SessionError> for Ended {
    fn from(error: crate::session::SessionError) -> Self {
        match error {
            crate::session::SessionError::Cancelled => Self::Cancelled,
            other => Self::Failed(other.to_string()),
        }
    }
}
