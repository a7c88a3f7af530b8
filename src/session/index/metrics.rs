//! The sensor samples of a source: tables, comma research logs, and arrays that stand beside the frames.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use super::{
    oxts,
    recording_series::{RecordingSeries, SensorFile},
    source::{Reading, seconds_to_ns},
    stores::{self, FoundLog, FoundRecording},
};
use crate::{
    formats::{self, FileKind, MetricOptions, TimeOptions},
    frames::{self, structure::Values},
    lake::{self, RecordingFiles},
    model::{Column, NULL_WORD, Problem, Series},
    session::settings::time_unit,
};

/// Reads the sensor files of a source. A log that counts camera frames gives them their times.
pub(super) fn read(
    reading: &Reading<'_>,
    files: &RecordingFiles,
    found: &mut [FoundRecording],
    mut logs: Vec<FoundLog>,
    started_at_ns: Option<i64>,
    problems: &mut Vec<Problem>,
) -> RecordingSeries {
    let mut all = RecordingSeries::default();
    // Tables belong to the source's own recording; in a source of several, none is named, so they go to the first.
    let owner = found.first().map_or_else(|| files.name.clone(), |one| one.name.clone());
    let first_frame_ns = found.first().and_then(stores::first_frame_ns);
    let options = MetricOptions {
        time: TimeOptions {
            epoch_ns: started_at_ns.or(first_frame_ns),
            epoch_guessed: started_at_ns.is_none(),
            ..TimeOptions::default()
        },
        units: reading.settings.units(),
    };
    tell_idle(reading, files, problems);
    let options_of = |path: &str| of_file(reading, &options, path);
    let moved = |path: &str, series: Vec<Series>| move_times(series, reading.settings.sensor(path).offset_s);
    let (oxts, tables): (Vec<_>, Vec<_>) = files.metrics.iter().partition(|file| lake::is_oxts(&file.path));
    oxts::read(reading, &oxts, &options_of, |path, series| all.add(&owner, path, moved(path, series)), problems);
    for file in tables {
        let path = reading.root.join(&file.path);
        if !file.certain {
            match formats::detect(&path) {
                Some(FileKind::Metrics) => {}
                Some(FileKind::LabelTable | FileKind::CocoLabels | FileKind::BddLabels) => {
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
        match formats::read_metrics(&path, &options_of(&file.path)) {
            Ok(table) => {
                problems.extend(table.all_notes().into_iter().map(|note| note.into_problem(&file.path)));
                let moved_by_ns = reading.settings.sensor(&file.path).offset_s.map_or(0, seconds_to_ns);
                all.files.push(SensorFile::of(&file.path, &table, moved_by_ns));
                all.add(&owner, &file.path, moved(&file.path, table.series));
            }
            Err(error) => problems.push(reading.format_problem(&file.path, &error)),
        }
    }
    for file in &files.logs {
        match frames::probe_store(reading.pool, reading.root, &file.path) {
            Ok(probe) => {
                problems.extend(probe.problems.into_iter().map(|(what, hint)| Problem::new(&file.path, what, hint)));
                if !probe.footages.is_empty() {
                    problems.push(Problem::new(
                        &file.path,
                        "holds images, which are not looked for where sensor logs are",
                        "Move it into footages/.",
                    ));
                }
                if !probe.log.is_empty() {
                    logs.push(FoundLog { path: file.path.clone(), arrays: probe.log });
                }
            }
            Err(error) => {
                let (what, hint) = error.problem();
                problems.push(Problem::new(&file.path, what, hint));
            }
        }
    }
    for log in logs {
        // A log of the comma layout, which tells by its row which frame was shown when.
        let has = |wanted: &str| log.arrays.iter().any(|(name, values)| name == wanted && numbers(values).is_some());
        let series = if has("times") && has("cam1_ptr") {
            frame_counting_log(reading, &log, found, started_at_ns, problems)
        } else {
            let unit = reading.settings.sensor(&log.path).time_unit.map(time_unit);
            let options = MetricOptions { time: TimeOptions { unit, ..options.time.clone() }, ..options.clone() };
            moved(&log.path, plain_log(reading, &log, &options, problems))
        };
        all.add(&owner, &log.path, series);
    }
    all
}

/// Whether a file's format leaves no room for another column or unit of times: MDF 4, and the times of KITTI readings.
fn tells_its_times(path: &str) -> bool {
    let is_mdf = Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("mf4"));
    is_mdf || lake::is_oxts(path) && path.ends_with("timestamps.txt")
}

/// Times of each file are in its own zone, column and unit.
fn of_file(reading: &Reading<'_>, options: &MetricOptions, path: &str) -> MetricOptions {
    let setting = reading.settings.sensor(path);
    let free = !tells_its_times(path);
    let time = TimeOptions {
        zone: reading.settings.zone_of(path),
        unit: setting.time_unit.map(time_unit).filter(|_| free),
        column: setting.time_column.filter(|_| free),
        ..options.time.clone()
    };
    MetricOptions { time, ..options.clone() }
}

/// Tells the settings of files whose format leaves no room for them.
fn tell_idle(reading: &Reading<'_>, files: &RecordingFiles, problems: &mut Vec<Problem>) {
    let fixed = files.metrics.iter().map(|file| &file.path).filter(|path| tells_its_times(path));
    let idle = fixed.map(|path| (path, true)).chain(files.logs.iter().map(|file| (&file.path, false)));
    for (path, with_unit) in idle {
        let setting = reading.settings.sensor(path);
        let unit = (with_unit && setting.time_unit.is_some()).then_some("time_unit");
        for key in unit.into_iter().chain(setting.time_column.is_some().then_some("time_column")) {
            problems.push(Problem::new(
                path,
                format!("{key} of lake.toml does nothing here: files of this format tell it themselves"),
                "Remove the setting; offset_s moves the times of any sensor file.",
            ));
        }
    }
}

/// Times that metrics of one table share.
type Times = Arc<Vec<i64>>;

/// The metrics with their times moved; those of one table go on to share them. A time that cannot be held stays the last
/// that can.
fn move_times(mut series: Vec<Series>, offset_s: Option<f64>) -> Vec<Series> {
    let by_ns = offset_s.map_or(0, seconds_to_ns);
    if by_ns == 0 {
        return series;
    }
    let mut known: Vec<(Times, Times)> = Vec::new();
    for one in &mut series {
        let moved =
            known.iter().find(|(before, _)| Arc::ptr_eq(before, &one.time_ns)).map(|(_, after)| Arc::clone(after));
        let moved = moved.unwrap_or_else(|| {
            let after = Arc::new(one.time_ns.iter().map(|time| time.saturating_add(by_ns)).collect());
            known.push((Arc::clone(&one.time_ns), Arc::clone(&after)));
            after
        });
        one.time_ns = moved;
    }
    series
}

/// Reads a log that counts camera frames, and gives the frames their times.
fn frame_counting_log(
    reading: &Reading<'_>,
    log: &FoundLog,
    found: &mut [FoundRecording],
    started_at_ns: Option<i64>,
    problems: &mut Vec<Problem>,
) -> Vec<Series> {
    let frames = found.iter().flat_map(|one| &one.footages).map(|one| one.footage.frames).max().unwrap_or(0);
    let frames = usize::try_from(frames).unwrap_or(usize::MAX);
    let arrays = log.arrays.iter().filter_map(|(name, values)| Some((name.clone(), numbers(values)?))).collect();
    match formats::read_comma_log(Path::new(&log.path), &arrays, frames, started_at_ns) {
        Ok(read) => {
            problems.extend(read.notes.into_iter().map(|note| note.into_problem(&log.path)));
            for footage in found.iter_mut().flat_map(|one| &mut one.footages) {
                footage.log_times(&read.frame_times);
            }
            read.series
        }
        Err(error) => {
            problems.push(reading.format_problem(&log.path, &error));
            Vec::new()
        }
    }
}

/// Reads a log whose times are found by the names of its arrays.
fn plain_log(
    reading: &Reading<'_>,
    log: &FoundLog,
    options: &MetricOptions,
    problems: &mut Vec<Problem>,
) -> Vec<Series> {
    let arrays = log.arrays.iter().map(|(name, values)| (name.clone(), column(values))).collect();
    let read = formats::read_array_log(Path::new(&log.path), arrays, options);
    if !read.timeless.is_empty() {
        let shown = read.timeless.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = read.timeless.len().saturating_sub(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        problems.push(Problem::new(
            &log.path,
            format!("{shown}{more} are not used: times and values of one length are needed"),
            "Add an array `timestamps` with one time per value.",
        ));
    }
    let mut series = Vec::new();
    for table in read.tables {
        match table {
            Ok(table) => {
                problems.extend(table.all_notes().into_iter().map(|note| note.into_problem(&log.path)));
                series.extend(table.series);
            }
            Err(error) => problems.push(reading.format_problem(&log.path, &error)),
        }
    }
    series
}

/// The values of an array as a column.
fn column(values: &Values) -> Column {
    match values {
        Values::Integers(values) => Column::Int { values: values.clone(), valid: Vec::new() },
        Values::Floats(values) => Column::Float(values.clone()),
        Values::Texts(texts) => {
            let words: Vec<String> = texts.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
            let code = |text: &String| words.binary_search(text).ok().and_then(|at| u32::try_from(at).ok());
            Column::Text { codes: texts.iter().map(|text| code(text).unwrap_or(NULL_WORD)).collect(), words }
        }
    }
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
                        all.add(&recording.name, store, series);
                    }
                    Err(error) => problems.push(reading.format_problem(store, &error)),
                }
            }
        }
    }
}

/// The samples of one recording of a source, read again for plots and statistics.
pub(crate) fn read_all(reading: &Reading<'_>, files: &RecordingFiles, recording: &str) -> Vec<Series> {
    read_all_and_files(reading, files, recording).0
}

/// The same, with what reading the tables turned up.
pub(crate) fn read_all_and_files(
    reading: &Reading<'_>,
    files: &RecordingFiles,
    recording: &str,
) -> (Vec<Series>, Vec<SensorFile>) {
    // The list comes from a catalog that anyone may have written, so each path must prove to lie in the lake again.
    // Labels are not read here, and there may be a great many of them.
    let files = RecordingFiles { labels: Vec::new(), ..files.clone() };
    let files = &files.kept_inside(reading.root);
    let mut problems = Vec::new();
    let started_at_ns = files
        .manifest
        .as_ref()
        .and_then(|path| {
            formats::read_recording_toml_in(&reading.root.join(path), reading.settings.zone().as_ref()).ok()
        })
        .and_then(|file| file.started_at_ns);
    let needs_stores = !files.logs.is_empty() || !files.native || !files.stores.is_empty();
    let found = needs_stores.then(|| stores::read(reading, files, &mut problems));
    let (mut found, logs) = found.map_or_else(Default::default, |found| (found.recordings, found.logs));
    let mut series = read(reading, files, &mut found, logs, started_at_ns, &mut problems);
    stores::set_clocks(&mut found, &series, started_at_ns, reading.settings.rate_hz(), &mut problems);
    add_arrays(reading, &found, &mut series, &mut problems);
    series.join_parts(&mut problems);
    // The catalog puts `~` behind a name that another source has, too.
    let known = series.has(recording);
    let tables = std::mem::take(&mut series.files);
    (series.take(if known { recording } else { recording.trim_end_matches('~') }), tables)
}
