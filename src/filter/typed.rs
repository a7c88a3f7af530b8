//! The checked filter: every name resolved, every operand of the right type, units converted, constants folded.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use super::{
    ast::{ArithmeticOp, CompareOp, Number as Value, Side, WindowFunction},
    bounds::{Bounds, NumberList},
    count_labels::LabelCount,
    glob::Glob,
    in_place::Place,
    source::Mark,
};
use crate::model::Circle;

/// A condition: true, false or unknown on each frame.
#[derive(Debug, Clone)]
pub(super) enum Predicate {
    /// The same on every frame; `None` is unknown.
    Constant(Option<bool>),
    Not(Box<Predicate>),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    /// Both sides true or both false; unknown where one is.
    Same(Box<Predicate>, Box<Predicate>),
    /// Whether the condition is unknown; itself always known.
    IsUnknown(Box<Predicate>),
    /// True without a break for at least so long.
    Held {
        condition: Box<Predicate>,
        at_least_ns: i64,
        name: ColumnName,
    },
    /// A frame of the recording where the other is true is at most so far away; always known.
    Near {
        other: Box<Predicate>,
        length_ns: i64,
        side: Side,
        name: ColumnName,
    },
    /// A tag of the frame passes the test, or there is a tag at all; always known.
    Tagged {
        test: Option<TextTest>,
        span: Range<usize>,
    },
    /// A boolean metric.
    Flag(ColumnName),
    /// Whether the frame carries a mark; always known.
    Marked(Mark),
    /// A number inside an interval; unknown where it is null.
    Within {
        value: Number,
        bounds: Bounds,
    },
    /// A number among a list; unknown where it is null.
    OneOf {
        value: Number,
        list: NumberList,
    },
    Compare {
        op: CompareOp,
        left: Number,
        right: Number,
    },
    /// The position is inside; unknown where one of the two numbers, in degrees, is null.
    InPlace {
        latitude: Number,
        longitude: Number,
        place: Arc<Place>,
    },
    NumberIsNull(Number),
    /// A text against something known; unknown where it is null, except for [`TextTest::IsNull`].
    Text {
        value: Text,
        test: TextTest,
    },
    CompareText {
        op: CompareOp,
        left: Text,
        right: Text,
    },
}

/// A column by the name the lake gives it, and where the filter names it. A column that is worked out is named by the
/// text that says how.
#[derive(Debug, Clone)]
pub(super) struct ColumnName {
    pub name: String,
    pub span: Range<usize>,
}

/// A number on each frame, or null.
#[derive(Debug, Clone)]
pub(super) enum Number {
    Constant(Value),
    /// Null on every frame (division by a zero written out).
    Null,
    Floats(ColumnName),
    Ints(ColumnName),
    ClassCount(ColumnName),
    LabelCount(Range<usize>),
    /// Index in the footage.
    Frame,
    /// ns UTC.
    Timestamp(Range<usize>),
    /// Seconds since the recording began.
    SinceStart(Range<usize>),
    /// Labels that are like that.
    Labels(Arc<LabelCount>),
    /// Change per second.
    Rate {
        value: Box<Number>,
        /// Of a heading: the short way counts.
        circle: Option<Circle>,
        name: ColumnName,
    },
    /// Over the time up to the frame.
    Window {
        function: WindowFunction,
        value: Box<Number>,
        length_ns: i64,
        /// Of a heading: the mean is that of directions.
        circle: Option<Circle>,
        name: ColumnName,
    },
    Negate(Box<Number>),
    Arithmetic {
        op: ArithmeticOp,
        left: Box<Number>,
        right: Box<Number>,
    },
}

impl Number {
    /// Whether its values are whole numbers that compare exactly.
    pub(super) fn is_exact(&self) -> bool {
        match self {
            Self::Ints(_)
            | Self::ClassCount(_)
            | Self::LabelCount(_)
            | Self::Labels(_)
            | Self::Frame
            | Self::Timestamp(_) => true,
            Self::Constant(value) => matches!(value, Value::Int(_)),
            Self::Null
            | Self::Floats(_)
            | Self::SinceStart(_)
            | Self::Rate { .. }
            | Self::Window { .. }
            | Self::Negate(_)
            | Self::Arithmetic { .. } => false,
        }
    }
}

/// A text on each frame, or null.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Constant(String),
    Metric(ColumnName),
    Recording,
    Camera,
    Store,
    Attribute(String),
}

/// What a text is tested for.
#[derive(Debug, Clone)]
pub(super) enum TextTest {
    Compare(CompareOp, String),
    OneOf(Vec<String>),
    Glob(Glob),
    IsNull,
}

impl TextTest {
    /// The outcome for a text, or for its absence.
    pub(super) fn outcome(&self, text: Option<&str>) -> Option<bool> {
        match (self, text) {
            (Self::IsNull, text) => Some(text.is_none()),
            (_, None) => None,
            (Self::Compare(op, other), Some(text)) => Some(op.holds(text.cmp(other.as_str()))),
            (Self::OneOf(list), Some(text)) => Some(list.iter().any(|entry| entry == text)),
            (Self::Glob(glob), Some(text)) => Some(glob.matches(text)),
        }
    }
}

/// The result of an arithmetic operation; NaN, which reads as null, for a division by zero.
pub(super) fn arithmetic(op: ArithmeticOp, left: f64, right: f64) -> f64 {
    match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Subtract => left - right,
        ArithmeticOp::Multiply => left * right,
        ArithmeticOp::Divide if right == 0.0 => f64::NAN,
        ArithmeticOp::Divide => left / right,
    }
}

/// The exact order of a whole number and a double; `None` for NaN.
pub(super) fn order_int_float(int: i64, float: f64) -> Option<Ordering> {
    // 2^63, the first double above every i64.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64")]
    let order = int.cmp(&(whole as i64));
    // Equal whole parts: what is left of the double decides.
    Some(order.then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0))))
}

/// The exact order of two numbers; `None` when one is NaN.
pub(super) fn order(left: Value, right: Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(&right),
        (Value::Int(left), Value::Float(right)) => order_int_float(left, right),
        (Value::Float(left), Value::Int(right)) => order_int_float(right, left).map(Ordering::reverse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the loss is what is tested")]
    fn whole_numbers_and_doubles_compare_exactly() {
        let big = (1_i64 << 53) + 1;
        for (int, float, expected) in [
            (2, 2.5, Some(Ordering::Less)),
            (-2, -2.5, Some(Ordering::Greater)),
            (2, 2.0, Some(Ordering::Equal)),
            (0, -0.0, Some(Ordering::Equal)),
            (0, -0.25, Some(Ordering::Greater)),
            (big, big as f64, Some(Ordering::Greater)),
            (i64::MAX, i64::MAX as f64, Some(Ordering::Less)),
            (i64::MIN, i64::MIN as f64, Some(Ordering::Equal)),
            (i64::MIN, f64::NEG_INFINITY, Some(Ordering::Greater)),
            (1, f64::NAN, None),
        ] {
            assert_eq!(order_int_float(int, float), expected, "{int} {float}");
        }
    }
}
