//! SQL over the tables of a lake, in panels of the Statistics workspace: the query with its tables, and the answer as rows
//! that can be scrolled while they come, or as a chart.

mod bar;
mod chart;
mod command;
mod completion;
mod editor;
mod export;
mod frames;
mod kept;
mod result;
mod rows;
mod running;
mod tables_list;
mod words;

pub use command::{SavedKept, SqlBounds, SqlCommand, SqlMemory, SqlState, SqlWritten};
pub use export::export_draft;
pub(super) use frames::frame_at;
pub use kept::NameDraft;
pub use words::command_line;

use std::sync::Arc;

use egui::{Frame, Margin, Rect, Ui, UiBuilder, pos2, vec2};

use super::{
    charts::Chart,
    command::Command,
    fetch::Fetch,
    lake::Lake,
    state::State,
    theme::{STEP, colors},
    widgets::waiting_ui,
    work::Workers,
};
use crate::{
    jobs::{Priority, Progress},
    session::{SqlMistake, SqlTable},
};
use running::{Ended, Running};

/// Narrower than this, the tables have no room beside the text, points.
const ROOM_FOR_TABLES: f32 = 560.0;
/// Width of the list of tables, points.
const TABLES: f32 = 212.0;
/// A query that takes longer is told in the status bar.
const LONG: std::time::Duration = std::time::Duration::from_millis(400);

/// State and caches of the panels.
#[derive(Default)]
pub struct Sql {
    tables: Fetch<u64, Arc<Vec<SqlTable>>>,
    editor: editor::Editor,
    list: tables_list::TablesList,
    kept: kept::Kept,
    running: Running,
    rows: rows::RowsPane,
    chart: chart::ChartPane,
}

impl Sql {
    /// Takes in what came, and runs what is asked. To be called each time the window is drawn, whatever it shows.
    pub fn poll(&mut self, lake: &Lake, workers: &Workers, ctx: &egui::Context) {
        self.running.follow(lake.sql.asked.as_ref(), &lake.session, &workers.sql, ctx);
    }

    /// Draws the panel of the query.
    pub fn query_ui(&mut self, ui: &mut Ui, _: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let session = lake.session.clone();
        self.tables.request(lake.table().generation(), &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            session.sql_tables().map(Arc::new).map_err(|error| error.to_string())
        });
        self.tables.poll();
        let ran = (self.running.asked().map_or(0, |asked| asked.number), self.running.is_running());
        self.kept.poll(lake, ran, workers, ui.ctx());
        bar::bar_ui(ui, lake, &self.kept, &self.running, out);
        let area = ui.available_rect_before_wrap().shrink2(vec2(12.0, 0.0));
        let area = area.with_max_y(area.bottom() - 10.0);
        // Mistakes of a run are about the text that ran; of any other text, looking at it tells.
        let ran = self.ran_mistake(lake).cloned();
        let told = ran.as_ref().or(self.editor.mistake()).cloned();
        let below = told.as_ref().map_or(0.0, |mistake| words::mistake_height(ui, mistake, area.width()));
        let body = area.with_max_y((area.bottom() - below).max(area.top() + 40.0));
        let tables = self.tables.value().cloned();
        let mut text_area = body;
        if lake.sql.memory.shows_tables && area.width() >= ROOM_FOR_TABLES {
            let list = body.with_max_x(body.left() + TABLES);
            text_area = body.with_min_x(list.right() + STEP);
            ui.scope_builder(UiBuilder::new().max_rect(list), |ui| {
                ui.shrink_clip_rect(list);
                match (&tables, self.tables.error()) {
                    (Some(tables), _) => self.list.ui(ui, tables, &mut self.editor),
                    (None, Some(error)) => {
                        ui.label(egui::RichText::new(error).color(colors(ui).error));
                    }
                    (None, None) => waiting_ui(ui, "Reading tables…"),
                }
            });
        }
        ui.scope_builder(UiBuilder::new().max_rect(text_area), |ui| {
            self.editor.ui(ui, &lake.sql.memory.text, tables.as_ref(), ran.as_ref(), workers, out);
        });
        if let Some(mistake) = told {
            let rect = Rect::from_min_max(pos2(area.left(), body.bottom()), area.max);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                if let Some((range, fix)) = words::mistake_ui(ui, &mistake, self.editor.text()) {
                    self.editor.mend(range, &fix, out);
                }
            });
        }
    }

    /// The mistake that running the present text told.
    fn ran_mistake(&self, lake: &Lake) -> Option<&SqlMistake> {
        let asked = self.running.asked().filter(|asked| asked.text == lake.sql.memory.text)?;
        match self.running.ended() {
            // The order that was asked for is no part of the text.
            Some(Ended::Mistake(mistake)) if asked.sort.is_none() || mistake.span.is_some() => Some(mistake),
            _ => None,
        }
    }

    /// Draws the panel of the answer.
    pub fn result_ui(&mut self, ui: &mut Ui, _: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        self.rows.of(self.running.asked().map(|asked| asked.number));
        Frame::new().inner_margin(Margin::symmetric(12, 0)).show(ui, |ui| {
            result::head_ui(ui, lake, &self.running, &mut self.rows, workers, out);
        });
        if result::without_rows_ui(ui, lake, &self.running, out) {
            return;
        }
        let Some(answer) = self.running.answer().cloned() else { return };
        if lake.sql.memory.shows_chart {
            self.chart.ui(ui, lake, (&answer, &self.running), workers, out);
        } else {
            self.rows.ui(ui, lake, (&answer, &self.running), workers, out);
        }
    }

    /// The chart of the answer as it is shown now.
    #[must_use]
    pub fn shown_chart(&self) -> Option<Arc<Chart>> {
        self.chart.shown()
    }

    /// The query under way, once it takes long.
    #[must_use]
    pub fn long_work(&self) -> Option<&Progress> {
        self.running.long_work(LONG)
    }

    /// The names of the saved queries.
    #[must_use]
    pub fn saved_names(&self) -> Vec<String> {
        self.kept.names()
    }

    /// Whether a query runs.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.running.is_running()
    }

    /// Ends the query that runs.
    pub fn stop(&mut self) {
        self.running.stop();
    }
}
