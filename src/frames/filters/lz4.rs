//! LZ4 (filter 32004): the length of the chunk (8 bytes) and of a block (4 bytes), then per block its stored length
//! (4 bytes) and its bytes; all numbers big-endian. A block that is as long stored as it is decoded was not compressed.
//! Source: `H5Zlz4.c`.

use super::{be32, be64, wrong_size};

/// The size the chunk declares.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    usize::try_from(be64(input, 0)?).ok()
}

/// Decodes a chunk, which must be as long as `out`.
pub(super) fn decode(input: &[u8], out: &mut [u8]) -> Result<(), String> {
    let cut = || "its LZ4 data ends too early".to_owned();
    let length = declared(input).ok_or_else(cut)?;
    if length != out.len() {
        return Err(wrong_size(length, out.len()));
    }
    let block_bytes = usize::try_from(be32(input, 8).ok_or_else(cut)?).unwrap_or(usize::MAX);
    if block_bytes == 0 && length > 0 {
        return Err("its LZ4 data has blocks of no length".to_owned());
    }
    let mut at = 12_usize;
    for part in out.chunks_mut(block_bytes.max(1)) {
        let stored_bytes = usize::try_from(be32(input, at).ok_or_else(cut)?).unwrap_or(usize::MAX);
        at += 4;
        let end = at.checked_add(stored_bytes).ok_or_else(cut)?;
        let stored = input.get(at..end).ok_or_else(cut)?;
        at = end;
        if stored_bytes == part.len() {
            part.copy_from_slice(stored);
        } else {
            block(stored, part)?;
        }
    }
    Ok(())
}

/// One LZ4 block without a header, which must fill `out`.
pub(super) fn block(stored: &[u8], out: &mut [u8]) -> Result<(), String> {
    match lz4_flex::block::decompress_into(stored, out) {
        Ok(length) if length == out.len() => Ok(()),
        Ok(length) => Err(wrong_size(length, out.len())),
        Err(_) => Err("its LZ4 data is damaged".to_owned()),
    }
}
