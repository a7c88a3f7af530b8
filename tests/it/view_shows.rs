//! `frames --view` lists what the view shows: frames, spans or objects; and SQL finds them in the window's order.

use std::fs;

use lakescope::session::{BoxOrder, BoxQuery, GridChoice, OpenOptions, Session, SpanChoice, SpanOrder, ViewRule};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::harness::Lake;

fn open(lake: &Lake) -> Session {
    let options = OpenOptions { reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()), ..OpenOptions::default() };
    Session::open(&lake.path(), options).unwrap()
}

#[test]
fn a_view_lists_what_it_shows_and_an_option_wins() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let session = open(&lake);
    let filter = "speed > 3";
    let save = |name: &str, grid: &GridChoice| {
        let rule = ViewRule { filter: filter.to_owned(), ..ViewRule::default() };
        session.save_view(name, "", &rule.with_grid(grid)).unwrap();
    };
    let spans = SpanChoice { order: SpanOrder::Duration, descending: true, ..SpanChoice::default() };
    save("spans", &GridChoice { spans, ..GridChoice::default() });
    save("frames", &GridChoice { split_matches: true, ..GridChoice::default() });
    let classes = vec!["car".to_owned()];
    let query = BoxQuery { classes, order: BoxOrder::Size, descending: true, ..BoxQuery::default() };
    save("objects", &GridChoice { objects: true, query, ..GridChoice::default() });
    session.save_view("unsaid", "", &ViewRule { filter: filter.to_owned(), ..ViewRule::default() }).unwrap();
    let frames = lake.run("frames", &["--where", filter]);
    let events = lake.run("frames", &["--where", filter, "--events"]);
    let longest = lake.run("frames", &["--where", filter, "--events", "--sort", "duration:desc"]);
    let objects = lake.run("frames", &["--view", "objects"]);
    assert!(
        objects.starts_with("frame_id,recording,camera,frame_idx,timestamp_ns,time,class,score,track_id,x,y,w,h\n")
    );
    let out = lake.beside("crops");
    let crops = ["--where", filter, "--class", "car", "--sort", "size:desc", "--out", out.to_str().unwrap()];
    lake.run("crops", &crops);
    let column = |text: &str, at: usize| -> Vec<String> {
        text.lines().map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    let written = fs::read_to_string(out.join("crops.csv")).unwrap();
    assert_eq!(column(&objects, 0), column(&written, 1), "the same objects in the same order");
    for (args, expected) in [
        (&["--view", "unsaid"][..], &frames),
        (&["--view", "frames"], &frames),
        (&["--view", "spans"], &longest),
        (&["--view", "spans", "--sort", "recording"], &events),
        (&["--view", "spans", "--as", "frames"], &frames),
        (&["--view", "objects", "--as", "spans"], &events),
        (&["--view", "objects", "--events"], &events),
        (&["--view", "frames", "--as", "objects"], &lake.run("frames", &["--where", filter, "--as", "objects"])),
    ] {
        assert_eq!(&lake.run("frames", args), expected, "{args:?}");
    }
    assert_eq!(
        lake.run("frames", &["--view", "spans", "--count"]),
        lake.run("frames", &["--where", filter, "--count"])
    );
    let columns = ["--view", "spans", "--columns", "frame_id"];
    assert_eq!(lake.run("frames", &columns).lines().count(), frames.lines().count());
    assert!(lake.fail("frames", &["--view", "frames", "--gap", "1s"], 2).contains("--as spans"));
    assert!(lake.fail("frames", &["--view", "objects", "--sort", "speed"], 2).contains("no such order"));
}

/// The table `frames`, its rows mixed up.
fn database(lake: &Lake) -> Connection {
    let rows = lake.json("frames", &[]);
    let rows = rows.as_array().unwrap();
    let names: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(&format!("CREATE TABLE frames ({})", quoted.join(", "))).unwrap();
    let marks = vec!["?"; names.len()].join(", ");
    for at in 0..rows.len() {
        let row = &rows[at * 7919 % rows.len()];
        let values = names.iter().map(|name| match &row[name.as_str()] {
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Bool(flag) => Value::Integer(i64::from(*flag)),
            serde_json::Value::Number(number) if number.is_i64() => Value::Integer(number.as_i64().unwrap()),
            serde_json::Value::Number(number) => Value::Real(number.as_f64().unwrap()),
            _ => Value::Null,
        });
        database.execute(&format!("INSERT INTO frames VALUES ({marks})"), params_from_iter(values)).unwrap();
    }
    database
}

#[test]
fn sql_finds_frames_in_the_order_of_the_window() {
    let lake = Lake::new();
    let recordings = lake.path().join("recordings");
    let mut folders: Vec<_> = fs::read_dir(&recordings).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for (folder, name) in folders.iter().zip(["drive_10", "drive_2", "drive_1"]) {
        fs::rename(folder, recordings.join(name)).unwrap();
    }
    lake.run("index", &[]);
    let database = database(&lake);
    let first = lake.run("frames", &["--columns", "recording"]);
    let mut names: Vec<&str> = first.lines().skip(1).collect();
    names.dedup();
    assert_eq!(names, ["drive_1", "drive_2", "drive_10"], "an order that bytes do not have");
    for sort in [
        None,
        Some("speed:desc"),
        Some("gear"),
        Some("labels:desc"),
        Some("time"),
        Some("camera:desc"),
        Some("frame_idx"),
        Some("recording:desc"),
    ] {
        let sort: Vec<&str> = sort.iter().flat_map(|sort| ["--sort", sort]).collect();
        let sql = lake.run("frames", &[&sort[..], &["--sql"]].concat());
        let mut query = database.prepare(&sql).unwrap();
        let at = query.column_index("frame_id").unwrap();
        let found: Vec<String> = query.query_map([], |row| row.get(at)).unwrap().map(Result::unwrap).collect();
        let told = lake.run("frames", &[&sort[..], &["--columns", "frame_id"]].concat());
        let expected: Vec<&str> = told.lines().skip(1).collect();
        assert_eq!(found, expected, "{sort:?}: {sql}");
    }
    let refused = lake.fail("frames", &["--sort", "tags", "--sql"], 2);
    assert!(refused.contains("cannot be sorted by `tags`"), "{refused}");
}
