//! Lakescope: open a folder of camera drives; find, see, measure and take away any frame.
//!
//! The modules stand in reading order, and imports point one way:
//! `model <- {lake, formats, frames, filter} <- catalog <- {analytics, export, sample, tasks} <- session <- {cli, gui}`;
//! `confine` and `jobs` stand beside `model`. `ARCHITECTURE.md` tells why.

pub mod confine;
pub mod jobs;
pub mod model;

pub mod filter;
pub mod formats;
pub mod frames;
pub mod lake;

pub mod catalog;

pub mod analytics;
pub mod export;
pub mod sample;
pub mod tasks;

pub mod session;

pub mod cli;
#[cfg(feature = "window")]
pub mod gui;
