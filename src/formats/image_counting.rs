//! Whether the numbers in the names of a file's images count frames from 0 or from 1.

use std::collections::BTreeMap;

use super::{Note, label_rows::FrameAt, note::first_words};

/// The number of each image that is known from its name, by camera.
///
/// Frames count from 0, yet many tools number the images they cut from a video from 1. A set of names tells which it is
/// only as a whole: numbers that are exactly 1 to N count from 1, a 0 anywhere shows that they count from 0, and for all
/// others there is no knowing.
#[derive(Debug, Default)]
pub(super) struct ImageNumbers {
    by_camera: BTreeMap<Option<String>, Vec<u64>>,
}

impl ImageNumbers {
    /// Takes in an image; times tell nothing about counting.
    pub(super) fn add(&mut self, camera: Option<&str>, at: FrameAt) {
        if let FrameAt::Index(number) = at {
            self.by_camera.entry(camera.map(str::to_owned)).or_default().push(number);
        }
    }

    /// How the file's images count, and what to tell of it.
    ///
    /// A file is written by one tool, so a 0 for one camera shows that all its cameras count from 0.
    pub(super) fn decide(self, notes: &mut Vec<Note>) -> Counting {
        let mut cameras = self.by_camera;
        for numbers in cameras.values_mut() {
            numbers.sort_unstable();
            numbers.dedup();
        }
        if cameras.is_empty() || cameras.values().any(|numbers| numbers.first() == Some(&0)) {
            return Counting::FromZero;
        }
        // Sorted and each once: the first is 1 and the last is how many there are only for 1, 2, …, N.
        let whole = |numbers: &Vec<u64>| numbers.first() == Some(&1) && numbers.last() == Some(&(numbers.len() as u64));
        // A lone image 1 may as well be the one labelled frame of a sparse set.
        if cameras.values().all(whole) && cameras.values().any(|numbers| numbers.len() > 1) {
            notes.push(Note::new(
                "file names count from 1; image 1 is frame 0",
                "tell frame_index of each image if that is wrong, or number the files from 0",
            ));
            return Counting::FromOne;
        }
        let firsts: Vec<String> = cameras
            .iter()
            .filter_map(|(camera, numbers)| {
                let first = numbers.first()?;
                Some(camera.as_ref().map_or_else(|| first.to_string(), |camera| format!("{camera} {first}")))
            })
            .collect();
        notes.push(Note::new(
            format!(
                "the number in each file name was taken as the frame index, counted from 0 (the smallest: {})",
                first_words(firsts.iter().map(String::as_str))
            ),
            "if image 1 is the first frame, tell frame_index of each image or number the files from 0",
        ));
        Counting::FromZero
    }
}

/// What the first frame's number is in the names of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    FromZero,
    FromOne,
}

impl Counting {
    /// The frame that a number in a file name means.
    pub(super) fn frame(self, at: FrameAt) -> FrameAt {
        match (self, at) {
            (Self::FromOne, FrameAt::Index(number)) => FrameAt::Index(number.saturating_sub(1)),
            (_, at) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_zero_or_one_as_a_whole() {
        use Counting::{FromOne, FromZero};
        for (images, expected, told) in [
            (vec![("a", 0), ("a", 1)], FromZero, None),
            (vec![("a", 0), ("a", 7)], FromZero, None),
            (vec![("a", 3), ("a", 1), ("a", 2), ("a", 2)], FromOne, Some("image 1 is frame 0")),
            (vec![("a", 1), ("a", 2), ("b", 1)], FromOne, Some("image 1 is frame 0")),
            (vec![("a", 1), ("a", 2), ("b", 0)], FromZero, None),
            (vec![("a", 1), ("a", 2), ("b", 5)], FromZero, Some("(the smallest: a 1, b 5)")),
            (vec![("a", 1), ("a", 3)], FromZero, Some("(the smallest: a 1)")),
            (vec![("a", 1)], FromZero, Some("(the smallest: a 1)")),
            (vec![("a", 5), ("a", 6)], FromZero, Some("(the smallest: a 5)")),
            (vec![("a", u64::MAX)], FromZero, Some("the smallest")),
            (vec![], FromZero, None),
        ] {
            let (mut numbers, mut notes) = (ImageNumbers::default(), Vec::new());
            for (camera, number) in &images {
                numbers.add(Some(camera), FrameAt::Index(*number));
            }
            numbers.add(None, FrameAt::Time(1));
            assert_eq!(numbers.decide(&mut notes), expected, "{images:?}");
            assert_eq!(notes.len(), usize::from(told.is_some()), "{images:?}: {notes:?}");
            assert!(told.is_none_or(|part| notes[0].what.contains(part)), "{images:?}: {notes:?}");
        }
        assert_eq!(FromOne.frame(FrameAt::Index(1)), FrameAt::Index(0));
        assert_eq!(FromOne.frame(FrameAt::Time(1)), FrameAt::Time(1));
        assert_eq!(FromZero.frame(FrameAt::Index(1)), FrameAt::Index(1));
    }
}
