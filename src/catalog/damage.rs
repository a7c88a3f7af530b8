//! What verifying found wrong: one finding per store, and marks on the frames whose bytes differ.

use std::{collections::HashMap, ops::Range, sync::Arc};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    CatalogError, CatalogWriter, SourceRecord, checksums,
    connect::Doing,
    read::from_json,
    write::{begin, json},
};
use crate::{filter::FootageRows, frames::StoreIdentity, model::Problem};

/// What is wrong with a store, for Problems, and which of its frames are damaged.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The store.
    pub store: String,
    /// Its state when it was read; `None` when it was not there.
    pub identity: Option<StoreIdentity>,
    /// When it was found, ns UTC.
    pub found_at_ns: i64,
    /// What is wrong, in one sentence.
    pub what: String,
    /// What to do about it.
    pub hint: String,
    /// Its damaged frames.
    pub damage: Vec<FootageDamage>,
}

/// Damaged frames of one footage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FootageDamage {
    /// The footage's number in the catalog.
    pub footage_id: i64,
    /// The frames, ascending and apart from each other.
    pub ranges: Vec<Range<u64>>,
    /// Why they are not shown.
    pub reason: String,
}

impl CatalogWriter {
    /// Writes what was found wrong with a store in place of what was found before, in one transaction. Nothing changes
    /// when it is the same.
    ///
    /// # Errors
    /// The database cannot be written; it is then as it was before.
    pub fn put_finding(&mut self, finding: &Finding) -> Result<(), CatalogError> {
        put_finding(&mut self.connection, finding).doing(&self.path, "write what was found")
    }

    /// Notes that every byte of a store was found to be right, in this state of it: marks and findings go.
    ///
    /// # Errors
    /// The database cannot be written; it is then as it was before.
    pub fn put_right(&mut self, store: &str, identity: &StoreIdentity) -> Result<(), CatalogError> {
        checksums::note_same(&mut self.connection, store, identity).doing(&self.path, "take marks of damage away")
    }
}

fn put_finding(connection: &mut Connection, finding: &Finding) -> rusqlite::Result<()> {
    let identity = finding.identity.as_ref().map(json).transpose()?;
    let known: Option<(Option<String>, String)> = connection
        .prepare_cached("SELECT identity, what FROM finding WHERE store = ?1")?
        .query_row([&finding.store], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let mut marks: Vec<(i64, String)> = connection
        .prepare_cached(
            "SELECT footage_id, ranges FROM damage JOIN footage USING (footage_id) WHERE store = ?1 ORDER BY footage_id",
        )?
        .query_map([&finding.store], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut wanted = finding
        .damage
        .iter()
        .map(|part| Ok((part.footage_id, ranges_text(&part.ranges)?)))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    marks.sort_unstable();
    wanted.sort_unstable();
    if known == Some((identity.clone(), finding.what.clone())) && marks == wanted {
        return Ok(());
    }
    let change = begin(connection)?;
    change.execute(
        "INSERT OR REPLACE INTO finding (store, identity, found_at_ns, what, hint) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![finding.store, identity, finding.found_at_ns, finding.what, finding.hint],
    )?;
    change.execute(
        "DELETE FROM damage WHERE footage_id IN (SELECT footage_id FROM footage WHERE store = ?1)",
        [&finding.store],
    )?;
    for part in &finding.damage {
        // A footage that was indexed again meanwhile has another number; its marks come with the next verify.
        change.execute(
            "INSERT INTO damage (footage_id, found_at_ns, reason, ranges) \
             SELECT footage_id, ?2, ?3, ?4 FROM footage WHERE footage_id = ?1",
            params![part.footage_id, finding.found_at_ns, part.reason, ranges_text(&part.ranges)?],
        )?;
    }
    change.commit()
}

fn ranges_text(ranges: &[Range<u64>]) -> rusqlite::Result<String> {
    json(&ranges.iter().map(|range| (range.start, range.end)).collect::<Vec<_>>())
}

/// Problems that follow from checksums: what verifying found, and stores that changed after theirs were made.
pub(super) fn problems(connection: &Connection) -> rusqlite::Result<Vec<Problem>> {
    let mut found: Vec<Problem> = connection
        .prepare_cached("SELECT store, what, hint FROM finding ORDER BY store")?
        .query_map([], |row| Ok(Problem { path: row.get(0)?, what: row.get(1)?, hint: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changed = connection.prepare_cached(
        "SELECT store FROM checksummed AS c WHERE EXISTS (SELECT 1 FROM footage AS f WHERE f.store = c.store \
         AND f.store_identity <> c.identity AND f.store_identity <> coalesce(c.same_as, '')) \
         AND store NOT IN (SELECT store FROM finding) ORDER BY store",
    )?;
    let mut rows = changed.query([])?;
    while let Some(row) = rows.next()? {
        found.push(Problem::new(
            row.get::<_, String>(0)?,
            "changed after its checksums were made, and kept its size",
            "Run `lakescope verify`, which tells whether its bytes are the same; if the change was meant, record its checksums again with `lakescope index --checksums --accept-changes`.",
        ));
    }
    Ok(found)
}

/// Marks on the frames of one footage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) ranges: Vec<Range<u64>>,
    pub(super) reason: Arc<str>,
}

/// Marks by the number of the footage.
pub(super) fn marks(connection: &Connection) -> rusqlite::Result<HashMap<i64, Marks>> {
    connection
        .prepare("SELECT footage_id, reason, ranges FROM damage")?
        .query_map([], |row| {
            let reason: String = row.get(1)?;
            let ranges: Vec<(u64, u64)> = from_json(row, 2)?;
            let ranges = crate::frames::checksum::joined(ranges.into_iter().map(|(first, end)| first..end).collect());
            Ok((row.get(0)?, Marks { ranges, reason: reason.into() }))
        })?
        .collect()
}

/// The marked rows, ascending and apart from each other; marks by the index of their footage.
pub(super) fn rows(marks: &HashMap<usize, Marks>, footages: &[FootageRows]) -> Vec<Range<usize>> {
    let of_footage = |(footage, marks): (&usize, &Marks)| {
        let span = &footages[*footage];
        let row = |frame: u64| span.first_row + usize::try_from(frame).unwrap_or(span.rows).min(span.rows);
        marks.ranges.iter().map(|range| row(range.start)..row(range.end)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Range<usize>> = marks.iter().flat_map(of_footage).filter(|range| !range.is_empty()).collect();
    rows.sort_by_key(|range| range.start);
    rows
}

/// Marks of a source, by what names their footage when it is written again.
pub(super) struct KeptMark {
    store: String,
    store_identity: Option<String>,
    recording: String,
    camera: String,
    frames: i64,
    found_at_ns: i64,
    reason: String,
    ranges: String,
}

/// The marks of a source that is about to be written again.
pub(super) fn marks_of_source(change: &Transaction<'_>, source: &str) -> rusqlite::Result<Vec<KeptMark>> {
    change
        .prepare_cached(
            "SELECT f.store, n.identity, r.name, f.camera, f.frames, d.found_at_ns, d.reason, d.ranges \
             FROM damage AS d JOIN footage AS f USING (footage_id) JOIN recording AS r USING (recording_id) \
             JOIN source AS s USING (source_id) LEFT JOIN finding AS n ON n.store = f.store WHERE s.name = ?1",
        )?
        .query_map([source], |row| {
            Ok(KeptMark {
                store: row.get(0)?,
                store_identity: row.get(1)?,
                recording: row.get(2)?,
                camera: row.get(3)?,
                frames: row.get(4)?,
                found_at_ns: row.get(5)?,
                reason: row.get(6)?,
                ranges: row.get(7)?,
            })
        })?
        .collect()
}

/// After a source was written: marks go back onto footages of stores that are as they were when the damage was found;
/// findings of stores in another state go, as nothing is known of that state.
pub(super) fn keep_marks(
    change: &Transaction<'_>,
    record: &SourceRecord,
    marks: Vec<KeptMark>,
) -> rusqlite::Result<()> {
    for mark in marks {
        change.execute(
            "INSERT INTO damage (footage_id, found_at_ns, reason, ranges) SELECT footage_id, ?6, ?7, ?8 \
             FROM footage JOIN recording USING (recording_id) \
             WHERE store = ?1 AND store_identity = ?2 AND name = ?3 AND camera = ?4 AND frames = ?5",
            params![
                mark.store,
                mark.store_identity,
                mark.recording,
                mark.camera,
                mark.frames,
                mark.found_at_ns,
                mark.reason,
                mark.ranges
            ],
        )?;
    }
    for store in &record.files.stores {
        // A store without footages could not be read, which is no reason to forget what is wrong with it.
        if let Some(now) = checksums::indexed_state(change, &store.path)? {
            change
                .prepare_cached("DELETE FROM finding WHERE store = ?1 AND coalesce(identity, '') <> ?2")?
                .execute(params![store.path, now])?;
        }
    }
    Ok(())
}
