//! The times of sensor files: what can be told of them, and that those which reach no frame are named.

use std::path::{Path, PathBuf};

use crate::harness::Lake;

/// A recording whose four frames are 50 ms apart from 08:00 UTC on the first of May 2024, and a file in it.
fn lake_with(files: &[(&str, &[u8])]) -> Lake {
    let lake = Lake::empty();
    let recording = lake.path().join("recordings/one");
    std::fs::create_dir_all(recording.join("footages")).unwrap();
    std::fs::copy(fixture("layouts/native_raw.h5"), recording.join("footages/front.h5")).unwrap();
    for (file, bytes) in files {
        let path = recording.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    lake.run("index", &[]);
    lake
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The values of a metric at the four frames.
fn values(lake: &Lake, metric: &str) -> Vec<serde_json::Value> {
    let frames = lake.json("frames", &["--columns", metric]);
    frames.as_array().unwrap().iter().map(|frame| frame[metric].clone()).collect()
}

fn problems(lake: &Lake) -> String {
    lake.json("info", &[])["problems"].to_string()
}

/// Sets something of a sensor file and indexes again.
fn set(lake: &Lake, path: &str, settings: &[&str]) {
    lake.run("set", &[&["--sensors", path], settings].concat());
    lake.run("index", &[]);
}

const FILE: &str = "recordings/one/metrics/a.csv";

#[test]
fn the_unit_of_times_can_be_told() {
    let lake = lake_with(&[("metrics/a.csv", b"time,boost\n0,1\n50,2\n100,3\n150,4\n")]);
    assert_eq!(values(&lake, "boost"), [1, 1, 1, 1], "taken for seconds");
    assert!(problems(&lake).contains("set time_unit of the sensor file in lake.toml"), "{}", problems(&lake));
    set(&lake, FILE, &["time_unit=ms"]);
    assert_eq!(values(&lake, "boost"), [1, 2, 3, 4]);
    assert!(!problems(&lake).contains("by their size"), "{}", problems(&lake));
    let refused = lake.fail("set", &["--sensors", FILE, "time_unit=min"], 2);
    assert!(refused.contains("time_unit cannot be \"min\""), "{refused}");
    let mean = lake.json("stats", &["--metric", "boost"]);
    assert!(mean.to_string().contains("2.5"), "{mean}");
}

#[test]
fn the_column_of_times_can_be_told() {
    let lake = lake_with(&[("metrics/a.csv", b"time_s,taken,boost\n0,0.1,1\n0.05,0.15,2\n")]);
    assert_eq!(values(&lake, "boost"), [1, 2, 2, 2]);
    set(&lake, FILE, &["time_column=taken", "time_unit=s"]);
    let null = serde_json::Value::Null;
    assert_eq!(values(&lake, "boost"), [null.clone(), null, 1.into(), 2.into()]);
    set(&lake, FILE, &["time_column=took"]);
    assert!(problems(&lake).contains("took"), "{}", problems(&lake));
}

#[test]
fn stamps_of_messages_can_be_their_times() {
    let bytes = std::fs::read(fixture("metrics/recording_none.mcap")).unwrap();
    let lake = lake_with(&[("metrics/a.mcap", &bytes)]);
    assert_eq!(values(&lake, "car.can.brake"), [false; 4], "logged every quarter of a second");
    set(&lake, "recordings/one/metrics/*.mcap", &["time_column=gear", "time_unit=ms"]);
    // 0, 1, 2 and 3 ms behind the first frame, so that the others come after the last message.
    let null = serde_json::Value::Null;
    assert_eq!(values(&lake, "car.can.speed"), [0.0.into(), null.clone(), null.clone(), null]);
    assert_eq!(values(&lake, "car.can.mode"), ["eco"; 4]);
    assert!(problems(&lake).contains("topics have no field `gear`"), "{}", problems(&lake));
    let held = lake.json("set", &[]).to_string();
    assert!(held.contains("\"time_column\"") && held.contains("\"gear\""), "{held}");
}

#[test]
fn settings_that_a_format_has_no_room_for_are_told() {
    let bytes = std::fs::read(fixture("metrics/measurement.mf4")).unwrap();
    let lake = lake_with(&[("metrics/a.mf4", &bytes)]);
    let before = values(&lake, "speed");
    assert!(before[0].is_number());
    set(&lake, "recordings/one/metrics/a.mf4", &["time_column=t", "time_unit=ms"]);
    assert_eq!(values(&lake, "speed"), before);
    let told = problems(&lake);
    assert!(
        told.contains("time_unit of lake.toml does nothing") && told.contains("time_column of lake.toml"),
        "{told}"
    );
    // A start in local time goes through the zone of the lake.
    let mut local = bytes;
    local[64 + 84] = 1;
    std::fs::write(lake.path().join("recordings/one/metrics/a.mf4"), local).unwrap();
    set(&lake, "recordings/one/metrics/a.mf4", &["time_column=", "time_unit=", "time_zone=Europe/Berlin"]);
    assert!(problems(&lake).contains("they are from 2024-05-01T06:00:00"), "{}", problems(&lake));
}

#[test]
fn files_whose_samples_reach_no_frame_are_told() {
    let line = ["1"; 30].join(" ");
    let mdf = std::fs::read(fixture("metrics/measurement.mf4")).unwrap();
    let lake = lake_with(&[
        ("oxts/timestamps.txt", b"2024-05-01 08:00:00\n2024-05-01 08:00:00.1\n"),
        ("oxts/data/0000000000.txt", line.as_bytes()),
        ("oxts/data/0000000001.txt", line.as_bytes()),
        ("metrics/a.mf4", &mdf),
    ]);
    assert!(!problems(&lake).contains("near no frame"), "{}", problems(&lake));
    lake.run("set", &["--whole", "time_zone=Europe/Berlin"]);
    set(&lake, "recordings/one/metrics/a.mf4", &["offset_s=900"]);
    let told = problems(&lake);
    let oxts = "its 2 samples are near no frame: they are from 2024-05-01T06:00:00.000000000Z to \
                2024-05-01T06:00:00.100000000Z, the frames from 2024-05-01T08:00:00.000000000Z to \
                2024-05-01T08:00:00.150000000Z";
    assert!(told.contains(oxts), "{told}");
    assert!(told.contains("near no frame: they are from 2024-05-01T08:15:00"), "{told}");
    assert_eq!(lake.run("frames", &["--where", "lat is not null", "--count"]).trim(), "0");
    set(&lake, "recordings/one/oxts/timestamps.txt", &["time_zone=UTC"]);
    set(&lake, "recordings/one/metrics/a.mf4", &["offset_s="]);
    assert!(!problems(&lake).contains("near no frame"), "{}", problems(&lake));
    assert_eq!(lake.run("frames", &["--where", "lat is not null", "--count"]).trim(), "3");
}
