//! Small marks: keys of a shortcut, a colour.

use egui::{Color32, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::gui::theme::{self, colors};

/// Draws the keys of a shortcut, each as a key cap, ending at `right`; tells where they begin.
pub fn paint_keys(ui: &Ui, right: Pos2, shortcut: &str) -> f32 {
    let colors = colors(ui);
    let mut edge = right.x;
    for key in shortcut.split('+').filter(|key| !key.is_empty()).rev() {
        let galley = ui.painter().layout_no_wrap(key.to_owned(), theme::medium(11.5), colors.muted);
        let size = vec2((galley.size().x + 12.0).max(22.0), 20.0);
        let cap = Rect::from_min_size(pos2(edge - size.x, right.y - size.y / 2.0), size);
        ui.painter().rect(cap, 4, colors.control, Stroke::new(1.0, colors.outline), StrokeKind::Inside);
        ui.painter().galley(cap.center() - galley.size() / 2.0, galley, colors.muted);
        edge = cap.left() - 3.0;
    }
    edge
}

/// A small square of one colour, beside a name.
pub fn swatch(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
    let square = Rect::from_center_size(pos2(rect.center().x, rect.center().y), vec2(9.0, 9.0));
    ui.painter().rect_filled(square, 2, color);
}
