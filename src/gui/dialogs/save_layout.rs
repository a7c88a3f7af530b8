//! Saving the arrangement of the panels under a name.

use egui::{Align, Context, Key, Layout, RichText};

use super::modal;
use crate::gui::{
    command::Command,
    dock::BUILT_IN,
    state::State,
    theme::{colors, heading},
    widgets::{bar, field, plain_button, primary_button},
};

/// What was typed.
#[derive(Debug, Default)]
pub struct LayoutDraft {
    name: String,
    asked_focus: bool,
}

impl LayoutDraft {
    pub(super) fn ui(&mut self, ctx: &Context, state: &State, out: &mut Vec<Command>) -> bool {
        modal(ctx, "save layout", 400.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Save layout"));
            ui.label(RichText::new("Which panels are shown, where, and how large.").color(colors.muted));
            let edit = field(ui, &mut self.name, "Name of the layout", "Name", f32::INFINITY);
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            // After the field, which may take letters and Enter in one frame.
            let name = self.name.trim().to_owned();
            let taken = BUILT_IN.iter().any(|known| known.eq_ignore_ascii_case(&name));
            let replaces = state.persisted.layouts.contains_key(&name);
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if taken {
                ui.colored_label(colors.warning, format!("“{name}” is always there. Choose another name."));
            } else if replaces {
                ui.colored_label(colors.warning, format!("“{name}” exists already and will be replaced."));
            }
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let ready = !name.is_empty() && !taken;
                    let save = primary_button(ui, ready, if replaces { "Replace" } else { "Save" });
                    if save.clicked() || (entered && ready) {
                        out.push(Command::SaveLayout(name));
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }
}
