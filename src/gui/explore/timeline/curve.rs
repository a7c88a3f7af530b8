//! A metric of floating-point numbers: its curve, the values beside it, and its read-out.

use egui::{Align2, Color32, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::{super::pyramid::Pyramid, choice::Lane, gesture::ValueAxis, lanes::unit, scene::Scene, ticks::round_ticks};
use crate::gui::{
    theme::{self, Colors},
    widgets::{elided, text::number},
};

/// Room for the numbers beside a curve, points.
const NUMBERS: f32 = 40.0;
/// The column of names has room for those numbers from this width on.
const WIDE: f32 = 128.0;

/// The colour of a metric: lanes of metrics take them in turn.
pub fn ink(colors: &Colors, lanes: &[Lane], lane: &Lane) -> Color32 {
    let metrics = lanes.iter().filter(|other| matches!(other, Lane::Metric(_)));
    let place = metrics.take_while(|other| *other != lane).count();
    colors.plot[place % colors.plot.len()]
}

/// Draws the curve into `room` and its values left of it. Returns how values are laid out.
pub fn curve_ui(
    ui: &Ui,
    row: Rect,
    room: Rect,
    scene: &Scene<'_>,
    (pyramid, ink, chosen): (&Pyramid, Color32, Option<(f64, f64)>),
) -> ValueAxis {
    let colors = scene.colors;
    let shown = scene.axis.shown;
    let (low, high) = chosen.unwrap_or_else(|| {
        let (low, high) = pyramid.extremes(shown.from, shown.to).unwrap_or((0.0, 1.0));
        let margin = if high > low { (high - low) * 0.08 } else { high.abs().max(1.0) * 0.1 };
        (low - margin, high + margin)
    });
    let axis = ValueAxis { low, high, bottom: room.bottom() - 4.0, top: room.top() + 4.0 };
    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    for value in round_ticks(low, high, 2.5) {
        let y = axis.y(value);
        painter.hline(room.x_range(), y, Stroke::new(1.0, colors.line));
        if room.left() - row.left() >= WIDE && (room.top() + 6.0..=room.bottom() - 6.0).contains(&y) {
            let at = pos2(room.left() - 6.0, y);
            ui.painter().text(at, Align2::RIGHT_CENTER, number(value), theme::numbers(10.5), colors.muted);
        }
    }
    for line in pyramid.lines(shown.from, shown.to, scene.axis.columns()) {
        if let [(time, value)] = line.as_slice() {
            // A value on its own has no line.
            painter.circle_filled(pos2(scene.axis.x(*time), axis.y(*value)), 1.6, ink);
            continue;
        }
        let points = line.iter().map(|(time, value)| pos2(scene.axis.x(*time), axis.y(*value))).collect();
        painter.add(Shape::line(points, Stroke::new(1.4, ink)));
    }
    axis
}

/// Name, value and unit, one under the other.
pub fn names_ui(
    ui: &Ui,
    row: Rect,
    scene: &Scene<'_>,
    (name, ink): (&str, Color32),
    value: Option<String>,
    has_values: bool,
) {
    let colors = scene.colors;
    let painter = ui.painter();
    let left = row.left() + 12.0;
    let numbers = if scene.axis.left - row.left() >= WIDE { NUMBERS } else { 4.0 };
    let width = scene.axis.left - numbers - left;
    let y = row.center().y - 9.0;
    painter.rect_filled(Rect::from_center_size(pos2(left + 4.0, y), vec2(8.0, 3.0)), 1, ink);
    elided(painter, pos2(left + 15.0, y), name, theme::medium(12.0), colors.text, width - 15.0);
    let at = pos2(left + 15.0, row.center().y + 9.0);
    let Some(value) = value else {
        let told = if has_values { "no value" } else { "no values" };
        elided(painter, at, told, theme::medium(11.5), colors.muted, width - 15.0);
        return;
    };
    let end = painter.text(at, Align2::LEFT_CENTER, value, theme::numbers_medium(13.0), colors.text).right();
    if let Some(unit) = unit(scene, name) {
        elided(painter, pos2(end + 4.0, at.y), unit, theme::numbers(10.5), colors.muted, left + width - end - 4.0);
    }
}
