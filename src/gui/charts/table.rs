//! The values of a chart as CSV: a row per value of x, a column per series.

use std::collections::BTreeMap;

use super::{Axis, Chart, Marks, Scale, Series};
use crate::model::format_ns;

/// What the chart shows as CSV, in full precision.
#[must_use]
pub fn csv(chart: &Chart) -> String {
    let rows = special(chart).unwrap_or_else(|| plain(chart));
    let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
    for row in rows {
        // Writing into memory cannot fail, and all rows are equally long.
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What several charts show as one table: a first column tells the chart by what stands along x, or along y where things do.
#[must_use]
pub fn csv_of(charts: &[&Chart]) -> String {
    if let [one] = charts {
        return csv(one);
    }
    let mut tables: Vec<(String, Vec<Vec<String>>)> = Vec::new();
    for chart in charts {
        let named = if chart.x.labels.is_empty() { chart.x.text() } else { chart.y.text() };
        tables.push((named, special(chart).unwrap_or_else(|| plain(chart))));
    }
    // The columns of values are found by name: charts can have different ones.
    let mut names: Vec<String> = Vec::new();
    for (named, rows) in &mut tables {
        for name in rows.first_mut().into_iter().flatten() {
            if name == named {
                "value".clone_into(name);
            }
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
    // Writing into memory cannot fail, and all rows are equally long.
    let _ = writer.write_record(std::iter::once("chart").chain(names.iter().map(String::as_str)));
    for (named, rows) in &tables {
        let Some((head, rows)) = rows.split_first() else { continue };
        let places: Vec<Option<usize>> = names.iter().map(|name| head.iter().position(|own| own == name)).collect();
        for row in rows {
            let cells = places.iter().map(|place| place.and_then(|at| row.get(at)).map_or("", String::as_str));
            let _ = writer.write_record(std::iter::once(named.as_str()).chain(cells));
        }
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Boxes and cells: a row for each, with all that it shows. `None` for other charts.
fn special(chart: &Chart) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    for series in &chart.series {
        let points = series.points.iter();
        match &series.marks {
            Marks::Boxes(_, boxes) => {
                if rows.is_empty() {
                    let ends = ["min", "whisker_low", "p25", "median", "p75", "whisker_high", "max"].map(str::to_owned);
                    rows.push([vec!["series".to_owned(), chart.x.text()], ends.to_vec()].concat());
                }
                rows.extend(points.zip(boxes).map(|(point, one)| {
                    let own = one.iter().map(|value| cell(chart.y.scale, *value)).collect();
                    [vec![series.name.clone(), place(&chart.x, point[0])], own].concat()
                }));
            }
            Marks::Cells(size, values) => {
                if rows.is_empty() {
                    let heat = chart.heat.as_ref().map_or("value", |heat| heat.title.as_str()).to_owned();
                    let side = |axis: &Axis| {
                        if axis.labels.is_empty() {
                            vec![format!("{} from", axis.text()), format!("{} to", axis.text())]
                        } else {
                            vec![axis.text()]
                        }
                    };
                    rows.push([side(&chart.x), side(&chart.y), vec![heat]].concat());
                }
                let side = |axis: &Axis, at: f64, size: f64| {
                    if axis.labels.is_empty() {
                        vec![cell(axis.scale, at - size / 2.0), cell(axis.scale, at + size / 2.0)]
                    } else {
                        vec![place(axis, at)]
                    }
                };
                rows.extend(points.zip(values).map(|(point, value)| {
                    let value = cell(Scale::Linear, *value);
                    [side(&chart.x, point[0], size[0]), side(&chart.y, point[1], size[1]), vec![value]].concat()
                }));
            }
            _ => {}
        }
    }
    (!rows.is_empty()).then_some(rows)
}

/// What stands at a place of an axis.
fn place(axis: &Axis, at: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let label = axis.labels.get(at.round().max(0.0) as usize);
    label.cloned().unwrap_or_else(|| cell(axis.scale, at))
}

fn plain(chart: &Chart) -> Vec<Vec<String>> {
    let labelled = !chart.x.labels.is_empty();
    let named = !labelled && chart.series.iter().any(|series| !series.names.is_empty());
    let mut head = Vec::new();
    if named {
        head.push("name".to_owned());
    }
    head.push(chart.x.text());
    head.extend(chart.series.iter().map(|series| series.name.clone()));
    let mut rows = vec![head];
    for (x, name, values) in by_x(&chart.series, labelled) {
        let x = f64::from_bits(x);
        let mut row = Vec::new();
        if named {
            row.push(name.to_owned());
        }
        row.push(place(&chart.x, x));
        row.extend(values.into_iter().map(|value| value.map_or(String::new(), |value| cell(chart.y.scale, value))));
        rows.push(row);
    }
    rows
}

/// A row: x as bits, a name, and a value of each series.
type Row<'a> = (u64, &'a str, Vec<Option<f64>>);

/// The values of all series by x and name; series of dots keep every point. Bars of one thing stand side by side, and belong
/// together where things are `labelled`.
fn by_x(series: &[Series], labelled: bool) -> Vec<Row<'_>> {
    let mut order: BTreeMap<(Key, &str, usize), Row<'_>> = BTreeMap::new();
    for (place, one) in series.iter().enumerate() {
        for (index, point) in one.points.iter().enumerate() {
            let name = one.names.get(index).filter(|_| !labelled).map_or("", String::as_str);
            // No thing has the place -0.
            let x = if labelled { point[0].round() + 0.0 } else { point[0] };
            // Points with names of their own are told apart even where they lie at one place.
            let apart = if name.is_empty() { 0 } else { index };
            let entry =
                order.entry((Key(x), name, apart)).or_insert_with(|| (x.to_bits(), name, vec![None; series.len()]));
            entry.2[place] = Some(point[1]);
        }
    }
    order.into_values().collect()
}

/// Numbers in their order.
struct Key(f64);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.total_cmp(&other.0).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn cell(scale: Scale, value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "saturates beyond what times have")]
    if scale == Scale::Time { format_ns((value * 1e9) as i64) } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::charts::Heat;

    #[test]
    fn every_value_has_its_cell() {
        let series = |name: &str, points: &[[f64; 2]]| Series {
            name: name.into(),
            marks: Marks::Line,
            points: points.to_vec(),
            ..Series::default()
        };
        let chart = Chart {
            x: Axis { title: "window".into(), scale: Scale::Time, ..Axis::default() },
            series: vec![series("all", &[[0.0, 4.0], [60.0, 6.0]]), series("car, red", &[[60.0, 0.5]])],
            ..Chart::default()
        };
        assert_eq!(
            csv(&chart),
            "window,all,\"car, red\"\n1970-01-01T00:00:00.000000000Z,4,\n1970-01-01T00:01:00.000000000Z,6,0.5\n"
        );
        let mut dots = series("events", &[[1.0, 2.0], [1.0, 3.0]]);
        dots.names = vec!["Quay".into(), "Pier".into()];
        let chart = Chart { x: Axis::counts("longitude"), series: vec![dots], ..Chart::default() };
        assert_eq!(csv(&chart), "name,longitude,events\nPier,1,3\nQuay,1,2\n");
    }

    #[test]
    fn several_charts_are_one_table() {
        let chart = |metric: &str, series: &[&str]| Chart {
            x: Axis::counts(metric),
            series: series
                .iter()
                .map(|name| Series {
                    name: (*name).into(),
                    marks: Marks::Spans(1.0),
                    points: vec![[0.0, 2.0], [1.0, 3.0]],
                    ..Series::default()
                })
                .collect(),
            ..Chart::default()
        };
        let (speed, brake) = (chart("speed", &["dry"]), chart("brake", &["dry", "wet"]));
        assert_eq!(
            csv_of(&[&speed, &brake]),
            "chart,value,dry,wet\nspeed,0,2,\nspeed,1,3,\nbrake,0,2,2\nbrake,1,3,3\n"
        );
        assert_eq!(csv_of(&[&speed]), csv(&speed));
    }

    #[test]
    fn bars_of_one_thing_boxes_and_cells_are_rows() {
        let axis = || Axis::names("camera", vec!["front".into(), "rear".into()]);
        let bars = |name: &str, shift: f64| Series {
            name: name.into(),
            marks: Marks::Bars(0.4),
            points: vec![[shift, 1.5], [1.0 + shift, 2.5]],
            names: vec!["front".into(), "rear".into()],
            ..Series::default()
        };
        let chart = Chart { x: axis(), series: vec![bars("dry", -0.2), bars("wet", 0.2)], ..Chart::default() };
        assert_eq!(csv(&chart), "camera,dry,wet\nfront,1.5,1.5\nrear,2.5,2.5\n");
        let boxes = Series {
            name: "speed".into(),
            marks: Marks::Boxes(0.5, vec![[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 9.0]]),
            points: vec![[1.0, 3.0]],
            ..Series::default()
        };
        let chart = Chart { x: axis(), series: vec![boxes], ..Chart::default() };
        let expected = "series,camera,min,whisker_low,p25,median,p75,whisker_high,max\nspeed,rear,0,1,2,3,4,5,9\n";
        assert_eq!(csv(&chart), expected);
        let cells =
            Series { marks: Marks::Cells([1.0, 10.0], vec![7.0]), points: vec![[0.0, 25.0]], ..Series::default() };
        let heat = Some(Heat { title: "count".into(), ..Heat::default() });
        let chart = Chart { x: axis(), y: Axis::counts("speed"), series: vec![cells], heat, ..Chart::default() };
        assert_eq!(csv(&chart), "camera,speed from,speed to,count\nfront,20,30,7\n");
    }
}
