//! The panel of data quality: what is odd is listed, leads to its moment, and is written as the command line writes it.

use std::{fmt::Write as _, fs, path::Path};

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

const OPEN: (Modifiers, Key) = (Modifiers::COMMAND, Key::Num2);

/// Time of the first frame, ns.
fn first_frame_ns(lake: &Path) -> i64 {
    let lake = lake.to_str().unwrap();
    lakescope(&["index", lake]);
    let told = lakescope(&["frames", lake, "--limit", "1", "--columns", "timestamp_ns", "--format", "csv"]);
    told.lines().nth(1).unwrap().split(',').find_map(|cell| cell.parse().ok()).unwrap()
}

/// A window on a lake with a sensor that has a gap of 1.5 s in its first recording.
fn opened() -> Window {
    let mut window = Window::open_with(|lake| {
        let start = first_frame_ns(lake);
        let mut text = "timestamp_ns,force\n".to_owned();
        for at in (0..50).chain(200..260) {
            writeln!(text, "{},{}", start + at * 10_000_000, 10 + at * 7 % 13).unwrap();
        }
        let mut recordings: Vec<_> =
            fs::read_dir(lake.join("recordings")).unwrap().map(|one| one.unwrap().path()).collect();
        recordings.sort();
        fs::write(recordings[0].join("metrics/force.csv"), text).unwrap();
        lakescope(&["index", lake.to_str().unwrap()]);
    });
    window.key(OPEN.0, OPEN.1);
    window.click("Data quality");
    window
        .until("findings are listed", |window| window.tells("Gap, ") && window.tells(" force, no samples for 1.510 s"));
    window
}

fn gap(window: &Window) -> String {
    let nodes = window.harness.query_all_by_label_contains(" force, no samples for 1.510 s");
    nodes.into_iter().find_map(|node| node.accesskit_node().label()).unwrap()
}

#[test]
fn findings_are_listed_by_kind_and_searched() {
    let mut window = opened();
    let card = |window: &Window| {
        let nodes = window.harness.query_all_by_label_contains("Gap, ");
        nodes.into_iter().filter_map(|node| node.accesskit_node().label()).find(|label| label.ends_with(" found"))
    };
    let name = card(&window).unwrap();
    let others = |window: &Window| window.tells(", the samples begin ");
    assert!(others(&window), "the sensor ends before the camera");
    window.click(&name);
    window.until("only gaps are listed", |window| !others(window));
    assert!(window.tells("no samples for 1.510 s"));
    window.harness.get_by_label("Search in the table").focus();
    window.settle();
    window.harness.get_by_label("Search in the table").type_text("nothing of it");
    window.until("nothing is listed", |window| window.shows("Nothing is listed"));
    window.click("List all");
    window.until("all are listed again", |window| window.tells("no samples for 1.510 s"));
    // What is asked of values stands beside, in panels of its own.
    window.harness.query_all_by_label("Metrics").last().unwrap().click();
    window.until("metrics are listed", |window| window.tells(", force, "));
    window.click("Footages");
    window.until("footages are listed", |window| window.tells(", front, 40, "));
}

#[test]
fn a_finding_is_shown_with_what_is_around_it_and_leads_to_its_moment() {
    let mut window = opened();
    let row = gap(&window);
    window.click(&row);
    window.until("samples around it are drawn", |window| window.tells("Around gap of "));
    window.click("Show in Explore");
    window.until("the frame is shown", |window| window.shown_frame().is_some());
    let shown = window.shown_frame().unwrap();
    let lake = window.lake.to_str().unwrap().to_owned();
    // The gap begins with the last sample before it, 0.49 s after the first frame.
    let start = first_frame_ns(&window.lake) + 490_000_000;
    let text = format!("SELECT min(abs(timestamp_ns - {start})) AS far FROM frames");
    let nearest = lakescope(&["sql", &lake, &text, "--format", "csv"]).lines().nth(1).unwrap().to_owned();
    let text = format!("SELECT abs(timestamp_ns - {start}) AS far FROM frames WHERE frame_id = '{shown}'");
    assert_eq!(lakescope(&["sql", &lake, &text, "--format", "csv"]).lines().nth(1), Some(&*nearest));
}

#[test]
fn what_is_listed_is_written_as_the_command_line_writes_it() {
    let mut window = opened();
    window.click("Export as CSV");
    window.until("the dialog opens", |window| window.shows("Export findings"));
    let file = window.harness.get_by_label("File").value().unwrap();
    window.click("Write");
    window.until("it is written", |_| fs::metadata(&file).is_ok());
    let lake = window.lake.to_str().unwrap().to_owned();
    let other = window.beside("by command line.csv");
    lakescope(&["quality", &lake, "--out", other.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&file).unwrap(), fs::read_to_string(&other).unwrap());
}
