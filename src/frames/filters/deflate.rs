//! Deflate with a zlib header (filter 1, and inside Blosc).

use super::wrong_size;

/// Inflates into `out`, which must come out full.
pub(super) fn decode(inflater: &mut libdeflater::Decompressor, input: &[u8], out: &mut [u8]) -> Result<(), String> {
    match inflater.zlib_decompress(input, out) {
        Ok(length) if length == out.len() => Ok(()),
        Ok(length) => Err(wrong_size(length, out.len())),
        Err(libdeflater::DecompressionError::BadData) => Err("its deflate data is damaged".to_owned()),
        Err(libdeflater::DecompressionError::InsufficientSpace) => {
            Err("its deflate data is longer than the chunk".to_owned())
        }
    }
}
