//! Sensor metrics: what kind of values they hold and how they are summarised.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Column;

/// The kind of values a metric holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricKind {
    /// Floating-point numbers.
    Float,
    /// Whole numbers.
    Int,
    /// True or false.
    Bool,
    /// Words.
    Text,
}

impl MetricKind {
    /// The word used in `--json` output and in the catalog.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Text => "text",
        }
    }
}

/// Raw samples of one metric in one recording, in time order.
#[derive(Debug, Clone)]
pub struct Series {
    /// The metric's name as the file spells it.
    pub name: String,
    /// The unit, when the file or `lake.toml` tells it.
    pub unit: Option<String>,
    /// Sample times in ns UTC, ascending; metrics of one table share one allocation.
    pub time_ns: Arc<Vec<i64>>,
    /// One value per time.
    pub values: Column,
}

/// What is known of one metric over one recording without reading its samples again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricSummary {
    /// The metric's name.
    pub name: String,
    /// The unit, when known.
    pub unit: Option<String>,
    /// The kind of values.
    pub kind: MetricKind,
    /// Samples with a value.
    pub count: u64,
    /// Samples without one (null or NaN).
    pub missing: u64,
    /// Smallest value of a numeric metric.
    pub min: Option<f64>,
    /// Largest value of a numeric metric.
    pub max: Option<f64>,
    /// Mean of a numeric metric.
    pub mean: Option<f64>,
    /// Samples a second: (samples - 1) / (last time - first time).
    pub rate_hz: Option<f64>,
    /// Stretches between two samples longer than the metric's `max_gap`.
    pub gaps: u64,
}
