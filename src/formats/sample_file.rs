//! Samples of a Parquet file a step at a time, for statistics of more samples than fit into memory.
//!
//! Only files that need no second thought are read like this: a column of whole times whose name or type tells the unit, and
//! columns of numbers. Everything else goes the way of [`super::read_metrics`].

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use polars_parquet::{
    parquet::schema::types::{PrimitiveLogicalType, TimeUnit as ParquetUnit},
    read::{FileMetadata, read_metadata},
};

use super::{
    FormatError, TimeUnit,
    error::open_regular,
    events::pages::{Chunk, Numbers, Whole, whole_of},
    sample_pages::{NumberPages, Stored, stored_as},
    table::split_unit,
    time_axis::time_name,
};
use crate::model::MetricKind;

/// Rows that are given out at once.
const STEP_ROWS: usize = 1 << 16;
/// Numeric times below this many seconds (three years) count from the start of a recording.
const RELATIVE_BELOW_S: i64 = 100_000_000;

/// A Parquet file of samples: its footer, and which of its columns are which.
#[derive(Debug)]
pub struct SampleFile {
    path: PathBuf,
    size_bytes: u64,
    metadata: FileMetadata,
    time: usize,
    unit: TimeUnit,
    /// Whether times are told by a type without a zone.
    zoneless: bool,
    metrics: Vec<(String, usize, Stored)>,
}

/// Takes rows: their times (none when they were not asked for) and the values of each column asked for. What it returns
/// says whether to go on.
pub type TakeSamples<'a> = dyn FnMut(&[i64], &[Vec<f64>]) -> bool + 'a;

/// Damaged files make the Parquet library panic in places; such a panic is one unreadable file.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, String>) -> Result<T, FormatError> {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("its contents are damaged ({})", said.unwrap_or("no reason given")))
    });
    done.map_err(|what| FormatError::Parquet { path: path.to_owned(), what })
}

impl SampleFile {
    /// Reads the footer; `None` when the file must be read as a whole.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn open(path: &Path) -> Result<Option<Self>, FormatError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        if !matches!(ending.as_deref(), Some("parquet" | "pq" | "parq")) {
            return Ok(None);
        }
        let mut file = open_regular(path)?;
        let size_bytes = file.metadata().map_err(|source| FormatError::Read { path: path.to_owned(), source })?.len();
        guarded(path, || {
            let metadata = read_metadata(&mut file).map_err(|error| error.to_string())?;
            let mut times = Vec::new();
            let mut metrics: Vec<(String, usize, Stored)> = Vec::new();
            let Some(first) = metadata.row_groups.first() else { return Ok(None) };
            for (at, column) in first.parquet_columns().iter().enumerate() {
                let [name] = &column.descriptor().path_in_schema[..] else { return Ok(None) };
                let (name, _) = split_unit(name);
                if let Some((_, unit)) = time_name(&name) {
                    times.push((at, unit));
                } else if let Some(stored) = stored_as(column) {
                    if metrics.iter().any(|(known, ..)| *known == name) {
                        return Ok(None);
                    }
                    metrics.push((name, at, stored));
                }
            }
            let [(time, named)] = times[..] else { return Ok(None) };
            let about = &first.parquet_columns()[time];
            let typed = match about.descriptor().descriptor.primitive_type.logical_type {
                Some(PrimitiveLogicalType::Timestamp { unit, is_adjusted_to_utc }) => Some((unit, is_adjusted_to_utc)),
                _ => None,
            };
            let unit = match typed {
                Some((ParquetUnit::Milliseconds, _)) => Some(TimeUnit::Ms),
                Some((ParquetUnit::Microseconds, _)) => Some(TimeUnit::Us),
                Some((ParquetUnit::Nanoseconds, _)) => Some(TimeUnit::Ns),
                None => named,
            };
            let (Some(unit), Some(Whole::I64)) = (unit, whole_of(about)) else { return Ok(None) };
            let zoneless = typed.is_some_and(|(_, utc)| !utc);
            let found = Self { path: path.to_owned(), size_bytes, metadata, time, unit, zoneless, metrics };
            Ok((typed.is_some() || found.begins_at_a_date(&file)?).then_some(found))
        })
    }

    /// Whether numeric times are dates and do not count from the start of the recording.
    fn begins_at_a_date(&self, file: &File) -> Result<bool, String> {
        let mut times = Numbers::open(self.chunk(file, 0, self.time)?, Whole::I64)?;
        let (mut values, mut valid) = (Vec::new(), Vec::new());
        let ready = times.fill(1)?;
        times.take(ready.min(1), &mut values, &mut valid);
        let first = values.first().filter(|_| valid.first() != Some(&false));
        Ok(first.is_some_and(|first| *first >= RELATIVE_BELOW_S * (1_000_000_000 / self.unit.ns())))
    }

    /// Whether times are of a type that tells no zone.
    #[must_use]
    pub fn is_zoneless(&self) -> bool {
        self.zoneless
    }

    /// The kind of a metric's values; `None` when the file has no such metric, or one that must be read as a whole.
    #[must_use]
    pub fn kind(&self, metric: &str) -> Option<MetricKind> {
        self.metrics.iter().find(|(name, ..)| name == metric).map(|(_, _, stored)| match stored {
            Stored::Double | Stored::Single => MetricKind::Float,
            Stored::Whole(_) => MetricKind::Int,
            Stored::Truth => MetricKind::Bool,
        })
    }

    /// Rows in all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        (0..self.row_groups()).map(|group| self.rows_of(group)).sum()
    }

    /// Parts that can be read by themselves.
    #[must_use]
    pub fn row_groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    fn rows_of(&self, row_group: usize) -> u64 {
        self.metadata.row_groups.get(row_group).map_or(0, |group| group.num_rows() as u64)
    }

    /// A column of a part.
    fn chunk<'a>(&'a self, file: &'a File, row_group: usize, column: usize) -> Result<Chunk<'a>, String> {
        let group = self.metadata.row_groups.get(row_group);
        let found = group.and_then(|group| Some((group.parquet_columns().get(column)?, group.num_rows())));
        let (about, rows) = found.ok_or_else(|| "a row group lacks a column".to_owned())?;
        Ok(Chunk { file, file_bytes: self.size_bytes, about, rows })
    }

    /// Reads the samples of one part, in steps: their times when `with_times`, and the values of these metrics.
    ///
    /// # Errors
    /// The part cannot be read.
    pub fn read(
        &self,
        row_group: usize,
        metrics: &[&str],
        with_times: bool,
        take: &mut TakeSamples<'_>,
    ) -> Result<(), FormatError> {
        let file = open_regular(&self.path)?;
        guarded(&self.path, || self.steps(&file, row_group, metrics, with_times, take))
    }

    fn steps(
        &self,
        file: &File,
        row_group: usize,
        metrics: &[&str],
        with_times: bool,
        take: &mut TakeSamples<'_>,
    ) -> Result<(), String> {
        let mut times =
            if with_times { Some(Numbers::open(self.chunk(file, row_group, self.time)?, Whole::I64)?) } else { None };
        let mut columns = Vec::with_capacity(metrics.len());
        for metric in metrics {
            let found = self.metrics.iter().find(|(name, ..)| name == metric);
            let (_, at, stored) = found.ok_or_else(|| format!("it has no column `{metric}` any more"))?;
            columns.push(NumberPages::open(self.chunk(file, row_group, *at)?, *stored)?);
        }
        let (mut raw_times, mut valid) = (Vec::new(), Vec::new());
        let mut values = vec![Vec::new(); columns.len()];
        let (mut read, rows) = (0_u64, self.rows_of(row_group));
        while read < rows {
            let mut ready = STEP_ROWS;
            if let Some(times) = &mut times {
                ready = ready.min(times.fill(STEP_ROWS)?);
            }
            for column in &mut columns {
                ready = ready.min(column.fill(STEP_ROWS)?);
            }
            if ready == 0 {
                return Err("its columns are of different lengths".to_owned());
            }
            if let Some(times) = &mut times {
                times.take(ready, &mut raw_times, &mut valid);
                if !valid.is_empty() {
                    return Err("some of its rows have no time any more".to_owned());
                }
                for time in &mut raw_times {
                    *time = time.saturating_mul(self.unit.ns());
                }
            }
            columns.iter_mut().zip(&mut values).for_each(|(column, values)| column.take(ready, values));
            read += ready as u64;
            if !take(&raw_times, &values) {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter, Series};

    use super::*;
    use crate::{
        formats::{MetricOptions, read_metrics},
        model::is_null_float,
    };

    fn write(path: &Path, columns: Vec<Series>, group_rows: usize) {
        let rows = columns[0].len();
        let columns = columns.into_iter().map(IntoColumn::into_column).collect();
        let mut frame = DataFrame::new(rows, columns).unwrap();
        ParquetWriter::new(File::create(path).unwrap())
            .with_row_group_size(Some(group_rows))
            .finish(&mut frame)
            .unwrap();
    }

    #[test]
    fn steps_give_what_the_whole_file_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.parquet");
        let rows = 150_000_i64;
        let times: Vec<i64> = (0..rows).map(|row| 1_714_550_400_000_000_000 + row * 10_000_000).collect();
        let speed: Vec<Option<f64>> = (0..rows)
            .map(|row| match row % 7 {
                0 => None,
                1 => Some(f64::NAN),
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                _ => Some(row as f64 / 3.0),
            })
            .collect();
        let gear: Vec<i64> = (0..rows).map(|row| row / 9000).collect();
        let brake: Vec<Option<bool>> = (0..rows).map(|row| (row % 5 > 0).then_some(row % 2 == 0)).collect();
        let columns = vec![
            Series::new("timestamp_ns".into(), times.clone()),
            Series::new("speed [m/s]".into(), speed),
            Series::new("gear".into(), gear),
            Series::new("brake".into(), brake),
        ];
        write(&path, columns, 60_000);
        let file = SampleFile::open(&path).unwrap().unwrap();
        let names = ["speed", "gear", "brake"];
        assert_eq!(file.rows(), 150_000);
        assert!(file.row_groups() > 1);
        assert_eq!(names.map(|name| file.kind(name)), [MetricKind::Float, MetricKind::Int, MetricKind::Bool].map(Some));
        assert_eq!(file.kind("none"), None);
        let whole = read_metrics(&path, &MetricOptions::default()).unwrap();
        let (mut read_times, mut read) = (Vec::new(), vec![Vec::new(); 3]);
        for group in 0..file.row_groups() {
            file.read(group, &names, true, &mut |times, values| {
                read_times.extend_from_slice(times);
                read.iter_mut().zip(values).for_each(|(all, more)| all.extend_from_slice(more));
                true
            })
            .unwrap();
        }
        assert_eq!(read_times, times);
        for (name, values) in names.iter().zip(&read) {
            let series = whole.series.iter().find(|series| series.name == *name).unwrap();
            for (row, value) in values.iter().enumerate() {
                let expected = series.values.number(row);
                assert!(expected == Some(*value) || (expected.is_none() && value.is_nan()), "{name} {row}: {value}");
            }
        }
        assert_eq!(read[0].iter().filter(|value| is_null_float(**value)).count(), 150_000_usize.div_ceil(7));
        assert_eq!(
            read[0].iter().filter(|value| value.is_nan()).count(),
            2 * 150_000_usize.div_ceil(7) - usize::from(150_000 % 7 == 1)
        );
    }

    #[test]
    fn files_that_need_a_second_thought_are_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.parquet");
        let of = |name: &str, values: Vec<i64>| Series::new(name.into(), values);
        for (columns, fits) in [
            (vec![of("timestamp_ns", vec![1_714_550_400_000_000_000]), of("gear", vec![1])], true),
            // Times since the recording began, without a unit, or twice.
            (vec![of("timestamp_ns", vec![5]), of("gear", vec![1])], false),
            (vec![of("timestamp", vec![1_714_550_400_000_000_000]), of("gear", vec![1])], false),
            (vec![of("timestamp_ns", vec![1_714_550_400_000_000_000]), of("time_s", vec![1])], false),
            (vec![of("gear", vec![1])], false),
        ] {
            write(&path, columns, 10);
            assert_eq!(SampleFile::open(&path).unwrap().is_some(), fits);
        }
        assert!(SampleFile::open(Path::new("m.csv")).unwrap().is_none());
        std::fs::write(&path, b"PAR1 and nothing else").unwrap();
        assert!(SampleFile::open(&path).is_err());
    }
}
