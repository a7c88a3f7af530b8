//! The filter language: text -> tree -> rows of the frame table, and back to the same text.
//!
//! `token` and `parse` read text, [`ast`] is what was written, `print` writes it again; `check` resolves names and types
//! against a lake, `plan` reads the columns and works out what looks at many frames or at single labels, `run` and
//! `kernel` find the rows. Where columns come from is not known here:
//! see [`FrameColumns`].

mod absent;
pub mod ast;
mod bounds;
mod boxes;
mod check;
mod check_compare;
mod check_time;
pub mod choice;
pub mod complete;
mod count_labels;
pub mod crossfilter;
mod duration;
pub mod edit;
mod error;
mod evaluate;
mod explain;
pub mod facets;
mod frame_set;
mod glob;
pub mod histogram;
mod in_place;
mod kernel;
mod label_match;
mod label_rows;
mod memory;
#[cfg(test)]
mod messages;
mod names;
mod over_time;
mod parse;
mod parse_call;
mod place;
mod plan;
mod plan_time;
mod position;
mod print;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod properties_time;
mod rhythm;
mod run;
mod source;
mod spans;
mod sql;
mod suggest;
mod tags;
mod text;
mod token;
pub mod truth_table;
mod typed;
mod unit;

pub use absent::{AbsentWord, absent_words};
pub use ast::Expr;
pub use boxes::{LabelBox, boxes, objects_of};
pub use duration::parse_duration;
pub use error::FilterError;
pub use evaluate::Bound;
pub use explain::{Numbers, Part, Peak, explain, numbers, peak_of};
pub use frame_set::FrameSet;
pub use in_place::degrees_of;
pub use label_match::LabelTest;
pub use label_rows::{LabelRows, LabelRowsBuilder};
pub use memory::MemoryColumns;
pub use names::{FIXED_NAMES, attribute_keys, attribute_reference, metric_name, metric_reference};
pub use position::{PositionNames, position_of};
pub use print::{name_text, text_literal, time_text};
pub use rhythm::Rhythm;
pub use source::{FootageRows, FrameColumns, Mark, MetricName, WorkedOut, label_attributes};
pub use spans::{Span, around, spans, thin};
pub use sql::{NoSql, Sql, SqlParts, objects_sql, sql_of, sql_parts, sql_parts_of_two};
pub use suggest::nearest;
pub use tags::TagRows;
pub use text::Filter;
