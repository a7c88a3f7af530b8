//! Reads and writes what the window remembers: one small JSON file, replaced in one step.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::{
    dock::Layout,
    state::{Persisted, Workspace},
};

/// Where the file is, in the user's configuration folder.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "lakescope")?.config_dir().join("window.json"))
}

/// What was remembered; the defaults when there is no file or it cannot be understood.
#[must_use]
pub fn load(path: &Path) -> Persisted {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Persisted::default(),
        Err(error) => {
            log::warn!("cannot read the window's settings {}: {error}; using the defaults", path.display());
            return Persisted::default();
        }
    };
    let mut kept: Persisted = serde_json::from_slice(&text).unwrap_or_else(|error| {
        log::warn!("the window's settings {} are damaged ({error}); using the defaults", path.display());
        Persisted::default()
    });
    // A layout of which nothing was understood is one of another workspace.
    if kept.detections_layout.workspace() != Workspace::Detections {
        kept.detections_layout = Layout::of(Workspace::Detections);
    }
    kept
}

/// Writes them beside the file first, so that a crash leaves the old or the new ones.
///
/// # Errors
/// Whatever the file system reports.
pub fn save(path: &Path, persisted: &Persisted) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(persisted)?)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::{LakeMemory, SortBy, ThemeChoice};
    use crate::gui::{
        explore::{AxisTime, Lane, TimelineMemory},
        looking::Looking,
    };

    #[test]
    fn comes_back_as_it_was_and_damage_gives_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/window.json");
        assert_eq!(load(&path), Persisted::default());
        let mut kept = Persisted { theme: ThemeChoice::Light, tile_width: 96.0, ..Persisted::default() };
        kept.touch_recent("/data/lake".into());
        kept.lakes.insert(
            "/data/lake".into(),
            LakeMemory {
                track: None,
                filter: "speed > 80".into(),
                sort: Some(SortBy { column: "speed".into(), descending: true }),
                filters: vec!["has(car)".into()],
                timeline: TimelineMemory {
                    lanes: Some(vec![Lane::Metric("speed".into()), Lane::Matches]),
                    axis: AxisTime::Clock,
                },
                looking: Looking { all_cameras: true, ..Looking::default() },
                ..LakeMemory::default()
            },
        );
        save(&path, &kept).unwrap();
        assert_eq!(load(&path), kept);
        fs::write(&path, b"{\"theme\": 3").unwrap();
        assert_eq!(load(&path), Persisted::default());
        fs::write(&path, b"{\"tile_width\": 64.0, \"of a later version\": 1}").unwrap();
        assert!((load(&path).tile_width - 64.0).abs() < 1e-6);
    }
}
