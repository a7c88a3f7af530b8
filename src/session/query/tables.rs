//! Which tables a lake has, and their columns. `docs/sql.md` tells them.

use std::collections::BTreeSet;

use super::{SqlColumn, SqlTable, SqlType, small};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, metric_name},
    model::MetricKind,
    session::{Session, SessionError},
};

use SqlType::{Double, Int32, Int64, Text, Timestamp};

fn columns(list: &[(&str, SqlType)]) -> Vec<SqlColumn> {
    list.iter().map(|(name, kind)| SqlColumn::new(*name, *kind)).collect()
}

/// The type of a metric's values.
pub(super) fn type_of(kind: MetricKind) -> SqlType {
    match kind {
        MetricKind::Float => Double,
        MetricKind::Int => Int64,
        MetricKind::Bool => SqlType::Bool,
        MetricKind::Text => Text,
    }
}

/// Columns of `recordings` that every lake has.
const RECORDING: [&str; 5] = ["recording", "vehicle", "region", "started_at_ns", "duration_ns"];

/// The keys of `recording.toml` that are columns beside those of every lake, each with the column's name.
pub(super) fn further_keys<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let keys: BTreeSet<&str> = keys.filter(|key| *key != "vehicle" && *key != "region").collect();
    let taken = |key: &str| RECORDING.iter().any(|known| known.eq_ignore_ascii_case(key));
    let name = |key: &str| if taken(key) { format!("attribute.{key}") } else { key.to_owned() };
    keys.into_iter().map(|key| (key.to_owned(), name(key))).collect()
}

fn recordings(table: &FrameTable) -> Result<SqlTable, SessionError> {
    let mut all = columns(&[
        ("recording", Text),
        ("vehicle", Text),
        ("region", Text),
        ("started_at_ns", Int64),
        ("duration_ns", Int64),
    ]);
    let recordings = table.recordings()?;
    let keys = recordings.iter().flat_map(|recording| recording.attributes.keys().map(String::as_str));
    all.extend(further_keys(keys).into_iter().map(|(_, name)| SqlColumn::new(name, Text)));
    Ok(SqlTable::new("recordings", all))
}

fn frames(table: &FrameTable) -> SqlTable {
    let mut all = columns(&[
        ("frame_id", Text),
        ("recording", Text),
        ("camera", Text),
        ("frame_idx", Int64),
        ("timestamp_ns", Int64),
        ("time", Timestamp),
    ]);
    all.extend(table.metrics().iter().map(|metric| SqlColumn::new(metric_name(&metric.name), type_of(metric.kind))));
    all.push(SqlColumn::new("labels", Int32));
    SqlTable::new("frames", all)
}

/// All tables of a lake.
pub(super) fn tables(session: &Session) -> Result<Vec<SqlTable>, SessionError> {
    let table = session.table()?;
    let footages = [
        ("recording", Text),
        ("camera", Text),
        ("store", Text),
        ("frames", Int64),
        ("width_px", Int32),
        ("height_px", Int32),
        ("rate_hz", Double),
    ];
    let labels = [
        ("frame_id", Text),
        ("class", Text),
        ("x", Double),
        ("y", Double),
        ("w", Double),
        ("h", Double),
        ("score", Double),
        ("track_id", Int64),
        ("attributes", Text),
    ];
    let samples =
        [("recording", Text), ("metric", Text), ("timestamp_ns", Int64), ("value", Double), ("value_text", Text)];
    let detections = [
        ("geographical_location_oid", Int64),
        ("video_camera_oid", Int64),
        ("detection_oid", Int64),
        ("item_name", Text),
        ("timestamp_detected", Int64),
        ("time", Timestamp),
    ];
    let runs = [
        ("run_id", Int64),
        ("parent_id", Int64),
        ("task", Text),
        ("state", Text),
        ("started_at_ns", Int64),
        ("ended_at_ns", Int64),
        ("rows_in", Int64),
        ("rows_out", Int64),
        ("result", Text),
        ("error", Text),
    ];
    Ok(vec![
        recordings(&table)?,
        SqlTable::new("footages", columns(&footages)),
        frames(&table),
        SqlTable::new("labels", columns(&labels)),
        SqlTable::new("samples", columns(&samples)),
        SqlTable::new("locations", small::location_columns(session)),
        SqlTable::new("detections", columns(&detections)),
        SqlTable::new("runs", columns(&runs)),
    ])
}
