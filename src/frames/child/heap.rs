//! Rows of variable length, found in the global heap without reading them.
//!
//! A dataset of such rows stores references: the row's length, the address of a heap collection and the number of an
//! object in it. Source: HDF5 File Format Specification 3.0, III.E "Disk Format: Level 1E - Global Heap" and VIII.B
//! (references of variable-length data). References are sorted by collection, so each collection is walked once.

use super::{dataset::Dataset, failure::Failure, locate::Store};
use crate::frames::{
    Extent, Extents, file_access, filters,
    structure::Kept,
    superblock::{self, Superblock, little_endian},
};

/// Most rows of one dataset.
const MAX_ROWS: u64 = Extents::MAX_STORED as u64;
/// Largest chunk of references, decoded.
const MAX_CHUNK_BYTES: usize = 256 << 20;
/// Bytes read at a time while walking a collection; the least size of a collection.
const WINDOW_BYTES: usize = 4096;
/// References read at a time.
const READ_BYTES: usize = 4 << 20;

/// One row's reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reference {
    collection: u64,
    object: u32,
    row: u32,
    length_bytes: u32,
}

/// The extents of the rows, from the extents of their references. Empty rows are absent; so are rows whose object is
/// missing, unless all are.
pub(super) fn rows(store: &Store<'_>, dataset: &Dataset, pieces: &Extents) -> Result<Extents, Failure> {
    let path = &dataset.info.path;
    let superblock =
        superblock::read_superblock(store.plain, store.size_bytes).map_err(|not| Failure::new(not.what, not.hint))?;
    let count = dataset.info.shape.iter().try_fold(1_u64, |n, axis| n.checked_mul(*axis)).unwrap_or(u64::MAX);
    if count > MAX_ROWS {
        return Err(Failure::new(format!("{path} has {count} rows, more than {MAX_ROWS}"), "split it into several"));
    }
    let mut references = read_references(store, dataset, pieces, &superblock, count)?;
    let key = |r: &Reference| (r.collection, r.object);
    if !references.is_sorted_by_key(key) {
        references.sort_unstable_by_key(key);
    }
    let mut walker = Walker { store, superblock, window: Vec::new(), window_at: 0, end: 0 };
    let mut stored = Vec::with_capacity(references.len());
    for group in references.chunk_by(|a, b| a.collection == b.collection) {
        walker.find(group, &mut stored)?;
    }
    if stored.is_empty() && !references.is_empty() {
        return Err(Failure::new(
            format!("the rows of {path} point to nothing (its global heap is damaged)"),
            "copy the file again from where it came from",
        ));
    }
    stored.sort_unstable_by_key(|(row, _)| *row);
    Ok(Extents::new(count, stored)?)
}

fn read_references(
    store: &Store<'_>,
    dataset: &Dataset,
    pieces: &Extents,
    superblock: &Superblock,
    count: u64,
) -> Result<Vec<Reference>, Failure> {
    let info = &dataset.info;
    let damaged = |what: &str| Failure::new(format!("{}: {what}", info.path), "copy the file again");
    let width = 8 + usize::from(superblock.offset_bytes);
    let mut references = Vec::new();
    let mut row = 0_u64;
    let mut keep = |bytes: &[u8], row: &mut u64| {
        for bytes in bytes.chunks_exact(width) {
            let reference = Reference {
                length_bytes: u32::try_from(little_endian(&bytes[..4])).unwrap_or(0),
                collection: little_endian(&bytes[4..width - 4]),
                object: u32::try_from(little_endian(&bytes[width - 4..])).unwrap_or(0),
                row: u32::try_from(*row).unwrap_or(u32::MAX),
            };
            if reference.length_bytes > 0 && reference.object > 0 && *row < count {
                references.push(reference);
            }
            *row += 1;
        }
    };
    if info.kept == Kept::Contiguous {
        let Some(piece) = pieces.get(0) else { return Ok(references) };
        let length = count * width as u64;
        if piece.length_bytes < length {
            return Err(damaged("it holds fewer rows than it declares"));
        }
        let step = READ_BYTES / width * width;
        let mut buffer = vec![0; step.min(usize::try_from(length).unwrap_or(step))];
        let mut done = 0;
        while done < length {
            let part = usize::try_from(length - done).unwrap_or(step).min(step);
            file_access::read_at(store.plain, &mut buffer[..part], piece.address + done)?;
            keep(&buffer[..part], &mut row);
            done += part as u64;
        }
        return Ok(references);
    }
    let rows_per_chunk = info.chunk[0];
    let bytes = info.chunk.iter().try_fold(width, |n, axis| n.checked_mul(usize::try_from(*axis).ok()?));
    let Some(bytes) = bytes.filter(|n| *n <= MAX_CHUNK_BYTES && info.chunk[1..].iter().all(|axis| *axis == 1)) else {
        return Err(damaged("its chunks of references make no sense"));
    };
    if info.library_only.is_some() {
        return Err(damaged("its rows are stored with a filter that cannot be undone here"));
    }
    let (mut encoded, mut decoded) = (Vec::new(), vec![0; bytes]);
    for (number, piece) in pieces.iter() {
        // Deflate makes data at most a little longer; anything beyond is damage.
        let length = usize::try_from(piece.length_bytes).ok().filter(|n| *n <= 2 * bytes + 4096);
        encoded.resize(length.ok_or_else(|| damaged("a chunk of references is too long"))?, 0);
        file_access::read_at(store.plain, &mut encoded, piece.address)?;
        filters::decode(&info.filters, piece.filter_mask, width, &encoded, &mut decoded).map_err(|e| damaged(&e))?;
        row = number.saturating_mul(rows_per_chunk);
        keep(&decoded, &mut row);
    }
    Ok(references)
}

/// Walks collections in ascending order.
struct Walker<'a> {
    store: &'a Store<'a>,
    superblock: Superblock,
    window: Vec<u8>,
    window_at: u64,
    /// End of the last collection: a collection that begins before overlaps it and is damaged, so that the whole work
    /// stays linear in the size of the file.
    end: u64,
}

impl Walker<'_> {
    /// `length` bytes at `at`, at most [`WINDOW_BYTES`]; nothing beyond the end of the file.
    fn bytes(&mut self, at: u64, length: usize) -> Result<Option<&[u8]>, Failure> {
        let inside = |at: u64, window_at: u64, window: &[u8]| {
            let start = usize::try_from(at.checked_sub(window_at)?).ok()?;
            (start.checked_add(length)? <= window.len()).then_some(start)
        };
        let mut start = inside(at, self.window_at, &self.window);
        if start.is_none() {
            let left = self.store.size_bytes.saturating_sub(at);
            let window_bytes = usize::try_from(left).unwrap_or(WINDOW_BYTES).min(WINDOW_BYTES);
            if window_bytes < length {
                return Ok(None);
            }
            self.window.resize(window_bytes, 0);
            file_access::read_at(self.store.plain, &mut self.window, at)?;
            self.window_at = at;
            start = Some(0);
        }
        Ok(start.map(|start| &self.window[start..start + length]))
    }

    /// Finds the objects of one collection; `group` is sorted by object. Objects that are not there are passed over.
    fn find(&mut self, group: &[Reference], stored: &mut Vec<(u64, Extent)>) -> Result<(), Failure> {
        let length_bytes = usize::from(self.superblock.length_bytes);
        let header_bytes = (8 + length_bytes).next_multiple_of(8);
        let Some(address) = self.superblock.base_address.checked_add(group[0].collection) else { return Ok(()) };
        if address < self.end {
            return Ok(());
        }
        // The window of the collection before may hold this header, but rarely does, as collections are at least as
        // long as a window.
        let Some(header) = self.bytes(address, header_bytes)? else { return Ok(()) };
        if header[..5] != *b"GCOL\x01" {
            return Ok(());
        }
        let size = little_endian(&header[8..8 + length_bytes]);
        let Some(end) = address.checked_add(size).filter(|end| *end <= self.store.size_bytes) else { return Ok(()) };
        self.end = end;
        let (mut at, mut found) = (address + header_bytes as u64, 0);
        while at + header_bytes as u64 <= end && found < group.len() {
            let Some(header) = self.bytes(at, header_bytes)? else { break };
            let object = u32::from(u16::from_le_bytes([header[0], header[1]]));
            let size = little_endian(&header[8..8 + length_bytes]);
            let data_at = at + header_bytes as u64;
            if object == 0 {
                // Free space; its size includes the header.
                if size < header_bytes as u64 {
                    break;
                }
                let Some(next) = at.checked_add(size) else { break };
                at = next;
                continue;
            }
            if data_at.checked_add(size).is_none_or(|data_end| data_end > end) {
                break;
            }
            let first = group.partition_point(|r| r.object < object);
            for reference in group[first..].iter().take_while(|r| r.object == object) {
                found += 1;
                let length_bytes = u64::from(reference.length_bytes);
                if length_bytes <= size {
                    stored.push((u64::from(reference.row), Extent { address: data_at, length_bytes, filter_mask: 0 }));
                }
            }
            // The size is padded, not the position: a collection may begin at any address.
            at = data_at + size.next_multiple_of(8);
        }
        Ok(())
    }
}
