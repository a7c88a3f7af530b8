//! A motorway towards a low sun: trucks, fast cars, road works, a breakdown on the shoulder.

use super::{Item, Items, Motion, Thing, World, fit, looks};
use crate::sample::{
    color::hex,
    draw::{CarBody, SignFace},
    mood::Weather,
    motion::{Bends, SpeedProfile},
    noise::Random,
    road::{Line, Road, Surface},
    sky::Horizon,
};

pub(super) fn world(lap_s: f64, seed: u64) -> World {
    let k = lap_s / 15.0;
    let keys = [(0.0, 31.0), (4.0, 33.4), (6.6, 32.0), (9.2, 23.6), (10.8, 23.0), (15.0, 31.0)];
    let vehicle = SpeedProfile::repeating(&keys.map(|(t, v)| (t * k, v)));
    let length = vehicle.length_m();
    let bends = Bends { length_m: length, steady: 0.0, wide: (0.0011, 1.2), tight: (0.0004, 0.2) };
    let dash = Some((6.0, fit(length, 18.0) as f32));
    let mut lines = Vec::new();
    for side in [-1.0_f32, 1.0] {
        for (d, width, dashes) in [(1.3, 0.20, None), (5.0, 0.16, dash), (8.7, 0.16, dash), (12.4, 0.24, None)] {
            lines.push(Line { d: side * d, width, dashes });
        }
    }
    let road = Road {
        bends,
        bands: Road::bands(
            -15.5,
            &[
                (-12.6, Surface::Parking),
                (-0.7, Surface::Asphalt),
                (0.7, Surface::Kerb),
                (12.6, Surface::Asphalt),
                (15.5, Surface::Parking),
            ],
        ),
        beyond: Surface::Grass,
        lines,
        crossings: Vec::new(),
        lane_m: 3.7,
        track_d: -1.3,
        shadow: None,
        lamps: None,
    };
    let mut random = Random::new(seed, 14);
    let mut items = Items::default();
    beside(&mut items, &mut random, length);
    let works = vehicle.at(8.6 * k).distance_m;
    road_works(&mut items, &mut random, works, vehicle.at(2.6 * k).distance_m);
    traffic(&mut items, &mut random, &vehicle, k);
    World {
        weather: Weather::Dusk,
        horizon: Horizon::Hills,
        road,
        vehicle,
        lane_d: -6.85,
        items: items.0,
        signals: None,
        seed,
    }
}

fn beside(items: &mut Items, random: &mut Random, length: f64) {
    let piece = fit(length, 8.0);
    for index in 0..(length / piece).round() as u32 {
        let s = (f64::from(index) + 0.5) * piece;
        items.still(Thing::Rail { length: piece as f32, solid: true }, s, 0.0, 0.0);
        for d in [-16.0_f32, 16.0] {
            items.still(Thing::Rail { length: piece as f32, solid: false }, s, d, 0.0);
        }
    }
    for side in [-1.0_f32, 1.0] {
        for _ in 0..(length / 9.0) as u32 {
            let s = random.range(0.0, length);
            let d = side * random.range_f32(20.0, 46.0);
            let plant = match random.below(5) {
                0 | 1 => looks::conifer(random, 7.0, 13.0),
                2 => looks::bush(random, 1.2, 2.4),
                _ => looks::broadleaf(random, 6.0, 10.0),
            };
            items.still(plant, s, d, 0.0);
        }
    }
}

fn road_works(items: &mut Items, random: &mut Random, works: f64, breakdown: f64) {
    for index in 0..14_u32 {
        let along = f64::from(index) * 6.0;
        let d = -13.6 + 1.05 * (along as f32 / 30.0).min(1.0);
        items.still(Thing::Cone, works + along, d, 0.0);
    }
    items.sign(SignFace::Warning, works - 62.0, -15.0, 0.0);
    items.sign(SignFace::Limit(8), works - 34.0, -15.0, 0.0);
    items.sign(SignFace::Board(hex(0x1c_62a8)), works + 130.0, -0.75, 0.0);
    items.still(looks::truck(0xe0_8a2a, 0xe8_c860, 5.0), works + 52.0, -14.4, 0.0);
    items.still(looks::worker(random), works + 40.0, -14.3, 0.5);
    items.still(looks::worker(random), works + 44.5, -14.7, -2.4);
    items.still(looks::painted(CarBody::Estate, 0x7d_92a3), breakdown, -14.2, 0.0);
    items.still(looks::worker(random), breakdown - 3.6, -15.0, 2.8);
    items.still(looks::worker(random), breakdown + 3.4, -15.1, 2.2);
    items.still(Thing::Cone, breakdown - 16.0, -13.9, 0.0);
    items.still(Thing::Cone, breakdown - 9.0, -13.6, 0.0);
}

fn traffic(items: &mut Items, random: &mut Random, vehicle: &SpeedProfile, k: f64) {
    let with = |gap: f64, stretch: f64, swing: f64, phase: f64| Motion::With { gap, stretch, swing, phase };
    let (left, own, right) = (-3.15_f32, -6.85, -10.55);
    for (thing, motion, d) in [
        (looks::painted(CarBody::Suv, 0x24_282d), with(4.0, 0.85, 0.0, 0.0), own),
        (looks::painted(CarBody::Sedan, 0xe9_eaea), with(-10.0, -0.55, 3.0, 0.2), own),
        (looks::painted(CarBody::Estate, 0xb3_2a2c), with(20.0, 0.9, 14.0, 0.65), left),
        (looks::rider(random, true), with(10.0, 0.3, 11.0, 0.15), left),
        (looks::painted(CarBody::Hatchback, 0x2f_6db5), with(-30.0, 0.0, 14.0, 0.4), left),
    ] {
        items.0.push(Item { thing, motion, d, yaw: 0.0 });
    }
    items.meets(looks::truck(0x2f_5d8b, 0xe4_e0d6, 11.5), vehicle, 3.4 * k, right, 23.5);
    items.meets(looks::truck(0x9a_2c2c, 0xc8_ccd0, 11.5), vehicle, 6.9 * k, right, 22.5);
    items.meets(looks::bus(0xe9_e4da), vehicle, 12.6 * k, right, 24.5);
    items.meets(looks::painted(CarBody::Hatchback, 0xd8_b25c), vehicle, 10.2 * k, right, 22.0);
    for (meets, d, speed) in [
        (0.9, 6.85_f32, -31.0),
        (2.0, 3.15, -36.0),
        (3.1, 10.5, -25.0),
        (4.4, 6.85, -32.0),
        (6.0, 3.15, -35.0),
        (7.7, 6.85, -30.0),
        (9.9, 3.15, -34.0),
        (11.4, 6.85, -29.0),
        (13.5, 6.85, -31.0),
    ] {
        items.meets(looks::car(random), vehicle, meets * k, d, speed);
    }
    for (meets, load) in [(1.6, 0xd8_d4c8), (5.2, 0xb8_5a3a), (8.8, 0xe4_e0d6), (12.9, 0x9a_b0a0)] {
        items.meets(looks::truck(0x4a_5a6a, load, 11.0), vehicle, meets * k, 10.55, -24.0);
    }
}
