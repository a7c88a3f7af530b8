//! Count, mean, spread and extremes of values, in parts that can be merged.
//!
//! A block of values is summed in lanes, its squares about its own mean; blocks and partials are merged by the formula of
//! Chan and others ("Updating formulae and a pairwise algorithm for computing sample variances", 1979), which loses
//! nothing where values are large and lie close together. Sums are kept with what rounding took from them (Neumaier).

use crate::model::is_null_float;

/// Values that are worked through at once; they fit the nearest cache.
const BLOCK: usize = 1024;
/// Sums that grow side by side.
const LANES: usize = 8;

/// What is known of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Values.
    pub count: u64,
    /// Values written as NaN.
    pub nan: u64,
    /// Nulls.
    pub missing: u64,
    mean: f64,
    squares: f64,
    sum: f64,
    lost: f64,
    min: f64,
    max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            nan: 0,
            missing: 0,
            mean: 0.0,
            squares: 0.0,
            sum: 0.0,
            lost: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

impl Moments {
    /// Adds values; NaN and nulls are counted apart.
    pub fn add(&mut self, values: &[f64]) {
        for block in values.chunks(BLOCK) {
            if !self.add_whole(block) {
                let mut present = [0.0; BLOCK];
                let mut count = 0;
                for value in block {
                    if value.is_nan() {
                        let null = is_null_float(*value);
                        self.missing += u64::from(null);
                        self.nan += u64::from(!null);
                    } else {
                        present[count] = *value;
                        count += 1;
                    }
                }
                self.add_present(&present[..count]);
            }
        }
    }

    /// Adds a block without NaN; `false`, and nothing added, when there is one (or infinities of both signs).
    fn add_whole(&mut self, block: &[f64]) -> bool {
        let (mut sums, mut lows, mut highs) = ([0.0; LANES], [f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let (lanes, rest) = block.as_chunks::<LANES>();
        for values in lanes {
            for ((value, sum), (low, high)) in values.iter().zip(&mut sums).zip(lows.iter_mut().zip(&mut highs)) {
                *sum += value;
                *low = if *value < *low { *value } else { *low };
                *high = if *value > *high { *value } else { *high };
            }
        }
        let mut sum: f64 = sums.iter().sum();
        for value in rest {
            sum += value;
            lows[0] = lows[0].min(*value);
            highs[0] = highs[0].max(*value);
        }
        if sum.is_nan() {
            return false;
        }
        self.take_block(
            block,
            sum,
            lows.into_iter().fold(f64::INFINITY, f64::min),
            highs.into_iter().fold(f64::NEG_INFINITY, f64::max),
        );
        true
    }

    fn add_present(&mut self, block: &[f64]) {
        let extremes = block
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        self.take_block(block, block.iter().sum(), extremes.0, extremes.1);
    }

    fn take_block(&mut self, block: &[f64], sum: f64, min: f64, max: f64) {
        if block.is_empty() {
            return;
        }
        let count = block.len() as u64;
        let mean = sum / float(count);
        let mut squares = [0.0; LANES];
        let (lanes, rest) = block.as_chunks::<LANES>();
        for values in lanes {
            for (value, square) in values.iter().zip(&mut squares) {
                let away = value - mean;
                *square += away * away;
            }
        }
        let rest: f64 = rest.iter().map(|value| (value - mean) * (value - mean)).sum();
        let squares = squares.iter().sum::<f64>() + rest;
        self.merge(&Self { count, nan: 0, missing: 0, mean, squares, sum, lost: 0.0, min, max });
    }

    /// Adds what is known of other values.
    pub fn merge(&mut self, other: &Self) {
        self.nan += other.nan;
        self.missing += other.missing;
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            let (nan, missing) = (self.nan, self.missing);
            *self = Self { nan, missing, ..*other };
            return;
        }
        let (here, there) = (float(self.count), float(other.count));
        let all = here + there;
        let away = other.mean - self.mean;
        self.mean += away * (there / all);
        self.squares += other.squares + away * away * (here * there / all);
        self.count += other.count;
        self.add_to_sum(other.sum);
        self.lost += other.lost;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn add_to_sum(&mut self, more: f64) {
        let sum = self.sum + more;
        if sum.is_finite() {
            self.lost += if self.sum.abs() >= more.abs() { (self.sum - sum) + more } else { (more - sum) + self.sum };
        }
        self.sum = sum;
    }

    /// Sum; 0 of no values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }

    /// Arithmetic mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let mean = if self.mean.is_finite() { self.mean } else { self.sum() / float(self.count) };
        (self.count > 0).then_some(mean)
    }

    /// Standard deviation, divided by the number less one; of fewer than two values there is none.
    #[must_use]
    pub fn std(&self) -> Option<f64> {
        (self.count > 1)
            .then(|| (self.squares / float(self.count - 1)).max(0.0).sqrt())
            .filter(|_| self.squares.is_finite())
    }

    /// Smallest value.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// Largest value.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }
}

/// Mean and spread of values that weigh differently (West, "Updating mean and variance estimates", 1979).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weighted {
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Weighted {
    /// Adds values and what each weighs; those without a value or without weight are left out.
    pub fn add(&mut self, values: &[f64], weights: &[f64]) {
        for (value, weight) in values.iter().zip(weights) {
            if value.is_nan() || *weight <= 0.0 {
                continue;
            }
            self.weight += weight;
            let away = value - self.mean;
            self.mean += away * (weight / self.weight);
            self.squares += weight * away * (value - self.mean);
        }
    }

    /// Adds what is known of other values.
    pub fn merge(&mut self, other: &Self) {
        let all = self.weight + other.weight;
        if all <= 0.0 {
            return;
        }
        let away = other.mean - self.mean;
        self.mean += away * (other.weight / all);
        self.squares += other.squares + away * away * (self.weight * other.weight / all);
        self.weight = all;
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then_some(self.mean)
    }

    /// Standard deviation, divided by the whole weight.
    #[must_use]
    pub fn std(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| (self.squares / self.weight).max(0.0).sqrt())
    }
}

/// How two metrics go together; the values are taken in pairs of which both are there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pairs {
    count: u64,
    means: [f64; 2],
    squares: [f64; 2],
    products: f64,
}

impl Pairs {
    /// Adds pairs.
    pub fn add(&mut self, values: &[f64], others: &[f64]) {
        for (value, other) in values.iter().zip(others) {
            if value.is_nan() || other.is_nan() {
                continue;
            }
            self.count += 1;
            let count = float(self.count);
            let away = [value - self.means[0], other - self.means[1]];
            self.means[0] += away[0] / count;
            self.means[1] += away[1] / count;
            self.squares[0] += away[0] * (value - self.means[0]);
            self.squares[1] += away[1] * (other - self.means[1]);
            self.products += away[0] * (other - self.means[1]);
        }
    }

    /// Adds what is known of other pairs.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (here, there) = (float(self.count), float(other.count));
        let all = here + there;
        let away = [other.means[0] - self.means[0], other.means[1] - self.means[1]];
        let share = here * there / all;
        let sides = self.means.iter_mut().zip(&mut self.squares).zip(away.iter().zip(&other.squares));
        for ((mean, squares), (away, more)) in sides {
            *mean += away * (there / all);
            *squares += more + away * away * share;
        }
        self.products += other.products + away[0] * away[1] * share;
        self.count += other.count;
    }

    /// Pearson's correlation; none where one of the two never changes.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let spread = (self.squares[0] * self.squares[1]).sqrt();
        (self.count > 1 && spread > 0.0).then(|| (self.products / spread).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::NULL_FLOAT;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        moments.add(values);
        moments
    }

    /// Two passes in plain words.
    fn plain(values: &[f64]) -> (usize, f64, f64) {
        let there: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few values")]
        let count = there.len() as f64;
        let mean = there.iter().sum::<f64>() / count;
        let squares = there.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (there.len(), mean, (squares / (count - 1.0)).sqrt())
    }

    #[test]
    fn nan_and_null_are_told_apart() {
        let found = of(&[1.0, f64::NAN, NULL_FLOAT, 3.0, NULL_FLOAT]);
        assert_eq!((found.count, found.nan, found.missing), (2, 1, 2));
        assert_eq!((found.mean(), found.min(), found.max(), found.sum()), (Some(2.0), Some(1.0), Some(3.0), 4.0));
        let none = of(&[]);
        assert_eq!((none.mean(), none.std(), none.min(), none.sum()), (None, None, None, 0.0));
        assert_eq!((of(&[7.0]).std(), of(&[7.0, 7.0]).std()), (None, Some(0.0)));
        let infinite = of(&[f64::INFINITY, 1.0]);
        assert_eq!((infinite.mean(), infinite.std(), infinite.max()), (Some(f64::INFINITY), None, Some(f64::INFINITY)));
    }

    #[test]
    fn values_far_from_zero_keep_their_spread() {
        let values: Vec<f64> = (0..100_000).map(|row| 1e9 + f64::from(row % 2)).collect();
        assert!((of(&values).std().unwrap() - 0.500_002_5).abs() < 1e-9);
        let tenths = vec![0.1; 10_000_000];
        assert!((of(&tenths).sum() - 1e6).abs() < 1e-7, "{}", of(&tenths).sum());
    }

    proptest! {
        #[test]
        fn parts_merge_to_the_whole(
            values in prop::collection::vec(prop_oneof![8 => -1e3..1e3, 1 => Just(f64::NAN), 1 => Just(NULL_FLOAT)], 0..3000),
            cut in 0.0..1.0,
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short list")]
            let cut = (values.len() as f64 * cut) as usize;
            let whole = of(&values);
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            let (count, mean, std) = plain(&values);
            prop_assert_eq!(whole.count, count as u64);
            prop_assert_eq!((whole.count, whole.nan, whole.missing), (merged.count, merged.nan, merged.missing));
            prop_assert_eq!((whole.min(), whole.max()), (merged.min(), merged.max()));
            if count > 1 {
                for found in [whole, merged] {
                    prop_assert!((found.mean().unwrap() - mean).abs() < 1e-9);
                    prop_assert!((found.std().unwrap() - std).abs() < 1e-9 * std.max(1.0));
                }
            }
        }

        #[test]
        fn weighted_parts_merge_to_the_whole(pairs in prop::collection::vec((-1e3..1e3, 0.0..2.0), 1..300), cut in 0_usize..300) {
            let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let cut = cut.min(values.len());
            let mut whole = Weighted::default();
            whole.add(&values, &weights);
            let (mut first, mut second) = (Weighted::default(), Weighted::default());
            first.add(&values[..cut], &weights[..cut]);
            second.add(&values[cut..], &weights[cut..]);
            first.merge(&second);
            let weight: f64 = weights.iter().sum();
            if weight > 1e-6 {
                let mean = values.iter().zip(&weights).map(|(value, weight)| value * weight).sum::<f64>() / weight;
                prop_assert!((whole.mean().unwrap() - mean).abs() < 1e-6);
                prop_assert!((first.mean().unwrap() - mean).abs() < 1e-6);
                prop_assert!((first.std().unwrap() - whole.std().unwrap()).abs() < 1e-6);
            }
        }

        #[test]
        fn correlations_merge(pairs in prop::collection::vec((-1e3..1e3, -1e3..1e3), 3..300), cut in 0_usize..300) {
            let (values, others): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let cut = cut.min(values.len());
            let mut whole = Pairs::default();
            whole.add(&values, &others);
            let (mut first, mut second) = (Pairs::default(), Pairs::default());
            first.add(&values[..cut], &others[..cut]);
            second.add(&values[cut..], &others[cut..]);
            first.merge(&second);
            prop_assert!((first.correlation().unwrap() - whole.correlation().unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_straight_line_is_a_correlation_of_one() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let others: Vec<f64> = values.iter().map(|value| 3.0 - 2.0 * value).collect();
        let mut pairs = Pairs::default();
        pairs.add(&values, &others);
        assert!((pairs.correlation().unwrap() + 1.0).abs() < 1e-12);
        let mut still = Pairs::default();
        still.add(&values, &vec![5.0; 100]);
        assert_eq!(still.correlation(), None);
    }
}
