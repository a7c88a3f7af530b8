//! Tables of few rows: recordings, footages, runs, locations.

use polars::prelude::{Column as Packed, IntoColumn, NamedFrom, Series};

use super::{
    SqlColumn, SqlType,
    tables::{further_keys, type_of},
};
use crate::{
    catalog::FrameTable,
    formats::{Locations, read_locations},
    model::{Column, Run},
    session::{Session, SessionError},
};

/// A column by its name, where the table has it.
pub(super) type Made = Result<Packed, String>;

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Packed {
    Series::new(name.into(), values.collect::<Vec<_>>()).into_column()
}

fn ints(name: &str, values: impl Iterator<Item = Option<i64>>) -> Packed {
    Series::new(name.into(), values.collect::<Vec<_>>()).into_column()
}

fn none(table: &str, name: &str) -> String {
    format!("the table {table} has no column {name} any more; the index changed, run the query again")
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Columns of `recordings`.
pub(super) fn recordings(table: &FrameTable, wanted: &[String]) -> Result<Vec<Packed>, String> {
    let all = table.recordings().map_err(|error| error.to_string())?;
    let keys = further_keys(all.iter().flat_map(|recording| recording.attributes.keys().map(String::as_str)));
    let column = |name: &String| -> Made {
        let key = match name.as_str() {
            "recording" => return Ok(texts(name, all.iter().map(|one| Some(one.name.as_str())))),
            "started_at_ns" => return Ok(ints(name, all.iter().map(|one| one.started_at_ns))),
            "duration_ns" => return Ok(ints(name, all.iter().map(|one| one.duration_ns))),
            "vehicle" | "region" => name,
            _ => keys
                .iter()
                .find(|(_, column)| column == name)
                .map(|(key, _)| key)
                .ok_or_else(|| none("recordings", name))?,
        };
        Ok(texts(name, all.iter().map(|one| one.attributes.get(key).map(String::as_str))))
    };
    wanted.iter().map(column).collect()
}

/// Columns of `footages`.
pub(super) fn footages(table: &FrameTable, wanted: &[String]) -> Result<Vec<Packed>, String> {
    let all = table.footage_list();
    let pixels = |name: &str, of: fn(&crate::model::Footage) -> u32| {
        let values: Vec<i32> = all.iter().map(|one| i32::try_from(of(one)).unwrap_or(i32::MAX)).collect();
        Series::new(name.into(), values).into_column()
    };
    let column = |name: &String| -> Made {
        Ok(match name.as_str() {
            "recording" => texts(name, all.iter().map(|one| Some(one.recording.as_str()))),
            "camera" => texts(name, all.iter().map(|one| Some(one.camera.as_str()))),
            "store" => texts(name, all.iter().map(|one| Some(one.store.as_str()))),
            "frames" => ints(name, all.iter().map(|one| Some(signed(one.frames)))),
            "width_px" => pixels(name, |one| one.width_px),
            "height_px" => pixels(name, |one| one.height_px),
            "rate_hz" => {
                Series::new(name.as_str().into(), all.iter().map(|one| one.rate_hz).collect::<Vec<_>>()).into_column()
            }
            _ => return Err(none("footages", name)),
        })
    };
    wanted.iter().map(column).collect()
}

/// Columns of `runs`.
pub(super) fn runs(all: &[Run], wanted: &[String]) -> Result<Vec<Packed>, String> {
    let column = |name: &String| -> Made {
        Ok(match name.as_str() {
            "run_id" => ints(name, all.iter().map(|run| Some(run.run_id))),
            "parent_id" => ints(name, all.iter().map(|run| run.parent_id)),
            "task" => texts(name, all.iter().map(|run| Some(run.task.as_str()))),
            "state" => texts(name, all.iter().map(|run| Some(run.state.as_str()))),
            "started_at_ns" => ints(name, all.iter().map(|run| Some(run.started_at_ns))),
            "ended_at_ns" => ints(name, all.iter().map(|run| run.ended_at_ns)),
            "rows_in" => ints(name, all.iter().map(|run| run.rows_in.map(signed))),
            "rows_out" => ints(name, all.iter().map(|run| run.rows_out.map(signed))),
            "result" => texts(name, all.iter().map(|run| run.result.as_deref())),
            "error" => texts(name, all.iter().map(|run| run.error.as_deref())),
            _ => return Err(none("runs", name)),
        })
    };
    wanted.iter().map(column).collect()
}

const OID: &str = "geographical_location_oid";
const NAME: &str = "geographical_location";

/// The lake's locations; empty when it has none.
fn read(session: &Session) -> Result<Locations, String> {
    let told = |error: SessionError| error.to_string();
    let path = match session.detection_source().map_err(told)? {
        Some(source) => source.locations,
        None => ["reference/locations.parquet", "reference/locations.csv"]
            .into_iter()
            .find_map(|name| crate::lake::resolve_inside(session.root(), name).ok().filter(|path| path.is_file())),
    };
    path.map_or_else(|| Ok(Locations::default()), |path| read_locations(&path).map_err(|error| error.to_string()))
}

/// The columns of `locations`. A table that cannot be read has those that it must have; reading it tells why.
pub(super) fn location_columns(session: &Session) -> Vec<SqlColumn> {
    let mut columns = vec![SqlColumn::new(OID, SqlType::Int64), SqlColumn::new(NAME, SqlType::Text)];
    let found = read(session).unwrap_or_default();
    let further = found.extra.iter().map(|(name, values)| SqlColumn::new(name.as_str(), type_of(values.kind())));
    columns.extend(further.filter(|column| column.name != OID && column.name != NAME));
    columns
}

/// Columns of `locations`.
pub(super) fn locations(session: &Session, wanted: &[String]) -> Result<Vec<Packed>, String> {
    let found = read(session)?;
    let column = |name: &String| -> Made {
        Ok(match name.as_str() {
            OID => ints(name, found.oids.iter().map(|oid| Some(*oid))),
            NAME => texts(name, found.names.iter().map(Option::as_deref)),
            _ => {
                let values = found.extra.iter().find(|(known, _)| known == name).map(|(_, values)| values);
                packed(name, values.ok_or_else(|| none("locations", name))?, 0..found.oids.len())
            }
        })
    };
    wanted.iter().map(column).collect()
}

/// Some rows of a column in the engine's form. NaN is no value.
pub(super) fn packed(name: &str, column: &Column, rows: std::ops::Range<usize>) -> Packed {
    let name = name.into();
    match column {
        Column::Float(values) => {
            let values: Vec<Option<f64>> =
                values[rows].iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect();
            Series::new(name, values).into_column()
        }
        Column::Int { values, valid } if valid.is_empty() => Series::new(name, &values[rows]).into_column(),
        Column::Int { values, valid } => {
            let values: Vec<Option<i64>> = rows.map(|row| valid[row].then_some(values[row])).collect();
            Series::new(name, values).into_column()
        }
        Column::Bool(values) => {
            let values: Vec<Option<bool>> =
                values[rows].iter().map(|value| (*value != crate::model::NULL_BOOL).then_some(*value == 1)).collect();
            Series::new(name, values).into_column()
        }
        Column::Text { codes, words } => {
            let values: Vec<Option<&str>> =
                codes[rows].iter().map(|code| words.get(*code as usize).map(String::as_str)).collect();
            Series::new(name, values).into_column()
        }
    }
}
