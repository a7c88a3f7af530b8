//! Small marks: keys of a shortcut, a colour.

use egui::{Color32, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::gui::theme::{self, colors};

/// The keys of a shortcut, each as a key cap.
pub fn keys(ui: &mut Ui, shortcut: &str) {
    let colors = colors(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for key in shortcut.split('+').filter(|key| !key.is_empty()) {
            egui::Frame::new()
                .fill(colors.control)
                .stroke(egui::Stroke::new(1.0, colors.outline))
                .corner_radius(4)
                .inner_margin(egui::Margin::symmetric(6, 1))
                .show(ui, |ui| ui.label(RichText::new(key).font(theme::medium(11.5)).color(colors.muted)));
        }
    });
}

/// A small square of one colour, beside a name.
pub fn swatch(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
    let square = Rect::from_center_size(pos2(rect.center().x, rect.center().y), vec2(9.0, 9.0));
    ui.painter().rect_filled(square, 2, color);
}
