//! Which loose files belong together, outside the native layout.
//!
//! A log beside a store names the recording by the stem they share, a folder that holds tables is one recording with
//! its stores as cameras, and a store alone is a recording of its own. Every question about a folder is answered from
//! what was noted of it once, so that the work grows with the number of files and not with its square.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::discover::{
    Discovery, LogFile, MetricFile, RecordingFiles, StoreFile, ending_of, folder_of, is_store, is_table, stem_of,
};
use super::loose_labels;
use crate::{
    jobs::{Cancelled, Progress},
    model::Problem,
};

/// What follows a stem that a longer one continues (`drive1_metrics`).
const SEPARATORS: [char; 3] = ['.', '_', '-'];

/// What is known of the files right inside one folder.
#[derive(Default)]
struct Folder<'a> {
    stores: BTreeSet<&'a str>,
    tables: BTreeSet<&'a str>,
    /// Whether some table's name does not say that it holds labels.
    any_metrics: bool,
    /// Whether its tables are of the folder as a whole: none continues the name of a store beside it.
    is_recording: bool,
}

/// What the stores of one folder became.
#[derive(Default)]
pub(super) struct Placed {
    /// The recordings of its stores.
    pub(super) names: BTreeSet<String>,
    /// Recording by the last part of its name; of several the longest.
    by_stem: HashMap<String, String>,
}

/// Groups what lies outside the native layout.
pub(super) fn group_others(paths: &[String], found: &mut Discovery, progress: &Progress) -> Result<(), Cancelled> {
    let stores: BTreeSet<&str> = paths.iter().map(String::as_str).filter(|path| is_store(path)).collect();
    let tables: Vec<&str> = paths.iter().map(String::as_str).filter(|path| is_table(path)).collect();
    let folders = note_folders(&stores, &tables, progress)?;
    let mut groups = BTreeMap::<String, RecordingFiles>::new();
    let mut placed = BTreeMap::<&str, Placed>::new();
    for store in &stores {
        progress.check()?;
        let (name, camera, is_log) = place_store(store, &stores, &folders);
        let files = groups
            .entry(name.clone())
            .or_insert_with(|| RecordingFiles { name: name.clone(), ..RecordingFiles::default() });
        if is_log {
            files.logs.push(LogFile { path: (*store).to_owned() });
        } else {
            files.stores.push(StoreFile { path: (*store).to_owned(), camera });
        }
        let here = placed.entry(folder_of(store)).or_default();
        let of_stem = here.by_stem.entry(last_part(&name).to_owned()).or_insert_with(|| name.clone());
        if of_stem.len() < name.len() {
            of_stem.clone_from(&name);
        }
        here.names.insert(name);
    }
    let mut below = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (folder, here) in placed.iter().filter(|(folder, _)| !folder.is_empty()) {
        below.entry(folder_of(folder)).or_default().extend(here.names.iter().map(String::as_str));
    }
    for table in tables {
        progress.check()?;
        let owner = owner_of(table, &groups, &placed, &below);
        if let Some(files) = owner.and_then(|name| groups.get_mut(&name)) {
            files.metrics.push(MetricFile { path: table.to_owned(), certain: false });
            continue;
        }
        found.problems.push(Problem::new(
            table,
            "belongs to no recording: no store shares its name or folder",
            "Name it like its recording, or put it into recordings/<name>/metrics or labels; event files belong into landing.",
        ));
    }
    loose_labels::place(paths, &mut groups, &mut found.recordings, &placed, &mut found.problems, progress)?;
    let taken: BTreeSet<String> = found.recordings.iter().map(|files| files.name.clone()).collect();
    for (name, mut files) in groups {
        if taken.contains(&name) {
            files.name = format!("./{name}");
        }
        found.recordings.push(files);
    }
    Ok(())
}

/// Recordings inside a store are called `<source>/<hint>`. Where another source lies below that name (`a/demo_1.h5`
/// beside `a.h5`), they are called `<source>.<ending of the store>/<hint>` instead, so that no two can ever clash,
/// whichever is read first.
pub(super) fn keep_inner_names_apart(recordings: &mut [RecordingFiles]) {
    let names: BTreeSet<String> = recordings.iter().map(|files| files.name.clone()).collect();
    let lies_below = |prefix: &str| {
        let from = format!("{prefix}/");
        names.range(from.clone()..).next().is_some_and(|name| name.starts_with(&from))
    };
    for files in recordings.iter_mut().filter(|files| lies_below(&files.name)) {
        let Some(store) = files.stores.iter().map(|store| store.path.as_str()).min() else { continue };
        let mut inner = format!("{}.{}", files.name, ending_of(store));
        while names.contains(&inner) || lies_below(&inner) {
            inner.push('~');
        }
        files.inner = Some(inner);
    }
}

fn note_folders<'a>(
    stores: &BTreeSet<&'a str>,
    tables: &[&'a str],
    progress: &Progress,
) -> Result<BTreeMap<&'a str, Folder<'a>>, Cancelled> {
    let mut folders = BTreeMap::<&str, Folder<'_>>::new();
    for store in stores {
        folders.entry(folder_of(store)).or_default().stores.insert(stem_of(store));
    }
    for table in tables {
        let folder = folders.entry(folder_of(table)).or_default();
        folder.tables.insert(stem_of(table));
        folder.any_metrics |= !looks_like_labels(table);
    }
    for folder in folders.values_mut() {
        progress.check()?;
        let of_a_store = folder.tables.iter().any(|table| beginnings(table).any(|stem| folder.stores.contains(stem)));
        folder.is_recording = folder.any_metrics && !of_a_store;
    }
    Ok(folders)
}

/// Recording, camera, and whether the store is a log, from its place among the others.
fn place_store(store: &str, all: &BTreeSet<&str>, folders: &BTreeMap<&str, Folder<'_>>) -> (String, String, bool) {
    let (folder, stem) = (folder_of(store), stem_of(store));
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    let join = |folder: &str, rest: &str| if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") };
    let file = store.rsplit('/').next().unwrap_or(store);
    // comma research: camera/<t>.h5 and log/<t>.h5 side by side.
    for (mine, others, is_log) in [("camera", "log", false), ("log", "camera", true)] {
        if last == mine && all.contains(join(&join(above, others), file).as_str()) {
            return (join(above, stem), "camera".to_owned(), is_log);
        }
    }
    if !folders.get(folder).is_some_and(|here| continues(&here.tables, stem)) {
        let mut candidate = folder;
        while !candidate.is_empty() {
            if folders.get(candidate).is_some_and(|here| here.is_recording) {
                let rest = store[candidate.len() + 1..].rsplit_once('.').map_or("", |(rest, _)| rest);
                return (candidate.to_owned(), rest.replace('/', "_"), false);
            }
            candidate = folder_of(candidate);
        }
    }
    (join(folder, stem), "camera".to_owned(), false)
}

/// Whether one of the names is the stem, or continues it after a separator (`drive1_metrics`).
fn continues(names: &BTreeSet<&str>, stem: &str) -> bool {
    names.contains(stem)
        || SEPARATORS.iter().any(|separator| {
            let from = format!("{stem}{separator}");
            names.range(from.as_str()..).next().is_some_and(|name| name.starts_with(&from))
        })
}

/// The stems that a name continues: itself, and what stands before each separator, the longest first.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    std::iter::once(name).chain(name.rmatch_indices(SEPARATORS).map(|(at, _)| &name[..at]))
}

/// Whether the name alone says that a table holds labels.
fn looks_like_labels(table: &str) -> bool {
    let stem = stem_of(table).to_ascii_lowercase();
    ["label", "annotation", "instances", "boxes"].iter().any(|word| stem.contains(word))
}

/// The recording a loose table belongs to: the longest stem it continues in its folder, the recording of its folder or of
/// the folder below or above, when there is just one.
fn owner_of(
    table: &str,
    groups: &BTreeMap<String, RecordingFiles>,
    placed: &BTreeMap<&str, Placed>,
    below: &BTreeMap<&str, BTreeSet<&str>>,
) -> Option<String> {
    let folder = folder_of(table);
    if let Some(here) = placed.get(folder) {
        if let Some(name) = beginnings(stem_of(table)).find_map(|stem| here.by_stem.get(stem)) {
            return Some(name.clone());
        }
        if here.names.len() == 1 {
            return here.names.first().cloned();
        }
    }
    if groups.contains_key(folder) {
        return Some(folder.to_owned());
    }
    // A table beside the folder of its store, or one folder further down. Two names of each tell that there are several.
    let further = below.get(folder).into_iter().flatten().copied().take(2);
    let above = placed.get(folder_of(folder)).into_iter().flat_map(|here| &here.names).map(String::as_str).take(2);
    let near: BTreeSet<&str> = further.chain(above).collect();
    if near.len() == 1 { near.first().map(|name| (*name).to_owned()) } else { None }
}

pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn group(paths: &[String]) -> Discovery {
        let mut found = Discovery::default();
        group_others(paths, &mut found, &Progress::new()).unwrap();
        found
    }

    #[test]
    fn recordings_inside_stores_keep_out_of_the_way_of_other_sources() {
        for (names, expected) in [
            (&["a.h5", "b.h5"][..], vec![("a", None), ("b", None)]),
            (&["a.h5", "a/demo_1.h5"], vec![("a", Some("a.h5")), ("a/demo_1", None)]),
            (&["a.h5", "a-b.h5", "a/x/demo_1.h5"], vec![("a", Some("a.h5")), ("a-b", None), ("a/x/demo_1", None)]),
            (&["a.h5", "a/b.h5", "a.h5.nc"], vec![("a", Some("a.h5~")), ("a.h5", None), ("a/b", None)]),
        ] {
            let paths: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let mut found = group(&paths);
            keep_inner_names_apart(&mut found.recordings);
            let told: Vec<_> =
                found.recordings.iter().map(|files| (files.name.as_str(), files.inner.as_deref())).collect();
            assert_eq!(told, expected, "{names:?}");
            for files in &found.recordings {
                let before = files.inner.as_deref().unwrap_or(&files.name);
                assert_eq!(files.name_inside("demo_1"), format!("{before}/demo_1"));
            }
        }
    }

    #[test]
    fn thousands_of_files_in_one_folder_take_no_time() {
        for folder in ["", "x/", "x/y/"] {
            let stores = (0..3000).map(|at| format!("{folder}img{at}.h5"));
            let paths: Vec<String> = stores.chain((0..3000).map(|at| format!("{folder}tbl{at}.csv"))).collect();
            let began = Instant::now();
            let found = group(&paths);
            assert!(began.elapsed() < Duration::from_secs(1), "{folder}: {:?}", began.elapsed());
            let of_folder = !folder.is_empty();
            assert_eq!(found.recordings.len(), if of_folder { 1 } else { 3000 });
            assert_eq!(found.problems.len(), if of_folder { 0 } else { 3000 });
        }
        let paths: Vec<String> = (0..3000).flat_map(|at| [format!("d{at}/a.h5"), format!("d{at}/sub/t.csv")]).collect();
        let found = group(&paths);
        assert_eq!((found.recordings.len(), found.problems.len()), (3000, 0));
    }

    #[test]
    fn cancelling_ends_the_grouping() {
        let progress = Progress::new();
        progress.cancel();
        assert!(group_others(&["a.h5".to_owned()], &mut Discovery::default(), &progress).is_err());
    }
}
