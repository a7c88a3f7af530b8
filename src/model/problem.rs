//! Problems: what could not be read, and what was guessed.

use serde::{Deserialize, Serialize};

use super::one_line;

/// Longest part of a line, characters: a name from a file may have megabytes.
const MAX_CHARACTERS: usize = 480;

/// One line for a person: which file, what happened, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path relative to the lake, with `/`; characters that do not print are written out.
    pub path: String,
    /// What happened, in one sentence.
    pub what: String,
    /// What to do about it, in one sentence.
    pub hint: String,
}

impl Problem {
    /// A problem line. `what` is kept without a full stop, so that it can stand before one or a semicolon; `hint` becomes
    /// a sentence of its own. All three may hold names from files; none of them breaks its line.
    pub fn new(path: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        let printable = |text: String| {
            let mut text = one_line(&text).into_owned();
            if let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS) {
                text.truncate(end);
                text.push('…');
            }
            text
        };
        let what = printable(what.into().trim().trim_end_matches('.').to_owned());
        let hint = printable(hint.into());
        let hint = hint.trim().trim_end_matches('.');
        let mut letters = hint.chars();
        let hint =
            letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()));
        Self { path: printable(path.into()), what, hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_an_end() {
        let problem = Problem::new("a.h5", "é".repeat(1 << 20), "b");
        assert_eq!(problem.what.chars().count(), MAX_CHARACTERS + 1);
        assert!(problem.what.ends_with('…'));
    }

    #[test]
    fn lines_are_punctuated_alike() {
        for (what, hint, expected) in [
            ("is cut off.", "copy it again", ("is cut off", "Copy it again.")),
            ("is cut off", "Copy it again.", ("is cut off", "Copy it again.")),
            ("is cut off", "", ("is cut off", "")),
            ("holds\n\u{1b}[2J", "", ("holds\\n\\u{1b}[2J", "")),
        ] {
            let problem = Problem::new("a.h5", what, hint);
            assert_eq!((problem.what.as_str(), problem.hint.as_str()), expected);
        }
    }
}
