//! Buttons: one primary per place, plain ones, quiet ones without a frame, and icons.

use egui::{Button, Color32, Response, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{Icon, paint_icon};
use crate::gui::theme::{self, CONTROL, ROUND, colors};

/// The one thing a place is for.
pub fn primary_button(ui: &mut Ui, enabled: bool, text: &str) -> Response {
    let colors = colors(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for (look, fill) in [
            (&mut widgets.inactive, colors.accent),
            (&mut widgets.hovered, colors.accent_hover),
            (&mut widgets.active, colors.accent_hover),
        ] {
            look.weak_bg_fill = fill;
            look.bg_stroke = Stroke::NONE;
        }
        let text = RichText::new(text).font(theme::medium(13.0)).color(colors.on_accent);
        ui.add_enabled(enabled, Button::new(text).min_size(vec2(0.0, CONTROL)))
    })
    .inner
}

/// Any other thing to press.
pub fn plain_button(ui: &mut Ui, enabled: bool, text: &str) -> Response {
    ui.add_enabled(enabled, Button::new(RichText::new(text).font(theme::medium(13.0))).min_size(vec2(0.0, CONTROL)))
}

/// Without a frame until the pointer is over it.
pub fn quiet_button(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Button::new(text.into()).frame_when_inactive(false).stroke(Stroke::NONE))
}

/// A square button that shows an icon; `name` is its accessible name and its tooltip.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_ui(ui, icon, name, None, true)
}

/// An icon that is on or off.
pub fn icon_toggle(ui: &mut Ui, icon: Icon, name: &str, on: bool) -> Response {
    icon_ui(ui, icon, name, Some(on), true)
}

fn icon_ui(ui: &mut Ui, icon: Icon, name: &str, on: Option<bool>, enabled: bool) -> Response {
    let colors = colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(CONTROL, CONTROL), Sense::click());
    response.widget_info(|| match on {
        Some(on) => WidgetInfo::selected(Role::Button, enabled, on, spoken(name)),
        None => WidgetInfo::labeled(Role::Button, enabled, spoken(name)),
    });
    if ui.is_rect_visible(rect) {
        let on = on == Some(true);
        let fill = if response.is_pointer_button_down_on() {
            colors.pressed
        } else if response.hovered() {
            colors.hover
        } else if on {
            colors.accent_wash
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, ROUND, fill);
        if response.has_focus() {
            ui.painter().rect_stroke(rect, ROUND, Stroke::new(1.0, colors.accent), StrokeKind::Inside);
        }
        let ink = if !ui.is_enabled() {
            colors.faint
        } else if on {
            colors.accent
        } else if response.hovered() {
            colors.text
        } else {
            colors.muted
        };
        paint_icon(ui.painter(), rect.shrink(6.0), icon, ink);
    }
    response.on_hover_text(name)
}

/// The name without the shortcut that tooltips put after two spaces.
fn spoken(name: &str) -> &str {
    name.split("  ").next().unwrap_or(name)
}
