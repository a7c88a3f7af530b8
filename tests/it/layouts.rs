//! Every layout of docs/lake-format.md: one small store each in `tests/fixtures/layouts`, opened without configuration.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::{Path, PathBuf},
};

use lakescope::{
    catalog::FrameTable,
    filter::FrameColumns,
    jobs::Progress,
    model::{FrameId, Raster, Samples},
    session::{OpenOptions, Session},
};

use crate::{
    harness::{Lake, copy},
    python,
};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts")
}

/// A lake of all the fixtures, indexed.
fn indexed() -> (Lake, Session) {
    let lake = Lake::empty();
    copy(&fixtures(), &lake.path());
    let session = open(&lake);
    session.index(&Progress::new()).unwrap();
    (lake, session)
}

/// Opens a lake in this process, with the program as its reader.
pub(crate) fn open(lake: &Lake) -> Session {
    let options = OpenOptions {
        reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()),
        user_dir: Some(lake.beside("user")),
        ..OpenOptions::default()
    };
    Session::open(&lake.path(), options).unwrap()
}

/// The values of a frame as little-endian bytes, and the name of their type.
fn bytes_of(raster: &Raster) -> (&'static str, Vec<u8>) {
    match &raster.samples {
        Samples::U8(values) => ("uint8", values.clone()),
        Samples::U16(values) => ("uint16", values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Samples::I32(values) => ("int32", values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Samples::U32(values) => ("uint32", values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Samples::F32(values) => ("float32", values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Samples::F64(values) => ("float64", values.iter().flat_map(|v| v.to_le_bytes()).collect()),
    }
}

/// Everything an index of the fixtures tells: a line per footage, then its store's problems. Values of lossless frames are
/// told by a hash; what is coded as JPEG differs between decoders and is compared with another one below.
fn told(session: &Session) -> String {
    let table = session.table().unwrap();
    let mut lines = BTreeMap::<String, String>::new();
    for (at, footage) in table.footage_list().iter().enumerate() {
        let first = table.footages()[at].first_row;
        let time = |row: usize| lakescope::model::format_ns(session.frame(&table, row).unwrap().time_ns);
        let frames = usize::try_from(footage.frames).unwrap();
        let rasters: Vec<Raster> = (0..frames).map(|frame| session.image(&table, first + frame).unwrap()).collect();
        for (frame, raster) in rasters.iter().enumerate().filter(|_| !footage.store_kind.starts_with("jpeg")) {
            let small = session.thumbnail(&table, first + frame, footage.width_px, footage.height_px).unwrap();
            let whole = raster.to_rgb(&session.look(&table, at));
            assert_eq!(small, whole, "{} frame {frame}: a picture of full size is the frame", footage.store);
        }
        let (kind, _) = bytes_of(&rasters[0]);
        let all: Vec<u8> = rasters.iter().flat_map(|raster| bytes_of(raster).1).collect();
        let hash = if footage.store_kind == "jpeg" || footage.store.contains("compressed") {
            "lossy".to_owned()
        } else {
            format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&all))
        };
        let line = lines.entry(footage.store.clone()).or_default();
        writeln!(
            line,
            "{} | {}/{} | {frames} × {}×{}×{} {kind} {} | {} Hz {} … {} | {hash}",
            footage.store,
            footage.recording,
            footage.camera,
            footage.width_px,
            footage.height_px,
            rasters[0].channels,
            footage.store_kind,
            footage.rate_hz,
            time(first),
            time(first + frames - 1),
        )
        .unwrap();
    }
    for problem in session.problems().unwrap() {
        writeln!(lines.entry(problem.path.clone()).or_default(), "  {} ! {}", problem.path, problem.what).unwrap();
    }
    let metrics: Vec<String> = session.info().unwrap().metrics.into_iter().map(|metric| metric.name).collect();
    lines.into_values().collect::<String>() + "metrics " + &metrics.join(" ")
}

#[test]
fn every_layout_opens_without_configuration() {
    let (_lake, session) = indexed();
    insta::assert_snapshot!(told(&session));
}

#[test]
fn every_frame_is_what_other_software_reads() {
    let truth = tempfile::tempdir().unwrap();
    if python::run("layout_truth.py", &[fixtures().as_os_str(), truth.path().as_os_str()]).is_none() {
        return;
    }
    let list: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(truth.path().join("truth.json")).unwrap()).unwrap();
    let (_lake, session) = indexed();
    let table = session.table().unwrap();
    let wrong: Vec<String> = list.iter().flat_map(|entry| differences(&session, &table, truth.path(), entry)).collect();
    assert!(wrong.is_empty(), "{}\n{:#?}", wrong.join("\n"), session.problems().unwrap());
    assert_eq!(table.footage_list().len(), list.len());
}

/// What is wrong with a footage.
fn differences(session: &Session, table: &FrameTable, truth: &Path, entry: &serde_json::Value) -> Vec<String> {
    let text = |key: &str| entry[key].as_str().unwrap();
    let number = |key: &str| entry[key].as_u64().unwrap();
    let name = format!("{} {}/{}", text("store"), text("recording"), text("camera"));
    let at = table.footage_list().iter().position(|one| {
        one.store == text("store")
            && (one.recording.as_str(), one.camera.as_str()) == (text("recording"), text("camera"))
    });
    let Some(at) = at else { return vec![format!("{name}: not found")] };
    let footage = &table.footage_list()[at];
    let size = (footage.frames, u64::from(footage.width_px), u64::from(footage.height_px));
    if size != (number("frames"), number("width_px"), number("height_px")) {
        return vec![format!("{name}: {size:?} instead of {entry}")];
    }
    let expected = std::fs::read(truth.join(text("file"))).unwrap();
    let frame_bytes = expected.len() / usize::try_from(footage.frames).unwrap();
    let mut wrong = Vec::new();
    for (frame, wanted) in (0_u64..).zip(expected.chunks(frame_bytes)) {
        let id = FrameId { recording: footage.recording.clone(), camera: footage.camera.clone(), frame_idx: frame };
        let row = table.row_of(&id).unwrap();
        let raster = session.image(table, row).unwrap();
        let (kind, bytes) = bytes_of(&raster);
        let furthest = bytes.iter().zip(wanted).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(255);
        let same = bytes.len() == wanted.len() && u64::from(furthest) <= number("tolerance");
        if !same || kind != text("type") || u64::from(raster.channels) != number("channels") {
            wrong.push(format!("{name} frame {frame}: {kind} × {} differs by {furthest}", raster.channels));
        }
        if let Some(times) = entry["times_ns"].as_array() {
            let time = session.frame(table, row).unwrap().time_ns;
            let wanted = times[usize::try_from(frame).unwrap()].as_i64().unwrap();
            if time != wanted {
                wrong.push(format!("{name} frame {frame}: time {time} instead of {wanted}"));
            }
        }
    }
    wrong
}

#[test]
fn the_recipe_makes_the_fixtures() {
    let made = tempfile::tempdir().unwrap();
    if python::run("make_layouts.py", &[made.path().as_os_str()]).is_none() {
        return;
    }
    python::run("same_stores.py", &[fixtures().as_os_str(), made.path().as_os_str()]);
}

#[test]
fn fixtures_stay_small() {
    let mut total = 0;
    for entry in walkdir::WalkDir::new(fixtures()) {
        let entry = entry.unwrap();
        let size = if entry.file_type().is_file() { entry.metadata().unwrap().len() } else { 0 };
        assert!(size < 60_000, "{}: {size} bytes", entry.path().display());
        total += size;
    }
    assert!((100_000..1_000_000).contains(&total), "{total} bytes");
}
