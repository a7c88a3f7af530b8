//! Tests of MDF 4 files, which the library that reads them writes here, too; and of a file that asammdf wrote
//! (`tests/fixtures/metrics/make_mf4.py`).

use mf4_rs::{blocks::common::DataType, writer::MdfWriter};
use proptest::prelude::*;

use super::*;

fn written(path: &Path) {
    let mut writer = MdfWriter::new(path.to_str().unwrap()).unwrap();
    writer.init_mdf_file().unwrap();
    for (count, name) in [(3_u32, "speed"), (2, "rpm")] {
        let group = writer.add_channel_group(None, |_| {}).unwrap();
        let time = writer
            .add_channel(&group, None, |channel| {
                channel.data_type = DataType::FloatLE;
                channel.name = Some("t".to_owned());
                channel.bit_count = 64;
            })
            .unwrap();
        writer.set_time_channel(&time).unwrap();
        writer
            .add_channel(&group, Some(&time), |channel| {
                channel.data_type = DataType::UnsignedIntegerLE;
                channel.name = Some(name.to_owned());
                channel.bit_count = 32;
            })
            .unwrap();
        writer.start_data_block_for_cg(&group, 0).unwrap();
        for row in 0..count {
            let values = [DecodedValue::Float(f64::from(row) / 4.0), DecodedValue::UnsignedInteger(u64::from(row) * 7)];
            writer.write_record(&group, &values).unwrap();
        }
        writer.finish_data_block(&group).unwrap();
    }
    writer.finalize().unwrap();
}

fn options() -> MetricOptions {
    let mut options = MetricOptions::default();
    options.time.epoch_ns = Some(1_714_550_400_000_000_000);
    options
}

#[test]
fn groups_keep_their_own_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mf4");
    written(&path);
    let table = read_mdf(&path, &options()).unwrap();
    let told: Vec<(&str, usize)> =
        table.series.iter().map(|series| (series.name.as_str(), series.time_ns.len())).collect();
    assert_eq!(told, [("speed", 3), ("rpm", 2)], "{:?}", table.notes);
    assert_eq!(table.series[0].values, Column::Int { values: vec![0, 7, 14], valid: vec![] });
    let steps: Vec<i64> = table.series[0].time_ns.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(steps, [250_000_000, 250_000_000]);
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metrics").join(name)
}

#[test]
fn a_start_in_local_time_goes_through_the_zone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mf4");
    let mut bytes = std::fs::read(fixture("measurement.mf4")).unwrap();
    let utc = 1_714_550_400_000_000_000_i64;
    let hours = |hours: i64| utc + hours * 3_600_000_000_000;
    let unsure = ["it tells its start in local time and not in which zone; it was read as UTC"];
    for (flags, zone, start, told) in [
        (2, Some("Europe/Berlin"), utc, &[][..]),
        (1, Some("Europe/Berlin"), hours(-2), &[]),
        (3, Some("Asia/Tokyo"), hours(-9), &[]),
        (0, None, utc, &[]),
        (1, None, utc, &unsure),
    ] {
        bytes[64 + 84] = flags;
        std::fs::write(&path, &bytes).unwrap();
        let mut options = MetricOptions::default();
        options.time.zone = zone.and_then(crate::model::Zone::named);
        let table = read_mdf(&path, &options).unwrap();
        assert_eq!(table.series[0].time_ns[0], start, "{flags} {zone:?}");
        let notes: Vec<&str> = table.notes.iter().map(|note| note.what.as_str()).collect();
        assert_eq!(notes, told, "{flags} {zone:?}");
    }
}

#[test]
fn files_of_other_software_are_read() {
    let table = read_mdf(&fixture("measurement.mf4"), &MetricOptions::default()).unwrap();
    let of = |name: &str| table.series.iter().find(|series| series.name == name).unwrap();
    let names: Vec<&str> = table.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["speed", "rpm", "oil", "gear", "mode"]);
    assert_eq!(of("speed").unit.as_deref(), Some("m/s"));
    assert_eq!(of("speed").values, Column::Float((0..8).map(|row| f64::from(row) * 1.5).collect()));
    assert_eq!(of("rpm").values, Column::Int { values: (0..8).map(|row| row * 100).collect(), valid: vec![] });
    assert_eq!(of("oil").values, Column::Float((0..8).map(|row| f64::from(row) * 0.5 - 40.0).collect()));
    assert_eq!(of("gear").values, Column::Int { values: vec![0, 1, 2], valid: vec![] });
    assert_eq!(of("mode").values.text(1).as_deref(), Some("drive"));
    let start = 1_714_550_400_000_000_000;
    assert_eq!(of("speed").time_ns[..2], [start, start + 250_000_000]);
    assert_eq!(*of("gear").time_ns, [start, start + 1_000_000_000, start + 2_000_000_000]);
    assert!(table.notes.is_empty(), "{:?}", table.notes);
    // Compressed blocks are what the library does not read.
    let error = read_mdf(&fixture("measurement_packed.mf4"), &MetricOptions::default()).unwrap_err();
    assert!(error.to_string().contains("cannot be read as MDF 4"), "{error}");
}

#[test]
fn what_is_no_mdf_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mf4");
    for bytes in [&b""[..], b"MDF     3.30", &[0; 500], b"<html>"] {
        std::fs::write(&path, bytes).unwrap();
        assert!(read_mdf(&path, &options()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Foreign bytes end in metrics or in an error, never in a panic, an endless loop or an allocation without bound.
    #[test]
    fn damaged_files_are_survived(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..10), cut in prop::option::of(any::<prop::sample::Index>())) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mf4");
        written(&path);
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(&path, bytes).unwrap();
        if let Ok(table) = read_mdf(&path, &options()) {
            for series in table.series {
                prop_assert_eq!(series.time_ns.len(), series.values.len());
            }
        }
    }
}
