//! Calls to the operating system: opening inside the lake, status, positioned reads.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::FramesError;

/// What `fstat` says that tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Status {
    pub(super) size_bytes: u64,
    pub(super) mtime_ns: i64,
    pub(super) inode: u64,
    /// Time of the last change of the inode, ns: shows a change that set the modification time back.
    pub(super) ctime_ns: i64,
}

/// Status of an open file.
pub(super) fn status(file: &File) -> io::Result<Status> {
    Ok(status_of(&file.metadata()?))
}

/// The same from what the system said of a path.
pub(super) fn status_of(metadata: &std::fs::Metadata) -> Status {
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Status {
        size_bytes: metadata.len(),
        mtime_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        inode: metadata.ino(),
        ctime_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    }
}

/// The real path of a store inside the lake.
///
/// # Errors
/// [`FramesError::OutsideLake`] when the path climbs out or a link leads out, [`FramesError::Open`] when it is not there.
pub(super) fn resolve(lake_root: &Path, store: &str) -> Result<PathBuf, FramesError> {
    let inside = Path::new(store).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Err(FramesError::OutsideLake { store: store.to_owned() });
    }
    let open = |source| FramesError::Open { store: store.to_owned(), source };
    let root = lake_root.canonicalize().map_err(open)?;
    let path = root.join(store).canonicalize().map_err(open)?;
    if !path.starts_with(&root) {
        return Err(FramesError::OutsideLake { store: store.to_owned() });
    }
    Ok(path)
}

/// Opens a store for reading; only regular files (a pipe would hang).
pub(super) fn open(lake_root: &Path, store: &str) -> Result<(PathBuf, File), FramesError> {
    let path = resolve(lake_root, store)?;
    let file = open_regular(&path).map_err(|source| FramesError::Open { store: store.to_owned(), source })?;
    Ok((path, file))
}

/// Opens a regular file for reading, without waiting for a writer when it is a pipe and without acting on devices.
///
/// # Errors
/// What the system said, or that it is no regular file.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let not_regular = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
    // Before it is opened, since opening alone can make a device do something.
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    // And after, since another may have taken the name meanwhile.
    let nonblocking = rustix::fs::OFlags::NONBLOCK.union(rustix::fs::OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

/// Fills the buffer from `address`.
pub(super) fn read_at(file: &File, buffer: &mut [u8], address: u64) -> io::Result<()> {
    file.read_exact_at(buffer, address)
}

/// Reads as many bytes from `address` as there are, at most the buffer's length.
pub(super) fn read_up_to(file: &File, buffer: &mut [u8], address: u64) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read_at(&mut buffer[length..], address.saturating_add(length as u64)) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_lake() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("lake");
        std::fs::create_dir_all(root.join("a")).unwrap();
        std::fs::write(root.join("a/in.h5"), b"in").unwrap();
        std::fs::write(outer.path().join("out.h5"), b"out").unwrap();
        std::os::unix::fs::symlink("../../out.h5", root.join("a/link.h5")).unwrap();
        std::os::unix::fs::symlink("in.h5", root.join("a/alias.h5")).unwrap();
        assert!(open(&root, "a/in.h5").is_ok());
        assert!(open(&root, "a/alias.h5").is_ok());
        for store in ["a/link.h5", "../out.h5", "a/../../out.h5", "/etc/hostname"] {
            assert!(matches!(open(&root, store), Err(FramesError::OutsideLake { .. })), "{store}");
        }
        assert!(matches!(open(&root, "a/none.h5"), Err(FramesError::Open { .. })));
        assert!(matches!(open(&root, "a"), Err(FramesError::Open { .. })));
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.h5");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        let root = folder.path().to_owned();
        let (done, result) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send((open(&root, "pipe.h5").err(), open_regular(&pipe).err())));
        let (inside, plain) = result.recv_timeout(std::time::Duration::from_secs(20)).expect("it waits for a writer");
        assert!(matches!(inside, Some(FramesError::Open { .. })), "{inside:?}");
        assert!(plain.unwrap().to_string().contains("not a regular file"));
        assert!(open_regular(Path::new("/dev/null")).is_err());
    }
}
