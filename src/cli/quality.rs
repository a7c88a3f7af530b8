//! `lakescope quality`

use std::io::Write;

use super::{
    Failure,
    stats_args::QualityArgs,
    table::{open_indexed, print, print_json, with_progress},
};
use crate::session::{FootageQuality, MetricQuality, QualityFinding, QualityReport};

pub(super) fn run(args: &QualityArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let report = with_progress(|progress| session.quality(&table, progress))?;
    if args.json {
        return print_json(&report);
    }
    let (header, rows) = rows(args, &report);
    let Some(path) = &args.out else { return print(&header, &rows) };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header)?;
    for row in &rows {
        writer.write_record(row)?;
    }
    let text = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(crate::export::write_file(path, |file| Ok(file.write_all(&text)?))?)
}

fn rows(args: &QualityArgs, report: &QualityReport) -> (Vec<&'static str>, Vec<Vec<String>>) {
    if args.metrics {
        let header = vec![
            "recording",
            "metric",
            "kind",
            "count",
            "missing",
            "nan",
            "rate_hz",
            "gaps",
            "duplicates",
            "out_of_order",
            "frozen",
            "outliers",
        ];
        return (header, report.metrics.iter().map(metric).collect());
    }
    if args.footages {
        let header =
            vec!["recording", "camera", "frames", "rate_hz", "expected_frames", "missing_frames", "labelled_frames"];
        return (header, report.footages.iter().map(footage).collect());
    }
    (QualityFinding::HEADER.to_vec(), report.findings.iter().map(|finding| finding.cells().to_vec()).collect())
}

fn rate(rate_hz: Option<f64>) -> String {
    rate_hz.map_or_else(String::new, |rate| format!("{rate:.3}"))
}

fn metric(one: &MetricQuality) -> Vec<String> {
    let counts = [one.gaps, one.duplicates, one.out_of_order, one.frozen, one.outliers];
    let mut row = vec![
        one.recording.clone(),
        one.metric.clone(),
        one.kind.as_str().to_owned(),
        one.count.to_string(),
        one.missing.to_string(),
        one.nan.to_string(),
        rate(one.rate_hz),
    ];
    row.extend(counts.iter().map(ToString::to_string));
    row
}

fn footage(one: &FootageQuality) -> Vec<String> {
    vec![
        one.recording.clone(),
        one.camera.clone(),
        one.frames.to_string(),
        rate(one.rate_hz),
        one.expected_frames.to_string(),
        one.missing_frames.to_string(),
        one.labelled_frames.to_string(),
    ]
}
