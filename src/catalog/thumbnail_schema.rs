//! The file of the thumbnail store: its tables, and what is done with a file that is none of ours.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, limits::Limit};

use super::{
    connect::{Access, open, version_of},
    error::is_damage,
};

/// Grows with every change of the tables or of what the keys and proofs are made of.
const VERSION: i64 = 1;

/// Marks a file as a store of thumbnails (`LkTh`).
const APPLICATION_ID: i64 = 0x4c6b_5468;

/// Largest picture that is kept or read, bytes.
pub(super) const MOST_PICTURE_BYTES: usize = 8 << 20;

/// How long a reader waits for another process; a picture that cannot be had at once is decoded again.
const READER_WAITS: Duration = Duration::from_millis(50);
const WRITER_WAITS: Duration = Duration::from_secs(5);

/// A picture's id is made of its footage and its frame, so that neighbours lie side by side. A *block* is 256 ids in a row:
/// use is counted and old pictures are dropped by the block.
const TABLES: &str = "
CREATE TABLE thumbnail (
  thumbnail_id INTEGER PRIMARY KEY,
  proof INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE block (
  block_id INTEGER PRIMARY KEY,
  used_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX block_used ON block (used_at, bytes);
";

/// Opens the store for reading; nothing when there is none or it is not one of ours.
pub(super) fn read(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = open(path, Access::Read)?;
    if owner(&connection)? != Owner::Us {
        return Ok(None);
    }
    prepare(&connection, READER_WAITS)?;
    Ok(Some(connection))
}

/// Opens the store for writing. A file that is damaged, or that something else made, is set aside and a new one made.
pub(super) fn write(path: &Path) -> Result<Connection, StoreFault> {
    let connection = match look_at(path) {
        Ok((Owner::Us, connection)) => connection,
        // Nothing is in it yet: another process may be about to make it.
        Ok((Owner::Nobody, connection)) => {
            drop(connection);
            make(path)?
        }
        Err(error) if !is_damage(&error) => return Err(error.into()),
        Ok((Owner::Other, _)) | Err(_) => {
            set_aside(path)?;
            make(path)?
        }
    };
    prepare(&connection, WRITER_WAITS)?;
    // Thumbnails can be made again and every one of them is proven when it is read: a power cut may cost the file, and the
    // disk need not be waited for.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 1000; \
         PRAGMA journal_size_limit = 33554432;",
    )?;
    Ok(connection)
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Us,
    Nobody,
    Other,
}

fn look_at(path: &Path) -> rusqlite::Result<(Owner, Connection)> {
    let connection = open(path, Access::Write)?;
    let owner = owner(&connection)?;
    Ok((owner, connection))
}

fn prepare(connection: &Connection, wait: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(wait)?;
    let most = i32::try_from(MOST_PICTURE_BYTES + 4096).unwrap_or(i32::MAX);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, most)?;
    Ok(())
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreFault {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    File(#[from] io::Error),
}

fn make(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path, Access::Write)?;
    connection.execute_batch(
        "PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;",
    )?;
    // Another process may have made it meanwhile.
    if owner(&connection)? == Owner::Nobody {
        connection.execute_batch(&format!(
            "{TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
        ))?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(connection)
}

/// Ours are files with our mark and just the tables that are made here.
fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    let tables = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        connection
            .prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    let (version, found) = (version_of(connection)?, tables(connection)?);
    if version == (0, 0) && found.is_empty() {
        return Ok(Owner::Nobody);
    }
    let wanted = Connection::open_in_memory()?;
    wanted.execute_batch(TABLES)?;
    let ours = version == (APPLICATION_ID, VERSION) && found == tables(&wanted)?;
    Ok(if ours { Owner::Us } else { Owner::Other })
}

/// The file and those that SQLite puts beside it.
pub(super) fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

/// Moves a file that cannot be used out of the way, in place of an older one; what SQLite keeps beside it goes.
pub(super) fn set_aside(path: &Path) -> io::Result<()> {
    let [main, wal, shm] = files(path);
    let mut aside = main.as_os_str().to_owned();
    aside.push(".set-aside");
    for extra in [wal, shm] {
        remove_if_there(&extra)?;
    }
    match fs::rename(&main, &aside) {
        Ok(()) => {
            log::warn!("{} is damaged or no thumbnail store; it is now {}", main.display(), aside.display());
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes a file unless it is gone already.
pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
