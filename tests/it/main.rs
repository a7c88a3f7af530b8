//! The integration tests: one binary, so that the crate is linked once.

mod all_layouts;
mod bad_input;
mod bench;
mod clocks;
mod crops;
mod facets;
mod filter_doc;
mod foreign;
mod harness;
mod in_time;
mod keep;
mod killed;
mod label_files;
mod layouts;
mod main_job;
mod measured;
mod place;
mod python;
mod settings;
mod sql;
mod stats;
mod stats_groups;
mod tidy;
mod top;
mod verify;
