//! Rate at which a store is summed, from a file that the system has in memory already.

use std::{hint::black_box, io::Write};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lakescope::frames::checksum::{Cover, StoreFile};

/// Length of the store.
const STORE_BYTES: u64 = 64 << 20;

fn sum(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the store");
    let mut file = std::fs::File::create(folder.path().join("store.h5")).expect("the store can be made");
    let block: Vec<u8> = (0..1_u32 << 20).map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    for _ in 0..STORE_BYTES >> 20 {
        file.write_all(&block).expect("the store can be written");
    }
    let store = StoreFile::open(folder.path(), "store.h5").expect("the store can be opened");
    let mut group = criterion.benchmark_group("checksum");
    group.throughput(Throughput::Bytes(STORE_BYTES));
    for frame_bytes in [4_000_u64, 30_000, 2_700_000] {
        let frames = (STORE_BYTES - 4096) / (frame_bytes + 16);
        let start = |frame: u64| 4096 + frame * (frame_bytes + 16);
        let cover = Cover::new(STORE_BYTES, (0..frames).map(|frame| start(frame)..start(frame) + frame_bytes));
        group.bench_function(BenchmarkId::new("frame bytes", frame_bytes), |bencher| {
            let mut buffer = Vec::new();
            bencher.iter(|| {
                let mut all = 0_u32;
                for windows in (0..cover.windows()).step_by(8) {
                    store.sum(&cover, &(windows..(windows + 8).min(cover.windows())), &mut buffer, |_, sum| {
                        all ^= sum.expect("the store can be read");
                    });
                }
                black_box(all)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, sum);
criterion_main!(benches);
