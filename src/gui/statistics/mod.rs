//! The Statistics workspace: any number about the data, and the frames behind it.

use egui::Ui;

use super::{
    command::Command,
    dock::{Contents, Dock, Pane},
    lake::Lake,
    quality::{Quality, QualityCommand},
    shell::Answering,
    sql::{Sql, SqlCommand},
    state::State,
    theme::colors,
    widgets::{Icon, empty_ui},
    work::Workers,
};

/// State and caches of the workspace.
#[derive(Default)]
pub struct Statistics {
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
        let Self { sql, quality, dock } = self;
        dock.prepare(&state.persisted.statistics_layout, ui.available_size());
        dock.ui(ui, &mut Panes { sql, quality, state, lake, workers }, out);
    }

    /// A question that takes long.
    #[must_use]
    pub fn answering(&self) -> Option<Answering<'_>> {
        let query = self.sql.long_work().map(|progress| Answering {
            title: "Running SQL",
            progress,
            stop: Command::Sql(SqlCommand::Stop),
        });
        query.or_else(|| {
            self.quality.long_work().map(|progress| Answering {
                title: "Looking at the data",
                progress,
                stop: Command::Quality(QualityCommand::Stop),
            })
        })
    }

    /// Whether something is worked out.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.sql.is_asking() || self.quality.is_asking()
    }
}

/// What the panels are drawn from.
struct Panes<'a> {
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
            Pane::Sql => self.sql.query_ui(ui, state, lake, workers, out),
            Pane::SqlResult => self.sql.result_ui(ui, state, lake, workers, out),
            Pane::Quality => self.quality.ui(ui, state, lake, workers, out),
            _ => {
                let body = format!("Ask with: lakescope stats {}", lake.root.display());
                empty_ui(ui, Icon::Chart, "Statistics are asked on the command line", &body, |_| {});
            }
        }
    }

    /// No panel has any: each keeps its tools inside.
    fn tools_ui(&mut self, _: &mut Ui, _: Pane, _: &mut Vec<Command>) {}
}
