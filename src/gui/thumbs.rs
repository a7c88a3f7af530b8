//! Thumbnails of the grid: whole frames as [`TilePictures`].

use super::{
    frame_key::FrameKey,
    source::{Wanted, groups},
    tile_pictures::{Each, Request, TilePictures},
};
use crate::{catalog::FrameTable, session::Session};

/// Widths of the cells, px; heights are three quarters. A tile takes the smallest that is not enlarged by much.
const BUCKETS: [usize; 5] = [64, 128, 256, 512, 1024];

/// The thumbnails of one lake.
pub type Thumbs = TilePictures<Wanted>;

/// The cell size for tiles `width_px` wide.
pub fn bucket_for(width_px: f32) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    BUCKETS.iter().position(|bucket| *bucket as f32 * 1.2 >= width_px).unwrap_or(BUCKETS.len() - 1)
}

impl Wanted {
    /// The frame of a row.
    pub fn of(table: &FrameTable, row: usize) -> Self {
        Self { row, key: FrameKey::of(table, row) }
    }
}

impl Request for Wanted {
    type Key = FrameKey;
    type Way = ();
    const BUCKETS: usize = BUCKETS.len();

    fn key(&self) -> FrameKey {
        self.key
    }

    fn row(&self) -> usize {
        self.row
    }

    fn footage(key: &FrameKey) -> i64 {
        key.footage
    }

    fn cell_size(bucket: usize) -> [usize; 2] {
        [BUCKETS[bucket], BUCKETS[bucket] * 3 / 4]
    }

    fn jobs(wanted: &[Self]) -> Vec<Vec<Self>> {
        groups(wanted).map(<[Self]>::to_vec).collect()
    }

    fn make(session: &Session, table: &FrameTable, wanted: &[Self], bucket: usize, (): (), each: Each<'_>) {
        let rows: Vec<usize> = wanted.iter().map(|wanted| wanted.row).collect();
        let [width, height] = Self::cell_size(bucket).map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        session.thumbnails(table, &rows, (width, height), each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_take_the_next_larger_cell() {
        for (width, bucket) in [(24.0, 0), (64.0, 0), (76.0, 0), (100.0, 1), (256.0, 2), (600.0, 3), (4000.0, 4)] {
            assert_eq!(bucket_for(width), bucket, "{width}");
        }
    }
}
