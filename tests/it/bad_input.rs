//! Files that are damaged, hostile or something else: each is one line in Problems, the program lives, its memory stays
//! bounded, and the rest of the lake opens.

use std::{fs, path::Path, process::Command, time::Duration};

use lakescope::{
    filter::FrameColumns,
    session::{OpenOptions, Session},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    harness::Lake,
    measured::{self, Measured},
    python,
};

/// What the program and its readers may take together.
const MOST_BYTES: u64 = 1 << 30;
/// What one index of the bad files may take; readers that hang are given a minute.
const MOST_TIME: Duration = Duration::from_secs(50);

/// The bad files, and words of the one line that each leads to. Without words it opens, and nothing is said: what is wrong
/// shows when a frame is read, or nothing is.
const CASES: &[(&str, &str)] = &[
    ("empty.h5", "the file is empty"),
    ("page.h5", "web page"),
    ("pointer.h5", "Git LFS pointer"),
    ("classic.h5", "netCDF-3"),
    ("zeros.h5", "only zeros"),
    ("pipe.h5", "not a regular file"),
    ("socket.h5", "not a regular file"),
    ("user_block.h5", "superblock is damaged"),
    ("cyclic.h5", "links lead nowhere"),
    ("many.h5", "no images"),
    ("deep.h5", "nests them too deeply"),
    ("huge_attribute.h5", ""),
    ("huge_fill.h5", ""),
    ("long_names.h5", "left out"),
    ("latin.h5", "not UTF-8"),
    ("odd\\n\\u{1b}[2J\\u{202e}name.h5", ""),
    ("declared.h5", "declares 2000000 frames"),
    ("zero_axis_0.h5", ""),
    ("zero_axis_1.h5", "it is empty"),
    ("zero_axis_2.h5", "it is empty"),
    ("zero_chunk.h5", "chunk dimension must be positive"),
    ("flat_chunk.h5", "chunk dimension must be positive"),
    ("vast_chunk.h5", "bad coordinate offset"),
    ("negative_shape.h5", "cannot be read"),
    ("vast_shape.h5", "invalid dataset size"),
    ("long_shape.h5", "invalid dataset size"),
    ("long_chunked.h5", "declares 1099511627776 frames"),
    ("external.h5", "which is not beside the store"),
    ("link.h5", "links to other files were not followed"),
    ("virtual_absent.h5", "some of its sources are not there"),
    ("virtual_self.h5", "too deeply"),
    ("virtual_ring_a.h5", "too deeply"),
    ("virtual_ring_b.h5", "too deeply"),
    ("bomb.h5", ""),
    ("bomb_times.h5", "memory allocation failed"),
    ("hollow.h5", "more than"),
    ("hollow_vast.h5", "more than"),
    ("dense.h5", ""),
    ("dense_vast.h5", "16384×12800 pixels, more than"),
    ("png_bomb.h5", "more than"),
    ("png_dense.h5", ""),
    ("jpeg_bomb.h5", "more than"),
    ("rows_beyond.h5", "point to nothing"),
    ("heap_sizes.h5", ""),
    ("heap_vast.h5", ""),
    ("heap_none.h5", "point to nothing"),
    ("recordings/bad_labels/labels/empty.csv", "holds no table"),
    ("recordings/bad_labels/labels/page.csv", "a web page"),
    ("recordings/bad_labels/labels/noise.csv", "zero bytes"),
    ("recordings/bad_labels/labels/zeros.csv", "zero bytes"),
    ("recordings/bad_labels/labels/header.csv", "no column for the class"),
    ("recordings/bad_labels/labels/wide.csv", "no column for the class"),
    ("recordings/bad_labels/labels/cell.csv", "no column for the class"),
    ("recordings/bad_labels/labels/cut.parquet", "cannot be read as Parquet"),
    ("recordings/bad_labels/labels/noise.parquet", "cannot be read as Parquet"),
    ("recordings/bad_labels/labels/pipe.csv", "not a regular file"),
    ("recordings/bad_labels/labels/nested.json", "not valid JSON"),
    ("recordings/bad_labels/labels/numbers.json", "number out of range"),
    ("recordings/bad_metrics/metrics/empty.csv", "holds no table"),
    ("recordings/bad_metrics/metrics/page.csv", "a web page"),
    ("recordings/bad_metrics/metrics/noise.csv", "zero bytes"),
    ("recordings/bad_metrics/metrics/zeros.csv", "zero bytes"),
    ("recordings/bad_metrics/metrics/cut.parquet", "cannot be read as Parquet"),
    ("recordings/bad_metrics/metrics/noise.parquet", "cannot be read as Parquet"),
    ("recordings/bad_metrics/metrics/bomb.parquet", "declares 104857600 rows"),
    ("recordings/bad_metrics/metrics/pipe.csv", "not a regular file"),
];

fn assert_bounded(what: &str, measured: &Measured) {
    let error = String::from_utf8_lossy(&measured.output.stderr);
    assert!(measured.output.status.success(), "{what}: {:?} {error}", measured.output.status);
    assert!(measured.peak_bytes < MOST_BYTES, "{what} took {} MB", measured.peak_bytes >> 20);
    assert!(measured.time < MOST_TIME, "{what} took {:?}", measured.time);
    println!("{what}: {} MB, {:.1} s", measured.peak_bytes >> 20, measured.time.as_secs_f64());
}

/// Reads every frame of a lake in a process of its own. Gives the number of pictures and of errors.
fn read_every_frame(lake: &Path) -> (u64, u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "bad_input::reads_every_frame", "--ignored", "--nocapture", "--test-threads", "1"]);
    let measured = measured::run(command.env("LAKESCOPE_LAKE_TO_READ", lake));
    assert_bounded("reading every frame", &measured);
    let out = String::from_utf8_lossy(&measured.output.stdout).into_owned();
    let line = out.lines().find_map(|line| line.split_once("frames read: ")).expect("it tells what it read").1;
    let (pictures, errors) = line.split_once(' ').unwrap();
    (pictures.parse().unwrap(), errors.parse().unwrap())
}

#[test]
#[ignore = "run by other tests here, in a process of its own"]
fn reads_every_frame() {
    let lake = std::env::var_os("LAKESCOPE_LAKE_TO_READ").expect("the calling test names a lake");
    let session = open(Path::new(&lake), Path::new(env!("CARGO_BIN_EXE_lakescope")));
    let table = session.table().unwrap();
    let rows = table.rows();
    // Thumbnails on several threads as the grid takes them, and beside them one whole frame at a time as the viewer does.
    // Of very long footages the first frames and some of the others.
    let step = if rows > 100_000 { 997 } else { 1 };
    let some = || (0..rows).filter(|row| row % step < 8);
    let pictures: u64 = std::thread::scope(|scope| {
        let (session, table) = (&session, &table);
        let grid: Vec<_> = (0..3)
            .map(|first| {
                let thumbnail = move |row: &usize| session.thumbnail(table, *row, 160, 90).is_ok();
                scope.spawn(move || some().skip(first).step_by(3).filter(thumbnail).count() as u64)
            })
            .collect();
        let whole = some().filter(|row| {
            session
                .image(table, *row)
                .is_ok_and(|raster| !raster.into_rgb(&lakescope::model::Look::default()).pixels.is_empty())
        });
        let whole = whole.count() as u64;
        let small: u64 = grid.into_iter().map(|worker| worker.join().unwrap()).sum();
        assert_eq!(small, whole, "a frame can be seen small and not large, or the other way round");
        whole
    });
    println!("frames read: {pictures} {}", some().count() as u64 - pictures);
}

fn open(lake: &Path, reader: &Path) -> Session {
    let options = OpenOptions { reader_exe: Some(reader.to_owned()), ..OpenOptions::default() };
    Session::open(lake, options).unwrap()
}

/// The lines of Problems about a file, without the one that tells at which rate frames without times are counted.
fn told<'a>(problems: &'a [serde_json::Value], path: &str) -> Vec<&'a str> {
    let lines = problems.iter().filter(|problem| problem["path"] == path);
    lines.map(|problem| problem["what"].as_str().unwrap()).filter(|what| !what.starts_with("holds no times")).collect()
}

#[test]
fn every_bad_file_is_one_line_and_the_rest_opens() {
    let lake = Lake::empty();
    let whole = lake.beside("whole");
    if python::run("bad_stores.py", &[lake.path().as_os_str(), whole.as_os_str()]).is_none() {
        return;
    }
    assert_bounded("indexing bad files", &measured::run(&mut lake.command("index", &[])));
    let info = lake.json("info", &[]);
    let problems = info["problems"].as_array().unwrap();
    let mut wrong = Vec::new();
    for (path, word) in CASES {
        let lines = told(problems, path);
        let fits = match (word.is_empty(), &lines[..]) {
            (true, []) => true,
            (false, [line]) => line.contains(word),
            _ => false,
        };
        if !fits {
            wrong.push(format!("{path}: {word:?} expected, {lines:#?} told"));
        }
    }
    for problem in problems {
        let length = problem["what"].as_str().unwrap().len() + problem["hint"].as_str().unwrap().len();
        if length > 2000 {
            wrong.push(format!("{}: its line has {length} bytes", problem["path"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What was good is as it would be alone.
    let frames = lake.run("frames", &["--where", "recording == 'good'", "--columns", "frame_idx,speed", "--json"]);
    let frames: Vec<serde_json::Value> = serde_json::from_str(&frames).unwrap();
    let speeds: Vec<_> = frames.iter().map(|frame| frame["speed"].as_f64()).collect();
    assert_eq!(speeds, (0..6).map(|at| Some(f64::from(at))).collect::<Vec<_>>());
    let (pictures, errors) = read_every_frame(&lake.path());
    println!("{pictures} pictures, {errors} errors");
    assert!(pictures >= 6);

    // No name moves the cursor, changes colours or turns the line round.
    let output = lake.run("info", &[]);
    let lines = output.lines().count();
    assert!(!output.contains(['\u{1b}', '\u{202e}', '\r']), "{output:?}");
    assert_eq!(lines, lake.run("info", &[]).lines().count());
    assert!(output.lines().all(|line| !line.starts_with("era")), "{output}");

    // Nothing is tried twice.
    assert_eq!(lake.json("index", &[])["recordings_read"], 0);
}

#[test]
fn stores_cut_anywhere_and_stores_with_flipped_bits_never_end_the_program() {
    let lake = Lake::empty();
    let whole = lake.beside("whole");
    let all = lake.beside("all");
    if python::run("bad_stores.py", &[all.as_os_str(), whole.as_os_str()]).is_none() {
        return;
    }
    let mut random = ChaCha8Rng::seed_from_u64(41);
    for name in ["raw", "gzip", "jpeg"] {
        let bytes = fs::read(whole.join(format!("{name}.h5"))).unwrap();
        for kilobytes in 0..bytes.len().div_ceil(1024) {
            fs::write(lake.path().join(format!("{name}_cut_{kilobytes}.h5")), &bytes[..kilobytes * 1024]).unwrap();
        }
        for number in 0..334 {
            let mut flipped = bytes.clone();
            // Structure is a small part of a store: every other time the flips fall where it is dense.
            let most = if number % 2 == 0 { flipped.len() } else { 4096 };
            for _ in 0..random.random_range(1..=8) {
                flipped[random.random_range(0..most)] ^= 1 << random.random_range(0..8);
            }
            fs::write(lake.path().join(format!("{name}_flip_{number}.h5")), flipped).unwrap();
        }
    }
    assert_bounded("indexing flipped stores", &measured::run(&mut lake.command("index", &[])));
    let info = lake.json("info", &[]);
    let problems = info["problems"].as_array().unwrap();
    let cut = problems.iter().filter(|problem| problem["path"].as_str().unwrap().contains("_cut_")).count();
    let files = fs::read_dir(lake.path()).unwrap();
    let cuts = files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains("_cut_")).count();
    assert_eq!(cut, cuts, "each store that is cut off is one line");
    for problem in problems {
        assert!(!problem["hint"].as_str().unwrap().is_empty(), "{problem}");
    }
    let (pictures, errors) = read_every_frame(&lake.path());
    println!("{} problems, {pictures} pictures, {errors} errors", problems.len());
    assert!(pictures > 2000, "{pictures} pictures, {errors} errors");
}

#[test]
fn a_store_that_changes_while_it_is_read_is_told() {
    let lake = Lake::new();
    let store = lake.path().join("recordings").join("moving.h5");
    let parts = fs::read_dir(lake.path().join("recordings")).unwrap().next().unwrap().unwrap().path();
    let bytes = fs::read(parts.join("footages/front.h5")).unwrap();
    fs::write(&store, &bytes).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut length = bytes.len();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                length = if length == bytes.len() { length / 2 } else { bytes.len() };
                fs::write(&store, &bytes[..length]).unwrap();
            }
        });
        for _ in 0..5 {
            assert_bounded("indexing beside a writer", &measured::run(&mut lake.command("index", &[])));
            let (pictures, _) = read_every_frame(&lake.path());
            assert!(pictures >= 100, "{pictures}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    fs::write(&store, &bytes).unwrap();
    lake.run("index", &[]);
    let info = lake.json("info", &[]);
    assert!(told(info["problems"].as_array().unwrap(), "recordings/moving.h5").is_empty(), "{info:#}");
}

#[test]
fn a_store_that_ended_a_reader_is_not_tried_again_until_it_changes() {
    use std::os::unix::fs::PermissionsExt;

    let lake = Lake::empty();
    let store = lake.path().join("deadly.h5");
    let whole = lake.beside("reader.log");
    let reader = lake.beside("reader");
    fs::write(&reader, format!("#!/bin/sh\necho started >> '{}'\nkill -SEGV $$\n", whole.display())).unwrap();
    fs::set_permissions(&reader, fs::Permissions::from_mode(0o755)).unwrap();
    // A superblock that is in order is all that the program itself looks at.
    let mut bytes = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0\0\0\0\0".to_vec();
    bytes.extend([0, u64::MAX, 4096, u64::MAX].map(u64::to_le_bytes).concat());
    bytes.resize(4096, 0);
    fs::write(&store, &bytes).unwrap();
    let started = || fs::read_to_string(&whole).map_or(0, |log| log.lines().count());
    let index = || {
        let session = open(&lake.path(), &reader);
        session.index(&lakescope::jobs::Progress::new()).unwrap();
        let problems = session.problems().unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].what.contains("ended the HDF5 reader"), "{problems:?}");
    };
    index();
    assert_eq!(started(), 1);
    // A setting that changed makes every store be read again, and another catalog as well.
    fs::write(lake.path().join("lake.toml"), "rate_hz = 5\n").unwrap();
    index();
    fs::remove_file(lake.path().join(".lakescope/catalog.sqlite")).unwrap();
    index();
    assert_eq!(started(), 1, "it was tried again although it had not changed");
    bytes[4000] = 1;
    fs::write(&store, &bytes).unwrap();
    index();
    assert_eq!(started(), 2, "it was not tried again although it changed");
}

/// A message of the protocol with the reader process.
fn ask(store: &Path, lake: &Path) -> Vec<u8> {
    use lakescope::frames::protocol::{Request, StorePath, write_message};

    let path = StorePath { store: store.to_owned(), lake_root: lake.to_owned() };
    let mut message = Vec::new();
    write_message(&mut message, &Request::Probe, &path.to_body()).unwrap();
    message
}

#[test]
fn the_reader_process_reads_nothing_outside_its_lake() {
    use std::io::Write;

    use lakescope::frames::protocol::{MAX_STRUCTURE_BYTES, Response, read_message};

    let lake = Lake::new();
    let inside = lake.path().join("inside.h5");
    let drive = fs::read_dir(lake.path().join("recordings")).unwrap().next().unwrap().unwrap().path();
    fs::copy(drive.join("footages/front.h5"), &inside).unwrap();
    let outside = lake.beside("outside.h5");
    fs::copy(&inside, &outside).unwrap();
    let mut reader = Command::new(env!("CARGO_BIN_EXE_lakescope"))
        .arg("hdf5-child")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = reader.stdin.take().unwrap();
    input.write_all(&ask(&inside, &lake.path())).unwrap();
    input.write_all(&ask(&outside, &lake.path())).unwrap();
    drop(input);
    let output = reader.wait_with_output().unwrap();
    let mut answers = output.stdout.as_slice();
    let mut next = || read_message::<Response>(&mut answers, MAX_STRUCTURE_BYTES).unwrap().unwrap().0;
    assert_eq!(next(), Response::Structure);
    let second = next();
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("cannot confine") || said.contains("not confined") {
        // A kernel without Landlock cannot be given one; that the reader says so is what it owes then.
        eprintln!("this system has no Landlock: {said}");
        return;
    }
    assert!(matches!(&second, Response::Failed { what, .. } if what.contains("ermission denied")), "{second:?}");
}
