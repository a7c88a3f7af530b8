//! What a person tells about footages in `lake.toml`: what it changes, what has to be read again for it, where it is kept.

use std::path::Path;

use lakescope::{
    model::{Look, ValueRange},
    session::{OpenOptions, Session},
};

use crate::{harness::Lake, layouts::open};

/// A lake of some of the layouts' fixtures, indexed.
fn lake_of(stores: &[&str]) -> Lake {
    let lake = Lake::empty();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts");
    for store in stores {
        std::fs::copy(fixtures.join(store), lake.path().join(store)).unwrap();
    }
    lake.run("index", &[]);
    lake
}

/// Times of the frames of a recording, in ns.
fn times(lake: &Lake, recording: &str) -> Vec<i64> {
    let text = lake.run("frames", &["--json", "--columns", "recording,timestamp_ns"]);
    let frames: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let of = |frame: &&serde_json::Value| frame["recording"] == recording;
    frames.iter().filter(of).map(|frame| frame["timestamp_ns"].as_i64().unwrap()).collect()
}

/// Problems as lines.
fn problems(lake: &Lake) -> Vec<String> {
    let info = lake.json("info", &[]);
    let problems = info["problems"].as_array().unwrap();
    problems.iter().map(|one| format!("{}: {}", one["path"].as_str().unwrap(), one["what"].as_str().unwrap())).collect()
}

fn pixels(lake: &Lake, frame: &str, args: &[&str]) -> Vec<u8> {
    let out = lake.beside("frame.png");
    let args: Vec<&str> = [frame, "--out", out.to_str().unwrap()].into_iter().chain(args.iter().copied()).collect();
    lake.run("frame", &args);
    image::open(&out).unwrap().to_rgb8().into_raw()
}

const EIGHT_O_CLOCK: i64 = 1_714_550_400_000_000_000;

#[test]
fn exactly_the_sources_that_a_setting_concerns_are_read_again() {
    let lake = lake_of(&["native_raw.h5", "carla_rgb.h5", "m3ed.h5", "image_plane.h5", "mvsec.h5"]);
    let read = || lake.json("index", &[])["recordings_read"].as_u64().unwrap();
    assert_eq!(read(), 0);
    let step = |footage: &str, settings: &[&str], expected: u64| {
        let args: Vec<&str> = [footage].into_iter().chain(settings.iter().copied()).collect();
        lake.run("set", &args);
        assert_eq!(read(), expected, "{footage} {settings:?}");
        assert_eq!(read(), 0, "{footage} {settings:?}");
    };
    step("*", &["channels=bgr", "range=p1-p99"], 0);
    step("carla_rgb/camera", &["rate_hz=5", "starts_at=2024-05-01T08:00:00Z", "offset_s=0.5"], 1);
    let expected: Vec<i64> = (0..5).map(|at| EIGHT_O_CLOCK + 500_000_000 + at * 200_000_000).collect();
    assert_eq!(times(&lake, "carla_rgb"), expected);
    step("m3ed/*", &["clock=ms"], 1);
    assert_eq!(times(&lake, "m3ed")[..2], [4_000_000_000_000, 4_040_000_000_000]);
    assert!(!problems(&lake).iter().any(|line| line.contains("/ovc/ts")), "{:?}", problems(&lake));
    step("native_*", &["offset_s=-1"], 1);
    assert_eq!(times(&lake, "native_raw")[0], EIGHT_O_CLOCK - 1_000_000_000);
    step("image_plane.h5", &["order=hw"], 1);
    assert_eq!(times(&lake, "image_plane").len(), 3);
    step("mvsec/left", &["times=/davis/right/image_raw_ts", "clock=ns"], 1);
    assert_eq!(times(&lake, "mvsec")[0], 1_504_645_177);
    // What cannot be is told, and the footage opens as it did.
    step("carla_rgb/camera", &["order=chw"], 1);
    step("mvsec/right", &["times=/nothing"], 1);
    assert_eq!(times(&lake, "carla_rgb"), expected);
    let told = problems(&lake);
    for part in ["carla_rgb.h5: order = \"chw\" of lake.toml was not used for /rgb", "mvsec.h5: times of lake.toml"] {
        assert!(told.iter().any(|line| line.starts_with(part)), "{part}: {told:#?}");
    }
    step("image_plane.h5", &["order="], 1);
    assert_eq!(times(&lake, "image_plane").len(), 1);
    let text = std::fs::read_to_string(lake.path().join("lake.toml")).unwrap();
    assert!(!text.contains("image_plane"), "{text}");
    // A rate in place of the times that the store tells.
    step("native_raw/camera", &["rate_hz=2"], 1);
    assert_eq!(times(&lake, "native_raw"), [-2, -1, 0, 1].map(|half| EIGHT_O_CLOCK + half * 500_000_000));
}

#[test]
fn what_does_nothing_is_told_and_what_is_wrong_is_placed() {
    let lake = lake_of(&["native_raw.h5"]);
    let manifest = lake.path().join("lake.toml");
    std::fs::write(&manifest, "[footages.\"native_raw/camera\"]\nchanels = \"bgr\"\n[footages.\"nobody/*\"]\n")
        .unwrap();
    lake.run("index", &[]);
    let told = problems(&lake);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("the key `chanels`")), "{told:#?}");
    assert!(told.iter().any(|line| line.contains("footages.\"nobody/*\" matches no footage")), "{told:#?}");
    std::fs::write(&manifest, "[footages.\"native_raw/camera\"]\n\nrange = [9]\n").unwrap();
    assert!(lake.fail("index", &[], 1).contains("line 3, column 9: a range has two ends"));
    // A file that is not valid is left as it is.
    assert!(lake.fail("set", &["native_raw/camera", "channels=bgr"], 1).contains("line 3"));
    assert!(std::fs::read_to_string(&manifest).unwrap().ends_with("range = [9]\n"));
    std::fs::remove_file(&manifest).unwrap();
    for (setting, part) in [
        ("chanels=bgr", "perhaps `channels` was meant"),
        ("channels=grb", "channels cannot be \"grb\""),
        ("channels", "write KEY=VALUE"),
        ("rate_hz=-1", "rate_hz cannot be"),
    ] {
        let error = lake.fail("set", &["native_raw/camera", setting], 2);
        assert!(error.contains(part), "{error}");
    }
    assert!(!manifest.exists());
}

#[test]
fn pictures_obey_the_look_and_values_stay() {
    let lake = lake_of(&["native_raw.h5", "depth_uint16_little.h5"]);
    let frame = "native_raw/camera/2";
    let stored = pixels(&lake, frame, &[]);
    let swapped: Vec<u8> = stored.chunks(3).flat_map(|p| [p[2], p[1], p[0]]).collect();
    assert_eq!(pixels(&lake, frame, &["--channels", "bgr"]), swapped);
    lake.run("set", &["native_raw/camera", "channels=bgr"]);
    assert_eq!(pixels(&lake, frame, &[]), swapped);
    assert_eq!(pixels(&lake, frame, &["--channels", "rgb"]), stored);
    let session = open(&lake);
    let table = session.table().unwrap();
    let row = (0..7).find(|row| table.frame_id(*row).to_string() == frame).unwrap();
    assert_eq!(session.thumbnail(&table, row, 999, 999).unwrap().pixels, swapped);
    let lakescope::model::Samples::U8(values) = session.image(&table, row).unwrap().samples else { panic!("no bytes") };
    assert_eq!(values, stored);
    let out = lake.beside("export");
    lake.run("export", &["--images", "png", "--out", out.to_str().unwrap()]);
    let exported = image::open(out.join("images/native_raw/camera/000002.png")).unwrap().to_rgb8().into_raw();
    assert_eq!(exported, swapped);

    // 16-bit values are exported unscaled, whatever the range; only a picture that is asked for in a range is scaled.
    let deep = "depth_uint16_little/camera/0";
    let values = |args: &[&str]| {
        pixels(&lake, deep, args);
        image::open(lake.beside("frame.png")).unwrap()
    };
    let plain = values(&[]).to_luma16().into_raw();
    lake.run("set", &["depth_*", "range=0:51000"]);
    assert_eq!(values(&[]).to_luma16().into_raw(), plain);
    let shades: Vec<u8> = plain.iter().map(|v| u8::try_from((u32::from(*v) + 100) / 200).unwrap()).collect();
    assert_eq!(values(&["--range", "0:51000"]).to_luma8().into_raw(), shades);
    assert!(lake.fail("frame", &[deep, "--out", "x.png", "--range", "9:1"], 2).contains("--range"));
}

#[test]
fn what_is_set_in_the_window_is_in_the_file_at_once() {
    let lake = lake_of(&["native_raw.h5", "depth_uint16_little.h5"]);
    let manifest = lake.path().join("lake.toml");
    std::fs::write(&manifest, "name = \"ours\" # yes\n[footages.\"*\"]\nchannels = \"bgr\"\n").unwrap();
    let before = std::fs::read_to_string(&manifest).unwrap();
    let session = open(&lake);
    let table = session.table().unwrap();
    let at = table.footage_list().iter().position(|one| one.recording == "native_raw").unwrap();
    assert!(session.look(&table, at).swap_red_blue);
    assert_eq!(session.set_channels(&table, at, false).unwrap(), manifest.canonicalize().unwrap());
    assert_eq!(session.look(&table, at), Look::default());
    let written = std::fs::read_to_string(&manifest).unwrap();
    assert_eq!(written, format!("{before}\n[footages.\"native_raw/camera\"]\nchannels = \"rgb\"\n"));
    // Turned back, the line is changed where it stands, with what a person wrote beside it.
    std::fs::write(&manifest, written.replace("\"rgb\"", "\"rgb\" # seen by eye")).unwrap();
    session.set_channels(&table, at, true).unwrap();
    let again = std::fs::read_to_string(&manifest).unwrap();
    let line = "channels = \"bgr\" # seen by eye\n";
    assert_eq!(again, format!("{before}\n[footages.\"native_raw/camera\"]\n{line}"));
    let range = ValueRange::Percentile { low: 0.5, high: 99.5 };
    session.set_range(&table, 1 - at, range).unwrap();
    assert_eq!(session.look(&table, 1 - at), Look { swap_red_blue: true, range });
    assert!(session.set_range(&table, at, ValueRange::Fixed { low: 2.0, high: 1.0 }).is_err());
    assert_eq!(open(&lake).look(&table, 1 - at).range, range);
}

#[test]
fn settings_of_a_lake_that_cannot_be_written_are_kept_by_the_person() {
    let user = tempfile::tempdir().unwrap();
    let session = |folder: &Path| {
        let options = OpenOptions { user_dir: Some(user.path().to_owned()), ..OpenOptions::default() };
        Session::open(folder, options).unwrap()
    };
    // Nobody can make a file here.
    let file = session(Path::new("/proc/self")).set_footage("a/b", "channels", Some("bgr")).unwrap();
    assert!(file.starts_with(user.path()) && file.ends_with("footages.toml"), "{}", file.display());
    assert!(std::fs::read_to_string(&file).unwrap().contains("channels = \"bgr\""));

    // What a person has set holds before what the lake says, until the lake can be written again.
    let lake = lake_of(&["native_raw.h5"]);
    std::fs::remove_dir_all(lake.path().join(".lakescope")).unwrap();
    std::os::unix::fs::symlink(user.path(), lake.path().join(".lakescope")).unwrap();
    std::fs::write(lake.path().join("lake.toml"), "[footages.\"*\"]\nchannels = \"rgb\"\n").unwrap();
    let opened = open(&lake);
    opened.index(&lakescope::jobs::Progress::new()).unwrap();
    let table = opened.table().unwrap();
    assert!(!opened.look(&table, 0).swap_red_blue);
    let data = std::fs::read_dir(lake.beside("user/data")).unwrap().next().unwrap().unwrap().path();
    let own = data.join("footages.toml");
    std::fs::write(&own, "[footages.\"native_raw/camera\"]\nchannels = \"bgr\"\n").unwrap();
    let again = open(&lake);
    assert!(again.look(&table, 0).swap_red_blue);
    assert_eq!(again.set_channels(&table, 0, false).unwrap(), lake.path().canonicalize().unwrap().join("lake.toml"));
    assert_eq!(std::fs::read_to_string(&own).unwrap().trim(), "");
    assert!(!again.look(&table, 0).swap_red_blue);
}

#[test]
fn a_setting_of_a_metric_that_is_not_there_is_told_at_once() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let told = |metric: &str| {
        let output = lake.output("set", &["--metric", metric, "unit=km/h"]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told("sped").contains("no metric of the lake is called `sped`"), "{}", told("sped"));
    assert_eq!(told("speed"), "");
}
