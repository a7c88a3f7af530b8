//! How facets change a filter's text.
//!
//! A facet owns the top-level conjuncts that say nothing but its own condition (`speed between 10 and 20`,
//! `camera in ("front", "rear")`, `not camera = "rear"`, `speed is null`, `count(car) >= 3`); every other conjunct is left
//! exactly as it was written and shows as a chip. A filter whose top level is an `or` becomes one conjunct in parentheses.
//! What choices and numbers of labels say is in [`super::choice`].

use std::ops::Range;

use super::{
    Expr, FilterError,
    ast::{CompareOp, ExprKind, Literal, PlaceShape},
    choice,
    names::plain_name,
    parse::parse,
    print::{name_text, time_text},
    unit,
};

/// What a facet is about. Names are as a filter spells them, without back quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet<'a> {
    /// A metric, an attribute or a fixed name: its range, its choice of values, its being true or without a value.
    Name(&'a str),
    /// One label class: how many there are on the frame.
    Class(&'a str),
    /// Where frames were taken: `in_box(…)` and `in_polygon(…)`.
    Place,
}

impl Facet<'_> {
    /// Whether the conjunct is the facet's own.
    #[must_use]
    pub fn owns(self, conjunct: &Expr) -> bool {
        match self {
            Self::Place => matches!(conjunct.kind, ExprKind::InPlace { .. }),
            Self::Class(name) => choice::class_range(conjunct).is_some_and(|(class, _)| class == name),
            Self::Name(name) => owned_name(conjunct).is_some_and(|own| plain_name(own) == plain_name(name)),
        }
    }
}

/// An interval of numbers; infinite where the filter sets no end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether the lower end itself is left out.
    pub above: bool,
    /// Whether the upper end itself is left out.
    pub below: bool,
}

impl NumberRange {
    /// What lies in both.
    fn and(self, other: Self) -> Self {
        // Of equal ends the one that leaves the end itself out is the narrower.
        let (low, high) = (self.low.total_cmp(&other.low), self.high.total_cmp(&other.high));
        Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            above: (self.above && low.is_ge()) || (other.above && low.is_le()),
            below: (self.below && high.is_le()) || (other.below && high.is_ge()),
        }
    }
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
    /// The facet of a label class.
    Class(String),
    /// None: it is a chip.
    Chip,
}

impl Owner {
    /// What owns the conjunct.
    fn of(conjunct: &Expr) -> Self {
        match owned_name(conjunct) {
            Some(name) => Self::name(name),
            None => match choice::class_range(conjunct) {
                Some((class, _)) => Self::Class(class.to_owned()),
                None => Self::Chip,
            },
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
    own.filter_map(|part| part_range(part, unit)).reduce(NumberRange::and)
}

/// The times, ns UTC, that the own conjuncts leave for `time`; the ends are `i64::MIN` and `i64::MAX` where open.
#[must_use]
pub fn time_range_of(expr: &Expr) -> Option<(i64, i64)> {
    let own = conjuncts(expr).iter().filter(|part| Facet::Name("time").owns(part));
    own.filter_map(part_times).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
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
            (true, true) if low.total_cmp(&high).is_eq() => Some(format!("{name} = {}", number_text(low))),
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

/// The text with frames asked to be of this place, as [`super::ast::PlaceShape`] is written, or of any place. Numbers are
/// degrees: south, west, north, east of a box.
///
/// # Errors
/// When the text does not parse.
pub fn set_box(text: &str, sides: Option<[f64; 4]>) -> Result<String, FilterError> {
    let condition = sides.map(|sides| format!("in_box({})", sides.map(number_text).join(", ")));
    replace_own(text, Facet::Place, condition)
}

/// As [`set_box`], with the corners of a polygon: latitude and longitude of each.
///
/// # Errors
/// When the text does not parse.
pub fn set_polygon(text: &str, corners: &[[f64; 2]]) -> Result<String, FilterError> {
    let corners: Vec<String> = corners.iter().map(|corner| corner.map(number_text).join(" ")).collect();
    replace_own(text, Facet::Place, Some(format!("in_polygon({})", corners.join(", "))))
}

/// The outlines, as latitude and longitude of each corner, of the places that the filter asks for.
#[must_use]
pub fn places_of(expr: &Expr) -> Vec<Vec<[f64; 2]>> {
    let outline = |part: &Expr| {
        let ExprKind::InPlace { shape, corners } = &part.kind else { return None };
        let degrees = |corner: &Expr| match &corner.kind {
            ExprKind::Literal(Literal::Number { value, unit: None }) => Some(value.as_f64()),
            ExprKind::Literal(Literal::Number { value, unit: Some(unit) }) => {
                unit::convert(value.as_f64(), unit, "deg")
            }
            _ => None,
        };
        let numbers: Vec<f64> = corners.iter().map(degrees).collect::<Option<_>>()?;
        match (shape, numbers.as_slice()) {
            (PlaceShape::Box, &[south, west, north, east]) => {
                // Round the box from its west, eastward, also where that crosses the antimeridian.
                let east = if east < west { east + 360.0 } else { east };
                Some(vec![[south, west], [south, east], [north, east], [north, west]])
            }
            (PlaceShape::Polygon, numbers) => Some(numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()),
            (PlaceShape::Box, _) => None,
        }
    };
    conjuncts(expr).iter().filter_map(outline).collect()
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

/// The text with a condition that must hold too, behind the others.
///
/// # Errors
/// When the text or the condition does not parse.
pub fn add_conjunct(text: &str, condition: &str) -> Result<String, FilterError> {
    let Some(expr) = parse(condition)? else { return Ok(text.to_owned()) };
    let condition = condition.trim();
    let alone = parse(text)?.is_none();
    let whole = matches!(expr.kind, ExprKind::Or(_)) && !expr.grouped && !alone;
    let condition = if whole { format!("({condition})") } else { condition.to_owned() };
    append(text, condition)
}

/// The text with a condition on `name` in place of those that say nothing but something of it, or behind the others.
///
/// # Errors
/// When the text does not parse.
pub fn set_condition(text: &str, name: &str, condition: &str) -> Result<String, FilterError> {
    replace_own(text, Facet::Name(name), Some(condition.to_owned()))
}

/// The `index`-th top-level conjunct as it was written.
///
/// # Errors
/// When the text does not parse.
pub fn conjunct_text(text: &str, index: usize) -> Result<Option<String>, FilterError> {
    Ok(parse(text)?.and_then(|expr| conjuncts(&expr).get(index).map(|part| source(text, part))))
}

/// The text without anything that the facet owns.
///
/// # Errors
/// When the text does not parse.
pub fn clear(text: &str, facet: Facet<'_>) -> Result<String, FilterError> {
    replace_own(text, facet, None)
}

/// The text without anything that one of the facets owns.
///
/// # Errors
/// When the text does not parse.
pub fn clear_all(text: &str, facets: &[Facet<'_>]) -> Result<String, FilterError> {
    replace(text, |part| facets.iter().any(|facet| facet.owns(part)), None)
}

/// The text with the facet's own conjuncts replaced by `condition`, in the place of the first of them or at the end.
pub(super) fn replace_own(text: &str, facet: Facet<'_>, condition: Option<String>) -> Result<String, FilterError> {
    replace(text, |part| facet.owns(part), condition)
}

fn append(text: &str, condition: String) -> Result<String, FilterError> {
    replace(text, |_| false, Some(condition))
}

fn replace(text: &str, own: impl Fn(&Expr) -> bool, condition: Option<String>) -> Result<String, FilterError> {
    let Some(expr) = parse(text)? else { return Ok(condition.unwrap_or_default()) };
    let mut condition = condition;
    let mut parts = Vec::new();
    for part in conjuncts(&expr) {
        if own(part) {
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

/// The name that a conjunct is about, when it is a range, a choice, a flag or a missing value of that name and nothing
/// else.
fn owned_name(part: &Expr) -> Option<&str> {
    if let Some((name, _)) = choice::part_choice(part) {
        return Some(name);
    }
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
    let strict = match &part.kind {
        ExprKind::Compare { op, left, .. } => {
            Some(if matches!(left.kind, ExprKind::Name(_)) { *op } else { op.flipped() })
        }
        _ => None,
    };
    let (above, below) = (strict == Some(CompareOp::Greater), strict == Some(CompareOp::Less));
    ends(part, (f64::NEG_INFINITY, f64::INFINITY), number).map(|(low, high)| NumberRange { low, high, above, below })
}

fn part_times(part: &Expr) -> Option<(i64, i64)> {
    ends(part, (i64::MIN, i64::MAX), |expr| match &expr.kind {
        ExprKind::Literal(Literal::Time(ns)) => Some(*ns),
        ExprKind::Literal(Literal::Text(text)) => crate::model::parse_time_ns(text),
        _ => None,
    })
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
            ("speed is null and x = 1", Some((2.0, 2.0)), "speed = 2 and x = 1"),
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
    fn a_place_is_set_replaced_and_removed() {
        let text = set_box("a = 1 or b = 2", Some([48.0, 11.5, 48.25, 11.75])).unwrap();
        assert_eq!(text, "(a = 1 or b = 2) and in_box(48, 11.5, 48.25, 11.75)");
        let outlines = places_of(&parse(&text).unwrap().unwrap());
        assert_eq!(outlines, [[[48.0, 11.5], [48.0, 11.75], [48.25, 11.75], [48.25, 11.5]]]);
        let text = set_polygon(&text, &[[1.0, 2.0], [3.0, -4.5], [5.0, 6.0]]).unwrap();
        assert_eq!(text, "(a = 1 or b = 2) and in_polygon(1 2, 3 -4.5, 5 6)");
        assert_eq!(places_of(&parse(&text).unwrap().unwrap()), [[[1.0, 2.0], [3.0, -4.5], [5.0, 6.0]]]);
        assert_eq!(set_box(&text, None).unwrap(), "(a = 1 or b = 2)");
        // What says more than a place is nobody's own.
        let text = "not in_box(1, 2, 3, 4) and in_box(1, 2, 3, 4) for 3 s";
        assert_eq!(
            set_box(text, Some([1.0, 179.0, 3.0, -179.0])).unwrap(),
            format!("{text} and in_box(1, 179, 3, -179)")
        );
        assert_eq!(places_of(&parse(text).unwrap().unwrap()).len(), 0);
        let crossing = parse("in_box(1, 179, 3, -179)").unwrap().unwrap();
        assert_eq!(places_of(&crossing)[0][1].map(|degrees| degrees.to_string()), ["1", "181"]);
    }

    #[test]
    fn conditions_are_taken_out_and_added() {
        let text = "has(car where score > 0.5) and has(car) and has(bus) for 3 s";
        assert_eq!(remove_conjunct(text, 2).unwrap(), "has(car where score > 0.5) and has(car)");
        assert_eq!(conjunct_text(text, 2).unwrap().as_deref(), Some("has(bus) for 3 s"));
        assert_eq!(conjunct_text(text, 3).unwrap(), None);
        for (text, condition, expected) in [
            ("", " a = 1 or b = 2 ", "a = 1 or b = 2"),
            ("c = 3", "a = 1 or b = 2", "c = 3 and (a = 1 or b = 2)"),
            ("c = 3", "(a = 1 or b = 2)", "c = 3 and (a = 1 or b = 2)"),
            ("a = 1 or b = 2", "c = 3", "(a = 1 or b = 2) and c = 3"),
            ("c = 3", "c = 3", "c = 3 and c = 3"),
            ("c = 3", "", "c = 3"),
        ] {
            assert_eq!(add_conjunct(text, condition).unwrap(), expected);
        }
        assert!(add_conjunct("a", "b >").is_err());
        for (text, facet, expected) in [
            ("speed > 1 and has(car) and speed < 3", Facet::Name("speed"), "has(car)"),
            ("speed is not null and has(car)", Facet::Name("speed"), "has(car)"),
            ("count(car) >= 2 and has(car where w > 3)", Facet::Class("car"), "has(car where w > 3)"),
            ("not camera = 'front'", Facet::Name("camera"), ""),
        ] {
            assert_eq!(clear(text, facet).unwrap(), expected, "{text}");
        }
        let text = "has(car) and speed > 1 and count(bus) > 2 and labels < 9";
        let facets = [Facet::Class("car"), Facet::Class("bus"), Facet::Name("labels")];
        assert_eq!(clear_all(text, &facets).unwrap(), "speed > 1");
        assert_eq!(clear_all("a = 1 or b = 2", &facets).unwrap(), "a = 1 or b = 2");
    }
}
