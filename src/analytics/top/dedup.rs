//! One event for each `detection_oid`, a partition at a time.

use std::{
    cmp::Ordering as Order,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    counts::{Countable, Tally},
    partitions::Partitions,
    rows::{Full, Narrow, Timed, spread},
    scatter::{Scattered, Task},
    words::{Limits, Words},
};
use crate::analytics::AnalyticsError;

/// How the events of one id become one.
pub(super) trait Merging: Countable {
    /// Whether the table of ids must not hold both; the work begins anew with rows that tell more then.
    fn in_conflict(&self, other: &Self) -> bool;
    /// Whether `other` holds rather than `self`.
    fn gives_way_to(&self, other: &Self, words: &Words) -> bool;
}

impl Merging for Narrow {
    fn in_conflict(&self, other: &Self) -> bool {
        // Which of two events that tell different things holds is decided by what these rows do not have.
        self.group != other.group
    }

    fn gives_way_to(&self, _: &Self, _: &Words) -> bool {
        false
    }
}

impl Merging for Timed {
    fn in_conflict(&self, other: &Self) -> bool {
        // Between events of one time and place the camera decides, which these rows do not have.
        self.time() == other.time() && self.place == other.place && self.item() != other.item()
    }

    fn gives_way_to(&self, other: &Self, words: &Words) -> bool {
        missing_last(self.time(), other.time())
            .then_with(|| missing_last(words.location(self.place), words.location(other.place)))
            == Order::Greater
    }
}

impl Merging for Full {
    fn in_conflict(&self, _: &Self) -> bool {
        false
    }

    fn gives_way_to(&self, other: &Self, words: &Words) -> bool {
        order(self, other, words) == Order::Greater
    }
}

fn missing_last<T: Ord>(one: Option<T>, other: Option<T>) -> Order {
    match (one, other) {
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

/// The earliest first; then the smallest location, camera and item. What is missing comes last.
pub(super) fn order(one: &Full, other: &Full, words: &Words) -> Order {
    let place = |row: &Full| words.location(row.place());
    let item = |row: &Full| words.items.get(row.item() as usize);
    missing_last(one.time(), other.time())
        .then_with(|| missing_last(place(one), place(other)))
        .then_with(|| missing_last(one.camera(), other.camera()))
        .then_with(|| missing_last(item(one), item(other)))
}

/// Fewest slots of a table of ids.
const MIN_SLOTS: usize = 16;
/// Slots for the ids of a partition of the usual size, twice as many as it has rows.
const USUAL_SLOTS: usize = 128 << 10;

/// A table of ids, used for one partition after the other.
struct Table<R> {
    /// Number of the row, from 1; 0 where there is none.
    slots: Vec<u32>,
    rows: Vec<R>,
    mask: usize,
}

impl<R: Merging> Table<R> {
    fn new() -> Self {
        Self { slots: Vec::new(), rows: Vec::new(), mask: 0 }
    }

    /// Empties the table for a partition of so many rows. Room beyond the usual is made when there are ids for it: one id
    /// may have any number of rows. What the partition before needed is usual, too.
    fn reset(&mut self, rows: usize) {
        let most = USUAL_SLOTS.max((self.rows.len() * 2).next_power_of_two());
        self.rows.clear();
        self.make_slots(rows.saturating_mul(2).next_power_of_two().clamp(MIN_SLOTS, most));
    }

    fn make_slots(&mut self, slots: usize) {
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.mask = slots - 1;
    }

    /// Doubles the room for ids.
    #[cold]
    fn grow(&mut self, seed: u64) {
        self.make_slots(self.slots.len() * 2);
        for (number, row) in (1..).zip(&self.rows) {
            #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
            let mut at = spread(row.detection(), seed) as usize & self.mask;
            while self.slots[at] != 0 {
                at = (at + 1) & self.mask;
            }
            self.slots[at] = number;
        }
    }

    /// Adds a row; tells whether it is in conflict with one that is there.
    #[inline]
    fn add(&mut self, row: &R, seed: u64, words: &Words) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
        let mut at = spread(row.detection(), seed) as usize & self.mask;
        loop {
            let slot = &mut self.slots[at];
            if *slot == 0 {
                self.rows.push(*row);
                // A partition has fewer than 2^32 ids, as they fit into memory.
                *slot = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
                if self.rows.len() * 4 > self.slots.len() * 3 {
                    self.grow(seed);
                }
                return false;
            }
            let known = &mut self.rows[*slot as usize - 1];
            if known.detection() == row.detection() {
                if known.in_conflict(row) {
                    return true;
                }
                if known.gives_way_to(row, words) {
                    *known = *row;
                }
                return false;
            }
            at = (at + 1) & self.mask;
        }
    }
}

/// Part of the buffer that counts may take in any case.
const COUNTS_SHARE: usize = 8;

/// Outcome of [`count`].
pub(super) enum Counted {
    /// Counts, one tally per thread, how many events were duplicates, and how many of the others lack a location or an item.
    Done { tallies: Vec<Tally>, duplicates: u64, incomplete: u64 },
    /// Events with one id tell different things, and these rows cannot tell which holds.
    Conflict,
}

/// Removes duplicates and counts what is left.
pub(super) fn count<R: Merging>(
    scattered: &Scattered<R>,
    task: Task<'_>,
    limits: &Limits,
) -> Result<Counted, AnalyticsError> {
    let Task { resources, progress, .. } = task;
    let (next, conflict) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (duplicates, incomplete) = (AtomicU64::new(0), AtomicU64::new(0));
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    // Counts may have the room that events left.
    let held: usize = scattered.partitions.iter().map(Partitions::bytes).sum();
    let room = resources.buffer_bytes.saturating_sub(held).max(resources.buffer_bytes / COUNTS_SHARE);
    let limit = room / resources.threads.max(1);
    let fail = |error| {
        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        conflict.store(true, Ordering::Relaxed);
    };
    let events = usize::try_from(scattered.read).unwrap_or(usize::MAX);
    let expected = events / resources.threads.max(1);
    let work = || {
        let mut tally = Tally::new(task.grouping, &scattered.words, expected, limit);
        let mut table = Table::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= scattered.count || conflict.load(Ordering::Relaxed) || progress.is_cancelled() {
                return tally;
            }
            let rows: usize = scattered.partitions.iter().map(|partitions| partitions.rows(at)).sum();
            table.reset(rows);
            let mut clash = false;
            for partitions in &scattered.partitions {
                let done = partitions.for_each(at, |row| clash |= table.add(row, scattered.seed, &scattered.words));
                if let Err(error) = done {
                    fail(error);
                }
            }
            if clash {
                conflict.store(true, Ordering::Relaxed);
                return tally;
            }
            duplicates.fetch_add((rows - table.rows.len()) as u64, Ordering::Relaxed);
            let mut lacking = 0_u64;
            for row in &table.rows {
                if row.is_complete() {
                    tally.add(row, limits);
                } else {
                    lacking += 1;
                }
            }
            incomplete.fetch_add(lacking, Ordering::Relaxed);
            if tally.bytes() > limit
                && let Err(error) = tally.spill(&resources.spill_folder)
            {
                fail(error);
            }
        }
    };
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let running: Vec<_> = (0..resources.threads.max(1)).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    if let Some(source) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(AnalyticsError::Spill { folder: resources.spill_folder.clone(), source });
    }
    if progress.is_cancelled() {
        return Err(AnalyticsError::Cancelled);
    }
    if conflict.into_inner() {
        return Ok(Counted::Conflict);
    }
    Ok(Counted::Done { tallies, duplicates: duplicates.into_inner(), incomplete: incomplete.into_inner() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_grows_with_ids_and_not_with_rows() {
        let words = Words::default();
        let mut table = Table::new();
        table.reset(1 << 40);
        (0..300_000).for_each(|_| assert!(!table.add(&Narrow::new(7, 1), 5, &words)));
        assert_eq!((table.rows.len(), table.slots.len()), (1, USUAL_SLOTS));
        table.reset(10);
        for _ in 0..2 {
            (0..400_000_i64).for_each(|id| assert!(!table.add(&Narrow::new(id * 3, 1), 5, &words)));
            assert_eq!(table.rows.len(), 400_000);
        }
        assert!(table.add(&Narrow::new(3, 2), 5, &words));
    }
}
