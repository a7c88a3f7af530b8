//! Rows as Parquet, with the types of the `frames` table.

use std::io::Write;

use polars::prelude::{
    Column as PolarsColumn, DataFrame, IntoColumn, NamedFrom, ParquetWriter, Series as PolarsSeries, TimeUnit, TimeZone,
};

use super::{Cell, ExportError, OutColumn, columns::CellType};

/// Writes `rows` of the columns as one Parquet file. Times are UTC timestamps in ns.
///
/// # Errors
/// `out` refuses bytes.
pub fn write_parquet(columns: &[OutColumn<'_>], rows: &[u32], out: impl Write) -> Result<(), ExportError> {
    let failed = |error: polars::error::PolarsError| ExportError::Parquet(error.to_string());
    let packed: Vec<PolarsColumn> =
        columns.iter().map(|column| pack(column, rows)).collect::<Result<_, _>>().map_err(failed)?;
    let mut frame = DataFrame::new(rows.len(), packed).map_err(failed)?;
    ParquetWriter::new(out).finish(&mut frame).map_err(failed)?;
    Ok(())
}

fn pack(column: &OutColumn<'_>, rows: &[u32]) -> Result<PolarsColumn, polars::error::PolarsError> {
    let name = column.name.as_str().into();
    let cells = rows.iter().map(|row| column.cell(*row as usize));
    let series = match column.cell_type() {
        CellType::Text => PolarsSeries::new(
            name,
            cells
                .map(|cell| if let Cell::Text(text) = cell { Some(text.into_owned()) } else { None })
                .collect::<Vec<_>>(),
        ),
        CellType::Int => PolarsSeries::new(
            name,
            cells.map(|cell| if let Cell::Int(value) = cell { Some(value) } else { None }).collect::<Vec<_>>(),
        ),
        CellType::Float => PolarsSeries::new(
            name,
            cells.map(|cell| if let Cell::Float(value) = cell { Some(value) } else { None }).collect::<Vec<_>>(),
        ),
        CellType::Bool => PolarsSeries::new(
            name,
            cells.map(|cell| if let Cell::Bool(value) = cell { Some(value) } else { None }).collect::<Vec<_>>(),
        ),
        CellType::Time => {
            let times = cells.map(|cell| if let Cell::Time(ns) = cell { Some(ns) } else { None }).collect::<Vec<_>>();
            let zone = TimeZone::opt_try_new(Some("UTC"))?;
            PolarsSeries::new(name, times).cast(&polars::prelude::DataType::Datetime(TimeUnit::Nanoseconds, zone))?
        }
    };
    Ok(series.into_column())
}
