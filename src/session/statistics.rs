//! Statistics of raw samples between two times.

use std::fmt;

use serde::Serialize;

use super::{Session, SessionError};
use crate::{
    filter::FrameColumns,
    model::{Circle, Column, MetricKind, Series},
};

/// The samples of one metric between two times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleStatistics {
    /// The metric's name.
    pub metric: String,
    /// Its unit, when known.
    pub unit: Option<String>,
    /// The kind of its values.
    pub kind: MetricKind,
    /// Samples with a value.
    pub count: u64,
    /// Samples without one (null or NaN).
    pub missing: u64,
    /// Mean of the values; true counts 1, false 0; of headings the mean direction. `None` for words, where there is no value,
    /// and for headings that cancel each other out.
    pub mean: Option<f64>,
    /// Standard deviation of the values (divided by their number less one), of headings by the short way from the mean;
    /// `None` for fewer than two.
    pub std: Option<f64>,
    /// Smallest value; `None` for headings, which go round.
    pub min: Option<f64>,
    /// Largest value; `None` for headings.
    pub max: Option<f64>,
    /// The first value.
    pub first: Option<SampleValue>,
    /// The last value.
    pub last: Option<SampleValue>,
    /// The last value less the first, of headings the short way; `None` for words.
    pub difference: Option<f64>,
    /// Time from the first value to the last, ns.
    pub duration_ns: Option<i64>,
}

/// One value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SampleValue {
    /// A floating-point number.
    Float(f64),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A word.
    Text(String),
}

impl fmt::Display for SampleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl Session {
    /// Statistics of the raw samples of a recording from one time to another, ns UTC, both included: of the metrics named, or
    /// of all. A metric that the recording lacks is left out.
    ///
    /// # Errors
    /// As [`Self::series`].
    pub fn statistics(
        &self,
        recording: &str,
        metrics: Option<&[String]>,
        (from_ns, to_ns): (i64, i64),
    ) -> Result<Vec<SampleStatistics>, SessionError> {
        let all = self.all_series(recording)?;
        let table = self.table()?;
        let of = |series: &Series| {
            let metric = table.metrics().iter().find(|metric| metric.name == series.name);
            statistics_of(series, metric.and_then(|metric| metric.circle), from_ns, to_ns)
        };
        Ok(match metrics {
            None => all.iter().map(of).collect(),
            Some(names) => {
                names.iter().filter_map(|name| all.iter().find(|series| series.name == *name)).map(of).collect()
            }
        })
    }

    /// When a recording began, ns UTC: the zero of `t`.
    ///
    /// # Errors
    /// There is no such recording, or the index cannot be read.
    pub fn started_at(&self, recording: &str) -> Result<i64, SessionError> {
        let table = self.table()?;
        let footage = table.footages().iter().find(|footage| footage.recording == recording);
        footage.map(|footage| footage.started_at_ns).ok_or_else(|| {
            SessionError::Usage(format!(
                "there is no recording `{recording}` with frames; `lakescope frames --columns recording` tells the names"
            ))
        })
    }
}

fn statistics_of(series: &Series, circle: Option<Circle>, from_ns: i64, to_ns: i64) -> SampleStatistics {
    let values = &series.values;
    let from = series.time_ns.partition_point(|time| *time < from_ns);
    let to = series.time_ns.partition_point(|time| *time <= to_ns).min(values.len());
    let mut found = SampleStatistics {
        metric: series.name.clone(),
        unit: series.unit.clone(),
        kind: values.kind(),
        count: 0,
        missing: 0,
        mean: None,
        std: None,
        min: None,
        max: None,
        first: None,
        last: None,
        difference: None,
        duration_ns: None,
    };
    // Welford's way: one pass, and no loss where values are large and lie close together.
    let (mut mean, mut squares, mut numbers) = (0.0_f64, 0.0_f64, 0.0_f64);
    let (mut first, mut last) = (None, None);
    for row in from..to.max(from) {
        if values.is_null(row) {
            found.missing += 1;
            continue;
        }
        found.count += 1;
        first = first.or(Some(row));
        last = Some(row);
        let Some(value) = values.number(row) else { continue };
        numbers += 1.0;
        let away = value - mean;
        mean += away / numbers;
        squares += away * (value - mean);
        found.min = Some(found.min.map_or(value, |min| min.min(value)));
        found.max = Some(found.max.map_or(value, |max| max.max(value)));
    }
    if numbers > 0.0 {
        found.mean = Some(mean);
    }
    if numbers > 1.0 {
        found.std = Some((squares / (numbers - 1.0)).max(0.0).sqrt());
    }
    if let Some(circle) = circle {
        (found.min, found.max) = (None, None);
        (found.mean, found.std) = of_directions(circle, (from..to.max(from)).filter_map(|row| values.number(row)));
    }
    if let (Some(first), Some(last)) = (first, last) {
        found.first = value(values, first);
        found.last = value(values, last);
        found.difference = values.number(first).zip(values.number(last)).map(|(first, last)| last - first);
        if let (Some(circle), Some(first), Some(last)) = (circle, values.number(first), values.number(last)) {
            found.difference = Some(circle.way(first, last)).filter(|way| !way.is_nan());
        }
        found.duration_ns = Some(series.time_ns[last].saturating_sub(series.time_ns[first]));
    }
    found
}

/// The mean direction, and the standard deviation of the short ways from it.
fn of_directions(circle: Circle, values: impl Iterator<Item = f64> + Clone) -> (Option<f64>, Option<f64>) {
    let Some(mean) = circle.mean(values.clone()) else { return (None, None) };
    let ways = values.filter(|value| value.is_finite()).map(|value| circle.way(mean, value));
    let (squares, numbers) = ways.fold((0.0, 0.0), |(sum, count), way| (sum + way * way, count + 1.0));
    (Some(mean), (numbers > 1.0).then(|| (squares / (numbers - 1.0)).sqrt()))
}

fn value(values: &Column, row: usize) -> Option<SampleValue> {
    Some(match values {
        Column::Float(values) => SampleValue::Float(*values.get(row)?),
        Column::Int { values, .. } => SampleValue::Int(*values.get(row)?),
        Column::Bool(values) => SampleValue::Bool(*values.get(row)? == 1),
        Column::Text { .. } => SampleValue::Text(values.text(row)?),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn series(values: Column) -> Series {
        let times = (0..i64::try_from(values.len()).unwrap()).map(|row| row * 10).collect();
        Series { name: "metric".into(), unit: Some("m".into()), time_ns: Arc::new(times), values }
    }

    #[test]
    fn only_samples_between_the_times_count_and_the_ends_do() {
        let speed = series(Column::Float(vec![100.0, 2.0, f64::NAN, 4.0, 9.0, 100.0]));
        let found = statistics_of(&speed, None, 10, 40);
        assert_eq!((found.count, found.missing), (3, 1));
        assert_eq!((found.mean, found.min, found.max), (Some(5.0), Some(2.0), Some(9.0)));
        assert!((found.std.unwrap() - 13.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!((found.first, found.last), (Some(SampleValue::Float(2.0)), Some(SampleValue::Float(9.0))));
        assert_eq!((found.difference, found.duration_ns), (Some(7.0), Some(30)));
    }

    #[test]
    fn kinds_without_numbers_and_stretches_without_samples_have_what_there_is() {
        let one = statistics_of(&series(Column::Float(vec![3.0])), None, 0, 9);
        assert_eq!((one.count, one.mean, one.std, one.duration_ns), (1, Some(3.0), None, Some(0)));
        for (from, to) in [(5, 9), (9, 5), (i64::MAX, i64::MIN)] {
            let none = statistics_of(&series(Column::Float(vec![3.0, 4.0])), None, from, to);
            assert_eq!((none.count, none.missing, none.mean, none.first), (0, 0, None, None));
        }
        let light = statistics_of(&series(Column::Bool(vec![0, 1, 1, 2])), None, 0, 99);
        assert_eq!((light.count, light.missing, light.max, light.difference), (3, 1, Some(1.0), Some(1.0)));
        let gear =
            statistics_of(&series(Column::Int { values: vec![1, 0, 5], valid: vec![true, false, true] }), None, 0, 99);
        assert_eq!((gear.count, gear.mean, gear.last), (2, Some(3.0), Some(SampleValue::Int(5))));
        let words = Column::Text { codes: vec![0, 1], words: vec!["dry".into(), "wet".into()] };
        let words = statistics_of(&series(words), None, 0, 99);
        assert_eq!((words.count, words.mean, words.difference), (2, None, None));
        assert_eq!(words.last.map(|word| word.to_string()).as_deref(), Some("wet"));
    }

    #[test]
    fn values_far_from_zero_keep_their_spread() {
        let values = (0..1000).map(|row| 1e9 + f64::from(row % 2)).collect();
        let found = statistics_of(&series(Column::Float(values)), None, 0, i64::MAX);
        assert!((found.std.unwrap() - 0.500_250_187_6).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn headings_are_directions() {
        let circle = Some(Circle { radians: false, signed: false });
        let heading = series(Column::Float(vec![358.0, f64::NAN, 0.0, 2.0]));
        let found = statistics_of(&heading, circle, 0, i64::MAX);
        let mean = found.mean.unwrap();
        assert!(mean.min(360.0 - mean) < 1e-9, "{mean}");
        assert!((found.std.unwrap() - 2.0).abs() < 1e-9, "{found:?}");
        assert!((found.difference.unwrap() - 4.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.min, found.max, found.count, found.missing), (None, None, 3, 1));
        let torn = statistics_of(&series(Column::Float(vec![0.0, 180.0])), circle, 0, i64::MAX);
        assert_eq!((torn.mean, torn.std), (None, None));
    }
}
