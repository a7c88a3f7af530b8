//! Thumbnails kept from one visit to the next: one file per lake, bounded in bytes, and nothing lost when it is deleted.
//!
//! Pictures are handed in from any thread and written in the background, many in one transaction; what waits to be written
//! can be read already. A picture is believed only when its proof fits, a hash over its bytes and its key, so that a damaged
//! or foreign file can cost time but show nothing wrong. What goes wrong with the file is no error for who asks: the picture
//! is made from the store again.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::{
    error::is_damage,
    thumbnail_schema::{self as schema, MOST_PICTURE_BYTES, StoreFault},
};

/// A batch is written once this many pictures wait, or the first has waited this long.
const BATCH_PICTURES: usize = 512;
const BATCH_WAITS: Duration = Duration::from_millis(300);
/// Most bytes that wait to be written; pictures beyond are not taken.
const MOST_WAITING_BYTES: usize = 16 << 20;
/// What a picture costs beside its bytes.
const ROW_BYTES: u64 = 48;
/// Ids in a block, as a shift.
const BLOCK_SHIFT: u32 = 8;
/// Connections kept for reading.
const MOST_READERS: usize = 8;
/// Blocks that are dropped in one transaction.
const DROP_BLOCKS: i64 = 64;

/// Grows when frames are decoded or made small in another way, so that pictures of before are made anew.
const PICTURE_VERSION: u64 = 1;

/// Names one picture: a footage in one state of its store, how it is shown, and a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThumbnailKey {
    /// Hash of all but the frame.
    picture: u64,
    frame: u32,
}

impl ThumbnailKey {
    /// The key of a frame: `footage` stands for the state of the store and the layout of the footage, `size` for what was
    /// asked for, `look` for how values become colours (0 as they are). Nothing for frames past 2³².
    #[must_use]
    pub fn new(footage: u64, size: (u32, u32), look: u64, frame_idx: u64) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&footage.to_le_bytes());
        bytes[8..12].copy_from_slice(&size.0.to_le_bytes());
        bytes[12..16].copy_from_slice(&size.1.to_le_bytes());
        bytes[16..24].copy_from_slice(&look.to_le_bytes());
        bytes[24..].copy_from_slice(&PICTURE_VERSION.to_le_bytes());
        Some(Self { picture: xxh3_64(&bytes), frame: u32::try_from(frame_idx).ok()? })
    }

    /// Neighbouring frames get neighbouring ids. Two keys may share an id; the proof tells them apart.
    fn id(self) -> i64 {
        ((self.picture >> 33 << 32) | u64::from(self.frame)).cast_signed()
    }

    fn proof(self, data: &[u8]) -> i64 {
        xxh3_64_with_seed(data, self.picture ^ u64::from(self.frame).rotate_left(32)).cast_signed()
    }
}

/// How much the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThumbnailTotals {
    /// Pictures.
    pub pictures: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
}

/// The store of one lake. Dropping it writes what still waits.
#[derive(Debug)]
pub struct ThumbnailStore {
    shared: Arc<Shared>,
    worker: Mutex<Option<thread::JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    most_bytes: u64,
    queue: Mutex<Queue>,
    wake: Condvar,
    written: Condvar,
    readers: Mutex<Readers>,
    writer: Mutex<Option<Writer>>,
    /// Set when the file cannot be written at all; said once.
    off: AtomicBool,
}

type Waiting = HashMap<i64, (ThumbnailKey, Arc<[u8]>)>;

#[derive(Debug, Default)]
struct Queue {
    waiting: Waiting,
    /// What is being written at the moment; still read from here.
    writing: Arc<Waiting>,
    bytes: usize,
    since: Option<Instant>,
    touched: HashSet<i64>,
    hurry: bool,
    closed: bool,
}

#[derive(Debug, Default)]
struct Readers {
    free: Vec<Connection>,
    /// Grows when the file is replaced; connections of before are dropped.
    epoch: u64,
    /// There was no file to read when it was looked for last; the writer makes one.
    absent: bool,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Bytes of pictures, about: other processes may add to them.
    bytes: u64,
}

impl ThumbnailStore {
    /// The store in the file `path`, which is made when the first picture is written. At most about `most_bytes` of
    /// pictures are kept.
    #[must_use]
    pub fn new(path: PathBuf, most_bytes: u64) -> Self {
        let shared = Shared {
            path,
            most_bytes,
            queue: Mutex::default(),
            wake: Condvar::new(),
            written: Condvar::new(),
            readers: Mutex::default(),
            writer: Mutex::default(),
            off: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared), worker: Mutex::default() }
    }

    /// The picture of a key, when it is kept.
    #[must_use]
    pub fn get(&self, key: ThumbnailKey) -> Option<Arc<[u8]>> {
        self.shared.get(key)
    }

    /// Hands in a picture. False when it was not taken: too many wait to be written, or the file cannot be written.
    pub fn put(&self, key: ThumbnailKey, data: &[u8]) -> bool {
        if data.len() > MOST_PICTURE_BYTES || self.shared.off.load(Ordering::Relaxed) {
            return false;
        }
        {
            let mut queue = self.shared.queue.lock();
            if queue.bytes + data.len() > MOST_WAITING_BYTES {
                return false;
            }
            queue.bytes += data.len();
            queue.since.get_or_insert_with(Instant::now);
            if let Some((_, old)) = queue.waiting.insert(key.id(), (key, data.into())) {
                queue.bytes -= old.len();
            }
            // The worker looks at the clock itself; it need not be woken for every picture.
            if queue.waiting.len() == 1 || queue.waiting.len() == BATCH_PICTURES {
                self.shared.wake.notify_one();
            }
        }
        self.start();
        true
    }

    /// Waits until what was handed in is written.
    pub fn flush(&self) {
        let mut queue = self.shared.queue.lock();
        queue.hurry = true;
        self.shared.wake.notify_one();
        let off = || self.shared.off.load(Ordering::Relaxed);
        while !(queue.closed || off() || queue.waiting.is_empty() && queue.writing.is_empty()) {
            self.shared.written.wait_for(&mut queue, Duration::from_millis(200));
        }
        queue.hurry = false;
    }

    /// What the store holds; zeros when there is none.
    #[must_use]
    pub fn totals(&self) -> ThumbnailTotals {
        let file_bytes =
            schema::files(&self.shared.path).iter().filter_map(|file| fs::metadata(file).ok()).map(|m| m.len()).sum();
        let counted = self.shared.with_reader(|connection| {
            connection.query_row(
                "SELECT (SELECT count(*) FROM thumbnail), (SELECT coalesce(sum(bytes), 0) FROM block)",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )
        });
        let (pictures, bytes) = counted.unwrap_or_default();
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        ThumbnailTotals { pictures: count(pictures), bytes: count(bytes), file_bytes }
    }

    /// Deletes all pictures and the file.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn clear(&self) -> std::io::Result<()> {
        {
            let mut queue = self.shared.queue.lock();
            queue.waiting.clear();
            queue.touched.clear();
            queue.bytes = 0;
            queue.since = None;
        }
        // Whoever holds the writer is done with its batch when it is ours.
        let mut writer = self.shared.writer.lock();
        *writer = None;
        self.shared.forget_readers();
        for file in schema::files(&self.shared.path) {
            schema::remove_if_there(&file)?;
        }
        Ok(())
    }

    /// Starts the thread that writes, the first time something is to be written.
    fn start(&self) {
        let mut worker = self.worker.lock();
        if worker.is_some() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        match thread::Builder::new().name("thumbnails".to_owned()).spawn(move || shared.work()) {
            Ok(handle) => *worker = Some(handle),
            Err(error) => self.shared.give_up(&error),
        }
    }
}

impl Drop for ThumbnailStore {
    fn drop(&mut self) {
        self.shared.queue.lock().closed = true;
        self.shared.wake.notify_all();
        let worker = self.worker.lock().take();
        if let Some(worker) = worker {
            let _ = worker.join();
            return;
        }
        // Nothing was written, but what was looked at counts as used.
        let touched = std::mem::take(&mut self.shared.queue.lock().touched);
        if !touched.is_empty() && self.shared.path.exists() {
            self.shared.write(&Waiting::new(), &touched);
        }
    }
}

impl Shared {
    fn get(&self, key: ThumbnailKey) -> Option<Arc<[u8]>> {
        let id = key.id();
        {
            let queue = self.queue.lock();
            let found = queue.waiting.get(&id).or_else(|| queue.writing.get(&id));
            if let Some((known, data)) = found {
                return (*known == key).then(|| Arc::clone(data));
            }
        }
        let found = self.with_reader(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT proof, data FROM thumbnail WHERE thumbnail_id = ?1")?;
            let found = statement.query_row([id], |row| {
                let data = row.get_ref(1)?.as_blob()?;
                Ok((row.get::<_, i64>(0)? == key.proof(data)).then(|| Arc::from(data)))
            });
            found.optional()
        });
        let found = found.flatten().flatten();
        if found.is_some() {
            self.queue.lock().touched.insert(id >> BLOCK_SHIFT);
        }
        found
    }

    /// Asks the file; nothing when there is none or it cannot answer. A damaged one is set aside.
    fn with_reader<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let (epoch, free) = {
            let mut readers = self.readers.lock();
            if readers.absent {
                return None;
            }
            (readers.epoch, readers.free.pop())
        };
        let connection = match free.map_or_else(|| schema::read(&self.path), |free| Ok(Some(free))) {
            Ok(Some(connection)) => connection,
            Ok(None) => {
                let mut readers = self.readers.lock();
                // Not when the writer has made one meanwhile.
                readers.absent |= readers.epoch == epoch;
                return None;
            }
            Err(error) => {
                self.look_at(&error);
                return None;
            }
        };
        match ask(&connection) {
            Ok(answer) => {
                let mut readers = self.readers.lock();
                if readers.epoch == epoch && readers.free.len() < MOST_READERS {
                    readers.free.push(connection);
                }
                Some(answer)
            }
            Err(error) => {
                drop(connection);
                self.look_at(&error);
                None
            }
        }
    }

    /// Sets a damaged file aside; the writer makes a new one.
    fn look_at(&self, error: &rusqlite::Error) {
        if !is_damage(error) {
            log::debug!("{}: {error}", self.path.display());
            return;
        }
        let mut writer = self.writer.lock();
        *writer = None;
        self.forget_readers();
        self.readers.lock().absent = true;
        if let Err(error) = schema::set_aside(&self.path) {
            self.give_up(&error);
        }
    }

    fn forget_readers(&self) {
        let mut readers = self.readers.lock();
        readers.free.clear();
        readers.epoch += 1;
        readers.absent = false;
    }

    fn give_up(&self, error: &dyn std::fmt::Display) {
        if !self.off.swap(true, Ordering::Relaxed) {
            log::warn!("thumbnails are not kept: {}: {error}", self.path.display());
        }
    }

    /// Writes batches until the store is closed and nothing waits.
    fn work(&self) {
        // What a person waits for comes first; on Linux niceness belongs to the thread.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::nice(5);
        loop {
            let (batch, touched, closed) = self.next_batch();
            if !batch.is_empty() || !touched.is_empty() {
                self.write(&batch, &touched);
            }
            {
                let mut queue = self.queue.lock();
                queue.writing = Arc::default();
                self.written.notify_all();
            }
            if closed {
                return;
            }
        }
    }

    /// Waits for the next batch.
    fn next_batch(&self) -> (Arc<Waiting>, HashSet<i64>, bool) {
        let mut queue = self.queue.lock();
        loop {
            let waited = queue.since.map(|since| since.elapsed());
            let due = queue.waiting.len() >= BATCH_PICTURES || waited.is_some_and(|waited| waited >= BATCH_WAITS);
            if queue.closed || due || (queue.hurry && !queue.waiting.is_empty()) {
                break;
            }
            match waited {
                Some(waited) => {
                    let _ = self.wake.wait_for(&mut queue, BATCH_WAITS.saturating_sub(waited));
                }
                None => self.wake.wait(&mut queue),
            }
        }
        queue.writing = Arc::new(std::mem::take(&mut queue.waiting));
        queue.bytes = 0;
        queue.since = None;
        let touched = std::mem::take(&mut queue.touched);
        (Arc::clone(&queue.writing), touched, queue.closed)
    }

    fn write(&self, batch: &Waiting, touched: &HashSet<i64>) {
        let mut held = self.writer.lock();
        if self.off.load(Ordering::Relaxed) {
            return;
        }
        let written = self.writer(&mut held).and_then(|writer| Ok(writer.write(batch, touched, self.most_bytes)?));
        let Err(error) = written else { return };
        match &error {
            StoreFault::Sql(error) if is_damage(error) => {
                drop(held);
                self.look_at(error);
            }
            StoreFault::Sql(error) if is_busy(error) => {
                log::debug!("{} thumbnails are not kept, another process is writing: {error}", batch.len());
            }
            _ => {
                *held = None;
                self.give_up(&error);
            }
        }
    }

    fn writer<'a>(&self, held: &'a mut Option<Writer>) -> Result<&'a mut Writer, StoreFault> {
        if let Some(gone) = held.take_if(|_| !self.path.exists()) {
            // Someone deleted the file: what is written into it would be lost, and is not missed.
            drop(gone);
            self.forget_readers();
        }
        let writer = if let Some(writer) = held.take() {
            writer
        } else {
            let connection = schema::write(&self.path)?;
            let bytes = sum(&connection)?;
            self.forget_readers();
            Writer { connection, bytes }
        };
        Ok(held.insert(writer))
    }
}

impl Writer {
    /// One transaction for a batch; then old pictures are dropped when there are too many.
    fn write(&mut self, batch: &Waiting, touched: &HashSet<i64>, most_bytes: u64) -> rusqlite::Result<()> {
        let now = seconds_now();
        let mut added: HashMap<i64, u64> = HashMap::new();
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut ids: Vec<i64> = batch.keys().copied().collect();
            // In the order of the tree, page after page.
            ids.sort_unstable();
            let mut insert = change.prepare_cached("INSERT OR REPLACE INTO thumbnail VALUES (?1, ?2, ?3)")?;
            for id in ids {
                let (key, data) = &batch[&id];
                insert.execute(params![id, key.proof(data), &data[..]])?;
                *added.entry(id >> BLOCK_SHIFT).or_default() += data.len() as u64 + ROW_BYTES;
            }
            let mut grow = change.prepare_cached(
                "INSERT INTO block VALUES (?1, ?2, ?3) \
                 ON CONFLICT (block_id) DO UPDATE SET used_at = ?2, bytes = bytes + ?3",
            )?;
            for (block, bytes) in &added {
                grow.execute(params![block, now, i64::try_from(*bytes).unwrap_or(i64::MAX)])?;
            }
            let mut touch =
                change.prepare_cached("UPDATE block SET used_at = ?2 WHERE block_id = ?1 AND used_at <> ?2")?;
            for block in touched {
                touch.execute(params![block, now])?;
            }
        }
        change.commit()?;
        self.bytes += added.values().sum::<u64>();
        if self.bytes > most_bytes { self.drop_oldest(most_bytes) } else { Ok(()) }
    }

    /// Drops the blocks not used for longest until a tenth of the limit is free again.
    fn drop_oldest(&mut self, most_bytes: u64) -> rusqlite::Result<()> {
        self.bytes = sum(&self.connection)?;
        let goal = most_bytes - most_bytes / 10;
        while self.bytes > goal {
            let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let oldest: Vec<(i64, i64)> = change
                .prepare_cached("SELECT block_id, bytes FROM block ORDER BY used_at, block_id LIMIT ?1")?
                .query_map([DROP_BLOCKS], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            if oldest.is_empty() {
                self.bytes = 0;
            }
            for (block, bytes) in oldest {
                let first = block << BLOCK_SHIFT;
                change
                    .prepare_cached("DELETE FROM thumbnail WHERE thumbnail_id BETWEEN ?1 AND ?2")?
                    .execute([first, first + (1 << BLOCK_SHIFT) - 1])?;
                change.prepare_cached("DELETE FROM block WHERE block_id = ?1")?.execute([block])?;
                self.bytes = self.bytes.saturating_sub(u64::try_from(bytes).unwrap_or(0));
                if self.bytes <= goal {
                    break;
                }
            }
            change.commit()?;
        }
        // Pages that are free now are used again; a few are given back so that a lowered limit shows on the disk.
        let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum(512)")?;
        let mut pages = vacuum.query([])?;
        while pages.next()?.is_some() {}
        Ok(())
    }
}

/// Bytes of all pictures.
fn sum(connection: &Connection) -> rusqlite::Result<u64> {
    let bytes: i64 = connection.query_row("SELECT coalesce(sum(bytes), 0) FROM block", [], |row| row.get(0))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

fn seconds_now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
