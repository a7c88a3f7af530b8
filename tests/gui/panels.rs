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
fn a_narrow_window_keeps_the_grid_and_lets_the_panels_go() {
    let mut window = Window::open();
    for (width, facets, viewer) in
        [(900.0, true, true), (700.0, false, true), (560.0, false, true), (540.0, false, false)]
    {
        window.resize(width, 600.0);
        assert_eq!(window.shows("Width of the facets"), facets, "{width}");
        assert_eq!(window.shows("Width of the viewer"), viewer, "{width}");
        let tiles = tiles(&window);
        assert!(!tiles.is_empty(), "{width}");
        assert!(tiles.iter().all(|tile| tile.left() >= 0.0 && tile.right() <= width), "{width}: {tiles:?}");
    }
    window.resize(1600.0, 1000.0);
    assert!(window.shows("Width of the facets") && window.shows("Width of the viewer"));
}

#[test]
fn a_panel_is_put_away_and_comes_back() {
    let mut window = Window::open();
    let keys = egui::Modifiers::COMMAND | egui::Modifiers::SHIFT;
    window.key(keys, egui::Key::F);
    assert!(!window.shows("Width of the facets"));
    window.key(keys, egui::Key::F);
    assert!(window.shows("Width of the facets"));
}

#[test]
fn facets_that_are_asked_for_in_a_narrow_window_come_in_place_of_the_viewer() {
    let mut window = Window::open();
    let keys = egui::Modifiers::COMMAND | egui::Modifiers::SHIFT;
    window.resize(700.0, 600.0);
    assert!(!window.shows("Width of the facets"));
    window.key(keys, egui::Key::F);
    assert!(window.shows("Width of the facets") && !window.shows("Width of the viewer"));
    window.key(keys, egui::Key::D);
    assert!(!window.shows("Width of the facets") && window.shows("Width of the viewer"));
}

#[test]
fn widths_of_panels_are_remembered() {
    let mut window = Window::open();
    let edge = window.harness.get_by_label("Width of the facets").rect().center();
    window.harness.drag_at(edge);
    window.settle();
    window.harness.hover_at(edge + egui::vec2(60.0, 0.0));
    window.settle();
    window.harness.drop_at(edge + egui::vec2(60.0, 0.0));
    window.settle();
    let moved = window.harness.get_by_label("Width of the facets").rect().center().x;
    assert!((moved - edge.x - 60.0).abs() < 2.0, "{moved}");
    window.until_remembered(&format!("\"facets_width\": {moved:.1}"));
    let window = window.again();
    let again = window.harness.get_by_label("Width of the facets").rect().center().x;
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
