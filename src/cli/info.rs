//! `lakescope info`

use std::io::{self, Write};

use super::{
    Failure,
    args::LakeArgs,
    table::{open_indexed, print_json},
};
use crate::{model::one_line, session::LakeInfo};

pub(super) fn run(args: &LakeArgs) -> Result<(), Failure> {
    let info = open_indexed(&args.lake)?.info()?;
    if args.json { print_json(&info) } else { Ok(print(&info, &mut io::stdout().lock())?) }
}

/// Prints the counts, the metrics with their ranges, and the problems.
fn print(info: &LakeInfo, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "lake        {}", one_line(&info.lake))?;
    for (name, count) in [
        ("recordings", info.recordings),
        ("footages", info.footages),
        ("frames", info.frames),
        ("labels", info.labels),
        ("catalog", info.catalog_bytes),
    ] {
        writeln!(out, "{name:<11} {count}{}", if name == "catalog" { " bytes" } else { "" })?;
    }
    let width = info.metrics.iter().map(|metric| metric.name.chars().count()).max().unwrap_or(0);
    writeln!(out, "metrics     {}", info.metrics.len())?;
    for metric in &info.metrics {
        let range = match (metric.min, metric.max) {
            (Some(min), Some(max)) => format!("{min} … {max} {}", metric.unit.as_deref().unwrap_or("")),
            _ => String::new(),
        };
        writeln!(
            out,
            "  {:<width$}  {:<5}  {}",
            one_line(&metric.name),
            metric.kind.as_str(),
            one_line(range.trim_end())
        )?;
    }
    if info.footages == 0 {
        writeln!(out, "no HDF5 store with frames was found in this folder; docs/lake-format.md tells what opens")?;
    }
    writeln!(out, "problems    {}", info.problems.len())?;
    for problem in &info.problems {
        writeln!(out, "  {}: {}. {}", problem.path, problem.what, problem.hint)?;
    }
    Ok(())
}
