//! Bodies made by pulling a side view across the width of a vehicle.

use super::{Pen, V3, middle, plate};
use crate::sample::{
    camera::{Pose, v3},
    color::Rgb,
};

/// A side view (forward, up) with the half width at each corner; corners run from the lower rear over the top to the
/// lower front.
pub(super) struct Shell<'a> {
    pub(super) corners: &'a [(f32, f32, f32)],
}

/// One face of a shell.
pub(super) struct ShellFace {
    pub(super) corners: Vec<V3>,
    pub(super) normal: V3,
}

impl Shell<'_> {
    /// The face between corner `index` and the next one, as far as the camera sees it.
    pub(super) fn strip(&self, pen: &Pen<'_>, pose: &Pose, index: usize) -> Option<ShellFace> {
        let (a, b) = (self.corners[index], self.corners[index + 1]);
        let corners =
            vec![pose.at(a.0, a.2, a.1), pose.at(a.0, -a.2, a.1), pose.at(b.0, -b.2, b.1), pose.at(b.0, b.2, b.1)];
        let normal = pose.turn(v3(a.1 - b.1, 0.0, b.0 - a.0)).unit();
        pen.sees(middle(&corners), normal).then_some(ShellFace { corners, normal })
    }

    /// The left (`side` 1) or right (`side` -1) side, as far as the camera sees it.
    pub(super) fn side(&self, pen: &Pen<'_>, pose: &Pose, side: f32) -> Option<ShellFace> {
        let corners: Vec<V3> = self.corners.iter().map(|(x, z, half)| pose.at(*x, side * half, *z)).collect();
        let normal = pose.turn(v3(0.0, side, 0.12)).unit();
        pen.sees(middle(&corners), normal).then_some(ShellFace { corners, normal })
    }

    /// Draws all visible strips and sides in one material.
    pub(super) fn draw(&self, pen: &mut Pen<'_>, pose: &Pose, albedo: Rgb) {
        for index in 0..self.corners.len() - 1 {
            if let Some(face) = self.strip(pen, pose, index) {
                pen.face(&face.corners, face.normal, albedo);
            }
        }
        for side in [1.0, -1.0] {
            if let Some(face) = self.side(pen, pose, side) {
                pen.face(&face.corners, face.normal, albedo);
            }
        }
    }
}

/// A wheel on the side of a vehicle: tyre, rim, and the dark of the arch above it.
pub(super) fn draw_wheel(pen: &mut Pen<'_>, pose: &Pose, x: f32, y: f32, radius: f32) {
    let side = y.signum();
    let out = pose.turn(v3(0.0, side, 0.0));
    let centre = pose.at(x, y, radius);
    if !pen.sees(centre, out) {
        return;
    }
    let (along, up) = (pose.turn(v3(1.0, 0.0, 0.0)), v3(0.0, 0.0, 1.0));
    let corners = if pen.camera.px_per_m(centre) > 25.0 { 22 } else { 12 };
    let arch = plate(centre + up * 0.03, along, up, radius * 1.16, corners, 0.0);
    pen.face(&arch, out, Rgb::gray(0.05));
    let tyre = plate(centre + out * 0.02, along, up, radius, corners, 0.0);
    pen.face(&tyre, out, Rgb::gray(0.13));
    let rim = plate(centre + out * 0.02, along, up, radius * 0.64, corners, 0.0);
    pen.face_ramp(&rim, out, Rgb::gray(0.78), Rgb::gray(0.45));
    let hub = plate(centre + out * 0.02, along, up, radius * 0.42, corners, 0.0);
    pen.face(&hub, out, Rgb::gray(0.42));
}
