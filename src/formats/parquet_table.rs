//! Parquet files as tables.

use std::{io::Cursor, panic::AssertUnwindSafe, path::Path};

use polars::prelude as pl;
use polars::prelude::{ArrowDataType, DataType, ParquetReader, SerReader};
use polars_buffer::Buffer;

use super::{
    BadRows, FormatError, Note,
    decimal::{NO_TIME, TimeUnit},
    error::open_regular,
    note::local_notes,
    parquet_pages,
    table::{Cells, LineMap, MAX_VALUES, Table, TableColumn, Words, distinct_names, split_unit, whole_numbers},
};
use crate::model::{Column, NULL_BOOL, NULL_FLOAT, Zone};

/// Keys of field metadata that may hold a unit.
const UNIT_KEYS: [&str; 3] = ["unit", "units", "Unit"];

/// Reads a Parquet file that lies in memory.
pub(super) fn read(path: &Path, bytes: Vec<u8>, zone: Option<&Zone>) -> Result<Table, FormatError> {
    let failed = |what: String| FormatError::Parquet { path: path.to_owned(), what };
    if bytes.len() < 12 || !bytes.starts_with(b"PAR1") || !bytes.ends_with(b"PAR1") {
        return Err(failed("it lacks the marks at its start and end, so it is cut off or something else".to_owned()));
    }
    guarded(|| read_columns(path, bytes, zone)).unwrap_or_else(|what| Err(failed(what)))
}

/// The column names of a Parquet file, and whether a column is of a type that holds times; only its end is read.
pub(super) fn column_names(path: &Path) -> Option<(Vec<String>, bool)> {
    let file = open_regular(path).ok()?;
    let names = || {
        let schema = ParquetReader::new(file).schema().ok()?;
        let dated = |field: &pl::ArrowField| matches!(field.dtype, ArrowDataType::Timestamp(..));
        let names = schema.iter_names().map(|name| split_unit(name).0).collect();
        Some((names, schema.iter_values().any(dated)))
    };
    guarded(names).ok().flatten()
}

/// Damaged files make the Parquet library panic in places; such a panic is one unreadable file, not the end of the app.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        format!("its contents are damaged ({})", said.unwrap_or("no reason given"))
    })
}

/// Values that any file may declare, and more by its length: a column of one value takes no room in a file, but does in
/// memory.
const LEAST_VALUES: u64 = 32 << 20;
/// Values for each byte of a file.
const VALUES_PER_BYTE: u64 = 8;

fn read_columns(path: &Path, bytes: Vec<u8>, zone: Option<&Zone>) -> Result<Table, FormatError> {
    let most_values = (bytes.len() as u64).saturating_mul(VALUES_PER_BYTE).clamp(LEAST_VALUES, MAX_VALUES);
    let failed = |error: pl::PolarsError| FormatError::Parquet { path: path.to_owned(), what: error.to_string() };
    let bytes = Buffer::from(bytes);
    parquet_pages::check(&bytes).map_err(|what| FormatError::Parquet { path: path.to_owned(), what })?;
    let mut reader = ParquetReader::new(Cursor::new(bytes.clone()));
    let schema = reader.schema().map_err(failed)?;
    let rows = reader.num_rows().map_err(failed)?;
    let values = (rows as u64).saturating_mul(schema.len() as u64);
    if values > most_values {
        return Err(FormatError::TooManyValues {
            path: path.to_owned(),
            rows: rows as u64,
            columns: schema.len() as u64,
            limit: most_values,
        });
    }

    let mut notes = Vec::new();
    let mut wanted = Vec::new();
    let mut units = Vec::new();
    for (at, field) in schema.iter_values().enumerate() {
        if readable(&field.dtype) {
            wanted.push(at);
            let tells = |key: &&str| field.metadata.as_ref().and_then(|known| known.get(*key)).map(ToString::to_string);
            units.push(UNIT_KEYS.iter().find_map(tells));
        } else {
            notes.push(Note::new(
                format!("column `{}` was left out: it holds lists, structures, bytes, times of day or half-precision numbers", field.name),
                "write one column per number or word",
            ));
        }
    }
    if wanted.is_empty() {
        return Err(FormatError::Empty { path: path.to_owned() });
    }
    let frame = reader.with_projection(Some(wanted)).finish().map_err(failed)?;

    let (bases, bracketed): (Vec<String>, Vec<Option<String>>) =
        frame.columns().iter().map(|column| split_unit(column.name())).unzip();
    let names = distinct_names(bases, &mut notes);
    let mut columns = Vec::with_capacity(names.len());
    for (((column, name), bracketed), unit) in frame.columns().iter().zip(names).zip(bracketed).zip(units) {
        let series = column.as_materialized_series();
        let (mut cells, native_unit) = cells_of(series).map_err(failed)?;
        if let (Cells::Instants(times), Some(zone), DataType::Datetime(_, None) | DataType::Date) =
            (&mut cells, zone, series.dtype())
        {
            let mut local = zone.reader();
            for ns in times.iter_mut().filter(|ns| **ns != NO_TIME) {
                *ns = local.to_utc(*ns).unwrap_or(NO_TIME);
            }
            notes.extend(local_notes(Some(&local), &name));
        }
        columns.push(TableColumn { name, unit: unit.or(bracketed).or(native_unit), cells });
    }
    Ok(Table { columns, rows: frame.height(), lines: LineMap::default(), bad_rows: BadRows::default(), notes })
}

/// Whether [`cells_of`] can take values of this type. The Parquet library panics on some of the others.
fn readable(kind: &ArrowDataType) -> bool {
    use ArrowDataType as Kind;
    if let Kind::Dictionary(_, words, _) = kind {
        return readable(words);
    }
    let whole = matches!(kind, Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64)
        || matches!(kind, Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64);
    let number = whole
        || matches!(kind, Kind::Float32 | Kind::Float64)
        || matches!(kind, Kind::Decimal(..) | Kind::Decimal32(..) | Kind::Decimal64(..));
    let time = matches!(kind, Kind::Timestamp(..) | Kind::Date32 | Kind::Date64 | Kind::Duration(_));
    let word = matches!(kind, Kind::Utf8 | Kind::LargeUtf8 | Kind::Utf8View);
    number || time || word || matches!(kind, Kind::Boolean | Kind::Null)
}

fn cells_of(series: &pl::Series) -> pl::PolarsResult<(Cells, Option<String>)> {
    let rows = series.len();
    let values = |column| Ok((Cells::Values(column), None));
    match series.dtype() {
        DataType::Float64 => values(Column::Float(doubles(series.f64()?))),
        DataType::Int64 => values(whole(series.i64()?)),
        DataType::Boolean => {
            let flags = series.bool()?;
            values(Column::Bool(flags.iter().map(|flag| flag.map_or(NULL_BOOL, u8::from)).collect()))
        }
        DataType::String => {
            let mut words = Words::default();
            for word in series.str()?.iter() {
                words.push(word);
            }
            values(words.into_column())
        }
        DataType::Categorical(..) | DataType::Enum(..) => cells_of(&series.cast(&DataType::String)?),
        DataType::Null => values(Column::Float(vec![NULL_FLOAT; rows])),
        // Whole numbers past i64 stay whole as doubles as far as doubles can.
        DataType::UInt64 if series.max::<u64>()?.is_some_and(|max| i64::try_from(max).is_err()) => as_doubles(series),
        kind if kind.is_integer() && !matches!(kind, DataType::Int128 | DataType::UInt128) => {
            values(whole(series.cast(&DataType::Int64)?.i64()?))
        }
        DataType::Datetime(unit, _) => {
            let unit = nanoseconds(*unit);
            let counts = series.to_physical_repr();
            Ok((Cells::Instants(instants(counts.i64()?, unit.ns())), None))
        }
        DataType::Date => {
            let days = series.to_physical_repr().cast(&DataType::Int64)?;
            Ok((Cells::Instants(instants(days.i64()?, 86_400_000_000_000)), None))
        }
        DataType::Duration(unit) => {
            let unit_name = match unit {
                pl::TimeUnit::Nanoseconds => "ns",
                pl::TimeUnit::Microseconds => "us",
                pl::TimeUnit::Milliseconds => "ms",
            };
            let counts = series.to_physical_repr();
            Ok((Cells::Values(whole(counts.i64()?)), Some(unit_name.to_owned())))
        }
        _ => as_doubles(series),
    }
}

fn as_doubles(series: &pl::Series) -> pl::PolarsResult<(Cells, Option<String>)> {
    Ok((Cells::Values(Column::Float(doubles(series.cast(&DataType::Float64)?.f64()?))), None))
}

fn nanoseconds(unit: pl::TimeUnit) -> TimeUnit {
    match unit {
        pl::TimeUnit::Nanoseconds => TimeUnit::Ns,
        pl::TimeUnit::Microseconds => TimeUnit::Us,
        pl::TimeUnit::Milliseconds => TimeUnit::Ms,
    }
}

fn doubles(array: &pl::Float64Chunked) -> Vec<f64> {
    let mut values = Vec::with_capacity(array.len());
    for chunk in array.downcast_iter() {
        if array.null_count() == 0 {
            values.extend_from_slice(chunk.values().as_slice());
        } else {
            values.extend(chunk.iter().map(|value| value.copied().unwrap_or(NULL_FLOAT)));
        }
    }
    values
}

fn whole(array: &pl::Int64Chunked) -> Column {
    if array.null_count() > 0 {
        return whole_numbers(array.len(), array.iter());
    }
    let mut values = Vec::with_capacity(array.len());
    for chunk in array.downcast_iter() {
        values.extend_from_slice(chunk.values().as_slice());
    }
    Column::Int { values, valid: Vec::new() }
}

/// Times that an `i64` of nanoseconds cannot hold become [`NO_TIME`] and are counted where the times are used.
fn instants(array: &pl::Int64Chunked, unit_ns: i64) -> Vec<i64> {
    array.iter().map(|count| count.and_then(|count| count.checked_mul(unit_ns)).unwrap_or(NO_TIME)).collect()
}
