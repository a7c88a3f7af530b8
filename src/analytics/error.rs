//! What can keep a question from being answered.

use std::{io, path::PathBuf};

use super::{engine::EngineError, tree::TreeError};
use crate::formats::FormatError;

/// An analysis ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// A file of events or locations cannot be read.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// There is nothing to read.
    #[error("{} holds no events; name a .parquet, .csv or .ndjson file, or a folder of them", path.display())]
    NoEvents {
        /// The path that was named.
        path: PathBuf,
    },
    /// No row of the events is one.
    #[error("no row of {} is an event: {why}; correct the file, or go on without such rows (--on-error skip)", path.display())]
    AllBad {
        /// The path that was named.
        path: PathBuf,
        /// How many rows there are, the reasons, and the first of each.
        why: String,
    },
    /// Events that do not fit into memory could not be kept on disk meanwhile.
    #[error("cannot keep events in {} for a while: {source}; make room there, or allow more memory", folder.display())]
    Spill {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The question makes no sense.
    #[error("{what}; {remedy}")]
    Query {
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// An engine gave no answer.
    #[error("{0}")]
    Engine(EngineError),
    /// Stopped by the person.
    #[error("stopped")]
    Cancelled,
}

impl From<EngineError> for AnalyticsError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Self::Cancelled,
            EngineError::Format(error) => Self::Format(error),
            other => Self::Engine(other),
        }
    }
}

impl From<crate::jobs::Cancelled> for AnalyticsError {
    fn from(_: crate::jobs::Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<TreeError> for AnalyticsError {
    fn from(error: TreeError) -> Self {
        Self::Engine(error.into())
    }
}
