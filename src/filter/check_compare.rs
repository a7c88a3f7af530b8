//! Types of comparisons: `= != < <= > >=`, `between` and `in`.

use std::ops::Range;

use super::{
    FilterError,
    ast::{CompareOp, Expr, ExprKind, Literal, Number as Value},
    bounds::{Bounds, NumberList},
    check::{Checker, Measured, Time, Typed, UnitOf},
    print::{name_text, text_literal},
    typed::{Number, Predicate, Text, TextTest, order},
    unit,
};
use crate::model::parse_time_ns;

/// `left op right`.
pub(super) fn compare(
    checker: &Checker<'_>,
    op: CompareOp,
    left: &Expr,
    right: &Expr,
) -> Result<Predicate, FilterError> {
    let (left_typed, right_typed) = operands(checker, left, right)?;
    compare_typed(op, (left, left_typed), (right, right_typed))
}

/// `value between low and high`: both comparisons at once.
pub(super) fn between(checker: &Checker<'_>, value: &Expr, low: &Expr, high: &Expr) -> Result<Predicate, FilterError> {
    let bound = |op, end| compare(checker, op, value, end);
    let both = (bound(CompareOp::GreaterEqual, low)?, bound(CompareOp::LessEqual, high)?);
    // Two intervals of one value are one; in `1 between x and y` they are of `x` and of `y`.
    if !is_constant(checker, value)?
        && let (Predicate::Within { value, bounds: low }, Predicate::Within { bounds: high, .. }) = &both
        && let Some(bounds) = low.intersect(*high)
    {
        return Ok(Predicate::Within { value: value.clone(), bounds });
    }
    Ok(Predicate::All(vec![both.0, both.1]))
}

/// Whether the value is the same on every frame, so that comparing it with a column tests that column.
fn is_constant(checker: &Checker<'_>, value: &Expr) -> Result<bool, FilterError> {
    Ok(matches!(
        checker.typed(value)?,
        Typed::Number(Measured { number: Number::Constant(_), .. })
            | Typed::Text(Text::Constant(_))
            | Typed::Time(Time::Constant(_))
    ))
}

/// `value in (a, b, …)`.
pub(super) fn one_of(checker: &Checker<'_>, value: &Expr, list: &[Expr]) -> Result<Predicate, FilterError> {
    // A list of constants is looked up at once; anything else is a row of comparisons. With a constant on the left each
    // element is a value of its own (`1 in (x, y)`), so there is no list to look up.
    let constant = is_constant(checker, value)?;
    // A condition is written once per element below; only short ones may be, or nested lists would grow without end.
    if let Typed::Condition(_) = checker.typed(value)?
        && !matches!(value.kind, ExprKind::Name(_) | ExprKind::Labels { .. } | ExprKind::Literal(_))
    {
        return Err(FilterError::new(value.span.clone(), "`in` looks for a value in a list, and this is a condition")
            .hint("use the condition by itself, or compare it with `=`"));
    }
    let mut conditions = Vec::with_capacity(list.len());
    let mut words = Vec::new();
    let mut numbers = Vec::new();
    for element in list {
        let condition = compare(checker, CompareOp::Equal, value, element)?;
        match condition {
            Predicate::Text { value, test: TextTest::Compare(_, word) } if !constant => words.push((value, word)),
            Predicate::Within { value, bounds } if !constant => numbers.push((value, bounds)),
            other => conditions.push(other),
        }
    }
    if let Some((value, _)) = words.first() {
        let value = value.clone();
        conditions
            .push(Predicate::Text { value, test: TextTest::OneOf(words.into_iter().map(|(_, word)| word).collect()) });
    }
    if let Some((value, _)) = numbers.first() {
        let value = value.clone();
        conditions.push(Predicate::OneOf { value, list: NumberList::of(numbers.iter().map(|(_, bounds)| *bounds)) });
    }
    Ok(if conditions.len() == 1 { conditions.remove(0) } else { Predicate::Any(conditions) })
}

/// Both sides with their types. A bare word beside text is probably text without its quotes.
fn operands(checker: &Checker<'_>, left: &Expr, right: &Expr) -> Result<(Typed, Typed), FilterError> {
    let (left_result, right_result) = (checker.typed(left), checker.typed(right));
    let unquoted = |expr: &Expr, other: &Result<Typed, FilterError>| match (&expr.kind, other) {
        (ExprKind::Name(word), Ok(Typed::Text(_))) => Some(
            FilterError { hint: None, ..checker.unknown_name(word, &expr.span) }
                .hint(format!("text goes in quotes: {}", text_literal(word)))
                .fix(text_literal(word)),
        ),
        _ => None,
    };
    match (left_result, right_result) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (other @ Ok(_), Err(error)) => Err(unquoted(right, &other).unwrap_or(error)),
        (Err(error), _) => Err(error),
    }
}

fn compare_typed(
    op: CompareOp,
    (left, left_typed): (&Expr, Typed),
    (right, right_typed): (&Expr, Typed),
) -> Result<Predicate, FilterError> {
    match (left_typed, right_typed) {
        (Typed::Number(mut a), Typed::Number(mut b)) => {
            agree(&mut a, &mut b)?;
            Ok(compare_numbers(op, a.number, b.number))
        }
        (Typed::Text(a), Typed::Text(b)) => Ok(compare_texts(op, a, b)),
        (Typed::Time(a), Typed::Time(b)) => Ok(compare_numbers(op, instant(a), instant(b))),
        (Typed::Time(a), Typed::Text(Text::Constant(text))) => {
            Ok(compare_numbers(op, instant(a), quoted_time(&text, &right.span)?))
        }
        (Typed::Text(Text::Constant(text)), Typed::Time(b)) => {
            Ok(compare_numbers(op, quoted_time(&text, &left.span)?, instant(b)))
        }
        (Typed::Tags(span), Typed::Text(Text::Constant(tag)))
        | (Typed::Text(Text::Constant(tag)), Typed::Tags(span)) => {
            let tagged = Predicate::Tagged { test: Some(TextTest::Compare(CompareOp::Equal, tag)), span };
            match op {
                CompareOp::Equal => Ok(tagged),
                CompareOp::NotEqual => Ok(Predicate::Not(Box::new(tagged))),
                _ => Err(FilterError::new(
                    left.span.start..right.span.end,
                    format!("a frame may have several tags, so `{}` cannot compare them", op.as_str()),
                )
                .hint("use `=`, `in` or `~`")),
            }
        }
        (Typed::Condition(a), Typed::Condition(b)) => match op {
            CompareOp::Equal => Ok(Predicate::Same(Box::new(a), Box::new(b))),
            CompareOp::NotEqual => Ok(Predicate::Not(Box::new(Predicate::Same(Box::new(a), Box::new(b))))),
            _ => Err(FilterError::new(
                left.span.start..right.span.end,
                format!("true and false have no order, so `{}` cannot compare them", op.as_str()),
            )
            .hint("use `=` or `!=`")),
        },
        (a, b) => Err(mismatch((left, &a), (right, &b))),
    }
}

fn instant(time: Time) -> Number {
    match time {
        Time::Frame(span) => Number::Timestamp(span),
        Time::Constant(ns) => Number::Constant(Value::Int(ns)),
    }
}

fn quoted_time(text: &str, span: &Range<usize>) -> Result<Number, FilterError> {
    parse_time_ns(text).map(|ns| Number::Constant(Value::Int(ns))).ok_or_else(|| {
        FilterError::new(span.clone(), format!("{} is not a time", text_literal(text)))
            .hint("write it like 2024-05-01T08:00:00Z, between the years 1677 and 2262")
    })
}

/// The error for two sides that cannot be compared; it points at the side that is written out, which is the one to mend.
fn mismatch((left, left_typed): (&Expr, &Typed), (right, right_typed): (&Expr, &Typed)) -> FilterError {
    let left_is_literal = matches!(left.kind, ExprKind::Literal(_)) && !matches!(right.kind, ExprKind::Literal(_));
    let ((at, at_typed), (other, other_typed)) = if left_is_literal {
        ((left, left_typed), (right, right_typed))
    } else {
        ((right, right_typed), (left, left_typed))
    };
    let message =
        format!("`{other}` is {} and cannot be compared with {}", other_typed.describe(), at_typed.describe());
    let error = FilterError::new(at.span.clone(), message);
    match (&at.kind, at_typed, other_typed) {
        (ExprKind::Literal(Literal::Text(text)), _, Typed::Number(_)) if text.trim().parse::<f64>().is_ok() => {
            error.hint(format!("write the number without quotes: {}", text.trim())).fix(text.trim())
        }
        (ExprKind::Literal(Literal::Number { value, .. }), _, Typed::Text(_)) => {
            error.hint(format!("text goes in quotes: \"{value}\"")).fix(format!("\"{value}\""))
        }
        (ExprKind::Literal(Literal::Bool(value)), _, Typed::Text(_)) => {
            error.hint(format!("text goes in quotes: \"{value}\"")).fix(format!("\"{value}\""))
        }
        (ExprKind::Literal(Literal::Text(_)), _, Typed::Number(_)) => error.hint("compare it with a number"),
        (_, _, Typed::Tags(_)) => error.hint("compare tags with text in quotes: tag = \"…\""),
        (ExprKind::Literal(_), _, Typed::Condition(_)) => {
            error.hint(format!("write `{other}` or `not {other}` by itself"))
        }
        (_, Typed::Number(_), Typed::Time(_)) | (ExprKind::Literal(Literal::Time(_)), _, Typed::Number(_)) => error
            .hint("`time` is compared with a time like 2024-05-01T08:00Z, `t` with seconds since the recording began"),
        (ExprKind::Name(name), Typed::Text(_), Typed::Number(_)) => {
            error.hint(format!("`{}` holds words, not numbers", name_text(name)))
        }
        _ => error,
    }
}

fn compare_texts(op: CompareOp, left: Text, right: Text) -> Predicate {
    match (left, right) {
        (Text::Constant(left), Text::Constant(right)) => Predicate::Constant(Some(op.holds(left.cmp(&right)))),
        (Text::Constant(left), right) => Predicate::Text { value: right, test: TextTest::Compare(op.flipped(), left) },
        (left, Text::Constant(right)) => Predicate::Text { value: left, test: TextTest::Compare(op, right) },
        (left, right) => Predicate::CompareText { op, left, right },
    }
}

fn compare_numbers(op: CompareOp, left: Number, right: Number) -> Predicate {
    match (left, right) {
        (Number::Null, _) | (_, Number::Null) => Predicate::Constant(None),
        (Number::Constant(left), Number::Constant(right)) => {
            Predicate::Constant(order(left, right).map(|order| op.holds(order)))
        }
        (Number::Constant(limit), value) => within(op.flipped(), value, limit),
        (value, Number::Constant(limit)) => within(op, value, limit),
        (left, right) => Predicate::Compare { op, left, right },
    }
}

fn within(op: CompareOp, value: Number, limit: Value) -> Predicate {
    let bounds = if value.is_exact() { Bounds::of_ints(op, limit) } else { Bounds::of_floats(op, limit) };
    let within = Predicate::Within { value, bounds };
    if op == CompareOp::NotEqual { Predicate::Not(Box::new(within)) } else { within }
}

/// Brings two numbers to one unit: a number written with a unit is converted to the unit of the other side.
pub(super) fn agree(a: &mut Measured, b: &mut Measured) -> Result<(), FilterError> {
    match (&a.unit, &b.unit) {
        (UnitOf::Written(..), UnitOf::Any) | (UnitOf::Any, UnitOf::Written(..)) => Ok(()),
        (UnitOf::Written(..), _) => convert(a, &b.unit),
        (_, UnitOf::Written(..)) => convert(b, &a.unit),
        _ => Ok(()),
    }
}

fn convert(written: &mut Measured, target: &UnitOf) -> Result<(), FilterError> {
    let UnitOf::Written(from, span) = &written.unit else { return Ok(()) };
    let (UnitOf::Column(to) | UnitOf::Written(to, _)) = target else {
        let message = format!("the other side has no known unit, so `{from}` cannot be converted");
        return Err(FilterError::new(span.clone(), message).hint("write the number without a unit"));
    };
    if !unit::same(from, to) {
        // Only numbers written out carry a written unit, and sums of them are folded: it is a constant.
        let number = match &written.number {
            Number::Constant(value) => unit::convert(value.as_f64(), from, to),
            _ => None,
        };
        let Some(number) = number else {
            if !unit::is_known(from) {
                let error = FilterError::new(span.clone(), format!("`{from}` is not a known unit"));
                let near = unit::like(from, to);
                let named: Vec<String> = near.iter().map(|unit| format!("`{unit}`")).collect();
                return Err(error.hint(if named.is_empty() {
                    format!("the other side is in {to}; conditions are joined with `and` or `or`")
                } else {
                    format!("did you mean {}? The other side is in {to}", named.join(" or "))
                }));
            }
            let message = format!("`{from}` cannot be converted to `{to}`");
            return Err(FilterError::new(span.clone(), message).hint(format!("the other side is in {to}")));
        };
        written.number = Number::Constant(Value::Float(number));
    }
    written.unit = target.clone();
    Ok(())
}
