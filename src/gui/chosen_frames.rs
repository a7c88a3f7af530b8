//! The frames that were chosen last, by name, so that closing the window or opening another lake loses no choice.

use std::{fmt::Write as _, sync::Arc};

use egui::Context;
use fixedbitset::FixedBitSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{fetch::Fetch, lake::Lake, row_names::RowNames, selected::Selected, work::Workers};
use crate::jobs::Priority;

/// Chosen frames of one footage: recording, camera, and the frames as `0-5,7`.
type OfFootage = (String, String, String);

/// Chosen frames by name. There may be millions: copies share them, and the same ones are compared at once.
#[derive(Debug, Clone, Default)]
pub struct ChosenFrames(Arc<Vec<OfFootage>>);

impl PartialEq for ChosenFrames {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for ChosenFrames {}

impl Serialize for ChosenFrames {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for ChosenFrames {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(|frames| Self(Arc::new(frames)))
    }
}

impl ChosenFrames {
    /// The names of chosen rows.
    pub fn of(selected: &Selected, names: &RowNames) -> Self {
        let mut all: Vec<OfFootage> = Vec::new();
        let mut rows = selected.rows().map(|row| row as usize).peekable();
        for (recording, camera, first, count) in names.spans() {
            let end = first + count;
            let mut text = String::new();
            while let Some(from) = rows.next_if(|row| *row < end) {
                let mut to = from;
                while rows.next_if(|row| *row == to + 1 && *row < end).is_some() {
                    to += 1;
                }
                let comma = if text.is_empty() { "" } else { "," };
                // Writing into a text cannot fail.
                let _ = match to - from {
                    0 => write!(text, "{comma}{}", from - first),
                    _ => write!(text, "{comma}{}-{}", from - first, to - first),
                };
            }
            if !text.is_empty() {
                all.push((recording.clone(), camera.clone(), text));
            }
        }
        Self(Arc::new(all))
    }

    /// The rows of these frames, and whether some of them are not there.
    pub fn rows(&self, names: &RowNames) -> (Selected, bool) {
        let mut rows = FixedBitSet::with_capacity(names.rows());
        let mut gone = false;
        for (recording, camera, text) in self.0.iter() {
            let Some((first, count)) = names.footage(recording, camera) else {
                gone = true;
                continue;
            };
            for part in text.split(',') {
                let (from, to) = part.split_once('-').unwrap_or((part, part));
                // The file may have been written by anybody.
                let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) else {
                    gone = true;
                    continue;
                };
                gone |= to >= count || from > to;
                let end = to.min(count.saturating_sub(1)) + 1;
                if from < end && from < count {
                    rows.insert_range(first + from..first + end);
                }
            }
        }
        (Selected::of_bits(rows), gone)
    }
}

/// What is chosen, told apart by where it lies: equal ones are rarely worth comparing.
#[derive(Debug, Clone)]
struct Choice(Arc<Selected>, Arc<RowNames>);

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && Arc::ptr_eq(&self.1, &other.1)
    }
}

/// Follows the choice, by name.
#[derive(Debug)]
pub struct LastChosen {
    of: Choice,
    known: ChosenFrames,
    /// Frames that were remembered are not in the lake, and nobody was told yet.
    gone: bool,
    naming: Fetch<Choice, ChosenFrames>,
}

impl LastChosen {
    /// What was remembered, and the rows it stands for.
    pub fn new(known: ChosenFrames, gone: bool, selected: &Arc<Selected>, names: &Arc<RowNames>) -> Self {
        Self { of: Choice(Arc::clone(selected), Arc::clone(names)), known, gone, naming: Fetch::default() }
    }
}

impl Lake {
    /// The chosen frames by name, as far as they are known.
    pub fn last_chosen(&self) -> ChosenFrames {
        self.last_chosen.known.clone()
    }

    /// Whether frames that were chosen when the lake was left are not there any more; told once.
    pub(super) fn take_chosen_gone(&mut self) -> bool {
        std::mem::take(&mut self.last_chosen.gone)
    }

    /// Has a worker name what is chosen when that is something else now.
    pub(super) fn follow_chosen(&mut self, workers: &Workers, ctx: &Context) {
        let now = Choice(Arc::clone(&self.selected), Arc::clone(&self.loaded.names));
        let last = &mut self.last_chosen;
        if last.of == now {
            return;
        }
        let Choice(selected, names) = now.clone();
        last.naming.request(now.clone(), &workers.ask, Priority::Background, ctx, move |_| {
            Ok(ChosenFrames::of(&selected, &names))
        });
        last.naming.poll();
        if let Some(known) = last.naming.take_ready() {
            (last.of, last.known) = (now, known);
        }
    }

    /// Names what is chosen at once, as the lake is about to be left.
    pub(super) fn settle_chosen(&mut self) {
        let now = Choice(Arc::clone(&self.selected), Arc::clone(&self.loaded.names));
        if self.last_chosen.of != now {
            self.last_chosen.known = ChosenFrames::of(&now.0, &now.1);
            self.last_chosen.of = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_frames_come_back_by_name_and_what_is_gone_is_told() {
        let before = RowNames::for_tests(&[("a", 3), ("b", 90), ("c", 2)]);
        let selected = Selected::of([0, 2, 3, 4, 5, 7, 92, 93]);
        let frames = ChosenFrames::of(&selected, &before);
        let text = serde_json::to_string(&frames).unwrap();
        assert_eq!(text, r#"[["a","front","0,2"],["b","front","0-2,4,89"],["c","front","0"]]"#);
        let read: ChosenFrames = serde_json::from_str(&text).unwrap();
        assert_eq!(read, frames);
        let rows = |frames: &ChosenFrames, names| {
            let (selected, gone) = frames.rows(names);
            (selected.rows().collect::<Vec<_>>(), gone)
        };
        assert_eq!(rows(&read, &before), (vec![0, 2, 3, 4, 5, 7, 92, 93], false));
        let after = RowNames::for_tests(&[("b", 2), ("d", 1), ("a", 3)]);
        assert_eq!(rows(&read, &after), (vec![0, 1, 3, 5], true));
        let foreign: ChosenFrames =
            serde_json::from_str(r#"[["a","front","5-1,x,0-18446744073709551615"],["b","front",""]]"#).unwrap();
        assert_eq!(rows(&foreign, &after), (vec![3, 4, 5], true));
    }
}
