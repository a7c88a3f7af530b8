//! When the frames of footages were taken, searched by time: cameras whose clock was set back have several stretches, each of
//! which ascends.

use std::{collections::HashMap, ops::Range};

use crate::filter::{FootageRows, Rhythm};

/// Times of the frames of one footage.
#[derive(Debug, Clone, Copy)]
pub struct FrameTimes<'a> {
    times: &'a [i64],
    /// Frames that were taken before the one in front of them, ascending.
    backs: &'a [usize],
}

impl<'a> FrameTimes<'a> {
    /// Times, and the frames before which they go back.
    #[must_use]
    pub fn new(times: &'a [i64], backs: &'a [usize]) -> Self {
        Self { times, backs }
    }

    /// All of them, ns UTC.
    #[must_use]
    pub fn all(self) -> &'a [i64] {
        self.times
    }

    /// The stretches in which they ascend, as frames.
    pub fn stretches(self) -> impl Iterator<Item = Range<usize>> + 'a {
        let starts = std::iter::once(0).chain(self.backs.iter().copied());
        let ends = self.backs.iter().copied().chain([self.times.len()]);
        starts.zip(ends).map(|(start, end)| start..end)
    }

    /// The stretch that a frame is in.
    #[must_use]
    pub fn stretch_of(self, frame: usize) -> Range<usize> {
        let at = self.backs.partition_point(|back| *back <= frame);
        let start = at.checked_sub(1).map_or(0, |before| self.backs[before]);
        start..self.backs.get(at).copied().unwrap_or(self.times.len())
    }

    /// The earliest and the latest time.
    #[must_use]
    pub fn extent(self) -> Option<(i64, i64)> {
        let ends = self.stretches().filter(|stretch| !stretch.is_empty());
        let ends = ends.map(|stretch| (self.times[stretch.start], self.times[stretch.end - 1]));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// The frame nearest to a time, the first of those equally near; `None` in a footage without frames.
    #[must_use]
    pub fn nearest(self, time_ns: i64) -> Option<usize> {
        let near = self.stretches().filter_map(|stretch| {
            let times = self.times.get(stretch.clone())?;
            let after = times.partition_point(|time| *time < time_ns);
            let near = match (after.checked_sub(1), times.get(after)) {
                (Some(before), Some(next)) if time_ns.abs_diff(times[before]) <= next.abs_diff(time_ns) => before,
                (Some(before), None) => before,
                (None, None) => return None,
                (_, Some(_)) => after,
            };
            Some(stretch.start + near)
        });
        near.min_by_key(|frame| self.times[*frame].abs_diff(time_ns))
    }

    /// The frames taken from one time to another, both included, as a filter on time finds them.
    pub fn between(self, from_ns: i64, to_ns: i64) -> impl Iterator<Item = Range<usize>> + 'a {
        self.stretches().filter_map(move |stretch| {
            let times = self.times.get(stretch.clone())?;
            let first = times.partition_point(|time| *time < from_ns);
            let end = times.partition_point(|time| *time <= to_ns);
            (first < end).then(|| stretch.start + first..stretch.start + end)
        })
    }
}

/// A footage whose times go back.
#[derive(Debug)]
struct Broken {
    backs: Vec<usize>,
    played: Vec<i64>,
}

/// The footages whose times go back, by their first row; there are few, or none.
#[derive(Debug, Default)]
pub struct StepsBack(HashMap<usize, Broken>);

impl StepsBack {
    /// Looks at all footages; to be called by a worker.
    #[must_use]
    pub fn of(footages: &[FootageRows], times: &[i64]) -> Self {
        let broken = footages.iter().filter_map(|footage| {
            let own = times.get(footage.first_row..footage.first_row + footage.rows)?;
            let steps = own.windows(2).enumerate().filter(|(_, pair)| pair[1] < pair[0]);
            let backs: Vec<usize> = steps.map(|(at, _)| at + 1).collect();
            (!backs.is_empty()).then(|| (footage.first_row, Broken { backs, played: played(own) }))
        });
        Self(broken.collect())
    }

    /// The times of a footage's frames, of those of the whole lake.
    #[must_use]
    pub fn times<'a>(&'a self, all: &'a [i64], first_row: usize, rows: usize) -> FrameTimes<'a> {
        let backs = self.0.get(&first_row).map_or(&[][..], |broken| &broken.backs);
        FrameTimes::new(all.get(first_row..first_row + rows).unwrap_or_default(), backs)
    }

    /// Times by which the frames of a footage are played: they ascend, so that each frame comes after the one before.
    #[must_use]
    pub fn played<'a>(&'a self, all: &'a [i64], first_row: usize, rows: usize) -> &'a [i64] {
        match self.0.get(&first_row) {
            Some(broken) => &broken.played,
            None => all.get(first_row..first_row + rows).unwrap_or_default(),
        }
    }
}

/// The times with each step back taken for the usual step onward.
fn played(times: &[i64]) -> Vec<i64> {
    let period = Rhythm::of(times).period_ns;
    let first = times.first().copied().unwrap_or_default();
    let steps = times.windows(2).map(|pair| if pair[1] < pair[0] { period } else { pair[1].saturating_sub(pair[0]) });
    let later = steps.scan(first, |now, step| {
        *now = now.saturating_add(step);
        Some(*now)
    });
    times.first().copied().into_iter().chain(later).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn footage(rows: usize) -> FootageRows {
        let (recording, camera) = ("d".to_owned(), "front".to_owned());
        FootageRows { recording, camera, first_row: 0, rows, started_at_ns: 0, attributes: Arc::default() }
    }

    /// 120 frames at eight a second; from the sixtieth on five seconds earlier.
    fn set_back() -> Vec<i64> {
        (0..120_i64).map(|at| at * 125_000_000 - if at >= 60 { 5_000_000_000 } else { 0 }).collect()
    }

    #[test]
    fn a_clock_that_is_set_back_is_searched_in_each_stretch() {
        let times = set_back();
        let steps = StepsBack::of(&[footage(120)], &times);
        let frames = steps.times(&times, 0, 120);
        assert_eq!(frames.stretches().collect::<Vec<_>>(), [0..60, 60..120]);
        assert_eq!((frames.stretch_of(59), frames.stretch_of(60)), (0..60, 60..120));
        // Frame 60 is of 2.5 s, as frame 20 is.
        let between: Vec<_> = frames.between(2_000_000_000, 4_000_000_000).collect();
        assert_eq!(between, [16..33, 60..73]);
        assert_eq!(frames.extent(), Some((0, 9_875_000_000)));
        assert_eq!((frames.nearest(9_000_000_000), frames.nearest(2_500_000_000)), (Some(112), Some(20)));
        let played = steps.played(&times, 0, 120);
        assert!(played.windows(2).all(|pair| pair[1] - pair[0] == 125_000_000));
        // A footage that never goes back is played by its own times.
        assert_eq!(StepsBack::default().played(&times[..60], 0, 60), &times[..60]);
        assert_eq!(FrameTimes::new(&[], &[]).nearest(5), None);
    }

    proptest! {
        #[test]
        fn searches_find_what_looking_at_every_frame_finds(
            times in prop::collection::vec(prop_oneof![0..40_i64, any::<i64>()], 0..40), a in -5..45_i64, b in -5..45_i64,
        ) {
            let steps = StepsBack::of(&[footage(times.len())], &times);
            let frames = steps.times(&times, 0, times.len());
            let between: Vec<usize> = frames.between(a, b).flatten().collect();
            prop_assert_eq!(between, (0..times.len()).filter(|at| (a..=b).contains(&times[*at])).collect::<Vec<_>>());
            let nearest = times.iter().map(|time| time.abs_diff(a)).min();
            prop_assert_eq!(frames.nearest(a).map(|at| times[at].abs_diff(a)), nearest);
            let ends = times.iter().min().copied().zip(times.iter().max().copied());
            prop_assert_eq!(frames.extent(), ends);
            let played = steps.played(&times, 0, times.len());
            prop_assert!(played.is_sorted() && played.len() == times.len());
        }
    }
}
