//! What can be typed after `top`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::Format;
use crate::{
    filter::parse_duration,
    model::parse_size,
    session::{CountsBy, EngineChoice, OnError, Ranking, Scope, TimeUnit},
};

/// Arguments of `top`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
#[expect(clippy::doc_markdown, reason = "the text of the help, which has no markup")]
#[derive(Debug, Args)]
pub struct TopArgs {
    /// Folder of the lake whose events are meant
    #[arg(required_unless_present = "detections")]
    pub lake: Option<PathBuf>,
    /// Events: a .parquet, .csv or .ndjson file, a folder of them, or FOLDER/PATTERN with * and ?
    #[arg(long, value_name = "PATH")]
    pub detections: Option<PathBuf>,
    /// The table of locations, .parquet or .csv
    #[arg(long, value_name = "FILE")]
    pub locations: Option<PathBuf>,
    /// Ranks up to this are given
    #[arg(short = 'n', value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub n: u32,
    /// Over what items are ranked
    #[arg(long, value_enum, default_value_t = By::Location)]
    pub by: By,
    /// What equal counts mean
    #[arg(long, value_enum, default_value_t = Ranks::Row)]
    pub ranking: Ranks,
    /// Only events at this time or later, for example 2024-05-01T08:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only events before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only events at this location: a geographical_location_oid, or an exact name of the table of locations; can be given
    /// several times
    #[arg(long = "location", value_name = "OID|NAME", allow_hyphen_values = true)]
    pub location: Vec<String>,
    /// Only events of this item; can be given several times
    #[arg(long = "item", value_name = "NAME")]
    pub item: Vec<String>,
    /// Within windows of this length, for example 1m, 15m, 1h; they begin at whole multiples since 1970 UTC
    #[arg(long, value_name = "DURATION", value_parser = parse_span)]
    pub window: Option<i64>,
    /// A window begins every so often, for example 30s; windows overlap then
    #[arg(long, value_name = "DURATION", value_parser = parse_span, requires = "window")]
    pub slide: Option<i64>,
    /// Count every event, also those that repeat a detection_oid
    #[arg(long)]
    pub no_dedup: bool,
    /// Instead of ranks: how many events there are, in all, by location, by item or by both
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["n", "by", "ranking"])]
    pub counts: Option<Counts>,
    /// Instead of ranks: the events themselves, in order of time and id
    #[arg(long, conflicts_with_all = ["n", "by", "ranking", "window", "counts"])]
    pub list: bool,
    /// With --list: pass over so many events
    #[arg(long, value_name = "N", requires = "list", default_value_t = 0)]
    pub offset: u64,
    /// With --list or --duplicates: at most so many events, or ids
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Instead of ranks: what the duplicates are like; with --out, the events of all ids whose events disagree
    #[arg(
        long,
        conflicts_with_all = ["n", "by", "ranking", "window", "counts", "list", "from", "to", "location", "item", "no_dedup"]
    )]
    pub duplicates: bool,
    /// Also count events from the future, and those further behind the newest event before them than this, for example 10m
    #[arg(long, value_name = "DURATION", value_parser = parse_span, conflicts_with_all = ["counts", "list", "duplicates"])]
    pub lateness: Option<i64>,
    /// Unit of timestamp_detected [default: told from the size of each value]
    #[arg(long, value_enum)]
    pub time_unit: Option<Unit>,
    /// Memory to use, about, for example 512MB; what does not fit lies on disk for a while
    #[arg(long, value_name = "SIZE", default_value = "2GB", value_parser = parse_size)]
    pub memory: u64,
    /// What to do with files that cannot be read
    #[arg(long, value_enum, default_value_t = Broken::Fail)]
    pub on_error: Broken,
    /// What answers: local, or a cluster as sc://host:15002 [default: as lake.toml says, else local]
    #[arg(long, value_parser = EngineChoice::parse)]
    pub engine: Option<EngineChoice>,
    /// A cluster counts in two steps, the first within N parts of each group; for few locations with most of the events
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(2..=4096),
        conflicts_with_all = ["list", "duplicates"]
    )]
    pub salt: Option<u32>,
    /// How to write; when not given, as the ending of --out says, else a table on a terminal and CSV elsewhere
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write what became of the events to this JSON file
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub report: Option<PathBuf>,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
}

/// Over what items are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Within each location
    Location,
    /// Over all locations together
    Global,
}

impl From<By> for Scope {
    fn from(by: By) -> Self {
        match by {
            By::Location => Self::Location,
            By::Global => Self::Global,
        }
    }
}

/// What equal counts mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ranks {
    /// 1, 2, 3: equal counts by name
    Row,
    /// 1, 1, 2
    Dense,
    /// 1, 1, 3
    Competition,
}

impl From<Ranks> for Ranking {
    fn from(ranks: Ranks) -> Self {
        match ranks {
            Ranks::Row => Self::Row,
            Ranks::Dense => Self::Dense,
            Ranks::Competition => Self::Competition,
        }
    }
}

/// What counts are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Counts {
    /// One count (in each window)
    Total,
    /// One for each location
    Location,
    /// One for each item
    Item,
    /// One for each item of each location
    Both,
}

impl From<Counts> for CountsBy {
    fn from(counts: Counts) -> Self {
        let (location, item) = (matches!(counts, Counts::Location), matches!(counts, Counts::Item));
        let both = matches!(counts, Counts::Both);
        Self { location: location || both, item: item || both }
    }
}

/// Unit of whole-number times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
    /// Microseconds
    Us,
    /// Nanoseconds
    Ns,
}

impl From<Unit> for TimeUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::S => Self::S,
            Unit::Ms => Self::Ms,
            Unit::Us => Self::Us,
            Unit::Ns => Self::Ns,
        }
    }
}

/// What to do with files that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Broken {
    /// End with the first of them
    Fail,
    /// Name and count them, and read the others
    Skip,
}

impl From<Broken> for OnError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Fail => Self::Fail,
            Broken::Skip => Self::Skip,
        }
    }
}

/// Reads a span of time as [`parse_duration`] does; here, where no lengths occur, `m` is a minute.
fn parse_span(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let minutes = text.strip_suffix('m').filter(|number| number.trim_end().ends_with(|c: char| c.is_ascii_digit()));
    match minutes {
        Some(number) => parse_duration(&format!("{number}min")),
        None => parse_duration(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans() {
        for (text, expected) in [
            ("1m", Some(60_000_000_000)),
            ("15 m", Some(900_000_000_000)),
            ("30s", Some(30_000_000_000)),
            ("500ms", Some(500_000_000)),
            ("1h", Some(3_600_000_000_000)),
            ("m", None),
            ("5", None),
        ] {
            assert_eq!(parse_span(text).ok(), expected, "{text}");
        }
    }
}
