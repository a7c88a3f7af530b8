//! What is said while a folder is held over the window.

use egui::{Align2, Context, Id, LayerId, Order, Stroke, StrokeKind};

use crate::gui::theme::{self, DARK, LIGHT};

/// Tells that what is held over the window can be let go.
pub fn drop_ui(ctx: &Context) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let colors = if ctx.theme() == egui::Theme::Dark { &DARK } else { &LIGHT };
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop")));
    let whole = ctx.content_rect();
    painter.rect_filled(whole, 0, colors.canvas.gamma_multiply(0.8));
    painter.rect_stroke(whole.shrink(12.0), 12, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
    let text = "Let go to open this lake";
    painter.text(whole.center(), Align2::CENTER_CENTER, text, theme::semibold(17.0), colors.text);
}
