//! The application: owns the state, polls the workers, draws the shell and carries out what was asked.

use std::{
    mem::take,
    path::PathBuf,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Context, Ui};

use super::{
    command::{Action, Command},
    detections::{Detections, DetectionsCommand},
    dialogs::{self, Dialog},
    dock::Pane,
    events::Event,
    explore::Explore,
    fetch::Fetch,
    folders::{FolderWatch, Looked},
    lake::{Lake, Opened},
    persist,
    runs::Runs,
    shell, shortcuts,
    state::{Persisted, State, Way, Workspace},
    statistics::Statistics,
    theme,
    widgets::text::counted,
    work::{Seen, Workers},
};
use crate::session::{OpenOptions, Session};

/// What fills the window.
pub(super) enum Slot {
    /// No lake.
    Welcome,
    /// A lake is being opened.
    Opening {
        /// Its folder.
        root: PathBuf,
        /// The answer.
        answer: Fetch<PathBuf, Opened>,
    },
    /// A lake without an index is being indexed.
    Indexing {
        /// The lake.
        session: Session,
        /// The job.
        job: u64,
    },
    /// A lake is shown.
    Ready(Box<Lake>),
    /// A lake could not be opened, or is gone.
    Failed {
        /// Its folder.
        root: PathBuf,
        /// What happened.
        headline: String,
        /// Why, and what to do.
        error: String,
        /// The folder was there and went: the lake as it was, to be shown again when its folder comes back.
        gone: Option<Box<Lake>>,
    },
}

/// State and caches of the workspaces.
#[derive(Default)]
pub(super) struct Workspaces {
    pub(super) explore: Explore,
    pub(super) detections: Detections,
    pub(super) statistics: Statistics,
    pub(super) runs: Runs,
}

impl Workspaces {
    /// The frames of a footage look different from now on.
    pub(super) fn forget_pictures(&mut self, footage: i64) {
        self.explore.forget_pictures(footage);
        self.detections.forget_pictures(footage);
    }

    /// A question that takes long.
    fn answering(&self) -> Option<shell::Answering<'_>> {
        let counting = self.detections.long_work().map(|progress| shell::Answering {
            title: "Counting detections",
            progress,
            stop: Command::Detections(DetectionsCommand::Stop),
        });
        counting.or_else(|| self.statistics.answering())
    }

    /// Grows with every picture that came into memory.
    fn pictures_came(&self) -> u64 {
        self.explore.pictures_came().wrapping_add(self.detections.kept().1)
    }

    /// The footages that pictures are kept of in memory.
    fn footages_in_memory(&self) -> std::collections::BTreeSet<i64> {
        let mut footages = self.explore.footages_in_memory();
        footages.extend(self.detections.kept().0);
        footages
    }
}

/// The window's application.
pub struct App {
    pub(super) state: State,
    pub(super) slot: Slot,
    pub(super) workspaces: Workspaces,
    pub(super) workers: Workers,
    pub(super) options: OpenOptions,
    pub(super) events: Receiver<Event>,
    pub(super) tell: Sender<Event>,
    settings: Option<PathBuf>,
    saved: Persisted,
    changed_at: Option<Instant>,
    applied_zoom: f32,
    /// The generation, and how many pictures had come, when the watcher was last told whose stores to look at.
    watched: Option<(u64, u64)>,
    /// Grows with every lake that is left: what workers tell of an earlier one is not taken for the present.
    pub(super) visit: u64,
    folders: FolderWatch,
    /// The lake that is indexed again as soon as the run at work has ended, because its settings changed meanwhile.
    pub(super) index_next: Option<PathBuf>,
}

/// Changes are written this long after the last one.
const SAVE_AFTER: Duration = Duration::from_secs(1);

impl App {
    /// An application that shows `lake`, or the welcome page. Settings are kept in the file `settings`, or nowhere.
    #[must_use]
    pub fn new(ctx: &Context, lake: Option<PathBuf>, options: OpenOptions, settings: Option<PathBuf>) -> Self {
        theme::install(ctx);
        let (persisted, troubles) = settings.as_deref().map(persist::load).unwrap_or_default();
        ctx.set_theme(persisted.theme);
        let (tell, events) = unbounded();
        let mut app = Self {
            saved: persisted.clone(),
            state: State { persisted, ..State::default() },
            slot: Slot::Welcome,
            workspaces: Workspaces::default(),
            workers: Workers::new(),
            options,
            events,
            tell,
            settings,
            changed_at: None,
            applied_zoom: 1.0,
            watched: None,
            visit: 0,
            folders: FolderWatch::new(ctx),
            index_next: None,
        };
        for trouble in troubles {
            app.state.transient.complain(trouble);
        }
        if let Some(lake) = lake {
            app.open(lake, ctx);
        }
        app
    }

    /// The lake that is shown, if one is.
    pub(super) fn lake(&self) -> Option<&Lake> {
        if let Slot::Ready(lake) = &self.slot { Some(lake) } else { None }
    }

    /// Begins to open `root`.
    pub(super) fn open(&mut self, root: PathBuf, ctx: &Context) {
        self.leave_lake();
        let root = std::path::absolute(&root).unwrap_or(root);
        let mut answer = Fetch::default();
        let (folder, mut options) = (root.clone(), self.options.clone());
        options.chunk_cache_bytes.get_or_insert(self.state.persisted.memory.chunks());
        answer.request(root.clone(), &self.workers.ask, crate::jobs::Priority::Visible, ctx, move |_| {
            Opened::open(&folder, options)
        });
        self.slot = Slot::Opening { root, answer };
    }

    /// Remembers the lake and shows nothing of it any more. Its running jobs are stopped.
    pub(super) fn leave_lake(&mut self) {
        if let Slot::Ready(lake) | Slot::Failed { gone: Some(lake), .. } = &mut self.slot {
            lake.settle_chosen();
        }
        self.remember_lake();
        self.cancel_jobs();
        self.index_next = None;
        self.workspaces = Workspaces::default();
        self.watched = None;
        self.state.transient.dialog = None;
        self.state.transient.run = None;
        // What is still under way belongs to the lake that is left, and so does what could be taken back.
        self.visit += 1;
        self.state.transient.forget_ways();
        self.slot = Slot::Welcome;
    }

    /// Stops all long work.
    pub(super) fn cancel_jobs(&self) {
        for job in &self.state.transient.jobs {
            job.progress.cancel();
        }
    }

    /// The folder is gone. The lake is put aside as it is, and what works for it goes on: perhaps it is back soon.
    fn lose_lake(&mut self) {
        self.state.transient.dialog = None;
        let Slot::Ready(lake) = std::mem::replace(&mut self.slot, Slot::Welcome) else { return };
        self.slot = Slot::Failed {
            error: format!(
                "{} is no longer there. It may have been moved, renamed, or its drive unplugged. The lake is shown again, as it was, as soon as the folder is back.",
                lake.root.display()
            ),
            root: lake.root.clone(),
            headline: "The lake's folder is gone".into(),
            gone: Some(lake),
        };
    }

    /// Shows the lake again whose folder came back, with all that was chosen; one that cannot be read is opened anew.
    fn look_for_lost(&mut self, ctx: &Context) {
        let Slot::Failed { gone: Some(lake), root, .. } = &self.slot else { return };
        lake.watcher.set_focused(true);
        let (root, generation) = match lake.watcher.poll() {
            Some(Seen::Back(generation)) => (root.clone(), generation),
            Some(Seen::Changed(generation)) => (root.clone(), Some(generation)),
            Some(Seen::Gone) | None => return,
        };
        let Some(generation) = generation else { return self.open(root, ctx) };
        let Slot::Failed { gone: Some(mut lake), .. } = std::mem::replace(&mut self.slot, Slot::Welcome) else {
            return;
        };
        // What could not be read while the folder was away is read now.
        let table = std::sync::Arc::clone(lake.table());
        for footage in 0..crate::filter::FrameColumns::footages(&*table).len() {
            self.workspaces.explore.forget_pictures(table.footage_id(footage));
        }
        if generation != table.generation() {
            lake.reload(&self.workers, ctx);
        }
        self.slot = Slot::Ready(lake);
    }

    fn remember_lake(&mut self) {
        if let Slot::Ready(lake) | Slot::Failed { gone: Some(lake), .. } = &self.slot {
            let (root, memory) = (lake.root.clone(), lake.memory());
            if self.state.persisted.lakes.get(&root) != Some(&memory) {
                self.state.persisted.lakes.insert(root, memory);
            }
        }
    }

    fn poll(&mut self, ctx: &Context) {
        while let Ok(event) = self.events.try_recv() {
            self.take_event(event, ctx);
        }
        self.look_for_folders(ctx);
        self.look_for_lost(ctx);
        if let Slot::Opening { root, answer } = &mut self.slot
            && answer.poll()
        {
            let root = root.clone();
            if let Some(opened) = answer.take_ready() {
                self.take_opened(opened, ctx);
            } else {
                let error = answer.error().unwrap_or_default().to_owned();
                self.slot =
                    Slot::Failed { root, headline: "This folder cannot be opened as a lake".into(), error, gone: None };
            }
        }
        let Slot::Ready(lake) = &mut self.slot else { return };
        self.workspaces.statistics.sql.poll(lake, &self.workers, ctx);
        let compares = matches!(self.state.transient.dialog, Some(Dialog::Compare(_)))
            || self.state.persisted.layout.is_open(Pane::Compare);
        let counts = matches!(self.state.transient.dialog, Some(Dialog::Export(_)));
        lake.keep.ask_no_more(compares, counts);
        if lake.watcher.kept_changed() {
            lake.selections_version += 1;
        }
        for footage in lake.watcher.changed_stores() {
            self.workspaces.forget_pictures(footage);
        }
        let watched = Some((lake.table().generation(), self.workspaces.pictures_came()));
        if self.watched != watched {
            self.watched = watched;
            lake.watcher.watch_stores(lake.table(), self.workspaces.footages_in_memory());
        }
        for footage in lake.poll(&self.workers, ctx) {
            self.workspaces.forget_pictures(footage);
        }
        if let Some(error) = lake.take_reload_error() {
            let told = format!("The index changed but cannot be read again: {error}. It is tried from time to time.");
            self.state.transient.complain_with(told, Way { name: "Read again", command: Command::ReadAgain });
        }
        if lake.take_chosen_gone() {
            self.state.transient.complain("Some of the frames that were selected last are no longer in the lake.");
        }
        lake.watcher.set_focused(ctx.input(|input| input.focused));
        match lake.watcher.poll() {
            Some(Seen::Changed(now) | Seen::Back(Some(now))) if now != lake.table().generation() => {
                lake.reload(&self.workers, ctx);
            }
            Some(Seen::Gone) => self.lose_lake(),
            Some(Seen::Changed(_) | Seen::Back(_)) | None => {}
        }
    }

    /// Takes in which recent lakes are there. While a lake is shown nothing is looked for, so
    /// that a slow share is asked no more often than someone looks at the list.
    fn look_for_folders(&mut self, ctx: &Context) {
        let focused = ctx.input(|input| input.focused);
        let looking = focused && matches!(self.slot, Slot::Welcome | Slot::Failed { .. });
        let recent: &[PathBuf] = if looking { &self.state.persisted.recent } else { &[] };
        self.folders.want(recent.iter().cloned());
        if let Some(Looked { missing, .. }) = self.folders.poll() {
            self.state.transient.missing = missing;
        }
    }

    /// Shows an opened lake, or indexes it first.
    pub(super) fn take_opened(&mut self, opened: Opened, ctx: &Context) {
        let root = opened.session.root().to_path_buf();
        self.state.persisted.touch_recent(root.clone());
        let Some(loaded) = opened.loaded else {
            let job = self.start_index(opened.session.clone(), ctx);
            self.slot = Slot::Indexing { session: opened.session, job };
            return;
        };
        if !loaded.changed.is_empty() {
            let told = format!(
                "{} changed since the lake was indexed, for instance {}; their frames show no pictures until they are indexed again.",
                counted(loaded.changed.len() as u64, "store"),
                loaded.changed[0]
            );
            self.state.transient.complain_with(told, Way { name: "Index again", command: Action::IndexAgain.into() });
        }
        let memory = self.state.persisted.lakes.get(&root).cloned().unwrap_or_default();
        ctx.send_viewport_cmd(egui::ViewportCommand::Title(format!("{} — Lakescope", opened.session.name())));
        self.slot = Slot::Ready(Box::new(Lake::new(opened.session, loaded, memory, ctx)));
    }

    fn draw(&mut self, ui: &mut Ui, out: &mut Vec<Command>) {
        // Nothing under a dialog follows the pointer: a tooltip that was open would stay, over the dialog.
        let pointer = self.state.transient.dialog.is_some().then(|| ui.input_mut(|input| take(&mut input.pointer)));
        if self.state.persisted.menu_bar {
            shell::menu_bar_ui(ui, &self.state, matches!(self.slot, Slot::Ready(_)), out);
        }
        shell::top_bar_ui(ui, &self.state, &self.slot, &mut self.workspaces.explore.query, &self.workers, out);
        if let Slot::Ready(lake) = &self.slot {
            let answering = self.workspaces.answering();
            shell::status_bar_ui(ui, &self.state, lake, answering, out);
        }
        let state = &self.state;
        match &mut self.slot {
            Slot::Welcome => shell::welcome_ui(ui, state, out),
            Slot::Opening { root, .. } => shell::opening_ui(ui, root, out),
            Slot::Indexing { session, job } => shell::indexing_ui(ui, state, session, *job, out),
            Slot::Failed { root, headline, error, .. } => shell::failed_ui(ui, state, root, headline, error, out),
            Slot::Ready(lake) => match state.persisted.workspace {
                Workspace::Explore => self.workspaces.explore.ui(ui, state, lake, &self.workers, out),
                Workspace::Detections => {
                    self.workspaces.detections.ui(ui, state, lake, &self.workers, out);
                }
                Workspace::Statistics => {
                    self.workspaces.statistics.ui(ui, state, lake, &self.workers, out);
                }
                Workspace::Runs => self.workspaces.runs.ui(ui, state, lake, &self.workers, out),
            },
        }
        shell::notices_ui(ui.ctx(), state, out);
        shell::drop_ui(ui.ctx());
        if let Some(pointer) = pointer {
            ui.input_mut(|input| input.pointer = pointer);
        }
        if let Some(mut dialog) = self.state.transient.dialog.take() {
            let keep = dialogs::dialog_ui(ui.ctx(), &mut dialog, &self.state, self.lake(), &self.workers, out);
            if keep {
                self.state.transient.dialog = Some(dialog);
            }
        }
    }

    fn drops(ctx: &Context, out: &mut Vec<Command>) {
        let dropped = ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_path_buf()));
        if let Some(path) = dropped {
            out.push(Command::OpenLake(path));
        }
    }

    fn keep_settings(&mut self, ctx: &Context) {
        self.remember_lake();
        if !ctx
            .input(|input| input.viewport().maximized.unwrap_or(false) || input.viewport().fullscreen.unwrap_or(false))
        {
            let size = ctx
                .input(|input| input.viewport().inner_rect.map(|rect| [rect.width().round(), rect.height().round()]));
            self.state.persisted.window = size.or(self.state.persisted.window);
        }
        if self.state.persisted == self.saved {
            self.changed_at = None;
            return;
        }
        let since = *self.changed_at.get_or_insert_with(Instant::now);
        if since.elapsed() < SAVE_AFTER {
            ctx.request_repaint_after(SAVE_AFTER);
            return;
        }
        self.changed_at = None;
        let before = std::mem::replace(&mut self.saved, self.state.persisted.clone());
        if let Some(path) = self.settings.clone() {
            let persisted = self.saved.clone();
            let write = move |_: &_| {
                if let Err(error) = persist::save(&path, &persisted, &before) {
                    log::warn!("cannot write the window's settings {}: {error}", path.display());
                }
            };
            self.workers.ask.spawn(crate::jobs::Priority::Background, write).detach();
        }
    }

    /// Looks at jobs that run, so that their numbers move.
    fn keep_moving(&self, ctx: &Context) {
        let asking = self.workspaces.detections.is_asking() || self.workspaces.statistics.is_asking();
        if !self.state.transient.jobs.is_empty() || asking {
            ctx.request_repaint_after(Duration::from_millis(150));
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.poll(&ctx);
        let zoom = self.state.persisted.zoom;
        if (self.applied_zoom - zoom).abs() > 1e-3 {
            ctx.set_zoom_factor(zoom);
            self.applied_zoom = zoom;
        }
        self.ask_before_closing(&ctx);
        let mut commands = {
            let frames_in_sight = self.state.persisted.workspace == Workspace::Explore;
            shortcuts::pressed(&ctx, self.state.transient.dialog.is_some(), frames_in_sight)
        };
        Self::drops(&ctx, &mut commands);
        self.draw(ui, &mut commands);
        let acted = !commands.is_empty();
        for command in commands {
            self.apply(command, &ctx);
        }
        if acted {
            // What the commands changed is drawn at once, not when the pointer moves next.
            ctx.request_repaint();
        }
        self.keep_settings(&ctx);
        self.keep_moving(&ctx);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.cancel_jobs();
        if let Slot::Ready(lake) | Slot::Failed { gone: Some(lake), .. } = &mut self.slot {
            lake.settle_chosen();
        }
        self.remember_lake();
        if let Some(path) = &self.settings
            && self.state.persisted != self.saved
            && let Err(error) = persist::save(path, &self.state.persisted, &self.saved)
        {
            log::warn!("cannot write the window's settings {}: {error}", path.display());
        }
    }
}
