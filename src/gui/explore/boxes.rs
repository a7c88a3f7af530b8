//! Boxes of labels over a frame: which are drawn and how, and names that never cover each other or small objects.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use crate::{
    gui::{
        frame_key::FrameKey,
        looking::{ChosenBox, Emphasis, Looking},
        theme::{self, class_color, text_on},
    },
    model::{BoundingBox, Label, LinePattern, class_style},
};

/// Where a frame is drawn: its corner on screen, and points per pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    pub origin: Pos2,
    pub scale: f32,
}

/// What tells how boxes are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoxLook<'a> {
    pub looking: &'a Looking,
    /// For each label whether the filter talks of it; `None` when it talks of none.
    pub matching: Option<&'a [bool]>,
    pub chosen: Option<&'a ChosenBox>,
}

/// How much a box stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    Faint,
    Full,
    Chosen,
}

/// A label that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn<'a> {
    /// Where its box is on screen; `None` for a tag of the whole frame.
    pub rect: Option<Rect>,
    pub label: &'a Label,
    /// Its place among the labels of the frame.
    pub index: usize,
    pub tone: Tone,
}

impl BoxLook<'_> {
    /// How much a label stands out; `None` when it is not drawn.
    pub fn tone(&self, key: FrameKey, index: usize, label: &Label) -> Option<Tone> {
        if self.looking.classes_off.contains(&label.class) {
            return None;
        }
        if self.chosen.is_some_and(|chosen| chosen.is(key, index, label)) {
            return Some(Tone::Chosen);
        }
        let matches = self.matching.is_none_or(|matching| matching.get(index).copied().unwrap_or(true));
        match self.looking.emphasis {
            Emphasis::All => Some(Tone::Full),
            _ if matches => Some(Tone::Full),
            Emphasis::Matching => Some(Tone::Faint),
            Emphasis::Only => None,
        }
    }

    /// The labels that are drawn, with their boxes on screen.
    #[expect(clippy::cast_possible_truncation, reason = "positions on screen")]
    pub fn drawn<'a>(&self, key: FrameKey, place: Placement, labels: &'a [Label]) -> Vec<Drawn<'a>> {
        let on_screen = |label: &Label| {
            let bbox = label.bbox?;
            let corner = place.origin + vec2(bbox.x as f32, bbox.y as f32) * place.scale;
            let rect = Rect::from_min_size(corner, vec2(bbox.w as f32, bbox.h as f32) * place.scale);
            rect.is_finite().then_some(rect)
        };
        labels
            .iter()
            .enumerate()
            // A box of numbers that cannot be drawn is told on the Labels page.
            .filter(|(_, label)| label.bbox.is_none() || on_screen(label).is_some())
            .filter_map(|(index, label)| {
                Some(Drawn { rect: on_screen(label), label, index, tone: self.tone(key, index, label)? })
            })
            .collect()
    }
}

/// How far beside a box it is still met, points.
const REACH: f32 = 2.0;
/// A box smaller than this is met as if it were that large, points.
const LEAST: f32 = 9.0;

/// The smallest box under the pointer, as a place among `drawn`; of boxes of one size the one that stands out more.
pub(super) fn under(drawn: &[Drawn<'_>], pointer: Pos2) -> Option<usize> {
    drawn
        .iter()
        .enumerate()
        .filter_map(|(at, drawn)| Some((at, drawn.rect?, drawn.tone)))
        .filter(|(_, rect, _)| {
            let grow = |side: f32| ((LEAST - side) / 2.0).max(REACH);
            rect.expand2(vec2(grow(rect.width()), grow(rect.height()))).contains(pointer)
        })
        .min_by(|a, b| a.1.area().total_cmp(&b.1.area()).then(b.2.cmp(&a.2)))
        .map(|(at, ..)| at)
}

/// Draws the boxes, and tags without a box in the corner. Names stand beside or inside their boxes, the chosen and the
/// largest first; one that finds no place is told under the pointer and on the Labels page. `hovered` is a place among
/// `drawn`; names keep clear of what is `taken`.
pub(super) fn boxes_ui(
    painter: &Painter,
    drawn: &[Drawn<'_>],
    hovered: Option<usize>,
    corner: Pos2,
    taken: Option<Rect>,
) {
    let mut named: Vec<Rect> = taken.into_iter().collect();
    let mut tag = corner;
    for drawn in drawn.iter().filter(|drawn| drawn.rect.is_none() && drawn.tone > Tone::Faint) {
        let text = Text::of(painter, drawn.label);
        let place = Rect::from_min_size(tag, text.size);
        tag.y = place.bottom() + 4.0;
        named.push(text.draw(painter, place));
    }
    let mut boxes: Vec<(Rect, &Drawn<'_>, bool)> = drawn
        .iter()
        .enumerate()
        .filter_map(|(at, drawn)| Some((drawn.rect?, drawn, hovered == Some(at))))
        .filter(|(rect, ..)| rect.intersects(painter.clip_rect().expand(4.0)))
        .collect();
    // What stands out is drawn over the rest, the small over the large.
    boxes.sort_by(|a, b| (a.1.tone, a.2).cmp(&(b.1.tone, b.2)).then(b.0.area().total_cmp(&a.0.area())));
    for (rect, drawn, hovered) in &boxes {
        outline(painter, *rect, drawn, *hovered);
    }
    boxes.retain(|(_, drawn, hovered)| drawn.tone > Tone::Faint || *hovered);
    boxes.sort_by(|a, b| (b.1.tone, b.2).cmp(&(a.1.tone, a.2)).then(b.0.area().total_cmp(&a.0.area())));
    let all: Vec<Rect> = boxes.iter().map(|(rect, ..)| *rect).collect();
    for (rect, drawn, hovered) in boxes {
        // A name larger than its object hides what it names.
        // A name without a box in sight would stand for something else.
        let seen = painter.clip_rect().intersect(rect);
        let in_view = seen.width() >= 8.0 && seen.height() >= 8.0;
        let large = rect.width() >= 22.0 || rect.height() >= 40.0;
        if in_view && (large || drawn.tone == Tone::Chosen || hovered) {
            let text = Text::of(painter, drawn.label);
            if let Some(place) = place_for(rect, text.size, painter.clip_rect(), &named, &all) {
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

/// The outline of a box: its colour over a dark one, so that it is seen on any picture.
fn outline(painter: &Painter, rect: Rect, drawn: &Drawn<'_>, hovered: bool) {
    let style = class_style(&drawn.label.class);
    let color = class_color(&drawn.label.class);
    let (width, color, behind) = match drawn.tone {
        Tone::Faint if !hovered => (1.0, color.gamma_multiply(0.45), Color32::from_black_alpha(50)),
        Tone::Chosen => (2.6, color, Color32::WHITE),
        _ => (if hovered { 2.6 } else { 1.8 }, color, Color32::from_black_alpha(140)),
    };
    if drawn.tone == Tone::Chosen {
        painter.rect_stroke(rect, 2, Stroke::new(width + 4.0, Color32::from_black_alpha(140)), StrokeKind::Middle);
    }
    painter.rect_stroke(rect, 2, Stroke::new(width + 1.8, behind), StrokeKind::Middle);
    if hovered {
        painter.rect_filled(rect, 2, color.gamma_multiply(0.10));
    }
    let stroke = Stroke::new(width, color);
    if style.line == LinePattern::Solid {
        painter.rect_stroke(rect, 2, stroke, StrokeKind::Middle);
    } else {
        painter.extend(broken_outline(rect, painter.clip_rect(), stroke, style.line));
    }
}

/// The strokes of a broken line around a box, those in sight only: zoomed in, a box can be far larger than the window.
pub(super) fn broken_outline(rect: Rect, view: Rect, stroke: Stroke, line: LinePattern) -> Vec<Shape> {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    let view = view.expand(stroke.width);
    let mut shapes = Vec::new();
    let mut before = 0.0;
    for edge in corners.windows(2) {
        let (from, to) = (edge[0], edge[1]);
        let length = (to - from).length();
        if let Some((first, last)) = in_sight(from, to, view) {
            let way = (to - from) / length.max(1e-6);
            for (start, end) in strokes(before + first, before + last, stroke.width, line) {
                shapes.push(Shape::line_segment([from + way * (start - before), from + way * (end - before)], stroke));
            }
        }
        before += length;
    }
    shapes
}

/// The part of an upright or level line inside a view, as distances from its beginning.
fn in_sight(from: Pos2, to: Pos2, view: Rect) -> Option<(f32, f32)> {
    let level = (from.y - to.y).abs() < 1e-3;
    let (a, b, range) = if level { (from.x, to.x, view.x_range()) } else { (from.y, to.y, view.y_range()) };
    let across = if level { view.y_range().contains(from.y) } else { view.x_range().contains(from.x) };
    let (low, high) = (a.min(b).max(range.min), a.max(b).min(range.max));
    if !across || low >= high {
        return None;
    }
    Some(if a <= b { (low - a, high - a) } else { (a - high, a - low) })
}

/// The strokes of a broken line between two distances from its beginning.
fn strokes(from: f32, to: f32, width: f32, line: LinePattern) -> Vec<(f32, f32)> {
    let dashes: Vec<(f32, f32)> = line.dashes().iter().map(|(stroke, gap)| (stroke * width, gap * width)).collect();
    let period: f32 = dashes.iter().map(|(stroke, gap)| stroke + gap).sum();
    if period <= 0.1 {
        return vec![(from, to)];
    }
    let mut found = Vec::new();
    let mut at = (from / period).floor() * period;
    while at < to {
        for (stroke, gap) in &dashes {
            let (start, end) = (at.max(from), (at + stroke).min(to));
            if start < end {
                found.push((start, end));
            }
            at += stroke + gap;
        }
    }
    found
}

/// Part of a smaller box that a name may cover.
const COVERED: f32 = 0.3;

/// Where a name of this size stands: on the edge of its box, else inside it, else a line further out; within `view`, clear
/// of what is `taken`, and never over most of another box that is smaller than its own.
fn place_for(rect: Rect, size: Vec2, view: Rect, taken: &[Rect], boxes: &[Rect]) -> Option<Rect> {
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
                && !boxes.iter().any(|other| hides(*place, *other, rect))
        })
}

/// Whether a name covers too much of a box that is smaller than the one it names.
fn hides(name: Rect, other: Rect, own: Rect) -> bool {
    let both = name.intersect(other);
    other.area() < own.area() * 0.99 && both.is_positive() && both.area() > other.area().max(1.0) * COVERED
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
        // A dark edge sets the name off from a picture of its own colour.
        painter.rect_filled(place.expand(0.8), 3, Color32::from_black_alpha(110));
        painter.rect_filled(place, 2, self.fill);
        painter.galley(place.center() - self.galley.size() / 2.0, self.galley, self.ink);
        place
    }
}

/// Class and score.
pub(super) fn caption(label: &Label) -> String {
    match label.score {
        Some(score) => format!("{} {score:.2}", label.class),
        None => label.class.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BoundingBox;

    fn rect(x: f32, y: f32, w: f32, h: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(w, h))
    }

    fn label(class: &str, x: f64, y: f64, w: f64, h: f64, track_id: Option<i64>) -> Label {
        let bbox = Some(BoundingBox { x, y, w, h });
        Label { frame_idx: 0, class: class.to_owned(), bbox, score: None, track_id, attributes: None }
    }

    #[test]
    fn names_find_a_place_of_their_own_inside_the_view() {
        let view = rect(0.0, 0.0, 400.0, 300.0);
        let size = vec2(60.0, 14.0);
        for boxes in [
            vec![rect(100.0, 100.0, 80.0, 60.0); 6],
            vec![rect(0.0, 0.0, 400.0, 300.0); 10],
            vec![rect(380.0, 280.0, 30.0, 30.0), rect(-20.0, -5.0, 60.0, 60.0), rect(390.0, 5.0, 40.0, 40.0)],
            (0..8u8).map(|n| rect(20.0 + f32::from(n) * 25.0, 150.0, 40.0, 40.0)).collect(),
        ] {
            let mut taken = Vec::new();
            for (number, at) in boxes.iter().enumerate() {
                let place =
                    place_for(*at, size, view, &taken, &boxes).unwrap_or_else(|| panic!("{number} of {boxes:?}"));
                assert!(view.contains_rect(place), "{place:?}");
                assert!(taken.iter().all(|other: &Rect| !other.shrink(0.5).intersects(place)));
                taken.push(place);
            }
        }
    }

    #[test]
    fn names_leave_small_objects_in_sight_and_are_left_out_where_there_is_no_room() {
        let view = rect(0.0, 0.0, 400.0, 300.0);
        let size = vec2(60.0, 14.0);
        let large = rect(100.0, 100.0, 80.0, 60.0);
        // Small objects where a name would stand first: above its box.
        let small = [rect(104.0, 86.0, 10.0, 12.0), rect(170.0, 88.0, 8.0, 10.0)];
        let boxes: Vec<Rect> = small.iter().copied().chain([large]).collect();
        let place = place_for(large, size, view, &[], &boxes).unwrap();
        for other in small {
            assert!(!hides(place, other, large), "{place:?} over {other:?}");
        }
        assert!(large.contains_rect(place.shrink(2.0)), "{place:?}");
        let crowd: Vec<Rect> = (0..40_u8)
            .flat_map(|x| (0..30_u8).map(move |y| rect(f32::from(x) * 10.0, f32::from(y) * 10.0, 9.0, 9.0)))
            .chain([large])
            .collect();
        assert_eq!(place_for(large, size, view, &[], &crowd), None);
    }

    #[test]
    fn the_smallest_box_under_the_pointer_is_met() {
        let labels = [
            label("truck", 0.0, 0.0, 200.0, 100.0, None),
            label("car", 20.0, 20.0, 60.0, 40.0, None),
            label("sign", 40.0, 30.0, 4.0, 4.0, None),
            label("car", 20.0, 20.0, 60.0, 40.0, Some(9)),
        ];
        let looking = Looking::default();
        let key = FrameKey { footage: 1, frame: 0 };
        let chosen = ChosenBox { key, index: 3, track_id: Some(9) };
        let look = BoxLook { looking: &looking, matching: None, chosen: Some(&chosen) };
        let drawn = look.drawn(key, Placement { origin: pos2(10.0, 10.0), scale: 2.0 }, &labels);
        for (x, y, expected) in [
            (12.0, 12.0, Some(0)),
            // The middle of the small sign, and just beside it.
            (94.0, 74.0, Some(2)),
            (88.5, 69.0, Some(2)),
            // Two cars of one size: the chosen one.
            (60.0, 60.0, Some(3)),
            (8.5, 100.0, Some(0)),
            (5.0, 100.0, None),
            (600.0, 300.0, None),
        ] {
            assert_eq!(under(&drawn, pos2(x, y)), expected, "{x}, {y}");
        }
    }

    #[test]
    fn what_the_filter_talks_of_stands_out_as_asked() {
        let labels = [label("car", 0.0, 0.0, 9.0, 9.0, None), label("sign", 0.0, 0.0, 9.0, 9.0, None)];
        let key = FrameKey { footage: 1, frame: 0 };
        let chosen = ChosenBox { key, index: 0, track_id: None };
        let off = || ["sign".to_owned()].into();
        for (emphasis, matching, chosen, classes_off, expected) in [
            (Emphasis::Matching, None, None, [].into(), [Some(Tone::Full), Some(Tone::Full)]),
            (Emphasis::Matching, Some([false, true]), None, [].into(), [Some(Tone::Faint), Some(Tone::Full)]),
            (Emphasis::Only, Some([false, true]), None, [].into(), [None, Some(Tone::Full)]),
            (Emphasis::All, Some([false, true]), None, [].into(), [Some(Tone::Full), Some(Tone::Full)]),
            (Emphasis::Only, Some([false, true]), Some(&chosen), off(), [Some(Tone::Chosen), None]),
        ] {
            let looking = Looking { classes_off, emphasis, ..Looking::default() };
            let look = BoxLook { looking: &looking, matching: matching.as_ref().map(<[bool; 2]>::as_slice), chosen };
            let found = [0, 1].map(|index| look.tone(key, index, &labels[index]));
            assert_eq!(found, expected, "{emphasis:?} {matching:?}");
        }
    }

    #[test]
    fn broken_lines_are_drawn_where_they_are_seen() {
        let view = rect(0.0, 0.0, 100.0, 100.0);
        let stroke = Stroke::new(2.0, Color32::WHITE);
        let near = broken_outline(rect(10.0, 10.0, 40.0, 30.0), view, stroke, LinePattern::Dashed);
        assert!((8..=14).contains(&near.len()), "{}", near.len());
        // A box that is far larger than the view has one edge in it.
        let far = broken_outline(rect(50.0, -9e5, 9e5, 2e6), view, stroke, LinePattern::Dotted);
        assert!((10..=40).contains(&far.len()), "{}", far.len());
        assert!(broken_outline(rect(-50.0, -50.0, 300.0, 300.0), view, stroke, LinePattern::Dotted).is_empty());
        assert_eq!(strokes(0.0, 16.0, 1.0, LinePattern::Dashed), [(0.0, 5.0), (7.5, 12.5), (15.0, 16.0)]);
        assert_eq!(strokes(6.0, 9.0, 1.0, LinePattern::Dashed), [(7.5, 9.0)]);
    }
}
