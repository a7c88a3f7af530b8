//! The events behind a count.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BinaryHeap},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering as Memory},
    },
};

use hashbrown::HashMap;

use super::{
    CountsBy, Grouping, PassedOver, Resources, Skipped, Stages, TopQuery, Unmet,
    counts::Countable as _,
    dedup::order,
    open,
    rank::order_of,
    rows::Full,
    scatter::{Scattered, Stop, Task, scatter},
    totals::in_parallel,
    with_refused,
    words::{Limits, Words},
};
use crate::{
    analytics::AnalyticsError,
    formats::{BadRows, Locations, Note},
    jobs::Progress,
    model::{FrameId, Problem},
};

/// One detection event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectionEvent {
    /// `geographical_location_oid`; missing only in copies of an event.
    pub location: Option<i64>,
    /// `geographical_location`; `None` where the table of locations lacks it.
    pub location_name: Option<Arc<str>>,
    /// `video_camera_oid`
    pub camera: Option<i64>,
    /// `detection_oid`
    pub detection: Option<i64>,
    /// `item_name`; missing only in copies of an event.
    pub item: Option<Arc<str>>,
    /// `timestamp_detected`, ns UTC.
    pub time_ns: Option<i64>,
    /// Events with its `detection_oid`, itself included.
    pub copies: u64,
    /// The frame that shows it, where that is known.
    pub frame: Option<FrameId>,
}

/// Events within limits, some of them.
#[derive(Debug, Default)]
pub struct Behind {
    /// Number of all events within the limits.
    pub total: u64,
    /// Rows read, bad ones included.
    pub read: u64,
    /// Events that are left when duplicates are gone and that the question is not about.
    pub passed_over: PassedOver,
    /// Names that were asked for and no event has.
    pub unmet: Vec<Unmet>,
    /// Those that were asked for, in order of time and id; those without a time last.
    pub events: Vec<DetectionEvent>,
    /// Rows that are no events, by reason.
    pub bad_rows: BadRows,
    /// Files that were left out, and why.
    pub skipped: Skipped,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// What is wrong with files, events and locations, for a person.
    pub problems: Vec<Problem>,
}

/// An event and how many there are of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied {
    pub(super) row: Full,
    pub(super) has_id: bool,
    pub(super) copies: u64,
}

/// What names events of a partition.
pub(super) struct Naming<'a> {
    pub(super) words: &'a Words,
    pub(super) locations: BTreeMap<i64, Option<Arc<str>>>,
    pub(super) items: Vec<Arc<str>>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(words: &'a Words, locations: &Locations) -> Self {
        let names = locations.oids.iter().zip(&locations.names);
        Self {
            words,
            locations: names.map(|(oid, name)| (*oid, name.as_deref().map(Arc::from))).collect(),
            items: words.items.iter().map(|name| Arc::from(name.as_str())).collect(),
        }
    }

    pub(super) fn event(&self, copied: &Copied) -> DetectionEvent {
        let Copied { row, has_id, copies } = copied;
        let location = self.words.location(row.place());
        DetectionEvent {
            location,
            location_name: location.and_then(|oid| self.locations.get(&oid).cloned().flatten()),
            camera: row.camera(),
            detection: has_id.then_some(row.detection),
            item: self.items.get(row.item() as usize).map(Arc::clone),
            time_ns: row.time(),
            copies: *copies,
            frame: None,
        }
    }
}

/// Reads all events with all they tell, sorted apart by id; those without an id beside them.
pub(super) fn scatter_full(
    events: &crate::formats::EventSet,
    path: &Path,
    resources: &Resources,
    progress: &Progress,
) -> Result<Scattered<Full>, AnalyticsError> {
    let query = TopQuery::default();
    let grouping = Grouping::of(&query, CountsBy::default());
    progress.stage("Reading events");
    let task = Task { events, query: &query, grouping, resources, progress, keep_loose: true };
    match scatter::<Full>(task, super::rand_seed()) {
        Ok(scattered) => {
            let stages = Stages { read: scattered.read, bad_rows: scattered.bad_rows.clone(), ..Stages::default() };
            super::refuse_if_all_bad(path, &stages, resources.on_error)?;
            Ok(scattered)
        }
        Err(Stop::Error(error)) => Err(error),
        // These rows hold any number.
        Err(Stop::DoesNotFit) => Err(AnalyticsError::Cancelled),
    }
}

/// The event that holds for an id.
pub(super) struct Held {
    pub(super) row: Full,
    /// Events with the id, itself included.
    pub(super) copies: u64,
    /// Room for a note of whoever looks at the copies.
    pub(super) mark: u8,
}

/// The ids of one partition. Its events are not kept: one id may have more than fit into memory.
pub(super) struct Ids<'a> {
    scattered: &'a Scattered<Full>,
    resources: &'a Resources,
    at: usize,
    pub(super) held: HashMap<i64, Held>,
}

impl Ids<'_> {
    /// Reads the events of the partition.
    fn read(&self, mut each: impl FnMut(&Full)) -> Result<(), AnalyticsError> {
        for partitions in &self.scattered.partitions {
            partitions
                .for_each(self.at, &mut each)
                .map_err(|source| AnalyticsError::Spill { folder: self.resources.spill_folder.clone(), source })?;
        }
        Ok(())
    }

    /// Finds out which events hold.
    fn find(&mut self) -> Result<(), AnalyticsError> {
        let words = &self.scattered.words;
        let mut found = std::mem::take(&mut self.held);
        found.clear();
        self.read(|row| {
            let held = found.entry(row.detection).or_insert(Held { row: *row, copies: 0, mark: 0 });
            held.copies += 1;
            if order(&held.row, row, words) == Ordering::Greater {
                held.row = *row;
            }
        })?;
        self.held = found;
        Ok(())
    }

    /// Gives every event to `each`, with the one that holds for its id.
    pub(super) fn each_row(&mut self, mut each: impl FnMut(&mut Held, &Full)) -> Result<(), AnalyticsError> {
        let mut held = std::mem::take(&mut self.held);
        let done = self.read(|row| {
            if let Some(held) = held.get_mut(&row.detection) {
                each(held, row);
            }
        });
        self.held = held;
        done
    }
}

/// Gives the ids of each partition to `each`; partitions are shared out among threads, and each thread has a state of its own.
pub(super) fn by_id<S: Send>(
    scattered: &Scattered<Full>,
    resources: &Resources,
    progress: &Progress,
    begin: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, &mut Ids<'_>) -> Result<(), AnalyticsError> + Sync,
) -> Result<Vec<S>, AnalyticsError> {
    progress.stage("Comparing events");
    let next = AtomicUsize::new(0);
    let threads = resources.threads.max(1);
    let done = in_parallel(threads, threads, |_| -> Result<S, AnalyticsError> {
        let mut state = begin();
        let mut ids = Ids { scattered, resources, at: 0, held: HashMap::new() };
        loop {
            ids.at = next.fetch_add(1, Memory::Relaxed);
            if ids.at >= scattered.count {
                return Ok(state);
            }
            if progress.is_cancelled() {
                return Err(AnalyticsError::Cancelled);
            }
            ids.find()?;
            each(&mut state, &mut ids)?;
        }
    });
    done.into_iter().collect()
}

/// The order in which events are listed.
#[derive(Debug, Clone)]
struct Listed {
    /// Time, those without one last; then those without an id last, by id, place, item and camera.
    key: (bool, i64, bool, i64, i64, u32, Option<i64>),
    copied: Copied,
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Listed {}

impl PartialOrd for Listed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Listed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// The first events in order, and how many there are in all.
struct Page {
    total: u64,
    first: BinaryHeap<Listed>,
    keep: usize,
    /// Most events that fit into the memory that may be taken.
    room: usize,
    full: bool,
    passed_over: PassedOver,
}

impl Page {
    fn add(&mut self, copied: Copied, words: &Words, item_order: &[u32]) {
        self.total += 1;
        let row = &copied.row;
        let key = (
            row.time().is_none(),
            row.time().unwrap_or(0),
            !copied.has_id,
            row.detection,
            words.places[row.place() as usize],
            item_order[row.item() as usize],
            row.camera(),
        );
        if self.first.len() < self.keep {
            if self.first.len() >= self.room {
                self.full = true;
                return;
            }
            self.first.push(Listed { key, copied });
        } else if self.first.peek().is_some_and(|last| key < last.key) {
            self.first.pop();
            self.first.push(Listed { key, copied });
        }
    }
}

/// What is said when a list would not fit into memory.
pub(super) fn too_many(what: &str) -> AnalyticsError {
    AnalyticsError::Query {
        what: format!("more {what} are asked for than fit into the memory allowed"),
        remedy: "ask for some of them with a limit, narrow the question, or allow more memory",
    }
}

/// Whether an event lies within the limits of a question; one that is whole and does not is counted.
fn within(row: &Full, query: &TopQuery, limits: &Limits, passed_over: &mut PassedOver) -> bool {
    if !row.is_complete() {
        return false;
    }
    if !limits.allow_place(row.place()) {
        passed_over.other_locations += 1;
        return false;
    }
    if !limits.allow_item(row.item()) {
        passed_over.other_items += 1;
        return false;
    }
    let in_time = match row.time() {
        None => query.from_ns.is_none() && query.to_ns.is_none(),
        Some(time) => query.from_ns.is_none_or(|from| time >= from) && query.to_ns.is_none_or(|to| time < to),
    };
    if !in_time {
        passed_over.add_time(row.time());
    }
    in_time
}

/// Events within the limits of a question, from number `offset` on and at most `limit` of them. Windows and ranks of the
/// question play no part.
///
/// # Errors
/// As [`super::top`].
pub fn behind(
    detections: &Path,
    locations: &Locations,
    query: &TopQuery,
    (offset, limit): (u64, u64),
    resources: &Resources,
    progress: &Progress,
) -> Result<Behind, AnalyticsError> {
    TopQuery { window: None, n: 1, ..query.clone() }.check()?;
    let events = open(detections, resources, progress)?;
    let scattered = scatter_full(&events, detections, resources, progress)?;
    let words = &scattered.words;
    let limits = words.limits(query);
    let item_order = order_of(&words.items);
    let keep = usize::try_from(offset.saturating_add(limit)).unwrap_or(usize::MAX);
    let room = resources.buffer_bytes / size_of::<Listed>() / resources.threads.max(1);
    let page =
        || Page { total: 0, first: BinaryHeap::new(), keep, room, full: false, passed_over: PassedOver::default() };
    let pages = by_id(&scattered, resources, progress, page, |page, ids| {
        let mut add = |row: &Full, copies: u64| {
            if within(row, query, &limits, &mut page.passed_over) {
                page.add(Copied { row: *row, has_id: true, copies }, words, &item_order);
            }
        };
        // Of one id only one event holds, unless every event counts.
        if query.dedup {
            ids.held.values().for_each(|held| add(&held.row, held.copies));
            return Ok(());
        }
        ids.each_row(|held, row| add(row, held.copies))
    })?;
    let mut found = page();
    for partitions in &scattered.singles {
        for at in 0..2 {
            let add = |row: &Full| {
                if within(row, query, &limits, &mut found.passed_over) {
                    found.add(Copied { row: *row, has_id: false, copies: 1 }, words, &item_order);
                }
            };
            partitions
                .for_each(at, add)
                .map_err(|source| AnalyticsError::Spill { folder: resources.spill_folder.clone(), source })?;
        }
    }
    for page in pages {
        found.full |= page.full;
        found.total += page.total;
        found.passed_over.append(&page.passed_over);
        found.first.extend(page.first);
    }
    // Each thread kept as many as are asked for.
    if found.full {
        return Err(too_many("events"));
    }
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(usize::MAX);
    let naming = Naming::new(words, locations);
    let listed = found.first.into_sorted_vec();
    let page = listed.iter().skip(skip).take(take).map(|listed| naming.event(&listed.copied)).collect();
    Ok(Behind {
        total: found.total,
        read: scattered.read,
        passed_over: found.passed_over,
        unmet: Unmet::of(query, &words.places, &words.items),
        events: page,
        bad_rows: scattered.bad_rows.clone(),
        skipped: with_refused(scattered.skipped, events.refused),
        notes: events.notes,
        problems: Vec::new(),
    })
}
