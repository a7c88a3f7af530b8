//! What can be typed behind `lakescope run`.

use std::path::PathBuf;

use clap::Args;

use super::args::Format;

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// The task: analysis/NAME for a saved analysis, query/NAME for a saved query
    pub task: String,
    /// Set a parameter of the task for this run; `lakescope tasks --json` lists them with their present values
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,
    /// Write the answer to a file instead of standard output; the same as --param out=FILE
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How to write; when not given, as the ending of --out says, else a table on a terminal and CSV elsewhere
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Guard text in CSV that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet: bool,
}
