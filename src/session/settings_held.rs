//! The settings that hold in a lake, and whom each concerns.

use std::{cmp::Reverse, collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use super::{Session, SessionError, changing::sensor_files};
use crate::lake::{self, FootageName, SettingOf, SettingTold};

/// A setting that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldSetting {
    /// What it is about: `lake`, `position`, `labels`, `metric`, `sensors` or `footages`.
    pub about: &'static str,
    /// The metric, or the pattern of sensor files or footages.
    pub name: Option<String>,
    /// Its name.
    pub key: String,
    /// Its value, as on the command line.
    pub value: String,
    /// The file that tells it.
    pub file: PathBuf,
    /// Whom it concerns by name: recordings that have the metric, sensor files, or footages; `None` where that is the lake as
    /// a whole, or as long as there is no index that could tell. Those that another setting tells more closely are left out.
    pub concerns: Option<Vec<String>>,
    /// What it is about.
    #[serde(skip)]
    pub of: SettingOf,
}

impl Session {
    /// Every setting that holds, in the order of what they are about, and whom it concerns.
    ///
    /// # Errors
    /// A file of settings is not valid, or the index cannot be read.
    pub fn held_settings(&self) -> Result<Vec<HeldSetting>, SessionError> {
        let told = self.settings_told()?;
        let mut concerned: Vec<Option<Vec<String>>> = vec![None; told.len()];
        if self.is_indexed() {
            let (reader, table) = (self.reader()?, self.table()?);
            for ((one, _), concerned) in told.iter().zip(&mut concerned) {
                *concerned = match &one.of {
                    SettingOf::Lake | SettingOf::Position | SettingOf::Labels => None,
                    SettingOf::Metric(metric) => Some(reader.recordings_with(metric)?),
                    SettingOf::Sensors(_) | SettingOf::Footages(_) => Some(Vec::new()),
                };
            }
            let mut add = |name: &str, closeness: &dyn Fn(&SettingOf) -> Option<(bool, usize)>| {
                for at in closest(&told, closeness) {
                    concerned[at].get_or_insert_default().push(name.to_owned());
                }
            };
            for source in reader.sources()? {
                for path in sensor_files(&source.files) {
                    add(&path, &|of| match of {
                        SettingOf::Sensors(pattern) => lake::closeness(pattern, &path),
                        _ => None,
                    });
                }
            }
            for footage in table.footage_list() {
                add(&format!("{}/{}", footage.recording, footage.camera), &|of| match of {
                    SettingOf::Footages(pattern) => FootageName::from(footage).closeness(pattern),
                    _ => None,
                });
            }
        }
        let mut all = Vec::with_capacity(told.len());
        for ((one, file), concerns) in told.into_iter().zip(concerned) {
            all.push(HeldSetting {
                about: match &one.of {
                    SettingOf::Lake => "lake",
                    SettingOf::Position => "position",
                    SettingOf::Labels => "labels",
                    SettingOf::Metric(_) => "metric",
                    SettingOf::Sensors(_) => "sensors",
                    SettingOf::Footages(_) => "footages",
                },
                name: one.of.name().map(str::to_owned),
                key: one.key,
                value: one.value,
                file,
                concerns,
                of: one.of,
            });
        }
        all.sort_by(|a, b| a.of.cmp(&b.of));
        Ok(all)
    }
}

/// Of the settings that name a thing those that hold for it, one for each key: a person's own file, which comes first, before
/// the lake's; in each the closest pattern; and the first by the alphabet of those that are equally close.
fn closest(
    told: &[(SettingTold, PathBuf)],
    closeness: &dyn Fn(&SettingOf) -> Option<(bool, usize)>,
) -> impl Iterator<Item = usize> {
    let first = told.first().map(|(_, file)| file);
    let mut best = BTreeMap::new();
    for (at, (one, file)) in told.iter().enumerate() {
        let Some(close) = closeness(&one.of) else { continue };
        let rank = (Some(file) == first, close, Reverse(one.of.name()));
        let known = best.entry(one.key.as_str()).or_insert((rank, at));
        if known.0 < rank {
            *known = (rank, at);
        }
    }
    best.into_values().map(|(_, at)| at).collect::<Vec<_>>().into_iter()
}
