//! Matches that run on as one tile.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

/// A filter with several spans of several frames in the small lake.
const FILTER: &str = "has(car) and speed > 0";

/// A row of `frames --events --json`.
type Span = serde_json::Value;

fn spans(window: &Window, args: &[&str]) -> Vec<Span> {
    let base = ["frames", window.lake.to_str().unwrap(), "--where", FILTER, "--events", "--json"];
    serde_json::from_str(&lakescope(&[&base[..], args].concat())).unwrap()
}

/// The accessible names of the tiles, in the order they stand.
fn tiles(window: &Window) -> Vec<String> {
    let mut found: Vec<(f32, f32, String)> = window
        .harness
        .query_all_by_label_contains("Frame ")
        .filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption)
        .map(|node| (node.rect().top(), node.rect().left(), node.accesskit_node().label().unwrap()))
        .collect();
    found.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap());
    found.into_iter().map(|(_, _, label)| label).collect()
}

fn text<'a>(span: &'a Span, name: &str) -> &'a str {
    span[name].as_str().unwrap()
}

/// How the tile of a span begins.
fn name_of(span: &Span) -> String {
    match span["frames"].as_u64().unwrap() {
        1 => format!("Frame {}", text(span, "peak_frame")),
        frames => format!("Frame {}, span of {frames} frames", text(span, "peak_frame")),
    }
}

fn filtered() -> (Window, Vec<Span>) {
    let mut window = Window::open();
    window.type_filter(FILTER);
    let spans = spans(&window, &[]);
    let expected = window.counted_by_command_line(FILTER);
    window.until("the filter is done", |window| window.matches() == Some(expected));
    window.leave_text();
    assert!(spans.len() > 2 && spans.len() < expected, "{spans:?}");
    (window, spans)
}

fn stands_as(window: &mut Window, what: &str, spans: &[Span]) {
    let names: Vec<String> = spans.iter().map(name_of).collect();
    window.until(what, |window| {
        let shown = tiles(window);
        !shown.is_empty() && shown.iter().zip(&names).all(|(tile, name)| tile.starts_with(name))
    });
}

#[test]
fn matches_are_grouped_with_the_peaks_that_the_command_line_tells() {
    let (mut window, spans) = filtered();
    let frames = window.matches().unwrap();
    window.until("spans are counted", |window| window.shows(&format!("frames in {} spans", spans.len())));
    stands_as(&mut window, "the peaks stand for their spans", &spans);
    // Without a filter frames are single, and so they are once a person says so; that is remembered.
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.until("all frames are back", |window| {
        window.matches() >= Some(frames) && window.filter().is_empty() && !window.grouped()
    });
    window.type_filter(FILTER);
    window.until("spans are back", |window| window.tells(&format!("in {} spans", spans.len())));
    window.leave_text();
    window.ungroup();
    assert!(tiles(&window).iter().all(|tile| !tile.contains("span")), "{:?}", tiles(&window));
    window.until_remembered("\"split_matches\": true");
    let mut window = window.again();
    assert!(!window.grouped());
    window.key(Modifiers::NONE, Key::G);
    window.until("spans are back", |window| window.tells(&format!("in {} spans", spans.len())));
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("undone", |window| !window.grouped());
}

#[test]
fn the_pointer_scrubs_from_the_first_frame_to_the_last() {
    let (mut window, spans) = filtered();
    let span = spans.iter().find(|span| span["frames"].as_u64().unwrap() > 4).unwrap().clone();
    let first: u64 = text(&span, "first_frame").rsplit('/').next().unwrap().parse().unwrap();
    let place = text(&span, "first_frame").rsplit_once('/').unwrap().0.to_owned();
    let frames = span["frames"].as_u64().unwrap();
    stands_as(&mut window, "the tiles are there", &spans);
    let tile = tiles(&window).into_iter().find(|tile| tile.starts_with(&name_of(&span))).unwrap();
    let rect = window.harness.get_by_label(&tile).rect();
    for (part, frame) in [(0.01, first), (0.99, first + frames - 1), (0.51, first + frames / 2)] {
        let at = egui::pos2(rect.left() + rect.width() * part, rect.top() + 20.0);
        window.harness.hover_at(at);
        window.settle();
        window.harness.drag_at(at);
        window.harness.drop_at(at);
        window.until("the frame under the pointer is shown", |window| {
            window.shown_frame() == Some(format!("{place}/{frame}"))
        });
        // The tile is still that of its span.
        assert!(window.shows(&tile), "{part}");
    }
    // Pressed without a pointer, it shows its peak.
    window.harness.hover_at(egui::pos2(2.0, 2.0));
    window.press(&tile);
    window.until("the peak is shown", |window| window.shown_frame().as_deref() == Some(text(&span, "peak_frame")));
}

#[test]
fn arrows_walk_frames_and_shift_walks_spans() {
    let (mut window, spans) = filtered();
    stands_as(&mut window, "the tiles are there", &spans);
    let shows = |window: &mut Window, frame: &str| {
        window.until(&format!("{frame} is shown"), |window| window.shown_frame().as_deref() == Some(frame));
    };
    window.press(&tiles(&window)[0]);
    shows(&mut window, text(&spans[0], "peak_frame"));
    window.key(Modifiers::SHIFT, Key::ArrowRight);
    shows(&mut window, text(&spans[1], "peak_frame"));
    window.key(Modifiers::SHIFT, Key::ArrowRight);
    shows(&mut window, text(&spans[2], "peak_frame"));
    window.key(Modifiers::SHIFT, Key::ArrowLeft);
    shows(&mut window, text(&spans[1], "peak_frame"));
    // All matching frames, in the order of the spans.
    let listed = lakescope(&["frames", window.lake.to_str().unwrap(), "--where", FILTER, "--json"]);
    let frames: Vec<Span> = serde_json::from_str(&listed).unwrap();
    let at = frames.iter().position(|frame| frame["frame_id"] == spans[1]["peak_frame"]).unwrap();
    for step in 1..4 {
        window.key(Modifiers::NONE, Key::ArrowRight);
        shows(&mut window, text(&frames[at + step], "frame_id"));
    }
    window.ungroup();
    window.key(Modifiers::SHIFT, Key::ArrowRight);
    window.until("it says why not", |window| window.tells("Press G to group"));
}

#[test]
fn spans_are_sorted_as_on_the_command_line() {
    let (mut window, spans) = filtered();
    stands_as(&mut window, "the tiles are there", &spans);
    for (entry, order) in [("Duration", "duration"), ("Value of the peak", "peak"), ("Number of frames", "frames")] {
        window.click("Sort");
        window.press(entry);
        let ascending = self::spans(&window, &["--sort", order]);
        stands_as(&mut window, &format!("ascending by {order}"), &ascending);
        window.click("Order: Ascending");
        let descending = self::spans(&window, &["--sort", &format!("{order}:desc")]);
        stands_as(&mut window, &format!("descending by {order}"), &descending);
        window.click("Order: Descending");
    }
    // The peak can be another number, and a gap joins spans.
    window.click("What makes a span");
    window.press("Peak of acceleration");
    window.press("Its smallest value");
    window.leave_text();
    let other = self::spans(&window, &["--sort", "frames", "--peak", "acceleration:min"]);
    stands_as(&mut window, "another number stands for a span", &other);
    window.click("What makes a span");
    window.harness.get_by_label("Gap that is bridged, seconds").focus();
    window.settle();
    window.harness.key_press(Key::Enter);
    window.settle();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label("Gap that is bridged, seconds").type_text("3600");
    window.settle();
    window.harness.key_press(Key::Enter);
    window.settle();
    let joined = self::spans(&window, &["--gap", "600s"]);
    window.until("spans are joined", |window| window.tells(&format!("in {} span", joined.len())));
}

#[test]
fn a_span_is_chosen_whole() {
    let (mut window, spans) = filtered();
    stands_as(&mut window, "the tiles are there", &spans);
    let shown = tiles(&window);
    let frames = |range: std::ops::RangeInclusive<usize>| -> u64 {
        spans[range].iter().map(|span| span["frames"].as_u64().unwrap()).sum()
    };
    window.harness.get_by_label(&shown[1]).click_modifiers(Modifiers::COMMAND);
    window.until("its frames are chosen", |window| window.shows(&format!("{} selected", frames(1..=1))));
    window.harness.get_by_label(&shown[1]).click_modifiers(Modifiers::COMMAND);
    window.until("none is chosen", |window| !window.tells(" selected"));
    window.harness.get_by_label(&shown[0]).click_modifiers(Modifiers::COMMAND);
    window.settle();
    window.harness.get_by_label(&shown[2]).click_modifiers(Modifiers::SHIFT);
    window.until("three spans are chosen", |window| window.shows(&format!("{} selected", frames(0..=2))));
    window.key(Modifiers::COMMAND, Key::A);
    let all = window.matches().unwrap();
    window.until("all are chosen", |window| window.shows(&format!("{all} selected")));
}
