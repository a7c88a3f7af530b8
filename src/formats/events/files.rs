//! The files of events below a path.

use std::{
    fs,
    io::{self, ErrorKind},
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

/// What a folder holds.
#[derive(Default)]
struct Listing {
    found: Vec<(PathBuf, Kind)>,
    /// Links to folders, which are not followed.
    links: Vec<PathBuf>,
    /// What cannot be listed, and why.
    refused: Vec<(PathBuf, FormatError)>,
}

/// The files in a folder; no error but of the folder itself.
fn listed(within: &Path, pattern: Option<&WildMatch>, go_on: &dyn Fn() -> bool) -> Result<Listing, FormatError> {
    let mut listing = Listing::default();
    collect(within, go_on, &mut listing)?;
    if let Some(pattern) = pattern {
        listing.found.retain(|(file, _)| file.file_name().is_some_and(|name| pattern.matches(&name.to_string_lossy())));
    }
    Ok(listing)
}

/// Whether there is any file, or a link to a folder that may hold some. A pattern asks for files alone.
pub(super) fn any(path: &Path) -> Result<bool, FormatError> {
    let (within, pattern) = split(path);
    if within.is_file() {
        return Ok(kind_of(within).is_some());
    }
    let mut listing = match listed(within, pattern.as_ref(), &|| true) {
        Err(FormatError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(false),
        listing => listing?,
    };
    if !listing.found.is_empty() || (pattern.is_none() && !listing.links.is_empty()) {
        return Ok(true);
    }
    // What cannot be listed may hold some.
    if listing.refused.is_empty() { Ok(false) } else { Err(listing.refused.swap_remove(0).1) }
}

fn unread(path: &Path, source: io::Error) -> FormatError {
    FormatError::Read { path: path.to_owned(), source }
}

fn check(path: &Path, go_on: &dyn Fn() -> bool) -> Result<(), FormatError> {
    if go_on() { Ok(()) } else { Err(unread(path, ErrorKind::Interrupted.into())) }
}

/// Looks at a file or a folder.
pub(super) fn find(path: &Path, root: Option<&Path>, go_on: &dyn Fn() -> bool) -> Result<EventSet, FormatError> {
    let mut set = EventSet::default();
    let (within, pattern) = split(path);
    let root = root.map(|root| root.canonicalize().map_err(|source| unread(root, source))).transpose()?;
    let root = root.as_deref();
    let about = fs::metadata(within).map_err(|source| unread(within, source))?;
    if about.is_file() {
        let kind = kind_of(path).ok_or_else(|| FormatError::UnknownExtension { path: path.to_owned() })?;
        add(&inside(path, root)?, kind, go_on, &mut set)?;
        return Ok(set);
    }
    let within = inside(within, root)?;
    let Listing { found, links, refused } = listed(&within, pattern.as_ref(), go_on)?;
    set.refused = refused;
    for (file, kind) in found {
        check(&file, go_on)?;
        let added = inside(&file, root).and_then(|real| add(&real, kind, go_on, &mut set));
        if let Err(error) = added {
            set.refused.push((file, error));
        }
    }
    tell_links(&links, &mut set)?;
    Ok(set)
}

/// Tells which links were not followed; where there is nothing else, that is why.
fn tell_links(links: &[PathBuf], set: &mut EventSet) -> Result<(), FormatError> {
    const HINT: &str = "name that folder itself, or link its files";
    let Some(first) = links.first() else { return Ok(()) };
    if set.files == 0 && set.refused.is_empty() {
        return Err(unread(first, io::Error::other(format!("a link to a folder is not followed; {HINT}"))));
    }
    let what = match links.len() - 1 {
        0 => format!("the link {} leads to a folder and was not followed", first.display()),
        more => format!("the link {} and {more} more lead to folders and were not followed", first.display()),
    };
    set.notes.push(Note::new(what, HINT));
    Ok(())
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
/// busy with, by the habit of Hadoop and Spark) are left alone. Links to folders are listed by themselves: following them
/// would read events twice, or never end.
fn collect(folder: &Path, go_on: &dyn Fn() -> bool, listing: &mut Listing) -> Result<(), FormatError> {
    check(folder, go_on)?;
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(|source| unread(folder, source))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if matches!(name.as_encoded_bytes().first(), Some(b'.' | b'_')) {
            continue;
        }
        let path = entry.path();
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(source) => {
                let error = unread(&path, source);
                listing.refused.push((path, error));
                continue;
            }
        };
        if kind.is_dir() {
            if let Err(error) = collect(&path, go_on, listing) {
                check(&path, go_on)?;
                listing.refused.push((path, error));
            }
        } else if kind.is_symlink() && path.is_dir() {
            listing.links.push(path);
        } else if let Some(kind) = kind_of(&path) {
            listing.found.push((path, kind));
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
