//! Images whose values are in other datasets or files, followed to where they are.

use std::collections::HashMap;

use super::{Probing, some_of};
use crate::frames::{
    Encoding, Extent, Extents, FrameLayout, FramesError, Part, SourceFile, Storage, StoreIdentity,
    extents::Joined,
    file_access, recognise,
    structure::{DatasetInfo, Kept, StoredValue},
};

/// How deep virtual datasets may refer to others.
const MAX_DEPTH: u32 = 3;
/// Most ranges of frames of one virtual dataset; the catalog keeps a layout for each.
const MAX_PARTS: usize = 10_000;

/// What is gathered while the sources are followed.
#[derive(Default)]
struct Gathered {
    sources: Vec<SourceFile>,
    /// Number of each source among them, by its path.
    known: HashMap<String, usize>,
    parts: Vec<Part>,
    extents: Joined,
    /// The datasets that were located, with the number of the first piece of each.
    located: HashMap<(Option<usize>, String), (DatasetInfo, u64)>,
    absent: Vec<String>,
}

/// Frames of a dataset that stand for frames of the footage.
#[derive(Clone, Copy)]
struct Range {
    /// First frame of the footage.
    at: u64,
    /// First frame of the dataset.
    first: u64,
    frames: u64,
}

/// Whether the sources could be followed.
enum Followed {
    Yes,
    /// They are mixed in a way that only the library sorts out.
    No,
}

impl Probing<'_> {
    /// Follows a virtual dataset of pixels to its sources. The layout stays as it is when only the library can read it.
    pub(super) fn follow_virtual(
        &mut self,
        dataset: &DatasetInfo,
        layout: &mut FrameLayout,
    ) -> Result<Option<Extents>, FramesError> {
        if dataset.sources.is_empty() || !layout.members.is_empty() {
            return Ok(None);
        }
        let mut gathered = Gathered::default();
        let all = Range { at: 0, first: 0, frames: layout.frames() };
        if matches!(self.gather(&mut gathered, layout, dataset, None, all, 0)?, Followed::No) {
            return Ok(None);
        }
        if !gathered.absent.is_empty() {
            let names = some_of(&gathered.absent);
            self.problem(
                format!("{}: some of its sources are not there, so that their frames are empty: {names}", dataset.path),
                "Put them back to where they were, then index the lake again",
            );
        }
        // Its own fill value is as its own type says.
        let stored = &dataset.value;
        if let Encoding::Pixels { big_endian, .. } = &mut layout.encoding {
            *big_endian = matches!(
                stored,
                StoredValue::Integer { big_endian: true, .. } | StoredValue::Float { big_endian: true, .. }
            );
        }
        layout.storage = Storage::Virtual;
        layout.sources = gathered.sources;
        layout.parts = gathered.parts;
        Ok(Some(gathered.extents.finish()?))
    }

    fn gather(
        &mut self,
        gathered: &mut Gathered,
        layout: &FrameLayout,
        dataset: &DatasetInfo,
        source: Option<usize>,
        range: Range,
        depth: u32,
    ) -> Result<Followed, FramesError> {
        if dataset.kept != Kept::Virtual {
            return self.add_part(gathered, layout, dataset, source, range);
        }
        if depth >= MAX_DEPTH || dataset.sources.is_empty() {
            return Ok(Followed::No);
        }
        for piece in &dataset.sources {
            let end_of = |first: u64, frames: u64| first.saturating_add(frames);
            let first = range.first.max(piece.first);
            let end = end_of(range.first, range.frames).min(end_of(piece.first, piece.frames));
            if first >= end {
                continue;
            }
            let inner = Range {
                at: end_of(range.at, first - range.first),
                first: end_of(piece.source_first, first - piece.first),
                frames: end - first,
            };
            let from = match &piece.store {
                None => source,
                Some(store) => Some(self.source(gathered, store)?),
            };
            let found = self.describe(gathered, from, &piece.dataset)?;
            let Some(found) = found.filter(|_| !piece.absent) else {
                let store = from.map_or(self.store, |at| gathered.sources[at].store.as_str());
                gathered.absent.push(format!("{store} {}", piece.dataset));
                continue;
            };
            if let Followed::No = self.gather(gathered, layout, &found, from, inner, depth + 1)? {
                return Ok(Followed::No);
            }
        }
        Ok(Followed::Yes)
    }

    /// The number of a source file, whose state is noted when it is met first.
    fn source(&self, gathered: &mut Gathered, store: &str) -> Result<usize, FramesError> {
        if let Some(number) = gathered.known.get(store) {
            return Ok(*number);
        }
        let identity = self.identity_of(store)?;
        gathered.sources.push(SourceFile { store: store.to_owned(), identity });
        gathered.known.insert(store.to_owned(), gathered.sources.len() - 1);
        Ok(gathered.sources.len() - 1)
    }

    /// The state of another file of the lake; nothing when it is not there.
    fn identity_of(&self, store: &str) -> Result<Option<StoreIdentity>, FramesError> {
        match file_access::open(self.lake_root, store) {
            Ok((_, file)) => {
                let fail = |source| FramesError::Open { store: store.to_owned(), source };
                StoreIdentity::of(&file).map(Some).map_err(fail)
            }
            Err(FramesError::Open { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A source's structure; nothing when there is no such dataset.
    fn describe(
        &mut self,
        gathered: &Gathered,
        source: Option<usize>,
        dataset: &str,
    ) -> Result<Option<DatasetInfo>, FramesError> {
        if let Some((info, _)) = gathered.located.get(&(source, dataset.to_owned())) {
            return Ok(Some(info.clone()));
        }
        let store = match source {
            None => self.store,
            Some(at) if gathered.sources[at].identity.is_none() => return Ok(None),
            Some(at) => gathered.sources[at].store.as_str(),
        };
        match self.pool.describe(self.lake_root, store, dataset) {
            Ok(info) => Ok(Some(info)),
            Err(error) if super::is_local(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds a dataset with values of its own, when it holds whole frames of the same kind.
    fn add_part(
        &mut self,
        gathered: &mut Gathered,
        layout: &FrameLayout,
        dataset: &DatasetInfo,
        source: Option<usize>,
        range: Range,
    ) -> Result<Followed, FramesError> {
        let Encoding::Pixels { value, order, .. } = layout.encoding else { return Ok(Followed::No) };
        let Some((own_value, big_endian)) = recognise::value_type(dataset) else { return Ok(Followed::No) };
        let one_frame = dataset.shape == layout.frame_shape();
        let same_frames = dataset.shape.get(1..) == Some(layout.frame_shape());
        let held = if one_frame { 1 } else { dataset.shape.first().copied().unwrap_or(0) };
        let fits = range.first.checked_add(range.frames).is_some_and(|end| end <= held);
        if !fits
            || !(one_frame || same_frames)
            || own_value != value
            || dataset.library_only.is_some()
            || dataset.refused.is_some()
            || dataset.kept == Kept::External
            || gathered.parts.len() >= MAX_PARTS
        {
            return Ok(Followed::No);
        }
        let key = (source, dataset.path.clone());
        if !gathered.located.contains_key(&key) {
            let store = source.map_or(self.store, |at| gathered.sources[at].store.as_str());
            let extents = self.pool.locate(self.lake_root, store, vec![dataset.path.clone()])?;
            gathered.located.insert(key.clone(), (dataset.clone(), gathered.extents.len()));
            gathered.extents.add(&extents);
        }
        let first_piece = gathered.located[&key].1;
        let own = FrameLayout {
            dataset: if one_frame { recognise::parent(&dataset.path) } else { &dataset.path }.to_owned(),
            members: if one_frame { vec![recognise::last(&dataset.path).to_owned()] } else { Vec::new() },
            shape: dataset.shape.clone(),
            chunk: dataset.chunk.clone(),
            encoding: Encoding::Pixels { value, big_endian, order },
            storage: storage(dataset, one_frame),
            filters: dataset.filters.clone(),
            fill: dataset.fill.clone(),
            palette: Vec::new(),
            white_is_zero: layout.white_is_zero,
            origin: layout.origin,
            sources: Vec::new(),
            parts: Vec::new(),
        };
        let Range { at, first, frames } = range;
        gathered.parts.push(Part { first: at, frames, source, source_first: first, first_piece, layout: own });
        Ok(Followed::Yes)
    }

    /// The files that hold the values of a dataset, and the stretches of them.
    pub(super) fn follow_external(
        &mut self,
        dataset: &DatasetInfo,
        layout: &mut FrameLayout,
    ) -> Result<Extents, FramesError> {
        let declared = u64::from(dataset.value.number_bytes().unwrap_or(1));
        let declared = dataset.shape.iter().try_fold(declared, |n, axis| n.checked_mul(*axis)).unwrap_or(u64::MAX);
        let (mut stretches, mut at) = (Vec::new(), 0_u64);
        for (segment, number) in dataset.segments.iter().zip(0..) {
            let length_bytes = segment.length_bytes.min(declared.saturating_sub(at));
            at += length_bytes;
            stretches.push((number, Extent { address: segment.offset_bytes, length_bytes, filter_mask: 0 }));
            let identity = self.identity_of(&segment.store)?;
            layout.sources.push(SourceFile { store: segment.store.clone(), identity });
        }
        layout.storage = Storage::External;
        Extents::new(stretches.len() as u64, stretches)
    }
}

/// Where the values of a plain dataset are.
pub(super) fn storage(dataset: &DatasetInfo, per_frame: bool) -> Storage {
    match (dataset.kept, per_frame, &dataset.value) {
        (Kept::Compact, ..) => Storage::Kept,
        (_, true, _) => Storage::PerFrame,
        (_, false, StoredValue::Bytes) => Storage::Rows,
        (_, false, _) if dataset.chunk.is_empty() => Storage::Contiguous,
        (_, false, _) => Storage::Chunked,
    }
}
