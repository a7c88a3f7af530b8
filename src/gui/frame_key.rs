//! What names a frame while the index changes: rows move when drives come and go, footages do not.

use crate::{catalog::FrameTable, filter::FrameColumns as _};

/// A frame of one catalog. Numbers of footages are never used twice, and a footage whose store, labels or metrics
/// changed gets a new one, so whatever was read under a key stays true for as long as the key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKey {
    /// The catalog's number of the footage.
    pub footage: i64,
    /// The frame's index in it.
    pub frame: usize,
}

impl FrameKey {
    /// The key of the frame at `row`.
    pub fn of(table: &FrameTable, row: usize) -> Self {
        let index = table.footage_index(row);
        Self { footage: table.footage_id(index), frame: row - table.footages()[index].first_row }
    }
}
