//! Where the ticks of an axis stand: at round numbers, and for time at round seconds, minutes and hours.

use crate::{gui::widgets::text::time_utc, model::format_ns};

const MS: i64 = 1_000_000;
const S: i64 = 1_000 * MS;
const MIN: i64 = 60 * S;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

/// Steps of a time axis, ns; coarser ones are whole multiples of a day.
const STEPS: [i64; 30] = [
    MS,
    2 * MS,
    5 * MS,
    10 * MS,
    20 * MS,
    50 * MS,
    100 * MS,
    200 * MS,
    500 * MS,
    S,
    2 * S,
    5 * S,
    10 * S,
    15 * S,
    30 * S,
    MIN,
    2 * MIN,
    5 * MIN,
    10 * MIN,
    15 * MIN,
    30 * MIN,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
];

/// Most ticks that are ever made.
const MOST: usize = 64;

/// The ticks of a time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTicks {
    /// Distance of two ticks, ns.
    pub step: i64,
    /// Where they stand, ns UTC.
    pub at: Vec<i64>,
}

/// At most `most` ticks between two times, at round times after `zero`.
#[must_use]
pub fn time_ticks(from: i64, to: i64, zero: i64, most: usize) -> TimeTicks {
    let most = i64::try_from(most.clamp(1, MOST)).unwrap_or(1);
    let least = (to.saturating_sub(from) / most).max(1);
    let days = (least / DAY).saturating_add(1).saturating_mul(DAY);
    let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or(days);
    let first = (i128::from(from) - i128::from(zero)).div_euclid(i128::from(step));
    let at = (0..=i128::try_from(MOST).unwrap_or(64) + 1)
        .filter_map(|index| i64::try_from(i128::from(zero) + (first + index) * i128::from(step)).ok())
        .skip_while(|tick| *tick < from)
        .take_while(|tick| *tick <= to)
        .collect();
    TimeTicks { step, at }
}

/// The text at a tick in clock time: as exact as the step needs.
#[must_use]
pub fn clock_tick(ns: i64, step: i64) -> String {
    let full = format_ns(ns);
    let cut = match step {
        step if step >= DAY => full.get(..10),
        step if step >= MIN => full.get(11..16),
        step if step >= S => full.get(11..19),
        step if step >= 100 * MS => full.get(11..21),
        step if step >= 10 * MS => full.get(11..22),
        _ => full.get(11..23),
    };
    cut.unwrap_or(&full).to_owned()
}

/// The text at a tick in time since the recording began.
#[must_use]
pub fn elapsed_tick(ns: i64, zero: i64, step: i64) -> String {
    let since = ns.saturating_sub(zero);
    let sign = if since < 0 { "−" } else { "" };
    let ms = since.unsigned_abs() / MS.unsigned_abs();
    let (whole, rest) = (ms / 1000, ms % 1000);
    let part = match step {
        step if step >= S => String::new(),
        step if step >= 100 * MS => format!(".{}", rest / 100),
        step if step >= 10 * MS => format!(".{:02}", rest / 10),
        _ => format!(".{rest:03}"),
    };
    match whole {
        3600.. => format!("{sign}{}:{:02}:{:02}{part}", whole / 3600, whole % 3600 / 60, whole % 60),
        _ => format!("{sign}{}:{:02}{part}", whole / 60, whole % 60),
    }
}

/// The time of day with milliseconds: `08:00:03.250`.
#[must_use]
pub fn time_of_day(ns: i64) -> String {
    let full = time_utc(ns);
    full.get(11..).map_or_else(|| full.clone(), str::to_owned)
}

/// About `count` round numbers between two: 1, 2 or 5 times a power of ten apart.
#[must_use]
pub fn round_ticks(low: f64, high: f64, count: f64) -> Vec<f64> {
    let raw = (high - low) / count;
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw).unwrap_or(raw);
    let first = (low / step).ceil();
    (0..16_u32).map(|index| (first + f64::from(index)) * step).take_while(|value| *value <= high).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        for (low, high, expected) in [
            (-12.0, 11.0, vec![-10.0, 0.0, 10.0]),
            (3.1, 17.3, vec![5.0, 10.0, 15.0]),
            (0.0, 0.09, vec![0.0, 0.05]),
            (5.0, 5.0, vec![]),
            (f64::NAN, 5.0, vec![]),
            (0.0, f64::INFINITY, vec![]),
        ] {
            assert_eq!(round_ticks(low, high, 3.0), expected, "{low}..{high}");
        }
    }

    #[test]
    fn ticks_of_time_are_round_after_the_zero() {
        let zero = 7_300 * MS;
        for (from, to, most, step, expected) in [
            (zero, zero + 14_900 * MS, 3, 5 * S, vec![0, 5 * S, 10 * S]),
            (zero, zero + 1250 * S, 3, 10 * MIN, vec![0, 10 * MIN, 20 * MIN]),
            (zero - S, zero + S, 2, S, vec![-S, 0, S]),
            (zero, zero + 9 * MS, 3, 5 * MS, vec![0, 5 * MS]),
            (zero, zero + 40 * DAY, 3, 14 * DAY, vec![0, 14 * DAY, 28 * DAY]),
        ] {
            let ticks = time_ticks(from, to, zero, most);
            let since: Vec<i64> = ticks.at.iter().map(|tick| tick - zero).collect();
            assert_eq!((ticks.step, since), (step, expected), "{from}..{to}");
        }
        // Whatever a file says, there are few.
        for (from, to) in [(i64::MIN, i64::MAX), (i64::MAX - 5, i64::MAX), (0, 0)] {
            assert!(time_ticks(from, to, 0, 9).at.len() <= MOST + 1);
        }
    }

    #[test]
    fn texts_are_as_exact_as_the_step() {
        let at = 1_714_550_403_250 * MS;
        for (step, clock, elapsed) in [
            (DAY, "2024-05-01", "0:03"),
            (HOUR, "08:00", "0:03"),
            (S, "08:00:03", "0:03"),
            (200 * MS, "08:00:03.2", "0:03.2"),
            (50 * MS, "08:00:03.25", "0:03.25"),
            (MS, "08:00:03.250", "0:03.250"),
        ] {
            assert_eq!(clock_tick(at, step), clock);
            assert_eq!(elapsed_tick(at, at - 3250 * MS, step), elapsed);
        }
        assert_eq!(elapsed_tick(0, 3725 * S, S), "−1:02:05");
        assert_eq!(time_of_day(at), "08:00:03.250");
    }
}
