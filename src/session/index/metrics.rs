//! The sensor samples of a source: tables, comma research logs, and arrays that stand beside the frames.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    path::Path,
};

use super::{source::Reading, stores::FoundRecording};
use crate::{
    formats::{self, FileKind, MetricOptions, TimeOptions},
    frames::{self, structure::Values},
    lake::RecordingFiles,
    model::{Problem, Series},
};

/// Samples of the recordings of one source, unique metric names per recording.
#[derive(Debug, Default)]
pub(crate) struct RecordingSeries {
    /// By recording and metric name: the file, and its samples.
    by_recording: BTreeMap<String, BTreeMap<String, (String, Series)>>,
    /// Tables outside the native layout that turned out to hold labels.
    pub(super) label_tables: Vec<String>,
}

impl RecordingSeries {
    /// Adds metrics to a recording; those whose names are taken are told and left out.
    fn add(&mut self, recording: &str, path: &str, series: Vec<Series>, problems: &mut Vec<Problem>) {
        let known = self.by_recording.entry(recording.to_owned()).or_default();
        let mut taken = BTreeMap::<String, Vec<String>>::new();
        for one in series {
            match known.entry(one.name.clone()) {
                Entry::Vacant(place) => {
                    place.insert((path.to_owned(), one));
                }
                Entry::Occupied(place) => taken.entry(place.get().0.clone()).or_default().push(one.name),
            }
        }
        for (other, names) in taken {
            let shown = names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if names.len() > 3 { format!(" and {} more metrics", names.len() - 3) } else { String::new() };
            problems.push(Problem::new(
                path,
                format!("{shown}{more} are in {other} of the same recording already, which holds"),
                "Rename the metrics, or remove one of the two files.",
            ));
        }
    }

    /// Takes the metrics of a recording out, in name order.
    pub(crate) fn take(&mut self, recording: &str) -> Vec<Series> {
        self.by_recording.remove(recording).unwrap_or_default().into_values().map(|(_, series)| series).collect()
    }

    /// Time of the first sample of a recording.
    pub(super) fn first_time(&self, recording: &str) -> Option<i64> {
        self.by_recording.get(recording)?.values().filter_map(|(_, series)| series.time_ns.first()).min().copied()
    }
}

/// Reads the sensor files of a source. A log that counts camera frames gives them their times.
pub(super) fn read(
    reading: &Reading<'_>,
    files: &RecordingFiles,
    found: &mut [FoundRecording],
    started_at_ns: Option<i64>,
    problems: &mut Vec<Problem>,
) -> RecordingSeries {
    let mut all = RecordingSeries::default();
    // Tables belong to the source's own recording; in a source of several, none is named, so they go to the first.
    let owner = found.first().map_or_else(|| files.name.clone(), |one| one.name.clone());
    let options = MetricOptions {
        time: TimeOptions { epoch_ns: started_at_ns, ..TimeOptions::default() },
        units: reading.units(),
    };
    for file in &files.metrics {
        let path = reading.root.join(&file.path);
        if !file.certain {
            match formats::detect(&path) {
                Some(FileKind::Metrics) => {}
                Some(FileKind::LabelTable | FileKind::CocoLabels) => {
                    all.label_tables.push(file.path.clone());
                    continue;
                }
                _ => {
                    problems.push(Problem::new(
                        &file.path,
                        "holds neither metrics nor labels that Lakescope knows",
                        "See docs/lake-format.md for what opens; move it out of the recording if it does not belong there.",
                    ));
                    continue;
                }
            }
        }
        match formats::read_metrics(&path, &options) {
            Ok(table) => {
                problems.extend(table.all_notes().into_iter().map(|note| note.into_problem(&file.path)));
                all.add(&owner, &file.path, table.series, problems);
            }
            Err(error) => problems.push(reading.format_problem(&file.path, &error)),
        }
    }
    for file in &files.logs {
        match frames::probe_store(reading.pool, reading.root, &file.path) {
            Ok(probe) => {
                problems.extend(probe.problems.into_iter().map(|(what, hint)| Problem::new(&file.path, what, hint)));
                let frames =
                    found.iter().flat_map(|one| &one.footages).map(|one| one.footage.frames).max().unwrap_or(0);
                let arrays =
                    probe.log.iter().filter_map(|(name, values)| Some((name.clone(), numbers(values)?))).collect();
                let frames = usize::try_from(frames).unwrap_or(usize::MAX);
                match formats::read_comma_log(Path::new(&file.path), &arrays, frames, started_at_ns) {
                    Ok(log) => {
                        problems.extend(log.notes.into_iter().map(|note| note.into_problem(&file.path)));
                        for footage in found.iter_mut().flat_map(|one| &mut one.footages) {
                            footage.log_times(&log.frame_times);
                        }
                        all.add(&owner, &file.path, log.series, problems);
                    }
                    Err(error) => problems.push(reading.format_problem(&file.path, &error)),
                }
            }
            Err(error) => {
                let (what, hint) = error.problem();
                problems.push(Problem::new(&file.path, what, hint));
            }
        }
    }
    all
}

/// The values of an array as doubles; `None` for text.
#[expect(clippy::cast_precision_loss, reason = "metrics are doubles; counters beyond 2^53 lose their last digits")]
fn numbers(values: &Values) -> Option<Vec<f64>> {
    match values {
        Values::Integers(values) => Some(values.iter().map(|value| *value as f64).collect()),
        Values::Floats(values) => Some(values.clone()),
        Values::Texts(_) => None,
    }
}

/// Adds the arrays that stand beside frames in their stores (joint positions, actions), now that frames have times.
pub(super) fn add_arrays(
    reading: &Reading<'_>,
    found: &[FoundRecording],
    all: &mut RecordingSeries,
    problems: &mut Vec<Problem>,
) {
    for recording in found {
        // Cameras of one file share its arrays, so the first that has them tells them for all.
        let mut told = BTreeSet::new();
        for footage in &recording.footages {
            let store = &footage.footage.store;
            for (name, values) in &footage.arrays {
                if !told.insert((store, name)) {
                    continue;
                }
                let Some(values) = numbers(values) else { continue };
                match formats::array_metrics(Path::new(store), name, &values, 1, &footage.times) {
                    Ok((series, notes)) => {
                        problems.extend(notes.into_iter().map(|note| note.into_problem(store)));
                        all.add(&recording.name, store, series, problems);
                    }
                    Err(error) => problems.push(reading.format_problem(store, &error)),
                }
            }
        }
    }
}

/// The samples of one recording of a source, read again for plots and statistics.
pub(crate) fn read_all(reading: &Reading<'_>, files: &RecordingFiles, recording: &str) -> Vec<Series> {
    let mut problems = Vec::new();
    let started_at_ns = files
        .manifest
        .as_ref()
        .and_then(|path| formats::read_recording_toml(&reading.root.join(path)).ok())
        .and_then(|file| file.started_at_ns);
    let needs_stores = !files.logs.is_empty() || !files.native;
    let mut found = if needs_stores { super::stores::read(reading, files, &mut problems) } else { Vec::new() };
    let mut series = read(reading, files, &mut found, started_at_ns, &mut problems);
    super::stores::set_clocks(&mut found, &series, started_at_ns, reading.manifest.rate_hz, &mut problems);
    add_arrays(reading, &found, &mut series, &mut problems);
    series.take(recording)
}
