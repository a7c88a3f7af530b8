//! What a person tells about footages: `[footages."recording/camera"]` of `lake.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use wildmatch::WildMatch;

use crate::model::{Footage, Look, Problem, ValueRange, parse_time_ns};

/// The keys there are.
pub(super) const FOOTAGE_KEYS: [&str; 9] =
    ["channels", "order", "rate_hz", "starts_at", "clock", "times", "offset_s", "range", "video_camera_oid"];

/// Which colour is stored first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red.
    Rgb,
    /// Blue.
    Bgr,
}

/// Order of the axes of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AxisOrder {
    /// Rows, columns, channels.
    Hwc,
    /// Channels, rows, columns.
    Chw,
    /// Rows, columns.
    Hw,
}

/// Unit of the numbers in an array of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockUnit {
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

impl AxisOrder {
    /// As settings write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hwc => "hwc",
            Self::Chw => "chw",
            Self::Hw => "hw",
        }
    }
}

impl ClockUnit {
    /// As settings write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::S => "s",
            Self::Ms => "ms",
            Self::Us => "us",
            Self::Ns => "ns",
        }
    }
}

/// What one pattern tells about the footages it matches. What is absent is as the store or the guess says.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct FootageSetting {
    /// Which colour is stored first.
    pub channels: Option<Channels>,
    /// Order of the axes of a frame.
    pub order: Option<AxisOrder>,
    /// Frames a second, in place of any times.
    #[serde(deserialize_with = "rate")]
    pub rate_hz: Option<f64>,
    /// Time of the first frame, ns UTC.
    #[serde(deserialize_with = "time")]
    pub starts_at: Option<i64>,
    /// Unit of the times.
    pub clock: Option<ClockUnit>,
    /// Path of the array of times inside the store.
    #[serde(deserialize_with = "dataset")]
    pub times: Option<String>,
    /// Added to every time, seconds.
    #[serde(deserialize_with = "offset")]
    pub offset_s: Option<f64>,
    /// Which values are black and white.
    #[serde(deserialize_with = "range")]
    pub range: Option<ValueRange>,
    /// The camera's number in detection events.
    pub video_camera_oid: Option<i64>,
    /// Keys that this version does not know; told as problems.
    #[serde(flatten)]
    pub other: BTreeMap<String, toml::Value>,
}

/// The settings of all footages of a lake.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct FootageSettings {
    /// By pattern: `recording/camera`, or the path of a store, with `*` and `?`.
    pub by_pattern: BTreeMap<String, FootageSetting>,
}

/// A footage as patterns see it.
#[derive(Debug, Clone, Copy)]
pub struct FootageName<'a> {
    /// Name of its recording.
    pub recording: &'a str,
    /// Name of its camera.
    pub camera: &'a str,
    /// Path of its store inside the lake.
    pub store: &'a str,
}

impl<'a> From<&'a Footage> for FootageName<'a> {
    fn from(footage: &'a Footage) -> Self {
        Self { recording: &footage.recording, camera: &footage.camera, store: &footage.store }
    }
}

impl FootageName<'_> {
    /// Whether a name or a pattern means this footage.
    #[must_use]
    pub fn is_meant_by(self, pattern: &str) -> bool {
        self.closeness(pattern).is_some()
    }

    /// How closely a pattern names the footage: the name itself first, then by the characters that are no wildcards.
    #[must_use]
    pub fn closeness(self, pattern: &str) -> Option<(bool, usize)> {
        let name = format!("{}/{}", self.recording, self.camera);
        let exact = pattern == name || pattern == self.store;
        let matcher = WildMatch::new(pattern);
        let literal = pattern.chars().filter(|c| !matches!(c, '*' | '?')).count();
        (exact || matcher.matches(&name) || matcher.matches(self.store)).then_some((exact, literal))
    }
}

impl FootageSettings {
    /// What holds for a footage: each key from the pattern that names it most closely among those that have the key; of
    /// two that are equally close, the first by the alphabet.
    #[must_use]
    pub fn of(&self, footage: FootageName<'_>) -> FootageSetting {
        let mut matching: Vec<((bool, usize), &FootageSetting)> = self
            .by_pattern
            .iter()
            .filter_map(|(pattern, setting)| Some((footage.closeness(pattern)?, setting)))
            .collect();
        matching.sort_by_key(|(closeness, _)| std::cmp::Reverse(*closeness));
        matching.into_iter().fold(FootageSetting::default(), |found, (_, setting)| found.or(setting))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_pattern.is_empty()
    }

    /// Keys that mean nothing, and patterns that match none of the footages.
    #[must_use]
    pub fn problems(&self, file: &str, footages: &[FootageName<'_>]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (pattern, setting) in &self.by_pattern {
            for key in setting.other.keys() {
                let hint = match nearest(&FOOTAGE_KEYS, key) {
                    Some(known) => format!("Perhaps `{known}` was meant; docs/lake-format.md tells the keys."),
                    None => format!("The keys are {}.", FOOTAGE_KEYS.join(", ")),
                };
                let what = format!("the key `{key}` of footages.\"{pattern}\" is not known and does nothing");
                problems.push(Problem::new(file, what, hint));
            }
            if !footages.iter().any(|footage| footage.closeness(pattern).is_some()) {
                problems.push(Problem::new(
                    file,
                    format!("footages.\"{pattern}\" matches no footage of the lake"),
                    "Write recording/camera or the path of a store, with * for any text; `lakescope frames LAKE` tells the names.",
                ));
            }
        }
        problems
    }
}

impl FootageSetting {
    /// Itself, with what is absent taken from another.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            channels: self.channels.or(other.channels),
            order: self.order.or(other.order),
            rate_hz: self.rate_hz.or(other.rate_hz),
            starts_at: self.starts_at.or(other.starts_at),
            clock: self.clock.or(other.clock),
            times: self.times.or_else(|| other.times.clone()),
            offset_s: self.offset_s.or(other.offset_s),
            range: self.range.or(other.range),
            video_camera_oid: self.video_camera_oid.or(other.video_camera_oid),
            other: BTreeMap::new(),
        }
    }

    /// How frames are shown.
    #[must_use]
    pub fn look(&self) -> Look {
        Look { swap_red_blue: self.channels == Some(Channels::Bgr), range: self.range.unwrap_or_default() }
    }

    /// What changes the index, as text to compare; nothing when nothing does.
    #[must_use]
    pub fn reading(&self) -> Option<String> {
        let indexed =
            Self { channels: None, range: None, video_camera_oid: None, other: BTreeMap::new(), ..self.clone() };
        (indexed != Self::default()).then(|| format!("{indexed:?}"))
    }
}

/// The known key that a word is most like, when it is rather like it.
pub(super) fn nearest(keys: &[&'static str], word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let likeness = |key: &&str| strsim::jaro_winkler(&word, key);
    keys.iter().copied().filter(|key| likeness(key) > 0.75).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

fn rate<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let rate = f64::deserialize(from)?;
    if (1e-6..=1e6).contains(&rate) {
        return Ok(Some(rate));
    }
    Err(D::Error::custom("rate_hz is a number of frames a second above 0"))
}

fn offset<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let seconds = f64::deserialize(from)?;
    if seconds.abs() <= 1e9 {
        return Ok(Some(seconds));
    }
    Err(D::Error::custom("offset_s is a number of seconds, at most 1e9"))
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = match toml::Value::deserialize(from)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(time) => time.to_string(),
        _ => String::new(),
    };
    let time = parse_time_ns(&text);
    time.map(Some).ok_or_else(|| D::Error::custom("starts_at is a time such as \"2024-05-01T08:00:00Z\""))
}

fn dataset<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let path = String::deserialize(from)?;
    let path = path.trim().trim_start_matches('/');
    if path.is_empty() {
        return Err(D::Error::custom("times is the path of an array inside the store, such as \"/stamps\""));
    }
    Ok(Some(format!("/{path}")))
}

fn range<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ValueRange>, D::Error> {
    #[expect(clippy::cast_precision_loss, reason = "pixel values stay far below 2^53")]
    let number = |value: &toml::Value| match value {
        toml::Value::Integer(value) => Some(*value as f64),
        toml::Value::Float(value) => Some(*value),
        _ => None,
    };
    let range = match toml::Value::deserialize(from)? {
        toml::Value::String(text) => ValueRange::parse(&text),
        toml::Value::Array(ends) => match &ends[..] {
            [low, high] => match (number(low), number(high)) {
                (Some(low), Some(high)) => ValueRange::Fixed { low, high }.checked(),
                _ => Err("the ends of a range are numbers".to_owned()),
            },
            _ => Err("a range has two ends, such as [0, 4095]".to_owned()),
        },
        _ => Err("a range is \"minmax\", [0, 4095] or \"p1-p99\"".to_owned()),
    };
    range.map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> FootageSettings {
        toml::from_str(text).unwrap()
    }

    const FRONT: FootageName<'_> =
        FootageName { recording: "d1", camera: "front", store: "recordings/d1/footages/front.h5" };

    #[test]
    fn each_key_comes_from_the_closest_pattern_that_has_it() {
        let all = settings(
            "[\"*\"]\nrate_hz = 5\noffset_s = 1\n[\"*/front\"]\nrate_hz = 20.0\nchannels = \"bgr\"\n\
             [\"d1/front\"]\nchannels = \"rgb\"\n[\"*.h5\"]\nclock = \"us\"\n[\"d2/*\"]\norder = \"chw\"",
        );
        let found = all.of(FRONT);
        let wanted = FootageSetting {
            channels: Some(Channels::Rgb),
            rate_hz: Some(20.0),
            offset_s: Some(1.0),
            clock: Some(ClockUnit::Us),
            ..FootageSetting::default()
        };
        assert_eq!(found, wanted);
        assert_eq!(all.of(FootageName { recording: "d3", camera: "rear", store: "x.hdf5" }).rate_hz, Some(5.0));
        // A name may hold what is a wildcard elsewhere.
        let odd = settings("[\"a*/c\"]\nrate_hz = 1\n[\"a*b/c\"]\nrate_hz = 2\n[\"a?b/c\"]\nrate_hz = 3");
        assert_eq!(odd.of(FootageName { recording: "a?b", camera: "c", store: "" }).rate_hz, Some(3.0));
    }

    #[test]
    fn what_changes_the_index_and_what_does_not() {
        for (text, changes) in [
            ("channels = \"bgr\"\nrange = [0, 4095]", false),
            ("order = \"chw\"", true),
            ("rate_hz = 20", true),
            ("starts_at = 2024-05-01T08:00:00Z", true),
            ("clock = \"ms\"", true),
            ("times = \"stamps\"", true),
            ("offset_s = -0.04", true),
            ("video_camera_oid = 7", false),
            ("colour = 1", false),
        ] {
            let one: FootageSetting = toml::from_str(text).unwrap();
            assert_eq!(one.reading().is_some(), changes, "{text}");
        }
        let look = settings("[\"d1/front\"]\nchannels = \"bgr\"\nrange = \"p1-p99\"").of(FRONT).look();
        let range = ValueRange::Percentile { low: 1.0, high: 99.0 };
        assert_eq!(look, Look { swap_red_blue: true, range });
    }

    #[test]
    fn wrong_values_are_refused() {
        for text in [
            "channels = \"grb\"",
            "order = \"whc\"",
            "rate_hz = 0",
            "rate_hz = \"fast\"",
            "starts_at = \"soon\"",
            "clock = \"minutes\"",
            "times = \"/\"",
            "offset_s = inf",
            "range = [5, 1]",
            "range = [1, 2, 3]",
            "range = \"p99\"",
            "range = 7",
        ] {
            assert!(toml::from_str::<FootageSetting>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_does_nothing_is_told() {
        let all = settings("[\"d1/frnt\"]\nchannels = \"bgr\"\n[\"d1/*\"]\nchanels = \"bgr\"\nzzz = 1");
        let told: Vec<String> =
            all.problems("lake.toml", &[FRONT]).into_iter().map(|one| format!("{} {}", one.what, one.hint)).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("`chanels`") && told[0].contains("`channels` was meant"), "{told:?}");
        assert!(told[1].contains("`zzz`") && told[1].contains("The keys are channels, order"), "{told:?}");
        assert!(told[2].contains("\"d1/frnt\" matches no footage"), "{told:?}");
    }
}
