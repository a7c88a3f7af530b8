//! Which part of the plane is seen, and how large.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::geo::{Bounds, Point, metres_a_unit};

/// Units of the plane in a point of the screen: a centimetre at the nearest, a continent at the farthest.
const SCALES: std::ops::RangeInclusive<f64> = 0.5..=8_000_000.0;
/// What is fitted is never shown larger than this, units a point: about 30 m across a hundred points.
const NEAREST_FIT: f64 = 16.0;
/// Room around what is fitted, points.
const MARGIN: f32 = 36.0;

/// A view of the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Camera {
    /// The place in the middle.
    pub center: [f64; 2],
    /// Units a point of the screen.
    pub scale: f64,
}

impl Camera {
    /// Shows all of `bounds` in a rectangle of this size.
    pub fn fitted(bounds: &Bounds, size: Vec2) -> Self {
        let side = |at: usize| f64::from(bounds.high[at]) - f64::from(bounds.low[at]);
        let center = [0, 1].map(|at| f64::midpoint(f64::from(bounds.low[at]), f64::from(bounds.high[at])));
        let room = |length: f32| f64::from((length - MARGIN * 2.0).max(length * 0.5).max(1.0));
        let scale = (side(0) / room(size.x)).max(side(1) / room(size.y)).max(NEAREST_FIT);
        Self { center, scale: scale.clamp(*SCALES.start(), *SCALES.end()) }
    }

    /// Where a place is on the screen.
    #[expect(clippy::cast_possible_truncation, reason = "positions on the screen")]
    pub fn to_screen(self, rect: Rect, at: [f64; 2]) -> Pos2 {
        let away = [0, 1].map(|side| ((at[side] - self.center[side]) / self.scale) as f32);
        pos2(rect.center().x + away[0], rect.center().y + away[1])
    }

    /// Where a point is on the screen.
    pub fn point(self, rect: Rect, point: Point) -> Pos2 {
        self.to_screen(rect, point.map(f64::from))
    }

    /// The place under a position on the screen.
    pub fn to_plane(self, rect: Rect, at: Pos2) -> [f64; 2] {
        let away = at - rect.center();
        [self.center[0] + f64::from(away.x) * self.scale, self.center[1] + f64::from(away.y) * self.scale]
    }

    /// Moves what is seen by so many points.
    pub fn pan(&mut self, by: Vec2) {
        self.center[0] -= f64::from(by.x) * self.scale;
        self.center[1] -= f64::from(by.y) * self.scale;
    }

    /// Shows things `factor` times as large; what is at `at` stays there.
    pub fn zoom(&mut self, rect: Rect, at: Pos2, factor: f64) {
        let under = self.to_plane(rect, at);
        self.scale = (self.scale / factor).clamp(*SCALES.start(), *SCALES.end());
        let moved = self.to_plane(rect, at);
        self.center[0] += under[0] - moved[0];
        self.center[1] += under[1] - moved[1];
    }

    /// What is seen of the plane, with some points around it.
    pub fn window(self, rect: Rect, around: f32) -> Bounds {
        let [west, north] = self.to_plane(rect, rect.min - vec2(around, around));
        let [east, south] = self.to_plane(rect, rect.max + vec2(around, around));
        #[expect(clippy::cast_possible_truncation, reason = "what lies beyond the plane becomes its edge")]
        let whole = |of: f64| of as i32;
        Bounds { low: [whole(west.floor()), whole(north.floor())], high: [whole(east.ceil()), whole(south.ceil())] }
    }

    /// Metres that a point of the screen is wide in the middle.
    pub fn metres_a_point(self) -> f64 {
        self.scale * metres_a_unit(self.center[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(500.0, 350.0) };

    #[test]
    fn the_place_under_the_pointer_stays_while_zooming() {
        let mut camera = Camera { center: [1e9, -2e8], scale: 1000.0 };
        let pointer = pos2(180.0, 300.0);
        let before = camera.to_plane(RECT, pointer);
        for factor in [2.0, 1.3, 0.1, 50.0] {
            camera.zoom(RECT, pointer, factor);
            let after = camera.to_plane(RECT, pointer);
            assert!((before[0] - after[0]).abs() < 1.0 && (before[1] - after[1]).abs() < 1.0, "{after:?}");
        }
        camera.zoom(RECT, pointer, 1e300);
        assert!((camera.scale - 0.5).abs() < 1e-12);
        camera.pan(vec2(10.0, 0.0));
        assert!((camera.to_screen(RECT, before).x - 190.0).abs() < 0.1);
    }

    #[test]
    fn what_is_fitted_is_seen_whole() {
        for (low, high) in [([0, 0], [1_000_000, 10]), ([5, 5], [5, 5]), ([-400, -90_000], [400, 90_000])] {
            let bounds = Bounds { low, high };
            let camera = Camera::fitted(&bounds, RECT.size());
            for corner in [low, high] {
                assert!(RECT.contains(camera.point(RECT, corner)), "{corner:?}");
            }
            let window = camera.window(RECT, 0.0);
            assert!(window.low[0] <= low[0] && window.high[1] >= high[1]);
        }
        let far = Camera { center: [0.0, 0.0], scale: 1e9 }.window(RECT, 0.0);
        assert_eq!(far.low[0], i32::MIN);
    }
}
