//! The main job end to end: open, index, find, see, take away.

use std::collections::BTreeMap;

use crate::{
    harness::{Lake, files_below},
    python,
};

/// A row of a CSV file by column.
type Row = BTreeMap<String, String>;
/// What a filter should let through.
type Test = Box<dyn Fn(&Row) -> bool>;

/// Rows of a CSV text as maps from column to value.
fn rows(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn a_lake_is_indexed_and_described() {
    let lake = Lake::new();
    let report = lake.json("index", &[]);
    assert_eq!(
        (report["recordings"].as_u64(), report["footages"].as_u64(), report["frames"].as_u64()),
        (Some(3), Some(6), Some(128))
    );
    let info = lake.json("info", &[]);
    assert_eq!(info["frames"], 128);
    assert!(info["labels"].as_u64().unwrap() > 100, "{info:#}");
    assert_eq!(info["problems"].as_array().unwrap().len(), 0, "{info:#}");
    assert!(info["catalog_bytes"].as_u64().unwrap() > 10_000);
    let speed = info["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == "speed").unwrap();
    assert_eq!((speed["unit"].as_str(), speed["kind"].as_str()), (Some("m/s"), Some("float")));
    assert!(speed["min"].as_f64().unwrap() < speed["max"].as_f64().unwrap());

    // Nothing changed, so nothing is read again.
    let again = lake.json("index", &[]);
    assert_eq!((again["recordings_read"].as_u64(), again["recordings_kept"].as_u64()), (Some(0), Some(3)));

    // The catalog is derived: without it, the same answers come back.
    let before = lake.answers();
    std::fs::remove_dir_all(lake.path().join(".lakescope")).unwrap();
    assert_eq!(lake.answers(), before);
}

#[test]
fn a_filter_gives_the_rows_that_its_words_say() {
    let lake = Lake::new();
    let all =
        rows(&lake.run("frames", &["--format", "csv", "--columns", "frame_id,speed,labels.pedestrian,camera,labels"]));
    assert_eq!(all.len(), 128);
    let number = |row: &Row, name: &str| row[name].parse::<f64>().ok();
    let cases: [(&str, Test); 5] = [
        ("speed > 8", Box::new(move |row| number(row, "speed").is_some_and(|speed| speed > 8.0))),
        (
            "speed > 5 and count(pedestrian) >= 1",
            Box::new(move |row| {
                number(row, "speed").is_some_and(|v| v > 5.0) && number(row, "labels.pedestrian").unwrap() >= 1.0
            }),
        ),
        ("not has(pedestrian)", Box::new(move |row| number(row, "labels.pedestrian") == Some(0.0))),
        (
            "camera = \"rear\" or labels = 0",
            Box::new(move |row| row["camera"] == "rear" || number(row, "labels") == Some(0.0)),
        ),
        ("speed is null", Box::new(move |row| row["speed"].is_empty())),
    ];
    for (filter, expected) in cases {
        let found: Vec<String> = rows(&lake.run("frames", &["--where", filter, "--format", "csv"]))
            .into_iter()
            .map(|row| row["frame_id"].clone())
            .collect();
        let wanted: Vec<String> = all.iter().filter(|row| expected(row)).map(|row| row["frame_id"].clone()).collect();
        assert_eq!(found, wanted, "{filter}");
        assert_eq!(lake.run("frames", &["--where", filter, "--count"]).trim(), wanted.len().to_string(), "{filter}");
    }
}

#[test]
fn columns_order_and_limits_are_as_documented() {
    let lake = Lake::new();
    let text = lake.run("frames", &["--format", "csv"]);
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    assert_eq!(header[..6], ["frame_id", "recording", "camera", "frame_idx", "timestamp_ns", "time"]);
    assert_eq!(header.last(), Some(&"labels"));
    assert!(header[6..header.len() - 1].is_sorted());
    let all = rows(&text);
    for row in &all {
        assert_eq!(row["frame_id"], format!("{}/{}/{}", row["recording"], row["camera"], row["frame_idx"]));
        assert!(row["time"].ends_with('Z') && row["time"].len() == 30, "{}", row["time"]);
    }
    let sorted = rows(&lake.run("frames", &["--sort", "speed:desc", "--limit", "5", "--format", "csv"]));
    let speeds: Vec<f64> = sorted.iter().map(|row| row["speed"].parse().unwrap()).collect();
    let mut expected: Vec<f64> = all.iter().filter_map(|row| row["speed"].parse().ok()).collect();
    expected.sort_by(|a, b| b.total_cmp(a));
    assert_eq!(speeds, expected[..5]);
    let json: Vec<serde_json::Value> = serde_json::from_str(&lake.run("frames", &["--json", "--limit", "3"])).unwrap();
    let lines = lake.run("frames", &["--format", "ndjson", "--limit", "3"]);
    assert_eq!(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<serde_json::Value>>(), json);
    assert_eq!(json[0]["frame_id"], all[0]["frame_id"].as_str());
}

#[test]
fn exports_hold_the_pixels_that_other_software_reads() {
    let lake = Lake::new();
    let out = lake.beside("out");
    let report = lake.json("export", &["--out", out.to_str().unwrap(), "--images", "png"]);
    assert_eq!((report["frames"].as_u64(), report["images"].as_u64()), (Some(128), Some(128)));
    let Some(told) = python::run("check_export.py", &[lake.path().as_os_str(), out.as_os_str()]) else { return };
    let compared: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let images: u64 = compared.as_object().unwrap().values().map(|one| one["images"].as_u64().unwrap()).sum();
    assert_eq!(images, 128);
    let exact = compared.as_object().unwrap().values().filter(|one| one["largest_difference"] == 0).count();
    assert!(exact >= 2, "two of the stores are lossless: {compared}");

    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("export.json")).unwrap()).unwrap();
    assert_eq!((record["frames"].as_u64(), record["scope"]["filter"].as_str()), (Some(128), Some("")));
    assert_eq!(record["labels"], rows(&std::fs::read_to_string(out.join("labels.csv")).unwrap()).len());
    assert!(lake.fail("export", &["--out", out.to_str().unwrap()], 1).contains("not empty"));
}

#[test]
fn stored_bytes_leave_as_they_are() {
    let lake = Lake::new();
    let out = lake.beside("out");
    lake.run(
        "export",
        &["--out", out.to_str().unwrap(), "--images", "original", "--labels", "none", "--where", "frame < 2"],
    );
    let mut endings = BTreeMap::new();
    for entry in files_below(&out.join("images")) {
        let bytes = std::fs::read(&entry).unwrap();
        let ending = entry.extension().unwrap().to_str().unwrap().to_owned();
        let magic: &[u8] = if ending == "jpg" { &[0xff, 0xd8, 0xff] } else { b"\x89PNG" };
        assert!(bytes.starts_with(magic), "{}", entry.display());
        *endings.entry(ending).or_insert(0) += 1;
    }
    assert_eq!(endings.values().sum::<i32>(), 12);
    assert!(endings["jpg"] >= 4 && endings["png"] >= 2, "{endings:?}");
    assert!(!out.join("labels.csv").exists());
}

#[test]
fn one_frame_becomes_an_image_file() {
    let lake = Lake::new();
    let all = rows(&lake.run("frames", &["--where", "labels > 0", "--limit", "1", "--format", "csv"]));
    let id = &all[0]["frame_id"];
    let (plain, boxed) = (lake.beside("plain.png"), lake.beside("boxed.png"));
    lake.run("frame", &[id, "--out", plain.to_str().unwrap()]);
    lake.run("frame", &[id, "--out", boxed.to_str().unwrap(), "--labels"]);
    let (plain, boxed) = (image::open(plain).unwrap(), image::open(boxed).unwrap());
    assert_eq!((plain.width(), plain.height()), (boxed.width(), boxed.height()));
    assert_ne!(plain.as_bytes(), boxed.as_bytes());
    assert!(lake.fail("frame", &["no/such/7", "--out", "x.png"], 1).contains("no frame no/such/7"));
    assert!(lake.fail("frame", &[id, "--out", "x.bmp"], 2).contains(".png"));
    assert!(lake.fail("frame", &["nonsense", "--out", "x.png"], 2).contains("recording/camera/number"));
}

#[test]
fn a_store_that_changed_shows_no_wrong_pixels() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let store = files_below(&lake.path().join("recordings"))
        .into_iter()
        .find(|path| path.ends_with("footages/front.h5"))
        .unwrap();
    let name = store
        .strip_prefix(lake.path().join("recordings"))
        .unwrap()
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap()
        .to_owned();
    let id = format!("{name}/front/3");
    let out = lake.beside("x.png");
    lake.run("frame", &[&id, "--out", out.to_str().unwrap()]);
    let before = std::fs::read(&out).unwrap();
    // The same size, other bytes: the frames of another drive's front camera, shifted.
    let mut bytes = std::fs::read(&store).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&store, &bytes).unwrap();
    let said = lake.fail("frame", &[&id, "--out", out.to_str().unwrap()], 1);
    assert!(said.contains("changed") && said.contains("index"), "{said}");
    assert_eq!(std::fs::read(&out).unwrap(), before, "a failed command must not touch the file");
    bytes[middle] ^= 0xff;
    std::fs::write(&store, &bytes).unwrap();
    lake.run("index", &[]);
    lake.run("frame", &[&id, "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read(&out).unwrap(), before);
}

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let lake = Lake::new();
    let said = lake.fail("frames", &["--where", "sped > 3"], 2);
    assert!(said.contains("sped > 3") && said.contains('^') && said.contains("speed"), "{said}");
    assert!(lake.fail("frames", &["--where", "speed >"], 2).contains('^'));
    assert!(lake.fail("frames", &["--columns", "sped"], 2).contains("speed"));
    assert!(lake.fail("frames", &["--sort", "sped"], 2).contains("speed"));
    lake.fail("frames", &["--nonsense"], 2);
    assert!(lake.fail("export", &["--selection", "none", "--out", "x"], 2).contains("no selection"));
    let nowhere = crate::harness::lakescope(&lake.path()).args(["info", "/no/such/folder"]).output().unwrap();
    let said = String::from_utf8(nowhere.stderr).unwrap();
    assert_eq!(nowhere.status.code(), Some(1));
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("no folder /no/such/folder"));
}

#[test]
fn runs_are_remembered() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let out = lake.beside("out");
    lake.run("export", &["--out", out.to_str().unwrap(), "--where", "frame < 3"]);
    let runs = lake.json("runs", &[]);
    let told: Vec<(&str, &str)> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["task"].as_str().unwrap(), run["state"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("export", "done"), ("index", "done")]);
    assert_eq!(runs[0]["rows_out"], 18);
    assert!(runs[1]["ended_at_ns"].as_i64() >= runs[1]["started_at_ns"].as_i64());
    let log = lake.run("runs", &["--log", &runs[1]["run_id"].to_string()]);
    assert_eq!(log.lines().count(), 3, "{log}");
    assert_eq!(lake.json("runs", &["--task", "index", "--state", "done"]).as_array().unwrap().len(), 1);
    assert_eq!(lake.json("runs", &["--since", "2200-01-01"]).as_array().unwrap().len(), 0);
}

#[test]
fn adding_and_removing_a_drive_touches_only_that_drive() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let mut drives = std::fs::read_dir(lake.path().join("recordings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    drives.sort();
    crate::harness::copy(&drives[0], &lake.path().join("recordings/zz_copy"));
    let report = lake.json("index", &[]);
    assert_eq!(
        (report["recordings_read"].as_u64(), report["recordings_kept"].as_u64(), report["frames"].as_u64()),
        (Some(1), Some(3), Some(176))
    );
    std::fs::remove_dir_all(lake.path().join("recordings/zz_copy")).unwrap();
    let report = lake.json("index", &[]);
    assert_eq!(
        (report["recordings_read"].as_u64(), report["recordings_removed"].as_u64(), report["frames"].as_u64()),
        (Some(0), Some(1), Some(128))
    );
}

#[test]
fn selections_are_saved_exported_and_forgotten() {
    let lake = Lake::new();
    lake.run("selections", &["--save", "start", "--where", "frame < 2", "--note", "the first two"]);
    let list = lake.json("selections", &[]);
    assert_eq!(
        (list[0]["name"].as_str(), list[0]["frames"].as_u64(), list[0]["note"].as_str()),
        (Some("start"), Some(12), Some("the first two"))
    );
    let out = lake.beside("out");
    let report = lake.json("export", &["--selection", "start", "--out", out.to_str().unwrap()]);
    assert_eq!(report["frames"], 12);
    lake.run("selections", &["--delete", "start"]);
    assert_eq!(lake.json("selections", &[]).as_array().unwrap().len(), 0);
    assert!(lake.fail("selections", &["--delete", "start"], 2).contains("no selection"));
}

#[test]
fn labels_of_an_export_are_those_of_one_moment() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let out = lake.beside("out");
    let mut export = lake.command("export", &["--out", out.to_str().unwrap(), "--images", "png"]).spawn().unwrap();
    // Meanwhile every recording is read again, over and over.
    while export.try_wait().unwrap().is_none() {
        for entry in files_below(&lake.path().join("recordings")).iter().filter(|path| path.ends_with("recording.toml"))
        {
            let file = std::fs::File::options().append(true).open(entry).unwrap();
            file.set_modified(std::time::SystemTime::now()).unwrap();
        }
        lake.run("index", &[]);
    }
    assert!(export.wait().unwrap().success());
    let counted: u64 = rows(&std::fs::read_to_string(out.join("frames.csv")).unwrap())
        .iter()
        .map(|row| row["labels"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(rows(&std::fs::read_to_string(out.join("labels.csv")).unwrap()).len() as u64, counted);
}

#[test]
fn an_export_whose_images_fail_says_so() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let store = files_below(&lake.path().join("recordings"))
        .into_iter()
        .find(|path| path.ends_with("footages/front.h5"))
        .unwrap();
    std::fs::File::options().append(true).open(&store).unwrap().set_len(10).unwrap();
    let out = lake.beside("out");
    let said = lake.fail("export", &["--out", out.to_str().unwrap(), "--images", "png"], 1);
    assert!(said.contains("24 of 128 images") && said.contains("changed"), "{said}");
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("export.json")).unwrap()).unwrap();
    assert_eq!((record["images"].as_u64(), record["images_failed"].as_array().unwrap().len()), (Some(104), 24));
}

#[test]
fn a_damaged_catalog_is_made_again_and_a_lost_one_of_ours_is_not_deleted() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let before = lake.answers();
    let catalog = lake.path().join(".lakescope/catalog.sqlite");
    // Every second page, the first left alone: the header looks right and the rest is noise.
    let mut bytes = std::fs::read(&catalog).unwrap();
    for page in bytes.chunks_mut(16_384).skip(1).step_by(2) {
        page.fill(0x5a);
    }
    std::fs::write(&catalog, &bytes).unwrap();
    let output = lake.output("frames", &["--format", "csv"]);
    assert_ne!(output.status.code(), Some(2), "the filter is not at fault");
    // A drive that changed makes the index write into it.
    let toml =
        files_below(&lake.path().join("recordings")).into_iter().find(|path| path.ends_with("recording.toml")).unwrap();
    std::fs::File::options().append(true).open(toml).unwrap().set_modified(std::time::SystemTime::now()).unwrap();
    lake.run("index", &[]);
    assert_eq!(lake.answers(), before);

    let kept = lake.path().join("lake.sqlite");
    std::fs::write(&kept, "noise".repeat(2000)).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(lake.path().join(format!("lake.sqlite{ending}")));
    }
    assert_eq!(lake.run("frames", &["--count"]).trim(), "128");
    let said = lake.fail("runs", &[], 1);
    assert!(said.contains("move the file aside"), "{said}");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "noise".repeat(2000));
}

#[test]
fn a_planted_link_is_not_written_through() {
    let lake = Lake::new();
    let precious = lake.beside("precious.txt");
    std::fs::write(&precious, "precious").unwrap();
    std::fs::create_dir(lake.path().join(".lakescope")).unwrap();
    for name in [".lakescope/write.lock", ".lakescope/catalog.sqlite-wal", "lake.sqlite"] {
        std::os::unix::fs::symlink(&precious, lake.path().join(name)).unwrap();
        assert_eq!(lake.run("frames", &["--count"]).trim(), "128");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious", "{name}");
        std::fs::remove_file(lake.path().join(name)).unwrap();
    }
}
