//! Rows that come in batches of columns, whatever they are of: as CSV, JSON, NDJSON, an aligned table or Parquet, written as they
//! come.

use std::io::{self, Write};

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Float64Chunked, Int64Chunked, ParquetWriter, PolarsError, Schema,
    StringChunked,
};
use unicode_width::UnicodeWidthStr;

use super::{Cell, ExportError, RowFormat, cell::guard_formula};
use crate::model::one_line;

/// Rows that decide how wide the columns of a table are; later wider values push their line out.
const MEASURED_ROWS: usize = 1_000;

/// A column on its way out: name and type.
pub type BatchColumn = (String, DataType);

/// Values of one column of a batch.
enum Values {
    Text(StringChunked),
    Int(Int64Chunked),
    Float(Float64Chunked),
    Bool(BooleanChunked),
    Time(Int64Chunked),
}

impl Values {
    fn of(column: &Column) -> Result<Self, PolarsError> {
        Ok(match column.dtype() {
            DataType::String => Self::Text(column.str()?.clone()),
            DataType::Boolean => Self::Bool(column.bool()?.clone()),
            DataType::Datetime(..) => Self::Time(column.cast(&DataType::Int64)?.i64()?.clone()),
            kind if kind.is_integer() => Self::Int(column.cast(&DataType::Int64)?.i64()?.clone()),
            _ => Self::Float(column.cast(&DataType::Float64)?.f64()?.clone()),
        })
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        let cell = match self {
            Self::Text(values) => values.get(row).map(|text| Cell::Text(text.into())),
            Self::Int(values) => values.get(row).map(Cell::Int),
            Self::Float(values) => values.get(row).map(Cell::Float),
            Self::Bool(values) => values.get(row).map(Cell::Bool),
            Self::Time(values) => values.get(row).map(Cell::Time),
        };
        cell.unwrap_or(Cell::Null)
    }
}

fn values(frame: &DataFrame) -> Result<Vec<Values>, ExportError> {
    let read = |error: PolarsError| ExportError::Read(error.to_string());
    frame.columns().iter().map(|column| Values::of(column).map_err(read)).collect()
}

fn is_number(kind: &DataType) -> bool {
    kind.is_primitive_numeric()
}

/// Every value as a table shows it, row by row; `None` where there is none.
///
/// # Errors
/// A column is of a type that no answer has.
pub fn frame_texts(frame: &DataFrame) -> Result<Vec<Vec<Option<String>>>, ExportError> {
    let columns = values(frame)?;
    Ok((0..frame.height()).map(|row| columns.iter().map(|column| column.cell(row).text()).collect()).collect())
}

/// Where batches come from; `None` after the last.
pub type NextBatch<'a, E> = &'a mut dyn FnMut() -> Result<Option<DataFrame>, E>;

/// Writes rows as text, each batch as soon as it is there.
///
/// # Errors
/// Those of `next`, and what `out` refuses.
pub fn write_batches<E: From<ExportError>>(
    columns: &[BatchColumn],
    next: NextBatch<'_, E>,
    format: RowFormat,
    out: impl Write,
) -> Result<(), E> {
    let mut out = io::BufWriter::with_capacity(1 << 18, out);
    let failed = |error: io::Error| E::from(ExportError::Rows(error));
    match format {
        RowFormat::Csv { spreadsheet } => csv_batches(columns, next, spreadsheet, &mut out)?,
        RowFormat::Json | RowFormat::Ndjson => json_batches(columns, next, format == RowFormat::Json, &mut out)?,
        RowFormat::Table => table_batches(columns, next, &mut out)?,
    }
    out.flush().map_err(failed)
}

fn csv_batches<E: From<ExportError>>(
    columns: &[BatchColumn],
    next: NextBatch<'_, E>,
    spreadsheet: bool,
    out: &mut impl Write,
) -> Result<(), E> {
    let failed = |error: csv::Error| E::from(ExportError::from(error));
    let mut writer = csv::Writer::from_writer(out);
    let mut text = String::new();
    for (name, _) in columns {
        text.clone_from(name);
        if spreadsheet {
            guard_formula(&mut text);
        }
        writer.write_field(&text).map_err(failed)?;
    }
    writer.write_record(None::<&[u8]>).map_err(failed)?;
    while let Some(frame) = next()? {
        let values = values(&frame)?;
        for row in 0..frame.height() {
            for column in &values {
                let cell = column.cell(row);
                text.clear();
                cell.write_text(&mut text);
                if spreadsheet && matches!(cell, Cell::Text(_)) {
                    guard_formula(&mut text);
                }
                writer.write_field(&text).map_err(failed)?;
            }
            writer.write_record(None::<&[u8]>).map_err(failed)?;
        }
        writer.flush().map_err(|error| E::from(ExportError::Rows(error)))?;
    }
    writer.flush().map_err(|error| E::from(ExportError::Rows(error)))
}

fn json_batches<E: From<ExportError>>(
    columns: &[BatchColumn],
    next: NextBatch<'_, E>,
    array: bool,
    out: &mut impl Write,
) -> Result<(), E> {
    let names: Vec<String> =
        columns.iter().map(|(name, _)| serde_json::Value::from(name.as_str()).to_string()).collect();
    let failed = |error: io::Error| E::from(ExportError::Rows(error));
    let mut any = false;
    if array {
        out.write_all(b"[").map_err(failed)?;
    }
    while let Some(frame) = next()? {
        let values = values(&frame)?;
        for row in 0..frame.height() {
            if array {
                out.write_all(if any { b",\n" } else { b"\n" }).map_err(failed)?;
            }
            any = true;
            for (at, (column, name)) in values.iter().zip(&names).enumerate() {
                let sign = if at == 0 { '{' } else { ',' };
                write!(out, "{sign}{name}:{}", column.cell(row).json()).map_err(failed)?;
            }
            out.write_all(if array { b"}" } else { b"}\n" }).map_err(failed)?;
        }
        out.flush().map_err(failed)?;
    }
    if array {
        out.write_all(if any { b"\n]\n" } else { b"]\n" }).map_err(failed)?;
    }
    Ok(())
}

fn table_batches<E: From<ExportError>>(
    columns: &[BatchColumn],
    next: NextBatch<'_, E>,
    out: &mut impl Write,
) -> Result<(), E> {
    let failed = |error: io::Error| E::from(ExportError::Rows(error));
    // A table is for a terminal: names and texts from files must not move its cursor.
    let shown = |cell: &Cell<'_>| {
        let mut text = String::new();
        cell.write_text(&mut text);
        one_line(&text).into_owned()
    };
    let mut widths: Vec<usize> = columns.iter().map(|(name, _)| one_line(name).width()).collect();
    let line = |out: &mut dyn Write, texts: &mut dyn Iterator<Item = String>, widths: &[usize]| -> io::Result<()> {
        let mut gap = 0;
        for ((text, (_, kind)), width) in texts.zip(columns).zip(widths) {
            let pad = width.saturating_sub(text.width());
            let (before, after) = if is_number(kind) { (pad, 0) } else { (0, pad) };
            write!(out, "{:1$}{text}", "", gap + before)?;
            gap = after + 2;
        }
        writeln!(out)
    };
    let mut head = true;
    loop {
        let frame = next()?;
        let values = frame.as_ref().map(values).transpose()?.unwrap_or_default();
        let rows = frame.as_ref().map_or(0, DataFrame::height);
        if head {
            for (column, width) in values.iter().zip(&mut widths) {
                *width =
                    (0..rows.min(MEASURED_ROWS)).map(|row| shown(&column.cell(row)).width()).fold(*width, usize::max);
            }
            line(out, &mut columns.iter().map(|(name, _)| one_line(name).into_owned()), &widths).map_err(failed)?;
            head = false;
        }
        if frame.is_none() {
            return Ok(());
        }
        for row in 0..rows {
            line(out, &mut values.iter().map(|column| shown(&column.cell(row))), &widths).map_err(failed)?;
        }
        out.flush().map_err(failed)?;
    }
}

/// Writes rows as one Parquet file, a row group for each batch.
///
/// # Errors
/// Those of `next`, and what `out` refuses.
pub fn write_parquet_batches<E: From<ExportError>>(
    columns: &[BatchColumn],
    next: NextBatch<'_, E>,
    out: impl Write,
) -> Result<(), E> {
    let failed = |error: PolarsError| E::from(ExportError::Parquet(error.to_string()));
    let schema: Schema = columns.iter().map(|(name, kind)| (name.as_str().into(), kind.clone())).collect();
    let mut writer = ParquetWriter::new(out).batched(&schema).map_err(failed)?;
    while let Some(frame) = next()? {
        writer.write_batch(&frame).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(())
}
