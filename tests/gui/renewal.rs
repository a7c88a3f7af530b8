//! What stays and what changes on screen when the index does.

use std::{
    cell::Cell,
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::FileExt,
    process::Command,
};

use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, copy, lakescope};

/// Recording, camera and index of the frame that is shown.
fn shown(window: &Window) -> (String, String, String) {
    let id = window.shown_frame().unwrap();
    let mut parts = id.rsplitn(3, '/').map(str::to_owned);
    let (frame, camera, recording) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    (recording, camera, frame)
}

/// Waits until every tile on screen has its picture.
fn all_there(window: &mut Window) {
    window.until("the thumbnails are there", |window| {
        let (tiles, waiting) = window.tiles();
        tiles > 3 && waiting == 0
    });
}

#[test]
fn thumbnails_stay_while_the_index_becomes_another() {
    let mut window = Window::open();
    let (recording, ..) = shown(&window);
    window.type_filter(&format!("recording = \"{recording}\""));
    window.leave_text();
    window.until("it is filtered", |window| window.matches() == Some(80));
    window.ungroup();
    all_there(&mut window);
    // A drive that comes first moves the rows of all others.
    let recordings = window.lake.join("recordings");
    copy(&recordings.join(&recording), &recordings.join("0_first"));
    lakescope(&["index", window.lake.to_str().unwrap()]);
    let waited = Cell::new(0);
    window.until("the new drive is counted", |window| {
        waited.set(waited.get() + window.tiles().1);
        window.tells("3 recordings")
    });
    for _ in 0..6 {
        window.harness.step();
        waited.set(waited.get() + window.tiles().1);
    }
    assert_eq!((waited.get(), window.tiles().0 > 3, window.matches()), (0, true, Some(80)));
}

#[test]
fn marks_come_and_go_with_what_verify_finds_elsewhere() {
    let mut window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["index", &lake, "--checksums"]);
    let (recording, camera, _) = shown(&window);
    let listed = lakescope(&[
        "frames",
        &lake,
        "--where",
        &format!("recording = \"{recording}\" and camera = \"{camera}\""),
        "--columns",
        "store",
        "--limit",
        "1",
        "--format",
        "csv",
    ]);
    let store = window.lake.join(listed.lines().nth(1).unwrap());
    let before = fs::metadata(&store).unwrap();
    all_there(&mut window);
    // Every byte of the store's second half.
    let turn = || {
        let file = OpenOptions::new().read(true).write(true).open(&store).unwrap();
        let mut bytes = vec![0; usize::try_from(before.len() / 2).unwrap()];
        file.read_exact_at(&mut bytes, before.len() / 2).unwrap();
        for byte in &mut bytes {
            *byte ^= 0x41;
        }
        file.write_all_at(&bytes, before.len() / 2).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
    };
    let verify = || Command::new(env!("CARGO_BIN_EXE_lakescope")).args(["verify", &lake]).output().unwrap();
    // So that tiles of the second half are in sight.
    window.resize(1600.0, 1400.0);
    turn();
    assert_eq!(verify().status.code(), Some(1));
    window.until("tiles are marked", |window| window.tells(", damaged"));
    window.until("no other tile lost its picture", |window| window.tiles().1 == 0);
    turn();
    assert_eq!(verify().status.code(), Some(0));
    window.until("the marks are gone", |window| !window.tells(", damaged"));
    all_there(&mut window);
}

#[test]
fn how_footages_are_shown_follows_the_lakes_settings_with_a_new_index() {
    let mut window = Window::open();
    let (recording, camera, _) = shown(&window);
    let swapped = |window: &Window| {
        let toggles = window.harness.query_all_by_label_contains("Swap red and blue");
        toggles.map(|node| node.accesskit_node().toggled()).any(|on| on == Some(egui::accesskit::Toggled::True))
    };
    window.until("the picture is there", |window| window.tells("Swap red and blue"));
    assert!(!swapped(&window));
    let mut settings = OpenOptions::new().create(true).append(true).open(window.lake.join("lake.toml")).unwrap();
    writeln!(settings, "\n[footages.\"{recording}/{camera}\"]\nchannels = \"bgr\"").unwrap();
    let mut others: Vec<_> =
        fs::read_dir(window.lake.join("recordings")).unwrap().map(|entry| entry.unwrap().path()).collect();
    others.retain(|path| !path.ends_with(&recording));
    fs::remove_dir_all(&others[0]).unwrap();
    lakescope(&["index", window.lake.to_str().unwrap()]);
    window.until("the picture is swapped", swapped);
}
