//! Tags of frames: words that a person gives to frames, as many as they like.

use serde::Serialize;

use super::{Session, SessionError, now_ns, selections::named};
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

/// A tag that was deleted, to be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTag {
    /// Name.
    pub name: String,
    frames: Vec<FrameId>,
}

impl DeletedTag {
    /// Number of frames that had it.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames.len() as u64
    }
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

    /// Gives a tag to the frames of `rows`; returns how many did not have it before.
    ///
    /// # Errors
    /// The name is empty or holds a comma, or the lake's own database cannot be written.
    pub fn tag(&self, table: &FrameTable, tag: &str, rows: &[u32]) -> Result<u64, SessionError> {
        let tag = tag_name(tag)?;
        Ok(self.kept()?.tag_frames(&tag, frames(table, rows), now_ns())?)
    }

    /// Takes a tag from the frames of `rows`; returns how many had it.
    ///
    /// # Errors
    /// There is no such tag, or the lake's own database cannot be written.
    pub fn untag(&self, table: &FrameTable, tag: &str, rows: &[u32]) -> Result<u64, SessionError> {
        Ok(self.kept()?.untag_frames(tag.trim(), frames(table, rows))?)
    }

    /// Gives a tag another name.
    ///
    /// # Errors
    /// There is no such tag, another one has that name, or the lake's own database cannot be written.
    pub fn rename_tag(&self, tag: &str, new: &str) -> Result<(), SessionError> {
        Ok(self.kept()?.rename_tag(tag, &tag_name(new)?)?)
    }

    /// Takes a tag from all frames and forgets it; returns what [`Self::restore_tag`] brings it back with.
    ///
    /// # Errors
    /// There is no such tag, or the lake's own database cannot be written.
    pub fn delete_tag(&self, tag: &str) -> Result<DeletedTag, SessionError> {
        let frames = self.kept()?.tag_members(tag)?;
        self.kept()?.delete_tag(tag)?;
        Ok(DeletedTag { name: tag.to_owned(), frames })
    }

    /// Gives a deleted tag back to the frames that had it.
    ///
    /// # Errors
    /// The lake's own database cannot be written.
    pub fn restore_tag(&self, deleted: &DeletedTag) -> Result<(), SessionError> {
        self.kept()?.tag_frames(&deleted.name, deleted.frames.iter().cloned(), now_ns())?;
        Ok(())
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
