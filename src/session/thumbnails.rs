//! Small pictures of frames: from the store of thumbnails where that is quicker, else from the frames themselves.

use super::{
    Session, SessionError,
    images::{Images, Place, again, by_footage, layout, tell_damaged, told},
};
use crate::{
    catalog::{FrameTable, ThumbnailKey, ThumbnailStore, ThumbnailTotals},
    frames::{Encoding, FrameLayout, Storage, decode_thumbnail, encode_thumbnail, thumbnail_size},
    model::{Look, RgbImage},
};

/// Plain values above this many bytes a frame are quicker to have from the store, even when all lies in memory.
const LARGE_RAW_BYTES: u64 = 2 << 20;
/// Coded frames of so many times the pixels of their thumbnail are quicker to have from the store.
const REDUCED_TIMES: u64 = 4;

/// The largest size of thumbnails, and how their values are shown.
#[derive(Clone, Copy)]
struct Asked {
    size: (u32, u32),
    look: Look,
}

/// The part of the store that concerns thumbnails of one size of one footage.
struct Shelf<'a> {
    store: &'a ThumbnailStore,
    /// State of the image store and layout.
    footage: u64,
    asked: (u32, u32),
    /// The size that the pictures of this footage have then.
    size: (u32, u32),
    look: Look,
}

impl Shelf<'_> {
    fn key(&self, frame: u64) -> Option<ThumbnailKey> {
        ThumbnailKey::new(self.footage, self.asked, look_key(&self.look), frame)
    }

    fn get(&self, frame: u64) -> Option<RgbImage> {
        decode_thumbnail(&self.store.get(self.key(frame)?)?, self.size)
    }

    fn put(&self, frame: u64, picture: &RgbImage) {
        // A row of another size than its footage says would never be found again.
        if (picture.width_px, picture.height_px) != self.size {
            return;
        }
        if let (Some(key), Ok(data)) = (self.key(frame), encode_thumbnail(picture)) {
            // One that is not taken now is made again when it is wanted next.
            let _ = self.store.put(key, &data);
        }
    }
}

/// A number for each way of showing values: 0 for the usual one.
fn look_key(look: &Look) -> u64 {
    if *look == Look::default() {
        return 0;
    }
    xxhash_rust::xxh3::xxh3_64(format!("{} {}", look.swap_red_blue, look.range).as_bytes())
}

/// Whether a frame takes longer to make small than a thumbnail takes to be read from the store.
fn is_worth_keeping(layout: &FrameLayout, full: (u32, u32), small: (u32, u32)) -> bool {
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    if pixels(full) < pixels(small).saturating_mul(REDUCED_TIMES) {
        return false;
    }
    // Only the store's own state is looked at before a kept picture is shown, not that of other files.
    if matches!(layout.storage, Storage::Virtual | Storage::External) {
        return false;
    }
    match layout.encoding {
        Encoding::Coded => true,
        Encoding::Pixels { value, .. } => {
            // Without filters the library reads what is put together from other files, whose state is not looked at.
            if layout.storage == Storage::Library && layout.filters.is_empty() {
                return false;
            }
            let packed = !layout.filters.is_empty();
            let frame_bytes = layout.frame_shape().iter().fold(value.bytes() as u64, |n, axis| n.saturating_mul(*axis));
            packed || frame_bytes >= LARGE_RAW_BYTES
        }
    }
}

impl Images {
    fn shelf<'a>(&'a self, table: &FrameTable, footage: usize, place: &Place, asked: Asked) -> Option<Shelf<'a>> {
        let Asked { size: asked, look } = asked;
        let footage = &table.footage_list()[footage];
        let full = (footage.width_px, footage.height_px);
        let size = thumbnail_size(full, asked);
        let store = self.thumbnails.as_ref()?;
        let worth = full.0 > 0 && full.1 > 0 && is_worth_keeping(layout(place).ok()?, full, size);
        worth.then_some(Shelf { store, footage: place.key, asked, size, look })
    }
}

impl Session {
    /// A picture of one frame no larger than the given size, never enlarged, shown as [`Self::look`] says.
    ///
    /// # Errors
    /// The store has no images, changed since it was indexed, or the frame is damaged or cannot be read or decoded.
    pub fn thumbnail(
        &self,
        table: &FrameTable,
        row: usize,
        max_width_px: u32,
        max_height_px: u32,
    ) -> Result<RgbImage, SessionError> {
        let (place, frame) = self.frame_place(table, row)?;
        let look = self.look(table, table.footage_index(row));
        let (images, asked) = (&self.inner.images, Asked { size: (max_width_px, max_height_px), look });
        let (store, layout) = (images.store(&place), layout(&place)?);
        let shelf = images.shelf(table, table.footage_index(row), &place, asked);
        if let Some(picture) = shelf.as_ref().and_then(|shelf| shelf.get(frame)) {
            // What changed since it was indexed shows no picture, an old one neither.
            images.reader.check_store(&store).map_err(told)?;
            return Ok(picture);
        }
        let picture =
            images.reader.thumbnail(&store, layout, &place.extents, frame, asked.size, &look).map_err(told)?;
        if let Some(shelf) = shelf {
            shelf.put(frame, &picture);
        }
        Ok(picture)
    }

    /// Pictures of several frames, each handed to `each` with its place in `rows`, footage by footage in the order in which
    /// they lie on the disk: neighbours are read with one request. `each` returns whether it wants more.
    pub fn thumbnails(
        &self,
        table: &FrameTable,
        rows: &[usize],
        asked: (u32, u32),
        each: impl FnMut(usize, Result<RgbImage, SessionError>) -> bool,
    ) {
        self.pictures(table, rows, asked, true, each);
    }

    /// The same, with the store of thumbnails or without it.
    pub(super) fn pictures(
        &self,
        table: &FrameTable,
        rows: &[usize],
        asked: (u32, u32),
        kept: bool,
        mut each: impl FnMut(usize, Result<RgbImage, SessionError>) -> bool,
    ) {
        let images = &self.inner.images;
        if !tell_damaged(table, rows, |at, reason| each(at, Err(reason))) {
            return;
        }
        for group in by_footage(table, rows) {
            let asked = Asked { size: asked, look: self.look(table, group.footage) };
            let place = images.place(table, group.footage).and_then(|place| {
                layout(&place)?;
                images.reader.check_store(&images.store(&place)).map_err(told)?;
                Ok(place)
            });
            let place = match place {
                Ok(place) => place,
                Err(error) => {
                    if !group.places.iter().all(|at| each(*at, Err(again(&error)))) {
                        return;
                    }
                    continue;
                }
            };
            let Ok(layout) = layout(&place) else { continue };
            let shelf = if kept { images.shelf(table, group.footage, &place, asked) } else { None };
            let (mut missing, mut missing_frames) = (Vec::new(), Vec::new());
            for (at, frame) in group.places.iter().zip(&group.frames) {
                if let Some(picture) = shelf.as_ref().and_then(|shelf| shelf.get(*frame)) {
                    if !each(*at, Ok(picture)) {
                        return;
                    }
                } else {
                    missing.push(*at);
                    missing_frames.push(*frame);
                }
            }
            let mut go_on = true;
            let (store, extents) = (images.store(&place), &place.extents);
            images.reader.thumbnails(
                &store,
                layout,
                extents,
                &missing_frames,
                (asked.size, &asked.look),
                |at, picture| {
                    if let (Some(shelf), Ok(picture)) = (&shelf, &picture) {
                        shelf.put(missing_frames[at], picture);
                    }
                    go_on = each(missing[at], picture.map_err(told));
                    go_on
                },
            );
            if !go_on {
                return;
            }
        }
    }

    /// What the store of thumbnails holds.
    #[must_use]
    pub fn thumbnail_totals(&self) -> ThumbnailTotals {
        self.inner.images.thumbnails.as_ref().map(ThumbnailStore::totals).unwrap_or_default()
    }

    /// Deletes the kept thumbnails; they are made again when they are looked at.
    ///
    /// # Errors
    /// Their file cannot be removed.
    pub fn clear_thumbnails(&self) -> Result<(), SessionError> {
        let Some(store) = &self.inner.images.thumbnails else { return Ok(()) };
        store.clear().map_err(|error| {
            let path = self.inner.places.thumbnails.display();
            SessionError::Failed(format!(
                "{path} cannot be removed: {error}; close other programs that use it and try again"
            ))
        })
    }

    /// Waits until the thumbnails made so far are on the disk.
    pub fn flush_thumbnails(&self) {
        if let Some(store) = &self.inner.images.thumbnails {
            store.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{Origin, PixelOrder, StoredFilter, ValueType};

    #[test]
    fn what_is_quick_to_make_is_not_kept() {
        let raw = FrameLayout {
            dataset: "/frames".to_owned(),
            members: vec![],
            shape: vec![9, 360, 640, 3],
            chunk: vec![],
            encoding: Encoding::Pixels { value: ValueType::U8, big_endian: false, order: PixelOrder::Hwc },
            storage: Storage::Contiguous,
            filters: vec![],
            fill: vec![],
            palette: vec![],
            white_is_zero: false,
            sources: vec![],
            parts: vec![],
            origin: Origin::UpperLeft,
        };
        let gzip = FrameLayout {
            filters: vec![StoredFilter { id: 1, name: "deflate".to_owned(), params: vec![4] }],
            ..raw.clone()
        };
        let large = FrameLayout { shape: vec![9, 1080, 1920, 3], ..raw.clone() };
        let jpeg = FrameLayout { encoding: Encoding::Coded, ..raw.clone() };
        let (small, full, hd) = ((160, 90), (640, 360), (1920, 1080));
        for (layout, full, small, worth) in [
            (&raw, full, small, false),
            (&gzip, full, small, true),
            (&large, hd, small, true),
            (&jpeg, full, small, true),
            (&jpeg, full, (512, 288), false),
            (&gzip, full, full, false),
        ] {
            assert_eq!(is_worth_keeping(layout, full, small), worth, "{full:?} → {small:?}");
        }
    }
}
