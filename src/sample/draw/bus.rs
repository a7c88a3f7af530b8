//! Buses and trucks.

use super::{
    Pen, across, beside,
    car::Lights,
    shell::{Shell, draw_wheel},
};
use crate::sample::{
    camera::{Pose, v3},
    color::{Rgb, hex},
};

/// A vehicle with a box for a body.
#[derive(Debug, Clone, Copy)]
pub(in crate::sample) enum BigVehicle {
    /// A city bus in this colour.
    Bus { paint: Rgb },
    /// A truck: cab and box, length of the box in m.
    Truck { cab: Rgb, load: Rgb, length: f32 },
}

/// Draws a bus or a truck that stands at `pose` (its middle on the ground).
pub(in crate::sample) fn draw_big_vehicle(pen: &mut Pen<'_>, pose: &Pose, look: BigVehicle, lights: Lights) {
    match look {
        BigVehicle::Bus { paint } => draw_bus(pen, pose, paint, lights),
        BigVehicle::Truck { cab, load, length } => draw_truck(pen, pose, cab, load, length, lights),
    }
}

fn draw_bus(pen: &mut Pen<'_>, pose: &Pose, paint: Rgb, lights: Lights) {
    let (half, width, height) = (5.8, 1.26, 3.0);
    let glass = (hex(0x27_323c), hex(0x58_6e80));
    under(pen, pose, half, width);
    let corners = [
        (-half, 0.32, width),
        (-half, height - 0.15, width * 0.98),
        (-half + 0.2, height, width * 0.94),
        (half - 0.3, height, width * 0.94),
        (half, height - 0.35, width * 0.98),
        (half, 0.32, width),
    ];
    let shell = Shell { corners: &corners };
    shell.draw(pen, pose, paint);
    let lit = pen.mood.lit_windows > 0.1;
    for side in [1.0_f32, -1.0] {
        let Some(face) = shell.side(pen, pose, side) else { continue };
        let y = side * (width + 0.005);
        let skirt = beside(pose, y, (-half, half), (0.32, 0.62));
        pen.face(&skirt, face.normal, hex(0x3a_3f46));
        let stripe = beside(pose, y, (-half, half), (1.02, 1.14));
        pen.face(&stripe, face.normal, paint.mix(Rgb::WHITE, 0.75));
        for index in 0..8_u8 {
            let x = -half + 0.35 + f32::from(index) * 1.40;
            let pane = beside(pose, y, (x, x + 1.26), (1.30, 2.42));
            if lit {
                pen.emit(&pane, hex(0xe9_d9a8) * if index % 3 == 1 { 0.62 } else { 0.78 });
            } else {
                pen.face_ramp(&pane, face.normal, glass.0, glass.1);
            }
        }
        for x in [-3.3, 3.5] {
            draw_wheel(pen, pose, x, side * width, 0.48);
        }
    }
    let back = pose.turn(v3(-1.0, 0.0, 0.0));
    if pen.sees(pose.at(-half, 0.0, 1.5), back) {
        let pane = across(pose, -half - 0.01, (width * 0.82, -width * 0.82), (1.65, 2.55));
        pen.face_ramp(&pane, back, glass.0, glass.1);
        let vents = across(pose, -half - 0.01, (width * 0.7, -width * 0.7), (0.85, 1.30));
        pen.face(&vents, back, paint * 0.45);
        number(pen, pose, -half - 0.02, -1.0);
    }
    let ahead = pose.turn(v3(1.0, 0.0, 0.0));
    if pen.sees(pose.at(half, 0.0, 1.5), ahead) {
        let pane = across(pose, half + 0.01, (width * 0.92, -width * 0.92), (1.05, 2.45));
        pen.face_ramp(&pane, ahead, glass.0, glass.1);
        number(pen, pose, half + 0.02, 1.0);
    }
    lamps(pen, pose, half, width, lights);
}

/// The lit line number over a bus's window.
fn number(pen: &mut Pen<'_>, pose: &Pose, x: f32, facing: f32) {
    let board = across(pose, x, (-0.62, 0.62), (2.60, 2.86));
    pen.face(&board, pose.turn(v3(facing, 0.0, 0.0)), Rgb::gray(0.04));
    for (from, to) in [(-0.40_f32, -0.30_f32), (-0.22, -0.02), (0.06, 0.40)] {
        let text = across(pose, x + facing * 0.01, (from, to), (2.66, 2.80));
        pen.emit(&text, hex(0xff_b43a));
    }
}

fn draw_truck(pen: &mut Pen<'_>, pose: &Pose, cab: Rgb, load: Rgb, length: f32, lights: Lights) {
    let (width, cab_length) = (1.25, 2.1);
    let half = 0.5 * (length + cab_length + 0.25);
    under(pen, pose, half, width);
    let front = half - cab_length;
    let box_front = front - 0.25;
    let cab_shell = [
        (front, 0.45, width * 0.96),
        (front, 2.85, width * 0.94),
        (half - 0.35, 2.95, width * 0.92),
        (half - 0.02, 1.55, width * 0.96),
        (half, 0.45, width * 0.96),
    ];
    let box_shell = [(-half, 0.95, width), (-half, 3.75, width), (box_front, 3.75, width), (box_front, 0.95, width)];
    let (cab_shell, box_shell) = (Shell { corners: &cab_shell }, Shell { corners: &box_shell });
    let ahead = pose.turn(v3(1.0, 0.0, 0.0));
    let cab_is_nearer = pen.sees(pose.at(box_front, 0.0, 2.0), ahead);
    if cab_is_nearer {
        draw_load(pen, pose, &box_shell, load, half, box_front, width);
        draw_cab(pen, pose, &cab_shell, cab, half, front, width);
    } else {
        draw_cab(pen, pose, &cab_shell, cab, half, front, width);
        draw_load(pen, pose, &box_shell, load, half, box_front, width);
    }
    lamps(pen, pose, half, width, lights);
}

fn draw_cab(pen: &mut Pen<'_>, pose: &Pose, shell: &Shell<'_>, paint: Rgb, half: f32, front: f32, width: f32) {
    shell.draw(pen, pose, paint);
    let glass = (hex(0x27_323c), hex(0x5c_7386));
    if let Some(face) = shell.strip(pen, pose, 2) {
        let c = &face.corners;
        let at = |across: f32, up: f32| {
            let high = c[0] + (c[1] - c[0]) * across;
            let low = c[3] + (c[2] - c[3]) * across;
            high + (low - high) * up
        };
        let pane = [at(0.05, 0.95), at(0.95, 0.95), at(0.93, 0.22), at(0.07, 0.22)];
        pen.face_ramp(&pane, face.normal, glass.0, glass.1);
    }
    if let Some(face) = shell.strip(pen, pose, 3) {
        let grille = across(pose, half + 0.01, (width * 0.6, -width * 0.6), (0.75, 1.35));
        pen.face(&grille, face.normal, Rgb::gray(0.12));
    }
    for side in [1.0_f32, -1.0] {
        if let Some(face) = shell.side(pen, pose, side) {
            let pane = beside(pose, side * width * 0.97, (front + 0.75, half - 0.45), (1.65, 2.45));
            pen.face_ramp(&pane, face.normal, glass.0, glass.1);
            draw_wheel(pen, pose, half - 1.0, side * width, 0.50);
        }
    }
}

fn draw_load(pen: &mut Pen<'_>, pose: &Pose, shell: &Shell<'_>, load: Rgb, half: f32, front: f32, width: f32) {
    for x in [-half + 1.1, -half + 2.3] {
        for side in [1.0_f32, -1.0] {
            draw_wheel(pen, pose, x, side * width, 0.50);
            let tyre = across(pose, x - 0.45, (side * (width - 0.5), side * width), (0.0, 0.95));
            pen.face(&tyre, pose.turn(v3(-1.0, 0.0, 0.0)), Rgb::gray(0.08));
        }
    }
    shell.draw(pen, pose, load);
    for side in [1.0_f32, -1.0] {
        let Some(face) = shell.side(pen, pose, side) else { continue };
        let y = side * (width + 0.01);
        let stripe = beside(pose, y, (-half, front), (1.7, 2.3));
        pen.face(&stripe, face.normal, load.mix(hex(0x2a_6f9e), 0.75));
        let rail = beside(pose, y, (-half, front), (0.95, 1.08));
        pen.face(&rail, face.normal, Rgb::gray(0.35));
        let guard = beside(pose, y * 0.97, (-half + 3.0, front - 0.2), (0.5, 0.9));
        pen.face(&guard, face.normal, Rgb::gray(0.22));
    }
    let back = pose.turn(v3(-1.0, 0.0, 0.0));
    if pen.sees(pose.at(-half, 0.0, 2.0), back) {
        let x = -half - 0.01;
        let frame = across(pose, x, (width * 0.95, -width * 0.95), (1.05, 3.65));
        pen.face_ramp(&frame, back, load * 0.90, load * 0.98);
        let gap = across(pose, x - 0.01, (0.02, -0.02), (1.05, 3.65));
        pen.face(&gap, back, load * 0.5);
        for y in [-0.35_f32, 0.35] {
            let bar = across(pose, x - 0.01, (y - 0.03, y + 0.03), (1.05, 3.65));
            pen.face(&bar, back, Rgb::gray(0.55));
        }
        for side in [1.0_f32, -1.0] {
            let board = across(pose, x - 0.02, (side * 0.45, side * width * 0.95), (1.08, 1.24));
            pen.face(&board, back, hex(0xe8_b93c));
        }
        let bumper = across(pose, x, (width * 0.9, -width * 0.9), (0.45, 0.62));
        pen.face(&bumper, back, Rgb::gray(0.25));
    }
}

fn under(pen: &mut Pen<'_>, pose: &Pose, half: f32, width: f32) {
    let dark = beside(pose, 0.0, (-half + 0.3, half - 0.3), (0.25, 0.9));
    pen.face(&dark, pose.turn(v3(0.0, 1.0, 0.0)), Rgb::gray(0.03));
    for (x, facing) in [(-half + 0.9, -1.0_f32), (half - 0.9, 1.0)] {
        let dark = across(pose, x, (-width * 0.85, width * 0.85), (0.20, 0.9));
        pen.face(&dark, pose.turn(v3(facing, 0.0, 0.0)), Rgb::gray(0.03));
        for side in [1.0_f32, -1.0] {
            let tyre = across(pose, x, (side * width * 0.74, side * width * 0.98), (0.0, 0.8));
            pen.face(&tyre, pose.turn(v3(facing, 0.0, 0.0)), Rgb::gray(0.09));
        }
    }
}

fn lamps(pen: &mut Pen<'_>, pose: &Pose, half: f32, width: f32, lights: Lights) {
    let back = pose.turn(v3(-1.0, 0.0, 0.0));
    if pen.sees(pose.at(-half, 0.0, 0.8), back) {
        for side in [1.0_f32, -1.0] {
            let quad = across(pose, -half - 0.02, (side * width * 0.72, side * width * 0.94), (0.72, 0.92));
            if lights.on || lights.brake {
                pen.emit(&quad, if lights.brake { hex(0xff_3a2a) } else { hex(0xd0_2018) });
                let strength = if lights.brake { 0.75 } else { 0.4 };
                pen.shine(pose.at(-half - 0.05, side * width * 0.83, 0.82), 0.5, hex(0xff_2a1c) * strength);
            } else {
                pen.face(&quad, back, hex(0x9c_1a1c));
            }
        }
    }
    let ahead = pose.turn(v3(1.0, 0.0, 0.0));
    if pen.sees(pose.at(half, 0.0, 0.8), ahead) {
        for side in [1.0_f32, -1.0] {
            let quad = across(pose, half + 0.02, (side * width * 0.62, side * width * 0.92), (0.60, 0.84));
            if lights.on {
                pen.emit(&quad, hex(0xff_fbf0));
                let night = pen.mood.headlights > 0.5;
                let (reach, strength) = if night { (1.2, 0.95) } else { (0.45, 0.65) };
                pen.shine(pose.at(half + 0.05, side * width * 0.77, 0.72), reach, hex(0xff_f1d6) * strength);
            } else {
                pen.face(&quad, ahead, Rgb::gray(0.9));
            }
        }
    }
}
