//! The rules on events made by hand, with answers worked out by hand.

use std::{fmt::Write, fs};

use super::{
    reference::{Event, reference, write_parquet, write_parquet_without},
    tests::{locations, resources, rows},
    *,
};
use crate::formats::{EventOptions, TimeUnit};

fn event(
    detection: impl Into<Option<i64>>,
    time: impl Into<Option<i64>>,
    location: impl Into<Option<i64>>,
    camera: impl Into<Option<i64>>,
    item: impl Into<Option<&'static str>>,
) -> Event {
    Event {
        detection: detection.into(),
        time: time.into(),
        location: location.into(),
        camera: camera.into(),
        item: item.into().map(str::to_owned),
    }
}

/// What lacks a location or an item takes part when it is decided which event holds.
fn lacking() -> Vec<Event> {
    vec![
        // The earliest holds, and has no location.
        event(1, 1, None, 1, "car"),
        event(1, 2, 0, 1, "car"),
        // An item that is missing comes last.
        event(2, 1, 0, 1, None),
        event(2, 1, 0, 1, "car"),
        // So does a location,
        event(3, 1, None, 1, "ant"),
        event(3, 1, 7, 2, "bus"),
        // and a camera.
        event(4, 1, 7, None, "ant"),
        event(4, 1, 7, 2, "bus"),
        // The smaller camera holds, and has no item.
        event(5, 1, 7, 1, None),
        event(5, 1, 7, 2, "bus"),
        event(None, 1, None, 1, "car"),
        // A time that is missing comes last.
        event(6, None, 0, 1, "car"),
        event(6, 5, None, 1, "car"),
    ]
}

#[test]
fn what_lacks_a_location_or_an_item_takes_part_before_it_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let resources = resources(folder.path(), 1 << 30);
    let row = |location, item: &str, count| (Some(location), None, 1, item.to_owned(), count);
    for (events, expected, incomplete, duplicates) in [
        (lacking(), vec![row(0, "car", 1), row(7, "bus", 2)], 4, 6),
        // Nothing here needs more than the narrowest rows.
        (
            vec![
                event(1, 1, None, 1, "car"),
                event(1, 1, None, 1, "car"),
                event(2, 1, 0, 1, None),
                event(3, 1, 0, 1, "car"),
            ],
            vec![row(0, "car", 1)],
            2,
            1,
        ),
    ] {
        write_parquet(&events, &path, 4);
        for from_ns in [None, Some(0)] {
            let query = TopQuery { from_ns, ..TopQuery::default() };
            let answer = top(&path, &locations(), &query, &resources, &Progress::new()).unwrap();
            assert_eq!(rows(&answer), expected);
            assert_eq!((answer.stages.incomplete, answer.stages.duplicates), (incomplete, duplicates));
        }
    }
    write_parquet(&lacking(), &path, 4);
    let query = TopQuery::default();
    let listed = behind(&path, &locations(), &query, (0, 10), &resources, &Progress::new()).unwrap();
    let ids: Vec<_> = listed.events.iter().map(|event| (event.detection, event.copies)).collect();
    assert_eq!(ids, [(Some(2), 2), (Some(3), 2), (Some(4), 2)]);
    let all = TopQuery { dedup: false, ..query };
    assert_eq!(behind(&path, &locations(), &all, (0, 0), &resources, &Progress::new()).unwrap().total, 7);
    let found = duplicates(&path, &locations(), 1, &resources, &Progress::new()).unwrap();
    assert_eq!((found.events, found.ids, found.duplicates, found.incomplete), (12, 6, 6, 4));
    assert_eq!((found.differ_in_location, found.differ_in_camera, found.differ_in_item), (3, 3, 4));
    let told: Vec<_> = found.disagreements[0].events.iter().map(|event| event.location).collect();
    assert_eq!((found.disagreements[0].detection, told), (1, vec![None, Some(0)]));
}

#[test]
fn one_id_of_very_many_events_is_not_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let events: Vec<Event> = (0..5000).rev().map(|time| event(1, time, time % 2, 1, "car")).collect();
    write_parquet(&events, &path, 1000);
    // Less than the rows of the id would take.
    let resources = Resources { threads: 1, ..resources(folder.path(), 10 << 10) };
    let found = duplicates(&path, &locations(), 5, &resources, &Progress::new()).unwrap();
    assert_eq!((found.events, found.ids, found.disagreeing), (5000, 1, 1));
    let one = &found.disagreements[0];
    let times: Vec<_> = one.events.iter().filter_map(|event| event.time_ns).collect();
    assert_eq!((one.total, times), (5000, (0..100).collect()));
    assert_eq!(one.events[0].copies, 5000);
    assert!(found.notes.iter().any(|note| note.what.starts_with("4900 events")), "{:?}", found.notes);
    let query = TopQuery { dedup: false, ..TopQuery::default() };
    let listed = behind(&path, &locations(), &query, (4998, 5), &resources, &Progress::new());
    assert!(listed.is_err(), "more are asked for than fit");
    let listed = behind(&path, &locations(), &query, (10, 2), &resources, &Progress::new()).unwrap();
    let times: Vec<_> = listed.events.iter().filter_map(|event| event.time_ns).collect();
    assert_eq!((listed.total, times), (5000, vec![10, 11]));
}

#[test]
fn a_damaged_file_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    fs::create_dir(&lake).unwrap();
    let path = lake.join("events.parquet");
    let events: Vec<Event> = (0..4000).map(|at| event(at, at, 0, 1, "car")).collect();
    write_parquet(&events, &path, 500);
    let mut bytes = fs::read(&path).unwrap();
    // The pages of all row groups but the first, and not the footer.
    let end = bytes.len();
    bytes[end / 4..end / 2].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let resources = Resources {
        on_error: OnError::Skip,
        events: EventOptions { time_unit: Some(TimeUnit::Ns), root: None },
        ..resources(folder.path(), 1 << 30)
    };
    let answer = top(&lake, &locations(), &TopQuery::default(), &resources, &Progress::new()).unwrap();
    assert_eq!(answer.skipped.len(), 1, "{:?}", answer.skipped);
    let said = answer.skipped[0].1.to_string();
    assert!(said.contains("of its 8 row groups are left out, the first is number "), "{said}");
    let times = lateness(&lake, i64::MAX, 0, &resources, &Progress::new()).unwrap();
    assert_eq!(times.skipped.len(), 1, "{times:?}");
    assert!(times.skipped[0].1.contains("row groups are left out"), "{times:?}");
    assert!(times.timed < 4000);
}

#[test]
fn folders_tell_columns_that_their_files_lack() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    let events: Vec<Event> =
        (0..900).map(|at| event(at % 500, at % 7, at % 3, at % 4, if at % 5 == 0 { "it's" } else { "car" })).collect();
    let of = |location, item: &str| -> Vec<Event> {
        let here = |event: &&Event| event.location == Some(location) && event.item.as_deref() == Some(item);
        events.iter().filter(here).cloned().collect()
    };
    for (item, name) in [("it's", "it%27s"), ("car", "car")] {
        let at =
            |location: i64| tree.join(format!("date=2024-05-01/geographical_location_oid={location}/item_name={name}"));
        for location in 0..2 {
            let columns = ["geographical_location_oid", "item_name"];
            write_parquet_without(&of(location, item), &columns, &at(location).join("a.parquet"));
        }
        fs::create_dir_all(at(2)).unwrap();
        let number = |value: Option<i64>| value.unwrap().to_string();
        let (mut csv, mut json) = ("timestamp_detected,detection_oid,video_camera_oid\n".to_owned(), String::new());
        for (nth, event) in of(2, item).iter().enumerate() {
            let (time, id, camera) = (number(event.time), number(event.detection), number(event.camera));
            if nth % 2 == 0 {
                writeln!(csv, "{time},{id},{camera}").unwrap();
            } else {
                let cells = [("timestamp_detected", time), ("detection_oid", id), ("video_camera_oid", camera)];
                let cells = cells.map(|(name, value)| format!("\"{name}\":{value}")).join(",");
                writeln!(json, "{{{cells}}}").unwrap();
            }
        }
        fs::write(at(2).join("b.csv"), csv).unwrap();
        fs::write(at(2).join("c.ndjson"), json).unwrap();
    }
    let resources = resources(folder.path(), 1 << 30);
    for query in [TopQuery::default(), TopQuery { from_ns: Some(2), dedup: false, ..TopQuery::default() }] {
        let answer = top(&tree, &locations(), &query, &resources, &Progress::new()).unwrap();
        assert_eq!(rows(&answer), reference(&events, &query));
    }
    // A folder may tell all that is asked, and what a file holds goes before its folder.
    let (query, by) = (TopQuery { dedup: false, ..TopQuery::default() }, CountsBy { location: true, item: false });
    let counts = event_counts(&tree, &locations(), &query, by, &resources, &Progress::new()).unwrap();
    assert_eq!((counts.locations, counts.counts), (vec![0, 1, 2], vec![300; 3]));
    let odd = folder.path().join("odd/geographical_location_oid=somewhere");
    fs::create_dir_all(&odd).unwrap();
    write_parquet(&events, &odd.join("a.parquet"), 100);
    assert_eq!(
        rows(&top(&odd, &locations(), &query, &resources, &Progress::new()).unwrap()),
        reference(&events, &query)
    );
    write_parquet_without(&events, &["geographical_location_oid"], &odd.join("b.parquet"));
    let error = top(&odd, &locations(), &query, &resources, &Progress::new()).unwrap_err().to_string();
    assert!(error.contains("geographical_location_oid=somewhere"), "{error}");
}

#[test]
fn more_names_than_fit_into_memory_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    let mut text = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n".to_owned();
    // 32 MB of names are the least that is allowed.
    let long = "x".repeat(900);
    for at in 0..20_000 {
        writeln!(text, "1,1,{at},{long}{at},1").unwrap();
    }
    fs::write(&path, text).unwrap();
    let ask =
        |buffer| top(&path, &locations(), &TopQuery::default(), &resources(folder.path(), buffer), &Progress::new());
    let error = ask(1 << 20).unwrap_err().to_string();
    assert!(error.contains("different locations and items") && error.contains("allow more memory"), "{error}");
    assert_eq!(ask(1 << 30).unwrap().counts.len(), 10);
}

#[test]
fn a_damaged_page_costs_its_row_group_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    fs::create_dir(&lake).unwrap();
    let path = lake.join("events.parquet");
    let names = ["car", "bus", "bicycle"];
    let events: Vec<Event> =
        (0_i64..4000).map(|at| event(at, at, at % 7, 1, names[usize::try_from(at % 3).unwrap()])).collect();
    write_parquet(&events, &path, 500);
    let whole = fs::read(&path).unwrap();
    let resources = Resources { on_error: OnError::Skip, ..resources(folder.path(), 1 << 30) };
    let query = TopQuery { dedup: false, n: 100, ..TopQuery::default() };
    let mut refused = 0;
    for at in (whole.len() / 10..whole.len() * 7 / 10).step_by(509) {
        let mut bytes = whole.clone();
        bytes[at..at + 40].fill(0xff);
        fs::write(&path, bytes).unwrap();
        let answer = top(&lake, &locations(), &query, &resources, &Progress::new()).unwrap();
        let stages = &answer.stages;
        let counted: i64 = answer.counts.iter().sum();
        assert_eq!(u64::try_from(counted).unwrap() + stages.incomplete, stages.read, "at {at}");
        match &answer.skipped[..] {
            // What was damaged may be a value among others.
            [] => assert_eq!(stages.read, 4000, "at {at}"),
            [(skipped, why)] => {
                refused += 1;
                assert!(skipped == &path && (3500..4000).contains(&stages.read), "at {at}: {} {why}", stages.read);
                assert!(why.to_string().contains("(1 of its 8 row groups are left out, the first is number "), "{why}");
            }
            more => panic!("at {at}: {more:?}"),
        }
    }
    assert!(refused > 0, "none was refused");
}
