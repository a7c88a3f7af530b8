//! What frames the workspaces.

use std::fs;

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

#[test]
fn the_theme_is_switched() {
    let mut window = Window::open();
    let before = window.harness.ctx.theme();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert_ne!(window.harness.ctx.theme(), before);
    window.click("Theme");
    window.click("Light");
    assert_eq!(window.harness.ctx.theme(), Theme::Light);
}

#[test]
fn the_palette_runs_a_command_by_its_name() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("runs");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("the run of the index is listed", |window| window.tells("Run 1 index"));
}

#[test]
fn the_shortcut_sheet_opens_and_closes() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::Questionmark);
    window.until("the sheet is open", |window| window.shows("Keyboard and mouse"));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("it is closed", |window| !window.shows("Keyboard and mouse"));
}

#[test]
fn problems_are_counted_and_listed() {
    let mut window = Window::open_with(|lake| {
        let recording = fs::read_dir(lake.join("recordings")).unwrap().next().unwrap().unwrap().path();
        fs::write(recording.join("footages/torn.h5"), b"not a store").unwrap();
    });
    window.until("the count is told", |window| window.shows("1 problem"));
    window.click("1 problem");
    window.until("the file is named", |window| window.tells("torn.h5"));
}

#[test]
fn what_the_command_line_indexes_appears() {
    let mut window = Window::open();
    let before = window.matches().unwrap();
    let gone = fs::read_dir(window.lake.join("recordings")).unwrap().next().unwrap().unwrap().path();
    fs::remove_dir_all(gone).unwrap();
    lakescope(&["index", window.lake.to_str().unwrap()]);
    window.until("the frames are fewer", |window| window.matches().is_some_and(|now| now > 0 && now < before));
}

#[test]
fn a_lake_that_vanishes_is_told() {
    let mut window = Window::open();
    fs::rename(&window.lake, window.beside("elsewhere")).unwrap();
    window.until("it is told", |window| window.tells("The lake's folder is gone"));
    fs::rename(window.beside("elsewhere"), &window.lake).unwrap();
    window.click("Try again");
    window.until("it is back", |window| window.matches().is_some());
}

#[test]
fn without_a_lake_there_is_a_welcome() {
    let mut window = Window::welcome();
    window.settle();
    assert!(window.shows("Open folder…"));
    assert!(window.shows("Open the sample"));
    window.key(Modifiers::NONE, Key::E);
    assert!(window.shows("Open folder…"));
}

#[test]
fn every_control_has_a_name() {
    let mut window = Window::open();
    window.until("the plots are there", |window| window.shows("Plot of speed"));
    assert_eq!(window.harness.unnamed_widgets(), Vec::<String>::new());
}
