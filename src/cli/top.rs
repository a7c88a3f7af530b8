//! `lakescope top`

use std::{io::Write, path::Path};

use super::{
    Failure,
    args::Format,
    frames::{chosen_format, format_of, stdout_file},
    table::{counted, lasting, print, print_json, say, with_progress},
    top_args::TopArgs,
};
use crate::{
    jobs::Progress,
    model::{Problem, format_ns, parse_time_ns},
    session::{
        self, DetectionReport, DetectionSource, DetectionTable, Duplicates, FrameFormat, Lateness, LocationShare,
        OpenOptions, Session, Stages, TopQuery, TopRequest, Window,
    },
};

/// Ids whose events disagree that are shown when nothing is said.
const SHOWN_IDS: u64 = 10;
/// Cameras that are shown.
const SHOWN_CAMERAS: usize = 10;
/// Locations that are shown.
const SHOWN_LOCATIONS: usize = 3;

pub(super) fn run(args: &TopArgs) -> Result<(), Failure> {
    let session = args.lake.as_deref().map(|lake| Session::open(lake, OpenOptions::default())).transpose()?;
    let request = request(args, session.as_ref())?;
    for out in args.out.iter().chain(&args.report) {
        request.source.spare(out)?;
    }
    // What would be found out when all is counted is asked before.
    let format = format(args)?;
    for out in args.out.iter().chain(&args.report) {
        session::check_place(out)?;
    }
    if args.out.is_some() && args.out == args.report {
        return Err(Failure::Usage("--out and --report name the same file; give them two names".to_owned()));
    }
    if args.duplicates {
        return duplicates(args, session.as_ref(), &request, format);
    }
    if args.list {
        return list(args, session.as_ref(), &request, format);
    }
    if let Some(counts) = args.counts {
        let by = counts.into();
        let answer = with_progress(|progress| match &session {
            Some(session) => session.detection_counts(&request, by, progress),
            None => session::detection_counts_of_files(&request, by, progress),
        })?;
        tell_stages(&answer.stages, answer.skipped.len());
        tell_problems(&answer.problems);
        report(args, &DetectionReport::of_counts(&request, &answer))?;
        return write(answer.into(), format, args.out.as_deref());
    }
    let answer = with_progress(|progress| match &session {
        Some(session) => session.top(&request, progress),
        None => session::top_of_files(&request, progress),
    })?;
    tell_stages(&answer.stages, answer.skipped.len());
    let largest = LocationShare::largest(&answer.by_location, SHOWN_LOCATIONS);
    let largest: Vec<String> =
        largest.iter().map(|one| format!("{} has {:.1} %", one.geographical_location_oid, one.share * 100.0)).collect();
    if !largest.is_empty() {
        let locations = counted(answer.by_location.len() as u64, "location");
        eprintln!("lakescope: events at {locations}; of all events {}", largest.join(", "));
    }
    if let Some(lateness) = &answer.lateness {
        tell_lateness(lateness);
    }
    tell_problems(&answer.problems);
    report(args, &DetectionReport::of_top(&request, &answer))?;
    write(answer.into(), format, args.out.as_deref())
}

/// What was asked.
fn request(args: &TopArgs, session: Option<&Session>) -> Result<TopRequest, Failure> {
    let mut request = match (&args.detections, session) {
        (Some(detections), session) => {
            let own = session.map(Session::detection_source).transpose()?.flatten();
            let locations = own.and_then(|source| source.locations);
            TopRequest::of(DetectionSource { detections: detections.clone(), locations, root: None })
        }
        (None, Some(session)) => session.top_request()?,
        // The definition of the command asks for one of them.
        (None, None) => return Err(Failure::Usage("name a lake, or events with --detections".to_owned())),
    };
    if let Some(locations) = &args.locations {
        request.source.locations = Some(locations.clone());
    }
    let time = |name: &str, text: &Option<String>| {
        let read = |text: &String| {
            parse_time_ns(text)
                .ok_or_else(|| Failure::Usage(format!("{name} {text}: write a time such as 2024-05-01T08:00Z")))
        };
        text.as_ref().map(read).transpose()
    };
    request.query = TopQuery {
        n: args.n,
        scope: args.by.into(),
        ranking: args.ranking.into(),
        from_ns: time("--from", &args.from)?,
        to_ns: time("--to", &args.to)?,
        locations: request.source.location_oids(&args.location)?,
        items: args.item.clone(),
        window: args.window.map(|size_ns| Window { size_ns, slide_ns: args.slide.unwrap_or(size_ns) }),
        dedup: !args.no_dedup,
    };
    request.engine = args.engine.clone().unwrap_or_default();
    request.salt = args.salt.unwrap_or(0);
    request.memory_bytes = Some(args.memory);
    request.on_error = args.on_error.into();
    request.time_unit = args.time_unit.map(Into::into).or(request.time_unit);
    request.lateness_ns = args.lateness;
    Ok(request)
}

/// How rows are written.
fn format(args: &TopArgs) -> Result<FrameFormat, Failure> {
    let asked = args.format.or(args.json.then_some(Format::Json));
    if let (None, Some(out)) = (asked, &args.out)
        && let (Some(ending), None) = (out.extension(), format_of(out))
    {
        return Err(Failure::Usage(format!(
            "--out {}: rows are written as .csv, .json, .ndjson, .parquet or .txt, and .{} is none of them; choose one, or say \
             which is meant with --format",
            out.display(),
            ending.to_string_lossy()
        )));
    }
    chosen_format(asked, args.out.as_deref(), args.spreadsheet)
}

fn write(table: DetectionTable, format: FrameFormat, out: Option<&Path>) -> Result<(), Failure> {
    let progress = Progress::new();
    if let Some(path) = out {
        let rows = table.rows() as u64;
        table.write_file(format, path, &progress)?;
        eprintln!("lakescope: {} written to {}", counted(rows, "row"), path.display());
    } else {
        let mut out = stdout_file()?;
        table.write(format, &mut out, &progress)?;
        out.flush()?;
    }
    Ok(())
}

/// Writes what became of the events, where that was asked for.
fn report(args: &TopArgs, report: &impl serde::Serialize) -> Result<(), Failure> {
    let Some(path) = &args.report else { return Ok(()) };
    Ok(session::write_json_file(report, path)?)
}

/// Tells what became of the events, on standard error.
fn tell_stages(stages: &Stages, skipped: usize) {
    let mut told = vec![("rows read", stages.read)];
    let passed_over = &stages.passed_over;
    let lost = [
        ("files left out", skipped as u64),
        ("bad rows", stages.bad_rows.total()),
        ("without location or item", stages.incomplete),
        ("at other locations", passed_over.other_locations),
        ("of other items", passed_over.other_items),
        ("without a time", passed_over.without_time),
        ("outside of the span", passed_over.outside_span),
    ];
    told.push(("duplicates removed", stages.duplicates));
    told.extend(lost.into_iter().filter(|(_, count)| *count > 0));
    told.push(("events counted", stages.after_filters));
    // This one is no loss: what has no id is merged with nothing.
    told.extend((stages.null_ids > 0).then_some(("without detection_oid", stages.null_ids)));
    told.extend([
        ("at known locations", stages.joined),
        ("at unknown locations", stages.unmatched),
        ("groups", stages.groups),
        ("rows out", stages.rows_out),
    ]);
    for (stage, count) in told {
        eprintln!("lakescope: {stage:<25}{count:>15}");
    }
    if stages.spilled_bytes > 0 {
        eprintln!("lakescope: {:<25}{:>15}", "bytes kept on disk", stages.spilled_bytes);
    }
    eprintln!(
        "lakescope: reading {:.2} s, counting {:.2} s, ranking {:.2} s",
        stages.reading.as_secs_f64(),
        stages.counting.as_secs_f64(),
        stages.ranking.as_secs_f64()
    );
}

fn tell_lateness(found: &Lateness) {
    let time = |time: Option<i64>| time.map_or_else(|| "none".to_owned(), format_ns);
    eprintln!("lakescope: times from {} to {}", time(found.oldest_ns), time(found.newest_ns));
    if !found.skipped.is_empty() {
        eprintln!("lakescope: times of {} were not all read", counted(found.skipped.len() as u64, "file"));
    }
    let kinds = [("from the future", found.future, &found.future_examples), ("late", found.late, &found.late_examples)];
    for (kind, count, examples) in kinds {
        eprintln!("lakescope: {kind:<25}{count:>15}");
        for event in examples {
            let id = event.detection.map_or_else(|| "none".to_owned(), |id| id.to_string());
            let (at, by, file) = (format_ns(event.time_ns), lasting(event.by_ns.unsigned_abs()), event.path.display());
            eprintln!("lakescope:   detection_oid {id} at {at} ({by}) in {file}");
        }
    }
}

fn tell_problems(problems: &[Problem]) {
    for problem in problems {
        eprintln!("lakescope: {}: {}. {}", problem.path, problem.what, problem.hint);
    }
}

/// Lists events.
fn list(args: &TopArgs, session: Option<&Session>, request: &TopRequest, format: FrameFormat) -> Result<(), Failure> {
    let page = (args.offset, args.limit.unwrap_or(u64::MAX));
    let found = with_progress(|progress| match session {
        Some(session) => session.detection_events(request, page, progress),
        None => session::detection_events_of_files(request, page, progress),
    })?;
    eprintln!("lakescope: {} of {}", found.events.len(), counted(found.total, "event"));
    tell_problems(&found.problems);
    write(DetectionTable::of_events(found.events.iter()), format, args.out.as_deref())
}

/// Tells what duplicates are like.
fn duplicates(
    args: &TopArgs,
    session: Option<&Session>,
    request: &TopRequest,
    format: FrameFormat,
) -> Result<(), Failure> {
    let shown = if args.out.is_some() { u64::MAX } else { SHOWN_IDS };
    let keep = usize::try_from(args.limit.unwrap_or(shown)).unwrap_or(usize::MAX);
    let found = with_progress(|progress| match session {
        Some(session) => session.duplicates(request, keep, progress),
        None => session::duplicates_of_files(request, keep, progress),
    })?;
    tell_problems(&found.problems);
    report(args, &found.summary())?;
    if args.json && args.out.is_none() {
        return print_json(&found.summary());
    }
    print_duplicates(&found)?;
    let table = DetectionTable::of_disagreements(&found);
    if args.out.is_some() {
        return write(table, format, args.out.as_deref());
    }
    if table.rows() == 0 {
        return Ok(());
    }
    say(format_args!(""))?;
    if found.disagreements.len() as u64 != found.disagreeing {
        eprintln!(
            "lakescope: {} of {} ids whose events disagree; --out FILE writes all",
            found.disagreements.len(),
            found.disagreeing
        );
    }
    write(table, format, None)
}

#[expect(clippy::cast_precision_loss, reason = "shares for people")]
fn print_duplicates(found: &Duplicates) -> Result<(), Failure> {
    let share = |part: u64, of: u64| format!("{:.2} %", part as f64 / of.max(1) as f64 * 100.0);
    let after = |ns: Option<u64>| ns.map_or_else(String::new, lasting);
    let extremes = found.delays.extremes_ns();
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    print(
        &["what", "value"],
        &[
            row("events with a detection_oid", found.events.to_string()),
            row("different detection_oids", found.ids.to_string()),
            row("duplicates", found.duplicates.to_string()),
            row("share of duplicates", share(found.duplicates, found.events)),
            row("detection_oids that repeat", found.repeated_ids.to_string()),
            row("whose events disagree", found.disagreeing.to_string()),
            row("in the location", found.differ_in_location.to_string()),
            row("in the camera", found.differ_in_camera.to_string()),
            row("in the item", found.differ_in_item.to_string()),
            row("whose events have other times", found.differ_in_time.to_string()),
            row("shortest delay", after(extremes.map(|(shortest, _)| shortest))),
            row("median delay", after(found.delays.quantile_ns(0.5))),
            row("90 % within", after(found.delays.quantile_ns(0.9))),
            row("99 % within", after(found.delays.quantile_ns(0.99))),
            row("longest delay", after(extremes.map(|(_, longest)| longest))),
        ],
    )?;
    say(format_args!(""))?;
    let cameras = found.cameras.iter().take(SHOWN_CAMERAS).map(|one| {
        let camera = one.camera.map_or_else(String::new, |camera| camera.to_string());
        vec![camera, one.events.to_string(), one.duplicates.to_string(), share(one.duplicates, one.events)]
    });
    print(&["video_camera_oid", "events", "duplicates", "share"], &cameras.collect::<Vec<_>>())
}
