//! Commands on the open lake: filter, order, frames, selections.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use egui::Context;

use super::{
    App,
    app::Slot,
    command::{Action, Command},
    command_line, detections,
    dock::Pane,
    events::Event,
    keep::Done,
    quality,
    selected::Selected,
    sql,
    state::Workspace,
    statistics,
    undo::Change,
    widgets::text::counted,
};
use crate::{
    catalog::FrameTable,
    jobs::Priority,
    session::{Session, SessionError, SettingChange},
};

impl App {
    pub(super) fn apply_to_lake(&mut self, command: Command, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let change = ctx.input(|input| input.pointer.press_start_time()).map_or(Change::Typed(now), Change::Dragged);
        let Slot::Ready(lake) = &mut self.slot else { return };
        match command {
            Command::SetFilter(_)
            | Command::AskFilter(_)
            | Command::SetAside(_)
            | Command::TakeUp(_)
            | Command::ForgetAside(_)
            | Command::KeepFilter => self.apply_to_filter(command, now, change),
            Command::CountFacets(facets) => lake.counting.want(facets),
            Command::SetSort(sort) if sort != lake.sort => {
                lake.undo.record(lake.view_state(), Change::Other);
                lake.sort = sort;
                self.workspaces.explore.grid.scroll_to_top();
            }
            Command::Show(row) => {
                self.workspaces.explore.viewer.pause();
                lake.marked = None;
                lake.show(row);
                Arc::make_mut(&mut lake.selected).begin_at(row);
                self.workspaces.explore.grid.reveal(row);
            }
            Command::Seek(time_ns) => {
                if let Some(row) = lake.current {
                    let row = lake.row_at(lake.footage(row).1, time_ns);
                    lake.pass(row);
                    self.workspaces.explore.viewer.seek(lake, row, self.state.persisted.speed, now);
                    self.workspaces.explore.grid.reveal(row);
                }
            }
            Command::ScrubTo(row) => {
                lake.pass(row);
                self.workspaces.explore.viewer.seek(lake, row, self.state.persisted.speed, now);
                self.workspaces.explore.grid.reveal(row);
            }
            Command::PlayTo(row) => {
                lake.pass(row);
                self.workspaces.explore.grid.reveal(row);
            }
            Command::SelectToggle(row) => {
                lake.undo.record(lake.view_state(), Change::Other);
                Arc::make_mut(&mut lake.selected).toggle(row);
            }
            Command::SelectTo(row) => {
                lake.undo.record(lake.view_state(), Change::Other);
                lake.select_to(row, &self.workers, ctx);
                lake.show(row);
            }
            Command::SetRange(range) => self.change_look(ctx, move |session, table, footage| {
                session.set_range(table, footage, range).map(|file| (format!("Value range {range}"), file))
            }),
            Command::ShowCamera { camera, on } => lake.look(|looking| put(&mut looking.cameras_off, camera, !on)),
            Command::ShowClass { class, on } => lake.look(|looking| put(&mut looking.classes_off, class, !on)),
            Command::SetEmphasis(emphasis) => lake.look(|looking| looking.emphasis = emphasis),
            Command::ChooseBox(chosen) => lake.chosen_box = chosen,
            Command::SaveImage { row, labels, out } => self.save_image(row, labels, out, ctx),
            Command::SetTrackMetric(metric) => lake.track_metric = Some(metric),
            Command::ChangeSettings { changes, index } => self.change_settings(changes, index, ctx),
            Command::SaveSelection { name, note } => self.save_selection(name, note, ctx),
            Command::LoadSelection(name) => self.load_selection(name, ctx),
            Command::DeleteSelection(name) => {
                self.change(ctx, move |session| {
                    let (frames, undo) = session.delete_selection(&name)?;
                    let frames = counted(frames, "frame");
                    Ok(Done::told(format!("Selection “{name}” with {frames} deleted."), undo))
                });
            }
            Command::RecordChecksums { accept_changes } => self.start_checksums(accept_changes, ctx),
            Command::Verify { recording } => self.start_verify(recording, ctx),
            Command::Export(draft, frames) => self.start_export(draft, frames, ctx),
            other => self.apply_to_grid(other, ctx),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line or two for each action")]
    pub(super) fn act_on_lake(&mut self, action: Action, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let Slot::Ready(lake) = &mut self.slot else { return };
        let explore = &mut self.workspaces.explore;
        let current = lake.current;
        let footage = current.map(|row| {
            let footage = lake.footage(row).1;
            footage.first_row..footage.first_row + footage.rows
        });
        let step = |to: Option<usize>| to.filter(|to| footage.as_ref().is_some_and(|footage| footage.contains(to)));
        let target = match action {
            Action::NextMatch => lake.view.as_ref().and_then(|view| view.after(current)),
            Action::PreviousMatch => lake.view.as_ref().and_then(|view| view.before(current)),
            Action::NextFrame => step(current.map(|row| row + 1)),
            Action::PreviousFrame => step(current.and_then(|row| row.checked_sub(1))),
            Action::FirstFrame => footage.as_ref().map(|footage| footage.start),
            Action::LastFrame => footage.as_ref().and_then(|footage| footage.end.checked_sub(1)),
            Action::HistoryBack => lake.back.pop().inspect(|_| lake.forward.extend(current)),
            Action::HistoryForward => lake.forward.pop().inspect(|_| lake.back.extend(current)),
            _ => None,
        };
        if let Some(row) = target {
            explore.viewer.pause();
            lake.pass(row);
            explore.grid.reveal(row);
            return;
        }
        match action {
            Action::ClearFilter | Action::FilterOnOff | Action::ExplainFilter => self.act_on_filter(action),
            Action::Undo => {
                let present = lake.view_state();
                if let Some(state) = lake.undo.undo(present) {
                    lake.restore(state, &self.workers, ctx);
                }
            }
            Action::Redo => {
                let present = lake.view_state();
                if let Some(state) = lake.undo.redo(present) {
                    lake.restore(state, &self.workers, ctx);
                }
            }
            Action::PlayPause => {
                if let Some(row) = current {
                    let how = (self.state.persisted.speed, self.state.persisted.repeat);
                    explore.viewer.toggle_playing(lake, row, how, now);
                }
            }
            Action::SwapRedBlue => self.change_look(ctx, |session, table, footage| {
                let (swapped, file) = session.swap_channels(table, footage)?;
                let told = if swapped { "Blue is taken as stored first" } else { "Red is taken as stored first" };
                Ok((told.to_owned(), file))
            }),
            Action::AllCameras => lake.look(|looking| looking.all_cameras ^= true),
            Action::ZoomTogether => lake.look(|looking| looking.apart ^= true),
            Action::Magnifier => lake.looking.magnifier ^= true,
            Action::NextEmphasis => lake.look(|looking| looking.emphasis = looking.emphasis.next()),
            Action::CopyImage | Action::CopyImageLabels => self.copy_image(action == Action::CopyImageLabels, ctx),
            Action::SaveImage | Action::SaveImageLabels => {
                self.ask_where_to_save(action == Action::SaveImageLabels, ctx);
            }
            Action::CopyFrameId => {
                if let Some(row) = current {
                    let text = lake.table().frame_id(row).to_string();
                    self.apply(Command::Copy { text, what: "the frame's name" }, ctx);
                }
            }
            Action::CopyCommandLine => {
                if let Some((error, _)) =
                    lake.shown_instead().filter(|_| self.state.persisted.workspace == Workspace::Explore)
                {
                    let told =
                        format!("No command line is copied, because the filter does not hold: {error}. Mend it first.");
                    return self.state.transient.complain(told);
                }
                let text = match (self.state.persisted.workspace, &lake.keep.opened) {
                    (Workspace::Explore, Some(opened)) if !lake.view_changed() => {
                        // Of a view where nobody chose the command line lists frames.
                        let said = matches!(opened.rule.grid(), Ok(Some(_)));
                        let spans = !said && lake.grid.groups(lake.applied());
                        command_line::view(&lake.root, &opened.name, spans)
                    }
                    (Workspace::Explore, _) => {
                        command_line::grid(&lake.root, lake.applied(), &lake.grid, lake.sort.as_ref())
                    }
                    (Workspace::Detections, _) => detections::command_line(&lake.root, &lake.detections.choice),
                    (Workspace::Statistics, _) => match self.workspaces.statistics.dock.pointed() {
                        Some(Pane::Sql | Pane::SqlResult) => sql::command_line(&lake.root, &lake.sql.asked_now()),
                        Some(Pane::Quality) => quality::command_line(lake),
                        _ => statistics::command_line(&lake.root, &lake.statistics.choice, statistics::in_force(lake)),
                    },
                    (Workspace::Runs, _) => command_line::runs(&lake.root, self.state.transient.run),
                };
                self.apply(Command::Copy { text, what: "the command line" }, ctx);
            }
            Action::CopyFrameCommand => {
                if let Some(row) = current {
                    let name = lake.table().frame_id(row).to_string();
                    let text = command_line::frame(&lake.root, &name, self.state.persisted.boxes);
                    self.apply(Command::Copy { text, what: "the frame's command line" }, ctx);
                }
            }
            Action::SelectAll => lake.select_all(),
            Action::SelectNone => {
                lake.all_wanted = None;
                lake.undo.record(lake.view_state(), Change::Other);
                lake.selected = Arc::default();
                lake.extending.clear();
            }
            Action::ToggleSelected => {
                if let Some(row) = current {
                    self.apply_to_lake(Command::SelectToggle(row), ctx);
                }
            }
            other => self.act_on_grid(other, ctx),
        }
    }

    fn save_selection(&mut self, name: String, note: String, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (table, selected) = (Arc::clone(lake.table()), Arc::clone(&lake.selected));
        self.change(ctx, move |session| {
            let rows: Vec<u32> = selected.rows().collect();
            let undo = session.save_selection(&table, &name, &note, &rows)?;
            Ok(Done::told(format!("Saved selection “{name}”."), undo))
        });
    }

    /// Has a worker write settings; what they concern is indexed again afterwards.
    fn change_settings(&self, changes: Vec<SettingChange>, index: bool, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, tell, ctx) = (lake.session.clone(), self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let count = changes.len() as u64;
            let told = match session.change_settings(&changes) {
                Ok(file) => {
                    Ok(format!("Kept {} in {}.", super::widgets::text::counted(count, "setting"), file.display()))
                }
                Err(error) => Err(format!("None of the settings is kept: {error}")),
            };
            let _ = tell.send(Event::SettingsChanged { root: session.root().to_path_buf(), index, told });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Has a worker change how the footage that is looked at is shown, and remember that with the lake.
    fn change_look(
        &self,
        ctx: &Context,
        change: impl FnOnce(&Session, &FrameTable, usize) -> Result<(String, PathBuf), SessionError> + Send + 'static,
    ) {
        let Slot::Ready(lake) = &self.slot else { return };
        let Some(row) = lake.current else { return };
        let (session, table, index) = (lake.session.clone(), Arc::clone(lake.table()), lake.footage(row).0);
        let (visit, tell, ctx) = (self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let name = &table.footage_list()[index];
            let told = match change(&session, &table, index) {
                Ok((what, file)) => {
                    Ok(format!("{what} in {}/{}; kept in {}.", name.recording, name.camera, file.display()))
                }
                Err(error) => Err(format!("How {}/{} is shown cannot be kept: {error}", name.recording, name.camera)),
            };
            let look = session.look(&table, index);
            let _ = tell.send(Event::OfLake {
                visit,
                event: Box::new(Event::LookChanged { footage: table.footage_id(index), look, told }),
            });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    fn load_selection(&mut self, name: String, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let (visit, tell, ctx) = (self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let rows = session.selection_rows(&table, &name).map_err(|error| error.to_string());
            let rows = rows.map(|(rows, gone)| (Selected::of(rows), gone));
            let _ = tell.send(Event::OfLake {
                visit,
                event: Box::new(Event::SelectionLoaded { name, generation: table.generation(), rows }),
            });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    pub(super) fn take_selection(
        &mut self,
        name: &str,
        generation: u64,
        rows: Result<(Selected, u64), String>,
        ctx: &Context,
    ) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match rows {
            // The index has changed meanwhile: the frames are looked up by their names in the one that is shown now.
            Ok(_) if generation != lake.table().generation() => self.load_selection(name.to_owned(), ctx),
            Ok((rows, gone)) => {
                lake.undo.record(lake.view_state(), Change::Other);
                let first = rows.rows().next().map(|row| row as usize);
                lake.selected = Arc::new(rows);
                lake.extending.clear();
                if let Some(row) = first {
                    lake.show(row);
                    self.workspaces.explore.grid.reveal(row);
                }
                if gone > 0 {
                    let gone = counted(gone, "frame");
                    self.state.transient.complain(format!("{gone} of selection “{name}” are no longer in the lake."));
                }
            }
            Err(error) => self.state.transient.complain(format!("Selection “{name}” cannot be loaded: {error}")),
        }
    }
}

/// Puts `name` into a set or takes it out.
fn put(set: &mut BTreeSet<String>, name: String, inside: bool) {
    if inside {
        set.insert(name);
    } else {
        set.remove(&name);
    }
}
