//! Rust source read far enough to see which paths it names: words and signs, without comments and literals.

/// A word or a sign of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// An identifier or keyword.
    Word(String),
    /// `::`
    PathSep,
    /// Any other sign, one character.
    Sign(char),
    /// A string, character or number.
    Literal,
}

/// A token and its line, from 1.
#[derive(Debug, Clone)]
pub struct Placed {
    pub token: Token,
    pub line: usize,
}

/// A path that the source names from a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// `crate::x…`, or as many `super` as lead to the crate's root and then `x`; `*` for all of it.
    Crate(String),
    /// `x::…` or `use x`: an outer crate, or an item that is in scope.
    Outer(String),
}

/// Splits source into tokens. Comments, doc comments among them, vanish: what is told there is not imported.
pub fn tokens(source: &str) -> Vec<Placed> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while let Some(&c) = chars.get(at) {
        let start = at;
        let next = chars.get(at + 1).copied();
        let token = match (c, next) {
            ('/', Some('/')) => {
                at = end_of_line(&chars, at);
                None
            }
            ('/', Some('*')) => {
                at = end_of_block_comment(&chars, at);
                None
            }
            ('"', _) => {
                at = end_of_string(&chars, at);
                Some(Token::Literal)
            }
            ('\'', _) => {
                let (end, token) = quote(&chars, at);
                at = end;
                token
            }
            (':', Some(':')) => {
                at += 2;
                Some(Token::PathSep)
            }
            (c, _) if c.is_alphabetic() || c == '_' => {
                let (end, token) = word(&chars, at);
                at = end;
                Some(token)
            }
            (c, _) if c.is_ascii_digit() => {
                at = end_of_word(&chars, at);
                Some(Token::Literal)
            }
            (c, _) => {
                at += 1;
                (!c.is_whitespace()).then_some(Token::Sign(c))
            }
        };
        out.extend(token.map(|token| Placed { token, line }));
        line += chars[start..at].iter().filter(|c| **c == '\n').count();
    }
    out
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n)
}

/// Block comments nest.
fn end_of_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(chars: &[char], quote: usize) -> usize {
    let mut at = quote + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// `r"…"`, `r#"…"#`: from the first `#` or quote.
fn end_of_raw_string(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + hashes) == Some(&'"')).then(|| {
        let body = at + hashes + 1;
        (body..chars.len())
            .find(|&i| chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes)
            .map_or(chars.len(), |i| i + 1 + hashes)
    })
}

/// A character literal, or a lifetime, which counts for nothing.
fn quote(chars: &[char], at: usize) -> (usize, Option<Token>) {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            // The escaped character itself may be a quote.
            let close = chars.iter().skip(at + 3).position(|c| *c == '\'').map_or(chars.len(), |n| at + 3 + n + 1);
            (close, Some(Token::Literal))
        }
        (Some(_), Some('\'')) => (at + 3, Some(Token::Literal)),
        _ => (end_of_word(chars, at + 1), None),
    }
}

fn end_of_word(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| !c.is_alphanumeric() && *c != '_').map_or(chars.len(), |n| at + n)
}

/// A word, or the literal that a prefix begins (`r"…"`, `b"…"`, `c"…"`, `br#"…"#`), or a raw identifier without its `r#`.
fn word(chars: &[char], at: usize) -> (usize, Token) {
    let end = end_of_word(chars, at);
    let text: String = chars[at..end].iter().collect();
    let next = chars.get(end);
    match text.as_str() {
        "r" | "br" | "cr" if matches!(next, Some('"' | '#')) => {
            if let Some(end) = end_of_raw_string(chars, end) {
                return (end, Token::Literal);
            }
            let name_end = end_of_word(chars, end + 1);
            (name_end, Token::Word(chars[end + 1..name_end].iter().collect()))
        }
        "b" | "c" if next == Some(&'"') => (end_of_string(chars, end), Token::Literal),
        "b" if next == Some(&'\'') => (quote(chars, end).0, Token::Literal),
        _ => (end, Token::Word(text)),
    }
}

/// Every path that `source` names from a root, with its line. `depth` is how many modules the file lies below the crate's
/// root (0 for `lib.rs`, 1 for `a/mod.rs`, 2 for `a/b.rs`).
pub fn roots(source: &str, depth: usize) -> Vec<(Root, usize)> {
    let tokens = tokens(source);
    let token = |at: usize| tokens.get(at).map(|placed| &placed.token);
    let mut found = Vec::new();
    let mut braces = 0_usize;
    // Brace levels at which the inline modules around this place opened.
    let mut inline_modules = Vec::new();
    let mut at = 0;
    while let Some(here) = token(at) {
        match here {
            Token::Sign('{') => braces += 1,
            Token::Sign('}') => {
                braces = braces.saturating_sub(1);
                inline_modules.pop_if(|level| *level == braces);
            }
            Token::Word(word) if word == "mod" => {
                if token(at + 2) == Some(&Token::Sign('{')) {
                    inline_modules.push(braces);
                }
                // Past the module's own name, which is no mention of anything.
                at += 1;
            }
            // A field, a method, a macro's fragment, or the rest of `<T as Trait>::name`.
            Token::Word(word) if at > 0 && continues(&tokens[at - 1].token, word) => {}
            Token::PathSep if at > 0 && matches!(tokens[at - 1].token, Token::Word(_) | Token::Sign('>')) => {}
            Token::Word(_) | Token::PathSep => {
                let skip = words_of_import(here, token(at + 1));
                let mut paths = Vec::new();
                let end = path_tree(&tokens, at + skip, &[], &mut paths);
                let depth = depth + inline_modules.len();
                found.extend(paths.iter().filter_map(|(path, line)| Some((resolve(path, depth, skip > 0)?, *line))));
                at = end.max(at + 1);
                continue;
            }
            Token::Sign(_) | Token::Literal => {}
        }
        at += 1;
    }
    found
}

/// Whether a word after `before` goes on with something, so that it is no root.
fn continues(before: &Token, word: &str) -> bool {
    match before {
        Token::PathSep | Token::Sign('.') => true,
        Token::Sign('$') => word != "crate",
        _ => false,
    }
}

/// How many words `use` or `extern crate` take; 0 where no import begins.
fn words_of_import(here: &Token, next: Option<&Token>) -> usize {
    let is = |token: Option<&Token>, expected: &str| matches!(token, Some(Token::Word(word)) if word == expected);
    if is(Some(here), "use") {
        1
    } else if is(Some(here), "extern") && is(next, "crate") {
        2
    } else {
        0
    }
}

/// Reads `a::b`, `a::{b, c::d as e}`, `a::*` from `at` on, the segments before it in `prefix`; gives the place after it.
fn path_tree(tokens: &[Placed], mut at: usize, prefix: &[String], out: &mut Vec<(Vec<String>, usize)>) -> usize {
    let token = |at: usize| tokens.get(at).map(|placed| &placed.token);
    let line = tokens.get(at).map_or(0, |placed| placed.line);
    let mut path = prefix.to_vec();
    if token(at) == Some(&Token::PathSep) {
        at += 1;
    }
    loop {
        match token(at) {
            Some(Token::Word(word)) => path.push(word.clone()),
            Some(Token::Sign('*')) if !path.is_empty() => path.push("*".to_owned()),
            Some(Token::Sign('{')) => return branches(tokens, at + 1, &path, out),
            _ => break,
        }
        at += 1;
        let goes_on = matches!(token(at + 1), Some(Token::Word(_) | Token::Sign('{' | '*')));
        if token(at) != Some(&Token::PathSep) || !goes_on {
            break;
        }
        at += 1;
    }
    if path.len() > prefix.len() {
        out.push((path, line));
    }
    at
}

/// The trees between `{` and `}`, from after the `{`; gives the place after the `}`.
fn branches(tokens: &[Placed], mut at: usize, prefix: &[String], out: &mut Vec<(Vec<String>, usize)>) -> usize {
    while let Some(placed) = tokens.get(at) {
        if placed.token == Token::Sign('}') {
            return at + 1;
        }
        at = path_tree(tokens, at, prefix, out).max(at + 1);
        // `as name` gives another name to what was just named.
        while tokens.get(at).is_some_and(|placed| !matches!(placed.token, Token::Sign(',' | '}'))) {
            at += 1;
        }
        if tokens.get(at).is_some_and(|placed| placed.token == Token::Sign(',')) {
            at += 1;
        }
    }
    at
}

/// What a path written `depth` modules below the crate's root begins at; `None` for what stays in its room, and for single
/// words outside an import (variables, keywords).
fn resolve(path: &[String], depth: usize, in_import: bool) -> Option<Root> {
    let counts = in_import || path.len() > 1;
    let room = |at: usize| Some(Root::Crate(path.get(at).map_or("*", String::as_str).to_owned()));
    match path.first()?.as_str() {
        "crate" if counts => room(1),
        "crate" => None,
        first @ ("self" | "super") => {
            let own = usize::from(first == "self");
            let climbed = path[own..].iter().take_while(|segment| *segment == "super").count();
            if climbed > 0 && climbed >= depth { room(own + climbed) } else { None }
        }
        first if counts => Some(Root::Outer(first.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str, depth: usize) -> Vec<String> {
        roots(source, depth)
            .into_iter()
            .map(|(root, line)| match root {
                Root::Crate(name) => format!("crate {name} {line}"),
                Root::Outer(name) => format!("{name} {line}"),
            })
            .collect()
    }

    #[test]
    fn finds_what_a_file_names() {
        for (source, expected) in [
            ("use crate::model::Label;", vec!["crate model 1"]),
            (
                "use crate::{\n    lake::{self, Lake},\n    model::*,\n};",
                vec!["crate lake 2", "crate lake 2", "crate model 3"],
            ),
            ("pub use crate::filter as ask;", vec!["crate filter 1"]),
            ("use crate::{filter as ask, gui};", vec!["crate filter 1", "crate gui 1"]),
            ("use {egui, crate::cli::run};", vec!["egui 1", "crate cli 1"]),
            ("use crate as all;", vec!["crate * 1"]),
            ("use ::egui::Ui;", vec!["egui 1"]),
            ("extern crate hdf5;", vec!["hdf5 1"]),
            (
                "fn f(x: &crate::session::Session) -> egui::Ui {\n    crate::cli::run(x)\n}",
                vec!["crate session 1", "egui 1", "crate cli 2"],
            ),
            ("let x = Vec::<crate::gui::App>::new();", vec!["crate gui 1"]),
            ("#[derive(clap::Parser)] struct Args;", vec!["clap 1"]),
            ("macro_rules! m { () => { $crate::jobs::Pool } }", vec!["crate jobs 1"]),
            ("let x = ::clap::value(1);", vec!["clap 1"]),
        ] {
            assert_eq!(names(source, 1), expected, "{source}");
        }
    }

    #[test]
    fn leaves_out_what_is_no_mention() {
        for source in [
            "// use crate::gui;",
            "/* crate::gui /* nested */ crate::cli */",
            "//! [`crate::gui::App`]",
            "const TEXT: &str = \"crate::gui \\\" crate::cli\";",
            "const TEXT: &str = r#\"crate::gui \" crate::cli\"#;",
            "const BYTES: &[u8] = b\"crate::gui\";",
            "pub(crate) fn f() {}",
            "let egui = 1; egui + 1;",
            "self.egui.draw();",
            "x.collect::<T>();",
            "<T as Trait>::name();",
            "fn f<'a>(x: &'a str) -> char { '\"' }",
            "let quote = '\\''; let other = b'\"';",
            "mod egui;",
        ] {
            assert_eq!(names(source, 1), Vec::<String>::new(), "{source}");
        }
    }

    #[test]
    fn supers_reach_other_rooms_only_from_the_top() {
        for (source, depth, expected) in [
            ("use super::gui::App;", 1, vec!["crate gui 1"]),
            ("use super::gui::App;", 2, vec![]),
            ("use super::super::gui;", 2, vec!["crate gui 1"]),
            ("use super::{super::gui, layout};", 2, vec!["crate gui 1"]),
            ("mod tests {\n    use super::*;\n}", 1, vec![]),
            ("mod tests {\n    use super::super::gui;\n}\nuse super::cli;", 1, vec!["crate gui 2", "crate cli 4"]),
            ("use self::layout::X;", 1, vec![]),
            ("use self::super::gui;", 1, vec!["crate gui 1"]),
        ] {
            assert_eq!(names(source, depth), expected, "{source} at depth {depth}");
        }
    }

    #[test]
    fn raw_identifiers_are_words() {
        let words: Vec<_> = tokens("r#type r\"a\" 'x' 1_000.5e3").into_iter().map(|placed| placed.token).collect();
        let (word, literal, dot) = (Token::Word("type".to_owned()), Token::Literal, Token::Sign('.'));
        assert_eq!(words, [word, literal.clone(), literal.clone(), literal.clone(), dot, literal]);
    }
}
