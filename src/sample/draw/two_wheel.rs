//! Bicycles and motorcycles with their riders.

use super::{Lights, Pen, plate};
use crate::sample::{
    camera::{Pose, V3, v3},
    canvas::Fill,
    color::{Rgb, hex},
};

/// A rider and what they ride.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) struct Rider {
    pub(in crate::sample) motor: bool,
    pub(in crate::sample) frame: Rgb,
    pub(in crate::sample) top: Rgb,
    pub(in crate::sample) legs: Rgb,
    pub(in crate::sample) helmet: Rgb,
    pub(in crate::sample) skin: Rgb,
}

/// Draws a bicycle or motorcycle with its rider at `pose`; `turn` is the phase of pedals and wheels, radians.
pub(in crate::sample) fn draw_two_wheel(pen: &mut Pen<'_>, pose: &Pose, look: &Rider, turn: f32, lights: Lights) {
    if look.motor {
        draw_motorcycle(pen, pose, look, lights);
    } else {
        draw_bicycle(pen, pose, look, turn, lights);
    }
}

/// A wheel in the plane of travel: a ring with spokes, or a full disc for `rim` 1.
fn wheel(pen: &mut Pen<'_>, pose: &Pose, x: f32, radius: f32, tyre: f32, turn: f32, spokes: bool) {
    let (along, up) = (pose.turn(v3(1.0, 0.0, 0.0)), v3(0.0, 0.0, 1.0));
    let centre = pose.at(x, 0.0, radius);
    // Seen along the plane it is a standing limb: the ring below has no width then.
    let outer = plate(centre, along, up, radius - tyre * 0.5, 20, turn);
    for index in 0..outer.len() {
        pen.limb(outer[index], outer[(index + 1) % outer.len()], tyre * 0.5, tyre * 0.5, Rgb::gray(0.10));
    }
    if spokes && pen.camera.px_per_m(centre) > 26.0 {
        for index in [0_usize, 3, 7, 10, 13, 17] {
            pen.limb(centre, outer[index], 0.006, 0.006, Rgb::gray(0.55));
        }
    } else if !spokes {
        let disc = plate(centre, along, up, radius * 0.62, 16, turn);
        let out = pose.turn(v3(0.0, 1.0, 0.0));
        pen.face(&disc, out, Rgb::gray(0.40));
    }
    pen.ball(centre, 0.04, Rgb::gray(0.3));
}

fn draw_bicycle(pen: &mut Pen<'_>, pose: &Pose, look: &Rider, turn: f32, lights: Lights) {
    let at = |x: f32, y: f32, z: f32| pose.at(x, y, z);
    wheel(pen, pose, -0.50, 0.34, 0.045, turn, true);
    wheel(pen, pose, 0.52, 0.34, 0.045, turn, true);
    let (crank, seat, head, bar) = ((-0.06, 0.30), (-0.22, 0.86), (0.36, 0.80), (0.40, 1.02));
    let pedal = |side: f32| {
        let angle = turn + if side > 0.0 { 0.0 } else { std::f32::consts::PI };
        (crank.0 + 0.17 * angle.cos(), crank.1 - 0.17 * angle.sin())
    };
    let leg = |pen: &mut Pen<'_>, side: f32, dark: f32| {
        let (y, foot) = (side * 0.10, pedal(side));
        let hip = (-0.22, 0.96);
        let knee = bend(hip, foot, 0.44, 0.46, 1.0);
        pen.limb(at(hip.0, y, hip.1), at(knee.0, y, knee.1), 0.085, 0.065, look.legs * dark);
        pen.limb(at(knee.0, y, knee.1), at(foot.0, y, foot.1 + 0.05), 0.06, 0.042, look.legs * dark);
        pen.limb(at(foot.0 - 0.06, y, foot.1 + 0.01), at(foot.0 + 0.12, y, foot.1), 0.04, 0.035, Rgb::gray(0.15));
    };
    let left_is_far = pen.camera.depth(at(0.0, 0.3, 1.0)) > pen.camera.depth(at(0.0, -0.3, 1.0));
    let far = if left_is_far { 1.0 } else { -1.0 };
    leg(pen, far, 0.8);
    let tubes = [
        (crank, seat),
        (crank, head),
        ((-0.19, 0.76), head),
        ((-0.50, 0.34), crank),
        ((-0.50, 0.34), (-0.19, 0.76)),
        ((0.52, 0.34), head),
        (head, bar),
    ];
    for ((x0, z0), (x1, z1)) in tubes {
        pen.limb(at(x0, 0.0, z0), at(x1, 0.0, z1), 0.022, 0.022, look.frame);
    }
    pen.limb(at(bar.0, -0.24, bar.1), at(bar.0, 0.24, bar.1), 0.018, 0.018, Rgb::gray(0.2));
    pen.limb(at(-0.34, 0.0, 0.90), at(-0.14, 0.0, 0.90), 0.05, 0.03, Rgb::gray(0.12));
    leg(pen, -far, 1.0);
    upper_body(pen, pose, look, (-0.20, 0.98), (0.10, 1.42), (bar.0, bar.1), 0.22);
    if lights.on || lights.brake {
        let tail = at(-0.62, 0.0, 0.72);
        pen.ball(tail, 0.035, hex(0xff_3020));
        let back = pose.turn(v3(-1.0, 0.0, 0.0));
        if pen.sees(tail, back) {
            pen.shine(tail, 0.30, hex(0xff_2a1c) * 0.6);
        } else {
            pen.shine(at(0.50, 0.0, 0.95), 0.4, hex(0xff_f4dc) * 0.7);
        }
    }
}

fn draw_motorcycle(pen: &mut Pen<'_>, pose: &Pose, look: &Rider, lights: Lights) {
    let at = |x: f32, y: f32, z: f32| pose.at(x, y, z);
    wheel(pen, pose, -0.70, 0.32, 0.14, 0.0, false);
    wheel(pen, pose, 0.72, 0.32, 0.12, 0.0, false);
    // Fork, engine, exhaust, tank, seat.
    for y in [-0.09, 0.09] {
        pen.limb(at(0.72, y, 0.32), at(0.46, y, 0.95), 0.035, 0.035, Rgb::gray(0.55));
        pen.limb(at(-0.70, y, 0.32), at(-0.15, y, 0.45), 0.045, 0.05, Rgb::gray(0.28));
    }
    pen.limb(at(-0.20, 0.0, 0.42), at(0.32, 0.0, 0.45), 0.20, 0.19, Rgb::gray(0.22));
    pen.limb(at(-0.85, -0.20, 0.48), at(0.05, -0.18, 0.32), 0.07, 0.05, Rgb::gray(0.60));
    pen.limb(at(-0.05, 0.0, 0.86), at(0.34, 0.0, 0.90), 0.15, 0.17, look.frame);
    pen.limb(at(-0.80, 0.0, 0.90), at(-0.10, 0.0, 0.80), 0.09, 0.13, Rgb::gray(0.10));
    pen.limb(at(-0.92, 0.0, 0.86), at(-0.62, 0.0, 0.80), 0.07, 0.10, look.frame);
    pen.limb(at(0.42, 0.0, 0.72), at(0.58, 0.0, 1.05), 0.16, 0.10, look.frame);
    for side in [-1.0_f32, 1.0] {
        let y = side * 0.20;
        let (hip, foot) = ((-0.30, 0.90), (-0.18, 0.36));
        let knee = bend(hip, foot, 0.42, 0.42, 1.0);
        pen.limb(at(hip.0, y * 0.6, hip.1), at(knee.0, y, knee.1), 0.10, 0.075, look.legs);
        pen.limb(at(knee.0, y, knee.1), at(foot.0, y, foot.1), 0.07, 0.05, look.legs * 0.9);
        pen.limb(
            at(foot.0 - 0.05, y, foot.1 - 0.03),
            at(foot.0 + 0.17, y, foot.1 - 0.04),
            0.05,
            0.045,
            Rgb::gray(0.08),
        );
    }
    pen.limb(at(0.40, -0.36, 1.06), at(0.40, 0.36, 1.06), 0.02, 0.02, Rgb::gray(0.15));
    upper_body(pen, pose, look, (-0.30, 0.92), (0.02, 1.38), (0.38, 1.06), 0.34);
    let back = pose.turn(v3(-1.0, 0.0, 0.0));
    let (tail, head) = (at(-0.98, 0.0, 0.84), at(0.66, 0.0, 0.92));
    if pen.sees(tail, back) {
        let glow = if lights.brake { hex(0xff_3a2a) } else { hex(0xc8_2018) };
        pen.ball(tail, 0.06, glow);
        let plate = super::across(pose, -1.0, (-0.10, 0.10), (0.60, 0.74));
        pen.face(&plate, back, Rgb::gray(0.9));
        pen.shine(tail, if lights.brake { 0.5 } else { 0.3 }, hex(0xff_2a1c) * if lights.brake { 0.8 } else { 0.5 });
    } else {
        pen.ball(head, 0.10, hex(0xff_fbf0));
        pen.shine(head, if pen.mood.headlights > 0.5 { 1.1 } else { 0.6 }, hex(0xff_f1d6) * 0.9);
    }
}

/// Trunk, arms to the handlebar, head with helmet.
fn upper_body(
    pen: &mut Pen<'_>,
    pose: &Pose,
    look: &Rider,
    hip: (f32, f32),
    shoulder: (f32, f32),
    bar: (f32, f32),
    reach: f32,
) {
    let at = |x: f32, y: f32, z: f32| pose.at(x, y, z);
    let left_is_far = pen.camera.depth(at(0.0, 0.3, 1.0)) > pen.camera.depth(at(0.0, -0.3, 1.0));
    let far = if left_is_far { 1.0_f32 } else { -1.0 };
    let arm = |pen: &mut Pen<'_>, side: f32, dark: f32| {
        let elbow = (0.55 * shoulder.0 + 0.45 * bar.0, 0.5 * (shoulder.1 + bar.1) - 0.04);
        let (a, b, c) = (
            at(shoulder.0, side * 0.19, shoulder.1 - 0.04),
            at(elbow.0, side * (reach * 0.9 + 0.06), elbow.1),
            at(bar.0, side * reach, bar.1 + 0.02),
        );
        pen.limb(a, b, 0.062, 0.05, look.top * dark);
        pen.limb(b, c, 0.048, 0.038, look.top * dark);
        pen.ball(c, 0.045, look.skin);
    };
    let trunk = |pen: &mut Pen<'_>| {
        for side in [-1.0_f32, 1.0] {
            pen.limb(
                at(shoulder.0, side * 0.11, shoulder.1 - 0.04),
                at(hip.0, side * 0.07, hip.1),
                0.11,
                0.105,
                look.top,
            );
        }
        pen.limb(at(shoulder.0, 0.0, shoulder.1 - 0.03), at(hip.0, 0.0, hip.1), 0.13, 0.12, look.top);
    };
    let from_front = pen.camera.depth(at(1.0, 0.0, 1.0)) < pen.camera.depth(at(0.0, 0.0, 1.0));
    arm(pen, far, 0.82);
    if from_front {
        trunk(pen);
        arm(pen, -far, 0.96);
    } else {
        arm(pen, -far, 0.9);
        trunk(pen);
    }
    let head = at(shoulder.0 + 0.08, 0.0, shoulder.1 + 0.19);
    pen.limb(at(shoulder.0 + 0.02, 0.0, shoulder.1), head, 0.055, 0.055, look.skin * 0.9);
    if look.motor {
        pen.ball(head, 0.145, look.helmet);
        if from_front {
            visor(pen, head + pose.turn(v3(0.10, 0.0, 0.0)));
        }
    } else {
        pen.ball(head, 0.105, look.skin);
        let cap = head + v3(0.0, 0.0, 0.055);
        pen.limb(cap + pose.turn(v3(-0.07, 0.0, 0.0)), cap + pose.turn(v3(0.06, 0.0, 0.0)), 0.095, 0.085, look.helmet);
    }
}

fn visor(pen: &mut Pen<'_>, at: V3) {
    if let Some(p) = pen.camera.project(at) {
        let px = pen.camera.px_per_m(at);
        pen.canvas.ellipse(p, 0.095 * px, 0.055 * px, Fill::Flat(hex(0x1c_2430)));
    }
}

/// The joint between `a` and `b` of a limb with two parts of these lengths; `side` says which way it bends.
fn bend(a: (f32, f32), b: (f32, f32), first: f32, second: f32, side: f32) -> (f32, f32) {
    let (dx, dz) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dz).clamp(0.05, first + second - 0.001);
    let along = (first * first - second * second + length * length) / (2.0 * length);
    let aside = (first * first - along * along).max(0.0).sqrt() * side;
    let (ux, uz) = (dx / length, dz / length);
    (a.0 + ux * along - uz * aside, a.1 + uz * along + ux * aside)
}
