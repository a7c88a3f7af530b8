//! The Explore workspace: facets on the left, the grid in the middle, the viewer on the right.

mod boxes;
mod completion;
mod detail;
mod facet_cache;
mod facet_lists;
mod facets;
mod grid;
mod grid_bar;
mod highlight;
mod plots;
mod problems;
mod pyramid;
mod query_bar;
mod scrub;
mod ticks;
mod tile;
mod viewer;
mod viewport;

pub use facets::Facets;
pub use grid::Grid;
pub use plots::default_plots;
pub use query_bar::QueryBar;
pub use viewer::Viewer;

use egui::{CentralPanel, Frame, Panel, Ui};

use super::{command::Command, lake::Lake, state::State, theme::colors, work::Workers};

/// State and caches of the workspace.
#[derive(Default)]
pub struct Explore {
    /// The query bar, which stands in the bar on top.
    pub query: QueryBar,
    /// The facets.
    pub facets: Facets,
    /// The thumbnails.
    pub grid: Grid,
    /// The frame that is looked at.
    pub viewer: Viewer,
}

impl Explore {
    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let width = ui.available_width();
        Panel::left("facets")
            .default_size(272.0)
            .size_range(216.0..=420.0)
            .frame(Frame::new().fill(colors.panel))
            .show(ui, |ui| self.facets.ui(ui, lake, workers, out));
        Panel::right("viewer")
            .default_size((width * 0.42).clamp(360.0, 760.0))
            .size_range(320.0..=(width * 0.7).max(360.0))
            .frame(Frame::new().fill(colors.panel))
            .show(ui, |ui| self.viewer.ui(ui, state, lake, workers, out));
        CentralPanel::default()
            .frame(Frame::new().fill(colors.canvas))
            .show(ui, |ui| self.grid.ui(ui, state, lake, workers, out));
    }
}
