//! The integration tests: one binary, so that the crate is linked once.

mod all_layouts;
mod foreign;
mod harness;
mod killed;
mod layouts;
mod main_job;
mod python;
mod settings;
mod tidy;
mod verify;
