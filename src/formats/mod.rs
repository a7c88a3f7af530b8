//! Other people's files -> model: one file per format, each with its own reader.
//!
//! Readers take a path (or the arrays of a store) and answer with records of [`crate::model`], beside notes of what was
//! guessed and counts of what could not be used. Nothing here writes, and nothing here knows the catalog.

mod align;
mod csv_cells;
mod csv_table;
mod csv_text;
mod decimal;
mod error;
mod metrics_table;
mod note;
mod parquet_table;
mod summary;
mod table;
mod time_axis;

pub use align::{
    AlignOptions, DEFAULT_MAX_GAP_NS, Interpolation, Located, align, align_located, default_interpolation,
};
pub use decimal::TimeUnit;
pub use error::FormatError;
pub use metrics_table::{MetricOptions, MetricTable, read_metrics};
pub use note::{BadReason, BadRows, Note};
pub use summary::summarise;
pub use time_axis::TimeOptions;
