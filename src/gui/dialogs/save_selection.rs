//! Saving the chosen frames under a name.

use egui::{Align, Context, Key, Layout, RichText, TextEdit};

use super::modal;
use crate::gui::{
    command::Command,
    lake::Lake,
    theme::{colors, heading},
    widgets::{bar, field, plain_button, primary_button, text::counted},
};

/// What was typed.
#[derive(Debug, Default)]
pub struct SelectionDraft {
    name: String,
    note: String,
    asked_focus: bool,
}

impl SelectionDraft {
    pub(super) fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        modal(ctx, "save selection", 400.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Save selection"));
            ui.label(RichText::new(counted(lake.selected.count() as u64, "frame")).color(colors.muted));
            let edit = field(ui, &mut self.name, "Name of the selection", "Name", f32::INFINITY);
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            // After the field, which may take letters and Enter in one frame.
            let name = self.name.trim().to_owned();
            let replaces = lake.selections.value().is_some_and(|all| all.iter().any(|saved| saved.name == name));
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let note = TextEdit::multiline(&mut self.note).hint_text("Note (optional)").desired_width(f32::INFINITY);
            ui.add(note.desired_rows(3)).accessible_name("Note");
            if replaces {
                ui.colored_label(colors.warning, format!("“{name}” exists already and will be replaced."));
            }
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let ready = !name.is_empty() && !lake.selected.is_empty();
                    let save = primary_button(ui, ready, if replaces { "Replace" } else { "Save" });
                    if save.clicked() || (entered && ready) {
                        out.push(Command::SaveSelection { name, note: self.note.trim().to_owned() });
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }
}
