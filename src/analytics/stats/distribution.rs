//! The histogram and the quantiles of a column of frames under one filter after the other, at the pace of a brush.
//!
//! A column is put in order once: the rows by value, and for each row the place of its value in that order, in steps of as
//! many rows as make 65,536 steps of the whole. The matching rows are then counted by step in one go. A count of steps gives
//! the number of matches below any place of the order, but for the step that the place lies in, whose few rows are looked at
//! one by one: quantiles and bars are exact.

use rayon::prelude::*;

use super::quantile::{between, places};
use crate::filter::{FrameSet, histogram::Bins};

/// Steps that rows are told apart by.
const STEPS: usize = 1 << 16;
/// Step of a row without a value, when all steps are used otherwise.
const NONE: u16 = u16::MAX;

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
    /// Where the bars lie.
    bins: Bins,
    /// The place in the order at which each bar begins, and the place behind the last.
    edges: Vec<usize>,
}

/// What is told of a column under a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Matching rows with a value.
    pub count: u64,
    /// Matching rows without one.
    pub missing: u64,
    /// Matching rows by bar; infinities are in none.
    pub bars: Vec<u64>,
    /// Quantiles, in the order asked for.
    pub quantiles: Vec<Option<f64>>,
}

/// The columns of a table, in order.
#[derive(Debug, Default)]
pub struct Distributions {
    columns: Vec<RankedColumn>,
}

impl RankedColumn {
    /// Puts a column in order; NaN stands for no value.
    #[must_use]
    pub fn new(values: &[f64], bins: Bins) -> Self {
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
        let mut edges: Vec<usize> = (0..bins.count)
            .map(|bin| bins.edges(bin).0)
            .map(|edge| sorted.partition_point(|value| *value < edge))
            .collect();
        // The last bar holds its upper edge.
        edges.push(sorted.partition_point(|value| *value <= bins.high));
        Self { order, sorted, steps, step_rows, bins, edges }
    }

    /// Where the bars lie.
    #[must_use]
    pub fn bins(&self) -> &Bins {
        &self.bins
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.order.len() * 12 + self.steps.len() * 2
    }

    /// Tells of the matching rows.
    #[must_use]
    pub fn of(&self, set: &FrameSet, shares: &[f64]) -> Distribution {
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
        // Matches before each step, and all of them at the end.
        let mut before: Vec<u64> = Vec::with_capacity(used + 1);
        for count in &counts[..used] {
            before.push(sum);
            sum += u64::from(*count);
        }
        before.push(sum);
        let below = |place: usize| {
            let step = place / self.step_rows;
            let rest = &self.order[(step * self.step_rows).min(self.order.len())..place];
            before[step.min(used)] + rest.iter().filter(|row| set.contains(**row as usize)).count() as u64
        };
        let edges: Vec<u64> = self.edges.iter().map(|place| below(*place)).collect();
        let value_at = |match_no: u64| {
            let step = before.partition_point(|before| *before <= match_no).checked_sub(1)?;
            let first = step * self.step_rows;
            let rows = self.order.get(first..(first + self.step_rows).min(self.order.len()))?;
            let inside = usize::try_from(match_no - before[step]).ok()?;
            let (at, _) = rows.iter().enumerate().filter(|(_, row)| set.contains(**row as usize)).nth(inside)?;
            self.sorted.get(first + at).copied()
        };
        let quantile = |share: &f64| {
            let (low, high, part) = places(*share, sum);
            Some(between(value_at(low)?, value_at(high)?, part))
        };
        Distribution {
            count: sum,
            missing,
            bars: edges.windows(2).map(|pair| pair[1] - pair[0]).collect(),
            quantiles: shares.iter().map(quantile).collect(),
        }
    }
}

impl Distributions {
    /// Takes a column in.
    pub fn push(&mut self, column: RankedColumn) {
        self.columns.push(column);
    }

    /// The columns in the order they were taken in.
    #[must_use]
    pub fn columns(&self) -> &[RankedColumn] {
        &self.columns
    }

    /// Tells of the matching rows of every column, on every core.
    #[must_use]
    pub fn of(&self, set: &FrameSet, shares: &[f64]) -> Vec<Distribution> {
        self.columns.par_iter().map(|column| column.of(set, shares)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{analytics::stats::quantiles_of, filter::histogram::NumberColumn, model::Column};

    const SHARES: [f64; 5] = [0.0, 0.05, 0.5, 0.95, 1.0];

    fn check(values: &[f64], matching: impl Fn(usize) -> bool) {
        let column = Column::Float(values.to_vec());
        let bins = Bins::over(NumberColumn::Metric(&column), 16);
        let set = FrameSet::from_rows(values.len(), (0..values.len()).filter(|row| matching(*row)));
        let found = RankedColumn::new(values, bins).of(&set, &SHARES);
        let mut there: Vec<f64> = set.iter().map(|row| values[row]).filter(|value| !value.is_nan()).collect();
        let plain = bins.histogram(NumberColumn::Metric(&column), Some(&set));
        assert_eq!((found.count, found.missing), (there.len() as u64, plain.nulls));
        assert_eq!(found.quantiles, quantiles_of(&mut there, &SHARES));
        assert_eq!(found.bars.iter().sum::<u64>(), plain.counts.iter().sum::<u64>());
        // A value on an edge may round to either side of it.
        let (mut here, mut there) = (0, 0);
        for (bar, (a, b)) in found.bars.iter().zip(&plain.counts).enumerate() {
            (here, there) = (here + a, there + b);
            let edge = bins.edges(bar).1;
            let near = values.iter().filter(|value| (*value - edge).abs() <= edge.abs() * 1e-12).count() as u64;
            assert!(here.abs_diff(there) <= near, "bar {bar}: {here} {there}");
        }
    }

    proptest! {
        #[test]
        fn matches_are_told_as_by_counting(
            values in prop::collection::vec(prop_oneof![6 => -50.0..50.0, 2 => (0_i32..4).prop_map(f64::from), 1 => Just(f64::NAN)], 0..500),
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
