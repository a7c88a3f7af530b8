//! The table of locations, with where they are.

use super::DetectionSource;
use crate::{
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
