//! Why a request could not be answered, in words for a person.

use super::library::LibraryError;
use crate::frames::FramesError;

/// What happened and what to do, as clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) what: String,
    pub(super) hint: String,
}

impl Failure {
    pub(super) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        let LibraryError(mut what) = error;
        if let Some(first) = what.get(..1) {
            what.replace_range(..1, &first.to_ascii_lowercase());
        }
        Self::new(format!("the HDF5 library says: {what}"), "copy the file again, or repair it with h5repack")
    }
}

impl From<FramesError> for Failure {
    fn from(error: FramesError) -> Self {
        Self::new(error.to_string(), "copy the file again, or repair it with h5repack")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("it cannot be read: {error}"), "check that the file is there and that you may read it")
    }
}
