//! Closed intervals of numbers: what every comparison with a constant comes down to.

use std::cmp::Ordering;

use super::{
    ast::{CompareOp, Number as Value},
    typed::order,
};

/// 2^63, the first double above every i64.
const INT_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// An interval with both ends included; empty when `low > high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bounds {
    /// For values that are whole numbers.
    Int { low: i64, high: i64 },
    /// For doubles.
    Float { low: f64, high: f64 },
}

impl Bounds {
    const EMPTY_INT: Self = Self::Int { low: 1, high: 0 };

    /// The whole numbers `x` with `x op limit`; [`CompareOp::NotEqual`] gives those equal, for the caller to deny.
    pub(super) fn of_ints(op: CompareOp, limit: Value) -> Self {
        let low = |strict| int_low(limit, strict);
        let high = |strict| int_high(limit, strict);
        let bounds = match op {
            CompareOp::Equal | CompareOp::NotEqual => low(false).zip(high(false)),
            CompareOp::Less => high(true).map(|high| (i64::MIN, high)),
            CompareOp::LessEqual => high(false).map(|high| (i64::MIN, high)),
            CompareOp::Greater => low(true).map(|low| (low, i64::MAX)),
            CompareOp::GreaterEqual => low(false).map(|low| (low, i64::MAX)),
        };
        bounds.map_or(Self::EMPTY_INT, |(low, high)| Self::Int { low, high })
    }

    /// The doubles `x` with `x op limit`; [`CompareOp::NotEqual`] gives those equal, for the caller to deny.
    pub(super) fn of_floats(op: CompareOp, limit: Value) -> Self {
        // The doubles nearest to the limit from both sides; the same one unless a whole number has too many digits.
        let near = limit.as_f64();
        let (below, above) = match order(limit, Value::Float(near)) {
            Some(Ordering::Less) => (near.next_down(), near),
            Some(Ordering::Greater) => (near, near.next_up()),
            _ => (near, near),
        };
        #[expect(clippy::float_cmp, reason = "the two are one double or neighbours")]
        let exact = below == above;
        let (low, high) = match op {
            CompareOp::Equal | CompareOp::NotEqual => (above, below),
            CompareOp::Less => (f64::NEG_INFINITY, if exact { below.next_down() } else { below }),
            CompareOp::LessEqual => (f64::NEG_INFINITY, below),
            CompareOp::Greater => (if exact { above.next_up() } else { above }, f64::INFINITY),
            CompareOp::GreaterEqual => (above, f64::INFINITY),
        };
        Self::Float { low, high }
    }

    /// The values in both intervals; `None` for intervals of different kinds.
    pub(super) fn intersect(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Int { low: a, high: b }, Self::Int { low: c, high: d }) => {
                Some(Self::Int { low: a.max(c), high: b.min(d) })
            }
            (Self::Float { low: a, high: b }, Self::Float { low: c, high: d }) => {
                Some(Self::Float { low: a.max(c), high: b.min(d) })
            }
            _ => None,
        }
    }
}

/// The numbers of an `in` list, ascending.
#[derive(Debug, Clone)]
pub(super) enum NumberList {
    /// For values that are whole numbers.
    Ints(Vec<i64>),
    /// For doubles.
    Floats(Vec<f64>),
}

impl NumberList {
    /// The list of what intervals of one kind hold, each one number or none.
    pub(super) fn of(bounds: impl Iterator<Item = Bounds>) -> Self {
        let (mut ints, mut floats) = (Vec::new(), Vec::new());
        for bounds in bounds {
            match bounds {
                Bounds::Int { low, high } if low <= high => ints.push(low),
                // Adding zero makes the negative zero positive, so that the order is total.
                Bounds::Float { low, high } if low <= high => floats.push(low + 0.0),
                Bounds::Int { .. } | Bounds::Float { .. } => {}
            }
        }
        ints.sort_unstable();
        floats.sort_unstable_by(f64::total_cmp);
        if floats.is_empty() { Self::Ints(ints) } else { Self::Floats(floats) }
    }

    /// Whether the list has this whole number.
    pub(super) fn has_int(&self, value: i64) -> bool {
        matches!(self, Self::Ints(list) if list.binary_search(&value).is_ok())
    }

    /// Whether the list has this double.
    pub(super) fn has_float(&self, value: f64) -> bool {
        matches!(self, Self::Floats(list) if list.binary_search_by(|entry| entry.total_cmp(&(value + 0.0))).is_ok())
    }
}

/// The smallest whole number at or (`strict`) above `limit`, if there is one.
#[expect(clippy::cast_possible_truncation, reason = "casts saturate, and the range is checked first")]
fn int_low(limit: Value, strict: bool) -> Option<i64> {
    match limit {
        Value::Int(limit) if strict => limit.checked_add(1),
        Value::Int(limit) => Some(limit),
        Value::Float(limit) => {
            let whole = if strict { limit.floor() } else { limit.ceil() };
            if whole >= INT_LIMIT {
                None
            } else if whole < -INT_LIMIT {
                Some(i64::MIN)
            } else if strict {
                (whole as i64).checked_add(1)
            } else {
                Some(whole as i64)
            }
        }
    }
}

/// The largest whole number at or (`strict`) below `limit`, if there is one.
#[expect(clippy::cast_possible_truncation, reason = "casts saturate, and the range is checked first")]
fn int_high(limit: Value, strict: bool) -> Option<i64> {
    match limit {
        Value::Int(limit) if strict => limit.checked_sub(1),
        Value::Int(limit) => Some(limit),
        Value::Float(limit) => {
            let whole = if strict { limit.ceil() } else { limit.floor() };
            if whole < -INT_LIMIT {
                None
            } else if whole >= INT_LIMIT {
                Some(i64::MAX)
            } else if strict {
                (whole as i64).checked_sub(1)
            } else {
                Some(whole as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPS: [CompareOp; 5] =
        [CompareOp::Equal, CompareOp::Less, CompareOp::LessEqual, CompareOp::Greater, CompareOp::GreaterEqual];

    fn ints() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), -4_i64..4, Just(i64::MIN), Just(i64::MAX), Just(1 << 53), Just((1 << 53) + 1)]
    }

    fn floats() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>().prop_filter("limits are finite", |v| v.is_finite()),
            (-8_i32..8).prop_map(|v| f64::from(v) / 2.0),
            Just(-0.0),
            Just(INT_LIMIT),
            Just(-INT_LIMIT),
            Just(9_007_199_254_740_992.0),
            Just(f64::MAX),
            Just(f64::MIN),
        ]
    }

    proptest! {
        #[test]
        fn an_interval_of_whole_numbers_is_the_comparison(
            x in ints(), limit in prop_oneof![ints().prop_map(Value::Int), floats().prop_map(Value::Float)],
        ) {
            for op in OPS {
                let Bounds::Int { low, high } = Bounds::of_ints(op, limit) else { panic!("not whole") };
                let expected = order(Value::Int(x), limit).is_some_and(|order| op.holds(order));
                prop_assert_eq!(low <= x && x <= high, expected, "{:?} {:?}", op, limit);
            }
        }

        #[test]
        fn an_interval_of_doubles_is_the_comparison(
            x in any::<f64>(), limit in prop_oneof![ints().prop_map(Value::Int), floats().prop_map(Value::Float)],
        ) {
            let near = limit.as_f64();
            for x in [x, near, near.next_up(), near.next_down(), -near] {
                for op in OPS {
                    let Bounds::Float { low, high } = Bounds::of_floats(op, limit) else { panic!("whole") };
                    let expected = order(Value::Float(x), limit).is_some_and(|order| op.holds(order));
                    prop_assert_eq!(low <= x && x <= high, expected, "{} {:?} {:?}", x, op, limit);
                }
            }
        }
    }
}
