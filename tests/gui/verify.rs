//! Checksums and verifying from the window.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

/// Runs a command of the palette.
fn command(window: &mut Window, name: &str) {
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text(name);
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
}

#[test]
fn damage_is_found_shown_and_forgotten() {
    let mut window = Window::open();
    command(&mut window, "record checksums");
    window.until("it is explained", |window| window.tells("read once from end to end"));
    window.click("Record");
    window.until("checksums are recorded", |window| window.tells("Checksums of 4 stores recorded"));

    let lake = window.lake.to_str().unwrap().to_owned();
    let store = lakescope(&["frames", &lake, "--columns", "store", "--limit", "1", "--format", "csv"]);
    let path = window.lake.join(store.lines().nth(1).unwrap());
    let before = fs::metadata(&path).unwrap();
    let flip = || {
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, before.len() / 2).unwrap();
        file.write_all_at(&[byte[0] ^ 0x41], before.len() / 2).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
    };
    flip();
    command(&mut window, "verify the lake");
    window.until("it is explained", |window| window.shows("Recordings to verify"));
    window.click("Verify");
    window.until("the damage is told", |window| window.tells("with 1 damaged frame"));
    let listed = lakescope(&["frames", &lake, "--columns", "frame_id,damaged", "--format", "csv"]);
    let frame = listed.lines().find_map(|line| line.strip_suffix(",true")).unwrap().to_owned();
    let parts: Vec<&str> = frame.rsplitn(3, '/').collect();
    let filter = format!("recording = \"{}\" and camera = \"{}\" and frame = {}", parts[2], parts[1], parts[0]);
    window.type_filter(&filter);
    window.leave_text();
    let tile = format!("Frame {frame}, damaged");
    window.until("the tile is marked", |window| window.shows(&tile));
    window.press(&tile);
    window.until("the viewer tells why", |window| window.tells("differ from their checksum of"));
    flip();
    command(&mut window, "verify the lake");
    window.click("Verify");
    window.until("all is right again", |window| window.tells("every byte is as it was"));
    window.until("the mark is gone", |window| !window.shows(&tile) && window.shows(&format!("Frame {frame}")));
}
