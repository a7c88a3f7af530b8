//! Labels as COCO JSON.

#![no_main]

use lakescope::formats::{FootageName, LabelOptions, attach, detect, read_labels_coco};
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("labels.json");
}

fuzz_target!(|data: &[u8]| {
    SCRATCH.with(|scratch| {
        let path = scratch.fill(data);
        let _ = detect(&path);
        let options = LabelOptions { cameras: vec!["front".to_owned()], ..LabelOptions::default() };
        let Ok(table) = read_labels_coco(&path, &options) else { return };
        let _ = table.all_notes("annotations");
        let times: Vec<i64> = (0..20).map(|i| i * 100_000_000).collect();
        let footage = FootageName { recording: "drive", camera: "front", takes_unnamed: true };
        for (row, frame_idx) in attach(&table, footage, &times).labels {
            assert!(frame_idx < 20);
            let _ = table.label(row, frame_idx);
        }
    });
});
