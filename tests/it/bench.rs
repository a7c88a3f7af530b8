//! `lakescope bench` on a small lake, and the thumbnails that one visit leaves for the next.

use std::collections::BTreeSet;

use lakescope::session::{OpenOptions, Session};

use crate::harness::Lake;

fn kinds(rows: &serde_json::Value) -> BTreeSet<&str> {
    rows.as_array().unwrap().iter().map(|row| row["store_kind"].as_str().unwrap()).collect()
}

#[test]
fn frames_of_every_kind_are_measured_and_the_run_is_recorded() {
    let lake = Lake::new();
    let rows = lake.json("bench", &["frames", "--count", "30", "--threads", "2", "--seed", "9"]);
    assert!(kinds(&rows).len() >= 2, "{rows}");
    for row in rows.as_array().unwrap() {
        assert_eq!(
            (row["frames"].as_u64(), row["failed"].as_u64(), row["threads"].as_u64()),
            (Some(30), Some(0), Some(2))
        );
        assert!(row["frames_per_s"].as_f64().unwrap() > 0.0 && row["bytes_read"].as_u64().unwrap() > 30 * 500, "{row}");
        assert!(row["p50_ms"].as_f64() <= row["p95_ms"].as_f64(), "{row}");
        assert!(row.get("way").is_none(), "{row}");
    }
    // The same seed takes the same frames, hence the same bytes.
    let again = lake.json("bench", &["frames", "--count", "30", "--threads", "1", "--seed", "9"]);
    let bytes = |rows: &serde_json::Value| -> Vec<u64> {
        let jpeg = rows.as_array().unwrap().iter().filter(|row| row["store_kind"] == "jpeg");
        jpeg.map(|row| row["bytes_read"].as_u64().unwrap()).collect()
    };
    assert_eq!(bytes(&rows), bytes(&again));
    let names = lake.beside("names.txt");
    let listed = lake.run("frames", &["--where", "frame < 2", "--columns", "frame_id", "--format", "csv"]);
    std::fs::write(&names, listed.split_once('\n').unwrap().1).unwrap();
    let named = lake.json("bench", &["frames", "--from", names.to_str().unwrap()]);
    assert_eq!(named.as_array().unwrap().iter().map(|row| row["frames"].as_u64().unwrap()).sum::<u64>(), 12);
    std::fs::write(&names, "no/such/1\n").unwrap();
    assert!(lake.fail("bench", &["thumbnails", "--from", names.to_str().unwrap()], 2).contains("no/such/1"));
    assert!(lake.fail("bench", &["open", "--from", names.to_str().unwrap()], 2).contains("--from"));
    let runs = lake.json("runs", &["--task", "bench", "--state", "done"]);
    assert_eq!((runs.as_array().unwrap().len(), runs[0]["state"].as_str()), (3, Some("done")));
    let table = lake.run("bench", &["frames", "--count", "5"]);
    assert!(table.starts_with("store_kind,frames,frames_per_s,p50_ms,p95_ms,mb_read,threads,cores_used\n"), "{table}");
}

#[test]
fn thumbnails_are_measured_three_ways_and_leave_nothing_behind() {
    let lake = Lake::new();
    let rows = lake.json("bench", &["thumbnails", "--count", "20"]);
    for kind in kinds(&rows) {
        let ways: Vec<&str> = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["store_kind"] == kind)
            .map(|row| {
                assert_eq!((row["frames"].as_u64(), row["failed"].as_u64()), (Some(20), Some(0)), "{row}");
                row["way"].as_str().unwrap()
            })
            .collect();
        assert_eq!(ways, ["memory", "store", "from_store"], "{kind}");
    }
    assert!(!lake.path().join(".lakescope/thumbnails.sqlite").exists(), "the lake's own store is not used");
}

#[test]
fn filters_indexing_and_opening_are_measured() {
    let lake = Lake::new();
    let rows = lake.json("bench", &["filter", "--count", "3"]);
    assert!(rows.as_array().unwrap().len() >= 3, "{rows}");
    for row in rows.as_array().unwrap() {
        let count = lake.run("frames", &["--where", row["filter"].as_str().unwrap(), "--count"]);
        assert_eq!(row["matches"].as_u64().unwrap().to_string(), count.trim(), "{row}");
        assert_eq!((row["frames"].as_u64(), row["evaluations"].as_u64()), (Some(128), Some(3)));
    }
    let one = lake.json("bench", &["filter", "--count", "2", "--where", "speed > 5"]);
    assert_eq!((one.as_array().unwrap().len(), one[0]["filter"].as_str()), (1, Some("speed > 5")));
    assert!(lake.fail("bench", &["filter", "--where", "sped > 5"], 2).contains('^'));
    assert!(lake.fail("bench", &["frames", "--where", "speed > 5"], 2).contains("--where"));
    lake.fail("bench", &["frames", "--count", "0"], 2);

    let catalog = std::fs::metadata(lake.path().join(".lakescope/catalog.sqlite")).unwrap().modified().unwrap();
    let index = lake.json("bench", &["index"]);
    let info = lake.json("info", &[]);
    for key in ["recordings", "frames", "labels"] {
        assert_eq!(index[key], info[key], "{key}");
    }
    assert!(index["catalog_bytes"].as_u64().unwrap() > 10_000 && index["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(std::fs::metadata(lake.path().join(".lakescope/catalog.sqlite")).unwrap().modified().unwrap(), catalog);

    let steps = lake.json("bench", &["open", "--count", "2"]);
    let names: Vec<&str> = steps.as_array().unwrap().iter().map(|row| row["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["open", "table", "first_screen", "all"]);
    assert!(steps[3]["p50_ms"].as_f64() >= steps[2]["p50_ms"].as_f64());
}

#[test]
fn a_frame_that_cannot_be_read_fails_the_measurement_aloud() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let recordings = std::fs::read_dir(lake.path().join("recordings")).unwrap();
    for recording in recordings {
        let store = recording.unwrap().path().join("footages/front.h5");
        std::fs::File::options().append(true).open(store).unwrap().set_len(10).unwrap();
    }
    let said = lake.fail("bench", &["frames", "--count", "40"], 1);
    assert!(said.contains("could not be read") && said.contains("--log"), "{said}");
    let run = lake.json("runs", &["--task", "bench"])[0]["run_id"].to_string();
    assert!(lake.run("runs", &["--log", &run]).contains("changed"));
}

fn open(lake: &Lake, thumbnail_store_bytes: Option<u64>) -> Session {
    let options = OpenOptions {
        reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()),
        user_dir: Some(lake.beside("user")),
        thumbnail_store_bytes,
        ..OpenOptions::default()
    };
    Session::open(&lake.path(), options).unwrap()
}

#[test]
fn thumbnails_of_one_visit_serve_the_next_until_the_store_changes() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let file = lake.path().join(".lakescope/thumbnails.sqlite");
    let (first, rows) = {
        let session = open(&lake, None);
        let table = session.table().unwrap();
        let rows: Vec<usize> = (0..128).rev().collect();
        let mut pictures = vec![None; rows.len()];
        session.thumbnails(&table, &rows, (32, 32), |at, picture| {
            pictures[at] = Some(picture.unwrap());
            true
        });
        (pictures, rows)
    };
    assert!(file.exists());
    let session = open(&lake, None);
    let table = session.table().unwrap();
    let kept = session.thumbnail_totals().pictures;
    assert!((1..=128).contains(&kept), "{kept}");
    let plain = open(&lake, Some(0));
    for (row, first) in rows.iter().zip(&first) {
        let first = first.as_ref().unwrap();
        let (again, made) =
            (session.thumbnail(&table, *row, 32, 32).unwrap(), plain.thumbnail(&table, *row, 32, 32).unwrap());
        assert_eq!(&made, first, "in a group or alone, {row}");
        assert_eq!((again.width_px, again.height_px), (made.width_px, made.height_px));
        let off: u64 = again.pixels.iter().zip(&made.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off <= made.pixels.len() as u64 * 6, "{row}: {off}");
    }
    assert_eq!(session.thumbnail_totals().pictures, kept, "nothing was made anew");

    // A store that changed shows nothing, kept thumbnails neither, alone and in a group.
    let id = table.frame_id(0);
    let store = lake.path().join("recordings").join(&id.recording).join(format!("footages/{}.h5", id.camera));
    std::fs::File::options().append(true).open(&store).unwrap().set_modified(std::time::SystemTime::now()).unwrap();
    let said = session.thumbnail(&table, 0, 32, 32).unwrap_err().to_string();
    assert!(said.contains("changed"), "{said}");
    session.thumbnails(&table, &[0, 1, 127], (32, 32), |at, picture| {
        assert_eq!(picture.is_ok(), at == 2);
        true
    });
    // Indexed again, it is a new state: its pictures are made anew.
    lake.run("index", &[]);
    let table = session.table().unwrap();
    session.thumbnail(&table, 0, 32, 32).unwrap();
    session.clear_thumbnails().unwrap();
    assert!(!file.exists() && session.thumbnail_totals().pictures == 0);
    session.thumbnail(&table, 0, 32, 32).unwrap();
}

#[test]
fn a_store_of_thumbnails_full_of_noise_shows_nothing_wrong() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let file = lake.path().join(".lakescope/thumbnails.sqlite");
    std::fs::write(&file, "noise".repeat(5000)).unwrap();
    let (session, plain) = (open(&lake, None), open(&lake, Some(0)));
    let table = session.table().unwrap();
    for row in 0..128 {
        assert_eq!(session.thumbnail(&table, row, 32, 32).unwrap(), plain.thumbnail(&table, row, 32, 32).unwrap());
    }
    session.flush_thumbnails();
    assert!(session.thumbnail_totals().pictures > 0, "it was made anew");
    assert!(file.with_file_name("thumbnails.sqlite.set-aside").exists());
}
