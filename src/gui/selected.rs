//! The frames a person has chosen.

use std::ops::Range;

use fixedbitset::FixedBitSet;

use super::view::{View, row_u32};
use crate::filter::FrameSet;

/// How many of some rows are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// None of them.
    None,
    /// Some, not all.
    Some,
    /// All of them.
    All,
}

/// A set of rows, counted, with the row that a range starts from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    bits: FixedBitSet,
    count: usize,
    anchor: Option<usize>,
}

impl Selected {
    /// These rows.
    pub fn of(rows: impl IntoIterator<Item = u32>) -> Self {
        let mut selected = Self::default();
        for row in rows {
            selected.insert(row as usize);
        }
        selected
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether none is chosen.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether `row` is chosen.
    pub fn contains(&self, row: usize) -> bool {
        self.bits.contains(row)
    }

    /// Number of chosen rows that are not in a set.
    pub fn count_outside(&self, set: &FrameSet) -> usize {
        self.bits.difference_count(set.bits())
    }

    /// Number of chosen rows in `from..to`.
    pub fn count_in(&self, from: usize, to: usize) -> usize {
        let end = to.min(self.bits.len());
        if from < end { self.bits.count_ones(from..end) } else { 0 }
    }

    /// Whether one of the rows from `first` to before `end` is chosen.
    pub fn any_in(&self, first: usize, end: usize) -> bool {
        let end = end.min(self.bits.len());
        first < end && self.bits.contains_any_in_range(first..end)
    }

    /// The rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.bits.ones().map(row_u32)
    }

    /// The next range begins at `row`.
    pub fn begin_at(&mut self, row: usize) {
        self.anchor = Some(row);
    }

    /// Adds `row` or takes it out.
    pub fn toggle(&mut self, row: usize) {
        if self.contains(row) {
            self.bits.set(row, false);
            self.count -= 1;
        } else {
            self.insert(row);
        }
        self.anchor = Some(row);
    }

    /// The row chosen last, where a range that ends at `row` begins; the next one begins there.
    pub fn range_to(&mut self, row: usize) -> usize {
        self.anchor.replace(row).unwrap_or(row)
    }

    /// These rows.
    pub fn of_bits(rows: FixedBitSet) -> Self {
        Self { count: rows.count_ones(..), bits: rows, anchor: None }
    }

    /// Adds the rows of another choice.
    pub fn add_all(&mut self, other: &Self) {
        self.add(&other.bits);
    }

    /// Adds these rows.
    pub fn add(&mut self, rows: &FixedBitSet) {
        self.bits.union_with(rows);
        self.count = self.bits.count_ones(..);
    }

    /// Takes the rows of a set between two rows out when all of them are chosen, and adds them otherwise.
    pub fn toggle_all(&mut self, set: &FrameSet, rows: Range<usize>) {
        let remove = self.share(set, &rows) == Share::All;
        self.anchor = Some(rows.start);
        let mut part = FixedBitSet::with_capacity(rows.end);
        part.insert_range(rows);
        part.intersect_with(set.bits());
        if remove {
            self.bits.difference_with(&part);
            self.count = self.bits.count_ones(..);
        } else {
            self.add(&part);
        }
    }

    /// How many of a set's rows in a stretch are chosen.
    pub fn share(&self, set: &FrameSet, rows: &Range<usize>) -> Share {
        let (chosen, all) = (self.bits.as_slice(), set.bits().as_slice());
        let word_rows = usize::BITS as usize;
        let (mut some, mut missing) = (false, false);
        for word in rows.start / word_rows..rows.end.div_ceil(word_rows) {
            let first = word * word_rows;
            let from = rows.start.saturating_sub(first);
            let to = (rows.end - first).min(word_rows);
            let mask = (usize::MAX << from) & (usize::MAX >> (word_rows - to));
            let wanted = all.get(word).copied().unwrap_or(0) & mask;
            let there = wanted & chosen.get(word).copied().unwrap_or(0);
            some |= there != 0;
            missing |= there != wanted;
            if some && missing {
                return Share::Some;
            }
        }
        if some { Share::All } else { Share::None }
    }

    /// Adds every frame of the view.
    pub fn all(&mut self, view: &View) {
        self.bits.union_with(view.set.bits());
        self.count = self.bits.count_ones(..);
    }

    /// Adds a row.
    pub fn insert(&mut self, row: usize) {
        self.bits.grow(row + 1);
        if !self.bits.put(row) {
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_chosen_whole_and_their_share_is_told() {
        let set = FrameSet::from_rows(400, (60..200).filter(|row| row % 3 != 0));
        let mut selected = Selected::default();
        for (rows, share) in [(60..70, Share::None), (64..64, Share::None), (190..400, Share::None)] {
            assert_eq!(selected.share(&set, &rows), share, "{rows:?}");
        }
        selected.toggle_all(&set, 62..131);
        assert_eq!(selected.count(), set.count_in(62, 131));
        assert_eq!(selected.count_outside(&set), 0);
        assert_eq!(selected.count_outside(&FrameSet::from_rows(400, 0..100)), set.count_in(100, 131));
        for (rows, share) in [
            (62..131, Share::All),
            (64..128, Share::All),
            (100..101, Share::All),
            (60..131, Share::Some),
            (100..140, Share::Some),
            (131..199, Share::None),
        ] {
            assert_eq!(selected.share(&set, &rows), share, "{rows:?}");
        }
        // What is chosen in part becomes chosen whole; what is whole is given up.
        selected.toggle_all(&set, 60..131);
        assert_eq!(selected.share(&set, &(60..131)), Share::All);
        selected.toggle_all(&set, 60..131);
        assert!(selected.is_empty());
    }
}
