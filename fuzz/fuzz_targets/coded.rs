//! JPEG and PNG rows, decoded at full size and reduced.

#![no_main]

use lakescope::frames::{Encoding, Extent, Extents, FrameLayout, Origin, Storage};
use lakescope_fuzz::{Scratch, read_frames};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("store.h5");
}

/// Largest picture that is decoded here, pixels; larger ones only slow the fuzzer.
const MOST_PIXELS: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    if data.is_empty() || is_large(data) {
        return;
    }
    let layout = FrameLayout {
        dataset: "/frames".to_owned(),
        members: Vec::new(),
        shape: vec![1],
        chunk: Vec::new(),
        encoding: Encoding::Coded,
        storage: Storage::Rows,
        filters: Vec::new(),
        fill: Vec::new(),
        palette: Vec::new(),
        white_is_zero: false,
        origin: Origin::UpperLeft,
        sources: Vec::new(),
        parts: Vec::new(),
    };
    let extent = Extent { address: 0, length_bytes: data.len() as u64, filter_mask: 0 };
    let extents = Extents::new(1, vec![(0, extent)]).expect("one piece is in order");
    SCRATCH.with(|scratch| {
        scratch.fill(data);
        read_frames(scratch, &layout, &extents);
    });
});

/// Whether the header of the picture declares many pixels.
fn is_large(data: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    let pixels = if data.starts_with(b"\x89PNG") {
        data.get(16..24).map(|size| number(&size[..4]).saturating_mul(number(&size[4..])))
    } else {
        let frame = data.windows(2).position(|w| w[0] == 0xff && matches!(w[1], 0xc0..=0xc3));
        frame.and_then(|at| data.get(at + 5..at + 9)).map(|size| number(&size[..2]) * number(&size[2..]))
    };
    pixels.is_some_and(|n| (MOST_PIXELS..100_000_000).contains(&n))
}
