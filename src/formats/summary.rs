//! What a metric's samples are like as a whole.

use crate::model::{Column, MetricSummary, Series};

/// Counts, range, mean, rate and gaps of a series. A gap is a stretch longer than `max_gap_ns` between two
/// neighbouring samples that hold a value, so a long run of missing samples is a gap as well. Minimum, maximum and mean
/// are those of numbers; booleans and words have none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "rates and means are doubles")]
pub fn summarise(series: &Series, max_gap_ns: i64) -> MetricSummary {
    let times = series.time_ns.as_slice();
    let rows = series.values.len();
    let max_gap = u64::try_from(max_gap_ns).unwrap_or(0);
    let (mut count, mut gaps, mut last) = (0_u64, 0, None::<i64>);
    for (row, time) in times.iter().enumerate().take(rows) {
        if !series.values.is_null(row) {
            count += 1;
            gaps += u64::from(last.is_some_and(|last| time.abs_diff(last) > max_gap));
            last = Some(*time);
        }
    }
    let rate_hz = match (times.first(), times.last()) {
        (Some(first), Some(last)) if last > first => {
            Some((times.len() - 1) as f64 / (last.abs_diff(*first) as f64 / 1e9))
        }
        _ => None,
    };
    let (min, max, mean) = match &series.values {
        Column::Float(values) => float_range(values),
        Column::Int { values, valid } => int_range(values, valid),
        Column::Bool(_) | Column::Text { .. } => (None, None, None),
    };
    MetricSummary {
        name: series.name.clone(),
        unit: series.unit.clone(),
        kind: series.values.kind(),
        count,
        missing: rows as u64 - count,
        min,
        max,
        mean,
        rate_hz,
        gaps,
    }
}

type Range = (Option<f64>, Option<f64>, Option<f64>);

/// The sum is compensated (Neumaier): its error does not grow with the number of samples.
#[expect(clippy::cast_precision_loss, reason = "means are doubles")]
fn float_range(values: &[f64]) -> Range {
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut sum, mut lost, mut count) = (0.0_f64, 0.0_f64, 0_u64);
    for value in values.iter().copied().filter(|value| !value.is_nan()) {
        (min, max) = (min.min(value), max.max(value));
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
        count += 1;
    }
    if count == 0 {
        return (None, None, None);
    }
    let mut mean = (sum + lost) / count as f64;
    if !mean.is_finite() {
        // Either the sum of huge values overflowed, which a running mean avoids, or a value is infinite itself.
        let numbers = values.iter().filter(|value| !value.is_nan()).zip(1_u64..);
        mean = numbers.fold(0.0, |mean, (value, n)| mean + (value / n as f64 - mean / n as f64));
    }
    (Some(min), Some(max), (!mean.is_nan()).then_some(mean))
}

#[expect(clippy::cast_precision_loss, reason = "means are doubles")]
fn int_range(values: &[i64], valid: &[bool]) -> Range {
    let there = |row: usize| valid.is_empty() || valid[row];
    let (mut min, mut max, mut sum, mut count) = (i64::MAX, i64::MIN, 0_i128, 0_u64);
    for (_, value) in values.iter().enumerate().filter(|(row, _)| there(*row)) {
        (min, max) = (min.min(*value), max.max(*value));
        sum += i128::from(*value);
        count += 1;
    }
    if count == 0 { (None, None, None) } else { (Some(min as f64), Some(max as f64), Some(sum as f64 / count as f64)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::NULL_BOOL;

    const NAN: f64 = f64::NAN;

    fn series(times: Vec<i64>, values: Column) -> Series {
        Series { name: "a".to_owned(), unit: None, time_ns: Arc::new(times), values }
    }

    #[test]
    fn summarises() {
        let s = 1_000_000_000;
        for (times, values, expected) in [
            (
                vec![0, s, 2 * s],
                Column::Float(vec![1.0, NAN, 3.0]),
                (2, 1, Some(1.0), Some(3.0), Some(2.0), Some(1.0), 1),
            ),
            (
                vec![0, s, 4 * s],
                Column::Float(vec![1.0, 2.0, 6.0]),
                (3, 0, Some(1.0), Some(6.0), Some(3.0), Some(0.5), 1),
            ),
            (
                vec![0, s / 2],
                Column::Int { values: vec![4, 0], valid: vec![true, false] },
                (1, 1, Some(4.0), Some(4.0), Some(4.0), Some(2.0), 0),
            ),
            (vec![0, s], Column::Bool(vec![1, NULL_BOOL]), (1, 1, None, None, None, Some(1.0), 0)),
            (vec![], Column::Float(vec![]), (0, 0, None, None, None, None, 0)),
            (vec![5, 5], Column::Float(vec![NAN, NAN]), (0, 2, None, None, None, None, 0)),
            (
                vec![0, s],
                Column::Float(vec![1.5e308, 1.5e308]),
                (2, 0, Some(1.5e308), Some(1.5e308), Some(1.5e308), Some(1.0), 0),
            ),
        ] {
            let found = summarise(&series(times, values.clone()), s);
            let told = (found.count, found.missing, found.min, found.max, found.mean, found.rate_hz, found.gaps);
            assert_eq!(told, expected, "{values:?}");
        }
    }

    #[test]
    fn the_mean_does_not_drift() {
        let values: Vec<f64> = (0..3_000_000)
            .map(|at| {
                if at % 3 == 0 {
                    1e16
                } else if at % 3 == 1 {
                    1.0
                } else {
                    -1e16
                }
            })
            .collect();
        let times = (0..).take(values.len()).collect();
        let mean = summarise(&series(times, Column::Float(values)), 1).mean.unwrap();
        assert!((mean - 1.0 / 3.0).abs() < 1e-12, "{mean}");
    }

    proptest! {
        #[test]
        fn equals_a_plain_count(values in prop::collection::vec(prop_oneof![5 => -1e6..1e6, 1 => Just(f64::NAN)], 0..200)) {
            let times = (0..).map(|at| at * 10).take(values.len()).collect();
            let found = summarise(&series(times, Column::Float(values.clone())), 10);
            let there: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            prop_assert_eq!(found.count, there.len() as u64);
            prop_assert_eq!(found.missing, (values.len() - there.len()) as u64);
            prop_assert_eq!(found.min, there.iter().copied().reduce(f64::min));
            prop_assert_eq!(found.max, there.iter().copied().reduce(f64::max));
            if let Some(mean) = found.mean {
                let count = there.iter().fold(0.0, |count, _| count + 1.0);
                prop_assert!((mean - there.iter().sum::<f64>() / count).abs() < 1e-6);
            }
            // A gap is a run of missing samples between two that are there.
            let filled: Vec<usize> = (0..values.len()).filter(|at| !values[*at].is_nan()).collect();
            let gaps = filled.windows(2).filter(|pair| pair[1] - pair[0] > 1).count();
            prop_assert_eq!(found.gaps, gaps as u64);
        }
    }
}
