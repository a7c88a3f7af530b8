//! Scrolling through more than 32-bit positions can tell apart: a million rows of tiles are a hundred million pixels.

use egui::{Id, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::gui::theme::colors;

/// Width of the bar, px.
pub const BAR: f32 = 12.0;

/// A scroll position in pixels.
#[derive(Debug, Clone, Copy, Default)]
pub struct VirtualScroll {
    /// Pixels above the upper edge.
    pub offset: f64,
}

impl VirtualScroll {
    /// Takes the wheel over `area`, draws the bar at its right edge, and keeps the offset within the content.
    pub fn ui(&mut self, ui: &Ui, area: Rect, content: f64, name: &str) {
        let furthest = (content - f64::from(area.height())).max(0.0);
        if ui.rect_contains_pointer(area) && !ui.input(|input| input.modifiers.any()) {
            let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta).y);
            self.offset -= f64::from(wheel);
        }
        self.offset = self.offset.clamp(0.0, furthest);
        if furthest > 0.0 {
            self.bar_ui(ui, area, content, furthest, name);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "positions on the screen")]
    fn bar_ui(&mut self, ui: &Ui, area: Rect, content: f64, furthest: f64, name: &str) {
        let colors = colors(ui);
        let track = Rect::from_min_max(pos2(area.right() - BAR, area.top()), area.right_bottom());
        let id: Id = ui.scope_id().with(("scroll", name));
        let response = ui.interact(track, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, name));
        let shown = (f64::from(area.height()) / content).clamp(0.0, 1.0) as f32;
        let length = (track.height() * shown).max(28.0);
        let room = track.height() - length;
        let top = track.top() + room * (self.offset / furthest) as f32;
        if response.drag_started() || response.clicked() {
            let press = ui.input(|input| input.pointer.press_origin()).or(response.interact_pointer_pos());
            let held = press
                .map_or(length / 2.0, |at| if (top..top + length).contains(&at.y) { at.y - top } else { length / 2.0 });
            ui.data_mut(|data| data.insert_temp(id, held));
        }
        if (response.dragged() || response.clicked())
            && let Some(pointer) = response.interact_pointer_pos()
            && room > 0.0
        {
            let held = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(length / 2.0);
            let part = ((pointer.y - held - track.top()) / room).clamp(0.0, 1.0);
            self.offset = f64::from(part) * furthest;
        }
        let active = response.hovered() || response.dragged();
        let width = if active { 8.0 } else { 4.0 };
        let top = track.top() + room * (self.offset / furthest) as f32;
        let handle = Rect::from_min_size(pos2(track.right() - width - 2.0, top), vec2(width, length));
        let fill = if response.dragged() { colors.muted } else { colors.faint };
        ui.painter().rect_filled(handle, width / 2.0, fill);
    }
}
