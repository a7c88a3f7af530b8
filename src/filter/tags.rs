//! Tags of frames: which frames have which, at one moment.

use std::collections::BTreeMap;

use super::{FrameSet, frame_set::WORD_ROWS, typed::TextTest};

/// The tags of a lake. A frame may have any number of them.
#[derive(Debug, Clone, Default)]
pub struct TagRows {
    /// Another number whenever a tag was given to a frame or taken from one.
    pub version: u64,
    /// The frames of each tag.
    pub tags: BTreeMap<String, FrameSet>,
    /// How many frames of each tag are no longer in the lake.
    pub gone: BTreeMap<String, u64>,
}

impl TagRows {
    /// The tags of a frame, in order.
    pub fn of(&self, row: usize) -> impl Iterator<Item = &str> {
        self.tags.iter().filter(move |(_, set)| set.contains(row)).map(|(tag, _)| tag.as_str())
    }

    /// The rows that have a tag which passes the test, as words.
    pub(super) fn rows_with(&self, test: Option<&TextTest>, rows: usize) -> Vec<usize> {
        let mut words = vec![0; rows.div_ceil(WORD_ROWS)];
        let passes = |tag: &str| test.is_none_or(|test| test.outcome(Some(tag)) == Some(true));
        for (_, set) in self.tags.iter().filter(|(tag, _)| passes(tag)) {
            words.iter_mut().zip(set.bits().as_slice()).for_each(|(word, bits)| *word |= bits);
        }
        words
    }
}
