//! The timeline: lanes, scrubbing, marks with their statistics, typed jumps, loops.

use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lakescope::{
    model::Column,
    session::{OpenOptions, Session},
};
use serde_json::Value;

use crate::harness::{Window, lakescope};

fn open() -> Window {
    let mut window = Window::open();
    window.until("the lanes are there", |window| window.shows("Plot of speed"));
    window
}

fn frame(window: &Window) -> usize {
    window.shown_frame().and_then(|frame| frame.rsplit('/').next()?.parse().ok()).unwrap()
}

/// Recording and camera of the frame that is shown.
fn footage(window: &Window) -> (String, String) {
    let id = window.shown_frame().unwrap();
    let mut parts = id.rsplitn(3, '/');
    let (_, camera, recording) = (parts.next(), parts.next().unwrap(), parts.next().unwrap());
    (recording.to_owned(), camera.to_owned())
}

/// Times of the footage's frames, and the first and last time of any camera of the recording, ns.
fn times(window: &Window) -> (Vec<i64>, (i64, i64)) {
    let (recording, camera) = footage(window);
    let told = lakescope(&["frames", window.lake.to_str().unwrap(), "--json"]);
    let frames: Vec<Value> = serde_json::from_str(&told).unwrap();
    let of = |frame: &&Value| frame["recording"] == recording.as_str();
    let time = |frame: &Value| frame["timestamp_ns"].as_i64().unwrap();
    let own = frames.iter().filter(of).filter(|frame| frame["camera"] == camera.as_str()).map(time).collect();
    let all: Vec<i64> = frames.iter().filter(of).map(time).collect();
    (own, (*all.iter().min().unwrap(), *all.iter().max().unwrap()))
}

fn nearest(times: &[i64], time: i64) -> usize {
    (0..times.len()).min_by_key(|frame| times[*frame].abs_diff(time)).unwrap()
}

/// The place of a time in something that shows the whole recording.
#[expect(clippy::cast_precision_loss, reason = "a place on screen")]
fn place(window: &Window, name: &str, (from, to): (i64, i64), time: i64) -> Pos2 {
    let rect = window.harness.get_by_label(name).rect();
    let part = (time - from) as f32 / (to - from) as f32;
    pos2(rect.left() + rect.width() * part, rect.center().y)
}

fn press_at(window: &mut Window, at: Pos2) {
    window.harness.hover_at(at);
    window.settle();
    window.harness.drag_at(at);
    window.settle();
    window.harness.drop_at(at);
    window.settle();
}

/// Goes to what is typed, without waiting whether that works.
fn jump(window: &mut Window, text: &str) {
    window.key(Modifiers::COMMAND, Key::G);
    window.until("it is asked where to", |window| window.shows("Frame or time"));
    window.harness.get_by_label("Frame or time").type_text(text);
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
}

fn mark(window: &mut Window, frames: (usize, usize)) {
    for (at, key) in [(frames.0, Key::A), (frames.1, Key::B)] {
        jump(window, &at.to_string());
        window.until("it is there", |window| frame(window) == at);
        window.key(Modifiers::SHIFT, key);
    }
    window.until("the marks are there", |window| window.shows("Mark A") && window.shows("Mark B"));
}

fn wheel(window: &mut Window, at: Pos2, delta: f32, modifiers: Modifiers) {
    window.harness.hover_at(at);
    window.settle();
    let event = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, delta),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers,
    };
    window.harness.event_modifiers(event, modifiers);
    for _ in 0..4 {
        window.settle();
    }
}

/// Seconds of the recording in sight.
fn in_sight(window: &Window) -> f64 {
    window.harness.get_by_label("Part of the recording in sight").accesskit_node().numeric_value().unwrap()
}

#[test]
fn there_is_a_lane_for_matches_metrics_states_and_labels() {
    let mut window = open();
    for lane in ["Matches of the filter", "Plot of speed", "Time ruler", "Lane speed"] {
        assert!(window.shows(lane), "{lane}");
    }
    window.resize(1600.0, 1800.0);
    window.until("all lanes are there", |window| {
        window.tells("States of ") && window.tells("Labels of ") && window.shows("Selected frames")
    });
    assert_eq!(window.harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn a_press_in_the_ruler_or_in_any_lane_goes_there() {
    let mut window = open();
    let (times, whole) = times(&window);
    for (name, target) in [("Plot of speed", 25), ("Time ruler", 7), ("Matches of the filter", 33)] {
        let at = place(&window, name, whole, times[target]);
        press_at(&mut window, at);
        window.until(&format!("{name} leads to frame {target}"), |window| frame(window) == target);
    }
    // A drag goes along.
    let (from, to) =
        (place(&window, "Plot of speed", whole, times[5]), place(&window, "Plot of speed", whole, times[30]));
    window.harness.drag_at(from);
    window.settle();
    window.harness.hover_at(from + (to - from) / 2.0);
    window.settle();
    assert!((15..=20).contains(&frame(&window)), "{}", frame(&window));
    window.harness.hover_at(to);
    window.settle();
    window.harness.drop_at(to);
    window.until("it ends where it is let go", |window| frame(window) == 30);
}

#[test]
fn statistics_between_the_marks_are_those_of_the_samples() {
    let mut window = open();
    mark(&mut window, (6, 31));
    let (recording, _) = footage(&window);
    let (times, _) = times(&window);
    let session = Session::open(&window.lake, OpenOptions::default()).unwrap();
    let series = session.series(&recording, &["speed".to_owned()]).unwrap();
    let Column::Float(values) = &series[0].values else { panic!("speed is a number") };
    let samples: Vec<f64> = series[0]
        .time_ns
        .iter()
        .zip(values)
        .filter(|(time, value)| (times[6]..=times[31]).contains(*time) && !value.is_nan())
        .map(|(_, value)| *value)
        .collect();
    assert!(samples.len() > 20);
    #[expect(clippy::cast_precision_loss, reason = "a few samples")]
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let std = (samples.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let (min, max) = samples.iter().fold((f64::MAX, f64::MIN), |(min, max), value| (min.min(*value), max.max(*value)));
    let change = samples[samples.len() - 1] - samples[0];
    window.until("the statistics are there", |window| window.tells("speed: "));
    let row = window.harness.query_all_by_label_contains("speed: ").next().unwrap();
    let told = row.accesskit_node().label().unwrap();
    assert!(told.contains(&format!("{count} samples")), "{told}");
    let number = |name: &str| -> f64 {
        let rest = &told[told.find(name).unwrap() + name.len()..];
        rest.split([',', ' ']).find(|word| !word.is_empty()).unwrap().parse().unwrap()
    };
    for (name, expected) in [("mean ", mean), ("std ", std), ("min ", min), ("max ", max), ("change ", change)] {
        assert!((number(name) - expected).abs() <= 1e-3 * expected.abs().max(0.1), "{name}{expected}: {told}");
    }
    // The command line tells the same.
    let text = |frame: usize| jiff_text(times[frame]);
    let lake = window.lake.to_str().unwrap();
    let printed =
        lakescope(&["stats", lake, &recording, "--from", &text(6), "--to", &text(31), "--metric", "speed", "--json"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed[0]["count"].as_f64(), Some(count));
    for (name, expected) in [("mean", mean), ("std", std), ("min", min), ("max", max), ("difference", change)] {
        assert!((printed[0][name].as_f64().unwrap() - expected).abs() < 1e-9, "{name}");
    }
}

fn jiff_text(ns: i64) -> String {
    lakescope::model::format_ns(ns)
}

#[test]
fn the_span_filters_exports_and_is_cleared() {
    let mut window = open();
    window.key(Modifiers::SHIFT, Key::F);
    window.until("it is told what is missing", |window| window.tells("There is no span yet"));
    mark(&mut window, (31, 6));
    window.key(Modifiers::SHIFT, Key::F);
    window.until("it is filtered", |window| window.filter().contains(" and time between "));
    let filter = window.filter();
    let expected = window.counted_by_command_line(&filter);
    assert!(expected >= 26);
    window.until("the matches follow", |window| window.matches() == Some(expected));
    window.key(Modifiers::SHIFT, Key::E);
    window.until("the export is offered", |window| {
        window.shows("Frames from A to B, of all cameras of the recording")
            && window.shows(&format!("Export {expected} frames"))
    });
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::SHIFT, Key::C);
    assert!(!window.shows("Mark A") && !window.shows("Mark B"));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("the marks are back", |window| window.shows("Mark A") && window.shows("Mark B"));
}

#[test]
fn typed_jumps_go_there_or_say_what_is_accepted() {
    let mut window = open();
    let (times, _) = times(&window);
    for (text, expected) in [
        ("12", 12),
        ("#20", 20),
        ("+5", 25),
        ("-10", 15),
        ("+0.5s", nearest(&times, times[15] + 500_000_000)),
        ("50 %", 20),
        (&*jiff_text(times[33]), 33),
        (&jiff_text(times[7])[11..19], nearest(&times, times[7] - times[7] % 1_000_000_000)),
    ] {
        jump(&mut window, text);
        window.until(&format!("{text} leads to {expected}"), |window| frame(window) == expected);
        assert!(!window.shows("Frame or time"), "{text}");
    }
    let started = Session::open(&window.lake, OpenOptions::default()).unwrap().started_at(&footage(&window).0).unwrap();
    jump(&mut window, "t 1.5");
    let expected = nearest(&times, started + 1_500_000_000);
    window.until("seconds lead there", |window| frame(window) == expected);
    for (text, told) in
        [("tomorrow", "is none of these"), ("4000", "this footage has frames 0 to 39"), ("+9 h", "is outside")]
    {
        jump(&mut window, text);
        window.until(&format!("{text} is refused"), |window| window.tells(told));
        assert_eq!(frame(&window), expected);
        window.key(Modifiers::NONE, Key::Escape);
        window.until("it is closed", |window| !window.shows("Frame or time"));
    }
}

#[test]
fn a_loop_stays_between_the_marks() {
    let mut window = open();
    mark(&mut window, (10, 22));
    window.key(Modifiers::NONE, Key::L);
    for _ in 0..2 {
        window.key(Modifiers::NONE, Key::Period);
    }
    // From outside, play begins at A.
    window.key(Modifiers::NONE, Key::End);
    window.until("it is at the end", |window| frame(window) == 39);
    window.key(Modifiers::NONE, Key::Space);
    window.until("it has begun at A", |window| frame(window) < 39);
    for _ in 0..2 {
        window.until("it comes near B", |window| frame(window) > 16);
        assert!(frame(&window) <= 22, "{}", frame(&window));
        window.until("it has begun again", |window| frame(window) < 16);
        assert!(frame(&window) >= 10, "{}", frame(&window));
    }
    window.key(Modifiers::NONE, Key::Space);
}

#[test]
fn the_wheel_zooms_and_stepping_keeps_the_zoom() {
    let mut window = open();
    let whole = in_sight(&window);
    assert!(!window.shows("Show the whole recording"));
    let rect = window.harness.get_by_label("Plot of speed").rect();
    wheel(&mut window, rect.center(), 300.0, Modifiers::NONE);
    window.until("it is zoomed", |window| window.shows("Show the whole recording"));
    let zoomed = in_sight(&window);
    assert!(zoomed < whole * 0.7, "{zoomed} of {whole}");
    for key in [Key::Home, Key::ArrowRight, Key::ArrowRight, Key::End] {
        let modifiers = if key == Key::ArrowRight { Modifiers::ALT } else { Modifiers::NONE };
        window.key(modifiers, key);
        assert!((in_sight(&window) - zoomed).abs() < 1e-9);
    }
    // The frame is in sight: a press on the right half leads to the last frames.
    press_at(&mut window, pos2(rect.right() - rect.width() * 0.2, rect.center().y));
    assert!(frame(&window) > 20, "{}", frame(&window));
    for _ in 0..2 {
        window.harness.event(Event::PointerButton {
            pos: rect.center(),
            button: PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::NONE,
        });
        window.harness.event(Event::PointerButton {
            pos: rect.center(),
            button: PointerButton::Primary,
            pressed: false,
            modifiers: Modifiers::NONE,
        });
    }
    window.until("a double click shows all", |window| !window.shows("Show the whole recording"));
    assert!((in_sight(&window) - whole).abs() < 1e-9);
}

#[test]
fn lanes_are_chosen_moved_and_remembered() {
    let mut window = open();
    window.resize(1600.0, 1800.0);
    window.click("Choose lanes");
    window.until("the menu is there", |window| window.shows("Search lanes"));
    window.press("Move speed down");
    let top = |window: &Window, lane: &str| window.harness.get_by_label(lane).rect().top();
    // Another lane stands between the matches and the speed.
    window
        .until("it is moved", |window| top(window, "Plot of speed") > top(window, "Lane Matches of the filter") + 60.0);
    window.press("heading");
    window.until("another lane is there", |window| window.shows("Plot of heading"));
    window.leave_text();
    window.click("Clock time on the axis");
    window.until_remembered("\"clock\"");
    window.until_remembered("\"metric\": \"heading\"");
    let mut window = window.again();
    window.resize(1600.0, 1800.0);
    window.until("the lanes are as they were", |window| window.shows("Plot of heading"));
    window.key(Modifiers::COMMAND, Key::K);
    window.leave_text();
}
