//! Logs of the comma research dataset: 1-D arrays on one time base, and which row shows which camera frame.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    FormatError, Note, TimeOptions, decimal::NO_TIME, metrics_table::RowOrder, table::whole_numbers,
    time_axis::array_times,
};
use crate::model::{Column, Series};

/// Frames a second of the dataset's cameras, where the log does not tell.
const FRAME_RATE_HZ: f64 = 20.0;

/// What a log tells.
#[derive(Debug, Clone, Default)]
pub struct CommaLog {
    /// Every array beside `times` as a metric, in name order, on one time axis.
    pub series: Vec<Series>,
    /// Time of each camera frame, ns UTC, ascending or not as the log has it.
    pub frame_times: Vec<i64>,
    /// What was guessed or left out.
    pub notes: Vec<Note>,
}

/// Reads the arrays of a log (`times` in seconds, `cam1_ptr`, …), of which `path` is the store, for a camera of
/// `frames` frames. Times that are dates stay; others count from `epoch_ns`. Frame j was taken at the first row whose
/// `cam1_ptr` is j; frames without a row are placed at the rate of their neighbours and noted.
///
/// # Errors
/// [`FormatError::Array`] when `times` is absent or holds no time.
pub fn read_comma_log(
    path: &Path,
    arrays: &BTreeMap<String, Vec<f64>>,
    frames: usize,
    epoch_ns: Option<i64>,
) -> Result<CommaLog, FormatError> {
    let bad_times = |what: &str| FormatError::Array {
        path: path.to_owned(),
        array: "times".to_owned(),
        what: what.to_owned(),
        remedy: "a log needs the seconds of each row in `times`",
    };
    let seconds = arrays.get("times").ok_or_else(|| bad_times("is absent"))?;
    let mut log = CommaLog::default();
    let options = TimeOptions { unit: Some(super::TimeUnit::S), epoch_ns, ..TimeOptions::default() };
    let times = array_times("times", seconds, &options, &mut log.notes);
    let lost = times.iter().filter(|ns| **ns == NO_TIME).count();
    if lost == times.len() {
        return Err(bad_times("holds no time"));
    }
    if lost > 0 {
        log.notes.push(Note::new(
            format!("{lost} rows of the log have no time and were left out"),
            "record `times` for each row",
        ));
    }
    log.frame_times = frame_times(&times, arrays.get("cam1_ptr"), frames, &mut log.notes);

    let rows = times.len();
    let order = RowOrder::new(times);
    if order.unsorted > 0 || order.duplicates > 0 {
        log.notes.push(Note::new(
            format!(
                "{} rows stood out of time order and {} repeat a time; the last value holds",
                order.unsorted, order.duplicates
            ),
            "record rows in time order",
        ));
    }
    for (name, values) in arrays {
        if name == "times" {
            continue;
        }
        if values.len() != rows {
            log.notes.push(Note::new(
                format!("array `{name}` was left out: it has {} values, `times` has {rows}", values.len()),
                "record one value per time",
            ));
            continue;
        }
        let unit = name.starts_with("speed").then(|| "m/s".to_owned());
        let values = order.apply(column_of(name, values));
        log.series.push(Series { name: name.clone(), unit, time_ns: Arc::clone(&order.times), values });
    }
    Ok(log)
}

/// Counters and states stay whole, so that nothing is interpolated between two gears or two frames.
fn column_of(name: &str, values: &[f64]) -> Column {
    const STATES: [&str; 7] = ["gear_choice", "blinker", "idx", "selfdrive", "standstill", "gear", "cruise_state"];
    let state = STATES.contains(&name) || name.ends_with("_ptr");
    if state && values.iter().all(|value| value.is_nan() || (value.fract() == 0.0 && value.abs() < 9e15)) {
        return whole_numbers(values.len(), values.iter().map(|value| as_index(*value)));
    }
    Column::Float(values.to_vec())
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within the range of doubles come here")]
fn as_index(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

fn frame_times(times: &[i64], pointers: Option<&Vec<f64>>, frames: usize, notes: &mut Vec<Note>) -> Vec<i64> {
    let mut found: Vec<Option<i64>> = vec![None; frames];
    for (time, pointer) in times.iter().zip(pointers.into_iter().flatten()) {
        let frame = as_index(*pointer).and_then(|frame| usize::try_from(frame).ok());
        if let Some(slot) = frame.and_then(|frame| found.get_mut(frame))
            && slot.is_none()
            && *time != NO_TIME
        {
            *slot = Some(*time);
        }
    }
    let known: Vec<(usize, i64)> =
        found.iter().enumerate().filter_map(|(frame, time)| time.map(|time| (frame, time))).collect();
    if known.len() < frames {
        let start = times.iter().copied().find(|ns| *ns != NO_TIME).unwrap_or(0);
        let (what, hint) = if known.is_empty() {
            (
                format!(
                    "`cam1_ptr` tells no frame; {frames} frames were placed at {FRAME_RATE_HZ} Hz from the log's start"
                ),
                "record `cam1_ptr` for each row",
            )
        } else {
            (
                format!(
                    "{} of {frames} frames have no row in the log; they were placed at the rate of their neighbours",
                    frames - known.len()
                ),
                "check that camera and log belong together",
            )
        };
        notes.push(Note::new(what, hint));
        let known = if known.is_empty() { vec![(0, start)] } else { known };
        return (0..frames).map(|frame| found[frame].unwrap_or_else(|| placed(&known, frame))).collect();
    }
    known.into_iter().map(|(_, time)| time).collect()
}

/// Time of a frame on the line through the two known frames around it, or nearest to it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a placed time is an estimate; far ones saturate"
)]
fn placed(known: &[(usize, i64)], frame: usize) -> i64 {
    let after = known.partition_point(|(at, _)| *at < frame).clamp(1, known.len().saturating_sub(1).max(1));
    let (base_frame, base_time) = known[after - 1];
    let step = match known.get(after) {
        Some((next_frame, next_time)) => {
            (i128::from(*next_time) - i128::from(base_time)) as f64 / (*next_frame as f64 - base_frame as f64)
        }
        None => 1e9 / FRAME_RATE_HZ,
    };
    base_time.saturating_add(((frame as f64 - base_frame as f64) * step).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: i64 = 1_700_000_000_000_000_000;
    const MS: i64 = 1_000_000;

    fn arrays(times: &[f64], pointers: &[f64]) -> BTreeMap<String, Vec<f64>> {
        [("times", times), ("cam1_ptr", pointers)].map(|(name, values)| (name.to_owned(), values.to_vec())).into()
    }

    fn read(arrays: &BTreeMap<String, Vec<f64>>, frames: usize) -> CommaLog {
        read_comma_log(Path::new("log.h5"), arrays, frames, Some(EPOCH)).unwrap()
    }

    #[test]
    fn frames_stand_at_their_first_row() {
        let nan = f64::NAN;
        for (times, pointers, frames, expected, notes) in [
            (vec![0.0, 0.01, 0.02, 0.03], vec![0.0, 0.0, 1.0, 1.0], 2, vec![0, 20], 0),
            // Frame 1 is missing between two, 4 after the last.
            (vec![0.0, 0.1, 0.2, 0.3], vec![nan, 0.0, 2.0, 3.0], 5, vec![100, 150, 200, 300, 400], 1),
            // Frame 0 is missing before the first.
            (vec![0.0, 0.1, 0.2, 0.3], vec![1.0, 1.0, 2.0, 3.0], 4, vec![-200, 0, 200, 300], 1),
            (vec![1.0, 2.0], vec![0.0, 0.0], 3, vec![1000, 1050, 1100], 1),
            (vec![1.0, 2.0], vec![-1.0, 7.0], 2, vec![1000, 1050], 1),
            (vec![1.0], vec![0.0], 0, vec![], 0),
        ] {
            let log = read(&arrays(&times, &pointers), frames);
            let found: Vec<i64> = log.frame_times.iter().map(|ns| (ns - EPOCH) / MS).collect();
            assert_eq!((found, log.notes.len()), (expected, notes), "{pointers:?}");
        }
    }

    #[test]
    fn arrays_become_metrics() {
        let mut arrays = arrays(&[0.02, 0.0, 0.01, 0.01], &[0.0; 4]);
        arrays.insert("speed".to_owned(), vec![3.0, 1.0, 2.0, f64::NAN]);
        arrays.insert("gear_choice".to_owned(), vec![3.0, 1.0, 2.0, 4.0]);
        arrays.insert("fiber_accel".to_owned(), vec![0.0; 12]);
        let log = read(&arrays, 1);
        let names: Vec<&str> = log.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["cam1_ptr", "gear_choice", "speed"]);
        assert_eq!(*log.series[2].time_ns, [EPOCH, EPOCH + 10 * MS, EPOCH + 20 * MS]);
        assert_eq!(log.series[2].values, Column::Float(vec![1.0, 2.0, 3.0]), "the NaN does not replace a value");
        assert_eq!(log.series[1].values, Column::Int { values: vec![1, 4, 3], valid: vec![] });
        assert_eq!(log.series[2].unit.as_deref(), Some("m/s"));
        assert_eq!(log.notes.len(), 2);
        assert!(Arc::ptr_eq(&log.series[0].time_ns, &log.series[2].time_ns));
    }

    #[test]
    fn dates_stay_and_missing_times_are_refused() {
        let log = read(&arrays(&[1.6e9, 1.6e9 + 1.0], &[0.0, 1.0]), 2);
        assert_eq!(log.frame_times, [1_600_000_000_000_000_000, 1_600_000_001_000_000_000]);
        for broken in [BTreeMap::new(), arrays(&[f64::NAN], &[0.0]), arrays(&[], &[])] {
            assert!(read_comma_log(Path::new("log.h5"), &broken, 1, None).is_err());
        }
    }
}
