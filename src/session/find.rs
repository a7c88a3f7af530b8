//! Finding frames: filter, order, and everything told about one of them.

use std::{cmp::Ordering, fs::File, path::Path};

use super::{FrameDetail, FrameFormat, Session, SessionError, Sort, SortColumn};
use crate::{
    catalog::FrameTable,
    export::{self, OutColumn, RowFormat},
    filter::{Filter, FilterError, FrameColumns, FrameSet, LabelTest},
    jobs::Progress,
    model::{Column, FrameId, Label},
};

impl Session {
    /// The frames that a filter matches; the empty filter matches all.
    ///
    /// # Errors
    /// [`SessionError::Usage`] points at the place in the text that does not parse or that names what is not there.
    pub fn find(&self, table: &FrameTable, filter: &str) -> Result<FrameSet, SessionError> {
        Filter::parse(filter).and_then(|filter| filter.evaluate(table)).map_err(|error| wrong_filter(&error, filter))
    }

    /// The test that tells the labels a filter talks of from the others; `None` when it talks of none.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn label_test(&self, table: &FrameTable, filter: &str) -> Result<Option<LabelTest>, SessionError> {
        let bound = Filter::parse(filter).and_then(|filter| filter.bind(table));
        Ok(LabelTest::of(&bound.map_err(|error| wrong_filter(&error, filter))?))
    }

    /// Rows in the order asked for; rows without a value come last, equal ones stay as they were.
    ///
    /// # Errors
    /// There is no such column, or it cannot be read.
    pub fn sorted(
        &self,
        table: &FrameTable,
        mut rows: Vec<u32>,
        sort: Option<&Sort>,
    ) -> Result<Vec<u32>, SessionError> {
        let Some(sort) = sort else { return Ok(rows) };
        let read = SessionError::Failed;
        let by = |rows: &mut Vec<u32>, order: &dyn Fn(usize, usize) -> Ordering| {
            rows.sort_by(|a, b| {
                let order = order(*a as usize, *b as usize);
                if sort.descending { order.reverse() } else { order }
            });
        };
        match SortColumn::of(table, &sort.column)? {
            SortColumn::Lake => by(&mut rows, &|a, b| a.cmp(&b)),
            SortColumn::Camera => by(&mut rows, &|a, b| {
                let camera = |row| &table.footages()[table.footage_index(row)].camera;
                crate::lake::natural_cmp(camera(a), camera(b))
            }),
            SortColumn::FrameIdx => by(&mut rows, &|a, b| {
                let index = |row: usize| row - table.footages()[table.footage_index(row)].first_row;
                index(a).cmp(&index(b))
            }),
            SortColumn::Time => {
                let times = table.timestamps().map_err(read)?;
                by(&mut rows, &|a, b| times[a].cmp(&times[b]));
            }
            SortColumn::Labels => {
                let counts = table.label_count().map_err(read)?;
                by(&mut rows, &|a, b| counts[a].cmp(&counts[b]));
            }
            SortColumn::Class(class) => {
                let counts = table.class_count(class).map_err(read)?;
                by(&mut rows, &|a, b| counts[a].cmp(&counts[b]));
            }
            SortColumn::Metric(metric) => {
                sort_by_metric(&mut rows, &*table.metric(&metric.name).map_err(read)?, sort.descending);
            }
        }
        Ok(rows)
    }

    /// Writes rows to `out`, all columns of the frames table when none are named.
    ///
    /// # Errors
    /// A column that is not there, or `out` refuses bytes.
    pub fn write_frames(
        &self,
        table: &FrameTable,
        rows: &[u32],
        columns: Option<&[String]>,
        format: FrameFormat,
        out: &mut File,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        write_columns(&export::frame_columns(table, columns)?, rows, format, out, progress)
    }

    /// The same into a file that appears under its name when it is whole.
    ///
    /// # Errors
    /// As [`Self::write_frames`], or the file cannot be made.
    pub fn write_frames_file(
        &self,
        table: &FrameTable,
        rows: &[u32],
        columns: Option<&[String]>,
        format: FrameFormat,
        path: &Path,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        // A wrong column must not leave an empty file behind.
        export::frame_columns(table, columns)?;
        write_whole_file(path, |file| self.write_frames(table, rows, columns, format, file, progress))
    }

    /// Everything told about one frame: values, labels, times, place.
    ///
    /// # Errors
    /// A column or the labels cannot be read.
    pub fn frame(&self, table: &FrameTable, row: usize) -> Result<FrameDetail, SessionError> {
        let read = SessionError::Failed;
        let footage = table.footage_index(row);
        let values = table
            .metrics()
            .iter()
            .map(|metric| Ok((metric.clone(), table.metric(&metric.name).map_err(read)?.text(row))))
            .collect::<Result<_, SessionError>>()?;
        Ok(FrameDetail {
            row,
            id: table.frame_id(row),
            time_ns: table.timestamps().map_err(read)?[row],
            footage: table.footage_list()[footage].clone(),
            attributes: table.footages()[footage]
                .attributes
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            values,
            labels: self.labels(table, row)?,
        })
    }

    /// The labels of one frame that a filter talks of; all of them when it talks of none.
    ///
    /// # Errors
    /// As [`Self::find`], or the labels cannot be read.
    pub fn labels_of(&self, table: &FrameTable, row: usize, filter: &str) -> Result<Vec<Label>, SessionError> {
        let test = self.label_test(table, filter)?;
        let labels = self.labels(table, row)?;
        let Some(test) = test else { return Ok(labels) };
        let matching = test.matching(&labels).map_err(|error| wrong_filter(&error, filter))?;
        Ok(labels.into_iter().zip(matching).filter_map(|(label, matches)| matches.then_some(label)).collect())
    }

    /// Labels of one frame.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn labels(&self, table: &FrameTable, row: usize) -> Result<Vec<Label>, SessionError> {
        let footage = table.footage_index(row);
        let frame = (row - table.footages()[footage].first_row) as u64;
        self.inner.images.labels(table, footage, frame)
    }

    /// Row of a named frame.
    ///
    /// # Errors
    /// [`SessionError::Usage`] when the lake has no such frame.
    pub fn row_of(&self, table: &FrameTable, id: &FrameId) -> Result<usize, SessionError> {
        table.row_of(id).ok_or_else(|| {
            let footage = table
                .footage_list()
                .iter()
                .find(|footage| footage.recording == id.recording && footage.camera == id.camera);
            SessionError::Failed(match footage {
                Some(footage) => {
                    let s = if footage.frames == 1 { "" } else { "s" };
                    format!("there is no frame {id}; that footage has {} frame{s}, numbered from 0", footage.frames)
                }
                None => format!("there is no frame {id}; `lakescope frames` lists the frames of the lake"),
            })
        })
    }
}

/// What is wrong with a filter, told with its place; or what kept a column from being read.
pub(super) fn wrong_filter(error: &FilterError, filter: &str) -> SessionError {
    if error.of_lake {
        return SessionError::Failed(error.message.clone());
    }
    SessionError::Usage(format!("the filter cannot be used\n{}", error.render(filter)))
}

/// Writes rows of columns to `out`.
pub(super) fn write_columns(
    columns: &[OutColumn<'_>],
    rows: &[u32],
    format: FrameFormat,
    out: &mut File,
    progress: &Progress,
) -> Result<(), SessionError> {
    let format = match format {
        FrameFormat::Parquet => return Ok(export::write_parquet(columns, rows, out)?),
        FrameFormat::Table => RowFormat::Table,
        FrameFormat::Csv { spreadsheet } => RowFormat::Csv { spreadsheet },
        FrameFormat::Json => RowFormat::Json,
        FrameFormat::Ndjson => RowFormat::Ndjson,
    };
    Ok(export::write_rows(columns, rows, format, out, progress)?)
}

/// Writes bytes into a file that appears under its name when it is whole.
///
/// # Errors
/// A device or a file of a lake stands there, or the file cannot be written.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), SessionError> {
    Ok(export::write_file(path, |file| Ok(std::io::Write::write_all(file, bytes)?))?)
}

/// Writes a file that appears under its name when it is whole.
pub(super) fn write_whole_file(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), SessionError>,
) -> Result<(), SessionError> {
    let mut failure = None;
    let written = export::write_file(path, |file| {
        write(file).map_err(|error| {
            let told = export::ExportError::Read(error.to_string());
            failure = Some(error);
            told
        })
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(written?),
    }
}

/// Orders rows by a metric; nulls last either way, text by natural order.
fn sort_by_metric(rows: &mut [u32], column: &Column, descending: bool) {
    let turn = |order: Ordering| if descending { order.reverse() } else { order };
    rows.sort_by(|a, b| {
        let (a, b) = (*a as usize, *b as usize);
        match (column.is_null(a), column.is_null(b)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => turn(match column {
                Column::Float(values) => values[a].total_cmp(&values[b]),
                Column::Int { values, .. } => values[a].cmp(&values[b]),
                Column::Bool(values) => values[a].cmp(&values[b]),
                Column::Text { codes, words } => {
                    crate::lake::natural_cmp(&words[codes[a] as usize], &words[codes[b] as usize])
                }
            }),
        }
    });
}

/// Rows of frames by their text names, in the order given; names that are not in the table are left out.
pub(super) fn rows_of(table: &FrameTable, frames: &[String]) -> Vec<u32> {
    frames
        .iter()
        .filter_map(|text| text.parse::<FrameId>().ok())
        .filter_map(|id| table.row_of(&id))
        .filter_map(|row| u32::try_from(row).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_come_last_in_both_orders() {
        let column = Column::Float(vec![2.0, f64::NAN, -1.0, 2.0]);
        for (descending, expected) in [(false, [2, 0, 3, 1]), (true, [0, 3, 2, 1])] {
            let mut rows = vec![0, 1, 2, 3];
            sort_by_metric(&mut rows, &column, descending);
            assert_eq!(rows, expected);
        }
    }
}
