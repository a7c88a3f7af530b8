//! Names and types: the tree as written to the checked filter.

use std::ops::Range;

use super::{
    FilterError, FrameColumns,
    ast::{ArithmeticOp, Class, Expr, ExprKind, Literal, Number as Value},
    check_compare,
    check_time::quantity_of,
    glob::Glob,
    in_place,
    names::{Names, Referent},
    print::{in_message, name_text, text_literal},
    typed::{ColumnName, Number, Predicate, Text, TextTest, arithmetic},
    unit,
};
use crate::model::{Circle, MetricKind};

/// Checks a tree against the names and types of a lake.
pub(super) fn check(expr: &Expr, columns: &dyn FrameColumns) -> Result<Predicate, FilterError> {
    Checker { names: Names::new(columns) }.predicate(expr)
}

/// An expression whose type is known.
pub(super) enum Typed {
    Condition(Predicate),
    Number(Measured),
    Text(Text),
    Time(Time),
    /// The tags of the frame.
    Tags(Range<usize>),
}

impl Typed {
    /// What it is, for a person.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Condition(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Time(_) => "a time",
            Self::Tags(_) => "a set of tags",
        }
    }
}

/// A time of day and date.
#[derive(Clone)]
pub(super) enum Time {
    /// Time of the frame.
    Frame(Range<usize>),
    /// A time written out, ns UTC.
    Constant(i64),
}

/// A number and what is known of its unit.
pub(super) struct Measured {
    pub number: Number,
    pub unit: UnitOf,
    /// How it goes round, if it is a heading.
    pub circle: Option<Circle>,
}

/// The unit of a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum UnitOf {
    /// A number written without a unit: takes on the unit of what it meets.
    Any,
    /// A number written with a unit.
    Written(String, Range<usize>),
    /// A column with a known unit.
    Column(String),
    /// A column without one, or the outcome of a product.
    Unknown,
}

pub(super) struct Checker<'a> {
    pub(super) names: Names<'a>,
}

impl Checker<'_> {
    /// The expression as a condition.
    pub(super) fn predicate(&self, expr: &Expr) -> Result<Predicate, FilterError> {
        match self.typed(expr)? {
            Typed::Condition(predicate) => Ok(predicate),
            other => Err(not_a_condition(expr, &other)),
        }
    }

    /// The expression with its type.
    pub(super) fn typed(&self, expr: &Expr) -> Result<Typed, FilterError> {
        Ok(match &expr.kind {
            ExprKind::Literal(literal) => literal_type(literal, &expr.span),
            ExprKind::Name(name) => self.name(name, &expr.span)?,
            ExprKind::Labels { quantity, class } if !self.names.is_of_labels() => {
                let count = Number::ClassCount(self.class(class)?);
                quantity_of(*quantity, count)
            }
            ExprKind::InPlace { shape, corners } => {
                Typed::Condition(in_place::check(&self.names, *shape, corners, &expr.span)?)
            }
            ExprKind::Labels { .. }
            | ExprKind::LabelsWhere { .. }
            | ExprKind::For { .. }
            | ExprKind::Within { .. }
            | ExprKind::Rate(_)
            | ExprKind::Window { .. } => self.over_time(expr)?,
            ExprKind::Negate(inner) => self.negate(inner)?,
            ExprKind::Arithmetic { op, left, right } => Typed::Number(self.arithmetic(*op, left, right)?),
            ExprKind::Not(inner) => Typed::Condition(Predicate::Not(Box::new(self.predicate(inner)?))),
            ExprKind::And(parts) => Typed::Condition(merge_ranges(self.predicates(parts)?)),
            ExprKind::Or(parts) => Typed::Condition(Predicate::Any(self.predicates(parts)?)),
            ExprKind::IsNull { value, negated } => {
                let is_null = match self.typed(value)? {
                    Typed::Condition(condition) => Predicate::IsUnknown(Box::new(condition)),
                    Typed::Number(measured) => Predicate::NumberIsNull(measured.number),
                    Typed::Text(value) => Predicate::Text { value, test: TextTest::IsNull },
                    Typed::Time(_) => Predicate::Constant(Some(false)),
                    Typed::Tags(span) => Predicate::Not(Box::new(Predicate::Tagged { test: None, span })),
                };
                Typed::Condition(if *negated { Predicate::Not(Box::new(is_null)) } else { is_null })
            }
            ExprKind::Glob { value, pattern } => match self.typed(value)? {
                Typed::Text(value) => {
                    Typed::Condition(Predicate::Text { value, test: TextTest::Glob(Glob::new(pattern)) })
                }
                Typed::Tags(span) => {
                    Typed::Condition(Predicate::Tagged { test: Some(TextTest::Glob(Glob::new(pattern))), span })
                }
                other => {
                    let message = format!("`~` looks for a pattern in text, and this is {}", other.describe());
                    return Err(FilterError::new(value.span.clone(), message).hint("use `=`, `<`, `>` or `between`"));
                }
            },
            ExprKind::Compare { op, left, right } => Typed::Condition(check_compare::compare(self, *op, left, right)?),
            ExprKind::Between { value, low, high } => Typed::Condition(check_compare::between(self, value, low, high)?),
            ExprKind::In { value, list } => Typed::Condition(check_compare::one_of(self, value, list)?),
        })
    }

    fn predicates(&self, parts: &[Expr]) -> Result<Vec<Predicate>, FilterError> {
        parts.iter().map(|part| self.predicate(part)).collect()
    }

    fn name(&self, name: &str, span: &Range<usize>) -> Result<Typed, FilterError> {
        let Some(referent) = self.names.resolve(name) else { return Err(self.unknown_name(name, span)) };
        let turning = |number, unit: Option<String>, circle| {
            Typed::Number(Measured { number, unit: unit.map_or(UnitOf::Unknown, UnitOf::Column), circle })
        };
        let number = |number, unit| turning(number, unit, None);
        Ok(match referent {
            Referent::Recording => Typed::Text(Text::Recording),
            Referent::Camera => Typed::Text(Text::Camera),
            Referent::Store => Typed::Text(Text::Store),
            Referent::Marked(mark) => Typed::Condition(Predicate::Marked(mark)),
            Referent::Attribute(key) => Typed::Text(Text::Attribute(key)),
            Referent::Time => Typed::Time(Time::Frame(span.clone())),
            Referent::Timestamp => number(Number::Timestamp(span.clone()), Some("ns".to_owned())),
            Referent::SinceStart => number(Number::SinceStart(span.clone()), Some("s".to_owned())),
            Referent::Frame => number(Number::Frame, None),
            Referent::Labels => number(Number::LabelCount(span.clone()), None),
            Referent::Tags => Typed::Tags(span.clone()),
            Referent::Metric { name, kind, unit, circle } => {
                let column = ColumnName { name, span: span.clone() };
                match kind {
                    MetricKind::Float => turning(Number::Floats(column), unit, circle),
                    MetricKind::Int => turning(Number::Ints(column), unit, circle),
                    MetricKind::Bool => Typed::Condition(Predicate::Flag(column)),
                    MetricKind::Text => Typed::Text(Text::Metric(column)),
                }
            }
        })
    }

    pub(super) fn unknown_name(&self, name: &str, span: &Range<usize>) -> FilterError {
        if self.names.is_of_labels() {
            let message = format!("labels of this lake have no field or attribute called `{name}`");
            let error = FilterError::new(span.clone(), message);
            return match self.names.suggestion(name) {
                Some(near) => error.hint(format!("did you mean {}?", in_message(&near))).fix(near),
                None => error.hint(format!("a label has {}", self.names.label_names().join(", "))),
            };
        }
        let error =
            FilterError::new(span.clone(), format!("no metric, attribute or column of this lake is called `{name}`"));
        if name == "frame_id" {
            return error.hint("compare `recording`, `camera` and `frame` instead");
        }
        if self.names.has_class(name) {
            let class = name_text(name);
            return error
                .hint(format!("{} is a label class: write has({class}) or count({class})", in_message(&class)))
                .fix(format!("has({class})"));
        }
        match self.names.suggestion(name) {
            Some(near) => error.hint(format!("did you mean {}?", in_message(&near))).fix(near),
            None => error.hint(format!("if it is text, put it in quotes: {}", text_literal(name))),
        }
    }

    /// A class that the lake has.
    pub(super) fn class(&self, class: &Class) -> Result<ColumnName, FilterError> {
        if !self.names.has_class(&class.name) {
            let message = format!("no label of this lake has the class `{}`", class.name);
            let error = FilterError::new(class.span.clone(), message);
            return Err(match self.names.class_suggestion(&class.name) {
                Some(near) => {
                    error.hint(format!("did you mean {}?", in_message(&name_text(near)))).fix(name_text(near))
                }
                None if self.names.columns.classes().is_empty() => error.hint("this lake has no labels"),
                None => error.hint(format!("its classes are {}", self.names.columns.classes().join(", "))),
            });
        }
        Ok(ColumnName { name: class.name.clone(), span: class.span.clone() })
    }

    /// The expression as a number, for an arithmetic operator.
    fn operand(&self, expr: &Expr) -> Result<Measured, FilterError> {
        match self.typed(expr)? {
            Typed::Number(measured) => Ok(measured),
            other => {
                let message = format!("this is {}, and only numbers are calculated with", other.describe());
                let error = FilterError::new(expr.span.clone(), message);
                Err(match other {
                    Typed::Time(_) => error.hint("`t` is the time in seconds since the recording began"),
                    Typed::Condition(_) => error.hint("use it by itself, joined with `and`, `or`, `not`"),
                    Typed::Text(_) | Typed::Number(_) | Typed::Tags(_) => {
                        error.hint("compare text with `=`, `in` or `~`")
                    }
                })
            }
        }
    }

    fn negate(&self, inner: &Expr) -> Result<Typed, FilterError> {
        let Measured { number, unit, circle } = self.operand(inner)?;
        let number = match number {
            Number::Constant(value) => constant(match value {
                Value::Int(value) => value.checked_neg().map_or_else(|| -Value::Int(value).as_f64(), exact_or_nearest),
                Value::Float(value) => -value,
            }),
            Number::Null => Number::Null,
            other => Number::Negate(Box::new(other)),
        };
        let circle = circle.map(|circle| Circle { signed: true, ..circle });
        Ok(Typed::Number(Measured { number, unit, circle }))
    }

    fn arithmetic(&self, op: ArithmeticOp, left: &Expr, right: &Expr) -> Result<Measured, FilterError> {
        let (mut a, mut b) = (self.operand(left)?, self.operand(right)?);
        let unit = if matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract) {
            check_compare::agree(&mut a, &mut b)?;
            sum_unit(&a.unit, &b.unit)
        } else {
            for measured in [&a, &b] {
                if let UnitOf::Written(unit, span) = &measured.unit {
                    let message = format!("a number in {unit} cannot be multiplied or divided here");
                    return Err(FilterError::new(span.clone(), message).hint("write the number without its unit"));
                }
            }
            if a.unit == UnitOf::Any && b.unit == UnitOf::Any { UnitOf::Any } else { UnitOf::Unknown }
        };
        // A heading that is turned stays a heading; a product is none.
        let circle = a.circle.or(b.circle).filter(|_| matches!(op, ArithmeticOp::Add | ArithmeticOp::Subtract));
        let number = match (a.number, b.number) {
            (Number::Null, _) | (_, Number::Null) => Number::Null,
            (Number::Constant(a), Number::Constant(b)) => constant(arithmetic(op, a.as_f64(), b.as_f64())),
            (a, b) => Number::Arithmetic { op, left: Box::new(a), right: Box::new(b) },
        };
        Ok(Measured { number, unit, circle })
    }
}

/// The unit of a sum of two numbers that agree.
#[expect(clippy::match_same_arms, reason = "in this order: no unit gives way to any, a written one to a column's")]
fn sum_unit(a: &UnitOf, b: &UnitOf) -> UnitOf {
    match (a, b) {
        (UnitOf::Any, other) | (other, UnitOf::Any) => other.clone(),
        (UnitOf::Written(..), other) | (other, UnitOf::Written(..)) => other.clone(),
        (UnitOf::Column(a), UnitOf::Column(b)) if unit::same(a, b) => UnitOf::Column(a.clone()),
        _ => UnitOf::Unknown,
    }
}

/// A folded constant; NaN is null.
fn constant(value: f64) -> Number {
    if value.is_nan() { Number::Null } else { Number::Constant(Value::Float(value)) }
}

#[expect(clippy::cast_precision_loss, reason = "arithmetic is in doubles")]
fn exact_or_nearest(value: i64) -> f64 {
    value as f64
}

fn literal_type(literal: &Literal, span: &Range<usize>) -> Typed {
    match literal {
        Literal::Number { value, unit } => {
            let unit = unit.as_ref().map_or(UnitOf::Any, |unit| UnitOf::Written(unit.clone(), span.clone()));
            Typed::Number(Measured { number: Number::Constant(*value), unit, circle: None })
        }
        Literal::Text(text) => Typed::Text(Text::Constant(text.clone())),
        Literal::Time(ns) => Typed::Time(Time::Constant(*ns)),
        Literal::Bool(value) => Typed::Condition(Predicate::Constant(Some(*value))),
    }
}

fn not_a_condition(expr: &Expr, typed: &Typed) -> FilterError {
    let error = FilterError::new(
        expr.span.clone(),
        format!("a condition is expected here, and `{expr}` is {}", typed.describe()),
    );
    match (typed, &expr.kind) {
        (Typed::Number(_), ExprKind::Literal(_)) | (Typed::Text(Text::Constant(_)), _) => {
            error.hint("compare it with a name, for example `speed > 80` or `camera = \"front\"`")
        }
        (Typed::Number(_), _) => error.hint(format!("compare it, for example `{expr} > 0`")),
        (Typed::Text(_) | Typed::Tags(_), _) => error.hint(format!("compare it, for example `{expr} = \"…\"`")),
        _ => error.hint("compare it, for example `time >= 2024-05-01T08:00Z`"),
    }
}

/// A conjunction in which two intervals of one column (`x > 1 and x < 2`) become one.
fn merge_ranges(parts: Vec<Predicate>) -> Predicate {
    let mut merged: Vec<Predicate> = Vec::with_capacity(parts.len());
    for part in parts {
        let Predicate::Within { value, bounds } = &part else {
            merged.push(part);
            continue;
        };
        let joined = merged.iter_mut().any(|earlier| match earlier {
            Predicate::Within { value: same, bounds: earlier } if same_column(same, value) => {
                earlier.intersect(*bounds).is_some_and(|both| {
                    *earlier = both;
                    true
                })
            }
            _ => false,
        });
        if !joined {
            merged.push(part);
        }
    }
    Predicate::All(merged)
}

fn same_column(a: &Number, b: &Number) -> bool {
    match (a, b) {
        (Number::Floats(a), Number::Floats(b))
        | (Number::Ints(a), Number::Ints(b))
        | (Number::ClassCount(a), Number::ClassCount(b)) => a.name == b.name,
        (Number::Frame, Number::Frame)
        | (Number::LabelCount(_), Number::LabelCount(_))
        | (Number::Timestamp(_), Number::Timestamp(_))
        | (Number::SinceStart(_), Number::SinceStart(_)) => true,
        _ => false,
    }
}
