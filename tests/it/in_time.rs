//! Frames as stretches of time: spans, thinning, context, and the parts of a filter.

use serde_json::Value;

use crate::harness::Lake;

/// The matching frames as `--json` tells them.
fn frames(lake: &Lake, args: &[&str]) -> Vec<Value> {
    lake.json("frames", args).as_array().unwrap().clone()
}

fn footage(frame: &Value) -> (String, String) {
    (frame["recording"].as_str().unwrap().to_owned(), frame["camera"].as_str().unwrap().to_owned())
}

#[test]
fn spans_are_the_runs_of_the_frames() {
    let lake = Lake::new();
    let filter = "has(car) and speed > 0";
    let all = frames(&lake, &["--where", filter]);
    // The sample's cameras lose no frames, so that runs are runs of frame numbers.
    let mut runs: Vec<Vec<&Value>> = Vec::new();
    for frame in &all {
        let follows = |last: &&Value| {
            footage(last) == footage(frame)
                && last["frame_idx"].as_u64().unwrap() + 1 == frame["frame_idx"].as_u64().unwrap()
        };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(follows) => run.push(frame),
            _ => runs.push(vec![frame]),
        }
    }
    let spans = frames(&lake, &["--where", filter, "--events"]);
    assert!(spans.len() > 2, "{spans:?}");
    assert_eq!(spans.len(), runs.len());
    for (span, run) in spans.iter().zip(&runs) {
        let (first, last) = (run[0], run[run.len() - 1]);
        assert_eq!(span["first_frame"], first["frame_id"]);
        assert_eq!((&span["start"], &span["end"]), (&first["time"], &last["time"]));
        assert_eq!(span["frames"], run.len());
        let best = run.iter().map(|frame| frame["speed"].as_f64().unwrap()).fold(f64::MIN, f64::max);
        assert_eq!(span["peak_of"], "max speed");
        assert_eq!(span["peak_value"], best);
        let peak = all.iter().find(|frame| frame["frame_id"] == span["peak_frame"]).unwrap();
        assert_eq!(peak["speed"], best);
        let elapsed = last["timestamp_ns"].as_i64().unwrap() - first["timestamp_ns"].as_i64().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
        let elapsed_s = elapsed as f64 / 1e9;
        let rest = span["duration_s"].as_f64().unwrap() - elapsed_s;
        assert!((0.01..1.0).contains(&rest), "one period more than {elapsed_s}: {rest}");
    }
    // Every run that a `for` asks for lasts as long as it says, and a wide gap joins each footage's runs to one.
    for span in frames(&lake, &["--where", "has(car) for 1 s", "--events"]) {
        assert!(span["duration_s"].as_f64().unwrap() >= 1.0);
        assert_eq!((&span["peak_of"], &span["peak_value"]), (&Value::Null, &Value::Null));
    }
    let joined = frames(&lake, &["--where", filter, "--events", "--gap", "1 h", "--peak", "rate(speed):min"]);
    let mut footages: Vec<_> = all.iter().map(footage).collect();
    footages.dedup();
    assert_eq!(joined.iter().map(footage).collect::<Vec<_>>(), footages);
    assert_eq!(joined.iter().map(|span| span["frames"].as_u64().unwrap()).sum::<u64>(), all.len() as u64);
    assert_eq!(joined[0]["peak_of"], "min rate(speed)");
    // A filter may begin with a minus.
    lake.run("frames", &["--where", "-acceleration > 100", "--events"]);
    // The other ways of writing, and what is refused.
    let csv = lake.run("frames", &["--where", filter, "--events", "--format", "csv"]);
    assert!(
        csv.starts_with("recording,camera,first_frame,start,end,duration_s,frames,peak_of,peak_frame,peak_value\n")
    );
    assert_eq!(csv.lines().count(), spans.len() + 1);
    let file = lake.beside("spans.parquet");
    lake.run("frames", &["--where", filter, "--events", "--format", "parquet", "--out", file.to_str().unwrap()]);
    assert!(file.metadata().unwrap().len() > 100);
    lake.fail("frames", &["--events", "--peak", "sped"], 2);
    lake.fail("frames", &["--events", "--gap", "2 kg"], 2);
    lake.fail("frames", &["--gap", "2s"], 2);
}

#[test]
fn thinned_frames_are_that_far_apart() {
    let lake = Lake::new();
    let all = frames(&lake, &[]);
    let thin = frames(&lake, &["--every", "500ms"]);
    let time = |frame: &Value| frame["timestamp_ns"].as_i64().unwrap();
    // Of every footage as many as there are half seconds, each at its own, however early or late single frames are.
    for footage_frames in all.chunk_by(|a, b| footage(a) == footage(b)) {
        let taken: Vec<i64> =
            thin.iter().filter(|frame| footage(frame) == footage(&footage_frames[0])).map(time).collect();
        let (first, last) = (time(&footage_frames[0]), time(footage_frames.last().unwrap()));
        let period = (last - first) / (i64::try_from(footage_frames.len()).unwrap() - 1);
        assert_eq!(taken[0], first);
        assert_eq!(i64::try_from(taken.len()).unwrap(), (last - first + period / 2) / 500_000_000 + 1);
        for (at, time) in (0_i64..).zip(&taken) {
            assert!((time - first - at * 500_000_000).abs() <= period / 2 + 1_000_000, "{at}: {}", time - first);
        }
    }
    assert!(thin.len() < all.len());
    assert_eq!(lake.run("frames", &["--every", "500ms", "--count"]).trim(), thin.len().to_string());
}

#[test]
fn an_export_takes_the_surroundings_along() {
    let lake = Lake::new();
    let out = lake.beside("out");
    let filter = "frame = 5 and camera = \"front\"";
    lake.run("export", &["--where", filter, "--around", "300ms", "--out", out.to_str().unwrap()]);
    let table = std::fs::read_to_string(out.join("frames.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let column = |name: &str, headers: &csv::StringRecord| headers.iter().position(|header| header == name).unwrap();
    let headers = rows.headers().unwrap().clone();
    let (id, time, hit) = (column("frame_id", &headers), column("timestamp_ns", &headers), column("match", &headers));
    assert_eq!(hit, headers.len() - 1);
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let found: Vec<&str> = rows.iter().filter(|row| &row[hit] == "true").map(|row| &row[id]).collect();
    let matches = frames(&lake, &["--where", filter]);
    assert_eq!(found, matches.iter().map(|frame| frame["frame_id"].as_str().unwrap()).collect::<Vec<_>>());
    let expected: Vec<Value> = frames(&lake, &[])
        .into_iter()
        .filter(|frame| {
            matches.iter().any(|near| {
                let ahead = near["timestamp_ns"].as_i64().unwrap() - frame["timestamp_ns"].as_i64().unwrap();
                footage(near) == footage(frame) && ahead.abs() <= 300_000_000
            })
        })
        .collect();
    assert!(expected.len() > matches.len());
    let ids = |frames: &[Value]| {
        frames.iter().map(|frame| frame["frame_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rows.iter().map(|row| row[id].to_owned()).collect::<Vec<_>>(), ids(&expected));
    assert!(rows.iter().all(|row| row[time].parse::<i64>().is_ok()));
    let record: Value = serde_json::from_str(&std::fs::read_to_string(out.join("export.json")).unwrap()).unwrap();
    assert_eq!(record["around_s"], 0.3);
    assert_eq!(record["every_s"], Value::Null);
    assert_eq!((&record["matches"], &record["frames"]), (&matches.len().into(), &rows.len().into()));
}

#[test]
fn the_parts_of_a_filter_are_counted() {
    let lake = Lake::new();
    let count = |filter: &str| lake.run("frames", &["--where", filter, "--count"]).trim().parse::<u64>().unwrap();
    let (a, b) = ("has(car)", "(speed > 5 or gear < 3)");
    let told = lake.json("frames", &["--where", &format!("{a} and {b} and camera = \"front\""), "--explain"]);
    assert_eq!(told["frames"], count(""));
    let together = [count(a), count(&format!("{a} and {b}")), count(&format!("{a} and {b} and camera = \"front\""))];
    let all = [(a, Some(0)), (b, Some(1)), ("speed > 5", None), ("gear < 3", None), ("camera = \"front\"", Some(2))];
    for (told, (part, at)) in told["parts"].as_array().unwrap().iter().zip(all) {
        let together = at.map(|at: usize| together[at]);
        assert_eq!(
            told,
            &serde_json::json!({"part": part, "depth": u8::from(at.is_none()), "alone": count(part), "together": together})
        );
    }
    assert_eq!(told["parts"].as_array().unwrap().len(), all.len());
    assert_eq!(told["matches"], together[2]);
    let csv = lake.run("frames", &["--where", a, "--explain"]);
    assert_eq!(csv, format!("part,alone,together\n{a},{0},{0}\nall,{1},{0}\n", count(a), count("")));
    let csv = lake.run("frames", &["--where", b, "--explain"]);
    assert!(csv.contains("\n\"  speed > 5\",") || csv.contains("\n  speed > 5,"), "{csv}");
    lake.fail("frames", &["--where", "sped > 1", "--explain"], 2);
}

#[test]
fn headings_go_round_and_a_setting_decides_what_is_one() {
    let lake = Lake::new();
    let count = |filter: &str| lake.run("frames", &["--where", filter, "--count"]).trim().parse::<u64>().unwrap();
    // A car does not turn by half a circle in a second, wherever north is.
    assert_eq!(count("rate(heading) < -180 or rate(heading) > 180"), 0);
    assert!(count("rate(heading) is not null") > 20);
    assert!(count("mean(heading, 1 s) between 0 and 360") > 20);
    lake.fail("frames", &["--where", "min(heading, 1 s) > 0", "--count"], 2);
    let recording = frames(&lake, &["--limit", "1"])[0]["recording"].as_str().unwrap().to_owned();
    let stats = lake.json("stats", &[&recording, "--metric", "heading"]);
    assert!(stats[0]["mean"].is_number() && stats[0]["max"].is_null(), "{stats:#}");
    lake.run("set", &["--metric", "heading", "interpolate=linear"]);
    lake.run("set", &["--metric", "speed", "interpolate=circular"]);
    lake.run("index", &[]);
    assert!(count("min(heading, 1 s) > 0") > 0);
    lake.fail("frames", &["--where", "min(speed, 1 s) > 0", "--count"], 2);
}
