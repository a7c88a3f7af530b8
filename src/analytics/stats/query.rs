//! What can be asked: groups, aggregates, what is kept. Each has one way to be written, which reads back as the same.

use std::{fmt, str::FromStr};

/// A word that cannot be read as what it should say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(String);

/// What is told of the values of a metric in a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// Values: neither null nor NaN.
    Count,
    /// Nulls.
    Missing,
    /// Values that were written as NaN.
    Nan,
    /// Arithmetic mean.
    Mean,
    /// Standard deviation, divided by the number of values less one.
    Std,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Sum.
    Sum,
    /// The value below which a share of the values lies, linear between the two nearest.
    Quantile {
        /// The share, from 0 to 1.
        share: f64,
        /// As it was written: `p95`, `q0.25`.
        text: String,
    },
    /// The quantile of one half.
    Median,
    /// The value that occurs most often; of several, the smallest.
    Mode,
    /// The value of the earliest time.
    First,
    /// The value of the latest time.
    Last,
    /// How many different values there are.
    Distinct,
    /// Pearson's correlation with another metric.
    Correlation(String),
}

/// The aggregates without a parameter, by name.
const NAMED: [(&str, Aggregate); 13] = [
    ("count", Aggregate::Count),
    ("missing", Aggregate::Missing),
    ("nan", Aggregate::Nan),
    ("mean", Aggregate::Mean),
    ("std", Aggregate::Std),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("sum", Aggregate::Sum),
    ("median", Aggregate::Median),
    ("mode", Aggregate::Mode),
    ("first", Aggregate::First),
    ("last", Aggregate::Last),
    ("distinct", Aggregate::Distinct),
];

impl Aggregate {
    /// Those told when none are named.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        vec![Self::Count, Self::Missing, Self::Nan, Self::Mean, Self::Std, Self::Min, Self::Max]
    }

    /// The share of a quantile.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        match self {
            Self::Quantile { share, .. } => Some(*share),
            Self::Median => Some(0.5),
            _ => None,
        }
    }

    /// The second half of the column's name, behind the metric and `_`.
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Self::Correlation(other) => format!("corr_{other}"),
            other => other.to_string(),
        }
    }

    /// Whether words have it.
    #[must_use]
    pub fn is_of_words(&self) -> bool {
        matches!(self, Self::Count | Self::Missing | Self::Nan | Self::Mode | Self::First | Self::Last | Self::Distinct)
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantile { text, .. } => f.write_str(text),
            Self::Correlation(other) => write!(f, "corr:{other}"),
            named => f.write_str(NAMED.iter().find(|(_, one)| one == named).map_or("", |(name, _)| name)),
        }
    }
}

impl FromStr for Aggregate {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        if let Some((_, found)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(found.clone());
        }
        if let Some(other) = text.strip_prefix("corr:").filter(|other| !other.is_empty()) {
            return Ok(Self::Correlation(other.to_owned()));
        }
        let number = |rest: &str| rest.parse::<f64>().ok().filter(|_| rest.starts_with(|c: char| c.is_ascii_digit()));
        let share = match text.split_at_checked(1) {
            Some(("p", rest)) => number(rest).map(|percent| percent / 100.0),
            Some(("q", rest)) => number(rest),
            _ => None,
        };
        match share {
            Some(share) if (0.0..=1.0).contains(&share) => Ok(Self::Quantile { share, text: text.to_owned() }),
            Some(_) => {
                Err(BadQuery(format!("`{text}` is no quantile; percentiles go from p0 to p100, and q from q0 to q1")))
            }
            None => {
                let names = NAMED.iter().map(|(name, _)| *name).chain(["corr:METRIC", "p95", "q0.25"]);
                let near = nearest(text, NAMED.iter().map(|(name, _)| *name));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(BadQuery(format!(
                    "there is no aggregate `{text}`{near} Known are {}",
                    names.collect::<Vec<_>>().join(", ")
                )))
            }
        }
    }
}

/// What groups are made of.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupKey {
    /// The recording.
    Recording,
    /// The camera.
    Camera,
    /// A key of the recording: `vehicle`, `region`, ….
    Attribute(String),
    /// The classes of the labels on a frame; a frame with several counts in each.
    Label,
    /// The start of the hour, UTC.
    Hour,
    /// The hour of the day from 0 to 23, in the lake's time zone.
    HourOfDay,
    /// The day of the week, in the lake's time zone.
    Weekday,
    /// The day, in the lake's time zone.
    Day,
    /// Bins of a metric: from a multiple of `width` to the next.
    Bins {
        /// The metric.
        metric: String,
        /// Width of a bin, above 0.
        width: f64,
    },
    /// The saved selections a frame is in; a frame of several counts in each.
    Selection,
    /// The tags of a frame; a frame with several counts in each.
    Tag,
}

/// The keys that are called the same in every lake.
const KEYS: [(&str, GroupKey); 9] = [
    ("recording", GroupKey::Recording),
    ("camera", GroupKey::Camera),
    ("label", GroupKey::Label),
    ("hour", GroupKey::Hour),
    ("hour_of_day", GroupKey::HourOfDay),
    ("weekday", GroupKey::Weekday),
    ("day", GroupKey::Day),
    ("selection", GroupKey::Selection),
    ("tag", GroupKey::Tag),
];
/// Before a key of recordings that is called like one of these.
const ATTRIBUTE: &str = "attribute.";

impl GroupKey {
    /// The keys that are called the same in every lake.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KEYS.iter().map(|(name, _)| *name)
    }

    /// Whether it is a matter of frames, of which several may hold at one time.
    #[must_use]
    pub fn is_of_frames(&self) -> bool {
        matches!(self, Self::Camera | Self::Label | Self::Selection | Self::Tag)
    }

    /// Whether it is a matter of time alone.
    #[must_use]
    pub fn is_of_time(&self) -> bool {
        matches!(self, Self::Hour | Self::HourOfDay | Self::Weekday | Self::Day)
    }

    /// Whether one frame can be in several groups of it.
    #[must_use]
    pub fn counts_in_each(&self) -> bool {
        matches!(self, Self::Label | Self::Selection | Self::Tag)
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(key) if GroupKey::names().any(|name| name == key) => write!(f, "{ATTRIBUTE}{key}"),
            Self::Attribute(key) => f.write_str(key),
            Self::Bins { metric, width } => write!(f, "{metric}:{width}"),
            named => f.write_str(KEYS.iter().find(|(_, one)| one == named).map_or("", |(name, _)| name)),
        }
    }
}

impl FromStr for GroupKey {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        if let Some((_, found)) = KEYS.iter().find(|(name, _)| *name == text) {
            return Ok(found.clone());
        }
        if text.is_empty() {
            return Err(BadQuery("a group needs a name".to_owned()));
        }
        if let Some((metric, width)) = text.rsplit_once(':')
            && !metric.is_empty()
        {
            let width = width.parse::<f64>().ok().filter(|width| width.is_finite() && *width > 0.0);
            let width = width.ok_or_else(|| {
                BadQuery(format!("`{text}`: write the width of the bins as a number above 0, for example {metric}:10"))
            })?;
            return Ok(Self::Bins { metric: metric.to_owned(), width });
        }
        Ok(Self::Attribute(text.strip_prefix(ATTRIBUTE).unwrap_or(text).to_owned()))
    }
}

/// Which extreme values are kept, with their time and frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The metric.
    pub metric: String,
    /// Smallest values rather than largest.
    pub lowest: bool,
    /// How many of each group.
    pub number: usize,
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.lowest, self.number) {
            (true, _) => write!(f, "min:{}", self.metric),
            (false, 1) => write!(f, "max:{}", self.metric),
            (false, number) => write!(f, "top{number}:{}", self.metric),
        }
    }
}

impl FromStr for Keep {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        let wrong =
            || BadQuery(format!("`{text}` tells not what to keep; write max:METRIC, min:METRIC or top5:METRIC"));
        let (what, metric) = text.split_once(':').filter(|(_, metric)| !metric.is_empty()).ok_or_else(wrong)?;
        let keep = |lowest, number| Self { metric: metric.to_owned(), lowest, number };
        match what {
            "max" => Ok(keep(false, 1)),
            "min" => Ok(keep(true, 1)),
            _ => match what.strip_prefix("top").and_then(|number| number.parse().ok()) {
                Some(number @ 1..=1_000_000) => Ok(keep(false, number)),
                _ => Err(wrong()),
            },
        }
    }
}

/// The name most like a word.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &lower), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        for text in ["count", "missing", "nan", "p95", "p99.9", "q0.25", "median", "corr:brake", "distinct"] {
            assert_eq!(text.parse::<Aggregate>().unwrap().to_string(), text);
        }
        for text in ["recording", "hour_of_day", "speed:10", "a:b:0.5", "weather", "attribute.hour", "tag"] {
            assert_eq!(text.parse::<GroupKey>().unwrap().to_string(), text);
        }
        for text in ["max:speed", "min:speed", "top5:a:b"] {
            assert_eq!(text.parse::<Keep>().unwrap().to_string(), text);
        }
        assert_eq!("top1:speed".parse::<Keep>().unwrap(), "max:speed".parse().unwrap());
        assert_eq!("p50".parse::<Aggregate>().unwrap().share(), Some(0.5));
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        for (text, told) in [("men", "`mean`"), ("p101", "p0 to p100"), ("qx", "no aggregate"), ("", "no aggregate")] {
            let error = text.parse::<Aggregate>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        for text in ["speed:0", "speed:-1", "speed:wide", ""] {
            assert!(text.parse::<GroupKey>().is_err(), "{text}");
        }
        for text in ["max", "max:", "top0:speed", "most:speed", "topx:speed"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }
}
