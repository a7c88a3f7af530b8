//! Tests of the label tables.

use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series as PolarsSeries};

use super::*;

fn read_file(name: &str, text: &str) -> Result<LabelTable, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read_labels_table(
        &path,
        &LabelOptions { cameras: vec!["front".to_owned(), "rear".to_owned()], ..LabelOptions::default() },
    )
}

fn read(text: &str) -> LabelTable {
    read_file("labels.csv", text).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "compared with optional boxes")]
fn bbox(x: f64, y: f64, w: f64, h: f64) -> Option<BoundingBox> {
    Some(BoundingBox { x, y, w, h })
}

#[test]
fn columns_are_found_by_their_names() {
    use FrameAt::{Index, Time};
    for (text, at, class, expected) in [
        ("frame,class,x,y,w,h\n4,car,1,2,3,4\n", Index(4), "car", bbox(1.0, 2.0, 3.0, 4.0)),
        ("frame_idx;label;xmin;ymin;xmax;ymax\n4;car;1,5;2;11,5;22\n", Index(4), "car", bbox(1.5, 2.0, 10.0, 20.0)),
        ("Frame_Index,Category,x1,y1,x2,y2\n4.0,7,1,2,3,4\n", Index(4), "7", bbox(1.0, 2.0, 2.0, 2.0)),
        ("timestamp_ns,class\n1714550400000000001,sun\n", Time(1_714_550_400_000_000_001), "sun", None),
        (
            "timestamp,class,bbox\n1714550400.5,car,\"[1, 2, 3, 4]\"\n",
            Time(1_714_550_400_500_000_000),
            "car",
            bbox(1.0, 2.0, 3.0, 4.0),
        ),
        ("time,class\n2024-05-01T08:00:00Z,car\n", Time(1_714_550_400_000_000_000), "car", None),
        (
            "filename,width,height,class,xmin,ymin,xmax,ymax\nimg_0012.png,640,480,car,0,0,5,5\n",
            Index(12),
            "car",
            bbox(0.0, 0.0, 5.0, 5.0),
        ),
        ("frame,timestamp_ns,class\n,5,car\n", Time(5), "car", None),
    ] {
        let table = read(text);
        assert_eq!(table.len(), 1, "{text}: {:?}", table.bad_rows);
        let row = table.row(0);
        assert_eq!((row.at, row.class, row.bbox), (at, class, expected), "{text}");
    }
}

#[test]
fn optional_columns_are_kept() {
    let table = read(
        "frame,class,x,y,w,h,score,track_id,camera,attributes,occluded,note\n\
         0,car,1,2,3,4,0.5,7,front,\"{\"\"a\"\": {\"\"b\"\": 1}}\",true,\"say \"\"hi\"\"\"\n\
         1,car,1,2,3,4,,,,,,\n\
         2,car,,,,,0.25,8.0,rear,plain,,\n",
    );
    let row = table.row(0);
    assert_eq!((row.score, row.track_id, row.camera), (Some(0.5), Some(7), Some("front")));
    assert_eq!(row.attributes, Some(r#"{"a": {"b": 1},"occluded":true,"note":"say \"hi\""}"#));
    assert!(serde_json::from_str::<serde_json::Value>(row.attributes.unwrap()).is_ok());
    let row = table.row(1);
    assert_eq!((row.score, row.track_id, row.camera, row.attributes), (None, None, None, None));
    let row = table.row(2);
    assert_eq!((row.bbox, row.track_id, row.attributes), (None, Some(8), Some(r#"{"attributes":"plain"}"#)));
    assert!(table.all_notes("rows").is_empty(), "{:?}", table.all_notes("rows"));
}

#[test]
fn attributes_join_an_empty_object() {
    let table = read("frame,class,attributes,n\n0,car,{},5\n1,car,{ },\n");
    assert_eq!(table.row(0).attributes, Some(r#"{"n":5}"#));
    assert!(serde_json::from_str::<serde_json::Value>(table.row(1).attributes.unwrap()).is_ok());
}

#[test]
fn word_track_ids_stay_readable() {
    let table = read("frame,class,track_id\n0,car,ab12\n");
    assert_eq!((table.row(0).track_id, table.row(0).attributes), (None, Some(r#"{"track_id":"ab12"}"#)));
}

#[test]
fn bad_rows_are_counted_with_reasons() {
    let table = read(
        "frame,class,x,y,w,h\n0,car,1,2,3,4\n,car,1,2,3,4\n1,,1,2,3,4\n2,car,1,,3,4\n3,car,1,2,-3,4\n4,car,1\n-1,car,1,2,3,4\n5,car,inf,2,3,4\n",
    );
    assert_eq!((table.rows_read, table.len()), (8, 1));
    let found: Vec<(&str, &str)> =
        table.bad_rows.reasons().iter().map(|reason| (reason.why, reason.examples[0].as_str())).collect();
    assert_eq!(
        found,
        [
            ("has too few cells", "line 7: `4,car,1`"),
            ("tells no frame", "line 3"),
            ("tells no class", "line 4"),
            ("has a box with missing sides", "line 5"),
            ("has a box of negative size", "line 6"),
            ("has a box that is not finite", "line 9"),
        ]
    );
    assert_eq!(table.bad_rows.reasons()[1].count, 2);
}

#[test]
fn frames_may_be_told_by_frame_id() {
    let table = read("frame_id,class\ndrive/a/rear/12,car\nnothing,car\n");
    let row = table.row(0);
    assert_eq!((row.recording, row.camera, row.at), (Some("drive/a"), Some("rear"), FrameAt::Index(12)));
    assert_eq!(table.bad_rows.total(), 1);
    assert_eq!(read_file("front.csv", "frame,class\n1,car\n").unwrap().row(0).camera, Some("front"));
}

#[test]
fn tables_that_tell_too_little_are_refused() {
    for text in ["frame,x,y,w,h\n1,2,3,4,5\n", "class,x,y,w,h\ncar,1,2,3,4\n", "timestamp,class\nsoon,car\n"] {
        let error = read_file("a.csv", text).unwrap_err();
        assert!(matches!(error, FormatError::MissingColumn { .. } | FormatError::NoTimes { .. }), "{error}");
    }
}

#[test]
fn normalised_boxes_are_told() {
    let table = read("frame,class,x,y,w,h\n0,car,0.1,0.2,0.3,0.4\n");
    assert!(table.notes.iter().any(|note| note.what.contains("between 0 and 1")));
}

#[test]
fn parquet_tables_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.parquet");
    let columns = vec![
        PolarsSeries::new("frame".into(), [3_u32, 4]).into(),
        PolarsSeries::new("class".into(), ["car", "bus"]).into(),
        PolarsSeries::new("x".into(), [1.5_f32, 2.0]).into(),
        PolarsSeries::new("y".into(), [1_i16, 2]).into(),
        PolarsSeries::new("w".into(), [Some(5_i64), None]).into(),
        PolarsSeries::new("h".into(), [6.0, f64::NAN]).into(),
        PolarsSeries::new("track_id".into(), [Some(1_u64), None]).into(),
    ];
    let mut frame = DataFrame::new(2, columns).unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    let table = read_labels_table(&path, &LabelOptions::default()).unwrap();
    assert_eq!((table.len(), table.bad_rows.total()), (1, 1));
    assert_eq!(table.row(0).bbox, bbox(1.5, 1.0, 5.0, 6.0));
    assert_eq!((table.row(0).at, table.row(0).track_id), (FrameAt::Index(3), Some(1)));
    assert_eq!(table.bad_rows.reasons()[0].examples, ["row 2"]);
}

#[test]
fn image_names_may_count_from_one_and_that_is_told() {
    for (text, expected, told) in [
        ("image,class\nfront_2.png,car\nfront_1.png,car\nfront_1.png,bus\n", vec![1, 0, 0], Some("frame 0")),
        ("file_name,class\nimg_0.png,car\nimg_1.png,car\n", vec![0, 1], None),
        ("file_name,class\nimg_4.png,car\nimg_9.png,car\n", vec![4, 9], Some("the smallest: 4")),
        ("frame,class\n1,car\n2,car\n", vec![1, 2], None),
        ("frame,class\nd/front/1,car\nd/front/2,car\n", vec![1, 2], None),
    ] {
        let table = read(text);
        let frames: Vec<FrameAt> = table.rows().map(|row| row.at).collect();
        assert_eq!(frames, expected.into_iter().map(FrameAt::Index).collect::<Vec<_>>(), "{text}");
        assert_eq!(table.notes.len(), usize::from(told.is_some()), "{text}: {:?}", table.notes);
        assert!(told.is_none_or(|part| table.notes[0].what.contains(part)), "{text}: {:?}", table.notes);
    }
}

#[test]
fn names_are_kept_as_they_are_written() {
    let table = read("recording,camera,frame,class\n001,02,0,1e3\n001,02,1,-10\n1.0,2,2,sign\n");
    let rows: Vec<_> = table.rows().map(|row| (row.recording, row.camera, row.class.to_owned())).collect();
    let row = |recording, camera, class: &str| (Some(recording), Some(camera), class.to_owned());
    assert_eq!(rows, [row("001", "02", "1e3"), row("001", "02", "-10"), row("1.0", "2", "sign")]);
}
