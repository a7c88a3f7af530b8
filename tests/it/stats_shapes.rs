//! `lakescope stats --as`: the shape of values, against counting by hand.

use lakescope::{
    catalog::FrameTable,
    filter::FrameColumns,
    jobs::Progress,
    session::{ExportScope, LiveStatistics, OpenOptions, Over, Session, Shape, StatValue, StatsRequest, StatsTable},
};
use serde_json::Value;

use crate::harness::{Lake, copy};

/// The lake that comes with the program.
fn sample() -> Lake {
    let lake = Lake::empty();
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_lake"), &lake.path());
    std::fs::remove_dir_all(lake.path().join(".lakescope")).ok();
    lake
}

fn rows(lake: &Lake, arguments: &[&str]) -> Vec<Value> {
    lake.json("stats", arguments).as_array().unwrap().clone()
}

/// The values of a metric at frames.
fn values(lake: &Lake, metric: &str) -> Vec<f64> {
    let told = lake.json("frames", &["--columns", metric]);
    told.as_array().unwrap().iter().filter_map(|row| row[metric].as_f64()).collect()
}

/// A quantile as numpy and pandas have it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = u32::try_from(sorted.len() - 1).unwrap();
    let place = share * f64::from(last);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
}

#[test]
fn a_histogram_counts_what_lies_between_its_edges() {
    let lake = sample();
    let mut all = values(&lake, "speed");
    all.sort_by(f64::total_cmp);
    let told = rows(&lake, &["--metric", "speed", "--over", "frames", "--as", "histogram"]);
    // numpy.histogram_bin_edges(speed, "fd")
    let count = f64::from(u32::try_from(all.len()).unwrap());
    let width = 2.0 * (quantile(&all, 0.75) - quantile(&all, 0.25)) / count.cbrt();
    let bars = ((all[all.len() - 1] - all[0]) / width).ceil();
    assert!((bars - f64::from(u32::try_from(told.len()).unwrap())).abs() < 0.5, "{bars} {}", told.len());
    for set in [told, rows(&lake, &["--metric", "speed", "--over", "frames", "--as", "histogram", "--bins", "7"])] {
        let edge = |row: &Value, name: &str| row[name].as_f64().unwrap();
        assert!(set.windows(2).all(|pair| edge(&pair[0], "to").total_cmp(&edge(&pair[1], "from")).is_eq()));
        for (bar, row) in set.iter().enumerate() {
            let last = bar + 1 == set.len();
            let (from, to) = (edge(row, "from"), edge(row, "to"));
            let inside = all.iter().filter(|value| **value >= from && (**value < to || (last && **value <= to)));
            assert_eq!(row["count"].as_u64().unwrap(), inside.count() as u64, "{row}");
        }
        assert_eq!(set.iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>(), all.len() as u64);
    }
    let by = rows(&lake, &["--metric", "speed", "--by", "recording", "--as", "histogram", "--bins", "5"]);
    let counts = rows(&lake, &["--metric", "speed", "--by", "recording", "--agg", "count"]);
    for group in counts {
        let own = by.iter().filter(|row| row["recording"] == group["recording"]);
        assert_eq!(own.clone().count(), 5);
        assert_eq!(own.map(|row| row["count"].as_u64().unwrap()).sum::<u64>(), group["speed_count"].as_u64().unwrap());
    }
}

#[test]
fn boxes_have_quartiles_whiskers_and_what_lies_beyond() {
    let lake = sample();
    let mut all = values(&lake, "acceleration");
    all.sort_by(f64::total_cmp);
    let told = rows(&lake, &["--metric", "acceleration", "--over", "frames", "--as", "box"]);
    let value = |name: &str| told[0][name].as_f64().unwrap();
    let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(&all, share));
    for (name, expected) in ["p25", "median", "p75"].into_iter().zip(quartiles) {
        assert!((value(name) - expected).abs() < 1e-12, "{name}");
    }
    let reach = 1.5 * (quartiles[2] - quartiles[0]);
    let inside: Vec<f64> =
        all.iter().copied().filter(|value| *value >= quartiles[0] - reach && *value <= quartiles[2] + reach).collect();
    assert_eq!((value("whisker_low"), value("whisker_high")), (inside[0], inside[inside.len() - 1]));
    assert_eq!(told[0]["outliers"].as_u64().unwrap(), (all.len() - inside.len()) as u64);
    assert_eq!((value("min"), value("max")), (all[0], all[all.len() - 1]));
}

/// Numbers that may differ in what the order of a sum takes.
fn near(a: &StatValue, b: &StatValue) -> bool {
    match (a, b) {
        (StatValue::Float(a), StatValue::Float(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1e-9),
        _ => a == b,
    }
}

#[test]
fn what_follows_a_brush_is_what_reading_anew_tells() {
    let lake = sample();
    lake.run("index", &[]);
    let session = Session::open(&lake.path(), OpenOptions::default()).unwrap();
    let table = session.table().unwrap();
    let live = LiveStatistics::new(&table);
    let shapes = [
        Shape::Table,
        Shape::Histogram(None),
        Shape::Histogram(Some(7)),
        Shape::LogHistogram(None),
        Shape::LogHistogram(Some(9)),
        Shape::Box,
    ];
    let aggregates = "count missing nan mean std min max sum p5 median p99.9 mode distinct";
    let mut asked = 0;
    for filter in ["", "speed > 8", "has(pedestrian) and brake < 0.5", "speed > 1e9"] {
        for by in ["", "recording", "camera", "recording camera", "region", "weather"] {
            for shape in shapes {
                let words = by.split_whitespace().map(|key| key.parse().unwrap());
                let told = aggregates.split(' ').map(|word| word.parse().unwrap());
                let request = StatsRequest {
                    metrics: ["speed", "acceleration", "gear"].map(str::to_owned).to_vec(),
                    by: words.filter(|key| *key != "weather".parse().unwrap() || has_weather(&table)).collect(),
                    aggregates: if shape == Shape::Table { told.collect() } else { Vec::new() },
                    over: Over::Frames,
                    shape,
                    scope: ExportScope::Filter(filter.to_owned()),
                    ..StatsRequest::default()
                };
                assert!(live.fits(&request), "{request:?}");
                let quick = &session.stats_live(&live, std::slice::from_ref(&request), &Progress::new()).unwrap()[0];
                let plain = session.stats(&table, &request, &Progress::new()).unwrap();
                assert_eq!((quick.rows, quick.read, &quick.groups), (plain.rows, plain.read, &plain.groups));
                assert_eq!(quick.notes, plain.notes, "{request:?}");
                for (one, other) in quick.columns.iter().zip(&plain.columns) {
                    assert_eq!((&one.name, &one.unit), (&other.name, &other.unit));
                    let differ = one.values.iter().zip(&other.values).position(|(a, b)| !near(a, b));
                    assert_eq!(differ, None, "{} of {request:?}", one.name);
                }
                let filters = |table: &StatsTable| {
                    (0..table.rows).map(|row| table.filter_of(row).map(str::to_owned)).collect::<Vec<_>>()
                };
                assert_eq!(filters(quick), filters(&plain));
                asked += 1;
            }
        }
    }
    assert_eq!(asked, 4 * 6 * 6);
    for request in [
        StatsRequest { over: Over::Samples, ..StatsRequest::default() },
        StatsRequest { over: Over::Frames, keep: Some("max:speed".parse().unwrap()), ..StatsRequest::default() },
        StatsRequest { over: Over::Frames, by: vec!["label".parse().unwrap()], ..StatsRequest::default() },
        StatsRequest { over: Over::Frames, aggregates: vec!["last".parse().unwrap()], ..StatsRequest::default() },
    ] {
        assert!(!live.fits(&request), "{request:?}");
        let quick = session.stats_live(&live, std::slice::from_ref(&request), &Progress::new()).unwrap();
        let plain = session.stats(&table, &request, &Progress::new()).unwrap();
        assert_eq!((quick[0].rows, quick[0].columns.len()), (plain.rows, plain.columns.len()));
        for (one, other) in quick[0].columns.iter().zip(&plain.columns) {
            assert_eq!(one.name, other.name);
            let differ = one.values.iter().zip(&other.values).position(|(a, b)| !near(a, b));
            assert_eq!(differ, None, "{} of {request:?}", one.name);
        }
    }
}

/// Whether recordings have such a key.
fn has_weather(table: &FrameTable) -> bool {
    table.footages().iter().any(|footage| footage.attributes.contains_key("weather"))
}

#[test]
fn bars_of_a_log_histogram_grow_by_one_factor() {
    let lake = sample();
    let all: Vec<f64> = values(&lake, "speed").into_iter().filter(|value| *value > 0.0).collect();
    let told = rows(&lake, &["--metric", "speed", "--over", "frames", "--as", "log-histogram", "--bins", "6"]);
    assert_eq!(told.len(), 6);
    let edge = |row: &Value, name: &str| row[name].as_f64().unwrap();
    let factor = edge(&told[0], "to") / edge(&told[0], "from");
    assert!(factor > 1.0);
    for row in &told {
        assert!((edge(row, "to") / edge(row, "from") / factor - 1.0).abs() < 1e-9, "{row}");
    }
    assert_eq!(told.iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>(), all.len() as u64);
}

#[test]
fn two_metrics_are_points_or_cells() {
    let lake = sample();
    let both = ["--metric", "speed,brake", "--over", "frames"];
    let points = rows(&lake, &[&both[..], &["--as", "scatter"]].concat());
    let frames = lake.json("frames", &["--columns", "speed,brake"]);
    let expected: Vec<(f64, f64)> = frames
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| Some((row["speed"].as_f64()?, row["brake"].as_f64()?)))
        .collect();
    let mut found: Vec<(f64, f64)> =
        points.iter().map(|row| (row["speed"].as_f64().unwrap(), row["brake"].as_f64().unwrap())).collect();
    let mut sorted = expected.clone();
    let order = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
    found.sort_by(order);
    sorted.sort_by(order);
    assert_eq!(found, sorted);
    let cells = rows(&lake, &[&both[..], &["--as", "density", "--bins", "4"]].concat());
    assert!(cells.len() <= 16);
    assert_eq!(cells.iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>(), expected.len() as u64);
    for (arguments, told) in [
        (&["--metric", "speed", "--as", "scatter"][..], "two metrics"),
        (&["--metric", "speed", "--as", "histogram", "--bins", "0"], "from 1 to 10000 bars"),
        (&["--metric", "speed", "--as", "box", "--bins", "3"], "--bins"),
        (&["--metric", "speed", "--as", "box", "--agg", "mean"], "--agg"),
        (&["--metric", "speed", "--as", "chart"], "--saved"),
    ] {
        let error = lake.fail("stats", arguments, 2);
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
}
