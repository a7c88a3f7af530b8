//! Images and labels of frames, through caches that are bounded in bytes.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;

use super::{OpenOptions, Session, SessionError};
use crate::{
    catalog::FrameTable,
    frames::{ChildPool, Encoding, Extents, FrameLayout, FrameReader, PoolLimits, StoreIdentity, StoreRef},
    model::{Label, Raster, RgbImage},
};

/// Decoded chunks kept in memory unless the options say otherwise.
const CHUNK_CACHE_BYTES: usize = 256 << 20;
/// Bytes of extents and layouts kept for the footages looked at last.
const EXTENT_CACHE_BYTES: usize = 64 << 20;
/// Footages whose labels near the frame looked at last are kept.
const LABEL_CACHE_BLOCKS: usize = 64;
/// Time that the structure of one store may take to be read.
const STRUCTURE_TIMEOUT: Duration = Duration::from_mins(1);

/// Reads frames; shared by all clones of a session.
pub(super) struct Images {
    root: PathBuf,
    pool: Arc<ChildPool>,
    reader: FrameReader,
    places: Mutex<VecDeque<(Key, Arc<Place>)>>,
    labels: Mutex<VecDeque<LabelsNear>>,
}

/// Labels around a frame of a footage.
type LabelsNear = (Key, u64, Arc<Vec<Label>>);

/// A footage of a catalog.
type Key = (String, i64);

/// Where the frames of a footage are, ready to be read.
struct Place {
    store: String,
    identity: StoreIdentity,
    layout: Option<FrameLayout>,
    extents: Extents,
    bytes: usize,
}

impl Images {
    pub(super) fn new(root: &Path, options: OpenOptions) -> Result<Self, SessionError> {
        let exe = match options.reader_exe {
            Some(exe) => exe,
            None => std::env::current_exe().map_err(|error| {
                SessionError::Failed(format!("cannot tell where Lakescope itself is, to start its reader: {error}"))
            })?,
        };
        let children = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Arc::new(ChildPool::new(exe, PoolLimits { children, timeout: STRUCTURE_TIMEOUT }));
        Ok(Self {
            root: root.to_owned(),
            reader: FrameReader::with_cache(
                Some(Arc::clone(&pool)),
                options.chunk_cache_bytes.unwrap_or(CHUNK_CACHE_BYTES),
            ),
            pool,
            places: Mutex::default(),
            labels: Mutex::default(),
        })
    }

    pub(super) fn pool(&self) -> &ChildPool {
        &self.pool
    }

    fn store<'a>(&'a self, place: &'a Place) -> StoreRef<'a> {
        StoreRef { lake_root: &self.root, store: &place.store, identity: place.identity }
    }

    fn place(&self, table: &FrameTable, footage: usize) -> Result<Arc<Place>, SessionError> {
        let key = (table.catalog_uid().to_owned(), table.footage_id(footage));
        if let Some(place) = touch(&self.places, |(known, _)| *known == key) {
            return Ok(place.1);
        }
        let found = table.place(footage)?;
        let bytes = found.extents.len() * 4 + 1024;
        let extents = Extents::unpack(&found.extents).map_err(|error| SessionError::Failed(error.to_string()))?;
        let place =
            Arc::new(Place { store: found.store, identity: found.identity, layout: found.layout, extents, bytes });
        let mut places = self.places.lock();
        places.push_front((key, Arc::clone(&place)));
        let mut total = 0;
        let fit = places.iter().take_while(|(_, place)| {
            total += place.bytes;
            total <= EXTENT_CACHE_BYTES
        });
        let fit = fit.count().max(1);
        places.truncate(fit);
        Ok(place)
    }

    /// The labels of one frame.
    pub(super) fn labels(&self, table: &FrameTable, footage: usize, frame: u64) -> Result<Vec<Label>, SessionError> {
        let key = (table.catalog_uid().to_owned(), table.footage_id(footage));
        let of_frame = |labels: &[Label]| -> Vec<Label> {
            let first = labels.partition_point(|label| label.frame_idx < frame);
            labels[first..].iter().take_while(|label| label.frame_idx == frame).cloned().collect()
        };
        let covers = |labels: &[Label]| {
            labels.first().is_some_and(|first| first.frame_idx <= frame)
                && labels.last().is_some_and(|last| frame <= last.frame_idx)
        };
        if let Some((_, _, block)) =
            touch(&self.labels, |(known, at, block)| *known == key && (*at == frame || covers(block)))
        {
            return Ok(of_frame(&block));
        }
        let block = Arc::new(table.labels_near(footage, frame)?);
        let found = of_frame(&block);
        let mut kept = self.labels.lock();
        kept.push_front((key, frame, block));
        kept.truncate(LABEL_CACHE_BLOCKS);
        Ok(found)
    }
}

/// Moves the first match to the front and returns it.
fn touch<T: Clone>(kept: &Mutex<VecDeque<T>>, wanted: impl Fn(&T) -> bool) -> Option<T> {
    let mut kept = kept.lock();
    let at = kept.iter().position(wanted)?;
    let found = kept.remove(at)?;
    kept.push_front(found.clone());
    Some(found)
}

impl Session {
    /// Where a frame is, and its number in its footage.
    fn frame_place(&self, table: &FrameTable, row: usize) -> Result<(Arc<Place>, u64), SessionError> {
        if let Some(reason) = table.damage(row) {
            return Err(SessionError::Failed(reason.to_string()));
        }
        let footage = table.footage_index(row);
        let place = self.inner.images.place(table, footage)?;
        let first = crate::filter::FrameColumns::footages(table)[footage].first_row;
        Ok((place, (row - first) as u64))
    }

    /// The stored values of one frame, channels in the order they are stored in. [`Self::look`] tells how they are shown.
    ///
    /// # Errors
    /// The store has no images, changed since it was indexed, or the frame cannot be read or decoded.
    pub fn image(&self, table: &FrameTable, row: usize) -> Result<Raster, SessionError> {
        let (place, frame) = self.frame_place(table, row)?;
        let images = &self.inner.images;
        images.reader.read(&images.store(&place), layout(&place)?, &place.extents, frame).map_err(told)
    }

    /// A picture of one frame no larger than the given size, never enlarged, shown as [`Self::look`] says.
    ///
    /// # Errors
    /// As [`Self::image`].
    pub fn thumbnail(
        &self,
        table: &FrameTable,
        row: usize,
        max_width_px: u32,
        max_height_px: u32,
    ) -> Result<RgbImage, SessionError> {
        let (place, frame) = self.frame_place(table, row)?;
        let images = &self.inner.images;
        let size = (max_width_px, max_height_px);
        let look = self.look(table, table.footage_index(row));
        images
            .reader
            .thumbnail(&images.store(&place), layout(&place)?, &place.extents, frame, size, &look)
            .map_err(told)
    }

    /// The stored file of one frame and its ending, when frames are stored as JPEG or PNG files.
    ///
    /// # Errors
    /// As [`Self::image`].
    pub fn stored_bytes(
        &self,
        table: &FrameTable,
        row: usize,
    ) -> Result<Option<(Vec<u8>, &'static str)>, SessionError> {
        let (place, frame) = self.frame_place(table, row)?;
        let (images, layout) = (&self.inner.images, layout(&place)?);
        if layout.encoding != Encoding::Coded {
            return Ok(None);
        }
        let stored = images.reader.stored_bytes(&images.store(&place), layout, &place.extents, frame).map_err(told)?;
        // The ending that cameras and most software give their files.
        Ok(Some((stored.bytes, if stored.extension == "jpeg" { "jpg" } else { stored.extension })))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn told(error: crate::frames::FramesError) -> SessionError {
    SessionError::Failed(error.to_string())
}

fn layout(place: &Place) -> Result<&FrameLayout, SessionError> {
    place
        .layout
        .as_ref()
        .ok_or_else(|| SessionError::Failed(format!("{} holds times and sensors only, no images", place.store)))
}
