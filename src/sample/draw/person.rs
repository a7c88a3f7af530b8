//! Pedestrians and dogs: limbs in motion.

use super::Pen;
use crate::sample::{
    camera::{Pose, V3},
    canvas::Fill,
    color::{Rgb, hex},
};

/// What a pedestrian looks like and how they move.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) struct Person {
    pub(in crate::sample) height: f32,
    pub(in crate::sample) skin: Rgb,
    pub(in crate::sample) hair: Rgb,
    pub(in crate::sample) top: Rgb,
    pub(in crate::sample) legs: Rgb,
    /// Wears a skirt or a long coat.
    pub(in crate::sample) coat: bool,
    /// Carries a bag of this colour.
    pub(in crate::sample) bag: Option<Rgb>,
    /// Holds an umbrella of this colour.
    pub(in crate::sample) umbrella: Option<Rgb>,
}

/// Draws a person standing at `pose`; `stride` is the phase of the step (radians), `swing` from 0 (standing) to 1.
pub(in crate::sample) fn draw_person(pen: &mut Pen<'_>, pose: &Pose, look: &Person, stride: f32, swing: f32) {
    let k = look.height / 1.75;
    let at = |x: f32, y: f32, z: f32| pose.at(x * k, y * k, z * k);
    let bounce = 0.02 * swing * (2.0 * stride).cos();
    let hip = 0.90 + bounce;
    let shoulder = 1.42 + bounce;
    // The far limb first, then the body, then the near limb.
    let left_is_far = pen.camera.depth(at(0.0, 0.3, 1.0)) > pen.camera.depth(at(0.0, -0.3, 1.0));
    let order = if left_is_far { [1.0_f32, -1.0] } else { [-1.0, 1.0] };
    let leg = |pen: &mut Pen<'_>, side: f32| {
        let phase = stride + if side > 0.0 { 0.0 } else { std::f32::consts::PI };
        let thigh = 0.46 * swing * phase.sin();
        let lift = (0.55 * swing * phase.cos()).max(0.0);
        let y = side * 0.085;
        let knee = (0.44 * thigh.sin(), hip - 0.44 * thigh.cos());
        let shin = thigh - lift - 0.05;
        let foot = (knee.0 + 0.42 * shin.sin(), (knee.1 - 0.42 * shin.cos()).max(0.05));
        let dark = if side * order[0] > 0.0 { 0.82 } else { 1.0 };
        pen.limb(at(0.0, y, hip), at(knee.0, y, knee.1), 0.085 * k, 0.066 * k, look.legs * dark);
        pen.limb(at(knee.0, y, knee.1), at(foot.0, y, foot.1), 0.064 * k, 0.045 * k, look.legs * dark);
        pen.limb(
            at(foot.0 - 0.03, y, foot.1 - 0.02),
            at(foot.0 + 0.14, y, foot.1 - 0.025),
            0.045 * k,
            0.035 * k,
            hex(0x2c_2a2a) * dark,
        );
    };
    let arm = |pen: &mut Pen<'_>, side: f32| {
        let phase = stride + if side > 0.0 { std::f32::consts::PI } else { 0.0 };
        let upper = 0.42 * swing * phase.sin();
        let y = side * 0.215;
        let holds = look.umbrella.is_some() && side < 0.0;
        let dark = if side * order[0] > 0.0 { 0.80 } else { 0.94 };
        let elbow = (0.27 * upper.sin() - 0.02, shoulder - 0.28);
        let hand =
            if holds { (0.20, shoulder - 0.18) } else { (elbow.0 + 0.24 * (upper + 0.25).sin(), elbow.1 - 0.24) };
        pen.limb(at(0.0, y * 0.92, shoulder - 0.03), at(elbow.0, y, elbow.1), 0.060 * k, 0.048 * k, look.top * dark);
        pen.limb(at(elbow.0, y, elbow.1), at(hand.0, y * 0.95, hand.1), 0.046 * k, 0.038 * k, look.top * dark);
        pen.ball(at(hand.0, y * 0.95, hand.1 - 0.03), 0.042 * k, look.skin);
        if let (Some(bag), true) = (look.bag, side > 0.0) {
            let low = at(hand.0, y, hand.1 - 0.30);
            pen.limb(at(hand.0, y, hand.1 - 0.16), low, 0.09 * k, 0.11 * k, bag);
        }
    };
    leg(pen, order[0]);
    arm(pen, order[0]);
    leg(pen, order[1]);
    torso(pen, &at, k, look, hip, shoulder);
    arm(pen, order[1]);
    head(pen, &at, k, look, shoulder);
    if let Some(color) = look.umbrella {
        umbrella(pen, &at, k, color, shoulder);
    }
}

fn torso(pen: &mut Pen<'_>, at: &impl Fn(f32, f32, f32) -> V3, k: f32, look: &Person, hip: f32, shoulder: f32) {
    // Two limbs side by side give shoulders that turn with the body.
    let waist = if look.coat { hip - 0.28 } else { hip - 0.02 };
    for side in [-1.0_f32, 1.0] {
        let foot = at(0.0, side * if look.coat { 0.11 } else { 0.075 }, waist);
        pen.limb(
            at(0.0, side * 0.115, shoulder - 0.03),
            foot,
            0.105 * k,
            if look.coat { 0.12 } else { 0.10 } * k,
            look.top,
        );
    }
    pen.limb(at(0.0, 0.0, shoulder - 0.02), at(0.0, 0.0, waist), 0.12 * k, 0.12 * k, look.top);
}

fn head(pen: &mut Pen<'_>, at: &impl Fn(f32, f32, f32) -> V3, k: f32, look: &Person, shoulder: f32) {
    pen.limb(at(0.01, 0.0, shoulder), at(0.02, 0.0, shoulder + 0.12), 0.055 * k, 0.05 * k, look.skin * 0.88);
    let face = at(0.04, 0.0, shoulder + 0.205);
    let hair = at(0.005, 0.0, shoulder + 0.235);
    // From behind the hair hides the face.
    let behind = pen.camera.depth(at(1.0, 0.0, 0.0)) > pen.camera.depth(at(0.0, 0.0, 0.0));
    if behind {
        pen.ball(face, 0.098 * k, look.skin);
        pen.ball(hair, 0.118 * k, look.hair);
    } else {
        pen.ball(hair, 0.118 * k, look.hair);
        pen.ball(face, 0.102 * k, look.skin);
        pen.limb(at(0.03, -0.06, shoulder + 0.31), at(0.03, 0.06, shoulder + 0.31), 0.05 * k, 0.05 * k, look.hair);
    }
}

fn umbrella(pen: &mut Pen<'_>, at: &impl Fn(f32, f32, f32) -> V3, k: f32, color: Rgb, shoulder: f32) {
    let (x, y) = (0.14, -0.12);
    let top = at(x, y, shoulder + 0.74);
    pen.limb(at(x + 0.05, y, shoulder - 0.15), top, 0.012 * k, 0.012 * k, hex(0x40_4040));
    let Some(p) = pen.camera.project(top) else { return };
    let px = pen.camera.px_per_m(top) * k;
    let (bright, dark) = pen.sides(color, top);
    let mut dome = Vec::new();
    for step in 0..=14_u8 {
        let angle = std::f32::consts::PI * f32::from(step) / 14.0;
        let at = crate::sample::camera::P2 {
            x: p.x - 0.58 * px * angle.cos(),
            y: p.y + 0.30 * px - 0.34 * px * angle.sin(),
        };
        dome.push(at);
    }
    // The rim hangs in small arcs between the ribs.
    for step in (1..8_u8).rev() {
        let share = f32::from(step) / 8.0;
        let sag = if step % 2 == 0 { 0.0 } else { 0.045 };
        dome.push(crate::sample::camera::P2 { x: p.x + (share * 2.0 - 1.0) * 0.58 * px, y: p.y + (0.30 - sag) * px });
    }
    let from = crate::sample::camera::P2 { x: p.x - 0.5 * px, y: p.y };
    let to = crate::sample::camera::P2 { x: p.x + 0.5 * px, y: p.y };
    pen.canvas.polygon(&dome, Fill::Ramp(from, bright, to, dark * 0.9));
}

/// Draws a dog at `pose`.
pub(in crate::sample) fn draw_dog(pen: &mut Pen<'_>, pose: &Pose, coat: Rgb, stride: f32, swing: f32) {
    let leg = |pen: &mut Pen<'_>, x: f32, y: f32, phase: f32, dark: f32| {
        let angle = 0.5 * swing * phase.sin();
        let knee = (x + 0.17 * angle.sin(), 0.20);
        let foot = (x + 0.34 * angle.sin(), 0.04 + 0.05 * swing * phase.cos().max(0.0));
        pen.limb(pose.at(x, y, 0.38), pose.at(knee.0, y, knee.1), 0.055, 0.04, coat * dark);
        pen.limb(pose.at(knee.0, y, knee.1), pose.at(foot.0, y, foot.1), 0.036, 0.032, coat * dark);
    };
    for (x, y, phase) in [(-0.24, 0.07, 0.0), (0.22, 0.07, 3.1)] {
        leg(pen, x, y, stride + phase, 0.78);
    }
    pen.limb(
        pose.at(-0.26, 0.0, 0.44),
        pose.at(-0.42, 0.0, 0.60 + 0.03 * (stride * 2.0).sin()),
        0.035,
        0.02,
        coat * 0.9,
    );
    pen.limb(pose.at(-0.22, 0.0, 0.42), pose.at(0.22, 0.0, 0.45), 0.115, 0.135, coat);
    for (x, y, phase) in [(-0.24, -0.07, 3.1), (0.22, -0.07, 0.0)] {
        leg(pen, x, y, stride + phase, 0.94);
    }
    pen.limb(pose.at(0.24, 0.0, 0.50), pose.at(0.36, 0.0, 0.64), 0.08, 0.07, coat);
    pen.limb(pose.at(0.37, 0.0, 0.67), pose.at(0.53, 0.0, 0.62), 0.085, 0.04, coat * 1.05);
    pen.ball(pose.at(0.565, 0.0, 0.625), 0.025, Rgb::gray(0.06));
    for y in [-0.06, 0.06] {
        pen.limb(pose.at(0.34, y, 0.74), pose.at(0.32, y * 1.5, 0.62), 0.035, 0.03, coat * 0.62);
    }
}
