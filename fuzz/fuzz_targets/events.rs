//! Detection events: Parquet when the input begins like it, NDJSON when it begins with a brace, else CSV.

#![no_main]

use lakescope::formats::{EventOptions, EventSet, NO_CODE, Wanted};
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static CSV: Scratch = Scratch::new("events.csv");
    static NDJSON: Scratch = Scratch::new("events.ndjson");
    static PARQUET: Scratch = Scratch::new("events.parquet");
}

fuzz_target!(
    init: {
        // As for tables of labels: panics of the Parquet library are caught and told by the reader.
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.location().is_none_or(|place| !place.file().contains("polars")) {
                report(panic);
            }
        }));
    },
    |data: &[u8]| {
    let scratch = match data.first() {
        _ if data.starts_with(b"PAR1") => &PARQUET,
        Some(b'{') => &NDJSON,
        _ => &CSV,
    };
    scratch.with(|scratch| {
        let Ok(set) = EventSet::find(&scratch.fill(data)) else { return };
        for (part, item) in set.parts.iter().flat_map(|part| [(part, true), (part, false)]) {
            let wanted = Wanted { item, detection: true, camera: true, time: true };
            let mut rows = 0;
            let done = part.read(wanted, &EventOptions::default(), &mut |batch, words| {
                rows += batch.len() as u64;
                assert!(batch.items.len() == batch.len() || (!item && batch.items.is_empty()));
                assert_eq!(batch.detections.len(), batch.len());
                assert_eq!((batch.cameras.len(), batch.times_ns.len()), (batch.len(), batch.len()));
                assert!(batch.locations.iter().all(|code| *code == NO_CODE || (*code as usize) < words.locations.len()));
                assert!(batch.items.iter().all(|code| *code == NO_CODE || (*code as usize) < words.items.len()));
                true
            });
            if let Ok(report) = done {
                assert_eq!(report.rows, rows + report.bad_rows.total());
            }
        }
    });
}
);
