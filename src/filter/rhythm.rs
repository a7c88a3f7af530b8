//! When the frames of a footage were taken: their usual distance, and where it is broken.

use std::ops::Range;

use rayon::prelude::*;

use super::FootageRows;

/// A distance to the next frame beyond this many usual ones is a gap, so that one lost frame is not.
const GAP_PERIODS: (i64, i64) = (5, 2);
/// No distance up to this one is a gap, ns: very fast cameras jitter by more than their period.
const LEAST_GAP_NS: i64 = 50_000_000;

/// The rhythm of one footage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rhythm {
    /// Median distance of neighbouring frames, ns; 0 for a footage of fewer than two frames.
    pub period_ns: i64,
    /// Frames before which time has a gap or goes back, ascending.
    pub breaks: Vec<usize>,
}

impl Rhythm {
    /// The rhythm of frames taken at these times, ns.
    #[must_use]
    pub fn of(times: &[i64]) -> Self {
        let steps = || times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        let mut forward: Vec<i64> = steps().filter(|step| *step > 0).collect();
        let middle = forward.len() / 2;
        let period_ns = if forward.is_empty() { 0 } else { *forward.select_nth_unstable(middle).1 };
        let longest = (period_ns.saturating_mul(GAP_PERIODS.0) / GAP_PERIODS.1).max(LEAST_GAP_NS);
        let breaks =
            steps().enumerate().filter(|(_, step)| *step < 0 || *step > longest).map(|(at, _)| at + 1).collect();
        Self { period_ns, breaks }
    }

    /// The rhythm of each footage of a table.
    #[must_use]
    pub fn of_all(footages: &[FootageRows], times: &[i64]) -> Vec<Self> {
        let of = |footage: &FootageRows| {
            Self::of(times.get(footage.first_row..footage.first_row + footage.rows).unwrap_or_default())
        };
        footages.par_iter().map(of).collect()
    }

    /// The stretches of a footage of `frames` frames without a break inside.
    pub fn stretches(&self, frames: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.breaks.iter().copied());
        let ends = self.breaks.iter().copied().chain([frames]);
        starts.zip(ends).map(|(start, end)| start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_steps_back_break() {
        let ms = |times: &[i64]| times.iter().map(|time| time * 1_000_000).collect::<Vec<_>>();
        for (times, period_ms, breaks) in [
            (vec![], 0, vec![]),
            (vec![5], 0, vec![]),
            (vec![0, 100, 200, 300], 100, vec![]),
            // One lost frame is bridged, two are not.
            (vec![0, 100, 200, 400, 500], 100, vec![]),
            (vec![0, 100, 200, 500, 600], 100, vec![3]),
            (vec![0, 100, 200, 150, 250], 100, vec![3]),
            (vec![0, 100, 100, 200], 100, vec![]),
            (vec![0, 5, 10, 60, 65, 130], 5, vec![5]),
            (vec![7, 7, 7], 0, vec![]),
        ] {
            let rhythm = Rhythm::of(&ms(&times));
            assert_eq!((rhythm.period_ns / 1_000_000, rhythm.breaks), (period_ms, breaks), "{times:?}");
        }
        let rhythm = Rhythm { period_ns: 1, breaks: vec![2, 3] };
        assert_eq!(rhythm.stretches(5).collect::<Vec<_>>(), [0..2, 2..3, 3..5]);
        assert_eq!(Rhythm::of(&[i64::MIN, i64::MAX]).period_ns, i64::MAX);
    }
}
