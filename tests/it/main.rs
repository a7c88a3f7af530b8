//! The integration tests: one binary, so that the crate is linked once.

mod bench;
mod foreign;
mod harness;
mod killed;
mod main_job;
mod python;
mod tidy;
