//! Commands on the SQL panels: what is asked, what is kept, and what is written to files.

use std::path::PathBuf;

use egui::Context;

use super::{
    App,
    app::Slot,
    command::Command,
    dialogs::Dialog,
    dock::Pane,
    events::{Ended, Event, Outcome},
    sql::{NameDraft, SavedKept, SqlCommand, export_draft},
};
use crate::{
    jobs::Priority,
    session::{Session, SessionError},
};

impl App {
    pub(super) fn apply_to_sql(&mut self, command: SqlCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let space = &mut self.workspaces.statistics.sql;
        match command {
            SqlCommand::SetText(text) => lake.sql.memory.text = text,
            SqlCommand::Open(text) => {
                lake.sql.memory.text = text;
                self.apply_to_panels(Command::OpenPane(Pane::Sql));
            }
            SqlCommand::Run => {
                let text = lake.sql.memory.text.clone();
                if !text.trim().is_empty() {
                    lake.sql.ask(text, None);
                    self.show_sql_answer();
                }
            }
            SqlCommand::Sort(sort) => {
                if let Some(text) = lake.sql.asked.as_ref().map(|asked| asked.text.clone()) {
                    lake.sql.ask(text, sort);
                }
            }
            SqlCommand::Stop => space.stop(),
            SqlCommand::SetBounds(bounds) => lake.sql.memory.bounds = bounds,
            SqlCommand::SetChart(chart) => lake.sql.memory.chart = chart,
            SqlCommand::ShowChart(shows) => lake.sql.memory.shows_chart = shows,
            SqlCommand::ShowTables(shows) => lake.sql.memory.shows_tables = shows,
            SqlCommand::AskName => {
                let draft = NameDraft::save(lake.sql.memory.text.clone(), space.saved_names());
                self.state.transient.dialog = Some(Dialog::NameQuery(draft));
            }
            SqlCommand::AskNewName(name) => {
                let draft = NameDraft::rename(name, space.saved_names());
                self.state.transient.dialog = Some(Dialog::NameQuery(draft));
            }
            SqlCommand::Save { name, text, note } => self.change_queries(ctx, move |session| {
                let saved = session.save_query(&name, &text, &note)?;
                Ok((format!("Saved query “{}”.", saved.name), None))
            }),
            SqlCommand::Rename(from, to) => self.change_queries(ctx, move |session| {
                session.rename_query(&from, &to)?;
                Ok((format!("Query “{from}” is now “{to}”."), None))
            }),
            SqlCommand::Delete(query) => self.change_queries(ctx, move |session| {
                session.delete_query(&query.name)?;
                let told = format!("Query “{}” deleted.", query.name);
                let SavedKept { name, text, note } = query;
                Ok((told, Some(Command::Sql(SqlCommand::Save { name, text, note }))))
            }),
            SqlCommand::NoFrame => {
                self.state.transient.tell("This row names no frame that the lake has.");
            }
            SqlCommand::OpenExport(what) => {
                self.state.transient.dialog = Some(Dialog::Write(export_draft(lake, what)));
            }
            SqlCommand::Export(out) => self.export_sql(out, ctx),
            SqlCommand::ExportChart(out) => match space.shown_chart() {
                Some(chart) => self.write_chart(chart, out, ctx),
                None => self.state.transient.complain("The chart is not drawn yet; show it and try again."),
            },
        }
    }

    /// Brings the answer in front, where it lies behind another panel.
    fn show_sql_answer(&mut self) {
        let seen = |app: &Self, pane: Pane| app.workspaces.statistics.dock.is_seen(pane);
        if !seen(self, Pane::SqlResult) {
            let enlarged = self.workspaces.statistics.dock.maximised();
            self.apply_to_panels(Command::OpenPane(Pane::SqlResult));
            if enlarged == Some(Pane::Sql) {
                self.workspaces.statistics.dock.maximise(None);
            }
        }
    }

    /// Has a worker change what is kept, and tells what came of it with the way back.
    fn change_queries(
        &mut self,
        ctx: &Context,
        change: impl FnOnce(&Session) -> Result<(String, Option<Command>), SessionError> + Send + 'static,
    ) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, visit, tell, ctx) = (lake.session.clone(), self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let told = change(&session).map_err(|error| error.to_string());
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::QueriesChanged(told)) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// Saved queries were changed, or could not be.
    pub(super) fn take_queries(&mut self, told: Result<(String, Option<Command>), String>) {
        if let Slot::Ready(lake) = &mut self.slot {
            lake.sql.version += 1;
        }
        match told {
            Ok((told, Some(undo))) => self.state.transient.tell_undo(told, undo),
            Ok((told, None)) => self.state.transient.tell(told),
            Err(error) => self.state.transient.complain(error),
        }
    }

    /// Runs the query that was answered once more and writes its rows: more than memory holds may have come.
    fn export_sql(&mut self, out: PathBuf, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let asked = lake.sql.asked.clone().unwrap_or_else(|| lake.sql.asked_now());
        let (session, root) = (lake.session.clone(), lake.root.clone());
        self.start("Exporting an answer".to_owned(), root, ctx, move |progress| {
            let format = super::apply_detections::format_of(&out);
            let written = session.write_sql_file(&asked.request(), format, &out, progress);
            Outcome::Rows(written.map(|report| (report.rows, out)).map_err(Ended::from))
        });
    }
}
