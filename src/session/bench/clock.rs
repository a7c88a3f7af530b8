//! Times of many small pieces of work on some threads.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::jobs::{Cancelled, Progress};

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    pub(super) seconds: f64,
    pub(super) cores_used: Option<f64>,
    /// Ascending.
    sorted: Vec<Duration>,
}

/// Processor time and time passed since it was started.
pub(super) struct Watch {
    began: Instant,
    processor: Option<Duration>,
}

impl Watch {
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), processor: processor_time() }
    }

    /// Seconds passed, and cores in use meanwhile.
    pub(super) fn read(&self) -> (f64, Option<f64>) {
        let seconds = self.began.elapsed().as_secs_f64();
        let used = self.processor.zip(processor_time()).map(|(before, now)| now.saturating_sub(before));
        // The system counts in hundredths of a second; what is shorter cannot be told.
        (seconds, used.filter(|_| seconds > 0.05).map(|used| used.as_secs_f64() / seconds))
    }
}

impl Times {
    pub(super) fn new((seconds, cores_used): (f64, Option<f64>), mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { seconds, cores_used, sorted: times }
    }

    /// The time that a share of the pieces stays below, ms.
    pub(super) fn share_ms(&self, percent: usize) -> f64 {
        let last = self.sorted.len().saturating_sub(1);
        let at = (self.sorted.len() * percent / 100).min(last);
        self.sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// Takes the pieces `0..count` in order on `threads` threads. `work` gets what `begin` made for its thread, and tells the
/// times of what it did.
///
/// # Errors
/// The work was cancelled.
pub(super) fn on_threads<S>(
    (threads, count): (usize, usize),
    progress: &Progress,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, &mut Vec<Duration>) + Sync,
    end: impl FnOnce(),
) -> Result<Times, Cancelled> {
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let all = Mutex::new(Vec::with_capacity(count));
    let watch = Watch::start();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let (mut state, mut times) = (begin(), Vec::new());
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    if progress.is_cancelled() {
                        stopped.store(true, Ordering::Relaxed);
                        break;
                    }
                    let before = times.len();
                    work(&mut state, at, &mut times);
                    progress.add((times.len() - before) as u64);
                }
                all.lock().append(&mut times);
            });
        }
    });
    end();
    let measured = watch.read();
    if stopped.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(Times::new(measured, all.into_inner())) }
}

/// Processor time of this process, its ended threads included: fields 14 and 15 of `/proc/self/stat`, in hundredths of a
/// second on every Linux; see proc(5).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets and may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?).checked_mul(10)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_and_timed() {
        let done = Mutex::new(Vec::new());
        let progress = Progress::new();
        let times = on_threads(
            (3, 100),
            &progress,
            || (),
            |(), at, times| {
                done.lock().push(at);
                times.push(Duration::from_millis(at as u64));
            },
            || (),
        )
        .unwrap();
        let mut done = done.into_inner();
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
        assert!((times.share_ms(50) - 50.0).abs() < 1e-9 && (times.share_ms(95) - 95.0).abs() < 1e-9);
        assert_eq!(progress.snapshot().done, 100);
        progress.cancel();
        assert!(on_threads((2, 9), &progress, || (), |(), _, _| (), || ()).is_err());
        assert!((Times::new((1.0, None), vec![]).share_ms(50)).abs() < 1e-9);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn processor_time_grows_with_work() {
        let (before, began) = (processor_time().unwrap(), Instant::now());
        let mut sum = 0_u64;
        while began.elapsed() < Duration::from_secs(20) && processor_time().unwrap() <= before {
            sum = std::hint::black_box((0..100_000_u64).fold(sum, |sum, n| sum.wrapping_mul(31).wrapping_add(n)));
        }
        assert!(processor_time().unwrap() > before, "{sum}");
    }
}
