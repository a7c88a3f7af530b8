//! The Statistics workspace: a question is built, its numbers and its chart follow the filter, and a press leads to frames.

use std::fs;

use egui::{Key, Modifiers, Pos2, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lakescope::gui::{Command, StatChoice, StatisticsCommand};

use crate::harness::{Window, lakescope};

const REDO: Modifiers = Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true };
const USUAL: &str = "count,mean,min,max";

/// A window on the page of the workspace, with its first chart.
fn opened() -> Window {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("the first chart is drawn", |window| window.tells("Bars of acceleration, mean by recording: "));
    window
}

fn ask(window: &mut Window, choice: StatChoice) {
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().apply(Command::Statistics(StatisticsCommand::Ask(Box::new(choice))), &ctx);
    window.settle();
}

fn chart(window: &Window, name: &str) -> Rect {
    window.harness.get_by_label_contains(name).rect()
}

/// A place of the plot: the axis on the left and the one below take some of the whole.
fn place(chart: Rect, x: f32, y: f32) -> Pos2 {
    let plot = Rect::from_min_max(chart.min + vec2(52.0, 4.0), chart.max - vec2(4.0, 40.0));
    plot.min + plot.size() * vec2(x, y)
}

fn press_at(window: &mut Window, at: Pos2) {
    window.harness.hover_at(at);
    window.settle();
    window.harness.drag_at(at);
    window.settle();
    window.harness.drop_at(at);
    window.settle();
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

/// What the command line tells, as rows of cells.
fn told(window: &Window, arguments: &[&str]) -> Vec<serde_json::Value> {
    let lake = window.lake.to_str().unwrap();
    let text = lakescope(&[&["stats", lake][..], arguments, &["--json"]].concat());
    serde_json::from_str(&text).unwrap()
}

/// Whether the table shows the first two cells of each of these rows: the recording, and how many.
fn shows_counts(window: &Window, rows: &[serde_json::Value], column: &str) -> bool {
    rows.iter().all(|row| {
        let line = format!("{}, {}, ", row["recording"].as_str().unwrap(), row[column].as_u64().unwrap());
        window.tells(&line)
    })
}

#[test]
fn a_chart_is_built_and_a_bar_leads_to_its_frames_and_back() {
    let mut window = opened();
    window.click("Add a metric");
    window.press("Metric speed");
    window.leave_text();
    window.click("Take out metric acceleration");
    window.until("speed is drawn", |window| window.tells("Bars of speed, mean by recording: "));
    let bar = place(chart(&window, "Bars of speed, mean by recording: "), 0.75, 0.9);
    press_at(&mut window, bar);
    window.until("the frames are shown in Explore", |window| {
        window.filter().starts_with("recording = ") && window.matches().is_some()
    });
    let filter = window.filter();
    // Messages go by themselves: what they offer is pressed before anything slow is done.
    window.click("Back to the chart: These are the frames behind the chart.");
    window.until("the chart is of all again", |window| {
        window.filter().is_empty() && window.tells("Bars of speed, mean by recording: ")
    });
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the filter of the bar is back", |window| window.filter() == filter);
    let expected = window.counted_by_command_line(&filter);
    assert!(expected > 0);
    window.key(Modifiers::COMMAND, Key::Num1);
    window.until("as many as the command line finds", |window| window.matches() == Some(expected));
    window.key(Modifiers::COMMAND, Key::Num2);
    for _ in 0..2 {
        window.key(Modifiers::COMMAND, Key::Z);
    }
    window.until("the metric that was taken out is back", |window| window.shows("Take out metric acceleration"));
}

#[test]
fn the_filter_moves_the_numbers_and_a_brush_on_the_chart_moves_the_filter() {
    let mut window = opened();
    let all = told(&window, &["--metric", "acceleration", "--by", "recording", "--agg", USUAL]);
    window.until("all readings are told", |window| shows_counts(window, &all, "acceleration_count"));
    window.type_filter("speed > 10");
    let some =
        told(&window, &["--metric", "acceleration", "--by", "recording", "--agg", USUAL, "--where", "speed > 10"]);
    assert_ne!(all, some);
    window.until("fewer are told", |window| shows_counts(window, &some, "acceleration_count"));
    window.leave_text();
    window.click("Histogram");
    window.until("its shape is drawn", |window| window.tells("Histogram of acceleration, "));
    let whole = chart(&window, "Histogram of acceleration, ");
    drag(&mut window, place(whole, 0.3, 0.5), place(whole, 0.6, 0.5));
    window.until("the filter has the range", |window| window.filter().contains("acceleration between "));
    assert!(window.filter().starts_with("speed > 10 and "), "{}", window.filter());
    let filter = window.filter();
    let brushed = told(&window, &["--metric", "acceleration", "--by", "recording", "--agg", USUAL, "--where", &filter]);
    window.until("the numbers follow", |window| shows_counts(window, &brushed, "acceleration_count"));
    window.until("what lies beside the range is still there", |window| window.tells("Histogram of acceleration, "));
    let line = window.copied_by(REDO, Key::C);
    assert!(line.starts_with("lakescope stats ") && line.contains("acceleration between"), "{line}");
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("a drag is one step", |window| window.filter() == "speed > 10");
}

#[test]
fn bars_of_a_histogram_are_chosen_and_scales_are_logarithms() {
    let mut window = opened();
    window.click("Histogram");
    window.until("it is drawn", |window| window.tells("Histogram of acceleration, "));
    let bars = |window: &Window| -> Option<usize> {
        let node = window.harness.query_all_by_label_contains("Histogram of acceleration, ").next()?;
        let label = node.accesskit_node().label()?;
        label.strip_prefix("Histogram of acceleration, ")?.split(' ').next()?.parse().ok()
    };
    let suits = bars(&window).unwrap();
    let expected = told(&window, &["--metric", "acceleration", "--by", "recording", "--as", "histogram"]);
    assert_eq!(suits * 2, expected.len(), "two recordings with as many bars as the command line has");
    let choice = StatChoice { by: Vec::new(), metrics: vec!["acceleration".into()], ..StatChoice::default() };
    let mut histogram: StatChoice = serde_json::from_value(serde_json::json!({"chart": "histogram"})).unwrap();
    histogram.metrics = choice.metrics;
    ask(&mut window, histogram);
    window.until("one histogram of all", |window| bars(window).is_some_and(|count| count > 0));
    let suits = bars(&window).unwrap();
    window.harness.get_by_label("Number of bars").focus();
    window.settle();
    window.key(Modifiers::NONE, Key::ArrowUp);
    window.leave_text();
    window.until("there is one bar more", |window| bars(window) == Some(suits + 1));
    window.click("Automatic");
    window.until("there are as many as before", |window| bars(window) == Some(suits));
    window.click("Scale of logarithms: Log y");
    window.until_remembered("\"log_y\": true");
    window.key(Modifiers::COMMAND, Key::Z);
    window.until_remembered("\"chart\": \"histogram\"");
    window.click("Scale of logarithms: Log x");
    window.until_remembered("\"log_x\": true");
    let expected = told(&window, &["--metric", "acceleration", "--as", "log-histogram"]).len();
    window.until("bars are of values above 0", |window| bars(window) == Some(expected));
}

#[test]
fn each_metric_has_a_histogram_that_follows_the_others() {
    let mut window = opened();
    let choice = StatChoice {
        metrics: ["speed", "acceleration"].map(str::to_owned).to_vec(),
        frames: true,
        ..StatChoice::default()
    };
    ask(&mut window, choice);
    window.click("Histogram");
    let both = |window: &Window| window.tells("Histogram of speed, ") && window.tells("Histogram of acceleration, ");
    window.until("both are drawn", both);
    let counts = |window: &Window, filter: &str| {
        let rows =
            told(window, &["--metric", "speed,acceleration", "--agg", USUAL, "--over", "frames", "--where", filter]);
        format!("{}, ", rows[0]["speed_count"].as_u64().unwrap())
    };
    let all = counts(&window, "");
    window.until("all frames are told", |window| window.tells(&all));
    let second = chart(&window, "Histogram of acceleration, ");
    assert!(!second.intersects(chart(&window, "Histogram of speed, ")));
    drag(&mut window, place(second, 0.3, 0.5), place(second, 0.6, 0.5));
    window.until("the filter has the range", |window| window.filter().starts_with("acceleration between "));
    let filter = window.filter();
    let some = counts(&window, &filter);
    assert_ne!(all, some);
    window.until("the numbers are those of the command line", |window| window.tells(&some) && both(window));
    let out = window.beside("both.csv");
    let ctx = window.harness.ctx.clone();
    let write = Command::Statistics(StatisticsCommand::ExportChart(out.clone()));
    window.harness.state_mut().apply(write, &ctx);
    window.until("both are written", |_| fs::metadata(&out).is_ok_and(|file| file.len() > 40));
    let rows = fs::read_to_string(&out).unwrap();
    let expected = |metric: &str, filter: &str| {
        let asked = ["--metric", metric, "--over", "frames", "--as", "histogram", "--where", filter];
        told(&window, &asked).iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>()
    };
    let written = |metric: &str| -> u64 {
        let own = rows.lines().filter(|row| row.starts_with(&format!("\"{metric}, ")));
        own.map(|row| row.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!(written("speed"), expected("speed", &filter), "{rows}");
    assert_eq!(written("acceleration"), expected("acceleration", ""), "its own range leaves it whole");
    window.click("Metrics that are drawn");
    window.press("Draw speed");
    window.until("only one is left", |window| {
        window.tells("Histogram of speed, ") && !window.tells("Histogram of acceleration, ")
    });
}

#[test]
fn a_cell_of_a_heat_map_leads_to_its_frames() {
    let mut window = opened();
    let by = ["recording", "camera"].map(str::to_owned).to_vec();
    ask(&mut window, StatChoice { metrics: vec!["speed".into()], by, ..StatChoice::default() });
    window.click("Heat map");
    window.until("groups have cells", |window| window.tells("Heat map of speed, mean by recording, camera: "));
    let whole = chart(&window, "Heat map of speed, mean by recording, camera: ");
    press_at(&mut window, place(whole, 0.2, 0.3));
    window.until("its frames are shown", |window| {
        let filter = window.filter();
        filter.contains("recording = ") && filter.contains("camera = ") && window.matches().is_some()
    });
    let expected = window.counted_by_command_line(&window.filter());
    assert!(expected > 0);
    window.until("as many as the command line finds", |window| window.matches() == Some(expected));
}

#[test]
fn every_kind_of_chart_is_drawn_and_written() {
    let mut window = opened();
    let choice = StatChoice {
        metrics: ["speed", "acceleration", "brake"].map(str::to_owned).to_vec(),
        by: vec!["camera".into()],
        frames: true,
        ..StatChoice::default()
    };
    ask(&mut window, choice.clone());
    for (kind, name) in [
        ("Boxes", "Boxes of speed by camera: "),
        ("Scatter", "Scatter of acceleration over speed: "),
        ("Heat map", "Density of acceleration over speed: "),
        ("Correlation", "Correlation of 3 metrics: "),
        ("Line", "Line of speed, mean by camera: "),
        ("Bars", "Bars of speed, mean by camera: "),
    ] {
        window.click(kind);
        window.until(&format!("{kind} is drawn"), |window| window.tells(name));
        for ending in ["svg", "png", "csv"] {
            let out = window.beside(&format!("{kind}.{ending}"));
            let ctx = window.harness.ctx.clone();
            let write = Command::Statistics(StatisticsCommand::ExportChart(out.clone()));
            window.harness.state_mut().apply(write, &ctx);
            window.until("it is written", |_| fs::metadata(&out).is_ok_and(|file| file.len() > 40));
        }
    }
    let svg = fs::read_to_string(window.beside("Boxes.svg")).unwrap();
    assert!(
        svg.contains(">front<") && svg.contains("Boxes of speed, acceleration, brake"),
        "names stand below the boxes"
    );
    let correlations = fs::read_to_string(window.beside("Correlation.csv")).unwrap();
    assert_eq!(correlations.lines().count(), 10, "{correlations}");
    window.click("Correlation");
    window.until("it is drawn", |window| window.tells("Correlation of 3 metrics: "));
    let cell = chart(&window, "Correlation of 3 metrics: ");
    press_at(&mut window, place(cell, 0.2, 0.85));
    window.until("the two metrics are points", |window| window.tells("Scatter of brake over speed: "));
    let plot = chart(&window, "Scatter of brake over speed: ");
    drag(&mut window, place(plot, 0.2, 0.1), place(plot, 0.8, 0.9));
    window.until("both are in the filter", |window| {
        window.filter().contains("speed between ") && window.filter().contains("brake between ")
    });
    window.key(REDO, Key::X);
    window.until("there is no filter", |window| window.filter().is_empty());
    ask(&mut window, StatChoice { by: vec!["weekday".into(), "label".into()], ..choice });
    window.click("Heat map");
    window.until("groups have cells", |window| window.tells("Heat map of speed, mean by weekday, label: "));
}

#[test]
fn what_is_kept_leads_to_its_frame() {
    let mut window = opened();
    let choice = StatChoice {
        metrics: vec!["speed".into()],
        by: vec!["recording".into()],
        keep: Some("max:speed".into()),
        ..StatChoice::default()
    };
    ask(&mut window, choice);
    let rows = told(&window, &["--metric", "speed", "--by", "recording", "--agg", USUAL, "--keep", "max:speed"]);
    let row = rows.last().unwrap();
    let frame = ["recording", "camera", "frame_idx"].map(|key| row[key].to_string().replace('"', "")).join("/");
    let line = format!("{}, {}, ", row["recording"].as_str().unwrap(), row["speed_count"]);
    window.until("its row is there", |window| window.shows("Sort by speed_max_time") && window.tells(&line));
    window.click("Select what is kept");
    window.until("the frames of all rows are selected", |window| window.tells("Selected 2 frames"));
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("its row is there", |window| window.tells(&line));
    let node = window.harness.query_all_by_label_contains(&line).next().unwrap();
    assert_eq!(node.accesskit_node().role(), egui::accesskit::Role::Row);
    node.click();
    window.until("its frame is shown", |window| window.shown_frame().as_deref() == Some(&*frame));
    // A group that no filter can say is chosen frame by frame.
    window.key(Modifiers::COMMAND, Key::Num2);
    let by = vec!["hour_of_day".into()];
    ask(&mut window, StatChoice { metrics: vec!["speed".into()], by, ..StatChoice::default() });
    window.until("hours are drawn", |window| window.tells("Bars of speed, mean by hour_of_day: "));
    let bar = place(chart(&window, "Bars of speed, mean by hour_of_day: "), 0.2, 0.9);
    press_at(&mut window, bar);
    window.until("its frames are chosen", |window| window.tells("no filter can say which they are"));
}

#[test]
fn an_analysis_is_saved_opened_renamed_and_deleted() {
    let mut window = opened();
    window.type_filter("has(car)");
    window.leave_text();
    window.click("Boxes");
    window.until("boxes are drawn", |window| window.tells("Boxes of acceleration by recording: "));
    window.click("Save analysis…");
    window.harness.get_by_label("Name of the analysis").type_text("by drive");
    window.settle();
    window.click("Save");
    let file = window.lake.join("analyses/by drive.toml");
    window.until("its file is there", |_| file.exists());
    let saved = told(&window, &["--saved", "by drive"]);
    let asked = ["--metric", "acceleration", "--by", "recording", "--agg", USUAL, "--where", "has(car)"];
    assert_eq!(saved, told(&window, &asked));
    let boxes = told(&window, &["--saved", "by drive", "--as", "chart"]);
    assert!(boxes.iter().all(|row| row["median"].is_f64()), "{boxes:?}");
    ask(&mut window, StatChoice { metrics: vec!["speed".into()], ..StatChoice::default() });
    window.type_filter("speed > 3");
    window.leave_text();
    window.until("another chart is drawn", |window| window.tells("Bars of speed, mean: "));
    window.click("Analyses");
    window.click("Open analysis by drive");
    window.until("it is as it was saved", |window| {
        window.tells("Boxes of acceleration by recording: ") && window.filter() == "has(car)"
    });
    let ctx = window.harness.ctx.clone();
    let rename = StatisticsCommand::Rename { name: "by drive".into(), new: "drives".into() };
    window.harness.state_mut().apply(Command::Statistics(rename), &ctx);
    window.until("it is called so", |window| window.shows("Open analysis drives"));
    assert!(window.lake.join("analyses/drives.toml").exists() && !file.exists());
    window.harness.state_mut().apply(Command::Statistics(StatisticsCommand::Delete("drives".into())), &ctx);
    window.until("it is gone", |window| window.shows("No analysis is saved"));
    assert!(!window.lake.join("analyses/drives.toml").exists());
}

#[test]
fn the_numbers_are_written_as_the_command_line_writes_them() {
    let mut window = opened();
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog opens", |window| window.shows("Export the numbers"));
    let file = window.harness.get_by_label("File").value().unwrap();
    window.click("Write");
    window.until("it is written", |_| fs::metadata(&file).is_ok());
    let lake = window.lake.to_str().unwrap();
    let arguments = ["stats", lake, "--metric", "acceleration", "--by", "recording", "--agg", USUAL, "--format", "csv"];
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), lakescope(&arguments));
    window.click("Sort by acceleration_mean");
    window.until_remembered("\"acceleration_mean\"");
    // Over the chart the same key writes the chart.
    let over = chart(&window, "Bars of acceleration, mean by recording: ").center();
    window.harness.hover_at(over);
    window.settle();
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog of the chart opens", |window| {
        window.tells("Save “Bars of acceleration, mean by recording”")
    });
}

#[test]
fn what_cannot_be_asked_says_what_to_do() {
    let mut window = opened();
    window.click("Take out metric acceleration");
    window.until("it asks for a metric", |window| window.shows("Which metric?") && window.shows("No numbers yet"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the metric is back", |window| window.shows("Take out metric acceleration"));
    window.click("Scatter");
    window.until("it asks for another", |window| window.shows("Another metric is needed"));
    window.click("Bars");
    window.type_filter("speed > 100000");
    window.leave_text();
    window.until("nothing is drawn", |window| window.shows("Nothing to draw") && window.shows("No rows"));
    let choice = StatChoice { metrics: vec!["gone".into()], ..StatChoice::default() };
    ask(&mut window, choice);
    window.until("a metric that is gone is told", |window| window.tells("there is no metric `gone`"));
}
