//! The panels and menus of the Detections workspace: what they show, and that they have room for it.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::{
    detections::{ask, opened},
    harness::Window,
};

/// What is said above an answer that could not be asked anew.
const BEFORE: &str = "Not refreshed: the answer from before";

/// Presses the middle of the right half of what has this name.
fn click_right(window: &mut Window, label: &str) {
    window.until(&format!("{label} is there"), |window| window.shows(label));
    let rect = window.harness.get_by_label(label).rect();
    let at = rect.center() + egui::vec2(rect.width() * 0.25, 0.0);
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerMoved(at));
        let modifiers = Modifiers::NONE;
        let button = egui::PointerButton::Primary;
        window.harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        window.harness.step();
    }
    window.settle();
}

/// How many things have this name.
fn count(window: &Window, label: &str) -> usize {
    window.harness.query_all_by_label(label).count()
}

/// The file that the dialog names, written in a format, once it is there.
fn written(window: &mut Window, format: &str) -> Vec<u8> {
    window.click(format);
    let file = window.harness.get_by_label("File").value().unwrap();
    let _ = fs::remove_file(&file);
    window.click("Write");
    window.until(&format!("{file} is written"), |_| fs::metadata(&file).is_ok());
    fs::read(&file).unwrap()
}

#[test]
fn the_table_is_written_in_the_order_it_shows() {
    let mut window = opened();
    window.click("Table");
    window.until("rows are there", |window| window.shows("1, Pier, 1, car, 6"));
    let top_of = |window: &Window, row: &str| window.harness.get_by_label(row).rect().top();
    // Once for the order, twice for the other way round.
    window.click("Sort by geographical_location_oid");
    window.click("Sort by geographical_location_oid");
    window.until("the order is turned round", |window| {
        top_of(window, "99, , 1, car, 1") < top_of(window, "1, Pier, 1, car, 6")
    });
    assert!(
        top_of(&window, "1, Pier, 1, car, 6") < top_of(&window, "1, Pier, 2, bus, 3"),
        "ranks rise within a location"
    );
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog opens", |window| window.shows("Export the top items"));
    let rows: serde_json::Value = serde_json::from_slice(&written(&mut window, "JSON")).unwrap();
    let told: Vec<(i64, i64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["geographical_location_oid"].as_i64().unwrap(), row["item_rank"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [(99, 1), (2, 1), (1, 1), (1, 2)]);
}

#[test]
fn the_count_is_in_sight_in_a_narrow_window() {
    let mut window = opened();
    ask(&mut window, r#"{"window_ns": 3600000000000}"#);
    window.click("Table");
    window.until("windows are there", |window| window.shows("Sort by window_start"));
    window.resize(760.0, 560.0);
    window.until("the columns can be moved", |window| window.shows("Scroll the columns of the table"));
    let bar = window.harness.get_by_label("Scroll the columns of the table").rect();
    for head in ["Sort by item_rank", "Sort by item_name", "Sort by item_count"] {
        let rect = window.harness.get_by_label(head).rect();
        assert!(bar.x_range().contains(rect.left()) && rect.right() <= bar.right(), "{head}: {rect:?} in {bar:?}");
    }
    let before = window.harness.get_by_label("Sort by item_count").rect().left();
    window.harness.hover_at(bar.center() - egui::vec2(0.0, 60.0));
    window.settle();
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(-40.0, 0.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    });
    window.until("head and rows are moved", |window| {
        window.harness.get_by_label("Sort by item_count").rect().left() < before
    });
}

#[test]
fn the_whole_row_of_an_item_reacts() {
    let mut window = opened();
    window.click("Which items");
    for item in ["Item car", "Item bicycle", "Item bus"] {
        window.until("all items are listed", |window| window.shows(item));
    }
    click_right(&mut window, "Item bus");
    window.until("it alone is ranked", |window| window.shows("Rank 1 bus, 3 events at Pier") && !window.tells("1 car"));
}

#[test]
fn an_engine_that_is_not_there_is_told_once_and_leaves_the_answer() {
    let mut window = opened();
    window.until("locations are listed", |window| window.shows("Pier, 9 events, 64.3 %"));
    ask(&mut window, r#"{"engine": "sc://127.0.0.1:9"}"#);
    window.until("panels say that they are of before", |window| count(window, BEFORE) > 1);
    assert_eq!(count(&window, "Retry"), 1, "there is one way to ask again");
    assert!(window.shows("Rank 1 car, 6 events at Pier"), "the answer of before stays");
    assert!(window.shows("Pier, 9 events, 64.3 %"), "and its locations");
    let told = window.harness.query_all_by_label_contains("127.0.0.1:9");
    let told = told.filter(|node| node.accesskit_node().role() == egui::accesskit::Role::Alert).count();
    assert_eq!(told, 1, "the reason is told once");
    window.click("Use this machine");
    window.until("it is answered here", |window| count(window, BEFORE) == 0 && !window.shows("Retry"));
    assert!(window.shows("Rank 1 car, 6 events at Pier"));
}

#[test]
fn a_mistyped_path_leads_to_the_files() {
    let mut window = opened();
    ask(&mut window, r#"{"events": "/nowhere/detections"}"#);
    window.until("it is told", |window| window.tells("/nowhere/detections") && window.shows("Choose another file"));
    assert!(window.shows("Rank 1 car, 6 events at Pier"), "the answer of before stays");
    window.click("Choose another file");
    window.click("The lake’s own events and locations");
    window.until("they are asked", |window| !window.shows(BEFORE) && window.shows("15 rows read"));
}

#[test]
fn events_follow_when_windows_are_taken_back() {
    let mut window = opened();
    ask(&mut window, r#"{"window_ns": 1000000000}"#);
    window.until("windows are ranked", |window| window.tells(" in these ranks"));
    window.harness.query_all_by_label("Rank 1 car, 2 events at Pier").next().unwrap().click();
    window.settle();
    let listed = |window: &Window| window.harness.query_all_by_label_contains(", camera 77, detection ").count();
    window.until("events of the window are listed", |window| listed(window) == 2);
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("all events of the item are listed", |window| listed(window) == 6);
}

#[test]
fn an_answer_without_rows_says_why() {
    let mut window = opened();
    ask(&mut window, r#"{"from_ns": 0, "to_ns": 60000000000}"#);
    let why = "All 14 events lie outside the span (1970-01-01 – 01-01 00:01): between ";
    window.until("it is told", |window| window.tells(why));
    assert!(window.shows("0 counted, − 14 outside the span"), "and among the steps");
    window.click("Table");
    window.until("in the table, too", |window| window.tells(why));
    ask(&mut window, r#"{"items": ["buss"]}"#);
    window
        .until("a word that is typed wrongly is told", |window| window.tells("No event is of “buss”; “bus” is there."));
}

#[test]
fn duplicates_say_that_limits_do_not_concern_them() {
    let mut window = opened();
    window.click("Duplicates");
    window.until("they are told", |window| window.shows("1 duplicate of 15 events (6.7 %)"));
    let told = "Of all events of the files: span, locations and items do not limit what is told here.";
    assert!(!window.shows(told));
    ask(&mut window, r#"{"items": ["bus"]}"#);
    window.until("it is said", |window| window.shows(told));
}

#[test]
fn every_chart_is_written_in_every_format() {
    let mut window = opened();
    for (tab, chart, formats) in [
        ("Top items", "Top items", &["PNG", "SVG"][..]),
        ("Over time", "Events over time", &["PNG", "SVG", "CSV"]),
        ("Map", "Map of locations", &["PNG", "SVG", "CSV"]),
        ("Skew", "Skew of locations", &["PNG", "SVG", "CSV"]),
        ("Duplicates", "Delay between copies", &["PNG", "SVG", "CSV"]),
    ] {
        window.press(tab);
        let save = format!("Save the chart “{chart}”");
        for format in formats {
            // Messages of the files before may lie above the button.
            window.press(&save);
            window.until("its dialog opens", |window| window.shows(&format!("Save “{chart}”")));
            let bytes = written(&mut window, format);
            match *format {
                "PNG" => {
                    let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
                    let first = *picture.get_pixel(0, 0);
                    assert!(picture.pixels().any(|pixel| *pixel != first), "{chart} is blank");
                }
                "SVG" => {
                    let text = String::from_utf8(bytes).unwrap();
                    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"), "{chart}: {text:.80}");
                    assert!(text.contains("<text"), "{chart} has words");
                }
                _ => {
                    let text = String::from_utf8(bytes).unwrap();
                    let mut rows = csv::ReaderBuilder::new().from_reader(text.as_bytes());
                    let width = rows.headers().unwrap().len();
                    // The reader refuses rows of another width than the head has.
                    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
                    assert!(width > 1 && !rows.is_empty(), "{chart}: {text}");
                }
            }
        }
    }
}
