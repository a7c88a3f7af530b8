//! Settings of footages: read from `lake.toml` whenever it changed, and written there when a person sets one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use parking_lot::Mutex;

use super::{Session, SessionError, detections::EngineSettings};
use crate::{
    analytics::engine::PathMap,
    catalog::FrameTable,
    filter::PositionNames,
    formats::TimeUnit,
    lake::{
        self, ClockUnit, DetectionSetting, FootageName, FootageSetting, LabelSetting, Manifest, MetricSetting, Places,
        PositionSetting, SensorSetting, SettingChange, SettingOf, SettingTold,
    },
    model::{Footage, Look, Problem, ValueRange, Zone},
};

/// The lake's settings in its folder.
const LAKE_FILE: &str = "lake.toml";
/// Settings of a person for a lake that cannot be written, beside the lake's database in the person's own folder.
const OWN_FILE: &str = "footages.toml";
/// How long what was read is believed before the files are looked at again.
const BELIEVED: Duration = Duration::from_secs(1);

/// What `lake.toml` tells, and what a person tells who cannot write it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    lake: Manifest,
    own: Manifest,
}

impl Settings {
    /// Reads both; `manifest` is the lake's, read already.
    pub(super) fn read(places: &Places, manifest: Manifest) -> Result<Self, SessionError> {
        let own = match own_folder(places) {
            Some(folder) if folder.is_dir() => Manifest::read_file(folder, OWN_FILE)?,
            _ => Manifest::default(),
        };
        Ok(Self { lake: manifest, own })
    }

    /// What holds for a footage; a person's own settings come first.
    pub(super) fn of(&self, footage: FootageName<'_>) -> FootageSetting {
        self.own.footages.of(footage).or(&self.lake.footages.of(footage))
    }

    /// What is set under a footage's own name.
    pub(super) fn own_footage(&self, name: &str) -> FootageSetting {
        let of = |manifest: &Manifest| manifest.footages.by_pattern.get(name).cloned().unwrap_or_default();
        of(&self.own).or(&of(&self.lake))
    }

    /// What holds for a metric.
    pub(super) fn metric(&self, name: &str) -> MetricSetting {
        let of = |manifest: &Manifest| manifest.metrics.get(name).cloned().unwrap_or_default();
        of(&self.own).or(&of(&self.lake))
    }

    /// Units that were set.
    pub(super) fn units(&self) -> BTreeMap<String, String> {
        let names = self.lake.metrics.keys().chain(self.own.metrics.keys());
        names.filter_map(|name| Some((name.clone(), self.metric(name).unit?))).collect()
    }

    /// What holds for a sensor file.
    pub(super) fn sensor(&self, path: &str) -> SensorSetting {
        self.own.sensors.of(path).or(&self.lake.sensors.of(path))
    }

    /// What is set under a sensor file's own path.
    pub(super) fn own_sensor(&self, path: &str) -> SensorSetting {
        let of = |manifest: &Manifest| manifest.sensors.by_pattern.get(path).cloned().unwrap_or_default();
        of(&self.own).or(&of(&self.lake))
    }

    /// The name of the zone of times without one.
    pub(super) fn time_zone(&self) -> Option<String> {
        self.own.time_zone.clone().or_else(|| self.lake.time_zone.clone())
    }

    /// The zone of times without one in the lake.
    pub(super) fn zone(&self) -> Option<Zone> {
        Zone::named(&self.time_zone()?)
    }

    /// The same in a sensor file.
    pub(super) fn zone_of(&self, path: &str) -> Option<Zone> {
        Zone::named(&self.sensor(path).time_zone.or_else(|| self.time_zone())?)
    }

    /// What was told about positions.
    pub(super) fn position_setting(&self) -> PositionSetting {
        let (own, lake) = (&self.own.position, &self.lake.position);
        PositionSetting {
            latitude: own.latitude.clone().or_else(|| lake.latitude.clone()),
            longitude: own.longitude.clone().or_else(|| lake.longitude.clone()),
        }
    }

    /// The metrics that hold positions, where both were told.
    pub(super) fn position(&self) -> Option<PositionNames> {
        let PositionSetting { latitude, longitude } = self.position_setting();
        Some(PositionNames { latitude: latitude?, longitude: longitude? })
    }

    /// Frames a second of stores that tell none.
    pub(super) fn rate_hz(&self) -> Option<f64> {
        self.own.rate_hz.or(self.lake.rate_hz)
    }

    /// Where detection events are.
    pub(super) fn detections(&self) -> &DetectionSetting {
        &self.lake.detections
    }

    /// The engine, and what the lake's folders are called there. A relative folder is one of the lake.
    pub(super) fn engine(&self, root: &Path) -> EngineSettings {
        let (own, lake) = (&self.own.engine, &self.lake.engine);
        let url = own.url.clone().map(|url| (url, true)).or_else(|| lake.url.clone().map(|url| (url, false)));
        let folders = lake.paths.iter().filter(|(here, _)| !own.paths.contains_key(*here)).chain(&own.paths);
        let paths = PathMap::new(folders.map(|(here, there)| (root.join(here), there.clone())));
        EngineSettings { url, paths }
    }

    /// Settings of label files.
    pub(super) fn labels(&self) -> &LabelSetting {
        &self.lake.labels
    }

    /// What concerns every source, as text to compare.
    pub(super) fn general(&self) -> String {
        serde_json::to_string(&(self.rate_hz(), self.labels(), self.time_zone())).unwrap_or_default()
    }

    /// What does nothing.
    pub(super) fn problems(
        &self,
        footages: &[FootageName<'_>],
        sensors: &[String],
        metrics: &BTreeSet<String>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (file, manifest) in [(LAKE_FILE, &self.lake), (OWN_FILE, &self.own)] {
            problems.extend(manifest.footages.problems(file, footages));
            problems.extend(manifest.sensors.problems(file, sensors));
        }
        let PositionSetting { latitude, longitude } = self.position_setting();
        for (key, name) in [("latitude", &latitude), ("longitude", &longitude)] {
            if let Some(name) = name.as_ref().filter(|name| !metrics.contains(*name)) {
                let what = format!("position.{key} is \"{name}\", and no metric of the lake is called so");
                problems.push(Problem::new(LAKE_FILE, what, "`lakescope info LAKE` tells the names of the metrics."));
            }
        }
        if latitude.is_some() != longitude.is_some() {
            let what = "position tells one of latitude and longitude; both are needed, so it does nothing";
            problems.push(Problem::new(LAKE_FILE, what, "Tell the other one, too."));
        }
        problems
    }

    /// A source's fingerprint, with what the settings of its footages, metrics and sensor files change in the index.
    pub(super) fn fingerprint<'a>(
        &self,
        base: &str,
        footages: impl Iterator<Item = FootageName<'a>>,
        metrics: impl Iterator<Item = &'a String>,
        files: impl Iterator<Item = String>,
    ) -> String {
        let mut told: Vec<String> = footages
            .filter_map(|footage| {
                Some(format!("{}\n{}\n{}", footage.recording, footage.camera, self.of(footage).reading()?))
            })
            .collect();
        let metrics: BTreeSet<&String> = metrics.collect();
        told.extend(metrics.into_iter().filter_map(|name| {
            let setting = self.metric(name);
            (setting != MetricSetting::default()).then(|| format!("metric {name}\n{setting:?}"))
        }));
        told.extend(files.filter_map(|path| {
            let setting = self.sensor(&path);
            (setting != SensorSetting::default()).then(|| format!("sensors {path}\n{setting:?}"))
        }));
        if told.is_empty() {
            return base.to_owned();
        }
        told.sort();
        format!("{base}-{:016x}", xxhash_rust::xxh3::xxh3_64(told.join("\n\n").as_bytes()))
    }
}

/// A unit of `lake.toml` as readers know it.
pub(super) fn time_unit(unit: ClockUnit) -> TimeUnit {
    match unit {
        ClockUnit::S => TimeUnit::S,
        ClockUnit::Ms => TimeUnit::Ms,
        ClockUnit::Us => TimeUnit::Us,
        ClockUnit::Ns => TimeUnit::Ns,
    }
}

/// Where a person keeps settings of a lake whose databases are not in it.
fn own_folder(places: &Places) -> Option<&Path> {
    places.kept.parent().filter(|_| !places.in_lake)
}

/// What a name or a pattern of footages means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The footages, as `recording/camera`.
    pub footages: Vec<String>,
    /// The name or store most like it, when it means none.
    pub nearest: Option<String>,
}

/// The settings as read last.
#[derive(Default)]
pub(super) struct SettingsCache {
    held: Mutex<Option<Held>>,
}

struct Held {
    looked: Instant,
    stamps: Stamps,
    settings: Arc<Settings>,
}

/// Time and size of both files.
type Stamps = [Option<(SystemTime, u64)>; 2];

fn stamps(places: &Places) -> Stamps {
    let stamp = |path: PathBuf| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    };
    [stamp(places.root.join(LAKE_FILE)), own_folder(places).and_then(|folder| stamp(folder.join(OWN_FILE)))]
}

impl SettingsCache {
    /// The settings of now. While a file cannot be read, those of before hold.
    pub(super) fn current(&self, places: &Places) -> Arc<Settings> {
        let mut held = self.held.lock();
        if let Some(held) = held.as_ref().filter(|held| held.looked.elapsed() < BELIEVED) {
            return Arc::clone(&held.settings);
        }
        let (looked, stamps) = (Instant::now(), stamps(places));
        let settings = match held.take() {
            Some(held) if held.stamps == stamps => held.settings,
            before => {
                let manifest = Manifest::read(&places.root).map_err(SessionError::from);
                match manifest.and_then(|manifest| Settings::read(places, manifest)) {
                    Ok(settings) => Arc::new(settings),
                    Err(error) => {
                        log::warn!("settings of footages stay as they were: {error}");
                        before.map(|held| held.settings).unwrap_or_default()
                    }
                }
            }
        };
        *held = Some(Held { looked, stamps, settings: Arc::clone(&settings) });
        settings
    }

    fn forget(&self) {
        *self.held.lock() = None;
    }
}

impl Session {
    /// How the frames of a footage (its place in [`FrameTable::footage_list`]) are shown. Cheap; follows changes of
    /// `lake.toml` within a second.
    #[must_use]
    pub fn look(&self, table: &FrameTable, footage: usize) -> Look {
        let Some(footage) = table.footage_list().get(footage) else { return Look::default() };
        self.inner.settings.current(&self.inner.places).of(footage.into()).look()
    }

    /// Remembers whether blue is stored first in a footage, and returns the file that holds it now: `lake.toml`, or
    /// `footages.toml` in the person's own folder where the lake cannot be written. No index run is needed.
    ///
    /// # Errors
    /// The file is not valid, which leaves it alone, or cannot be written.
    pub fn set_channels(&self, table: &FrameTable, footage: usize, bgr: bool) -> Result<PathBuf, SessionError> {
        let value = if bgr { "bgr" } else { "rgb" };
        self.remember(table, footage, "channels", value)
    }

    /// Turns red and blue of a footage over; tells whether blue is taken as stored first from now on, and the file. Where
    /// that is so without a setting of the footage's own, its setting is taken away: turned twice, nothing is left behind.
    ///
    /// # Errors
    /// As for [`Self::set_channels`].
    pub fn swap_channels(&self, table: &FrameTable, footage: usize) -> Result<(bool, PathBuf), SessionError> {
        let one = table.footage_list().get(footage);
        let one = one.ok_or_else(|| SessionError::Usage("there is no such footage in the lake".to_owned()))?;
        let name = format!("{}/{}", one.recording, one.camera);
        let mut settings = self.settings_now()?;
        let bgr = !settings.of(one.into()).look().swap_red_blue;
        for manifest in [&mut settings.lake, &mut settings.own] {
            if let Some(own) = manifest.footages.by_pattern.get_mut(&name) {
                own.channels = None;
            }
        }
        let without = settings.of(one.into()).look().swap_red_blue;
        let value = if bgr { "bgr" } else { "rgb" };
        Ok((bgr, self.set_footage(&name, "channels", (without != bgr).then_some(value))?))
    }

    /// Remembers which values of a footage are shown black and white; else as [`Self::set_channels`].
    ///
    /// # Errors
    /// The range makes no sense, or as for [`Self::set_channels`].
    pub fn set_range(&self, table: &FrameTable, footage: usize, range: ValueRange) -> Result<PathBuf, SessionError> {
        let range = range.checked().map_err(SessionError::Usage)?;
        self.remember(table, footage, "range", &range.to_string())
    }

    /// Sets one setting of a footage, or of all that a pattern matches, as `lake.toml` would hold it; without a value it
    /// is removed. Returns the file that was changed. All but `channels` and `range` take effect with the next index run.
    ///
    /// # Errors
    /// There is no such setting or value; or as for [`Self::set_channels`].
    pub fn set_footage(&self, footage: &str, key: &str, value: Option<&str>) -> Result<PathBuf, SessionError> {
        let of = SettingOf::Footages(footage.to_owned());
        self.change_settings(&[SettingChange { of, key: key.to_owned(), value: value.map(str::to_owned) }])
    }

    /// Changes settings, all of them or none, and returns the file that holds them now: `lake.toml`, or `footages.toml` in the
    /// person's own folder where the lake cannot be written. How footages are shown changes at once, everything else with
    /// the next index run.
    ///
    /// # Errors
    /// There is no such setting or value, or the file is not valid or cannot be written, which leaves it alone.
    pub fn change_settings(&self, changes: &[SettingChange]) -> Result<PathBuf, SessionError> {
        let places = &self.inner.places;
        let own = own_folder(places);
        let in_lake = own.is_none() || tempfile::Builder::new().prefix(".probe").tempfile_in(&places.root).is_ok();
        let changed = match own {
            Some(folder) if !in_lake => lake::edit_manifest(folder, OWN_FILE, changes),
            _ => lake::edit_manifest(&places.root, LAKE_FILE, changes),
        };
        if let Some(folder) = own.filter(|folder| in_lake && changed.is_ok() && folder.join(OWN_FILE).is_file()) {
            // What was set while the lake could not be written would win over what is set now.
            let removed: Vec<SettingChange> =
                changes.iter().map(|change| SettingChange { value: None, ..change.clone() }).collect();
            lake::edit_manifest(folder, OWN_FILE, &removed)?;
        }
        self.inner.settings.forget();
        Ok(changed?)
    }

    /// The settings that hold, each with the file that tells it: what a person set where the lake cannot be written comes
    /// before the same setting of `lake.toml`.
    pub(super) fn settings_told(&self) -> Result<Vec<(SettingTold, PathBuf)>, SessionError> {
        let places = &self.inner.places;
        let mut all: Vec<(SettingTold, PathBuf)> = Vec::new();
        let own = own_folder(places).map(|folder| (folder, OWN_FILE));
        for (folder, file) in own.into_iter().chain([(&*places.root, LAKE_FILE)]) {
            for told in lake::settings_told(folder, file)? {
                if !all.iter().any(|(known, _)| (&known.of, &known.key) == (&told.of, &told.key)) {
                    all.push((told, folder.join(file)));
                }
            }
        }
        Ok(all)
    }

    /// The settings as the files tell them now.
    pub(super) fn settings_now(&self) -> Result<Settings, SessionError> {
        let places = &self.inner.places;
        Settings::read(places, Manifest::read(&places.root)?)
    }

    /// The footages that a name or a pattern means, as `recording/camera`, and the name nearest to it when it means none;
    /// nothing when the lake has no index that could tell.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn meant_by(&self, pattern: &str) -> Result<Option<Meant>, SessionError> {
        if !self.is_indexed() {
            return Ok(None);
        }
        let table = self.table()?;
        let name = |footage: &Footage| format!("{}/{}", footage.recording, footage.camera);
        let meant = |footage: &&Footage| FootageName::from(*footage).is_meant_by(pattern);
        let footages: Vec<String> = table.footage_list().iter().filter(meant).map(name).collect();
        let known = table.footage_list().iter().flat_map(|footage| [name(footage), footage.store.clone()]);
        let nearest = known
            .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &pattern.to_lowercase()), known))
            .filter(|(likeness, _)| footages.is_empty() && *likeness > 0.75)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known);
        Ok(Some(Meant { footages, nearest }))
    }

    /// Writes a setting under the footage's own name.
    fn remember(&self, table: &FrameTable, footage: usize, key: &str, value: &str) -> Result<PathBuf, SessionError> {
        let one = table.footage_list().get(footage);
        let one = one.ok_or_else(|| SessionError::Usage("there is no such footage in the lake".to_owned()))?;
        let name = format!("{}/{}", one.recording, one.camera);
        self.set_footage(&name, key, Some(value))
    }
}
