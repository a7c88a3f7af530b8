//! What a setting of `lake.toml` is about, and which settings that has.

use super::footage_settings::FOOTAGE_KEYS;

/// A change of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// What it is about.
    pub of: SettingOf,
    /// Its name.
    pub key: String,
    /// What it is to be, as on the command line; without a value it is removed.
    pub value: Option<String>,
}

/// A setting as a file tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingTold {
    /// What it is about.
    pub of: SettingOf,
    /// Its name.
    pub key: String,
    /// Its value, as on the command line.
    pub value: String,
}

/// What a setting is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingOf {
    /// The lake as a whole.
    Lake,
    /// The metrics that tell where frames were taken.
    Position,
    /// A metric, by name.
    Metric(String),
    /// Label files.
    Labels,
    /// Sensor files, by a pattern of their paths.
    Sensors(String),
    /// Footages, by `recording/camera` or a pattern.
    Footages(String),
}

impl SettingOf {
    /// The table of `lake.toml` that holds its settings, from the outside inward; empty for the top.
    #[must_use]
    pub fn table(&self) -> Vec<&str> {
        match self {
            Self::Lake => Vec::new(),
            Self::Position => vec!["position"],
            Self::Labels => vec!["labels"],
            Self::Metric(name) => vec!["metrics", name],
            Self::Sensors(pattern) => vec!["sensors", pattern],
            Self::Footages(pattern) => vec!["footages", pattern],
        }
    }

    /// The keys there are.
    #[must_use]
    pub fn keys(&self) -> &'static [&'static str] {
        match self {
            Self::Lake => &["name", "time_zone", "rate_hz"],
            Self::Position => &["latitude", "longitude"],
            Self::Labels => &["voc_zero_based"],
            Self::Metric(_) => &["unit", "interpolate", "max_gap_s"],
            Self::Sensors(_) => &["offset_s", "time_zone", "time_unit", "time_column"],
            Self::Footages(_) => &FOOTAGE_KEYS,
        }
    }

    /// For a message.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Self::Lake => "the lake",
            Self::Position => "the position",
            Self::Labels => "label files",
            Self::Metric(_) => "a metric",
            Self::Sensors(_) => "a sensor file",
            Self::Footages(_) => "a footage",
        }
    }

    /// Its own name: of a metric, or the pattern.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Lake | Self::Position | Self::Labels => None,
            Self::Metric(name) | Self::Sensors(name) | Self::Footages(name) => Some(name),
        }
    }
}
