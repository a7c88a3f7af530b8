//! Files of which something could not be read, each told once.

use std::path::PathBuf;

use super::Skipped;
use crate::formats::{EventPart, FormatError};

/// A part that could not be read.
pub(super) struct LeftOut {
    path: PathBuf,
    /// Which row group of how many, where the file has such.
    group: Option<(usize, usize)>,
    error: FormatError,
}

impl LeftOut {
    pub(super) fn new(part: &EventPart, error: FormatError) -> Self {
        Self { path: part.path.clone(), group: part.row_group(), error }
    }
}

/// The files, in order; of a file with several damaged row groups the first speaks for all.
pub(super) fn by_file(mut parts: Vec<LeftOut>) -> Skipped {
    parts.sort_by(|one, other| (&one.path, one.group).cmp(&(&other.path, other.group)));
    let mut files = Skipped::new();
    let mut parts = parts.into_iter().peekable();
    while let Some(LeftOut { path, group, error }) = parts.next() {
        let mut failed = 1;
        while parts.next_if(|next| next.path == path).is_some() {
            failed += 1;
        }
        let error = match group {
            Some((first, all)) if all > 1 => {
                FormatError::RowGroups { first: first + 1, failed, all, error: Box::new(error) }
            }
            _ => error,
        };
        files.push((path, error));
    }
    files
}
