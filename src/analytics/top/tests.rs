//! The kernel against the query tree on Polars, on events made to be awkward.

use std::{fs, path::PathBuf};

use proptest::prelude::*;

use super::{
    reference::{Event, reference, write_parquet},
    *,
};
use crate::{
    analytics::{
        engine::{Asked, LocalEngine, counts_on},
        tree::top::Shape,
    },
    formats::{EventOptions, TimeUnit},
};

fn id() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -2_i64..3, 1 => prop::sample::select(vec![i64::MIN, i64::MAX, i64::MIN + 1]), 1 => any::<i64>()]
}

fn sometimes<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.9, of)
}

fn event() -> impl Strategy<Value = Event> {
    let item = prop_oneof![
        4 => prop::sample::select(vec!["car", "bus", "Car", "", "straße", "zebra"]).prop_map(str::to_owned),
        1 => "[a-c]{1,2}",
    ];
    let time = prop_oneof![4 => 0_i64..60, 1 => any::<i64>()];
    (
        sometimes(id()),
        sometimes(id()),
        sometimes(prop_oneof![3 => 0_i64..40, 1 => id()]),
        sometimes(item),
        sometimes(time),
    )
        .prop_map(|(location, camera, detection, item, time)| Event { location, camera, detection, item, time })
}

fn query() -> impl Strategy<Value = TopQuery> {
    let window = prop::option::of((1_i64..40, 1_i64..40))
        .prop_map(|window| window.map(|(one, other)| Window { size_ns: one.max(other), slide_ns: one.min(other) }));
    let ranking = prop::sample::select(vec![Ranking::Row, Ranking::Dense, Ranking::Competition]);
    let scope = prop::sample::select(vec![Scope::Location, Scope::Global]);
    let locations = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(id(), 1..4)];
    let items = prop_oneof![3 => Just(Vec::new()), 1 => Just(vec!["car".to_owned(), "nothing".to_owned()])];
    let span = prop::option::weighted(0.3, (0_i64..30, 30_i64..70));
    (1_u32..6, scope, ranking, span, locations, items, prop::option::weighted(0.4, window), any::<bool>()).prop_map(
        |(n, scope, ranking, span, locations, items, window, dedup)| TopQuery {
            n,
            scope,
            ranking,
            from_ns: span.map(|span| span.0),
            to_ns: span.map(|span| span.1),
            locations,
            items,
            window: window.flatten(),
            dedup,
        },
    )
}

pub(super) fn resources(folder: &Path, buffer_bytes: usize) -> Resources {
    Resources {
        threads: 2,
        buffer_bytes,
        spill_folder: folder.to_owned(),
        events: EventOptions { time_unit: Some(TimeUnit::Ns), root: None },
        ..Resources::default()
    }
}

pub(super) fn locations() -> Locations {
    Locations {
        oids: vec![0, 1, i64::MAX],
        names: vec![Some("Pier".to_owned()), None, Some("Quay".to_owned())],
        ..Locations::default()
    }
}

pub(super) type Row = (Option<i64>, Option<i64>, i32, String, i64);

pub(super) fn rows(top: &TopItems) -> Vec<Row> {
    (0..top.ranks.len())
        .map(|row| {
            (
                top.locations.get(row).copied(),
                top.windows_ns.get(row).copied(),
                top.ranks[row],
                top.items[row].to_string(),
                top.counts[row],
            )
        })
        .collect()
}

/// All that rows can become, together.
pub(super) fn accounted(stages: &Stages) -> u64 {
    let lost = stages.bad_rows.total() + stages.duplicates + stages.incomplete;
    lost + stages.passed_over.total() + stages.after_filters
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn the_kernel_answers_as_the_query_tree(
        events in prop::collection::vec(event(), 0..300),
        query in query(),
        row_group in 1_usize..120,
        spill in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.parquet");
        write_parquet(&events, &path, row_group);
        let resources = resources(folder.path(), if spill { 0 } else { 1 << 30 });
        let top = top(&path, &locations(), &query, &resources, &Progress::new()).unwrap();
        prop_assert_eq!(rows(&top), reference(&events, &query));
        prop_assert_eq!(top.stages.read, events.len() as u64);
        prop_assert_eq!(top.stages.joined + top.stages.unmatched, top.stages.after_filters);
        prop_assert_eq!(accounted(&top.stages), top.stages.read);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn counts_are_as_the_query_tree_has_them(
        events in prop::collection::vec(event(), 0..300),
        query in query(),
        (location, item) in any::<(bool, bool)>(),
        complete in any::<bool>(),
        row_group in 1_usize..120,
        spill in any::<bool>(),
    ) {
        // Where the file tells that no item is missing, items are not read.
        let events: Vec<Event> = events.into_iter().filter(|event| !complete || event.item.is_some()).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.parquet");
        write_parquet(&events, &path, row_group);
        let (locations, by) = (locations(), CountsBy { location, item });
        let resources = resources(folder.path(), if spill { 0 } else { 1 << 30 });
        let progress = Progress::new();
        let counted = event_counts(&path, &locations, &query, by, &resources, &progress).unwrap();
        let asked = Asked {
            detections: &path,
            locations: &locations,
            query: &query,
            options: &resources.events,
            on_error: OnError::Fail,
            shape: Shape::default(),
        };
        let expected = counts_on(&LocalEngine, &asked, by, &progress).unwrap();
        prop_assert_eq!(counted.locations, expected.locations);
        prop_assert_eq!(counted.items, expected.items);
        prop_assert_eq!(counted.windows_ns, expected.windows_ns);
        prop_assert_eq!(counted.counts, expected.counts);
        prop_assert_eq!(counted.by_location, expected.by_location);
        let told = |stages: &Stages| (stages.read, stages.incomplete, stages.duplicates, stages.after_filters, stages.groups);
        prop_assert_eq!(told(&counted.stages), told(&expected.stages));
        prop_assert_eq!(counted.stages.passed_over, expected.stages.passed_over);
        prop_assert_eq!(&counted.stages.unmet, &expected.stages.unmet);
        prop_assert_eq!(accounted(&counted.stages), counted.stages.read);
        // Single events are passed over for the same reasons, but that windows play no part there.
        let query = TopQuery { window: None, ..query };
        let listed = behind(&path, &locations, &query, (0, 1), &Resources { buffer_bytes: 1 << 30, ..resources }, &progress).unwrap();
        let counted = event_counts(&path, &locations, &query, CountsBy { item: true, ..by }, &self::resources(folder.path(), 1 << 30), &progress).unwrap();
        prop_assert_eq!((listed.total, listed.passed_over), (counted.stages.after_filters, counted.stages.passed_over));
    }
}

/// Writes events as CSV and as NDJSON.
fn write_text(events: &[Event], folder: &Path) -> [PathBuf; 2] {
    let (csv, ndjson) = (folder.join("events.csv"), folder.join("events.ndjson"));
    let mut writer = csv::Writer::from_path(&csv).unwrap();
    writer
        .write_record([
            "detection_oid",
            "geographical_location_oid",
            "ideo_camera_oid",
            "item_name",
            "timestamp_detected",
        ])
        .unwrap();
    let mut lines = String::new();
    for event in events {
        let text = |value: Option<i64>| value.map_or(String::new(), |value| value.to_string());
        writer
            .write_record([
                text(event.detection),
                text(event.location),
                text(event.camera),
                event.item.clone().unwrap_or_default(),
                text(event.time),
            ])
            .unwrap();
        let line = serde_json::json!({
            "geographical_location_oid": event.location, "video_camera_oid": event.camera,
            "detection_oid": event.detection, "item_name": event.item, "timestamp_detected": event.time, "more": [1],
        });
        lines += &line.to_string();
        lines.push('\n');
    }
    writer.flush().unwrap();
    fs::write(&ndjson, lines).unwrap();
    [csv, ndjson]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn all_formats_give_the_same_answer(events in prop::collection::vec(event(), 1..100)) {
        // Text cannot tell an empty word from none.
        let events: Vec<Event> = events.into_iter().map(|event| Event { item: event.item.filter(|item| !item.is_empty()), ..event }).collect();
        let folder = tempfile::tempdir().unwrap();
        let resources = resources(folder.path(), 1 << 30);
        let expected = reference(&events, &TopQuery::default());
        for path in write_text(&events, folder.path()) {
            let top = top(&path, &locations(), &TopQuery::default(), &resources, &Progress::new()).unwrap();
            prop_assert_eq!(rows(&top), expected.clone(), "{}", path.display());
        }
    }
}

fn plain(location: i64, detection: i64, item: &str) -> Event {
    Event {
        location: Some(location),
        camera: Some(1),
        detection: Some(detection),
        item: Some(item.to_owned()),
        time: Some(1),
    }
}

#[test]
fn stages_tell_what_became_of_the_events() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = vec![plain(0, 1, "car"), plain(0, 1, "car"), plain(7, 2, "bus"), plain(0, 3, "car")];
    events.push(Event { detection: None, ..plain(0, 0, "bus") });
    events.push(Event { item: None, ..plain(0, 9, "") });
    write_parquet(&events, &folder.path().join("a.parquet"), 3);
    fs::write(folder.path().join("b.csv"), "x\n1\n").unwrap();
    fs::write(folder.path().join("c.parquet"), "PAR1 and more, but no footer").unwrap();
    fs::write(
        folder.path().join("d.ndjson"),
        "{\"geographical_location_oid\":0,\"detection_oid\":3,\"item_name\":\"car\",\"video_camera_oid\":1,\"timestamp_detected\":1}\nno json\n\n",
    )
    .unwrap();
    let query = TopQuery::default();
    let mut resources = resources(folder.path(), 1 << 30);
    let ask = |resources: &Resources| top(folder.path(), &locations(), &query, resources, &Progress::new());
    assert!(matches!(ask(&resources), Err(AnalyticsError::Format(_))));
    resources.on_error = OnError::Skip;
    let top = ask(&resources).unwrap();
    let names: Vec<_> = top.skipped.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["b.csv", "c.parquet"]);
    let stages = &top.stages;
    assert_eq!((stages.read, stages.bad_rows.total(), stages.incomplete, stages.null_ids), (8, 1, 1, 1));
    assert_eq!((stages.duplicates, stages.after_filters, stages.joined, stages.unmatched), (2, 4, 3, 1));
    assert_eq!((stages.groups, stages.rows_out), (3, 3));
    assert_eq!(
        rows(&top),
        [
            (Some(0), None, 1, "car".to_owned(), 2),
            (Some(0), None, 2, "bus".to_owned(), 1),
            (Some(7), None, 1, "bus".to_owned(), 1),
        ]
    );
    let names: Vec<_> = top.location_names.iter().map(Option::as_deref).collect();
    assert_eq!(names, [Some("Pier"), Some("Pier"), None]);
    let places: Vec<_> = top.by_location.iter().map(|one| (one.location, one.known, one.events)).collect();
    assert_eq!(places, [(0, true, 3), (7, false, 1)]);
}

#[test]
fn what_was_read_before_the_damage_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let header = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    let endless = "0,1,4,\"car,1\n".to_owned() + &"0,1,5,car,1\n".repeat(200_000);
    fs::write(&path, format!("{header}0,1,1,car,1\n0,1,2,car,1\nx,1,3,car,1\n{endless}")).unwrap();
    let mut resources = resources(folder.path(), 1 << 30);
    resources.on_error = OnError::Skip;
    let top = top(&path, &locations(), &TopQuery::default(), &resources, &Progress::new()).unwrap();
    assert_eq!((top.skipped.len(), top.stages.read, top.stages.bad_rows.total()), (1, 3, 1));
    assert_eq!(rows(&top), [(Some(0), None, 1, "car".to_owned(), 2)]);
}

#[test]
fn a_million_locations_and_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let events: Vec<Event> =
        (0..1_100_000).map(|at| plain(at % 1_050_000 - 7, at, if at % 2 == 0 { "car" } else { "bus" })).collect();
    write_parquet(&events, &path, 400_000);
    let query = TopQuery { n: 1, ..TopQuery::default() };
    let resources = resources(folder.path(), 1 << 30);
    let answer = top(&path, &locations(), &query, &resources, &Progress::new()).unwrap();
    assert_eq!(rows(&answer), reference(&events, &query));
    let global = TopQuery { scope: Scope::Global, ..query };
    let answer = top(&path, &locations(), &global, &resources, &Progress::new()).unwrap();
    assert_eq!(rows(&answer), [(None, None, 1, "bus".to_owned(), 550_000)]);
}

#[test]
fn a_cancelled_question_has_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    write_parquet(&[plain(0, 1, "car")], &path, 10);
    let progress = Progress::new();
    progress.cancel();
    let answer = top(&path, &locations(), &TopQuery::default(), &resources(folder.path(), 0), &progress);
    assert!(matches!(answer, Err(AnalyticsError::Cancelled)));
    assert!(matches!(
        top(&folder.path().join("none"), &locations(), &TopQuery::default(), &resources(folder.path(), 0), &progress),
        Err(AnalyticsError::Format(_))
    ));
}
