//! Bars and lines: the numbers of each group.

use super::{Drawn, at, chosen, column_title, group_rows, key_place, key_text, keys, things};
use crate::{
    analytics::stats::{GroupKey, KeyValue},
    gui::{
        charts::{Axis, Chart, Marks, Scale, Series},
        statistics::StatChoice,
        widgets::text::unit_text,
    },
    session::{ColumnRole, StatColumn, StatsTable},
};

/// Most series that are drawn side by side; a legend of more cannot be read.
const MOST_SERIES: usize = 24;

/// What is drawn along x, and what is told apart by colour.
struct Split<'t> {
    /// Names along x.
    names: Vec<String>,
    /// The place of each group along x.
    places: Vec<usize>,
    /// The series: name, column, and the groups in it.
    series: Vec<(String, &'t StatColumn, Vec<usize>)>,
    /// Series that are not drawn.
    left: usize,
}

/// With several keys and one column, the first key stands along x and the others are series; else columns are.
fn split<'t>(choice: &StatChoice, table: &'t StatsTable, rows: &[usize]) -> Option<Split<'t>> {
    let columns = chosen(choice, table);
    let keys = keys(table);
    let first = columns.first()?;
    let all = || (0..rows.len()).collect::<Vec<_>>();
    let apart = columns.len() == 1 && keys.len() > 1;
    let along = if apart { &keys[..1] } else { &keys[..] };
    let (names, places) = things(rows.iter().map(|row| key_text(along, *row)));
    let mut series: Vec<(String, &StatColumn, Vec<usize>)> = if apart {
        let (known, of) = things(rows.iter().map(|row| key_text(&keys[1..], *row)));
        let own = |place: usize| (0..rows.len()).filter(|group| of[*group] == place).collect::<Vec<_>>();
        known.into_iter().enumerate().map(|(place, name)| (name, *first, own(place))).collect()
    } else {
        columns.iter().map(|column| (column_title(column), *column, all())).collect()
    };
    let left = series.len().saturating_sub(MOST_SERIES);
    series.truncate(MOST_SERIES);
    Some(Split { names, places, series, left })
}

impl Split<'_> {
    /// The axis of the values: their unit where all have the same.
    fn y(&self, choice: &StatChoice) -> Axis {
        let mut columns = self.series.iter().map(|series| series.1);
        let first = columns.next();
        let unit = first.and_then(|column| column.unit.clone());
        let same = columns.all(|column| column.unit == unit);
        let title = match first {
            Some(first) if self.series.iter().all(|series| series.1.name == first.name) => column_title(first),
            _ => metric_of(&self.series).unwrap_or_else(|| "value".to_owned()),
        };
        Axis {
            title,
            unit: unit_text(unit.as_deref().filter(|_| same)).map(str::to_owned),
            scale: if choice.look.log_y { Scale::Log } else { Scale::Linear },
            from_zero: !choice.look.log_y,
            ..Axis::default()
        }
    }

    fn notes(&self) -> Vec<String> {
        if self.left == 0 {
            return Vec::new();
        }
        vec![format!("{} more series are in the table and not drawn; filter, or group by less", self.left)]
    }
}

/// The metric that all series are of.
fn metric_of(series: &[(String, &StatColumn, Vec<usize>)]) -> Option<String> {
    let metric = |column: &StatColumn| match &column.role {
        ColumnRole::Statistic { metric, .. } => Some(metric.clone()),
        _ => None,
    };
    let first = metric(series.first()?.1)?;
    series.iter().all(|series| metric(series.1).as_ref() == Some(&first)).then_some(first)
}

/// `speed, mean by recording, camera`
fn name(what: &str, y: &Axis, table: &StatsTable) -> String {
    let by: Vec<String> = table.request.by.iter().map(ToString::to_string).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    format!("{what} of {}{by}", y.title)
}

/// The keys along x, as the title of the axis.
fn x_title(table: &StatsTable, series: usize) -> String {
    let by: Vec<String> = table.request.by.iter().map(ToString::to_string).collect();
    if by.len() > 1 && series > 1 { by[0].clone() } else { by.join(" · ") }
}

pub(super) fn bars(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let rows = group_rows(table);
    let split = split(choice, table, &rows)?;
    let y = split.y(choice);
    // A few things need not fill the whole width.
    let whole = if split.names.len() * split.series.len() < 6 { 0.56 } else { 0.8 };
    let width = whole / at(split.series.len());
    let (mut series, mut all) = (Vec::new(), Vec::new());
    for (place, (name, column, groups)) in split.series.iter().enumerate() {
        let shift = (at(place) + 0.5) * width - whole / 2.0;
        let mut one =
            Series { name: name.clone(), color: place, marks: Marks::Bars(width * 0.94), ..Series::default() };
        let mut own = Vec::new();
        for group in groups {
            let Some(value) = column.values.get(rows[*group]).and_then(crate::session::StatValue::number) else {
                continue;
            };
            one.points.push([at(split.places[*group]) + shift, value]);
            one.names.push(split.names[split.places[*group]].clone());
            own.push(rows[*group]);
        }
        series.push(one);
        all.push(own);
    }
    let x = Axis::names(&x_title(table, split.series.len()), split.names.clone());
    let chart = Chart { name: name("Bars", &y, table), x, y, series, ..Chart::default() };
    Some(Drawn { chart, rows: all, notes: split.notes(), ..Drawn::default() })
}

/// How far values of a key lie apart that follow each other.
fn step(key: &GroupKey) -> Option<f64> {
    match key {
        GroupKey::Hour => Some(3600.0),
        GroupKey::Day => Some(86_400.0),
        GroupKey::HourOfDay => Some(1.0),
        GroupKey::Bins { width, .. } => Some(*width),
        _ => None,
    }
}

pub(super) fn line(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let key = table.request.by.first()?;
    let rows: Vec<usize> = group_rows(table);
    let split = split(choice, table, &rows)?;
    let y = split.y(choice);
    // Numbers and times have places of their own, if nothing else stands along x.
    let alone = table.request.by.len() == 1 || chosen(choice, table).len() == 1;
    let step = step(key).filter(|_| alone);
    let middle = if matches!(key, GroupKey::Bins { .. }) { step.unwrap_or(0.0) / 2.0 } else { 0.0 };
    let x_of = |group: usize| -> Option<f64> {
        let value: &KeyValue = table.groups.get(rows[group])?.first()?;
        if step.is_some() { Some(key_place(value)? + middle) } else { Some(at(split.places[group])) }
    };
    let (mut series, mut all, mut without) = (Vec::new(), Vec::new(), 0);
    for (place, (name, column, groups)) in split.series.iter().enumerate() {
        let mut points: Vec<(f64, f64, usize)> = Vec::new();
        for group in groups {
            let Some(x) = x_of(*group) else {
                without += 1;
                continue;
            };
            if let Some(y) = column.values.get(rows[*group]).and_then(crate::session::StatValue::number) {
                points.push((x, y, *group));
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        series.push(Series {
            name: name.clone(),
            color: place,
            marks: Marks::Line,
            points: points.iter().map(|(x, y, _)| [*x, *y]).collect(),
            names: points.iter().map(|(.., group)| split.names[split.places[*group]].clone()).collect(),
            gap: Some(step.unwrap_or(1.0) * 1.5),
        });
        all.push(points.iter().map(|(.., group)| rows[*group]).collect());
    }
    let title = x_title(table, split.series.len());
    let x = match (step, key) {
        (Some(_), GroupKey::Hour) => Axis { title: "time, UTC".into(), scale: Scale::Time, ..Axis::default() },
        (Some(_), GroupKey::Day) => Axis { title: "day".into(), scale: Scale::Time, ..Axis::default() },
        (Some(_), _) => {
            let unit = keys(table).first().and_then(|key| key.unit.clone());
            let title = if let GroupKey::Bins { metric, .. } = key { metric.clone() } else { title };
            Axis { title, unit: unit_text(unit.as_deref()).map(str::to_owned), ..Axis::default() }
        }
        (None, _) => Axis::names(&title, split.names.clone()),
    };
    let mut notes = split.notes();
    if without > 0 {
        notes.push(format!("{without} groups without a {key} are in the table and have no place on the axis"));
    }
    let chart =
        Chart { name: name("Line", &y, table), x, y: Axis { from_zero: false, ..y }, series, ..Chart::default() };
    Some(Drawn { chart, rows: all, notes, ..Drawn::default() })
}
