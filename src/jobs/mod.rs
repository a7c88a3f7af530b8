//! Work off the UI thread: progress and cancelling for one piece of work, and a bounded pool to run many.

mod pool;
mod progress;

pub use pool::{JobHandle, Pool, Priority, lower_priority};
pub use progress::{Cancelled, Progress, Snapshot};
