//! What the set-up installs for tests, and tests that do without it.

use std::{fs::OpenOptions, io::Write, path::PathBuf};

/// Where the set-up puts what it installs outside of apt.
pub(crate) fn tools() -> Option<PathBuf> {
    let named = std::env::var_os("LAKESCOPE_TOOLS").map(PathBuf::from);
    named.or_else(|| std::env::home_dir().map(|home| home.join(".cache/lakescope-tools")))
}

/// Tells that the test that called was skipped, and why, or fails it.
#[track_caller]
pub(crate) fn skipped(why: &str) {
    let reason = format!("{}: {why}", std::thread::current().name().unwrap_or("a test"));
    let allowed = std::env::var_os("LAKESCOPE_ALLOW_SKIP").is_some_and(|value| value == "1");
    assert!(allowed, "{reason}, or allow skipping with LAKESCOPE_ALLOW_SKIP=1");
    eprintln!("SKIPPED {reason}");
    // cargo hides what a passing test prints; `make test` reads this file at its end.
    if let Some(path) = std::env::var_os("LAKESCOPE_SKIPPED")
        && let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path)
    {
        let _ = writeln!(file, "{reason}");
    }
}
