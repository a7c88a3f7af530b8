//! `lakescope export`

use super::{
    Failure,
    args::{ExportArgs, Images, Labels},
    keep::tell_gone,
    table::{counted, open_indexed, print_json, say, with_progress},
};
use crate::session::{ExportImages, ExportLabels, ExportRequest, ExportScope};

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let request = ExportRequest {
        scope: match (&args.selection, &args.view, &args.frames) {
            (Some(name), ..) => ExportScope::Selection(name.clone()),
            (None, Some(name), _) => ExportScope::View(name.clone()),
            (None, None, Some(file)) => session.frames_listed(file)?,
            (None, None, None) => ExportScope::Filter(args.filter.clone()),
        },
        out: args.out.clone().unwrap_or_default(),
        images: match args.images {
            Images::None => ExportImages::None,
            Images::Png => ExportImages::Png,
            Images::Jpeg => ExportImages::Jpeg,
            Images::Original => ExportImages::Original,
        },
        labels: match args.labels {
            Labels::None => None,
            Labels::Csv => Some(ExportLabels::Csv),
            Labels::Coco => Some(ExportLabels::Coco),
            Labels::Yolo => Some(ExportLabels::Yolo),
            Labels::Kitti => Some(ExportLabels::Kitti),
            Labels::KittiTracking => Some(ExportLabels::KittiTracking),
            Labels::Voc => Some(ExportLabels::Voc),
            Labels::Cvat => Some(ExportLabels::Cvat),
            Labels::Bdd => Some(ExportLabels::Bdd),
        },
        spreadsheet: args.spreadsheet,
        every_ns: args.every,
        around_ns: args.around,
    };
    if args.count {
        let count = session.export_count(&*session.table()?, &request)?;
        tell_gone(count.gone);
        return say(format_args!("{}", count.frames));
    }
    let report = with_progress(|progress| session.export(&request, progress))?;
    if args.json {
        print_json(&report)?;
    } else {
        say(format_args!(
            "{}: {}, {}, {}",
            report.out.display(),
            counted(report.frames, "frame"),
            counted(report.labels, "label"),
            counted(report.images, "image")
        ))?;
    }
    let Some((frame, why)) = report.failed.first() else { return Ok(()) };
    // The folder is whole but for these, and a script must learn of them.
    Err(anyhow::anyhow!(
        "{} of {} images could not be written, the first is {frame}: {why}; {} lists all of them",
        report.failed.len(),
        report.frames,
        report.out.join("export.json").display()
    )
    .into())
}
