//! A camera whose clock was set back while it recorded.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

/// Moves the times of all frames from this one on.
fn set_back(store: &Path, times: &[i64], from: usize, by_ns: i64) {
    let bytes_of = |times: &[i64]| -> Vec<u8> { times.iter().flat_map(|time| time.to_le_bytes()).collect() };
    let mut bytes = std::fs::read(store).unwrap();
    let known = bytes_of(times);
    let at = bytes.windows(known.len()).position(|window| window == known).unwrap();
    let moved: Vec<i64> =
        times.iter().enumerate().map(|(at, time)| if at < from { *time } else { time - by_ns }).collect();
    bytes[at..at + known.len()].copy_from_slice(&bytes_of(&moved));
    std::fs::write(store, bytes).unwrap();
}

/// A window on a lake whose first footage goes back by a second at its twentieth frame; what the command line told of it.
fn open() -> (Window, String, String) {
    let mut of = (String::new(), String::new());
    let window = Window::open_with(|lake| {
        let path = lake.to_str().unwrap();
        lakescope(&["index", path]);
        let told = lakescope(&["frames", path, "--json", "--columns", "recording,camera,timestamp_ns"]);
        let frames: serde_json::Value = serde_json::from_str(&told).unwrap();
        let frames = frames.as_array().unwrap();
        let named = |frame: &serde_json::Value| {
            (frame["recording"].as_str().unwrap().to_owned(), frame["camera"].as_str().unwrap().to_owned())
        };
        of = named(&frames[0]);
        let own = frames.iter().filter(|frame| named(frame) == of);
        let times: Vec<i64> = own.map(|frame| frame["timestamp_ns"].as_i64().unwrap()).collect();
        assert_eq!(times.len(), 40);
        let store = lake.join("recordings").join(&of.0).join("footages").join(format!("{}.h5", of.1));
        set_back(&store, &times, 20, 1_000_000_000);
        lakescope(&["index", path]);
        let problems = lakescope(&["info", path, "--json"]);
        assert!(problems.contains(&format!("the times of {} go back by 0.", of.1)), "{problems}");
        assert!(problems.contains("at frame 20"), "{problems}");
        let quality = lakescope(&["quality", path, "--json"]);
        assert!(quality.contains("\"times_go_back\"") && !quality.contains("footage_length"), "{quality}");
    });
    (window, of.0, of.1)
}

fn frame(window: &Window) -> usize {
    window.shown_frame().and_then(|frame| frame.rsplit('/').next()?.parse().ok()).unwrap()
}

#[test]
fn playing_shows_every_frame_and_marks_hold_what_the_filter_finds() {
    let (mut window, recording, camera) = open();
    window.key(Modifiers::NONE, Key::Comma);
    window.key(Modifiers::NONE, Key::Comma);
    window.key(Modifiers::NONE, Key::Home);
    window.until("it is at the beginning", |window| frame(window) == 0);
    window.key(Modifiers::NONE, Key::Space);
    let mut seen = vec![0];
    while seen.last() < Some(&30) {
        let before = *seen.last().unwrap();
        window.until("the next frame is shown", |window| frame(window) != before);
        seen.push(frame(&window));
    }
    window.key(Modifiers::NONE, Key::Space);
    assert_eq!(seen, (0..=30).collect::<Vec<_>>());

    for (at, key) in [(12, Key::A), (17, Key::B)] {
        window.key(Modifiers::COMMAND, Key::G);
        window.until("it is asked where to", |window| window.shows("Frame or time"));
        window.harness.get_by_label("Frame or time").type_text(&at.to_string());
        window.settle();
        window.key(Modifiers::NONE, Key::Enter);
        window.until("it is there", |window| frame(window) == at);
        window.key(Modifiers::SHIFT, key);
    }
    window.key(Modifiers::SHIFT, Key::F);
    window.until("it is filtered", |window| window.filter().contains(" and time between "));
    let filter = window.filter();
    assert!(filter.contains(&recording), "{filter}");
    let all = window.counted_by_command_line(&filter);
    let own = window.counted_by_command_line(&format!("{filter} and camera = \"{camera}\""));
    assert!(own > 6, "frames of both stretches: {own}");
    window.until("the bar counts the same", |window| window.shows(&format!("{own} frames")));
    window.until("so do the matches", |window| window.matches() == Some(all));
    window.key(Modifiers::SHIFT, Key::E);
    window.until("and the export", |window| window.shows(&format!("Export {all} frames")));
}
