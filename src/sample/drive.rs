//! One drive: when and where it was, in which world, and its clocks.

use jiff::{Timestamp, ToSpan, civil};

use super::{
    mood::Weather,
    noise::{Random, mix},
    spec::SampleSpec,
    world::World,
};

/// A part of the world that drives go through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    pub(super) name: &'static str,
    /// Where drives begin, degrees.
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

/// The regions, the first four in the order of the first four drives.
pub(super) const REGIONS: [Region; 8] = [
    Region { name: "Lyon", latitude: 45.760_3, longitude: 4.847_1 },
    Region { name: "Hamburg", latitude: 53.561_2, longitude: 9.986_4 },
    Region { name: "Bergen", latitude: 60.381_9, longitude: 5.331_7 },
    Region { name: "Emilia-Romagna", latitude: 44.658_4, longitude: 10.873_6 },
    Region { name: "Porto", latitude: 41.158_9, longitude: -8.622_4 },
    Region { name: "Graz", latitude: 47.068_2, longitude: 15.431_5 },
    Region { name: "Leeds", latitude: 53.803_7, longitude: -1.548_2 },
    Region { name: "Gothenburg", latitude: 57.701_6, longitude: 11.974_8 },
];

/// What is fixed for one kind of drive.
struct Kind {
    weather: Weather,
    name: &'static str,
    start: civil::DateTime,
    /// Direction at the start, degrees clockwise from north.
    heading: f64,
    temperature: f64,
}

fn kind(index: u32) -> Kind {
    match index % 4 {
        0 => Kind {
            weather: Weather::Day,
            name: "city_day",
            start: civil::datetime(2024, 5, 1, 8, 15, 0, 0),
            heading: 214.0,
            temperature: 17.4,
        },
        1 => Kind {
            weather: Weather::Night,
            name: "night_avenue",
            start: civil::datetime(2024, 5, 3, 21, 40, 0, 0),
            // North, so that the heading passes from 359 to 0.
            heading: 359.0,
            temperature: 11.8,
        },
        2 => Kind {
            weather: Weather::Rain,
            name: "rain_suburb",
            start: civil::datetime(2024, 6, 12, 10, 5, 0, 0),
            heading: 96.0,
            temperature: 9.6,
        },
        _ => Kind {
            weather: Weather::Dusk,
            name: "dusk_motorway",
            start: civil::datetime(2024, 9, 20, 17, 10, 0, 0),
            heading: 282.0,
            temperature: 21.3,
        },
    }
}

/// One drive of a sample lake.
#[derive(Debug, Clone)]
pub(super) struct Drive {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) started_at_ns: i64,
    pub(super) vehicle: String,
    pub(super) driver: &'static str,
    pub(super) region: Region,
    /// Direction at the start, degrees clockwise from north.
    pub(super) heading: f64,
    pub(super) temperature: f64,
    pub(super) world: World,
    pub(super) seed: u64,
}

impl Drive {
    /// Drive number `index` of the lake.
    pub(super) fn new(spec: &SampleSpec, index: u32) -> Self {
        let kind = kind(index);
        let seed = mix(spec.seed.wrapping_add(u64::from(index) * 0x9e37));
        let mut random = Random::new(seed, 1);
        // Later rounds of the four kinds follow day by day.
        let round = index / 4;
        let day = kind.start.checked_add(i64::from(round).days()).unwrap_or(kind.start);
        let started = day.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
        let drift = if round == 0 { 0.0 } else { random.range(-0.08, 0.08) };
        let region = REGIONS[(index as usize + round as usize) % REGIONS.len()];
        let lap_s = spec.frames_per_lap() as f64 / spec.rate_hz;
        Self {
            index,
            name: format!("{}_{}", day.date(), kind.name),
            // Dates of this and the coming centuries fit 64 bits.
            started_at_ns: i64::try_from(started.as_nanosecond()).unwrap_or_default(),
            vehicle: format!("car_{:02}", 1 + index % 12),
            driver: ["A", "B", "C"][index as usize % 3],
            region: Region {
                name: region.name,
                latitude: region.latitude + drift,
                longitude: region.longitude + 1.4 * drift,
            },
            heading: kind.heading,
            temperature: kind.temperature + if round == 0 { 0.0 } else { random.range(-5.0, 5.0) },
            world: World::new(kind.weather, lap_s, seed),
            seed,
        }
    }

    /// Seconds from the start to frame `frame` of camera `camera`: the cameras do not fire at the same moment.
    pub(super) fn frame_time_s(rate_hz: f64, camera: u32, frame: u64) -> f64 {
        frame as f64 / rate_hz + 0.012 * f64::from(camera)
    }

    /// Time of a frame as its clock tells it: within half a millisecond of the true one.
    pub(super) fn frame_stamp_ns(&self, rate_hz: f64, camera: u32, frame: u64) -> i64 {
        let true_ns = (Self::frame_time_s(rate_hz, camera, frame) * 1e9).round() as i64;
        let most = (400_000_f64).min(0.05e9 / rate_hz) as u64;
        let jitter = mix(self.seed ^ (frame << 3) ^ u64::from(camera)) % (2 * most + 1);
        self.started_at_ns + true_ns + jitter as i64 - most as i64
    }

    /// Seconds of driving.
    pub(super) fn duration_s(spec: &SampleSpec) -> f64 {
        spec.frames as f64 / spec.rate_hz
    }
}
