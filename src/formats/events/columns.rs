//! Which column of a table of events is which. Extra columns are no matter; a misspelt name is accepted when it is plain
//! which one is meant, and told.

use std::path::Path;

use super::Given;
use crate::formats::{FormatError, Note};

/// A column that events have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventColumn {
    /// `geographical_location_oid`
    Location,
    /// `video_camera_oid`
    Camera,
    /// `detection_oid`
    Detection,
    /// `item_name`
    Item,
    /// `timestamp_detected`
    Time,
}

impl EventColumn {
    /// All, in the order in which tables have them.
    pub const ALL: [Self; 5] = [Self::Location, Self::Camera, Self::Detection, Self::Item, Self::Time];

    /// The name of the column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Location => "geographical_location_oid",
            Self::Camera => "video_camera_oid",
            Self::Detection => "detection_oid",
            Self::Item => "item_name",
            Self::Time => "timestamp_detected",
        }
    }
}

/// How many letters may be wrong in the name of a column.
const SLIPS: usize = 2;
/// Letters beyond which a name is none of a column's: those of the longest name, and as many as may be wrong.
const MOST_LETTERS: usize = "geographical_location_oid".len() + SLIPS;
/// Bytes beyond which a name is none, spaces around it included.
pub(super) const MOST_BYTES: usize = 256;

impl EventColumn {
    /// Whether a name is the column's, in any case of letters.
    pub(super) fn is_called(self, name: &str) -> bool {
        name.len() <= MOST_BYTES && name.trim().eq_ignore_ascii_case(self.name())
    }

    /// Whether a name is the column's but for a few wrong letters. How long that takes grows with the name, so that long ones
    /// are not compared.
    pub(super) fn is_nearly(self, name: &str) -> bool {
        let letters = name.trim();
        name.len() <= MOST_BYTES
            && letters.chars().count() <= MOST_LETTERS
            && strsim::damerau_levenshtein(&letters.to_lowercase(), self.name()) <= SLIPS
    }
}

/// Where the columns of a table are, by their place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Places([Option<usize>; EventColumn::ALL.len()]);

impl Places {
    /// Finds the columns among the names of a table.
    pub(super) fn find(names: &[&str], notes: &mut Vec<Note>) -> Self {
        let mut places = Self::default();
        for wanted in EventColumn::ALL {
            let exact = names.iter().position(|name| wanted.is_called(name));
            places.0[wanted as usize] = exact;
        }
        for wanted in EventColumn::ALL {
            if places.0[wanted as usize].is_some() {
                continue;
            }
            let near: Vec<usize> =
                (0..names.len()).filter(|at| !places.0.contains(&Some(*at)) && wanted.is_nearly(names[*at])).collect();
            if let [only] = near[..] {
                notes.push(Note::new(
                    format!("the column `{}` was read as `{}`", names[only], wanted.name()),
                    "correct the name of the column where the events are written",
                ));
                places.0[wanted as usize] = Some(only);
            }
        }
        places
    }

    /// Where a column is.
    pub(super) fn of(self, column: EventColumn) -> Option<usize> {
        self.0[column as usize]
    }

    /// The columns that folders tell instead of the file; an error when one is nowhere.
    pub(super) fn given(self, path: &Path, names: &[&str]) -> Result<Given, FormatError> {
        let given = Given::of(path, |column| self.of(column).is_none())?;
        match EventColumn::ALL.into_iter().find(|column| self.of(*column).is_none() && !given.has(*column)) {
            None => Ok(given),
            Some(column) => Err(FormatError::MissingColumn {
                path: path.to_owned(),
                missing: column.name(),
                columns: names.join(", "),
                remedy: "events need geographical_location_oid, video_camera_oid, detection_oid, item_name and \
                         timestamp_detected, in the files or in the names of their folders",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let find = |names: &[&str]| {
            let mut notes = Vec::new();
            let places = Places::find(names, &mut notes);
            (EventColumn::ALL.map(|column| places.of(column)), notes.len())
        };
        let names = [
            "extra",
            "geographical_location_oid",
            "ideo_camera_oid",
            "detection_oid",
            "Item_Name",
            "timestamp_detected",
        ];
        assert_eq!(find(&names), ([Some(1), Some(2), Some(3), Some(4), Some(5)], 1));
        // Two that are near are none.
        assert_eq!(find(&["item_nam", "item_names"]).0[3], None);
        // However long a name is, it takes no time.
        let long = "geographical_location_oid".repeat(100_000);
        assert_eq!(find(&[&long, "item_nam"]), ([None, None, None, Some(1), None], 1));
        assert!(EventColumn::ALL.iter().all(|column| column.name().len() + SLIPS <= MOST_LETTERS));
        assert_eq!(find(&["item", "video_camera_oid"]), ([None, Some(1), None, None, None], 0));
        let places = Places::find(&["a"], &mut Vec::new());
        let folders = "geographical_location_oid=1/video_camera_oid=1/detection_oid=1/timestamp_detected=1";
        let error = places.given(&Path::new(folders).join("x.csv"), &["a"]).unwrap_err().to_string();
        assert!(error.contains("x.csv has no column for item_name (columns: a)"), "{error}");
    }
}
