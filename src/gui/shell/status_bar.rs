//! The bar below: what is shown, what runs, what needs a look.

use egui::{Align, Frame, Label, Layout, Margin, Panel, Popup, RichText, ScrollArea, Ui};

use crate::gui::{
    command::{Action, Command},
    keep::view_status_ui,
    lake::Lake,
    state::{State, Workspace},
    theme::{self, STEP, colors},
    widgets::{
        fraction, meter, progress_line, quiet_button,
        text::{bytes, counted, time_utc},
    },
};
use crate::jobs::Progress;

/// Width in which the lake's counts and the progress of long work stand beside each other, px.
const BOTH: f32 = 940.0;

/// Width in which the whole progress of one job stands beside the number of problems, px.
const WHOLE_LINE: f32 = 700.0;

/// A question that takes long.
pub struct Answering<'a> {
    /// What is done.
    pub title: &'static str,
    /// How far it is.
    pub progress: &'a Progress,
    /// What stops it.
    pub stop: Command,
}

/// Draws the bar.
pub fn status_bar_ui(
    ui: &mut Ui,
    state: &State,
    lake: &Lake,
    answering: Option<Answering<'_>>,
    out: &mut Vec<Command>,
) {
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 0));
    Panel::bottom("status").exact_size(28.0).resizable(false).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = STEP * 2.0;
            let info = &lake.loaded.info;
            let small = |text: String| RichText::new(text).font(theme::numbers(12.0)).color(colors.muted);
            // In a narrow window, what runs is told rather than what is there.
            if (state.transient.jobs.is_empty() && answering.is_none()) || ui.available_width() >= BOTH {
                ui.label(small(format!(
                    "{} · {} · {}",
                    counted(info.recordings, "recording"),
                    counted(info.frames, "frame"),
                    counted(info.labels, "label"),
                )))
                .on_hover_text(format!(
                    "{}\nIndex: {}",
                    lake.root.display(),
                    bytes(info.catalog_bytes)
                ));
            }
            view_status_ui(ui, lake, out);
            for job in &state.transient.jobs {
                job_ui(ui, (&job.title, &job.progress), Command::CancelJob(job.id), out);
            }
            if let Some(Answering { title, progress, stop }) = answering {
                job_ui(ui, (title, progress), stop, out);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let problems = info.problems.len() as u64;
                let changed = lake.loaded.changed.len() as u64;
                if changed > 0 {
                    let text = RichText::new(format!("{} changed, index again", counted(changed, "store")));
                    let button = quiet_button(ui, text.font(theme::numbers_medium(12.0)).color(colors.warning));
                    let told = "They are not as they were indexed, so their frames show no pictures until they are indexed again.";
                    if button.on_hover_text(told).clicked() {
                        out.push(Action::IndexAgain.into());
                    }
                }
                if problems > 0 {
                    let text = RichText::new(counted(problems, "problem"))
                        .font(theme::numbers_medium(12.0))
                        .color(colors.warning);
                    let button = quiet_button(ui, text).on_hover_text(
                        "What could not be read, and what was guessed: listed at the end of the facets.",
                    );
                    if button.clicked() {
                        out.push(Command::ShowWorkspace(Workspace::Explore));
                        out.push(Command::ShowProblems);
                    }
                } else if changed == 0 {
                    ui.label(small("No problems".into()));
                }
                told_ui(ui, state, out);
            });
        });
    });
}

/// What was told since the window opened, newest first.
fn told_ui(ui: &mut Ui, state: &State, out: &mut Vec<Command>) {
    let told = &state.transient.told;
    if told.is_empty() {
        return;
    }
    let colors = colors(ui);
    let failed = told.iter().filter(|told| told.failed).count();
    let text = RichText::new(counted(told.len() as u64, "message")).font(theme::numbers(12.0));
    let button = quiet_button(ui, text.color(if failed > 0 { colors.warning } else { colors.muted }));
    Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(400.0);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for told in told.iter().rev() {
                ui.horizontal_top(|ui| {
                    let time = time_utc(told.at_ns).get(11..19).unwrap_or_default().to_owned();
                    ui.label(RichText::new(time).font(theme::numbers(12.0)).color(colors.muted));
                    let ink = if told.failed { colors.error } else { colors.text };
                    if let Some(way) = &told.way
                        && quiet_button(ui, RichText::new(way.name).font(theme::medium(12.0)).color(colors.accent))
                            .accessible_name(format!("{} what was told: {}", way.name, told.text))
                            .clicked()
                    {
                        out.push(way.command.clone());
                        out.push(Command::TakeWay(told.id));
                    }
                    ui.add(Label::new(RichText::new(&told.text).color(ink)).wrap().selectable(true));
                });
            }
        });
    });
}

fn job_ui(ui: &mut Ui, (title, progress): (&str, &Progress), stop: Command, out: &mut Vec<Command>) {
    let colors = colors(ui);
    let snapshot = progress.snapshot();
    let tight = ui.available_width() < WHOLE_LINE;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = STEP;
        ui.label(RichText::new(title).font(theme::numbers_medium(12.0)).color(colors.text));
        meter(ui, 96.0, fraction(&snapshot), title);
        let line = progress_line(&snapshot);
        // The amount is told in any case, rate and remaining time where there is room.
        let told = if tight { line.split(" · ").next().unwrap_or_default() } else { &line };
        ui.label(RichText::new(told).font(theme::numbers(12.0)).color(colors.muted))
            .on_hover_text(format!("{line}\n{}", snapshot.stage).trim_end());
        if progress.is_cancelled() {
            ui.label(RichText::new("Stopping…").size(12.0).color(colors.muted));
        } else if quiet_button(ui, RichText::new("Cancel").font(theme::medium(12.0)).color(colors.accent)).clicked() {
            out.push(stop);
        }
    });
}
