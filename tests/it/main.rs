//! The integration tests: one binary, so that the crate is linked once.

mod bad_input;
mod foreign;
mod harness;
mod killed;
mod main_job;
mod measured;
mod python;
mod tidy;
