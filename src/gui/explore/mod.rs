//! The Explore workspace: panels around one filter, docked as a person likes.

mod boxes;
mod chips;
mod completion;
mod detail;
mod explain;
mod facet_classes;
mod facet_head;
mod facet_line;
mod facet_lists;
mod facets;
mod grid;
mod grid_bar;
mod highlight;
mod history;
mod look_bar;
mod mistake;
mod pixel_values;
mod playback;
mod problems;
mod pyramid;
mod query_bar;
mod scrub;
mod tile;
mod timeline;
mod transport;
mod viewer;
mod viewport;

pub use facets::Facets;
pub use grid::Grid;
pub use playback::{SPEEDS, other_speed};
pub use query_bar::QueryBar;
#[cfg(test)]
pub use timeline::AxisTime;
pub use timeline::{
    ACCEPTED, JumpFrom, Lane, Mark, Marks, Place, Timeline, TimelineCommand, TimelineMemory, count_between,
    marked_span, moved, narrowed, shown_lanes, span_filter,
};
pub use viewer::Viewer;

use egui::Ui;

use super::{
    command::Command,
    dock::{Contents, Dock, Pane},
    lake::Lake,
    state::State,
    theme::colors,
    work::Workers,
};

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
    /// Its recording in time.
    pub timeline: Timeline,
    /// Where the panels are.
    pub dock: Dock,
}

impl Explore {
    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.grid.forget_pictures(footage);
        self.viewer.forget_pictures(footage);
    }

    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Self { facets, grid, viewer, timeline, dock, .. } = self;
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0, colors(ui).canvas);
        dock.prepare(&state.persisted.layout, ui.available_size());
        let wanted = OF_THE_FRAME.iter().any(|pane| dock.is_seen(*pane));
        viewer.prepare(ui.ctx(), state, lake, workers, wanted, out);
        if !dock.is_seen(Pane::Facets) && !lake.counting.wanted().is_empty() {
            out.push(Command::CountFacets(Vec::new()));
        }
        dock.ui(ui, &mut Panes { facets, grid, viewer, timeline, state, lake, workers }, out);
    }
}

/// The panels that show the frame that is looked at, or something of it.
const OF_THE_FRAME: [Pane; 4] = [Pane::Viewer, Pane::Timeline, Pane::Values, Pane::Labels];

/// What the panels are drawn from.
struct Panes<'a> {
    facets: &'a mut Facets,
    grid: &'a mut Grid,
    viewer: &'a mut Viewer,
    timeline: &'a mut Timeline,
    state: &'a State,
    lake: &'a Lake,
    workers: &'a Workers,
}

impl Contents for Panes<'_> {
    fn title(&self, pane: Pane) -> String {
        match (pane, self.viewer.labels()) {
            (Pane::Labels, Some(count)) => format!("{} {count}", pane.name()),
            _ => pane.name().to_owned(),
        }
    }

    fn pane_ui(&mut self, ui: &mut Ui, pane: Pane, out: &mut Vec<Command>) {
        let Self { state, lake, workers, .. } = *self;
        match pane {
            Pane::Facets => self.facets.ui(ui, lake, out),
            Pane::Grid => {
                ui.painter().rect_filled(ui.max_rect(), 0, colors(ui).canvas);
                self.grid.ui(ui, state, lake, workers, out);
            }
            Pane::Viewer => self.viewer.ui(ui, state, lake, workers, out),
            Pane::Timeline => self.timeline.timeline_ui(ui, state, lake, workers, out),
            Pane::Values => self.viewer.detail_ui(ui, detail::values_ui),
            Pane::Labels => self.viewer.detail_ui(ui, detail::labels_ui),
            // Reserved: not registered, so no layout holds them.
            Pane::Track | Pane::Crops | Pane::Compare | Pane::Selections => {}
        }
    }

    /// No panel has any: each keeps its tools inside.
    fn tools_ui(&mut self, _: &mut Ui, _: Pane, _: &mut Vec<Command>) {}
}
