//! Frames by where they were taken, from the command line.

use std::fmt::Write as _;

use crate::harness::{Lake, files_below};

/// A recording of four frames a second apart, with positions under these names.
fn lake(latitude: &str, longitude: &str) -> Lake {
    let lake = Lake::empty();
    let metrics = lake.path().join("recordings/d1/metrics");
    std::fs::create_dir_all(&metrics).unwrap();
    let footages = lake.path().join("recordings/d1/footages");
    std::fs::create_dir_all(&footages).unwrap();
    let store = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts/native_raw.h5");
    std::fs::copy(store, footages.join("front.h5")).unwrap();
    lake.run("index", &[]);
    let text = lake.run("frames", &["--json", "--columns", "timestamp_ns"]);
    let frames: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut table = format!("timestamp_ns,{latitude},{longitude}\n");
    for (at, frame) in (0_u8..).zip(&frames) {
        let east = if at < 2 { 179.9 + f64::from(at) * 0.05 } else { -179.98 + f64::from(at) * 0.05 };
        writeln!(table, "{},{},{east}", frame["timestamp_ns"], 10.0 + f64::from(at)).unwrap();
    }
    std::fs::write(metrics.join("gps.csv"), table).unwrap();
    lake.run("index", &[]);
    lake
}

fn found(lake: &Lake, filter: &str) -> String {
    lake.run("frames", &["--where", filter, "--count"]).trim().to_owned()
}

#[test]
fn boxes_and_polygons_find_frames_also_across_the_antimeridian() {
    let lake = lake("latitude", "longitude");
    let all = lake.run("frames", &["--count"]).trim().to_owned();
    for (filter, expected) in [
        ("in_box(10, 179, 12, -179)", "3"),
        ("in_box(10, 179, 12, 180)", "2"),
        ("in_box(0, -179, 90, 179)", "0"),
        ("in_polygon(9.5 179, 9.5 -179, 11.5 -179, 11.5 179)", "2"),
        ("in_box(10, 179, 12, -179) and frame > 0", "2"),
        ("in_box(-90, -180, 90, 180)", all.as_str()),
    ] {
        assert_eq!(found(&lake, filter), expected, "{filter}");
    }
    let error = lake.fail("frames", &["--where", "in_box(12, 179, 10, -179)", "--count"], 2);
    assert!(error.contains("write south, west, north, east"), "{error}");
    let explained = lake.run("frames", &["--where", "in_box(10, 179, 12, -179) and frame > 0", "--explain"]);
    assert!(explained.contains("in_box(10, 179, 12, -179)"), "{explained}");
}

#[test]
fn other_names_of_positions_are_told_in_the_manifest() {
    let lake = lake("north", "east");
    let error = lake.fail("frames", &["--where", "in_box(10, 179, 12, -179)", "--count"], 2);
    assert!(error.contains("name them in lake.toml"), "{error}");
    lake.run("set", &["--position", "latitude=north", "longitude=east"]);
    let report = lake.json("index", &[]);
    assert_eq!(report["recordings_read"], 0, "{report}");
    // The index is still known for one of its own afterwards.
    let report = lake.json("index", &[]);
    assert_eq!(report["recordings_read"], 0, "{report}");
    assert_eq!(found(&lake, "in_box(10, 179, 12, -179)"), "3");
    lake.run("set", &["--position", "latitude=nroth"]);
    lake.run("index", &[]);
    let told = lake.json("info", &[])["problems"].to_string();
    assert!(told.contains("no metric of the lake is called so"), "{told}");
    lake.fail("frames", &["--where", "in_box(10, 179, 12, -179)", "--count"], 2);
}

#[test]
fn a_copy_of_an_indexed_lake_tells_that_its_stores_are_others() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let asked = || {
        let output = lake.output("frames", &["--count"]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(asked(), "");
    // What a copy does to a store: the same bytes in another file.
    let mut stores: Vec<_> =
        files_below(&lake.path()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "h5")).collect();
    stores.sort();
    for store in &stores {
        let copy = store.with_extension("copy");
        std::fs::copy(store, &copy).unwrap();
        std::fs::rename(&copy, store).unwrap();
    }
    let told = asked();
    let first = stores[0].strip_prefix(lake.path()).unwrap().display().to_string();
    assert!(told.contains(&format!("{first} and {} more changed", stores.len() - 1)), "{told}");
    assert!(told.contains("lakescope index"), "{told}");
    lake.run("index", &[]);
    assert_eq!(asked(), "");
}
