//! What goes with a stack of frames: its times, its rate, its labels, its arrays.

use std::collections::HashSet;

use super::{is_series, last, nexus, parent};
use crate::{
    frames::{
        clock::UnitText,
        structure::{AttributeValue, DatasetInfo, StoredValue, Structure, attribute},
    },
    model::parse_time_ns,
};

/// Where the times of a footage come from.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::frames) enum ClockSource {
    /// A dataset of times.
    Dataset(usize),
    /// Frames a second; nothing when it is not known.
    Rate(Option<f64>),
}

/// Names of times that stand beside the frames.
const TIME_NAMES: [&str; 9] =
    ["timestamps", "timestamp", "ts", "time", "times", "t", "timestamps_ns", "timestamp_ns", "frame_ts"];
/// Those that are times of the frames even when they are of another length; the others may be any sensor's.
const TIMES_OF_FRAMES: [&str; 5] = ["timestamps", "timestamp", "timestamps_ns", "timestamp_ns", "frame_ts"];
/// Endings that make the name of the times from the name of the frames.
const TIME_ENDINGS: [&str; 6] = ["_ts", "_timestamps", "_timestamp", "_time", "_times", "_t"];
/// Attributes that tell the rate.
const RATE_NAMES: [&str; 9] =
    ["rate_hz", "fps", "frame_rate", "framerate", "rate", "hz", "frequency", "sampling_rate", "freq"];

/// The times of `frames` frames: `<name>_ts` beside them, then `timestamps` and the like beside them and in each group
/// above. When none has one entry per frame, those whose name ties them to the frames are taken with the length they
/// have: a recording that broke off leaves a few times more, or fewer, than frames.
pub(super) fn clock(structure: &Structure, dataset: &DatasetInfo, frames: u64, rate: Option<f64>) -> ClockSource {
    let named = |path: &str, fits: &dyn Fn(&DatasetInfo) -> bool| {
        structure.datasets.iter().position(|d| d.path.eq_ignore_ascii_case(path) && is_times(d) && fits(d))
    };
    let find = |path: &str| named(path, &|d| d.shape[0] == frames);
    let axis = nexus::first_axis(structure, dataset);
    if let Some(at) = axis.and_then(|path| find(&path)).filter(|at| counts_time(&structure.datasets[*at])) {
        return ClockSource::Dataset(at);
    }
    let base = |group: &str| if group == "/" { String::new() } else { group.to_owned() };
    let mut group = parent(&dataset.path);
    let name = last(&dataset.path);
    let singular = name.strip_suffix('s').unwrap_or(name);
    for name in [name, singular] {
        for ending in TIME_ENDINGS {
            if let Some(at) = find(&format!("{}/{name}{ending}", base(group))) {
                return ClockSource::Dataset(at);
            }
        }
    }
    loop {
        for name in TIME_NAMES {
            if let Some(at) = find(&format!("{}/{name}", base(group))) {
                return ClockSource::Dataset(at);
            }
        }
        if group == "/" {
            break;
        }
        group = parent(group);
    }
    let beside = base(parent(&dataset.path));
    let endings = [name, singular].into_iter().flat_map(|name| TIME_ENDINGS.map(|ending| format!("{name}{ending}")));
    let own = endings.chain(TIMES_OF_FRAMES.map(str::to_owned));
    let other_length = own.map(|name| format!("{beside}/{name}")).find_map(|path| named(&path, &|_| true));
    other_length.map_or(ClockSource::Rate(rate), ClockSource::Dataset)
}

fn is_times(dataset: &DatasetInfo) -> bool {
    let number = matches!(dataset.value, StoredValue::Integer { .. } | StoredValue::Float { .. });
    number && matches!(dataset.shape[..], [_] | [_, 1]) && dataset.refused.is_none()
}

/// Whether an axis counts time and not an angle or a place: its unit says so, or, without one, its name.
fn counts_time(axis: &DatasetInfo) -> bool {
    match unit_attribute(axis) {
        Some(unit) => time_unit(unit).is_some(),
        None => last(&axis.path).to_ascii_lowercase().contains("time"),
    }
}

fn unit_attribute(dataset: &DatasetInfo) -> Option<&AttributeValue> {
    ["units", "unit"].iter().find_map(|name| attribute(&dataset.attributes, name))
}

fn time_unit(unit: &AttributeValue) -> Option<UnitText> {
    unit.text().and_then(UnitText::of)
}

/// The unit of a dataset of times, and the time they count from, as its attributes tell.
pub(in crate::frames) fn told_unit(dataset: &DatasetInfo) -> Option<UnitText> {
    let told = unit_attribute(dataset).and_then(time_unit)?;
    let start = attribute(&dataset.attributes, "start").and_then(AttributeValue::text).and_then(parse_time_ns);
    Some(UnitText { since_ns: told.since_ns.or(start), ..told })
}

/// Frames a second, from attributes of the dataset, of its groups or of the file.
pub(in crate::frames) fn rate_attribute(structure: &Structure, dataset: &DatasetInfo) -> Option<f64> {
    let rate = |attributes: &[_]| {
        RATE_NAMES
            .iter()
            .filter_map(|name| attribute(attributes, name).and_then(AttributeValue::number))
            .find(|rate| (1e-3..=1e5).contains(rate))
    };
    if let Some(rate) = rate(&dataset.attributes) {
        return Some(rate);
    }
    let mut group = parent(&dataset.path);
    loop {
        let attributes = structure.groups.iter().find(|g| g.path == group).map(|g| &g.attributes[..]);
        if let Some(rate) = attributes.and_then(rate) {
            return Some(rate);
        }
        if group == "/" {
            return None;
        }
        group = parent(group);
    }
}

/// The labels of `train_set_x` are `train_set_y`; a plain `images` may have `labels`.
pub(super) fn labels(structure: &Structure, dataset: &DatasetInfo, frames: u64) -> Option<usize> {
    let name = dataset.path.strip_suffix("_x")?;
    let path = format!("{name}_y");
    structure.datasets.iter().position(|d| {
        d.path == path && d.shape.iter().product::<u64>() == frames && matches!(d.value, StoredValue::Integer { .. })
    })
}

/// The names of the classes of a labelled set.
pub(super) fn class_names(structure: &Structure, dataset: &DatasetInfo) -> Option<usize> {
    let folder = parent(&dataset.path).trim_end_matches('/');
    let path = format!("{folder}/list_classes");
    structure.datasets.iter().position(|d| d.path == path && d.value == StoredValue::Text && d.shape.len() == 1)
}

/// Numeric arrays with one entry per frame, in the group of the images or one above it, other than images, times and
/// labels.
pub(super) fn arrays(
    structure: &Structure,
    image: usize,
    images: &HashSet<usize>,
    clock: &ClockSource,
    labels: Option<usize>,
) -> Vec<usize> {
    let stack = &structure.datasets[image];
    let frames = stack.shape.first().copied().unwrap_or(0);
    let taken = |at: usize| images.contains(&at) || *clock == ClockSource::Dataset(at) || labels == Some(at);
    let above = |path: &str| {
        let group = parent(path);
        group == "/" || parent(&stack.path) == group || stack.path.starts_with(&format!("{group}/"))
    };
    let fits = |(at, d): (usize, &DatasetInfo)| {
        let entries = frames > 0 && d.shape.first() == Some(&frames) && above(&d.path);
        let times = TIME_ENDINGS.iter().any(|ending| last(&d.path).ends_with(ending)) && is_times(d);
        let numeric = d.value.number_bytes().is_some() && is_series(d);
        (entries && numeric && !times && !taken(at)).then_some(at)
    };
    structure.datasets.iter().enumerate().filter_map(fits).collect()
}
