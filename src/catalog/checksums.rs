//! Checksums of stores in the catalog: which stores have some, and of which state of the file.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    CatalogError, CatalogReader, CatalogWriter, FootagePlace, SourceRecord,
    connect::Doing,
    read::{self, count, from_json},
    write::{begin, json, signed},
};
use crate::{frames::StoreIdentity, lake::RecordingFiles};

/// What the catalog knows of one store file.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreState {
    /// Path of the store, relative to the lake.
    pub store: String,
    /// Name of the source that it belongs to; empty when the store is not indexed any more.
    pub source: String,
    /// The footages in it; none when it holds no frames, or could not be read.
    pub footages: Vec<FootageName>,
    /// Its state when it was indexed, where it has footages.
    pub indexed: Option<StoreIdentity>,
    /// Its checksums, if it has some.
    pub checksums: Option<ChecksumState>,
    /// Whether the last verify found something wrong with it.
    pub has_finding: bool,
}

/// One footage of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FootageName {
    /// Its number in the catalog.
    pub footage_id: i64,
    /// Its recording.
    pub recording: String,
    /// Its camera.
    pub camera: String,
    /// Number of frames.
    pub frames: u64,
}

/// Of which state of a store there are checksums.
#[derive(Debug, Clone, PartialEq)]
pub struct ChecksumState {
    /// The state that was read.
    pub identity: StoreIdentity,
    /// A later state in which every byte was found to be the same.
    pub same_as: Option<StoreIdentity>,
    /// When they were made, ns UTC.
    pub made_at_ns: i64,
}

impl ChecksumState {
    /// The states that are known to have the bytes of the checksums.
    pub fn states(&self) -> impl Iterator<Item = &StoreIdentity> {
        std::iter::once(&self.identity).chain(&self.same_as)
    }
}

/// Checksums on their way into the catalog.
#[derive(Debug, Clone)]
pub struct NewChecksums {
    /// The store.
    pub store: String,
    /// The state of it that was read.
    pub identity: StoreIdentity,
    /// State when it was indexed; another one by now means that the index was made again meanwhile.
    pub indexed: Option<StoreIdentity>,
    /// When they were made, ns UTC.
    pub made_at_ns: i64,
    /// Packed checksums.
    pub data: Vec<u8>,
}

impl CatalogReader {
    /// Every store file of the lake, by path.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn stores(&self) -> Result<Vec<StoreState>, CatalogError> {
        self.ask("read the stores", stores)
    }

    /// The store of each footage as it was when it was indexed, each once.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn indexed_stores(&self) -> Result<BTreeMap<String, StoreIdentity>, CatalogError> {
        self.ask("read the stores", |connection| {
            let mut query = connection.prepare_cached("SELECT store, store_identity FROM footage")?;
            query.query_map([], |row| Ok((row.get(0)?, from_json(row, 1)?)))?.collect()
        })
    }

    /// Packed checksums of a store.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn checksum_data(&self, store: &str) -> Result<Option<Vec<u8>>, CatalogError> {
        self.ask("read checksums", |connection| {
            connection
                .prepare_cached("SELECT data FROM checksum_data JOIN checksummed USING (checksum_id) WHERE store = ?1")?
                .query_row([store], |row| row.get(0))
                .optional()
        })
    }

    /// Where the frames of a footage are; nothing when another process has indexed it again meanwhile.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn footage_place(&self, footage_id: i64) -> Result<Option<FootagePlace>, CatalogError> {
        self.ask("read a footage", |connection| read::place(connection, footage_id).optional())
    }
}

fn stores(connection: &Connection) -> rusqlite::Result<Vec<StoreState>> {
    let mut found = BTreeMap::<String, StoreState>::new();
    let mut query = connection.prepare("SELECT files FROM source")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let files: RecordingFiles = from_json(row, 0)?;
        let logs = files.logs.into_iter().map(|log| log.path);
        for store in files.stores.into_iter().map(|store| store.path).chain(logs) {
            let state = StoreState {
                store: store.clone(),
                source: files.name.clone(),
                footages: Vec::new(),
                indexed: None,
                checksums: None,
                has_finding: false,
            };
            found.insert(store, state);
        }
    }
    let mut query = connection.prepare(
        "SELECT store, footage_id, name, camera, frames, store_identity FROM footage JOIN recording USING (recording_id) \
         ORDER BY footage_id",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let store: String = row.get(0)?;
        let Some(state) = found.get_mut(&store) else { continue };
        state.indexed = Some(from_json(row, 5)?);
        state.footages.push(FootageName {
            footage_id: row.get(1)?,
            recording: row.get(2)?,
            camera: row.get(3)?,
            frames: count(row, 4)?,
        });
    }
    let mut query = connection.prepare("SELECT store, identity, same_as, made_at_ns FROM checksummed")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let store: String = row.get(0)?;
        // A store that is not indexed any more may lie on a drive that is away: it is missing, not forgotten.
        let state = found.entry(store.clone()).or_insert_with(|| StoreState {
            store,
            source: String::new(),
            footages: Vec::new(),
            indexed: None,
            checksums: None,
            has_finding: false,
        });
        let same_as: Option<String> = row.get(2)?;
        state.checksums = Some(ChecksumState {
            identity: from_json(row, 1)?,
            same_as: if same_as.is_some() { Some(from_json(row, 2)?) } else { None },
            made_at_ns: row.get(3)?,
        });
    }
    let mut query = connection.prepare("SELECT store FROM finding")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let store: String = row.get(0)?;
        if let Some(state) = found.get_mut(&store) {
            state.has_finding = true;
        }
    }
    Ok(found.into_values().collect())
}

impl CatalogWriter {
    /// Writes the checksums of a store in place of older ones, in one transaction; what was found with those goes. False
    /// when the store was indexed in another state meanwhile, or is gone from the index: nothing is written then.
    ///
    /// # Errors
    /// The database cannot be written; it is then as it was before.
    pub fn put_checksums(&mut self, new: &NewChecksums) -> Result<bool, CatalogError> {
        put_checksums(&mut self.connection, new).doing(&self.path, "write checksums")
    }
}

impl CatalogWriter {
    /// Forgets checksums and findings of stores that are not indexed any more.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn forget_gone_checksums(&mut self) -> Result<(), CatalogError> {
        forget_gone(&self.connection).doing(&self.path, "forget checksums of stores that are gone")
    }
}

fn put_checksums(connection: &mut Connection, new: &NewChecksums) -> rusqlite::Result<bool> {
    let change = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if indexed_state(&change, &new.store)? != new.indexed.as_ref().map(json).transpose()? {
        return Ok(false);
    }
    // Only what was told of older checksums changes what a window shows.
    let shown = change.execute("DELETE FROM finding WHERE store = ?1", [&new.store])?
        + change.execute(
            "DELETE FROM damage WHERE footage_id IN (SELECT footage_id FROM footage WHERE store = ?1)",
            [&new.store],
        )?
        + change.execute("DELETE FROM checksummed WHERE store = ?1", [&new.store])?;
    if shown > 0 {
        change.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'", [])?;
    }
    change
        .prepare_cached("INSERT INTO checksummed (store, size_bytes, identity, made_at_ns) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![new.store, signed(new.identity.size_bytes), json(&new.identity)?, new.made_at_ns])?;
    let id = change.last_insert_rowid();
    change
        .prepare_cached("INSERT INTO checksum_data (checksum_id, data) VALUES (?1, ?2)")?
        .execute(params![id, new.data])?;
    change.commit()?;
    Ok(true)
}

/// The state, as text, in which a store was indexed.
pub(super) fn indexed_state(change: &Transaction<'_>, store: &str) -> rusqlite::Result<Option<String>> {
    change
        .prepare_cached("SELECT store_identity FROM footage WHERE store = ?1 LIMIT 1")?
        .query_row([store], |row| row.get(0))
        .optional()
}

/// Forgets the checksums of stores whose size is now another: they were written anew. Returns which.
pub(super) fn forget_resized(change: &Transaction<'_>, record: &SourceRecord) -> rusqlite::Result<Vec<String>> {
    let mut sizes = BTreeMap::new();
    for footage in record.recordings.iter().flat_map(|recording| &recording.footages) {
        sizes.insert(&footage.footage.store, footage.identity.size_bytes);
    }
    let mut resized = Vec::new();
    for (store, size) in sizes {
        let mut forget = change.prepare_cached("DELETE FROM checksummed WHERE store = ?1 AND size_bytes <> ?2")?;
        if forget.execute(params![store, signed(size)])? > 0 {
            resized.push(store.clone());
        }
    }
    Ok(resized)
}

/// Forgets checksums and findings of stores that are no longer in the lake.
fn forget_gone(connection: &Connection) -> rusqlite::Result<()> {
    let any: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM checksummed) OR EXISTS (SELECT 1 FROM finding)",
        [],
        |row| row.get(0),
    )?;
    if !any {
        return Ok(());
    }
    let indexed = stores(connection)?.into_iter().filter(|state| !state.source.is_empty());
    let here: std::collections::HashSet<String> = indexed.map(|state| state.store).collect();
    for (list, forget) in [
        ("SELECT store FROM checksummed", "DELETE FROM checksummed WHERE store = ?1"),
        ("SELECT store FROM finding", "DELETE FROM finding WHERE store = ?1"),
    ] {
        let known: Vec<String> =
            connection.prepare(list)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for store in known.iter().filter(|store| !here.contains(*store)) {
            connection.execute(forget, [store])?;
        }
    }
    Ok(())
}

/// Notes that a store in another state has the bytes of its checksums.
pub(super) fn note_same(connection: &mut Connection, store: &str, same_as: &StoreIdentity) -> rusqlite::Result<()> {
    let change = begin(connection)?;
    change.execute("UPDATE checksummed SET same_as = ?2 WHERE store = ?1", params![store, json(same_as)?])?;
    change.execute("DELETE FROM finding WHERE store = ?1", [store])?;
    change
        .execute("DELETE FROM damage WHERE footage_id IN (SELECT footage_id FROM footage WHERE store = ?1)", [store])?;
    change.commit()
}
