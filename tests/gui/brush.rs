//! A brush moves, and everything that counts moves with it.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::Window;

impl Window {
    /// The two numbers that a facet tells: frames that match, and all.
    fn counted(&self, name: &str) -> Option<(usize, usize)> {
        let told = self.harness.query_all_by_label(name).next()?.value()?;
        let (matching, all) = told.strip_suffix(" frames")?.split_once(" of ")?;
        let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok();
        Some((number(matching)?, number(all)?))
    }

    fn position(&self, histogram: &str, part: f32) -> egui::Pos2 {
        let rect = self.harness.get_by_label(histogram).rect();
        egui::pos2(rect.left() + rect.width() * part, rect.center().y)
    }

    /// Whether what is on screen belongs together: the lists of cameras and drives make up the frames that match, and each
    /// histogram shows those that have a value.
    fn is_in_step(&self) -> bool {
        let sum = |prefix: &str| -> usize {
            let nodes = self.harness.query_all_by_label_contains(prefix);
            let names = nodes.filter_map(|node| node.accesskit_node().label());
            names.filter_map(|name| Some(self.counted(&name)?.0)).sum()
        };
        self.matches() == Some(sum("Camera: "))
    }
}

#[test]
fn histograms_lists_and_grid_move_together_and_one_undo_takes_the_drag_back() {
    let mut window = Window::open();
    // Tall enough for the cameras, which stand below the metrics.
    window.resize(1600.0, 2400.0);
    let (brushed, other) = ("Histogram of acceleration", "Histogram of speed");
    let ready = |window: &Window| {
        [brushed, other, "Camera: front", "Label: car"].iter().all(|name| window.counted(name).is_some())
    };
    window.until("facets are counted", ready);
    let all = window.matches().unwrap();
    let before = [brushed, other, "Camera: front", "Label: car"].map(|name| window.counted(name));
    assert!(window.is_in_step());

    window.harness.drag_at(window.position(brushed, 0.3));
    window.settle();
    let mut seen = std::collections::BTreeSet::new();
    for part in [0.46, 0.57, 0.68, 0.79] {
        let before = window.filter();
        window.harness.hover_at(window.position(brushed, part));
        window.until("the filter follows the brush", |window| window.filter() != before);
        let expected = window.counted_by_command_line(&window.filter());
        // The button is still down: whatever is shown on the way belongs together.
        window.until("grid and lists follow", |window| {
            assert!(window.is_in_step(), "a list and the grid tell of different filters");
            window.matches() == Some(expected)
        });
        seen.insert(expected);
    }
    // Longer than what joins two changes of typing.
    for _ in 0..60 {
        window.harness.step();
    }
    window.harness.hover_at(window.position(brushed, 0.8));
    window.until("the brush has moved", |window| window.filter().starts_with("acceleration between "));
    window.settle();
    window.harness.drop_at(window.position(brushed, 0.8));
    window.settle();
    let filter = window.filter();
    let expected = window.counted_by_command_line(&filter);
    assert!(expected < all && expected > 0, "{filter}");
    window.until("the grid follows", |window| window.matches() == Some(expected));
    assert!(seen.len() > 2, "the brush moved over nothing: {seen:?}");
    assert!(window.is_in_step());
    // Its own condition does not narrow a facet; every other facet obeys it.
    assert_eq!(window.counted(brushed), before[0]);
    for (name, condition) in
        [(other, "speed is not null"), ("Camera: front", "camera = \"front\""), ("Label: car", "has(car)")]
    {
        let counted = window.counted(name).unwrap().0;
        assert_eq!(counted, window.counted_by_command_line(&format!("{filter} and {condition}")), "{name}");
    }

    window.key(Modifiers::COMMAND, Key::Z);
    window.until("one step takes the whole drag back", |window| window.filter().is_empty());
    window.until("all frames are back", |window| window.matches() == Some(all));
    assert_eq!([brushed, other, "Camera: front", "Label: car"].map(|name| window.counted(name)), before);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.until("and another brings it again", |window| window.filter() == filter);
    window.until("with its frames", |window| window.matches() == Some(expected));
}

#[test]
fn a_brush_beside_a_choice_keeps_what_was_written() {
    let mut window = Window::open();
    let histogram = "Histogram of acceleration";
    window.until("facets are counted", |window| window.counted(histogram).is_some());
    window.type_filter("camera = \"front\" or speed > 3");
    window.until("the filter is done", |window| !window.tells("counting"));
    window.leave_text();
    window.harness.drag_at(window.position(histogram, 0.2));
    window.settle();
    window.harness.hover_at(window.position(histogram, 0.6));
    window.settle();
    window.harness.drop_at(window.position(histogram, 0.6));
    window.until("the choice stands in parentheses", |window| {
        window.filter().starts_with("(camera = \"front\" or speed > 3) and acceleration between ")
    });
    let expected = window.counted_by_command_line(&window.filter());
    window.until("the grid follows", |window| window.matches() == Some(expected));
    // What the brush does not own, counts for its own histogram too.
    let own = window.counted_by_command_line("(camera = \"front\" or speed > 3) and acceleration is not null");
    assert_eq!(window.counted(histogram).unwrap().0, own);
}
