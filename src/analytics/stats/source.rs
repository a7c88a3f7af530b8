//! Where values come from: read in units, on every core, as often as an answer needs.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::jobs::Progress;

/// Values of one metric that belong to one group.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Number of the group.
    pub group: u32,
    /// Place of the metric among those that are read.
    pub metric: usize,
    /// Place of the recording in the order of the lake.
    pub recording: u32,
    /// The values.
    pub values: &'a [f64],
    /// Their times, ns UTC; empty when nobody asks for them.
    pub times: &'a [i64],
    /// What each weighs; empty when all weigh the same.
    pub weights: &'a [f64],
    /// The values of other metrics at the same moments, one slice for each that is asked for.
    pub others: &'a [&'a [f64]],
    /// The rows of the frame table that the values are of; empty for samples.
    pub rows: &'a [u32],
}

/// Takes parts as they are read.
pub type TakePart<'a> = dyn FnMut(&Part<'_>) + 'a;

/// Values that can be read again and again, in units that are independent of each other.
pub trait Source: Sync {
    /// What can go wrong.
    type Error: Send;

    /// Number of units.
    fn units(&self) -> usize;

    /// Reads a unit.
    ///
    /// # Errors
    /// What kept it from being read.
    fn read(&self, unit: usize, take: &mut TakePart<'_>) -> Result<(), Self::Error>;
}

/// Why a scan came to no end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stopped<E> {
    /// A person stopped it.
    Cancelled,
    /// A unit cannot be read.
    Failed(E),
}

/// Reads all units on every core. Each thread takes parts into a state of its own; the states are given back.
///
/// # Errors
/// [`Stopped`], the first that came about.
pub fn scan<S: Source, T: Send>(
    source: &S,
    progress: &Progress,
    make: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &Part<'_>) + Sync,
) -> Result<Vec<T>, Stopped<S::Error>> {
    let next = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let work = || {
        let mut state = make();
        loop {
            let unit = next.fetch_add(1, Ordering::Relaxed);
            if unit >= source.units() || over.load(Ordering::Relaxed) {
                return state;
            }
            let stopped = if progress.is_cancelled() {
                Some(Stopped::Cancelled)
            } else {
                source.read(unit, &mut |part| take(&mut state, part)).err().map(Stopped::Failed)
            };
            progress.add(1);
            if let Some(stopped) = stopped {
                over.store(true, Ordering::Relaxed);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stopped);
                return state;
            }
        }
    };
    let threads = rayon::current_num_threads().clamp(1, source.units().max(1));
    let states = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut states = vec![work()];
        for other in others {
            match other.join() {
                Ok(state) => states.push(state),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        states
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(stopped) => Err(stopped),
        None => Ok(states),
    }
}

/// Values in memory, for tests and benchmarks: a unit for each part.
#[derive(Debug, Default)]
pub struct MemorySource {
    /// The group, the metric, the times and the values of each part.
    pub parts: Vec<(u32, usize, Vec<i64>, Vec<f64>)>,
}

impl Source for MemorySource {
    type Error = std::convert::Infallible;

    fn units(&self) -> usize {
        self.parts.len()
    }

    fn read(&self, unit: usize, take: &mut TakePart<'_>) -> Result<(), Self::Error> {
        let (group, metric, times, values) = &self.parts[unit];
        take(&Part {
            group: *group,
            metric: *metric,
            recording: 0,
            values,
            times,
            weights: &[],
            others: &[],
            rows: &[],
        });
        Ok(())
    }
}
