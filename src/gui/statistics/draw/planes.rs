//! Scatter plots, density, heat maps and correlations.

use super::{Drawn, at, bins_axis, chosen, column_title, group_rows, key_place, key_text, keys, metric_axis, things};
use crate::{
    analytics::stats::{Aggregate, GroupKey},
    gui::{
        charts::{Axis, Chart, Heat, Marks, Scale, Series},
        statistics::StatChoice,
        widgets::text::{number, unit_text},
    },
    session::{ColumnRole, StatColumn, StatValue, StatsTable},
};

fn scale(log: bool) -> Scale {
    if log { Scale::Log } else { Scale::Linear }
}

pub(super) fn scatter(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let [first, second] = table.request.metrics.as_slice() else { return None };
    let (Some(x), Some(y)) = (last_column(table, first), last_column(table, second)) else {
        // More points than can be told apart.
        return density(choice, table);
    };
    let keys = keys(table);
    let (names, of) = things((0..table.rows).map(|row| key_text(&keys, row)));
    let mut series: Vec<Series> =
        names.into_iter().enumerate().map(|(color, name)| Series { name, color, ..Series::default() }).collect();
    let mut rows = vec![Vec::new(); series.len()];
    for row in 0..table.rows {
        let value = |column: &StatColumn| column.values.get(row).and_then(StatValue::number);
        if let (Some(x), Some(y)) = (value(x), value(y)) {
            series[of[row]].points.push([x, y]);
            rows[of[row]].push(row);
        }
    }
    let look = if table.rows > 3000 { (1.8, 0.45) } else { (2.4, 0.6) };
    for one in &mut series {
        one.marks = Marks::Dots(vec![look; one.points.len()]);
    }
    let chart = Chart {
        name: format!("Scatter of {second} over {first}"),
        x: Axis { scale: scale(choice.look.log_x), ..metric_axis(table, first) },
        y: Axis { scale: scale(choice.look.log_y), ..metric_axis(table, second) },
        series,
        ..Chart::default()
    };
    let (x, y) = (Some(first.clone()), Some(second.clone()));
    Some(Drawn { chart, rows, x, y, notes: table.notes.clone(), ..Drawn::default() })
}

/// The column of a metric behind those of the keys, which may be called the same.
fn last_column<'t>(table: &'t StatsTable, name: &str) -> Option<&'t StatColumn> {
    table.columns.iter().rev().find(|column| column.name == name && column.role == ColumnRole::Shape)
}

pub(super) fn density(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let [first, second] = table.request.metrics.as_slice() else { return None };
    let names = [format!("{first}_from"), format!("{first}_to"), format!("{second}_from"), format!("{second}_to")];
    let columns: Vec<&StatColumn> = names.iter().filter_map(|name| last_column(table, name)).collect();
    let [x0, x1, y0, y1] = columns.as_slice() else { return None };
    let count = last_column(table, "count")?;
    // Groups lie over each other: their cells are one.
    let (mut cells, mut rows, mut size) = (Vec::<([f64; 2], f64)>::new(), Vec::new(), [1.0, 1.0]);
    let mut known = std::collections::HashMap::new();
    for row in 0..table.rows {
        let value = |column: &StatColumn| column.values.get(row).and_then(StatValue::number);
        let (Some(left), Some(right), Some(low), Some(high), Some(held)) =
            (value(x0), value(x1), value(y0), value(y1), value(count))
        else {
            continue;
        };
        size = [right - left, high - low];
        let place = *known.entry((left.to_bits(), low.to_bits())).or_insert_with(|| {
            cells.push(([f64::midpoint(left, right), f64::midpoint(low, high)], 0.0));
            rows.push(row);
            cells.len() - 1
        });
        cells[place].1 += held;
    }
    if cells.is_empty() {
        return None;
    }
    let values: Vec<f64> = cells.iter().map(|cell| cell.1).collect();
    let told = |at: &[f64; 2]| {
        let side = |name: &str, at: f64, size: f64| {
            format!("{name} {} – {}", number(at - size / 2.0), number(at + size / 2.0))
        };
        format!("{}, {}", side(first, at[0], size[0]), side(second, at[1], size[1]))
    };
    let what = if choice.frames { "frames" } else { "readings" };
    let series = Series {
        points: cells.iter().map(|cell| cell.0).collect(),
        names: cells.iter().map(|cell| told(&cell.0)).collect(),
        marks: Marks::Cells(size, values.clone()),
        ..Series::default()
    };
    let chart = Chart {
        name: format!("Density of {second} over {first}"),
        x: metric_axis(table, first),
        y: metric_axis(table, second),
        series: vec![series],
        heat: Some(Heat { whole: true, ..Heat::over(what, None, scale(choice.look.log_y), &values) }),
        ..Chart::default()
    };
    let (x, y) = (Some(first.clone()), Some(second.clone()));
    Some(Drawn { chart, rows: vec![rows], x, y, notes: table.notes.clone(), ..Drawn::default() })
}

/// One side of a heat map of groups: its axis, where each row lies, and how long a cell is.
fn side(table: &StatsTable, key: usize, rows: &[usize], upwards: bool) -> Option<(Axis, Vec<Option<f64>>, f64)> {
    let columns = keys(table);
    let column = *columns.get(key)?;
    if let Some(GroupKey::Bins { metric, width }) = table.request.by.get(key) {
        let place = |row: &usize| Some(key_place(table.groups.get(*row)?.get(key)?)? + width / 2.0);
        return Some((bins_axis(column, metric), rows.iter().map(place).collect(), *width));
    }
    let (mut order, mut places): (Vec<(usize, String)>, Vec<usize>) = (Vec::new(), Vec::new());
    let (names, of) = things(rows.iter().map(|row| key_text(&[column], *row)));
    // In the order of the keys, which is not the order in which those of the second key come first.
    let first = |place: usize| of.iter().position(|other| *other == place).map(|at| rows[at]);
    order.extend(names.into_iter().enumerate());
    order.sort_by(|a, b| {
        let value = |place: usize| first(place).and_then(|row| table.groups.get(row)?.get(key).cloned());
        value(a.0).cmp(&value(b.0))
    });
    places.resize(order.len(), 0);
    let last = order.len().saturating_sub(1);
    // The first stands on top.
    order.iter().enumerate().for_each(|(at, (place, _))| places[*place] = if upwards { last - at } else { at });
    let mut labels: Vec<String> = order.into_iter().map(|(_, name)| name).collect();
    if upwards {
        labels.reverse();
    }
    Some((Axis::names(&column.name, labels), of.iter().map(|place| Some(at(places[*place]))).collect(), 1.0))
}

pub(super) fn of_groups(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let column = *chosen(choice, table).first()?;
    let rows = group_rows(table);
    let (x, xs, wide) = side(table, 0, &rows, false)?;
    let (y, ys, high) = side(table, 1, &rows, true)?;
    let (mut series, mut values, mut own, mut without) = (Series::default(), Vec::new(), Vec::new(), 0);
    let names = keys(table);
    for (place, row) in rows.iter().enumerate() {
        let (Some(x), Some(y)) = (xs[place], ys[place]) else {
            without += 1;
            continue;
        };
        let Some(value) = column.values.get(*row).and_then(StatValue::number) else { continue };
        // Of groups that more than two keys tell apart, the first is drawn.
        if table.request.by.len() > 2 && series.points.contains(&[x, y]) {
            without += 1;
            continue;
        }
        series.points.push([x, y]);
        series.names.push(key_text(&names[..2], *row));
        values.push(value);
        own.push(*row);
    }
    let unit = unit_text(column.unit.as_deref()).map(str::to_owned);
    let whole = column.values.iter().all(|value| matches!(value, StatValue::Int(_) | StatValue::Null));
    let heat = Heat { whole, ..Heat::over(&column_title(column), unit, scale(choice.look.log_y), &values) };
    series.marks = Marks::Cells([wide, high], values);
    let notes = if without > 0 {
        vec![format!("{without} groups are in the table and have no cell of their own")]
    } else {
        Vec::new()
    };
    let name = format!("Heat map of {} by {}, {}", column_title(column), table.request.by[0], table.request.by[1]);
    let chart = Chart { name, x, y, series: vec![series], heat: Some(heat), ..Chart::default() };
    Some(Drawn { chart, rows: vec![own], notes, ..Drawn::default() })
}

pub(super) fn correlation(table: &StatsTable) -> Option<Drawn> {
    let metrics = &table.request.metrics;
    let place = |name: &str| metrics.iter().position(|metric| metric == name);
    let (mut series, mut values, mut pairs) = (Series::default(), Vec::new(), Vec::new());
    for column in &table.columns {
        let ColumnRole::Statistic { metric, aggregate: Aggregate::Correlation(other) } = &column.role else { continue };
        let (Some(row), Some(across)) = (place(metric), place(other)) else { continue };
        let Some(value) = column.values.first().and_then(StatValue::number) else { continue };
        series.points.push([at(across), at(metrics.len() - 1 - row)]);
        series.names.push(format!("{metric} with {other}"));
        values.push(value);
        pairs.push((other.clone(), metric.clone()));
    }
    if values.is_empty() {
        return None;
    }
    series.marks = Marks::Cells([1.0, 1.0], values);
    let mut upwards = metrics.clone();
    upwards.reverse();
    let heat = Heat { title: "correlation".into(), range: (-1.0, 1.0), diverging: true, ..Heat::default() };
    let chart = Chart {
        name: format!("Correlation of {} metrics", metrics.len()),
        x: Axis::names("", metrics.clone()),
        y: Axis::names("", upwards),
        series: vec![series],
        heat: Some(heat),
        ..Chart::default()
    };
    Some(Drawn { chart, pairs, notes: table.notes.clone(), ..Drawn::default() })
}
