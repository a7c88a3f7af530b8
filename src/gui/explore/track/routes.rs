//! The routes of all footages in the plane, with coarser copies of each for wider views. Built by a worker, once per index.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
};

use rayon::prelude::*;

use super::geo::{Bounds, NOWHERE, Point, Projection};
use crate::{
    filter::{FootageRows, FrameColumns, PositionNames, degrees_of},
    model::Column,
};

/// Points under one rectangle.
const CHUNK: usize = 256;
/// Distance that the finest of the coarser copies leaves out, units: about a metre.
const FINEST: i32 = 64;
/// Distance that the coarsest leaves out, units.
const COARSEST: i32 = 1 << 26;
/// A route that has no position for longer than this is broken, ns.
const BREAK_NS: i64 = 3_000_000_000;
/// Faster than this no car goes, units a second at the equator: two positions so far apart are not joined. About 150 m/s.
const JUMP_A_SECOND: f64 = 8_000.0;
/// Frames before and after one in which the direction of its car is looked for.
const LOOKED_AT: usize = 20_000;
/// What a receiver may be off, units; about 50 m.
const JUMP: f64 = 2_700.0;

/// Routes of all footages.
#[derive(Debug)]
pub(super) struct Routes {
    pub projection: Projection,
    /// By footage, in the table's order.
    pub by_footage: Vec<Route>,
    /// The footages whose routes are drawn: of each recording the one with the most positions.
    pub drawn: Vec<usize>,
    /// All positions.
    pub bounds: Option<Bounds>,
    /// Frames at 0° N 0° E, which receivers without a fix tell; they are left out.
    pub without_fix: usize,
}

/// One footage's way.
#[derive(Debug)]
pub(super) struct Route {
    pub first_row: usize,
    /// One point for each frame.
    pub points: Vec<Point>,
    pub bounds: Option<Bounds>,
    /// Frames before which the line is lifted, ascending.
    breaks: Vec<u32>,
    chunks: Vec<Option<Bounds>>,
    levels: Vec<Level>,
}

/// A coarser copy: points at least `apart` from each other, with the frame of each. [`NOWHERE`] stands between parts that
/// are not joined.
#[derive(Debug)]
struct Level {
    apart: i32,
    points: Vec<Point>,
    frames: Vec<u32>,
    chunks: Vec<Option<Bounds>>,
}

/// Takes in the points of a line.
pub(super) trait Pen {
    /// The line goes on to the point of `row`; up to `end` the rows lie as good as there.
    fn to(&mut self, row: usize, end: usize, point: Point);
    /// What comes next is not joined.
    fn up(&mut self);
}

impl Routes {
    /// Reads positions and makes routes of them.
    ///
    /// # Errors
    /// What kept a column from being read.
    pub fn build(columns: &dyn FrameColumns, names: &PositionNames, stop: &AtomicBool) -> Result<Self, String> {
        let (latitudes, longitudes) = (columns.metric(&names.latitude)?, columns.metric(&names.longitude)?);
        let times = columns.timestamps()?;
        let factor = |name: &str| {
            let metric = columns.metrics().iter().find(|metric| metric.name == name);
            degrees_of(metric.and_then(|metric| metric.unit.as_deref()))
        };
        let factors = [factor(&names.latitude), factor(&names.longitude)];
        let numbers = [numbers(&latitudes), numbers(&longitudes)];
        Self::of(columns.footages(), [&numbers[0], &numbers[1]], factors, &times, stop)
    }

    fn of(
        footages: &[FootageRows],
        [latitudes, longitudes]: [&[f64]; 2],
        [north, east]: [f64; 2],
        times: &[i64],
        stop: &AtomicBool,
    ) -> Result<Self, String> {
        // A sample is enough to see where nothing lies, and every footage is in it.
        let sampled = footages.iter().flat_map(|footage| {
            let of = longitudes.get(footage.first_row..footage.first_row + footage.rows).unwrap_or_default();
            of.iter().step_by((footage.rows / 256).max(1)).map(|longitude| longitude * east)
        });
        let projection = Projection::of(sampled);
        let built: Vec<(Route, usize)> = footages
            .par_iter()
            .map(|footage| {
                if stop.load(Ordering::Relaxed) {
                    return Err("no longer wanted".to_owned());
                }
                let rows = footage.first_row..footage.first_row + footage.rows;
                let mut without_fix = 0;
                let latitudes = latitudes.get(rows.clone()).unwrap_or_default();
                let longitudes = longitudes.get(rows.clone()).unwrap_or_default();
                let points: Vec<Point> = latitudes
                    .iter()
                    .zip(longitudes)
                    .map(|(latitude, longitude)| {
                        let nowhere = *latitude == 0.0 && *longitude == 0.0;
                        without_fix += usize::from(nowhere);
                        if nowhere { NOWHERE } else { projection.project(latitude * north, longitude * east) }
                    })
                    .collect();
                Ok((Route::of(footage.first_row, points, times.get(rows).unwrap_or_default()), without_fix))
            })
            .collect::<Result<_, String>>()?;
        let without_fix = built.iter().map(|(_, count)| count).sum();
        let routes: Vec<Route> = built.into_iter().map(|(route, _)| route).collect();
        let bounds = routes.iter().filter_map(|route| route.bounds).reduce(Bounds::and);
        let mut drawn: Vec<usize> = Vec::new();
        for (at, footage) in footages.iter().enumerate() {
            let positions = |at: usize| routes[at].points.iter().filter(|point| **point != NOWHERE).count();
            match drawn.last_mut() {
                Some(last) if footages[*last].recording == footage.recording => {
                    if positions(at) > positions(*last) {
                        *last = at;
                    }
                }
                _ => drawn.push(at),
            }
        }
        drawn.retain(|at| routes[*at].bounds.is_some());
        Ok(Self { projection, by_footage: routes, drawn, bounds, without_fix })
    }

    /// The point of a row, if it has a position.
    pub fn point(&self, footage: usize, row: usize) -> Option<Point> {
        let route = self.by_footage.get(footage)?;
        route.points.get(row.checked_sub(route.first_row)?).copied().filter(|point| *point != NOWHERE)
    }

    /// The drawn row nearest to a place of the plane, at most `reach` units away: footage and row.
    pub fn nearest(&self, at: [f64; 2], reach: f64) -> Option<(usize, usize)> {
        let mut best = (reach * reach, None);
        for footage in &self.drawn {
            let route = &self.by_footage[*footage];
            let near = |bounds: &Option<Bounds>, best: f64| bounds.is_some_and(|b| b.distance_squared(at) <= best);
            if !near(&route.bounds, best.0) {
                continue;
            }
            for (chunk, bounds) in route.chunks.iter().enumerate() {
                if !near(bounds, best.0) {
                    continue;
                }
                for (frame, point) in route.points.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
                    if *point == NOWHERE {
                        continue;
                    }
                    let away: f64 = (0..2).map(|side| (f64::from(point[side]) - at[side]).powi(2)).sum();
                    if away <= best.0 && (away < best.0 || best.1.is_none()) {
                        best = (away, Some((*footage, route.first_row + frame)));
                    }
                }
            }
        }
        best.1
    }
}

/// A column as doubles, NaN where there is none.
fn numbers(column: &Column) -> Cow<'_, [f64]> {
    match column {
        Column::Float(values) => values.into(),
        other => (0..other.len()).map(|row| other.number(row).unwrap_or(f64::NAN)).collect(),
    }
}

impl Route {
    fn of(first_row: usize, points: Vec<Point>, times: &[i64]) -> Self {
        let mut breaks = Vec::new();
        let mut before: Option<usize> = None;
        for (frame, point) in points.iter().enumerate().filter(|(_, point)| **point != NOWHERE) {
            if let Some(before) = before.replace(frame) {
                let time = |frame: usize| times.get(frame).copied().unwrap_or(0);
                let passed = time(frame).saturating_sub(time(before));
                #[expect(clippy::cast_precision_loss, reason = "seconds between frames")]
                let most = JUMP + JUMP_A_SECOND * (passed.max(0) as f64 / 1e9);
                // Near the poles the plane is stretched, so that a unit is shorter there.
                let most = most
                    / f64::max((f64::from(point[1]) / f64::from(1 << 30) * std::f64::consts::PI).cosh().recip(), 1e-3);
                if passed > BREAK_NS || distance_squared(points[before], *point) > most * most {
                    breaks.push(u32::try_from(frame).unwrap_or(u32::MAX));
                }
            }
        }
        let bounds = Bounds::of(points.iter().copied());
        let chunks = chunks(&points);
        let mut levels: Vec<Level> = Vec::new();
        let mut apart = FINEST;
        while apart <= COARSEST && bounds.is_some() {
            let level = match levels.last() {
                None => {
                    let mut gaps = breaks.iter().peekable();
                    let frames = points.iter().enumerate().filter(|(_, point)| **point != NOWHERE);
                    let line = frames.flat_map(|(frame, point)| {
                        let frame = u32::try_from(frame).unwrap_or(u32::MAX);
                        let lifted = gaps.next_if(|gap| **gap == frame).map(|_| (frame, NOWHERE));
                        lifted.into_iter().chain([(frame, *point)])
                    });
                    Level::of(apart, line)
                }
                Some(finer) => Level::of(apart, finer.frames.iter().copied().zip(finer.points.iter().copied())),
            };
            let small = level.points.len() < 64;
            levels.push(level);
            if small {
                break;
            }
            apart = apart.saturating_mul(2);
        }
        Self { first_row, points, bounds, breaks, chunks, levels }
    }

    /// Draws what lies in `window` with points that are about `apart` units from each other, or all there are.
    pub fn draw(&self, window: &Bounds, apart: f64, pen: &mut impl Pen) {
        if !self.bounds.is_some_and(|bounds| bounds.meets(window)) {
            return;
        }
        let coarsest = self.levels.partition_point(|level| f64::from(level.apart) <= apart);
        if let Some(level) = coarsest.checked_sub(1).and_then(|level| self.levels.get(level)) {
            let row =
                |at: usize| level.frames.get(at).map_or(self.points.len(), |frame| *frame as usize) + self.first_row;
            walk(&level.points, &level.chunks, window, pen, |at| (row(at), row(at + 1)), |_| false);
        } else {
            let row = |at: usize| (self.first_row + at, self.first_row + at + 1);
            let broken = |at: usize| self.breaks.binary_search(&u32::try_from(at).unwrap_or(u32::MAX)).is_ok();
            walk(&self.points, &self.chunks, window, pen, row, broken);
        }
    }

    /// Number of points that [`Self::draw`] would look at, about.
    pub fn weight(&self, window: &Bounds, apart: f64) -> usize {
        if !self.bounds.is_some_and(|bounds| bounds.meets(window)) {
            return 0;
        }
        let coarsest = self.levels.partition_point(|level| f64::from(level.apart) <= apart);
        let chunks = coarsest.checked_sub(1).and_then(|at| self.levels.get(at)).map_or(&self.chunks, |one| &one.chunks);
        chunks.iter().filter(|bounds| bounds.is_some_and(|bounds| bounds.meets(window))).count() * CHUNK
    }

    /// Where the car at `row` is heading, clockwise from north, radians: from where it was to where it will be a little
    /// way off, so that standing still and the scatter of positions do not turn it.
    pub fn course(&self, row: usize, way: f64) -> Option<f64> {
        let frame = row.checked_sub(self.first_row)?;
        let here = self.points.get(frame).copied().filter(|point| *point != NOWHERE)?;
        let far = |point: &&Point| **point != NOWHERE && distance_squared(**point, here) >= way * way;
        let joined = |gap: usize| self.breaks.get(gap).map_or(self.points.len(), |frame| *frame as usize);
        let gap = self.breaks.partition_point(|gap| *gap as usize <= frame);
        let begin = gap.checked_sub(1).map_or(0, joined);
        let before = self.points.get(begin..frame)?.iter().rev().take(LOOKED_AT).find(far);
        let after = self.points.get(frame + 1..joined(gap))?.iter().take(LOOKED_AT).find(far);
        match (before, after) {
            (Some(from), Some(to)) => Some(super::geo::course(*from, *to)),
            (Some(from), None) => Some(super::geo::course(*from, here)),
            (None, Some(to)) => Some(super::geo::course(here, *to)),
            (None, None) => None,
        }
    }
}

impl Level {
    /// Keeps the points of a line that are `apart` from the one kept before, and the ends of its parts.
    fn of(apart: i32, line: impl Iterator<Item = (u32, Point)>) -> Self {
        let (mut points, mut frames): (Vec<Point>, Vec<u32>) = (Vec::new(), Vec::new());
        let least = f64::from(apart).powi(2);
        let mut left_out: Option<(u32, Point)> = None;
        let end = |points: &mut Vec<Point>, frames: &mut Vec<u32>, left_out: Option<(u32, Point)>| {
            if let Some((frame, point)) = left_out {
                points.push(point);
                frames.push(frame);
            }
        };
        for (frame, point) in line {
            if point == NOWHERE {
                end(&mut points, &mut frames, left_out.take());
            } else if points.last().is_some_and(|last| *last != NOWHERE && distance_squared(*last, point) < least) {
                left_out = Some((frame, point));
                continue;
            }
            left_out = None;
            points.push(point);
            frames.push(frame);
        }
        end(&mut points, &mut frames, left_out);
        let chunks = chunks(&points);
        Self { apart, points, frames, chunks }
    }
}

fn distance_squared(a: Point, b: Point) -> f64 {
    (0..2).map(|side| (f64::from(a[side]) - f64::from(b[side])).powi(2)).sum()
}

/// The rectangles of stretches of points, each with the point after it, so that the line between two is in the first.
fn chunks(points: &[Point]) -> Vec<Option<Bounds>> {
    let stretch = |at: usize| points.iter().skip(at * CHUNK).take(CHUNK + 1).copied();
    (0..points.len().div_ceil(CHUNK)).map(|at| Bounds::of(stretch(at))).collect()
}

/// Walks along the stretches that meet `window`.
fn walk(
    points: &[Point],
    chunks: &[Option<Bounds>],
    window: &Bounds,
    pen: &mut impl Pen,
    rows: impl Fn(usize) -> (usize, usize),
    broken: impl Fn(usize) -> bool,
) {
    let mut drawn_to = 0;
    for (chunk, bounds) in chunks.iter().enumerate() {
        if !bounds.is_some_and(|bounds| bounds.meets(window)) {
            continue;
        }
        let from = chunk * CHUNK;
        if drawn_to < from || from == 0 {
            pen.up();
        }
        let end = (from + CHUNK + 1).min(points.len());
        for (at, point) in points.iter().enumerate().take(end).skip(from.max(drawn_to)) {
            if *point == NOWHERE {
                // Frames without a position do not break the line; gaps between its parts do.
                if rows(at).0 == rows(at + 1).0 {
                    pen.up();
                }
                continue;
            }
            if broken(at) {
                pen.up();
            }
            let (row, end) = rows(at);
            pen.to(row, end, *point);
        }
        drawn_to = end;
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
