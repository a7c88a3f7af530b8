//! Scrolling sideways through columns that have no room beside each other.

use egui::{Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::gui::theme::colors;

/// Height of the bar, points.
const THICK: f32 = 10.0;

/// How far columns are moved to the left, points.
#[derive(Debug, Clone, Copy, Default)]
pub struct Across {
    /// Points beyond the left edge.
    pub offset: f32,
}

impl Across {
    /// Takes what is turned sideways over `area`, and draws a bar at its lower edge when the columns are wider than the room
    /// there is; gives the area above the bar.
    pub fn ui(&mut self, ui: &Ui, area: Rect, (wanted, room): (f32, f32), name: &str) -> Rect {
        // Less than a point is no column out of sight.
        let furthest = if wanted - room > 1.0 { wanted - room } else { 0.0 };
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.x));
            self.offset -= turned;
        }
        self.offset = self.offset.clamp(0.0, furthest);
        if furthest <= 0.0 {
            return area;
        }
        let bar = area.with_min_y(area.bottom() - THICK);
        self.bar_ui(ui, bar, (wanted, furthest), name);
        area.with_max_y(bar.top())
    }

    fn bar_ui(&mut self, ui: &Ui, bar: Rect, (wanted, furthest): (f32, f32), name: &str) {
        let colors = colors(ui);
        let response = ui.interact(bar, ui.scope_id().with(("across", name)), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, name));
        let length = (bar.width() * bar.width() / wanted.max(1.0)).clamp(28.0, bar.width().max(28.0));
        let room = (bar.width() - length).max(1.0);
        if response.dragged() {
            self.offset = (self.offset + response.drag_delta().x * furthest / room).clamp(0.0, furthest);
        }
        let left = bar.left() + room * self.offset / furthest;
        let thick = if response.hovered() || response.dragged() { 8.0 } else { 4.0 };
        let handle = Rect::from_min_size(pos2(left, bar.bottom() - thick - 1.0), vec2(length, thick));
        let fill = if response.dragged() { colors.muted } else { colors.faint };
        ui.painter().rect_filled(handle, thick / 2.0, fill);
    }
}
