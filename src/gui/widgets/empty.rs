//! What an empty view shows: why it is empty and what to do.

use egui::{Align, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role, vec2};

use super::{Icon, paint_icon};
use crate::gui::theme::{self, CONTROL, STEP, colors};

/// Side of the icon, px.
const ICON: f32 = 40.0;
/// Free space around the text, px.
const MARGIN: f32 = 12.0;

/// What a view shows while its first content is on its way.
pub fn waiting_ui(ui: &mut Ui, text: &str) {
    let muted = colors(ui).muted;
    let area = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(area, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, text));
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.painter().text(area.center(), egui::Align2::CENTER_CENTER, text, font, muted);
}

/// Centres an icon, a headline, a sentence and what `actions` adds in the free space. Where there is little, the icon
/// is left out first; then the rest can be scrolled.
pub fn empty_ui<R>(ui: &mut Ui, icon: Icon, headline: &str, body: &str, actions: impl FnOnce(&mut Ui) -> R) -> R {
    let colors = colors(ui);
    let area = ui.available_rect_before_wrap();
    let width = (area.width() - MARGIN * 2.0).clamp(60.0, 420.0);
    let tall = |text: &str, font| ui.painter().layout(text.to_owned(), font, colors.text, width).size().y;
    let text = tall(headline, theme::semibold(15.0)) + 2.0 + tall(body, egui::TextStyle::Body.resolve(ui.style()));
    // Room for a button is kept, be there one or not, so that the text of all empty views stands at one height.
    let text = text + STEP + CONTROL + ui.spacing().item_spacing.y * 3.0;
    let with_icon = text + ICON + STEP * 2.0;
    let roomy = with_icon + MARGIN * 2.0 <= area.height();
    let height = if roomy { with_icon } else { text }.min(area.height());
    let lift = if roomy { ((area.height() - height) * 0.08).min(32.0) } else { 0.0 };
    let place = Rect::from_center_size(area.center() - vec2(0.0, lift), vec2(width, height));
    let contents = |ui: &mut Ui| {
        if roomy {
            let (rect, _) = ui.allocate_exact_size(vec2(ICON, ICON), Sense::hover());
            paint_icon(ui.painter(), rect, icon, colors.faint);
            ui.add_space(STEP);
        }
        ui.label(RichText::new(headline).font(theme::semibold(15.0)));
        ui.add_space(2.0);
        ui.add(egui::Label::new(RichText::new(body).color(colors.muted)).wrap());
        ui.add_space(STEP);
        actions(ui)
    };
    ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Center)), |ui| {
        if roomy {
            return contents(ui);
        }
        let scroll = ScrollArea::vertical().id_salt(headline).auto_shrink(false);
        scroll.show(ui, |ui| ui.with_layout(Layout::top_down(Align::Center), contents).inner).inner
    })
    .inner
}
