//! A kill at any moment leaves a state from which the next run reaches the same result.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::harness::Lake;

const KILLS: u32 = 20;
const MOST_TRIES: u32 = 200;

/// Starts a command again and again and kills it at moments spread over its time, until it was caught at work [`KILLS`]
/// times. `after` looks at what each run left and is told whether it was killed.
pub(crate) fn kill_at_moments(command: impl Fn() -> Command, mut after: impl FnMut(u32, bool)) {
    let start = || command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut killed, mut whole) = (0, Duration::from_secs(1));
    for at in 1..=MOST_TRIES {
        // Multiples of the golden ratio, modulo one: moments without a pattern that could miss a stage.
        let moment = whole.mul_f64((f64::from(at) * 0.618_034).fract());
        let began = Instant::now();
        let mut child = start();
        let ended = loop {
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            if began.elapsed() >= moment {
                break false;
            }
            thread::sleep(Duration::from_micros(200));
        };
        if ended {
            // It was quicker than thought; other tests run at the same time, so its time is learned as it goes.
            whole = began.elapsed();
        } else {
            child.kill().unwrap();
            killed += u32::from(!child.wait().unwrap().success());
        }
        after(at, !ended);
        if killed == KILLS {
            return;
        }
    }
    panic!("only {killed} of {MOST_TRIES} runs were still at work when they were killed");
}

#[test]
fn an_index_that_is_killed_goes_on_where_it_was() {
    let undisturbed = Lake::new();
    undisturbed.run("index", &[]);
    let expected = undisturbed.answers();

    let lake = Lake::new();
    kill_at_moments(
        || lake.command("index", &[]),
        |at, killed| {
            // A finished index has nothing left to do; and every few kills it is begun anew, too.
            if !killed || at % 4 == 0 {
                let _ = std::fs::remove_dir_all(lake.path().join(".lakescope"));
            }
        },
    );
    assert_eq!(lake.answers(), expected);
    lake.run("index", &[]);
    assert_eq!(lake.answers(), expected);
    let lost = lake.json("runs", &["--state", "lost"]);
    assert!(!lost.as_array().unwrap().is_empty());
    assert_eq!(lake.json("runs", &["--state", "running"]).as_array().unwrap().len(), 0);
}

#[test]
fn an_export_that_is_killed_leaves_nothing_half_written() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let whole_place = lake.beside("whole");
    lake.run("export", &["--out", whole_place.to_str().unwrap(), "--images", "png"]);
    let out = lake.beside("out");
    kill_at_moments(
        || lake.command("export", &["--out", out.to_str().unwrap(), "--images", "png"]),
        |_, _| {
            if out.exists() {
                assert_eq!(files(&out), files(&whole_place), "what has its final name must be whole");
                std::fs::remove_dir_all(&out).unwrap();
            }
        },
    );
    lake.run("export", &["--out", out.to_str().unwrap(), "--images", "png"]);
    assert_eq!(files(&out), files(&whole_place));
    let left: Vec<_> = std::fs::read_dir(lake.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|ending| ending == "part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Every file of an export with its content; the time of the export is left out.
fn files(folder: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let mut content = std::fs::read(&path).unwrap();
            if name == "export.json" {
                let mut record: serde_json::Value = serde_json::from_slice(&content).unwrap();
                record.as_object_mut().unwrap().remove("exported_at");
                content = record.to_string().into_bytes();
            }
            found.insert(name, content);
        }
    }
    found
}
