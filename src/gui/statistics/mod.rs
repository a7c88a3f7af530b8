//! The Statistics workspace: any number about the data, and the frames behind it. A question on the left; the numbers and a
//! chart of them follow it and the filter of the window. SQL and data quality are panels beside them.

mod build;
mod chart_pane;
mod choice;
mod command;
mod draw;
mod export;
mod pick;
mod save_dialog;
mod saved_pane;
mod state;
mod table_pane;
mod words;

pub use choice::{StatChoice, StatScope};
pub use command::{Behind, StatAsked, StatLook, StatisticsCommand};
pub use export::export_draft;
pub use save_dialog::AnalysisDraft;
pub use state::in_force;
pub use words::command_line;

use std::sync::Arc;

use egui::Ui;

use super::{
    charts::Chart,
    command::Command,
    dock::{Contents, Dock, Pane},
    lake::Lake,
    quality::{Quality, QualityCommand},
    shell::Answering,
    sql::{Sql, SqlCommand},
    state::State,
    theme::colors,
    work::Workers,
};
use state::Answers;

/// State and caches of the workspace.
#[derive(Default)]
pub struct Statistics {
    answers: Answers,
    build: build::Build,
    saved: saved_pane::SavedPane,
    chart: chart_pane::ChartPane,
    table: table_pane::TablePane,
    /// SQL over the tables of the lake.
    pub sql: Sql,
    /// What is odd about the data.
    pub quality: Quality,
    /// Where the panels are.
    pub dock: Dock,
}

impl Statistics {
    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0, colors(ui).canvas);
        ui.spacing_mut().item_spacing.y = 0.0;
        let Self { answers, build, saved, chart, table, sql, quality, dock } = self;
        dock.prepare(&state.persisted.statistics_layout, ui.available_size());
        answers.ask(lake, workers, ui.ctx(), dock.is_seen(Pane::StatChart));
        dock.ui(ui, &mut Panes { answers, build, saved, chart, table, sql, quality, state, lake, workers }, out);
    }

    /// Stops what is under way.
    pub fn stop(&mut self) {
        self.answers.stop();
    }

    /// Asks everything again.
    pub fn again(&mut self) {
        self.answers.again();
    }

    /// Reads the saved analyses again.
    pub fn read_saved(&mut self) {
        self.answers.read_saved();
    }

    /// The names of the saved analyses.
    #[must_use]
    pub fn saved_names(&self) -> Vec<String> {
        self.answers.saved.value().into_iter().flatten().map(|one| one.name.clone()).collect()
    }

    /// The charts as they are shown now, with what they are called together.
    #[must_use]
    pub fn charts(&self) -> Option<(String, Arc<Vec<Chart>>)> {
        let all = self.answers.drawn().filter(|all| !all.is_empty())?;
        let name = match all.as_slice() {
            [one] => one.chart.name.clone(),
            many => {
                let kind = if many[0].x.is_some() { "Histograms" } else { "Boxes" };
                let of = |drawn: &draw::Drawn| drawn.x.clone().unwrap_or_else(|| drawn.chart.y.title.clone());
                format!("{kind} of {}", many.iter().map(of).collect::<Vec<_>>().join(", "))
            }
        };
        Some((name, Arc::new(all.iter().map(|drawn| drawn.chart.clone()).collect())))
    }

    /// A question that takes long.
    #[must_use]
    pub fn answering(&self) -> Option<Answering<'_>> {
        let works = [
            (self.answers.long_work(), "Working out statistics", Command::Statistics(StatisticsCommand::Stop)),
            (self.sql.long_work(), "Running SQL", Command::Sql(SqlCommand::Stop)),
            (self.quality.long_work(), "Looking at the data", Command::Quality(QualityCommand::Stop)),
        ];
        works.into_iter().find_map(|(progress, title, stop)| Some(Answering { title, progress: progress?, stop }))
    }

    /// Whether something is worked out.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.answers.is_asking() || self.sql.is_asking() || self.quality.is_asking()
    }
}

/// What the panels are drawn from.
struct Panes<'a> {
    answers: &'a mut Answers,
    build: &'a mut build::Build,
    saved: &'a mut saved_pane::SavedPane,
    chart: &'a mut chart_pane::ChartPane,
    table: &'a mut table_pane::TablePane,
    sql: &'a mut Sql,
    quality: &'a mut Quality,
    state: &'a State,
    lake: &'a Lake,
    workers: &'a Workers,
}

impl Contents for Panes<'_> {
    fn title(&self, pane: Pane) -> String {
        pane.name().to_owned()
    }

    fn pane_ui(&mut self, ui: &mut Ui, pane: Pane, out: &mut Vec<Command>) {
        let Self { state, lake, workers, .. } = *self;
        match pane {
            Pane::StatBuild => self.build.ui(ui, lake, self.answers, out),
            Pane::StatSaved => self.saved.ui(ui, lake, self.answers, out),
            Pane::StatChart => self.chart.ui(ui, lake, self.answers, out),
            Pane::StatTable => self.table.ui(ui, lake, self.answers, workers, out),
            Pane::Sql => self.sql.query_ui(ui, state, lake, workers, out),
            Pane::SqlResult => self.sql.result_ui(ui, state, lake, workers, out),
            Pane::Quality => self.quality.ui(ui, state, lake, workers, out),
            _ => {}
        }
    }

    /// No panel has any: each keeps its tools inside.
    fn tools_ui(&mut self, _: &mut Ui, _: Pane, _: &mut Vec<Command>) {}
}
