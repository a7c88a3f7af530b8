//! `recording.toml`.

#![no_main]

use lakescope::formats::read_recording_toml;
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("recording.toml");
}

fuzz_target!(|data: &[u8]| {
    SCRATCH.with(|scratch| {
        if let Err(error) = read_recording_toml(&scratch.fill(data)) {
            assert!(!error.to_string().is_empty());
        }
    });
});
