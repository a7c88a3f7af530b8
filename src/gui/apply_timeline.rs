//! Commands of the timeline: lanes, marks, and what is done with the span between them.

use egui::Context;

use super::{
    App,
    app::Slot,
    command::{Action, Command},
    command_line::quoted,
    dialogs::{Dialog, ExportDraft, JumpDraft},
    explore::{Lane, Mark, Marks, TimelineCommand, marked_span, moved, narrowed, shown_lanes},
    undo::Change,
};
use crate::filter::time_text;

impl App {
    pub(super) fn apply_timeline(&mut self, command: TimelineCommand, ctx: &Context) {
        // The steps of a drag are one.
        let change = ctx.input(|input| input.pointer.press_start_time()).map_or(Change::Other, Change::Dragged);
        let Slot::Ready(lake) = &mut self.slot else { return };
        let present = lake.view_state();
        match command {
            TimelineCommand::SetMark(mark, time) => {
                let Some(row) = lake.current else { return };
                let recording = lake.footage(row).1.recording.clone();
                if lake.marks.at(&recording, mark) != Some(time) {
                    lake.undo.record(present, change);
                    lake.marks.set(&recording, mark, time);
                }
            }
            TimelineCommand::ToggleLane(lane) => {
                lake.undo.record(present, Change::Other);
                let mut lanes = shown_lanes(lake);
                match lanes.iter().position(|known| *known == lane) {
                    Some(place) => {
                        lanes.remove(place);
                    }
                    None => lanes.push(lane),
                }
                lake.timeline.lanes = Some(lanes);
            }
            TimelineCommand::MoveLane(lane, slot) => {
                let mut lanes = shown_lanes(lake);
                if let Some(from) = lanes.iter().position(|known| *known == lane) {
                    moved(&mut lanes, from, slot);
                    if shown_lanes(lake) != lanes {
                        lake.undo.record(present, Change::Other);
                        lake.timeline.lanes = Some(lanes);
                    }
                }
            }
            TimelineCommand::UsualLanes => {
                lake.undo.record(present, Change::Other);
                lake.timeline.lanes = None;
            }
            TimelineCommand::SetAxis(axis) => lake.timeline.axis = axis,
            TimelineCommand::CopyStatistics => {
                let Some((recording, (from, to))) = marked_span(lake) else { return self.ask_for_marks() };
                let metrics: Vec<String> = shown_lanes(lake)
                    .into_iter()
                    .filter_map(|lane| if let Lane::Metric(name) = lane { Some(name) } else { None })
                    .collect();
                let mut words = ["lakescope", "stats"].map(str::to_owned).to_vec();
                words.extend([quoted(&lake.root.display().to_string()), quoted(&recording)]);
                words.extend(["--from".to_owned(), time_text(from), "--to".to_owned(), time_text(to)]);
                for metric in metrics {
                    words.extend(["--metric".to_owned(), quoted(&metric)]);
                }
                self.apply(Command::Copy { text: words.join(" "), what: "the command line" }, ctx);
            }
        }
    }

    pub(super) fn act_on_timeline(&mut self, action: Action, ctx: &Context) {
        let Slot::Ready(lake) = &mut self.slot else { return };
        let Some(row) = lake.current.filter(|row| *row < lake.frames()) else { return };
        let moment = lake.time(row);
        match action {
            Action::MarkA => self.apply_timeline(TimelineCommand::SetMark(Mark::A, moment), ctx),
            Action::MarkB => self.apply_timeline(TimelineCommand::SetMark(Mark::B, moment), ctx),
            Action::ClearMarks if !lake.marks.is_empty() => {
                lake.undo.record(lake.view_state(), Change::Other);
                lake.marks = Marks::default();
            }
            Action::FilterSpan => {
                let Some((recording, span)) = marked_span(lake) else { return self.ask_for_marks() };
                match narrowed(&lake.filter, &recording, span) {
                    Ok(filter) => self.apply(Command::AskFilter(filter), ctx),
                    Err(error) => self.state.transient.complain(format!(
                        "The filter cannot be narrowed as long as it has an error: {}. Mend or clear it first.",
                        error.message
                    )),
                }
            }
            Action::ExportSpan => {
                if marked_span(lake).is_none() {
                    return self.ask_for_marks();
                }
                let draft = ExportDraft::between(lake);
                self.toggle_dialog(Dialog::Export(draft));
            }
            Action::JumpTo => self.toggle_dialog(Dialog::Jump(JumpDraft::default())),
            _ => {}
        }
    }

    fn ask_for_marks(&mut self) {
        let keys = |action: Action| action.keys().unwrap_or_default();
        self.state.transient.tell(format!(
            "There is no span yet. {} and {} put the marks A and B at the frame that is shown.",
            keys(Action::MarkA),
            keys(Action::MarkB)
        ));
    }
}
