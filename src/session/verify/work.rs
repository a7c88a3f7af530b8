//! Stores read from end to end on every core: whoever is free takes the next stretch in file order, of the store at hand or
//! of the next, so that one large store keeps all threads busy and many small ones too. Memory is bounded by the number
//! of threads.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use parking_lot::Mutex;

use crate::{
    frames::checksum::{Cover, Part, StoreFile},
    jobs::{Progress, lower_priority},
    session::SessionError,
};

/// Windows read at once by one thread: 8 MiB.
const STRETCH: u64 = 8;

/// A store to read.
pub(super) struct Job<T> {
    pub(super) about: T,
    pub(super) file: StoreFile,
    pub(super) cover: Cover,
    /// Checksums to compare with; without them they are gathered.
    pub(super) expected: Option<Vec<u32>>,
}

/// A store that was read.
pub(super) struct Done<T> {
    work: Arc<Work<T>>,
    /// Checksums of the parts in order; empty when they were compared.
    pub(super) sums: Vec<u32>,
    /// Parts whose checksum is another, in file order.
    pub(super) differing: Vec<Part>,
    /// Why some bytes could not be read, as the system said it.
    pub(super) unread: Option<String>,
}

impl<T> Done<T> {
    /// The store.
    pub(super) fn job(&self) -> &Job<T> {
        &self.work.job
    }
}

struct Work<T> {
    job: Job<T>,
    results: Mutex<Results>,
}

#[derive(Default)]
struct Results {
    /// By first window.
    sums: BTreeMap<u64, Vec<u32>>,
    differing: BTreeMap<u64, Vec<Part>>,
    unread: Option<String>,
    stretches_left: u64,
}

/// Hands out stretches.
struct Feeder<T, N> {
    next_store: N,
    at: Option<Cursor<T>>,
}

struct Cursor<T> {
    work: Arc<Work<T>>,
    window: u64,
    first_sum: usize,
    started: bool,
}

struct Stretch<T> {
    work: Arc<Work<T>>,
    windows: Range<u64>,
    first_sum: usize,
}

impl<T, N: FnMut() -> Option<Job<T>>> Feeder<T, N> {
    fn next(&mut self) -> Option<Stretch<T>> {
        loop {
            if let Some(at) = &mut self.at {
                let cover = &at.work.job.cover;
                let windows = at.window..(at.window + STRETCH).min(cover.windows());
                // An empty store has one stretch, too, so that it comes to its end.
                if !windows.is_empty() || !at.started {
                    let first_sum = at.first_sum;
                    if at.work.job.expected.is_some() {
                        at.first_sum += cover.count_parts(&windows);
                    }
                    at.started = true;
                    at.window = windows.end.max(at.window);
                    return Some(Stretch { work: Arc::clone(&at.work), windows, first_sum });
                }
            }
            let job = (self.next_store)()?;
            let stretches_left = job.cover.windows().div_ceil(STRETCH).max(1);
            let results = Mutex::new(Results { stretches_left, ..Results::default() });
            self.at = Some(Cursor { work: Arc::new(Work { job, results }), window: 0, first_sum: 0, started: false });
        }
    }
}

impl<T> Stretch<T> {
    /// Reads the stretch; gives the whole store when it was the last one of it.
    fn read(self, buffer: &mut Vec<u8>, progress: &Progress) -> Option<Done<T>> {
        let Self { work, windows, first_sum } = self;
        let Job { file, cover, expected, .. } = &work.job;
        let (mut sums, mut differing, mut unread) = (Vec::new(), Vec::new(), None);
        let mut number = first_sum;
        file.sum(cover, &windows, buffer, |part, sum| {
            let known = expected.as_ref().map(|expected| expected.get(number));
            number += 1;
            match (sum, known) {
                (Ok(sum), None) => sums.push(sum),
                (Ok(sum), Some(Some(known))) if sum == *known => {}
                (Ok(_), Some(_)) => differing.push(part),
                (Err(error), _) => {
                    differing.push(part);
                    unread.get_or_insert(error.to_string());
                }
            }
        });
        let bytes = cover.bytes_of(&windows);
        progress.add(bytes.end - bytes.start);
        let last = {
            let mut results = work.results.lock();
            results.sums.insert(windows.start, sums);
            if !differing.is_empty() {
                results.differing.insert(windows.start, differing);
            }
            if results.unread.is_none() {
                results.unread = unread;
            }
            results.stretches_left -= 1;
            results.stretches_left == 0
        };
        if !last {
            return None;
        }
        let results = std::mem::take(&mut *work.results.lock());
        Some(Done {
            work,
            sums: results.sums.into_values().flatten().collect(),
            differing: results.differing.into_values().flatten().collect(),
            unread: results.unread,
        })
    }
}

/// Reads the stores that `next_store` gives, in that order, and hands each to `done` on this thread when it is read, with
/// whether the next is ready already.
pub(super) fn read_all<T: Send + Sync>(
    progress: &Progress,
    next_store: impl FnMut() -> Option<Job<T>> + Send,
    mut done: impl FnMut(Done<T>, bool) -> Result<(), SessionError>,
) -> Result<(), SessionError> {
    let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let (send, receive) = crossbeam_channel::bounded::<Done<T>>(threads);
    let feeder = Mutex::new(Feeder { next_store, at: None });
    let stop = AtomicBool::new(false);
    let result = thread::scope(|scope| {
        for _ in 0..threads {
            let (send, feeder, stop) = (send.clone(), &feeder, &stop);
            scope.spawn(move || {
                lower_priority();
                let mut buffer = Vec::new();
                while !stop.load(Ordering::Relaxed) && !progress.is_cancelled() {
                    let Some(stretch) = feeder.lock().next() else { return };
                    if let Some(read) = stretch.read(&mut buffer, progress)
                        && send.send(read).is_err()
                    {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut result = Ok(());
        for read in &receive {
            if result.is_ok() {
                result = done(read, !receive.is_empty());
                if result.is_err() {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
        result
    });
    result.and_then(|()| Ok(progress.check()?))
}
