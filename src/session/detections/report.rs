//! What became of the events of a question, for files and for the history of runs.

use serde::Serialize;
use serde_json::json;

use super::{Delays, Duplicates, EventCounts, LateEvent, Lateness, LocationEvents, Stages, TopItems, TopRequest};
use crate::model::{Problem, format_ns};

/// Locations told in a report.
const LARGEST: usize = 20;

/// What became of the events of a question.
#[derive(Debug, Clone, Serialize)]
pub struct DetectionReport {
    /// The question.
    pub request: TopRequest,
    /// Rows read, bad ones included.
    pub rows_read: u64,
    /// Rows that are no events.
    pub bad_rows: u64,
    /// Events without a location or an item.
    pub incomplete: u64,
    /// Events without a `detection_oid`.
    pub null_ids: u64,
    /// Events that repeat another.
    pub duplicates: u64,
    /// Of the events that are left, those at other locations than asked for; `rows_read` is the sum of `bad_rows`, `duplicates`,
    /// `incomplete`, this, the next three and `after_filters`.
    pub other_locations: u64,
    /// Of the others, those of other items than asked for.
    pub other_items: u64,
    /// Of the others, those without a time, where the question needs times.
    pub without_time: u64,
    /// Of the others, those outside of the span.
    pub outside_span: u64,
    /// The earliest and the latest time of these.
    pub times_outside_span: Option<[String; 2]>,
    /// Events left and within all limits.
    pub after_filters: u64,
    /// Of them, those at known locations.
    pub joined: u64,
    /// Of them, the others.
    pub unmatched: u64,
    /// Groups counted.
    pub groups: u64,
    /// Rows of the answer.
    pub rows_out: u64,
    /// Bytes that lay on disk for a while.
    pub spilled_bytes: u64,
    /// Seconds of reading and sorting apart.
    pub reading_s: f64,
    /// Seconds of finding duplicates and counting.
    pub counting_s: f64,
    /// Seconds of ranking and joining.
    pub ranking_s: f64,
    /// Locations that have events.
    pub locations: u64,
    /// Those with most events.
    pub largest_locations: Vec<LocationShare>,
    /// Late events and events from the future.
    pub lateness: Option<serde_json::Value>,
    /// Files that were left out.
    pub skipped_files: u64,
    /// What is wrong with files, events and locations.
    pub problems: Vec<Problem>,
}

/// One location's part of all events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocationShare {
    /// `geographical_location_oid`
    pub geographical_location_oid: i64,
    /// `geographical_location`
    pub geographical_location: Option<String>,
    /// Its events.
    pub events: u64,
    /// Its part of all events, 0 to 1.
    pub share: f64,
}

impl LocationShare {
    /// Those with most events.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn largest(of: &[LocationEvents], count: usize) -> Vec<Self> {
        let all: u64 = of.iter().map(|one| one.events).sum();
        let share = |one: &LocationEvents| Self {
            geographical_location_oid: one.location,
            geographical_location: one.name.as_deref().map(str::to_owned),
            events: one.events,
            share: one.events as f64 / all.max(1) as f64,
        };
        of.iter().take(count).map(share).collect()
    }
}

impl DetectionReport {
    /// Of top items.
    #[must_use]
    pub fn of_top(request: &TopRequest, answer: &TopItems) -> Self {
        let mut report = Self::of(request, &answer.stages, &answer.by_location, &answer.problems);
        report.skipped_files = answer.skipped.len() as u64;
        report.lateness = answer.lateness.as_ref().map(lateness);
        report
    }

    /// Of counts.
    #[must_use]
    pub fn of_counts(request: &TopRequest, answer: &EventCounts) -> Self {
        let mut report = Self::of(request, &answer.stages, &answer.by_location, &answer.problems);
        report.skipped_files = answer.skipped.len() as u64;
        report
    }

    fn of(request: &TopRequest, stages: &Stages, by_location: &[LocationEvents], problems: &[Problem]) -> Self {
        Self {
            request: request.clone(),
            rows_read: stages.read,
            bad_rows: stages.bad_rows.total(),
            incomplete: stages.incomplete,
            null_ids: stages.null_ids,
            duplicates: stages.duplicates,
            other_locations: stages.passed_over.other_locations,
            other_items: stages.passed_over.other_items,
            without_time: stages.passed_over.without_time,
            outside_span: stages.passed_over.outside_span,
            times_outside_span: stages.passed_over.times_outside.map(|(first, last)| [first, last].map(format_ns)),
            after_filters: stages.after_filters,
            joined: stages.joined,
            unmatched: stages.unmatched,
            groups: stages.groups,
            rows_out: stages.rows_out,
            spilled_bytes: stages.spilled_bytes,
            reading_s: stages.reading.as_secs_f64(),
            counting_s: stages.counting.as_secs_f64(),
            ranking_s: stages.ranking.as_secs_f64(),
            locations: by_location.len() as u64,
            largest_locations: LocationShare::largest(by_location, LARGEST),
            lateness: None,
            skipped_files: 0,
            problems: problems.to_vec(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
pub(super) fn lateness(found: &Lateness) -> serde_json::Value {
    let example = |event: &LateEvent| {
        json!({
            "file": event.path, "geographical_location_oid": event.location, "video_camera_oid": event.camera,
            "detection_oid": event.detection, "time": format_ns(event.time_ns), "by_s": event.by_ns as f64 / 1e9,
        })
    };
    json!({
        "events_with_a_time": found.timed, "events_without_a_time": found.without_time,
        "oldest": found.oldest_ns.map(format_ns), "newest": found.newest_ns.map(format_ns),
        "future": found.future, "future_examples": found.future_examples.iter().map(example).collect::<Vec<_>>(),
        "late": found.late, "late_examples": found.late_examples.iter().map(example).collect::<Vec<_>>(),
        "skipped": found.skipped.iter().map(|(path, why)| json!({ "file": path, "why": why })).collect::<Vec<_>>(),
    })
}

/// Quantiles of delays in seconds.
#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn delays(delays: &Delays) -> serde_json::Value {
    let quantile = |share: f64| delays.quantile_ns(share).map(|ns| ns as f64 / 1e9);
    let extremes = delays.extremes_ns();
    json!({
        "count": delays.total(),
        "min_s": extremes.map(|(shortest, _)| shortest as f64 / 1e9),
        "p50_s": quantile(0.5), "p90_s": quantile(0.9), "p99_s": quantile(0.99),
        "max_s": extremes.map(|(_, longest)| longest as f64 / 1e9),
    })
}

impl Duplicates {
    /// The statistics as JSON, without the lists of cameras and ids, which grow with the data.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn summary(&self) -> serde_json::Value {
        let found = self;
        json!({
            "rows_read": found.read, "events": found.events, "ids": found.ids, "duplicates": found.duplicates,
            "share": found.duplicates as f64 / found.events.max(1) as f64,
            "repeated_ids": found.repeated_ids, "null_ids": found.null_ids, "incomplete": found.incomplete,
            "bad_rows": found.bad_rows.total(), "delays": delays(&found.delays), "cameras": found.cameras.len(),
            "disagreeing": found.disagreeing, "differ_in_location": found.differ_in_location,
            "differ_in_camera": found.differ_in_camera, "differ_in_item": found.differ_in_item,
            "differ_in_time": found.differ_in_time, "skipped_files": found.skipped.len(), "problems": found.problems,
        })
    }
}
