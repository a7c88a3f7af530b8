//! Counts of events by location, item and window.

use std::marker::PhantomData;

use hashbrown::HashMap;

use super::{
    query::{Scope, TopQuery, Window},
    rows::{Full, Narrow, Row},
    words::Group,
};

/// What a count belongs to, in numbers of [`super::words::Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// 0 when locations are not told apart.
    pub(super) place: u32,
    /// Start of the window, ns UTC; 0 without windows.
    pub(super) window_ns: i64,
    pub(super) item: u32,
}

/// Which events count, as far as a row tells it, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grouping {
    window: Option<Window>,
    from_ns: Option<i64>,
    to_ns: Option<i64>,
    timed: bool,
}

impl Grouping {
    pub(super) fn of(query: &TopQuery) -> Self {
        Self { window: query.window, from_ns: query.from_ns, to_ns: query.to_ns, timed: query.needs_time() }
    }

    /// Gives the key of each count that the row adds to.
    #[inline]
    pub(super) fn keys(&self, row: &impl Countable, mut each: impl FnMut(Key)) {
        let (place, item) = row.place_item();
        if !self.timed {
            return each(Key { place, window_ns: 0, item });
        }
        // An event without a time lies in no span.
        let Some(time) = row.time() else { return };
        if self.from_ns.is_some_and(|from| time < from) || self.to_ns.is_some_and(|to| time >= to) {
            return;
        }
        match self.window {
            None => each(Key { place, window_ns: 0, item }),
            Some(window) => window.starts(time).for_each(|window_ns| each(Key { place, window_ns, item })),
        }
    }
}

/// A row that says what it is counted for.
pub(super) trait Countable: Row {
    fn place_item(&self) -> (u32, u32);
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

impl Countable for Full {
    #[inline]
    fn place_item(&self) -> (u32, u32) {
        (self.place(), self.item())
    }

    fn time(&self) -> Option<i64> {
        Full::time(self)
    }
}

/// Counts by key.
pub(super) type Counts = HashMap<Key, u64>;

/// Events that are counted as they come, since nothing is merged with them.
pub(super) struct Loose<R> {
    grouping: Grouping,
    counts: Counts,
    rows: PhantomData<R>,
}

impl<R: Countable> Loose<R> {
    pub(super) fn new(grouping: Grouping) -> Self {
        Self { grouping, counts: Counts::default(), rows: PhantomData }
    }

    #[inline]
    pub(super) fn add(&mut self, row: &R) {
        let counts = &mut self.counts;
        self.grouping.keys(row, |key| *counts.entry(key).or_insert(0) += 1);
    }

    pub(super) fn merge(&mut self, other: Self) {
        merge(&mut self.counts, other.counts);
    }

    pub(super) fn into_counts(self) -> Counts {
        self.counts
    }
}

/// Adds counts to counts.
pub(super) fn merge(into: &mut Counts, from: Counts) {
    if into.is_empty() {
        *into = from;
        return;
    }
    for (key, count) in from {
        *into.entry(key).or_insert(0) += count;
    }
}

/// Most cells of a table with one counter for each pair of location and item.
const MAX_CELLS: usize = 32 << 20;

/// Counts while duplicates are removed.
pub(super) enum Tally {
    /// One counter for each pair of location and item: the usual case, without hashing.
    Cells { counters: Vec<u64>, items: usize },
    /// By key.
    Map(Counts),
}

impl Tally {
    /// A tally for so many locations and items.
    pub(super) fn new(places: usize, items: usize, query: &TopQuery) -> Self {
        match places.checked_mul(items) {
            Some(cells) if cells <= MAX_CELLS && query.window.is_none() => {
                Self::Cells { counters: vec![0; cells], items }
            }
            _ => Self::Map(Counts::default()),
        }
    }

    #[inline]
    pub(super) fn add(&mut self, grouping: &Grouping, row: &impl Countable) {
        match self {
            Self::Cells { counters, items } => {
                grouping.keys(row, |key| counters[key.place as usize * *items + key.item as usize] += 1);
            }
            Self::Map(counts) => grouping.keys(row, |key| *counts.entry(key).or_insert(0) += 1),
        }
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Cells { counters, .. }, Self::Cells { counters: others, .. }) => {
                counters.iter_mut().zip(others).for_each(|(mine, other)| *mine += other);
            }
            (Self::Map(counts), Self::Map(others)) => merge(counts, others),
            // All threads count the same way.
            (Self::Cells { counters, items }, Self::Map(others)) => {
                for (key, count) in others {
                    counters[key.place as usize * *items + key.item as usize] += count;
                }
            }
            (Self::Map(counts), other @ Self::Cells { .. }) => {
                merge(counts, other.into_list().into_iter().collect());
            }
        }
    }

    /// All counts that are not 0.
    pub(super) fn into_list(self) -> Vec<(Key, u64)> {
        match self {
            Self::Map(counts) => counts.into_iter().collect(),
            Self::Cells { counters, items } => {
                let mut list = Vec::new();
                for (place, counters) in (0..).zip(counters.chunks(items.max(1))) {
                    for (item, count) in (0..).zip(counters) {
                        if *count > 0 {
                            list.push((Key { place, window_ns: 0, item }, *count));
                        }
                    }
                }
                list
            }
        }
    }
}

/// Counts by item alone (and window), when locations are not told apart.
pub(super) fn of_scope(list: Vec<(Key, u64)>, scope: Scope) -> Vec<(Key, u64)> {
    match scope {
        Scope::Location => list,
        Scope::Global => {
            let mut counts = Counts::default();
            for (key, count) in list {
                *counts.entry(Key { place: 0, ..key }).or_insert(0) += count;
            }
            counts.into_iter().collect()
        }
    }
}
