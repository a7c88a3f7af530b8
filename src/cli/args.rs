//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    keep_args::{CompareArgs, SelectionArgs, TagArgs, ViewArgs},
    sql_args::SqlArgs,
    stats_args::{AnalysesArgs, QualityArgs, StatsArgs},
    task_args::RunArgs,
    top_args::TopArgs,
};
use crate::filter::parse_duration;

/// Open a folder of camera drives; find, see, measure and take away any frame.
///
/// Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "lakescope", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Cli {
    /// The lake to open in the window; without it, recent lakes are offered
    pub lake: Option<PathBuf>,
    /// What to do instead of opening the window
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build or refresh the index of a lake; only what changed is read again
    Index(IndexArgs),
    /// Read every store that has checksums again, and name the frames whose bytes differ
    Verify(VerifyArgs),
    /// Recordings, footages, frames, labels, metrics, problems and sizes of a lake
    Info(LakeArgs),
    /// Matching frames, one row each
    Frames(FramesArgs),
    /// One frame as an image
    Frame(FrameArgs),
    /// Statistics of metrics by group, or of one recording between two times
    Stats(StatsArgs),
    /// The saved analyses of a lake
    Analyses(AnalysesArgs),
    /// What is odd about the data: gaps, frozen values, outliers, clocks, missing frames
    Quality(QualityArgs),
    /// Frames, labels and images into a folder
    Export(ExportArgs),
    /// Detection events: the top items of each location, counts over time, duplicates
    Top(TopArgs),
    /// Labelled objects one by one: a picture of each and a table
    Crops(CropsArgs),
    /// Settings in lake.toml: of footages, metrics, sensor files, positions and the whole lake
    Set(SetArgs),
    /// The saved selections of a lake: list, save, delete
    Selections(SelectionsArgs),
    /// Save, rename, combine or delete a selection
    Selection(SelectionArgs),
    /// The saved views of a lake
    Views(LakeArgs),
    /// Save, rename or delete a view
    View(ViewArgs),
    /// The tags of a lake and how many frames have each
    Tags(LakeArgs),
    /// Give a tag to frames, take it away, rename or delete it
    Tag(TagArgs),
    /// Two selections, views or filters side by side: counts, labels, metrics
    Compare(CompareArgs),
    /// Read-only SQL over the tables of a lake
    Sql(SqlArgs),
    /// The tasks of a lake: saved analyses and queries, and how each ran last
    Tasks(LakeArgs),
    /// Run a task of a lake
    Run(RunArgs),
    /// What was run on a lake, newest first
    Runs(RunsArgs),
    /// Make a lake of any size to try things on
    Sample(SampleArgs),
    /// Measure how fast a lake is on this computer and disk
    Bench(BenchArgs),
    /// Read the structure of HDF5 files for a parent process (used by Lakescope itself)
    #[command(name = "hdf5-child", hide = true)]
    Hdf5Child,
    /// Work on a query for a parent process (used by Lakescope itself)
    #[command(name = "sql-child", hide = true)]
    SqlChild,
}

/// A lake, and how to answer.
#[derive(Debug, Args)]
pub struct LakeArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `index`.
#[derive(Debug, Args)]
pub struct IndexArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Then read every store that has no checksums of its present state and record some, for `verify`
    #[arg(long)]
    pub checksums: bool,
    /// Record checksums also of stores that were rewritten at the same length since theirs were made
    #[arg(long, requires = "checksums")]
    pub accept_changes: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only stores of recordings with such a name; * stands for anything, ? for one character
    #[arg(long, value_name = "GLOB")]
    pub recording: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `frames`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
#[derive(Debug, Args)]
pub struct FramesArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only frames that match, for example 'speed > 15 and count(pedestrian) >= 2'
    #[arg(
        long = "where",
        value_name = "FILTER",
        default_value = "",
        allow_hyphen_values = true,
        conflicts_with_all = ["view", "selection"]
    )]
    pub filter: String,
    /// What a saved view shows now, in its order: frames, spans or objects
    #[arg(long, value_name = "NAME", conflicts_with = "selection")]
    pub view: Option<String>,
    /// The frames of a saved selection
    #[arg(long, value_name = "NAME", conflicts_with = "explain")]
    pub selection: Option<String>,
    /// Print the filter and the order as SQL over the lake's tables; with --as objects that of the objects on the frames
    #[arg(long, conflicts_with_all = ["events", "every", "explain", "limit", "columns", "count", "format", "out", "spreadsheet"])]
    pub sql: bool,
    /// What a row is; without it what the view shows, else a frame
    #[arg(long = "as", value_enum, value_name = "WHAT", conflicts_with_all = ["count", "explain"])]
    pub rows: Option<Rows>,
    /// The same as --as spans: where, when, how long, how many frames, and the peak
    #[arg(long, conflicts_with_all = ["rows", "columns", "count", "every", "explain"])]
    pub events: bool,
    /// Join spans with at most this much time between them, for example 1s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub gap: Option<i64>,
    /// The number whose largest value (or smallest, with :min) stands for a span; the first metric of the filter when not
    /// given
    #[arg(long, value_name = "METRIC[:min]")]
    pub peak: Option<String>,
    /// Of each footage the first match, then the next that is at least this much later, for example 1s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub every: Option<i64>,
    /// How many frames each part of the filter leaves, alone and with those before it
    #[arg(long, conflicts_with_all = ["sort", "columns", "count", "every", "limit", "format", "out", "spreadsheet"])]
    pub explain: bool,
    /// Order: COLUMN or COLUMN:desc; frames without a value come last. Of spans: recording, start, duration, frames or peak;
    /// of objects: recording, time, score, size or track
    #[arg(long, value_name = "COL[:desc]")]
    pub sort: Option<String>,
    /// At most so many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Columns to write, separated by commas; also tags, store, damaged, labels.CLASS and keys of recording.toml such as region
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Print the number of matching frames and nothing else
    #[arg(long, conflicts_with_all = ["sort", "columns", "format", "json", "out"])]
    pub count: bool,
    /// How to write; when not given, as the ending of --out says, else a table on a terminal and CSV elsewhere
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
}

/// What a row of `frames` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rows {
    /// A frame
    Frames,
    /// A span of matching frames
    Spans,
    /// A labelled object on a matching frame
    Objects,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns
    Table,
    /// Comma-separated values with a header
    Csv,
    /// One array of objects
    Json,
    /// One object a line
    Ndjson,
    /// A Parquet file
    Parquet,
}

/// Arguments of `frame`.
#[derive(Debug, Args)]
pub struct FrameArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// The frame: recording/camera/number
    pub frame: String,
    /// Image file to write: .png, .jpg or .tiff
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Draw the boxes of the labels
    #[arg(long)]
    pub labels: bool,
    /// With --labels, draw only the boxes that this filter talks of: "has(car where score > 0.5)"
    #[arg(long = "where", value_name = "FILTER", requires = "labels")]
    pub filter: Option<String>,
    /// Which colour is stored first, if not as lake.toml or the window says
    #[arg(long, value_enum, value_name = "ORDER")]
    pub channels: Option<ChannelOrder>,
    /// Which values are black and white: minmax, LOW:HIGH or percentiles such as p1-p99; gives an 8-bit picture
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    pub range: Option<String>,
}

/// Which colour is stored first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChannelOrder {
    /// Red
    Rgb,
    /// Blue
    Bgr,
}

/// Arguments of `set`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a switch for each thing that has settings")]
pub struct SetArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// What the settings are about: a footage as recording/camera or the path of its store, where * and ? stand for any text;
    /// then the settings, such as channels=bgr. With --metric, --sensors, --position, --labels or --whole only settings;
    /// without any settings, those that hold are listed
    #[arg(
        value_name = "[FOOTAGE] KEY=VALUE",
        long_help = "Settings, all of them made or none; nothing behind the = removes one. Without any, the settings that hold are listed, with whom they concern.\n\nOf a footage, which comes first (recording/camera, or the path of its store, * and ? for any text): channels=bgr, range=0:4095, order=chw, rate_hz=20, starts_at=TIME, clock=us, times=/stamps, offset_s=0.04, video_camera_oid=9001.\nWith --metric NAME: unit=km/h, interpolate=previous, max_gap_s=0.5.\nWith --sensors PATH: offset_s=-0.2, time_zone=Europe/Berlin, time_unit=ms, time_column=NAME (of MCAP: the field of messages that holds their stamp).\nWith --position: latitude=NAME, longitude=NAME.\nWith --labels: voc_zero_based=true.\nWith --whole: time_zone=Europe/Berlin, rate_hz=20, name=NAME"
    )]
    pub settings: Vec<String>,
    /// Settings of a metric
    #[arg(long, value_name = "NAME", group = "about")]
    pub metric: Option<String>,
    /// Settings of sensor files: the path of one inside the lake; * and ? stand for any text
    #[arg(long, value_name = "PATH", group = "about")]
    pub sensors: Option<String>,
    /// The names of the metrics that hold latitude and longitude
    #[arg(long, group = "about")]
    pub position: bool,
    /// Settings of label files
    #[arg(long, group = "about")]
    pub labels: bool,
    /// Settings of the lake as a whole
    #[arg(long, group = "about")]
    pub whole: bool,
    /// Answer with the settings that hold, as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only frames that match
    #[arg(
        long = "where",
        value_name = "FILTER",
        default_value = "",
        conflicts_with = "selection",
        allow_hyphen_values = true
    )]
    pub filter: String,
    /// The frames of a saved selection
    #[arg(long, value_name = "NAME")]
    pub selection: Option<String>,
    /// The frames that a saved view matches now
    #[arg(long, value_name = "NAME", conflicts_with_all = ["filter", "selection"])]
    pub view: Option<String>,
    /// The frames that a file lists: the frames.csv of another export, or one frame a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["filter", "selection", "view"])]
    pub frames: Option<PathBuf>,
    /// Tell how many frames would be written, and write nothing
    #[arg(long)]
    pub count: bool,
    /// Of each footage the first of these frames, then the next that is at least this much later, for example 1s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub every: Option<i64>,
    /// Also the frames of the same footage at most this much before or after, for example 2s; a column `match` tells them
    /// apart
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub around: Option<i64>,
    /// Folder to make
    #[arg(long, value_name = "DIR", required_unless_present = "count")]
    pub out: Option<PathBuf>,
    /// Images to write
    #[arg(long, value_enum, default_value_t = Images::None)]
    pub images: Images,
    /// Labels to write
    #[arg(long, value_enum, default_value_t = Labels::Csv)]
    pub labels: Labels,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `crops`.
#[derive(Debug, Args)]
pub struct CropsArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only objects on frames that match
    #[arg(long = "where", value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
    pub filter: String,
    /// Class of the objects; give it again for several, every class without it
    #[arg(long, value_name = "CLASS")]
    pub class: Vec<String>,
    /// Only objects like this, for example 'score > 0.5 and h > 40': what stands behind `where` in count(car where …)
    #[arg(long, value_name = "CONDITION", default_value = "", allow_hyphen_values = true)]
    pub label: String,
    /// Order: recording, time, score, size or track, with :desc for the largest first; objects without a value come last
    #[arg(long, value_name = "ORDER[:desc]")]
    pub sort: Option<String>,
    /// At most so many objects
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Folder to make
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Longest side in pixels; larger crops are made smaller and become 8-bit RGB. Without it pixels stay as stored
    #[arg(long, value_name = "PX")]
    pub size: Option<u32>,
    /// What is added on each side of the box, in percent of its width and height
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub margin: u8,
    /// Cut out squares around the middle of the boxes, as large as their longer side
    #[arg(long)]
    pub square: bool,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Images of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Images {
    /// No images
    None,
    /// PNG, every pixel as stored
    Png,
    /// JPEG, quality 92
    Jpeg,
    /// The stored bytes where frames are stored as JPEG or PNG, else PNG
    Original,
}

/// Labels of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Labels {
    /// No labels
    None,
    /// labels.csv, which keeps everything
    Csv,
    /// labels.json, COCO object detection
    Coco,
    /// labels/ and data.yaml, boxes in parts of the image
    Yolo,
    /// labels/, KITTI objects, a file per frame
    Kitti,
    /// labels/, KITTI tracking, a file per footage
    KittiTracking,
    /// annotations/, Pascal VOC, a file per frame
    Voc,
    /// labels.xml, CVAT 1.1 for images
    Cvat,
    /// labels.json, BDD100K
    Bdd,
}

/// Arguments of `selections`.
#[derive(Debug, Args)]
pub struct SelectionsArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Save the frames that --where matches under this name, in place of an older selection of that name
    #[arg(long, value_name = "NAME", requires = "filter", conflicts_with = "delete")]
    pub save: Option<String>,
    /// Frames to save
    #[arg(id = "filter", long = "where", value_name = "FILTER", requires = "save", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// A note to save with them
    #[arg(long, requires = "save", default_value = "")]
    pub note: String,
    /// Forget the selection of this name
    #[arg(long, value_name = "NAME")]
    pub delete: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `runs`.
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only runs of this task
    #[arg(long)]
    pub task: Option<String>,
    /// Only runs in this state: running, done, failed, cancelled, lost
    #[arg(long)]
    pub state: Option<String>,
    /// Only runs that began at or after this time, for example 2024-05-01T08:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Print the log of this run
    #[arg(long, value_name = "RUN", conflicts_with_all = ["task", "state", "since"])]
    pub log: Option<i64>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Folder to make
    pub dir: PathBuf,
    /// Number of drives [default: the four of the showcase]
    #[arg(long, value_name = "N")]
    pub recordings: Option<u32>,
    /// Cameras a drive
    #[arg(long, value_name = "N")]
    pub cameras: Option<u32>,
    /// Frames a camera
    #[arg(long, value_name = "N")]
    pub frames: Option<u32>,
    /// Size of the frames in pixels, for example 640x360
    #[arg(long, value_name = "WxH")]
    pub size: Option<String>,
    /// How frames are stored: mixed, jpeg, gzip or raw
    #[arg(long)]
    pub layout: Option<String>,
    /// Detection events
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
    /// Frames a second
    #[arg(long, value_name = "HZ")]
    pub rate: Option<f64>,
    /// Seed: the same seed gives the same bytes
    #[arg(long)]
    pub seed: Option<u64>,
    /// Write times and sensors only, for lakes of millions of frames
    #[arg(long)]
    pub no_images: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// What to measure
    #[arg(value_enum)]
    pub what: Bench,
    /// Frames of each kind of store, evaluations of each filter, or openings [default: 2000, 51, 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// The same seed takes the same frames
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Take the frames that this file names, one a line, in place of random ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["count", "seed"])]
    pub from: Option<PathBuf>,
    /// Threads that read [default: all cores]
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// The filter to measure, with `filter` [default: typical ones over the lake's metrics]
    #[arg(long = "where", value_name = "FILTER")]
    pub filter: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `bench` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// Whole frames in random order
    Frames,
    /// Thumbnails: into memory, into a store of thumbnails, and back from there
    Thumbnails,
    /// Filters over all frames
    Filter,
    /// A whole index, into a temporary catalog
    Index,
    /// From nothing to the first screen of thumbnails
    Open,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
