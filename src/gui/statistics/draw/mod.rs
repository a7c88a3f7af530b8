//! Charts of tables of statistics: what is drawn, and which row each mark stands for. To be called by a worker.

mod groups;
mod planes;
mod shapes;

use std::sync::Arc;

use super::StatChoice;
use crate::{
    analytics::stats::{Aggregate, KeyValue},
    gui::{
        charts::{Axis, Chart, Scale},
        widgets::text::{number, time_utc, unit_text},
    },
    session::{ChartKind, ColumnRole, StatColumn, StatValue, StatsTable},
};

/// A chart, and what its marks stand for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// The chart.
    pub chart: Chart,
    /// The kind it is of.
    pub kind: ChartKind,
    /// The table whose rows its marks are.
    pub table: Arc<StatsTable>,
    /// The metric whose range a brush along x sets.
    pub x: Option<String>,
    /// The metric whose range a brush along y sets.
    pub y: Option<String>,
    /// The row of the table that each point of each series is of.
    pub rows: Vec<Vec<usize>>,
    /// The two metrics that each cell of a correlation is of.
    pub pairs: Vec<(String, String)>,
    /// What a person should know of what is drawn.
    pub notes: Vec<String>,
}

/// Draws the numbers, or the shapes that were asked for them: none when there is nothing to draw.
#[must_use]
pub fn drawn(choice: &StatChoice, numbers: &Arc<StatsTable>, shapes: &[Arc<StatsTable>]) -> Vec<Drawn> {
    let of = |table: &Arc<StatsTable>, found: Vec<Drawn>| -> Vec<Drawn> {
        found.into_iter().map(|one| Drawn { kind: choice.chart, table: Arc::clone(table), ..one }).collect()
    };
    let one = |found: Option<Drawn>| found.into_iter().collect();
    let mut all: Vec<Drawn> = match (choice.chart, shapes) {
        (ChartKind::Bar, _) => of(numbers, one(groups::bars(choice, numbers))),
        (ChartKind::Line, _) => of(numbers, one(groups::line(choice, numbers))),
        (ChartKind::Heat, []) => of(numbers, one(planes::of_groups(choice, numbers))),
        (_, shapes) => {
            let draw = |table: &Arc<StatsTable>| {
                let found = match choice.chart {
                    ChartKind::Histogram => one(shapes::histogram(choice, table)),
                    ChartKind::Box => shapes::boxes(choice, table),
                    ChartKind::Scatter => one(planes::scatter(choice, table)),
                    ChartKind::Heat => one(planes::density(choice, table)),
                    ChartKind::Correlation => one(planes::correlation(table)),
                    ChartKind::Bar | ChartKind::Line => Vec::new(),
                };
                of(table, found)
            };
            shapes.iter().flat_map(draw).collect()
        }
    };
    for drawn in &mut all {
        let hidden = without_place(&drawn.chart);
        if hidden > 0 {
            let are = if hidden == 1 { "value is" } else { "values are" };
            drawn.notes.push(format!("{hidden} {are} not above 0 and have no place on a scale of logarithms"));
        }
    }
    share_axes(&mut all);
    all
}

/// Histograms of one unit have one range along x, so that they can be compared.
fn share_axes(all: &mut [Drawn]) {
    let ends = |drawn: &Drawn| drawn.chart.x_ends();
    let ranges: Vec<Option<(f64, f64)>> = all
        .iter()
        .map(|own| {
            let alike = all.iter().filter(|other| own.chart.x.unit.is_some() && other.chart.x.unit == own.chart.x.unit);
            alike.filter_map(ends).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        })
        .collect();
    let histograms = all.iter_mut().zip(ranges).filter(|(drawn, _)| drawn.kind == ChartKind::Histogram);
    histograms.for_each(|(drawn, range)| drawn.chart.x.range = range);
}

/// Values that a scale of logarithms has no place for. Empty bars of a histogram are no values.
fn without_place(chart: &Chart) -> usize {
    let log = [chart.x.scale == Scale::Log, chart.y.scale == Scale::Log && !chart.name.starts_with("Histogram")];
    let points = chart.series.iter().flat_map(|series| &series.points);
    points.filter(|point| (log[0] && point[0] <= 0.0) || (log[1] && point[1] <= 0.0)).count()
}

/// A value as people read it.
#[must_use]
pub fn told(value: &StatValue) -> String {
    match value {
        StatValue::Null => "none".to_owned(),
        StatValue::Text(text) => text.clone(),
        StatValue::Int(value) => value.to_string(),
        StatValue::Float(value) => number(*value),
        StatValue::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        StatValue::Time(ns) => {
            let text = time_utc(*ns);
            let text = text.strip_suffix(".000").unwrap_or(&text);
            text.strip_suffix(":00").unwrap_or(text).to_owned()
        }
    }
}

/// The columns of group keys.
fn keys(table: &StatsTable) -> Vec<&StatColumn> {
    table.columns.iter().filter(|column| matches!(column.role, ColumnRole::Key(_))).collect()
}

/// The columns that bars, lines and colours can show.
pub fn drawable(table: &StatsTable) -> impl Iterator<Item = &StatColumn> {
    let fits = |column: &&StatColumn| {
        let told = matches!(column.role, ColumnRole::Statistic { .. } | ColumnRole::Kept) && column.name != "rank";
        told && column
            .values
            .iter()
            .any(|value| matches!(value, StatValue::Int(_) | StatValue::Float(_) | StatValue::Bool(_)))
    };
    table.columns.iter().filter(fits)
}

/// The columns that are drawn: those that were chosen, else the mean, else the first one that is no count.
#[must_use]
pub fn chosen<'t>(choice: &StatChoice, table: &'t StatsTable) -> Vec<&'t StatColumn> {
    let wanted: Vec<&StatColumn> = drawable(table).filter(|column| choice.look.values.contains(&column.name)).collect();
    if !wanted.is_empty() {
        return wanted;
    }
    let has = |fits: fn(&Aggregate) -> bool| {
        drawable(table)
            .find(|column| matches!(&column.role, ColumnRole::Statistic { aggregate, .. } if fits(aggregate)))
    };
    let counts = |aggregate: &Aggregate| {
        matches!(aggregate, Aggregate::Count | Aggregate::Missing | Aggregate::Nan | Aggregate::Distinct)
    };
    let first = has(|aggregate| *aggregate == Aggregate::Mean)
        .or_else(|| {
            drawable(table)
                .find(|column| !matches!(&column.role, ColumnRole::Statistic { aggregate, .. } if counts(aggregate)))
        })
        .or_else(|| drawable(table).next());
    first.into_iter().collect()
}

/// `speed, mean`
#[must_use]
pub fn column_title(column: &StatColumn) -> String {
    match &column.role {
        ColumnRole::Statistic { metric, aggregate } => match aggregate {
            Aggregate::Correlation(other) => format!("{metric}, correlation with {other}"),
            aggregate => format!("{metric}, {aggregate}"),
        },
        _ => column.name.clone(),
    }
}

/// The rows that stand for groups: of several that were kept of one group, the first.
fn group_rows(table: &StatsTable) -> Vec<usize> {
    (0..table.rows).filter(|row| *row == 0 || table.groups.get(row - 1) != table.groups.get(*row)).collect()
}

/// The values of some keys in a row, in a few words.
fn key_text(keys: &[&StatColumn], row: usize) -> String {
    let texts: Vec<String> = keys.iter().filter_map(|key| Some(key_told(key, key.values.get(row)?))).collect();
    if texts.is_empty() { "all".to_owned() } else { texts.join(" · ") }
}

/// One value of a key: a bin by both of its ends.
fn key_told(key: &StatColumn, value: &StatValue) -> String {
    let ColumnRole::Key(crate::analytics::stats::GroupKey::Bins { width, .. }) = &key.role else { return told(value) };
    value.number().map_or_else(|| told(value), |low| format!("{} – {}", number(low), number(low + width)))
}

/// Things in the order in which they first come, and the place of each row's thing.
fn things(texts: impl Iterator<Item = String>) -> (Vec<String>, Vec<usize>) {
    let (mut known, mut places) = (Vec::new(), Vec::new());
    let mut by_name = std::collections::HashMap::new();
    for text in texts {
        let place = *by_name.entry(text.clone()).or_insert_with(|| {
            known.push(text);
            known.len() - 1
        });
        places.push(place);
    }
    (known, places)
}

/// An axis of a metric.
fn metric_axis(table: &StatsTable, metric: &str) -> Axis {
    Axis { title: metric.to_owned(), unit: unit_text(table.unit_of(metric)).map(str::to_owned), ..Axis::default() }
}

/// An axis of bins of a metric.
fn bins_axis(column: &StatColumn, title: &str) -> Axis {
    Axis { title: title.to_owned(), unit: unit_text(column.unit.as_deref()).map(str::to_owned), ..Axis::default() }
}

/// Where the value of a key lies on an axis of numbers, in seconds for times; `None` for names.
#[expect(clippy::cast_precision_loss, reason = "drawn on a chart")]
fn key_place(value: &KeyValue) -> Option<f64> {
    match value {
        KeyValue::Number(low) => Some(*low),
        KeyValue::Int(value) => Some(*value as f64),
        KeyValue::Time(ns) => Some(*ns as f64 / 1e9),
        KeyValue::Day(day) => Some(f64::from(*day) * 86_400.0),
        KeyValue::Text(_) | KeyValue::Weekday(_) | KeyValue::Null => None,
    }
}

/// A place in a list as a place on an axis.
#[expect(clippy::cast_precision_loss, reason = "places in a list")]
fn at(place: usize) -> f64 {
    place as f64
}

#[cfg(test)]
mod tests;
