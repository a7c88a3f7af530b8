//! Histograms, boxes, quantiles and the usual numbers of metrics at frames, at the pace of a brush.
//!
//! What a table of statistics holds does not depend on how it was found: the plan, the groups and the table are those of
//! every other question, only the values are not read anew.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use rayon::prelude::*;

use super::{
    Over, Shape, StatsRequest, StatsTable, Weight,
    frames::frame_numbers,
    plan::{Plan, shared},
    shape::{Found, floor_of, suited},
    table::Names,
};
use crate::{
    analytics::stats::{
        Aggregate, Answer, Cell, GroupKey, KeyValue, Matches, Moments, Occurrences, RankedColumn,
        shape::{Bars, Whiskers, fences},
    },
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet},
    jobs::Progress,
    model::{Column, MetricKind, NULL_FLOAT},
    session::{Session, SessionError},
};

/// Memory for columns in order.
const MOST_BYTES: usize = 1 << 30;
/// Groups that are told apart; each has the rows of its own footages.
const MOST_GROUPS: usize = 64;
/// Rows whose values one task takes together.
const TASK_WORDS: usize = 1 << 10;

/// A metric, in order once someone asked for it.
#[derive(Debug)]
struct LiveColumn {
    name: String,
    ranked: OnceLock<Option<RankedColumn>>,
}

/// The metrics of numbers of a table. Each is put in order when it is asked for the first time, which takes a tenth of a
/// second for a million frames; from then on a new filter takes milliseconds.
pub struct LiveStatistics {
    table: Arc<FrameTable>,
    columns: Vec<LiveColumn>,
    bytes: AtomicUsize,
}

impl LiveStatistics {
    /// Of the metrics of a table, none of them in order yet.
    #[must_use]
    pub fn new(table: &Arc<FrameTable>) -> Self {
        let numbers = table.metrics().iter().filter(|metric| metric.kind != MetricKind::Text);
        let column = |name: &String| LiveColumn { name: name.clone(), ranked: OnceLock::new() };
        Self {
            table: Arc::clone(table),
            columns: numbers.map(|metric| column(&metric.name)).collect(),
            bytes: AtomicUsize::new(0),
        }
    }

    /// The table that it is of.
    #[must_use]
    pub fn table(&self) -> &Arc<FrameTable> {
        &self.table
    }

    /// Whether it answers such a question; all others read the values anew.
    #[must_use]
    pub fn fits(&self, request: &StatsRequest) -> bool {
        let whole = |key: &GroupKey| matches!(key, GroupKey::Recording | GroupKey::Camera | GroupKey::Attribute(_));
        let told = |aggregate: &Aggregate| {
            !matches!(aggregate, Aggregate::First | Aggregate::Last | Aggregate::Correlation(_))
        };
        let known = |name: &String| self.columns.iter().any(|column| column.name == *name);
        request.over == Over::Frames
            && request.weight == Weight::None
            && request.keep.is_none()
            && (request.shape.is_histogram() || matches!(request.shape, Shape::Table | Shape::Box))
            && request.by.iter().all(whole)
            && request.aggregates.iter().all(told)
            && request.metrics.iter().all(known)
    }

    /// A metric in order; `None` where there is no room for it.
    fn ranked(&self, name: &str, column: &Column) -> Option<&RankedColumn> {
        let own = self.columns.iter().find(|column| column.name == name)?;
        let rank = || {
            let wanted = RankedColumn::bytes_of(column.len());
            if self.bytes.fetch_add(wanted, Ordering::Relaxed).saturating_add(wanted) > MOST_BYTES {
                self.bytes.fetch_sub(wanted, Ordering::Relaxed);
                return None;
            }
            Some(RankedColumn::new(&frame_numbers(column)))
        };
        own.ranked.get_or_init(rank).as_ref()
    }

    /// What a plan asks, where it can be told from columns in order.
    pub(super) fn found(&self, plan: &Plan<'_>, shape: Shape) -> Result<Option<Found>, SessionError> {
        let Some(groups) = groups(plan) else { return Ok(None) };
        let read = |name: &str| plan.table.metric(name).map_err(SessionError::Failed);
        let columns: Vec<Arc<Column>> =
            plan.metrics.iter().map(|metric| read(&metric.name)).collect::<Result<_, _>>()?;
        let ranked: Option<Vec<&RankedColumn>> = plan
            .metrics
            .par_iter()
            .zip(&columns)
            .map(|(metric, column)| self.ranked(&metric.name, column))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let Some(ranked) = ranked else { return Ok(None) };
        let sets: Vec<FrameSet> = groups.into_par_iter().map(|footages| within(plan, &footages)).collect();
        let sets: &[FrameSet] = &sets;
        let each = |group: usize, metric: usize| (&sets[group], ranked[metric], &*columns[metric]);
        Ok(Some(match shape {
            shape if shape.is_histogram() => {
                let whole: Vec<Matches<'_>> = ranked.par_iter().map(|ranked| ranked.among(&plan.set)).collect();
                let bars: Vec<Option<Bars>> =
                    whole.iter().zip(&plan.metrics).map(|(all, metric)| bars_of(all, metric.kind, shape)).collect();
                let counts = |group: usize, metric: usize| {
                    let (set, ranked, _) = each(group, metric);
                    let Some(bars) = &bars[metric] else { return Vec::new() };
                    // A group that holds everything was counted already.
                    if set.count() == plan.set.count() {
                        whole[metric].bars(bars)
                    } else {
                        ranked.among(set).bars(bars)
                    }
                };
                let counts = by_cell((sets.len(), ranked.len()), counts);
                Found::Histograms(bars, counts)
            }
            _ => {
                let told = by_cell((sets.len(), ranked.len()), |group, metric| {
                    let (set, ranked, column) = each(group, metric);
                    cell(plan, metric, &ranked.among(set), moments(set, column))
                });
                let answer = Answer {
                    read: sets.iter().map(|set| set.count() as u64).sum::<u64>() * ranked.len() as u64,
                    looks: 1,
                    cells: told.iter().map(|cells| cells.iter().map(|(cell, _)| cell.clone()).collect()).collect(),
                    ..Answer::default()
                };
                if shape == Shape::Box {
                    let whiskers = told.iter().map(|cells| cells.iter().map(|(_, told)| *told).collect()).collect();
                    Found::Boxes(Box::new(answer), whiskers)
                } else {
                    Found::Answer(Box::new(answer))
                }
            }
        }))
    }
}

/// What is told of each metric of each group, on every core.
fn by_cell<T: Send>((groups, metrics): (usize, usize), work: impl Fn(usize, usize) -> T + Sync + Send) -> Vec<Vec<T>> {
    let all: Vec<T> =
        (0..groups * metrics).into_par_iter().map(|at| work(at / metrics.max(1), at % metrics.max(1))).collect();
    let mut all = all.into_iter();
    (0..groups).map(|_| all.by_ref().take(metrics).collect()).collect()
}

/// The footages of each group, numbered in the plan; `None` where there are too many groups.
fn groups(plan: &Plan<'_>) -> Option<Vec<Vec<usize>>> {
    if plan.set.count() == 0 {
        return Some(Vec::new());
    }
    if plan.by.is_empty() {
        return Some(vec![(0..plan.table.footages().len()).collect()]);
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    for (at, footage) in plan.table.footages().iter().enumerate() {
        if plan.set.count_in(footage.first_row, footage.first_row + footage.rows) == 0 {
            continue;
        }
        let value = |key: &GroupKey| match key {
            GroupKey::Recording => KeyValue::Text(shared(&footage.recording)),
            GroupKey::Camera => KeyValue::Text(shared(&footage.camera)),
            GroupKey::Attribute(name) => {
                footage.attributes.get(name).map_or(KeyValue::Null, |text| KeyValue::Text(shared(text)))
            }
            _ => KeyValue::Null,
        };
        let key: Vec<KeyValue> = plan.by.iter().map(value).collect();
        let number = plan.groups.number(&key) as usize;
        if number >= MOST_GROUPS {
            return None;
        }
        found.resize_with(found.len().max(number + 1), Vec::new);
        found[number].push(at);
    }
    Some(found)
}

/// The matching frames of some footages.
fn within(plan: &Plan<'_>, footages: &[usize]) -> FrameSet {
    if footages.len() == plan.table.footages().len() {
        return plan.set.clone();
    }
    let spans = footages.iter().filter_map(|at| plan.table.footages().get(*at));
    FrameSet::in_ranges(&plan.set, spans.map(|span| span.first_row..span.first_row + span.rows))
}

/// Where the bars of a histogram lie, of all groups together.
fn bars_of(all: &Matches<'_>, kind: MetricKind, shape: Shape) -> Option<Bars> {
    let quartiles = [0.25, 0.75].map(|share| all.quantile(share).unwrap_or_default());
    Some(suited(shape, kind, all.count, all.finite_ends(floor_of(shape))?, (quartiles[0], quartiles[1])))
}

/// What is told of a metric in a group, and the whiskers of its box.
fn cell(plan: &Plan<'_>, metric: usize, matches: &Matches<'_>, moments: Moments) -> (Cell, Whiskers) {
    let wanted = &plan.question.metrics[metric];
    let quantiles: Vec<Option<f64>> = wanted.shares.iter().map(|share| matches.quantile(*share)).collect();
    let occurrences = if wanted.occurrences { matches.occurrences() } else { Occurrences::default() };
    let fence = matches.quantile(0.25).zip(matches.quantile(0.75)).map(fences);
    let whiskers = fence.map(|fence| matches.whiskers(fence)).unwrap_or_default();
    (Cell::of(moments, quantiles, occurrences), whiskers)
}

/// Count, mean, spread and extremes of the matching values.
fn moments(set: &FrameSet, column: &Column) -> Moments {
    let words = set.bits().as_slice();
    let task = |(task, words): (usize, &[usize])| {
        let mut found = Moments::default();
        let mut values = Vec::with_capacity(64 * 64);
        for (at, word) in words.iter().enumerate() {
            let first = (task * TASK_WORDS + at) * 64;
            let mut word = *word;
            while word != 0 {
                let row = first + word.trailing_zeros() as usize;
                values.push(column.number(row).filter(|value| !value.is_nan()).unwrap_or(NULL_FLOAT));
                word &= word - 1;
            }
            if values.len() >= 63 * 64 {
                found.add(&values);
                values.clear();
            }
        }
        found.add(&values);
        found
    };
    let join = |mut a: Moments, b: Moments| {
        a.merge(&b);
        a
    };
    let parts: Vec<Moments> = words.par_chunks(TASK_WORDS).enumerate().map(task).collect();
    parts.into_iter().fold(Moments::default(), join)
}

impl Session {
    /// The same as [`Session::stats`] of each request, from columns in order where these can tell it: a new filter then takes
    /// milliseconds.
    ///
    /// # Errors
    /// As [`Session::stats`].
    pub fn stats_live(
        &self,
        live: &LiveStatistics,
        requests: &[StatsRequest],
        progress: &Progress,
    ) -> Result<Vec<StatsTable>, SessionError> {
        requests.par_iter().map(|request| self.stats_of(live.table(), request, Some(live), progress)).collect()
    }
}

/// The names of numbers: there are neither words nor readings.
pub(super) fn no_names() -> Names<'static> {
    Names { words: &[], recordings: Vec::new() }
}
