//! Frames that are in other datasets or files than the store's own: parts of virtual datasets, and external files.

use std::path::Path;

use super::{
    Extents, FrameLayout, FramesError, Part, StoreIdentity, StoreRef, file_access, open_stores::OpenStores,
    stored_frame,
};

/// The part of a virtual dataset that holds a frame; nothing when none does.
pub(super) fn part(layout: &FrameLayout, frame_idx: u64) -> Option<&Part> {
    let after = layout.parts.partition_point(|part| part.first <= frame_idx);
    let part = layout.parts.get(after.checked_sub(1)?)?;
    (frame_idx - part.first < part.frames).then_some(part)
}

/// Whether another file that holds frames is not as it was when it was indexed: changed, gone, or there at last.
#[must_use]
pub fn sources_changed(lake_root: &Path, layout: &FrameLayout) -> bool {
    layout.sources.iter().any(|source| {
        let now = file_access::open(lake_root, &source.store).ok();
        now.and_then(|(_, file)| StoreIdentity::of(&file).ok()) != source.identity
    })
}

/// A frame that was never written: the fill value, or zeros.
pub(super) fn unwritten(layout: &FrameLayout) -> Result<Vec<u8>, String> {
    let mut frame = vec![0; stored_frame::frame_bytes(layout).ok_or("its declared size is too large")?];
    if !layout.fill.is_empty() {
        for value in frame.chunks_exact_mut(layout.fill.len()) {
            value.copy_from_slice(&layout.fill);
        }
    }
    Ok(frame)
}

/// Reads a frame from the files that hold the values of a dataset one after the other. What lies beyond the end of a
/// file, or of all files, was never written. Fails with the source's error, or with a clause.
pub(super) fn read_external(
    stores: &OpenStores,
    store: &StoreRef<'_>,
    layout: &FrameLayout,
    extents: &Extents,
    frame_idx: u64,
) -> Result<Vec<u8>, Failed> {
    let mut frame = unwritten(layout)?;
    let frame_bytes = frame.len() as u64;
    let start = frame_idx.checked_mul(frame_bytes).ok_or("its declared size is too large")?;
    let end = start.checked_add(frame_bytes).ok_or("its declared size is too large")?;
    let mut at = 0_u64;
    for (number, stretch) in extents.iter() {
        let stretch_end = at.saturating_add(stretch.length_bytes);
        let (from, to) = (start.max(at), end.min(stretch_end));
        if from < to {
            let source = usize::try_from(number).ok().and_then(|number| layout.sources.get(number));
            let source = source.ok_or("the catalog lacks a file of it; index the lake again")?;
            let identity = source.identity.ok_or("the catalog lacks a file of it; index the lake again")?;
            let open = stores.get(&StoreRef { lake_root: store.lake_root, store: &source.store, identity })?;
            let address = stretch.address.checked_add(from - at).ok_or("its address makes no sense")?;
            // Both lie inside the frame, whose length is a `usize`.
            let place = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
            file_access::read_up_to(&open.file, &mut frame[place(from)..place(to)], address)
                .map_err(|error| format!("{} cannot be read ({error})", source.store))?;
            if !open.is_unchanged() {
                return Err(Failed::Source(FramesError::StoreChanged { store: source.store.clone() }));
            }
        }
        at = stretch_end;
    }
    Ok(frame)
}

/// Why a frame could not be read.
#[derive(Debug)]
pub(super) enum Failed {
    /// One of the other files.
    Source(FramesError),
    /// The frame itself, as a clause.
    Frame(String),
}

impl From<&str> for Failed {
    fn from(what: &str) -> Self {
        Self::Frame(what.to_owned())
    }
}

impl From<String> for Failed {
    fn from(what: String) -> Self {
        Self::Frame(what)
    }
}

impl From<FramesError> for Failed {
    fn from(error: FramesError) -> Self {
        Self::Source(error)
    }
}
