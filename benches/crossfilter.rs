//! A brush that moves: the filter, ten histograms, five lists and the label classes, each over the frames that fulfil
//! everything but its own condition.

use std::{
    collections::BTreeMap,
    hint::black_box,
    sync::{Arc, atomic::AtomicBool},
};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lakescope::{
    filter::{
        Filter, FrameColumns, FrameSet, MemoryColumns, Span, attribute_keys,
        crossfilter::{Crossfilter, FacetCounts, FacetKey},
        facets::ClassCount,
        histogram::Histogram,
        metric_name,
    },
    model::{Column, MetricKind},
    session::{OpenOptions, Session},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const FOOTAGE_ROWS: usize = 10_000;
const METRICS: usize = 10;
static NEVER: AtomicBool = AtomicBool::new(false);

/// A lake of random metrics: no order that would flatter short cuts, and a gap here and there.
fn lake(rows: usize) -> MemoryColumns {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut lake = MemoryColumns::new();
    for footage in 0..rows.div_ceil(FOOTAGE_ROWS) {
        let frames = (rows - footage * FOOTAGE_ROWS).min(FOOTAGE_ROWS);
        let region = Arc::new(BTreeMap::from([("region".to_owned(), format!("region {}", footage % 7))]));
        let times = (0..frames).map(|frame| i64::try_from(frame).expect("few frames") * 50_000_000);
        lake.add_footage(&format!("drive_{}", footage / 2), ["front", "rear"][footage % 2], 0, &region, times);
    }
    for metric in 0..METRICS {
        let values = (0..rows).map(|_| {
            // The mean of two: more in the middle, as most metrics have it.
            let value = random.random_range(0.0..50.0) + random.random_range(0.0..50.0);
            if random.random_range(0..500) == 0 { f64::NAN } else { value }
        });
        let column = Column::Float(values.collect());
        lake.add_metric(&format!("metric_{metric}"), None, column);
    }
    lake.add_metric("braking", None, Column::Bool((0..rows).map(|_| random.random_range(0..3)).collect()));
    let words = ["clear", "rain", "snow", "fog", "clouds"].map(str::to_owned).to_vec();
    let codes = (0..rows).map(|_| random.random_range(0..5)).collect();
    lake.add_metric("weather", None, Column::Text { codes, words });
    for class in ["car", "pedestrian", "traffic sign"] {
        lake.add_class(class, (0..rows).map(|_| random.random_range(0..12_u32).saturating_sub(8)).collect());
    }
    lake
}

/// Every facet that the window shows of a lake.
fn facets(columns: &dyn FrameColumns) -> Vec<FacetKey> {
    let of = |metric: &lakescope::filter::MetricName| match metric.kind {
        MetricKind::Float | MetricKind::Int => FacetKey::Numbers(metric.name.clone()),
        MetricKind::Bool | MetricKind::Text => FacetKey::Category(metric_name(&metric.name)),
    };
    let names = ["camera", "recording"].into_iter().chain(attribute_keys(columns));
    let mut keys: Vec<FacetKey> = names.map(|name| FacetKey::Category(name.to_owned())).collect();
    keys.extend(columns.metrics().iter().map(of));
    keys.push(FacetKey::Classes);
    keys
}

/// Goes through the filters in turn, as often as it is measured.
struct Walk<'a> {
    columns: &'a dyn FrameColumns,
    cross: Crossfilter,
    facets: Vec<FacetKey>,
    texts: Vec<String>,
    at: usize,
}

impl<'a> Walk<'a> {
    fn new(columns: &'a dyn FrameColumns, texts: Vec<String>) -> Self {
        let mut walk = Self { facets: facets(columns), columns, cross: Crossfilter::default(), texts, at: 0 };
        walk.step();
        walk
    }

    fn step(&mut self) -> usize {
        self.matches().count()
    }

    /// What the window answers: the step, and the matches as spans with their peaks, or in an order that was made before.
    fn answer(&mut self, grouped: bool, order: &[u32]) -> usize {
        let set = self.matches();
        if !grouped {
            return black_box(order.iter().copied().filter(|row| set.contains(*row as usize)).collect::<Vec<u32>>())
                .len();
        }
        let spans = lakescope::filter::spans(self.columns, &set, None).expect("has times");
        let values = lakescope::filter::numbers("metric_0", self.columns).expect("is a number");
        let peak = |span: &Span| {
            let rows = (span.first_row..=span.last_row).filter(|row| set.contains(*row));
            rows.map(|row| values[row]).fold(f64::NAN, f64::max)
        };
        black_box(spans.iter().map(peak).collect::<Vec<f64>>()).len()
    }

    fn matches(&mut self) -> FrameSet {
        let filter = Filter::parse(&self.texts[self.at]).expect("parses");
        self.at = (self.at + 1) % self.texts.len();
        let step =
            self.cross.step(self.columns, &filter, &self.facets, &NEVER).expect("evaluates").expect("runs through");
        assert!(step.facets.iter().all(|(_, counts)| counts.is_ok()));
        black_box(step).set
    }

    /// What all facets count at each of the filters, for comparison.
    fn told(&mut self) -> Value {
        let numbers =
            |histogram: &Histogram| json!([histogram.counts, histogram.nulls, histogram.below, histogram.above]);
        let counts = |counts: &FacetCounts| match counts {
            FacetCounts::Numbers { bins, total, front } => {
                json!({"low": bins.low, "high": bins.high, "bins": bins.count, "total": numbers(total), "front": numbers(front)})
            }
            FacetCounts::Category(values) => {
                values.iter().map(|one| json!([one.value, one.frames, one.matching])).collect()
            }
            FacetCounts::Classes { classes, bare } => {
                let class = |one: &ClassCount| json!([one.class, one.frames, one.matching, one.labels]);
                json!({"classes": classes.iter().map(class).collect::<Vec<_>>(), "bare": bare})
            }
            FacetCounts::Labels(frames) => json!(frames),
        };
        let mut all = Vec::new();
        for text in &self.texts {
            let filter = Filter::parse(text).expect("parses");
            let step =
                self.cross.step(self.columns, &filter, &self.facets, &NEVER).expect("evaluates").expect("runs through");
            let facets = step.facets.iter().map(|(key, found)| {
                let (kind, name) = match key {
                    FacetKey::Numbers(name) => ("numbers", name.as_str()),
                    FacetKey::Category(name) => ("category", name.as_str()),
                    FacetKey::Classes => ("classes", ""),
                    FacetKey::Labels(class) => ("labels", class.as_deref().unwrap_or("")),
                };
                json!({"kind": kind, "name": name, "counts": counts(found.as_ref().expect("is counted"))})
            });
            all.push(json!({"filter": text, "matches": step.set.count(), "facets": facets.collect::<Vec<_>>()}));
        }
        Value::Array(all)
    }
}

const OTHERS: &str = "metric_1 <= 60 and has(car)";

/// A brush that moves by a two-hundredth of the histogram, forth and back.
fn drag() -> Vec<String> {
    let forth = (0..60).map(|step| (20.0 + f64::from(step) / 2.0, 50.0 + f64::from(step) / 2.0));
    let way: Vec<_> = forth.collect();
    let back = way.iter().rev();
    way.iter().chain(back).map(|(low, high)| format!("metric_0 between {low} and {high} and {OTHERS}")).collect()
}

/// One end of a brush that moves, without other conditions.
fn one_end() -> Vec<String> {
    let forth = (0..60).map(|step| format!("metric_0 >= {}", 40.0 + f64::from(step) / 2.0));
    let way: Vec<_> = forth.collect();
    way.iter().chain(way.iter().rev()).cloned().collect()
}

/// A brush that is placed somewhere else each time.
fn jumps() -> Vec<String> {
    let places = [(10, 40), (60, 90), (35, 65), (0, 30), (45, 75), (5, 20)];
    places.map(|(low, high)| format!("metric_0 between {low} and {high} and {OTHERS}")).to_vec()
}

/// From few frames to nearly all, and back: the most that a step can change.
fn most() -> Vec<String> {
    ["metric_0 between 49 and 50", "metric_0 >= 1"].map(str::to_owned).to_vec()
}

fn steps(criterion: &mut Criterion) {
    if std::env::var_os("LAKESCOPE_BENCH_LAKE").is_some() {
        return;
    }
    for rows in [1_000_000, 10_000_000] {
        let lake = lake(rows);
        let mut group = criterion.benchmark_group("crossfilter");
        group.sample_size(20);
        for (name, texts) in [("drag", drag()), ("one_end", one_end()), ("jump", jumps()), ("most", most())] {
            let mut walk = Walk::new(&lake, texts);
            eprintln!("{rows} frames: codes and conditions take {:.1} bytes a frame", bytes_a_frame(&walk.cross, rows));
            group.bench_function(BenchmarkId::new(name, rows), |b| b.iter(|| walk.step()));
        }
        // The step alone is `drag`; these are all that a brush waits for.
        let mut order: Vec<u32> = (0..).take(rows).collect();
        order.sort_by_key(|row| row.wrapping_mul(2_654_435_761));
        for (name, grouped) in [("drag_and_spans", true), ("drag_and_order", false)] {
            let mut walk = Walk::new(&lake, drag());
            group.bench_function(BenchmarkId::new(name, rows), |b| b.iter(|| walk.answer(grouped, &order)));
        }
        group.bench_function(BenchmarkId::new("first", rows), |b| {
            b.iter(|| black_box(Walk::new(&lake, one_end()).at));
        });
        group.finish();
    }
}

#[expect(clippy::cast_precision_loss, reason = "told to people")]
fn bytes_a_frame(cross: &Crossfilter, rows: usize) -> f64 {
    cross.bytes() as f64 / rows as f64
}

/// The lake and the filters, one a line, that a comparison with other software names, over the columns of its catalog.
fn named_lake(criterion: &mut Criterion) {
    let (Some(folder), Ok(texts)) =
        (std::env::var_os("LAKESCOPE_BENCH_LAKE"), std::env::var("LAKESCOPE_BENCH_FILTERS"))
    else {
        return;
    };
    let session = Session::open(folder.as_ref(), OpenOptions::default()).expect("opens");
    let table = session.table().expect("is indexed");
    let mut walk = Walk::new(&*table, texts.lines().map(str::to_owned).collect());
    if let Some(file) = std::env::var_os("LAKESCOPE_BENCH_COUNTS") {
        std::fs::write(file, walk.told().to_string()).expect("can be written");
    }
    let mut group = criterion.benchmark_group("crossfilter");
    group.bench_function("lake", |b| b.iter(|| walk.step()));
    group.finish();
}

criterion_group!(benches, steps, named_lake);
criterion_main!(benches);
