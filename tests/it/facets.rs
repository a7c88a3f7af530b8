//! What facets ask for, asked on the command line: stores, damaged frames, frames that a problem concerns; and settings of
//! footages that there are not.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::PathBuf,
};

use crate::harness::Lake;

fn count(lake: &Lake, filter: &str) -> usize {
    lake.run("frames", &["--where", filter, "--count"]).trim().parse().unwrap()
}

/// Recording, camera and store of each footage.
fn footages(lake: &Lake) -> Vec<[String; 3]> {
    let text = lake.run("frames", &["--columns", "recording,camera,store", "--format", "csv"]);
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.dedup();
    lines
        .into_iter()
        .map(|line| {
            let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            cells.try_into().unwrap()
        })
        .collect()
}

/// The sensor tables of a recording.
fn tables(lake: &Lake, recording: &str) -> Vec<PathBuf> {
    let folder = lake.path().join("recordings").join(recording).join("metrics");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn frames_are_found_by_what_is_wrong_with_them() {
    let lake = Lake::new();
    lake.run("index", &["--checksums"]);
    let footages = footages(&lake);
    let all = count(&lake, "");
    assert_eq!((count(&lake, "damaged"), count(&lake, "not damaged")), (0, all));
    assert_eq!(count(&lake, "store ~ \"*\""), all);
    let before = count(&lake, "problem");

    // Flipped bytes in the first store.
    let [recording, camera, store] = &footages[0];
    let path = lake.path().join(store);
    let state = fs::metadata(&path).unwrap();
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    for part in [3, 5, 7] {
        let (at, mut byte) = (state.len() * part / 10, [0]);
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    }
    file.set_modified(state.modified().unwrap()).unwrap();
    assert_eq!(lake.output("verify", &[]).status.code(), Some(1));
    let marked = lake.run("frames", &["--columns", "frame_id,damaged", "--format", "csv"]);
    let marked = marked.lines().filter(|line| line.ends_with(",true")).count();
    assert!(marked > 0);
    assert_eq!(count(&lake, "damaged"), marked);
    let of_store = count(&lake, &format!("store = \"{store}\""));
    assert_eq!(of_store, count(&lake, &format!("recording = \"{recording}\" and camera = \"{camera}\"")));
    assert_eq!(count(&lake, &format!("problem and store = \"{store}\"")), of_store);
    assert_eq!(count(&lake, "problem"), before + of_store, "only the store is concerned");
    assert_eq!(count(&lake, "damaged and not problem"), 0);
    assert_eq!(count(&lake, "problem is null or damaged is null"), 0);

    // A table that cannot be read concerns all cameras of its recording.
    let other = &footages.iter().find(|[name, ..]| name != recording).unwrap()[0];
    for table in tables(&lake, other) {
        fs::write(&table, [0, 159, 146, 150, 0, 0]).unwrap();
    }
    lake.run("index", &[]);
    let spoiled = count(&lake, &format!("recording = \"{other}\""));
    assert_eq!(count(&lake, &format!("problem and recording = \"{other}\"")), spoiled);
    // A store that cannot be opened has no frames, and concerns none of its neighbours.
    let third = footages.iter().find(|[name, ..]| name != recording && name != other).unwrap();
    let neighbours = count(&lake, &format!("problem and recording = \"{}\"", third[0]));
    let unreadable = third[2].replace(".h5", "_left.h5");
    fs::write(lake.path().join(&unreadable), b"no store").unwrap();
    lake.run("index", &[]);
    assert!(
        lake.json("info", &[])["problems"].as_array().unwrap().iter().any(|one| one["path"] == unreadable.as_str())
    );
    assert_eq!(count(&lake, &format!("store = \"{unreadable}\"")), 0);
    assert_eq!(count(&lake, &format!("problem and recording = \"{}\"", third[0])), neighbours);

    // The column says the same, and the parts are explained.
    let listed = lake.run("frames", &["--columns", "problem", "--format", "csv"]);
    assert_eq!(listed.lines().filter(|line| *line == "true").count(), count(&lake, "problem"));
    let told = lake.json("frames", &["--where", "problem and damaged", "--explain"]);
    assert_eq!(told["parts"][0]["part"], "problem");
    assert_eq!(told["matches"], marked);
    assert!(lake.fail("frames", &["--where", "problm", "--count"], 2).contains("did you mean `problem`?"));
}

#[test]
fn a_setting_for_no_footage_is_told_at_once() {
    let lake = Lake::new();
    let said = |footage: &str| {
        let output = lake.output("set", &[footage, "channels=bgr"]);
        assert!(output.status.success());
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    assert!(said("*/nobody").contains("has no index yet"));
    lake.run("index", &[]);
    let [recording, camera, store] = &footages(&lake)[0];
    let name = format!("{recording}/{camera}");
    assert!(said(&name).contains(&format!("for 1 footage: {name}")));
    assert!(said(store).contains(&format!("for 1 footage: {name}")));
    assert!(said("*").contains("for 6 footages: "));
    let told = said(&format!("{name}x"));
    assert!(told.contains("no footage of the lake") && told.contains(&format!("did you mean `{name}`?")), "{told}");
}

#[test]
fn a_word_that_no_frame_has_is_told_beside_the_frames() {
    let lake = Lake::new();
    for (filter, expected) in [
        ("camera = \"Fornt\"", &["lakescope: hint: no frame has camera = \"Fornt\"; did you mean \"front\"?"][..]),
        ("camera = \"front\"", &[]),
    ] {
        let output = lake.output("frames", &["--where", filter, "--count"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        let hints: Vec<&str> = told.lines().filter(|line| line.contains("hint:")).collect();
        assert_eq!(hints, expected, "{filter}");
    }
}
