//! Times of frames: which unit a column of numbers is in.

use super::structure::Values;
use crate::model::parse_time_ns;

/// Times of the frames of a footage.
#[derive(Debug, Clone, PartialEq)]
pub enum Clock {
    /// Times of the frames, ns since 1970 (or since the footage's own zero): one per frame, or as many as the store
    /// holds when that is another number.
    Timestamps(Vec<i64>),
    /// Frames a second, from the first frame.
    Rate(f64),
    /// The store tells neither.
    Unknown,
}

/// Unit of a time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// s
    Seconds,
    /// ms
    Milliseconds,
    /// µs
    Microseconds,
    /// ns
    Nanoseconds,
}

impl TimeUnit {
    fn ns(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1000,
            Self::Nanoseconds => 1,
        }
    }

    /// Name for a person.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }

    /// The unit an attribute tells.
    pub(super) fn named(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => Some(Self::Seconds),
            "ms" | "msec" | "millisecond" | "milliseconds" => Some(Self::Milliseconds),
            "us" | "µs" | "μs" | "usec" | "microsecond" | "microseconds" => Some(Self::Microseconds),
            "ns" | "nsec" | "nanosecond" | "nanoseconds" => Some(Self::Nanoseconds),
            _ => None,
        }
    }

    /// The unit by magnitude. Times since 1970 tell it by falling between 1990 and 2100 with a step between frames of
    /// at most an hour; times from a zero of their own by the step, which is between some microseconds and some seconds.
    fn guess(smallest: f64, largest: f64, step: f64, whole: bool) -> Self {
        const YEAR_1990_S: f64 = 631_152_000.0;
        const YEAR_2100_S: f64 = 4_102_444_800.0;
        #[expect(clippy::cast_precision_loss, reason = "powers of ten up to 1e9 are exact")]
        let seconds = |value: f64, unit: Self| value * unit.ns() as f64 / 1e9;
        let since_1970 = |unit: &Self| {
            seconds(smallest, *unit) >= YEAR_1990_S
                && seconds(largest, *unit) <= YEAR_2100_S
                && seconds(step, *unit) <= 3600.0
        };
        let units = [Self::Nanoseconds, Self::Microseconds, Self::Milliseconds, Self::Seconds];
        if let Some(unit) = units.into_iter().find(since_1970) {
            return unit;
        }
        match step {
            s if !whole && s < 10.0 => Self::Seconds,
            s if s >= 5e5 => Self::Nanoseconds,
            s if s >= 500.0 => Self::Microseconds,
            s if s > 1.0 => Self::Milliseconds,
            _ => Self::Seconds,
        }
    }
}

/// A unit as an attribute tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnitText {
    pub(super) unit: TimeUnit,
    /// The time that 0 stands for, ns since 1970.
    pub(super) since_ns: Option<i64>,
}

impl UnitText {
    /// Reads `ms`, or `seconds since 2024-05-01 08:00:00` as netCDF writes it.
    pub(super) fn of(text: &str) -> Option<Self> {
        let Some((unit, since)) = text.split_once(" since ") else {
            return Some(Self { unit: TimeUnit::named(text)?, since_ns: None });
        };
        Some(Self { unit: TimeUnit::named(unit)?, since_ns: Some(parse_time_ns(since)?) })
    }
}

/// Times in ns and the unit they were taken for; nothing when a value is no number or does not fit.
pub(super) fn to_ns(values: &Values, known: Option<TimeUnit>) -> Option<(Vec<i64>, TimeUnit)> {
    match values {
        Values::Integers(values) => {
            #[expect(clippy::cast_precision_loss, reason = "the magnitude is enough")]
            let unit = known.unwrap_or_else(|| guess_unit(values.iter().map(|v| *v as f64), true));
            let times: Option<Vec<i64>> = values.iter().map(|v| v.checked_mul(unit.ns())).collect();
            Some((times?, unit))
        }
        Values::Floats(values) => {
            let whole = values.iter().all(|v| v.fract() == 0.0);
            let unit = known.unwrap_or_else(|| guess_unit(values.iter().copied(), whole));
            let times: Option<Vec<i64>> = values.iter().map(|v| float_ns(*v, unit.ns())).collect();
            Some((times?, unit))
        }
        Values::Texts(_) => None,
    }
}

/// Times that count from `since_ns`; nothing when one does not fit.
pub(super) fn since(times: Vec<i64>, since_ns: Option<i64>) -> Option<Vec<i64>> {
    let Some(since_ns) = since_ns else { return Some(times) };
    times.into_iter().map(|time| time.checked_add(since_ns)).collect()
}

fn guess_unit(values: impl Iterator<Item = f64> + Clone, whole: bool) -> TimeUnit {
    let (smallest, largest) = values
        .clone()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, 0.0_f64), |(smallest, largest), v| (smallest.min(v.abs()), largest.max(v.abs())));
    TimeUnit::guess(smallest, largest, typical_step(values), whole)
}

/// Whole and fractional part apart, so that seconds since 1970 keep their microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked to be in range first")]
fn float_ns(value: f64, unit_ns: i64) -> Option<i64> {
    let whole = value.trunc();
    if !value.is_finite() || whole.abs() >= 9.2e18 {
        return None;
    }
    let rest = ((value - whole) * unit_ns as f64).round() as i64;
    (whole as i64).checked_mul(unit_ns)?.checked_add(rest)
}

/// The median difference between neighbours, over at most a thousand of them.
fn typical_step(values: impl Iterator<Item = f64>) -> f64 {
    let first: Vec<f64> = values.take(1000).collect();
    let mut steps: Vec<f64> = first.windows(2).map(|w| (w[1] - w[0]).abs()).filter(|s| *s > 0.0).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_by_magnitude() {
        use TimeUnit::{Microseconds, Milliseconds, Nanoseconds, Seconds};
        let epoch = 1_700_000_000_i64;
        for (name, first, step, unit) in [
            ("ns", epoch * 1_000_000_000, 33_333_333, Nanoseconds),
            ("us", epoch * 1_000_000, 33_333, Microseconds),
            ("ms", epoch * 1000, 33, Milliseconds),
            ("s", epoch, 1, Seconds),
            ("ns from 0", 0, 100_000_000, Nanoseconds),
            ("us from 0", 0, 100_000, Microseconds),
            ("ms from 0", 0, 100, Milliseconds),
            ("s from 0", 0, 1, Seconds),
            ("ns since the start of the machine", 30_000_000_000_000, 50_000_000, Nanoseconds),
            ("us since the start of the machine", 30_000_000_000, 50_000, Microseconds),
        ] {
            let values = Values::Integers((0..100).map(|i| first + i * step).collect());
            let (times, found) = to_ns(&values, None).unwrap();
            assert_eq!(found, unit, "{name}");
            assert_eq!(times[1] - times[0], step * unit.ns(), "{name}");
        }
        let long = Values::Integers((0..500_000).map(|i| i * 100_000_000).collect());
        assert_eq!(to_ns(&long, None).unwrap().1, Nanoseconds);
        let seconds = Values::Floats((0..50).map(|i| 1_700_000_000.25 + f64::from(i) * 0.1).collect());
        let (times, unit) = to_ns(&seconds, None).unwrap();
        assert_eq!((unit, times[0]), (Seconds, 1_700_000_000_250_000_000));
        let relative = Values::Floats((0..50).map(|i| f64::from(i) * 0.05).collect());
        assert_eq!(to_ns(&relative, None).unwrap().1, Seconds);
        let whole = Values::Floats((0..50).map(f64::from).collect());
        assert_eq!(to_ns(&whole, None).unwrap().1, Seconds);
    }

    #[test]
    fn units_as_they_are_told() {
        use TimeUnit::{Milliseconds, Seconds};
        for (text, expected) in [
            ("ms", Some((Milliseconds, None))),
            ("seconds since 1970-01-01 00:00:02", Some((Seconds, Some(2_000_000_000)))),
            ("seconds since yesterday", None),
            ("deg", None),
        ] {
            assert_eq!(UnitText::of(text).map(|told| (told.unit, told.since_ns)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        assert_eq!(to_ns(&Values::Floats(vec![0.0, f64::NAN]), None), None);
        assert_eq!(to_ns(&Values::Integers(vec![i64::MAX]), Some(TimeUnit::Seconds)), None);
        assert_eq!(to_ns(&Values::Texts(vec!["1".into()]), None), None);
        assert_eq!(to_ns(&Values::Integers(vec![]), None).map(|(times, _)| times), Some(vec![]));
    }
}
