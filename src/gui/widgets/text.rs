//! Numbers, times and names as people read them.

use std::time::Duration;

use crate::model::format_ns;

/// `1,234,567`
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 frame`, `3 frames`
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A value with about five significant digits, without trailing zeros.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = match size {
        size if size >= 10_000.0 => 1,
        size if size >= 1000.0 => 2,
        size if size >= 1.0 => 3,
        _ => 5,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A value that came as text, shortened when it is a number.
#[must_use]
pub fn shortened(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(parsed) if value.contains('.') => number(parsed),
        _ => value.to_owned(),
    }
}

/// A unit worth showing: `1` says only that there is none.
#[must_use]
pub fn unit_text(unit: Option<&str>) -> Option<&str> {
    unit.filter(|unit| !matches!(*unit, "" | "1"))
}

/// `2 h 05 min`, `3 min 20 s`, `12 s`, `0.4 s`
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        3600.. => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        60.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
        10.. => format!("{seconds} s"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// `0:03.250`: minutes, seconds and milliseconds since a recording began.
#[must_use]
pub fn clock(ns: i64) -> String {
    let ms = ns.unsigned_abs() / 1_000_000;
    let sign = if ns < 0 && ms > 0 { "−" } else { "" };
    format!("{sign}{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
}

/// `2024-05-01 08:00:00.125`, UTC.
#[must_use]
pub fn time_utc(ns: i64) -> String {
    let full = format_ns(ns);
    match (full.get(..10), full.get(11..23)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => full,
    }
}

/// `4.2 MB`
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
pub fn bytes(size: u64) -> String {
    let mut value = size as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    if unit == "B" || value >= 100.0 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(value), expected);
        }
        for (value, expected) in [
            (0.0, "0"),
            (12.5, "12.5"),
            (-0.25, "-0.25"),
            (3.0, "3"),
            (1234.567, "1234.57"),
            (0.000_01, "1.000e-5"),
            (100.0, "100"),
            (48_291.26, "48291.3"),
        ] {
            assert_eq!(number(value), expected);
        }
        for (seconds, expected) in [(0.42, "0.4 s"), (12.0, "12 s"), (200.0, "3 min 20 s"), (7500.0, "2 h 05 min")] {
            assert_eq!(duration(Duration::from_secs_f64(seconds)), expected);
        }
        assert_eq!(clock(63_250_000_000), "1:03.250");
        assert_eq!(clock(-500_000_000), "−0:00.500");
        assert_eq!(time_utc(0), "1970-01-01 00:00:00.000");
        assert_eq!(
            (bytes(999), bytes(4_200_000), bytes(512_000_000)),
            ("999 B".into(), "4.2 MB".into(), "512 MB".into())
        );
    }
}
