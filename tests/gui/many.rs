//! What happens to very many frames at once happens off the thread that draws.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, lakescope};

#[test]
fn a_row_of_many_frames_is_chosen_whole() {
    let mut window = Window::open_with(|lake| {
        fs::remove_dir_all(lake).unwrap();
        let size = ["--recordings", "1", "--cameras", "1", "--frames", "25000", "--no-images"];
        lakescope(&[&["sample", lake.to_str().unwrap()][..], &size].concat());
    });
    window.key(Modifiers::NONE, Key::End);
    window.key(Modifiers::NONE, Key::X);
    window.until("the last frame is selected", |window| window.tells("1 selected"));
    window.key(Modifiers::NONE, Key::Home);
    let first = {
        let frames = window.harness.query_all_by_label_contains("Frame ");
        let tile = frames.filter(|node| node.accesskit_node().role() == egui::accesskit::Role::ListBoxOption);
        tile.map(|node| node.accesskit_node().label().unwrap()).find(|label| label.contains("/0")).unwrap()
    };
    window.harness.get_by_label(&first).click_modifiers(Modifiers::SHIFT);
    window.settle();
    window.until("all are selected", |window| window.tells("25,000 selected"));
    // Giving the choice up while it is being gathered gives it up.
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    window.until("none is selected", |window| !window.tells(" selected"));
}
