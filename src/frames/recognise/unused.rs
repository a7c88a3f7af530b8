//! Arrays that look as if they were meant as images but are used for nothing, so that somebody can be told.

use std::collections::HashSet;

use super::{ClockSource, Recognised, companions, is_series, last, nexus, value_type};
use crate::frames::structure::{AttributeValue, DatasetInfo, StoredValue, Structure, attribute};

/// Names that leave no doubt that a dataset was meant as images.
const IMAGE_NAMES: [&str; 12] =
    ["frames", "frame", "images", "image", "img", "imgs", "image_raw", "rgb", "video", "pixels", "photos", "pictures"];

/// Whether a dataset is called what images are called and has more axes than numbers of frames would have.
pub(super) fn is_named_for_images(dataset: &DatasetInfo) -> bool {
    let name = last(&dataset.path).to_ascii_lowercase();
    dataset.shape.len() >= 2 && IMAGE_NAMES.contains(&name.as_str())
}

/// The series of a store without images. Tables of several columns belong to it when a column of the same length stands
/// somewhere in the store; without one they have no times and may as well be small images.
pub(super) fn series(structure: &Structure) -> Vec<usize> {
    let all: Vec<&DatasetInfo> = structure.datasets.iter().collect();
    let lengths: HashSet<u64> = all.iter().filter(|d| d.shape.len() == 1 && is_series(d)).map(|d| d.shape[0]).collect();
    let square = |d: &DatasetInfo| matches!(d.shape[..], [rows, columns] if columns >= 4 && !lengths.contains(&rows));
    let kept = |at: &usize| {
        let dataset = all[*at];
        is_series(dataset) && !is_named_for_images(dataset) && !square(dataset)
    };
    (0..all.len()).filter(kept).collect()
}

/// The datasets that were passed over though they may be images: those named so, arrays of three and more axes, and, in
/// a store that gives no images, tables that no time goes with. Refused ones are told elsewhere.
pub(super) fn unused(structure: &Structure, recognised: &Recognised) -> Vec<usize> {
    let mut used: HashSet<usize> = recognised.log.iter().copied().chain(recognised.times_only).collect();
    for candidate in &recognised.footages {
        used.extend(candidate.datasets.iter().chain(&candidate.arrays).copied());
        used.extend(candidate.labels.into_iter().chain(candidate.class_names).chain(candidate.palette));
        if let ClockSource::Dataset(at) = candidate.clock {
            used.insert(at);
        }
    }
    let roles = nexus::roles(structure);
    let meant = |(at, dataset): (usize, &DatasetInfo)| {
        let class = attribute(&dataset.attributes, "CLASS").and_then(AttributeValue::text);
        let companion = roles.get(&at) == Some(&nexus::Role::Companion);
        let declared_other =
            companion || class.is_some_and(|class| matches!(class, "PALETTE" | "DIMENSION_SCALE" | "TABLE"));
        let table = recognised.footages.is_empty() && dataset.shape.len() == 2 && is_series(dataset);
        let image_like = dataset.shape.len() >= 3 || is_named_for_images(dataset) || table;
        let text = dataset.value == StoredValue::Text;
        (image_like && !text && !declared_other && dataset.refused.is_none() && !used.contains(&at)).then_some(at)
    };
    structure.datasets.iter().enumerate().filter_map(meant).collect()
}

/// Path, shape, type, and why a dataset is not used, for a person.
pub(in crate::frames) fn why_unused(dataset: &DatasetInfo) -> String {
    format!("{}: {}", shape_and_type(dataset), reason(dataset))
}

/// `/frames (10×16 uint8)`.
fn shape_and_type(dataset: &DatasetInfo) -> String {
    let shape: Vec<String> = dataset.shape.iter().map(u64::to_string).collect();
    let value = match &dataset.value {
        StoredValue::Integer { bytes, signed: true, .. } => format!("int{}", u64::from(*bytes) * 8),
        StoredValue::Integer { bytes, signed: false, .. } => format!("uint{}", u64::from(*bytes) * 8),
        StoredValue::Float { bytes, .. } => format!("float{}", u64::from(*bytes) * 8),
        StoredValue::Bytes => "rows of bytes".to_owned(),
        StoredValue::Text => "text".to_owned(),
        StoredValue::Other(name) => name.clone(),
    };
    format!("{} ({} {value})", dataset.path, shape.join("×"))
}

fn reason(dataset: &DatasetInfo) -> String {
    if dataset.shape.contains(&0) {
        return "it is empty".to_owned();
    }
    if dataset.value == StoredValue::Bytes {
        return "rows of bytes need one axis".to_owned();
    }
    if value_type(dataset).is_none() {
        return "values of this type are no pixels".to_owned();
    }
    let small = |h: u64, w: u64| {
        if h > 65_535 || w > 65_535 {
            "its frames are larger than 65535 pixels a side".to_owned()
        } else {
            format!("{w}×{h} pixels are too few for an image")
        }
    };
    match dataset.shape[..] {
        [_, h, w, 1 | 3 | 4] | [_, 1 | 3 | 4, h, w] => small(h, w),
        [_, .., channels] if dataset.shape.len() == 4 => {
            format!("frames have 1 or 3 or 4 channels and not {channels}")
        }
        [_, h, w] => small(h, w),
        [h, w] if h < 16 || w < 16 => small(h, w),
        [_, _] => "neither its name nor its type says that it is an image".to_owned(),
        _ => format!("images have two to four axes and not {}", dataset.shape.len()),
    }
}

/// What speaks against a dataset being one image: times beside it of several frames. Empty when nothing does.
pub(in crate::frames) fn contradiction(structure: &Structure, dataset: &DatasetInfo) -> Option<String> {
    let ClockSource::Dataset(at) = companions::clock(structure, dataset, 1, None) else { return None };
    let times = &structure.datasets[at];
    let count = times.shape[0];
    let what = shape_and_type(dataset);
    (count != 1).then(|| format!("{what} was taken for one image although {} has {count} times", times.path))
}
