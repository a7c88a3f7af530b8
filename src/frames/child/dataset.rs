//! One dataset: shape, type, layout, filters and fill value, as the library tells them.

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    path::{Path, PathBuf},
    ptr,
};

use hdf5_sys::{
    h5d::{
        H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS, H5D_fill_value_t, H5D_layout_t, H5Dget_create_plist, H5Dget_offset,
        H5Dget_space, H5Dget_storage_size, H5Dget_type,
    },
    h5i::hid_t,
    h5p::{
        H5Pfill_value_defined, H5Pget_chunk, H5Pget_chunk_opts, H5Pget_external_count, H5Pget_fill_value,
        H5Pget_filter2, H5Pget_layout, H5Pget_nfilters, H5Pget_virtual_count, H5Pget_virtual_dsetname,
        H5Pget_virtual_filename,
    },
    h5s::{H5S_class_t, H5Sget_simple_extent_dims, H5Sget_simple_extent_ndims, H5Sget_simple_extent_type},
    h5z::H5Zfilter_avail,
};

use super::{
    datatype,
    library::{self, Id, LibraryError, Result, c_name, check, last_error},
    numbers,
};
use crate::frames::{
    StoredFilter, filters,
    structure::{DatasetInfo, Kept},
};

/// Most axes a dataset can have.
const MAX_AXES: usize = 32;
/// The same for the library.
const MAX_AXES_C: c_int = 32;
/// Most sources of a virtual dataset that are looked at.
const MAX_SOURCES: usize = 100_000;
/// How deep virtual datasets may refer to others.
const MAX_DEPTH: u32 = 3;

/// An open dataset with what is needed to read it.
pub(super) struct Dataset {
    pub(super) id: Id,
    pub(super) space: Id,
    pub(super) datatype: Id,
    pub(super) info: DatasetInfo,
}

/// Where the store and its lake are, for deciding which other files may be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) store: &'a Path,
    pub(super) lake_root: &'a Path,
}

/// Opens the dataset `path` and describes it, without attributes.
pub(super) fn open(file: &Id, path: &str, place: Place<'_>) -> Result<Dataset> {
    let id = library::open_object(file, &c_name(path)?)?;
    describe(id, path, place, 0)
}

/// Describes an open dataset, without attributes.
pub(super) fn describe(id: Id, path: &str, place: Place<'_>, depth: u32) -> Result<Dataset> {
    // SAFETY: a live object identifier; each call fails cleanly when the object is not a dataset.
    let (space, datatype, creation) = unsafe {
        (Id::own(H5Dget_space(id.raw()))?, Id::own(H5Dget_type(id.raw()))?, Id::own(H5Dget_create_plist(id.raw()))?)
    };
    let shape = shape(&space)?;
    let described = datatype::describe(&datatype)?;
    // SAFETY: a live property list identifier; the layout is one of the five the library knows.
    let layout = unsafe { H5Pget_layout(creation.raw()) };
    // SAFETY: a live property list identifier.
    let external = unsafe { H5Pget_external_count(creation.raw()) } > 0;
    let kept = match layout {
        H5D_layout_t::H5D_COMPACT => Kept::Compact,
        H5D_layout_t::H5D_CONTIGUOUS if external => Kept::External,
        H5D_layout_t::H5D_CONTIGUOUS => Kept::Contiguous,
        H5D_layout_t::H5D_CHUNKED => Kept::Chunked,
        H5D_layout_t::H5D_VIRTUAL => Kept::Virtual,
        _ => return Err(last_error()),
    };
    let chunk = if kept == Kept::Chunked { chunk(&creation, shape.len())? } else { Vec::new() };
    let filters = if kept == Kept::Chunked { pipeline(&creation)? } else { Vec::new() };
    let mut library_only = described.library_only;
    match kept {
        Kept::Compact => library_only = Some("its values are in the object header".to_owned()),
        Kept::Virtual => library_only = Some("it is a virtual dataset".to_owned()),
        Kept::Chunked if library_only.is_none() => library_only = needs_library(&creation, &filters, &shape, &chunk),
        _ => {}
    }
    let refused = match kept {
        Kept::External => Some("its values are in other files beside the store, which are not read".to_owned()),
        Kept::Virtual => sources_refused(&creation, place, depth).err().map(|e| e.0),
        _ => missing_filter(&filters),
    };
    let info = DatasetInfo {
        path: path.to_owned(),
        fill: fill(&creation, &datatype),
        // SAFETY: a live dataset identifier.
        storage_bytes: unsafe { H5Dget_storage_size(id.raw()) },
        value: described.value,
        shape,
        kept,
        chunk,
        filters,
        library_only,
        refused,
        attributes: Vec::new(),
    };
    Ok(Dataset { id, space, datatype, info })
}

/// Position of a contiguous dataset in the file, from its first byte; nothing when it was never written.
pub(super) fn contiguous_address(dataset: &Dataset) -> Option<u64> {
    // SAFETY: a live dataset identifier.
    let address = unsafe { H5Dget_offset(dataset.id.raw()) };
    // The undefined address is all ones.
    (address != u64::MAX).then_some(address)
}

fn shape(space: &Id) -> Result<Vec<u64>> {
    let mut dims = [0_u64; MAX_AXES];
    // SAFETY: a live dataspace identifier; the library has at most 32 axes, which the buffer holds.
    let (class, axes) = unsafe {
        let class = H5Sget_simple_extent_type(space.raw());
        let axes = H5Sget_simple_extent_ndims(space.raw());
        let known = usize::try_from(axes).is_ok_and(|n| n <= MAX_AXES);
        if known {
            H5Sget_simple_extent_dims(space.raw(), dims.as_mut_ptr(), ptr::null_mut());
        }
        (class, if known { axes } else { -1 })
    };
    let axes = usize::try_from(axes).map_err(|_| last_error())?;
    // A null dataspace holds nothing: one axis of length zero says the same.
    Ok(if class == H5S_class_t::H5S_NULL { vec![0] } else { dims[..axes].to_vec() })
}

fn chunk(creation: &Id, axes: usize) -> Result<Vec<u64>> {
    let mut dims = [0_u64; MAX_AXES];
    // SAFETY: a live property list identifier and a buffer of as many places as are announced.
    let count = unsafe { H5Pget_chunk(creation.raw(), MAX_AXES_C, dims.as_mut_ptr()) };
    if usize::try_from(count) != Ok(axes) || dims[..axes].contains(&0) {
        return Err(LibraryError("its chunk shape does not fit its shape".to_owned()));
    }
    Ok(dims[..axes].to_vec())
}

fn pipeline(creation: &Id) -> Result<Vec<StoredFilter>> {
    // SAFETY: a live property list identifier.
    let count = unsafe { H5Pget_nfilters(creation.raw()) };
    (0..c_uint::try_from(count).map_err(|_| last_error())?)
        .map(|index| {
            let (mut flags, mut config, mut params, mut name) = (0, 0, [0 as c_uint; 32], [0_u8; 128]);
            let mut count = params.len();
            // SAFETY: a live property list identifier; `count` says how many places `params` has, and the length of
            // `name` is given; both outlive the call.
            let id = unsafe {
                H5Pget_filter2(
                    creation.raw(),
                    index,
                    &raw mut flags,
                    &raw mut count,
                    params.as_mut_ptr(),
                    name.len(),
                    name.as_mut_ptr().cast::<c_char>(),
                    &raw mut config,
                )
            };
            let id = u32::try_from(id).map_err(|_| last_error())?;
            let params = params[..count.min(params.len())].to_vec();
            Ok(StoredFilter { id, name: numbers::text(&name), params })
        })
        .collect()
}

/// Why the app cannot decode the chunks by itself.
fn needs_library(creation: &Id, filters: &[StoredFilter], shape: &[u64], chunk: &[u64]) -> Option<String> {
    if let Some(filter) = filters::unknown(filters) {
        return Some(format!("filter {} ({})", filter.id, filter.name));
    }
    let mut options = 0;
    // SAFETY: a live property list identifier of a chunked dataset.
    let known = unsafe { H5Pget_chunk_opts(creation.raw(), &raw mut options) } >= 0;
    let partial = shape.iter().zip(chunk).any(|(length, chunk)| length % chunk != 0);
    (known && options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS != 0 && partial && !filters.is_empty())
        .then(|| "chunks at its edges are stored without filters".to_owned())
}

/// Why nobody here can decode the chunks: the app lacks a filter, and so does the library.
fn missing_filter(pipeline: &[StoredFilter]) -> Option<String> {
    filters::unknown(pipeline)?;
    // SAFETY: a plain query by number.
    let lacks = |f: &&StoredFilter| unsafe { H5Zfilter_avail(c_int::try_from(f.id).unwrap_or(-1)) <= 0 };
    pipeline.iter().find(lacks).map(|filter| {
        let name = filters::kind(std::slice::from_ref(filter));
        format!("it is stored with a filter that is not at hand: {name} (number {})", filter.id)
    })
}

/// The fill value as stored; empty when it is zero, undefined or of an odd type.
fn fill(creation: &Id, datatype: &Id) -> Vec<u8> {
    let mut defined = H5D_fill_value_t::H5D_FILL_VALUE_ERROR;
    // SAFETY: a live property list identifier.
    let known = unsafe { H5Pfill_value_defined(creation.raw(), &raw mut defined) } >= 0;
    let number = matches!(datatype::describe(datatype).map(|d| d.value.number_bytes()), Ok(Some(_)));
    let Ok(bytes) = datatype::size(datatype) else { return Vec::new() };
    if !known || defined != H5D_fill_value_t::H5D_FILL_VALUE_USER_DEFINED || !number || bytes > 16 {
        return Vec::new();
    }
    let mut value = vec![0_u8; bytes];
    // SAFETY: the library writes one element of the dataset's own type, which is the buffer's length and a number.
    let status = unsafe { H5Pget_fill_value(creation.raw(), datatype.raw(), value.as_mut_ptr().cast::<c_void>()) };
    if status < 0 || value.iter().all(|b| *b == 0) { Vec::new() } else { value }
}

/// Checks that every source of a virtual dataset is a plain dataset inside the lake.
fn sources_refused(creation: &Id, place: Place<'_>, depth: u32) -> Result<()> {
    let refuse = |why: String| Err(LibraryError(format!("it is a virtual dataset, and {why}")));
    if depth >= MAX_DEPTH {
        return refuse("its sources refer to each other too deeply".to_owned());
    }
    let mut count = 0;
    // SAFETY: a live property list identifier of a virtual dataset.
    check(unsafe { H5Pget_virtual_count(creation.raw(), &raw mut count) })?;
    if count > MAX_SOURCES {
        return refuse(format!("it has {count} sources, more than {MAX_SOURCES}"));
    }
    let mut seen = std::collections::HashSet::new();
    for index in 0..count {
        let file = virtual_name(creation, index, H5Pget_virtual_filename)?;
        let dataset = virtual_name(creation, index, H5Pget_virtual_dsetname)?;
        if !seen.insert((file.clone(), dataset.clone())) {
            continue;
        }
        if file.contains('%') || dataset.contains('%') {
            return refuse("its sources are named by a pattern".to_owned());
        }
        let Some(path) = source_path(place, &file) else {
            return refuse(format!("its source {file} is not in the lake"));
        };
        let opened = library::open_file(&path)?;
        let id = library::open_object(&opened, &c_name(&dataset)?)?;
        let inner = describe(id, &dataset, Place { store: &path, ..place }, depth + 1)?;
        if let Some(why) = inner.info.refused {
            let why = why.trim_start_matches("it is a virtual dataset, and ");
            return refuse(format!("of its source {file}: {why}"));
        }
    }
    Ok(())
}

/// The real path of a source file, when it lies in the lake. The library looks beside the store (and in other places,
/// so the name must be found here first).
fn source_path(place: Place<'_>, file: &str) -> Option<PathBuf> {
    if file == "." {
        return Some(place.store.to_owned());
    }
    let beside = place.store.parent()?.join(file).canonicalize().ok()?;
    beside.starts_with(place.lake_root).then_some(beside)
}

fn virtual_name(
    creation: &Id,
    index: usize,
    call: unsafe extern "C" fn(hid_t, usize, *mut c_char, usize) -> isize,
) -> Result<String> {
    let mut buffer = [0_u8; 4096];
    // SAFETY: a live property list identifier, an index below the number of sources, and a buffer with its length.
    let length = unsafe { call(creation.raw(), index, buffer.as_mut_ptr().cast::<c_char>(), buffer.len()) };
    let fits = usize::try_from(length).is_ok_and(|n| n < buffer.len());
    let name = CStr::from_bytes_until_nul(&buffer).ok().filter(|_| fits).and_then(|n| n.to_str().ok());
    name.map(str::to_owned).ok_or_else(|| LibraryError("a source of it has an unreadable name".to_owned()))
}
