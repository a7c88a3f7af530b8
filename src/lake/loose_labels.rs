//! Which recording a label file (or a KITTI reading) outside the native layout belongs to, and where the names of classes are looked for.
//!
//! A set of labels may be a hundred thousand files, so every folder is looked at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    discover::{
        LabelFile, MetricFile, RecordingFiles, ending_of, folder_of, is_label_text, is_oxts, lies_in_labels, stem_of,
    },
    grouping::{Placed, last_part},
};
use crate::{
    jobs::{Cancelled, Progress},
    model::Problem,
};

/// Gives label files to recordings: those of the native layout (`native`) and those that were grouped (`groups`).
///
/// A file belongs to the recording that one of its folders or its own name is called like, or else to the only recording
/// of the nearest folder above it that has one. Text and XML that lies in no folder of labels and belongs to nobody is
/// none of this program's business; in a folder of labels it is a problem, told once per folder.
pub(super) fn place(
    paths: &[String],
    groups: &mut BTreeMap<String, RecordingFiles>,
    native: &mut [RecordingFiles],
    placed: &BTreeMap<&str, Placed>,
    problems: &mut Vec<Problem>,
    progress: &Progress,
) -> Result<(), Cancelled> {
    let files: Vec<&str> = paths.iter().map(String::as_str).filter(|path| is_label_text(path)).collect();
    let named = by_last_part(groups.keys().chain(native.iter().map(|files| &files.name)));
    let mut owners = HashMap::<&str, Option<&str>>::new();
    let mut given: Vec<(String, String)> = Vec::new();
    let mut lost = BTreeMap::<&str, u64>::new();
    for path in &files {
        progress.check()?;
        let folder = folder_of(path);
        let owner = *owners.entry(folder).or_insert_with(|| owner_of_folder(folder, &named, groups, placed));
        let owner = owner.or_else(|| named.get(stem_of(path)).copied().flatten());
        match owner {
            Some(owner) => given.push((owner.to_owned(), (*path).to_owned())),
            // A file about files, which those below it are given with.
            None if path.ends_with("frames_from.txt") => {}
            None if lies_in_labels(path) || is_oxts(path) => *lost.entry(folder).or_default() += 1,
            None => {}
        }
    }
    problems.extend(lost.into_iter().map(|(folder, count)| {
        Problem::new(
            folder,
            format!(
                "{count} files of labels or readings belong to no recording: no folder above them is called like one"
            ),
            "Put them into recordings/<name>, or into a folder called like the recording.",
        )
    }));
    let mut native: HashMap<String, &mut RecordingFiles> =
        native.iter_mut().map(|files| (files.name.clone(), files)).collect();
    for (owner, path) in given {
        let files = groups.get_mut(&owner).or_else(|| native.get_mut(&owner).map(|files| &mut **files));
        if let Some(files) = files {
            if is_oxts(&path) {
                files.metrics.push(MetricFile { path, certain: true });
                continue;
            }
            let certain = lies_in_labels(&path);
            files.labels.push(LabelFile { path, certain });
        }
    }
    Ok(())
}

/// Recordings by the last part of their names; `None` where several share it.
fn by_last_part<'a>(names: impl Iterator<Item = &'a String>) -> HashMap<String, Option<&'a str>> {
    let mut named = HashMap::new();
    for name in names {
        named.entry(last_part(name).to_owned()).and_modify(|known| *known = None).or_insert(Some(name.as_str()));
    }
    named
}

fn owner_of_folder<'a>(
    folder: &str,
    named: &HashMap<String, Option<&'a str>>,
    groups: &'a BTreeMap<String, RecordingFiles>,
    placed: &'a BTreeMap<&str, Placed>,
) -> Option<&'a str> {
    if let Some(name) = folder.rsplit('/').find_map(|part| named.get(part).copied().flatten()) {
        return Some(name);
    }
    let mut above = folder;
    loop {
        if let Some((name, _)) = groups.get_key_value(above) {
            return Some(name);
        }
        if let Some(here) = placed.get(above) {
            return (here.names.len() == 1).then(|| here.names.first().map(String::as_str)).flatten();
        }
        if above.is_empty() {
            return None;
        }
        above = folder_of(above);
    }
}

/// Whether a file may name the classes of YOLO labels, or tell where the numbers of label files begin.
pub(super) fn names_classes(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    [".yaml", ".yml", ".names", "classes.txt", "names.txt", "labels.txt", "frames_from.txt"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Gives each recording the files with names of classes, or about numbers, that lie above its labels, outside of it.
pub(super) fn add_class_names(recordings: &mut [RecordingFiles], class_files: &[String]) {
    let mut by_folder = HashMap::<&str, Vec<&str>>::new();
    for path in class_files {
        by_folder.entry(folder_of(path)).or_default().push(path);
    }
    if by_folder.is_empty() {
        return;
    }
    for files in recordings {
        let known: HashSet<&str> = files.labels.iter().map(|file| file.path.as_str()).collect();
        let texts = files.labels.iter().filter(|file| ending_of(&file.path) == "txt");
        let mut folders: HashSet<&str> = texts.map(|file| folder_of(&file.path)).collect();
        for folder in folders.clone() {
            let mut above = folder;
            while !above.is_empty() {
                above = folder_of(above);
                if !folders.insert(above) {
                    break;
                }
            }
        }
        let more = folders.iter().filter_map(|folder| by_folder.get(folder)).flatten();
        let more: Vec<LabelFile> = more
            .filter(|path| !known.contains(**path))
            .map(|path| LabelFile { path: (*path).to_owned(), certain: false })
            .collect();
        files.labels.extend(more);
    }
}
