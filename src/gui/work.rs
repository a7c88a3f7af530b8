//! The threads that work for the window, and the watcher that notices what other processes did to a lake.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use crate::{jobs::Pool, session::Session};

/// One pool per kind of work, so that a slow kind never holds up a quick one.
pub struct Workers {
    /// Questions a person waits for: filters, facets, details.
    pub ask: Pool,
    /// Pictures.
    pub pictures: Pool,
    /// Indexing and exporting.
    pub long: Pool,
}

impl Workers {
    /// Starts the threads.
    pub fn new() -> Self {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        Self {
            ask: Pool::new("ask", cores.clamp(2, 4)),
            pictures: Pool::new("pictures", cores.max(2)),
            long: Pool::new("long", 2),
        }
    }
}

/// What the watcher saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The index has a new generation.
    Changed(u64),
    /// The folder is gone.
    Gone,
}

/// Looks at a lake every two seconds while the window has the focus. It wakes the window only when something changed,
/// so that an idle window draws nothing.
pub struct Watcher {
    seen: Receiver<Seen>,
    focused: Arc<AtomicBool>,
    _stop: Sender<()>,
}

const PERIOD: Duration = Duration::from_secs(2);

impl Watcher {
    /// Watches `session`, whose index is at `generation` now.
    pub fn new(session: Session, root: PathBuf, generation: u64, ctx: egui::Context) -> Self {
        let (tell, seen) = unbounded();
        let (stop, stopped) = bounded::<()>(0);
        let focused = Arc::new(AtomicBool::new(true));
        let looks = Arc::clone(&focused);
        let watch = move || {
            let mut known = generation;
            let mut gone = false;
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                if !looks.load(Ordering::Relaxed) {
                    continue;
                }
                let news = if root.is_dir() {
                    session.generation().ok().filter(|now| *now != known).map(Seen::Changed)
                } else {
                    (!gone).then_some(Seen::Gone)
                };
                if let Some(news) = news {
                    gone = news == Seen::Gone;
                    if let Seen::Changed(now) = news {
                        known = now;
                    }
                    if tell.send(news).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("watch".into()).spawn(watch) {
            log::warn!("cannot watch the lake for changes: {error}");
        }
        Self { seen, focused, _stop: stop }
    }

    /// Tells whether the window has the focus.
    pub fn set_focused(&self, focused: bool) {
        self.focused.store(focused, Ordering::Relaxed);
    }

    /// What was seen since the last call, newest last.
    pub fn poll(&self) -> Option<Seen> {
        self.seen.try_iter().last()
    }
}
