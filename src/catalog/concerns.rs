//! Which footages a problem concerns, so that frames can be asked for by it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
};

use rusqlite::{Connection, OptionalExtension};

use super::{damage, read::from_json};
use crate::{filter::FootageRows, lake::RecordingFiles, model::Problem};

/// The footages that problems concern, by the path that the problem names.
#[derive(Debug, Default)]
pub(super) struct Concerns {
    by_path: HashMap<String, Vec<usize>>,
}

impl Concerns {
    /// A problem that names a store concerns the footages of that store. One that names another file (a table, labels, a
    /// manifest) concerns all footages of the source that the file was read for. A store without footages and a problem of
    /// the lake as a whole concern no frame. `position` gives the index of a footage by its number.
    pub(super) fn read(connection: &Connection, position: &HashMap<i64, usize>) -> rusqlite::Result<Self> {
        let mut told: Vec<(String, Option<i64>)> = connection
            .prepare("SELECT DISTINCT path, source_id FROM problem")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        told.extend(damage::problems(connection)?.into_iter().map(|problem| (problem.path, None)));
        if told.is_empty() {
            return Ok(Self::default());
        }
        let (mut of_store, mut of_source) = (HashMap::<String, Vec<usize>>::new(), HashMap::<i64, Vec<usize>>::new());
        let mut footages = connection
            .prepare("SELECT footage_id, store, source_id FROM footage JOIN recording USING (recording_id)")?;
        let mut rows = footages.query([])?;
        while let Some(row) = rows.next()? {
            let Some(footage) = position.get(&row.get(0)?) else { continue };
            let store: String = row.get(1)?;
            of_store.entry(as_told(&store)).or_default().push(*footage);
            of_source.entry(row.get(2)?).or_default().push(*footage);
        }
        let mut stores_of: HashMap<i64, HashSet<String>> = HashMap::new();
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        for (path, source) in told {
            let concerned = match (of_store.get(&path), source) {
                (Some(footages), _) => footages.clone(),
                (None, Some(source)) => {
                    let stores = match stores_of.get(&source) {
                        Some(stores) => stores,
                        None => stores_of.entry(source).or_insert(stores(connection, source)?),
                    };
                    if stores.contains(&path) {
                        Vec::new()
                    } else {
                        of_source.get(&source).cloned().unwrap_or_default()
                    }
                }
                (None, None) => Vec::new(),
            };
            let known = by_path.entry(path).or_default();
            known.extend(concerned);
            known.sort_unstable();
            known.dedup();
        }
        Ok(Self { by_path })
    }

    /// The footages that a problem with this path concerns, ascending.
    pub(super) fn of(&self, path: &str) -> &[usize] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The rows that any problem concerns, ascending and apart from each other.
    pub(super) fn rows(&self, footages: &[FootageRows]) -> Vec<Range<usize>> {
        let concerned: BTreeSet<usize> = self.by_path.values().flatten().copied().collect();
        let spans = concerned.into_iter().filter_map(|footage| footages.get(footage));
        spans.map(|span| span.first_row..span.first_row + span.rows).filter(|range| !range.is_empty()).collect()
    }
}

/// A path as a problem tells it.
fn as_told(path: &str) -> String {
    Problem::new(path, "", "").path
}

/// The stores of a source, readable or not, as problems tell them.
fn stores(connection: &Connection, source: i64) -> rusqlite::Result<HashSet<String>> {
    let files: Option<RecordingFiles> = connection
        .prepare_cached("SELECT files FROM source WHERE source_id = ?1")?
        .query_row([source], |row| from_json(row, 0))
        .optional()?;
    Ok(files.iter().flat_map(|files| &files.stores).map(|store| as_told(&store.path)).collect())
}
