//! Which frames are shown and in which order: worked out by a worker, read by the grid and the viewer.

use std::{cmp::Ordering, sync::Arc};

use super::state::SortBy;
use crate::{
    catalog::FrameTable,
    filter::{Filter, FilterError, FrameColumns, FrameSet},
    model::Column,
};

/// The question: which filter, in which order, over which state of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewKey {
    /// Generation of the table.
    pub generation: u64,
    /// Filter text.
    pub filter: String,
    /// Order.
    pub sort: Option<SortBy>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewError {
    /// The filter cannot be understood.
    Filter(FilterError),
    /// The order cannot be made.
    Sort(String),
}

/// The values the grid is sorted by, to be shown under the tiles.
#[derive(Debug, Clone)]
pub enum SortValues {
    /// Order of the lake, of time or of frames: tiles show their time.
    Time,
    /// Label counts.
    Labels(Arc<Vec<u32>>),
    /// A metric, with its unit.
    Metric(Arc<Column>, Option<String>),
}

/// Matching frames in the order they are shown.
#[derive(Debug)]
pub struct View {
    /// What was asked.
    pub key: ViewKey,
    /// The matching rows as a set.
    pub set: FrameSet,
    /// What tiles show below the picture.
    pub values: SortValues,
    /// In any other order than the lake's own: the rows by place, and the place of each row.
    sorted: Option<(Vec<u32>, Vec<u32>)>,
}

const NOWHERE: u32 = u32::MAX;

impl View {
    /// Answers `key` over `table`.
    ///
    /// # Errors
    /// A filter that cannot be understood, or a sort column that cannot be read.
    pub fn new(table: &FrameTable, times: &[i64], key: ViewKey) -> Result<Self, ViewError> {
        let set = Filter::parse(&key.filter)
            .and_then(|filter| filter.bind(table))
            .and_then(|bound| bound.evaluate(table))
            .map_err(ViewError::Filter)?;
        let mut values = SortValues::Time;
        let mut sorted = None;
        if let Some(sort) = &key.sort {
            let mut order = set.to_rows();
            values = sort_rows(table, times, sort, &mut order).map_err(ViewError::Sort)?;
            let mut places = vec![NOWHERE; table.rows()];
            for (place, row) in order.iter().enumerate() {
                places[*row as usize] = row_u32(place);
            }
            sorted = Some((order, places));
        }
        Ok(Self { key, set, values, sorted })
    }

    /// Number of matching frames.
    pub fn len(&self) -> usize {
        self.set.count()
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The row shown at `place`.
    pub fn row(&self, place: usize) -> Option<usize> {
        match &self.sorted {
            Some((order, _)) => order.get(place).map(|row| *row as usize),
            None => self.set.nth(place),
        }
    }

    /// Where `row` is shown.
    pub fn place(&self, row: usize) -> Option<usize> {
        match &self.sorted {
            Some((_, places)) => places.get(row).filter(|place| **place != NOWHERE).map(|place| *place as usize),
            None => self.set.contains(row).then(|| self.set.rank(row)),
        }
    }

    /// The matching row after `row` in shown order; from a frame that does not match, the nearest one in lake order.
    pub fn after(&self, row: Option<usize>) -> Option<usize> {
        let Some(row) = row else { return self.row(0) };
        match self.place(row) {
            Some(place) => self.row(place + 1),
            None => self.set.next_after(row),
        }
    }

    /// The matching row before `row`, likewise.
    pub fn before(&self, row: Option<usize>) -> Option<usize> {
        let row = row?;
        match self.place(row) {
            Some(place) => self.row(place.checked_sub(1)?),
            None => self.set.previous_before(row),
        }
    }
}

/// A row number as it is stored. Tables hold fewer than 2³² frames: at thirty a second, that is four and a half years.
pub fn row_u32(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn sort_rows(table: &FrameTable, times: &[i64], sort: &SortBy, order: &mut [u32]) -> Result<SortValues, String> {
    let by = |order: &mut [u32], compare: &dyn Fn(usize, usize) -> Ordering| {
        order.sort_by(|a, b| {
            let ordering = compare(*a as usize, *b as usize);
            if sort.descending { ordering.reverse() } else { ordering }
        });
    };
    match sort.column.as_str() {
        "time" => {
            by(order, &|a, b| times[a].cmp(&times[b]));
            Ok(SortValues::Time)
        }
        "frame_idx" => {
            let footages = table.footages();
            let index = |row: usize| row - footages[table.footage_index(row)].first_row;
            order.sort_by_cached_key(|row| index(*row as usize));
            if sort.descending {
                order.reverse();
            }
            Ok(SortValues::Time)
        }
        "labels" => {
            let counts = table.label_count()?;
            by(order, &|a, b| counts[a].cmp(&counts[b]));
            Ok(SortValues::Labels(counts))
        }
        metric => {
            let column = table.metric(metric)?;
            sort_by_column(&column, sort.descending, order);
            let unit = table.metrics().iter().find(|known| known.name == metric).and_then(|known| known.unit.clone());
            Ok(SortValues::Metric(column, unit))
        }
    }
}

/// Nulls come last either way; equal values keep the lake's order.
fn sort_by_column(column: &Column, descending: bool, order: &mut [u32]) {
    let turned = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
    match column {
        Column::Text { codes, words } => {
            let mut sorted: Vec<usize> = (0..words.len()).collect();
            sorted.sort_by(|a, b| words[*a].cmp(&words[*b]));
            let mut rank = vec![0; words.len()];
            for (place, word) in sorted.into_iter().enumerate() {
                rank[word] = place;
            }
            let key = |row: u32| (!column.is_null(row as usize)).then(|| rank[codes[row as usize] as usize]);
            order.sort_by(|a, b| nulls_last(key(*a), key(*b), |a, b| turned(a.cmp(b))));
        }
        Column::Int { values, .. } => {
            let key = |row: u32| (!column.is_null(row as usize)).then(|| values[row as usize]);
            order.sort_by(|a, b| nulls_last(key(*a), key(*b), |a, b| turned(a.cmp(b))));
        }
        Column::Float(_) | Column::Bool(_) => {
            let key = |row: u32| column.number(row as usize);
            order.sort_by(|a, b| nulls_last(key(*a), key(*b), |a, b| turned(a.total_cmp(b))));
        }
    }
}

fn nulls_last<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(&a, &b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_come_last_in_both_directions() {
        let column = Column::Float(vec![2.0, f64::NAN, 3.0, 1.0]);
        for (descending, expected) in [(false, [3, 0, 2, 1]), (true, [2, 0, 3, 1])] {
            let mut order = [0, 1, 2, 3];
            sort_by_column(&column, descending, &mut order);
            assert_eq!(order, expected);
        }
        let words = Column::Text { codes: vec![0, 1, u32::MAX, 1], words: vec!["wet".into(), "dry".into()] };
        let mut order = [0, 1, 2, 3];
        sort_by_column(&words, false, &mut order);
        assert_eq!(order, [1, 3, 0, 2]);
    }
}
