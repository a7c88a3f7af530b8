//! What the files of events are like, for engines that read them by themselves.

use std::path::PathBuf;

use super::{EventColumn, EventSet, GivenValue, PartKind, text::CsvHead};
use crate::formats::{FormatError, TimeUnit};

/// How a file holds events. Files that are equal in this can be read as one table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one for each file that is looked at")]
pub enum Stored {
    /// Parquet.
    Parquet {
        /// Its columns, in the order of [`EventColumn::ALL`].
        columns: [StoredColumn; EventColumn::ALL.len()],
    },
    /// Text with a header.
    Csv {
        /// What stands between cells.
        delimiter: char,
        /// Where the columns are, in the order of [`EventColumn::ALL`]; beyond all where the names of folders tell them.
        places: [usize; EventColumn::ALL.len()],
        /// How many columns the header names.
        columns: usize,
    },
    /// One JSON object a line.
    Ndjson {
        /// What its fields are called, in the order of [`EventColumn::ALL`]. Where an object has a field under its right name,
        /// or a camera as `ideo_camera_oid`, these hold, too.
        names: [String; EventColumn::ALL.len()],
        /// Whether the names of folders tell some of the columns.
        given: bool,
    },
}

/// A column of a Parquet file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    /// Its name in the file.
    pub name: String,
    /// How it is stored, in words; equal for columns that can be read as one.
    pub kind: String,
    /// The unit of times, where the type tells it.
    pub unit: Option<TimeUnit>,
    /// Whether its numbers are stored as decimal ones, of which it is not known whether they are whole.
    pub decimal: bool,
    /// What the names of folders tell instead of the file, which has no such column.
    pub given: Option<GivenValue>,
}

impl EventSet {
    /// The files that can be read, each with what it is like, in the order of the parts. Of text files the header is read.
    ///
    /// # Errors
    /// [`FormatError`] when a header cannot be read.
    pub fn stored(&self) -> Result<Vec<(PathBuf, Stored)>, FormatError> {
        let mut files: Vec<(PathBuf, Stored)> = Vec::new();
        for part in &self.parts {
            if files.last().is_some_and(|(path, _)| *path == part.path) {
                continue;
            }
            let stored = match &part.kind {
                PartKind::Parquet { file, .. } => Stored::Parquet { columns: file.stored()? },
                PartKind::Ndjson(names) => Stored::Ndjson { names: names.names(), given: names.is_given() },
                PartKind::Csv => {
                    let head = CsvHead::read(&part.path)?;
                    let (places, _) = head.places(&part.path, &mut Vec::new())?;
                    Stored::Csv { delimiter: char::from(head.delimiter), places, columns: head.names.len() }
                }
            };
            files.push((part.path.clone(), stored));
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_the_rows_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        std::fs::write(
            &path,
            "\u{feff}detection_oid;x;ideo_camera_oid;item_name;timestamp_detected;geographical_location_oid\n1;2;3;4;5;6\n",
        )
        .unwrap();
        let stored = EventSet::find(&path).unwrap().stored().unwrap();
        let expected = Stored::Csv { delimiter: ';', places: [5, 2, 0, 3, 4], columns: 6 };
        assert_eq!(stored, [(path, expected)]);
    }
}
