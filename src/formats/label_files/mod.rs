//! The label files of a recording, in whatever formats they are: each is told by its ending and its contents, and files
//! of one format that tell a frame each (KITTI, YOLO, Pascal VOC) are one set.

mod bdd;
mod class_names;
mod frames_from;
mod sheet;
mod text;
mod xml;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use rayon::prelude::*;

use self::{
    class_names::ClassNames,
    frames_from::{FramesFrom, is_frames_from},
    sheet::Sheet,
    xml::{XmlError, XmlKind},
};
use super::{
    FormatError,
    detect::is_coco,
    error::{read_bytes, reject_placeholders},
    label_rows::{LabelOptions, LabelTable},
    labels_coco::read_coco_bytes,
    labels_table::read_labels_table,
};

pub(in crate::formats) use bdd::is_bdd;
pub use xml::value_of_text;

/// Longest file of lines taken in.
const MAX_TEXT_BYTES: u64 = 1 << 30;
/// Longest XML file taken in; its tree takes several times as much memory.
const MAX_XML_BYTES: u64 = 1 << 30;
/// Longest JSON file taken in.
const MAX_JSON_BYTES: u64 = 8 << 30;
/// How much of a JSON file tells its format.
const HEAD_BYTES: usize = 64 << 10;

/// A file that may hold labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Path relative to the lake, with `/`.
    pub path: String,
    /// Whether its place says that it holds labels; of others only what turns out to be labels is used.
    pub certain: bool,
}

/// Labels that were read together.
#[derive(Debug)]
pub struct LabelSet {
    /// The file, or the folder that the files share: for messages.
    pub path: String,
    /// The first file.
    pub first: String,
    /// The labels.
    pub table: LabelTable,
}

/// What the label files of a recording hold.
#[derive(Debug, Default)]
pub struct LabelsRead {
    /// The labels.
    pub sets: Vec<LabelSet>,
    /// Files that could not be read, by path.
    pub failed: Vec<(String, FormatError)>,
}

/// What one file turned out to be.
enum Found {
    Table(Box<LabelTable>),
    Sheet(Kind, Sheet),
    /// No labels.
    Other,
}

/// Files of one kind are one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Voc,
    Cvat,
    Bdd,
}

/// Reads label files in any of the formats.
///
/// A text file is one of KITTI or YOLO by the columns of its lines, an XML file one of CVAT or Pascal VOC by its root, a
/// JSON file one of COCO or BDD100K by its keys. The frame of a file of one image is the number its name ends in; a name
/// that ends in a date in milliseconds or finer tells a time. Numbers that are exactly 1 to N count from 1, which is
/// noted, unless a `frames_from.txt` beside or above the files, or the file itself, tells where they begin. A frame told by several such files is ambiguous: its labels are left out and counted.
#[must_use]
pub fn read_label_files(root: &Path, files: &[ListedFile], options: &LabelOptions) -> LabelsRead {
    let mut read = LabelsRead::default();
    let mut names = ClassNames::default();
    for file in files.iter().filter(|file| is_class_names(&file.path)) {
        // A YAML file that lies about somewhere may be anything.
        let data_file = file.path.rsplit('/').next().is_some_and(|name| name.starts_with("data"));
        if let Err(error) = names.add(root, &file.path)
            && (file.certain || data_file)
        {
            read.failed.push((file.path.clone(), error));
        }
    }
    let mut first_numbers = FramesFrom::default();
    for file in files.iter().filter(|file| is_frames_from(&file.path)) {
        if let Err(error) = first_numbers.add(root, &file.path) {
            read.failed.push((file.path.clone(), error));
        }
    }
    let others: Vec<&ListedFile> =
        files.iter().filter(|file| !is_class_names(&file.path) && !is_frames_from(&file.path)).collect();
    let results: Vec<Result<Found, FormatError>> =
        others.par_iter().map(|file| read_guarded(root, &file.path, options)).collect();
    let mut sets: [Vec<(String, Sheet)>; 4] = Default::default();
    for (file, result) in others.into_iter().zip(results) {
        match result {
            Ok(Found::Table(table)) => {
                read.sets.push(LabelSet { path: file.path.clone(), first: file.path.clone(), table: *table });
            }
            Ok(Found::Sheet(kind, mut sheet)) => {
                first_numbers.apply(&file.path, &mut sheet);
                sets[kind as usize].push((file.path.clone(), sheet));
            }
            Ok(Found::Other) if file.certain => read.failed.push((
                file.path.clone(),
                FormatError::WrongContent {
                    path: root.join(&file.path),
                    expected: "a label file that Lakescope knows",
                    found: "its contents fit no format",
                    remedy: "see docs/lake-format.md for what opens, or move it out of the folder of labels",
                },
            )),
            Err(error) if file.certain => read.failed.push((file.path.clone(), error)),
            // Somebody else's text or XML, which nothing says to be labels.
            Ok(Found::Other) | Err(_) => {}
        }
    }
    for sheets in sets.into_iter().filter(|sheets| !sheets.is_empty()) {
        let (path, first) = (common_place(&sheets), sheets[0].0.clone());
        for table in sheet::join(sheets, &names) {
            if table.rows_read > 0 || !table.is_empty() || !table.notes.is_empty() {
                read.sets.push(LabelSet { path: path.clone(), first: first.clone(), table });
            }
        }
    }
    read
}

/// Whether a file holds names of classes, by its own name.
fn is_class_names(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let by_ending = [".yaml", ".yml", ".names"].iter().any(|ending| name.ends_with(ending));
    by_ending || ["classes.txt", "names.txt", "labels.txt", "predefined_classes.txt"].contains(&name.as_str())
}

/// The file of a set of one, otherwise the folder that all share.
fn common_place(sheets: &[(String, Sheet)]) -> String {
    let (first, rest) = (&sheets[0].0, &sheets[1..]);
    if rest.is_empty() {
        return first.clone();
    }
    let mut common = first.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = |folder: &str, path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    for (path, _) in rest {
        while !common.is_empty() && !below(common, path) {
            common = common.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }
    if common.is_empty() { first.clone() } else { common.to_owned() }
}

/// The part of a path that may name a camera: what follows the folder of labels, or the file and its folder.
fn place_of(path: &str) -> &str {
    let is_labels = |folder: &str| {
        let folder = folder.to_ascii_lowercase();
        folder.starts_with("label") || folder.starts_with("annotation")
    };
    let mut at = 0;
    let mut after = None;
    for part in path.split('/') {
        at += part.len() + 1;
        if at < path.len() && is_labels(part) {
            after = Some(at);
        }
    }
    let last_two = || path.rmatch_indices('/').nth(1).map_or(path, |(at, _)| &path[at + 1..]);
    after.map_or_else(last_two, |at| &path[at..])
}

/// Reads a file; a panic of a parser on foreign bytes becomes an error of the file.
fn read_guarded(root: &Path, path: &str, options: &LabelOptions) -> Result<Found, FormatError> {
    catch_unwind(AssertUnwindSafe(|| read_file(root, path, options))).unwrap_or_else(|_| {
        let what = "its parser gave up on damaged bytes".to_owned();
        Err(FormatError::Foreign { path: root.join(path), format: "a label file", what })
    })
}

fn read_file(root: &Path, path: &str, options: &LabelOptions) -> Result<Found, FormatError> {
    let full = root.join(path);
    let ending = path.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    let bytes = |limit| {
        let bytes = read_bytes(&full, limit)?;
        reject_placeholders(&full, &bytes, "a label file")?;
        Ok::<_, FormatError>(bytes)
    };
    match ending.as_str() {
        "txt" => {
            let bytes = bytes(MAX_TEXT_BYTES)?;
            let sheet = text::read(place_of(path), &String::from_utf8_lossy(&bytes), options);
            Ok(sheet.map_or(Found::Other, |sheet| Found::Sheet(Kind::Text, sheet)))
        }
        "xml" => {
            let bytes = bytes(MAX_XML_BYTES)?;
            let text = String::from_utf8_lossy(&bytes);
            match xml::read(place_of(path), text.trim_start_matches('\u{feff}'), options) {
                Ok((XmlKind::Cvat, sheet)) => Ok(Found::Sheet(Kind::Cvat, sheet)),
                Ok((XmlKind::Voc, sheet)) => Ok(Found::Sheet(Kind::Voc, sheet)),
                Err(XmlError::OtherRoot) => Ok(Found::Other),
                Err(XmlError::Malformed(line, column, what)) => {
                    Err(FormatError::Xml { path: full.clone(), line, column, what })
                }
            }
        }
        "json" => {
            let bytes = bytes(MAX_JSON_BYTES)?;
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            if is_coco(head) || !is_bdd(&String::from_utf8_lossy(head)) {
                return read_coco_bytes(&full, bytes, options).map(|table| Found::Table(Box::new(table)));
            }
            let text = String::from_utf8_lossy(&bytes);
            let sheet = bdd::read(place_of(path), text.trim_start_matches('\u{feff}'), options);
            let sheet = sheet.map_err(|error| {
                let said = error.to_string();
                let what = said.rsplit_once(" at line").map_or(said.as_str(), |(what, _)| what).to_owned();
                FormatError::Json { path: full.clone(), line: error.line(), column: error.column(), what }
            })?;
            Ok(Found::Sheet(Kind::Bdd, sheet))
        }
        _ => read_labels_table(&full, options).map(|table| Found::Table(Box::new(table))),
    }
}

#[cfg(test)]
mod tests;
