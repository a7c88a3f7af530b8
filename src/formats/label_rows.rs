//! Labels of one file, packed: what the label formats are read to before frames are looked up.

use super::{BadRows, Note, table::Words};
use crate::model::{BoundingBox, Label, NULL_WORD};

/// Which frame a label belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameAt {
    /// Index in the footage, from 0.
    Index(u64),
    /// Time in ns UTC.
    Time(i64),
}

/// One label as its file tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelRow<'a> {
    /// The recording, when the file names one.
    pub recording: Option<&'a str>,
    /// The camera, when the file names one.
    pub camera: Option<&'a str>,
    /// The frame.
    pub at: FrameAt,
    /// The class.
    pub class: &'a str,
    /// The box in pixels; `None` for a tag of the whole frame.
    pub bbox: Option<BoundingBox>,
    /// Confidence.
    pub score: Option<f64>,
    /// The object's id over time.
    pub track_id: Option<i64>,
    /// Further attributes as a JSON object.
    pub attributes: Option<&'a str>,
}

/// Labels of one file, in file order.
#[derive(Debug, Default)]
pub struct LabelTable {
    recordings: Words,
    cameras: Words,
    classes: Words,
    attributes: Words,
    at: Vec<FrameAt>,
    boxes: Vec<[f64; 4]>,
    scores: Vec<f64>,
    tracks: Vec<Option<i64>>,
    /// Rows or entries of the file that are labels, good and bad.
    pub rows_read: u64,
    /// Rows or entries that could not be used.
    pub bad_rows: BadRows,
    /// What was guessed.
    pub notes: Vec<Note>,
    /// Whether boxes are told in parts of the image (0 to 1) instead of pixels.
    pub boxes_are_parts: bool,
}

impl LabelTable {
    /// No labels yet, of a file of which that much is known.
    #[must_use]
    pub fn new(rows_read: u64, bad_rows: BadRows, notes: Vec<Note>) -> Self {
        Self { rows_read, bad_rows, notes, ..Self::default() }
    }

    /// Adds a label.
    pub fn push(&mut self, row: &LabelRow<'_>) {
        self.recordings.push(row.recording);
        self.cameras.push(row.camera);
        self.classes.push(Some(row.class));
        self.attributes.push(row.attributes);
        self.at.push(row.at);
        self.boxes.push(row.bbox.map_or([f64::NAN; 4], |b| [b.x, b.y, b.w, b.h]));
        self.scores.push(row.score.unwrap_or(f64::NAN));
        self.tracks.push(row.track_id);
    }

    /// Number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The classes met, each once.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        self.classes.words()
    }

    /// The cameras the file names, each once.
    #[must_use]
    pub fn cameras(&self) -> &[String] {
        self.cameras.words()
    }

    /// The recordings the file names, each once.
    #[must_use]
    pub fn recordings(&self) -> &[String] {
        self.recordings.words()
    }

    /// The place of a label's class in [`Self::classes`].
    ///
    /// # Panics
    /// When there is no such label.
    #[must_use]
    pub fn class_code(&self, row: usize) -> u32 {
        self.classes.codes()[row]
    }

    /// One label.
    ///
    /// # Panics
    /// When there is no such label.
    #[must_use]
    pub fn row(&self, row: usize) -> LabelRow<'_> {
        let [x, y, w, h] = self.boxes[row];
        LabelRow {
            recording: self.recordings.word(row),
            camera: self.cameras.word(row),
            at: self.at[row],
            class: self.classes.word(row).unwrap_or_default(),
            bbox: (!x.is_nan()).then_some(BoundingBox { x, y, w, h }),
            score: Some(self.scores[row]).filter(|score| !score.is_nan()),
            track_id: self.tracks[row],
            attributes: self.attributes.word(row),
        }
    }

    /// All labels, in file order.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = LabelRow<'_>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// One label as a record of the model, on the frame it was attached to.
    ///
    /// # Panics
    /// When there is no such label.
    #[must_use]
    pub fn label(&self, row: usize, frame_idx: u64) -> Label {
        let found = self.row(row);
        Label {
            frame_idx,
            class: found.class.to_owned(),
            bbox: found.bbox,
            score: found.score,
            track_id: found.track_id,
            attributes: found.attributes.map(str::to_owned),
        }
    }

    /// Everything a person should know of how the file was read; `rows` names its entries (`rows`, `annotations`).
    #[must_use]
    pub fn all_notes(&self, rows: &str) -> Vec<Note> {
        let mut notes = self.notes.clone();
        notes.extend(self.bad_rows.notes(rows));
        notes
    }
}

/// What is known of a label file from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelOptions {
    /// The time column, for labels given by time.
    pub time: super::TimeOptions,
    /// The cameras of the recording. With them, an image's folder or the file's own name can tell the camera.
    pub cameras: Vec<String>,
    /// Whether corners in Pascal VOC files count from 0 instead of 1.
    pub voc_zero_based: bool,
}

/// Labels of a table attached to the frames of one footage.
#[derive(Debug, Default)]
pub struct Attached {
    /// Rows of the table and the frame index each belongs to, in file order.
    pub labels: Vec<(usize, u64)>,
    /// Labels of this footage that no frame takes, with reasons.
    pub unmatched: BadRows,
}

/// Which labels of a table belong to a footage.
#[derive(Debug, Clone, Copy)]
pub struct FootageName<'a> {
    /// The recording's name; labels that name another one are left alone.
    pub recording: &'a str,
    /// The camera's name; labels that name another one are left alone.
    pub camera: &'a str,
    /// Whether labels that name no camera belong to this footage.
    pub takes_unnamed: bool,
}

/// Attaches the labels of one footage to its frames: by index, or by time to the nearest frame within half a frame
/// period (the median distance of neighbouring frames; a single frame takes only its exact time). Of two equally near
/// frames the earlier is taken. `frame_times` are ns UTC in frame order, ascending or not.
#[must_use]
pub fn attach(table: &LabelTable, footage: FootageName<'_>, frame_times: &[i64]) -> Attached {
    let mut attached = Attached::default();
    let frames = SortedFrames::new(frame_times);
    let mut near = 0;
    for row in 0..table.len() {
        let (recording, camera) = (table.recordings.word(row), table.cameras.word(row));
        if recording.is_some_and(|name| name != footage.recording)
            || !camera.map_or(footage.takes_unnamed, |name| name == footage.camera)
        {
            continue;
        }
        match table.at[row] {
            FrameAt::Index(idx) if usize::try_from(idx).is_ok_and(|idx| idx < frame_times.len()) => {
                attached.labels.push((row, idx));
            }
            FrameAt::Index(idx) => {
                attached.unmatched.add("no such frame in the footage", || {
                    format!("frame {idx} of {}/{}", footage.camera, frame_times.len())
                });
            }
            FrameAt::Time(ns) => match frames.nearest(ns, &mut near) {
                Some(frame) => attached.labels.push((row, frame as u64)),
                None => attached.unmatched.add("no frame within half a frame period", || crate::model::format_ns(ns)),
            },
        }
    }
    attached
}

struct SortedFrames<'a> {
    times: std::borrow::Cow<'a, [i64]>,
    /// Frame index of each sorted time; `None` when frames ascend already.
    order: Option<Vec<usize>>,
    half_period_ns: u64,
}

impl<'a> SortedFrames<'a> {
    fn new(frame_times: &'a [i64]) -> Self {
        let (times, order) = if frame_times.is_sorted() {
            (std::borrow::Cow::Borrowed(frame_times), None)
        } else {
            let mut order: Vec<usize> = (0..frame_times.len()).collect();
            order.sort_by_key(|frame| frame_times[*frame]);
            (order.iter().map(|frame| frame_times[*frame]).collect::<Vec<_>>().into(), Some(order))
        };
        let mut steps: Vec<u64> =
            times.windows(2).map(|pair| pair[1].abs_diff(pair[0])).filter(|step| *step > 0).collect();
        let middle = steps.len() / 2;
        let half_period_ns = if steps.is_empty() { 0 } else { (*steps.select_nth_unstable(middle).1).div_ceil(2) };
        Self { times, order, half_period_ns }
    }

    /// The frame nearest to `ns`, if near enough; `hint` is where the last search ended, as labels mostly follow time.
    fn nearest(&self, ns: i64, hint: &mut usize) -> Option<usize> {
        let fits = |after: usize| {
            after <= self.times.len()
                && (after == 0 || self.times[after - 1] <= ns)
                && self.times.get(after).is_none_or(|time| *time > ns)
        };
        let after = [*hint, *hint + 1].into_iter().find(|after| fits(*after));
        let after = after.unwrap_or_else(|| self.times.partition_point(|time| *time <= ns));
        *hint = after;
        let before = after.checked_sub(1).map(|at| (self.times[at].abs_diff(ns), at));
        let next = self.times.get(after).map(|time| (time.abs_diff(ns), after));
        let (distance, at) = match (before, next) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b)?,
        };
        (distance <= self.half_period_ns).then(|| self.order.as_ref().map_or(at, |order| order[at]))
    }
}

impl Words {
    fn word(&self, row: usize) -> Option<&str> {
        match self.codes()[row] {
            NULL_WORD => None,
            code => self.words().get(code as usize).map(String::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(at: FrameAt, camera: Option<&str>) -> LabelRow<'_> {
        LabelRow {
            recording: None,
            camera,
            at,
            class: "car",
            bbox: None,
            score: None,
            track_id: None,
            attributes: None,
        }
    }

    const FRONT: FootageName<'_> = FootageName { recording: "drive", camera: "front", takes_unnamed: true };

    fn frames_of(at: &[FrameAt], frame_times: &[i64]) -> (Vec<u64>, u64) {
        let mut table = LabelTable::default();
        for at in at {
            table.push(&row(*at, None));
        }
        let attached = attach(&table, FRONT, frame_times);
        (attached.labels.iter().map(|(_, frame)| *frame).collect(), attached.unmatched.total())
    }

    #[test]
    fn labels_find_their_frames() {
        use FrameAt::{Index, Time};
        for (at, times, expected) in [
            (vec![Index(0), Index(2), Index(3)], vec![0, 10, 20], (vec![0, 2], 1)),
            (
                vec![Time(-6), Time(-5), Time(4), Time(5), Time(6), Time(25), Time(26)],
                vec![0, 10, 20],
                (vec![0, 0, 0, 1, 2], 2),
            ),
            (vec![Time(1), Time(19)], vec![20, 0, 10], (vec![1, 0], 0)),
            (vec![Time(7), Time(8)], vec![7], (vec![0], 1)),
            (vec![Time(7)], vec![], (vec![], 1)),
            // Frames were lost between 20 and 100: labels in the hole belong to none.
            (vec![Time(24), Time(50), Time(97)], vec![0, 10, 20, 100, 110], (vec![2, 3], 1)),
        ] {
            assert_eq!(frames_of(&at, &times), expected, "{at:?}");
        }
    }

    #[test]
    fn labels_of_other_cameras_and_recordings_stay_away() {
        let mut table = LabelTable::default();
        for camera in [Some("front"), Some("rear"), None] {
            table.push(&row(FrameAt::Index(0), camera));
        }
        table.push(&LabelRow { recording: Some("other"), ..row(FrameAt::Index(0), Some("front")) });
        let rows = |footage| attach(&table, footage, &[0]).labels.iter().map(|(row, _)| *row).collect::<Vec<_>>();
        assert_eq!(rows(FRONT), [0, 2]);
        assert_eq!(rows(FootageName { takes_unnamed: false, ..FRONT }), [0]);
        assert_eq!(rows(FootageName { camera: "rear", ..FRONT }), [1, 2]);
        assert_eq!(table.cameras(), ["front", "rear"]);
    }

    #[test]
    fn rows_come_back_as_pushed() {
        let bbox = BoundingBox { x: 1.0, y: 2.0, w: 3.0, h: 4.0 };
        let pushed = LabelRow {
            recording: Some("r"),
            camera: Some("c"),
            at: FrameAt::Time(5),
            class: "van",
            bbox: Some(bbox),
            score: Some(0.5),
            track_id: Some(-3),
            attributes: Some("{}"),
        };
        let mut table = LabelTable::default();
        table.push(&row(FrameAt::Index(9), None));
        table.push(&pushed);
        assert_eq!(table.row(0), row(FrameAt::Index(9), None));
        assert_eq!(table.row(1), pushed);
        assert_eq!(table.label(1, 7).frame_idx, 7);
    }

    proptest! {
        #[test]
        fn equals_the_plain_search(mut times in prop::collection::vec(0_i64..1000, 1..40), labels in prop::collection::vec(-50_i64..1050, 0..60), sorted in any::<bool>()) {
            if sorted { times.sort_unstable(); }
            let mut ascending = times.clone();
            ascending.sort_unstable();
            let mut steps: Vec<i64> = ascending.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0).collect();
            steps.sort_unstable();
            let half = steps.get(steps.len() / 2).map_or(0, |step| (step + 1) / 2);
            let mut table = LabelTable::default();
            for ns in &labels {
                table.push(&row(FrameAt::Time(*ns), None));
            }
            let attached = attach(&table, FRONT, &times);
            let mut found = attached.labels.iter().peekable();
            for (at, ns) in labels.iter().enumerate() {
                let nearest = times.iter().map(|time| (time - ns).abs()).min().unwrap();
                match found.next_if(|(row, _)| *row == at) {
                    Some((_, frame)) => prop_assert_eq!((times[usize::try_from(*frame).unwrap()] - ns).abs(), nearest),
                    None => prop_assert!(nearest > half),
                }
            }
            prop_assert_eq!(attached.labels.len() as u64 + attached.unmatched.total(), labels.len() as u64);
        }
    }
}
