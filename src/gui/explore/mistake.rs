//! Under the query bar: what is wrong with the filter, and a press that mends it.

use egui::{Area, Frame, Id, Margin, Order, Rect, RichText, Stroke, Ui, pos2};

use crate::{
    filter::FilterError,
    gui::{
        theme::{self, ROUND, colors},
        widgets::plain_button,
    },
};

/// Tells the mistake below `bar`, under what is wrong at `x`; where that is, and the mended filter once it was asked for.
pub(super) fn mistake_ui(ui: &Ui, bar: Rect, x: f32, text: &str, error: &FilterError) -> (Rect, Option<String>) {
    let colors = colors(ui);
    let wide = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, colors.text).size().x;
    let body = egui::TextStyle::Body.resolve(ui.style());
    let hint = error.hint.as_deref().map_or(0.0, |hint| wide(hint, body));
    let width = wide(&error.message, theme::medium(13.0)).max(hint) + 26.0;
    let left = (x - 13.0).min(bar.right() - width).max(bar.left());
    let mended = error.mended(text);
    let mut taken = None;
    let place = pos2(left, bar.bottom() + 6.0);
    let area = Area::new(Id::unique("filter error")).order(Order::Foreground).fixed_pos(place);
    let area = area.show(ui.ctx(), |ui| {
        let frame = Frame::new()
            .fill(colors.raised)
            .stroke(Stroke::new(1.0, colors.outline))
            .corner_radius(ROUND)
            .shadow(ui.visuals().popup_shadow)
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_max_width((bar.right() - left).max(280.0) - 24.0);
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
    (area.response.rect, taken)
}

/// What the button says.
fn press(fix: &str) -> String {
    if fix.is_empty() { "Remove it".to_owned() } else { format!("Write {}", fix.trim()) }
}
