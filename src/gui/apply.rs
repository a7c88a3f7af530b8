//! Carries out commands: the only place where shared state changes.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use egui::{Context, ViewportCommand};

use super::{
    App,
    app::Slot,
    command::{Action, Command},
    detections::{self, DetectionsCommand},
    dialogs::{
        ChecksumDraft, Dialog, ExportDraft, LayoutDraft, Palette, PathDraft, PathFor, SelectionDraft, VerifyDraft,
    },
    dock::Pane,
    events::{Event, Purpose},
    explore::{SPEEDS, other_speed},
    keep::{CompareDraft, KeepCommand, Library, Shelf, ViewDraft},
    leaving::Leave,
    quality::QualityCommand,
    sql::{SqlCommand, SqlWritten},
    state::{ThemeChoice, Workspace},
    statistics::StatisticsCommand,
};

/// Factors of the window's zoom.
const ZOOM: std::ops::RangeInclusive<f32> = 0.6..=2.5;
/// Widths of tiles, px.
pub(super) const TILE: std::ops::RangeInclusive<f32> = 24.0..=640.0;

impl App {
    /// Carries out one command.
    pub fn apply(&mut self, command: Command, ctx: &Context) {
        match command {
            Command::Do(action) => self.act(action, ctx),
            Command::OpenLake(root) => self.leave_for(Leave::Open(root), ctx),
            Command::ForgetRecent(root) => {
                self.state.persisted.recent.retain(|known| *known != root);
                self.state.persisted.lakes.remove(&root);
            }
            Command::SetTheme(theme) => {
                self.state.persisted.theme = theme;
                ctx.set_theme(theme);
            }
            Command::ShowWorkspace(workspace) => self.state.persisted.workspace = workspace,
            Command::SetTileWidth(width) => *self.tile_width() = width.clamp(*TILE.start(), *TILE.end()),
            Command::SetMemory(memory) => self.state.persisted.memory = memory,
            Command::SetSpeed(speed) => self.state.persisted.speed = speed.clamp(SPEEDS[0], SPEEDS[SPEEDS.len() - 1]),
            Command::CancelJob(id) => {
                for job in self.state.transient.jobs.iter().filter(|job| job.id == id) {
                    job.progress.cancel();
                }
            }
            Command::Copy { text, what } => {
                ctx.copy_text(text);
                self.state.transient.tell(format!("Copied {what}."));
            }
            Command::OpenFolderOutside(folder) => {
                ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", folder.display())));
            }
            Command::ViewScaled => self.state.transient.view_scale = None,
            Command::QueryFocused => self.state.transient.focus_query = false,
            Command::ShowProblems => {
                self.apply_to_panels(Command::OpenPane(Pane::Facets));
                self.workspaces.explore.facets.show_problems();
            }
            Command::ShowFacet(metric) => {
                self.apply_to_panels(Command::OpenPane(Pane::Facets));
                self.workspaces.explore.facets.go_to(&metric);
            }
            Command::ShowRun(run) => self.state.transient.run = Some(run),
            Command::RunTask(task) => self.run_task(task, ctx),
            Command::DismissNotice(id) => self.state.transient.notices.retain(|notice| notice.id != id),
            Command::TakeWay(id) => self.state.transient.way_taken(id),
            Command::ReadAgain => {
                if let Slot::Ready(lake) = &mut self.slot {
                    lake.reload(&self.workers, ctx);
                }
            }
            Command::CopyListExport(draft) => self.write_frame_list(&draft, ctx),
            Command::Leave(leave) => self.leave(leave, ctx),
            Command::Timeline(command) => self.apply_timeline(command, ctx),
            Command::Keep(command) => self.keep(command, ctx),
            Command::Quality(command) => self.apply_to_quality(command, ctx),
            Command::Sql(command) => self.apply_to_sql(command, ctx),
            Command::Statistics(command) => self.apply_to_statistics(command, ctx),
            Command::Detections(command) => self.apply_to_detections(command, ctx),
            Command::ChooseExportFolder => self.choose_folder(Purpose::Export, ctx),
            Command::SetLayout(_)
            | Command::OpenPane(_)
            | Command::ClosePane(_)
            | Command::TogglePane(_)
            | Command::Maximise(_)
            | Command::UseLayout(_)
            | Command::SaveLayout(_)
            | Command::DeleteLayout(_) => self.apply_to_panels(command),
            other => self.apply_to_lake(other, ctx),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each action")]
    fn act(&mut self, action: Action, ctx: &Context) {
        match action {
            Action::OpenFolder => self.choose_folder(Purpose::Open, ctx),
            Action::OpenPath => self.ask_for_path(None),
            Action::OpenSample => match sample_lake() {
                Some(sample) => self.leave_for(Leave::Open(sample), ctx),
                None => self.state.transient.complain(
                    "The sample lake is not beside the program. Make one with: lakescope sample DIR, then open that folder.",
                ),
            },
            Action::CloseLake => self.leave_for(Leave::Lake, ctx),
            Action::Retry => {
                if let Slot::Failed { root, .. } = &self.slot {
                    self.open(root.clone(), ctx);
                }
            }
            Action::IndexAgain => self.index_again(ctx),
            Action::RecordChecksums if self.lake().is_some() => {
                self.toggle_dialog(Dialog::Checksums(ChecksumDraft::default()));
            }
            Action::VerifyLake if self.lake().is_some() => self.toggle_dialog(Dialog::Verify(VerifyDraft::default())),
            Action::Settings if self.lake().is_some() => self.toggle_dialog(Dialog::Settings(Box::default())),
            Action::Quit => self.leave_for(Leave::Window, ctx),
            Action::Palette => self.toggle_dialog(Dialog::Palette(Palette::default())),
            Action::Shortcuts => self.toggle_dialog(Dialog::Shortcuts),
            Action::CloseDialog => self.state.transient.dialog = None,
            Action::Explore => self.state.persisted.workspace = Workspace::Explore,
            Action::Statistics => self.state.persisted.workspace = Workspace::Statistics,
            Action::Runs => self.state.persisted.workspace = Workspace::Runs,
            Action::Detections => self.state.persisted.workspace = Workspace::Detections,
            Action::MenuBar => self.state.persisted.menu_bar ^= true,
            Action::About => self.toggle_dialog(Dialog::About),
            Action::Fullscreen => {
                let now = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!now));
            }
            Action::ZoomIn => self.zoom(1.1),
            Action::ZoomOut => self.zoom(1.0 / 1.1),
            Action::ZoomReset => self.state.persisted.zoom = 1.0,
            Action::CycleTheme => {
                let next = match self.state.persisted.theme {
                    ThemeChoice::System if ctx.theme() == egui::Theme::Dark => ThemeChoice::Light,
                    ThemeChoice::System | ThemeChoice::Light => ThemeChoice::Dark,
                    ThemeChoice::Dark => ThemeChoice::Light,
                };
                self.apply(Command::SetTheme(next), ctx);
            }
            Action::TileBoxes => self.state.persisted.tile_boxes ^= true,
            Action::PlayFaster | Action::PlaySlower => {
                let speed = other_speed(self.state.persisted.speed, action == Action::PlayFaster);
                self.apply(Command::SetSpeed(speed), ctx);
            }
            Action::PlayAgain => self.state.persisted.repeat ^= true,
            Action::FacetsPanel => self.apply_to_panels(Command::TogglePane(Pane::Facets)),
            Action::ViewerPanel => self.apply_to_panels(Command::TogglePane(Pane::Viewer)),
            Action::MaximisePane => {
                let workspace = self.state.persisted.workspace;
                let first = match workspace {
                    Workspace::Detections => Pane::Ranked,
                    Workspace::Statistics => Pane::StatChart,
                    Workspace::Explore | Workspace::Runs => Pane::Viewer,
                };
                let dock = self.dock_of(workspace);
                let pane = dock.pointed().unwrap_or(first);
                let turned = if dock.maximised().is_some() { None } else { Some(pane) };
                self.apply_to_panels(Command::Maximise(turned));
            }
            Action::SaveLayout => self.toggle_dialog(Dialog::SaveLayout(LayoutDraft::default())),
            Action::ResetLayout => {
                let workspace = self.state.persisted.workspace;
                let name = self.state.persisted.layout_of(workspace).1.clone();
                self.apply_to_panels(Command::UseLayout(name));
            }
            Action::TrackPanel => self.apply_to_panels(Command::TogglePane(Pane::Track)),
            Action::ToggleBoxes => self.state.persisted.boxes ^= true,
            Action::TilesLarger => {
                let width = *self.tile_width() * 1.25;
                self.apply(Command::SetTileWidth(width), ctx);
            }
            Action::TilesSmaller => {
                let width = *self.tile_width() / 1.25;
                self.apply(Command::SetTileWidth(width), ctx);
            }
            Action::FocusQuery => {
                if self.state.persisted.workspace != Workspace::Statistics {
                    self.state.persisted.workspace = Workspace::Explore;
                }
                self.state.transient.focus_query = true;
            }
            Action::ActualSize => self.state.transient.view_scale = Some(true),
            Action::FitView => self.state.transient.view_scale = Some(false),
            Action::AskAgain if self.state.persisted.workspace == Workspace::Statistics => {
                self.apply_to_statistics(StatisticsCommand::Again, ctx);
            }
            Action::AskAgain => self.apply_to_detections(DetectionsCommand::Again, ctx),
            Action::ClearLimits => {
                if let Some(lake) = self.lake() {
                    let choice = Box::new(lake.detections.choice.unlimited());
                    self.apply_to_detections(DetectionsCommand::Ask(choice), ctx);
                }
            }
            // Nobody runs a text that is not in sight.
            Action::RunSql => {
                let dock = &self.workspaces.statistics.dock;
                let seen = dock.is_seen(Pane::Sql) || dock.is_seen(Pane::SqlResult);
                if self.state.persisted.workspace == Workspace::Statistics && seen {
                    self.apply_to_sql(SqlCommand::Run, ctx);
                } else {
                    self.apply_to_panels(Command::OpenPane(Pane::Sql));
                }
            }
            Action::ExportAnswer => self.apply_to_detections(DetectionsCommand::OpenExport(None), ctx),
            Action::Export if self.state.persisted.workspace == Workspace::Detections => {
                self.apply_to_detections(DetectionsCommand::OpenExport(None), ctx);
            }
            Action::Export if self.state.persisted.workspace == Workspace::Statistics => {
                let command = match self.workspaces.statistics.dock.pointed() {
                    Some(Pane::Sql | Pane::SqlResult) => Command::Sql(SqlCommand::OpenExport(SqlWritten::Rows)),
                    Some(Pane::Quality) => Command::Quality(QualityCommand::OpenExport),
                    pane => {
                        let numbers = self.workspaces.statistics.dock.is_seen(Pane::StatTable);
                        let chart = pane == Some(Pane::StatChart) || (!numbers && pane != Some(Pane::StatTable));
                        Command::Statistics(StatisticsCommand::OpenExport { chart })
                    }
                };
                self.apply(command, ctx);
            }
            Action::SaveAnalysis => self.save_analysis(),
            Action::Undo | Action::Redo if self.state.persisted.workspace == Workspace::Detections => {
                self.turn_detections(action == Action::Undo);
            }
            Action::CopySql if self.state.persisted.workspace == Workspace::Detections => {
                if let Some(lake) = self.lake() {
                    let text = detections::sql(&lake.detections.choice);
                    self.apply(Command::Copy { text, what: "the question as SQL" }, ctx);
                }
            }
            Action::Export => {
                if let Some(draft) = self.lake().map(ExportDraft::new) {
                    self.toggle_dialog(Dialog::Export(draft));
                }
            }
            Action::SaveView if self.lake().is_some() => self.toggle_dialog(Dialog::SaveView(ViewDraft::default())),
            Action::Library if self.lake().is_some() => {
                self.toggle_dialog(Dialog::Library(Library::at(Shelf::default())));
            }
            Action::Tag if self.lake().is_some() => self.toggle_dialog(Dialog::Library(Library::at(Shelf::Tags))),
            Action::Compare if self.lake().is_some() => self.toggle_dialog(Dialog::Compare(CompareDraft::default())),
            Action::CopySql if self.state.persisted.workspace == Workspace::Runs => {
                let text = super::runs::sql(self.state.transient.run);
                self.apply(Command::Copy { text, what: "the runs as SQL" }, ctx);
            }
            Action::CopySql => self.keep(KeepCommand::CopySql, ctx),
            Action::SaveSelection => match self.lake() {
                Some(lake) if !lake.selected.is_empty() => {
                    self.toggle_dialog(Dialog::SaveSelection(SelectionDraft::default()));
                }
                Some(_) => self.state.transient.tell(
                    "Nothing is selected. Ctrl+Click frames in the grid, or press Ctrl+A for all that match.",
                ),
                None => {}
            },
            Action::JumpTo
            | Action::MarkA
            | Action::MarkB
            | Action::ClearMarks
            | Action::FilterSpan
            | Action::ExportSpan => self.act_on_timeline(action, ctx),
            other => self.act_on_lake(other, ctx),
        }
    }

    /// The width of the tiles that are shown: frames and objects have their own.
    fn tile_width(&mut self) -> &mut f32 {
        let objects = self.lake().is_some_and(|lake| lake.grid.objects);
        let persisted = &mut self.state.persisted;
        if objects { &mut persisted.object_width } else { &mut persisted.tile_width }
    }

    fn zoom(&mut self, factor: f32) {
        let zoom = &mut self.state.persisted.zoom;
        *zoom = (*zoom * factor).clamp(*ZOOM.start(), *ZOOM.end());
        if (*zoom - 1.0).abs() < 0.04 {
            *zoom = 1.0;
        }
    }

    pub(super) fn toggle_dialog(&mut self, dialog: Dialog) {
        let open = &mut self.state.transient.dialog;
        if let (Some(Dialog::Settings(draft)), false) = (&*open, matches!(dialog, Dialog::Settings(_)))
            && draft.has_changes()
        {
            return self
                .state
                .transient
                .tell("Settings were changed and not saved. Save them, or press Esc to drop them.");
        }
        let same = open.as_ref().is_some_and(|open| std::mem::discriminant(open) == std::mem::discriminant(&dialog));
        *open = (!same).then_some(dialog);
    }

    /// Asks for the path of a lake with a dialog of our own; `why` tells why not with the desktop's.
    pub(super) fn ask_for_path(&mut self, why: Option<&'static str>) {
        let beside = self.lake().and_then(|lake| lake.root.parent().map(PathBuf::from));
        let start = beside.or_else(std::env::home_dir).unwrap_or_default();
        self.toggle_dialog(Dialog::Path(PathDraft::new(PathFor::Lake, &start, why)));
    }

    /// A person chose a folder in the desktop's dialog, or none; or there was no dialog to choose one with.
    pub(super) fn take_folder(&mut self, purpose: Purpose, folder: Option<PathBuf>, at_once: bool, ctx: &Context) {
        let transient = &mut self.state.transient;
        transient.choosing_folder = false;
        match (purpose, folder, &mut transient.dialog) {
            (Purpose::Open, Some(folder), _) => self.apply(Command::OpenLake(folder), ctx),
            (Purpose::Export, Some(folder), Some(Dialog::Export(draft))) => draft.put_into(&folder),
            (Purpose::Open, None, None) if at_once => self.ask_for_path(Some(NO_DIALOG)),
            (Purpose::Export, None, Some(Dialog::Export(_))) if at_once => transient.complain(NO_DIALOG),
            _ => {}
        }
    }

    /// The desktop's dialog waits for a person, so it has a thread of its own that nobody waits for.
    fn choose_folder(&mut self, purpose: Purpose, ctx: &Context) {
        if self.state.transient.choosing_folder {
            return;
        }
        self.state.transient.choosing_folder = true;
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let title = match purpose {
            Purpose::Open => "Open a lake folder",
            Purpose::Export => "Folder for the export",
        };
        let start = self.lake().and_then(|lake| lake.root.parent().map(PathBuf::from));
        let ask = move || {
            let mut dialog = rfd::FileDialog::new().set_title(title);
            if let Some(start) = start {
                dialog = dialog.set_directory(start);
            }
            let asked = Instant::now();
            let folder = dialog.pick_folder();
            let at_once = folder.is_none() && asked.elapsed() < AT_ONCE;
            let _ = tell.send(Event::FolderChosen { purpose, folder, at_once });
            ctx.request_repaint();
        };
        if let Err(error) = thread::Builder::new().name("folder-dialog".into()).spawn(ask) {
            self.state.transient.choosing_folder = false;
            self.state.transient.complain(format!("The folder dialog cannot be opened: {error}"));
        }
    }
}

/// A dialog of the desktop that ends so soon was hardly seen by anybody.
pub(super) const AT_ONCE: Duration = Duration::from_millis(800);
/// What is told then.
pub(super) const NO_DIALOG: &str = "The desktop's own dialog closed at once; perhaps this desktop has none (no desktop portal answers). Type the path instead.";

/// The sample lake: beside the program, in a folder above it, or where it was built.
fn sample_lake() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1).map(PathBuf::from)).collect::<Vec<_>>();
    let here = std::env::current_dir().ok();
    above
        .into_iter()
        .chain(here)
        .flat_map(|folder| [folder.join("sample_lake"), folder.join("share/lakescope/sample_lake")])
        .find(|folder| folder.is_dir())
}
