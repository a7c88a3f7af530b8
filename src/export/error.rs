//! What can go wrong while writing an answer.

use std::{io, path::PathBuf};

use crate::jobs::Cancelled;

/// An export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Someone cancelled it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}; check free space and permissions", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Rows could not be written to where they go.
    #[error("cannot write the rows: {0}")]
    Rows(#[from] io::Error),
    /// The folder is there and has files in it.
    #[error("{} is not empty; choose another folder, or remove it first", .0.display())]
    NotEmpty(PathBuf),
    /// A column was asked for that is not there.
    #[error("there is no column `{name}`{}", hint.as_ref().map_or_else(|| "; `lakescope info` lists the metrics".to_owned(), |hint| format!("; did you mean `{hint}`?")))]
    NoColumn {
        /// What was asked for.
        name: String,
        /// The nearest name.
        hint: Option<String>,
    },
    /// A column of the lake could not be read.
    #[error("{0}")]
    Read(String),
    /// The file's ending names no image format.
    #[error("`{0}` does not end in .png, .jpg, .jpeg, .tif or .tiff; choose one of these endings")]
    ImageEnding(String),
    /// An image could not be encoded.
    #[error("cannot encode {what}: {why}")]
    Encode {
        /// What was encoded.
        what: String,
        /// Why it failed.
        why: String,
    },
    /// Parquet could not be written.
    #[error("cannot write Parquet: {0}")]
    Parquet(String),
}

impl From<csv::Error> for ExportError {
    /// Keeps what the system said, so that a reader that has gone away is told from a full disk.
    fn from(error: csv::Error) -> Self {
        Self::Rows(match error.into_kind() {
            csv::ErrorKind::Io(source) => source,
            other => io::Error::other(format!("{other:?}")),
        })
    }
}
