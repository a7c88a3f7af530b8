//! What a name means as the order of frames: one answer for the command line, saved views and the window.

use super::SessionError;
use crate::{
    catalog::FrameTable,
    export,
    filter::{FrameColumns as _, MetricName, metric_name},
};

/// A column by which frames can be ordered.
#[derive(Debug, Clone, Copy)]
pub enum SortColumn<'t> {
    /// The lake's own order: recording, camera, frame.
    Lake,
    /// The camera.
    Camera,
    /// The number of the frame in its footage.
    FrameIdx,
    /// The time.
    Time,
    /// The number of labels.
    Labels,
    /// The number of labels of a class.
    Class(&'t str),
    /// A metric.
    Metric(&'t MetricName),
}

impl<'t> SortColumn<'t> {
    /// What `name` means in `table`. A metric whose name is taken is called as in filters: `metric.time`.
    ///
    /// # Errors
    /// Frames have no such column, or one that is no order.
    pub fn of(table: &'t FrameTable, name: &str) -> Result<Self, SessionError> {
        Ok(match name {
            "frame_id" | "recording" | "frame" => Self::Lake,
            "camera" => Self::Camera,
            "frame_idx" => Self::FrameIdx,
            "time" | "timestamp_ns" => Self::Time,
            "labels" => Self::Labels,
            name => {
                let metrics = table.metrics();
                let metric = metrics.iter().find(|known| metric_name(&known.name) == name).or_else(|| {
                    // As in filters, the prefix may be written where it is not needed.
                    let bare = name.strip_prefix("metric.")?;
                    metrics.iter().find(|known| known.name == bare)
                });
                if let Some(metric) = metric {
                    return Ok(Self::Metric(metric));
                }
                let class = name.strip_prefix("labels.");
                if let Some(class) = class.and_then(|class| table.classes().iter().find(|known| *known == class)) {
                    return Ok(Self::Class(class));
                }
                // The export room knows every column and suggests the nearest.
                export::frame_columns(table, Some(&[name.to_owned()]))?;
                return Err(SessionError::Usage(format!(
                    "frames cannot be sorted by `{name}`; sort by time, frame_idx, labels, recording, camera or a metric"
                )));
            }
        })
    }
}
