//! A button that opens a menu of things to choose from.

use egui::{CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{Icon, elided, paint_icon};
use crate::gui::theme::{self, CONTROL, ROUND, colors};

/// A button that opens a menu: a caption in second ink, what is chosen, and an arrow. Lit when it limits something.
pub fn choice_button(ui: &mut Ui, caption: &str, value: &str, lit: bool, name: &str) -> Response {
    let colors = colors(ui);
    let laid = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, colors.text);
    let caption = (!caption.is_empty()).then(|| laid(caption, theme::medium(12.5)));
    let value_galley = laid(value, theme::medium(12.5));
    let before = caption.as_ref().map_or(0.0, |caption| caption.size().x + 6.0);
    let wide = value_galley.size().x.min(190.0);
    let (rect, response) = ui.allocate_exact_size(vec2(before + wide + 36.0, CONTROL), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, name);
        info.current_text_value = Some(value.to_owned());
        info
    });
    let fill = match (response.is_pointer_button_down_on(), response.hovered(), lit) {
        (true, ..) => colors.pressed,
        (_, true, _) => colors.hover,
        (_, _, true) => colors.accent_wash,
        _ => colors.control,
    };
    let edge = if response.has_focus() || lit { colors.accent } else { colors.outline };
    ui.painter().rect(rect, CornerRadius::same(ROUND), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut at = rect.left_center() + vec2(10.0, 0.0);
    if let Some(caption) = caption {
        ui.painter().galley_with_override_text_color(at - vec2(0.0, caption.size().y / 2.0), caption, colors.muted);
        at.x += before;
    }
    let ink = if lit { colors.accent } else { colors.text };
    elided(ui.painter(), at, value, theme::medium(12.5), ink, wide + 1.0);
    let arrow = Rect::from_center_size(rect.right_center() - vec2(14.0, 0.0), vec2(12.0, 12.0));
    paint_icon(ui.painter(), arrow, Icon::Down, colors.muted);
    response.on_hover_text(name)
}
