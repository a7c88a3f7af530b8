//! Where a lake has its events and locations.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{DetectionSource, TopRequest};
use crate::{
    formats::EventSet,
    lake::{self, LakeError},
    session::{Session, SessionError, settings::time_unit},
};

/// Files of events that arrived and were not worked on.
const ARRIVED: &str = "detections_*";

impl Session {
    /// The lake's own events and locations: as `[detections]` of `lake.toml` says; else `curated/detections` when it holds files, or the files
    /// `detections_*` of `landing`, and `reference/locations.parquet` or `.csv`. `None` when the lake has no events.
    ///
    /// # Errors
    /// `lake.toml` is not valid, or names what is not in the lake; or a folder that may hold events cannot be listed.
    pub fn detection_source(&self) -> Result<Option<DetectionSource>, SessionError> {
        let settings = self.settings_now()?;
        let told = settings.detections();
        let root = self.root();
        let detections = match &told.events {
            Some(told) => Some(inside(root, told)?),
            None => usual_events(root)?,
        };
        let locations = match &told.locations {
            Some(told) => Some(inside(root, told)?),
            None => ["reference/locations.parquet", "reference/locations.csv"]
                .into_iter()
                .find_map(|name| lake::resolve_inside(root, name).ok().filter(|path| path.is_file())),
        };
        Ok(detections.map(|detections| DetectionSource { detections, locations, root: Some(root.to_owned()) }))
    }

    /// The usual question about the lake's own events.
    ///
    /// # Errors
    /// As [`Self::detection_source`], or the lake has no events.
    pub fn top_request(&self) -> Result<TopRequest, SessionError> {
        let source = self.detection_source()?.ok_or_else(|| {
            SessionError::Failed(format!(
                "{} has no detection events; put files named detections_* into its folder landing, or name others as \
                 detections.events in lake.toml",
                self.root().display()
            ))
        })?;
        let time_unit = self.settings_now()?.detections().time_unit.map(time_unit);
        Ok(TopRequest { time_unit, ..TopRequest::of(source) })
    }
}

/// A path of `lake.toml`; its last part may be a pattern of names.
fn inside(root: &Path, told: &str) -> Result<PathBuf, SessionError> {
    let (folder, name) = told.rsplit_once('/').unwrap_or((".", told));
    if name.contains(['*', '?']) {
        return Ok(lake::resolve_inside(root, folder)?.join(name));
    }
    Ok(lake::resolve_inside(root, told)?)
}

fn usual_events(root: &Path) -> Result<Option<PathBuf>, SessionError> {
    let any = |path: &Path| EventSet::any(path).map_err(|error| SessionError::Failed(error.to_string()));
    // A folder that a pipeline made and has not filled yet hides nothing.
    if let Some(curated) = if_there(root, "curated/detections")?
        && any(&curated)?
    {
        return Ok(Some(curated));
    }
    let Some(landing) = if_there(root, "landing")? else { return Ok(None) };
    let pattern = landing.join(ARRIVED);
    Ok(any(&pattern)?.then_some(pattern))
}

/// A folder of the lake; `None` when it is not there. One that cannot be looked at is no folder that is not there.
fn if_there(root: &Path, name: &str) -> Result<Option<PathBuf>, SessionError> {
    match lake::resolve_inside(root, name) {
        Err(LakeError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        found => Ok(Some(found?)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_empty_folder_hides_no_events() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("curated/detections")).unwrap();
        assert_eq!(usual_events(&root).unwrap(), None);
        fs::create_dir_all(root.join("landing")).unwrap();
        fs::write(root.join("landing/detections_1.csv"), "").unwrap();
        assert_eq!(usual_events(&root).unwrap(), Some(root.join("landing/detections_*")));
        fs::write(root.join("curated/detections/a.parquet"), "").unwrap();
        assert_eq!(usual_events(&root).unwrap(), Some(root.join("curated/detections")));
    }

    #[test]
    fn what_cannot_be_followed_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("lake");
        for name in ["curated", "landing"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::write(root.join("landing/detections_1.csv"), "").unwrap();
        // A link out of the lake in place of the folder.
        std::os::unix::fs::symlink(folder.path(), root.join("curated/detections")).unwrap();
        assert!(usual_events(&root).is_err());
        // A folder that holds a link to another one and nothing else.
        fs::remove_file(root.join("curated/detections")).unwrap();
        fs::create_dir(root.join("curated/detections")).unwrap();
        std::os::unix::fs::symlink(root.join("landing"), root.join("curated/detections/may")).unwrap();
        assert_eq!(usual_events(&root).unwrap(), Some(root.join("curated/detections")));
    }
}
