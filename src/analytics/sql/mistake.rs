//! What is wrong with a query, and where: line, column, and a caret under it.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span};

use crate::filter::FilterError;

/// A query that is refused, or that makes no sense: what, at which bytes, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlMistake {
    /// The bytes of the text that the message is about; `None` when it is about the whole.
    pub span: Option<Range<usize>>,
    /// What happened, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Text that would mend it in place of the span, where one is likely.
    pub fix: Option<String>,
}

impl SqlMistake {
    /// A mistake of the text as a whole.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), hint: None, fix: None }
    }

    /// The same at a place.
    pub(super) fn at(mut self, text: &str, span: Span) -> Self {
        if span.start.line > 0 {
            let start = offset(text, span.start);
            self.span = Some(start..offset(text, span.end).max(start));
        }
        self
    }

    /// The same at bytes.
    pub(super) fn within(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The same with a remedy.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the nearest of some names as remedy.
    pub(super) fn nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::filter::nearest(name, known) {
            Some(near) => {
                let fix = quoted(near);
                Self { hint: Some(format!("did you mean `{fix}`?")), fix: Some(fix), ..self }
            }
            None => self,
        }
    }

    /// Line and column of its place in `text`, both counted from 1; columns in characters.
    #[must_use]
    pub fn line_column(&self, text: &str) -> Option<(usize, usize)> {
        let before = text.get(..self.span.as_ref()?.start.min(text.len()))?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
    }

    /// The message with its place, the line of `text` it is about with a caret underline, and the remedy; no newline at the
    /// end.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let hint = || self.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
        match (self.line_column(text), &self.span) {
            (Some((line, column)), Some(span)) => {
                let message = format!("line {line}, column {column}: {}", self.message);
                format!("{}{}", FilterError::new(span.clone(), message).render(text), hint())
            }
            _ => format!("{}{}", self.message, hint()),
        }
    }

    /// A message of the parser or of the engine, with the place that it names: a line and a column, else a word in quotes
    /// that stands in the text.
    pub(super) fn told(text: &str, message: &str) -> Self {
        let message = message.trim();
        if let Some((what, place)) = message.rsplit_once(" at Line: ")
            && let Some((line, column)) = place.split_once(", Column: ")
            && let (Ok(line), Ok(column)) = (line.trim().parse(), column.trim().parse())
        {
            let start = offset(text, Location { line, column });
            let end = word_end(text, start);
            return Self::new(plain(what)).within(start..end);
        }
        let mistake = Self::new(plain(message));
        match quoted_words(message).find_map(|word| find_word(text, word)) {
            Some(span) => mistake.within(span),
            None => mistake,
        }
    }
}

/// A name as a query writes it: in double quotes where it is no plain word.
#[must_use]
pub fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_word_of_sql(name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Whether a name cannot stand alone because the language uses it.
fn is_word_of_sql(name: &str) -> bool {
    use sqlparser::keywords::{Keyword, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_IDENTIFIER};
    let upper = name.to_ascii_uppercase();
    RESERVED_FOR_COLUMN_ALIAS
        .iter()
        .chain(RESERVED_FOR_IDENTIFIER)
        .chain(&[
            Keyword::CASE,
            Keyword::CAST,
            Keyword::NOT,
            Keyword::NULL,
            Keyword::TRUE,
            Keyword::FALSE,
            Keyword::AND,
        ])
        .any(|word| format!("{word:?}") == upper)
}

/// The byte at which a place counted in lines and characters lies.
fn offset(text: &str, place: Location) -> usize {
    let mut line_start = 0;
    for _ in 1..place.line {
        match text[line_start..].find('\n') {
            Some(end) => line_start += end + 1,
            None => return text.len(),
        }
    }
    let skip = usize::try_from(place.column.saturating_sub(1)).unwrap_or(usize::MAX);
    text[line_start..].char_indices().nth(skip).map_or(text.len(), |(at, _)| line_start + at)
}

/// The end of the word, or of the sign, that begins at a byte.
fn word_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if word > 0 { start + word } else { start + rest.chars().next().map_or(0, char::len_utf8) }
}

/// What stands in quotes of any kind in a message, in order.
fn quoted_words(message: &str) -> impl Iterator<Item = &str> {
    message.split(['"', '\'', '`']).skip(1).step_by(2).filter(|word| !word.is_empty() && word.len() < 200)
}

/// Where a word stands alone in the text.
pub(super) fn find_word(text: &str, word: &str) -> Option<Range<usize>> {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, found)| at..at + found.len())
        .find(|span| !text[..span.start].ends_with(joins) && !text[span.end..].starts_with(joins))
}

/// A message without what only its writer needs: the name of the error at its head, and its first letter small.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("sql parser error: ").unwrap_or(message);
    // What follows an empty line is for people who write programs with the engine.
    let message = message.split("\n\n").next().unwrap_or(message).trim();
    if let Some(message) = wrong_call(message) {
        return message;
    }
    // The inside of a program says nothing to whoever wrote the query.
    let inside = ["\nThis issue was likely", "; found:", "\nCandidate functions", "\nbacktrace"];
    let end = inside.iter().filter_map(|words| message.find(words)).min().unwrap_or(message.len());
    let message = in_words(message[..end].trim());
    let mut letters = message.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), letters.as_str())
        }
        _ => message,
    }
}

/// The types of the engine, as a person calls what is in them.
const TYPES: &[(&str, &str)] = &[
    ("LargeUtf8", "text"),
    ("Utf8View", "text"),
    ("Utf8", "text"),
    ("Int64", "whole number"),
    ("Int32", "whole number"),
    ("UInt64", "whole number"),
    ("Float64", "number"),
    ("Boolean", "true or false"),
    ("Timestamp(ns, \"UTC\")", "time"),
    ("Timestamp(ns)", "time"),
];

/// A message with the names of types in a person's words.
fn in_words(message: &str) -> String {
    TYPES.iter().fold(message.to_owned(), |message, (name, words)| message.replace(name, words))
}

/// A call that no function fits, out of a message that tells every function of that name.
fn wrong_call(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("No function matches the given name and argument types '")?;
    let (call, _) = rest.split_once("'.")?;
    let (name, arguments) = call.split_once('(')?;
    let arguments = in_words(arguments.strip_suffix(')').unwrap_or(arguments));
    Some(match arguments.trim() {
        "" => format!("`{name}` needs something in its parentheses"),
        arguments => format!("`{name}` does not take ({arguments})"),
    })
}
