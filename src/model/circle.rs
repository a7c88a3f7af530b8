//! Values that go round: headings, where 359° lies beside 1°.

use std::f64::consts::TAU;

use super::MetricKind;

/// How the values of a metric go round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Circle {
    /// Once round is 2π; 360 otherwise.
    pub radians: bool,
    /// The range lies around zero; it begins at zero otherwise.
    pub signed: bool,
}

impl Circle {
    /// The circle of a metric with values from the least to the most: 2π for radians, else 360. Without a unit, floats that
    /// all lie within ±2π are radians: the two readings differ only where neighbouring samples lie more than half a circle
    /// apart. The range lies around zero where a value is negative.
    #[must_use]
    pub fn of((name, kind): (&str, MetricKind), unit: Option<&str>, ends: Option<(f64, f64)>) -> Self {
        let rad = |word: &str| matches!(word.to_lowercase().as_str(), "rad" | "rads" | "radian" | "radians");
        let radians = match unit {
            Some(unit) => rad(unit.trim()),
            None if words_of(name).iter().any(|word| rad(word)) => true,
            None => {
                let most = ends.map_or(0.0, |(least, most)| least.abs().max(most.abs()));
                kind == MetricKind::Float && most < TAU + 1e-3
            }
        };
        Self { radians, signed: ends.is_some_and(|(least, _)| least < 0.0) }
    }

    /// Once round.
    #[must_use]
    pub fn period(self) -> f64 {
        if self.radians { TAU } else { 360.0 }
    }

    /// Where the range of values begins.
    #[must_use]
    pub fn low(self) -> f64 {
        if self.signed { -self.period() / 2.0 } else { 0.0 }
    }

    /// The short way from one direction to another: at most half a turn, and negative the other way round.
    #[must_use]
    pub fn way(self, from: f64, to: f64) -> f64 {
        let (way, period) = (to - from, self.period());
        if way.abs() <= period / 2.0 { way } else { way - period * (way / period).round() }
    }

    /// The same direction inside the range of values.
    #[must_use]
    pub fn inside(self, value: f64) -> f64 {
        let turned = (value - self.low()).rem_euclid(self.period());
        // Rounding may land on the full circle, which is its own beginning.
        if turned < self.period() { turned + self.low() } else { self.low() }
    }

    /// A direction as a vector of length one; none for what is no direction, as infinity.
    #[must_use]
    pub fn vector(self, value: f64) -> Option<(f64, f64)> {
        let angle = if self.radians { value } else { value.to_radians() };
        value.is_finite().then(|| (angle.cos(), angle.sin()))
    }

    /// The direction of a sum of `count` vectors; none where they cancel each other out.
    #[must_use]
    pub fn direction(self, (x, y): (f64, f64), count: f64) -> Option<f64> {
        if count <= 0.0 || x.hypot(y) <= count * 1e-9 {
            return None;
        }
        let angle = y.atan2(x);
        Some(self.inside(if self.radians { angle } else { angle.to_degrees() }))
    }

    /// The mean direction: that of the sum of all as vectors.
    #[must_use]
    pub fn mean(self, values: impl Iterator<Item = f64>) -> Option<f64> {
        let add = |(sum, count): ((f64, f64), f64), (x, y): (f64, f64)| ((sum.0 + x, sum.1 + y), count + 1.0);
        let (sum, count) = values.filter_map(|value| self.vector(value)).fold(((0.0, 0.0), 0.0), add);
        self.direction(sum, count)
    }
}

/// The words of `yaw_rate`, `yawRate`, `Yaw rate`, in lower case.
#[must_use]
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before_lower = c.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPASS: Circle = Circle { radians: false, signed: false };
    const SIGNED: Circle = Circle { radians: false, signed: true };

    #[test]
    fn the_circle_is_told_by_unit_name_or_values() {
        use MetricKind::{Float, Int};
        for (metric, unit, ends, radians, signed) in [
            (("heading", Float), Some("deg"), Some((0.0, 3.0)), false, false),
            (("heading", Float), Some("rad"), Some((-3.0, 3.0)), true, true),
            (("yaw_rad", Int), None, Some((0.0, 300.0)), true, false),
            (("yaw", Float), None, Some((-3.1, 3.1)), true, true),
            (("yaw", Float), None, Some((-170.0, 3.1)), false, true),
            (("yaw", Int), None, Some((0.0, 3.0)), false, false),
            (("yaw", Int), None, None, false, false),
        ] {
            assert_eq!(Circle::of(metric, unit, ends), Circle { radians, signed }, "{metric:?} {unit:?}");
        }
    }

    #[test]
    fn ways_are_short_and_means_are_of_directions() {
        for (from, to, expected) in [(359.0, 1.0, 2.0), (1.0, 359.0, -2.0), (10.0, 50.0, 40.0), (0.0, 180.0, 180.0)] {
            assert!((COMPASS.way(from, to) - expected).abs() < 1e-12, "{from} {to}");
        }
        for (circle, values, expected) in [
            (COMPASS, vec![359.0, 3.0], Some(1.0)),
            (SIGNED, vec![179.0, -177.0], Some(-179.0)),
            (COMPASS, vec![90.0, f64::NAN, 90.0, f64::INFINITY], Some(90.0)),
            (COMPASS, vec![0.0, 180.0], None),
            (COMPASS, vec![], None),
        ] {
            let mean = circle.mean(values.iter().copied());
            assert_eq!(mean.is_some(), expected.is_some(), "{values:?}");
            assert!((mean.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-9, "{values:?}: {mean:?}");
        }
    }
}
