//! What a person tells about sensor files: `[sensors."recordings/*/metrics/gps.csv"]` of `lake.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use wildmatch::WildMatch;

use super::ClockUnit;
use crate::model::{Problem, Zone};

/// What one pattern tells about the sensor files it matches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensorSetting {
    /// Added to every time, seconds.
    #[serde(deserialize_with = "offset")]
    pub offset_s: Option<f64>,
    /// IANA zone of times without one, in place of the lake's.
    #[serde(deserialize_with = "zone")]
    pub time_zone: Option<String>,
    /// Unit of times that are numbers.
    pub time_unit: Option<ClockUnit>,
    /// The column of the times, or the field of messages that holds their stamp.
    pub time_column: Option<String>,
}

impl SensorSetting {
    /// Itself, with what is absent taken from another.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            offset_s: self.offset_s.or(other.offset_s),
            time_zone: self.time_zone.or_else(|| other.time_zone.clone()),
            time_unit: self.time_unit.or(other.time_unit),
            time_column: self.time_column.or_else(|| other.time_column.clone()),
        }
    }
}

/// The settings of all sensor files of a lake, by pattern: the path of a file inside the lake, with `*` and `?`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SensorSettings {
    /// By pattern.
    pub by_pattern: BTreeMap<String, SensorSetting>,
}

impl SensorSettings {
    /// What holds for a file: each key from the pattern that names it most closely among those that have the key.
    #[must_use]
    pub fn of(&self, path: &str) -> SensorSetting {
        let mut matching: Vec<((bool, usize), &SensorSetting)> = self
            .by_pattern
            .iter()
            .filter_map(|(pattern, setting)| Some((closeness(pattern, path)?, setting)))
            .collect();
        matching.sort_by_key(|(closeness, _)| std::cmp::Reverse(*closeness));
        matching.into_iter().fold(SensorSetting::default(), |found, (_, setting)| found.or(setting))
    }

    /// Patterns that match none of the files.
    #[must_use]
    pub fn problems(&self, file: &str, paths: &[String]) -> Vec<Problem> {
        let idle =
            self.by_pattern.keys().filter(|pattern| !paths.iter().any(|path| closeness(pattern, path).is_some()));
        idle.map(|pattern| {
            let what = format!("sensors.\"{pattern}\" matches no sensor file of the lake");
            Problem::new(file, what, "Write the path of a file inside the lake, with * for any text.")
        })
        .collect()
    }
}

/// How closely a pattern names a path: the path itself first, then by the characters that are no wildcards.
#[must_use]
pub fn closeness(pattern: &str, path: &str) -> Option<(bool, usize)> {
    let exact = pattern == path;
    let literal = pattern.chars().filter(|c| !matches!(c, '*' | '?')).count();
    (exact || WildMatch::new(pattern).matches(path)).then_some((exact, literal))
}

fn offset<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let seconds = f64::deserialize(from)?;
    if seconds.abs() <= 1e9 {
        return Ok(Some(seconds));
    }
    Err(D::Error::custom("offset_s is a number of seconds, at most 1e9"))
}

fn zone<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    if Zone::named(&name).is_some() {
        return Ok(Some(name));
    }
    Err(D::Error::custom(format!("time_zone \"{name}\" is not an IANA zone such as \"Europe/Berlin\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_comes_from_the_closest_pattern_that_has_it() {
        let all: SensorSettings = toml::from_str(
            "[\"*\"]\noffset_s = 1\n[\"*.csv\"]\ntime_zone = \"Asia/Tokyo\"\ntime_unit = \"ms\"\n[\"recordings/d1/metrics/gps.csv\"]\noffset_s = -0.5",
        )
        .unwrap();
        let found = all.of("recordings/d1/metrics/gps.csv");
        assert_eq!((found.offset_s, found.time_zone.as_deref()), (Some(-0.5), Some("Asia/Tokyo")));
        assert_eq!((found.time_unit, found.time_column), (Some(ClockUnit::Ms), None));
        let other = all.of("recordings/d2/metrics/can.parquet");
        assert_eq!((other.offset_s, other.time_zone), (Some(1.0), None));
        let told = all.problems("lake.toml", &["recordings/d2/metrics/can.parquet".to_owned()]);
        assert_eq!(told.len(), 2, "{told:?}");
        for wrong in
            ["[a]\noffset_s = inf", "[a]\ntime_zone = \"Berlin\"", "[a]\nshift = 1", "[a]\ntime_unit = \"min\""]
        {
            assert!(toml::from_str::<SensorSettings>(wrong).is_err(), "{wrong}");
        }
    }
}
