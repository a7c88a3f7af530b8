//! Every object as a tile.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

/// A row of `crops.csv`.
type Row = std::collections::BTreeMap<String, String>;

fn listed(window: &Window, name: &str, args: &[&str]) -> Vec<Row> {
    let out = window.beside(name);
    let base = ["crops", window.lake.to_str().unwrap(), "--out", out.to_str().unwrap()];
    lakescope(&[&base[..], args].concat());
    csv::Reader::from_path(out.join("crops.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

/// The accessible names of the tiles, in the order they stand, and whether their pictures are still to come.
fn tiles(window: &Window) -> Vec<(String, bool)> {
    let mut found: Vec<(f32, f32, String, bool)> = window
        .harness
        .query_all_by_label_contains("Object ")
        .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        .map(|node| {
            let label = node.accesskit_node().label().unwrap();
            (node.rect().top(), node.rect().left(), label, node.accesskit_node().is_busy())
        })
        .collect();
    found.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap());
    found.into_iter().map(|(_, _, label, busy)| (label, busy)).collect()
}

fn name_of(row: &Row) -> String {
    format!("Object {} on {}", row["class"], row["frame_id"])
}

fn stands_as(window: &mut Window, what: &str, rows: &[Row]) {
    let names: Vec<String> = rows.iter().map(name_of).collect();
    window.until(what, |window| {
        let shown = tiles(window);
        !shown.is_empty() && shown.iter().zip(&names).all(|((tile, busy), name)| tile.starts_with(name) && !busy)
    });
}

#[test]
fn every_object_of_a_class_is_a_tile_in_the_order_of_the_command_line() {
    let mut window = Window::open();
    let all = listed(&window, "all", &[]);
    window.key(Modifiers::NONE, Key::O);
    stands_as(&mut window, "all objects are there", &all);
    let counted = |rows: &[Row]| {
        let frames: std::collections::BTreeSet<&String> = rows.iter().map(|row| &row["frame_id"]).collect();
        format!("{} objects on {} frames", rows.len(), frames.len())
    };
    window.click("Which objects");
    window.press("Objects: car");
    window.leave_text();
    let cars = listed(&window, "cars", &["--class", "car"]);
    stands_as(&mut window, "the cars are there", &cars);
    window.until("they are counted", |window| window.shows(&counted(&cars)));
    for (entry, order) in [("Size of the box", "size"), ("Score", "score"), ("Track", "track"), ("Time", "time")] {
        window.click("Sort");
        window.press(entry);
        let rows = listed(&window, order, &["--class", "car", "--sort", order]);
        stands_as(&mut window, &format!("by {order}"), &rows);
        window.click("Order: Ascending");
        let turned = listed(&window, &format!("{order}-desc"), &["--class", "car", "--sort", &format!("{order}:desc")]);
        stands_as(&mut window, &format!("by {order}, the largest first"), &turned);
        window.click("Order: Descending");
    }
    // A filter and a condition narrow them; what is chosen is remembered.
    window.type_filter("camera = \"front\"");
    window.leave_text();
    window.click("Which objects");
    window.harness.get_by_label("Condition on objects").focus();
    window.settle();
    window.harness.get_by_label("Condition on objects").type_text("w > 12");
    window.harness.key_press(Key::Enter);
    window.settle();
    window.leave_text();
    let args = ["--class", "car", "--where", "camera = \"front\"", "--label", "w > 12", "--sort", "time"];
    let narrowed = listed(&window, "narrowed", &args);
    assert!(!narrowed.is_empty() && narrowed.len() < cars.len());
    stands_as(&mut window, "fewer are there", &narrowed);
    window.until_remembered("\"condition\": \"w > 12\"");
    let mut window = window.again();
    stands_as(&mut window, "the same are there again", &narrowed);
}

#[test]
fn an_object_shows_its_frame_and_chooses_it() {
    let mut window = Window::open();
    let all = listed(&window, "all", &["--class", "car"]);
    window.key(Modifiers::NONE, Key::O);
    window.until("objects are there", |window| window.tells("Object car on "));
    window.click("Which objects");
    window.press("Objects: car");
    window.leave_text();
    stands_as(&mut window, "the cars are there", &all);
    // Several objects can be on one frame, so tiles are taken by place.
    let tile = |window: &Window, at: usize| {
        let mut rects: Vec<egui::Rect> = window
            .harness
            .query_all_by_label_contains("Object ")
            .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
            .map(|node| node.rect())
            .collect();
        rects.sort_by(|a, b| (a.top(), a.left()).partial_cmp(&(b.top(), b.left())).unwrap());
        rects[at].center()
    };
    let press = |window: &mut Window, at: usize, modifiers: Modifiers| {
        let at = tile(window, at);
        window.harness.hover_at(at);
        window.harness.step();
        for pressed in [true, false] {
            window.harness.event_modifiers(
                egui::Event::PointerButton { pos: at, button: egui::PointerButton::Primary, pressed, modifiers },
                modifiers,
            );
            window.harness.step();
        }
        window.settle();
    };
    press(&mut window, 3, Modifiers::NONE);
    window.until("its frame is shown", |window| window.shown_frame() == Some(all[3]["frame_id"].clone()));
    press(&mut window, 5, Modifiers::COMMAND);
    window.until("its frame is chosen", |window| window.shows("1 selected"));
    press(&mut window, 5, Modifiers::COMMAND);
    window.until("it is given up", |window| !window.tells(" selected"));
    press(&mut window, 1, Modifiers::NONE);
    press(&mut window, 6, Modifiers::SHIFT);
    let frames: std::collections::BTreeSet<&String> = all[1..=6].iter().map(|row| &row["frame_id"]).collect();
    window.until("their frames are chosen", |window| window.shows(&format!("{} selected", frames.len())));
    window.key(Modifiers::COMMAND, Key::A);
    let frames: std::collections::BTreeSet<&String> = all.iter().map(|row| &row["frame_id"]).collect();
    window.until("all frames with a car are chosen", |window| window.shows(&format!("{} selected", frames.len())));
}

#[test]
fn an_empty_grid_says_why_and_what_to_do() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::O);
    window.until("objects are there", |window| !tiles(window).is_empty());
    let condition = |window: &mut Window, text: &str| {
        window.click("Which objects");
        window.harness.get_by_label("Condition on objects").focus();
        window.settle();
        window.harness.get_by_label("Condition on objects").type_text(text);
        window.settle();
        window.harness.key_press(Key::Enter);
        window.settle();
        window.leave_text();
    };
    condition(&mut window, "w > 100000");
    window.until("no object is so wide", |window| window.shows("No such object") && window.tells("w > 100000"));
    window.click("Show all objects");
    window.until("objects are back", |window| !tiles(window).is_empty());
    condition(&mut window, "widht > 3");
    window.until("the mistake is told", |window| window.shows("The objects cannot be found") && window.tells("widht"));
    window.click("Show all objects");
    window.until("objects are back again", |window| !tiles(window).is_empty());
    // A filter without a match says which of its parts is to blame.
    window.type_filter("speed > -1 and speed > 1e6");
    window.until("nothing matches", |window| window.shows("No frame matches"));
    window.until("a reason is told", |window| window.tells("speed > 1e6 holds on no frame at all"));
    window.leave_text();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.until("objects are there once more", |window| !tiles(window).is_empty());
    window.key(Modifiers::NONE, Key::O);
    window.until("frames are back", |window| window.tiles().0 > 0);
}
