//! Tests of MCAP recordings that the format's own Python package wrote (`tests/fixtures/metrics/make_mcap.py`).

use proptest::prelude::*;

use super::*;

const START: i64 = 1_714_550_400_000_000_000;

fn fixture(kind: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metrics").join(format!("recording_{kind}.mcap"))
}

#[test]
fn topics_become_metrics() {
    for kind in ["none", "lz4", "zstd"] {
        let table = read_mcap(&fixture(kind), &MetricOptions::default()).unwrap();
        let names: Vec<&str> = table.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "car.can.speed",
                "car.can.gear",
                "car.can.brake",
                "car.can.mode",
                "car.can.wheels.0",
                "car.can.wheels.1",
                "imu.acceleration.x",
                "imu.acceleration.y",
                "imu.acceleration.z",
                "imu.count",
                "imu.mode",
                "pose.x",
            ],
            "{kind}"
        );
        let of = |name: &str| table.series.iter().find(|series| series.name == name).unwrap();
        assert_eq!(of("car.can.speed").values, Column::Float(vec![0.0, 1.5, 3.0, 4.5]));
        assert_eq!(of("car.can.gear").values, Column::Int { values: vec![0, 1, 2, 3], valid: vec![] });
        assert_eq!(of("car.can.brake").values, Column::Bool(vec![0, 0, 1, 0]));
        assert_eq!(of("imu.acceleration.x").values, Column::Float(vec![0.0, 0.25, 0.5, 0.75]));
        assert_eq!(of("imu.mode").values.text(1).as_deref(), Some("RUN"));
        assert_eq!(of("imu.count").time_ns[..2], [START + 1, START + 250_000_001]);
        let notes: Vec<String> = table.all_notes().into_iter().map(|note| note.what).collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains("1 fields of `imu` were not read") && notes[0].contains("(raw)"), "{notes:?}");
    }
}

#[test]
fn ros_messages_become_metrics() {
    let read = |kind: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metrics").join(format!("{kind}.mcap"));
        read_mcap(&path, &MetricOptions::default()).unwrap()
    };
    let values = |table: &MetricTable, name: &str| {
        table.series.iter().find(|series| series.name == name).unwrap_or_else(|| panic!("{name}")).values.clone()
    };
    let table = read("ros2");
    let stamps = (0..4).map(|row| START + row * 250_000_000).collect();
    assert_eq!(values(&table, "car.state.header.stamp"), Column::Int { values: stamps, valid: vec![] });
    assert_eq!(values(&table, "car.state.acceleration.x"), Column::Float(vec![0.0, 0.25, 0.5, 0.75]));
    assert_eq!(values(&table, "car.state.covariance.8"), Column::Float(vec![0.0, 1.0, 2.0, 3.0]));
    assert_eq!(values(&table, "car.state.mode"), Column::Int { values: vec![0, 1, 2, 3], valid: vec![] });
    assert_eq!(values(&table, "car.state.moving"), Column::Bool(vec![0, 1, 0, 1]));
    assert_eq!(values(&table, "car.state.word").text(2).as_deref(), Some("abab"));
    assert_eq!(values(&table, "car.state.wheels.0.turns"), Column::Int { values: vec![0, -1, -2, -3], valid: vec![] });
    assert_eq!(values(&table, "car.state.wheels.1.slip"), Column::Float(vec![0.25; 4]));
    assert_eq!(values(&table, "car.state.last"), Column::Int { values: vec![7, 8, 9, 10], valid: vec![] });
    let notes: Vec<String> = table.all_notes().into_iter().map(|note| note.what).collect();
    assert!(notes.len() == 1 && notes[0].contains("(ranges)"), "{notes:?}");

    let table = read("ros1");
    assert_eq!(values(&table, "gps.fix.latitude"), Column::Float(vec![48.0, 48.125, 48.25, 48.375]));
    assert_eq!(values(&table, "gps.fix.at"), Column::Int { values: vec![3_000_000_005; 4], valid: vec![] });
    assert_eq!(values(&table, "gps.fix.took"), Column::Int { values: vec![-500_000_000; 4], valid: vec![] });
    assert_eq!(values(&table, "gps.fix.signed"), Column::Int { values: vec![0, -1, -2, -3], valid: vec![] });
    assert_eq!(values(&table, "gps.fix.word").text(3).as_deref(), Some("xxx"));
    assert_eq!(table.bad_rows.total(), 0);
}

#[test]
fn a_recording_that_breaks_off_gives_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let bytes = std::fs::read(fixture("none")).unwrap();
    // The summary is at the end, so a cut there loses no message.
    std::fs::write(&path, &bytes[..bytes.len() - 60]).unwrap();
    let table = read_mcap(&path, &MetricOptions::default()).unwrap();
    assert_eq!(table.series.len(), 12);
    assert!(table.notes.iter().any(|note| note.what.contains("not whole")), "{:?}", table.notes);
    for (bytes, part) in [(&b"no"[..], "too short"), (b"something else", "does not begin")] {
        std::fs::write(&path, bytes).unwrap();
        let error = read_mcap(&path, &MetricOptions::default()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Foreign bytes end in metrics or in an error, never in a panic or an allocation without bound.
    #[test]
    fn damaged_recordings_are_survived(kind in 0_usize..3, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..10), cut in prop::option::of(any::<prop::sample::Index>())) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mcap");
        let mut bytes = std::fs::read(fixture(["none", "lz4", "zstd"][kind])).unwrap();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(&path, bytes).unwrap();
        if let Ok(table) = read_mcap(&path, &MetricOptions::default()) {
            for series in table.series {
                prop_assert_eq!(series.time_ns.len(), series.values.len());
            }
        }
    }
}
