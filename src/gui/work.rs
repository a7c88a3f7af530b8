//! The threads that work for the window, and the watcher that notices what other processes did to a lake.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use parking_lot::Mutex;

use crate::{
    catalog::FrameTable,
    jobs::Pool,
    session::{FrameTrouble, Session, SessionError, StoreWatch},
};

/// One pool per kind of work, so that a slow kind never holds up a quick one.
pub struct Workers {
    /// Questions a person waits for: filters, facets, details.
    pub ask: Pool,
    /// Pictures.
    pub pictures: Pool,
    /// Questions about detection events, which may take long.
    pub events: Pool,
    /// A person's own SQL: one query at a time, each in a process of its own.
    pub sql: Pool,
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
            events: Pool::new("events", 2),
            sql: Pool::new("sql", 2),
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
    /// The folder is back, and its index is at this generation; at none when the session that is open cannot read it.
    Back(Option<u64>),
}

/// Whether the folder is there, as far as one can tell: a share that does not answer once has not gone.
#[derive(Debug, Default)]
struct Presence {
    misses: u32,
    gone: bool,
}

/// Looks in vain before a folder is taken for gone, or before what came back is taken for another lake.
const MISSES: u32 = 3;

impl Presence {
    /// Takes in one look; true when that turned whether the folder is there.
    fn look(&mut self, there: bool) -> bool {
        self.misses = if there { 0 } else { self.misses + 1 };
        let gone = self.misses >= MISSES || (self.gone && !there);
        std::mem::replace(&mut self.gone, gone) != gone
    }
}

/// The footages whose pictures are in memory: their stores are looked at.
#[derive(Default)]
struct Watched {
    table: Option<Arc<FrameTable>>,
    footages: BTreeSet<i64>,
}

/// A store that is looked at, and how it was the last time: `None` as it was indexed.
type Looked = (StoreWatch, Option<FrameTrouble>);

/// The footages whose stores are in another state than when they were looked at last. What was never looked at was as it
/// was indexed, or nothing would have been read of it.
fn changed_stores(session: &Session, watched: &Watched, known: &mut HashMap<i64, Looked>) -> Vec<i64> {
    let Some(table) = &watched.table else { return Vec::new() };
    known.retain(|footage, _| watched.footages.contains(footage));
    for index in 0..table.footage_list().len() {
        let id = table.footage_id(index);
        if watched.footages.contains(&id)
            && !known.contains_key(&id)
            && let Ok(watch) = session.store_watch(table, index)
        {
            known.insert(id, (watch, None));
        }
    }
    let mut changed = Vec::new();
    for (id, (watch, before)) in known {
        let now = match watch.look() {
            Err(SessionError::Frame { trouble: trouble @ (FrameTrouble::Changed | FrameTrouble::Absent), .. }) => {
                Some(trouble)
            }
            // What keeps a store from being looked at says nothing of what is in it.
            Ok(()) | Err(_) => None,
        };
        if *before != now {
            *before = now;
            changed.push(*id);
        }
    }
    changed
}

/// Looks at a lake, and at the stores whose pictures are in memory, every two seconds while the window has the focus. It wakes the window only when something changed,
/// so that an idle window draws nothing.
pub struct Watcher {
    seen: Receiver<Seen>,
    stores: Receiver<i64>,
    watched: Arc<Mutex<Watched>>,
    kept: Arc<AtomicBool>,
    focused: Arc<AtomicBool>,
    _stop: Sender<()>,
}

const PERIOD: Duration = Duration::from_secs(2);

impl Watcher {
    /// Watches `session`, whose index is at `generation` now.
    pub fn new(session: Session, root: PathBuf, generation: u64, ctx: egui::Context) -> Self {
        let (tell, seen) = unbounded();
        let (tell_store, stores) = unbounded();
        let watched = Arc::new(Mutex::new(Watched::default()));
        let (stop, stopped) = bounded::<()>(0);
        let focused = Arc::new(AtomicBool::new(true));
        let looks = Arc::clone(&focused);
        let looked_at = Arc::clone(&watched);
        let kept = Arc::new(AtomicBool::new(false));
        let kept_changed = Arc::clone(&kept);
        let watch = move || {
            let mut known = generation;
            let mut presence = Presence::default();
            let mut strange = 0;
            let mut states = HashMap::new();
            let mut kept_version = session.kept_version().ok();
            let again = |presence: &Presence| if presence.misses > 0 { PERIOD / 2 } else { PERIOD };
            while stopped.recv_timeout(again(&presence)) == Err(RecvTimeoutError::Timeout) {
                if !looks.load(Ordering::Relaxed) {
                    continue;
                }
                let there = root.is_dir();
                let readable = |_: &u64| !presence.gone || session.kept_version().is_ok();
                let generation = if there { session.generation().ok().filter(readable) } else { None };
                // What came back and cannot be read yet may still be on its way.
                strange = if presence.gone && there && generation.is_none() { strange + 1 } else { 0 };
                let news = if (1..MISSES).contains(&strange) {
                    None
                } else if presence.look(there) {
                    Some(if presence.gone { Seen::Gone } else { Seen::Back(generation) })
                } else {
                    generation.filter(|now| *now != known).map(Seen::Changed)
                };
                if there && !presence.gone {
                    let wanted = {
                        let watched = looked_at.lock();
                        Watched { table: watched.table.clone(), footages: watched.footages.clone() }
                    };
                    let changed = changed_stores(&session, &wanted, &mut states);
                    if !changed.is_empty() {
                        for footage in changed {
                            let _ = tell_store.send(footage);
                        }
                        ctx.request_repaint();
                    }
                }
                let version = session.kept_version().ok();
                if version.is_some() && version != kept_version {
                    kept_version = version;
                    kept_changed.store(true, Ordering::Relaxed);
                    ctx.request_repaint();
                }
                if let Some(news) = news {
                    if let Seen::Changed(now) | Seen::Back(Some(now)) = news {
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
        Self { seen, stores, watched, kept, focused, _stop: stop }
    }

    /// Tells whose pictures are in memory: as long as they are, their stores are looked at.
    pub fn watch_stores(&self, table: &Arc<FrameTable>, footages: BTreeSet<i64>) {
        *self.watched.lock() = Watched { table: Some(Arc::clone(table)), footages };
    }

    /// The footages whose stores changed, went away or came back since the last call.
    pub fn changed_stores(&self) -> BTreeSet<i64> {
        self.stores.try_iter().collect()
    }

    /// Whether another process has changed what is kept of the lake since the last call.
    pub fn kept_changed(&self) -> bool {
        self.kept.swap(false, Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_in_vain_is_not_the_end_of_a_lake() {
        let mut presence = Presence::default();
        let looks = [
            (true, false),
            (false, false),
            (false, false),
            (true, false),
            (false, false),
            (false, false),
            (false, true),
            (false, false),
            (true, true),
            (true, false),
            (false, false),
        ];
        for (at, (there, turned)) in looks.into_iter().enumerate() {
            assert_eq!(presence.look(there), turned, "look {at}");
        }
    }
}
