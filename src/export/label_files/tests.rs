//! What is written is read again by the readers of the same formats.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::{
    formats::{FrameAt, LabelOptions, ListedFile, read_label_files},
    model::BoundingBox,
};

const SIZE: (u32, u32) = (640, 480);

/// Files below a folder, relative to it.
fn files_of(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Writes frames of one footage, and gives the labels read again, in order of frames, and what was not kept.
///
/// The first of the frames has the index `from`.
fn round_trip(format: LabelFormat, from: u64, frames: &[Vec<Label>]) -> (Vec<Label>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let mut classes: Vec<String> = frames.iter().flatten().map(|label| label.class.clone()).collect();
    classes.sort();
    classes.dedup();
    let mut sink = begin(format, folder.path(), &classes, false).unwrap();
    let mut lost = Lost::default();
    for (index, labels) in (from..).zip(frames) {
        let id = FrameId { recording: "drive_1".into(), camera: "front".into(), frame_idx: index };
        let image = format!("drive_1/front/{index:06}.png");
        let time_ns = i64::try_from(index).unwrap();
        let frame = LabelFrame { id: &id, image: &image, width_px: SIZE.0, height_px: SIZE.1, time_ns, labels };
        sink.frame(&frame, &mut lost).unwrap();
    }
    sink.finish().unwrap();
    let listed: Vec<ListedFile> =
        files_of(folder.path()).into_iter().map(|path| ListedFile { path, certain: true }).collect();
    let options = LabelOptions { cameras: vec!["front".into()], ..LabelOptions::default() };
    let read = read_label_files(folder.path(), &listed, &options);
    assert!(read.failed.is_empty(), "{format:?}: {:?}", read.failed);
    let mut labels = Vec::new();
    for set in &read.sets {
        assert_eq!(set.table.bad_rows.total(), 0, "{format:?}: {:?}", set.table.bad_rows);
        for (at, row) in set.table.rows().enumerate() {
            assert!(row.camera.is_none_or(|camera| camera == "front"), "{format:?}");
            let FrameAt::Index(frame) = row.at else { panic!("{format:?}: a time") };
            let mut label = set.table.label(at, frame);
            if set.table.boxes_are_parts {
                let (w, h) = (f64::from(SIZE.0), f64::from(SIZE.1));
                label.bbox = label.bbox.map(|b| BoundingBox { x: b.x * w, y: b.y * h, w: b.w * w, h: b.h * h });
            }
            labels.push(label);
        }
    }
    labels.sort_by_key(|label| label.frame_idx);
    (labels, lost.into_json())
}

/// How far a side may be off: text keeps every digit, so only what sums and quotients round, and what the reader of JSON
/// does (a last bit of a number with 17 digits).
fn tolerance(format: LabelFormat) -> f64 {
    match format {
        LabelFormat::Csv => 0.0,
        LabelFormat::Coco => 1e-13 * 640.0,
        _ => 1e-9,
    }
}

/// What a format keeps of a label beside class and box: score, track, attributes.
fn keeps(format: LabelFormat) -> (bool, bool, bool) {
    match format {
        LabelFormat::Csv | LabelFormat::Coco | LabelFormat::Cvat | LabelFormat::Bdd => (true, true, true),
        LabelFormat::Yolo | LabelFormat::Kitti => (true, false, false),
        LabelFormat::KittiTracking => (true, true, false),
        LabelFormat::Voc => (false, false, false),
    }
}

/// A word, number, truth or list.
fn any_value() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        "[a-z<&\" é\t]{1,8}".prop_map(|word| format!("x{word}").into()),
        any::<i64>().prop_map(Into::into),
        any::<i32>().prop_map(|eighths| (f64::from(eighths) / 8.0).into()),
        any::<bool>().prop_map(Into::into),
        prop::collection::vec(-9..9_i64, 0..4).prop_map(Into::into),
    ]
}

fn any_label() -> impl Strategy<Value = Label> {
    let side = |limit: f64| prop_oneof![0.0..limit, (0..10_u8).prop_map(f64::from)];
    (
        prop_oneof![
            Just("car"),
            Just("traffic_light"),
            Just("ünïcode<&>"),
            Just("x\"y"),
            Just("007"),
            Just("-10"),
            Just("-1e3"),
            Just("inf")
        ],
        (side(320.0), side(240.0), side(320.0), side(240.0)),
        prop::option::of(0.0..1.0_f64),
        prop::option::of(0..1_000_000_i64),
        prop::option::of(any_value()),
    )
        .prop_map(|(class, (x, y, w, h), score, track_id, value)| Label {
            frame_idx: 0,
            class: class.to_owned(),
            bbox: Some(BoundingBox { x, y, w, h }),
            score,
            track_id,
            attributes: value.map(|value| serde_json::json!({ "colour": value }).to_string()),
        })
}

#[test]
fn a_box_without_size_comes_back_in_every_format() {
    let frames: Vec<Vec<Label>> = (0..200_u32)
        .map(|at| {
            let (x, y) = (f64::from(at) * 0.216_664_032_808_967_87 / 7.0, f64::from(at) / 3.0);
            vec![Label {
                frame_idx: at.into(),
                class: "car".to_owned(),
                bbox: Some(BoundingBox { x, y, w: 0.0, h: 0.0 }),
                score: None,
                track_id: None,
                attributes: None,
            }]
        })
        .collect();
    for format in LabelFormat::ALL {
        let (read, _) = round_trip(format, 0, &frames);
        let sizes = |label: &Label| label.bbox.is_some_and(|b| b.w.abs() <= 1e-9 && b.h.abs() <= 1e-9);
        assert!(read.len() == frames.len() && read.iter().all(sizes), "{format:?}: {} labels", read.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn boxes_come_back(
        frames in prop::collection::vec(prop::collection::vec(any_label(), 0..4), 1..6),
        from in prop_oneof![Just(0_u64), Just(1), 2..2000_u64],
    ) {
        let frames: Vec<Vec<Label>> = (from..).zip(frames).map(|(index, labels)| {
            labels.into_iter().map(|label| Label { frame_idx: index, ..label }).collect()
        }).collect();
        let all: Vec<&Label> = frames.iter().flatten().collect();
        for format in LabelFormat::ALL {
            let (read, lost) = round_trip(format, from, &frames);
            prop_assert_eq!(read.len(), all.len(), "{:?}", format);
            let (scores, tracks, attributes) = keeps(format);
            let kitti = matches!(format, LabelFormat::Kitti | LabelFormat::KittiTracking);
            for (found, label) in read.iter().zip(&all) {
                prop_assert_eq!(found.frame_idx, label.frame_idx);
                let number = kitti && label.class.parse::<f64>().is_ok();
                let class = if number { format!("class_{}", label.class) } else { label.class.clone() };
                prop_assert_eq!(&found.class, &class, "{:?}", format);
                let sides = |label: &Label| label.bbox.map(|b| [b.x, b.y, b.w, b.h]).unwrap();
                for (a, b) in sides(found).into_iter().zip(sides(label)) {
                    prop_assert!((a - b).abs() <= tolerance(format), "{:?}: {} {}", format, a, b);
                }
                let score = label.score.filter(|_| scores);
                prop_assert_eq!(found.score.is_some(), score.is_some(), "{:?}", format);
                prop_assert!((found.score.unwrap_or(0.0) - score.unwrap_or(0.0)).abs() <= 1e-15, "{:?}", format);
                prop_assert_eq!(found.track_id, label.track_id.filter(|_| tracks), "{:?}", format);
                let colour = |label: &Label| attributes_of(label).get("colour").cloned();
                prop_assert_eq!(colour(found), colour(label).filter(|_| attributes), "{:?}", format);
            }
            let count = |kept: bool, has: fn(&Label) -> bool| if kept { 0 } else { all.iter().filter(|label| has(label)).count() };
            let told = |what: &str| usize::try_from(lost[what].as_u64().unwrap_or(0)).unwrap();
            prop_assert_eq!(told(kitti::NUMBERS), count(!kitti, |label| label.class.parse::<f64>().is_ok()), "{:?}", format);
            prop_assert_eq!(told(SCORES), count(scores, |label| label.score.is_some()), "{:?}", format);
            prop_assert_eq!(told(TRACKS), count(tracks, |label| label.track_id.is_some()), "{:?}", format);
            prop_assert_eq!(told(ATTRIBUTES), count(attributes, |label| label.attributes.is_some()), "{:?}", format);
        }
    }
}

fn label(class: &str, bbox: Option<[f64; 4]>, attributes: Option<&str>) -> Label {
    Label {
        frame_idx: 0,
        class: class.to_owned(),
        bbox: bbox.map(|[x, y, w, h]| BoundingBox { x, y, w, h }),
        score: None,
        track_id: None,
        attributes: attributes.map(str::to_owned),
    }
}

#[test]
fn what_a_format_cannot_keep_is_counted() {
    let frame = vec![
        label("traffic light", Some([-10.0, 5.0, 20.0, 10.0]), None),
        label("gone", Some([700.0, 5.0, 20.0, 10.0]), None),
        label("night", None, None),
    ];
    for (format, kept, expected) in [
        (LabelFormat::Csv, 3, serde_json::json!({})),
        (LabelFormat::Coco, 2, serde_json::json!({"tags without a box": 1})),
        (
            LabelFormat::Yolo,
            1,
            serde_json::json!({"boxes outside the image": 1, "parts of boxes beyond the image's edge": 1, "tags without a box": 1}),
        ),
        (LabelFormat::Kitti, 2, serde_json::json!({"blanks in class names": 1, "tags without a box": 1})),
        (LabelFormat::KittiTracking, 2, serde_json::json!({"blanks in class names": 1, "tags without a box": 1})),
        (LabelFormat::Voc, 2, serde_json::json!({"tags without a box": 1})),
        (LabelFormat::Cvat, 3, serde_json::json!({})),
        (LabelFormat::Bdd, 3, serde_json::json!({})),
    ] {
        let (read, lost) = round_trip(format, 0, std::slice::from_ref(&frame));
        assert_eq!((read.len(), lost), (kept, expected), "{format:?}");
        if format == LabelFormat::Yolo {
            assert_eq!(read[0].bbox, Some(BoundingBox { x: 0.0, y: 5.0, w: 10.0, h: 10.0 }));
        }
    }
}

#[test]
fn attributes_go_where_a_format_has_a_place_for_them() {
    let kitti = "{\"truncated\":0.25,\"occluded\":1.0,\"alpha\":-1.5,\"rotation_y\":0.5,\"dimensions\":[1.0,2.0,3.0],\"location\":[4.0,5.0,6.0]}";
    let voc = "{\"pose\":\"Left\",\"truncated\":1,\"difficult\":1}";
    let cvat = "{\"occluded\":1,\"colour\":\"a\\nb\"}";
    let bdd = "{\"occluded\":true,\"list\":[1,2]}";
    for (format, attributes) in [
        (LabelFormat::Kitti, kitti),
        (LabelFormat::KittiTracking, kitti),
        (LabelFormat::Voc, voc),
        (LabelFormat::Cvat, cvat),
        (LabelFormat::Bdd, bdd),
        (LabelFormat::Csv, kitti),
    ] {
        let (read, lost) = round_trip(format, 0, &[vec![label("a", Some([1.0, 2.0, 3.0, 4.0]), Some(attributes))]]);
        assert_eq!(read[0].attributes.as_deref(), Some(attributes), "{format:?}");
        assert_eq!(lost, serde_json::json!({}), "{format:?}");
    }
}

#[test]
fn values_that_cvat_writes_alike_are_counted() {
    for (value, back, lost) in [
        ("7", "7", 0),
        ("0.5", "0.5", 0),
        ("false", "false", 0),
        ("[1,2]", "[1,2]", 0),
        ("\"x7\"", "\"x7\"", 0),
        ("\"7\"", "7", 1),
        ("\"true\"", "true", 1),
        ("null", "\"null\"", 1),
    ] {
        let attributes = |value: &str| format!("{{\"x\":{value}}}");
        let label = label("a", Some([1.0, 2.0, 3.0, 4.0]), Some(&attributes(value)));
        let (read, told) = round_trip(LabelFormat::Cvat, 0, &[vec![label]]);
        assert_eq!(read[0].attributes, Some(attributes(back)));
        assert_eq!(told[super::cvat::KINDS].as_u64().unwrap_or(0), lost, "{value}");
    }
}
