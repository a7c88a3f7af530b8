//! Histograms and boxes.

use super::{Drawn, at, key_text, keys, metric_axis, things};
use crate::{
    gui::{
        charts::{Axis, Chart, Marks, Scale, Series},
        statistics::StatChoice,
        widgets::text::{counted, unit_text},
    },
    session::{Shape, StatColumn, StatValue, StatsTable},
};

fn number(column: &StatColumn, row: usize) -> Option<f64> {
    column.values.get(row)?.number()
}

pub(super) fn histogram(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let metric = table.request.metrics.first()?;
    let [from, to, count] = [table.column("from")?, table.column("to")?, table.column("count")?];
    let keys = keys(table);
    let (names, of) = things((0..table.rows).map(|row| key_text(&keys, row)));
    let several = names.len() > 1;
    let log_x = matches!(table.request.shape, Shape::LogHistogram(_));
    let (mut series, mut rows) = (Vec::new(), Vec::new());
    for (place, name) in names.into_iter().enumerate() {
        let own: Vec<usize> = (0..table.rows).filter(|row| of[*row] == place).collect();
        let ends: Vec<(f64, f64, f64)> =
            own.iter().filter_map(|row| Some((number(from, *row)?, number(to, *row)?, number(count, *row)?))).collect();
        // As wide as each other where they are drawn.
        let width = ends.first().map_or(1.0, |(from, to, _)| if log_x { (to / from).log10() } else { to - from });
        let told =
            |(from, to, _): &(f64, f64, f64)| format!("{metric} {} – {}", super::number(*from), super::number(*to));
        if several {
            // Bars would hide each other: the outline of each.
            series.push(Series {
                name,
                color: place,
                marks: Marks::Line,
                points: ends.iter().flat_map(|(from, to, count)| [[*from, *count], [*to, *count]]).collect(),
                names: ends.iter().flat_map(|one| [told(one), told(one)]).collect(),
                gap: None,
            });
            rows.push(own.iter().flat_map(|row| [*row, *row]).collect());
        } else {
            series.push(Series {
                name: "count".into(),
                color: 0,
                marks: Marks::Spans(width),
                points: ends.iter().map(|(from, _, count)| [*from, *count]).collect(),
                names: ends.iter().map(told).collect(),
                gap: None,
            });
            rows.push(own);
        }
    }
    let bars = rows.first().map_or(0, |rows: &Vec<usize>| rows.len() / if several { 2 } else { 1 });
    let chart = Chart {
        name: format!("Histogram of {metric}, {}", counted(bars as u64, "bar")),
        x: Axis { scale: if log_x { Scale::Log } else { Scale::Linear }, ..metric_axis(table, metric) },
        y: Axis {
            scale: if choice.look.log_y { Scale::Log } else { Scale::Linear },
            ..Axis::counts(if choice.frames { "frames" } else { "readings" })
        },
        series,
        ..Chart::default()
    };
    Some(Drawn { chart, rows, x: Some(metric.clone()), notes: table.notes.clone(), ..Drawn::default() })
}

/// What stands at the side of a box: a metric in a group.
struct Boxed {
    group: String,
    row: usize,
    ends: [f64; 7],
    beyond: f64,
}

/// Boxes: those of metrics of one unit beside each other, of each unit by themselves.
pub(super) fn boxes(choice: &StatChoice, table: &StatsTable) -> Vec<Drawn> {
    let metric_of = |row: usize| match table.column("metric").and_then(|column| column.values.get(row)) {
        Some(StatValue::Text(name)) => Some(name.clone()),
        _ => table.request.metrics.first().cloned(),
    };
    let mut units: Vec<(Option<String>, Vec<String>)> = Vec::new();
    for metric in &table.request.metrics {
        let unit = table.unit_of(metric).map(str::to_owned);
        // Numbers without a unit are not of one kind.
        match units.iter_mut().find(|known| unit.is_some() && known.0 == unit) {
            Some((_, metrics)) => metrics.push(metric.clone()),
            None => units.push((unit, vec![metric.clone()])),
        }
    }
    let rows: Vec<Option<String>> = (0..table.rows).map(metric_of).collect();
    let of = |(unit, metrics): (Option<String>, Vec<String>)| boxes_of(choice, table, &rows, unit.as_deref(), &metrics);
    units.into_iter().filter_map(of).collect()
}

fn boxes_of(
    choice: &StatChoice,
    table: &StatsTable,
    metric_of: &[Option<String>],
    unit: Option<&str>,
    metrics: &[String],
) -> Option<Drawn> {
    let names = ["min", "whisker_low", "p25", "median", "p75", "whisker_high", "max"];
    let columns: Vec<&StatColumn> = names.iter().filter_map(|name| table.column(name)).collect();
    let outliers = table.column("outliers")?;
    let keys = keys(table);
    let (mut found, mut without): (Vec<(usize, Boxed)>, usize) = (Vec::new(), 0);
    for (row, its_metric) in metric_of.iter().enumerate() {
        let Some(of) = metrics.iter().position(|metric| its_metric.as_ref() == Some(metric)) else { continue };
        let values: Vec<f64> = columns.iter().filter_map(|column| number(column, row)).collect();
        match <[f64; 7]>::try_from(values) {
            Ok(ends) => {
                let beyond = number(outliers, row).unwrap_or_default();
                found.push((of, Boxed { group: key_text(&keys, row), row, ends, beyond }));
            }
            Err(_) => without += 1,
        }
    }
    if found.is_empty() {
        return None;
    }
    let (labels, places) = things(found.iter().map(|(_, one)| one.group.clone()));
    let width = 0.62 / at(metrics.len());
    let mut series: Vec<Series> = metrics
        .iter()
        .enumerate()
        .map(|(color, name)| Series { name: name.clone(), color, ..Series::default() })
        .collect();
    let (mut boxes, mut rows) = (vec![Vec::new(); metrics.len()], vec![Vec::new(); metrics.len()]);
    for ((of, one), place) in found.iter().zip(places) {
        let shift = (at(*of) + 0.5) * width - 0.31;
        series[*of].points.push([at(place) + if metrics.len() > 1 { shift } else { 0.0 }, one.ends[3]]);
        let name = if metrics.len() > 1 { format!("{}, {}", metrics[*of], one.group) } else { one.group.clone() };
        series[*of].names.push(if one.beyond > 0.0 {
            format!("{name}, {} beyond the whiskers", crate::gui::widgets::text::number(one.beyond))
        } else {
            name
        });
        boxes[*of].push(one.ends);
        rows[*of].push(one.row);
    }
    for (one, boxes) in series.iter_mut().zip(boxes) {
        one.marks = Marks::Boxes(width, boxes);
    }
    let mut notes = table.notes.clone();
    if without > 0 {
        notes.push(format!("{} without a value: no box", counted(without as u64, "group")));
    }
    let by: Vec<String> = table.request.by.iter().map(ToString::to_string).collect();
    let by_text = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    let title = metrics.join(", ");
    let chart = Chart {
        name: format!("Boxes of {title}{by_text}"),
        x: Axis::names(&by.join(" · "), labels),
        y: Axis {
            title,
            unit: unit_text(unit).map(str::to_owned),
            scale: if choice.look.log_y { Scale::Log } else { Scale::Linear },
            ..Axis::default()
        },
        series,
        ..Chart::default()
    };
    Some(Drawn { chart, rows, notes, ..Drawn::default() })
}
