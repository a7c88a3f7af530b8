//! Points in space and a pinhole camera on the vehicle: x forward, y left, z up, metres, from the vehicle's middle on
//! the ground.

use std::ops::{Add, Mul, Sub};

/// Nothing nearer than this to the camera is drawn, m.
const NEAR_M: f32 = 0.35;

/// A point or a direction, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct V3 {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) z: f32,
}

/// Shorthand for a point.
pub(super) const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl Add for V3 {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        v3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for V3 {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        v3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for V3 {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        v3(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl V3 {
    /// Scalar product.
    pub(super) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// Vector product.
    pub(super) fn cross(self, other: Self) -> Self {
        v3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// Length, m.
    pub(super) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction with length 1.
    pub(super) fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-6))
    }
}

/// Where something stands and which way it faces: maps its own forward, left, up to the vehicle's frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    pub(super) origin: V3,
    /// Sine and cosine of the direction it faces, counted from the vehicle's forward to its left.
    sin: f32,
    cos: f32,
}

impl Pose {
    /// At `origin`, facing `yaw` radians to the left of the vehicle's forward.
    pub(super) fn new(origin: V3, yaw: f32) -> Self {
        Self { origin, sin: yaw.sin(), cos: yaw.cos() }
    }

    /// The point that is `forward`, `left`, `up` metres from here.
    pub(super) fn at(&self, forward: f32, left: f32, up: f32) -> V3 {
        self.origin + self.turn(v3(forward, left, up))
    }

    /// A direction of this frame in the vehicle's frame.
    pub(super) fn turn(&self, v: V3) -> V3 {
        v3(v.x * self.cos - v.y * self.sin, v.x * self.sin + v.y * self.cos, v.z)
    }
}

/// A point of the image, px from the top-left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct P2 {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// A pinhole camera.
#[derive(Debug, Clone)]
pub(super) struct Camera {
    pub(super) position: V3,
    pub(super) forward: V3,
    pub(super) right: V3,
    pub(super) up: V3,
    /// Focal length, px.
    pub(super) focal_px: f32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Principal point, px.
    pub(super) centre: P2,
}

impl Camera {
    /// A camera at `position` looking `yaw` radians to the left of forward and `pitch` radians up. `view` is the
    /// horizontal angle of view, radians; the horizon of a level camera lies at `horizon` of the height.
    pub(super) fn new(position: V3, yaw: f32, pitch: f32, view: f32, horizon: f32, size: (u32, u32)) -> Self {
        let (width, height) = size;
        let forward = v3(yaw.cos() * pitch.cos(), yaw.sin() * pitch.cos(), pitch.sin());
        let right = v3(yaw.sin(), -yaw.cos(), 0.0);
        Self {
            position,
            forward,
            right,
            up: right.cross(forward),
            focal_px: 0.5 * width as f32 / (0.5 * view).tan(),
            width,
            height,
            centre: P2 { x: 0.5 * width as f32, y: horizon * height as f32 },
        }
    }

    /// Right, up and depth of a point as the camera sees it, m.
    fn seen(&self, point: V3) -> V3 {
        let from_here = point - self.position;
        v3(from_here.dot(self.right), from_here.dot(self.up), from_here.dot(self.forward))
    }

    /// Distance along the axis of view, m.
    pub(super) fn depth(&self, point: V3) -> f32 {
        (point - self.position).dot(self.forward)
    }

    fn on_image(&self, seen: V3) -> P2 {
        P2 { x: self.centre.x + self.focal_px * seen.x / seen.z, y: self.centre.y - self.focal_px * seen.y / seen.z }
    }

    /// Where a point appears; `None` behind the camera.
    pub(super) fn project(&self, point: V3) -> Option<P2> {
        let seen = self.seen(point);
        (seen.z > NEAR_M).then(|| self.on_image(seen))
    }

    /// Size in px of one metre at `point`, 0 behind the camera.
    pub(super) fn px_per_m(&self, point: V3) -> f32 {
        let depth = self.depth(point);
        if depth > NEAR_M { self.focal_px / depth } else { 0.0 }
    }

    /// A flat polygon on the image, cut where it comes too near.
    pub(super) fn polygon(&self, corners: &[V3]) -> Vec<P2> {
        let mut points = Vec::with_capacity(corners.len() + 2);
        let Some(last) = corners.last() else { return points };
        let mut before = self.seen(*last);
        for corner in corners {
            let seen = self.seen(*corner);
            if (seen.z > NEAR_M) != (before.z > NEAR_M) {
                let t = (NEAR_M - before.z) / (seen.z - before.z);
                points.push(self.on_image(before + (seen - before) * t));
            }
            if seen.z > NEAR_M {
                points.push(self.on_image(seen));
            }
            before = seen;
        }
        points
    }

    /// Direction, in the vehicle's frame, in which the middle of pixel (`x`, `y`) looks; depth 1.
    pub(super) fn ray(&self, x: f32, y: f32) -> V3 {
        let across = (x + 0.5 - self.centre.x) / self.focal_px;
        let upward = (self.centre.y - y - 0.5) / self.focal_px;
        self.forward + self.right * across + self.up * upward
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_and_looks_back() {
        for (yaw, pitch) in [(0.0, 0.0), (std::f32::consts::PI, 0.02), (1.2, -0.05)] {
            let camera = Camera::new(v3(1.0, 0.2, 1.4), yaw, pitch, 1.1, 0.5, (640, 360));
            let point = camera.position + camera.ray(100.0, 300.0) * 7.0;
            let seen = camera.project(point).unwrap();
            assert!((seen.x - 100.5).abs() < 1e-2 && (seen.y - 300.5).abs() < 1e-2, "{seen:?}");
            assert!((camera.depth(point) - 7.0).abs() < 1e-4);
            assert!(camera.project(camera.position - camera.forward).is_none());
        }
    }

    #[test]
    fn left_is_left_and_up_is_up() {
        let camera = Camera::new(v3(0.0, 0.0, 1.4), 0.0, 0.0, 1.1, 0.5, (640, 360));
        let seen = camera.project(v3(10.0, 2.0, 3.0)).unwrap();
        assert!(seen.x < 320.0 && seen.y < 180.0);
    }
}
