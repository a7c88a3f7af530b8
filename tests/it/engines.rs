//! One question, several engines, the same rows: the kernel, the tree on Polars, and the tree on servers of Spark Connect.

mod folders;
mod odd_files;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use lakescope::{
    analytics::{
        CountsBy, OnError, Ranking, Resources, Scope, TopQuery, Window,
        engine::{
            Asked, Engine, EngineError, LocalEngine, NamedBy, PathMap, RemoteEngine, Table, Tables, counts_on, top_on,
        },
        event_counts, top,
        tree::{
            Aggregate, How, Kind, Op, Tree, Value, col, down,
            top::{LOCATIONS, Shape},
            up,
        },
    },
    formats::{EventOptions, EventSet, Locations},
    jobs::Progress,
};
use polars::prelude::{Column, CsvWriter, DataFrame, JsonFormat, JsonWriter, ParquetWriter, SerWriter};

use self::{
    folders::{odd_forms_are_refused, partitioned_trees_agree},
    odd_files::{broken_lines_agree, odd_parquet_is_told},
};
use crate::{harness::files_below, servers::Server};

/// One event: location, camera, detection, item, time.
type Event = (Option<i64>, Option<i64>, Option<i64>, Option<&'static str>, Option<i64>);

const ITEMS: [&str; 6] = ["car", "bus", "Car", "straße", "zebra crossing", "it's \\ `odd`"];

/// 2023-11-14, in seconds.
const START_S: i64 = 1_700_000_000;

/// Numbers that look like chance and are the same each time.
fn chance(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[expect(clippy::cast_possible_wrap, reason = "small numbers")]
fn events(kind: &str, count: u64) -> Vec<Event> {
    let mut chance = chance(7);
    let mut pick = |below: u64| chance(below) as i64;
    let mut rows = Vec::new();
    for at in 0..count as i64 {
        let item = Some(ITEMS[usize::try_from(pick(6)).unwrap()]);
        let time = Some(START_S + pick(5000));
        rows.push(match kind {
            // Nine of ten events at one location.
            "skew" => (Some(if pick(10) > 0 { 1 } else { pick(50) }), Some(pick(9)), Some(pick(count)), item, time),
            "all duplicates" => (Some(3), Some(1), Some(42), Some("car"), Some(START_S)),
            // The same id at different places and times, many at the same time.
            "disagreeing" => (Some(pick(4)), Some(pick(3)), Some(pick(20)), item, Some(START_S + pick(4))),
            "nulls" => {
                let mut keep = |value: i64| (pick(3) > 0).then_some(value);
                let (place, camera, detection) = (keep(1), keep(2), keep(at % 11));
                (place, camera, detection, keep(0).and(item), keep(0).and(time))
            }
            "negative and extreme" => {
                let ids = [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX, -7];
                // Of times in nanoseconds these are the outermost.
                let times = [i64::MIN, i64::MAX, -200_000_000_000_000_000, 200_000_000_000_000_000];
                let any = |of: &[i64], pick: &mut dyn FnMut(u64) -> i64| {
                    Some(of[usize::try_from(pick(of.len() as u64)).unwrap()])
                };
                let (place, camera) = (any(&ids, &mut pick), any(&ids, &mut pick));
                (place, camera, any(&ids, &mut pick), item, any(&times, &mut pick))
            }
            "one location" => (Some(9), Some(1), Some(at), item, time),
            _ => (Some(at % 700), Some(pick(9)), Some(pick(count * 2)), item, time),
        });
    }
    rows
}

const KINDS: [&str; 7] =
    ["skew", "all duplicates", "disagreeing", "nulls", "negative and extreme", "one location", "many locations"];

fn frame(events: &[Event]) -> DataFrame {
    let numbers = |name: &str, of: fn(&Event) -> Option<i64>| {
        Column::new(name.into(), events.iter().map(of).collect::<Vec<Option<i64>>>())
    };
    let columns = vec![
        numbers("geographical_location_oid", |event| event.0),
        numbers("video_camera_oid", |event| event.1),
        numbers("detection_oid", |event| event.2),
        Column::new("item_name".into(), events.iter().map(|event| event.3).collect::<Vec<_>>()),
        numbers("timestamp_detected", |event| event.4),
    ];
    DataFrame::new(events.len(), columns).unwrap()
}

fn write_parquet(frame: &mut DataFrame, path: &Path) {
    let file = std::fs::File::create(path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(500)).finish(frame).unwrap();
}

fn locations() -> Locations {
    Locations {
        oids: vec![1, 3, -1, i64::MAX, 9],
        names: ["Pier", "Quay", "Ost", "End"].iter().map(|name| Some((*name).to_owned())).chain([None]).collect(),
        ..Locations::default()
    }
}

/// Every way to ask, each at least once; `place` is one that is there.
fn questions() -> Vec<(&'static str, TopQuery)> {
    let minute = 60_000_000_000;
    let base = TopQuery { n: 3, ..TopQuery::default() };
    let window = |size_ns, slide_ns| Some(Window { size_ns, slide_ns });
    let start_ns = START_S * 1_000_000_000;
    vec![
        ("plain", base.clone()),
        ("global, every event", TopQuery { scope: Scope::Global, dedup: false, ..base.clone() }),
        ("dense", TopQuery { ranking: Ranking::Dense, ..base.clone() }),
        ("competition, global", TopQuery { ranking: Ranking::Competition, scope: Scope::Global, ..base.clone() }),
        ("tumbling", TopQuery { window: window(20 * minute, 20 * minute), ..base.clone() }),
        (
            "sliding, uneven, between times",
            TopQuery {
                window: window(10 * minute, 4 * minute),
                from_ns: Some(start_ns + 100),
                to_ns: Some(start_ns + 40 * minute),
                ..base.clone()
            },
        ),
        (
            "limits",
            TopQuery {
                locations: vec![1, 9, i64::MIN, -7],
                items: vec![ITEMS[0].to_owned(), ITEMS[5].to_owned(), "nothing".to_owned()],
                ..base.clone()
            },
        ),
        (
            "windows of all places together",
            TopQuery { window: window(3 * minute, minute), scope: Scope::Global, ranking: Ranking::Dense, ..base },
        ),
    ]
}

/// An answer as text, a line a row.
type Answer = Vec<String>;

fn line(parts: [Option<String>; 6]) -> String {
    parts.map(|part| part.unwrap_or_else(|| "null".to_owned())).join("|")
}

fn by_kernel(path: &Path, query: &TopQuery) -> Answer {
    let resources = Resources { threads: 2, spill_folder: std::env::temp_dir(), ..Resources::default() };
    let answer = top(path, &locations(), query, &resources, &Progress::new()).unwrap();
    let rows = 0..answer.ranks.len();
    rows.map(|row| {
        line([
            answer.locations.get(row).map(ToString::to_string),
            answer.location_names.get(row).cloned().flatten().map(|name| name.to_string()),
            answer.windows_ns.get(row).map(ToString::to_string),
            Some(answer.ranks[row].to_string()),
            Some(answer.items[row].to_string()),
            Some(answer.counts[row].to_string()),
        ])
    })
    .collect()
}

/// The tables of a question about these events.
fn with_tables<T>(set: &EventSet, ask: impl FnOnce(&Tables<'_>) -> T) -> T {
    use lakescope::analytics::tree::top::{EVENTS, NAME, PLACE, ROW};
    let locations = locations();
    // The first again with another name: it must not count twice.
    let oids: Vec<i64> = locations.oids.iter().copied().chain([1]).collect();
    let names: Vec<Option<&str>> = locations.names.iter().map(Option::as_deref).chain([Some("Pier again")]).collect();
    let rows: Vec<i64> = (0..).take(oids.len()).collect();
    let locations = DataFrame::new(
        rows.len(),
        vec![Column::new(ROW.into(), rows), Column::new(PLACE.into(), oids), Column::new(NAME.into(), names)],
    )
    .unwrap();
    let options = EventOptions::default();
    ask(&[(EVENTS, Table::Events { set, options: &options }), (LOCATIONS, Table::Rows(&locations))])
}

fn by_tree(engine: &dyn Engine, set: &EventSet, query: &TopQuery, shape: Shape) -> Result<Answer, EngineError> {
    use lakescope::analytics::tree::top::{COUNT, ITEM, NAME, PLACE, RANK, WINDOW, top};
    let answer = with_tables(set, |tables| engine.query(&top(query, shape), tables, &Progress::new()))?;
    let number = |name: &str, row: usize| Some(answer.column(name).ok()?.i64().unwrap().get(row)?.to_string());
    let text = |name: &str, row: usize| Some(answer.column(name).ok()?.str().unwrap().get(row)?.to_owned());
    let rank = |row: usize| Some(answer.column(RANK).ok()?.i32().unwrap().get(row)?.to_string());
    let rows = 0..answer.height();
    let cells = |row| {
        [number(PLACE, row), text(NAME, row), number(WINDOW, row), rank(row), text(ITEM, row), number(COUNT, row)]
    };
    Ok(rows.map(|row| line(cells(row))).collect())
}

/// Every kind of events and every question, on the kernel, on Polars and on a server.
fn all_engines_agree(remote: &RemoteEngine, kinds: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for kind in kinds {
        let path = folder.path().join(format!("{kind}.parquet"));
        write_parquet(&mut frame(&events(kind, 2000)), &path);
        let set = EventSet::find(&path).unwrap();
        for (name, query) in questions() {
            let kernel = by_kernel(&path, &query);
            let local = by_tree(&LocalEngine, &set, &query, Shape::default()).unwrap();
            assert_eq!(kernel, local, "{kind}, {name}: kernel and Polars");
            let shape = Shape { salt: if name == "plain" { 8 } else { 0 } };
            let there = by_tree(remote, &set, &query, shape).unwrap_or_else(|error| panic!("{kind}, {name}: {error}"));
            assert_eq!(kernel, there, "{kind}, {name}: kernel and {}", remote.name());
        }
    }
}

fn engine(server: &Server) -> RemoteEngine {
    RemoteEngine::new(&server.url(), PathMap::default(), NamedBy::Person).unwrap()
}

/// Files of all formats together, with a misspelt column, narrow numbers, times in seconds and milliseconds.
fn all_formats_agree(remote: &RemoteEngine) {
    use polars::prelude::DataType;
    let folder = tempfile::tempdir().unwrap();
    let rows = events("nulls", 900);
    let (first, rest) = rows.split_at(300);
    let (second, third) = rest.split_at(300);
    let mut narrow = frame(first);
    for name in ["geographical_location_oid", "video_camera_oid", "timestamp_detected"] {
        let column = narrow.column(name).unwrap().cast(&DataType::Int32).unwrap();
        narrow.with_column(column).unwrap();
    }
    narrow.rename("video_camera_oid", "ideo_camera_oid".into()).unwrap();
    write_parquet(&mut narrow, &folder.path().join("a.parquet"));
    std::fs::create_dir(folder.path().join("day=2023-11-14")).unwrap();
    let mut typed = frame(second);
    let column = typed.column("timestamp_detected").unwrap();
    let milliseconds =
        (column.i64().unwrap().clone() * 1000).into_datetime(polars::prelude::TimeUnit::Milliseconds, None);
    typed.with_column(Column::from(polars::prelude::IntoSeries::into_series(milliseconds))).unwrap();
    write_parquet(&mut typed, &folder.path().join("day=2023-11-14/b.parquet"));
    let mut text = frame(third);
    let csv = std::fs::File::create(folder.path().join("c.csv")).unwrap();
    CsvWriter::new(csv).finish(&mut text).unwrap();
    let mut lines = std::fs::read_to_string(folder.path().join("c.csv")).unwrap();
    lines += "1,2,x,car,5\n 7 ,,, bus ,1700000000123\n";
    std::fs::write(folder.path().join("c.csv"), lines).unwrap();
    let json = std::fs::File::create(folder.path().join("d.ndjson")).unwrap();
    JsonWriter::new(json).with_json_format(JsonFormat::JsonLines).finish(&mut frame(&events("skew", 200))).unwrap();
    let set = EventSet::find(folder.path()).unwrap();
    assert!(set.refused.is_empty(), "{:?}", set.refused);
    for (name, query) in questions() {
        let kernel = by_kernel(folder.path(), &query);
        let local = by_tree(&LocalEngine, &set, &query, Shape::default()).unwrap();
        assert_eq!(kernel, local, "{name}: kernel and Polars");
        let there = by_tree(remote, &set, &query, Shape::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(kernel, there, "{name}: kernel and {}", remote.name());
    }
}

/// What became of the events, and counts, as the kernel tells them.
fn stages_agree(remote: &RemoteEngine) {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["nulls", "disagreeing", "skew"] {
        let path = folder.path().join(format!("{kind}.parquet"));
        write_parquet(&mut frame(&events(kind, 1500)), &path);
        let (locations, options, resources) = (locations(), EventOptions::default(), Resources::default());
        for (name, query) in questions() {
            let asked = Asked {
                detections: &path,
                locations: &locations,
                query: &query,
                options: &options,
                on_error: OnError::Fail,
                shape: Shape::default(),
            };
            let progress = Progress::new();
            let kernel = top(&path, &locations, &query, &resources, &progress).unwrap();
            let there = top_on(remote, &asked, &progress).unwrap();
            let told = |top: &lakescope::analytics::TopItems| {
                let stages = &top.stages;
                let first = [stages.read, stages.incomplete, stages.null_ids, stages.duplicates, stages.after_filters];
                let lost = stages.passed_over.total() + stages.duplicates + stages.incomplete;
                assert_eq!(stages.read, lost + stages.after_filters, "{kind}, {name}");
                let last = [stages.joined, stages.unmatched, stages.groups, stages.rows_out];
                (first, last, top.by_location.clone(), stages.passed_over, stages.unmet.clone())
            };
            assert_eq!(told(&kernel), told(&there), "{kind}, {name}");
            assert_eq!(
                (&kernel.items, &kernel.location_names),
                (&there.items, &there.location_names),
                "{kind}, {name}"
            );
            for (location, item) in [(false, false), (true, false), (false, true), (true, true)] {
                let by = CountsBy { location, item };
                let kernel = event_counts(&path, &locations, &query, by, &resources, &progress).unwrap();
                let there = counts_on(remote, &asked, by, &progress).unwrap();
                let told = |counts: &lakescope::analytics::EventCounts| {
                    let columns = (counts.locations.clone(), counts.items.clone(), counts.windows_ns.clone());
                    (columns, counts.counts.clone(), counts.stages.groups)
                };
                assert_eq!(told(&kernel), told(&there), "{kind}, {name}, {by:?}");
            }
        }
    }
}

/// Pairs without end in sight, in little memory: nobody counts them within a test.
fn endless() -> Tree {
    let few = Tree::Numbers { column: "a".to_owned(), count: 1000 };
    let many = Tree::Numbers { column: "b".to_owned(), count: u32::MAX };
    let odd = col("b").with(Op::NotEqual, col("a"));
    let pairs = few.join(many, How::Cross, &[]).filter(odd);
    pairs.group(&["a"], [("rows", Aggregate::Count)]).sort(vec![down("rows"), up("a")]).limit(3)
}

/// Cancelling returns at once, and the server is free for the next question.
fn cancelling_returns_at_once(remote: &RemoteEngine) {
    let progress = Progress::new();
    let asked = {
        let (remote, progress) = (remote.clone(), progress.clone());
        std::thread::spawn(move || {
            let answer = remote.query(&endless(), &[], &progress);
            (answer, Instant::now())
        })
    };
    std::thread::sleep(Duration::from_secs(3));
    assert!(!asked.is_finished(), "the question was answered: {:?}", asked.join().unwrap().0);
    let cancelled = Instant::now();
    progress.cancel();
    let (answer, ended) = asked.join().unwrap();
    assert!(matches!(answer, Err(EngineError::Cancelled)), "{answer:?}");
    assert!(ended - cancelled < Duration::from_secs(6), "it took {:?}", ended - cancelled);
    let small = Tree::Numbers { column: "n".to_owned(), count: 3 };
    assert_eq!(remote.query(&small, &[], &Progress::new()).unwrap().height(), 3);
}

/// Mistakes come back in the server's words, with the position.
fn mistakes_are_told(remote: &RemoteEngine) {
    let ask = |text: &str| remote.sql(text, &[], &Progress::new()).unwrap_err();
    // Servers have words of their own: each text with those that one or the other says.
    for (text, words) in [
        ("SELECT nonsense FROM range(3)", &["nonsense"][..]),
        ("SELECT 1 +* 2", &["Wildcard", "pos 12)"]),
        // A bracket behind nine letters.
        ("SELECT 1 )", &["found ) at 9:", "pos 9)"]),
    ] {
        let error = ask(text);
        let EngineError::Server { message, .. } = &error else { panic!("{text}: {error:?}") };
        assert!(words.iter().any(|word| message.contains(word)), "{text}: {message}");
        assert!(error.to_string().contains(message) && !message.contains("\tat "), "{error}");
    }
    let bound = remote.sql(
        "SELECT :p1 AS t, :p2 AS n",
        &[Value::Text("it's \\ ; --".to_owned()), Value::Int64(-1)],
        &Progress::new(),
    );
    let bound = bound.unwrap();
    assert_eq!(bound.column("t").unwrap().str().unwrap().get(0), Some("it's \\ ; --"));
    let gone = Tree::scan("no_such_table", &[("a", Kind::Int64)]).filter(col("a").is_there());
    assert!(remote.query(&gone, &[], &Progress::new()).unwrap_err().to_string().contains("no_such_table"));
    // Views are gone with their question.
    let views = remote.sql("SHOW VIEWS", &[], &Progress::new()).unwrap();
    assert_eq!(views.height(), 0, "{views:?}");
}

#[test]
fn sail_answers_as_the_kernel() {
    let Some(server) = Server::sail() else { return };
    let remote = engine(&server);
    all_engines_agree(&remote, &KINDS);
    all_formats_agree(&remote);
    stages_agree(&remote);
    mistakes_are_told(&remote);
}

#[test]
fn sail_reads_broken_lines_as_the_kernel() {
    let Some(server) = Server::sail() else { return };
    broken_lines_agree(&engine(&server));
}

#[test]
fn sail_reads_partitioned_trees_as_the_kernel() {
    let Some(server) = Server::sail() else { return };
    partitioned_trees_agree(&engine(&server));
    odd_forms_are_refused(&engine(&server));
}

#[test]
fn sail_is_given_empty_files_and_no_nanoseconds() {
    let Some(server) = Server::sail() else { return };
    odd_parquet_is_told(&engine(&server));
}

#[test]
fn a_token_is_in_no_run_report_or_message() {
    let lake = crate::harness::Lake::new();
    let path = lake.beside("events.parquet");
    write_parquet(&mut frame(&events("skew", 300)), &path);
    let args =
        ["--detections", path.to_str().unwrap(), "--engine", "sc://127.0.0.1:1/;token=verysecret;x-key=alsosecret"];
    let told = lake.fail("top", &args, 1);
    assert!(told.contains("127.0.0.1:1") && !told.contains("secret"), "{told}");
    let runs = lake.run("runs", &["--json"]);
    assert!(runs.contains("top"), "{runs}");
    for entry in files_below(&lake.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        for secret in [&b"verysecret"[..], b"alsosecret"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", entry.display());
        }
    }
}

#[test]
fn the_command_line_writes_the_same_file() {
    let Some(server) = Server::sail() else { return };
    the_same_file(&server);
}

fn the_same_file(server: &Server) {
    let lake = crate::harness::Lake::new();
    let (here, there) = (lake.beside("here.csv"), lake.beside("there.csv"));
    let path = lake.beside("events.parquet");
    write_parquet(&mut frame(&events("disagreeing", 3000)), &path);
    let events = path;
    let url = server.url();
    for (out, engine) in [(&here, "local"), (&there, url.as_str())] {
        let args = ["--detections", events.to_str().unwrap(), "--window", "1m", "--engine", engine, "--out"];
        lake.run("top", &args.iter().copied().chain([out.to_str().unwrap()]).collect::<Vec<_>>());
    }
    let text = std::fs::read_to_string(&here).unwrap();
    assert!(text.lines().count() > 3, "{text}");
    assert_eq!(text, std::fs::read_to_string(&there).unwrap());
    // The lake names its engine, and the command line goes before it.
    std::fs::write(lake.path().join("lake.toml"), "[engine]\nurl = \"sc://127.0.0.1:1\"\n").unwrap();
    let events = ["--detections", events.to_str().unwrap()];
    assert!(lake.fail("top", &events, 1).contains("127.0.0.1:1"));
    assert_eq!(
        lake.run("top", &[events[0], events[1], "--engine", &url]),
        lake.run("top", &[events[0], events[1], "--engine", "local"])
    );
}

#[test]
fn sail_can_be_cancelled() {
    let Some(server) = Server::sail() else { return };
    cancelling_returns_at_once(&engine(&server));
}

#[test]
fn a_killed_server_is_told_and_another_try_works() {
    let Some(mut server) = Server::sail() else { return };
    let remote = engine(&server);
    let asked = {
        let remote = remote.clone();
        std::thread::spawn(move || remote.query(&endless(), &[], &Progress::new()))
    };
    std::thread::sleep(Duration::from_secs(2));
    server.kill();
    let killed = Instant::now();
    let error = asked.join().unwrap().unwrap_err();
    assert!(matches!(error, EngineError::Lost { .. }), "{error:?}");
    assert!(killed.elapsed() < Duration::from_secs(20), "{:?}", killed.elapsed());
    assert!(error.to_string().contains(&remote.host()), "{error}");
    let error = remote.query(&endless(), &[], &Progress::new()).unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error:?}");
    server.sail_again();
    let small = Tree::Numbers { column: "n".to_owned(), count: 3 };
    assert_eq!(remote.query(&small, &[], &Progress::new()).unwrap().height(), 3);
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("sc://{}", silent.local_addr().unwrap());
    let remote = RemoteEngine::new(&url, PathMap::default(), NamedBy::Person).unwrap();
    let began = Instant::now();
    let error = remote.query(&endless(), &[], &Progress::new()).unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[test]
#[ignore = "make test-spark runs it"]
fn spark_answers_as_the_kernel() {
    let Some(mut server) = Server::spark() else { return };
    let remote = engine(&server);
    mistakes_are_told(&remote);
    all_formats_agree(&remote);
    broken_lines_agree(&remote);
    odd_parquet_is_told(&remote);
    partitioned_trees_agree(&remote);
    odd_forms_are_refused(&remote);
    stages_agree(&remote);
    all_engines_agree(&remote, &KINDS);
    the_same_file(&server);
    cancelling_returns_at_once(&remote);
    let folder = tempfile::tempdir().unwrap();
    five_million(&remote, folder.path());
    let asked = {
        let remote = remote.clone();
        std::thread::spawn(move || remote.query(&endless(), &[], &Progress::new()))
    };
    std::thread::sleep(Duration::from_secs(3));
    server.kill();
    let error = asked.join().unwrap().unwrap_err();
    assert!(matches!(error, EngineError::Lost { .. }), "{error:?}");
}

/// Five million events, most of them at few locations: the same rows from all engines, with and without salt.
fn five_million(remote: &RemoteEngine, folder: &Path) {
    let path = folder.join("many.parquet");
    let mut rows = frame(&events("skew", 5_000_000));
    let file = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(500_000)).finish(&mut rows).unwrap();
    drop(rows);
    let set = EventSet::find(&path).unwrap();
    let query = TopQuery::default();
    let timed = |name: &str, ask: &dyn Fn() -> Answer| {
        let began = Instant::now();
        let answer = ask();
        println!("{name}: {} rows in {:.1} s", answer.len(), began.elapsed().as_secs_f64());
        answer
    };
    let kernel = timed("TIME kernel", &|| by_kernel(&path, &query));
    let local = timed("TIME Polars", &|| by_tree(&LocalEngine, &set, &query, Shape::default()).unwrap());
    assert_eq!(kernel, local);
    // The light server beside them, where it is installed.
    if let Some(server) = Server::sail_if_installed() {
        let light = engine(&server);
        let there = timed("TIME Sail", &|| by_tree(&light, &set, &query, Shape::default()).unwrap());
        assert_eq!(kernel, there, "Sail");
    }
    let plans = std::env::var_os("LAKESCOPE_PLANS").map_or_else(std::env::temp_dir, std::path::PathBuf::from);
    for salt in [0, 16] {
        let tree = lakescope::analytics::tree::top::top(&query, Shape { salt });
        let plan = with_tables(&set, |tables| remote.explain(&tree, tables, &Progress::new())).unwrap();
        // How the counts are made: in part beside the files, then exchanged, then put together.
        let outline = plan.split("\n\n").next().unwrap_or_default();
        let file = plans.join(format!("plan-salt-{salt}.txt"));
        std::fs::write(&file, &plan).unwrap();
        println!("EXPLAIN with salt {salt} (whole in {}):\n{outline}\n", file.display());
        assert!(outline.contains("HashAggregate"), "{plan}");
    }
    // The first answer warms the server up and is told apart.
    for (round, salt) in [("first", 0), ("first", 16), ("again", 0), ("again", 16)] {
        let name = format!("TIME Spark, salt {salt}, {round}");
        let there = timed(&name, &|| by_tree(remote, &set, &query, Shape { salt }).unwrap());
        assert_eq!(kernel, there, "salt {salt}");
    }
}
