//! The files of events below a path.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use wildmatch::WildMatch;

use super::{EventPart, EventSet, PartKind, parquet::ParquetEvents};
use crate::formats::{FormatError, error::open_regular};

/// What the ending of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Parquet,
    Csv,
    Ndjson,
}

fn kind_of(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "parquet" | "pq" => Some(Kind::Parquet),
        "csv" | "tsv" => Some(Kind::Csv),
        "ndjson" | "jsonl" => Some(Kind::Ndjson),
        _ => None,
    }
}

/// Looks at a file or a folder.
pub(super) fn find(path: &Path) -> Result<EventSet, FormatError> {
    let mut set = EventSet::default();
    let mut within = path;
    let mut pattern = None;
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        && name.contains(['*', '?'])
        && !path.exists()
    {
        within = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        pattern = Some(WildMatch::new(name));
    }
    let about = fs::metadata(within).map_err(|source| FormatError::Read { path: within.to_owned(), source })?;
    if about.is_file() {
        let kind = kind_of(path).ok_or_else(|| FormatError::UnknownExtension { path: path.to_owned() })?;
        add(path, kind, &mut set)?;
        return Ok(set);
    }
    let mut found = Vec::new();
    collect(within, &mut found).map_err(|source| FormatError::Read { path: within.to_owned(), source })?;
    if let Some(pattern) = pattern {
        found.retain(|(file, _)| file.file_name().is_some_and(|name| pattern.matches(&name.to_string_lossy())));
    }
    for (file, kind) in found {
        if let Err(error) = add(&file, kind, &mut set) {
            set.refused.push((file, error));
        }
    }
    Ok(set)
}

/// Files below a folder in the order of their names; hidden ones and those that begin with `_` (what a writer is still
/// busy with, by the habit of Hadoop and Spark) are left alone, and so are links to folders.
fn collect(folder: &Path, found: &mut Vec<(PathBuf, Kind)>) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if matches!(name.as_encoded_bytes().first(), Some(b'.' | b'_')) {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, found)?;
        } else if let Some(kind) = kind_of(&path) {
            found.push((path, kind));
        }
    }
    Ok(())
}

fn add(path: &Path, kind: Kind, set: &mut EventSet) -> Result<(), FormatError> {
    let file = open_regular(path)?;
    let bytes = file.metadata().map_err(|source| FormatError::Read { path: path.to_owned(), source })?.len();
    let part = |rows, kind| EventPart { path: path.to_owned(), rows, kind };
    match kind {
        Kind::Parquet => {
            let (events, mut notes) = ParquetEvents::open(path, file)?;
            let events = Arc::new(events);
            for row_group in 0..events.row_groups() {
                let rows = Some(events.rows(row_group));
                set.parts.push(part(rows, PartKind::Parquet { file: Arc::clone(&events), row_group }));
            }
            set.notes.append(&mut notes);
        }
        Kind::Csv => set.parts.push(part(None, PartKind::Csv)),
        Kind::Ndjson => set.parts.push(part(None, PartKind::Ndjson)),
    }
    set.size_bytes += bytes;
    set.files += 1;
    Ok(())
}
