//! The open lake: its frame table, what is shown of it, what is chosen, and which frame is looked at.

use std::{path::PathBuf, sync::Arc};

use egui::Context;

use super::{
    fetch::Fetch,
    row_names::RowNames,
    selected::Selected,
    state::{LakeMemory, SortBy},
    undo::{Undo, ViewState},
    view::{View, ViewError, ViewKey},
    work::{Watcher, Workers},
};
use crate::{
    catalog::FrameTable,
    filter::{FilterError, FootageRows, FrameColumns},
    jobs::Priority,
    session::{LakeInfo, OpenOptions, Selection, Session},
};

/// What is loaded when a lake is opened or its index changed.
#[derive(Clone)]
pub struct Loaded {
    /// The frames.
    pub table: Arc<FrameTable>,
    /// Time of each frame, ns UTC.
    pub times: Arc<Vec<i64>>,
    /// Counts, metrics, problems.
    pub info: Arc<LakeInfo>,
    /// Which frame each row is.
    pub names: Arc<RowNames>,
}

impl Loaded {
    /// Reads them; to be called by a worker.
    ///
    /// # Errors
    /// What kept the index from being read.
    pub fn read(session: &Session) -> Result<Self, String> {
        let table = session.table().map_err(|error| error.to_string())?;
        let times = table.timestamps()?;
        let info = session.info().map_err(|error| error.to_string())?;
        let names = Arc::new(RowNames::of(&table));
        Ok(Self { table, times, info: Arc::new(info), names })
    }
}

/// A session and, when the lake has an index, what is in it.
pub struct Opened {
    /// The door.
    pub session: Session,
    /// What is in it.
    pub loaded: Option<Loaded>,
}

impl Opened {
    /// Opens `root`; to be called by a worker.
    ///
    /// # Errors
    /// What kept it from being opened.
    pub fn open(root: &std::path::Path, options: OpenOptions) -> Result<Self, String> {
        let session = Session::open(root, options).map_err(|error| error.to_string())?;
        let loaded = if session.is_indexed() { Some(Loaded::read(&session)?) } else { None };
        Ok(Self { session, loaded })
    }
}

/// A lake that is shown.
pub struct Lake {
    /// The door to everything.
    pub session: Session,
    /// Its folder.
    pub root: PathBuf,
    /// Frames, times, counts.
    pub loaded: Loaded,
    /// The filter text, be it valid or not.
    pub filter: String,
    /// The order asked for.
    pub sort: Option<SortBy>,
    /// The newest valid answer.
    pub view: Option<Arc<View>>,
    /// What is wrong with the present filter text.
    pub filter_error: Option<FilterError>,
    /// The row looked at.
    pub current: Option<usize>,
    /// The chosen frames.
    pub selected: Arc<Selected>,
    /// Metrics that are plotted.
    pub plots: Option<Vec<String>>,
    /// Undo and redo.
    pub undo: Undo,
    /// The saved selections.
    pub selections: Fetch<u64, Vec<Selection>>,
    /// Grows when selections were saved or deleted.
    pub selections_version: u64,
    /// What other processes do to it.
    pub watcher: Watcher,
    /// Frames looked at before, and after going back.
    pub back: Vec<usize>,
    /// Frames to go forward to.
    pub forward: Vec<usize>,
    asked: Fetch<ViewKey, Result<View, ViewError>>,
    unfiltered: Fetch<u64, View>,
    reload: Fetch<u64, Reloaded>,
    wanted_reload: u64,
}

/// A newer index, with what was shown of the one before.
struct Reloaded {
    loaded: Loaded,
    /// The frames that match now.
    view: Option<View>,
    /// The chosen frames as they were when this was asked for, and the same ones in the newer index.
    selected: (Arc<Selected>, Arc<Selected>),
}

impl Lake {
    /// Shows `session` as it was left.
    pub fn new(session: Session, loaded: Loaded, memory: LakeMemory, ctx: &Context) -> Self {
        let root = session.root().to_path_buf();
        let watcher = Watcher::new(session.clone(), root.clone(), loaded.table.generation(), ctx.clone());
        Self {
            session,
            root,
            loaded,
            filter: memory.filter,
            sort: memory.sort,
            view: None,
            filter_error: None,
            current: None,
            selected: Arc::default(),
            plots: memory.plots,
            undo: Undo::default(),
            selections: Fetch::default(),
            selections_version: 0,
            watcher,
            back: Vec::new(),
            forward: Vec::new(),
            asked: Fetch::default(),
            unfiltered: Fetch::default(),
            reload: Fetch::default(),
            wanted_reload: 0,
        }
    }

    /// What to remember of it.
    pub fn memory(&self) -> LakeMemory {
        // A filter that cannot be read is not worth coming back to.
        let filter = match (&self.filter_error, &self.view) {
            (Some(_), Some(view)) => view.key.filter.clone(),
            (Some(_), None) => String::new(),
            (None, _) => self.filter.clone(),
        };
        LakeMemory { filter, sort: self.sort.clone(), plots: self.plots.clone() }
    }

    /// The frames.
    pub fn table(&self) -> &Arc<FrameTable> {
        &self.loaded.table
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.table().rows()
    }

    /// The footage of `row`, with its number.
    pub fn footage(&self, row: usize) -> (usize, &FootageRows) {
        let index = self.table().footage_index(row);
        (index, &self.table().footages()[index])
    }

    /// Time of `row`, ns UTC.
    pub fn time(&self, row: usize) -> i64 {
        self.loaded.times.get(row).copied().unwrap_or(0)
    }

    /// The row of a footage whose time is nearest to `time_ns`.
    pub fn row_at(&self, footage: &FootageRows, time_ns: i64) -> usize {
        let end = footage.first_row + footage.rows;
        let times = self.loaded.times.get(footage.first_row..end).unwrap_or_default();
        let after = times.partition_point(|time| *time < time_ns);
        let nearest = match (after.checked_sub(1).and_then(|before| times.get(before)), times.get(after)) {
            (Some(before), Some(next)) if time_ns.abs_diff(*before) <= next.abs_diff(time_ns) => after - 1,
            (Some(_), None) => after - 1,
            _ => after,
        };
        (footage.first_row + nearest).min(end.saturating_sub(1))
    }

    /// What can be undone, as it is now.
    pub fn view_state(&self) -> ViewState {
        ViewState {
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            selected: Arc::clone(&self.selected),
            names: Arc::clone(&self.loaded.names),
        }
    }

    /// Goes back to what was; the chosen frames are found again when the index has changed since.
    pub fn restore(&mut self, state: ViewState) {
        self.filter = state.filter;
        self.sort = state.sort;
        let names = &self.loaded.names;
        self.selected = if Arc::ptr_eq(&state.names, names) {
            state.selected
        } else {
            Arc::new(state.names.selected_in(&state.selected, names))
        };
    }

    /// Looks at `row` and remembers the frame before.
    pub fn show(&mut self, row: usize) {
        if self.current == Some(row) || row >= self.frames() {
            return;
        }
        if let Some(before) = self.current.replace(row) {
            self.back.push(before);
            if self.back.len() > 500 {
                self.back.remove(0);
            }
            self.forward.clear();
        }
    }

    /// Looks at `row` on the way through a footage, which is not worth a step back.
    pub fn pass(&mut self, row: usize) {
        if row < self.frames() {
            self.current = Some(row);
        }
    }

    /// Asks for what is needed and takes in what came. True when the table changed.
    pub fn poll(&mut self, workers: &Workers, ctx: &Context) -> bool {
        let key =
            ViewKey { generation: self.table().generation(), filter: self.filter.clone(), sort: self.sort.clone() };
        let (session, table) = (self.session.clone(), Arc::clone(self.table()));
        self.asked
            .request(key.clone(), &workers.ask, Priority::Visible, ctx, move |_| Ok(View::new(&session, &table, key)));
        if self.asked.poll() {
            self.take_view();
        }
        self.fall_back(workers, ctx);
        let version = self.selections_version;
        let session = self.session.clone();
        self.selections.request(version, &workers.ask, Priority::Background, ctx, move |_| {
            session.selections().map_err(|error| error.to_string())
        });
        self.selections.poll();
        if self.reload.poll() {
            return self.take_reload();
        }
        false
    }

    /// A filter that was wrong from the start shows all frames until it is mended.
    fn fall_back(&mut self, workers: &Workers, ctx: &Context) {
        if self.view.is_some() || self.filter_error.is_none() {
            return;
        }
        let (session, table, sort) = (self.session.clone(), Arc::clone(self.table()), self.sort.clone());
        let generation = table.generation();
        self.unfiltered.request(generation, &workers.ask, Priority::Visible, ctx, move |_| {
            let key = |sort| ViewKey { generation, filter: String::new(), sort };
            View::new(&session, &table, key(sort))
                .or_else(|_| View::new(&session, &table, key(None)))
                .map_err(|error| format!("{error:?}"))
        });
        self.unfiltered.poll();
        if let Some(view) = self.unfiltered.take_ready() {
            self.show_view(view);
        }
    }

    fn show_view(&mut self, view: View) {
        if self.current.is_none() {
            self.current = view.row(0);
        }
        self.view = Some(Arc::new(view));
    }

    fn take_view(&mut self) {
        if let Some(error) = self.asked.error() {
            self.filter_error = Some(FilterError::new(0..0, error.to_owned()));
            return;
        }
        match self.asked.take_ready() {
            Some(Ok(view)) => {
                self.filter_error = None;
                self.show_view(view);
            }
            Some(Err(ViewError::Filter(error))) => self.filter_error = Some(error),
            Some(Err(ViewError::Sort(error))) => {
                self.filter_error = Some(FilterError::new(0..0, format!("cannot sort: {error}")));
            }
            None => {}
        }
    }

    /// Whether the answer to the present filter is still to come.
    pub fn is_filtering(&self) -> bool {
        self.asked.is_pending()
    }

    /// Reads the table again, for example after the index changed, and finds the chosen frames in it.
    pub fn reload(&mut self, workers: &Workers, ctx: &Context) {
        self.wanted_reload += 1;
        let session = self.session.clone();
        let (names, selected) = (Arc::clone(&self.loaded.names), Arc::clone(&self.selected));
        let (filter, sort) = (self.filter.clone(), self.sort.clone());
        self.reload.request(self.wanted_reload, &workers.ask, Priority::Visible, ctx, move |_| {
            let loaded = Loaded::read(&session)?;
            let found = Arc::new(names.selected_in(&selected, &loaded.names));
            // The frames that match come together with the table, so that the grid does not blink.
            let key = ViewKey { generation: loaded.table.generation(), filter, sort };
            let view = View::new(&session, &loaded.table, key).ok();
            Ok(Reloaded { loaded, view, selected: (selected, found) })
        });
    }

    /// Why the table could not be read again.
    pub fn reload_error(&self) -> Option<&str> {
        self.reload.error()
    }

    fn take_reload(&mut self) -> bool {
        let Some(Reloaded { loaded, view, selected: (asked, found) }) = self.reload.take_ready() else { return false };
        let before = std::mem::replace(&mut self.loaded, loaded).names;
        let now = &self.loaded.names;
        self.selected =
            if Arc::ptr_eq(&asked, &self.selected) { found } else { Arc::new(before.selected_in(&self.selected, now)) };
        let find = |row: usize| before.row_in(row, now);
        self.current = self.current.and_then(find);
        self.back = self.back.iter().copied().filter_map(find).collect();
        self.forward = self.forward.iter().copied().filter_map(find).collect();
        self.view = None;
        if let Some(view) = view.filter(|view| view.key.filter == self.filter && view.key.sort == self.sort) {
            self.show_view(view);
        }
        self.selections_version += 1;
        true
    }
}
