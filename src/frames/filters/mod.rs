//! Undoing the filter pipeline of a stored chunk, with every output bounded by the size the chunk must have.
//!
//! Each filter has a file of its own that names its source; the pipeline is that of the HDF5 File Format Specification,
//! IV.A.2.l. What a filter puts out is as long as the chunk where no compression stands before it in the pipeline, and
//! else as long as the stored bytes themselves say, up to what a compression can make of a chunk.

mod bits;
mod bitshuffle;
mod blosc;
mod blosc2;
mod blosclz;
mod bzip2;
mod deflate;
mod fletcher32;
mod lz4;
mod lzf;
mod names;
mod shuffle;
mod szip;
mod zstd;

use std::cell::RefCell;

pub use names::{kind, name};

use super::StoredFilter;

/// Most filters a pipeline can have (the mask has as many bits).
const MAX_FILTERS: usize = 32;

/// Filters that are undone here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Deflate,
    Shuffle,
    Fletcher32,
    Szip,
    Bzip2,
    Lzf,
    Blosc,
    Lz4,
    Bitshuffle,
    Zstd,
    Blosc2,
}

impl Filter {
    /// The filter with this registered number.
    pub(super) fn of(id: u32) -> Option<Self> {
        Some(match id {
            1 => Self::Deflate,
            2 => Self::Shuffle,
            3 => Self::Fletcher32,
            4 => Self::Szip,
            307 => Self::Bzip2,
            32_000 => Self::Lzf,
            32_001 => Self::Blosc,
            32_004 => Self::Lz4,
            32_008 => Self::Bitshuffle,
            32_015 => Self::Zstd,
            32_026 => Self::Blosc2,
            _ => return None,
        })
    }

    /// Whether what it puts out is as long as what goes in (or a checksum shorter), so that it tells nothing new.
    fn keeps_size(self, stored: &StoredFilter) -> bool {
        match self {
            Self::Shuffle | Self::Fletcher32 => true,
            Self::Bitshuffle => bitshuffle::keeps_size(stored),
            _ => false,
        }
    }

    /// Whether its stored bytes tell their length when decoded.
    fn tells_size(self) -> bool {
        !matches!(self, Self::Deflate | Self::Bzip2 | Self::Lzf)
    }

    /// The length that stored bytes declare; they may lie.
    fn declared(self, input: &[u8]) -> Option<usize> {
        match self {
            Self::Szip => szip::declared(input),
            Self::Blosc => blosc::declared(input),
            Self::Lz4 => lz4::declared(input),
            Self::Bitshuffle => bitshuffle::declared(input),
            Self::Zstd => zstd::declared(input),
            Self::Blosc2 => blosc2::declared(input),
            Self::Deflate | Self::Bzip2 | Self::Lzf | Self::Shuffle | Self::Fletcher32 => None,
        }
    }
}

/// Decoders with a state worth keeping, and scratch.
struct Codecs {
    inflater: libdeflater::Decompressor,
    zstd: zstd::Zstd,
    block: Vec<u8>,
    other_block: Vec<u8>,
    part: Vec<u8>,
}

impl Default for Codecs {
    fn default() -> Self {
        Self {
            inflater: libdeflater::Decompressor::new(),
            zstd: zstd::Zstd::default(),
            block: Vec::new(),
            other_block: Vec::new(),
            part: Vec::new(),
        }
    }
}

/// Scratch of one thread: the decoders and two buffers that take turns.
#[derive(Default)]
struct Scratch {
    codecs: Codecs,
    here: Vec<u8>,
    there: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Buffers larger than this are given back after use, so that one odd chunk does not stay in every thread.
const KEEP_BYTES: usize = 16 << 20;

/// The first filter that this module cannot undo: one it does not know, or a compression of something compressed whose
/// bytes do not tell how long they become.
#[must_use]
pub fn unknown(filters: &[StoredFilter]) -> Option<&StoredFilter> {
    let mut compressed = false;
    filters.iter().find(|stored| match Filter::of(stored.id) {
        None => true,
        Some(Filter::Bitshuffle) if !bitshuffle::is_known(stored) => true,
        Some(filter) if filter.keeps_size(stored) => false,
        Some(filter) => std::mem::replace(&mut compressed, true) && !filter.tells_size(),
    })
}

/// Undoes the pipeline: fills all of `out` from the `stored` bytes of one chunk. `value_bytes` is the size of one
/// element.
///
/// # Errors
/// What is wrong with the bytes, as a clause.
pub fn decode(
    filters: &[StoredFilter],
    filter_mask: u32,
    value_bytes: usize,
    stored: &[u8],
    out: &mut [u8],
) -> Result<(), String> {
    if filters.len() > MAX_FILTERS {
        return Err("its filter pipeline is too long".to_owned());
    }
    let applied: Vec<&StoredFilter> =
        filters.iter().enumerate().filter(|(i, _)| filter_mask >> i & 1 == 0).map(|(_, f)| f).collect();
    with_scratch(|scratch| undo(&applied, value_bytes, stored, out, scratch))
}

/// Undoes one filter where nothing tells how long the outcome is but the bytes themselves, up to `most` bytes.
///
/// # Errors
/// What is wrong with the bytes, as a clause.
pub(super) fn decode_alone(stored: &StoredFilter, input: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let filter = Filter::of(stored.id).ok_or_else(|| not_known(stored))?;
    if filter.keeps_size(stored) {
        let mut out = vec![0; input.len()];
        with_scratch(|scratch| undo_one(filter, stored, 1, input, &mut out, &mut scratch.codecs))?;
        return Ok(out);
    }
    let too_long = || format!("its {} data declares more than {most} bytes", name(stored.id));
    if let Some(length) = filter.declared(input) {
        let mut out = vec![0; Some(length).filter(|n| *n <= most).ok_or_else(too_long)?];
        with_scratch(|scratch| undo_one(filter, stored, 1, input, &mut out, &mut scratch.codecs))?;
        return Ok(out);
    }
    let mut room = input.len().saturating_mul(8).max(1 << 16).min(most);
    loop {
        let mut out = vec![0; room];
        let length = match filter {
            Filter::Lzf => lzf::decode(input, &mut out),
            Filter::Bzip2 => bzip2::decode(input, &mut out),
            _ => return Err(format!("its {} data does not tell its length", name(stored.id))),
        };
        match length {
            Ok(length) => {
                out.truncate(length);
                return Ok(out);
            }
            Err(why) if room >= most => return Err(why),
            Err(_) => room = room.saturating_mul(4).min(most),
        }
    }
}

fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        let result = work(scratch);
        let Scratch { codecs: Codecs { block, other_block, part, .. }, here, there } = scratch;
        for buffer in [here, there, block, other_block, part] {
            if buffer.capacity() > KEEP_BYTES {
                *buffer = Vec::new();
            }
        }
        result
    })
}

/// Where the bytes are at the moment.
enum At<'a> {
    Stored(&'a [u8]),
    Here(usize),
}

fn undo(
    applied: &[&StoredFilter],
    value_bytes: usize,
    stored: &[u8],
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), String> {
    let Scratch { codecs, here, there } = scratch;
    let mut at = At::Stored(stored);
    for (i, stored_filter) in applied.iter().enumerate().rev() {
        let filter = Filter::of(stored_filter.id).ok_or_else(|| not_known(stored_filter))?;
        let input = match at {
            At::Stored(bytes) => bytes,
            At::Here(length) => &here[..length],
        };
        if filter == Filter::Fletcher32 {
            let length = fletcher32::check(input)?;
            at = match at {
                At::Stored(bytes) => At::Stored(&bytes[..length]),
                At::Here(_) => At::Here(length),
            };
            continue;
        }
        let output_bytes = output_bytes(filter, &applied[..=i], input, out.len())?;
        let last = i == 0;
        let target: &mut [u8] = if last {
            &mut *out
        } else {
            if there.len() < output_bytes {
                there.resize(output_bytes, 0);
            }
            &mut there[..output_bytes]
        };
        undo_one(filter, stored_filter, value_bytes, input, target, codecs)?;
        if last {
            return Ok(());
        }
        std::mem::swap(here, there);
        at = At::Here(output_bytes);
    }
    let bytes = match at {
        At::Stored(bytes) => bytes,
        At::Here(length) => &here[..length],
    };
    if bytes.len() != out.len() {
        return Err(wrong_size(bytes.len(), out.len()));
    }
    out.copy_from_slice(bytes);
    Ok(())
}

/// How long the outcome of the last filter of `applied` must be.
fn output_bytes(filter: Filter, applied: &[&StoredFilter], input: &[u8], chunk_bytes: usize) -> Result<usize, String> {
    let (stored, before) = applied.split_last().ok_or("its filter pipeline is empty")?;
    if filter.keeps_size(stored) {
        return Ok(input.len());
    }
    // A compression gives the chunk, and four bytes more for each checksum that was put on before.
    if before.iter().all(|f| Filter::of(f.id).is_some_and(|filter| filter.keeps_size(f))) {
        let checksums = before.iter().filter(|f| Filter::of(f.id) == Some(Filter::Fletcher32)).count();
        return Ok(chunk_bytes + 4 * checksums);
    }
    let declared = filter
        .declared(input)
        .ok_or_else(|| format!("its {} data holds compressed data without telling its length", name(stored.id)))?;
    if declared > most_stored(chunk_bytes) {
        return Err(format!("its {} data declares {declared} bytes, too many for its chunk", name(stored.id)));
    }
    Ok(declared)
}

/// Most bytes that compressing a chunk gives: no filter makes it much longer, so that what is longer is damage.
#[must_use]
pub fn most_stored(chunk_bytes: usize) -> usize {
    chunk_bytes.saturating_mul(2).saturating_add(4096)
}

fn undo_one(
    filter: Filter,
    stored: &StoredFilter,
    value_bytes: usize,
    input: &[u8],
    out: &mut [u8],
    codecs: &mut Codecs,
) -> Result<(), String> {
    let exactly =
        |length: usize, out: &[u8]| if length == out.len() { Ok(()) } else { Err(wrong_size(length, out.len())) };
    match filter {
        Filter::Deflate => deflate::decode(&mut codecs.inflater, input, out),
        Filter::Shuffle => shuffle::decode(value_bytes, input, out),
        Filter::Fletcher32 => Err("a checksum stands where none can".to_owned()),
        Filter::Szip => szip::decode(stored, input, out, &mut codecs.block),
        Filter::Bzip2 => bzip2::decode(input, out).and_then(|length| exactly(length, out)),
        Filter::Lzf => lzf::decode(input, out).and_then(|length| exactly(length, out)),
        Filter::Blosc => blosc::decode(input, out, codecs),
        Filter::Lz4 => lz4::decode(input, out),
        Filter::Bitshuffle => bitshuffle::decode(stored, value_bytes, input, out, &mut codecs.zstd, &mut codecs.block),
        Filter::Zstd => codecs.zstd.decode(input, out),
        Filter::Blosc2 => blosc2::decode(input, out, codecs),
    }
}

fn not_known(stored: &StoredFilter) -> String {
    format!("its filter {} (number {}) is not known here", name(stored.id), stored.id)
}

fn wrong_size(found: usize, expected: usize) -> String {
    format!("a chunk has {found} bytes where {expected} belong")
}

/// Repeats `length` bytes that stand `distance` before `to`; false when they do not fit.
fn repeat(out: &mut [u8], to: usize, distance: usize, length: usize) -> bool {
    let (Some(start), Some(end)) = (to.checked_sub(distance), to.checked_add(length)) else { return false };
    if end > out.len() || distance == 0 {
        return false;
    }
    if distance >= length {
        out.copy_within(start..start + length, to);
    } else if distance == 1 {
        let byte = out[start];
        out[to..end].fill(byte);
    } else {
        for i in 0..length {
            out[to + i] = out[start + i];
        }
    }
    true
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|b| u64::from_be_bytes(*b))
}

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;
