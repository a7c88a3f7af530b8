//! Tables of metrics as CSV: read, summarised and aligned to frames.

#![no_main]

use lakescope::formats::{
    AlignOptions, DEFAULT_MAX_GAP_NS, MetricOptions, align, default_interpolation, detect, read_locations,
    read_metrics, summarise,
};
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("metrics.csv");
}

fuzz_target!(|data: &[u8]| {
    SCRATCH.with(|scratch| {
        let path = scratch.fill(data);
        let _ = detect(&path);
        let _ = read_locations(&path);
        let Ok(table) = read_metrics(&path, &MetricOptions::default()) else { return };
        let _ = table.all_notes();
        for series in &table.series {
            let _ = summarise(series, DEFAULT_MAX_GAP_NS);
            let first = series.time_ns.first().copied().unwrap_or(0);
            let frames: Vec<i64> = (0..10).map(|i| first.saturating_add(i * 33_333_333)).collect();
            let interpolation = default_interpolation(&series.name, series.values.kind());
            let options = AlignOptions { interpolation: Some(interpolation), max_gap_ns: DEFAULT_MAX_GAP_NS };
            assert_eq!(align(series, &frames, &options).len(), frames.len());
        }
    });
});
