//! Panels that are moved, closed, enlarged, and layouts that are kept.

use egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::Queryable as _;

use crate::harness::Window;

fn panel(window: &Window, name: &str) -> Rect {
    window.harness.get_by_label(&format!("{name} panel")).rect()
}

/// Takes the tab of this name and lets it go at a point.
fn drag(window: &mut Window, tab: &str, to: egui::Pos2) {
    let from = window.harness.get_by_label(tab).rect().left_center() + vec2(16.0, 0.0);
    window.harness.hover_at(from);
    window.settle();
    window.harness.drag_at(from);
    window.settle();
    for part in [0.1, 0.5, 0.9, 1.0] {
        window.harness.hover_at(from + (to - from) * part);
        window.settle();
    }
    window.harness.drop_at(to);
    window.settle();
}

/// Chooses a layout by its name in the menu of panels.
fn choose(window: &mut Window, layout: &str) {
    window.click("Panels and layouts");
    window.harness.get_all_by_label(layout).last().unwrap().click();
    window.settle();
}

/// Opens View, Panels in the menu.
fn panels_menu(window: &mut Window) {
    window.click("Menu");
    window.click("View");
    window.click("Panels");
}

#[test]
fn a_tab_is_dragged_to_another_place_and_stays_there() {
    let mut window = Window::open();
    let grid = panel(&window, "Grid");
    assert!(!window.shows("Values panel"));
    drag(&mut window, "Values", grid.center_bottom() - vec2(0.0, 60.0));
    let (grid, values) = (panel(&window, "Grid"), panel(&window, "Values"));
    assert!(values.top() > grid.bottom() && (values.left() - grid.left()).abs() < 2.0, "{grid:?} {values:?}");
    assert!(window.shows("Timeline panel"));
    window.until_remembered("\"column\"");
    let before = panel(&window, "Values");
    window.settle();
    window.until_remembered("values");
    std::thread::sleep(std::time::Duration::from_millis(1200));
    window.settle();
    let window = window.again();
    assert!((panel(&window, "Values").center() - before.center()).length() < 4.0);
}

#[test]
fn a_tab_is_dropped_onto_another_panel_and_stands_behind_it() {
    let mut window = Window::open();
    let grid = panel(&window, "Grid");
    drag(&mut window, "Values", grid.center());
    assert!(window.shows("Values panel") && !window.shows("Grid panel"));
    window.click("Grid");
    assert!(window.shows("Grid panel") && !window.shows("Values panel"));
}

#[test]
fn a_panel_is_closed_and_reopened_where_it_was() {
    let mut window = Window::open();
    for name in ["Viewer", "Facets", "Timeline"] {
        let before = panel(&window, name);
        window.press(&format!("Close {name}"));
        window.until("it is gone", |window| !window.shows(&format!("{name} panel")));
        panels_menu(&mut window);
        window.click(name);
        window.until("it is back", |window| window.shows(&format!("{name} panel")));
        assert!((panel(&window, name).min - before.min).length() < 2.0, "{name}");
        // The menu stays for the next one.
        window.key(Modifiers::NONE, Key::Escape);
        window.until("the menu is closed", |window| !window.shows("Maximise or restore the panel"));
    }
}

#[test]
fn with_all_panels_closed_the_window_says_how_they_come_back() {
    let mut window = Window::open();
    for name in ["Facets", "Grid", "Viewer", "Timeline", "Values", "Labels"] {
        window.press(&format!("Close {name}"));
    }
    window.until("it is said", |window| window.shows("All panels are closed"));
    window.click("Reset the layout");
    window.until("they are back", |window| window.shows("Grid panel") && window.shows("Viewer panel"));
}

#[test]
fn a_panel_takes_the_whole_window_and_gives_it_back() {
    let mut window = Window::open();
    let before = panel(&window, "Viewer");
    window.press("Maximise Viewer");
    window.until("it is alone", |window| !window.shows("Grid panel"));
    assert!(panel(&window, "Viewer").width() > 1590.0);
    window.key(Modifiers::COMMAND, Key::M);
    window.until("the others are back", |window| window.shows("Grid panel"));
    assert!((panel(&window, "Viewer").min - before.min).length() < 1.0);
    let tab = window.harness.get_by_label("Grid").rect().left_center() + vec2(14.0, 0.0);
    window.harness.hover_at(tab);
    window.settle();
    for _ in 0..2 {
        window.harness.drag_at(tab);
        window.harness.drop_at(tab);
        window.harness.step();
    }
    window.until("the grid is alone", |window| !window.shows("Viewer panel") && window.shows("Grid panel"));
}

#[test]
fn layouts_are_switched_saved_and_deleted_and_outlive_a_restart() {
    let mut window = Window::open();
    choose(&mut window, "Review");
    window.until("the viewer is large", |window| panel(window, "Viewer").width() > 1000.0);
    window.press("Close Facets");
    window.click("Panels and layouts");
    window.click("Save the layout…");
    window.harness.get_by_label("Name of the layout").type_text("Mine");
    window.settle();
    window.click("Save");
    window.until("it is told", |window| window.tells("Saved layout “Mine”"));
    choose(&mut window, "Explore");
    window.until("the first layout is back", |window| window.shows("Facets panel"));
    window.until_remembered("\"layout_name\": \"Explore\"");
    let mut window = window.again();
    choose(&mut window, "Mine");
    window.until("its own is back", |window| !window.shows("Facets") && panel(window, "Viewer").width() > 1000.0);
    window.until_remembered("\"layout_name\": \"Mine\"");
    let mut window = window.again();
    assert!(!window.shows("Facets") && panel(&window, "Viewer").width() > 1000.0);
    window.click("Panels and layouts");
    window.click("Delete a layout");
    window.harness.get_all_by_label("Mine").last().unwrap().click();
    window.settle();
    window.until("it is told", |window| window.tells("Deleted layout “Mine”"));
    window.click("Panels and layouts");
    assert!(!window.shows("Mine"));
}

#[test]
fn the_panels_of_the_frame_follow_it_without_the_viewer() {
    let mut window = Window::open();
    window.press("Close Viewer");
    window.click("Values");
    window.until("values are told", |window| window.tells("stored as"));
    window.press("Close Values");
    window.press("Close Timeline");
    window.until("the labels are in front", |window| window.shows("Labels panel"));
}
