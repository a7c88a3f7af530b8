//! The table of locations, with where they are.

use std::path::Path;

use super::DetectionSource;
use crate::{
    filter::nearest,
    formats::read_locations,
    model::Column,
    session::{Session, SessionError},
};

/// A location of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct LocationPlace {
    /// `geographical_location_oid`
    pub oid: i64,
    /// `geographical_location`
    pub name: Option<String>,
    /// Degrees, from columns such as `longitude` and `latitude`; `None` where they are missing or no place on earth.
    pub longitude_latitude: Option<[f64; 2]>,
}

/// See [`DetectionSource::location_oids`].
pub(super) fn oids(table: Option<&Path>, named: &[String]) -> Result<Vec<i64>, SessionError> {
    let numbers: Vec<Option<i64>> = named.iter().map(|name| name.trim().parse().ok()).collect();
    let mut oids: Vec<i64> = numbers.iter().flatten().copied().collect();
    let names: Vec<&str> =
        named.iter().zip(&numbers).filter(|(_, oid)| oid.is_none()).map(|(name, _)| &**name).collect();
    let Some(first) = names.first() else { return Ok(oids) };
    let Some(path) = table else {
        return Err(SessionError::Usage(format!(
            "the location {first} is no whole number, and there is no table of locations to look it up in; write a \
             geographical_location_oid, or name the table (--locations)"
        )));
    };
    let found = read_locations(path).map_err(|error| SessionError::Failed(error.to_string()))?;
    for name in names {
        let before = oids.len();
        let called = found.oids.iter().zip(&found.names).filter(|(_, called)| called.as_deref() == Some(name));
        oids.extend(called.map(|(oid, _)| *oid));
        if oids.len() == before {
            let near = nearest(name, found.names.iter().flatten().map(String::as_str));
            let hint = near.map_or_else(
                || "write a name of that table, or a geographical_location_oid".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            return Err(SessionError::Usage(format!("no location of {} is called {name}; {hint}", path.display())));
        }
    }
    Ok(oids)
}

const LONGITUDES: [&str; 4] = ["longitude", "lon", "lng", "long"];
const LATITUDES: [&str; 2] = ["latitude", "lat"];

impl Session {
    /// The locations of a table, in file order; none without a table.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn location_places(&self, source: &DetectionSource) -> Result<Vec<LocationPlace>, SessionError> {
        let Some(path) = &source.locations else { return Ok(Vec::new()) };
        let found = read_locations(path).map_err(|error| SessionError::Failed(error.to_string()))?;
        let column = |names: &[&str]| {
            let known = |column: &&(String, Column)| names.iter().any(|name| column.0.eq_ignore_ascii_case(name));
            found.extra.iter().find(known).map(|column| &column.1)
        };
        let (longitudes, latitudes) = (column(&LONGITUDES), column(&LATITUDES));
        let number = |column: Option<&Column>, row: usize, most: f64| {
            let value: f64 = column?.text(row)?.trim().parse().ok()?;
            (value.abs() <= most).then_some(value)
        };
        let place = |(row, (oid, name)): (usize, (&i64, &Option<String>))| LocationPlace {
            oid: *oid,
            name: name.clone(),
            longitude_latitude: number(longitudes, row, 180.0)
                .zip(number(latitudes, row, 90.0))
                .map(|(longitude, latitude)| [longitude, latitude]),
        };
        Ok(found.oids.iter().zip(&found.names).enumerate().map(place).collect())
    }
}
