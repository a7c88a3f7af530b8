//! What a person chose for the timeline: its lanes, how its axis is written, and the marks A and B.

use serde::{Deserialize, Serialize};

use crate::{
    filter::{FrameColumns, MetricName},
    model::MetricKind,
};

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// Where the filter matches, a line for each camera.
    Matches,
    /// Which frames are selected, a line for each camera.
    Selected,
    /// Where labels of a class are.
    Labels(String),
    /// Samples of a metric: a curve, or bands where it is a state.
    Metric(String),
}

impl Lane {
    /// Its name on the screen.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Matches => "Matches",
            Self::Selected => "Selected",
            Self::Labels(name) | Self::Metric(name) => name,
        }
    }

    /// Its name where lanes of all kinds stand together.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self {
            Self::Matches => "Matches of the filter".to_owned(),
            Self::Selected => "Selected frames".to_owned(),
            Self::Labels(class) => format!("Labels of {class}"),
            Self::Metric(metric) => metric.clone(),
        }
    }
}

impl Lane {
    /// As a saved view and the command line write it: metrics by their names, `labels(CLASS)`, `(matches)`, `(selected)`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Matches => "(matches)".to_owned(),
            Self::Selected => "(selected)".to_owned(),
            Self::Labels(class) => format!("labels({class})"),
            Self::Metric(metric) => metric.clone(),
        }
    }

    /// The lane that [`Self::to_text`] wrote.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        match text {
            "(matches)" => Self::Matches,
            "(selected)" => Self::Selected,
            _ => match text.strip_prefix("labels(").and_then(|rest| rest.strip_suffix(')')) {
                Some(class) => Self::Labels(class.to_owned()),
                None => Self::Metric(text.to_owned()),
            },
        }
    }
}

/// How times stand at the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AxisTime {
    /// Since the recording began.
    #[default]
    Elapsed,
    /// Clock time, UTC.
    Clock,
}

/// What is remembered of the timeline for each lake.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineMemory {
    /// The lanes from top to bottom; `None` until someone chose.
    pub lanes: Option<Vec<Lane>>,
    /// How times stand at the axis.
    pub axis: AxisTime,
}

/// One of the two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A.
    A,
    /// B.
    B,
}

impl Mark {
    /// Its letter.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// The marks of one recording.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    recording: String,
    a: Option<i64>,
    b: Option<i64>,
}

impl Marks {
    /// Sets a mark, ns UTC. Marks of another recording are forgotten.
    pub fn set(&mut self, recording: &str, mark: Mark, time_ns: i64) {
        if self.recording != recording {
            *self = Self { recording: recording.to_owned(), ..Self::default() };
        }
        match mark {
            Mark::A => self.a = Some(time_ns),
            Mark::B => self.b = Some(time_ns),
        }
    }

    /// Where a mark is, if that recording has it.
    #[must_use]
    pub fn at(&self, recording: &str, mark: Mark) -> Option<i64> {
        let time = if mark == Mark::A { self.a } else { self.b };
        time.filter(|_| self.recording == recording)
    }

    /// From the earlier to the later mark, when that recording has both.
    #[must_use]
    pub fn span(&self, recording: &str) -> Option<(i64, i64)> {
        let (a, b) = (self.at(recording, Mark::A)?, self.at(recording, Mark::B)?);
        Some((a.min(b), a.max(b)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.a.is_none() && self.b.is_none()
    }
}

/// A change of the timeline that a person asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineCommand {
    /// Puts a mark at a time of the recording that is looked at, ns UTC.
    SetMark(Mark, i64),
    /// Shows a lane below the others, or hides it.
    ToggleLane(Lane),
    /// Puts a lane into another place among those shown.
    MoveLane(Lane, usize),
    /// Shows the lanes that are shown until someone chooses.
    UsualLanes,
    /// Chooses how times stand at the axis.
    SetAxis(AxisTime),
    /// Puts the command that tells the statistics on the clipboard.
    CopyStatistics,
}

/// Curves, states and label classes shown before someone chose.
const CURVES: usize = 3;
const STATES: usize = 2;
const CLASSES: usize = 3;
/// What people look for first, when the lake has it.
const LIKELY: [&str; 8] =
    ["speed", "steering_angle", "brake", "acceleration", "gas", "yaw_rate", "heading", "throttle"];
const LIKELY_CLASSES: [&str; 5] = ["pedestrian", "person", "car", "vehicle", "truck"];

/// The lanes shown until someone chooses.
#[must_use]
pub fn usual_lanes(table: &impl FrameColumns) -> Vec<Lane> {
    let of = |states: bool| {
        let fits = move |metric: &&MetricName| (metric.kind != MetricKind::Float) == states;
        table.metrics().iter().filter(fits).map(|metric| metric.name.as_str())
    };
    let metric = |name: &str| Lane::Metric(name.to_owned());
    let class = |name: &str| Lane::Labels(name.to_owned());
    let mut lanes = vec![Lane::Matches];
    lanes.extend(likely_first(of(false), &LIKELY).into_iter().take(CURVES).map(metric));
    lanes.extend(of(true).take(STATES).map(metric));
    let classes = table.classes().iter().map(String::as_str);
    lanes.extend(likely_first(classes, &LIKELY_CLASSES).into_iter().take(CLASSES).map(class));
    lanes.push(Lane::Selected);
    lanes
}

fn likely_first<'a>(names: impl Iterator<Item = &'a str> + Clone, likely: &[&'a str]) -> Vec<&'a str> {
    let mut chosen: Vec<&str> = likely.iter().filter_map(|likely| names.clone().find(|name| name == likely)).collect();
    chosen.extend(names.filter(|name| !likely.contains(name)));
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_those_of_one_recording() {
        let mut marks = Marks::default();
        assert!(marks.is_empty());
        marks.set("drive", Mark::B, 5);
        assert_eq!(marks.span("drive"), None);
        marks.set("drive", Mark::A, 9);
        assert_eq!((marks.span("drive"), marks.span("other")), (Some((5, 9)), None));
        marks.set("other", Mark::A, 1);
        assert_eq!((marks.at("drive", Mark::B), marks.at("other", Mark::A)), (None, Some(1)));
    }

    #[test]
    fn likely_names_come_first_and_the_others_in_their_order() {
        let names = ["a", "brake", "c", "speed"];
        assert_eq!(likely_first(names.into_iter(), &LIKELY), ["speed", "brake", "a", "c"]);
    }

    #[test]
    fn lanes_come_back_as_they_were() {
        let lanes = vec![Lane::Matches, Lane::Labels("car".into()), Lane::Metric("speed".into())];
        let kept = TimelineMemory { lanes: Some(lanes), axis: AxisTime::Clock };
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<TimelineMemory>(&text).unwrap(), kept);
    }
}
