//! Questions that this machine answers.

use std::path::Path;

use super::{
    Behind, CountsBy, DEFAULT_MEMORY_BYTES, Duplicates, EngineChoice, EventCounts, Stages, TopItems, TopRequest,
    nothing::{self, Outcome},
};
use crate::{
    analytics::{self, Resources, Skipped},
    formats::{BadRows, EventOptions, Locations, Note, read_locations},
    jobs::Progress,
    model::Problem,
    session::{SessionError, now_ns},
};

/// Least memory that an answer may be given.
const MIN_MEMORY_BYTES: u64 = 64 << 20;
/// Of 100 bytes of memory, those for events; the others are for files being read, tables and the answer.
const EVENTS_PERCENT: u64 = 65;

/// What to do about rows that cannot be used.
const REMEDY: &str = "correct these in the file and ask again";

/// Refuses what this machine alone can do when a cluster was chosen.
pub(super) fn only(request: &TopRequest, what: &str) -> Result<(), SessionError> {
    match &request.engine {
        EngineChoice::Local | EngineChoice::Lake => Ok(()),
        EngineChoice::Remote(_) => {
            Err(SessionError::Usage(format!("{what} are worked out on this machine alone; leave the cluster out")))
        }
    }
}

/// Refuses what cannot be meant.
pub(super) fn check(request: &TopRequest) -> Result<(), SessionError> {
    request.query.check()?;
    if request.memory_bytes.is_some_and(|memory| memory < MIN_MEMORY_BYTES) {
        return Err(SessionError::Usage("less than 64 MB of memory are not enough; allow some more".to_owned()));
    }
    Ok(())
}

pub(super) fn resources(request: &TopRequest, spill_folder: &Path) -> Resources {
    let events = request.memory_bytes.unwrap_or(DEFAULT_MEMORY_BYTES) / 100 * EVENTS_PERCENT;
    Resources {
        buffer_bytes: usize::try_from(events).unwrap_or(usize::MAX),
        spill_folder: spill_folder.to_owned(),
        on_error: request.on_error,
        events: EventOptions { time_unit: request.time_unit, root: request.source.root.clone() },
        ..Resources::default()
    }
}

/// The table of locations, and what is wrong with it.
pub(super) fn locations(request: &TopRequest, problems: &mut Vec<Problem>) -> Result<Locations, SessionError> {
    let Some(path) = &request.source.locations else { return Ok(Locations::default()) };
    let found = read_locations(path).map_err(|error| SessionError::Failed(error.to_string()))?;
    let name = path.display().to_string();
    problems.extend(found.notes.iter().cloned().map(|note| note.into_problem(&name)));
    problems.extend(
        found.bad_rows.notes_with("rows of locations", REMEDY).into_iter().map(|note| note.into_problem(&name)),
    );
    Ok(found)
}

/// What is wrong with events.
pub(super) fn told(request: &TopRequest, bad: &BadRows, skipped: &Skipped, notes: &[Note]) -> Vec<Problem> {
    let name = request.source.detections.display().to_string();
    let mut problems: Vec<Problem> = skipped
        .iter()
        .map(|(path, error)| {
            let what = format!("the file was left out: {}", error.cause());
            Problem::new(path.display().to_string(), what, "The others were counted without it.")
        })
        .collect();
    problems.extend(notes.iter().cloned().map(|note| note.into_problem(&name)));
    problems.extend(bad.notes_with("rows of events", REMEDY).into_iter().map(|note| note.into_problem(&name)));
    problems
}

pub(super) fn top(request: &TopRequest, spill: &Path, progress: &Progress) -> Result<TopItems, SessionError> {
    check(request)?;
    let mut problems = Vec::new();
    let (locations, resources) = (locations(request, &mut problems)?, resources(request, spill));
    let mut answer = analytics::top(&request.source.detections, &locations, &request.query, &resources, progress)?;
    if let Some(allowed_ns) = request.lateness_ns {
        let found = analytics::lateness(&request.source.detections, now_ns(), allowed_ns, &resources, progress)?;
        answer.lateness = Some(found);
    }
    problems.extend(told(request, &answer.stages.bad_rows, &answer.skipped, &answer.notes));
    problems.extend(top_told(request, &answer));
    answer.problems = problems;
    Ok(answer)
}

/// What a person should hear of top items, beside what is wrong with the files.
pub(super) fn top_told(request: &TopRequest, answer: &TopItems) -> Vec<Problem> {
    nothing::told(request, &outcome(&answer.stages, &answer.windows_ns))
}

/// The same of counts.
pub(super) fn counts_told(request: &TopRequest, answer: &EventCounts) -> Vec<Problem> {
    nothing::told(request, &outcome(&answer.stages, &answer.windows_ns))
}

fn outcome<'a>(stages: &'a Stages, windows_ns: &[i64]) -> Outcome<'a> {
    Outcome {
        read: stages.read,
        bad_rows: &stages.bad_rows,
        passed_over: &stages.passed_over,
        unmet: &stages.unmet,
        left: stages.after_filters,
        times: windows_ns.iter().min().zip(windows_ns.iter().max()).map(|(first, last)| (*first, *last)),
    }
}

pub(super) fn counts(
    request: &TopRequest,
    by: CountsBy,
    spill: &Path,
    progress: &Progress,
) -> Result<EventCounts, SessionError> {
    check(request)?;
    let mut problems = Vec::new();
    let (locations, resources) = (locations(request, &mut problems)?, resources(request, spill));
    let source = &request.source.detections;
    let mut answer = analytics::event_counts(source, &locations, &request.query, by, &resources, progress)?;
    problems.extend(told(request, &answer.stages.bad_rows, &answer.skipped, &answer.notes));
    problems.extend(counts_told(request, &answer));
    answer.problems = problems;
    Ok(answer)
}

pub(super) fn events(
    request: &TopRequest,
    page: (u64, u64),
    spill: &Path,
    progress: &Progress,
) -> Result<Behind, SessionError> {
    check(request)?;
    let mut problems = Vec::new();
    let (locations, resources) = (locations(request, &mut problems)?, resources(request, spill));
    let source = &request.source.detections;
    let mut answer = analytics::behind(source, &locations, &request.query, page, &resources, progress)?;
    problems.extend(told(request, &answer.bad_rows, &answer.skipped, &answer.notes));
    problems.extend(nothing::told(
        request,
        &Outcome {
            read: answer.read,
            bad_rows: &answer.bad_rows,
            passed_over: &answer.passed_over,
            unmet: &answer.unmet,
            left: answer.total,
            times: None,
        },
    ));
    answer.problems = problems;
    Ok(answer)
}

pub(super) fn duplicates(
    request: &TopRequest,
    keep: usize,
    spill: &Path,
    progress: &Progress,
) -> Result<Duplicates, SessionError> {
    check(request)?;
    let mut problems = Vec::new();
    let (locations, resources) = (locations(request, &mut problems)?, resources(request, spill));
    let mut answer = analytics::duplicates(&request.source.detections, &locations, keep, &resources, progress)?;
    problems.extend(told(request, &answer.bad_rows, &answer.skipped, &answer.notes));
    answer.problems = problems;
    Ok(answer)
}
