//! Time of filters, from bound filter to the list of matching rows: three predicates, and conditions over time.

use std::{collections::BTreeMap, hint::black_box, ops::Range, sync::Arc};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lakescope::{
    catalog::FrameTable,
    filter::{
        Filter, FootageRows, FrameColumns, LabelRows, Mark, MemoryColumns, MetricName, Rhythm,
        histogram::{Bins, NumberColumn},
    },
    model::Column,
    session::{OpenOptions, Session},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Frames of one footage.
const FOOTAGE_ROWS: usize = 10_000;

/// A lake of random metrics: no order that would flatter short cuts.
fn lake(rows: usize) -> MemoryColumns {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut lake = MemoryColumns::new();
    let attributes = Arc::new(BTreeMap::from([("region".to_owned(), "north".to_owned())]));
    for footage in 0..rows.div_ceil(FOOTAGE_ROWS) {
        let frames = (rows - footage * FOOTAGE_ROWS).min(FOOTAGE_ROWS);
        let start = i64::try_from(footage).expect("few footages") * 1_000_000_000_000;
        let times = (0..frames).map(|i| start + i64::try_from(i).expect("few frames") * 50_000_000);
        lake.add_footage(&format!("drive_{}", footage / 2), ["front", "rear"][footage % 2], start, &attributes, times);
    }
    let mut metric = |high: f64| Column::Float((0..rows).map(|_| random.random_range(0.0..high)).collect());
    let (speed, brake) = (metric(120.0), metric(1.0));
    lake.add_metric("speed", Some("m/s"), speed).add_metric("brake", None, brake);
    lake.add_class("pedestrian", (0..rows).map(|_| random.random_range(0..6)).collect());
    lake
}

/// Whether a comparison with other software names a lake: then nothing else is measured.
fn names_a_lake() -> bool {
    std::env::var_os("LAKESCOPE_BENCH_LAKE").is_some()
}

fn filters(criterion: &mut Criterion) {
    if names_a_lake() {
        return;
    }
    for (group, text) in [
        ("three_predicates", "speed > 80 and brake < 0.5 and count(pedestrian) >= 3"),
        ("three_predicates_or", "speed > 100 or brake < 0.1 or count(pedestrian) >= 5"),
        ("not", "not (speed > 80 and brake < 0.5)"),
        ("arithmetic", "speed * 3.6 - 10 > 200 and has(pedestrian)"),
        ("category", "camera = \"front\" and speed > 80"),
    ] {
        let mut group = criterion.benchmark_group(group);
        group.sample_size(30);
        for rows in [100_000, 1_000_000, 10_000_000] {
            let lake = lake(rows);
            let bound = Filter::parse(text).expect("parses").bind(&lake).expect("fits");
            group.throughput(Throughput::Elements(rows as u64));
            group.bench_function(BenchmarkId::new("set", rows), |b| {
                b.iter(|| black_box(bound.evaluate(&lake).expect("evaluates").count()));
            });
            group.bench_function(BenchmarkId::new("rows", rows), |b| {
                b.iter(|| black_box(bound.evaluate(&lake).expect("evaluates").to_rows()));
            });
        }
        group.finish();
    }
}

fn histograms(criterion: &mut Criterion) {
    if names_a_lake() {
        return;
    }
    let lake = lake(1_000_000);
    let speed = lake.metric("speed").expect("there");
    let column = NumberColumn::Metric(&speed);
    let set = Filter::parse("brake < 0.5").expect("parses").evaluate(&lake).expect("evaluates");
    let bins = Bins::over(column, 60);
    let mut group = criterion.benchmark_group("histogram");
    group.bench_function("bins", |b| b.iter(|| black_box(Bins::over(column, 60))));
    group.bench_function("all", |b| b.iter(|| black_box(bins.histogram(column, None))));
    group.bench_function("matching", |b| b.iter(|| black_box(bins.histogram(column, Some(&set)))));
    group.finish();
}

/// A table that keeps its columns, and nothing of what a filter works out from them.
struct Forgetful<'a>(&'a FrameTable);

impl FrameColumns for Forgetful<'_> {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn footages(&self) -> &[FootageRows] {
        self.0.footages()
    }
    fn metrics(&self) -> &[MetricName] {
        self.0.metrics()
    }
    fn classes(&self) -> &[String] {
        self.0.classes()
    }
    fn metric(&self, name: &str) -> Result<Arc<Column>, String> {
        self.0.metric(name)
    }
    fn class_count(&self, class: &str) -> Result<Arc<Vec<u32>>, String> {
        self.0.class_count(class)
    }
    fn label_count(&self) -> Result<Arc<Vec<u32>>, String> {
        self.0.label_count()
    }
    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String> {
        self.0.timestamps()
    }
    fn store(&self, footage: usize) -> Option<&str> {
        self.0.store(footage)
    }
    fn marked(&self, mark: Mark) -> Vec<Range<usize>> {
        self.0.marked(mark)
    }
    fn labels_of(&self, footage: usize) -> Result<Arc<LabelRows>, String> {
        self.0.labels_of(footage)
    }
    fn label_attributes(&self) -> Result<Arc<Vec<MetricName>>, String> {
        self.0.label_attributes()
    }
    fn rhythms(&self) -> Result<Arc<Vec<Rhythm>>, String> {
        self.0.rhythms()
    }
}

/// The lake and filter that a comparison with other software names, over the columns of its catalog.
fn named_lake(criterion: &mut Criterion) {
    let (Some(folder), Ok(text)) = (std::env::var_os("LAKESCOPE_BENCH_LAKE"), std::env::var("LAKESCOPE_BENCH_FILTER"))
    else {
        return;
    };
    let session = Session::open(folder.as_ref(), OpenOptions::default()).expect("opens");
    let table = session.table().expect("is indexed");
    let table = Forgetful(&table);
    let bound = Filter::parse(&text).expect("parses").bind(&table).expect("fits");
    let mut group = criterion.benchmark_group("filter");
    group.bench_function("lake", |b| b.iter(|| black_box(bound.evaluate(&table).expect("evaluates").to_rows())));
    group.finish();
}

/// A drive that brakes now and then: metrics that change slowly, at two rates, with a lost frame here and a gap there.
fn drives(rows: usize) -> MemoryColumns {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut lake = MemoryColumns::new();
    let attributes = Arc::new(BTreeMap::new());
    let footages = rows.div_ceil(FOOTAGE_ROWS);
    for footage in 0..footages {
        let frames = (rows - footage * FOOTAGE_ROWS).min(FOOTAGE_ROWS);
        let start = i64::try_from(footage / 2).expect("few footages") * 1_000_000_000_000;
        let period_ns = [50_000_000, 100_000_000][footage % 2];
        let mut time = start;
        let times = (0..frames).map(|_| {
            time += period_ns
                + random.random_range(0..1_000_000)
                + if random.random_range(0..2_000) == 0 { 500_000_000 } else { 0 };
            time
        });
        let times: Vec<i64> = times.collect();
        lake.add_footage(&format!("drive_{}", footage / 2), ["front", "rear"][footage % 2], start, &attributes, times);
    }
    // Thirteen metrics, as many as the sample lakes have.
    for metric in 0..13 {
        let mut value = 15.0;
        let values = (0..rows).map(|_| {
            value = f64::clamp(value + random.random_range(-0.4..0.4), 0.0, 35.0);
            if random.random_range(0..1_000) == 0 { f64::NAN } else { value }
        });
        let column = Column::Float(values.collect());
        lake.add_metric(
            ["speed", "brake"].get(metric).copied().unwrap_or(&format!("metric_{metric}")),
            Some("m/s"),
            column,
        );
    }
    lake.add_class("pedestrian", (0..rows).map(|_| random.random_range(0..40_u32).saturating_sub(36)).collect());
    lake
}

/// Conditions that look at many frames. Nothing is kept between two evaluations.
fn over_time(criterion: &mut Criterion) {
    if names_a_lake() {
        return;
    }
    for (group, text) in [
        ("for", "speed > 20 for 3 s"),
        ("within", "speed > 20 within 2 s of count(pedestrian) >= 2"),
        ("rate", "rate(speed) < -4"),
        ("mean", "mean(speed, 5 s) > 20"),
        (
            "temporal",
            "(speed > 20 for 3 s) and rate(brake) < 0 and mean(metric_7, 5 s) > 10 and brake < 12 within 2 s of has(pedestrian)",
        ),
    ] {
        let mut group = criterion.benchmark_group(group);
        group.sample_size(20);
        for rows in [200_000, 1_000_000] {
            let lake = drives(rows);
            let bound = Filter::parse(text).expect("parses").bind(&lake).expect("fits");
            group.throughput(Throughput::Elements(rows as u64));
            group.bench_function(BenchmarkId::new("rows", rows), |b| {
                b.iter(|| black_box(bound.evaluate(&lake).expect("evaluates").to_rows()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, filters, histograms, over_time, named_lake);
criterion_main!(benches);
