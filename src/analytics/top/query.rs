//! The question and the answer.

use std::{collections::HashSet, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::Lateness;
use crate::{
    analytics::AnalyticsError,
    filter::nearest,
    formats::{BadRows, EventOptions, FormatError, Note},
    model::Problem,
};

/// Over what items are ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Within each location.
    #[default]
    Location,
    /// Over all locations together.
    Global,
}

/// What equal counts mean for ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ranking {
    /// 1, 2, 3 without gaps; equal counts by name.
    #[default]
    Row,
    /// Equal counts share a rank, the next rank follows: 1, 1, 2.
    Dense,
    /// Equal counts share a rank, the next is as far as there are items before: 1, 1, 3.
    Competition,
}

/// Spans of event time, all beginning at whole multiples of `slide_ns` since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Length, ns.
    pub size_ns: i64,
    /// From the start of one to the start of the next, ns; the length for windows that do not overlap.
    pub slide_ns: i64,
}

impl Window {
    /// The longest spans that all windows are made of, ns: their length when windows do not overlap.
    pub(super) fn pane_ns(self) -> i64 {
        let (mut one, mut other) = (self.size_ns, self.slide_ns);
        while other != 0 {
            (one, other) = (other, one % other);
        }
        one.max(1)
    }
}

/// What counts are told apart by, beside their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CountsBy {
    /// A count for each location.
    pub location: bool,
    /// A count for each item.
    pub item: bool,
}

/// The top items of detection events.
///
/// A detection counts once: of events with one `detection_oid` the earliest holds, then the one with the smallest location,
/// camera and item; a missing time or camera comes last. Events without a `detection_oid` are never merged. All limits
/// concern the event that holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TopQuery {
    /// Ranks up to this are given.
    pub n: u32,
    /// Over what items are ranked.
    pub scope: Scope,
    /// What equal counts mean.
    pub ranking: Ranking,
    /// Events at this time or later, ns UTC.
    pub from_ns: Option<i64>,
    /// Events before this time, ns UTC.
    pub to_ns: Option<i64>,
    /// Only these locations; all when empty.
    pub locations: Vec<i64>,
    /// Only these items; all when empty.
    pub items: Vec<String>,
    /// Ranks within windows of time.
    pub window: Option<Window>,
    /// Whether events with one `detection_oid` count once; else every event counts.
    pub dedup: bool,
}

impl Default for TopQuery {
    fn default() -> Self {
        Self {
            n: 10,
            scope: Scope::default(),
            ranking: Ranking::default(),
            from_ns: None,
            to_ns: None,
            locations: Vec::new(),
            items: Vec::new(),
            window: None,
            dedup: true,
        }
    }
}

/// Most windows that one event may lie in.
const MAX_OVERLAP: i64 = 10_000;

impl TopQuery {
    /// Whether times decide anything.
    pub(in crate::analytics) fn needs_time(&self) -> bool {
        self.from_ns.is_some() || self.to_ns.is_some() || self.window.is_some()
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`AnalyticsError::Query`] says what, and what to write instead.
    pub fn check(&self) -> Result<(), AnalyticsError> {
        let refuse = |what: &str, remedy| Err(AnalyticsError::Query { what: what.to_owned(), remedy });
        if self.n == 0 {
            return refuse("the number of ranks is 0", "ask for 1 or more");
        }
        if let (Some(from), Some(to)) = (self.from_ns, self.to_ns)
            && from >= to
        {
            return refuse("the span ends before it begins", "exchange its ends");
        }
        if let Some(window) = self.window {
            if window.size_ns <= 0 || window.slide_ns <= 0 {
                return refuse("a window must be longer than nothing", "write for instance 1m, 15m or 1h");
            }
            if window.slide_ns > window.size_ns {
                return refuse(
                    "windows that begin further apart than they are long leave events out",
                    "let them begin closer together",
                );
            }
            if window.size_ns / window.slide_ns > MAX_OVERLAP {
                return refuse("an event would lie in more than 10,000 windows", "let windows begin further apart");
            }
        }
        Ok(())
    }
}

/// What happens with files that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The first of them ends the work.
    #[default]
    Fail,
    /// They are named and counted, and the others are read.
    Skip,
}

/// What the work may take.
#[derive(Debug, Clone)]
pub struct Resources {
    /// Threads.
    pub threads: usize,
    /// Bytes of events kept in memory; more go to disk for a while.
    pub buffer_bytes: usize,
    /// Where they go.
    pub spill_folder: PathBuf,
    /// What happens with files that cannot be read.
    pub on_error: OnError,
    /// How files are read.
    pub events: EventOptions,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            buffer_bytes: 1300 << 20,
            spill_folder: std::env::temp_dir(),
            on_error: OnError::default(),
            events: EventOptions::default(),
        }
    }
}

/// Events that are whole, each once, and that a question is not about: told by the first limit that leaves them out, in the
/// order of the fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Events at other locations than those asked for.
    pub other_locations: u64,
    /// Events of other items than those asked for.
    pub other_items: u64,
    /// Events without a time, or with one that 64 bits of nanoseconds do not hold, where the question has a span or windows.
    pub without_time: u64,
    /// Events before the span or behind it.
    pub outside_span: u64,
    /// The earliest and the latest time of these, ns UTC.
    pub times_outside: Option<(i64, i64)>,
}

impl PassedOver {
    /// Number of all of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.other_locations + self.other_items + self.without_time + self.outside_span
    }

    /// Counts an event that lies in no span that is asked for, by its time.
    pub(super) fn add_time(&mut self, time: Option<i64>) {
        let Some(time) = time else {
            self.without_time += 1;
            return;
        };
        self.outside_span += 1;
        let (first, last) = self.times_outside.unwrap_or((time, time));
        self.times_outside = Some((first.min(time), last.max(time)));
    }

    /// Adds those that another thread met.
    pub(super) fn append(&mut self, other: &Self) {
        self.other_locations += other.other_locations;
        self.other_items += other.other_items;
        self.without_time += other.without_time;
        self.outside_span += other.outside_span;
        self.times_outside = match (self.times_outside, other.times_outside) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
    }
}

/// A name that a question asks for and that no event has, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmet {
    /// An item.
    Item {
        /// As it was asked for.
        asked: String,
        /// One that events have and that is much like it.
        near: Option<String>,
    },
    /// A location.
    Location {
        /// As it was asked for.
        asked: i64,
        /// One that events have and that is written much like it.
        near: Option<i64>,
    },
}

/// Names that likeness is looked for among, and names that it is looked for of: it takes its time.
const MOST_NAMES: usize = 100_000;
const MOST_ASKED: usize = 20;

impl Unmet {
    /// The names of a question that are not among those of events; the latter in any order.
    pub(in crate::analytics) fn of(query: &TopQuery, locations: &[i64], items: &[impl AsRef<str>]) -> Vec<Self> {
        let known: HashSet<i64> =
            if query.locations.is_empty() { HashSet::new() } else { locations.iter().copied().collect() };
        let lacking: Vec<i64> = query.locations.iter().filter(|asked| !known.contains(asked)).copied().collect();
        let mut texts: Vec<String> = Vec::new();
        if !lacking.is_empty() {
            texts.extend(locations.iter().take(MOST_NAMES).map(ToString::to_string));
            texts.sort_unstable();
        }
        let near = |asked: i64| nearest(&asked.to_string(), texts.iter().map(String::as_str))?.parse().ok();
        let look = |at: usize| at < MOST_ASKED;
        let mut unmet: Vec<Self> = lacking
            .into_iter()
            .enumerate()
            .map(|(at, asked)| Self::Location { asked, near: look(at).then(|| near(asked)).flatten() })
            .collect();

        let known: HashSet<&str> =
            if query.items.is_empty() { HashSet::new() } else { items.iter().map(AsRef::as_ref).collect() };
        let lacking: Vec<&String> = query.items.iter().filter(|asked| !known.contains(asked.as_str())).collect();
        let mut texts: Vec<&str> = Vec::new();
        if !lacking.is_empty() {
            texts.extend(items.iter().take(MOST_NAMES).map(AsRef::<str>::as_ref));
            texts.sort_unstable();
        }
        let near = |asked: &str| nearest(asked, texts.iter().copied()).map(str::to_owned);
        unmet.extend(
            lacking
                .into_iter()
                .enumerate()
                .map(|(at, asked)| Self::Item { asked: asked.clone(), near: look(at).then(|| near(asked)).flatten() }),
        );
        unmet
    }
}

/// What became of the events, step by step. `read` is the sum of `bad_rows`, `duplicates`, `incomplete`, `passed_over` and
/// `after_filters`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stages {
    /// Rows read, bad ones included.
    pub read: u64,
    /// Rows that are no events, by reason.
    pub bad_rows: BadRows,
    /// Events without a location or an item, which count for nothing. Duplicates are not among them.
    pub incomplete: u64,
    /// Events without a `detection_oid`, which are never merged; not looked for when every event counts.
    pub null_ids: u64,
    /// Events that repeat the `detection_oid` of another.
    pub duplicates: u64,
    /// Events that are left and beyond the limits of the question.
    pub passed_over: PassedOver,
    /// Events that are left and within all limits.
    pub after_filters: u64,
    /// Names that were asked for and no event has.
    pub unmet: Vec<Unmet>,
    /// Of the events within all limits, those at locations that the table of locations has.
    pub joined: u64,
    /// Of them, the others.
    pub unmatched: u64,
    /// Groups of location, window and item, as far as these are told apart.
    pub groups: u64,
    /// Rows of the answer.
    pub rows_out: u64,
    /// Bytes that went to disk for a while.
    pub spilled_bytes: u64,
    /// Time for reading, and sorting events apart.
    pub reading: Duration,
    /// Time for finding duplicates, and counting.
    pub counting: Duration,
    /// Time for ranking and joining.
    pub ranking: Duration,
}

/// Events of one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationEvents {
    /// `geographical_location_oid`
    pub location: i64,
    /// `geographical_location`; `None` where the table of locations lacks it.
    pub name: Option<Arc<str>>,
    /// Whether the table of locations has it.
    pub known: bool,
    /// Events that are left and within all limits.
    pub events: u64,
}

/// The answer, in order of location, window and rank; all columns are equally long.
#[derive(Debug, Default)]
pub struct TopItems {
    /// Over what items are ranked.
    pub scope: Scope,
    /// Whether ranks are within windows.
    pub windowed: bool,
    /// `geographical_location_oid`; empty for [`Scope::Global`].
    pub locations: Vec<i64>,
    /// `geographical_location`; `None` where the table of locations lacks it; empty for [`Scope::Global`].
    pub location_names: Vec<Option<Arc<str>>>,
    /// Start of the window, ns UTC; empty without windows.
    pub windows_ns: Vec<i64>,
    /// `item_rank`, from 1.
    pub ranks: Vec<i32>,
    /// `item_name`.
    pub items: Vec<Arc<str>>,
    /// `item_count`.
    pub counts: Vec<i64>,
    /// Events of each location, most first.
    pub by_location: Vec<LocationEvents>,
    /// What became of the events.
    pub stages: Stages,
    /// Events that come late or from the future, where that was asked for.
    pub lateness: Option<Lateness>,
    /// Files that were left out, and why.
    pub skipped: Vec<(PathBuf, FormatError)>,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// What is wrong with files, events and locations, for a person.
    pub problems: Vec<Problem>,
}

/// Counts of events in order of location, item and window; all columns that are not empty are equally long.
#[derive(Debug, Default)]
pub struct EventCounts {
    /// What counts are told apart by.
    pub by: CountsBy,
    /// Whether counts are of windows.
    pub windowed: bool,
    /// `geographical_location_oid`; empty unless locations are told apart.
    pub locations: Vec<i64>,
    /// `item_name`; empty unless items are told apart.
    pub items: Vec<Arc<str>>,
    /// Start of the window, ns UTC; empty without windows.
    pub windows_ns: Vec<i64>,
    /// Number of events.
    pub counts: Vec<i64>,
    /// Events of each location, most first.
    pub by_location: Vec<LocationEvents>,
    /// What became of the events.
    pub stages: Stages,
    /// Files that were left out, and why.
    pub skipped: Vec<(PathBuf, FormatError)>,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// What is wrong with files, events and locations, for a person.
    pub problems: Vec<Problem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_made_of_panes() {
        assert_eq!(Window { size_ns: 60, slide_ns: 45 }.pane_ns(), 15);
        assert_eq!(Window { size_ns: 10, slide_ns: 10 }.pane_ns(), 10);
    }

    #[test]
    fn questions_without_sense_are_refused() {
        let window = |size_ns, slide_ns| TopQuery { window: Some(Window { size_ns, slide_ns }), ..TopQuery::default() };
        for query in [
            TopQuery { n: 0, ..TopQuery::default() },
            TopQuery { from_ns: Some(5), to_ns: Some(5), ..TopQuery::default() },
            window(0, 1),
            window(1, 2),
            window(i64::MAX, 1),
        ] {
            assert!(query.check().is_err(), "{query:?}");
        }
        assert!(window(10, 5).check().is_ok());
    }
}
