//! Playing frames.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::harness::Window;

fn frame(window: &Window) -> usize {
    window.shown_frame().and_then(|frame| frame.rsplit('/').next()?.parse().ok()).unwrap()
}

#[test]
fn the_speed_is_chosen_and_remembered() {
    let mut window = Window::open();
    assert!(window.shows("Speed: 1×"));
    window.key(Modifiers::NONE, Key::Period);
    assert!(window.shows("Speed: 2×"));
    window.click("Speed: 2×");
    window.press("0.25×");
    assert!(window.shows("Speed: 0.25×"));
    window.key(Modifiers::NONE, Key::Comma);
    assert!(window.shows("Speed: 0.25×"));
    window.until_remembered("\"speed\": 0.25");
    assert!(window.again().shows("Speed: 0.25×"));
}

#[test]
fn a_loop_begins_again_until_it_is_stopped() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::L);
    for _ in 0..3 {
        window.key(Modifiers::NONE, Key::Period);
    }
    assert!(window.shows("Speed: 8×"));
    window.key(Modifiers::NONE, Key::End);
    assert_eq!(frame(&window), 39);
    window.key(Modifiers::NONE, Key::Space);
    for _ in 0..2 {
        window.until("it is past the middle", |window| frame(window) > 20);
        window.until("it has begun again", |window| frame(window) < 20);
    }
    window.key(Modifiers::NONE, Key::Space);
    assert!(window.shows("Play  Space") || window.shows("Play"));
    let stays = frame(&window);
    window.settle();
    assert_eq!(frame(&window), stays);
}

#[test]
fn every_frame_is_shown_at_a_slow_speed_and_none_counts_as_dropped() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::Comma);
    window.key(Modifiers::NONE, Key::Home);
    window.key(Modifiers::NONE, Key::Space);
    let mut seen = vec![frame(&window)];
    while seen.last() < Some(&12) {
        let before = *seen.last().unwrap();
        window.until("the next frame is shown", |window| frame(window) != before);
        seen.push(frame(&window));
    }
    assert_eq!(seen, (0..=12).collect::<Vec<_>>());
    assert!(!window.tells("dropped"));
}

#[test]
fn a_press_on_the_scrub_bar_goes_on_playing_from_there() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::Comma);
    window.key(Modifiers::NONE, Key::Comma);
    window.key(Modifiers::NONE, Key::Space);
    window.until("it plays", |window| window.shows("Pause"));
    let bar = window.harness.get_by_label("Position in the footage").rect();
    let at = egui::pos2(bar.left() + bar.width() * 0.6, bar.center().y);
    window.harness.drag_at(at);
    window.harness.drop_at(at);
    window.until("it is there", |window| frame(window) > 18);
    assert!(window.shows("Pause"));
    let from = frame(&window);
    window.until("it plays on", |window| frame(window) > from);
}

/// What the window takes for now, s: each step of the harness is a twentieth of a second, however long it takes.
fn clock(window: &Window) -> f64 {
    window.harness.ctx.input(|input| input.time)
}

#[test]
fn frames_follow_the_windows_clock_at_the_speed_chosen() {
    let mut window = Window::open();
    // Frames were recorded at an even rate, which the command line tells.
    let at = |hz: f64| format!("frame = 30 and t between {} and {}", 30.0 / hz - 0.05, 30.0 / hz + 0.05);
    let hz = [5.0, 8.0, 10.0, 15.0, 20.0].into_iter().find(|hz| window.counted_by_command_line(&at(*hz)) > 0).unwrap();
    for (slower, speed) in [(0, 1.0_f64), (2, 0.25)] {
        for _ in 0..slower {
            window.key(Modifiers::NONE, Key::Comma);
        }
        window.key(Modifiers::NONE, Key::Home);
        window.key(Modifiers::NONE, Key::Space);
        window.until("it has begun", |window| frame(window) >= 2);
        let (from, begun) = (frame(&window), clock(&window));
        window.until("it has played a while", |window| clock(window) - begun > 1.0 / speed);
        let gone = frame(&window) - from;
        let due = (clock(&window) - begun) * speed * hz;
        window.key(Modifiers::NONE, Key::Space);
        #[expect(clippy::cast_precision_loss, reason = "tens of frames")]
        let gone = gone as f64;
        // One frame may be about to come, and a picture may be a few refreshes late.
        assert!(gone <= due + 1.5 && gone >= due * 0.7 - 1.5, "{speed}: {gone} frames, {due:.1} were due");
    }
}
