//! What the duplicates among events are like: how many, how late they come, from which cameras, and whether they tell the
//! same as the event that holds.

use std::{collections::BinaryHeap, path::Path};

use hashbrown::HashMap;

use super::{
    Delays, DetectionEvent, Resources, Skipped,
    behind::{Copied, Naming, by_id, scatter_full, too_many},
    open,
    rows::Full,
    with_refused,
};
use crate::{
    analytics::AnalyticsError,
    formats::{BadRows, Locations, Note},
    jobs::Progress,
    model::Problem,
};

/// Events of one camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraDuplicates {
    /// `video_camera_oid`; `None` for events without one.
    pub camera: Option<i64>,
    /// Events that have a `detection_oid`.
    pub events: u64,
    /// Of them, those that repeat another event.
    pub duplicates: u64,
}

/// Events with one `detection_oid` that tell different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// `detection_oid`
    pub detection: i64,
    /// All its events, the one that holds first.
    pub events: Vec<DetectionEvent>,
}

/// Statistics of duplicates.
#[derive(Debug, Default)]
pub struct Duplicates {
    /// Rows read, bad ones included.
    pub read: u64,
    /// Events with a `detection_oid`, a location and an item.
    pub events: u64,
    /// Different `detection_oid`s.
    pub ids: u64,
    /// Events that repeat the id of another: `events` less `ids`.
    pub duplicates: u64,
    /// Ids that several events have.
    pub repeated_ids: u64,
    /// Events without an id, which are never duplicates.
    pub null_ids: u64,
    /// Events without a location or an item, which count for nothing.
    pub incomplete: u64,
    /// Time from the event that holds to each of its duplicates, where both have one.
    pub delays: Delays,
    /// Per camera, those with most duplicates first.
    pub cameras: Vec<CameraDuplicates>,
    /// Ids whose events name different locations, cameras or items.
    pub disagreeing: u64,
    /// Ids whose events name different locations.
    pub differ_in_location: u64,
    /// Ids whose events name different cameras.
    pub differ_in_camera: u64,
    /// Ids whose events name different items.
    pub differ_in_item: u64,
    /// Ids whose events have different times.
    pub differ_in_time: u64,
    /// The disagreeing ids in ascending order, as many as were asked for.
    pub disagreements: Vec<Disagreement>,
    /// Rows that are no events, by reason.
    pub bad_rows: BadRows,
    /// Files that were left out, and why.
    pub skipped: Skipped,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// What is wrong with files, events and locations, for a person.
    pub problems: Vec<Problem>,
}

/// What one thread found.
#[derive(Default)]
struct Found {
    whole: Duplicates,
    cameras: HashMap<Option<i64>, (u64, u64)>,
    /// The disagreeing ids with the smallest numbers; which rows they have is looked up by [`Found::rows`].
    first: BinaryHeap<i64>,
    rows: HashMap<i64, Vec<Full>>,
    /// Bytes that these rows take, and whether that is too many.
    bytes: usize,
    full: bool,
}

/// What keeping an id takes beside its rows, about.
const ID_BYTES: usize = 96;

impl Found {
    fn add(&mut self, rows: &[Full], keep: usize, room: usize) {
        let Some((holds, copies)) = rows.split_first() else { return };
        let whole = &mut self.whole;
        whole.events += rows.len() as u64;
        whole.ids += 1;
        whole.duplicates += copies.len() as u64;
        self.cameras.entry(holds.camera()).or_default().0 += 1;
        if copies.is_empty() {
            return;
        }
        whole.repeated_ids += 1;
        for copy in copies {
            let of_camera = self.cameras.entry(copy.camera()).or_default();
            of_camera.0 += 1;
            of_camera.1 += 1;
            if let (Some(first), Some(time)) = (holds.time(), copy.time()) {
                // The event that holds is the earliest.
                whole.delays.add(time.abs_diff(first));
            }
        }
        let differ = |of: fn(&Full, &Full) -> bool| copies.iter().any(|copy| of(holds, copy));
        let location = differ(|one, other| one.place() != other.place());
        let camera = differ(|one, other| one.camera() != other.camera());
        let item = differ(|one, other| one.item() != other.item());
        whole.differ_in_location += u64::from(location);
        whole.differ_in_camera += u64::from(camera);
        whole.differ_in_item += u64::from(item);
        whole.differ_in_time += u64::from(differ(|one, other| one.time() != other.time()));
        if !(location || camera || item) {
            return;
        }
        whole.disagreeing += 1;
        if self.first.len() == keep {
            match self.first.peek().copied() {
                Some(last) if holds.detection < last => {
                    self.first.pop();
                    let gone = self.rows.remove(&last).unwrap_or_default();
                    self.bytes = self.bytes.saturating_sub(size_of_val(gone.as_slice()) + ID_BYTES);
                }
                _ => return,
            }
        }
        if self.bytes > room {
            self.full = true;
            return;
        }
        self.bytes += size_of_val(rows) + ID_BYTES;
        self.first.push(holds.detection);
        self.rows.insert(holds.detection, rows.to_vec());
    }

    fn merge(&mut self, other: Self) {
        let (whole, add) = (&mut self.whole, other.whole);
        whole.events += add.events;
        whole.ids += add.ids;
        whole.duplicates += add.duplicates;
        whole.repeated_ids += add.repeated_ids;
        whole.delays.merge(&add.delays);
        whole.disagreeing += add.disagreeing;
        whole.differ_in_location += add.differ_in_location;
        whole.differ_in_camera += add.differ_in_camera;
        whole.differ_in_item += add.differ_in_item;
        whole.differ_in_time += add.differ_in_time;
        for (camera, (events, duplicates)) in other.cameras {
            let known = self.cameras.entry(camera).or_default();
            known.0 += events;
            known.1 += duplicates;
        }
        self.rows.extend(other.rows);
        self.full |= other.full;
    }
}

/// Looks at all events and tells what their duplicates are like; lists at most `keep` ids whose events disagree.
///
/// # Errors
/// As [`super::top`].
pub fn duplicates(
    detections: &Path,
    locations: &Locations,
    keep: usize,
    resources: &Resources,
    progress: &Progress,
) -> Result<Duplicates, AnalyticsError> {
    let events = open(detections, resources, progress)?;
    let scattered = scatter_full(&events, resources, progress)?;
    let room = resources.buffer_bytes / resources.threads.max(1);
    let found = by_id(&scattered, resources, progress, Found::default, |found, rows| {
        found.add(rows, keep, room);
    })?;
    let found = found.into_iter().reduce(|mut one, other| {
        one.merge(other);
        one
    });
    let Found { mut whole, cameras, rows, full, .. } = found.unwrap_or_default();
    if full {
        return Err(too_many("ids whose events disagree"));
    }
    let cameras = cameras.into_iter();
    whole.cameras =
        cameras.map(|(camera, (events, duplicates))| CameraDuplicates { camera, events, duplicates }).collect();
    whole.cameras.sort_unstable_by_key(|one| (std::cmp::Reverse(one.duplicates), one.camera));
    let mut disagreeing: Vec<_> = rows.into_iter().collect();
    disagreeing.sort_unstable_by_key(|(detection, _)| *detection);
    disagreeing.truncate(keep);
    let naming = Naming::new(&scattered.words, locations);
    whole.disagreements = disagreeing
        .into_iter()
        .map(|(detection, rows)| {
            let copies = rows.len() as u64;
            let events = rows.iter().map(|row| naming.event(&Copied { row: *row, has_id: true, copies })).collect();
            Disagreement { detection, events }
        })
        .collect();
    whole.read = scattered.read;
    whole.null_ids = scattered.null_ids;
    whole.incomplete = scattered.incomplete;
    whole.bad_rows = scattered.bad_rows.clone();
    whole.skipped = with_refused(scattered.skipped, events.refused);
    whole.notes = events.notes;
    Ok(whole)
}
