//! Labels that leave in the formats of other software and come back, and metrics in other people's files.

use std::path::Path;

use crate::{
    harness::{Lake, copy},
    python,
};

/// The rows of `labels.csv` of a recording, as frame, class and box.
fn labels_of(lake: &Lake, recording: &str, name: &str) -> Vec<(String, String, [f64; 4])> {
    let out = lake.beside(name);
    let filter = format!("recording = \"{recording}\"");
    lake.run("export", &["--where", &filter, "--out", out.to_str().unwrap()]);
    labels_in(&out)
}

fn labels_in(out: &Path) -> Vec<(String, String, [f64; 4])> {
    let mut reader = csv::Reader::from_path(out.join("labels.csv")).unwrap();
    let mut rows: Vec<_> = reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let side = |at: usize| row[at].parse().unwrap();
            (row[0].to_owned(), row[1].to_owned(), [side(2), side(3), side(4), side(5)])
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)).then_with(|| a.2.partial_cmp(&b.2).unwrap()));
    rows
}

fn remove_labels(folder: &Path) {
    std::fs::remove_dir_all(folder).unwrap();
    std::fs::create_dir(folder).unwrap();
}

#[test]
fn labels_come_back_in_every_format() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let frames: Vec<serde_json::Value> =
        serde_json::from_str(&lake.run("frames", &["--json", "--columns", "recording"])).unwrap();
    let recording = frames[0]["recording"].as_str().unwrap().to_owned();
    let filter = format!("recording = \"{recording}\"");
    let before = labels_of(&lake, &recording, "before");
    assert!(before.len() > 50, "{}", before.len());
    let formats = ["csv", "coco", "yolo", "kitti", "kitti-tracking", "voc", "cvat", "bdd"]
        .map(|format| (format, lake.beside(format)));
    for (format, out) in &formats {
        let args = ["--where", &filter, "--labels", format, "--images", "png", "--out", out.to_str().unwrap()];
        let report = lake.json("export", &args);
        let record: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(out.join("export.json")).unwrap()).unwrap();
        assert_eq!(record["labels_format"], *format);
        let outside = record["labels_not_kept"]["boxes outside the image"].as_u64().unwrap_or(0);
        assert_eq!(report["labels"].as_u64().unwrap() + outside, before.len() as u64, "{format}: {record:#}");
        if *format == "coco" {
            check_with_pycocotools(out, &before);
        }
    }
    let folder = lake.path().join("recordings").join(&recording).join("labels");
    for (format, out) in &formats {
        remove_labels(&folder);
        for name in ["labels", "annotations", "labels.csv", "labels.json", "labels.xml", "data.yaml"] {
            let (from, to) = (out.join(name), folder.join(name));
            if from.is_dir() {
                copy(&from, &to);
            } else if from.is_file() {
                std::fs::copy(from, to).unwrap();
            }
        }
        lake.run("index", &[]);
        let after = labels_of(&lake, &recording, &format!("after_{format}"));
        let problems = lake.json("info", &[])["problems"].clone();
        assert_eq!(after.len(), before.len(), "{format}: {problems:#}");
        for (a, b) in after.iter().zip(&before) {
            assert_eq!((&a.0, &a.1), (&b.0, &b.1), "{format}");
            let off = a.2.iter().zip(b.2).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-9, "{format}: {a:?} {b:?}");
        }
    }
}

#[test]
fn labels_of_frames_1_to_n_come_back_on_the_same_frames() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let frames: Vec<serde_json::Value> =
        serde_json::from_str(&lake.run("frames", &["--json", "--columns", "recording"])).unwrap();
    let recording = frames[0]["recording"].as_str().unwrap().to_owned();
    let filter = format!("recording = \"{recording}\" and frame between 1 and 6");
    let before = lake.beside("before");
    lake.run("export", &["--where", &filter, "--out", before.to_str().unwrap()]);
    let before = labels_in(&before);
    assert!(before.len() > 5, "{}", before.len());
    let folder = lake.path().join("recordings").join(&recording).join("labels");
    let formats = ["kitti", "voc", "cvat", "yolo"].map(|format| {
        let out = lake.beside(format);
        lake.run(
            "export",
            &["--where", &filter, "--labels", format, "--images", "png", "--out", out.to_str().unwrap()],
        );
        (format, out)
    });
    for (format, out) in formats {
        remove_labels(&folder);
        for name in ["labels", "annotations", "labels.xml", "data.yaml"] {
            let (from, to) = (out.join(name), folder.join(name));
            if from.is_dir() {
                copy(&from, &to);
            } else if from.is_file() {
                std::fs::copy(from, to).unwrap();
            }
        }
        lake.run("index", &[]);
        let after = labels_of(&lake, &recording, &format!("after_{format}"));
        let names = |rows: &[(String, String, [f64; 4])]| -> Vec<_> {
            let mut names: Vec<_> = rows.iter().map(|row| (row.0.clone(), row.1.clone())).collect();
            names.sort();
            names
        };
        assert_eq!(names(&after), names(&before), "{format}");
    }
}

/// The reader that the format's authors keep finds the same boxes, under names of images that are there.
fn check_with_pycocotools(out: &Path, before: &[(String, String, [f64; 4])]) {
    let Some(told) = python::run("read_coco.py", &[out.join("labels.json").as_os_str()]) else { return };
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let labels = told["labels"].as_array().unwrap();
    assert_eq!(labels.len(), before.len());
    let mut found: Vec<String> = Vec::new();
    for label in labels {
        let image = out.join("images").join(label["image"].as_str().unwrap());
        let height = image::image_dimensions(&image).unwrap_or_else(|error| panic!("{}: {error}", image.display())).1;
        assert_eq!(label["mask_rows"], height);
        let side = |at: usize| label["bbox"][at].as_f64().unwrap();
        found.push(format!(
            "{} {:.6} {:.6} {:.6} {:.6}",
            label["class"].as_str().unwrap(),
            side(0),
            side(1),
            side(2),
            side(3)
        ));
    }
    let mut expected: Vec<String> =
        before.iter().map(|(_, class, [x, y, w, h])| format!("{class} {x:.6} {y:.6} {w:.6} {h:.6}")).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn loose_label_files_find_their_recordings() {
    let lake = Lake::new();
    let drives = lake.path().join("recordings");
    let mut names: Vec<String> =
        std::fs::read_dir(&drives).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in &names {
        remove_labels(&drives.join(name).join("labels"));
    }
    let write = |path: &str, text: &str| {
        let path = lake.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    // A folder of labels for the whole lake, a folder per recording and camera, names of classes above all.
    write("data.yaml", "names: [hare]\n");
    write(&format!("labels/{}/front/000000.txt", names[0]), "0 0.5 0.5 0.5 0.5\n");
    write(&format!("labels/{}/front/000002.txt", names[0]), "0 0.5 0.5 0.25 0.25 0.5\n");
    write("labels/nobody/front/000002.txt", "0 0.5 0.5 0.25 0.25 0.5\n");
    write(
        &format!("annotations/{}/rear.xml", names[1]),
        "<annotations><track id=\"1\" label=\"fox\"><box frame=\"1\" xtl=\"0\" ytl=\"0\" xbr=\"2\" ybr=\"2\"/></track></annotations>",
    );
    write("README.txt", "Nothing to see.\n");
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    assert_eq!(info["labels"], 3, "{info:#}");
    let problems = info["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0]["path"], "labels/nobody/front");
    assert_eq!(lake.run("frames", &["--where", "count(hare) = 1", "--count"]).trim(), "2");
    // Names that change are read again.
    write("data.yaml", "names: [rabbit]\n");
    lake.run("index", &[]);
    assert_eq!(lake.run("frames", &["--where", "has(rabbit)", "--count"]).trim(), "2");
}

#[test]
fn readings_of_kitti_and_measurements_of_mdf_are_metrics() {
    let lake = Lake::new();
    let drives = lake.path().join("recordings");
    let drive = std::fs::read_dir(&drives).unwrap().next().unwrap().unwrap().path();
    let write = |path: &str, text: &str| {
        let path = drive.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("oxts/timestamps.txt", "2011-09-26 13:02:25.964389445\n2011-09-26 13:02:26.074343000\n");
    write("oxts/data/0000000000.txt", &format!("48.5{}\n", " 1".repeat(29)));
    write("oxts/data/0000000001.txt", &format!("48.75{}\n", " 2".repeat(29)));
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metrics/measurement.mf4");
    std::fs::copy(fixture, drive.join("metrics/measurement.mf4")).unwrap();
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    let metric = |name: &str| {
        let found = info["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {info:#}")).clone()
    };
    assert_eq!((metric("lat")["unit"].as_str(), metric("lat")["max"].as_f64()), (Some("deg"), Some(48.75)));
    assert_eq!((metric("oil")["unit"].as_str(), metric("oil")["min"].as_f64()), (Some("degC"), Some(-40.0)));
    assert_eq!(metric("numsats")["kind"], "int");
}
