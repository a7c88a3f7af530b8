//! The integration tests: one binary, so that the crate is linked once.

mod foreign;
mod harness;
mod killed;
mod label_files;
mod main_job;
mod python;
mod tidy;
