//! Where pictures and labels come from, and which of them are asked for together.

use std::sync::Arc;

use egui::Context;

use super::frame_key::FrameKey;
use crate::{catalog::FrameTable, jobs::Pool, session::Session};

/// What a cache needs to ask for something.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The lake.
    pub session: &'a Session,
    /// Its frames.
    pub table: &'a Arc<FrameTable>,
    /// The threads that work.
    pub pool: &'a Pool,
    /// The window to wake.
    pub ctx: &'a Context,
}

/// A frame that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Its row now.
    pub row: usize,
    /// Its name for good.
    pub key: FrameKey,
}

/// Frames of one job at most: more would make the first ones wait for the last.
const TOGETHER: usize = 6;
/// Frames further apart than this share neither chunks nor disk blocks.
const NEAR: usize = 32;

/// Splits what is wanted, in the order given, into frames that lie near each other in one footage.
pub fn groups(wanted: &[Wanted]) -> impl DoubleEndedIterator<Item = &[Wanted]> {
    wanted
        .chunk_by(|a, b| a.key.footage == b.key.footage && a.key.frame.abs_diff(b.key.frame) <= NEAR)
        .flat_map(|run| run.chunks(TOGETHER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_footage_go_together_and_never_too_many() {
        let wanted = |footage, frames: &[usize]| -> Vec<Wanted> {
            frames.iter().map(|frame| Wanted { row: *frame, key: FrameKey { footage, frame: *frame } }).collect()
        };
        for (given, expected) in [
            (wanted(1, &[0, 1, 2]), vec![3]),
            (wanted(1, &[9, 8, 7]), vec![3]),
            (wanted(1, &[0, 1, 500, 501, 900]), vec![2, 2, 1]),
            ([wanted(1, &[4, 5]), wanted(2, &[6])].concat(), vec![2, 1]),
            (wanted(1, &(0..14).collect::<Vec<_>>()), vec![6, 6, 2]),
            (vec![], vec![]),
        ] {
            assert_eq!(groups(&given).map(<[_]>::len).collect::<Vec<_>>(), expected);
        }
    }
}
