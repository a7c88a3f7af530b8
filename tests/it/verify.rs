//! Checksums: what is flipped is found, named exactly, and forgotten when it is right again.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::Value;

use crate::{harness::Lake, killed::kill_at_moments, python};

/// Positions flipped in each store.
const FLIPS: usize = 10;

#[derive(Deserialize)]
struct Store {
    store: String,
    pieces: Vec<Piece>,
}

#[derive(Deserialize)]
struct Piece {
    camera: String,
    first: u64,
    last: u64,
    start: u64,
    end: u64,
}

/// A lake with a store of each layout, its checksums recorded, and what other software says of its stores.
fn checked_lake() -> Option<(Lake, Vec<Store>)> {
    let lake = Lake::empty();
    let told = python::run("checked_stores.py", &[lake.path().as_os_str()])?;
    let stores: Vec<Store> = serde_json::from_slice(&told).unwrap();
    lake.run("index", &["--checksums"]);
    Some((lake, stores))
}

/// Verifies, and gives the answer with the exit code.
fn verify(lake: &Lake, args: &[&str]) -> (Value, i32) {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    let output = lake.output("verify", &args);
    let answer = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (answer, output.status.code().unwrap())
}

/// Flips bits of one byte; with `silently` the file's time stays, as when a disk forgets.
fn flip(path: &Path, at: u64, silently: bool) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x41], at).unwrap();
    if silently {
        file.set_modified(before).unwrap();
    }
}

/// The frames that an answer names, as camera and number.
fn damaged_frames(answer: &Value) -> BTreeSet<(String, u64)> {
    let stores = answer["damaged"].as_array().unwrap();
    let runs = stores.iter().flat_map(|store| store["frames"].as_array().unwrap());
    runs.flat_map(|run| {
        let camera = run["camera"].as_str().unwrap().to_owned();
        let (first, last) = (run["first"].as_u64().unwrap(), run["last"].as_u64().unwrap());
        (first..=last).map(move |frame| (camera.clone(), frame))
    })
    .collect()
}

#[test]
fn a_flipped_byte_is_named_by_its_frames_or_as_structure() {
    let Some((lake, stores)) = checked_lake() else { return };
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, &answer["intact"]), (0, &Value::Bool(true)), "{answer:#}");
    assert_eq!(answer["stores_covered"], stores.len());
    assert_eq!((&answer["frames"], &answer["bytes"]), (&answer["frames_covered"], &answer["bytes_covered"]));
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for store in &stores {
        let path = lake.path().join(&store.store);
        let size = fs::metadata(&path).unwrap().len();
        for number in 0..FLIPS {
            // Half of them anywhere, half near the edge of a piece, where a mistake would show.
            let at = if number % 2 == 0 {
                random.random_range(0..size)
            } else {
                let piece = &store.pieces[random.random_range(0..store.pieces.len())];
                let edge = if random.random() { piece.start } else { piece.end };
                (edge + random.random_range(0..3)).saturating_sub(1).min(size - 1)
            };
            let silently = number % 3 > 0;
            let named = format!("{} byte {at}", store.store);
            let expected: BTreeSet<(String, u64)> = store
                .pieces
                .iter()
                .filter(|piece| (piece.start..piece.end).contains(&at))
                .flat_map(|piece| (piece.first..=piece.last).map(|frame| (piece.camera.clone(), frame)))
                .collect();
            flip(&path, at, silently);
            let (answer, code) = verify(&lake, &[]);
            assert_eq!(code, 1, "{named}");
            assert_eq!(damaged_frames(&answer), expected, "{named}: {answer:#}");
            assert_eq!(answer["frames_damaged"], expected.len(), "{named}");
            let damaged = answer["damaged"].as_array().unwrap();
            assert_eq!((damaged.len(), &damaged[0]["store"]), (1, &Value::from(store.store.clone())), "{named}");
            assert_eq!(damaged[0]["looks_unchanged"], silently, "{named}");
            let structure = damaged[0]["structure"].as_array().unwrap();
            let place = |run: &Value| run["first"].as_u64().unwrap() <= at && at <= run["last"].as_u64().unwrap();
            assert_eq!(structure.len(), usize::from(expected.is_empty()), "{named}: {answer:#}");
            assert!(structure.iter().all(place), "{named}: {answer:#}");
            assert_eq!(marked(&lake), expected.len(), "{named}");
            flip(&path, at, silently);
            let (answer, code) = verify(&lake, &[]);
            assert_eq!(code, 0, "{named}: {answer:#}");
            assert_eq!(answer["touched"].as_array().unwrap().is_empty(), silently, "{named}: {answer:#}");
            assert_eq!(marked(&lake), 0, "{named}");
            if !silently {
                lake.run("index", &[]);
            }
            assert!(!lake.run("info", &["--json"]).contains("checksums"), "{named}");
        }
    }
}

/// Number of frames marked as damaged.
fn marked(lake: &Lake) -> usize {
    let frames = lake.run("frames", &["--columns", "frame_id,damaged", "--format", "csv"]);
    frames.lines().filter(|line| line.ends_with(",true")).count()
}

#[test]
fn damaged_frames_are_not_shown_and_others_are() {
    // Larger than what an identity hashes at both ends, so that it is not taken for another store.
    let lake = Lake::empty();
    lake.run("sample", &["--recordings", "3", "--cameras", "1", "--frames", "12", "--size", "640x360", "--seed", "5"]);
    lake.run("index", &["--checksums"]);
    let stores: Vec<String> = lake
        .run("frames", &["--columns", "store", "--format", "csv"])
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    for store in &stores {
        let path = lake.path().join(store);
        let middle = fs::metadata(&path).unwrap().len() / 2;
        flip(&path, middle, true);
    }
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, answer["damaged"].as_array().unwrap().len()), (1, stores.len()));
    let problems = lake.json("info", &[])["problems"].as_array().unwrap().clone();
    for store in &stores {
        let lines = problems.iter().filter(|problem| problem["path"] == **store);
        let told: Vec<&str> = lines.filter_map(|problem| problem["what"].as_str()).collect();
        assert_eq!(told.iter().filter(|what| what.contains("damaged")).count(), 1, "{told:?}");
    }
    let listed = lake.run("frames", &["--columns", "frame_id,damaged", "--format", "csv"]);
    let picture = lake.beside("frame.png");
    let mut seen = [0, 0];
    for line in listed.lines().skip(1) {
        let (frame, damaged) = line.rsplit_once(',').unwrap();
        let output = lake.output("frame", &[frame, "--out", picture.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), damaged == "false", "{frame}: {told}");
        assert!(damaged == "false" || told.contains("differ from their checksum of "), "{told}");
        seen[usize::from(damaged == "true")] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");

    // A change beside the stores makes the drive be read again; what is known of the damage stays.
    let before = marked(&lake);
    for recording in fs::read_dir(lake.path().join("recordings")).unwrap() {
        fs::write(recording.unwrap().path().join("recording.toml"), "vehicle = \"v\"\n").unwrap();
    }
    lake.run("index", &[]);
    assert_eq!(marked(&lake), before);
    let runs = lake.json("runs", &["--task", "verify"]);
    assert_eq!((&runs[0]["state"], &runs[0]["rows_out"]), (&Value::from("done"), &answer["frames_damaged"]));
}

#[test]
fn stores_that_changed_moved_or_went_are_told_apart() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, &answer["stores_covered"]), (0, &Value::from(0)));
    let stores: Vec<String> =
        answer["not_covered"].as_array().unwrap().iter().map(|store| store.as_str().unwrap().to_owned()).collect();
    assert_eq!(stores.len(), 6);
    let first = lake.json("index", &["--checksums"]);
    assert_eq!((&first["checksums"]["stores_read"], &first["checksums"]["stores_kept"]), (&6.into(), &0.into()));
    let again = lake.json("index", &["--checksums"]);
    assert_eq!((&again["checksums"]["stores_read"], &again["checksums"]["stores_kept"]), (&0.into(), &6.into()));
    assert_eq!(again["checksums"]["bytes_read"], 0);

    let path = |number: usize| lake.path().join(&stores[number]);
    // Copied to a new file: another inode and time, the same bytes.
    let bytes = fs::read(path(0)).unwrap();
    fs::remove_file(path(0)).unwrap();
    fs::write(path(0), &bytes).unwrap();
    File::options().append(true).open(path(1)).unwrap().set_len(fs::metadata(path(1)).unwrap().len() + 1).unwrap();
    fs::rename(path(2), lake.beside("away.h5")).unwrap();
    let (answer, code) = verify(&lake, &[]);
    assert_eq!(code, 1);
    assert_eq!(answer["touched"], serde_json::json!([stores[0]]));
    assert_eq!(answer["resized"][0]["store"], stores[1]);
    assert_eq!(answer["missing"][0]["store"], stores[2]);
    assert!(answer["damaged"].as_array().unwrap().is_empty(), "{answer:#}");
    let problems = lake.run("info", &["--json"]);
    for word in ["changed (size)", "is not there to be verified"] {
        assert!(problems.contains(word), "{problems}");
    }
    // Only some recordings.
    let recording = stores[5].split('/').nth(1).unwrap();
    let (answer, code) = verify(&lake, &["--recording", recording]);
    assert_eq!((code, &answer["stores"]), (0, &2.into()));
    lake.fail("verify", &["--recording", "nothing*"], 1);

    fs::rename(lake.beside("away.h5"), path(2)).unwrap();
    lake.run("index", &["--checksums"]);
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, &answer["stores_covered"]), (0, &6.into()), "{answer:#}");
}

#[test]
fn an_index_after_damage_does_not_take_the_damage_for_granted() {
    let Some((lake, stores)) = checked_lake() else { return };
    let store = stores.iter().find(|store| store.store.contains("/gzip/")).unwrap();
    let (path, piece) = (lake.path().join(&store.store), &store.pieces[3]);
    flip(&path, piece.start + 5, false);
    // The damaged state is indexed as a new one, before anyone verified.
    lake.run("index", &[]);
    let info = lake.run("info", &["--json"]);
    assert!(info.contains("changed after its checksums were made"), "{info}");
    // Recording keeps checksums that the bytes contradict.
    let report = lake.json("index", &["--checksums"]);
    assert_eq!(report["checksums"]["differing"], serde_json::json!([store.store]));
    let (answer, code) = verify(&lake, &[]);
    assert_eq!(code, 1);
    assert_eq!(damaged_frames(&answer), BTreeSet::from([("front".to_owned(), piece.first)]));
    // Indexed again for another reason, the same state keeps its marks.
    fs::write(path.parent().unwrap().parent().unwrap().join("recording.toml"), "vehicle = \"v\"\n").unwrap();
    lake.run("index", &[]);
    assert_eq!(marked(&lake), 1);
    // The change was meant after all.
    let report = lake.json("index", &["--checksums", "--accept-changes"]);
    assert_eq!(report["checksums"]["stores_read"], 1);
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, marked(&lake)), (0, 0), "{answer:#}");
    let info = lake.run("info", &["--json"]);
    assert!(!info.contains("checksums"), "{info}");
}

#[test]
fn damage_that_makes_a_store_unreadable_is_still_named() {
    let Some((lake, stores)) = checked_lake() else { return };
    let store = &stores[0];
    // The signature of the file.
    flip(&lake.path().join(&store.store), 1, false);
    lake.run("index", &["--checksums"]);
    let (answer, code) = verify(&lake, &[]);
    assert_eq!(code, 1);
    assert_eq!(answer["damaged"][0]["store"], store.store);
    assert_eq!(answer["damaged"][0]["structure"][0]["first"], 0);
}

#[test]
fn recording_that_is_killed_goes_on_where_it_was() {
    let lake = Lake::new();
    lake.run("index", &[]);
    kill_at_moments(
        || lake.command("index", &["--checksums"]),
        |_, killed| {
            let (answer, code) = verify(&lake, &[]);
            assert_eq!(code, 0, "{answer:#}");
            if !killed {
                let _ = fs::remove_dir_all(lake.path().join(".lakescope"));
            }
        },
    );
    lake.run("index", &["--checksums"]);
    let (answer, code) = verify(&lake, &[]);
    assert_eq!((code, &answer["stores_covered"]), (0, &answer["stores"]), "{answer:#}");
}
