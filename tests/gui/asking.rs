//! What the window shows, and what it does with the keyboard, while a filter is typed that does not hold.

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

/// A text and a key that arrive with one frame, as they do from fast fingers.
fn at_once(window: &mut Window, text: &str, key: Key) {
    let modifiers = Modifiers::NONE;
    let pressed = Event::Key { key, pressed: true, modifiers, repeat: false, physical_key: None };
    window.harness.input_mut().events.extend([Event::Text(text.to_owned()), pressed]);
    window.settle();
}

fn filtered(window: &mut Window, filter: &str) -> usize {
    let expected = window.counted_by_command_line(filter);
    window.type_filter(filter);
    window.until(&format!("{filter} matches {expected}"), |window| window.matches() == Some(expected));
    expected
}

#[test]
fn a_filter_that_does_not_hold_is_never_taken_for_the_one_shown() {
    let mut window = Window::open();
    let shown = filtered(&mut window, "speed > 5");
    window.type_filter("speed > 5 and wether = \"rain\"");
    window.until("the grid tells whose frames these are", |window| window.tells("Shown: speed > 5"));
    window.leave_text();
    assert!(window.shows("Condition speed > 5") && !window.tells("Condition wether"), "chips are of what is applied");
    window.press("Remove condition speed > 5");
    assert_eq!(window.filter(), "speed > 5 and wether = \"rain\"", "it is mended first");
    window.leave_text();
    window.key(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("Copy as command line");
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it is refused", |window| window.tells("No command line is copied, because the filter does not hold"));
    window.key(Modifiers::NONE, Key::E);
    window.until("the export names it", |window| window.shows(&format!("Export {shown} frames")));
    assert!(
        window.shows("Frames that match the filter shown") && window.tells("These are the frames of what is shown")
    );
    window.key(Modifiers::NONE, Key::Enter);
    window.settle();
    assert!(window.shows("Folder to export to"), "a bare Enter begins no work");
    window.key(Modifiers::NONE, Key::Escape);
    let shown = filtered(&mut window, "speed > 1000");
    assert_eq!(shown, 0);
    window.until("nothing matches", |window| window.tells("fulfils: speed > 1000\n"));
    window.type_filter("speed > 1000 and wether = \"rain\"");
    window.until("the grid tells it again", |window| window.tells("Shown: speed > 1000"));
    assert!(window.tells("fulfils: speed > 1000\n"));
}

#[test]
fn the_keyboard_stays_in_the_bar_after_enter_until_escape() {
    let mut window = Window::open();
    window.until("a frame is shown", |window| window.shown_frame().is_some());
    for filter in ["speed > 5", "speed > 5 and wether = 3"] {
        window.type_filter(filter);
        window.key(Modifiers::NONE, Key::Enter);
        window.key(Modifiers::NONE, Key::E);
        window.settle();
        assert!(!window.shows("Folder to export to"), "{filter}: a letter is a letter");
        window.harness.event(Event::Text(" ".to_owned()));
        window.settle();
        assert_eq!(window.filter(), format!("{filter} "));
    }
    window.leave_text();
    window.key(Modifiers::NONE, Key::E);
    window.until("keys are keys again", |window| window.shows("Folder to export to"));
}

#[test]
fn what_is_typed_fast_is_taken_as_typed() {
    let mut window = Window::open();
    window.type_filter("accel");
    window.until("the name is offered", |window| window.shows("acceleration"));
    at_once(&mut window, "x", Key::Enter);
    assert_eq!(window.filter(), "accelx", "a completion of another text is not taken");
    window.leave_text();
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.until("all frames are back", |window| window.filter().is_empty());
    window.key(Modifiers::COMMAND, Key::A);
    window.until("all are selected", |window| window.tells(" selected"));
    window.key(Modifiers::COMMAND, Key::S);
    window.until("the dialog asks for a name", |window| window.shows("Name of the selection"));
    at_once(&mut window, "fast ones", Key::Enter);
    window.until("it is saved under the whole name", |window| window.shows("Load selection fast ones"));
}

#[test]
fn a_selection_outside_the_filter_is_told_and_not_exported_by_itself() {
    let mut window = Window::open();
    filtered(&mut window, "frame < 3");
    window.leave_text();
    window.key(Modifiers::COMMAND, Key::A);
    window.until("they are selected", |window| window.tells(" selected"));
    let all = window.counted_by_command_line("frame < 3");
    window.key(Modifiers::NONE, Key::E);
    window.until("the selection is proposed", |window| window.shows(&format!("Export {all} frames")));
    assert!(window.shows("Selected frames"));
    window.key(Modifiers::NONE, Key::Escape);
    let inside = window.counted_by_command_line("frame < 3 and frame > 1");
    let shown = filtered(&mut window, "frame > 1");
    assert_ne!(shown, all);
    window.leave_text();
    let outside = format!("{} of them outside the filter", all - inside);
    window.until("it is told", |window| window.shows(&outside));
    window.key(Modifiers::NONE, Key::E);
    window.until("what the filter finds is proposed", |window| window.shows(&format!("Export {shown} frames")));
    assert!(window.shows(&format!("Selected frames, {outside}")));
}

#[test]
fn escape_sends_a_mistake_away_until_the_text_changes() {
    let mut window = Window::open();
    window.type_filter("speeed > 5");
    window.until("the mistake is told", |window| window.shows("Write speed"));
    window.leave_text();
    window.until("it covers nothing", |window| !window.shows("Write speed"));
    window.harness.get_by_label("Filter").focus();
    for _ in 0..12 {
        window.settle();
    }
    assert!(!window.shows("Write speed"), "the same text keeps it away");
    window.harness.event(Event::Text("0".to_owned()));
    window.until("another mistake is told", |window| window.shows("Write speed"));
}

#[test]
fn a_word_that_is_nowhere_is_told_with_the_one_that_is_meant() {
    let mut window = Window::open();
    window.type_filter("camera = \"Fornt\"");
    window.until("it is told", |window| window.tells("did you mean \"front\"?"));
    window.leave_text();
    window.press("Write “front”");
    let expected = window.counted_by_command_line("camera = \"front\"");
    window.until("it is written", |window| window.filter() == "camera = \"front\"");
    window.until("and found", |window| window.matches() == Some(expected));
}

#[test]
fn settings_that_are_not_saved_are_not_dropped_by_another_dialog() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::Comma);
    window.until("the settings are there", |window| window.shows("Unit of speed"));
    window.harness.get_by_label("Unit of speed").focus();
    window.settle();
    window.harness.get_by_label("Unit of speed").type_text("x");
    window.settle();
    window.key(Modifiers::COMMAND, Key::K);
    window.until("it is told", |window| window.tells("Settings were changed and not saved"));
    assert!(window.shows("Unit of speed") && !window.shows("Command"));
}

#[test]
fn tooltips_do_not_stay_over_a_dialog() {
    let mut window = Window::open();
    window.until("the controls are there", |window| window.shows("Next frame"));
    let place = window.harness.get_by_label("Play").rect().center();
    window.harness.hover_at(place);
    window.until("the tip is there", |window| window.shows("Play  Space"));
    window.key(Modifiers::NONE, Key::E);
    window.until("the dialog is there", |window| window.shows("Folder to export to"));
    window.until("the tip is gone", |window| !window.shows("Play  Space"));
}

#[test]
fn the_sheet_tells_how_the_timeline_is_moved() {
    let mut window = Window::open();
    window.key(Modifiers::NONE, Key::Questionmark);
    window.until("the sheet is there", |window| window.shows("Keyboard and mouse"));
    assert!(window.shows("Zoom the timeline: Wheel") && window.shows("Move the timeline: Shift+Wheel"));
}

#[test]
fn what_is_kept_is_renamed_and_compared_from_its_menu() {
    let window = Window::open();
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["selections", &lake, "--save", "one", "--where", "frame = 1"]);
    let mut window = window.again();
    window.key(Modifiers::COMMAND, Key::L);
    window.click("Selections");
    window.click("More about one");
    window.click("Rename");
    window.until("its name can be changed", |window| window.shows("New name"));
    window.key(Modifiers::COMMAND, Key::A);
    window.harness.event(Event::Text("first".to_owned()));
    window.settle();
    window.key(Modifiers::NONE, Key::Enter);
    window.until("it has its new name", |window| window.shows("Select first"));
    window.click("More about first");
    window.click("Compare with all frames");
    window.until("it is compared", |window| window.shows("Side A") && window.tells(" frames in both"));
}
