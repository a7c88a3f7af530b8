//! What is kept, through the window: views, tags, comparisons, exports.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

/// Waits until a filter that was typed is done.
fn filtered(window: &mut Window, filter: &str) -> usize {
    window.type_filter(filter);
    let expected = window.counted_by_command_line(filter);
    window.until("the filter is done", |window| window.matches() == Some(expected));
    window.leave_text();
    expected
}

fn fill(window: &mut Window, label: &str, text: &str) {
    window.harness.get_by_label(label).focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label(label).type_text(text);
    window.settle();
}

#[test]
fn a_view_is_saved_opened_changed_and_brought_back() {
    let mut window = Window::open();
    let rule = "camera = \"front\" and speed > 1";
    let expected = filtered(&mut window, rule);
    window.key(CTRL_SHIFT, Key::S);
    window.until("the dialog asks for a name", |window| window.shows("Name of the view"));
    fill(&mut window, "Name of the view", "front and moving");
    window.click("Save");
    window.until("it is open", |window| window.shows("View: front and moving"));
    assert!(!window.tells("· changed"));
    let listed = lakescope(&["views", window.lake.to_str().unwrap(), "--json"]);
    assert!(listed.contains("front and moving") && listed.contains("speed > 1"), "{listed}");

    filtered(&mut window, "frame < 5");
    window.until("the change is told", |window| window.tells("· changed"));
    window.click("Revert to the view");
    window.until("the rule is back", |window| window.matches() == Some(expected) && window.filter() == rule);
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("undone", |window| window.filter() == "frame < 5" && window.tells("· changed"));
    window.click("Update the view");
    window.until("it is updated", |window| !window.tells("· changed"));
    let listed = lakescope(&["views", window.lake.to_str().unwrap(), "--json"]);
    assert!(listed.contains("frame < 5"), "{listed}");

    window.click("Leave the view");
    window.until("no view is open", |window| !window.tells("View: "));
    window.key(CTRL_SHIFT, Key::X);
    window.key(Modifiers::COMMAND, Key::L);
    window.until("the library is there", |window| window.shows("Open view front and moving"));
    window.click("Open view front and moving");
    window.until("it is open again", |window| window.filter() == "frame < 5" && window.shows("View: front and moving"));
    window.key(Modifiers::COMMAND, Key::L);
    window.click("Delete view front and moving");
    window.until("it is deleted", |window| window.shows("No views yet"));
    window.key(Modifiers::NONE, Key::Escape);
    window.click("Undo what was deleted");
    window.until("it is back", |window| window.tells("is back"));
    assert!(lakescope(&["views", window.lake.to_str().unwrap()]).contains("front and moving"));
}

#[test]
fn frames_are_tagged_and_found_by_their_tag() {
    let mut window = Window::open();
    let expected = filtered(&mut window, "frame < 4");
    window.key(Modifiers::COMMAND, Key::A);
    window.until("they are selected", |window| window.tells(&format!("{expected} selected")));
    window.key(Modifiers::NONE, Key::T);
    window.until("a tag is asked for", |window| window.shows("Tag to give"));
    window.harness.get_by_label("Tag to give").type_text("look again");
    window.settle();
    window.click(&format!("Tag {expected} frames"));
    window.until("the tag is listed", |window| window.shows("Filter look again"));
    window.click("Filter look again");
    window.key(Modifiers::NONE, Key::Escape);
    window.until("it is in the filter", |window| window.filter().contains("tag = \"look again\""));
    filtered(&mut window, "tag = \"look again\"");
    assert_eq!(window.matches(), Some(expected));
    // A tag that is taken away is gone from the grid, though nobody touched the filter.
    window.key(Modifiers::NONE, Key::T);
    window.until("the tag is listed", |window| window.shows("Untag look again"));
    window.click("Untag look again");
    window.until("nothing matches any more", |window| window.matches() == Some(0));
}

#[test]
fn two_scopes_are_compared_side_by_side() {
    let mut window = Window::open();
    let filter = "speed > 5";
    filtered(&mut window, filter);
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("compare");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it is compared", |window| window.shows("Histograms of speed"));
    let told = lakescope(&["compare", window.lake.to_str().unwrap(), &format!("filter:{filter}"), "all", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let shared = told["in_both"].as_u64().unwrap();
    assert!(window.tells(&format!("{shared} frames in both")));
    assert!(window.shows("Side A") && window.shows("Side B"));
    window.click("Close the comparison");
    window.until("it is closed", |window| !window.shows("Side A"));
}

#[test]
fn selections_are_renamed_united_and_deleted_with_a_way_back() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["selections", &lake, "--save", "one", "--where", "frame = 1"]);
    lakescope(&["selections", &lake, "--save", "two", "--where", "frame = 2"]);
    let mut window = window.again();
    window.key(Modifiers::COMMAND, Key::L);
    window.click("Selections");
    window.until("they are listed", |window| window.shows("Select one") && window.shows("Select two"));
    window.click("Rename one");
    fill(&mut window, "New name", "first");
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it has its new name", |window| window.shows("Select first"));
    window.click("More about first");
    window.click("Unite with");
    window.until("the others are offered", |window| window.shows("two"));
    window.harness.query_all_by_label("two").last().unwrap().click_accesskit();
    window.settle();
    window.until("both are one", |window| window.shows("Select first or two"));
    let frames = lakescope(&["frames", &lake, "--selection", "first or two", "--count"]);
    assert_eq!(frames, window.counted_by_command_line("frame in (1, 2)").to_string());
    window.click("Delete first");
    window.until("it is deleted", |window| !window.shows("Select first"));
    window.key(Modifiers::NONE, Key::Escape);
    window.click("Undo what was deleted");
    window.until("it is back", |window| window.tells("Selection “first” is back"));
}

#[test]
fn an_export_is_counted_exactly_before_it_begins() {
    let mut window = Window::open();
    let filter = "has(car)";
    filtered(&mut window, filter);
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog is there", |window| window.shows("Take one frame every"));
    fill(&mut window, "Take one frame every", "500 ms");
    fill(&mut window, "Frames around, at most", "100 ms");
    let lake = window.lake.to_str().unwrap().to_owned();
    let told = ["export", &lake, "--where", filter, "--every", "500 ms", "--around", "100 ms", "--count"];
    let expected = lakescope(&told);
    window.until("it is counted", |window| window.shows(&format!("Export {expected} frames")));
    fill(&mut window, "Take one frame every", "soon");
    window.until("what is no duration is told", |window| window.tells("is not a duration"));
    let export = window.harness.get_by_label_contains("Export 0 frames");
    assert!(export.accesskit_node().is_disabled());
    fill(&mut window, "Take one frame every", "500 ms");
    window.until("it is counted again", |window| window.shows(&format!("Export {expected} frames")));
    let out = window.beside("taken");
    window.click("None");
    fill(&mut window, "Folder to export to", out.to_str().unwrap());
    window.click(&format!("Export {expected} frames"));
    window.until("it is done", |window| window.tells(&format!("Exported {expected} frames")));
    let frames = fs::read_to_string(out.join("frames.csv")).unwrap();
    assert_eq!(frames.lines().count() - 1, expected.parse::<usize>().unwrap());
    assert!(frames.lines().next().unwrap().ends_with(",match"));
}

#[test]
fn tags_that_another_process_gives_are_noticed() {
    let mut window = Window::open();
    window.type_filter("tag = \"late\"");
    window.leave_text();
    window.until("no frame has it", |window| window.matches() == Some(0));
    let lake = window.lake.to_str().unwrap().to_owned();
    crate::harness::lakescope(&["tag", "add", &lake, "late", "--where", "frame < 3"]);
    let expected = window.counted_by_command_line("frame < 3");
    window.until("the frames are there", |window| window.matches() == Some(expected));
}
