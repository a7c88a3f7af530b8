//! Tokens to tree: a Pratt parser that bounds the height of the tree, since filters come from files too.

use std::ops::Range;

use super::{
    FilterError,
    ast::{ArithmeticOp, CompareOp, Duration, Expr, ExprKind, Literal, Number, Side},
    suggest::nearest,
    token::{Sign, Token, TokenKind, Unit, is_reserved, lex},
    unit,
};

/// Height of the tallest tree. Every later walk recurses at most this deep.
const MAX_HEIGHT: u16 = 128;

/// How deep the parser itself recurses. A level of a tree costs it two steps at most, one for the operand and one for the
/// parentheses around it, so the printed form of every tree that was parsed can be parsed again.
const MAX_DEPTH: u16 = 2 * MAX_HEIGHT + 2;

/// How tightly an operator binds; a larger one binds tighter.
pub(super) mod binding {
    pub(in crate::filter) const OR: u8 = 1;
    pub(in crate::filter) const AND: u8 = 2;
    pub(in crate::filter) const TIME: u8 = 3;
    pub(in crate::filter) const NOT: u8 = 4;
    pub(in crate::filter) const COMPARE: u8 = 5;
    pub(in crate::filter) const SUM: u8 = 6;
    pub(in crate::filter) const PRODUCT: u8 = 7;
    pub(in crate::filter) const NEGATE: u8 = 8;
}

/// The tree of a filter text; `None` when the text is empty or white space, which lets every frame through.
pub(super) fn parse(text: &str) -> Result<Option<Expr>, FilterError> {
    let (tokens, lex_error) = lex(text);
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, end: text.len(), lex_error };
    if parser.tokens.is_empty() {
        return parser.lex_error.map_or(Ok(None), Err);
    }
    let (expr, _) = parser.expression(binding::OR)?;
    match parser.peek() {
        None => parser.lex_error.map_or(Ok(Some(expr)), Err),
        Some(token) => Err(parser.unexpected_after_operand(token)),
    }
}

/// A tree and its height.
pub(super) type Tall = (Expr, u16);

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    pub(super) next: usize,
    depth: u16,
    /// Bytes of the whole text: where errors about a missing rest point.
    end: usize,
    /// What stopped the reading of tokens; it counts when the parser gets that far.
    lex_error: Option<FilterError>,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    pub(super) fn take_sign(&mut self, sign: Sign) -> Option<Range<usize>> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Sign(sign))?;
        self.next += 1;
        Some(token.span.clone())
    }

    pub(super) fn peek_keyword(&self, at: usize, keyword: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token { kind: TokenKind::Word(word), .. }) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek_keyword(self.next, keyword);
        self.next += usize::from(found);
        found
    }

    /// The end of the last token taken.
    fn last_end(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.span.end)
    }

    /// The error for a place where something else was needed: the unreadable character there, if there is one.
    pub(super) fn expected(&self, what: &str) -> FilterError {
        match (self.peek(), &self.lex_error) {
            (Some(token), _) => FilterError::new(token.span.clone(), format!("{what} is expected here")),
            (None, Some(error)) => error.clone(),
            (None, None) => FilterError::new(self.end..self.end, format!("the filter ends where {what} is expected")),
        }
    }

    fn enter(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.too_deep()) } else { Ok(()) }
    }

    fn too_deep(&self) -> FilterError {
        let span = self.peek().map_or(self.end..self.end, |token| token.span.clone());
        FilterError::new(span, format!("the filter is nested more than {MAX_HEIGHT} deep"))
            .hint("write it with fewer parentheses, or as two filters")
    }

    pub(super) fn taller(&self, expr: Expr, height: u16) -> Result<Tall, FilterError> {
        if height >= MAX_HEIGHT { Err(self.too_deep()) } else { Ok((expr, height + 1)) }
    }

    /// An expression of operators that bind at least as tightly as `least`.
    pub(super) fn expression(&mut self, least: u8) -> Result<Tall, FilterError> {
        self.enter()?;
        let mut left = self.prefix(least)?;
        while let Some(token) = self.peek() {
            let Some(operator) = self.operator_at(token) else { break };
            if operator.binding() < least {
                break;
            }
            if operator.binding() == binding::TIME && !left.0.grouped && is_over_time(&left.0.kind) {
                return Err(FilterError::new(token.span.clone(), "`for` and `within` do not chain")
                    .hint("put what comes first in parentheses: `(speed > 20 for 3 s) within 2 s of braking`"));
            }
            if operator.binding() >= binding::COMPARE && !left.0.grouped && is_comparison(&left.0.kind) {
                return Err(if operator.binding() == binding::COMPARE {
                    FilterError::new(token.span.clone(), "comparisons do not chain")
                        .hint("join two comparisons with `and`, or use `between`")
                } else {
                    FilterError::new(token.span.clone(), "`and` or `or` is expected after a comparison")
                });
            }
            left = self.infix(left, operator)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator_at(&self, token: &Token) -> Option<Operator> {
        match &token.kind {
            TokenKind::Sign(sign) => Operator::of_sign(*sign),
            TokenKind::Word(word) => match word.to_ascii_lowercase().as_str() {
                "and" => Some(Operator::And),
                "or" => Some(Operator::Or),
                "between" => Some(Operator::Between { negated: false }),
                "in" => Some(Operator::In { negated: false }),
                "is" => Some(Operator::Is),
                "for" => Some(Operator::For),
                "within" => Some(Operator::Within),
                "not" if self.peek_keyword(self.next + 1, "in") => Some(Operator::In { negated: true }),
                "not" if self.peek_keyword(self.next + 1, "between") => Some(Operator::Between { negated: true }),
                _ => None,
            },
            _ => None,
        }
    }

    fn infix(&mut self, (left, height): Tall, operator: Operator) -> Result<Tall, FilterError> {
        self.next += if operator.negated() { 2 } else { 1 };
        let start = left.span.start;
        let (kind, height) = match operator {
            Operator::Or | Operator::And => {
                let (right, right_height) = self.expression(operator.binding() + 1)?;
                // A longer list is not a taller tree: a side that is such a list already is one level of the new list.
                let as_part = |side: &Expr, height: u16| match (&side.kind, operator) {
                    (ExprKind::Or(_), Operator::Or) | (ExprKind::And(_), Operator::And) => height.saturating_sub(1),
                    _ => height,
                };
                let tallest = as_part(&left, height).max(as_part(&right, right_height));
                let joined = if operator == Operator::Or { Expr::or(left, right) } else { Expr::and(left, right) };
                return self.taller(joined, tallest);
            }
            Operator::Arithmetic(op) => {
                let (right, right_height) = self.expression(operator.binding() + 1)?;
                (ExprKind::Arithmetic { op, left: Box::new(left), right: Box::new(right) }, height.max(right_height))
            }
            Operator::Compare(op) => {
                if let Some(null) = self.peek().filter(|_| self.peek_keyword(self.next, "null")) {
                    let instead = if op == CompareOp::NotEqual { "is not null" } else { "is null" };
                    return Err(FilterError::new(null.span.clone(), "nothing compares with null")
                        .hint(format!("write `{instead}`")));
                }
                let (right, right_height) = self.expression(binding::SUM)?;
                (ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) }, height.max(right_height))
            }
            Operator::Between { .. } => {
                let (low, low_height) = self.expression(binding::SUM)?;
                if !self.take_keyword("and") {
                    return Err(self.expected("`and`").hint("write `x between 1 and 2`"));
                }
                let (high, high_height) = self.expression(binding::SUM)?;
                let kind = ExprKind::Between { value: Box::new(left), low: Box::new(low), high: Box::new(high) };
                (kind, height.max(low_height).max(high_height))
            }
            Operator::In { .. } => {
                let (list, list_height) = self.list()?;
                (ExprKind::In { value: Box::new(left), list }, height.max(list_height))
            }
            Operator::Glob => {
                let Some(Token { kind: TokenKind::Text(pattern), .. }) = self.peek() else {
                    return Err(self.expected("a pattern in quotes").hint("for example `camera ~ \"front*\"`"));
                };
                self.next += 1;
                (ExprKind::Glob { value: Box::new(left), pattern: pattern.clone() }, height)
            }
            Operator::For => {
                let duration = self.duration("`speed > 20 for 3 s`")?;
                (ExprKind::For { condition: Box::new(left), duration }, height)
            }
            Operator::Within => {
                let duration = self.duration("`has(car) within 2 s of braking`")?;
                let sides = [Side::Around, Side::Before, Side::After];
                let Some(side) = sides.into_iter().find(|side| self.take_keyword(side.as_str())) else {
                    return Err(self
                        .expected("`of`, `before` or `after`")
                        .hint("for example `has(car) within 2 s of braking`"));
                };
                let (other, other_height) = self.expression(binding::NOT)?;
                let kind = ExprKind::Within { condition: Box::new(left), duration, side, other: Box::new(other) };
                (kind, height.max(other_height))
            }
            Operator::Is => {
                let negated = self.take_keyword("not");
                if !self.take_keyword("null") {
                    return Err(self.expected("`null`").hint("write `is null` or `is not null`; compare with `=`"));
                }
                (ExprKind::IsNull { value: Box::new(left), negated }, height)
            }
        };
        let expr = Expr::new(kind, start..self.last_end());
        let tall = self.taller(expr, height)?;
        if operator.negated() {
            let span = tall.0.span.clone();
            return self.taller(Expr::new(ExprKind::Not(Box::new(tall.0)), span), tall.1);
        }
        Ok(tall)
    }

    /// A number with a unit, such as `3 s`; whether the unit is one of time is for the check.
    pub(super) fn duration(&mut self, example: &str) -> Result<Duration, FilterError> {
        let Some(Token { kind: TokenKind::Number { digits, unit }, span }) = self.peek() else {
            return Err(self.expected("a duration such as `3 s`").hint(format!("for example {example}")));
        };
        let Some(unit) = unit else {
            return Err(FilterError::new(span.clone(), "a duration needs its unit")
                .hint(format!("write `{digits} s`, `{digits} ms` or `{digits} min`")));
        };
        self.next += 1;
        match number(digits, None, false, span)? {
            ExprKind::Literal(Literal::Number { value, .. }) => {
                Ok(Duration { value, unit: unit.text.clone(), span: span.clone() })
            }
            _ => Err(FilterError::new(span.clone(), "a duration such as `3 s` is expected here")),
        }
    }

    /// `(a, b, …)` after `in`.
    fn list(&mut self) -> Result<(Vec<Expr>, u16), FilterError> {
        if self.take_sign(Sign::Open).is_none() {
            return Err(self.expected("`(`").hint("write `x in (1, 2)`"));
        }
        let mut list = Vec::new();
        let mut height = 0;
        loop {
            let (element, element_height) = self.expression(binding::SUM)?;
            list.push(element);
            height = height.max(element_height);
            if self.take_sign(Sign::Close).is_some() {
                return Ok((list, height));
            }
            if self.take_sign(Sign::Comma).is_none() {
                return Err(self.expected("`,` or `)`"));
            }
        }
    }

    fn prefix(&mut self, least: u8) -> Result<Tall, FilterError> {
        let Some(token) = self.peek() else { return Err(self.expected("a condition or a value")) };
        self.next += 1;
        let leaf = |kind| Ok((Expr::new(kind, token.span.clone()), 1));
        match &token.kind {
            TokenKind::Sign(Sign::Minus) => self.negated(token.span.start),
            TokenKind::Sign(Sign::Open) => {
                let (mut inner, height) = self.expression(binding::OR)?;
                let Some(close) = self.take_sign(Sign::Close) else {
                    return Err(match self.peek() {
                        Some(token) => self.unexpected_after_operand(token),
                        None => self.lex_error.clone().unwrap_or_else(|| {
                            FilterError::new(token.span.clone(), "this parenthesis is not closed").hint("add a `)`")
                        }),
                    });
                };
                inner.span = token.span.start..close.end;
                inner.grouped = true;
                Ok((inner, height))
            }
            TokenKind::Text(text) => leaf(ExprKind::Literal(Literal::Text(text.clone()))),
            TokenKind::Time(ns) => leaf(ExprKind::Literal(Literal::Time(*ns))),
            TokenKind::Number { digits, unit } => leaf(number(digits, unit.as_ref(), false, &token.span)?),
            TokenKind::Quoted(name) if name.is_empty() => {
                Err(FilterError::new(token.span.clone(), "a name cannot be empty"))
            }
            TokenKind::Quoted(name) => leaf(ExprKind::Name(name.clone())),
            TokenKind::Word(word) => self.word(word, token, least),
            TokenKind::Sign(_) => {
                self.next -= 1;
                Err(self.expected("a condition or a value"))
            }
        }
    }

    fn word(&mut self, word: &str, token: &Token, least: u8) -> Result<Tall, FilterError> {
        let leaf = |kind| Ok((Expr::new(kind, token.span.clone()), 1));
        match word.to_ascii_lowercase().as_str() {
            "true" => leaf(ExprKind::Literal(Literal::Bool(true))),
            "false" => leaf(ExprKind::Literal(Literal::Bool(false))),
            "not" if least <= binding::NOT => {
                let (inner, height) = self.expression(binding::NOT)?;
                let span = token.span.start..inner.span.end;
                self.taller(Expr::new(ExprKind::Not(Box::new(inner)), span), height)
            }
            "not" => Err(FilterError::new(token.span.clone(), "`not` cannot stand inside a comparison")
                .hint("put it and what it denies in parentheses")),
            "null" => {
                Err(FilterError::new(token.span.clone(), "`null` is not a value").hint("write `is null` after a name"))
            }
            _ if is_reserved(word) => Err(FilterError::new(
                token.span.clone(),
                format!("`{word}` is a word of the filter language, and a condition or a value is expected here"),
            )
            .hint(format!("put it in back quotes if it is a name: `{word}`"))),
            _ if self.peek().is_some_and(|next| next.kind == TokenKind::Sign(Sign::Open)) => self.call(word, token),
            _ => leaf(ExprKind::Name(word.to_owned())),
        }
    }

    /// After a minus: a negative number, or the negative of something else.
    fn negated(&mut self, start: usize) -> Result<Tall, FilterError> {
        if let Some(Token { kind: TokenKind::Number { digits, unit }, span }) = self.peek() {
            self.next += 1;
            let span = start..span.end;
            return Ok((Expr::new(number(digits, unit.as_ref(), true, &span)?, span), 1));
        }
        let (inner, height) = self.expression(binding::NEGATE)?;
        let span = start..inner.span.end;
        self.taller(Expr::new(ExprKind::Negate(Box::new(inner)), span), height)
    }

    /// The error for a token that cannot follow a complete expression.
    fn unexpected_after_operand(&self, token: &Token) -> FilterError {
        // In `x > 5 annd y` the misspelt word was taken for a unit; that word is the mistake, not what follows it.
        if let Some(Token { kind: TokenKind::Number { unit: Some(after), .. }, .. }) =
            self.next.checked_sub(1).and_then(|last| self.tokens.get(last))
            && !unit::is_known(&after.text)
        {
            let error = FilterError::new(
                after.span.clone(),
                format!("`{}` is neither a known unit nor a word such as `and`, `or`, `for`", after.text),
            );
            return match nearest(&after.text, ["and", "or", "for", "within"]) {
                Some(near) => error.hint(format!("did you mean `{near}`?")).fix(near),
                None => error,
            };
        }
        match &token.kind {
            TokenKind::Word(word) if word.eq_ignore_ascii_case("of") => {
                FilterError::new(token.span.clone(), "`of` stands behind `within` and a duration")
                    .hint("write `has(car) within 2 s of braking`")
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("where") => {
                FilterError::new(token.span.clone(), "`where` stands inside `has(…)` and `count(…)`")
                    .hint("write `count(car where score > 0.5)`; join conditions with `and` or `or`")
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("not") => {
                FilterError::new(token.span.clone(), "`not` cannot follow a value")
                    .hint("write `x not in (…)`, `x is not null`, or `not` before the condition")
            }
            TokenKind::Sign(Sign::Close) => {
                FilterError::new(token.span.clone(), "this `)` closes nothing").hint("remove it").fix("")
            }
            TokenKind::Word(word) => {
                let near = nearest(word, ["and", "or", "between", "in", "is", "for", "within"]);
                let error = FilterError::new(token.span.clone(), "`and`, `or` or an operator is expected here");
                match near {
                    Some(near) => error.hint(format!("did you mean `{near}`?")).fix(near),
                    None => error.hint("join conditions with `and` or `or`; put a name with spaces in back quotes"),
                }
            }
            _ => FilterError::new(token.span.clone(), "`and`, `or` or an operator is expected here"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Or,
    And,
    Compare(CompareOp),
    Between { negated: bool },
    In { negated: bool },
    Glob,
    Is,
    For,
    Within,
    Arithmetic(ArithmeticOp),
}

impl Operator {
    fn of_sign(sign: Sign) -> Option<Self> {
        Some(match sign {
            Sign::Equal => Self::Compare(CompareOp::Equal),
            Sign::NotEqual => Self::Compare(CompareOp::NotEqual),
            Sign::Less => Self::Compare(CompareOp::Less),
            Sign::LessEqual => Self::Compare(CompareOp::LessEqual),
            Sign::Greater => Self::Compare(CompareOp::Greater),
            Sign::GreaterEqual => Self::Compare(CompareOp::GreaterEqual),
            Sign::Tilde => Self::Glob,
            Sign::Plus => Self::Arithmetic(ArithmeticOp::Add),
            Sign::Minus => Self::Arithmetic(ArithmeticOp::Subtract),
            Sign::Star => Self::Arithmetic(ArithmeticOp::Multiply),
            Sign::Slash => Self::Arithmetic(ArithmeticOp::Divide),
            Sign::Open | Sign::Close | Sign::Comma => return None,
        })
    }

    fn binding(self) -> u8 {
        match self {
            Self::Or => binding::OR,
            Self::And => binding::AND,
            Self::For | Self::Within => binding::TIME,
            Self::Compare(_) | Self::Between { .. } | Self::In { .. } | Self::Glob | Self::Is => binding::COMPARE,
            Self::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract) => binding::SUM,
            Self::Arithmetic(ArithmeticOp::Multiply | ArithmeticOp::Divide) => binding::PRODUCT,
        }
    }

    fn negated(self) -> bool {
        matches!(self, Self::Between { negated: true } | Self::In { negated: true })
    }
}

fn is_over_time(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::For { .. } | ExprKind::Within { .. })
}

fn is_comparison(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Compare { .. }
            | ExprKind::Between { .. }
            | ExprKind::In { .. }
            | ExprKind::Glob { .. }
            | ExprKind::IsNull { .. }
            | ExprKind::Not(_)
    )
}

/// The number written as `digits`: exact when it is whole and fits 64 bits with its sign.
pub(super) fn number(
    digits: &str,
    unit: Option<&Unit>,
    negative: bool,
    span: &Range<usize>,
) -> Result<ExprKind, FilterError> {
    let text = if negative { format!("-{digits}") } else { digits.to_owned() };
    let value = match text.parse::<i64>() {
        Ok(value) => Number::Int(value),
        Err(_) => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Number::Float(value),
            _ => {
                return Err(FilterError::new(
                    span.clone(),
                    format!("`{text}` is larger than any number the filter can hold"),
                ));
            }
        },
    };
    Ok(ExprKind::Literal(Literal::Number { value, unit: unit.map(|unit| unit.text.clone()) }))
}
