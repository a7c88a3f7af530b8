//! SQL over a lake: each table, what joins and windows answer, what other commands say of the same, refusals, limits, and the
//! queries that are kept.

use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use lakescope::{
    filter::FrameColumns,
    jobs::Progress,
    session::{OpenOptions, Session, SqlAnswer, SqlError, SqlRequest},
};
use serde_json::{Value, json};

use crate::harness::Lake;

fn rows(lake: &Lake, query: &str) -> Vec<Value> {
    lake.json("sql", &[query]).as_array().unwrap().clone()
}

/// The only value of an answer of one row and one column.
fn value(lake: &Lake, query: &str) -> Value {
    let rows = rows(lake, query);
    assert_eq!(rows.len(), 1, "{query}: {rows:?}");
    rows[0].as_object().unwrap().values().next().unwrap().clone()
}

fn session(lake: &Lake) -> Session {
    let exe = Some(env!("CARGO_BIN_EXE_lakescope").into());
    let session = Session::open(&lake.path(), OpenOptions { reader_exe: exe, ..OpenOptions::default() }).unwrap();
    if !session.is_indexed() {
        session.index(&Progress::new()).unwrap();
    }
    session
}

#[test]
fn tables_have_the_columns_that_are_documented() {
    let lake = Lake::new();
    let tables = lake.json("sql", &["--tables"]);
    let columns = |name: &str| -> Vec<String> {
        let table = tables.as_array().unwrap().iter().find(|table| table["name"] == name).unwrap();
        let column =
            |column: &Value| format!("{} {}", column["name"].as_str().unwrap(), column["type"].as_str().unwrap());
        table["columns"].as_array().unwrap().iter().map(column).collect()
    };
    for (table, expected) in [
        (
            "recordings",
            &["recording text", "vehicle text", "region text", "started_at_ns int64", "duration_ns int64"][..],
        ),
        (
            "footages",
            &[
                "recording text",
                "camera text",
                "store text",
                "frames int64",
                "width_px int32",
                "height_px int32",
                "rate_hz double",
            ],
        ),
        (
            "frames",
            &[
                "frame_id text",
                "recording text",
                "camera text",
                "frame_idx int64",
                "timestamp_ns int64",
                "time timestamp",
            ],
        ),
        (
            "labels",
            &[
                "frame_id text",
                "class text",
                "x double",
                "y double",
                "w double",
                "h double",
                "score double",
                "track_id int64",
                "attributes text",
            ],
        ),
        ("samples", &["recording text", "metric text", "timestamp_ns int64", "value double", "value_text text"]),
        ("locations", &["geographical_location_oid int64", "geographical_location text"]),
        (
            "detections",
            &[
                "geographical_location_oid int64",
                "video_camera_oid int64",
                "detection_oid int64",
                "item_name text",
                "timestamp_detected int64",
                "time timestamp",
            ],
        ),
        (
            "runs",
            &[
                "run_id int64",
                "parent_id int64",
                "task text",
                "state text",
                "started_at_ns int64",
                "ended_at_ns int64",
                "rows_in int64",
                "rows_out int64",
                "result text",
                "error text",
            ],
        ),
    ] {
        assert_eq!(columns(table)[..expected.len()], *expected, "{table}");
        // Each can be read whole, in that order, and empty answers have the columns too.
        let text = lake.run("sql", &[&format!("SELECT * FROM {table}"), "--format", "csv"]);
        let none = lake.run("sql", &[&format!("SELECT * FROM {table} LIMIT 0"), "--format", "csv"]);
        let header: Vec<String> =
            columns(table).iter().map(|column| column.rsplit_once(' ').unwrap().0.to_owned()).collect();
        assert_eq!(none.trim_end(), header.join(","), "{table}");
        assert_eq!(text.lines().next().unwrap(), header.join(","), "{table}");
    }
    let frames = columns("frames");
    assert_eq!(frames.last().unwrap(), "labels int32");
    let metrics: Vec<&String> = frames[6..frames.len() - 1].iter().collect();
    assert!(metrics.is_sorted() && metrics.iter().any(|metric| **metric == "speed double"), "{metrics:?}");
    assert_eq!(value(&lake, "SELECT count(*) FROM runs WHERE task = 'index' AND state = 'done'"), json!(1));
}

#[test]
fn answers_are_those_of_the_other_commands() {
    let lake = Lake::new();
    let info = lake.json("info", &[]);
    for (what, table) in
        [("recordings", "recordings"), ("footages", "footages"), ("frames", "frames"), ("labels", "labels")]
    {
        assert_eq!(value(&lake, &format!("SELECT count(*) FROM {table}")), info[what], "{table}");
    }
    assert_eq!(value(&lake, "SELECT sum(frames) FROM footages"), info["frames"]);
    assert_eq!(value(&lake, "SELECT sum(labels) FROM frames"), info["labels"]);
    // Every value of every frame is the same, written the same way.
    assert_eq!(lake.run("sql", &["SELECT * FROM frames", "--format", "csv"]), lake.run("frames", &["--format", "csv"]),);
    assert_eq!(
        lake.run(
            "sql",
            &["SELECT frame_id, speed FROM frames WHERE speed > 10 ORDER BY speed DESC", "--format", "ndjson"]
        ),
        lake.run(
            "frames",
            &["--where", "speed > 10", "--sort", "speed:desc", "--columns", "frame_id,speed", "--format", "ndjson"]
        ),
    );
    for metric in info["metrics"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        if metric["kind"] == "bool" {
            continue;
        }
        if metric["kind"] == "text" {
            let words =
                value(&lake, &format!("SELECT count(DISTINCT value_text) FROM samples WHERE metric = '{name}'"));
            assert!(words.as_u64().unwrap() > 0, "{name}");
            continue;
        }
        let extremes =
            rows(&lake, &format!("SELECT min(value) AS a, max(value) AS b FROM samples WHERE metric = '{name}'"));
        assert_eq!(
            (extremes[0]["a"].as_f64(), extremes[0]["b"].as_f64()),
            (metric["min"].as_f64(), metric["max"].as_f64()),
            "{name}"
        );
    }
    // What is asked of samples alone is what is asked of all of them.
    assert_eq!(
        value(&lake, "SELECT sum(value) FROM samples WHERE metric = 'speed'"),
        value(&lake, "SELECT sum(CASE WHEN metric = 'speed' THEN value END) FROM samples"),
    );
    // Labels are joined to their frames.
    assert_eq!(
        value(
            &lake,
            "SELECT count(DISTINCT l.frame_id) FROM labels l JOIN frames f ON f.frame_id = l.frame_id WHERE l.class = 'car'"
        ),
        json!(lake.run("frames", &["--where", "has(car)", "--count"]).trim().parse::<u64>().unwrap()),
    );
    // Events are told once each, as for the top items.
    let top = lake.json("top", &["-n", "100000"]);
    let counted: u64 = top.as_array().unwrap().iter().map(|row| row["item_count"].as_u64().unwrap()).sum();
    assert_eq!(value(&lake, "SELECT count(*) FROM detections"), json!(counted));
    let placed = top.as_array().unwrap().iter().filter(|row| !row["geographical_location"].is_null());
    let placed: u64 = placed.map(|row| row["item_count"].as_u64().unwrap()).sum();
    assert_eq!(
        value(
            &lake,
            "SELECT count(*) FROM detections d JOIN locations l ON l.geographical_location_oid = d.geographical_location_oid"
        ),
        json!(placed),
    );
}

#[test]
fn windows_joins_and_frames_of_windows_answer_as_sql_says() {
    let lake = Lake::new();
    let firsts = rows(
        &lake,
        "SELECT recording, camera, frame_idx FROM (SELECT recording, camera, frame_idx, row_number() OVER \
         (PARTITION BY recording, camera ORDER BY timestamp_ns DESC) AS place FROM frames) AS x WHERE place = 1 \
         ORDER BY recording, camera",
    );
    let lasts =
        rows(&lake, "SELECT recording, camera, frames - 1 AS frame_idx FROM footages ORDER BY recording, camera");
    assert_eq!(firsts, lasts);
    // A frame that moves by time, against the same by a join of each with each.
    let moving = rows(
        &lake,
        "SELECT frame_id, max(speed) OVER (PARTITION BY recording, camera ORDER BY timestamp_ns RANGE BETWEEN 300000000 \
         PRECEDING AND 100000000 FOLLOWING) AS m, count(*) OVER (PARTITION BY recording, camera ORDER BY timestamp_ns RANGE \
         BETWEEN 300000000 PRECEDING AND 100000000 FOLLOWING) AS n FROM frames ORDER BY frame_id",
    );
    let joined = rows(
        &lake,
        "SELECT a.frame_id, max(b.speed) AS m, count(*) AS n FROM frames a JOIN frames b ON a.recording = b.recording AND \
         a.camera = b.camera WHERE b.timestamp_ns BETWEEN a.timestamp_ns - 300000000 AND a.timestamp_ns + 100000000 \
         GROUP BY a.frame_id ORDER BY a.frame_id",
    );
    assert!(moving.len() > 50 && moving == joined, "{:?} {:?}", moving.first(), joined.first());
    // Rows of one time count together; ROWS counts them one by one.
    let sums = rows(
        &lake,
        "SELECT sum(frame_idx) OVER (ORDER BY frame_idx) AS peers, sum(frame_idx) OVER (ORDER BY frame_idx, frame_id ROWS \
         BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS single, avg(frame_idx) OVER (ORDER BY frame_idx DESC ROWS BETWEEN 1 \
         PRECEDING AND 1 FOLLOWING) AS around FROM frames ORDER BY frame_idx LIMIT 12",
    );
    let footages = value(&lake, "SELECT count(*) FROM footages").as_u64().unwrap();
    let second = &sums[usize::try_from(footages).unwrap()];
    assert_eq!((&sums[0]["peers"], &second["peers"]), (&json!(0), &json!(footages)), "{sums:?}");
    assert!(sums[0]["around"].as_f64().is_some());
    assert_eq!(
        value(
            &lake,
            "SELECT count(*) FROM footages f LEFT JOIN recordings r ON r.recording = f.recording WHERE r.recording IS NULL"
        ),
        json!(0),
    );
    // A SELECT in parentheses stands for its value, also one over a window inside of a query with a name.
    assert_eq!(
        value(
            &lake,
            "WITH w AS (SELECT max(speed) OVER (ORDER BY timestamp_ns RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) AS m FROM frames) \
                      SELECT count(*) FROM frames WHERE speed >= (SELECT max(m) FROM w)"
        ),
        value(&lake, "SELECT count(*) FROM frames WHERE speed IN (SELECT max(speed) FROM frames)"),
    );
    assert_eq!(
        rows(
            &lake,
            "SELECT (SELECT min(camera) FROM frames) AS a, count(*) AS n FROM frames WHERE time = (SELECT max(time) FROM frames)"
        )[0]["a"],
        json!("front"),
    );
    assert!(lake.fail("sql", &["SELECT (SELECT speed FROM frames)"], 2).contains("stands for a value has one row"));
    // Times compare however they are written, and lists are whole.
    let after = value(&lake, "SELECT count(*) FROM frames WHERE timestamp_ns >= 1714608000000000000");
    for time in [
        "'2024-05-02 00:00:00'",
        "'2024-05-02'",
        "TIMESTAMP '2024-05-02 00:00:00'",
        "CAST('2024-05-02T02:00:00+02:00' AS timestamp)",
    ] {
        assert_eq!(value(&lake, &format!("SELECT count(*) FROM frames WHERE time >= {time}")), after, "{time}");
    }
    let list = value(&lake, "SELECT array_agg(class) FROM labels");
    let list: Vec<String> = serde_json::from_str(list.as_str().unwrap()).unwrap();
    assert_eq!(json!(list.len()), value(&lake, "SELECT count(*) FROM labels"));
    // Expressions without a name are called as they are written.
    let named = lake.run(
        "sql",
        &[
            "SELECT count(*), avg(speed), max(speed), speed > 1 FROM frames GROUP BY speed > 1 LIMIT 0",
            "--format",
            "csv",
        ],
    );
    assert_eq!(named, "count(*),avg(speed),max(speed),speed > 1\n");
    let pattern = rows(
        &lake,
        "SELECT DISTINCT class FROM labels WHERE class LIKE 'c!ar' ESCAPE '!' OR class LIKE 'pede%' ORDER BY class",
    );
    assert_eq!(pattern, [json!({"class": "car"}), json!({"class": "pedestrian"})]);
}

/// Filters of every kind, those in time too: what the window copies as SQL finds the same frames.
#[test]
fn what_is_copied_as_sql_finds_the_same_frames() {
    let lake = Lake::new();
    let (mut ran, mut wrong) = (0, Vec::new());
    // A box and an outline as they are drawn on the track: round half of the frames.
    let places = lake.json("frames", &["--where", "latitude is not null", "--columns", "latitude,longitude"]);
    let middle = |name: &str| {
        let mut all: Vec<f64> = places.as_array().unwrap().iter().map(|frame| frame[name].as_f64().unwrap()).collect();
        all.sort_by(f64::total_cmp);
        (all[all.len() / 4], all[all.len() / 2], all[all.len() - 1])
    };
    let ((south, lat, north), (west, long, east)) = (middle("latitude"), middle("longitude"));
    let in_box = format!("in_box({south}, {west}, {north}, {east})");
    let lasso = format!("in_polygon({south} {long}, {lat} {west}, {north} {long}, {lat} {east})");
    for filter in [
        "",
        "speed > 10",
        "speed between 3 and 12 and not camera = \"front\"",
        "camera ~ \"f*\"",
        "has(car)",
        "count(car) >= 2 or count(pedestrian) > 1",
        "count(car where score > 0.5) >= 1",
        "t > 0.5 and t < 2",
        "region = \"harbour\" or vehicle is null",
        "speed > 5 for 300 ms",
        "speed > 5 within 200 ms of has(car)",
        "has(car) within 300 ms before (speed > 8)",
        "rate(speed) < 0",
        "mean(speed, 500 ms) > 6",
        "max(speed, 400 ms) > 8 and min(speed, 200 ms) < 20",
        "speed * 2 + 1 > 11",
        "labels = 0",
        "(speed > 5) = has(car)",
        "store ~ \"*/front.h5\" and speed > 5",
        &in_box,
        &format!("not {in_box}"),
        &lasso,
        &format!("{lasso} for 200 ms and has(car)"),
        "in_box(-90, 170, 90, 160)",
    ] {
        let sql = lake.run("frames", &["--where", filter, "--sql"]);
        let expected = lake.run("frames", &["--where", filter, "--format", "csv"]);
        let output = lake.output("sql", &[&sql, "--format", "csv"]);
        ran += 1;
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines[1..].sort();
            lines
        };
        let found = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            wrong.push(format!("{filter}: {}\n{sql}", String::from_utf8_lossy(&output.stderr)));
        } else if sorted(&found) != sorted(&expected) {
            wrong.push(format!(
                "{filter}: {} lines instead of {}\n{sql}",
                found.lines().count(),
                expected.lines().count()
            ));
        }
    }
    assert!(wrong.is_empty() && ran == 24, "{}", wrong.join("\n\n"));
}

#[test]
fn every_format_holds_the_same_rows() {
    let lake = Lake::new();
    let query = "SELECT recording, count(*) AS n, max(speed) AS fastest, min(time) AS began, max(speed) > 5 AS fast FROM frames \
                 GROUP BY recording ORDER BY recording";
    let found = rows(&lake, query);
    let lines = lake.run("sql", &[query, "--format", "ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found, lines);
    assert!(found[0]["began"].as_str().unwrap().ends_with('Z') && found[0]["fast"].is_boolean());
    let table = lake.run("sql", &[query, "--format", "table"]);
    assert!(table.lines().count() == found.len() + 1 && table.starts_with("recording"), "{table}");
    for name in ["x.parquet", "x.csv", "x.json"] {
        let path = lake.beside(name);
        lake.run("sql", &[query, "--out", path.to_str().unwrap()]);
        assert!(std::fs::metadata(&path).unwrap().len() > 0);
    }
    let csv = std::fs::read_to_string(lake.beside("x.csv")).unwrap();
    assert_eq!(csv, lake.run("sql", &[query, "--format", "csv"]));
    // Written into a file it is a run.
    let runs = rows(&lake, "SELECT state, rows_out FROM runs WHERE task = 'sql'");
    assert_eq!(runs, vec![json!({"state": "done", "rows_out": found.len()}); 3]);
    assert_eq!(lake.run("sql", &[query, "--limit", "1", "--format", "csv"]).lines().count(), 2);
    let file = lake.beside("q.sql");
    std::fs::write(&file, query).unwrap();
    assert_eq!(lake.json("sql", &["--file", file.to_str().unwrap()]), Value::Array(found));
}

#[test]
fn what_is_no_query_fails_with_its_place_and_leaves_nothing() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let secret = lake.beside("secret.csv");
    std::fs::write(&secret, "word\nhunter2\n").unwrap();
    let before = lake.answers();
    for query in [
        format!("SELECT * FROM read_csv('{}')", secret.display()),
        format!("SELECT * FROM '{}'", secret.display()),
        format!("COPY frames TO '{}'", lake.beside("out.csv").display()),
        "DELETE FROM frames".to_owned(),
        "SELECT 1; DROP TABLE frames".to_owned(),
        "SELECT * FROM lake.sqlite".to_owned(),
    ] {
        let told = lake.fail("sql", &[&query], 2);
        assert!(told.contains("line 1, column") && !told.contains("hunter2"), "{query}: {told}");
    }
    assert!(!lake.beside("out.csv").exists());
    assert_eq!(lake.answers(), before);
    let told = lake.fail("sql", &["SELECT speeed FROM frames"], 2);
    assert!(told.contains("^^^^^^") && told.contains("did you mean `speed`?"), "{told}");
    // What only the engine knows is told with its place as well.
    let told = lake.fail("sql", &["SELECT recording, sum(camera) FROM frames GROUP BY recording"], 2);
    assert!(told.contains("the query cannot be run"), "{told}");
    lake.fail("sql", &[], 2);
    lake.fail("sql", &["SELECT 1", "--out", "/nowhere/x.csv"], 1);
}

/// A query whose answer is far larger than its memory.
const HUGE: &str = "SELECT a.frame_id, b.frame_id AS other, c.frame_id AS third, d.frame_id AS fourth FROM frames a CROSS JOIN \
                    frames b CROSS JOIN frames c CROSS JOIN frames d ORDER BY a.speed, other, third, fourth";

#[test]
fn a_query_that_outgrows_its_memory_ends_with_a_message() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let told = lake.fail("sql", &[HUGE, "--memory", "128MB"], 1);
    assert!(told.contains("128 MB") && told.contains("--memory"), "{told}");
    // The lake is as it was.
    assert!(value(&lake, "SELECT count(*) FROM frames").as_u64().unwrap() > 0);
}

#[test]
fn a_query_can_be_stopped_and_has_a_clock() {
    let lake = Lake::new();
    let session = session(&lake);
    let began = Instant::now();
    let request = SqlRequest { timeout: Some(Duration::from_millis(700)), ..SqlRequest::new(HUGE) };
    match session.run_sql(&request, &Progress::new()).and_then(|mut stream| {
        while stream.next_batch()?.is_some() {}
        Ok(())
    }) {
        Err(SqlError::Late { .. } | SqlError::Memory { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(began.elapsed() < Duration::from_secs(30));
    let progress = Progress::new();
    let stop = progress.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stop.cancel();
    });
    let stopped = session.run_sql(&SqlRequest::new(HUGE), &progress).and_then(|mut stream| {
        while stream.next_batch()?.is_some() {}
        Ok(())
    });
    assert!(matches!(stopped, Err(SqlError::Cancelled)), "{stopped:?}");
    stopper.join().unwrap();
    // The process has ended with its stream.
    let table = session.table().unwrap();
    let mut stream = session.run_sql(&SqlRequest::new("SELECT frame_id FROM frames"), &Progress::new()).unwrap();
    assert_eq!(stream.columns()[0].name, "frame_id");
    assert!(stream.next_batch().unwrap().unwrap().rows <= table.rows());
}

#[test]
fn an_answer_can_be_scrolled_while_it_comes() {
    let lake = Lake::new();
    let session = session(&lake);
    let query = "SELECT a.frame_id, b.frame_idx, a.speed, 'a text that is somewhat longer than others' AS note FROM frames a CROSS JOIN \
                 frames b CROSS JOIN (SELECT * FROM footages) AS c";
    let mut stream = session.run_sql(&SqlRequest::new(query), &Progress::new()).unwrap();
    let answer = session.sql_answer(&stream);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    answer.fill(&mut stream, &move |rows| told.lock().unwrap().push(rows)).unwrap();
    let frames = session.table().unwrap().rows();
    let footages = session.table().unwrap().footages().len();
    assert!(answer.is_whole());
    assert_eq!(answer.rows(), frames * frames * footages);
    assert!(seen.lock().unwrap().len() > 1, "the rows came at once");
    let all = |answer: &SqlAnswer, rows| Session::sql_rows(answer, rows).unwrap();
    let middle = answer.rows() / 2;
    let (one, other) = (all(&answer, middle..middle + 5), all(&answer, middle - 2..middle + 3));
    assert_eq!((one.len(), &one[..3]), (5, &other[2..]));
    assert_eq!(all(&answer, answer.rows() - 2..answer.rows() + 9).len(), 2);
    assert_eq!(all(&answer, 0..3)[0].len(), 4);
}

#[test]
fn queries_are_kept() {
    let lake = Lake::new();
    let query = "SELECT recording, count(*) AS n FROM frames GROUP BY recording ORDER BY n, recording";
    assert!(lake.run("sql", &[query, "--save", "per drive", "--note", "how many"]).contains("per drive"));
    let told = lake.fail("sql", &["SELECT nothing FROM frames", "--save", "bad"], 2);
    assert!(told.contains("is not saved"), "{told}");
    let saved = lake.json("sql", &["--queries"]);
    assert_eq!(
        (&saved[0]["name"], &saved[0]["query"], &saved[0]["note"]),
        (&json!("per drive"), &json!(query), &json!("how many"))
    );
    assert_eq!(lake.run("sql", &["--saved", "per drive"]), lake.run("sql", &[query]));
    let past = lake.json("sql", &["--history"]);
    assert_eq!((past.as_array().unwrap().len(), &past[0]["query"]), (1, &json!(query)));
    assert!(lake.fail("sql", &["--saved", "per driv"], 2).contains("did you mean `per drive`?"));
    lake.run("sql", &["--delete", "per drive"]);
    assert_eq!(lake.json("sql", &["--queries"]), json!([]));
    lake.fail("sql", &["--delete", "per drive"], 2);
}

/// A reader that has seen enough is no failure, whatever the format.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let query = "SELECT a.*, b.frame_id AS other FROM frames a CROSS JOIN frames b";
    for format in ["csv", "ndjson", "json", "table"] {
        let mut command = lake.command("sql", &[query, "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 64];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut start).unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The process itself: shut in before it reads a byte, and gone with its input.
#[test]
fn the_process_ends_with_its_input_and_says_why() {
    let mut child = crate::harness::lakescope(std::path::Path::new("/"))
        .arg("sql-child")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    assert!(!child.wait_with_output().unwrap().status.success());
}

/// The examples of `docs/sql.md` answer on the sample lake as the page says.
#[test]
fn the_examples_of_the_document_hold() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/sql.md")).unwrap();
    let lake = Lake::empty();
    crate::harness::copy(&root.join("sample_lake"), &lake.path());
    let mut blocks = page.split("```").skip(1).step_by(2);
    let mut checked = 0;
    while let Some(block) = blocks.next() {
        let Some(query) = block.strip_prefix("sql\n") else { continue };
        let expected = blocks.next().unwrap().strip_prefix("csv\n").expect("each query is followed by its answer");
        assert_eq!(lake.run("sql", &[query, "--format", "csv"]), expected, "{query}");
        checked += 1;
    }
    assert!(checked >= 6, "{checked} examples");
}
