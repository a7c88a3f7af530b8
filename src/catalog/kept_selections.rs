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

/// A saved selection with its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSelection {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
    /// Its frames.
    pub frames: Vec<String>,
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

/// A selection with its frames, when there is one of that name.
fn whole(connection: &Connection, name: &str) -> rusqlite::Result<Option<KeptSelection>> {
    let Some(SavedSelection { name, note, saved_at_ns, .. }) = known(connection, name)? else { return Ok(None) };
    let frames = connection
        .prepare_cached("SELECT frame_id FROM selection_frame WHERE name = ?1 ORDER BY frame_no")?
        .query_map([&name], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(KeptSelection { name, note, saved_at_ns, frames }))
}

/// Puts a selection in place of an older one of that name.
fn put(
    connection: &Connection,
    (name, note, saved_at_ns): (&str, &str, i64),
    frames: impl Iterator<Item = impl AsRef<str>>,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM selection WHERE name = ?1", [name])?;
    connection.execute("INSERT INTO selection VALUES (?1, ?2, ?3)", params![name, note, saved_at_ns])?;
    let mut insert = connection.prepare_cached("INSERT INTO selection_frame VALUES (?1, ?2, ?3)")?;
    for (at, frame) in frames.enumerate() {
        insert.execute(params![name, signed(at as u64), frame.as_ref()])?;
    }
    Ok(())
}

fn selection_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<SavedSelection> {
    Ok(SavedSelection { name: row.get(0)?, note: row.get(1)?, frames: count(row, 2)?, saved_at_ns: row.get(3)? })
}

impl KeptDb {
    /// Saves a selection in place of an older one of that name, which is returned.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_selection(
        &self,
        name: &str,
        note: &str,
        frames: impl Iterator<Item = String>,
        now_ns: i64,
    ) -> Result<Option<KeptSelection>, CatalogError> {
        self.ask("save a selection", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let before = whole(&change, name)?;
            put(&change, (name, note, now_ns), frames)?;
            change.commit()?;
            Ok(before)
        })
    }

    /// Puts what a selection was in the place of the one that was saved at a time; either may be nothing.
    ///
    /// # Errors
    /// The selection was saved again since, another one has the name it had, or the database cannot be written.
    pub fn swap_selection(&self, now: Option<(&str, i64)>, was: Option<&KeptSelection>) -> Result<(), CatalogError> {
        let taken = self.ask("go back to a selection", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some((name, saved_at_ns)) = now {
                if known(&change, name)?.is_none_or(|known| known.saved_at_ns != saved_at_ns) {
                    return Ok(Some(CatalogError::ChangedSince { what: "selection", name: name.to_owned() }));
                }
                change.execute("DELETE FROM selection WHERE name = ?1", [name])?;
            }
            if let Some(was) = was {
                if known(&change, &was.name)?.is_some() {
                    return Ok(Some(CatalogError::NameTaken { what: "selection", name: was.name.clone() }));
                }
                put(&change, (&was.name, &was.note, was.saved_at_ns), was.frames.iter())?;
            }
            change.commit().map(|()| None)
        })?;
        taken.map_or(Ok(()), Err)
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
        let found = self.ask("read a selection", |connection| whole(connection, name))?;
        found.map(|found| found.frames).ok_or_else(|| CatalogError::NoSelection(name.to_owned()))
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

    /// Gives a selection another note, and returns the one it had.
    ///
    /// # Errors
    /// There is no such selection, or the database cannot be written.
    pub fn note_selection(&self, name: &str, note: &str) -> Result<String, CatalogError> {
        let before = self.ask("change the note of a selection", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let before = known(&change, name)?;
            change.execute("UPDATE selection SET note = ?2 WHERE name = ?1", [name, note])?;
            change.commit()?;
            Ok(before.map(|before| before.note))
        })?;
        before.ok_or_else(|| CatalogError::NoSelection(name.to_owned()))
    }

    /// Gives a selection the note it had before, unless it has yet another one by now.
    ///
    /// # Errors
    /// It has another note or is gone, or the database cannot be written.
    pub fn swap_selection_note(&self, name: &str, now: &str, was: &str) -> Result<(), CatalogError> {
        let changed = self.ask("go back to the note of a selection", |connection| {
            connection.execute("UPDATE selection SET note = ?3 WHERE name = ?1 AND note = ?2", [name, now, was])
        })?;
        if changed > 0 { Ok(()) } else { Err(CatalogError::ChangedSince { what: "selection", name: name.to_owned() }) }
    }

    /// Forgets a selection, and returns it.
    ///
    /// # Errors
    /// There is no such selection, or the database cannot be written.
    pub fn delete_selection(&self, name: &str) -> Result<KeptSelection, CatalogError> {
        let gone = self.ask("delete a selection", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let gone = whole(&change, name)?;
            change.execute("DELETE FROM selection WHERE name = ?1", [name])?;
            change.commit()?;
            Ok(gone)
        })?;
        gone.ok_or_else(|| CatalogError::NoSelection(name.to_owned()))
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
        assert_eq!(kept.note_selection("finest", "why").unwrap(), "note");
        assert!(matches!(kept.swap_selection_note("finest", "who", "note"), Err(CatalogError::ChangedSince { .. })));
        let before = kept.save_selection("finest", "", ["a/b/9".to_owned()].into_iter(), 9).unwrap().unwrap();
        assert_eq!((&*before.frames, &*before.note, before.saved_at_ns), (&["a/b/2".to_owned()][..], "why", 7));
        assert!(matches!(
            kept.swap_selection(Some(("finest", 8)), Some(&before)),
            Err(CatalogError::ChangedSince { .. })
        ));
        assert!(matches!(kept.swap_selection(None, Some(&before)), Err(CatalogError::NameTaken { .. })));
        kept.swap_selection(Some(("finest", 9)), Some(&before)).unwrap();
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
