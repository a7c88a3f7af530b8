//! What a filter is evaluated over: the frame table, seen as columns.

use std::{collections::BTreeMap, sync::Arc};

use crate::model::{Column, MetricKind};

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

/// A metric's name, kind and unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricName {
    /// As the files spell it.
    pub name: String,
    /// Kind of its values over the whole lake.
    pub kind: MetricKind,
    /// Unit, when known.
    pub unit: Option<String>,
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
}
