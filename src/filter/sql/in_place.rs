//! Places: the same comparisons of doubles as the filter makes, with the longitude as it is and turned once round either way.

use super::{
    NoSql, Writer,
    literal::{compared, double},
};
use crate::filter::{in_place::Place, typed::Number};

/// Sides that are added up in one pair of parentheses, so that expressions stay shallow for engines that bound their depth.
const SUMMED: usize = 24;
/// Longer conditions are not worth sending to anyone.
const LONGEST: usize = 400_000;
/// The longitude and the same place told otherwise.
const TURNS: [&str; 3] = ["", " + 360.0", " - 360.0"];

impl Writer<'_> {
    /// Whether a position lies in a place: unknown where one of the two numbers is.
    pub(super) fn in_place(&mut self, latitude: &Number, longitude: &Number, place: &Place) -> Result<String, NoSql> {
        let (latitude, longitude) = (self.angle(latitude)?, self.angle(longitude)?);
        let (south, north, west, east) = match place {
            Place::Box { south, north, west, east } => (*south, *north, *west, *east),
            Place::Polygon { low, high, .. } => (low[1], high[1], low[0], high[0]),
        };
        let between = |value: &str, low: f64, high: f64| {
            Ok::<_, NoSql>(format!("{value} BETWEEN {} AND {}", compared(low)?, compared(high)?))
        };
        let of_turns = |inside: &dyn Fn(&str) -> Result<String, NoSql>| {
            let turned = TURNS.iter().map(|turn| match *turn {
                "" => inside(&longitude),
                turn => inside(&format!("({longitude}{turn})")),
            });
            Ok::<_, NoSql>(format!("({})", turned.collect::<Result<Vec<_>, _>>()?.join(" OR ")))
        };
        let mut inside = format!(
            "{} AND {}",
            between(&latitude, south, north)?,
            of_turns(&|longitude| between(longitude, west, east))?
        );
        if let Place::Polygon { corners, .. } = place {
            inside += " AND ";
            inside += &of_turns(&|longitude| crossings(corners, &latitude, longitude))?;
        }
        if inside.len() > LONGEST {
            return Err(NoSql::of("in_polygon(…)", "so many corners make the statement too long"));
        }
        Ok(format!("CASE WHEN {latitude} IS NOT NULL AND {longitude} IS NOT NULL THEN {inside} END"))
    }

    /// A latitude or longitude under a short name: it is written many times.
    fn angle(&mut self, number: &Number) -> Result<String, NoSql> {
        let text = self.calculated(number)?;
        if matches!(number, Number::Floats(_)) {
            return Ok(text);
        }
        let name = self.fresh();
        self.step(vec![format!("{text} AS {name}")], None);
        Ok(name)
    }
}

/// Whether a line from the point to the east crosses an odd number of sides; the sums are those of the filter, in its order.
fn crossings(corners: &[[f64; 2]], latitude: &str, longitude: &str) -> Result<String, NoSql> {
    let mut sides = Vec::with_capacity(corners.len());
    let mut before = corners.len() - 1;
    for (at, [x, y]) in corners.iter().enumerate() {
        let [from_x, from_y] = corners[before];
        before = at;
        let (low, high) = (y.min(from_y), y.max(from_y));
        if low < high {
            let signed = |value: f64| double(value).map(|text| if value < 0.0 { format!("({text})") } else { text });
            sides.push(format!(
                "CASE WHEN {latitude} >= {} AND {latitude} < {} AND {longitude} < {} + ({latitude} - {}) / {} * {} \
                 THEN 1 ELSE 0 END",
                compared(low)?,
                compared(high)?,
                signed(*x)?,
                signed(*y)?,
                signed(from_y - y)?,
                signed(from_x - x)?,
            ));
        }
    }
    while sides.len() > SUMMED {
        sides = sides.chunks(SUMMED).map(|some| format!("({})", some.join(" + "))).collect();
    }
    // A polygon without height holds nothing.
    Ok(if sides.is_empty() { "FALSE".to_owned() } else { format!("({}) % 2 = 1", sides.join(" + ")) })
}
