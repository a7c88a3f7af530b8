//! Stores that ended a reader, in the state they had. They are not tried again until they change, also by the next
//! process: a line of JSON each, in a file beside the catalog.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::frames::file_access::Status;

/// Longest file that is read; a longer one is begun anew.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// What a store did to its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fatal {
    /// The reader ended, in this way.
    Died(String),
    /// The reader was ended after so many seconds.
    TimedOut(u64),
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// Version of the program: another one may read the store.
    version: String,
    /// Path inside the lake.
    store: String,
    status: Status,
    ended: Fatal,
}

/// The stores that ended a reader.
#[derive(Debug, Default)]
pub(super) struct FatalStores {
    file: Option<PathBuf>,
    /// By real path inside the lake; nothing until the file was read.
    known: Mutex<Option<HashMap<String, (Status, Fatal)>>>,
}

impl FatalStores {
    /// Remembers in this process only, or in a file as well.
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, known: Mutex::default() }
    }

    /// What the store did when it was last tried in this state.
    pub(super) fn get(&self, store: &Path, status: Status) -> Option<Fatal> {
        let mut known = self.known.lock();
        let known = known.get_or_insert_with(|| self.file.as_deref().map(read).unwrap_or_default());
        known.get(&*store.to_string_lossy()).filter(|(known, _)| *known == status).map(|(_, fatal)| fatal.clone())
    }

    /// Remembers it.
    pub(super) fn add(&self, store: &Path, status: Status, ended: Fatal) {
        let store = store.to_string_lossy().into_owned();
        if let Some(file) = &self.file {
            let line = Line { version: VERSION.to_owned(), store: store.clone(), status, ended: ended.clone() };
            // Not to be remembered costs time when the lake is next opened, and nothing else.
            if let Err(error) = append(file, &line) {
                log::warn!("{}: {store} cannot be remembered as unreadable: {error}", file.display());
            }
        }
        self.known.lock().get_or_insert_default().insert(store, (status, ended));
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Opens the file itself, never one that a link leads to.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

/// The file may come from anywhere: lines that are none are passed over.
fn read(path: &Path) -> HashMap<String, (Status, Fatal)> {
    let mut bytes = Vec::new();
    if let Ok(file) = open(path, OpenOptions::new().read(true)) {
        // What can be read of it is used.
        let _ = file.take(MAX_FILE_BYTES).read_to_end(&mut bytes);
    }
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
        .filter(|line| line.version == VERSION)
        .map(|line| (line.store, (line.status, line.ended)))
        .collect()
}

/// Adds one line in one write, so that processes do not mix theirs.
fn append(path: &Path, line: &Line) -> io::Result<()> {
    let mut json = serde_json::to_vec(line)?;
    json.push(b'\n');
    let mut file = open(path, OpenOptions::new().append(true).create(true))?;
    if file.metadata()?.len() > MAX_FILE_BYTES {
        file.set_len(0)?;
    }
    file.write_all(&json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(size_bytes: u64) -> Status {
        Status { size_bytes, mtime_ns: 2, inode: 3, ctime_ns: 4 }
    }

    #[test]
    fn the_next_process_knows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unreadable.jsonl");
        let died = || Fatal::Died("exit code 3".to_owned());
        let first = FatalStores::new(Some(file.clone()));
        assert_eq!(first.get(Path::new("a.h5"), status(1)), None);
        first.add(Path::new("a.h5"), status(1), died());
        first.add(Path::new("b\n.h5"), status(1), Fatal::TimedOut(60));
        first.add(Path::new("a.h5"), status(2), died());
        std::fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"no line\n\xff\n").unwrap();
        for known in [first, FatalStores::new(Some(file.clone()))] {
            assert_eq!(known.get(Path::new("a.h5"), status(2)), Some(died()));
            assert_eq!(known.get(Path::new("a.h5"), status(1)), None, "it has changed");
            assert_eq!(known.get(Path::new("b\n.h5"), status(1)), Some(Fatal::TimedOut(60)));
        }
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::fs::write(&target, b"precious").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let stores = FatalStores::new(Some(link));
        stores.add(Path::new("a.h5"), status(1), Fatal::TimedOut(1));
        assert_eq!(std::fs::read(&target).unwrap(), b"precious");
        assert_eq!(stores.get(Path::new("a.h5"), status(1)), Some(Fatal::TimedOut(1)), "this process remembers it");
    }
}
