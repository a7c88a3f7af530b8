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
