//! Statistics by group: against pandas, with ties, without anything, saved, and written in each format.

use serde_json::{Map, Value};

use crate::{
    harness::{Lake, copy, lakescope},
    python,
};

const ALL: &str = "count,missing,nan,mean,std,min,max,sum,p95,p99.9,q0.25,median,mode,first,last,distinct";

/// The lake that comes with the program, which has days, hours, classes and regions.
fn sample() -> Lake {
    let lake = Lake::empty();
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_lake"), &lake.path());
    std::fs::remove_dir_all(lake.path().join(".lakescope")).ok();
    lake
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn every_statistic_is_that_of_pandas() {
    let lake = sample();
    let info = lake.json("info", &[]);
    assert!(info["frames"].as_u64() > Some(100));
    let classes = lake.json("frames", &["--columns", "labels", "--limit", "1"]);
    assert!(classes.as_array().is_some());
    let named: Vec<String> = class_names(&lake).iter().map(|class| format!("labels.{class}")).collect();
    let metrics = info["metrics"].as_array().unwrap().iter().map(|metric| text(&metric["name"]).to_owned());
    let columns: Vec<String> = ["frame_id", "recording", "camera", "frame_idx", "timestamp_ns", "labels"]
        .map(str::to_owned)
        .into_iter()
        .chain(metrics)
        .chain(named)
        .collect();
    let frames = lake.beside("frames.csv");
    lake.run("frames", &["--columns", &columns.join(","), "--out", frames.to_str().unwrap()]);
    let half = median_speed(&lake);
    let fast = format!("speed > {half:?}");
    let with = |metric: &'static str, beside: &str| {
        let aggregates = format!("{ALL},corr:{beside}");
        vec!["--metric".to_owned(), metric.to_owned(), "--agg".to_owned(), aggregates]
    };
    let mut results = Map::new();
    let cases: Vec<(&str, Vec<String>, Vec<&str>)> = vec![
        ("all", with("speed", "brake"), vec![]),
        ("recording", with("speed", "brake"), vec!["--by", "recording"]),
        ("region", with("speed", "brake"), vec!["--by", "region"]),
        ("time", with("speed", "brake"), vec!["--by", "hour,hour_of_day,weekday,day"]),
        ("bins", with("brake", "speed"), vec!["--by", "speed:2"]),
        ("fast", with("speed", "brake"), vec!["--where", &fast]),
        ("fast_recording", with("speed", "brake"), vec!["--by", "recording", "--where", &fast]),
        ("camera", with("speed", "brake"), vec!["--by", "camera"]),
        ("fast_camera", with("speed", "brake"), vec!["--by", "camera", "--where", &fast]),
        ("label", with("speed", "brake"), vec!["--by", "label"]),
        ("frames_camera", with("speed", "brake"), vec!["--by", "camera", "--over", "frames"]),
        ("frames_fast", with("speed", "brake"), vec!["--by", "recording", "--over", "frames", "--where", &fast]),
        ("gear", with("gear", "speed"), vec!["--by", "recording"]),
        (
            "weighted",
            vec![],
            vec!["--metric", "speed", "--by", "recording", "--agg", "mean,std,p50", "--weight", "time"],
        ),
        ("kept_max", vec![], vec!["--by", "recording", "--keep", "max:speed"]),
        ("kept_min", vec![], vec!["--by", "recording", "--keep", "min:speed"]),
        ("kept_top3", vec![], vec!["--by", "recording", "--keep", "top3:speed"]),
    ];
    for (name, first, rest) in &cases {
        let args: Vec<&str> = first.iter().map(String::as_str).chain(rest.iter().copied()).collect();
        results.insert((*name).to_owned(), lake.json("stats", &args));
    }
    // What needs no correlation is read in row groups, which must tell the same.
    for name in ["all", "recording", "region", "time", "fast", "fast_recording", "camera", "fast_camera", "label"] {
        let rest = &cases.iter().find(|case| case.0 == name).unwrap().2;
        let args: Vec<&str> = ["--metric", "speed", "--agg", ALL].into_iter().chain(rest.iter().copied()).collect();
        let streamed = lake.json("stats", &args);
        let whole = results[name].as_array().unwrap();
        assert_eq!(streamed.as_array().unwrap().len(), whole.len(), "{name}");
        for (one, other) in streamed.as_array().unwrap().iter().zip(whole) {
            for (key, value) in one.as_object().unwrap() {
                let near = |a: &Value, b: &Value| match (a.as_f64(), b.as_f64()) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1e-9),
                    _ => a == b,
                };
                assert!(near(value, &other[key]), "{name} {key}: {value} {}", other[key]);
            }
        }
    }
    let file = lake.beside("results.json");
    std::fs::write(&file, Value::Object(results).to_string()).unwrap();
    let root = lake.path();
    if let Some(told) = python::run("check_stats.py", &[root.as_os_str(), frames.as_os_str(), file.as_os_str()]) {
        assert!(told.is_empty(), "{}", String::from_utf8_lossy(&told));
    }
}

fn class_names(lake: &Lake) -> Vec<String> {
    let rows = lake.json("stats", &["--metric", "speed", "--by", "label", "--over", "frames", "--agg", "count"]);
    rows.as_array().unwrap().iter().filter_map(|row| Some(row["label"].as_str()?.to_owned())).collect()
}

fn median_speed(lake: &Lake) -> f64 {
    let rows = lake.json("stats", &["--metric", "speed", "--over", "frames", "--agg", "median"]);
    rows[0]["speed_median"].as_f64().unwrap()
}

/// A drive with two cameras and few readings, whose numbers can be counted by hand.
fn small() -> Lake {
    let lake = Lake::new();
    let folder = lake.path().join("recordings");
    let mut drives: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    drives.sort();
    drives[1..].iter().for_each(|drive| std::fs::remove_dir_all(drive).unwrap());
    lake
}

#[test]
fn two_cameras_never_count_a_reading_twice() {
    let lake = small();
    let count = |args: &[&str]| -> Vec<u64> {
        let all: Vec<&str> = ["--metric", "speed", "--agg", "count"].into_iter().chain(args.iter().copied()).collect();
        let rows = lake.json("stats", &all);
        rows.as_array().unwrap().iter().map(|row| row["speed_count"].as_u64().unwrap()).collect()
    };
    let both = count(&["--where", "frame < 10"])[0];
    let each = count(&["--where", "frame < 10", "--by", "camera"]);
    let one = count(&["--where", "frame < 10 and camera = \"front\""])[0];
    assert_eq!(each.len(), 2);
    assert!(each.contains(&one));
    assert!(both >= *each.iter().max().unwrap() && both < each.iter().sum::<u64>(), "{both} {each:?}");
    // Parts that begin with frames next to each other add up.
    let before = count(&["--where", "frame < 5 and camera = \"front\""])[0];
    let after = count(&["--where", "frame >= 5 and frame < 10 and camera = \"front\""])[0];
    assert_eq!(before + after, one);
    assert_eq!(count(&["--where", "speed > 1e9"]), [0]);
    assert!(count(&["--where", "speed > 1e9", "--by", "recording"]).is_empty());
}

/// Replaces the sensors of the first drive by a table of one's own.
fn with_table(csv: &str) -> Lake {
    let lake = small();
    let drive = std::fs::read_dir(lake.path().join("recordings")).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_dir_all(drive.join("metrics")).unwrap();
    std::fs::create_dir(drive.join("metrics")).unwrap();
    std::fs::write(drive.join("metrics/own.csv"), csv).unwrap();
    lake
}

#[test]
fn nan_null_ties_and_words() {
    let frames = small().json("frames", &["--columns", "timestamp_ns", "--limit", "1"]);
    let start = frames[0]["timestamp_ns"].as_i64().unwrap();
    let row = |at: i64, cells: &str| format!("{},{cells}\n", start + at * 10_000_000);
    let table = [
        row(0, "1.5,dry,3"),
        row(1, "9.25,wet,"),
        row(2, "NaN,wet,4"),
        row(3, ",dry,4"),
        row(4, "9.25,dry,3"),
        row(5, "-2.5,,5"),
    ];
    let lake = with_table(&format!("timestamp_ns,force,road,lane\n{}", table.concat()));
    let rows = lake.json(
        "stats",
        &["--metric", "force,road,lane", "--agg", "count,missing,nan,mean,min,max,mode,first,last,distinct"],
    );
    let row = rows[0].as_object().unwrap();
    for (name, expected) in [
        ("force_count", Value::from(4)),
        ("force_missing", 1.into()),
        ("force_nan", 1.into()),
        ("force_mean", 4.375.into()),
        ("force_mode", 9.25.into()),
        ("force_first", 1.5.into()),
        ("force_last", (-2.5).into()),
        ("force_distinct", 3.into()),
        ("road_count", 5.into()),
        ("road_missing", 1.into()),
        ("road_mean", Value::Null),
        ("road_mode", "dry".into()),
        ("road_first", "dry".into()),
        ("road_distinct", 2.into()),
        ("lane_mode", 3.into()),
        ("lane_min", 3.into()),
        ("lane_missing", 1.into()),
    ] {
        assert_eq!(row[name], expected, "{name}");
    }
    let kept = lake.json("stats", &["--keep", "max:force"]);
    assert_eq!(kept[0]["force_max"], 9.25);
    assert_eq!(kept[0]["force_max_time"], rfc(start + 10_000_000), "the earliest of two equal ones");
    let top = lake.json("stats", &["--keep", "top3:force"]);
    let told: Vec<_> =
        top.as_array().unwrap().iter().map(|row| (row["rank"].as_i64(), row["force_top"].as_f64())).collect();
    assert_eq!(told, [(Some(1), Some(9.25)), (Some(2), Some(9.25)), (Some(3), Some(1.5))]);
    assert!(top[0]["frame_id"].as_str().is_some() && top[0]["camera"].as_str().is_some());
    let none = lake.json("stats", &["--keep", "max:force", "--where", "force > 1000"]);
    assert_eq!((&none[0]["force_max"], &none[0]["frame_id"]), (&Value::Null, &Value::Null));
}

fn rfc(ns: i64) -> Value {
    lakescope::model::format_ns(ns).into()
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    let lake = small();
    for (args, told) in [
        (vec!["--metric", "sped"], "did you mean `speed`"),
        (vec!["--by", "recordng"], "did you mean `recording`"),
        (vec!["--by", "speed"], "write their width"),
        (vec!["--by", "sped:10"], "did you mean `speed`"),
        (vec!["--agg", "men"], "did you mean `mean`"),
        (vec!["--metric", "speed", "--agg", "corr:brke"], "did you mean `brake`"),
        (vec!["--keep", "max:sped"], "did you mean `speed`"),
        (vec!["--keep", "most:speed"], "write max:METRIC"),
        (vec!["--where", "sped > 3"], "filter cannot be used"),
        (vec!["--by", "camera,camera"], "twice"),
        (vec!["--saved", "nothing"], "no analysis `nothing`"),
        (vec!["--view", "nothing"], "nothing"),
    ] {
        let error = lake.fail("stats", &args, 2);
        assert!(error.contains(told), "{args:?}: {error}");
    }
}

#[test]
fn analyses_are_saved_as_text_and_run_again() {
    let lake = small();
    let args = ["--metric", "speed", "--by", "camera", "--agg", "count,p95", "--where", "frame < 12"];
    let saving: Vec<&str> =
        args.into_iter().chain(["--save", "speed by camera", "--chart", "box", "--note", "why"]).collect();
    let first = lake.json("stats", &saving);
    let file = lake.path().join("analyses/speed by camera.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("filter = \"frame < 12\"") && text.contains("chart = \"box\""), "{text}");
    assert_eq!(lake.json("stats", &["--saved", "speed by camera"]), first);
    let list = lake.json("analyses", &[]);
    assert_eq!((&list[0]["name"], &list[0]["note"]), (&"speed by camera".into(), &"why".into()));
    let error = lake.fail("stats", &["--saved", "speed by camra"], 2);
    assert!(error.contains("did you mean `speed by camera`"), "{error}");
    let error = lake.fail("stats", &["--metric", "speed", "--save", "../out"], 2);
    assert!(error.contains("cannot name an analysis"), "{error}");
    std::fs::write(&file, "metrics = 3").unwrap();
    let error = lake.fail("stats", &["--saved", "speed by camera"], 1);
    assert!(error.contains("correct it"), "{error}");
    assert!(lake.json("analyses", &[])[0]["error"].as_str().is_some());
    // The folder is no recording, and a saved analysis is no problem of the lake.
    std::fs::write(&file, text).unwrap();
    let before = lake.json("info", &[])["recordings"].clone();
    lake.run("index", &[]);
    assert_eq!(lake.json("info", &[])["recordings"], before);
    lake.run("stats", &["--saved", "speed by camera", "--record"]);
    let runs = lake.json("runs", &["--task", "stats"]);
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["state"]), (1, &"done".into()));
    lake.run("analyses", &["--delete", "speed by camera"]);
    assert!(lake.json("analyses", &[]).as_array().unwrap().is_empty());
}

#[test]
fn keys_come_first_and_every_format_tells_the_same() {
    let lake = small();
    let args = ["--metric", "speed", "--by", "camera,hour_of_day", "--agg", "count,mean"];
    let json = lake.json("stats", &args);
    let names: Vec<&String> = json[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["camera", "hour_of_day", "speed_count", "speed_mean"]);
    let csv = lake.run("stats", &args);
    assert_eq!(csv.lines().count(), json.as_array().unwrap().len() + 1);
    for ending in ["csv", "json", "parquet"] {
        let out = lake.beside(&format!("out.{ending}"));
        let with_out: Vec<&str> = args.into_iter().chain(["--out", out.to_str().unwrap()]).collect();
        lake.run("stats", &with_out);
        let bytes = std::fs::read(&out).unwrap();
        match ending {
            "csv" => assert_eq!(bytes, csv.as_bytes()),
            "json" => assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), json),
            _ => assert!(bytes.starts_with(b"PAR1")),
        }
    }
    assert_eq!(lake.json("stats", &["--by", "camera", "--limit", "1"]).as_array().unwrap().len(), 1);
    let usual = lake.json("stats", &["--metric", "speed"]);
    let names: Vec<&String> = usual[0].as_object().unwrap().keys().collect();
    let expected = ["count", "missing", "nan", "mean", "std", "min", "max"].map(|one| format!("speed_{one}"));
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
}

#[test]
fn tags_and_selections_make_groups() {
    let lake = small();
    let keep = |args: &[&str]| {
        let (verbs, rest) = args.split_at(2);
        let output = lakescope(&lake.beside("")).args(verbs).arg(lake.path()).args(rest).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    keep(&["tag", "add", "early", "--where", "frame < 6"]);
    keep(&["tag", "add", "odd", "--where", "frame = 3 or frame = 7"]);
    keep(&["selection", "save", "late", "--where", "frame >= 6"]);
    let counts = |by: &str| -> Vec<(Value, u64)> {
        let rows = lake.json("stats", &["--metric", "speed", "--over", "frames", "--agg", "count", "--by", by]);
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| (row[by].clone(), row["speed_count"].as_u64().unwrap())).collect()
    };
    let frames = lake.json("info", &[])["frames"].as_u64().unwrap();
    assert_eq!(counts("tag"), [("early".into(), 12), ("odd".into(), 4), (Value::Null, frames - 14)]);
    assert_eq!(counts("selection"), [("late".into(), frames - 12), (Value::Null, 12)]);
    let samples = lake.json("stats", &["--metric", "speed", "--agg", "count", "--by", "tag", "--selection", "late"]);
    assert_eq!(samples[0]["tag"], "odd");
}

#[test]
fn quality_tells_where_to_look() {
    let frames = small().json("frames", &["--columns", "timestamp_ns", "--limit", "1"]);
    let start = frames[0]["timestamp_ns"].as_i64().unwrap();
    let row = |at: i64, value: f64| format!("{},{value}\n", start + at * 10_000_000);
    let mut rows: Vec<String> = (0_i32..400).map(|at| row(i64::from(at), 10.0 + f64::from(at * 7 % 13))).collect();
    rows.extend((0_i32..20).map(|at| row(i64::from(at) + 1400, 10.0 + f64::from(at * 7 % 13))));
    rows.swap(30, 31);
    rows.insert(50, rows[49].clone());
    let lake = with_table(&format!("timestamp_ns,force\n{}", rows.concat()));
    let report = lake.json("quality", &[]);
    let kinds: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|one| text(&one["kind"])).collect();
    for kind in ["gap", "duplicate", "out_of_order"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let gap = report["findings"].as_array().unwrap().iter().find(|one| one["kind"] == "gap").unwrap();
    assert_eq!(
        (gap["start_ns"].as_i64(), gap["end_ns"].as_i64()),
        (Some(start + 3_990_000_000), Some(start + 14_000_000_000))
    );
    assert_eq!((&gap["metric"], &gap["severity"]), (&"force".into(), &"warning".into()));
    let metric = &report["metrics"][0];
    assert_eq!(
        (metric["duplicates"].as_u64(), metric["out_of_order"].as_u64(), metric["gaps"].as_u64()),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(report["footages"].as_array().unwrap().len(), 2);
    let out = lake.beside("quality.csv");
    lake.run("quality", &["--out", out.to_str().unwrap()]);
    let written = std::fs::read_to_string(out).unwrap();
    assert!(written.starts_with("severity,kind,recording,metric,camera,start,end,count,what"));
    assert_eq!(written.lines().count(), kinds.len() + 1);
    assert!(lake.run("quality", &["--metrics"]).contains("force"));
    assert!(lake.run("quality", &["--footages"]).contains("front"));
}
