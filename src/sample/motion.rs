//! How things move along the road: speed profiles with exact integrals, and the bends of the road.

/// Speed over time, given at a few moments and eased between them, so that speed, acceleration and distance are known
/// exactly at any time.
#[derive(Debug, Clone)]
pub(super) struct SpeedProfile {
    /// (time s, speed m/s), times ascending.
    keys: Vec<(f64, f64)>,
    /// Distance from the first key to each key, m.
    distance_m: Vec<f64>,
    /// Whether the profile starts again after its last key (whose speed is that of the first).
    repeats: bool,
}

/// Where something is on its profile at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kinematics {
    /// Distance driven since time 0, m.
    pub(super) distance_m: f64,
    /// Speed, m/s.
    pub(super) speed: f64,
    /// Acceleration, m/s².
    pub(super) acceleration: f64,
}

impl SpeedProfile {
    /// A profile that goes on for ever by starting again; the first key is at time 0.
    pub(super) fn repeating(keys: &[(f64, f64)]) -> Self {
        Self::new(keys, true)
    }

    /// A profile that keeps its first speed before and its last speed after the keys.
    pub(super) fn once(keys: &[(f64, f64)]) -> Self {
        Self::new(keys, false)
    }

    fn new(keys: &[(f64, f64)], repeats: bool) -> Self {
        let mut distance_m = vec![0.0];
        let mut total = 0.0;
        for pair in keys.windows(2) {
            // The eased curve is symmetric, so its mean is the mean of both ends.
            total += (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1);
            distance_m.push(total);
        }
        Self { keys: keys.to_vec(), distance_m, repeats }
    }

    /// Seconds from the first to the last key.
    pub(super) fn period_s(&self) -> f64 {
        self.keys[self.keys.len() - 1].0 - self.keys[0].0
    }

    /// Distance from the first to the last key, m.
    pub(super) fn length_m(&self) -> f64 {
        self.distance_m[self.distance_m.len() - 1]
    }

    /// The state at time `t`, s.
    pub(super) fn at(&self, t: f64) -> Kinematics {
        let (first, last) = (self.keys[0], self.keys[self.keys.len() - 1]);
        let (t, before) = if self.repeats {
            let lap = ((t - first.0) / self.period_s()).floor();
            (t - lap * self.period_s(), lap * self.length_m())
        } else {
            (t, 0.0)
        };
        if t <= first.0 {
            return Kinematics { distance_m: before + (t - first.0) * first.1, speed: first.1, acceleration: 0.0 };
        }
        if t >= last.0 {
            let distance_m = before + self.length_m() + (t - last.0) * last.1;
            return Kinematics { distance_m, speed: last.1, acceleration: 0.0 };
        }
        let index = self.keys.partition_point(|key| key.0 <= t) - 1;
        let ((t0, v0), (t1, v1)) = (self.keys[index], self.keys[index + 1]);
        let (span, rise) = (t1 - t0, v1 - v0);
        let u = (t - t0) / span;
        Kinematics {
            distance_m: before + self.distance_m[index] + span * (v0 * u + rise * (u.powi(3) - 0.5 * u.powi(4))),
            speed: v0 + rise * u * u * (3.0 - 2.0 * u),
            acceleration: rise * 6.0 * u * (1.0 - u) / span,
        }
    }
}

/// The bends of a road that repeats after `length_m`: a sum of two waves and a steady bend.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bends {
    /// Length after which the bends repeat, m.
    pub(super) length_m: f64,
    /// Steady curvature, 1/m, positive to the left.
    pub(super) steady: f64,
    /// Curvature and phase of the wave that fits once into the length.
    pub(super) wide: (f64, f64),
    /// Curvature and phase of the wave that fits twice.
    pub(super) tight: (f64, f64),
}

impl Bends {
    /// Curvature at distance `s`, 1/m, positive to the left.
    pub(super) fn curvature(&self, s: f64) -> f64 {
        let turn = std::f64::consts::TAU * s / self.length_m;
        self.steady + self.wide.0 * (turn + self.wide.1).sin() + self.tight.0 * (2.0 * turn + self.tight.1).sin()
    }

    /// Direction of the road at distance `s` against that at 0, radians, positive to the left.
    pub(super) fn direction(&self, s: f64) -> f64 {
        let per_m = std::f64::consts::TAU / self.length_m;
        let turn = per_m * s;
        self.steady * s
            + self.wide.0 / per_m * (self.wide.1.cos() - (turn + self.wide.1).cos())
            + self.tight.0 / (2.0 * per_m) * (self.tight.1.cos() - (2.0 * turn + self.tight.1).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_and_speed_are_integrals() {
        let profile =
            SpeedProfile::repeating(&[(0.0, 4.0), (4.0, 13.0), (8.0, 13.5), (11.5, 0.0), (13.0, 0.0), (15.0, 4.0)]);
        let (mut distance, mut speed) = (0.0, 4.0);
        let dt = 1e-4;
        for step in 0..400_000_u32 {
            let middle = profile.at((f64::from(step) + 0.5) * dt);
            distance += middle.speed * dt;
            speed += middle.acceleration * dt;
        }
        let end = profile.at(40.0);
        assert!((end.distance_m - distance).abs() < 1e-3, "{} {distance}", end.distance_m);
        assert!((end.speed - speed).abs() < 1e-3, "{} {speed}", end.speed);
    }

    #[test]
    fn a_profile_once_goes_on_at_its_end_speed() {
        let profile = SpeedProfile::once(&[(0.0, -10.0), (4.0, 0.0)]);
        for (t, distance, speed) in [(-1.0, 10.0, -10.0), (4.0, -20.0, 0.0), (9.0, -20.0, 0.0)] {
            let state = profile.at(t);
            assert!((state.distance_m - distance).abs() < 1e-9 && (state.speed - speed).abs() < 1e-9, "{t}: {state:?}");
        }
    }

    #[test]
    fn direction_is_the_integral_of_curvature() {
        let bends = Bends { length_m: 160.0, steady: 0.001, wide: (0.004, 0.7), tight: (0.002, 2.0) };
        let mut direction = 0.0;
        for step in 0..100_000_u32 {
            direction += bends.curvature((f64::from(step) + 0.5) * 2e-3) * 2e-3;
        }
        assert!((bends.direction(200.0) - direction).abs() < 1e-6);
    }
}
