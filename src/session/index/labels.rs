//! The labels of a source, attached to the frames of its footages.

use super::source::Reading;
use crate::{
    catalog::RecordingRecord,
    formats::{self, FootageName, LabelOptions, LabelTable, ListedFile, TimeOptions},
    lake::RecordingFiles,
    model::{BoundingBox, Label, Problem},
};

/// Reads every label file of a source and puts its labels onto the frames. What no frame takes is counted and told.
pub(super) fn read(
    reading: &Reading<'_>,
    files: &RecordingFiles,
    more: &[String],
    recordings: &mut [RecordingRecord],
    problems: &mut Vec<Problem>,
) {
    let known = files.labels.iter().map(|file| ListedFile { path: file.path.clone(), certain: file.certain });
    let detected = more.iter().map(|path| ListedFile { path: path.clone(), certain: true });
    let listed: Vec<ListedFile> = known.chain(detected).collect();
    if listed.is_empty() {
        return;
    }
    let cameras = recordings.iter().flat_map(|one| &one.footages).map(|one| one.footage.camera.clone()).collect();
    let epoch_ns = recordings.first().and_then(|one| one.recording.started_at_ns);
    let options = LabelOptions {
        time: TimeOptions { epoch_ns, zone: reading.settings.zone(), ..TimeOptions::default() },
        cameras,
        voc_zero_based: reading.settings.labels().voc_zero_based,
    };
    let read = formats::read_label_files(reading.root, &listed, &options);
    problems.extend(read.failed.iter().map(|(path, error)| reading.format_problem(path, error)));
    for set in read.sets {
        problems.extend(set.table.all_notes("labels").into_iter().map(|note| note.into_problem(&set.path)));
        attach(&set.path, &set.first, &set.table, recordings, problems);
    }
    for footage in recordings.iter_mut().flat_map(|one| &mut one.footages) {
        footage.labels.sort_by_key(|label| label.frame_idx);
    }
}

/// Puts the labels of a set onto the frames; `path` is for messages, `first` is the set's first file.
fn attach(
    path: &str,
    first: &str,
    table: &LabelTable,
    recordings: &mut [RecordingRecord],
    problems: &mut Vec<Problem>,
) {
    let takers = unnamed_takers(first, recordings);
    let mut unclaimed = vec![true; table.len()];
    for (at, recording) in recordings.iter_mut().enumerate() {
        for (camera_at, footage) in recording.footages.iter_mut().enumerate() {
            let name = FootageName {
                recording: &recording.recording.name,
                camera: &footage.footage.camera,
                takes_unnamed: takers.contains(&(at, camera_at)),
            };
            let attached = formats::attach(table, name, &footage.times);
            problems.extend(attached.unmatched.notes("labels").into_iter().map(|note| note.into_problem(path)));
            for (row, lost) in table.rows().zip(&mut unclaimed) {
                let of_camera = row.camera.map_or(name.takes_unnamed, |camera| camera == name.camera);
                *lost &= !(of_camera && row.recording.is_none_or(|recording| recording == name.recording));
            }
            let size = [footage.footage.width_px, footage.footage.height_px].map(f64::from);
            if table.boxes_are_parts && size[0] * size[1] <= 0.0 && !attached.labels.is_empty() {
                problems.push(Problem::new(
                    path,
                    format!(
                        "{} labels are left out: their boxes are told in parts of the image, and {} has no images that tell its size",
                        attached.labels.len(),
                        footage.footage.store
                    ),
                    "Tell the boxes in pixels, or put the images into the store.",
                ));
                continue;
            }
            footage.labels.extend(attached.labels.into_iter().map(|(row, frame)| {
                let label = table.label(row, frame);
                if table.boxes_are_parts { in_pixels(label, size) } else { label }
            }));
        }
    }
    let lost = unclaimed.iter().filter(|lost| **lost).count();
    if lost > 0 {
        let first = unclaimed.iter().position(|lost| *lost).map(|row| table.row(row));
        let names = first.map_or_else(String::new, |row| match (row.recording, row.camera) {
            (Some(recording), Some(camera)) => format!(" (the first names {recording}/{camera})"),
            (Some(recording), None) => format!(" (the first names the recording {recording})"),
            (None, Some(camera)) => format!(" (the first names the camera {camera})"),
            (None, None) => " (they name no camera, and there are several)".to_owned(),
        });
        problems.push(Problem::new(
            path,
            format!("{lost} labels belong to no footage of this recording{names}"),
            "Add a column `camera`, or name the file like its camera.",
        ));
    }
}

/// A label whose box is told in parts of an image of that width and height.
fn in_pixels(label: Label, [width, height]: [f64; 2]) -> Label {
    let bbox = label.bbox.map(|bbox| BoundingBox {
        x: bbox.x * width,
        y: bbox.y * height,
        w: bbox.w * width,
        h: bbox.h * height,
    });
    Label { bbox, ..label }
}

/// The footages that take labels without a camera: the one that the file is named like or lies beside, or the only one.
fn unnamed_takers(path: &str, recordings: &[RecordingRecord]) -> Vec<(usize, usize)> {
    let all: Vec<(usize, usize, &str, &str)> = recordings
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            one.footages.iter().enumerate().map(move |(camera_at, part)| {
                (at, camera_at, part.footage.camera.as_str(), part.footage.store.as_str())
            })
        })
        .collect();
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let named: Vec<_> = all.iter().filter(|(_, _, camera, _)| *camera == stem).collect();
    let beside: Vec<_> = all.iter().filter(|(_, _, _, store)| folder(store) == folder(path)).collect();
    let chosen = if !named.is_empty() {
        named
    } else if !beside.is_empty() {
        // Several stores in one folder are mostly one camera stored in several ways; each shows the same frames.
        beside
    } else if all.len() == 1 {
        all.iter().collect()
    } else {
        Vec::new()
    };
    chosen.into_iter().map(|(at, camera_at, _, _)| (*at, *camera_at)).collect()
}
