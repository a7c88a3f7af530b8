//! Places: `in_box(…)` and `in_polygon(…)`, checked and looked up. Longitudes are compared on the circle, so that a place
//! may lie across the antimeridian and positions may be told from −180 to 180 or from 0 to 360.

use std::{ops::Range, sync::Arc};

use super::{
    FilterError,
    ast::{ArithmeticOp, Expr, ExprKind, Literal, Number as Value, PlaceShape},
    frame_set::WORD_ROWS,
    kernel::{EMPTY, Mask, select},
    names::Names,
    print::name_text,
    typed::{ColumnName, Number, Predicate},
    unit,
};
use crate::model::MetricKind;

/// Corners of the largest polygon: each is looked at for each frame.
const MAX_CORNERS: usize = 1000;

/// A place, in degrees.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// From south to north and from `west` eastward to `east`, which is the larger number.
    Box { south: f64, north: f64, west: f64, east: f64 },
    /// Corners as longitude and latitude, each longitude at most half a circle from the one before.
    Polygon { corners: Vec<[f64; 2]>, low: [f64; 2], high: [f64; 2] },
}

/// The type of `in_box(…)` or `in_polygon(…)`.
pub(super) fn check(
    names: &Names<'_>,
    shape: PlaceShape,
    corners: &[Expr],
    span: &Range<usize>,
) -> Result<Predicate, FilterError> {
    if names.is_of_labels() {
        return Err(FilterError::new(span.clone(), "a label has no position of its own")
            .hint(format!("write `{}(…)` outside of `where`", shape.as_str())));
    }
    let place = Place::of(shape, corners, span)?;
    let Some(position) = names.columns.position() else {
        return Err(FilterError::new(
            span.clone(),
            "this lake has no positions: no metrics are called latitude and longitude",
        )
        .hint("name them in lake.toml: [position], latitude = \"…\", longitude = \"…\""));
    };
    let number = |name: &str| {
        let metric = names.columns.metrics().iter().find(|metric| metric.name == name);
        let column = ColumnName { name: name.to_owned(), span: span.clone() };
        let number = match metric.map(|metric| metric.kind) {
            Some(MetricKind::Float) => Number::Floats(column),
            Some(MetricKind::Int) => Number::Ints(column),
            _ => {
                let message = format!("{} holds no numbers, so it is no position", name_text(name));
                return Err(FilterError::new(span.clone(), message).hint("correct [position] in lake.toml"));
            }
        };
        let unit = metric.and_then(|metric| metric.unit.as_deref());
        if unit.is_none_or(|unit| unit::same(unit, "deg")) {
            return Ok(number);
        }
        let degrees = Number::Constant(Value::Float(degrees_of(unit)));
        Ok(Number::Arithmetic { op: ArithmeticOp::Multiply, left: Box::new(number), right: Box::new(degrees) })
    };
    Ok(Predicate::InPlace {
        latitude: number(&position.latitude)?,
        longitude: number(&position.longitude)?,
        place: Arc::new(place),
    })
}

/// The degrees that 1 in a position's unit stands for: radians are turned into degrees, any other unit is taken for them.
#[must_use]
pub fn degrees_of(unit: Option<&str>) -> f64 {
    unit.and_then(|unit| unit::convert(1.0, unit, "deg")).unwrap_or(1.0)
}

/// A number written out, in degrees.
fn degrees(corner: &Expr) -> Result<f64, FilterError> {
    let ExprKind::Literal(Literal::Number { value, unit }) = &corner.kind else {
        return Err(
            FilterError::new(corner.span.clone(), "a number of degrees is expected here").hint("write it out: 48.1")
        );
    };
    let Some(unit) = unit else { return Ok(value.as_f64()) };
    unit::convert(value.as_f64(), unit, "deg").ok_or_else(|| {
        FilterError::new(corner.span.clone(), format!("a place is told in degrees, not in {unit}"))
            .hint("write the number without a unit")
    })
}

/// A number of degrees within ±`most`.
fn angle(corner: &Expr, what: &str, most: f64) -> Result<f64, FilterError> {
    let angle = degrees(corner)?;
    if angle.abs() <= most {
        return Ok(angle);
    }
    let error = FilterError::new(corner.span.clone(), format!("a {what} lies between -{most} and {most} degrees"));
    Err(if most > 90.0 && angle.abs() <= 360.0 {
        error.hint(format!("write {}", angle - 360.0_f64.copysign(angle)))
    } else {
        error.hint("latitude comes first, then longitude")
    })
}

impl Place {
    fn of(shape: PlaceShape, corners: &[Expr], span: &Range<usize>) -> Result<Self, FilterError> {
        match (shape, corners) {
            (PlaceShape::Box, [south, west, north, east]) => {
                let (south_at, north_at) = (angle(south, "latitude", 90.0)?, angle(north, "latitude", 90.0)?);
                if south_at > north_at {
                    let error = FilterError::new(
                        south.span.start..north.span.end,
                        "the southern side lies north of the northern",
                    );
                    return Err(error.hint("write south, west, north, east"));
                }
                let (west, east) = (angle(west, "longitude", 180.0)?, angle(east, "longitude", 180.0)?);
                let east = if east < west { east + 360.0 } else { east };
                Ok(Self::Box { south: south_at, north: north_at, west, east })
            }
            (PlaceShape::Box, _) => {
                Err(FilterError::new(span.clone(), "a box has four sides").hint("write south, west, north, east"))
            }
            (PlaceShape::Polygon, corners) => Self::polygon(corners, span),
        }
    }

    fn polygon(numbers: &[Expr], span: &Range<usize>) -> Result<Self, FilterError> {
        let count = numbers.len() / 2;
        if !(3..=MAX_CORNERS).contains(&count) {
            return Err(FilterError::new(
                span.clone(),
                format!("a polygon has 3 to {MAX_CORNERS} corners, and this has {count}"),
            )
            .hint("write latitude and longitude of each corner, with commas between the corners"));
        }
        let mut corners: Vec<[f64; 2]> = Vec::with_capacity(count);
        for pair in numbers.chunks_exact(2) {
            let (latitude, longitude) = (angle(&pair[0], "latitude", 90.0)?, angle(&pair[1], "longitude", 180.0)?);
            let longitude = corners.last().map_or(longitude, |before| before[0] + short_way(longitude - before[0]));
            corners.push([longitude, latitude]);
        }
        let (first, last) = (corners[0][0], corners[count - 1][0]);
        if (last + short_way(first - last) - first).abs() > 180.0 {
            return Err(FilterError::new(span.clone(), "the polygon goes round a pole, so it has no inside")
                .hint("write a box from -180 to 180 instead"));
        }
        let end = |side: usize, pick: fn(f64, f64) -> f64| {
            corners.iter().map(|corner| corner[side]).fold(corners[0][side], pick)
        };
        let low = [end(0, f64::min), end(1, f64::min)];
        let high = [end(0, f64::max), end(1, f64::max)];
        Ok(Self::Polygon { corners, low, high })
    }

    /// The rows among `care` whose position is inside.
    pub(super) fn within(&self, latitudes: &[f64], longitudes: &[f64], care: &Mask) -> Mask {
        let (south, north, west, east) = match self {
            Self::Box { south, north, west, east } => (*south, *north, *west, *east),
            Self::Polygon { low, high, .. } => (low[1], high[1], low[0], high[0]),
        };
        let inside = select(latitudes, care, |v| v >= south && v <= north);
        let turned = |v: f64, by: f64| v + by >= west && v + by <= east;
        let mut inside = select(longitudes, &inside, |v| turned(v, 0.0) | turned(v, 360.0) | turned(v, -360.0));
        if let Self::Polygon { corners, .. } = self
            && inside != EMPTY
        {
            for (row, (latitude, longitude)) in latitudes.iter().zip(longitudes).enumerate() {
                let bit = 1 << (row % WORD_ROWS);
                let word = &mut inside[row / WORD_ROWS];
                if *word & bit != 0
                    && ![0.0, 360.0, -360.0].iter().any(|by| encloses(corners, *latitude, longitude + by))
                {
                    *word &= !bit;
                }
            }
        }
        inside
    }
}

/// A difference of longitudes, the short way round.
fn short_way(difference: f64) -> f64 {
    difference - 360.0 * (difference / 360.0).round()
}

/// Whether a line from the point to the east crosses an odd number of sides. A side holds its lower end and not its upper
/// one, so that a corner counts once.
fn encloses(corners: &[[f64; 2]], latitude: f64, longitude: f64) -> bool {
    let mut inside = false;
    let mut before = corners.len() - 1;
    for at in 0..corners.len() {
        let ([x, y], [from_x, from_y]) = (corners[at], corners[before]);
        if (y > latitude) != (from_y > latitude) && longitude < x + (latitude - y) / (from_y - y) * (from_x - x) {
            inside = !inside;
        }
        before = at;
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::parse::parse;

    fn place(text: &str) -> Place {
        let Some(Expr { kind: ExprKind::InPlace { shape, corners }, span, .. }) = parse(text).unwrap() else {
            panic!("{text} is no place")
        };
        Place::of(shape, &corners, &span).unwrap()
    }

    fn contains(place: &Place, latitude: f64, longitude: f64) -> bool {
        place.within(&[latitude], &[longitude], &[u64::MAX; 16])[0] == 1
    }

    /// Turns round the point that a walk along the sides makes: another way to tell inside from outside.
    fn turns(corners: &[[f64; 2]], latitude: f64, longitude: f64) -> f64 {
        let angle = |at: usize| {
            let [x, y] = corners[at % corners.len()];
            (y - latitude).atan2(x - longitude)
        };
        let step = |at: usize| {
            let turn = angle(at + 1) - angle(at);
            turn - std::f64::consts::TAU * (turn / std::f64::consts::TAU).round()
        };
        (0..corners.len()).map(step).sum::<f64>() / std::f64::consts::TAU
    }

    #[test]
    fn sides_belong_to_a_box() {
        let place = place("in_box(-10, 170, 10, -170)");
        for (latitude, longitude, inside) in [
            (0.0, 170.0, true),
            (0.0, -170.0, true),
            (10.0, 190.0, true),
            (-10.0, 180.0, true),
            (0.0, -180.0, true),
            (0.0, 169.999, false),
            (0.0, -169.999, false),
            (10.001, 180.0, false),
            (f64::NAN, 180.0, false),
            (0.0, f64::INFINITY, false),
        ] {
            assert_eq!(contains(&place, latitude, longitude), inside, "{latitude} {longitude}");
        }
    }

    proptest! {
        #[test]
        fn a_polygon_holds_what_it_goes_round(
            shift in prop::sample::select(vec![0.0, 177.0, -179.5]),
            corners in prop::collection::vec((-5.0..5.0_f64, -5.0..5.0_f64), 3..9),
            (latitude, longitude) in (-6.0..6.0_f64, -6.0..6.0_f64),
        ) {
            let normal = |longitude: f64| short_way(longitude);
            let text: Vec<String> =
                corners.iter().map(|(latitude, longitude)| format!("{latitude:?} {:?}", normal(longitude + shift))).collect();
            let place = place(&format!("in_polygon({})", text.join(", ")));
            let flat: Vec<[f64; 2]> = corners.iter().map(|(latitude, longitude)| [*longitude, *latitude]).collect();
            #[expect(clippy::cast_possible_truncation, reason = "a few turns")]
            let odd = (turns(&flat, latitude, longitude).round() as i64) % 2 != 0;
            prop_assert_eq!(contains(&place, latitude, normal(longitude + shift)), odd);
        }
    }
}
