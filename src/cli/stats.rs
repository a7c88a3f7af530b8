//! `lakescope stats` of one recording

use super::{
    Failure,
    stats_args::StatsArgs,
    stats_table,
    table::{open_indexed, print, print_json},
};
use crate::{
    filter::parse_duration,
    model::parse_time_ns,
    session::{SampleStatistics, SampleValue},
};

pub(super) fn run(args: &StatsArgs) -> Result<(), Failure> {
    let Some(recording) = &args.recording else { return stats_table::run(args) };
    if args.out.is_some() || args.format.is_some() || args.limit.is_some() || args.record || args.spreadsheet {
        return Err(Failure::Usage(
            "--out, --format, --limit, --record and --spreadsheet are for statistics by group; choose the recording with \
             --where 'recording = \"…\"' for those"
                .to_owned(),
        ));
    }
    let session = open_indexed(&args.lake)?;
    let start = session.started_at(recording)?;
    let end = |name: &str, text: Option<&str>, open: i64| text.map_or(Ok(open), |text| time(name, text, start));
    let span = (end("--from", args.from.as_deref(), i64::MIN)?, end("--to", args.to.as_deref(), i64::MAX)?);
    if span.0 > span.1 {
        return Err(Failure::Usage("--from lies after --to; write the earlier time behind --from".to_owned()));
    }
    let wanted = (!args.metrics.is_empty()).then_some(args.metrics.as_slice());
    let found = session.statistics(recording, wanted, span)?;
    if let Some(missing) = args.metrics.iter().find(|name| !found.iter().any(|one| one.metric == **name)) {
        return Err(Failure::Usage(format!(
            "--metric {missing}: the recording {recording} has no such metric; without --metric all that it has are told"
        )));
    }
    if args.json {
        return print_json(&found);
    }
    let header = [
        "metric",
        "unit",
        "samples",
        "missing",
        "mean",
        "std",
        "min",
        "max",
        "first",
        "last",
        "difference",
        "duration_s",
    ];
    print(&header, &found.iter().map(row).collect::<Vec<_>>())
}

/// ns UTC of a time, or of a duration since the recording began.
fn time(name: &str, text: &str, start: i64) -> Result<i64, Failure> {
    let since = || parse_duration(text).ok().map(|since| start.saturating_add(since));
    parse_time_ns(text).or_else(since).ok_or_else(|| {
        Failure::Usage(format!(
            "{name} {text}: write a time such as 2024-05-01T08:00:05Z, or since the recording began such as 12.5s"
        ))
    })
}

#[expect(clippy::cast_precision_loss, reason = "seconds")]
fn row(found: &SampleStatistics) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let value = |value: Option<&SampleValue>| value.map_or_else(String::new, ToString::to_string);
    vec![
        found.metric.clone(),
        found.unit.clone().unwrap_or_default(),
        found.count.to_string(),
        found.missing.to_string(),
        number(found.mean),
        number(found.std),
        number(found.min),
        number(found.max),
        value(found.first.as_ref()),
        value(found.last.as_ref()),
        number(found.difference),
        number(found.duration_ns.map(|ns| ns as f64 / 1e9)),
    ]
}
