//! What is odd about recordings, footages and metrics, in a panel of the Statistics workspace.

use egui::Ui;

use super::{
    command::Command,
    lake::Lake,
    state::State,
    widgets::{Icon, empty_ui},
    work::Workers,
};

/// State and caches of the panel.
#[derive(Default)]
pub struct Quality {}

impl Quality {
    /// Draws the panel.
    #[expect(clippy::unused_self, reason = "the panel has no state yet")]
    pub fn ui(&mut self, ui: &mut Ui, _: &State, lake: &Lake, _: &Workers, _: &mut Vec<Command>) {
        let body = format!("Ask with: lakescope quality {}", lake.root.display());
        empty_ui(ui, Icon::Check, "Data quality is asked on the command line", &body, |_| {});
    }
}
