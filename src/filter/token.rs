//! Text to tokens.

use std::ops::Range;

use super::FilterError;
use crate::model::parse_time_ns;

/// A token and the bytes it was written in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A name or a keyword, without quotes.
    Word(String),
    /// A name in back quotes.
    Quoted(String),
    /// Text in double or single quotes.
    Text(String),
    /// A number without its sign, and the unit after it.
    Number { digits: String, unit: Option<Unit> },
    /// A time, ns UTC.
    Time(i64),
    /// An operator or a bracket.
    Sign(Sign),
}

/// A unit after a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    pub text: String,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Tilde,
    Plus,
    Minus,
    Star,
    Slash,
    Open,
    Close,
    Comma,
}

/// Words that are not names unless they stand in back quotes. The last four belong to conditions over time and over
/// single labels.
const RESERVED: [&str; 13] =
    ["and", "or", "not", "in", "is", "between", "null", "true", "false", "for", "within", "of", "where"];

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: [(&str, Sign); 19] = [
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("<>", Sign::NotEqual),
    ("<=", Sign::LessEqual),
    (">=", Sign::GreaterEqual),
    ("≠", Sign::NotEqual),
    ("≤", Sign::LessEqual),
    ("≥", Sign::GreaterEqual),
    ("=", Sign::Equal),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("~", Sign::Tilde),
    ("+", Sign::Plus),
    ("-", Sign::Minus),
    ("*", Sign::Star),
    ("/", Sign::Slash),
    ("(", Sign::Open),
    (")", Sign::Close),
    (",", Sign::Comma),
];

/// Whether the word is a keyword, in any case.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// Whether the text can stand as a name without back quotes.
pub(super) fn is_bare_name(text: &str) -> bool {
    !text.is_empty() && word_len(text) == text.len() && !is_reserved(text)
}

/// Whether the text can stand after a number without back quotes.
pub(super) fn is_bare_unit(text: &str) -> bool {
    !text.is_empty() && unit_len(text) == text.len() && !is_reserved(text)
}

/// Everything that could be read, and what stopped the reading before the end.
pub(super) fn lex(text: &str) -> (Vec<Token>, Option<FilterError>) {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if at == text.len() {
            return (tokens, None);
        }
        match next(text, at) {
            Ok(token) => {
                at = token.span.end;
                tokens.push(token);
            }
            Err(error) => return (tokens, Some(error)),
        }
    }
}

/// The token that begins at byte `at`, where no white space is.
fn next(text: &str, at: usize) -> Result<Token, FilterError> {
    let rest = &text[at..];
    // `rest` is not empty: the caller stops at the end of the text.
    let first = rest.chars().next().unwrap_or(' ');
    if matches!(first, '"' | '\'' | '`') {
        let (content, len) = quoted(rest, first).ok_or_else(|| {
            let what = if first == '`' { "name" } else { "text" };
            FilterError::new(at..text.len(), format!("this {what} is not closed"))
                .hint(format!("end it with {first}; write {first}{first} for the sign itself"))
        })?;
        let kind = if first == '`' { TokenKind::Quoted(content) } else { TokenKind::Text(content) };
        return Ok(Token { kind, span: at..at + len });
    }
    let time = time_len(rest);
    if time > 0 {
        return parse_time_ns(&rest[..time])
            .map(|ns| Token { kind: TokenKind::Time(ns), span: at..at + time })
            .ok_or_else(|| {
                FilterError::new(at..at + time, format!("`{}` is not a time", &rest[..time]))
                    .hint("write it like 2024-05-01T08:00:00Z, between the years 1677 and 2262")
            });
    }
    let digits = number_len(rest);
    if digits > 0 {
        let unit = unit_after(text, at + digits)?;
        let end = unit.as_ref().map_or(at + digits, |unit| unit.span.end);
        return Ok(Token { kind: TokenKind::Number { digits: rest[..digits].to_owned(), unit }, span: at..end });
    }
    let word = word_len(rest);
    if word > 0 {
        return Ok(Token { kind: TokenKind::Word(rest[..word].to_owned()), span: at..at + word });
    }
    if let Some((sign_text, sign)) = SIGNS.iter().find(|(sign_text, _)| rest.starts_with(sign_text)) {
        return Ok(Token { kind: TokenKind::Sign(*sign), span: at..at + sign_text.len() });
    }
    let error = |len: usize| {
        FilterError::new(at..at + len, format!("`{}` is not part of the filter language", &rest[..len].escape_debug()))
    };
    Err(match first {
        '&' => error(if rest.starts_with("&&") { 2 } else { 1 }).hint("write `and`").fix("and"),
        '|' => error(if rest.starts_with("||") { 2 } else { 1 }).hint("write `or`").fix("or"),
        '!' => error(1).hint("write `not`").fix("not "),
        '“' | '”' | '‘' | '’' | '„' => error(first.len_utf8()).hint("use straight quotes: \"…\""),
        _ => error(first.len_utf8()).hint("put a name with such a character in back quotes: `…`"),
    })
}

/// The content of a quoted stretch at the start of `rest` (a doubled quote stands for one) and its length with quotes.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            content.push(c);
        } else if chars.next_if(|(_, following)| *following == quote).is_some() {
            content.push(quote);
        } else {
            return Some((content, at + 1));
        }
    }
    None
}

/// Bytes of the word at the start: letters, digits and `_`, with single dots inside.
pub(super) fn word_len(rest: &str) -> usize {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let follows = if at == 0 {
            c.is_alphabetic() || c == '_'
        } else {
            c.is_alphanumeric()
                || c == '_'
                || (c == '.' && chars.peek().is_some_and(|(_, after)| after.is_alphanumeric() || *after == '_'))
        };
        if !follows {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// Bytes of the unit at the start: `km/h`, `m/s2`, `m/s^2`, `°C`, `%`.
fn unit_len(rest: &str) -> usize {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, after)| *after);
        let follows = match c {
            '°' | '%' => true,
            '/' => at > 0 && after.is_some_and(|after| after.is_alphabetic() || after == '°'),
            '^' => at > 0 && after.is_some_and(|after| after.is_ascii_digit()),
            '·' | '_' => at > 0,
            _ => c.is_alphabetic() || (at > 0 && c.is_alphanumeric()),
        };
        if !follows {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// The unit that stands after a number, across white space.
fn unit_after(text: &str, at: usize) -> Result<Option<Unit>, FilterError> {
    let rest = text[at..].trim_start();
    let start = text.len() - rest.len();
    if rest.starts_with('`') {
        let (content, len) = quoted(rest, '`')
            .ok_or_else(|| FilterError::new(start..text.len(), "this unit is not closed").hint("end it with `"))?;
        return Ok(Some(Unit { text: content, span: start..start + len }));
    }
    let len = unit_len(rest);
    let word = &rest[..len];
    Ok((len > 0 && !is_reserved(word)).then(|| Unit { text: word.to_owned(), span: start..start + len }))
}

/// Bytes of the number at the start: `12`, `1.5`, `.5`, `1e-3`.
fn number_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == 0 {
            return whole;
        }
        end += 1 + fraction;
    }
    if end > 0 && matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// Bytes of the time at the start: a date, then perhaps a clock time and a zone. 0 when there is no date.
fn time_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let fits = |from: usize, shape: &str| {
        bytes.get(from..from + shape.len()).is_some_and(|part| {
            part.iter().zip(shape.bytes()).all(|(b, s)| match s {
                b'0' => b.is_ascii_digit(),
                b'T' => matches!(b, b'T' | b't' | b' '),
                b'+' => matches!(b, b'+' | b'-'),
                _ => *b == s,
            })
        })
    };
    if !fits(0, "0000-00-00") || bytes.get(10).is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    let mut end = 10;
    if !fits(end, "T00:00") {
        return end;
    }
    end += 6;
    if fits(end, ":00") {
        end += 3;
        if matches!(bytes.get(end), Some(b'.' | b',')) {
            let fraction = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            end += if fraction > 0 { 1 + fraction } else { 0 };
        }
    }
    if matches!(bytes.get(end), Some(b'Z' | b'z')) {
        end += 1;
    } else if fits(end, "+00:00") {
        end += 6;
    } else if fits(end, "+0000") {
        end += 5;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let (tokens, error) = lex(text);
        let mut parts: Vec<String> = tokens
            .iter()
            .map(|token| match &token.kind {
                TokenKind::Word(word) => word.clone(),
                TokenKind::Quoted(name) => format!("`{name}`"),
                TokenKind::Text(content) => format!("{content:?}"),
                TokenKind::Number { digits, unit: None } => format!("#{digits}"),
                TokenKind::Number { digits, unit: Some(unit) } => format!("#{digits}[{}]", unit.text),
                TokenKind::Time(ns) => format!("@{}", ns / 1_000_000_000),
                TokenKind::Sign(sign) => format!("{sign:?}"),
            })
            .collect();
        parts.extend(error.map(|error| format!("! {} {:?}", error.message, error.span)));
        parts.join(" ")
    }

    #[test]
    fn reads_tokens() {
        for (text, expected) in [
            ("speed>=80km/h and x", "speed GreaterEqual #80[km/h] and x"),
            ("a > 80 km/h / 2", "a Greater #80[km/h] Slash #2"),
            ("a > 9.81 m/s^2", "a Greater #9.81[m/s^2]"),
            ("a < 5 m/2", "a Less #5[m] Slash #2"),
            ("a in (1,2 ,3.5e-3)", "a in Open #1 Comma #2 Comma #3.5e-3 Close"),
            ("t < 5 or t > 7", "t Less #5 or t Greater #7"),
            ("h > 50% and x", "h Greater #50[%] and x"),
            ("x > -3 °C", "x Greater Minus #3[°C]"),
            ("x > 3 `N m`", "x Greater #3[N m]"),
            ("1e3 1e .5 5.x", "#1e3 #1[e] #.5 #5 ! `.` is not part of the filter language 11..12"),
            ("metric.time imu.a.b a. b", "metric.time imu.a.b a ! `.` is not part of the filter language 21..22"),
            ("`a``b` \"c\"\"d\" 'e''f' ''", "`a`b` \"c\\\"d\" \"e'f\" \"\""),
            ("time>=2024-05-01T08:00Z and", "time GreaterEqual @1714550400 and"),
            ("2024-05-01 08:00 2024-05-01 2024-05-01T08:00:00.5+02:00", "@1714550400 @1714521600 @1714543200"),
            ("2024-05-01-1", "@1714521600 Minus #1"),
            ("2024-13-01", "! `2024-13-01` is not a time 0..10"),
            ("≤ ≥ ≠ <> ==", "LessEqual GreaterEqual NotEqual NotEqual Equal"),
            ("a && b", "a ! `&&` is not part of the filter language 2..4"),
            ("a = \"b", "a Equal ! this text is not closed 4..6"),
            ("größe_2", "größe_2"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
