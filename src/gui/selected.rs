//! The frames a person has chosen.

use fixedbitset::FixedBitSet;

use super::view::{View, row_u32};

/// A set of rows, counted, with the row that a range starts from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    bits: FixedBitSet,
    count: usize,
    anchor: Option<usize>,
}

impl Selected {
    /// These rows.
    pub fn of(rows: impl IntoIterator<Item = u32>) -> Self {
        let mut selected = Self::default();
        for row in rows {
            selected.insert(row as usize);
        }
        selected
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether none is chosen.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether `row` is chosen.
    pub fn contains(&self, row: usize) -> bool {
        self.bits.contains(row)
    }

    /// Number of chosen rows in `from..to`.
    pub fn count_in(&self, from: usize, to: usize) -> usize {
        let end = to.min(self.bits.len());
        if from < end { self.bits.count_ones(from..end) } else { 0 }
    }

    /// The rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.bits.ones().map(row_u32)
    }

    /// The next range begins at `row`.
    pub fn begin_at(&mut self, row: usize) {
        self.anchor = Some(row);
    }

    /// Adds `row` or takes it out.
    pub fn toggle(&mut self, row: usize) {
        if self.contains(row) {
            self.bits.set(row, false);
            self.count -= 1;
        } else {
            self.insert(row);
        }
        self.anchor = Some(row);
    }

    /// Adds everything from the row chosen last to `row`, as the grid shows it.
    pub fn extend_to(&mut self, view: &View, row: usize) {
        let anchor = self.anchor.unwrap_or(row);
        self.anchor = Some(row);
        match (view.place(anchor), view.place(row)) {
            (Some(from), Some(to)) => {
                self.bits.union_with(&view.between(from.min(to), from.max(to)));
                self.count = self.bits.count_ones(..);
            }
            _ => self.insert(row),
        }
    }

    /// Adds every frame of the view.
    pub fn all(&mut self, view: &View) {
        self.bits.union_with(view.set.bits());
        self.count = self.bits.count_ones(..);
    }

    fn insert(&mut self, row: usize) {
        self.bits.grow(row + 1);
        if !self.bits.put(row) {
            self.count += 1;
        }
    }
}
