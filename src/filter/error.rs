//! What is wrong with a filter, and where: told the way a compiler tells it.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A filter that cannot be parsed, checked or evaluated: what happened, at which bytes, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// The bytes of the filter text that the message is about; empty at the end of the text.
    pub span: Range<usize>,
    /// What happened, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Text that would mend it in place of [`Self::span`], where one is likely.
    pub fix: Option<String>,
    /// Whether the lake is at fault (a column could not be read) and not the text.
    pub of_lake: bool,
}

impl FilterError {
    /// An error without a hint.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None, fix: None, of_lake: false }
    }

    /// The same error, told of the lake and not of the text.
    #[must_use]
    pub fn of_lake(mut self) -> Self {
        self.of_lake = true;
        self
    }

    /// The same error with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error with a text that would mend it in its place.
    #[must_use]
    pub fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(text.into());
        self
    }

    /// `source` with what is wrong replaced by what would mend it; `None` when nothing is likely to.
    #[must_use]
    pub fn mended(&self, source: &str) -> Option<String> {
        let fix = self.fix.as_ref()?;
        let (before, after) = (source.get(..self.span.start)?, source.get(self.span.end..)?);
        Some(format!("{before}{fix}{after}"))
    }

    /// The message, the line of `source` it is about with a caret underline, and the hint; no newline at the end.
    ///
    /// The underline counts columns of a terminal, so it stays in place under wide and combining characters.
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        let start = char_floor(source, self.span.start);
        let end = char_floor(source, self.span.end).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let line = visible(&source[line_start..line_end]);
        let before = visible(&source[line_start..start]).width();
        let under = visible(&source[start..end.min(line_end)]).width().max(1);
        let mut text = format!("{}\n  {line}\n  {}{}", self.message, " ".repeat(before), "^".repeat(under));
        if let Some(hint) = &self.hint {
            text.push_str("\nhint: ");
            text.push_str(hint);
        }
        text
    }
}

/// The nearest character boundary at or below `at`.
fn char_floor(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with every character that has no width of its own on a terminal (tabs, escapes) shown as a space.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c.width().is_none() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn underlines_the_place() {
        for (source, span, expected) in [
            ("speeed > 80", 0..6, "no\n  speeed > 80\n  ^^^^^^"),
            ("größe > höhe", 9..15, "no\n  größe > höhe\n         ^^^^^"),
            ("速度 > x", 9..10, "no\n  速度 > x\n         ^"),
            ("a\nand\tb", 6..7, "no\n  and b\n      ^"),
            ("a >", 3..3, "no\n  a >\n     ^"),
            ("", 0..0, "no\n  \n  ^"),
            ("a\nb", 0..3, "no\n  a\n  ^"),
            // A span out of range or inside a character still renders.
            ("é", 1..9, "no\n  é\n  ^"),
        ] {
            assert_eq!(FilterError::new(span, "no").render(source), expected, "{source}");
        }
        assert_eq!(FilterError::new(0..1, "no").hint("do").render("a"), "no\n  a\n  ^\nhint: do");
    }
}
