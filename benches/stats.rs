//! Statistics: of every metric under one filter after the other, of values in memory, and of a lake on disk.

#[path = "window/driver.rs"]
mod driver;

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lakescope::{
    analytics::stats::{MemorySource, Moments, Question, Wanted, answer},
    filter::FrameColumns,
    gui::StatChoice,
    jobs::Progress,
    model::MetricKind,
    sample::{SampleLayout, SampleSpec},
    session::{ChartKind, LiveStatistics, OpenOptions, Session, StatsRequest},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Values in no order, with a gap here and there.
fn values(rows: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let value = |_| {
        let value = random.random_range(0.0..50.0) + random.random_range(0.0..50.0);
        if random.random_range(0..500) == 0 { f64::NAN } else { value }
    };
    (0..rows).map(value).collect()
}

/// A lake of so many frames, the one that is scrolled by the bench of that name.
fn framed(frames: u64) -> std::path::PathBuf {
    let recordings = u32::try_from(frames.div_ceil(10_000)).expect("few recordings");
    let spec = SampleSpec {
        recordings,
        cameras: 2,
        frames: 5_000,
        width: 64,
        height: 36,
        layout: SampleLayout::Jpeg,
        rate_hz: 30.0,
        metric_rate_hz: 10.0,
        events: 0,
        distinct: Some(60),
        ..SampleSpec::showcase()
    };
    driver::lake(&format!("scroll-{frames}"), &spec)
}

/// What the window asks when a filter changes, values at frames being told: a histogram of every metric, and count, mean and
/// quantiles of all of them. Every time another filter, which is read, checked and evaluated too.
fn live(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("stats/every metric under a new filter");
    for (frames, by) in [(100_000_u64, None), (100_000, Some("recording")), (1_000_000, None)] {
        let name = by.map_or_else(|| frames.to_string(), |by| format!("{frames} by {by}"));
        group.bench_function(BenchmarkId::from_parameter(name), |bench| {
            let session = Session::open(&framed(frames), OpenOptions::default()).expect("the lake can be opened");
            let table = session.table().expect("the lake is indexed");
            let numbers = table.metrics().iter().filter(|metric| metric.kind != MetricKind::Text);
            let choice = StatChoice {
                metrics: numbers.map(|metric| metric.name.clone()).collect(),
                by: by.map(str::to_owned).into_iter().collect(),
                aggregates: ["count", "mean", "p5", "p25", "median", "p75", "p95"].map(str::to_owned).to_vec(),
                frames: true,
                chart: ChartKind::Histogram,
                ..StatChoice::default()
            };
            let live = LiveStatistics::new(&table);
            let mut step = 0_u32;
            let mut ask = || {
                step += 1;
                let filter = format!("speed > {}", f64::from(step * 7 % 97) / 10.0);
                let mut requests = choice.chart_requests(&filter, |_| true).expect("a histogram of each metric");
                requests.push(choice.analysis(&filter).request().expect("numbers"));
                black_box(session.stats_live(&live, &requests, &Progress::new()).expect("can be told"))
            };
            ask();
            bench.iter(&mut ask);
        });
    }
    group.finish();
}

/// Ten million values in memory: moments alone, and with exact quantiles.
fn in_memory(bench: &mut Criterion) {
    let values = values(10_000_000, 1);
    let mut group = bench.benchmark_group("stats/ten million values");
    group.sample_size(10);
    group.bench_function("moments, one core", |bench| {
        bench.iter(|| {
            let mut moments = Moments::default();
            moments.add(black_box(&values));
            moments
        });
    });
    let part = |(at, values): (usize, &[f64])| (u32::from(at % 2 == 1), 0, Vec::new(), values.to_vec());
    let source = MemorySource { parts: values.chunks(1 << 18).enumerate().map(part).collect() };
    let wanted = Wanted { shares: SHARES.to_vec(), ..Wanted::default() };
    let question = Question { metrics: vec![wanted], weighted: false, keep: None };
    group.bench_function("quantiles of two groups", |bench| {
        bench.iter(|| answer(&source, &question, &Progress::new()).expect("values in memory can be read"));
    });
    group.finish();
}

/// The lake of `LAKESCOPE_BENCH_LAKE`, grouped by recording.
fn lake(bench: &mut Criterion) {
    let Some(folder) = std::env::var_os("LAKESCOPE_BENCH_LAKE") else { return };
    let session = Session::open(folder.as_ref(), OpenOptions::default()).expect("the lake can be opened");
    let table = session.table().expect("the lake is indexed");
    let mut group = bench.benchmark_group("stats");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (name, aggregates) in [("lake", "count mean std min max"), ("lake quantiles", "count p5 median p95")] {
        let request = StatsRequest {
            by: vec!["recording".parse().expect("a group")],
            aggregates: aggregates.split(' ').map(|one| one.parse().expect("an aggregate")).collect(),
            ..StatsRequest::default()
        };
        group.bench_function(name, |bench| {
            bench.iter(|| session.stats(&table, &request, &Progress::new()).expect("the lake can be read"));
        });
    }
    group.finish();
}

criterion_group!(benches, live, in_memory, lake);
criterion_main!(benches);
