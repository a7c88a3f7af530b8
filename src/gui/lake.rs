//! The open lake: its frame table, what is shown of it, what is chosen, and which frame is looked at.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use egui::Context;

use super::{
    categories::{CategoryName, categories_of},
    chosen_frames::LastChosen,
    counting::{Counting, Outcome},
    detections::Asked,
    explore::{Marks, TimelineMemory},
    extend::Extending,
    fetch::Fetch,
    frame_times::{FrameTimes, StepsBack},
    grid_choice::GridChoice,
    keep::Keep,
    looking::{ChosenBox, Looking},
    objects::{Objects, ObjectsKey},
    quality::QualityState,
    reloading::Reloading,
    row_names::RowNames,
    selected::Selected,
    sql::SqlState,
    state::{LakeMemory, SortBy},
    statistics::StatAsked,
    undo::{Change, Undo, ViewState},
    view::{View, ViewError, ViewKey},
    work::{Watcher, Workers},
};
use crate::{
    catalog::FrameTable,
    filter::{Filter, FilterError, FootageRows, FrameColumns},
    jobs::Priority,
    lake::lake_of,
    model::{BoundingBox, Look},
    session::{LakeInfo, OpenOptions, Selection, Session},
};

/// Filters that are remembered of a lake.
const FILTERS: usize = 40;

/// What is loaded when a lake is opened or its index changed.
#[derive(Clone)]
pub struct Loaded {
    /// The frames.
    pub table: Arc<FrameTable>,
    /// Time of each frame, ns UTC.
    pub times: Arc<Vec<i64>>,
    /// The footages whose times go back.
    pub steps_back: Arc<StepsBack>,
    /// Counts, metrics, problems.
    pub info: Arc<LakeInfo>,
    /// Which frame each row is.
    pub names: Arc<RowNames>,
    /// The categories there are.
    pub categories: Arc<Vec<CategoryName>>,
    /// How each footage is shown, by the catalog's number of it.
    pub looks: HashMap<i64, Look>,
    /// Stores that are not as they were indexed.
    pub changed: Arc<Vec<String>>,
}

impl Loaded {
    /// Reads them; to be called by a worker.
    ///
    /// # Errors
    /// What kept the index from being read.
    pub fn read(session: &Session) -> Result<Self, String> {
        let table = session.table().map_err(|error| error.to_string())?;
        let times = table.timestamps()?;
        let steps_back = Arc::new(StepsBack::of(table.footages(), &times));
        let info = session.info().map_err(|error| error.to_string())?;
        let names = Arc::new(RowNames::of(&table));
        let footages = 0..table.footage_list().len();
        let looks = footages.map(|index| (table.footage_id(index), session.look(&table, index))).collect();
        let categories = Arc::new(categories_of(&table));
        let changed = Arc::new(session.changed_stores().map_err(|error| error.to_string())?);
        Ok(Self { table, times, steps_back, info: Arc::new(info), names, categories, looks, changed })
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
    /// Opens `root`, or the lake that the file `root` lies in; to be called by a worker.
    ///
    /// # Errors
    /// What kept it from being opened.
    pub fn open(root: &std::path::Path, options: OpenOptions) -> Result<Self, String> {
        let session = Session::open(&lake_of(root), options).map_err(|error| error.to_string())?;
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
    /// Whether the filter is turned off: its text stays, and all frames are shown.
    pub off: bool,
    /// Conditions that were set aside, to be taken up again; gone when the lake is closed.
    pub aside: Vec<String>,
    /// Filters used lately, newest first.
    pub filters: Vec<String>,
    /// When the filter text changed last, s.
    pub filter_since: f64,
    /// The order asked for.
    pub sort: Option<SortBy>,
    /// What a tile of the grid stands for.
    pub grid: GridChoice,
    /// The objects on the matching frames, while the grid shows objects.
    pub objects: Fetch<ObjectsKey, Arc<Objects>>,
    /// An object that is looked at: the row of its frame, and its box.
    pub marked: Option<(usize, BoundingBox)>,
    /// The newest valid answer.
    pub view: Option<Arc<View>>,
    /// What is wrong with the present filter text.
    pub filter_error: Option<FilterError>,
    /// The last filter text that was applied.
    sound: String,
    /// The row looked at.
    pub current: Option<usize>,
    /// The chosen frames.
    pub selected: Arc<Selected>,
    /// Lanes and axis of the timeline.
    pub timeline: TimelineMemory,
    /// The marks A and B.
    pub marks: Marks,
    /// How frames are looked at.
    pub looking: Looking,
    /// The box that a person pressed.
    pub chosen_box: Option<ChosenBox>,
    /// The metric that routes are coloured by.
    pub track_metric: Option<String>,
    /// What is asked of detection events.
    pub detections: Asked,
    /// What is asked in SQL.
    pub sql: SqlState,
    /// What is listed of the quality of data.
    pub quality: QualityState,
    /// What is asked of values.
    pub statistics: StatAsked,
    /// Undo and redo.
    pub undo: Undo,
    /// The saved selections.
    pub selections: Fetch<u64, Vec<Selection>>,
    /// Grows when selections, views or tags were changed.
    pub selections_version: u64,
    /// Views, tags, comparisons.
    pub keep: Keep,
    /// What other processes do to it.
    pub watcher: Watcher,
    /// Frames looked at before, and after going back.
    pub back: Vec<usize>,
    /// Frames to go forward to.
    pub forward: Vec<usize>,
    /// What the facets count.
    pub counting: Counting,
    /// The last question that had no answer.
    pub(super) refused: Option<ViewKey>,
    unfiltered: Fetch<u64, View>,
    /// A newer index on its way.
    pub(super) reloading: Reloading,
    /// Chosen frames of an earlier index that are being found in this one.
    pub(super) finding: Option<Finding>,
    /// Frames that are about to be chosen beside the others.
    pub(super) extending: Vec<Extending>,
    /// Everything is to be chosen that this question finds.
    pub(super) all_wanted: Option<ViewKey>,
    /// What is chosen, by name.
    pub(super) last_chosen: LastChosen,
}

/// A choice whose rows are of an earlier index, on its way into the present one.
pub(super) struct Finding {
    before: (Arc<Selected>, Arc<RowNames>),
    /// What is shown as chosen meanwhile. A person who chooses something else in between means that.
    meanwhile: Arc<Selected>,
    found: Fetch<(), Arc<Selected>>,
}

impl Lake {
    /// Shows `session` as it was left.
    pub fn new(session: Session, loaded: Loaded, memory: LakeMemory, ctx: &Context) -> Self {
        let root = session.root().to_path_buf();
        let watcher = Watcher::new(session.clone(), root.clone(), loaded.table.generation(), ctx.clone());
        let (selected, gone) = memory.chosen.rows(&loaded.names);
        let selected = Arc::new(selected);
        let statistics = StatAsked::new(memory.statistics, memory.statistics_look, &loaded.table);
        let last_chosen = LastChosen::new(memory.chosen, gone, &selected, &loaded.names);
        Self {
            session,
            root,
            loaded,
            filter: memory.filter,
            off: false,
            aside: Vec::new(),
            filters: memory.filters,
            filter_since: 0.0,
            sort: memory.sort,
            grid: memory.grid,
            objects: Fetch::default(),
            marked: None,
            view: None,
            filter_error: None,
            sound: String::new(),
            current: None,
            selected,
            timeline: memory.timeline,
            marks: memory.marks,
            looking: memory.looking,
            chosen_box: None,
            track_metric: memory.track,
            detections: Asked::new(memory.detections, memory.detections_look),
            sql: SqlState::new(memory.sql),
            quality: QualityState::default(),
            statistics,
            undo: Undo::default(),
            selections: Fetch::default(),
            selections_version: 0,
            keep: Keep::default(),
            watcher,
            back: Vec::new(),
            forward: Vec::new(),
            counting: Counting::default(),
            refused: None,
            unfiltered: Fetch::default(),
            reloading: Reloading::default(),
            finding: None,
            extending: Vec::new(),
            all_wanted: None,
            last_chosen,
        }
    }

    /// What to remember of it.
    pub fn memory(&self) -> LakeMemory {
        // A filter that cannot be read is not worth coming back to.
        let filter = match (&self.filter_error, &self.view) {
            (Some(_), Some(view)) if !self.off => view.key.filter.clone(),
            (Some(_), _) => String::new(),
            (None, _) => self.filter.clone(),
        };
        let (timeline, looking, track) = (self.timeline.clone(), self.looking.clone(), self.track_metric.clone());
        let (grid, filters) = (self.grid.clone(), self.filters.clone());
        let (detections, detections_look) = (self.detections.choice.clone(), self.detections.look.clone());
        let (chosen, marks) = (self.last_chosen(), self.marks.clone());
        LakeMemory {
            filter,
            sort: self.sort.clone(),
            filters,
            timeline,
            looking,
            track,
            grid,
            chosen,
            marks,
            detections,
            detections_look,
            sql: self.sql.memory.clone(),
            statistics: Some(self.statistics.choice.clone()),
            statistics_look: self.statistics.look.clone(),
        }
    }

    /// The filter that is asked for: nothing while it is turned off.
    pub fn applied(&self) -> &str {
        if self.off { "" } else { &self.filter }
    }

    /// What is wrong with the filter that is typed, and the one that what is shown is of instead.
    pub fn shown_instead(&self) -> Option<(&FilterError, &str)> {
        let (error, view) = (self.filter_error.as_ref()?, self.view.as_ref()?);
        (view.key.filter != self.applied()).then(|| (error, view.key.filter.trim()))
    }

    /// Number of selected frames that are not among those shown.
    pub fn selected_outside(&self) -> usize {
        let shown = self.view.as_ref().filter(|view| view.key.generation == self.table().generation());
        shown.map_or(0, |view| self.selected.count_outside(&view.set))
    }

    /// Puts the present filter first in the list of those used lately, when it is one that could be used.
    pub fn keep_filter(&mut self) {
        let text = self.filter.trim();
        let used = self.view.as_ref().is_some_and(|view| view.key.filter == self.filter);
        if text.is_empty() || !used || self.filters.first().is_some_and(|first| first == text) {
            return;
        }
        let text = text.to_owned();
        self.filters.retain(|known| *known != text);
        self.filters.insert(0, text);
        self.filters.truncate(FILTERS);
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

    /// When the frames of a footage were taken.
    pub fn frame_times(&self, first_row: usize, rows: usize) -> FrameTimes<'_> {
        self.loaded.steps_back.times(&self.loaded.times, first_row, rows)
    }

    /// Times by which the frames of a footage are played; they ascend even where its clock was set back.
    pub fn played_times(&self, first_row: usize, rows: usize) -> &[i64] {
        self.loaded.steps_back.played(&self.loaded.times, first_row, rows)
    }

    /// The row of a footage whose time is nearest to `time_ns`.
    pub fn row_at(&self, footage: &FootageRows, time_ns: i64) -> usize {
        footage.first_row + self.frame_times(footage.first_row, footage.rows).nearest(time_ns).unwrap_or(0)
    }

    /// The filter text, or the one before it where it cannot be applied: a broken text is no step to come back to.
    fn sound_filter(&self) -> &str {
        let refused = self.filter_error.is_some() && !self.is_filtering();
        if refused || Filter::parse(&self.filter).is_err() { &self.sound } else { &self.filter }
    }

    /// What can be undone, as it is now.
    pub fn view_state(&self) -> ViewState {
        // What is still being found is what a person means.
        let (selected, names) = match self.finding.as_ref().filter(|finding| self.awaits(finding)) {
            Some(finding) => finding.before.clone(),
            None => (Arc::clone(&self.selected), Arc::clone(&self.loaded.names)),
        };
        ViewState {
            filter: self.sound_filter().to_owned(),
            off: self.off,
            aside: self.aside.clone(),
            sort: self.sort.clone(),
            grid: self.grid.clone(),
            view: self.keep.opened.clone(),
            selected,
            looking: self.looking.clone(),
            names,
            lanes: self.timeline.lanes.clone(),
            marks: self.marks.clone(),
            statistics: self.statistics.choice.clone(),
        }
    }

    /// Goes back to what was; the chosen frames are found again when the index has changed since.
    pub fn restore(&mut self, state: ViewState, workers: &Workers, ctx: &Context) {
        self.filter = state.filter;
        self.off = state.off;
        self.aside = state.aside;
        self.sort = state.sort;
        self.timeline.lanes = state.lanes;
        self.marks = state.marks;
        self.keep.opened = state.view;
        self.statistics.choice = state.statistics;
        // A tool of looking is no step of a search.
        let magnifier = self.looking.magnifier;
        self.looking = Looking { magnifier, ..state.looking };
        self.grid = state.grid;
        self.finding = None;
        self.extending.clear();
        if Arc::ptr_eq(&state.names, &self.loaded.names) {
            self.selected = state.selected;
        } else {
            self.find_selected((state.selected, state.names), workers, ctx);
        }
    }

    /// Has a worker find frames chosen in an earlier index: there may be millions.
    pub(super) fn find_selected(&mut self, before: (Arc<Selected>, Arc<RowNames>), workers: &Workers, ctx: &Context) {
        let ((selected, names), now) = (before.clone(), Arc::clone(&self.loaded.names));
        let mut found = Fetch::default();
        found.request((), &workers.ask, Priority::Visible, ctx, move |_| {
            Ok(Arc::new(names.selected_in(&selected, &now)))
        });
        self.finding = Some(Finding { before, meanwhile: Arc::clone(&self.selected), found });
    }

    fn awaits(&self, finding: &Finding) -> bool {
        Arc::ptr_eq(&finding.meanwhile, &self.selected)
    }

    fn take_found(&mut self) {
        let Some(mut finding) = self.finding.take() else { return };
        if !self.awaits(&finding) {
            return;
        }
        finding.found.poll();
        match finding.found.take_ready() {
            Some(found) => self.selected = found,
            None => self.finding = Some(finding),
        }
    }

    /// Changes how frames are looked at, as a step that can be undone.
    pub fn look(&mut self, change: impl FnOnce(&mut Looking)) {
        self.undo.record(self.view_state(), Change::Other);
        change(&mut self.looking);
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

    /// Asks for what is needed and takes in what came. Tells the footages that look different from now on.
    pub fn poll(&mut self, workers: &Workers, ctx: &Context) -> Vec<i64> {
        let key = self.view_key(self.table().generation());
        // Back at what is shown, nobody asks again: what was wrong in between is wrong no more.
        if self.refused.as_ref().is_some_and(|refused| *refused != key)
            && self.view.as_ref().is_some_and(|view| view.key == key)
        {
            (self.filter_error, self.refused) = (None, None);
        }
        // While the filter cannot be answered, the facets count what is shown.
        let key = match &self.view {
            Some(view) if self.refused.as_ref() == Some(&key) && view.key.generation == key.generation => {
                view.key.clone()
            }
            _ => key,
        };
        let from = (&self.session, &self.loaded.table);
        if let Some(outcome) = self.counting.poll(from, key, self.view.as_ref(), workers, ctx) {
            self.take_outcome(outcome);
        }
        self.fall_back(workers, ctx);
        self.ask_for_objects(workers, ctx);
        let version = self.selections_version;
        let session = self.session.clone();
        self.selections.request(version, &workers.ask, Priority::Background, ctx, move |_| {
            session.selections().map_err(|error| error.to_string())
        });
        self.selections.poll();
        let table = Arc::clone(self.table());
        self.keep.poll(&self.session, (&table, &self.selected), version, workers, ctx);
        self.take_found();
        if self.finding.is_none() {
            self.take_extensions(workers, ctx);
        }
        self.take_all_wanted();
        self.follow_chosen(workers, ctx);
        self.poll_reload(workers, ctx)
    }

    /// What the present choices ask for, of an index of this generation. Only filters that name tags are asked again when
    /// tags change.
    pub(super) fn view_key(&self, generation: u64) -> ViewKey {
        // Objects have an order of their own, and the frames behind them are single.
        let grouped = !self.grid.objects && self.grid.groups(self.applied());
        let spans = grouped.then(|| self.grid.spans.clone());
        let sort = self.sort.clone().filter(|_| spans.is_none());
        let tags = if self.applied().contains("tag") { self.selections_version } else { 0 };
        ViewKey { generation, tags, filter: self.applied().to_owned(), sort, spans }
    }

    /// The objects that the grid shows now, once they are there.
    pub fn shown_objects(&self) -> Option<&Arc<Objects>> {
        let objects = self.objects.value()?;
        (objects.key.generation == self.table().generation()).then_some(objects)
    }

    fn ask_for_objects(&mut self, workers: &Workers, ctx: &Context) {
        if !self.grid.objects {
            self.objects.clear();
            return;
        }
        let Some(view) = self.view.clone() else { return };
        let query = self.grid.query.clone();
        let (generation, tags) = (view.key.generation, view.key.tags);
        let key = ObjectsKey { generation, tags, filter: view.key.filter.clone(), query };
        let (session, table) = (self.session.clone(), Arc::clone(self.table()));
        self.objects.request(key.clone(), &workers.ask, Priority::Visible, ctx, move |_| {
            Objects::new(&session, &table, &view, key)
        });
        self.objects.poll();
    }

    /// A filter that was wrong from the start shows all frames until it is mended.
    fn fall_back(&mut self, workers: &Workers, ctx: &Context) {
        if self.view.is_some() || self.filter_error.is_none() {
            return;
        }
        let (session, table, sort) = (self.session.clone(), Arc::clone(self.table()), self.sort.clone());
        let generation = table.generation();
        self.unfiltered.request(generation, &workers.ask, Priority::Visible, ctx, move |_| {
            let key = |sort| ViewKey { generation, tags: 0, filter: String::new(), sort, spans: None };
            View::new(&session, &table, key(sort)).or_else(|_| View::new(&session, &table, key(None))).map_err(
                |error| match error {
                    ViewError::Filter(error) => error.to_string(),
                    ViewError::Sort(error) => error,
                },
            )
        });
        self.unfiltered.poll();
        if let Some(view) = self.unfiltered.take_ready() {
            self.show_view(view);
        }
    }

    pub(super) fn show_view(&mut self, view: View) {
        if self.current.is_none() {
            self.current = view.row(0);
        }
        self.view = Some(Arc::new(view));
    }

    fn take_outcome(&mut self, Outcome { key, view }: Outcome) {
        // The filter may have changed while this was worked out: its frames are shown on the way, its mistakes are not.
        let newest = key.filter == self.applied() && key.sort == self.sort;
        let error = match view {
            Ok(view) => {
                if newest {
                    self.filter_error = None;
                    self.refused = None;
                    if !self.off {
                        self.sound.clone_from(&self.filter);
                    }
                }
                if let Some(view) = view {
                    self.show_view(view);
                }
                return;
            }
            Err(ViewError::Filter(error)) => error,
            Err(ViewError::Sort(error)) => FilterError::new(0..0, format!("cannot sort: {error}")),
        };
        if newest {
            self.filter_error = Some(error);
        }
        self.refused = Some(key);
    }

    /// Whether the answer to the present filter is still to come.
    pub fn is_filtering(&self) -> bool {
        self.counting.is_pending()
    }
}
