//! An avenue in town by night: lamps, lit shops, a traffic light that turns red.

use std::f32::consts::PI;

use super::{Item, Items, Motion, SignalPlan, Thing, World, city, fit, looks};
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
    let keys = [(0.0, 5.0), (3.6, 15.3), (6.4, 15.6), (10.2, 0.0), (12.2, 0.0), (15.0, 5.0)];
    let vehicle = SpeedProfile::repeating(&keys.map(|(t, v)| (t * k, v)));
    let length = vehicle.length_m();
    // The car in front waits at the line, this one behind it.
    let line = vehicle.at(11.0 * k).distance_m + 12.5;
    let crossing = line + 3.0;
    let bends = Bends { length_m: length, steady: 0.0, wide: (0.0030, 2.4), tight: (0.0012, 0.4) };
    let lamps = fit(length, 25.0);
    let road = Road {
        bends,
        bands: Road::bands(
            -12.0,
            &[
                (-7.25, Surface::Pavement),
                (-7.1, Surface::Kerb),
                (7.1, Surface::Asphalt),
                (7.25, Surface::Kerb),
                (12.0, Surface::Pavement),
            ],
        ),
        beyond: Surface::Pavement,
        lines: vec![
            Line { d: 0.12, width: 0.12, dashes: None },
            Line { d: -0.12, width: 0.12, dashes: None },
            Line { d: -3.55, width: 0.14, dashes: Some((3.0, fit(length, 9.0) as f32)) },
            Line { d: 3.55, width: 0.14, dashes: Some((3.0, fit(length, 9.0) as f32)) },
        ],
        crossings: vec![
            Crossing { s: crossing as f32, length: 3.4, span: (-7.0, 7.0), bars: true },
            Crossing { s: line as f32, length: 0.4, span: (-7.0, -0.2), bars: false },
            Crossing { s: crossing as f32 + 3.0, length: 0.4, span: (0.2, 7.0), bars: false },
        ],
        lane_m: 3.55,
        track_d: 0.0,
        shadow: None,
        lamps: Some((lamps as f32, 6.0)),
    };
    let mut random = Random::new(seed, 12);
    let mut items = Items::default();
    city::houses(&mut items, &mut random, length, 12.4, (10.0, 16.0));
    for side in [-1.0_f32, 1.0] {
        for index in 0..(length / lamps).round() as u32 {
            let shift = if side > 0.0 { 0.5 } else { 0.0 };
            let s = (f64::from(index) + shift) * lamps;
            items.still(Thing::Lamp { height: 7.8, arm: -side * 1.9 }, s, side * 7.7, 0.0);
            items.still(looks::broadleaf(&mut random, 5.0, 6.6), s + lamps * 0.5, side * 8.6, 0.0);
        }
    }
    signals(&mut items, line, crossing);
    items.sign(SignFace::Limit(5), crossing - 48.0, -7.6, 0.0);
    items.sign(SignFace::GiveWay, crossing + 14.0, -7.6, 0.0);
    items.sign(SignFace::Direction, crossing + 32.0, -7.6, 0.0);
    traffic(&mut items, &mut random, &vehicle, crossing, k);
    people(&mut items, &mut random, length, crossing, k);
    World {
        weather: Weather::Night,
        horizon: Horizon::Town,
        road,
        vehicle,
        lane_d: -1.8,
        items: items.0,
        signals: Some(SignalPlan { amber: 5.6 * k, red: 6.9 * k, red_amber: 11.6 * k, green: 12.1 * k }),
        seed,
    }
}

fn signals(items: &mut Items, line: f64, crossing: f64) {
    items.still(Thing::SignalPost { arm: 5.2 }, crossing + 3.2, -7.5, 0.0);
    items.still(Thing::Signal { left: 0.0, up: 2.9 }, crossing + 3.2, -7.5, 0.0);
    items.still(Thing::Signal { left: 5.2, up: 5.3 }, crossing + 3.2, -7.5, 0.0);
    items.still(Thing::SignalPost { arm: 0.0 }, line - 0.6, 7.5, PI);
    items.still(Thing::Signal { left: 0.0, up: 2.9 }, line - 0.6, 7.5, PI);
}

fn traffic(items: &mut Items, random: &mut Random, vehicle: &SpeedProfile, crossing: f64, k: f64) {
    let with = |gap: f64, stretch: f64, swing: f64, phase: f64| Motion::With { gap, stretch, swing, phase };
    let right = -5.35;
    for (thing, motion, d) in [
        (looks::painted(CarBody::Hatchback, 0x8d_949b), with(8.2, 1.05, 0.0, 0.0), -1.8),
        (looks::painted(CarBody::Sedan, 0xd8_b25c), with(6.0, 0.75, 2.6, 0.55), right),
        (looks::painted(CarBody::Suv, 0x24_282d), with(-8.5, -0.8, 0.0, 0.0), -1.8),
        (looks::painted(CarBody::Estate, 0xb3_2a2c), with(-9.0, -0.9, 2.0, 0.3), right),
        (looks::rider(random, true), with(19.5, 1.5, 1.5, 0.1), right),
        (looks::bus(0x2f_6d9a), with(25.0, 2.1, 0.0, 0.0), -1.8),
    ] {
        items.0.push(Item { thing, motion, d, yaw: 0.0 });
    }
    for (meets, d, speed) in
        [(1.4, 1.8_f32, -12.5), (3.0, 5.3, -13.5), (4.6, 1.8, -12.0), (6.6, 5.3, -14.0), (14.4, 1.8, -11.0)]
    {
        items.meets(looks::car(random), vehicle, meets * k, d, speed);
    }
    items.meets(looks::bus(0xc8_4a3a), vehicle, 5.6 * k, 5.3, -11.0);
    // Two wait on the other side.
    for (d, gap, thing) in [(1.8_f32, 6.5, looks::painted(CarBody::Sedan, 0xe9_eaea)), (5.3, 7.0, looks::car(random))] {
        let profile = SpeedProfile::once(&[(5.4 * k, -11.0), (8.8 * k, 0.0), (12.3 * k, 0.0), (15.5 * k, -12.0)]);
        let stops = profile.at(10.0 * k).distance_m;
        let motion = Motion::Along { s: crossing + gap - stops, profile };
        items.0.push(Item { thing, motion, d, yaw: PI });
    }
}

fn people(items: &mut Items, random: &mut Random, length: f64, crossing: f64, k: f64) {
    for (start, from, to, speed, aside) in
        [(7.6, -8.0_f32, 8.2_f32, 3.0, -0.5), (7.4, 8.0, -8.4, 2.9, 0.6), (7.9, -8.2, 8.4, 3.1, 0.2)]
    {
        let motion = Motion::Across { s: crossing + aside, to, speed: speed / k.max(0.2), start: start * k };
        items.0.push(Item { thing: looks::person(random, false), motion, d: from, yaw: 0.0 });
    }
    let count = (length / 7.0) as u32;
    for index in 0..count {
        let side = if index % 2 == 0 { -1.0_f32 } else { 1.0 };
        let s = (f64::from(index) + random.range(0.0, 0.6)) * length / f64::from(count);
        let d = side * random.range_f32(9.2, 11.6);
        let speed = random.range(1.0, 1.5) * if random.chance(0.5) { 1.0 } else { -1.0 };
        city::walk(items, looks::person(random, false), s, d, speed);
        if index % 6 == 1 {
            city::walk(items, looks::person(random, false), s + 0.2, d + 0.6 * side, speed);
        }
        if index % 9 == 3 {
            city::walk(items, looks::dog(random), s + 0.9 * speed.signum(), d - 0.7 * side, speed);
        }
    }
}
