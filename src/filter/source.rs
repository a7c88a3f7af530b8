//! What a filter is evaluated over: the frame table, seen as columns.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    label_rows::{LabelRows, attribute_names},
    position::{PositionNames, position_of},
    rhythm::Rhythm,
    tags::TagRows,
};
use crate::model::{Circle, Column, MetricKind};

/// One footage's stretch of rows in the frame table.
#[derive(Debug, Clone, PartialEq)]
pub struct FootageRows {
    /// The recording's name.
    pub recording: String,
    /// The camera's name.
    pub camera: String,
    /// First row of the footage in the table; its frame `i` is row `first_row + i`.
    pub first_row: usize,
    /// Number of frames.
    pub rows: usize,
    /// When the recording began, ns UTC: the zero of `t`.
    pub started_at_ns: i64,
    /// `vehicle`, `region` and every other key of the recording.
    pub attributes: Arc<BTreeMap<String, String>>,
}

/// What is known of a frame beside its values and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Verifying found its stored bytes damaged.
    Damaged,
    /// A line of Problems is about it, about its store, or about another file that its recording was read from; damaged
    /// frames are among them.
    Problem,
}

/// A metric's name, kind and unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricName {
    /// As the files spell it.
    pub name: String,
    /// Kind of its values over the whole lake.
    pub kind: MetricKind,
    /// Unit, when known.
    pub unit: Option<String>,
    /// How its values go round, if it is a heading.
    pub circle: Option<Circle>,
}

/// Columns over all frames of a lake, rows in default order: recording and camera in natural order, then frame index.
/// Loading may read the catalog, so each method can fail.
pub trait FrameColumns: Sync {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// The footages, in row order, without holes between them.
    fn footages(&self) -> &[FootageRows];
    /// Every metric of the lake, in name order.
    fn metrics(&self) -> &[MetricName];
    /// The metrics that tell where a frame was taken; `None` when there are none.
    fn position(&self) -> Option<PositionNames> {
        position_of(self.metrics())
    }
    /// Every label class of the lake, in name order.
    fn classes(&self) -> &[String];
    /// Values of a metric aligned to the frames, `rows()` long.
    ///
    /// # Errors
    /// What kept the column from being read, for a person.
    fn metric(&self, name: &str) -> Result<Arc<Column>, String>;
    /// Number of labels of a class on each frame, `rows()` long.
    ///
    /// # Errors
    /// What kept the column from being read, for a person.
    fn class_count(&self, class: &str) -> Result<Arc<Vec<u32>>, String>;
    /// Number of labels of any class on each frame, `rows()` long.
    ///
    /// # Errors
    /// What kept the column from being read, for a person.
    fn label_count(&self) -> Result<Arc<Vec<u32>>, String>;
    /// Time of each frame, ns UTC, `rows()` long.
    ///
    /// # Errors
    /// What kept the column from being read, for a person.
    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String>;
    /// Path of a footage's store inside the lake, by the footage's index; `None` when there is none.
    fn store(&self, footage: usize) -> Option<&str>;
    /// The rows that carry a mark, ascending and apart from each other. Looks into memory only.
    fn marked(&self, mark: Mark) -> Vec<Range<usize>>;
    /// The labels of a footage, by its index.
    ///
    /// # Errors
    /// What kept the labels from being read, for a person.
    fn labels_of(&self, footage: usize) -> Result<Arc<LabelRows>, String>;
    /// Names and kinds of the attributes that labels have beside their fields, in name order. Looks at every label.
    ///
    /// # Errors
    /// What kept the labels from being read, for a person.
    fn label_attributes(&self) -> Result<Arc<Vec<MetricName>>, String> {
        let read = (0..self.footages().len()).map(|footage| self.labels_of(footage));
        label_attributes(read)
    }
    /// The same where they are in memory, to offer them while someone types: nothing is read for them.
    fn known_label_attributes(&self) -> Option<Arc<Vec<MetricName>>> {
        None
    }
    /// The rhythm of each footage.
    ///
    /// # Errors
    /// What kept the times from being read, for a person.
    fn rhythms(&self) -> Result<Arc<Vec<Rhythm>>, String> {
        Ok(Arc::new(Rhythm::of_all(self.footages(), &self.timestamps()?)))
    }
    /// The tags of the frames as they are now; tables without tags have none.
    ///
    /// # Errors
    /// What kept the tags from being read, for a person.
    fn tags(&self) -> Result<Arc<TagRows>, String> {
        Ok(Arc::default())
    }
    /// The names of the tags that are in memory, to offer them while someone types: nothing is read for them.
    fn known_tags(&self) -> Vec<String> {
        Vec::new()
    }
    /// A column that was worked out earlier from these columns, by the text that says what it is. Tables that are asked
    /// again and again keep some; others keep none.
    fn worked_out(&self, _text: &str) -> Option<WorkedOut> {
        None
    }
    /// Offers a column that was worked out, to be kept.
    fn keep_worked_out(&self, _text: &str, _column: &WorkedOut) {}
}

/// Names and kinds of the attributes of labels, in name order.
///
/// # Errors
/// The first error among the footages.
pub fn label_attributes(
    footages: impl Iterator<Item = Result<Arc<LabelRows>, String>>,
) -> Result<Arc<Vec<MetricName>>, String> {
    let mut kinds = BTreeMap::new();
    for labels in footages {
        labels?.add_attributes(&mut kinds);
    }
    Ok(Arc::new(attribute_names(kinds)))
}

/// A column that a filter worked out over many frames or labels.
#[derive(Debug, Clone)]
pub enum WorkedOut {
    /// Numbers, NaN where there is none.
    Floats(Arc<Column>),
    /// Counts.
    Counts(Arc<Vec<u32>>),
    /// The rows where a condition is true and those where it is false, as words of 64 rows.
    Truth(Arc<(Vec<usize>, Vec<usize>)>),
}

impl WorkedOut {
    /// Bytes that it takes, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Floats(column) => column.len() * 8,
            Self::Counts(counts) => counts.len() * 4,
            Self::Truth(sides) => (sides.0.len() + sides.1.len()) * 8,
        }
    }
}
