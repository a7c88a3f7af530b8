//! Colours of the filter text while it is typed: it need not be a valid filter, so it is cut up by eye, not by grammar.

use std::ops::Range;

use egui::{FontId, text::LayoutJob};

pub(super) use crate::gui::widgets::Emphasis;
use crate::gui::{theme::Colors, widgets::colored};

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Word,
    Text,
    Number,
    Other,
}

const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "between", "null", "true", "false", "for", "within", "of", "where"];

/// Cuts `text` into stretches that follow each other without holes.
pub(super) fn stretches(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found: Vec<(Range<usize>, Kind)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut depth_of_class = None;
    let mut depth = 0_usize;
    while let Some((start, first)) = chars.next() {
        let mut end = start + first.len_utf8();
        let mut take = |wanted: &dyn Fn(char) -> bool| {
            while let Some((at, next)) = chars.peek().copied() {
                if !wanted(next) {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
            end
        };
        let kind = match first {
            '"' | '\'' => {
                take(&|c| c != first);
                if let Some((at, quote)) = chars.next() {
                    end = at + quote.len_utf8();
                }
                Kind::Text
            }
            '`' => {
                take(&|c| c != '`');
                if let Some((at, quote)) = chars.next() {
                    end = at + quote.len_utf8();
                }
                if depth_of_class == Some(depth) { Kind::Text } else { Kind::Name }
            }
            c if c.is_ascii_digit() => {
                end = take(&|c| c.is_alphanumeric() || c == '.' || c == ':');
                // A time has dashes after its year.
                while text[start..end].len() >= 4
                    && text[end..].starts_with('-')
                    && text[end + 1..].starts_with(|c: char| c.is_ascii_digit())
                {
                    chars.next();
                    end = {
                        let mut end = end + 1;
                        while let Some((at, next)) = chars.peek().copied() {
                            if !(next.is_alphanumeric() || next == '.' || next == ':') {
                                break;
                            }
                            end = at + next.len_utf8();
                            chars.next();
                        }
                        end
                    };
                }
                Kind::Number
            }
            c if c.is_alphabetic() || c == '_' => {
                end = take(&|c| c.is_alphanumeric() || "_.".contains(c));
                let word = &text[start..end];
                if WORDS.contains(&word.to_lowercase().as_str()) {
                    // Behind a `where` stand the label's fields, no longer a class.
                    if word.eq_ignore_ascii_case("where") {
                        depth_of_class = None;
                    }
                    Kind::Word
                } else if depth_of_class == Some(depth) {
                    Kind::Text
                } else {
                    if matches!(word, "has" | "count") {
                        depth_of_class = Some(depth + 1);
                    }
                    Kind::Name
                }
            }
            '(' => {
                depth += 1;
                Kind::Other
            }
            ')' => {
                if depth_of_class == Some(depth) {
                    depth_of_class = None;
                }
                depth = depth.saturating_sub(1);
                Kind::Other
            }
            '<' | '>' | '=' | '!' | '~' | '+' | '-' | '*' | '/' | '≤' | '≥' | '≠' => Kind::Word,
            _ => Kind::Other,
        };
        match found.last_mut() {
            Some((range, last))
                if *last == kind
                    && matches!(kind, Kind::Other | Kind::Word)
                    && text[start..].starts_with(['<', '>', '=', ' ']) =>
            {
                range.end = end;
            }
            _ => found.push((start..end, kind)),
        }
    }
    found
}

/// Lays out the text in colours.
pub(super) fn layout(text: &str, font: &FontId, colors: &Colors) -> LayoutJob {
    layout_with(text, font, colors, &Emphasis::default())
}

/// Lays out the text in colours, with what stands out in it.
pub(super) fn layout_with(text: &str, font: &FontId, colors: &Colors, emphasis: &Emphasis) -> LayoutJob {
    let pieces = stretches(text).into_iter().map(|(range, kind)| {
        let color = match kind {
            Kind::Name => colors.syntax_name,
            Kind::Word => colors.syntax_word,
            Kind::Text => colors.syntax_text,
            Kind::Number => colors.syntax_number,
            Kind::Other => colors.text,
        };
        (range, color)
    });
    colored(text, pieces, font, colors, emphasis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gui::theme::DARK;

    #[test]
    fn each_kind_is_seen() {
        for (text, expected) in [
            ("speed > 80 km/h", vec![("speed", Kind::Name), (">", Kind::Word), ("80", Kind::Number)]),
            (
                "has(car where score > 1)",
                vec![("car", Kind::Text), ("where", Kind::Word), ("score", Kind::Name), ("1", Kind::Number)],
            ),
            ("count(pedestrian) >= 2", vec![("count", Kind::Name), ("pedestrian", Kind::Text), ("2", Kind::Number)]),
            (
                "`a b` in (\"x\", 'y')",
                vec![("`a b`", Kind::Name), ("in", Kind::Word), ("\"x\"", Kind::Text), ("'y'", Kind::Text)],
            ),
            ("time >= 2024-05-01T08:00Z", vec![("time", Kind::Name), ("2024-05-01T08:00Z", Kind::Number)]),
            ("\"open", vec![("\"open", Kind::Text)]),
        ] {
            let found = stretches(text);
            for (word, kind) in expected {
                assert!(
                    found.iter().any(|(range, found)| &text[range.clone()] == word && *found == kind),
                    "{word} in {found:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_laid_out_whole(text in "[a-z0-9 ()\"'`<>=~.:é速-]{0,40}", start in 0_usize..50, len in 0_usize..10) {
            let floor = |mut at: usize| { at = at.min(text.len()); while !text.is_char_boundary(at) { at -= 1; } at };
            let wrong = floor(start)..floor(start + len).max(floor(start));
            let emphasis = Emphasis { wrong: Some(wrong.clone()), marked: Some(floor(len)..text.len()), off: len > 5 };
            let job = layout_with(&text, &FontId::monospace(12.0), &DARK, &emphasis);
            prop_assert_eq!(job.text, text);
        }
    }
}
