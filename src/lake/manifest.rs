//! `lake.toml`: what a person tells about the lake. Every key is optional.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{ClockUnit, FootageSettings, LakeError, SensorSettings, place::resolve_inside, plain::plain};
use crate::model::Zone;

/// Longest manifest taken in.
const MAX_BYTES: u64 = 4 << 20;

/// The manifest of a lake.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Name of the lake; the folder's name when absent.
    pub name: Option<String>,
    /// IANA time zone in which hours of the day and weekdays are told, for example `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// Frames a second of stores that tell no times and no rate.
    pub rate_hz: Option<f64>,
    /// Settings of label files.
    #[serde(skip_serializing_if = "LabelSetting::is_default")]
    pub labels: LabelSetting,
    /// Settings per metric name.
    pub metrics: BTreeMap<String, MetricSetting>,
    /// The metrics that tell where frames were taken.
    pub position: PositionSetting,
    /// Settings of sensor files, by pattern.
    pub sensors: SensorSettings,
    /// Settings of footages, by pattern.
    pub footages: FootageSettings,
    /// Where detection events are, where it is not the usual place.
    pub detections: DetectionSetting,
    /// Keys that this version does not use; kept so that they can be told as problems.
    #[serde(flatten)]
    pub other: BTreeMap<String, toml::Value>,
}

/// Which metrics tell where frames were taken, where their names do not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PositionSetting {
    /// Degrees north.
    pub latitude: Option<String>,
    /// Degrees east.
    pub longitude: Option<String>,
}

/// What a person tells about detection events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectionSetting {
    /// File or folder of events inside the lake; `*` and `?` stand for any text and any character of a file's name.
    pub events: Option<String>,
    /// Table of locations inside the lake.
    pub locations: Option<String>,
    /// Unit of whole-number times: `s`, `ms`, `us` or `ns`; told from each value's size when absent.
    pub time_unit: Option<ClockUnit>,
}

/// What a person tells about label files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelSetting {
    /// Whether corners in Pascal VOC files count from 0, as some exporters have it, instead of 1.
    pub voc_zero_based: bool,
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

impl MetricSetting {
    /// Itself, with what is absent taken from another.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            unit: self.unit.or_else(|| other.unit.clone()),
            interpolate: self.interpolate.or_else(|| other.interpolate.clone()),
            max_gap_s: self.max_gap_s.or(other.max_gap_s),
        }
    }
}

impl Manifest {
    /// Reads `lake.toml` of the folder; a lake without one has the default manifest.
    ///
    /// # Errors
    /// [`LakeError::Manifest`] names the line and column, [`LakeError::Read`] a file that cannot be read (a pipe, a link
    /// to nothing), [`LakeError::Outside`] a link that leads out of the folder.
    pub fn read(root: &Path) -> Result<Self, LakeError> {
        Self::read_file(root, "lake.toml")
    }

    /// Reads a manifest of another name, which holds settings of its own.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_file(root: &Path, name: &str) -> Result<Self, LakeError> {
        let path = root.join(name);
        match fs::symlink_metadata(&path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(LakeError::Read { path, source }),
        }
        let root = root.canonicalize().map_err(|source| LakeError::Read { path: root.to_owned(), source })?;
        let text = read_text(&resolve_inside(&root, name)?)
            .map_err(|source| LakeError::Read { path: path.clone(), source })?;
        Self::parse(&path, &text)
    }

    /// Reads the text of a manifest; `path` is for messages.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, LakeError> {
        let path = path.to_owned();
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let (line, column) = line_and_column(text, at);
            LakeError::Manifest {
                path: path.clone(),
                message: format!("line {line}, column {column}: {}", plain(error.message())),
            }
        })?;
        if let Some(zone) = &manifest.time_zone
            && Zone::named(zone).is_none()
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
            if setting.max_gap_s.is_some_and(|gap| !(0.0..=1e9).contains(&gap)) {
                let message = format!("metrics.{name}.max_gap_s is a number of seconds from 0 to 1e9");
                return Err(LakeError::Manifest { path, message });
            }
        }
        if manifest.rate_hz.is_some_and(|rate| !(1e-6..=1e6).contains(&rate)) {
            let message = "rate_hz is a number of frames a second above 0".to_owned();
            return Err(LakeError::Manifest { path, message });
        }
        Ok(manifest)
    }
}

/// The text of a regular file; a pipe that nobody writes to is refused, not waited for.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut text = String::new();
    if file.take(MAX_BYTES + 1).read_to_string(&mut text)? as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

/// 1-based line and column (in characters) of a byte offset.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
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
            ("[metrics.speed]\nmax_gap_s = -1", Err("from 0 to 1e9")),
            ("[position]\nlat = \"x\"", Err("there is no key `lat` here")),
            ("[sensors.\"*.csv\"]\ntime_zone = \"Berlin\"", Err("time_zone \"Berlin\" is not")),
            ("rate_hz = 0", Err("rate_hz is a number")),
            ("[labels]\nvoc_zero_based = 1", Err("line 2")),
            ("[labels]\nvoc = true", Err("there is no key `voc` here")),
            ("[metrics.speed]\nunits = \"m/s\"", Err("there is no key `units` here")),
            ("name = \"y\"\n[footages.\"*/front\"]\nrate_hz = 20\nsomething = 1", Ok("y")),
            (
                "[footages.\"*/front\"]\n\nchannels = \"brg\"",
                Err("line 3, column 12: `brg` is not known here; it can be `rgb` or `bgr`"),
            ),
            ("[footages.a]\nclock = \"ms\"\nrange = [9, 1]", Err("line 3, column 9: a range needs two finite")),
            ("[footages.a]\nstarts_at = 8", Err("line 2, column 13: starts_at is a time")),
        ] {
            fs::write(folder.path().join("lake.toml"), text).unwrap();
            match (Manifest::read(folder.path()), expected) {
                (Ok(manifest), Ok(name)) => assert_eq!(manifest.name.as_deref(), Some(name)),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (result, _) => panic!("{text}: {result:?}"),
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_manifest_is_a_file_of_the_lake() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("lake");
        fs::create_dir(&root).unwrap();
        fs::write(folder.path().join("other.toml"), "name = \"other\"").unwrap();
        fs::write(root.join("own.toml"), "name = \"own\"").unwrap();
        let manifest = root.join("lake.toml");
        symlink("own.toml", &manifest).unwrap();
        assert_eq!(Manifest::read(&root).unwrap().name.as_deref(), Some("own"));
        fs::remove_file(&manifest).unwrap();
        symlink("../other.toml", &manifest).unwrap();
        assert!(matches!(Manifest::read(&root), Err(LakeError::Outside(path)) if path == "lake.toml"));
        fs::remove_file(&manifest).unwrap();
        symlink("nothing", &manifest).unwrap();
        assert!(matches!(Manifest::read(&root), Err(LakeError::Read { .. })));
        fs::remove_file(&manifest).unwrap();
        // Nobody writes to this pipe: a reader that waits would hang this test.
        assert!(std::process::Command::new("mkfifo").arg(&manifest).status().unwrap().success());
        let error = Manifest::read(&root).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
}
