//! Groups by time: hours, days and weekdays of ascending times.

use std::ops::Range;

use super::{GroupKey, KeyValue};
use crate::model::Zone;

const HOUR_NS: i64 = 3_600_000_000_000;
const DAY_NS: i64 = 24 * HOUR_NS;
/// Clocks change at whole quarters of an hour, so that within one every key of time stays the same.
const QUARTER_NS: i64 = HOUR_NS / 4;

/// The value that a time has for a key of time; `None` for other keys.
#[must_use]
pub fn key_of(key: &GroupKey, time_ns: i64, zone: Option<&Zone>) -> Option<KeyValue> {
    let local = || time_ns.saturating_add(zone.map_or(0, |zone| zone.offset_ns(time_ns)));
    Some(match key {
        GroupKey::Hour => KeyValue::Time(time_ns.div_euclid(HOUR_NS).saturating_mul(HOUR_NS)),
        GroupKey::HourOfDay => KeyValue::Int(local().rem_euclid(DAY_NS) / HOUR_NS),
        // The first of January 1970 was a Thursday.
        GroupKey::Weekday => {
            KeyValue::Weekday(u8::try_from((local().div_euclid(DAY_NS) + 3).rem_euclid(7)).unwrap_or_default())
        }
        GroupKey::Day => KeyValue::Day(i32::try_from(local().div_euclid(DAY_NS)).unwrap_or_default()),
        _ => return None,
    })
}

/// Splits rows whose times ascend into runs of which each has one value for every key of time.
#[must_use]
pub fn split(times: &[i64], keys: &[GroupKey], zone: Option<&Zone>) -> Vec<(Range<usize>, Vec<KeyValue>)> {
    let of = |time: i64| keys.iter().filter_map(|key| key_of(key, time, zone)).collect::<Vec<_>>();
    let mut found: Vec<(Range<usize>, Vec<KeyValue>)> = Vec::new();
    let mut at = 0;
    while at < times.len() {
        let end_ns = times[at].div_euclid(QUARTER_NS).saturating_add(1).saturating_mul(QUARTER_NS);
        // Rows are looked through one by one where times are out of order; they never are in samples.
        let end = at + times[at..].partition_point(|time| *time < end_ns).max(1);
        let values = of(times[at]);
        match found.last_mut() {
            Some((rows, known)) if *known == values => rows.end = end,
            _ => found.push((at..end, values)),
        }
        at = end;
    }
    found
}

/// A day as text: `2024-05-01`.
#[must_use]
pub fn day_text(day: i32) -> String {
    crate::model::format_ns(i64::from(day).saturating_mul(DAY_NS)).chars().take(10).collect()
}

/// The times of a day in UTC, without its end; `None` beyond what times can hold.
#[must_use]
pub fn day_span(day: i32, zone: Option<&Zone>) -> Option<(i64, i64)> {
    let begin = |day: i64| {
        let local = day.checked_mul(DAY_NS)?;
        match zone {
            Some(zone) => zone.reader().to_utc(local),
            None => Some(local),
        }
    };
    Some((begin(i64::from(day))?, begin(i64::from(day) + 1)?))
}

/// The times of an hour that begins at `start_ns`, without its end.
#[must_use]
pub fn hour_span(start_ns: i64) -> (i64, i64) {
    (start_ns, start_ns.saturating_add(HOUR_NS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_time_ns;

    fn at(text: &str) -> i64 {
        parse_time_ns(text).unwrap()
    }

    #[test]
    fn hours_are_utc_and_days_local() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let time = at("2024-05-01T22:30:00Z");
        for (key, zone, expected) in [
            (GroupKey::Hour, None, KeyValue::Time(at("2024-05-01T22:00:00Z"))),
            (GroupKey::Hour, Some(&zone), KeyValue::Time(at("2024-05-01T22:00:00Z"))),
            (GroupKey::HourOfDay, None, KeyValue::Int(22)),
            (GroupKey::HourOfDay, Some(&zone), KeyValue::Int(0)),
            (GroupKey::Weekday, None, KeyValue::Weekday(2)),
            (GroupKey::Weekday, Some(&zone), KeyValue::Weekday(3)),
        ] {
            assert_eq!(key_of(&key, time, zone), Some(expected), "{key}");
        }
        let Some(KeyValue::Day(day)) = key_of(&GroupKey::Day, time, Some(&zone)) else { panic!("no day") };
        assert_eq!(day_text(day), "2024-05-02");
        assert_eq!(day_span(day, Some(&zone)), Some((at("2024-05-01T22:00Z"), at("2024-05-02T22:00Z"))));
        assert_eq!(key_of(&GroupKey::Hour, -1, None), Some(KeyValue::Time(-HOUR_NS)));
        assert_eq!(key_of(&GroupKey::Recording, 0, None), None);
    }

    #[test]
    fn the_hour_when_clocks_go_back_has_two_hours() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let start = at("2024-10-27T00:00:00Z");
        let times: Vec<i64> = (0..8).map(|quarter| start + quarter * QUARTER_NS).collect();
        let found = split(&times, &[GroupKey::HourOfDay], Some(&zone));
        assert_eq!(found, [(0..8, vec![KeyValue::Int(2)])]);
        let found = split(&times, &[GroupKey::Hour], Some(&zone));
        assert_eq!(found.iter().map(|(rows, _)| rows.clone()).collect::<Vec<_>>(), [0..4, 4..8]);
        assert_eq!(split(&[], &[GroupKey::Hour], None), []);
    }
}
