//! The top items of detection events: duplicates removed, joined with the table of locations, ranked.
//!
//! The kernel reads the three columns that decide the answer, sorts packed events apart by id, removes duplicates in tables
//! that fit into the processor's cache, and counts. Where events with one id tell different things, it begins anew with all
//! five columns. It is exact; what does not fit into its memory lies on disk for a while.

mod counts;
mod dedup;
mod query;
mod rank;
mod rows;
mod scatter;
mod words;

#[cfg(test)]
mod reference;

use std::{path::Path, time::Instant};

pub use query::{OnError, Ranking, Resources, Scope, Stages, TopItems, TopQuery, Window};

use self::{
    counts::{Grouping, Loose, Tally},
    dedup::{Counted, Merging},
    rows::{Full, Narrow},
    scatter::{Packing, Stop, scatter},
};
use super::AnalyticsError;
use crate::{
    formats::{EventSet, Locations},
    jobs::Progress,
};

/// Answers a question about the events in a file or a folder of files.
///
/// # Errors
/// [`AnalyticsError`] when there are no events, a file cannot be read (and [`OnError::Fail`] holds), memory on disk runs
/// out, the question makes no sense, or the person stops it.
pub fn top(
    detections: &Path,
    locations: &Locations,
    query: &TopQuery,
    resources: &Resources,
    progress: &Progress,
) -> Result<TopItems, AnalyticsError> {
    query.check()?;
    let mut events = EventSet::find(detections)?;
    if resources.on_error == OnError::Fail && !events.refused.is_empty() {
        return Err(events.refused.swap_remove(0).1.into());
    }
    if events.parts.is_empty() && events.refused.is_empty() {
        return Err(AnalyticsError::NoEvents { path: detections.to_owned() });
    }
    if let Some(rows) = events.rows() {
        progress.set_total(rows);
    }
    let mut answer =
        if query.needs_time() { None } else { answer::<Narrow>(&events, locations, query, resources, progress)? };
    if answer.is_none() {
        if let Some(rows) = events.rows().filter(|_| !query.needs_time()) {
            progress.set_total(rows * 2);
        }
        answer = self::answer::<Full>(&events, locations, query, resources, progress)?;
    }
    // Rows that tell everything are never in conflict.
    let mut answer = answer.unwrap_or_default();
    answer.skipped.extend(events.refused);
    answer.skipped.sort_by(|one, other| one.0.cmp(&other.0));
    answer.notes = events.notes;
    Ok(answer)
}

/// The answer with one kind of rows; `None` when such rows cannot give it.
fn answer<R: Packing + Merging>(
    events: &EventSet,
    locations: &Locations,
    query: &TopQuery,
    resources: &Resources,
    progress: &Progress,
) -> Result<Option<TopItems>, AnalyticsError> {
    let began = Instant::now();
    let grouping = Grouping::of(query);
    let seed = rand_seed();
    progress.stage("Reading events");
    let scattered = scatter::<R>(events, resources, query.dedup, seed, progress, &|| Loose::new(grouping));
    let scattered = match scattered {
        Ok(scattered) => scattered,
        Err(Stop::DoesNotFit) => return Ok(None),
        Err(Stop::Error(error)) => return Err(error),
    };
    let reading = began.elapsed();
    progress.stage("Counting");
    let began = Instant::now();
    let (tally, duplicates) = match dedup::count(&scattered, query, resources, progress)? {
        Counted::Done { tally, duplicates } => (tally, duplicates),
        Counted::Conflict => return Ok(None),
    };
    let mut counts = tally;
    counts.merge(Tally::Map(scattered.loose.into_counts()));
    let stages = Stages {
        read: scattered.read,
        bad_rows: scattered.bad_rows,
        incomplete: scattered.incomplete,
        null_ids: scattered.null_ids,
        duplicates,
        spilled_bytes: scattered.partitions.iter().map(rows::Partitions::spilled).sum(),
        reading,
        counting: began.elapsed(),
        ..Stages::default()
    };
    let mut answer = rank::rank(counts.into_list(), &scattered.words, locations, query, stages);
    answer.skipped = scattered.skipped;
    Ok(Some(answer))
}

/// A number that nobody can foresee. It changes how events are sorted apart, and nothing about the answer.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests;
