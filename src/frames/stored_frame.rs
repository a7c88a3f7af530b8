//! The stored bytes of one frame, put together from the pieces of its dataset: positioned reads and filters only.

use std::{cell::RefCell, fs::File};

use super::{
    Encoding, Extent, Extents, FrameLayout, Storage, chunk_cache::ChunkCache, chunk_grid::ChunkGrid, file_access,
    filters,
};

/// Most bytes of one frame.
pub(super) const MAX_FRAME_BYTES: usize = 256 << 20;
/// Most bytes of one decoded chunk, which may hold several frames.
const MAX_CHUNK_BYTES: usize = 512 << 20;
/// Most chunks one frame is cut into.
const MAX_TILES: u64 = 1 << 20;
/// Buffers larger than this are not kept by the thread.
const KEEP_BYTES: usize = 16 << 20;

thread_local! {
    /// Bytes of a chunk as stored, and decoded where only a part of it is wanted.
    static SCRATCH: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// An open store with the layout and the extents of one of its footages.
#[derive(Clone, Copy)]
pub(super) struct StoredFrames<'a> {
    pub(super) file: &'a File,
    pub(super) layout: &'a FrameLayout,
    pub(super) extents: &'a Extents,
    /// Where decoded chunks that hold several frames are kept, and the store's key in it.
    pub(super) cache: Option<(&'a ChunkCache, u64)>,
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

/// About how many bytes of memory one frame takes while it is read; the most that there are where numbers overflow.
pub(super) fn memory_bytes(layout: &FrameLayout) -> u64 {
    let value_bytes = match layout.encoding {
        Encoding::Pixels { value, .. } => value.bytes() as u64,
        Encoding::Coded => 1,
    };
    let bytes = |axes: &[u64]| axes.iter().fold(value_bytes, |product, axis| product.saturating_mul(*axis));
    let chunk_bytes = if layout.chunk.is_empty() { 0 } else { bytes(&layout.chunk) };
    bytes(layout.frame_shape()).saturating_add(chunk_bytes)
}

/// Product of the axes times `first`; nothing when it overflows.
pub(super) fn product(axes: &[u64], first: usize) -> Option<usize> {
    axes.iter().try_fold(first, |product, axis| product.checked_mul(usize::try_from(*axis).ok()?))
}

impl StoredFrames<'_> {
    /// The bytes of one frame: values in row-major order, or a coded image. Fails with what is wrong, as a clause.
    pub(super) fn read(&self, frame_idx: u64) -> Result<Vec<u8>, String> {
        if self.layout.storage == Storage::Rows {
            let extent = self.extents.get(frame_idx).ok_or("its row is empty or was never written")?;
            return self.read_extent(extent);
        }
        let sizes = Sizes::of(self.layout).ok_or("its declared size is too large")?;
        let mut frame = vec![0; sizes.frame_bytes];
        self.read_values(&sizes, frame_idx, &mut frame)?;
        Ok(frame)
    }

    fn read_extent(&self, extent: Extent) -> Result<Vec<u8>, String> {
        let length = usize::try_from(extent.length_bytes).ok().filter(|n| *n <= MAX_FRAME_BYTES);
        let mut bytes = vec![0; length.ok_or("its stored size is too large")?];
        self.fill_from(&mut bytes, extent.address)?;
        Ok(bytes)
    }

    fn fill_from(&self, bytes: &mut [u8], address: u64) -> Result<(), String> {
        file_access::read_at(self.file, bytes, address).map_err(|error| format!("it cannot be read ({error})"))
    }

    fn read_values(&self, sizes: &Sizes, frame_idx: u64, frame: &mut [u8]) -> Result<(), String> {
        if self.layout.fill.len() == sizes.value_bytes && self.extents.stored() as u64 != self.extents.len() {
            for value in frame.chunks_exact_mut(sizes.value_bytes) {
                value.copy_from_slice(&self.layout.fill);
            }
        }
        if !sizes.chunk.is_empty() {
            return self.read_chunks(sizes, frame_idx, frame);
        }
        let (piece, within) = if self.layout.members.is_empty() { (0, frame_idx) } else { (frame_idx, 0) };
        let Some(extent) = self.extents.get(piece) else { return Ok(()) };
        let start = within
            .checked_mul(sizes.frame_bytes as u64)
            .filter(|start| start.checked_add(sizes.frame_bytes as u64).is_some_and(|end| end <= extent.length_bytes));
        let address = start.and_then(|start| extent.address.checked_add(start));
        self.fill_from(frame, address.ok_or("it lies beyond the end of its dataset")?)
    }

    fn read_chunks(&self, sizes: &Sizes, frame_idx: u64, frame: &mut [u8]) -> Result<(), String> {
        let grid = ChunkGrid::new(&sizes.shape, &sizes.chunk).ok_or("its chunk shape makes no sense")?;
        let chunk_bytes = product(&sizes.chunk, sizes.value_bytes).filter(|n| *n <= MAX_CHUNK_BYTES);
        let chunk_bytes = chunk_bytes.ok_or("its chunks are too large")?;
        if grid.counts()[1..].iter().try_fold(1_u64, |n, count| n.checked_mul(*count)).is_none_or(|n| n > MAX_TILES) {
            return Err("it is cut into too many chunks".to_owned());
        }
        let member = if self.layout.members.is_empty() { 0 } else { frame_idx };
        let first_chunk = member.checked_mul(grid.chunks()).ok_or("its chunk shape makes no sense")?;
        let in_dataset = if self.layout.members.is_empty() { frame_idx } else { 0 };
        let frames_per_chunk = sizes.chunk[0];
        // Only part of a chunk is this frame's; the product of the axes is at least the product of some of them.
        let part_bytes = chunk_bytes / usize::try_from(frames_per_chunk).map_err(|_| "its chunks are too large")?;
        let part_start = usize::try_from(in_dataset % frames_per_chunk).unwrap_or(0) * part_bytes;
        let mut places = vec![0; sizes.shape.len()];
        places[0] = in_dataset / frames_per_chunk;
        let whole = sizes.chunk[1..] == sizes.shape[1..];
        loop {
            let number = grid.number(places.iter().copied()).ok_or("its chunk is outside the dataset")?;
            if let Some(extent) = self.extents.get(first_chunk + number) {
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
        let most = out.len().saturating_mul(2).saturating_add(4096);
        let length = usize::try_from(extent.length_bytes).ok().filter(|n| *n <= most);
        let length = length.ok_or("its chunk is longer than it can be")?;
        let mut stored = SCRATCH.with_borrow_mut(|scratch| std::mem::take(&mut scratch.0));
        if stored.len() < length {
            stored.resize(length, 0);
        }
        let result = self.fill_from(&mut stored[..length], extent.address).and_then(|()| {
            filters::decode(&self.layout.filters, extent.filter_mask, sizes.value_bytes, &stored[..length], out)
        });
        if stored.capacity() <= KEEP_BYTES {
            SCRATCH.with_borrow_mut(|scratch| scratch.0 = stored);
        }
        result
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
            let mut bytes = vec![0; part.len()];
            self.fill_from(&mut bytes, address)?;
            use_part(&bytes);
            return Ok(());
        }
        if let (true, Some((cache, store))) = (several, self.cache) {
            let chunk = cache.get_or_try((store, extent.address), || {
                let mut chunk = vec![0; chunk_bytes];
                self.decode_into(sizes, extent, &mut chunk).map(|()| chunk)
            })?;
            use_part(chunk.get(part).ok_or("its chunk is too short")?);
            return Ok(());
        }
        let mut decoded = SCRATCH.with_borrow_mut(|scratch| std::mem::take(&mut scratch.1));
        if decoded.len() < chunk_bytes {
            decoded.resize(chunk_bytes, 0);
        }
        let result = self.decode_into(sizes, extent, &mut decoded[..chunk_bytes]);
        if result.is_ok() {
            use_part(&decoded[part]);
        }
        if decoded.capacity() <= KEEP_BYTES {
            SCRATCH.with_borrow_mut(|scratch| scratch.1 = decoded);
        }
        result
    }
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
