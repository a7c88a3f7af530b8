//! From the structure of a store to the footages in it: which datasets are images, whose times and arrays go with them.
//!
//! Pure: nothing here reads a file. `docs/` lists the layouts; what is taken by its shape alone is told as a guess.

mod companions;
mod form;
mod group_images;
mod nexus;
mod unused;

use std::collections::HashSet;

use self::form::Image;
use super::{
    Origin, PixelOrder, ValueType,
    structure::{DatasetInfo, Kept, StoredValue, Structure},
};

pub(super) use self::{
    companions::{ClockSource, rate_attribute, told_unit},
    form::Form,
    unused::{contradiction, why_unused},
};

/// A footage as recognised, before anything of it was read. Numbers index [`Structure::datasets`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// Name of the recording inside the file, where it holds several (`demo_3`).
    pub(super) recording_hint: Option<String>,
    /// Name of the camera, where the file tells one.
    pub(super) camera: Option<String>,
    /// The datasets: one that holds all frames, or one per frame.
    pub(super) datasets: Vec<usize>,
    /// Whether each dataset is one frame.
    pub(super) per_frame: bool,
    /// What a frame is.
    pub(super) form: Form,
    /// Where the times come from.
    pub(super) clock: ClockSource,
    /// One label per frame.
    pub(super) labels: Option<usize>,
    /// Names of the classes that the labels number.
    pub(super) class_names: Option<usize>,
    /// Numeric arrays with one entry per frame.
    pub(super) arrays: Vec<usize>,
    /// The palette of an indexed image.
    pub(super) palette: Option<usize>,
    /// Whether 0 is white.
    pub(super) white_is_zero: bool,
    /// Where the first value is shown.
    pub(super) origin: Origin,
    /// What was guessed, as a sentence part; nothing when the layout is known.
    pub(super) guessed: Option<String>,
}

/// What a store holds, as far as its structure tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Recognised {
    /// Footages, in natural order of recording and camera.
    pub(super) footages: Vec<Candidate>,
    /// Numeric series of a store without images.
    pub(super) log: Vec<usize>,
    /// The times of a store that holds nothing else: a footage without images.
    pub(super) times_only: Option<usize>,
    /// Datasets that may have been meant as images and are used for nothing.
    pub(super) unused: Vec<usize>,
}

/// Recognises the footages of a store.
pub(super) fn recognise(structure: &Structure) -> Recognised {
    let mut recognised = used(structure);
    recognised.unused = unused::unused(structure, &recognised);
    recognised
}

fn used(structure: &Structure) -> Recognised {
    let roles = nexus::roles(structure);
    let mut images: Vec<Image> =
        (0..structure.datasets.len()).filter_map(|at| form::image(structure, roles.get(&at).copied(), at)).collect();
    group_images::settle_numbered(structure, &mut images);
    let taken: HashSet<usize> = images.iter().map(|image| image.dataset).collect();
    let (singles, stacks): (Vec<Image>, Vec<Image>) = images.into_iter().partition(|image| image.single);
    let mut footages: Vec<Candidate> = stacks.into_iter().map(|image| from_stack(structure, image, &taken)).collect();
    footages.extend(group_images::join(structure, singles));
    if footages.is_empty() {
        return without_images(structure);
    }
    name_cameras(structure, &mut footages);
    let key = |c: &Candidate| (c.recording_hint.clone().unwrap_or_default(), c.camera.clone().unwrap_or_default());
    footages.sort_by(|a, b| {
        let ((a_recording, a_camera), (b_recording, b_camera)) = (key(a), key(b));
        alphanumeric_sort::compare_str(a_recording, b_recording)
            .then_with(|| alphanumeric_sort::compare_str(a_camera, b_camera))
    });
    Recognised { footages, ..Recognised::default() }
}

/// A store without images is a log, or the times of a footage whose images are elsewhere.
fn without_images(structure: &Structure) -> Recognised {
    let log = unused::series(structure);
    if let [only] = log[..]
        && structure.datasets[only].path == "/timestamps"
    {
        return Recognised { times_only: Some(only), ..Recognised::default() };
    }
    Recognised { log, ..Recognised::default() }
}

/// A numeric array of one axis, or a table of a few columns.
fn is_series(dataset: &DatasetInfo) -> bool {
    let columns = match dataset.shape[..] {
        [_] => 1,
        [_, columns] => columns,
        _ => return false,
    };
    let rows = dataset.shape[0];
    let readable = dataset.refused.is_none() && dataset.kept != Kept::External;
    let plain = dataset.value.number_bytes().is_some() || dataset.value == StoredValue::Text;
    // A single value is a setting, not a series.
    rows > 1 && (1..=64).contains(&columns) && plain && readable
}

fn from_stack(structure: &Structure, image: Image, images: &HashSet<usize>) -> Candidate {
    let dataset = &structure.datasets[image.dataset];
    let scope = Scope::of(&dataset.path);
    let frames = dataset.shape.first().copied().unwrap_or(0);
    let clock = companions::clock(structure, dataset, frames, scope.default_rate_hz(structure, dataset));
    let timed = matches!(clock, ClockSource::Dataset(at) if structure.datasets[at].shape[0] == frames);
    let labels = companions::labels(structure, dataset, frames);
    let arrays = companions::arrays(structure, image.dataset, images, &clock, labels);
    Candidate {
        recording_hint: scope.recording.clone(),
        camera: None,
        datasets: vec![image.dataset],
        per_frame: false,
        form: image.form,
        clock,
        labels,
        class_names: labels.and_then(|_| companions::class_names(structure, dataset)),
        arrays,
        palette: image.palette,
        white_is_zero: image.white_is_zero,
        origin: image.origin,
        // As many times as frames leave no doubt that the first axis counts frames.
        guessed: image.guessed.filter(|_| !timed),
    }
}

/// Where a dataset stands: the recording inside the file, and the layout its path tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// `demo_3` of `/data/demo_3/obs/agentview_image`.
    pub(super) recording: Option<String>,
    /// Prefix of the datasets that belong together, with `/` at its end.
    pub(super) prefix: String,
}

impl Scope {
    /// The scope of a path. Robomimic keeps its demonstrations in `/data/<demo>/obs/`.
    pub(super) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts[..] {
            ["data", demo, "obs" | "next_obs", _] => {
                Self { recording: Some(demo.to_owned()), prefix: format!("/data/{demo}/") }
            }
            _ => Self { recording: None, prefix: "/".to_owned() },
        }
    }

    /// The rate of layouts that store no times, frames a second.
    fn default_rate_hz(&self, structure: &Structure, dataset: &DatasetInfo) -> Option<f64> {
        if let Some(rate) = rate_attribute(structure, dataset) {
            return Some(rate);
        }
        if self.recording.is_some() {
            return Some(20.0);
        }
        if dataset.path.starts_with("/observations/images/") {
            return Some(50.0);
        }
        (dataset.path == "/X" && dataset.shape.get(1) == Some(&3)).then_some(20.0)
    }
}

/// Names cameras by the shortest part of their paths that tells them apart; a file's only stack has no name of its own.
fn name_cameras(structure: &Structure, footages: &mut [Candidate]) {
    let path_of = |c: &Candidate| {
        let path = &structure.datasets[c.datasets[0]].path;
        let named = if c.per_frame && c.datasets.len() > 1 { parent(path) } else { path };
        named.to_owned()
    };
    let scope_of = |c: &Candidate| c.recording_hint.clone();
    let paths: Vec<(Option<String>, String)> = footages.iter().map(|c| (scope_of(c), path_of(c))).collect();
    for (at, footage) in footages.iter_mut().enumerate() {
        let (scope, path) = &paths[at];
        let others: Vec<&str> = paths
            .iter()
            .enumerate()
            .filter(|(o, (s, _))| *o != at && s == scope)
            .map(|(_, (_, p))| p.as_str())
            .collect();
        let named_by_layout = scope.is_some() || path.starts_with("/observations/images/");
        if others.is_empty() && !named_by_layout {
            continue;
        }
        footage.camera = Some(shortest_name(path, &others));
    }
}

/// The last parts of `path` that no other path ends with, joined by `.`; endings that only say "image" are passed over.
fn shortest_name(path: &str, others: &[&str]) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let ends = |path: &str, tail: &[&str]| {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        parts.ends_with(tail)
    };
    let mut taken = 1;
    while taken < parts.len() && others.iter().any(|other| ends(other, &parts[parts.len() - taken..])) {
        taken += 1;
    }
    let mut named = &parts[parts.len().saturating_sub(taken)..];
    if named.len() > 1 && matches!(named.last(), Some(&("data" | "image" | "images" | "frames" | "image_raw"))) {
        named = &named[..named.len() - 1];
    }
    let name = named.join(".");
    // Robomimic: `agentview_image` is what the camera `agentview` saw.
    let shorter = name.strip_suffix("_image").or_else(|| name.strip_suffix("_rgb")).filter(|s| !s.is_empty());
    let clash = |s: &str| others.iter().any(|o| last(o).starts_with(s));
    match shorter.filter(|s| path.starts_with("/data/") && !clash(s)) {
        Some(shorter) => shorter.to_owned(),
        None if name.is_empty() => "images".to_owned(),
        None => name,
    }
}

/// The group a path lies in.
pub(super) fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// The last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The app's number format for a stored one; nothing for those it has none for. Numbers that only the library can read
/// arrive in the machine's own format, little-endian.
pub(super) fn value_type(dataset: &DatasetInfo) -> Option<(ValueType, bool)> {
    let (value, big_endian) = match dataset.value {
        StoredValue::Integer { bytes: 1, signed: false, .. } => (ValueType::U8, false),
        StoredValue::Integer { bytes: 1, signed: true, .. } => (ValueType::I8, false),
        StoredValue::Integer { bytes: 2, signed: false, big_endian } => (ValueType::U16, big_endian),
        StoredValue::Integer { bytes: 2, signed: true, big_endian } => (ValueType::I16, big_endian),
        StoredValue::Integer { bytes: 4, signed: false, big_endian } => (ValueType::U32, big_endian),
        StoredValue::Integer { bytes: 4, signed: true, big_endian } => (ValueType::I32, big_endian),
        StoredValue::Float { bytes: 4, big_endian } => (ValueType::F32, big_endian),
        StoredValue::Float { bytes: 8, big_endian } => (ValueType::F64, big_endian),
        _ => return None,
    };
    Some((value, big_endian && dataset.library_only.is_none()))
}

/// Width, height and channels of a frame of this shape and order.
pub(super) fn picture_size(frame_shape: &[u64], order: PixelOrder) -> Option<(u64, u64, u64)> {
    match (order, frame_shape) {
        (PixelOrder::Hw, [h, w]) => Some((*w, *h, 1)),
        (PixelOrder::Hwc, [h, w, c]) | (PixelOrder::Chw, [c, h, w]) | (PixelOrder::Hcw, [h, c, w]) => {
            Some((*w, *h, *c))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
