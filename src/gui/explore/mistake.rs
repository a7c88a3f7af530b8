//! Under the query bar: what is wrong with the filter, and a press that mends it.

use egui::{Area, Frame, Id, Margin, Order, Rect, RichText, Stroke, Ui, vec2};

use crate::{
    filter::FilterError,
    gui::{
        theme::{self, ROUND, colors},
        widgets::plain_button,
    },
};

/// Tells the mistake below `bar`; the mended filter once that was asked for.
pub(super) fn mistake_ui(ui: &Ui, bar: Rect, text: &str, error: &FilterError) -> Option<String> {
    let colors = colors(ui);
    let mended = error.mended(text);
    let mut taken = None;
    let place = bar.left_bottom() + vec2(0.0, 6.0);
    Area::new(Id::unique("filter error")).order(Order::Foreground).fixed_pos(place).show(ui.ctx(), |ui| {
        let frame = Frame::new()
            .fill(colors.raised)
            .stroke(Stroke::new(1.0, colors.outline))
            .corner_radius(ROUND)
            .shadow(ui.visuals().popup_shadow)
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_max_width(bar.width().max(280.0) - 24.0);
            ui.label(RichText::new(&error.message).font(theme::medium(13.0)).color(colors.error));
            if let Some(hint) = &error.hint {
                ui.label(RichText::new(hint).color(colors.text));
            }
            if let (Some(mended), Some(fix)) = (mended, &error.fix) {
                ui.add_space(2.0);
                if plain_button(ui, true, &press(fix)).on_hover_text(&mended).clicked() {
                    taken = Some(mended);
                }
            }
        });
    });
    taken
}

/// What the button says.
fn press(fix: &str) -> String {
    if fix.is_empty() { "Remove it".to_owned() } else { format!("Write {}", fix.trim()) }
}
