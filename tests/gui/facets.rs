//! Facets, the query bar and the explanation of a filter.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

/// Waits until the filter reads so, and the grid shows what the command line finds with it.
fn until_filter(window: &mut Window, filter: &str) {
    window.until(&format!("the filter is {filter}"), |window| window.filter() == filter);
    let expected = window.counted_by_command_line(filter);
    window.until(&format!("{filter} matches {expected}"), |window| window.matches() == Some(expected));
}

/// Searches the facets, so that what is looked for is in sight.
fn search(window: &mut Window, text: &str) {
    window.harness.get_by_label("Search facets").focus();
    window.settle();
    window.key(Modifiers::COMMAND, Key::A);
    if text.is_empty() {
        window.key(Modifiers::NONE, Key::Backspace);
    } else {
        window.harness.get_by_label("Search facets").type_text(text);
    }
    window.settle();
    window.leave_text();
}

/// The first camera and the second.
fn cameras(window: &Window) -> [String; 2] {
    let listed = lakescope(&["frames", window.lake.to_str().unwrap(), "--columns", "camera", "--format", "csv"]);
    let mut cameras: Vec<String> = listed.lines().skip(1).map(str::to_owned).collect();
    cameras.sort();
    cameras.dedup();
    cameras.try_into().unwrap()
}

#[test]
fn values_are_ticked_left_out_and_taken_in_a_row() {
    let mut window = Window::open();
    search(&mut window, "camera");
    let [first, second] = cameras(&window);
    let (one, two) = (format!("Camera: {first}"), format!("Camera: {second}"));
    window.until("the cameras are counted", |window| window.shows(&one) && window.shows(&two));
    assert!(!window.shows("Clear Camera"));
    window.click(&one);
    until_filter(&mut window, &format!("camera = \"{first}\""));
    window.harness.get_by_label(&two).click_modifiers(Modifiers::SHIFT);
    until_filter(&mut window, &format!("camera in (\"{first}\", \"{second}\")"));
    window.click("Clear Camera");
    until_filter(&mut window, "");
    window.harness.get_by_label(&two).click_modifiers(Modifiers::ALT);
    until_filter(&mut window, &format!("not camera = \"{second}\""));
    assert!(window.shows(&format!("{two}, left out")));
    window.harness.get_by_label(&one).click_modifiers(Modifiers::ALT);
    until_filter(&mut window, &format!("not camera in (\"{second}\", \"{first}\")"));
    window.key(Modifiers::COMMAND, Key::Z);
    until_filter(&mut window, &format!("not camera = \"{second}\""));
    window.harness.get_by_label(&one).click_secondary();
    window.settle();
    window.click("Only this");
    until_filter(&mut window, &format!("camera = \"{first}\""));
}

#[test]
fn the_search_finds_facets_by_a_part_of_their_name() {
    let mut window = Window::open();
    window.until("histograms are there", |window| window.shows("Histogram of acceleration"));
    search(&mut window, "spe");
    window.until("speed is there", |window| window.shows("Histogram of speed"));
    assert!(!window.shows("Histogram of acceleration") && !window.shows("Label: car"));
    search(&mut window, "nothing is called so");
    window.until("it is told", |window| window.tells("is called “nothing is called so”"));
    window.click("Show all facets");
    window.until("all are back", |window| window.shows("Histogram of acceleration"));
}

#[test]
fn classes_are_asked_for_by_their_number() {
    let mut window = Window::open();
    window.until("labels are counted", |window| window.shows("Label: car"));
    window.click("Label: car");
    until_filter(&mut window, "has(car)");
    window.until("the numbers are there", |window| window.shows("More of car"));
    window.click("More of car");
    until_filter(&mut window, "count(car) >= 2");
    window.click("More of car");
    until_filter(&mut window, "count(car) >= 3");
    window.click("Fewer of car");
    until_filter(&mut window, "count(car) >= 2");
    window.click("At least 1 of car");
    until_filter(&mut window, "has(car)");
    window.click("Fewer of car");
    until_filter(&mut window, "");
    window.harness.get_by_label("Label: car").click_modifiers(Modifiers::ALT);
    until_filter(&mut window, "not has(car)");
    assert!(window.shows("Label: car, left out"));
    window.harness.get_by_label("Label: car, left out").click_modifiers(Modifiers::ALT);
    until_filter(&mut window, "");
    search(&mut window, "no labels");
    window.click("Label: no labels");
    until_filter(&mut window, "labels = 0");
    window.click("Label: no labels");
    until_filter(&mut window, "");
}

#[test]
fn a_count_tells_what_a_click_would_bring() {
    let mut window = Window::open();
    let cars = window.counted_by_command_line("has(car)");
    let both = window.counted_by_command_line("has(car) and has(pedestrian)");
    window.until("labels are counted", |window| window.shows("Label: pedestrian"));
    window.click("Label: car");
    window.until("the grid follows", |window| window.matches() == Some(cars));
    window.click("Label: pedestrian");
    window.until("both are asked for", |window| window.matches() == Some(both));
}

/// Makes frames of the first store of the lake damaged.
fn spoil(lake: &Path) {
    let text = lake.to_str().unwrap();
    lakescope(&["index", text, "--checksums"]);
    let stores = lakescope(&["frames", text, "--columns", "store", "--limit", "1", "--format", "csv"]);
    let store = lake.join(stores.lines().nth(1).unwrap());
    let before = fs::metadata(&store).unwrap();
    let file = OpenOptions::new().read(true).write(true).open(&store).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, before.len() / 2).unwrap();
    file.write_all_at(&[byte[0] ^ 0x41], before.len() / 2).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lakescope")).args(["verify", text]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn problems_are_a_facet() {
    let mut window = Window::open_with(spoil);
    let (damaged, concerned) = (window.counted_by_command_line("damaged"), window.counted_by_command_line("problem"));
    assert!(damaged > 0 && concerned > damaged, "{damaged} {concerned}");
    search(&mut window, "problems");
    window.until("they are counted", |window| window.shows("Problems: damaged frames"));
    window.press("Problems: damaged frames");
    until_filter(&mut window, "damaged");
    window.press("Problems: damaged frames");
    until_filter(&mut window, "");
    window.press("Problems: frames with a problem");
    until_filter(&mut window, "problem");
    window.press("Problems: frames with a problem");
    let all = window.matches();
    let link =
        window.harness.query_all_by_label_contains("Show its ").find_map(|node| node.accesskit_node().label()).unwrap();
    window.press(&link);
    window.until("the store is asked for", |window| window.filter().starts_with("store = \""));
    assert_ne!(all, Some(concerned));
    let filter = window.filter();
    until_filter(&mut window, &filter);
    assert_eq!(window.matches(), Some(concerned));
}

#[test]
fn one_key_turns_the_filter_off_and_on() {
    let mut window = Window::open();
    let all = window.matches();
    let filter = "speed > 5 and has(car)";
    window.type_filter(filter);
    until_filter(&mut window, filter);
    window.leave_text();
    window.key(Modifiers::NONE, Key::Q);
    window.until("all frames are shown", |window| window.matches() == all);
    assert_eq!(window.filter(), filter);
    window.key(Modifiers::COMMAND, Key::Z);
    until_filter(&mut window, filter);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.until("it is off again", |window| window.matches() == all);
    window.key(Modifiers::NONE, Key::Q);
    until_filter(&mut window, filter);
    // A filter that is changed is one that is wanted.
    window.key(Modifiers::NONE, Key::Q);
    window.until("it is off", |window| window.matches() == all);
    window.until("labels are counted", |window| window.shows("Label: pedestrian"));
    window.click("Label: pedestrian");
    until_filter(&mut window, "speed > 5 and has(car) and has(pedestrian)");
}

#[test]
fn a_condition_is_set_aside_and_taken_up() {
    let mut window = Window::open();
    window.type_filter("speed > 5 and (has(car) or has(pedestrian))");
    until_filter(&mut window, "speed > 5 and (has(car) or has(pedestrian))");
    window.leave_text();
    window.click("Condition speed > 5");
    until_filter(&mut window, "(has(car) or has(pedestrian))");
    window.click("Condition speed > 5");
    until_filter(&mut window, "(has(car) or has(pedestrian)) and speed > 5");
    window.click("Condition speed > 5");
    window.until("it is aside", |window| window.filter() == "(has(car) or has(pedestrian))");
    window.click("Remove condition speed > 5");
    window.until("it is forgotten", |window| !window.shows("Condition speed > 5"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("it is back", |window| window.shows("Condition speed > 5"));
    window.key(Modifiers::COMMAND, Key::Z);
    until_filter(&mut window, "(has(car) or has(pedestrian)) and speed > 5");
}

#[test]
fn the_filter_is_explained_part_by_part() {
    let mut window = Window::open();
    let filter = "speed > 5 and has(car) and labels = 0";
    window.type_filter(filter);
    until_filter(&mut window, filter);
    window.leave_text();
    let count = |window: &Window, filter: &str| window.counted_by_command_line(filter);
    let first = count(&window, "speed > 5");
    let lines = [
        format!("speed > 5: {first} alone, {first} with those above"),
        format!(
            "has(car): {} alone, {} with those above",
            count(&window, "has(car)"),
            count(&window, "speed > 5 and has(car)")
        ),
        format!(
            "labels = 0: {} alone, 0 with those above, {}",
            count(&window, "labels = 0"),
            if count(&window, "labels = 0") == 0 { "no frame fulfils this" } else { "nothing is left here" }
        ),
    ];
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    for line in &lines {
        window.until(line, |window| window.shows(line));
    }
    // A press on a part selects it in the text: typing replaces it.
    window.click(&lines[2]);
    window.harness.get_by_label("Filter").type_text("has(pedestrian)");
    window.settle();
    window.leave_text();
    until_filter(&mut window, "speed > 5 and has(car) and has(pedestrian)");
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
}

#[test]
fn a_mistake_is_mended_by_a_press() {
    let mut window = Window::open();
    window.type_filter("speeed > 5 and has(car)");
    window.until("the remedy is offered", |window| window.shows("Write speed"));
    window.press("Write speed");
    until_filter(&mut window, "speed > 5 and has(car)");
}

#[test]
fn filters_used_lately_come_back_also_after_a_restart() {
    let mut window = Window::open();
    for filter in ["speed > 5", "has(car)"] {
        window.type_filter(filter);
        until_filter(&mut window, filter);
        window.key(Modifiers::NONE, Key::Escape);
        window.leave_text();
    }
    window.click("Query menu");
    window.until("the menu lists it", |window| window.shows("Filter used lately: speed > 5"));
    assert!(!window.shows("Filter used lately: has(car)"));
    window.key(Modifiers::NONE, Key::Escape);
    window.until_remembered("speed > 5");
    let mut window = window.again();
    window.harness.get_by_label("Filter").focus();
    window.settle();
    window.key(Modifiers::NONE, Key::ArrowDown);
    window.until("the list is open", |window| window.shows("Filter used lately: speed > 5"));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("it is closed", |window| !window.shows("Filter used lately: speed > 5"));
    window.harness.get_by_label("Filter").focus();
    window.settle();
    window.key(Modifiers::NONE, Key::ArrowDown);
    window.key(Modifiers::NONE, Key::Enter);
    until_filter(&mut window, "speed > 5");
}

/// Makes the sensors of one recording impossible to read.
fn blind(lake: &Path) {
    let recording = fs::read_dir(lake.join("recordings")).unwrap().next().unwrap().unwrap().path();
    for table in fs::read_dir(recording.join("metrics")).unwrap() {
        fs::write(table.unwrap().path(), [0, 159, 146, 150]).unwrap();
    }
}

#[test]
fn frames_without_a_value_are_asked_for() {
    let mut window = Window::open_with(blind);
    assert!(window.counted_by_command_line("speed is null") > 0);
    search(&mut window, "speed");
    let label = "speed: no value";
    window.until("they are counted", |window| window.shows(label));
    window.click(label);
    until_filter(&mut window, "speed is null");
    window.click(label);
    until_filter(&mut window, "");
    window.harness.get_by_label(label).click_modifiers(Modifiers::ALT);
    until_filter(&mut window, "speed is not null");
    window.click("Clear speed");
    until_filter(&mut window, "");
}
