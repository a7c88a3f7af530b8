//! Types of elements: what a file declares, told in the app's words.

use hdf5_sys::h5t::{
    H5T_class_t, H5T_direction_t, H5T_order_t, H5T_sign_t, H5Tget_class, H5Tget_fields, H5Tget_native_type,
    H5Tget_offset, H5Tget_order, H5Tget_precision, H5Tget_sign, H5Tget_size, H5Tget_super, H5Tis_variable_str,
};

use super::library::{Id, Result, last_error};
use crate::frames::structure::StoredValue;

/// A type and whether its bytes need the library (padding bits, odd formats).
pub(super) struct Described {
    pub(super) value: StoredValue,
    pub(super) library_only: Option<String>,
}

/// Size of one element in bytes.
pub(super) fn size(datatype: &Id) -> Result<usize> {
    // SAFETY: a live datatype identifier.
    match unsafe { H5Tget_size(datatype.raw()) } {
        0 => Err(last_error()),
        bytes => Ok(bytes),
    }
}

/// The type the library converts to in memory, in ascending search (the smallest that holds the values).
pub(super) fn native(datatype: &Id) -> Result<Id> {
    // SAFETY: a live datatype identifier.
    Id::own(unsafe { H5Tget_native_type(datatype.raw(), H5T_direction_t::H5T_DIR_ASCEND) })
}

/// Whether the type is text of variable length.
pub(super) fn is_variable_text(datatype: &Id) -> bool {
    // SAFETY: a live datatype identifier.
    unsafe { H5Tis_variable_str(datatype.raw()) > 0 }
}

/// Class of a type.
pub(super) fn class(datatype: &Id) -> H5T_class_t {
    // SAFETY: a live datatype identifier.
    unsafe { H5Tget_class(datatype.raw()) }
}

/// The base type of an enumeration, a sequence or an array.
fn base(datatype: &Id) -> Result<Id> {
    // SAFETY: a live datatype identifier.
    Id::own(unsafe { H5Tget_super(datatype.raw()) })
}

/// Describes the type of a dataset's or an attribute's elements.
pub(super) fn describe(datatype: &Id) -> Result<Described> {
    let plain = |value| Ok(Described { value, library_only: None });
    let other = |name: &str| plain(StoredValue::Other(name.to_owned()));
    match class(datatype) {
        H5T_class_t::H5T_INTEGER => describe_integer(datatype),
        H5T_class_t::H5T_ENUM => describe(&base(datatype)?),
        H5T_class_t::H5T_FLOAT => describe_float(datatype),
        H5T_class_t::H5T_STRING => plain(StoredValue::Text),
        H5T_class_t::H5T_VLEN => {
            let element = describe(&base(datatype)?)?;
            match element.value {
                StoredValue::Integer { bytes: 1, .. } => plain(StoredValue::Bytes),
                _ => other("variable-length sequence"),
            }
        }
        H5T_class_t::H5T_COMPOUND => other("compound"),
        H5T_class_t::H5T_ARRAY => other("array"),
        H5T_class_t::H5T_REFERENCE => other("reference"),
        H5T_class_t::H5T_OPAQUE => other("opaque"),
        H5T_class_t::H5T_BITFIELD => other("bit field"),
        H5T_class_t::H5T_COMPLEX => other("complex number"),
        _ => other("unknown type"),
    }
}

fn describe_integer(datatype: &Id) -> Result<Described> {
    let bytes = size(datatype)?;
    // SAFETY: a live datatype identifier of the integer class.
    let (order, sign, precision, offset) = unsafe {
        (
            H5Tget_order(datatype.raw()),
            H5Tget_sign(datatype.raw()),
            H5Tget_precision(datatype.raw()),
            H5Tget_offset(datatype.raw()),
        )
    };
    let fills = precision == bytes * 8 && offset == 0 && matches!(bytes, 1 | 2 | 4 | 8);
    if bytes > 8 {
        return Ok(Described { value: StoredValue::Other(format!("{bytes}-byte integer")), library_only: None });
    }
    let bytes = if fills { bytes } else { size(&native(datatype)?)? };
    let value = StoredValue::Integer {
        bytes: u32::try_from(bytes).unwrap_or(8),
        signed: sign == H5T_sign_t::H5T_SGN_2,
        big_endian: order == H5T_order_t::H5T_ORDER_BE,
    };
    Ok(Described { value, library_only: (!fills).then(|| format!("its integers use {precision} bits")) })
}

fn describe_float(datatype: &Id) -> Result<Described> {
    let bytes = size(datatype)?;
    let (mut sign, mut exponent, mut exponent_bits, mut mantissa, mut mantissa_bits) = (0, 0, 0, 0, 0);
    // SAFETY: a live datatype identifier of the float class; the five places outlive the call.
    let order = unsafe {
        H5Tget_fields(
            datatype.raw(),
            &raw mut sign,
            &raw mut exponent,
            &raw mut exponent_bits,
            &raw mut mantissa,
            &raw mut mantissa_bits,
        );
        H5Tget_order(datatype.raw())
    };
    let known_order = matches!(order, H5T_order_t::H5T_ORDER_LE | H5T_order_t::H5T_ORDER_BE);
    let ieee = known_order
        && matches!(
            (bytes, sign, exponent, exponent_bits, mantissa, mantissa_bits),
            (4, 31, 23, 8, 0, 23) | (8, 63, 52, 11, 0, 52)
        );
    let stored_bytes = bytes;
    let bytes = if ieee { bytes } else { size(&native(datatype)?)? };
    if !matches!(bytes, 4 | 8) {
        return Ok(Described { value: StoredValue::Other(format!("{stored_bytes}-byte float")), library_only: None });
    }
    let value =
        StoredValue::Float { bytes: u32::try_from(bytes).unwrap_or(8), big_endian: order == H5T_order_t::H5T_ORDER_BE };
    Ok(Described { value, library_only: (!ieee).then(|| format!("its {stored_bytes}-byte floats are not plain")) })
}
