//! Trees, bushes and hedges.

use super::Pen;
use crate::sample::{
    camera::{P2, Pose, V3, v3},
    canvas::Fill,
    color::{Rgb, hex},
    noise::Random,
};

/// A plant; `seed` varies its shape.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) enum Plant {
    Broadleaf { height: f32, leaf: Rgb, seed: u64 },
    Conifer { height: f32, leaf: Rgb },
    Bush { height: f32, leaf: Rgb, seed: u64 },
}

/// Draws a plant that stands at `pose`.
pub(in crate::sample) fn draw_plant(pen: &mut Pen<'_>, pose: &Pose, plant: Plant) {
    match plant {
        Plant::Broadleaf { height, leaf, seed } => {
            let trunk = height * 0.42;
            pen.limb(pose.at(0.0, 0.0, 0.0), pose.at(0.0, 0.0, trunk), 0.022 * height, 0.015 * height, hex(0x6b_5845));
            pen.limb(
                pose.at(0.0, 0.0, trunk),
                pose.at(0.0, 0.12 * height, trunk * 1.4),
                0.014 * height,
                0.008 * height,
                hex(0x66_5342),
            );
            pen.limb(
                pose.at(0.0, 0.0, trunk),
                pose.at(0.0, -0.13 * height, trunk * 1.35),
                0.014 * height,
                0.008 * height,
                hex(0x66_5342),
            );
            crown(pen, pose.at(0.0, 0.0, height * 0.68), height * 0.30, height * 0.32, leaf, seed);
        }
        Plant::Bush { height, leaf, seed } => {
            crown(pen, pose.at(0.0, 0.0, height * 0.5), height * 0.75, height * 0.5, leaf, seed);
        }
        Plant::Conifer { height, leaf } => conifer(pen, pose, height, leaf),
    }
}

/// A crown of leaves: many soft blobs, dark ones below and behind, bright ones towards the light.
fn crown(pen: &mut Pen<'_>, centre: V3, half_width: f32, half_height: f32, leaf: Rgb, seed: u64) {
    let Some(p) = pen.camera.project(centre) else { return };
    let px = pen.camera.px_per_m(centre);
    let (rx, ry) = (half_width * px, half_height * px);
    if rx < 0.7 {
        return;
    }
    let sun_x = if pen.sun.dot(pen.camera.right) > 0.0 { 0.35 } else { -0.35 };
    let blobs: u64 = if rx > 45.0 {
        46
    } else if rx > 14.0 {
        30
    } else {
        14
    };
    let light = pen.shade(leaf, centre, v3(0.0, 0.0, 1.0));
    let shade = pen.shade(leaf, centre, v3(0.0, 0.0, -1.0));
    let mut random = Random::new(seed, 5);
    let spots: Vec<(f32, f32, f32)> = (0..blobs)
        .map(|_| {
            let angle = random.range_f32(0.0, std::f32::consts::TAU);
            let away = random.range_f32(0.0, 1.0).sqrt() * 0.78;
            (away * angle.cos(), away * angle.sin(), random.range_f32(0.24, 0.40))
        })
        .collect();
    for (layer, lift, size) in [(0_u8, 0.10, 1.15), (1, 0.0, 1.0), (2, -0.09, 0.72)] {
        for (index, (x, y, r)) in spots.iter().enumerate() {
            // Image y grows downwards: the light falls on what is high and on the sun's side.
            let bright = 0.5 - 0.55 * y + sun_x * x + 0.10 * ((index % 5) as f32 - 2.0) * 0.5;
            let color = match layer {
                0 => shade * 0.52,
                1 => shade.mix(light, (0.25 + 0.5 * bright).clamp(0.0, 1.0)) * 0.86,
                _ if bright > 0.52 => shade.mix(light, bright.clamp(0.0, 1.0)) * 1.12,
                _ => continue,
            };
            let shift = if layer == 2 { (sun_x * 0.16, -0.06) } else { (0.0, lift) };
            let at = P2 { x: p.x + (x + shift.0) * rx, y: p.y + (y + shift.1) * ry };
            let radius = r * size * rx.min(ry).max(0.5 * rx);
            pen.canvas.ellipse(at, radius, radius * 0.88, Fill::Flat(color));
        }
    }
}

fn conifer(pen: &mut Pen<'_>, pose: &Pose, height: f32, leaf: Rgb) {
    pen.limb(pose.at(0.0, 0.0, 0.0), pose.at(0.0, 0.0, height * 0.2), 0.02 * height, 0.018 * height, hex(0x5c_4a3a));
    let base = pose.at(0.0, 0.0, 0.0);
    let Some(foot) = pen.camera.project(base) else { return };
    let px = pen.camera.px_per_m(base);
    let (bright, dark) = pen.sides(leaf, pose.at(0.0, 0.0, height * 0.5));
    for tier in 0..6_u8 {
        let low = 0.12 + 0.135 * f32::from(tier);
        let (top, half) = (low + 0.27, 0.21 * (1.0 - 0.145 * f32::from(tier)));
        let y = |share: f32| foot.y - share * height * px;
        let r = half * height * px;
        let mut outline = vec![P2 { x: foot.x, y: y(top) }];
        for notch in 0..=6_u8 {
            let across = 1.0 - f32::from(notch) / 3.0;
            let sag = if notch % 2 == 0 { 0.0 } else { 0.028 };
            outline.push(P2 { x: foot.x + r * across, y: y(low + sag + 0.02 * (1.0 - across.abs())) });
        }
        let tone = 0.78 + 0.05 * f32::from(tier);
        let fill = Fill::Ramp(P2 { x: foot.x - r, y: 0.0 }, bright * tone, P2 { x: foot.x + r, y: 0.0 }, dark * tone);
        pen.canvas.polygon(&outline, fill);
    }
}
