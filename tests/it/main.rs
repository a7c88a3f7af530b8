//! The integration tests: one binary, so that the crate is linked once.

mod filter_doc;
mod foreign;
mod harness;
mod in_time;
mod killed;
mod main_job;
mod python;
mod tidy;
