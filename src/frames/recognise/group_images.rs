//! Datasets that are one image each: numbered ones of a group are the frames of one footage.

use std::collections::BTreeMap;

use super::{
    Candidate, ClockSource, companions,
    form::{self, Form, Image},
    last, parent,
};
use crate::frames::{PixelOrder, structure::Structure};

/// Images of one group beyond this number are frames of one footage, whatever their names.
const MOST_CAMERAS: usize = 64;

/// Rows of bytes whose neighbours differ only in a number are gray images: coded rows would all be in one dataset.
pub(super) fn settle_numbered(structure: &Structure, images: &mut [Image]) {
    let mut alike_ones: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, image) in images.iter().enumerate().filter(|(_, image)| image.form == Form::RowsOrGray) {
        alike_ones.entry(alike(structure, image, true)).or_default().push(at);
    }
    for at in alike_ones.into_values().filter(|ones| ones.len() > 1).flatten() {
        images[at].form = Form::Pixels(PixelOrder::Hw);
        images[at].single = true;
    }
}

/// Makes footages of single images.
pub(super) fn join(structure: &Structure, singles: Vec<Image>) -> Vec<Candidate> {
    let mut groups: BTreeMap<String, Vec<Image>> = BTreeMap::new();
    for image in singles {
        groups.entry(alike(structure, &image, true)).or_default().push(image);
    }
    // Those whose names differ in more than a number stay alone, unless there are very many of them.
    let mut alone: BTreeMap<String, Vec<Image>> = BTreeMap::new();
    let mut footages = Vec::new();
    for images in groups.into_values() {
        match images.len() {
            1 => alone.entry(alike(structure, &images[0], false)).or_default().extend(images),
            _ => footages.push(footage(structure, images, true)),
        }
    }
    for images in alone.into_values() {
        if images.len() > MOST_CAMERAS {
            let mut joined = footage(structure, images, true);
            let group = parent(&structure.datasets[joined.datasets[0]].path).to_owned();
            joined.guessed = Some(format!("the {} images of {group} were taken for frames", joined.datasets.len()));
            footages.push(joined);
        } else {
            footages.extend(images.into_iter().map(|image| footage(structure, vec![image], false)));
        }
    }
    footages
}

/// A key that is the same for images that can be frames of one footage: group, storage, and the name without digits.
fn alike(structure: &Structure, image: &Image, with_name: bool) -> String {
    let dataset = &structure.datasets[image.dataset];
    let pattern: String = if with_name {
        let name = last(&dataset.path);
        let mut pattern: String = name.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
        while pattern.contains("##") {
            pattern = pattern.replace("##", "#");
        }
        if pattern.contains('#') { pattern } else { format!("={name}") }
    } else {
        String::new()
    };
    format!(
        "{}\n{pattern}\n{:?}",
        parent(&dataset.path),
        (
            &dataset.shape,
            &dataset.value,
            dataset.kept,
            &dataset.chunk,
            &dataset.filters,
            &dataset.fill,
            dataset.library_only.is_some(),
            dataset.refused.is_some(),
            image.form,
            image.palette,
            image.white_is_zero,
            image.origin,
        )
    )
}

fn footage(structure: &Structure, mut images: Vec<Image>, many: bool) -> Candidate {
    let path = |image: &Image| structure.datasets[image.dataset].path.as_str();
    images.sort_by(|a, b| alphanumeric_sort::compare_str(path(a), path(b)));
    let first = &images[0];
    let dataset = &structure.datasets[first.dataset];
    let frames = images.len() as u64;
    let rate = companions::rate_attribute(structure, dataset);
    let clock = if many { companions::clock(structure, dataset, frames, rate) } else { ClockSource::Rate(rate) };
    let guessed = match (&first.guessed, many) {
        (Some(_), true) if form::is_named(&dataset.path) => None,
        (Some(_), true) => {
            Some(format!("the {frames} numbered images of {} were taken for frames", parent(path(first))))
        }
        (guessed, _) => guessed.clone(),
    };
    Candidate {
        recording_hint: None,
        camera: None,
        datasets: images.iter().map(|image| image.dataset).collect(),
        per_frame: true,
        form: first.form,
        clock,
        labels: None,
        class_names: None,
        arrays: Vec::new(),
        palette: first.palette,
        white_is_zero: first.white_is_zero,
        origin: first.origin,
        guessed,
    }
}
