//! Names of YOLO's class numbers: `names` of a `data.yaml`, or a text file with one name a line.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::Deserialize;

use crate::formats::{FormatError, error::read_bytes};

/// Longest file of names taken in.
const MAX_BYTES: u64 = 4 << 20;

/// Names by class number, of every folder that has a file of names.
#[derive(Debug, Default)]
pub(super) struct ClassNames {
    by_folder: HashMap<String, HashMap<u32, String>>,
}

#[derive(Deserialize)]
struct DataFile {
    names: Option<Names>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    List(Vec<String>),
    Map(BTreeMap<u32, String>),
}

impl ClassNames {
    /// Takes in a file of names; it holds for its folder and those below. The first of a folder holds.
    ///
    /// # Errors
    /// [`FormatError`] when it cannot be read.
    pub(super) fn add(&mut self, root: &Path, path: &str) -> Result<(), FormatError> {
        let names = read(&root.join(path))?;
        if !names.is_empty() {
            self.by_folder.entry(folder_of(path).to_owned()).or_insert(names);
        }
        Ok(())
    }

    /// The name of a class for the labels in a file: that of the nearest folder that tells names at all.
    pub(super) fn name(&self, path: &str, class: u32) -> Option<&str> {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder_of(folder);
            if let Some(names) = self.by_folder.get(folder) {
                return names.get(&class).map(String::as_str);
            }
        }
        None
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn read(path: &Path) -> Result<HashMap<u32, String>, FormatError> {
    let bytes = read_bytes(path, MAX_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let is_yaml = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"));
    if !is_yaml {
        return Ok(numbered(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)));
    }
    let file: DataFile = serde_saphyr::from_str(&text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        let said = error.to_string();
        FormatError::Yaml {
            path: path.to_owned(),
            line,
            column,
            what: said.lines().next().unwrap_or_default().to_owned(),
        }
    })?;
    Ok(match file.names {
        Some(Names::List(names)) => numbered(names.into_iter()),
        Some(Names::Map(names)) => names.into_iter().collect(),
        None => HashMap::new(),
    })
}

fn numbered(names: impl Iterator<Item = String>) -> HashMap<u32, String> {
    (0..).zip(names).collect()
}
