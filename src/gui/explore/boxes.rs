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

/// Draws the boxes, and tags without a box in the corner. Names stand above their boxes, the largest first; one that
/// would cover another is left out and told on the Labels page.
#[expect(clippy::cast_possible_truncation, reason = "positions on screen")]
pub(super) fn boxes_ui(painter: &Painter, place: Placement, labels: &[Label]) {
    let mut boxes: Vec<(Rect, &Label)> = Vec::new();
    let mut named: Vec<Rect> = Vec::new();
    let mut tag = painter.clip_rect().left_top() + vec2(8.0, 8.0);
    for label in labels {
        let Some(bbox) = label.bbox else {
            let chip = chip(painter, tag, label, Align2::LEFT_TOP, &[]);
            tag.y = chip.map_or(tag.y, |chip| chip.bottom() + 4.0);
            named.extend(chip);
            continue;
        };
        let corner = place.origin + vec2(bbox.x as f32, bbox.y as f32) * place.scale;
        boxes.push((Rect::from_min_size(corner, vec2(bbox.w as f32, bbox.h as f32) * place.scale), label));
    }
    boxes.sort_by(|a, b| b.0.area().total_cmp(&a.0.area()));
    for (rect, label) in &boxes {
        painter.rect_stroke(*rect, 2, Stroke::new(3.5, Color32::from_black_alpha(110)), StrokeKind::Middle);
        painter.rect_stroke(*rect, 2, Stroke::new(1.8, class_color(&label.class)), StrokeKind::Middle);
    }
    for (rect, label) in boxes {
        // A name larger than its object hides what it names.
        // A name without a box in sight would stand for something else.
        let seen = painter.clip_rect().intersect(rect);
        let in_view = seen.width() >= 8.0 && seen.height() >= 8.0;
        if !in_view || (rect.width() < 22.0 && rect.height() < 40.0) {
            continue;
        }
        let above = rect.top() - 17.0 >= painter.clip_rect().top();
        let (at, align) = if above {
            (pos2(rect.left() - 1.0, rect.top() - 1.0), Align2::LEFT_BOTTOM)
        } else {
            (pos2(rect.left() - 1.0, rect.top() + 1.0), Align2::LEFT_TOP)
        };
        named.extend(chip(painter, at, label, align, &named));
    }
}

fn caption(label: &Label) -> String {
    match label.score {
        Some(score) => format!("{} {score:.2}", label.class),
        None => label.class.clone(),
    }
}

fn chip(painter: &Painter, at: egui::Pos2, label: &Label, align: Align2, taken: &[Rect]) -> Option<Rect> {
    let color = class_color(&label.class);
    let ink = text_on(color);
    let galley = painter.layout_no_wrap(caption(label), theme::numbers_medium(10.5), ink);
    let mut rect = align.anchor_size(at, galley.size() + vec2(8.0, 2.0));
    let view = painter.clip_rect();
    rect = rect.translate(vec2((view.right() - rect.right()).min(0.0) + (view.left() - rect.left()).max(0.0), 0.0));
    if taken.iter().any(|other| other.shrink(1.0).intersects(rect)) {
        return None;
    }
    painter.rect_filled(rect, 2, color);
    painter.galley(rect.center() - galley.size() / 2.0, galley, ink);
    Some(rect)
}
