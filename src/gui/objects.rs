//! Objects one by one, as the grid shows them: worked out by a worker.

use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::view::View;
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns as _, LabelBox},
    model::BoundingBox,
    session::{BoxQuery, Session},
};

/// The question: which objects, on the frames of which filter, over which state of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectsKey {
    /// Generation of the table.
    pub generation: u64,
    /// Another number when tags that the filter may name have changed.
    pub tags: u64,
    /// Filter text.
    pub filter: String,
    /// Which objects, and in which order.
    pub query: BoxQuery,
}

/// The objects in the order they are shown.
#[derive(Debug)]
pub struct Objects {
    /// What was asked.
    pub key: ObjectsKey,
    /// The objects.
    pub list: Vec<LabelBox>,
    /// Their frames.
    pub rows: FixedBitSet,
    /// Number of these.
    pub frames: usize,
    /// In any other order than that of rows: rows with the places of their objects, ascending.
    by_row: Option<Vec<(u32, u32)>>,
}

impl Objects {
    /// Answers `key` over the frames of `view`.
    ///
    /// # Errors
    /// A class or a condition that cannot be used, or labels that cannot be read.
    pub fn new(session: &Session, table: &FrameTable, view: &View, key: ObjectsKey) -> Result<Arc<Self>, String> {
        let list = session.boxes(table, &view.set, &key.query).map_err(|error| error.to_string())?;
        let mut rows = FixedBitSet::with_capacity(table.rows());
        rows.extend(list.iter().map(|one| one.row as usize));
        let frames = rows.count_ones(..);
        let by_row = (!list.is_sorted_by_key(|one| one.row)).then(|| {
            let mut by_row: Vec<(u32, u32)> = list.iter().map(|one| one.row).zip(0..).collect();
            by_row.sort_unstable();
            by_row
        });
        Ok(Arc::new(Self { key, list, rows, frames, by_row }))
    }

    /// The frames of the objects between two places, both included.
    pub fn rows_between(&self, from: usize, to: usize) -> FixedBitSet {
        let mut rows = FixedBitSet::with_capacity(self.rows.len());
        let last = to.min(self.list.len().saturating_sub(1));
        rows.extend(self.list.get(from..=last).unwrap_or_default().iter().map(|one| one.row as usize));
        rows
    }

    /// The place of an object on a frame: of the one with this box, else of the first.
    pub fn place_of(&self, row: usize, bbox: Option<BoundingBox>) -> Option<usize> {
        let places: Vec<usize> = if let Some(by_row) = &self.by_row {
            let at = by_row.partition_point(|(known, _)| (*known as usize) < row);
            by_row[at..].iter().take_while(|(known, _)| *known as usize == row).map(|one| one.1 as usize).collect()
        } else {
            let at = self.list.partition_point(|one| (one.row as usize) < row);
            (at..self.list.len()).take_while(|place| self.list[*place].row as usize == row).collect()
        };
        let same = |place: &&usize| bbox.is_some_and(|bbox| self.list[**place].bbox == bbox);
        places.iter().find(same).or(places.first()).copied()
    }
}
