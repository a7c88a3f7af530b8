//! Commands run with a watch on their memory: that of the process and of all processes it starts, together.

use std::{
    fs,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// What a command took.
pub(crate) struct Measured {
    pub(crate) output: Output,
    /// Most resident memory of the whole tree at one moment, bytes.
    pub(crate) peak_bytes: u64,
    pub(crate) time: Duration,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Measured {
    let began = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (peak_bytes, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let pid = child.id();
    let output = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak_bytes.fetch_max(tree_bytes(pid), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(5));
            }
        });
        let output = child.wait_with_output().unwrap();
        done.store(true, Ordering::Relaxed);
        output
    });
    Measured { output, peak_bytes: peak_bytes.into_inner(), time: began.elapsed() }
}

/// Resident memory of a process and its descendants.
fn tree_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: u64 = resident.and_then(|text| text.trim_end_matches("kB").trim().parse().ok()).unwrap_or(0);
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let below: u64 = children
        .flat_map(|list| list.split_whitespace().filter_map(|n| n.parse().ok()).map(tree_bytes).collect::<Vec<_>>())
        .sum();
    kilobytes * 1024 + below
}
