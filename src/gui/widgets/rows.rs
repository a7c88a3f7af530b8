//! Rows of one height in a panel, of which only those in sight are drawn, whatever their number.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};

use super::{BAR, VirtualScroll};

/// Draws the rows in sight over the whole rectangle of `ui`, the bar at the right.
pub fn rows_ui(
    ui: &mut Ui,
    scroll: &mut VirtualScroll,
    name: &str,
    (count, height): (usize, f32),
    mut row_ui: impl FnMut(&mut Ui, usize, Rect),
) {
    let area = ui.available_rect_before_wrap();
    #[expect(clippy::cast_precision_loss, reason = "positions on the screen")]
    let content = count as f64 * f64::from(height);
    scroll.ui(ui, area, content, name);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the offset lies within the content")]
    let first = (scroll.offset / f64::from(height)).floor() as usize;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "less than a row")]
    let mut top = area.top() - (scroll.offset - first as f64 * f64::from(height)) as f32;
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ui.shrink_clip_rect(area);
        for index in first..count {
            if top >= area.bottom() {
                break;
            }
            let rect = Rect::from_min_size(pos2(area.left(), top), vec2(area.width() - BAR, height));
            ui.push_id(index, |ui| row_ui(ui, index, rect));
            top += height;
        }
        ui.advance_cursor_after_rect(area);
    });
}

/// Scrolls so that a row is in sight.
pub fn reveal(scroll: &mut VirtualScroll, index: usize, height: f32, room: f32) {
    #[expect(clippy::cast_precision_loss, reason = "positions on the screen")]
    let top = index as f64 * f64::from(height);
    let (height, room) = (f64::from(height), f64::from(room));
    if top < scroll.offset {
        scroll.offset = top;
    } else if top + height > scroll.offset + room {
        scroll.offset = top + height - room;
    }
}
