//! The histogram and the quantiles of a column of frames under one filter after the other, at the pace of a brush.
//!
//! A column is put in order once: the rows by value, and for each row the place of its value in that order, in steps of as
//! many rows as make 4,095 steps of the whole. The matching rows are then counted by step in one go. A count of steps gives
//! the number of matches below any place of the order, but for the step that the place lies in, whose few rows are looked at
//! one by one: quantiles, bars and whiskers are exact.

use rayon::prelude::*;

use super::{
    Occurrences,
    quantile::{between, places},
    shape::{Bars, Ends, Whiskers},
};
use crate::filter::FrameSet;

/// Step of a row without a value, the last one.
const NONE: u16 = (1 << 12) - 1;
/// Steps that rows are told apart by: so many that their counts stay in the nearest cache.
const STEPS: usize = NONE as usize + 1;

/// A column of numbers in order.
#[derive(Debug)]
pub struct RankedColumn {
    /// Rows with a value, by value.
    order: Vec<u32>,
    /// The values in that order.
    sorted: Vec<f64>,
    /// The step of each row.
    steps: Vec<u16>,
    /// Rows of a step.
    step_rows: usize,
}

impl RankedColumn {
    /// Puts a column in order; NaN stands for no value.
    #[must_use]
    pub fn new(values: &[f64]) -> Self {
        let mut pairs: Vec<(f64, u32)> = (0_u32..)
            .zip(values)
            .filter(|(_, value)| !value.is_nan())
            .map(|(row, value)| (*value + 0.0, row))
            .collect();
        pairs.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let step_rows = pairs.len().div_ceil(STEPS - 1).max(1);
        let mut steps = vec![NONE; values.len()];
        for (place, (_, row)) in pairs.iter().enumerate() {
            // One step fewer than there are numbers, so that the last is free for rows without a value.
            steps[*row as usize] = u16::try_from(place / step_rows).unwrap_or(NONE - 1);
        }
        let (sorted, order): (Vec<f64>, Vec<u32>) = pairs.into_iter().unzip();
        Self { order, sorted, steps, step_rows }
    }

    /// Bytes that a column of so many rows takes at most.
    #[must_use]
    pub fn bytes_of(rows: usize) -> usize {
        rows.saturating_mul(size_of::<u32>() + size_of::<f64>() + size_of::<u16>())
    }

    /// Counts the rows of a set.
    #[must_use]
    pub fn among<'a>(&'a self, set: &'a FrameSet) -> Matches<'a> {
        let words = set.bits().as_slice();
        let used = self.order.len().div_ceil(self.step_rows);
        let mut counts = vec![0_u32; STEPS];
        for (word, steps) in words.iter().zip(self.steps.chunks(64)) {
            if *word == usize::MAX {
                for step in steps {
                    counts[*step as usize] += 1;
                }
                continue;
            }
            let mut word = *word;
            while word != 0 {
                if let Some(step) = steps.get(word.trailing_zeros() as usize) {
                    counts[*step as usize] += 1;
                }
                word &= word - 1;
            }
        }
        let missing = u64::from(counts[NONE as usize]);
        let mut sum = 0;
        let mut before: Vec<u64> = Vec::with_capacity(used + 1);
        for count in &counts[..used] {
            before.push(sum);
            sum += u64::from(*count);
        }
        before.push(sum);
        Matches { column: self, set, before, count: sum, missing }
    }
}

/// The rows of a column that match.
#[derive(Debug)]
pub struct Matches<'a> {
    column: &'a RankedColumn,
    set: &'a FrameSet,
    /// Matches before each step, and all of them at the end.
    before: Vec<u64>,
    /// Matching rows with a value.
    pub count: u64,
    /// Matching rows without one.
    pub missing: u64,
}

impl Matches<'_> {
    /// Matches before a place of the order.
    fn below(&self, place: usize) -> u64 {
        let RankedColumn { order, step_rows, .. } = self.column;
        let step = place / step_rows;
        let rest = &order[(step * step_rows).min(order.len())..place];
        let known = self.before.get(step).copied().unwrap_or(self.count);
        known + rest.iter().filter(|row| self.set.contains(**row as usize)).count() as u64
    }

    /// The value of a match by its place among them.
    fn value_at(&self, match_no: u64) -> Option<f64> {
        let RankedColumn { order, sorted, step_rows, .. } = self.column;
        let step = self.before.partition_point(|before| *before <= match_no).checked_sub(1)?;
        let first = step * step_rows;
        let rows = order.get(first..(first + step_rows).min(order.len()))?;
        let inside = usize::try_from(match_no - self.before[step]).ok()?;
        let (at, _) = rows.iter().enumerate().filter(|(_, row)| self.set.contains(**row as usize)).nth(inside)?;
        sorted.get(first + at).copied()
    }

    /// A quantile.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let (low, high, part) = places(share, self.count);
        Some(between(self.value_at(low)?, self.value_at(high)?, part))
    }

    /// The smallest and the largest finite value above a floor.
    #[must_use]
    pub fn finite_ends(&self, floor: f64) -> Option<Ends> {
        let from = self.below(self.column.sorted.partition_point(|value| *value <= floor));
        let to = self.below(self.column.sorted.partition_point(|value| *value < f64::INFINITY));
        if from < to { self.value_at(from).zip(self.value_at(to - 1)) } else { None }
    }

    /// Matches by bar.
    #[must_use]
    pub fn bars(&self, bars: &Bars) -> Vec<u64> {
        let sorted = &self.column.sorted;
        let before = |bar: usize| self.below(sorted.partition_point(|value| *value < bars.edges(bar).0));
        let mut edges: Vec<u64> = (0..bars.count()).map(before).collect();
        // The last bar holds its upper edge.
        let high = bars.edges(bars.count() - 1).1;
        edges.push(self.below(sorted.partition_point(|value| *value <= high)));
        edges.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect()
    }

    /// What lies within the fences of a box, and beyond them.
    #[must_use]
    pub fn whiskers(&self, (low, high): (f64, f64)) -> Whiskers {
        let sorted = &self.column.sorted;
        let below = self.below(sorted.partition_point(|value| *value < low));
        let up_to = self.below(sorted.partition_point(|value| *value <= high));
        let ends = if below < up_to { self.value_at(below).zip(self.value_at(up_to - 1)) } else { None };
        Whiskers { ends, below, above: self.count - up_to }
    }

    /// The most frequent value and the number of different ones.
    #[must_use]
    pub fn occurrences(&self) -> Occurrences {
        let inside = self.column.order.iter().zip(&self.column.sorted);
        let values: Vec<f64> =
            inside.filter(|(row, _)| self.set.contains(**row as usize)).map(|(_, value)| *value).collect();
        Occurrences::of_sorted(&values)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        analytics::stats::{MemorySource, quantiles_of, shape},
        filter::histogram::Bins,
        jobs::Progress,
    };

    const SHARES: [f64; 5] = [0.0, 0.05, 0.5, 0.95, 1.0];

    /// The same of the matching values by looking at each of them.
    fn check(values: &[f64], matching: impl Fn(usize) -> bool) {
        let set = FrameSet::from_rows(values.len(), (0..values.len()).filter(|row| matching(*row)));
        let ranked = RankedColumn::new(values);
        let found = ranked.among(&set);
        let mut there: Vec<f64> = set.iter().map(|row| values[row]).filter(|value| !value.is_nan()).collect();
        assert_eq!((found.count, found.missing), (there.len() as u64, (set.count() - there.len()) as u64));
        let source = MemorySource { parts: vec![(0, 0, Vec::new(), there.clone())] };
        let ends_above = |floor: f64| shape::finite_ranges(&source, 1, floor, &Progress::new()).unwrap()[0];
        let ends = ends_above(f64::NEG_INFINITY);
        assert_eq!((found.finite_ends(f64::NEG_INFINITY), found.finite_ends(0.0)), (ends, ends_above(0.0)));
        if let Some((low, high)) = ends {
            for count in [1, 7, 64] {
                let bars = Bars::new(Bins::between(low, high, count, false));
                let expected = shape::histograms(&source, &[Some(bars.clone())], &Progress::new()).unwrap();
                assert_eq!(found.bars(&bars), expected[0][0], "{count} bars");
            }
            let fence = (low + (high - low) / 4.0, high - (high - low) / 3.0);
            let expected = shape::whiskers(&source, &[vec![Some(fence)]], &Progress::new()).unwrap()[0][0];
            assert_eq!(found.whiskers(fence), expected);
        }
        // Between infinities of both signs lies no number.
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        let quantiles: Vec<_> = SHARES.iter().map(|share| bits(found.quantile(*share))).collect();
        let expected: Vec<_> = quantiles_of(&mut there, &SHARES).into_iter().map(bits).collect();
        assert_eq!(quantiles, expected);
        there.sort_by(f64::total_cmp);
        assert_eq!(found.occurrences(), Occurrences::of_sorted(&there));
    }

    proptest! {
        #[test]
        fn matches_are_told_as_by_counting(
            values in prop::collection::vec(
                prop_oneof![
                    6 => -50.0..50.0,
                    2 => (0_i32..4).prop_map(f64::from),
                    1 => Just(f64::NAN),
                    1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
                ],
                0..500,
            ),
            every in 1_usize..9,
        ) {
            check(&values, |row| row % every == 0);
        }
    }

    #[test]
    fn steps_of_several_rows_and_of_one_value() {
        let many: Vec<f64> = (0..200_000_u32).map(|row| f64::from(row.wrapping_mul(2_654_435_761) >> 12)).collect();
        check(&many, |row| row % 3 == 0);
        check(&many, |_| true);
        check(&vec![5.0; 70_000], |row| row > 100);
        check(&[f64::NAN; 10], |_| true);
    }
}
