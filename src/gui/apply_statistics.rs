//! Commands on the Statistics workspace: what is asked, where a press leads, what is saved and what is written to files.

use std::path::PathBuf;

use egui::Context;

use super::{
    App,
    app::Slot,
    apply_detections::format_of,
    command::Command,
    dialogs::Dialog,
    events::{Ended, Event, Outcome},
    selected::Selected,
    state::{Way, Workspace},
    statistics::{AnalysisDraft, Behind, StatAsked, StatChoice, StatisticsCommand, export_draft, in_force},
    undo::Change,
    widgets::text::counted,
};
use crate::{
    jobs::Priority,
    session::{Analysis, Session, SessionError, StatsTable},
};

impl App {
    pub(super) fn apply_to_statistics(&mut self, command: StatisticsCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let space = &mut self.workspaces.statistics;
        match command {
            StatisticsCommand::Ask(choice) => self.ask_statistics(*choice, Change::Other),
            StatisticsCommand::Drag(choice, since) => self.ask_statistics(*choice, Change::Dragged(since)),
            StatisticsCommand::SetLook(look) => lake.statistics.look = look,
            StatisticsCommand::Again => space.again(),
            StatisticsCommand::Stop => space.stop(),
            StatisticsCommand::Go(behind) => self.go_behind(behind, ctx),
            StatisticsCommand::SelectKept(kept) => self.select_kept(&kept.0, ctx),
            StatisticsCommand::Back(filter) => {
                self.state.persisted.workspace = Workspace::Statistics;
                self.apply(Command::AskFilter(filter), ctx);
            }
            StatisticsCommand::OpenExport { chart } => {
                let name = chart.then(|| space.charts().map(|(name, _)| name)).flatten();
                if chart && name.is_none() {
                    self.state.transient.complain("The chart is not drawn yet; try again in a moment.");
                    return;
                }
                self.state.transient.dialog = Some(Dialog::Write(export_draft(lake, name)));
            }
            StatisticsCommand::ExportTable(out) => self.export_numbers(out, ctx),
            StatisticsCommand::ExportChart(out) => self.export_statistics_chart(out, ctx),
            StatisticsCommand::Save { name, note } => {
                let mut analysis = lake.statistics.choice.analysis(in_force(lake));
                analysis.note = note;
                lake.statistics.opened = Some(name.clone());
                self.change_analyses(ctx, move |session| {
                    let path = session.save_analysis(&name, &analysis)?;
                    Ok((format!("Saved analysis “{}” as {}.", name.trim(), path.display()), None))
                });
            }
            StatisticsCommand::Open(name, analysis) => self.open_analysis(name, &analysis),
            StatisticsCommand::Rename { name, new } => {
                if lake.statistics.opened.as_ref() == Some(&name) {
                    lake.statistics.opened = Some(new.clone());
                }
                self.change_analyses(ctx, move |session| {
                    session.rename_analysis(&name, &new)?;
                    let back = StatisticsCommand::Rename { name: new.clone(), new: name.clone() };
                    Ok((format!("Analysis “{name}” is “{new}” now."), Some(back)))
                });
            }
            StatisticsCommand::Delete(name) => self.change_analyses(ctx, move |session| {
                let analysis = Box::new(session.delete_analysis(&name)?);
                let told = format!("Analysis “{name}” deleted.");
                Ok((told, Some(StatisticsCommand::Restore(name, analysis))))
            }),
            StatisticsCommand::Restore(name, analysis) => self.change_analyses(ctx, move |session| {
                session.save_analysis(&name, &analysis)?;
                Ok((format!("Analysis “{name}” is back."), None))
            }),
            StatisticsCommand::ReadSaved => space.read_saved(),
        }
    }

    fn ask_statistics(&mut self, choice: StatChoice, change: Change) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        if lake.statistics.choice == choice {
            return;
        }
        lake.undo.record(lake.view_state(), change);
        lake.statistics.choice = choice;
    }

    /// Asks what an analysis asks. Its filter becomes that of the window.
    fn open_analysis(&mut self, name: String, analysis: &Analysis) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let (choice, filter) = StatChoice::of(analysis);
        lake.undo.record(lake.view_state(), Change::Other);
        lake.statistics = StatAsked { choice, opened: Some(name), look: lake.statistics.look.clone() };
        if let Some(filter) = filter {
            lake.filter = filter;
            lake.off = false;
        }
        self.state.persisted.workspace = Workspace::Statistics;
    }

    /// Shows the frames behind a row: as a filter where one can say it, else by choosing them; of one moment, its frame.
    fn go_behind(&mut self, Behind { table: stats, row }: Behind, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let moment = stats.request.keep.is_some() || stats.column("time").is_some();
        if let Some(filter) = stats.filter_of(row).filter(|_| !moment).map(str::to_owned) {
            let before = lake.filter.clone();
            lake.keep_filter();
            self.apply(Command::AskFilter(filter), ctx);
            if let Slot::Ready(lake) = &mut self.slot {
                lake.off = false;
            }
            self.state.persisted.workspace = Workspace::Explore;
            let way = Way { name: "Back to the chart", command: Command::Statistics(StatisticsCommand::Back(before)) };
            self.state.transient.tell_way("These are the frames behind the chart.", way);
            return;
        }
        let (session, frames) = (lake.session.clone(), std::sync::Arc::clone(lake.table()));
        let (visit, tell, ctx, generation) = (self.visit, self.tell.clone(), ctx.clone(), stats.generation());
        let work = move |_: &_| {
            let found = if moment {
                session.stats_frame(&frames, &stats, row).map(Found::Frame)
            } else {
                let rows =
                    |set: crate::filter::FrameSet| Selected::of(set.iter().filter_map(|row| u32::try_from(row).ok()));
                session.stats_frames(&frames, &stats, row).map(|set| Found::Frames(rows(set)))
            };
            let found = found.map_err(|error| error.to_string());
            let event = Event::Behind { generation, found };
            let _ = tell.send(Event::OfLake { visit, event: Box::new(event) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// The frames behind a row were found, or could not be.
    pub(super) fn take_behind(&mut self, generation: u64, found: Result<Found, String>, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match found {
            Err(error) => self.state.transient.complain(format!("The frames cannot be found: {error}")),
            Ok(_) if generation != lake.table().generation() => {
                self.state.transient.tell("The index changed meanwhile; press the mark again.");
            }
            Ok(Found::Frame(None)) => {
                self.state.transient.tell("No frame lies near this moment: its recording has none.");
            }
            Ok(Found::Frame(Some(row))) => {
                self.state.persisted.workspace = Workspace::Explore;
                self.apply(Command::Show(row), ctx);
            }
            Ok(Found::Frames(rows)) if rows.is_empty() => {
                self.state.transient.tell("No frame is behind this: its readings lie outside of all frames.");
            }
            Ok(Found::Frames(rows)) => {
                lake.undo.record(lake.view_state(), Change::Other);
                let (first, count) = (rows.rows().next(), rows.count() as u64);
                lake.selected = std::sync::Arc::new(rows);
                lake.extending.clear();
                self.state.persisted.workspace = Workspace::Explore;
                if let Some(row) = first {
                    self.apply(Command::Show(row as usize), ctx);
                }
                let told = format!("Selected {}; no filter can say which they are.", counted(count, "frame"));
                self.state.transient.tell(told);
            }
        }
    }

    /// Changes the saved analyses, tells what came of it, and offers the way back where there is one.
    fn change_analyses(
        &mut self,
        ctx: &Context,
        work: impl FnOnce(&Session) -> Result<(String, Option<StatisticsCommand>), SessionError> + Send + 'static,
    ) {
        let Slot::Ready(lake) = &self.slot else { return };
        let (session, visit, tell, ctx) = (lake.session.clone(), self.visit, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let done = work(&session).map_err(|error| error.to_string());
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::Analyses(done)) });
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// What came of a change of the saved analyses.
    pub(super) fn take_analyses(&mut self, done: Result<(String, Option<StatisticsCommand>), String>) {
        self.workspaces.statistics.read_saved();
        match done {
            Ok((told, Some(undo))) => self.state.transient.tell_undo(told, Command::Statistics(undo)),
            Ok((told, None)) => self.state.transient.tell(told),
            Err(error) => self.state.transient.complain(error),
        }
    }

    /// Asks for the name of an analysis.
    pub(super) fn save_analysis(&mut self) {
        let known = self.workspaces.statistics.saved_names();
        match self.lake() {
            Some(lake) if !lake.statistics.choice.is_empty() => {
                let draft = AnalysisDraft::new(lake, known);
                self.toggle_dialog(Dialog::SaveAnalysis(draft));
            }
            Some(_) => self.state.transient.tell("There is nothing to save: choose a metric in Statistics first."),
            None => {}
        }
    }

    /// Answers once more and writes the rows: the answer on screen may be of a question that has changed since.
    fn export_numbers(&mut self, out: PathBuf, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let (session, root) = (lake.session.clone(), lake.root.clone());
        let (table, asked) =
            (std::sync::Arc::clone(lake.table()), lake.statistics.choice.analysis(in_force(lake)).request());
        self.start("Exporting statistics".to_owned(), root, ctx, move |progress| {
            let written = asked.and_then(|request| {
                let stats = session.stats_run(&table, &request, false, progress)?;
                session.write_stats_file(&table, &stats, format_of(&out), &out, progress)?;
                Ok((stats.rows as u64, out))
            });
            Outcome::Rows(written.map_err(Ended::from))
        });
    }

    fn export_statistics_chart(&mut self, out: PathBuf, ctx: &Context) {
        let Some((name, charts)) = self.workspaces.statistics.charts() else {
            self.state.transient.complain("The chart is not drawn yet; try again in a moment.");
            return;
        };
        self.write_charts(name, charts, out, ctx);
    }

    /// Selects the frames of all rows that were kept.
    fn select_kept(&mut self, table: &StatsTable, ctx: &Context) {
        let rows = table.kept_frames().into_iter().filter_map(|row| u32::try_from(row).ok());
        self.take_behind(table.generation(), Ok(Found::Frames(Selected::of(rows))), ctx);
    }
}

/// What lies behind a row.
#[derive(Debug)]
pub enum Found {
    /// One frame, or none.
    Frame(Option<usize>),
    /// Frames.
    Frames(Selected),
}
