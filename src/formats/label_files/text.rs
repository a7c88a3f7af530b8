//! Label files of plain lines: KITTI (objects of one frame, or tracks of a whole drive) and YOLO.
//!
//! KITTI: <https://www.cvlibs.net/datasets/kitti/eval_object.php?obj_benchmark=2d> and `eval_tracking.php`.
//! YOLO: <https://docs.ultralytics.com/datasets/detect/>.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::sheet::{Class, Image, Row, Sheet};
use crate::formats::{
    label_rows::{FrameAt, LabelOptions},
    labels_table::checked_box,
};

/// Columns of a KITTI object without its score.
const KITTI_COLUMNS: usize = 15;
/// How far beyond the image a YOLO number may lie, for what rounding does to boxes at the edge.
const EDGE: f64 = 1e-6;

/// Takes a text file apart. `None` when no line is one of a label and the name tells no frame: another kind of text.
pub(super) fn read(place: &str, text: &str, options: &LabelOptions) -> Option<Sheet> {
    let mut sheet = Sheet::default();
    let mut of_file: Option<usize> = None;
    let mut of_frame = HashMap::<u64, usize>::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        if fields.is_empty() {
            continue;
        }
        sheet.read += 1;
        let parsed = match parse(&fields) {
            Ok(parsed) => parsed,
            Err(why) => {
                sheet.bad.add(why, || format!("line {} (`{}`)", number + 1, shortened(line)));
                continue;
            }
        };
        let (frame, mut row) = match parsed {
            Parsed::DontCare(frame) => {
                sheet.read -= 1;
                sheet.dont_care += 1;
                // The frame was looked at, though nothing was found.
                if frame.is_some() {
                    continue;
                }
                of_file.get_or_insert_with(|| new_image(&mut sheet, Image::named(place, options)));
                continue;
            }
            Parsed::Row(frame, row) => (frame, row),
        };
        row.image = match frame {
            Some(frame) => *of_frame
                .entry(frame)
                .or_insert_with(|| new_image(&mut sheet, Image::told(FrameAt::Index(frame), place, options))),
            None => *of_file.get_or_insert_with(|| new_image(&mut sheet, Image::named(place, options))),
        };
        sheet.rows.push(row);
    }
    let image = Image::named(place, options);
    let found = !sheet.rows.is_empty() || sheet.dont_care > 0;
    if !found && sheet.read > 0 && image.at.is_err() {
        return None;
    }
    // A file without objects still tells its frame, by which the others are counted.
    if !found && image.at.is_ok() {
        of_file = Some(new_image(&mut sheet, image));
    }
    sheet.whole_frame = of_file.is_some();
    Some(sheet)
}

fn new_image(sheet: &mut Sheet, image: Image) -> usize {
    sheet.images.push(image);
    sheet.images.len() - 1
}

enum Parsed {
    /// A label, and the frame when the line tells it.
    Row(Option<u64>, Row),
    DontCare(Option<u64>),
}

fn parse(fields: &[&str]) -> Result<Parsed, &'static str> {
    let is_word = |at: usize| fields[at].parse::<f64>().is_err();
    let with_score = |columns: usize| fields.len() == columns || fields.len() == columns + 1;
    if with_score(KITTI_COLUMNS) && is_word(0) {
        return kitti(fields, None, None);
    }
    if with_score(KITTI_COLUMNS + 2) && is_word(2) {
        let frame = fields[0].parse().map_err(|_| "tells no frame number")?;
        let track = fields[1].parse().map_err(|_| "tells no track number")?;
        return kitti(&fields[2..], Some(frame), Some(track));
    }
    if fields.iter().all(|field| field.parse::<f64>().is_ok()) {
        return yolo(fields);
    }
    Err("is a line of neither KITTI nor YOLO")
}

fn number(field: &str) -> Result<f64, &'static str> {
    field.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or("has a column that is no number")
}

/// `type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]`.
fn kitti(fields: &[&str], frame: Option<u64>, track: Option<i64>) -> Result<Parsed, &'static str> {
    if fields[0] == "DontCare" {
        return Ok(Parsed::DontCare(frame));
    }
    let mut values = [0.0; KITTI_COLUMNS];
    for (value, field) in values.iter_mut().zip(fields).skip(1) {
        *value = number(field)?;
    }
    let [left, top, right, bottom] = [values[4], values[5], values[6], values[7]];
    let bbox = checked_box([left, top, right - left, bottom - top])?;
    // What a detector does not know is written as these values.
    let mut attributes = Map::new();
    let mut keep = |name: &str, at: usize, unknown: f64| {
        if values[at].to_bits() != unknown.to_bits() {
            attributes.insert(name.to_owned(), json!(values[at]));
        }
    };
    keep("truncated", 1, -1.0);
    keep("occluded", 2, -1.0);
    keep("alpha", 3, -10.0);
    let all = |range: std::ops::Range<usize>, unknown: f64| {
        values[range].iter().all(|value| value.to_bits() == unknown.to_bits())
    };
    // Some writers put -1 into every column of the box in space.
    if !all(8..15, -1.0) {
        keep("rotation_y", 14, -10.0);
        for (name, range, unknown) in [("dimensions", 8..11, -1.0), ("location", 11..14, -1000.0)] {
            if !all(range.clone(), unknown) {
                attributes.insert(name.to_owned(), json!(values[range]));
            }
        }
    }
    Ok(Parsed::Row(
        frame,
        Row {
            score: fields.get(KITTI_COLUMNS).map(|field| number(field)).transpose()?,
            track_id: track.filter(|track| *track >= 0),
            attributes: (!attributes.is_empty()).then(|| Value::Object(attributes).to_string()),
            ..Row::new(Class::Named(fields[0].to_owned()), Some(bbox))
        },
    ))
}

/// `class x_centre y_centre width height [confidence [track]]`, all but class and track in parts of the image.
fn yolo(fields: &[&str]) -> Result<Parsed, &'static str> {
    let class = fields[0].parse().map_err(|_| "has a class that is no whole number")?;
    // A triangle has as many columns as a box with confidence and track, but its last one is hardly ever a whole number.
    let track_id = if fields.len() == 7 { fields[6].parse::<i64>().ok() } else { None };
    if fields.len() >= 7 && fields.len() % 2 == 1 && track_id.is_none() {
        return Err("is a polygon (YOLO segmentation), and only boxes are read");
    }
    if !(5..=7).contains(&fields.len()) {
        return Err("has neither 5 nor 6 nor 7 columns, as a YOLO box has");
    }
    let mut sides = [0.0; 4];
    for (side, field) in sides.iter_mut().zip(&fields[1..]) {
        *side = number(field)?;
        if !(-EDGE..=1.0 + EDGE).contains(side) {
            return Err("has a box that is not in parts of the image (0 to 1)");
        }
    }
    let [x, y, w, h] = sides;
    let bbox = checked_box([x - w / 2.0, y - h / 2.0, w, h])?;
    let score = fields.get(5).map(|field| number(field)).transpose()?;
    if score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
        return Err("has a sixth column that is no confidence from 0 to 1; a track id goes behind the confidence");
    }
    Ok(Parsed::Row(None, Row { parts: true, score, track_id, ..Row::new(Class::Number(class), Some(bbox)) }))
}

/// The beginning of a line, for a message.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.trim().chars().take(40).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    short
}
