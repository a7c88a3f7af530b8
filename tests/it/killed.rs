//! A kill at any moment leaves a state from which the next run reaches the same result.

use std::{thread, time::Duration};

use crate::harness::Lake;

const KILLS: u32 = 20;

/// Moments spread over a run, without a pattern that could miss a stage: multiples of the golden ratio, modulo one.
fn moments(whole: Duration) -> impl Iterator<Item = Duration> {
    (1..=KILLS).map(move |at| whole.mul_f64((f64::from(at) * 0.618_034).fract()))
}

#[test]
fn an_index_that_is_killed_goes_on_where_it_was() {
    let undisturbed = Lake::new();
    let began = std::time::Instant::now();
    undisturbed.run("index", &[]);
    let whole = began.elapsed();
    let expected = undisturbed.answers();

    let lake = Lake::new();
    let mut killed = 0;
    for (at, moment) in moments(whole).enumerate() {
        if at % 5 == 0 {
            let _ = std::fs::remove_dir_all(lake.path().join(".lakescope"));
        }
        let mut child = lake.command("index", &[]).stdout(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
    }
    assert!(killed >= KILLS / 4, "only {killed} of {KILLS} were still at work when they were killed");
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
    let began = std::time::Instant::now();
    lake.run("export", &["--out", whole_place.to_str().unwrap(), "--images", "png"]);
    let whole = began.elapsed();
    let out = lake.beside("out");
    let mut killed = 0;
    for moment in moments(whole) {
        let mut child = lake
            .command("export", &["--out", out.to_str().unwrap(), "--images", "png"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        if out.exists() {
            assert_eq!(files(&out), files(&whole_place), "what has its final name must be whole");
            std::fs::remove_dir_all(&out).unwrap();
        } else {
            killed += 1;
        }
    }
    assert!(killed >= KILLS / 4, "only {killed} of {KILLS} were still at work when they were killed");
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
