//! What a reader has to tell beside its result: what it guessed, and which rows it could not use.

use crate::model::{LocalTimes, Problem};

/// One thing guessed or left out while reading a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What happened, in one sentence.
    pub what: String,
    /// What to do about it, in one sentence.
    pub hint: String,
}

impl Note {
    /// A note.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }

    /// The note as a problem line of the file at `path` (relative to the lake).
    #[must_use]
    pub fn into_problem(self, path: impl Into<String>) -> Problem {
        Problem::new(path, self.what, self.hint)
    }
}

/// What is to be told of times that were read by a zone; `name` is their column.
pub(super) fn local_notes(times: Option<&LocalTimes<'_>>, name: &str) -> Vec<Note> {
    let told = times.map(|times| times.told(&format!("`{name}`"))).unwrap_or_default();
    told.into_iter().map(|(what, hint)| Note::new(what, hint)).collect()
}

/// The first few words in order, for a message.
pub(super) fn first_words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    let more = if words.len() > 5 { ", …" } else { "" };
    words.truncate(5);
    format!("{}{more}", words.join(", "))
}

/// How many examples are kept of each reason.
const EXAMPLES: usize = 3;

/// Rows (or entries) that could not be used, counted by reason, with the first of each as examples.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BadRows {
    reasons: Vec<BadReason>,
}

/// One reason why rows could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReason {
    /// Why, as the end of a sentence: `has no time`.
    pub why: &'static str,
    /// Number of rows.
    pub count: u64,
    /// Where the first ones are: `line 7 (`12;abc`)`.
    pub examples: Vec<String>,
}

impl BadRows {
    /// Counts one row; `example` is asked only for the first few.
    pub fn add(&mut self, why: &'static str, example: impl FnOnce() -> String) {
        self.add_many(why, 1, example);
    }

    /// Counts `count` rows that share one example.
    pub fn add_many(&mut self, why: &'static str, count: u64, example: impl FnOnce() -> String) {
        let at = self.reasons.iter().position(|reason| reason.why == why).unwrap_or_else(|| {
            self.reasons.push(BadReason { why, count: 0, examples: Vec::new() });
            self.reasons.len() - 1
        });
        let reason = &mut self.reasons[at];
        reason.count += count;
        if reason.examples.len() < EXAMPLES {
            reason.examples.push(example());
        }
    }

    /// Number of rows of all reasons.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.reasons.iter().map(|reason| reason.count).sum()
    }

    /// The reasons, in the order they were first met.
    #[must_use]
    pub fn reasons(&self) -> &[BadReason] {
        &self.reasons
    }

    /// Adds what another part of the same file found.
    pub fn append(&mut self, other: Self) {
        for BadReason { why, count, examples } in other.reasons {
            match self.reasons.iter_mut().find(|reason| reason.why == why) {
                Some(reason) => {
                    reason.count += count;
                    reason.examples.extend(examples);
                    reason.examples.truncate(EXAMPLES);
                }
                None => self.reasons.push(BadReason { why, count, examples }),
            }
        }
    }

    /// The same with the file named in the examples, for a set of files.
    #[must_use]
    pub fn of_file(mut self, path: &str) -> Self {
        for example in self.reasons.iter_mut().flat_map(|reason| &mut reason.examples) {
            *example = format!("{path} {example}");
        }
        self
    }

    /// One note per reason; `rows` names what is counted (`rows`, `annotations`, `rows of events`).
    #[must_use]
    pub fn notes(&self, rows: &str) -> Vec<Note> {
        self.notes_with(rows, "correct these in the file and index again")
    }

    /// The same of a file that no index knows, with what to do about it.
    #[must_use]
    pub fn notes_with(&self, rows: &str, remedy: &str) -> Vec<Note> {
        let (noun, more) = rows.split_once(' ').map_or((rows, String::new()), |(noun, of)| (noun, format!(" {of}")));
        let line = |reason: &BadReason| {
            let noun = if reason.count == 1 { noun.strip_suffix('s').unwrap_or(noun) } else { noun };
            let what = format!("{} {noun}{more} left out: {}", reason.count, reason.why);
            match reason.examples.join(", ") {
                first if first.is_empty() => Note::new(what, remedy),
                first => Note::new(format!("{what} (first: {first})"), remedy),
            }
        };
        self.reasons.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_and_keeps_the_first_examples() {
        let mut bad = BadRows::default();
        for line in 1..=10 {
            bad.add("has no time", || format!("line {line}"));
        }
        let mut other = BadRows::default();
        other.add("has no time", || "line 99".to_owned());
        other.add_many("is cut off", 4, || "line 100".to_owned());
        bad.append(other);
        assert_eq!(bad.total(), 15);
        assert_eq!(bad.reasons()[0].examples, ["line 1", "line 2", "line 3"]);
        let notes = bad.notes("rows");
        assert_eq!(notes[0].what, "11 rows left out: has no time (first: line 1, line 2, line 3)");
        assert_eq!(notes[1].what, "4 rows left out: is cut off (first: line 100)");
        assert_eq!(notes[1].clone().into_problem("a.csv").path, "a.csv");
        let mut one = BadRows::default();
        one.add("has no time", || "line 3".to_owned());
        let notes = one.notes_with("rows of events", "ask again");
        assert_eq!(notes[0].what, "1 row of events left out: has no time (first: line 3)");
        assert_eq!(notes[0].hint, "ask again");
    }
}
