//! Times written as decimal numbers, kept exactly: a double holds seconds since 1970 only to a quarter of a microsecond.

use serde::{Deserialize, Serialize};

use crate::model::NULL_FLOAT;

/// Stands for "no time" where times are kept as plain `i64` nanoseconds.
pub(super) const NO_TIME: i64 = i64::MIN;

/// Unit of a numeric time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

impl TimeUnit {
    /// Nanoseconds in one unit.
    #[must_use]
    pub fn ns(self) -> i64 {
        match self {
            Self::S => 1_000_000_000,
            Self::Ms => 1_000_000,
            Self::Us => 1_000,
            Self::Ns => 1,
        }
    }

    /// The word for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::S => "seconds",
            Self::Ms => "milliseconds",
            Self::Us => "microseconds",
            Self::Ns => "nanoseconds",
        }
    }

    /// Reads a unit as columns and settings spell it: `ns`, `[ms]`, `Seconds`, `usec`, `µs`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => Self::S,
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => Self::Ms,
            "us" | "µs" | "μs" | "usec" | "usecs" | "micros" | "microsecond" | "microseconds" => Self::Us,
            "ns" | "nsec" | "nsecs" | "nanos" | "nanosecond" | "nanoseconds" => Self::Ns,
            _ => return None,
        })
    }
}

/// A number as a whole part and billionths above it; [`Decimal::NULL`] is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    /// Largest whole number not above the value.
    pub(super) whole: i64,
    /// Billionths above `whole`, below 1,000,000,000.
    pub(super) nano: u32,
}

const BILLION: i128 = 1_000_000_000;

impl Decimal {
    /// No number.
    pub(super) const NULL: Self = Self { whole: 0, nano: u32::MAX };

    /// Whether there is no number.
    pub(super) fn is_null(self) -> bool {
        self.nano == u32::MAX
    }

    /// A double, rounded to billionths; `NULL` for NaN and for what no `i64` holds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds are checked just before")]
    pub(super) fn from_f64(value: f64) -> Self {
        let whole = value.floor();
        // 2^63 itself is the first double past i64; NaN fails the comparison.
        if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&whole) {
            return Self::NULL;
        }
        let nano = ((value - whole) * 1e9).round() as u32;
        if nano == 1_000_000_000 {
            Self { whole: whole as i64 + 1, nano: 0 }
        } else {
            Self { whole: whole as i64, nano }
        }
    }

    /// Reads `-12.5`, `+3`, `.25`, `1.7e9`; `None` when the text is no number. Digits past the ninth are rounded.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::parse_plain(text.as_bytes()).or_else(|| {
            let value: f64 = text.parse().ok()?;
            let number = Self::from_f64(value);
            (!number.is_null()).then_some(number)
        })
    }

    fn parse_plain(text: &[u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        let point = digits.iter().position(|byte| *byte == b'.');
        let (whole_digits, fraction) = point.map_or((digits, &digits[..0]), |at| (&digits[..at], &digits[at + 1..]));
        if whole_digits.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut whole: i64 = 0;
        for byte in whole_digits {
            let digit = i64::from(digit(*byte)?);
            whole = whole.checked_mul(10)?.checked_add(digit)?;
        }
        let mut nano: i128 = 0;
        for at in 0..9 {
            nano = nano * 10 + i128::from(fraction.get(at).map_or(Some(0), |byte| digit(*byte))?);
        }
        for byte in fraction.iter().skip(9) {
            digit(*byte)?;
        }
        nano += i128::from(fraction.get(9).is_some_and(|byte| *byte >= b'5'));
        let total = i128::from(whole) * BILLION + nano;
        Some(Self::from_billionths(if negative { -total } else { total }))
    }

    fn from_billionths(total: i128) -> Self {
        match (i64::try_from(total.div_euclid(BILLION)), u32::try_from(total.rem_euclid(BILLION))) {
            (Ok(whole), Ok(nano)) => Self { whole, nano },
            _ => Self::NULL,
        }
    }

    /// The value in nanoseconds when it counts `unit`s, or [`NO_TIME`] when there is none or no `i64` holds it.
    pub(super) fn to_ns(self, unit: TimeUnit) -> i64 {
        if self.is_null() {
            return NO_TIME;
        }
        let ns = i128::from(self.whole) * i128::from(unit.ns())
            + (i128::from(self.nano) * i128::from(unit.ns()) + BILLION / 2) / BILLION;
        i64::try_from(ns).unwrap_or(NO_TIME)
    }

    /// The nearest double; NaN for `NULL`.
    #[expect(clippy::cast_precision_loss, reason = "used where times are compared by magnitude or shown as a metric")]
    pub(super) fn to_f64(self) -> f64 {
        if self.is_null() { NULL_FLOAT } else { self.whole as f64 + f64::from(self.nano) * 1e-9 }
    }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_decimal_times_exactly() {
        for (text, unit, expected) in [
            ("1714550400.123456789", TimeUnit::S, Some(1_714_550_400_123_456_789)),
            ("1714550400123.456789", TimeUnit::Ms, Some(1_714_550_400_123_456_789)),
            ("1714550400123456789", TimeUnit::Ns, Some(1_714_550_400_123_456_789)),
            ("1714550400123456.7894", TimeUnit::Us, Some(1_714_550_400_123_456_789)),
            ("-0.5", TimeUnit::S, Some(-500_000_000)),
            ("-1.25", TimeUnit::Ms, Some(-1_250_000)),
            ("+3", TimeUnit::S, Some(3_000_000_000)),
            (".25", TimeUnit::S, Some(250_000_000)),
            ("1.", TimeUnit::S, Some(1_000_000_000)),
            ("0.9999999999", TimeUnit::S, Some(1_000_000_000)),
            ("1.7e9", TimeUnit::S, Some(1_700_000_000_000_000_000)),
            ("9223372036854775807", TimeUnit::Ns, Some(i64::MAX)),
            ("9223372036854775807", TimeUnit::S, None),
            ("92233720368547758070", TimeUnit::Ns, None),
            (".", TimeUnit::S, None),
            ("", TimeUnit::S, None),
            ("nan", TimeUnit::S, None),
            ("12a", TimeUnit::S, None),
            ("1.2345678901x", TimeUnit::S, None),
        ] {
            let ns = Decimal::parse(text).map(|value| value.to_ns(unit)).filter(|ns| *ns != NO_TIME);
            assert_eq!(ns, expected, "{text}");
        }
        assert!(Decimal::from_f64(f64::NAN).is_null());
        assert!(Decimal::from_f64(1e19).is_null());
        assert_eq!(Decimal::from_f64(1.5).to_ns(TimeUnit::S), 1_500_000_000);
        assert_eq!(Decimal::from_f64(0.999_999_999_9).to_ns(TimeUnit::S), 1_000_000_000);
    }

    proptest! {
        #[test]
        fn text_of_ns_reads_back(ns in any::<i64>().prop_filter("not the null", |ns| *ns != NO_TIME)) {
            let sign = if ns < 0 { "-" } else { "" };
            let (whole, nano) = (ns.unsigned_abs() / 1_000_000_000, ns.unsigned_abs() % 1_000_000_000);
            let text = format!("{sign}{whole}.{nano:09}");
            prop_assert_eq!(Decimal::parse(&text).unwrap().to_ns(TimeUnit::S), ns);
        }
    }
}
