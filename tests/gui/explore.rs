//! Finding and seeing.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

#[test]
fn a_typed_filter_counts_what_the_command_line_counts() {
    let mut window = Window::open();
    let all = window.matches().unwrap();
    for filter in [
        "speed > 5 and count(car) >= 1",
        "camera = \"front\" and not brake > 0.01",
        "labels = 0 or speed between 2 and 9",
    ] {
        let expected = window.counted_by_command_line(filter);
        window.type_filter(filter);
        window.until(&format!("{filter} matches {expected}"), |window| window.matches() == Some(expected));
    }
    window.leave_text();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.until("the filter is cleared", |window| window.matches() == Some(all));
    assert_eq!(window.filter(), "");
}

#[test]
fn a_mistake_is_told_and_the_frames_stay() {
    let mut window = Window::open();
    let all = window.matches();
    window.type_filter("speeed > 5");
    window.until("the name is suggested", |window| window.tells("speed`"));
    assert_eq!(window.matches(), all);
}

#[test]
fn completion_puts_the_name_in() {
    let mut window = Window::open();
    window.type_filter("accel");
    window.until("the name is offered", |window| window.shows("acceleration"));
    window.key(Modifiers::NONE, Key::Tab);
    window.until("it is taken", |window| window.filter().starts_with("acceleration"));
}

#[test]
fn brushing_a_histogram_edits_the_filter_and_a_double_click_clears_it() {
    let mut window = Window::open();
    let all = window.matches().unwrap();
    window.until("the histogram is there", |window| window.shows("Histogram of acceleration"));
    for _ in 0..20 {
        window.settle();
    }
    let rect = window.harness.get_by_label("Histogram of acceleration").rect();
    let at = |part: f32| egui::pos2(rect.left() + rect.width() * part, rect.center().y);
    window.harness.drag_at(at(0.3));
    window.settle();
    window.harness.hover_at(at(0.5));
    window.settle();
    window.harness.hover_at(at(0.7));
    window.settle();
    window.harness.drop_at(at(0.7));
    window.settle();
    window.until("the filter is edited", |window| window.filter().starts_with("acceleration between "));
    let expected = window.counted_by_command_line(&window.filter());
    assert!(expected < all);
    window.until("the grid follows", |window| window.matches() == Some(expected));
    for _ in 0..2 {
        window.harness.drag_at(at(0.5));
        window.harness.drop_at(at(0.5));
        window.harness.step();
    }
    window.until("the range is gone", |window| window.filter().is_empty());
    window.until("all frames are back", |window| window.matches() == Some(all));
}

#[test]
fn facets_tick_values() {
    let mut window = Window::open();
    window.until("cameras are counted", |window| window.shows("Label: car"));
    window.click("Label: car");
    window.until("the class is asked for", |window| window.filter() == "has(car)");
    let expected = window.counted_by_command_line("has(car)");
    window.until("the grid follows", |window| window.matches() == Some(expected));
    window.click("Label: car");
    window.until("it is taken back", |window| window.filter().is_empty());
}

#[test]
fn arrows_step_through_matching_frames() {
    let mut window = Window::open();
    let filter = "speed > 1 and frame between 5 and 30";
    window.type_filter(filter);
    let listed = lakescope(&["frames", window.lake.to_str().unwrap(), "--where", filter, "--format", "csv"]);
    let ids: Vec<String> = listed.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert!(ids.len() > 3, "{listed}");
    window.until("the filter is done", |window| window.matches() == Some(ids.len()));
    window.leave_text();
    window.ungroup();
    let tile = format!("Frame {}", ids[0]);
    window.click(&tile);
    assert_eq!(window.shown_frame().as_ref(), Some(&ids[0]));
    for id in &ids[1..4] {
        window.key(Modifiers::NONE, Key::ArrowRight);
        assert_eq!(window.shown_frame().as_ref(), Some(id));
    }
    window.key(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(window.shown_frame().as_ref(), Some(&ids[2]));
    // Alt steps over every frame, matching or not.
    window.key(Modifiers::ALT, Key::ArrowRight);
    let next: u64 = ids[2].rsplit('/').next().unwrap().parse::<u64>().unwrap() + 1;
    assert!(window.shown_frame().unwrap().ends_with(&format!("/{next}")));
    window.key(Modifiers::NONE, Key::Home);
    assert!(window.shown_frame().unwrap().ends_with("/0"));
}

#[test]
fn playing_moves_on_at_recorded_speed_and_stops_at_the_end() {
    let mut window = Window::open();
    let first = window.shown_frame().unwrap();
    window.key(Modifiers::NONE, Key::Space);
    window.until("frames go by", |window| window.shown_frame().is_some_and(|frame| frame != first));
    window.until("the end is reached", |window| window.shown_frame().is_some_and(|frame| frame.ends_with("/39")));
    window.until("playing has stopped", |window| window.shows("Play"));
}

#[test]
fn sorting_by_a_metric_puts_the_largest_first() {
    let mut window = Window::open();
    window.click("Sort");
    window.press("speed");
    window.until("ascending can be turned", |window| window.shows("Order: Ascending"));
    window.click("Order: Ascending");
    window.settle();
    let lake = window.lake.to_str().unwrap().to_owned();
    let listed = lakescope(&["frames", &lake, "--sort", "speed:desc", "--limit", "1", "--format", "csv"]);
    let fastest = format!("Frame {}", listed.lines().nth(1).unwrap().split(',').next().unwrap());
    window.until("the fastest frame is on screen", |window| window.shows(&fastest));
    let first = window.harness.get_by_label(&fastest).rect();
    let smallest = window
        .harness
        .query_all_by_label_contains("Frame ")
        .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        .map(|node| (node.rect().top(), node.rect().left()))
        .min_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(smallest, Some((first.top(), first.left())));
}

#[test]
fn undo_and_redo_go_through_the_filters() {
    let mut window = Window::open();
    window.until("labels are counted", |window| window.shows("Label: car"));
    window.click("Label: car");
    window.until("the class is asked for", |window| window.filter() == "has(car)");
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("undone", |window| window.filter().is_empty());
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.until("redone", |window| window.filter() == "has(car)");
}

#[test]
fn details_tell_values_and_labels() {
    let mut window = Window::open();
    window.click("Values");
    window.until("attributes are told", |window| window.tells("stored as"));
    let labels = window
        .harness
        .query_all_by_label_contains("Labels ")
        .filter_map(|node| node.accesskit_node().label())
        .find(|label| label.strip_prefix("Labels ").is_some_and(|count| count.parse::<usize>().is_ok()))
        .unwrap();
    window.click(&labels);
    window.settle();
    assert!(window.tells("Track") || window.tells("No labels on this frame"));
}
