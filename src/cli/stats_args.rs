//! What can be typed of `stats`, `analyses` and `quality`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::Format;

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  lakescope stats LAKE --metric speed --by recording\n  lakescope stats LAKE --metric speed --by speed:10,hour_of_day --agg count,p95 --where 'has(pedestrian)'\n  lakescope stats LAKE --by recording --keep max:speed\n  lakescope stats LAKE --metric speed --as histogram --bins 20\n  lakescope stats LAKE drive_01 --from 5s --to 10s"
)]
pub struct StatsArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Only this recording, all of it or between two times, a row for each metric
    #[arg(conflicts_with_all = ["by", "agg", "filter", "view", "selection", "over", "keep", "weight", "shape", "saved", "save"])]
    pub recording: Option<String>,
    /// From this time on: UTC such as 2024-05-01T08:00:05Z, or since the recording began such as 12.5s
    #[arg(long, value_name = "TIME", requires = "recording")]
    pub from: Option<String>,
    /// Up to this time, likewise; both ends are included
    #[arg(long, value_name = "TIME", requires = "recording")]
    pub to: Option<String>,
    /// The metrics, separated by commas or given several times; all of numbers when none is named
    #[arg(long = "metric", value_name = "NAME,…")]
    pub metrics: Vec<String>,
    /// Groups: recording, camera, label, hour, `hour_of_day`, weekday, day, selection, tag, a key of recording.toml such as
    /// region, or METRIC:WIDTH for bins
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    pub by: Vec<String>,
    /// What is told of each metric: count, missing, nan, mean, std, min, max, sum, median, mode, first, last, distinct, p95,
    /// q0.25, corr:METRIC
    #[arg(long, value_name = "AGG,…", value_delimiter = ',')]
    pub agg: Vec<String>,
    /// Only readings from each matching frame to the next; with --over frames, only matching frames
    #[arg(long = "where", id = "filter", value_name = "FILTER", allow_hyphen_values = true, conflicts_with_all = ["view", "selection"])]
    pub filter: Option<String>,
    /// The frames that a saved view matches now
    #[arg(long, value_name = "NAME", conflicts_with = "selection")]
    pub view: Option<String>,
    /// The frames of a saved selection
    #[arg(long, value_name = "NAME")]
    pub selection: Option<String>,
    /// Every reading as it was measured, or the values at frames [default: samples]
    #[arg(long, value_enum)]
    pub over: Option<OverArg>,
    /// Keep of each group the largest or smallest reading with its time and the whole row of the nearest frame: max:METRIC,
    /// min:METRIC or top5:METRIC
    #[arg(long, value_name = "WHAT:METRIC")]
    pub keep: Option<String>,
    /// Weigh values by how long they hold: mean, std and quantiles
    #[arg(long, value_enum)]
    pub weight: Option<WeightArg>,
    /// The values themselves rather than numbers about them: as bars between edges, quartiles with whiskers, points of two
    /// metrics, or how many of them lie in each cell of a plane
    #[arg(long = "as", value_enum, conflicts_with_all = ["agg", "keep", "weight"])]
    pub shape: Option<ShapeArg>,
    /// So many bars of a histogram, or of each side of a density, rather than as many as suit the values
    #[arg(long, value_name = "N", requires = "shape")]
    pub bins: Option<u32>,
    /// Ask what a saved analysis asks
    #[arg(long, value_name = "NAME", conflicts_with_all = ["metrics", "by", "agg", "filter", "view", "selection", "over", "keep", "weight", "bins", "save"])]
    pub saved: Option<String>,
    /// Save what is asked as an analysis of this name, in place of an older one
    #[arg(long, value_name = "NAME")]
    pub save: Option<String>,
    /// A note to save with it
    #[arg(long, value_name = "TEXT", requires = "save", default_value = "")]
    pub note: String,
    /// How the saved analysis is drawn
    #[arg(long, value_enum, requires = "save", default_value_t = ChartArg::Bar)]
    pub chart: ChartArg,
    /// Record it among the runs, however short it is
    #[arg(long)]
    pub record: bool,
    /// At most so many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
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

/// What values are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OverArg {
    /// Every reading as it was measured
    Samples,
    /// The values at frames
    Frames,
}

/// What a value weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WeightArg {
    /// All the same
    None,
    /// As long as it holds
    Time,
}

/// What is told of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShapeArg {
    /// Numbers about them
    Table,
    /// How many lie between some edges
    Histogram,
    /// The same of values above 0, in bars as wide as each other by their logarithms
    LogHistogram,
    /// Quartiles, whiskers, and how many lie beyond
    Box,
    /// Two metrics at the same moments; as density where there are more than 10,000 points
    Scatter,
    /// How many pairs of two metrics lie in each cell of a plane
    Density,
    /// What the chart of a saved analysis shows
    Chart,
}

/// How an analysis is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartArg {
    /// Bars
    Bar,
    /// A line
    Line,
    /// A histogram
    Histogram,
    /// Boxes
    Box,
    /// Points
    Scatter,
    /// A heat map
    Heat,
    /// Correlations of each metric with each other
    Correlation,
}

/// Arguments of `analyses`.
#[derive(Debug, Args)]
pub struct AnalysesArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// Delete the analysis of this name
    #[arg(long, value_name = "NAME")]
    pub delete: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `quality`.
#[derive(Debug, Args)]
pub struct QualityArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// A row for each metric of each recording instead of what is odd
    #[arg(long, conflicts_with = "footages")]
    pub metrics: bool,
    /// A row for each footage instead of what is odd
    #[arg(long)]
    pub footages: bool,
    /// Answer as JSON: metrics, footages and findings
    #[arg(long, conflicts_with_all = ["metrics", "footages", "out"])]
    pub json: bool,
    /// Write to a CSV file instead of standard output
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
}
