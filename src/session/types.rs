//! What goes in and out of [`super::Session`].

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    catalog::CatalogError,
    export::ExportError,
    filter::MetricName,
    jobs::Cancelled,
    lake::LakeError,
    model::{CropCut, Footage, FrameId, Label, Look, MetricKind, Problem, ValueRange},
    tasks::TaskError,
};

/// How to open a lake.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// The program that is started as the HDF5 reader child; this very program when `None`.
    pub reader_exe: Option<PathBuf>,
    /// Where databases of lakes that cannot be written go; the user's cache and data folders when `None`.
    pub user_dir: Option<PathBuf>,
    /// Bytes of decoded chunks kept in memory; 256 MB when `None`.
    pub chunk_cache_bytes: Option<usize>,
    /// Bytes of thumbnails kept on the disk for the next visit; 1 GB when `None`, and 0 keeps none.
    pub thumbnail_store_bytes: Option<u64>,
}

/// What an index run did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexReport {
    /// Recordings in the lake now.
    pub recordings: u64,
    /// Footages in the lake now.
    pub footages: u64,
    /// Frames in the lake now.
    pub frames: u64,
    /// Labels in the lake now.
    pub labels: u64,
    /// Metric samples read in this run.
    pub samples_read: u64,
    /// Recordings read again in this run.
    pub recordings_read: u64,
    /// Recordings that had not changed.
    pub recordings_kept: u64,
    /// Recordings that are gone from the folder.
    pub recordings_removed: u64,
    /// Problems in the lake now.
    pub problems: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// One metric of the lake.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricInfo {
    /// Name.
    pub name: String,
    /// Unit, when known.
    pub unit: Option<String>,
    /// Kind of values.
    pub kind: MetricKind,
    /// Smallest sample.
    pub min: Option<f64>,
    /// Largest sample.
    pub max: Option<f64>,
}

/// What a lake holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LakeInfo {
    /// Name of the lake.
    pub lake: String,
    /// Number of recordings.
    pub recordings: u64,
    /// Number of footages.
    pub footages: u64,
    /// Number of frames.
    pub frames: u64,
    /// Number of labels.
    pub labels: u64,
    /// The metrics, by name.
    pub metrics: Vec<MetricInfo>,
    /// What could not be read, and what was guessed.
    pub problems: Vec<Problem>,
    /// Size of the catalog.
    pub catalog_bytes: u64,
}

/// Everything told about one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameDetail {
    /// Row in the table.
    pub row: usize,
    /// Name.
    pub id: FrameId,
    /// Time, ns UTC.
    pub time_ns: i64,
    /// The footage it is of.
    pub footage: Footage,
    /// Vehicle, region and further keys of the recording.
    pub attributes: Vec<(String, String)>,
    /// Each metric of the lake with its value at this frame, `None` where there is none.
    pub values: Vec<(MetricName, Option<String>)>,
    /// The objects on it.
    pub labels: Vec<Label>,
}

/// Which labels of a frame are drawn onto its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnLabels<'a> {
    /// None.
    None,
    /// All that have a box.
    All,
    /// Those that this filter talks of.
    Of(&'a str),
}

/// Order of frames; without one they come in the table's own order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// `time`, `frame_idx`, `labels`, `recording`, `camera` or a metric. Nulls come last either way.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}

/// Order of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanOrder {
    /// The lake's own: recording, camera, time.
    #[default]
    Recording,
    /// Time of the first frame.
    Start,
    /// How long they last.
    Duration,
    /// How many frames match.
    Frames,
    /// The value of the peak; spans without one come last either way.
    Peak,
}

impl SpanOrder {
    /// All of them, in the order to offer them.
    pub const ALL: [Self; 5] = [Self::Recording, Self::Start, Self::Duration, Self::Frames, Self::Peak];

    /// As it is written on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Start => "start",
            Self::Duration => "duration",
            Self::Frames => "frames",
            Self::Peak => "peak",
        }
    }
}

/// Order of single objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxOrder {
    /// The lake's own: recording, camera, frame.
    #[default]
    Recording,
    /// Time of the frame.
    Time,
    /// Confidence; objects without one come last either way.
    Score,
    /// Area of the box.
    Size,
    /// Number of the track; objects without one come last either way.
    Track,
}

impl BoxOrder {
    /// All of them, in the order to offer them.
    pub const ALL: [Self; 5] = [Self::Recording, Self::Time, Self::Score, Self::Size, Self::Track];

    /// As it is written on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Time => "time",
            Self::Score => "score",
            Self::Size => "size",
            Self::Track => "track",
        }
    }
}

/// Which objects, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BoxQuery {
    /// Their classes; any when none is named.
    pub classes: Vec<String>,
    /// What stands behind `where` in `count(car where …)`; empty for no condition.
    pub condition: String,
    /// Order.
    pub order: BoxOrder,
    /// Largest first.
    pub descending: bool,
}

/// Crops of objects to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CropsRequest {
    /// Frames to look at, as a filter.
    pub filter: String,
    /// Which objects on them.
    pub objects: BoxQuery,
    /// At most so many, the first of the order.
    pub limit: Option<usize>,
    /// How much of the frame is cut out.
    pub cut: CropCut,
    /// Longest side, px; larger crops are made smaller and become 8-bit RGB.
    pub size_px: Option<u32>,
    /// Folder to make; it must not exist yet or be empty.
    pub out: PathBuf,
    /// Guard text that a spreadsheet would take for a formula.
    pub spreadsheet: bool,
}

/// What was written of crops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CropsReport {
    /// The folder.
    pub out: PathBuf,
    /// Rows of `crops.csv`.
    pub objects: u64,
    /// Frames that they are on.
    pub frames: u64,
    /// Image files written.
    pub crops: u64,
    /// Objects whose box lies outside of its frame, so that there is nothing to cut out.
    pub outside: u64,
    /// Frames that could not be read: frame and reason (also in `export.json`).
    pub failed: Vec<(String, String)>,
}

/// Which frames an export or a comparison takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportScope {
    /// Those a filter matches; the empty filter is all frames.
    Filter(String),
    /// A saved selection.
    Selection(String),
    /// What the rule of a saved view matches now.
    View(String),
    /// Frames named one by one (what is selected in the window).
    Frames(Vec<String>),
}

/// What an export writes of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportImages {
    /// No images.
    None,
    /// PNG files.
    Png,
    /// JPEG files, quality 92.
    Jpeg,
    /// The stored bytes where frames are stored as JPEG or PNG, PNG otherwise.
    Original,
}

/// How an export writes labels.
pub use crate::export::LabelFormat as ExportLabels;

/// An export to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRequest {
    /// Which frames.
    pub scope: ExportScope,
    /// Folder to make; it must not exist yet or be empty.
    pub out: PathBuf,
    /// Images to write.
    pub images: ExportImages,
    /// The format that labels are written in; `None` for no labels.
    pub labels: Option<ExportLabels>,
    /// Guard text that a spreadsheet would take for a formula.
    pub spreadsheet: bool,
    /// Take only frames that are so far apart, ns, per footage.
    pub every_ns: Option<i64>,
    /// Take the frames so near to these too, ns, per footage; a column `match` tells the ones from the others.
    pub around_ns: Option<i64>,
}

/// How many frames a part of a filter leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilterPart {
    /// As it was written.
    pub part: String,
    /// Where, in bytes of the filter text.
    #[serde(skip)]
    pub span: Range<usize>,
    /// 0 for a part that must hold; more for what stands inside the part above that is less deep, as a branch of an `or`.
    pub depth: usize,
    /// Frames that this part alone lets through.
    pub alone: u64,
    /// Frames that this part and all before it let through; `None` inside another part.
    pub together: Option<u64>,
}

/// How a filter comes to its frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Frames of the lake.
    pub frames: u64,
    /// The parts that must all hold, in the order written, each followed by what it is made of.
    pub parts: Vec<FilterPart>,
    /// Frames that match.
    pub matches: u64,
}

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExportReport {
    /// The folder.
    pub out: PathBuf,
    /// Frames in `frames.csv`.
    pub frames: u64,
    /// Labels written.
    pub labels: u64,
    /// Image files written.
    pub images: u64,
    /// Frames whose image could not be read: frame and reason (also in `export.json`).
    pub failed: Vec<(String, String)>,
}

/// How one picture is shown otherwise than its footage usually is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LookOverride {
    /// Whether blue is stored first.
    pub swap_red_blue: Option<bool>,
    /// Which values are black and white.
    pub range: Option<ValueRange>,
}

impl LookOverride {
    /// The look with what is set here.
    #[must_use]
    pub fn apply(&self, look: Look) -> Look {
        Look {
            swap_red_blue: self.swap_red_blue.unwrap_or(look.swap_red_blue),
            range: self.range.unwrap_or(look.range),
        }
    }
}

/// A saved selection of frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Selection {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// Number of frames.
    pub frames: u64,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
}

/// What went wrong, told for a person: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A person or a closing window stopped the work.
    #[error("cancelled")]
    Cancelled,
    /// What was asked for cannot be right: a filter that does not parse, a column that is not there.
    #[error("{0}")]
    Usage(String),
    /// Rows could not be written to where they go.
    #[error("the rows could not be written; check free space where they go")]
    Output(#[source] io::Error),
    /// A frame has no picture.
    #[error("{message}")]
    Frame {
        /// What kind of trouble it is.
        trouble: FrameTrouble,
        /// What happened, to what, what to do.
        message: String,
    },
    /// A message that already says what, where and what to do.
    #[error("{0}")]
    Failed(String),
}

/// Why a frame has no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameTrouble {
    /// The store is not as it was indexed.
    Changed,
    /// The store is not there, or may not be opened.
    Absent,
    /// The footage has times and sensors only.
    NoImages,
    /// The frame's bytes cannot be read or decoded.
    Damaged,
    /// The frame's bytes are not those of its checksum.
    Marked,
    /// The box that was asked for lies outside of the frame.
    Outside,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameFormat {
    /// Aligned columns.
    Table,
    /// RFC 4180 with a header.
    Csv {
        /// Guard text that a spreadsheet would take for a formula.
        spreadsheet: bool,
    },
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
    /// A Parquet file.
    Parquet,
}

impl FrameFormat {
    /// The format that the ending of a file tells; CSV where it tells none.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "parquet" => Self::Parquet,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "txt" => Self::Table,
            _ => Self::Csv { spreadsheet: false },
        }
    }
}

impl From<CatalogError> for SessionError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::NoSelection(_)
            | CatalogError::NoView(_)
            | CatalogError::NoTag(_)
            | CatalogError::NameTaken { .. }
            | CatalogError::ChangedSince { .. } => Self::Usage(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<LakeError> for SessionError {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::Setting(message) => Self::Usage(message),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<Cancelled> for SessionError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<ExportError> for SessionError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Cancelled(_) => Self::Cancelled,
            ExportError::Rows(source) => Self::Output(source),
            ExportError::NoColumn { .. } | ExportError::ImageEnding(_) => Self::Usage(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<TaskError> for SessionError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::Cancelled(_) => Self::Cancelled,
            TaskError::Failed(message) => Self::Failed(message),
        }
    }
}

impl From<SessionError> for TaskError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Cancelled => Self::Cancelled(Cancelled),
            SessionError::Usage(message) | SessionError::Failed(message) => Self::Failed(message),
            SessionError::Output(_) | SessionError::Frame { .. } => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_tells_the_format() {
        for (file, expected) in [
            ("a.parquet", FrameFormat::Parquet),
            ("a.JSON", FrameFormat::Json),
            ("a.jsonl", FrameFormat::Ndjson),
            ("a.txt", FrameFormat::Table),
            ("a", FrameFormat::Csv { spreadsheet: false }),
        ] {
            assert_eq!(FrameFormat::of_file(Path::new(file)), expected, "{file}");
        }
    }
}
