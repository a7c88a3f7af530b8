//! Light and weather of a drive: colours of sky and haze, sunlight, headlights, street lamps, rain.

use super::{
    camera::{V3, v3},
    color::{Rgb, hex},
    noise::step,
};

/// The four kinds of drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// A sunny morning.
    Day,
    /// A clear night in town.
    Night,
    /// A gray day with rain.
    Rain,
    /// A low sun and long shadows.
    Dusk,
}

/// Everything that colours a scene.
#[derive(Debug, Clone)]
pub(super) struct Mood {
    pub(super) weather: Weather,
    /// Sky straight up, half way, and just over the horizon.
    pub(super) sky: [Rgb; 3],
    /// Sunlit and shaded side of the clouds, and how much of the sky they cover (0 to 1).
    pub(super) clouds: (Rgb, Rgb, f32),
    /// Direction of the sun (or moon) in the world at distance 0 of the road.
    pub(super) sun: V3,
    /// Colour and strength of its light on things.
    pub(super) sunlight: Rgb,
    /// Colour of the disc and its glow in the sky.
    pub(super) disc: Rgb,
    /// Light from everywhere.
    pub(super) ambient: Rgb,
    /// Colour of far things, and the distance at which about two thirds of them are lost in it, m.
    pub(super) haze: (Rgb, f32),
    /// Strength of the vehicle's own headlights on things, 0 to 1.
    pub(super) headlights: f32,
    /// Strength of street lamps, 0 to 1.
    pub(super) lamps: f32,
    /// How wet the road is, 0 to 1.
    pub(super) wet: f32,
    /// Share of windows with light in them.
    pub(super) lit_windows: f32,
    /// Whether vehicles drive with their lights on.
    pub(super) lights_on: bool,
}

impl Mood {
    /// The mood of one kind of drive.
    pub(super) fn of(weather: Weather) -> Self {
        match weather {
            Weather::Day => Self {
                weather,
                sky: [hex(0x3f_82c8), hex(0x86_b7e3), hex(0xdc_e9f0)],
                clouds: (hex(0xff_fdf8), hex(0xbf_ccda), 0.42),
                sun: v3(-0.35, -0.62, 0.70).unit(),
                sunlight: Rgb([0.50, 0.47, 0.40]),
                disc: hex(0xff_f6dc),
                ambient: Rgb([0.60, 0.63, 0.69]),
                haze: (hex(0xcf_dfe9), 210.0),
                headlights: 0.0,
                lamps: 0.0,
                wet: 0.0,
                lit_windows: 0.0,
                lights_on: false,
            },
            Weather::Night => Self {
                weather,
                sky: [hex(0x0a_1026), hex(0x14_1d3d), hex(0x33_3357)],
                clouds: (hex(0x3a_3c5c), hex(0x1c_2140), 0.30),
                sun: v3(0.80, 0.42, 0.36).unit(),
                sunlight: Rgb([0.03, 0.04, 0.06]),
                disc: hex(0xf1_efe0),
                ambient: Rgb([0.17, 0.19, 0.28]),
                haze: (hex(0x2b_2c4a), 190.0),
                headlights: 0.85,
                lamps: 0.80,
                wet: 0.22,
                lit_windows: 0.42,
                lights_on: true,
            },
            Weather::Rain => Self {
                weather,
                sky: [hex(0x6e_7a86), hex(0x8b_96a0), hex(0xb4_bcc1)],
                clouds: (hex(0xb3_bac0), hex(0x72_7d88), 0.95),
                sun: v3(0.4, 0.3, 0.85).unit(),
                sunlight: Rgb::gray(0.0),
                disc: Rgb::BLACK,
                ambient: Rgb([0.62, 0.66, 0.70]),
                haze: (hex(0xa9_b2b8), 95.0),
                headlights: 0.10,
                lamps: 0.0,
                wet: 1.0,
                lit_windows: 0.22,
                lights_on: true,
            },
            Weather::Dusk => Self {
                weather,
                sky: [hex(0x2f_4a7d), hex(0xb4_7f8c), hex(0xff_b565)],
                clouds: (hex(0xff_a66a), hex(0x6a_557c), 0.50),
                sun: v3(0.97, 0.20, 0.085).unit(),
                sunlight: Rgb([0.42, 0.25, 0.12]),
                disc: hex(0xff_dc9a),
                ambient: Rgb([0.50, 0.43, 0.48]),
                haze: (hex(0xe2_a27f), 260.0),
                headlights: 0.15,
                lamps: 0.0,
                wet: 0.0,
                lit_windows: 0.15,
                lights_on: true,
            },
        }
    }

    /// Light of the vehicle's own headlamps at a point of its frame: two lobes that widen and fade ahead.
    pub(super) fn headlight(&self, p: V3) -> f32 {
        if self.headlights <= 0.0 || p.x < 1.5 {
            return 0.0;
        }
        let across = (p.y + 0.06 * p.x * 0.3) / (1.3 + 0.27 * p.x);
        let aside = 1.0 / (1.0 + across * across * (1.0 + across * across));
        // Dipped beams: little light above the height of the lamps far ahead.
        let upward = 1.0 - 0.75 * step(0.6, 2.6, p.z);
        self.headlights * aside * upward * step(1.5, 6.0, p.x) / (1.0 + (p.x / 24.0).powi(2))
    }

    /// What colour a thing of colour `albedo` shows at `p` (vehicle's frame) under light `lamp` from street lamps.
    /// `normal` is the direction its surface faces and `sun` that of the sun, both in the vehicle's frame.
    pub(super) fn shade(&self, albedo: Rgb, p: V3, normal: V3, sun: V3, lamp: f32) -> Rgb {
        let facing = normal.dot(sun).max(0.0);
        let from_above = 0.80 + 0.20 * normal.z;
        let light = self.ambient * from_above
            + self.sunlight * facing
            + Rgb([1.0, 0.96, 0.86]) * self.headlight(p)
            + Rgb([1.0, 0.80, 0.52]) * (lamp * self.lamps);
        self.haze(albedo.lit(light), (p.x * p.x + p.y * p.y).sqrt())
    }

    /// `color` seen through `distance` metres of air.
    pub(super) fn haze(&self, color: Rgb, distance: f32) -> Rgb {
        let lost = 1.0 - (-(distance / self.haze.1)).exp();
        color.mix(self.haze.0, lost)
    }
}
