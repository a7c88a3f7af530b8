//! `lakescope index`

use super::{
    Failure,
    args::IndexArgs,
    table::{print_json, say, with_progress},
};
use crate::session::{OpenOptions, Session};

pub(super) fn run(args: &IndexArgs) -> Result<(), Failure> {
    let session = Session::open(&args.lake, OpenOptions::default())?;
    let report = with_progress(|progress| session.index(progress))?;
    if args.json {
        return print_json(&report);
    }
    say(format_args!(
        "{}: {} recordings ({} read, {} unchanged, {} gone), {} footages, {} frames, {} labels in {:.2} s",
        session.name(),
        report.recordings,
        report.recordings_read,
        report.recordings_kept,
        report.recordings_removed,
        report.footages,
        report.frames,
        report.labels,
        report.seconds
    ))?;
    if report.problems > 0 {
        say(format_args!("{} problems; see them with `lakescope info {}`", report.problems, args.lake.display()))?;
    }
    Ok(())
}
