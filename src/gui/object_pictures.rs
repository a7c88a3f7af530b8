//! Pictures of single objects for the grid, as [`TilePictures`]. A frame is decoded once for all of its objects that are
//! wanted together.

use std::collections::HashMap;

use super::{
    frame_key::FrameKey,
    source::{Wanted, groups},
    tile_pictures::{Each, Request, TilePictures},
};
use crate::{
    catalog::FrameTable,
    filter::LabelBox,
    model::{BoundingBox, CropCut},
    session::Session,
};

/// Sides of the square cells, px. A tile takes the smallest that is not enlarged by much.
const BUCKETS: [usize; 4] = [64, 128, 256, 512];

/// Names an object's picture: its frame, and the bits of its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    frame: FrameKey,
    bbox: [u64; 4],
}

/// An object that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct WantedObject {
    row: usize,
    bbox: BoundingBox,
    key: ObjectKey,
}

/// The pictures of one lake's objects.
pub type ObjectPictures = TilePictures<WantedObject>;

/// The cell size for tiles whose side is so many pixels of the screen.
pub fn object_bucket(side_px: f32) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    BUCKETS.iter().position(|bucket| *bucket as f32 * 1.2 >= side_px).unwrap_or(BUCKETS.len() - 1)
}

impl WantedObject {
    /// The object of a label.
    pub fn of(table: &FrameTable, object: &LabelBox) -> Self {
        let (row, bbox) = (object.row as usize, object.bbox);
        let BoundingBox { x, y, w, h } = bbox;
        let key = ObjectKey { frame: FrameKey::of(table, row), bbox: [x, y, w, h].map(f64::to_bits) };
        Self { row, bbox, key }
    }
}

impl Request for WantedObject {
    type Key = ObjectKey;
    type Way = CropCut;
    const BUCKETS: usize = BUCKETS.len();

    fn key(&self) -> ObjectKey {
        self.key
    }

    fn row(&self) -> usize {
        self.row
    }

    fn footage(key: &ObjectKey) -> i64 {
        key.frame.footage
    }

    fn cell_size(bucket: usize) -> [usize; 2] {
        [BUCKETS[bucket]; 2]
    }

    fn jobs(wanted: &[Self]) -> Vec<Vec<Self>> {
        jobs_of(wanted)
    }

    fn make(session: &Session, table: &FrameTable, wanted: &[Self], bucket: usize, cut: CropCut, each: Each<'_>) {
        let objects: Vec<_> = wanted.iter().map(|object| (object.row, object.bbox)).collect();
        let most_px = u32::try_from(BUCKETS[bucket]).unwrap_or(u32::MAX);
        session.crops(table, &objects, (cut, most_px), each);
    }
}

/// The objects of each job: all that are wanted of one frame go together, and so do a few frames that lie near each other.
fn jobs_of(wanted: &[WantedObject]) -> Vec<Vec<WantedObject>> {
    let mut of_frames: HashMap<FrameKey, Vec<WantedObject>> = HashMap::new();
    let mut frames = Vec::new();
    for one in wanted {
        let objects = of_frames.entry(one.key.frame).or_default();
        if objects.is_empty() {
            frames.push(Wanted { row: one.row, key: one.key.frame });
        }
        objects.push(*one);
    }
    groups(&frames)
        .map(|group| group.iter().flat_map(|frame| of_frames.remove(&frame.key).unwrap_or_default()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_in_one_job_whatever_the_order_of_its_objects() {
        let object = |footage, frame, x: f64| {
            let bbox = BoundingBox { x, y: 0.0, w: 1.0, h: 1.0 };
            let bits = [x, 0.0, 1.0, 1.0].map(f64::to_bits);
            WantedObject { row: frame, bbox, key: ObjectKey { frame: FrameKey { footage, frame }, bbox: bits } }
        };
        let missing = [object(1, 5, 0.0), object(2, 9, 0.0), object(1, 5, 1.0), object(1, 900, 0.0), object(2, 9, 2.0)];
        let jobs: Vec<Vec<(i64, usize)>> = jobs_of(&missing)
            .iter()
            .map(|job| job.iter().map(|one| (one.key.frame.footage, one.key.frame.frame)).collect())
            .collect();
        assert_eq!(jobs, [vec![(1, 5), (1, 5)], vec![(2, 9), (2, 9)], vec![(1, 900)]]);
    }

    #[test]
    fn tiles_take_the_next_larger_cell() {
        for (side, bucket) in [(24.0, 0), (76.0, 0), (100.0, 1), (300.0, 2), (4000.0, 3)] {
            assert_eq!(object_bucket(side), bucket, "{side}");
        }
    }
}
