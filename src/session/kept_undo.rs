//! The way back from a change of views, selections and tags: to exactly what was there before, or to nothing else.

use super::{SavedView, Session, SessionError, views::opened};
use crate::{
    catalog::{KeptSelection, KeptView},
    model::FrameId,
};

/// What a change of what is kept came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUndo(pub(super) Former);

/// What was there, and what has to be there still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Former {
    /// A view that is something else now, or was.
    View { now: Option<KeptView>, was: Option<KeptView> },
    /// A selection that is another one now, told by its name and when it was saved, or was.
    Selection { now: Option<(String, i64)>, was: Option<KeptSelection> },
    /// A selection under another name.
    SelectionName { now: String, was: String },
    /// A selection with another note.
    SelectionNote { name: String, now: String, was: String },
    /// A tag under another name.
    TagName { now: String, was: String },
    /// A tag that was given to frames, and whether that made it.
    Tagged { tag: String, frames: Vec<FrameId>, made: bool },
    /// A tag that was taken from frames.
    Untagged { tag: String, frames: Vec<FrameId> },
    /// A tag that was deleted.
    TagGone { tag: String, made_at_ns: i64, frames: Vec<FrameId> },
}

/// What there is once a change was undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// View, selection or tag.
    pub what: &'static str,
    /// The name it had before the undo; `None` when it was not there.
    pub from: Option<String>,
    /// The name it has now; `None` when it is gone again.
    pub name: Option<String>,
    /// The view as it is again, if it is one that can be read.
    pub view: Option<SavedView>,
}

impl Session {
    /// Undoes a change of a view, a selection or a tag: what was there before is there again, with its note, its time and
    /// its frames.
    ///
    /// # Errors
    /// It was changed again since or its name is another one's by now, which leaves everything as it is; or the lake's own
    /// database cannot be written.
    pub fn undo_kept(&self, undo: &KeptUndo) -> Result<Undone, SessionError> {
        let kept = self.kept()?;
        let undone = |what, from: Option<&str>, name: Option<&str>| Undone {
            what,
            from: from.map(str::to_owned),
            name: name.map(str::to_owned),
            view: None,
        };
        Ok(match &undo.0 {
            Former::View { now, was } => {
                kept.swap_view(now.as_ref(), was.as_ref())?;
                let name = |view: &Option<KeptView>| view.as_ref().map(|view| view.name.clone());
                let view = was.clone().and_then(|view| opened(view).ok());
                Undone { what: "view", from: name(now), name: name(was), view }
            }
            Former::Selection { now, was } => {
                kept.swap_selection(now.as_ref().map(|(name, at)| (&**name, *at)), was.as_ref())?;
                let from = now.as_ref().map(|(name, _)| &**name);
                undone("selection", from, was.as_ref().map(|was| &*was.name))
            }
            Former::SelectionName { now, was } => {
                kept.rename_selection(now, was)?;
                undone("selection", Some(now), Some(was))
            }
            Former::SelectionNote { name, now, was } => {
                kept.swap_selection_note(name, now, was)?;
                undone("selection", Some(name), Some(name))
            }
            Former::TagName { now, was } => {
                kept.rename_tag(now, was)?;
                undone("tag", Some(now), Some(was))
            }
            Former::Tagged { tag, frames, made } => {
                kept.untag_frames(tag, frames.iter().cloned())?;
                if *made {
                    kept.forget_bare_tag(tag)?;
                }
                undone("tag", Some(tag), Some(tag).filter(|_| !made).map(String::as_str))
            }
            Former::Untagged { tag, frames } => {
                kept.retag_frames(tag, frames)?;
                undone("tag", Some(tag), Some(tag))
            }
            Former::TagGone { tag, made_at_ns, frames } => {
                kept.remake_tag(tag, *made_at_ns, frames)?;
                undone("tag", None, Some(tag))
            }
        })
    }
}
