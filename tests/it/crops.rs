//! Single objects: which there are, in which order, and their pixels.

use serde_json::Value;

use crate::{harness::Lake, python};

type Row = std::collections::BTreeMap<String, String>;

fn rows(path: &std::path::Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Every label with a box, as the export of labels tells it, in the lake's order.
fn labels(lake: &Lake, filter: &str) -> Vec<Row> {
    let out = lake.beside("labels");
    let _ = std::fs::remove_dir_all(&out);
    lake.run("export", &["--where", filter, "--out", out.to_str().unwrap()]);
    rows(&out.join("labels.csv")).into_iter().filter(|row| !row["w"].is_empty()).collect()
}

fn crops(lake: &Lake, name: &str, args: &[&str]) -> (Value, Vec<Row>) {
    let out = lake.beside(name);
    let args: Vec<&str> = ["--out", out.to_str().unwrap()].into_iter().chain(args.iter().copied()).collect();
    let report = lake.json("crops", &args);
    (report, rows(&out.join("crops.csv")))
}

fn number(row: &Row, name: &str) -> f64 {
    row[name].parse().unwrap_or(f64::NAN)
}

#[test]
fn crops_are_the_labels_in_the_order_asked_for() {
    let lake = Lake::new();
    let key = |row: &Row| ["frame_id", "class", "x", "y", "w", "h", "score", "track_id"].map(|name| row[name].clone());
    let all = labels(&lake, "");
    assert!(all.len() > 50, "{}", all.len());
    let (report, found) = crops(&lake, "all", &[]);
    assert_eq!(found.iter().map(key).collect::<Vec<_>>(), all.iter().map(key).collect::<Vec<_>>());
    assert_eq!(report["objects"], all.len());
    let files = found.iter().filter(|row| !row["file"].is_empty());
    assert_eq!(report["crops"], files.clone().count());
    assert_eq!(report["crops"].as_u64().unwrap() + report["outside"].as_u64().unwrap(), all.len() as u64);
    for row in files {
        let picture = image::open(lake.beside("all").join(&row["file"])).unwrap();
        assert_eq!(
            (f64::from(picture.width()), f64::from(picture.height())),
            (number(row, "crop_w"), number(row, "crop_h"))
        );
        assert!(row["file"].starts_with(&format!("crops/{}/{}/", row["class"], row["recording"])), "{row:?}");
    }

    // By class, condition, filter, order and limit: the same rows, chosen by hand.
    let mut cars: Vec<Row> = labels(&lake, "camera = \"front\"")
        .into_iter()
        .filter(|row| row["class"] == "car" && number(row, "w") > 10.0)
        .collect();
    cars.sort_by(|a, b| (number(b, "w") * number(b, "h")).total_cmp(&(number(a, "w") * number(a, "h"))));
    assert!(cars.len() > 5, "{}", cars.len());
    let args =
        ["--where", "camera = \"front\"", "--class", "car", "--label", "w > 10", "--sort", "size:desc", "--limit", "5"];
    let (report, found) = crops(&lake, "cars", &[&args[..], &["--size", "16"]].concat());
    assert_eq!(found.iter().map(key).collect::<Vec<_>>(), cars[..5].iter().map(key).collect::<Vec<_>>());
    for row in &found {
        let picture = image::open(lake.beside("cars").join(&row["file"])).unwrap();
        assert!(picture.width().max(picture.height()) <= 16, "{row:?}");
    }
    let record: Value =
        serde_json::from_str(&std::fs::read_to_string(lake.beside("cars/export.json")).unwrap()).unwrap();
    assert_eq!((&record["filter"], &record["rows"]), (&args[1].into(), &report["objects"]));
    assert_eq!(record["objects"]["classes"], serde_json::json!(["car"]));
    // It is a run like any other export, and mistakes are none.
    let runs = lake.json("runs", &["--task", "crops"]);
    assert_eq!(runs.as_array().unwrap().len(), 2);
    let out = lake.beside("none");
    let out = out.to_str().unwrap();
    assert!(lake.fail("crops", &["--out", out, "--class", "cart"], 2).contains("car"));
    assert!(lake.fail("crops", &["--out", out, "--label", "widht > 3"], 2).contains("^^^^^"));
    assert!(lake.fail("crops", &["--out", out, "--sort", "speed"], 2).contains("track"));
    assert!(lake.fail("crops", &["--out", lake.beside("all").to_str().unwrap()], 1).contains("not empty"));
    assert!(!lake.beside("none").exists());
    assert_eq!(lake.json("runs", &["--task", "crops"]).as_array().unwrap().len(), 3, "one more, which failed");
}

#[test]
fn the_pixels_are_the_slice_that_other_software_reads() {
    let lake = Lake::new();
    for (name, args) in [("plain", vec![]), ("wide", vec!["--margin", "25"]), ("square", vec!["--square"])] {
        let (report, _) = crops(&lake, name, &args);
        let out = lake.beside(name);
        let Some(told) = python::run("check_crops.py", &[lake.path().as_os_str(), out.as_os_str()]) else { return };
        let compared: Value = serde_json::from_slice(&told).unwrap();
        let compared = compared.as_object().unwrap();
        let crops: u64 = compared.values().map(|one| one["crops"].as_u64().unwrap()).sum();
        assert_eq!(report["crops"], crops, "{name}");
        let exact = compared.values().filter(|one| one["lossless"] == true).collect::<Vec<_>>();
        assert!(!exact.is_empty(), "a store is lossless: {compared:?}");
        assert!(exact.iter().all(|one| one["largest_difference"] == 0), "{name}: {compared:?}");
        // Decoders of JPEG may round differently.
        assert!(compared.values().all(|one| one["largest_difference"].as_u64().unwrap() <= 2), "{name}: {compared:?}");
    }
}

#[test]
fn spans_come_in_the_order_asked_for() {
    let lake = Lake::new();
    let spans = |args: &[&str]| {
        let args: Vec<&str> =
            ["--where", "has(car)", "--events", "--peak", "speed"].iter().chain(args).copied().collect();
        lake.json("frames", &args).as_array().unwrap().clone()
    };
    let plain = spans(&[]);
    assert!(plain.len() > 3, "{plain:?}");
    for (order, column, descending) in
        [("duration:desc", "duration_s", true), ("frames", "frames", false), ("peak:desc", "peak_value", true)]
    {
        let sorted = spans(&["--sort", order]);
        let values: Vec<f64> = sorted.iter().filter_map(|span| span[column].as_f64()).collect();
        let ordered = |a: &f64, b: &f64| if descending { a >= b } else { a <= b };
        assert!(values.is_sorted_by(ordered), "{order}: {values:?}");
        assert_eq!(sorted.len(), plain.len());
        assert!(plain.iter().all(|span| sorted.contains(span)), "{order}");
    }
    let lake_args = ["--where", "camera = \"front\"", "--events", "--sort"];
    assert!(lake.fail("frames", &[&lake_args[..], &["peak"]].concat(), 2).contains("--peak"));
    assert!(lake.fail("frames", &[&lake_args[..], &["speed"]].concat(), 2).contains("duration"));
}
