//! The Explore workspace: panels around one filter, docked as a person likes.

mod box_tip;
mod boxes;
mod chips;
mod completion;
mod detail;
mod empty_grid;
mod explain;
mod facet_classes;
mod facet_head;
mod facet_line;
mod facet_lists;
mod facet_tags;
mod facets;
mod grid;
mod grid_bar;
mod highlight;
mod history;
mod lattice;
mod legend;
mod look_bar;
mod mistake;
mod object_menu;
mod object_tile;
mod pixel_grid;
mod pixel_values;
mod playback;
mod problems;
mod pyramid;
mod query_bar;
mod reading;
mod scrub;
mod side_by_side;
mod sort_menu;
mod span_menu;
mod span_tile;
mod tile;
mod timeline;
mod track;
mod transport;
mod viewer;
mod viewer_bar;
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
pub use track::Track;
pub use viewer::Viewer;

use std::collections::BTreeSet;

use egui::Ui;

use super::{
    command::Command,
    dock::{Contents, Dock, Pane},
    frame_key::FrameKey,
    keep::{CompareDraft, Library},
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
    /// What is kept.
    pub library: Library,
    /// Two sets of frames side by side.
    pub compare: CompareDraft,
    /// Where the drives went.
    pub track: Track,
    /// Where the panels are.
    pub dock: Dock,
}

impl Explore {
    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.grid.forget_pictures(footage);
        self.viewer.forget_pictures(footage);
    }

    /// Grows with every picture that came into memory.
    pub fn pictures_came(&self) -> u64 {
        self.grid.kept().1.wrapping_add(self.viewer.kept().1)
    }

    /// The footages that pictures are kept of in memory.
    pub fn footages_in_memory(&self) -> BTreeSet<i64> {
        self.grid.kept().0.chain(self.viewer.kept().0).collect()
    }

    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let Self { facets, grid, viewer, timeline, library, compare, track, dock, .. } = self;
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0, colors(ui).canvas);
        dock.prepare(&state.persisted.layout, ui.available_size());
        let wanted = OF_THE_FRAME.iter().any(|pane| dock.is_seen(*pane));
        viewer.prepare(ui.ctx(), state, lake, workers, wanted, out);
        if !dock.is_seen(Pane::Facets) && !lake.counting.wanted().is_empty() {
            out.push(Command::CountFacets(Vec::new()));
        }
        dock.ui(ui, &mut Panes { facets, grid, viewer, timeline, library, compare, track, state, lake, workers }, out);
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
    library: &'a mut Library,
    compare: &'a mut CompareDraft,
    track: &'a mut Track,
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
            Pane::Facets => self.facets.ui(ui, lake, workers, out),
            Pane::Grid => {
                ui.painter().rect_filled(ui.max_rect(), 0, colors(ui).canvas);
                self.grid.ui(ui, state, lake, workers, out);
            }
            Pane::Viewer => self.viewer.ui(ui, state, lake, workers, out),
            Pane::Timeline => self.timeline.timeline_ui(ui, state, lake, workers, out),
            Pane::Values => self.viewer.detail_ui(ui, detail::values_ui),
            Pane::Selections => self.library.pane_ui(ui, lake, out),
            Pane::Track => self.track.ui(ui, lake, workers, out),
            Pane::Labels => self.viewer.detail_ui(ui, |ui, detail| {
                let key = FrameKey::of(lake.table(), detail.row);
                detail::labels_ui(ui, detail, key, lake.chosen_box.as_ref(), out);
            }),
            Pane::Compare => self.compare.pane_ui(ui, state, lake, out),
            // Reserved: not registered, so no layout holds it.
            Pane::Crops => {}
        }
    }

    /// No panel has any: each keeps its tools inside.
    fn tools_ui(&mut self, _: &mut Ui, _: Pane, _: &mut Vec<Command>) {}
}
