//! Tests of the label formats: tables of small files, and files that were damaged at random.

use proptest::prelude::*;

use super::*;
use crate::formats::FrameAt;

fn read(files: &[(&str, &str)], options: &LabelOptions) -> LabelsRead {
    let folder = tempfile::tempdir().unwrap();
    let mut listed = Vec::new();
    for (path, text) in files {
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
        listed.push(ListedFile { path: (*path).to_owned(), certain: true });
    }
    read_label_files(folder.path(), &listed, options)
}

/// Every label as one line: camera, frame, class, box, score, track, attributes.
fn lines(read: &LabelsRead) -> Vec<String> {
    let text = |row: crate::formats::LabelRow<'_>| {
        let at = match row.at {
            FrameAt::Index(index) => index.to_string(),
            FrameAt::Time(ns) => format!("t{ns}"),
        };
        let sides = row.bbox.map_or("-".to_owned(), |b| format!("{},{},{},{}", b.x, b.y, b.w, b.h));
        format!(
            "{} {at} {} {sides} {} {} {}",
            row.camera.unwrap_or("-"),
            row.class,
            row.score.map_or("-".to_owned(), |score| score.to_string()),
            row.track_id.map_or("-".to_owned(), |track| track.to_string()),
            row.attributes.unwrap_or("-")
        )
    };
    read.sets.iter().flat_map(|set| set.table.rows().map(text)).collect()
}

fn notes(read: &LabelsRead) -> Vec<String> {
    let told = read.sets.iter().flat_map(|set| set.table.all_notes("labels"));
    told.map(|note| note.what).chain(read.failed.iter().map(|(_, error)| error.to_string())).collect()
}

fn cameras() -> LabelOptions {
    LabelOptions { cameras: vec!["front".into(), "rear".into()], ..LabelOptions::default() }
}

/// Checks what a set of files is read to, and that each of `told` is told and nothing else.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str], told: &[&str]) {
    let found = read(files, &cameras());
    assert_eq!(lines(&found), expected, "{files:?}");
    let notes = notes(&found);
    assert_eq!(notes.len(), told.len(), "{notes:?}");
    for part in told {
        assert!(notes.iter().any(|note| note.contains(part)), "{part}: {notes:?}");
    }
}

const CAR: &str = "Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59";

#[test]
fn kitti_objects() {
    let attributes = "{\"truncated\":0.0,\"occluded\":0.0,\"alpha\":-1.58,\"rotation_y\":-1.59,\"dimensions\":[1.65,1.67,3.64],\"location\":[-0.65,1.71,46.7]}";
    let car = format!("front 0 Car 587.01,173.33,27.110000000000014,26.789999999999992 - - {attributes}");
    check(
        &[
            (
                "labels/front/000000.txt",
                &format!("{CAR}\nDontCare -1 -1 -10 503 169 590 190 -1 -1 -1 -1000 -1000 -1000 -10\n"),
            ),
            ("labels/front/000001.txt", ""),
            ("labels/front/000002.txt", "Van -1 -1 -10 1 2 4 8 -1 -1 -1 -1000 -1000 -1000 -10 0.5\n"),
        ],
        &[&car, "front 2 Van 1,2,3,6 0.5 - -"],
        &["1 DontCare regions were skipped"],
    );
    check(
        &[("labels/front/000000.txt", "Van 0 0 0 5 2 4 8 0 0 0 0 0 0 0\nVan 0 0 0 x 2 4 8 0 0 0 0 0 0 0\nVan 1 2\n")],
        &[],
        &[
            "1 label left out: has a box of negative size (first: line 1 (`Van",
            "has a column that is no number (first: line 2",
            "is a line of neither KITTI nor YOLO (first: line 3 (`Van 1 2`))",
        ],
    );
}

#[test]
fn kitti_tracks() {
    check(
        &[(
            "labels/rear.txt",
            "0 -1 DontCare -1 -1 -10 219 188 245 218 -1000 -1000 -1000 -10 -1 -1 -1\n0 2 Cyclist -1 -1 -10 1 2 4 8 -1 -1 -1 -1000 -1000 -1000 -10\n12 2 Cyclist -1 -1 -10 1 2 5 8 -1 -1 -1 -1000 -1000 -1000 -10 0.25\n",
        )],
        &["rear 0 Cyclist 1,2,3,6 - 2 -", "rear 12 Cyclist 1,2,4,6 0.25 2 -"],
        &["1 DontCare"],
    );
}

#[test]
fn yolo() {
    let label = ("r/labels/front/front_000000.txt", "1 0.5 0.5 0.25 0.5\n0 0.25 0.25 0.5 0.5 0.75\n");
    let lines = |first: &str, second: &str| {
        [format!("front 0 {first} 0.375,0.25,0.25,0.5 - - -"), format!("front 0 {second} 0,0,0.5,0.5 0.75 - -")]
    };
    for (names, text) in [
        ("r/data.yaml", "names: [car, 'traffic light']"),
        ("r/labels/data.yml", "path: x\nnc: 2\nnames:\n  0: car\n  1: traffic light\n"),
        ("classes.txt", "car\n\ntraffic light\n"),
        ("r/labels/obj.names", "car\ntraffic light"),
    ] {
        let [first, second] = lines("traffic light", "car");
        check(&[label, (names, text)], &[&first, &second], &[]);
    }
    let [first, second] = lines("1", "0");
    check(&[label], &[&first, &second], &["2 labels have class numbers without a name (0, 1)"]);
    check(&[label, ("x/data.yaml", "names: [car]")], &[&first, &second], &["without a name"]);
    check(
        &[label, ("r/data.yaml", "names: {a: [")],
        &[&first, &second],
        &["without a name", "not valid YAML at line 1"],
    );
    check(
        &[(
            "labels/0.txt",
            "0 0.1 0.1 0.2 0.1 0.3 0.3 0.1 0.3\n0 320 240 20 20\n0 0.1 0.2\n-1 0.5 0.5 0.1 0.1\n0 0.5 nan 0.1 0.1\n",
        )],
        &[],
        &[
            "is a polygon (YOLO segmentation)",
            "not in parts of the image",
            "neither 5 nor 6",
            "no whole number",
            "no number",
        ],
    );
}

#[test]
fn a_billion_laughs_in_yaml_and_xml_end_at_once() {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut xml = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a0 \"lol\">".to_owned();
    for at in 1..12 {
        let before = at - 1;
        yaml.extend([format!("a{at}: &a{at} ["), vec![format!("*a{before}"); 6].join(", "), "]\n".to_owned()]);
        xml.extend(["<!ENTITY a", &at.to_string(), " \"", &format!("&a{before};").repeat(10), "\">"]);
    }
    yaml += "names: *a11\n";
    xml += "]><annotation><object><name>&a11;</name></object></annotation>";
    let deep = format!("<annotation>{}", "<a>".repeat(200_000));
    let found = read(&[("labels/data.yaml", &yaml), ("labels/1.xml", &xml), ("labels/2.xml", &deep)], &cameras());
    assert_eq!(notes(&found).len(), 3, "{:?}", notes(&found));
    assert!(lines(&found).is_empty());
}

const VOC: &str = "<annotation><filename>000003.jpg</filename><object><name>dog</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult><bndbox><xmin>48</xmin><ymin>240.5</ymin><xmax>195</xmax><ymax>371</ymax></bndbox></object><object><bndbox/></object><object><name>x</name><bndbox><xmin>4</xmin></bndbox></object></annotation>";

#[test]
fn pascal_voc() {
    let bad = ["tells no class (first: line 1 (`<object>`))", "missing sides"];
    let attributes = "{\"pose\":\"Left\",\"truncated\":1}";
    let one = format!("front 3 dog 47,239.5,148,131.5 - - {attributes}");
    // A lone image 3 does not show whether images count from 0.
    let counted = "counted from 0";
    check(&[("labels/front/000003.xml", VOC)], &[&one], &[bad[0], bad[1], counted]);
    check(&[("labels/front_of_it.xml", VOC)], &[&one], &[bad[0], bad[1], counted]);
    check(&[("labels/front/000004.xml", VOC)], &[], &[bad[0], bad[1], "tell different frames"]);
    let found = read(&[("a.xml", VOC)], &LabelOptions { voc_zero_based: true, ..LabelOptions::default() });
    assert_eq!(lines(&found), [format!("- 3 dog 48,240.5,147,130.5 - - {attributes}")]);
    check(&[("labels/a.xml", "<annotation><a></annotation>")], &[], &["not valid XML at line 1, column"]);
    check(&[("labels/a.xml", "<svg/>")], &[], &["its contents fit no format"]);
}

#[test]
fn cvat() {
    let text = r#"<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>t</name></task></meta>
<image id="0" name="front/frame_000000.PNG" width="640" height="480">
  <box label="car" occluded="1" xtl="1.5" ytl="2" xbr="4" ybr="8" z_order="0"><attribute name="colour">red &amp; blue</attribute><attribute name="track_id">7</attribute><attribute name="score">0.5</attribute></box>
  <tag label="night"></tag>
  <polygon label="road" points="0,0;1,1;2,0"/>
  <box label="car" xtl="5" ytl="2" xbr="4" ybr="8"/>
</image>
<track id="3" label="van"><box frame="5" outside="0" occluded="0" xtl="0" ytl="0" xbr="2" ybr="2"/><box frame="6" outside="1" xtl="0" ytl="0" xbr="2" ybr="2"/><box outside="0" xtl="0" ytl="0" xbr="2" ybr="2"/></track>
</annotations>"#;
    check(
        &[("labels/rear.xml", text)],
        &[
            "front 0 car 1.5,2,2.5,6 0.5 7 {\"occluded\":1,\"colour\":\"red & blue\"}",
            "front 0 night - - - -",
            "rear 5 van 0,0,2,2 - 3 -",
        ],
        &["1 label left out: has another shape", "negative size (first: line 7 (`<box>`))", "tells no frame number"],
    );
    check(
        &[(
            "labels/rear.xml",
            "<annotations><image id=\"4\" name=\"x.png\"><box label=\"a\" xtl=\"0\" ytl=\"0\" xbr=\"2\" ybr=\"2\"/></image></annotations>",
        )],
        &["rear 4 a 0,0,2,2 - - -"],
        &[],
    );
}

#[test]
fn boxes_of_trackers_in_yolo() {
    let wrong = "has a sixth column that is no confidence from 0 to 1; a track id goes behind the confidence";
    for (line, label, told) in [
        ("0 .5 .5 .1 .1 0.75", Some("0.75 -"), None),
        ("0 .5 .5 .1 .1 1", Some("1 -"), None),
        ("0 .5 .5 .1 .1 17", None, Some(wrong)),
        ("0 .5 .5 .1 .1 -0.5", None, Some(wrong)),
        ("0 .5 .5 .1 .1 0.75 17", Some("0.75 17"), None),
        ("0 .5 .5 .1 .1 3 17", None, Some(wrong)),
        ("0 .1 .1 .5 .1 .3 .4", None, Some("is a polygon")),
        ("0 .1 .1 .5 .1 .3 .4 .5 .6", None, Some("is a polygon")),
        ("0 .1 .1 .5 .1 .3 .4 .5", None, Some("has neither 5 nor 6 nor 7 columns")),
    ] {
        let label = label.map(|rest| format!("front 0 0 0.45,0.45,0.1,0.1 {rest} -"));
        let labels: Vec<&str> = label.iter().map(String::as_str).collect();
        let named = label.is_some().then_some("class numbers without a name");
        let notes: Vec<&str> = named.into_iter().chain(told).collect();
        check(&[("labels/front/0.txt", &format!("{line}\n")), ("labels/front/1.txt", "")], &labels, &notes);
    }
}

#[test]
fn turned_boxes_and_kinds_of_attributes_in_cvat() {
    let image = |inside: &str| {
        format!(
            "<annotations><image id=\"0\" name=\"front/0.png\"/><image id=\"1\" name=\"front/1.png\">{inside}</image></annotations>"
        )
    };
    let shape = |rotation: &str, inside: &str| {
        image(&format!("<box label=\"a\" xtl=\"10\" ytl=\"20\" xbr=\"50\" ybr=\"30\"{rotation}>{inside}</box>"))
    };
    for (rotation, expected) in [
        ("", "10,20,40,10 - - -"),
        (" rotation=\"0\"", "10,20,40,10 - - -"),
        (" rotation=\"90\"", "25,5,10,40 - - {\"rotation\":90}"),
        (" rotation=\"180.00\"", "10,20,40,10 - - {\"rotation\":180.0}"),
        (" rotation=\"-270\"", "25,5,10,40 - - {\"rotation\":-270}"),
    ] {
        let line = format!("front 1 a {expected}");
        check(&[("labels/a.xml", &shape(rotation, ""))], &[&line], &[]);
    }
    let found = read(&[("labels/a.xml", &shape(" rotation=\"30.50\"", ""))], &cameras());
    let table = &found.sets[0].table;
    let bbox = table.row(0).bbox.unwrap();
    let (sine, cosine) = 30.5_f64.to_radians().sin_cos();
    assert!(
        (bbox.w - (40.0 * cosine + 10.0 * sine)).abs() < 1e-9 && (bbox.h - (40.0 * sine + 10.0 * cosine)).abs() < 1e-9
    );
    assert!((bbox.x + bbox.w / 2.0 - 30.0).abs() < 1e-9 && (bbox.y + bbox.h / 2.0 - 25.0).abs() < 1e-9);
    assert_eq!(table.row(0).attributes, Some("{\"rotation\":30.5}"));
    check(&[("labels/a.xml", &shape(" rotation=\"half\"", ""))], &[], &["has a rotation that is no number"]);
    for (text, value) in [
        ("12", "12"),
        ("0.5", "0.5"),
        ("-1e3", "-1000.0"),
        ("true", "true"),
        ("false", "false"),
        ("[1, \"b\"]", "[1,\"b\"]"),
        ("red", "\"red\""),
        ("007", "\"007\""),
        ("inf", "\"inf\""),
        ("null", "\"null\""),
        ("123456789012345678901234567890", "\"123456789012345678901234567890\""),
        ("", "\"\""),
    ] {
        let attribute = format!("<attribute name=\"x\">{}</attribute>", text.replace('"', "&quot;"));
        let line = format!("front 1 a 10,20,40,10 - - {{\"x\":{value}}}");
        check(&[("labels/a.xml", &shape("", &attribute))], &[&line], &[]);
    }
}

#[test]
fn bdd100k() {
    let text = r#"[{"name":"a-0000001.jpg","frameIndex":0,"timestamp":10,"attributes":{"weather":"rainy"},"labels":[
        {"id":"00000042","category":"car","box2d":{"x1":10,"y1":20,"x2":19,"y2":24.5},"attributes":{"occluded":true},"score":0.25},
        {"id":"k7","category":"lane","poly2d":[{"vertices":[[0,0]]}]},
        {"id":"k8","category":"tag"},
        {"category":"car","box2d":{"x1":1}},{"category":4}]},
      {"name":"x.jpg","timestamp":1714550400000,"labels":[{"category":"bus","box2d":{"x1":0,"y1":0,"x2":0,"y2":0}}]},
      {"name":"front_000009.jpg","labels":null},
      {"name":"none.jpg","labels":[{"category":"bus"}]}]"#;
    let expected = [
        "rear 0 car 10,20,10,5.5 0.25 42 {\"occluded\":true}",
        "rear 0 tag - - - {\"id\":\"k8\"}",
        "rear t1714550400000000000 bus 0,0,1,1 - - -",
    ];
    let told = [
        "polygons, lanes or other shapes",
        "missing sides (first: label 4 of image `a-0000001.jpg`)",
        "tells no category",
        "whose name tells no frame",
        "1 images have attributes of their own",
        "counted from 0",
    ];
    check(&[("labels/rear.json", text)], &expected, &told);
    let scalabel = format!("{{\"groups\":null,\"frames\":{text}}}");
    check(&[("labels/rear.json", &scalabel)], &expected, &told);
    // Of the first release: one file per image, times since the start of the recording.
    let single = r#"{"name":"b1c66a42","frames":[{"timestamp":10000,"objects":[{"category":"car","id":3,"box2d":{"x1":0,"y1":0,"x2":9,"y2":9}}]}]}"#;
    let mut options = cameras();
    options.time.epoch_ns = Some(1_714_550_400_000_000_000);
    let found = read(&[("labels/front/b1c66a42.json", single)], &options);
    assert_eq!(lines(&found), ["front t1714550410000000000 car 0,0,10,10 - 3 -"]);
    check(
        &[("labels/a.json", "[{\"name\":\"1\",\"labels\":[{\"category\":\"a\",\"box2d\":")],
        &[],
        &["not valid JSON"],
    );
}

#[test]
fn coco_tells_recordings() {
    let text = r#"{"images":[{"id":1,"file_name":"x.png","frame_index":4,"camera":"rear","recording":"d2"}],"categories":[{"id":1,"name":"car"}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,2,3,4]}]}"#;
    let found = read(&[("labels/a.json", text)], &cameras());
    assert_eq!(lines(&found), ["rear 4 car 1,2,3,4 - - -"]);
    assert_eq!(found.sets[0].table.recordings(), ["d2"]);
}

#[test]
fn frames_are_counted_over_the_whole_set_and_ambiguous_ones_left_out() {
    let line = "0 0.5 0.5 0.5 0.5\n";
    let car = |frame: u32| format!("- {frame} 0 0.25,0.25,0.5,0.5 - - -");
    let (zero, one) = (car(0), car(1));
    let named = "class numbers without a name";
    check(&[("labels/train/1.txt", line), ("labels/val/2.txt", line)], &[&zero, &one], &[named, "count from 1"]);
    check(&[("labels/0.txt", ""), ("labels/1.txt", line)], &[&one], &[named]);
    check(
        &[("labels/a/1.txt", line), ("labels/b/1.txt", line), ("labels/0.txt", line)],
        &[&zero],
        &["2 labels left out: are of a frame that several files tell (first: labels/a/1.txt, labels/b/1.txt)", named],
    );
    let timed = "- t1714550400123000000 0 0.25,0.25,0.5,0.5 - - -";
    check(&[("labels/1714550400123.txt", line)], &[timed], &[named]);
    check(&[("labels/cat.txt", line)], &[], &["whose name tells no frame"]);
    check(&[("labels/README.txt", "These are labels.\n")], &[], &["its contents fit no format"]);
}

#[test]
fn text_that_nothing_says_to_be_labels_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in
        [("README.txt", "hello\n"), ("pom.xml", "<project/>"), ("bad.xml", "<a"), ("b.yaml", "names: 3")]
    {
        std::fs::write(folder.path().join(path), text).unwrap();
        let listed = [ListedFile { path: path.to_owned(), certain: false }];
        let found = read_label_files(folder.path(), &listed, &LabelOptions::default());
        assert!(found.sets.is_empty() && found.failed.is_empty(), "{path}: {found:?}");
    }
}

/// Two images that other software labelled; see the script beside them.
#[test]
fn files_of_other_software_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/labels");
    for (files, zero_based, tolerance) in [
        (&["coco/instances_train.json"][..], false, 0.0),
        (&["cvat/train.xml"], false, 0.0),
        (&["kitti/label_2/front_000000.txt", "kitti/label_2/front_000001.txt"], false, 0.0),
        (&["voc/Annotations/front_000000.xml", "voc/Annotations/front_000001.xml"], true, 0.0),
        (
            &["yolo/obj.names", "yolo/obj_train_data/front_000000.txt", "yolo/obj_train_data/front_000001.txt"],
            false,
            64e-6,
        ),
    ] {
        let listed: Vec<ListedFile> =
            files.iter().map(|path| ListedFile { path: (*path).to_owned(), certain: true }).collect();
        let read = read_label_files(&folder, &listed, &LabelOptions { voc_zero_based: zero_based, ..cameras() });
        assert!(notes(&read).is_empty(), "{:?}", notes(&read));
        let mut found: Vec<(FrameAt, String, [f64; 4])> = Vec::new();
        for set in &read.sets {
            let (w, h) = if set.table.boxes_are_parts { (64.0, 48.0) } else { (1.0, 1.0) };
            found.extend(set.table.rows().map(|row| {
                let bbox = row.bbox.unwrap();
                assert_eq!(row.camera, Some("front"));
                (row.at, row.class.to_owned(), [bbox.x * w, bbox.y * h, bbox.w * w, bbox.h * h])
            }));
        }
        let expected = [
            (0, "car", [10.0, 20.0, 30.0, 16.0]),
            (1, "person", [2.5, 4.5, 8.0, 20.0]),
            (1, "car", [0.0, 0.0, 64.0, 48.0]),
        ];
        assert_eq!(found.len(), expected.len(), "{files:?}");
        for ((at, class, sides), (frame, name, wanted)) in found.iter().zip(expected) {
            assert_eq!((*at, class.as_str()), (FrameAt::Index(frame), name), "{files:?}");
            assert!(sides.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= tolerance), "{files:?}: {sides:?}");
        }
    }
    let listed = [ListedFile { path: "voc/Annotations/front_000001.xml".into(), certain: true }];
    let told = notes(&read_label_files(&folder, &listed, &cameras()));
    assert!(told.iter().any(|note| note.starts_with("1 boxes begin at 0")), "{told:?}");
}

#[test]
fn places_of_cameras() {
    for (path, expected) in [
        ("recordings/front/labels/rear/1.txt", "rear/1.txt"),
        ("recordings/front/labels/1.txt", "1.txt"),
        ("a/Annotations/1.xml", "1.xml"),
        ("a/b/1.txt", "b/1.txt"),
        ("1.txt", "1.txt"),
        ("labels", "labels"),
    ] {
        assert_eq!(place_of(path), expected, "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Foreign bytes end in labels or in a problem, never in a panic.
    #[test]
    fn damaged_files_are_survived(which in 0_usize..5, cut in 0_usize..2000, edits in prop::collection::vec((0_usize..2000, any::<u8>()), 0..12)) {
        let samples = [
            ("labels/front/000001.txt", format!("{CAR}\n0 0.5 0.5 0.1 0.1\n")),
            ("labels/000003.xml", VOC.to_owned()),
            ("labels/a.xml", "<annotations><image id=\"4\" name=\"x.png\"><box label=\"a\" xtl=\"0\" ytl=\"0\" xbr=\"2\" ybr=\"2\"/></image><track id=\"1\" label=\"b\"><box frame=\"3\" xtl=\"0\" ytl=\"0\" xbr=\"2\" ybr=\"2\"/></track></annotations>".to_owned()),
            ("labels/a.json", "[{\"name\":\"1.jpg\",\"timestamp\":10,\"labels\":[{\"id\":1,\"category\":\"a\",\"box2d\":{\"x1\":1,\"y1\":2,\"x2\":3,\"y2\":4}}]}]".to_owned()),
            ("labels/data.yaml", "names:\n  0: car\n  1: 'van'\n".to_owned()),
        ];
        let (path, text) = &samples[which];
        let mut bytes = text.clone().into_bytes();
        for (at, byte) in edits {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut % 40));
        let folder = tempfile::tempdir().unwrap();
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(&full, bytes).unwrap();
        let listed = [ListedFile { path: (*path).to_owned(), certain: true }];
        let found = read_label_files(folder.path(), &listed, &cameras());
        let (kept, read): (Vec<u64>, Vec<u64>) =
            found.sets.iter().map(|set| (set.table.len() as u64, set.table.rows_read)).unzip();
        prop_assert!(kept.iter().sum::<u64>() <= read.iter().sum::<u64>());
    }
}
