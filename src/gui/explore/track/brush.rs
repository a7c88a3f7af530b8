//! Places drawn by hand: a rectangle or a free outline, which become a condition of the filter.

use egui::{Pos2, Rect};

use super::{camera::Camera, geo::Projection};

/// Corners of an outline at most; more are left out evenly.
const MOST_CORNERS: usize = 48;
/// Less than this is a slip of the hand, points.
const LEAST: f32 = 4.0;

/// What dragging does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tool {
    /// Moves the map.
    #[default]
    Move,
    /// Draws a rectangle.
    Rectangle,
    /// Draws an outline.
    Lasso,
}

/// A place that is being drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Brush {
    pub tool: Tool,
    /// The way of the pointer; of a rectangle the two corners.
    pub trail: Vec<Pos2>,
}

/// A place that was drawn, in degrees.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drawn {
    /// South, west, north, east.
    Box([f64; 4]),
    /// Latitude and longitude of each corner.
    Polygon(Vec<[f64; 2]>),
}

impl Brush {
    pub fn begin(tool: Tool, at: Pos2) -> Self {
        Self { tool, trail: vec![at] }
    }

    /// The pointer has come here.
    pub fn to(&mut self, at: Pos2) {
        match (self.tool, self.trail.as_slice()) {
            (Tool::Lasso, trail) => {
                if trail.last().is_none_or(|last| last.distance(at) >= 1.5) {
                    self.trail.push(at);
                }
            }
            (_, trail) => {
                let begun = trail.first().copied().unwrap_or(at);
                self.trail = vec![begun, at];
            }
        }
    }

    /// The outline on the screen.
    pub fn outline(&self) -> Vec<Pos2> {
        match (self.tool, self.trail.as_slice()) {
            (Tool::Lasso, trail) => trail.to_vec(),
            (_, [from, to]) => {
                let rect = Rect::from_two_pos(*from, *to);
                vec![rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()]
            }
            _ => Vec::new(),
        }
    }

    /// The place, as far as it lies on the map; `None` for a slip of the hand.
    pub fn finish(&self, camera: Camera, rect: Rect, projection: Projection) -> Option<Drawn> {
        let inside: Vec<Pos2> = self.outline().into_iter().map(|at| rect.clamp(at)).collect();
        let around = Rect::from_points(&inside);
        if inside.len() < 3 || around.width() < LEAST || around.height() < LEAST {
            return None;
        }
        let digits = digits(camera);
        let place = |at: Pos2| projection.unproject(camera.to_plane(rect, at)).map(|degrees| round(degrees, digits));
        if self.tool != Tool::Lasso {
            let [north, west] = place(around.left_top());
            let [south, east] = place(around.right_bottom());
            return Some(Drawn::Box([south, west, north, east]));
        }
        let corners: Vec<[f64; 2]> = simplified(&inside).into_iter().map(place).collect();
        (corners.len() >= 3).then_some(Drawn::Polygon(corners))
    }
}

/// Decimals of degrees that tell neighbouring points of the screen apart.
#[expect(clippy::cast_possible_truncation, reason = "a few digits")]
fn digits(camera: Camera) -> i32 {
    let degrees = camera.scale * 360.0 / 2_147_483_648.0;
    (-degrees.log10()).ceil().clamp(1.0, 8.0) as i32
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale + 0.0
}

/// An outline with the corners that matter, after Douglas and Peucker.
fn simplified(outline: &[Pos2]) -> Vec<Pos2> {
    let mut off = 1.5;
    loop {
        let mut keep = vec![false; outline.len()];
        let last = outline.len() - 1;
        (keep[0], keep[last]) = (true, true);
        let mut open = vec![(0, last)];
        while let Some((from, to)) = open.pop() {
            let far = (from + 1..to).map(|at| (distance(outline[from], outline[to], outline[at]), at));
            if let Some((away, at)) = far.max_by(|a, b| a.0.total_cmp(&b.0))
                && away > off
            {
                keep[at] = true;
                open.extend([(from, at), (at, to)]);
            }
        }
        let kept: Vec<Pos2> = outline.iter().zip(keep).filter(|(_, keep)| *keep).map(|(at, _)| *at).collect();
        if kept.len() <= MOST_CORNERS {
            return kept;
        }
        off *= 1.5;
    }
}

/// Distance of a point from a stretch of line.
fn distance(from: Pos2, to: Pos2, at: Pos2) -> f32 {
    let along = to - from;
    let part = if along.length_sq() > 0.0 { ((at - from).dot(along) / along.length_sq()).clamp(0.0, 1.0) } else { 0.0 };
    (from + along * part).distance(at)
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    const RECT: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(400.0, 300.0) };

    fn view(latitude: f64, longitude: f64) -> (Camera, Projection) {
        let projection = Projection::of([longitude].into_iter());
        let center = projection.project(latitude, longitude).map(f64::from);
        (Camera { center, scale: 500.0 }, projection)
    }

    #[test]
    fn a_rectangle_becomes_a_box_of_short_numbers() {
        let (camera, projection) = view(48.1, 11.5);
        let mut brush = Brush::begin(Tool::Rectangle, pos2(300.0, 200.0));
        brush.to(pos2(150.0, 900.0));
        brush.to(pos2(100.0, 100.0));
        let Some(Drawn::Box([south, west, north, east])) = brush.finish(camera, RECT, projection) else { panic!() };
        assert!(south < 48.1 && 48.1 < north && west < 11.5 && 11.5 < east);
        assert!([south, west, north, east].iter().all(|side| format!("{side}").len() <= 9), "{south} {west}");
        let slip = Brush { tool: Tool::Rectangle, trail: vec![pos2(5.0, 5.0), pos2(200.0, 6.0)] };
        assert_eq!(slip.finish(camera, RECT, projection), None);
        // Across the antimeridian the western side is the larger number.
        let (camera, projection) = view(10.0, 180.0);
        let wide = Brush { tool: Tool::Rectangle, trail: vec![pos2(100.0, 100.0), pos2(300.0, 200.0)] };
        let Some(Drawn::Box([_, west, _, east])) = wide.finish(camera, RECT, projection) else { panic!() };
        assert!(west > 179.0 && east < -179.0, "{west} {east}");
    }

    #[test]
    fn an_outline_keeps_its_corners() {
        let (camera, projection) = view(-33.9, 151.2);
        let mut brush = Brush::begin(Tool::Lasso, pos2(50.0, 50.0));
        for step in 0..=100_u8 {
            let part = f32::from(step) / 100.0 * 3.0;
            let side = part.fract() * 200.0;
            brush.to(match part {
                part if part < 1.0 => pos2(50.0 + side, 50.0),
                part if part < 2.0 => pos2(250.0, 50.0 + side),
                _ => pos2(250.0 - side, 250.0 - side),
            });
        }
        let Some(Drawn::Polygon(corners)) = brush.finish(camera, RECT, projection) else { panic!() };
        assert!((3..=8).contains(&corners.len()), "{corners:?}");
        let circle = (0..2000_u16)
            .map(|at| f32::from(at) / 300.0)
            .map(|turn| pos2(200.0, 150.0) + egui::Vec2::angled(turn) * 140.0);
        let circle = Brush { tool: Tool::Lasso, trail: circle.collect() };
        let Some(Drawn::Polygon(corners)) = circle.finish(camera, RECT, projection) else { panic!() };
        assert!(corners.len() <= MOST_CORNERS && corners.len() > 12, "{}", corners.len());
    }
}
