//! Choosing frames and taking them away.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

fn tiles(window: &Window) -> Vec<String> {
    let mut found: Vec<(f32, f32, String)> = window
        .harness
        .query_all_by_label_contains("Frame ")
        .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        .map(|node| (node.rect().top(), node.rect().left(), node.accesskit_node().label().unwrap()))
        .collect();
    found.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap());
    found.into_iter().map(|(_, _, label)| label).collect()
}

fn select_range(window: &mut Window, from: usize, to: usize) {
    let tiles = tiles(window);
    window.click(&tiles[from]);
    window.harness.get_by_label(&tiles[to]).click_modifiers(Modifiers::SHIFT);
    window.settle();
}

#[test]
fn shift_and_ctrl_select_and_ctrl_a_takes_all() {
    let mut window = Window::open();
    select_range(&mut window, 1, 4);
    window.until("four are selected", |window| window.tells("4 selected"));
    let first = tiles(&window)[0].clone();
    window.harness.get_by_label(&first).click_modifiers(Modifiers::COMMAND);
    window.until("five are selected", |window| window.tells("5 selected"));
    let all = window.matches().unwrap();
    window.key(Modifiers::COMMAND, Key::A);
    window.until("all are selected", |window| window.tells(&format!("{all} selected")));
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    window.until("none is selected", |window| !window.tells(" selected"));
}

#[test]
fn a_selection_is_saved_loaded_and_deleted() {
    let mut window = Window::open();
    select_range(&mut window, 0, 2);
    window.key(Modifiers::COMMAND, Key::S);
    window.until("the dialog asks for a name", |window| window.shows("Name of the selection"));
    window.harness.get_by_label("Name of the selection").type_text("odd ones");
    window.settle();
    window.click("Save");
    window.until("it is listed", |window| window.shows("Load selection odd ones"));
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    window.until("none is selected", |window| !window.tells(" selected"));
    window.press("Load selection odd ones");
    window.until("it is loaded", |window| window.tells("3 selected"));
    window.press("Delete selection odd ones");
    window.until("it is gone", |window| !window.shows("Load selection odd ones"));
}

#[test]
fn export_writes_what_was_asked_for() {
    let mut window = Window::open();
    let filter = "camera = \"front\"";
    window.type_filter(filter);
    let expected = window.counted_by_command_line(filter);
    window.until("the filter is done", |window| window.matches() == Some(expected));
    window.leave_text();
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog counts", |window| window.shows(&format!("Export {expected} frames")));
    let out = window.beside("taken");
    window.click("None");
    window.harness.get_by_label("Folder to export to").focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("Folder to export to").type_text(out.to_str().unwrap());
    window.settle();
    window.click(&format!("Export {expected} frames"));
    window.until("it is done", |window| window.tells(&format!("Exported {expected} frames")));
    let frames = fs::read_to_string(out.join("frames.csv")).unwrap();
    assert_eq!(frames.lines().count(), expected + 1);
    let record: serde_json::Value = serde_json::from_slice(&fs::read(out.join("export.json")).unwrap()).unwrap();
    assert!(record.to_string().contains("camera = \\\"front\\\""), "{record}");
}
