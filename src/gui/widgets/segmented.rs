//! A choice between a few things, side by side.

use egui::{Color32, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use crate::gui::theme::{self, CONTROL, ROUND, colors};

/// Shows `choices` (value and name); returns the one that was pressed.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, now: T, choices: &[(T, &str)]) -> Option<T> {
    let colors = colors(ui);
    let mut chosen = None;
    let gap = 2.0;
    let font = theme::medium(13.0);
    let widths: Vec<f32> = choices
        .iter()
        .map(|(_, name)| ui.painter().layout_no_wrap((*name).to_owned(), font.clone(), colors.text).size().x + 24.0)
        .collect();
    let total: f32 = widths.iter().sum::<f32>() + gap * 2.0;
    let (rect, _) = ui.allocate_exact_size(vec2(total, CONTROL), Sense::hover());
    ui.painter().rect(rect, ROUND, colors.canvas, Stroke::new(1.0, colors.line), StrokeKind::Inside);
    let mut left = rect.left() + gap;
    for ((value, name), width) in choices.iter().zip(widths) {
        let part = egui::Rect::from_min_size(egui::pos2(left, rect.top() + gap), vec2(width, CONTROL - gap * 2.0));
        left += width;
        let response = ui.interact(part, ui.scope_id().with(("segment", *name)), Sense::click());
        let on = *value == now;
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, *name));
        let fill = if on {
            colors.pressed
        } else if response.hovered() {
            colors.hover
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(part, ROUND - 2, fill);
        if response.has_focus() {
            ui.painter().rect_stroke(part, ROUND - 2, Stroke::new(1.0, colors.accent), StrokeKind::Inside);
        }
        let ink = if on { colors.text } else { colors.muted };
        ui.painter().text(part.center(), egui::Align2::CENTER_CENTER, name, font.clone(), ink);
        if response.clicked() {
            chosen = Some(*value);
        }
    }
    chosen
}
