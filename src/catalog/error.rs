//! What can go wrong with a database.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The catalog is not there yet.
    #[error("{} has no index yet; run `lakescope index` on the lake", .0.display())]
    NotIndexed(PathBuf),
    /// A database could not be opened, read or written.
    #[error("{}: cannot {doing}: {source}{}", path.display(), remedy(path, source))]
    Sql {
        /// The database.
        path: PathBuf,
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A file beside the database could not be made, moved or removed.
    #[error("cannot {doing} {}: {source}; check free space and permissions", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was being done, as a verb.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// A packed value does not decode: the catalog is damaged or was made by someone else.
    #[error("{}: {what} does not decode; index the lake again, which makes this file anew", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// Which value.
        what: String,
    },
    /// The kept database was made by a newer version.
    #[error("{} was written by a newer Lakescope (version {found}, this one knows {known}); update Lakescope", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// There is no such selection.
    #[error("there is no selection named `{0}`; `lakescope selections` lists them")]
    NoSelection(String),
    /// There is no such view.
    #[error("there is no view named `{0}`; `lakescope views` lists them")]
    NoView(String),
    /// There is no such tag.
    #[error("there is no tag named `{0}`; `lakescope tags` lists them")]
    NoTag(String),
    /// A new name is already that of another one.
    #[error("there is a {what} named `{name}` already; delete that one first, or choose another name")]
    NameTaken {
        /// Selection, view or tag.
        what: &'static str,
        /// The name.
        name: String,
    },
}

impl CatalogError {
    /// Whether the derived catalog itself is broken, so that making it again is the cure.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } => true,
            Self::Sql { source, .. } => is_damage(source),
            _ => false,
        }
    }
}

/// Whether SQLite found the file broken, or other tables in it than it should have.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::{Error, ErrorCode};
    match error {
        Error::QueryReturnedNoRows | Error::InvalidColumnType(..) | Error::FromSqlConversionFailure(..) => true,
        _ => matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown | ErrorCode::TypeMismatch)
        ),
    }
}

/// What to do about an SQLite error, as the end of a sentence.
fn remedy(path: &Path, error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => "; check its disk and free some space on it",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "; check its permissions",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "; another process is writing, try again",
        // Selections and runs cannot be made again, so their database is never thrown away.
        _ if path.file_name().is_some_and(|name| name == "lake.sqlite") => {
            "; move the file aside (older states may lie beside it as lake.sqlite.bak-…) and try again"
        }
        _ if is_damage(error) => "; index the lake again, which makes this file anew",
        _ => "",
    }
}
