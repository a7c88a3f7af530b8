//! What `lakescope top` says beside its rows: what became of every row, why nothing is left, and what was meant.

use std::fs;

use polars::prelude::{Column, DataFrame, ParquetWriter};
use serde_json::Value;

use crate::top::{EVENTS, Files, HEADER, stage};

/// All that rows can become, with what the report calls it.
const LOST: [(&str, &str); 7] = [
    ("bad rows", "bad_rows"),
    ("duplicates removed", "duplicates"),
    ("without location or item", "incomplete"),
    ("at other locations", "other_locations"),
    ("of other items", "other_items"),
    ("without a time", "without_time"),
    ("outside of the span", "outside_span"),
];

#[test]
fn every_row_is_accounted_for() {
    let files = Files::new();
    // Of the ten rows one is bad, one has no item, one no time.
    let events =
        files.write("events.csv", format!("{HEADER}{EVENTS}x,1,1,car,1\n1,1,300,,1714550400000\n1,1,301,car,\n"));
    let report = files.path("report.json");
    for (args, expected) in [
        (&[][..], [1, 1, 1, 0, 0, 0, 0]),
        (&["--no-dedup"], [1, 0, 1, 0, 0, 0, 0]),
        (&["--window", "1m"], [1, 1, 1, 0, 0, 1, 0]),
        (&["--from", "2024-05-01T08:01Z"], [1, 1, 1, 0, 0, 1, 3]),
        (&["--to", "2024-05-01T08:01Z", "--no-dedup", "--by", "global"], [1, 0, 1, 0, 0, 1, 3]),
        (
            &["--location", "1", "--item", "car", "--window", "1h", "--from", "2024-05-01T08:00:01Z"],
            [1, 1, 1, 3, 1, 1, 1],
        ),
        (&["--counts", "total", "--item", "dog"], [1, 1, 1, 0, 6, 0, 0]),
        (&["--counts", "location", "--item", "dog", "--no-dedup", "--window", "1m"], [1, 0, 1, 0, 7, 0, 0]),
    ] {
        let (_, told) = files.run(&events, &[args, &["--report", report.to_str().unwrap()]].concat());
        let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        for ((name, field), expected) in LOST.into_iter().zip(expected) {
            assert_eq!(report[field], expected, "{args:?} {field}");
            if expected > 0 {
                assert_eq!(stage(&told, name), expected, "{args:?}");
            }
        }
        let counted = stage(&told, "events counted");
        assert_eq!((stage(&told, "rows read"), report["rows_read"].as_u64()), (10, Some(10)), "{args:?}");
        assert_eq!(expected.iter().sum::<u64>() + counted, 10, "{args:?}: {told}");
    }
}

#[test]
fn an_empty_answer_tells_its_cause() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let span = "at times from 2024-05-01T08:00:00.000000000Z to 2024-05-01T08:01:07.000000000Z. Choose a span within";
    for (args, cause) in [
        (&["--from", "2030-01-01"][..], span),
        (&["--from", "2030-01-01", "--list"], span),
        (&["--from", "2030-01-01", "--counts", "item"], span),
        (&["--window", "1m", "--time-unit", "s"], "6 events without a time. Times that do not fit"),
        (&["--from", "2024-05-01", "--time-unit", "ns"], "Times in another unit"),
        (&["--window", "1m", "--time-unit", "ns"], "all windows lie between 1970-01-01T00:28:00"),
        (&["--item", "CAR"], "no event has the item CAR. Perhaps car is meant."),
        (&["--item", "CAR", "--list"], "no event has the item CAR. Perhaps car is meant."),
        (&["--item", "CAR"], "6 events of other items"),
        (&["--location", "91"], "no event is at the location 91."),
        (&["--location", "91"], "6 events at other locations"),
    ] {
        let (_, told) = files.run(&events, args);
        assert!(told.contains(cause), "{args:?}: {told}");
    }
    let (_, told) = files.run(&events, &["--window", "1m", "--item", "car", "--location", "1"]);
    assert!(!told.contains("nothing is left") && !told.contains("no event") && !told.contains("1970"), "{told}");
}

#[test]
fn where_no_row_is_an_event_the_command_fails() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}1,1,a,car,1\n1,1,b,car,1\n"));
    for args in [&[][..], &["--list"], &["--duplicates"], &["--counts", "total"]] {
        let told = files.fail(&events, args, 1);
        assert!(told.contains("no row of") && told.contains("2 rows left out: has a detection_oid that"), "{told}");
        assert!(told.contains("line 2") && told.contains("--on-error skip"), "{told}");
        files.run(&events, &[args, &["--on-error", "skip"]].concat());
    }
    let (_, told) = files.run(&events, &["--on-error", "skip"]);
    assert!(told.contains("nothing is left of 2 rows: 2 rows that are no events"), "{told}");
    let one = files.write("one.csv", format!("{HEADER}1,1,a,car,1\n1,1,2,car,1\n"));
    let (_, told) = files.run(&one, &[]);
    assert!(told.contains("1 row of events left out") && told.contains("ask again"), "{told}");
    let empty = files.write("empty.csv", "");
    let told = files.fail(&empty, &[], 1);
    assert!(told.contains("empty.csv holds no table") && !told.contains("columns: )"), "{told}");
}

#[test]
fn whole_numbers_and_times_are_read_in_all_their_forms() {
    let files = Files::new();
    let plain = files.write(
        "plain.csv",
        format!("{HEADER}1,2,3,car,1714550400000\n,2,4,car,1714550460000\n7,2,3,bus,1714550500000\n"),
    );
    let expected = files.run(&plain, &["--window", "1m"]).0;
    assert_eq!(expected.lines().count(), 2);
    let csv = files.write(
        "floats.csv",
        format!("{HEADER}1.0,2.0,3.0,car,1714550400000.0\n,2.0,4.0,car,2024-05-01 08:01:00\n7.0,2,3,bus,2024-05-01T10:01:40+02:00\n"),
    );
    let line = |place: &str, id: &str, item: &str, time: &str| {
        format!(
            "{{\"geographical_location_oid\":{place},\"video_camera_oid\":2.0,\"detection_oid\":{id},\"item_name\":\"{item}\",\
             \"timestamp_detected\":{time}}}\n"
        )
    };
    let json = line("1.0", "3.0", "car", "\"2024-05-01T08:00:00Z\"")
        + &line("null", "4", "car", "1714550460000.0")
        + &line("7e0", "3", "bus", "\"2024-05-01T08:01:40.000Z\"");
    let json = files.write("floats.ndjson", json);
    let parquet = files.path("floats.parquet");
    let numbers = |name: &str, values: [Option<f64>; 3]| Column::new(name.into(), values.to_vec());
    let mut frame = DataFrame::new(
        3,
        vec![
            // What is no number is no value.
            numbers("geographical_location_oid", [Some(1.0), Some(f64::NAN), Some(7.0)]),
            numbers("video_camera_oid", [Some(2.0), None, Some(2.0)]),
            numbers("detection_oid", [Some(3.0), Some(4.0), Some(3.0)]),
            Column::new("item_name".into(), vec!["car", "car", "bus"]),
            numbers("timestamp_detected", [Some(1_714_550_400.0), Some(1_714_550_460.0), Some(1_714_550_500.0)]),
        ],
    )
    .unwrap();
    ParquetWriter::new(fs::File::create(&parquet).unwrap()).finish(&mut frame).unwrap();
    for path in [&csv, &json, &parquet] {
        let (rows, told) = files.run(path, &["--window", "1m"]);
        assert_eq!(rows, expected, "{}: {told}", path.display());
        let counts = ["rows read", "duplicates removed", "without location or item", "events counted"];
        assert_eq!(counts.map(|name| stage(&told, name)), [3, 1, 1, 1], "{}", path.display());
    }
    for (value, cause) in
        [(2.5, "`video_camera_oid`: it holds 2.5, which is no whole number"), (1e16, "10000000000000000")]
    {
        let column = numbers("video_camera_oid", [Some(2.0), None, Some(value)]);
        frame.with_column(column).unwrap();
        ParquetWriter::new(fs::File::create(&parquet).unwrap()).finish(&mut frame).unwrap();
        let told = files.fail(&parquet, &["--duplicates"], 1);
        assert!(told.contains(cause), "{told}");
        // What is not asked for is not looked at.
        assert_eq!(files.run(&parquet, &["--window", "1m", "--no-dedup", "--by", "global"]).0.lines().count(), 3);
    }
}

#[test]
fn where_rows_go_is_looked_at_first_and_told_last() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let missing = files.path("none/rows.csv");
    let missing = missing.to_str().unwrap();
    // The events are not even looked for.
    for option in ["--out", "--report"] {
        let told = files.fail(&files.path("no-events.csv"), &[option, missing], 1);
        assert!(told.contains(missing) && told.contains("is not there") && !told.contains(".part"), "{told}");
    }
    let out = files.path("rows.xyz");
    let (_, told) = files.run(&events, &["--out", out.to_str().unwrap(), "--format", "csv", "-n", "1"]);
    assert!(told.contains(&format!("3 rows written to {}", out.display())), "{told}");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 4);
}

#[test]
fn locations_can_be_named() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let locations = files.write(
        "locations.csv",
        "geographical_location_oid,geographical_location\n1,Main St\n2,Quay\n9,Main St\n7,12\n",
    );
    let locations = ["--locations", locations.to_str().unwrap(), "--counts", "location"];
    for (named, expected) in [
        (&["--location", "Main St"][..], &["1,3", "9,1"][..]),
        (&["--location", "Quay", "--location", "9"], &["2,2", "9,1"]),
        (&["--location", "2"], &["2,2"]),
    ] {
        let (rows, _) = files.run(&events, &[&locations[..], named].concat());
        assert_eq!(rows.lines().skip(1).collect::<Vec<_>>(), expected, "{named:?}");
    }
    let told = files.fail(&events, &[&locations[..], &["--location", "Main Street"]].concat(), 2);
    assert!(told.contains("is called Main Street; did you mean Main St?"), "{told}");
}

#[test]
fn an_engine_that_is_not_there_is_not_the_only_one() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let told = files.fail(&events, &["--engine", "sc://127.0.0.1:1"], 1);
    assert!(told.contains("127.0.0.1:1") && told.contains("--engine local"), "{told}");
}
