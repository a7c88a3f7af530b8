//! BDD100K label files: a list of frames, the Scalabel object around such a list, or one object per image.
//!
//! <https://doc.bdd100k.com/format.html>

use serde_json::{Map, Value};

use super::{
    sheet::{Class, Image, Row, Sheet},
    text::shortened,
};
use crate::{
    formats::{
        Note,
        image_names::camera_of,
        label_rows::{FrameAt, LabelOptions},
        labels_table::checked_box,
        time_axis::as_date_ns,
    },
    model::BoundingBox,
};

/// Whether JSON text begins as a BDD100K file does.
pub(in crate::formats) fn is_bdd(head: &str) -> bool {
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    let of_frames = has("labels") || has("objects") || has("frames");
    has("box2d")
        || (of_frames && has("name") && (has("category") || has("timestamp") || has("frameIndex") || has("videoName")))
}

/// Takes a BDD100K file apart.
pub(super) fn read(place: &str, text: &str, options: &LabelOptions) -> Result<Sheet, serde_json::Error> {
    let mut sheet = Sheet::default();
    let mut frame_attributes = 0;
    let mut take = |frame: Value, whole: Option<&str>| {
        frame_attributes +=
            u64::from(frame.get("attributes").and_then(Value::as_object).is_some_and(|o| !o.is_empty()));
        read_frame(place, &frame, whole, options, &mut sheet);
    };
    if text.trim_start().starts_with('[') {
        let mut frames = serde_json::Deserializer::from_str(text);
        serde::Deserializer::deserialize_seq(&mut frames, EachFrame(&mut |frame| take(frame, None)))?;
        frames.end()?;
    } else {
        let mut file: Map<String, Value> = serde_json::from_str(text)?;
        let name = file.get("name").and_then(Value::as_str).map(str::to_owned);
        match file.remove("frames") {
            Some(Value::Array(frames)) => frames.into_iter().for_each(|frame| take(frame, name.as_deref())),
            _ => take(Value::Object(file), None),
        }
    }
    if frame_attributes > 0 {
        sheet.notes.push(Note::new(
            format!("{frame_attributes} images have attributes of their own (weather, scene), which are not kept"),
            "write them into recording.toml if a filter should know them",
        ));
    }
    Ok(sheet)
}

/// Reads a list one element at a time, so that only what is needed of each stays.
struct EachFrame<'a>(&'a mut dyn FnMut(Value));

impl<'de> serde::de::Visitor<'de> for EachFrame<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of frames")
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(frame) = seq.next_element()? {
            (self.0)(frame);
        }
        Ok(())
    }
}

fn read_frame(place: &str, frame: &Value, file_name: Option<&str>, options: &LabelOptions, sheet: &mut Sheet) {
    let name = frame.get("name").and_then(Value::as_str).or(file_name).unwrap_or("");
    let mut image = image_of(frame, name, place, options);
    image.camera = image.camera.or_else(|| camera_of(place, &options.cameras));
    sheet.images.push(image);
    let at = sheet.images.len() - 1;
    let labels = match frame.get("labels").or_else(|| frame.get("objects")) {
        Some(Value::Array(labels)) => labels.as_slice(),
        None | Some(Value::Null) => &[],
        Some(_) => {
            sheet.read += 1;
            sheet.bad.add("has labels that are no list", || format!("image `{}`", shortened(name)));
            &[]
        }
    };
    for (number, label) in labels.iter().enumerate() {
        sheet.read += 1;
        match read_label(label) {
            Ok(row) => sheet.rows.push(Row { image: at, ..row }),
            Err(why) => sheet.bad.add(why, || format!("label {} of image `{}`", number + 1, shortened(name))),
        }
    }
}

/// The frame by its index, its time, or the number in its name, in that order.
fn image_of(frame: &Value, name: &str, place: &str, options: &LabelOptions) -> Image {
    let index = frame.get("frameIndex").or_else(|| frame.get("index"));
    if let Some(index) = index.and_then(Value::as_u64) {
        return Image::told(FrameAt::Index(index), name, options);
    }
    if let Some(ns) = frame.get("timestamp").and_then(time_ns).and_then(|ns| since_start(ns, options)) {
        return Image::told(FrameAt::Time(ns), name, options);
    }
    Image::named(if name.is_empty() { place } else { name }, options)
}

/// Milliseconds as ns.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn time_ns(value: &Value) -> Option<i64> {
    if let Some(ms) = value.as_i64() {
        return ms.checked_mul(1_000_000);
    }
    let ns = (value.as_f64()? * 1e6).round();
    (ns.abs() < 9e18).then_some(ns as i64)
}

/// A time that is a date as it is; a smaller one counts from the start of the recording, when that is known.
fn since_start(ns: i64, options: &LabelOptions) -> Option<i64> {
    match as_date_ns(ns / 1_000_000) {
        Some(_) => Some(ns),
        None => options.time.epoch_ns?.checked_add(ns),
    }
}

fn read_label(label: &Value) -> Result<Row, &'static str> {
    let class = label.get("category").and_then(Value::as_str).filter(|class| !class.is_empty());
    let class = class.ok_or("tells no category")?;
    let bbox = match label.get("box2d") {
        None | Some(Value::Null) => {
            let other =
                ["poly2d", "box3d", "rle", "graph"].iter().any(|key| label.get(key).is_some_and(|v| !v.is_null()));
            if other {
                return Err("are polygons, lanes or other shapes, and only boxes are read");
            }
            None
        }
        Some(sides) => Some(box_of(sides)?),
    };
    let mut attributes = label.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default();
    let track_id = match label.get("id") {
        Some(Value::Number(id)) => id.as_i64(),
        Some(Value::String(id)) => id.parse().ok(),
        _ => None,
    };
    if let (None, Some(id)) = (track_id, label.get("id").filter(|id| !id.is_null())) {
        attributes.insert("id".to_owned(), id.clone());
    }
    Ok(Row {
        score: label.get("score").and_then(Value::as_f64),
        track_id,
        attributes: (!attributes.is_empty()).then(|| Value::Object(attributes).to_string()),
        ..Row::new(Class::Named(class.to_owned()), bbox)
    })
}

/// The last column and row belong to the box, so it is one wider than the difference.
fn box_of(sides: &Value) -> Result<BoundingBox, &'static str> {
    let side = |name: &str| sides.get(name).and_then(Value::as_f64).ok_or("has a box with missing sides");
    let (left, top) = (side("x1")?, side("y1")?);
    checked_box([left, top, side("x2")? - left + 1.0, side("y2")? - top + 1.0])
}
