//! Walks a lake folder and tells which files belong to which recording.
//!
//! The native layout says it by its folders. Anywhere else it is guessed: a log beside a store names the recording by
//! the stem they share, a folder that holds tables is one recording with its stores as cameras, and a store alone is a
//! recording of its own.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::{LakeError, grouping, loose_labels, natural_cmp};
use crate::{
    jobs::{Cancelled, Progress},
    model::Problem,
};

const STORE_ENDINGS: [&str; 8] = ["h5", "hdf5", "hdf", "he5", "h5f", "nc", "nc4", "nxs"];
const TABLE_ENDINGS: [&str; 6] = ["csv", "tsv", "parquet", "json", "mf4", "mcap"];
/// Endings of label files, and of the files that name their classes, beside those of tables.
const LABEL_ENDINGS: [&str; 5] = ["txt", "xml", "yaml", "yml", "names"];
/// Top-level folders that hold no recordings, and files at the top that are not anybody's sensor log.
const NOT_RECORDINGS: [&str; 7] = [".lakescope", "reference", "landing", "raw", "curated", "quarantine", "analyses"];

/// An HDF5 store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFile {
    /// Path relative to the lake, with `/`.
    pub path: String,
    /// Camera name that its place suggests.
    pub camera: String,
}

/// A sensor table, or a table of which only its content tells what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricFile {
    /// Path relative to the lake, with `/`.
    pub path: String,
    /// Whether its place says that it holds metrics (native layout).
    pub certain: bool,
}

/// A label file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFile {
    /// Path relative to the lake, with `/`.
    pub path: String,
    /// Whether its place says that it holds labels; of other text and XML only the contents tell.
    #[serde(default = "sure")]
    pub certain: bool,
}

/// What a place of labels says where nothing else is told.
fn sure() -> bool {
    true
}

/// A store that holds sensor arrays beside another store (comma research layout).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    /// Path relative to the lake, with `/`.
    pub path: String,
}

/// The files of one recording.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordingFiles {
    /// Name of the recording.
    pub name: String,
    /// Whether it lies in `recordings/` of the native layout.
    pub native: bool,
    /// Its `recording.toml`.
    pub manifest: Option<String>,
    /// Its stores, in natural order of camera.
    pub stores: Vec<StoreFile>,
    /// Its sensor tables, in natural order; outside the native layout some may turn out to be labels.
    pub metrics: Vec<MetricFile>,
    /// Its label files, in natural order.
    pub labels: Vec<LabelFile>,
    /// Its log stores.
    pub logs: Vec<LogFile>,
    /// What the names of recordings inside its stores begin with, when that is not `name`: another source lies below
    /// that name, so the two could clash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<String>,
}

/// What a walk found.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Recordings in natural order of name.
    pub recordings: Vec<RecordingFiles>,
    /// Files that belong to nobody, links that lead out, folders that could not be read.
    pub problems: Vec<Problem>,
}

impl RecordingFiles {
    /// The files whose paths lead to something inside the lake, links resolved.
    #[must_use]
    pub fn kept_inside(mut self, root: &Path) -> Self {
        let inside = |path: &str| super::resolve_inside(root, path).is_ok();
        self.manifest = self.manifest.filter(|path| inside(path));
        self.stores.retain(|file| inside(&file.path));
        self.metrics.retain(|file| inside(&file.path));
        self.labels.retain(|file| inside(&file.path));
        self.logs.retain(|file| inside(&file.path));
        self
    }

    /// Name of a recording inside one of its stores (`demo_3`).
    #[must_use]
    pub fn name_inside(&self, hint: &str) -> String {
        format!("{}/{hint}", self.inner.as_ref().unwrap_or(&self.name))
    }

    /// Every file of the recording.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.manifest
            .iter()
            .map(String::as_str)
            .chain(self.stores.iter().map(|file| file.path.as_str()))
            .chain(self.metrics.iter().map(|file| file.path.as_str()))
            .chain(self.labels.iter().map(|file| file.path.as_str()))
            .chain(self.logs.iter().map(|file| file.path.as_str()))
    }

    /// A number that changes when a file of the recording appears, goes, or changes in size, time or inode, or when
    /// `salt` does.
    #[must_use]
    pub fn fingerprint(&self, root: &Path, salt: &str) -> String {
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(salt.as_bytes());
        hash.update(self.name.as_bytes());
        if let Some(inner) = &self.inner {
            hash.update(&[1]);
            hash.update(inner.as_bytes());
        }
        for path in self.paths() {
            hash.update(&[0]);
            hash.update(path.as_bytes());
            if let Ok(meta) = fs::metadata(root.join(path)) {
                hash.update(&meta.len().to_le_bytes());
                let changed = meta.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
                hash.update(&changed.map_or(0, |time| time.as_nanos()).to_le_bytes());
                #[cfg(unix)]
                hash.update(&std::os::unix::fs::MetadataExt::ino(&meta).to_le_bytes());
            }
        }
        format!("{:032x}", hash.digest128())
    }
}

/// Walks the lake.
///
/// # Errors
/// The folder itself cannot be read, or the work was cancelled (told as a read error of kind `Interrupted`).
pub fn discover(root: &Path, progress: &Progress) -> Result<Discovery, LakeError> {
    let mut found = Discovery::default();
    let (mut native, mut other) = (BTreeMap::<String, RecordingFiles>::new(), Vec::new());
    let stopped = |Cancelled| LakeError::Read { path: root.to_owned(), source: std::io::ErrorKind::Interrupted.into() };
    let mut walk = WalkDir::new(root).follow_links(false).min_depth(1).into_iter();
    while let Some(entry) = walk.next() {
        progress.check().map_err(stopped)?;
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root);
                let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
                if path == root {
                    return Err(LakeError::Read { path: root.to_owned(), source: error.into() });
                }
                found.problems.push(Problem::new(
                    shown,
                    format!("could not be read: {error}"),
                    "Check its permissions.",
                ));
                continue;
            }
        };
        match passed_over(&entry) {
            Passed::No => {}
            Passed::Silently => {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                continue;
            }
            Passed::Told(what, hint) => {
                let shown = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().into_owned();
                found.problems.push(Problem::new(shown, what, hint));
                walk.skip_current_dir();
                continue;
            }
        }
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let Some(path) = relative.to_str().map(str::to_owned) else {
            let shown = relative.to_string_lossy().into_owned();
            found.problems.push(Problem::new(shown, "has a name that is not UTF-8", "Rename it; it is left out."));
            continue;
        };
        if entry.file_type().is_dir() {
            continue;
        }
        if entry.path_is_symlink() {
            match super::resolve_inside(root, &path) {
                Ok(real) if real.is_file() => {}
                Ok(_) => {
                    found.problems.push(Problem::new(
                        path,
                        "is a link to a folder and was not followed",
                        "Move the folder into the lake.",
                    ));
                    continue;
                }
                Err(_) => {
                    found.problems.push(Problem::new(
                        path,
                        "is a link that leads out of the lake or nowhere",
                        "Copy the file into the lake.",
                    ));
                    continue;
                }
            }
        }
        sort_file(path, &mut native, &mut other);
    }
    found.recordings.extend(native.into_values().filter(|files| files.paths().next().is_some()));
    grouping::group_others(&other, &mut found, progress).map_err(stopped)?;
    let class_files: Vec<String> = other.iter().filter(|path| loose_labels::names_classes(path)).cloned().collect();
    loose_labels::add_class_names(&mut found.recordings, &class_files);
    grouping::keep_inner_names_apart(&mut found.recordings);
    for files in &mut found.recordings {
        files.stores.sort_by(|a, b| natural_cmp(&a.camera, &b.camera).then_with(|| natural_cmp(&a.path, &b.path)));
        files.metrics.sort_by(|a, b| natural_cmp(&a.path, &b.path));
        files.labels.sort_by(|a, b| natural_cmp(&a.path, &b.path));
        files.logs.sort_by(|a, b| natural_cmp(&a.path, &b.path));
    }
    found.recordings.sort_by(|a, b| natural_cmp(&a.name, &b.name));
    found.problems.sort_by(|a, b| natural_cmp(&a.path, &b.path));
    Ok(found)
}

/// Whether a file or folder is left out of the walk.
enum Passed {
    No,
    Silently,
    /// What is told, and the hint.
    Told(&'static str, &'static str),
}

fn passed_over(entry: &walkdir::DirEntry) -> Passed {
    let name = entry.file_name().to_string_lossy();
    if entry.depth() == 1 && NOT_RECORDINGS.contains(&name.as_ref()) {
        return Passed::Silently;
    }
    if name.starts_with('.') {
        let known = [".lakescope", ".git"].contains(&name.as_ref()) || name.ends_with(".part");
        if entry.depth() > 1 && entry.file_type().is_dir() && !known {
            return Passed::Told("begins with a dot and was left out", "Rename it if it belongs to the lake.");
        }
        return Passed::Silently;
    }
    if entry.file_type().is_dir() {
        let holds = |file: &str| entry.path().join(file).is_file();
        if holds("export.json") && holds("frames.csv") {
            return Passed::Told("is an export and was left out", "Keep exports outside the lake.");
        }
    }
    Passed::No
}

/// Folder part of a relative path, without the last `/`; empty at the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// File name without its last ending.
pub(super) fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

pub(super) fn ending_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}

pub(super) fn is_store(path: &str) -> bool {
    STORE_ENDINGS.contains(&ending_of(path).as_str())
}

pub(super) fn is_table(path: &str) -> bool {
    TABLE_ENDINGS.contains(&ending_of(path).as_str())
}

/// Whether a file may hold labels, or name their classes, and is no table.
pub(super) fn is_label_text(path: &str) -> bool {
    LABEL_ENDINGS.contains(&ending_of(path).as_str())
}

/// Whether a file is one of KITTI's GPS/IMU readings (`oxts/data/0000000042.txt`) or the list of their times.
#[must_use]
pub fn is_oxts(path: &str) -> bool {
    let inside = path.strip_prefix("oxts/").or_else(|| path.rsplit_once("/oxts/").map(|(_, inside)| inside));
    let number =
        |name: &str| name.strip_suffix(".txt").is_some_and(|stem| stem.bytes().all(|byte| byte.is_ascii_digit()));
    inside.is_some_and(|inside| inside == "timestamps.txt" || inside.strip_prefix("data/").is_some_and(number))
}

/// Whether a file lies in a folder whose name says that it holds labels.
pub(super) fn lies_in_labels(path: &str) -> bool {
    folder_of(path).split('/').any(|folder| {
        let folder = folder.to_ascii_lowercase();
        folder.starts_with("label") || folder.starts_with("annotation")
    })
}

/// Puts a file of the native layout into its recording, and every other store or table aside.
fn sort_file(path: String, native: &mut BTreeMap<String, RecordingFiles>, other: &mut Vec<String>) {
    let parts: Vec<&str> = path.split('/').collect();
    // The layout may begin further down: a folder of lakes is a lake, and its recordings keep the way to them.
    let at = parts.iter().position(|part| *part == "recordings").unwrap_or(parts.len());
    let (above, below) = parts.split_at(at);
    if let ["recordings", name, rest @ ..] = below
        && !rest.is_empty()
    {
        let name = above.iter().chain([name]).copied().collect::<Vec<_>>().join("/");
        let files = native.entry(name.clone()).or_insert_with(|| RecordingFiles {
            name,
            native: true,
            ..RecordingFiles::default()
        });
        match rest {
            ["recording.toml"] => files.manifest = Some(path),
            ["footages", .., _] if is_store(&path) => {
                let camera = rest[1..].join("_");
                files.stores.push(StoreFile { camera: stem_of(&camera).to_owned(), path });
            }
            _ if is_oxts(&path) => files.metrics.push(MetricFile { path, certain: true }),
            ["metrics", .., _] if is_table(&path) => files.metrics.push(MetricFile { path, certain: true }),
            ["metrics", .., _] if is_store(&path) => files.logs.push(LogFile { path }),
            ["labels", .., _] if is_table(&path) || is_label_text(&path) => {
                files.labels.push(LabelFile { path, certain: true });
            }
            _ if is_store(&path) => files.stores.push(StoreFile { camera: stem_of(&rest.join("_")).to_owned(), path }),
            _ if is_table(&path) => files.metrics.push(MetricFile { path, certain: false }),
            _ if is_label_text(&path) => {
                let certain = lies_in_labels(&path);
                files.labels.push(LabelFile { path, certain });
            }
            _ => {}
        }
    } else if is_store(&path) || is_table(&path) || is_label_text(&path) {
        other.push(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes empty files and tells how they are grouped: `name: stores | tables | labels | logs`.
    fn check(paths: &[&str], expected: &[&str], problems: usize) {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = discover(&folder.path().canonicalize().unwrap(), &Progress::new()).unwrap();
        let told: Vec<String> = found
            .recordings
            .iter()
            .map(|files| {
                let stores: Vec<_> = files.stores.iter().map(|file| file.camera.clone()).collect();
                format!(
                    "{}: {} | {} | {} | {}",
                    files.name,
                    stores.join(","),
                    files.metrics.len(),
                    files.labels.len(),
                    files.logs.len()
                )
            })
            .collect();
        assert_eq!(told, expected, "{paths:?}");
        assert_eq!(found.problems.len(), problems, "{:?}", found.problems);
    }

    #[test]
    fn groups_files_into_recordings() {
        check(
            &[
                "lake.toml",
                "recordings/d10/footages/front.h5",
                "recordings/d2/recording.toml",
                "recordings/d2/footages/rear.h5",
                "recordings/d2/footages/front.h5",
                "recordings/d2/metrics/can.parquet",
                "recordings/d2/labels/front.csv",
                "recordings/d2/notes.txt",
                "landing/events.parquet",
                ".lakescope/x.h5",
            ],
            &["d2: front,rear | 1 | 2 | 0", "d10: front | 0 | 0 | 0"],
            0,
        );
        check(
            &["camera/t1.h5", "log/t1.h5", "camera/t2.h5"],
            &["camera/t2: camera | 0 | 0 | 0", "t1: camera | 0 | 0 | 1"],
            0,
        );
        check(
            &["rec_0/cam_0/frames.h5", "rec_0/cam_1/frames.h5", "rec_0/metrics.csv", "rec_0/cam_0/labels.parquet"],
            &["rec_0: cam_0_frames,cam_1_frames | 2 | 0 | 0"],
            0,
        );
        check(
            &["a.h5", "b.h5", "a.csv", "b_metrics.csv", "c.csv"],
            &["a: camera | 1 | 0 | 0", "b: camera | 1 | 0 | 0"],
            1,
        );
        check(
            &["north/recordings/d1/footages/front.h5", "south/recordings/d1/footages/front.h5"],
            &["north/d1: front | 0 | 0 | 0", "south/d1: front | 0 | 0 | 0"],
            0,
        );
        check(&["x/one.hdf5", "x/log.csv"], &["x: one | 1 | 0 | 0"], 0);
        check(
            &["episode_2.hdf5", "episode_10.hdf5"],
            &["episode_2: camera | 0 | 0 | 0", "episode_10: camera | 0 | 0 | 0"],
            0,
        );
        check(
            &["d1/a.h5", "d1/out/export.json", "d1/out/frames.csv", "d1/out/labels.csv", "d1/near/frames.csv"],
            &["d1/a: camera | 1 | 0 | 0"],
            1,
        );
        check(
            &["recordings/d1/footages/a.h5", "recordings/.d2/footages/a.h5", "recordings/.d2/x/b.h5", ".top/a.h5"],
            &["d1: a | 0 | 0 | 0"],
            1,
        );
        check(&["x/.git/a.h5", "x/.lakescope/a.h5", "x/.out.part/a.h5", "x/.hidden.h5"], &[], 0);
        check(&[], &[], 0);
    }

    #[test]
    fn an_export_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a.h5", "out/export.json", "out/frames.csv"] {
            fs::create_dir_all(folder.path().join("out")).unwrap();
            fs::write(folder.path().join(path), "x").unwrap();
        }
        let found = discover(folder.path(), &Progress::new()).unwrap();
        let told: Vec<_> = found.problems.iter().map(|one| (one.path.as_str(), one.what.as_str())).collect();
        assert_eq!(told, [("out", "is an export and was left out")]);
    }

    #[test]
    fn a_cancelled_walk_ends() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.h5"), "x").unwrap();
        let progress = Progress::new();
        progress.cancel();
        assert!(discover(folder.path(), &progress).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_lake_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("lake");
        fs::create_dir(&root).unwrap();
        fs::write(folder.path().join("secret.h5"), "x").unwrap();
        std::os::unix::fs::symlink("../secret.h5", root.join("a.h5")).unwrap();
        let found = discover(&root, &Progress::new()).unwrap();
        assert!(found.recordings.is_empty());
        assert_eq!(found.problems.len(), 1);
    }

    #[test]
    fn planted_paths_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("lake");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a.csv"), "x").unwrap();
        fs::write(folder.path().join("secret.csv"), "x").unwrap();
        let metrics =
            ["a.csv", "../secret.csv", "/etc/hostname"].map(|path| MetricFile { path: path.to_owned(), certain: true });
        let files =
            RecordingFiles { metrics: metrics.into(), manifest: Some("../x".into()), ..RecordingFiles::default() };
        let kept = files.kept_inside(&root);
        assert_eq!(kept.paths().collect::<Vec<_>>(), ["a.csv"]);
    }

    #[test]
    fn the_fingerprint_follows_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.h5"), "x").unwrap();
        let files = discover(root, &Progress::new()).unwrap().recordings.remove(0);
        let first = files.fingerprint(root, "1");
        assert_eq!(first, files.fingerprint(root, "1"));
        assert_ne!(first, files.fingerprint(root, "2"));
        fs::write(root.join("a.h5"), "xy").unwrap();
        assert_ne!(first, files.fingerprint(root, "1"));
    }
}
