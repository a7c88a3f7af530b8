//! What each view copies as SQL, and what the lake's own SQL makes of it; comparing what is selected; names behind `where`.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use serde_json::Value;

use crate::harness::{Window, lakescope};

const TRACK: (Modifiers, Key) =
    (Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true }, Key::M);

/// The text that is put on the clipboard within a moment.
fn copied(window: &mut Window) -> String {
    for _ in 0..600 {
        window.harness.step();
        let commands = &window.harness.output().platform_output.commands;
        let text = commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = text {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nothing was copied");
}

/// Presses what has this name; what that copies.
fn copied_by(window: &mut Window, label: &str) -> String {
    window.until(&format!("{label} is there"), |window| window.shows(label));
    window.harness.get_by_label(label).click_accesskit();
    copied(window)
}

/// The rows that the lake's own SQL answers.
fn answered(window: &Window, sql: &str) -> Vec<Value> {
    let told = lakescope(&["sql", window.lake.to_str().unwrap(), sql, "--json"]);
    serde_json::from_str::<Value>(&told)
        .unwrap_or_else(|error| panic!("{error}: {sql}\n{told}"))
        .as_array()
        .unwrap()
        .clone()
}

/// Copies what the query menu calls so.
fn copied_by_menu(window: &mut Window) -> String {
    window.click("Query menu");
    copied_by(window, "Copy as SQL")
}

#[test]
fn the_grid_copies_frames_or_objects() {
    let mut window = Window::open();
    window.type_filter("speed > 1 and has(car)");
    window.leave_text();
    let expected = window.counted_by_command_line("speed > 1 and has(car)");
    window.until("it is answered", |window| window.matches() == Some(expected));
    let frames = copied_by_menu(&mut window);
    assert_eq!(answered(&window, &frames).len(), expected, "{frames}");
    let lake = window.lake.to_str().unwrap().to_owned();
    let objects = lakescope(&["frames", &lake, "--where", "speed > 1 and has(car)", "--as", "objects", "--sql"]);
    let listed = lakescope(&["frames", &lake, "--where", "speed > 1 and has(car)", "--as", "objects", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let found = answered(&window, &objects);
    assert_eq!(found.len(), listed.as_array().unwrap().len(), "{objects}");
    window.key(Modifiers::NONE, Key::O);
    window.until("objects are tiles", |window| window.shows("Which objects"));
    let copied = copied_by_menu(&mut window);
    assert!(copied.contains("FROM labels") && copied.contains("'car'"), "{copied}");
    let cars = answered(&window, &copied);
    assert!(!cars.is_empty() && cars.iter().all(|car| car["class"] == "car"));
}

#[test]
fn track_timeline_runs_and_library_copy_what_they_show() {
    let mut window = Window::open();
    let all = window.matches().unwrap();
    let readings = copied_by(&mut window, "Copy the readings from A to B, or in sight, as SQL");
    assert!(readings.contains("FROM samples") && readings.contains("'speed'"), "{readings}");
    assert!(!answered(&window, &readings).is_empty());
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["selections", &lake, "--save", "some", "--where", "frame < 3"]);
    let kept = lakescope(&["frames", &lake, "--selection", "some", "--sql"]);
    assert_eq!(answered(&window, &kept).len(), 12, "{kept}");
    let compared = lakescope(&["compare", &lake, "filter:speed > 5 for 300 ms", "some", "--sql"]);
    let sides = answered(&window, &compared);
    let counted = window.counted_by_command_line("speed > 5 for 300 ms");
    assert_eq!((&sides[0]["frames"], &sides[1]["frames"]), (&counted.into(), &12.into()), "{compared}");
    assert_eq!((&sides[1]["recordings"], &sides[1]["footages"]), (&2.into(), &4.into()));
    window.key(TRACK.0, TRACK.1);
    let places = copied_by(&mut window, "Copy the places as SQL");
    assert_eq!(answered(&window, &places).len(), all, "{places}");
}

#[test]
fn what_is_selected_is_compared_without_being_saved() {
    let mut window = Window::open();
    window.type_filter("frame < 10");
    window.leave_text();
    window.until("it is answered", |window| window.matches() == Some(40));
    window.key(Modifiers::COMMAND, Key::A);
    window.until("all are selected", |window| window.tells("40 selected"));
    window.type_filter("");
    window.key(Modifiers::NONE, Key::Backspace);
    window.leave_text();
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("compare");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it compares", |window| window.shows("Side A"));
    window.click("Side A");
    window.press("The selected frames");
    window.until("the selected frames are counted", |window| window.tells("Frames: A 40, B 160"));
    let sql = copied_by(&mut window, "Copy as SQL");
    let sides = answered(&window, &sql);
    assert_eq!((&sides[0]["frames"], &sides[1]["frames"]), (&40.into(), &160.into()), "{sql}");
}

#[test]
fn attributes_of_labels_are_offered_behind_where() {
    let mut window = Window::open();
    window.type_filter("has(car where occ");
    window.until("the attribute is offered", |window| window.tells("occluded"));
}
