//! What stands on the map beside the routes: graticule, scale bar, north arrow, legend, the car.

use egui::{
    Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2,
    epaint::{Vertex, WHITE_UV},
    pos2, vec2,
};

use super::{
    geo::{Projection, graticule_step, scale_bar},
    layers::{Canvas, Coloring},
    shades::shade,
};
use crate::gui::{
    theme::{self, Colors},
    widgets::text::{number, unit_text},
};

/// Distance of marks from the edges, points.
const EDGE: f32 = 12.0;

/// Text on a patch of the map's background, so that it can be read over lines; the patch.
pub(super) fn note(painter: &Painter, colors: &Colors, at: Pos2, align: Align2, text: &str, ink: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::numbers(11.0), ink);
    let rect = align.anchor_size(at, galley.size() + vec2(8.0, 2.0));
    painter.rect_filled(rect, 3, colors.canvas.gamma_multiply(0.82));
    painter.galley(rect.center() - galley.size() / 2.0, galley, ink);
    rect
}

/// Lines of latitude and longitude, and their degrees where there is room.
pub(super) fn graticule(painter: &Painter, canvas: &Canvas<'_>, projection: Projection) {
    let Canvas { camera, rect, colors, .. } = *canvas;
    let corner = |at: Pos2| projection.unproject(camera.to_plane(rect, at));
    let ([north, west], [south, _]) = (corner(rect.left_top()), corner(rect.left_bottom()));
    let degrees_a_point = camera.scale * 360.0 / 2_147_483_648.0;
    let width = degrees_a_point * f64::from(rect.width());
    let stroke = Stroke::new(1.0, colors.line);
    let told = rect.width() > 280.0 && rect.height() > 200.0;
    let (step, decimals) = graticule_step(degrees_a_point * 110.0);
    for longitude in multiples(west, west + width, step) {
        let [x, _] = projection.place_near(0.0, longitude, camera.center[0]);
        let x = camera.to_screen(rect, [x, camera.center[1]]).x;
        painter.vline(x, rect.y_range(), stroke);
        if told && x > rect.left() + 60.0 && x < rect.right() - 60.0 {
            let east = longitude - 360.0 * ((longitude + 180.0) / 360.0).floor();
            let text = degrees(east, decimals, ["E", "W"]);
            note(painter, colors, pos2(x, rect.top() + 4.0), Align2::CENTER_TOP, &text, colors.muted);
        }
    }
    let height = (north - south) / f64::from(rect.height().max(1.0));
    let (step, decimals) = graticule_step(height * 90.0);
    for latitude in multiples(south, north, step) {
        let [_, y] = projection.place_near(latitude, west, camera.center[0]);
        let y = camera.to_screen(rect, [camera.center[0], y]).y;
        painter.hline(rect.x_range(), y, stroke);
        if told && y > rect.top() + 30.0 && y < rect.bottom() - 60.0 {
            let text = degrees(latitude, decimals, ["N", "S"]);
            note(painter, colors, pos2(rect.left() + 4.0, y), Align2::LEFT_CENTER, &text, colors.muted);
        }
    }
}

/// The multiples of `step` between two numbers, a few dozen at most.
fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (low / step).ceil();
    (0..64_u8).map(move |at| (first + f64::from(at)) * step).take_while(move |value| *value <= high)
}

/// `45.76° N`
fn degrees(value: f64, decimals: usize, [plus, minus]: [&str; 2]) -> String {
    let side = if value.abs() < 1e-9 {
        ""
    } else if value > 0.0 {
        plus
    } else {
        minus
    };
    format!("{:.decimals$}° {side}", value.abs()).trim_end().to_owned()
}

/// A bar of a round length at the lower right; what it tells.
pub(super) fn scale(painter: &Painter, canvas: &Canvas<'_>) -> Option<(Rect, String)> {
    let Canvas { camera, rect, colors, .. } = *canvas;
    let most = (rect.width() * 0.3).clamp(40.0, 120.0);
    let (length, text) = scale_bar(camera.metres_a_point(), f64::from(most))?;
    #[expect(clippy::cast_possible_truncation, reason = "a length on the screen")]
    let length = length as f32;
    let right = rect.right_bottom() - vec2(EDGE, EDGE);
    let left = right - vec2(length, 0.0);
    let rect = Rect::from_min_max(left - vec2(4.0, 20.0), right + vec2(4.0, 4.0));
    painter.rect_filled(rect, 3, colors.canvas.gamma_multiply(0.82));
    let ends = [left - vec2(0.0, 4.0), left, right, right - vec2(0.0, 4.0)];
    painter.line(ends.to_vec(), Stroke::new(1.5, colors.text));
    painter.text(
        left.lerp(right, 0.5) - vec2(0.0, 4.0),
        Align2::CENTER_BOTTOM,
        &text,
        theme::numbers(11.0),
        colors.text,
    );
    Some((rect, text))
}

/// An arrow to the north at the upper right.
pub(super) fn north(painter: &Painter, canvas: &Canvas<'_>) {
    let colors = canvas.colors;
    let center = canvas.rect.right_top() + vec2(-EDGE - 8.0, EDGE + 16.0);
    painter.circle_filled(center, 16.0, colors.canvas.gamma_multiply(0.82));
    let tip = center - vec2(0.0, 12.0);
    let points = vec![tip, center + vec2(4.5, 0.0), center + vec2(0.0, -2.5), center + vec2(-4.5, 0.0)];
    painter.add(Shape::Path(egui::epaint::PathShape {
        points: points.clone(),
        closed: true,
        fill: Color32::TRANSPARENT,
        stroke: Stroke::new(1.2, colors.text).into(),
    }));
    painter.add(Shape::convex_polygon(vec![points[0], points[2], points[3]], colors.text, Stroke::NONE));
    painter.text(center + vec2(0.0, 7.0), Align2::CENTER_CENTER, "N", theme::medium(11.0), colors.text);
}

/// The colours of a metric at the lower left; where it is drawn, and what it tells.
pub(super) fn legend(painter: &Painter, canvas: &Canvas<'_>, coloring: &Coloring) -> (Rect, String) {
    let Canvas { rect, colors, dark, .. } = *canvas;
    let width = (rect.width() * 0.32).clamp(64.0, 150.0);
    let at = rect.left_bottom() + vec2(EDGE, -EDGE);
    let bar = Rect::from_min_max(at - vec2(0.0, 22.0), at + vec2(width, -15.0));
    let unit = unit_text(coloring.unit.as_deref()).unwrap_or_default();
    let name = format!("{} {unit}", coloring.metric);
    let name = painter.layout(name.trim().to_owned(), theme::medium(11.5), colors.text, f32::INFINITY);
    // The colours are those of one recording: another one has a range of its own.
    let whose = painter.layout("of this recording".to_owned(), theme::medium(10.5), colors.muted, f32::INFINITY);
    let wide = name.size().x + 6.0 + whose.size().x;
    let patch =
        Rect::from_min_max(bar.min - vec2(6.0, 20.0), pos2(bar.right().max(bar.left() + wide) + 6.0, at.y + 4.0));
    painter.rect_filled(patch, 3, colors.canvas.gamma_multiply(0.82));
    let mut mesh = Mesh::default();
    for step in 0..=16_u8 {
        let part = f32::from(step) / 16.0;
        let color = shade(part, dark);
        for y in [bar.top(), bar.bottom()] {
            mesh.vertices.push(Vertex { pos: pos2(bar.left() + bar.width() * part, y), uv: WHITE_UV, color });
        }
        if let Some(first) = u32::from(step).checked_sub(1).map(|before| before * 2) {
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    painter.add(Shape::mesh(mesh));
    let (tall, after) = (name.size().y, name.size().x + 6.0);
    painter.galley(bar.left_top() - vec2(0.0, tall + 3.0), name, colors.text);
    painter.galley(bar.left_top() + vec2(after, -2.5 - whose.size().y), whose, colors.muted);
    // An end that is as good as nothing beside the other is told as nothing.
    let span = (coloring.range.1 - coloring.range.0).abs();
    let told = |end: f64| number(if end.abs() < span / 1000.0 { 0.0 } else { end });
    let (low, high) = (told(coloring.range.0), told(coloring.range.1));
    let below = bar.bottom() + 2.0;
    painter.text(pos2(bar.left(), below), Align2::LEFT_TOP, &low, theme::numbers(11.0), colors.muted);
    painter.text(pos2(bar.right(), below), Align2::RIGHT_TOP, &high, theme::numbers(11.0), colors.muted);
    (patch, format!("{} from {low} to {high} {unit}", coloring.metric).trim().to_owned() + ", in this recording")
}

/// The car, with an arrow where it is heading.
pub(super) fn car(painter: &Painter, colors: &Colors, at: Pos2, course: Option<f64>) {
    painter.circle_filled(at, 11.0, colors.accent.gamma_multiply(0.25));
    if let Some(course) = course {
        #[expect(clippy::cast_possible_truncation, reason = "an angle on the screen")]
        let (sin, cos) = (course as f32).sin_cos();
        let turned = |along: f32, across: f32| at + vec2(sin * along + cos * across, -cos * along + sin * across);
        let arrow = vec![turned(11.0, 0.0), turned(-6.5, 7.0), turned(-3.0, 0.0), turned(-6.5, -7.0)];
        let halves = [vec![arrow[0], arrow[1], arrow[2]], vec![arrow[0], arrow[2], arrow[3]]];
        painter.add(Shape::closed_line(arrow, Stroke::new(3.0, colors.canvas)));
        for half in halves {
            painter.add(Shape::convex_polygon(half, colors.text, Stroke::NONE));
        }
    } else {
        painter.circle(at, 6.0, colors.text, Stroke::new(2.0, colors.canvas));
    }
}

/// Dots of matches, and rings of selected frames.
pub(super) fn dots(painter: &Painter, colors: &Colors, matches: &[Pos2], chosen: &[Pos2]) {
    painter.extend(matches.iter().map(|at| Shape::circle_filled(*at, 2.9, colors.canvas)));
    painter.extend(matches.iter().map(|at| Shape::circle_filled(*at, 2.1, colors.accent)));
    for at in chosen {
        painter.rect(
            Rect::from_center_size(*at, Vec2::splat(7.0)),
            1,
            colors.canvas,
            Stroke::new(1.8, colors.warning),
            StrokeKind::Middle,
        );
    }
}

/// A place: its outline and a wash inside. `draft` is one that is being drawn.
pub(super) fn place(painter: &Painter, colors: &Colors, outline: &[Pos2], draft: bool) {
    if outline.len() < 2 {
        return;
    }
    let stroke = Stroke::new(1.5, colors.accent);
    let mut closed = outline.to_vec();
    closed.extend(outline.first().copied());
    if draft {
        painter.extend(Shape::dashed_line(&closed, stroke, 5.0, 3.0));
    } else {
        painter.line(closed, stroke);
    }
    if outline.len() == 4 {
        let wash = Rect::from_points(outline);
        painter.rect_filled(wash, 0, colors.accent.gamma_multiply(0.08));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_read_well() {
        assert_eq!(degrees(45.76, 2, ["N", "S"]), "45.76° N");
        assert_eq!(degrees(-8.5, 1, ["E", "W"]), "8.5° W");
        assert_eq!(degrees(-0.0, 0, ["E", "W"]), "0°");
        let lines: Vec<f64> = multiples(-0.25, 0.55, 0.2).collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(multiples(0.0, f64::INFINITY, 1.0).count() <= 64);
    }
}
