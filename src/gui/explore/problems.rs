//! What could not be read, and what was guessed.

use egui::{Frame, Label, Margin, RichText, Stroke, Ui};

use crate::{
    gui::{
        command::Command,
        theme::{self, colors},
        widgets::{Icon, icon_button},
    },
    model::Problem,
};

/// Problems drawn at once; the rest is in what the copy button copies, and in `lakescope info`.
const SHOWN: usize = 200;

/// One card per problem.
pub(super) fn problems_ui(ui: &mut Ui, problems: &[Problem], out: &mut Vec<Command>) {
    let colors = colors(ui);
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        if problems.is_empty() {
            ui.label(RichText::new("Everything in the folder could be read.").size(12.0).color(colors.muted));
            return;
        }
        ui.horizontal(|ui| {
            ui.label(RichText::new("The rest of the lake is not affected.").size(12.0).color(colors.muted));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_button(ui, Icon::Copy, "Copy all problems").clicked() {
                    let lines: Vec<String> = problems
                        .iter()
                        .map(|problem| format!("{}\t{}\t{}", problem.path, problem.what, problem.hint))
                        .collect();
                    out.push(Command::Copy { text: lines.join("\n"), what: "the list of problems" });
                }
            });
        });
        for problem in problems.iter().take(SHOWN) {
            let card = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.line))
                .corner_radius(6)
                .inner_margin(Margin::symmetric(10, 8));
            card.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 3.0;
                let path = RichText::new(&problem.path).font(theme::mono(11.5)).color(colors.muted);
                ui.add(Label::new(path).truncate()).on_hover_text(&problem.path);
                ui.add(Label::new(RichText::new(&problem.what).size(12.5).color(colors.text)).wrap());
                ui.add(Label::new(RichText::new(&problem.hint).size(12.0).color(colors.muted)).wrap());
            });
        }
        if problems.len() > SHOWN {
            let more = format!("and {} more; the copy button takes all of them.", problems.len() - SHOWN);
            ui.label(RichText::new(more).size(12.0).color(colors.muted));
        }
    });
}
