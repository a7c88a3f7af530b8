//! Boxes of labels over a frame, with class and score.

use egui::{Align2, Color32, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use crate::{
    gui::theme::{self, class_color, text_on},
    model::Label,
};

/// Where a frame is drawn: its corner on screen, and points per pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    pub origin: egui::Pos2,
    pub scale: f32,
}

/// Draws the boxes, tags without a box in the corner.
#[expect(clippy::cast_possible_truncation, reason = "positions on screen")]
pub(super) fn boxes_ui(painter: &Painter, place: Placement, labels: &[Label]) {
    let mut tag_y = 8.0;
    for label in labels {
        let color = class_color(&label.class);
        let Some(bbox) = label.bbox else {
            let corner = painter.clip_rect().left_top() + vec2(8.0, tag_y);
            tag_y += chip(painter, corner, &caption(label), color, Align2::LEFT_TOP).height() + 4.0;
            continue;
        };
        let corner = place.origin + vec2(bbox.x as f32, bbox.y as f32) * place.scale;
        let rect = Rect::from_min_size(corner, vec2(bbox.w as f32, bbox.h as f32) * place.scale);
        painter.rect_stroke(rect, 2, Stroke::new(3.5, Color32::from_black_alpha(110)), StrokeKind::Middle);
        painter.rect_stroke(rect, 2, Stroke::new(1.8, color), StrokeKind::Middle);
        // A chip larger than its object hides what it names.
        if rect.width() >= 22.0 || rect.height() >= 40.0 {
            let above = rect.top() - 17.0 >= painter.clip_rect().top();
            let (at, align) = if above {
                (pos2(rect.left() - 1.0, rect.top() - 1.0), Align2::LEFT_BOTTOM)
            } else {
                (pos2(rect.left() - 1.0, rect.top() + 1.0), Align2::LEFT_TOP)
            };
            chip(painter, at, &caption(label), color, align);
        }
    }
}

fn caption(label: &Label) -> String {
    match label.score {
        Some(score) => format!("{} {score:.2}", label.class),
        None => label.class.clone(),
    }
}

fn chip(painter: &Painter, at: egui::Pos2, text: &str, color: Color32, align: Align2) -> Rect {
    let ink = text_on(color);
    let galley = painter.layout_no_wrap(text.to_owned(), theme::numbers_medium(10.5), ink);
    let rect = align.anchor_size(at, galley.size() + vec2(8.0, 2.0));
    painter.rect_filled(rect, 2, color);
    painter.galley(rect.center() - galley.size() / 2.0, galley, ink);
    rect
}
