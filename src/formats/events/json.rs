//! Events as one JSON object a line.

use std::{
    borrow::Cow,
    fmt,
    io::{Error, ErrorKind},
    path::Path,
};

use hashbrown::HashSet;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::{
    EventBatch, EventColumn, EventOptions, EventWords, Given, PartReport, Places, TakeBatch, Wanted,
    columns::MOST_BYTES,
    text::{Batches, Lines, MAX_DECIMAL, TextEvent, TextTime, written_time},
};
use crate::formats::{FormatError, Note, error::open_regular};

/// A usual misspelling, which objects may have beside the right one.
const OTHER_CAMERA: &str = "ideo_camera_oid";

/// Objects whose fields are looked at before a file is read; more where these lack a field.
const FIRST_OBJECTS: u64 = 1000;
/// Different names that are remembered, and looked at for wrong letters.
const MAX_NAMES: usize = 1000;
/// Lines after which is asked whether to go on; a line may be as long as 1 MiB.
const ASKED_LINES: u64 = 256;

/// Names of fields, each of which is compared with the columns once.
#[derive(Default)]
struct Names {
    known: HashSet<String>,
    /// Those that may be columns: of each the first with its right name, and two that are near it, which are then none.
    candidates: Vec<String>,
    right: [bool; EventColumn::ALL.len()],
    near: [usize; EventColumn::ALL.len()],
}

impl Names {
    fn meet(&mut self, name: &str) {
        if name.len() > MOST_BYTES || self.known.contains(name) {
            return;
        }
        let full = self.known.len() >= MAX_NAMES;
        if !full {
            self.known.insert(name.to_owned());
        }
        for column in EventColumn::ALL {
            let at = column as usize;
            if self.right[at] {
                continue;
            }
            self.right[at] = column.is_called(name);
            let near = !self.right[at] && !full && self.near[at] < 2 && column.is_nearly(name);
            self.near[at] += usize::from(near);
            if self.right[at] || near {
                self.candidates.push(name.to_owned());
            }
        }
    }
}

/// What the fields of events are called in a file, in the order of [`EventColumn::ALL`]; `None` where no object is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct JsonNames {
    found: [Option<String>; EventColumn::ALL.len()],
    /// What folders tell instead.
    given: Given,
}

impl JsonNames {
    /// Looks at the names of fields. A file none of whose objects has a field is refused: all that reads it would be wrong.
    pub(super) fn of(path: &Path, go_on: &dyn Fn() -> bool, notes: &mut Vec<Note>) -> Result<Self, FormatError> {
        let failed = |source| FormatError::Read { path: path.to_owned(), source };
        let mut lines = Lines::open(open_regular(path)?);
        let mut names = Names::default();
        let (mut objects, mut known) = (0_u64, Self::default());
        let folders = Given::of(path, |_| true).unwrap_or_default();
        let told = |known: &Self, column| known.found[column as usize].is_some() || folders.has(column);
        while let Some(too_long) = lines.next().map_err(failed)? {
            if lines.number.is_multiple_of(ASKED_LINES) && !go_on() {
                return Err(failed(Error::new(ErrorKind::Interrupted, "stopped")));
            }
            if too_long {
                continue;
            }
            let Ok(Keys(keys)) = serde_json::from_slice(&lines.line) else { continue };
            objects += 1;
            let before = names.candidates.len();
            for key in keys {
                names.meet(&key);
            }
            if names.candidates.len() > before {
                known = Self::among(&names.candidates);
            }
            if objects >= FIRST_OBJECTS && EventColumn::ALL.into_iter().all(|column| told(&known, column)) {
                break;
            }
        }
        if objects == 0 {
            return Ok(known);
        }
        let candidates: Vec<&str> = names.candidates.iter().map(String::as_str).collect();
        let mut all: Vec<&str> = names.known.iter().map(String::as_str).collect();
        all.sort_unstable();
        known.given = Places::find(&candidates, notes).given(path, &all)?;
        Ok(known)
    }

    fn among(names: &[String]) -> Self {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let places = Places::find(&names, &mut Vec::new());
        let found = EventColumn::ALL.map(|column| places.of(column).map(|at| names[at].to_owned()));
        Self { found, given: Given::default() }
    }

    /// Whether folders tell some of the columns.
    pub(super) fn is_given(&self) -> bool {
        EventColumn::ALL.into_iter().any(|column| self.given.has(column))
    }

    /// The names; where a file has no objects, the right ones.
    pub(super) fn names(&self) -> [String; EventColumn::ALL.len()] {
        EventColumn::ALL.map(|column| self.found[column as usize].clone().unwrap_or_else(|| column.name().to_owned()))
    }

    /// Which column a field is, and whether it is called as it should be.
    fn column(&self, key: &str) -> Option<(EventColumn, bool)> {
        let all = || EventColumn::ALL.into_iter();
        let right = all().find(|column| key == column.name());
        if let Some(column) = right.or_else(|| all().find(|column| key.trim().eq_ignore_ascii_case(column.name()))) {
            return Some((column, true));
        }
        let near = all().find(|column| self.found[*column as usize].as_deref() == Some(key));
        near.or_else(|| (key == OTHER_CAMERA).then_some(EventColumn::Camera)).map(|column| (column, false))
    }
}

/// The names of the fields of an object.
struct Keys<'a>(Vec<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Keys<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Keys<'de>;

            fn expecting(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
                into.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut keys = Vec::new();
                while let Some(Text(key)) = map.next_key()? {
                    map.next_value::<IgnoredAny>()?;
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A text that is not copied where that can be spared.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A whole number, also one that is written as a decimal number, up to where these have all whole ones.
struct WholeNumber(i64);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Time::read(deserializer, false)? {
            TextTime::Number(number) | TextTime::Ns(number) => Ok(Self(number)),
        }
    }
}

/// A whole number, or a time that is written out.
struct Time(TextTime);

impl Time {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, written: bool) -> Result<TextTime, D::Error> {
        struct Read {
            written: bool,
        }
        impl Visitor<'_> for Read {
            type Value = TextTime;

            fn expecting(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
                into.write_str("a whole number")
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<TextTime, E> {
                Ok(TextTime::Number(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<TextTime, E> {
                i64::try_from(value).map(TextTime::Number).map_err(E::custom)
            }

            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole and small")]
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<TextTime, E> {
                let is_whole = value.fract() == 0.0 && value.abs() <= MAX_DECIMAL as f64;
                if is_whole { Ok(TextTime::Number(value as i64)) } else { Err(E::custom("no whole number")) }
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TextTime, E> {
                let time = if self.written { written_time(text.trim()) } else { None };
                time.ok_or_else(|| E::custom("no whole number"))
            }
        }
        deserializer.deserialize_any(Read { written })
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, true).map(Self)
    }
}

/// Reads an event; fields that are no column are passed over.
struct EventOf<'n>(&'n JsonNames);

impl<'de> DeserializeSeed<'de> for EventOf<'_> {
    type Value = TextEvent<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EventOf<'_> {
    type Value = TextEvent<'de>;

    fn expecting(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        into.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut event = TextEvent::default();
        let mut met = [false; EventColumn::ALL.len()];
        while let Some(Text(key)) = map.next_key()? {
            let Some((column, right)) = self.0.column(&key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if right && std::mem::replace(&mut met[column as usize], true) {
                return Err(A::Error::custom("a field stands there twice"));
            }
            let slot = match column {
                EventColumn::Item => {
                    let text = map.next_value::<Option<Text<'de>>>()?.map(|text| text.0);
                    put(&mut event.item, text, right);
                    continue;
                }
                EventColumn::Location => &mut event.location,
                EventColumn::Camera => &mut event.camera,
                EventColumn::Detection => &mut event.detection,
                EventColumn::Time => {
                    put(&mut event.time, map.next_value::<Option<Time>>()?.map(|time| time.0), right);
                    continue;
                }
            };
            put(slot, map.next_value::<Option<WholeNumber>>()?.map(|number| number.0), right);
        }
        Ok(event)
    }
}

/// What stands under the right name goes before what stands under another, wherever they stand.
fn put<T>(slot: &mut Option<T>, value: Option<T>, right: bool) {
    if value.is_some() && (right || slot.is_none()) {
        *slot = value;
    }
}

/// Reads a file.
pub(super) fn read(
    path: &Path,
    names: &JsonNames,
    wanted: Wanted,
    options: &EventOptions,
    take: &mut TakeBatch<'_>,
    told: &mut PartReport,
) -> Result<(), FormatError> {
    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let mut lines = Lines::open(open_regular(path)?);
    let (batch, words, report) = (EventBatch::default(), EventWords::default(), PartReport::default());
    let mut batches = Batches { wanted, options, take, given: &names.given, batch, words, report };
    let ended = loop {
        let too_long = match lines.next() {
            Ok(Some(too_long)) => too_long,
            Ok(None) => break Ok(()),
            Err(source) => break Err(failed(source)),
        };
        if lines.line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        batches.report.rows += 1;
        if too_long {
            batches.bad("is longer than 1 MiB", lines.number);
            continue;
        }
        let mut reader = serde_json::Deserializer::from_slice(&lines.line);
        let event = EventOf(names).deserialize(&mut reader).and_then(|event| reader.end().map(|()| event));
        match event {
            Ok(event) => {
                if !batches.add(&event) {
                    break Ok(());
                }
            }
            Err(_) => batches.bad("is no JSON object with the fields of an event", lines.number),
        }
    };
    batches.finish(told);
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_at_once_and_few_are_kept() {
        let mut names = Names::default();
        for at in 0..50_000 {
            names.meet(&format!("item_nam{at}"));
            names.meet(&format!("{at}{}", "detection_oid".repeat(1000)));
        }
        assert_eq!((names.known.len(), names.candidates.len()), (MAX_NAMES, 2));
        // Two that are near are none, and the right name counts however late it comes.
        assert_eq!(JsonNames::among(&names.candidates).found[EventColumn::Item as usize], None);
        names.meet(" Item_Name");
        names.meet("item_name");
        assert_eq!(names.candidates.len(), 3);
        assert_eq!(
            JsonNames::among(&names.candidates).found[EventColumn::Item as usize].as_deref(),
            Some(" Item_Name")
        );
    }
}
