//! bitshuffle (filter 32008), alone or with LZ4 or Zstd in each block.
//!
//! Client data: version (2 values), bytes of a value, values of a block (0: a default), compression (0, 2 LZ4, 3 Zstd).
//! With compression the chunk begins with its length (8 bytes) and the bytes of a block (4 bytes), and each block with
//! its stored length (4 bytes), all big-endian. Only whole groups of eight values are shuffled; fewer stand at the end
//! as they are. Source: `bshuf_h5filter.c`, `bitshuffle_core.c`.

use super::{StoredFilter, be32, be64, bits, lz4, wrong_size, zstd::Zstd};

const WITH_LZ4: u32 = 2;
const WITH_ZSTD: u32 = 3;
/// Bytes a block aims at when nothing says how many values it has.
const BLOCK_BYTES: usize = 8192;
/// Values are shuffled in groups of as many.
const GROUP: usize = 8;
/// Least values of a block of the default size.
const LEAST_BLOCK: usize = 128;

/// What is compressed in each block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Lz4,
    Zstd,
}

fn coding(filter: &StoredFilter) -> Option<Coding> {
    match filter.params.get(4).copied().unwrap_or(0) {
        0 => Some(Coding::Plain),
        WITH_LZ4 => Some(Coding::Lz4),
        WITH_ZSTD => Some(Coding::Zstd),
        _ => None,
    }
}

/// Whether the filter's parameters are those of a writer this module knows.
pub(super) fn is_known(filter: &StoredFilter) -> bool {
    coding(filter).is_some()
}

/// Whether the filter leaves the size as it is.
pub(super) fn keeps_size(filter: &StoredFilter) -> bool {
    coding(filter) == Some(Coding::Plain)
}

/// The size a compressed chunk declares.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    usize::try_from(be64(input, 0)?).ok()
}

/// Decodes a chunk, which must be as long as `out`. `block` is scratch.
pub(super) fn decode(
    filter: &StoredFilter,
    value_bytes: usize,
    input: &[u8],
    out: &mut [u8],
    zstd: &mut Zstd,
    block: &mut Vec<u8>,
) -> Result<(), String> {
    let cut = || "its bitshuffle data ends too early".to_owned();
    let coding = coding(filter).ok_or("its bitshuffle filter uses a compression that is not known here")?;
    let param = |at: usize| filter.params.get(at).and_then(|v| usize::try_from(*v).ok()).filter(|v| *v > 0);
    let value_bytes = param(2).unwrap_or(value_bytes).max(1);
    if !out.len().is_multiple_of(value_bytes) {
        return Err("its bitshuffle data is no whole number of values".to_owned());
    }
    let (mut input, mut block_values) = (input, param(3).unwrap_or(0));
    if coding == Coding::Plain {
        if input.len() != out.len() {
            return Err(wrong_size(input.len(), out.len()));
        }
    } else {
        let length = declared(input).ok_or_else(cut)?;
        if length != out.len() {
            return Err(wrong_size(length, out.len()));
        }
        block_values = usize::try_from(be32(input, 8).ok_or_else(cut)?).unwrap_or(usize::MAX) / value_bytes;
        input = input.get(12..).ok_or_else(cut)?;
    }
    if block_values == 0 {
        block_values = (BLOCK_BYTES / value_bytes / GROUP * GROUP).max(LEAST_BLOCK);
    }
    if !block_values.is_multiple_of(GROUP) {
        return Err("its bitshuffle blocks have a wrong length".to_owned());
    }
    let whole = out.len() / (GROUP * value_bytes) * (GROUP * value_bytes);
    let (shuffled, rest) = out.split_at_mut(whole);
    let block_bytes = block_values.saturating_mul(value_bytes).min(whole.max(1));
    for part in shuffled.chunks_mut(block_bytes) {
        if coding == Coding::Plain {
            let (here, later) = input.split_at(part.len());
            bits::unshuffle(value_bytes, here, part);
            input = later;
            continue;
        }
        let stored_bytes = usize::try_from(be32(input, 0).ok_or_else(cut)?).unwrap_or(usize::MAX);
        let stored = input.get(4..).and_then(|rest| rest.get(..stored_bytes)).ok_or_else(cut)?;
        input = &input[4 + stored_bytes..];
        if block.len() < part.len() {
            block.resize(part.len(), 0);
        }
        let decoded = &mut block[..part.len()];
        match coding {
            Coding::Zstd => zstd.decode(stored, decoded)?,
            _ => lz4::block(stored, decoded)?,
        }
        bits::unshuffle(value_bytes, decoded, part);
    }
    rest.copy_from_slice(input.get(..rest.len()).ok_or_else(cut)?);
    Ok(())
}
