//! Several frames of one footage in one go: in the order they lie on the disk, neighbours with one read.

use super::{
    Encoding, Extents, FrameLayout, FrameReader, FramesError, Storage, coded, large_work,
    open_stores::StoreRef,
    pixels,
    reader::{Asked, take_memory},
    scratch::{with_buffer, with_scratch},
    stored_frame::{Piece, StoredFrames, memory_bytes},
};
use crate::model::{Look, Raster, RgbImage, Samples};

/// Most bytes read at once. What is larger gains nothing from company, and this much stays in the cache of a core.
const GROUP_BYTES: u64 = 1 << 20;
/// Bytes between two pieces that are read along, since that costs less than another request.
const GAP_BYTES: u64 = 32 << 10;

/// Frames that are read together: where they lie, and their places in the list that was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    start: u64,
    end: u64,
    members: Vec<(usize, Piece)>,
}

/// What to read, in this order.
#[derive(Debug, Default)]
struct Plan {
    groups: Vec<Group>,
    /// Places in the list of frames that are read one by one, in the order of their frames.
    alone: Vec<usize>,
}

impl Plan {
    fn new(frames: &StoredFrames<'_>, wanted: &[u64]) -> Self {
        let mut plan = Self::default();
        let mut pieces = Vec::new();
        for (place, frame_idx) in wanted.iter().enumerate() {
            match frames.piece(*frame_idx) {
                Some(piece) => pieces.push((place, piece)),
                None => plan.alone.push(place),
            }
        }
        plan.alone.sort_by_key(|place| wanted[*place]);
        plan.groups = group(pieces);
        plan
    }
}

/// Puts pieces that lie close together into groups. Addresses may come from anywhere.
fn group(mut pieces: Vec<(usize, Piece)>) -> Vec<Group> {
    pieces.sort_by_key(|(_, piece)| piece.address);
    let mut groups: Vec<Group> = Vec::new();
    for (place, piece) in pieces {
        let piece_end = piece.address.saturating_add(piece.length as u64);
        if let Some(last) = groups.last_mut()
            && piece.address <= last.end.saturating_add(GAP_BYTES)
            && piece_end.max(last.end) - last.start <= GROUP_BYTES
        {
            last.end = last.end.max(piece_end);
            last.members.push((place, piece));
        } else {
            groups.push(Group { start: piece.address, end: piece_end, members: vec![(place, piece)] });
        }
    }
    groups
}

/// A frame of a group: all that is needed to decode it.
struct Member<'a> {
    frames: &'a StoredFrames<'a>,
    piece: Piece,
    stored: &'a [u8],
}

impl FrameReader {
    /// Reads frames of one footage and hands each to `each`, with its place in `wanted`, in the order in which they lie on
    /// the disk. Neighbours are read with one request, and the memory of one raster serves all. `each` returns whether it
    /// wants more.
    pub fn read_many(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        wanted: &[u64],
        mut each: impl FnMut(usize, Result<&Raster, FramesError>) -> bool,
    ) {
        let mut raster = Raster { width_px: 0, height_px: 0, channels: 1, samples: Samples::U8(Vec::new()) };
        self.visit(store, layout, extents, wanted, &mut |place, asked, member| {
            let read = match member {
                Some(member) => member.raster(asked, &mut raster),
                None => self.read_into(store, layout, extents, asked.frame_idx, &mut raster),
            };
            each(place, read.map(|()| &raster))
        });
    }

    /// Thumbnails of several frames of one footage, each handed to `each` with its place in `wanted`; as
    /// [`Self::read_many`].
    pub fn thumbnails(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        wanted: &[u64],
        (max_size, look): ((u32, u32), &Look),
        mut each: impl FnMut(usize, Result<RgbImage, FramesError>) -> bool,
    ) {
        self.visit(store, layout, extents, wanted, &mut |place, asked, member| {
            let picture = match member {
                Some(member) => member.small(asked, max_size, look),
                None => self.thumbnail(store, layout, extents, asked.frame_idx, max_size, look),
            };
            each(place, picture)
        });
    }

    /// Calls `each` for every frame: with its stored bytes when they were read together with others, of a file that is as
    /// it was indexed after they were read; without when the frame is to be read by itself.
    fn visit(
        &self,
        store: &StoreRef<'_>,
        layout: &FrameLayout,
        extents: &Extents,
        wanted: &[u64],
        each: &mut dyn FnMut(usize, Asked<'_>, Option<Member<'_>>) -> bool,
    ) {
        let asked = |place: usize| Asked { store, layout, extents, first_piece: 0, frame_idx: wanted[place] };
        let one_by_one = wanted.len() < 2 || !reads_by_itself(layout.storage);
        let open = if one_by_one { None } else { self.stores.get(store).ok() };
        let Some(open) = open else {
            // Whatever is wrong with the file is told for each frame.
            for place in 0..wanted.len() {
                if !each(place, asked(place), None) {
                    return;
                }
            }
            return;
        };
        let frames = self.frames(asked(0), &open);
        let plan = Plan::new(&frames, wanted);
        for group in &plan.groups {
            let (length, alone) = (group.end - group.start, group.members.len() == 1);
            if alone || length > GROUP_BYTES {
                for (place, _) in &group.members {
                    if !each(*place, asked(*place), None) {
                        return;
                    }
                }
                continue;
            }
            let bytes = usize::try_from(length).unwrap_or(0);
            let go_on = with_scratch(bytes, |stored| {
                let whole = frames.fill_from(stored, group.start).is_ok() && open.is_unchanged();
                group.members.iter().all(|(place, piece)| {
                    let from = usize::try_from(piece.address - group.start).unwrap_or(usize::MAX);
                    let part = stored.get(from..from.saturating_add(piece.length)).filter(|_| whole);
                    let member = part.map(|stored| Member { frames: &frames, piece: *piece, stored });
                    each(*place, asked(*place), member)
                })
            });
            if !go_on {
                return;
            }
        }
        for place in plan.alone {
            if !each(place, asked(place), None) {
                return;
            }
        }
    }
}

/// Whether the frames lie in the store itself, where the app finds them.
fn reads_by_itself(storage: Storage) -> bool {
    matches!(storage, Storage::Contiguous | Storage::Chunked | Storage::Rows | Storage::PerFrame)
}

impl Member<'_> {
    fn raster(&self, asked: Asked<'_>, raster: &mut Raster) -> Result<(), FramesError> {
        let _turn = large_work::turn(memory_bytes(asked.layout));
        let mut memory = take_memory(raster);
        let made = if asked.layout.encoding == Encoding::Coded {
            coded::decode_into(self.stored, memory)
        } else {
            self.frames
                .decode_piece(self.piece, self.stored, &mut memory)
                .and_then(|()| pixels::to_raster(asked.layout, memory))
        };
        *raster = made.map_err(|what| asked.failed(what))?;
        Ok(())
    }

    fn small(&self, asked: Asked<'_>, max_size: (u32, u32), look: &Look) -> Result<RgbImage, FramesError> {
        if self.frames.is_plain() {
            return asked.small(self.stored, max_size, look);
        }
        let _turn = large_work::turn(memory_bytes(asked.layout));
        with_buffer(|bytes| {
            self.frames.decode_piece(self.piece, self.stored, bytes).map_err(|what| asked.failed(what))?;
            asked.small(bytes, max_size, look)
        })
    }
}
