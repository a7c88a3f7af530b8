//! `lakescope index`

use serde::Serialize;

use super::{
    Failure,
    args::IndexArgs,
    table::{byte_count, counted, print_json, say, with_progress},
};
use crate::session::{ChecksumReport, IndexReport, OpenOptions, Session};

/// What `--json` answers: the report of the index, and that of the checksums where they were asked for.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    index: &'a IndexReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksums: Option<&'a ChecksumReport>,
}

pub(super) fn run(args: &IndexArgs) -> Result<(), Failure> {
    let session = Session::open(&args.lake, OpenOptions::default())?;
    let report = with_progress(|progress| session.index(progress))?;
    let record = || with_progress(|progress| session.record_checksums(args.accept_changes, progress));
    if args.json {
        let checksums = args.checksums.then(record).transpose()?;
        return print_json(&Answer { index: &report, checksums: checksums.as_ref() });
    }
    say(format_args!(
        "{}: {} ({} read, {} unchanged, {} gone), {}, {}, {} in {:.2} s",
        session.name(),
        counted(report.recordings, "recording"),
        report.recordings_read,
        report.recordings_kept,
        report.recordings_removed,
        counted(report.footages, "footage"),
        counted(report.frames, "frame"),
        counted(report.labels, "label"),
        report.seconds
    ))?;
    if report.problems > 0 {
        let problems = counted(report.problems, "problem");
        say(format_args!("{problems}; `lakescope info {}` tells more", args.lake.display()))?;
    }
    if args.checksums {
        tell_checksums(args, &record()?)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn tell_checksums(args: &IndexArgs, report: &ChecksumReport) -> Result<(), Failure> {
    say(format_args!(
        "checksums: {} of {} recorded, {} up to date; {} read in {:.2} s ({:.0} MB/s), {} kept of them",
        report.stores_read,
        counted(report.stores, "store"),
        report.stores_kept + report.touched.len() as u64,
        byte_count(report.bytes_read),
        report.seconds,
        report.bytes_read as f64 / 1e6 / report.seconds.max(1e-9),
        byte_count(report.checksum_bytes)
    ))?;
    for store in &report.differing {
        say(format_args!(
            "{store}: its contents differ from its checksums, which are kept; see `lakescope verify {}`, and add --accept-changes if the change was meant",
            args.lake.display()
        ))?;
    }
    for told in &report.skipped {
        say(format_args!("{}: no checksums: {}", told.store, told.what))?;
    }
    Ok(())
}
