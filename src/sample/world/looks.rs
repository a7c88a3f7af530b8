//! What people, cars, houses and plants look like.

use super::Thing;
use crate::sample::{
    color::{Rgb, hex},
    draw::{BigVehicle, CarBody, CarLook, House, Person, Plant, Rider},
    noise::Random,
};

const PAINTS: [u32; 13] = [
    0xe9_eaea, 0xe9_eaea, 0xb9_bec3, 0x8d_949b, 0x3b_4046, 0x24_282d, 0x1f_3f73, 0x2f_6db5, 0xb3_2a2c, 0x8c_1f28,
    0x2f_5d4b, 0xd8_b25c, 0x7d_92a3,
];
const TOPS: [u32; 14] = [
    0xc8_4b3c, 0x2f_6aa8, 0xe3_b23f, 0x3d_7d5c, 0x8a_5a9c, 0xd8_d6cf, 0x33_3a47, 0xd0_7a4a, 0x5b_8fb0, 0x9b_3b4f,
    0x6f_7f4a, 0xe8_e4da, 0x24_4a6e, 0xb8_8f6a,
];
const LEGS: [u32; 7] = [0x2a_3550, 0x3b_4a66, 0x33_3338, 0x6d_6252, 0x8a_8070, 0x24_2428, 0x4a_5a78];
const SKINS: [u32; 6] = [0xf0_c8a8, 0xe3_b18c, 0xc8_9068, 0x9c_6a48, 0x6e_4a34, 0xf2_d2b6];
const HAIRS: [u32; 6] = [0x2a_201a, 0x4a_3424, 0x7a_5a38, 0xb8_9058, 0x1c_1a1a, 0x9a_9690];
const LEAVES: [u32; 5] = [0x5f_9a3f, 0x6f_a548, 0x4f_8a42, 0x7f_a94e, 0x58_8f4c];
const WALLS: [u32; 11] = [
    0xe8_d9bd, 0xd9_b99a, 0xc9_8f74, 0xd8_cfc2, 0xb7_6a55, 0xe6_cfa0, 0xc7_c9c4, 0xa8_6a5a, 0xd6_a98c, 0xbf_b6a6,
    0xe9_e2d4,
];
const ROOFS: [u32; 5] = [0x9a_4f3c, 0x8a_4636, 0x5d_5a5c, 0x6e_4a3e, 0x4c_5058];
const AWNINGS: [u32; 5] = [0xb8_3a36, 0x2f_6a55, 0x2f_5a96, 0xd0_8a34, 0x7a_3a5c];

fn one(random: &mut Random, choices: &[u32]) -> Rgb {
    hex(random.pick(choices))
}

pub(super) fn car(random: &mut Random) -> Thing {
    let bodies = [
        CarBody::Sedan,
        CarBody::Hatchback,
        CarBody::Hatchback,
        CarBody::Estate,
        CarBody::Suv,
        CarBody::Suv,
        CarBody::Van,
    ];
    Thing::Car(CarLook { body: random.pick(&bodies), paint: one(random, &PAINTS) })
}

pub(super) fn painted(body: CarBody, paint: u32) -> Thing {
    Thing::Car(CarLook { body, paint: hex(paint) })
}

pub(super) fn bus(paint: u32) -> Thing {
    Thing::Big(BigVehicle::Bus { paint: hex(paint) })
}

pub(super) fn truck(cab: u32, load: u32, length: f32) -> Thing {
    Thing::Big(BigVehicle::Truck { cab: hex(cab), load: hex(load), length })
}

pub(super) fn person(random: &mut Random, rain: bool) -> Thing {
    let umbrellas = [0xc8_3a3a, 0x2a_3a5a, 0x2f_7a6a, 0xe0_b040, 0x33_3338, 0x8a_4a7a];
    Thing::Person(Person {
        height: random.range_f32(1.58, 1.90),
        skin: one(random, &SKINS),
        hair: one(random, &HAIRS),
        top: one(random, &TOPS),
        legs: one(random, &LEGS),
        coat: random.chance(if rain { 0.5 } else { 0.25 }),
        bag: random.chance(0.35).then(|| hex(random.pick(&[0x8a_5a38, 0x2c_2c30, 0xd8_c8a8]))),
        umbrella: (rain && random.chance(0.7)).then(|| one(random, &umbrellas)),
    })
}

/// Someone in a safety vest.
pub(super) fn worker(random: &mut Random) -> Thing {
    Thing::Person(Person {
        height: 1.78,
        skin: one(random, &SKINS),
        hair: one(random, &HAIRS),
        top: hex(0xf4_d03a),
        legs: hex(0x33_3a47),
        coat: false,
        bag: None,
        umbrella: None,
    })
}

pub(super) fn dog(random: &mut Random) -> Thing {
    Thing::Dog(hex(random.pick(&[0xb8_8a58, 0x5a_4030, 0xd8_c8a8])))
}

pub(super) fn rider(random: &mut Random, motor: bool) -> Thing {
    Thing::TwoWheel(Rider {
        motor,
        frame: hex(random.pick(&[0xc0_3030, 0x2a_6a9a, 0xe0_a030, 0x30_8060])),
        top: if motor { hex(random.pick(&[0x2a_2c30, 0x8a_2a2a, 0x2a_3a5a])) } else { one(random, &TOPS) },
        legs: one(random, &LEGS),
        helmet: hex(random.pick(&[0xe8_e4da, 0xc8_3a30, 0x2a_2c30, 0xe0_b040])),
        skin: one(random, &SKINS),
    })
}

pub(super) fn broadleaf(random: &mut Random, low: f32, high: f32) -> Thing {
    let height = random.range_f32(low, high);
    Thing::Plant(Plant::Broadleaf { height, leaf: one(random, &LEAVES), seed: random.bits() })
}

pub(super) fn conifer(random: &mut Random, low: f32, high: f32) -> Thing {
    let leaf = hex(random.pick(&[0x3f_6b42, 0x37_6048, 0x4a_7548]));
    Thing::Plant(Plant::Conifer { height: random.range_f32(low, high), leaf })
}

pub(super) fn bush(random: &mut Random, low: f32, high: f32) -> Thing {
    let height = random.range_f32(low, high);
    Thing::Plant(Plant::Bush { height, leaf: one(random, &LEAVES) * 0.9, seed: random.bits() })
}

/// A town house of `length` metres.
pub(super) fn town_house(random: &mut Random, length: f32, side: f32) -> Thing {
    let storey = random.range_f32(3.1, 3.5);
    let floors = random.pick(&[3.0_f32, 4.0, 4.0, 5.0, 5.0, 6.0]);
    Thing::House(House {
        length,
        depth: 12.0,
        height: floors * storey + 0.9,
        wall: one(random, &WALLS),
        roof: one(random, &ROOFS),
        gable: if random.chance(0.45) { random.range_f32(2.0, 3.2) } else { 0.0 },
        shop: random.chance(0.5).then(|| one(random, &AWNINGS)),
        storey,
        seed: random.below(1 << 30) as i64,
        side,
    })
}

/// A small house with a garden.
pub(super) fn cottage(random: &mut Random, side: f32) -> Thing {
    let storey = 2.9;
    Thing::House(House {
        length: random.range_f32(9.0, 12.0),
        depth: 9.0,
        height: storey * random.pick(&[1.0_f32, 2.0, 2.0]) + 0.5,
        wall: hex(random.pick(&[0xe9_e2d4, 0xd8_cfc2, 0xc9_8f74, 0xe6_cfa0, 0xb8_c4c8, 0xd9_b99a])),
        roof: one(random, &ROOFS),
        gable: random.range_f32(2.4, 3.4),
        shop: None,
        storey,
        seed: random.below(1 << 30) as i64,
        side,
    })
}
