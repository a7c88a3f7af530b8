//! Text from files made safe to print.

use std::borrow::Cow;

/// The text with every character written out that would end the line, move the cursor, change colours or turn the order
/// of letters round: names in a store may hold anything.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_unsafe(letter) { out.extend(letter.escape_default()) } else { out.push(letter) }
    }
    Cow::Owned(out)
}

/// Control characters, ends of lines and paragraphs, and what sets the direction of writing.
fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_disturbs_a_terminal_is_written_out() {
        for (text, expected) in [
            ("plain é 漢 עברית", "plain é 漢 עברית"),
            ("two\nlines\r\t", "two\\nlines\\r\\t"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("\u{9b}31m\0", "\\u{9b}31m\\u{0}"),
        ] {
            assert_eq!(one_line(text), expected);
        }
    }
}
