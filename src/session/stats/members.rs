//! Groups that are a matter of frames: the camera, classes of labels, tags and selections, of which a frame may have several.

use std::sync::Arc;

use super::plan::shared;
use crate::{
    analytics::stats::{GroupKey, KeyValue},
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet},
    lake::natural_cmp,
    session::{Session, SessionError},
};

/// One key and the values that frames can have of it.
enum Member {
    /// Cameras, and the one of each footage.
    Camera(Vec<Arc<str>>, Vec<usize>),
    /// Classes, and how many labels of it there are on each frame.
    Label(Vec<(Arc<str>, Arc<Vec<u32>>)>),
    /// Selections or tags.
    Sets(Vec<(Arc<str>, FrameSet)>),
}

impl Member {
    fn values(&self) -> usize {
        match self {
            Self::Camera(names, _) => names.len(),
            Self::Label(classes) => classes.len(),
            Self::Sets(sets) => sets.len(),
        }
    }

    fn name(&self, at: usize) -> Option<&Arc<str>> {
        match self {
            Self::Camera(names, _) => names.get(at),
            Self::Label(classes) => classes.get(at).map(|(name, _)| name),
            Self::Sets(sets) => sets.get(at).map(|(name, _)| name),
        }
    }

    /// Gives the places of the values that a frame has.
    fn of(&self, row: usize, footage: usize, mut take: impl FnMut(usize)) {
        match self {
            Self::Camera(_, cameras) => cameras.get(footage).copied().into_iter().for_each(take),
            Self::Label(classes) => {
                let has =
                    |(_, (_, counts)): &(usize, &(Arc<str>, Arc<Vec<u32>>))| counts.get(row).is_some_and(|n| *n > 0);
                classes.iter().enumerate().filter(has).for_each(|(at, _)| take(at));
            }
            Self::Sets(sets) => {
                sets.iter().enumerate().filter(|(_, (_, set))| set.contains(row)).for_each(|(at, _)| take(at));
            }
        }
    }
}

/// The keys that are a matter of frames. The values that a frame has of all of them together are one number, a *code*; a
/// frame of several classes has several.
#[derive(Default)]
pub(super) struct Members {
    members: Vec<Member>,
}

impl Members {
    pub(super) fn new(session: &Session, table: &FrameTable, by: &[GroupKey]) -> Result<Self, SessionError> {
        let read = SessionError::Failed;
        let mut members = Vec::new();
        for key in by.iter().filter(|key| key.is_of_frames()) {
            members.push(match key {
                GroupKey::Camera => {
                    let mut names: Vec<&str> = table.footages().iter().map(|footage| footage.camera.as_str()).collect();
                    names.sort_by(|a, b| natural_cmp(a, b));
                    names.dedup();
                    let place = |camera: &str| names.iter().position(|name| *name == camera).unwrap_or(usize::MAX);
                    let places = table.footages().iter().map(|footage| place(&footage.camera)).collect();
                    Member::Camera(names.into_iter().map(shared).collect(), places)
                }
                GroupKey::Label => {
                    let classes = table.classes().iter().map(|class| Ok((shared(class), table.class_count(class)?)));
                    Member::Label(classes.collect::<Result<_, String>>().map_err(read)?)
                }
                GroupKey::Tag => {
                    let tags = table.tags().map_err(read)?;
                    Member::Sets(tags.tags.iter().map(|(tag, set)| (shared(tag), set.clone())).collect())
                }
                _ => {
                    let mut sets = Vec::new();
                    for selection in session.selections()? {
                        let (rows, _) = session.selection_rows(table, &selection.name)?;
                        let rows = rows.into_iter().map(|row| row as usize);
                        sets.push((shared(&selection.name), FrameSet::from_rows(table.rows(), rows)));
                    }
                    Member::Sets(sets)
                }
            });
        }
        Ok(Self { members })
    }

    /// Whether there is no such key.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The codes of a frame: one at least, put in place of what `out` held.
    pub(super) fn codes(&self, row: usize, footage: usize, out: &mut Vec<u64>) {
        out.clear();
        out.push(0);
        for member in &self.members {
            let base = member.values() as u64 + 1;
            let before = std::mem::take(out);
            let mut any = false;
            member.of(row, footage, |at| {
                any = true;
                out.extend(before.iter().map(|code| code * base + at as u64 + 1));
            });
            if !any {
                out.extend(before.iter().map(|code| code * base));
            }
        }
    }

    /// The values of a code, in the order of the keys.
    pub(super) fn values(&self, mut code: u64) -> Vec<KeyValue> {
        let mut values = Vec::with_capacity(self.members.len());
        for member in self.members.iter().rev() {
            let base = member.values() as u64 + 1;
            let at = usize::try_from(code % base).ok().and_then(|at| at.checked_sub(1));
            values.push(
                at.and_then(|at| member.name(at)).map_or(KeyValue::Null, |name| KeyValue::Text(Arc::clone(name))),
            );
            code /= base;
        }
        values.reverse();
        values
    }
}
