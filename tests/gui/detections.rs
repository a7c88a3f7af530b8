//! The Detections workspace: what is asked, what is shown, where a click leads, and what is written.

use std::{fmt::Write, fs};

use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lakescope::gui::{Command, DetectionsCommand};

use crate::{harness::Window, servers::Server};

pub const OPEN: (Modifiers, Key) = (Modifiers::COMMAND, Key::Num3);
const REDO: Modifiers = Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true };

/// Events of three places, one of which the table lacks; detection 3 came twice, and camera 77 is a footage of the lake.
fn events(first_ms: i64) -> String {
    let mut text = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n".to_owned();
    let mut event = |place: i64, camera: i64, id: i64, item: &str, after_s: i64| {
        let cells = [place.to_string(), camera.to_string(), id.to_string(), item.to_owned()].join(",");
        text += &[cells, (first_ms + after_s * 1000).to_string()].join(",");
        text.push('\n');
    };
    for id in 0..6 {
        event(1, 77, id, "car", id / 2);
    }
    event(1, 77, 3, "car", 40);
    for id in 10..13 {
        event(1, 5, id, "bus", 600);
    }
    for id in 20..24 {
        event(2, 6, id, "bicycle", 3600);
    }
    event(99, 7, 30, "car", 7200);
    text
}

/// A window on a lake with these events, on the page of the workspace.
pub fn opened() -> Window {
    let mut window = Window::open_with(|lake| {
        // The cameras of the events are footages of the lake, and the events lie in the time of its frames.
        fs::write(lake.join("lake.toml"), "[footages.\"*\"]\nvideo_camera_oid = 77\n").unwrap();
        let _ = fs::remove_dir_all(lake.join("landing"));
        fs::create_dir_all(lake.join("landing")).unwrap();
        fs::create_dir_all(lake.join("reference")).unwrap();
        fs::write(lake.join("landing/detections_1.csv"), events(first_frame_ms(lake))).unwrap();
        let _ = fs::remove_file(lake.join("reference/locations.parquet"));
        let places = "geographical_location_oid,geographical_location,latitude,longitude\n1,Pier,52.5,13.4\n2,Quay,52.6,13.5\n3,Dock,52.4,13.3\n";
        fs::write(lake.join("reference/locations.csv"), places).unwrap();
    });
    window.key(OPEN.0, OPEN.1);
    window.until("the items are ranked", |window| window.shows("Rank 1 car, 6 events at Pier"));
    window
}

/// Time of the first frame of the lake, ms.
fn first_frame_ms(lake: &std::path::Path) -> i64 {
    let lake = lake.to_str().unwrap();
    crate::harness::lakescope(&["index", lake]);
    let rows =
        crate::harness::lakescope(&["frames", lake, "--limit", "1", "--columns", "timestamp_ns", "--format", "csv"]);
    let ns: i64 = rows.lines().nth(1).unwrap().split(',').find_map(|cell| cell.parse().ok()).unwrap();
    ns / 1_000_000
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

fn chosen_span(window: &Window) -> String {
    window.harness.get_by_label("Span of time").value().unwrap_or_default()
}

#[test]
fn the_steps_tell_what_became_of_the_events() {
    let mut window = opened();
    window.until("locations are listed", |window| window.tells("Dock, 0 events"));
    for told in ["15 rows read", "15 events", "14 distinct, − 1 duplicate", "14 counted", "13 with a name, + 1 without"]
    {
        assert!(window.shows(told), "{told}");
    }
    assert!(window.shows("Pier, 9 events, 64.3 %"), "the busiest location and its share");
    assert!(window.shows("oid 99, 1 event, 7.1 %, not in the table of locations"));
}

#[test]
fn the_number_of_ranks_the_scope_and_duplicates_are_chosen_and_taken_back() {
    let mut window = opened();
    window.harness.get_by_label("Ranks up to").focus();
    window.settle();
    window.key(Modifiers::NONE, Key::ArrowUp);
    window.leave_text();
    window.click("Overall");
    window.until("items of all locations are ranked", |window| window.shows("Rank 1 car, 7 events at All locations"));
    window.click("Count each detection once");
    window.until("copies count, too", |window| window.shows("Rank 1 car, 8 events at All locations"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("copies do not count", |window| window.shows("Rank 1 car, 7 events at All locations"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("locations are told apart", |window| window.shows("Rank 1 car, 6 events at Pier"));
    window.key(REDO, Key::Z);
    window.until("items of all locations are ranked again", |window| window.tells("at All locations"));
    window.until_remembered("\"overall\": true");
    let line = window.copied_by(REDO, Key::C);
    assert!(line.starts_with("lakescope top ") && line.contains("--by global"), "{line}");
}

#[test]
fn a_location_limits_all_panels_but_its_own_list() {
    let mut window = opened();
    window.until("the locations are listed", |window| window.shows("Quay, 4 events, 28.6 %"));
    window.click("Quay, 4 events, 28.6 %");
    window.until("only that location is ranked", |window| {
        window.shows("Rank 1 bicycle, 4 events at Quay") && !window.tells("at Pier")
    });
    window.until("the others are still listed", |window| window.shows("Pier, 9 events, 64.3 %"));
    window.click("Take all limits away");
    window.until("all are ranked again", |window| window.shows("Rank 1 car, 6 events at Pier"));
}

#[test]
fn a_drag_across_the_chart_is_the_span() {
    let mut window = opened();
    window.until("the chart is drawn", |window| window.tells("Events over time: "));
    let chart = window.harness.get_by_label_contains("Events over time: ").rect();
    assert_eq!(chosen_span(&window), "All times");
    drag(&mut window, chart.left_center() + egui::vec2(70.0, 0.0), chart.center() - egui::vec2(60.0, 0.0));
    window.until("the span is set", |window| chosen_span(window) != "All times");
    window.until("it limits the answer", |window| !window.tells("events at oid 99") && window.tells("at Pier"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the span is gone", |window| chosen_span(window) == "All times");
    window.until("all count again", |window| window.shows("Rank 1 car, 1 event at oid 99"));
}

#[test]
fn an_item_leads_to_its_events_and_their_frames() {
    let mut window = opened();
    window.click("Rank 1 car, 6 events at Pier");
    window.until("its events are listed", |window| window.tells("camera 77, detection 3, 2 copies"));
    window.until("frames show them", |window| window.tells("Open frame "));
    let frame = window.harness.query_all_by_label_contains("Open frame ").next().unwrap();
    let id = frame.accesskit_node().label().unwrap().strip_prefix("Open frame ").unwrap().to_owned();
    window.click(&format!("Open frame {id}"));
    window.until("the frame is shown in Explore", |window| window.shown_frame().as_deref() == Some(&*id));
}

#[test]
fn the_answer_and_a_chart_are_written() {
    let mut window = opened();
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog opens", |window| window.shows("Export the top items"));
    window.click("JSON");
    let file = window.harness.get_by_label("File").value().unwrap();
    assert_eq!(std::path::Path::new(&file).extension().unwrap(), "json", "{file}");
    window.click("Write");
    window.until("it is written", |_| fs::metadata(&file).is_ok());
    let rows: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 4);
    assert_eq!((rows[0]["geographical_location"].as_str(), rows[0]["item_count"].as_i64()), (Some("Pier"), Some(6)));
    let whole = crate::harness::lakescope(&["top", window.lake.to_str().unwrap(), "--format", "json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&whole).unwrap(), rows, "as the command line answers");
    window.until("the chart is there", |window| window.tells("Events over time: "));
    window.click("Save the chart “Events over time”");
    window.until("its dialog opens", |window| window.shows("Save “Events over time”"));
    let file = window.harness.get_by_label("File").value().unwrap();
    window.click("Write");
    window.until("the picture is written", |_| fs::metadata(&file).is_ok_and(|file| file.len() > 1000));
    window.click("Save the chart “Top items”");
    window.until("its dialog opens", |window| window.shows("Save “Top items”"));
    let file = window.harness.get_by_label("File").value().unwrap();
    window.click("Write");
    window.until("the bars are written", |_| fs::metadata(&file).is_ok_and(|file| file.len() > 1000));
    let picture = image::open(&file).unwrap();
    // Three locations with four items, two pixels a point.
    assert_eq!((picture.width(), picture.height()), (1280, 2 * (7 * 28 + 64)));
}

#[test]
fn duplicates_are_told_with_their_delays_and_cameras() {
    let mut window = opened();
    window.click("Duplicates");
    window.until("they are told", |window| window.shows("1 duplicate of 15 events (6.7 %)"));
    assert!(window.tells("Camera 77: 1 of 7"), "by camera");
    assert!(window.shows("None: all copies name the same location, camera and item."));
}

#[test]
fn the_table_is_sorted_and_copied() {
    let mut window = opened();
    window.click("Table");
    window.until("rows are there", |window| window.shows("1, Pier, 1, car, 6"));
    window.click("Sort by item_count");
    window.until("the order is kept", |window| window.shows("Sort by item_count"));
    window.until_remembered("\"table\"");
}

#[test]
fn events_of_another_file_are_asked_by_their_path() {
    let mut window = opened();
    let other = window.beside("other.csv");
    let head = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n";
    fs::write(&other, format!("{head}2,1,1,tram,1714550400000\n")).unwrap();
    window.click("Which events");
    window.harness.get_by_label("Path of events").focus();
    window.settle();
    window.harness.get_by_label("Path of events").type_text(other.to_str().unwrap());
    window.settle();
    window.click("Use these");
    window.until("its events are ranked", |window| window.shows("Rank 1 tram, 1 event at Quay"));
    window.leave_text();
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the lake's own are back", |window| window.shows("Rank 1 car, 6 events at Pier"));
}

#[test]
fn a_lake_without_events_says_what_it_looks_for() {
    let mut window = Window::open_with(|lake| {
        let _ = fs::remove_dir_all(lake.join("landing"));
    });
    window.key(OPEN.0, OPEN.1);
    window.until("it says so", |window| window.shows("No detections in this lake"));
    assert!(window.tells("detections_*"));
    let lake = window.lake.clone();
    fs::create_dir_all(lake.join("landing")).unwrap();
    fs::write(lake.join("landing/detections_1.csv"), events(1_714_550_400_000)).unwrap();
    window.click("Look again");
    window.until("they are found", |window| window.tells("Rank 1 car"));
}

#[test]
fn a_server_that_is_not_there_is_told_and_the_window_goes_on() {
    let mut window = opened();
    let text = r#"{"engine": "sc://127.0.0.1:9/;token=secret"}"#;
    let choice = Box::new(serde_json::from_str(text).unwrap());
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().apply(Command::Detections(DetectionsCommand::Ask(choice)), &ctx);
    window.until("it says so", |window| window.tells("127.0.0.1:9") && window.shows("Retry"));
    let line = window.copied_by(REDO, Key::C);
    assert!(line.contains("--engine sc://127.0.0.1:9 ") && !line.contains("secret"), "{line}");
    window.until_remembered("\"sc://127.0.0.1:9\"");
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("this machine answers again", |window| window.shows("Rank 1 car, 6 events at Pier"));
}

/// Asks what the words of a choice say.
pub fn ask(window: &mut Window, choice: &str) {
    let choice = Box::new(serde_json::from_str(choice).unwrap());
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().apply(Command::Detections(DetectionsCommand::Ask(choice)), &ctx);
}

#[test]
fn a_server_that_dies_is_told_and_a_new_try_works() {
    let Some(mut server) = Server::sail() else { return };
    let mut window = opened();
    ask(&mut window, &format!("{{\"engine\": \"{}\", \"n\": 1}}", server.url()));
    window.until("the server answers", |window| {
        !window.tells("Rank 2 bus") && window.shows("Rank 1 car, 6 events at Pier")
    });
    server.kill();
    ask(&mut window, &format!("{{\"engine\": \"{}\", \"n\": 2}}", server.url()));
    let host = server.url().replace("sc://", "");
    window.until("it says that nobody answers", |window| window.tells(&host) && window.shows("Retry"));
    // The window goes on: another page, and back.
    window.key(Modifiers::COMMAND, Key::Num1);
    window.key(OPEN.0, OPEN.1);
    server.sail_again();
    window.click("Retry");
    window.until("the server answers again", |window| window.tells("Rank 2 bus") && !window.shows("Retry"));
}

#[test]
fn copies_that_disagree_are_listed_as_far_as_they_are_in_sight() {
    let mut window = opened();
    let path = window.beside("disagreeing.csv");
    let mut text = "geographical_location_oid,video_camera_oid,detection_oid,item_name,timestamp_detected\n".to_owned();
    for id in 0..700 {
        for copy in 0..2 {
            writeln!(
                text,
                "{},{copy},{id},{},{}",
                1 + copy,
                if copy == 0 { "car" } else { "bus" },
                1_700_000_000 + id * 60 + copy
            )
            .unwrap();
        }
    }
    fs::write(&path, text).unwrap();
    ask(&mut window, &format!("{{\"events\": {:?}}}", path.to_str().unwrap()));
    window.click("Duplicates");
    window.until("they are told", |window| {
        window.shows("700 duplicates of 1,400 events (50 %)") || window.tells("700 duplicates of")
    });
    assert!(
        window
            .tells("700 detections: 700 in the location, 700 in the camera, 700 in the item. The first of each holds.")
    );
    window.resize(1440.0, 2400.0);
    window.until("the first are listed", |window| window.tells("Detection 0: "));
    let listed = window.harness.query_all_by_label_contains("Detection ").count();
    assert!((2..200).contains(&listed), "{listed} of 1400 lines are drawn");
}

#[test]
fn a_drag_with_ctrl_shows_a_part_of_the_chart_alone() {
    let mut window = opened();
    window.until("the chart is drawn", |window| window.tells("Events over time: "));
    let chart = window.harness.get_by_label_contains("Events over time: ").rect();
    let at = |part: f32| chart.left_center() + egui::vec2(60.0 + (chart.width() - 80.0) * part, 0.0);
    let seconds = |window: &mut Window| {
        drag(window, at(0.3), at(0.7));
        window.until("the span is set", |window| chosen_span(window) != "All times");
        let line = window.copied_by(REDO, Key::C);
        let time = |name: &str| {
            let word = line.split(name).nth(1).unwrap().split_whitespace().next().unwrap();
            lakescope::model::parse_time_ns(word.trim_matches(['\'', '"'])).unwrap()
        };
        let (from, to) = (time("--from "), time("--to "));
        window.key(Modifiers::COMMAND, Key::Z);
        window.until("the span is gone", |window| chosen_span(window) == "All times");
        (to - from) / 1_000_000_000
    };
    let whole = seconds(&mut window);
    window.harness.event(egui::Event::ModifiersChanged(Modifiers::COMMAND));
    drag(&mut window, at(0.4), at(0.6));
    window.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.settle();
    assert_eq!(chosen_span(&window), "All times", "what is asked stays as it is");
    let part = seconds(&mut window);
    assert!(part * 3 < whole, "{part} s of {whole} s");
}

#[test]
fn late_events_are_looked_for_when_the_notes_are_opened() {
    let mut window = opened();
    assert!(!window.tells("is late or from the future"));
    window.click("Notes");
    window.until("it is told", |window| window.tells("No event is late or from the future."));
}
