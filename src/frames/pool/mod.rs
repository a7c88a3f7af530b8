//! Reader processes: started when needed, asked one request at a time, ended when they hang, replaced when they die.

mod fatal;
mod reader;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use parking_lot::{Condvar, Mutex};

use self::{
    fatal::{Fatal, FatalStores},
    reader::{Answer, Reader},
};
use super::{
    Extents, FramesError, ValueType, file_access,
    protocol::{Request, Response, StorePath, ValuesKind},
    structure::{DatasetInfo, Structure, Values},
};

/// Bounds on the reader processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Most processes at the same time, at least one.
    pub children: usize,
    /// Time for one request.
    pub timeout: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { children: 2, timeout: Duration::from_mins(1) }
    }
}

/// Starts and keeps the reader processes. Requests may come from any thread; each waits for a free process.
#[derive(Debug)]
pub struct ChildPool {
    launcher: Launcher,
    limits: PoolLimits,
    state: Mutex<State>,
    freed: Condvar,
    /// Stores that ended a reader.
    fatal: FatalStores,
}

#[derive(Debug)]
enum Launcher {
    Process(PathBuf),
    /// The reader runs in a thread of this process, for tests.
    #[cfg(test)]
    Thread,
    /// The reader says these bytes, for tests and fuzzing.
    #[cfg(any(test, fuzzing))]
    Recorded(Vec<u8>),
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Reader>,
    running: usize,
}

impl ChildPool {
    /// A pool that starts `exe hdf5-child` when a request needs it.
    #[must_use]
    pub fn new(exe: PathBuf, limits: PoolLimits) -> Self {
        Self::with(Launcher::Process(exe), limits)
    }

    /// The same, remembering stores that ended a reader in a file, for the next process.
    #[must_use]
    pub fn remembering(mut self, file: PathBuf) -> Self {
        self.fatal = FatalStores::new(Some(file));
        self
    }

    /// A pool whose reader runs in this process, for tests.
    #[cfg(test)]
    pub(super) fn in_process() -> Self {
        Self::with(Launcher::Thread, PoolLimits::default())
    }

    /// A pool whose reader answers with these bytes whatever it is asked, for tests and fuzzing.
    #[cfg(any(test, fuzzing))]
    #[must_use]
    pub fn recorded(answers: Vec<u8>) -> Self {
        Self::with(Launcher::Recorded(answers), PoolLimits { children: 1, ..PoolLimits::default() })
    }

    fn with(launcher: Launcher, limits: PoolLimits) -> Self {
        Self { launcher, limits, state: Mutex::default(), freed: Condvar::new(), fatal: FatalStores::default() }
    }

    /// The structure of a store.
    ///
    /// # Errors
    /// [`FramesError::Refused`] with the library's reason, [`FramesError::ReaderDied`], [`FramesError::TimedOut`] and
    /// what keeps a store from being opened.
    pub fn probe(&self, lake_root: &Path, store: &str) -> Result<Structure, FramesError> {
        match self.ask(lake_root, store, &Request::Probe)? {
            (Response::Structure, body) => {
                serde_json::from_slice(&body).map_err(|error| wrong(store, error.to_string()))
            }
            _ => Err(wrong(store, "no structure")),
        }
    }

    /// The structure of one dataset, without attributes.
    ///
    /// # Errors
    /// As for [`Self::probe`].
    pub fn describe(&self, lake_root: &Path, store: &str, dataset: &str) -> Result<DatasetInfo, FramesError> {
        match self.ask(lake_root, store, &Request::Describe { dataset: dataset.to_owned() })? {
            (Response::Structure, body) => {
                let structure: Structure =
                    serde_json::from_slice(&body).map_err(|error| wrong(store, error.to_string()))?;
                structure.datasets.into_iter().next().ok_or_else(|| wrong(store, "no dataset"))
            }
            _ => Err(wrong(store, "no structure")),
        }
    }

    /// Where the pieces of datasets are, one dataset after the other; several must have the same number of pieces each.
    ///
    /// # Errors
    /// As for [`Self::probe`].
    pub fn locate(&self, lake_root: &Path, store: &str, datasets: Vec<String>) -> Result<Extents, FramesError> {
        match self.ask(lake_root, store, &Request::Locate { datasets })? {
            (Response::Located, body) => Extents::unpack(&body),
            _ => Err(wrong(store, "no extents")),
        }
    }

    /// All values of a numeric or text dataset, row by row.
    ///
    /// # Errors
    /// As for [`Self::probe`].
    pub fn read_values(&self, lake_root: &Path, store: &str, dataset: &str) -> Result<Values, FramesError> {
        let (response, body) = self.ask(lake_root, store, &Request::ReadValues { dataset: dataset.to_owned() })?;
        let Response::Values { kind, count } = response else { return Err(wrong(store, "no values")) };
        let words = || body.as_chunks::<8>().0.iter();
        let values = match kind {
            ValuesKind::Integers => Values::Integers(words().map(|b| i64::from_le_bytes(*b)).collect()),
            ValuesKind::Floats => Values::Floats(words().map(|b| f64::from_le_bytes(*b)).collect()),
            ValuesKind::Texts => {
                let texts = body.split(|b| *b == 0).map(|b| String::from_utf8_lossy(b).into_owned());
                let mut texts: Vec<_> = texts.collect();
                texts.pop();
                Values::Texts(texts)
            }
        };
        if values.len() as u64 == count { Ok(values) } else { Err(wrong(store, "a wrong number of values")) }
    }

    /// One entry along the first axis (all of the dataset without a row) through the library, little-endian.
    ///
    /// # Errors
    /// As for [`Self::probe`].
    pub fn read_row(
        &self,
        lake_root: &Path,
        store: &str,
        dataset: &str,
        row: Option<u64>,
    ) -> Result<(ValueType, Vec<u8>), FramesError> {
        match self.ask(lake_root, store, &Request::ReadRow { dataset: dataset.to_owned(), row })? {
            (Response::Row { value }, body) => Ok((value, body)),
            _ => Err(wrong(store, "no row")),
        }
    }

    fn ask(&self, lake_root: &Path, store: &str, request: &Request) -> Result<(Response, Vec<u8>), FramesError> {
        let (path, file) = file_access::open(lake_root, store)?;
        let fail = |source| FramesError::Open { store: store.to_owned(), source };
        let status = file_access::status(&file).map_err(fail)?;
        let lake_root = lake_root.canonicalize().map_err(fail)?;
        let inside = path.strip_prefix(&lake_root).unwrap_or(&path).to_owned();
        if let Some(fatal) = self.fatal.get(&inside, status) {
            return Err(ended(store, fatal));
        }
        let mut reader = self.take(&lake_root)?;
        let body = StorePath { store: path, lake_root }.to_body();
        let answer = reader.ask(request.clone(), body, self.limits.timeout);
        let (fatal, remember) = match answer {
            Answer::Message(response, body) => {
                self.give_back(Some(reader));
                return match response {
                    Response::Failed { what, hint } => {
                        Err(FramesError::Refused { store: store.to_owned(), what, hint })
                    }
                    response => Ok((response, body)),
                };
            }
            Answer::Ended(end) => (Fatal::Died(end.how), !end.by_others),
            Answer::Late => (Fatal::TimedOut(self.limits.timeout.as_secs()), true),
        };
        drop(reader);
        self.give_back(None);
        if remember {
            self.fatal.add(&inside, status, fatal.clone());
        }
        Err(ended(store, fatal))
    }

    /// An idle reader, a new one, or the next to become free. A reader can read one lake only.
    fn take(&self, lake_root: &Path) -> Result<Reader, FramesError> {
        let mut state = self.state.lock();
        let of_another_lake = loop {
            let of_lake = |reader: &Reader| reader.lake_root.as_deref() == Some(lake_root);
            if let Some(at) = state.idle.iter().rposition(of_lake) {
                return Ok(state.idle.swap_remove(at));
            }
            if let Some(other) = state.idle.pop() {
                break Some(other);
            }
            if state.running < self.limits.children.max(1) {
                state.running += 1;
                break None;
            }
            self.freed.wait(&mut state);
        };
        drop(state);
        drop(of_another_lake);
        let mut reader = self.launch().map_err(|(exe, source)| {
            self.give_back(None);
            FramesError::StartReader { exe, source }
        })?;
        reader.lake_root = Some(lake_root.to_owned());
        Ok(reader)
    }

    fn launch(&self) -> Result<Reader, (PathBuf, io::Error)> {
        match &self.launcher {
            Launcher::Process(exe) => Reader::process(exe).map_err(|error| (exe.clone(), error)),
            #[cfg(test)]
            Launcher::Thread => Reader::thread().map_err(|error| (PathBuf::new(), error)),
            #[cfg(any(test, fuzzing))]
            Launcher::Recorded(answers) => Ok(Reader::recorded(answers.clone())),
        }
    }

    /// Returns a reader, or the place of one that ended.
    fn give_back(&self, reader: Option<Reader>) {
        let mut state = self.state.lock();
        match reader {
            Some(reader) => state.idle.push(reader),
            None => state.running -= 1,
        }
        drop(state);
        self.freed.notify_one();
    }
}

fn ended(store: &str, fatal: Fatal) -> FramesError {
    let store = store.to_owned();
    match fatal {
        Fatal::Died(how) => FramesError::ReaderDied { store, how },
        Fatal::TimedOut(seconds) => FramesError::TimedOut { store, seconds },
    }
}

fn wrong(store: &str, what: impl Into<String>) -> FramesError {
    FramesError::Protocol { store: store.to_owned(), what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool over a shell script that plays a bad reader.
    fn pool_of(script: &str, timeout_ms: u64) -> (tempfile::TempDir, ChildPool) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let exe = folder.path().join("reader");
        std::fs::write(&exe, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&exe, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.path().join("store.h5"), b"x").unwrap();
        let limits = PoolLimits { children: 1, timeout: Duration::from_millis(timeout_ms) };
        (folder, ChildPool::new(exe, limits))
    }

    #[test]
    fn a_reader_that_dies_is_told_once_and_not_tried_again() {
        let (folder, pool) = pool_of("echo started >> \"$(dirname \"$0\")/log\"; exit 3", 5000);
        for _ in 0..3 {
            assert!(matches!(pool.probe(folder.path(), "store.h5"), Err(FramesError::ReaderDied { .. })));
        }
        let log = || std::fs::read_to_string(folder.path().join("log")).unwrap().lines().count();
        assert_eq!(log(), 1);
        std::fs::write(folder.path().join("store.h5"), b"another").unwrap();
        assert!(pool.probe(folder.path(), "store.h5").is_err());
        assert_eq!(log(), 2, "a store that changed is tried again");
    }

    #[test]
    fn a_reader_that_hangs_is_ended() {
        let (folder, pool) = pool_of("exec sleep 1000", 200);
        let started = std::time::Instant::now();
        assert!(matches!(pool.probe(folder.path(), "store.h5"), Err(FramesError::TimedOut { .. })));
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_reader_that_babbles_is_ended() {
        let (folder, pool) = pool_of("exec cat /dev/zero", 5000);
        assert!(matches!(pool.probe(folder.path(), "store.h5"), Err(FramesError::ReaderDied { .. })));
    }

    #[test]
    fn a_missing_program_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("store.h5"), b"x").unwrap();
        let pool = ChildPool::new(folder.path().join("none"), PoolLimits::default());
        for _ in 0..3 {
            assert!(matches!(pool.probe(folder.path(), "store.h5"), Err(FramesError::StartReader { .. })));
        }
    }

    #[test]
    fn a_reader_that_dies_is_not_tried_again_by_the_next_process() {
        let (folder, pool) = pool_of("echo started >> \"$(dirname \"$0\")/log\"; kill -SEGV $$", 5000);
        let remembered = folder.path().join("unreadable.jsonl");
        let log = || std::fs::read_to_string(folder.path().join("log")).unwrap().lines().count();
        let mut pool = pool.remembering(remembered.clone());
        for _ in 0..2 {
            let error = pool.probe(folder.path(), "store.h5").unwrap_err();
            assert!(error.to_string().contains("touched memory that is not its own"), "{error}");
            assert_eq!(log(), 1);
            pool = ChildPool::new(folder.path().join("reader"), pool.limits).remembering(remembered.clone());
        }
    }

    #[test]
    fn a_reader_that_someone_ended_is_tried_again() {
        let (folder, pool) = pool_of("echo started >> \"$(dirname \"$0\")/log\"; kill -TERM $$", 5000);
        for _ in 0..2 {
            assert!(matches!(pool.probe(folder.path(), "store.h5"), Err(FramesError::ReaderDied { .. })));
        }
        assert_eq!(std::fs::read_to_string(folder.path().join("log")).unwrap().lines().count(), 2);
    }

    #[test]
    fn what_a_reader_says_on_its_way_out_is_bounded_and_read() {
        let (folder, pool) = pool_of(
            "head -c 1000000 /dev/zero >&2; echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$",
            5000,
        );
        let error = pool.probe(folder.path(), "store.h5").unwrap_err().to_string();
        assert!(error.contains("more than 768 MB"), "{error}");
    }

    #[test]
    fn an_answer_longer_than_it_can_be_is_refused() {
        let header = br#"{"row":{"value":"u8"}}"#;
        let length = u32::try_from(header.len()).unwrap().to_le_bytes();
        let bytes = (crate::frames::protocol::MAX_ROW_BYTES + 1).to_le_bytes();
        let pool = ChildPool::recorded([&length[..], header, &bytes].concat());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("store.h5"), b"x").unwrap();
        let error = pool.read_row(folder.path(), "store.h5", "/a", None).unwrap_err().to_string();
        assert!(error.contains("over the limit"), "{error}");
    }
}
