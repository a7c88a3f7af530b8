//! Which metrics tell where a frame was taken.

use serde::{Deserialize, Serialize};

use super::MetricName;
use crate::model::MetricKind;

/// The metrics that hold latitude and longitude.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PositionNames {
    /// Degrees north.
    pub latitude: String,
    /// Degrees east.
    pub longitude: String,
}

/// Last words that mean latitude, and what stands in their place for the longitude.
const PAIRS: [(&str, &[&str]); 2] = [("latitude", &["longitude"]), ("lat", &["lon", "lng", "long"])];
/// Words before them that come first, as in `gps_latitude`.
const RECEIVERS: [&str; 5] = ["gps", "gnss", "ins", "position", "fix"];
/// Words before them that mean something else, as in `std_lat`.
const OTHERS: [&str; 12] =
    ["std", "stddev", "sigma", "err", "error", "accuracy", "var", "variance", "cov", "covariance", "vel", "velocity"];

/// The metrics that by their names hold latitude and longitude: `latitude` and `longitude`, else `lat` and `lon` (or
/// `lng`, `long`), else both behind the same beginning, such as `gps_latitude` and `gps_longitude` or `/fix.latitude` and
/// `/fix.longitude`, those of a receiver first. Letter case does not matter.
#[must_use]
pub fn position_of(metrics: &[MetricName]) -> Option<PositionNames> {
    let numeric = |metric: &&MetricName| matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    let mut best: Option<((usize, usize), PositionNames)> = None;
    for latitude in metrics.iter().filter(numeric) {
        let lower = latitude.name.to_lowercase();
        for (form, (word, partners)) in PAIRS.iter().enumerate() {
            let Some(before) = lower.strip_suffix(word) else { continue };
            // `flat` is no `lat`.
            if before.ends_with(char::is_alphanumeric) {
                continue;
            }
            let words: Vec<&str> =
                before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            if words.iter().any(|word| OTHERS.contains(word)) {
                continue;
            }
            let rank = match words.as_slice() {
                [] => 0,
                words if words.iter().any(|word| RECEIVERS.contains(word)) => 1,
                _ => 2,
            };
            let partner = partners.iter().find_map(|partner| {
                let wanted = format!("{before}{partner}");
                metrics.iter().filter(numeric).find(|metric| metric.name.to_lowercase() == wanted)
            });
            if let Some(longitude) = partner
                && best.as_ref().is_none_or(|(least, _)| (rank, form) < *least)
            {
                let names = PositionNames { latitude: latitude.name.clone(), longitude: longitude.name.clone() };
                best = Some(((rank, form), names));
            }
        }
    }
    best.map(|(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_positions() {
        for (names, expected) in [
            (&["lat", "latitude", "longitude", "lon"][..], Some(("latitude", "longitude"))),
            (&["Lat", "Lon", "alt"], Some(("Lat", "Lon"))),
            (&["lat", "lng"], Some(("lat", "lng"))),
            (&["a.lat", "a.lon", "gps_latitude", "gps_longitude"], Some(("gps_latitude", "gps_longitude"))),
            (
                &["/fix.latitude", "/fix.longitude", "x.latitude", "x.longitude"],
                Some(("/fix.latitude", "/fix.longitude")),
            ),
            (&["std_lat", "std_lon"], None),
            (&["flat", "flon"], None),
            (&["latitude", "lon"], None),
            (&["a_latitude", "b_longitude"], None),
            (&["longitude"], None),
        ] {
            let mut metrics: Vec<MetricName> = names
                .iter()
                .map(|name| MetricName { name: (*name).to_owned(), kind: MetricKind::Float, unit: None, circle: None })
                .collect();
            metrics.sort_by(|a, b| a.name.cmp(&b.name));
            let found = position_of(&metrics);
            let found = found.as_ref().map(|names| (names.latitude.as_str(), names.longitude.as_str()));
            assert_eq!(found, expected, "{names:?}");
        }
        let words = ["latitude", "longitude"].map(|name| MetricName {
            name: name.to_owned(),
            kind: MetricKind::Text,
            circle: None,
            unit: None,
        });
        assert_eq!(position_of(&words), None);
    }
}
