//! Sensor logs as arrays of a store: columns of several lengths, some of which hold the times of the others.

use std::path::Path;

use super::{
    FormatError, MetricOptions, MetricTable,
    decimal::TimeUnit,
    metrics_table::from_table,
    table::{Cells, Table, TableColumn},
    time_axis::time_name,
};
use crate::model::Column;

/// What the arrays of a log gave.
#[derive(Debug, Default)]
pub struct ArrayLog {
    /// One table per array of times, in the order of the arrays; the error when its times cannot be read.
    pub tables: Vec<Result<MetricTable, FormatError>>,
    /// Names of arrays for which no array of times with as many values was found.
    pub timeless: Vec<String>,
}

/// Reads named arrays as metrics. Times are in the array whose name says so (`times`, `t`, `timestamp_ns`, …); an array
/// takes those of its own group (`imu.times` for `imu.x`) before others, and only times of its own length.
#[must_use]
pub fn read_array_log(path: &Path, arrays: Vec<(String, Column)>, options: &MetricOptions) -> ArrayLog {
    struct Times {
        name: String,
        rank: usize,
        columns: Vec<TableColumn>,
        rows: usize,
    }
    let mut all: Vec<Times> = Vec::new();
    let mut rest = Vec::new();
    for (name, values) in arrays {
        let numeric_or_text = !matches!(values, Column::Bool(_));
        match time_name(last_part(&name)) {
            Some((rank, unit)) if numeric_or_text => all.push(Times {
                rank,
                rows: values.len(),
                columns: vec![TableColumn {
                    name: last_part(&name).to_owned(),
                    unit: unit.map(TimeUnit::name).map(str::to_owned),
                    cells: Cells::Values(values),
                }],
                name,
            }),
            _ => rest.push((name, values)),
        }
    }
    let mut log = ArrayLog::default();
    for (name, values) in rest {
        let fitting = (0..all.len()).filter(|at| all[*at].rows == values.len());
        let foreign = |at: &usize| (group(&all[*at].name) != group(&name), all[*at].rank, *at);
        match fitting.min_by_key(foreign) {
            Some(at) => all[at].columns.push(TableColumn { name, unit: None, cells: Cells::Values(values) }),
            None => log.timeless.push(name),
        }
    }
    let unused = |times: &Times| times.columns.len() == 1;
    // Times of nothing are no metric, but they must not vanish: frames or arrays of another length were meant.
    log.timeless.extend(all.iter().filter(|times| unused(times)).map(|times| times.name.clone()));
    log.tables = all
        .into_iter()
        .filter(|times| !unused(times))
        .map(|times| from_table(path, Table { rows: times.rows, columns: times.columns, ..Table::default() }, options))
        .collect();
    log
}

/// What stands before the last dot.
fn group(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(group, _)| group)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_find_their_times() {
        let float = |values: &[f64]| Column::Float(values.to_vec());
        let now = 1_700_000_000_000_000_001;
        let ns = |rows: i64| Column::Int { values: (0..rows).map(|row| now + row).collect(), valid: vec![] };
        for (arrays, tables, timeless) in [
            (
                vec![("speed", float(&[1.0, 2.0])), ("times", ns(2))],
                vec![("speed".to_owned(), vec![now, now + 1])],
                vec![],
            ),
            // The group's own times first; then any of the same length.
            (
                vec![("gps.t", ns(2)), ("imu.t", ns(3)), ("imu.x", float(&[0.0; 3])), ("lat", float(&[0.0; 2]))],
                vec![("lat".to_owned(), vec![now, now + 1]), ("imu.x".to_owned(), vec![now, now + 1, now + 2])],
                vec![],
            ),
            (vec![("speed", float(&[1.0, 2.0])), ("times", ns(3))], vec![], vec!["speed", "times"]),
            (vec![("speed", float(&[1.0, 2.0])), ("rpm", float(&[1.0]))], vec![], vec!["speed", "rpm"]),
        ] {
            let arrays = arrays.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
            let log = read_array_log(Path::new("log.h5"), arrays, &MetricOptions::default());
            let found: Vec<(String, Vec<i64>)> = log
                .tables
                .into_iter()
                .flat_map(|table| table.unwrap().series)
                .map(|series| (series.name, series.time_ns.to_vec()))
                .collect();
            assert_eq!((found, log.timeless), (tables, timeless.into_iter().map(str::to_owned).collect()));
        }
    }
}
