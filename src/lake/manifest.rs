//! `lake.toml`: what a person tells about the lake. Every key is optional.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::LakeError;

/// The manifest of a lake.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Name of the lake; the folder's name when absent.
    pub name: Option<String>,
    /// IANA time zone in which hours of the day and weekdays are told, for example `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// Frames a second of stores that tell no times and no rate.
    pub rate_hz: Option<f64>,
    /// Settings per metric name.
    pub metrics: BTreeMap<String, MetricSetting>,
    /// Keys that this version does not use; kept so that they can be told as problems.
    #[serde(flatten)]
    pub other: BTreeMap<String, toml::Value>,
}

/// What a person tells about one metric.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricSetting {
    /// Unit, shown and used for numbers with units in filters.
    pub unit: Option<String>,
    /// `linear`, `previous`, `nearest` or `circular`.
    pub interpolate: Option<String>,
    /// Largest distance in seconds over which a value is carried or interpolated; 1 when absent.
    pub max_gap_s: Option<f64>,
}

impl Manifest {
    /// Reads `lake.toml` of the folder; a lake without one has the default manifest.
    ///
    /// # Errors
    /// [`LakeError::Manifest`] names the line and column, [`LakeError::Read`] a file that cannot be read.
    pub fn read(root: &Path) -> Result<Self, LakeError> {
        let path = root.join("lake.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(LakeError::Read { path, source }),
        };
        let manifest: Self = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let (line, column) = line_and_column(&text, at);
            LakeError::Manifest {
                path: path.clone(),
                message: format!("line {line}, column {column}: {}", error.message()),
            }
        })?;
        if let Some(zone) = &manifest.time_zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            return Err(LakeError::Manifest {
                path,
                message: format!("time_zone \"{zone}\" is not an IANA zone such as \"Europe/Berlin\""),
            });
        }
        for (name, setting) in &manifest.metrics {
            if let Some(way) = &setting.interpolate
                && !["linear", "previous", "nearest", "circular"].contains(&way.as_str())
            {
                return Err(LakeError::Manifest {
                    path,
                    message: format!(
                        "metrics.{name}.interpolate is \"{way}\"; it can be linear, previous, nearest or circular"
                    ),
                });
            }
        }
        Ok(manifest)
    }
}

/// 1-based line and column (in characters) of a byte offset.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_settings_and_places_mistakes() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), Manifest::default());
        for (text, expected) in [
            ("name = \"north\"\n[metrics.speed]\nunit = \"m/s\"\nmax_gap_s = 0.5", Ok("north")),
            ("name = \"x\"\nmetrics = 3", Err("line 2, column")),
            ("name = ", Err("line 1, column 8")),
            ("time_zone = \"Mars/Olympus\"", Err("not an IANA zone")),
            ("[metrics.speed]\ninterpolate = \"spline\"", Err("it can be linear")),
            ("[metrics.speed]\nunits = \"m/s\"", Err("unknown field")),
        ] {
            fs::write(folder.path().join("lake.toml"), text).unwrap();
            match (Manifest::read(folder.path()), expected) {
                (Ok(manifest), Ok(name)) => assert_eq!(manifest.name.as_deref(), Some(name)),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (result, _) => panic!("{text}: {result:?}"),
            }
        }
    }
}
