//! Indexing: the folder is walked, what changed is read on every core, and one writer puts it into the catalog, one
//! transaction per source. A kill at any moment leaves whole sources; the next run goes on with the rest.

mod adrift;
mod labels;
mod metrics;
mod oxts;
mod recording_series;
mod source;
mod stores;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use rayon::prelude::*;

use super::{IndexReport, Inner, Session, SessionError, changing::sensor_files, settings::Settings};
use crate::{
    catalog::{CatalogError, CatalogWriter, SourceRecord},
    frames,
    jobs::{Cancelled, Progress},
    lake::{self, FootageName, RecordingFiles},
    model::Problem,
};

pub(super) use metrics::{read_all as read_series, read_all_and_files as read_series_and_files};
pub(super) use recording_series::SensorFile;
pub(super) use source::{align_options, seconds_to_ns};

/// Grows with every change in how files are read, so that sources indexed before are read again.
const READING_VERSION: u32 = 6;

/// Finished sources that may wait for the writer; bounds memory.
const WAITING_SOURCES: usize = 4;

/// What is needed to read the files of an open lake again.
pub(super) fn reading<'a>(session: &'a Session, settings: &'a Settings) -> source::Reading<'a> {
    let Inner { places, images, .. } = &*session.inner;
    source::Reading { root: &places.root, settings, pool: images.pool() }
}

/// Builds or refreshes the index. A catalog that turns out to be damaged is thrown away and made again, once.
pub(super) fn run(session: &Session, progress: &Progress) -> Result<IndexReport, SessionError> {
    progress.stage("walking the folder");
    let writer = CatalogWriter::open(&session.inner.places, || {
        progress.stage("waiting for another process that is indexing");
        !progress.is_cancelled()
    })?;
    let Some(mut writer) = writer else { return Err(SessionError::Cancelled) };
    match refresh(session, &mut writer, progress) {
        Err(Stopped::Damaged(error)) => {
            progress.log(format!("{error}; the catalog is made again"));
            writer.begin_anew()?;
            refresh(session, &mut writer, progress).map_err(Stopped::into_error)
        }
        result => result.map_err(Stopped::into_error),
    }
}

/// Why an index did not come to its end.
enum Stopped {
    /// The catalog is damaged.
    Damaged(CatalogError),
    /// Anything else.
    Failed(SessionError),
}

impl Stopped {
    fn into_error(self) -> SessionError {
        match self {
            Self::Damaged(error) => error.into(),
            Self::Failed(error) => error,
        }
    }
}

impl From<CatalogError> for Stopped {
    fn from(error: CatalogError) -> Self {
        if error.is_damage() { Self::Damaged(error) } else { Self::Failed(error.into()) }
    }
}

impl From<SessionError> for Stopped {
    fn from(error: SessionError) -> Self {
        Self::Failed(error)
    }
}

/// Reads what changed since the catalog was written.
fn refresh(session: &Session, writer: &mut CatalogWriter, progress: &Progress) -> Result<IndexReport, Stopped> {
    let began = Instant::now();
    let places = &session.inner.places;
    // The manifest may have changed since the lake was opened; an index always follows the file.
    let manifest = lake::Manifest::read(&places.root).map_err(SessionError::from)?;
    progress.stage("walking the folder");
    let found = lake::discover(&places.root, progress)
        .map_err(|error| if progress.is_cancelled() { SessionError::Cancelled } else { error.into() })?;
    let known = writer.fingerprints()?;
    let mut problems = found.problems;
    problems.extend(unknown_keys(&manifest));
    let settings = Settings::read(places, manifest)?;
    let indexed = writer.footage_names()?;
    let metrics = writer.metric_names()?;
    // What concerns single footages, metrics and sensor files goes into the fingerprints of their own sources below.
    let salt = format!("{READING_VERSION} {}", settings.general());
    let sensors: Vec<String> = found.recordings.iter().flat_map(sensor_files).collect();
    let names: BTreeSet<String> = found.recordings.iter().map(|files| files.name.clone()).collect();
    let gone: Vec<String> = known.keys().filter(|name| !names.contains(*name)).cloned().collect();
    // A store may lead to others whose changes its own state does not show.
    let led_astray: BTreeSet<String> = writer
        .stored_elsewhere()?
        .into_iter()
        .filter(|(_, layout)| frames::sources_changed(&places.root, layout))
        .map(|(name, _)| name)
        .collect();
    let changed: Vec<(RecordingFiles, String)> = found
        .recordings
        .into_iter()
        .map(|files| (files.fingerprint(&places.root, &salt), files))
        .filter(|(fingerprint, files)| {
            let footages = indexed.get(&files.name).into_iter().flatten().map(named);
            let metrics = metrics.get(&files.name).into_iter().flatten();
            let now = settings.fingerprint(fingerprint, footages, metrics, sensor_files(files));
            known.get(&files.name) != Some(&now) || led_astray.contains(&files.name)
        })
        .map(|(fingerprint, files)| (files, fingerprint))
        .collect();
    // Recordings inside a store are called otherwise once another source lies below its name; until it is read again
    // its old names would stand in the way.
    let renamed = changed.iter().map(|(files, _)| files).filter(|files| files.inner.is_some());
    let forgotten: Vec<String> = gone.iter().chain(renamed.map(|files| &files.name)).cloned().collect();
    writer.settle(&forgotten, &problems)?;
    progress.set_total(changed.len() as u64);
    progress.stage("reading recordings");
    let kept = (names.len() - changed.len()) as u64;
    let reading = source::Reading { root: &places.root, settings: &settings, pool: session.inner.images.pool() };
    let mut samples_read = 0;
    put_all(&changed, &reading, progress, |mut record| {
        let footages = record.recordings.iter().flat_map(|recording| &recording.footages);
        let metrics = record.recordings.iter().flat_map(|recording| &recording.summaries).map(|metric| &metric.name);
        record.fingerprint = settings.fingerprint(
            &record.fingerprint,
            footages.map(|one| (&one.footage).into()),
            metrics,
            sensor_files(&record.files),
        );
        samples_read += record.recordings.iter().map(|recording| recording.samples).sum::<u64>();
        let resized = writer.put(&record)?;
        progress.log(told(&record));
        for store in resized {
            progress.log(format!("{store}: its size changed, so its checksums were dropped; record them again"));
        }
        Ok(())
    })?;
    progress.stage("finishing");
    let indexed = writer.footage_names()?;
    let footages: Vec<FootageName<'_>> = indexed.values().flatten().map(named).collect();
    let metrics: BTreeSet<String> = writer.metric_names()?.into_values().flatten().collect();
    problems.extend(settings.problems(&footages, &sensors, &metrics));
    writer.settle(&[], &problems)?;
    writer.set_position(settings.position().as_ref())?;
    let way = |name: &String| Some((name.clone(), settings.metric(name).interpolate? == "circular"));
    writer.set_circular(&metrics.iter().filter_map(way).collect())?;
    writer.finish()?;
    let totals = session.reader()?.totals()?;
    Ok(IndexReport {
        recordings: totals.recordings,
        footages: totals.footages,
        frames: totals.frames,
        labels: totals.labels,
        samples_read,
        recordings_read: changed.len() as u64,
        recordings_kept: kept,
        recordings_removed: gone.len() as u64,
        problems: totals.problems,
        seconds: began.elapsed().as_secs_f64(),
    })
}

/// Reads the sources on every core and gives each to `put` on this thread, as they get ready.
fn put_all(
    changed: &[(RecordingFiles, String)],
    reading: &source::Reading<'_>,
    progress: &Progress,
    mut put: impl FnMut(SourceRecord) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let (send, receive) = crossbeam_channel::bounded::<SourceRecord>(WAITING_SOURCES);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop = &stop;
        scope.spawn(move || {
            // An error ends the iteration early; it only means that nobody wants the rest.
            let _ = changed.par_iter().try_for_each_with(send, |send, (files, fingerprint)| {
                if stop.load(Ordering::Relaxed) || progress.is_cancelled() {
                    return Err(Cancelled);
                }
                send.send(reading.read(files, fingerprint)).map_err(|_| Cancelled)
            });
        });
        let mut result = Ok(());
        for record in receive {
            if result.is_err() {
                continue;
            }
            result = cancelled(progress).and_then(|()| put(record));
            progress.add(1);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
        }
        result.and_then(|()| cancelled(progress))
    })
}

fn cancelled(progress: &Progress) -> Result<(), Stopped> {
    progress.check().map_err(|stop| Stopped::Failed(stop.into()))
}

/// A footage of the catalog as patterns see it.
fn named((recording, camera, store): &(String, String, String)) -> FootageName<'_> {
    FootageName { recording, camera, store }
}

/// One line of the run's log.
fn told(record: &SourceRecord) -> String {
    let frames: u64 =
        record.recordings.iter().flat_map(|recording| &recording.footages).map(|part| part.footage.frames).sum();
    let labels: usize =
        record.recordings.iter().flat_map(|recording| &recording.footages).map(|part| part.labels.len()).sum();
    let samples: u64 = record.recordings.iter().map(|recording| recording.samples).sum();
    let problems = record.problems.len();
    format!("{}: {frames} frames, {labels} labels, {samples} samples, {problems} problems", record.files.name)
}

/// Keys of `lake.toml` that mean nothing to this version.
fn unknown_keys(manifest: &lake::Manifest) -> Vec<Problem> {
    manifest
        .other
        .keys()
        .map(|key| {
            Problem::new(
                "lake.toml",
                format!("the key `{key}` is not known and does nothing"),
                "See docs/lake-format.md for the keys there are.",
            )
        })
        .collect()
}
