//! Sensor readings of a drive: computed from the same motion that the pictures show, with noise, gaps and missing
//! values as real logs have them.

use std::{fmt::Write as _, path::Path};

use polars::prelude::{Column, NamedFrom as _, Series};

use super::{
    SampleError,
    drive::Drive,
    mood::Weather,
    noise::{mix, smooth},
    scene::rain_amount,
    spec::SampleSpec,
    table_file::{write_parquet, write_text},
};
use crate::{jobs::Progress, model::format_ns};

/// Longest table written as CSV.
const MOST_TEXT_ROWS: u64 = 50_000;

/// Seconds logged before the first and after the last frame.
const MARGIN_S: f64 = 0.25;

/// From steering wheel to road wheel, and between the axles, m.
const STEERING_RATIO: f64 = 15.2;
const WHEELBASE_M: f64 = 2.67;

/// Metres of one degree of latitude.
pub(super) const METRES_PER_DEGREE: f64 = 111_320.0;

/// The floating-point metrics: name, unit, decimals.
const FLOATS: [(&str, &str, i32); 11] = [
    ("speed", "m/s", 3),
    ("acceleration", "m/s²", 3),
    ("brake", "", 3),
    ("steering_angle", "deg", 2),
    ("yaw_rate", "deg/s", 3),
    ("heading", "deg", 3),
    ("latitude", "deg", 7),
    ("longitude", "deg", 7),
    ("ambient_temperature", "°C", 2),
    ("rain_intensity", "mm/h", 2),
    ("light", "lx", 1),
];
const RAIN: usize = 9;
const LIGHT: usize = 10;

/// One reading of everything. `None` is an empty cell.
struct Reading {
    time_ns: i64,
    floats: [Option<f64>; 11],
    gear: i64,
    brake_light: bool,
}

/// Writes the readings of a drive into `folder`; returns their number (rows times metrics).
pub(super) fn write_metrics(
    folder: &Path,
    spec: &SampleSpec,
    drive: &Drive,
    progress: &Progress,
) -> Result<u64, SampleError> {
    let log = Log::new(spec, drive);
    // A car has a rain sensor or a light sensor in this fleet's record, seldom both.
    let absent = if drive.world.weather == Weather::Rain { LIGHT } else { RAIN };
    let kept: Vec<usize> = (0..FLOATS.len()).filter(|index| *index != absent).collect();
    let text = matches!(drive.index % 4, 1 | 2) && log.rows <= MOST_TEXT_ROWS;
    let mut rows = 0;
    if text {
        let mut out = "time".to_owned();
        for index in &kept {
            out.push(',');
            out.push_str(&header(*index));
        }
        out.push_str(",gear,brake_light\n");
        log.read(progress, |reading| {
            csv_row(&mut out, reading, &kept);
            rows += 1;
        })?;
        write_text(&folder.join("vehicle.csv"), &out)?;
    } else {
        let capacity = log.rows as usize;
        let mut time = Vec::with_capacity(capacity);
        let mut floats: Vec<Vec<Option<f64>>> = kept.iter().map(|_| Vec::with_capacity(capacity)).collect();
        let (mut gear, mut brake_light) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        log.read(progress, |reading| {
            time.push(reading.time_ns);
            for (column, index) in floats.iter_mut().zip(&kept) {
                column.push(reading.floats[*index]);
            }
            gear.push(reading.gear);
            brake_light.push(reading.brake_light);
            rows += 1;
        })?;
        // Some loggers put the unit into the name of a column; for the others `lake.toml` tells it.
        let with_units = drive.index % 4 == 3;
        let mut columns: Vec<Column> = vec![Series::new("timestamp_ns".into(), time).into()];
        for (column, index) in floats.into_iter().zip(&kept) {
            let name = if with_units { header(*index) } else { FLOATS[*index].0.to_owned() };
            columns.push(Series::new(name.into(), column).into());
        }
        columns.push(Series::new("gear".into(), gear).into());
        columns.push(Series::new("brake_light".into(), brake_light).into());
        write_parquet(&folder.join("vehicle.parquet"), columns)?;
    }
    Ok(rows * (kept.len() as u64 + 2))
}

/// Name and unit of a metric as loggers write them: `speed [m/s]`.
fn header(index: usize) -> String {
    let (name, unit, _) = FLOATS[index];
    if unit.is_empty() { name.to_owned() } else { format!("{name} [{unit}]") }
}

fn csv_row(out: &mut String, reading: &Reading, kept: &[usize]) {
    // Milliseconds would lose nothing at 100 Hz, but the clock ticks in microseconds.
    let time = format_ns(reading.time_ns);
    out.push_str(time.get(..26).unwrap_or(&time));
    out.push('Z');
    for index in kept {
        // Writing to a string cannot fail.
        let _ = match reading.floats[*index] {
            None => write!(out, ","),
            Some(value) => write!(out, ",{value}"),
        };
    }
    let _ = writeln!(out, ",{},{}", reading.gear, reading.brake_light);
}

/// The log of a drive.
struct Log<'a> {
    drive: &'a Drive,
    rows: u64,
    rate_hz: f64,
    duration_s: f64,
}

impl<'a> Log<'a> {
    fn new(spec: &SampleSpec, drive: &'a Drive) -> Self {
        let duration_s = Drive::duration_s(spec);
        let rows = ((duration_s + 2.0 * MARGIN_S) * spec.metric_rate_hz).ceil() as u64;
        Self { drive, rows, rate_hz: spec.metric_rate_hz, duration_s }
    }

    /// Calls `take` for every row that was not dropped, in time order.
    fn read(&self, progress: &Progress, mut take: impl FnMut(&Reading)) -> Result<(), SampleError> {
        let drive = self.drive;
        let bends = &drive.world.road.bends;
        let start = drive.world.vehicle.at(-MARGIN_S);
        let (mut north_m, mut east_m, mut before_m) = (0.0, 0.0, start.distance_m);
        let cos_latitude = drive.region.latitude.to_radians().cos();
        for row in 0..self.rows {
            if row % 65_536 == 0 {
                progress.check()?;
            }
            let t = row as f64 / self.rate_hz - MARGIN_S;
            let now = drive.world.vehicle.at(t);
            // The path is followed in steps small enough for the chord to equal the arc.
            let middle = 0.5 * (before_m + now.distance_m);
            let course = drive.heading.to_radians() - bends.direction(middle);
            let step = now.distance_m - before_m;
            (north_m, east_m, before_m) = (north_m + step * course.cos(), east_m + step * course.sin(), now.distance_m);
            if self.dropped(t) {
                continue;
            }
            let noise = |channel: u64| {
                let bits = mix(drive.seed ^ mix(row.wrapping_mul(16).wrapping_add(channel)));
                let (a, b) = (bits & 0xffff, (bits >> 16) & 0xffff);
                let (c, d) = ((bits >> 32) & 0xffff, bits >> 48);
                // The sum of four even values is close to a normal one; this has deviation 1.
                ((a + b + c + d) as f64 / 65_535.0 - 2.0) * 1.732
            };
            let curvature = bends.curvature(now.distance_m);
            let heading = drive.heading - bends.direction(now.distance_m).to_degrees();
            let brake = ((-now.acceleration - 0.4) / 8.0).clamp(0.0, 1.0);
            let values = [
                (now.speed + 0.012 * noise(0)).max(0.0),
                now.acceleration + 0.05 * noise(1),
                brake,
                (WHEELBASE_M * curvature).atan().to_degrees() * STEERING_RATIO + 0.15 * noise(3),
                (now.speed * curvature).to_degrees() + 0.04 * noise(4),
                (heading + 0.02 * noise(5)).rem_euclid(360.0),
                drive.region.latitude + north_m / METRES_PER_DEGREE,
                drive.region.longitude + east_m / (METRES_PER_DEGREE * cos_latitude),
                drive.temperature + 0.35 * (t / 240.0).sin() - 0.00002 * t + 0.02 * noise(8),
                self.rain(t) + 0.05 * noise(9).abs(),
                self.light(t, now.distance_m) * (1.0 + 0.01 * noise(10)),
            ];
            let mut floats = [None; 11];
            for (index, ((cell, value), (_, _, decimals))) in floats.iter_mut().zip(values).zip(FLOATS).enumerate() {
                if !self.empty(row, index) {
                    let scale = 10_f64.powi(decimals);
                    let rounded = (value * scale).round() / scale;
                    // 359.9996 rounds up to the full turn.
                    *cell = Some(if index == 5 && rounded >= 360.0 { 0.0 } else { rounded });
                }
            }
            if row == self.rows / 3 {
                floats[8] = Some(f64::NAN);
            }
            take(&Reading {
                time_ns: drive.started_at_ns + (t * 1e9).round() as i64,
                floats,
                gear: gear(now.speed),
                brake_light: brake > 0.02,
            });
        }
        Ok(())
    }

    /// The logger missed these stretches: one of 1.4 s near the end of the first lap and of every tenth after it, and
    /// one of 0.3 s.
    fn dropped(&self, t: f64) -> bool {
        let lap_s = self.drive.world.vehicle.period_s();
        let (lap, within) = ((t / lap_s).floor() as i64, t.rem_euclid(lap_s) / lap_s * 15.0);
        if lap % 10 != 0 || self.duration_s < 2.0 {
            return false;
        }
        (12.4..13.8).contains(&within) || (3.3..3.6).contains(&within)
    }

    /// Slow sensors skip a reading now and then.
    fn empty(&self, row: u64, column: usize) -> bool {
        column >= 8 && mix(self.drive.seed ^ (row * 31 + column as u64)).is_multiple_of(250)
    }

    fn rain(&self, t: f64) -> f64 {
        if self.drive.world.weather == Weather::Rain {
            9.5 * f64::from(rain_amount(t / self.drive.world.vehicle.period_s()))
        } else {
            0.0
        }
    }

    fn light(&self, t: f64, distance_m: f64) -> f64 {
        let road = &self.drive.world.road;
        let s = distance_m.rem_euclid(road.bends.length_m) as f32;
        match self.drive.world.weather {
            Weather::Day => 41_000.0 * (0.62 + 0.38 * f64::from(smooth(s * 0.09, 3.0))),
            Weather::Night => 2.5 + 26.0 * f64::from(road.lamp_light(s, self.drive.world.lane_d)),
            Weather::Rain => 5200.0 - 1600.0 * f64::from(rain_amount(t / self.drive.world.vehicle.period_s())),
            Weather::Dusk => 6400.0 * (-t / 3600.0).exp() * (0.9 + 0.1 * f64::from(smooth(s * 0.03, 9.0))),
        }
    }
}

fn gear(speed: f64) -> i64 {
    [0.3, 4.5, 8.0, 12.5, 17.5, 24.0].iter().filter(|limit| speed >= **limit).count() as i64
}
