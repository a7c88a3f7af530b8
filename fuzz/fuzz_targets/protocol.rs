//! Answers of a reader process that has been taken over: a store is probed, and the reader says anything.
//!
//! An input that begins with an odd byte is the raw stream. Any other is parts between bytes 0xff, alternately headers
//! and bodies, which get the right lengths, so that the fuzzer gets beyond the framing.

#![no_main]

use lakescope::frames::{ChildPool, probe_store};
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = store();
}

/// A store whose first bytes are in order.
fn store() -> Scratch {
    let scratch = Scratch::new("store.h5");
    let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
    bytes.extend([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]);
    for address in [0, u64::MAX, 4096, u64::MAX] {
        bytes.extend(address.to_le_bytes());
    }
    bytes.resize(4096, 7);
    scratch.fill(&bytes);
    scratch
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let answers = if first % 2 == 1 { rest.to_vec() } else { framed(rest) };
    SCRATCH.with(|scratch| {
        let pool = ChildPool::recorded(answers);
        if let Ok(probe) = probe_store(&pool, scratch.root(), "store.h5") {
            for footage in probe.footages {
                let _ = footage.extents.pack();
                let _ = serde_json::to_string(&footage.layout);
            }
        }
    });
});

fn framed(parts: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, part) in parts.split(|byte| *byte == 0xff).enumerate() {
        let length = (part.len() as u64).to_le_bytes();
        out.extend(if at % 2 == 0 { &length[..4] } else { &length[..] });
        out.extend(part);
    }
    out
}
