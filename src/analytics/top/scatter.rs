//! From files to partitions: all threads read parts of files and sort the events apart.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    counts::{Countable, Loose},
    query::{OnError, Resources},
    rows::{Full, Narrow, Partitions},
    words::{Group, Translation, Words},
};
use crate::{
    analytics::AnalyticsError,
    formats::{BadRows, EventBatch, EventSet, FormatError, Wanted},
    jobs::Progress,
};

/// How events become rows.
pub(super) trait Packing: Countable {
    /// Whether cameras and times are read.
    const WANTED: Wanted;
    /// Whether the numbers of a part fit.
    fn fits(translation: &Translation) -> bool;
    /// Packs one event of a batch.
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self;
}

impl Packing for Narrow {
    const WANTED: Wanted = Wanted { camera: false, time: false };

    fn fits(translation: &Translation) -> bool {
        translation.fits()
    }

    #[inline]
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self {
        // Whether they fit was asked for the whole part.
        Self::new(batch.detections[at], Group::pack(place, item).unwrap_or(0))
    }
}

impl Packing for Full {
    const WANTED: Wanted = Wanted { camera: true, time: true };

    fn fits(_: &Translation) -> bool {
        true
    }

    #[inline]
    fn pack(batch: &EventBatch, at: usize, place: u32, item: u32) -> Self {
        let there = |valid: &[bool]| valid.get(at).copied().unwrap_or(true);
        let time = there(&batch.time_valid).then(|| batch.times_ns[at]);
        let camera = there(&batch.camera_valid).then(|| batch.cameras[at]);
        Self::new(batch.detections[at], time, camera, place, item)
    }
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
    /// Events that are never merged.
    pub(super) loose: Loose<R>,
    pub(super) read: u64,
    pub(super) bad_rows: BadRows,
    pub(super) incomplete: u64,
    pub(super) null_ids: u64,
    pub(super) skipped: Vec<(PathBuf, FormatError)>,
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

/// Bits for the number of partitions.
fn bits_for(events: &EventSet) -> u32 {
    // Where files do not tell their rows, an event is hardly written in fewer bytes.
    let rows = events.rows().unwrap_or(events.size_bytes / 40);
    rows.div_ceil(PARTITION_ROWS).next_power_of_two().ilog2().clamp(4, 12)
}

/// What one thread has.
struct Share<R> {
    partitions: Partitions<R>,
    loose: Loose<R>,
    read: u64,
    bad_rows: BadRows,
    incomplete: u64,
    null_ids: u64,
    skipped: Vec<(PathBuf, FormatError)>,
}

/// Reads all parts. `merge` tells whether ids are looked at; without it every event is loose.
pub(super) fn scatter<R: Packing>(
    events: &EventSet,
    resources: &Resources,
    merge: bool,
    seed: u64,
    progress: &Progress,
    new_loose: &(dyn Fn() -> Loose<R> + Sync),
) -> Result<Scattered<R>, Stop> {
    let bits = bits_for(events);
    let threads = resources.threads.clamp(1, events.parts.len().max(1));
    let words = Mutex::new(Words::default());
    let next = AtomicUsize::new(0);
    let ended = AtomicBool::new(false);
    let share = || {
        let mut share = Share {
            partitions: Partitions::new(bits, seed),
            loose: new_loose(),
            read: 0,
            bad_rows: BadRows::default(),
            incomplete: 0,
            null_ids: 0,
            skipped: Vec::new(),
        };
        let done = read_parts(events, resources, merge, &words, &next, &ended, progress, threads, &mut share);
        if done.is_err() {
            ended.store(true, Ordering::Relaxed);
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
        loose: new_loose(),
        read: 0,
        bad_rows: BadRows::default(),
        incomplete: 0,
        null_ids: 0,
        skipped: Vec::new(),
    };
    let mut cancelled = None;
    for share in shares {
        match share {
            Ok(share) => {
                whole.partitions.push(share.partitions);
                whole.loose.merge(share.loose);
                whole.read += share.read;
                whole.bad_rows.append(share.bad_rows);
                whole.incomplete += share.incomplete;
                whole.null_ids += share.null_ids;
                whole.skipped.extend(share.skipped);
            }
            // The threads that stop because another failed say no more than that they stopped.
            Err(stop @ Stop::Error(AnalyticsError::Cancelled)) => cancelled = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    if let Some(stop) = cancelled {
        return Err(stop);
    }
    whole.words = words.into_inner().unwrap_or_else(PoisonError::into_inner);
    whole.skipped.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(whole)
}

#[expect(clippy::too_many_arguments, reason = "what all threads share and what one of them has")]
fn read_parts<R: Packing>(
    events: &EventSet,
    resources: &Resources,
    merge: bool,
    words: &Mutex<Words>,
    next: &AtomicUsize,
    ended: &AtomicBool,
    progress: &Progress,
    threads: usize,
    share: &mut Share<R>,
) -> Result<(), Stop> {
    let limit = resources.buffer_bytes / threads;
    while let Some(part) = events.parts.get(next.fetch_add(1, Ordering::Relaxed)) {
        let mut translation = Translation::default();
        let mut stop = None;
        let done = part.read(R::WANTED, &resources.events, &mut |batch, part_words| {
            if ended.load(Ordering::Relaxed) || progress.is_cancelled() {
                stop = Some(Stop::Error(AnalyticsError::Cancelled));
                return false;
            }
            if translation.lacks(part_words) {
                translation.extend(part_words, &mut words.lock().unwrap_or_else(PoisonError::into_inner));
                if !R::fits(&translation) {
                    stop = Some(Stop::DoesNotFit);
                    return false;
                }
            }
            add_batch(batch, &translation, merge, share);
            share.read += batch.len() as u64;
            progress.add(batch.len() as u64);
            if share.partitions.bytes() > limit
                && let Err(source) = share.partitions.spill(&resources.spill_folder)
            {
                let folder = resources.spill_folder.clone();
                stop = Some(Stop::Error(AnalyticsError::Spill { folder, source }));
                return false;
            }
            true
        });
        if let Some(stop) = stop {
            return Err(stop);
        }
        match done {
            Ok(report) => {
                share.read += report.bad_rows.total();
                let name = part.path.display().to_string();
                share.bad_rows.append(report.bad_rows.of_file(&name));
            }
            Err(error) if resources.on_error == OnError::Skip => share.skipped.push((part.path.clone(), error)),
            Err(error) => return Err(Stop::Error(error.into())),
        }
    }
    Ok(())
}

fn add_batch<R: Packing>(batch: &EventBatch, translation: &Translation, merge: bool, share: &mut Share<R>) {
    let all_have_ids = batch.detection_valid.is_empty();
    for (at, (location, item)) in batch.locations.iter().zip(&batch.items).enumerate() {
        let Some((place, item)) = translation.of(*location, *item) else {
            share.incomplete += 1;
            continue;
        };
        let row = R::pack(batch, at, place, item);
        let has_id = all_have_ids || batch.detection_valid[at];
        if has_id && merge {
            share.partitions.push(row);
        } else {
            share.null_ids += u64::from(!has_id);
            share.loose.add(&row);
        }
    }
}
