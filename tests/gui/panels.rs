//! The panels beside the grid, and what the window remembers of them.

use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

/// Width of the tiles that are wholly or partly on screen.
fn tiles(window: &Window) -> Vec<egui::Rect> {
    window
        .harness
        .query_all_by_label_contains("Frame ")
        .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        .map(|node| node.rect())
        .collect()
}

#[test]
fn a_narrow_window_keeps_the_grid_and_makes_tabs_of_what_has_no_room() {
    let mut window = Window::open();
    for (width, facets, viewer) in
        [(900.0, true, true), (700.0, false, true), (564.0, false, true), (540.0, false, false)]
    {
        window.resize(width, 600.0);
        assert_eq!(window.shows("Facets panel"), facets, "{width}");
        assert_eq!(window.shows("Viewer panel"), viewer, "{width}");
        for tab in ["Facets", "Grid", "Viewer", "Timeline", "Values"] {
            assert!(window.shows(tab), "{width} {tab}");
        }
        let tiles = tiles(&window);
        assert!(!tiles.is_empty(), "{width}");
        assert!(tiles.iter().all(|tile| tile.left() >= 0.0 && tile.right() <= width), "{width}: {tiles:?}");
    }
    window.click("Facets");
    assert!(window.shows("Facets panel") && !window.shows("Grid panel"));
    window.resize(1600.0, 1000.0);
    assert!(window.shows("Facets panel") && window.shows("Grid panel") && window.shows("Viewer panel"));
}

#[test]
fn a_panel_is_put_away_and_comes_back() {
    let mut window = Window::open();
    let keys = egui::Modifiers::COMMAND | egui::Modifiers::SHIFT;
    window.key(keys, egui::Key::F);
    assert!(!window.shows("Facets") && !window.shows("Facets panel"));
    window.key(keys, egui::Key::F);
    assert!(window.shows("Facets") && window.shows("Facets panel"));
}

#[test]
fn facets_that_are_asked_for_in_a_narrow_window_come_to_the_front() {
    let mut window = Window::open();
    let keys = egui::Modifiers::COMMAND | egui::Modifiers::SHIFT;
    window.resize(700.0, 600.0);
    assert!(!window.shows("Facets panel"));
    window.key(keys, egui::Key::F);
    assert!(window.shows("Facets panel") && window.shows("Viewer panel"));
    window.key(keys, egui::Key::F);
    assert!(!window.shows("Facets") && window.shows("Grid panel"));
}

#[test]
fn widths_of_panels_are_remembered() {
    let mut window = Window::open();
    let edge = window.harness.get_by_label("Edge between Facets and Grid").rect().center();
    window.harness.drag_at(edge);
    window.settle();
    window.harness.hover_at(edge + egui::vec2(60.0, 0.0));
    window.settle();
    window.harness.drop_at(edge + egui::vec2(60.0, 0.0));
    window.settle();
    let moved = window.harness.get_by_label("Edge between Facets and Grid").rect().center().x;
    assert!((moved - edge.x - 60.0).abs() < 2.0, "{moved}");
    window.until_remembered("\"size\": 332.0");
    let window = window.again();
    let again = window.harness.get_by_label("Edge between Facets and Grid").rect().center().x;
    assert!((again - moved).abs() < 1.0, "{again} {moved}");
}

#[test]
fn the_memory_for_pictures_is_chosen_and_remembered() {
    let mut window = Window::open();
    window.click("Menu");
    window.click("View");
    window.click("Memory for pictures");
    window.press("1 GB");
    window.until_remembered("\"memory\": \"large\"");
}

#[test]
fn the_order_switch_is_there_without_a_sort() {
    let mut window = Window::open();
    window.click("Order: Ascending");
    window.until("the last frame comes first", |window| {
        !tiles(window).is_empty() && window.shows("Order: Descending") && window.tells("/39")
    });
    window.click("Order: Descending");
    window.until("it is turned back", |window| window.shows("Order: Ascending") && window.tells("/0"));
}
