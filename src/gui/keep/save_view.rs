//! Saving what is shown as a view.

use egui::{Align, Context, Key, Layout, RichText, TextEdit};

use crate::gui::{
    command::Command,
    dialogs::modal,
    keep::KeepCommand,
    lake::Lake,
    theme::{self, colors, heading},
    widgets::{bar, field, plain_button, primary_button},
};

/// What was typed.
#[derive(Debug, Default)]
pub struct ViewDraft {
    name: String,
    note: String,
    asked_focus: bool,
}

impl ViewDraft {
    /// Draws the dialog; false when it is to be closed.
    pub fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        modal(ctx, "save view", 440.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Save view"));
            ui.label(
                RichText::new("A view keeps the rule, not the frames: filter, order, tiles and lanes. Opened later, it shows what matches then.")
                    .color(colors.muted),
            );
            let rule = lake.rule();
            let shown = if rule.filter.is_empty() { "all frames" } else { rule.filter.as_str() };
            ui.add(egui::Label::new(RichText::new(shown).font(theme::mono(12.0)).color(colors.text)).wrap());
            let edit = field(ui, &mut self.name, "Name of the view", "Name", f32::INFINITY);
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            // After the field, which may take letters and Enter in one frame.
            let name = self.name.trim().to_owned();
            let replaces = lake.keep.views.value().is_some_and(|all| all.has(&name));
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let note = TextEdit::multiline(&mut self.note).hint_text("Note (optional)").desired_width(f32::INFINITY);
            ui.add(note.desired_rows(2)).accessible_name("Note");
            let wrong = lake.filter_error.is_some();
            if wrong {
                ui.colored_label(colors.error, "The filter cannot be read as it is; mend it first.");
            } else if replaces {
                ui.colored_label(colors.warning, format!("“{name}” exists already and will be replaced."));
            }
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let ready = !name.is_empty() && !wrong;
                    let save = primary_button(ui, ready, if replaces { "Replace" } else { "Save" });
                    if save.clicked() || (entered && ready) {
                        let note = self.note.trim().to_owned();
                        out.push(KeepCommand::SaveView { name, note }.into());
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }
}
