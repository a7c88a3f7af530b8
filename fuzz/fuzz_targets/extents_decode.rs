//! A layout, packed extents and the bytes of a store: whatever they are, reading its frames gives pictures or errors.

#![no_main]

use lakescope::frames::Extents;
use lakescope_fuzz::{Bytes, Scratch, layout, read_frames};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("store.h5");
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let Some(layout) = layout(&mut bytes) else { return };
    let length = bytes.byte();
    let Ok(extents) = Extents::unpack(bytes.some(usize::from(length))) else { return };
    assert_eq!(Extents::unpack(&extents.pack()).expect("packed extents unpack"), extents);
    SCRATCH.with(|scratch| {
        scratch.fill(bytes.0);
        read_frames(scratch, &layout, &extents);
    });
});
