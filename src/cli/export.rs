//! `lakescope export`

use super::{
    Failure,
    args::{ExportArgs, Images, Labels},
    table::{open_indexed, print_json, with_progress},
};
use crate::session::{ExportImages, ExportRequest, ExportScope};

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let request = ExportRequest {
        scope: match &args.selection {
            Some(name) => ExportScope::Selection(name.clone()),
            None => ExportScope::Filter(args.filter.clone()),
        },
        out: args.out.clone(),
        images: match args.images {
            Images::None => ExportImages::None,
            Images::Png => ExportImages::Png,
            Images::Jpeg => ExportImages::Jpeg,
            Images::Original => ExportImages::Original,
        },
        labels: args.labels == Labels::Csv,
        spreadsheet: args.spreadsheet,
    };
    let report = with_progress(|progress| session.export(&request, progress))?;
    if args.json {
        return print_json(&report);
    }
    println!("{}: {} frames, {} labels, {} images", report.out.display(), report.frames, report.labels, report.images);
    if let Some((frame, why)) = report.failed.first() {
        println!("{} images could not be written, the first is {frame}: {why}", report.failed.len());
        println!("all of them are listed in {}", report.out.join("export.json").display());
    }
    Ok(())
}
