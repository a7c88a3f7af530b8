//! Where the pieces of a dataset lie in the file, every address checked against the file's size.

use std::{
    ffi::{c_int, c_uint, c_void},
    fs::File,
    ptr,
};

use hdf5_sys::{
    h5::{haddr_t, hsize_t},
    h5d::H5Dchunk_iter,
    h5p::H5P_DEFAULT,
};

use super::{
    dataset::{self, Dataset, Place},
    failure::Failure,
    heap,
    library::{Id, check},
};
use crate::frames::{
    Extent, Extents,
    chunk_grid::ChunkGrid,
    extents::Joined,
    structure::{Kept, StoredValue},
};

/// Most stored pieces of one dataset.
const MAX_PIECES: usize = Extents::MAX_STORED;

/// An open store: its library handle, its plain file for positioned reads, and its length.
pub(super) struct Store<'a> {
    pub(super) file: &'a Id,
    pub(super) plain: &'a File,
    pub(super) size_bytes: u64,
    pub(super) place: Place<'a>,
}

/// The extents of one dataset, or of several with the same number of pieces each, one dataset after the other.
pub(super) fn locate(store: &Store<'_>, datasets: &[String]) -> Result<Extents, Failure> {
    if let [path] = datasets {
        return locate_one(store, &dataset::open(store.file, path, store.place)?);
    }
    let (mut all, mut pieces_each) = (Joined::default(), None);
    for path in datasets {
        let extents = locate_one(store, &dataset::open(store.file, path, store.place)?)?;
        let each = *pieces_each.get_or_insert(extents.len());
        if extents.len() != each || all.stored() + extents.stored() > MAX_PIECES {
            return Err(Failure::new(
                format!("{path} is stored in other pieces than those before it"),
                "write all of them the same way",
            ));
        }
        all.add(&extents);
    }
    Ok(all.finish()?)
}

fn locate_one(store: &Store<'_>, dataset: &Dataset) -> Result<Extents, Failure> {
    let info = &dataset.info;
    if let Some(why) = &info.refused {
        return Err(Failure::new(format!("{}: {why}", info.path), "write it again as a plain dataset"));
    }
    let pieces = match info.kept {
        Kept::Contiguous => contiguous(store, dataset)?,
        Kept::Chunked => chunks(store, dataset)?,
        Kept::Compact if info.value.number_bytes().is_some() => {
            return Ok(Extents::of_bytes(dataset::compact_bytes(dataset)?));
        }
        Kept::Compact | Kept::Virtual | Kept::External => {
            return Err(Failure::new(
                format!("{} is not stored in pieces of its own", info.path),
                "write it again as a plain dataset",
            ));
        }
    };
    if info.value == StoredValue::Bytes { heap::rows(store, dataset, &pieces) } else { Ok(pieces) }
}

fn contiguous(store: &Store<'_>, dataset: &Dataset) -> Result<Extents, Failure> {
    let Some(address) = dataset::contiguous_address(dataset) else {
        return Ok(Extents::new(1, Vec::new())?);
    };
    let length_bytes = dataset.info.storage_bytes;
    inside(store, &dataset.info.path, address, length_bytes)?;
    Ok(Extents::new(1, vec![(0, Extent { address, length_bytes, filter_mask: 0 })])?)
}

/// Fails when a piece does not lie inside the file.
pub(super) fn inside(store: &Store<'_>, path: &str, address: u64, length_bytes: u64) -> Result<(), Failure> {
    if address.checked_add(length_bytes).is_some_and(|end| end <= store.size_bytes) {
        return Ok(());
    }
    Err(Failure::new(
        format!("{path} points to bytes {address} + {length_bytes}, beyond the end of the file"),
        "copy the file again from where it came from",
    ))
}

/// What the iteration over chunks gathers.
struct Gathered<'a> {
    grid: &'a ChunkGrid,
    axes: usize,
    pieces: Vec<(u64, Extent)>,
    failed: Option<&'static str>,
}

unsafe extern "C" fn gather(
    offset: *const hsize_t,
    filter_mask: c_uint,
    address: haddr_t,
    length_bytes: hsize_t,
    out: *mut c_void,
) -> c_int {
    // SAFETY: `out` is the `Gathered` handed to `H5Dchunk_iter` below, and `offset` holds one number per axis.
    let (gathered, offset) = unsafe {
        let gathered = &mut *out.cast::<Gathered<'_>>();
        let axes = gathered.axes;
        (gathered, std::slice::from_raw_parts(offset, axes))
    };
    // Chunks outside the grid are left over from a dataset that was made smaller.
    let Some(number) = gathered.grid.number_at(offset) else { return 0 };
    if gathered.pieces.len() >= MAX_PIECES {
        gathered.failed = Some("it has too many chunks");
        return 1;
    }
    gathered.pieces.push((number, Extent { address, length_bytes, filter_mask }));
    0
}

fn chunks(store: &Store<'_>, dataset: &Dataset) -> Result<Extents, Failure> {
    let info = &dataset.info;
    let again = "write it again with larger chunks, for example with h5repack";
    let grid = ChunkGrid::new(&info.shape, &info.chunk)
        .ok_or_else(|| Failure::new(format!("{}: its chunk shape makes no sense", info.path), again))?;
    let mut gathered = Gathered { grid: &grid, axes: info.shape.len(), pieces: Vec::new(), failed: None };
    // SAFETY: the callback has the type the library expects and does not unwind; `gathered` outlives the iteration.
    check(unsafe {
        H5Dchunk_iter(dataset.id.raw(), H5P_DEFAULT, Some(gather), ptr::from_mut(&mut gathered).cast::<c_void>())
    })?;
    if let Some(why) = gathered.failed {
        return Err(Failure::new(format!("{}: {why}", info.path), again));
    }
    let mut pieces = gathered.pieces;
    for (_, piece) in &pieces {
        inside(store, &info.path, piece.address, piece.length_bytes)?;
    }
    // Sorted in place: there may be many.
    pieces.sort_unstable_by_key(|(number, _)| *number);
    pieces.dedup_by_key(|(number, _)| *number);
    if dataset.plain_edges && !info.filters.is_empty() {
        // The index tells no mask for these, so each says here that all filters were skipped.
        let all = u32::MAX >> (32 - info.filters.len().min(32));
        for (number, piece) in &mut pieces {
            if grid.reaches_over(*number, &info.shape) {
                piece.filter_mask = all;
            }
        }
    }
    Ok(Extents::new(grid.chunks(), pieces)?)
}
