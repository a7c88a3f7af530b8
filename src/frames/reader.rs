//! Frames of a store, read and decoded on the caller's thread: no HDF5 library, no lock held while working.

use std::sync::Arc;

use super::{
    ChildPool, Encoding, Extents, FrameLayout, FramesError, Storage, ValueType,
    chunk_cache::ChunkCache,
    coded,
    open_stores::{OpenStore, OpenStores, StoreRef},
    pixels,
    stored_frame::StoredFrames,
    thumbnail,
};
use crate::model::{Look, Raster, RgbImage};

/// Bytes of decoded chunks kept by default.
const CACHE_BYTES: usize = 256 << 20;

/// A coded frame as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBytes {
    /// The file's bytes, without padding.
    pub bytes: Vec<u8>,
    /// `jpeg` or `png`.
    pub extension: &'static str,
}

/// Reads frames from any number of stores and threads.
#[derive(Debug)]
pub struct FrameReader {
    stores: OpenStores,
    cache: ChunkCache,
    /// For what the app does not decode by itself.
    pool: Option<Arc<ChildPool>>,
}

/// Which frame of which footage.
#[derive(Clone, Copy)]
struct Asked<'a> {
    store: &'a StoreRef<'a>,
    layout: &'a FrameLayout,
    extents: &'a Extents,
    frame_idx: u64,
}

impl FrameReader {
    /// A reader. Without a pool, frames that only the library can read are errors.
    #[must_use]
    pub fn new(pool: Option<Arc<ChildPool>>) -> Self {
        Self::with_cache(pool, CACHE_BYTES)
    }

    /// A reader that keeps at most `cache_bytes` of decoded chunks.
    #[must_use]
    pub fn with_cache(pool: Option<Arc<ChildPool>>, cache_bytes: usize) -> Self {
        Self { stores: OpenStores::default(), cache: ChunkCache::new(cache_bytes), pool }
    }

    /// The values of one frame.
    ///
    /// # Errors
    /// [`FramesError::StoreChanged`] when the file is not as it was indexed; [`FramesError::NoSuchFrame`];
    /// [`FramesError::ReadFrame`] when the bytes are damaged; what keeps the file from being opened.
    pub fn read(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        frame_idx: u64,
    ) -> Result<Raster, FramesError> {
        let asked = Asked { store, layout, extents, frame_idx };
        if layout.storage == Storage::Library {
            return self.read_through_library(asked);
        }
        let bytes = self.bytes(asked)?;
        pixels::to_raster(layout, bytes).map_err(|what| asked.failed(what))
    }

    /// A picture of one frame that fits into `max_w` × `max_h` pixels, shown as `look` says; never larger than the frame
    /// itself.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn thumbnail(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        frame_idx: u64,
        (max_w, max_h): (u32, u32),
        look: &Look,
    ) -> Result<RgbImage, FramesError> {
        let asked = Asked { store, layout, extents, frame_idx };
        let fit = |width, height| thumbnail::fit((width, height), (max_w, max_h));
        let raster = match layout.encoding {
            Encoding::Coded => {
                let bytes = self.bytes(asked)?;
                let width_height = coded::dimensions(&bytes).map_err(|what| asked.failed(what))?;
                let raster = coded::decode_reduced(&bytes, fit).map_err(|what| asked.failed(what))?;
                // The scaled decode may have rounded: the size comes from the picture itself.
                return Ok(thumbnail::reduce(raster, fit(width_height.0, width_height.1), look));
            }
            Encoding::Pixels { .. } => self.read(store, layout, extents, frame_idx)?,
        };
        let size = fit(raster.width_px, raster.height_px);
        Ok(thumbnail::reduce(raster, size, look))
    }

    /// The stored file of a coded frame, byte for byte.
    ///
    /// # Errors
    /// As for [`Self::read`]; also when the frames of this footage are not stored as files.
    pub fn stored_bytes(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        frame_idx: u64,
    ) -> Result<StoredBytes, FramesError> {
        let asked = Asked { store, layout, extents, frame_idx };
        if layout.encoding != Encoding::Coded {
            return Err(asked.failed("it is stored as values, not as an image file; export PNG instead".to_owned()));
        }
        let bytes = coded::without_padding(self.bytes(asked)?);
        let coding =
            coded::Coding::of(&bytes).ok_or_else(|| asked.failed("its bytes are neither JPEG nor PNG".to_owned()))?;
        Ok(StoredBytes { bytes, extension: coding.extension() })
    }

    /// The stored bytes of a frame, from a file that is as it was indexed before and after it was read.
    fn bytes(&self, asked: Asked<'_>) -> Result<Vec<u8>, FramesError> {
        let store = self.check(asked)?;
        if asked.layout.storage == Storage::None {
            return Err(asked.failed("this footage has times only, no images".to_owned()));
        }
        let frames = StoredFrames {
            file: &store.file,
            layout: asked.layout,
            extents: asked.extents,
            cache: Some((&self.cache, store.key)),
        };
        let bytes = if asked.layout.storage == Storage::Library {
            self.through_library(asked).map(|(_, bytes)| bytes)?
        } else {
            let bytes = frames.read(asked.frame_idx);
            asked.still_there(&store)?;
            bytes.map_err(|what| asked.failed(what))?
        };
        Ok(bytes)
    }

    fn check(&self, asked: Asked<'_>) -> Result<Arc<OpenStore>, FramesError> {
        let frames = asked.layout.frames();
        if asked.frame_idx >= frames {
            return Err(FramesError::NoSuchFrame {
                store: asked.store.store.to_owned(),
                dataset: asked.layout.dataset.clone(),
                frame_idx: asked.frame_idx,
                frames,
            });
        }
        self.stores.get(asked.store)
    }

    fn read_through_library(&self, asked: Asked<'_>) -> Result<Raster, FramesError> {
        let store = self.check(asked)?;
        let (value, bytes) = self.through_library(asked)?;
        asked.still_there(&store)?;
        if asked.layout.encoding == Encoding::Coded {
            return coded::decode(&bytes).map_err(|what| asked.failed(what));
        }
        let Encoding::Pixels { value: declared, order, .. } = asked.layout.encoding else {
            return Err(asked.failed("its encoding is unknown".to_owned()));
        };
        if value != declared {
            return Err(asked.failed("its number format changed; index again".to_owned()));
        }
        let layout =
            FrameLayout { encoding: Encoding::Pixels { value, big_endian: false, order }, ..asked.layout.clone() };
        pixels::to_raster(&layout, bytes).map_err(|what| asked.failed(what))
    }

    fn through_library(&self, asked: Asked<'_>) -> Result<(ValueType, Vec<u8>), FramesError> {
        let Some(pool) = &self.pool else {
            let filters: Vec<&str> = asked.layout.filters.iter().map(|f| f.name.as_str()).collect();
            let what = format!("only the HDF5 library can read it (filters: {})", filters.join(", "));
            return Err(asked.failed(what));
        };
        let (root, store, layout) = (asked.store.lake_root, asked.store.store, asked.layout);
        let member = usize::try_from(asked.frame_idx).ok().and_then(|at| layout.members.get(at));
        match member {
            Some(member) => {
                let dataset = format!("{}/{member}", layout.dataset.trim_end_matches('/'));
                pool.read_row(root, store, &dataset, None)
            }
            None => pool.read_row(root, store, &layout.dataset, Some(asked.frame_idx)),
        }
    }
}

impl Asked<'_> {
    fn failed(&self, what: String) -> FramesError {
        FramesError::ReadFrame {
            store: self.store.store.to_owned(),
            dataset: self.layout.dataset.clone(),
            frame_idx: self.frame_idx,
            what,
        }
    }

    /// Fails when the file changed while it was read: what was read may be anything.
    fn still_there(&self, store: &OpenStore) -> Result<(), FramesError> {
        if store.is_unchanged() {
            return Ok(());
        }
        Err(FramesError::StoreChanged { store: self.store.store.to_owned() })
    }
}
