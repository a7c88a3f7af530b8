//! A query in the engine's words: what it calls otherwise, and what analysts expect of numbers where the engine keeps to the
//! letter (whole numbers divide into doubles, places in an order are numbers that can be subtracted).

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectNamePart, Select, SelectItem, Spanned, Statement, Value, ValueWithSpan, VisitMut, VisitorMut,
};

use super::mistake::SqlMistake;
use crate::model::{format_ns, parse_time_ns};

/// Longest text of an expression that is its name, bytes.
const LONGEST_NAME: usize = 200;

/// Functions that the engine knows by another name.
const CALLED: &[(&str, &str)] = &[
    ("ceiling", "ceil"),
    ("date", "to_date"),
    ("first", "first_value"),
    ("last", "last_value"),
    ("sign", "signum"),
    ("strftime", "to_char"),
    ("strptime", "to_timestamp"),
    ("stddev_samp", "stddev"),
    ("timestamp", "to_timestamp"),
    ("variance", "var_samp"),
];

/// Functions that tell a place or a number of rows without a sign, and so could not be subtracted from.
const UNSIGNED: &[&str] = &["row_number", "rank", "dense_rank", "ntile"];

/// Rewrites a statement.
pub(super) fn rewrite(statement: &mut Statement, text: &str) -> Result<(), SqlMistake> {
    match VisitMut::visit(statement, &mut Rewriter { text }) {
        ControlFlow::Break(mistake) => Err(mistake),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Rewriter<'a> {
    text: &'a str,
}

impl VisitorMut for Rewriter<'_> {
    type Break = SqlMistake;

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlMistake> {
        select.projection.iter_mut().for_each(name_of_expression);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlMistake> {
        bind_distinct(expr);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlMistake> {
        match expr {
            Expr::Like { escape_char: Some(_), .. } | Expr::ILike { escape_char: Some(_), .. } => {
                if let Err(mistake) = self.like(expr) {
                    return ControlFlow::Break(mistake);
                }
            }
            Expr::Function(function) => {
                if let Some(new) = called(function) {
                    *expr = new;
                }
            }
            Expr::BinaryOp {
                left,
                op: op @ (BinaryOperator::DuckIntegerDivide | BinaryOperator::MyIntegerDivide),
                right,
            } => {
                *op = BinaryOperator::Divide;
                **left = cast((**left).clone(), DataType::BigInt(None));
                **right = cast((**right).clone(), DataType::BigInt(None));
            }
            Expr::BinaryOp { left, op: BinaryOperator::Divide, .. } => {
                **left = cast((**left).clone(), DataType::DoublePrecision);
            }
            Expr::BinaryOp { left, op, right } if is_comparison(op) => {
                if is_time(left) {
                    time_as_text(right);
                } else if is_time(right) {
                    time_as_text(left);
                }
            }
            Expr::Between { expr, low, high, .. } if is_time(expr) => {
                time_as_text(low);
                time_as_text(high);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Rewriter<'_> {
    /// `x LIKE 'pattern' ESCAPE '!'` with the one sign that the engine knows in its place.
    fn like(&self, expr: &mut Expr) -> Result<(), SqlMistake> {
        let span = expr.span();
        let (Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. }) = expr else {
            return Ok(());
        };
        let escape = escape_char.as_ref().and_then(|value| literal(&value.value)).and_then(|text| text.chars().next());
        let (Some(escape), Some(text)) = (escape, literal_of(pattern)) else {
            let mistake = SqlMistake::new("LIKE with ESCAPE takes a pattern in quotes").at(self.text, span);
            return Err(mistake.hint("write x LIKE 'a!_b%' ESCAPE '!'"));
        };
        let mut new = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                letter if letter == escape => {
                    new.push('\\');
                    new.extend(letters.next());
                }
                '\\' => new.push_str("\\\\"),
                letter => new.push(letter),
            }
        }
        **pattern = quoted_text(new);
        *escape_char = None;
        Ok(())
    }
}

/// Puts `a IS DISTINCT FROM b AND c` right, of which the parser makes `a IS DISTINCT FROM (b AND c)`.
fn bind_distinct(expr: &mut Expr) {
    let (Expr::IsDistinctFrom(_, right) | Expr::IsNotDistinctFrom(_, right)) = expr else { return };
    let is_wider = |expr: &Expr| {
        use BinaryOperator::{And, Or, Xor};
        matches!(expr, Expr::BinaryOp { op: And | Or | Xor, .. })
    };
    if !is_wider(right) {
        return;
    }
    let mut whole = std::mem::replace(&mut **right, Expr::Value(ValueWithSpan::from(Value::Null)));
    // The leftmost operand is what it is distinct from; what stands around it stands around the comparison.
    let mut place = &mut whole;
    while is_wider(place) {
        let Expr::BinaryOp { left, .. } = place else { return };
        place = &mut **left;
    }
    let operand = std::mem::replace(place, Expr::Value(ValueWithSpan::from(Value::Null)));
    let mut comparison = std::mem::replace(expr, Expr::Value(ValueWithSpan::from(Value::Null)));
    if let Expr::IsDistinctFrom(_, right) | Expr::IsNotDistinctFrom(_, right) = &mut comparison {
        **right = operand;
    }
    *place = comparison;
    *expr = whole;
}

/// A call in the engine's words; `None` where it stays as it is (its name may have changed).
fn called(function: &mut Function) -> Option<Expr> {
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_mut_slice() else { return None };
    name.value = name.value.to_lowercase();
    name.quote_style = None;
    if let Some((_, engine)) = CALLED.iter().find(|(known, _)| *known == name.value) {
        (*engine).clone_into(&mut name.value);
    }
    let name = name.value.clone();
    let mut arguments = match &mut function.args {
        FunctionArguments::List(list) => list
            .args
            .iter_mut()
            .filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    match (name.as_str(), arguments.as_mut_slice()) {
        // The middle of two whole numbers is no whole number.
        ("median" | "percentile_cont" | "quantile_cont", [number, ..]) => {
            **number = cast((**number).clone(), DataType::DoublePrecision);
            None
        }
        ("mod", [a, b]) => Some(between((**a).clone(), BinaryOperator::Modulo, (**b).clone())),
        ("div", [a, b]) => {
            let whole = |number: &Expr| cast(number.clone(), DataType::BigInt(None));
            Some(between(whole(a), BinaryOperator::Divide, whole(b)))
        }
        (place, _) if UNSIGNED.contains(&place) => Some(cast(Expr::Function(function.clone()), DataType::BigInt(None))),
        _ => None,
    }
}

fn between(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::Nested(Box::new(Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }))
}

fn cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, array: false, format: None }
}

fn quoted_text(text: String) -> Expr {
    Expr::Value(ValueWithSpan::from(Value::SingleQuotedString(text)))
}

/// An expression without a name is called as it is written.
fn name_of_expression(item: &mut SelectItem) {
    let SelectItem::UnnamedExpr(expr) = item else { return };
    if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
        return;
    }
    let text = expr.to_string();
    if text.len() <= LONGEST_NAME {
        let alias = Ident::with_quote('"', text);
        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// Whether an expression is the column `time` of a table.
fn is_time(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(name) => name.value == "time",
        Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|name| name.value == "time"),
        _ => false,
    }
}

/// Puts a time that is written out into the one form that every engine reads.
fn time_as_text(expr: &mut Expr) {
    let text = match &*expr {
        Expr::TypedString(typed) => literal(&typed.value.value),
        Expr::Cast { expr: inner, data_type: DataType::Timestamp(..) | DataType::Datetime(_), .. } => literal_of(inner),
        other => literal_of(other),
    };
    if let Some(ns) = text.and_then(parse_time_ns) {
        *expr = quoted_text(format_ns(ns));
    }
}

fn literal(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(text) => Some(text),
        _ => None,
    }
}

fn literal_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => literal(&value.value),
        _ => None,
    }
}
