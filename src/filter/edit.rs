//! How facets change a filter's text.
//!
//! A facet owns the top-level conjuncts that say nothing but its own condition (`speed between 10 and 20`,
//! `camera in ("front", "rear")`, `has(car)`); every other conjunct is left exactly as it was written and shows as a
//! chip. A filter whose top level is an `or` becomes one conjunct in parentheses.

use std::ops::Range;

use super::{
    Expr, FilterError,
    ast::{CompareOp, ExprKind, LabelQuantity, Literal, Number},
    names::plain_name,
    parse::parse,
    print::{name_text, text_literal, time_text},
    unit,
};

/// What a facet is about. Names are as a filter spells them, without back quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet<'a> {
    /// A metric, an attribute or a fixed name: its range, its choice of values, or its being true.
    Name(&'a str),
    /// One label class: `has(class)`.
    Class(&'a str),
    /// All `has(…)` together.
    Classes,
}

impl Facet<'_> {
    /// Whether the conjunct is the facet's own.
    #[must_use]
    pub fn owns(self, conjunct: &Expr) -> bool {
        match (self, &conjunct.kind) {
            (Self::Classes, ExprKind::Labels { quantity: LabelQuantity::Has, .. }) => true,
            (Self::Class(name), ExprKind::Labels { quantity: LabelQuantity::Has, class }) => class.name == name,
            (Self::Name(name), _) => owned_name(conjunct).is_some_and(|own| plain_name(own) == plain_name(name)),
            _ => false,
        }
    }
}

/// An interval of numbers, both ends included when it is written; infinite where the filter sets no end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The parts that must all hold, in the order written: the parts of a top-level `and`, or the whole.
#[must_use]
pub fn conjuncts(expr: &Expr) -> &[Expr] {
    match &expr.kind {
        ExprKind::And(parts) => parts,
        _ => std::slice::from_ref(expr),
    }
}

/// What owns a conjunct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// The facet of this name, in its one spelling.
    Name(String),
    /// The facet of label classes.
    Classes,
    /// None: it is a chip.
    Chip,
}

impl Owner {
    /// What owns the conjunct.
    fn of(conjunct: &Expr) -> Self {
        match owned_name(conjunct) {
            Some(name) => Self::name(name),
            None if Facet::Classes.owns(conjunct) => Self::Classes,
            None => Self::Chip,
        }
    }

    /// The facet of a name.
    pub(super) fn name(name: &str) -> Self {
        Self::Name(plain_name(name).to_owned())
    }
}

/// The conjuncts of each owner joined to one condition, in the order of their first ones. The tree is true where all of
/// them are.
pub(super) fn by_owner(expr: &Expr) -> Vec<(Owner, Expr)> {
    let mut parts: Vec<(Owner, Expr)> = Vec::new();
    for conjunct in conjuncts(expr) {
        let owner = Owner::of(conjunct);
        match parts.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, joined)) => *joined = Expr::and(joined.clone(), conjunct.clone()),
            None => parts.push((owner, conjunct.clone())),
        }
    }
    parts
}

/// The tree without the conjuncts that the facet owns; `None` when nothing is left. What the facet's own histogram or
/// counts obey.
#[must_use]
pub fn without_own(expr: &Expr, facet: Facet<'_>) -> Option<Expr> {
    let mut rest = conjuncts(expr).iter().filter(|part| !facet.owns(part)).cloned();
    let first = rest.next()?;
    Some(rest.fold(first, Expr::and))
}

/// The numbers that the facet's own conjuncts leave for `name`; `None` when it owns none that is a range. `unit` is the
/// metric's unit: numbers written in another unit are converted to it.
#[must_use]
pub fn range_of(expr: &Expr, name: &str, unit: Option<&str>) -> Option<NumberRange> {
    let own = conjuncts(expr).iter().filter(|part| Facet::Name(name).owns(part));
    own.filter_map(|part| part_range(part, unit))
        .reduce(|a, b| NumberRange { low: a.low.max(b.low), high: a.high.min(b.high) })
}

/// The times, ns UTC, that the own conjuncts leave for `time`; the ends are `i64::MIN` and `i64::MAX` where open.
#[must_use]
pub fn time_range_of(expr: &Expr) -> Option<(i64, i64)> {
    let own = conjuncts(expr).iter().filter(|part| Facet::Name("time").owns(part));
    own.filter_map(part_times).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
}

/// The values that the facet's own conjunct lets through for `name`; `None` when it owns none that is a choice.
#[must_use]
pub fn choice_of(expr: &Expr, name: &str) -> Option<Vec<String>> {
    let own = conjuncts(expr).iter().filter(|part| Facet::Name(name).owns(part));
    own.filter_map(choice).reduce(|a, b| a.into_iter().filter(|value| b.contains(value)).collect())
}

/// Whether the filter asks for the boolean `name` to be true or false; `None` when it does not ask.
#[must_use]
pub fn flag_of(expr: &Expr, name: &str) -> Option<bool> {
    conjuncts(expr).iter().filter(|part| Facet::Name(name).owns(part)).find_map(flag)
}

/// The classes that the filter asks for with `has(…)`, in the order written.
#[must_use]
pub fn classes_of(expr: &Expr) -> Vec<&str> {
    conjuncts(expr)
        .iter()
        .filter_map(|part| match &part.kind {
            ExprKind::Labels { quantity: LabelQuantity::Has, class } => Some(class.name.as_str()),
            _ => None,
        })
        .collect()
}

/// The text with the range of `name` set to these ends, both included and in the metric's own unit, or without one. An
/// infinite end is left open.
///
/// # Errors
/// When the text does not parse.
pub fn set_range(text: &str, name: &str, range: Option<(f64, f64)>) -> Result<String, FilterError> {
    let condition = range.and_then(|(low, high)| {
        let (low, high) = if low > high { (high, low) } else { (low, high) };
        let name = name_text(name);
        match (low.is_finite(), high.is_finite()) {
            (true, true) => Some(format!("{name} between {} and {}", number_text(low), number_text(high))),
            (true, false) => Some(format!("{name} >= {}", number_text(low))),
            (false, true) => Some(format!("{name} <= {}", number_text(high))),
            (false, false) => None,
        }
    });
    replace_own(text, Facet::Name(name), condition)
}

/// The text with the range of `time` set to these times, ns UTC, both included, or without one.
///
/// # Errors
/// When the text does not parse.
pub fn set_time_range(text: &str, range: Option<(i64, i64)>) -> Result<String, FilterError> {
    let condition = range.map(|(a, b)| format!("time between {} and {}", time_text(a.min(b)), time_text(a.max(b))));
    replace_own(text, Facet::Name("time"), condition)
}

/// The text with the values of `name` set to these, or without a choice. An empty choice is none: a facet without a
/// tick does not filter.
///
/// # Errors
/// When the text does not parse.
pub fn set_choice(text: &str, name: &str, values: Option<&[String]>) -> Result<String, FilterError> {
    let condition = match values {
        None | Some([]) => None,
        Some([value]) => Some(format!("{} = {}", name_text(name), text_literal(value))),
        Some(values) => {
            let list: Vec<String> = values.iter().map(|value| text_literal(value)).collect();
            Some(format!("{} in ({})", name_text(name), list.join(", ")))
        }
    };
    replace_own(text, Facet::Name(name), condition)
}

/// The text with the boolean `name` asked to be true or false, or not asked.
///
/// # Errors
/// When the text does not parse.
pub fn set_flag(text: &str, name: &str, value: Option<bool>) -> Result<String, FilterError> {
    let condition = value.map(|value| format!("{}{}", if value { "" } else { "not " }, name_text(name)));
    replace_own(text, Facet::Name(name), condition)
}

/// The text with or without `has(class)`.
///
/// # Errors
/// When the text does not parse.
pub fn set_class(text: &str, class: &str, on: bool) -> Result<String, FilterError> {
    replace_own(text, Facet::Class(class), on.then(|| format!("has({})", name_text(class))))
}

/// The text without its `index`-th top-level conjunct: what closing a chip does.
///
/// # Errors
/// When the text does not parse.
pub fn remove_conjunct(text: &str, index: usize) -> Result<String, FilterError> {
    let Some(expr) = parse(text)? else { return Ok(String::new()) };
    let keep = conjuncts(&expr).iter().enumerate().filter(|(at, _)| *at != index);
    Ok(join(&keep.map(|(_, part)| source(text, part)).collect::<Vec<_>>()))
}

/// The text with the facet's own conjuncts replaced by `condition`, in the place of the first of them or at the end.
fn replace_own(text: &str, facet: Facet<'_>, condition: Option<String>) -> Result<String, FilterError> {
    let Some(expr) = parse(text)? else { return Ok(condition.unwrap_or_default()) };
    let mut condition = condition;
    let mut parts = Vec::new();
    for part in conjuncts(&expr) {
        if facet.owns(part) {
            parts.extend(condition.take());
        } else {
            parts.push(source(text, part));
        }
    }
    let alone = parts.len() == 1 && condition.is_none();
    if let (false, ExprKind::Or(_), false) = (alone, &expr.kind, expr.grouped)
        && let Some(first) = parts.first_mut()
    {
        *first = format!("({first})");
    }
    parts.extend(condition);
    Ok(join(&parts))
}

/// The conjunct as it was written.
fn source(text: &str, part: &Expr) -> String {
    let Range { start, end } = part.span;
    text.get(start..end).map_or_else(|| part.to_string(), str::to_owned)
}

fn join(parts: &[String]) -> String {
    parts.join(" and ")
}

/// A whole number without a point, any other with as many digits as it needs.
fn number_text(value: f64) -> String {
    // Below 2^53 every whole double prints exactly.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        format!("{:.0}", value + 0.0)
    } else {
        format!("{value:?}")
    }
}

/// The name that a conjunct is about, when it is a range, a choice or a flag of that name and nothing else.
fn owned_name(part: &Expr) -> Option<&str> {
    let name = |expr: &'_ Expr| matches!(expr.kind, ExprKind::Name(_));
    let literal = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(_));
    let subject = match &part.kind {
        ExprKind::Compare { op, left, right } if *op != CompareOp::NotEqual => {
            if name(left) && literal(right) {
                left
            } else if literal(left) && name(right) {
                right
            } else {
                return None;
            }
        }
        ExprKind::Between { value, low, high } if literal(low) && literal(high) => value,
        ExprKind::In { value, list } if list.iter().all(literal) => value,
        ExprKind::Not(inner) => inner,
        ExprKind::Name(_) => part,
        _ => return None,
    };
    match &subject.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// The ends that a conjunct sets, from what `end` reads in its literals.
fn ends<T: Copy>(part: &Expr, open: (T, T), end: impl Fn(&Expr) -> Option<T>) -> Option<(T, T)> {
    match &part.kind {
        ExprKind::Between { low, high, .. } => Some((end(low)?, end(high)?)),
        ExprKind::Compare { op, left, right } => {
            let (op, limit) = match (&left.kind, &right.kind) {
                (ExprKind::Name(_), _) => (*op, end(right)?),
                _ => (op.flipped(), end(left)?),
            };
            Some(match op {
                CompareOp::Equal | CompareOp::NotEqual => (limit, limit),
                CompareOp::Less | CompareOp::LessEqual => (open.0, limit),
                CompareOp::Greater | CompareOp::GreaterEqual => (limit, open.1),
            })
        }
        _ => None,
    }
}

fn part_range(part: &Expr, target: Option<&str>) -> Option<NumberRange> {
    let number = |expr: &Expr| match (&expr.kind, target) {
        (ExprKind::Literal(Literal::Number { value, unit: None }), _) => Some(value.as_f64()),
        (ExprKind::Literal(Literal::Number { value, unit: Some(unit) }), Some(target)) => {
            unit::convert(value.as_f64(), unit, target)
        }
        _ => None,
    };
    ends(part, (f64::NEG_INFINITY, f64::INFINITY), number).map(|(low, high)| NumberRange { low, high })
}

fn part_times(part: &Expr) -> Option<(i64, i64)> {
    ends(part, (i64::MIN, i64::MAX), |expr| match &expr.kind {
        ExprKind::Literal(Literal::Time(ns)) => Some(*ns),
        ExprKind::Literal(Literal::Text(text)) => crate::model::parse_time_ns(text),
        _ => None,
    })
}

fn choice(part: &Expr) -> Option<Vec<String>> {
    let value = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
        ExprKind::Literal(Literal::Number { value: Number::Int(value), unit: None }) => Some(value.to_string()),
        _ => None,
    };
    match &part.kind {
        ExprKind::Compare { op: CompareOp::Equal, left, right } => {
            let literal = if matches!(left.kind, ExprKind::Name(_)) { right } else { left };
            Some(vec![value(literal)?])
        }
        ExprKind::In { list, .. } => list.iter().map(value).collect(),
        _ => None,
    }
}

fn flag(part: &Expr) -> Option<bool> {
    match &part.kind {
        ExprKind::Name(_) => Some(true),
        ExprKind::Not(_) => Some(false),
        ExprKind::Compare { op: CompareOp::Equal, left, right } => {
            [left, right].into_iter().find_map(|side| match side.kind {
                ExprKind::Literal(Literal::Bool(value)) => Some(value),
                _ => None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_set_replaced_and_removed() {
        for (text, range, expected) in [
            ("", Some((1.0, 2.5)), "speed between 1 and 2.5"),
            ("has( car )", Some((1.0, 2.0)), "has( car ) and speed between 1 and 2"),
            ("speed > 3 and has(car) and speed<9", Some((1.0, 2.0)), "speed between 1 and 2 and has(car)"),
            ("4 < speed", Some((-0.0, f64::INFINITY)), "speed >= 0"),
            ("metric.speed > 3", Some((f64::NEG_INFINITY, 2.0)), "speed <= 2"),
            ("speed > 3", Some((f64::NEG_INFINITY, f64::INFINITY)), ""),
            ("speed > 3 and x = 'a'", None, "x = 'a'"),
            ("speed > 3", None, ""),
            ("a = 1 or b = 2", Some((2.0, 1.0)), "(a = 1 or b = 2) and speed between 1 and 2"),
            ("(a = 1 or b = 2)", Some((1.0, 2.0)), "(a = 1 or b = 2) and speed between 1 and 2"),
            ("(a = 1) or (b = 2)", Some((1.0, 2.0)), "((a = 1) or (b = 2)) and speed between 1 and 2"),
            ("a = 1 or b = 2", None, "a = 1 or b = 2"),
            ("(a = 1 and speed > 2) and b = 2", None, "a = 1 and b = 2"),
            // Not the facet's own: they stay.
            (
                "speed != 3 and speed * 2 > 1",
                Some((1.0, 2.0)),
                "speed != 3 and speed * 2 > 1 and speed between 1 and 2",
            ),
            (
                "speed > 3 for 3 s and rate(speed) < 1 and speed > 2",
                Some((1.0, 2.0)),
                "speed > 3 for 3 s and rate(speed) < 1 and speed between 1 and 2",
            ),
            (
                "speed > 3 within 1 s of braking",
                Some((1.0, 2.0)),
                "speed > 3 within 1 s of braking and speed between 1 and 2",
            ),
            ("not speed > 3 or speed is null", None, "not speed > 3 or speed is null"),
            ("", Some((1e300, f64::MAX)), "speed between 1e300 and 1.7976931348623157e308"),
        ] {
            let edited = set_range(text, "speed", range).unwrap();
            assert_eq!(edited, expected, "{text}");
            parse(&edited).unwrap();
        }
        assert!(set_range("speed >", "speed", None).is_err());
        assert_eq!(set_range("", "two words", Some((1.0, 2.0))).unwrap(), "`two words` between 1 and 2");
    }

    #[test]
    fn a_range_is_read_back() {
        for (text, expected) in [
            ("speed between 1 and 2 and x = 1", Some((1.0, 2.0))),
            ("speed > 1 and 5 >= speed", Some((1.0, 5.0))),
            ("speed >= 36 km/h", Some((10.0, f64::INFINITY))),
            ("speed = 3", Some((3.0, 3.0))),
            ("speed > 1 or x = 1", None),
            ("speed > 3 kg", None),
            ("speed in (1, 2)", None),
        ] {
            let expr = parse(text).unwrap().unwrap();
            let range = range_of(&expr, "speed", Some("m/s")).map(|range| (range.low, range.high));
            assert_eq!(range, expected, "{text}");
        }
        let text = set_time_range("has(car)", Some((2_000_000_000, 1_000_000_000))).unwrap();
        assert_eq!(text, "has(car) and time between 1970-01-01T00:00:01Z and 1970-01-01T00:00:02Z");
        assert_eq!(time_range_of(&parse(&text).unwrap().unwrap()), Some((1_000_000_000, 2_000_000_000)));
    }

    #[test]
    fn choices_flags_and_classes() {
        let both = ["front".to_owned(), "a \"b\"".to_owned()];
        let text = set_choice("speed > 1", "camera", Some(&both)).unwrap();
        assert_eq!(text, "speed > 1 and camera in (\"front\", \"a \"\"b\"\"\")");
        let expr = parse(&text).unwrap().unwrap();
        assert_eq!(choice_of(&expr, "camera").unwrap(), both);
        assert_eq!(without_own(&expr, Facet::Name("camera")).unwrap().to_string(), "speed > 1");
        assert_eq!(without_own(&expr, Facet::Name("region")).unwrap(), expr);
        assert_eq!(set_choice(&text, "camera", Some(&both[..1])).unwrap(), "speed > 1 and camera = \"front\"");
        assert_eq!(set_choice(&text, "camera", Some(&[])).unwrap(), "speed > 1");

        let text = set_flag("", "braking", Some(false)).unwrap();
        assert_eq!(text, "not braking");
        assert_eq!(flag_of(&parse(&text).unwrap().unwrap(), "braking"), Some(false));
        assert_eq!(set_flag(&text, "braking", Some(true)).unwrap(), "braking");
        assert_eq!(flag_of(&parse("braking = true").unwrap().unwrap(), "braking"), Some(true));

        let text = set_class("a = 1 or b = 2", "traffic light", true).unwrap();
        assert_eq!(text, "(a = 1 or b = 2) and has(`traffic light`)");
        let text = set_class(&text, "car", true).unwrap();
        let expr = parse(&text).unwrap().unwrap();
        assert_eq!(classes_of(&expr), ["traffic light", "car"]);
        assert_eq!(without_own(&expr, Facet::Class("car")).map(|rest| conjuncts(&rest).len()), Some(2));
        assert_eq!(without_own(&expr, Facet::Classes).unwrap().to_string(), "a = 1 or b = 2");
        assert_eq!(set_class(&text, "car", true).unwrap(), text);
        assert_eq!(set_class(&text, "car", false).unwrap(), "(a = 1 or b = 2) and has(`traffic light`)");
        assert_eq!(remove_conjunct(&text, 0).unwrap(), "has(`traffic light`) and has(car)");
        let text = "has(car where score > 0.5) and has(car) and has(bus) for 3 s";
        assert_eq!(set_class(text, "car", false).unwrap(), "has(car where score > 0.5) and has(bus) for 3 s");
        assert_eq!(classes_of(&parse(text).unwrap().unwrap()), ["car"]);
        assert_eq!(remove_conjunct(text, 2).unwrap(), "has(car where score > 0.5) and has(car)");
        assert!(without_own(&parse("has(car)").unwrap().unwrap(), Facet::Classes).is_none());
    }
}
