//! Runs: long work with a name, state, progress, result and log that stay in the lake.

mod process;
mod runner;

pub use runner::{Outcome, TaskError, mark_lost, run, run_if_long};
