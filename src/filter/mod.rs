//! The filter language: text -> tree -> rows of the frame table, and back to the same text.

mod source;

pub use source::{FootageRows, FrameColumns, MetricName};
