//! What the viewer tells.

use std::{fs, path::PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

fn first_store(window: &Window) -> PathBuf {
    let id = window.shown_frame().unwrap();
    let (recording, camera) = id.rsplit_once('/').unwrap().0.rsplit_once('/').unwrap();
    let folder = window.lake.join("recordings").join(recording).join("footages");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_stem().is_some_and(|stem| stem == camera))
        .unwrap()
}

#[test]
fn the_value_under_the_pointer_is_told_with_its_place() {
    let mut window = Window::open();
    let name = format!("Picture of {}", window.shown_frame().unwrap());
    window.until("the picture is there", |window| window.tells("stored as") || window.shows(&name));
    let rect = window.harness.get_by_label(&name).rect();
    for _ in 0..40 {
        window.harness.hover_at(rect.center());
        window.settle();
        if window.tells("Pixel ") {
            break;
        }
    }
    assert!(window.tells("Pixel 80, 45") || window.tells("Pixel 79, 4") || window.tells("Pixel 80, 4"));
}

#[test]
fn the_place_among_the_matches_is_told_with_their_number() {
    let mut window = Window::open();
    let all = window.matches().unwrap();
    window.until("the place is told", |window| window.shows(&format!("match 1 of {all}")));
    window.key(Modifiers::NONE, Key::ArrowRight);
    assert!(window.shows(&format!("match 2 of {all}")));
}

#[test]
fn a_store_that_changed_shows_no_pixels_and_what_to_do() {
    let mut window = Window::open();
    let id = window.shown_frame().unwrap();
    let store = first_store(&window);
    let mut bytes = fs::read(&store).unwrap();
    bytes.extend([0; 64]);
    fs::write(&store, bytes).unwrap();
    // Some frame of that store that was not read before.
    window.key(Modifiers::NONE, Key::End);
    assert_ne!(window.shown_frame().unwrap(), id);
    window.until("it is told", |window| window.tells("The store changed since it was indexed"));
    assert!(window.shows("Index again"));
}

#[test]
fn a_store_that_is_gone_is_told() {
    let mut window = Window::open();
    fs::remove_file(first_store(&window)).unwrap();
    window.key(Modifiers::NONE, Key::End);
    window.until("it is told", |window| window.tells("The store is not there"));
}

#[test]
fn undo_goes_back_past_a_new_index() {
    let mut window = Window::open();
    window.type_filter("speed > 1");
    window.leave_text();
    window.until("it is filtered", |window| window.filter() == "speed > 1");
    let shown = window.shown_frame().unwrap();
    window.key(Modifiers::NONE, Key::X);
    window.until("one is selected", |window| window.tells("1 selected"));
    let before = window.matches().unwrap();
    // The last recording goes; the frame that is selected stays.
    let mut recordings: Vec<_> =
        fs::read_dir(window.lake.join("recordings")).unwrap().map(|entry| entry.unwrap().path()).collect();
    recordings.sort();
    fs::remove_dir_all(recordings.last().unwrap()).unwrap();
    lakescope(&["index", window.lake.to_str().unwrap()]);
    window.until("the frames are fewer", |window| window.matches().is_some_and(|now| now < before));
    assert_eq!(window.shown_frame().unwrap(), shown);
    assert!(window.tells("1 selected"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the selection is undone", |window| !window.tells("1 selected"));
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.until("and redone", |window| window.tells("1 selected"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the filter is undone too", |window| window.filter().is_empty());
}

#[test]
fn red_and_blue_are_swapped_and_that_is_remembered_with_the_lake() {
    let mut window = Window::open();
    let settings = window.lake.join("lake.toml");
    let before = fs::read_to_string(&settings).unwrap_or_default();
    window.until("the picture is there", |window| window.shows("Swap red and blue"));
    window.key(Modifiers::NONE, Key::R);
    window.until("it is told", |window| window.tells("Blue is taken as stored first"));
    assert!(fs::read_to_string(&settings).unwrap().contains("bgr"));
    // The stored values stay in their order; only their names change.
    let name = format!("Picture of {}", window.shown_frame().unwrap());
    let rect = window.harness.get_by_label(&name).rect();
    for _ in 0..60 {
        window.harness.hover_at(rect.center());
        window.settle();
        if window.tells("    B ") {
            break;
        }
    }
    assert!(window.tells("    B "));
    window.key(Modifiers::NONE, Key::R);
    window.until("it is turned back", |window| window.tells("Red is taken as stored first"));
    assert_eq!(fs::read_to_string(&settings).unwrap_or_default().contains("bgr"), before.contains("bgr"));
}

#[test]
fn the_range_of_deep_frames_is_chosen_and_remembered_with_the_lake() {
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts/depth_uint16_little.h5");
    let mut window = Window::open_with(|lake| {
        fs::copy(&fixture, lake.join("depth.h5")).unwrap();
    });
    window.type_filter("recording = \"depth\"");
    window.leave_text();
    window.until("it is filtered", |window| window.matches().is_some_and(|count| count < 40));
    window.until("its tiles are there", |window| window.tells("Frame depth/"));
    let tile = window.harness.query_all_by_label_contains("Frame depth/").next().unwrap();
    tile.click();
    window.until("the range is told", |window| window.shows("Value range: min–max"));
    window.click("Value range: min–max");
    window.press("Percentiles of the frame");
    window.until("it is told", |window| window.shows("Value range: 1–99 %"));
    assert!(fs::read_to_string(window.lake.join("lake.toml")).unwrap().contains("p1-p99"));
}

#[test]
fn pictures_in_memory_go_when_their_store_changes_under_the_window() {
    let mut window = Window::open();
    window.until("the picture is there", |window| window.shows("Swap red and blue"));
    window.until("the tiles are there", |window| window.tiles().1 == 0);
    assert!(!window.tells("The store changed since it was indexed"));
    let store = first_store(&window);
    let before = fs::metadata(&store).unwrap().modified().unwrap();
    let mut bytes = fs::read(&store).unwrap();
    bytes.extend([0; 64]);
    fs::write(&store, &bytes).unwrap();
    // Nothing is pressed: the frame that is looked at, and the tiles of that store.
    window.until("it is told", |window| window.tells("The store changed since it was indexed"));
    window.until("the tiles tell it too", |window| window.tells("cannot be shown"));
    // The same file as it was is shown again.
    bytes.truncate(bytes.len() - 64);
    fs::write(&store, &bytes).unwrap();
    fs::File::options().write(true).open(&store).unwrap().set_modified(before).unwrap();
    window.until("the picture is back", |window| !window.tells("The store changed since it was indexed"));
    window.until("the tiles are back", |window| !window.tells("cannot be shown"));
}

#[test]
fn places_are_told_to_a_centimetre() {
    let mut window = Window::open();
    window.click("Values");
    let degrees = |window: &Window| {
        let nodes = window.harness.query_all_by_label_contains("45.7");
        let texts = nodes.filter_map(|node| node.accesskit_node().label().or(node.value()));
        texts.filter_map(|text| text.split('.').nth(1).map(str::len)).any(|decimals| (6..=7).contains(&decimals))
    };
    window.until("it is told", degrees);
}
