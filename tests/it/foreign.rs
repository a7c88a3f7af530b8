//! Lakes that other software wrote, whole and broken.

use crate::{harness::Lake, python};

#[test]
fn stores_of_other_software_open_with_the_right_pixels() {
    let lake = Lake::empty();
    let expected = lake.beside("expected");
    if python::run("foreign_stores.py", &[lake.path().as_os_str(), expected.as_os_str()]).is_none() {
        return;
    }
    let list: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(expected.join("expected.json")).unwrap()).unwrap();
    assert!(list.len() > 10);
    lake.run("index", &[]);
    let frames: Vec<serde_json::Value> = serde_json::from_str(
        &lake.run("frames", &["--json", "--columns", "frame_id,recording,camera,store,frame_idx"]),
    )
    .unwrap();
    let problems = lake.json("info", &[])["problems"].clone();
    let mut wrong = Vec::new();
    for entry in &list {
        let text = |key: &str| entry[key].as_str().unwrap();
        let fits = |frame: &&serde_json::Value| {
            let of = |key: &str, hint: &str| frame[key].as_str().unwrap().ends_with(text(hint));
            frame["store"] == text("store") && of("recording", "recording_hint") && of("camera", "camera_hint")
        };
        let found: Vec<_> = frames.iter().filter(fits).collect();
        if found.len() as u64 != entry["frames"].as_u64().unwrap() {
            wrong.push(format!("{entry}: {} frames", found.len()));
            continue;
        }
        for (index, file) in entry["pixels"].as_object().unwrap() {
            let id = found.iter().find(|frame| frame["frame_idx"].as_u64() == index.parse().ok()).unwrap()["frame_id"]
                .as_str()
                .unwrap();
            let out = lake.beside("frame.png");
            let output = lake.output("frame", &[id, "--out", out.to_str().unwrap()]);
            if !output.status.success() {
                wrong.push(format!("{id}: {}", String::from_utf8_lossy(&output.stderr)));
                continue;
            }
            let picture = image::open(&out).unwrap().to_rgb8();
            let wanted = std::fs::read(expected.join(file.as_str().unwrap())).unwrap();
            let furthest = picture.as_raw().iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(255);
            if picture.as_raw().len() != wanted.len() || u64::from(furthest) > entry["tolerance"].as_u64().unwrap() {
                wrong.push(format!(
                    "{id}: differs by {furthest}, {} bytes for {}",
                    picture.as_raw().len(),
                    wanted.len()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{problems:#}", wrong.join("\n"));
}

#[test]
fn every_broken_file_is_one_clear_problem_and_the_rest_opens() {
    let lake = Lake::new();
    let clean = lake.answers();
    let whole =
        std::fs::read(lake.path().join("recordings").join(first_drive(&lake)).join("footages/front.h5")).unwrap();
    let broken: [(&str, Vec<u8>, &str); 6] = [
        ("empty.h5", Vec::new(), "empty"),
        ("page.h5", b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec(), "web page"),
        (
            "pointer.h5",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
                .to_vec(),
            "LFS",
        ),
        ("classic.nc", [&b"CDF\x01"[..], &[0; 60]].concat(), "netCDF"),
        ("text.hdf5", b"this is just a text file, honestly\n".repeat(40), ""),
        ("cut.h5", whole[..whole.len() * 2 / 3].to_vec(), "cut off"),
    ];
    for (name, bytes, _) in &broken {
        std::fs::write(lake.path().join(name), bytes).unwrap();
    }
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    let problems = info["problems"].as_array().unwrap();
    for (name, _, word) in &broken {
        let told: Vec<_> = problems.iter().filter(|problem| problem["path"] == *name).collect();
        assert_eq!(told.len(), 1, "{name}: {problems:#?}");
        let line = told[0]["what"].as_str().unwrap();
        assert!(line.contains(word), "{name}: {line}");
        assert!(told[0]["hint"].as_str().unwrap().len() > 10);
    }
    assert_eq!(problems.len(), broken.len());
    for (name, _, _) in &broken {
        std::fs::remove_file(lake.path().join(name)).unwrap();
    }
    lake.run("index", &[]);
    assert_eq!(lake.answers(), clean);
}

fn first_drive(lake: &Lake) -> std::ffi::OsString {
    let mut names: Vec<_> =
        std::fs::read_dir(lake.path().join("recordings")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.remove(0)
}

#[test]
fn an_empty_folder_is_a_lake_with_nothing_in_it() {
    let lake = Lake::empty();
    let info = lake.json("info", &[]);
    assert_eq!((info["frames"].as_u64(), info["recordings"].as_u64()), (Some(0), Some(0)));
    assert_eq!(lake.run("frames", &["--count"]).trim(), "0");
    assert_eq!(lake.run("frames", &["--json"]).trim(), "[]");
}

#[test]
fn a_store_is_never_read_through_a_link_out_of_the_lake() {
    let lake = Lake::new();
    let outside = lake.beside("outside.h5");
    std::fs::rename(lake.path().join("recordings").join(first_drive(&lake)).join("footages/front.h5"), &outside)
        .unwrap();
    std::os::unix::fs::symlink(
        &outside,
        lake.path().join("recordings").join(first_drive(&lake)).join("footages/front.h5"),
    )
    .unwrap();
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    assert_eq!(info["footages"], 5);
    assert!(info["problems"].to_string().contains("leads out of the lake"), "{info:#}");
}

/// The value of one column of every frame of a recording, in order.
fn column(lake: &Lake, recording: &str, name: &str) -> Vec<serde_json::Value> {
    let columns = format!("recording,frame_idx,{name}");
    let frames: Vec<serde_json::Value> =
        serde_json::from_str(&lake.run("frames", &["--json", "--columns", &columns])).unwrap();
    frames.iter().filter(|frame| frame["recording"] == recording).map(|frame| frame[name].clone()).collect()
}

#[test]
fn sensor_arrays_and_logs_in_parts_do_not_vanish() {
    let lake = Lake::empty();
    if python::run("loose_stores.py", &[lake.path().as_os_str()]).is_none() {
        return;
    }
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    let problems = info["problems"].as_array().unwrap();
    let numbers = |recording: &str, name: &str| -> Vec<f64> {
        column(&lake, recording, name).iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
    };
    let close = |found: &[f64], expected: &dyn Fn(usize) -> f64| {
        assert_eq!(found.len(), 10);
        for (at, value) in found.iter().enumerate() {
            assert!((value - expected(at)).abs() < 1e-6, "{found:?}\n{problems:#?}");
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "ten frames")]
    let index = |at: usize| at as f64;
    close(&numbers("d1", "accel"), &|at| index(at) / 10.0);
    // `can.h5` counts its times from an unknown start, which is taken to be the first frame.
    let speeds: Vec<f64> = numbers("d1", "speed");
    close(&speeds, &index);
    close(&numbers("d2", "speed"), &|at| if at < 5 { index(at) } else { index(at) + 0.5 });

    let told = |path: &str, word: &str| {
        problems.iter().any(|problem| {
            problem["path"].as_str().unwrap().ends_with(path) && problem["what"].as_str().unwrap().contains(word)
        })
    };
    assert!(told("d1/footages/can.h5", "the time of the first frame"), "{problems:#?}");
    assert!(told("d1/metrics/odd.h5", "`rpm`, `torque`"), "{problems:#?}");
    assert!(told("d2/metrics/can_0.csv", "the time of the first frame"), "{problems:#?}");
    assert!(told("d2/metrics/out", "is an export"), "{problems:#?}");
    assert!(!problems.iter().any(|problem| problem["what"].as_str().unwrap().contains("same recording already")));
    assert!(!info["metrics"].to_string().contains("wrong"), "{info:#}");
}

#[test]
fn names_of_recordings_do_not_depend_on_what_is_read_first() {
    let lake = Lake::empty();
    if python::run("loose_stores.py", &[lake.path().as_os_str()]).is_none() {
        return;
    }
    let names = || {
        let frames: Vec<serde_json::Value> =
            serde_json::from_str(&lake.run("frames", &["--json", "--columns", "recording"])).unwrap();
        let mut names: Vec<String> =
            frames.iter().map(|frame| frame["recording"].as_str().unwrap().to_owned()).collect();
        names.dedup();
        names
    };
    lake.run("index", &[]);
    let alone = lake.answers();
    assert_eq!(names(), ["a/demo_0", "a/demo_1", "d1", "d2"]);
    // A store of its own comes, that is called like a recording inside the other one.
    std::fs::create_dir(lake.path().join("a")).unwrap();
    std::fs::copy(lake.path().join("recordings/d1/footages/front.h5"), lake.path().join("a/demo_1.h5")).unwrap();
    lake.run("index", &[]);
    let grown = lake.answers();
    let mut sorted = names();
    sorted.sort();
    assert_eq!(sorted, ["a.h5/demo_0", "a.h5/demo_1", "a/demo_1", "d1", "d2"]);
    for _ in 0..3 {
        std::fs::remove_dir_all(lake.path().join(".lakescope")).unwrap();
        lake.run("index", &[]);
        assert_eq!(lake.answers(), grown);
    }
    std::fs::remove_dir_all(lake.path().join("a")).unwrap();
    lake.run("index", &[]);
    assert_eq!(lake.answers(), alone);
}
