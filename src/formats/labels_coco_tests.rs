//! Tests of the COCO reader.

use super::*;
use crate::model::BoundingBox;

fn read_with(json: &str, cameras: &[&str]) -> Result<LabelTable, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.json");
    std::fs::write(&path, json).unwrap();
    let cameras = cameras.iter().map(|camera| (*camera).to_owned()).collect();
    read_labels_coco(&path, &LabelOptions { cameras, ..LabelOptions::default() })
}

fn read(json: &str) -> LabelTable {
    read_with(json, &["front", "rear"]).unwrap()
}

/// Frame and camera of the one annotation on an image with these keys.
fn frame_of(image: &str) -> (FrameAt, Option<String>) {
    let json = format!(
        r#"{{"annotations":[{{"image_id":7,"category_id":1}}],"images":[{{"id":7,{image}}}],"categories":[{{"id":1,"name":"car"}}]}}"#
    );
    let table = read(&json);
    assert_eq!(table.len(), 1, "{image}: {:?}", table.bad_rows);
    (table.row(0).at, table.row(0).camera.map(str::to_owned))
}

#[test]
fn images_tell_frames_and_cameras() {
    use FrameAt::{Index, Time};
    for (image, at, camera) in [
        (r#""file_name":"front_000042.jpg""#, Index(42), Some("front")),
        (r#""file_name":"x/rear/42.png""#, Index(42), Some("rear")),
        (r#""file_name":"cat.jpg","frame_idx":5"#, Index(5), None),
        (r#""file_name":"0009.jpg","frame_index":5"#, Index(5), None),
        (r#""file_name":"0009.jpg","frame_id":5"#, Index(9), None),
        (r#""file_name":"cat.jpg","frame_id":"6","camera":"top""#, Index(6), Some("top")),
        (r#""file_name":"1714550400123456.jpg""#, Time(1_714_550_400_123_456_000), None),
        (r#""file_name":"cat.jpg""#, Index(0), None),
        (r#""file_name":7"#, Index(0), None),
    ] {
        assert_eq!(frame_of(image), (at, camera.map(str::to_owned)), "{image}");
    }
}

#[test]
fn annotations_keep_what_they_tell() {
    let table = read(
        r#"{"info":{"a":[1,{"b":2}]},"categories":[{"id":3,"name":"van","supercategory":"vehicle"}],
        "images":[{"id":1,"file_name":"0.png","width":640,"height":480}],
        "annotations":[{"id":1,"image_id":1,"category_id":3,"bbox":[1,2.5,3,4],"area":12,"iscrowd":0,"score":0.75,
        "track_id":9,"segmentation":[[1,2,3]],"attributes":{"occluded":true}}]}"#,
    );
    let row = table.row(0);
    assert_eq!(row.class, "van");
    assert_eq!(row.bbox, Some(BoundingBox { x: 1.0, y: 2.5, w: 3.0, h: 4.0 }));
    assert_eq!((row.score, row.track_id), (Some(0.75), Some(9)));
    assert_eq!(row.attributes, Some(r#"{"occluded":true,"area":12,"iscrowd":0}"#));
    let told: Vec<String> = table.all_notes("annotations").into_iter().map(|note| note.what).collect();
    assert_eq!(told, ["1 annotations have a segmentation or key points beside their box, which were not read"]);
}

#[test]
fn shapes_without_a_box_are_left_out_and_counted() {
    let left_out = "1 annotation left out: has another shape than a box, and only boxes are read (first: annotation 1)";
    let beside = "1 annotations have a segmentation or key points beside their box, which were not read";
    for (keys, labels, told) in [
        (r#""segmentation":[[1,2,3,4,5,6]]"#, 0, Some(left_out)),
        (r#""segmentation":{"size":[2,2],"counts":"abc"},"bbox":[]"#, 0, Some(left_out)),
        (r#""keypoints":[0,0,0,5,6,2],"num_keypoints":1"#, 0, Some(left_out)),
        (r#""segmentation":[[1,2,3,4,5,6]],"bbox":[1,2,3,4]"#, 1, Some(beside)),
        (r#""keypoints":[0,0,0,5,6,2],"bbox":[1,2,3,4]"#, 1, Some(beside)),
        (r#""segmentation":[],"keypoints":[0,0,0],"bbox":[1,2,3,4]"#, 1, None),
        (r#""segmentation":[[]],"keypoints":null"#, 1, None),
    ] {
        let table = read(&format!(
            r#"{{"categories":[{{"id":1,"name":"car"}}],"images":[{{"id":1,"file_name":"0.png"}}],"annotations":[{{"image_id":1,"category_id":1,{keys}}}]}}"#
        ));
        let notes: Vec<String> = table.all_notes("annotations").into_iter().map(|note| note.what).collect();
        assert_eq!(table.len(), labels, "{keys}");
        assert_eq!(
            notes.iter().map(String::as_str).collect::<Vec<_>>(),
            told.into_iter().collect::<Vec<_>>(),
            "{keys}"
        );
    }
}

#[test]
fn images_without_a_hint_go_by_id_and_that_is_told() {
    let table = read(
        r#"{"images":[{"id":20,"file_name":"b.png"},{"id":3,"file_name":"a.png"}],
        "annotations":[{"image_id":20,"category_id":1},{"image_id":"3","category_id":1}]}"#,
    );
    assert_eq!((table.row(0).at, table.row(1).at), (FrameAt::Index(1), FrameAt::Index(0)));
    assert_eq!(table.row(0).class, "1");
    assert_eq!(table.notes.len(), 2, "{:?}", table.notes);
}

#[test]
fn results_are_read() {
    let table = read(
        r#"[{"image_id":5,"category_id":2,"bbox":[0,0,1,1],"score":0.5},{"image_id":"rear/7.png","category_name":"bus"}]"#,
    );
    assert_eq!((table.row(0).at, table.row(0).class), (FrameAt::Index(5), "2"));
    assert_eq!((table.row(1).at, table.row(1).class, table.row(1).bbox), (FrameAt::Index(7), "bus", None));
}

#[test]
fn malformed_entries_are_counted() {
    let table = read(
        r#"{"images":[{"id":1,"file_name":"1.png"},{"id":2,"file_name":"x.png"},{"file_name":"3.png"},null],
        "categories":[{"id":1,"name":"car"},{"id":2},5],
        "annotations":[{"image_id":1,"category_id":1,"bbox":[1,2,3]},{"image_id":1,"category_id":1,"bbox":"x"},
        {"image_id":1,"category_id":1,"bbox":[0,0,-1,1]},{"image_id":9,"category_id":1},{"category_id":1},{"image_id":1},
        {"image_id":2,"category_id":1},[1],"x",{"image_id":{"a":1},"category_id":1},
        {"image_id":1,"category_id":1,"bbox":["1",2,3,null]},{"image_id":1,"category_id":1,"bbox":[]},
        {"image_id":1,"category_id":1,"bbox":[1,2,3,4],"bbox":[5,6,7,8]}]}"#,
    );
    assert_eq!((table.rows_read, table.len()), (13, 2));
    assert_eq!(table.row(1).bbox, Some(BoundingBox { x: 5.0, y: 6.0, w: 7.0, h: 8.0 }));
    let mut counts: Vec<(&str, u64)> =
        table.bad_rows.reasons().iter().map(|reason| (reason.why, reason.count)).collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        [
            ("belongs to an image that the file does not list", 1),
            ("belongs to an image whose name tells no frame", 1),
            ("has a bbox that is not four numbers", 3),
            ("has a box of negative size", 1),
            ("has no category", 1),
            ("has no image_id", 2),
            ("is a category without id or name", 1),
            ("is an image without id", 1),
            ("is no JSON object", 4),
        ]
    );
}

#[test]
fn files_that_are_no_coco_are_refused() {
    for (json, line) in [
        ("{\"annotations\": [\n{\"image_id\": 1,", Some(2)),
        ("", Some(1)),
        ("{\"images\":[]}", None),
        ("<html>", None),
        ("5", Some(1)),
    ] {
        match (read_with(json, &[]), line) {
            (Err(FormatError::Json { line: found, .. }), Some(line)) => assert_eq!(found, line, "{json}"),
            (Err(FormatError::WrongContent { .. }), None) => {}
            (other, _) => panic!("{json}: {other:?}"),
        }
    }
    let deep = "[".repeat(200_000);
    assert!(read_with(&deep, &[]).is_err());
    let deep = format!("{{\"x\":{deep}");
    assert!(read_with(&deep, &[]).is_err());
}

#[test]
fn the_file_name_may_tell_the_camera() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rear.json");
    std::fs::write(&path, "\u{feff}[{\"image_id\":1,\"category_id\":1}]").unwrap();
    let options = LabelOptions { cameras: vec!["rear".to_owned()], ..LabelOptions::default() };
    assert_eq!(read_labels_coco(&path, &options).unwrap().row(0).camera, Some("rear"));
}

/// Frames of annotations on these images, one each, and what is noted.
fn frames_of_names(names: &[&str], keys: &str) -> (Vec<FrameAt>, Vec<String>) {
    let list = |entry: &dyn Fn(usize, &str) -> String| {
        names.iter().enumerate().map(|(at, name)| entry(at, name)).collect::<Vec<_>>().join(",")
    };
    let images = list(&|at, name| format!(r#"{{"id":{at},"file_name":"{name}"{keys}}}"#));
    let annotations = list(&|at, _| format!(r#"{{"image_id":{at},"category_id":1}}"#));
    let table = read(&format!(
        r#"{{"images":[{images}],"annotations":[{annotations}],"categories":[{{"id":1,"name":"car"}}]}}"#
    ));
    (table.rows().map(|row| row.at).collect(), table.notes.into_iter().map(|note| note.what).collect())
}

#[test]
fn file_names_may_count_from_one_and_that_is_told() {
    for (names, keys, expected, told) in [
        (vec!["front/000000.jpg", "front/000001.jpg", "rear/000000.jpg"], "", vec![0, 1, 0], None),
        (vec!["front/000000.jpg", "rear/000012.jpg"], "", vec![0, 12], None),
        (vec!["2.jpg", "1.jpg", "3.jpg"], "", vec![1, 0, 2], Some("image 1 is frame 0")),
        (vec!["front_1.jpg", "front_2.jpg", "rear_1.jpg"], "", vec![0, 1, 0], Some("image 1 is frame 0")),
        (vec!["1.jpg", "3.jpg"], "", vec![1, 3], Some("the smallest: 1")),
        (vec!["7.jpg", "8.jpg"], "", vec![7, 8], Some("the smallest: 7")),
        (vec!["1.jpg", "2.jpg"], r#","frame_index":4"#, vec![4, 4], None),
        (vec!["1.jpg", "2.jpg"], r#","frame_id":4"#, vec![0, 1], Some("image 1 is frame 0")),
    ] {
        let (frames, notes) = frames_of_names(&names, keys);
        assert_eq!(frames, expected.into_iter().map(FrameAt::Index).collect::<Vec<_>>(), "{names:?} {keys}");
        assert_eq!(notes.len(), usize::from(told.is_some()), "{names:?}: {notes:?}");
        assert!(told.is_none_or(|part| notes[0].contains(part)), "{names:?}: {notes:?}");
    }
}
