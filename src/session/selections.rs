//! Saved selections: the frames themselves, whatever a filter says later.

use std::collections::HashSet;

use super::{KeptUndo, Selection, Session, SessionError, find, kept_undo::Former, now_ns};
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

    /// Saves the frames of `rows` under `name`, in place of an older selection of that name; tells the way back to that.
    ///
    /// # Errors
    /// The name is empty, or the lake's own database cannot be written.
    pub fn save_selection(
        &self,
        table: &FrameTable,
        name: &str,
        note: &str,
        rows: &[u32],
    ) -> Result<KeptUndo, SessionError> {
        let frames = rows.iter().map(|row| table.frame_id(*row as usize).to_string());
        self.keep_selection(named("selection", name)?, note, frames)
    }

    fn keep_selection(
        &self,
        name: String,
        note: &str,
        frames: impl Iterator<Item = String>,
    ) -> Result<KeptUndo, SessionError> {
        let saved_at_ns = now_ns();
        let was = self.kept()?.save_selection(&name, note, frames, saved_at_ns)?;
        Ok(KeptUndo(Former::Selection { now: Some((name, saved_at_ns)), was }))
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

    /// Gives a selection another name, and tells the way back.
    ///
    /// # Errors
    /// There is no such selection, another one has that name, or the lake's own database cannot be written.
    pub fn rename_selection(&self, name: &str, new: &str) -> Result<KeptUndo, SessionError> {
        let now = named("selection", new)?;
        self.kept()?.rename_selection(name, &now)?;
        Ok(KeptUndo(Former::SelectionName { now, was: name.to_owned() }))
    }

    /// Gives a selection another note, and tells the way back.
    ///
    /// # Errors
    /// There is no such selection, or the lake's own database cannot be written.
    pub fn note_selection(&self, name: &str, note: &str) -> Result<KeptUndo, SessionError> {
        let was = self.kept()?.note_selection(name, note)?;
        Ok(KeptUndo(Former::SelectionNote { name: name.to_owned(), now: note.to_owned(), was }))
    }

    /// Makes one selection of two and saves it as `into`, in place of an older one of that name; returns its number of
    /// frames and the way back. Frames that are no longer in the lake take part by their names, so that they come back with their footage.
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
    ) -> Result<(u64, KeptUndo), SessionError> {
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
        Ok((number, self.keep_selection(into, note, frames.into_iter())?))
    }

    /// Forgets a saved selection; returns its number of frames and the way back.
    ///
    /// # Errors
    /// There is no such selection, or the lake's own database cannot be written.
    pub fn delete_selection(&self, name: &str) -> Result<(u64, KeptUndo), SessionError> {
        let was = self.kept()?.delete_selection(name)?;
        Ok((was.frames.len() as u64, KeptUndo(Former::Selection { now: None, was: Some(was) })))
    }
}
