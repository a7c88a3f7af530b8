//! Small attributes of an object. What is large or of an odd type is passed over.

use std::ffi::{CStr, c_char, c_void};

use hdf5_sys::{
    h5::{H5_index_t, H5_iter_order_t},
    h5a::{H5Aget_name, H5Aget_space, H5Aget_type, H5Aopen_by_idx, H5Aread},
    h5p::H5P_DEFAULT,
    h5s::H5Sget_simple_extent_npoints,
    h5t::{H5T_class_t, H5Treclaim},
};

use super::{
    datatype,
    library::{Id, LibraryError, Result, check},
    numbers,
};
use crate::frames::structure::{Attribute, AttributeValue, StoredValue};

/// Attributes of one object beyond this number are passed over.
const MAX_ATTRIBUTES: u64 = 64;
/// Longest value, bytes.
const MAX_VALUE_BYTES: usize = 4096;
/// Most numbers of one attribute.
const MAX_NUMBERS: usize = 64;

/// An attribute as read: its value, or the address an object reference holds, which the walk turns into a path.
pub(super) enum Found {
    Value(Attribute),
    Reference { name: String, address: u64 },
}

impl Found {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Reference { name, .. } => name.len() + 64,
            Self::Value(Attribute { name, value }) => {
                let value = match value {
                    AttributeValue::Text(text) | AttributeValue::Reference(text) => text.len(),
                    AttributeValue::Integers(numbers) => numbers.len() * 8,
                    AttributeValue::Floats(numbers) => numbers.len() * 16,
                };
                name.len() + value + 64
            }
        }
    }
}

/// Reads the small attributes of an object that has `count` of them.
pub(super) fn read_all(object: &Id, count: u64) -> Vec<Found> {
    (0..count.min(MAX_ATTRIBUTES)).filter_map(|index| read(object, index).ok().flatten()).collect()
}

fn read(object: &Id, index: u64) -> Result<Option<Found>> {
    // SAFETY: a live object identifier; `.` names the object itself; the index is below the number of attributes, and
    // the library checks it again.
    let attribute = Id::own(unsafe {
        H5Aopen_by_idx(
            object.raw(),
            c".".as_ptr(),
            H5_index_t::H5_INDEX_NAME,
            H5_iter_order_t::H5_ITER_INC,
            index,
            H5P_DEFAULT,
            H5P_DEFAULT,
        )
    })?;
    let name = name(&attribute)?;
    // SAFETY: a live attribute identifier.
    let (space, stored) = unsafe { (Id::own(H5Aget_space(attribute.raw()))?, Id::own(H5Aget_type(attribute.raw()))?) };
    // SAFETY: a live dataspace identifier.
    let points = unsafe { H5Sget_simple_extent_npoints(space.raw()) };
    let Some(points) = usize::try_from(points).ok().filter(|n| (1..=MAX_VALUE_BYTES).contains(n)) else {
        return Ok(None);
    };
    if datatype::class(&stored) == H5T_class_t::H5T_REFERENCE {
        let bytes = read_bytes(&attribute, &stored, points)?;
        let first = bytes.and_then(|b| b.first_chunk::<8>().copied()).filter(|_| datatype::size(&stored) == Ok(8));
        return Ok(first.map(|b| Found::Reference { name, address: u64::from_le_bytes(b) }));
    }
    if datatype::is_variable_text(&stored) {
        let text = read_variable_text(&attribute, &stored, &space, points)?;
        return Ok(Some(Found::Value(Attribute { name, value: AttributeValue::Text(text) })));
    }
    let value = match datatype::describe(&stored)?.value {
        StoredValue::Text => {
            let Some(bytes) = read_bytes(&attribute, &stored, points)? else { return Ok(None) };
            let width = datatype::size(&stored)?;
            AttributeValue::Text(numbers::text(bytes.get(..width).unwrap_or(&bytes)))
        }
        value @ (StoredValue::Integer { .. } | StoredValue::Float { .. }) if points <= MAX_NUMBERS => {
            let native = datatype::native(&stored)?;
            let Some(bytes) = read_bytes(&attribute, &native, points)? else { return Ok(None) };
            match value {
                StoredValue::Integer { signed, .. } => {
                    AttributeValue::Integers(numbers::integers(&bytes, datatype::size(&native)?, signed))
                }
                _ => AttributeValue::Floats(
                    numbers::floats(&bytes, datatype::size(&native)?)
                        .into_iter()
                        .map(|v| Some(v).filter(|v| v.is_finite()))
                        .collect(),
                ),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Found::Value(Attribute { name, value })))
}

fn name(attribute: &Id) -> Result<String> {
    let mut buffer = [0_u8; 256];
    // SAFETY: the library writes at most the buffer's length, the ending zero included.
    let length = unsafe { H5Aget_name(attribute.raw(), buffer.len(), buffer.as_mut_ptr().cast::<c_char>()) };
    let length = usize::try_from(length).map_err(|_| super::library::last_error())?;
    Ok(numbers::text(&buffer[..length.min(buffer.len() - 1)]))
}

/// Values in the given memory type; nothing when they are large.
fn read_bytes(attribute: &Id, memory: &Id, points: usize) -> Result<Option<Vec<u8>>> {
    let Some(length) = datatype::size(memory)?.checked_mul(points).filter(|n| *n <= MAX_VALUE_BYTES) else {
        return Ok(None);
    };
    let mut bytes = vec![0_u8; length];
    // SAFETY: the library writes `points` elements of the memory type, which is the buffer's length; the type holds no
    // pointers, as its class is a number, a fixed text or an 8-byte reference.
    check(unsafe { H5Aread(attribute.raw(), memory.raw(), bytes.as_mut_ptr().cast::<c_void>()) })?;
    Ok(Some(bytes))
}

/// The first of `points` texts of variable length.
fn read_variable_text(attribute: &Id, memory: &Id, space: &Id, points: usize) -> Result<String> {
    let mut texts: Vec<*mut c_char> = vec![std::ptr::null_mut(); points];
    let place = texts.as_mut_ptr().cast::<c_void>();
    // SAFETY: the library writes one pointer per element, each null or an allocated C string; they are copied before
    // `H5Treclaim` gives them back, and not used afterwards.
    unsafe {
        check(H5Aread(attribute.raw(), memory.raw(), place))?;
        let text = texts
            .first()
            .filter(|first| !first.is_null())
            .map(|first| numbers::text(CStr::from_ptr(*first).to_bytes()));
        H5Treclaim(memory.raw(), space.raw(), H5P_DEFAULT, place);
        let mut text = text.ok_or_else(|| LibraryError("an empty text".to_owned()))?;
        text.truncate(text.char_indices().nth(MAX_VALUE_BYTES).map_or(text.len(), |(at, _)| at));
        Ok(text)
    }
}
