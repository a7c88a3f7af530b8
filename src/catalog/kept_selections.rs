//! Saved selections: frames under a name, with a note.

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use super::{CatalogError, KeptDb, kept::signed, read::count};

/// A saved selection without its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSelection {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// Number of frames.
    pub frames: u64,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
}

/// What a change of one named thing came to.
pub(super) enum Changed {
    /// It was made.
    Done,
    /// There is nothing of that name.
    Unknown,
    /// Another one has the new name.
    Taken,
}

/// Makes of a failed change of a name what it means.
pub(super) fn renamed(outcome: rusqlite::Result<usize>) -> rusqlite::Result<Changed> {
    match outcome {
        Ok(0) => Ok(Changed::Unknown),
        Ok(_) => Ok(Changed::Done),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(Changed::Taken),
        Err(error) => Err(error),
    }
}

fn known(connection: &Connection, name: &str) -> rusqlite::Result<Option<SavedSelection>> {
    connection
        .query_row(
            "SELECT name, note, (SELECT count(*) FROM selection_frame AS f WHERE f.name = s.name), saved_at_ns \
             FROM selection AS s WHERE name = ?1",
            [name],
            selection_of,
        )
        .optional()
}

fn selection_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<SavedSelection> {
    Ok(SavedSelection { name: row.get(0)?, note: row.get(1)?, frames: count(row, 2)?, saved_at_ns: row.get(3)? })
}

impl KeptDb {
    /// Saves a selection in place of an older one of that name.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_selection(
        &self,
        name: &str,
        note: &str,
        frames: impl Iterator<Item = String>,
        now_ns: i64,
    ) -> Result<(), CatalogError> {
        self.ask("save a selection", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute("DELETE FROM selection WHERE name = ?1", [name])?;
            change.execute("INSERT INTO selection VALUES (?1, ?2, ?3)", params![name, note, now_ns])?;
            {
                let mut insert = change.prepare_cached("INSERT INTO selection_frame VALUES (?1, ?2, ?3)")?;
                for (at, frame) in frames.enumerate() {
                    insert.execute(params![name, signed(at as u64), frame])?;
                }
            }
            change.commit()
        })
    }

    /// The saved selections, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn selections(&self) -> Result<Vec<SavedSelection>, CatalogError> {
        self.ask("read the selections", |connection| {
            connection
                .prepare_cached(
                    "SELECT name, note, (SELECT count(*) FROM selection_frame AS f WHERE f.name = s.name), saved_at_ns \
                     FROM selection AS s ORDER BY name",
                )?
                .query_map([], selection_of)?
                .collect()
        })
    }

    /// One selection, when there is one of that name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn selection(&self, name: &str) -> Result<Option<SavedSelection>, CatalogError> {
        self.ask("read a selection", |connection| known(connection, name))
    }

    /// The frames of a selection, as they were saved.
    ///
    /// # Errors
    /// There is no such selection, or the database cannot be read.
    pub fn selection_frames(&self, name: &str) -> Result<Vec<String>, CatalogError> {
        let frames = self.ask("read a selection", |connection| {
            if known(connection, name)?.is_none() {
                return Ok(None);
            }
            connection
                .prepare_cached("SELECT frame_id FROM selection_frame WHERE name = ?1 ORDER BY frame_no")?
                .query_map([name], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()
                .map(Some)
        })?;
        frames.ok_or_else(|| CatalogError::NoSelection(name.to_owned()))
    }

    /// Gives a selection another name.
    ///
    /// # Errors
    /// There is no such selection, another one has that name, or the database cannot be written.
    pub fn rename_selection(&self, name: &str, new: &str) -> Result<(), CatalogError> {
        let changed = self.ask("rename a selection", |connection| {
            renamed(connection.execute("UPDATE selection SET name = ?2 WHERE name = ?1", [name, new]))
        })?;
        match changed {
            Changed::Done => Ok(()),
            Changed::Unknown => Err(CatalogError::NoSelection(name.to_owned())),
            Changed::Taken => Err(CatalogError::NameTaken { what: "selection", name: new.to_owned() }),
        }
    }

    /// Gives a selection another note.
    ///
    /// # Errors
    /// There is no such selection, or the database cannot be written.
    pub fn note_selection(&self, name: &str, note: &str) -> Result<(), CatalogError> {
        let changed = self.ask("change the note of a selection", |connection| {
            connection.execute("UPDATE selection SET note = ?2 WHERE name = ?1", [name, note])
        })?;
        if changed == 0 { Err(CatalogError::NoSelection(name.to_owned())) } else { Ok(()) }
    }

    /// Forgets a selection.
    ///
    /// # Errors
    /// There is no such selection, or the database cannot be written.
    pub fn delete_selection(&self, name: &str) -> Result<(), CatalogError> {
        let gone = self.ask("delete a selection", |connection| {
            connection.execute("DELETE FROM selection WHERE name = ?1", [name])
        })?;
        if gone == 0 { Err(CatalogError::NoSelection(name.to_owned())) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_saved_renamed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptDb::open(folder.path().join("lake.sqlite")).unwrap();
        for frames in [vec!["a/b/1", "a/b/0"], vec!["a/b/2"]] {
            kept.save_selection("best", "note", frames.iter().map(|id| (*id).to_owned()), 7).unwrap();
            assert_eq!(kept.selection_frames("best").unwrap(), frames);
        }
        kept.save_selection("other", "", std::iter::empty(), 8).unwrap();
        assert!(matches!(kept.rename_selection("best", "other"), Err(CatalogError::NameTaken { .. })));
        kept.rename_selection("best", "finest").unwrap();
        kept.note_selection("finest", "why").unwrap();
        assert_eq!(kept.selection_frames("finest").unwrap(), ["a/b/2"]);
        let saved = kept.selection("finest").unwrap().unwrap();
        assert_eq!((saved.frames, saved.note.as_str(), saved.saved_at_ns), (1, "why", 7));
        kept.delete_selection("finest").unwrap();
        for gone in [
            kept.selection_frames("finest").err(),
            kept.delete_selection("finest").err(),
            kept.rename_selection("finest", "x").err(),
            kept.note_selection("finest", "x").err(),
        ] {
            assert!(matches!(gone, Some(CatalogError::NoSelection(_))));
        }
    }
}
