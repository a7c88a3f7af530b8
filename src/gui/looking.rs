//! How frames are looked at in the viewer: which cameras side by side, which classes of labels, and which boxes stand out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::frame_key::FrameKey;
use crate::model::Label;

/// Which boxes stand out when the filter talks of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emphasis {
    /// All alike.
    All,
    /// Those that the filter talks of; the others are faint.
    #[default]
    Matching,
    /// Only those are drawn.
    Only,
}

impl Emphasis {
    /// Every choice with its name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::All, "All alike"), (Self::Matching, "Matching stand out"), (Self::Only, "Only matching")];

    /// The next choice.
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Matching,
            Self::Matching => Self::Only,
            Self::Only => Self::All,
        }
    }
}

/// Kept with the lake, and undone like the filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Looking {
    /// Whether all cameras of the recording stand side by side.
    pub all_cameras: bool,
    /// Cameras that are left out then.
    pub cameras_off: BTreeSet<String>,
    /// Whether each camera is zoomed for itself.
    pub apart: bool,
    /// Whether a magnifier follows the pointer.
    pub magnifier: bool,
    /// Classes whose boxes are not drawn.
    pub classes_off: BTreeSet<String>,
    /// Which boxes stand out.
    pub emphasis: Emphasis,
}

/// A box that a person pressed. It stays the same object along its track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenBox {
    /// The frame it was pressed on.
    pub key: FrameKey,
    /// Its place among the labels of that frame.
    pub index: usize,
    /// The object's id over time, where it has one.
    pub track_id: Option<i64>,
}

impl ChosenBox {
    /// Whether the label at `index` of a frame is that object.
    pub fn is(&self, key: FrameKey, index: usize, label: &Label) -> bool {
        match self.track_id {
            Some(track) => key.footage == self.key.footage && label.track_id == Some(track),
            None => key == self.key && index == self.index,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_found_again_by_its_track_or_stays_on_its_frame() {
        let key = |footage, frame| FrameKey { footage, frame };
        let label = |track_id| Label {
            frame_idx: 0,
            class: "car".to_owned(),
            bbox: None,
            score: None,
            track_id,
            attributes: None,
        };
        let tracked = ChosenBox { key: key(1, 5), index: 2, track_id: Some(7) };
        let lone = ChosenBox { key: key(1, 5), index: 2, track_id: None };
        for (chosen, frame, index, track, expected) in [
            (&tracked, key(1, 6), 0, Some(7), true),
            (&tracked, key(1, 6), 2, Some(8), false),
            (&tracked, key(1, 6), 2, None, false),
            (&tracked, key(2, 5), 2, Some(7), false),
            (&lone, key(1, 5), 2, None, true),
            (&lone, key(1, 5), 1, None, false),
            (&lone, key(1, 6), 2, None, false),
        ] {
            assert_eq!(chosen.is(frame, index, &label(track)), expected, "{chosen:?} {frame:?} {index}");
        }
    }
}
