//! What settings need to know of the catalog: which recordings have a metric or a file, and which metrics are positions.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};

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
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            if position(connection)?.as_ref() == names {
                return Ok(());
            }
            let change = begin(connection)?;
            match names {
                Some(names) => change.execute(
                    "INSERT INTO meta VALUES ('position', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [json(names)?],
                )?,
                None => change.execute("DELETE FROM meta WHERE key = 'position'", [])?,
            };
            change.commit()
        };
        write(&mut self.connection).doing(&self.path, "write the names of positions")
    }
}

/// The names of the metrics that tell positions, where a person told them.
pub(super) fn position(connection: &Connection) -> rusqlite::Result<Option<PositionNames>> {
    connection
        .prepare("SELECT value FROM meta WHERE key = 'position'")?
        .query_row([], |row| from_json(row, 0))
        .optional()
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
