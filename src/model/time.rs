//! Times as text: UTC with nine digits out, ISO 8601 in.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// `2024-05-01T08:00:00.000000000Z`: UTC, nine digits, so that text sorts as time does.
#[must_use]
pub fn format_ns(ns: i64) -> String {
    // Every i64 of nanoseconds lies between the years 1677 and 2262, which jiff can hold.
    Timestamp::from_nanosecond(i128::from(ns)).map_or_else(|_| ns.to_string(), |time| format!("{time:.9}"))
}

/// A time as text tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenTime {
    /// ns UTC; without a zone, of the same figures in UTC.
    pub ns: i64,
    /// Whether the text tells `Z` or an offset.
    pub zoned: bool,
}

/// Reads ISO 8601 text to ns UTC. `2024-05-01`, `2024-05-01T08:00`, with `T` or a space, with `Z`, an offset, or no
/// zone at all (then UTC). `None` when it is not such a time or lies outside what 64-bit nanoseconds can hold.
#[must_use]
pub fn parse_time_ns(text: &str) -> Option<i64> {
    parse_written_time(text).map(|time| time.ns)
}

/// As [`parse_time_ns`], with whether the text tells a zone.
#[must_use]
pub fn parse_written_time(text: &str) -> Option<WrittenTime> {
    let text = text.trim();
    let (time, zoned) = if let Ok(time) = text.parse::<Timestamp>() {
        (time, true)
    } else {
        let without_z = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let time = without_z.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        (time, without_z.len() < text.len())
    };
    Some(WrittenTime { ns: i64::try_from(time.as_nanosecond()).ok()?, zoned })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_times() {
        for (text, expected) in [
            ("2024-05-01T08:00Z", Some("2024-05-01T08:00:00.000000000Z")),
            ("2024-05-01", Some("2024-05-01T00:00:00.000000000Z")),
            ("2024-05-01 08:00:01.5", Some("2024-05-01T08:00:01.500000000Z")),
            ("2024-05-01T08:00:00+02:00", Some("2024-05-01T06:00:00.000000000Z")),
            ("soon", None),
            ("9999-01-01", None),
        ] {
            assert_eq!(parse_time_ns(text).map(format_ns).as_deref(), expected, "{text}");
        }
        for (text, zoned) in
            [("2024-05-01T08:00Z", true), ("2024-05-01 08:00+02:00", true), ("2024-05-01 08:00", false)]
        {
            assert_eq!(parse_written_time(text).map(|time| time.zoned), Some(zoned), "{text}");
        }
        assert_eq!(format_ns(i64::MIN), "1677-09-21T00:12:43.145224192Z");
    }
}
