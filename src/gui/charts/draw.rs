//! Draws a chart, and tells what the pointer does on it.

use egui::{
    Color32, CursorIcon, Id, PointerButton, Pos2, Rect, Response, RichText, Stroke, Ui, Vec2b, WidgetInfo,
    accesskit::Role, vec2,
};
use egui_plot::{
    AxisHints, Bar, BarChart, ColorConflictHandling, Legend, Line, Plot, PlotPoint, PlotPoints, PlotTransform, PlotUi,
    Points,
};

use super::{
    Chart, Marks, Scale, Series, boxes, cells,
    near::{Point, nearest, told},
    scale::LETTER,
};
use crate::gui::theme::{self, Colors, colors};

/// Least width of a bar, points.
const LEAST_BAR: f64 = 1.5;
/// Lines of no more points than this show each of them.
const DOTTED: usize = 60;

/// Whether a range of x can be drawn with the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Brushing {
    /// No: a drag moves what is shown.
    #[default]
    Off,
    /// Yes, and none is drawn now.
    None,
    /// Yes, and this one is drawn now.
    Range(f64, f64),
    /// A range of both x and y, and none is drawn now.
    Area,
}

/// How a chart is drawn this time.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Names it in the window, for its zoom.
    pub id: &'static str,
    /// The range of x that is drawn.
    pub brush: Brushing,
    /// A range of x that is told apart.
    pub shaded: Option<(f64, f64)>,
    /// This point is marked.
    pub marked: Option<Point>,
    /// Without what moves with the pointer, for files.
    pub still: bool,
}

/// What a person did with the brush.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Brush {
    /// Drew a range of x.
    Range(f64, f64),
    /// Drew a range of x and one of y.
    Area((f64, f64), (f64, f64)),
    /// Took it away.
    Clear,
}

/// What came of drawing.
#[derive(Debug)]
pub struct Shown {
    /// The point that was pressed.
    pub clicked: Option<Point>,
    /// What the brush did.
    pub brush: Option<Brush>,
}

/// Draws a chart over the whole rectangle of `ui`. The wheel zooms along x, and so does a drag with Ctrl (to the range it
/// draws); a double click shows all again; without a brush a drag moves what is shown.
pub fn chart_ui(ui: &mut Ui, chart: &Chart, look: &Look) -> Shown {
    let colors = colors(ui);
    let places = |axis: usize| {
        let scale = if axis == 0 { chart.x.scale } else { chart.y.scale };
        chart.series.iter().flat_map(move |series| series.ends(axis, scale)).filter_map(move |at| scale.place(at))
    };
    let tight = chart.heat.is_some();
    let (x, y) = (chart.x.bounds(places(0), tight), chart.y.bounds(places(1), tight));
    let whole = ui.available_rect_before_wrap();
    let size = whole.size() - vec2(if tight { cells::SCALE } else { 0.0 }, 0.0);
    let brushes = look.brush != Brushing::Off && !look.still;
    // A chart of other values begins anew, with all of them in sight.
    let id = ui.scope_id().with((look.id, x.0.to_bits(), x.1.to_bits()));
    let zooming = id.with("zoom");
    let zooms = ui.input(|input| input.modifiers.command) || ui.data(|data| data.get_temp::<f64>(zooming)).is_some();
    let moves = !brushes && !look.still && (!zooms || chart.aspect.is_some());
    let zoomed: Option<(f64, f64)> = ui.data_mut(|data| data.remove_temp(zooming.with("to")));
    // Beside the other axis; a name has the room up to the next one.
    let across = f64::from(size.x - 60.0).max(40.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few letters")]
    let letters = (across / (x.1 - x.0).max(1.0) * chart.x.every(x, across) / LETTER).max(3.0) as usize;
    let mut plot = Plot::new(look.id)
        .id(id)
        .width(size.x)
        .height(size.y)
        .min_size(vec2(40.0, 40.0))
        .show_background(false)
        .show_crosshair(false)
        .show_axes(true)
        .show_x(false)
        .show_y(false)
        .grid_color(colors.line)
        .show_grid(Vec2b::new(chart.x.labels.is_empty(), chart.y.labels.is_empty()))
        .grid_fade(0.0)
        .allow_drag(Vec2b::new(moves, moves && chart.aspect.is_some()))
        .allow_boxed_zoom(false)
        .allow_scroll(false)
        .allow_axis_zoom_drag(false)
        .allow_zoom(Vec2b::new(!look.still, !look.still && chart.aspect.is_some()))
        .default_x_bounds(x.0, x.1)
        .default_y_bounds(y.0, y.1)
        .x_grid_spacer(move |input| chart.x.ticks(&input, across))
        .y_grid_spacer(move |input| chart.y.ticks(&input, f64::from(size.y)))
        .custom_x_axes(vec![hints(AxisHints::new_x(), &chart.x, letters, colors, size.y > 110.0)])
        .custom_y_axes(vec![hints(AxisHints::new_y(), &chart.y, 18, colors, size.x > 200.0).min_thickness(28.0)]);
    if let Some(aspect) = chart.aspect {
        // Maps are drawn true to scale, whatever the room.
        plot = plot.data_aspect(to_f32(aspect)).auto_bounds(true);
    }
    if chart.series.iter().filter(|series| !series.name.is_empty()).count() > 1 {
        plot = plot
            .legend(Legend::default().background_alpha(0.8).color_conflict_handling(ColorConflictHandling::PickFirst));
    }
    let keep_y = chart.aspect.is_none();
    let shown = plot.show(ui, |plot| {
        if keep_y {
            plot.set_plot_bounds_y(y.0..=y.1);
        }
        if let Some((from, to)) = zoomed {
            plot.set_plot_bounds_x(from..=to);
        }
        if plot.response().contains_pointer() && !look.still {
            wheel(plot, keep_y);
        }
        for series in &chart.series {
            add(plot, chart, series, (colors, size.x, y.0));
        }
    });
    let (response, transform) = (shown.response, shown.transform);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(chart)));
    let painter = ui.painter().with_clip_rect(*transform.frame());
    boxes::paint(&painter, chart, &transform, colors);
    if let Some(heat) = &chart.heat {
        cells::paint(&painter, chart, heat, &transform, colors);
        cells::scale_ui(ui, heat, whole.with_min_x(whole.right() - cells::SCALE), *transform.frame());
    }
    if let Some(point) = look.marked {
        mark(&painter, chart, point, &transform, colors.text);
    }
    if let Some(range) = look.shaded {
        band(&painter, chart, range, &transform, colors);
    }
    let (hovered, brush) = if look.still || (keep_y && zoom_ui(ui, chart, zooming, &response, &transform)) {
        (None, None)
    } else {
        pointed(ui, chart, look, &response, &transform)
    };
    if let Brushing::Range(from, to) = look.brush
        && brush.is_none()
    {
        band(&painter, chart, (from, to), &transform, colors);
    }
    let clicked = hovered.filter(|_| response.clicked());
    Shown { clicked, brush }
}

fn hints<'a>(
    hints: AxisHints<'a>,
    axis: &'a super::Axis,
    letters: usize,
    colors: &Colors,
    roomy: bool,
) -> AxisHints<'a> {
    let hints = hints
        .formatter(move |mark, _| axis.tick(mark, letters))
        .tick_label_color(colors.muted)
        .tick_label_font(theme::numbers(11.0))
        .label_spacing(8.0..=12.0);
    if roomy && !axis.title.is_empty() {
        hints.label(RichText::new(axis.text()).font(theme::medium(11.5)).color(colors.muted))
    } else {
        hints
    }
}

/// The wheel zooms about the pointer.
fn wheel(plot: &mut PlotUi<'_>, along_x: bool) {
    let turned = plot.ctx().input_mut(|input| {
        if input.modifiers.command { 0.0 } else { std::mem::take(&mut input.smooth_scroll_delta).y }
    });
    if turned != 0.0 {
        let factor = (turned / 300.0).exp();
        plot.zoom_bounds_around_hovered(vec2(factor, if along_x { 1.0 } else { factor }));
    }
}

/// Radius and strength, as bits, and the dots that have them.
type Alike = ((u32, u32), Vec<[f64; 2]>);

fn add<'a>(plot: &mut PlotUi<'a>, chart: &'a Chart, series: &'a Series, (colors, width, floor): (&Colors, f32, f64)) {
    let ink = colors.plot[series.color % colors.plot.len()];
    let (x, y) = (chart.x.scale, chart.y.scale);
    match &series.marks {
        Marks::Bars(_) | Marks::Spans(_) => {
            let (bar_width, begins) = series.marks.bar().unwrap_or_default();
            let (from, to) = (plot.plot_bounds().min()[0], plot.plot_bounds().max()[0]);
            // What has no place lies before everything.
            let place = |point: &[f64; 2]| x.place(point[0]).unwrap_or(f64::NEG_INFINITY);
            let first = series.points.partition_point(|point| place(point) + bar_width < from);
            let last = series.points.partition_point(|point| place(point) - bar_width <= to);
            let seen = &series.points[first..last.max(first)];
            // On a scale of logarithms bars stand on the lower edge.
            let floor = if y == Scale::Log { floor } else { 0.0 };
            #[expect(clippy::cast_precision_loss, reason = "bars on a screen")]
            if seen.len() as f32 > width {
                // More bars than pixels: an outline through the largest of each pixel.
                let placed: Vec<[f64; 2]> = seen.iter().map(|point| [place(point), point[1]]).collect();
                let line =
                    Line::new(series.name.clone(), outline(&placed, width, |value| y.place(value).unwrap_or(floor)));
                return plot.line(line.color(ink).width(1.0).fill(to_f32(floor)).allow_hover(false));
            }
            // Thin lines between bars, as long as these are wide.
            let pixels = f64::from(width) * bar_width / (to - from).max(f64::MIN_POSITIVE);
            let drawn = if pixels > 4.0 { bar_width * (1.0 - 1.0 / pixels) } else { bar_width };
            // A lone bar in a long time is seen, too.
            let drawn = drawn.max((to - from) / f64::from(width.max(1.0)) * LEAST_BAR);
            let bars = seen.iter().filter_map(|point| {
                let height = y.place(point[1])? - floor;
                Some(
                    Bar::new(x.place(point[0])? + begins + bar_width / 2.0, height)
                        .width(drawn)
                        .base_offset(floor)
                        .fill(ink),
                )
            });
            plot.bar_chart(BarChart::new(series.name.clone(), bars.collect()).color(ink).allow_hover(false));
        }
        Marks::Line => {
            let few = series.points.len() <= DOTTED;
            for (part, points) in joined(series, |point| Some([x.place(point[0])?, y.place(point[1])?])).enumerate() {
                let id = (&series.name, "line", part);
                if few || points.len() == 1 {
                    let dots = Points::new(series.name.clone(), PlotPoints::from(points.clone())).id((id, "dots"));
                    plot.points(dots.color(ink).radius(2.5).allow_hover(false));
                }
                let line = if points.len() > 4000 { outline(&points, width, |value| value) } else { points };
                plot.line(
                    Line::new(series.name.clone(), line)
                        .id(id)
                        .color(ink)
                        .width(1.75)
                        .allow_band(false)
                        .allow_hover(false),
                );
            }
        }
        // Drawn by hand, above the lines of the plot. The legend names boxes all the same.
        Marks::Boxes(..) => {
            let none = Points::new(series.name.clone(), PlotPoints::from(Vec::<[f64; 2]>::new()));
            plot.points(none.color(ink).allow_hover(false));
        }
        Marks::Cells(..) => {}
        Marks::Dots(looks) => {
            // Dots that look alike are one item.
            let mut alike: Vec<Alike> = Vec::new();
            for (index, point) in series.points.iter().enumerate() {
                let (Some(at_x), Some(at_y)) = (x.place(point[0]), y.place(point[1])) else { continue };
                let (radius, strength) = looks.get(index).copied().unwrap_or((3.0, 1.0));
                let key = (radius.to_bits(), strength.to_bits());
                match alike.last_mut().filter(|(known, _)| *known == key) {
                    Some((_, points)) => points.push([at_x, at_y]),
                    None => alike.push((key, vec![[at_x, at_y]])),
                }
            }
            for (place, ((radius, strength), points)) in alike.into_iter().enumerate() {
                let ink = ink.gamma_multiply(f32::from_bits(strength));
                let radius = f32::from_bits(radius);
                let dots = Points::new(series.name.clone(), PlotPoints::from(points)).id((&series.name, place));
                plot.points(dots.color(ink).radius(radius).allow_hover(false));
            }
        }
    }
}

/// The stretches of a line between its gaps, placed.
fn joined(series: &Series, place: impl Fn(&[f64; 2]) -> Option<[f64; 2]>) -> impl Iterator<Item = Vec<[f64; 2]>> {
    let apart = |a: &[f64; 2], b: &[f64; 2]| series.gap.is_some_and(|gap| b[0] - a[0] > gap);
    let whole = |a: &[f64; 2], b: &[f64; 2]| !apart(a, b) && place(a).is_some() == place(b).is_some();
    let parts: Vec<Vec<[f64; 2]>> =
        series.points.chunk_by(whole).map(|part| part.iter().filter_map(&place).collect()).collect();
    parts.into_iter().filter(|part: &Vec<_>| !part.is_empty())
}

/// The smallest and largest value of each pixel of a long row of points.
fn outline(points: &[[f64; 2]], width: f32, place: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let step = (last[0] - first[0]) / f64::from(width.max(1.0));
    let mut line = Vec::new();
    let mut rest = points;
    while let Some(start) = rest.first() {
        let end = rest.partition_point(|point| point[0] < start[0] + step).max(1);
        let (now, after) = rest.split_at(end);
        let low = now.iter().map(|point| point[1]).fold(f64::INFINITY, f64::min);
        let high = now.iter().map(|point| point[1]).fold(f64::NEG_INFINITY, f64::max);
        line.push([start[0], place(low)]);
        line.push([start[0], place(high)]);
        rest = after;
    }
    line
}

/// A drag with Ctrl is the range that is shown from then on; whether there is one.
fn zoom_ui(ui: &Ui, chart: &Chart, zooming: Id, response: &Response, transform: &PlotTransform) -> bool {
    let place = |at: Pos2| transform.value_from_position(at).x;
    let (command, origin) = ui.input(|input| (input.modifiers.command, input.pointer.press_origin()));
    if response.drag_started_by(PointerButton::Primary)
        && command
        && let Some(origin) = origin
    {
        ui.data_mut(|data| data.insert_temp(zooming, place(origin)));
    }
    let Some(from) = ui.data(|data| data.get_temp::<f64>(zooming)) else { return false };
    let to = response.interact_pointer_pos().map_or(from, place);
    let (from, to) = (from.min(to), from.max(to));
    if response.dragged() {
        let painter = ui.painter().with_clip_rect(*transform.frame());
        let value = |place| chart.x.scale.value(place);
        band(&painter, chart, (value(from), value(to)), transform, colors(ui));
        return true;
    }
    ui.data_mut(|data| {
        data.remove_temp::<f64>(zooming);
        if to > from {
            data.insert_temp(zooming.with("to"), (from, to));
        }
    });
    ui.ctx().request_repaint();
    true
}

/// What the pointer is at, and what the brush does.
fn pointed(
    ui: &Ui,
    chart: &Chart,
    look: &Look,
    response: &Response,
    transform: &PlotTransform,
) -> (Option<Point>, Option<Brush>) {
    let colors = colors(ui);
    let painter = ui.painter().with_clip_rect(*transform.frame());
    let begun: Id = response.id.with("brush");
    let value_at = |at: Pos2| chart.x.scale.value(transform.value_from_position(at).x);
    if look.brush == Brushing::Area {
        if let Some(brush) = area(&painter, chart, response, transform, colors) {
            return (None, brush);
        }
    } else if look.brush != Brushing::Off {
        response.clone().on_hover_cursor(CursorIcon::Crosshair);
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = ui.input(|input| input.pointer.press_origin())
        {
            ui.data_mut(|data| data.insert_temp(begun, value_at(origin)));
        }
        let from: Option<f64> = ui.data(|data| data.get_temp(begun));
        let to = response.interact_pointer_pos().map(value_at);
        if let (Some(from), Some(to)) = (from, to) {
            let range = (from.min(to), from.max(to));
            if response.drag_stopped() {
                ui.data_mut(|data| data.remove_temp::<f64>(begun));
                return (None, (range.1 > range.0).then_some(Brush::Range(range.0, range.1)));
            }
            if response.dragged() {
                band(&painter, chart, range, transform, colors);
                let seen = transform.bounds().width();
                let text = format!("{} – {}", chart.x.scale.about(range.0, seen), chart.x.scale.about(range.1, seen));
                response.show_tooltip_text(text);
                return (None, None);
            }
        }
        if response.secondary_clicked() {
            return (None, Some(Brush::Clear));
        }
    }
    let Some(pointer) = response.hover_pos().filter(|at| transform.frame().contains(*at)) else { return (None, None) };
    let Some(point) = nearest(chart, transform, pointer) else { return (None, None) };
    mark(&painter, chart, point, transform, colors.text);
    let lines = told(chart, point);
    response.clone().on_hover_ui_at_pointer(|ui| {
        for (index, line) in lines.iter().enumerate() {
            let font = if index == 0 { theme::medium(12.5) } else { theme::numbers(12.5) };
            ui.label(RichText::new(line).font(font));
        }
    });
    (Some(point), None)
}

/// Marks a point: a bar by its outline, others by a ring.
fn mark(painter: &egui::Painter, chart: &Chart, (place, index): Point, transform: &PlotTransform, ink: Color32) {
    let Some(series) = chart.series.get(place) else { return };
    let Some(point) = series.points.get(index) else { return };
    let (Some(x), Some(y)) = (chart.x.scale.place(point[0]), chart.y.scale.place(point[1])) else { return };
    let at = transform.position_from_point(&PlotPoint::new(x, y));
    match &series.marks {
        Marks::Bars(_) | Marks::Spans(_) => {
            let (width, from) = series.marks.bar().unwrap_or_default();
            let floor = chart.y.scale.floor();
            let corners = [PlotPoint::new(x + from, floor), PlotPoint::new(x + from + width, y)];
            let [a, b] = corners.map(|corner| transform.position_from_point(&corner));
            let rect = Rect::from_two_pos(a, b);
            if rect.width() < 3.0 {
                painter.vline(rect.center().x, transform.frame().y_range(), Stroke::new(1.0, ink.gamma_multiply(0.5)));
            } else {
                painter.rect_stroke(rect, 0, Stroke::new(1.0, ink), egui::StrokeKind::Inside);
            }
        }
        Marks::Line => {
            painter.vline(at.x, transform.frame().y_range(), Stroke::new(1.0, ink.gamma_multiply(0.35)));
            painter.circle(at, 3.5, ink, Stroke::NONE);
        }
        Marks::Boxes(width, boxes) => {
            let Some(one) = boxes.get(index) else { return };
            if let Some(rect) = boxes::body(chart, x, *width, one, transform) {
                painter.rect_stroke(rect.expand(3.0), 3, Stroke::new(1.0, ink), egui::StrokeKind::Outside);
            }
        }
        Marks::Cells(size, _) => {
            let rect = cells::rect([x, y], *size, transform);
            painter.rect_stroke(rect, 0, Stroke::new(1.5, ink), egui::StrokeKind::Inside);
        }
        Marks::Dots(looks) => {
            let radius = looks.get(index).map_or(3.0, |look| look.0);
            painter.circle_stroke(at, radius + 2.0, Stroke::new(1.5, ink));
        }
    }
}

/// Draws a rectangle with the pointer. `Some` while it is drawn, with what was drawn once the pointer lets go.
#[expect(clippy::option_option, reason = "nothing is drawn, something is, or it was let go with or without an end")]
fn area(
    painter: &egui::Painter,
    chart: &Chart,
    response: &Response,
    transform: &PlotTransform,
    colors: &Colors,
) -> Option<Option<Brush>> {
    response.clone().on_hover_cursor(CursorIcon::Crosshair);
    if !response.dragged() && !response.drag_stopped() {
        return response.secondary_clicked().then_some(Some(Brush::Clear));
    }
    let from = response.ctx.input(|input| input.pointer.press_origin()).or_else(|| {
        let begun = response.id.with("area");
        response.ctx.data(|data| data.get_temp(begun))
    })?;
    let to = response.interact_pointer_pos()?;
    response.ctx.data_mut(|data| data.insert_temp(response.id.with("area"), from));
    let rect = Rect::from_two_pos(from, to).intersect(*transform.frame());
    if !rect.is_positive() {
        return Some(None);
    }
    if response.dragged() && !response.drag_stopped() {
        painter.rect(
            rect,
            0,
            colors.accent.gamma_multiply(0.16),
            Stroke::new(1.5, colors.accent),
            egui::StrokeKind::Inside,
        );
        return Some(None);
    }
    let [low, high] = [rect.left_bottom(), rect.right_top()].map(|at| transform.value_from_position(at));
    let x = (chart.x.scale.value(low.x), chart.x.scale.value(high.x));
    let y = (chart.y.scale.value(low.y), chart.y.scale.value(high.y));
    Some(Some(Brush::Area(x, y)))
}

/// The range that the brush has drawn.
fn band(painter: &egui::Painter, chart: &Chart, range: (f64, f64), transform: &PlotTransform, colors: &Colors) {
    let x = |value: f64| {
        let place = chart.x.scale.place(value).unwrap_or(transform.bounds().min()[0]);
        transform.position_from_point_x(place)
    };
    let frame = transform.frame();
    let rect = Rect::from_x_y_ranges(x(range.0)..=x(range.1).max(x(range.0) + 1.0), frame.y_range());
    painter.rect_filled(rect, 0, colors.accent.gamma_multiply(0.16));
    for edge in [rect.left(), rect.right()] {
        painter.vline(edge, frame.y_range(), Stroke::new(1.5, colors.accent));
    }
}

/// What assistive technology reads of a chart.
fn spoken(chart: &Chart) -> String {
    let points: usize = chart.series.iter().map(|series| series.points.len()).sum();
    format!("{}: {} over {}, {points} values", chart.name, chart.y.text(), chart.x.text())
}

#[expect(clippy::cast_possible_truncation, reason = "drawn on a screen")]
fn to_f32(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_keeps_the_extremes() {
        let points: Vec<[f64; 2]> =
            (0..10_000).map(|at| [f64::from(at), if at == 7_777 { 99.0 } else { f64::from(at % 3) }]).collect();
        let line = outline(&points, 100.0, |value| value);
        assert!(line.len() <= 204, "{}", line.len());
        assert!(line.iter().any(|point| (point[1] - 99.0).abs() < 1e-9));
        assert!(line.iter().any(|point| point[1].abs() < 1e-9));
        assert!(outline(&[], 10.0, |value| value).is_empty());
        assert_eq!(outline(&[[1.0, 2.0]], 10.0, |value| value), [[1.0, 2.0], [1.0, 2.0]]);
    }
}
