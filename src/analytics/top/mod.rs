//! The top items of detection events: duplicates removed, joined with the table of locations, ranked.
//!
//! The kernel reads the three columns that decide the answer, sorts packed events apart by id, removes duplicates in tables
//! that fit into the processor's cache, and counts. Where events with one id tell different things, it begins anew with all
//! five columns. It is exact; what does not fit into its memory lies on disk for a while.

mod behind;
mod counts;
mod dedup;
mod delays;
mod duplicates;
mod lateness;
mod left_out;
mod panes;
mod partitions;
mod query;
mod rank;
mod room;
mod rows;
mod scatter;
mod totals;
mod words;

#[cfg(test)]
mod reference;

use std::{io::ErrorKind::Interrupted, path::Path, time::Instant};

pub use behind::{Behind, DetectionEvent, behind};
pub use delays::Delays;
pub use duplicates::{CameraDuplicates, Disagreement, Duplicates, duplicates};
pub use lateness::{LateEvent, Lateness, lateness};
pub use query::{
    CountsBy, EventCounts, LocationEvents, OnError, PassedOver, Ranking, Resources, Scope, Stages, TopItems, TopQuery,
    Unmet, Window,
};

use self::{
    counts::Grouping,
    dedup::{Counted, Merging},
    partitions::Partitions,
    rows::{Full, Narrow, Timed},
    scatter::{Packing, Stop, Task, scatter},
    totals::Totals,
    words::Words,
};
use super::AnalyticsError;
use crate::{
    formats::{EventSet, FormatError, Locations},
    jobs::Progress,
};

/// Answers a question about the events in a file or a folder of files.
///
/// # Errors
/// [`AnalyticsError`] when there are no events, a file cannot be read (and [`OnError::Fail`] holds), room on disk runs
/// out, the question makes no sense, or the person stops it.
pub fn top(
    detections: &Path,
    locations: &Locations,
    query: &TopQuery,
    resources: &Resources,
    progress: &Progress,
) -> Result<TopItems, AnalyticsError> {
    query.check()?;
    let events = open(detections, resources, progress)?;
    let by = CountsBy { location: query.scope == Scope::Location, item: true };
    let counted = counted(&events, query, by, resources, progress)?;
    refuse_if_all_bad(detections, &counted.stages, resources.on_error)?;
    let words = &counted.words;
    let mut answer = rank::rank(counted.totals, words, locations, query, (resources, progress), counted.stages)?;
    answer.skipped = with_refused(counted.skipped, events.refused);
    answer.notes = events.notes;
    Ok(answer)
}

/// Counts events, in windows of time when the question has them; ranks play no part.
///
/// # Errors
/// As [`top`].
pub fn event_counts(
    detections: &Path,
    locations: &Locations,
    query: &TopQuery,
    by: CountsBy,
    resources: &Resources,
    progress: &Progress,
) -> Result<EventCounts, AnalyticsError> {
    query.check()?;
    let events = open(detections, resources, progress)?;
    let counted = counted(&events, query, by, resources, progress)?;
    refuse_if_all_bad(detections, &counted.stages, resources.on_error)?;
    let words = &counted.words;
    let mut answer = rank::list(counted.totals, words, locations, query, by, (resources, progress), counted.stages)?;
    answer.skipped = with_refused(counted.skipped, events.refused);
    answer.notes = events.notes;
    Ok(answer)
}

/// Where no row is an event, an empty answer would be a lie.
///
/// # Errors
/// [`AnalyticsError::AllBad`] with [`OnError::Fail`].
pub(in crate::analytics) fn refuse_if_all_bad(
    detections: &Path,
    Stages { read, bad_rows, .. }: &Stages,
    on_error: OnError,
) -> Result<(), AnalyticsError> {
    if on_error == OnError::Skip || *read == 0 || bad_rows.total() < *read {
        return Ok(());
    }
    let why = bad_rows.notes("rows").into_iter().map(|note| note.what).collect::<Vec<_>>().join("; ");
    Err(AnalyticsError::AllBad { path: detections.to_owned(), why })
}

/// Files that were left out, and why.
pub type Skipped = Vec<(std::path::PathBuf, crate::formats::FormatError)>;

fn with_refused(mut skipped: Skipped, refused: Skipped) -> Skipped {
    skipped.extend(refused);
    skipped.sort_by(|one, other| one.0.cmp(&other.0));
    skipped
}

/// Looks at the files of events.
fn open(detections: &Path, resources: &Resources, progress: &Progress) -> Result<EventSet, AnalyticsError> {
    let found = EventSet::find_within(detections, resources.events.root.as_deref(), &|| !progress.is_cancelled());
    let stopped =
        |error: &FormatError| matches!(error, FormatError::Read { source, .. } if source.kind() == Interrupted);
    let mut events = match found {
        Err(error) if !stopped(&error) => return Err(error.into()),
        found => {
            progress.check()?;
            found?
        }
    };
    if resources.on_error == OnError::Fail && !events.refused.is_empty() {
        return Err(events.refused.swap_remove(0).1.into());
    }
    if events.files == 0 && events.refused.is_empty() {
        return Err(AnalyticsError::NoEvents { path: detections.to_owned() });
    }
    if let Some(rows) = events.rows() {
        progress.set_total(rows);
    }
    Ok(events)
}

/// What was counted, whatever the rows were.
struct Answered {
    totals: Totals,
    words: Words,
    stages: Stages,
    skipped: Skipped,
}

/// Counts with the narrowest rows that can tell the answer, and with wider ones when events with one id tell different
/// things.
fn counted(
    events: &EventSet,
    query: &TopQuery,
    by: CountsBy,
    resources: &Resources,
    progress: &Progress,
) -> Result<Answered, AnalyticsError> {
    let grouping = Grouping::of(query, by);
    let task = Task { events, query, grouping, resources, progress, keep_loose: false };
    let mut tries = 1;
    let mut again = || {
        tries += 1;
        if let Some(rows) = events.rows() {
            progress.set_total(rows.saturating_mul(tries));
        }
    };
    if !query.needs_time() {
        if let Some(answered) = answered::<Narrow>(task)? {
            return Ok(answered);
        }
        again();
    }
    if let Some(answered) = answered::<Timed>(task)? {
        return Ok(answered);
    }
    again();
    // Rows that tell everything are never in conflict, and hold any number.
    answered::<Full>(task)?.ok_or(AnalyticsError::Cancelled)
}

/// The counts with one kind of rows; `None` when such rows cannot tell them.
fn answered<R: Packing + Merging>(task: Task<'_>) -> Result<Option<Answered>, AnalyticsError> {
    let began = Instant::now();
    let Task { query, resources, progress, .. } = task;
    progress.stage("Reading events");
    let mut scattered = match scatter::<R>(task, rand_seed()) {
        Ok(scattered) => scattered,
        Err(Stop::DoesNotFit) => return Ok(None),
        Err(Stop::Error(error)) => return Err(error),
    };
    let reading = began.elapsed();
    progress.stage("Counting");
    let began = Instant::now();
    let mut tallies = std::mem::take(&mut scattered.loose);
    let (mut merged, mut lacking) = (0, 0);
    if query.dedup {
        let limits = scattered.words.limits(query);
        match dedup::count(&scattered, task, &limits)? {
            Counted::Done { tallies: counted, duplicates, incomplete } => {
                tallies.extend(counted);
                merged = duplicates;
                lacking = incomplete;
            }
            Counted::Conflict => return Ok(None),
        }
    }
    let spilled_bytes = scattered.partitions.iter().map(Partitions::spilled).sum();
    let mut passed_over = PassedOver::default();
    for tally in &tallies {
        passed_over.append(&tally.passed_over);
    }
    // Room for the totals.
    scattered.partitions.clear();
    let totals = totals::add_up(tallies, &scattered.words, task.grouping, resources)
        .map_err(|source| AnalyticsError::Spill { folder: resources.spill_folder.clone(), source })?;
    let stages = Stages {
        read: scattered.read,
        bad_rows: scattered.bad_rows,
        incomplete: scattered.incomplete + lacking,
        null_ids: scattered.null_ids,
        duplicates: merged,
        passed_over,
        unmet: Unmet::of(query, &scattered.words.places, &scattered.words.items),
        spilled_bytes,
        reading,
        counting: began.elapsed(),
        ..Stages::default()
    };
    Ok(Some(Answered { totals, words: scattered.words, stages, skipped: scattered.skipped }))
}

/// A number that nobody can foresee. It changes how events are sorted apart, and nothing about the answer.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;
