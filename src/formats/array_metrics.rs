//! Per-frame arrays of robot stores (`qpos` with 14 joints a frame) as metrics.

use std::{path::Path, sync::Arc};

use super::{FormatError, Note, metrics_table::RowOrder};
use crate::model::{Column, Series};

/// Metrics `name_0`, `name_1`, … (or `name` alone for one column) of a row-major array with one row of `width` values
/// per frame. When array and frames differ in length, the frames or rows past the shorter one are left out and noted.
/// `path` is the store, for messages.
///
/// # Errors
/// [`FormatError::Array`] when the values do not fill whole rows.
pub fn array_metrics(
    path: &Path,
    name: &str,
    values: &[f64],
    width: usize,
    frame_times: &[i64],
) -> Result<(Vec<Series>, Vec<Note>), FormatError> {
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err(FormatError::Array {
            path: path.to_owned(),
            array: name.to_owned(),
            what: format!("holds {} values, which do not fill rows of {width}", values.len()),
            remedy: "write one row of values per frame",
        });
    }
    let rows = values.len() / width;
    let used = rows.min(frame_times.len());
    let mut notes = Vec::new();
    if rows != frame_times.len() {
        notes.push(Note::new(
            format!("`{name}` has {rows} rows for {} frames; the first {used} belong together", frame_times.len()),
            "check that array and images belong together",
        ));
    }
    let order = RowOrder::new(frame_times[..used].to_vec());
    let series = (0..width)
        .map(|column| {
            let picked = values.iter().skip(column).step_by(width).take(used).copied().collect();
            Series {
                name: if width == 1 { name.to_owned() } else { format!("{name}_{column}") },
                unit: None,
                time_ns: Arc::clone(&order.times),
                values: order.apply(Column::Float(picked)),
            }
        })
        .collect();
    Ok((series, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_becomes_a_metric() {
        for (values, width, frames, expected, notes) in [
            (vec![1.0, 2.0, 3.0, 4.0], 2, vec![10, 20], vec![("q_0", vec![1.0, 3.0]), ("q_1", vec![2.0, 4.0])], 0),
            (vec![1.0, 2.0], 1, vec![10, 20], vec![("q", vec![1.0, 2.0])], 0),
            (vec![1.0, 2.0, 3.0], 1, vec![10, 20], vec![("q", vec![1.0, 2.0])], 1),
            (vec![1.0], 1, vec![10, 20], vec![("q", vec![1.0])], 1),
            (vec![1.0, 2.0], 1, vec![20, 10], vec![("q", vec![2.0, 1.0])], 0),
            (vec![], 3, vec![], vec![("q_0", vec![]), ("q_1", vec![]), ("q_2", vec![])], 0),
        ] {
            let (series, told) = array_metrics(Path::new("a.h5"), "q", &values, width, &frames).unwrap();
            let found: Vec<(&str, Vec<f64>)> = series
                .iter()
                .map(|series| {
                    (
                        series.name.as_str(),
                        (0..series.values.len()).filter_map(|row| series.values.number(row)).collect(),
                    )
                })
                .collect();
            assert_eq!((found, told.len()), (expected, notes));
        }
        assert!(array_metrics(Path::new("a.h5"), "q", &[1.0; 3], 2, &[1]).is_err());
        assert!(array_metrics(Path::new("a.h5"), "q", &[], 0, &[]).is_err());
    }
}
