//! What the files of events are like, for engines that read them by themselves.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use super::{EventColumn, EventSet, PartKind, Places};
use crate::formats::{FormatError, TimeUnit, error::open_regular};

/// How a file holds events. Files that are equal in this can be read as one table.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        /// Where the columns are, in the order of [`EventColumn::ALL`].
        places: [usize; EventColumn::ALL.len()],
        /// How many columns the header names.
        columns: usize,
    },
    /// One JSON object a line.
    Ndjson,
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
                PartKind::Ndjson => Stored::Ndjson,
                PartKind::Csv => {
                    let (delimiter, names) = csv_header(&part.path)?;
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let found = Places::find(&names, &mut Vec::new());
                    let mut places = [0; EventColumn::ALL.len()];
                    for column in EventColumn::ALL {
                        places[column as usize] = found.need(column, &part.path, &names)?;
                    }
                    Stored::Csv { delimiter: char::from(delimiter), places, columns: names.len() }
                }
            };
            files.push((part.path.clone(), stored));
        }
        Ok(files)
    }
}

/// What stands between the cells of a CSV file, and what its header names.
fn csv_header(path: &Path) -> Result<(u8, Vec<String>), FormatError> {
    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let mut reader = BufReader::with_capacity(1 << 20, open_regular(path)?);
    let head = reader.fill_buf().map_err(failed)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let marks = [b',', b';', b'\t'].into_iter();
    let delimiter = marks.max_by_key(|mark| first.iter().filter(|byte| *byte == mark).count()).unwrap_or(b',');
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(head);
    let header = rows.byte_headers().map_err(|_| FormatError::Empty { path: path.to_owned() })?;
    Ok((delimiter, header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()))
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
