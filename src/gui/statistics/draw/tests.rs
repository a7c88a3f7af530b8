//! Charts of small tables: which mark stands for which row.

use std::sync::Arc;

use super::*;
use crate::{
    analytics::stats::GroupKey,
    export::CellType,
    gui::charts::Marks,
    session::{ChartLook, Shape, StatsRequest},
};

/// A table of groups: keys, their values by row, and columns of numbers of speed.
fn table(by: &[&str], groups: Vec<Vec<KeyValue>>, columns: &[(&str, Vec<Option<f64>>)]) -> StatsTable {
    let by: Vec<GroupKey> = by.iter().map(|key| key.parse().unwrap()).collect();
    let shown = |value: &KeyValue| match value {
        KeyValue::Text(text) => StatValue::Text(text.to_string()),
        KeyValue::Number(value) => StatValue::Float(*value),
        KeyValue::Int(value) => StatValue::Int(*value),
        KeyValue::Time(ns) => StatValue::Time(*ns),
        KeyValue::Day(day) => StatValue::Text(format!("day {day}")),
        KeyValue::Weekday(day) => StatValue::Text(format!("weekday {day}")),
        KeyValue::Null => StatValue::Null,
    };
    let keys = by.iter().enumerate().map(|(at, key)| StatColumn {
        name: key.to_string(),
        unit: None,
        role: ColumnRole::Key(key.clone()),
        kind: CellType::Text,
        values: groups.iter().map(|group| shown(&group[at])).collect(),
    });
    let numbers = columns.iter().map(|(aggregate, values)| StatColumn {
        name: format!("speed_{aggregate}"),
        unit: Some("km/h".into()),
        role: ColumnRole::Statistic { metric: "speed".into(), aggregate: aggregate.parse().unwrap() },
        kind: CellType::Float,
        values: values.iter().map(|value| value.map_or(StatValue::Null, StatValue::Float)).collect(),
    });
    StatsTable::of_columns(
        StatsRequest { metrics: vec!["speed".into()], by: by.clone(), ..StatsRequest::default() },
        keys.clone().chain(numbers).collect(),
        groups.into_iter().map(Arc::from).collect(),
    )
}

fn text(text: &str) -> KeyValue {
    KeyValue::Text(text.into())
}

fn choice(chart: ChartKind) -> StatChoice {
    StatChoice { chart, metrics: vec!["speed".into()], ..StatChoice::default() }
}

/// The only chart of a choice.
fn one(choice: &StatChoice, numbers: &StatsTable, shape: Option<&StatsTable>) -> Drawn {
    let shapes: Vec<Arc<StatsTable>> = shape.into_iter().cloned().map(Arc::new).collect();
    let mut all = drawn(choice, &Arc::new(numbers.clone()), &shapes);
    assert_eq!((all.len(), all[0].kind), (1, choice.chart));
    all.remove(0)
}

#[test]
fn bars_stand_for_groups_and_the_second_key_is_told_by_colour() {
    let groups = vec![vec![text("a"), text("front")], vec![text("a"), text("rear")], vec![text("b"), text("front")]];
    let values = vec![Some(1.0), Some(2.0), Some(3.0)];
    let numbers = table(&["recording", "camera"], groups, &[("count", vec![Some(9.0); 3]), ("mean", values)]);
    let found = one(&choice(ChartKind::Bar), &numbers, None);
    let told: Vec<_> = found.chart.series.iter().map(|one| (one.name.as_str(), one.points.len())).collect();
    assert_eq!(told, [("front", 2), ("rear", 1)], "the mean is drawn, and counts are not");
    assert_eq!(found.rows, [vec![0, 2], vec![1]]);
    assert_eq!(
        (found.chart.x.labels.as_slice(), found.chart.y.text().as_str()),
        (&["a".to_owned(), "b".into()][..], "speed, mean, km/h")
    );
    let both = ChartLook { values: vec!["speed_count".into(), "speed_mean".into()], ..ChartLook::default() };
    let found = one(&StatChoice { look: both, ..choice(ChartKind::Bar) }, &numbers, None);
    assert_eq!(found.chart.x.labels, ["a · front", "a · rear", "b · front"]);
    assert_eq!(found.chart.series.len(), 2);
}

#[test]
fn lines_keep_their_places_in_time_and_their_gaps() {
    let hour = |hour: i64| vec![KeyValue::Time(hour * 3_600_000_000_000)];
    let numbers = table(
        &["hour"],
        vec![hour(5), hour(6), hour(9), vec![KeyValue::Null]],
        &[("mean", vec![Some(1.0), None, Some(3.0), Some(4.0)])],
    );
    let found = one(&choice(ChartKind::Line), &numbers, None);
    let line = &found.chart.series[0];
    assert_eq!((line.points.as_slice(), line.gap), (&[[18_000.0, 1.0], [32_400.0, 3.0]][..], Some(5400.0)));
    assert_eq!((found.rows, found.notes.len()), (vec![vec![0, 2]], 1));
    assert_eq!(found.chart.x.scale, Scale::Time);
}

#[test]
fn values_without_a_place_on_a_scale_of_logarithms_are_told() {
    let numbers =
        table(&["recording"], vec![vec![text("a")], vec![text("b")]], &[("mean", vec![Some(-1.0), Some(10.0)])]);
    let look = ChartLook { log_y: true, ..ChartLook::default() };
    let found = one(&StatChoice { look, ..choice(ChartKind::Bar) }, &numbers, None);
    assert_eq!(found.chart.y.scale, Scale::Log);
    assert!(found.notes[0].starts_with("1 value is not above 0"), "{:?}", found.notes);
}

#[test]
fn a_heat_map_of_groups_has_a_cell_for_each() {
    let bin = |day: u8, low: f64| vec![KeyValue::Weekday(day), KeyValue::Number(low)];
    let numbers = table(
        &["weekday", "speed:10"],
        vec![bin(0, 0.0), bin(0, 10.0), bin(2, 10.0)],
        &[("mean", vec![Some(1.0), Some(2.0), None])],
    );
    let found = one(&choice(ChartKind::Heat), &numbers, None);
    let cells = &found.chart.series[0];
    assert_eq!(cells.points, [[0.0, 5.0], [0.0, 15.0]]);
    assert_eq!(cells.marks, Marks::Cells([1.0, 10.0], vec![1.0, 2.0]));
    assert_eq!((found.chart.x.labels.len(), found.rows), (2, vec![vec![0, 1]]));
    assert_eq!(cells.names[1], "weekday 0 · 10 – 20");
}

/// A table of a shape: columns of numbers.
fn shape(metrics: &[&str], shape: Shape, columns: &[(&str, Vec<f64>)]) -> StatsTable {
    let rows = columns[0].1.len();
    let column = |(name, values): &(&str, Vec<f64>)| StatColumn {
        name: (*name).to_owned(),
        unit: None,
        role: ColumnRole::Shape,
        kind: CellType::Float,
        values: values.iter().map(|value| StatValue::Float(*value)).collect(),
    };
    let metrics = metrics.iter().map(ToString::to_string).collect();
    StatsTable::of_columns(
        StatsRequest { metrics, shape, ..StatsRequest::default() },
        columns.iter().map(column).collect(),
        vec![Arc::from(Vec::new()); rows],
    )
}

#[test]
fn shapes_are_drawn_as_they_are_told() {
    let numbers = table(&[], vec![Vec::new()], &[("mean", vec![Some(1.0)])]);
    let bars = shape(
        &["speed"],
        Shape::Histogram(None),
        &[("from", vec![0.0, 2.0]), ("to", vec![2.0, 4.0]), ("count", vec![5.0, 0.0])],
    );
    let found = one(&choice(ChartKind::Histogram), &numbers, Some(&bars));
    assert_eq!(found.chart.series[0].marks, Marks::Spans(2.0));
    assert_eq!((found.chart.series[0].points.as_slice(), &found.rows[0]), (&[[0.0, 5.0], [2.0, 0.0]][..], &vec![0, 1]));
    assert_eq!(found.chart.name, "Histogram of speed, 2 bars");
    let names = ["min", "whisker_low", "p25", "median", "p75", "whisker_high", "max", "outliers"];
    let columns: Vec<(&str, Vec<f64>)> = names.iter().copied().zip((0..8_u8).map(|at| vec![f64::from(at)])).collect();
    let found = one(&choice(ChartKind::Box), &numbers, Some(&shape(&["speed"], Shape::Box, &columns)));
    assert_eq!(found.chart.series[0].marks, Marks::Boxes(0.62, vec![[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]));
    assert_eq!(found.chart.series[0].names, ["all, 7 beyond the whiskers"]);
    let points = shape(&["speed", "brake"], Shape::Scatter, &[("speed", vec![1.0, 2.0]), ("brake", vec![3.0, 4.0])]);
    let found = one(&choice(ChartKind::Scatter), &numbers, Some(&points));
    assert_eq!(found.chart.series[0].points, [[1.0, 3.0], [2.0, 4.0]]);
    let cells =
        [("speed_from", vec![0.0]), ("speed_to", vec![1.0]), ("brake_from", vec![2.0]), ("brake_to", vec![4.0])];
    let cells: Vec<_> = cells.into_iter().chain([("count", vec![7.0])]).collect();
    let many = shape(&["speed", "brake"], Shape::Scatter, &cells);
    let found = one(&choice(ChartKind::Scatter), &numbers, Some(&many));
    assert_eq!(found.chart.series[0].marks, Marks::Cells([1.0, 2.0], vec![7.0]));
    assert_eq!(found.chart.series[0].points, [[0.5, 3.0]]);
}
