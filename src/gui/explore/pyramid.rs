//! A long series made short for the screen: each step keeps the smallest and the largest value of its stretch, so that
//! no spike is lost, however far one zooms out.

use crate::model::Series;

/// Samples in the finest stretch, and steps in each coarser one.
const FAN: usize = 16;
/// So many usual distances of two samples are bridged, however short the gap is that frames are given values across.
const GAP_STEPS: i64 = 4;

/// Times and values of one metric, with coarser levels above.
#[derive(Debug)]
pub(super) struct Pyramid {
    times: Vec<i64>,
    values: Vec<f64>,
    /// Samples further apart than this are not joined, ns.
    longest: i64,
    /// Level `k` has one (min, max) per `FAN^(k+1)` samples; (NaN, NaN) where no sample has a value.
    levels: Vec<Vec<(f64, f64)>>,
}

impl Pyramid {
    /// From raw samples, of which frames take values between those up to `max_gap_ns` apart; text has no curve.
    pub fn new(series: &Series, max_gap_ns: i64) -> Option<Self> {
        let values: Vec<f64> =
            (0..series.values.len()).map(|row| series.values.number(row).unwrap_or(f64::NAN)).collect();
        if matches!(series.values, crate::model::Column::Text { .. }) || values.len() != series.time_ns.len() {
            return None;
        }
        Some(Self::of(series.time_ns.to_vec(), values, max_gap_ns))
    }

    fn of(times: Vec<i64>, values: Vec<f64>, max_gap_ns: i64) -> Self {
        let longest = max_gap_ns.max(usual_step(&times).saturating_mul(GAP_STEPS));
        let mut levels: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut level: Vec<(f64, f64)> = values.chunks(FAN).map(|chunk| span(chunk.iter().map(|v| (*v, *v)))).collect();
        while level.len() > 1 {
            let coarser = level.chunks(FAN).map(|chunk| span(chunk.iter().copied())).collect();
            levels.push(level);
            level = coarser;
        }
        levels.push(level);
        Self { times, values, longest, levels }
    }

    /// Whether any sample has a value.
    pub fn has_values(&self) -> bool {
        self.levels.last().is_some_and(|top| top.iter().any(|(low, _)| !low.is_nan()))
    }

    /// Times of the first and the last sample, ns UTC.
    pub fn extent(&self) -> Option<(i64, i64)> {
        Some((*self.times.first()?, *self.times.last()?))
    }

    /// Lines to draw from `from_ns` to `to_ns` in about `width` columns: each line unbroken, points as (ns, value). The
    /// smallest and the largest value of each column are among them.
    pub fn lines(&self, from_ns: i64, to_ns: i64, width: usize) -> Vec<Vec<(i64, f64)>> {
        let first = self.times.partition_point(|time| *time < from_ns).saturating_sub(1);
        let last = (self.times.partition_point(|time| *time <= to_ns) + 1).min(self.times.len());
        if first >= last {
            return Vec::new();
        }
        let per_column = (last - first) / width.max(1);
        let mut pen = Pen::default();
        if per_column < 4 {
            for index in first..last {
                if self.is_after_gap(index) {
                    pen.up();
                }
                pen.point(self.times[index], self.values[index]);
            }
            return pen.finish();
        }
        // Columns of time that stay where they are while the stretch is moved, so that the curve does not shimmer.
        let columns = i64::try_from(width).unwrap_or(i64::MAX);
        let column_ns = (to_ns.saturating_sub(from_ns) / columns.max(1)).max(1);
        let mut start = first;
        while start < last {
            let next = (self.times[start].div_euclid(column_ns) + 1).saturating_mul(column_ns);
            let end = start + self.times[start..last].partition_point(|time| *time < next).max(1);
            let (low, high) = self.span_of(start, end);
            if self.is_after_gap(start) {
                pen.up();
            }
            // The two ends stand at the stretch's beginning and middle, so that the line stays in time order.
            let middle = self.times[start + (end - start) / 2];
            if low.is_nan() {
                pen.up();
            } else if low.total_cmp(&high).is_eq() {
                pen.point(self.times[start], low);
            } else {
                pen.point(self.times[start], low);
                pen.point(middle, high);
            }
            start = end;
        }
        pen.finish()
    }

    /// Whether nothing joins a sample with the one before.
    fn is_after_gap(&self, index: usize) -> bool {
        let before = index.checked_sub(1).map(|before| self.times[before]);
        before.is_some_and(|before| self.times[index].saturating_sub(before) > self.longest)
    }

    /// Smallest and largest value between two times.
    pub fn extremes(&self, from_ns: i64, to_ns: i64) -> Option<(f64, f64)> {
        let first = self.times.partition_point(|time| *time < from_ns);
        let last = self.times.partition_point(|time| *time <= to_ns);
        let (low, high) = self.span_of(first, last);
        (!low.is_nan()).then_some((low, high))
    }

    /// Smallest and largest value of samples `start..end`, through the coarsest levels that fit.
    fn span_of(&self, start: usize, end: usize) -> (f64, f64) {
        let mut found = (f64::NAN, f64::NAN);
        let mut at = start;
        while at < end {
            // The largest aligned stretch that begins here and ends in time.
            let mut size = 1;
            let mut level = None;
            for candidate in 0..self.levels.len() {
                let larger = size * FAN;
                if !at.is_multiple_of(larger) || at + larger > end {
                    break;
                }
                size = larger;
                level = Some(candidate);
            }
            let here = match level {
                None => (self.values[at], self.values[at]),
                Some(level) => self.levels[level][at / size],
            };
            found = (found.0.min(here.0), found.1.max(here.1));
            at += size;
        }
        found
    }
}

/// `f64::min` and `max` pass NaN over.
fn span(parts: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    parts.fold((f64::NAN, f64::NAN), |(low, high), (a, b)| (low.min(a), high.max(b)))
}

/// The median distance of neighbouring samples, the shorter of the two in the middle; 0 where there are none.
fn usual_step(times: &[i64]) -> i64 {
    let mut steps: Vec<i64> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    match steps.len().checked_sub(1) {
        Some(last) => *steps.select_nth_unstable(last / 2).1,
        None => 0,
    }
}

/// Draws lines, lifted at gaps.
#[derive(Default)]
struct Pen {
    lines: Vec<Vec<(i64, f64)>>,
    line: Vec<(i64, f64)>,
}

impl Pen {
    fn point(&mut self, time: i64, value: f64) {
        if value.is_nan() {
            self.up();
            return;
        }
        self.line.push((time, value));
    }

    fn up(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    fn finish(mut self) -> Vec<Vec<(i64, f64)>> {
        self.up();
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: i64 = 1_000_000_000;

    fn pyramid(values: Vec<f64>) -> Pyramid {
        let times = (0..i64::try_from(values.len()).unwrap()).map(|index| index * 10_000_000).collect();
        Pyramid::of(times, values, S)
    }

    #[test]
    fn a_spike_among_a_million_samples_is_drawn() {
        let mut values = vec![1.0; 1_000_000];
        values[777_777] = 99.0;
        values[123_456] = -5.0;
        values[500_000..500_400].fill(f64::NAN);
        let pyramid = pyramid(values);
        let lines = pyramid.lines(0, 10_000_000_000_000, 600);
        let points: Vec<(i64, f64)> = lines.concat();
        assert!(points.len() <= 4 * 600 + 8, "{}", points.len());
        assert!(points.iter().any(|(_, value)| value.total_cmp(&99.0).is_eq()));
        assert!(points.iter().any(|(_, value)| value.total_cmp(&-5.0).is_eq()));
        assert!(points.is_sorted_by_key(|(time, _)| *time));
        let near = pyramid.lines(4_990_000_000_000, 5_010_000_000_000, 2000);
        assert_eq!(near.len(), 2, "a gap of NaN breaks the line");
    }

    #[test]
    fn no_line_stands_on_the_wrong_side_of_a_gap() {
        // A thousand samples at 0, twenty seconds of nothing, a thousand at 9.
        let times: Vec<i64> =
            (0..2000_i64).map(|at| at * 10_000_000 + if at >= 1003 { 20_000_000_000 } else { 0 }).collect();
        let values: Vec<f64> = (0..2000).map(|at| if at >= 1003 { 9.0 } else { 0.0 }).collect();
        let pyramid = Pyramid::of(times, values, S);
        let lines = pyramid.lines(0, 60_000_000_000, 200);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].iter().all(|(_, value)| *value < 1.0) && lines[1].iter().all(|(_, value)| *value > 8.0));
    }

    #[test]
    fn nothing_is_joined_across_more_than_the_gap_that_is_set_or_four_usual_steps() {
        for (times_ms, max_gap_s, expected) in [
            // An hour between the first sample and the next.
            (vec![0, 3_600_000, 3_600_100], 1, vec![1, 2]),
            (vec![0, 100, 200, 1_300, 1_400], 1, vec![3, 2]),
            // A longer gap is set.
            (vec![0, 100, 200, 1_300, 1_400], 5, vec![5]),
            (vec![0, 100, 200, 5_300, 5_400], 5, vec![3, 2]),
            // A slow sensor, of which one reading is lost, then five.
            (vec![0, 60_000, 120_000, 240_000, 600_000], 1, vec![4, 1]),
            (vec![0], 1, vec![1]),
        ] {
            let times: Vec<i64> = times_ms.iter().map(|ms| ms * 1_000_000).collect();
            let values = vec![1.0; times.len()];
            let pyramid = Pyramid::of(times, values, max_gap_s * S);
            let lines = pyramid.lines(0, 10_000 * S, 600);
            assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{times_ms:?} {max_gap_s} s");
        }
        // Seen from far away, where a column holds many samples, too.
        let times: Vec<i64> = (0..2000).map(|at| at * S / 100 + if at >= 1000 { 3 * S } else { 0 }).collect();
        for (max_gap_s, expected) in [(1, 2), (5, 1)] {
            let pyramid = Pyramid::of(times.clone(), vec![1.0; 2000], max_gap_s * S);
            assert_eq!(pyramid.lines(0, 30 * S, 100).len(), expected, "{max_gap_s} s");
        }
    }

    proptest! {
        #[test]
        fn no_column_loses_its_ends(
            steps in prop::collection::vec((prop_oneof![9 => 1_i64..30_000_000, 1 => Just(3_000_000_000)],
                prop_oneof![6 => -100.0..100.0_f64, 1 => Just(f64::NAN), 1 => Just(1e9)]), 1..3000),
            window in (0.0..1.0_f64, 0.0..1.0_f64),
            width in 1_usize..300,
        ) {
            let mut time = 0;
            let times: Vec<i64> = steps.iter().map(|(step, _)| { time += step; time }).collect();
            let values: Vec<f64> = steps.iter().map(|(_, value)| *value).collect();
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a time of the series")]
            let at = |part: f64| (time as f64 * part) as i64;
            let (from, to) = (at(window.0.min(window.1)), at(window.0.max(window.1)));
            let pyramid = Pyramid::of(times.clone(), values.clone(), S);
            let points: Vec<(i64, f64)> = pyramid.lines(from, to, width).concat();
            prop_assert!(points.is_sorted_by_key(|(time, _)| *time));
            prop_assert!(points.len() <= 4 * width + 16, "{} points", points.len());
            prop_assert!(points.iter().all(|(_, point)| values.iter().any(|value| value.total_cmp(point).is_eq())));
            if let Some((low, high)) = pyramid.extremes(from, to) {
                // Beside what lies inside, the neighbours just outside are drawn.
                prop_assert!(points.iter().any(|(_, value)| *value <= low));
                prop_assert!(points.iter().any(|(_, value)| *value >= high));
            }
        }

        #[test]
        fn stretches_know_their_ends(values in prop::collection::vec(prop_oneof![4 => -100.0..100.0_f64, 1 => Just(f64::NAN)], 1..700), a in 0_usize..700, b in 0_usize..700) {
            let (start, end) = (a.min(b).min(values.len()), a.max(b).min(values.len()));
            let expected = span(values[start..end].iter().map(|v| (*v, *v)));
            let found = pyramid(values).span_of(start, end);
            let same = |a: f64, b: f64| a.total_cmp(&b).is_eq() || (a.is_nan() && b.is_nan());
            prop_assert!(same(found.0, expected.0) && same(found.1, expected.1));
        }
    }
}
