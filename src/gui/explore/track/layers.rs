//! The drawn layers, kept until what they show changes: routes as one mesh, matches and selected frames as dots.

use std::{ops::Range, sync::Arc};

use egui::{Color32, Mesh, Pos2, Rect};
use fixedbitset::FixedBitSet;

use super::{
    camera::Camera,
    geo::{Bounds, Point},
    ribbon::Ribbon,
    routes::{Pen, Route, Routes},
    shades::shade,
};
use crate::{
    gui::{selected::Selected, theme::Colors, view::View},
    model::Column,
};

/// Points that are drawn of all routes; wider views of more are drawn coarser.
const MOST_POINTS: usize = 60_000;
/// Dots nearer to each other than this are one, points.
const CELL: f32 = 4.0;

/// A metric that routes are coloured by.
#[derive(Debug)]
pub(super) struct Coloring {
    pub metric: String,
    pub unit: Option<String>,
    pub column: Arc<Column>,
    /// Values of the first and the last colour.
    pub range: (f64, f64),
}

impl Coloring {
    /// Of the rows that are drawn in colours. The ends are the second and the last but one in fifty of their values, so
    /// that a few odd ones do not take the colours away from all others.
    pub fn new(metric: String, unit: Option<String>, column: Arc<Column>, rows: Range<usize>) -> Self {
        let rows = rows.start.min(column.len())..rows.end.min(column.len());
        let step = (rows.len() / 50_000).max(1);
        let mut values: Vec<f64> =
            rows.step_by(step).filter_map(|row| column.number(row)).filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |part: usize| values.get(values.len().saturating_sub(1) * part / 100).copied();
        let range = match (at(2), at(98), at(0), at(100)) {
            (Some(low), Some(high), ..) if low < high => (low, high),
            (_, _, Some(low), Some(high)) => (low, high),
            _ => (0.0, 1.0),
        };
        Self { metric, unit, column, range }
    }

    fn color(&self, row: usize, dark: bool) -> Option<Color32> {
        let value = self.column.number(row).filter(|value| !value.is_nan())?;
        let (low, high) = self.range;
        #[expect(clippy::cast_possible_truncation, reason = "a part of one")]
        let part = if high > low { ((value - low) / (high - low)) as f32 } else { 0.5 };
        Some(shade(part, dark))
    }
}

/// What is drawn, and what it was drawn of.
#[derive(Default)]
pub(super) struct Layers {
    routes: Option<(RoutesKey, Arc<Mesh>, Vec<Pos2>)>,
    dots: Option<(DotsKey, Vec<Pos2>, Vec<Pos2>)>,
}

/// Something shared, told from others by its address. It is held, so that a change of it makes a copy elsewhere.
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What the routes' mesh depends on.
#[derive(PartialEq)]
struct RoutesKey {
    camera: Camera,
    rect: Rect,
    pixels: f32,
    dark: bool,
    routes: Same<Routes>,
    coloring: Option<Same<Coloring>>,
    current: Option<usize>,
}

/// What the dots depend on.
#[derive(PartialEq)]
struct DotsKey {
    camera: Camera,
    rect: Rect,
    routes: Same<Routes>,
    view: Option<Same<View>>,
    selected: Same<Selected>,
}

/// Where things are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas<'a> {
    pub camera: Camera,
    pub rect: Rect,
    pub pixels_per_point: f32,
    pub dark: bool,
    pub colors: &'a Colors,
}

impl Layers {
    /// The routes, and where there are some that are too small to be seen as lines; the one of the footage `current` is
    /// stronger and in colours.
    pub fn routes(
        &mut self,
        canvas: &Canvas<'_>,
        routes: &Arc<Routes>,
        coloring: Option<&Arc<Coloring>>,
        current: Option<usize>,
    ) -> (Arc<Mesh>, &[Pos2]) {
        let key = RoutesKey {
            camera: canvas.camera,
            rect: canvas.rect,
            pixels: canvas.pixels_per_point,
            dark: canvas.dark,
            routes: Same(Arc::clone(routes)),
            coloring: coloring.cloned().map(Same),
            current,
        };
        if self.routes.as_ref().is_none_or(|(known, ..)| *known != key) {
            let mesh = Arc::new(routes_mesh(canvas, routes, coloring.map(Arc::as_ref), current));
            self.routes = Some((key, mesh, far_away(canvas, routes)));
        }
        self.routes.as_ref().map_or_else(Default::default, |(_, mesh, far)| (Arc::clone(mesh), far.as_slice()))
    }

    /// Where matching and selected frames are. Where everything matches, there is nothing to tell.
    pub fn dots(
        &mut self,
        canvas: &Canvas<'_>,
        routes: &Arc<Routes>,
        view: Option<&Arc<View>>,
        selected: &Arc<Selected>,
    ) -> (&[Pos2], &[Pos2]) {
        let view = view.filter(|view| view.len() < view.set.rows());
        let key = DotsKey {
            camera: canvas.camera,
            rect: canvas.rect,
            routes: Same(Arc::clone(routes)),
            view: view.cloned().map(Same),
            selected: Same(Arc::clone(selected)),
        };
        if self.dots.as_ref().is_none_or(|(known, ..)| *known != key) {
            let matches = view.map_or_else(Vec::new, |view| dots(canvas, routes, |a, b| view.set.count_in(a, b) > 0));
            let chosen =
                if selected.is_empty() { Vec::new() } else { dots(canvas, routes, |a, b| selected.any_in(a, b)) };
            self.dots = Some((key, matches, chosen));
        }
        self.dots.as_ref().map_or((&[], &[]), |(_, matches, chosen)| (matches, chosen))
    }
}

fn routes_mesh(canvas: &Canvas<'_>, routes: &Routes, coloring: Option<&Coloring>, current: Option<usize>) -> Mesh {
    let Canvas { camera, rect, colors, .. } = *canvas;
    let window = camera.window(rect, 8.0);
    let drawn = || routes.drawn.iter().map(|footage| (*footage, &routes.by_footage[*footage]));
    let mut apart = camera.scale * 1.5;
    for _ in 0..6 {
        if drawn().map(|(_, route)| route.weight(&window, apart)).sum::<usize>() <= MOST_POINTS {
            break;
        }
        apart *= 2.0;
    }
    let draw = |route: &Route, width: f32, apart: f64, color: &dyn Fn(usize) -> Option<Color32>| {
        let ribbon = Ribbon::new(width, canvas.pixels_per_point);
        let mut pen = RoutePen { ribbon, camera, rect, color };
        route.draw(&window, apart, &mut pen);
        pen.ribbon.finish()
    };
    let mut mesh = Mesh::default();
    for (_, route) in drawn().filter(|(footage, _)| Some(*footage) != current) {
        mesh.append(draw(route, 1.25, apart, &|_| Some(colors.faint)));
    }
    if let Some(route) = current.and_then(|footage| routes.by_footage.get(footage)) {
        let apart = camera.scale;
        // A seam around the colours, so that the palest of them is seen; it also shows where values are missing.
        mesh.append(draw(route, 4.5, apart, &|_| Some(colors.muted)));
        if let Some(coloring) = coloring {
            mesh.append(draw(route, 3.0, apart, &|row| coloring.color(row, canvas.dark)));
        }
    }
    mesh
}

/// The middles of routes that are smaller than a few points, one a cell.
fn far_away(canvas: &Canvas<'_>, routes: &Routes) -> Vec<Pos2> {
    let Canvas { camera, rect, .. } = *canvas;
    let mut pen = DotPen::new(camera, rect, |_: usize, _: usize| true);
    let (window, small) = (camera.window(rect, CELL), camera.scale * 5.0);
    for bounds in routes.drawn.iter().filter_map(|footage| routes.by_footage[*footage].bounds) {
        let side = |at: usize| f64::from(bounds.high[at]) - f64::from(bounds.low[at]);
        if bounds.meets(&window) && side(0).max(side(1)) < small {
            pen.to(0, 1, bounds.low);
        }
    }
    pen.dots
}

/// Brings a route to the screen.
struct RoutePen<'a> {
    ribbon: Ribbon,
    camera: Camera,
    rect: Rect,
    color: &'a dyn Fn(usize) -> Option<Color32>,
}

impl Pen for RoutePen<'_> {
    fn to(&mut self, row: usize, _end: usize, point: Point) {
        match (self.color)(row) {
            Some(color) => self.ribbon.to(self.camera.point(self.rect, point), color),
            None => self.ribbon.up(),
        }
    }

    fn up(&mut self) {
        self.ribbon.up();
    }
}

/// Where on the screen there are rows for which `has` holds (first row, end), one dot a cell.
fn dots(canvas: &Canvas<'_>, routes: &Routes, has: impl Fn(usize, usize) -> bool) -> Vec<Pos2> {
    let Canvas { camera, rect, .. } = *canvas;
    let mut pen = DotPen::new(camera, rect, has);
    let window = camera.window(rect, CELL);
    for route in &routes.by_footage {
        route.draw(&window, camera.scale * f64::from(CELL) / 2.0, &mut pen);
    }
    pen.dots
}

struct DotPen<F> {
    camera: Camera,
    rect: Rect,
    has: F,
    columns: usize,
    taken: FixedBitSet,
    dots: Vec<Pos2>,
}

impl<F> DotPen<F> {
    fn new(camera: Camera, rect: Rect, has: F) -> Self {
        let cells = |length: f32| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length on the screen")]
            let cells = (length.max(0.0) / CELL) as usize;
            cells + 4
        };
        let columns = cells(rect.width());
        let taken = FixedBitSet::with_capacity(columns * cells(rect.height()));
        Self { camera, rect, has, columns, taken, dots: Vec::new() }
    }
}

impl<F: Fn(usize, usize) -> bool> Pen for DotPen<F> {
    fn to(&mut self, row: usize, end: usize, point: Point) {
        let at = self.camera.point(self.rect, point);
        let cell = (at - self.rect.min) / CELL + egui::vec2(1.0, 1.0);
        if cell.x < 0.0 || cell.y < 0.0 {
            return;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let (column, line) = (cell.x as usize, cell.y as usize);
        let cell = line * self.columns + column;
        if column < self.columns && cell < self.taken.len() && !self.taken.contains(cell) && (self.has)(row, end) {
            self.taken.insert(cell);
            self.dots.push(at);
        }
    }

    fn up(&mut self) {}
}

/// The smallest rectangle that holds the rows for which `has` holds, as good as one sees.
pub(super) fn bounds_of(routes: &Routes, has: impl Fn(usize, usize) -> bool) -> Option<Bounds> {
    struct Collect<F>(F, Vec<Point>);
    impl<F: Fn(usize, usize) -> bool> Pen for Collect<F> {
        fn to(&mut self, row: usize, end: usize, point: Point) {
            if (self.0)(row, end) {
                self.1.push(point);
            }
        }
        fn up(&mut self) {}
    }
    let whole = routes.bounds?;
    let apart =
        (0..2).map(|side| f64::from(whole.high[side]) - f64::from(whole.low[side])).fold(0.0, f64::max) / 4000.0;
    let mut all = Collect(has, Vec::new());
    for route in &routes.by_footage {
        route.draw(&whole, apart, &mut all);
    }
    Bounds::of(all.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_odd_values_do_not_take_the_colours() {
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        values[7] = 1e9;
        values[8] = f64::NAN;
        let coloring = Coloring::new("x".into(), None, Arc::new(Column::Float(values)), 0..1000);
        assert!(coloring.range.0 < 30.0 && coloring.range.1 > 970.0 && coloring.range.1 < 1000.0);
        assert_eq!(coloring.color(8, true), None);
        assert_eq!(coloring.color(7, true), Some(shade(1.0, true)));
        let flat = Coloring::new("x".into(), None, Arc::new(Column::Float(vec![3.0; 5])), 0..5);
        assert_eq!(flat.color(0, false), Some(shade(0.5, false)));
        let none = Coloring::new("x".into(), None, Arc::new(Column::Float(vec![f64::NAN; 5])), 0..9);
        let part = Column::Float(vec![900.0, 1.0, 2.0, 3.0, 900.0]);
        let part = Coloring::new("x".into(), None, Arc::new(part), 1..4);
        assert_eq!(part.range, (1.0, 2.0), "only what is drawn in colours counts");
        assert_eq!((none.range, none.color(0, false)), ((0.0, 1.0), None));
    }
}
