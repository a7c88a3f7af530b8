//! Cells that are coloured by a value, and the scale that tells what the colours mean.

use egui::{Align2, Color32, Mesh, Painter, Rect, Rgba, Shape, Stroke, StrokeKind, Ui, pos2};
use egui_plot::{PlotPoint, PlotTransform};

use super::{Chart, Marks, Scale};
use crate::gui::theme::{self, Colors, DARK, colors, text_on};

/// Width that the scale of colours takes, points.
pub(super) const SCALE: f32 = 76.0;
/// Slices that the scale of colours is drawn in.
const STEPS: u8 = 48;
/// Cells that are drawn one by one; more are one mesh.
const SINGLE: usize = 600;
/// Least size of a cell whose value is written in it, points.
const WRITTEN: [f32; 2] = [38.0, 18.0];

/// What the colours of cells mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// What the values are.
    pub title: String,
    /// Their unit, where there is one.
    pub unit: Option<String>,
    /// The values of the first and the last colour.
    pub range: (f64, f64),
    /// How values lie between them.
    pub scale: Scale,
    /// Two colours that meet in the middle, for values about 0.
    pub diverging: bool,
    /// Only whole numbers occur.
    pub whole: bool,
}

impl Heat {
    /// The range of some values, for a scale of this kind.
    #[must_use]
    pub fn over(title: &str, unit: Option<String>, scale: Scale, values: &[f64]) -> Self {
        let placed = || values.iter().copied().filter(|value| scale.place(*value).is_some());
        let range = (placed().fold(f64::INFINITY, f64::min), placed().fold(f64::NEG_INFINITY, f64::max));
        let range = if range.0 <= range.1 { range } else { (0.0, 1.0) };
        Self { title: title.to_owned(), unit, range, scale, diverging: false, whole: false }
    }

    /// Where a value lies from the first colour to the last, 0 to 1; `None` where it has no place.
    fn part(&self, value: f64) -> Option<f32> {
        let (low, high) = (self.scale.place(self.range.0)?, self.scale.place(self.range.1)?);
        let place = self.scale.place(value)?;
        if high <= low {
            return Some(1.0);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a part of a scale of colours")]
        Some(((place - low) / (high - low)).clamp(0.0, 1.0) as f32)
    }

    /// The values that are written beside the scale, about so many: round ones, and whole ones where only these occur.
    fn marks(&self, most: f64) -> Vec<f64> {
        let (low, high) = self.range;
        if self.scale == Scale::Log {
            let powers = (-18..=18).map(|power| 10_f64.powi(power)).filter(|value| *value >= low && *value <= high);
            let found: Vec<f64> = powers.collect();
            return if found.len() > 1 { found } else { vec![low, high] };
        }
        let step = super::scale::round_step((high - low) / most);
        let step = if self.whole { step.max(1.0).round() } else { step };
        let first = (low / step - 1e-9).ceil();
        let marks = (0..64_u8).map(|at| (first + f64::from(at)) * step);
        let found: Vec<f64> = marks.take_while(|value| *value <= high + step * 1e-9).collect();
        if found.is_empty() { vec![low, high] } else { found }
    }

    fn color(&self, value: f64, colors: &Colors) -> Option<Color32> {
        Some(shade(self.part(value)?, self.diverging, colors))
    }
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// From little to much, on a dark and on a bright ground: ever farther from the ground, in even steps of lightness.
const RAMPS: [[Color32; 5]; 2] = [
    [rgb(0x1d_3d49), rgb(0x1f_5e6f), rgb(0x2b_8a9c), rgb(0x5f_bfc9), rgb(0xf2_f7d0)],
    [rgb(0xcf_e4e9), rgb(0x9c_cbd3), rgb(0x52_a3b2), rgb(0x1b_6d80), rgb(0x08_2f45)],
];
/// From one end over the middle to the other.
const DIVERGING: [[Color32; 5]; 2] = [
    [rgb(0xf0_9a4b), rgb(0x8f_5f36), rgb(0x24_2a31), rgb(0x2a_7585), rgb(0x5c_d3e6)],
    [rgb(0xb3_5900), rgb(0xe0_ae7c), rgb(0xf3_f5f7), rgb(0x7f_bcc8), rgb(0x0b_7285)],
];

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place among five colours"
)]
fn shade(part: f32, diverging: bool, colors: &Colors) -> Color32 {
    let ground = usize::from(colors != &DARK);
    let ramp = if diverging { DIVERGING[ground] } else { RAMPS[ground] };
    let place = part.clamp(0.0, 1.0) * 4.0;
    let first = (place.floor() as usize).min(3);
    let (a, b, between) = (Rgba::from(ramp[first]), Rgba::from(ramp[first + 1]), place - first as f32);
    Color32::from(a * (1.0 - between) + b * between)
}

/// Where a cell lies; its edges are on whole points, so that no gap is seen between cells.
pub(super) fn rect(at: [f64; 2], size: [f64; 2], transform: &PlotTransform) -> Rect {
    let corner = |sign: f64| {
        let point = PlotPoint::new(at[0] + sign * size[0] / 2.0, at[1] + sign * size[1] / 2.0);
        let at = transform.position_from_point(&point);
        pos2(at.x.round(), at.y.round())
    };
    Rect::from_two_pos(corner(-1.0), corner(1.0))
}

pub(super) fn paint(painter: &Painter, chart: &Chart, heat: &Heat, transform: &PlotTransform, colors: &Colors) {
    for series in &chart.series {
        let Marks::Cells(size, values) = &series.marks else { continue };
        let cells =
            series.points.iter().zip(values).filter_map(|(point, value)| {
                Some((rect(*point, *size, transform), *value, heat.color(*value, colors)?))
            });
        if values.len() > SINGLE {
            let mut mesh = Mesh::default();
            cells.for_each(|(rect, _, color)| mesh.add_colored_rect(rect, color));
            painter.add(Shape::mesh(mesh));
            continue;
        }
        for (rect, value, color) in cells {
            let inner = if rect.width() > 12.0 && rect.height() > 12.0 { rect.shrink(0.5) } else { rect };
            painter.rect_filled(inner, 0, color);
            if rect.width() >= WRITTEN[0] && rect.height() >= WRITTEN[1] {
                let text = if heat.diverging { format!("{value:.2}") } else { Scale::Linear.told(value) };
                let galley = painter.layout_no_wrap(text, theme::numbers(11.5), text_on(color));
                if galley.size().x <= rect.width() - 4.0 {
                    painter.galley(rect.center() - galley.size() / 2.0, galley, text_on(color));
                }
            }
        }
    }
}

/// Draws the scale beside a plot.
pub(super) fn scale_ui(ui: &Ui, heat: &Heat, area: Rect, frame: Rect) {
    let colors = colors(ui);
    let painter = ui.painter();
    let bar = Rect::from_min_max(
        pos2(area.left() + 14.0, frame.top() + 20.0),
        pos2(area.left() + 26.0, frame.bottom() - 2.0),
    );
    if bar.height() < 20.0 {
        return;
    }
    for step in 0..STEPS {
        let part = |step: u8| f32::from(step) / f32::from(STEPS);
        let y = |part: f32| (bar.bottom() - part * bar.height()).round();
        let slice = Rect::from_x_y_ranges(bar.x_range(), y(part(step + 1))..=y(part(step)));
        painter.rect_filled(slice, 0, shade(f32::midpoint(part(step), part(step + 1)), heat.diverging, colors));
    }
    painter.rect_stroke(bar, 0, Stroke::new(1.0, colors.line), StrokeKind::Outside);
    let title = heat.unit.as_ref().map_or_else(|| heat.title.clone(), |unit| format!("{}, {unit}", heat.title));
    let width = area.right() - frame.right() - 4.0;
    crate::gui::widgets::elided(
        painter,
        pos2(frame.right() + 8.0, frame.top() + 7.0),
        title,
        theme::medium(11.5),
        colors.muted,
        width,
    );
    for value in heat.marks(if bar.height() > 120.0 { 5.0 } else { 2.0 }) {
        let Some(part) = heat.part(value) else { continue };
        // The first and the last stand within the scale.
        let anchor = match part {
            part if part < 0.02 => Align2::LEFT_BOTTOM,
            part if part > 0.98 => Align2::LEFT_TOP,
            _ => Align2::LEFT_CENTER,
        };
        let at = pos2(bar.right() + 5.0, bar.bottom() - part * bar.height());
        painter.hline(bar.right()..=bar.right() + 3.0, at.y, Stroke::new(1.0, colors.line));
        painter.text(at, anchor, super::scale::short(value), theme::numbers(11.0), colors.muted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::theme::LIGHT;

    #[test]
    fn colours_follow_the_values() {
        let heat = Heat::over("count", None, Scale::Log, &[0.0, 1.0, 100.0]);
        assert_eq!((heat.range, heat.part(10.0), heat.part(0.0)), ((1.0, 100.0), Some(0.5), None));
        let one = Heat::over("count", None, Scale::Linear, &[3.0]);
        assert_eq!(one.part(3.0), Some(1.0), "what is there is seen");
        assert_eq!(Heat::over("count", None, Scale::Linear, &[]).range, (0.0, 1.0));
        let marks =
            |whole, scale, values: &[f64]| Heat { whole, ..Heat::over("count", None, scale, values) }.marks(5.0);
        assert_eq!(marks(true, Scale::Linear, &[1.0, 4.0]), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(marks(true, Scale::Linear, &[3.0, 41.0]), [10.0, 20.0, 30.0, 40.0]);
        assert_eq!(marks(true, Scale::Linear, &[7.0]), [7.0]);
        assert_eq!(
            marks(false, Scale::Linear, &[0.0, 1.0]),
            [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].map(|at: f64| (at * 5.0).round() * 0.2)
        );
        assert_eq!(marks(true, Scale::Log, &[1.0, 250.0]), [1.0, 10.0, 100.0]);
        for colors in [&DARK, &LIGHT] {
            for diverging in [false, true] {
                let ends = [0.0, 0.5, 1.0].map(|part| shade(part, diverging, colors));
                assert!(ends[0] != ends[1] && ends[1] != ends[2], "{ends:?}");
            }
        }
    }
}
