//! Label files in XML: CVAT 1.1 and Pascal VOC.
//!
//! CVAT: <https://docs.cvat.ai/docs/manual/advanced/xml_format/>.
//! VOC: <http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html>.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::sheet::{Class, Image, Row, Sheet};
use crate::{
    formats::{
        image_names::frame_of_image,
        label_rows::{FrameAt, LabelOptions},
        labels_table::checked_box,
    },
    model::BoundingBox,
};

/// Most elements and texts of one file; each takes about a hundred bytes of memory.
const MAX_NODES: u32 = 40_000_000;

/// Why an XML file is no sheet.
pub(super) enum XmlError {
    /// It is malformed: line, column, what the parser said.
    Malformed(usize, usize, String),
    /// It is well-formed, but its root is of another format.
    OtherRoot,
}

/// Which XML format a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum XmlKind {
    Cvat,
    Voc,
}

/// Takes an XML file apart.
pub(super) fn read(place: &str, text: &str, options: &LabelOptions) -> Result<(XmlKind, Sheet), XmlError> {
    // A document type is refused by the parser unless it is allowed, so no entity can grow.
    let limits = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, limits).map_err(|error| {
        let at = error.pos();
        XmlError::Malformed(at.row as usize, at.col as usize, error.to_string())
    })?;
    let root = document.root_element();
    match root.tag_name().name() {
        "annotations" => Ok((XmlKind::Cvat, cvat(place, root, options))),
        "annotation" => Ok((XmlKind::Voc, voc(place, root, options))),
        _ => Err(XmlError::OtherRoot),
    }
}

fn line_of(node: Node<'_, '_>) -> String {
    let line = node.document().text_pos_at(node.range().start).row;
    format!("line {line} (`<{}>`)", node.tag_name().name())
}

fn side(text: Option<&str>) -> Result<f64, &'static str> {
    text.and_then(|text| text.trim().parse().ok()).ok_or("has a box with missing sides")
}

fn whole(text: Option<&str>) -> Option<u64> {
    text.and_then(|text| text.trim().parse().ok())
}

/// Elements of an image or a track that are shapes but no boxes.
const OTHER_SHAPES: [&str; 7] = ["polygon", "polyline", "points", "mask", "cuboid", "ellipse", "skeleton"];

fn cvat(place: &str, root: Node<'_, '_>, options: &LabelOptions) -> Sheet {
    let mut sheet = Sheet::default();
    // An export of this program says that its numbers count from 0.
    let from_zero = text_at(root, ["meta", "frames_from"]) == Some("0");
    for node in root.children().filter(Node::is_element) {
        match node.tag_name().name() {
            "image" => cvat_image(place, node, options, &mut sheet),
            "track" => cvat_track(place, node, options, &mut sheet),
            _ => {}
        }
    }
    sheet.images.iter_mut().for_each(|image| image.named &= !from_zero);
    sheet
}

/// The text of a child of a child.
fn text_at<'a>(root: Node<'a, '_>, way: [&str; 2]) -> Option<&'a str> {
    let inner = root.children().find(|node| node.has_tag_name(way[0]))?;
    inner.children().find(|node| node.has_tag_name(way[1]))?.text().map(str::trim)
}

fn cvat_image(place: &str, node: Node<'_, '_>, options: &LabelOptions, sheet: &mut Sheet) {
    let name = node.attribute("name").unwrap_or("");
    let mut image = if frame_of_image(name).is_some() {
        Image::named(name, options)
    } else if let Some(id) = whole(node.attribute("id")) {
        Image::told(FrameAt::Index(id), name, options)
    } else {
        Image::named(name, options)
    };
    image.camera = image.camera.or_else(|| crate::formats::image_names::camera_of(place, &options.cameras));
    sheet.images.push(image);
    let at = sheet.images.len() - 1;
    for shape in node.children().filter(Node::is_element) {
        let kind = shape.tag_name().name();
        if !cvat_shape(kind, shape, sheet) {
            continue;
        }
        let bbox = if kind == "tag" { Ok(None) } else { cvat_box(shape).map(Some) };
        let row = bbox.and_then(|bbox| cvat_row(shape, shape.attribute("label"), bbox));
        match row {
            Ok(row) => sheet.rows.push(Row { image: at, ..row }),
            Err(why) => sheet.bad.add(why, || line_of(shape)),
        }
    }
}

/// Counts an element if it is a shape; whether it is one that is read.
fn cvat_shape(kind: &str, node: Node<'_, '_>, sheet: &mut Sheet) -> bool {
    if OTHER_SHAPES.contains(&kind) {
        if node.attribute("outside") != Some("1") {
            sheet.read += 1;
            sheet.bad.add("has another shape than a box, and only boxes are read", || line_of(node));
        }
        return false;
    }
    let known = matches!(kind, "box" | "tag");
    // The end of a track: the object is seen no more.
    let gone = node.attribute("outside") == Some("1");
    sheet.read += u64::from(known && !gone);
    known && !gone
}

fn cvat_track(place: &str, node: Node<'_, '_>, options: &LabelOptions, sheet: &mut Sheet) {
    let track = node.attribute("id").and_then(|id| id.trim().parse::<i64>().ok());
    for shape in node.children().filter(Node::is_element) {
        let kind = shape.tag_name().name();
        if !cvat_shape(kind, shape, sheet) {
            continue;
        }
        let frame = whole(shape.attribute("frame")).ok_or("tells no frame number");
        let row = cvat_box(shape).and_then(|bbox| cvat_row(shape, node.attribute("label"), Some(bbox)));
        match frame.and_then(|frame| row.map(|row| (frame, row))) {
            Ok((frame, row)) => {
                let same = |image: &Image| image.at == Ok(FrameAt::Index(frame)) && !image.named;
                if !sheet.images.last().is_some_and(same) {
                    sheet.images.push(Image::told(FrameAt::Index(frame), place, options));
                }
                sheet.rows.push(Row { image: sheet.images.len() - 1, track_id: track, ..row });
            }
            Err(why) => sheet.bad.add(why, || line_of(shape)),
        }
    }
}

fn cvat_box(node: Node<'_, '_>) -> Result<BoundingBox, &'static str> {
    let [left, top, right, bottom] = ["xtl", "ytl", "xbr", "ybr"].map(|name| side(node.attribute(name)));
    let (left, top) = (left?, top?);
    let bbox = checked_box([left, top, right? - left, bottom? - top])?;
    match node.attribute("rotation").map(|text| text.trim().parse::<f64>()) {
        None => Ok(bbox),
        Some(Ok(degrees)) if degrees.is_finite() => Ok(around_turned(bbox, degrees)),
        Some(_) => Err("has a rotation that is no number"),
    }
}

/// The smallest upright box around one that is turned about its centre.
fn around_turned(bbox: BoundingBox, degrees: f64) -> BoundingBox {
    // Quarter turns are exact.
    let (sine, cosine) = match degrees.rem_euclid(180.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        turn => turn.to_radians().sin_cos(),
    };
    if sine == 0.0 {
        return bbox;
    }
    let (sine, cosine) = (f64::abs(sine), f64::abs(cosine));
    let (w, h) = (bbox.w * cosine + bbox.h * sine, bbox.w * sine + bbox.h * cosine);
    BoundingBox { x: bbox.x + (bbox.w - w) / 2.0, y: bbox.y + (bbox.h - h) / 2.0, w, h }
}

/// A text as the value it was written from: a number, a truth, a list or an object in the notation of JSON, else the text.
/// Digits that no number of the filter holds exactly, as of long ids, stay text.
pub fn value_of_text(text: &str) -> Value {
    let bare = text.trim();
    match serde_json::from_str(bare) {
        Ok(Value::Number(number)) if number.is_f64() => {
            let fraction = bare.contains(['.', 'e', 'E']);
            // The parser of the standard library is exact to the last digit.
            bare.parse::<f64>().ok().filter(|_| fraction).map_or_else(|| text.into(), Value::from)
        }
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_))) => value,
        _ => text.into(),
    }
}

fn cvat_row(node: Node<'_, '_>, label: Option<&str>, bbox: Option<BoundingBox>) -> Result<Row, &'static str> {
    let label = label.filter(|label| !label.is_empty()).ok_or("tells no class")?;
    let mut row = Row::new(Class::Named(label.to_owned()), bbox);
    let mut attributes = Map::new();
    for (name, unless) in [("occluded", "0"), ("rotation", "0"), ("z_order", "0"), ("group_id", "")] {
        if let Some(value) = node.attribute(name).filter(|value| *value != unless && !value.is_empty()) {
            attributes.insert(name.to_owned(), value_of_text(value));
        }
    }
    for attribute in node.children().filter(|child| child.has_tag_name("attribute")) {
        let Some(name) = attribute.attribute("name") else { continue };
        let text = attribute.text().unwrap_or("");
        // Not in the format itself, but what converters agree on.
        match (name, text.parse::<i64>(), text.parse::<f64>()) {
            ("track_id", Ok(track), _) => row.track_id = Some(track),
            ("score", _, Ok(score)) if score.is_finite() => row.score = Some(score),
            _ => {
                attributes.insert(name.to_owned(), value_of_text(text));
            }
        }
    }
    row.attributes = (!attributes.is_empty()).then(|| Value::Object(attributes).to_string());
    Ok(row)
}

fn voc(place: &str, root: Node<'_, '_>, options: &LabelOptions) -> Sheet {
    let child = |name: &str| root.children().find(|node| node.has_tag_name(name));
    let named = child("filename").and_then(|node| node.text()).map_or("", str::trim);
    let mut image = Image::named(place, options);
    match (image.at, frame_of_image(named)) {
        (Ok(own), Some(other)) if own != other => {
            image.at = Err("have a file name and an image name that tell different frames");
        }
        (Err(_), Some(other)) => image.at = Ok(other),
        _ => {}
    }
    image.camera = image.camera.or_else(|| crate::formats::image_names::camera_of(named, &options.cameras));
    // An export of this program counts from 0.
    image.named &= text_at(root, ["source", "database"]) != Some("Lakescope");
    let mut sheet = Sheet { whole_frame: image.at.is_ok(), images: vec![image], ..Sheet::default() };
    for object in root.children().filter(|node| node.has_tag_name("object")) {
        sheet.read += 1;
        match voc_row(object, options.voc_zero_based) {
            Ok(row) => {
                let begins_before = row.bbox.is_some_and(|bbox| bbox.x < 0.0 || bbox.y < 0.0);
                sheet.below_one += u64::from(begins_before && !options.voc_zero_based);
                sheet.rows.push(row);
            }
            Err(why) => sheet.bad.add(why, || line_of(object)),
        }
    }
    sheet
}

fn voc_row(object: Node<'_, '_>, zero_based: bool) -> Result<Row, &'static str> {
    let text = |node: Node<'_, '_>, name: &str| {
        let found = node.children().find(|child| child.has_tag_name(name))?;
        found.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let class = text(object, "name").ok_or("tells no class")?;
    let bounds = object.children().find(|node| node.has_tag_name("bndbox")).ok_or("has no bndbox")?;
    let [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map(|name| side(text(bounds, name).as_deref()));
    // The first pixel is 1 and the last one belongs to the box, so only the minimum corner moves.
    let first = if zero_based { 0.0 } else { 1.0 };
    let (left, top) = (left? - first, top? - first);
    let mut row = Row::new(Class::Named(class), Some(checked_box([left, top, right? - left, bottom? - top])?));
    let mut attributes = Map::new();
    for node in object.children().filter(Node::is_element) {
        let (name, value) = (node.tag_name().name(), node.text().unwrap_or("").trim());
        let known = matches!(name, "name" | "bndbox" | "part" | "polygon" | "actions");
        let said_nothing = value.is_empty() || value == "Unspecified" || (value == "0" && VOC_FLAGS.contains(&name));
        if known || said_nothing {
            continue;
        }
        let number = value.parse::<i64>().map(Value::from);
        attributes.insert(name.to_owned(), number.unwrap_or_else(|_| value.into()));
    }
    row.attributes = (!attributes.is_empty()).then(|| Value::Object(attributes).to_string());
    Ok(row)
}

/// Elements that say something only when they are not 0.
const VOC_FLAGS: [&str; 3] = ["truncated", "difficult", "occluded"];
