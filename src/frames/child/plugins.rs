//! The app's own decoders lent to the library, so that datasets which are read through it (arrays, times, sources of
//! virtual datasets, pipelines with a filter that only the library has) may be compressed with them.

use std::{
    ffi::{c_int, c_uint, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use hdf5_sys::{
    h5::{H5allocate_memory, H5free_memory},
    h5z::{H5Z_CLASS_T_VERS, H5Z_FLAG_REVERSE, H5Z_class2_t, H5Zregister},
};

use crate::frames::{StoredFilter, filters};

/// Most bytes one filter may put out.
const MAX_BYTES: usize = 512 << 20;

/// Registers a decoder for each filter that the library lacks and that may be registered; szip (4) has a number that the
/// library keeps to itself.
pub(super) fn register() {
    type Call = unsafe extern "C" fn(c_uint, usize, *const c_uint, usize, *mut usize, *mut *mut c_void) -> usize;
    let decoders: [(c_int, Call); 7] = [
        (307, decode::<307>),
        (32_000, decode::<32_000>),
        (32_001, decode::<32_001>),
        (32_004, decode::<32_004>),
        (32_008, decode::<32_008>),
        (32_015, decode::<32_015>),
        (32_026, decode::<32_026>),
    ];
    for (id, call) in decoders {
        let class = H5Z_class2_t {
            // The constant is 1.
            version: H5Z_CLASS_T_VERS.cast_signed(),
            id,
            encoder_present: 0,
            decoder_present: 1,
            name: c"lakescope".as_ptr(),
            can_apply: None,
            set_local: None,
            filter: Some(call),
        };
        // SAFETY: the library copies the record; the name lives as long as the program. A refusal leaves the filter
        // unavailable, which is told where a dataset needs it.
        unsafe { H5Zregister(ptr::from_ref(&class).cast::<c_void>()) };
    }
}

/// Undoes one filter in the way the library asks for: the buffer is replaced, its new length returned, or 0.
unsafe extern "C" fn decode<const ID: u32>(
    flags: c_uint,
    count: usize,
    params: *const c_uint,
    length: usize,
    room: *mut usize,
    buffer: *mut *mut c_void,
) -> usize {
    if flags & H5Z_FLAG_REVERSE == 0 || buffer.is_null() || room.is_null() {
        return 0;
    }
    // SAFETY: the library hands over `count` parameters (none may be a null pointer) and a buffer of `length` bytes.
    let (params, input) = unsafe {
        if (*buffer).is_null() {
            return 0;
        }
        let params = if params.is_null() { Vec::new() } else { std::slice::from_raw_parts(params, count).to_vec() };
        (params, std::slice::from_raw_parts((*buffer).cast::<u8>(), length))
    };
    let filter = StoredFilter { id: ID, name: String::new(), params };
    // A panic must not cross into C.
    let Ok(Ok(decoded)) = catch_unwind(AssertUnwindSafe(|| filters::decode_alone(&filter, input, MAX_BYTES))) else {
        return 0;
    };
    if decoded.is_empty() {
        return 0;
    }
    // SAFETY: the library's own allocator gives and takes these buffers; the new one has room for all decoded bytes.
    unsafe {
        let new = H5allocate_memory(decoded.len(), 0);
        if new.is_null() {
            return 0;
        }
        ptr::copy_nonoverlapping(decoded.as_ptr(), new.cast::<u8>(), decoded.len());
        H5free_memory(*buffer);
        (*buffer, *room) = (new, decoded.len());
    }
    decoded.len()
}
