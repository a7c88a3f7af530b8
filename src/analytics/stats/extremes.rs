//! Single readings that are told with their time: the first, the last, the largest.

use std::cmp::Ordering;

use super::Part;

/// One reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Its value.
    pub value: f64,
    /// Its time, ns UTC.
    pub time_ns: i64,
    /// Place of its recording in the order of the lake.
    pub recording: u32,
    /// Row of the frame table, where frames were asked for.
    pub row: Option<u32>,
}

impl Reading {
    fn of(part: &Part<'_>, at: usize) -> Self {
        Self {
            value: part.values[at],
            time_ns: part.times.get(at).copied().unwrap_or_default(),
            recording: part.recording,
            row: part.rows.get(at).copied(),
        }
    }

    /// What tells two readings apart that were taken at one time.
    fn place(&self) -> (i64, u32, Option<u32>) {
        (self.time_ns, self.recording, self.row)
    }
}

/// The first and the last reading.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ends {
    /// The first.
    pub first: Option<Reading>,
    /// The last.
    pub last: Option<Reading>,
}

impl Ends {
    /// Takes values that have times.
    pub fn add(&mut self, part: &Part<'_>) {
        // Times ascend nearly always, so the ends are the only candidates; frames of a footage may go back in time.
        let ascending = part.rows.is_empty();
        let mut there = (0..part.values.len()).filter(|at| !part.values[*at].is_nan());
        if ascending {
            let Some(first) = there.next() else { return };
            let last = (first..part.values.len()).rev().find(|at| !part.values[*at].is_nan()).unwrap_or(first);
            self.take(Reading::of(part, first));
            self.take(Reading::of(part, last));
        } else {
            there.for_each(|at| self.take(Reading::of(part, at)));
        }
    }

    fn take(&mut self, reading: Reading) {
        if self.first.is_none_or(|first| reading.place() < first.place()) {
            self.first = Some(reading);
        }
        if self.last.is_none_or(|last| reading.place() > last.place()) {
            self.last = Some(reading);
        }
    }

    /// Takes those of other values.
    pub fn merge(&mut self, other: &Self) {
        [other.first, other.last].into_iter().flatten().for_each(|reading| self.take(reading));
    }
}

/// The largest readings, or the smallest; of equal ones the earliest come first.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    lowest: bool,
    number: usize,
    kept: Vec<Reading>,
}

impl Top {
    /// For `number` readings.
    #[must_use]
    pub fn new(lowest: bool, number: usize) -> Self {
        Self { lowest, number: number.max(1), kept: Vec::new() }
    }

    fn order(&self, a: &Reading, b: &Reading) -> Ordering {
        // -0 and 0 are one value.
        let values = if self.lowest {
            (a.value + 0.0).total_cmp(&(b.value + 0.0))
        } else {
            (b.value + 0.0).total_cmp(&(a.value + 0.0))
        };
        values.then_with(|| a.place().cmp(&b.place()))
    }

    /// Takes values that have times.
    pub fn add(&mut self, part: &Part<'_>) {
        for (at, value) in part.values.iter().enumerate() {
            // Most values are beaten by those kept, which one comparison tells.
            let beaten = self.kept.len() == self.number
                && self
                    .kept
                    .last()
                    .is_some_and(|last| if self.lowest { *value > last.value } else { *value < last.value });
            if !beaten && !value.is_nan() {
                self.take(Reading::of(part, at));
            }
        }
    }

    fn take(&mut self, reading: Reading) {
        let at = self.kept.partition_point(|known| self.order(known, &reading) == Ordering::Less);
        // A frame that is read for two of its classes is the same reading in one group only once.
        if at >= self.number || self.kept.get(at) == Some(&reading) {
            return;
        }
        self.kept.truncate(self.number - 1);
        self.kept.insert(at, reading);
    }

    /// Takes those of other values.
    pub fn merge(&mut self, other: &Self) {
        other.kept.iter().for_each(|reading| self.take(*reading));
    }

    /// The readings, the most extreme first.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'a>(values: &'a [f64], times: &'a [i64], recording: u32) -> Part<'a> {
        Part { group: 0, metric: 0, recording, values, times, weights: &[], others: &[], rows: &[] }
    }

    #[test]
    fn ties_go_to_the_earliest() {
        let (first, second) = ([3.0, 9.0, f64::NAN, 9.0], [9.0, 1.0]);
        for (lowest, number, expected) in [
            (false, 1, vec![(9.0, 5, 1)]),
            (false, 3, vec![(9.0, 5, 1), (9.0, 20, 0), (9.0, 40, 0)]),
            (true, 2, vec![(1.0, 6, 1), (3.0, 10, 0)]),
            (false, 99, vec![(9.0, 5, 1), (9.0, 20, 0), (9.0, 40, 0), (3.0, 10, 0), (1.0, 6, 1)]),
        ] {
            // Whichever part comes first.
            for turned in [false, true] {
                let mut tops = [Top::new(lowest, number), Top::new(lowest, number)];
                tops[0].add(&part(&first, &[10, 20, 30, 40], 0));
                tops[1].add(&part(&second, &[5, 6], 1));
                if turned {
                    tops.reverse();
                }
                let [mut top, other] = tops;
                top.merge(&other);
                let found: Vec<_> = top.readings().iter().map(|one| (one.value, one.time_ns, one.recording)).collect();
                assert_eq!(found, expected, "{lowest} {number} {turned}");
            }
        }
        let mut same_time = Top::new(false, 1);
        same_time.add(&part(&[9.0], &[5], 1));
        same_time.add(&part(&[9.0], &[5], 0));
        assert_eq!(same_time.readings()[0].recording, 0);
        assert!(Top::new(false, 1).readings().is_empty());
    }

    #[test]
    fn first_and_last_have_values() {
        let mut ends = Ends::default();
        ends.add(&part(&[f64::NAN, 2.0, 3.0, f64::NAN], &[1, 2, 3, 4], 0));
        let mut other = Ends::default();
        other.add(&part(&[f64::NAN], &[0], 0));
        other.add(&part(&[8.0], &[9], 1));
        ends.merge(&other);
        assert_eq!(ends.first.map(|one| (one.value, one.time_ns)), Some((2.0, 2)));
        assert_eq!(ends.last.map(|one| (one.value, one.time_ns)), Some((8.0, 9)));
    }
}
