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

/// The spans of one footage. What only the HDF5 library can read has none: its bytes count as structure.
#[must_use]
pub fn frame_spans(layout: &FrameLayout, extents: &Extents) -> Vec<FrameSpan> {
    let frames = layout.frames();
    let share = Share::of(layout);
    if let Share::InARow { frame_bytes } = share {
        let Some(extent) = extents.get(0) else { return Vec::new() };
        let fitting = extent.length_bytes.checked_div(frame_bytes).unwrap_or(0).min(frames);
        let start = |frame: u64| extent.address.saturating_add(frame.saturating_mul(frame_bytes));
        return (0..fitting)
            .map(|frame| FrameSpan { bytes: start(frame)..start(frame + 1), frames: frame..frame + 1 })
            .collect();
    }
    let of_piece = |number: u64| match share {
        Share::PerFrame { pieces_each } => number.checked_div(pieces_each).map(|frame| frame..frame.saturating_add(1)),
        Share::Chunks { side_by_side, frames_each } => number.checked_div(side_by_side).map(|block| {
            let first = block.saturating_mul(frames_each);
            first..first.saturating_add(frames_each)
        }),
        Share::InARow { .. } | Share::Unknown => None,
    };
    extents
        .iter()
        .filter_map(|(number, extent)| {
            let held = of_piece(number)?;
            let held = held.start.min(frames)..held.end.min(frames);
            let bytes = extent.address..extent.address.checked_add(extent.length_bytes)?;
            (!bytes.is_empty() && !held.is_empty()).then_some(FrameSpan { bytes, frames: held })
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
            Storage::Library | Storage::None => Self::Unknown,
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
    use crate::frames::{Extent, PixelOrder, ValueType};

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
