//! Conditions and numbers that look at more than one frame: what `for`, `within`, `rate` and the windows come down to.
//! Rows are bits of words, 64 rows each, lowest bit first.

use std::{collections::HashMap, ops::Range};

use rayon::prelude::*;

use super::{
    FootageRows,
    ast::{Side, WindowFunction},
    frame_set::WORD_ROWS,
    rhythm::Rhythm,
};
use crate::model::Circle;

/// When frames were taken.
#[derive(Clone, Copy)]
pub(super) struct Timeline<'a> {
    pub footages: &'a [FootageRows],
    /// One time for each row, ns.
    pub times: &'a [i64],
    /// One rhythm for each footage.
    pub rhythms: &'a [Rhythm],
}

/// The rows of `yes` in runs without a break that last at least so long: from the first frame to the last, and one frame
/// period for the last one itself.
pub(super) fn held(yes: &[usize], at_least_ns: i64, timeline: Timeline<'_>) -> Vec<usize> {
    let Timeline { footages, times, rhythms } = timeline;
    let runs = |(footage, rhythm): (&FootageRows, &Rhythm)| {
        let mut found = Vec::new();
        for stretch in rhythm.stretches(footage.rows) {
            let end = footage.first_row + stretch.end;
            let mut at = footage.first_row + stretch.start;
            loop {
                let first = next(yes, at, end, true);
                if first >= end {
                    break;
                }
                at = next(yes, first, end, false);
                let span_ns = times[at - 1].saturating_sub(times[first]).saturating_add(rhythm.period_ns);
                if span_ns >= at_least_ns {
                    found.push(first..at);
                }
            }
        }
        found
    };
    collect(times.len(), footages.par_iter().zip(rhythms).map(runs).collect())
}

/// The rows with a row of `other` of the same recording, of any camera, at most so far away in time on the side asked
/// for.
pub(super) fn near(other: &[usize], length_ns: i64, side: Side, timeline: Timeline<'_>) -> Vec<usize> {
    let footages = timeline.footages;
    let (mut recordings, mut place) = (Vec::<Vec<&FootageRows>>::new(), HashMap::new());
    for footage in footages {
        let at = *place.entry(footage.recording.as_str()).or_insert_with(|| {
            recordings.push(Vec::new());
            recordings.len() - 1
        });
        recordings[at].push(footage);
    }
    let (before_ns, after_ns) = match side {
        Side::Around => (length_ns, length_ns),
        Side::Before => (length_ns, 0),
        Side::After => (0, length_ns),
    };
    near_in_groups(other, before_ns, after_ns, &recordings, timeline.times)
}

/// The rows with a row of `set` of the same footage at most so far away in time.
pub(super) fn around(set: &[usize], length_ns: i64, timeline: Timeline<'_>) -> Vec<usize> {
    let groups: Vec<Vec<&FootageRows>> = timeline.footages.iter().map(|footage| vec![footage]).collect();
    near_in_groups(set, length_ns, length_ns, &groups, timeline.times)
}

/// The rows with a row of `other` in the same group of footages that comes at most `before_ns` later or `after_ns`
/// earlier.
fn near_in_groups(
    other: &[usize],
    before_ns: i64,
    after_ns: i64,
    groups: &[Vec<&FootageRows>],
    times: &[i64],
) -> Vec<usize> {
    let rows = |footages: &Vec<&FootageRows>| {
        let mut spans = Vec::new();
        for footage in footages {
            let end = footage.first_row + footage.rows;
            let mut at = next(other, footage.first_row, end, true);
            while at < end {
                let span = times[at].saturating_sub(before_ns)..times[at].saturating_add(after_ns);
                push_span(&mut spans, span);
                at = next(other, at + 1, end, true);
            }
        }
        // Each footage gave its spans in order: the sort joins a few ascending lists.
        spans.sort_by_key(|span| span.start);
        let mut joined = Vec::with_capacity(spans.len());
        for span in spans {
            push_span(&mut joined, span);
        }
        footages.iter().flat_map(|footage| inside(footage, times, &joined)).collect()
    };
    collect(times.len(), groups.par_iter().map(rows).collect())
}

/// Adds a span of times, both ends included, to ascending ones; one that touches the last makes it longer.
fn push_span(spans: &mut Vec<Range<i64>>, span: Range<i64>) {
    match spans.last_mut() {
        Some(last) if span.start >= last.start && span.start <= last.end => last.end = last.end.max(span.end),
        _ => spans.push(span),
    }
}

/// The runs of rows of a footage whose time lies in one of the spans, ends included; spans ascend and do not touch.
fn inside(footage: &FootageRows, times: &[i64], spans: &[Range<i64>]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut at, mut last) = (0, i64::MIN);
    for (row, &time) in times.iter().enumerate().skip(footage.first_row).take(footage.rows) {
        if time < last {
            at = spans.partition_point(|span| span.end < time);
        }
        last = time;
        while spans.get(at).is_some_and(|span| span.end < time) {
            at += 1;
        }
        if spans.get(at).is_some_and(|span| span.start <= time) {
            match found.last_mut() {
                Some(run) if run.end == row => run.end += 1,
                _ => found.push(row..row + 1),
            }
        }
    }
    found
}

/// Change per second at each row, from the frame before to the frame after; NaN where one of the two is missing, has no
/// value, or lies across a gap.
pub(super) fn rate(values: &[f64], circle: Option<Circle>, timeline: Timeline<'_>) -> Vec<f64> {
    // A heading turns by the short way.
    let change = |from: f64, to: f64| circle.map_or(to - from, |circle| circle.way(from, to));
    by_footage(values, timeline, |values, times, rhythm, out| {
        for stretch in rhythm.stretches(values.len()) {
            for at in stretch.start + 1..stretch.end.saturating_sub(1).max(stretch.start + 1) {
                #[expect(clippy::cast_precision_loss, reason = "neighbours are at most seconds apart")]
                let elapsed_ns = times[at + 1].saturating_sub(times[at - 1]) as f64;
                // Frames of one time have no rate: the quotient must not become an infinity.
                out[at] = if elapsed_ns > 0.0 {
                    change(values[at - 1], values[at + 1]) / (elapsed_ns / 1e9)
                } else {
                    f64::NAN
                };
            }
        }
    })
}

/// What the function takes of the values of the frames of the footage in the time from `length_ns` before a row up to the
/// row itself, both ends included; values that are missing do not count, and none at all gives NaN. Windows begin anew
/// where time goes back.
/// The mean of headings is that of directions.
pub(super) fn window(
    (function, circle): (WindowFunction, Option<Circle>),
    values: &[f64],
    length_ns: i64,
    timeline: Timeline<'_>,
) -> Vec<f64> {
    by_footage(values, timeline, |values, times, _, out| {
        let input = Sliding { values, times, length_ns };
        match function {
            // A missing value is NaN, which `min` and `max` pass over.
            WindowFunction::Min => input.slide(out, f64::NAN, |value| value, f64::min, |least| least),
            WindowFunction::Max => input.slide(out, f64::NAN, |value| value, f64::max, |most| most),
            WindowFunction::Mean if let Some(circle) = circle => input.slide(
                out,
                (0.0, 0.0, 0.0),
                |value| circle.vector(value).map_or((0.0, 0.0, 0.0), |(x, y)| (x, y, 1.0)),
                |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2),
                |(x, y, count)| circle.direction((x, y), count).unwrap_or(f64::NAN),
            ),
            WindowFunction::Mean => input.slide(
                out,
                (0.0, 0.0),
                |value| if value.is_nan() { (0.0, 0.0) } else { (value, 1.0) },
                |a, b| (a.0 + b.0, a.1 + b.1),
                // Without a value this is 0 / 0: NaN.
                |(sum, count)| sum / count,
            ),
        }
    })
}

struct Sliding<'a> {
    values: &'a [f64],
    times: &'a [i64],
    length_ns: i64,
}

impl Sliding<'_> {
    /// Folds every window in time proportional to the number of rows. The older part of a window is kept as folds from
    /// each of its rows up to a middle, the newer part as one fold from the middle on; when the older part is used up, the
    /// whole window becomes it. Nothing is ever subtracted, so a large value leaves no trace once it has left the window.
    fn slide<S: Copy>(
        &self,
        out: &mut [f64],
        empty: S,
        lift: impl Fn(f64) -> S,
        join: impl Fn(S, S) -> S,
        outcome: impl Fn(S) -> f64,
    ) {
        let mut older = vec![empty; self.values.len()];
        let (mut first, mut middle, mut newer) = (0, 0, empty);
        for (at, out) in out.iter_mut().enumerate() {
            if at > 0 && self.times[at] < self.times[at - 1] {
                (first, middle, newer) = (at, at, empty);
            }
            newer = join(newer, lift(self.values[at]));
            let begin = self.times[at].saturating_sub(self.length_ns);
            while self.times[first] < begin {
                first += 1;
            }
            if first > middle {
                let mut fold = empty;
                for row in (first..=at).rev() {
                    fold = join(lift(self.values[row]), fold);
                    older[row] = fold;
                }
                (middle, newer) = (at + 1, empty);
            }
            *out = outcome(if first < middle { join(older[first], newer) } else { newer });
        }
    }
}

/// Runs `work` for each footage on every core: its values, its times, its rhythm, and where the outcome goes (all NaN).
fn by_footage(
    values: &[f64],
    timeline: Timeline<'_>,
    work: impl Fn(&[f64], &[i64], &Rhythm, &mut [f64]) + Sync,
) -> Vec<f64> {
    let mut all = vec![f64::NAN; values.len()];
    let mut parts = Vec::with_capacity(timeline.footages.len());
    let mut rest = all.as_mut_slice();
    for (footage, rhythm) in timeline.footages.iter().zip(timeline.rhythms) {
        let (part, after) = rest.split_at_mut(footage.rows);
        parts.push((footage.first_row..footage.first_row + footage.rows, rhythm, part));
        rest = after;
    }
    parts.into_par_iter().for_each(|(rows, rhythm, out)| {
        work(&values[rows.clone()], &timeline.times[rows], rhythm, out);
    });
    all
}

/// The first row in `from..end` whose bit is `wanted`, or `end`.
pub(super) fn next(bits: &[usize], from: usize, end: usize, wanted: bool) -> usize {
    let mut at = from;
    while at < end {
        let word = bits[at / WORD_ROWS];
        let rest = (if wanted { word } else { !word }) >> (at % WORD_ROWS);
        if rest != 0 {
            return (at + rest.trailing_zeros() as usize).min(end);
        }
        at = (at / WORD_ROWS + 1) * WORD_ROWS;
    }
    end
}

/// Words with the bits of these runs of rows set.
fn collect(rows: usize, runs: Vec<Vec<Range<usize>>>) -> Vec<usize> {
    let mut bits = vec![0; rows.div_ceil(WORD_ROWS)];
    for run in runs.into_iter().flatten() {
        let (first, last) = (run.start / WORD_ROWS, (run.end - 1) / WORD_ROWS);
        let from = usize::MAX << (run.start % WORD_ROWS);
        let to = usize::MAX >> (WORD_ROWS - 1 - (run.end - 1) % WORD_ROWS);
        if first == last {
            bits[first] |= from & to;
        } else {
            bits[first] |= from;
            bits[first + 1..last].fill(usize::MAX);
            bits[last] |= to;
        }
    }
    bits
}
