//! Runs: long work with a name, state, progress, result and log that stay in the lake; and tasks, the work that has a name
//! before it runs.

mod definition;
mod process;
mod runner;

pub use definition::{BadParameter, LastRun, Task, TaskKind, TaskParameter};
pub use runner::{Outcome, TaskError, mark_lost, run, run_if_long};
