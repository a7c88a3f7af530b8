//! Several cameras of one recording side by side.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

fn frame(window: &Window) -> usize {
    window.shown_frame().and_then(|frame| frame.rsplit('/').next()?.parse().ok()).unwrap()
}

fn camera(window: &Window) -> String {
    window.shown_frame().unwrap().rsplit('/').nth(1).unwrap().to_owned()
}

/// The names of the cameras that stand beside the one that is looked at.
fn beside(window: &Window) -> Vec<String> {
    let nodes = window.harness.query_all_by_label_contains("Camera ");
    let images = nodes.filter(|node| node.accesskit_node().role() == egui::accesskit::Role::Image);
    images.filter_map(|node| node.accesskit_node().label()).collect()
}

fn side_by_side() -> Window {
    let mut window = Window::open();
    window.until("the frame is there", |window| window.shown_frame().is_some());
    assert!(beside(&window).is_empty());
    window.key(Modifiers::NONE, Key::C);
    window.until("the other camera is there", |window| beside(window).len() == 1);
    window
}

#[test]
fn all_cameras_are_shown_in_step_and_tell_how_far_they_are_from_the_moment() {
    let mut window = side_by_side();
    let offset = |window: &Window| beside(window)[0].clone();
    window.until("its moment is told", |window| offset(window).contains(" ms"));
    assert!(offset(&window).contains("frame 0"), "{}", offset(&window));
    for _ in 0..3 {
        window.key(Modifiers::ALT, Key::ArrowRight);
    }
    assert_eq!(frame(&window), 3);
    window.until("the other follows", |window| offset(window).contains("frame 3"));
    window.key(Modifiers::NONE, Key::End);
    window.until("the other is at its end", |window| offset(window).contains("frame 39"));
    window.key(Modifiers::NONE, Key::C);
    window.until("one camera is shown alone", |window| beside(window).is_empty());
}

#[test]
fn the_switch_and_the_cameras_are_remembered_with_the_lake_and_undone() {
    let mut window = side_by_side();
    window.until("the cameras are counted", |window| window.shows("Cameras: 2 of 2"));
    let other = beside(&window)[0].split(':').next().unwrap().strip_prefix("Camera ").unwrap().to_owned();
    window.press("Cameras: 2 of 2");
    window.press(&other);
    window.until("it is left out", |window| beside(window).is_empty() && window.shows("Cameras: 1 of 2"));
    window.key(Modifiers::NONE, Key::Escape);
    window.until_remembered("\"all_cameras\": true");
    let mut window = window.again();
    window.until("it is still left out", |window| window.shows("Cameras: 1 of 2"));
    window.press("Cameras: 1 of 2");
    window.press(&other);
    window.until("it is back", |window| beside(window).len() == 1);
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("that is undone", |window| window.shows("Cameras: 1 of 2"));
}

#[test]
fn a_press_on_a_camera_makes_its_footage_the_one_that_is_looked_at() {
    let mut window = side_by_side();
    window.key(Modifiers::ALT, Key::ArrowRight);
    let (before, other) = (camera(&window), beside(&window)[0].clone());
    window.click(&other);
    window.until("the other is looked at", |window| camera(window) != before);
    assert!(other.starts_with(&format!("Camera {}:", camera(&window))));
    assert_eq!(frame(&window), 1);
    assert!(beside(&window)[0].starts_with(&format!("Camera {before}:")));
}

#[test]
fn zoom_is_the_same_in_all_cameras_until_they_are_taken_apart() {
    let mut window = side_by_side();
    let zoomed = |window: &mut Window| {
        window.key(Modifiers::NONE, Key::Num1);
        window.settle();
    };
    zoomed(&mut window);
    let name = format!("Picture of {}", window.shown_frame().unwrap());
    let other = beside(&window)[0].clone();
    let (lead, second) = (window.harness.get_by_label(&name).rect(), window.harness.get_by_label(&other).rect());
    assert!(!lead.intersects(second.shrink(1.0)), "{lead:?} {second:?}");
    // The cameras have frames of different sizes.
    let pixel = |window: &mut Window, at| {
        for _ in 0..60 {
            window.harness.hover_at(at);
            window.settle();
            let told = window.harness.query_all_by_label_contains("Pixel ").next();
            if let Some(told) = told.and_then(|node| node.accesskit_node().label()) {
                let place = told.split("    ").next().unwrap().strip_prefix("Pixel ").unwrap().to_owned();
                let (x, y) = place.split_once(", ").unwrap();
                return (x.parse::<i32>().unwrap(), y.parse::<i32>().unwrap());
            }
        }
        panic!("no pixel is told");
    };
    let middle = [pixel(&mut window, lead.center()), pixel(&mut window, second.center())];
    let quarter = |rect: egui::Rect| rect.center() + egui::vec2(30.0, 20.0);
    for (rect, middle) in [lead, second].into_iter().zip(middle) {
        let (x, y) = pixel(&mut window, quarter(rect));
        assert!((x - middle.0 - 30).abs() <= 1 && (y - middle.1 - 20).abs() <= 1, "{x}, {y} beside {middle:?}");
    }
    // Ten notches of the wheel over one of them.
    window.harness.hover_at(quarter(lead));
    for _ in 0..10 {
        window.harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, 40.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        window.settle();
    }
    let corner = |rect: egui::Rect| rect.center() + egui::vec2(-60.0, -40.0);
    let (a, b) = (pixel(&mut window, corner(lead)), pixel(&mut window, corner(second)));
    // The same part of both: places as parts of the frames.
    let part = |at: i32, middle: i32| f64::from(at) / f64::from(2 * middle);
    assert!((part(a.0, middle[0].0) - part(b.0, middle[1].0)).abs() < 0.04, "{a:?} {b:?} of {middle:?}");
    assert!((part(a.1, middle[0].1) - part(b.1, middle[1].1)).abs() < 0.04, "{a:?} {b:?} of {middle:?}");
    assert_ne!(a, middle[0]);
    // Taken apart, the other stays as it was.
    window.key(Modifiers::ALT, Key::C);
    window.harness.hover_at(quarter(lead));
    window.settle();
    window.key(Modifiers::NONE, Key::Num0);
    let (apart, still) = (pixel(&mut window, corner(lead)), pixel(&mut window, corner(second)));
    assert_eq!(still, b);
    assert_ne!(apart, a);
}

#[test]
fn all_cameras_play_in_step_by_recorded_time() {
    let mut window = side_by_side();
    window.key(Modifiers::NONE, Key::Space);
    let number = |window: &Window| -> usize {
        let told = beside(window)[0].clone();
        told.split("frame ").nth(1).and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap()
    };
    let mut most = 0;
    window.until("it is past the middle", |window| frame(window) > 20);
    for _ in 0..30 {
        window.harness.step();
        most = most.max(frame(&window).abs_diff(number(&window)));
    }
    // They are taken with the same rate, so that they are never further apart than the frame that comes next.
    assert!(most <= 1, "{most} frames apart");
    window.until("it comes to the end", |window| window.shows("Play") && frame(window) == 39);
    window.until("the other too", |window| number(window) == 39);
}
