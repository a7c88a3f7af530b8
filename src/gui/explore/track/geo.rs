//! From degrees to the plane and back. The plane is Mercator's: shapes are right at every latitude, and north is up. It is
//! cut where no drive goes, so that drives across the antimeridian stay whole.

use std::f64::consts::{PI, TAU};

/// Units of the plane once round the equator; a unit is 1.9 cm there.
const WORLD: f64 = 2_147_483_648.0;
/// Beyond this latitude the plane ends.
const MOST_LATITUDE: f64 = 89.78;
/// The equator of WGS 84, m.
const EQUATOR_M: f64 = TAU * 6_378_137.0;

/// A point of the plane, x eastward and y southward.
pub(super) type Point = [i32; 2];

/// Where there is no position.
pub(super) const NOWHERE: Point = [i32::MIN; 2];

/// Units of a degree of longitude.
const DEGREE: f64 = WORLD / 360.0;

/// A rectangle of the plane, its sides included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub low: Point,
    pub high: Point,
}

impl Bounds {
    /// The smallest that holds these points; `None` when there is no position among them.
    pub fn of(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().filter(|point| *point != NOWHERE).fold(None, |all: Option<Self>, [x, y]| {
            let Some(Self { low, high }) = all else { return Some(Self { low: [x, y], high: [x, y] }) };
            Some(Self { low: [low[0].min(x), low[1].min(y)], high: [high[0].max(x), high[1].max(y)] })
        })
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        let low = [self.low[0].min(other.low[0]), self.low[1].min(other.low[1])];
        Self { low, high: [self.high[0].max(other.high[0]), self.high[1].max(other.high[1])] }
    }

    /// Whether the two have a point in common.
    pub fn meets(&self, other: &Self) -> bool {
        (0..2).all(|side| self.low[side] <= other.high[side] && other.low[side] <= self.high[side])
    }

    /// Square of the distance from a place to the nearest point inside, units.
    pub fn distance_squared(&self, at: [f64; 2]) -> f64 {
        let away = |side: usize| {
            (f64::from(self.low[side]) - at[side]).max(at[side] - f64::from(self.high[side])).max(0.0).powi(2)
        };
        away(0) + away(1)
    }
}

/// The way from degrees to the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Projection {
    /// Longitude of the plane's western edge.
    cut: f64,
}

impl Projection {
    /// A plane that is cut in the middle of the widest stretch of longitudes where nothing lies.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole degrees of a circle")]
    pub fn of(longitudes: impl Iterator<Item = f64>) -> Self {
        let mut taken = [false; 360];
        for longitude in longitudes.filter(|longitude| longitude.is_finite()) {
            taken[(longitude.rem_euclid(360.0).floor() as usize).min(359)] = true;
        }
        let mut widest = (0_u16, 180_u16);
        let mut begun = None;
        // Twice round, so that a stretch across the end of the circle is seen whole.
        for at in 0..720_u16 {
            match (taken[usize::from(at % 360)], begun) {
                (false, None) => begun = Some(at),
                (true, Some(from)) => {
                    if at - from > widest.0 {
                        widest = (at - from, from);
                    }
                    begun = None;
                }
                _ => {}
            }
        }
        let (length, from) = widest;
        Self { cut: (f64::from(from) + f64::from(length) / 2.0).rem_euclid(360.0) }
    }

    /// The point of a position; [`NOWHERE`] when it is none.
    pub fn project(self, latitude: f64, longitude: f64) -> Point {
        if !(latitude.abs() <= 90.0 && longitude.abs() <= 540.0) {
            return NOWHERE;
        }
        let [x, y] = self.place(latitude, longitude);
        #[expect(clippy::cast_possible_truncation, reason = "within the plane, which fits 32 bits")]
        let point = [x as i32, y as i32];
        point
    }

    /// The same without rounding, for what is drawn beside positions. Longitudes go on beyond the plane's edges.
    pub fn place_near(self, latitude: f64, longitude: f64, x: f64) -> [f64; 2] {
        let [at, y] = self.place(latitude, longitude);
        [at + ((x - at) / WORLD).round() * WORLD, y]
    }

    fn place(self, latitude: f64, longitude: f64) -> [f64; 2] {
        let latitude = latitude.clamp(-MOST_LATITUDE, MOST_LATITUDE).to_radians();
        [(longitude - self.cut).rem_euclid(360.0) * DEGREE, -latitude.tan().asinh() / TAU * WORLD]
    }

    /// Latitude and longitude of a place; longitudes from −180 to 180.
    pub fn unproject(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let longitude = x / DEGREE + self.cut;
        let longitude = longitude - 360.0 * ((longitude + 180.0) / 360.0).floor();
        [(-y / WORLD * TAU).sinh().atan().to_degrees(), longitude]
    }
}

/// Metres that a unit is long at a place of the plane.
pub(super) fn metres_a_unit(y: f64) -> f64 {
    let latitude = (-y / WORLD * TAU).sinh().atan();
    EQUATOR_M / WORLD * latitude.cos()
}

/// Direction from one point to another, clockwise from north, radians.
pub(super) fn course(from: Point, to: Point) -> f64 {
    let [east, south] = [0, 1].map(|side| f64::from(to[side]) - f64::from(from[side]));
    (PI / 2.0 - (-south).atan2(east)).rem_euclid(TAU)
}

/// A round length of at most `most` points, at so many metres a point: points, and the length as text.
pub(super) fn scale_bar(metres_a_point: f64, most: f64) -> Option<(f64, String)> {
    let longest = metres_a_point * most;
    if !(longest.is_finite() && longest > 0.0) {
        return None;
    }
    let metres = round_below(longest);
    let text = match metres {
        metres if metres >= 1000.0 => format!("{} km", shortest(metres / 1000.0)),
        metres if metres >= 1.0 => format!("{} m", shortest(metres)),
        metres => format!("{} cm", shortest(metres * 100.0)),
    };
    Some((metres / metres_a_point, text))
}

/// The largest of 1, 2 and 5 times a power of ten that is not above `value`.
fn round_below(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|step| step * power).find(|step| *step <= value * (1.0 + 1e-12)).unwrap_or(power)
}

fn shortest(value: f64) -> String {
    format!("{:.0}", value.max(1.0))
}

/// Degrees between neighbouring lines of the graticule that lie at least `least` degrees apart, and the decimals that
/// tell them apart.
pub(super) fn graticule_step(least: f64) -> (f64, usize) {
    const WIDE: [f64; 5] = [10.0, 15.0, 30.0, 45.0, 90.0];
    if least > 5.0 {
        return (WIDE.into_iter().find(|step| *step >= least).unwrap_or(90.0), 0);
    }
    let power = 10_f64.powf(least.max(1e-9).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= least).unwrap_or(power);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few digits")]
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    (step, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_from_the_plane() {
        for cut in [[0.0, 10.0], [179.0, -179.0], [-75.0, -74.0]] {
            let projection = Projection::of(cut.into_iter());
            for latitude in [-89.0_f64, -60.5, -0.000_001, 0.0, 23.4, 45.76, 69.9, 85.2, 89.7] {
                for longitude in [-180.0, -179.999_9, -74.006, 0.0, 4.8357, 139.69, 179.999_9] {
                    let [x, y] = projection.project(latitude, longitude);
                    let [lat, lon] = projection.unproject([f64::from(x), f64::from(y)]);
                    let away = (lon - longitude).rem_euclid(360.0);
                    assert!((lat - latitude).abs() < 4e-7, "{latitude} {lat}");
                    assert!(away.min(360.0 - away) < 4e-7, "{longitude} {lon}");
                }
            }
        }
        let projection = Projection::of([0.0].into_iter());
        for (latitude, longitude) in [(f64::NAN, 0.0), (91.0, 0.0), (0.0, f64::INFINITY), (0.0, 1e9)] {
            assert_eq!(projection.project(latitude, longitude), NOWHERE);
        }
        assert_ne!(projection.project(90.0, 0.0), NOWHERE);
    }

    #[test]
    fn lengths_are_right_at_every_latitude() {
        // A thousandth of a degree northward on the sphere is 111.32 m everywhere.
        let projection = Projection::of([10.0].into_iter());
        for latitude in [-72.0, -33.9, 0.0, 45.0, 60.17, 78.2] {
            let [_, south] = projection.place(latitude - 0.0005, 10.0);
            let [_, north] = projection.place(latitude + 0.0005, 10.0);
            let metres = (south - north) * metres_a_unit(f64::midpoint(south, north));
            assert!((metres - 111.319_5).abs() < 0.01, "{latitude}: {metres}");
            let [west, y] = projection.place(latitude, 10.0);
            let [east, _] = projection.place(latitude, 10.001);
            let expected = 111.319_5 * f64::to_radians(latitude).cos();
            assert!(((east - west) * metres_a_unit(y) - expected).abs() < 0.01, "{latitude}");
        }
    }

    #[test]
    fn drives_across_the_antimeridian_stay_together() {
        for longitudes in [vec![179.9, -179.9], vec![179.5, 180.0, 180.5], vec![-0.1, 0.1], vec![350.0, 10.0]] {
            let projection = Projection::of(longitudes.iter().copied());
            let x: Vec<i32> = longitudes.iter().map(|longitude| projection.project(10.0, *longitude)[0]).collect();
            let spread = f64::from(x.iter().max().unwrap() - x.iter().min().unwrap()) / DEGREE;
            assert!(spread < 21.0, "{longitudes:?}: {spread}");
        }
        // Nothing known, or the whole circle taken: any plane will do.
        for longitudes in [vec![], (0..360).map(f64::from).collect()] {
            assert!(Projection::of(longitudes.into_iter()).cut < 360.0);
        }
    }

    #[test]
    fn courses_go_clockwise_from_north() {
        for (to, degrees) in [([0, -5], 0.0), ([5, -5], 45.0), ([5, 0], 90.0), ([0, 5], 180.0), ([-5, 0], 270.0)] {
            assert!((course([0, 0], to).to_degrees() - degrees).abs() < 1e-9, "{to:?}");
        }
    }

    #[test]
    fn bars_have_round_lengths() {
        for (metres_a_point, most, points, text) in [
            (1.0, 120.0, 100.0, "100 m"),
            (0.5, 120.0, 100.0, "50 m"),
            (37.0, 120.0, 2000.0 / 37.0, "2 km"),
            (1000.0, 100.0, 50.0 * 2.0, "100 km"),
            (0.0005, 100.0, 100.0, "5 cm"),
        ] {
            let (length, told) = scale_bar(metres_a_point, most).unwrap();
            assert!((length - points).abs() < 1e-6, "{metres_a_point}: {length}");
            assert_eq!(told, text);
        }
        assert_eq!(scale_bar(0.0, 100.0), None);
        assert_eq!(scale_bar(f64::NAN, 100.0), None);
    }

    #[test]
    fn the_graticule_has_round_steps() {
        for (least, step, decimals) in [
            (0.0007, 0.001, 3),
            (0.03, 0.05, 2),
            (0.2, 0.2, 1),
            (1.2, 2.0, 0),
            (5.0, 5.0, 0),
            (20.0, 30.0, 0),
            (200.0, 90.0, 0),
        ] {
            let (found, digits) = graticule_step(least);
            assert!((found - step).abs() < 1e-12, "{least}: {found}");
            assert_eq!(digits, decimals, "{least}");
        }
    }
}
