//! Which datasets are images, by name, attributes and shape.

use super::{last, nexus, parent, value_type};
use crate::frames::{
    Origin, PixelOrder,
    structure::{AttributeValue, DatasetInfo, StoredValue, Structure, attribute},
};

/// What one frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::frames) enum Form {
    /// Pixels in this order of axes.
    Pixels(PixelOrder),
    /// A JPEG or PNG file per row.
    Coded,
    /// Rows of bytes: coded images if the first one begins like one, else one gray image.
    RowsOrGray,
}

/// A dataset that is one image or a stack of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Image {
    pub(super) dataset: usize,
    pub(super) form: Form,
    /// Whether the whole dataset is one image.
    pub(super) single: bool,
    pub(super) palette: Option<usize>,
    pub(super) white_is_zero: bool,
    pub(super) origin: Origin,
    pub(super) guessed: Option<String>,
}

/// Words in names that say "image".
const IMAGE_WORDS: [&str; 16] = [
    "image", "img", "frame", "rgb", "depth", "photo", "picture", "gray", "grey", "thermal", "camera", "cam", "pixels",
    "mask", "video", "raw",
];

/// Decides whether a dataset is images.
pub(super) fn image(structure: &Structure, role: Option<nexus::Role>, at: usize) -> Option<Image> {
    let dataset = &structure.datasets[at];
    if dataset.shape.contains(&0) && dataset.path != "/frames" {
        return None;
    }
    let declared = attribute(&dataset.attributes, "CLASS").and_then(AttributeValue::text);
    // HDF5 Image calls palettes and HDF5 calls scales of axes by a class of their own.
    if declared.is_some_and(|class| matches!(class, "PALETTE" | "DIMENSION_SCALE" | "TABLE")) {
        return None;
    }
    if declared == Some("IMAGE") {
        return declared_image(structure, at);
    }
    let plain = |form, single, guessed: Option<String>| {
        let origin = Origin::UpperLeft;
        Some(Image { dataset: at, form, single, palette: None, white_is_zero: false, origin, guessed })
    };
    if dataset.value == StoredValue::Bytes {
        let rows = matches!(dataset.shape[..], [_] | [_, 1]);
        return if rows { plain(Form::Coded, false, None) } else { None };
    }
    value_type(dataset)?;
    if role == Some(nexus::Role::Companion) || (role.is_some() && nexus::is_no_picture(dataset)) {
        return None;
    }
    let signal = role == Some(nexus::Role::Signal);
    let (form, single) = match (&dataset.shape[..], signal) {
        // A signal is no coded image.
        ([_, _], true) => (Form::Pixels(PixelOrder::Hw), true),
        _ => by_shape(dataset)?,
    };
    let colour = matches!(form, Form::Pixels(PixelOrder::Hwc));
    let known = signal || if single { colour && dataset.path == "/image" } else { is_known(&dataset.path) };
    plain(form, single, (!known).then(|| describe(dataset, form, single)))
}

/// Layouts that need no guess: their names say what they are.
fn is_known(path: &str) -> bool {
    let name = last(path);
    let robomimic = path.starts_with("/data/") && path.contains("/obs/");
    matches!(path, "/frames" | "/X" | "/images" | "/images_center" | "/rgb" | "/frame" | "/image")
        || path.starts_with("/observations/images/")
        || robomimic
        || name.ends_with("_set_x")
        || name == "image_raw"
}

/// HDF5 Image and Palette Specification 1.2.
fn declared_image(structure: &Structure, at: usize) -> Option<Image> {
    let dataset = &structure.datasets[at];
    value_type(dataset)?;
    let text = |name| attribute(&dataset.attributes, name).and_then(AttributeValue::text).unwrap_or("").trim();
    let colour = text("IMAGE_SUBCLASS") == "IMAGE_TRUECOLOR";
    let planes = text("INTERLACE_MODE") == "INTERLACE_PLANE";
    let (form, single) = match (&dataset.shape[..], colour) {
        ([_, _], _) => (Form::Pixels(PixelOrder::Hw), true),
        ([3 | 4, _, _], true) if planes => (Form::Pixels(PixelOrder::Chw), true),
        ([_, 3 | 4, _], true) if text("INTERLACE_MODE") == "INTERLACE_LINE" => (Form::Pixels(PixelOrder::Hcw), true),
        ([_, _, 3 | 4], true) => (Form::Pixels(PixelOrder::Hwc), true),
        ([3 | 4, _, _], true) => (Form::Pixels(PixelOrder::Chw), true),
        ([_, _, 3 | 4], false) if text("IMAGE_SUBCLASS").is_empty() => (Form::Pixels(PixelOrder::Hwc), true),
        ([_, _, _], _) => (Form::Pixels(PixelOrder::Hw), false),
        ([_, _, _, 3 | 4], _) => (Form::Pixels(PixelOrder::Hwc), false),
        ([_, 3 | 4, _, _], _) => (Form::Pixels(PixelOrder::Chw), false),
        _ => return None,
    };
    let indexed = matches!(form, Form::Pixels(PixelOrder::Hw)) && text("IMAGE_SUBCLASS") != "IMAGE_GRAYSCALE";
    let palette = match attribute(&dataset.attributes, "PALETTE") {
        Some(AttributeValue::Reference(path)) if indexed => structure.datasets.iter().position(|d| d.path == *path),
        _ => None,
    };
    let white_is_zero = attribute(&dataset.attributes, "IMAGE_WHITE_IS_ZERO").and_then(AttributeValue::number);
    Some(Image {
        dataset: at,
        form,
        single,
        palette,
        white_is_zero: white_is_zero.is_some_and(|flag| flag != 0.0) && palette.is_none(),
        origin: match text("DISPLAY_ORIGIN") {
            "LL" => Origin::LowerLeft,
            "UR" => Origin::UpperRight,
            "LR" => Origin::LowerRight,
            _ => Origin::UpperLeft,
        },
        guessed: None,
    })
}

/// What the shape alone suggests, and whether it is one image.
fn by_shape(dataset: &DatasetInfo) -> Option<(Form, bool)> {
    let bytes_of_pixels = matches!(dataset.value, StoredValue::Integer { bytes: 1 | 2, signed: false, .. });
    let bytes = matches!(dataset.value, StoredValue::Integer { bytes: 1, signed: false, .. });
    let name = last(&dataset.path).to_ascii_lowercase();
    let named = is_named(&dataset.path);
    let likely = bytes_of_pixels || named;
    let least = if bytes_of_pixels { 4 } else { 8 };
    let sides = |h: u64, w: u64| h >= least && w >= least && h <= 65_535 && w <= 65_535;
    let channels = |c: u64| matches!(c, 1 | 3 | 4);
    match dataset.shape[..] {
        [_, h, w, c] if channels(c) && sides(h, w) => Some((Form::Pixels(PixelOrder::Hwc), false)),
        [_, c, h, w] if channels(c) && sides(h, w) => Some((Form::Pixels(PixelOrder::Chw), false)),
        [h, w, 3 | 4] if likely && sides(h, w) => Some((Form::Pixels(PixelOrder::Hwc), true)),
        [3, h, w] if bytes && sides(h, w) && h >= 16 && w >= 16 && !companion_like(&name) => {
            Some((Form::Pixels(PixelOrder::Chw), true))
        }
        [_, h, w] if sides(h, w) && (likely || (h >= 16 && w >= 16)) => Some((Form::Pixels(PixelOrder::Hw), false)),
        [_, padded] if bytes && padded >= 64 && compressed(dataset) => Some((Form::Coded, false)),
        // Too wide for an image: rows of padded files, if anything.
        [_, w] if bytes && w > 65_535 => Some((Form::RowsOrGray, false)),
        [h, w] if bytes && (named || h >= 16) && w >= 16 => Some((Form::RowsOrGray, false)),
        [h, w] if likely && named && sides(h, w) && h >= 16 && w >= 16 => Some((Form::Pixels(PixelOrder::Hw), true)),
        _ => None,
    }
}

/// Whether the name says "image"; a number says what its group does.
pub(super) fn is_named(path: &str) -> bool {
    let name = last(path);
    let name = if name.bytes().all(|byte| byte.is_ascii_digit()) { last(parent(path)) } else { name };
    let name = name.to_ascii_lowercase();
    IMAGE_WORDS.iter().any(|word| name.contains(word))
}

/// Names of stacks of gray frames whose first axis may well be three.
fn companion_like(name: &str) -> bool {
    matches!(name, "frames" | "frame" | "images" | "image_raw")
}

/// ALOHA's compressed stores say so on the dataset, or leave it to the path.
fn compressed(dataset: &DatasetInfo) -> bool {
    dataset.path.starts_with("/observations/images/") || attribute(&dataset.attributes, "compress").is_some()
}

/// What was guessed, for a person.
fn describe(dataset: &DatasetInfo, form: Form, single: bool) -> String {
    let shape: Vec<String> = dataset.shape.iter().map(u64::to_string).collect();
    let shape = shape.join("×");
    let gray = matches!((form, &dataset.shape[..]), (Form::Pixels(PixelOrder::Hwc), [.., 1] | [_, 1, _, _]));
    let meaning = match (form, single) {
        _ if gray => "a stack of gray frames",
        (Form::Pixels(PixelOrder::Hw), false) => "a stack of gray frames",
        (Form::Pixels(PixelOrder::Hw), true) => "one gray image",
        (Form::Pixels(PixelOrder::Hwc), false) => "a stack of colour frames",
        (Form::Pixels(PixelOrder::Hwc), true) => "one colour image",
        (Form::Pixels(PixelOrder::Chw), false) => "a stack of colour frames, planes first",
        (Form::Pixels(PixelOrder::Chw), true) => "one colour image, planes first",
        (Form::Pixels(PixelOrder::Hcw), _) => "a colour image, a line of each colour after the other",
        (Form::Coded, _) => "coded images, one a row",
        (Form::RowsOrGray, _) => "coded images or one gray image",
    };
    format!("{} ({shape}) was taken for {meaning}", dataset.path)
}
