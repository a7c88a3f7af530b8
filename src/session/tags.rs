//! Tags of frames: words that a person gives to frames, as many as they like.

use serde::Serialize;

use super::{KeptUndo, Session, SessionError, kept_undo::Former, now_ns, selections::named};
use crate::{catalog::FrameTable, filter::FrameColumns, model::FrameId};

/// A tag and how many frames have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Name.
    pub name: String,
    /// Number of frames.
    pub frames: u64,
    /// Of these, frames that are no longer in the lake.
    pub gone: u64,
}

impl Session {
    /// The tags by name, with how many frames of each are no longer in the lake.
    ///
    /// # Errors
    /// There is no index yet, or a database cannot be read.
    pub fn tags(&self, table: &FrameTable) -> Result<Vec<Tag>, SessionError> {
        let gone = table.tags().map_err(SessionError::Failed)?;
        let tags = self.kept()?.tags()?;
        Ok(tags
            .into_iter()
            .map(|tag| Tag { gone: gone.gone.get(&tag.name).copied().unwrap_or(0), name: tag.name, frames: tag.frames })
            .collect())
    }

    /// Gives a tag to the frames of `rows`; returns how many did not have it before, and the way back.
    ///
    /// # Errors
    /// The name is empty or holds a comma, or the lake's own database cannot be written.
    pub fn tag(&self, table: &FrameTable, tag: &str, rows: &[u32]) -> Result<(u64, KeptUndo), SessionError> {
        let tag = tag_name(tag)?;
        let (frames, made) = self.kept()?.tag_frames(&tag, frames(table, rows), now_ns())?;
        Ok((frames.len() as u64, KeptUndo(Former::Tagged { tag, frames, made })))
    }

    /// Takes a tag from the frames of `rows`; returns how many had it, and the way back.
    ///
    /// # Errors
    /// There is no such tag, or the lake's own database cannot be written.
    pub fn untag(&self, table: &FrameTable, tag: &str, rows: &[u32]) -> Result<(u64, KeptUndo), SessionError> {
        let tag = tag.trim().to_owned();
        let frames = self.kept()?.untag_frames(&tag, frames(table, rows))?;
        Ok((frames.len() as u64, KeptUndo(Former::Untagged { tag, frames })))
    }

    /// Gives a tag another name, and tells the way back.
    ///
    /// # Errors
    /// There is no such tag, another one has that name, or the lake's own database cannot be written.
    pub fn rename_tag(&self, tag: &str, new: &str) -> Result<KeptUndo, SessionError> {
        let now = tag_name(new)?;
        self.kept()?.rename_tag(tag, &now)?;
        Ok(KeptUndo(Former::TagName { now, was: tag.to_owned() }))
    }

    /// Takes a tag from all frames and forgets it; returns how many frames had it, and the way back.
    ///
    /// # Errors
    /// There is no such tag, or the lake's own database cannot be written.
    pub fn delete_tag(&self, tag: &str) -> Result<(u64, KeptUndo), SessionError> {
        let (made_at_ns, frames) = self.kept()?.delete_tag(tag)?;
        Ok((frames.len() as u64, KeptUndo(Former::TagGone { tag: tag.to_owned(), made_at_ns, frames })))
    }
}

/// Tags stand in a list with commas between them.
fn tag_name(tag: &str) -> Result<String, SessionError> {
    let tag = named("tag", tag)?;
    if tag.contains([',', '\n', '\0']) {
        return Err(SessionError::Usage(format!("`{}` cannot be a tag: it holds a comma or a line break", tag.trim())));
    }
    Ok(tag)
}

fn frames<'t>(table: &'t FrameTable, rows: &'t [u32]) -> impl Iterator<Item = FrameId> + 't {
    rows.iter().map(|row| table.frame_id(*row as usize))
}
