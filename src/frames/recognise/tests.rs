//! Layouts found in the wild, from structure alone.

use super::*;
use crate::frames::structure::{Attribute, AttributeValue, GroupInfo};

fn dataset(path: &str, shape: &[u64], value: StoredValue) -> DatasetInfo {
    DatasetInfo {
        path: path.to_owned(),
        shape: shape.to_vec(),
        value,
        kept: Kept::Contiguous,
        chunk: vec![],
        filters: vec![],
        fill: vec![],
        storage_bytes: 1,
        library_only: None,
        refused: None,
        attributes: vec![],
    }
}

const U8: StoredValue = StoredValue::Integer { bytes: 1, signed: false, big_endian: false };
const I64: StoredValue = StoredValue::Integer { bytes: 8, signed: true, big_endian: false };
const F32: StoredValue = StoredValue::Float { bytes: 4, big_endian: false };
const F64: StoredValue = StoredValue::Float { bytes: 8, big_endian: false };

fn structure(datasets: &[(&str, &[u64], StoredValue)]) -> Structure {
    let datasets = datasets.iter().map(|(path, shape, value)| dataset(path, shape, value.clone())).collect();
    Structure { datasets, ..Structure::default() }
}

fn with_attribute(mut info: DatasetInfo, name: &str, value: &str) -> DatasetInfo {
    info.attributes.push(Attribute { name: name.to_owned(), value: AttributeValue::Text(value.to_owned()) });
    info
}

/// One line a footage: recording, camera, datasets, form, clock, arrays, and `guess` when it is one.
fn told(structure: &Structure) -> Vec<String> {
    let path = |at: usize| structure.datasets[at].path.as_str();
    let line = |c: &Candidate| {
        let clock = match c.clock {
            ClockSource::Dataset(at) => path(at).to_owned(),
            ClockSource::Rate(Some(rate)) => format!("{rate} Hz"),
            ClockSource::Rate(None) => "?".to_owned(),
        };
        let arrays: Vec<&str> = c.arrays.iter().map(|at| path(*at)).collect();
        let form = match c.form {
            Form::Pixels(order) => format!("{order:?}"),
            form => format!("{form:?}"),
        };
        format!(
            "{}:{} {}x{} {form} {clock} [{}]{}{}",
            c.recording_hint.as_deref().unwrap_or("-"),
            c.camera.as_deref().unwrap_or("-"),
            path(c.datasets[0]),
            c.datasets.len(),
            arrays.join(" "),
            c.labels.map_or(String::new(), |at| format!(" labels {}", path(at))),
            if c.guessed.is_some() { " guess" } else { "" },
        )
    };
    recognise(structure).footages.iter().map(line).collect()
}

#[test]
fn known_layouts() {
    for (name, found, expected) in [
        (
            "native pixels",
            structure(&[("/frames", &[9, 20, 30, 3], U8), ("/timestamps", &[9], I64), ("/speed", &[9], F64)]),
            vec!["-:- /framesx1 Hwc /timestamps [/speed]"],
        ),
        (
            "native rows",
            structure(&[("/frames", &[9], StoredValue::Bytes), ("/timestamps", &[9], I64)]),
            vec!["-:- /framesx1 Coded /timestamps []"],
        ),
        (
            "times of another length",
            structure(&[("/frames", &[9, 20, 30, 3], U8), ("/timestamps", &[8], I64)]),
            vec!["-:- /framesx1 Hwc /timestamps []"],
        ),
        (
            "a sensor's times of another length",
            structure(&[("/frames", &[9, 20, 30, 3], U8), ("/t", &[800], I64)]),
            vec!["-:- /framesx1 Hwc ? []"],
        ),
        ("comma", structure(&[("/X", &[9, 3, 160, 320], U8)]), vec!["-:- /Xx1 Chw 20 Hz []"]),
        (
            "ALOHA",
            structure(&[
                ("/action", &[9, 14], F32),
                ("/observations/images/top", &[9, 48, 64, 3], U8),
                ("/observations/images/low", &[9, 48, 64, 3], U8),
                ("/observations/qpos", &[9, 14], F32),
            ]),
            vec![
                "-:low /observations/images/lowx1 Hwc 50 Hz [/action /observations/qpos]",
                "-:top /observations/images/topx1 Hwc 50 Hz [/action /observations/qpos]",
            ],
        ),
        (
            "ALOHA, one camera, padded files",
            structure(&[("/observations/images/top", &[9, 20_000], U8), ("/compress_len", &[1, 9], F32)]),
            vec!["-:top /observations/images/topx1 Coded 50 Hz []"],
        ),
        (
            "robomimic",
            structure(&[
                ("/data/demo_10/obs/agentview_image", &[4, 20, 20, 3], U8),
                ("/data/demo_2/obs/agentview_image", &[5, 20, 20, 3], U8),
                ("/data/demo_2/obs/eef", &[5, 3], F64),
                ("/data/demo_2/actions", &[5, 7], F64),
            ]),
            vec![
                "demo_2:agentview /data/demo_2/obs/agentview_imagex1 Hwc 20 Hz [/data/demo_2/obs/eef /data/demo_2/actions]",
                "demo_10:agentview /data/demo_10/obs/agentview_imagex1 Hwc 20 Hz []",
            ],
        ),
        (
            "labelled set",
            structure(&[("/train_set_x", &[9, 64, 64, 3], U8), ("/train_set_y", &[9], I64)]),
            vec!["-:- /train_set_xx1 Hwc ? [] labels /train_set_y"],
        ),
        (
            "DDD20",
            structure(&[("/frame", &[9, 260, 346], U8), ("/frame_ts", &[9, 1], F32)]),
            vec!["-:- /framex1 Hw /frame_ts []"],
        ),
        (
            "MVSEC",
            structure(&[
                ("/davis/left/image_raw", &[9, 260, 346], U8),
                ("/davis/left/image_raw_ts", &[9], F64),
                ("/davis/right/image_raw", &[9, 260, 346], U8),
            ]),
            vec![
                "-:left /davis/left/image_rawx1 Hw /davis/left/image_raw_ts []",
                "-:right /davis/right/image_rawx1 Hw ? []",
            ],
        ),
        (
            "M3ED",
            structure(&[
                ("/ovc/left/data", &[9, 80, 128, 1], U8),
                ("/ovc/right/data", &[9, 80, 128, 1], U8),
                ("/ovc/ts", &[9], I64),
            ]),
            vec!["-:left /ovc/left/datax1 Hwc /ovc/ts []", "-:right /ovc/right/datax1 Hwc /ovc/ts []"],
        ),
        ("depth, by its shape", structure(&[("/scan/d", &[9, 48, 64], F32)]), vec!["-:- /scan/dx1 Hw ? [] guess"]),
        ("positions are no images", structure(&[("/joints", &[900, 17, 3], F32), ("/m", &[500, 500], F64)]), vec![]),
    ] {
        assert_eq!(told(&found), expected, "{name}");
    }
}

#[test]
fn numbered_images_are_frames_in_natural_order() {
    let paths: Vec<String> = (1..=11).map(|i| format!("/g/im{i}")).collect();
    let shapes: Vec<(&str, &[u64], StoredValue)> = paths.iter().map(|p| (p.as_str(), &[40, 30][..], U8)).collect();
    let found = structure(&shapes);
    let candidates = recognise(&found).footages;
    assert_eq!(candidates.len(), 1);
    let order: Vec<&str> = candidates[0].datasets.iter().map(|at| found.datasets[*at].path.as_str()).collect();
    assert_eq!((order[1], order[9], order[10]), ("/g/im2", "/g/im10", "/g/im11"));
    assert_eq!((candidates[0].form, candidates[0].per_frame), (Form::Pixels(PixelOrder::Hw), true));
}

#[test]
fn declared_images() {
    let image = |path, shape: &[u64]| with_attribute(dataset(path, shape, U8), "CLASS", "IMAGE");
    let planes = |info| {
        with_attribute(with_attribute(info, "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR"), "INTERLACE_MODE", "INTERLACE_PLANE")
    };
    let mut indexed = with_attribute(image("/indexed", &[20, 30]), "IMAGE_SUBCLASS", "IMAGE_INDEXED");
    indexed.attributes.push(Attribute { name: "PALETTE".into(), value: AttributeValue::Reference("/colours".into()) });
    let mut white = image("/white", &[20, 30]);
    white.attributes.push(Attribute { name: "IMAGE_WHITE_IS_ZERO".into(), value: AttributeValue::Integers(vec![1]) });
    let found = Structure {
        datasets: vec![
            image("/stack", &[8, 72, 144]),
            planes(image("/planes", &[3, 20, 30])),
            indexed,
            white,
            with_attribute(dataset("/colours", &[256, 3], U8), "CLASS", "PALETTE"),
        ],
        ..Structure::default()
    };
    let candidates = recognise(&found).footages;
    let by_name = |name: &str| candidates.iter().find(|c| c.camera.as_deref() == Some(name)).unwrap();
    assert_eq!(candidates.len(), 4);
    assert_eq!((by_name("stack").form, by_name("stack").per_frame), (Form::Pixels(PixelOrder::Hw), false));
    assert_eq!((by_name("planes").form, by_name("planes").per_frame), (Form::Pixels(PixelOrder::Chw), true));
    assert_eq!(by_name("indexed").palette, Some(4));
    assert!(by_name("white").white_is_zero);
    assert!(candidates.iter().all(|c| c.guessed.is_none()));
}

#[test]
fn stores_without_images() {
    let log =
        structure(&[("/times", &[9], F64), ("/cam1_ptr", &[9], F64), ("/meta", &[1], F64), ("/x", &[2, 2, 2], F64)]);
    let found = recognise(&log);
    assert_eq!((found.footages.len(), found.log, found.times_only), (0, vec![0, 1], None));
    let times = structure(&[("/timestamps", &[9], I64)]);
    assert_eq!(recognise(&times).times_only, Some(0));
    assert_eq!(recognise(&Structure::default()), Recognised::default());
}

#[test]
fn rates_come_from_the_nearest_attribute() {
    let mut found = structure(&[("/a/frames", &[9, 20, 30, 3], U8)]);
    let rate = |path: &str, fps: f64| GroupInfo {
        path: path.to_owned(),
        attributes: vec![Attribute { name: "FPS".into(), value: AttributeValue::Floats(vec![Some(fps)]) }],
    };
    found.groups = vec![rate("/", 5.0), rate("/a", 25.0)];
    assert_eq!(recognise(&found).footages[0].clock, ClockSource::Rate(Some(25.0)));
    found.groups = vec![rate("/", 0.0)];
    assert_eq!(recognise(&found).footages[0].clock, ClockSource::Rate(None));
}

#[test]
fn what_may_be_images_and_is_not_used_is_told() {
    const U64: StoredValue = StoredValue::Integer { bytes: 8, signed: false, big_endian: false };
    const I16: StoredValue = StoredValue::Integer { bytes: 2, signed: true, big_endian: false };
    let other = StoredValue::Other("compound".to_owned());
    for (shape, value, expected) in [
        (&[10_u64, 64, 64, 2][..], U8, "/frames (10×64×64×2 uint8): frames have 1 or 3 or 4 channels and not 2"),
        (&[10, 64, 64, 5], U8, "/frames (10×64×64×5 uint8): frames have 1 or 3 or 4 channels and not 5"),
        (&[10, 64, 64], U64, "/frames (10×64×64 uint64): values of this type are no pixels"),
        (&[10, 6, 6], F64, "/frames (10×6×6 float64): 6×6 pixels are too few for an image"),
        (&[10, 6, 7, 3], I16, "/frames (10×6×7×3 int16): 7×6 pixels are too few for an image"),
        (&[10, 16], F64, "/frames (10×16 float64): 16×10 pixels are too few for an image"),
        (&[10, 2, 3, 64, 64], U8, "/frames (10×2×3×64×64 uint8): images have two to four axes and not 5"),
        (&[10, 64, 0, 3], U8, "/frames (10×64×0×3 uint8): it is empty"),
        (&[10, 2], StoredValue::Bytes, "/frames (10×2 rows of bytes): rows of bytes need one axis"),
        (&[10, 64, 64], other, "/frames (10×64×64 compound): values of this type are no pixels"),
    ] {
        let found = structure(&[("/frames", shape, value), ("/timestamps", &[10], I64)]);
        let recognised = recognise(&found);
        assert_eq!((recognised.unused.as_slice(), recognised.times_only), (&[0][..], Some(1)), "{expected}");
        assert_eq!(why_unused(&found.datasets[0]), expected);
    }
    let beside = structure(&[("/frames", &[9, 20, 30, 3], U8), ("/voxels", &[9, 5, 5], F64), ("/qpos", &[9, 7], F64)]);
    assert_eq!(recognise(&beside).unused, [1]);
    let log = structure(&[("/t", &[9], F64), ("/pose", &[9, 7], F64), ("/calibration", &[3, 3], F64)]);
    assert_eq!((recognise(&log).log, recognise(&log).unused), (vec![0, 1, 2], vec![]));
    let paths: Vec<String> = (0..3000).map(|i| format!("/im{i}")).collect();
    let small: Vec<(&str, &[u64], StoredValue)> = paths.iter().map(|p| (p.as_str(), &[4, 4][..], U8)).collect();
    let found = recognise(&structure(&small));
    assert_eq!((found.footages.len(), found.log.len(), found.unused.len()), (0, 0, 3000));
}
