//! The sample lake: drives through drawn towns, with everything a real lake has (images, labels, metrics, locations,
//! arriving events), of any size, the same bytes for the same seed.
//!
//! A drive goes round a road that repeats: after a lap of about 15 s the same world comes again. So the pictures, the
//! boxes and the metrics agree at every moment of a drive of any length, while only one lap is ever drawn; frame `n` of
//! a long drive shows the picture of frame `n` modulo the frames of a lap (or, with fewer distinct pictures, of the
//! nearest moment before it that was drawn).
//!
//! - `motion`, `road`, `world`: what is where, and how it moves;
//! - `camera`, `mood`, `sky`, `ground`, `draw`, `weather`, `canvas`, `scene`: how it is drawn, and what is seen;
//! - `drive`, `footage`, `metric_table`, `label_table`, `events`, `lake_files`: what is written.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "pixels, colours and made-up sensor values: all small, and clamped where they become bytes or indices"
)]
#![expect(
    clippy::many_single_char_names,
    clippy::similar_names,
    reason = "x, y, z, s, d, t and r, g, b are the words of geometry and colour"
)]

mod camera;
mod canvas;
mod color;
mod draw;
mod drive;
mod events;
mod footage;
mod ground;
mod label_table;
mod lake_files;
mod metric_table;
mod mood;
mod motion;
mod noise;
mod road;
mod scene;
mod sky;
mod spec;
mod table_file;
mod weather;
mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use rayon::prelude::*;

pub use self::spec::{SampleLayout, SampleSpec};
use self::{drive::Drive, scene::View};
use crate::{
    frames::WriteStoreError,
    jobs::{Cancelled, Progress},
};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct SampleReport {
    /// Drives.
    pub recordings: u64,
    /// Stores.
    pub footages: u64,
    /// Frames in all stores.
    pub frames: u64,
    /// Labels on all frames.
    pub labels: u64,
    /// Sensor readings: rows times metrics.
    pub samples: u64,
    /// Rows of arriving events, duplicates included.
    pub events: u64,
}

/// Why no sample lake could be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder already holds something.
    #[error("{dir} is not empty; name a new folder or empty this one first")]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// The size asked for makes no sense.
    #[error("cannot make such a sample lake: {what}")]
    Spec {
        /// What is wrong and what would do.
        what: String,
    },
    /// A file or folder could not be written.
    #[error("could not write {path}: {source}; check that the folder is writable and has room")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A store could not be written.
    #[error(transparent)]
    Store(#[from] WriteStoreError),
    /// A Parquet table could not be written.
    #[error("could not write the table {path}: {source}")]
    Table {
        /// The file.
        path: PathBuf,
        /// The writer's answer.
        source: polars::error::PolarsError,
    },
    /// A picture could not be encoded.
    #[error("could not encode a frame for {path} as JPEG: {source}")]
    Jpeg {
        /// The store.
        path: PathBuf,
        /// The encoder's answer.
        source: turbojpeg::Error,
    },
    /// Someone asked to stop. The folder holds an unfinished lake without `lake.toml`.
    #[error("cancelled; the unfinished sample lake can be deleted")]
    Cancelled,
}

impl From<Cancelled> for SampleError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Writes a sample lake into `dir`, which must be new or empty. `lake.toml` comes last: a folder without it is
/// unfinished. The same `spec` gives the same bytes.
///
/// Progress counts frames.
///
/// # Errors
/// [`SampleError`] when the folder is not empty, the spec asks for the impossible, or something cannot be written.
pub fn generate(dir: &Path, spec: &SampleSpec, progress: &Progress) -> Result<SampleReport, SampleError> {
    spec.check()?;
    let file = |source| SampleError::File { path: dir.to_owned(), source };
    fs::create_dir_all(dir).map_err(file)?;
    if fs::read_dir(dir).map_err(file)?.next().is_some() {
        return Err(SampleError::NotEmpty { dir: dir.to_owned() });
    }
    let drives: Vec<Drive> = (0..spec.recordings).map(|index| Drive::new(spec, index)).collect();
    progress.set_total(u64::from(spec.recordings) * u64::from(spec.cameras) * spec.frames);
    progress.stage("drawing drives");
    let counts = Counts::default();
    let seen = drives
        .par_iter()
        .map(|drive| write_drive(dir, spec, drive, progress, &counts))
        .collect::<Result<Vec<_>, _>>()?;
    progress.stage("locations and events");
    events::write_locations(dir, spec, &drives)?;
    let events =
        events::write_events(dir, spec)? + events::write_seen(dir, spec, seen.into_iter().flatten().collect())?;
    progress.check()?;
    lake_files::write_lake_toml(dir, spec)?;
    Ok(SampleReport {
        recordings: u64::from(spec.recordings),
        footages: u64::from(spec.recordings) * u64::from(spec.cameras),
        frames: counts.frames.into_inner(),
        labels: counts.labels.into_inner(),
        samples: counts.samples.into_inner(),
        events,
    })
}

#[derive(Default)]
struct Counts {
    frames: AtomicU64,
    labels: AtomicU64,
    samples: AtomicU64,
}

fn write_drive(
    dir: &Path,
    spec: &SampleSpec,
    drive: &Drive,
    progress: &Progress,
    counts: &Counts,
) -> Result<Vec<events::Event>, SampleError> {
    let folder = dir.join("recordings").join(&drive.name);
    for part in ["footages", "metrics", "labels"] {
        let path = folder.join(part);
        fs::create_dir_all(&path).map_err(|source| SampleError::File { path, source })?;
    }
    let mut labels = Vec::new();
    for camera in 0..spec.cameras {
        progress.check()?;
        let (view, name) = View::ALL[camera as usize];
        let store = folder.join("footages").join(format!("{name}.h5"));
        let footage = footage::write_footage(&store, spec, drive, camera, view, name, progress)?;
        counts.frames.fetch_add(footage.frames, Ordering::Relaxed);
        labels.push(footage);
    }
    let rows = label_table::write_labels(&folder.join("labels"), spec, drive, &labels)?;
    counts.labels.fetch_add(rows, Ordering::Relaxed);
    let samples = metric_table::write_metrics(&folder.join("metrics"), spec, drive, progress)?;
    counts.samples.fetch_add(samples, Ordering::Relaxed);
    lake_files::write_recording_toml(&folder.join("recording.toml"), drive)?;
    Ok(events::seen(spec, drive, &labels))
}

#[cfg(test)]
mod tests;
