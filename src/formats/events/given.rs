//! What the names of folders tell of all events in a file, as writers of partitioned trees leave it out of the files:
//! `geographical_location_oid=7/item_name=car/part-0.parquet`.

use std::path::Path;

use super::EventColumn;
use crate::formats::FormatError;

/// The folder of rows that have no value.
const NOTHING: &str = "__HIVE_DEFAULT_PARTITION__";

/// A value that all events of a file have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenValue {
    /// Of a column of whole numbers; `None` where it is missing.
    Number(Option<i64>),
    /// Of `item_name`.
    Text(Option<String>),
}

impl GivenValue {
    /// The number, of a column of such.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => *number,
            Self::Text(_) => None,
        }
    }

    /// The item.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_deref(),
            Self::Number(_) => None,
        }
    }
}

/// The columns that folders tell, in the order of [`EventColumn::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Given([Option<GivenValue>; EventColumn::ALL.len()]);

impl Given {
    /// What the folders tell of the columns that a file lacks. What a file holds itself goes before its folders.
    pub(super) fn of(path: &Path, lacks: impl Fn(EventColumn) -> bool) -> Result<Self, FormatError> {
        let mut given = Self::default();
        let folders = path.parent().into_iter().flat_map(Path::components);
        for folder in folders.filter_map(|folder| folder.as_os_str().to_str()) {
            let Some((name, value)) = folder.split_once('=') else { continue };
            let named = |column: &EventColumn| name.eq_ignore_ascii_case(column.name());
            let Some(column) = EventColumn::ALL.into_iter().find(named).filter(|column| lacks(*column)) else {
                continue;
            };
            let value = Some(decoded(value)).filter(|value| value != NOTHING);
            let value = match (column, value) {
                (EventColumn::Item, text) => GivenValue::Text(text),
                (_, None) => GivenValue::Number(None),
                (_, Some(text)) => {
                    let folder = folder.to_owned();
                    let number = text.parse().map_err(|_| FormatError::Folder { path: path.to_owned(), folder })?;
                    GivenValue::Number(Some(number))
                }
            };
            given.0[column as usize] = Some(value);
        }
        Ok(given)
    }

    /// What is told of a column.
    pub(super) fn get(&self, column: EventColumn) -> Option<&GivenValue> {
        self.0[column as usize].as_ref()
    }

    /// Whether a column is told.
    pub(super) fn has(&self, column: EventColumn) -> bool {
        self.get(column).is_some()
    }
}

/// Names of folders write some letters as `%` and two digits.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = (*first == b'%').then(|| behind.get(..2)).flatten();
        let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &behind[2..];
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_tell_columns_that_the_file_lacks() {
        let path = Path::new("/a/b=1/Geographical_Location_Oid=-7/item_name=it%27s%20%zz/detection_oid=x/f.parquet");
        let given = Given::of(path, |column| column != EventColumn::Detection).unwrap();
        assert_eq!(given.get(EventColumn::Location), Some(&GivenValue::Number(Some(-7))));
        assert_eq!(given.get(EventColumn::Item).and_then(GivenValue::text), Some("it's %zz"));
        assert!(!given.has(EventColumn::Camera) && !given.has(EventColumn::Detection));
        let error = Given::of(path, |_| true).unwrap_err().to_string();
        assert!(error.contains("detection_oid=x"), "{error}");
        let nothing = "x/item_name=__HIVE_DEFAULT_PARTITION__/video_camera_oid=__HIVE_DEFAULT_PARTITION__/f.csv";
        let given = Given::of(Path::new(nothing), |_| true).unwrap();
        assert_eq!(given.get(EventColumn::Item), Some(&GivenValue::Text(None)));
        assert_eq!(given.get(EventColumn::Camera), Some(&GivenValue::Number(None)));
    }
}
