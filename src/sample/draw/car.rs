//! Passenger cars and vans.

use super::{
    Pen, across, beside,
    shell::{Shell, draw_wheel},
};
use crate::sample::{
    camera::{Pose, V3, v3},
    color::{Rgb, hex},
};

/// Body style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sample) enum CarBody {
    Sedan,
    Hatchback,
    Estate,
    Suv,
    Van,
}

/// What a car looks like.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) struct CarLook {
    pub(in crate::sample) body: CarBody,
    pub(in crate::sample) paint: Rgb,
}

/// Which lamps of a vehicle shine.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) struct Lights {
    /// Head and tail lamps.
    pub(in crate::sample) on: bool,
    /// Brake lamps.
    pub(in crate::sample) brake: bool,
}

/// Length, width, height of a body and the outline of its cabin.
struct Shape {
    length: f32,
    width: f32,
    height: f32,
    wheel: f32,
    /// Height of the bonnet, the belt line and the boot, m.
    bonnet: f32,
    belt: f32,
    /// Cabin: rear foot, rear roof, front roof, front foot, as shares of the length from the middle.
    cabin: [f32; 4],
    /// Where the boot ends and the bonnet begins, shares of the length.
    boot: f32,
}

fn shape(body: CarBody) -> Shape {
    let (length, width, height, wheel, bonnet, belt, cabin, boot) = match body {
        CarBody::Sedan => (4.60, 1.82, 1.45, 0.32, 0.80, 0.93, [-0.39, -0.20, 0.05, 0.23], -0.40),
        CarBody::Hatchback => (4.05, 1.76, 1.48, 0.31, 0.84, 0.94, [-0.49, -0.37, 0.06, 0.26], -0.49),
        CarBody::Estate => (4.65, 1.82, 1.49, 0.32, 0.82, 0.93, [-0.49, -0.42, 0.05, 0.23], -0.49),
        CarBody::Suv => (4.45, 1.88, 1.68, 0.36, 1.00, 1.08, [-0.49, -0.40, 0.06, 0.24], -0.49),
        CarBody::Van => (5.20, 2.00, 2.15, 0.34, 1.10, 1.20, [-0.49, -0.485, 0.24, 0.40], -0.49),
    };
    Shape { length, width, height, wheel, bonnet, belt, cabin, boot }
}

/// Draws a car that stands at `pose` (its middle on the ground).
pub(in crate::sample) fn draw_car(pen: &mut Pen<'_>, pose: &Pose, look: CarLook, lights: Lights) {
    let shape = shape(look.body);
    let (half, width) = (0.5 * shape.length, 0.5 * shape.width);
    let fine = pen.camera.px_per_m(pose.origin) > 7.0;
    underside(pen, pose, &shape);

    let low = 0.24;
    let corners = [
        (-half + 0.06, low, width * 0.96),
        (-half, 0.55, width),
        (shape.length * shape.boot - 0.02, shape.belt, width * 0.96),
        (shape.length * shape.cabin[3], shape.belt, width * 0.97),
        (half - 0.22, shape.bonnet, width * 0.94),
        (half, 0.60, width * 0.96),
        (half - 0.05, low, width * 0.94),
    ];
    let body = Shell { corners: &corners };
    for index in 0..corners.len() - 1 {
        if let Some(face) = body.strip(pen, pose, index) {
            let tint = if index == 3 || index == 2 { 1.04 } else { 0.97 };
            pen.face_ramp(&face.corners, face.normal, look.paint * tint, look.paint * (tint * 0.9));
        }
    }
    for side in [1.0_f32, -1.0] {
        if let Some(face) = body.side(pen, pose, side) {
            pen.face(&face.corners, face.normal, look.paint);
            side_details(pen, pose, &shape, look, side, fine);
        }
    }
    cabin(pen, pose, &shape, look);
    rear(pen, pose, &shape, lights, fine);
    front(pen, pose, &shape, lights, fine);
}

/// Tyres as seen from the ends and the dark between them.
fn underside(pen: &mut Pen<'_>, pose: &Pose, shape: &Shape) {
    let (half, width) = (0.5 * shape.length, 0.5 * shape.width);
    for x in [-0.31 * shape.length, 0.31 * shape.length] {
        let dark = across(pose, x, (-width * 0.8, width * 0.8), (0.12, 0.45));
        pen.face(&dark, pose.turn(v3(-1.0, 0.0, 0.0)), Rgb::gray(0.03));
        for y in [-width + 0.12, width - 0.12] {
            for end in [-shape.wheel * 0.8, shape.wheel * 0.8] {
                let tyre = across(pose, x + end, (y - 0.11, y + 0.11), (0.0, 0.42));
                pen.face(&tyre, pose.turn(v3(-1.0, 0.0, 0.0)), Rgb::gray(0.10));
            }
        }
    }
    let floor = beside(pose, 0.0, (-half + 0.3, half - 0.3), (0.14, 0.4));
    pen.face(&floor, pose.turn(v3(0.0, 1.0, 0.0)), Rgb::gray(0.03));
}

fn side_details(pen: &mut Pen<'_>, pose: &Pose, shape: &Shape, look: CarLook, side: f32, fine: bool) {
    let (half, y) = (0.5 * shape.length, side * 0.5 * shape.width);
    let out = pose.turn(v3(0.0, side, 0.0));
    let sill = beside(pose, y * 0.985, (-half + 0.25, half - 0.25), (0.22, 0.34));
    pen.face(&sill, out, Rgb::gray(0.10));
    let lower = beside(pose, y, (-half + 0.12, half - 0.12), (0.34, 0.56));
    pen.face(&lower, out, look.paint * 0.80);
    if fine {
        for x in [-0.13 * shape.length, 0.09 * shape.length, 0.24 * shape.length] {
            let gap = beside(pose, y, (x - 0.012, x + 0.012), (0.36, shape.belt));
            pen.face(&gap, out, look.paint * 0.55);
        }
        for x in [-0.10 * shape.length, 0.11 * shape.length] {
            let handle = beside(pose, y, (x, x + 0.16), (shape.belt - 0.13, shape.belt - 0.09));
            pen.face(&handle, out, look.paint * 0.6);
        }
    }
    for x in [-0.31 * shape.length, 0.31 * shape.length] {
        draw_wheel(pen, pose, x, y, shape.wheel);
    }
}

fn cabin(pen: &mut Pen<'_>, pose: &Pose, shape: &Shape, look: CarLook) {
    let l = shape.length;
    let (foot, roof) =
        (0.5 * shape.width * 0.93, 0.5 * shape.width * if look.body == CarBody::Van { 0.86 } else { 0.74 });
    let [rear_foot, rear_roof, front_roof, front_foot] = shape.cabin.map(|share| share * l);
    let corners = [
        (rear_foot, shape.belt, foot),
        (rear_roof, shape.height - 0.04, roof),
        (0.5 * (rear_roof + front_roof), shape.height, roof * 0.98),
        (front_roof, shape.height - 0.04, roof),
        (front_foot, shape.belt, foot),
    ];
    let shell = Shell { corners: &corners };
    let glass = (hex(0x2a_3642), hex(0x5d_7488));
    for index in 0..4 {
        let Some(face) = shell.strip(pen, pose, index) else { continue };
        pen.face(&face.corners, face.normal, look.paint * if index == 1 || index == 2 { 1.05 } else { 0.92 });
        let blind = look.body == CarBody::Van && index == 0;
        if index == 0 || index == 3 {
            let (inset, high) = if blind { (0.12, 0.9) } else { (0.07, 0.94) };
            let pane = inset_pane(&face.corners, inset, if index == 0 { (0.08, high) } else { (1.0 - high, 0.94) });
            pen.face_ramp(&pane, face.normal, glass.0, glass.1);
        }
    }
    for side in [1.0_f32, -1.0] {
        let Some(face) = shell.side(pen, pose, side) else { continue };
        pen.face(&face.corners, face.normal, look.paint * 0.95);
        let at = |share: f32, up: f32| {
            // Along the foot by `share`, up the sloping sides by `up`.
            let (low, high) =
                (rear_foot + share * (front_foot - rear_foot), rear_roof + share * (front_roof - rear_roof));
            let z = shape.belt + up * (shape.height - 0.04 - shape.belt);
            pose.at(low + up * (high - low), side * (foot + up * (roof - foot)), z)
        };
        let panes: &[(f32, f32)] = match look.body {
            CarBody::Van => &[(0.74, 0.96)],
            CarBody::Estate | CarBody::Suv => &[(0.05, 0.22), (0.26, 0.53), (0.57, 0.93)],
            CarBody::Sedan | CarBody::Hatchback => &[(0.08, 0.47), (0.52, 0.93)],
        };
        for (from, to) in panes {
            let pane = [at(*from, 0.07), at(*to, 0.07), at(*to - 0.01, 0.86), at(*from + 0.02, 0.86)];
            pen.face_ramp(&pane, face.normal, glass.0, glass.1);
        }
        if pen.camera.px_per_m(pose.origin) > 9.0 {
            let mirror = pose.at(front_foot - 0.32, side * (0.5 * shape.width + 0.09), shape.belt + 0.05);
            pen.ball(mirror, 0.09, look.paint * 0.8);
        }
    }
}

/// A pane within a face whose corners are left and right foot, then right and left top.
fn inset_pane(face: &[V3], inset: f32, up: (f32, f32)) -> [V3; 4] {
    let at = |across: f32, up: f32| {
        let low = face[0] + (face[1] - face[0]) * across;
        let high = face[3] + (face[2] - face[3]) * across;
        low + (high - low) * up
    };
    [at(inset, up.0), at(1.0 - inset, up.0), at(1.0 - inset * 1.1, up.1), at(inset * 1.1, up.1)]
}

fn rear(pen: &mut Pen<'_>, pose: &Pose, shape: &Shape, lights: Lights, fine: bool) {
    let (x, width) = (-0.5 * shape.length - 0.005, 0.5 * shape.width);
    let back = pose.turn(v3(-1.0, 0.0, 0.0));
    if !pen.sees(pose.at(x, 0.0, 0.6), back) {
        return;
    }
    let bumper = across(pose, x, (-width * 0.96, width * 0.96), (0.26, 0.46));
    pen.face(&bumper, back, Rgb::gray(0.16));
    if fine {
        let plate = across(pose, x, (-0.26, 0.26), (0.56, 0.67));
        pen.face(&plate, back, Rgb::gray(0.74));
    }
    let lamp = if lights.brake {
        hex(0xff_3a2a)
    } else if lights.on {
        hex(0xd0_2018)
    } else {
        hex(0x9c_1a1c)
    };
    for side in [1.0_f32, -1.0] {
        let inner = if shape.height > 1.6 { 0.80 } else { 0.66 };
        let quad = across(pose, x, (side * width * inner, side * width * 0.97), (shape.belt - 0.30, shape.belt - 0.09));
        if lights.brake || lights.on {
            pen.emit(&quad, lamp);
            let strength = if lights.brake { 0.75 } else { 0.38 };
            let at = pose.at(x - 0.05, side * width * 0.82, shape.belt - 0.2);
            pen.shine(at, if lights.brake { 0.55 } else { 0.34 }, hex(0xff_2a1c) * strength);
        } else {
            pen.face(&quad, back, lamp);
        }
    }
    if lights.brake {
        let top = across(
            pose,
            shape.cabin[1] * shape.length - 0.02,
            (-0.18, 0.18),
            (shape.height - 0.11, shape.height - 0.07),
        );
        pen.emit(&top, hex(0xff_4a36));
    }
}

fn front(pen: &mut Pen<'_>, pose: &Pose, shape: &Shape, lights: Lights, fine: bool) {
    let (x, width) = (0.5 * shape.length + 0.005, 0.5 * shape.width);
    let ahead = pose.turn(v3(1.0, 0.0, 0.0));
    if !pen.sees(pose.at(x, 0.0, 0.6), ahead) {
        return;
    }
    let grille = across(pose, x, (-width * 0.52, width * 0.52), (0.44, 0.62));
    pen.face(&grille, ahead, Rgb::gray(0.09));
    let bumper = across(pose, x, (-width * 0.92, width * 0.92), (0.25, 0.38));
    pen.face(&bumper, ahead, Rgb::gray(0.14));
    if fine {
        let plate = across(pose, x + 0.01, (-0.26, 0.26), (0.42, 0.53));
        pen.face(&plate, ahead, Rgb::gray(0.92));
    }
    for side in [1.0_f32, -1.0] {
        let quad = across(pose, x - 0.03, (side * width * 0.60, side * width * 0.95), (0.60, shape.bonnet - 0.05));
        if lights.on {
            pen.emit(&quad, hex(0xff_fbf0));
            let night = pen.mood.headlights > 0.5;
            let at = pose.at(x + 0.05, side * width * 0.78, 0.67);
            let (reach, strength) = if night { (1.15, 0.95) } else { (0.45, 0.70) };
            pen.shine(at, reach, hex(0xff_f1d6) * strength);
        } else {
            pen.face(&quad, ahead, Rgb::gray(0.90));
        }
    }
}
