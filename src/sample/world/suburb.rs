//! A road through a suburb in the rain: bends, gardens, cyclists, people under umbrellas.

use std::f32::consts::PI;

use super::{Item, Items, Motion, Thing, World, city, fit, looks};
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
    let keys = [(0.0, 14.0), (2.8, 16.2), (5.0, 16.0), (8.0, 9.6), (10.0, 9.4), (13.2, 15.6), (15.0, 14.0)];
    let vehicle = SpeedProfile::repeating(&keys.map(|(t, v)| (t * k, v)));
    let length = vehicle.length_m();
    let bends = Bends { length_m: length, steady: 0.0, wide: (0.0062, 3.6), tight: (0.0042, 0.9) };
    let crossing = vehicle.at(10.4 * k).distance_m;
    let road = Road {
        bends,
        bands: Road::bands(
            -7.6,
            &[
                (-5.45, Surface::Pavement),
                (-5.3, Surface::Kerb),
                (-3.6, Surface::CycleLane),
                (3.6, Surface::Asphalt),
                (5.3, Surface::CycleLane),
                (5.45, Surface::Kerb),
                (7.6, Surface::Pavement),
            ],
        ),
        beyond: Surface::Grass,
        lines: vec![
            Line { d: 0.0, width: 0.14, dashes: Some((3.0, fit(length, 9.0) as f32)) },
            Line { d: -3.6, width: 0.14, dashes: Some((1.0, fit(length, 2.0) as f32)) },
            Line { d: 3.6, width: 0.14, dashes: Some((1.0, fit(length, 2.0) as f32)) },
        ],
        crossings: vec![Crossing { s: crossing as f32, length: 3.4, span: (-5.2, 5.2), bars: true }],
        lane_m: 3.6,
        track_d: 0.0,
        shadow: None,
        lamps: Some((fit(length, 32.0) as f32, 6.0)),
    };
    let mut random = Random::new(seed, 13);
    let mut items = Items::default();
    gardens(&mut items, &mut random, length);
    for (face, s, d, yaw) in [
        (SignFace::Crossing, crossing - 2.5, -5.9_f32, 0.0),
        (SignFace::Crossing, crossing + 2.5, 5.9, PI),
        (SignFace::Warning, crossing - 40.0, -5.9, 0.0),
        (SignFace::Limit(5), crossing - 70.0, -5.9, 0.0),
        (SignFace::Stop, crossing + 24.0, 6.2, PI),
        (SignFace::GiveWay, crossing + 58.0, -5.9, 0.0),
        (SignFace::Direction, crossing + 92.0, -5.9, 0.0),
    ] {
        items.sign(face, s, d, yaw);
    }
    traffic(&mut items, &mut random, &vehicle, k);
    people(&mut items, &mut random, length);
    World {
        weather: Weather::Rain,
        horizon: Horizon::Mountains,
        road,
        vehicle,
        lane_d: -1.8,
        items: items.0,
        signals: None,
        seed,
    }
}

fn gardens(items: &mut Items, random: &mut Random, length: f64) {
    for side in [-1.0_f32, 1.0] {
        let plots = (length / 19.0).round();
        for plot in 0..plots as u32 {
            let s = (f64::from(plot) + 0.5) * length / plots;
            items.still(
                looks::cottage(random, side),
                s + random.range(-1.5, 1.5),
                side * random.range_f32(14.0, 17.0),
                0.0,
            );
            for offset in [-7.5, -4.5, 4.5, 7.5] {
                if random.chance(0.8) {
                    items.still(looks::bush(random, 0.9, 1.6), s + offset, side * 8.8, 0.0);
                }
            }
            let tree =
                if random.chance(0.4) { looks::conifer(random, 7.0, 11.0) } else { looks::broadleaf(random, 6.0, 9.0) };
            items.still(tree, s + random.range(6.0, 9.5), side * random.range_f32(10.5, 13.0), 0.0);
            let far = looks::conifer(random, 10.0, 15.0);
            items.still(far, s + random.range(-9.0, 9.0), side * random.range_f32(28.0, 38.0), 0.0);
        }
        let spacing = fit(length, 32.0);
        for index in 0..(length / spacing).round() as u32 {
            let shift = if side > 0.0 { 0.5 } else { 0.0 };
            let s = (f64::from(index) + shift) * spacing;
            items.still(Thing::Lamp { height: 6.2, arm: -side * 1.3 }, s, side * 7.9, 0.0);
        }
    }
}

fn traffic(items: &mut Items, random: &mut Random, vehicle: &SpeedProfile, k: f64) {
    let with = |gap: f64, stretch: f64| Motion::With { gap, stretch, swing: 0.0, phase: 0.0 };
    for (thing, motion) in [
        (looks::painted(CarBody::Hatchback, 0xb3_2a2c), with(11.0, 1.05)),
        (looks::truck(0x2f_5d8b, 0xdd_dcd6, 6.2), with(27.0, 2.2)),
        (looks::painted(CarBody::Van, 0xe9_eaea), with(-12.0, -0.9)),
    ] {
        items.0.push(Item { thing, motion, d: -1.8, yaw: 0.0 });
    }
    for (meets, speed) in [(1.8, -13.5), (5.4, -13.0), (8.6, -11.5), (12.2, -13.0)] {
        items.meets(looks::car(random), vehicle, meets * k, 1.8, speed);
    }
    items.meets(looks::bus(0x3a_7a5a), vehicle, 10.2 * k, 1.8, -11.0);
    items.meets(looks::truck(0x8c_3a2c, 0xd8_d4c8, 7.0), vehicle, 3.8 * k, 1.8, -12.5);
    for (meets, d, speed) in [(3.2, -4.45_f32, 5.0), (11.5, -4.45, 5.6), (7.4, 4.45, -5.2), (13.8, 4.45, -5.6)] {
        items.meets(looks::rider(random, false), vehicle, meets * k, d, speed);
    }
    items.meets(looks::rider(random, true), vehicle, 7.0 * k, 1.5, -13.5);
}

fn people(items: &mut Items, random: &mut Random, length: f64) {
    let count = (length / 8.0) as u32;
    for index in 0..count {
        let side = if index % 2 == 0 { -1.0_f32 } else { 1.0 };
        let s = (f64::from(index) + random.range(0.0, 0.6)) * length / f64::from(count);
        let d = side * random.range_f32(5.9, 7.2);
        let speed = random.range(1.1, 1.7) * if random.chance(0.5) { 1.0 } else { -1.0 };
        city::walk(items, looks::person(random, true), s, d, speed);
        if index % 9 == 4 {
            city::walk(items, looks::dog(random), s + 0.9 * speed.signum(), d - 0.5 * side, speed);
        }
    }
}
