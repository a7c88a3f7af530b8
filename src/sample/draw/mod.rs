//! Drawing single things of a scene: each file draws one kind, all with the same [`Pen`].

mod building;
mod bus;
mod car;
mod person;
mod plant;
mod shell;
mod sign;
mod street;
mod two_wheel;

pub(super) use building::{House, draw_house};
pub(super) use bus::{BigVehicle, draw_big_vehicle};
pub(super) use car::{CarBody, CarLook, Lights, draw_car};
pub(super) use person::{Person, draw_dog, draw_person};
pub(super) use plant::{Plant, draw_plant};
pub(super) use sign::{SignFace, draw_sign_plate, draw_sign_post};
pub(super) use street::{SignalState, draw_cone, draw_lamp_post, draw_rail, draw_signal_head, draw_signal_post};
pub(super) use two_wheel::{Rider, draw_two_wheel};

use super::{
    camera::{Camera, P2, Pose, V3, v3},
    canvas::{Canvas, Fill},
    color::Rgb,
    mood::Mood,
};

/// Draws with light and perspective onto the layer of a canvas.
pub(super) struct Pen<'a> {
    pub(super) canvas: &'a mut Canvas,
    pub(super) camera: &'a Camera,
    pub(super) mood: &'a Mood,
    /// The sun's direction in the vehicle's frame.
    pub(super) sun: V3,
    /// Light of street lamps where the present thing stands.
    pub(super) lamp: f32,
    /// Lights to add once the present thing is on the frame: centre, radii in px, colour.
    pub(super) glows: Vec<(P2, f32, f32, Rgb)>,
}

impl Pen<'_> {
    /// The colour that `albedo` shows at `at` on a surface facing `normal`.
    fn shade(&self, albedo: Rgb, at: V3, normal: V3) -> Rgb {
        self.mood.shade(albedo, at, normal, self.sun, self.lamp)
    }

    /// Whether a surface at `at` that faces `normal` faces the camera.
    fn sees(&self, at: V3, normal: V3) -> bool {
        normal.dot(self.camera.position - at) > 0.0
    }

    /// A flat polygon of one material facing `normal`.
    fn face(&mut self, corners: &[V3], normal: V3, albedo: Rgb) {
        let color = self.shade(albedo, middle(corners), normal);
        self.fill(corners, Fill::Flat(color));
    }

    /// A flat polygon whose material changes from its first towards its third corner.
    fn face_ramp(&mut self, corners: &[V3], normal: V3, from: Rgb, to: Rgb) {
        let at = middle(corners);
        let (a, b) = (self.shade(from, at, normal), self.shade(to, at, normal));
        match (self.camera.project(corners[0]), self.camera.project(corners[2])) {
            (Some(start), Some(end)) => self.fill(corners, Fill::Ramp(start, a, end, b)),
            _ => self.fill(corners, Fill::Flat(a.mix(b, 0.5))),
        }
    }

    /// A polygon with its own light.
    fn emit(&mut self, corners: &[V3], light: Rgb) {
        let color = self.mood.haze(light, middle(corners).length() * 0.5);
        self.fill(corners, Fill::Flat(color));
    }

    fn fill(&mut self, corners: &[V3], fill: Fill) {
        let points = self.camera.polygon(corners);
        self.canvas.polygon(&points, fill);
    }

    /// A rounded limb between two points, lit from the sun's side.
    fn limb(&mut self, a: V3, b: V3, ra: f32, rb: f32, albedo: Rgb) {
        let (Some(pa), Some(pb)) = (self.camera.project(a), self.camera.project(b)) else { return };
        let (ra, rb) = (ra * self.camera.px_per_m(a), rb * self.camera.px_per_m(b));
        let at = (a + b) * 0.5;
        let (bright, dark) = self.sides(albedo, at);
        let (x, y, r) = (0.5 * (pa.x + pb.x), 0.5 * (pa.y + pb.y), ra.max(rb));
        let fill = if r < 0.8 {
            Fill::Flat(bright.mix(dark, 0.5))
        } else {
            Fill::Ramp(P2 { x: x - r, y }, bright, P2 { x: x + r, y }, dark)
        };
        self.canvas.limb(pa, pb, ra, rb, fill);
    }

    /// A ball.
    fn ball(&mut self, at: V3, radius: f32, albedo: Rgb) {
        let Some(p) = self.camera.project(at) else { return };
        let r = radius * self.camera.px_per_m(at);
        let (bright, dark) = self.sides(albedo, at);
        let fill = if r < 0.8 {
            Fill::Flat(bright.mix(dark, 0.5))
        } else {
            Fill::Ramp(P2 { x: p.x - r, y: p.y - r * 0.5 }, bright, P2 { x: p.x + r, y: p.y + r * 0.5 }, dark)
        };
        self.canvas.ellipse(p, r, r, fill);
    }

    /// Colours of the left and the right side (as seen) of something round.
    fn sides(&self, albedo: Rgb, at: V3) -> (Rgb, Rgb) {
        let toward = self.camera.forward * -0.6;
        let left = self.shade(albedo, at, (self.camera.right * -1.0 + toward).unit());
        let right = self.shade(albedo, at, (self.camera.right + toward).unit());
        // Even without sun a round thing darkens a little towards its sides.
        if self.sun.dot(self.camera.right) > 0.0 { (left * 0.86, right * 1.04) } else { (left * 1.04, right * 0.86) }
    }

    /// A light that shines: adds a glow of `radius` metres once the thing stands on the frame.
    fn shine(&mut self, at: V3, radius: f32, light: Rgb) {
        if let Some(p) = self.camera.project(at) {
            // Glare does not shrink as fast as things do.
            let px = self.camera.px_per_m(at);
            let r = radius * px.max(0.4 * px + 6.0 * self.camera.width as f32 / 640.0).min(260.0);
            self.glows.push((p, r, r, light));
            let mirror = v3(at.x, at.y, -at.z);
            let shows = self.mood.wet > 0.15 && at.z > 0.0 && at.z < 7.5;
            if let Some(q) = self.camera.project(mirror).filter(|_| shows) {
                let reach = (q.y - p.y).abs() * 0.30 + r * 0.6;
                self.glows.push((q, r * 0.42, reach.max(2.0), light * (0.40 * self.mood.wet.max(0.5))));
            }
        }
    }
}

/// A round plate in the plane spanned by `right` and `up` (unit vectors).
fn plate(at: V3, right: V3, up: V3, radius: f32, corners: u16, turn: f32) -> Vec<V3> {
    let count = corners.max(3);
    (0..count)
        .map(|index| {
            let angle = turn + std::f32::consts::TAU * f32::from(index) / f32::from(count);
            at + right * (radius * angle.cos()) + up * (radius * angle.sin())
        })
        .collect()
}

fn middle(corners: &[V3]) -> V3 {
    corners.iter().fold(v3(0.0, 0.0, 0.0), |sum, corner| sum + *corner) * (1.0 / corners.len().max(1) as f32)
}

/// A rectangle standing across `pose`'s forward at `x`, from `y0` to `y1` and `z0` to `z1`.
fn across(pose: &Pose, x: f32, y: (f32, f32), z: (f32, f32)) -> [V3; 4] {
    [pose.at(x, y.0, z.0), pose.at(x, y.1, z.0), pose.at(x, y.1, z.1), pose.at(x, y.0, z.1)]
}

/// A rectangle standing along `pose`'s forward at `y`, from `x0` to `x1` and `z0` to `z1`.
fn beside(pose: &Pose, y: f32, x: (f32, f32), z: (f32, f32)) -> [V3; 4] {
    [pose.at(x.0, y, z.0), pose.at(x.1, y, z.0), pose.at(x.1, y, z.1), pose.at(x.0, y, z.1)]
}
