//! The gate: what a person wrote becomes one SELECT over the tables of the lake, or is refused.
//!
//! Nothing of the text itself reaches the engine. It is parsed, the tree is looked at, names are put right, and what runs is
//! the tree.

use std::thread;

use sqlparser::{
    ast::Statement,
    dialect::GenericDialect,
    parser::{Parser, ParserError, ParserOptions},
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};

use super::{
    mistake::SqlMistake,
    names::{self, SampleWish},
    refuse, rewrite,
    schema::{SqlTable, SqlType},
};

/// Longest text, bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most words and signs of a text.
const MAX_TOKENS: usize = 20_000;
/// Stack of the thread that parses: trees are walked to their depth, and a long sum is a deep tree.
const STACK_BYTES: usize = 256 << 20;

/// A query that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What runs.
    pub statement: Statement,
    /// The same as text.
    pub text: String,
    /// The tables that it names, with what it needs of each.
    pub needs: Vec<Need>,
}

/// What a query needs of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The table.
    pub table: String,
    /// The columns, at least one, in the table's order.
    pub columns: Vec<String>,
    /// Of `samples`: these metrics alone; `None` for all.
    pub metrics: Option<Vec<String>>,
    /// Of `samples`: these recordings alone; `None` for all.
    pub recordings: Option<Vec<String>>,
}

/// Lets one SELECT over these tables through.
///
/// # Errors
/// [`SqlMistake`] tells what else the text is or asks for, and where.
pub fn check(text: &str, tables: &[SqlTable]) -> Result<Checked, SqlMistake> {
    if text.len() > MAX_BYTES {
        return Err(SqlMistake::new("the text is longer than a megabyte")
            .hint("put long lists into a saved selection or a filter, and join with its result"));
    }
    // A deep tree needs a deep stack, also to be thrown away; so it lives and ends in a thread that has one.
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("sql-gate".to_owned()).stack_size(STACK_BYTES);
        let handle = builder
            .spawn_scoped(scope, || parsed(text, tables))
            .map_err(|error| SqlMistake::new(format!("the query cannot be looked at: {error}")))?;
        handle.join().unwrap_or_else(|_| {
            Err(SqlMistake::new("the query cannot be understood").hint("write it in another way, and report this"))
        })
    })
}

fn parsed(text: &str, tables: &[SqlTable]) -> Result<Checked, SqlMistake> {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text)
        .tokenize_with_location()
        .map_err(|error| SqlMistake::told(text, &format!("{}{}", error.message, error.location)))?;
    look_at(&tokens, text)?;
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    let statements = Parser::new(&dialect)
        .with_options(options)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| wrong(text, &error))?;
    let [Statement::Query(_)] = statements.as_slice() else {
        return Err(SqlMistake::new("only one SELECT can be run here"));
    };
    let mut statement = statements.into_iter().next().ok_or_else(|| SqlMistake::new("there is no query"))?;
    refuse::refuse(&statement, text)?;
    let found = names::put_right(&mut statement, text, tables)?;
    let samples = names::samples_wanted(&statement, tables);
    rewrite::rewrite(&mut statement, text)?;
    Ok(Checked { text: statement.to_string(), statement, needs: needs(found, &samples, tables) })
}

/// What can be told without a tree: that it begins as a query does, and that nothing stands behind it.
fn look_at(tokens: &[TokenWithSpan], text: &str) -> Result<(), SqlMistake> {
    if tokens.len() > MAX_TOKENS {
        return Err(SqlMistake::new(format!("the query has more than {MAX_TOKENS} words and signs"))
            .hint("put long lists into a table of their own: a saved selection, or a view"));
    }
    let mut said = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    let Some(first) = said.next() else {
        return Err(SqlMistake::new("there is no query")
            .hint("for example SELECT recording, count(*) FROM frames GROUP BY recording"));
    };
    let begins = match &first.token {
        Token::LParen => true,
        Token::Word(word) => word.value.eq_ignore_ascii_case("select") || word.value.eq_ignore_ascii_case("with"),
        _ => false,
    };
    if !begins {
        return Err(SqlMistake::new(format!("only a SELECT can be run here, and this begins with `{}`", first.token))
            .at(text, first.span)
            .hint("a query reads the lake and never changes anything: begin with SELECT or WITH"));
    }
    let behind = said.skip_while(|token| token.token != Token::SemiColon).find(|token| token.token != Token::SemiColon);
    match behind {
        Some(token) => Err(SqlMistake::new("a second statement stands behind the semicolon")
            .at(text, token.span)
            .hint("run one query at a time")),
        None => Ok(()),
    }
}

fn wrong(text: &str, error: &ParserError) -> SqlMistake {
    match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => SqlMistake::told(text, message),
        ParserError::RecursionLimitExceeded => {
            SqlMistake::new("the query is nested too deeply").hint("give inner parts names with WITH")
        }
    }
}

fn needs(found: Vec<(usize, Vec<bool>)>, samples: &SampleWish, tables: &[SqlTable]) -> Vec<Need> {
    found
        .into_iter()
        .map(|(table, wanted)| {
            let table = &tables[table];
            let mut columns: Vec<String> = table
                .columns
                .iter()
                .zip(&wanted)
                .filter(|(_, wanted)| **wanted)
                .map(|(one, _)| one.name.clone())
                .collect();
            if columns.is_empty() {
                // Rows can be counted in any column; numbers are made sooner than texts.
                let number = table.columns.iter().find(|column| column.kind != SqlType::Text);
                columns.extend(number.or(table.columns.first()).map(|column| column.name.clone()));
            }
            let samples = if table.name == "samples" { samples.clone() } else { SampleWish::default() };
            Need { table: table.name.clone(), columns, metrics: samples.metrics, recordings: samples.recordings }
        })
        .collect()
}
