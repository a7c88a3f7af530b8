//! Zstandard (filter 32015, and inside Blosc and bitshuffle): plain frames.

use super::wrong_size;

/// A context, made when it is first needed.
#[derive(Default)]
pub(super) struct Zstd(Option<zstd_safe::DCtx<'static>>);

/// The size the first frame declares.
pub(super) fn declared(input: &[u8]) -> Option<usize> {
    usize::try_from(zstd_safe::get_frame_content_size(input).ok()??).ok()
}

impl Zstd {
    /// Decodes into `out`, which must come out full. Decoding in one call uses `out` as its window, so no memory is
    /// taken by what a frame declares.
    pub(super) fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<(), String> {
        if self.0.is_none() {
            self.0 = zstd_safe::DCtx::try_create();
        }
        let context = self.0.as_mut().ok_or("there is no memory for Zstd")?;
        match context.decompress(out, input) {
            Ok(length) if length == out.len() => Ok(()),
            Ok(length) => Err(wrong_size(length, out.len())),
            Err(code) => Err(format!("its Zstd data is damaged ({})", zstd_safe::get_error_name(code))),
        }
    }
}
