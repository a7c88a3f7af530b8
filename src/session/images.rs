//! Images and labels of frames, through caches that are bounded in bytes.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use parking_lot::Mutex;

use super::{FrameTrouble, OpenOptions, Session, SessionError};
use crate::{
    catalog::{FrameTable, ThumbnailStore},
    frames::{
        ChildPool, Encoding, Extents, FrameLayout, FrameReader, FramesError, PoolLimits, StoreIdentity, StoreRef,
        look_at,
    },
    lake::Places,
    model::{Label, Raster},
};

/// Decoded chunks kept in memory unless the options say otherwise.
const CHUNK_CACHE_BYTES: usize = 256 << 20;
/// Bytes of extents and layouts kept for the footages looked at last.
const EXTENT_CACHE_BYTES: usize = 64 << 20;
/// Footages whose labels near the frame looked at last are kept.
const LABEL_CACHE_BLOCKS: usize = 64;
/// Bytes of thumbnails kept on the disk unless the options say otherwise.
const THUMBNAIL_STORE_BYTES: u64 = 1 << 30;
/// Time that the structure of one store may take to be read.
const STRUCTURE_TIMEOUT: Duration = Duration::from_mins(1);

/// Reads frames; shared by all clones of a session.
pub(super) struct Images {
    root: PathBuf,
    pool: Arc<ChildPool>,
    pub(super) reader: FrameReader,
    /// Thumbnails of earlier visits; `None` when none are to be kept.
    pub(super) thumbnails: Option<ThumbnailStore>,
    places: Mutex<VecDeque<(Key, Arc<Place>)>>,
    labels: Mutex<VecDeque<LabelsNear>>,
}

/// Labels around a frame of a footage.
type LabelsNear = (Key, u64, Arc<Vec<Label>>);

/// A footage of a catalog.
type Key = (String, i64);

/// Where the frames of a footage are, ready to be read.
pub(super) struct Place {
    store: String,
    identity: StoreIdentity,
    layout: Option<FrameLayout>,
    pub(super) extents: Extents,
    /// Stands for the state of the store and the layout, in the keys of thumbnails.
    pub(super) key: u64,
    bytes: usize,
}

impl Images {
    pub(super) fn new(places: &Places, options: OpenOptions) -> Result<Self, SessionError> {
        let exe = match options.reader_exe {
            Some(exe) => exe,
            None => std::env::current_exe().map_err(|error| {
                SessionError::Failed(format!("cannot tell where Lakescope itself is, to start its reader: {error}"))
            })?,
        };
        let children = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = ChildPool::new(exe, PoolLimits { children, timeout: STRUCTURE_TIMEOUT })
            .remembering(places.catalog.with_file_name("unreadable.jsonl"));
        let pool = Arc::new(pool);
        Ok(Self {
            root: places.root.clone(),
            thumbnails: match options.thumbnail_store_bytes.unwrap_or(THUMBNAIL_STORE_BYTES) {
                0 => None,
                most_bytes => Some(ThumbnailStore::new(places.thumbnails.clone(), most_bytes)),
            },
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

    pub(super) fn store<'a>(&'a self, place: &'a Place) -> StoreRef<'a> {
        StoreRef { lake_root: &self.root, store: &place.store, identity: place.identity }
    }

    pub(super) fn place(&self, table: &FrameTable, footage: usize) -> Result<Arc<Place>, SessionError> {
        let key = (table.catalog_uid().to_owned(), table.footage_id(footage));
        if let Some(place) = touch(&self.places, |(known, _)| *known == key) {
            return Ok(place.1);
        }
        let found = table.place(footage)?;
        let bytes = found.extents.len() * 4 + 1024;
        let extents = Extents::unpack(&found.extents).map_err(|error| SessionError::Failed(error.to_string()))?;
        // Plain records always turn into JSON.
        let state = serde_json::to_vec(&(found.identity, &found.layout)).unwrap_or_default();
        let place = Arc::new(Place {
            store: found.store,
            identity: found.identity,
            layout: found.layout,
            extents,
            key: xxhash_rust::xxh3::xxh3_64(&state),
            bytes,
        });
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

/// The files that the frames of a footage lie in, and the state they had when they were indexed.
#[derive(Debug, Clone)]
pub struct StoreWatch {
    root: PathBuf,
    files: Vec<(String, StoreIdentity)>,
}

impl StoreWatch {
    /// Whether all are as they were indexed, as far as a look at their paths tells; what was read of them before is true for
    /// so long. Cheap: nothing is opened or read.
    ///
    /// # Errors
    /// One changed or is gone.
    pub fn look(&self) -> Result<(), SessionError> {
        self.files.iter().try_for_each(|(store, identity)| {
            look_at(&StoreRef { lake_root: &self.root, store, identity: *identity }).map_err(told)
        })
    }
}

impl Session {
    /// The stores that are not as they were indexed, or are gone: their frames show no pictures until the lake is indexed
    /// again. Nothing is opened or read but what the folder tells of each file.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn changed_stores(&self) -> Result<Vec<String>, SessionError> {
        let root = &self.inner.places.root;
        let stores = self.reader()?.indexed_stores()?.into_iter();
        let changed = stores
            .filter(|(store, identity)| look_at(&StoreRef { lake_root: root, store, identity: *identity }).is_err());
        Ok(changed.map(|(store, _)| store).collect())
    }

    /// Where a frame is, and its number in its footage.
    pub(super) fn frame_place(&self, table: &FrameTable, row: usize) -> Result<(Arc<Place>, u64), SessionError> {
        if let Some(reason) = table.damage(row) {
            return Err(marked(reason));
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

    /// The store of a footage and the files that hold its frames, to be looked at now and then.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn store_watch(&self, table: &FrameTable, footage: usize) -> Result<StoreWatch, SessionError> {
        let images = &self.inner.images;
        let place = images.place(table, footage)?;
        let sources = place.layout.iter().flat_map(|layout| &layout.sources);
        let sources = sources.filter_map(|source| Some((source.store.clone(), source.identity?)));
        let files = std::iter::once((place.store.clone(), place.identity)).chain(sources).collect();
        Ok(StoreWatch { root: images.root.clone(), files })
    }

    /// The same into a raster that was used before, whose memory is taken over; after an error it is empty.
    ///
    /// # Errors
    /// As [`Self::image`].
    pub fn image_into(&self, table: &FrameTable, row: usize, raster: &mut Raster) -> Result<(), SessionError> {
        let (place, frame) = self.frame_place(table, row)?;
        let images = &self.inner.images;
        let layout = layout(&place)?;
        images.reader.read_into(&images.store(&place), layout, &place.extents, frame, raster).map_err(told)
    }

    /// The values of several frames, each handed to `each` with its place in `rows`, in the order in which they lie on the
    /// disk; neighbours are read with one request. `each` returns whether it wants more.
    pub fn images(
        &self,
        table: &FrameTable,
        rows: &[usize],
        mut each: impl FnMut(usize, Result<&Raster, SessionError>) -> bool,
    ) {
        let images = &self.inner.images;
        if !tell_damaged(table, rows, |at, reason| each(at, Err(reason))) {
            return;
        }
        for group in by_footage(table, rows) {
            let found = images.place(table, group.footage);
            let found = found.and_then(|place| {
                layout(&place)?;
                Ok(place)
            });
            let place = match found {
                Ok(place) => place,
                Err(error) => {
                    if !group.places.iter().all(|at| each(*at, Err(again(&error)))) {
                        return;
                    }
                    continue;
                }
            };
            let Some(layout) = &place.layout else { continue };
            let mut go_on = true;
            images.reader.read_many(&images.store(&place), layout, &place.extents, &group.frames, |at, image| {
                go_on = each(group.places[at], image.map_err(told));
                go_on
            });
            if !go_on {
                return;
            }
        }
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

/// Rows of one footage.
pub(super) struct OfFootage {
    pub(super) footage: usize,
    /// Their places in the list of rows.
    pub(super) places: Vec<usize>,
    /// Their numbers in the footage.
    pub(super) frames: Vec<u64>,
}

/// A frame that verifying found to be damaged.
fn marked(reason: &str) -> SessionError {
    SessionError::Frame { trouble: FrameTrouble::Marked, message: reason.to_owned() }
}

/// Hands the reason to `each` for every row that is known to be damaged; false when it wants no more.
pub(super) fn tell_damaged(
    table: &FrameTable,
    rows: &[usize],
    mut each: impl FnMut(usize, SessionError) -> bool,
) -> bool {
    rows.iter().enumerate().all(|(at, row)| match table.damage(*row) {
        Some(reason) => each(at, marked(reason)),
        None => true,
    })
}

/// Rows put together by footage, in the order of the table; without those that are known to be damaged.
pub(super) fn by_footage(table: &FrameTable, rows: &[usize]) -> Vec<OfFootage> {
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| table.damage(rows[*at]).is_none()).collect();
    order.sort_by_key(|at| rows[*at]);
    let mut groups: Vec<OfFootage> = Vec::new();
    for at in order {
        let footage = table.footage_index(rows[at]);
        let frame = (rows[at] - crate::filter::FrameColumns::footages(table)[footage].first_row) as u64;
        match groups.last_mut().filter(|last| last.footage == footage) {
            Some(last) => {
                last.places.push(at);
                last.frames.push(frame);
            }
            None => groups.push(OfFootage { footage, places: vec![at], frames: vec![frame] }),
        }
    }
    groups
}

/// The same trouble for another frame of the footage.
pub(super) fn again(error: &SessionError) -> SessionError {
    match error {
        SessionError::Frame { trouble, message } => SessionError::Frame { trouble: *trouble, message: message.clone() },
        other => SessionError::Failed(other.to_string()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn told(error: FramesError) -> SessionError {
    let trouble = match error {
        FramesError::StoreChanged { .. } => FrameTrouble::Changed,
        FramesError::Open { .. } | FramesError::OutsideLake { .. } => FrameTrouble::Absent,
        _ => FrameTrouble::Damaged,
    };
    SessionError::Frame { trouble, message: error.to_string() }
}

pub(super) fn layout(place: &Place) -> Result<&FrameLayout, SessionError> {
    place.layout.as_ref().ok_or_else(|| SessionError::Frame {
        trouble: FrameTrouble::NoImages,
        message: format!("{} holds times and sensors only, no images", place.store),
    })
}
