//! From what the threads counted to one count for each key, and from panes to windows.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    counts::{COUNT_BITS, Counted, Grouping, Key, Tallied, Tally, aside, spread_key},
    panes::{PaneCounts, PaneTable},
    partitions::Partitions,
    query::{CountsBy, Resources, Window},
    rank::order_of,
    words::Words,
};
use crate::jobs::Progress;

/// Work on numbered pieces by several threads; the results in the order of the pieces.
pub(super) fn in_parallel<T: Send>(threads: usize, pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(pieces));
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, pieces.max(1)) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= pieces {
                        return;
                    }
                    let result = work(at);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A count of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) place: u32,
    pub(super) item: u32,
    /// Start of the window, ns UTC; 0 without windows.
    pub(super) window_ns: i64,
    pub(super) count: u64,
}

/// All counts.
pub(super) struct Totals {
    /// Counts by key, each key once. All keys of a place lie in one chunk; when places are not told apart, all of an item.
    pub(super) chunks: Vec<Vec<(Key, u64)>>,
    /// The counts instead, where they are a table of panes.
    pub(super) panes: Option<PaneCounts>,
    /// Events by place.
    pub(super) places: Vec<u64>,
    /// Bytes that went to disk for a while.
    pub(super) spilled_bytes: u64,
}

/// Places of a chunk of counters.
const CHUNK_PLACES: usize = 256;

/// Adds up what the threads counted. Bytes of counts that were put aside on disk are read back.
pub(super) fn add_up(
    tallies: Vec<Tally>,
    words: &Words,
    grouping: Grouping,
    resources: &Resources,
) -> io::Result<Totals> {
    let threads = resources.threads;
    let mut tallied: Vec<Tallied> = tallies.into_iter().map(Tally::finish).collect();
    let mut totals = Totals { chunks: Vec::new(), panes: None, places: vec![0; words.places.len()], spilled_bytes: 0 };
    for (place, count) in
        tallied.iter().filter_map(|one| one.places.as_ref()).flat_map(|places| places.iter().enumerate())
    {
        totals.places[place] += count;
    }
    totals.panes = of_panes(&mut tallied, words, grouping, resources)?;
    totals.spilled_bytes = tallied.iter().filter_map(|one| one.apart.as_ref()).map(Partitions::spilled).sum();
    if let Some(panes) = &totals.panes {
        if grouping.by.location {
            totals.places = panes.events().collect();
        }
        return Ok(totals);
    }
    totals.chunks = match tallied.iter().find_map(|one| one.cells.as_ref()) {
        Some((_, items, _)) => of_cells(&tallied, *items, threads)?,
        None => apart(&tallied, threads)?,
    };
    if grouping.by.location {
        for (key, count) in totals.chunks.iter().flatten() {
            totals.places[key.place as usize] += count;
        }
    } else {
        totals.chunks = by_item(std::mem::take(&mut totals.chunks));
    }
    Ok(totals)
}

/// The tables of panes as one. Where some gave up, or one cannot hold the counts, they are put aside as the others are.
fn of_panes(
    tallied: &mut Vec<Tallied>,
    words: &Words,
    grouping: Grouping,
    resources: &Resources,
) -> io::Result<Option<PaneCounts>> {
    let tables: Vec<PaneTable> = tallied.iter_mut().filter_map(|one| one.panes.take()).collect();
    if tables.is_empty() {
        return Ok(None);
    }
    let order = match (grouping.by.location, grouping.by.item) {
        (true, _) => order_of(&words.places),
        (false, true) => order_of(&words.items),
        (false, false) => vec![0],
    };
    let whole = tables.len() == tallied.len();
    match if whole { PaneTable::ordered(tables, order, resources.threads) } else { Err(tables) } {
        Ok(counts) => Ok(Some(counts)),
        Err(tables) => {
            let apart = aside(tables, grouping.by, &resources.spill_folder)?;
            tallied.push(Tallied { cells: None, apart: Some(apart), panes: None, places: None });
            Ok(None)
        }
    }
}

impl Totals {
    /// The counts as lists by key, whatever they were.
    pub(super) fn listed(&mut self, by: CountsBy, threads: usize) {
        if let Some(panes) = self.panes.take() {
            self.chunks = panes.listed(by, threads);
        }
    }
}

/// Chunks of counts of one place, for several threads.
const ITEM_CHUNKS: usize = 64;

/// Counts of which all of an item lie in one chunk.
fn by_item(chunks: Vec<Vec<(Key, u64)>>) -> Vec<Vec<(Key, u64)>> {
    let mut parts = vec![Vec::new(); ITEM_CHUNKS];
    for (key, count) in chunks.into_iter().flatten() {
        parts[key.item as usize % ITEM_CHUNKS].push((key, count));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Counters of all threads, and what was put aside, as lists.
fn of_cells(tallied: &[Tallied], items: usize, threads: usize) -> io::Result<Vec<Vec<(Key, u64)>>> {
    let cells: Vec<_> = tallied.iter().filter_map(|one| one.cells.as_ref()).collect();
    let length = cells.first().map_or(0, |(counters, ..)| counters.len());
    let mut sums = vec![0_u64; length];
    for (counters, _, full) in cells {
        sums.iter_mut().zip(counters).for_each(|(sum, count)| *sum += u64::from(*count));
        for at in full {
            sums[*at] += 1 << 32;
        }
    }
    for partitions in tallied.iter().filter_map(|one| one.apart.as_ref()) {
        for at in 0..1 << COUNT_BITS {
            partitions.for_each(at, |counted| {
                let key = counted.key();
                sums[key.place as usize * items + key.item as usize] += u64::from(counted.count);
            })?;
        }
    }
    let chunk = CHUNK_PLACES * items.max(1);
    Ok(in_parallel(threads, length.div_ceil(chunk), |at| {
        let mut list = Vec::new();
        let sums = &sums[at * chunk..length.min((at + 1) * chunk)];
        for (place, counts) in (at * CHUNK_PLACES..).zip(sums.chunks(items.max(1))) {
            for (item, count) in (0..).zip(counts).filter(|(_, count)| **count > 0) {
                list.push((Key { place: u32::try_from(place).unwrap_or(u32::MAX), pane: 0, item }, *count));
            }
        }
        list
    }))
}

/// A table of counts that grows.
#[derive(Default)]
struct Table {
    /// Number of the entry, from 1; 0 where there is none.
    slots: Vec<u32>,
    entries: Vec<(Key, u64)>,
}

impl Table {
    #[inline]
    fn add(&mut self, key: Key, count: u64) {
        if self.entries.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let at = self.place_of(key);
        match self.slots[at] {
            0 => {
                self.entries.push((key, count));
                // Entries of a partition fit into memory, so their numbers fit.
                self.slots[at] = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            }
            number => self.entries[number as usize - 1].1 += count,
        }
    }

    /// The slot that has the key, or that it would take.
    #[inline]
    fn place_of(&self, key: Key) -> usize {
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
        let mut at = spread_key(key) as usize & mask;
        loop {
            let number = self.slots[at];
            if number == 0 || self.entries[number as usize - 1].0 == key {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(1 << 10);
        self.slots.clear();
        self.slots.resize(slots, 0);
        for at in 0..self.entries.len() {
            let place = self.place_of(self.entries[at].0);
            self.slots[place] = u32::try_from(at + 1).unwrap_or(u32::MAX);
        }
    }
}

/// What was put aside, as lists: one for each partition.
fn apart(tallied: &[Tallied], threads: usize) -> io::Result<Vec<Vec<(Key, u64)>>> {
    let all: Vec<&Partitions<Counted>> = tallied.iter().filter_map(|one| one.apart.as_ref()).collect();
    let lists = in_parallel(threads, 1 << COUNT_BITS, |at| -> io::Result<Vec<(Key, u64)>> {
        let mut table = Table::default();
        for partitions in &all {
            partitions.for_each(at, |counted| table.add(counted.key(), u64::from(counted.count)))?;
        }
        Ok(table.entries)
    });
    lists.into_iter().collect()
}

/// The windows of counts of panes; without windows the counts as they are. Ends early when the person stops it.
pub(super) fn windows(mut list: Vec<(Key, u64)>, window: Option<Window>, progress: &Progress) -> Vec<Cell> {
    let cell = |key: Key, window_ns, count| Cell { place: key.place, item: key.item, window_ns, count };
    let Some(window) = window else { return list.into_iter().map(|(key, count)| cell(key, 0, count)).collect() };
    if window.size_ns == window.slide_ns {
        return list
            .into_iter()
            .filter_map(|(key, count)| Some(cell(key, start_of(key.pane, window)?, count)))
            .collect();
    }
    list.sort_unstable_by_key(|(key, _)| (key.place, key.item, key.pane));
    let mut cells = Vec::new();
    for panes in list.chunk_by(|(one, _), (other, _)| (one.place, one.item) == (other.place, other.item)) {
        if progress.is_cancelled() {
            break;
        }
        slide(panes, window, |start, count| cells.push(cell(panes[0].0, start, count)));
    }
    cells
}

/// Where a window begins that is one pane, ns. One that would begin before the first representable time is none.
pub(super) fn start_of(pane: i64, window: Window) -> Option<i64> {
    pane.checked_mul(window.size_ns)
}

/// Gives the windows that hold events, in the order of their starts: a sum over panes in the order of time that gains those a
/// window reaches and loses those it leaves. The work grows with panes and windows, however many windows hold a pane.
fn slide(panes: &[(Key, u64)], window: Window, mut each: impl FnMut(i64, u64)) {
    let pane_ns = i128::from(window.pane_ns());
    // Both are whole numbers of panes.
    let (size, step) = (i128::from(window.size_ns) / pane_ns, i128::from(window.slide_ns) / pane_ns);
    let number = |at: usize| i128::from(panes[at].0.pane);
    let (mut reached, mut left, mut sum) = (0, 0, 0_u64);
    let mut nth = i128::MIN;
    while left < panes.len() {
        if left == reached {
            // No event is held: on to the first window that holds the next one.
            nth = nth.max((number(left) - size).div_euclid(step) + 1);
        }
        let start = nth * step;
        while reached < panes.len() && number(reached) < start + size {
            sum += panes[reached].1;
            reached += 1;
        }
        while left < reached && number(left) < start {
            sum -= panes[left].1;
            left += 1;
        }
        // A window that would begin before the first representable time is none.
        if left < reached
            && let Ok(start_ns) = i64::try_from(start * pane_ns)
        {
            each(start_ns, sum);
        }
        nth += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(item: u32, pane: i64) -> Key {
        Key { place: 0, pane, item }
    }

    /// Every window that holds a pane, one after the other.
    fn each_by_each(list: &[(Key, u64)], window: Window) -> Vec<(u32, i64, u64)> {
        let (size, slide) = (i128::from(window.size_ns), i128::from(window.slide_ns));
        let mut sums = std::collections::BTreeMap::new();
        for (key, count) in list {
            let time = i128::from(key.pane) * i128::from(window.pane_ns());
            let mut start = time.div_euclid(slide) * slide;
            while start > time - size {
                if let Ok(start) = i64::try_from(start) {
                    *sums.entry((key.item, start)).or_insert(0) += count;
                }
                start -= slide;
            }
        }
        sums.into_iter().map(|((item, start), count)| (item, start, count)).collect()
    }

    fn slid(list: &[(Key, u64)], window: Window) -> Vec<(u32, i64, u64)> {
        let cells = windows(list.to_vec(), Some(window), &Progress::new());
        cells.iter().map(|cell| (cell.item, cell.window_ns, cell.count)).collect()
    }

    proptest! {
        #[test]
        fn windows_slide_over_panes(
            panes in prop::collection::btree_map((0_u32..3, prop_oneof![-40_i64..40, -2000_i64..2000]), 1_u64..9, 0..60),
            (size, slide) in (1_i64..40, 1_i64..40),
        ) {
            let window = Window { size_ns: size.max(slide), slide_ns: size.min(slide) };
            let list: Vec<_> = panes.into_iter().map(|((item, pane), count)| (key(item, pane), count)).collect();
            prop_assert_eq!(slid(&list, window), each_by_each(&list, window));
        }
    }

    #[test]
    fn windows_at_the_ends_of_time() {
        let window = Window { size_ns: 10, slide_ns: 4 };
        for pane in [i64::MIN, i64::MIN / 2, i64::MIN / 2 + 3, i64::MAX / 2, -1, 0] {
            let list = [(key(0, pane), 1)];
            assert_eq!(slid(&list, window), each_by_each(&list, window), "{pane}");
        }
    }

    #[test]
    fn a_day_of_seconds_in_windows_of_an_hour() {
        // Each second lies in 3600 windows; what is worked out is one sum a window.
        let second = 1_000_000_000;
        let window = Window { size_ns: 3600 * second, slide_ns: second };
        let list: Vec<_> = (0..40).flat_map(|item| (0..86_400).map(move |pane| (key(item, pane), 1))).collect();
        let cells = windows(list, Some(window), &Progress::new());
        assert_eq!(cells.len(), 40 * (86_400 + 3599));
        assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), 40 * 86_400 * 3600);
        let stopped = Progress::new();
        stopped.cancel();
        assert!(windows(vec![(key(0, 1), 1)], Some(window), &stopped).is_empty());
    }
}
