//! The shape of values rather than numbers about them: bars of a histogram, the whiskers of a box, pairs of two metrics as
//! points or as cells of a plane. Exact: every value is looked at, in as many looks as that takes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Source, Stopped, scan};
use crate::{filter::histogram::Bins, jobs::Progress};

/// The least and the largest of some values.
pub type Ends = (f64, f64);

/// Most bars of a histogram that nobody gave a number of bars.
pub const MOST_BARS: usize = 1000;

/// As many bars as the rule of Freedman and Diaconis ("On the histogram as a density estimator", 1981) asks for: their width
/// is twice the distance of the quartiles, divided by the cube root of the number of values. Where the quartiles are equal,
/// as many as Sturges asks for. At least 1, at most [`MOST_BARS`].
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of bars, held within bounds"
)]
pub fn freedman_diaconis(count: u64, range: (f64, f64), quartiles: (f64, f64)) -> usize {
    if count == 0 {
        return 1;
    }
    let width = 2.0 * (quartiles.1 - quartiles.0) / (count as f64).cbrt();
    let bars = (range.1 - range.0) / width;
    if width > 0.0 && bars.is_finite() {
        return (bars.ceil() as usize).clamp(1, MOST_BARS);
    }
    ((count as f64).log2().ceil() as usize + 1).min(MOST_BARS)
}

/// Bins with their edges, so that a value lies where the edges say.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    bins: Bins,
    edges: Vec<f64>,
    /// Whether they are as wide as each other by their logarithms.
    log: bool,
}

impl Bars {
    /// Those of these bins.
    #[must_use]
    pub fn new(bins: Bins) -> Self {
        let mut edges: Vec<f64> = (0..bins.count).map(|bar| bins.edges(bar).0).collect();
        edges.push(bins.high);
        Self { bins, edges, log: false }
    }

    /// So many between two values above 0, as wide as each other by their logarithms.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "bar numbers are small")]
    pub fn logarithmic(low: f64, high: f64, count: usize) -> Self {
        let (count, (from, to)) = if low < high { (count.max(1), (low, high)) } else { (1, (low / 1.1, high * 1.1)) };
        let bins = Bins { min: Some(low), max: Some(high), low: from, high: to, count };
        let (first, last) = (from.ln(), to.ln());
        let edge = |at: usize| (first + (last - first) * (at as f64 / count as f64)).exp().clamp(from, to);
        let mut edges: Vec<f64> = (0..count).map(edge).collect();
        edges[0] = from;
        edges.push(to);
        Self { bins, edges, log: true }
    }

    /// Number of bars.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bins.count
    }

    /// The lower and the upper edge of a bar. The lower one is in it, the upper one only of the last.
    #[must_use]
    pub fn edges(&self, bar: usize) -> (f64, f64) {
        (self.edges[bar], self.edges[bar + 1])
    }

    /// The bar of a value; `None` for what is no number or lies outside.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a guess that is put right by the edges"
    )]
    pub fn of(&self, value: f64) -> Option<usize> {
        let (low, high) = (self.bins.low, self.bins.high);
        if !(value >= low && value <= high) {
            return None;
        }
        let last = self.bins.count - 1;
        let part = if self.log {
            (value.ln() - low.ln()) / (high.ln() - low.ln())
        } else {
            (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
        };
        let mut bar = ((part * self.bins.count as f64) as usize).min(last);
        while bar > 0 && value < self.edges[bar] {
            bar -= 1;
        }
        while bar < last && value >= self.edges[bar + 1] {
            bar += 1;
        }
        Some(bar)
    }
}

/// The smallest and the largest finite value of each metric above a floor; `None` where there is none.
///
/// # Errors
/// [`Stopped`]
pub fn finite_ranges<S: Source>(
    source: &S,
    metrics: usize,
    floor: f64,
    progress: &Progress,
) -> Result<Vec<Option<Ends>>, Stopped<S::Error>> {
    let none = || vec![None::<(f64, f64)>; metrics];
    let states = scan(source, progress, none, |found, part| {
        if let Some(range) = found.get_mut(part.metric) {
            part.values.iter().filter(|value| **value > floor).for_each(|value| widen(range, *value));
        }
    })?;
    let mut all = none();
    for (range, more) in states.into_iter().flat_map(|state| state.into_iter().enumerate()) {
        let Some((low, high)) = more else { continue };
        widen(&mut all[range], low);
        widen(&mut all[range], high);
    }
    Ok(all)
}

fn widen(range: &mut Option<(f64, f64)>, value: f64) {
    if value.is_finite() {
        *range = Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }
}

/// Values by group, metric and bar. Metrics without bars are left out; groups are found while values are read.
///
/// # Errors
/// [`Stopped`]
pub fn histograms<S: Source>(
    source: &S,
    bars: &[Option<Bars>],
    progress: &Progress,
) -> Result<Vec<Vec<Vec<u64>>>, Stopped<S::Error>> {
    let empty = || bars.iter().map(|bars| vec![0_u64; bars.as_ref().map_or(0, Bars::count)]).collect::<Vec<_>>();
    let states = scan(source, progress, Vec::new, |found: &mut Vec<Vec<Vec<u64>>>, part| {
        let group = part.group as usize;
        while found.len() <= group {
            found.push(empty());
        }
        let Some(Some(bars)) = bars.get(part.metric) else { return };
        let counts = &mut found[group][part.metric];
        part.values.iter().filter_map(|value| bars.of(*value)).for_each(|bar| counts[bar] += 1);
    })?;
    let mut all: Vec<Vec<Vec<u64>>> = Vec::new();
    for state in states {
        while all.len() < state.len() {
            all.push(empty());
        }
        for (counts, more) in all.iter_mut().zip(state).flat_map(|(all, state)| all.iter_mut().zip(state)) {
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    }
    Ok(all)
}

/// The ends of a box's whiskers, and what lies beyond.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Whiskers {
    /// The smallest and the largest value within the fences.
    pub ends: Option<(f64, f64)>,
    /// Values below the lower fence.
    pub below: u64,
    /// Values above the upper fence.
    pub above: u64,
}

/// The fences of a box: one and a half distances of the quartiles from each of them (Tukey, "Exploratory data analysis", 1977).
#[must_use]
pub fn fences(quartiles: (f64, f64)) -> (f64, f64) {
    let reach = 1.5 * (quartiles.1 - quartiles.0);
    (quartiles.0 - reach, quartiles.1 + reach)
}

/// What lies within the fences of each group and metric, and beyond them. A cell without fences is left out.
///
/// # Errors
/// [`Stopped`]
pub fn whiskers<S: Source>(
    source: &S,
    fences: &[Vec<Option<(f64, f64)>>],
    progress: &Progress,
) -> Result<Vec<Vec<Whiskers>>, Stopped<S::Error>> {
    let empty = || fences.iter().map(|group| vec![Whiskers::default(); group.len()]).collect::<Vec<_>>();
    let states = scan(source, progress, empty, |found, part| {
        let group = part.group as usize;
        let fence = fences.get(group).and_then(|metrics| metrics.get(part.metric)).copied().flatten();
        let Some((low, high)) = fence else { return };
        let told = &mut found[group][part.metric];
        for value in part.values.iter().filter(|value| !value.is_nan()) {
            if *value < low {
                told.below += 1;
            } else if *value > high {
                told.above += 1;
            } else {
                told.reach(*value, *value);
            }
        }
    })?;
    let mut all = empty();
    for state in states {
        for (told, more) in all.iter_mut().zip(state).flat_map(|(all, state)| all.iter_mut().zip(state)) {
            told.below += more.below;
            told.above += more.above;
            if let Some((low, high)) = more.ends {
                told.reach(low, high);
            }
        }
    }
    Ok(all)
}

impl Whiskers {
    fn reach(&mut self, low: f64, high: f64) {
        self.ends = Some(self.ends.map_or((low, high), |ends| (ends.0.min(low), ends.1.max(high))));
    }
}

/// A value of one metric with that of another at the same moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Number of the group.
    pub group: u32,
    /// Place of the recording.
    pub recording: u32,
    /// When, ns UTC.
    pub time_ns: i64,
    /// The row of the frame table that it is of; `None` for samples.
    pub row: Option<u32>,
    /// The first and the second value.
    pub at: [f64; 2],
}

/// Pairs of two metrics.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PairsFound {
    /// Every pair of finite values, by recording and time; none where there are more than were allowed.
    pub points: Vec<Pair>,
    /// Pairs of finite values.
    pub count: u64,
    /// Smallest and largest value of both; `None` without a pair.
    pub ranges: Option<[(f64, f64); 2]>,
}

/// The pairs of the first metric with the first of its others, at most so many points.
///
/// # Errors
/// [`Stopped`]
pub fn pairs<S: Source>(source: &S, most: usize, progress: &Progress) -> Result<PairsFound, Stopped<S::Error>> {
    let (kept, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let states = scan(source, progress, PairsFound::default, |found, part| {
        let (0, Some(others)) = (part.metric, part.others.first()) else { return };
        for (at, (x, y)) in part.values.iter().zip(*others).enumerate() {
            if !(x.is_finite() && y.is_finite()) {
                continue;
            }
            found.count += 1;
            found.widen([(*x, *x), (*y, *y)]);
            if over.load(Ordering::Relaxed) || kept.fetch_add(1, Ordering::Relaxed) >= most {
                over.store(true, Ordering::Relaxed);
                found.points = Vec::new();
                continue;
            }
            found.points.push(Pair {
                group: part.group,
                recording: part.recording,
                time_ns: part.times.get(at).copied().unwrap_or_default(),
                row: part.rows.get(at).copied(),
                at: [*x, *y],
            });
        }
    })?;
    let mut all = PairsFound::default();
    for state in states {
        all.count += state.count;
        all.points.extend(state.points);
        if let Some(ranges) = state.ranges {
            all.widen(ranges);
        }
    }
    if over.into_inner() {
        all.points = Vec::new();
    }
    // Threads end in any order.
    all.points.sort_by_key(|pair| (pair.recording, pair.time_ns, pair.row, pair.group));
    Ok(all)
}

impl PairsFound {
    fn widen(&mut self, ranges: [(f64, f64); 2]) {
        let join = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        self.ranges = Some(self.ranges.map_or(ranges, |own| [join(own[0], ranges[0]), join(own[1], ranges[1])]));
    }
}

/// Pairs by group and cell of a plane: the cell of bar `x` and bar `y` has the place `x * bars[1].count() + y`.
///
/// # Errors
/// [`Stopped`]
pub fn cells<S: Source>(source: &S, bars: &[Bars; 2], progress: &Progress) -> Result<Vec<Vec<u64>>, Stopped<S::Error>> {
    let size = bars[0].count() * bars[1].count();
    let states = scan(source, progress, Vec::new, |found: &mut Vec<Vec<u64>>, part| {
        let group = part.group as usize;
        while found.len() <= group {
            found.push(Vec::new());
        }
        let (0, Some(others)) = (part.metric, part.others.first()) else { return };
        let counts = &mut found[group];
        counts.resize(size, 0);
        for (x, y) in part.values.iter().zip(*others) {
            if let (Some(x), Some(y)) = (bars[0].of(*x), bars[1].of(*y)) {
                counts[x * bars[1].count() + y] += 1;
            }
        }
    })?;
    let mut all: Vec<Vec<u64>> = Vec::new();
    for state in states {
        while all.len() < state.len() {
            all.push(Vec::new());
        }
        for (counts, more) in all.iter_mut().zip(state) {
            if counts.is_empty() {
                *counts = more;
            } else {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analytics::stats::{MemorySource, Part, TakePart, quantiles_of};

    #[test]
    fn bars_are_as_many_as_the_rules_ask_for() {
        // numpy.histogram_bin_edges(a, "fd") has 5 for 0..=99: 2 * 49.5 / 100^(1/3) = 21.3.
        for (count, range, quartiles, expected) in [
            (100, (0.0, 99.0), (24.75, 74.25), 5),
            (0, (0.0, 1.0), (0.0, 1.0), 1),
            (1, (3.0, 3.0), (3.0, 3.0), 1),
            (1000, (0.0, 9.0), (1.0, 1.0), 11),
            (1_000_000, (0.0, 1e9), (0.0, 1.0), MOST_BARS),
        ] {
            assert_eq!(freedman_diaconis(count, range, quartiles), expected, "{count} {range:?}");
        }
    }

    fn source(parts: Vec<(u32, usize, Vec<f64>)>) -> MemorySource {
        let timed = |(group, metric, values): (u32, usize, Vec<f64>)| {
            (group, metric, (0_i64..).take(values.len()).collect(), values)
        };
        MemorySource { parts: parts.into_iter().map(timed).collect() }
    }

    #[test]
    fn bars_of_logarithms_grow_by_one_factor() {
        let bars = Bars::logarithmic(0.1, 1000.0, 4);
        for (bar, (from, to)) in [(0.1, 1.0), (1.0, 10.0), (10.0, 100.0), (100.0, 1000.0)].into_iter().enumerate() {
            let edges = bars.edges(bar);
            assert!((edges.0 / from - 1.0).abs() < 1e-12 && (edges.1 / to - 1.0).abs() < 1e-12, "{edges:?}");
        }
        let of = |value| bars.of(value);
        assert_eq!([0.05, 0.1, 5.0, 1000.0, 1000.1, f64::NAN].map(of), [None, Some(0), Some(1), Some(3), None, None]);
        let one = Bars::logarithmic(5.0, 5.0, 30);
        assert_eq!((one.count(), one.of(5.0)), (1, Some(0)));
    }

    proptest! {
        #[test]
        fn bars_hold_what_lies_between_their_edges(
            parts in prop::collection::vec(
                (0_u32..3, prop::collection::vec(prop_oneof![6 => -9.0..9.0, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 2 => (-3_i32..3).prop_map(f64::from)], 1..50)),
                1..9,
            ),
            count in 1_usize..30,
        ) {
            let all: Vec<f64> = parts.iter().flat_map(|part| part.1.iter().copied()).collect();
            let source = source(parts.iter().map(|(group, values)| (*group, 0, values.clone())).collect());
            let range = finite_ranges(&source, 1, f64::NEG_INFINITY, &Progress::new()).unwrap()[0];
            let finite: Vec<f64> = all.iter().copied().filter(|value| value.is_finite()).collect();
            let expected = finite.iter().fold(None, |range: Option<(f64, f64)>, value| {
                Some(range.map_or((*value, *value), |(low, high)| (low.min(*value), high.max(*value))))
            });
            prop_assert_eq!(range, expected);
            let Some((low, high)) = range else { return Ok(()) };
            let bars = Bars::new(Bins::between(low, high, count, false));
            let found = histograms(&source, &[Some(bars.clone())], &Progress::new()).unwrap();
            for (group, found) in found.iter().enumerate() {
                let own = parts.iter().filter(|part| part.0 as usize == group).flat_map(|part| &part.1);
                for (bar, count) in found[0].iter().enumerate() {
                    let (from, to) = bars.edges(bar);
                    let last = bar + 1 == bars.count();
                    let inside = own.clone().filter(|value| **value >= from && (**value < to || (last && **value <= to)));
                    prop_assert_eq!(*count, inside.count() as u64, "group {} bar {}", group, bar);
                }
            }
            let sum: u64 = found.iter().flat_map(|group| &group[0]).sum();
            prop_assert_eq!(sum, finite.len() as u64);
        }

        #[test]
        fn whiskers_end_within_the_fences(values in prop::collection::vec(-50.0..50.0, 1..200)) {
            let mut sorted = values.clone();
            let quartiles = quantiles_of(&mut sorted, &[0.25, 0.75]);
            let fence = fences((quartiles[0].unwrap(), quartiles[1].unwrap()));
            let halves = values.split_at(values.len() / 2);
            let source = source(vec![(0, 0, halves.0.to_vec()), (0, 0, halves.1.to_vec())]);
            let found = whiskers(&source, &[vec![Some(fence)]], &Progress::new()).unwrap()[0][0];
            let inside = || values.iter().copied().filter(|value| *value >= fence.0 && *value <= fence.1);
            let ends = (inside().fold(f64::INFINITY, f64::min), inside().fold(f64::NEG_INFINITY, f64::max));
            prop_assert_eq!(found.ends, Some(ends));
            let beyond = (
                values.iter().filter(|value| **value < fence.0).count() as u64,
                values.iter().filter(|value| **value > fence.1).count() as u64,
            );
            prop_assert_eq!((found.below, found.above), beyond);
        }
    }

    /// Pairs in memory: a group, values, and the others.
    struct Pairwise(Vec<(u32, Vec<f64>, Vec<f64>)>);

    impl Source for Pairwise {
        type Error = std::convert::Infallible;

        fn units(&self) -> usize {
            self.0.len()
        }

        fn read(&self, unit: usize, take: &mut TakePart<'_>) -> Result<(), Self::Error> {
            let (group, values, others) = &self.0[unit];
            let times: Vec<i64> = (0_i64..).take(values.len()).collect();
            let recording = u32::try_from(unit).unwrap_or(0);
            let others: &[&[f64]] = &[others];
            take(&Part { group: *group, metric: 0, recording, values, times: &times, weights: &[], others, rows: &[] });
            Ok(())
        }
    }

    #[test]
    fn pairs_are_points_until_there_are_too_many() {
        let nan = f64::NAN;
        let source = Pairwise(vec![
            (1, vec![1.0, nan, 3.0], vec![10.0, 20.0, nan]),
            (0, vec![4.0, 5.0, f64::INFINITY], vec![40.0, 50.0, 1.0]),
        ]);
        let found = pairs(&source, 3, &Progress::new()).unwrap();
        assert_eq!((found.count, found.ranges), (3, Some([(1.0, 5.0), (10.0, 50.0)])));
        let told: Vec<_> = found.points.iter().map(|pair| (pair.group, pair.time_ns, pair.at)).collect();
        assert_eq!(told, [(1, 0, [1.0, 10.0]), (0, 0, [4.0, 40.0]), (0, 1, [5.0, 50.0])]);
        let many = pairs(&source, 2, &Progress::new()).unwrap();
        assert!(many.points.is_empty() && many.count == 3 && many.ranges == found.ranges);
        let bars = [(1.0, 5.0), (10.0, 50.0)].map(|(low, high)| Bars::new(Bins::between(low, high, 2, false)));
        let found = cells(&source, &bars, &Progress::new()).unwrap();
        assert_eq!(found, [vec![0, 0, 0, 2], vec![1, 0, 0, 0]]);
        let none = pairs(&Pairwise(Vec::new()), 2, &Progress::new()).unwrap();
        assert_eq!(none, PairsFound::default());
    }
}
