//! The track of the drives: what it tells, where a click leads, and places drawn by hand.

use egui::{Key, Modifiers, Pos2, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

const TRACK: (Modifiers, Key) =
    (Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true }, Key::M);

/// A window with the track open and drawn.
fn opened() -> Window {
    let mut window = Window::open();
    window.key(TRACK.0, TRACK.1);
    window.until("the routes are drawn", |window| window.tells("speed from") && window.tells("Scale "));
    window
}

fn map(window: &Window) -> Rect {
    window.harness.get_by_label("Map of the routes").rect()
}

/// What is told of the frame under the pointer.
fn under_pointer(window: &Window) -> Option<String> {
    let told = window.harness.query_all_by_label_contains(" UTC, ").next()?;
    told.accesskit_node().label()
}

/// Moves the pointer over the map until it is on a route.
fn find_route(window: &mut Window, skip: usize) -> (Pos2, String) {
    let rect = map(window).shrink(20.0);
    let mut found = 0;
    for line in 0..24_u8 {
        for column in 0..40_u8 {
            let at = rect.min + rect.size() * egui::vec2(f32::from(column) / 39.0, f32::from(line) / 23.0);
            window.harness.hover_at(at);
            // A worker tells what is there.
            for _ in 0..6 {
                window.harness.step();
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            if let Some(told) = under_pointer(window) {
                if found == skip {
                    return (at, told);
                }
                found += 1;
            }
        }
    }
    panic!("no route was found under the pointer");
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.harness.drag_at(from);
    window.settle();
    for step in 1..=4_u8 {
        window.harness.hover_at(from.lerp(to, f32::from(step) / 4.0));
        window.settle();
    }
    window.harness.drop_at(to);
    window.settle();
}

#[test]
fn a_route_tells_its_frames_and_a_click_goes_there() {
    let mut window = opened();
    let (at, told) = find_route(&mut window, 12);
    let frame = told.split(',').next().unwrap().to_owned();
    assert!(told.contains("speed "), "{told}");
    window.harness.drag_at(at);
    window.harness.drop_at(at);
    window.until("the frame is shown", |window| window.shown_frame().as_deref() == Some(&*frame));
}

#[test]
fn a_box_becomes_a_condition_that_is_replaced_undone_and_taken_away() {
    let mut window = opened();
    let all = window.matches().unwrap();
    let rect = map(&window);
    window.click("Draw a box to filter by");
    drag(&mut window, rect.left_top() + egui::vec2(60.0, 8.0), rect.center_bottom() - egui::vec2(0.0, 8.0));
    window.until("the filter asks for a place", |window| window.filter().starts_with("in_box("));
    let first = window.filter();
    window.until("it is answered", |window| window.matches().is_some_and(|count| 0 < count && count < all));
    assert_eq!(window.matches(), Some(window.counted_by_command_line(&first)));
    // Brushing again replaces it.
    window.click("Draw a box to filter by");
    drag(&mut window, rect.left_top() + egui::vec2(60.0, 8.0), rect.right_bottom() - egui::vec2(8.0, 8.0));
    window.until("the place is another", |window| {
        window.filter() != first && window.filter().matches("in_box(").count() == 1
    });
    let second = window.filter();
    window.until("it is answered", |window| window.matches() == Some(window.counted_by_command_line(&second)));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the first place is back", |window| window.filter() == first);
    window.key(TRACK.0, Key::Z);
    window.until("the second place is back", |window| window.filter() == second);
    window.click("Filter by no place");
    window.until("there is no filter", |window| window.filter().is_empty());
}

#[test]
fn an_outline_becomes_a_polygon_beside_other_conditions() {
    let mut window = opened();
    window.type_filter("speed >= 0");
    window.leave_text();
    window.click("Draw an outline to filter by");
    let rect = map(&window).shrink(10.0);
    window.harness.drag_at(rect.left_top());
    window.settle();
    for at in [rect.right_top(), rect.right_bottom(), rect.center_bottom(), rect.left_center()] {
        window.harness.hover_at(at);
        window.settle();
    }
    window.harness.drop_at(rect.left_center());
    window.settle();
    window.until("the filter asks for a place", |window| window.filter().starts_with("speed >= 0 and in_polygon("));
    let filter = window.filter();
    window.until("it is answered", |window| window.matches() == Some(window.counted_by_command_line(&filter)));
}

#[test]
fn the_metric_of_the_colours_is_chosen_and_remembered() {
    let mut window = opened();
    window.click("Colour routes by");
    window.press("acceleration");
    window.until("the legend tells it", |window| window.tells("acceleration from"));
    window.until_remembered("\"track\": \"acceleration\"");
    window.click("Follow the frame");
    window.click("Show all routes");
    window.click("Show the frames that match");
    let mut window = window.again();
    window.until("the legend tells it again", |window| window.tells("acceleration from"));
}

#[test]
fn a_lake_without_positions_says_so_and_leads_to_the_settings() {
    let mut window = Window::open_with(|lake| {
        for recording in std::fs::read_dir(lake.join("recordings")).unwrap() {
            std::fs::remove_dir_all(recording.unwrap().path().join("metrics")).unwrap();
        }
    });
    window.key(TRACK.0, TRACK.1);
    window.until("it says so", |window| window.shows("No positions"));
    window.click("Name them…");
    window.until("the settings open", |window| window.shows("Settings of this lake"));
}
