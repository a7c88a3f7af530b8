//! Stretches of time: as a filter writes them, and as options of the command line do.

use super::{
    FilterError,
    ast::Duration,
    token::{Token, TokenKind, lex},
    unit,
};

/// The duration in ns.
pub(super) fn duration_ns(duration: &Duration) -> Result<i64, FilterError> {
    in_ns(duration.value.as_f64(), &duration.unit)
        .map_err(|message| FilterError::new(duration.span.clone(), message).hint("use ns, us, ms, s, min or h"))
}

/// Reads `2s`, `500 ms`, `1.5 min` as ns.
///
/// # Errors
/// What is wrong with the text, and how it is written.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a duration; write a number and a unit, for example 2s, 500ms or 1.5min");
    let (tokens, error) = lex(text);
    match (tokens.as_slice(), error) {
        ([Token { kind: TokenKind::Number { digits, unit: Some(unit) }, .. }], None) => {
            in_ns(digits.parse().map_err(|_| wrong())?, &unit.text).map_err(|message| format!("{message}; {}", wrong()))
        }
        _ => Err(wrong()),
    }
}

fn in_ns(value: f64, unit: &str) -> Result<i64, String> {
    // 2^63, the first double above every i64.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let ns = unit::convert(value, unit, "ns").ok_or_else(|| format!("`{unit}` is not a unit of time"))?.round();
    if ns >= LIMIT {
        return Err("this is longer than any time between two frames".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64")]
    let ns = ns as i64;
    Ok(ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        for (text, expected) in [
            ("2s", Some(2_000_000_000)),
            (" 500 ms", Some(500_000_000)),
            ("1.5 min", Some(90_000_000_000)),
            ("0s", Some(0)),
            ("0.1s", Some(100_000_000)),
            ("3 h", Some(10_800_000_000_000)),
            ("1000000 h", Some(3_600_000_000_000_000_000)),
            ("10000000 h", None),
            ("2", None),
            ("-2s", None),
            ("s", None),
            ("2 kg", None),
            ("2s x", None),
            ("", None),
        ] {
            assert_eq!(parse_duration(text).ok(), expected, "{text}");
        }
    }
}
