//! Tables of labels: CSV, or Parquet when the input begins like it.

#![no_main]

use lakescope::formats::{FootageName, LabelOptions, attach, detect, read_labels_table};
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CSV: Scratch = Scratch::new("labels.csv");
    static PARQUET: Scratch = Scratch::new("labels.parquet");
}

fuzz_target!(
    init: {
        // The Parquet library panics on some damaged files, which the reader catches and tells. The fuzzer would stop at
        // the panic itself; a panic that nobody catches still ends it.
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.location().is_none_or(|place| !place.file().contains("polars")) {
                report(panic);
            }
        }));
    },
    |data: &[u8]| {
    let scratch = if data.starts_with(b"PAR1") { &PARQUET } else { &CSV };
    scratch.with(|scratch| {
        let path = scratch.fill(data);
        let _ = detect(&path);
        let options = LabelOptions { cameras: vec!["front".to_owned()], ..LabelOptions::default() };
        let Ok(table) = read_labels_table(&path, &options) else { return };
        assert!(table.len() as u64 + table.bad_rows.total() >= table.len() as u64);
        let _ = table.all_notes("rows");
        let times: Vec<i64> = (0..20).map(|i| i * 100_000_000).collect();
        let footage = FootageName { recording: "drive", camera: "front", takes_unnamed: true };
        let attached = attach(&table, footage, &times);
        for (row, frame_idx) in attached.labels {
            assert!(frame_idx < 20);
            let _ = table.label(row, frame_idx);
        }
    });
}
);
