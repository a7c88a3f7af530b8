//! A shared handle through which long work tells how far it is and learns that it should stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// The work was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Told by the worker, read by whoever shows it. Clones share one state.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    done: AtomicU64,
    /// `u64::MAX` while unknown.
    total: AtomicU64,
    cancelled: AtomicBool,
    in_bytes: AtomicBool,
    began: Instant,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    stage: String,
    log: Vec<String>,
}

/// How far the work is, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Units done.
    pub done: u64,
    /// Units in all, when known.
    pub total: Option<u64>,
    /// Whether units are bytes.
    pub in_bytes: bool,
    /// What the work is at.
    pub stage: String,
    /// Time since it began.
    pub elapsed: Duration,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Work that has just begun, its size unknown.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            done: AtomicU64::new(0),
            total: AtomicU64::new(u64::MAX),
            cancelled: AtomicBool::new(false),
            in_bytes: AtomicBool::new(false),
            began: Instant::now(),
            told: Mutex::default(),
        }))
    }

    /// Tells the size of the work.
    pub fn set_total(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Tells the size of the work, whose units are bytes.
    pub fn set_total_bytes(&self, total: u64) {
        self.0.in_bytes.store(true, Ordering::Relaxed);
        self.set_total(total);
    }

    /// Tells that `units` more are done.
    pub fn add(&self, units: u64) {
        self.0.done.fetch_add(units, Ordering::Relaxed);
    }

    /// Tells what the work is at, in a few words.
    pub fn stage(&self, stage: impl Into<String>) {
        self.0.told.lock().stage = stage.into();
    }

    /// Adds a line to the run's log.
    pub fn log(&self, line: impl Into<String>) {
        self.0.told.lock().log.push(line.into());
    }

    /// The log so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.told.lock().log.clone()
    }

    /// Asks the work to stop at its next check.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Called by the worker between units.
    ///
    /// # Errors
    /// [`Cancelled`] once someone called [`Self::cancel`].
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// How far it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let total = self.0.total.load(Ordering::Relaxed);
        Snapshot {
            done: self.0.done.load(Ordering::Relaxed),
            total: (total != u64::MAX).then_some(total),
            in_bytes: self.0.in_bytes.load(Ordering::Relaxed),
            stage: self.0.told.lock().stage.clone(),
            elapsed: self.0.began.elapsed(),
        }
    }
}

impl Snapshot {
    /// Units a second so far.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown to people")]
    pub fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.done as f64 / seconds } else { 0.0 }
    }

    /// Time left at the rate so far; `None` while it cannot be told.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown to people")]
    pub fn remaining(&self) -> Option<Duration> {
        let (total, rate) = (self.total?, self.rate());
        let left = total.checked_sub(self.done)? as f64;
        (self.done > 0 && rate > 0.0).then(|| Duration::from_secs_f64(left / rate))
    }
}
