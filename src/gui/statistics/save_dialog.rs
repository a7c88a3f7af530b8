//! Saving what is asked as an analysis.

use egui::{Align, Context, Key, Layout, RichText, TextEdit};

use super::{StatisticsCommand, words::command_line};
use crate::gui::{
    command::Command,
    dialogs::modal,
    lake::Lake,
    theme::{self, colors, heading},
    widgets::{bar, field, plain_button, primary_button},
};

/// What was typed.
#[derive(Debug, Default)]
pub struct AnalysisDraft {
    name: String,
    note: String,
    known: Vec<String>,
    asked_focus: bool,
}

impl AnalysisDraft {
    /// With the name of the analysis that is open, beside these that are known.
    #[must_use]
    pub fn new(lake: &Lake, known: Vec<String>) -> Self {
        Self { name: lake.statistics.opened.clone().unwrap_or_default(), known, ..Self::default() }
    }

    /// Draws the dialog; false when it is to be closed.
    pub fn ui(&mut self, ctx: &Context, lake: &Lake, out: &mut Vec<Command>) -> bool {
        let name = self.name.trim().to_owned();
        let replaces = self.known.contains(&name);
        modal(ctx, "save analysis", 480.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Save analysis"));
            let told = "A file in the lake that says what is asked and how it is drawn. The command line runs it too.";
            ui.label(RichText::new(told).color(colors.muted));
            let line = command_line(&lake.root, &lake.statistics.choice, super::state::in_force(lake));
            let rest = line.split_once("stats ").map_or(line.as_str(), |(_, rest)| rest);
            let asked = rest.find("--").map_or("", |at| &rest[at..]);
            ui.add(egui::Label::new(RichText::new(asked).font(theme::mono(12.0)).color(colors.text)).wrap());
            let edit = field(ui, &mut self.name, "Name of the analysis", "Name", f32::INFINITY);
            if !self.asked_focus {
                edit.request_focus();
                self.asked_focus = true;
            }
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let note = TextEdit::multiline(&mut self.note).hint_text("Note (optional)").desired_width(f32::INFINITY);
            ui.add(note.desired_rows(2)).accessible_name("Note");
            if replaces {
                ui.colored_label(colors.warning, format!("“{name}” exists already and will be replaced."));
            }
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let ready = !name.is_empty();
                    let save = primary_button(ui, ready, if replaces { "Replace" } else { "Save" });
                    if save.clicked() || (entered && ready) {
                        let note = self.note.trim().to_owned();
                        out.push(Command::Statistics(StatisticsCommand::Save { name: name.clone(), note }));
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Cancel").clicked();
                });
            });
            keep
        })
    }
}
