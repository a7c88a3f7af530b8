//! The stored bytes of one frame, put together from the pieces of its dataset: positioned reads and filters only.

use std::{
    fs::File,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    Encoding, Extent, Extents, FrameLayout, Storage, chunk_cache::ChunkCache, chunk_grid::ChunkGrid, file_access,
    filters, large_work, scratch::with_scratch,
};

/// Most bytes of one frame.
pub(super) const MAX_FRAME_BYTES: usize = 256 << 20;
/// Most bytes of one decoded chunk, which may hold several frames.
const MAX_CHUNK_BYTES: usize = 512 << 20;
/// Most chunks one frame is cut into.
const MAX_TILES: u64 = 1 << 20;

/// An open store with the layout and the extents of one of its footages.
#[derive(Clone, Copy)]
pub(super) struct StoredFrames<'a> {
    pub(super) file: &'a File,
    pub(super) layout: &'a FrameLayout,
    pub(super) extents: &'a Extents,
    /// Number of the layout's first piece among the extents.
    pub(super) first_piece: u64,
    /// Where decoded chunks that hold several frames are kept, and the store's key in it.
    pub(super) cache: Option<(&'a ChunkCache, u64)>,
    /// Counts what is read from files.
    pub(super) bytes_read: &'a AtomicU64,
}

/// Sizes that follow from a layout, checked for overflow.
struct Sizes {
    value_bytes: usize,
    frame_bytes: usize,
    /// The dataset's axes with the one that counts frames first.
    shape: Vec<u64>,
    chunk: Vec<u64>,
}

impl Sizes {
    fn of(layout: &FrameLayout) -> Option<Self> {
        let value_bytes = match layout.encoding {
            Encoding::Pixels { value, .. } => value.bytes(),
            Encoding::Coded => 1,
        };
        let frame_bytes = product(layout.frame_shape(), value_bytes).filter(|n| *n <= MAX_FRAME_BYTES)?;
        let (mut shape, mut chunk) = (layout.shape.clone(), layout.chunk.clone());
        if !layout.members.is_empty() {
            shape.insert(0, 1);
            if !chunk.is_empty() {
                chunk.insert(0, 1);
            }
        }
        Some(Self { value_bytes, frame_bytes, shape, chunk })
    }
}

/// Bytes of one frame of pixels; nothing when it is too large.
pub(super) fn frame_bytes(layout: &FrameLayout) -> Option<usize> {
    Sizes::of(layout).map(|sizes| sizes.frame_bytes)
}

/// About how many bytes of memory one frame takes while it is read; the most that there are where numbers overflow.
pub(super) fn memory_bytes(layout: &FrameLayout) -> u64 {
    let value_bytes = match layout.encoding {
        Encoding::Pixels { value, .. } => value.bytes() as u64,
        Encoding::Coded => 1,
    };
    let bytes = |axes: &[u64]| axes.iter().fold(value_bytes, |product, axis| product.saturating_mul(*axis));
    let chunk_bytes = if layout.chunk.is_empty() { 0 } else { bytes(&layout.chunk) };
    let frame_bytes = bytes(layout.frame_shape());
    // Small whole numbers are widened, and what is shown is a picture of bytes beside them.
    let raster_bytes = frame_bytes.saturating_mul(if value_bytes < 4 { 4 } else { 2 });
    frame_bytes.saturating_add(chunk_bytes).saturating_add(raster_bytes)
}

/// Product of the axes times `first`; nothing when it overflows.
pub(super) fn product(axes: &[u64], first: usize) -> Option<usize> {
    axes.iter().try_fold(first, |product, axis| product.checked_mul(usize::try_from(*axis).ok()?))
}

/// A frame that is stored in one piece: its bytes can be read together with those of its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) address: u64,
    pub(super) length: usize,
    filter_mask: u32,
}

impl StoredFrames<'_> {
    /// Puts the bytes of one frame into `frame`, whatever was in it: values in row-major order, or a coded image. Fails
    /// with what is wrong, as a clause; `frame` then holds no picture.
    pub(super) fn read(&self, frame_idx: u64, frame: &mut Vec<u8>) -> Result<(), String> {
        if self.layout.storage == Storage::Rows {
            let extent = self.extent(frame_idx).ok_or("its row is empty or was never written")?;
            let length = row_bytes(extent)?;
            let _turn = large_work::turn(extent.length_bytes);
            frame.resize(length, 0);
            return self.fill_from(frame, extent.address);
        }
        let sizes = self.sizes()?;
        // Only what is new is zeroed: every byte is written below.
        frame.resize(sizes.frame_bytes, 0);
        self.read_values(&sizes, frame_idx, frame)
    }

    /// Where a frame lies that is stored in one piece; nothing when it is in several, shares its chunk with other
    /// frames or was never written.
    pub(super) fn piece(&self, frame_idx: u64) -> Option<Piece> {
        let layout = self.layout;
        if layout.storage == Storage::Rows {
            let extent = self.extent(frame_idx)?;
            return Some(Piece { address: extent.address, length: row_bytes(extent).ok()?, filter_mask: 0 });
        }
        let sizes = Sizes::of(layout)?;
        if sizes.chunk.is_empty() {
            if !layout.members.is_empty() {
                let extent = self.extent(frame_idx).filter(|e| e.length_bytes >= sizes.frame_bytes as u64)?;
                return Some(Piece { address: extent.address, length: sizes.frame_bytes, filter_mask: 0 });
            }
            let address = within(self.extent(0)?, frame_idx, sizes.frame_bytes)?;
            return Some(Piece { address, length: sizes.frame_bytes, filter_mask: 0 });
        }
        let one_each =
            sizes.shape.len() == sizes.chunk.len() && sizes.chunk[0] == 1 && sizes.chunk[1..] == sizes.shape[1..];
        let extent = self.extent(frame_idx).filter(|_| one_each)?;
        let fits = |n: &usize| {
            if layout.filters.is_empty() {
                *n == sizes.frame_bytes
            } else {
                *n <= filters::most_stored(sizes.frame_bytes)
            }
        };
        let length = usize::try_from(extent.length_bytes).ok().filter(fits)?;
        Some(Piece { address: extent.address, length, filter_mask: extent.filter_mask })
    }

    fn extent(&self, piece: u64) -> Option<Extent> {
        self.extents.get(self.first_piece.checked_add(piece)?)
    }

    /// Makes the bytes of a frame from those of its piece.
    pub(super) fn decode_piece(&self, piece: Piece, stored: &[u8], frame: &mut Vec<u8>) -> Result<(), String> {
        if self.layout.storage == Storage::Rows || self.layout.filters.is_empty() {
            frame.clear();
            frame.extend_from_slice(stored);
            return Ok(());
        }
        let sizes = self.sizes()?;
        frame.resize(sizes.frame_bytes, 0);
        filters::decode(&self.layout.filters, piece.filter_mask, sizes.value_bytes, stored, frame)
    }

    /// Whether the bytes of a piece are those of its frame, with nothing to undo.
    pub(super) fn is_plain(&self) -> bool {
        self.layout.storage == Storage::Rows || self.layout.filters.is_empty()
    }

    fn sizes(&self) -> Result<Sizes, String> {
        Sizes::of(self.layout).ok_or_else(|| "its declared size is too large".to_owned())
    }

    pub(super) fn fill_from(&self, bytes: &mut [u8], address: u64) -> Result<(), String> {
        if self.layout.storage == Storage::Kept {
            let kept = usize::try_from(address).ok().and_then(|at| self.extents.kept().get(at..)?.get(..bytes.len()));
            bytes.copy_from_slice(kept.ok_or("the catalog keeps too few bytes of it; index the lake again")?);
            return Ok(());
        }
        self.bytes_read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        file_access::read_at(self.file, bytes, address).map_err(|error| format!("it cannot be read ({error})"))
    }

    /// Fills `frame` with the value that stands where nothing was written.
    fn fill_absent(&self, sizes: &Sizes, frame: &mut [u8]) {
        if self.layout.fill.len() != sizes.value_bytes {
            return frame.fill(0);
        }
        for value in frame.chunks_exact_mut(sizes.value_bytes) {
            value.copy_from_slice(&self.layout.fill);
        }
    }

    fn read_values(&self, sizes: &Sizes, frame_idx: u64, frame: &mut [u8]) -> Result<(), String> {
        if !sizes.chunk.is_empty() {
            return self.read_chunks(sizes, frame_idx, frame);
        }
        let (piece, place) = if self.layout.members.is_empty() { (0, frame_idx) } else { (frame_idx, 0) };
        let Some(extent) = self.extent(piece) else {
            self.fill_absent(sizes, frame);
            return Ok(());
        };
        let address = within(extent, place, sizes.frame_bytes).ok_or("it lies beyond the end of its dataset")?;
        self.fill_from(frame, address)
    }

    fn read_chunks(&self, sizes: &Sizes, frame_idx: u64, frame: &mut [u8]) -> Result<(), String> {
        let grid = ChunkGrid::new(&sizes.shape, &sizes.chunk).ok_or("its chunk shape makes no sense")?;
        let chunk_bytes = product(&sizes.chunk, sizes.value_bytes).filter(|n| *n <= MAX_CHUNK_BYTES);
        let chunk_bytes = chunk_bytes.ok_or("its chunks are too large")?;
        let tiles = grid.counts()[1..].iter().try_fold(1_u64, |n, count| n.checked_mul(*count));
        let tiles = tiles.filter(|n| *n <= MAX_TILES).ok_or("it is cut into too many chunks")?;
        let member = if self.layout.members.is_empty() { 0 } else { frame_idx };
        let first_chunk = member.checked_mul(grid.chunks()).ok_or("its chunk shape makes no sense")?;
        let in_dataset = if self.layout.members.is_empty() { frame_idx } else { 0 };
        let frames_per_chunk = sizes.chunk[0];
        // Only part of a chunk is this frame's; the product of the axes is at least the product of some of them.
        let part_bytes = chunk_bytes / usize::try_from(frames_per_chunk).map_err(|_| "its chunks are too large")?;
        let part_start = usize::try_from(in_dataset % frames_per_chunk).unwrap_or(0) * part_bytes;
        let mut places = vec![0; sizes.shape.len()];
        places[0] = in_dataset / frames_per_chunk;
        let number_of = |places: &[u64]| {
            let number = grid.number(places.iter().copied()).ok_or("its chunk is outside the dataset")?;
            first_chunk.checked_add(number).ok_or("its chunk shape makes no sense")
        };
        // The chunks of one frame are numbered one after the other. What an absent one leaves open must not be what the
        // buffer held before.
        let first = number_of(&places)?;
        if (first..first.saturating_add(tiles)).any(|number| self.extent(number).is_none()) {
            self.fill_absent(sizes, frame);
        }
        let whole = sizes.chunk[1..] == sizes.shape[1..];
        loop {
            if let Some(extent) = self.extent(number_of(&places)?) {
                if whole && frames_per_chunk == 1 {
                    self.decode_into(sizes, extent, frame)?;
                } else {
                    self.with_part(sizes, extent, chunk_bytes, part_start..part_start + part_bytes, |part| {
                        if whole {
                            frame.copy_from_slice(part);
                        } else {
                            place_block(sizes, &places, part, frame);
                        }
                    })?;
                }
            }
            if !advance(&mut places, grid.counts()) {
                return Ok(());
            }
        }
    }

    /// Decodes a chunk into `out`, which is exactly as long as the chunk.
    fn decode_into(&self, sizes: &Sizes, extent: Extent, out: &mut [u8]) -> Result<(), String> {
        if self.layout.filters.is_empty() {
            if extent.length_bytes != out.len() as u64 {
                return Err(format!("its chunk has {} bytes where {} belong", extent.length_bytes, out.len()));
            }
            return self.fill_from(out, extent.address);
        }
        // Filters never make a chunk much longer; a longer one is damage and not worth its memory.
        let length = usize::try_from(extent.length_bytes).ok().filter(|n| *n <= filters::most_stored(out.len()));
        let length = length.ok_or("its chunk is longer than it can be")?;
        with_scratch(length, |stored| {
            self.fill_from(stored, extent.address)?;
            filters::decode(&self.layout.filters, extent.filter_mask, sizes.value_bytes, stored, out)
        })
    }

    /// Hands `use_part` the bytes `part` of a decoded chunk.
    fn with_part(
        &self,
        sizes: &Sizes,
        extent: Extent,
        chunk_bytes: usize,
        part: std::ops::Range<usize>,
        use_part: impl FnOnce(&[u8]),
    ) -> Result<(), String> {
        let several = sizes.chunk[0] > 1;
        if self.layout.filters.is_empty() && several && extent.length_bytes == chunk_bytes as u64 {
            let address = extent.address.checked_add(part.start as u64).ok_or("its address makes no sense")?;
            return with_scratch(part.len(), |bytes| {
                self.fill_from(bytes, address)?;
                use_part(bytes);
                Ok(())
            });
        }
        if let (true, Some((cache, store))) = (several, self.cache) {
            let chunk = cache.get_or_try((store, extent.address), || {
                let mut chunk = vec![0; chunk_bytes];
                self.decode_into(sizes, extent, &mut chunk).map(|()| chunk)
            })?;
            use_part(chunk.get(part).ok_or("its chunk is too short")?);
            return Ok(());
        }
        with_scratch(chunk_bytes, |decoded| {
            self.decode_into(sizes, extent, decoded)?;
            use_part(&decoded[part]);
            Ok(())
        })
    }
}

/// Length of a row, when it is one that fits into memory.
fn row_bytes(extent: Extent) -> Result<usize, String> {
    let length = usize::try_from(extent.length_bytes).ok().filter(|n| *n <= MAX_FRAME_BYTES);
    length.ok_or_else(|| "its stored size is too large".to_owned())
}

/// Address of frame `place` in a piece that holds frames one after the other; nothing beyond its end.
fn within(extent: Extent, place: u64, frame_bytes: usize) -> Option<u64> {
    let start = place.checked_mul(frame_bytes as u64)?;
    start.checked_add(frame_bytes as u64).filter(|end| *end <= extent.length_bytes)?;
    extent.address.checked_add(start)
}

/// The next places of the grid with the first axis held; false after the last ones.
fn advance(places: &mut [u64], counts: &[u64]) -> bool {
    for axis in (1..places.len()).rev() {
        places[axis] += 1;
        if places[axis] < counts[axis] {
            return true;
        }
        places[axis] = 0;
    }
    false
}

/// Copies one frame's part of a chunk into the frame, without what reaches over the edges.
fn place_block(sizes: &Sizes, places: &[u64], part: &[u8], frame: &mut [u8]) {
    // All products here are at most the frame's or the chunk's bytes, which were checked.
    let to_usize = |n: &u64| usize::try_from(*n).unwrap_or(usize::MAX);
    let shape: Vec<usize> = sizes.shape[1..].iter().map(to_usize).collect();
    let chunk: Vec<usize> = sizes.chunk[1..].iter().map(to_usize).collect();
    let start: Vec<usize> = places[1..].iter().zip(&chunk).map(|(place, chunk)| to_usize(place) * chunk).collect();
    let Some(last) = shape.len().checked_sub(1) else { return };
    let span = |axis: usize| chunk[axis].min(shape[axis] - start[axis]);
    let run_bytes = span(last) * sizes.value_bytes;
    let rows: usize = (0..last).map(span).product();
    let mut at = vec![0; last];
    for _ in 0..rows {
        let (mut from, mut to) = (0, 0);
        for axis in 0..last {
            from = from * chunk[axis] + at[axis];
            to = to * shape[axis] + start[axis] + at[axis];
        }
        let from = from * chunk[last] * sizes.value_bytes;
        let to = (to * shape[last] + start[last]) * sizes.value_bytes;
        frame[to..to + run_bytes].copy_from_slice(&part[from..from + run_bytes]);
        for axis in (0..last).rev() {
            at[axis] += 1;
            if at[axis] < span(axis) {
                break;
            }
            at[axis] = 0;
        }
    }
}
