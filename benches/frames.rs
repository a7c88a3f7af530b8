//! Time of one frame and of a row of thumbnails, from stores that lie in the page cache, on one thread.

use std::{hint::black_box, path::Path};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lakescope::{
    jobs::Progress,
    model::{Raster, RgbImage, Samples},
    sample::{SampleLayout, SampleSpec, generate},
    session::{OpenOptions, Session},
};

/// Frames of the sample, and of one round.
const FRAMES: u64 = 32;

fn session(folder: &Path, layout: SampleLayout) -> Session {
    let mut spec = SampleSpec::showcase();
    (spec.layout, spec.recordings, spec.cameras, spec.frames) = (layout, 1, 1, FRAMES);
    (spec.width, spec.height, spec.events) = (640, 360, 0);
    generate(folder, &spec, &Progress::new()).expect("a sample can be made");
    let options = OpenOptions {
        reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()),
        thumbnail_store_bytes: Some(0),
        ..OpenOptions::default()
    };
    let session = Session::open(folder, options).expect("opens");
    session.index(&Progress::new()).expect("is indexed");
    session
}

fn frames(criterion: &mut Criterion) {
    for (name, layout) in [("gzip", SampleLayout::Gzip), ("jpeg", SampleLayout::Jpeg), ("raw", SampleLayout::Raw)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let session = session(&folder.path().join("lake"), layout);
        let table = session.table().expect("is indexed");
        let rows: Vec<usize> = (0..usize::try_from(FRAMES).expect("few")).collect();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(FRAMES));
        group.sample_size(20);
        let mut raster = Raster { width_px: 0, height_px: 0, channels: 1, samples: Samples::U8(Vec::new()) };
        group.bench_function("one_by_one", |b| {
            b.iter(|| {
                for row in &rows {
                    session.image_into(&table, *row, &mut raster).expect("is read");
                    black_box(&raster);
                }
            });
        });
        group.bench_function("together", |b| {
            b.iter(|| {
                session.images(&table, &rows, |_, image| {
                    black_box(image.expect("is read"));
                    true
                });
            });
        });
        for side in [160, 256] {
            group.bench_function(BenchmarkId::new("thumbnails", side), |b| {
                b.iter(|| {
                    session.thumbnails(&table, &rows, (side, side), |_, picture| {
                        black_box(picture.expect("is made"));
                        true
                    });
                });
            });
        }
        group.finish();
    }
}

/// Coding and decoding one thumbnail, as the store of thumbnails does.
fn coding(criterion: &mut Criterion) {
    let pixels = (0..160 * 90_u32).flat_map(|i| [i % 160, i / 160, 90].map(|n| u8::try_from(n % 256).expect("a byte")));
    let picture = RgbImage { width_px: 160, height_px: 90, pixels: pixels.collect() };
    let coded = lakescope::frames::encode_thumbnail(&picture).expect("is coded");
    let mut group = criterion.benchmark_group("thumbnail_code");
    group.bench_function("encode", |b| b.iter(|| black_box(lakescope::frames::encode_thumbnail(&picture))));
    group.bench_function("decode", |b| b.iter(|| black_box(lakescope::frames::decode_thumbnail(&coded, (160, 90)))));
    group.finish();
}

criterion_group!(benches, frames, coding);
criterion_main!(benches);
