//! From files to partitions: all threads read parts of files and sort the events apart.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Skipped,
    counts::{Countable, Grouping, Tally},
    left_out::{self, LeftOut},
    partitions::Partitions,
    query::{OnError, Resources, TopQuery},
    rows::{Full, Narrow, Timed},
    words::{ABSENT, Group, Translation, Words},
};
use crate::{
    analytics::AnalyticsError,
    formats::{BadRows, EventBatch, EventSet, EventWords, NO_CODE, PartReport, Wanted},
    jobs::Progress,
};

/// How events become rows.
pub(super) trait Packing: Countable {
    /// Whether cameras are read.
    const CAMERAS: bool;
    /// Whether times are read.
    const TIMES: bool;
    /// Whether names of items are read that a question does without: to decide which of two events holds.
    const ITEMS: bool;
    /// Whether the numbers of a part fit.
    fn fits(translation: &Translation) -> bool;
    /// Packs one event of a batch.
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self;
}

impl Packing for Narrow {
    const CAMERAS: bool = false;
    const TIMES: bool = false;
    const ITEMS: bool = false;

    fn fits(translation: &Translation) -> bool {
        translation.fits()
    }

    #[inline]
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self {
        // Whether they fit was asked for the whole part.
        Self::new(id_of(batch, at), Group::pack(place, item).unwrap_or(0))
    }
}

impl Packing for Full {
    const CAMERAS: bool = true;
    const TIMES: bool = true;
    const ITEMS: bool = true;

    fn fits(_: &Translation) -> bool {
        true
    }

    #[inline]
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self {
        let there = |valid: &[bool]| valid.get(at).copied().unwrap_or(true);
        let time = there(&batch.time_valid).then(|| batch.times_ns[at]);
        let camera = there(&batch.camera_valid).then(|| batch.cameras[at]);
        Self::new(id_of(batch, at), time, camera, place, item)
    }
}

impl Packing for Timed {
    const CAMERAS: bool = false;
    const TIMES: bool = true;
    const ITEMS: bool = false;

    fn fits(_: &Translation) -> bool {
        true
    }

    #[inline]
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self {
        let time = batch.time_valid.get(at).copied().unwrap_or(true).then(|| batch.times_ns[at]);
        Self::new(id_of(batch, at), time, place, item)
    }
}

/// The id of an event; 0 when ids are not read.
#[inline]
fn id_of(batch: &EventBatch, at: usize) -> i64 {
    batch.detections.get(at).copied().unwrap_or(0)
}

/// The events of all files, sorted apart.
pub(super) struct Scattered<R> {
    /// One per thread.
    pub(super) partitions: Vec<Partitions<R>>,
    /// Number of partitions.
    pub(super) count: usize,
    /// Seed of [`super::rows::spread`].
    pub(super) seed: u64,
    /// Numbers of locations and items.
    pub(super) words: Words,
    /// Counts of events that are never merged, one per thread.
    pub(super) loose: Vec<Tally>,
    /// These events themselves, where they are kept.
    pub(super) singles: Vec<Partitions<R>>,
    pub(super) read: u64,
    pub(super) bad_rows: BadRows,
    pub(super) incomplete: u64,
    pub(super) null_ids: u64,
    pub(super) skipped: Skipped,
}

/// Why reading ended without a result.
pub(super) enum Stop {
    /// There are more locations or items than [`Group`] holds.
    DoesNotFit,
    Error(AnalyticsError),
}

impl From<AnalyticsError> for Stop {
    fn from(error: AnalyticsError) -> Self {
        Self::Error(error)
    }
}

/// Rows of a partition, about: its table of ids stays in the processor's cache.
const PARTITION_ROWS: u64 = 32 << 10;

/// Most partitions that are made for the processor's cache, and most of all, as powers of two: writing into very many at once
/// is slow, too.
const CACHE_BITS: u32 = 12;
const MOST_BITS: u32 = 16;
/// Bytes of a row in a table of ids, beside the row.
const SLOT_BYTES: u64 = 16;
/// Part of a thread's memory that such a table may take.
const TABLE_SHARE: u64 = 4;

/// Bits for the number of partitions: each fits into the processor's cache, and where there are too many events for that, into
/// the memory of a thread.
fn bits_for(rows: u64, row_bytes: usize, memory_bytes: usize) -> u32 {
    let mut bits = rows.div_ceil(PARTITION_ROWS).next_power_of_two().ilog2().clamp(4, CACHE_BITS);
    let table = |bits: u32| (rows >> bits).saturating_mul(row_bytes as u64 + SLOT_BYTES);
    while bits < MOST_BITS && table(bits) > memory_bytes as u64 / TABLE_SHARE {
        bits += 1;
    }
    bits
}

/// What one thread has.
struct Share<R> {
    partitions: Partitions<R>,
    loose: Tally,
    singles: Partitions<R>,
    read: u64,
    bad_rows: BadRows,
    incomplete: u64,
    null_ids: u64,
    skipped: Vec<LeftOut>,
}

/// What reading is about.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) events: &'a EventSet,
    pub(super) query: &'a TopQuery,
    pub(super) grouping: Grouping,
    pub(super) resources: &'a Resources,
    pub(super) progress: &'a Progress,
    /// Whether events that are never merged are kept instead of counted.
    pub(super) keep_loose: bool,
}

impl Task<'_> {
    /// Whether it matters which item an event tells of, beside that it tells of one.
    fn needs_items(&self) -> bool {
        self.keep_loose || self.grouping.by.item || !self.query.items.is_empty()
    }
}

/// Part of the buffer that counts put aside may take.
const COUNTS_SHARE: usize = 4;

/// Part of the buffer that names of locations and items may take. Unlike events they must all be at hand.
const WORDS_SHARE: usize = 2;
/// Bytes of a buffer that they are measured by in any case.
const MIN_WORDS_BYTES: usize = 64 << 20;

fn too_many_words() -> AnalyticsError {
    AnalyticsError::Query {
        what: "the events name more different locations and items than fit into the memory allowed".to_owned(),
        remedy: "allow more memory, or look whether item_name holds names of kinds rather than of single things",
    }
}

/// What the threads share.
struct Common {
    words: Mutex<Words>,
    next: AtomicUsize,
    ended: AtomicBool,
    /// Bytes of memory for each thread.
    limit: usize,
    seed: u64,
}

/// Reads all parts and sorts the events apart by their ids; without [`TopQuery::dedup`] every event is loose.
pub(super) fn scatter<R: Packing>(task: Task<'_>, seed: u64) -> Result<Scattered<R>, Stop> {
    let Task { events, resources, .. } = task;
    let threads = resources.threads.clamp(1, events.parts.len().max(1));
    // Where files do not tell their rows, an event is hardly written in fewer bytes.
    let rows = events.rows().unwrap_or(events.size_bytes / 40);
    let bits = if task.query.dedup { bits_for(rows, size_of::<R>(), resources.buffer_bytes / threads) } else { 1 };
    let common = Common {
        words: Mutex::new(Words::default()),
        next: AtomicUsize::new(0),
        ended: AtomicBool::new(false),
        limit: resources.buffer_bytes / threads,
        seed,
    };
    let loose = if task.query.dedup { 0 } else { rows };
    let expected = usize::try_from(loose).unwrap_or(usize::MAX) / threads;
    let share = || {
        let mut share = Share {
            partitions: Partitions::within(bits, common.limit),
            loose: Tally::open(task.grouping, expected, false),
            singles: Partitions::new(1),
            read: 0,
            bad_rows: BadRows::default(),
            incomplete: 0,
            null_ids: 0,
            skipped: Vec::new(),
        };
        let done = read_parts(task, &common, &mut share);
        if done.is_err() {
            common.ended.store(true, Ordering::Relaxed);
        }
        done.map(|()| share)
    };
    let shares: Vec<Result<Share<R>, Stop>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut whole = Scattered {
        partitions: Vec::new(),
        count: 1 << bits,
        seed,
        words: Words::default(),
        loose: Vec::new(),
        singles: Vec::new(),
        read: 0,
        bad_rows: BadRows::default(),
        incomplete: 0,
        null_ids: 0,
        skipped: Vec::new(),
    };
    let (mut cancelled, mut left_out) = (None, Vec::new());
    for share in shares {
        match share {
            Ok(share) => {
                whole.partitions.push(share.partitions);
                whole.loose.push(share.loose);
                whole.singles.push(share.singles);
                whole.read += share.read;
                whole.bad_rows.append(share.bad_rows);
                whole.incomplete += share.incomplete;
                whole.null_ids += share.null_ids;
                left_out.extend(share.skipped);
            }
            // The threads that stop because another failed say no more than that they stopped.
            Err(stop @ Stop::Error(AnalyticsError::Cancelled)) => cancelled = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    if let Some(stop) = cancelled {
        return Err(stop);
    }
    whole.words = common.words.into_inner().unwrap_or_else(PoisonError::into_inner);
    whole.skipped = left_out::by_file(left_out);
    Ok(whole)
}

fn read_parts<R: Packing>(task: Task<'_>, common: &Common, share: &mut Share<R>) -> Result<(), Stop> {
    let Task { events, query, resources, progress, .. } = task;
    let spilled = |source| {
        let folder = resources.spill_folder.clone();
        Stop::Error(AnalyticsError::Spill { folder, source })
    };
    let wanted = Wanted {
        item: R::ITEMS || task.needs_items(),
        detection: query.dedup,
        camera: R::CAMERAS && query.dedup,
        time: R::TIMES,
    };
    while let Some(part) = events.parts.get(common.next.fetch_add(1, Ordering::Relaxed)) {
        let mut translation = Translation::default();
        let mut stop = None;
        let mut report = PartReport::default();
        let mut take = |batch: &EventBatch, part_words: &EventWords| {
            if common.ended.load(Ordering::Relaxed) || progress.is_cancelled() {
                stop = Some(Stop::Error(AnalyticsError::Cancelled));
                return false;
            }
            if translation.lacks(part_words) {
                let mut words = common.words.lock().unwrap_or_else(PoisonError::into_inner);
                translation.extend(part_words, query, &mut words);
                if words.bytes() > resources.buffer_bytes.max(MIN_WORDS_BYTES) / WORDS_SHARE {
                    stop = Some(Stop::Error(too_many_words()));
                    return false;
                }
                if !R::fits(&translation) {
                    stop = Some(Stop::DoesNotFit);
                    return false;
                }
            }
            add_batch(batch, &translation, task, common.seed, share);
            share.read += batch.len() as u64;
            progress.add(batch.len() as u64);
            let mut kept = Ok(());
            if share.loose.bytes() > common.limit / COUNTS_SHARE {
                kept = share.loose.spill(&resources.spill_folder);
            }
            if share.partitions.bytes() + share.singles.bytes() + share.loose.bytes() > common.limit {
                kept = kept.and_then(|()| share.partitions.spill(&resources.spill_folder));
                kept = kept.and_then(|()| share.singles.spill(&resources.spill_folder));
            }
            if let Err(source) = kept {
                stop = Some(spilled(source));
                return false;
            }
            true
        };
        let done = part.read_until(wanted, &resources.events, &mut take, &mut report);
        if let Some(stop) = stop {
            return Err(stop);
        }
        match done {
            Ok(()) => {}
            Err(error) if resources.on_error == OnError::Skip => share.skipped.push(LeftOut::new(part, error)),
            Err(error) => return Err(Stop::Error(error.into())),
        }
        // Of a file that is damaged this is what was met before the damage.
        share.read += report.bad_rows.total();
        let name = part.path.display().to_string();
        share.bad_rows.append(report.bad_rows.of_file(&name));
    }
    Ok(())
}

fn add_batch<R: Packing>(
    batch: &EventBatch,
    translation: &Translation,
    task: Task<'_>,
    seed: u64,
    share: &mut Share<R>,
) {
    let merge = task.query.dedup;
    let all_have_ids = batch.detection_valid.is_empty();
    let items = R::ITEMS || task.needs_items();
    for (at, location) in batch.locations.iter().enumerate() {
        let item = batch.items.get(at).copied();
        let place = translation.place(*location);
        // Where names do not matter, all that is there is one item.
        let item_number = match item {
            Some(item) if items || item == NO_CODE => translation.item(item),
            _ => 0,
        };
        let row = R::pack(batch, at, place, item_number);
        let has_id = all_have_ids || batch.detection_valid[at];
        if has_id && merge {
            // What lacks a location or an item may still be the event that holds for its id.
            share.partitions.push(row, seed);
            continue;
        }
        if place == ABSENT || item_number == ABSENT {
            share.incomplete += 1;
            continue;
        }
        share.null_ids += u64::from(!has_id);
        if task.keep_loose {
            share.singles.push(row, seed);
            continue;
        }
        // What is within the limits is known by the codes, before all places are.
        if !translation.wants_place(*location) {
            share.loose.passed_over.other_locations += 1;
        } else if !translation.wants_item(item) {
            share.loose.passed_over.other_items += 1;
        } else {
            share.loose.add_allowed(place, item_number, &row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_fit_into_the_cache_and_else_into_memory() {
        let (row, gigabyte) = (24, 1 << 30);
        for (rows, memory, bits) in [
            (0, gigabyte, 4),
            (1_000_000, gigabyte, 5),
            (100_000_000, gigabyte, 12),
            (1_000_000_000, gigabyte, 12),
            (100_000_000_000, gigabyte, 14),
            (1_000_000_000, 16 << 20, 14),
            (u64::MAX, 0, MOST_BITS),
        ] {
            assert_eq!(bits_for(rows, row, memory), bits, "{rows} rows in {memory} bytes");
        }
    }
}
