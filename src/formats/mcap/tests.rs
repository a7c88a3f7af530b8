//! Tests of MCAP recordings that the format's own Python package wrote (`tests/fixtures/metrics/make_mcap.py`).

use proptest::prelude::*;

use super::*;
use crate::formats::TimeUnit;

/// Where the one chunk of the recordings begins.
const CHUNK: usize = 42;
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
fn a_field_of_the_messages_can_be_their_time() {
    let read = |file: &str, column: &str, unit| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metrics").join(file);
        let mut options = MetricOptions::default();
        options.time.column = Some(column.to_owned());
        options.time.unit = unit;
        options.time.epoch_ns = Some(START);
        let table = read_mcap(&path, &options).unwrap();
        let told: Vec<String> = table.notes.iter().map(|note| note.what.clone()).collect();
        (table.series, told)
    };
    let times = |series: &[crate::model::Series], name: &str| {
        series.iter().find(|series| series.name == name).unwrap_or_else(|| panic!("{name}")).time_ns.to_vec()
    };
    // Stamps of ROS are nanoseconds.
    let (series, told) = read("ros2.mcap", "header.stamp", None);
    assert_eq!(
        times(&series, "car.state.acceleration.x"),
        (0..4).map(|row| START + row * 250_000_000).collect::<Vec<_>>()
    );
    assert!(!series.iter().any(|series| series.name == "car.state.header.stamp"));
    assert!(!told.iter().any(|what| what.contains("time_column")), "{told:?}");
    // Any number can be it, in the unit that is told; topics without the field keep the times of logging.
    let (series, told) = read("recording_none.mcap", "gear", Some(TimeUnit::Ms));
    assert_eq!(times(&series, "car.can.speed"), (0..4).map(|row| START + row * 1_000_000).collect::<Vec<_>>());
    assert_eq!(times(&series, "imu.count")[..2], [START + 1, START + 250_000_001]);
    assert!(told.iter().any(|what| what.starts_with("2 topics have no field `gear`")), "{told:?}");
}

#[test]
fn stamps_in_two_parts_are_joined() {
    let int = |values: &[i64]| Column::Int { values: values.to_vec(), valid: Vec::new() };
    for (parts, expected) in [
        (["header.stamp.sec", "header.stamp.nanosec"], Some(vec![5_000_000_007, 6_000_000_000])),
        (["header.stamp.seconds", "header.stamp.nanos"], Some(vec![5_000_000_007, 6_000_000_000])),
        (["header.stamp.sec", "header.stamp.frame"], None),
    ] {
        let mut fields = vec![(parts[0].to_owned(), int(&[5, 6])), (parts[1].to_owned(), int(&[7, 0]))];
        let taken = stamp::take(&mut fields, "header.stamp", false, &MetricOptions::default());
        let values = taken.map(|(column, options)| {
            assert_eq!(options.time.unit, Some(TimeUnit::Ns));
            let Cells::Values(Column::Int { values, .. }) = column.cells else { panic!("no whole numbers") };
            values
        });
        assert_eq!(values, expected, "{parts:?}");
    }
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

#[test]
fn values_that_fail_their_checksum_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let whole = std::fs::read(fixture("none")).unwrap();
    let place = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|found| found == wanted).unwrap();
    let speed = place(&whole, b"\"speed\": 1.5") + 9;
    // The checksum of the chunk stands behind its head, two times and its size.
    let sum = CHUNK + 9 + 24;
    let records = &whole[sum + 16..][..1214];
    assert_eq!(whole[sum..sum + 4], crc32fast::hash(records).to_le_bytes());
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let table = read_mcap(&path, &MetricOptions::default()).unwrap();
        let told: Vec<String> = table.notes.iter().map(|note| note.what.clone()).collect();
        (table.series.into_iter().find(|series| series.name == "car.can.speed"), told)
    };
    let mut damaged = whole.clone();
    damaged[speed] = b'9';
    let (found, told) = read(&damaged);
    assert!(found.is_none());
    let at = format!("1 of 1 chunks are damaged, the first at byte {CHUNK}");
    assert!(told.iter().any(|what| what.contains(&at) && what.contains("none of their values")), "{told:?}");
    // Without a checksum of the chunk there is nothing to tell by, but for that of all data.
    damaged[sum..sum + 4].fill(0);
    let (found, told) = read(&damaged);
    assert_eq!(found.unwrap().values, Column::Float(vec![0.0, 9.5, 3.0, 4.5]));
    assert!(!told.iter().any(|what| what.contains("checksum")), "{told:?}");
    let told_sum = place(&damaged, &[0x0f, 4, 0, 0, 0, 0, 0, 0, 0]) + 9;
    damaged[told_sum..told_sum + 4].copy_from_slice(&crc32fast::hash(&whole[..told_sum - 9]).to_le_bytes());
    let (_, told) = read(&damaged);
    assert!(told.iter().any(|what| what.contains("the checksum of its data")), "{told:?}");
    let right = crc32fast::hash(&damaged[..told_sum - 9]);
    damaged[told_sum..told_sum + 4].copy_from_slice(&right.to_le_bytes());
    let (_, told) = read(&damaged);
    assert!(!told.iter().any(|what| what.contains("checksum")), "{told:?}");
}

#[test]
fn reading_goes_on_behind_a_damaged_chunk() {
    for kind in ["none", "lz4", "zstd"] {
        let whole = std::fs::read(fixture(kind)).unwrap();
        // The chunk is put in a second time, with another checksum.
        let length = 9 + usize::try_from(u64::from_le_bytes(whole[CHUNK + 1..CHUNK + 9].try_into().unwrap())).unwrap();
        let mut second = whole[CHUNK..CHUNK + length].to_vec();
        second[33] ^= 1;
        let bytes = [&whole[..CHUNK], &second, &whole[CHUNK..]].concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mcap");
        std::fs::write(&path, bytes).unwrap();
        let table = read_mcap(&path, &MetricOptions::default()).unwrap();
        assert_eq!(table.series[0].values, Column::Float(vec![0.0, 1.5, 3.0, 4.5]), "{kind}");
        let told: Vec<&str> = table.notes.iter().map(|note| note.what.as_str()).collect();
        let at = format!("1 of 2 chunks are damaged, the first at byte {CHUNK}");
        assert!(told.iter().any(|what| what.starts_with(&at)), "{told:?}");
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
