//! A street in town on a sunny morning: parked cars, shops, people, and a crossing where the vehicle has to brake hard.

use std::f32::consts::PI;

use super::{Item, Items, Motion, Thing, World, fit, looks};
use crate::sample::{
    draw::{CarBody, SignFace},
    ground::Crossing,
    mood::Weather,
    motion::{Bends, SpeedProfile},
    noise::Random,
    road::{Line, Road, Surface},
    sky::Horizon,
};

pub(super) fn world(lap_s: f64, seed: u64) -> World {
    let k = lap_s / 15.0;
    let keys = [(0.0, 16.4), (2.0, 16.9), (5.2, 16.0), (7.9, 3.2), (9.4, 2.2), (15.0, 16.4)];
    let vehicle = SpeedProfile::repeating(&keys.map(|(t, v)| (t * k, v)));
    let length = vehicle.length_m();
    let crossing = vehicle.at(9.2 * k).distance_m + 8.0;
    let bends = Bends { length_m: length, steady: 0.0, wide: (0.0045, 0.6), tight: (0.0015, 1.9) };
    let road = Road {
        bends,
        bands: Road::bands(
            -9.8,
            &[
                (-5.75, Surface::Pavement),
                (-5.6, Surface::Kerb),
                (-3.4, Surface::Parking),
                (3.4, Surface::Asphalt),
                (5.6, Surface::Parking),
                (5.75, Surface::Kerb),
                (9.8, Surface::Pavement),
            ],
        ),
        beyond: Surface::Pavement,
        lines: vec![
            Line { d: 0.0, width: 0.14, dashes: Some((3.0, fit(length, 9.0) as f32)) },
            Line { d: -3.4, width: 0.12, dashes: None },
            Line { d: 3.4, width: 0.12, dashes: None },
        ],
        crossings: vec![
            Crossing { s: crossing as f32, length: 3.6, span: (-5.5, 5.5), bars: true },
            Crossing { s: crossing as f32 - 3.4, length: 0.4, span: (-3.3, -0.1), bars: false },
            Crossing { s: crossing as f32 + 3.4, length: 0.4, span: (0.1, 3.3), bars: false },
        ],
        lane_m: 3.4,
        track_d: 0.0,
        shadow: Some(2.2),
        lamps: Some((fit(length, 27.0) as f32, 6.1)),
    };
    let mut random = Random::new(seed, 11);
    let mut items = Items::default();
    street(&mut items, &mut random, length, crossing);
    traffic(&mut items, &mut random, &vehicle, crossing, k);
    people(&mut items, &mut random, length, crossing, k);
    World {
        weather: Weather::Day,
        horizon: Horizon::Town,
        road,
        vehicle,
        lane_d: -1.75,
        items: items.0,
        signals: None,
        seed,
    }
}

/// Distance between two places of the repeating road, m.
fn apart(a: f64, b: f64, length: f64) -> f64 {
    let difference = (a - b).rem_euclid(length);
    difference.min(length - difference)
}

fn street(items: &mut Items, random: &mut Random, length: f64, crossing: f64) {
    houses(items, random, length, 10.2, (9.5, 15.0));
    for side in [-1.0_f32, 1.0] {
        let spacing = fit(length, 27.0);
        for index in 0..(length / spacing).round() as u32 {
            let shift = if side > 0.0 { 0.5 } else { 0.0 };
            let s = (f64::from(index) + shift) * spacing;
            items.still(Thing::Lamp { height: 7.2, arm: -side * 1.6 }, s, side * 6.15, 0.0);
            let tree = s + spacing * 0.33;
            if apart(tree, crossing, length) > 9.0 {
                items.still(looks::broadleaf(random, 5.0, 7.2), tree, side * 7.0, 0.0);
            }
            let second = s + spacing * 0.68;
            if apart(second, crossing, length) > 9.0 && random.chance(0.7) {
                items.still(looks::broadleaf(random, 4.6, 6.4), second, side * 7.0, 0.0);
            }
        }
        let slots = (length / 6.4).floor();
        for slot in 0..slots as u32 {
            let s = (f64::from(slot) + 0.5) * length / slots;
            if apart(s, crossing, length) > 8.5 && random.chance(0.68) {
                let yaw = if side > 0.0 { PI } else { 0.0 };
                items.still(looks::car(random), s + random.range(-0.4, 0.4), side * 4.55, yaw);
            }
        }
    }
    items.sign(SignFace::Crossing, crossing - 2.6, -6.05, 0.0);
    items.sign(SignFace::Crossing, crossing + 2.6, 6.05, PI);
    items.sign(SignFace::Limit(5), crossing - 62.0, -6.05, 0.0);
    items.sign(SignFace::Warning, crossing - 36.0, -6.05, 0.0);
    items.sign(SignFace::Priority, crossing + 26.0, -6.05, 0.0);
    items.sign(SignFace::Direction, crossing + 40.0, 6.05, PI);
}

/// Rows of houses on both sides, wall to wall, their fronts `d` metres from the middle.
pub(super) fn houses(items: &mut Items, random: &mut Random, length: f64, d: f32, sizes: (f64, f64)) {
    for side in [-1.0_f32, 1.0] {
        let mut sizes_m = Vec::new();
        let mut total = 0.0;
        while total < length {
            let size = random.range(sizes.0, sizes.1);
            sizes_m.push(size);
            total += size;
        }
        // Squeezed a little so that the row closes where the road repeats.
        let squeeze = length / total;
        let mut s = 0.0;
        for size in sizes_m {
            let size = size * squeeze;
            items.still(looks::town_house(random, size as f32, side), s + 0.5 * size, side * d, 0.0);
            s += size;
        }
    }
}

fn traffic(items: &mut Items, random: &mut Random, vehicle: &SpeedProfile, crossing: f64, k: f64) {
    items.meets(looks::painted(CarBody::Suv, 0x2f_6db5), vehicle, 1.3 * k, 1.75, -13.0);
    items.meets(looks::bus(0xd8_8a2c), vehicle, 3.7 * k, 1.75, -9.0);
    items.meets(looks::painted(CarBody::Hatchback, 0xb3_2a2c), vehicle, 12.8 * k, 1.75, -11.5);
    items.meets(looks::rider(random, false), vehicle, 4.3 * k, -3.05, 5.2);
    items.meets(looks::rider(random, false), vehicle, 14.0 * k, 3.0, -5.5);
    items.meets(looks::rider(random, true), vehicle, 0.2 * k, 1.6, -14.0);
    // Waits on the other side of the crossing.
    let profile = SpeedProfile::once(&[(3.4 * k, -11.0), (6.6 * k, 0.0), (10.6 * k, 0.0), (13.4 * k, -10.0)]);
    let stops = profile.at(8.0 * k).distance_m;
    items.0.push(Item {
        thing: looks::painted(CarBody::Estate, 0xe9_eaea),
        motion: Motion::Along { s: crossing + 6.6 - stops, profile },
        d: 1.75,
        yaw: PI,
    });
    items.0.push(Item {
        thing: looks::painted(CarBody::Sedan, 0x3b_4046),
        motion: Motion::With { gap: -9.5, stretch: -0.75, swing: 0.0, phase: 0.0 },
        d: -1.75,
        yaw: 0.0,
    });
}

fn people(items: &mut Items, random: &mut Random, length: f64, crossing: f64, k: f64) {
    for (start, from, to, speed, aside) in [
        (4.9, -6.3_f32, 6.6_f32, 1.55, -0.7),
        (5.2, -6.5, 6.8, 1.45, 0.3),
        (3.4, 6.4, -6.6, 1.50, 0.9),
        (6.2, -6.2, 6.4, 1.60, -0.1),
    ] {
        let motion = Motion::Across { s: crossing + aside, to, speed, start: start * k };
        items.0.push(Item { thing: looks::person(random, false), motion, d: from, yaw: 0.0 });
    }
    let count = (length / 7.5) as u32;
    for index in 0..count {
        let side = if index % 2 == 0 { -1.0_f32 } else { 1.0 };
        let s = (f64::from(index) + random.range(0.0, 0.6)) * length / f64::from(count);
        let d = side * random.range_f32(7.6, 9.3);
        let speed = random.range(1.0, 1.6) * if random.chance(0.5) { 1.0 } else { -1.0 };
        walk(items, looks::person(random, false), s, d, speed);
        if index % 7 == 2 {
            walk(items, looks::person(random, false), s + 0.3, d + 0.65 * side, speed);
        }
        if index % 8 == 4 {
            walk(items, looks::dog(random), s + 0.9 * speed.signum(), d - 0.7 * side, speed);
        }
    }
}

/// Someone who walks along the road.
pub(super) fn walk(items: &mut Items, thing: Thing, s: f64, d: f32, speed: f64) {
    let profile = SpeedProfile::once(&[(0.0, speed), (1.0, speed)]);
    let yaw = if speed < 0.0 { PI } else { 0.0 };
    items.0.push(Item { thing, motion: Motion::Along { s, profile }, d, yaw });
}
