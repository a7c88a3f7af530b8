//! Labels as columns: one row for each label of a footage, so that a condition on labels is a filter like any other.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use serde_json::Value;

use super::{FootageRows, FrameColumns, Mark, MetricName};
use crate::model::{BoundingBox, Column, Label, MetricKind, NULL_BOOL, NULL_WORD};

/// Reaches an attribute that is called like a field.
pub(super) const ATTRIBUTE_PREFIX: &str = "attribute.";

/// The fields of a label that every lake has: name, kind, unit.
pub(super) const FIELDS: [(&str, MetricKind, Option<&str>); 7] = [
    ("class", MetricKind::Text, None),
    ("score", MetricKind::Float, None),
    ("x", MetricKind::Float, Some("px")),
    ("y", MetricKind::Float, Some("px")),
    ("w", MetricKind::Float, Some("px")),
    ("h", MetricKind::Float, Some("px")),
    ("track_id", MetricKind::Int, None),
];

/// The labels of one footage as columns, ascending by frame.
#[derive(Debug, Clone)]
pub struct LabelRows {
    /// Where the labels of each frame begin, and after the last frame where they end.
    starts: Vec<usize>,
    /// As in [`FIELDS`].
    fields: [Arc<Column>; FIELDS.len()],
    /// The JSON objects of attributes, each distinct one once.
    attributes: Column,
    bytes: usize,
}

/// Words of a text column while it is made.
#[derive(Default)]
struct Words {
    codes: Vec<u32>,
    distinct: Vec<String>,
    known: HashMap<String, u32>,
}

impl Words {
    fn push(&mut self, word: Option<&str>) {
        let code = word.map_or(NULL_WORD, |word| {
            if let Some(code) = self.known.get(word) {
                return *code;
            }
            let code = u32::try_from(self.distinct.len()).unwrap_or(NULL_WORD);
            self.distinct.push(word.to_owned());
            self.known.insert(word.to_owned(), code);
            code
        });
        self.codes.push(code);
    }

    fn bytes(&self) -> usize {
        self.codes.len() * 4 + self.distinct.iter().map(|word| word.len() + 24).sum::<usize>()
    }

    fn column(self) -> Column {
        Column::Text { codes: self.codes, words: self.distinct }
    }
}

/// Gathers the labels of one footage.
pub struct LabelRowsBuilder {
    frames: usize,
    starts: Vec<usize>,
    class: Words,
    numbers: [Vec<f64>; 5],
    track_id: (Vec<i64>, Vec<bool>),
    attributes: Words,
}

impl LabelRowsBuilder {
    /// For a footage of so many frames.
    #[must_use]
    pub fn new(frames: usize) -> Self {
        Self {
            frames,
            starts: vec![0],
            class: Words::default(),
            numbers: Default::default(),
            track_id: Default::default(),
            attributes: Words::default(),
        }
    }

    /// Adds a label; labels come ascending by frame, and one of a frame that the footage does not have is left out.
    pub fn push(&mut self, label: &Label) {
        let Ok(frame) = usize::try_from(label.frame_idx) else { return };
        if frame >= self.frames || frame + 1 < self.starts.len() {
            return;
        }
        self.starts.resize(frame + 1, self.class.codes.len());
        self.class.push(Some(&label.class));
        let bbox = |side: fn(&crate::model::BoundingBox) -> f64| label.bbox.as_ref().map_or(f64::NAN, side);
        let values = [label.score.unwrap_or(f64::NAN), bbox(|b| b.x), bbox(|b| b.y), bbox(|b| b.w), bbox(|b| b.h)];
        self.numbers.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        self.track_id.0.push(label.track_id.unwrap_or(0));
        self.track_id.1.push(label.track_id.is_some());
        self.attributes.push(label.attributes.as_deref());
    }

    /// The columns.
    #[must_use]
    pub fn finish(mut self) -> LabelRows {
        let labels = self.class.codes.len();
        self.starts.resize(self.frames + 1, labels);
        let bytes = self.class.bytes() + self.attributes.bytes() + self.starts.len() * 8 + labels * 49;
        let [score, x, y, w, h] = self.numbers.map(|values| Arc::new(Column::Float(values)));
        let track_id = Arc::new(Column::Int { values: self.track_id.0, valid: self.track_id.1 });
        LabelRows {
            starts: self.starts,
            fields: [Arc::new(self.class.column()), score, x, y, w, h, track_id],
            attributes: self.attributes.column(),
            bytes,
        }
    }
}

impl LabelRows {
    /// The labels of a footage of `frames` frames, ascending by frame.
    #[must_use]
    pub fn of(frames: usize, labels: &[Label]) -> Self {
        let mut builder = LabelRowsBuilder::new(frames);
        for label in labels {
            builder.push(label);
        }
        builder.finish()
    }

    /// Number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that the columns take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where the labels of each frame begin, and after the last frame where they end.
    pub(super) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The code of each label's class, and the classes by code.
    pub(super) fn classes(&self) -> (&[u32], &[String]) {
        match &*self.fields[0] {
            Column::Text { codes, words } => (codes, words),
            _ => (&[], &[]),
        }
    }

    /// Box, score and track of a label.
    pub(super) fn object(&self, label: usize) -> (Option<BoundingBox>, Option<f64>, Option<i64>) {
        let number = |field: usize| self.fields[field].number(label);
        let bbox = match (number(2), number(3), number(4), number(5)) {
            (Some(x), Some(y), Some(w), Some(h)) => Some(BoundingBox { x, y, w, h }),
            _ => None,
        };
        let track_id = match &*self.fields[6] {
            Column::Int { values, valid } if valid.is_empty() || valid.get(label) == Some(&true) => {
                values.get(label).copied()
            }
            _ => None,
        };
        (bbox, number(1), track_id)
    }

    /// Adds the names and kinds of the attributes to those found before.
    pub(super) fn add_attributes(&self, kinds: &mut BTreeMap<String, MetricKind>) {
        let Column::Text { words, .. } = &self.attributes else { return };
        for (name, value) in words.iter().filter_map(|word| object(word)).flatten() {
            let Some(kind) = kind_of(&value) else { continue };
            kinds.entry(name).and_modify(|known| *known = widest(*known, kind)).or_insert(kind);
        }
    }

    /// The values of an attribute.
    fn attribute(&self, name: &str, kind: MetricKind) -> Column {
        let mut whole = Column::nulls(kind, self.len());
        let Column::Text { codes, words } = &self.attributes else { return whole };
        let values: Vec<Value> = words
            .iter()
            .map(|word| object(word).and_then(|mut object| object.remove(name)).unwrap_or(Value::Null))
            .collect();
        let mut texts = Words::default();
        for (row, code) in codes.iter().enumerate() {
            let value = values.get(*code as usize).unwrap_or(&Value::Null);
            match &mut whole {
                Column::Float(floats) => {
                    floats[row] = match value {
                        Value::Bool(value) => f64::from(u8::from(*value)),
                        value => value.as_f64().unwrap_or(f64::NAN),
                    }
                }
                Column::Int { values, valid } => {
                    if let Some(value) = value.as_i64() {
                        (values[row], valid[row]) = (value, true);
                    }
                }
                Column::Bool(flags) => flags[row] = value.as_bool().map_or(NULL_BOOL, u8::from),
                Column::Text { .. } => match value {
                    Value::Null => texts.push(None),
                    Value::String(text) => texts.push(Some(text)),
                    other => texts.push(Some(&other.to_string())),
                },
            }
        }
        if kind == MetricKind::Text { texts.column() } else { whole }
    }
}

/// The names and kinds of the attributes of these labels, in name order.
pub(super) fn attribute_names(kinds: BTreeMap<String, MetricKind>) -> Vec<MetricName> {
    kinds.into_iter().map(|(name, kind)| MetricName { name, kind, unit: None, circle: None }).collect()
}

fn object(text: &str) -> Option<serde_json::Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The kind of an attribute's value; `None` for null.
fn kind_of(value: &Value) -> Option<MetricKind> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => MetricKind::Bool,
        Value::Number(number) if number.is_i64() => MetricKind::Int,
        Value::Number(_) => MetricKind::Float,
        Value::String(_) | Value::Array(_) | Value::Object(_) => MetricKind::Text,
    })
}

/// The kind that holds the values of both.
fn widest(a: MetricKind, b: MetricKind) -> MetricKind {
    match (a, b) {
        _ if a == b => a,
        (MetricKind::Text, _) | (_, MetricKind::Text) => MetricKind::Text,
        _ => MetricKind::Float,
    }
}

/// The labels of one footage, seen as a table that a filter can look through.
pub(super) struct LabelColumns<'a> {
    labels: &'a LabelRows,
    attributes: &'a [MetricName],
    footage: [FootageRows; 1],
}

impl<'a> LabelColumns<'a> {
    pub(super) fn new(labels: &'a LabelRows, attributes: &'a [MetricName]) -> Self {
        let footage = FootageRows {
            recording: String::new(),
            camera: String::new(),
            first_row: 0,
            rows: labels.len(),
            started_at_ns: 0,
            attributes: Arc::default(),
        };
        Self { labels, attributes, footage: [footage] }
    }
}

/// The check lets only fields and attributes through, so the rest is never asked for.
const NOT_OF_A_LABEL: &str = "labels have only fields and attributes";

impl FrameColumns for LabelColumns<'_> {
    fn rows(&self) -> usize {
        self.labels.len()
    }

    fn footages(&self) -> &[FootageRows] {
        &self.footage
    }

    fn metrics(&self) -> &[MetricName] {
        self.attributes
    }

    fn classes(&self) -> &[String] {
        &[]
    }

    fn metric(&self, name: &str) -> Result<Arc<Column>, String> {
        if let Some(at) = FIELDS.iter().position(|(field, ..)| *field == name) {
            return Ok(Arc::clone(&self.labels.fields[at]));
        }
        let key = name.strip_prefix(ATTRIBUTE_PREFIX).unwrap_or(name);
        let attribute = self.attributes.iter().find(|attribute| attribute.name == key);
        let attribute = attribute.ok_or_else(|| format!("there is no attribute {key}"))?;
        Ok(Arc::new(self.labels.attribute(key, attribute.kind)))
    }

    fn class_count(&self, _: &str) -> Result<Arc<Vec<u32>>, String> {
        Err(NOT_OF_A_LABEL.to_owned())
    }

    fn label_count(&self) -> Result<Arc<Vec<u32>>, String> {
        Err(NOT_OF_A_LABEL.to_owned())
    }

    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String> {
        Err(NOT_OF_A_LABEL.to_owned())
    }

    fn store(&self, _: usize) -> Option<&str> {
        None
    }

    fn marked(&self, _: Mark) -> Vec<Range<usize>> {
        Vec::new()
    }

    fn labels_of(&self, _: usize) -> Result<Arc<LabelRows>, String> {
        Err(NOT_OF_A_LABEL.to_owned())
    }
}
