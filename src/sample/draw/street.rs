//! Street furniture: lamps, traffic lights, cones, crash barriers.

use super::{Pen, across, beside, plate};
use crate::sample::{
    camera::{P2, Pose, v3},
    canvas::Fill,
    color::{Rgb, hex},
};

/// Which lamp of a traffic light shines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sample) enum SignalState {
    Red,
    RedAmber,
    Green,
    Amber,
}

/// A street lamp: post, arm of length `arm` to the left of `pose`, head.
pub(in crate::sample) fn draw_lamp_post(pen: &mut Pen<'_>, pose: &Pose, height: f32, arm: f32) {
    let steel = hex(0x5d_646b);
    pen.limb(pose.at(0.0, 0.0, 0.0), pose.at(0.0, 0.0, 1.0), 0.10, 0.08, steel * 0.9);
    pen.limb(pose.at(0.0, 0.0, 1.0), pose.at(0.0, 0.0, height - 0.25), 0.075, 0.05, steel);
    pen.limb(pose.at(0.0, 0.0, height - 0.25), pose.at(0.0, arm * 0.45, height), 0.05, 0.045, steel);
    pen.limb(pose.at(0.0, arm * 0.45, height), pose.at(0.0, arm, height + 0.03), 0.045, 0.05, steel);
    let head = pose.at(0.0, arm + arm.signum() * 0.25, height);
    pen.limb(pose.at(0.0, arm, height + 0.04), head, 0.09, 0.07, steel * 0.8);
    if pen.mood.lamps > 0.1 {
        let below = head - v3(0.0, 0.0, 0.08);
        pen.limb(pose.at(0.0, arm * 0.98, height - 0.04), below, 0.07, 0.06, Rgb::WHITE);
        if let (Some(a), Some(b)) = (pen.camera.project(pose.at(0.0, arm, height - 0.06)), pen.camera.project(below)) {
            let r = 0.08 * pen.camera.px_per_m(below);
            pen.canvas.limb(a, b, r, r, Fill::Flat(hex(0xff_f0cf)));
        }
        pen.shine(below, 1.5, hex(0xff_c878) * 0.85);
        pen.shine(below, 4.6, hex(0xff_b060) * 0.16);
    }
}

/// The post of a traffic light, with an arm to the left that carries a second head.
pub(in crate::sample) fn draw_signal_post(pen: &mut Pen<'_>, pose: &Pose, arm: f32) {
    let steel = hex(0x55_5c63);
    pen.limb(pose.at(0.1, 0.0, 0.0), pose.at(0.1, 0.0, if arm > 0.0 { 5.6 } else { 3.3 }), 0.08, 0.06, steel);
    if arm > 0.0 {
        pen.limb(pose.at(0.1, 0.0, 5.5), pose.at(0.1, arm, 5.7), 0.06, 0.05, steel);
    }
}

/// The head of a traffic light, `left` metres left of the post with its middle at height `up`; it faces traffic that
/// drives along `pose`.
pub(in crate::sample) fn draw_signal_head(pen: &mut Pen<'_>, pose: &Pose, left: f32, up: f32, state: SignalState) {
    let out = pose.turn(v3(-1.0, 0.0, 0.0));
    let front = pen.sees(pose.at(0.0, left, up), out);
    for side in [1.0_f32, -1.0] {
        let flank = beside(pose, left + side * 0.17, (-0.12, 0.12), (up - 0.48, up + 0.48));
        if pen.sees(flank[0], pose.turn(v3(0.0, side, 0.0))) {
            pen.face(&flank, pose.turn(v3(0.0, side, 0.0)), Rgb::gray(0.10));
        }
    }
    if !front {
        let back = across(pose, 0.12, (left - 0.17, left + 0.17), (up - 0.48, up + 0.48));
        pen.face(&back, out * -1.0, Rgb::gray(0.12));
        return;
    }
    let board = across(pose, -0.11, (left - 0.25, left + 0.25), (up - 0.56, up + 0.56));
    pen.face(&board, out, Rgb::gray(0.06));
    let face = across(pose, -0.12, (left - 0.18, left + 0.18), (up - 0.49, up + 0.49));
    pen.face(&face, out, Rgb::gray(0.15));
    let lamps = [
        (0.31, hex(0xff_3426), matches!(state, SignalState::Red | SignalState::RedAmber)),
        (0.0, hex(0xff_b21e), matches!(state, SignalState::Amber | SignalState::RedAmber)),
        (-0.31, hex(0x2c_f08a), state == SignalState::Green),
    ];
    for (offset, color, shines) in lamps {
        let at = pose.at(-0.15, left, up + offset);
        let lens = plate(at, pose.turn(v3(0.0, -1.0, 0.0)), v3(0.0, 0.0, 1.0), 0.125, 16, 0.0);
        if shines {
            pen.emit(&lens, color.mix(Rgb::WHITE, 0.15));
            let core = plate(at, pose.turn(v3(0.0, -1.0, 0.0)), v3(0.0, 0.0, 1.0), 0.07, 12, 0.0);
            pen.emit(&core, color.mix(Rgb::WHITE, 0.55));
            let night = pen.mood.headlights > 0.5;
            pen.shine(at, if night { 0.85 } else { 0.42 }, color * if night { 0.75 } else { 0.5 });
        } else {
            pen.face(&lens, out, color * 0.20);
        }
    }
}

/// A traffic cone.
pub(in crate::sample) fn draw_cone(pen: &mut Pen<'_>, pose: &Pose) {
    let (orange, white) = (hex(0xf2_6a1e), hex(0xf3_f1ea));
    let base = pose.at(0.0, 0.0, 0.0);
    let px = pen.camera.px_per_m(base);
    let (Some(foot), Some(tip)) = (pen.camera.project(base), pen.camera.project(pose.at(0.0, 0.0, 0.75))) else {
        return;
    };
    let slab = [
        pose.at(-0.22, -0.22, 0.03),
        pose.at(0.22, -0.22, 0.03),
        pose.at(0.22, 0.22, 0.03),
        pose.at(-0.22, 0.22, 0.03),
    ];
    pen.face(&slab, v3(0.0, 0.0, 1.0), orange * 0.7);
    for (low, high, color) in
        [(0.03, 0.26, orange), (0.26, 0.41, white), (0.41, 0.52, orange), (0.52, 0.63, white), (0.63, 0.76, orange)]
    {
        let (bright, dark) = pen.sides(color, pose.at(0.0, 0.0, low));
        let at = |share: f32, side: f32| {
            let t = share / 0.75;
            let r = (0.17 * (1.0 - t) + 0.03 * t) * px;
            P2 { x: foot.x + (tip.x - foot.x) * t + side * r, y: foot.y + (tip.y - foot.y) * t }
        };
        let quad = [at(low, -1.0), at(low, 1.0), at(high, 1.0), at(high, -1.0)];
        let r = 0.17 * px;
        pen.canvas.polygon(&quad, Fill::Ramp(P2 { x: foot.x - r, y: 0.0 }, bright, P2 { x: foot.x + r, y: 0.0 }, dark));
    }
}

/// A piece of crash barrier `length` metres long.
pub(in crate::sample) fn draw_rail(pen: &mut Pen<'_>, pose: &Pose, length: f32, solid: bool) {
    let half = 0.5 * length;
    let side = if pen.sees(pose.at(0.0, 0.0, 0.5), pose.turn(v3(0.0, 1.0, 0.0))) { 1.0 } else { -1.0 };
    let out = pose.turn(v3(0.0, side, 0.25)).unit();
    if solid {
        let wall = beside(pose, side * 0.15, (-half - 0.02, half + 0.02), (0.0, 0.85));
        pen.face(&wall, out, hex(0xa9_a8a2));
        let foot = beside(pose, side * 0.25, (-half - 0.02, half + 0.02), (0.0, 0.25));
        pen.face(&foot, out, hex(0x98_9791));
        let seam = beside(pose, side * 0.16, (half - 0.05, half), (0.25, 0.85));
        pen.face(&seam, out, hex(0x80_7f7a));
        return;
    }
    let post = beside(pose, 0.0, (-0.06, 0.06), (0.0, 0.70));
    pen.face(&post, out, hex(0x7c_8288));
    for (low, high, tone) in [(0.45, 0.56, 0.82), (0.56, 0.64, 1.0), (0.64, 0.76, 0.90)] {
        let beam = beside(pose, side * 0.06, (-half - 0.02, half + 0.02), (low, high));
        pen.face(&beam, out, hex(0xb9_bec2) * tone);
    }
}
