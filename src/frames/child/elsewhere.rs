//! Datasets whose values are in other datasets or files: which ones, and whether they lie in the lake.
//!
//! Names are looked up beside the store, absolute ones also as they are. The library looks in more places, so what it is
//! to read must be found here first.

use std::{
    collections::HashSet,
    ffi::{CStr, c_char, c_uint},
    path::{Component, Path, PathBuf},
    ptr,
};

use hdf5_sys::{
    h5::hsize_t,
    h5i::hid_t,
    h5p::{
        H5Pget_external, H5Pget_external_count, H5Pget_virtual_count, H5Pget_virtual_dsetname, H5Pget_virtual_filename,
        H5Pget_virtual_srcspace, H5Pget_virtual_vspace,
    },
    h5s::{H5S_UNLIMITED, H5S_sel_type, H5Sget_regular_hyperslab, H5Sget_select_type, H5Sis_regular_hyperslab},
};

use super::{
    dataset::{self, MAX_AXES, Place},
    library::{self, Id, LibraryError, Result, c_name, check},
};
use crate::frames::structure::{Segment, SourcePiece};

/// Most sources of a virtual dataset that are looked at.
const MAX_SOURCES: usize = 100_000;
/// Most numbered files that one source may stand for.
const MAX_BLOCKS: u64 = 100_000;
/// How deep virtual datasets may refer to others.
const MAX_DEPTH: u32 = 3;

/// Where a named file is.
enum Found {
    Same,
    Inside(PathBuf),
    /// Not there; the path it would have in the lake.
    Absent(PathBuf),
    Outside,
}

/// Which whole frames a selection takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Range {
        first: u64,
        frames: u64,
    },
    /// Blocks without an end, each from a source of its own.
    Blocks {
        first: u64,
        stride: u64,
        frames: u64,
    },
}

/// One source of a virtual dataset, as the file tells it.
struct Mapping {
    file: String,
    dataset: String,
    /// Frames of the virtual dataset, and of the source; nothing when they are not whole frames in order.
    frames: Option<(Taken, Taken)>,
}

/// The frames of a virtual dataset and where each comes from.
pub(super) struct Virtual {
    mappings: Vec<Mapping>,
}

impl Virtual {
    /// Reads the sources' names, and fails when one of them leads out of the lake.
    pub(super) fn read(creation: &Id, place: Place<'_>) -> Result<Self> {
        let mut count = 0;
        // SAFETY: a live property list identifier of a virtual dataset.
        check(unsafe { H5Pget_virtual_count(creation.raw(), &raw mut count) })?;
        if count > MAX_SOURCES {
            return Err(LibraryError(format!("it has {count} sources, more than {MAX_SOURCES}")));
        }
        let mut mappings = Vec::with_capacity(count);
        for index in 0..count {
            let file = virtual_name(creation, index, H5Pget_virtual_filename)?;
            let dataset = virtual_name(creation, index, H5Pget_virtual_dsetname)?;
            if leads_out(place, &file) {
                return Err(LibraryError(format!("its source {file} is not in the lake")));
            }
            // SAFETY: a live property list identifier and an index below the number of sources.
            let (space, source) = unsafe {
                (
                    Id::own(H5Pget_virtual_vspace(creation.raw(), index))?,
                    Id::own(H5Pget_virtual_srcspace(creation.raw(), index))?,
                )
            };
            mappings.push(Mapping { file, dataset, frames: frames(&space, &source)? });
        }
        Ok(Self { mappings })
    }

    /// The shape the dataset was created with, without asking its sources.
    pub(super) fn created_space(creation: &Id) -> Result<Id> {
        // SAFETY: a live property list identifier; it fails cleanly when there is no source.
        Id::own(unsafe { H5Pget_virtual_vspace(creation.raw(), 0) })
    }

    /// The sources in order of the frames they give, when each gives whole frames in order and none twice.
    pub(super) fn pieces(&self, frames: u64, place: Place<'_>) -> Option<Vec<SourcePiece>> {
        let mut pieces = Vec::new();
        for mapping in &self.mappings {
            let (taken, source) = mapping.frames?;
            let Taken::Range { first: source_first, frames: source_frames } = source else { return None };
            let mut block = 0;
            loop {
                let (first, count) = match taken {
                    Taken::Range { first, frames } => (first, frames),
                    Taken::Blocks { first, stride, frames } => (first.checked_add(stride.checked_mul(block)?)?, frames),
                };
                if count != source_frames || pieces.len() >= MAX_SOURCES {
                    return None;
                }
                if first >= frames || count == 0 {
                    break;
                }
                let (store, absent) = match find(place, &substituted(&mapping.file, block)?) {
                    Found::Same => (None, false),
                    Found::Inside(path) => (Some(in_lake(place, &path)?), false),
                    Found::Absent(path) => (Some(in_lake(place, &path)?), true),
                    Found::Outside => return None,
                };
                let dataset = substituted(&mapping.dataset, block)?;
                let count = count.min(frames - first);
                pieces.push(SourcePiece { first, frames: count, store, absent, dataset, source_first });
                if matches!(taken, Taken::Range { .. }) {
                    break;
                }
                block += 1;
            }
        }
        pieces.sort_by_key(|piece| piece.first);
        let apart = pieces.windows(2).all(|pair| pair[0].first.saturating_add(pair[0].frames) <= pair[1].first);
        apart.then_some(pieces)
    }

    /// Checks that every source there is may be read, and how deep sources refer to others. Absent ones are allowed for
    /// when the app follows the sources by itself.
    pub(super) fn check(&self, pieces: Option<&[SourcePiece]>, place: Place<'_>, depth: u32) -> Result<()> {
        let refuse = |why: String| Err(LibraryError(why));
        if depth >= MAX_DEPTH {
            return refuse("its sources refer to each other too deeply".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(pieces) = pieces {
            for piece in pieces.iter().filter(|piece| !piece.absent) {
                let path = piece.store.as_ref().map_or(place.store.to_owned(), |store| place.lake_root.join(store));
                if seen.insert((path.clone(), piece.dataset.clone())) {
                    check_source(&path, &piece.dataset, place, depth)?;
                }
            }
            return Ok(());
        }
        for mapping in &self.mappings {
            if substituted(&mapping.file, 0) != substituted(&mapping.file, 1)
                || substituted(&mapping.dataset, 0) != substituted(&mapping.dataset, 1)
            {
                return refuse("its sources, named by a pattern, give no whole frames in order".to_owned());
            }
            let (file, dataset) = (&mapping.file, &mapping.dataset);
            let path = match find(place, file) {
                Found::Same => place.store.to_owned(),
                Found::Inside(path) => path,
                Found::Absent(_) | Found::Outside => return refuse(format!("its source {file} is not in the lake")),
            };
            if seen.insert((path.clone(), dataset.clone())) {
                check_source(&path, dataset, place, depth)?;
            }
        }
        Ok(())
    }
}

fn check_source(path: &Path, dataset: &str, place: Place<'_>, depth: u32) -> Result<()> {
    let opened = library::open_file(path)?;
    // A dataset that is not there reads as the fill value, like a file that is not there.
    let Ok(id) = library::open_object(&opened, &c_name(dataset)?) else { return Ok(()) };
    let inner = dataset::describe(id, dataset, Place { store: path, ..place }, depth + 1)?;
    match inner.info.refused {
        Some(why) => {
            let store = in_lake(place, path).unwrap_or_default();
            Err(LibraryError(format!("of its source {dataset} in {store}: {why}")))
        }
        None => Ok(()),
    }
}

/// The files that hold the values of a dataset, in order.
pub(super) fn segments(creation: &Id, place: Place<'_>) -> Result<Vec<Segment>> {
    // SAFETY: a live property list identifier.
    let count = unsafe { H5Pget_external_count(creation.raw()) };
    (0..c_uint::try_from(count).unwrap_or(0))
        .map(|index| {
            let (mut name, mut offset, mut length_bytes) = ([0_u8; 4096], 0, 0);
            // SAFETY: a live property list identifier, an index below the number of files, a buffer with its length and
            // two numbers that outlive the call.
            check(unsafe {
                H5Pget_external(
                    creation.raw(),
                    index,
                    name.len() - 1,
                    name.as_mut_ptr().cast::<c_char>(),
                    &raw mut offset,
                    &raw mut length_bytes,
                )
            })?;
            let file = CStr::from_bytes_until_nul(&name).ok().and_then(|name| name.to_str().ok());
            let file =
                file.ok_or_else(|| LibraryError("its values are in a file with an unreadable name".to_owned()))?;
            let offset_bytes = u64::try_from(offset)
                .map_err(|_| LibraryError(format!("its values in {file} begin before the file does")))?;
            let store = match find(place, file) {
                Found::Inside(path) => in_lake(place, &path),
                Found::Absent(_) => {
                    return Err(LibraryError(format!("its values are in {file}, which is not beside the store")));
                }
                Found::Same | Found::Outside => None,
            };
            let store =
                store.ok_or_else(|| LibraryError(format!("its values are in {file}, which is not in the lake")))?;
            Ok(Segment { store, offset_bytes, length_bytes })
        })
        .collect()
}

/// Looks a file up. When one of the places where the library looks has another file of that name, outside the lake, it
/// counts as outside: the library might take that one.
fn find(place: Place<'_>, name: &str) -> Found {
    if name == "." {
        return Found::Same;
    }
    let Some(folder) = place.store.parent() else { return Found::Outside };
    let named = Path::new(name);
    let beside = if named.is_absolute() { named.file_name().map_or(named, Path::new) } else { named };
    let mut inside = None;
    for path in [folder.join(named), folder.join(beside)] {
        match path.canonicalize() {
            Ok(path) if path.starts_with(place.lake_root) && path.is_file() => inside = inside.or(Some(path)),
            Ok(_) => return Found::Outside,
            Err(_) => {}
        }
    }
    if let Some(path) = inside {
        return if path == place.store { Found::Same } else { Found::Inside(path) };
    }
    // What is not beside the store is looked for in the folder this process is in.
    if beside.exists() {
        return Found::Outside;
    }
    // Only a path without ways up and without links on its way is sure to stay where it is when it comes to be.
    let expected = folder.join(beside);
    let plain = expected.components().all(|part| !matches!(part, Component::ParentDir));
    let parent = expected.parent().and_then(|parent| parent.canonicalize().ok());
    match parent {
        Some(parent) if !parent.starts_with(place.lake_root) => Found::Outside,
        _ if !plain || !expected.starts_with(place.lake_root) => Found::Outside,
        _ => Found::Absent(expected),
    }
}

/// Whether all files that a name stands for, those of its numbered blocks up to the first that is not there, lie in the
/// lake: asking for the shape of a dataset makes the library open them.
fn leads_out(place: Place<'_>, name: &str) -> bool {
    let Some(first) = substituted(name, 0) else { return true };
    if substituted(name, 1).as_ref() == Some(&first) {
        return matches!(find(place, &first), Found::Outside);
    }
    for block in 0..=MAX_BLOCKS {
        match find(place, &substituted(name, block).unwrap_or_default()) {
            Found::Same | Found::Inside(_) => {}
            Found::Absent(_) => return false,
            Found::Outside => return true,
        }
    }
    true
}

/// A path relative to the lake's folder.
fn in_lake(place: Place<'_>, path: &Path) -> Option<String> {
    path.strip_prefix(place.lake_root).ok()?.to_str().map(str::to_owned)
}

/// A name with `%b` replaced by the number of a block and `%%` by `%`; nothing when there is anything else after a `%`.
fn substituted(name: &str, block: u64) -> Option<String> {
    let mut parts = name.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        if let Some(rest) = part.strip_prefix('b') {
            out.push_str(&block.to_string());
            out.push_str(rest);
        } else if part.is_empty() {
            out.push('%');
            out.push_str(parts.next()?);
        } else {
            return None;
        }
    }
    Some(out)
}

/// The frames a mapping takes and gives, when the selections are whole frames.
fn frames(space: &Id, source: &Id) -> Result<Option<(Taken, Taken)>> {
    let shape = dataset::shape(space)?;
    let Some(taken) = taken(space, &shape) else { return Ok(None) };
    // SAFETY: a live dataspace identifier.
    if unsafe { H5Sget_select_type(source.raw()) } == H5S_sel_type::H5S_SEL_ALL {
        // A source that is taken whole has no shape here; whether its own fits is seen where it is read.
        let (Taken::Range { frames, .. } | Taken::Blocks { frames, .. }) = taken;
        return Ok(Some((taken, Taken::Range { first: 0, frames })));
    }
    let source_shape = dataset::shape(source)?;
    let (Some((_, frame)), Some(given)) = (shape.split_first(), self::taken(source, &source_shape)) else {
        return Ok(None);
    };
    if source_shape == frame {
        // One frame, all of it.
        let all = Taken::Range { first: 0, frames: source_shape.first().copied().unwrap_or(1) };
        return Ok((given == all).then_some((taken, Taken::Range { first: 0, frames: 1 })));
    }
    Ok((source_shape.get(1..) == Some(frame)).then_some((taken, given)))
}

fn taken(space: &Id, shape: &[u64]) -> Option<Taken> {
    let frames = *shape.first()?;
    // SAFETY: a live dataspace identifier.
    match unsafe { H5Sget_select_type(space.raw()) } {
        H5S_sel_type::H5S_SEL_ALL => return Some(Taken::Range { first: 0, frames }),
        H5S_sel_type::H5S_SEL_HYPERSLABS => {}
        _ => return None,
    }
    let [mut start, mut stride, mut count, mut block] = [[0 as hsize_t; MAX_AXES]; 4];
    // SAFETY: a live dataspace identifier with at most as many axes as the buffers have places.
    let known = unsafe {
        H5Sis_regular_hyperslab(space.raw()) > 0
            && H5Sget_regular_hyperslab(
                space.raw(),
                ptr::from_mut(&mut start).cast(),
                ptr::from_mut(&mut stride).cast(),
                ptr::from_mut(&mut count).cast(),
                ptr::from_mut(&mut block).cast(),
            ) >= 0
    };
    if !known {
        return None;
    }
    // Length of what is taken along an axis, when it is one stretch.
    let stretch = |axis: usize| {
        let whole = count[axis] == 1 || stride[axis] == block[axis];
        count[axis].checked_mul(block[axis]).filter(|_| whole && block[axis] != H5S_UNLIMITED)
    };
    if (1..shape.len()).any(|axis| start[axis] != 0 || stretch(axis) != Some(shape[axis])) {
        return None;
    }
    if count[0] == H5S_UNLIMITED && block[0] != H5S_UNLIMITED {
        let apart = stride[0] >= block[0] && block[0] > 0;
        return apart.then_some(Taken::Blocks { first: start[0], stride: stride[0], frames: block[0] });
    }
    stretch(0).map(|frames| Taken::Range { first: start[0], frames })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_give_names() {
        for (name, expected) in [
            ("a.h5", Some("a.h5")),
            ("a_%b.h5", Some("a_12.h5")),
            ("%b%b", Some("1212")),
            ("100%%", Some("100%")),
            ("%%b", Some("%b")),
            ("a%d", None),
            ("a%", None),
        ] {
            assert_eq!(substituted(name, 12).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn names_are_found_in_the_lake_only() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let root = top.join("lake");
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        for file in ["lake/a/s.h5", "lake/a/in.h5", "lake/a/b/deep.h5", "lake/up.h5", "out.h5"] {
            std::fs::write(top.join(file), b"x").unwrap();
        }
        std::os::unix::fs::symlink(top.join("out.h5"), root.join("a/link.h5")).unwrap();
        std::os::unix::fs::symlink(&top, root.join("a/away")).unwrap();
        let store = root.join("a/s.h5");
        let place = Place { store: &store, lake_root: &root };
        let word = |name: &str| match find(place, name) {
            Found::Same => "same".to_owned(),
            Found::Inside(path) => in_lake(place, &path).unwrap(),
            Found::Absent(path) => format!("absent {}", in_lake(place, &path).unwrap()),
            Found::Outside => "outside".to_owned(),
        };
        for file in ["lake/a/part_0.h5", "lake/a/part_1.h5", "lake/a/mixed_0.h5", "in.h5"] {
            std::fs::write(top.join(file), b"x").unwrap();
        }
        std::os::unix::fs::symlink(top.join("out.h5"), root.join("a/mixed_1.h5")).unwrap();
        let (absolute, decoy) = (top.join("out.h5"), top.join("in.h5"));
        for (name, expected) in [
            (".", "same"),
            ("s.h5", "same"),
            ("in.h5", "a/in.h5"),
            ("b/deep.h5", "a/b/deep.h5"),
            ("../up.h5", "up.h5"),
            ("gone.h5", "absent a/gone.h5"),
            ("../../out.h5", "outside"),
            ("../gone.h5", "outside"),
            ("../../gone.h5", "outside"),
            ("link.h5", "outside"),
            ("away/gone.h5", "outside"),
            (absolute.to_str().unwrap(), "outside"),
            ("/somewhere/else/in.h5", "a/in.h5"),
            ("/somewhere/else/none.h5", "absent a/none.h5"),
            ("b", "outside"),
            // Beside the store there is one, but the library would take the one outside.
            (decoy.to_str().unwrap(), "outside"),
            // Not beside the store, but in the folder this process is in.
            ("Cargo.toml", "outside"),
        ] {
            assert_eq!(word(name), expected, "{name}");
        }
        for (name, expected) in [
            ("part_%b.h5", false),
            ("part_7.h5", false),
            ("../../part_%b.h5", true),
            ("mixed_%b.h5", true),
            ("odd_%d.h5", true),
        ] {
            assert_eq!(leads_out(place, name), expected, "{name}");
        }
    }
}
