//! `recording.toml`: when a drive began and what is known of it.

use std::{collections::BTreeMap, path::Path};

use toml::Value;

use super::{FormatError, Note, error::read_bytes, note::local_notes, time_axis::as_date_ns};
use crate::model::{Zone, parse_written_time};

/// Longest file taken in.
const MAX_BYTES: u64 = 4 << 20;

/// What a `recording.toml` tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingFile {
    /// `started_at` (a TOML date, ISO 8601 text, or whole ns) or `started_at_ns`, ns UTC.
    pub started_at_ns: Option<i64>,
    /// Every other key as text; keys of nested tables are joined with dots (`vehicle.model`).
    pub attributes: BTreeMap<String, String>,
    /// What was guessed or could not be read.
    pub notes: Vec<Note>,
}

/// Reads a `recording.toml`.
///
/// # Errors
/// [`FormatError`] when the file cannot be read or is malformed (with line and column).
pub fn read_recording_toml(path: &Path) -> Result<RecordingFile, FormatError> {
    read_recording_toml_in(path, None)
}

/// As [`read_recording_toml`], with a start that is written without a zone read in this one.
///
/// # Errors
/// As [`read_recording_toml`].
pub fn read_recording_toml_in(path: &Path, zone: Option<&Zone>) -> Result<RecordingFile, FormatError> {
    let bytes = read_bytes(path, MAX_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let (line, column) = place(&String::from_utf8_lossy(before), usize::MAX);
        FormatError::Toml { path: path.to_owned(), line, column, what: "the text is not UTF-8".to_owned() }
    })?;
    parse(path, &text, zone)
}

fn parse(path: &Path, text: &str, zone: Option<&Zone>) -> Result<RecordingFile, FormatError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        FormatError::Toml { path: path.to_owned(), line, column, what: error.message().replace('\n', ", ") }
    })?;
    let mut file = RecordingFile::default();
    for (key, value) in table {
        if key == "started_at" || key == "started_at_ns" {
            match start_ns(&key, &value, zone, &mut file.notes) {
                Some(ns) => file.started_at_ns = Some(ns),
                None => file.notes.push(Note::new(
                    format!("`{key} = {value}` is no time"),
                    "write it as started_at = 2024-05-01T08:00:00Z",
                )),
            }
        } else {
            flatten(key, value, &mut file.attributes);
        }
    }
    Ok(file)
}

/// Line and column, both from 1, of a byte of the text.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn start_ns(key: &str, value: &Value, zone: Option<&Zone>, notes: &mut Vec<Note>) -> Option<i64> {
    let mut written = |text: &str| {
        let time = parse_written_time(text)?;
        let Some(zone) = zone.filter(|_| !time.zoned) else { return Some(time.ns) };
        let mut local = zone.reader();
        let ns = local.to_utc(time.ns);
        notes.extend(local_notes(Some(&local), key));
        ns
    };
    match value {
        Value::Datetime(time) => written(&time.to_string()),
        Value::String(text) => written(text),
        Value::Integer(number) if key == "started_at_ns" => Some(*number),
        Value::Integer(number) => match as_date_ns(*number) {
            Some((unit, ns)) if unit != super::TimeUnit::Ns => {
                notes.push(Note::new(
                    format!("`{key} = {number}` was read as {} since 1970, by its size", unit.name()),
                    "write started_at as a date, or as whole nanoseconds",
                ));
                Some(ns)
            }
            _ => Some(*number),
        },
        _ => None,
    }
}

fn flatten(key: String, value: Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            table.into_iter().for_each(|(inner, value)| flatten(format!("{key}.{inner}"), value, into));
        }
        Value::Array(list) if list.iter().any(|item| matches!(item, Value::Table(_) | Value::Array(_))) => {
            list.into_iter().enumerate().for_each(|(at, value)| flatten(format!("{key}.{at}"), value, into));
        }
        Value::Array(list) => {
            let words: Vec<String> = list.into_iter().map(word).collect();
            into.insert(key, words.join(", "));
        }
        value => {
            into.insert(key, word(value));
        }
    }
}

fn word(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RecordingFile, FormatError> {
        parse(Path::new("recording.toml"), text, None)
    }

    #[test]
    fn the_start_is_read_in_each_form() {
        let start = 1_714_550_400_000_000_000;
        for (text, expected, notes) in [
            ("started_at = 2024-05-01T08:00:00Z", Some(start), 0),
            ("started_at = 2024-05-01T10:00:00+02:00", Some(start), 0),
            ("started_at = 2024-05-01 08:00:00", Some(start), 0),
            ("started_at = \"2024-05-01T08:00:00.000000001Z\"", Some(start + 1), 0),
            ("started_at = 1714550400000000000", Some(start), 0),
            ("started_at_ns = 5", Some(5), 0),
            ("started_at = 0", Some(0), 0),
            ("started_at = 1714550400", Some(start), 1),
            ("started_at = 2024-05-01", Some(start - 8 * 3_600_000_000_000), 0),
            ("started_at = 08:00:00", None, 1),
            ("started_at = \"soon\"", None, 1),
            ("", None, 0),
        ] {
            let file = read(text).unwrap();
            assert_eq!((file.started_at_ns, file.notes.len()), (expected, notes), "{text}");
        }
    }

    #[test]
    fn every_key_becomes_text() {
        let text = "vehicle = 'V7'\nkm = 12.5\nnight = true\ntags = ['a', 2]\n[route]\nfrom.city = 'Ulm'\n[[crew]]\nseat = 1\n";
        let file = read(text).unwrap();
        let pairs: Vec<(&str, &str)> =
            file.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("crew.0.seat", "1"),
                ("km", "12.5"),
                ("night", "true"),
                ("route.from.city", "Ulm"),
                ("tags", "a, 2"),
                ("vehicle", "V7")
            ]
        );
    }

    #[test]
    fn mistakes_are_named_by_place() {
        for (text, place) in
            [("a = 1\nb = \n", (2, 5)), ("a = 1\n  a = 2\n", (2, 3)), ("é = 1", (1, 1)), ("a = 1 2", (1, 5))]
        {
            let error = read(text).unwrap_err();
            let FormatError::Toml { line, column, .. } = &error else { panic!("{error}") };
            assert_eq!((*line, *column), place, "{text:?}: {error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recording.toml");
        std::fs::write(&path, b"a = 1\nb = '\xff'").unwrap();
        assert!(matches!(read_recording_toml(&path), Err(FormatError::Toml { line: 2, column: 6, .. })));
        assert!(matches!(read_recording_toml(&folder.path().join("none")), Err(FormatError::Read { .. })));
    }
}
