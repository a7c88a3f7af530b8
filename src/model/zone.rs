//! Times written without a zone, brought to UTC by the zone that a person tells.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// A time zone in which times without one are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// Clocks change at whole quarters of an hour.
const QUARTER_NS: i64 = 900_000_000_000;

impl Zone {
    /// The zone of an IANA name such as `Europe/Berlin`; `None` when there is no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self { name: name.to_owned(), zone })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is added to a time in UTC to come to local time, ns.
    #[must_use]
    pub fn offset_ns(&self, utc_ns: i64) -> i64 {
        let offset = |time: Timestamp| i64::from(self.zone.to_offset(time).seconds()) * 1_000_000_000;
        Timestamp::from_nanosecond(i128::from(utc_ns)).map_or(0, offset)
    }

    /// A reader of times in the order of a file.
    #[must_use]
    pub fn reader(&self) -> LocalTimes<'_> {
        LocalTimes { zone: self, last: None, quarter: None, twice: Odd::default(), never: Odd::default() }
    }
}

/// Times that a zone has twice, or never: how many, and the first as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Odd {
    /// Number of them.
    pub count: u64,
    /// The first, without a zone.
    pub first: Option<String>,
}

impl Odd {
    fn add(&mut self, local: DateTime) {
        self.count += 1;
        self.first.get_or_insert_with(|| local.to_string());
    }
}

/// Reads local times one after the other. An hour that comes twice, when clocks go back, is told apart by the order: the
/// first of the two, unless that would go back in time. A time that never was, when clocks go forward, is read as if they
/// had not.
#[derive(Debug)]
pub struct LocalTimes<'a> {
    zone: &'a Zone,
    last: Option<i64>,
    /// A quarter of an hour, in local time, and what is taken off to come to UTC.
    quarter: Option<(i64, i64)>,
    /// Times that could be meant twice.
    pub twice: Odd,
    /// Times that the zone does not have.
    pub never: Odd,
}

impl LocalTimes<'_> {
    /// The time in ns UTC of a local time, given in ns as if it were UTC; `None` when it cannot be held.
    pub fn to_utc(&mut self, local_ns: i64) -> Option<i64> {
        let quarter = local_ns.div_euclid(QUARTER_NS);
        let utc = match self.quarter {
            Some((known, offset_ns)) if known == quarter => local_ns.checked_sub(offset_ns),
            _ => self.look_up(local_ns, quarter),
        }?;
        self.last = Some(utc);
        Some(utc)
    }

    fn look_up(&mut self, local_ns: i64, quarter: i64) -> Option<i64> {
        self.quarter = None;
        let local = Timestamp::from_nanosecond(i128::from(local_ns)).ok()?.to_zoned(TimeZone::UTC).datetime();
        let utc =
            |offset: jiff::tz::Offset| local_ns.checked_sub(i64::from(offset.seconds()).checked_mul(1_000_000_000)?);
        match self.zone.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                self.quarter = Some((quarter, i64::from(offset.seconds()) * 1_000_000_000));
                utc(offset)
            }
            AmbiguousOffset::Gap { before, .. } => {
                self.never.add(local);
                utc(before)
            }
            AmbiguousOffset::Fold { before, after } => {
                self.twice.add(local);
                let (first, second) = (utc(before), utc(after));
                if first.zip(self.last).is_some_and(|(first, last)| first < last) { second } else { first }
            }
        }
    }

    /// What a person should know, as what happened and what to do; `name` is what the times stand in.
    #[must_use]
    pub fn told(&self, name: &str) -> Vec<(String, String)> {
        let zone = &self.zone.name;
        let mut told = Vec::new();
        if let Some(first) = &self.twice.first {
            told.push((
                format!(
                    "{} times in {name} come twice in {zone}, where clocks went back (the first is {first}); their order told which is meant",
                    self.twice.count
                ),
                "write times with their zone, for example 2024-10-27T02:30:00+02:00".to_owned(),
            ));
        }
        if let Some(first) = &self.never.first {
            told.push((
                format!(
                    "{} times in {name} are none in {zone}, where clocks went forward (the first is {first}); they were read as if they had not",
                    self.never.count
                ),
                "correct time_zone in lake.toml, or write times with their zone".to_owned(),
            ));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{format_ns, parse_time_ns};

    fn read(zone: &str, times: &[&str]) -> (Vec<String>, u64, u64) {
        let zone = Zone::named(zone).unwrap();
        let mut reader = zone.reader();
        let utc =
            times.iter().map(|time| format_ns(reader.to_utc(parse_time_ns(time).unwrap()).unwrap())[..19].to_owned());
        (utc.collect(), reader.twice.count, reader.never.count)
    }

    #[test]
    fn local_times_become_utc() {
        for (zone, times, expected, twice, never) in [
            ("UTC", vec!["2024-05-01 08:00"], vec!["2024-05-01T08:00:00"], 0, 0),
            (
                "Europe/Berlin",
                vec!["2024-05-01 08:00", "2024-01-01 08:00"],
                vec!["2024-05-01T06:00:00", "2024-01-01T07:00:00"],
                0,
                0,
            ),
            ("America/New_York", vec!["2024-07-04 23:59:59"], vec!["2024-07-05T03:59:59"], 0, 0),
            ("Asia/Kathmandu", vec!["2024-07-04 00:00"], vec!["2024-07-03T18:15:00"], 0, 0),
            // Clocks go back at three: the hour from two comes twice.
            (
                "Europe/Berlin",
                vec![
                    "2024-10-27 01:59",
                    "2024-10-27 02:00",
                    "2024-10-27 02:59",
                    "2024-10-27 02:01",
                    "2024-10-27 03:00",
                ],
                vec![
                    "2024-10-26T23:59:00",
                    "2024-10-27T00:00:00",
                    "2024-10-27T00:59:00",
                    "2024-10-27T01:01:00",
                    "2024-10-27T02:00:00",
                ],
                3,
                0,
            ),
            // Clocks go forward at two: the hour from two never was.
            (
                "Europe/Berlin",
                vec!["2024-03-31 01:59", "2024-03-31 02:30", "2024-03-31 03:00"],
                vec!["2024-03-31T00:59:00", "2024-03-31T01:30:00", "2024-03-31T01:00:00"],
                0,
                1,
            ),
        ] {
            let (utc, found_twice, found_never) = read(zone, &times);
            assert_eq!(utc, expected, "{zone}");
            assert_eq!((found_twice, found_never), (twice, never), "{zone}");
        }
        assert_eq!(Zone::named("Mars/Olympus"), None);
        let zone = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(zone.reader().to_utc(i64::MIN), None);
        let mut reader = zone.reader();
        reader.to_utc(parse_time_ns("2024-10-27 02:30").unwrap());
        let told = reader.told("`when`");
        assert!(told[0].0.starts_with("1 times in `when` come twice in Europe/Berlin"), "{told:?}");
        assert!(told[0].0.contains("2024-10-27T02:30:00"), "{told:?}");
    }
}
