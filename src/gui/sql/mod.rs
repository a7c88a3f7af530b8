//! SQL over the tables of a lake, in panels of the Statistics workspace.

use egui::Ui;

use super::{
    command::Command,
    lake::Lake,
    state::State,
    widgets::{Icon, empty_ui},
    work::Workers,
};

/// State and caches of the panels.
#[derive(Default)]
pub struct Sql {}

impl Sql {
    /// Draws the panel of the query.
    #[expect(clippy::unused_self, reason = "the panel has no state yet")]
    pub fn query_ui(&mut self, ui: &mut Ui, _: &State, lake: &Lake, _: &Workers, _: &mut Vec<Command>) {
        let body = format!("Ask with: lakescope sql {} 'SELECT …'", lake.root.display());
        empty_ui(ui, Icon::Search, "SQL is asked on the command line", &body, |_| {});
    }

    /// Draws the panel of the answer.
    #[expect(clippy::unused_self, reason = "the panel has no state yet")]
    pub fn result_ui(&mut self, ui: &mut Ui, _: &State, _: &Lake, _: &Workers, _: &mut Vec<Command>) {
        empty_ui(ui, Icon::Search, "No query was asked", "The rows of a query in SQL appear here.", |_| {});
    }
}
