//! Counts of events by location, item and span of time.
//!
//! Times are counted in panes, the longest spans that windows of a question are made of; an event lies in one pane, however
//! many windows overlap. Windows are put together from panes when all is counted.

use std::{convert::Infallible, io, path::Path};

use super::{
    panes::PaneTable,
    partitions::Partitions,
    query::{CountsBy, PassedOver, TopQuery},
    rows::{EventRow, Full, Narrow, Row, Timed, spread},
    words::{ABSENT, Group, Limits, Words},
};

/// What a count belongs to, in numbers of [`super::words::Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// 0 when locations are not told apart.
    pub(super) place: u32,
    /// Number of the pane since 1970; 0 without windows.
    pub(super) pane: i64,
    /// 0 when items are not told apart.
    pub(super) item: u32,
}

/// Which events count, as far as their times tell it, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grouping {
    pub(super) by: CountsBy,
    /// Length of a pane.
    pub(super) pane_ns: Option<i64>,
    /// One part of that length, for a first guess at the number of a pane.
    inverse: f64,
    from_ns: Option<i64>,
    to_ns: Option<i64>,
    timed: bool,
}

impl Grouping {
    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    pub(super) fn of(query: &TopQuery, by: CountsBy) -> Self {
        let pane_ns = query.window.map(super::query::Window::pane_ns);
        Self {
            by,
            pane_ns,
            inverse: pane_ns.map_or(0.0, |length| 1.0 / length as f64),
            from_ns: query.from_ns,
            to_ns: query.to_ns,
            timed: query.needs_time(),
        }
    }

    /// The key of an event; `None` when it lies in no span that is asked for.
    #[inline]
    fn key(&self, place: u32, item: u32, row: &impl Countable) -> Option<Key> {
        let place = if self.by.location { place } else { 0 };
        let item = if self.by.item { item } else { 0 };
        if !self.timed {
            return Some(Key { place, pane: 0, item });
        }
        // An event without a time lies in no span.
        let time = row.time()?;
        if self.from_ns.is_some_and(|from| time < from) || self.to_ns.is_some_and(|to| time >= to) {
            return None;
        }
        let pane = self.pane_ns.map_or(0, |length| self.pane(time, length));
        Some(Key { place, pane, item })
    }

    /// The pane of a time: guessed, which is quicker than a division, and looked at whether the guess is right.
    #[inline]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a guess")]
    fn pane(&self, time: i64, length: i64) -> i64 {
        let guess = (time as f64 * self.inverse).floor() as i64;
        let within = time.wrapping_sub(guess.wrapping_mul(length));
        if (0..length).contains(&within) { guess } else { time.div_euclid(length) }
    }
}

/// A row that says what it is counted for.
pub(super) trait Countable: EventRow {
    fn place_item(&self) -> (u32, u32);
    /// Whether it has a location and an item.
    #[inline]
    fn is_complete(&self) -> bool {
        let (place, item) = self.place_item();
        place != ABSENT && item != ABSENT
    }
    /// `timestamp_detected`, ns UTC.
    fn time(&self) -> Option<i64>;
}

impl Countable for Narrow {
    #[inline]
    fn place_item(&self) -> (u32, u32) {
        Group::unpack(self.group)
    }

    fn time(&self) -> Option<i64> {
        None
    }
}

impl Countable for Timed {
    #[inline]
    fn place_item(&self) -> (u32, u32) {
        (self.place, self.item())
    }

    #[inline]
    fn time(&self) -> Option<i64> {
        Timed::time(self)
    }
}

impl Countable for Full {
    #[inline]
    fn place_item(&self) -> (u32, u32) {
        (self.place(), self.item())
    }

    fn time(&self) -> Option<i64> {
        Full::time(self)
    }
}

/// A count that was put aside: what it is of, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pane_low: u32,
    pane_high: u32,
    place: u32,
    item: u32,
    pub(super) count: u32,
}

impl Counted {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a number")]
    fn new(key: Key, count: u32) -> Self {
        let pane = key.pane.cast_unsigned();
        Self { pane_low: pane as u32, pane_high: (pane >> 32) as u32, place: key.place, item: key.item, count }
    }

    #[inline]
    pub(super) fn key(&self) -> Key {
        let pane = u64::from(self.pane_high) << 32 | u64::from(self.pane_low);
        Key { place: self.place, pane: pane.cast_signed(), item: self.item }
    }
}

impl Row for Counted {
    const BYTES: usize = 20;

    fn write(&self, out: &mut Vec<u8>) {
        for part in [self.pane_low, self.pane_high, self.place, self.item, self.count] {
            out.extend_from_slice(&part.to_le_bytes());
        }
    }

    fn read(bytes: &[u8]) -> Self {
        let part = |at: usize| {
            bytes.get(at * 4..at * 4 + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
        };
        Self { pane_low: part(0), pane_high: part(1), place: part(2), item: part(3), count: part(4) }
    }
}

/// Bits for the number of partitions of counts.
pub(super) const COUNT_BITS: u32 = 9;
/// Slots of the table in front of the partitions; together they stay in the processor's cache.
const FRONT_SLOTS: usize = 8 << 10;
/// Seed for places in tables of counts. Nobody gains by choosing keys that fall together: tables of counts hold a key once.
const COUNT_SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// One number for a key, spread evenly.
#[inline]
pub(super) fn spread_key(key: Key) -> u64 {
    let names = u64::from(key.place) << 32 | u64::from(key.item);
    spread(names ^ key.pane.cast_unsigned().rotate_left(29).wrapping_mul(COUNT_SEED), COUNT_SEED)
}

/// Counts while events are met.
pub(super) struct Tally {
    grouping: Grouping,
    store: Store,
    /// Events by place, where the keys do not tell them; grows as places are met.
    places: Option<Vec<u64>>,
    /// Events that were met and not counted.
    pub(super) passed_over: PassedOver,
}

enum Store {
    /// One counter for each pair of location and item: the usual case, without hashing. `full` lists the counters that
    /// went past 2^32, once each time.
    Cells { counters: Vec<u32>, items: usize, full: Vec<usize> },
    /// Keys that are met again soon are counted in `front`; what has to make room goes to the partition of its place.
    Apart { front: Vec<Counted>, partitions: Partitions<Counted>, use_of_front: UseOfFront },
    /// One counter for each pane and place, or each pane and item, until the table gives up.
    Panes(PaneTable),
}

impl Store {
    fn apart(partitions: Partitions<Counted>) -> Self {
        let empty = Counted::new(Key { place: 0, pane: 0, item: 0 }, 0);
        Self::Apart { front: vec![empty; FRONT_SLOTS], partitions, use_of_front: UseOfFront::default() }
    }
}

/// Whether the table in front earns its keep.
#[derive(Default)]
struct UseOfFront {
    tries: u32,
    hits: u32,
    idle: bool,
}

/// Events after which the use of the table in front is judged.
const JUDGED: u32 = 1 << 16;

impl UseOfFront {
    #[inline]
    fn tell(&mut self, hit: bool) {
        self.tries += 1;
        self.hits += u32::from(hit);
        if self.tries == JUDGED {
            // Less than one hit in three costs more time than it saves.
            *self = Self { tries: 0, hits: 0, idle: self.hits < JUDGED / 3 };
        }
    }
}

/// Most cells of a table with one counter for each pair of location and item.
const MAX_CELLS: usize = 32 << 20;
/// Bytes of such a cell: a counter, and the sum over all threads.
const CELL_BYTES: usize = 12;

impl Tally {
    /// A tally for locations and items that are not known yet, and so many events; `shuffled` ones come in any order of time.
    pub(super) fn open(grouping: Grouping, events: usize, shuffled: bool) -> Self {
        let by = grouping.by;
        let store = match grouping.pane_ns {
            Some(_) if !(by.location && by.item) => Store::Panes(PaneTable::new(events, shuffled)),
            _ => Store::apart(Partitions::new(COUNT_BITS)),
        };
        let places = (!grouping.by.location).then(Vec::new);
        Self { grouping, store, places, passed_over: PassedOver::default() }
    }

    /// A tally for so many events in any order; counters for all pairs of locations and items are kept where they fit into
    /// `memory_bytes`.
    pub(super) fn new(grouping: Grouping, words: &Words, events: usize, memory_bytes: usize) -> Self {
        let places = if grouping.by.location { words.places.len() } else { 1 };
        let items = if grouping.by.item { words.items.len() } else { 1 };
        match places.checked_mul(items) {
            Some(cells) if cells <= MAX_CELLS.min(memory_bytes / CELL_BYTES) && grouping.pane_ns.is_none() => Self {
                grouping,
                store: Store::Cells { counters: vec![0; cells], items, full: Vec::new() },
                places: (!grouping.by.location).then(Vec::new),
                passed_over: PassedOver::default(),
            },
            _ => Self::open(grouping, events, true),
        }
    }

    /// Counts an event, if it is within the limits of names.
    #[inline]
    pub(super) fn add(&mut self, row: &impl Countable, limits: &Limits) {
        let (place, item) = row.place_item();
        if !limits.allow_place(place) {
            self.passed_over.other_locations += 1;
        } else if !limits.allow_item(item) {
            self.passed_over.other_items += 1;
        } else {
            self.add_allowed(place, item, row);
        }
    }

    /// Counts an event of which is known that it is within the limits of names.
    #[inline]
    pub(super) fn add_allowed(&mut self, place: u32, item: u32, row: &impl Countable) {
        let Some(key) = self.grouping.key(place, item, row) else {
            self.passed_over.add_time(row.time());
            return;
        };
        if let Some(places) = &mut self.places {
            if places.len() <= place as usize {
                places.resize(place as usize + 1, 0);
            }
            places[place as usize] += 1;
        }
        if let Store::Panes(table) = &mut self.store {
            if table.add(key.pane, slot_of(key, self.grouping.by)) {
                return;
            }
            self.give_up();
        }
        match &mut self.store {
            Store::Panes(_) => {}
            Store::Cells { counters, items, full } => {
                let at = key.place as usize * *items + key.item as usize;
                let (count, went_past) = counters[at].overflowing_add(1);
                counters[at] = count;
                if went_past {
                    full.push(at);
                }
            }
            Store::Apart { partitions, use_of_front, .. } if use_of_front.idle => {
                put_aside(partitions, self.grouping.by, Counted::new(key, 1));
            }
            Store::Apart { front, partitions, use_of_front } => {
                #[expect(clippy::cast_possible_truncation, reason = "the low bits are what counts")]
                let slot = &mut front[spread_key(key) as usize % FRONT_SLOTS];
                let hit = slot.count > 0 && slot.key() == key && slot.count < u32::MAX;
                use_of_front.tell(hit);
                if hit {
                    slot.count += 1;
                } else {
                    if slot.count > 0 {
                        put_aside(partitions, self.grouping.by, *slot);
                    }
                    *slot = Counted::new(key, 1);
                }
            }
        }
    }

    /// Puts all counts of a table of panes aside. It gives up while it is mostly empty, so they take less than it did.
    #[cold]
    fn give_up(&mut self) {
        let Store::Panes(table) = &mut self.store else { return };
        let (by, mut partitions) = (self.grouping.by, Partitions::new(COUNT_BITS));
        let put = |pane, slot, count| {
            put_aside(&mut partitions, by, Counted::new(key_of(pane, slot, by), count));
            Ok(())
        };
        let Ok(()) = std::mem::take(table).for_each::<Infallible>(put);
        self.store = Store::apart(partitions);
    }

    /// Bytes of memory that counts take beyond a table of fixed size.
    pub(super) fn bytes(&self) -> usize {
        match &self.store {
            Store::Cells { .. } => 0,
            Store::Panes(table) => table.bytes(),
            Store::Apart { partitions, .. } => partitions.bytes(),
        }
    }

    /// Moves counts that were put aside to disk.
    pub(super) fn spill(&mut self, folder: &Path) -> io::Result<()> {
        match &mut self.store {
            Store::Cells { .. } => Ok(()),
            Store::Apart { partitions, .. } => partitions.spill(folder),
            Store::Panes(table) => {
                let mut partitions = aside(vec![std::mem::take(table)], self.grouping.by, folder)?;
                partitions.spill(folder)?;
                self.store = Store::apart(partitions);
                Ok(())
            }
        }
    }

    /// All that was counted.
    pub(super) fn finish(self) -> Tallied {
        let places = self.places;
        let nothing = Tallied { cells: None, apart: None, panes: None, places };
        match self.store {
            Store::Cells { counters, items, full } => Tallied { cells: Some((counters, items, full)), ..nothing },
            Store::Panes(table) => Tallied { panes: Some(table), ..nothing },
            Store::Apart { front, mut partitions, .. } => {
                for slot in front.into_iter().filter(|slot| slot.count > 0) {
                    put_aside(&mut partitions, self.grouping.by, slot);
                }
                Tallied { apart: Some(partitions), ..nothing }
            }
        }
    }
}

/// What panes are counted by, when that is not both.
#[inline]
fn slot_of(key: Key, by: CountsBy) -> u32 {
    if by.location { key.place } else { key.item }
}

/// The opposite.
pub(super) fn key_of(pane: i64, slot: u32, by: CountsBy) -> Key {
    Key { place: if by.location { slot } else { 0 }, pane, item: if by.item { slot } else { 0 } }
}

/// Bytes of counts that are put aside before they go to disk.
const ASIDE_BYTES: usize = 64 << 20;

/// The counts of tables of panes, put aside; they may take more room so, and go to disk before it is much.
pub(super) fn aside(tables: Vec<PaneTable>, by: CountsBy, folder: &Path) -> io::Result<Partitions<Counted>> {
    let mut partitions = Partitions::new(COUNT_BITS);
    for table in tables {
        table.for_each(|pane, slot, count| {
            put_aside(&mut partitions, by, Counted::new(key_of(pane, slot, by), count));
            if partitions.bytes() > ASIDE_BYTES { partitions.spill(folder) } else { Ok(()) }
        })?;
    }
    Ok(partitions)
}

/// The number by which a key finds its partition: all keys of a place lie in one, so that windows and ranks can be made of
/// a partition alone.
fn put_aside(partitions: &mut Partitions<Counted>, by: CountsBy, counted: Counted) {
    let key = counted.key();
    let route = if by.location { spread(u64::from(key.place), COUNT_SEED) } else { spread_key(key) };
    partitions.push_to(route, counted);
}

/// What one tally counted.
pub(super) struct Tallied {
    /// Counters by place and item, the number of items, and which counters went past 2^32.
    pub(super) cells: Option<(Vec<u32>, usize, Vec<usize>)>,
    /// Counts by key, sorted apart; one key may stand there several times.
    pub(super) apart: Option<Partitions<Counted>>,
    /// Counters by pane and place, or by pane and item.
    pub(super) panes: Option<PaneTable>,
    /// Events by place, where the keys do not tell them.
    pub(super) places: Option<Vec<u64>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_are_those_of_a_division() {
        let ends = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
        for length in [1, 2, 3, 7, 1000, 60_000_000_000, 86_400_000_000_007, i64::MAX / 2, i64::MAX] {
            let window = Some(super::super::query::Window { size_ns: length, slide_ns: length });
            let grouping = Grouping::of(&TopQuery { window, ..TopQuery::default() }, CountsBy::default());
            let times = (0..5000_i64).map(|at| at.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed()));
            let edges =
                (-50..50).flat_map(|at: i64| [at.wrapping_mul(length), at.wrapping_mul(length).wrapping_sub(1)]);
            for time in ends.into_iter().chain(times).chain(edges) {
                assert_eq!(grouping.pane(time, length), time.div_euclid(length), "{time} {length}");
            }
        }
    }

    #[test]
    fn counts_put_aside_come_back() {
        for key in [Key { place: 1, pane: i64::MIN, item: 2 }, Key { place: u32::MAX, pane: -1, item: 0 }] {
            let row = Counted::new(key, 7);
            let mut bytes = Vec::new();
            row.write(&mut bytes);
            assert_eq!((bytes.len(), Counted::read(&bytes), row.key()), (Counted::BYTES, row, key));
        }
    }

    #[test]
    fn counters_for_all_pairs_are_kept_where_they_fit() {
        let grouping = Grouping::of(&TopQuery::default(), CountsBy { location: true, item: true });
        let mut words = Words::default();
        (words.places, words.items) = (vec![0; 10], vec![String::new(); 10]);
        for (memory, fits) in [(1200, true), (1199, false), (0, false)] {
            let tally = Tally::new(grouping, &words, 0, memory);
            assert_eq!(matches!(tally.store, Store::Cells { .. }), fits, "{memory}");
        }
    }
}
