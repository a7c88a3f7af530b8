//! Tasks: saved analyses and queries that are listed, run under their names, and found again among the runs.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::Lake;

const SPEED: &str = "analysis/speed by drive";
const CAMERAS: &str = "query/cameras";
const QUERY: &str = "SELECT camera, count(*) AS frames FROM frames GROUP BY camera ORDER BY camera";

/// A lake with an analysis and a query.
fn lake() -> Lake {
    let lake = Lake::new();
    let asked = ["--metric", "speed", "--by", "recording", "--agg", "count,mean", "--where", "speed > 1"];
    lake.run("stats", &[&asked[..], &["--save", "speed by drive"]].concat());
    lake.run("sql", &[QUERY, "--save", "cameras", "--note", "frames of each"]);
    lake
}

fn runs(lake: &Lake, task: &str) -> Vec<Value> {
    lake.json("runs", &["--task", task]).as_array().unwrap().clone()
}

#[test]
fn tasks_are_listed_with_their_parameters_and_last_runs() {
    let empty = Lake::new();
    assert_eq!(empty.json("tasks", &[]), json!([]));
    assert!(empty.fail("run", &["analysis/x"], 2).contains("this lake has none yet"));
    let lake = lake();
    let tasks = lake.json("tasks", &[]);
    let told: Vec<_> = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| ["task", "kind", "about"].map(|key| task[key].as_str().unwrap()))
        .collect();
    assert_eq!(told, [[SPEED, "analysis", "speed by recording"], [CAMERAS, "query", "frames of each"]]);
    assert_eq!(tasks[0]["parameters"][0]["name"], "where");
    assert_eq!(tasks[0]["parameters"][0]["value"], "speed > 1");
    assert_eq!(tasks[0]["last_run"], Value::Null);
    lake.run("run", &[SPEED]);
    let nowhere = lake.beside("no/such/folder.csv");
    lake.fail("run", &[CAMERAS, "--out", nowhere.to_str().unwrap()], 1);
    let tasks = lake.json("tasks", &[]);
    assert_eq!((&tasks[0]["last_run"]["state"], &tasks[1]["last_run"]["state"]), (&json!("done"), &json!("failed")));
    let table = lake.run("tasks", &[]);
    assert!(table.starts_with("task,kind,what,last_run,started\n"), "{table}");
    assert_eq!(table.lines().count(), 3);
}

#[test]
fn a_task_answers_as_what_it_was_saved_from_and_is_a_run() {
    let lake = lake();
    for format in ["csv", "json", "ndjson", "table"] {
        let form = ["--format", format];
        let name = "speed by drive";
        assert_eq!(
            lake.run("run", &[&[SPEED], &form[..]].concat()),
            lake.run("stats", &[&["--saved", name], &form[..]].concat())
        );
        assert_eq!(
            lake.run("run", &[&[CAMERAS], &form[..]].concat()),
            lake.run("sql", &[&["--saved", "cameras"], &form[..]].concat())
        );
    }
    let found = runs(&lake, SPEED);
    assert_eq!(found.len(), 4);
    let (first, rows) = (&found[0], lake.json("stats", &["--saved", "speed by drive"]));
    assert_eq!((&first["state"], &first["rows_out"]), (&json!("done"), &json!(3)));
    assert!(first["rows_in"].as_u64() > Some(3), "{first}");
    let result: Value = serde_json::from_str(first["result"].as_str().unwrap()).unwrap();
    assert_eq!((&result["rows"], &result["out"]), (&json!(3), &Value::Null));
    assert_eq!(result["columns"][0], "recording");
    assert_eq!(result["head"][2][0], rows[2]["recording"]);
    assert_eq!(result["head"].as_array().unwrap().len(), 3);
}

#[test]
fn the_answer_goes_to_a_file_whose_ending_tells_the_format() {
    let lake = lake();
    for (task, command, saved) in [(SPEED, "stats", "speed by drive"), (CAMERAS, "sql", "cameras")] {
        for ending in ["csv", "json", "parquet"] {
            let (by_task, by_command) = (lake.beside(&format!("a.{ending}")), lake.beside(&format!("b.{ending}")));
            let out = by_task.to_str().unwrap();
            let printed = match ending {
                "csv" => lake.run("run", &[task, "--param", &format!("out={out}")]),
                _ => lake.run("run", &[task, "--out", out]),
            };
            assert!(printed.is_empty(), "{printed}");
            lake.run(command, &["--saved", saved, "--out", by_command.to_str().unwrap()]);
            assert_eq!(fs::read(&by_task).unwrap(), fs::read(&by_command).unwrap(), "{task} {ending}");
            let result = runs(&lake, task)[0]["result"].as_str().map(serde_json::from_str::<Value>).unwrap().unwrap();
            assert_eq!(Path::new(result["out"].as_str().unwrap()), by_task);
        }
    }
}

#[test]
fn a_parameter_takes_the_place_of_what_was_saved() {
    let lake = lake();
    let asked = ["--metric", "speed", "--by", "recording", "--agg", "count,mean"];
    lake.run("selections", &["--save", "slow", "--where", "speed < 8"]);
    for (parameter, option) in [
        ("where=speed > 9", &["--where", "speed > 9"][..]),
        ("where=", &[]),
        ("selection=slow", &["--selection", "slow"]),
    ] {
        let by_task = lake.run("run", &[SPEED, "--param", parameter, "--format", "csv"]);
        assert_eq!(by_task, lake.run("stats", &[&asked[..], option, &["--format", "csv"]].concat()), "{parameter}");
    }
    for task in [SPEED, CAMERAS] {
        let all = lake.run("run", &[task, "--format", "csv"]);
        let first = lake.run("run", &[task, "--param", "limit=1", "--format", "csv"]);
        assert_eq!(first.lines().collect::<Vec<_>>(), all.lines().take(2).collect::<Vec<_>>(), "{task}");
    }
}

#[test]
fn what_is_not_there_is_told_and_is_no_run() {
    let lake = lake();
    for (args, expected) in [
        (&["analysis/speed by drve"][..], "did you mean `analysis/speed by drive`?"),
        (&["cameras"], "did you mean `query/cameras`?"),
        (&["%%"], "this lake has analysis/speed by drive, query/cameras"),
        (&[SPEED, "--param", "wher=speed > 3"], "did you mean `where`?"),
        (&[SPEED, "--param", "memory=1GB"], "has no parameter `memory`"),
        (&[SPEED, "--param", "where"], "write NAME=VALUE"),
        (&[SPEED, "--param", "where=speeed > 3"], "did you mean `speed`?"),
        (&[SPEED, "--param", "view=night"], "no view named `night`"),
        (&[SPEED, "--param", "selection=odd"], "no selection named `odd`"),
        (&[SPEED, "--param", "where=", "--param", "view=night"], "take the place of each other"),
        (&[CAMERAS, "--param", "timeout=soon"], "the parameter `timeout`"),
        (&[CAMERAS, "--param", "out=a.csv", "--out", "b.csv"], "more than once"),
    ] {
        let error = lake.fail("run", args, 2);
        assert!(error.contains(expected), "{args:?}: {error}");
    }
    assert!(runs(&lake, SPEED).is_empty() && runs(&lake, CAMERAS).is_empty());
}

#[test]
fn a_task_that_fails_is_a_failed_run_with_its_error() {
    let lake = lake();
    fs::write(lake.path().join("analyses/gone.toml"), "metrics = [\"nothing\"]\n").unwrap();
    fs::write(lake.path().join("analyses/torn.toml"), "metrics = [\n").unwrap();
    let cross = "SELECT a.frame_id, b.frame_id AS other, c.frame_id AS third, d.frame_id AS fourth FROM frames a CROSS JOIN \
                 frames b CROSS JOIN frames c CROSS JOIN frames d ORDER BY a.speed, other, third, fourth";
    lake.run("sql", &[cross, "--save", "endless"]);
    for (task, parameters, expected) in [
        ("analysis/gone", &[][..], "there is no metric `nothing`"),
        ("analysis/torn", &[], "torn.toml cannot be used"),
        ("query/endless", &["--param", "timeout=300ms"], "the time that it may take"),
    ] {
        let out = lake.beside("kept.csv");
        fs::write(&out, "before").unwrap();
        let to = ["--out", out.to_str().unwrap()];
        let told = lake.fail("run", &[&[task], parameters, &to[..]].concat(), 1);
        assert!(told.contains(expected), "{task}: {told}");
        let run = &runs(&lake, task)[0];
        assert_eq!(run["state"], "failed", "{task}");
        assert!(run["error"].as_str().unwrap().contains(expected), "{run}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "before", "the file stays as it was");
    }
    let torn = lake.json("tasks", &[]);
    let torn = torn.as_array().unwrap().iter().find(|task| task["task"] == "analysis/torn").unwrap();
    assert!(torn["error"].as_str().unwrap().contains("save the analysis again"), "{torn}");
}
