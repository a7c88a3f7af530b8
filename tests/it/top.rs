//! `lakescope top`: on files of all kinds, on the lake's own events, and on what is broken.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use crate::harness::{Lake, lakescope};

pub(crate) const HEADER: &str =
    "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";

pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn output(&self, detections: &Path, args: &[&str]) -> Output {
        lakescope(self.0.path()).arg("top").arg("--detections").arg(detections).args(args).output().unwrap()
    }

    /// What was printed, and what was told beside it.
    pub(crate) fn run(&self, detections: &Path, args: &[&str]) -> (String, String) {
        let output = self.output(detections, args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {told}");
        (String::from_utf8(output.stdout).unwrap(), told)
    }

    pub(crate) fn fail(&self, detections: &Path, args: &[&str], code: i32) -> String {
        let output = self.output(detections, args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
        told
    }
}

/// The number behind a stage.
pub(crate) fn stage(told: &str, name: &str) -> u64 {
    let line = told.lines().find_map(|line| line.strip_prefix(&format!("lakescope: {name}")));
    line.unwrap_or_else(|| panic!("no stage {name}: {told}")).trim().parse().unwrap()
}

pub(crate) const EVENTS: &str = "1,10,100,car,1714550400000\n1,10,100,car,1714550405000\n1,11,101,bus,1714550401000\n\
    2,20,102,car,1714550402000\n2,20,103,dog,1714550465000\n9,90,104,car,1714550466000\n1,10,,car,1714550467000\n";

#[test]
fn ranks_join_and_tell_their_stages() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let locations = files.write(
        "locations.csv",
        "geographical_location_oid,geographical_location,region\n1,Pier,north\n2,,south\n2,Quay,south\n",
    );
    let locations = locations.to_str().unwrap();
    let (rows, told) = files.run(&events, &["--locations", locations, "-n", "1"]);
    assert_eq!(
        rows,
        "geographical_location_oid,geographical_location,item_rank,item_name,item_count\n1,Pier,1,car,2\n2,,1,car,1\n9,,1,car,1\n"
    );
    let stages = ["rows read", "without detection_oid", "duplicates removed", "events counted", "at unknown locations"];
    assert_eq!(stages.map(|name| stage(&told, name)), [7, 1, 1, 6, 1]);
    assert!(told.contains("repeats the oid of an earlier row"), "{told}");

    let (rows, _) = files.run(&events, &["--by", "global", "--ranking", "dense", "--no-dedup"]);
    assert_eq!(rows, "item_rank,item_name,item_count\n1,car,5\n2,bus,1\n2,dog,1\n");
    let (rows, _) = files.run(&events, &["--window", "1m", "--by", "global", "-n", "1"]);
    assert_eq!(
        rows,
        "window_start,item_rank,item_name,item_count\n2024-05-01T08:00:00.000000000Z,1,car,2\n\
         2024-05-01T08:01:00.000000000Z,1,car,2\n"
    );
    let (rows, _) = files.run(&events, &["--window", "1m", "--slide", "30s", "--counts", "total"]);
    let counts: Vec<&str> = rows.lines().skip(1).map(|row| row.rsplit(',').next().unwrap()).collect();
    assert_eq!(counts, ["3", "3", "3", "3"]);
    let (rows, _) = files.run(&events, &["--counts", "both", "--location", "1", "--from", "2024-05-01T08:00:01Z"]);
    assert_eq!(rows, "geographical_location_oid,item_name,event_count\n1,bus,1\n1,car,1\n");
}

#[test]
fn a_parquet_answer_has_its_types_and_appears_whole() {
    let files = Files::new();
    let events = files.write("events.csv", format!("{HEADER}{EVENTS}"));
    let out = files.path("top.parquet");
    files.run(
        &events,
        &["--out", out.to_str().unwrap(), "--window", "1h", "--report", files.path("r.json").to_str().unwrap()],
    );
    if let Some(told) = crate::python::run("read_table.py", &[out.as_os_str()]) {
        let told: Value = serde_json::from_slice(&told).unwrap();
        let of = |column: &Value| format!("{} {}", column["name"].as_str().unwrap(), column["type"].as_str().unwrap());
        let columns: Vec<String> = told["columns"].as_array().unwrap().iter().map(of).collect();
        for column in [
            "geographical_location_oid int64",
            "item_rank int32",
            "window_start datetime64[us, UTC]",
            "item_count int64",
        ] {
            assert!(columns.iter().any(|one| one == column), "{column}: {columns:?}");
        }
        assert_eq!(told["rows"], 5);
    }
    let report: Value = serde_json::from_slice(&fs::read(files.path("r.json")).unwrap()).unwrap();
    assert_eq!((&report["rows_read"], &report["duplicates"], &report["unmatched"]), (&7.into(), &1.into(), &6.into()));
    // Nothing is left behind and nothing replaced when it fails.
    let before = fs::read(&out).unwrap();
    files.fail(&files.path("none.csv"), &["--out", out.to_str().unwrap()], 1);
    assert_eq!(fs::read(&out).unwrap(), before);
}

#[test]
fn broken_files_are_named_and_the_rest_is_counted() {
    let files = Files::new();
    files.write("in/good.csv", format!("{HEADER}{EVENTS}x,1,2,car,5\n1,2\n"));
    files.write(
        "in/more.ndjson",
        r#"{"geographical_location_oid":1,"video_camera_oid":4,"detection_oid":500,"item_name":"car","timestamp_detected":null}
no
"#,
    );
    files.write("in/empty.parquet", "");
    files.write("in/half.parquet", "PAR1 begun and never ended");
    files.write("in/other.csv", "a,b\n1,2\n");
    files.write("in/types.csv", format!("{HEADER}1.5,x,y,car,soon\n"));
    let folder = files.path("in");
    assert!(files.fail(&folder, &[], 1).contains("empty.parquet"));
    let (rows, told) = files.run(&folder, &["--on-error", "skip", "-n", "1"]);
    assert!(rows.contains("\n1,,1,car,3\n"), "{rows}");
    for name in ["empty.parquet", "half.parquet", "other.csv"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    assert_eq!((stage(&told, "files left out"), stage(&told, "bad rows")), (3, 4));
    assert!(files.fail(&files.path("nothing"), &[], 1).contains("nothing"));
    fs::create_dir(files.path("bare")).unwrap();
    assert!(files.fail(&files.path("bare"), &[], 1).contains("holds no events"));
}

#[test]
fn wrong_words_are_refused() {
    let files = Files::new();
    let events = files.write("events.csv", HEADER);
    for (args, told) in [
        (&["-n", "0"][..], "0 is not in"),
        (&["--from", "soon"], "--from soon"),
        (&["--from", "2024-05-02T00:00Z", "--to", "2024-05-01T00:00Z"], "the span ends before it begins"),
        (&["--window", "1m", "--slide", "2m"], "leave events out"),
        (&["--slide", "1m"], "--window"),
        (&["--memory", "1MB"], "64 MB"),
        (&["--engine", "mars"], "sc://"),
        (&["--list", "--engine", "sc://nowhere:1"], "this machine alone"),
        (&["--lateness", "1m", "--engine", "sc://nowhere:1"], "this machine alone"),
        (&["--engine", "sc://nowhere:1/;token=x"], "unencrypted"),
        (&["--salt", "8"], "leave --salt out"),
        (&["--salt", "8", "--engine", "local"], "leave --salt out"),
        (&["--salt", "8", "--list"], "--salt"),
        (&["--out", "rows.xyz"], ".xyz is none of them"),
        (&["--location", "Main St"], "no table of locations"),
    ] {
        assert!(files.fail(&events, args, 2).contains(told), "{args:?}");
    }
    let output = lakescope(files.0.path()).arg("top").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn late_events_and_events_from_the_future_are_told() {
    let files = Files::new();
    files.write("in/a.csv", format!("{HEADER}1,1,1,car,1714550400\n1,1,2,car,1714549000\n1,1,3,car,1714550399\n"));
    files.write("in/b.csv", format!("{HEADER}1,1,4,car,1714549900\n1,1,5,car,4102444800\n1,1,6,car,1714550401\n"));
    let (_, told) = files.run(&files.path("in"), &["--lateness", "5m"]);
    assert_eq!((stage(&told, "from the future"), stage(&told, "late")), (1, 2));
    assert!(told.contains("(23 min 20 s) in ") && told.contains("(8 min 20 s) in "), "{told}");
    assert!(told.contains("detection_oid 5") && told.contains("detection_oid 4 ") && told.contains("detection_oid 2 "));
}

#[test]
fn the_lakes_own_events_lead_to_frames() {
    let lake = Lake::new();
    let all = lake.json("top", &["--counts", "total"]);
    let listed = lake.json("top", &["--list"]);
    let listed = listed.as_array().unwrap();
    assert_eq!(all[0]["event_count"].as_u64().unwrap(), listed.len() as u64);
    lake.run("index", &[]);
    let listed = lake.json("top", &["--list"]);
    let with_frame: Vec<&Value> =
        listed.as_array().unwrap().iter().filter(|event| event["frame"].is_string()).collect();
    assert!(!with_frame.is_empty());
    for event in with_frame.iter().take(5) {
        let (frame, item) = (event["frame"].as_str().unwrap(), event["item_name"].as_str().unwrap());
        let counts = lake.json("frames", &["--columns", &format!("frame_id,labels.{item}")]);
        let found = counts.as_array().unwrap().iter().find(|row| row["frame_id"] == frame).unwrap();
        assert!(found[&format!("labels.{item}")].as_u64().unwrap() > 0, "{event}");
    }
    // A page of the list is a part of it.
    let page = lake.json("top", &["--list", "--offset", "3", "--limit", "2"]);
    assert_eq!(page.as_array().unwrap()[..], listed.as_array().unwrap()[3..5]);
    let runs = lake.json("runs", &["--task", "counts"]);
    assert_eq!(runs.as_array().unwrap().len(), 1);
}

#[test]
fn places_and_units_can_be_set() {
    let lake = Lake::empty();
    let root = lake.path();
    fs::create_dir_all(root.join("arrived")).unwrap();
    fs::write(root.join("arrived/x_1.csv"), format!("{HEADER}7,1,1,car,60000\n")).unwrap();
    fs::write(root.join("arrived/y_1.csv"), "a,b\n1,2\n").unwrap();
    fs::write(root.join("places.csv"), "geographical_location_oid,geographical_location\n7,Pier\n").unwrap();
    assert!(lake.fail("top", &[], 1).contains("has no detection events"));
    let settings = "[detections]\nevents = \"arrived/x_*\"\nlocations = \"places.csv\"\ntime_unit = \"ms\"\n";
    fs::write(root.join("lake.toml"), settings).unwrap();
    let rows = lake.json("top", &["--window", "1m"]);
    assert_eq!((&rows[0]["geographical_location"], &rows[0]["item_count"]), (&"Pier".into(), &1.into()));
    assert_eq!(rows[0]["window_start"], "1970-01-01T00:01:00.000000000Z");
    fs::write(root.join("lake.toml"), "[detections]\nevents = \"../x\"\n").unwrap();
    lake.fail("top", &[], 1);
}

#[test]
fn duplicates_are_described_and_those_that_disagree_listed() {
    let files = Files::new();
    let events = files.write(
        "events.csv",
        format!("{HEADER}1,10,1,car,1000\n1,10,1,car,1002\n1,10,1,bus,1010\n1,11,2,car,1000\n1,11,3,car,1000\n1,11,3,car,1000\n"),
    );
    let (rows, _) = files.run(&events, &["--duplicates"]);
    for line in ["duplicates,3", "whose events disagree,1", "in the item,1", "longest delay,10 s", "10,3,2,66.67 %"] {
        assert!(rows.lines().any(|row| row == line), "{line}: {rows}");
    }
    let out = files.path("out.csv");
    files.run(&events, &["--duplicates", "--out", out.to_str().unwrap()]);
    let listed = fs::read_to_string(&out).unwrap();
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.lines().nth(1).unwrap().contains("1970-01-01T00:16:40"), "the earliest holds: {listed}");
}

#[test]
fn what_is_asked_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    let events =
        "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n1,1,1,car,1700000000\n";
    std::fs::write(at("in/a.csv"), events).unwrap();
    std::fs::write(at("b.csv"), "geographical_location_oid,geographical_location\n1,Pier\n").unwrap();
    let top = |detections: &str, out: &str| {
        let (detections, locations, out) = (at(detections), at("b.csv"), at(out));
        let args = ["top", "--detections", &detections, "--locations", &locations, "--out", &out];
        crate::harness::lakescope(folder.path()).args(args).output().unwrap()
    };
    for (detections, out, told) in [
        ("in/a.csv", "in/a.csv", "is the file of events"),
        ("in/a.csv", "in/../in/a.csv", "is the file of events"),
        ("in/a.csv", "b.csv", "is the table of locations"),
        ("in", "in/top.csv", "would lie among the events"),
        ("in/*.csv", "in/top.csv", "would be one of the events"),
    ] {
        let output = top(detections, out);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(told), "{detections} {out}: {error}");
        assert_eq!(std::fs::read_to_string(at("in/a.csv")).unwrap(), events);
        assert!(!folder.path().join("in/top.csv").exists());
    }
    for (detections, out) in [("in/a.csv", "in/top.csv"), ("in", "top.csv")] {
        let output = top(detections, out);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::remove_file(at(out)).unwrap();
    }
}
