//! `lake.toml`.

#![no_main]

use lakescope::lake::Manifest;
use lakescope_fuzz::Scratch;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: Scratch = Scratch::new("lake.toml");
}

fuzz_target!(|data: &[u8]| {
    SCRATCH.with(|scratch| {
        scratch.fill(data);
        match Manifest::read(scratch.root()) {
            Ok(manifest) => drop(manifest),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
});
