//! Boxes: quartiles and median, whiskers, and rings at values beyond.

use egui::{Color32, Painter, Rect, Stroke, StrokeKind, pos2};
use egui_plot::PlotTransform;

use super::{Chart, Marks};
use crate::gui::theme::Colors;

/// Widest box, points.
const WIDEST: f32 = 72.0;

/// Where the box from the lower to the upper quartile lies; `None` where the scale has no place for it.
pub(super) fn body(chart: &Chart, x: f64, width: f64, one: &[f64; 7], transform: &PlotTransform) -> Option<Rect> {
    let y = |value: f64| chart.y.scale.place(value).map(|place| transform.position_from_point_y(place));
    let [left, right] = [x - width / 2.0, x + width / 2.0].map(|x| transform.position_from_point_x(x));
    let half = ((right - left) / 2.0).min(WIDEST / 2.0);
    let middle = f32::midpoint(left, right);
    Some(Rect::from_two_pos(pos2(middle - half, y(one[2])?), pos2(middle + half, y(one[4])?)))
}

pub(super) fn paint(painter: &Painter, chart: &Chart, transform: &PlotTransform, colors: &Colors) {
    for series in &chart.series {
        let Marks::Boxes(width, boxes) = &series.marks else { continue };
        let ink = colors.plot[series.color % colors.plot.len()];
        for (point, one) in series.points.iter().zip(boxes) {
            let Some(x) = chart.x.scale.place(point[0]) else { continue };
            let Some(rect) = body(chart, x, *width, one, transform) else { continue };
            box_of(painter, chart, rect, one, transform, (ink, colors.panel));
        }
    }
}

fn box_of(
    painter: &Painter,
    chart: &Chart,
    rect: Rect,
    one: &[f64; 7],
    transform: &PlotTransform,
    (ink, ground): (Color32, Color32),
) {
    let y = |value: f64| chart.y.scale.place(value).map(|place| transform.position_from_point_y(place));
    let thin = Stroke::new(1.25, ink);
    let middle = rect.center().x;
    for (end, from) in [(one[1], rect.bottom()), (one[5], rect.top())] {
        let Some(end) = y(end) else { continue };
        painter.vline(middle, end.min(from)..=end.max(from), thin);
        let half = rect.width() / 4.0;
        painter.hline(middle - half..=middle + half, end, thin);
    }
    painter.rect(rect, 2, ground, Stroke::NONE, StrokeKind::Inside);
    painter.rect(rect, 2, ink.gamma_multiply(0.28), thin, StrokeKind::Inside);
    if let Some(median) = y(one[3]) {
        painter.hline(rect.x_range(), median, Stroke::new(2.5, ink));
    }
    // A ring stands for the farthest of the values beyond a whisker.
    for (extreme, end) in [(one[0], one[1]), (one[6], one[5])] {
        if let Some(at) = y(extreme).filter(|_| extreme.total_cmp(&end).is_ne()) {
            painter.circle_stroke(pos2(middle, at), 3.0, thin);
        }
    }
}
