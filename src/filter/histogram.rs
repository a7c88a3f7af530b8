//! Histograms of a column: equal bins, the same for all frames and for those that match.

use rayon::prelude::*;

use super::FrameSet;
use crate::model::Column;

/// Rows that one task counts.
const TASK_ROWS: usize = 1 << 16;
/// Rows that are read at once.
const PIECE_ROWS: usize = 1 << 10;

/// A column of numbers to count; booleans are 0 and 1, text has none.
#[derive(Debug, Clone, Copy)]
pub enum NumberColumn<'a> {
    /// A metric.
    Metric(&'a Column),
    /// Labels on each frame.
    Counts(&'a [u32]),
    /// ns UTC.
    Times(&'a [i64]),
}

impl NumberColumn<'_> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Metric(column) => column.len(),
            Self::Counts(counts) => counts.len(),
            Self::Times(times) => times.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether only whole numbers occur.
    fn is_whole(&self) -> bool {
        !matches!(self, Self::Metric(Column::Float(_)))
    }

    /// The values of the rows from `first` on, NaN where there is none.
    #[expect(clippy::cast_precision_loss, reason = "a bin is far wider than the rounding")]
    fn read(&self, first: usize, out: &mut [f64]) {
        let rows = first..first + out.len();
        match self {
            Self::Metric(Column::Float(values)) => out.copy_from_slice(&values[rows]),
            Self::Metric(Column::Int { values, valid }) if valid.is_empty() => {
                out.iter_mut().zip(&values[rows]).for_each(|(out, value)| *out = *value as f64);
            }
            Self::Metric(column) => {
                out.iter_mut().zip(rows).for_each(|(out, row)| *out = column.number(row).unwrap_or(f64::NAN));
            }
            Self::Counts(counts) => out.iter_mut().zip(&counts[rows]).for_each(|(out, n)| *out = f64::from(*n)),
            Self::Times(times) => out.iter_mut().zip(&times[rows]).for_each(|(out, time)| *out = *time as f64),
        }
    }

    /// Runs `work` over the column in pieces on every core and joins what it found.
    fn in_pieces<T: Send>(
        &self,
        start: impl Fn() -> T + Sync + Send,
        work: impl Fn(&mut T, usize, &[f64]) + Sync + Send,
        join: impl Fn(T, T) -> T + Sync + Send,
    ) -> T {
        let rows = self.len();
        (0..rows.div_ceil(TASK_ROWS))
            .into_par_iter()
            .map(|task| {
                let mut found = start();
                let mut piece = [0.0; PIECE_ROWS];
                let end = ((task + 1) * TASK_ROWS).min(rows);
                for first in (task * TASK_ROWS..end).step_by(PIECE_ROWS) {
                    let piece = &mut piece[..(end - first).min(PIECE_ROWS)];
                    self.read(first, piece);
                    work(&mut found, first, piece);
                }
                found
            })
            .reduce(&start, join)
    }
}

/// Where the bins lie: `count` bins of one width from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bins {
    /// Smallest finite value; `None` when there is none.
    pub min: Option<f64>,
    /// Largest finite value; `None` when there is none.
    pub max: Option<f64>,
    /// Lower edge of the first bin, at or below `min`.
    pub low: f64,
    /// Upper edge of the last bin, at or above `max` and above `low`.
    pub high: f64,
    /// Number of bins, at least 1.
    pub count: usize,
}

/// How many frames fall into each bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// Frames per bin; the last bin includes its upper edge.
    pub counts: Vec<u64>,
    /// Frames without a value.
    pub nulls: u64,
    /// Frames below the first bin: minus infinity.
    pub below: u64,
    /// Frames above the last bin: infinity.
    pub above: u64,
}

impl Bins {
    /// At most `most` bins (at least 1) over the finite values of a column, all frames taken together. Whole numbers of
    /// few values get one bin each, centred on it; a column of one value gets a bin around it.
    #[must_use]
    pub fn over(column: NumberColumn<'_>, most: usize) -> Self {
        let most = most.max(1);
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let (min, max) = column.in_pieces(
            || none,
            |found, _, piece| {
                for value in piece {
                    let finite = value.abs() < f64::INFINITY;
                    found.0 = if finite && *value < found.0 { *value } else { found.0 };
                    found.1 = if finite && *value > found.1 { *value } else { found.1 };
                }
            },
            |a, b| (a.0.min(b.0), a.1.max(b.1)),
        );
        if min > max {
            return Self { min: None, max: None, low: 0.0, high: 1.0, count: 1 };
        }
        let (low, high, count) = edges(min, max, most, column.is_whole());
        Self { min: Some(min), max: Some(max), low, high, count }
    }

    /// At most `most` bins (at least 1) from the smallest to the largest of some finite values, as [`Self::over`] has them;
    /// `whole` where only whole numbers occur.
    #[must_use]
    pub fn between(min: f64, max: f64, most: usize, whole: bool) -> Self {
        let (low, high, count) = edges(min, max, most.max(1), whole);
        Self { min: Some(min), max: Some(max), low, high, count }
    }

    /// The lower and the upper edge of a bin.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "bin numbers are small")]
    pub fn edges(&self, bin: usize) -> (f64, f64) {
        let edge = |at: usize| {
            let part = at as f64 / self.count as f64;
            let span = self.high - self.low;
            // Two products where the difference is beyond what a double holds.
            if span.is_finite() { self.low + span * part } else { self.low * (1.0 - part) + self.high * part }
        };
        (edge(bin), edge(bin + 1))
    }

    /// Counts the frames of a column, all of them or those of a set.
    #[must_use]
    pub fn histogram(&self, column: NumberColumn<'_>, within: Option<&FrameSet>) -> Histogram {
        let slot = self.slot();
        let words = within.map(|set| set.bits().as_slice());
        let work = |found: &mut Vec<u64>, first: usize, piece: &[f64]| match words {
            None => piece.iter().for_each(|value| found[slot(*value)] += 1),
            // Pieces begin at a multiple of 64 rows, so each word of bits is about 64 of their values.
            Some(words) => {
                for (word, values) in words[first / 64..].iter().zip(piece.chunks(64)) {
                    let mut word = *word;
                    while word != 0 {
                        if let Some(value) = values.get(word.trailing_zeros() as usize) {
                            found[slot(*value)] += 1;
                        }
                        word &= word - 1;
                    }
                }
            }
        };
        let slots = column.in_pieces(
            || vec![0; self.slots()],
            work,
            |mut a, b| {
                a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
                a
            },
        );
        self.of_slots(&slots)
    }

    /// Slots that values fall into: below the first bin, one for each bin, above the last one, and no value. Larger values
    /// have larger slots.
    pub(super) fn slots(&self) -> usize {
        self.count + 3
    }

    /// Gives the slot of a value.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bin numbers are small and not negative"
    )]
    pub(super) fn slot(&self) -> impl Fn(f64) -> usize + Sync + Send + use<> {
        let (low, high, count) = (self.low, self.high, self.count);
        let bins = count as f64;
        let scale = bins / (high - low);
        move |value| {
            if value >= low && value <= high {
                let place = if scale.is_normal() {
                    (value - low) * scale
                } else {
                    // Halves keep the span of very large values finite, and a quotient does not overflow for tiny ones.
                    (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) * bins
                };
                (place as usize).min(count - 1) + 1
            } else if value.is_nan() {
                count + 2
            } else if value < low {
                0
            } else {
                count + 1
            }
        }
    }

    /// The slot of each row, for bins whose slots fit a byte.
    pub(super) fn codes(&self, column: NumberColumn<'_>) -> Vec<u8> {
        let slot = self.slot();
        let mut codes = vec![0; column.len()];
        codes.par_chunks_mut(TASK_ROWS).enumerate().for_each(|(task, codes)| {
            let mut piece = [0.0; PIECE_ROWS];
            for (at, codes) in codes.chunks_mut(PIECE_ROWS).enumerate() {
                let piece = &mut piece[..codes.len()];
                column.read(task * TASK_ROWS + at * PIECE_ROWS, piece);
                codes
                    .iter_mut()
                    .zip(piece)
                    .for_each(|(code, value)| *code = u8::try_from(slot(*value)).unwrap_or(u8::MAX));
            }
        });
        codes
    }

    /// The histogram of frames that were counted by slot.
    pub(super) fn of_slots(&self, slots: &[u64]) -> Histogram {
        let at = |slot: usize| slots.get(slot).copied().unwrap_or(0);
        Histogram {
            counts: (1..=self.count).map(at).collect(),
            nulls: at(self.count + 2),
            below: at(0),
            above: at(self.count + 1),
        }
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few bins")]
fn edges(min: f64, max: f64, most: usize, whole: bool) -> (f64, f64, usize) {
    if whole && max - min < most as f64 {
        return (min - 0.5, max + 0.5, (max - min) as usize + 1);
    }
    if min < max {
        return (min, max, most);
    }
    // One value: a bin around it, wide enough to differ from it.
    let half = (min.abs() * 1e-6).max(0.5);
    ((min - half).max(f64::MIN), (max + half).min(f64::MAX), 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn floats(values: &[f64]) -> Column {
        Column::Float(values.to_vec())
    }

    #[test]
    fn bins_odd_columns() {
        let inf = f64::INFINITY;
        for (values, most, (low, high), counts, rest) in [
            (vec![0.0, 1.0, 2.0, 4.0], 4, (0.0, 4.0), vec![1, 1, 1, 1], [0, 0, 0]),
            (vec![f64::NAN, inf, -inf, 0.0, 1.0, inf], 2, (0.0, 1.0), vec![1, 1], [1, 1, 2]),
            (vec![], 3, (0.0, 1.0), vec![0], [0, 0, 0]),
            (vec![f64::NAN, inf], 3, (0.0, 1.0), vec![0], [1, 0, 1]),
            (vec![7.0, 7.0], 5, (6.5, 7.5), vec![2], [0, 0, 0]),
            (vec![1e30, 1e30], 5, (1e30 - 1e24, 1e30 + 1e24), vec![2], [0, 0, 0]),
            (vec![f64::MIN, f64::MAX, 0.0], 2, (f64::MIN, f64::MAX), vec![1, 2], [0, 0, 0]),
            (vec![f64::MAX], 0, (f64::MAX - f64::MAX * 1e-6, f64::MAX), vec![1], [0, 0, 0]),
        ] {
            let column = floats(&values);
            let column = NumberColumn::Metric(&column);
            let bins = Bins::over(column, most);
            assert_eq!((bins.low, bins.high), (low, high), "{values:?}");
            let found = bins.histogram(column, None);
            assert_eq!(found.counts, counts, "{values:?}");
            assert_eq!([found.nulls, found.below, found.above], rest, "{values:?}");
        }
        let gears = Column::Int { values: vec![-1, 0, 0, 3, 9], valid: vec![true, true, true, true, false] };
        let bins = Bins::over(NumberColumn::Metric(&gears), 20);
        assert_eq!((bins.low, bins.high, bins.count), (-1.5, 3.5, 5));
        assert_eq!(bins.histogram(NumberColumn::Metric(&gears), None).counts, [1, 2, 0, 0, 1]);
        assert_eq!(bins.edges(4), (2.5, 3.5));
    }

    proptest! {
        #[test]
        fn every_frame_is_counted_once(
            values in prop::collection::vec(
                prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), -10.0..10.0], 0..300),
            most in 0_usize..40,
            members in prop::collection::btree_set(0_usize..300, 0..100),
        ) {
            let column = floats(&values);
            let column = NumberColumn::Metric(&column);
            let bins = Bins::over(column, most);
            let set = FrameSet::from_rows(values.len(), members);
            for (within, rows) in [(None, values.len()), (Some(&set), set.count())] {
                let found = bins.histogram(column, within);
                let sum = found.counts.iter().sum::<u64>() + found.nulls + found.below + found.above;
                prop_assert_eq!(sum, rows as u64);
                let nulls = (0..values.len())
                    .filter(|row| values[*row].is_nan() && within.is_none_or(|set| set.contains(*row)))
                    .count();
                prop_assert_eq!(found.nulls, nulls as u64);
                prop_assert_eq!(found.counts.len(), bins.count);
            }
            prop_assert!(bins.low < bins.high);
            prop_assert!(bins.min.is_none_or(|min| bins.low <= min) && bins.max.is_none_or(|max| max <= bins.high));
        }
    }
}
