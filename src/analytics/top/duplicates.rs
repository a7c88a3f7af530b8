//! What the duplicates among events are like: how many, how late they come, from which cameras, and whether they tell the
//! same as the event that holds.

use std::{collections::BinaryHeap, path::Path};

use hashbrown::HashMap;

use super::{
    Delays, DetectionEvent, Resources, Skipped,
    behind::{Copied, Held, Ids, Naming, by_id, scatter_full, too_many},
    counts::Countable as _,
    dedup::order,
    open,
    rows::Full,
    with_refused,
    words::Words,
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
    /// Its events, the one that holds first; of very many the first hundred.
    pub events: Vec<DetectionEvent>,
    /// How many there are in all.
    pub total: u64,
}

/// Statistics of duplicates.
#[derive(Debug, Default)]
pub struct Duplicates {
    /// Rows read, bad ones included.
    pub read: u64,
    /// Events with a `detection_oid`.
    pub events: u64,
    /// Different `detection_oid`s.
    pub ids: u64,
    /// Events that repeat the id of another: `events` less `ids`.
    pub duplicates: u64,
    /// Ids that several events have.
    pub repeated_ids: u64,
    /// Events without an id, which are never duplicates.
    pub null_ids: u64,
    /// Events without a location or an item, which count for nothing. Duplicates are not among them.
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
    rows: HashMap<i64, Listed>,
    /// Bytes that these rows take, and whether that is too many.
    bytes: usize,
    full: bool,
}

/// Rows of an id whose events disagree.
struct Listed {
    /// The first of them in order.
    rows: Vec<Full>,
    /// How many there are in all.
    copies: u64,
}

impl Listed {
    /// Bytes that it may take.
    fn cost(copies: u64) -> usize {
        let rows = usize::try_from(copies).unwrap_or(usize::MAX).min(2 * ROWS_OF_ID);
        rows * size_of::<Full>() + ID_BYTES
    }

    fn add(&mut self, row: &Full, words: &Words) {
        self.rows.push(*row);
        if self.rows.len() == 2 * ROWS_OF_ID {
            self.cut(words);
        }
    }

    fn cut(&mut self, words: &Words) {
        self.rows.sort_unstable_by(|one, other| order(one, other, words));
        self.rows.truncate(ROWS_OF_ID);
    }
}

/// Events of an id that are listed. One id may have any number of them, and a person wants to see a few.
const ROWS_OF_ID: usize = 100;
/// What keeping an id takes beside its rows, about.
const ID_BYTES: usize = 128;

/// That one of the rows of an id was taken for the one that holds.
const MET: u8 = 1;
const LOCATION: u8 = 2;
const CAMERA: u8 = 4;
const ITEM: u8 = 8;
const TIME: u8 = 16;

impl Found {
    fn add(&mut self, ids: &mut Ids<'_>, words: &Words, keep: usize, room: usize) -> Result<(), AnalyticsError> {
        let (whole, cameras) = (&mut self.whole, &mut self.cameras);
        ids.each_row(|held, row| {
            let of_camera = cameras.entry(row.camera()).or_default();
            of_camera.0 += 1;
            // Equal rows are not told apart, so any of them may be the one that holds.
            if held.mark & MET == 0 && *row == held.row {
                held.mark |= MET;
                return;
            }
            of_camera.1 += 1;
            if let (Some(first), Some(time)) = (held.row.time(), row.time()) {
                // The event that holds is the earliest.
                whole.delays.add(time.abs_diff(first));
            }
            let first = &held.row;
            let differs = |bit: u8, differs: bool| if differs { bit } else { 0 };
            held.mark |= differs(LOCATION, first.place() != row.place())
                | differs(CAMERA, first.camera() != row.camera())
                | differs(ITEM, first.item() != row.item())
                | differs(TIME, first.time() != row.time());
        })?;
        let mut chosen = false;
        for held in ids.held.values() {
            let whole = &mut self.whole;
            whole.ids += 1;
            whole.events += held.copies;
            whole.duplicates += held.copies - 1;
            whole.repeated_ids += u64::from(held.copies > 1);
            whole.incomplete += u64::from(!held.row.is_complete());
            let differ = |bit: u8| u64::from(held.mark & bit != 0);
            whole.differ_in_location += differ(LOCATION);
            whole.differ_in_camera += differ(CAMERA);
            whole.differ_in_item += differ(ITEM);
            whole.differ_in_time += differ(TIME);
            if held.mark & (LOCATION | CAMERA | ITEM) != 0 {
                whole.disagreeing += 1;
                chosen |= self.choose(held, keep, room);
            }
        }
        if chosen {
            let listed = &mut self.rows;
            ids.each_row(|_, row| {
                if let Some(listed) = listed.get_mut(&row.detection) {
                    listed.add(row, words);
                }
            })?;
        }
        Ok(())
    }

    /// Makes room for the rows of an id when it is among those with the smallest numbers.
    fn choose(&mut self, held: &Held, keep: usize, room: usize) -> bool {
        let id = held.row.detection;
        if self.first.len() == keep {
            match self.first.peek().copied() {
                Some(last) if id < last => {
                    self.first.pop();
                    let gone = self.rows.remove(&last).map_or(0, |gone| Listed::cost(gone.copies));
                    self.bytes = self.bytes.saturating_sub(gone);
                }
                _ => return false,
            }
        }
        let bytes = self.bytes.saturating_add(Listed::cost(held.copies));
        if bytes > room {
            self.full = true;
            return false;
        }
        self.bytes = bytes;
        self.first.push(id);
        self.rows.insert(id, Listed { rows: Vec::new(), copies: held.copies });
        true
    }

    fn merge(&mut self, other: Self) {
        let (whole, add) = (&mut self.whole, other.whole);
        whole.events += add.events;
        whole.ids += add.ids;
        whole.duplicates += add.duplicates;
        whole.repeated_ids += add.repeated_ids;
        whole.incomplete += add.incomplete;
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
    let scattered = scatter_full(&events, detections, resources, progress)?;
    let room = resources.buffer_bytes / resources.threads.max(1);
    let found = by_id(&scattered, resources, progress, Found::default, |found, ids| {
        found.add(ids, &scattered.words, keep, room)
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
        .map(|(detection, mut listed)| {
            listed.cut(&scattered.words);
            let copies = listed.copies;
            let events = listed.rows.iter().map(|row| naming.event(&Copied { row: *row, has_id: true, copies }));
            Disagreement { detection, events: events.collect(), total: copies }
        })
        .collect();
    let unlisted: u64 = whole.disagreements.iter().map(|one| one.total - one.events.len() as u64).sum();
    whole.read = scattered.read;
    whole.null_ids = scattered.null_ids;
    whole.incomplete += scattered.incomplete;
    whole.bad_rows = scattered.bad_rows.clone();
    whole.skipped = with_refused(scattered.skipped, events.refused);
    whole.notes = events.notes;
    if unlisted > 0 {
        whole.notes.push(Note::new(
            format!("{unlisted} events of ids that disagree are not listed, only the first {ROWS_OF_ID} of each id"),
            "look at what gives so many events one detection_oid",
        ));
    }
    Ok(whole)
}
