//! Which frames are shown and in which order: worked out by a worker, read by the grid and the viewer.

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use parking_lot::Mutex;

use super::{grid_choice::SpanChoice, spans::Spans, state::SortBy};
use crate::{
    catalog::FrameTable,
    filter::{Filter, FilterError, FrameColumns, FrameSet},
    model::Column,
    session::{Session, Sort, SortColumn},
};

/// The question: which filter, in which order, over which state of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewKey {
    /// Generation of the table.
    pub generation: u64,
    /// Another number when tags that the filter may name have changed.
    pub tags: u64,
    /// Filter text.
    pub filter: String,
    /// Order of single frames; frames of spans follow each other in the order of these.
    pub sort: Option<SortBy>,
    /// How frames are grouped, if they are.
    pub spans: Option<SpanChoice>,
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
    /// The frames as spans, if they are grouped.
    pub spans: Option<Spans>,
    /// In any other order than the lake's own: the rows by place, and the place of each row.
    sorted: Option<(Vec<u32>, Vec<u32>)>,
}

const NOWHERE: u32 = u32::MAX;

/// The order of all rows that was made last: the order of fewer is found in it without sorting them again. For one state of
/// the index.
#[derive(Debug, Default)]
pub struct LastOrder {
    kept: Mutex<Option<(SortBy, Arc<Vec<u32>>)>>,
}

impl LastOrder {
    fn of(&self, sort: &SortBy) -> Option<Arc<Vec<u32>>> {
        self.kept.lock().as_ref().filter(|(known, _)| known == sort).map(|(_, order)| Arc::clone(order))
    }

    fn keep(&self, sort: &SortBy, order: &[u32]) {
        *self.kept.lock() = Some((sort.clone(), Arc::new(order.to_vec())));
    }
}

impl View {
    /// Answers `key` over `table`.
    ///
    /// # Errors
    /// A filter that cannot be understood, or a sort column that cannot be read.
    pub fn new(session: &Session, table: &FrameTable, key: ViewKey) -> Result<Self, ViewError> {
        let set = Filter::parse(&key.filter)
            .and_then(|filter| filter.bind(table))
            .and_then(|bound| bound.evaluate(table))
            .map_err(ViewError::Filter)?;
        Self::of(session, table, key, set, &LastOrder::default())
    }

    /// Shows the frames that match the filter of `key`.
    ///
    /// # Errors
    /// A sort column that cannot be read.
    pub fn of(
        session: &Session,
        table: &FrameTable,
        key: ViewKey,
        set: FrameSet,
        last: &LastOrder,
    ) -> Result<Self, ViewError> {
        let mut shown = SortValues::Time;
        let mut sorted = None;
        let spans = key.spans.as_ref().map(|choice| Spans::new(session, table, (&set, &key.filter), choice));
        let spans = spans.transpose().map_err(|error| ViewError::Sort(error.to_string()))?;
        if let (Some(sort), None) = (&key.sort, &spans) {
            let wanted = Sort { column: sort.column.clone(), descending: sort.descending };
            let order: Vec<u32> = if let Some(all) = last.of(sort) {
                // Equal rows stay as they were, so that the order of all rows holds for some of them.
                all.iter().copied().filter(|row| set.contains(*row as usize)).collect()
            } else {
                let sorted = session.sorted(table, set.to_rows(), Some(&wanted));
                sorted.map_err(|error| ViewError::Sort(error.to_string()))?
            };
            if order.len() == table.rows() {
                last.keep(sort, &order);
            }
            shown = values(table, &sort.column).map_err(ViewError::Sort)?;
            let mut places = vec![NOWHERE; table.rows()];
            for (place, row) in order.iter().enumerate() {
                places[*row as usize] = row_u32(place);
            }
            sorted = Some((order, places));
        }
        Ok(Self { key, set, values: shown, spans, sorted })
    }

    /// Number of matching frames.
    pub fn len(&self) -> usize {
        self.set.count()
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Number of tiles: spans when frames are grouped, else frames.
    pub fn tiles(&self) -> usize {
        self.spans.as_ref().map_or_else(|| self.len(), Spans::len)
    }

    /// The tile that shows a row.
    pub fn tile_of(&self, row: usize) -> Option<usize> {
        match &self.spans {
            Some(spans) => spans.place_of(row),
            None => self.place(row),
        }
    }

    /// The row that the tile at `place` shows.
    pub fn face(&self, place: usize) -> Option<usize> {
        match &self.spans {
            Some(spans) => spans.at(place).map(|span| span.face as usize),
            None => self.row(place),
        }
    }

    /// The row shown at `place`.
    pub fn row(&self, place: usize) -> Option<usize> {
        if let Some(spans) = &self.spans {
            return spans.nth_row(&self.set, place);
        }
        match &self.sorted {
            Some((order, _)) => order.get(place).map(|row| *row as usize),
            None => self.set.nth(place),
        }
    }

    /// Where `row` is shown.
    pub fn place(&self, row: usize) -> Option<usize> {
        if let Some(spans) = &self.spans {
            return spans.rank(&self.set, row);
        }
        match &self.sorted {
            Some((_, places)) => places.get(row).filter(|place| **place != NOWHERE).map(|place| *place as usize),
            None => self.set.contains(row).then(|| self.set.rank(row)),
        }
    }

    /// The rows shown from the row `a` to the row `b`, in whichever order, both included; spans are taken whole. `None` when
    /// one of them is not shown.
    pub fn range(&self, a: usize, b: usize) -> Option<FixedBitSet> {
        let (from, to) = (self.tile_of(a)?, self.tile_of(b)?);
        let (from, to) = (from.min(to), from.max(to));
        let Some(spans) = &self.spans else { return Some(self.between(from, to)) };
        let mut rows = FixedBitSet::with_capacity(self.set.bits().len());
        spans.stretches(from, to).for_each(|stretch| rows.insert_range(stretch));
        rows.intersect_with(self.set.bits());
        Some(rows)
    }

    /// The rows shown from the place `from` to the place `to`, both included. Word by word, as there may be millions.
    fn between(&self, from: usize, to: usize) -> FixedBitSet {
        if let Some((order, _)) = &self.sorted {
            let mut rows = FixedBitSet::with_capacity(self.set.bits().len());
            rows.extend(order.get(from..=to).unwrap_or_default().iter().map(|row| *row as usize));
            return rows;
        }
        let (Some(first), Some(last)) = (self.set.nth(from), self.set.nth(to)) else { return FixedBitSet::new() };
        let mut rows = FixedBitSet::with_capacity(last + 1);
        rows.insert_range(first..last + 1);
        rows.intersect_with(self.set.bits());
        rows
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

/// What tiles show in this order.
fn values(table: &FrameTable, column: &str) -> Result<SortValues, String> {
    Ok(match SortColumn::of(table, column).map_err(|error| error.to_string())? {
        SortColumn::Lake | SortColumn::Camera | SortColumn::FrameIdx | SortColumn::Time => SortValues::Time,
        SortColumn::Labels => SortValues::Labels(table.label_count()?),
        SortColumn::Class(class) => SortValues::Labels(table.class_count(class)?),
        SortColumn::Metric(metric) => SortValues::Metric(table.metric(&metric.name)?, metric.unit.clone()),
    })
}
