//! Frames of a store, read and decoded on the caller's thread: no HDF5 library, no lock held while working.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    ChildPool, Encoding, Extents, FrameLayout, FramesError, Storage, ValueType,
    chunk_cache::ChunkCache,
    coded, elsewhere, large_work,
    open_stores::{OpenStore, OpenStores, StoreRef},
    pixels,
    scratch::with_buffer,
    stored_frame::{StoredFrames, memory_bytes},
    thumbnail,
};
use crate::model::{Look, Raster, RgbImage, Samples, ValueRange};

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
    pub(super) stores: OpenStores,
    cache: ChunkCache,
    /// For what the app does not decode by itself.
    pool: Option<Arc<ChildPool>>,
    bytes_read: AtomicU64,
}

/// Which frame of which footage.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) store: &'a StoreRef<'a>,
    pub(super) layout: &'a FrameLayout,
    pub(super) extents: &'a Extents,
    /// Number of the layout's first piece among the extents.
    pub(super) first_piece: u64,
    pub(super) frame_idx: u64,
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
        Self { stores: OpenStores::default(), cache: ChunkCache::new(cache_bytes), pool, bytes_read: AtomicU64::new(0) }
    }

    /// Bytes of frames read from stores since the reader was made.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
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
        self.read_with(Asked { store, layout, extents, first_piece: 0, frame_idx }, Vec::new())
    }

    /// The same into a raster that was used before, whose memory is taken over where the values have 8 bits: a thread
    /// that reads many frames asks for memory once. After an error the raster is empty.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_into(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        frame_idx: u64,
        raster: &mut Raster,
    ) -> Result<(), FramesError> {
        let memory = take_memory(raster);
        *raster = self.read_with(Asked { store, layout, extents, first_piece: 0, frame_idx }, memory)?;
        Ok(())
    }

    fn read_with(&self, asked: Asked<'_>, mut memory: Vec<u8>) -> Result<Raster, FramesError> {
        let part = elsewhere::part(asked.layout, asked.frame_idx);
        let _turn = large_work::turn(memory_bytes(part.map_or(asked.layout, |part| &part.layout)));
        if asked.layout.storage == Storage::Virtual {
            return self.read_virtual(asked, memory);
        }
        if asked.layout.storage == Storage::Library {
            return self.read_through_library(asked);
        }
        if asked.layout.encoding == Encoding::Coded {
            return with_buffer(|bytes| {
                self.read_bytes(asked, bytes)?;
                coded::decode_into(bytes, memory).map_err(|what| asked.failed(what))
            });
        }
        self.read_bytes(asked, &mut memory)?;
        pixels::to_raster(asked.layout, memory).map_err(|what| asked.failed(what))
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
        max_size: (u32, u32),
        look: &Look,
    ) -> Result<RgbImage, FramesError> {
        let asked = Asked { store, layout, extents, first_piece: 0, frame_idx };
        let _turn = large_work::turn(memory_bytes(layout));
        if layout.storage == Storage::Virtual
            || (layout.storage == Storage::Library && layout.encoding != Encoding::Coded)
        {
            let raster = self.read_with(asked, Vec::new())?;
            let size = thumbnail::fit((raster.width_px, raster.height_px), max_size);
            return Ok(thumbnail::reduce(raster, size, look));
        }
        with_buffer(|bytes| {
            if layout.storage == Storage::Library {
                *bytes = self.library_bytes(asked)?;
            } else {
                self.read_bytes(asked, bytes)?;
            }
            asked.small(bytes, max_size, look)
        })
    }

    /// Looks whether a store is as it was indexed: to be asked before anything is shown that was read earlier.
    ///
    /// # Errors
    /// [`FramesError::StoreChanged`], and what keeps the file from being opened.
    pub fn check_store(&self, store: &StoreRef<'_>) -> Result<(), FramesError> {
        if !self.stores.get(store)?.is_unchanged() {
            self.stores.open_again(store)?;
        }
        Ok(())
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
        let asked = Asked { store, layout, extents, first_piece: 0, frame_idx };
        if layout.encoding != Encoding::Coded {
            return Err(asked.failed("it is stored as values, not as an image file; export PNG instead".to_owned()));
        }
        let bytes = if layout.storage == Storage::Library {
            self.library_bytes(asked)?
        } else {
            let mut bytes = Vec::new();
            self.read_bytes(asked, &mut bytes)?;
            bytes
        };
        let bytes = coded::without_padding(bytes);
        let coding =
            coded::Coding::of(&bytes).ok_or_else(|| asked.failed("its bytes are neither JPEG nor PNG".to_owned()))?;
        Ok(StoredBytes { bytes, extension: coding.extension() })
    }

    /// Puts the bytes of a frame into `bytes`, from a file that is as it was indexed after it was read.
    fn read_bytes(&self, asked: Asked<'_>, bytes: &mut Vec<u8>) -> Result<(), FramesError> {
        asked.check_number()?;
        if asked.layout.storage == Storage::None {
            return Err(asked.failed("this footage has times only, no images".to_owned()));
        }
        let store = self.stores.get(asked.store)?;
        if asked.layout.storage == Storage::External {
            *bytes = self.external(asked)?;
            return asked.still_there(&store);
        }
        let result = self.frames(asked, &store).read(asked.frame_idx, bytes);
        if store.is_unchanged() {
            return result.map_err(|what| asked.failed(what));
        }
        // It is not as it was when it was opened. It may still be as it was indexed: moved away and back, for example.
        let store = self.stores.open_again(asked.store)?;
        let result = self.frames(asked, &store).read(asked.frame_idx, bytes);
        asked.still_there(&store)?;
        result.map_err(|what| asked.failed(what))
    }

    /// The stored pieces of a footage in an open file.
    pub(super) fn frames<'a>(&'a self, asked: Asked<'a>, store: &'a OpenStore) -> StoredFrames<'a> {
        StoredFrames {
            file: &store.file,
            layout: asked.layout,
            extents: asked.extents,
            first_piece: asked.first_piece,
            cache: Some((&self.cache, store.key)),
            bytes_read: &self.bytes_read,
        }
    }

    /// The bytes of a row that only the library can read.
    fn library_bytes(&self, asked: Asked<'_>) -> Result<Vec<u8>, FramesError> {
        Ok(self.through_library(asked)?.1)
    }

    fn external(&self, asked: Asked<'_>) -> Result<Vec<u8>, FramesError> {
        let Asked { store, layout, extents, frame_idx, .. } = asked;
        let read = elsewhere::read_external(&self.stores, store, layout, extents, frame_idx);
        let bytes = read.map_err(|failed| match failed {
            elsewhere::Failed::Source(error) => error,
            elsewhere::Failed::Frame(what) => asked.failed(what),
        })?;
        self.bytes_read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes)
    }

    /// A frame of a virtual dataset: it is read from the dataset that holds it, as if that were asked for.
    fn read_virtual(&self, asked: Asked<'_>, mut memory: Vec<u8>) -> Result<Raster, FramesError> {
        asked.check_number()?;
        let mut own = self.stores.get(asked.store)?;
        if !own.is_unchanged() {
            own = self.stores.open_again(asked.store)?;
        }
        let raster = match elsewhere::part(asked.layout, asked.frame_idx) {
            None => {
                let bytes = elsewhere::unwritten(asked.layout).map_err(|what| asked.failed(what))?;
                pixels::to_raster(asked.layout, bytes).map_err(|what| asked.failed(what))?
            }
            Some(part) => {
                let lost = || asked.failed("the catalog lacks a source of it; index the lake again".to_owned());
                let store = match part.source {
                    None => *asked.store,
                    Some(source) => {
                        let source = asked.layout.sources.get(source).ok_or_else(lost)?;
                        let identity = source.identity.ok_or_else(lost)?;
                        StoreRef { lake_root: asked.store.lake_root, store: &source.store, identity }
                    }
                };
                let frame_idx = part.source_first.checked_add(asked.frame_idx - part.first).ok_or_else(lost)?;
                let (layout, first_piece) = (&part.layout, part.first_piece);
                let inner = Asked { store: &store, layout, extents: asked.extents, first_piece, frame_idx };
                if matches!(layout.storage, Storage::Virtual | Storage::External | Storage::Library) {
                    return Err(lost());
                }
                self.read_bytes(inner, &mut memory)?;
                pixels::to_raster(layout, memory).map_err(|what| inner.failed(what))?
            }
        };
        asked.still_there(&own)?;
        Ok(raster)
    }

    fn read_through_library(&self, asked: Asked<'_>) -> Result<Raster, FramesError> {
        let (value, bytes) = self.through_library(asked)?;
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

    /// Asks the child for a row, of a file that is as it was indexed before and after.
    fn through_library(&self, asked: Asked<'_>) -> Result<(ValueType, Vec<u8>), FramesError> {
        asked.check_number()?;
        let mut open = self.stores.get(asked.store)?;
        if !open.is_unchanged() {
            open = self.stores.open_again(asked.store)?;
        }
        let Some(pool) = &self.pool else {
            let filters: Vec<&str> = asked.layout.filters.iter().map(|f| f.name.as_str()).collect();
            let what = format!("only the HDF5 library can read it (filters: {})", filters.join(", "));
            return Err(asked.failed(what));
        };
        let (root, store, layout) = (asked.store.lake_root, asked.store.store, asked.layout);
        let member = usize::try_from(asked.frame_idx).ok().and_then(|at| layout.members.get(at));
        let row = match member {
            Some(member) => {
                let dataset = format!("{}/{member}", layout.dataset.trim_end_matches('/'));
                pool.read_row(root, store, &dataset, None)
            }
            None => pool.read_row(root, store, &layout.dataset, Some(asked.frame_idx)),
        };
        asked.still_there(&open)?;
        let (value, bytes) = row?;
        self.bytes_read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok((value, bytes))
    }
}

impl Asked<'_> {
    pub(super) fn failed(&self, what: String) -> FramesError {
        FramesError::ReadFrame {
            store: self.store.store.to_owned(),
            dataset: self.layout.dataset.clone(),
            frame_idx: self.frame_idx,
            what,
        }
    }

    fn check_number(&self) -> Result<(), FramesError> {
        let frames = self.layout.frames();
        if self.frame_idx < frames {
            return Ok(());
        }
        Err(FramesError::NoSuchFrame {
            store: self.store.store.to_owned(),
            dataset: self.layout.dataset.clone(),
            frame_idx: self.frame_idx,
            frames,
        })
    }

    /// Fails when the file changed while it was read: what was read may be anything.
    fn still_there(&self, store: &OpenStore) -> Result<(), FramesError> {
        if store.is_unchanged() {
            return Ok(());
        }
        Err(FramesError::StoreChanged { store: self.store.store.to_owned() })
    }

    /// The picture of a frame's bytes, made small.
    pub(super) fn small(&self, bytes: &[u8], max_size: (u32, u32), look: &Look) -> Result<RgbImage, FramesError> {
        let fit = |width, height| thumbnail::fit((width, height), max_size);
        if self.layout.encoding == Encoding::Coded {
            let (raster, full) = coded::decode_reduced(bytes, fit, Vec::new()).map_err(|what| self.failed(what))?;
            // The scaled decode may have rounded: the size comes from the picture itself.
            return Ok(thumbnail::reduce(raster, fit(full.0, full.1), look));
        }
        // The usual case needs no raster of its own.
        if look.range == ValueRange::MinMax
            && let Some((width, height, channels)) = pixels::plain_bytes(self.layout, bytes)
        {
            return Ok(thumbnail::reduce_bytes(bytes, channels, (width, height), fit(width, height), look));
        }
        let raster = pixels::to_raster(self.layout, bytes.to_vec()).map_err(|what| self.failed(what))?;
        let size = fit(raster.width_px, raster.height_px);
        Ok(thumbnail::reduce(raster, size, look))
    }
}

/// The memory of a raster of 8-bit values; the raster is empty then.
pub(super) fn take_memory(raster: &mut Raster) -> Vec<u8> {
    let empty = Raster { width_px: 0, height_px: 0, channels: 1, samples: Samples::U8(Vec::new()) };
    match std::mem::replace(raster, empty).samples {
        Samples::U8(values) => values,
        _ => Vec::new(),
    }
}
