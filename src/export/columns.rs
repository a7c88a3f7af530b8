//! The columns of the `frames` table: which there are, what they are called, and their values.

use std::{borrow::Cow, collections::BTreeSet, ops::Range, sync::Arc};

use super::{Cell, CropToWrite, ExportError};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet, Mark, Peak, Span, TagRows, metric_name},
    model::{Column, NULL_BOOL, NULL_WORD},
};

/// The columns that every table has. A metric is called as in filters: `metric.<name>` when its name is taken.
const FIXED: [&str; 7] = ["frame_id", "recording", "camera", "frame_idx", "timestamp_ns", "time", "labels"];

/// One column on its way out.
pub struct OutColumn<'t> {
    /// Its name.
    pub name: String,
    table: &'t FrameTable,
    source: Source,
}

enum Source {
    FrameId,
    Recording,
    Camera,
    Store,
    Damaged,
    Tags(Arc<TagRows>),
    Problem(Vec<Range<usize>>),
    FrameIdx,
    TimestampNs(Arc<Vec<i64>>),
    Time(Arc<Vec<i64>>),
    Attribute(String),
    Metric(Arc<Column>),
    Count(Arc<Vec<u32>>),
    /// Whether the row is in the set.
    Member(FrameSet),
    /// Values that were worked out, by row.
    Cells(CellType, Vec<Cell<'static>>),
}

/// Type of a column's values, for formats that must know it beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellType {
    /// Text.
    Text,
    /// Whole numbers.
    Int,
    /// Floating-point numbers.
    Float,
    /// Truth values.
    Bool,
    /// Times, ns UTC.
    Time,
}

/// `labels.<class>`: the name of a class's count per frame.
#[must_use]
pub fn class_column_name(class: &str) -> String {
    format!("labels.{class}")
}

/// The columns asked for by name; without names those of the `frames` table: identity and time, every metric in name
/// order, then `labels`. The path of the store (`store`), whether verifying found the frame damaged (`damaged`) or a problem
/// concerns it (`problem`), its tags (`tags`), attributes of the recording (`region`) and counts of a class (`labels.car`) can
/// be named too.
///
/// # Errors
/// A name that is not there, with the nearest one; a column that cannot be read.
pub fn frame_columns<'t>(table: &'t FrameTable, names: Option<&[String]>) -> Result<Vec<OutColumn<'t>>, ExportError> {
    let names = match names {
        Some(names) => names.to_vec(),
        None => FIXED[..6]
            .iter()
            .map(|name| (*name).to_owned())
            .chain(metric_names(table))
            .chain(["labels".to_owned()])
            .collect(),
    };
    names.into_iter().map(|name| column(table, name)).collect()
}

/// The column `match`: whether a frame is in the set.
#[must_use]
pub fn match_column(table: &FrameTable, set: FrameSet) -> OutColumn<'_> {
    OutColumn { name: "match".to_owned(), table, source: Source::Member(set) }
}

/// A column of values that were worked out, a row each.
#[must_use]
pub fn cell_column<'t>(
    table: &'t FrameTable,
    name: String,
    kind: CellType,
    cells: Vec<Cell<'static>>,
) -> OutColumn<'t> {
    OutColumn { name, table, source: Source::Cells(kind, cells) }
}

/// The columns of a table of spans, a row each: where and when, how long, how many frames, and the peak of each, as
/// `(row, value)`.
#[must_use]
pub fn span_columns<'t>(
    table: &'t FrameTable,
    spans: &[Span],
    peak: Option<&Peak>,
    peaks: &[Option<(usize, f64)>],
) -> Vec<OutColumn<'t>> {
    let column = |name: &str, kind, cell: &dyn Fn(usize, &Span) -> Cell<'static>| {
        let cells = spans.iter().enumerate().map(|(at, span)| cell(at, span)).collect();
        OutColumn { name: name.to_owned(), table, source: Source::Cells(kind, cells) }
    };
    let text = |text: String| Cell::Text(Cow::Owned(text));
    let frame = |row: usize| text(table.frame_id(row).to_string());
    let footage = |span: &Span| &table.footages()[span.footage];
    let peak_at = |at: usize| peaks.get(at).copied().flatten();
    #[expect(clippy::cast_precision_loss, reason = "a duration is shown in seconds")]
    let seconds = |ns: i64| ns as f64 / 1e9;
    vec![
        column("recording", CellType::Text, &|_, span| text(footage(span).recording.clone())),
        column("camera", CellType::Text, &|_, span| text(footage(span).camera.clone())),
        column("first_frame", CellType::Text, &|_, span| frame(span.first_row)),
        column("start", CellType::Time, &|_, span| Cell::Time(span.start_ns)),
        column("end", CellType::Time, &|_, span| Cell::Time(span.end_ns)),
        column("duration_s", CellType::Float, &|_, span| Cell::Float(seconds(span.duration_ns))),
        column("frames", CellType::Int, &|_, span| Cell::Int(signed(span.frames))),
        column("peak_of", CellType::Text, &|_, _| {
            peak.map_or(Cell::Null, |peak| text(format!("{}{}", if peak.lowest { "min " } else { "max " }, peak.of)))
        }),
        column("peak_frame", CellType::Text, &|at, _| peak_at(at).map_or(Cell::Null, |(row, _)| frame(row))),
        column("peak_value", CellType::Float, &|at, _| peak_at(at).map_or(Cell::Null, |(_, value)| Cell::Float(value))),
    ]
}

/// The columns of a table of objects, a row each: where and when, class, confidence, track and box.
///
/// # Errors
/// The times cannot be read.
pub fn object_columns<'t>(
    table: &'t FrameTable,
    objects: &[CropToWrite<'_>],
) -> Result<Vec<OutColumn<'t>>, ExportError> {
    let times = table.timestamps().map_err(ExportError::Read)?;
    let column = |name: &str, kind, cell: &dyn Fn(&CropToWrite<'_>) -> Cell<'static>| {
        let cells = objects.iter().map(cell).collect();
        OutColumn { name: name.to_owned(), table, source: Source::Cells(kind, cells) }
    };
    let text = |text: String| Cell::Text(Cow::Owned(text));
    let number = |value: Option<f64>| value.map_or(Cell::Null, Cell::Float);
    let footage = |one: &CropToWrite<'_>| &table.footages()[table.footage_index(one.row)];
    Ok(vec![
        column("frame_id", CellType::Text, &|one| text(table.frame_id(one.row).to_string())),
        column("recording", CellType::Text, &|one| text(footage(one).recording.clone())),
        column("camera", CellType::Text, &|one| text(footage(one).camera.clone())),
        column("frame_idx", CellType::Int, &|one| Cell::Int(signed(one.row - footage(one).first_row))),
        column("timestamp_ns", CellType::Int, &|one| Cell::Int(times[one.row])),
        column("time", CellType::Time, &|one| Cell::Time(times[one.row])),
        column("class", CellType::Text, &|one| text(one.class.to_owned())),
        column("score", CellType::Float, &|one| number(one.score)),
        column("track_id", CellType::Int, &|one| one.track_id.map_or(Cell::Null, Cell::Int)),
        column("x", CellType::Float, &|one| Cell::Float(one.bbox.x)),
        column("y", CellType::Float, &|one| Cell::Float(one.bbox.y)),
        column("w", CellType::Float, &|one| Cell::Float(one.bbox.w)),
        column("h", CellType::Float, &|one| Cell::Float(one.bbox.h)),
    ])
}

fn metric_names(table: &FrameTable) -> impl Iterator<Item = String> + '_ {
    table.metrics().iter().map(|metric| metric_name(&metric.name))
}

fn attribute_names(table: &FrameTable) -> BTreeSet<&str> {
    table.footages().iter().flat_map(|footage| footage.attributes.keys().map(String::as_str)).collect()
}

fn column(table: &FrameTable, name: String) -> Result<OutColumn<'_>, ExportError> {
    let read = ExportError::Read;
    let source = match name.as_str() {
        "frame_id" => Source::FrameId,
        "recording" => Source::Recording,
        "camera" => Source::Camera,
        "store" => Source::Store,
        "damaged" => Source::Damaged,
        "tags" => Source::Tags(table.tags().map_err(read)?),
        "problem" => Source::Problem(table.marked(Mark::Problem)),
        "frame_idx" => Source::FrameIdx,
        "timestamp_ns" => Source::TimestampNs(table.timestamps().map_err(read)?),
        "time" => Source::Time(table.timestamps().map_err(read)?),
        "labels" => Source::Count(table.label_count().map_err(read)?),
        _ => {
            let metric = table.metrics().iter().find(|metric| metric_name(&metric.name) == name);
            let class =
                name.strip_prefix("labels.").and_then(|class| table.classes().iter().find(|known| *known == class));
            if let Some(metric) = metric {
                Source::Metric(table.metric(&metric.name).map_err(read)?)
            } else if let Some(class) = class {
                Source::Count(table.class_count(class).map_err(read)?)
            } else if attribute_names(table).contains(name.as_str()) {
                Source::Attribute(name.clone())
            } else {
                return Err(ExportError::NoColumn { hint: nearest(table, &name), name });
            }
        }
    };
    Ok(OutColumn { name, table, source })
}

fn nearest(table: &FrameTable, name: &str) -> Option<String> {
    FIXED
        .iter()
        .map(|fixed| (*fixed).to_owned())
        .chain(metric_names(table))
        .chain(table.classes().iter().map(|class| class_column_name(class)))
        .chain(attribute_names(table).into_iter().map(str::to_owned))
        .chain(["tags".to_owned()])
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

impl OutColumn<'_> {
    /// The value at `row`.
    #[must_use]
    pub fn cell(&self, row: usize) -> Cell<'_> {
        let span = || &self.table.footages()[self.table.footage_index(row)];
        match &self.source {
            Source::FrameId => Cell::Text(Cow::Owned(self.table.frame_id(row).to_string())),
            Source::Recording => Cell::Text(Cow::Borrowed(&span().recording)),
            Source::Camera => Cell::Text(Cow::Borrowed(&span().camera)),
            Source::Store => Cell::Text(Cow::Borrowed(&self.table.footage_list()[self.table.footage_index(row)].store)),
            Source::Damaged => Cell::Bool(self.table.damage(row).is_some()),
            Source::Tags(tags) => {
                let text = tags.of(row).collect::<Vec<_>>().join(", ");
                if text.is_empty() { Cell::Null } else { Cell::Text(Cow::Owned(text)) }
            }
            Source::Problem(ranges) => {
                let at = ranges.partition_point(|range| range.end <= row);
                Cell::Bool(ranges.get(at).is_some_and(|range| range.start <= row))
            }
            Source::FrameIdx => Cell::Int(signed(row - span().first_row)),
            Source::TimestampNs(times) => Cell::Int(times[row]),
            Source::Time(times) => Cell::Time(times[row]),
            Source::Attribute(key) => {
                span().attributes.get(key).map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text)))
            }
            Source::Metric(column) => metric_cell(column, row),
            Source::Count(counts) => Cell::Int(i64::from(counts[row])),
            Source::Member(set) => Cell::Bool(set.contains(row)),
            Source::Cells(_, cells) => cells.get(row).cloned().unwrap_or(Cell::Null),
        }
    }

    /// The type of its values.
    #[must_use]
    pub fn cell_type(&self) -> CellType {
        match &self.source {
            Source::FrameId
            | Source::Recording
            | Source::Camera
            | Source::Store
            | Source::Tags(_)
            | Source::Attribute(_) => CellType::Text,
            Source::FrameIdx | Source::TimestampNs(_) | Source::Count(_) => CellType::Int,
            Source::Time(_) => CellType::Time,
            Source::Damaged | Source::Problem(_) | Source::Member(_) => CellType::Bool,
            Source::Cells(kind, _) => *kind,
            Source::Metric(column) => match column.as_ref() {
                Column::Float(_) => CellType::Float,
                Column::Int { .. } => CellType::Int,
                Column::Bool(_) => CellType::Bool,
                Column::Text { .. } => CellType::Text,
            },
        }
    }
}

/// A row number as an exported one; tables hold fewer than 2^32 rows.
fn signed(row: usize) -> i64 {
    i64::try_from(row).unwrap_or(i64::MAX)
}

fn metric_cell(column: &Column, row: usize) -> Cell<'_> {
    match column {
        // In a frame column NaN stands for no value.
        Column::Float(values) if values[row].is_nan() => Cell::Null,
        Column::Float(values) => Cell::Float(values[row]),
        Column::Int { values, valid } if valid.is_empty() || valid[row] => Cell::Int(values[row]),
        Column::Bool(values) if values[row] != NULL_BOOL => Cell::Bool(values[row] == 1),
        Column::Text { codes, words } if codes[row] != NULL_WORD => {
            Cell::Text(Cow::Borrowed(&words[codes[row] as usize]))
        }
        _ => Cell::Null,
    }
}
