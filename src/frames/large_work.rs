//! Frames that take much memory share a budget, however many threads ask: a small file can declare large frames, and every
//! core would take that much at once.

use std::cell::Cell;

use parking_lot::{Condvar, Mutex};

/// Work below this many bytes does not wait.
const SMALL_BYTES: u64 = 16 << 20;
/// Bytes of memory that all large work takes at the same time; a single frame may take more, alone.
const BUDGET_BYTES: u64 = 256 << 20;

static TAKEN: Mutex<u64> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

thread_local! {
    static HAS_TURN: Cell<bool> = const { Cell::new(false) };
}

/// A share of the budget, given back when it is dropped. It belongs to the thread that took it.
#[derive(Debug)]
pub(super) struct Turn {
    bytes: u64,
    /// Not to be sent to another thread.
    _here: std::marker::PhantomData<*const ()>,
}

/// Waits until the budget has room for work that takes `bytes` of memory; the share lasts as long as what is returned.
/// Small work does not wait. A thread that has a share keeps it for what it does within.
pub(super) fn turn(bytes: u64) -> Option<Turn> {
    if bytes <= SMALL_BYTES || HAS_TURN.get() {
        return None;
    }
    let bytes = bytes.min(BUDGET_BYTES);
    let mut taken = TAKEN.lock();
    while *taken + bytes > BUDGET_BYTES {
        FREED.wait(&mut taken);
    }
    *taken += bytes;
    HAS_TURN.set(true);
    Some(Turn { bytes, _here: std::marker::PhantomData })
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock() -= self.bytes;
        HAS_TURN.set(false);
        FREED.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
    };

    use super::*;

    #[test]
    fn large_work_stays_within_the_budget_and_nothing_is_lost() {
        let (now, most, start) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(8)));
        let threads: Vec<_> = (0..8_u64)
            .map(|number| {
                let (now, most, start) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    for round in 0..50 {
                        let bytes = (20 + (number * 37 + round * 11) % 200) << 20;
                        let turn = turn(bytes);
                        assert!(turn.is_some() && super::turn(bytes).is_none(), "a thread keeps its share");
                        most.fetch_max(now.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        now.fetch_sub(bytes, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(most.load(Ordering::SeqCst) <= BUDGET_BYTES);
        assert!(turn(SMALL_BYTES).is_none());
        assert_eq!(turn(u64::MAX).map(|turn| turn.bytes), Some(BUDGET_BYTES));
    }
}
