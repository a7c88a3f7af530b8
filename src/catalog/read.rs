//! Reading the catalog: totals, places of footages, labels, problems.

use std::{collections::BTreeMap, path::PathBuf};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, params};

use super::{CatalogError, FrameTable, connect, connect::Doing, damage};
use crate::{
    formats::{Interpolation, default_interpolation},
    frames::{FrameLayout, StoreIdentity},
    lake::RecordingFiles,
    model::{Circle, MetricKind, MetricSummary, Problem, Recording},
};

/// Reads one catalog. May be shared between threads; one query runs at a time.
pub struct CatalogReader {
    path: PathBuf,
    uid: String,
    file: Option<(u64, u64)>,
    connection: Mutex<Connection>,
}

/// Counts over the whole lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatalogTotals {
    /// Recordings.
    pub recordings: u64,
    /// Footages.
    pub footages: u64,
    /// Frames.
    pub frames: u64,
    /// Labels.
    pub labels: u64,
    /// Metric samples in the files.
    pub samples: u64,
    /// Problems.
    pub problems: u64,
}

/// One metric over the whole lake.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricTotal {
    /// Name.
    pub name: String,
    /// Unit, when any recording tells it.
    pub unit: Option<String>,
    /// The kind that holds the values of every recording.
    pub kind: MetricKind,
    /// Smallest sample.
    pub min: Option<f64>,
    /// Largest sample.
    pub max: Option<f64>,
}

/// Where the frames of a footage are.
#[derive(Debug, Clone, PartialEq)]
pub struct FootagePlace {
    /// Store, relative to the lake.
    pub store: String,
    /// State of the store when it was indexed.
    pub identity: StoreIdentity,
    /// How frames are stored; `None` when the store holds no images.
    pub layout: Option<FrameLayout>,
    /// Packed extents.
    pub extents: Vec<u8>,
}

/// A recording as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogRecording {
    /// Name.
    pub name: String,
    /// Start, ns UTC.
    pub started_at_ns: Option<i64>,
    /// Length in ns.
    pub duration_ns: Option<i64>,
    /// Every key of `recording.toml`, as text.
    pub attributes: BTreeMap<String, String>,
}

impl MetricTotal {
    /// How its values go round, if they do: as a person `told`, or else as its name says.
    pub(super) fn circle(&self, told: Option<bool>) -> Option<Circle> {
        let numeric = matches!(self.kind, MetricKind::Float | MetricKind::Int);
        let usual = || default_interpolation(&self.name, self.kind) == Interpolation::Circular;
        (numeric && told.unwrap_or_else(usual))
            .then(|| Circle::of((&self.name, self.kind), self.unit.as_deref(), self.min.zip(self.max)))
    }
}

impl CatalogReader {
    /// Opens the catalog; `None` when the lake has no index yet.
    ///
    /// # Errors
    /// The database is there but cannot be opened.
    pub fn open(path: PathBuf) -> Result<Option<Self>, CatalogError> {
        let file = file_of(&path);
        let Some(connection) = connect::read_catalog(&path)? else { return Ok(None) };
        let uid = uid(&connection).doing(&path, "read the catalog's id")?;
        Ok(Some(Self { path, uid, file, connection: Mutex::new(connection) }))
    }

    /// Whether the file that was opened is still the one at its path.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.file.is_some() && file_of(&self.path) == self.file
    }

    /// Random id of the catalog; footage numbers mean something together with it only.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// Whether an index run once came to its end.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_complete(&self) -> Result<bool, CatalogError> {
        self.ask("read whether the index is whole", |connection| {
            connection
                .prepare_cached("SELECT value FROM meta WHERE key = 'complete'")?
                .query_row([], |row| Ok(count(row, 0)? > 0))
        })
    }

    /// Loads the frame table of this moment; it goes on reading the same state of the catalog.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn table(&self) -> Result<FrameTable, CatalogError> {
        let connection =
            connect::read_catalog(&self.path)?.ok_or_else(|| CatalogError::NotIndexed(self.path.clone()))?;
        FrameTable::load(self.path.clone(), connection)
    }

    pub(super) fn ask<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        read(&self.connection.lock()).doing(&self.path, doing)
    }

    /// The number that grows with every change.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn generation(&self) -> Result<u64, CatalogError> {
        self.ask("read the generation", generation)
    }

    /// Counts over the whole lake.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn totals(&self) -> Result<CatalogTotals, CatalogError> {
        self.ask("count", |connection| {
            let (recordings, samples) =
                connection.query_row("SELECT count(*), coalesce(sum(samples), 0) FROM recording", [], |row| {
                    Ok((count(row, 0)?, count(row, 1)?))
                })?;
            let (footages, frames, labels) = connection.query_row(
                "SELECT count(*), coalesce(sum(frames), 0), coalesce(sum(labels), 0) FROM footage",
                [],
                |row| Ok((count(row, 0)?, count(row, 1)?, count(row, 2)?)),
            )?;
            let problems: u64 = connection.query_row("SELECT count(*) FROM problem", [], |row| count(row, 0))?;
            let problems = problems + damage::problems(connection)?.len() as u64;
            Ok(CatalogTotals { recordings, footages, frames, labels, samples, problems })
        })
    }

    /// The metrics of the lake, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn metrics(&self) -> Result<Vec<MetricTotal>, CatalogError> {
        self.ask("read the metrics", metrics)
    }

    /// Every problem: what verifying found, those of the lake, then by path.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, CatalogError> {
        self.ask("read the problems", |connection| {
            let mut problems = damage::problems(connection)?;
            let told = connection
                .prepare("SELECT path, what, hint FROM problem ORDER BY source_id IS NOT NULL, path, problem_id")?
                .query_map([], |row| Ok(Problem { path: row.get(0)?, what: row.get(1)?, hint: row.get(2)? }))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            problems.extend(told);
            Ok(problems)
        })
    }

    /// The recordings of the lake.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn recordings(&self) -> Result<Vec<Recording>, CatalogError> {
        self.ask("read the recordings", |connection| {
            connection
                .prepare_cached("SELECT name, started_at_ns, duration_ns, attributes FROM recording")?
                .query_map([], |row| {
                    Ok(Recording {
                        name: row.get(0)?,
                        started_at_ns: row.get(1)?,
                        duration_ns: row.get(2)?,
                        attributes: from_json(row, 3)?,
                    })
                })?
                .collect()
        })
    }

    /// What is known of each metric of each recording, by the recording's name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn summaries(&self) -> Result<Vec<(String, MetricSummary)>, CatalogError> {
        self.ask("read the metrics of the recordings", |connection| {
            connection
                .prepare_cached(
                    "SELECT recording.name, metric.name, unit, kind, count, missing, min, max, mean, rate_hz, gaps
                     FROM metric_summary JOIN metric USING (metric_id) JOIN recording USING (recording_id)",
                )?
                .query_map([], |row| {
                    let summary = MetricSummary {
                        name: row.get(1)?,
                        unit: row.get(2)?,
                        kind: kind_of(&row.get::<_, String>(3)?),
                        count: count(row, 4)?,
                        missing: count(row, 5)?,
                        min: row.get(6)?,
                        max: row.get(7)?,
                        mean: row.get(8)?,
                        rate_hz: row.get(9)?,
                        gaps: count(row, 10)?,
                    };
                    Ok((row.get(0)?, summary))
                })?
                .collect()
        })
    }

    /// The files that a recording was read from; `None` when there is no such recording.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn files(&self, recording: &str) -> Result<Option<RecordingFiles>, CatalogError> {
        self.ask("read a recording", |connection| {
            connection
                .prepare_cached("SELECT files FROM source JOIN recording USING (source_id) WHERE recording.name = ?1")?
                .query_row([recording], |row| from_json(row, 0))
                .optional()
        })
    }
}

/// Where the frames of a footage are.
pub(super) fn place(connection: &Connection, footage_id: i64) -> rusqlite::Result<FootagePlace> {
    connection
        .prepare_cached(
            "SELECT store, store_identity, layout, data FROM footage JOIN extents USING (footage_id) WHERE footage_id = ?1",
        )?
        .query_row([footage_id], |row| {
            let layout: Option<String> = row.get(2)?;
            Ok(FootagePlace {
                store: row.get(0)?,
                identity: from_json(row, 1)?,
                layout: if layout.is_some() { Some(from_json(row, 2)?) } else { None },
                extents: row.get(3)?,
            })
        })
}

/// All recordings, in the order of their names.
pub(super) fn recordings(connection: &Connection) -> rusqlite::Result<Vec<CatalogRecording>> {
    connection
        .prepare("SELECT name, started_at_ns, duration_ns, attributes FROM recording ORDER BY name")?
        .query_map([], |row| {
            Ok(CatalogRecording {
                name: row.get(0)?,
                started_at_ns: row.get(1)?,
                duration_ns: row.get(2)?,
                attributes: from_json(row, 3)?,
            })
        })?
        .collect()
}

/// All label blocks of a footage, ascending: how many labels, and their bytes.
pub(super) fn label_blocks(connection: &Connection, footage_id: i64) -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
    connection
        .prepare_cached("SELECT labels, data FROM label_block WHERE footage_id = ?1 ORDER BY first_frame")?
        .query_map([footage_id], |row| Ok((count(row, 0)?, row.get(1)?)))?
        .collect()
}

/// The packed block that holds the labels of a frame, if any has some, and how many labels are in it.
pub(super) fn label_block_near(
    connection: &Connection,
    footage_id: i64,
    frame_idx: u64,
) -> rusqlite::Result<Option<(u64, Vec<u8>)>> {
    connection
        .prepare_cached(
            "SELECT labels, data FROM label_block WHERE footage_id = ?1 AND first_frame <= ?2 ORDER BY first_frame DESC LIMIT 1",
        )?
        .query_row(params![footage_id, i64::try_from(frame_idx).unwrap_or(i64::MAX)], |row| Ok((count(row, 0)?, row.get(1)?)))
        .optional()
}

/// Device and inode of a file.
fn file_of(path: &std::path::Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

pub(super) fn uid(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("SELECT value FROM meta WHERE key = 'uid'", [], |row| row.get(0))
}

/// A count, which SQLite keeps as a signed number.
pub(super) fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

pub(super) fn generation(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT value FROM meta WHERE key = 'generation'")?.query_row([], |row| count(row, 0))
}

pub(super) fn metrics(connection: &Connection) -> rusqlite::Result<Vec<MetricTotal>> {
    let mut query = connection.prepare(
        "SELECT name, unit, kind, min, max FROM metric_summary JOIN metric USING (metric_id) ORDER BY recording_id",
    )?;
    let mut totals = BTreeMap::<String, MetricTotal>::new();
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let kind: String = row.get(2)?;
        let part = MetricTotal {
            name: row.get(0)?,
            unit: row.get(1)?,
            kind: kind_of(&kind),
            min: row.get(3)?,
            max: row.get(4)?,
        };
        match totals.get_mut(&part.name) {
            None => {
                totals.insert(part.name.clone(), part);
            }
            Some(total) => {
                total.kind = widest(total.kind, part.kind);
                total.unit = total.unit.take().or(part.unit);
                total.min = fold(total.min, part.min, f64::min);
                total.max = fold(total.max, part.max, f64::max);
            }
        }
    }
    Ok(totals.into_values().collect())
}

fn fold(left: Option<f64>, right: Option<f64>, with: fn(f64, f64) -> f64) -> Option<f64> {
    match (left, right) {
        (Some(left), Some(right)) => Some(with(left, right)),
        (left, right) => left.or(right),
    }
}

fn kind_of(word: &str) -> MetricKind {
    [MetricKind::Int, MetricKind::Bool, MetricKind::Text]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .unwrap_or(MetricKind::Float)
}

/// The kind that holds the values of both: numbers of any kind are floats together, anything with text is text.
pub(super) fn widest(left: MetricKind, right: MetricKind) -> MetricKind {
    match (left, right) {
        _ if left == right => left,
        (MetricKind::Text, _) | (_, MetricKind::Text) => MetricKind::Text,
        _ => MetricKind::Float,
    }
}
