//! The files of events below a path.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use wildmatch::WildMatch;

use super::{EventPart, EventSet, PartKind, json::JsonNames, parquet::ParquetEvents, text::CsvHead};
use crate::formats::{FormatError, Note, error::open_regular};

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

/// What a path names: a file, or a folder and which names in it.
fn split(path: &Path) -> (&Path, Option<WildMatch>) {
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        && name.contains(['*', '?'])
        && !path.exists()
    {
        let within = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        return (within, Some(WildMatch::new(name)));
    }
    (path, None)
}

/// The files in a folder.
fn listed(within: &Path, pattern: Option<&WildMatch>) -> std::io::Result<Vec<(PathBuf, Kind)>> {
    let mut found = Vec::new();
    collect(within, &mut found)?;
    if let Some(pattern) = pattern {
        found.retain(|(file, _)| file.file_name().is_some_and(|name| pattern.matches(&name.to_string_lossy())));
    }
    Ok(found)
}

/// Whether there is any file.
pub(super) fn any(path: &Path) -> bool {
    let (within, pattern) = split(path);
    if within.is_file() {
        return kind_of(within).is_some();
    }
    listed(within, pattern.as_ref()).is_ok_and(|found| !found.is_empty())
}

/// Looks at a file or a folder.
pub(super) fn find(path: &Path, root: Option<&Path>, go_on: &dyn Fn() -> bool) -> Result<EventSet, FormatError> {
    let mut set = EventSet::default();
    let (within, pattern) = split(path);
    let failed = |source| FormatError::Read { path: within.to_owned(), source };
    let root = match root {
        Some(root) => {
            let read = |source| FormatError::Read { path: root.to_owned(), source };
            Some(root.canonicalize().map_err(read)?)
        }
        None => None,
    };
    let root = root.as_deref();
    let about = fs::metadata(within).map_err(failed)?;
    if about.is_file() {
        let kind = kind_of(path).ok_or_else(|| FormatError::UnknownExtension { path: path.to_owned() })?;
        add(&inside(path, root)?, kind, go_on, &mut set)?;
        return Ok(set);
    }
    let within = inside(within, root)?;
    for (file, kind) in listed(&within, pattern.as_ref()).map_err(failed)? {
        let added = inside(&file, root).and_then(|real| add(&real, kind, go_on, &mut set));
        if let Err(error) = added {
            set.refused.push((file, error));
        }
    }
    Ok(set)
}

/// Where a file lies that must lie in `root`: a lake may come from anywhere, and its links may lead anywhere.
fn inside(path: &Path, root: Option<&Path>) -> Result<PathBuf, FormatError> {
    let Some(root) = root else { return Ok(path.to_owned()) };
    let real = path.canonicalize().map_err(|source| FormatError::Read { path: path.to_owned(), source })?;
    if real.starts_with(root) {
        Ok(real)
    } else {
        Err(FormatError::Outside { path: path.to_owned(), root: root.to_owned() })
    }
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

impl EventSet {
    /// Adds what was guessed of a file. What was guessed of very many files alike is told once, of the first.
    fn add_notes(&mut self, path: &Path, notes: Vec<Note>) {
        for note in notes {
            let note = Note::new(format!("{}, first met in {}", note.what, path.display()), note.hint.clone());
            let same =
                |other: &Note| other.what.split(", first met in ").next() == note.what.split(", first met in ").next();
            if !self.notes.iter().any(same) {
                self.notes.push(note);
            }
        }
    }
}

fn add(path: &Path, kind: Kind, go_on: &dyn Fn() -> bool, set: &mut EventSet) -> Result<(), FormatError> {
    let file = open_regular(path)?;
    let bytes = file.metadata().map_err(|source| FormatError::Read { path: path.to_owned(), source })?.len();
    let part = |rows, kind| EventPart { path: path.to_owned(), rows, kind };
    match kind {
        Kind::Parquet => {
            let (events, notes) = ParquetEvents::open(path, file)?;
            let events = Arc::new(events);
            for row_group in 0..events.row_groups() {
                let rows = Some(events.rows(row_group));
                set.parts.push(part(rows, PartKind::Parquet { file: Arc::clone(&events), row_group }));
            }
            set.add_notes(path, notes);
        }
        Kind::Csv => {
            let mut notes = Vec::new();
            CsvHead::read(path)?.places(path, &mut notes)?;
            set.add_notes(path, notes);
            set.parts.push(part(None, PartKind::Csv));
        }
        Kind::Ndjson => {
            let mut notes = Vec::new();
            let names = JsonNames::of(path, go_on, &mut notes)?;
            set.add_notes(path, notes);
            set.parts.push(part(None, PartKind::Ndjson(Arc::new(names))));
        }
    }
    set.size_bytes += bytes;
    set.files += 1;
    Ok(())
}
