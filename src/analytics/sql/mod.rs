//! A person's own SQL over the tables of a lake: one SELECT, read-only, worked out in a process of its own.
//!
//! Three walls stand around a question. The text is parsed and only one SELECT over the known tables gets through
//! ([`check`]); what runs is what was parsed. The process that works it out is given the tables over a pipe and
//! can open no file at all. And it has a limit of memory, and a parent that ends it when it is told to.
//!
//! Which tables there are and what is in them is the session's business: it is asked for the tables and columns that a
//! question names, and for nothing else.

mod answer;
mod child;
mod complete;
mod engine;
mod error;
mod functions;
mod gate;
mod mistake;
mod names;
mod outward;
mod process;
mod refuse;
mod rewrite;
mod schema;
mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use answer::SqlAnswer;
pub use child::child_main;
pub use complete::{SqlCandidate, SqlCandidateKind, SqlCompletions, complete};
pub use error::SqlError;
pub use gate::{Checked, Need, check};
pub use mistake::{SqlMistake, quoted as written_name};
pub use process::{Limits, Question, SqlStream, TableSource};
pub use schema::{SqlColumn, SqlSort, SqlTable, SqlType};
pub use wire::Batch;
pub use words::{SqlWord, words};
