//! Settings of metrics, sensor files and the lake: what they change, and what is read again for them.

use crate::harness::Lake;

/// A lake of sensor tables alone: each a recording, its file, and its text.
fn lake_of(tables: &[(&str, &str, &str)]) -> Lake {
    let lake = Lake::empty();
    for (recording, file, text) in tables {
        let folder = lake.path().join("recordings").join(recording).join("metrics");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), text).unwrap();
        let footages = lake.path().join("recordings").join(recording).join("footages");
        std::fs::create_dir_all(&footages).unwrap();
        let store = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts/native_raw.h5");
        std::fs::copy(store, footages.join("front.h5")).unwrap();
    }
    lake.run("index", &[]);
    lake
}

fn read(lake: &Lake) -> u64 {
    lake.json("index", &[])["recordings_read"].as_u64().unwrap()
}

/// The first frame's value of a metric.
fn first(lake: &Lake, recording: &str, metric: &str) -> serde_json::Value {
    let filter = format!("recording = \"{recording}\" and frame = 0");
    let frames = lake.json("frames", &["--where", &filter, "--columns", metric]);
    frames[0][metric].clone()
}

fn problems(lake: &Lake) -> String {
    lake.json("info", &[])["problems"].to_string()
}

#[test]
fn times_without_a_zone_are_read_in_the_zone_that_is_told() {
    // The first frame is of 08:00 UTC, ten o'clock in Berlin.
    let rows =
        "time,value\n2024-05-01 07:59:59,1\n2024-05-01 08:00:01,2\n2024-05-01 09:59:59,3\n2024-05-01 10:00:01,4\n";
    let zoned = "time,value\n2024-05-01T07:59:59Z,1\n2024-05-01T08:00:01Z,2\n2024-05-01T10:00:01Z,4\n";
    let lake = lake_of(&[("local", "a.csv", rows), ("utc", "a.csv", zoned)]);
    lake.run("set", &["--metric", "value", "max_gap_s=3", "interpolate=previous"]);
    assert_eq!(read(&lake), 2);
    assert_eq!((first(&lake, "local", "value"), first(&lake, "utc", "value")), (1.into(), 1.into()));
    lake.run("set", &["--whole", "time_zone=Europe/Berlin"]);
    assert_eq!(read(&lake), 2);
    assert_eq!((first(&lake, "local", "value"), first(&lake, "utc", "value")), (3.into(), 1.into()));
    // A file may have a zone of its own, and an offset.
    lake.run("set", &["--sensors", "recordings/local/*", "time_zone=UTC", "offset_s=-1.5"]);
    assert_eq!(read(&lake), 1);
    assert_eq!(first(&lake, "local", "value"), 2);
    assert!(!problems(&lake).contains("sensors."), "{}", problems(&lake));
    lake.run("set", &["--sensors", "recordings/other/*", "offset_s=1"]);
    assert_eq!(read(&lake), 0);
    assert!(problems(&lake).contains("matches no sensor file"), "{}", problems(&lake));
}

#[test]
fn hours_that_come_twice_or_never_are_told() {
    let autumn = "time,value\n2024-10-27 01:30,1\n2024-10-27 02:30,2\n2024-10-27 02:10,3\n2024-10-27 03:10,4\n";
    let spring = "time,value\n2024-03-31 01:30,1\n2024-03-31 02:30,2\n2024-03-31 03:45,3\n";
    let lake = lake_of(&[("autumn", "a.csv", autumn), ("spring", "a.csv", spring)]);
    lake.run("set", &["--whole", "time_zone=Europe/Berlin"]);
    lake.run("index", &[]);
    let told = problems(&lake);
    assert!(told.contains("2 times in `time` come twice in Europe/Berlin"), "{told}");
    assert!(told.contains("1 times in `time` are none in Europe/Berlin"), "{told}");
    assert!(!told.contains("out of time order"), "{told}");
}

#[test]
fn only_recordings_with_the_metric_are_read_again() {
    let lake = lake_of(&[
        ("one", "a.csv", "timestamp_ns,speed\n1714550400000000000,10\n1714550401000000000,20\n"),
        ("two", "a.csv", "timestamp_ns,rain\n1714550400000000000,1.5\n"),
    ]);
    lake.run("set", &["--metric", "speed", "unit=km/h"]);
    assert_eq!(read(&lake), 1);
    let found = |filter: &str| lake.run("frames", &["--where", filter, "--count"]).trim().to_owned();
    assert_eq!(found("speed > 2 m/s and frame = 0"), "1");
    assert_eq!(found("speed > 3 m/s and frame = 0"), "0");
    lake.run("set", &["--metric", "speed", "unit="]);
    assert_eq!(read(&lake), 1);
    lake.fail("frames", &["--where", "speed > 3 m/s", "--count"], 2);
    for (args, part) in [
        (&["--metric", "speed", "interpolate=spline"][..], "it can be linear"),
        (&["--whole", "time_zone=Berlin"], "is not an IANA zone"),
        (&["--sensors", "a", "shift=1"], "there is no setting `shift` of a sensor file"),
        (&["channels=bgr"], "write the footage and then its settings"),
    ] {
        let error = lake.fail("set", args, 2);
        assert!(error.contains(part), "{args:?}: {error}");
    }
}
