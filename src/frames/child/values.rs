//! Whole small datasets, and single rows of those that only the library can read.

use std::ffi::{CStr, c_char, c_void};

use hdf5_sys::{
    h5d::H5Dread,
    h5p::H5P_DEFAULT,
    h5s::{H5S_seloper_t, H5Screate_simple, H5Sselect_hyperslab},
    h5t::{H5T_class_t, H5Treclaim},
};

use super::{
    dataset::{self, Dataset},
    datatype,
    failure::Failure,
    library::{Id, check},
    locate::Store,
    numbers,
};
use crate::frames::{
    ValueType,
    protocol::{MAX_ROW_BYTES, MAX_VALUES_BYTES, ValuesKind},
    structure::{Kept, StoredValue},
};

/// Most bytes of texts.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// Deflate makes at most about 1,032 bytes of one.
const MAX_RATIO: u64 = 1_100;

/// A whole dataset: kind, number of values and packed values.
pub(super) fn read_all(store: &Store<'_>, path: &str) -> Result<(ValuesKind, u64, Vec<u8>), Failure> {
    let dataset = dataset::open(store.file, path, store.place)?;
    let info = &dataset.info;
    if let Some(why) = &info.refused {
        return Err(Failure::new(format!("{path}: {why}"), "write it again as a plain dataset"));
    }
    refuse_external(&dataset)?;
    let count = info.shape.iter().try_fold(1_u64, |n, axis| n.checked_mul(*axis)).unwrap_or(u64::MAX);
    if count == 0 {
        return Ok((ValuesKind::Integers, 0, Vec::new()));
    }
    if info.value == StoredValue::Text {
        return read_texts(&dataset, count).map(|bytes| (ValuesKind::Texts, count, bytes));
    }
    let too_large = || {
        Failure::new(
            format!("{path} declares {count} values, more than are read whole"),
            "store them in a table file, or split the dataset",
        )
    };
    if count.checked_mul(8).is_none_or(|bytes| bytes > MAX_VALUES_BYTES) {
        return Err(too_large());
    }
    let stored = info.value.number_bytes().ok_or_else(|| Failure::new(format!("{path} is not numeric"), "leave it"))?;
    check_allocated(&dataset, count * u64::from(stored))?;
    let native = datatype::native(&dataset.datatype)?;
    let bytes = read_numbers(&dataset, &native, count, None)?;
    let width = datatype::size(&native)?;
    Ok(match info.value {
        StoredValue::Float { .. } => {
            (ValuesKind::Floats, count, pack(&bytes, width, |part| numbers::floats(part, width), f64::to_le_bytes))
        }
        StoredValue::Integer { signed, .. } => {
            let numbers = |part: &[u8]| numbers::integers(part, width, signed);
            (ValuesKind::Integers, count, pack(&bytes, width, numbers, i64::to_le_bytes))
        }
        _ => return Err(too_large()),
    })
}

/// The library looks for other files in the folder it was started from, so it is never asked to read them.
fn refuse_external(dataset: &Dataset) -> Result<(), Failure> {
    if dataset.info.kept != Kept::External {
        return Ok(());
    }
    let path = &dataset.info.path;
    Err(Failure::new(format!("the values of {path} are in other files"), "write it again as a plain dataset"))
}

/// Makes native numbers 8-byte ones, a part at a time: there may be a quarter of a gigabyte of them.
fn pack<T: Copy>(bytes: &[u8], width: usize, numbers: impl Fn(&[u8]) -> Vec<T>, to: impl Fn(T) -> [u8; 8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() / width.max(1) * 8);
    for part in bytes.chunks(width.max(1) << 16) {
        packed.extend(numbers(part).into_iter().flat_map(&to));
    }
    packed
}

/// Refuses datasets that declare far more than the file holds.
fn check_allocated(dataset: &Dataset, declared_bytes: u64) -> Result<(), Failure> {
    let info = &dataset.info;
    let ratio = match info.kept {
        Kept::Compact | Kept::Virtual => return Ok(()),
        Kept::Chunked if !info.filters.is_empty() => MAX_RATIO,
        // Chunks that were never written are allowed for, but not beyond a file's worth.
        Kept::Chunked => 16,
        Kept::Contiguous | Kept::External => 1,
    };
    // A dataset that was created and never written holds its fill value; small ones are fine.
    let allowed = info.storage_bytes.saturating_mul(ratio).max(1 << 20);
    if declared_bytes <= allowed {
        return Ok(());
    }
    Err(Failure::new(
        format!("{} declares {declared_bytes} bytes, but the file holds only {} for it", info.path, info.storage_bytes),
        "copy the file again from where it came from, or leave it out",
    ))
}

/// Reads the whole dataset, or one row, in the memory type `native`, whose class is a number.
fn read_numbers(dataset: &Dataset, native: &Id, count: u64, row: Option<u64>) -> Result<Vec<u8>, Failure> {
    let width = datatype::size(native)?;
    let limit =
        Failure::new(format!("{} is too large to read at once", dataset.info.path), "write it with smaller frames");
    let length = usize::try_from(count).ok().and_then(|n| n.checked_mul(width)).filter(|n| *n as u64 <= MAX_ROW_BYTES);
    let length = length.ok_or(limit)?;
    let numeric =
        matches!(datatype::class(native), H5T_class_t::H5T_INTEGER | H5T_class_t::H5T_FLOAT | H5T_class_t::H5T_ENUM);
    if !numeric {
        return Err(Failure::new(format!("{} is not numeric", dataset.info.path), "leave it out"));
    }
    let mut bytes = vec![0_u8; length];
    let memory = select(dataset, count, row)?;
    let memory_space = memory.as_ref().map_or(0, Id::raw);
    let file_space = if memory.is_some() { dataset.space.raw() } else { 0 };
    // SAFETY: with no selection the library writes every element (`count` of them, as its shape says), with a selection
    // the elements of one row, which are `count`; each takes `width` bytes of the native type and `bytes` holds them
    // all. Identifier 0 means all of it.
    check(unsafe {
        H5Dread(
            dataset.id.raw(),
            native.raw(),
            memory_space,
            file_space,
            H5P_DEFAULT,
            bytes.as_mut_ptr().cast::<c_void>(),
        )
    })?;
    Ok(bytes)
}

/// Selects one row in the dataset's space and returns the memory space for its `count` elements.
fn select(dataset: &Dataset, count: u64, row: Option<u64>) -> Result<Option<Id>, Failure> {
    let Some(row) = row else { return Ok(None) };
    let mut start = vec![0; dataset.info.shape.len()];
    let mut size = dataset.info.shape.clone();
    (start[0], size[0]) = (row, 1);
    // SAFETY: `start` and `size` have one place per axis of the space; null means a stride and a block of one.
    unsafe {
        check(H5Sselect_hyperslab(
            dataset.space.raw(),
            H5S_seloper_t::H5S_SELECT_SET,
            start.as_ptr(),
            std::ptr::null(),
            size.as_ptr(),
            std::ptr::null(),
        ))?;
        Ok(Some(Id::own(H5Screate_simple(1, &raw const count, std::ptr::null()))?))
    }
}

fn read_texts(dataset: &Dataset, count: u64) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::new(format!("the texts of {} are too long", dataset.info.path), "leave them out");
    let count = usize::try_from(count).ok().filter(|n| *n <= MAX_TEXT_BYTES).ok_or_else(too_large)?;
    let mut packed = Vec::new();
    if datatype::is_variable_text(&dataset.datatype) {
        let mut texts: Vec<*mut c_char> = vec![std::ptr::null_mut(); count];
        let place = texts.as_mut_ptr().cast::<c_void>();
        // SAFETY: the library writes one pointer per element, each null or an allocated C string; they are copied
        // before `H5Treclaim` gives them back, and not used afterwards.
        unsafe {
            check(H5Dread(dataset.id.raw(), dataset.datatype.raw(), 0, 0, H5P_DEFAULT, place))?;
            for text in &texts {
                if !text.is_null() && packed.len() <= MAX_TEXT_BYTES {
                    packed.extend(numbers::text(CStr::from_ptr(*text).to_bytes()).bytes());
                }
                packed.push(0);
            }
            H5Treclaim(dataset.datatype.raw(), dataset.space.raw(), H5P_DEFAULT, place);
        }
    } else {
        let width = datatype::size(&dataset.datatype)?;
        let length = count.checked_mul(width).filter(|n| *n <= MAX_TEXT_BYTES).ok_or_else(too_large)?;
        let mut bytes = vec![0_u8; length];
        // SAFETY: the library writes `count` elements of `width` bytes, which is the buffer's length.
        check(unsafe {
            H5Dread(dataset.id.raw(), dataset.datatype.raw(), 0, 0, H5P_DEFAULT, bytes.as_mut_ptr().cast::<c_void>())
        })?;
        for text in bytes.chunks_exact(width) {
            packed.extend(numbers::text(text).bytes());
            packed.push(0);
        }
    }
    if packed.len() > MAX_TEXT_BYTES { Err(too_large()) } else { Ok(packed) }
}

/// One row of a numeric dataset (all of it without a row), as native little-endian numbers.
pub(super) fn read_row(store: &Store<'_>, path: &str, row: Option<u64>) -> Result<(ValueType, Vec<u8>), Failure> {
    let dataset = dataset::open(store.file, path, store.place)?;
    let info = &dataset.info;
    if let Some(why) = &info.refused {
        return Err(Failure::new(format!("{path}: {why}"), "write it again as a plain dataset"));
    }
    refuse_external(&dataset)?;
    let axes = if row.is_some() { info.shape.get(1..) } else { Some(&info.shape[..]) };
    let count = axes.and_then(|axes| axes.iter().try_fold(1_u64, |n, axis| n.checked_mul(*axis)));
    let rows = info.shape.first().copied().unwrap_or(1);
    let (Some(count), true) = (count, row.is_none_or(|row| row < rows)) else {
        return Err(Failure::new(format!("{path} has no such row"), "index the lake again"));
    };
    let native = datatype::native(&dataset.datatype)?;
    let width = datatype::size(&native)?;
    let value = match (&info.value, width) {
        (StoredValue::Integer { signed: false, .. }, 1) => ValueType::U8,
        (StoredValue::Integer { signed: true, .. }, 1) => ValueType::I8,
        (StoredValue::Integer { signed: false, .. }, 2) => ValueType::U16,
        (StoredValue::Integer { signed: true, .. }, 2) => ValueType::I16,
        (StoredValue::Integer { signed: false, .. }, 4) => ValueType::U32,
        (StoredValue::Integer { signed: true, .. }, 4) => ValueType::I32,
        (StoredValue::Float { .. }, 4) => ValueType::F32,
        (StoredValue::Float { .. }, 8) => ValueType::F64,
        _ => {
            return Err(Failure::new(format!("the numbers of {path} cannot be shown"), "convert them to 8 or 16 bits"));
        }
    };
    let bytes = read_numbers(&dataset, &native, count, row)?;
    // The reader process and the app share a machine, but the message is little-endian everywhere.
    let bytes = if cfg!(target_endian = "big") {
        bytes.chunks_exact(width).flat_map(|v| v.iter().rev().copied()).collect()
    } else {
        bytes
    };
    Ok((value, bytes))
}
