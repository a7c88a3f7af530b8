//! Traffic signs.

use super::{Pen, plate};
use crate::sample::{
    camera::{Pose, V3, v3},
    color::{Rgb, hex},
};

/// What is on a sign's plate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sample) enum SignFace {
    /// Speed limit with these two digits.
    Limit(u8),
    /// Red triangle with an exclamation mark.
    Warning,
    /// Octagon.
    Stop,
    /// White triangle on its point.
    GiveWay,
    /// Yellow diamond.
    Priority,
    /// Blue square with a walker.
    Crossing,
    /// Blue disc with an arrow.
    Direction,
    /// A large board over or beside the road, in this colour.
    Board(Rgb),
}

/// Height of the plate's middle over the ground, m.
fn plate_height(face: SignFace) -> f32 {
    if matches!(face, SignFace::Board(_)) { 6.2 } else { 2.5 }
}

/// Draws what carries the plate: scenery, no part of the label.
pub(in crate::sample) fn draw_sign_post(pen: &mut Pen<'_>, pose: &Pose, face: SignFace) {
    let steel = hex(0x8b_9197);
    if matches!(face, SignFace::Board(_)) {
        for y in [-14.95, 0.0] {
            pen.limb(pose.at(0.1, y, 0.0), pose.at(0.1, y, 7.6), 0.17, 0.14, steel);
        }
        for z in [5.4, 7.0] {
            pen.limb(pose.at(0.1, -14.95, z), pose.at(0.1, 0.0, z), 0.09, 0.09, steel);
        }
    } else {
        pen.limb(pose.at(0.03, 0.0, 0.0), pose.at(0.03, 0.0, plate_height(face) + 0.3), 0.035, 0.035, steel);
    }
}

/// Draws the plate; it faces against `pose`'s forward (towards traffic that drives along it).
pub(in crate::sample) fn draw_sign_plate(pen: &mut Pen<'_>, pose: &Pose, face: SignFace) {
    let out = pose.turn(v3(-1.0, 0.0, 0.0));
    let (right, up) = (pose.turn(v3(0.0, -1.0, 0.0)), v3(0.0, 0.0, 1.0));
    let centre = pose.at(-0.02, 0.0, plate_height(face));
    let plate = Plate { centre, right, up, out };
    if !pen.sees(centre, out) {
        // From behind every plate is bare metal.
        let outline = match face {
            SignFace::Board(_) => plate.rect((2.6, 11.9), (-0.8, 1.2)),
            SignFace::Crossing => plate.rect((-0.32, 0.32), (-0.32, 0.32)),
            SignFace::Warning => plate.round(0.42, 3, 0.25),
            SignFace::GiveWay => plate.round(0.42, 3, 0.75),
            SignFace::Priority => plate.round(0.42, 4, 0.0),
            SignFace::Stop => plate.round(0.38, 8, 0.0625),
            SignFace::Limit(_) | SignFace::Direction => plate.round(0.34, 20, 0.0),
        };
        pen.face(&outline, out * -1.0, hex(0x9a_9fa4));
        return;
    }
    let (red, white, blue) = (hex(0xd0_2a2e), hex(0xf4_f4f0), hex(0x1f_5fae));
    match face {
        SignFace::Limit(tens) => {
            plate.disc(pen, 0.36, red);
            plate.disc(pen, 0.27, white);
            digit(pen, &plate, tens, -0.095);
            digit(pen, &plate, 0, 0.095);
        }
        SignFace::Warning => {
            plate.shape(pen, 0.46, 3, 0.25, red);
            plate.shape(pen, 0.30, 3, 0.25, white);
            plate.bar(pen, (-0.03, 0.03), (-0.02, 0.17), Rgb::gray(0.08));
            plate.bar(pen, (-0.03, 0.03), (-0.11, -0.06), Rgb::gray(0.08));
        }
        SignFace::GiveWay => {
            plate.shape(pen, 0.46, 3, 0.75, red);
            plate.shape(pen, 0.28, 3, 0.75, white);
        }
        SignFace::Stop => {
            plate.shape(pen, 0.42, 8, 0.0625, white);
            plate.shape(pen, 0.385, 8, 0.0625, red);
            for (left, width) in [(-0.27, 0.10), (-0.13, 0.10), (0.01, 0.11), (0.16, 0.10)] {
                plate.bar(pen, (left, left + width), (-0.085, 0.085), white);
                plate.bar(pen, (left + 0.035, left + width - 0.03), (-0.045, 0.045), red);
            }
        }
        SignFace::Priority => {
            plate.shape(pen, 0.45, 4, 0.0, white);
            plate.shape(pen, 0.36, 4, 0.0, hex(0xf2_b632));
        }
        SignFace::Crossing => {
            plate.bar(pen, (-0.36, 0.36), (-0.36, 0.36), white);
            plate.bar(pen, (-0.33, 0.33), (-0.33, 0.33), blue);
            plate.shape(pen, 0.27, 3, 0.25, white);
            walker(pen, &plate);
        }
        SignFace::Direction => {
            plate.disc(pen, 0.36, white);
            plate.disc(pen, 0.335, blue);
            plate.bar(pen, (-0.04, 0.04), (-0.22, 0.08), white);
            let arrow = [plate.at(-0.14, 0.06), plate.at(0.14, 0.06), plate.at(0.0, 0.24)];
            pen.face(&arrow, out, white);
        }
        SignFace::Board(color) => board(pen, &plate, color),
    }
}

/// A plate in space.
struct Plate {
    centre: V3,
    right: V3,
    up: V3,
    out: V3,
}

impl Plate {
    fn at(&self, x: f32, y: f32) -> V3 {
        self.centre + self.right * x + self.up * y
    }

    fn rect(&self, x: (f32, f32), y: (f32, f32)) -> Vec<V3> {
        vec![self.at(x.0, y.0), self.at(x.1, y.0), self.at(x.1, y.1), self.at(x.0, y.1)]
    }

    fn round(&self, radius: f32, corners: u16, turn: f32) -> Vec<V3> {
        plate(self.centre, self.right, self.up, radius, corners, turn * std::f32::consts::TAU)
    }

    fn bar(&self, pen: &mut Pen<'_>, x: (f32, f32), y: (f32, f32), color: Rgb) {
        let corners = self.rect(x, y);
        reflective(pen, &corners, self.out, color);
    }

    fn shape(&self, pen: &mut Pen<'_>, radius: f32, corners: u16, turn: f32, color: Rgb) {
        let corners = self.round(radius, corners, turn);
        reflective(pen, &corners, self.out, color);
    }

    fn disc(&self, pen: &mut Pen<'_>, radius: f32, color: Rgb) {
        self.shape(pen, radius, 24, 0.0, color);
    }
}

/// Signs throw headlight back and stay bright at night.
fn reflective(pen: &mut Pen<'_>, corners: &[V3], out: V3, color: Rgb) {
    let at = corners[0];
    let shown = pen.shade(color, at, out);
    let back = pen.mood.headlights * 0.55 * if at.x > 3.0 { 1.0 } else { 0.0 };
    let shown = shown.mix(color, back);
    pen.fill(corners, super::Fill::Flat(shown));
}

/// A digit of seven strokes, its middle `x` metres right of the plate's.
fn digit(pen: &mut Pen<'_>, plate: &Plate, value: u8, x: f32) {
    let ink = Rgb::gray(0.07);
    let (w, h, t) = (0.062, 0.13, 0.032);
    // Top, upper right, lower right, bottom, lower left, upper left, middle.
    let strokes: [bool; 7] = match value {
        0 => [true, true, true, true, true, true, false],
        3 => [true, true, true, true, false, false, true],
        5 => [true, false, true, true, false, true, true],
        7 => [true, true, true, false, false, false, false],
        8 => [true; 7],
        _ => [false, true, true, false, false, false, false],
    };
    let bars = [
        ((x - w, x + w), (h - t, h)),
        ((x + w - t, x + w), (0.0, h)),
        ((x + w - t, x + w), (-h, 0.0)),
        ((x - w, x + w), (-h, -h + t)),
        ((x - w, x - w + t), (-h, 0.0)),
        ((x - w, x - w + t), (0.0, h)),
        ((x - w, x + w), (-0.5 * t, 0.5 * t)),
    ];
    for (shown, (across, up)) in strokes.iter().zip(bars) {
        if *shown {
            plate.bar(pen, across, up, ink);
        }
    }
}

/// The walker on a crossing sign.
fn walker(pen: &mut Pen<'_>, plate: &Plate) {
    let ink = Rgb::gray(0.08);
    for (a, b, r) in [
        ((0.0, 0.05), (0.0, -0.03), 0.028),
        ((0.0, -0.03), (0.06, -0.12), 0.018),
        ((0.0, -0.03), (-0.06, -0.12), 0.018),
        ((0.0, 0.04), (0.07, -0.01), 0.014),
        ((0.0, 0.04), (-0.06, 0.0), 0.014),
    ] {
        pen.limb(plate.at(a.0, a.1), plate.at(b.0, b.1), r, r, ink);
    }
    pen.ball(plate.at(0.0, 0.11), 0.03, ink);
}

/// A direction board: rows that look like text, and arrows below.
fn board(pen: &mut Pen<'_>, plate: &Plate, color: Rgb) {
    let white = hex(0xf4_f4f0);
    for (left, right) in [(2.6, 7.0), (7.3, 11.9)] {
        plate.bar(pen, (left, right), (-0.8, 1.2), white);
        plate.bar(pen, (left + 0.07, right - 0.07), (-0.73, 1.13), color);
        for (row, words) in [(0.72_f32, [0.9_f32, 1.3]), (0.30, [1.5, 0.5])] {
            let mut x = left + 0.35;
            for word in words {
                plate.bar(pen, (x, x + word), (row, row + 0.20), white);
                x += word + 0.22;
            }
        }
        let middle = 0.5 * (left + right);
        plate.bar(pen, (middle - 0.08, middle + 0.08), (-0.35, 0.05), white);
        let arrow = [plate.at(middle - 0.28, -0.32), plate.at(middle + 0.28, -0.32), plate.at(middle, -0.62)];
        reflective(pen, &arrow, plate.out, white);
    }
}
