//! Detection events (dataset A) in batches of columns: from Parquet, CSV and NDJSON files, folders of them and
//! hive-partitioned trees, whose folders may tell columns that the files lack.
//!
//! Locations and items come as codes into dictionaries that grow while a part is read, because billions of events name few
//! of either. What an event means (duplicates, windows, ranks) is no business of this module.

mod columns;
mod files;
mod given;
mod json;
mod page_parts;
pub(super) mod pages;
mod parquet;
mod stored;
mod text;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use hashbrown::HashMap;

use self::{columns::Places, given::Given, json::JsonNames, parquet::ParquetEvents};
use super::{BadRows, FormatError, Note, TimeUnit};

pub use columns::EventColumn;
pub use given::GivenValue;
pub use stored::{Stored, StoredColumn};

/// Code of a location or an item that is missing, or is no text.
pub const NO_CODE: u32 = u32::MAX;

/// Rows of a batch, about: enough to keep the work per batch small, few enough to stay in the processor's cache.
const BATCH_ROWS: usize = 64 << 10;

/// What is read beside locations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "columns are wanted or not, each by itself")]
pub struct Wanted {
    /// `item_name`. Who does not want it is told which events lack one all the same.
    pub item: bool,
    /// `detection_oid`.
    pub detection: bool,
    /// `video_camera_oid`.
    pub camera: bool,
    /// `timestamp_detected`.
    pub time: bool,
}

/// Events as columns, all as long as `locations`; those that were not asked for are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventBatch {
    /// `geographical_location_oid`, as codes into [`EventWords::locations`]; [`NO_CODE`] where there is none.
    pub locations: Vec<u32>,
    /// `item_name`, as codes into [`EventWords::items`]; [`NO_CODE`] where there is none. Empty when all have one and
    /// which ones they are was not asked for.
    pub items: Vec<u32>,
    /// `detection_oid`; 0 where there is none.
    pub detections: Vec<i64>,
    /// Whether there is one; empty when all are there.
    pub detection_valid: Vec<bool>,
    /// `video_camera_oid`; 0 where there is none.
    pub cameras: Vec<i64>,
    /// Whether there is one; empty when all are there.
    pub camera_valid: Vec<bool>,
    /// `timestamp_detected`, ns UTC; 0 where there is none.
    pub times_ns: Vec<i64>,
    /// Whether there is one; empty when all are there.
    pub time_valid: Vec<bool>,
}

impl EventBatch {
    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.locations.is_empty()
    }
}

/// What the codes of a part stand for. Codes are given in the order in which values are met.
#[derive(Debug, Clone, Default)]
pub struct EventWords {
    /// `geographical_location_oid`, each once.
    pub locations: Vec<i64>,
    /// `item_name`, each once.
    pub items: Vec<String>,
    location_codes: HashMap<i64, u32>,
    item_codes: HashMap<String, u32>,
}

impl EventWords {
    fn location(&mut self, oid: i64) -> u32 {
        let Self { locations, location_codes, .. } = self;
        *location_codes.entry(oid).or_insert_with(|| {
            locations.push(oid);
            code_of(locations.len())
        })
    }

    fn item(&mut self, name: &[u8]) -> u32 {
        let Ok(name) = std::str::from_utf8(name) else { return NO_CODE };
        if let Some(code) = self.item_codes.get(name) {
            return *code;
        }
        self.items.push(name.to_owned());
        let code = code_of(self.items.len());
        self.item_codes.insert(name.to_owned(), code);
        code
    }
}

/// The code of the last of so many words. A part has at most 2^31 rows, so its words have codes.
fn code_of(words: usize) -> u32 {
    u32::try_from(words - 1).unwrap_or(NO_CODE)
}

/// Says whether reading goes on; `false` ends it early (cancelled).
pub type TakeBatch<'a> = dyn FnMut(&EventBatch, &EventWords) -> bool + 'a;

/// How the files of events are read.
#[derive(Debug, Clone, Default)]
pub struct EventOptions {
    /// Unit of whole-number times that no type of a column tells; `None` tells it from each value's size.
    pub time_unit: Option<TimeUnit>,
    /// The folder that files must lie in, links resolved; `None` follows links anywhere.
    pub root: Option<PathBuf>,
}

/// A set of files of events that were looked at: what is in them is not read yet.
#[derive(Debug, Default)]
pub struct EventSet {
    /// The parts that can be read on their own, in the order of the files.
    pub parts: Vec<EventPart>,
    /// Files that cannot be read, and why.
    pub refused: Vec<(PathBuf, FormatError)>,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// Bytes of all files.
    pub size_bytes: u64,
    /// Number of files.
    pub files: u64,
}

/// One row group of a Parquet file, or a whole text file.
#[derive(Debug, Clone)]
pub struct EventPart {
    /// The file.
    pub path: PathBuf,
    /// Number of events, where the file tells it.
    pub rows: Option<u64>,
    kind: PartKind,
}

#[derive(Debug, Clone)]
enum PartKind {
    Parquet { file: Arc<ParquetEvents>, row_group: usize },
    Csv,
    Ndjson(Arc<JsonNames>),
}

/// What reading a part found beside the events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartReport {
    /// Rows read, bad ones included.
    pub rows: u64,
    /// Rows that are no events.
    pub bad_rows: BadRows,
    /// Whether the reader was told to stop.
    pub stopped: bool,
}

impl EventPart {
    /// Which row group of how many of its file it is, from 0; `None` of files without such.
    #[must_use]
    pub fn row_group(&self) -> Option<(usize, usize)> {
        match &self.kind {
            PartKind::Parquet { file, row_group } => Some((*row_group, file.row_groups())),
            PartKind::Csv | PartKind::Ndjson(_) => None,
        }
    }

    /// Reads the part from front to end and hands out its events.
    ///
    /// # Errors
    /// [`FormatError`] when the file cannot be read to its end. Batches handed out before stay with the caller.
    pub fn read(
        &self,
        wanted: Wanted,
        options: &EventOptions,
        take: &mut TakeBatch<'_>,
    ) -> Result<PartReport, FormatError> {
        let mut report = PartReport::default();
        self.read_until(wanted, options, take, &mut report).map(|()| report)
    }

    /// The same, and `report` tells what was found before the damage where a text file cannot be read to its end.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_until(
        &self,
        wanted: Wanted,
        options: &EventOptions,
        take: &mut TakeBatch<'_>,
        report: &mut PartReport,
    ) -> Result<(), FormatError> {
        match &self.kind {
            PartKind::Parquet { file, row_group } => {
                *report = parquet::read(file, *row_group, wanted, options, take)?;
                Ok(())
            }
            PartKind::Csv => text::read_csv(&self.path, wanted, options, take, report),
            PartKind::Ndjson(names) => json::read(&self.path, names, wanted, options, take, report),
        }
    }
}

impl EventSet {
    /// Looks at a file, or at all files of events below a folder: `.parquet`, `.csv`, `.ndjson`, `.jsonl`. A last part with
    /// `*` or `?` that is no file means the files of such names. Of Parquet files the footer is read, of CSV files the
    /// header, of JSON files the first objects.
    ///
    /// # Errors
    /// [`FormatError`] when `path` is not there, or is one file that cannot be read. Files in a folder that cannot be read
    /// are listed in [`EventSet::refused`].
    pub fn find(path: &Path) -> Result<Self, FormatError> {
        Self::find_within(path, None, &|| true)
    }

    /// The same, and files that lie outside of `root` when links are resolved are refused. Of JSON files the first objects
    /// are read, and more where these lack a field. It ends early when `go_on` says no.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn find_within(path: &Path, root: Option<&Path>, go_on: &dyn Fn() -> bool) -> Result<Self, FormatError> {
        files::find(path, root, go_on)
    }

    /// Whether there is any file of events, by the names alone, or a link to a folder, which may hold some.
    ///
    /// # Errors
    /// [`FormatError`] when none is found and a folder cannot be listed.
    pub fn any(path: &Path) -> Result<bool, FormatError> {
        files::any(path)
    }

    /// Number of events, as far as the files tell it.
    #[must_use]
    pub fn rows(&self) -> Option<u64> {
        self.parts.iter().map(|part| part.rows).sum()
    }
}

/// A whole-number time as ns UTC: its unit as told, or by its size (seconds below 1e11, then milli-, micro- and
/// nanoseconds, which is right from 1973 to 5138). `None` beyond what 64 bits of nanoseconds hold.
fn time_ns(value: i64, unit: Option<TimeUnit>) -> Option<i64> {
    value.checked_mul(unit.unwrap_or_else(|| guessed_unit(value)).ns())
}

/// The unit that a time has by its size.
fn guessed_unit(value: i64) -> TimeUnit {
    match value.unsigned_abs() {
        0..100_000_000_000 => TimeUnit::S,
        100_000_000_000..100_000_000_000_000 => TimeUnit::Ms,
        100_000_000_000_000..100_000_000_000_000_000 => TimeUnit::Us,
        _ => TimeUnit::Ns,
    }
}

/// Adds a value that may be missing to a column.
fn push(values: &mut Vec<i64>, valid: &mut Vec<bool>, value: Option<i64>) {
    if value.is_none() && valid.is_empty() {
        valid.resize(values.len(), true);
    }
    if value.is_none() || !valid.is_empty() {
        valid.push(value.is_some());
    }
    values.push(value.unwrap_or(0));
}

#[cfg(test)]
mod tests;
