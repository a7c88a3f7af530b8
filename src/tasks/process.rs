//! Tells whether the process that began a run still lives: the only file here that asks the operating system.

use std::{fs, process};

/// This process as text: host, process number and start time, so that a number used again is not taken for it.
pub(super) fn current() -> String {
    let pid = process::id();
    format!("{}:{pid}:{}", host(), start_time(pid).unwrap_or_default())
}

/// Whether the process that [`current`] once described is certainly gone. A process of another host is never certain.
pub(super) fn is_gone(text: &str) -> bool {
    let mut parts = text.rsplitn(3, ':');
    let (Some(began), Some(pid), Some(on)) = (parts.next(), parts.next(), parts.next()) else { return true };
    if on != host() {
        return false;
    }
    let Ok(pid) = pid.parse() else { return true };
    match start_time(pid) {
        Some(time) => time != began,
        None => cfg!(target_os = "linux"),
    }
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// Start time of a process in clock ticks since boot, and the boot itself: field 22 of `/proc/PID/stat` (proc(5)).
fn start_time(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold blanks; fields are counted behind it.
    let after = stat.rsplit_once(')')?.1;
    let mut fields = after.split_whitespace();
    if matches!(fields.next(), Some("Z" | "X")) {
        return None;
    }
    let ticks = fields.nth(18)?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(format!("{ticks}@{}", boot.trim()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_more_than_its_number() {
        let me = current();
        assert!(!is_gone(&me));
        assert!(is_gone(&format!("{}:{}:1@x", host(), process::id())));
        assert!(!is_gone("some-other-host:1:1@x"));
        assert!(is_gone("nonsense"));
        let child = process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        let text = format!("{}:{pid}:{}", host(), start_time(pid).unwrap_or_else(|| "0@x".into()));
        let mut child = child;
        child.wait().unwrap();
        assert!(is_gone(&text));
    }
}
