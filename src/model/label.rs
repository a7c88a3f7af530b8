//! Labels: objects on frames.

use serde::{Deserialize, Serialize};

/// A box in pixels of the full frame: 0-based, `x`, `y` the top-left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    /// Left edge, px.
    pub x: f64,
    /// Top edge, px.
    pub y: f64,
    /// Width, px.
    pub w: f64,
    /// Height, px.
    pub h: f64,
}

/// One object, or one tag, on one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The frame's index in its footage.
    pub frame_idx: u64,
    /// The class (`pedestrian`, `car`, …).
    pub class: String,
    /// The box; `None` for a tag of the whole frame.
    pub bbox: Option<BoundingBox>,
    /// Confidence, usually 0 to 1.
    pub score: Option<f64>,
    /// The object's id over time.
    pub track_id: Option<i64>,
    /// Further attributes as a JSON object.
    pub attributes: Option<String>,
}
