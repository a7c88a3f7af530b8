//! What a person keeps: views, selections, tags; two of them side by side; exports that are counted before they begin.

use std::{fs, process::Output};

use serde_json::{Value, json};

use crate::harness::{Lake, lakescope};

/// Runs `lakescope WHAT DEED LAKE …`.
fn deed(lake: &Lake, what: &str, deed: &str, rest: &[&str]) -> Output {
    lakescope(&lake.beside("")).args([what, deed]).arg(lake.path()).args(rest).output().unwrap()
}

#[track_caller]
fn done(lake: &Lake, what: &str, verb: &str, rest: &[&str]) -> String {
    let output = deed(lake, what, verb, rest);
    assert!(output.status.success(), "{what} {verb} {rest:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
fn refused(lake: &Lake, what: &str, verb: &str, rest: &[&str]) -> String {
    let output = deed(lake, what, verb, rest);
    assert_eq!(output.status.code(), Some(2), "{what} {verb} {rest:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn number(lake: &Lake, args: &[&str]) -> u64 {
    lake.run("frames", &[args, &["--count"]].concat()).trim().parse().unwrap()
}

#[test]
fn a_view_keeps_the_rule() {
    let lake = Lake::new();
    let told = done(
        &lake,
        "view",
        "save",
        &["busy", "--where", "count(car) >= 1", "--sort", "speed:desc", "--lanes", "speed,brake", "--note", "mine"],
    );
    let direct = number(&lake, &["--where", "count(car) >= 1"]);
    assert!(told.starts_with("busy: ") && told.contains(&direct.to_string()), "{told}");
    let views = lake.json("views", &[]);
    let rule = &views[0]["rule"];
    assert_eq!((&views[0]["name"], &views[0]["note"]), (&json!("busy"), &json!("mine")));
    assert_eq!(rule["filter"], "count(car) >= 1");
    assert_eq!(rule["sort"], json!({"column": "speed", "descending": true}));
    assert_eq!(rule["lanes"], json!(["speed", "brake"]));
    assert_eq!(
        lake.run("frames", &["--view", "busy"]),
        lake.run("frames", &["--where", "count(car) >= 1", "--sort", "speed:desc"])
    );
    let out = lake.beside("busy");
    lake.run("export", &["--view", "busy", "--out", out.to_str().unwrap(), "--labels", "none"]);
    let told: Value = serde_json::from_slice(&fs::read(out.join("export.json")).unwrap()).unwrap();
    assert_eq!(told["scope"], json!({"view": "busy", "filter": "count(car) >= 1"}));

    done(&lake, "view", "save", &["all"]);
    assert!(refused(&lake, "view", "rename", &["all", "busy"]).contains("already"));
    done(&lake, "view", "rename", &["all", "everything"]);
    done(&lake, "view", "delete", &["everything"]);
    assert!(refused(&lake, "view", "delete", &["everything"]).contains("lakescope views"));
    assert!(refused(&lake, "view", "save", &["wrong", "--where", "sped > 1"]).contains("did you mean"));
    assert!(refused(&lake, "view", "save", &["wrong", "--sort", "sped"]).contains("sped"));
    assert_eq!(lake.json("views", &[]).as_array().unwrap().len(), 1);
    assert!(lake.fail("frames", &["--view", "nothing"], 2).contains("no view named"));
}

#[test]
fn selections_are_combined_renamed_and_noted() {
    let lake = Lake::new();
    done(&lake, "selection", "save", &["front", "--where", "camera = \"front\""]);
    done(&lake, "selection", "save", &["early", "--where", "frame < 3", "--note", "the first"]);
    let (front, early) = (number(&lake, &["--selection", "front"]), number(&lake, &["--selection", "early"]));
    let both = number(&lake, &["--where", "camera = \"front\" and frame < 3"]);
    for (verb, expected, filter) in [
        ("union", front + early - both, "camera = \"front\" or frame < 3"),
        ("intersect", both, "camera = \"front\" and frame < 3"),
        ("subtract", front - both, "camera = \"front\" and not frame < 3"),
    ] {
        let told = done(&lake, "selection", verb, &["front", "early", "--into", verb]);
        assert_eq!(told, format!("{verb}: {expected} frames"));
        let ids = |args: &[&str]| {
            let mut rows: Vec<String> =
                lake.run("frames", &[args, &["--columns", "frame_id"]].concat()).lines().map(str::to_owned).collect();
            rows.sort();
            rows
        };
        assert_eq!(ids(&["--selection", verb]), ids(&["--where", filter]));
    }
    done(&lake, "selection", "rename", &["early", "first frames"]);
    done(&lake, "selection", "note", &["first frames", "of each footage"]);
    assert!(refused(&lake, "selection", "rename", &["front", "union"]).contains("already"));
    assert!(refused(&lake, "selection", "union", &["front", "early", "--into", "x"]).contains("`early`"));
    let told = done(&lake, "selection", "delete", &["front"]);
    assert_eq!(told, format!("front: deleted, {front} frames"));
    let names: Vec<Value> =
        lake.json("selections", &[]).as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["first frames", "intersect", "subtract", "union"]);
}

#[test]
fn tags_are_found_by_filters_and_survive_a_new_index() {
    let lake = Lake::new();
    let told = done(&lake, "tag", "add", &["look again", "--where", "frame < 2"]);
    let tagged = number(&lake, &["--where", "frame < 2"]);
    assert_eq!(told, format!("look again: {tagged} frames tagged, 0 had it before"));
    let told = done(&lake, "tag", "add", &["good", "--where", "frame in (1, 2)"]);
    assert!(told.starts_with("good: "), "{told}");
    let told = done(&lake, "tag", "add", &["good", "--where", "frame < 3"]);
    assert!(told.ends_with(&format!("{tagged} had it before")), "{told}");
    assert_eq!(number(&lake, &["--where", "tag = \"look again\""]), tagged);
    assert_eq!(
        number(&lake, &["--where", "tag in (\"good\", \"look again\")"]),
        number(&lake, &["--where", "frame < 3"])
    );
    assert_eq!(number(&lake, &["--where", "tag is null"]), number(&lake, &["--where", "frame > 2"]));
    let rows = lake.json("frames", &["--where", "frame in (1, 3)", "--columns", "frame_idx,tags"]);
    for row in rows.as_array().unwrap() {
        let expected = if row["frame_idx"] == 1 { json!("good, look again") } else { Value::Null };
        assert_eq!(row["tags"], expected, "{row}");
    }
    // Nothing of the index is needed to keep them, and what is gone is counted.
    fs::remove_dir_all(lake.path().join(".lakescope")).unwrap();
    lake.run("index", &[]);
    assert_eq!(number(&lake, &["--where", "tag = \"look again\""]), tagged);
    let gone = fs::read_dir(lake.path().join("recordings")).unwrap().next().unwrap().unwrap().path();
    let name = gone.file_name().unwrap().to_str().unwrap().to_owned();
    let lost = number(&lake, &["--where", &format!("tag = \"look again\" and recording = \"{name}\"")]);
    assert!(lost > 0);
    fs::remove_dir_all(gone).unwrap();
    lake.run("index", &[]);
    let tags = lake.json("tags", &[]);
    assert_eq!(tags[1], json!({"name": "look again", "frames": tagged, "gone": lost}));
    assert_eq!(number(&lake, &["--where", "tag = \"look again\""]), tagged - lost);

    done(&lake, "tag", "rename", &["look again", "later"]);
    let told = done(&lake, "tag", "remove", &["later", "--where", "frame = 0"]);
    assert!(told.starts_with("later: taken from "), "{told}");
    assert_eq!(number(&lake, &["--where", "tag = \"later\""]), number(&lake, &["--where", "frame = 1"]));
    assert!(refused(&lake, "tag", "rename", &["later", "good"]).contains("already"));
    assert!(refused(&lake, "tag", "add", &["a, b", "--where", ""]).contains("comma"));
    done(&lake, "tag", "delete", &["good"]);
    assert!(refused(&lake, "tag", "remove", &["good", "--where", ""]).contains("no tag named"));
}

#[test]
fn a_comparison_tells_what_the_two_filters_tell() {
    let lake = Lake::new();
    done(&lake, "selection", "save", &["fast", "--where", "speed > 10"]);
    done(&lake, "view", "save", &["front", "--where", "camera = \"front\""]);
    let told = lake.json("compare", &["fast", "front"]);
    let (fast, front) = (number(&lake, &["--selection", "fast"]), number(&lake, &["--view", "front"]));
    assert_eq!((&told["a"]["frames"], &told["b"]["frames"]), (&json!(fast), &json!(front)));
    assert_eq!(told["in_both"], number(&lake, &["--where", "speed > 10 and camera = \"front\""]));
    let rows = |args: &[&str]| lake.json("frames", args).as_array().unwrap().clone();
    let (a, b) = (rows(&["--selection", "fast"]), rows(&["--view", "front"]));
    let labels = |rows: &[Value]| rows.iter().map(|row| row["labels"].as_u64().unwrap()).sum::<u64>();
    assert_eq!((&told["a"]["labels"], &told["b"]["labels"]), (&json!(labels(&a)), &json!(labels(&b))));
    let speed = told["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == "speed").unwrap();
    for (side, rows) in [("a", &a), ("b", &b)] {
        let mut values: Vec<f64> = rows.iter().filter_map(|row| row["speed"].as_f64()).collect();
        values.sort_by(f64::total_cmp);
        let close = |told: &Value, expected: f64| (told.as_f64().unwrap() - expected).abs() < 1e-9;
        #[expect(clippy::cast_precision_loss, reason = "a few frames")]
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let half = values.len() / 2;
        let median = if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) };
        assert!(close(&speed[side]["mean"], mean) && close(&speed[side]["median"], median), "{speed}");
        assert_eq!(speed[side]["missing"], rows.len() - values.len());
        let counts = speed["histogram"][side].as_array().unwrap();
        assert_eq!(counts.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), values.len() as u64);
    }
    let text = lake.run("compare", &["filter:speed > 10", "all"]);
    assert!(text.starts_with("what,of,a,b,difference\n"), "{text}");
    assert!(text.contains("mean,speed,"), "{text}");
    done(&lake, "view", "save", &["fast", "--where", "speed > 12"]);
    assert!(lake.fail("compare", &["fast", "front"], 2).contains("selection:fast"));
    assert!(lake.fail("compare", &["slow", "front"], 2).contains("slow"));
}

#[test]
fn exports_are_counted_before_and_formats_told_by_endings() {
    let lake = Lake::new();
    let filter = "has(car)";
    let counted = lake.run("export", &["--where", filter, "--every", "500 ms", "--around", "200 ms", "--count"]);
    let out = lake.beside("out");
    let report = lake.json(
        "export",
        &["--where", filter, "--every", "500 ms", "--around", "200 ms", "--out", out.to_str().unwrap()],
    );
    assert_eq!(report["frames"], counted.trim().parse::<u64>().unwrap());
    assert!(lake.fail("export", &["--where", filter], 2).contains("--out"));
    for (name, begins) in [("x.parquet", "PAR1"), ("x.csv", "frame_id,"), ("x.json", "["), ("x.jsonl", "{")] {
        let file = lake.beside(name);
        lake.run("frames", &["--limit", "2", "--out", file.to_str().unwrap()]);
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()), "{name}");
    }
    done(&lake, "selection", "save", &["one", "--where", "frame = 0 and camera = \"front\" and recording ~ \"*1\""]);
    let frames = number(&lake, &["--selection", "one"]);
    if frames == 1 {
        let one = lake.beside("one");
        let told = lake.run("export", &["--selection", "one", "--out", one.to_str().unwrap()]);
        assert!(told.contains(": 1 frame, "), "{told}");
    }
    let sql = lake.run("frames", &["--where", "speed > 10 for 1 s", "--sort", "speed:desc", "--sql"]);
    assert!(sql.starts_with("WITH ") && sql.ends_with("ORDER BY \"speed\" DESC NULLS LAST;\n"), "{sql}");
    let told = lake.fail("frames", &["--where", "tag = \"x\"", "--sql"], 2);
    assert!(told.contains("cannot be said in SQL"), "{told}");
}
