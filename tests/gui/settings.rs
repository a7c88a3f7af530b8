//! The settings of a lake, set in the window: kept in `lake.toml`, and what they concern is indexed again.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

/// A window with the settings open.
fn opened() -> Window {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Comma);
    window.until("the settings are there", |window| window.shows("Unit of speed"));
    window
}

fn fill(window: &mut Window, name: &str, text: &str) {
    window.harness.get_by_label(name).focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label(name).type_text(text);
    window.settle();
}

fn manifest(window: &Window) -> String {
    std::fs::read_to_string(window.lake.join("lake.toml")).unwrap()
}

#[test]
fn a_unit_is_kept_with_the_comments_and_its_recordings_are_read_again() {
    let mut window = opened();
    let before = manifest(&window);
    assert!(window.shows("Nothing is changed."));
    fill(&mut window, "Unit of speed", "km/h");
    window.until("it says what happens", |window| window.shows("1 setting; all 2 recordings are read again."));
    window.click("Save and index");
    window.until("the lake is indexed again", |window| window.tells("2 recordings read"));
    let after = manifest(&window);
    assert_eq!(after, before.replacen("[metrics.speed]\nunit = \"m/s\"", "[metrics.speed]\nunit = \"km/h\"", 1));
    assert_eq!(window.counted_by_command_line("speed > 1000 m/s"), 0);
    window.key(Modifiers::COMMAND, Key::Comma);
    window.until("what was set is shown", |window| {
        window.harness.query_by_label("Unit of speed").is_some_and(|node| node.value().as_deref() == Some("km/h"))
    });
}

#[test]
fn what_cannot_be_is_said_before_it_is_saved() {
    let mut window = opened();
    window.click("Lake");
    fill(&mut window, "Time zone of the lake", "Berlin");
    window.until("it says what is wrong", |window| window.tells("is not an IANA zone"));
    window.click("Save and index");
    assert!(window.shows("Settings of this lake"), "what is wrong cannot be saved");
    fill(&mut window, "Time zone of the lake", "Asia/Tokyo");
    window.until("it says what happens", |window| window.tells("all 2 recordings are read again"));
    window.click("Cancel");
    window.until("the dialog closes", |window| !window.shows("Settings of this lake"));
    assert!(!manifest(&window).contains("Tokyo"));
}

#[test]
fn a_camera_clock_and_a_sensor_clock_are_moved() {
    let mut window = opened();
    window.click("Cameras");
    let name = {
        let node = window.harness.query_all_by_label_contains("Clock offset of ").next().unwrap();
        node.accesskit_node().label().unwrap()
    };
    fill(&mut window, &name, "0.5");
    window.until("one recording is concerned", |window| window.shows("1 setting; 1 of 2 recordings are read again."));
    window.click("Sensor files");
    let path = {
        let node = window.harness.query_all_by_label_contains("Clock offset of recordings/").next().unwrap();
        node.accesskit_node().label().unwrap()
    };
    fill(&mut window, &path, "0.5");
    window.until("it is counted", |window| window.tells("2 settings; 1 of 2"));
    window.click("Save and index");
    window.until("the lake is indexed again", |window| window.tells("1 recording read"));
    let kept = manifest(&window);
    assert_eq!(kept.matches("offset_s = 0.5").count(), 2, "{kept}");
}

#[test]
fn clocks_axes_and_corners_are_chosen_from_what_there_is() {
    let mut window = opened();
    let first = |window: &Window, start: &str| {
        let node = window.harness.query_all_by_label_contains(start).next().unwrap();
        node.accesskit_node().label().unwrap()
    };
    let choose = |window: &mut Window, name: &str, choice: &str| {
        window.click(name);
        window.click(choice);
    };
    window.click("Cameras");
    for (start, choice) in [("Order of axes of ", "rows, columns, channels"), ("Unit of times of ", "nanoseconds")] {
        let name = first(&window, start);
        choose(&mut window, &name, choice);
    }
    let times = first(&window, "Array of times of ");
    fill(&mut window, &times, "/timestamps");
    window.click("Sensor files");
    let unit = first(&window, "Unit of times of recordings/");
    choose(&mut window, &unit, "nanoseconds");
    let column = first(&window, "Column of times of recordings/");
    fill(&mut window, &column, "timestamp_ns");
    window.click("Lake");
    choose(&mut window, "Corners of label files", "from 0");
    window.until("it is counted", |window| window.tells("6 settings; all 2 recordings are read again."));
    window.click("Save and index");
    window.until("the lake is indexed again", |window| window.tells("2 recordings read"));
    let kept = manifest(&window);
    for line in [
        "order = \"hwc\"",
        "clock = \"ns\"",
        "times = \"/timestamps\"",
        "time_unit = \"ns\"",
        "time_column = \"timestamp_ns\"",
        "voc_zero_based = true",
    ] {
        assert_eq!(kept.matches(line).count(), 1, "{line}: {kept}");
    }
}
