//! Where the ticks of an axis stand: at round numbers, and for time at round seconds and minutes.

use egui_plot::{GridInput, GridMark};

/// Steps of a time axis, s; coarser ones are whole multiples of an hour.
const TIMES: [f64; 20] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0,
    1800.0,
];

/// About `count` ticks at 1, 2 or 5 times a power of ten.
pub(super) fn round_ticks(input: &GridInput, count: f64) -> Vec<GridMark> {
    let raw = (input.bounds.1 - input.bounds.0) / count;
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw);
    marks(input.bounds, step.unwrap_or(raw))
}

/// About `count` ticks at round times.
pub(super) fn time_ticks(input: &GridInput, count: f64) -> Vec<GridMark> {
    let raw = (input.bounds.1 - input.bounds.0) / count;
    if !(raw.is_finite() && raw > 0.0) {
        return Vec::new();
    }
    let step = TIMES.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / 3600.0).ceil() * 3600.0);
    marks(input.bounds, step)
}

fn marks((low, high): (f64, f64), step: f64) -> Vec<GridMark> {
    let first = (low / step).ceil();
    (0..64_u32)
        .map(|index| (first + f64::from(index)) * step)
        .take_while(|value| *value <= high)
        .map(|value| GridMark { value, step_size: step })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(ticks: &[GridMark]) -> Vec<f64> {
        ticks.iter().map(|mark| mark.value).collect()
    }

    #[test]
    fn ticks_are_round() {
        let input = |low, high| GridInput { bounds: (low, high), base_step_size: 1.0 };
        for (low, high, expected) in [
            (-12.0, 11.0, vec![-10.0, 0.0, 10.0]),
            (3.1, 17.3, vec![5.0, 10.0, 15.0]),
            (0.0, 0.09, vec![0.0, 0.05]),
            (5.0, 5.0, vec![]),
        ] {
            assert_eq!(values(&round_ticks(&input(low, high), 3.0)), expected, "{low}..{high}");
        }
        for (low, high, expected) in [
            (0.0, 14.9, vec![0.0, 5.0, 10.0]),
            (0.0, 1250.0, vec![0.0, 600.0, 1200.0]),
            (0.0, 40_000.0, vec![0.0, 14_400.0, 28_800.0]),
        ] {
            assert_eq!(values(&time_ticks(&input(low, high), 3.0)), expected, "{low}..{high}");
        }
    }
}
