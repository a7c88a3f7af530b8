//! The Explore workspace: facets on the left, the grid in the middle, the viewer on the right.

mod boxes;
mod chips;
mod completion;
mod detail;
mod explain;
mod facet_cache;
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
mod plots;
mod problems;
mod pyramid;
mod query_bar;
mod scrub;
mod ticks;
mod tile;
mod transport;
mod viewer;
mod viewport;

pub use facets::Facets;
pub use grid::Grid;
pub use playback::{SPEEDS, other_speed};
pub use plots::default_plots;
pub use query_bar::QueryBar;
pub use viewer::Viewer;

use egui::{CentralPanel, CursorIcon, Frame, Panel, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role};

use super::{
    command::Command,
    lake::Lake,
    state::{Panels, State},
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
}

impl Explore {
    /// The frames of a footage look different from now on.
    pub fn forget_pictures(&mut self, footage: i64) {
        self.grid.forget_pictures(footage);
        self.viewer.forget_pictures(footage);
    }

    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        let colors = colors(ui);
        let width = ui.available_width();
        let panels = &state.persisted.panels;
        let Room { facets, viewer } = Room::of(panels, width);
        let whole = ui.available_rect_before_wrap();
        let panel =
            |panel: Panel, width| panel.exact_size(width).resizable(false).frame(Frame::new().fill(colors.panel));
        if let Some(width) = facets {
            panel(Panel::left("facets"), width).show(ui, |ui| self.facets.ui(ui, lake, workers, out));
        }
        if let Some(width) = viewer {
            panel(Panel::right("viewer"), width).show(ui, |ui| self.viewer.ui(ui, state, lake, workers, out));
        }
        CentralPanel::default()
            .frame(Frame::new().fill(colors.canvas))
            .show(ui, |ui| self.grid.ui(ui, state, lake, workers, out));
        // After the panels, so that their edges are on top of them.
        if let Some(width) = facets
            && let Some(x) = edge_ui(ui, whole, whole.left() + width, "Width of the facets")
        {
            out.push(Command::SetFacetsWidth((x - whole.left()).round().max(FACETS)));
        }
        if let Some(width) = viewer
            && let Some(x) = edge_ui(ui, whole, whole.right() - width, "Width of the viewer")
        {
            out.push(Command::SetViewerWidth((whole.right() - x).round().max(VIEWER)));
        }
    }
}

/// The edge of a panel, which can be moved; where to, while it is.
fn edge_ui(ui: &Ui, whole: Rect, x: f32, name: &str) -> Option<f32> {
    let edge = Rect::from_x_y_ranges(x - 3.0..=x + 3.0, whole.y_range());
    let response = ui.interact(edge, ui.scope_id().with(name), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        ui.painter().vline(x, whole.y_range(), Stroke::new(2.0, colors(ui).accent));
    }
    response.interact_pointer_pos().filter(|_| response.dragged()).map(|pointer| pointer.x)
}

/// Least widths of facets, viewer and grid, points.
const FACETS: f32 = 216.0;
const VIEWER: f32 = 320.0;
const GRID: f32 = 240.0;
/// Most that facets have a use for.
const MOST_FACETS: f32 = 420.0;

/// The width of each panel; `None` where it is not shown.
#[derive(Debug, PartialEq)]
struct Room {
    facets: Option<f32>,
    viewer: Option<f32>,
}

/// Whether the facets have room beside the grid, in a window this wide.
pub fn facets_shown(panels: &Panels, width: f32) -> bool {
    Room::of(panels, width).facets.is_some()
}

/// Shows the facets; where there is no room for both, in place of the viewer.
pub fn show_facets(panels: &mut Panels, width: f32) {
    panels.facets = true;
    if !facets_shown(panels, width) {
        panels.viewer = false;
    }
}

impl Room {
    /// The grid always has its least width. In a narrow window the facets give way first, then the viewer; in a wide
    /// one both are as wide as they were made.
    fn of(panels: &Panels, width: f32) -> Self {
        let free = width - GRID;
        let with_viewer = panels.viewer && free >= VIEWER;
        let beside = if panels.viewer { free - VIEWER } else { free };
        let facets =
            (panels.facets && beside >= FACETS).then(|| panels.facets_width.clamp(FACETS, beside.min(MOST_FACETS)));
        let usual = (width * 0.42).clamp(360.0, 760.0);
        let left = free - facets.unwrap_or(0.0);
        let viewer = with_viewer.then(|| panels.viewer_width.unwrap_or(usual).clamp(VIEWER, left.max(VIEWER)));
        Self { facets, viewer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facets_that_are_asked_for_come_be_it_in_place_of_the_viewer() {
        for (width, viewer) in [(1440.0, true), (640.0, false)] {
            let mut panels = Panels { facets: false, ..Panels::default() };
            show_facets(&mut panels, width);
            assert_eq!((facets_shown(&panels, width), panels.viewer), (true, viewer), "{width}");
        }
    }

    #[test]
    fn the_grid_keeps_its_room_and_the_facets_give_way_first() {
        let both = Panels::default();
        let only_facets = Panels { viewer: false, ..Panels::default() };
        let wide = Panels { facets_width: 900.0, viewer_width: Some(2000.0), ..Panels::default() };
        for (panels, width, facets, viewer) in [
            (&both, 1440.0, Some(272.0), Some(604.8)),
            (&both, 880.0, Some(272.0), Some(368.0)),
            (&both, 776.0, Some(216.0), Some(320.0)),
            (&both, 700.0, None, Some(360.0)),
            (&both, 500.0, None, None),
            (&only_facets, 500.0, Some(260.0), None),
            (&wide, 1440.0, Some(420.0), Some(780.0)),
        ] {
            let room = Room::of(panels, width);
            let rounded = |width: Option<f32>| width.map(|width| (width * 10.0).round());
            assert_eq!((rounded(room.facets), rounded(room.viewer)), (rounded(facets), rounded(viewer)), "{width}");
        }
    }
}
