//! Writing the catalog: one writer at a time, one transaction per source.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    thread,
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{CatalogError, checksums, connect, connect::Doing, damage, label_block, pack};
use crate::{
    frames::{FrameLayout, StoreIdentity},
    lake::{Places, RecordingFiles},
    model::{Column, Footage, Label, MetricSummary, Problem, Recording},
};

/// Everything the catalog remembers of one group of files.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    /// The files, so that raw samples can be read later; their name is the source's.
    pub files: RecordingFiles,
    /// State of the files when they were read.
    pub fingerprint: String,
    /// The recordings in them: mostly one, several when one store holds many, none when nothing could be read.
    pub recordings: Vec<RecordingRecord>,
    /// What could not be read, and what was guessed.
    pub problems: Vec<Problem>,
}

/// Everything the catalog remembers of one recording.
#[derive(Debug, Clone)]
pub struct RecordingRecord {
    /// Name, times and attributes.
    pub recording: Recording,
    /// Metric samples in its files.
    pub samples: u64,
    /// Its footages.
    pub footages: Vec<FootageRecord>,
    /// Its metrics, unique names.
    pub summaries: Vec<MetricSummary>,
}

/// Everything the catalog remembers of one footage.
#[derive(Debug, Clone)]
pub struct FootageRecord {
    /// The footage itself.
    pub footage: Footage,
    /// State of its store when it was read.
    pub identity: StoreIdentity,
    /// How its frames are stored; `None` when the store holds no images.
    pub layout: Option<FrameLayout>,
    /// Packed extents.
    pub extents: Vec<u8>,
    /// Time of each frame, ns UTC.
    pub times: Vec<i64>,
    /// Metric columns aligned to the frames, unique names.
    pub columns: Vec<(String, Column)>,
    /// Labels, sorted by frame; each `frame_idx` is below the number of frames.
    pub labels: Vec<Label>,
}

/// Recording, camera and store of the footages of each source.
pub type FootageNames = BTreeMap<String, Vec<(String, String, String)>>;

/// The one writer of a catalog; holds the write lock until it is dropped.
pub struct CatalogWriter {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    metrics: HashMap<String, i64>,
    classes: HashMap<String, i64>,
    _lock: File,
}

impl CatalogWriter {
    /// Takes the write lock and opens the catalog, making it when needed. While another process writes, `waiting` is
    /// called ten times a second; it ends the wait by returning false, and the answer is then `None`.
    ///
    /// # Errors
    /// The lock file or the database cannot be made or opened.
    pub fn open(places: &Places, mut waiting: impl FnMut() -> bool) -> Result<Option<Self>, CatalogError> {
        let lock_error = |source| CatalogError::File { path: places.write_lock.clone(), doing: "lock", source };
        if let Some(folder) = places.write_lock.parent() {
            std::fs::create_dir_all(folder).map_err(lock_error)?;
        }
        // Not truncated and not through a link: the name lies in a folder that anyone may have filled.
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(libc::O_NOFOLLOW)
            .open(&places.write_lock)
            .map_err(lock_error)?;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waiting() => thread::sleep(Duration::from_millis(100)),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(lock_error(source)),
            }
        }
        let path = places.catalog.clone();
        let connection = connect::write_catalog(&path)?;
        let mut writer = Self { path, connection, metrics: HashMap::new(), classes: HashMap::new(), _lock: lock };
        match writer.read_ids() {
            Err(error) if error.is_damage() => writer.begin_anew()?,
            result => result?,
        }
        Ok(Some(writer))
    }

    fn read_ids(&mut self) -> Result<(), CatalogError> {
        self.metrics =
            ids(&self.connection, "SELECT name, metric_id FROM metric").doing(&self.path, "read the metrics")?;
        self.classes =
            ids(&self.connection, "SELECT name, class_id FROM label_class").doing(&self.path, "read the classes")?;
        Ok(())
    }

    /// Throws away what is in the catalog and begins an empty one, for a catalog that turned out to be damaged.
    ///
    /// # Errors
    /// The old file cannot be removed, or a new one not be made.
    pub fn begin_anew(&mut self) -> Result<(), CatalogError> {
        self.connection = connect::make_catalog(&self.path)?;
        self.metrics.clear();
        self.classes.clear();
        Ok(())
    }

    /// Name and fingerprint of every source in the catalog.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn fingerprints(&self) -> Result<BTreeMap<String, String>, CatalogError> {
        let read = || -> rusqlite::Result<_> {
            let mut query = self.connection.prepare("SELECT name, fingerprint FROM source")?;
            query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<BTreeMap<_, _>>>()
        };
        read().doing(&self.path, "read the sources")
    }

    /// How footage is stored whose frames are in other files than its store, with the name of its source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn stored_elsewhere(&self) -> Result<Vec<(String, FrameLayout)>, CatalogError> {
        let read = || -> rusqlite::Result<_> {
            let mut query = self.connection.prepare(
                "SELECT source.name, layout FROM footage JOIN recording USING (recording_id) \
                 JOIN source USING (source_id) WHERE instr(layout, '\"sources\":')",
            )?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String)>>>()
        };
        let rows = read().doing(&self.path, "read how footage is stored")?;
        // One that cannot be understood is not followed; reading its frames says so.
        Ok(rows.into_iter().filter_map(|(name, text)| Some((name, serde_json::from_str(&text).ok()?))).collect())
    }

    /// Recording, camera and store of every footage in the catalog, by source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn footage_names(&self) -> Result<FootageNames, CatalogError> {
        let read = || -> rusqlite::Result<_> {
            let mut query = self.connection.prepare(
                "SELECT source.name, recording.name, camera, store FROM footage
                 JOIN recording USING (recording_id) JOIN source USING (source_id)",
            )?;
            let mut rows = query.query([])?;
            let mut names = FootageNames::new();
            while let Some(row) = rows.next()? {
                names.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?, row.get(3)?));
            }
            Ok(names)
        };
        read().doing(&self.path, "read the footages")
    }

    /// Writes a source in place of an older one of that name, in one transaction. A recording whose name another source
    /// has taken gets a `~` behind it. Returns the stores whose checksums went because their size changed; what is known
    /// of damage stays with stores that are as they were when it was found.
    ///
    /// # Errors
    /// The database cannot be written; it is then as it was before.
    pub fn put(&mut self, record: &SourceRecord) -> Result<Vec<String>, CatalogError> {
        let result = put(&mut self.connection, &mut self.metrics, &mut self.classes, record);
        if result.is_err() {
            // Ids that the failed transaction made are gone with it.
            self.metrics = ids(&self.connection, "SELECT name, metric_id FROM metric").unwrap_or_default();
            self.classes = ids(&self.connection, "SELECT name, class_id FROM label_class").unwrap_or_default();
        }
        result.doing(&self.path, "write a source")
    }

    /// Removes sources that are gone and replaces the problems that belong to no source, in one transaction.
    ///
    /// # Errors
    /// The database cannot be written; it is then as it was before.
    pub fn settle(&mut self, gone: &[String], problems: &[Problem]) -> Result<(), CatalogError> {
        settle(&mut self.connection, gone, problems).doing(&self.path, "write the lake's problems")
    }

    /// Marks the index as whole, lets the query planner learn the sizes and folds the log back into the database.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn finish(&mut self) -> Result<(), CatalogError> {
        // A reader may keep the log from being cut; that is no failure.
        let fold = || {
            self.connection.execute_batch(
                "UPDATE meta SET value = 1 WHERE key = 'complete'; PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE);",
            )
        };
        fold().doing(&self.path, "fold the catalog's log")
    }
}

fn ids(connection: &Connection, sql: &str) -> rusqlite::Result<HashMap<String, i64>> {
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'", [])?;
    Ok(change)
}

fn settle(connection: &mut Connection, gone: &[String], problems: &[Problem]) -> rusqlite::Result<()> {
    let mut known: Vec<Problem> = connection
        .prepare("SELECT path, what, hint FROM problem WHERE source_id IS NULL ORDER BY problem_id")?
        .query_map([], |row| Ok(Problem { path: row.get(0)?, what: row.get(1)?, hint: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?;
    known.dedup();
    if gone.is_empty() && known == problems {
        return Ok(());
    }
    let change = begin(connection)?;
    for name in gone {
        change.execute("DELETE FROM source WHERE name = ?1", [name])?;
    }
    change.execute("DELETE FROM problem WHERE source_id IS NULL", [])?;
    put_problems(&change, None, problems)?;
    change.commit()
}

fn put_problems(change: &Transaction<'_>, source: Option<i64>, problems: &[Problem]) -> rusqlite::Result<()> {
    let mut insert =
        change.prepare_cached("INSERT INTO problem (source_id, path, what, hint) VALUES (?1, ?2, ?3, ?4)")?;
    for problem in problems {
        insert.execute(params![source, problem.path, problem.what, problem.hint])?;
    }
    Ok(())
}

/// The id of a name, made when it is new.
fn id_of(change: &Transaction<'_>, ids: &mut HashMap<String, i64>, insert: &str, name: &str) -> rusqlite::Result<i64> {
    if let Some(id) = ids.get(name) {
        return Ok(*id);
    }
    change.prepare_cached(insert)?.execute([name])?;
    let id = change.last_insert_rowid();
    ids.insert(name.to_owned(), id);
    Ok(id)
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// SQLite counts in signed 64 bits, which no count of frames or bytes exceeds.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn put(
    connection: &mut Connection,
    metrics: &mut HashMap<String, i64>,
    classes: &mut HashMap<String, i64>,
    record: &SourceRecord,
) -> rusqlite::Result<Vec<String>> {
    let change = begin(connection)?;
    let marks = damage::marks_of_source(&change, &record.files.name)?;
    change.execute("DELETE FROM source WHERE name = ?1", [&record.files.name])?;
    change.prepare_cached("INSERT INTO source (name, fingerprint, files) VALUES (?1, ?2, ?3)")?.execute(params![
        record.files.name,
        record.fingerprint,
        json(&record.files)?
    ])?;
    let source_id = change.last_insert_rowid();
    let mut problems = record.problems.clone();
    for recording in &record.recordings {
        let name = put_recording(&change, metrics, classes, source_id, recording)?;
        if name != recording.recording.name {
            let path = record.files.paths().next().unwrap_or(&record.files.name);
            problems.push(Problem::new(
                path,
                format!(
                    "another file holds a recording `{}` already; this one is called `{name}`",
                    recording.recording.name
                ),
                "Rename one of the two files.",
            ));
        }
    }
    put_problems(&change, Some(source_id), &problems)?;
    let resized = checksums::forget_resized(&change, record)?;
    damage::keep_marks(&change, record, marks)?;
    change.commit()?;
    Ok(resized)
}

/// Writes a recording and tells the name it got.
fn put_recording(
    change: &Transaction<'_>,
    metrics: &mut HashMap<String, i64>,
    classes: &mut HashMap<String, i64>,
    source_id: i64,
    record: &RecordingRecord,
) -> rusqlite::Result<String> {
    let mut name = record.recording.name.clone();
    let taken = |name: &str| change.prepare_cached("SELECT 1 FROM recording WHERE name = ?1")?.exists([name]);
    while taken(&name)? {
        name.push('~');
    }
    change.prepare_cached(
        "INSERT INTO recording (source_id, name, started_at_ns, duration_ns, attributes, samples) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        source_id,
        name,
        record.recording.started_at_ns,
        record.recording.duration_ns,
        json(&record.recording.attributes)?,
        signed(record.samples),
    ])?;
    let recording_id = change.last_insert_rowid();
    for summary in &record.summaries {
        let metric = id_of(change, metrics, "INSERT INTO metric (name) VALUES (?1)", &summary.name)?;
        change.prepare_cached(
            "INSERT INTO metric_summary (recording_id, metric_id, unit, kind, count, missing, min, max, mean, rate_hz, gaps) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            recording_id,
            metric,
            summary.unit,
            summary.kind.as_str(),
            signed(summary.count),
            signed(summary.missing),
            summary.min,
            summary.max,
            summary.mean,
            summary.rate_hz,
            signed(summary.gaps),
        ])?;
    }
    for footage in &record.footages {
        put_footage(change, metrics, classes, recording_id, footage)?;
    }
    Ok(name)
}

fn put_footage(
    change: &Transaction<'_>,
    metrics: &mut HashMap<String, i64>,
    classes: &mut HashMap<String, i64>,
    recording_id: i64,
    record: &FootageRecord,
) -> rusqlite::Result<()> {
    let footage = &record.footage;
    change.prepare_cached(
        "INSERT INTO footage (recording_id, camera, store, store_identity, frames, width_px, height_px, rate_hz, store_kind, layout, labels) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        recording_id,
        footage.camera,
        footage.store,
        json(&record.identity)?,
        signed(footage.frames),
        footage.width_px,
        footage.height_px,
        footage.rate_hz,
        footage.store_kind,
        record.layout.as_ref().map(json).transpose()?,
        signed(record.labels.len() as u64),
    ])?;
    let footage_id = change.last_insert_rowid();
    change
        .prepare_cached("INSERT INTO extents (footage_id, data) VALUES (?1, ?2)")?
        .execute(params![footage_id, record.extents])?;
    change
        .prepare_cached("INSERT INTO frame_times (footage_id, data) VALUES (?1, ?2)")?
        .execute(params![footage_id, pack::pack_times(&record.times)])?;
    for (name, column) in &record.columns {
        let metric = id_of(change, metrics, "INSERT INTO metric (name) VALUES (?1)", name)?;
        change
            .prepare_cached("INSERT INTO frame_column (metric_id, footage_id, data) VALUES (?1, ?2, ?3)")?
            .execute(params![metric, footage_id, pack::pack_column(column)])?;
    }
    for (class, counts) in class_counts(&record.labels) {
        let class = id_of(change, classes, "INSERT INTO label_class (name) VALUES (?1)", class)?;
        let labels: u64 = counts.iter().map(|(_, count)| u64::from(*count)).sum();
        change
            .prepare_cached("INSERT INTO class_count (class_id, footage_id, labels, data) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![class, footage_id, signed(labels), pack::pack_counts(&counts, record.times.len())])?;
    }
    for block in label_block::pack(&record.labels) {
        change
            .prepare_cached("INSERT INTO label_block (footage_id, first_frame, labels, data) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![footage_id, signed(block.first_frame), signed(block.labels as u64), block.data])?;
    }
    Ok(())
}

/// Frames with labels and how many they have, by class in name order; `labels` are sorted by frame.
fn class_counts(labels: &[Label]) -> BTreeMap<&str, Vec<(u32, u32)>> {
    let mut counts = BTreeMap::<&str, Vec<(u32, u32)>>::new();
    for label in labels {
        let Ok(frame) = u32::try_from(label.frame_idx) else { continue };
        let of_class = counts.entry(&label.class).or_default();
        match of_class.last_mut() {
            Some((last, count)) if *last == frame => *count += 1,
            _ => of_class.push((frame, 1)),
        }
    }
    counts
}
