//! The point under the pointer, and what is told of it.

use egui::Pos2;
use egui_plot::{PlotPoint, PlotTransform};

use super::{Chart, Marks, Scale};

/// How far from a dot the pointer still means it, points beyond its radius.
const REACH: f32 = 8.0;

/// A point of a chart: the place of its series, and its own.
pub type Point = (usize, usize);

/// The point that the pointer means: of bars and lines the nearest along x, of dots the nearest one in reach.
pub(super) fn nearest(chart: &Chart, transform: &PlotTransform, pointer: Pos2) -> Option<Point> {
    let mut found: Option<(f32, Point)> = None;
    for (place, series) in chart.series.iter().enumerate() {
        let on_screen = |point: &[f64; 2]| {
            let at = PlotPoint::new(chart.x.scale.place(point[0])?, chart.y.scale.place(point[1])?);
            Some(transform.position_from_point(&at))
        };
        match &series.marks {
            Marks::Dots(looks) => {
                for (index, point) in series.points.iter().enumerate() {
                    let Some(at) = on_screen(point) else { continue };
                    let radius = looks.get(index).map_or(3.0, |look| look.0);
                    let far = at.distance(pointer) - radius;
                    if far <= REACH && found.is_none_or(|(best, _)| far < best) {
                        found = Some((far, (place, index)));
                    }
                }
            }
            Marks::Cells(size, _) => {
                let at = transform.value_from_position(pointer);
                let holds = |point: &[f64; 2]| {
                    [at.x, at.y].iter().zip(point).zip(size).all(|((at, point), size)| (at - point).abs() <= size / 2.0)
                };
                if let Some(index) = series.points.iter().position(holds) {
                    found = Some((0.0, (place, index)));
                }
            }
            Marks::Bars(_) | Marks::Spans(_) | Marks::Boxes(..) | Marks::Line => {
                let middle = series.marks.bar().map_or(0.0, |(width, from)| from + width / 2.0);
                let x = transform.value_from_position(pointer).x - middle;
                let along = |point: &[f64; 2]| chart.x.scale.place(point[0]).unwrap_or(f64::NEG_INFINITY);
                let after = series.points.partition_point(|point| along(point) < x);
                for index in [after.checked_sub(1), Some(after)].into_iter().flatten() {
                    let Some(at) = series.points.get(index).and_then(on_screen) else { continue };
                    let shift = middle.abs() * transform.dpos_dvalue_x();
                    #[expect(clippy::cast_possible_truncation, reason = "positions on the screen")]
                    let far = (at.x + shift as f32 - pointer.x).abs();
                    // Of several at one place the last is in front.
                    if found.is_none_or(|(best, _)| far <= best) {
                        found = Some((far, (place, index)));
                    }
                }
            }
        }
    }
    found.map(|(_, point)| point)
}

/// What is told of a point, a line each: name, then each series at this x.
pub(super) fn told(chart: &Chart, (place, index): Point) -> Vec<String> {
    let Some(series) = chart.series.get(place) else { return Vec::new() };
    let Some(point) = series.points.get(index) else { return Vec::new() };
    let mut lines = Vec::new();
    match series.names.get(index) {
        Some(name) => lines.push(name.clone()),
        None if chart.x.scale == Scale::Time => lines.push(chart.x.scale.told(point[0])),
        None => lines.push(format!("{} {}", chart.x.title, chart.x.scale.told(point[0]))),
    }
    let with = |unit: Option<&String>| unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    let unit = with(chart.y.unit.as_ref());
    match &series.marks {
        Marks::Dots(_) if series.names.is_empty() => {
            lines.clear();
            let side = |axis: &super::Axis, value: f64| {
                format!("{} {}{}", axis.title, axis.scale.told(value), with(axis.unit.as_ref()))
            };
            lines.extend([side(&chart.x, point[0]), side(&chart.y, point[1])]);
            return lines;
        }
        Marks::Dots(_) => return lines,
        Marks::Boxes(_, boxes) => {
            let names = ["smallest", "lower whisker", "25 %", "median", "75 %", "upper whisker", "largest"];
            let values = boxes.get(index).into_iter().flat_map(|one| names.iter().zip(one).rev());
            lines.extend(values.map(|(name, value)| format!("{name}: {}{unit}", chart.y.scale.told(*value))));
            return lines;
        }
        Marks::Cells(_, values) => {
            if let (Some(heat), Some(value)) = (&chart.heat, values.get(index)) {
                lines.push(format!("{}: {}{}", heat.title, Scale::Linear.told(*value), with(heat.unit.as_ref())));
            }
            return lines;
        }
        Marks::Bars(_) | Marks::Spans(_) | Marks::Line => {}
    }
    for series in &chart.series {
        let at = series.points.partition_point(|other| other[0] < point[0]);
        let Some(value) = series.points.get(at).filter(|other| other[0] <= point[0]) else { continue };
        lines.push(format!("{}: {}{unit}", series.name, chart.y.scale.told(value[1])));
    }
    lines
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};
    use egui_plot::PlotBounds;

    use super::*;
    use crate::gui::charts::{Axis, Series};

    fn transform() -> PlotTransform {
        let frame = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 100.0));
        PlotTransform::new(frame, PlotBounds::from_min_max([0.0, 0.0], [10.0, 10.0]), false)
    }

    #[test]
    fn bars_are_found_along_x_and_dots_in_reach() {
        let points = vec![[1.0, 2.0], [5.0, 9.0], [9.0, 1.0]];
        let bars = Series { name: "all".into(), marks: Marks::Bars(1.0), points: points.clone(), ..Series::default() };
        let mut chart = Chart { x: Axis::counts("window"), series: vec![bars], ..Chart::default() };
        for (x, expected) in [(0.0, 0), (28.0, 0), (32.0, 1), (99.0, 2)] {
            assert_eq!(nearest(&chart, &transform(), pos2(x, 50.0)), Some((0, expected)), "{x}");
        }
        assert_eq!(told(&chart, (0, 1)), ["window 5", "all: 9"]);
        chart.series[0].marks = Marks::Dots(vec![(3.0, 1.0); 3]);
        chart.series[0].names = vec!["Pier".into(), "Quay".into(), "Dock".into()];
        assert_eq!(nearest(&chart, &transform(), pos2(50.0, 12.0)), Some((0, 1)));
        assert_eq!(nearest(&chart, &transform(), pos2(50.0, 50.0)), None);
        assert_eq!(told(&chart, (0, 1)), ["Quay"]);
    }
}
