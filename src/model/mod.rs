//! Ids and plain records that every room shares: recordings, footages, frames, labels, metrics, problems, runs.
//!
//! Nothing here touches a disk, a database or a screen.

mod circle;
mod class_color;
mod column;
mod crop;
mod frame_id;
mod label;
mod look;
mod metric;
mod one_line;
mod problem;
mod raster;
mod recording;
mod run;
mod size;
mod time;
mod zone;

pub use circle::{Circle, words_of};
pub use class_color::{ClassStyle, LinePattern, class_rgb, class_style};
pub use column::{Column, NULL_BOOL, NULL_FLOAT, NULL_WORD, is_null_float};
pub use crop::{CropCut, PixelArea};
pub use frame_id::{FrameId, FrameIdError};
pub use label::{BoundingBox, Label};
pub use look::{Look, ValueRange};
pub use metric::{MetricKind, MetricSummary, Series};
pub use one_line::one_line;
pub use problem::Problem;
pub use raster::{Raster, RgbImage, Samples};
pub use recording::{Footage, Recording};
pub use run::{Finding, Run, RunState};
pub use size::parse_size;
pub use time::{WrittenTime, format_ns, parse_time_ns, parse_written_time};
pub use zone::{LocalTimes, Odd, Zone};
