//! What a name in a filter refers to: fixed names first, then metrics, then attributes of recordings.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    FrameColumns, Mark, MetricName,
    label_rows::{ATTRIBUTE_PREFIX, FIELDS},
    print::name_text,
    suggest::nearest,
};
use crate::model::{Circle, MetricKind};

/// Names that mean the same in every lake. A metric called like one is written `metric.<name>`, an attribute
/// `attribute.<name>`. `frame_id` and `tags` are columns of exports and so taken too, though no filter compares them.
pub const FIXED_NAMES: [&str; 16] = [
    "recording",
    "camera",
    "vehicle",
    "region",
    "time",
    "t",
    "frame",
    "labels",
    "frame_idx",
    "timestamp_ns",
    "frame_id",
    "store",
    "damaged",
    "tag",
    "tags",
    "problem",
];

const METRIC_PREFIX: &str = "metric.";

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Referent {
    Recording,
    Camera,
    /// A key of `recording.toml`.
    Attribute(String),
    /// Time of the frame, ns UTC.
    Time,
    /// The same as a number.
    Timestamp,
    /// Seconds since the recording began.
    SinceStart,
    /// Index in the footage.
    Frame,
    /// Labels of any class.
    Labels,
    /// The tags of the frame.
    Tags,
    /// Path of the footage's store inside the lake.
    Store,
    /// Whether the frame carries a mark.
    Marked(Mark),
    Metric {
        name: String,
        kind: MetricKind,
        unit: Option<String>,
        circle: Option<Circle>,
    },
}

/// The names of one lake: those of frames, or, behind a `where`, those of labels.
pub(super) struct Names<'a> {
    pub(super) columns: &'a dyn FrameColumns,
    attributes: BTreeSet<&'a str>,
    /// The attributes of labels; `None` for names of frames.
    of_labels: Option<Arc<Vec<MetricName>>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(columns: &'a dyn FrameColumns) -> Self {
        Self { columns, attributes: attribute_keys(columns), of_labels: None }
    }

    /// The names behind a `where`: fields of a label, and these attributes.
    pub(super) fn of_labels(columns: &'a dyn FrameColumns, attributes: Arc<Vec<MetricName>>) -> Self {
        Self { columns, attributes: BTreeSet::new(), of_labels: Some(attributes) }
    }

    pub(super) fn is_of_labels(&self) -> bool {
        self.of_labels.is_some()
    }

    /// Everything that a label has, by name.
    pub(super) fn label_names(&self) -> Vec<&str> {
        let attributes = self.of_labels.iter().flat_map(|known| known.iter()).map(|known| known.name.as_str());
        FIELDS.iter().map(|(field, ..)| *field).chain(attributes).collect()
    }

    fn label_name(name: &str, attributes: &[MetricName]) -> Option<Referent> {
        if let Some((field, kind, unit)) = FIELDS.iter().find(|(field, ..)| *field == name) {
            let unit = unit.map(str::to_owned);
            return Some(Referent::Metric { name: (*field).to_owned(), kind: *kind, unit, circle: None });
        }
        let find = |key: &str| attributes.iter().find(|attribute| attribute.name == key);
        let found = name.strip_prefix(ATTRIBUTE_PREFIX).and_then(find).or_else(|| find(name))?;
        let name = format!("{ATTRIBUTE_PREFIX}{}", found.name);
        Some(Referent::Metric { name, kind: found.kind, unit: None, circle: None })
    }

    /// What `name` refers to, if anything.
    pub(super) fn resolve(&self, name: &str) -> Option<Referent> {
        if let Some(attributes) = &self.of_labels {
            return Self::label_name(name, attributes);
        }
        Some(match name {
            "recording" => Referent::Recording,
            "camera" => Referent::Camera,
            "vehicle" | "region" => Referent::Attribute(name.to_owned()),
            "time" => Referent::Time,
            "timestamp_ns" => Referent::Timestamp,
            "t" => Referent::SinceStart,
            "frame" | "frame_idx" => Referent::Frame,
            "labels" => Referent::Labels,
            "tag" => Referent::Tags,
            "store" => Referent::Store,
            "damaged" => Referent::Marked(Mark::Damaged),
            "problem" => Referent::Marked(Mark::Problem),
            "frame_id" => return None,
            _ => {
                let prefixed_metric = name.strip_prefix(METRIC_PREFIX).and_then(|name| self.metric(name));
                let prefixed_key = || name.strip_prefix(ATTRIBUTE_PREFIX).and_then(|key| self.attribute(key));
                return prefixed_metric
                    .or_else(prefixed_key)
                    .or_else(|| self.metric(name))
                    .or_else(|| self.attribute(name));
            }
        })
    }

    fn metric(&self, name: &str) -> Option<Referent> {
        let found = self.columns.metrics().iter().find(|metric| metric.name == name)?;
        Some(Referent::Metric {
            name: found.name.clone(),
            kind: found.kind,
            unit: found.unit.clone(),
            circle: found.circle,
        })
    }

    fn attribute(&self, key: &str) -> Option<Referent> {
        self.attributes.contains(key).then(|| Referent::Attribute(key.to_owned()))
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.columns.classes().iter().any(|known| known == class)
    }

    /// The nearest known name as a filter spells it.
    pub(super) fn suggestion(&self, name: &str) -> Option<String> {
        if self.is_of_labels() {
            return nearest(name, self.label_names()).map(name_text);
        }
        let metrics = self.columns.metrics().iter().map(|metric| metric.name.as_str());
        let fixed = FIXED_NAMES.into_iter().filter(|fixed| !matches!(*fixed, "frame_id" | "tags"));
        let bare = name.strip_prefix(METRIC_PREFIX).unwrap_or(name);
        let attributes = self.attributes.iter().copied();
        let near = nearest(bare, fixed.chain(metrics).chain(attributes))?;
        let is_fixed = FIXED_NAMES.contains(&near) && bare.len() != name.len();
        Some(if is_fixed { metric_reference(near) } else { name_text(near) })
    }

    /// The nearest known class.
    pub(super) fn class_suggestion(&self, class: &str) -> Option<&'a str> {
        nearest(class, self.columns.classes().iter().map(String::as_str))
    }
}

/// Every attribute key that a recording of the lake has, `vehicle` and `region` included only where a recording has
/// them, in name order.
#[must_use]
pub fn attribute_keys(columns: &dyn FrameColumns) -> BTreeSet<&str> {
    let mut keys = BTreeSet::new();
    let mut last = None;
    for footage in columns.footages() {
        // The footages of one recording share one map.
        if last.is_some_and(|last| Arc::ptr_eq(last, &footage.attributes)) {
            continue;
        }
        keys.extend(footage.attributes.keys().map(String::as_str));
        last = Some(&footage.attributes);
    }
    keys
}

/// The name that a filter, a column and an order use for a metric, without back quotes: `metric.<name>` when it clashes
/// with a fixed name or begins as one of those that are made (`metric.…`, `attribute.…`, `labels.…`). Different metrics
/// have different names.
#[must_use]
pub fn metric_name(metric: &str) -> String {
    let made = [METRIC_PREFIX, ATTRIBUTE_PREFIX, "labels."].iter().any(|prefix| metric.starts_with(prefix));
    if made || FIXED_NAMES.contains(&metric) { format!("{METRIC_PREFIX}{metric}") } else { metric.to_owned() }
}

/// The metric as a filter spells it: with prefix and back quotes where needed.
#[must_use]
pub fn metric_reference(metric: &str) -> String {
    name_text(&metric_name(metric))
}

/// The attribute as a filter spells it, in a lake that may have a metric or a fixed name of that name too.
#[must_use]
pub fn attribute_reference(columns: &dyn FrameColumns, key: &str) -> String {
    let fixed = FIXED_NAMES.contains(&key) && !matches!(key, "vehicle" | "region");
    let clashes = fixed || columns.metrics().iter().any(|metric| metric.name == key);
    if clashes { name_text(&format!("{ATTRIBUTE_PREFIX}{key}")) } else { name_text(key) }
}

/// The attribute of a label as a filter spells it behind `where`.
pub(super) fn label_attribute_reference(name: &str) -> String {
    let clashes = FIELDS.iter().any(|(field, ..)| *field == name);
    if clashes { name_text(&format!("{ATTRIBUTE_PREFIX}{name}")) } else { name_text(name) }
}

/// One spelling for the names that mean the same metric: `metric.speed` is `speed` unless `speed` were a fixed name.
pub(super) fn plain_name(name: &str) -> &str {
    match name.strip_prefix(METRIC_PREFIX) {
        Some(rest) if !FIXED_NAMES.contains(&rest) => rest,
        _ => name,
    }
}
