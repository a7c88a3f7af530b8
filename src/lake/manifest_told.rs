//! The settings that a `lake.toml` holds, one by one.

use std::path::Path;

use toml::{Table, Value};

use super::{
    LakeError, SettingOf, SettingTold,
    manifest::{Manifest, read_text},
    place::resolve_inside,
};

/// The settings of the manifest `file` in the folder `root` that can be set one by one, in the order of what they are
/// about; none when there is no such file.
///
/// # Errors
/// [`LakeError::Manifest`] when it is not valid, [`LakeError::Read`] or [`LakeError::Outside`] when it cannot be read.
pub fn settings_told(root: &Path, file: &str) -> Result<Vec<SettingTold>, LakeError> {
    let path = root.join(file);
    if std::fs::symlink_metadata(&path).is_err() {
        return Ok(Vec::new());
    }
    let real = root.canonicalize().map_err(|source| LakeError::Read { path: root.to_owned(), source })?;
    let text =
        read_text(&resolve_inside(&real, file)?).map_err(|source| LakeError::Read { path: path.clone(), source })?;
    // What does not parse is told in the same words as when the lake is opened.
    Manifest::parse(&path, &text)?;
    Ok(told(&text.parse().unwrap_or_default()))
}

fn told(manifest: &Table) -> Vec<SettingTold> {
    let mut all = Vec::new();
    let mut add = |of: &SettingOf, table: &Table| {
        for key in of.keys() {
            if let Some(value) = table.get(*key).and_then(text_of) {
                all.push(SettingTold { of: of.clone(), key: (*key).to_owned(), value });
            }
        }
    };
    add(&SettingOf::Lake, manifest);
    let inside = |name: &str| manifest.get(name).and_then(Value::as_table);
    for of in [SettingOf::Position, SettingOf::Labels] {
        if let Some(table) = of.table().first().and_then(|name| inside(name)) {
            add(&of, table);
        }
    }
    for (name, of) in [
        ("metrics", SettingOf::Metric as fn(String) -> SettingOf),
        ("sensors", SettingOf::Sensors),
        ("footages", SettingOf::Footages),
    ] {
        for (name, table) in inside(name).into_iter().flatten() {
            if let Some(table) = table.as_table() {
                add(&of(name.clone()), table);
            }
        }
    }
    all
}

/// A value as on the command line.
fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Array(ends) => ends.iter().map(text_of).collect::<Option<Vec<_>>>()?.join(":"),
        Value::Table(_) => return None,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_told_as_it_is_set() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(settings_told(folder.path(), "lake.toml").unwrap(), []);
        let text = "name = \"x\"\nrate_hz = 20\nunknown = 1\n[position]\nlatitude = \"lat\"\n[labels]\n\
                    voc_zero_based = true\n[metrics.\"my speed\"]\nunit = \"m/s\"\nmax_gap_s = 0.5\n\
                    [sensors.\"*.csv\"]\noffset_s = -0.25\n[footages.\"a/b\"]\nrange = [0, 4095]\n\
                    starts_at = 2024-05-01T08:00:00Z\nother = 3\n";
        std::fs::write(folder.path().join("lake.toml"), text).unwrap();
        let told = settings_told(folder.path(), "lake.toml").unwrap();
        let lines: Vec<String> = told
            .iter()
            .map(|one| format!("{} {} {}={}", one.of.what(), one.of.name().unwrap_or("-"), one.key, one.value))
            .collect();
        assert_eq!(
            lines,
            [
                "the lake - name=x",
                "the lake - rate_hz=20",
                "the position - latitude=lat",
                "label files - voc_zero_based=true",
                "a metric my speed unit=m/s",
                "a metric my speed max_gap_s=0.5",
                "a sensor file *.csv offset_s=-0.25",
                "a footage a/b starts_at=2024-05-01T08:00:00Z",
                "a footage a/b range=0:4095",
            ]
        );
        std::fs::write(folder.path().join("lake.toml"), "name = ").unwrap();
        assert!(matches!(settings_told(folder.path(), "lake.toml"), Err(LakeError::Manifest { .. })));
    }
}
