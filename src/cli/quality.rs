//! `lakescope quality`

use super::{
    Failure,
    stats_args::QualityArgs,
    table::{open_indexed, print, print_json, with_progress},
};
use crate::session::QualityTable;

pub(super) fn run(args: &QualityArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let report = with_progress(|progress| session.quality(&table, progress))?;
    if args.json {
        return print_json(&report);
    }
    let of = match (args.metrics, args.footages) {
        (true, _) => QualityTable::Metrics,
        (_, true) => QualityTable::Footages,
        _ => QualityTable::Findings,
    };
    if let Some(path) = &args.out {
        return Ok(report.write_csv(of, path)?);
    }
    let (header, rows) = report.table(of);
    print(header, &rows)
}
