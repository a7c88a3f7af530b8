//! How often each value occurs: the most frequent one, and how many different ones there are.
//!
//! Where the different values do not fit into memory, they are counted a stretch of the number line after the other, each
//! with one look at all values.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

use super::quantile::{key_of, value_of};

/// Different values that one thread may hold.
const FIT: usize = 1 << 22;

/// What is known of the values of one metric in one group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Occurrences {
    /// How many different values there are.
    pub distinct: u64,
    /// The most frequent value, the smallest of several, and how often it occurs.
    pub mode: Option<(f64, u64)>,
}

impl Occurrences {
    /// Of values that ascend.
    #[must_use]
    pub fn of_sorted(values: &[f64]) -> Self {
        let mut found = Self::default();
        for run in values.chunk_by(|a, b| key_of(*a) == key_of(*b)) {
            found.take(run[0], run.len() as u64);
        }
        found
    }

    /// Takes a value that was not taken before, and how often it occurs. Values must come ascending.
    fn take(&mut self, value: f64, count: u64) {
        self.distinct += 1;
        if self.mode.is_none_or(|(_, most)| count > most) {
            self.mode = Some((value + 0.0, count));
        }
    }
}

/// The stretch of the number line that is counted in this look.
#[derive(Debug)]
pub struct Stretch {
    low: u64,
    /// Lowered by whoever runs out of room.
    high: AtomicU64,
}

impl Default for Stretch {
    fn default() -> Self {
        Self { low: 0, high: AtomicU64::new(u64::MAX) }
    }
}

impl Stretch {
    /// The stretch after this one; `None` when nothing is left.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let low = self.high.into_inner();
        (low < u64::MAX).then(|| Self { low, high: AtomicU64::new(u64::MAX) })
    }
}

/// Counts by cell (a metric in a group) and value.
#[derive(Debug)]
pub struct Tally {
    counts: HashMap<(u32, u64), u64>,
    fit: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: HashMap::new(), fit: FIT }
    }
}

impl Tally {
    /// Counts values; NaN are left out.
    pub fn add(&mut self, cell: u32, values: &[f64], stretch: &Stretch) {
        let mut high = stretch.high.load(Ordering::Relaxed);
        for value in values.iter().filter(|value| !value.is_nan()) {
            let key = key_of(*value);
            if key < stretch.low || key >= high {
                continue;
            }
            *self.counts.entry((cell, key)).or_default() += 1;
            if self.counts.len() > self.fit {
                high = self.make_room(stretch);
            }
        }
    }

    /// Gives up the upper half of the stretch.
    fn make_room(&mut self, stretch: &Stretch) -> u64 {
        let mut keys: Vec<u64> = self.counts.keys().map(|(_, key)| *key).collect();
        let middle = keys.len() / 2;
        let middle = *keys.select_nth_unstable(middle).1;
        // One value in very many groups cannot be parted; it is counted all the same.
        let cut = if middle > stretch.low { middle } else { stretch.low.saturating_add(1) };
        let high = stretch.high.fetch_min(cut, Ordering::Relaxed).min(cut);
        self.counts.retain(|(_, key), _| *key < high);
        self.fit = self.fit.max(self.counts.len() * 2);
        high
    }

    /// Ends a look: what the threads counted goes into the occurrences of each cell.
    pub fn finish(tallies: Vec<Self>, stretch: &Stretch, into: &mut [Occurrences]) {
        let high = stretch.high.load(Ordering::Relaxed);
        let mut whole: HashMap<(u32, u64), u64> = HashMap::new();
        for tally in tallies {
            for (place, count) in tally.counts.into_iter().filter(|((_, key), _)| *key < high) {
                *whole.entry(place).or_default() += count;
            }
        }
        let mut sorted: Vec<((u32, u64), u64)> = whole.into_iter().collect();
        sorted.sort_unstable();
        for ((cell, key), count) in sorted {
            if let Some(found) = into.get_mut(cell as usize) {
                found.take(value_of(key), count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counted in looks with room for so few values.
    fn in_looks(values: &[(u32, f64)], fit: usize) -> Vec<Occurrences> {
        let mut found = vec![Occurrences::default(); 3];
        let mut stretch = Some(Stretch::default());
        while let Some(now) = stretch {
            let mut tallies = Vec::new();
            for half in values.chunks(values.len() / 2 + 1) {
                let mut tally = Tally { fit, ..Tally::default() };
                for (cell, value) in half {
                    tally.add(*cell, &[*value], &now);
                }
                tallies.push(tally);
            }
            Tally::finish(tallies, &now, &mut found);
            stretch = now.next();
        }
        found
    }

    proptest! {
        #[test]
        fn looks_find_what_sorting_finds(
            values in prop::collection::vec((0_u32..3, prop_oneof![(-9_i32..9).prop_map(f64::from), -2.0..2.0]), 0..200),
            fit in 1_usize..50,
        ) {
            let found = in_looks(&values, fit);
            for cell in 0..3 {
                let mut own: Vec<f64> = values.iter().filter(|(of, _)| *of == cell).map(|(_, value)| *value).collect();
                own.sort_by(f64::total_cmp);
                prop_assert_eq!(found[cell as usize], Occurrences::of_sorted(&own));
            }
        }
    }

    #[test]
    fn the_smallest_of_the_most_frequent_is_told() {
        let found = Occurrences::of_sorted(&[1.0, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!((found.distinct, found.mode), (3, Some((1.0, 2))));
        assert_eq!(Occurrences::of_sorted(&[-0.0, 0.0]), Occurrences { distinct: 1, mode: Some((0.0, 2)) });
        assert_eq!(Occurrences::of_sorted(&[]), Occurrences::default());
    }
}
