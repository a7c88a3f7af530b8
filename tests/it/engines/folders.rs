//! Trees of folders whose names tell columns, and text that engines are not given: the same from all engines, or refused.

use std::path::Path;

use lakescope::{
    analytics::{
        OnError, Resources, TopItems, TopQuery, Window,
        engine::{Asked, Engine, LocalEngine, RemoteEngine, top_on},
        top,
        tree::top::Shape,
    },
    formats::EventOptions,
    jobs::Progress,
};

use super::{START_S, events, frame, locations, write_parquet};

fn ask(engine: &dyn Engine, path: &Path, query: &TopQuery) -> Result<TopItems, String> {
    let (locations, options) = (locations(), EventOptions::default());
    let asked = Asked {
        detections: path,
        locations: &locations,
        query,
        options: &options,
        on_error: OnError::Fail,
        shape: Shape::default(),
    };
    top_on(engine, &asked, &Progress::new()).map_err(|error| error.to_string())
}

fn told(top: &TopItems) -> impl PartialEq + std::fmt::Debug + use<> {
    let stages = &top.stages;
    let numbers = [stages.read, stages.incomplete, stages.null_ids, stages.duplicates, stages.after_filters];
    let rows = (top.locations.clone(), top.windows_ns.clone(), top.items.clone(), top.counts.clone());
    (numbers, stages.passed_over, rows, top.by_location.clone())
}

/// A tree that a writer partitioned by location and item, by the hour of events, and by nothing, all at once.
pub(super) fn partitioned_trees_agree(remote: &RemoteEngine) {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    let write = |within: String, lacking: &[&str], rows: &[super::Event]| {
        let within = tree.join(within);
        std::fs::create_dir_all(&within).unwrap();
        write_parquet(&mut frame(rows).drop_many(lacking.iter().copied()), &within.join("part-0.parquet"));
    };
    let all = events("disagreeing", 1600);
    let names = [("car", "car"), ("it's \\ `odd`", "it%27s%20%5C%20%60odd%60"), ("straße", "stra%C3%9Fe")];
    let place = "geographical_location_oid";
    for location in 0..2 {
        for (item, called) in names {
            let rows: Vec<_> =
                all.iter().filter(|event| event.0 == Some(location) && event.3 == Some(item)).copied().collect();
            let within = format!("date=2023-11-14/{place}={location}/item_name={called}");
            write(within, &[place, "item_name"], &rows);
        }
    }
    // Folders of rows without a value, and one whose name the file's own column goes before.
    let rest: Vec<_> = all.iter().filter(|event| event.0 == Some(2)).copied().collect();
    write(format!("date=2023-11-15/{place}=__HIVE_DEFAULT_PARTITION__"), &[place], &rest);
    write(format!("date=2023-11-15/{place}=77"), &[], &rest);
    write("date=2023-11-15/video_camera_oid=-3".to_owned(), &["video_camera_oid"], &rest);
    write(format!("date=2023-11-16/timestamp_detected={START_S}"), &["timestamp_detected"], &rest);
    let minute = 60_000_000_000;
    for query in [
        TopQuery::default(),
        TopQuery { dedup: false, ..TopQuery::default() },
        TopQuery { items: vec![names[1].0.to_owned()], locations: vec![1, 2], dedup: false, ..TopQuery::default() },
        TopQuery {
            window: Some(Window { size_ns: minute, slide_ns: minute }),
            from_ns: Some((START_S + 1) * 1_000_000_000),
            dedup: false,
            ..TopQuery::default()
        },
    ] {
        let kernel = top(&tree, &locations(), &query, &Resources::default(), &Progress::new()).unwrap();
        assert!(kernel.stages.after_filters > 0, "{query:?} {:?}", kernel.stages);
        let kernel = told(&kernel);
        for engine in [&LocalEngine as &dyn Engine, remote] {
            let there = ask(engine, &tree, &query).unwrap_or_else(|error| panic!("{}: {error}", engine.name()));
            assert!(kernel == told(&there), "{query:?}, {}: {kernel:?} {:?}", engine.name(), told(&there));
        }
    }
    // Text whose folders tell a column is refused, and what to do is told.
    let text = folder.path().join("text").join(format!("{place}=1"));
    std::fs::create_dir_all(&text).unwrap();
    let head = "video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    std::fs::write(text.join("a.csv"), format!("{head}1,1,car,{START_S}\n")).unwrap();
    assert_eq!(ask(&LocalEngine, &text, &TopQuery::default()).unwrap().counts, [1]);
    let error = ask(remote, &text, &TopQuery::default()).unwrap_err();
    assert!(error.contains("a.csv") && error.contains("--engine local"), "{error}");
}

/// What this machine alone reads is refused, not left out.
pub(super) fn odd_forms_are_refused(remote: &RemoteEngine) {
    let folder = tempfile::tempdir().unwrap();
    let head = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    let csv = folder.path().join("written.csv");
    std::fs::write(&csv, format!("{head}1,2,3,car,{START_S}\n1,2,4,car,2023-11-14T22:13:20Z\n")).unwrap();
    let json = folder.path().join("written.ndjson");
    let object = "{\"geographical_location_oid\":1,\"video_camera_oid\":2,\"detection_oid\":3,\"item_name\":\"car\",\
                  \"timestamp_detected\": \"2023-11-14 22:13:20\"}\n";
    std::fs::write(&json, object).unwrap();
    let decimal = folder.path().join("decimal.parquet");
    let mut rows = frame(&events("skew", 50));
    let column = rows.column("detection_oid").unwrap().cast(&polars::prelude::DataType::Float64).unwrap();
    rows.with_column(column).unwrap();
    write_parquet(&mut rows, &decimal);
    for (path, part) in [(&csv, "rows: 1"), (&json, "written out"), (&decimal, "decimal.parquet")] {
        let kernel = top(path, &locations(), &TopQuery::default(), &Resources::default(), &Progress::new()).unwrap();
        assert_eq!(kernel.stages.bad_rows.total(), 0, "{}", path.display());
        let error = ask(remote, path, &TopQuery::default()).map(|top| top.counts).unwrap_err();
        assert!(error.contains(part) && error.contains("--engine local"), "{}: {error}", path.display());
    }
    // Where no row is an event, all engines say so.
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, format!("{head}1,2,x,car,{START_S}\n")).unwrap();
    for engine in [&LocalEngine as &dyn Engine, remote] {
        let error = ask(engine, &bad, &TopQuery::default()).map(|top| top.counts).unwrap_err();
        assert!(error.contains("no row of") && error.contains("1 row left out"), "{}: {error}", engine.name());
    }
}
