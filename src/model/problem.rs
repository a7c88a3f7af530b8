//! Problems: what could not be read, and what was guessed.

use serde::{Deserialize, Serialize};

/// One line for a person: which file, what happened, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path relative to the lake, with `/`.
    pub path: String,
    /// What happened, in one sentence.
    pub what: String,
    /// What to do about it, in one sentence.
    pub hint: String,
}

impl Problem {
    /// A problem line.
    pub fn new(path: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into(), hint: hint.into() }
    }
}
