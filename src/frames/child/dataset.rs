//! One dataset: shape, type, layout, filters and fill value, as the library tells them.

use std::{
    ffi::{c_char, c_int, c_uint, c_void},
    path::Path,
    ptr,
};

use hdf5_sys::{
    h5d::{
        H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS, H5D_fill_value_t, H5D_layout_t, H5Dget_create_plist, H5Dget_offset,
        H5Dget_space, H5Dget_storage_size, H5Dget_type, H5Dread,
    },
    h5p::{
        H5P_DEFAULT, H5Pfill_value_defined, H5Pget_chunk, H5Pget_chunk_opts, H5Pget_external_count, H5Pget_fill_value,
        H5Pget_filter2, H5Pget_layout, H5Pget_nfilters,
    },
    h5s::{H5S_class_t, H5Sget_simple_extent_dims, H5Sget_simple_extent_ndims, H5Sget_simple_extent_type},
    h5z::H5Zfilter_avail,
};

use super::{
    datatype,
    elsewhere::{self, Virtual},
    library::{self, Id, LibraryError, Result, c_name, check, last_error},
    numbers,
};
use crate::frames::{
    StoredFilter, filters,
    structure::{DatasetInfo, Kept},
};

/// Most axes a dataset can have.
pub(super) const MAX_AXES: usize = 32;
/// The same for the library.
const MAX_AXES_C: c_int = 32;
/// Most bytes of a compact dataset: object headers hold no longer messages.
const MAX_COMPACT_BYTES: usize = 64 << 10;

/// An open dataset with what is needed to read it.
pub(super) struct Dataset {
    pub(super) id: Id,
    pub(super) space: Id,
    pub(super) datatype: Id,
    pub(super) info: DatasetInfo,
    /// Whether chunks that reach over its edges are stored without filters.
    pub(super) plain_edges: bool,
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
    let (creation, datatype) = unsafe { (Id::own(H5Dget_create_plist(id.raw()))?, Id::own(H5Dget_type(id.raw()))?) };
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
    // Asking a virtual dataset for its shape can open its sources, so their names come first.
    let sources = if kept == Kept::Virtual { Some(Virtual::read(&creation, place)) } else { None };
    let space = if let Some(Err(_)) = sources {
        Virtual::created_space(&creation)?
    } else {
        // SAFETY: a live dataset identifier.
        Id::own(unsafe { H5Dget_space(id.raw()) })?
    };
    let shape = shape(&space)?;
    let chunk = if kept == Kept::Chunked { chunk(&creation, shape.len())? } else { Vec::new() };
    let filters = if kept == Kept::Chunked { pipeline(&creation)? } else { Vec::new() };
    let mut library_only = described.library_only;
    match kept {
        Kept::Compact if described.value.number_bytes().is_none() => {
            library_only = Some("its values are in the object header".to_owned());
        }
        Kept::Virtual => library_only = Some("it is a virtual dataset".to_owned()),
        Kept::Chunked if library_only.is_none() => library_only = needs_library(&filters),
        _ => {}
    }
    let (mut pieces, mut segments) = (Vec::new(), Vec::new());
    let refused = match (kept, sources) {
        (Kept::External, _) if library_only.is_some() => {
            Some("its values are in other files and are no plain numbers".to_owned())
        }
        (Kept::External, _) => match elsewhere::segments(&creation, place) {
            Ok(found) => {
                segments = found;
                None
            }
            Err(error) => Some(error.0),
        },
        (_, Some(Ok(sources))) => {
            let found = sources.pieces(shape.first().copied().unwrap_or(0), place);
            let checked = sources.check(found.as_deref(), place, depth);
            pieces = found.unwrap_or_default();
            checked.err().map(|error| format!("it is a virtual dataset, and {}", error.0))
        }
        (_, Some(Err(error))) => Some(format!("it is a virtual dataset, and {}", error.0)),
        (_, None) => missing_filter(&filters),
    };
    let plain_edges = kept == Kept::Chunked && has_plain_edges(&creation);
    let info = DatasetInfo {
        path: path.to_owned(),
        fill: fill(&creation, &datatype),
        // Those of a virtual dataset would be its sources'.
        // SAFETY: a live dataset identifier.
        storage_bytes: if kept == Kept::Virtual { 0 } else { unsafe { H5Dget_storage_size(id.raw()) } },
        value: described.value,
        shape,
        kept,
        chunk,
        filters,
        library_only,
        refused,
        sources: pieces,
        segments,
        attributes: Vec::new(),
    };
    Ok(Dataset { id, space, datatype, info, plain_edges })
}

/// Position of a contiguous dataset in the file, from its first byte; nothing when it was never written.
pub(super) fn contiguous_address(dataset: &Dataset) -> Option<u64> {
    // SAFETY: a live dataset identifier.
    let address = unsafe { H5Dget_offset(dataset.id.raw()) };
    // The undefined address is all ones.
    (address != u64::MAX).then_some(address)
}

/// The values of a compact dataset of numbers, as they are stored.
pub(super) fn compact_bytes(dataset: &Dataset) -> Result<Vec<u8>> {
    let width = datatype::size(&dataset.datatype)?;
    let length = dataset.info.shape.iter().try_fold(width, |n, axis| n.checked_mul(usize::try_from(*axis).ok()?));
    let length = length.filter(|n| *n <= MAX_COMPACT_BYTES && dataset.info.value.number_bytes().is_some());
    let length = length.ok_or_else(|| LibraryError("its values in the object header make no sense".to_owned()))?;
    let mut bytes = vec![0_u8; length];
    // SAFETY: the library writes every element in the dataset's own type, which holds no pointers as it is a number,
    // and `bytes` is as long as all of them. Identifier 0 means all of it.
    check(unsafe {
        H5Dread(dataset.id.raw(), dataset.datatype.raw(), 0, 0, H5P_DEFAULT, bytes.as_mut_ptr().cast::<c_void>())
    })?;
    Ok(bytes)
}

pub(super) fn shape(space: &Id) -> Result<Vec<u64>> {
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
fn needs_library(pipeline: &[StoredFilter]) -> Option<String> {
    filters::unknown(pipeline).map(|filter| format!("filter {} ({})", filters::name(filter.id), filter.id))
}

/// Whether chunks that reach over the edges of the dataset are stored without filters.
fn has_plain_edges(creation: &Id) -> bool {
    let mut options = 0;
    // SAFETY: a live property list identifier of a chunked dataset.
    let known = unsafe { H5Pget_chunk_opts(creation.raw(), &raw mut options) } >= 0;
    known && options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS != 0
}

/// Why nobody here can decode the chunks: the app lacks a filter, and so does the library.
fn missing_filter(pipeline: &[StoredFilter]) -> Option<String> {
    let unknown = filters::unknown(pipeline)?;
    // SAFETY: a plain query by number.
    let lacks = |f: &&StoredFilter| unsafe { H5Zfilter_avail(c_int::try_from(f.id).unwrap_or(-1)) <= 0 };
    let filter = pipeline.iter().find(lacks)?;
    let (name, id) = (filters::name(filter.id), filter.id);
    Some(if filter == unknown || filters::unknown(std::slice::from_ref(filter)).is_some() {
        format!("it is stored with a filter that is not at hand: {name} (number {id})")
    } else {
        let other = filters::name(unknown.id);
        format!(
            "it is stored with {name} (number {id}) together with {other} (number {}), which is not at hand",
            unknown.id
        )
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
