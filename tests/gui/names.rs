//! Whatever is shown, everything that can be pressed, moved or typed into has a name that can be read aloud.

use std::fs;

use egui::{
    Key, Modifiers,
    accesskit::{Action, Role},
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

/// What can be used and has no name, with where it is.
fn unnamed(window: &Window) -> Vec<String> {
    let mut unnamed = window.harness.unnamed_widgets();
    // Beyond what kittest looks at: whatever takes a press or the keyboard, and every region.
    for node in window.harness.root().children_recursive() {
        let node = node.accesskit_node();
        let usable = node.data().supports_action(Action::Click)
            || matches!(node.role(), Role::Splitter | Role::TabPanel | Role::Tab | Role::Image);
        let named = [node.label(), node.value()].into_iter().flatten().any(|name| !name.trim().is_empty())
            || node.data().placeholder().is_some_and(|hint| !hint.trim().is_empty());
        // The scroll bars are the toolkit's, beside areas that have names.
        let spoken_otherwise = matches!(
            node.role(),
            Role::GenericContainer | Role::Window | Role::TextRun | Role::ScrollView | Role::ScrollBar
        );
        if usable && !named && !node.is_hidden() && !spoken_otherwise {
            unnamed.push(format!("{:?} at {:?}", node.role(), node.raw_bounds()));
        }
    }
    unnamed
}

#[track_caller]
fn all_named(window: &Window, state: &str) {
    assert_eq!(unnamed(window), Vec::<String>::new(), "{state}");
}

#[test]
fn every_panel_in_every_layout_and_width() {
    let mut window = Window::open();
    window.until("the plots are there", |window| window.shows("Plot of speed"));
    for layout in ["Explore", "Review", "Sensors"] {
        window.click("Panels and layouts");
        all_named(&window, "the menu of panels");
        window.harness.get_all_by_label(layout).last().unwrap().click();
        window.settle();
        for width in [1600.0, 1000.0, 700.0, 560.0] {
            window.resize(width, 800.0);
            all_named(&window, &format!("{layout} {width}"));
        }
        window.resize(1600.0, 1000.0);
    }
    for panel in ["Facets", "Grid", "Viewer", "Timeline", "Track", "Library", "Values", "Labels"] {
        window.key(Modifiers::COMMAND, Key::K);
        window.harness.get_by_label("Command").type_text(&format!("Panel: {panel}"));
        window.settle();
        all_named(&window, "the palette");
        window.key(Modifiers::NONE, Key::Enter);
        window.until("it is there", |window| window.shows(&format!("{panel} panel")));
        all_named(&window, panel);
    }
}

#[test]
fn every_panel_and_menu_of_the_detections() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Num3);
    window.until("items are ranked", |window| window.tells("Rank 1 "));
    for width in [1600.0, 1000.0, 700.0, 560.0] {
        window.resize(width, 800.0);
        all_named(&window, &format!("detections {width}"));
    }
    window.resize(1600.0, 1000.0);
    for panel in ["Locations", "Top items", "Over time", "Table", "Map", "Skew", "Events", "Duplicates"] {
        window.key(Modifiers::COMMAND, Key::K);
        window.harness.get_by_label("Command").type_text(&format!("Panel: {panel}"));
        window.settle();
        window.key(Modifiers::NONE, Key::Enter);
        window.until("it is there", |window| window.shows(&format!("{panel} panel")));
        all_named(&window, panel);
    }
    for menu in [
        "How equal counts are ranked",
        "Windows of time",
        "Span of time",
        "Which locations",
        "Which items",
        "Where it is answered",
        "Which events",
        "Copy the question",
        "Order of locations",
    ] {
        window.click(menu);
        all_named(&window, menu);
        window.key(Modifiers::NONE, Key::Escape);
        window.key(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn every_state_of_the_grid_and_the_facets() {
    let mut window = Window::open();
    for filter in ["speed > 9000", "sped > 3", "has(car) and speed > 2", "(speed > 1 or has(car))"] {
        window.type_filter(filter);
        window.settle();
        all_named(&window, filter);
        window.leave_text();
        all_named(&window, filter);
    }
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.key(Modifiers::COMMAND, Key::A);
    window.until("frames are selected", |window| window.tells("selected"));
    all_named(&window, "selected frames");
}

#[test]
fn every_dialog_and_menu() {
    let mut window = Window::open();
    for (name, modifiers, key) in [
        ("shortcuts", Modifiers::NONE, Key::Questionmark),
        ("export", Modifiers::NONE, Key::E),
        ("palette", Modifiers::COMMAND, Key::K),
    ] {
        window.key(modifiers, key);
        all_named(&window, name);
        window.key(Modifiers::NONE, Key::Escape);
    }
    for command in ["Record checksums", "Verify the lake", "Save the layout", "About Lakescope"] {
        window.key(Modifiers::COMMAND, Key::K);
        window.harness.get_by_label("Command").type_text(command);
        window.settle();
        window.key(Modifiers::NONE, Key::Enter);
        window.settle();
        all_named(&window, command);
        window.key(Modifiers::NONE, Key::Escape);
    }
    for group in ["Lake", "Find", "Frame", "Select", "View", "Help"] {
        window.click("Menu");
        window.click(group);
        all_named(&window, group);
        window.key(Modifiers::NONE, Key::Escape);
        window.key(Modifiers::NONE, Key::Escape);
    }
    for button in ["Theme", "Sort", "Query menu"] {
        window.click(button);
        all_named(&window, button);
        window.key(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn every_panel_and_chart_of_the_statistics() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("the first chart is drawn", |window| window.tells("Bars of "));
    for width in [1600.0, 1000.0, 700.0, 560.0] {
        window.resize(width, 800.0);
        all_named(&window, &format!("statistics {width}"));
    }
    window.resize(1600.0, 1000.0);
    for panel in ["Build", "Analyses", "Numbers", "SQL", "SQL answer", "Data quality", "Chart"] {
        window.key(Modifiers::COMMAND, Key::K);
        window.harness.get_by_label("Command").type_text(&format!("Panel: {panel}"));
        window.settle();
        window.key(Modifiers::NONE, Key::Enter);
        window.until("it is there", |window| window.shows(&format!("{panel} panel")));
        all_named(&window, panel);
    }
    for kind in ["Line", "Histogram", "Boxes", "Scatter", "Heat map", "Correlation"] {
        window.click(kind);
        all_named(&window, kind);
    }
}

#[test]
fn the_pages_around_the_lake() {
    let mut window = Window::welcome();
    window.settle();
    all_named(&window, "welcome");
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Num4);
    window.until("the run of the index is listed", |window| window.tells("Run 1 index"));
    all_named(&window, "runs");
    window.resize(700.0, 600.0);
    all_named(&window, "narrow runs");
    fs::rename(&window.lake, window.beside("elsewhere")).unwrap();
    window.until("it is told", |window| window.tells("The lake's folder is gone"));
    all_named(&window, "a lake that is gone");
}
