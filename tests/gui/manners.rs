//! How the window behaves in small things: what it says while it waits, what it leaves behind, what stays open.

use std::fs;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

/// Lets time pass, s of the window's clock.
fn wait(window: &mut Window, seconds: f32) {
    let mut left = seconds;
    while left > 0.0 {
        window.harness.step();
        left -= 0.05;
    }
}

fn command(window: &mut Window, name: &str) {
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text(name);
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.settle();
}

#[test]
fn the_grid_says_that_it_counts_before_the_first_answer() {
    let mut window = Window::open_with_first_steps();
    // The first answer may come as soon as the grid does; until it is there, the grid says why it is empty.
    let silent = std::cell::Cell::new(false);
    window.until("the frames are there", |window| {
        let there = window.matches().is_some_and(|count| count > 0);
        let counts = window.shows("Counting the frames that match…") && window.shows("Counting…");
        silent.set(silent.get() || (!there && window.shows("Grid panel") && !counts));
        there
    });
    assert!(!silent.get(), "an empty grid without a word");
    assert!(!window.shows("Counting the frames that match…"));
}

#[test]
fn a_broken_filter_is_told_soon_and_is_no_step_of_undo() {
    let mut window = Window::open();
    window.type_filter("frame < 5");
    wait(&mut window, 2.0);
    window.type_filter("frame <");
    wait(&mut window, 0.6);
    assert!(window.tells("expected") || window.tells("missing") || window.tells("value"), "the mistake is told");
    wait(&mut window, 2.0);
    window.type_filter("frame < 9");
    let expected = window.counted_by_command_line("frame < 9");
    window.until("it is applied", |window| window.matches() == Some(expected));
    wait(&mut window, 2.0);
    window.leave_text();
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the filter before is back", |window| window.filter() == "frame < 5");
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("and the one before that", |window| window.filter().is_empty());
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.until("forward again", |window| window.filter() == "frame < 5");
}

#[test]
fn a_mistake_goes_with_the_text_that_had_it() {
    let mut window = Window::open();
    for broken in ["tag = \"", "sped > 5"] {
        window.type_filter(broken);
        window.leave_text();
        window.until("the mistake is told", |window| window.tells("not closed") || window.tells("is called"));
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
        window.until("it is gone", |window| {
            window.filter().is_empty() && !window.tells("not closed") && !window.tells("is called")
        });
    }
}

#[test]
fn facets_show_no_filter_while_it_is_off() {
    let mut window = Window::open();
    window.type_filter("speed > 5");
    window.leave_text();
    window.until("the facet asks for it", |window| window.shows("Clear speed"));
    window.key(Modifiers::NONE, Key::Q);
    window.until("the facet asks for nothing", |window| !window.shows("Clear speed"));
    assert!(window.shows("Condition speed > 5"), "the condition is still there to be applied");
    window.key(Modifiers::NONE, Key::Q);
    window.until("it asks again", |window| window.shows("Clear speed"));
}

#[test]
fn tags_are_counted_and_ticked_and_their_names_completed() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["tag", "add", &lake, "odd one", "--where", "frame < 3"]);
    lakescope(&["tag", "add", &lake, "good", "--where", "frame < 6"]);
    let mut window = window.again();
    window.harness.get_by_label("Search facets").focus();
    window.settle();
    window.harness.get_by_label("Search facets").type_text("tags");
    window.settle();
    window.leave_text();
    window.until("the tags are listed", |window| window.shows("Tag: good") && window.shows("Tag: no tag"));
    let told = |window: &Window, name: &str| window.harness.get_by_label(name).value().unwrap_or_default();
    let of = |filter: &str| window_count(&lake, filter);
    let expected = format!("{} of {} frames", of("frame < 6"), of("frame < 6"));
    window.until("they are counted", |window| told(window, "Tag: good") == expected);
    window.click("Tag: odd one");
    window.until("it is in the filter", |window| window.filter() == "tag = \"odd one\"");
    let matching = of("frame < 3");
    window.until("its frames are shown", |window| window.matches() == Some(matching));
    // What a press on the other would bring stays the same: the facet does not count its own conditions.
    assert_eq!(told(&window, "Tag: good"), expected);
    window.click("Clear Tags");
    window.until("the filter is empty", |window| window.filter().is_empty());
    window.type_filter("tag = \"od");
    window.until("the tag is offered", |window| window.shows("\"odd one\""));
}

fn window_count(lake: &str, filter: &str) -> usize {
    lakescope(&["frames", lake, "--where", filter, "--count"]).parse().unwrap()
}

#[test]
fn a_lake_is_opened_by_its_path_with_folders_offered() {
    let mut window = Window::welcome();
    let inside = window.beside("lakes");
    fs::create_dir_all(inside.join("first drive")).unwrap();
    fs::create_dir_all(inside.join("second")).unwrap();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.until("a path is asked for", |window| window.shows("Folder to open"));
    window.harness.get_by_label("Folder to open").focus();
    window.settle();
    window.key(Modifiers::COMMAND, Key::A);
    let typed = inside.join("fi");
    window.harness.get_by_label("Folder to open").type_text(typed.to_str().unwrap());
    window
        .until("the folder is offered", |window| window.shows("Folder first drive") && !window.shows("Folder second"));
    window.key(Modifiers::NONE, Key::Tab);
    let whole = format!("{}/", inside.join("first drive").display());
    window.until("it is taken", |window| {
        window.harness.get_by_label("Folder to open").value().as_deref() == Some(whole.as_str())
    });
    window.until("it can be opened", |window| window.tells("Enter opens this one"));
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it is opened or told why not", |window| !window.shows("Folder to open"));
}

#[test]
fn the_panels_menu_stays_while_panels_are_ticked() {
    let mut window = Window::open();
    window.click("Panels and layouts");
    let tick = |window: &Window, name: &str| {
        let nodes = window.harness.query_all_by_label(name);
        nodes.into_iter().any(|node| node.accesskit_node().role() == Role::CheckBox)
    };
    for name in ["Track", "Library", "Track"] {
        window.until("the menu is open", |window| tick(window, name));
        let nodes = window.harness.query_all_by_label(name);
        nodes.into_iter().find(|node| node.accesskit_node().role() == Role::CheckBox).unwrap().click();
        window.settle();
    }
    assert!(tick(&window, "Track"));
    window.key(Modifiers::NONE, Key::Escape);
    window.until("it is closed", |window| !tick(window, "Track"));
    assert!(window.shows("Library panel") && !window.shows("Track panel"));
}

#[test]
fn colours_swapped_twice_leave_no_setting_behind() {
    let mut window = Window::open();
    let file = window.lake.join("lake.toml");
    let before = fs::read_to_string(&file).unwrap_or_default();
    window.until("a frame is shown", |window| window.shown_frame().is_some());
    window.key(Modifiers::NONE, Key::R);
    window.until("blue is first", |window| window.tells("Blue is taken as stored first"));
    assert!(fs::read_to_string(&file).unwrap().contains("bgr"));
    window.key(Modifiers::NONE, Key::R);
    window.until("red is first", |window| window.tells("Red is taken as stored first"));
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), before);
}

#[test]
fn that_a_frame_does_not_match_is_told_in_a_narrow_viewer_too() {
    let mut window = Window::open();
    window.until("a frame is shown", |window| window.shown_frame().is_some());
    window.resize(1000.0, 700.0);
    window.type_filter("frame > 30");
    window.leave_text();
    window.until("the frame does not match", |window| window.shows("no match"));
}

#[test]
fn the_pointer_is_told_apart_from_the_frame() {
    let mut window = Window::open();
    window.until("the lane is there", |window| window.shows("Plot of speed"));
    let frame = "since the recording began";
    let told = |window: &Window| {
        let node = window.harness.query_all_by_label_contains(frame).next()?;
        node.accesskit_node().label()
    };
    let before = told(&window);
    assert!(!window.tells("Under the pointer: speed"));
    let plot = window.harness.get_by_label("Plot of speed").rect();
    window.harness.hover_at(plot.center());
    window.until("its value is told", |window| window.tells("Under the pointer: speed "));
    assert!(window.tells("Pointer at "));
    assert_eq!(told(&window), before, "the frame's time stays");
}

#[test]
fn statistics_leave_room_for_the_lanes() {
    let mut window = Window::open();
    window.until("the lane is there", |window| window.shows("Plot of speed"));
    window.key(Modifiers::SHIFT, Key::A);
    for _ in 0..6 {
        window.key(Modifiers::ALT, Key::ArrowRight);
    }
    window.key(Modifiers::SHIFT, Key::B);
    window.until("there is a span", |window| window.shows("Mark B") && window.tells(" samples, mean "));
    let lane = window.harness.get_by_label("Plot of speed").rect();
    let table = window.harness.get_by_label("Height of the statistics").rect();
    assert!(table.top() - lane.top() >= 60.0, "{lane:?} {table:?}");
    window.click("Statistics from A to B");
    window.until("the table is gone", |window| !window.tells(" samples, mean "));
    window.click("Statistics from A to B");
    window.until("it is back", |window| window.tells(" samples, mean "));
}

#[test]
fn two_scopes_are_compared_in_a_panel_that_follows_the_filter() {
    let mut window = Window::open();
    window.type_filter("speed > 5");
    window.leave_text();
    let expected = window.counted_by_command_line("speed > 5");
    window.until("it is filtered", |window| window.matches() == Some(expected));
    command(&mut window, "Panel: Compare");
    window.until("it is compared", |window| window.shows("Compare panel") && window.shows("Histograms of speed"));
    window.until("the frames are told", |window| window.tells(&format!("Frames: A {expected},")));
    window.type_filter("speed > 9");
    window.leave_text();
    let fewer = window.counted_by_command_line("speed > 9");
    window.until("side A follows", |window| window.tells(&format!("Frames: A {fewer},")));
    assert!(window.tells("bus: A ") || window.tells("car: A "), "classes are rows");
}
