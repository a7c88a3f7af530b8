//! Frames that take much memory are read one at a time, however many threads ask: a small file can declare large frames,
//! and every core would take that much at once.

use parking_lot::{ReentrantMutex, ReentrantMutexGuard};

/// Bytes of memory from which on the work waits for its turn.
const LARGE_BYTES: u64 = 128 << 20;

static TURN: ReentrantMutex<()> = ReentrantMutex::new(());

/// Waits for the turn of work that takes `bytes` of memory; the turn lasts as long as what is returned. Small work does
/// not wait. A thread that has the turn keeps it for what it does within.
pub(super) fn turn(bytes: u64) -> Option<ReentrantMutexGuard<'static, ()>> {
    (bytes > LARGE_BYTES).then(|| TURN.lock())
}
