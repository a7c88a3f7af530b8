//! What can be typed behind `lakescope sql`.

use std::path::PathBuf;

use clap::Args;

use super::args::Format;
use crate::{filter::parse_duration, model::parse_size};

/// Arguments of `sql`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
#[derive(Debug, Args)]
pub struct SqlArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// The query: one SELECT over the tables of the lake
    #[arg(value_name = "SELECT", allow_hyphen_values = true)]
    pub query: Option<String>,
    /// Read the query from a file; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub file: Option<PathBuf>,
    /// Run the saved query of this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["query", "file"])]
    pub saved: Option<String>,
    /// How rows are written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// One array of objects, as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Into this file; its ending tells the format
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Sort the rows of the answer by one of its columns, what has no value last
    #[arg(long, value_name = "COL[:desc]")]
    pub sort: Option<String>,
    /// The first N rows; never applied unless given
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Memory that the query may take, for example 512MB [default: 2GB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory: Option<u64>,
    /// Time that the query may take, for example 1min; as long as it likes without it
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<i64>,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
    /// List the tables, their columns and types
    #[arg(long, group = "instead", conflicts_with_all = ["query", "file", "saved", "out"])]
    pub tables: bool,
    /// List the saved queries
    #[arg(long, group = "instead", conflicts_with_all = ["query", "file", "saved", "out"])]
    pub queries: bool,
    /// List the queries that ran, the latest first
    #[arg(long, group = "instead", conflicts_with_all = ["query", "file", "saved", "out"])]
    pub history: bool,
    /// Save the query under this name instead of running it, in place of an older one
    #[arg(long, value_name = "NAME", group = "instead", conflicts_with_all = ["saved", "out"])]
    pub save: Option<String>,
    /// A note to save with it
    #[arg(long, requires = "save", default_value = "")]
    pub note: String,
    /// Forget the saved query of this name
    #[arg(long, value_name = "NAME", group = "instead", conflicts_with_all = ["query", "file", "saved", "out"])]
    pub delete: Option<String>,
}
