//! The samples of metrics: rate, gaps, what was sorted in, frozen and outlying values.

use super::{FindingKind, MetricQuality, Place, QualityReport, Severity, seconds};
use crate::{
    analytics::stats::{Moments, quantiles_of},
    model::{Column, MetricKind, Series},
    session::index::SensorFile,
};

/// A gap is longer than so many usual distances of two samples, however short `max_gap_s` is.
const GAP_PERIODS: i64 = 3;
/// A frozen stretch has so many samples at least, …
const FROZEN_SAMPLES: usize = 20;
/// … lasts so long, ns, …
const FROZEN_NS: i64 = 2_000_000_000;
/// … and is of a metric of which this share of neighbours differ elsewhere.
const CHANGING_SHARE: f64 = 0.8;
/// An outlier is so many robust standard deviations away from the median.
const OUTLIER_DEVIATIONS: f64 = 10.0;
/// From the median absolute deviation to the standard deviation of a normal distribution.
const MAD_TO_STD: f64 = 1.482_602_218_505_602;

/// Looks at the metrics of a recording.
pub(super) fn look(
    recording: &str,
    all: &[Series],
    files: &[SensorFile],
    max_gap_ns: &dyn Fn(&str) -> i64,
    report: &mut QualityReport,
) {
    for file in files {
        let place = Place { recording, metric: None, camera: None };
        let times = (all.iter().filter(|series| file.metrics.contains(&series.name)))
            .filter_map(|series| Some((*series.time_ns.first()?, *series.time_ns.last()?)));
        let span = times.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
        // From the first of them to the end of the file.
        let from = |first: Option<i64>| (first.unwrap_or(span.0), span.1.max(first.unwrap_or(span.0)));
        if file.duplicates > 0 {
            let what =
                format!("{}: {} rows repeat the time of another row; the last value holds", file.path, file.duplicates);
            let count = usize::try_from(file.duplicates).unwrap_or(usize::MAX);
            let found =
                place.found(Severity::Warning, FindingKind::Duplicate, from(file.first_duplicate_ns), count, what);
            report.findings.push(found);
        }
        if file.out_of_order > 0 {
            let what = format!("{}: {} rows stood out of time order and were sorted in", file.path, file.out_of_order);
            let count = usize::try_from(file.out_of_order).unwrap_or(usize::MAX);
            let found =
                place.found(Severity::Warning, FindingKind::OutOfOrder, from(file.first_unsorted_ns), count, what);
            report.findings.push(found);
        }
    }
    for series in all {
        let place = Place { recording, metric: Some(&series.name), camera: None };
        let mut moments = Moments::default();
        let values = match &series.values {
            Column::Text { .. } => Vec::new(),
            other => (0..other.len()).map(|row| number(other, row)).collect::<Vec<f64>>(),
        };
        moments.add(&values);
        let (mut count, mut missing) = (moments.count, moments.missing);
        if series.values.kind() == MetricKind::Text {
            missing = (0..series.values.len()).filter(|row| series.values.is_null(*row)).count() as u64;
            count = series.values.len() as u64 - missing;
        }
        let period_ns = usual_distance(&series.time_ns);
        let longest = max_gap_ns(&series.name).max(period_ns.saturating_mul(GAP_PERIODS));
        let gaps = gaps(series, longest);
        for (start, end) in &gaps {
            let what = format!("no samples for {}", seconds(end.saturating_sub(*start)));
            report.findings.push(place.found(Severity::Warning, FindingKind::Gap, (*start, *end), 1, what));
        }
        let is_float = series.values.kind() == MetricKind::Float;
        let frozen = if is_float { frozen(&series.time_ns, &values) } else { Vec::new() };
        for (start, end) in &frozen {
            let span = (series.time_ns[*start], series.time_ns[*end]);
            let what = format!("stays {} for {}", values[*start], seconds(span.1.saturating_sub(span.0)));
            report.findings.push(place.found(Severity::Warning, FindingKind::Frozen, span, end - start + 1, what));
        }
        let outliers = if is_float { outliers(&values) } else { Outliers::default() };
        if let (Some(first), Some(last)) = (outliers.rows.first(), outliers.rows.last()) {
            let what = format!(
                "{} values lie more than {OUTLIER_DEVIATIONS} robust deviations ({:.3}) from the median {:.3}; the farthest is {}",
                outliers.rows.len(),
                outliers.deviation,
                outliers.median,
                outliers.farthest
            );
            let span = (series.time_ns[*first], series.time_ns[*last]);
            report.findings.push(place.found(Severity::Note, FindingKind::Outlier, span, outliers.rows.len(), what));
        }
        let file = files.iter().find(|file| file.metrics.contains(&series.name));
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        report.metrics.push(MetricQuality {
            recording: recording.to_owned(),
            metric: series.name.clone(),
            kind: series.values.kind(),
            count,
            missing,
            nan: moments.nan,
            rate_hz: (period_ns > 0).then(|| 1e9 / period_ns as f64),
            gaps: gaps.len() as u64,
            duplicates: file.map_or(0, |file| file.duplicates),
            out_of_order: file.map_or(0, |file| file.out_of_order),
            frozen: frozen.len() as u64,
            outliers: outliers.rows.len() as u64,
        });
    }
}

/// A sample as a double, its NaN as it is.
fn number(values: &Column, row: usize) -> f64 {
    match values {
        Column::Float(values) => values[row],
        other => other.number(row).unwrap_or(crate::model::NULL_FLOAT),
    }
}

/// The median distance of neighbouring times, ns; 0 of fewer than two.
fn usual_distance(times: &[i64]) -> i64 {
    let mut steps: Vec<i64> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    if steps.is_empty() {
        return 0;
    }
    let middle = steps.len() / 2;
    *steps.select_nth_unstable(middle).1
}

/// Stretches between samples with a value that are longer than `longest`.
fn gaps(series: &Series, longest: i64) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut last = None;
    for (row, time) in series.time_ns.iter().enumerate() {
        if series.values.is_null(row) {
            continue;
        }
        if let Some(last) = last
            && time.saturating_sub(last) > longest
        {
            found.push((last, *time));
        }
        last = Some(*time);
    }
    found
}

/// Runs of one value, from row to row, of a metric whose neighbours mostly differ.
fn frozen(times: &[i64], values: &[f64]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let (mut start, mut inside) = (0, 0);
    for end in 1..=values.len() {
        // NaN ends a run, as it equals nothing.
        #[expect(clippy::float_cmp, reason = "a frozen sensor repeats its value to the last bit")]
        if end < values.len() && values[end] == values[start] {
            continue;
        }
        let lasts = times[end - 1].saturating_sub(times[start]);
        if end - start >= FROZEN_SAMPLES && lasts >= FROZEN_NS && values[start] != 0.0 {
            runs.push((start, end - 1));
            inside += end - start;
        }
        start = end;
    }
    #[expect(clippy::float_cmp, reason = "a frozen sensor repeats its value to the last bit")]
    let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let outside = values.len().saturating_sub(inside);
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let changing = outside >= FROZEN_SAMPLES && changes as f64 >= CHANGING_SHARE * outside as f64;
    if changing { runs } else { Vec::new() }
}

#[derive(Default)]
struct Outliers {
    rows: Vec<usize>,
    median: f64,
    deviation: f64,
    farthest: f64,
}

/// Values far from the median, in units of the median absolute deviation; none where half of all values are one.
fn outliers(values: &[f64]) -> Outliers {
    let mut there: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let Some(Some(median)) = quantiles_of(&mut there, &[0.5]).first().copied() else { return Outliers::default() };
    for value in &mut there {
        *value = (*value - median).abs();
    }
    let spread = quantiles_of(&mut there, &[0.5]).first().copied().flatten().unwrap_or_default();
    let deviation = spread * MAD_TO_STD;
    let mut found = Outliers { median, deviation, farthest: median, ..Outliers::default() };
    if deviation > 0.0 {
        for (row, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            if (value - median).abs() > OUTLIER_DEVIATIONS * deviation {
                found.rows.push(row);
                if (value - median).abs() > (found.farthest - median).abs() {
                    found.farthest = *value;
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const S: i64 = 1_000_000_000;

    fn series(times: Vec<i64>, values: Vec<f64>) -> Series {
        Series { name: "speed".into(), unit: None, time_ns: Arc::new(times), values: Column::Float(values) }
    }

    #[test]
    fn gaps_frozen_and_outlying_values_are_found() {
        let mut times: Vec<i64> = (0..400).map(|row| row * S / 10).collect();
        let mut values: Vec<f64> = (0..400).map(|row| 10.0 + f64::from(row * 7 % 13)).collect();
        values[100..140].fill(12.5);
        values[300] = 900.0;
        times[350..].iter_mut().for_each(|time| *time += 30 * S);
        let mut report = QualityReport::default();
        look("d", &[series(times.clone(), values)], &[], &|_| S, &mut report);
        let told: Vec<_> = report.findings.iter().map(|one| (one.kind, one.start_ns, one.end_ns, one.count)).collect();
        assert_eq!(
            told,
            [
                (FindingKind::Gap, times[349], times[350], 1),
                (FindingKind::Frozen, times[100], times[139], 40),
                (FindingKind::Outlier, times[300], times[300], 1),
            ]
        );
        let metric = &report.metrics[0];
        assert_eq!((metric.count, metric.gaps, metric.frozen, metric.outliers), (400, 1, 1, 1));
        assert!((metric.rate_hz.unwrap() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn still_metrics_are_not_frozen_and_nothing_is_odd_of_nothing() {
        let times: Vec<i64> = (0..100).map(|row| row * S).collect();
        for values in [vec![5.0; 100], vec![f64::NAN; 100]] {
            let mut report = QualityReport::default();
            look("d", &[series(times.clone(), values)], &[], &|_| S, &mut report);
            assert!(report.findings.iter().all(|one| one.kind == FindingKind::Gap), "{:?}", report.findings);
            assert_eq!(report.findings.len(), 0);
        }
        let mut report = QualityReport::default();
        look("d", &[series(vec![], vec![])], &[], &|_| S, &mut report);
        assert_eq!((report.findings.len(), report.metrics[0].rate_hz), (0, None));
    }

    #[test]
    fn what_a_file_told_becomes_findings() {
        let file = SensorFile {
            path: "m.csv".into(),
            metrics: vec!["speed".into()],
            duplicates: 3,
            out_of_order: 2,
            first_duplicate_ns: Some(5),
            first_unsorted_ns: None,
        };
        let mut report = QualityReport::default();
        look("d", &[series(vec![1, 9], vec![1.0, 2.0])], &[file], &|_| S, &mut report);
        let told: Vec<_> = report.findings.iter().map(|one| (one.kind, one.start_ns, one.end_ns, one.count)).collect();
        assert_eq!(told, [(FindingKind::Duplicate, 5, 9, 3), (FindingKind::OutOfOrder, 1, 9, 2)]);
        assert_eq!((report.metrics[0].duplicates, report.metrics[0].out_of_order), (3, 2));
    }
}
