//! The lines between panels, which can be moved.

use egui::{CursorIcon, Id, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role};
use egui_tiles::{Container, LinearDir, Tile, TileId};

use super::{
    Dock,
    fold::{GAP, wish},
    layout::Node,
    tree::{linears, part_of},
};
use crate::gui::theme::colors;

/// Half the width in which a line can be taken, points.
const REACH: f32 = 3.0;

impl Dock {
    /// Draws nothing but the line under the pointer; the others are drawn with the panels.
    pub(super) fn edges_ui(&mut self, ui: &Ui) {
        for id in linears(&self.tree) {
            let Some(Tile::Container(Container::Linear(linear))) = self.tree.tiles.get(id) else { continue };
            let horizontal = linear.dir == LinearDir::Horizontal;
            let Some(whole) = self.tree.tiles.rect(id) else { continue };
            let shown: Vec<(TileId, Rect)> = linear
                .children
                .iter()
                .filter(|child| self.tree.is_visible_in_layout(**child))
                .filter_map(|child| Some((*child, self.tree.tiles.rect(*child)?)))
                .collect();
            for place in 1..shown.len() {
                if let Some(moved) = self.edge_ui(ui, whole, &shown, place, horizontal) {
                    let length = |rect: Rect| if horizontal { rect.width() } else { rect.height() };
                    for (child, rect) in &shown {
                        self.sizes.insert(*child, length(*rect));
                    }
                    self.sizes.insert(shown[place - 1].0, moved[0]);
                    self.sizes.insert(shown[place].0, moved[1]);
                }
            }
        }
    }

    /// The line before the part at `place`. While it is moved: the new lengths before and behind it.
    fn edge_ui(
        &self,
        ui: &Ui,
        whole: Rect,
        shown: &[(TileId, Rect)],
        place: usize,
        horizontal: bool,
    ) -> Option<[f32; 2]> {
        let ((before, before_rect), (behind, behind_rect)) = (shown[place - 1], shown[place]);
        let axis = usize::from(!horizontal);
        let parts = [before, behind].map(|id| part_of(&self.tree, &self.sizes, id));
        let name = match &parts {
            [Some(before), Some(behind)] => {
                format!("Edge between {} and {}", front(&before.node), front(&behind.node))
            }
            _ => return None,
        };
        let (line, cursor) = if horizontal {
            let x = f32::midpoint(before_rect.right(), behind_rect.left());
            (Rect::from_x_y_ranges(x - REACH..=x + REACH, whole.y_range()), CursorIcon::ResizeHorizontal)
        } else {
            let y = f32::midpoint(before_rect.bottom(), behind_rect.top());
            (Rect::from_x_y_ranges(whole.x_range(), y - REACH..=y + REACH), CursorIcon::ResizeVertical)
        };
        let response = ui.interact(line, Id::unique(("dock edge", before.0, behind.0)), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, &name));
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(cursor);
            let stroke = Stroke::new(2.0, colors(ui).accent);
            if horizontal {
                ui.painter().vline(line.center().x, line.y_range(), stroke);
            } else {
                ui.painter().hline(line.x_range(), line.center().y, stroke);
            }
        }
        let pointer = response.interact_pointer_pos().filter(|_| response.dragged())?;
        let least = parts.map(|part| part.and_then(|part| wish(&part, axis)).map_or(0.0, |wish| wish.least));
        let (from, to, at) = if horizontal {
            (before_rect.left(), behind_rect.right(), pointer.x)
        } else {
            (before_rect.top(), behind_rect.bottom(), pointer.y)
        };
        let both = to - from - GAP;
        if least[0] + least[1] > both {
            return None;
        }
        let first = (at - from - GAP / 2.0).clamp(least[0], both - least[1]).round();
        Some([first, both - first])
    }
}

/// The name of what stands in front.
fn front(node: &Node) -> &'static str {
    match node {
        Node::Tabs(tabs) => tabs.active.map_or("", super::Pane::name),
        Node::Row(parts) | Node::Column(parts) => {
            parts.iter().find(|part| part.node.is_open()).map_or("", |part| front(&part.node))
        }
    }
}
