//! Open stores, known to be in the state that was indexed.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{FramesError, StoreIdentity, file_access, file_access::Status, identity::hash_ends};

/// Most files kept open.
const MOST_OPEN: usize = 64;

/// A store to read from, and the state it had when it was indexed.
#[derive(Debug, Clone, Copy)]
pub struct StoreRef<'a> {
    /// The lake's folder.
    pub lake_root: &'a Path,
    /// Path of the store inside it, with `/`.
    pub store: &'a str,
    /// What the catalog knows of the file.
    pub identity: StoreIdentity,
}

/// A file whose identity was checked when it was opened.
#[derive(Debug)]
pub(super) struct OpenStore {
    pub(super) file: File,
    /// Names the store's content in the chunk cache.
    pub(super) key: u64,
    identity: StoreIdentity,
    status: Status,
    /// When the path was last seen to lead to this file.
    seen: Mutex<Instant>,
}

/// How long a path is believed to lead to the same file.
const BELIEVED: Duration = Duration::from_millis(500);

impl OpenStore {
    /// Whether the file is still as it was when it was opened.
    pub(super) fn is_unchanged(&self) -> bool {
        file_access::status(&self.file).is_ok_and(|now| now == self.status)
    }

    /// Whether the store's path still leads to this file: a folder above it may have become another, or a link that leads
    /// out of the lake.
    fn is_at(&self, store: &StoreRef<'_>) -> bool {
        if self.seen.lock().elapsed() < BELIEVED {
            return true;
        }
        let now = file_access::resolve(store.lake_root, store.store).ok().and_then(|path| path.metadata().ok());
        let same = now.is_some_and(|now| file_access::status_of(&now) == self.status);
        if same {
            *self.seen.lock() = Instant::now();
        }
        same
    }
}

/// A few open files, the least recently used of which is closed first.
#[derive(Debug, Default)]
pub(super) struct OpenStores {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    stores: HashMap<(PathBuf, String), (u64, Arc<OpenStore>)>,
    clock: u64,
}

impl OpenStores {
    /// The open file of a store. One that was open already may have changed since: whoever reads from it looks at
    /// [`OpenStore::is_unchanged`] afterwards, and then calls [`Self::open_again`].
    ///
    /// # Errors
    /// [`FramesError::StoreChanged`] when it is not as it was indexed, and what keeps it from being opened.
    pub(super) fn get(&self, store: &StoreRef<'_>) -> Result<Arc<OpenStore>, FramesError> {
        let key = (store.lake_root.to_owned(), store.store.to_owned());
        let kept = {
            let mut open = self.open.lock();
            open.clock += 1;
            let now = open.clock;
            let kept = open.stores.get_mut(&key).filter(|(_, kept)| kept.identity == store.identity);
            kept.map(|(used, kept)| {
                *used = now;
                Arc::clone(kept)
            })
        };
        match kept.filter(|kept| kept.is_at(store)) {
            Some(kept) => Ok(kept),
            None => self.open_again(store),
        }
    }

    /// Opens a store whether or not it is open, and looks whether it is as it was indexed.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub(super) fn open_again(&self, store: &StoreRef<'_>) -> Result<Arc<OpenStore>, FramesError> {
        let key = (store.lake_root.to_owned(), store.store.to_owned());
        let opened = Arc::new(open_checked(store)?);
        let mut open = self.open.lock();
        open.clock += 1;
        let now = open.clock;
        open.stores.insert(key, (now, Arc::clone(&opened)));
        if open.stores.len() > MOST_OPEN
            && let Some(oldest) = open.stores.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone())
        {
            open.stores.remove(&oldest);
        }
        Ok(opened)
    }
}

/// Whether a store is as it was indexed, as far as a look at its path tells: nothing is opened or read.
///
/// # Errors
/// [`FramesError::StoreChanged`], or what keeps it from being found.
pub fn look_at(store: &StoreRef<'_>) -> Result<(), FramesError> {
    let path = file_access::resolve(store.lake_root, store.store)?;
    let metadata = path.metadata().map_err(|source| FramesError::Open { store: store.store.to_owned(), source })?;
    let (status, known) = (file_access::status_of(&metadata), store.identity);
    if (status.size_bytes, status.mtime_ns, status.inode) == (known.size_bytes, known.mtime_ns, known.inode) {
        Ok(())
    } else {
        Err(FramesError::StoreChanged { store: store.store.to_owned() })
    }
}

fn open_checked(store: &StoreRef<'_>) -> Result<OpenStore, FramesError> {
    let (_, file) = file_access::open(store.lake_root, store.store)?;
    let fail = |source| FramesError::Open { store: store.store.to_owned(), source };
    let changed = || FramesError::StoreChanged { store: store.store.to_owned() };
    // The status comes before the hash, so that a change in between shows at the first read.
    let status = file_access::status(&file).map_err(fail)?;
    let known = store.identity;
    if (status.size_bytes, status.mtime_ns, status.inode) != (known.size_bytes, known.mtime_ns, known.inode) {
        return Err(changed());
    }
    if hash_ends(&file, status.size_bytes).map_err(fail)? != known.ends_hash {
        return Err(changed());
    }
    let seed = known.ends_hash ^ known.inode.rotate_left(32) ^ known.mtime_ns.cast_unsigned();
    Ok(OpenStore {
        file,
        key: xxh3_64_with_seed(store.store.as_bytes(), seed),
        identity: known,
        status,
        seen: Mutex::new(Instant::now()),
    })
}
