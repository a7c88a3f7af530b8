//! Counts of panes as a table: for each pane a row of counters, one for each place or item.
//!
//! Events mostly come in the order of time, so the row they are counted in stays in the processor's cache, and nothing is
//! sorted. Where panes, places and events are so scattered that most counters would stay empty, the table gives up, and
//! counts go the general way.

use std::{ops::Range, thread};

use hashbrown::HashMap;

use super::{
    counts::{Key, key_of},
    query::CountsBy,
    totals::in_parallel,
};

/// Counters that a table may have however few events there are.
const FEW_CELLS: usize = 1 << 20;
/// Counters for each event beyond that.
const CELLS_AN_EVENT: usize = 8;
/// Slots that wait in all rows together before they are counted, and in one row.
const PENDING: usize = 8 << 20;
const MOST_PENDING: usize = 4096;
const FIRST_PENDING: usize = 64;
/// Panes whose rows are found without a look into a map, about.
const NEAR: usize = 2048;
/// Rows grow by so many counters.
const STEP: usize = 256;
/// Counters of a strip of slots that is turned around at once; they stay in the processor's cache.
const STRIP_CELLS: usize = 64 << 10;
/// Most slots of a strip.
const STRIP_SLOTS: usize = 64;

/// The counters of a pane.
struct Row {
    pane: i64,
    /// Slots that it may have.
    width: usize,
    /// As many, or none while all that was met waits.
    counters: Vec<u32>,
    /// Slots that are to be counted.
    pending: Vec<u32>,
}

/// Counters by pane and slot; a slot is the number of a place or of an item.
#[derive(Default)]
pub(super) struct PaneTable {
    /// In the order in which panes were met.
    rows: Vec<Row>,
    /// Where the row of a pane is.
    places: HashMap<i64, usize>,
    /// The same of some panes, by their lowest bits.
    near: Vec<(i64, usize)>,
    /// Events that are expected.
    expected: usize,
    /// Whether they come in any order. Then those of a pane wait until it is worth while to fetch its row.
    shuffled: bool,
    /// Length that new rows have.
    width: usize,
    cells: usize,
    counted: usize,
    /// Counters that are at their end and were begun anew, once each time.
    full: Vec<(i64, u32)>,
}

impl PaneTable {
    /// A table for so many events, in the order of time, more or less, or in any order.
    pub(super) fn new(expected: usize, shuffled: bool) -> Self {
        Self { expected, shuffled, near: vec![(0, usize::MAX); NEAR], ..Self::default() }
    }

    /// Counts an event; `false` when it was not counted, because the table would be mostly empty.
    #[inline]
    pub(super) fn add(&mut self, pane: i64, slot: u32) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
        let near = self.near.get(pane.cast_unsigned() as usize % NEAR).filter(|near| near.0 == pane);
        let panes = self.rows.len();
        let row = near.and_then(|near| self.rows.get_mut(near.1));
        let Some(row) = row.filter(|row| row.width > slot as usize) else {
            return self.add_in_new_room(pane, slot);
        };
        self.counted += 1;
        if self.shuffled {
            if row.pending.len() == row.pending.capacity() {
                row.make_way((PENDING / panes).clamp(FIRST_PENDING, MOST_PENDING), &mut self.full);
            }
            row.pending.push(slot);
        } else {
            row.count(slot, &mut self.full);
        }
        true
    }

    #[cold]
    fn add_in_new_room(&mut self, pane: i64, slot: u32) -> bool {
        self.make_room(pane, slot) && self.add(pane, slot)
    }

    /// Finds the row of a pane and makes it as long as a slot needs; `false` when the table would be mostly empty then.
    fn make_room(&mut self, pane: i64, slot: u32) -> bool {
        let width = self.width.max((slot as usize + 1).next_multiple_of(STEP));
        let known = self.places.get(&pane).copied();
        let held = known.map_or(0, |at| self.rows[at].width);
        if held <= slot as usize {
            let most = FEW_CELLS.max(self.counted.max(self.expected).saturating_mul(CELLS_AN_EVENT));
            if self.cells + width - held > most {
                return false;
            }
            self.width = width;
            self.cells += width - held;
        }
        let at = known.unwrap_or_else(|| {
            self.rows.push(Row { pane, width: 0, counters: Vec::new(), pending: Vec::new() });
            self.places.insert(pane, self.rows.len() - 1);
            self.rows.len() - 1
        });
        let row = &mut self.rows[at];
        row.width = row.width.max(width);
        if !self.shuffled {
            row.counters.resize(row.width, 0);
        }
        if self.near.is_empty() {
            self.near = vec![(0, usize::MAX); NEAR];
        }
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
        let near = pane.cast_unsigned() as usize % NEAR;
        self.near[near] = (pane, at);
        true
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.cells * size_of::<u32>() + if self.shuffled { PENDING.min(self.counted) * size_of::<u32>() } else { 0 }
    }

    /// Counts all that waits.
    fn settle(&mut self) {
        for row in &mut self.rows {
            row.settle(&mut self.full);
            row.pending = Vec::new();
        }
    }

    /// The largest counter.
    fn largest(&mut self) -> usize {
        self.settle();
        self.rows.iter().flat_map(|row| &row.counters).max().map_or(0, |count| *count as usize)
    }

    /// Gives all counts: pane, slot and count. One may come several times.
    pub(super) fn for_each<E>(mut self, mut each: impl FnMut(i64, u32, u32) -> Result<(), E>) -> Result<(), E> {
        self.settle();
        for (pane, slot) in self.full {
            each(pane, slot, u32::MAX)?;
        }
        for Row { pane, counters, .. } in self.rows {
            for (slot, count) in (0..).zip(counters).filter(|(_, count)| *count > 0) {
                each(pane, slot, count)?;
            }
        }
        Ok(())
    }

    /// The counts of several tables in the order of slots, where `order` tells the place of each; the tables as they were when
    /// one counter for each is not enough.
    pub(super) fn ordered(mut tables: Vec<Self>, order: Vec<u32>, threads: usize) -> Result<PaneCounts, Vec<Self>> {
        let slots = order.len();
        let mut most: usize = tables.iter().map(|table| table.counted).sum();
        if u32::try_from(most).is_err() {
            most = tables.iter_mut().map(Self::largest).sum();
        }
        if u32::try_from(most).is_err() || tables.iter().any(|table| !table.full.is_empty()) {
            return Err(tables);
        }
        let mut met: Vec<Row> = tables.into_iter().flat_map(|table| table.rows).collect();
        met.sort_by_key(|row| row.pane);
        let mut rows: Vec<(i64, Vec<Row>, Vec<u32>)> = Vec::new();
        for row in met {
            match rows.last_mut().filter(|known| known.0 == row.pane) {
                Some(known) => known.1.push(row),
                None => rows.push((row.pane, vec![row], Vec::new())),
            }
        }
        let share = rows.len().div_ceil(threads.max(1)).max(1);
        let work = |rows: &mut [(i64, Vec<Row>, Vec<u32>)]| {
            let (mut events, mut filled) = (vec![0_u64; slots], vec![0_u32; slots]);
            for (_, rows, sorted) in rows {
                sorted.resize(slots, 0);
                for row in std::mem::take(rows) {
                    for (count, at) in row.counters.iter().zip(&order) {
                        sorted[*at as usize] += *count;
                    }
                    for slot in &row.pending {
                        sorted[order[*slot as usize] as usize] += 1;
                    }
                }
                for ((count, events), filled) in sorted.iter().zip(&mut events).zip(&mut filled) {
                    *events += u64::from(*count);
                    *filled += u32::from(*count > 0);
                }
            }
            (events, filled)
        };
        let sums: Vec<(Vec<u64>, Vec<u32>)> = thread::scope(|scope| {
            let running: Vec<_> = rows.chunks_mut(share).map(|rows| scope.spawn(move || work(rows))).collect();
            let joined = running.into_iter();
            joined.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        let (mut events, mut filled) = (vec![0_u64; slots], vec![0_usize; slots]);
        for (more, fuller) in sums {
            events.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            filled.iter_mut().zip(fuller).for_each(|(sum, more)| *sum += more as usize);
        }
        let rows = rows.into_iter().map(|(pane, _, counts)| (pane, counts)).collect();
        Ok(PaneCounts { rows, order, events, filled })
    }
}

impl Row {
    #[inline]
    fn count(&mut self, slot: u32, full: &mut Vec<(i64, u32)>) {
        let counter = &mut self.counters[slot as usize];
        if *counter == u32::MAX {
            full.push((self.pane, slot));
            *counter = 0;
        }
        *counter += 1;
    }

    /// Counts what waits, or makes room for more of it to wait.
    fn make_way(&mut self, most: usize, full: &mut Vec<(i64, u32)>) {
        if self.pending.len() < most {
            self.pending.reserve_exact(self.pending.len().max(FIRST_PENDING));
        } else {
            self.settle(full);
        }
    }

    fn settle(&mut self, full: &mut Vec<(i64, u32)>) {
        if self.pending.is_empty() {
            return;
        }
        self.counters.resize(self.width, 0);
        let pending = std::mem::take(&mut self.pending);
        for slot in &pending {
            self.count(*slot, full);
        }
        self.pending = pending;
        self.pending.clear();
    }
}

/// Counts of panes, with the slots in the order of the answer.
#[derive(Default)]
pub(super) struct PaneCounts {
    /// Panes in their order, each with a counter for each slot.
    rows: Vec<(i64, Vec<u32>)>,
    /// Where each slot stands.
    order: Vec<u32>,
    /// Events, in that order.
    events: Vec<u64>,
    /// Panes that have events, in that order.
    filled: Vec<usize>,
}

/// A run of the answer that one thread writes.
struct Piece<'a> {
    slots: Range<usize>,
    keys: &'a mut [i64],
    panes: &'a mut [i64],
    counts: &'a mut [i64],
}

/// Counts in the order of slots and panes, as columns.
#[derive(Default)]
pub(super) struct PaneColumns {
    /// What was told of each slot.
    pub(super) keys: Vec<i64>,
    /// What was told of each pane.
    pub(super) panes: Vec<i64>,
    /// Events.
    pub(super) counts: Vec<i64>,
}

impl PaneCounts {
    /// Events by slot.
    pub(super) fn events(&self) -> impl Iterator<Item = u64> {
        self.order.iter().map(|at| self.events[*at as usize])
    }

    /// Slots become their keys; panes that a function has no number for are left out, and the others get that number.
    pub(super) fn columns(mut self, keys: &[i64], threads: usize, number: impl Fn(i64) -> Option<i64>) -> PaneColumns {
        for (pane, row) in &mut self.rows {
            match number(*pane) {
                Some(number) => *pane = number,
                None => {
                    for (filled, count) in self.filled.iter_mut().zip(std::mem::take(row)) {
                        *filled -= usize::from(count > 0);
                    }
                }
            }
        }
        self.rows.retain(|(_, row)| !row.is_empty());
        let length = self.filled.iter().sum();
        let mut columns = PaneColumns { keys: vec![0; length], panes: vec![0; length], counts: vec![0; length] };
        let strip = (STRIP_CELLS / self.rows.len().max(1)).clamp(1, STRIP_SLOTS);
        let (mut told, mut panes, mut counts) =
            (&mut columns.keys[..], &mut columns.panes[..], &mut columns.counts[..]);
        let mut pieces = Vec::new();
        for start in (0..self.order.len()).step_by(strip) {
            let slots = start..self.order.len().min(start + strip);
            let rows = self.filled[slots.clone()].iter().sum();
            let piece = Piece {
                slots,
                keys: told.split_off_mut(..rows).unwrap_or_default(),
                panes: panes.split_off_mut(..rows).unwrap_or_default(),
                counts: counts.split_off_mut(..rows).unwrap_or_default(),
            };
            pieces.push(std::sync::Mutex::new(piece));
        }
        in_parallel(threads, pieces.len(), |at| {
            let mut piece = pieces[at].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            self.write(keys, &mut piece);
        });
        drop(pieces);
        columns
    }

    /// Writes the counts of a few slots.
    fn write(&self, keys: &[i64], piece: &mut Piece<'_>) {
        let rows = self.rows.len();
        let mut turned = vec![0_u32; piece.slots.len() * rows];
        for (at, (_, row)) in self.rows.iter().enumerate() {
            for (slot, count) in row[piece.slots.clone()].iter().enumerate() {
                turned[slot * rows + at] = *count;
            }
        }
        // One more than can be filled, as every pane is written and the next one takes its place when it is empty.
        let (mut panes, mut counts) = (vec![0_i64; rows + 1], vec![0_i64; rows + 1]);
        let mut written = 0;
        for (slot, row) in piece.slots.clone().zip(turned.chunks_exact(rows.max(1))) {
            let mut filled = 0;
            for ((pane, _), count) in self.rows.iter().zip(row) {
                panes[filled] = *pane;
                counts[filled] = i64::from(*count);
                filled += usize::from(*count > 0);
            }
            let place = written..written + filled;
            piece.keys[place.clone()].fill(keys[slot]);
            piece.panes[place.clone()].copy_from_slice(&panes[..filled]);
            piece.counts[place].copy_from_slice(&counts[..filled]);
            written += filled;
        }
    }

    /// The counts as lists by key; all of a slot lie in one list.
    pub(super) fn listed(self, by: CountsBy, threads: usize) -> Vec<Vec<(Key, u64)>> {
        let mut slots = vec![0; self.order.len()];
        (0..).zip(&self.order).for_each(|(slot, at)| slots[*at as usize] = slot);
        let columns = self.columns(&slots, threads, Some);
        let key = |slot: i64, pane: i64| key_of(pane, u32::try_from(slot).unwrap_or(0), by);
        let rows: Vec<(i64, (i64, i64))> =
            columns.keys.into_iter().zip(columns.panes.into_iter().zip(columns.counts)).collect();
        // A list for a few slots: enough of them to share out among threads, and no list for each of a million.
        let mut lists: Vec<Vec<(Key, u64)>> = Vec::new();
        for (nth, rows) in rows.chunk_by(|one, other| one.0 == other.0).enumerate() {
            if nth % STRIP_SLOTS == 0 {
                lists.push(Vec::new());
            }
            if let Some(list) = lists.last_mut() {
                list.extend(rows.iter().map(|(slot, (pane, count))| (key(*slot, *pane), count.cast_unsigned())));
            }
        }
        lists
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn counted(events: &[(i64, u32)]) -> BTreeMap<(u32, i64), i64> {
        let mut sums = BTreeMap::new();
        for (pane, slot) in events {
            *sums.entry((*slot, *pane)).or_insert(0) += 1;
        }
        sums
    }

    fn table(events: &[(i64, u32)]) -> PaneTable {
        let mut table = PaneTable::new(0, events.len().is_multiple_of(2));
        for (pane, slot) in events {
            assert!(table.add(*pane, *slot));
        }
        table
    }

    proptest! {
        #[test]
        fn tables_count_as_maps_do(
            events in prop::collection::vec((-300_i64..300, 0_u32..700), 0..400), cut in 0..400_usize, threads in 1..4_usize
        ) {
            let cut = cut.min(events.len());
            let tables = vec![table(&events[..cut]), table(&events[cut..])];
            // The last number first.
            let order: Vec<u32> = (0..700).rev().collect();
            let counts = PaneTable::ordered(tables, order.clone(), threads).ok().unwrap();
            let by_slot: Vec<u64> = (0..700)
                .map(|slot| events.iter().filter(|event| event.1 == slot).count() as u64).collect();
            prop_assert_eq!(counts.events().collect::<Vec<_>>(), by_slot);
            let keys: Vec<i64> = (0..700).map(|slot| slot * 10).collect();
            let columns = counts.columns(&keys, threads, |pane| (pane != 7).then_some(pane));
            let rows: Vec<_> = columns.keys.iter().zip(&columns.panes).collect();
            prop_assert!(rows.is_sorted());
            let told: BTreeMap<(u32, i64), i64> = rows.iter().zip(&columns.counts)
                .map(|((key, pane), count)| ((699 - u32::try_from(**key / 10).unwrap(), **pane), *count)).collect();
            let mut expected = counted(&events);
            expected.retain(|(_, pane), _| *pane != 7);
            prop_assert_eq!(told.len(), columns.counts.len());
            prop_assert_eq!(told, expected);
        }
    }

    fn listed(tables: impl IntoIterator<Item = PaneTable>) -> BTreeMap<(i64, u32), u64> {
        let mut sums = BTreeMap::new();
        for table in tables {
            let add = |pane, slot, count| {
                *sums.entry((pane, slot)).or_insert(0) += u64::from(count);
                Ok::<_, std::convert::Infallible>(())
            };
            table.for_each(add).unwrap();
        }
        sums
    }

    #[test]
    fn a_table_that_would_be_mostly_empty_gives_up() {
        let mut table = table(&[(i64::MIN, 1), (2, 2), (i64::MAX, 3)]);
        assert!(!table.add(0, u32::MAX) && !table.add(1, 1 << 20));
        let mut pane = 3;
        while table.add(pane, 1000) {
            pane += 1;
        }
        assert!((500..1100).contains(&pane), "{pane}");
        let told = listed([table]);
        assert_eq!((told.len(), told[&(i64::MIN, 1)], told[&(i64::MAX, 3)]), (usize::try_from(pane).unwrap(), 1, 1));
    }

    #[test]
    fn full_counters_are_counted_the_general_way() {
        let ordered = |tables| PaneTable::ordered(tables, (0..700).collect(), 2);
        let mut whole = table(&[(5, 1), (5, 2)]);
        whole.settle();
        whole.rows[0].counters[1] = u32::MAX;
        for _ in 0..=FIRST_PENDING {
            assert!(whole.add(5, 1));
        }
        whole.settle();
        let both = ordered(vec![table(&[(5, 1)]), whole]).err().unwrap();
        let more = FIRST_PENDING as u64 + 1;
        assert_eq!(listed(both), BTreeMap::from([((5, 1), (1 << 32) + more), ((5, 2), 1)]));
        let mut nearly = table(&[(5, 1)]);
        nearly.settle();
        nearly.rows[0].counters[1] = u32::MAX;
        nearly.counted = u32::MAX as usize;
        let both = ordered(vec![table(&[(5, 1)]), nearly]).err().unwrap();
        assert_eq!(listed(both), BTreeMap::from([((5, 1), 1 << 32)]));
        // Many events, and no counter near its end.
        let mut many = table(&[(5, 1)]);
        many.counted = u32::MAX as usize;
        assert!(ordered(vec![many, table(&[(5, 1), (6, 1)])]).is_ok());
    }

    #[test]
    fn what_waits_is_counted_when_it_is_enough() {
        let mut shuffled = PaneTable::new(1 << 20, true);
        (0..200_000_u32).for_each(|at| assert!(shuffled.add(i64::from(at % 3), at % 7)));
        assert!(shuffled.rows.iter().all(|row| !row.counters.is_empty() && row.pending.len() < MOST_PENDING));
        let sums = listed([shuffled]);
        assert_eq!((sums.len(), sums.values().sum::<u64>()), (21, 200_000));
    }
}
