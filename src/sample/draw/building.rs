//! Houses along the road.

use super::{Pen, beside};
use crate::sample::{
    camera::{Pose, V3, v3},
    color::{Rgb, hex},
    noise::hash2,
};

/// A house whose front stands along the road: `pose` is the middle of the front on the ground, facing along the road;
/// `side` is 1 when the house stands left of the road.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) struct House {
    /// Length along the road, depth away from it, height of the walls, m.
    pub(in crate::sample) length: f32,
    pub(in crate::sample) depth: f32,
    pub(in crate::sample) height: f32,
    pub(in crate::sample) wall: Rgb,
    pub(in crate::sample) roof: Rgb,
    /// Height of a gable over the walls; 0 is a flat roof.
    pub(in crate::sample) gable: f32,
    /// Ground floor is a shop with an awning of this colour.
    pub(in crate::sample) shop: Option<Rgb>,
    pub(in crate::sample) storey: f32,
    pub(in crate::sample) seed: i64,
    pub(in crate::sample) side: f32,
}

/// Draws a house.
pub(in crate::sample) fn draw_house(pen: &mut Pen<'_>, pose: &Pose, house: &House) {
    let half = 0.5 * house.length;
    roof(pen, pose, house);
    for end in [1.0_f32, -1.0] {
        let normal = pose.turn(v3(end, 0.0, 0.0));
        let wall = [
            pose.at(end * half, 0.0, 0.0),
            pose.at(end * half, house.side * house.depth, 0.0),
            pose.at(end * half, house.side * house.depth, house.height),
            pose.at(end * half, 0.0, house.height),
        ];
        if pen.sees(wall[0], normal) {
            let mut outline = wall.to_vec();
            if house.gable > 0.0 {
                outline.insert(3, pose.at(end * half, house.side * house.depth * 0.5, house.height + house.gable));
            }
            pen.face_ramp(&outline, normal, house.wall * 0.84, house.wall * 0.92);
            windows(pen, house, normal, house.depth, end, &|across, up| {
                pose.at(end * (half + 0.01), house.side * across, up)
            });
        }
    }
    let normal = pose.turn(v3(0.0, -house.side, 0.0));
    let front = beside(pose, 0.0, (-half, half), (0.0, house.height));
    if !pen.sees(front[0], normal) {
        return;
    }
    pen.face_ramp(&front, normal, house.wall * 0.95, house.wall * 1.03);
    let out = -house.side * 0.01;
    windows(pen, house, normal, house.length, 0.0, &|across, up| pose.at(across - half, out, up));
    let plinth = beside(pose, out, (-half, half), (0.0, 0.45));
    pen.face(&plinth, normal, house.wall * 0.68);
    if house.gable == 0.0 {
        let cornice = beside(pose, out * 3.0, (-half, half), (house.height - 0.45, house.height));
        pen.face(&cornice, normal, house.wall * 0.80);
    }
    if let Some(awning) = house.shop {
        shop(pen, pose, house, normal, awning);
    } else {
        let door = beside(pose, out * 2.0, (-0.55, 0.55), (0.0, 2.2));
        pen.face(&door, normal, house.roof * 0.7);
    }
}

fn roof(pen: &mut Pen<'_>, pose: &Pose, house: &House) {
    if house.gable <= 0.0 {
        return;
    }
    let half = 0.5 * house.length + 0.25;
    let ridge = |x: f32| pose.at(x, house.side * house.depth * 0.5, house.height + house.gable);
    let slope = [
        pose.at(-half, -house.side * 0.35, house.height - 0.15),
        pose.at(half, -house.side * 0.35, house.height - 0.15),
        ridge(half),
        ridge(-half),
    ];
    let normal = pose.turn(v3(0.0, -house.side * house.gable, house.depth * 0.5)).unit();
    if pen.sees(slope[0], normal) {
        pen.face_ramp(&slope, normal, house.roof * 1.06, house.roof * 0.84);
    }
    let chimney = pose.at(0.25 * house.length, house.side * house.depth * 0.45, house.height + house.gable * 0.75);
    pen.limb(chimney, chimney + v3(0.0, 0.0, 1.1), 0.28, 0.28, hex(0x7a_5a4e));
}

/// A grid of windows on a wall `width` metres wide; `at` maps metres across and up to the wall.
fn windows(pen: &mut Pen<'_>, house: &House, normal: V3, width: f32, salt: f32, at: &impl Fn(f32, f32) -> V3) {
    let px = pen.camera.px_per_m(at(width * 0.5, 2.0));
    if px < 2.2 && pen.camera.depth(at(width * 0.5, 2.0)) > 1.0 {
        return;
    }
    let columns = (width / 2.7).floor().max(1.0);
    let pitch = width / columns;
    let floors = (house.height / house.storey).floor().max(1.0) as u8;
    let from = u8::from(house.shop.is_some() && salt == 0.0);
    for floor in from..floors {
        let z = f32::from(floor) * house.storey + 0.95;
        for column in 0..columns as u8 {
            let middle = pitch * (f32::from(column) + 0.5);
            if floor == 0 && salt == 0.0 && (middle - 0.5 * width).abs() < 1.5 {
                continue;
            }
            let (a, b, c) = (middle - 0.55, middle + 0.55, z + 1.45_f32.min(house.storey - 1.3));
            let quad = |g: f32| [at(a - g, z - g), at(b + g, z - g), at(b + g, c + g), at(a - g, c + g)];
            let chance = hash2(house.seed * 131 + i64::from(floor) * 17 + i64::from(column), 3 + (salt * 9.0) as i64);
            if px > 5.0 {
                pen.face(&quad(0.10), normal, house.wall.mix(Rgb::WHITE, 0.55));
            }
            if chance < pen.mood.lit_windows {
                let warm = hex(0xff_c973).mix(hex(0xff_e9bf), hash2(house.seed, i64::from(column)));
                pen.emit(&quad(0.0), warm * (0.72 + 0.28 * hash2(i64::from(column), house.seed + 9)));
            } else {
                let bright = hash2(house.seed + i64::from(column), i64::from(floor) + 40);
                let glass = hex(0x34_4452).mix(hex(0x7d_97aa), 0.25 + 0.5 * bright);
                pen.face_ramp(&quad(0.0), normal, glass * 0.8, glass);
            }
            if px > 11.0 {
                let bar = [at(middle - 0.035, z), at(middle + 0.035, z), at(middle + 0.035, c), at(middle - 0.035, c)];
                pen.face(&bar, normal, house.wall.mix(Rgb::WHITE, 0.5));
            }
        }
    }
}

fn shop(pen: &mut Pen<'_>, pose: &Pose, house: &House, normal: V3, awning: Rgb) {
    let half = 0.5 * house.length - 0.5;
    let out = -house.side * 0.02;
    let pane = beside(pose, out, (-half, half), (0.5, 2.5));
    let board = beside(pose, out, (-half, half), (2.75, 3.25));
    if pen.mood.lit_windows > 0.1 {
        pen.emit(&pane, hex(0xff_dd9f) * 0.92);
        let at = pose.at(0.0, -house.side * 0.4, 1.6);
        if pen.camera.depth(at) > 6.0 && pen.mood.lamps > 0.1 {
            pen.shine(at, 2.6, hex(0xff_c878) * 0.22);
        }
    } else {
        pen.face_ramp(&pane, normal, hex(0x3a_4854), hex(0x7a_909e));
    }
    pen.face(&board, normal, awning * 0.75);
    for index in 1..5_u8 {
        let x = -half + 2.0 * half * f32::from(index) / 5.0;
        let post = beside(pose, out * 2.0, (x - 0.06, x + 0.06), (0.4, 2.6));
        pen.face(&post, normal, house.wall * 0.6);
    }
    // The awning in stripes, hanging out over the pavement.
    let stripes = 10_u8;
    let down = pose.turn(v3(0.0, -house.side * 0.5, 0.9)).unit();
    for index in 0..stripes {
        let x0 = -half + 2.0 * half * f32::from(index) / f32::from(stripes);
        let x1 = -half + 2.0 * half * f32::from(index + 1) / f32::from(stripes);
        let cloth = [
            pose.at(x0, out, 2.75),
            pose.at(x1, out, 2.75),
            pose.at(x1, -house.side * 1.15, 2.35),
            pose.at(x0, -house.side * 1.15, 2.35),
        ];
        let color = if index % 2 == 0 { awning } else { awning.mix(Rgb::WHITE, 0.8) };
        pen.face(&cloth, down, color);
        let edge = [cloth[3], cloth[2], cloth[2] - v3(0.0, 0.0, 0.22), cloth[3] - v3(0.0, 0.0, 0.22)];
        pen.face(&edge, normal, color * 0.9);
    }
}
