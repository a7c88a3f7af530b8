//! What frames the workspaces.

use std::fs;

use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, copy, lakescope};

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
fn a_lake_that_vanishes_is_told_and_shown_again_when_it_is_back() {
    let mut window = Window::open();
    for again in ["by itself", "by hand"] {
        fs::rename(&window.lake, window.beside("elsewhere")).unwrap();
        window.until("it is told", |window| window.tells("The lake's folder is gone"));
        fs::rename(window.beside("elsewhere"), &window.lake).unwrap();
        if again == "by hand" && window.shows("Try again") {
            window.click("Try again");
        }
        window.until("it is back", |window| window.matches().is_some());
    }
}

#[test]
fn a_second_lake_is_opened_and_the_first_is_a_key_away() {
    let mut window = Window::open();
    let second = window.beside("second");
    copy(&window.lake, &second);
    let gone = fs::read_dir(second.join("recordings")).unwrap().next().unwrap().unwrap().path();
    fs::remove_dir_all(gone).unwrap();
    lakescope(&["index", second.to_str().unwrap()]);
    let before = window.matches().unwrap();
    window.drop_file(&second);
    window.until("the second is shown", |window| window.matches().is_some_and(|now| now > 0 && now < before));
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("Open lake");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("the first is back", |window| window.matches() == Some(before));
}

#[test]
fn a_file_that_is_dropped_opens_the_lake_it_lies_in() {
    let mut window = Window::welcome();
    let other = Window::open();
    let recording = fs::read_dir(other.lake.join("recordings")).unwrap().next().unwrap().unwrap().path();
    let store = fs::read_dir(recording.join("footages")).unwrap().next().unwrap().unwrap().path();
    window.drop_file(&store);
    window.until("its lake is shown", |window| window.matches() == Some(160));
}

#[test]
fn a_recent_lake_that_is_not_there_is_marked_and_can_be_forgotten() {
    let mut window = Window::open();
    fs::rename(&window.lake, window.beside("elsewhere")).unwrap();
    window.until("it is told", |window| window.tells("The lake's folder is gone"));
    window.key(Modifiers::COMMAND, Key::W);
    window.until("it is marked", |window| window.shows("Open lake, which is not found"));
    window.click("Forget lake");
    window.until("it is gone from the list", |window| !window.tells("Open lake"));
}

#[test]
fn what_is_copied_as_a_command_line_does_what_the_window_does() {
    let mut window = Window::open();
    window.type_filter("frame < 10");
    window.leave_text();
    window.ungroup();
    window.until("it is filtered", |window| window.matches().is_some_and(|count| count < 160));
    let found = window.matches().unwrap();
    let line = window.copied_by(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    let line = line.strip_prefix("lakescope ").unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("\"$0\" {line} --count"), env!("CARGO_BIN_EXE_lakescope")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), found.to_string(), "{line}");
    window.key(Modifiers::COMMAND, Key::Num4);
    assert!(window.copied_by(Modifiers::COMMAND | Modifiers::SHIFT, Key::C).contains(" runs "));
}

#[test]
fn a_metric_is_gone_to_by_its_name() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("Facet: brake");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("its facet is there", |window| window.shows("Histogram of brake"));
    assert!(!window.shows("Histogram of speed"));
}

#[test]
fn all_menus_stand_in_a_row_when_they_are_asked_for() {
    let mut window = Window::open();
    assert!(!window.shows("Help"));
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("Menu bar");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("the row is there", |window| window.shows("Help") && window.shows("Select"));
    window.click("Help");
    window.click("About Lakescope");
    window.until("it is told", |window| window.tells("Version "));
    window.key(Modifiers::NONE, Key::Escape);
    window.until_remembered("\"menu_bar\": true");
}

#[test]
fn messages_go_by_themselves_and_can_be_read_again() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    window.until("it is told", |window| window.shows("Copied the frame's name."));
    window.until("it is gone", |window| !window.shows("Copied the frame's name."));
    window.click("1 message");
    window.until("it is read again", |window| window.shows("Copied the frame's name."));
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
