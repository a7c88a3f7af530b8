//! Looks whether folders that the window names are there, in a thread of its own: a share that is gone may take its time to
//! say so.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, thread, time::Duration};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use egui::Context;
use parking_lot::Mutex;

const PERIOD: Duration = Duration::from_secs(2);

/// Looks at folders every two seconds as long as some are wanted; wakes the window when others are wanted than before, and
/// then only when one came or went.
pub struct FolderWatch {
    wanted: Arc<Mutex<Vec<PathBuf>>>,
    wake: Sender<()>,
    seen: Receiver<Looked>,
}

/// What was seen at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The folders that were looked for.
    pub folders: Vec<PathBuf>,
    /// Those of them that are not there.
    pub missing: BTreeSet<PathBuf>,
}

impl FolderWatch {
    /// Watches nothing until it is told what.
    pub fn new(ctx: &Context) -> Self {
        let wanted = Arc::new(Mutex::new(Vec::<PathBuf>::new()));
        let (tell, seen) = unbounded();
        let (wake, woken) = bounded::<()>(1);
        let (folders, ctx) = (Arc::clone(&wanted), ctx.clone());
        let watch = move || {
            let mut known = None;
            loop {
                let now = folders.lock().clone();
                if now.is_empty() {
                    // Nothing to look at: sleeps until there is.
                    if woken.recv().is_err() {
                        return;
                    }
                    continue;
                }
                let missing = now.iter().filter(|folder| !folder.is_dir()).cloned().collect();
                let looked = Some(Looked { folders: now, missing });
                if looked != known {
                    known.clone_from(&looked);
                    if looked.is_some_and(|looked| tell.send(looked).is_err()) {
                        return;
                    }
                    ctx.request_repaint();
                }
                if woken.recv_timeout(PERIOD) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("folders".into()).spawn(watch) {
            log::warn!("cannot look whether recent lakes are there: {error}");
        }
        Self { wanted, wake, seen }
    }

    /// Which folders to look at from now on.
    pub fn want(&self, folders: impl Iterator<Item = PathBuf>) {
        let folders: Vec<PathBuf> = folders.collect();
        let mut wanted = self.wanted.lock();
        if *wanted != folders {
            *wanted = folders;
            let _ = self.wake.try_send(());
        }
    }

    /// What was seen last, when that changed since the last call.
    pub fn poll(&self) -> Option<Looked> {
        self.seen.try_iter().last()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_folder_that_goes_and_comes_back_is_noticed() {
        let base = tempfile::tempdir().unwrap();
        let (stays, goes) = (base.path().join("stays"), base.path().join("goes"));
        std::fs::create_dir(&stays).unwrap();
        let watch = FolderWatch::new(&Context::default());
        watch.want([stays, goes.clone()].into_iter());
        let next = || {
            let begun = Instant::now();
            loop {
                if let Some(looked) = watch.poll() {
                    return looked.missing;
                }
                assert!(begun.elapsed() < Duration::from_secs(20));
                thread::sleep(Duration::from_millis(20));
            }
        };
        assert_eq!(next(), BTreeSet::from([goes.clone()]));
        std::fs::create_dir(&goes).unwrap();
        assert!(next().is_empty());
    }
}
