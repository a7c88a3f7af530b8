//! The answer as a table: group keys first, then what is told of each metric, then what was kept.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{Serialize, Serializer};

use super::{
    Over, StatsRequest, Weight,
    behind::{self, Behind, Within},
    plan::{Plan, PlannedMetric},
};
use crate::{
    analytics::stats::{
        Aggregate, Answer, Cell as Found, GroupKey, Keep, KeyValue, Pairs, Reading, Top, WEEKDAYS, calendar::day_text,
    },
    export::{self, Cell, CellType},
    model::{MetricKind, format_ns},
    session::SessionError,
};

/// One value of a table of statistics.
#[derive(Debug, Clone, PartialEq)]
pub enum StatValue {
    /// None.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A time, ns UTC.
    Time(i64),
}

impl StatValue {
    /// The value on its way out.
    #[must_use]
    pub fn cell(&self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Text(Cow::Owned(text.clone())),
            Self::Int(value) => Cell::Int(*value),
            Self::Float(value) => Cell::Float(*value),
            Self::Bool(value) => Cell::Bool(*value),
            Self::Time(ns) => Cell::Time(*ns),
        }
    }

    /// The value as a number, for charts; times are ns UTC.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a chart needs no more than a double")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) | Self::Time(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Null | Self::Text(_) => None,
        }
    }

    fn float(value: Option<f64>) -> Self {
        value.map_or(Self::Null, Self::Float)
    }

    fn count(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn of_cell(cell: &Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Text(text) => Self::Text(text.clone().into_owned()),
            Cell::Int(value) => Self::Int(*value),
            Cell::Float(value) => Self::Float(*value),
            Cell::Bool(value) => Self::Bool(*value),
            Cell::Time(ns) => Self::Time(*ns),
        }
    }
}

impl Serialize for StatValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Time(ns) => serializer.serialize_str(&format_ns(*ns)),
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnRole {
    /// Values of a group key.
    Key(GroupKey),
    /// What is told of a metric.
    Statistic {
        /// The metric.
        metric: String,
        /// What is told.
        aggregate: Aggregate,
    },
    /// An extreme that was kept: its place in the group, its value or its time.
    Kept,
    /// A column of the frame nearest to the extreme.
    Frame,
    /// A part of a shape: an edge, a quartile, a point, how many.
    Shape,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct StatColumn {
    /// Its name: that of the key, `<metric>_<aggregate>`, or that of a column of frames.
    pub name: String,
    /// The unit of its values, when known.
    pub unit: Option<String>,
    /// What it holds.
    pub role: ColumnRole,
    /// What its values are where there are some.
    pub kind: CellType,
    /// A value for each row.
    pub values: Vec<StatValue>,
}

/// Statistics by group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsTable {
    /// What was asked.
    pub request: StatsRequest,
    pub(super) units: BTreeMap<String, String>,
    pub(super) generation: u64,
    /// The columns.
    pub columns: Vec<StatColumn>,
    /// Number of rows: groups, or what was kept of them.
    pub rows: usize,
    /// The group of each row: a value for each key of the request.
    pub groups: Vec<Arc<[KeyValue]>>,
    /// What a person should know of the numbers.
    pub notes: Vec<String>,
    /// Readings that were looked at, those without a value among them.
    pub read: u64,
    /// How often they were read.
    pub looks: u32,
    /// Seconds it took.
    pub seconds: f64,
    pub(super) filters: Vec<Option<String>>,
    /// The ranges that the values of each row lie in, beside its group; empty where rows are groups.
    pub(super) within: Vec<Vec<Within>>,
    /// The frame nearest to what was kept, by row; empty when nothing was.
    pub(super) frames: Vec<Option<usize>>,
}

impl StatsTable {
    /// A table of columns that are known already, a group for each row.
    #[must_use]
    pub fn of_columns(request: StatsRequest, columns: Vec<StatColumn>, groups: Vec<Arc<[KeyValue]>>) -> Self {
        Self {
            units: BTreeMap::new(),
            generation: 0,
            request,
            columns,
            rows: groups.len(),
            filters: vec![None; groups.len()],
            groups,
            notes: Vec::new(),
            read: 0,
            looks: 0,
            seconds: 0.0,
            within: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// The generation of the index that its frames are of.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The frames of the rows that were kept.
    #[must_use]
    pub fn kept_frames(&self) -> Vec<usize> {
        self.frames.iter().flatten().copied().collect()
    }

    /// The unit of a metric that was asked for, when known.
    #[must_use]
    pub fn unit_of(&self, metric: &str) -> Option<&str> {
        self.units.get(metric).map(String::as_str)
    }

    /// The column of a name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&StatColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The filter whose matches are the frames behind a row; `None` where no filter can say it, as with selections and hours
    /// of the day: [`crate::session::Session::stats_frames`] gives them all the same.
    #[must_use]
    pub fn filter_of(&self, row: usize) -> Option<&str> {
        self.filters.get(row)?.as_deref()
    }
}

/// What readings stand for beside their numbers.
pub(super) struct Names<'a> {
    pub(super) words: &'a [Vec<String>],
    pub(super) recordings: Vec<&'a str>,
}

/// Puts the table together.
pub(super) fn build(
    plan: &Plan<'_>,
    request: &StatsRequest,
    found: &Answer,
    names: &Names<'_>,
) -> Result<StatsTable, SessionError> {
    let mut groups: Vec<(usize, Arc<[KeyValue]>)> = plan.groups.keys().into_iter().enumerate().collect();
    groups.sort_by(|a, b| a.1.cmp(&b.1));
    let kept: Vec<(usize, Option<Reading>)> = if request.keep.is_none() {
        groups.iter().map(|(group, _)| (*group, None)).collect()
    } else {
        let of = |(group, _): &(usize, _)| {
            let readings = found.tops.get(*group).map_or(&[][..], Top::readings);
            let some: Vec<_> = readings.iter().map(|reading| (*group, Some(*reading))).collect();
            // A group without a value keeps its row.
            if some.is_empty() { vec![(*group, None)] } else { some }
        };
        groups.iter().flat_map(of).collect()
    };
    let keys: Vec<Arc<[KeyValue]>> = plan.groups.keys();
    let row_groups: Vec<Arc<[KeyValue]>> = kept.iter().map(|(group, _)| Arc::clone(&keys[*group])).collect();
    let mut columns = key_columns(plan, &row_groups);
    for (place, metric) in plan.metrics.iter().take(plan.shown).enumerate() {
        let (mut pair, mut share) = (0, 0);
        for aggregate in &plan.aggregates {
            let values = kept
                .iter()
                .map(|(group, _)| {
                    let cell = found.cells.get(*group).and_then(|cells| cells.get(place)).cloned().unwrap_or_default();
                    statistic(plan, metric, aggregate, &cell, (pair, share), names.words.get(place))
                })
                .collect();
            pair += usize::from(matches!(aggregate, Aggregate::Correlation(_)));
            share += usize::from(aggregate.share().is_some());
            columns.push(StatColumn {
                name: format!("{}_{}", metric.name, aggregate.column()),
                unit: if has_unit(aggregate) { metric.unit.clone() } else { None },
                role: ColumnRole::Statistic { metric: metric.name.clone(), aggregate: aggregate.clone() },
                kind: statistic_type(metric, aggregate),
                values,
            });
        }
    }
    let mut frames = Vec::new();
    if let Some(keep) = &request.keep {
        frames = kept_frames(plan, &kept, &row_groups, names)?;
        for column in kept_columns(plan, keep, &kept, &frames)? {
            // The recording of the frame is that of the group, where the group has one.
            if !columns.iter().any(|known| known.name == column.name) {
                columns.push(column);
            }
        }
    }
    let filters = row_groups.iter().map(|group| behind::filter_of(plan, group, &[])).collect();
    Ok(StatsTable {
        units: units(plan),
        generation: plan.table.generation(),
        notes: notes(plan, found.looks),
        request: request.clone(),
        columns,
        rows: kept.len(),
        groups: row_groups,
        read: found.read,
        looks: found.looks,
        seconds: 0.0,
        filters,
        within: Vec::new(),
        frames,
    })
}

/// The units of the metrics, where known.
pub(super) fn units(plan: &Plan<'_>) -> BTreeMap<String, String> {
    plan.metrics.iter().filter_map(|metric| Some((metric.name.clone(), metric.unit.clone()?))).collect()
}

/// A column for each key, with the values of these groups.
pub(super) fn key_columns(plan: &Plan<'_>, groups: &[Arc<[KeyValue]>]) -> Vec<StatColumn> {
    let column = |(at, key): (usize, &GroupKey)| {
        let unit = match key {
            GroupKey::Bins { metric, .. } => plan.table_metric(metric).and_then(|metric| metric.unit.clone()),
            _ => None,
        };
        StatColumn {
            name: key.to_string(),
            unit,
            role: ColumnRole::Key(key.clone()),
            kind: key_type(key),
            values: groups.iter().map(|group| key_value(&group[at])).collect(),
        }
    };
    plan.by.iter().enumerate().map(column).collect()
}

fn key_value(key: &KeyValue) -> StatValue {
    match key {
        KeyValue::Text(text) => StatValue::Text(text.to_string()),
        KeyValue::Number(value) => StatValue::Float(*value),
        KeyValue::Int(value) => StatValue::Int(*value),
        KeyValue::Time(ns) => StatValue::Time(*ns),
        KeyValue::Day(day) => StatValue::Text(day_text(*day)),
        KeyValue::Weekday(day) => StatValue::Text(WEEKDAYS[usize::from(*day) % 7].to_owned()),
        KeyValue::Null => StatValue::Null,
    }
}

fn key_type(key: &GroupKey) -> CellType {
    match key {
        GroupKey::Hour => CellType::Time,
        GroupKey::HourOfDay => CellType::Int,
        GroupKey::Bins { .. } => CellType::Float,
        _ => CellType::Text,
    }
}

/// A value of a metric as its kind has it.
fn own_value(metric: &PlannedMetric, value: Option<f64>, words: Option<&Vec<String>>) -> StatValue {
    let Some(value) = value else { return StatValue::Null };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers and places of words that were doubles meanwhile"
    )]
    match metric.kind {
        MetricKind::Int if value.fract() == 0.0 => StatValue::Int(value as i64),
        MetricKind::Float | MetricKind::Int => StatValue::Float(value),
        MetricKind::Bool => StatValue::Bool(value != 0.0),
        MetricKind::Text => {
            let word = words.and_then(|words| words.get(value as usize));
            word.map_or(StatValue::Null, |word| StatValue::Text(word.clone()))
        }
    }
}

fn statistic(
    plan: &Plan<'_>,
    metric: &PlannedMetric,
    aggregate: &Aggregate,
    cell: &Found,
    (pair, share): (usize, usize),
    words: Option<&Vec<String>>,
) -> StatValue {
    if metric.kind == MetricKind::Text && !aggregate.is_of_words() {
        return StatValue::Null;
    }
    let moments = &cell.moments;
    let weighted = plan.weight == Weight::Time;
    let extreme = |value: Option<f64>| match metric.kind {
        // The smallest of truth values is a number, as their mean is.
        MetricKind::Bool => StatValue::float(value),
        _ => own_value(metric, value, words),
    };
    match aggregate {
        Aggregate::Count => StatValue::count(moments.count),
        Aggregate::Missing => StatValue::count(moments.missing),
        Aggregate::Nan => StatValue::count(moments.nan),
        Aggregate::Mean => StatValue::float(if weighted { cell.weighted.mean() } else { moments.mean() }),
        Aggregate::Std => StatValue::float(if weighted { cell.weighted.std() } else { moments.std() }),
        Aggregate::Min => extreme(moments.min()),
        Aggregate::Max => extreme(moments.max()),
        Aggregate::Sum => StatValue::Float(moments.sum()),
        Aggregate::Quantile { .. } | Aggregate::Median => {
            StatValue::float(cell.quantiles.get(share).copied().flatten())
        }
        Aggregate::Mode => own_value(metric, cell.occurrences.mode.map(|(value, _)| value), words),
        Aggregate::First => own_value(metric, cell.ends.first.map(|one| one.value), words),
        Aggregate::Last => own_value(metric, cell.ends.last.map(|one| one.value), words),
        Aggregate::Distinct => StatValue::count(cell.occurrences.distinct),
        Aggregate::Correlation(_) => StatValue::float(cell.pairs.get(pair).and_then(Pairs::correlation)),
    }
}

fn statistic_type(metric: &PlannedMetric, aggregate: &Aggregate) -> CellType {
    let own = match metric.kind {
        MetricKind::Float => CellType::Float,
        MetricKind::Int => CellType::Int,
        MetricKind::Bool => CellType::Bool,
        MetricKind::Text => CellType::Text,
    };
    match aggregate {
        Aggregate::Count | Aggregate::Missing | Aggregate::Nan | Aggregate::Distinct => CellType::Int,
        Aggregate::First | Aggregate::Last | Aggregate::Mode => own,
        Aggregate::Min | Aggregate::Max if metric.kind == MetricKind::Int => own,
        _ => CellType::Float,
    }
}

fn has_unit(aggregate: &Aggregate) -> bool {
    let counts = matches!(aggregate, Aggregate::Count | Aggregate::Missing | Aggregate::Nan | Aggregate::Distinct);
    !counts && !matches!(aggregate, Aggregate::Correlation(_))
}

/// The columns of what was kept: place, value, time, and the whole row of the nearest frame.
fn kept_columns(
    plan: &Plan<'_>,
    keep: &Keep,
    kept: &[(usize, Option<Reading>)],
    rows: &[Option<usize>],
) -> Result<Vec<StatColumn>, SessionError> {
    let metric = plan.table_metric(&keep.metric).cloned();
    let planned = plan.metrics.iter().find(|one| metric.as_ref().is_some_and(|metric| metric.name == one.name));
    let word = match (keep.lowest, keep.number) {
        (true, _) => "min",
        (false, 1) => "max",
        _ => "top",
    };
    let name = metric.as_ref().map_or(&keep.metric, |metric| &metric.name);
    let column = |name: String, kind, values| StatColumn { name, unit: None, role: ColumnRole::Kept, kind, values };
    let mut columns = Vec::new();
    if keep.number > 1 {
        let mut rank = 0;
        let ranks = kept.iter().enumerate().map(|(at, (group, reading))| {
            rank = if at > 0 && kept[at - 1].0 == *group { rank + 1 } else { 1 };
            reading.map_or(StatValue::Null, |_| StatValue::Int(rank))
        });
        columns.push(column("rank".to_owned(), CellType::Int, ranks.collect()));
    }
    let value = |reading: &Option<Reading>| {
        let value = reading.map(|reading| reading.value);
        planned.map_or(StatValue::Null, |planned| match planned.kind {
            MetricKind::Bool => StatValue::float(value),
            _ => own_value(planned, value, None),
        })
    };
    let kind =
        if planned.is_some_and(|planned| planned.kind == MetricKind::Int) { CellType::Int } else { CellType::Float };
    let mut values = column(format!("{name}_{word}"), kind, kept.iter().map(|(_, reading)| value(reading)).collect());
    values.unit = metric.as_ref().and_then(|metric| metric.unit.clone());
    columns.push(values);
    let times =
        kept.iter().map(|(_, reading)| reading.map_or(StatValue::Null, |reading| StatValue::Time(reading.time_ns)));
    columns.push(column(format!("{name}_{word}_time"), CellType::Time, times.collect()));
    for out in export::frame_columns(plan.table, None)? {
        let cell = |row: &Option<usize>| row.map_or(StatValue::Null, |row| StatValue::of_cell(&out.cell(row)));
        columns.push(StatColumn {
            name: out.name.clone(),
            unit: None,
            role: ColumnRole::Frame,
            kind: out.cell_type(),
            values: rows.iter().map(cell).collect(),
        });
    }
    Ok(columns)
}

/// The frame nearest to each reading that was kept.
fn kept_frames(
    plan: &Plan<'_>,
    kept: &[(usize, Option<Reading>)],
    groups: &[Arc<[KeyValue]>],
    names: &Names<'_>,
) -> Result<Vec<Option<usize>>, SessionError> {
    let behind = Behind::new(plan)?;
    let nearest = |((_, reading), group): (&(usize, Option<Reading>), &Arc<[KeyValue]>)| {
        let reading = reading.as_ref()?;
        match reading.row {
            Some(row) => Some(row as usize),
            None => behind.nearest(group, names.recordings.get(reading.recording as usize)?, reading.time_ns),
        }
    };
    Ok(kept.iter().zip(groups).map(nearest).collect())
}

/// What a person should know of the numbers, which took so many looks.
pub(super) fn notes(plan: &Plan<'_>, looks: u32) -> Vec<String> {
    let mut notes = Vec::new();
    for key in plan.by.iter().filter(|key| key.counts_in_each()) {
        let what = match key {
            GroupKey::Label => "classes",
            GroupKey::Tag => "tags",
            _ => "selections",
        };
        notes.push(format!("a frame with several {what} counts in the group of each"));
    }
    if plan.over == Over::Samples && (!plan.everything || !plan.members.is_empty()) {
        notes.push(
            "readings count from each matching frame to the next; those outside of any such stretch are in no group"
                .to_owned(),
        );
    }
    let words = plan.metrics.iter().take(plan.shown).filter(|metric| metric.kind == MetricKind::Text);
    if plan.aggregates.iter().any(|aggregate| !aggregate.is_of_words()) {
        notes.extend(words.map(|metric| format!("`{}` holds words, which have no mean and no order", metric.name)));
    }
    if plan.gone > 0 {
        notes.push(format!("{} frames of the selection are no longer in the lake", plan.gone));
    }
    if looks > 1 {
        notes.push(format!("the samples were read {looks} times, so that quantiles and counts stay exact"));
    }
    notes
}
