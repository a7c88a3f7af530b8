//! Tests of MDF 4 files, which the library that reads them writes here, too; files of other software are read in
//! `tests/it/metric_files.rs`.

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
