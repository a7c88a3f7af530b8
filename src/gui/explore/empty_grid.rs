//! The grid without a tile: why it is empty, and what to do.

use std::{sync::Arc, time::Duration};

use egui::Ui;

use crate::{
    filter::FrameColumns as _,
    gui::{
        command::{Action, Command},
        fetch::Fetch,
        lake::Lake,
        widgets::{
            Icon, empty_ui, plain_button,
            text::{count, counted},
        },
        work::Workers,
    },
    jobs::Priority,
    session::Explanation,
};

/// Which part of a filter leaves no frame, worked out by a worker.
#[derive(Default)]
pub(super) struct Why(Fetch<(u64, u64, String), Option<String>>);

impl Why {
    fn told(&mut self, ui: &Ui, lake: &Lake, workers: &Workers) -> Option<&str> {
        let filter = lake.view.as_ref()?.key.filter.clone();
        let (session, table) = (lake.session.clone(), Arc::clone(lake.table()));
        let key = (table.generation(), lake.selections_version, filter.clone());
        self.0.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            session.explain(&table, &filter).map(|told| blame(&told)).map_err(|error| error.to_string())
        });
        self.0.poll();
        self.0.ready()?.as_deref()
    }
}

/// The first part that holds nowhere, else the one that leaves nothing of those before it.
fn blame(told: &Explanation) -> Option<String> {
    if told.parts.len() < 2 {
        return None;
    }
    if let Some(part) = told.parts.iter().find(|part| part.alone == 0) {
        return Some(format!("{} holds on no frame at all.", part.part));
    }
    let at = told.parts.iter().position(|part| part.together == 0)?;
    let before = told.parts.get(at.checked_sub(1)?)?;
    Some(format!("What stands before “{}” holds on {}.", told.parts[at].part, counted(before.together, "frame")))
}

/// Where no frame can be shown as a tile.
pub(super) fn frames_ui(ui: &mut Ui, lake: &Lake, workers: &Workers, why: &mut Why, out: &mut Vec<Command>) {
    match &lake.view {
        Some(_) if lake.frames() == 0 => no_frames_ui(ui, out),
        Some(_) => {
            let why = why.told(ui, lake, workers);
            no_match_ui(ui, lake, why, out);
        }
        None => waiting_ui(ui, lake, out),
    }
}

/// Where no object can be.
pub(super) fn objects_ui(ui: &mut Ui, lake: &Lake, workers: &Workers, why: &mut Why, out: &mut Vec<Command>) {
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
        let why = why.told(ui, lake, workers);
        return no_match_ui(ui, lake, why, out);
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

fn no_match_ui(ui: &mut Ui, lake: &Lake, why: Option<&str>, out: &mut Vec<Command>) {
    let body = format!(
        "None of the {} frames fulfils: {}\n{}",
        count(lake.frames() as u64),
        lake.filter,
        why.unwrap_or("Widen a range, or take a condition away.")
    );
    empty_ui(ui, Icon::Funnel, "No frame matches", &body, |ui| clear_ui(ui, out));
}

fn clear_ui(ui: &mut Ui, out: &mut Vec<Command>) {
    if plain_button(ui, true, "Clear the filter").clicked() {
        out.push(Action::ClearFilter.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::FilterPart;

    #[test]
    fn the_part_that_leaves_nothing_is_named() {
        for (parts, expected) in [
            (vec![(9, 9), (0, 0)], Some("b holds on no frame at all.")),
            (vec![(9, 9), (4, 0)], Some("What stands before “b” holds on 9 frames.")),
            (vec![(0, 0)], None),
            (vec![], None),
        ] {
            let part = |(at, (alone, together)): (usize, (u64, u64))| FilterPart {
                part: ["a", "b"][at].to_owned(),
                alone,
                together,
            };
            let parts = parts.into_iter().enumerate().map(part).collect();
            assert_eq!(blame(&Explanation { frames: 20, parts, matches: 0 }).as_deref(), expected);
        }
    }
}
