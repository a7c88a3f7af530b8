//! Which frame each row is, so that what a person chose survives a new index: rows move when drives come and go.

use std::collections::HashMap;

use super::{selected::Selected, view::row_u32};
use crate::{catalog::FrameTable, filter::FrameColumns as _};

/// The footages of one generation by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RowNames {
    /// Recording, camera, first row and number of rows, in row order.
    spans: Vec<(String, String, usize, usize)>,
    /// Places in `spans` by recording and camera.
    places: HashMap<(String, String), usize>,
}

impl RowNames {
    /// Those of a table.
    pub fn of(table: &FrameTable) -> Self {
        Self::new(
            table
                .footages()
                .iter()
                .map(|span| (span.recording.clone(), span.camera.clone(), span.first_row, span.rows)),
        )
    }

    fn new(spans: impl Iterator<Item = (String, String, usize, usize)>) -> Self {
        let spans: Vec<_> = spans.collect();
        let places = spans.iter().enumerate().map(|(at, span)| ((span.0.clone(), span.1.clone()), at)).collect();
        Self { spans, places }
    }

    /// Recording, camera, first row and number of rows of each footage, in row order.
    pub fn spans(&self) -> impl Iterator<Item = (&String, &String, usize, usize)> {
        self.spans.iter().map(|(recording, camera, first, rows)| (recording, camera, *first, *rows))
    }

    /// First row and number of rows of a footage.
    pub fn footage(&self, recording: &str, camera: &str) -> Option<(usize, usize)> {
        let at = self.places.get(&(recording.to_owned(), camera.to_owned()))?;
        self.spans.get(*at).map(|(_, _, first, rows)| (*first, *rows))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.spans.last().map_or(0, |(_, _, first, rows)| first + rows)
    }

    /// Footages of these recordings, each of one camera.
    #[cfg(test)]
    pub fn for_tests(spans: &[(&str, usize)]) -> Self {
        let mut first = 0;
        Self::new(spans.iter().map(|(name, rows)| {
            first += rows;
            ((*name).to_owned(), "front".to_owned(), first - rows, *rows)
        }))
    }

    /// The row of the same frame in another generation.
    pub fn row_in(&self, row: usize, other: &Self) -> Option<usize> {
        let at = self.spans.partition_point(|span| span.2 <= row).checked_sub(1)?;
        let (recording, camera, first, rows) = &self.spans[at];
        let index = row.checked_sub(*first).filter(|index| index < rows)?;
        let (_, _, first, rows) = other.spans.get(*other.places.get(&(recording.clone(), camera.clone()))?)?;
        (index < *rows).then_some(first + index)
    }

    /// The same frames in another generation; those that are gone are left out.
    pub fn selected_in(&self, selected: &Selected, other: &Self) -> Selected {
        // One look-up for each footage, not for each frame.
        let shifts: Vec<Option<(usize, usize)>> = self
            .spans
            .iter()
            .map(|(recording, camera, ..)| {
                let (_, _, first, rows) = other.spans.get(*other.places.get(&(recording.clone(), camera.clone()))?)?;
                Some((*first, *rows))
            })
            .collect();
        let mut at = 0;
        let rows = selected.rows().filter_map(|row| {
            let row = row as usize;
            while self.spans.get(at + 1).is_some_and(|next| next.2 <= row) {
                at += 1;
            }
            let index = row.checked_sub(self.spans.get(at)?.2)?;
            let (first, rows) = (*shifts.get(at)?)?;
            (index < rows).then(|| row_u32(first + index))
        });
        Selected::of(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_again_wherever_their_rows_went() {
        let before = RowNames::for_tests(&[("a", 3), ("b", 4), ("c", 2)]);
        let after = RowNames::for_tests(&[("aa", 10), ("b", 3), ("c", 5)]);
        for (row, expected) in [(0, None), (3, Some(10)), (5, Some(12)), (6, None), (8, Some(14)), (9, None)] {
            assert_eq!(before.row_in(row, &after), expected, "{row}");
        }
        let selected = Selected::of([0, 3, 5, 6, 8]);
        let found: Vec<u32> = before.selected_in(&selected, &after).rows().collect();
        assert_eq!(found, [10, 12, 14]);
        assert_eq!(after.selected_in(&Selected::of(found), &before).rows().collect::<Vec<_>>(), [3, 5, 8]);
    }
}
