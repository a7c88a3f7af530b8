//! Changing settings of a lake: what there is to set, what a change concerns, and the change itself.

use std::collections::BTreeSet;

use super::{Session, SessionError};
use crate::{
    filter::{FrameColumns as _, PositionNames},
    formats::{self, Interpolation},
    lake::{
        self, FootageName, FootageSetting, FootageSettings, MetricSetting, SensorSetting, SensorSettings,
        SettingChange, SettingOf,
    },
    model::MetricKind,
};

/// What changes of settings concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concerned {
    /// Recordings that are read again.
    pub recordings: u64,
    /// Recordings of the lake.
    pub of: u64,
    /// Whether an index run is needed for them to take effect.
    pub index: bool,
}

/// A metric, with what is known of it and what was set.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSettings {
    /// Its name.
    pub name: String,
    /// Kind of its values.
    pub kind: MetricKind,
    /// Its unit in the index: from `lake.toml`, else from the files.
    pub unit: Option<String>,
    /// How values at frames are found where nothing is set.
    pub usual: Interpolation,
    /// What was set.
    pub set: MetricSetting,
}

/// A footage, with what was set under its own name.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraSettings {
    /// `recording/camera`.
    pub name: String,
    /// Frames a second in the index.
    pub rate_hz: f64,
    /// What was set under its name.
    pub own: FootageSetting,
    /// What holds for it, patterns included.
    pub holds: FootageSetting,
}

/// A sensor file, with what was set under its own path.
#[derive(Debug, Clone, PartialEq)]
pub struct SensorFile {
    /// Its path inside the lake.
    pub path: String,
    /// What was set under its path.
    pub own: SensorSetting,
    /// What holds for it, patterns included.
    pub holds: SensorSetting,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct LakeSettings {
    /// Zone of times that are written without one.
    pub time_zone: Option<String>,
    /// The metrics that were named as positions.
    pub latitude: Option<String>,
    /// The same for the longitude.
    pub longitude: Option<String>,
    /// The metrics that hold the position in the index.
    pub position: Option<PositionNames>,
    /// The metrics, by name.
    pub metrics: Vec<MetricSettings>,
    /// The footages, in the lake's order.
    pub cameras: Vec<CameraSettings>,
    /// The sensor files.
    pub sensors: Vec<SensorFile>,
    /// Whether corners in Pascal VOC files were said to count from 0.
    pub voc_zero_based: bool,
}

impl Session {
    /// Everything that can be set, with what is known and what was guessed.
    ///
    /// # Errors
    /// There is no index yet, it cannot be read, or `lake.toml` is not valid.
    pub fn lake_settings(&self) -> Result<LakeSettings, SessionError> {
        let (table, settings) = (self.table()?, self.settings_now()?);
        let metrics = table.metrics().iter().map(|metric| MetricSettings {
            name: metric.name.clone(),
            kind: metric.kind,
            unit: metric.unit.clone(),
            usual: formats::default_interpolation(&metric.name, metric.kind),
            set: settings.metric(&metric.name),
        });
        let own_footage = |name: &str| settings.own_footage(name);
        let cameras = table.footage_list().iter().map(|footage| {
            let name = format!("{}/{}", footage.recording, footage.camera);
            CameraSettings {
                rate_hz: footage.rate_hz,
                own: own_footage(&name),
                holds: settings.of(footage.into()),
                name,
            }
        });
        let named = settings.position_setting();
        let sensors = self.sensor_paths()?.into_iter().map(|path| SensorFile {
            own: settings.own_sensor(&path),
            holds: settings.sensor(&path),
            path,
        });
        Ok(LakeSettings {
            time_zone: settings.time_zone(),
            latitude: named.latitude,
            longitude: named.longitude,
            position: table.position(),
            metrics: metrics.collect(),
            cameras: cameras.collect(),
            sensors: sensors.collect(),
            voc_zero_based: settings.labels().voc_zero_based,
        })
    }

    fn sensor_paths(&self) -> Result<Vec<String>, SessionError> {
        let paths: BTreeSet<String> =
            self.reader()?.sources()?.iter().flat_map(|source| sensor_files(&source.files)).collect();
        Ok(paths.into_iter().collect())
    }

    /// Which recordings an index run reads again after these changes.
    ///
    /// # Errors
    /// There is no index yet, or it cannot be read.
    pub fn concerned(&self, changes: &[SettingChange]) -> Result<Concerned, SessionError> {
        let (reader, table) = (self.reader()?, self.table()?);
        let of = reader.totals()?.recordings;
        let mut names = BTreeSet::new();
        let mut index = false;
        for change in changes {
            let key = change.key.as_str();
            match &change.of {
                SettingOf::Lake if key == "name" => {}
                SettingOf::Lake | SettingOf::Labels => return Ok(Concerned { recordings: of, of, index: true }),
                SettingOf::Position => index = true,
                SettingOf::Metric(metric) => names.extend(reader.recordings_with(metric)?),
                SettingOf::Footages(_) if matches!(key, "channels" | "range") => {}
                SettingOf::Footages(pattern) => {
                    let one = FootageSettings { by_pattern: [(pattern.clone(), FootageSetting::default())].into() };
                    let footages = table.footage_list().iter();
                    let hit = footages.filter(|footage| one.problems("", &[FootageName::from(*footage)]).is_empty());
                    names.extend(hit.map(|footage| footage.recording.clone()));
                }
                SettingOf::Sensors(pattern) => {
                    let one = SensorSettings { by_pattern: [(pattern.clone(), SensorSetting::default())].into() };
                    for source in reader.sources()? {
                        let paths: Vec<String> = sensor_files(&source.files).collect();
                        if one.problems("", &paths).is_empty() {
                            names.insert(source.files.name);
                        }
                    }
                }
            }
        }
        let recordings = (names.len() as u64).min(of);
        Ok(Concerned { recordings, of, index: index || recordings > 0 })
    }

    /// Tells why a setting cannot be so, without changing it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_setting(change: &SettingChange) -> Result<(), SessionError> {
        match &change.value {
            Some(value) => Ok(lake::check_setting(&change.of, &change.key, value)?),
            None => Ok(()),
        }
    }
}

/// The sensor files of a source: tables and logs.
pub(super) fn sensor_files(files: &lake::RecordingFiles) -> impl Iterator<Item = String> {
    // The readings of KITTI are one small file each; that of their times stands for them.
    let told = |path: &&String| !lake::is_oxts(path) || path.ends_with("timestamps.txt");
    let tables = files.metrics.iter().map(|file| &file.path).filter(told);
    tables.chain(files.logs.iter().map(|file| &file.path)).cloned()
}
