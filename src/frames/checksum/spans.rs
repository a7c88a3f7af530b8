//! Which bytes of a store belong to which frames.

use std::ops::Range;

use crate::frames::{Encoding, Extents, FrameLayout, Storage, chunk_grid::ChunkGrid, stored_frame::product};

/// Bytes of a store, and the frames that need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameSpan {
    /// Place in the file.
    pub bytes: Range<u64>,
    /// Frames of the footage: one, or all of a chunk that holds several.
    pub frames: Range<u64>,
}

/// How the pieces of a footage are shared out among its frames.
enum Share {
    /// Piece `i` is of frame `i / pieces_each`.
    PerFrame { pieces_each: u64 },
    /// Pieces are chunks: so many lie side by side, and each holds so many frames.
    Chunks { side_by_side: u64, frames_each: u64 },
    /// The only piece holds all frames, one after the other.
    InARow { frame_bytes: u64 },
    /// It cannot be told.
    Unknown,
}

/// The spans of one footage in its own store. What only the HDF5 library can read has none: its bytes count as structure,
/// as those of datasets that are kept among the structure do. What lies in other files has none either.
#[must_use]
pub fn frame_spans(layout: &FrameLayout, extents: &Extents) -> Vec<FrameSpan> {
    if layout.storage != Storage::Virtual {
        return spans(layout, extents, 0, 0..layout.frames());
    }
    let own = layout.parts.iter().filter(|part| part.source.is_none());
    own.flat_map(|part| {
        let wanted = part.source_first..part.source_first.saturating_add(part.frames);
        let found = spans(&part.layout, extents, part.first_piece, wanted);
        let shown = |frame: u64| part.first.saturating_add(frame.saturating_sub(part.source_first));
        found
            .into_iter()
            .map(move |FrameSpan { bytes, frames }| FrameSpan { bytes, frames: shown(frames.start)..shown(frames.end) })
    })
    .collect()
}

/// The spans of those frames of a dataset that are `wanted`. Its pieces begin with `first_piece`.
fn spans(layout: &FrameLayout, extents: &Extents, first_piece: u64, wanted: Range<u64>) -> Vec<FrameSpan> {
    let wanted = wanted.start..wanted.end.min(layout.frames());
    let share = Share::of(layout);
    // Pieces that a frame takes, and frames that a group of so many pieces holds.
    let (side_by_side, frames_each) = match share {
        Share::PerFrame { pieces_each } => (pieces_each, 1),
        Share::Chunks { side_by_side, frames_each } => (side_by_side, frames_each),
        Share::InARow { frame_bytes } => {
            let Some(extent) = extents.get(first_piece) else { return Vec::new() };
            let fitting = extent.length_bytes.checked_div(frame_bytes).unwrap_or(0).min(wanted.end);
            let start = |frame: u64| extent.address.saturating_add(frame.saturating_mul(frame_bytes));
            return (wanted.start..fitting)
                .map(|frame| FrameSpan { bytes: start(frame)..start(frame + 1), frames: frame..frame + 1 })
                .collect();
        }
        Share::Unknown => return Vec::new(),
    };
    if side_by_side == 0 || frames_each == 0 {
        return Vec::new();
    }
    let piece = |group: u64| first_piece.saturating_add(group.saturating_mul(side_by_side));
    let pieces = piece(wanted.start / frames_each)..piece(wanted.end.div_ceil(frames_each));
    extents
        .within(pieces)
        .filter_map(|(number, extent)| {
            let first = ((number - first_piece) / side_by_side).saturating_mul(frames_each);
            let frames = first.max(wanted.start)..first.saturating_add(frames_each).min(wanted.end);
            let bytes = extent.address..extent.address.checked_add(extent.length_bytes)?;
            (!bytes.is_empty() && !frames.is_empty()).then_some(FrameSpan { bytes, frames })
        })
        .collect()
}

impl Share {
    fn of(layout: &FrameLayout) -> Self {
        let grid = || ChunkGrid::new(&layout.shape, &layout.chunk);
        match layout.storage {
            Storage::Rows => Self::PerFrame { pieces_each: 1 },
            Storage::PerFrame if layout.chunk.is_empty() => Self::PerFrame { pieces_each: 1 },
            Storage::PerFrame => grid().map_or(Self::Unknown, |grid| Self::PerFrame { pieces_each: grid.chunks() }),
            Storage::Chunked => grid().map_or(Self::Unknown, |grid| Self::Chunks {
                // Below the number of all chunks, which was checked.
                side_by_side: grid.counts()[1..].iter().product(),
                frames_each: layout.chunk[0],
            }),
            Storage::Contiguous => {
                let value_bytes = match layout.encoding {
                    Encoding::Pixels { value, .. } => value.bytes(),
                    Encoding::Coded => 1,
                };
                product(layout.frame_shape(), value_bytes)
                    .map_or(Self::Unknown, |bytes| Self::InARow { frame_bytes: bytes as u64 })
            }
            Storage::Kept | Storage::External | Storage::Virtual | Storage::Library | Storage::None => Self::Unknown,
        }
    }
}

/// The frames whose bytes overlap `damaged` (ascending, apart from each other), as ascending ranges. Each range of
/// `damaged` that some frame needs is ticked off in `claimed`.
pub fn frames_in(spans: &[FrameSpan], damaged: &[Range<u64>], claimed: &mut [bool]) -> Vec<Range<u64>> {
    // Marks where claims begin and end, so that spans over many ranges cost no more than small ones.
    let mut changes = vec![0_i64; damaged.len() + 1];
    let mut hit: Vec<Range<u64>> = Vec::new();
    for span in spans {
        let first = damaged.partition_point(|range| range.end <= span.bytes.start);
        let last = damaged.partition_point(|range| range.start < span.bytes.end);
        if first < last {
            changes[first] += 1;
            changes[last] -= 1;
            hit.push(span.frames.clone());
        }
    }
    let mut open = 0;
    for (claimed, change) in claimed.iter_mut().zip(&changes) {
        open += change;
        *claimed |= open > 0;
    }
    joined(hit)
}

/// Ranges in order, those that touch or overlap made one.
#[must_use]
pub fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists of ranges are meant")]
mod tests {
    use super::*;
    use crate::frames::{Extent, Origin, Part, PieceFile, PixelOrder, ValueType};

    fn layout(storage: Storage, shape: &[u64], chunk: &[u64], members: usize) -> FrameLayout {
        FrameLayout {
            dataset: "/frames".to_owned(),
            members: (0..members).map(|member| member.to_string()).collect(),
            shape: shape.to_vec(),
            chunk: chunk.to_vec(),
            encoding: Encoding::Pixels { value: ValueType::U16, big_endian: false, order: PixelOrder::Hw },
            storage,
            filters: Vec::new(),
            fill: Vec::new(),
            palette: Vec::new(),
            white_is_zero: false,
            sources: Vec::new(),
            parts: Vec::new(),
            origin: Origin::UpperLeft,
        }
    }

    fn extents(total: u64, length_bytes: u64) -> Extents {
        let stored = (0..total).map(|at| (at, Extent { address: 1000 + at * 500, length_bytes, filter_mask: 0 }));
        Extents::new(total, stored.collect()).unwrap()
    }

    #[test]
    fn each_layout_shares_out_its_pieces() {
        for (name, layout, extents, expected) in [
            ("rows", layout(Storage::Rows, &[3], &[], 0), extents(3, 9), vec![0..1, 1..2, 2..3]),
            ("one piece", layout(Storage::Contiguous, &[2, 3, 5], &[], 0), extents(1, 60), vec![0..1, 1..2]),
            ("cut off", layout(Storage::Contiguous, &[2, 3, 5], &[], 0), extents(1, 59), vec![0..1]),
            ("two a chunk", layout(Storage::Chunked, &[3, 4, 4], &[2, 4, 4], 0), extents(2, 9), vec![0..2, 2..3]),
            ("tiles", layout(Storage::Chunked, &[2, 4, 4], &[1, 2, 4], 0), extents(4, 9), vec![0..1, 0..1, 1..2, 1..2]),
            ("members", layout(Storage::PerFrame, &[4, 4], &[], 2), extents(2, 9), vec![0..1, 1..2]),
            (
                "members in tiles",
                layout(Storage::PerFrame, &[4, 4], &[2, 4], 2),
                extents(4, 9),
                vec![0..1, 0..1, 1..2, 1..2],
            ),
            ("library", layout(Storage::Library, &[2, 4, 4], &[1, 4, 4], 0), Extents::default(), vec![]),
        ] {
            let spans = frame_spans(&layout, &extents);
            assert_eq!(spans.iter().map(|span| span.frames.clone()).collect::<Vec<_>>(), expected, "{name}");
        }
        let spans = frame_spans(&layout(Storage::Contiguous, &[2, 3, 5], &[], 0), &extents(1, 60));
        assert_eq!(spans[1].bytes, 1030..1060);
    }

    #[test]
    fn parts_of_a_virtual_dataset_in_the_store_have_spans() {
        let part = |first, frames, source, source_first, first_piece, layout| Part {
            first,
            frames,
            source,
            source_first,
            first_piece,
            layout,
        };
        let chunked = layout(Storage::Chunked, &[6, 4, 4], &[2, 4, 4], 0);
        let kept = layout(Storage::Kept, &[1, 4, 4], &[], 0);
        let mut all = layout(Storage::Virtual, &[9, 4, 4], &[], 0);
        all.parts = vec![
            part(0, 2, None, 3, 1, chunked.clone()),
            part(2, 2, Some(0), 0, 4, chunked),
            part(4, 1, None, 0, 0, kept),
            part(5, 2, None, 1, 7, layout(Storage::Contiguous, &[3, 4, 4], &[], 0)),
        ];
        let extents = extents(8, 96);
        // Frames 3 and 4 are in the second and the third chunk, which are pieces 2 and 3.
        let span = |bytes: Range<u64>, frame: u64| FrameSpan { bytes, frames: frame..frame + 1 };
        let expected = [span(2000..2096, 0), span(2500..2596, 1), span(4532..4564, 5), span(4564..4596, 6)];
        assert_eq!(frame_spans(&all, &extents), expected);
        let files: Vec<PieceFile> = (0..8).map(|piece| all.piece_file(piece)).collect();
        let (store, other) = (PieceFile::Store, PieceFile::Source(0));
        assert_eq!(files, [PieceFile::Kept, store, store, store, other, other, other, store]);
        let external = layout(Storage::External, &[9, 4, 4], &[], 0);
        assert!(frame_spans(&external, &extents).is_empty());
        assert_eq!(external.piece_file(1), PieceFile::Source(1));
    }

    #[test]
    fn damage_is_shared_out_and_claimed() {
        let span = |bytes: Range<u64>, frames: Range<u64>| FrameSpan { bytes, frames };
        let spans = [span(0..10, 0..1), span(10..20, 1..2), span(5..15, 2..3), span(40..50, 8..10)];
        for (damaged, expected, claims) in [
            (vec![0..5], vec![0..1], vec![true]),
            (vec![5..10], vec![0..1, 2..3], vec![true]),
            (vec![10..15], vec![1..3], vec![true]),
            (vec![20..40], vec![], vec![false]),
            (vec![19..20, 30..31, 49..50], vec![1..2, 8..10], vec![true, false, true]),
        ] {
            let mut claimed = vec![false; damaged.len()];
            assert_eq!(frames_in(&spans, &damaged, &mut claimed), expected, "{damaged:?}");
            assert_eq!(claimed, claims, "{damaged:?}");
        }
    }
}
