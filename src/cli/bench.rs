//! `lakescope bench`

use std::{fs, path::Path};

use anyhow::Context;

use super::{
    Failure,
    args::{Bench, BenchArgs},
    table::{open_indexed, print, print_json, with_progress},
};
use crate::session::{BenchReport, BenchRequest, BenchWhat, FilterRow, FramesRow, IndexRow, OpenRow};

pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    if args.filter.is_some() && args.what != Bench::Filter {
        return Err(Failure::Usage("--where goes with `bench LAKE filter` alone".to_owned()));
    }
    if args.from.is_some() && !matches!(args.what, Bench::Frames | Bench::Thumbnails) {
        return Err(Failure::Usage("--from goes with `bench LAKE frames` and `bench LAKE thumbnails`".to_owned()));
    }
    let request = BenchRequest {
        what: match args.what {
            Bench::Frames => BenchWhat::Frames,
            Bench::Thumbnails => BenchWhat::Thumbnails,
            Bench::Filter => BenchWhat::Filter,
            Bench::Index => BenchWhat::Index,
            Bench::Open => BenchWhat::Open,
        },
        count: args.count.map(|count| count as usize),
        seed: args.seed,
        frames: args.from.as_deref().map(names).transpose()?,
        threads: args.threads.map(usize::from),
        filter: args.filter.clone(),
    };
    let session = open_indexed(&args.lake)?;
    let report = with_progress(|progress| session.bench(&request, progress))?;
    if args.json {
        print_json(&report)?;
    } else {
        print_report(&report)?;
    }
    let failed: u64 = match &report {
        BenchReport::Frames(rows) => rows.iter().map(|row| row.failed).sum(),
        _ => 0,
    };
    if failed > 0 {
        return Err(anyhow::anyhow!(
            "{failed} frames could not be read; `lakescope runs {} --log RUN` names the first of them",
            args.lake.display()
        )
        .into());
    }
    Ok(())
}

/// The names in a file, one a line.
fn names(file: &Path) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn print_report(report: &BenchReport) -> Result<(), Failure> {
    match report {
        BenchReport::Frames(rows) => {
            let ways = rows.iter().any(|row| row.way.is_some());
            let mut header = vec!["store_kind"];
            header.extend(ways.then_some("way"));
            header.extend(["frames", "frames_per_s", "p50_ms", "p95_ms", "mb_read", "threads", "cores_used"]);
            let rows: Vec<_> = rows.iter().map(|row| frames_row(row, ways)).collect();
            print(&header, &rows)
        }
        BenchReport::Filters(rows) => print(
            &["matches", "frames", "first_ms", "p50_ms", "p95_ms", "frames_per_s", "cores_used", "filter"],
            &rows.iter().map(filter_row).collect::<Vec<_>>(),
        ),
        BenchReport::Index(row) => print(
            &["recordings", "frames", "samples", "labels", "seconds", "frames_per_s", "catalog_mb", "cores_used"],
            &[index_row(row)],
        ),
        BenchReport::Open(rows) => {
            print(&["step", "openings", "p50_ms", "p95_ms"], &rows.iter().map(open_row).collect::<Vec<_>>())
        }
    }
}

fn frames_row(row: &FramesRow, ways: bool) -> Vec<String> {
    let mut cells = vec![row.store_kind.clone()];
    if ways {
        cells.push(row.way.unwrap_or_default().to_owned());
    }
    cells.extend([
        row.frames.to_string(),
        rate(row.frames_per_s),
        ms(row.p50_ms),
        ms(row.p95_ms),
        megabytes(row.bytes_read),
        row.threads.to_string(),
        cores(row.cores_used),
    ]);
    cells
}

fn filter_row(row: &FilterRow) -> Vec<String> {
    vec![
        row.matches.to_string(),
        row.frames.to_string(),
        ms(row.first_ms),
        ms(row.p50_ms),
        ms(row.p95_ms),
        rate(row.frames_per_s),
        cores(row.cores_used),
        row.filter.clone(),
    ]
}

fn index_row(row: &IndexRow) -> Vec<String> {
    vec![
        row.recordings.to_string(),
        row.frames.to_string(),
        row.samples.to_string(),
        row.labels.to_string(),
        format!("{:.2}", row.seconds),
        rate(row.frames_per_s),
        megabytes(row.catalog_bytes),
        cores(row.cores_used),
    ]
}

fn open_row(row: &OpenRow) -> Vec<String> {
    vec![row.step.to_owned(), row.openings.to_string(), ms(row.p50_ms), ms(row.p95_ms)]
}

fn rate(per_second: f64) -> String {
    format!("{per_second:.0}")
}

fn ms(time: f64) -> String {
    format!("{time:.3}")
}

#[expect(clippy::cast_precision_loss, reason = "shown to the tenth of a megabyte")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn cores(used: Option<f64>) -> String {
    used.map_or_else(String::new, |used| format!("{used:.2}"))
}
