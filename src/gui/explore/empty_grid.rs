//! The grid without a tile: why it is empty, and what to do.

use std::time::Duration;

use egui::Ui;

use crate::{
    filter::FrameColumns as _,
    gui::{
        command::{Action, Command},
        lake::Lake,
        widgets::{
            Icon, empty_ui, plain_button,
            text::{count, counted},
        },
    },
};

/// Where no frame can be shown as a tile.
pub(super) fn frames_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    match &lake.view {
        Some(_) if lake.frames() == 0 => no_frames_ui(ui, out),
        Some(_) => no_match_ui(ui, lake, out),
        None => waiting_ui(ui, lake, out),
    }
}

/// Where no object can be.
pub(super) fn objects_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let Some(view) = &lake.view else { return waiting_ui(ui, lake, out) };
    let query = &lake.grid.query;
    if lake.frames() == 0 {
        return no_frames_ui(ui, out);
    }
    if lake.table().classes().is_empty() {
        let body = "Objects are the labels with a box, and this lake has none. Put label files into its recordings and index again.";
        return empty_ui(ui, Icon::Boxes, "No labels in this lake", body, |ui| frames_button_ui(ui, out));
    }
    if view.is_empty() {
        return no_match_ui(ui, lake, out);
    }
    if let Some(error) = lake.objects.error() {
        // The first line says what, the others where.
        let body = error.lines().filter(|line| !line.trim_start().starts_with('^')).collect::<Vec<_>>().join("\n");
        return empty_ui(ui, Icon::Funnel, "The objects cannot be found", &body, |ui| everything_ui(ui, lake, out));
    }
    if lake.objects.ready().is_none() {
        ui.ctx().request_repaint_after(Duration::from_millis(50));
        return;
    }
    let frames = counted(view.len() as u64, "frame");
    let which = match query.classes.as_slice() {
        [] => "No object".to_owned(),
        [class] => format!("No {class}"),
        classes => format!("None of {}", classes.join(", ")),
    };
    let such =
        if query.condition.trim().is_empty() { String::new() } else { format!(" with {}", query.condition.trim()) };
    let body =
        format!("{which}{such} has a box on the {frames} that match. Choose other classes, or change the filter.");
    empty_ui(ui, Icon::Boxes, "No such object", &body, |ui| everything_ui(ui, lake, out));
}

/// Back to every object of every class.
fn everything_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Show all objects").clicked() {
        let mut choice = lake.grid.clone();
        choice.query.classes.clear();
        choice.query.condition.clear();
        out.push(Command::SetGrid(Box::new(choice)));
    }
}

fn frames_button_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Show frames").clicked() {
        out.push(Action::Objects.into());
    }
}

/// There is no answer yet, or none can come.
fn waiting_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    if lake.filter_error.is_none() {
        ui.ctx().request_repaint_after(Duration::from_millis(50));
        return;
    }
    let body = "Mend it in the query bar, or clear it to see all frames.";
    empty_ui(ui, Icon::Funnel, "The filter cannot be read", body, |ui| clear_ui(ui, out));
}

fn no_frames_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    let body = "No HDF5 store with frames was found in this folder. What could not be read is listed under Problems on the left.";
    empty_ui(ui, Icon::Lake, "No frames in this lake", body, |ui| {
        if plain_button(ui, true, Action::IndexAgain.name()).clicked() {
            out.push(Action::IndexAgain.into());
        }
    });
}

fn no_match_ui(ui: &mut Ui, lake: &Lake, out: &mut Vec<Command>) {
    let body = format!(
        "None of the {} frames fulfils: {}\nWiden a range, or take one of its conditions away.",
        count(lake.frames() as u64),
        lake.filter
    );
    empty_ui(ui, Icon::Funnel, "No frame matches", &body, |ui| clear_ui(ui, out));
}

fn clear_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Clear the filter").clicked() {
        out.push(Action::ClearFilter.into());
    }
}
