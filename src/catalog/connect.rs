//! Opens SQLite files with the settings that hold everywhere: nothing in a database file is trusted.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{
    CatalogError,
    error::is_damage,
    schema::{APPLICATION_ID, CATALOG, CATALOG_VERSION, KEPT_MIGRATIONS},
};

/// Adds the database and the verb to an SQLite error.
pub(super) trait Doing<T> {
    /// Says what was being done when it failed.
    fn doing(self, path: &Path, doing: &'static str) -> Result<T, CatalogError>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, path: &Path, doing: &'static str) -> Result<T, CatalogError> {
        self.map_err(|source| CatalogError::Sql { path: path.to_owned(), doing, source })
    }
}

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing can be changed through it.
    Read,
    /// Made when it is not there.
    Write,
}

/// Opens a database file; nothing in it is trusted.
pub(super) fn open(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = match access {
        // Reading a write-ahead log needs its shared memory, so even readers open for writing and then forbid it.
        Access::Read => Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?,
        Access::Write => Connection::open_with_flags(
            path,
            flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?,
    };
    connection.busy_timeout(Duration::from_secs(20))?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;")?;
    if access == Access::Read {
        connection.execute_batch("PRAGMA query_only = ON;")?;
    }
    Ok(connection)
}

/// The two numbers of the header that tell whose file it is, and which version.
pub(super) fn version_of(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    Ok((
        connection.query_row("PRAGMA application_id", [], |row| row.get(0))?,
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))?,
    ))
}

/// Opens the catalog for reading. `None` when there is none, or one of another version (which the next index replaces).
pub(super) fn read_catalog(path: &Path) -> Result<Option<Connection>, CatalogError> {
    if !path.exists() {
        return Ok(None);
    }
    let opened = open(path, Access::Read).and_then(|connection| Ok((version_of(&connection)?, connection)));
    match opened {
        Ok(((APPLICATION_ID, CATALOG_VERSION), connection)) => Ok(Some(connection)),
        Ok(_) => Ok(None),
        Err(error) if is_damage(&error) => Ok(None),
        Err(error) => Err(error).doing(path, "open the catalog"),
    }
}

/// Opens the catalog for writing; one that is missing, damaged or of another version is made anew. Call it only while
/// holding the write lock.
pub(super) fn write_catalog(path: &Path) -> Result<Connection, CatalogError> {
    let fits = match open(path, Access::Write).and_then(|connection| {
        let fits = version_of(&connection)? == (APPLICATION_ID, CATALOG_VERSION) && has_own_tables(&connection)?;
        Ok((fits, connection))
    }) {
        Ok((true, connection)) => Some(connection),
        Ok(_) => None,
        Err(error) if is_damage(&error) => None,
        Err(error) => return Err(error).doing(path, "open the catalog"),
    };
    let connection = match fits {
        Some(connection) => connection,
        None => make_catalog(path)?,
    };
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;")
        .doing(path, "set up the catalog")?;
    Ok(connection)
}

/// Whether the tables are those that this program makes, and the facts that every catalog has are there.
fn has_own_tables(connection: &Connection) -> rusqlite::Result<bool> {
    let tables = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        connection
            .prepare("SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name")?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    let wanted = Connection::open_in_memory()?;
    wanted.execute_batch(CATALOG)?;
    let facts: i64 = connection.query_row(
        "SELECT count(*) FROM meta WHERE key IN ('generation', 'complete', 'uid')",
        [],
        |row| row.get(0),
    )?;
    Ok(tables(connection)? == tables(&wanted)? && facts == 3)
}

/// Removes what is there and makes an empty catalog; it can be filled again from the lake.
pub(super) fn make_catalog(path: &Path) -> Result<Connection, CatalogError> {
    for ending in ["", "-wal", "-shm"] {
        let mut old = path.as_os_str().to_owned();
        old.push(ending);
        remove_if_there(Path::new(&old))?;
    }
    let connection = open(path, Access::Write).doing(path, "make the catalog")?;
    let text = format!(
        "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; {CATALOG} \
         PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {CATALOG_VERSION}; COMMIT;"
    );
    connection.execute_batch(&text).doing(path, "make the catalog's tables")?;
    Ok(connection)
}

fn remove_if_there(path: &Path) -> Result<(), CatalogError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(CatalogError::File { path: path.to_owned(), doing: "remove", source }),
    }
}

/// Opens the kept database, making it or bringing it up to date first. A database with content is copied to
/// `lake.sqlite.bak-<version>` before it changes.
pub(super) fn open_kept(path: &Path) -> Result<Connection, CatalogError> {
    let mut connection = open(path, Access::Write).doing(path, "open the lake's own database")?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .doing(path, "set up the lake's own database")?;
    let known = i64::try_from(KEPT_MIGRATIONS.len()).unwrap_or(i64::MAX);
    let version =
        |connection: &Connection| version_of(connection).map(|(_, version)| version).doing(path, "read the version");
    let found = version(&connection)?;
    if found > known {
        return Err(CatalogError::Newer { path: path.to_owned(), found, known });
    }
    if found < known {
        if found > 0 {
            back_up(&connection, path, found)?;
        }
        let change = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .doing(path, "begin a migration")?;
        // Another process may have done it while this one waited for the lock.
        let found = version_of(&change).doing(path, "read the version")?.1;
        for text in KEPT_MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            change.execute_batch(text).doing(path, "bring the lake's own database up to date")?;
        }
        change.pragma_update(None, "user_version", known).doing(path, "write the version")?;
        change.commit().doing(path, "end a migration")?;
    }
    Ok(connection)
}

fn back_up(connection: &Connection, path: &Path, version: i64) -> Result<(), CatalogError> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".bak-{version}"));
    let copy = PathBuf::from(copy);
    connection
        .backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)
        .doing(path, "back up the lake's own database")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_that_is_no_catalog_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.sqlite");
        assert!(read_catalog(&path).unwrap().is_none());
        for content in
            [&b"not a database, but long enough to be taken for a header of one ....................."[..], b""]
        {
            fs::write(&path, content.repeat(20)).unwrap();
            assert!(read_catalog(&path).unwrap().is_none());
            drop(write_catalog(&path).unwrap());
            assert!(read_catalog(&path).unwrap().is_some());
        }
        let connection = write_catalog(&path).unwrap();
        connection.pragma_update(None, "user_version", CATALOG_VERSION + 1).unwrap();
        connection.execute("INSERT INTO metric (name) VALUES ('old')", []).unwrap();
        drop(connection);
        assert!(read_catalog(&path).unwrap().is_none());
        let metrics: i64 =
            write_catalog(&path).unwrap().query_row("SELECT count(*) FROM metric", [], |row| row.get(0)).unwrap();
        assert_eq!(metrics, 0);
    }

    #[test]
    fn a_catalog_with_other_tables_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.sqlite");
        for damage in [
            "DELETE FROM meta",
            "DROP TABLE label_block",
            "CREATE TABLE extra (x)",
            "ALTER TABLE metric RENAME COLUMN name TO title",
        ] {
            let connection = write_catalog(&path).unwrap();
            connection.execute("INSERT OR IGNORE INTO label_class (name) VALUES ('car')", []).unwrap();
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
            connection.execute_batch(damage).unwrap();
            drop(connection);
            let again = write_catalog(&path).unwrap();
            let classes: i64 = again.query_row("SELECT count(*) FROM label_class", [], |row| row.get(0)).unwrap();
            assert_eq!(classes, 0, "{damage}");
        }
        // Statistics for the planner are no damage.
        let connection = write_catalog(&path).unwrap();
        connection.execute_batch("INSERT INTO label_class (name) VALUES ('car'); ANALYZE;").unwrap();
        drop(connection);
        let classes: i64 =
            write_catalog(&path).unwrap().query_row("SELECT count(*) FROM label_class", [], |row| row.get(0)).unwrap();
        assert_eq!(classes, 1);
    }

    #[test]
    fn readers_cannot_write_and_triggers_in_the_file_do_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.sqlite");
        let writer = write_catalog(&path).unwrap();
        writer.execute_batch("CREATE TRIGGER evil AFTER INSERT ON metric BEGIN DELETE FROM meta; END;").unwrap();
        writer.execute("INSERT INTO metric (name) VALUES ('speed')", []).unwrap();
        let reader = read_catalog(&path).unwrap().unwrap();
        let rows: i64 = reader.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "the trigger ran");
        assert!(reader.execute("DELETE FROM metric", []).is_err());
    }

    #[test]
    fn what_was_kept_comes_through_each_migration_and_is_backed_up_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.sqlite");
        let old = open(&path, Access::Write).unwrap();
        old.execute_batch(KEPT_MIGRATIONS[0]).unwrap();
        old.execute_batch(
            "INSERT INTO selection VALUES ('best', '', 1); INSERT INTO selection_frame VALUES ('best', 0, 'a/b/3');",
        )
        .unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let new = open_kept(&path).unwrap();
        let known = i64::try_from(KEPT_MIGRATIONS.len()).unwrap();
        assert_eq!(version_of(&new).unwrap().1, known);
        let frame = |connection: &Connection| -> String {
            connection.query_row("SELECT frame_id FROM selection_frame", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(frame(&new), "a/b/3");
        new.execute_batch("INSERT INTO tag (name, made_at_ns) VALUES ('good', 1)").unwrap();
        let copy = open(&folder.path().join("lake.sqlite.bak-1"), Access::Read).unwrap();
        assert_eq!((version_of(&copy).unwrap().1, frame(&copy)), (1, "a/b/3".to_owned()));
        assert!(copy.query_row("SELECT count(*) FROM tag", [], |row| row.get::<_, i64>(0)).is_err());
    }

    #[test]
    fn the_kept_database_refuses_a_newer_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.sqlite");
        let connection = open_kept(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        assert!(matches!(open_kept(&path), Err(CatalogError::Newer { found: 99, .. })));
    }
}
