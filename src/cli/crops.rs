//! `lakescope crops`

use super::{
    Failure,
    args::CropsArgs,
    frames::order_of,
    table::{open_indexed, print_json, say, with_progress},
};
use crate::{
    model::CropCut,
    session::{BoxOrder, BoxQuery, CropsRequest},
};

pub(super) fn run(args: &CropsArgs) -> Result<(), Failure> {
    let (order, descending) = match &args.sort {
        Some(text) => order_of(text, &BoxOrder::ALL, BoxOrder::as_str)?,
        None => (BoxOrder::default(), false),
    };
    let session = open_indexed(&args.lake)?;
    let request = CropsRequest {
        filter: args.filter.clone(),
        objects: BoxQuery { classes: args.class.clone(), condition: args.label.clone(), order, descending },
        limit: args.limit,
        cut: CropCut { margin_percent: args.margin, square: args.square },
        size_px: args.size,
        out: args.out.clone(),
        spreadsheet: args.spreadsheet,
    };
    let report = with_progress(|progress| session.export_crops(&request, progress))?;
    if args.json {
        print_json(&report)?;
    } else {
        say(format_args!(
            "{}: {} crops of {} objects on {} frames{}",
            report.out.display(),
            report.crops,
            report.objects,
            report.frames,
            if report.outside > 0 { format!(", {} outside of their frame", report.outside) } else { String::new() }
        ))?;
    }
    let Some((frame, why)) = report.failed.first() else { return Ok(()) };
    // The folder is whole but for these, and a script must learn of them.
    Err(anyhow::anyhow!(
        "{} of {} frames could not be read, the first is {frame}: {why}; {} lists all of them",
        report.failed.len(),
        report.frames,
        report.out.join("export.json").display()
    )
    .into())
}
