//! Pages while a lake is on its way, or when it cannot be had.

use std::path::Path;

use egui::{Align, CentralPanel, Frame, Layout, Margin, Rect, RichText, Stroke, Ui, UiBuilder, vec2};

use crate::{
    gui::{
        command::{Action, Command},
        state::State,
        theme::{self, STEP, colors},
        widgets::{Icon, centred, empty_ui, fraction, meter, plain_button, primary_button, progress_line},
    },
    session::Session,
};

/// While a lake is being opened.
pub fn opening_ui(ui: &mut Ui, root: &Path, out: &mut Vec<Command>) {
    let colors = colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
        empty_ui(ui, Icon::Lake, "Opening…", &root.display().to_string(), |ui| {
            if plain_button(ui, true, "Cancel").clicked() {
                out.push(Action::CloseLake.into());
            }
        });
    });
}

/// While a lake is indexed for the first time.
pub fn indexing_ui(ui: &mut Ui, state: &State, session: &Session, job: u64, out: &mut Vec<Command>) {
    let colors = colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
        let area = ui.available_rect_before_wrap();
        let place = Rect::from_center_size(area.center() - vec2(0.0, 24.0), vec2(area.width().min(520.0), 220.0));
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)), |ui| {
            let card = Frame::new()
                .fill(colors.raised)
                .stroke(Stroke::new(1.0, colors.line))
                .corner_radius(10)
                .inner_margin(Margin::same(24));
            card.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(RichText::new(format!("Indexing {}", session.name())).font(theme::semibold(17.0)));
                ui.label(
                    RichText::new("Structure, sensor metrics and labels are read once; pictures stay where they are.")
                        .color(colors.muted),
                );
                ui.add_space(STEP * 2.0);
                let Some(job) = state.transient.jobs.iter().find(|running| running.id == job) else { return };
                let snapshot = job.progress.snapshot();
                meter(ui, ui.available_width(), fraction(&snapshot), &job.title);
                ui.add_space(STEP / 2.0);
                ui.label(RichText::new(progress_line(&snapshot)).font(theme::numbers(12.5)).color(colors.text));
                let stage = if snapshot.stage.is_empty() { "Looking for recordings" } else { &snapshot.stage };
                ui.add(egui::Label::new(RichText::new(stage).size(12.0).color(colors.muted)).truncate());
                ui.add_space(STEP);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let stopping = job.progress.is_cancelled();
                    if plain_button(ui, !stopping, if stopping { "Stopping…" } else { "Cancel" }).clicked() {
                        out.push(Command::CancelJob(job.id));
                    }
                });
            });
        });
    });
}

/// When a lake could not be opened, or is gone.
pub fn failed_ui(ui: &mut Ui, state: &State, root: &Path, headline: &str, error: &str, out: &mut Vec<Command>) {
    let colors = colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
        empty_ui(ui, Icon::Warning, headline, error, |ui| {
            ui.label(RichText::new(root.display().to_string()).font(theme::mono(12.0)).color(colors.muted));
            ui.add_space(STEP);
            let known = state.persisted.recent.iter().any(|recent| recent == root);
            centred(ui, "what to do", |ui| {
                if primary_button(ui, true, Action::Retry.name()).clicked() {
                    out.push(Action::Retry.into());
                }
                if plain_button(ui, true, "Open another…").clicked() {
                    out.push(Action::OpenFolder.into());
                }
                if known && plain_button(ui, true, "Forget this lake").clicked() {
                    out.push(Command::ForgetRecent(root.to_owned()));
                    out.push(Action::CloseLake.into());
                }
            });
        });
    });
}
