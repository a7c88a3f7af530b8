//! Conditions: SQL's own logic of true, false and unknown.

use super::{
    NoSql, Writer,
    literal::{compared, like_pattern, quoted_text},
    quoted_name,
};
use crate::filter::{
    ast::CompareOp,
    bounds::{Bounds, NumberList},
    typed::{Number, Predicate, Text, TextTest},
};

/// A condition, and how tightly its outermost operator binds: 1 `OR`, 2 `AND`, 3 anything tighter.
pub(super) struct Condition {
    pub(super) text: String,
    binding: u8,
}

impl Condition {
    fn tight(text: impl Into<String>) -> Self {
        Self { text: text.into(), binding: 3 }
    }

    /// The text, in parentheses when it binds looser than `least`.
    pub(super) fn inside(self, least: u8) -> String {
        if self.binding < least { format!("({})", self.text) } else { self.text }
    }
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::NotEqual => "<>",
        op => op.as_str(),
    }
}

/// True where there is a value, and unknown where there is none.
fn wherever(value: &str, outcome: &str) -> String {
    format!("CASE WHEN {value} IS NOT NULL THEN {outcome} END")
}

impl Writer<'_> {
    pub(super) fn condition(&mut self, predicate: &Predicate) -> Result<Condition, NoSql> {
        Ok(match predicate {
            Predicate::Constant(Some(true)) => Condition::tight("TRUE"),
            Predicate::Constant(Some(false)) => Condition::tight("FALSE"),
            Predicate::Constant(None) => Condition::tight("CAST(NULL AS BOOLEAN)"),
            Predicate::Not(inner) => {
                // `not x = 1` reads better as `x <> 1`, and means the same.
                if let Predicate::Within { value, bounds } = &**inner
                    && let Some(equal) = self.equal(value, *bounds)?
                {
                    return Ok(Condition::tight(equal));
                }
                Condition::tight(format!("NOT ({})", self.condition(inner)?.text))
            }
            Predicate::All(parts) => self.joined(parts, " AND ", 2, "TRUE")?,
            Predicate::Any(parts) => self.joined(parts, " OR ", 1, "FALSE")?,
            Predicate::Same(left, right) => {
                let (left, right) = (self.condition(left)?.text, self.condition(right)?.text);
                Condition::tight(format!("(({left}) = ({right}))"))
            }
            Predicate::IsUnknown(inner) => Condition::tight(format!("({}) IS NULL", self.condition(inner)?.text)),
            Predicate::Held { condition, at_least_ns, name } => {
                Condition::tight(self.held(condition, *at_least_ns, &name.name)?)
            }
            Predicate::Near { other, length_ns, side, name } => {
                Condition::tight(self.near(other, *length_ns, *side, &name.name)?)
            }
            Predicate::Tagged { .. } => {
                return Err(NoSql::of("tag", "tags are kept beside the index, and no table has them"));
            }
            Predicate::Marked(_) => {
                return Err(NoSql::of("damaged or problem", "what verify and Problems tell is in no table of frames"));
            }
            Predicate::InPlace { latitude, longitude, place } => {
                Condition::tight(self.in_place(latitude, longitude, place)?)
            }
            Predicate::Flag(name) => Condition::tight(self.metric(&name.name)?),
            Predicate::Within { value, bounds } => self.within(value, *bounds)?,
            Predicate::OneOf { value, list } => {
                let text = self.number(value)?;
                let list: Vec<String> = match list {
                    NumberList::Ints(list) => list.iter().map(i64::to_string).collect(),
                    NumberList::Floats(list) => list.iter().map(|one| compared(*one)).collect::<Result<_, _>>()?,
                };
                Condition::tight(if list.is_empty() {
                    wherever(&text, "FALSE")
                } else {
                    format!("{text} IN ({})", list.join(", "))
                })
            }
            Predicate::Compare { op, left, right } => Condition::tight(self.compare(*op, left, right)?),
            Predicate::NumberIsNull(value) => Condition::tight(format!("{} IS NULL", self.number(value)?)),
            Predicate::Text { value, test } => self.text_test(value, test)?,
            Predicate::CompareText { op, left, right } => {
                let (left, right) = (self.text(left)?, self.text(right)?);
                Condition::tight(format!("{left} {} {right}", sign(*op)))
            }
        })
    }

    fn joined(
        &mut self,
        parts: &[Predicate],
        word: &str,
        binding: u8,
        nothing: &'static str,
    ) -> Result<Condition, NoSql> {
        if let [only] = parts {
            return self.condition(only);
        }
        let parts = parts
            .iter()
            .map(|part| Ok(self.condition(part)?.inside(binding + 1)))
            .collect::<Result<Vec<_>, NoSql>>()?;
        Ok(if parts.is_empty() { Condition::tight(nothing) } else { Condition { text: parts.join(word), binding } })
    }

    /// `value <> x` for an interval that holds one number.
    fn equal(&mut self, value: &Number, bounds: Bounds) -> Result<Option<String>, NoSql> {
        Ok(match bounds {
            Bounds::Int { low, high } if low == high => Some(format!("{} <> {low}", self.number(value)?)),
            #[expect(clippy::float_cmp, reason = "an interval of one number has it at both ends")]
            Bounds::Float { low, high } if low == high => {
                Some(format!("{} <> {}", self.number(value)?, compared(low)?))
            }
            _ => None,
        })
    }

    fn within(&mut self, value: &Number, bounds: Bounds) -> Result<Condition, NoSql> {
        let text = self.number(value)?;
        Ok(Condition::tight(match bounds {
            Bounds::Int { low, high } if low > high => wherever(&text, "FALSE"),
            Bounds::Int { low: i64::MIN, high: i64::MAX } => wherever(&text, "TRUE"),
            Bounds::Int { low, high } if low == high => format!("{text} = {low}"),
            Bounds::Int { low: i64::MIN, high } => format!("{text} <= {high}"),
            Bounds::Int { low, high: i64::MAX } => format!("{text} >= {low}"),
            Bounds::Int { low, high } => format!("{text} BETWEEN {low} AND {high}"),
            #[expect(clippy::float_cmp, reason = "an interval of one number has it at both ends")]
            Bounds::Float { low, high } if low == high => format!("{text} = {}", compared(low)?),
            Bounds::Float { low, high } if low > high => wherever(&text, "FALSE"),
            Bounds::Float { low, high } => match (lower(low)?, upper(high)?) {
                (None, None) => wherever(&text, "TRUE"),
                (Some((sign, low)), None) => format!("{text} {sign} {low}"),
                (None, Some((sign, high))) => format!("{text} {sign} {high}"),
                (Some((">=", low)), Some(("<=", high))) => format!("{text} BETWEEN {low} AND {high}"),
                (Some((above, low)), Some((below, high))) => {
                    return Ok(Condition {
                        text: format!("{text} {above} {low} AND {text} {below} {high}"),
                        binding: 2,
                    });
                }
            },
        }))
    }

    fn compare(&mut self, op: CompareOp, left: &Number, right: &Number) -> Result<String, NoSql> {
        let (left_text, right_text) = (self.number(left)?, self.number(right)?);
        // Counts and numbers of frames are doubles exactly; other whole numbers need not be.
        let large = |number: &Number| matches!(number, Number::Ints(_) | Number::Timestamp(_));
        if large(left) && !right.is_exact() {
            return Ok(format!("{} {} 0", order(&left_text, &right_text), sign(op)));
        }
        if large(right) && !left.is_exact() {
            return Ok(format!("{} {} 0", order(&right_text, &left_text), sign(op.flipped())));
        }
        Ok(format!("{left_text} {} {right_text}", sign(op)))
    }

    fn text_test(&mut self, value: &Text, test: &TextTest) -> Result<Condition, NoSql> {
        if let Text::Constant(constant) = value {
            return self.condition(&Predicate::Constant(test.outcome(Some(constant))));
        }
        let text = self.text(value)?;
        Ok(Condition::tight(match test {
            TextTest::Compare(op, other) => format!("{text} {} {}", sign(*op), quoted_text(other)?),
            TextTest::OneOf(list) => {
                let list = list.iter().map(|one| quoted_text(one)).collect::<Result<Vec<_>, _>>()?;
                format!("{text} IN ({})", list.join(", "))
            }
            TextTest::Glob(glob) => format!("lower({text}) LIKE {} ESCAPE '!'", like_pattern(&glob.pattern())?),
            TextTest::IsNull => format!("{text} IS NULL"),
        }))
    }

    fn text(&mut self, text: &Text) -> Result<String, NoSql> {
        match text {
            Text::Constant(text) => quoted_text(text),
            Text::Metric(name) => self.metric(&name.name),
            Text::Recording => Ok(quoted_name("recording")),
            Text::Camera => Ok(quoted_name("camera")),
            Text::Attribute(key) => self.attribute(key),
            Text::Store => Ok(self.store()),
        }
    }
}

/// The lower end of an interval of doubles; `None` when it is open. The end is the nearest double that fits, and often the
/// one beside the number that was written.
fn lower(low: f64) -> Result<Option<(&'static str, String)>, NoSql> {
    if low == f64::NEG_INFINITY {
        return Ok(None);
    }
    if low == f64::INFINITY {
        return Ok(Some((">", compared(f64::MAX)?)));
    }
    shorter(low, low.next_down(), [">=", ">"])
}

fn upper(high: f64) -> Result<Option<(&'static str, String)>, NoSql> {
    if high == f64::INFINITY {
        return Ok(None);
    }
    if high == f64::NEG_INFINITY {
        return Ok(Some(("<", compared(f64::MIN)?)));
    }
    shorter(high, high.next_up(), ["<=", "<"])
}

fn shorter(end: f64, beside: f64, signs: [&'static str; 2]) -> Result<Option<(&'static str, String)>, NoSql> {
    let with = compared(end)?;
    if !beside.is_finite() {
        return Ok(Some((signs[0], with)));
    }
    let without = compared(beside)?;
    Ok(Some(if without.len() < with.len() { (signs[1], without) } else { (signs[0], with) }))
}

/// −1, 0 or 1: how a whole number stands to a double, exactly also where doubles leave whole numbers out.
fn order(int: &str, float: &str) -> String {
    let near = format!("CAST({int} AS DOUBLE PRECISION)");
    format!(
        "CASE WHEN {int} IS NULL OR {float} IS NULL THEN NULL WHEN {near} < {float} THEN -1 WHEN {near} > {float} THEN 1 \
         WHEN {float} >= 9.223372036854775807e18 THEN -1 WHEN {int} < CAST({float} AS BIGINT) THEN -1 \
         WHEN {int} > CAST({float} AS BIGINT) THEN 1 ELSE 0 END"
    )
}
