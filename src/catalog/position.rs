//! What settings need to know of the catalog: which recordings have a metric or a file, and which metrics are positions.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    CatalogError, CatalogReader, CatalogWriter,
    connect::Doing,
    read::from_json,
    write::{begin, json},
};
use crate::{filter::PositionNames, lake::RecordingFiles};

/// The recordings of a source and its files.
#[derive(Debug, Clone)]
pub struct SourceFiles {
    /// Number of its recordings.
    pub recordings: u64,
    /// Its files.
    pub files: RecordingFiles,
}

impl CatalogWriter {
    /// The metrics of every source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn metric_names(&self) -> Result<BTreeMap<String, BTreeSet<String>>, CatalogError> {
        let read = || -> rusqlite::Result<_> {
            let mut query = self.connection.prepare(
                "SELECT DISTINCT source.name, metric.name FROM metric_summary JOIN metric USING (metric_id)
                 JOIN recording USING (recording_id) JOIN source USING (source_id)",
            )?;
            let mut rows = query.query([])?;
            let mut names = BTreeMap::<String, BTreeSet<String>>::new();
            while let Some(row) = rows.next()? {
                names.entry(row.get(0)?).or_default().insert(row.get(1)?);
            }
            Ok(names)
        };
        read().doing(&self.path, "read the metrics")
    }

    /// Keeps the names of the metrics that tell positions, where a person told them.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_position(&mut self, names: Option<&PositionNames>) -> Result<(), CatalogError> {
        keep(&mut self.connection, "position", names).doing(&self.path, "write the names of positions")
    }

    /// Keeps which metrics go round and which do not, where a person told how they are aligned.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn set_circular(&mut self, told: &BTreeMap<String, bool>) -> Result<(), CatalogError> {
        let told = Some(told).filter(|told| !told.is_empty());
        keep(&mut self.connection, "circular", told).doing(&self.path, "write which metrics go round")
    }
}

/// Keeps something told of the whole lake, or nothing.
fn keep<T: Serialize + DeserializeOwned + PartialEq>(
    connection: &mut Connection,
    key: &str,
    value: Option<&T>,
) -> rusqlite::Result<()> {
    if kept::<T>(connection, key)?.as_ref() == value {
        return Ok(());
    }
    let change = begin(connection)?;
    match value {
        Some(value) => change.execute(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, &json(value)?],
        )?,
        None => change.execute("DELETE FROM meta WHERE key = ?1", [key])?,
    };
    change.commit()
}

fn kept<T: DeserializeOwned>(connection: &Connection, key: &str) -> rusqlite::Result<Option<T>> {
    connection.prepare("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| from_json(row, 0)).optional()
}

/// Which metrics go round and which do not, where a person told how they are aligned.
pub(super) fn circular(connection: &Connection) -> rusqlite::Result<BTreeMap<String, bool>> {
    Ok(kept(connection, "circular")?.unwrap_or_default())
}

/// The names of the metrics that tell positions, where a person told them.
pub(super) fn position(connection: &Connection) -> rusqlite::Result<Option<PositionNames>> {
    kept(connection, "position")
}

impl CatalogReader {
    /// The files of every source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceFiles>, CatalogError> {
        self.ask("read the sources", |connection| {
            connection
                .prepare(
                    "SELECT files, (SELECT count(*) FROM recording WHERE recording.source_id = source.source_id)
                     FROM source ORDER BY name",
                )?
                .query_map([], |row| {
                    Ok(SourceFiles { files: from_json(row, 0)?, recordings: super::read::count(row, 1)? })
                })?
                .collect()
        })
    }

    /// The recordings that have a metric.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn recordings_with(&self, metric: &str) -> Result<Vec<String>, CatalogError> {
        self.ask("read the recordings of a metric", |connection| {
            connection
                .prepare(
                    "SELECT recording.name FROM recording JOIN metric_summary USING (recording_id)
                     JOIN metric USING (metric_id) WHERE metric.name = ?1",
                )?
                .query_map([metric], |row| row.get(0))?
                .collect()
        })
    }
}
