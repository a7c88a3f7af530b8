//! What an empty view shows: why it is empty and what to do.

use egui::{Align, Layout, Rect, RichText, Sense, Ui, UiBuilder, vec2};

use super::{Icon, paint_icon};
use crate::gui::theme::{self, STEP, colors};

/// Centres an icon, a headline, a sentence and what `actions` adds in the free space.
pub fn empty_ui<R>(ui: &mut Ui, icon: Icon, headline: &str, body: &str, actions: impl FnOnce(&mut Ui) -> R) -> R {
    let colors = colors(ui);
    let area = ui.available_rect_before_wrap();
    let size = vec2(area.width().min(420.0), area.height().min(220.0));
    let place = Rect::from_center_size(area.center() - vec2(0.0, area.height() * 0.04), size);
    ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Center)), |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(40.0, 40.0), Sense::hover());
        paint_icon(ui.painter(), rect, icon, colors.faint);
        ui.add_space(STEP);
        ui.label(RichText::new(headline).font(theme::semibold(15.0)));
        ui.add_space(2.0);
        ui.add(egui::Label::new(RichText::new(body).color(colors.muted)).wrap());
        ui.add_space(STEP);
        actions(ui)
    })
    .inner
}
