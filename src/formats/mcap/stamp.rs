//! The times that messages carry, where a setting names the field, in place of those at which they were logged.

use crate::{
    formats::{
        MetricOptions, TimeOptions, TimeUnit,
        table::{Cells, TableColumn, whole_numbers},
        time_axis::time_name,
    },
    model::Column,
};

/// Names of the two parts of a stamp in JSON and Protobuf.
const SECONDS: [&str; 4] = ["sec", "secs", "seconds", "s"];
const NANOSECONDS: [&str; 6] = ["nanosec", "nanosecs", "nanos", "nsec", "nsecs", "nanoseconds"];

/// Takes the stamps out of a topic's fields: their column, and the options by which it is read. `None` when the topic has
/// no such field.
pub(super) fn take(
    fields: &mut Vec<(String, Column)>,
    name: &str,
    of_ros: bool,
    options: &MetricOptions,
) -> Option<(TableColumn, MetricOptions)> {
    let place = |wanted: &str| fields.iter().position(|(field, _)| field == wanted);
    let (name, values, unit) = if let Some(at) = place(name) {
        let (name, values) = fields.remove(at);
        // Stamps of ROS are read as nanoseconds; what a field of another type counts its name may say.
        let is_stamp = of_ros && values.kind() == crate::model::MetricKind::Int && time_unit_of(&name).is_none();
        (name, values, options.time.unit.or(is_stamp.then_some(TimeUnit::Ns)))
    } else {
        let part = |names: &[&str]| names.iter().find_map(|part| place(&format!("{name}.{part}")));
        let (seconds, nanoseconds) = (part(&SECONDS)?, part(&NANOSECONDS)?);
        let values = joined(&fields[seconds].1, &fields[nanoseconds].1)?;
        (name.to_owned(), values, Some(TimeUnit::Ns))
    };
    let time = TimeOptions { column: Some(name.clone()), unit, ..options.time.clone() };
    let options = MetricOptions { time, units: options.units.clone() };
    Some((TableColumn { name, unit: None, cells: Cells::Values(values) }, options))
}

fn time_unit_of(name: &str) -> Option<TimeUnit> {
    time_name(name.rsplit('.').next().unwrap_or(name)).and_then(|(_, unit)| unit)
}

/// Seconds and the nanoseconds behind them as nanoseconds.
fn joined(seconds: &Column, nanoseconds: &Column) -> Option<Column> {
    let (Column::Int { values: seconds, valid }, Column::Int { values: rest, .. }) = (seconds, nanoseconds) else {
        return None;
    };
    let whole = |row: usize| {
        let there = valid.is_empty() || valid[row];
        seconds[row].checked_mul(1_000_000_000)?.checked_add(*rest.get(row)?).filter(|_| there)
    };
    Some(whole_numbers(seconds.len(), (0..seconds.len()).map(whole)))
}
