//! A whole index into a temporary catalog, and the way to the first screen.

use std::{fs, path::Path, time::Instant};

use super::{
    BenchRequest, IndexRow, OpenRow,
    clock::{Times, Watch},
};
use crate::{
    filter::FrameColumns,
    jobs::Progress,
    lake::Places,
    session::{OpenOptions, Session, SessionError, index},
};

/// Openings, unless it is said how many.
const OPENINGS: usize = 5;
/// Thumbnails on a screen.
const SCREEN: usize = 40;
const SIDE_PX: u32 = 256;
/// Neighbours that one thread takes at a time.
const BATCH: usize = 8;

fn temporary() -> Result<tempfile::TempDir, SessionError> {
    tempfile::tempdir()
        .map_err(|error| SessionError::Failed(format!("no temporary folder can be made: {error}; check free space")))
}

/// The same lake with databases in a folder of their own.
fn places_in(folder: &Path, places: &Places) -> Places {
    Places {
        root: places.root.clone(),
        catalog: folder.join("catalog.sqlite"),
        thumbnails: folder.join("thumbnails.sqlite"),
        kept: folder.join("lake.sqlite"),
        write_lock: folder.join("write.lock"),
        in_lake: false,
    }
}

pub(super) fn index(session: &Session, progress: &Progress) -> Result<IndexRow, SessionError> {
    let folder = temporary()?;
    let places = places_in(folder.path(), &session.inner.places);
    let catalog = places.catalog.clone();
    let fresh = Session::open_at(places, session.inner.options.clone())?;
    let watch = Watch::start();
    let report = index::run(&fresh, progress)?;
    let (seconds, cores_used) = watch.read();
    #[expect(clippy::cast_precision_loss, reason = "told to people")]
    Ok(IndexRow {
        recordings: report.recordings,
        frames: report.frames,
        samples: report.samples_read,
        labels: report.labels,
        seconds,
        frames_per_s: if seconds > 0.0 { report.frames as f64 / seconds } else { 0.0 },
        catalog_bytes: fs::metadata(catalog).map_or(0, |meta| meta.len()),
        cores_used,
    })
}

pub(super) fn open(
    session: &Session,
    request: &BenchRequest,
    progress: &Progress,
) -> Result<Vec<OpenRow>, SessionError> {
    let openings = request.count.unwrap_or(OPENINGS).max(1);
    progress.set_total(openings as u64);
    progress.stage("opening the lake");
    let mut steps = [const { Vec::new() }; 4];
    for _ in 0..openings {
        progress.check()?;
        let times = once(session, request.threads)?;
        for (step, time) in steps.iter_mut().zip(times) {
            step.push(time);
        }
        progress.add(1);
    }
    let names = ["open", "table", "first_screen", "all"];
    let row = |(step, times)| {
        let times = Times::new((0.0, None), times);
        OpenRow { step, openings: openings as u64, p50_ms: times.share_ms(50), p95_ms: times.share_ms(95) }
    };
    Ok(names.into_iter().zip(steps).map(row).collect())
}

/// Opens the lake once more and shows its first screen, without thumbnails of earlier visits.
fn once(session: &Session, threads: Option<usize>) -> Result<[std::time::Duration; 4], SessionError> {
    let options = OpenOptions { thumbnail_store_bytes: Some(0), ..session.inner.options.clone() };
    let began = Instant::now();
    let fresh = Session::open_at(session.inner.places.clone(), options)?;
    let opened = began.elapsed();
    let table = fresh.table()?;
    let ready = began.elapsed();
    let rows: Vec<usize> = (0..table.rows().min(SCREEN)).collect();
    let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, 256) {
            scope.spawn(|| {
                while let Some(rows) = rows.chunks(BATCH).nth(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    // A frame without a picture takes its time, too.
                    fresh.thumbnails(&table, rows, (SIDE_PX, SIDE_PX * 3 / 4), |_, picture| {
                        std::hint::black_box(picture.is_ok());
                        true
                    });
                }
            });
        }
    });
    let shown = began.elapsed();
    Ok([opened, ready.saturating_sub(opened), shown.saturating_sub(ready), shown])
}
