//! `lakescope verify`

use std::process::ExitCode;

use super::{
    Failure,
    args::VerifyArgs,
    table::{byte_count, counted, open_indexed, print_json, say, with_progress},
};
use crate::session::VerifyReport;

pub(super) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let session = open_indexed(&args.lake)?;
    let report = with_progress(|progress| session.verify(args.recording.as_deref(), progress))?;
    if args.json {
        print_json(&report)?;
    } else {
        tell(args, session.name(), &report)?;
    }
    Ok(if report.intact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn tell(args: &VerifyArgs, name: &str, report: &VerifyReport) -> Result<(), Failure> {
    for store in &report.damaged {
        for run in &store.frames {
            say(format_args!("damaged    {}  in {}", run.frames, store.store))?;
        }
        for run in &store.structure {
            say(format_args!("structure  {}, bytes {} to {}", store.store, run.first, run.last))?;
        }
        if let Some(error) = &store.unreadable {
            say(format_args!("unreadable {}: {error}", store.store))?;
        }
    }
    for (word, list) in [("changed", &report.resized), ("missing", &report.missing)] {
        for told in list {
            say(format_args!("{word:<10} {}: {}", told.store, told.what))?;
        }
    }
    for (store, what) in report
        .touched
        .iter()
        .map(|store| (store, "touched, contents the same"))
        .chain(report.busy.iter().map(|store| (store, "changed while it was read; verify it again")))
    {
        say(format_args!("{store}: {what}"))?;
    }
    for store in &report.not_covered {
        say(format_args!("{store}: not covered, run `lakescope index {} --checksums`", args.lake.display()))?;
    }
    say(format_args!(
        "{name}: {} of {}, {} of {} and {} of {} have checksums; read in {:.2} s ({:.0} MB/s)",
        report.stores_covered,
        counted(report.stores, "store"),
        report.frames_covered,
        counted(report.frames, "frame"),
        byte_count(report.bytes_covered),
        byte_count(report.bytes),
        report.seconds,
        report.bytes_covered as f64 / 1e6 / report.seconds.max(1e-9),
    ))?;
    if report.intact && report.stores_covered > 0 {
        say(format_args!("every byte that has a checksum is as it was"))?;
    } else if !report.intact {
        say(format_args!(
            "{}; {} with damage, {} of another size, {} missing",
            counted(report.frames_damaged, "damaged frame"),
            counted(report.damaged.len() as u64, "store"),
            report.resized.len(),
            report.missing.len()
        ))?;
    }
    Ok(())
}
