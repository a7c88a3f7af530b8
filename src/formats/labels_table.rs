//! CSV and Parquet tables of labels: a frame or a time, a class, and a box, score, track and attributes when there.

use std::{fmt::Write, path::Path};

use super::{
    FormatError, Note,
    csv_cells::Reading,
    decimal::NO_TIME,
    image_counting::ImageNumbers,
    image_names::{NamedFrame, camera_of, frame_of_text},
    label_rows::{FrameAt, LabelOptions, LabelRow, LabelTable},
    table::{Cells, Table, TableColumn, read_table},
    time_axis::{self, is_time_name},
};
use crate::model::{BoundingBox, Column, NULL_WORD};

const FRAME_NAMES: [&str; 13] = [
    "frame",
    "frame_idx",
    "frame_index",
    "frame_id",
    "frame_number",
    "frame_no",
    "image_index",
    "image",
    "file_name",
    "filename",
    "image_path",
    "image_name",
    "image_id",
];
const CLASS_NAMES: [&str; 10] = [
    "class",
    "label",
    "category",
    "class_name",
    "category_name",
    "label_name",
    "object_type",
    "class_id",
    "category_id",
    "label_id",
];
const LEFT: [&str; 10] = ["x", "x1", "xmin", "x_min", "left", "bbox_x", "bbox_x1", "bbox_xmin", "bbox_left", "box_x"];
const TOP: [&str; 10] = ["y", "y1", "ymin", "y_min", "top", "bbox_y", "bbox_y1", "bbox_ymin", "bbox_top", "box_y"];
const RIGHT: [&str; 7] = ["x2", "xmax", "x_max", "right", "bbox_x2", "bbox_xmax", "bbox_right"];
const BOTTOM: [&str; 7] = ["y2", "ymax", "y_max", "bottom", "bbox_y2", "bbox_ymax", "bbox_bottom"];
const WIDTH: [&str; 6] = ["w", "width", "bbox_w", "bbox_width", "box_w", "box_width"];
const HEIGHT: [&str; 6] = ["h", "height", "bbox_h", "bbox_height", "box_h", "box_height"];
const SCORE: [&str; 4] = ["score", "confidence", "conf", "probability"];
const TRACK: [&str; 5] = ["track_id", "track", "instance_id", "object_id", "tracking_id"];
const RECORDING: [&str; 1] = ["recording"];
const CAMERA: [&str; 4] = ["camera", "camera_name", "cam", "camera_id"];

/// Whether a table with these columns is one of labels: it names a class, and a box or a frame.
pub(super) fn are_labels(names: &[String]) -> bool {
    let has = |known: &[&str]| names.iter().any(|name| known.iter().any(|known| name.eq_ignore_ascii_case(known)));
    let corner = has(&LEFT) && has(&TOP);
    let boxed = corner && ((has(&RIGHT) && has(&BOTTOM)) || (has(&WIDTH) && has(&HEIGHT)));
    has(&CLASS_NAMES) && (boxed || has(&FRAME_NAMES))
}

/// Reads a table of labels.
///
/// The frame is a number (the index from 0), the text of a frame id, or the name of an image that ends in the frame's
/// number; names whose numbers are exactly 1 to N count from 1, which is noted.
///
/// # Errors
/// [`FormatError`] when the file as a whole cannot be read, or lacks a column for the class or the frame.
pub fn read_labels_table(path: &Path, options: &LabelOptions) -> Result<LabelTable, FormatError> {
    let chosen = options.time.column.as_deref().unwrap_or("");
    let names = |known: &[&str], name: &str| known.iter().any(|known| name.eq_ignore_ascii_case(known));
    let reading = |name: &str| {
        if is_time_name(name) || name.eq_ignore_ascii_case(chosen) {
            Reading::Times
        } else if [&CLASS_NAMES[..], &CAMERA, &RECORDING].iter().any(|known| names(known, name)) {
            Reading::Words
        } else {
            Reading::Guessed
        }
    };
    let mut table = read_table(path, &reading, options.time.zone.as_ref())?;
    let columns = table.column_names();
    let missing = |missing, remedy| FormatError::MissingColumn { path: path.to_owned(), missing, columns, remedy };
    let Some(class) = table.find(&CLASS_NAMES) else {
        return Err(missing("the class", "name it `class`"));
    };
    let frame = table.find(&FRAME_NAMES);
    let rows_read = table.rows as u64 + table.bad_rows.total();
    let (bad_rows, notes) = (std::mem::take(&mut table.bad_rows), std::mem::take(&mut table.notes));
    let mut result = LabelTable::new(rows_read, bad_rows, notes);
    // A column set as the time column must be there; otherwise one is needed only where no frame is told.
    let axis = match (&options.time.column, frame) {
        (Some(_), _) => Some(time_axis::read(path, &mut table, &options.time)?),
        (None, Some(_)) => time_axis::read_named(path, &mut table, &options.time).unwrap_or(None),
        (None, None) => time_axis::read_named(path, &mut table, &options.time)?,
    };
    if frame.is_none() && axis.is_none() {
        return Err(missing("the frame", "name it `frame` (index from 0) or `timestamp_ns`"));
    }
    let mut used = vec![false; table.columns.len()];
    let times = axis.map(|axis| {
        used[axis.column] = true;
        // Beside frame indices times are only a second way to tell the frame; guesses about them are no news.
        if frame.is_none() {
            result.notes.extend(axis.notes);
        }
        axis.ns
    });
    let mut reader = Reader::new(table, frame, class, times, used, path, options);
    reader.count_images(&mut result.notes);
    reader.read(&mut result);
    Ok(result)
}

/// How a table tells boxes.
enum Boxes {
    None,
    /// Left, top, width, height.
    Sizes([usize; 4]),
    /// Left, top, right, bottom.
    Corners([usize; 4]),
    /// Text `[x, y, w, h]`, one entry per word of the column.
    Text(usize, Vec<Option<BoundingBox>>),
}

struct Reader {
    rows: usize,
    lines: super::table::LineMap,
    columns: Vec<Column>,
    frame: Option<usize>,
    /// Frames by word, when the frame column holds words.
    named_frames: Vec<Option<NamedFrame>>,
    times: Option<Vec<i64>>,
    class: usize,
    boxes: Boxes,
    score: Option<usize>,
    track: Option<usize>,
    camera: Option<usize>,
    recording: Option<usize>,
    file_camera: Option<String>,
    attributes: Attributes,
}

impl Reader {
    fn new(
        table: Table,
        frame: Option<usize>,
        class: usize,
        times: Option<Vec<i64>>,
        mut used: Vec<bool>,
        path: &Path,
        options: &LabelOptions,
    ) -> Self {
        let (score, track, camera) = (table.find(&SCORE), table.find(&TRACK), table.find(&CAMERA));
        let recording = table.find(&RECORDING);
        let json = table.find(&["attributes"]);
        let boxes = find_boxes(&table);
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
        let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let Table { columns, rows, lines, .. } = table;
        let columns: Vec<Column> = columns.into_iter().map(|TableColumn { cells, .. }| cells.into_column()).collect();
        let named_frames = match frame.map(|at| &columns[at]) {
            Some(Column::Text { words, .. }) => {
                words.iter().map(|word| frame_of_text(word, &options.cameras)).collect()
            }
            _ => Vec::new(),
        };
        let box_columns: &[usize] = match &boxes {
            Boxes::None => &[],
            Boxes::Sizes(columns) | Boxes::Corners(columns) => columns,
            Boxes::Text(column, _) => std::slice::from_ref(column),
        };
        let known = [frame, Some(class), score, camera, recording, json];
        known.into_iter().flatten().chain(box_columns.iter().copied()).for_each(|at| used[at] = true);
        // Track ids that are words stay readable as an attribute.
        let track = track.filter(|at| !matches!(columns[*at], Column::Text { .. }));
        if let Some(at) = track {
            used[at] = true;
        }
        let extra: Vec<usize> = (0..columns.len()).filter(|at| !used[*at]).collect();
        let attributes = Attributes::new(&columns, &names, json, &extra);
        let file_camera = camera_of(stem, &options.cameras);
        Self {
            rows,
            lines,
            columns,
            frame,
            named_frames,
            times,
            class,
            boxes,
            score,
            track,
            camera,
            recording,
            file_camera,
            attributes,
        }
    }

    /// Numbers in the names of images may count from 1; which it is, the names tell together.
    fn count_images(&mut self, notes: &mut Vec<Note>) {
        let mut numbers = ImageNumbers::default();
        for named in self.named_frames.iter().flatten().filter(|named| named.by_image) {
            numbers.add(named.camera.as_deref(), named.at);
        }
        let counting = numbers.decide(notes);
        for named in self.named_frames.iter_mut().flatten().filter(|named| named.by_image) {
            named.at = counting.frame(named.at);
        }
    }

    fn read(mut self, result: &mut LabelTable) {
        let mut text = String::new();
        let mut normalised = true;
        for row in 0..self.rows {
            let mut bad = |why| result.bad_rows.add(why, || self.lines.place(row));
            let Some((at, named)) = self.frame_of(row) else {
                bad("tells no frame");
                continue;
            };
            let class = self.word(self.class, row);
            let Some(class) = class.as_deref().filter(|class| !class.is_empty()) else {
                bad("tells no class");
                continue;
            };
            let bbox = match self.box_of(row) {
                Ok(bbox) => bbox,
                Err(why) => {
                    bad(why);
                    continue;
                }
            };
            if let Some(bbox) = bbox {
                normalised &= bbox.x + bbox.w <= 1.0 && bbox.y + bbox.h <= 1.0;
            }
            let (camera, recording) =
                (self.camera.and_then(|at| self.word(at, row)), self.recording.and_then(|at| self.word(at, row)));
            let camera = camera
                .as_deref()
                .or_else(|| named.and_then(|named| named.camera.as_deref()))
                .or(self.file_camera.as_deref());
            let recording = recording.as_deref().or_else(|| named.and_then(|named| named.recording.as_deref()));
            let attributes = self.attributes.of(&self.columns, row, &mut text);
            result.push(&LabelRow {
                recording,
                camera,
                at,
                class,
                bbox,
                score: self.score.and_then(|at| self.columns[at].number(row)),
                track_id: self.track.and_then(|at| whole(&self.columns[at], row)),
                attributes,
            });
        }
        if normalised && !matches!(self.boxes, Boxes::None) && result.rows().any(|row| row.bbox.is_some()) {
            result.notes.push(Note::new(
                "all boxes lie between 0 and 1, as parts of the image; they were read as pixels",
                "write boxes in pixels",
            ));
        }
        self.columns.clear();
    }

    fn frame_of(&self, row: usize) -> Option<(FrameAt, Option<&NamedFrame>)> {
        let by_frame = self.frame.and_then(|at| match &self.columns[at] {
            Column::Text { codes, .. } => {
                let named = self.named_frames.get(codes[row] as usize)?.as_ref()?;
                Some((named.at, Some(named)))
            }
            column => Some((FrameAt::Index(u64::try_from(whole(column, row)?).ok()?), None)),
        });
        let by_time = || {
            let ns = self.times.as_ref().map(|times| times[row]).filter(|ns| *ns != NO_TIME)?;
            Some((FrameAt::Time(ns), None))
        };
        by_frame.or_else(by_time)
    }

    fn word(&self, column: usize, row: usize) -> Option<std::borrow::Cow<'_, str>> {
        match &self.columns[column] {
            Column::Text { codes, words } => words.get(codes[row] as usize).map(|word| word.as_str().into()),
            other => other.text(row).map(Into::into),
        }
    }

    fn box_of(&self, row: usize) -> Result<Option<BoundingBox>, &'static str> {
        let (columns, corners) = match &self.boxes {
            Boxes::None => return Ok(None),
            Boxes::Text(column, boxes) => {
                let Column::Text { codes, .. } = &self.columns[*column] else { return Ok(None) };
                let code = codes[row];
                return match boxes.get(code as usize) {
                    Some(Some(bbox)) => Ok(Some(*bbox)),
                    Some(None) => Err("has a box that cannot be read"),
                    None => Ok(None),
                };
            }
            Boxes::Sizes(columns) => (columns, false),
            Boxes::Corners(columns) => (columns, true),
        };
        let numbers = columns.map(|at| self.columns[at].number(row));
        match numbers {
            [None, None, None, None] => Ok(None),
            [Some(left), Some(top), Some(across), Some(down)] => {
                let size = if corners { [across - left, down - top] } else { [across, down] };
                checked_box([left, top, size[0], size[1]]).map(Some)
            }
            _ => Err("has a box with missing sides"),
        }
    }
}

/// A box whose sides are finite and not negative. A size that two corners give by subtraction may fall below 0 by rounding;
/// such a box is one without that size.
pub(super) fn checked_box([x, y, w, h]: [f64; 4]) -> Result<BoundingBox, &'static str> {
    // Some rounding steps at the largest coordinate that is subtracted or moved by a pixel.
    let rounding = |at: f64| at.abs().max(1.0) * f64::EPSILON * 4.0;
    let size = |at: f64, size: f64| if size < 0.0 && size >= -rounding(at) { 0.0 } else { size };
    let (w, h) = (size(x, w), size(y, h));
    if ![x, y, w, h].iter().all(|side| side.is_finite()) {
        Err("has a box that is not finite")
    } else if w < 0.0 || h < 0.0 {
        Err("has a box of negative size")
    } else {
        Ok(BoundingBox { x, y, w, h })
    }
}

fn find_boxes(table: &Table) -> Boxes {
    let number = |names: &[&str]| {
        let found = table.find(names)?;
        (!matches!(table.columns[found].cells, Cells::Values(Column::Text { .. }))).then_some(found)
    };
    if let (Some(x), Some(y)) = (number(&LEFT), number(&TOP)) {
        if let (Some(right), Some(bottom)) = (number(&RIGHT), number(&BOTTOM)) {
            return Boxes::Corners([x, y, right, bottom]);
        }
        if let (Some(w), Some(h)) = (number(&WIDTH), number(&HEIGHT)) {
            return Boxes::Sizes([x, y, w, h]);
        }
    }
    match table.find(&["bbox", "box"]).map(|at| (at, &table.columns[at].cells)) {
        Some((at, Cells::Values(Column::Text { words, .. }))) => {
            Boxes::Text(at, words.iter().map(|w| text_box(w)).collect())
        }
        _ => Boxes::None,
    }
}

/// Reads `[x, y, w, h]`, with any brackets and with commas or blanks between.
fn text_box(text: &str) -> Option<BoundingBox> {
    let inner = text.trim().trim_matches(['[', ']', '(', ')', '{', '}']);
    let numbers: Vec<f64> = (inner.split([',', ' ', ';']).filter(|part| !part.is_empty()))
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    checked_box(numbers.try_into().ok()?).ok()
}

/// A whole number, also when the column holds doubles because some rows are empty.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole(column: &Column, row: usize) -> Option<i64> {
    match column {
        Column::Int { values, .. } => (!column.is_null(row)).then(|| values[row]),
        Column::Float(values) => {
            let value = values[row];
            (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
        }
        _ => None,
    }
}

/// Attributes of labels as JSON objects: the `attributes` column and every column of no other use.
struct Attributes {
    json: Option<usize>,
    /// Objects of the `attributes` column, one per word.
    objects: Vec<String>,
    /// Column, its name as a JSON key, and its words as JSON strings when it holds words.
    extra: Vec<(usize, String, Vec<String>)>,
}

impl Attributes {
    fn new(columns: &[Column], names: &[String], json: Option<usize>, extra: &[usize]) -> Self {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let words = |at: usize| match &columns[at] {
            Column::Text { words, .. } => words.as_slice(),
            _ => &[],
        };
        let object = |word: &String| {
            let is_object =
                word.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(word).is_ok();
            if is_object { word.trim().to_owned() } else { format!("{{\"attributes\":{}}}", quoted(word)) }
        };
        // A column of numbers called `attributes` is an attribute like any other.
        let (json, plain) = match json {
            Some(at) if matches!(columns[at], Column::Text { .. }) => (Some(at), None),
            other => (None, other),
        };
        let keyed = |at: usize| (at, quoted(&names[at]), words(at).iter().map(|word| quoted(word)).collect());
        Self {
            json,
            objects: json.map_or(Vec::new(), |at| words(at).iter().map(object).collect()),
            extra: plain.into_iter().chain(extra.iter().copied()).map(keyed).collect(),
        }
    }

    /// The attributes of one row, written to `text` where they have to be put together.
    fn of<'a>(&'a self, columns: &[Column], row: usize, text: &'a mut String) -> Option<&'a str> {
        let object = self.json.and_then(|at| match &columns[at] {
            Column::Text { codes, .. } => self.objects.get(codes[row] as usize).map(String::as_str),
            _ => None,
        });
        if self.extra.is_empty() {
            return object;
        }
        text.clear();
        // The object's last byte is its closing brace; columns follow in its place.
        text.push_str(object.map_or("{", |object| &object[..object.len() - 1]));
        for (at, key, words) in &self.extra {
            let column = &columns[*at];
            if column.is_null(row) {
                continue;
            }
            if !text.trim_end().ends_with('{') {
                text.push(',');
            }
            // Writing to a string cannot fail.
            let _ = match column {
                Column::Float(values) if values[row].is_finite() => write!(text, "{key}:{}", values[row]),
                Column::Float(values) => write!(text, "{key}:\"{}\"", values[row]),
                Column::Int { values, .. } => write!(text, "{key}:{}", values[row]),
                Column::Bool(values) => write!(text, "{key}:{}", values[row] == 1),
                Column::Text { codes, .. } if codes[row] == NULL_WORD => Ok(()),
                Column::Text { codes, .. } => write!(text, "{key}:{}", words[codes[row] as usize]),
            };
        }
        text.push('}');
        (text.len() > 2).then_some(text.as_str())
    }
}

#[cfg(test)]
#[path = "labels_table_tests.rs"]
mod tests;
