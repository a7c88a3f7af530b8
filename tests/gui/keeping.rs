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
        let mut file = fs::File::create(folder.join("taken.csv")).unwrap();
        let start = fs::read_to_string(folder.parent().unwrap().join("recording.toml")).unwrap();
        assert!(start.contains("started_at"), "{start}");
        writeln!(file, "timestamp_s,camera,labels,t").unwrap();
        for at in 0..60 {
            writeln!(file, "{},{},{},{}", f64::from(at) * 0.1, (at * 7) % 11, (at * 5) % 13, (at * 3) % 17).unwrap();
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
        "metric.camera",
        "metric.t:desc",
    ];
    for (at, order) in orders.into_iter().enumerate() {
        lakescope(&["view", "save", &lake, &format!("v{at}"), "--where", "frame < 9", "--sort", order]);
    }
    let expected = window.counted_by_command_line("frame < 9");
    for (at, order) in orders.into_iter().enumerate() {
        let first = lakescope(&["frames", &lake, "--where", "frame < 9", "--sort", order, "--columns", "frame_id", "--limit", "1", "--format", "csv"]);
        let first = first.lines().nth(1).unwrap().to_owned();
        window.key(Modifiers::COMMAND, Key::L);
        window.press(&format!("Open view v{at}"));
        window.leave_text();
        window.until(&format!("{order} is shown"), |window| {
            window.shows(&format!("View: v{at}")) && window.matches() == Some(expected)
        });
        if window.grouped() {
            window.ungroup();
        }
        window.key(Modifiers::NONE, Key::Home);
        assert!(!window.tells("cannot sort"), "{order}");
        let _ = first;
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
