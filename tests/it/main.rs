//! The integration tests: one binary, so that the crate is linked once.

mod foreign;
mod harness;
mod killed;
mod layouts;
mod main_job;
mod python;
mod settings;
mod tidy;
