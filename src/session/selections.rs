//! Saved selections: the frames themselves, whatever a filter says later.

use std::collections::HashSet;

use super::{Selection, Session, SessionError, find, now_ns};
use crate::catalog::FrameTable;

/// How two selections become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Frames of either.
    Union,
    /// Frames of both.
    Intersect,
    /// Frames of the first that are not in the second.
    Subtract,
}

/// A selection that was deleted, to be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedSelection {
    /// Name, note and time.
    pub selection: Selection,
    frames: Vec<String>,
}

/// A name without white space around it.
pub(super) fn named(what: &str, name: &str) -> Result<String, SessionError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(SessionError::Usage(format!("a {what} needs a name")));
    }
    Ok(name.to_owned())
}

impl Session {
    /// The saved selections, by name.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn selections(&self) -> Result<Vec<Selection>, SessionError> {
        let saved = self.kept()?.selections()?;
        Ok(saved
            .into_iter()
            .map(|one| Selection { name: one.name, note: one.note, frames: one.frames, saved_at_ns: one.saved_at_ns })
            .collect())
    }

    /// Saves the frames of `rows` under `name` (an existing one is replaced).
    ///
    /// # Errors
    /// The name is empty, or the lake's own database cannot be written.
    pub fn save_selection(&self, table: &FrameTable, name: &str, note: &str, rows: &[u32]) -> Result<(), SessionError> {
        let name = named("selection", name)?;
        let frames = rows.iter().map(|row| table.frame_id(*row as usize).to_string());
        Ok(self.kept()?.save_selection(&name, note, frames, now_ns())?)
    }

    /// Rows of a saved selection in `table`, and how many of its frames are no longer in the lake.
    ///
    /// # Errors
    /// There is no such selection, or the lake's own database cannot be read.
    pub fn selection_rows(&self, table: &FrameTable, name: &str) -> Result<(Vec<u32>, u64), SessionError> {
        let frames = self.kept()?.selection_frames(name)?;
        let all = frames.len() as u64;
        let rows = find::rows_of(table, &frames);
        let gone = all - rows.len() as u64;
        Ok((rows, gone))
    }

    /// Gives a selection another name.
    ///
    /// # Errors
    /// There is no such selection, another one has that name, or the lake's own database cannot be written.
    pub fn rename_selection(&self, name: &str, new: &str) -> Result<(), SessionError> {
        Ok(self.kept()?.rename_selection(name, &named("selection", new)?)?)
    }

    /// Gives a selection another note.
    ///
    /// # Errors
    /// There is no such selection, or the lake's own database cannot be written.
    pub fn note_selection(&self, name: &str, note: &str) -> Result<(), SessionError> {
        Ok(self.kept()?.note_selection(name, note)?)
    }

    /// Makes one selection of two and saves it as `into`, in place of an older one of that name; returns its number of
    /// frames. Frames that are no longer in the lake take part by their names, so that they come back with their footage.
    ///
    /// # Errors
    /// One of the two is not there, the name is empty, or the lake's own database cannot be written.
    pub fn combine_selections(
        &self,
        first: &str,
        how: Combine,
        second: &str,
        into: &str,
        note: &str,
    ) -> Result<u64, SessionError> {
        let into = named("selection", into)?;
        let kept = self.kept()?;
        let (mut frames, other) = (kept.selection_frames(first)?, kept.selection_frames(second)?);
        match how {
            Combine::Union => {
                let known: HashSet<String> = frames.iter().cloned().collect();
                frames.extend(other.into_iter().filter(|frame| !known.contains(frame)));
            }
            Combine::Intersect => {
                let known: HashSet<String> = other.into_iter().collect();
                frames.retain(|frame| known.contains(frame));
            }
            Combine::Subtract => {
                let known: HashSet<String> = other.into_iter().collect();
                frames.retain(|frame| !known.contains(frame));
            }
        }
        let number = frames.len() as u64;
        kept.save_selection(&into, note, frames.into_iter(), now_ns())?;
        Ok(number)
    }

    /// Forgets a saved selection, and returns what [`Self::restore_selection`] brings it back with.
    ///
    /// # Errors
    /// There is no such selection, or the lake's own database cannot be written.
    pub fn delete_selection(&self, name: &str) -> Result<DeletedSelection, SessionError> {
        let kept = self.kept()?;
        let frames = kept.selection_frames(name)?;
        let saved = kept.selection(name)?;
        kept.delete_selection(name)?;
        let (note, saved_at_ns) = saved.map_or_else(Default::default, |saved| (saved.note, saved.saved_at_ns));
        let selection = Selection { name: name.to_owned(), note, frames: frames.len() as u64, saved_at_ns };
        Ok(DeletedSelection { selection, frames })
    }

    /// Brings a deleted selection back as it was.
    ///
    /// # Errors
    /// Another one has its name by now, or the lake's own database cannot be written.
    pub fn restore_selection(&self, deleted: &DeletedSelection) -> Result<(), SessionError> {
        let (kept, selection) = (self.kept()?, &deleted.selection);
        if kept.selection(&selection.name)?.is_some() {
            return Err(SessionError::Usage(format!(
                "there is a selection named `{}` again; rename it first",
                selection.name
            )));
        }
        let frames = deleted.frames.iter().cloned();
        Ok(kept.save_selection(&selection.name, &selection.note, frames, selection.saved_at_ns)?)
    }
}
