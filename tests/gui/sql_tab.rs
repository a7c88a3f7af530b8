//! The SQL panels: writing a query, running it, its rows and its chart, what is kept, and how it ends when it cannot go on.

use std::{fs, path::Path};

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lakescope::gui::{Command, SqlBounds, SqlCommand};

use crate::harness::{Window, lakescope};

const OPEN: (Modifiers, Key) = (Modifiers::COMMAND, Key::Num2);
const RUN: (Modifiers, Key) = (Modifiers::COMMAND, Key::Enter);
/// A query that never ends within any memory.
const HUGE: &str = "SELECT a.frame_id, b.frame_id AS other, c.frame_id AS third, d.frame_id AS fourth FROM frames a CROSS JOIN \
                    frames b CROSS JOIN frames c CROSS JOIN frames d ORDER BY a.speed, other, third, fourth";
const BY_CAMERA: &str = "SELECT camera, count(*) AS frames FROM frames GROUP BY camera ORDER BY camera";

fn opened() -> Window {
    let mut window = Window::open();
    window.key(OPEN.0, OPEN.1);
    window.click("SQL");
    window.until("the tables are listed", |window| window.shows("Write table frames"));
    window
}

fn type_query(window: &mut Window, text: &str) {
    window.harness.get_by_label("SQL query").focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("SQL query").type_text(text);
    window.settle();
}

fn query(window: &Window) -> String {
    window.harness.get_by_label("SQL query").value().unwrap_or_default()
}

fn run(window: &mut Window, text: &str) {
    type_query(window, text);
    window.key(RUN.0, RUN.1);
}

fn write_to(window: &mut Window, file: &Path) {
    window.until("the dialog opens", |window| window.shows("File"));
    window.harness.get_by_label("File").focus();
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("File").type_text(file.to_str().unwrap());
    window.settle();
    window.click("Write");
    window.until("it is written", |_| fs::metadata(file).is_ok_and(|file| file.len() > 0));
}

fn cameras(window: &Window) -> Vec<String> {
    let text = lakescope(&["sql", window.lake.to_str().unwrap(), BY_CAMERA, "--format", "csv"]);
    text.lines().skip(1).map(|line| line.replace(',', ", ")).collect()
}

#[test]
fn a_query_is_run_charted_and_exported() {
    let mut window = opened();
    run(&mut window, BY_CAMERA);
    let rows = cameras(&window);
    assert_eq!(rows.len(), 2);
    window.until("its rows are there", |window| rows.iter().all(|row| window.shows(row)));
    window.until("it has ended", |window| window.tells("2 rows · 2 columns"));
    window.click("Export the answer");
    let file = window.beside("answer.csv");
    write_to(&mut window, &file);
    let by_command_line = lakescope(&["sql", window.lake.to_str().unwrap(), BY_CAMERA, "--format", "csv"]);
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), by_command_line);
    // The panel of charts is called the same.
    window.harness.query_all_by_label("Chart").last().unwrap().click();
    window.until("it is drawn", |window| window.tells("frames by camera: frames over camera, 2 values"));
    window.click("Save the chart");
    window.click("SVG");
    let file = window.beside("chart.svg");
    write_to(&mut window, &file);
    assert!(fs::read_to_string(&file).unwrap().contains("<svg"));
    window.until_remembered("\"shows_chart\": true");
    window.until_remembered("GROUP BY camera");
}

#[test]
fn rows_are_sorted_by_the_process_of_the_query() {
    let mut window = opened();
    run(&mut window, "SELECT frame_id, frame_idx FROM frames WHERE frame_idx < 3");
    // The heads stay where they are once the rows are read.
    window.until("its rows are there", |window| window.tells("12 rows · ") && window.tells("/front/0, 0"));
    window.click("Sort the answer by frame_idx");
    window.until("it is told", |window| window.tells("sorted by frame_idx, largest first"));
    window.until("the largest comes first", |window| {
        let first = window.harness.query_all_by_label_contains("/front/").next();
        first.and_then(|row| row.accesskit_node().label()).is_some_and(|row| row.ends_with(", 2"))
    });
    let text = "SELECT frame_id, frame_idx FROM frames WHERE frame_idx < 3";
    let lake = window.lake.to_str().unwrap().to_owned();
    let sorted = lakescope(&["sql", &lake, text, "--sort", "frame_idx:desc", "--format", "csv"]);
    assert!(sorted.lines().nth(1).unwrap().ends_with(",2"), "{sorted}");
    assert!(query(&window).ends_with("< 3"), "the text stays as it was typed");
}

#[test]
fn names_are_completed_while_they_are_typed() {
    let mut window = opened();
    type_query(&mut window, "SELECT spe");
    window.until("columns are offered", |window| {
        let offered = window.harness.query_all_by_label("speed");
        offered.into_iter().any(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
    });
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(query(&window), "SELECT speed");
    type_query(&mut window, "SELECT count(*) FROM ");
    window.key(Modifiers::CTRL, Key::Space);
    window.until("tables are offered", |window| window.shows("footages"));
    window.key(Modifiers::NONE, Key::ArrowDown);
    window.key(Modifiers::NONE, Key::Tab);
    assert!(query(&window).len() > "SELECT count(*) FROM ".len(), "{}", query(&window));
    window.click("Show columns of labels");
    window.press("Write column track_id of labels");
    window.until("it is written at the cursor", |window| query(window).ends_with("track_id"));
}

#[test]
fn a_mistake_is_told_with_its_place_and_mended() {
    let mut window = opened();
    type_query(&mut window, "SELECT count(*) AS n\nFROM framse");
    window.until("it is told while typing pauses", |window| window.tells("Line 2, column 6: "));
    run(&mut window, "SELECT count(*) AS n FROM frames WHERE speeed > 1");
    window.until("it is told", |window| window.tells("Line 1, column 40: there is no column `speeed`"));
    window.click("Write speed");
    assert_eq!(query(&window), "SELECT count(*) AS n FROM frames WHERE speed > 1");
    window.key(RUN.0, RUN.1);
    window.until("it is answered", |window| window.tells("1 row · 1 column"));
    assert!(!window.tells("there is no column"));
}

#[test]
fn a_query_can_be_stopped() {
    let mut window = opened();
    run(&mut window, HUGE);
    window.until("it runs", |window| window.shows("Stop"));
    window.click("Stop");
    window.until("it is over", |window| window.tells("Stopped after") && window.shows("Run"));
    run(&mut window, BY_CAMERA);
    let rows = cameras(&window);
    window.until("another one is answered", |window| rows.iter().all(|row| window.shows(row)));
}

#[test]
fn a_query_that_outgrows_its_memory_ends_with_a_message_and_the_window_goes_on() {
    let mut window = opened();
    let ctx = window.harness.ctx.clone();
    let bounds = SqlBounds { memory_mb: 128, ..SqlBounds::default() };
    window.harness.state_mut().apply(Command::Sql(SqlCommand::SetBounds(bounds)), &ctx);
    run(&mut window, HUGE);
    window.until("it is told", |window| window.shows("The query needs more than 128 MB of memory"));
    assert!(window.shows("Allow 256 MB and run again"));
    run(&mut window, BY_CAMERA);
    let rows = cameras(&window);
    window.until("another one is answered", |window| rows.iter().all(|row| window.shows(row)));
    window.key(Modifiers::COMMAND, Key::Num1);
    window.until("the frames are there", |window| window.matches().is_some_and(|frames| frames > 0));
}

#[test]
fn queries_are_kept_under_names_that_the_command_line_knows() {
    let mut window = opened();
    run(&mut window, BY_CAMERA);
    window.until("it is answered", |window| window.tells("2 rows"));
    window.click("Saved queries");
    window.click("Save this query…");
    window.until("a name is asked for", |window| window.shows("Name of the query"));
    window.harness.get_by_label("Name of the query").type_text("cameras");
    window.settle();
    window.click("Save");
    window.until("it is told", |window| window.tells("Saved query “cameras”."));
    let lake = window.lake.to_str().unwrap().to_owned();
    assert!(lakescope(&["sql", &lake, "--queries"]).contains("cameras"));
    type_query(&mut window, "SELECT 1 AS one");
    window.click("Saved queries");
    window.click("Open query cameras");
    window.until("it is open", |window| query(window) == BY_CAMERA);
    window.click("Saved queries");
    window.click("Delete query cameras");
    window.until("it is gone", |window| window.tells("Query “cameras” deleted."));
    assert!(!lakescope(&["sql", &lake, "--queries"]).contains("cameras"));
    window.press("Undo: Query “cameras” deleted.");
    window.until("it is back", |_| lakescope(&["sql", &lake, "--queries"]).contains("cameras"));
    // The menu of saved queries is still open.
    window.key(Modifiers::NONE, Key::Escape);
    window.click("Queries that ran");
    window.until("what ran is listed", |window| window.tells("Open past query SELECT camera"));
}

#[test]
fn a_row_leads_to_its_frame() {
    let mut window = opened();
    run(
        &mut window,
        "SELECT speed, frame_id FROM frames WHERE speed IS NOT NULL ORDER BY speed DESC, frame_id LIMIT 3",
    );
    window.until("its rows are there", |window| window.tells("3 rows"));
    window.until("they are read", |window| window.tells("/front/") || window.tells("/rear/"));
    let row = window.harness.query_all_by_label_contains("/").find_map(|node| {
        let node = node.accesskit_node();
        if node.role() == egui::accesskit::Role::Row { node.label() } else { None }
    });
    let row = row.unwrap();
    let id = row.rsplit(", ").next().unwrap().to_owned();
    window.click(&row);
    window.until("its frame is shown", |window| window.shown_frame().as_deref() == Some(&*id));
}

#[test]
fn a_million_rows_are_scrolled() {
    let mut window = opened();
    run(
        &mut window,
        "SELECT a.frame_id, b.frame_idx, '' AS empty, NULL AS nothing FROM frames a CROSS JOIN frames b CROSS JOIN frames c LIMIT 1000000",
    );
    window.until("all are there", |window| window.tells("1,000,000 rows · 4 columns"));
    window.until("the first are read", |window| window.tells(", , null"));
    let bar = window.harness.get_by_label("Scroll the answer").rect();
    window.harness.drag_at(bar.center_top() + egui::vec2(0.0, 6.0));
    window.settle();
    window.harness.hover_at(bar.center_bottom() + egui::vec2(0.0, 40.0));
    window.settle();
    window.harness.drop_at(bar.center_bottom() + egui::vec2(0.0, 40.0));
    window.until("the last are read", |window| !window.tells("is being read") && window.tells(", null"));
}
