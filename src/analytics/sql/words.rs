//! The words and signs of a query while it is typed: it need not be a valid query, nor a whole one.

use std::ops::Range;

use sqlparser::{
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace},
};

use super::functions::is_function;

/// What a stretch of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlWord {
    /// A word of the language, or an operator.
    Word,
    /// A function.
    Function,
    /// A name: of a table, a column, an alias.
    Name,
    /// Text in quotes.
    Text,
    /// A number.
    Number,
    /// What is not read.
    Comment,
    /// Anything else.
    Other,
}

/// Cuts `text` into stretches that follow each other without holes.
#[must_use]
pub fn words(text: &str) -> Vec<(Range<usize>, SqlWord)> {
    let mut tokens: Vec<TokenWithSpan> = Vec::new();
    // Before a quote that is never closed everything is known; what follows it is text for now.
    let open = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location_into_buf(&mut tokens).is_err();
    let mut places = Places { text, line: 1, column: 1, byte: 0 };
    let mut found: Vec<(Range<usize>, SqlWord)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let start = places.byte;
        let end = places.go_to(token.span.end);
        if end <= start {
            continue;
        }
        let next = tokens[at + 1..].iter().find(|next| !matches!(next.token, Token::Whitespace(_)));
        let kind = kind(&token.token, next.is_some_and(|next| next.token == Token::LParen));
        match found.last_mut() {
            Some((range, last)) if *last == kind && kind == SqlWord::Other => range.end = end,
            _ => found.push((start..end, kind)),
        }
    }
    if places.byte < text.len() {
        found.push((places.byte..text.len(), if open { SqlWord::Text } else { SqlWord::Other }));
    }
    found
}

fn kind(token: &Token, called: bool) -> SqlWord {
    match token {
        Token::Word(word) if word.quote_style.is_some() => SqlWord::Name,
        Token::Word(word) if called && is_function(&word.value.to_lowercase()) => SqlWord::Function,
        Token::Word(word) if word.keyword != Keyword::NoKeyword && is_of_the_language(word.keyword) => SqlWord::Word,
        Token::Word(_) => SqlWord::Name,
        Token::Number(..) => SqlWord::Number,
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => SqlWord::Comment,
        Token::Whitespace(_)
        | Token::LParen
        | Token::RParen
        | Token::Comma
        | Token::Period
        | Token::SemiColon
        | Token::EOF => SqlWord::Other,
        token if is_text(token) => SqlWord::Text,
        _ => SqlWord::Word,
    }
}

fn is_text(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
    )
}

/// The parser knows the words of many languages, most of which are plain names here: `class`, `time`, `value`.
fn is_of_the_language(word: Keyword) -> bool {
    use Keyword as K;
    matches!(
        word,
        K::SELECT
            | K::DISTINCT
            | K::FROM
            | K::WHERE
            | K::GROUP
            | K::BY
            | K::HAVING
            | K::ORDER
            | K::LIMIT
            | K::OFFSET
            | K::WITH
            | K::AS
            | K::JOIN
            | K::INNER
            | K::LEFT
            | K::RIGHT
            | K::FULL
            | K::OUTER
            | K::CROSS
            | K::ON
            | K::USING
            | K::AND
            | K::OR
            | K::NOT
            | K::IN
            | K::IS
            | K::NULL
            | K::BETWEEN
            | K::LIKE
            | K::ILIKE
            | K::ESCAPE
            | K::CASE
            | K::WHEN
            | K::THEN
            | K::ELSE
            | K::END
            | K::CAST
            | K::OVER
            | K::PARTITION
            | K::WINDOW
            | K::QUALIFY
            | K::ROWS
            | K::RANGE
            | K::PRECEDING
            | K::FOLLOWING
            | K::UNBOUNDED
            | K::CURRENT
            | K::ROW
            | K::UNION
            | K::ALL
            | K::EXCEPT
            | K::INTERSECT
            | K::EXISTS
            | K::ASC
            | K::DESC
            | K::NULLS
            | K::FIRST
            | K::LAST
            | K::TRUE
            | K::FALSE
            | K::INTERVAL
    )
}

/// A walk through a text by lines and columns, both counted from 1, columns in characters.
struct Places<'a> {
    text: &'a str,
    line: u64,
    column: u64,
    byte: usize,
}

impl Places<'_> {
    /// Goes on to a place; the byte there.
    fn go_to(&mut self, place: Location) -> usize {
        while (self.line, self.column) < (place.line, place.column) {
            let Some(next) = self.text[self.byte..].chars().next() else { break };
            self.byte += next.len_utf8();
            if next == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_is_seen() {
        let text = "WITH x AS (SELECT count(*) AS time, \"yaw rate\" FROM frames -- all\nWHERE camera = 'fr''ont' AND speed >= 1.5e3)";
        let found = words(text);
        for (word, kind) in [
            ("WITH", SqlWord::Word),
            ("x", SqlWord::Name),
            ("count", SqlWord::Function),
            ("time", SqlWord::Name),
            ("\"yaw rate\"", SqlWord::Name),
            ("-- all\n", SqlWord::Comment),
            ("'fr''ont'", SqlWord::Text),
            (">=", SqlWord::Word),
            ("1.5e3", SqlWord::Number),
        ] {
            assert!(
                found.iter().any(|(range, found)| &text[range.clone()] == word && *found == kind),
                "{word} in {found:?}"
            );
        }
        let open = words("SELECT 'front");
        assert_eq!(open.last(), Some(&(7..13, SqlWord::Text)));
    }

    proptest! {
        #[test]
        fn any_text_is_cut_whole(text in "[a-z0-9 ()\"'`<>=~.:;\\-\\n\\r\\té速*/$#]{0,60}") {
            let mut at = 0;
            for (range, _) in words(&text) {
                prop_assert_eq!(range.start, at);
                prop_assert!(text.get(range.clone()).is_some());
                at = range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
