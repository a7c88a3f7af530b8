//! Boxes of labels over a frame, with class and score.

use egui::{Color32, Painter, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

use crate::{
    gui::theme::{self, class_color, text_on},
    model::{BoundingBox, Label},
};

/// Where a frame is drawn: its corner on screen, and points per pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    pub origin: egui::Pos2,
    pub scale: f32,
}

/// Draws the boxes, and tags without a box in the corner. Names stand beside or inside their boxes, the largest first,
/// and never over each other; one that finds no place is told on the Labels page.
#[expect(clippy::cast_possible_truncation, reason = "positions on screen")]
pub(super) fn boxes_ui(painter: &Painter, place: Placement, labels: &[Label]) {
    let mut boxes: Vec<(Rect, &Label)> = Vec::new();
    let mut named: Vec<Rect> = Vec::new();
    let mut tag = painter.clip_rect().left_top() + vec2(8.0, 8.0);
    for label in labels {
        let Some(bbox) = label.bbox else {
            let text = Text::of(painter, label);
            let place = Rect::from_min_size(tag, text.size);
            tag.y = place.bottom() + 4.0;
            named.push(text.draw(painter, place));
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
        if in_view && (rect.width() >= 22.0 || rect.height() >= 40.0) {
            let text = Text::of(painter, label);
            if let Some(place) = place_for(rect, text.size, painter.clip_rect(), &named) {
                named.push(text.draw(painter, place));
            }
        }
    }
}

/// Marks one object: all but its box lies in a light shade, and a double frame stands around it.
#[expect(clippy::cast_possible_truncation, reason = "positions on screen")]
pub(super) fn marked_ui(painter: &Painter, place: Placement, bbox: &BoundingBox) {
    let corner = place.origin + vec2(bbox.x as f32, bbox.y as f32) * place.scale;
    let rect = Rect::from_min_size(corner, vec2(bbox.w as f32, bbox.h as f32) * place.scale);
    let view = painter.clip_rect();
    let hole = rect.expand(3.0).intersect(view);
    if hole.is_positive() {
        let shade = Color32::from_black_alpha(90);
        for part in [
            view.with_max_y(hole.top()),
            view.with_min_y(hole.bottom()),
            Rect::from_x_y_ranges(view.left()..=hole.left(), hole.y_range()),
            Rect::from_x_y_ranges(hole.right()..=view.right(), hole.y_range()),
        ] {
            painter.rect_filled(part, 0, shade);
        }
    }
    painter.rect_stroke(rect.expand(3.0), 2, Stroke::new(4.0, Color32::from_black_alpha(150)), StrokeKind::Middle);
    painter.rect_stroke(rect.expand(3.0), 2, Stroke::new(2.0, Color32::WHITE), StrokeKind::Middle);
}

/// Where a name of this size stands: on the edge of its box, else inside it, else a line further out; within `view`
/// and clear of what is `taken`.
fn place_for(rect: Rect, size: Vec2, view: Rect, taken: &[Rect]) -> Option<Rect> {
    let (left, right) = (rect.left() - 1.0, rect.right() + 1.0 - size.x);
    let (above, below) = (rect.top() - 1.0 - size.y, rect.bottom() + 1.0);
    let (top, bottom) = (rect.top() + 1.0, rect.bottom() - 1.0 - size.y);
    let inside = rect.width() >= size.x && rect.height() >= size.y * 1.5;
    let edge = [(left, above), (right, above)];
    let mut within = vec![(left + 2.0, top), (right - 2.0, top), (left + 2.0, bottom), (right - 2.0, bottom)];
    let mut line = top + size.y;
    while line < bottom && within.len() < 12 {
        within.push((left + 2.0, line));
        line += size.y;
    }
    let out =
        [(left, below), (right, below), (left, above - size.y), (left, below + size.y), (left, above - size.y * 2.0)];
    edge.into_iter()
        .map(|at| (at, true))
        .chain(within.into_iter().map(|at| (at, inside)))
        .chain(out.into_iter().map(|at| (at, true)))
        .filter(|(_, allowed)| *allowed)
        .map(|((x, y), _)| {
            // Along the edge a name may slide into the view.
            let x = x.min(view.right() - size.x).max(view.left());
            Rect::from_min_size(pos2(x, y), size)
        })
        .find(|place| {
            place.top() >= view.top()
                && place.bottom() <= view.bottom()
                && !taken.iter().any(|other| other.shrink(0.5).intersects(*place))
        })
}

/// A name ready to be drawn.
struct Text {
    galley: std::sync::Arc<egui::Galley>,
    size: Vec2,
    fill: Color32,
    ink: Color32,
}

impl Text {
    fn of(painter: &Painter, label: &Label) -> Self {
        let fill = class_color(&label.class);
        let ink = text_on(fill);
        let galley = painter.layout_no_wrap(caption(label), theme::numbers_medium(10.5), ink);
        let size = galley.size() + vec2(8.0, 2.0);
        Self { galley, size, fill, ink }
    }

    fn draw(self, painter: &Painter, place: Rect) -> Rect {
        painter.rect_filled(place, 2, self.fill);
        painter.galley(place.center() - self.galley.size() / 2.0, self.galley, self.ink);
        place
    }
}

fn caption(label: &Label) -> String {
    match label.score {
        Some(score) => format!("{} {score:.2}", label.class),
        None => label.class.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_a_place_of_their_own_inside_the_view() {
        let view = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 300.0));
        let size = vec2(60.0, 14.0);
        let rect = |x: f32, y: f32, w: f32, h: f32| Rect::from_min_size(pos2(x, y), vec2(w, h));
        for boxes in [
            vec![rect(100.0, 100.0, 80.0, 60.0); 6],
            vec![rect(0.0, 0.0, 400.0, 300.0); 10],
            vec![rect(380.0, 280.0, 30.0, 30.0), rect(-20.0, -5.0, 60.0, 60.0), rect(390.0, 5.0, 40.0, 40.0)],
            (0..8u8).map(|n| rect(20.0 + f32::from(n) * 25.0, 150.0, 40.0, 40.0)).collect(),
        ] {
            let mut taken = Vec::new();
            for (number, at) in boxes.iter().enumerate() {
                let place = place_for(*at, size, view, &taken).unwrap_or_else(|| panic!("{number} of {boxes:?}"));
                assert!(view.contains_rect(place), "{place:?}");
                assert!(taken.iter().all(|other: &Rect| !other.shrink(0.5).intersects(place)));
                taken.push(place);
            }
        }
    }
}
