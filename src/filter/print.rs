//! Tree to text: canonical spelling, no parentheses that are not needed, and the parser reads the same tree back.

use std::fmt::{self, Write};

use super::{
    ast::{ArithmeticOp, Duration, Expr, ExprKind, Literal, Number, PlaceShape},
    token::{is_bare_name, is_bare_unit},
};
use crate::model::format_ns;

/// How tightly the outermost operator of an expression binds, as in the parser.
fn binding(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::Or(_) => 1,
        ExprKind::And(_) => 2,
        ExprKind::For { .. } | ExprKind::Within { .. } => 3,
        ExprKind::Not(_) => 4,
        ExprKind::Compare { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::Glob { .. }
        | ExprKind::IsNull { .. } => 5,
        ExprKind::Arithmetic { op: ArithmeticOp::Add | ArithmeticOp::Subtract, .. } => 6,
        ExprKind::Arithmetic { .. } => 7,
        ExprKind::Negate(_) => 8,
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::Labels { .. }
        | ExprKind::LabelsWhere { .. }
        | ExprKind::InPlace { .. }
        | ExprKind::Rate(_)
        | ExprKind::Window { .. } => 9,
    }
}

/// Operands of comparisons bind at least like a sum.
const OPERAND: u8 = 6;
/// Operands of `not`, `for` and `within` bind at least like a `not`.
const DENIAL: u8 = 4;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Literal(literal) => literal.fmt(f),
            ExprKind::Name(name) => f.write_str(&name_text(name)),
            ExprKind::Labels { quantity, class } => {
                write!(f, "{}({})", quantity.as_str(), name_text(&class.name))
            }
            ExprKind::LabelsWhere { quantity, class, condition } => {
                let class = class.as_ref().map_or_else(|| "*".to_owned(), |class| name_text(&class.name));
                write!(f, "{}({class}", quantity.as_str())?;
                if let Some(condition) = condition {
                    write!(f, " where {condition}")?;
                }
                f.write_char(')')
            }
            ExprKind::InPlace { shape, corners } => {
                write!(f, "{}(", shape.as_str())?;
                for (at, corner) in corners.iter().enumerate() {
                    let pairs = *shape == PlaceShape::Polygon;
                    f.write_str(if at == 0 {
                        ""
                    } else if pairs && at % 2 == 1 {
                        " "
                    } else {
                        ", "
                    })?;
                    write!(f, "{corner}")?;
                }
                f.write_char(')')
            }
            ExprKind::Rate(value) => write!(f, "rate({value})"),
            ExprKind::Window { function, value, duration } => {
                write!(f, "{}({value}, {duration})", function.as_str())
            }
            ExprKind::For { condition, duration } => {
                operand(f, condition, DENIAL)?;
                write!(f, " for {duration}")
            }
            ExprKind::Within { condition, duration, side, other } => {
                operand(f, condition, DENIAL)?;
                write!(f, " within {duration} {} ", side.as_str())?;
                operand(f, other, DENIAL)
            }
            ExprKind::Negate(inner) => {
                f.write_char('-')?;
                // `-5` is a number by itself; the negative of the number 5 is another tree.
                let number = matches!(inner.kind, ExprKind::Literal(Literal::Number { .. }));
                operand(f, inner, if number { u8::MAX } else { 8 })
            }
            ExprKind::Arithmetic { op, left, right } => {
                let own = binding(&self.kind);
                operand(f, left, own)?;
                write!(f, " {} ", op.as_str())?;
                operand(f, right, own + 1)
            }
            ExprKind::Compare { op, left, right } => {
                operand(f, left, OPERAND)?;
                write!(f, " {} ", op.as_str())?;
                operand(f, right, OPERAND)
            }
            ExprKind::Between { value, low, high } => {
                operand(f, value, OPERAND)?;
                f.write_str(" between ")?;
                operand(f, low, OPERAND)?;
                f.write_str(" and ")?;
                operand(f, high, OPERAND)
            }
            ExprKind::In { value, list } => {
                operand(f, value, OPERAND)?;
                f.write_str(" in (")?;
                joined(f, list, ", ", OPERAND)?;
                f.write_char(')')
            }
            ExprKind::Glob { value, pattern } => {
                operand(f, value, OPERAND)?;
                write!(f, " ~ {}", text_literal(pattern))
            }
            ExprKind::IsNull { value, negated } => {
                operand(f, value, OPERAND)?;
                f.write_str(if *negated { " is not null" } else { " is null" })
            }
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                operand(f, inner, DENIAL)
            }
            ExprKind::And(parts) => joined(f, parts, " and ", 3),
            ExprKind::Or(parts) => joined(f, parts, " or ", 2),
        }
    }
}

/// The expression, in parentheses when it binds looser than `least`.
fn operand(f: &mut fmt::Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    if binding(&expr.kind) < least { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], separator: &str, least: u8) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(separator)?;
        }
        operand(f, part, least)?;
    }
    Ok(())
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, unit_text(&self.unit))
    }
}

/// A unit as a filter spells it behind a number.
fn unit_text(unit: &str) -> String {
    if is_bare_unit(unit) { unit.to_owned() } else { back_quoted(unit) }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { value, unit } => {
                value.fmt(f)?;
                unit.as_ref().map_or(Ok(()), |unit| write!(f, " {}", unit_text(unit)))
            }
            Self::Text(text) => f.write_str(&text_literal(text)),
            Self::Time(ns) => f.write_str(&time_text(*ns)),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            // Debug keeps a point or an exponent, so that the parser reads a double again, and the shortest digits
            // that give the same double.
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// A name as a filter spells it: in back quotes when it needs them.
#[must_use]
pub fn name_text(name: &str) -> String {
    if is_bare_name(name) { name.to_owned() } else { back_quoted(name) }
}

fn back_quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A piece of filter text inside a message: in back quotes, once.
pub(super) fn in_message(text: &str) -> String {
    if text.starts_with('`') { text.to_owned() } else { format!("`{text}`") }
}

/// Text as a filter spells it: in double quotes, which double inside.
#[must_use]
pub fn text_literal(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A time as a filter spells it: UTC, without zeros at its end.
#[must_use]
pub fn time_text(ns: i64) -> String {
    let full = format_ns(ns);
    let without_z = full.strip_suffix('Z').unwrap_or(&full);
    let short = without_z.trim_end_matches('0').trim_end_matches('.');
    // `08:00:00` loses its zeros above; minutes must stay whole, seconds may go when they are zero.
    let seconds = "2024-05-01T08:00:00".len();
    let kept = match without_z.get(..seconds) {
        Some(whole) if short.len() <= seconds => whole.strip_suffix(":00").unwrap_or(whole),
        _ => short,
    };
    format!("{kept}Z")
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;

    #[test]
    fn prints_canonical_text() {
        for (text, expected) in [
            ("SPEED>80 AND NOT(has( car ))", "SPEED > 80 and not has(car)"),
            ("(a=1 and b=2) and (c=3 or (d=4 or e=5))", "a = 1 and b = 2 and (c = 3 or d = 4 or e = 5)"),
            ("not (a = 1)", "not a = 1"),
            ("not (a = 1 and b = 2)", "not (a = 1 and b = 2)"),
            ("(a + b) * c - (d - e) - (f*g)", "(a + b) * c - (d - e) - f * g"),
            ("a / (b / c) / d", "a / (b / c) / d"),
            ("-(-3) - -x", "-(-3) - -x"),
            ("-(a+b)*c", "-(a + b) * c"),
            ("x not in ('it''s', \"b\")", "not x in (\"it's\", \"b\")"),
            ("x not between 1 and 2", "not x between 1 and 2"),
            ("`two words` is   not null", "`two words` is not null"),
            ("`and` = `for``2`", "`and` = `for``2`"),
            ("count('traffic light')>=2", "count(`traffic light`) >= 2"),
            ("v>80km/h", "v > 80 km/h"),
            ("v > 3 `N m`", "v > 3 `N m`"),
            ("time >= 2024-05-01 08:00+02:00", "time >= 2024-05-01T06:00Z"),
            ("time >= 2024-05-01T08:00:10.25", "time >= 2024-05-01T08:00:10.25Z"),
            ("time >= 2024-05-01T08:00:10", "time >= 2024-05-01T08:00:10Z"),
            ("time >= 2024-05-01T10:00:00.000000001", "time >= 2024-05-01T10:00:00.000000001Z"),
            ("x = 1.0 or x = 1e300 or x = 9223372036854775808", "x = 1.0 or x = 1e300 or x = 9.223372036854776e18"),
            ("x = -9223372036854775808", "x = -9223372036854775808"),
            ("(has(a) = has(b)) is null", "(has(a) = has(b)) is null"),
            ("a = (b = c)", "a = (b = c)"),
            ("a FOR 3s and (b for 1.5min or c)", "a for 3 s and (b for 1.5 min or c)"),
            ("not a for 3s", "not a for 3 s"),
            ("(not a) for 3s", "not a for 3 s"),
            ("not (a for 3s)", "not (a for 3 s)"),
            ("(a and b) for 3s", "(a and b) for 3 s"),
            ("(x>1) for 2 s", "x > 1 for 2 s"),
            ("(a for 3s) within 2s of (b within 1s before c)", "(a for 3 s) within 2 s of (b within 1 s before c)"),
            ("a within 2s After (not b) or c", "a within 2 s after not b or c"),
            ("Rate( speed+1 )<-4m/s2", "rate(speed + 1) < -4 m/s2"),
            ("MEAN((speed), 500ms) * 2 > max(x , 1 h)", "mean(speed, 500 ms) * 2 > max(x, 1 h)"),
            ("count(car where (score>.5) and w>40)>=2", "count(car where score > 0.5 and w > 40) >= 2"),
            ("has(* where class in ('a', 'b'))", "has(* where class in (\"a\", \"b\"))"),
            ("count( * )>3", "count(*) > 3"),
            ("IN_BOX(48 , -11.50,49 °, 12)", "in_box(48, -11.5, 49 °, 12)"),
            ("in_polygon(1 -2,3 4 deg , -5 -6)", "in_polygon(1 -2, 3 4 deg, -5 -6)"),
            ("a == b or a <> b or a ≠ c", "a = b or a != b or a != c"),
        ] {
            let tree = parse(text).unwrap_or_else(|error| panic!("{}", error.render(text))).unwrap();
            assert_eq!(tree.to_string(), expected);
            assert_eq!(parse(expected).unwrap().unwrap(), tree, "{expected}");
        }
    }
}
