//! The labels of a source, attached to the frames of its footages.

use super::source::Reading;
use crate::{
    catalog::RecordingRecord,
    formats::{self, FootageName, LabelOptions, LabelTable, TimeOptions},
    lake::RecordingFiles,
    model::Problem,
};

/// Reads every label file of a source and puts its labels onto the frames. What no frame takes is counted and told.
pub(super) fn read(
    reading: &Reading<'_>,
    files: &RecordingFiles,
    more: &[String],
    recordings: &mut [RecordingRecord],
    problems: &mut Vec<Problem>,
) {
    let paths = files.labels.iter().map(|file| &file.path).chain(more);
    for path in paths {
        let cameras = recordings.iter().flat_map(|one| &one.footages).map(|one| one.footage.camera.clone()).collect();
        let epoch_ns = recordings.first().and_then(|one| one.recording.started_at_ns);
        let options = LabelOptions { time: TimeOptions { epoch_ns, ..TimeOptions::default() }, cameras };
        match read_file(&reading.root.join(path), &options) {
            Ok(table) => {
                problems.extend(table.all_notes("labels").into_iter().map(|note| note.into_problem(path)));
                attach(path, &table, recordings, problems);
            }
            Err(error) => problems.push(reading.format_problem(path, &error)),
        }
    }
    for footage in recordings.iter_mut().flat_map(|one| &mut one.footages) {
        footage.labels.sort_by_key(|label| label.frame_idx);
    }
}

/// Reads a label file by what it is.
fn read_file(path: &std::path::Path, options: &LabelOptions) -> Result<LabelTable, formats::FormatError> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        formats::read_labels_coco(path, options)
    } else {
        formats::read_labels_table(path, options)
    }
}

fn attach(path: &str, table: &LabelTable, recordings: &mut [RecordingRecord], problems: &mut Vec<Problem>) {
    let takers = unnamed_takers(path, recordings);
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
            footage.labels.extend(attached.labels.into_iter().map(|(row, frame)| table.label(row, frame)));
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
