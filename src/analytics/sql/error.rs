//! Why a query has no answer.

use std::io;

use super::SqlMistake;

/// A query that has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The text is at fault: refused, not understood, or it asks for what is not there.
    #[error("{0}")]
    Mistake(SqlMistake),
    /// It needs more memory than it may have.
    #[error(
        "the query needs more than the {} MB of memory that it may have; ask for fewer columns or rows (a WHERE inside, not around, a \
         subquery), aggregate before joining, or allow more with --memory",
        allowed_bytes / 1_000_000
    )]
    Memory {
        /// What it was allowed.
        allowed_bytes: u64,
    },
    /// It took longer than it may.
    #[error(
        "the query was ended after {seconds} s, the time that it may take; allow more with --timeout, or ask for less"
    )]
    Late {
        /// The time it had.
        seconds: u64,
    },
    /// Its process ended without an answer.
    #[error(
        "the process that worked on the query ended: {how}; ask in another way, and report this if it happens again"
    )]
    Died {
        /// How, as a clause.
        how: String,
    },
    /// Its process could not be started.
    #[error("the process for queries cannot be started: {0}; free memory or processes and try again")]
    Start(#[source] io::Error),
    /// A table of the lake could not be read.
    #[error("{0}")]
    Table(String),
    /// What was answered could not be kept on disk meanwhile.
    #[error("the answer cannot be kept in a temporary file: {0}; make room there, or write it with --out")]
    Keep(#[source] io::Error),
    /// Someone stopped it.
    #[error("stopped")]
    Cancelled,
}

impl From<SqlMistake> for SqlError {
    fn from(mistake: SqlMistake) -> Self {
        Self::Mistake(mistake)
    }
}
