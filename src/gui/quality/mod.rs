//! What is odd about recordings, footages and metrics, in a panel of the Statistics workspace: how many of each kind, all of
//! them as rows, and what is around the one that is looked at.

mod cards;
mod command;
mod context;
mod listed;
mod table;

pub use command::{QualityCommand, QualityLook, QualityState};
pub use listed::Found;

use std::sync::Arc;

use egui::{Align, Frame, Layout, Margin, Rect, RichText, Ui, UiBuilder, pos2};

use super::{
    asking::Asking,
    command::Command,
    command_line::quoted,
    lake::Lake,
    state::State,
    theme::{self, STEP, colors},
    widgets::{
        Icon, bar, empty_ui, field, fraction, icon_button, meter, plain_button, progress_line, segmented,
        text::{count, counted},
    },
    work::Workers,
};
use crate::{
    jobs::Progress,
    session::{QualityTable, SessionError, Severity},
};

/// Work that takes longer is told in the status bar.
const LONG: std::time::Duration = std::time::Duration::from_millis(400);
/// Height below which the plot of a finding has no room, points.
const ROOM_FOR_CONTEXT: f32 = 330.0;

/// State and caches of the panel.
#[derive(Default)]
pub struct Quality {
    asking: Asking<(u64, u64), Arc<Found>>,
    again: u64,
    search: String,
    shown_search: String,
    table: table::TablePane,
    context: context::Context,
}

/// Changes what is listed.
fn set_look(look: QualityLook) -> Command {
    Command::Quality(QualityCommand::SetLook(Box::new(look)))
}

/// The command that tells the same.
#[must_use]
pub fn command_line(lake: &Lake) -> String {
    let table = match lake.quality.look.table {
        QualityTable::Findings => "",
        QualityTable::Metrics => " --metrics",
        QualityTable::Footages => " --footages",
    };
    format!("lakescope quality {}{table}", quoted(&lake.root.display().to_string()))
}

impl Quality {
    /// Draws the panel.
    pub fn ui(&mut self, ui: &mut Ui, _: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let key = (table.generation(), self.again);
        self.asking.ask(&key, &workers.events, ui.ctx(), move |progress| {
            session.quality(&table, progress).map(|report| Arc::new(Found::new(report))).map_err(|error| match error {
                SessionError::Cancelled => "It was stopped.".to_owned(),
                other => other.to_string(),
            })
        });
        let found = self.asking.value().cloned();
        Frame::new()
            .inner_margin(Margin::symmetric(12, 0))
            .show(ui, |ui| self.head_ui(ui, lake, found.as_deref(), out));
        let Some(found) = found else {
            self.waiting_ui(ui, out);
            return;
        };
        if let Some(error) = self.asking.error() {
            Frame::new().inner_margin(Margin::symmetric(12, 2)).show(ui, |ui| {
                ui.label(RichText::new(format!("What is shown is older: {error}")).color(colors(ui).warning));
            });
        }
        let look = &lake.quality.look;
        if look.table == QualityTable::Findings {
            if found.report.findings.is_empty() {
                let body = format!(
                    "{} and {} were looked at: no gaps, frozen values, outliers, odd clocks or missing frames.",
                    format_args!("{} series of samples", count(found.report.metrics.len() as u64)),
                    counted(found.report.footages.len() as u64, "footage"),
                );
                empty_ui(ui, Icon::Check, "Nothing odd was found", &body, |_| {});
                return;
            }
            cards::cards_ui(ui, &found, look, out);
        }
        let area = ui.available_rect_before_wrap();
        let chosen = lake.quality.chosen.filter(|_| look.table == QualityTable::Findings);
        let chosen = chosen.and_then(|at| Some((at, found.report.findings.get(at)?)));
        let below = match chosen {
            Some(_) if area.height() >= ROOM_FOR_CONTEXT => (area.height() * 0.42).min(260.0),
            Some(_) => 40.0,
            None => 0.0,
        };
        let rows = area.with_max_y(area.bottom() - below);
        ui.scope_builder(UiBuilder::new().max_rect(rows), |ui| {
            ui.shrink_clip_rect(rows);
            self.table.ui(ui, lake, &found, workers, out);
        });
        if let Some((at, finding)) = chosen {
            let rect = Rect::from_min_max(pos2(area.left(), rows.bottom()), area.max);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                ui.shrink_clip_rect(rect);
                self.context.ui(ui, lake, (at, finding), workers, out);
            });
        }
        ui.advance_cursor_after_rect(area);
    }

    /// What is shown before the first report.
    fn waiting_ui(&mut self, ui: &mut Ui, out: &mut Vec<Command>) {
        if let Some(error) = self.asking.error() {
            let stopped = error == "It was stopped.";
            let headline = if stopped { "Nobody looked at all of the data" } else { "The data cannot be looked at" };
            empty_ui(ui, Icon::Warning, headline, error, |ui| {
                if plain_button(ui, true, "Look again").clicked() {
                    out.push(Command::Quality(QualityCommand::Again));
                }
            });
            return;
        }
        let snapshot = self.asking.long_work(std::time::Duration::ZERO).map(Progress::snapshot);
        let line = snapshot.as_ref().map(|snapshot| format!("{} recordings", progress_line(snapshot)));
        let body = "Every reading and the time of every frame is looked at, recording by recording.";
        empty_ui(ui, Icon::Search, "Looking at the data…", body, |ui| {
            if let (Some(snapshot), Some(line)) = (snapshot, line) {
                ui.label(RichText::new(line).font(theme::numbers(12.0)).color(colors(ui).muted));
                meter(ui, 220.0, fraction(&snapshot), "Looking at the data");
                ui.add_space(STEP);
                if plain_button(ui, true, "Cancel").clicked() {
                    out.push(Command::Quality(QualityCommand::Stop));
                }
            }
        });
    }

    /// The line on top: what is listed, a search, and what can be done with it.
    fn head_ui(&mut self, ui: &mut Ui, lake: &Lake, found: Option<&Found>, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let look = &lake.quality.look;
        if self.shown_search != look.search {
            self.search.clone_from(&look.search);
            self.shown_search.clone_from(&look.search);
        }
        bar(ui, 44.0, |ui| {
            ui.spacing_mut().item_spacing.x = STEP;
            let tables = [
                (QualityTable::Findings, "Findings"),
                (QualityTable::Metrics, "Metrics"),
                (QualityTable::Footages, "Footages"),
            ];
            if let Some(table) = segmented(ui, look.table, &tables) {
                out.push(set_look(QualityLook { table, sort: None, ..look.clone() }));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, Icon::Repeat, "Look at the data again").clicked() {
                    out.push(Command::Quality(QualityCommand::Again));
                }
                if icon_button(ui, Icon::Copy, "Copy as command line").clicked() {
                    out.push(Command::Copy { text: command_line(lake), what: "the command line" });
                }
                if found.is_some() && icon_button(ui, Icon::Export, "Export as CSV").clicked() {
                    out.push(Command::Quality(QualityCommand::OpenExport));
                }
                let room = ui.available_width();
                if found.is_some() && room > 130.0 {
                    let edit = field(ui, &mut self.search, "Search in the table", "Search", room.min(220.0) - 20.0);
                    if edit.changed() {
                        self.shown_search.clone_from(&self.search);
                        out.push(set_look(QualityLook { search: self.search.clone(), ..look.clone() }));
                    }
                }
                if let Some(found) = found
                    && ui.available_width() > 150.0
                {
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let text = RichText::new(told(found)).font(theme::numbers(12.5)).color(colors.muted);
                        ui.add(egui::Label::new(text).truncate());
                    });
                }
            });
        });
    }

    /// The report, once it is there.
    #[must_use]
    pub fn found(&self) -> Option<&Arc<Found>> {
        self.asking.value()
    }

    /// Looks at the data again.
    pub fn again(&mut self) {
        self.again += 1;
        self.asking.again();
    }

    /// Stops looking.
    pub fn stop(&mut self) {
        self.asking.stop();
    }

    /// The work under way, once it takes long.
    #[must_use]
    pub fn long_work(&self) -> Option<&Progress> {
        self.asking.long_work(LONG)
    }

    /// Whether the data are looked at now.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.asking.long_work(std::time::Duration::ZERO).is_some()
    }
}

/// `2 errors, 14 warnings, 6 notes`
fn told(found: &Found) -> String {
    let of = |severity: Severity| found.report.findings.iter().filter(|one| one.severity == severity).count() as u64;
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .filter(|(severity, _)| of(*severity) > 0)
        .map(|(severity, noun)| counted(of(severity), noun))
        .collect::<Vec<_>>();
    if parts.is_empty() { format!("{} findings", count(0)) } else { parts.join(", ") }
}
