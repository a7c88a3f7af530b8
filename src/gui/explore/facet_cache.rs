//! What the facets count: worked out by workers for those on screen, kept until the filter changes.

use std::{collections::HashMap, sync::Arc};

use egui::Context;

use crate::{
    catalog::FrameTable,
    filter::{
        Filter, FrameColumns, FrameSet,
        edit::{self, Facet},
        facets::{CategoryCount, ClassCount, category_counts, class_counts},
        histogram::{Bins, Histogram, NumberColumn},
        metric_name,
    },
    gui::{fetch::Fetch, lake::Lake, view::View, work::Workers},
    jobs::Priority,
};

/// Bars of a histogram.
const BINS: usize = 64;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum FacetId {
    /// A metric of numbers.
    Numbers(String),
    /// Recording, camera, an attribute, or a metric of words or truth values, as a filter spells it.
    Category(String),
    /// Label classes.
    Classes,
    /// How many labels of one class there are on the frames.
    ClassNumbers(String),
}

/// The counts of one facet.
#[derive(Debug)]
pub(super) enum FacetData {
    /// Of numbers.
    Numbers { bins: Bins, total: Histogram, front: Histogram },
    /// Of words.
    Category(Vec<CategoryCount>),
    /// Of label classes, and of frames without labels: all, matching.
    Classes(Arc<Vec<ClassCount>>, [usize; 2]),
    /// Frames with one label of a class, with two, …; the last with so many or more.
    ClassNumbers(Vec<u64>),
}

type Key = (u64, String);

/// The facets that were on screen lately.
#[derive(Default)]
pub(super) struct FacetCache {
    facets: HashMap<FacetId, Fetch<Key, FacetData>>,
}

impl FacetCache {
    /// The newest counts of a facet, or why there are none; asks for them when `visible`.
    pub fn get(
        &mut self,
        id: &FacetId,
        visible: bool,
        lake: &Lake,
        workers: &Workers,
        ctx: &Context,
    ) -> (Option<&FacetData>, Option<&str>) {
        let fetch = self.facets.entry(id.clone()).or_default();
        fetch.poll();
        if visible && let Some(view) = &lake.view {
            let key = (view.key.generation, view.key.filter.clone());
            let (table, view, id) = (Arc::clone(lake.table()), Arc::clone(view), id.clone());
            fetch.request(key, &workers.ask, Priority::Background, ctx, move |_| count(&table, &view, &id));
        }
        (fetch.value(), fetch.error())
    }
}

fn count(table: &FrameTable, view: &View, id: &FacetId) -> Result<FacetData, String> {
    let owned;
    let facet = match id {
        FacetId::Numbers(metric) => {
            owned = metric_name(metric);
            Facet::Name(&owned)
        }
        FacetId::Category(name) => Facet::Name(name),
        FacetId::Classes => Facet::Name("labels"),
        FacetId::ClassNumbers(class) => Facet::Class(class),
    };
    let others = without_own(table, view, facet)?;
    let within = others.as_ref().unwrap_or(&view.set);
    match id {
        FacetId::Numbers(metric) => {
            let column = table.metric(metric)?;
            let numbers = NumberColumn::Metric(&column);
            let bins = Bins::over(numbers, BINS);
            let total = bins.histogram(numbers, None);
            let front = bins.histogram(numbers, Some(within));
            Ok(FacetData::Numbers { bins, total, front })
        }
        FacetId::Category(name) => {
            category_counts(table, name, Some(within)).map(FacetData::Category).map_err(|error| error.to_string())
        }
        FacetId::Classes => {
            let mut classes = class_counts(table, Some(&view.set)).map_err(|error| error.to_string())?;
            but_own(table, view, &mut classes)?;
            let counts = table.label_count()?;
            let bare = |row: &usize| counts.get(*row) == Some(&0);
            let all = (0..counts.len()).filter(bare).count();
            let matching = within.iter().filter(bare).count();
            Ok(FacetData::Classes(Arc::new(classes), [all, matching]))
        }
        FacetId::ClassNumbers(class) => {
            let counts = table.class_count(class)?;
            Ok(FacetData::ClassNumbers(numbers(&counts, within)))
        }
    }
}

/// A class that the filter asks for is counted as if it did not, so that each number is what a click would bring.
fn but_own(table: &FrameTable, view: &View, classes: &mut [ClassCount]) -> Result<(), String> {
    for class in classes {
        let name = class.class.clone();
        if let Some(others) = without_own(table, view, Facet::Class(&name))? {
            let counts = table.class_count(&name)?;
            let of_class = others.iter().filter_map(|row| counts.get(row)).filter(|count| **count > 0);
            (class.matching, class.labels) =
                of_class.fold((0, 0), |(frames, labels), count| (frames + 1, labels + u64::from(*count)));
        }
    }
    Ok(())
}

/// Most bars that tell how many labels of a class a frame has.
const NUMBERS: u32 = 24;

/// Frames with one, two, … labels.
fn numbers(counts: &[u32], within: &FrameSet) -> Vec<u64> {
    let most = counts.iter().copied().max().unwrap_or(0).min(NUMBERS);
    let mut frames = vec![0; most as usize];
    for row in within.iter() {
        let count = counts.get(row).copied().unwrap_or(0).min(most);
        if let Some(bar) = (count as usize).checked_sub(1).and_then(|place| frames.get_mut(place)) {
            *bar += 1;
        }
    }
    frames
}

/// The frames that fulfil everything but the facet's own condition; `None` when it has none.
fn without_own(table: &FrameTable, view: &View, facet: Facet<'_>) -> Result<Option<FrameSet>, String> {
    let told = |error: crate::filter::FilterError| error.to_string();
    let filter = Filter::parse(&view.key.filter).map_err(told)?;
    let Some(expr) = filter.expr() else { return Ok(None) };
    if !edit::conjuncts(expr).iter().any(|part| facet.owns(part)) {
        return Ok(None);
    }
    let rest = edit::without_own(expr, facet).map(|rest| rest.to_string()).unwrap_or_default();
    Filter::parse(&rest).and_then(|rest| rest.evaluate(table)).map(Some).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_by_their_number_of_labels() {
        let counts = [0, 1, 3, 1, 2, 0];
        assert_eq!(numbers(&counts, &FrameSet::all(6)), [2, 1, 1]);
        assert_eq!(numbers(&counts, &FrameSet::from_rows(6, [1, 2])), [1, 0, 1]);
        let many = [NUMBERS + 5, NUMBERS, 1];
        let bars = numbers(&many, &FrameSet::all(3));
        assert_eq!((bars.len(), bars[0], bars.last()), (NUMBERS as usize, 1, Some(&2)));
        assert!(numbers(&[0, 0], &FrameSet::all(2)).is_empty());
    }
}
