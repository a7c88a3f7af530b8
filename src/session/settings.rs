//! Settings of footages: read from `lake.toml` whenever it changed, and written there when a person sets one.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use parking_lot::Mutex;

use super::{Session, SessionError};
use crate::{
    catalog::FrameTable,
    lake::{self, FootageName, FootageSetting, FootageSettings, Manifest, Places},
    model::{Footage, Look, Problem, ValueRange},
};

/// The lake's settings in its folder.
const LAKE_FILE: &str = "lake.toml";
/// Settings of a person for a lake that cannot be written, beside the lake's database in the person's own folder.
const OWN_FILE: &str = "footages.toml";
/// How long what was read is believed before the files are looked at again.
const BELIEVED: Duration = Duration::from_secs(1);

/// What `lake.toml` tells about footages, and what a person tells who cannot write it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    lake: FootageSettings,
    own: FootageSettings,
}

impl Settings {
    /// Reads both; `manifest` is the lake's, read already.
    pub(super) fn read(places: &Places, manifest: &Manifest) -> Result<Self, SessionError> {
        let own = match own_folder(places) {
            Some(folder) if folder.is_dir() => Manifest::read_file(folder, OWN_FILE)?.footages,
            _ => FootageSettings::default(),
        };
        Ok(Self { lake: manifest.footages.clone(), own })
    }

    /// What holds for a footage; a person's own settings come first.
    pub(super) fn of(&self, footage: FootageName<'_>) -> FootageSetting {
        self.own.of(footage).or(&self.lake.of(footage))
    }

    /// What does nothing.
    pub(super) fn problems(&self, footages: &[FootageName<'_>]) -> Vec<Problem> {
        [self.lake.problems(LAKE_FILE, footages), self.own.problems(OWN_FILE, footages)].concat()
    }

    /// A source's fingerprint, with what the settings of its footages change in the index.
    pub(super) fn fingerprint<'a>(&self, base: &str, footages: impl Iterator<Item = FootageName<'a>>) -> String {
        if self.lake.is_empty() && self.own.is_empty() {
            return base.to_owned();
        }
        let mut told: Vec<String> = footages
            .filter_map(|footage| {
                Some(format!("{}\n{}\n{}", footage.recording, footage.camera, self.of(footage).reading()?))
            })
            .collect();
        if told.is_empty() {
            return base.to_owned();
        }
        told.sort();
        format!("{base}-{:016x}", xxhash_rust::xxh3::xxh3_64(told.join("\n\n").as_bytes()))
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
                match manifest.and_then(|manifest| Settings::read(places, &manifest)) {
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
        let places = &self.inner.places;
        let own = own_folder(places);
        let in_lake = own.is_none() || tempfile::Builder::new().prefix(".probe").tempfile_in(&places.root).is_ok();
        let changed = match own {
            Some(folder) if !in_lake => lake::edit_manifest(folder, OWN_FILE, footage, key, value),
            _ => lake::edit_manifest(&places.root, LAKE_FILE, footage, key, value),
        };
        if let Some(folder) = own.filter(|folder| in_lake && changed.is_ok() && folder.join(OWN_FILE).is_file()) {
            // What was set while the lake could not be written would win over what is set now.
            lake::edit_manifest(folder, OWN_FILE, footage, key, None)?;
        }
        self.inner.settings.forget();
        Ok(changed?)
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
