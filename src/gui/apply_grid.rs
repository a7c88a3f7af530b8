//! Commands on what the grid shows: frames, spans or objects.

use std::sync::Arc;

use egui::Context;

use super::{
    App,
    app::Slot,
    command::{Action, Command},
    undo::Change,
};
use crate::filter::FrameColumns as _;

impl App {
    pub(super) fn apply_to_grid(&mut self, command: Command, ctx: &Context) {
        let pressed = ctx.input(|input| input.pointer.press_start_time().unwrap_or(input.time));
        let Slot::Ready(lake) = &mut self.slot else { return };
        match command {
            Command::SetGrid(choice) if *choice != lake.grid => {
                // Dragging a number is one step.
                let dragged = choice.spans.gap_ns != lake.grid.spans.gap_ns || choice.cut != lake.grid.cut;
                lake.undo.record(lake.view_state(), if dragged { Change::Dragged(pressed) } else { Change::Other });
                lake.grid = *choice;
                self.workspaces.explore.grid.scroll_to_top();
            }
            Command::SelectToggleSpan(row) => {
                let Some(view) = lake.view.clone() else { return };
                let span = view.spans.as_ref().and_then(|spans| spans.at(spans.place_of(row)?));
                if let Some(span) = span {
                    lake.undo.record(lake.view_state(), Change::Other);
                    Arc::make_mut(&mut lake.selected).toggle_all(&view.set, span.rows());
                }
            }
            Command::SelectObjects(from, to) => {
                let Some(objects) = lake.shown_objects().cloned() else { return };
                lake.undo.record(lake.view_state(), Change::Other);
                Arc::make_mut(&mut lake.selected).add(&objects.rows_between(from, to));
            }
            Command::ShowObject(row, bbox) => {
                self.apply_to_lake(Command::Show(row), ctx);
                if let Slot::Ready(lake) = &mut self.slot {
                    lake.marked = Some((row, bbox));
                }
            }
            _ => {}
        }
    }

    pub(super) fn act_on_grid(&mut self, action: Action, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        match action {
            Action::NextSpan | Action::PreviousSpan => {
                let Some(spans) = lake.view.as_ref().and_then(|view| view.spans.as_ref()) else {
                    let told = "Frames are single now. Press G to group those that run on into spans.";
                    return self.state.transient.tell(told);
                };
                if let Some(row) = spans.neighbour(lake.current, action == Action::NextSpan) {
                    self.workspaces.explore.viewer.pause();
                    lake.pass(row);
                    self.workspaces.explore.grid.reveal(row);
                }
            }
            Action::GroupSpans => {
                let mut choice = lake.grid.clone();
                if choice.objects {
                    choice.objects = false;
                } else {
                    choice = choice.regrouped(&lake.filter);
                }
                self.apply_to_grid(Command::SetGrid(Box::new(choice)), ctx);
            }
            Action::Objects => {
                let choice = lake.grid.clone().with_objects(!lake.grid.objects, &lake.filter, lake.table().classes());
                self.apply_to_grid(Command::SetGrid(Box::new(choice)), ctx);
            }
            _ => {}
        }
    }
}
