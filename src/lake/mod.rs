//! A lake on disk: its manifest, the files in it and which of them belong together.
//!
//! Nothing is opened here but `lake.toml`; what is inside the files is for `frames` and `formats`.

mod discover;
mod error;
mod footage_settings;
mod grouping;
mod loose_labels;
mod manifest;
mod manifest_edit;
mod natural;
mod place;
mod plain;
mod sensor_settings;
mod setting_of;

pub use discover::{Discovery, LabelFile, LogFile, MetricFile, RecordingFiles, StoreFile, discover, is_oxts};
pub use error::LakeError;
pub use footage_settings::{AxisOrder, Channels, ClockUnit, FootageName, FootageSetting, FootageSettings};
pub use manifest::{DetectionSetting, LabelSetting, Manifest, MetricSetting, PositionSetting};
pub use manifest_edit::{check_setting, edit_manifest};
pub use natural::natural_cmp;
pub use place::{Places, lake_of, resolve_inside};
pub use sensor_settings::{SensorSetting, SensorSettings};
pub use setting_of::SettingOf;
