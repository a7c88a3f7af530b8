//! The mark of a label class beside its name: a square of its colour, with a sign where several classes share the colour.

use egui::{Color32, Painter, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::{
    gui::theme::{Colors, class_color, class_ink, colors, text_on},
    model::{LinePattern, class_style},
};

/// Side of a mark, points.
pub const MARK: f32 = 11.0;

/// Draws the mark of `class` into `rect`; faint while it is not `on`. A class whose boxes have a solid line has no sign, a
/// dashed one a bar, a dotted one a dot, one of dashes and dots a stroke from corner to corner.
pub fn paint_class_mark(painter: &Painter, colors: &Colors, rect: Rect, class: &str, on: bool) {
    let shown = |color: Color32| if on { color } else { color.gamma_multiply(0.35) };
    let fill = class_color(class);
    // A pale colour is seen on a bright panel by its edge.
    let edge = Stroke::new(1.4, shown(class_ink(colors, class)));
    painter.rect(rect, 2, shown(fill), edge, StrokeKind::Inside);
    let ink = shown(text_on(fill));
    let (center, side) = (rect.center(), rect.width());
    match class_style(class).line {
        LinePattern::Solid => {}
        LinePattern::Dashed => {
            painter.rect_filled(Rect::from_center_size(center, vec2(side * 0.62, side * 0.22)), 0, ink);
        }
        LinePattern::Dotted => {
            painter.circle_filled(center, side * 0.2, ink);
        }
        LinePattern::DashDotted => {
            let part = side * 0.26;
            let ends = [pos2(center.x - part, center.y + part), pos2(center.x + part, center.y - part)];
            painter.line_segment(ends, Stroke::new(side * 0.18, ink));
        }
    }
}

/// Takes room for the mark of a class in a row, and draws it.
pub fn class_mark(ui: &mut Ui, class: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(MARK, 16.0), Sense::hover());
    let square = Rect::from_center_size(rect.center(), vec2(MARK, MARK));
    paint_class_mark(ui.painter(), colors(ui), square, class, true);
}
