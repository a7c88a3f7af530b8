//! Two sets of frames side by side: how many, of what, and how their values are spread.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use rayon::prelude::*;
use serde::Serialize;

use super::{ExportScope, Session, SessionError};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet, MetricName, metric_name},
    model::{Circle, Column, MetricKind, NULL_WORD},
};

/// Bins of a histogram that two sets share.
const BINS: u32 = 40;
/// Words and truths are told one by one up to so many different ones; beyond, only how many there are.
const VALUES: usize = 50;

/// Two sets of frames side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The first.
    pub a: Compared,
    /// The second.
    pub b: Compared,
    /// Frames that are in both.
    pub in_both: u64,
    /// Labels by class, in name order; classes that neither has are left out.
    pub classes: Vec<ClassCompared>,
    /// The metrics, in name order.
    pub metrics: Vec<MetricCompared>,
}

/// One of the two sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What it is: a selection, a view, a filter.
    pub scope: ExportScope,
    /// Number of frames.
    pub frames: u64,
    /// Frames of the selection that are no longer in the lake.
    pub gone: u64,
    /// Recordings that some of them are of.
    pub recordings: u64,
    /// Footages that some of them are of.
    pub footages: u64,
    /// Labels on them.
    pub labels: u64,
}

/// The labels of one class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassCompared {
    /// The class.
    pub class: String,
    /// Labels in the first.
    pub a: u64,
    /// Labels in the second.
    pub b: u64,
    /// Frames of the first with such a label.
    pub a_frames: u64,
    /// Frames of the second with such a label.
    pub b_frames: u64,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricCompared {
    /// Its name, as a filter has it.
    pub name: String,
    /// Unit, when known.
    pub unit: Option<String>,
    /// Kind of its values.
    pub kind: MetricKind,
    /// In the first.
    pub a: Numbers,
    /// In the second.
    pub b: Numbers,
    /// Mean of the second less that of the first, of headings the short way.
    pub mean_difference: Option<f64>,
    /// Median of the second less that of the first.
    pub median_difference: Option<f64>,
    /// Both histograms over the same bins; `None` for words and truths, and where there are no finite values.
    pub histogram: Option<Bins>,
    /// Words and truths with their numbers, in name order; empty for numbers, and where there are more than fifty.
    pub values: Vec<ValueCompared>,
    /// Number of different words or truths.
    pub distinct: u64,
}

/// What the values of one set come to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Numbers {
    /// Frames with a value.
    pub values: u64,
    /// Frames without one.
    pub missing: u64,
    /// Arithmetic mean; of truths, the share that is true; of headings, the mean direction.
    pub mean: Option<f64>,
    /// Median: the middle value, or half the sum of the two in the middle; of headings, that of the short ways from the mean.
    pub median: Option<f64>,
    /// Smallest; `None` for headings, which go round.
    pub min: Option<f64>,
    /// Largest; `None` for headings.
    pub max: Option<f64>,
}

/// Two histograms over the same bins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bins {
    /// Where the first bin begins.
    pub low: f64,
    /// Where the last bin ends; values at it belong to the last bin.
    pub high: f64,
    /// Numbers of the first set.
    pub a: Vec<u64>,
    /// Numbers of the second set.
    pub b: Vec<u64>,
}

/// A word or truth and how often it occurs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueCompared {
    /// The word, or `true` or `false`.
    pub value: String,
    /// Frames of the first that have it.
    pub a: u64,
    /// Frames of the second that have it.
    pub b: u64,
}

impl Session {
    /// Compares two sets of frames. `cancelled` stops the work.
    ///
    /// # Errors
    /// A filter cannot be used, there is no such selection or view, a column cannot be read, or the work was cancelled.
    pub fn compare(
        &self,
        table: &FrameTable,
        a: &ExportScope,
        b: &ExportScope,
        cancelled: &AtomicBool,
    ) -> Result<Comparison, SessionError> {
        let stop = || if cancelled.load(Ordering::Relaxed) { Err(SessionError::Cancelled) } else { Ok(()) };
        let (a_rows, a_gone) = self.scope(table, a)?;
        let (b_rows, b_gone) = self.scope(table, b)?;
        stop()?;
        // A frame that is named twice in a selection is one frame.
        let set = |rows: &[u32]| FrameSet::from_rows(table.rows(), rows.iter().map(|row| *row as usize));
        let (a_set, b_set) = (set(&a_rows), set(&b_rows));
        let (a_rows, b_rows) = (a_set.to_rows(), b_set.to_rows());
        let labels = table.label_count().map_err(SessionError::Failed)?;
        let side = |scope: &ExportScope, set: &FrameSet, rows: &[u32], gone| {
            let footages = table
                .footages()
                .iter()
                .filter(|footage| set.count_in(footage.first_row, footage.first_row + footage.rows) > 0);
            let footages: Vec<_> = footages.collect();
            let recordings: BTreeSet<&str> = footages.iter().map(|footage| footage.recording.as_str()).collect();
            Compared {
                scope: scope.clone(),
                frames: rows.len() as u64,
                gone,
                recordings: recordings.len() as u64,
                footages: footages.len() as u64,
                labels: total(&labels, rows).0,
            }
        };
        let classes = table
            .classes()
            .iter()
            .map(|class| {
                stop()?;
                let counts = table.class_count(class).map_err(SessionError::Failed)?;
                let ((a, a_frames), (b, b_frames)) = (total(&counts, &a_rows), total(&counts, &b_rows));
                Ok(ClassCompared { class: class.clone(), a, b, a_frames, b_frames })
            })
            .filter(|class| class.as_ref().map_or(true, |class| class.a + class.b > 0))
            .collect::<Result<_, SessionError>>()?;
        let metrics = table
            .metrics()
            .iter()
            .map(|metric| {
                stop()?;
                let column = table.metric(&metric.name).map_err(SessionError::Failed)?;
                Ok(compare_metric(metric, &column, &a_rows, &b_rows))
            })
            .collect::<Result<_, SessionError>>()?;
        Ok(Comparison {
            a: side(a, &a_set, &a_rows, a_gone),
            b: side(b, &b_set, &b_rows, b_gone),
            in_both: a_set.intersection(&b_set).count() as u64,
            classes,
            metrics,
        })
    }
}

/// The sum over these rows, and how many of them have any.
fn total(counts: &[u32], rows: &[u32]) -> (u64, u64) {
    rows.iter()
        .map(|row| counts[*row as usize])
        .fold((0, 0), |(sum, some), count| (sum + u64::from(count), some + u64::from(count > 0)))
}

fn compare_metric(metric: &MetricName, column: &Column, a_rows: &[u32], b_rows: &[u32]) -> MetricCompared {
    let sorted = |rows: &[u32]| {
        let mut values: Vec<f64> = match column {
            Column::Text { .. } => Vec::new(),
            column => rows.iter().filter_map(|row| column.number(*row as usize)).collect(),
        };
        values.par_sort_unstable_by(f64::total_cmp);
        values
    };
    let (a_values, b_values) = (sorted(a_rows), sorted(b_rows));
    let numbers = |values: &[f64], rows: &[u32]| {
        let there = match column {
            Column::Text { .. } => rows.iter().filter(|row| !column.is_null(**row as usize)).count(),
            _ => values.len(),
        };
        Numbers {
            values: there as u64,
            missing: (rows.len() - there) as u64,
            mean: metric.circle.map_or_else(|| mean(values), |circle| circle.mean(values.iter().copied())),
            median: metric.circle.map_or_else(|| median(values), |circle| middle_direction(circle, values)),
            min: values.first().copied().filter(|_| metric.circle.is_none()),
            max: values.last().copied().filter(|_| metric.circle.is_none()),
        }
    };
    let (a, b) = (numbers(&a_values, a_rows), numbers(&b_values, b_rows));
    let less = |a: Option<f64>, b: Option<f64>| {
        let difference = metric.circle.map_or(b? - a?, |circle| circle.way(a.unwrap_or(0.0), b.unwrap_or(0.0)));
        Some(difference).filter(|difference| !difference.is_nan())
    };
    let is_number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    let (values, distinct) = if is_number { (Vec::new(), 0) } else { words(column, a_rows, b_rows) };
    MetricCompared {
        name: metric_name(&metric.name),
        unit: metric.unit.clone(),
        kind: metric.kind,
        mean_difference: less(a.mean, b.mean),
        median_difference: less(a.median, b.median),
        a,
        b,
        histogram: if is_number { bins(&a_values, &b_values) } else { None },
        values,
        distinct,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean is a double")]
fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (!mean.is_nan()).then_some(mean)
}

/// The middle of ascending values.
fn median(values: &[f64]) -> Option<f64> {
    let high = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(high);
    }
    let median = f64::midpoint(values[values.len() / 2 - 1], high);
    (!median.is_nan()).then_some(median)
}

/// The median of directions: the middle one of the short ways from their mean.
fn middle_direction(circle: Circle, values: &[f64]) -> Option<f64> {
    let mean = circle.mean(values.iter().copied())?;
    let mut ways: Vec<f64> =
        values.iter().filter(|value| value.is_finite()).map(|value| circle.way(mean, *value)).collect();
    ways.sort_unstable_by(f64::total_cmp);
    Some(circle.inside(mean + median(&ways)?))
}

/// Both histograms over the finite values of both.
fn bins(a: &[f64], b: &[f64]) -> Option<Bins> {
    let finite = || a.iter().chain(b).copied().filter(|value| value.is_finite());
    let (low, high) = (finite().reduce(f64::min)?, finite().reduce(f64::max)?);
    // Halves of both ends, so that the width of the widest range is a number.
    let width = high / 2.0 - low / 2.0;
    let count = |values: &[f64]| {
        let mut counts = vec![0_u64; BINS as usize];
        for value in values.iter().filter(|value| value.is_finite()) {
            let part = if width > 0.0 { (value / 2.0 - low / 2.0) / width } else { 0.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of bins")]
            let bin = (part * f64::from(BINS)) as usize;
            counts[bin.min(BINS as usize - 1)] += 1;
        }
        counts
    };
    Some(Bins { low, high, a: count(a), b: count(b) })
}

/// How often each word or truth occurs, and how many different ones there are.
fn words(column: &Column, a_rows: &[u32], b_rows: &[u32]) -> (Vec<ValueCompared>, u64) {
    let mut found = BTreeMap::<&str, (u64, u64)>::new();
    for (rows, second) in [(a_rows, false), (b_rows, true)] {
        for row in rows {
            let word = match column {
                Column::Text { codes, words } => match codes[*row as usize] {
                    NULL_WORD => None,
                    code => words.get(code as usize).map(String::as_str),
                },
                Column::Bool(values) => ["false", "true"].get(usize::from(values[*row as usize])).copied(),
                Column::Float(_) | Column::Int { .. } => None,
            };
            if let Some(word) = word {
                let counts = found.entry(word).or_default();
                if second { counts.1 += 1 } else { counts.0 += 1 }
            }
        }
    }
    let distinct = found.len() as u64;
    if found.len() > VALUES {
        return (Vec::new(), distinct);
    }
    let value = |(value, (a, b)): (&str, (u64, u64))| ValueCompared { value: value.to_owned(), a, b };
    (found.into_iter().map(value).collect(), distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_medians_and_bins() {
        for (values, expected_mean, expected_median) in [
            (vec![], None, None),
            (vec![3.0], Some(3.0), Some(3.0)),
            (vec![1.0, 2.0, 9.0], Some(4.0), Some(2.0)),
            (vec![1.0, 2.0, 3.0, 10.0], Some(4.0), Some(2.5)),
            (vec![f64::NEG_INFINITY, f64::INFINITY], None, None),
        ] {
            assert_eq!((mean(&values), median(&values)), (expected_mean, expected_median), "{values:?}");
        }
        let shared = bins(&[0.0, 1.0, 40.0], &[39.9, f64::INFINITY]).unwrap();
        assert_eq!(
            (shared.low, shared.high, shared.a[0], shared.a[1], shared.a[39], shared.b[39]),
            (0.0, 40.0, 1, 1, 1, 1)
        );
        assert_eq!(shared.b.iter().sum::<u64>(), 1);
        let one = bins(&[5.0, 5.0], &[]).unwrap();
        assert_eq!((one.a[0], one.a.len(), one.b.iter().sum::<u64>()), (2, BINS as usize, 0));
        assert_eq!(bins(&[f64::MIN, f64::MAX], &[]).unwrap().a.iter().sum::<u64>(), 2);
        assert!(bins(&[f64::INFINITY], &[]).is_none());
    }

    #[test]
    fn headings_are_compared_as_directions() {
        let circle = Some(Circle { radians: false, signed: false });
        let metric = MetricName { name: "heading".into(), kind: MetricKind::Float, unit: Some("deg".into()), circle };
        let column = Column::Float(vec![350.0, 355.0, 20.0, 2.0, 6.0]);
        let told = compare_metric(&metric, &column, &[0, 1, 2], &[3, 4]);
        let near = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 0.2;
        assert!(near(told.a.mean, 1.55) && near(told.a.median, 355.0), "{:?}", told.a);
        assert!(near(told.b.mean, 4.0) && near(told.b.median, 4.0), "{:?}", told.b);
        assert!(near(told.median_difference, 9.0) && near(told.mean_difference, 2.45), "{told:?}");
        assert_eq!((told.a.min, told.a.max), (None, None));
    }

    #[test]
    fn a_metric_is_told_with_its_differences() {
        let column = Column::Float(vec![1.0, 2.0, f64::NAN, 5.0]);
        let metric = MetricName { name: "time".into(), kind: MetricKind::Float, unit: Some("s".into()), circle: None };
        let told = compare_metric(&metric, &column, &[0, 1, 2], &[2, 3]);
        assert_eq!(told.name, "metric.time");
        assert_eq!((told.a.values, told.a.missing, told.b.missing), (2, 1, 1));
        assert_eq!((told.mean_difference, told.median_difference), (Some(3.5), Some(3.5)));
        let column = Column::Text { codes: vec![0, 1, NULL_WORD, 1], words: vec!["sun".into(), "rain".into()] };
        let metric = MetricName { name: "weather".into(), kind: MetricKind::Text, unit: None, circle: None };
        let told = compare_metric(&metric, &column, &[0, 1, 2], &[3]);
        let counts: Vec<_> = told.values.iter().map(|value| (value.value.as_str(), value.a, value.b)).collect();
        assert_eq!((counts, told.distinct, told.a.missing), (vec![("rain", 1, 1), ("sun", 1, 0)], 2, 1));
        let flags = compare_metric(
            &MetricName { kind: MetricKind::Bool, ..metric },
            &Column::Bool(vec![1, 0, 2, 1]),
            &[0, 1, 2],
            &[3],
        );
        assert_eq!((flags.a.mean, flags.b.mean, flags.values.len()), (Some(0.5), Some(1.0), 2));
    }
}
