//! A facet made ready to be counted again and again: one small code per row, and what each code stands for.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use rayon::prelude::*;

use super::FacetKey;
use crate::{
    filter::{
        FilterError, FootageRows, FrameColumns, FrameSet,
        facets::{CategoryCount, ClassCount, category_counts, class_counts},
        histogram::{Bins, Histogram, NumberColumn},
        names::{Names, Referent},
    },
    model::{Column, MetricKind, NULL_WORD},
};

/// Rows that one task codes.
const TASK_ROWS: usize = 1 << 16;
/// Most codes of a lane.
const MOST_SLOTS: usize = 1 << 16;
/// Most bins of a histogram whose codes fit a byte.
const MOST_BINS: usize = 253;

/// The counts of one facet.
#[derive(Debug, Clone, PartialEq)]
pub enum FacetCounts {
    /// Of numbers.
    Numbers {
        /// Where the bins lie.
        bins: Bins,
        /// All frames.
        total: Histogram,
        /// The frames that match everything but the facet's own condition.
        front: Histogram,
    },
    /// Of words, truth values, recordings and the like.
    Category(Vec<CategoryCount>),
    /// Of label classes.
    Classes {
        /// One for each class.
        classes: Vec<ClassCount>,
        /// Frames without a label: all, matching.
        bare: [usize; 2],
    },
    /// Of numbers of labels: frames that match with none, with one, with two, …
    Labels(Vec<u64>),
}

/// One code for each row.
#[derive(Debug)]
pub(super) enum Codes {
    Narrow(Vec<u8>),
    Wide(Vec<u16>),
}

/// Codes, and how many rows have each.
#[derive(Debug)]
pub(super) struct Lane {
    pub codes: Codes,
    pub totals: Vec<u64>,
}

/// What the codes stand for.
#[derive(Debug)]
pub(super) enum Shape {
    Numbers {
        column: Arc<Column>,
        bins: Bins,
        total: Histogram,
    },
    /// One value for each footage, which needs no codes.
    Footages {
        values: Vec<Option<String>>,
        /// The place among the values, by footage.
        places: Vec<usize>,
    },
    Words(Vec<Option<String>>),
    /// One lane for each class whose codes are the counts, and one that tells frames without labels by a zero.
    Classes(Vec<String>),
    /// The codes are the counts.
    Labels(Arc<Vec<u32>>),
}

/// A facet ready to be counted.
#[derive(Debug)]
pub struct Coded {
    key: FacetKey,
    rows: usize,
    pub(super) shape: Shape,
    /// None when the facet is counted from its columns instead.
    pub(super) lanes: Option<Vec<Lane>>,
}

/// Most labels of a frame that are told apart in counts by number.
const MOST_COUNTED: u32 = 1 << 16;

impl Coded {
    /// Reads the columns of a facet and codes them in at most `most` bins, as long as that takes at most `most_bytes`;
    /// a facet that takes more is counted from its columns each time.
    ///
    /// # Errors
    /// When the facet is unknown, or its columns cannot be read.
    pub fn new(
        columns: &dyn FrameColumns,
        key: &FacetKey,
        most: usize,
        most_bytes: usize,
    ) -> Result<Self, FilterError> {
        let fits = |lanes: usize| lanes.saturating_mul(columns.rows()) <= most_bytes;
        let (shape, lanes) = match key {
            FacetKey::Numbers(metric) => {
                let column = columns.metric(metric).map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
                aligned(column.len(), metric, columns)?;
                numbers(column, most, fits(1))
            }
            FacetKey::Category(name) => category(columns, name, fits(1))?,
            FacetKey::Classes => {
                let classes = columns.classes().to_vec();
                let lanes = if fits(classes.len() + 1) { class_lanes(columns)? } else { None };
                (Shape::Classes(classes), lanes)
            }
            FacetKey::Labels(class) => {
                let counts = match class {
                    Some(class) => columns.class_count(class),
                    None => columns.label_count(),
                };
                let counts = counts.map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
                aligned(counts.len(), class.as_deref().unwrap_or("labels"), columns)?;
                let most = counts.par_iter().copied().max().unwrap_or(0) as usize;
                let coded = fits(if most < 1 << 8 { 1 } else { 2 }) && most < MOST_SLOTS;
                let lanes = coded.then(|| vec![lane(counts.len(), most + 1, |row| counts[row] as usize)]);
                (Shape::Labels(counts), lanes)
            }
        };
        Ok(Self { key: key.clone(), rows: columns.rows(), shape, lanes })
    }

    /// The facet.
    #[must_use]
    pub fn key(&self) -> &FacetKey {
        &self.key
    }

    /// Number of rows of the table that it was read from.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether it is counted from its columns each time, although codes would do.
    pub(super) fn is_plain(&self) -> bool {
        self.lanes.is_none() && !matches!(self.shape, Shape::Footages { .. })
    }

    /// The same, to be counted from its columns each time.
    pub(super) fn without_codes(self) -> Self {
        Self { lanes: None, ..self }
    }

    /// Bytes of the codes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let bytes = |lane: &Lane| match &lane.codes {
            Codes::Narrow(codes) => codes.len(),
            Codes::Wide(codes) => codes.len() * 2,
        };
        self.lanes.iter().flatten().map(bytes).sum()
    }

    /// The counts, from the rows of each code that match.
    pub(super) fn counts(&self, slots: &[Vec<u64>]) -> FacetCounts {
        let lanes = self.lanes.as_deref().unwrap_or_default();
        match &self.shape {
            Shape::Numbers { bins, total, .. } => FacetCounts::Numbers {
                bins: *bins,
                total: total.clone(),
                front: bins.of_slots(slots.first().map_or(&[][..], Vec::as_slice)),
            },
            Shape::Footages { values, .. } | Shape::Words(values) => {
                let totals = lanes.first().map_or(&[][..], |lane| &lane.totals);
                let matching = slots.first().map_or(&[][..], Vec::as_slice);
                let at = |counts: &[u64], place: usize| size(counts.get(place).copied().unwrap_or(0));
                let count = |(place, value): (usize, &Option<String>)| CategoryCount {
                    value: value.clone(),
                    frames: at(totals, place),
                    matching: at(matching, place),
                };
                FacetCounts::Category(values.iter().enumerate().map(count).collect())
            }
            Shape::Classes(classes) => {
                let count = |((class, lane), slots): ((&String, &Lane), &Vec<u64>)| ClassCount {
                    class: class.clone(),
                    frames: size(lane.totals.iter().skip(1).sum()),
                    matching: size(slots.iter().skip(1).sum()),
                    labels: (0..).zip(slots).map(|(labels, rows): (u64, _)| labels * rows).sum(),
                };
                let bare = |slots: Option<&Vec<u64>>| size(slots.and_then(|slots| slots.first()).copied().unwrap_or(0));
                FacetCounts::Classes {
                    classes: classes.iter().zip(lanes).zip(slots).map(count).collect(),
                    bare: [bare(lanes.last().map(|lane| &lane.totals)), bare(slots.last())],
                }
            }
            Shape::Labels(_) => FacetCounts::Labels(slots.first().cloned().unwrap_or_default()),
        }
    }

    /// The counts, from the rows that match in each footage, of a facet that has one value for each footage.
    pub(super) fn footage_counts(&self, footages: &[FootageRows], matching: &[usize]) -> Option<FacetCounts> {
        let Shape::Footages { values, places } = &self.shape else { return None };
        let mut counts: Vec<CategoryCount> =
            values.iter().map(|value| CategoryCount { value: value.clone(), frames: 0, matching: 0 }).collect();
        for ((footage, matching), place) in footages.iter().zip(matching).zip(places) {
            counts[*place].frames += footage.rows;
            counts[*place].matching += matching;
        }
        Some(FacetCounts::Category(counts))
    }

    /// The counts, from the columns.
    ///
    /// # Errors
    /// When a column cannot be read.
    pub(super) fn plain_counts(&self, columns: &dyn FrameColumns, set: &FrameSet) -> Result<FacetCounts, FilterError> {
        Ok(match (&self.shape, &self.key) {
            (Shape::Numbers { column, bins, total }, _) => FacetCounts::Numbers {
                bins: *bins,
                total: total.clone(),
                front: bins.histogram(NumberColumn::Metric(column), Some(set)),
            },
            (Shape::Labels(counts), _) => {
                // A count beyond this stands with the last: it comes from a file and must not decide what memory is asked for.
                let most = counts.par_iter().copied().max().unwrap_or(0).min(MOST_COUNTED) as usize;
                let mut frames = vec![0; most + 1];
                let told = set.iter().filter_map(|row| counts.get(row));
                told.for_each(|count| frames[(*count as usize).min(most)] += 1);
                FacetCounts::Labels(frames)
            }
            (_, FacetKey::Category(name)) => FacetCounts::Category(category_counts(columns, name, Some(set))?),
            _ => {
                let counts = columns.label_count().map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
                let bare = |row: &usize| counts.get(*row) == Some(&0);
                FacetCounts::Classes {
                    classes: class_counts(columns, Some(set))?,
                    bare: [(0..counts.len()).filter(bare).count(), set.iter().filter(bare).count()],
                }
            }
        })
    }
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn aligned(values: usize, name: &str, columns: &dyn FrameColumns) -> Result<(), FilterError> {
    if values == columns.rows() {
        return Ok(());
    }
    let message = format!("`{name}` has {values} values for {} frames", columns.rows());
    Err(FilterError::new(0..0, message).hint("index the lake again").of_lake())
}

fn numbers(column: Arc<Column>, most: usize, fits: bool) -> (Shape, Option<Vec<Lane>>) {
    let values = NumberColumn::Metric(&column);
    let bins = Bins::over(values, most);
    if !fits || bins.count > MOST_BINS {
        let total = bins.histogram(values, None);
        return (Shape::Numbers { column, bins, total }, None);
    }
    let codes = bins.codes(values);
    let totals = totals(&codes, bins.slots());
    let total = bins.of_slots(&totals);
    (Shape::Numbers { column, bins, total }, Some(vec![Lane { codes: Codes::Narrow(codes), totals }]))
}

fn category(columns: &dyn FrameColumns, name: &str, fits: bool) -> Result<(Shape, Option<Vec<Lane>>), FilterError> {
    let of_footages = |value: &dyn Fn(usize, &FootageRows) -> Option<String>| {
        let of_each: Vec<Option<String>> =
            columns.footages().iter().enumerate().map(|(index, footage)| value(index, footage)).collect();
        let (values, places) = in_order(&of_each);
        Ok((Shape::Footages { values, places }, None))
    };
    match Names::new(columns).resolve(name) {
        Some(Referent::Recording) => of_footages(&|_, footage| Some(footage.recording.clone())),
        Some(Referent::Camera) => of_footages(&|_, footage| Some(footage.camera.clone())),
        Some(Referent::Store) => of_footages(&|index, _| columns.store(index).map(str::to_owned)),
        Some(Referent::Attribute(key)) => of_footages(&|_, footage| footage.attributes.get(&key).cloned()),
        Some(Referent::Marked(mark)) if fits => {
            let mut marked = vec![0; columns.rows()];
            for rows in columns.marked(mark) {
                marked.get_mut(rows).unwrap_or_default().fill(1);
            }
            Ok(words(&Column::Bool(marked)))
        }
        Some(Referent::Metric { name: metric, kind: MetricKind::Bool | MetricKind::Text, .. }) if fits => {
            let column = columns.metric(&metric).map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
            aligned(column.len(), &metric, columns)?;
            Ok(words(&column))
        }
        Some(Referent::Marked(_) | Referent::Metric { kind: MetricKind::Bool | MetricKind::Text, .. }) => {
            Ok((Shape::Words(Vec::new()), None))
        }
        // The plain count says what is wrong with the name.
        _ => category_counts(columns, name, None).map(|_| (Shape::Words(Vec::new()), None)),
    }
}

/// The values in natural order, each once, those that are missing last; and the place of each given one.
fn in_order(given: &[Option<String>]) -> (Vec<Option<String>>, Vec<usize>) {
    let mut values = given.to_vec();
    values.sort_by(|a, b| natural(a.as_deref(), b.as_deref()));
    values.dedup();
    let place: HashMap<&Option<String>, usize> = values.iter().enumerate().map(|(at, value)| (value, at)).collect();
    let places = given.iter().map(|value| place.get(value).copied().unwrap_or(0)).collect();
    (values, places)
}

fn natural(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => alphanumeric_sort::compare_str(a, b).then_with(|| a.cmp(b)),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    }
}

/// Gives the slot of a row among the values of its column.
type Slot<'a> = Box<dyn Fn(usize) -> usize + Sync + 'a>;

/// Words and truth values that some frame has.
fn words(column: &Column) -> (Shape, Option<Vec<Lane>>) {
    let none = (Shape::Words(Vec::new()), None);
    let (given, slot): (Vec<Option<String>>, Slot<'_>) = match column {
        Column::Text { codes, words } => {
            let given = words.iter().cloned().map(Some).chain([None]).collect();
            let slot = |row: usize| match codes[row] {
                NULL_WORD => words.len(),
                code => (code as usize).min(words.len()),
            };
            (given, Box::new(slot))
        }
        Column::Bool(flags) => {
            let given = vec![Some("false".to_owned()), Some("true".to_owned()), None];
            (given, Box::new(|row: usize| usize::from(flags[row]).min(2)))
        }
        Column::Float(_) | Column::Int { .. } => return none,
    };
    let mut used = vec![false; given.len()];
    (0..column.len()).for_each(|row| used[slot(row)] = true);
    let given: Vec<Option<String>> =
        given.into_iter().zip(&used).filter(|(_, used)| **used).map(|(value, _)| value).collect();
    let (values, places) = in_order(&given);
    if values.len() > MOST_SLOTS {
        return none;
    }
    let mut place_of = vec![0; used.len()];
    for (slot, place) in (0..used.len()).filter(|slot| used[*slot]).zip(places) {
        place_of[slot] = place;
    }
    let lane = lane(column.len(), values.len(), |row| place_of[slot(row)]);
    (Shape::Words(values), Some(vec![lane]))
}

/// One lane for each class and one for the frames without labels; none when a frame has more labels than codes can say.
fn class_lanes(columns: &dyn FrameColumns) -> Result<Option<Vec<Lane>>, FilterError> {
    let mut lanes = Vec::with_capacity(columns.classes().len() + 1);
    for class in columns.classes() {
        let counts = columns.class_count(class).map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
        aligned(counts.len(), class, columns)?;
        let most = counts.par_iter().copied().max().unwrap_or(0) as usize;
        if most >= MOST_SLOTS {
            return Ok(None);
        }
        lanes.push(lane(counts.len(), most + 1, |row| counts[row] as usize));
    }
    let counts = columns.label_count().map_err(|cause| FilterError::new(0..0, cause).of_lake())?;
    aligned(counts.len(), "labels", columns)?;
    lanes.push(lane(counts.len(), 2, |row| usize::from(counts[row] > 0)));
    Ok(Some(lanes))
}

/// The lane of these codes, all below `slots`, which is at most [`MOST_SLOTS`].
#[expect(clippy::cast_possible_truncation, reason = "codes are below the number of slots, which the type holds")]
fn lane(rows: usize, slots: usize, code: impl Fn(usize) -> usize + Sync) -> Lane {
    if slots <= 1 << 8 {
        let codes = coded(rows, |row| code(row) as u8);
        Lane { totals: totals(&codes, slots), codes: Codes::Narrow(codes) }
    } else {
        let codes = coded(rows, |row| code(row) as u16);
        Lane { totals: totals(&codes, slots), codes: Codes::Wide(codes) }
    }
}

fn coded<C: Copy + Default + Send>(rows: usize, code: impl Fn(usize) -> C + Sync) -> Vec<C> {
    let mut codes = vec![C::default(); rows];
    codes.par_chunks_mut(TASK_ROWS).enumerate().for_each(|(task, codes)| {
        let rows = task * TASK_ROWS..;
        codes.iter_mut().zip(rows).for_each(|(out, row)| *out = code(row));
    });
    codes
}

fn totals<C: Copy + Into<usize> + Sync>(codes: &[C], slots: usize) -> Vec<u64> {
    let count = |codes: &[C]| {
        let mut totals = vec![0_u64; slots];
        for code in codes {
            totals[(*code).into()] += 1;
        }
        totals
    };
    let join = |mut a: Vec<u64>, b: Vec<u64>| {
        a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
        a
    };
    codes.par_chunks(TASK_ROWS * 4).map(count).reduce(|| vec![0; slots], join)
}
