//! Patterns of `~`: `*` any run of characters, `?` one character, case does not matter.

use wildmatch::WildMatch;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(super) struct Glob(WildMatch);

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        Self(WildMatch::new_case_insensitive(pattern))
    }

    /// The pattern as it was written.
    pub(super) fn pattern(&self) -> String {
        self.0.pattern()
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}
