//! Units that numbers in a filter are converted between. All are plain scales: no offsets, so temperatures other than
//! degrees Celsius are left alone.

use strsim::normalized_damerau_levenshtein;

/// What a unit measures; only units of one quantity convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Speed,
    Angle,
    AngularRate,
    Length,
    Time,
    Acceleration,
    AngularAcceleration,
    Jerk,
    Temperature,
    Ratio,
}

/// A unit, and how many base units it is: `numerator / denominator`, which keeps round numbers round.
struct Known {
    spellings: &'static [&'static str],
    quantity: Quantity,
    numerator: f64,
    denominator: f64,
}

const fn known(spellings: &'static [&'static str], quantity: Quantity, numerator: f64, denominator: f64) -> Known {
    Known { spellings, quantity, numerator, denominator }
}

/// The international mile is 1609.344 m, the knot 1852 m an hour, standard gravity 9.80665 m/s² (all exact).
const UNITS: [Known; 42] = [
    known(&["m/s", "mps"], Quantity::Speed, 1.0, 1.0),
    known(&["km/h", "kmh", "kph", "km/hr"], Quantity::Speed, 1000.0, 3600.0),
    known(&["mph", "mi/h"], Quantity::Speed, 1609.344, 3600.0),
    known(&["kn", "knot", "knots"], Quantity::Speed, 1852.0, 3600.0),
    known(&["rad", "radian", "radians"], Quantity::Angle, 1.0, 1.0),
    known(&["deg", "°", "degree", "degrees"], Quantity::Angle, std::f64::consts::PI, 180.0),
    known(&["rad/s"], Quantity::AngularRate, 1.0, 1.0),
    known(&["deg/s", "°/s"], Quantity::AngularRate, std::f64::consts::PI, 180.0),
    known(&["m", "meter", "meters", "metre", "metres"], Quantity::Length, 1.0, 1.0),
    known(&["km"], Quantity::Length, 1000.0, 1.0),
    known(&["cm"], Quantity::Length, 1.0, 100.0),
    known(&["mm"], Quantity::Length, 1.0, 1000.0),
    known(&["mi", "mile", "miles"], Quantity::Length, 1609.344, 1.0),
    known(&["ft"], Quantity::Length, 0.3048, 1.0),
    known(&["s", "sec", "second", "seconds"], Quantity::Time, 1.0, 1.0),
    known(&["ms"], Quantity::Time, 1.0, 1e3),
    known(&["us", "µs", "μs"], Quantity::Time, 1.0, 1e6),
    known(&["ns"], Quantity::Time, 1.0, 1e9),
    known(&["min"], Quantity::Time, 60.0, 1.0),
    known(&["h", "hr", "hour", "hours"], Quantity::Time, 3600.0, 1.0),
    known(&["m/s2", "m/s²", "m/s^2", "m/s/s"], Quantity::Acceleration, 1.0, 1.0),
    known(&["g"], Quantity::Acceleration, 9.80665, 1.0),
    known(&["°C", "C", "degC", "℃", "celsius", "Celsius"], Quantity::Temperature, 1.0, 1.0),
    known(&["%", "percent"], Quantity::Ratio, 1.0, 100.0),
    known(&["1", "ratio", "fraction"], Quantity::Ratio, 1.0, 1.0),
    known(&["m/min"], Quantity::Speed, 1.0, 60.0),
    known(&["cm/s"], Quantity::Speed, 1.0, 100.0),
    known(&["mrad"], Quantity::Angle, 1.0, 1000.0),
    known(&["rpm"], Quantity::AngularRate, std::f64::consts::TAU, 60.0),
    known(&["mm/s"], Quantity::Speed, 1.0, 1000.0),
    known(&["km/s"], Quantity::Speed, 1000.0, 1.0),
    known(&["mi/s"], Quantity::Speed, 1609.344, 1.0),
    known(&["ft/s"], Quantity::Speed, 0.3048, 1.0),
    known(&["mrad/s"], Quantity::AngularRate, 1.0, 1000.0),
    known(&["km/h/s"], Quantity::Acceleration, 1000.0, 3600.0),
    known(&["mph/s"], Quantity::Acceleration, 1609.344, 3600.0),
    known(&["kn/s"], Quantity::Acceleration, 1852.0, 3600.0),
    known(&["rad/s2", "rad/s²", "rad/s^2", "rad/s/s"], Quantity::AngularAcceleration, 1.0, 1.0),
    known(
        &["deg/s2", "deg/s²", "deg/s^2", "deg/s/s", "°/s2", "°/s²", "°/s/s"],
        Quantity::AngularAcceleration,
        std::f64::consts::PI,
        180.0,
    ),
    known(&["rpm/s"], Quantity::AngularAcceleration, std::f64::consts::TAU, 60.0),
    known(&["m/s3", "m/s³", "m/s^3"], Quantity::Jerk, 1.0, 1.0),
    known(&["g/s"], Quantity::Jerk, 9.80665, 1.0),
];

/// The unit of a change per second of something in this unit.
pub(super) fn per_second(unit: &str) -> String {
    let Some((_, known)) = find(unit) else { return format!("{unit}/s") };
    match (known.quantity, known.spellings[0]) {
        (Quantity::Speed, "m/s") => "m/s2".to_owned(),
        (Quantity::AngularRate, rate @ ("rad/s" | "deg/s")) => format!("{rate}2"),
        (Quantity::Acceleration, "m/s2") => "m/s3".to_owned(),
        (_, spelling) => format!("{spelling}/s"),
    }
}

fn find(text: &str) -> Option<(usize, &'static Known)> {
    UNITS.iter().enumerate().find(|(_, unit)| unit.spellings.contains(&text))
}

/// Whether the unit is one that converts.
pub(super) fn is_known(text: &str) -> bool {
    find(text).is_some()
}

/// Whether the two spell one unit.
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || matches!((find(a), find(b)), (Some((a, _)), Some((b, _))) if a == b)
}

/// The units that convert to `to` and are spelt much like `word`, the most alike first.
pub(super) fn like(word: &str, to: &str) -> Vec<&'static str> {
    let Some((_, target)) = find(to) else { return Vec::new() };
    let likeness = |unit: &Known| {
        let each = unit.spellings.iter().map(|spelling| normalized_damerau_levenshtein(word, spelling));
        each.fold(0.0, f64::max)
    };
    let known = UNITS.iter().filter(|unit| unit.quantity == target.quantity);
    let mut near: Vec<(f64, &str)> = known.map(|unit| (likeness(unit), unit.spellings[0])).collect();
    near.retain(|(likeness, _)| *likeness > 0.5);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(3);
    near.into_iter().map(|(_, spelling)| spelling).collect()
}

/// `value`, given in unit `from`, in unit `to`; `None` when the two do not measure the same.
pub(super) fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    if same(from, to) {
        return Some(value);
    }
    let ((_, from), (_, to)) = (find(from)?, find(to)?);
    (from.quantity == to.quantity)
        .then(|| value * (from.numerator * to.denominator) / (from.denominator * to.numerator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_within_one_quantity() {
        for (value, from, to, expected) in [
            (90.0, "km/h", "m/s", Some(25.0)),
            (25.0, "m/s", "km/h", Some(90.0)),
            (60.0, "mph", "km/h", Some(96.56064)),
            (180.0, "deg", "rad", Some(std::f64::consts::PI)),
            (1500.0, "ms", "s", Some(1.5)),
            (2.0, "km", "m", Some(2000.0)),
            (1.0, "g", "m/s^2", Some(9.80665)),
            (5.0, "C", "°C", Some(5.0)),
            (50.0, "%", "1", Some(0.5)),
            (3.0, "lux", "lux", Some(3.0)),
            (3.0, "lux", "m", None),
            (3.0, "m", "s", None),
            (3.0, "G", "m/s2", None),
        ] {
            assert_eq!(convert(value, from, to), expected, "{value} {from} in {to}");
        }
    }

    #[test]
    fn units_that_are_meant_are_found() {
        for (word, to, expected) in [
            ("mh", "m/s", vec!["km/h", "mph"]),
            ("kmph", "m/s", vec!["km/h", "mph"]),
            ("degs", "rad", vec!["deg"]),
            ("braking", "m/s", vec![]),
            ("mh", "lux", vec![]),
        ] {
            assert_eq!(like(word, to), expected, "{word}");
        }
    }

    #[test]
    fn rates_have_units() {
        for (unit, expected) in [
            ("m/s", "m/s2"),
            ("mps", "m/s2"),
            ("kph", "km/h/s"),
            ("°", "deg/s"),
            ("°/s", "deg/s2"),
            ("m/s²", "m/s3"),
            ("%", "%/s"),
            ("lx", "lx/s"),
        ] {
            assert_eq!(per_second(unit), expected);
        }
        for unit in UNITS
            .iter()
            .filter(|unit| matches!(unit.quantity, Quantity::Length | Quantity::Angle) || unit.spellings[0] == "km/h")
        {
            assert!(is_known(&per_second(unit.spellings[0])), "{}", unit.spellings[0]);
        }
        assert_eq!(convert(36.0, "km/h/s", "m/s2"), Some(10.0));
    }

    #[test]
    fn each_spelling_names_one_unit() {
        let mut all: Vec<&str> = UNITS.iter().flat_map(|unit| unit.spellings.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
