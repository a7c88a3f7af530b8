//! What can stand at the caret of a query: tables, columns, functions and words of the language, in that place.

use std::{collections::BTreeSet, ops::Range};

use sqlparser::{
    dialect::GenericDialect,
    tokenizer::{Token, Tokenizer},
};

use super::{functions::FUNCTIONS, functions::FunctionKind, mistake::quoted, schema::SqlTable};

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SqlCandidateKind {
    /// A column.
    Column,
    /// A table, or a query with a name.
    Table,
    /// A function.
    Function,
    /// A word of the language.
    Keyword,
}

/// Something that can stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlCandidate {
    /// What a list shows.
    pub label: String,
    /// What goes into the text in place of [`SqlCompletions::replace`].
    pub insert: String,
    /// What it is.
    pub kind: SqlCandidateKind,
    /// One line about it: a column's table and type, how a function is called.
    pub detail: String,
}

/// The candidates at a caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlCompletions {
    /// The bytes that a candidate replaces: what was begun to be typed before the caret.
    pub replace: Range<usize>,
    /// Best first.
    pub candidates: Vec<SqlCandidate>,
}

/// The words that can begin or go on a part of a query.
const KEYWORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "ORDER BY",
    "LIMIT",
    "OFFSET",
    "WITH",
    "AS",
    "DISTINCT",
    "JOIN",
    "LEFT JOIN",
    "RIGHT JOIN",
    "FULL JOIN",
    "CROSS JOIN",
    "ON",
    "USING",
    "AND",
    "OR",
    "NOT",
    "IN",
    "BETWEEN",
    "LIKE",
    "ILIKE",
    "IS NULL",
    "IS NOT NULL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CAST",
    "OVER",
    "PARTITION BY",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "UNION ALL",
    "ASC",
    "DESC",
    "NULLS LAST",
    "NULLS FIRST",
    "TRUE",
    "FALSE",
    "NULL",
];

/// The candidates at byte `caret` of a text that may be unfinished or wrong.
#[must_use]
pub fn complete(text: &str, caret: usize, tables: &[SqlTable]) -> SqlCompletions {
    let mut caret = caret.min(text.len());
    while !text.is_char_boundary(caret) {
        caret -= 1;
    }
    let before = &text[..caret];
    let typed = Typed::of(before);
    let nothing = SqlCompletions { replace: caret..caret, candidates: Vec::new() };
    let Some(typed) = typed else { return nothing };
    let named = Named::of(text, tables);
    let mut candidates = Vec::new();
    match &typed.place {
        Place::BehindPoint(table) => named.columns_of(table, &mut candidates),
        Place::Table => named.tables(&mut candidates),
        Place::Expression => {
            named.columns(&mut candidates);
            candidates.extend(FUNCTIONS.iter().map(|function| SqlCandidate {
                label: function.name.to_owned(),
                insert: format!("{}(", function.name),
                kind: SqlCandidateKind::Function,
                detail: match function.kind {
                    FunctionKind::Aggregate => format!("{}, of many rows", function.call),
                    FunctionKind::Window | FunctionKind::Plain => function.call.to_owned(),
                },
            }));
            named.aliases(&mut candidates);
            keywords(&mut candidates);
        }
        Place::Word => keywords(&mut candidates),
    }
    let prefix = typed.prefix.to_lowercase();
    let rank = |candidate: &SqlCandidate| {
        let label = candidate.label.to_lowercase();
        if label.starts_with(&prefix) { Some(0) } else { (prefix.len() >= 2 && label.contains(&prefix)).then_some(1) }
    };
    let mut ranked: Vec<(u8, SqlCandidate)> =
        candidates.into_iter().filter_map(|candidate| rank(&candidate).map(|rank| (rank, candidate))).collect();
    ranked.sort_by(|(one, a), (other, b)| (one, a.kind).cmp(&(other, b.kind)));
    let mut seen = BTreeSet::new();
    ranked.retain(|(_, candidate)| seen.insert((candidate.insert.clone(), candidate.kind)));
    SqlCompletions { replace: typed.start..caret, candidates: ranked.into_iter().map(|(_, one)| one).collect() }
}

fn keywords(candidates: &mut Vec<SqlCandidate>) {
    candidates.extend(KEYWORDS.iter().map(|word| SqlCandidate {
        label: (*word).to_owned(),
        insert: format!("{word} "),
        kind: SqlCandidateKind::Keyword,
        detail: String::new(),
    }));
}

/// What is being typed.
struct Typed {
    start: usize,
    prefix: String,
    place: Place,
}

enum Place {
    /// Behind `name.`
    BehindPoint(String),
    /// Behind FROM and JOIN.
    Table,
    /// Where a value can stand.
    Expression,
    /// Behind a whole value: only a word goes on.
    Word,
}

impl Typed {
    /// Looks at the text before the caret; `None` inside of a text in quotes or of a comment.
    fn of(before: &str) -> Option<Self> {
        let open = open_quote(before);
        let (start, prefix) = match open {
            Some((at, '"')) => (at, before[at + 1..].to_owned()),
            Some(_) => return None,
            None => {
                let word = before
                    .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
                (word, before[word..].to_owned())
            }
        };
        let tokens = tokens(&before[..start]);
        let last = tokens.last();
        let place = match last {
            Some(Token::Period) => match tokens.iter().rev().nth(1) {
                Some(Token::Word(word)) => Place::BehindPoint(word.value.clone()),
                _ => Place::Word,
            },
            Some(Token::Word(word)) if word.quote_style.is_none() => match word.value.to_uppercase().as_str() {
                "FROM" | "JOIN" => Place::Table,
                "AS" => return None,
                known if KEYWORDS.iter().any(|one| one.split(' ').any(|part| part == known)) => Place::Expression,
                _ => Place::Word,
            },
            Some(Token::Word(_) | Token::RParen | Token::Number(..) | Token::SingleQuotedString(_)) => Place::Word,
            Some(Token::Comma) if in_from(&tokens) => Place::Table,
            _ => Place::Expression,
        };
        Some(Self { start, prefix, place })
    }
}

/// Whether a comma at the end separates tables.
fn in_from(tokens: &[Token]) -> bool {
    let mut depth = 0_usize;
    for token in tokens.iter().rev() {
        match token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            Token::Word(word) if depth == 0 => match word.value.to_uppercase().as_str() {
                "FROM" => return true,
                "SELECT" | "WHERE" | "BY" | "ON" | "HAVING" | "USING" => return false,
                _ => {}
            },
            _ => {}
        }
    }
    false
}

/// The quote that is open at the end of a text, with its place.
fn open_quote(text: &str) -> Option<(usize, char)> {
    let mut open = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let comment = open.is_none() && letter == '-' && letters.peek().is_some_and(|(_, next)| *next == '-');
        // A comment goes to the end of its line; one that has none is open.
        if comment && letters.by_ref().all(|(_, letter)| letter != '\n') {
            return Some((at, '-'));
        }
        match (open, letter) {
            (None, '\'' | '"') => open = Some((at, letter)),
            (Some((_, quote)), letter) if quote == letter => open = None,
            _ => {}
        }
    }
    open
}

/// Words and signs, as far as the text can be cut into them.
fn tokens(text: &str) -> Vec<Token> {
    let found = Tokenizer::new(&GenericDialect {}, text).tokenize().unwrap_or_default();
    found.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

/// The tables and queries that a text names.
struct Named<'a> {
    all: &'a [SqlTable],
    /// Other names, each with the table that it stands for; `None` for a query.
    aliases: Vec<(String, Option<&'a SqlTable>)>,
    used: Vec<&'a SqlTable>,
}

impl<'a> Named<'a> {
    /// Reads names from the words of a text that may be no query yet.
    fn of(text: &str, all: &'a [SqlTable]) -> Self {
        let mut tokens = tokens(text);
        if tokens.is_empty() {
            // An open quote somewhere: what stands before it can still be read.
            tokens = open_quote(text).map_or_else(Vec::new, |(at, _)| self::tokens(&text[..at]));
        }
        let table = |name: &str| all.iter().find(|table| table.name.eq_ignore_ascii_case(name));
        let word = |at: usize| match tokens.get(at) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        };
        let mut named = Self { all, aliases: Vec::new(), used: Vec::new() };
        for at in 0..tokens.len() {
            let Some(this) = word(at) else { continue };
            let is = |at: usize, wanted: &str| word(at).is_some_and(|word| word.value.eq_ignore_ascii_case(wanted));
            // `name AS (SELECT …`
            if is(at + 1, "AS") && matches!(tokens.get(at + 2), Some(Token::LParen)) {
                named.aliases.push((this.value.clone(), None));
            }
            let Some(found) = table(&this.value) else { continue };
            let behind_from = at > 0 && (is(at - 1, "FROM") || is(at - 1, "JOIN") || in_from(&tokens[..at]));
            if !behind_from {
                continue;
            }
            named.used.push(found);
            let alias = at + 1 + usize::from(is(at + 1, "AS"));
            let is_keyword =
                |value: &str| KEYWORDS.iter().any(|one| one.split(' ').any(|part| part.eq_ignore_ascii_case(value)));
            if let Some(word) = word(alias).filter(|word| word.quote_style.is_some() || !is_keyword(&word.value)) {
                named.aliases.push((word.value.clone(), Some(found)));
            }
        }
        named
    }

    fn column(table: &SqlTable, candidates: &mut Vec<SqlCandidate>) {
        candidates.extend(table.columns.iter().map(|column| SqlCandidate {
            label: column.name.clone(),
            insert: quoted(&column.name),
            kind: SqlCandidateKind::Column,
            detail: format!("{}, {}", table.name, column.kind.as_str()),
        }));
    }

    /// The columns of the tables that the text names; of all while it names none.
    fn columns(&self, candidates: &mut Vec<SqlCandidate>) {
        if self.used.is_empty() {
            self.all.iter().for_each(|table| Self::column(table, candidates));
        } else {
            self.used.iter().for_each(|table| Self::column(table, candidates));
        }
    }

    fn columns_of(&self, name: &str, candidates: &mut Vec<SqlCandidate>) {
        let by_alias =
            self.aliases.iter().filter(|(alias, _)| alias.eq_ignore_ascii_case(name)).filter_map(|(_, table)| *table);
        let by_name = self.all.iter().filter(|table| table.name.eq_ignore_ascii_case(name));
        by_alias.chain(by_name).for_each(|table| Self::column(table, candidates));
    }

    fn tables(&self, candidates: &mut Vec<SqlCandidate>) {
        candidates.extend(self.all.iter().map(|table| SqlCandidate {
            label: table.name.clone(),
            insert: quoted(&table.name),
            kind: SqlCandidateKind::Table,
            detail: format!("{} columns", table.columns.len()),
        }));
        let queries = self.aliases.iter().filter(|(_, table)| table.is_none());
        candidates.extend(queries.map(|(name, _)| SqlCandidate {
            label: name.clone(),
            insert: quoted(name),
            kind: SqlCandidateKind::Table,
            detail: "a query of this text".to_owned(),
        }));
    }

    fn aliases(&self, candidates: &mut Vec<SqlCandidate>) {
        candidates.extend(self.aliases.iter().map(|(name, table)| SqlCandidate {
            label: name.clone(),
            insert: format!("{}.", quoted(name)),
            kind: SqlCandidateKind::Table,
            detail: table.map_or_else(|| "a query of this text".to_owned(), |table| table.name.clone()),
        }));
    }
}
