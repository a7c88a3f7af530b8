//! Tables that are no list of frames: plain columns in memory.

use std::{borrow::Cow, io::Write, sync::Arc};

use polars::prelude::{
    Column as PolarsColumn, CompatLevel, DataFrame, DataType, Int32Chunked, Int64Chunked, IntoColumn, IntoSeries as _,
    NamedFrom, ParquetCompression, ParquetWriter, PolarsResult, Series, StringChunked, TimeUnit, TimeZone,
};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, ParquetType, StatisticsOptions, Version, WriteOptions, array_to_columns,
    compress, get_dtype_encoding,
};
use rayon::prelude::*;

use super::{
    Cell, ExportError,
    columns::CellType,
    rows::{Cells, RowFormat, write_cells},
};
use crate::jobs::Progress;

/// Values of a column.
#[derive(Debug, Clone)]
pub enum PlainValues {
    /// Whole numbers.
    Int(Vec<i64>),
    /// Whole numbers, some missing.
    MaybeInt(Vec<Option<i64>>),
    /// Small whole numbers.
    Int32(Vec<i32>),
    /// Numbers, some missing.
    Float(Vec<Option<f64>>),
    /// Words.
    Text(Vec<Arc<str>>),
    /// Words, some missing.
    MaybeText(Vec<Option<Arc<str>>>),
    /// Times, ns UTC.
    Time(Vec<i64>),
    /// Times, some missing.
    MaybeTime(Vec<Option<i64>>),
}

impl PlainValues {
    fn len(&self) -> usize {
        match self {
            Self::Int(values) | Self::Time(values) => values.len(),
            Self::MaybeInt(values) | Self::MaybeTime(values) => values.len(),
            Self::Int32(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::MaybeText(values) => values.len(),
        }
    }
}

/// A named column.
#[derive(Debug, Clone)]
pub struct PlainColumn {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub values: PlainValues,
}

impl Cells for PlainColumn {
    fn name(&self) -> &str {
        self.name
    }

    fn kind(&self) -> CellType {
        match &self.values {
            PlainValues::Int(_) | PlainValues::MaybeInt(_) | PlainValues::Int32(_) => CellType::Int,
            PlainValues::Float(_) => CellType::Float,
            PlainValues::Text(_) | PlainValues::MaybeText(_) => CellType::Text,
            PlainValues::Time(_) | PlainValues::MaybeTime(_) => CellType::Time,
        }
    }

    fn at(&self, row: usize) -> Cell<'_> {
        match &self.values {
            PlainValues::Int(values) => Cell::Int(values[row]),
            PlainValues::MaybeInt(values) => values[row].map_or(Cell::Null, Cell::Int),
            PlainValues::Int32(values) => Cell::Int(i64::from(values[row])),
            PlainValues::Float(values) => values[row].map_or(Cell::Null, Cell::Float),
            PlainValues::Text(values) => Cell::Text(Cow::Borrowed(&values[row])),
            PlainValues::MaybeText(values) => {
                values[row].as_deref().map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text)))
            }
            PlainValues::Time(values) => Cell::Time(values[row]),
            PlainValues::MaybeTime(values) => values[row].map_or(Cell::Null, Cell::Time),
        }
    }
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// As text.
    Rows(RowFormat),
    /// As Parquet: whole numbers as int64 or int32, times as timestamps UTC, in microseconds where all are whole ones, else
    /// in nanoseconds.
    Parquet,
}

/// A table; all columns are equally long.
#[derive(Debug, Clone, Default)]
pub struct PlainTable {
    /// Its columns.
    pub columns: Vec<PlainColumn>,
}

impl PlainTable {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Writes the table.
    ///
    /// # Errors
    /// `out` refuses bytes, or the work was cancelled.
    pub fn write(self, format: TableFormat, out: impl Write + Send, progress: &Progress) -> Result<(), ExportError> {
        match format {
            TableFormat::Parquet => self.write_parquet(out),
            TableFormat::Rows(format) => {
                let rows: Vec<u32> = (0..u32::try_from(self.rows()).unwrap_or(u32::MAX)).collect();
                write_cells(&self.columns, &rows, format, out, progress)
            }
        }
    }

    fn write_parquet(self, out: impl Write + Send) -> Result<(), ExportError> {
        let failed = |error: polars::error::PolarsError| ExportError::Parquet(error.to_string());
        let rows = self.rows();
        let packed: Vec<PolarsColumn> = self.columns.into_iter().map(pack).collect::<Result<_, _>>().map_err(failed)?;
        let mut frame = DataFrame::new(rows, packed).map_err(failed)?;
        write_groups(frame.rechunk_mut(), out).map_err(failed)
    }
}

/// Rows of a group of a Parquet file.
const GROUP_ROWS: usize = 256 << 10;

/// Writes a table of whole columns. The library's own writer encodes on one thread: here all of them encode a group of rows
/// each, a few groups at a time.
fn write_groups(frame: &DataFrame, out: impl Write + Send) -> PolarsResult<()> {
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Snappy,
        data_page_size: None,
    };
    let writer = ParquetWriter::new(out).with_compression(ParquetCompression::Snappy);
    let mut writer = writer.batched(frame.schema())?;
    let types = writer.parquet_schema().fields().to_vec();
    let starts: Vec<i64> = (0..).step_by(GROUP_ROWS).take(frame.height().div_ceil(GROUP_ROWS)).collect();
    for starts in starts.chunks(2 * rayon::current_num_threads()) {
        let rows = starts.par_iter().map(|start| frame.slice(*start, GROUP_ROWS));
        let groups = rows.map(|rows| Ok((rows.height() as u64, encoded(&rows, &types, options)?)));
        for (rows, pages) in groups.collect::<PolarsResult<Vec<_>>>()? {
            writer.write_row_group(rows, &pages)?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// The pages of each column.
fn encoded(rows: &DataFrame, types: &[ParquetType], options: WriteOptions) -> PolarsResult<Vec<Vec<CompressedPage>>> {
    let mut columns = Vec::new();
    for batch in rows.iter_chunks(CompatLevel::newest(), false) {
        for (array, kind) in batch.columns().iter().zip(types) {
            for pages in array_to_columns(array, kind.clone(), options, &get_dtype_encoding(array.dtype()))? {
                let packed = pages.map(|page| Ok(compress(page?, Vec::new(), options.compression)?));
                columns.push(packed.collect::<PolarsResult<_>>()?);
            }
        }
    }
    Ok(columns)
}

fn pack(column: PlainColumn) -> Result<PolarsColumn, polars::error::PolarsError> {
    let name = column.name.into();
    let series = match column.values {
        PlainValues::Int(values) => Int64Chunked::from_vec(name, values).into_series(),
        PlainValues::MaybeInt(values) => Series::new(name, values),
        PlainValues::Int32(values) => Int32Chunked::from_vec(name, values).into_series(),
        PlainValues::Float(values) => Series::new(name, values),
        PlainValues::Text(values) => {
            let words: StringChunked = values.iter().map(|text| Some(text.as_ref())).collect();
            return Ok(words.with_name(name).into_column());
        }
        PlainValues::MaybeText(values) => {
            let words: StringChunked = values.iter().map(Option::as_deref).collect();
            return Ok(words.with_name(name).into_column());
        }
        PlainValues::Time(mut values) => {
            let unit = unit_of(values.iter());
            if unit == TimeUnit::Microseconds {
                for time in &mut values {
                    *time /= 1000;
                }
            }
            Int64Chunked::from_vec(name, values).into_series().cast(&utc(unit)?)?
        }
        PlainValues::MaybeTime(mut values) => {
            let unit = unit_of(values.iter().flatten());
            if unit == TimeUnit::Microseconds {
                for time in values.iter_mut().flatten() {
                    *time /= 1000;
                }
            }
            Series::new(name, values).cast(&utc(unit)?)?
        }
    };
    Ok(series.into_column())
}

/// Engines that do not know nanoseconds read microseconds.
fn unit_of<'a>(mut times: impl Iterator<Item = &'a i64>) -> TimeUnit {
    if times.all(|time| time % 1000 == 0) { TimeUnit::Microseconds } else { TimeUnit::Nanoseconds }
}

fn utc(unit: TimeUnit) -> Result<DataType, polars::error::PolarsError> {
    Ok(DataType::Datetime(unit, TimeZone::opt_try_new(Some("UTC"))?))
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetReader, SerReader as _};

    use super::*;

    #[test]
    fn long_tables_are_written_in_groups() {
        let rows = 2 * GROUP_ROWS + 3;
        let numbers: Vec<i64> = (0..).take(rows).collect();
        let words: Vec<Option<Arc<str>>> =
            (0..rows).map(|at| (at % 5 > 0).then(|| format!("w{}", at % 9).into())).collect();
        for rows in [rows, 0] {
            let columns = vec![
                PlainColumn { name: "n", values: PlainValues::Int(numbers[..rows].to_vec()) },
                PlainColumn { name: "word", values: PlainValues::MaybeText(words[..rows].to_vec()) },
            ];
            let mut out = Vec::new();
            PlainTable { columns }.write(TableFormat::Parquet, &mut out, &Progress::new()).unwrap();
            let metadata = ParquetReader::new(std::io::Cursor::new(&out)).get_metadata().unwrap().clone();
            let groups: Vec<usize> =
                metadata.row_groups.iter().map(polars_parquet::read::RowGroupMetadata::num_rows).collect();
            assert_eq!(groups, if rows == 0 { vec![] } else { vec![GROUP_ROWS, GROUP_ROWS, 3] });
            let read = ParquetReader::new(std::io::Cursor::new(out)).finish().unwrap();
            assert_eq!(
                read.column("n").unwrap().i64().unwrap().into_no_null_iter().collect::<Vec<_>>(),
                numbers[..rows]
            );
            let found = read.column("word").unwrap();
            assert!(found.str().unwrap().iter().zip(&words).all(|(one, other)| one == other.as_deref()));
        }
    }

    #[test]
    fn tables_are_written_in_all_formats() {
        let table = PlainTable {
            columns: vec![
                PlainColumn { name: "oid", values: PlainValues::Int(vec![1, -2]) },
                PlainColumn { name: "rank", values: PlainValues::Int32(vec![3, 4]) },
                PlainColumn { name: "name", values: PlainValues::MaybeText(vec![Some("=a,b".into()), None]) },
                PlainColumn { name: "at", values: PlainValues::Time(vec![0, 1_000_000_000]) },
                PlainColumn { name: "share", values: PlainValues::Float(vec![Some(0.5), None]) },
            ],
        };
        let text = |format| {
            let mut out = Vec::new();
            table.clone().write(TableFormat::Rows(format), &mut out, &Progress::new()).unwrap();
            String::from_utf8(out).unwrap()
        };
        let lines = "1,3,\"'=a,b\",1970-01-01T00:00:00.000000000Z,0.5\n-2,4,,1970-01-01T00:00:01.000000000Z,\n";
        assert_eq!(text(RowFormat::Csv { spreadsheet: true }), format!("oid,rank,name,at,share\n{lines}"));
        let json: serde_json::Value = serde_json::from_str(&text(RowFormat::Json)).unwrap();
        assert_eq!(json[1]["rank"], 4);
        assert!(json[1]["name"].is_null());
        let mut out = Vec::new();
        table.write(TableFormat::Parquet, &mut out, &Progress::new()).unwrap();
        let read = ParquetReader::new(std::io::Cursor::new(out)).finish().unwrap();
        let kinds: Vec<String> = read.columns().iter().map(|column| column.dtype().to_string()).collect();
        assert_eq!(kinds, ["i64", "i32", "str", "datetime[μs, UTC]", "f64"]);
        assert_eq!(read.column("name").unwrap().null_count(), 1);
    }
}
