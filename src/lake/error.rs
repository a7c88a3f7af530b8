//! What can go wrong with a lake folder.

use std::{io, path::PathBuf};

/// A lake folder, its manifest or a path in it could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The folder is not there.
    #[error("there is no folder {}; check the path, or make a lake to try with `lakescope sample {}`", .0.display(), .0.display())]
    NoFolder(PathBuf),
    /// The path is a file.
    #[error("{} is a file, and a lake is a folder; open the folder it lies in: {}", .0.display(), .0.parent().unwrap_or(.0).display())]
    NotAFolder(PathBuf),
    /// The folder or something in it could not be read.
    #[error("cannot read {}: {source}; check that you may read it and that its disk is there", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// `lake.toml` is not valid.
    #[error("{}: {message}; correct the line, or move the file away to open the lake without it", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What the parser said, with line and column.
        message: String,
    },
    /// A setting that there is not, or a value it cannot have.
    #[error("{0}")]
    Setting(String),
    /// A manifest could not be written.
    #[error("cannot write {}: {source}; check that you may write it and that its disk has space", path.display())]
    Write {
        /// The manifest.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A path leads out of the lake.
    #[error("{0} leads out of the lake; Lakescope reads nothing outside the folder that was opened")]
    Outside(String),
    /// No folder can be found for the databases of a lake that cannot be written.
    #[error("{} cannot be written, and there is no home folder to keep its index in; set HOME or make the lake writable", .0.display())]
    NoHome(PathBuf),
    /// A folder for the databases could not be made.
    #[error("cannot make {}: {source}; free some space or check its permissions", path.display())]
    Make {
        /// The folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}
