//! From frames to the stretches of time that they stand for, and to the samples in them.
//!
//! A frame stands for the time from itself to the next frame of its footage; the last one for a usual distance between its
//! frames. Stretches of several cameras are united, so that a reading counts once however many cameras saw that moment.

use std::ops::Range;

/// A stretch of time, ns UTC, without its end.
pub type Interval = (i64, i64);

/// The stretch of frame `at` of a footage whose frames were taken at `times`, usually `period_ns` apart.
#[must_use]
pub fn interval_of(times: &[i64], at: usize, period_ns: i64) -> Interval {
    let start = times[at];
    match times.get(at + 1) {
        Some(next) if *next >= start => (start, *next),
        // The last one, and one before which time went back.
        _ => (start, start.saturating_add(period_ns.max(1))),
    }
}

/// Stretches in time order, those that touch or overlap joined, empty ones left out.
#[must_use]
pub fn unite(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|(start, end)| start < end);
    intervals.sort_unstable();
    let mut united: Vec<Interval> = Vec::with_capacity(intervals.len().min(64));
    for (start, end) in intervals {
        match united.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => united.push((start, end)),
        }
    }
    united
}

/// The runs of rows whose times, which ascend, lie in the stretches, which [`unite`] made.
#[must_use]
pub fn rows_in(times: &[i64], intervals: &[Interval]) -> Vec<Range<usize>> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let from = intervals.partition_point(|(_, end)| end <= first);
    for (start, end) in &intervals[from..] {
        if start > last {
            break;
        }
        let begin = at + times[at..].partition_point(|time| time < start);
        at = begin + times[begin..].partition_point(|time| time < end);
        if begin < at {
            found.push(begin..at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_stand_for_the_time_to_the_next() {
        let times = [0, 10, 20, 20, 50, 45, 55];
        for (at, expected) in
            [(0, (0, 10)), (1, (10, 20)), (2, (20, 20)), (3, (20, 50)), (4, (50, 60)), (5, (45, 55)), (6, (55, 65))]
        {
            assert_eq!(interval_of(&times, at, 10), expected, "{at}");
        }
        assert_eq!(interval_of(&[5], 0, 0), (5, 6));
    }

    #[test]
    fn cameras_are_united() {
        for (intervals, expected) in [
            (vec![], vec![]),
            (vec![(0, 10), (10, 20)], vec![(0, 20)]),
            (vec![(5, 15), (0, 10)], vec![(0, 15)]),
            (vec![(0, 10), (12, 20), (3, 4)], vec![(0, 10), (12, 20)]),
            (vec![(7, 7), (9, 3)], vec![]),
        ] {
            assert_eq!(unite(intervals.clone()), expected, "{intervals:?}");
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_inside(
            mut times in prop::collection::vec(0_i64..200, 0..60),
            intervals in prop::collection::vec((0_i64..200, 0_i64..30), 0..12),
        ) {
            times.sort_unstable();
            let united = unite(intervals.into_iter().map(|(start, length)| (start, start + length)).collect());
            let found: Vec<usize> = rows_in(&times, &united).into_iter().flatten().collect();
            let inside = |time: i64| united.iter().any(|(start, end)| (*start..*end).contains(&time));
            let expected: Vec<usize> = (0..times.len()).filter(|row| inside(times[*row])).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
