//! The filter language: text -> tree -> rows of the frame table, and back to the same text.
//!
//! `token` and `parse` read text, [`ast`] is what was written, `print` writes it again; `check` resolves names and types
//! against a lake, `plan` reads the columns, `run` and `kernel` find the rows. Where columns come from is not known here:
//! see [`FrameColumns`].

pub mod ast;
mod bounds;
mod check;
mod check_compare;
pub mod complete;
pub mod edit;
mod error;
mod evaluate;
pub mod facets;
mod frame_set;
mod glob;
pub mod histogram;
mod kernel;
mod memory;
#[cfg(test)]
mod messages;
mod names;
mod parse;
mod plan;
mod print;
#[cfg(test)]
mod properties;
mod run;
mod source;
mod suggest;
mod text;
mod token;
pub mod truth_table;
mod typed;
mod unit;

pub use ast::Expr;
pub use error::FilterError;
pub use evaluate::Bound;
pub use frame_set::FrameSet;
pub use memory::MemoryColumns;
pub use names::{FIXED_NAMES, attribute_keys, attribute_reference, metric_name, metric_reference};
pub use print::{name_text, text_literal, time_text};
pub use source::{FootageRows, FrameColumns, MetricName};
pub use text::Filter;
