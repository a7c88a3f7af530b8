//! The values of a chart as CSV: a row per value of x, a column per series.

use std::collections::BTreeMap;

use super::{Chart, Scale, Series};
use crate::model::format_ns;

/// What the chart shows as CSV, in full precision.
#[must_use]
pub fn csv(chart: &Chart) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
    let named = chart.series.iter().any(|series| !series.names.is_empty());
    let mut head = Vec::new();
    if named {
        head.push("name".to_owned());
    }
    head.push(chart.x.text());
    head.extend(chart.series.iter().map(|series| series.name.clone()));
    let mut rows = vec![head];
    for (x, name, values) in by_x(&chart.series) {
        let x = f64::from_bits(x);
        let mut row = Vec::new();
        if named {
            row.push(name.to_owned());
        }
        row.push(cell(chart.x.scale, x));
        row.extend(values.into_iter().map(|value| value.map_or(String::new(), |value| cell(chart.y.scale, value))));
        rows.push(row);
    }
    for row in rows {
        // Writing into memory cannot fail, and all rows are equally long.
        let _ = writer.write_record(row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A row: x as bits, a name, and a value of each series.
type Row<'a> = (u64, &'a str, Vec<Option<f64>>);

/// The values of all series by x and name; series of dots keep every point.
fn by_x(series: &[Series]) -> Vec<Row<'_>> {
    let mut order: BTreeMap<(Key, &str, usize), Row<'_>> = BTreeMap::new();
    for (place, one) in series.iter().enumerate() {
        for (index, point) in one.points.iter().enumerate() {
            let name = one.names.get(index).map_or("", String::as_str);
            // Points with names of their own are told apart even where they lie at one place.
            let apart = if name.is_empty() { 0 } else { index };
            let entry = order
                .entry((Key(point[0]), name, apart))
                .or_insert_with(|| (point[0].to_bits(), name, vec![None; series.len()]));
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
    use crate::gui::charts::{Axis, Marks};

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
}
