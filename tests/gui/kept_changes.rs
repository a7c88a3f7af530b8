//! Changes of what is kept and the way back from them, through the window.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

fn fill(window: &mut Window, label: &str, text: &str) {
    window.harness.get_by_label(label).focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label(label).type_text(text);
    window.settle();
}

#[test]
fn a_note_of_a_view_is_shown_changed_and_changed_back() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["view", "save", &lake, "busy", "--where", "speed > 1", "--note", "to look at"]);
    let mut window = window.again();
    window.key(Modifiers::COMMAND, Key::L);
    window.until("the note is shown", |window| window.shows("to look at"));
    window.click("More about busy");
    window.click("Edit the note");
    fill(&mut window, "New note", "was looked at");
    window.key(Modifiers::NONE, Key::Enter);
    window.until("the note is changed", |window| window.shows("was looked at"));
    window.key(Modifiers::NONE, Key::Escape);
    window.click("Undo: Note of “busy” changed.");
    window.until("it is told", |window| window.tells("View “busy” is as it was"));
    let views = lakescope(&["views", &lake, "--json"]);
    assert!(views.contains("to look at"), "{views}");
}

#[test]
fn an_unreadable_view_is_told_and_can_be_deleted() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["view", "save", &lake, "fine"]);
    lakescope(&["view", "save", &lake, "odd"]);
    let database = rusqlite::Connection::open(window.lake.join("lake.sqlite")).unwrap();
    database.execute("UPDATE saved_view SET rule = '7' WHERE name = 'odd'", []).unwrap();
    let mut window = window.again();
    window.key(Modifiers::COMMAND, Key::L);
    window.until("the other is there", |window| window.shows("Open view fine"));
    assert!(window.tells("the view `odd` cannot be read") && !window.shows("Open view odd"));
    window.click("Delete view odd");
    window.until("it is gone", |window| !window.tells("the view `odd` cannot be read"));
}

#[test]
fn frames_that_were_untagged_are_tagged_again() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["tag", "add", &lake, "good", "--where", "frame < 3"]);
    let mut window = window.again();
    let tagged = window.counted_by_command_line("tag = \"good\"");
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::NONE, Key::T);
    window.until("the tag is listed", |window| window.shows("Untag good"));
    window.click("Untag good");
    window.until("it is taken", |window| window.tells("Took “good” from"));
    assert_eq!(window.counted_by_command_line("tag = \"good\""), 0);
    window.key(Modifiers::NONE, Key::Escape);
    window.click(&format!("Undo: Took “good” from {tagged} frames."));
    window.until("it is told", |window| window.tells("Tag “good” is as it was"));
    assert_eq!(window.counted_by_command_line("tag = \"good\""), tagged);
}

#[test]
fn a_selection_that_was_saved_over_comes_back() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["selection", "save", &lake, "mine", "--where", "frame = 1", "--note", "as it was"]);
    let before = lakescope(&["selections", &lake]);
    let mut window = window.again();
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::COMMAND, Key::S);
    fill(&mut window, "Name of the selection", "mine");
    window.click("Replace");
    window.until("it is saved", |window| window.tells("Saved selection “mine”"));
    assert_ne!(lakescope(&["selections", &lake]), before);
    window.click("Undo: Saved selection “mine”.");
    window.until("it is told", |window| window.tells("Selection “mine” is as it was"));
    assert_eq!(lakescope(&["selections", &lake]), before);
}

#[test]
fn a_saved_view_can_be_exported() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["view", "save", &lake, "early", "--where", "frame < 3"]);
    let expected = window.counted_by_command_line("frame < 3");
    let mut window = window.again();
    window.key(Modifiers::NONE, Key::E);
    window.click("A saved view");
    window.until("it is counted", |window| window.shows(&format!("Export {expected} frames")));
    let node = window.harness.get_by_label("Which saved view");
    assert_eq!(node.accesskit_node().value().as_deref(), Some("early"));
}
