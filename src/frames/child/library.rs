//! A thin safe face on the calls of the HDF5 C library that the reader process needs.
//!
//! Every identifier is owned by an [`Id`] and released once; buffers handed to the library are sized from what the
//! library itself says about the selection and the type, never from the file's own claims alone. The caller holds the
//! library's lock (see [`super::serve`]).

use std::{
    ffi::{CStr, CString, c_char, c_int, c_uint, c_void},
    os::unix::ffi::OsStrExt,
    path::Path,
    ptr,
};

use hdf5_sys::{
    h5::{H5_index_t, H5_iter_order_t, herr_t, hsize_t},
    h5e::{H5E_DEFAULT, H5E_direction_t, H5E_error2_t, H5Eclear2, H5Ewalk2},
    h5f::{H5F_ACC_RDONLY, H5F_ACC_SWMR_READ, H5F_close_degree_t, H5Fopen},
    h5i::{H5Idec_ref, hid_t},
    h5l::{H5L_info2_t, H5Literate2},
    h5o::{H5O_INFO_BASIC, H5O_INFO_NUM_ATTRS, H5O_info2_t, H5O_type_t, H5Oget_info_by_name3, H5Oopen},
    h5p::{H5P_CLS_FILE_ACCESS, H5P_DEFAULT, H5Pcreate, H5Pset_fclose_degree, H5Pset_file_locking},
};

/// What the library said: the innermost line of its error stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LibraryError(pub(super) String);

pub(super) type Result<T> = std::result::Result<T, LibraryError>;

/// An identifier of the library, released when dropped.
#[derive(Debug)]
pub(super) struct Id(hid_t);

impl Id {
    /// Takes ownership of an identifier that a call has just returned.
    pub(super) fn own(raw: hid_t) -> Result<Self> {
        if raw < 0 { Err(last_error()) } else { Ok(Self(raw)) }
    }

    pub(super) fn raw(&self) -> hid_t {
        self.0
    }
}

impl Drop for Id {
    fn drop(&mut self) {
        // SAFETY: the identifier was returned by the library, is owned by this value alone and released only here.
        unsafe { H5Idec_ref(self.0) };
    }
}

/// Turns a negative status into the library's own words.
pub(super) fn check(status: herr_t) -> Result<()> {
    if status < 0 { Err(last_error()) } else { Ok(()) }
}

/// The most precise line of the error stack, which is then cleared.
pub(super) fn last_error() -> LibraryError {
    unsafe extern "C" fn keep_first(_n: c_uint, error: *const H5E_error2_t, out: *mut c_void) -> herr_t {
        // SAFETY: `out` is the `String` handed to `H5Ewalk2` below; `error` and its text live during the call.
        unsafe {
            let out = &mut *out.cast::<String>();
            if out.is_empty() && !error.is_null() && !(*error).desc.is_null() {
                out.push_str(&CStr::from_ptr((*error).desc).to_string_lossy());
            }
        }
        0
    }
    let mut text = String::new();
    // SAFETY: the callback has the type the library expects and `text` outlives the walk.
    unsafe {
        H5Ewalk2(
            H5E_DEFAULT,
            H5E_direction_t::H5E_WALK_UPWARD,
            Some(keep_first),
            ptr::from_mut(&mut text).cast::<c_void>(),
        );
        H5Eclear2(H5E_DEFAULT);
    }
    if text.is_empty() {
        text.push_str("the HDF5 library gave no reason");
    }
    text.truncate(text.char_indices().nth(200).map_or(text.len(), |(at, _)| at));
    LibraryError(text)
}

/// A name as the library wants it.
pub(super) fn c_name(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| LibraryError(format!("the name {name:?} holds a zero byte")))
}

/// What the library says of a store that a program is writing, or has left without closing it.
const HELD_BY_WRITER: &str = "file is already open for write";

/// Opens a store for reading, without locks, such that dropping the file closes everything in it. One that a writer
/// holds open for single-writer/multiple-reader access is read in that mode, where the library reads again what it finds
/// half written.
pub(super) fn open_file(path: &Path) -> Result<Id> {
    let name =
        CString::new(path.as_os_str().as_bytes()).map_err(|_| LibraryError("the path holds a zero byte".into()))?;
    // SAFETY: the property list is created, set and used here; `name` is a C string that outlives the call.
    unsafe {
        let access = Id::own(H5Pcreate(*H5P_CLS_FILE_ACCESS))?;
        check(H5Pset_file_locking(access.raw(), 0, 1))?;
        check(H5Pset_fclose_degree(access.raw(), H5F_close_degree_t::H5F_CLOSE_STRONG))?;
        match Id::own(H5Fopen(name.as_ptr(), H5F_ACC_RDONLY, access.raw())) {
            Err(LibraryError(why)) if why.contains(HELD_BY_WRITER) => {
                // When it is not that kind of writer, the first reason is the better one.
                let held = LibraryError(why);
                Id::own(H5Fopen(name.as_ptr(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, access.raw())).map_err(|_| held)
            }
            opened => opened,
        }
    }
}

/// Opens an object by its path.
pub(super) fn open_object(from: &Id, name: &CStr) -> Result<Id> {
    // SAFETY: `from` is a live identifier and `name` a C string.
    Id::own(unsafe { H5Oopen(from.raw(), name.as_ptr(), H5P_DEFAULT) })
}

/// Kind of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkKind {
    /// To an object of the file, or by a path inside it.
    Inside,
    /// To another file, or of a kind a program registers.
    Outside,
}

/// The links of a group in name order, at most `limit` of them, and whether there were more.
pub(super) fn links(group: &Id, limit: usize) -> Result<(Vec<(CString, LinkKind)>, bool)> {
    struct Found {
        links: Vec<(CString, LinkKind)>,
        limit: usize,
        more: bool,
    }
    unsafe extern "C" fn add(_group: hid_t, name: *const c_char, info: *const H5L_info2_t, out: *mut c_void) -> herr_t {
        // SAFETY: `out` is the `Found` handed to `H5Literate2` below; `name` and `info` live during the call. The kind
        // is read as the C `int` it is, because a file may hold numbers that the enumeration does not have.
        let (found, name, kind) = unsafe { (&mut *out.cast::<Found>(), CStr::from_ptr(name), *info.cast::<c_int>()) };
        if found.links.len() >= found.limit {
            found.more = true;
            return 1;
        }
        let kind = if kind == 0 || kind == 1 { LinkKind::Inside } else { LinkKind::Outside };
        found.links.push((name.to_owned(), kind));
        0
    }
    let mut found = Found { links: Vec::new(), limit, more: false };
    // SAFETY: the callback has the type the library expects, does not unwind (it only allocates) and `found` outlives
    // the iteration.
    let status = unsafe {
        H5Literate2(
            group.raw(),
            H5_index_t::H5_INDEX_NAME,
            H5_iter_order_t::H5_ITER_INC,
            ptr::null_mut(),
            Some(add),
            ptr::from_mut(&mut found).cast::<c_void>(),
        )
    };
    check(status)?;
    Ok((found.links, found.more))
}

/// Kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Group,
    Dataset,
    Other,
}

/// What is known of an object before it is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObjectInfo {
    /// Address of the object header, relative to the base address, in the library's own form.
    pub(super) token: [u8; 16],
    pub(super) kind: ObjectKind,
    pub(super) attributes: u64,
}

/// Looks an object up by its name in a group, following links inside the file.
pub(super) fn object_info(group: &Id, name: &CStr) -> Result<ObjectInfo> {
    let mut info = std::mem::MaybeUninit::<H5O_info2_t>::zeroed();
    // SAFETY: `info` is room for one record; the fields asked for are filled when the call succeeds, the others are
    // zero, which is valid for each of them. The token is a plain array of 16 bytes.
    unsafe {
        let fields = H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS;
        check(H5Oget_info_by_name3(group.raw(), name.as_ptr(), info.as_mut_ptr(), fields, H5P_DEFAULT))?;
        let info = info.assume_init();
        let kind = match info.type_ {
            H5O_type_t::H5O_TYPE_GROUP => ObjectKind::Group,
            H5O_type_t::H5O_TYPE_DATASET => ObjectKind::Dataset,
            _ => ObjectKind::Other,
        };
        let token = *ptr::from_ref(&info.token).cast::<[u8; 16]>();
        Ok(ObjectInfo { token, kind, attributes: info.num_attrs as hsize_t })
    }
}
