//! What a person chose and set stays: over a folder that goes and comes back, over closing, and with undo.

use std::{fs, io::Write as _};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

fn select_all_of(window: &mut Window, filter: &str) -> usize {
    window.type_filter(filter);
    window.leave_text();
    let expected = window.counted_by_command_line(filter);
    window.until("it is filtered", |window| window.matches() == Some(expected));
    window.key(Modifiers::COMMAND, Key::A);
    window.until("they are selected", |window| window.tells(&format!("{expected} selected")));
    expected
}

#[test]
fn what_was_selected_survives_a_folder_that_goes_and_comes_back() {
    let mut window = Window::open();
    let selected = select_all_of(&mut window, "frame < 3");
    fs::rename(&window.lake, window.beside("elsewhere")).unwrap();
    window.until("it is told", |window| window.tells("The lake's folder is gone"));
    fs::rename(window.beside("elsewhere"), &window.lake).unwrap();
    window.until("it is back", |window| window.tells(&format!("{selected} selected")));
    assert_eq!(window.matches(), Some(selected));
    // It is the lake as it was, down to what can be undone.
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the selection is undone", |window| !window.tells(" selected"));
}

#[test]
fn what_was_selected_is_there_again_with_the_window() {
    let mut window = Window::open();
    let selected = select_all_of(&mut window, "frame < 3");
    window.until_remembered("0-2");
    let window = window.again();
    assert!(window.tells(&format!("{selected} selected")));
}

#[test]
fn all_is_chosen_of_the_filter_that_was_typed_however_soon() {
    let mut window = Window::open();
    let all = window.matches().unwrap();
    let expected = window.counted_by_command_line("frame < 7");
    window.harness.get_by_label("Filter").focus();
    window.settle();
    // Everything in one go: the answer is pending when all is to be chosen.
    window.harness.get_by_label("Filter").type_text("frame < 7");
    window.harness.key_press(Key::Escape);
    window.harness.key_press(Key::Escape);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.until("they are selected", |window| window.tells(" selected"));
    assert!(expected < all && window.tells(&format!("{expected} selected")));
}

/// Gives the lake metrics whose names are taken by something that every frame has.
fn with_taken_names(lake: &std::path::Path) {
    for recording in fs::read_dir(lake.join("recordings")).unwrap() {
        let folder = recording.unwrap().path().join("metrics");
        let told = fs::read_to_string(folder.parent().unwrap().join("recording.toml")).unwrap();
        let start = told.lines().find_map(|line| line.strip_prefix("started_at = \"")).unwrap().trim_end_matches('"');
        let start: jiff::Timestamp = start.parse().unwrap();
        let mut file = fs::File::create(folder.join("taken.csv")).unwrap();
        writeln!(file, "timestamp_ns,labels,t").unwrap();
        for at in 0..60_i128 {
            let time = start.as_nanosecond() + at * 100_000_000;
            writeln!(file, "{time},{},{}", (at * 5) % 13, (at * 3) % 17).unwrap();
        }
    }
}

#[test]
fn every_order_of_the_command_line_is_one_of_the_window() {
    let mut window = Window::open_with(with_taken_names);
    let lake = window.lake.to_str().unwrap().to_owned();
    let orders = [
        "timestamp_ns:desc",
        "time",
        "labels",
        "labels.car:desc",
        "frame_id:desc",
        "frame",
        "recording",
        "camera:desc",
        "frame_idx",
        "speed:desc",
        "metric.speed",
        "metric.labels:desc",
        "metric.t:desc",
    ];
    for (at, order) in orders.into_iter().enumerate() {
        lakescope(&["view", "save", &lake, &format!("v{at}"), "--where", "frame < 9", "--sort", order]);
    }
    let expected = window.counted_by_command_line("frame < 9");
    for (at, order) in orders.into_iter().enumerate() {
        window.key(Modifiers::COMMAND, Key::L);
        window.press(&format!("Open view v{at}"));
        window.leave_text();
        window.until(&format!("{order} is shown"), |window| {
            window.shows(&format!("View: v{at}")) && window.matches() == Some(expected)
        });
        window.settle();
        assert!(!window.tells("cannot sort"), "{order}");
    }
    // The menu asks for the same by the name that the command line knows.
    if window.grouped() {
        window.ungroup();
    }
    for metric in ["labels", "t"] {
        window.click("Sort");
        window.until("the menu is open", |window| window.harness.query_all_by_label(metric).next().is_some());
        window.harness.query_all_by_label(metric).last().unwrap().click_accesskit();
        window.settle();
        let line = window.copied_by(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
        assert!(line.contains(&format!("--sort metric.{metric}")), "{line}");
        assert!(!window.tells("cannot sort"), "{metric}");
    }
}

#[test]
fn the_open_view_is_deleted_when_it_is_and_undo_opens_it_again() {
    let mut window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["view", "save", &lake, "early", "--where", "frame < 5"]);
    window.key(Modifiers::COMMAND, Key::L);
    window.press("Open view early");
    window.leave_text();
    window.until("it is open", |window| window.shows("View: early"));
    window.key(Modifiers::COMMAND, Key::L);
    window.press("Delete view early");
    window.until("it is gone", |window| window.tells("View “early” deleted.") && !window.shows("View: early"));
    window.leave_text();
    // The message goes by itself, its way back stays in the list of messages.
    window.harness.get_all_by_label("Dismiss").next().unwrap().click();
    window.settle();
    window.until("the message is gone", |window| !window.shows("Undo: View “early” deleted."));
    let messages = window.harness.query_all_by_label_contains(" message").next().unwrap();
    messages.click();
    window.settle();
    window.click("Undo what was told: View “early” deleted.");
    window.until("it is open again", |window| window.shows("View: early"));
    assert!(lakescope(&["views", &lake, "--json"]).contains("early"));
}

#[test]
fn selected_frames_are_exported_by_the_command_line_too() {
    let mut window = Window::open();
    let selected = select_all_of(&mut window, "frame < 3");
    window.key(Modifiers::COMMAND, Key::E);
    window.until("the dialog is there", |window| window.shows("Folder to export to"));
    let out = window.beside("away");
    window.harness.get_by_label("Folder to export to").focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("Folder to export to").type_text(out.to_str().unwrap());
    window.settle();
    window.until("it is counted", |window| window.tells(&format!("Export {selected} frames")));
    window.click("Copy as command line");
    window.until("the list is written", |window| window.tells("It takes the selected frames from"));
    let list = window.beside("away-frames.csv");
    assert_eq!(fs::read_to_string(&list).unwrap().lines().count(), selected + 1);
    let lake = window.lake.to_str().unwrap().to_owned();
    let (list, out) = (list.to_str().unwrap(), out.to_str().unwrap());
    lakescope(&["export", &lake, "--frames", list, "--around", "200ms", "--out", out]);
    // From its own record, the same again.
    let record: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(format!("{out}/export.json")).unwrap()).unwrap();
    assert_eq!(record["scope"], serde_json::json!({"frames": selected, "list": "frames.csv"}));
    let (own, again) = (format!("{out}/frames.csv"), format!("{out}2"));
    lakescope(&["export", &lake, "--frames", &own, "--around", "200ms", "--out", &again]);
    assert_eq!(fs::read(&own).unwrap(), fs::read(format!("{again}/frames.csv")).unwrap());
}
