//! Statistics: of every metric under one filter after the other, of values in memory, and of a lake on disk.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lakescope::{
    analytics::stats::{Distributions, MemorySource, Moments, Question, RankedColumn, Wanted, answer},
    filter::{
        FrameSet,
        histogram::{Bins, NumberColumn},
    },
    jobs::Progress,
    model::Column,
    session::{OpenOptions, Session, StatsRequest},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
const METRICS: u64 = 12;

/// Values in no order, with a gap here and there.
fn values(rows: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let value = |_| {
        let value = random.random_range(0.0..50.0) + random.random_range(0.0..50.0);
        if random.random_range(0..500) == 0 { f64::NAN } else { value }
    };
    (0..rows).map(value).collect()
}

/// Histogram and quantiles of twelve metrics over 1,000,000 frames under a filter that lets through one frame in so many.
fn distributions(bench: &mut Criterion) {
    let rows = 1_000_000;
    let mut ranked = Distributions::default();
    for metric in 0..METRICS {
        let values = values(rows, metric);
        let bins = Bins::over(NumberColumn::Metric(&Column::Float(values.clone())), 64);
        ranked.push(RankedColumn::new(&values, bins));
    }
    let mut group = bench.benchmark_group("stats/every metric of a million frames");
    for every in [1, 2, 10] {
        let set = FrameSet::from_rows(rows, (0..rows).filter(|row| row * 7 % 10 % every == 0));
        group.bench_with_input(BenchmarkId::from_parameter(every), &set, |bench, set| {
            bench.iter(|| black_box(ranked.of(black_box(set), &SHARES)));
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

criterion_group!(benches, distributions, in_memory, lake);
criterion_main!(benches);
