//! One run: result, error, log.

use egui::{Align, Frame, Label, Layout, Margin, RichText, ScrollArea, Stroke, Ui};

use super::{
    Listed, Told,
    table::{run_duration, state_look},
};
use crate::{
    gui::{
        command::Command,
        theme::{self, STEP, colors, heading},
        widgets::{
            Icon, bar, divider, icon_button,
            text::{count, counted, time_utc},
        },
    },
    model::{Run, RunState},
    session::TaskReport,
};

pub(super) fn run_ui(ui: &mut Ui, listed: &Listed, told: Option<&Told>, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let run = &listed.run;
    ui.spacing_mut().item_spacing.y = 0.0;
    Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
        bar(ui, 48.0, |ui| {
            ui.label(heading(format!("Run {} · {}", run.run_id, run.task)));
            let (ink, word) = state_look(listed, colors);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(word).font(theme::medium(13.0)).color(ink));
            });
        });
    });
    divider(ui);
    ScrollArea::vertical().id_salt(("run", run.run_id)).auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = STEP;
            facts_ui(ui, run);
            if run.state == RunState::Lost {
                block_heading(ui, "What happened");
                let text = "Its process ended without a word: it was killed, or the machine went down. What it had finished is kept.";
                ui.add(Label::new(RichText::new(text).color(colors.warning)).wrap());
            }
            if let Some(error) = &run.error {
                block_heading(ui, "Error");
                card(ui, error, colors.error, out);
            }
            if let Some(answer) = told.and_then(|told| told.answer.as_ref()) {
                block_heading(ui, "Answer");
                answer_ui(ui, answer);
            } else if let Some(result) = told.and_then(|told| told.result.as_ref()) {
                block_heading(ui, "Result");
                card(ui, result, colors.text, out);
            }
            block_heading(ui, "Log");
            match told.map(|told| &told.log) {
                Some(Ok(lines)) if lines.is_empty() => {
                    ui.label(RichText::new("The run wrote no log.").color(colors.muted));
                }
                Some(Ok(lines)) => card(ui, &lines.join("\n"), colors.muted, out),
                Some(Err(error)) => {
                    ui.colored_label(colors.warning, format!("The log cannot be read: {error}"));
                }
                None => {
                    ui.label(RichText::new("Reading…").color(colors.muted));
                }
            }
        });
    });
}

fn facts_ui(ui: &mut Ui, run: &Run) {
    let colors = colors(ui);
    let number = |value: Option<u64>| value.map_or_else(|| "—".to_owned(), count);
    // What a run was doing last says nothing once it has ended well.
    let stage = (run.state != RunState::Done && !run.stage.is_empty()).then(|| ("Stage", run.stage.clone()));
    let facts = [("Started", format!("{} UTC", time_utc(run.started_at_ns))), ("Duration", run_duration(run))]
        .into_iter()
        .chain(stage)
        .chain([("Rows in", number(run.rows_in)), ("Rows out", number(run.rows_out))]);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (name, value) in facts {
            bar(ui, 22.0, |ui| {
                let (rect, _) = ui.allocate_exact_size(egui::vec2(88.0, 22.0), egui::Sense::hover());
                let font = egui::FontId::proportional(13.0);
                ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, name, font, colors.muted);
                ui.add(Label::new(RichText::new(value).font(theme::numbers(13.0))).truncate());
            });
        }
    });
}

/// The first rows of what a task answered, and where the rest is.
fn answer_ui(ui: &mut Ui, answer: &TaskReport) {
    let colors = colors(ui);
    let told =
        |ui: &mut Ui, text: String, ink| ui.add(Label::new(RichText::new(text).color(ink)).wrap().selectable(true));
    let shown = answer.head.len() as u64;
    let all = counted(answer.rows, "row");
    let line = if shown < answer.rows { format!("{all}, the first {shown} of them here") } else { all };
    told(ui, line, colors.muted);
    if let Some(path) = &answer.out {
        told(ui, format!("Written to {}", path.display()), colors.muted);
    }
    if !answer.head.is_empty() {
        let frame = Frame::new()
            .fill(colors.canvas)
            .stroke(Stroke::new(1.0, colors.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::horizontal().id_salt("answer").auto_shrink([false, true]).show(ui, |ui| {
                egui::Grid::new("answer").spacing([20.0, 4.0]).min_row_height(18.0).show(ui, |ui| {
                    for name in &answer.columns {
                        ui.label(RichText::new(name).font(theme::medium(11.5)).color(colors.muted));
                    }
                    ui.end_row();
                    for row in &answer.head {
                        for value in row {
                            let (text, ink) = value.as_ref().map_or(("—", colors.faint), |text| (text, colors.text));
                            ui.add(Label::new(RichText::new(text).font(theme::numbers(12.5)).color(ink)).extend());
                        }
                        ui.end_row();
                    }
                });
            });
        });
    }
    for note in &answer.notes {
        told(ui, note.clone(), colors.muted);
    }
}

fn block_heading(ui: &mut Ui, text: &str) {
    ui.add_space(STEP / 2.0);
    ui.label(RichText::new(text).font(theme::semibold(12.5)));
}

fn card(ui: &mut Ui, text: &str, ink: egui::Color32, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let frame = Frame::new()
        .fill(colors.canvas)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(6)
        .inner_margin(Margin { left: 12, right: 4, top: 4, bottom: 10 });
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if icon_button(ui, Icon::Copy, "Copy").clicked() {
                out.push(Command::Copy { text: text.to_owned(), what: "the text" });
            }
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                ui.add_space(0.0);
                let label = Label::new(RichText::new(text).font(theme::mono(12.0)).color(ink)).wrap().selectable(true);
                ui.vertical(|ui| {
                    ui.add_space(6.0);
                    ui.add(label);
                });
            });
        });
    });
}
