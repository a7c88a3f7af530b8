//! What may stand at the caret of a filter that is being typed, told from the tokens before it.

use super::{
    parse_call::FUNCTIONS,
    token::{Sign, Token, TokenKind, is_reserved},
};

/// What may stand at the caret.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// A condition begins.
    Condition,
    /// A value that is compared with, or calculated with, the name before it, if there is one.
    Operand(Option<String>),
    /// A value in the list after `NAME in (`.
    List(Option<String>),
    /// The inside of `has(` and `count(`.
    Class,
    /// After the class inside them.
    AfterClass,
    /// The inside of `rate(`, and of `mean(` and its like, which take a duration too.
    Argument { window: bool },
    /// After the number inside them.
    AfterArgument { window: bool },
    /// After `for`, after `within`, and after the comma of a window.
    Duration { within: bool },
    /// After the duration of a `within`.
    Side,
    /// After the duration of a window.
    Close,
    /// After a value that no operator has been applied to.
    AfterValue(Option<String>),
    /// After a complete condition.
    AfterCondition,
    /// After the low end of a `between`.
    AfterLow,
    /// `(` after `in`.
    ListOpen,
    /// `null` after `is`.
    Null { negated: bool },
    /// The inside of `in_box(` and `in_polygon(`: numbers that nobody can guess.
    Corner,
    /// A text that nobody can guess, such as a pattern.
    Nothing,
}

/// What may stand after these tokens, and whether names there are those of labels.
pub(super) fn place(tokens: &[Token]) -> (Place, bool) {
    let mut place = Place::Condition;
    // What a parenthesis that is still open stands in, and the function whose it is.
    let mut open: Vec<(Place, Option<&str>)> = Vec::new();
    let mut of_labels = false;
    // The name on the left of the comparison at hand.
    let mut subject: Option<String> = None;
    let mut between = false;
    for (at, token) in tokens.iter().enumerate() {
        let calls = matches!(tokens.get(at + 1), Some(Token { kind: TokenKind::Sign(Sign::Open), .. }));
        let keyword = match &token.kind {
            TokenKind::Word(word) if is_reserved(word) => word.to_ascii_lowercase(),
            _ => String::new(),
        };
        place = match (&token.kind, keyword.as_str()) {
            (_, "and") if between => {
                between = false;
                Place::Operand(subject.clone())
            }
            (_, "and" | "or" | "of") => Place::Condition,
            (_, "not") => match place {
                Place::Null { .. } => Place::Null { negated: true },
                Place::AfterValue(_) => place,
                _ => Place::Condition,
            },
            (_, "between") => {
                between = true;
                Place::Operand(subject.clone())
            }
            (_, "in") => Place::ListOpen,
            (_, "is") => Place::Null { negated: false },
            (_, "for") => Place::Duration { within: false },
            (_, "within") => Place::Duration { within: true },
            (_, "where") => {
                of_labels = true;
                Place::Condition
            }
            (TokenKind::Word(side), _) if place == Place::Side && is_side(side) => Place::Condition,
            (TokenKind::Number { .. }, _) if let Place::Duration { within } = place => match (within, open.last()) {
                (true, _) => Place::Side,
                (false, Some((Place::Argument { .. }, _))) => Place::Close,
                (false, _) => Place::AfterCondition,
            },
            (_, "null") => Place::AfterCondition,
            (TokenKind::Sign(Sign::Open), _) => {
                let inside = match &place {
                    Place::ListOpen => Place::List(subject.clone()),
                    Place::Class | Place::Argument { .. } | Place::Corner => place.clone(),
                    Place::Operand(_) => Place::Operand(None),
                    _ => Place::Condition,
                };
                let function = at.checked_sub(1).and_then(|before| match &tokens[before].kind {
                    TokenKind::Word(word) => Some(word.as_str()),
                    _ => None,
                });
                open.push((place, function));
                inside
            }
            (TokenKind::Sign(Sign::Close), _) => match open.pop() {
                Some((Place::ListOpen | Place::Operand(_) | Place::Corner, _)) => Place::AfterCondition,
                // `has(x)` is a condition and `count(x)` a number: the word before the parenthesis tells.
                Some((Place::Class, function)) => {
                    of_labels = false;
                    let has = function.is_some_and(|word| word.eq_ignore_ascii_case("has"));
                    if has { Place::AfterCondition } else { after_value(&mut subject, between, None, open.last()) }
                }
                Some((Place::Argument { .. }, _)) => after_value(&mut subject, between, None, open.last()),
                _ if matches!(place, Place::AfterCondition) => Place::AfterCondition,
                _ => Place::AfterValue(None),
            },
            (TokenKind::Sign(Sign::Comma), _) => match open.last() {
                Some((Place::Argument { .. }, _)) => Place::Duration { within: false },
                Some((Place::Corner, _)) => Place::Corner,
                _ => Place::List(subject.clone()),
            },
            (TokenKind::Sign(Sign::Star), _) if place == Place::Class => Place::AfterClass,
            (TokenKind::Sign(Sign::Tilde), _) => Place::Nothing,
            (TokenKind::Sign(Sign::Plus | Sign::Minus | Sign::Star | Sign::Slash), _) => match place {
                Place::Condition | Place::AfterValue(_) => Place::Operand(None),
                Place::AfterArgument { window } => Place::Argument { window },
                _ => place,
            },
            (TokenKind::Sign(_), _) => Place::Operand(subject.clone()),
            (TokenKind::Word(word), "") if calls && is_function(word) => match word.to_ascii_lowercase().as_str() {
                "has" | "count" => Place::Class,
                "rate" => Place::Argument { window: false },
                "in_box" | "in_polygon" => Place::Corner,
                _ => Place::Argument { window: true },
            },
            (TokenKind::Word(name) | TokenKind::Quoted(name), "") => match place {
                Place::Condition => {
                    subject = Some(name.clone());
                    Place::AfterValue(subject.clone())
                }
                other => after_operand(other, between),
            },
            _ => after_operand(place, between),
        };
    }
    (place, of_labels)
}

fn is_side(word: &str) -> bool {
    ["before", "after"].iter().any(|side| word.eq_ignore_ascii_case(side))
}

/// After the closing of `count(…)`.
fn after_value(
    subject: &mut Option<String>,
    between: bool,
    name: Option<String>,
    outer: Option<&(Place, Option<&str>)>,
) -> Place {
    match outer {
        Some((Place::Operand(_), _)) if between => Place::AfterLow,
        Some((Place::Argument { window }, _)) => Place::AfterArgument { window: *window },
        _ => {
            subject.clone_from(&name);
            Place::AfterValue(name)
        }
    }
}

/// After a value that stood at `place`.
fn after_operand(place: Place, between: bool) -> Place {
    match place {
        Place::Operand(_) if between => Place::AfterLow,
        Place::Operand(_) | Place::Nothing | Place::AfterLow | Place::AfterCondition => Place::AfterCondition,
        Place::List(name) => Place::List(name),
        Place::Class | Place::AfterClass => Place::AfterClass,
        Place::Corner => Place::Corner,
        Place::Argument { window } | Place::AfterArgument { window } => Place::AfterArgument { window },
        _ => Place::AfterValue(None),
    }
}

fn is_function(word: &str) -> bool {
    FUNCTIONS.iter().any(|function| word.eq_ignore_ascii_case(function))
}
