//! Commands on the Detections workspace: what is asked, what is shown, and what is written to files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use egui::Context;

use super::{
    App,
    app::Slot,
    charts::{Chart, ChartFile, Look, chart_ui, charts_ui, csv, csv_of, write_picture},
    command::Command,
    detections::{ChartOf, Choice, DetectionsCommand, RankedPicture, Source, export_draft, request},
    dialogs::Dialog,
    dock::Pane,
    events::{Ended, Event, Outcome},
    undo::Change,
    widgets::text::counted,
};
use crate::{
    jobs::Priority,
    session::{DetectionTable, FrameFormat, SessionError},
};

/// Size of a chart in a file, points.
const PICTURE: [f32; 2] = [960.0, 480.0];

/// The size of a picture of several charts, which are not scrolled there.
fn picture_of(charts: usize) -> [f32; 2] {
    #[expect(clippy::cast_precision_loss, reason = "a few charts")]
    let rows = charts.div_ceil(2) as f32;
    if charts < 3 { PICTURE } else { [PICTURE[0], (rows * 250.0 + 40.0).max(PICTURE[1])] }
}

/// What is drawn once more for a file.
enum Drawn {
    Chart(Arc<Chart>),
    Charts(String, Arc<Vec<Chart>>),
    Ranked(RankedPicture),
}

impl App {
    pub(super) fn apply_to_detections(&mut self, command: DetectionsCommand, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let space = &mut self.workspaces.detections;
        match command {
            DetectionsCommand::Ask(choice) => self.ask_detections(*choice, Change::Other),
            DetectionsCommand::Drag(choice, since) => self.ask_detections(*choice, Change::Dragged(since)),
            DetectionsCommand::Show(shown) => {
                let open = shown.is_some();
                lake.detections.shown = shown;
                if open && !space.dock.is_seen(Pane::Sightings) {
                    self.apply_to_panels(Command::OpenPane(Pane::Sightings));
                }
            }
            DetectionsCommand::SetLook(look) => lake.detections.look = look,
            DetectionsCommand::Again => {
                lake.detections.passing = false;
                space.again();
            }
            DetectionsCommand::Stop => space.stop(),
            DetectionsCommand::OpenExport(what) => {
                self.state.transient.dialog = Some(Dialog::Write(export_draft(lake, what)));
            }
            DetectionsCommand::ExportTable(out) => self.export_answer(out, ctx),
            DetectionsCommand::ExportChart(what, out) => self.export_chart(what, out, ctx),
            DetectionsCommand::ChooseSource(source) => self.choose_source(source, ctx),
        }
    }

    fn ask_detections(&mut self, choice: Choice, change: Change) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let asked = &mut lake.detections;
        if asked.choice == choice {
            return;
        }
        asked.passing = matches!(change, Change::Dragged(_));
        asked.undo.record(asked.choice.clone(), change);
        if choice.locations != asked.choice.locations
            && let [one] = choice.locations.as_slice()
        {
            self.workspaces.detections.reveal_location(*one);
        }
        asked.take(choice);
    }

    /// Goes back to the question before, or forward.
    pub(super) fn turn_detections(&mut self, back: bool) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let asked = &mut lake.detections;
        let present = asked.choice.clone();
        let other = if back { asked.undo.undo(present) } else { asked.undo.redo(present) };
        if let Some(choice) = other {
            asked.take(choice);
            asked.passing = true;
        }
    }

    /// Answers once more and writes the rows: the answer on screen may be of a question that has changed since.
    /// They are written in the order that the table shows.
    fn export_answer(&mut self, out: PathBuf, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let order = lake.detections.look.order();
        let (session, choice, root) = (lake.session.clone(), lake.detections.choice.clone(), lake.root.clone());
        self.start("Exporting the top items".to_owned(), root, ctx, move |progress| {
            let written = request(&session, &choice).map_err(SessionError::Failed).and_then(|request| {
                request.source.spare(&out)?;
                let answer = session.top(&request, progress)?;
                let table = DetectionTable::from(match order {
                    Some(order) => order.arranged(answer),
                    None => answer,
                });
                let rows = table.rows() as u64;
                table.write_file(format_of(&out), &out, progress)?;
                Ok((rows, out))
            });
            Outcome::Rows(written.map_err(Ended::from))
        });
    }

    fn export_chart(&mut self, what: ChartOf, out: PathBuf, ctx: &Context) {
        let detections = &self.workspaces.detections;
        let drawn = match what {
            ChartOf::Ranked => self.lake().and_then(|lake| detections.ranked_picture(lake)).map(Drawn::Ranked),
            _ => detections.chart(what).map(Drawn::Chart),
        };
        match drawn {
            Some(drawn) => self.write_drawn(drawn, out, ctx),
            None => self
                .state
                .transient
                .complain(format!("“{}” is not drawn yet; open its panel and try again.", what.name())),
        }
    }

    /// Draws a chart once more where nobody sees it, and writes that; the ending of the file tells the format.
    pub(super) fn write_chart(&self, chart: Arc<Chart>, out: PathBuf, ctx: &Context) {
        self.write_drawn(Drawn::Chart(chart), out, ctx);
    }

    /// The same of several that are shown together under one name.
    pub(super) fn write_charts(&self, name: String, charts: Arc<Vec<Chart>>, out: PathBuf, ctx: &Context) {
        self.write_drawn(Drawn::Charts(name, charts), out, ctx);
    }

    fn write_drawn(&self, drawn: Drawn, out: PathBuf, ctx: &Context) {
        let (dark, tell, ctx) = (ctx.theme() == egui::Theme::Dark, self.tell.clone(), ctx.clone());
        let work = move |_: &_| {
            let as_text = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            let file = |size| ChartFile { out: out.clone(), size, dark };
            let written = match &drawn {
                Drawn::Chart(chart) if as_text => super::charts::write_whole(&out, csv(chart).as_bytes()),
                Drawn::Chart(chart) => write_picture(&file(PICTURE), &chart.name, |ui| {
                    chart_ui(ui, chart, &Look { id: "picture", still: true, ..Look::default() });
                }),
                Drawn::Charts(_, charts) if as_text => {
                    let all: Vec<&Chart> = charts.iter().collect();
                    super::charts::write_whole(&out, csv_of(&all).as_bytes())
                }
                Drawn::Charts(name, charts) => write_picture(&file(picture_of(charts.len())), name, |ui| {
                    charts_ui(ui, charts.len(), |ui, at| {
                        chart_ui(ui, &charts[at], &Look { id: "picture", still: true, ..Look::default() });
                    });
                }),
                Drawn::Ranked(bars) => write_picture(&file(bars.size()), ChartOf::Ranked.name(), |ui| bars.ui(ui)),
            };
            let told =
                written.map(|()| out.clone()).map_err(|error| format!("{} cannot be written: {error}", out.display()));
            let _ = tell.send(Event::ImageSaved(told));
            ctx.request_repaint();
        };
        self.workers.ask.spawn(Priority::Visible, work).detach();
    }

    /// The desktop's dialog waits for a person, so it has a thread of its own that nobody waits for.
    fn choose_source(&mut self, source: Source, ctx: &Context) {
        if self.state.transient.choosing_folder {
            return;
        }
        self.state.transient.choosing_folder = true;
        let (visit, tell, ctx) = (self.visit, self.tell.clone(), ctx.clone());
        let start = self.lake().map(|lake| lake.root.clone());
        let ask = move || {
            let mut dialog = rfd::FileDialog::new();
            if let Some(start) = start {
                dialog = dialog.set_directory(start);
            }
            let tables = |dialog: rfd::FileDialog, endings: &[&str]| dialog.add_filter("Tables", endings);
            let chosen = match source {
                Source::EventFolder => dialog.set_title("Folder of detection events").pick_folder(),
                Source::EventFile => {
                    tables(dialog.set_title("Detection events"), &["parquet", "csv", "ndjson", "jsonl"]).pick_file()
                }
                Source::Places => tables(dialog.set_title("Table of locations"), &["parquet", "csv"]).pick_file(),
            };
            let _ = tell.send(Event::OfLake { visit, event: Box::new(Event::SourceChosen { source, chosen }) });
            ctx.request_repaint();
        };
        if let Err(error) = thread::Builder::new().name("file-dialog".into()).spawn(ask) {
            self.state.transient.choosing_folder = false;
            self.state.transient.complain(format!("The file dialog cannot be opened: {error}"));
        }
    }

    /// A person chose files in the desktop's dialog, or none.
    pub(super) fn take_source(&mut self, source: Source, chosen: Option<PathBuf>) {
        self.state.transient.choosing_folder = false;
        let (Some(chosen), Some(lake)) = (chosen, self.lake()) else { return };
        let mut choice = lake.detections.choice.clone();
        match source {
            Source::EventFolder | Source::EventFile => choice.events = Some(chosen),
            Source::Places => choice.places = Some(chosen),
        }
        self.ask_detections(choice, Change::Other);
    }

    /// What became of an export of rows.
    pub(super) fn rows_written(&mut self, written: Result<(u64, PathBuf), Ended>) {
        match written {
            Ok((rows, out)) => {
                let folder = out.parent().map(PathBuf::from).unwrap_or_default();
                let told = format!("Wrote {} to {}.", counted(rows, "row"), out.display());
                self.state.transient.tell_folder(told, folder);
            }
            Err(Ended::Cancelled) => self.state.transient.tell("Export cancelled; nothing was written."),
            Err(Ended::Failed(error)) => {
                self.state.transient.complain(format!("The answer cannot be written: {error}"));
            }
        }
    }
}

/// The format that the ending of a file tells.
pub(super) fn format_of(out: &Path) -> FrameFormat {
    FrameFormat::of_file(out)
}
