//! Carries out what was asked of views, selections and tags: workers write, and tell when they have.

use std::sync::Arc;

use egui::Context;

use crate::{
    filter::choice,
    gui::{
        App, app::Slot, command::Command, dialogs::ExportDraft, events::Event, keep::OpenedView, undo::Change,
        widgets::text::counted,
    },
    jobs::Priority,
    session::{Combine, DeletedSelection, DeletedTag, ExportScope, SavedView, Session, SessionError, Sort, SqlText},
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
    /// Brings back what was deleted.
    Restore(Box<Deleted>),
    /// Compares two scopes.
    Compare(ExportScope, ExportScope),
    /// Counts what an export would take.
    Count(Box<ExportDraft>),
    /// Puts the filter on the clipboard as SQL.
    CopySql,
}

/// What was deleted.
#[derive(Debug, Clone, PartialEq)]
pub enum Deleted {
    /// A view.
    View(SavedView),
    /// A selection.
    Selection(DeletedSelection),
    /// A tag.
    Tag(DeletedTag),
}

/// What came of a change.
pub struct Done {
    /// What to tell.
    pub told: String,
    /// What can be brought back.
    pub deleted: Option<Deleted>,
    /// The view that is open from now on.
    pub view: Option<SavedView>,
}

impl From<String> for Done {
    fn from(told: String) -> Self {
        Self { told, deleted: None, view: None }
    }
}

impl App {
    /// Carries out a change of what is kept.
    pub(in crate::gui) fn keep(&mut self, command: KeepCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match command {
            KeepCommand::OpenView(name) => {
                let view = lake.keep.views.value().and_then(|all| all.iter().find(|view| view.name == name).cloned());
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
                    Ok(filter) => self.apply(Command::SetFilter(filter), ctx),
                    Err(_) => self.state.transient.complain("Mend the filter first; it cannot be read as it is."),
                }
            }
            KeepCommand::Compare(a, b) => lake.keep.compare(a, b),
            KeepCommand::Count(draft) => lake.keep.count(*draft),
            KeepCommand::CopySql => self.copy_sql(ctx),
            KeepCommand::SaveView { name, note } => {
                let rule = lake.rule();
                self.change(ctx, move |session| {
                    let view = session.save_view(&name, &note, &rule)?;
                    Ok(Done { told: format!("Saved view “{}”.", view.name), deleted: None, view: Some(view) })
                });
            }
            KeepCommand::UpdateView => {
                let Some(opened) = lake.keep.opened.clone() else { return };
                let rule = lake.rule();
                self.change(ctx, move |session| {
                    let note = session.view(&opened.name).map(|view| view.note).unwrap_or_default();
                    let view = session.save_view(&opened.name, &note, &rule)?;
                    Ok(Done { told: format!("Updated view “{}”.", view.name), deleted: None, view: Some(view) })
                });
            }
            KeepCommand::RenameView(from, to) => {
                let open = lake.keep.opened.as_ref().is_some_and(|opened| opened.name == from);
                self.change(ctx, move |session| {
                    session.rename_view(&from, &to)?;
                    let view = if open { Some(session.view(to.trim())?) } else { None };
                    Ok(Done { told: format!("View “{from}” is now “{}”.", to.trim()), deleted: None, view })
                });
            }
            KeepCommand::DeleteView(name) => {
                if lake.keep.opened.as_ref().is_some_and(|opened| opened.name == name) {
                    lake.keep.opened = None;
                }
                self.change(ctx, move |session| {
                    let deleted = session.delete_view(&name)?.map(Deleted::View);
                    Ok(Done { told: format!("View “{name}” deleted."), deleted, view: None })
                });
            }
            written => self.write_kept(written, ctx),
        }
    }

    /// Changes that a worker writes without looking at what is shown.
    fn write_kept(&mut self, command: KeepCommand, ctx: &Context) {
        match command {
            KeepCommand::RenameSelection(from, to) => self.change(ctx, move |session| {
                session.rename_selection(&from, &to)?;
                Ok(format!("Selection “{from}” is now “{}”.", to.trim()).into())
            }),
            KeepCommand::NoteSelection(name, note) => self.change(ctx, move |session| {
                session.note_selection(&name, &note)?;
                Ok(format!("Note of “{name}” changed.").into())
            }),
            KeepCommand::Combine { first, how, second, into } => self.change(ctx, move |session| {
                let frames = session.combine_selections(&first, how, &second, &into, "")?;
                Ok(format!("Saved selection “{into}” with {}.", counted(frames, "frame")).into())
            }),
            KeepCommand::Tag(tag) => self.tag_selected(tag, true, ctx),
            KeepCommand::Untag(tag) => self.tag_selected(tag, false, ctx),
            KeepCommand::RenameTag(from, to) => self.change(ctx, move |session| {
                session.rename_tag(&from, &to)?;
                Ok(format!("Tag “{from}” is now “{}”.", to.trim()).into())
            }),
            KeepCommand::DeleteTag(tag) => self.change(ctx, move |session| {
                let deleted = session.delete_tag(&tag)?;
                let told = format!("Tag “{tag}” deleted; {} had it.", counted(deleted.frames(), "frame"));
                Ok(Done { told, deleted: Some(Deleted::Tag(deleted)), view: None })
            }),
            KeepCommand::Restore(deleted) => self.change(ctx, move |session| {
                Ok(match &*deleted {
                    Deleted::View(view) => {
                        session.restore_view(view)?;
                        format!("View “{}” is back.", view.name)
                    }
                    Deleted::Selection(selection) => {
                        session.restore_selection(selection)?;
                        format!("Selection “{}” is back.", selection.selection.name)
                    }
                    Deleted::Tag(tag) => {
                        session.restore_tag(tag)?;
                        format!("Tag “{}” is back.", tag.name)
                    }
                }
                .into())
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
            Ok(if give {
                let added = session.tag(&table, tag, &rows)?;
                let had = (rows.len() as u64).saturating_sub(added);
                match had {
                    0 => format!("Tagged {} “{tag}”.", counted(added, "frame")),
                    had => {
                        format!("Tagged {} “{tag}”; {} had it before.", counted(added, "frame"), counted(had, "frame"))
                    }
                }
            } else {
                format!("Took “{tag}” from {}.", counted(session.untag(&table, tag, &rows)?, "frame"))
            }
            .into())
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
            Ok(Done { told, deleted, view }) => {
                match deleted {
                    Some(deleted) => {
                        let undo = KeepCommand::Restore(Box::new(deleted));
                        self.state.transient.tell_undo(told, Command::Keep(undo));
                    }
                    None => self.state.transient.tell(told),
                }
                if let (Some(view), Slot::Ready(lake)) = (view, &mut self.slot) {
                    lake.keep.opened = Some(Arc::new(OpenedView { name: view.name, rule: view.rule }));
                }
            }
            Err(error) => self.state.transient.complain(error),
        }
        if let Slot::Ready(lake) = &mut self.slot {
            lake.selections_version += 1;
        }
    }

    /// Has a worker write the filter as SQL.
    fn copy_sql(&self, ctx: &Context) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, table, filter) = (lake.session.clone(), Arc::clone(lake.table()), lake.applied().to_owned());
        let sort = lake.sort.as_ref().map(|sort| Sort { column: sort.column.clone(), descending: sort.descending });
        let (visit, tell, ctx) = (self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let written = session.sql(&table, &filter, sort.as_ref()).map_err(|error| error.to_string());
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::Sql(written)) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Puts SQL on the clipboard, or tells why there is none.
    pub(in crate::gui) fn take_sql(&mut self, written: Result<SqlText, String>, ctx: &Context) {
        match written {
            Ok(SqlText { sql, notes }) => {
                ctx.copy_text(sql);
                let notes = notes.iter().fold(String::new(), |all, note| all + " Note: " + note + ".");
                self.state.transient.tell(format!("Copied the filter as SQL.{notes}"));
            }
            Err(error) => self.state.transient.complain(format!("The filter is not copied as SQL: {error}")),
        }
    }
}
