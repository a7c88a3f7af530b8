//! Recordings (car drives) and footages (one camera's frames of one recording).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One car drive.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recording {
    /// Unique name in the lake; may hold `/` in lakes that do not follow the native layout.
    pub name: String,
    /// Start, ns UTC.
    pub started_at_ns: Option<i64>,
    /// Length in ns.
    pub duration_ns: Option<i64>,
    /// `vehicle`, `region`, `weather` and every further key of `recording.toml`, as text.
    pub attributes: BTreeMap<String, String>,
}

/// One camera's frames of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Footage {
    /// The recording's name.
    pub recording: String,
    /// The camera's name, unique in the recording, without `/`.
    pub camera: String,
    /// Path of the store, relative to the lake, with `/`.
    pub store: String,
    /// Number of frames.
    pub frames: u64,
    /// Width in pixels; 0 when the store holds no images.
    pub width_px: u32,
    /// Height in pixels; 0 when the store holds no images.
    pub height_px: u32,
    /// Frames a second.
    pub rate_hz: f64,
    /// How the images are stored, for people: `jpeg`, `png`, `gzip`, `raw`, `none`, ….
    pub store_kind: String,
}
