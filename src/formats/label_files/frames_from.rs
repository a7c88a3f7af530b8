//! `frames_from.txt`: the number that the first frame of a footage has in the names of label files. An export writes one
//! beside its labels, so that nobody has to guess whether they count from 0 or from 1.

use std::{collections::HashMap, path::Path};

use super::sheet::Sheet;
use crate::formats::{FormatError, error::read_bytes, label_rows::FrameAt};

/// Longest file taken in.
const MAX_BYTES: u64 = 1 << 10;

/// What was told, by folder.
#[derive(Debug, Default)]
pub(super) struct FramesFrom {
    by_folder: HashMap<String, u64>,
}

/// Whether a file tells it, by its own name.
pub(super) fn is_frames_from(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).eq_ignore_ascii_case("frames_from.txt")
}

impl FramesFrom {
    /// Takes in a file; it holds for its folder and those below.
    ///
    /// # Errors
    /// [`FormatError`] when it cannot be read, or is no number.
    pub(super) fn add(&mut self, root: &Path, path: &str) -> Result<(), FormatError> {
        let full = root.join(path);
        let bytes = read_bytes(&full, MAX_BYTES)?;
        let text = String::from_utf8_lossy(&bytes);
        let Ok(first) = text.trim_start_matches('\u{feff}').trim().parse::<u64>() else {
            return Err(FormatError::WrongContent {
                path: full,
                expected: "the number that the first frame has in the names of label files",
                found: "it is no whole number",
                remedy: "write 0 or 1 into it, or remove it",
            });
        };
        self.by_folder.insert(folder_of(path).to_owned(), first);
        Ok(())
    }

    /// Gives the images of a file that are known by a number in a name the frames that are meant.
    pub(super) fn apply(&self, path: &str, sheet: &mut Sheet) {
        let Some(first) = self.of(path) else { return };
        for image in sheet.images.iter_mut().filter(|image| image.named) {
            if let Ok(FrameAt::Index(number)) = image.at {
                let index = number.checked_sub(first).map(FrameAt::Index);
                image.at = index.ok_or("have a number in their name below that of the first frame");
                image.named = false;
            }
        }
    }

    /// What the nearest folder tells.
    fn of(&self, path: &str) -> Option<u64> {
        let mut folder = path;
        while !folder.is_empty() && !self.by_folder.is_empty() {
            folder = folder_of(folder);
            if let Some(first) = self.by_folder.get(folder) {
                return Some(*first);
            }
        }
        None
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{LabelOptions, ListedFile, read_label_files};

    #[test]
    fn the_nearest_folder_tells_where_names_begin() {
        for (files, expected, failed) in [
            (vec![("a/labels/frames_from.txt", "0\n")], vec![1, 2], 0),
            (vec![("a/labels/frames_from.txt", " 1 ")], vec![0, 1], 0),
            (vec![("a/frames_from.txt", "1"), ("a/labels/front/frames_from.txt", "0")], vec![1, 2], 0),
            // A number below the first is a bad row.
            (vec![("a/labels/frames_from.txt", "2")], vec![0], 0),
            // Without it, names that are exactly 1 to N count from 1.
            (vec![], vec![0, 1], 0),
            (vec![("a/labels/frames_from.txt", "one")], vec![0, 1], 1),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let labels = ["000001", "000002"].map(|name| (format!("a/labels/front/{name}.txt"), "0 0.5 0.5 0.5 0.5\n"));
            let told = files.iter().map(|(path, text)| ((*path).to_owned(), *text));
            let mut listed = Vec::new();
            for (path, text) in labels.into_iter().chain(told) {
                let full = folder.path().join(&path);
                std::fs::create_dir_all(full.parent().unwrap()).unwrap();
                std::fs::write(full, text).unwrap();
                listed.push(ListedFile { path, certain: true });
            }
            let read = read_label_files(folder.path(), &listed, &LabelOptions::default());
            assert_eq!(read.failed.len(), failed, "{files:?}: {:?}", read.failed);
            let frames: Vec<u64> = read
                .sets
                .iter()
                .flat_map(|set| set.table.rows())
                .map(|row| match row.at {
                    FrameAt::Index(frame) => frame,
                    FrameAt::Time(_) => panic!("a time"),
                })
                .collect();
            assert_eq!(frames, expected, "{files:?}");
        }
    }
}
