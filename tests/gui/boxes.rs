//! Boxes of labels in the viewer.

use egui::{
    Key, Modifiers,
    accesskit::{Role, Toggled},
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

/// The boxes on the frame that is looked at: what is said of each, whether it is chosen, and where it is.
fn boxes(window: &Window) -> Vec<(String, bool, egui::Rect)> {
    let nodes = window.harness.query_all_by_label_contains("Label ");
    let options = nodes.filter(|node| node.accesskit_node().role() == Role::ListBoxOption);
    options
        .map(|node| {
            let accesskit = node.accesskit_node();
            (accesskit.label().unwrap(), accesskit.toggled() == Some(Toggled::True), node.rect())
        })
        .collect()
}

/// A window on a frame that has labels of several classes.
fn labelled() -> Window {
    let mut window = Window::open();
    window.type_filter("count(car) >= 1 and count(pedestrian) >= 1");
    window.leave_text();
    window.until("it is filtered", |window| window.matches().is_some_and(|count| count > 0 && count < 160));
    window.until("the tiles are there", |window| window.tiles().0 > 0);
    let frame = {
        let tiles = window.harness.query_all_by_label_contains("Frame ");
        let tile = tiles.into_iter().find(|node| node.accesskit_node().role() == Role::ListBoxOption).unwrap();
        tile.click();
        tile.accesskit_node().label().unwrap().strip_prefix("Frame ").unwrap().to_owned()
    };
    window.until("the frame is shown", |window| window.shown_frame().as_ref() == Some(&frame));
    // The frame before stands in until its picture is there.
    for _ in 0..20 {
        window.settle();
    }
    window.until("the boxes are there", |window| boxes(window).len() >= 2);
    window
}

#[test]
fn the_smallest_box_under_the_pointer_tells_what_is_known_of_it() {
    let mut window = labelled();
    let smallest = boxes(&window).into_iter().min_by(|a, b| a.2.area().total_cmp(&b.2.area())).unwrap();
    window.harness.hover_at(smallest.2.center());
    window.until("its size is told", |window| window.shows("size"));
    let class = smallest.0.strip_prefix("Label ").unwrap().split(' ').next().unwrap().to_owned();
    assert!(window.tells(&class));
    assert!(window.tells(" px"));
    // Shift held, or H, hides the boxes.
    window.key(Modifiers::NONE, Key::H);
    window.until("they are hidden", |window| boxes(window).is_empty() && !window.shows("size"));
}

#[test]
fn a_pressed_box_stays_along_its_track_and_is_let_go_again() {
    let mut window = labelled();
    let (name, chosen, _) = boxes(&window).into_iter().find(|(name, ..)| name.contains(", track ")).unwrap();
    assert!(!chosen);
    window.press(&name);
    window.until("it is chosen", |window| boxes(window).iter().any(|(_, chosen, _)| *chosen));
    let track = name.split(", track ").nth(1).unwrap().to_owned();
    let held = |window: &Window| -> Vec<String> {
        boxes(window).into_iter().filter(|(_, chosen, _)| *chosen).map(|(name, ..)| name).collect()
    };
    for _ in 0..3 {
        window.key(Modifiers::ALT, Key::ArrowRight);
        window.until("the next frame is there", |window| !boxes(window).is_empty());
        let held = held(&window);
        assert!(held.iter().all(|name| name.ends_with(&format!(", track {track}"))), "{held:?}");
    }
    for _ in 0..3 {
        window.key(Modifiers::ALT, Key::ArrowLeft);
    }
    window.until("it is back", |window| boxes(window).iter().any(|(known, chosen, _)| *chosen && *known == name));
    window.press(&name);
    window.until("it is let go", |window| held(window).is_empty());
}

#[test]
fn what_the_filter_talks_of_stands_out_and_the_rest_is_faint_or_left_out() {
    let mut window = labelled();
    window.until("the choice is there", |window| window.shows("Labels of the filter: Matching stand out"));
    let faint = |window: &Window| boxes(window).iter().filter(|(name, ..)| name.ends_with(", faint")).count();
    let of = |window: &Window, class: &str| {
        boxes(window).iter().filter(|(name, ..)| name.starts_with(&format!("Label {class}"))).count()
    };
    let (all, cars) = (boxes(&window).len(), of(&window, "car"));
    window.type_filter("count(car) >= 1");
    window.leave_text();
    window.until("only cars stand out", |window| boxes(window).len() == all && faint(window) == all - cars);
    window.key(Modifiers::NONE, Key::M);
    window.until("only cars are drawn", |window| boxes(window).len() == cars && faint(window) == 0);
    window.key(Modifiers::NONE, Key::M);
    window.until("all are alike", |window| boxes(window).len() == all && faint(window) == 0);
    window.key(Modifiers::COMMAND, Key::Z);
    window.until("that is undone", |window| boxes(window).len() == cars);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::X);
    window.until("a filter without labels changes nothing", |window| boxes(window).len() == all);
    assert!(!window.tells("Labels of the filter: "));
}

#[test]
fn the_legend_counts_the_classes_and_hides_them() {
    let mut window = labelled();
    let cars = boxes(&window).iter().filter(|(name, ..)| name.starts_with("Label car")).count();
    let others = boxes(&window).len() - cars;
    let entry = format!("Class car: {cars} on screen");
    assert!(window.shows(&entry));
    window.press(&entry);
    window.until("cars are hidden", |window| boxes(window).len() == others);
    window.until_remembered("\"classes_off\": [");
    window.press(&entry);
    window.until("they are shown again", |window| boxes(window).len() == others + cars);
}

#[test]
fn the_image_is_copied_and_saved_as_the_command_line_writes_it() {
    let mut window = labelled();
    let id = window.shown_frame().unwrap();
    window.key(Modifiers::COMMAND, Key::C);
    window.until("it is copied", |window| window.tells(&format!("Copied the image of {id}.")));
    window.key(Modifiers::COMMAND | Modifiers::ALT, Key::C);
    window.until("and with its labels", |window| window.tells(&format!("Copied the image of {id} with its labels.")));
    let lake = window.lake.to_str().unwrap().to_owned();
    let row: usize = {
        let listed = lakescope(&["frames", &lake, "--columns", "frame_id", "--format", "csv"]);
        listed.lines().skip(1).position(|line| line.trim() == id).unwrap()
    };
    for labels in [false, true] {
        let (ours, theirs) = (window.beside("window.png"), window.beside("command.png"));
        let ctx = window.harness.ctx.clone();
        let save = lakescope::gui::Command::SaveImage { row, labels, out: ours.clone() };
        window.harness.state_mut().apply(save, &ctx);
        window.until("it is saved", |window| window.tells(&format!("Saved {}.", ours.display())));
        let mut arguments = vec!["frame", &lake, &id, "--out", theirs.to_str().unwrap()];
        arguments.extend(labels.then_some("--labels"));
        arguments.extend(labels.then_some(["--where", "has(car) or has(pedestrian)"]).into_iter().flatten());
        if labels {
            // Only what the filter talks of is drawn.
            window.key(Modifiers::NONE, Key::M);
            window.settle();
            let ctx = window.harness.ctx.clone();
            let save = lakescope::gui::Command::SaveImage { row, labels, out: ours.clone() };
            window.harness.state_mut().apply(save, &ctx);
            window.settle();
        }
        lakescope(&arguments);
        let written = std::fs::read(&theirs).unwrap();
        window.until("both are the same", |_| std::fs::read(&ours).is_ok_and(|bytes| bytes == written));
    }
}

#[test]
fn the_magnifier_follows_the_pointer() {
    let mut window = Window::open();
    window.until("the picture is there", |window| window.shown_frame().is_some());
    window.key(Modifiers::NONE, Key::Z);
    window.until_remembered("\"magnifier\": true");
    let name = format!("Picture of {}", window.shown_frame().unwrap());
    let at = window.harness.get_by_label(&name).rect().center();
    window.harness.hover_at(at);
    window.until("the value is told", |window| window.tells("Pixel "));
}
