//! What can keep an engine from answering.

use crate::{analytics::tree::TreeError, formats::FormatError, jobs::Cancelled};

/// An engine gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The question makes no sense.
    #[error("{0}")]
    Tree(#[from] TreeError),
    /// A file cannot be read on this machine.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// The address of an engine is none.
    #[error(
        "{url} is no address of an engine: {what}; write for instance sc://host:15002 or sc://host:443/;use_ssl=true;token=…"
    )]
    Url {
        /// The address, without its token.
        url: String,
        /// What is wrong.
        what: String,
    },
    /// A lake names an engine that would be sent a token which the person never gave it.
    #[error(
        "lake.toml names the engine at {host}, and it would be sent the token of {variable}; name the engine with --engine if \
         that is meant, or unset the variable"
    )]
    Token {
        /// Host and port.
        host: String,
        /// The variable that holds the token.
        variable: &'static str,
    },
    /// Nobody answers at the address.
    #[error(
        "cannot reach the engine at {host} ({what}); look whether it runs and the address is right, then try again, or ask this \
         machine (--engine local)"
    )]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system said.
        what: String,
    },
    /// The engine does not let this person in.
    #[error("the engine at {host} does not let you in: {what}; give its token in the address (;use_ssl=true;token=…)")]
    Refused {
        /// Host and port.
        host: String,
        /// What it said.
        what: String,
    },
    /// The engine went away while it worked.
    #[error(
        "the engine at {host} went away in the middle of the work ({what}); nothing was changed: look whether it runs, then try again"
    )]
    Lost {
        /// Host and port.
        host: String,
        /// What the system said.
        what: String,
    },
    /// The engine says why it does not answer.
    #[error("the engine at {host} could not answer: {message}")]
    Server {
        /// Host and port.
        host: String,
        /// Its words, with the position in the question where it told one.
        message: String,
    },
    /// The answer is not what the question asked for.
    #[error("the answer of {engine} cannot be used: {what}")]
    Answer {
        /// The engine.
        engine: String,
        /// What is wrong.
        what: String,
    },
    /// A file that the engine cannot be told of.
    #[error("{path} cannot be given to the engine: {what}")]
    Path {
        /// The file.
        path: String,
        /// Why, and what to do.
        what: &'static str,
    },
    /// Times finer than engines read them.
    #[error(
        "{path} has times stored in nanoseconds, which engines cut to microseconds, so that their answers would differ; ask \
         this machine (--engine local), or store the times as whole numbers"
    )]
    Nanoseconds {
        /// The file.
        path: String,
    },
    /// Times that are written out in text files.
    #[error(
        "text files hold times that are written out, such as 2024-05-01T08:00:00Z (rows: {rows}), and engines are told numbers \
         alone; ask this machine (--engine local), or store the times as whole numbers"
    )]
    WrittenOut {
        /// How many rows.
        rows: u64,
    },
    /// Stopped by the person.
    #[error("stopped")]
    Cancelled,
}

impl From<Cancelled> for EngineError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
