//! Whole frames and thumbnails, kind of store by kind of store.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    BenchRequest, FramesRow,
    clock::{self, Times},
};
use crate::{
    catalog::{FrameTable, ThumbnailKey, ThumbnailStore},
    filter::FrameColumns,
    frames::{decode_thumbnail, encode_thumbnail, thumbnail_dimensions},
    jobs::Progress,
    model::{Raster, Samples},
    session::{Session, SessionError},
};

/// Frames of each kind of store, unless it is said how many.
const FRAMES: usize = 2000;
/// Neighbouring frames of one piece of work with thumbnails: a few rows of the grid.
const NEIGHBOURS: usize = 16;
/// The square that thumbnails fit into.
const SIDE_PX: u32 = 160;
/// Failures that are told one by one.
const TOLD_FAILURES: u64 = 20;

/// The spans of rows of the footages of one kind of store.
type Spans = Vec<(usize, usize)>;

/// The rows of each kind of store to measure: those that were named, or what `pick` takes.
fn chosen(
    table: &FrameTable,
    request: &BenchRequest,
    pick: impl Fn(&[(usize, usize)]) -> Vec<usize>,
) -> Result<BTreeMap<String, Vec<usize>>, SessionError> {
    let Some(names) = &request.frames else {
        return Ok(kinds(table)?.into_iter().map(|(kind, spans)| (kind, pick(&spans))).collect());
    };
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in named(table, names)? {
        let kind = &table.footage_list()[table.footage_index(row)].store_kind;
        rows.entry(kind.clone()).or_default().push(row);
    }
    Ok(rows)
}

/// The rows of named frames.
pub(super) fn named(table: &FrameTable, names: &[String]) -> Result<Vec<usize>, SessionError> {
    if names.is_empty() {
        return Err(SessionError::Usage("the list of frames is empty".to_owned()));
    }
    let row = |name: &String| {
        let row = name.parse().ok().and_then(|id| table.row_of(&id));
        row.ok_or_else(|| SessionError::Usage(format!("there is no frame `{name}` in the lake")))
    };
    names.iter().map(row).collect()
}

/// The kinds of stores with images, and where their frames are.
fn kinds(table: &FrameTable) -> Result<BTreeMap<String, Spans>, SessionError> {
    let mut kinds: BTreeMap<String, Spans> = BTreeMap::new();
    for (footage, span) in table.footage_list().iter().zip(table.footages()) {
        if footage.width_px > 0 && span.rows > 0 {
            kinds.entry(footage.store_kind.clone()).or_default().push((span.first_row, span.rows));
        }
    }
    if kinds.is_empty() {
        return Err(SessionError::Failed("the lake holds no images; there is nothing to measure".to_owned()));
    }
    Ok(kinds)
}

/// Rows at random, the same for the same seed.
fn random_rows(spans: &[(usize, usize)], count: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let all: usize = spans.iter().map(|(_, rows)| rows).sum();
    (0..count)
        .map(|_| {
            let mut at = random.random_range(0..all);
            let span = spans.iter().find(|(_, rows)| {
                let inside = at < *rows;
                if !inside {
                    at -= rows;
                }
                inside
            });
            span.map_or(0, |(first, _)| first + at)
        })
        .collect()
}

/// Counts failures and names the first of them in the log.
struct Failures<'a> {
    table: &'a FrameTable,
    progress: &'a Progress,
    count: AtomicU64,
}

impl Failures<'_> {
    fn add(&self, row: usize, error: &SessionError) {
        if self.count.fetch_add(1, Ordering::Relaxed) < TOLD_FAILURES {
            self.progress.log(format!("{}: {error}", self.table.frame_id(row)));
        }
    }
}

fn threads(request: &BenchRequest) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    request.threads.unwrap_or_else(cores).clamp(1, 256)
}

#[expect(clippy::cast_precision_loss, reason = "told to people")]
fn row(
    kind: &str,
    way: Option<&'static str>,
    times: &Times,
    (frames, failed, bytes_read, threads): (u64, u64, u64, usize),
) -> FramesRow {
    FramesRow {
        store_kind: kind.to_owned(),
        way,
        frames,
        failed,
        frames_per_s: if times.seconds > 0.0 { frames as f64 / times.seconds } else { 0.0 },
        p50_ms: times.share_ms(50),
        p95_ms: times.share_ms(95),
        bytes_read,
        threads,
        cores_used: times.cores_used,
    }
}

/// Reads a frame of each footage, so that the clock finds the stores open and their places known, as they are for who
/// has looked at them before. What fails is told when it is measured.
fn open_stores(session: &Session, table: &FrameTable, rows: &[usize]) {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        first.entry(table.footage_index(*row)).or_insert(*row);
    }
    for row in first.values() {
        let _ = session.image(table, *row);
    }
}

pub(super) fn frames(
    session: &Session,
    table: &FrameTable,
    request: &BenchRequest,
    progress: &Progress,
) -> Result<Vec<FramesRow>, SessionError> {
    let (count, threads) = (request.count.unwrap_or(FRAMES).max(1), threads(request));
    let chosen =
        chosen(table, request, |spans| random_rows(spans, count, &mut ChaCha8Rng::seed_from_u64(request.seed)))?;
    progress.set_total(chosen.values().map(|rows| rows.len() as u64).sum());
    let mut found = Vec::new();
    for (kind, rows) in &chosen {
        progress.stage(format!("reading {kind} frames"));
        open_stores(session, table, rows);
        let failures = Failures { table, progress, count: AtomicU64::new(0) };
        let reader = &session.inner.images.reader;
        let before = reader.bytes_read();
        let times = clock::on_threads(
            (threads, rows.len()),
            progress,
            || Raster { width_px: 0, height_px: 0, channels: 1, samples: Samples::U8(Vec::new()) },
            |raster, at, times| {
                let began = Instant::now();
                if let Err(error) = session.image_into(table, rows[at], raster) {
                    failures.add(rows[at], &error);
                }
                times.push(began.elapsed());
            },
            || (),
        )?;
        let failed = failures.count.into_inner();
        let counts = (rows.len() as u64 - failed, failed, reader.bytes_read() - before, threads);
        found.push(row(kind, None, &times, counts));
    }
    Ok(found)
}

pub(super) fn thumbnails(
    session: &Session,
    table: &FrameTable,
    request: &BenchRequest,
    progress: &Progress,
) -> Result<Vec<FramesRow>, SessionError> {
    let (count, threads) = (request.count.unwrap_or(FRAMES).max(1), threads(request));
    let chosen =
        chosen(table, request, |spans| neighbours(spans, count, &mut ChaCha8Rng::seed_from_u64(request.seed)))?;
    progress.set_total(chosen.values().map(|rows| 3 * rows.len() as u64).sum());
    let folder = tempfile::tempdir()
        .map_err(|error| SessionError::Failed(format!("no temporary folder can be made: {error}; check free space")))?;
    let mut found = Vec::new();
    for (at, (kind, rows)) in chosen.iter().enumerate() {
        open_stores(session, table, rows);
        let batches: Vec<&[usize]> = rows.chunks(NEIGHBOURS).collect();
        let made = Made { session, table, kind, batches: &batches, threads, progress };
        progress.stage(format!("thumbnails of {kind} frames, into memory"));
        found.push(made.pictures("memory", None)?);
        let store = ThumbnailStore::new(folder.path().join(format!("{at}.sqlite")), u64::MAX >> 1);
        progress.stage(format!("thumbnails of {kind} frames, into a store"));
        found.push(made.pictures("store", Some(&store))?);
        progress.stage(format!("thumbnails of {kind} frames, from the store"));
        found.push(made.read_back(&store)?);
    }
    Ok(found)
}

/// Rows in runs of neighbours, the runs in random order; no row comes twice as long as there are enough.
fn neighbours(spans: &[(usize, usize)], count: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let mut runs: Vec<Vec<usize>> = spans
        .iter()
        .flat_map(|(first, rows)| (0..*rows).step_by(NEIGHBOURS).map(move |at| (first + at, NEIGHBOURS.min(rows - at))))
        .map(|(first, rows)| (first..first + rows).collect())
        .collect();
    for at in (1..runs.len()).rev() {
        runs.swap(at, random.random_range(0..=at));
    }
    runs.iter().flatten().copied().cycle().take(count).collect()
}

/// Thumbnails of one kind of store to be made.
struct Made<'a> {
    session: &'a Session,
    table: &'a FrameTable,
    kind: &'a str,
    batches: &'a [&'a [usize]],
    threads: usize,
    progress: &'a Progress,
}

impl Made<'_> {
    fn frames(&self) -> u64 {
        self.batches.iter().map(|rows| rows.len() as u64).sum()
    }

    /// Makes every picture; with a store, codes it and hands it in, and waits until all are written.
    fn pictures(&self, way: &'static str, store: Option<&ThumbnailStore>) -> Result<FramesRow, SessionError> {
        let failures = Failures { table: self.table, progress: self.progress, count: AtomicU64::new(0) };
        let reader = &self.session.inner.images.reader;
        let before = reader.bytes_read();
        let times = clock::on_threads(
            (self.threads, self.batches.len()),
            self.progress,
            || (),
            |(), at, times| {
                let rows = self.batches[at];
                let mut began = Instant::now();
                self.session.pictures(self.table, rows, (SIDE_PX, SIDE_PX), false, |at, picture| {
                    match (picture, store) {
                        (Ok(picture), Some(store)) => {
                            if let Err(error) = keep(store, rows[at], &picture) {
                                failures.add(rows[at], &error);
                            }
                        }
                        (Ok(_), None) => {}
                        (Err(error), _) => failures.add(rows[at], &error),
                    }
                    times.push(began.elapsed());
                    began = Instant::now();
                    true
                });
            },
            || {
                if let Some(store) = store {
                    store.flush();
                }
            },
        )?;
        let failed = failures.count.into_inner();
        let counts = (self.frames() - failed, failed, reader.bytes_read() - before, self.threads);
        Ok(row(self.kind, Some(way), &times, counts))
    }

    fn read_back(&self, store: &ThumbnailStore) -> Result<FramesRow, SessionError> {
        let (bytes, found) = (AtomicU64::new(0), AtomicU64::new(0));
        let times = clock::on_threads(
            (self.threads, self.batches.len()),
            self.progress,
            || (),
            |(), at, times| {
                for row in self.batches[at] {
                    let began = Instant::now();
                    let data = key(*row).and_then(|key| store.get(key));
                    // The size is told by the picture here; the window knows it from the catalog.
                    let picture = data.as_ref().and_then(|data| decode_thumbnail(data, thumbnail_dimensions(data)?));
                    if let (Some(data), Some(_)) = (&data, &picture) {
                        bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
                        found.fetch_add(1, Ordering::Relaxed);
                    }
                    times.push(began.elapsed());
                }
            },
            || (),
        )?;
        let found = found.into_inner();
        Ok(row(self.kind, Some("from_store"), &times, (found, self.frames() - found, bytes.into_inner(), self.threads)))
    }
}

fn key(row: usize) -> Option<ThumbnailKey> {
    ThumbnailKey::new(0, (SIDE_PX, SIDE_PX), 0, row as u64)
}

/// Hands a picture to the store, waiting while too many are on their way.
fn keep(store: &ThumbnailStore, row: usize, picture: &crate::model::RgbImage) -> Result<(), SessionError> {
    let data = encode_thumbnail(picture).map_err(SessionError::Failed)?;
    let Some(key) = key(row) else { return Ok(()) };
    if store.put(key, &data) {
        return Ok(());
    }
    store.flush();
    if store.put(key, &data) {
        return Ok(());
    }
    Err(SessionError::Failed("the store of thumbnails takes no more pictures; check free space".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_random_but_the_same_for_a_seed_and_inside_their_spans() {
        let spans = vec![(10, 5), (100, 3)];
        let rows = |seed| random_rows(&spans, 500, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(rows(1), rows(1));
        assert_ne!(rows(1), rows(2));
        let seen: std::collections::BTreeSet<usize> = rows(1).into_iter().collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [10, 11, 12, 13, 14, 100, 101, 102]);
    }

    #[test]
    fn neighbours_cover_what_is_there_before_they_repeat() {
        let spans = vec![(10, 40), (100, 3)];
        let rows = |count| neighbours(&spans, count, &mut ChaCha8Rng::seed_from_u64(3));
        let mut all = rows(43);
        // Four runs, three of them in one footage: few steps lead elsewhere than to the neighbour.
        assert!(all.windows(2).filter(|pair| pair[1] != pair[0] + 1).count() <= 3, "{all:?}");
        all.sort_unstable();
        assert_eq!(all, (10..50).chain(100..103).collect::<Vec<_>>());
        assert_eq!((rows(100).len(), rows(5).len()), (100, 5));
    }
}
