//! Histograms and boxes.

use super::{Drawn, at, key_text, keys, metric_axis, things};
use crate::{
    gui::{
        charts::{Axis, Chart, Marks, Scale, Series},
        statistics::StatChoice,
        widgets::text::counted,
    },
    session::{StatColumn, StatsTable},
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
    let (mut series, mut rows) = (Vec::new(), Vec::new());
    for (place, name) in names.into_iter().enumerate() {
        let own: Vec<usize> = (0..table.rows).filter(|row| of[*row] == place).collect();
        let ends: Vec<(f64, f64, f64)> =
            own.iter().filter_map(|row| Some((number(from, *row)?, number(to, *row)?, number(count, *row)?))).collect();
        let width = ends.first().map_or(1.0, |(from, to, _)| to - from);
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
    let x = metric_axis(from, metric);
    let scale = if choice.look.log_y { Scale::Log } else { Scale::Linear };
    let chart = Chart {
        name: format!("Histogram of {metric}, {}", counted(bars as u64, "bar")),
        x,
        y: Axis { scale, ..Axis::counts(if choice.frames { "frames" } else { "readings" }) },
        series,
        ..Chart::default()
    };
    Some(Drawn { chart, rows, notes: table.notes.clone(), ..Drawn::default() })
}

pub(super) fn boxes(choice: &StatChoice, table: &StatsTable) -> Option<Drawn> {
    let metric = table.request.metrics.first()?;
    let names = ["min", "whisker_low", "p25", "median", "p75", "whisker_high", "max"];
    let columns: Vec<&StatColumn> = names.iter().filter_map(|name| table.column(name)).collect();
    let outliers = table.column("outliers")?;
    let keys = keys(table);
    let mut series = Series { name: metric.clone(), ..Series::default() };
    let (mut boxes, mut rows, mut labels, mut without) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for row in 0..table.rows {
        let values: Vec<f64> = columns.iter().filter_map(|column| number(column, row)).collect();
        let Ok(one) = <[f64; 7]>::try_from(values) else {
            without += 1;
            continue;
        };
        let name = key_text(&keys, row);
        let beyond = number(outliers, row).unwrap_or_default();
        series.points.push([at(labels.len()), one[3]]);
        series.names.push(if beyond > 0.0 {
            format!("{name}, {} beyond the whiskers", crate::gui::widgets::text::number(beyond))
        } else {
            name.clone()
        });
        labels.push(name);
        boxes.push(one);
        rows.push(row);
    }
    if boxes.is_empty() {
        return None;
    }
    series.marks = Marks::Boxes(0.62, boxes);
    let by: Vec<String> = table.request.by.iter().map(ToString::to_string).collect();
    let scale = if choice.look.log_y { Scale::Log } else { Scale::Linear };
    let mut notes = table.notes.clone();
    if without > 0 {
        notes.push(format!("{} without a value: no box", counted(without, "group")));
    }
    let by_text = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    let chart = Chart {
        name: format!("Boxes of {metric}{by_text}"),
        x: Axis::names(&by.join(" · "), labels),
        y: Axis { scale, ..metric_axis(columns.first()?, metric) },
        series: vec![series],
        ..Chart::default()
    };
    Some(Drawn { chart, rows: vec![rows], notes, ..Drawn::default() })
}
