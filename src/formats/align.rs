//! Brings metrics to frame times: the value a sensor had when a frame was taken.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Circle, Column, MetricKind, NULL_BOOL, NULL_WORD, Series, words_of};

/// How a value between two samples is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// On the straight line between the samples before and after. Never before the first or after the last sample, nor
    /// between samples more than `max_gap` apart.
    Linear,
    /// The last sample at or before the frame, at most `max_gap` old.
    Previous,
    /// The sample nearest in time, at most `max_gap` away; the earlier of two equally near.
    Nearest,
    /// As linear, on the circle: from 350° to 10° the way leads over 0°.
    Circular,
}

/// `max_gap` unless a setting says otherwise: 1 s.
pub const DEFAULT_MAX_GAP_NS: i64 = 1_000_000_000;

/// How one metric is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlignOptions {
    /// Chosen by [`default_interpolation`] when absent.
    pub interpolation: Option<Interpolation>,
    /// Longest stretch that is bridged, ns.
    pub max_gap_ns: i64,
}

impl Default for AlignOptions {
    fn default() -> Self {
        Self { interpolation: None, max_gap_ns: DEFAULT_MAX_GAP_NS }
    }
}

/// The way a metric is aligned unless a setting says otherwise: numbers named as headings circular, other
/// floating-point numbers linear, everything else previous.
#[must_use]
pub fn default_interpolation(name: &str, kind: MetricKind) -> Interpolation {
    match kind {
        MetricKind::Float | MetricKind::Int if is_heading(name) => Interpolation::Circular,
        MetricKind::Float => Interpolation::Linear,
        MetricKind::Int | MetricKind::Bool | MetricKind::Text => Interpolation::Previous,
    }
}

/// Whether a name is that of a direction on the compass, and not of its rate, error or deviation.
fn is_heading(name: &str) -> bool {
    const HEADINGS: [&str; 7] = ["heading", "bearing", "yaw", "azimuth", "course", "cog", "hdg"];
    const NOT: [&str; 24] = [
        "rate",
        "speed",
        "velocity",
        "vel",
        "acc",
        "accel",
        "acceleration",
        "err",
        "error",
        "std",
        "stddev",
        "sigma",
        "var",
        "variance",
        "accuracy",
        "acc2",
        "uncertainty",
        "quality",
        "valid",
        "dot",
        "torque",
        "delta",
        "diff",
        "moment",
    ];
    let words = words_of(name);
    words.iter().any(|word| HEADINGS.contains(&word.as_str())) && !words.iter().any(|word| NOT.contains(&word.as_str()))
}

/// How the values of a series go round.
#[must_use]
pub fn circle_of(series: &Series) -> Circle {
    let values = (0..series.values.len()).filter_map(|row| series.values.number(row));
    let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
        Some(ends.map_or((value, value), |(least, most)| (least.min(value), most.max(value))))
    });
    Circle::of((&series.name, series.values.kind()), series.unit.as_deref(), ends)
}

/// The value of a series of numbers at one moment, as a frame taken then has it; `circle` is that of the whole series.
#[must_use]
pub fn value_at(series: &Series, ns: i64, options: &AlignOptions, circle: Circle) -> Option<f64> {
    let after = series.time_ns.partition_point(|time| *time <= ns);
    let rows = after.saturating_sub(1)..(after + 1).min(series.time_ns.len()).min(series.values.len());
    let near = Series {
        name: series.name.clone(),
        unit: series.unit.clone(),
        time_ns: Arc::new(series.time_ns.get(rows.clone())?.to_vec()),
        values: match &series.values {
            Column::Float(values) => Column::Float(values.get(rows)?.to_vec()),
            Column::Int { values, valid } => Column::Int {
                values: values.get(rows.clone())?.to_vec(),
                valid: if valid.is_empty() { Vec::new() } else { valid.get(rows)?.to_vec() },
            },
            Column::Bool(values) => Column::Bool(values.get(rows)?.to_vec()),
            Column::Text { .. } => return None,
        },
    };
    let located = Located::new(&near.time_ns, &[ns]);
    align_around(&near, &[ns], &located, options, || circle).number(0)
}

/// For each frame, the last sample at or before it. Made once and used for all metrics that share a time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Index of the sample, or `usize::MAX` for a frame before the first sample.
    before: Vec<usize>,
}

impl Located {
    /// Finds each frame among ascending sample times; in one pass when frame times ascend, too.
    #[must_use]
    pub fn new(sample_times: &[i64], frame_times: &[i64]) -> Self {
        let mut next = 0;
        let mut last_frame = i64::MIN;
        let mut before = Vec::with_capacity(frame_times.len());
        for frame in frame_times {
            if *frame < last_frame {
                next = sample_times.partition_point(|time| time <= frame);
            } else {
                while next < sample_times.len() && sample_times[next] <= *frame {
                    next += 1;
                }
            }
            last_frame = *frame;
            before.push(next.wrapping_sub(1));
        }
        Self { before }
    }
}

/// Values of a metric at frame times (any order), one per frame. A frame exactly on a sample takes that sample.
///
/// A missing or NaN sample is a gap, not an absent row: a frame on it, or between it and a neighbour, has no value, and
/// `previous` does not look past it. Linear and circular give [`Column::Float`] for whole numbers, and act as
/// `previous` on booleans and words; the other ways keep the kind.
#[must_use]
pub fn align(series: &Series, frame_times: &[i64], options: &AlignOptions) -> Column {
    align_located(series, frame_times, &Located::new(&series.time_ns, frame_times), options)
}

/// As [`align`], with the frames found before among the series' times.
#[must_use]
pub fn align_located(series: &Series, frame_times: &[i64], located: &Located, options: &AlignOptions) -> Column {
    align_around(series, frame_times, located, options, || circle_of(series))
}

fn align_around(
    series: &Series,
    frame_times: &[i64],
    located: &Located,
    options: &AlignOptions,
    circle: impl FnOnce() -> Circle,
) -> Column {
    let kind = series.values.kind();
    let chosen = options.interpolation.unwrap_or_else(|| default_interpolation(&series.name, kind));
    let max_gap = u64::try_from(options.max_gap_ns).unwrap_or(0);
    let at = Frames { times: &series.time_ns, frame_times, before: &located.before, max_gap };
    match (chosen, &series.values) {
        (Interpolation::Linear, Column::Float(values)) => at.between(values, |a, b, part| a + (b - a) * part),
        (Interpolation::Circular, Column::Float(values)) => at.circular(values, circle()),
        (Interpolation::Linear, Column::Int { values, valid }) => {
            at.between(&to_doubles(values, valid), |a, b, part| a + (b - a) * part)
        }
        (Interpolation::Circular, Column::Int { values, valid }) => at.circular(&to_doubles(values, valid), circle()),
        (Interpolation::Nearest, values) => at.pick(values, Frames::nearest),
        (_, values) => at.pick(values, Frames::previous),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a value between two whole numbers is a double")]
fn to_doubles(values: &[i64], valid: &[bool]) -> Vec<f64> {
    let there = |row: usize| valid.is_empty() || valid[row];
    values.iter().enumerate().map(|(row, value)| if there(row) { *value as f64 } else { f64::NAN }).collect()
}

struct Frames<'a> {
    times: &'a [i64],
    frame_times: &'a [i64],
    before: &'a [usize],
    max_gap: u64,
}

impl Frames<'_> {
    /// Values between neighbouring samples by `mix(a, b, part)`, NaN where there is none.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a part of a gap needs no more than a double")]
    fn between(&self, values: &[f64], mix: impl Fn(f64, f64, f64) -> f64) -> Column {
        let value = |(frame, before): (&i64, &usize)| {
            let Some(start) = self.times.get(*before) else { return f64::NAN };
            if start == frame {
                return values[*before];
            }
            let Some(end) = self.times.get(*before + 1) else { return f64::NAN };
            let gap = end.abs_diff(*start);
            if gap > self.max_gap {
                return f64::NAN;
            }
            mix(values[*before], values[*before + 1], frame.abs_diff(*start) as f64 / gap as f64)
        };
        Column::Float(self.frame_times.iter().zip(self.before).map(value).collect())
    }

    /// Values on a circle, in the range the samples use: around zero when one is negative, else from zero up.
    fn circular(&self, values: &[f64], circle: Circle) -> Column {
        self.between(values, |a, b, part| {
            if (b - a).abs() <= circle.period() / 2.0 {
                return a + (b - a) * part;
            }
            circle.inside(a + circle.way(a, b) * part)
        })
    }

    fn previous(&self, frame: i64, before: usize) -> Option<usize> {
        let time = self.times.get(before)?;
        (frame.abs_diff(*time) <= self.max_gap).then_some(before)
    }

    fn nearest(&self, frame: i64, before: usize) -> Option<usize> {
        let after = before.wrapping_add(1);
        let distance = |at: usize| self.times.get(at).map(|time| (time.abs_diff(frame), at));
        let nearest = match (distance(before), distance(after)) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b)?,
        };
        (nearest.0 <= self.max_gap).then_some(nearest.1)
    }

    /// The sample that `choose` names for each frame.
    fn pick(&self, values: &Column, choose: impl Fn(&Self, i64, usize) -> Option<usize>) -> Column {
        let chosen = self.frame_times.iter().zip(self.before).map(|(frame, before)| choose(self, *frame, *before));
        match values {
            Column::Float(values) => Column::Float(chosen.map(|at| at.map_or(f64::NAN, |at| values[at])).collect()),
            Column::Int { values, valid } => {
                let there = |at: &usize| valid.is_empty() || valid[*at];
                let found: Vec<Option<i64>> = chosen.map(|at| at.filter(there).map(|at| values[at])).collect();
                super::table::whole_numbers(found.len(), found.into_iter())
            }
            Column::Bool(values) => Column::Bool(chosen.map(|at| at.map_or(NULL_BOOL, |at| values[at])).collect()),
            Column::Text { codes, words } => Column::Text {
                codes: chosen.map(|at| at.map_or(NULL_WORD, |at| codes[at])).collect(),
                words: words.clone(),
            },
        }
    }
}

#[cfg(test)]
#[path = "align_tests.rs"]
#[expect(clippy::cast_precision_loss, reason = "the numbers of a test are small")]
mod tests;
