//! Carries out what was asked of views, selections and tags: workers write, and tell when they have.

use std::sync::Arc;

use egui::Context;

use crate::{
    catalog::FrameTable,
    filter::choice,
    gui::{
        App,
        app::Slot,
        command::Command,
        dialogs::{Dialog, ExportDraft},
        events::Event,
        keep::{CompareDraft, OpenedView, Side},
        state::SortBy,
        undo::Change,
        widgets::text::counted,
    },
    jobs::Priority,
    session::{Combine, ExportScope, KeptUndo, SavedView, Session, SessionError, Sort, SqlText, SqlView, Undone},
};

/// A change of what is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum KeepCommand {
    /// Saves what is shown as a view.
    SaveView {
        /// Its name.
        name: String,
        /// A note.
        note: String,
    },
    /// Shows a saved view.
    OpenView(String),
    /// Saves what is shown in place of the open view, with its note.
    UpdateView,
    /// Shows the open view as it was saved.
    RevertView,
    /// Goes on without the open view.
    LeaveView,
    /// Gives a view another name.
    RenameView(String, String),
    /// Gives a view another note.
    NoteView(String, String),
    /// Forgets a view.
    DeleteView(String),
    /// Gives a selection another name.
    RenameSelection(String, String),
    /// Gives a selection another note.
    NoteSelection(String, String),
    /// Makes one selection of two.
    Combine {
        /// The first.
        first: String,
        /// How.
        how: Combine,
        /// The second.
        second: String,
        /// Name of the outcome.
        into: String,
    },
    /// Gives a tag to the selected frames.
    Tag(String),
    /// Takes a tag from the selected frames.
    Untag(String),
    /// Gives a tag another name.
    RenameTag(String, String),
    /// Forgets a tag.
    DeleteTag(String),
    /// Puts a tag into the filter, or takes it out.
    FilterTag(String),
    /// Undoes a change of a view, a selection or a tag.
    Undo(Arc<KeptUndo>),
    /// The same for a view that was open when it was deleted: it is open again.
    UndoAndOpen(Arc<KeptUndo>),
    /// Compares two scopes.
    Compare(Side, Side),
    /// Shows something kept beside all frames.
    CompareKept(ExportScope),
    /// Counts what an export would take.
    Count(Box<ExportDraft>),
    /// Puts what the grid shows on the clipboard as SQL.
    CopySql,
    /// Puts this on the clipboard as SQL.
    CopySqlOf(SqlView),
    /// Puts the comparison of two sets on the clipboard as SQL.
    CopySqlOfCompared(Side, Side),
}

/// Which view is open after a change.
#[derive(Debug, Default)]
pub enum OpenNow {
    /// The one that was open.
    #[default]
    AsBefore,
    /// This one.
    View(SavedView),
    /// None, if it was the one of this name.
    Without(String),
}

/// What came of a change.
pub struct Done {
    /// What to tell.
    pub told: String,
    /// The way back.
    pub undo: Option<KeptUndo>,
    /// The view that is open from now on.
    pub open: OpenNow,
}

impl Done {
    /// A change of the open view, or of none.
    pub fn told(told: String, undo: KeptUndo) -> Self {
        Self { told, undo: Some(undo), open: OpenNow::AsBefore }
    }
}

impl App {
    /// Carries out a change of what is kept.
    pub(in crate::gui) fn keep(&mut self, command: KeepCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match command {
            KeepCommand::OpenView(name) => {
                let view =
                    lake.keep.views.value().and_then(|all| all.views.iter().find(|view| view.name == name).cloned());
                match view {
                    Some(view) => lake.open_view(&view),
                    None => self.state.transient.complain(format!("There is no view “{name}” any more.")),
                }
                self.workspaces.explore.grid.scroll_to_top();
            }
            KeepCommand::RevertView => {
                if let Some(opened) = lake.keep.opened.clone() {
                    let OpenedView { name, rule } = (*opened).clone();
                    lake.open_view(&SavedView { name, note: String::new(), rule, saved_at_ns: 0 });
                }
            }
            KeepCommand::LeaveView => {
                lake.undo.record(lake.view_state(), Change::Other);
                lake.keep.opened = None;
            }
            KeepCommand::FilterTag(tag) => {
                let expr = crate::filter::Filter::parse(&lake.filter).ok().and_then(|filter| filter.expr().cloned());
                let asked = expr.as_ref().and_then(|expr| choice::choice_of(expr, "tag")).unwrap_or_default();
                match choice::set_choice(&lake.filter, "tag", &asked.toggled(Some(&tag))) {
                    Ok(filter) => self.apply(Command::AskFilter(filter), ctx),
                    Err(_) => self.state.transient.complain("Mend the filter first; it cannot be read as it is."),
                }
            }
            KeepCommand::Compare(a, b) => lake.keep.compare(a, b),
            KeepCommand::CompareKept(scope) => self.toggle_dialog(Dialog::Compare(CompareDraft::of(scope))),
            KeepCommand::Count(draft) => lake.keep.count(*draft),
            KeepCommand::CopySql => {
                let filter = lake.applied().to_owned();
                let order = |sort: &SortBy| Sort { column: sort.column.clone(), descending: sort.descending };
                let view = if lake.grid.objects {
                    SqlView::Objects(filter, lake.grid.query.clone())
                } else {
                    SqlView::Frames(filter, lake.sort.as_ref().map(order))
                };
                self.copy_sql(ctx, move |_| view);
            }
            KeepCommand::CopySqlOf(view) => self.copy_sql(ctx, move |_| view),
            KeepCommand::CopySqlOfCompared(a, b) => {
                let selected = Arc::clone(&lake.selected);
                self.copy_sql(ctx, move |table| SqlView::Compare(a.scope(table, &selected), b.scope(table, &selected)));
            }
            KeepCommand::SaveView { name, note } => {
                let rule = lake.rule();
                self.change(ctx, move |session| {
                    let (view, undo) = session.save_view(&name, &note, &rule)?;
                    let told = format!("Saved view “{}”.", view.name);
                    Ok(Done { told, undo: Some(undo), open: OpenNow::View(view) })
                });
            }
            KeepCommand::UpdateView => {
                let Some(opened) = lake.keep.opened.clone() else { return };
                let rule = lake.rule();
                self.change(ctx, move |session| {
                    let note = session.view(&opened.name).map(|view| view.note).unwrap_or_default();
                    let (view, undo) = session.save_view(&opened.name, &note, &rule)?;
                    let told = format!("Updated view “{}”.", view.name);
                    Ok(Done { told, undo: Some(undo), open: OpenNow::View(view) })
                });
            }
            KeepCommand::RenameView(from, to) => {
                let open = lake.keep.opened.as_ref().is_some_and(|opened| opened.name == from);
                self.change(ctx, move |session| {
                    let undo = session.rename_view(&from, &to)?;
                    let told = format!("View “{from}” is now “{}”.", to.trim());
                    let open = if open { OpenNow::View(session.view(to.trim())?) } else { OpenNow::AsBefore };
                    Ok(Done { told, undo: Some(undo), open })
                });
            }
            KeepCommand::DeleteView(name) => {
                self.change(ctx, move |session| {
                    let undo = session.delete_view(&name)?;
                    let told = format!("View “{name}” deleted.");
                    Ok(Done { told, undo: Some(undo), open: OpenNow::Without(name) })
                });
            }
            KeepCommand::Undo(undo) => {
                let open = lake.keep.opened.as_ref().map(|opened| opened.name.clone());
                self.change(ctx, move |session| session.undo_kept(&undo).map(|undone| back(undone, open)));
            }
            KeepCommand::UndoAndOpen(undo) => {
                // Who has opened another view since stays with that one.
                let reopen = lake.keep.opened.is_none();
                self.change(ctx, move |session| {
                    let mut undone = session.undo_kept(&undo)?;
                    let view = undone.view.take().filter(|_| reopen);
                    let open = view.map_or(OpenNow::AsBefore, OpenNow::View);
                    Ok(Done { open, ..back(undone, None) })
                });
            }
            written => self.write_kept(written, ctx),
        }
    }

    /// Changes that a worker writes without looking at what is shown.
    fn write_kept(&mut self, command: KeepCommand, ctx: &Context) {
        match command {
            KeepCommand::NoteView(name, note) => self.change(ctx, move |session| {
                Ok(Done::told(format!("Note of “{name}” changed."), session.note_view(&name, &note)?))
            }),
            KeepCommand::RenameSelection(from, to) => self.change(ctx, move |session| {
                let undo = session.rename_selection(&from, &to)?;
                Ok(Done::told(format!("Selection “{from}” is now “{}”.", to.trim()), undo))
            }),
            KeepCommand::NoteSelection(name, note) => self.change(ctx, move |session| {
                Ok(Done::told(format!("Note of “{name}” changed."), session.note_selection(&name, &note)?))
            }),
            KeepCommand::Combine { first, how, second, into } => self.change(ctx, move |session| {
                let (frames, undo) = session.combine_selections(&first, how, &second, &into, "")?;
                Ok(Done::told(format!("Saved selection “{into}” with {}.", counted(frames, "frame")), undo))
            }),
            KeepCommand::Tag(tag) => self.tag_selected(tag, true, ctx),
            KeepCommand::Untag(tag) => self.tag_selected(tag, false, ctx),
            KeepCommand::RenameTag(from, to) => self.change(ctx, move |session| {
                let undo = session.rename_tag(&from, &to)?;
                Ok(Done::told(format!("Tag “{from}” is now “{}”.", to.trim()), undo))
            }),
            KeepCommand::DeleteTag(tag) => self.change(ctx, move |session| {
                let (frames, undo) = session.delete_tag(&tag)?;
                Ok(Done::told(format!("Tag “{tag}” deleted; {} had it.", counted(frames, "frame")), undo))
            }),
            // The others are carried out above.
            _ => {}
        }
    }

    fn tag_selected(&mut self, tag: String, give: bool, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (table, selected) = (Arc::clone(lake.table()), Arc::clone(&lake.selected));
        self.change(ctx, move |session| {
            let rows: Vec<u32> = selected.rows().collect();
            let tag = tag.trim();
            if !give {
                let (taken, undo) = session.untag(&table, tag, &rows)?;
                return Ok(Done::told(format!("Took “{tag}” from {}.", counted(taken, "frame")), undo));
            }
            let (added, undo) = session.tag(&table, tag, &rows)?;
            let had = match (rows.len() as u64).saturating_sub(added) {
                0 => String::new(),
                had => format!("; {} had it before", counted(had, "frame")),
            };
            Ok(Done::told(format!("Tagged {} “{tag}”{had}.", counted(added, "frame")), undo))
        });
    }

    /// Has a worker write, and tells what came of it.
    pub(in crate::gui) fn change(
        &mut self,
        ctx: &Context,
        work: impl FnOnce(&Session) -> Result<Done, SessionError> + Send + 'static,
    ) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, visit, tell, ctx) = (lake.session.clone(), self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let done = work(&session).map_err(|error| error.to_string());
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::Kept(done)) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Takes in what came of a change.
    pub(in crate::gui) fn take_kept(&mut self, done: Result<Done, String>) {
        match done {
            Ok(Done { told, undo, open }) => {
                let opened = self.lake().and_then(|lake| lake.keep.opened.as_ref());
                let was_open =
                    matches!((&open, opened), (OpenNow::Without(name), Some(opened)) if opened.name == *name);
                match undo {
                    Some(undo) if was_open => {
                        self.state.transient.tell_undo(told, KeepCommand::UndoAndOpen(Arc::new(undo)).into());
                    }
                    Some(undo) => {
                        self.state.transient.tell_undo(told, Command::Keep(KeepCommand::Undo(Arc::new(undo))));
                    }
                    None => self.state.transient.tell(told),
                }
                if let Slot::Ready(lake) = &mut self.slot {
                    match open {
                        OpenNow::AsBefore => {}
                        OpenNow::View(view) => {
                            lake.keep.opened = Some(Arc::new(OpenedView { name: view.name, rule: view.rule }));
                        }
                        OpenNow::Without(name) => {
                            lake.keep.opened.take_if(|opened| opened.name == name);
                        }
                    }
                }
            }
            Err(error) => self.state.transient.complain(error),
        }
        if let Slot::Ready(lake) = &mut self.slot {
            lake.selections_version += 1;
        }
    }

    /// Has a worker write a view as SQL.
    fn copy_sql(&self, ctx: &Context, view: impl FnOnce(&FrameTable) -> SqlView + Send + 'static) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let (visit, tell, ctx) = (self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let view = view(&table);
            let written = session.sql_view(&table, &view).map_err(|error| error.to_string());
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::Sql(what(&view), written)) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Puts SQL on the clipboard, or tells why there is none.
    pub(in crate::gui) fn take_sql(&mut self, what: &str, written: Result<SqlText, String>, ctx: &Context) {
        match written {
            Ok(SqlText { sql, notes }) => {
                ctx.copy_text(sql);
                let notes = notes.iter().fold(String::new(), |all, note| all + " Note: " + note + ".");
                self.state.transient.tell(format!("Copied {what} as SQL.{notes}"));
            }
            Err(error) => self.state.transient.complain(format!("SQL of {what} is not copied: {error}")),
        }
    }
}

/// What is said in SQL, as messages name it.
fn what(view: &SqlView) -> &'static str {
    match view {
        SqlView::Frames(..) => "the filter",
        SqlView::Objects(..) => "the objects",
        SqlView::Track(..) => "the places",
        SqlView::Samples { .. } => "the readings",
        SqlView::Scope(ExportScope::View(_)) => "the view",
        SqlView::Scope(_) => "the frames",
        SqlView::Compare(..) => "the comparison",
    }
}

/// Tells what was undone; `open` is the name of the view that is open. It goes along with its view.
fn back(Undone { what, from, name, view }: Undone, open: Option<String>) -> Done {
    let mut begun = what.to_owned();
    if let Some(first) = begun.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let told = match (&from, &name) {
        (Some(from), Some(name)) if from != name => format!("{begun} “{from}” is “{name}” again."),
        (None, Some(name)) => format!("{begun} “{name}” is back."),
        (_, Some(name)) => format!("{begun} “{name}” is as it was."),
        (from, None) => format!("{begun} “{}” is gone again.", from.as_deref().unwrap_or_default()),
    };
    let open = match (open.filter(|open| what == "view" && from.as_ref() == Some(open)), view) {
        (None, _) => OpenNow::AsBefore,
        (Some(_), Some(view)) => OpenNow::View(view),
        (Some(open), None) => OpenNow::Without(open),
    };
    Done { told, undo: None, open }
}
