//! Which frames match: one bit per row of the frame table.

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

/// Words of 64 rows under one entry of the rank directory.
const RANK_WORDS: usize = 64;
/// Words from which on counting them is shared among the cores.
const MANY_WORDS: usize = 1 << 12;
/// Rows in a word.
pub(super) const WORD_ROWS: usize = 64;

// The words of the bit set are taken as 64 rows each.
const _: () = assert!(usize::BITS == 64, "frame sets need 64-bit words");

/// The rows that match a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameSet {
    bits: FixedBitSet,
    /// Matches before every 64th word: finds the n-th match without a walk over all rows.
    ranks: Vec<usize>,
    count: usize,
}

impl FrameSet {
    /// A set of `rows` rows from its words, 64 rows each, lowest bit first; bits past the last row are dropped.
    pub(super) fn from_words(rows: usize, mut words: Vec<usize>) -> Self {
        words.truncate(rows.div_ceil(WORD_ROWS));
        if let (Some(last), used @ 1..) = (words.last_mut(), rows % WORD_ROWS) {
            *last &= (1 << used) - 1;
        }
        Self::new(FixedBitSet::with_capacity_and_blocks(rows, words))
    }

    /// The set of the ones of a bit set.
    #[must_use]
    pub fn new(bits: FixedBitSet) -> Self {
        let words = bits.as_slice();
        let ones = |words: &[usize]| words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        let mut ranks: Vec<usize> = if words.len() < MANY_WORDS {
            words.chunks(RANK_WORDS).map(ones).collect()
        } else {
            words.par_chunks(RANK_WORDS).with_min_len(MANY_WORDS / RANK_WORDS).map(ones).collect()
        };
        let mut count = 0;
        for rank in &mut ranks {
            count += std::mem::replace(rank, count);
        }
        Self { bits, ranks, count }
    }

    /// Every one of `rows` rows.
    #[must_use]
    pub fn all(rows: usize) -> Self {
        let mut bits = FixedBitSet::with_capacity(rows);
        bits.insert_range(..);
        Self::new(bits)
    }

    /// None of `rows` rows.
    #[must_use]
    pub fn none(rows: usize) -> Self {
        Self::new(FixedBitSet::with_capacity(rows))
    }

    /// The set of these rows out of `rows`; rows past the end are left out.
    #[must_use]
    pub fn from_rows(rows: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut bits = FixedBitSet::with_capacity(rows);
        members.into_iter().filter(|row| *row < rows).for_each(|row| bits.insert(row));
        Self::new(bits)
    }

    /// Number of matching rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of rows of the frame table, matching or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.bits.len()
    }

    /// Whether no row matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bits, one per row.
    #[must_use]
    pub fn bits(&self) -> &FixedBitSet {
        &self.bits
    }

    /// Whether `row` matches; rows past the end do not.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        self.bits.contains(row)
    }

    /// The matching rows, ascending.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.bits.ones()
    }

    /// The `n`-th matching row, from 0.
    #[must_use]
    pub fn nth(&self, n: usize) -> Option<usize> {
        if n >= self.count {
            return None;
        }
        // The last directory entry with at most `n` matches before it; the first has none, so there is one.
        let entry = self.ranks.partition_point(|before| *before <= n) - 1;
        let mut left = n - self.ranks[entry];
        let first_word = entry * RANK_WORDS;
        for (at, word) in self.bits.as_slice()[first_word..].iter().enumerate() {
            let ones = word.count_ones() as usize;
            if left < ones {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return Some((first_word + at) * WORD_ROWS + word.trailing_zeros() as usize);
            }
            left -= ones;
        }
        None
    }

    /// Number of matching rows before `row`: of a matching row, its place among the matches, from 0.
    #[must_use]
    pub fn rank(&self, row: usize) -> usize {
        if row >= self.rows() {
            return self.count;
        }
        let word = row / WORD_ROWS;
        let entry = word / RANK_WORDS;
        let words = self.bits.as_slice();
        let whole: usize = words[entry * RANK_WORDS..word].iter().map(|word| word.count_ones() as usize).sum();
        let below = words[word] & ((1 << (row % WORD_ROWS)) - 1);
        self.ranks[entry] + whole + below.count_ones() as usize
    }

    /// Number of matching rows in `first..end`.
    #[must_use]
    pub fn count_in(&self, first: usize, end: usize) -> usize {
        self.rank(end).saturating_sub(self.rank(first))
    }

    /// The first matching row after `row`.
    #[must_use]
    pub fn next_after(&self, row: usize) -> Option<usize> {
        let from = row.checked_add(1)?;
        self.nth(self.rank(from))
    }

    /// The last matching row before `row`.
    #[must_use]
    pub fn previous_before(&self, row: usize) -> Option<usize> {
        self.nth(self.rank(row).checked_sub(1)?)
    }

    /// The matching rows, ascending. Rows of a frame table fit 32 bits, which evaluation makes sure of.
    ///
    /// # Panics
    /// When a set made by hand has more than 2³² rows.
    #[must_use]
    pub fn to_rows(&self) -> Vec<u32> {
        assert!(u32::try_from(self.rows()).is_ok(), "a frame table has fewer than 2^32 rows");
        let mut rows = Vec::with_capacity(self.count);
        for (at, word) in self.bits.as_slice().iter().enumerate() {
            // In range: `at * 64` is below `rows()`, which fits 32 bits.
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let first = (at * WORD_ROWS) as u32;
            let mut word = *word;
            while word != 0 {
                rows.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
        rows
    }

    /// The rows of a set that lie in some ranges.
    #[must_use]
    pub fn in_ranges(set: &Self, ranges: impl Iterator<Item = std::ops::Range<usize>>) -> Self {
        let mut bits = FixedBitSet::with_capacity(set.rows());
        ranges.for_each(|range| bits.insert_range(range));
        bits.intersect_with(&set.bits);
        Self::new(bits)
    }

    /// The rows in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut bits = self.bits.clone();
        bits.intersect_with(&other.bits);
        Self::new(bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn empty_and_full() {
        for rows in [0, 1, 63, 64, 65, 5000] {
            let (all, none) = (FrameSet::all(rows), FrameSet::none(rows));
            assert_eq!((all.count(), none.count(), all.rows(), none.rows()), (rows, 0, rows, rows));
            assert_eq!(all.to_rows().len(), rows);
            assert_eq!((none.nth(0), none.next_after(0), none.previous_before(rows)), (None, None, None));
            assert_eq!(all.previous_before(rows), rows.checked_sub(1));
            assert!(!all.contains(rows));
            assert_eq!(all.next_after(usize::MAX), None);
        }
        // Enough rows for the counting to be shared.
        let third = FrameSet::from_rows(600_000, (0..600_000).step_by(3));
        for (n, row) in [(0, 0), (99_999, 299_997), (199_999, 599_997)] {
            assert_eq!((third.nth(n), third.rank(row), third.rank(row + 1)), (Some(row), n, n + 1));
        }
        assert_eq!(FrameSet::from_words(3, vec![usize::MAX]).count(), 3);
    }

    proptest! {
        #[test]
        fn agrees_with_a_list(
            rows in 1_usize..9000,
            members in prop::collection::btree_set(0_usize..9000, 0..300),
            probe in 0_usize..9100,
        ) {
            let set = FrameSet::from_rows(rows, members.iter().copied());
            let list: Vec<usize> = members.into_iter().filter(|row| *row < rows).collect();
            prop_assert_eq!(set.count(), list.len());
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), list.clone());
            prop_assert_eq!(set.to_rows(), list.iter().map(|row| u32::try_from(*row).unwrap()).collect::<Vec<_>>());
            prop_assert_eq!(set.contains(probe), list.contains(&probe));
            prop_assert_eq!(set.rank(probe), list.iter().filter(|row| **row < probe).count());
            prop_assert_eq!(set.next_after(probe), list.iter().copied().find(|row| *row > probe));
            prop_assert_eq!(set.previous_before(probe), list.iter().copied().rfind(|row| *row < probe));
            for (n, row) in list.iter().enumerate() {
                prop_assert_eq!(set.nth(n), Some(*row));
            }
            prop_assert_eq!(set.nth(list.len()), None);
        }
    }
}
