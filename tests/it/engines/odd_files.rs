//! Files with lines that are no events, without rows, or with times too fine: the same from all engines, or refused.

use std::path::Path;

use lakescope::{
    analytics::{
        OnError, Resources, TopQuery,
        engine::{Asked, Engine, LocalEngine, RemoteEngine, top_on},
        top,
        tree::top::Shape,
    },
    formats::{EventOptions, EventSet},
    jobs::Progress,
};
use polars::prelude::{Column, ParquetWriter};

use super::{by_kernel, events, frame, locations, write_parquet};

/// Text files with every line that is no event, as the kernel sees them: events, bad rows by their reasons, all totals.
pub(super) fn broken_lines_agree(remote: &RemoteEngine) {
    let folder = tempfile::tempdir().unwrap();
    let head = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    let turned = "note;timestamp_detected;item_name;detection_oid;video_camera_oid;geographical_location_oid\n";
    let object = |place: &str, camera: &str, detection: &str, item: &str, time: &str| {
        format!(
            "{{\"geographical_location_oid\":{place}, \"video_camera_oid\" : {camera},\"detection_oid\":{detection},\
             \"item_name\":{item},\"timestamp_detected\":{time}}}\n"
        )
    };
    let good = object("1", "2", "3", "\"car\"", "1700000000");
    let files: [(&str, String); 13] = [
        ("cut.csv", format!("{head}5,9,76,bus,1700000000\n5,9,77,car")),
        ("few.csv", format!("{head}5\n1,2,3,car,1700000000\n1,2,3,\n\n1,2,,car,\n,,,,\n")),
        ("many.csv", format!("{head}5,9,77,car,1700000000,more,and more\n5,9,78,car,,more\n")),
        ("types.csv", format!("{head}x,1,2,car,1\n1,x,2,car,1\n1,1,2.0,car,1\n1,2.5,2,car,1\n 1.00 ,1.,2,car,1700000000123.0\n1,1,9007199254740992.0,car,1\n1,1,9007199254740993.0,car,1\n1,1,00009007199254740992.0,car,1\n1,1,19007199254740.0,car,1\n1,1,2,car,1e3\n1,1,99999999999999999999,car,1\n1,1,4,car,7\n")),
        ("quoted.csv", format!("{head}\"5\",9,77,\"a \"\"red\"\" car, parked\",1700000000\n5,9,78,\"bus\",\"170000\"0001\n5,9,79,\"bus, cut\"\n")),
        ("turned.csv", format!("{turned}\"a;b\";1700000000;bus;1;2;3\na;1700000000;bus;4;2\na;1700000000; bus ;5;2;\n")),
        ("cut.ndjson", format!("{good}{}", &good[..good.len() - 40])),
        (
            "types.ndjson",
            [
                object("\"1\"", "2", "3", "\"car\"", "1700000000"),
                object("1", "2.5", "4", "\"car\"", "1700000000"),
                object("1", "2", "5.0", "\"car\"", "1700000000"),
                object("1", "2", "6", "7", "1700000000"),
                object("1", "2", "7", "\"car\"", "\"1700000000\""),
                object("1", "2", "8", "true", "1700000000"),
                object("1", "2", "[9]", "\"car\"", "1700000000"),
                object("1", "2", "10", "\"car\"", "true"),
                object("1", "2", "11", "\"car\"", "1700000000"),
                object("1.0", "2", "12", "\"car\"", "1700000000123.0"),
                object("1e0", "2", "13", "\"car\"", "1.7e9"),
                object("1", "2", "1e300", "\"car\"", "1"),
                object("1", "2", "15", "\"car\"", "1.5e-3"),
                object("1", "2", "9007199254740992.0", "\"car\"", "1"),
                object("1", "2", "9007199254740994.0", "\"car\"", "1"),
            ]
            .concat(),
        ),
        (
            "missing.ndjson",
            [
                "{}\n".to_owned(),
                "\n{\"geographical_location_oid\":1,\"item_name\":\"car\"}\n".to_owned(),
                "{\"geographical_location_oid\":1,\"ideo_camera_oid\":3,\"item_name\":\"bus\",\"other\":[1,{\"a\":2}]}\n".to_owned(),
                object("null", "null", "null", "null", "null"),
                object("1", "null", "null", "\"car\"", "null"),
            ]
            .concat(),
        ),
        ("words.ndjson", "no JSON\n[1]\n7\nnull\n\"text\"\n".to_owned() + &good),
        ("escaped.ndjson", object("1", "2", "3", r#""it's \\ \"odd\" straße""#, "1700000000")),
        (
            "spaces.ndjson",
            ["\" car \"", "\"car\"", "\"\"", "\"\"", "\"  \""]
                .map(|item| object("1", "2", "3", item, "1700000000"))
                .concat(),
        ),
        ("both.ndjson", "{\"geographical_location_oid\":1,\"ideo_camera_oid\":3,\"video_camera_oid\":4,\"item_name\":\"car\"}\n".to_owned() + &good),
    ];
    for (name, text) in &files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let all = std::iter::once(folder.path().to_owned()).chain(files.iter().map(|(name, _)| folder.path().join(name)));
    let (locations, options, resources) = (locations(), EventOptions::default(), Resources::default());
    let query = TopQuery { dedup: false, ..TopQuery::default() };
    for path in all {
        let asked = Asked {
            detections: &path,
            locations: &locations,
            query: &query,
            options: &options,
            on_error: OnError::Fail,
            shape: Shape::default(),
        };
        let told = |top: &lakescope::analytics::TopItems| {
            let stages = &top.stages;
            let mut bad: Vec<_> = stages.bad_rows.reasons().iter().map(|reason| (reason.why, reason.count)).collect();
            bad.sort_unstable();
            let numbers = [stages.read, stages.incomplete, stages.after_filters, stages.rows_out];
            (bad, numbers, top.items.clone(), top.counts.clone(), top.locations.clone())
        };
        let name = path.display();
        let kernel = told(&top(&path, &locations, &query, &resources, &Progress::new()).unwrap());
        let engines: [(&str, &dyn Engine); 2] = [("Polars", &LocalEngine), ("the server", remote)];
        for (engine, answers) in engines {
            let there =
                top_on(answers, &asked, &Progress::new()).unwrap_or_else(|error| panic!("{name}, {engine}: {error}"));
            assert_eq!(kernel, told(&there), "{name}, {engine}");
        }
    }
}

/// A file that is in order and has no rows answers as on this machine; one with times in nanoseconds is refused.
pub(super) fn odd_parquet_is_told(remote: &RemoteEngine) {
    let folder = tempfile::tempdir().unwrap();
    let (locations, options, query) = (locations(), EventOptions::default(), TopQuery::default());
    let ask = |path: &Path, engine: &dyn Engine| {
        let asked = Asked {
            detections: path,
            locations: &locations,
            query: &query,
            options: &options,
            on_error: OnError::Fail,
            shape: Shape::default(),
        };
        top_on(engine, &asked, &Progress::new())
    };
    let empty = folder.path().join("empty.parquet");
    let schema = frame(&[]);
    let file = std::fs::File::create(&empty).unwrap();
    ParquetWriter::new(file).batched(schema.schema()).unwrap().finish().unwrap();
    let set = EventSet::find(&empty).unwrap();
    assert!(set.parts.is_empty() && set.files == 1, "no row groups");
    assert!(by_kernel(&empty, &query).is_empty());
    for engine in [&LocalEngine as &dyn Engine, remote] {
        let answer = ask(&empty, engine).unwrap_or_else(|error| panic!("{}: {error}", engine.name()));
        assert_eq!((answer.stages.read, answer.ranks.len()), (0, 0), "{}", engine.name());
    }
    let fine = folder.path().join("fine.parquet");
    let mut rows = frame(&events("skew", 100));
    let times = rows.column("timestamp_detected").unwrap().i64().unwrap().clone() * 1_000_000_000;
    let times = times.into_datetime(polars::prelude::TimeUnit::Nanoseconds, None);
    rows.with_column(Column::from(polars::prelude::IntoSeries::into_series(times))).unwrap();
    write_parquet(&mut rows, &fine);
    assert!(ask(&fine, &LocalEngine).is_ok());
    let error = ask(&fine, remote).unwrap_err().to_string();
    assert!(
        error.contains("nanoseconds") && error.contains("fine.parquet") && error.contains("--engine local"),
        "{error}"
    );
}
