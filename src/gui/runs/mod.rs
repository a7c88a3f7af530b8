//! The Runs workspace: what was run on this lake, and how it went.

mod detail;
mod table;

use std::time::Duration;

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, Ui};

use super::{
    command::{Action, Command},
    fetch::Fetch,
    lake::Lake,
    state::State,
    theme::{STEP, colors, heading},
    widgets::{Icon, bar, divider, empty_ui, plain_button, text::counted},
    work::Workers,
};
use crate::{
    jobs::Priority,
    model::{Run, RunState},
};

/// How often the list is read again while something runs, and while nothing does.
const LIVE: Duration = Duration::from_millis(700);
const CALM: Duration = Duration::from_secs(4);

/// The runs read last.
#[derive(Default)]
pub struct Runs {
    list: Fetch<u64, Vec<Run>>,
    log: Fetch<(i64, u64), Vec<String>>,
    asked: u64,
    asked_at: Option<std::time::Instant>,
    jobs: usize,
}

/// Least width of the list, points.
const LIST: f32 = 250.0;

impl Runs {
    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        self.read(ui, state, lake, workers);
        let colors = colors(ui);
        let runs = self.list.value().map_or(&[][..], Vec::as_slice);
        let chosen = state.transient.run.and_then(|id| runs.iter().find(|run| run.run_id == id)).or(runs.first());
        if let Some(run) = chosen {
            let key = (run.run_id, if run.state == RunState::Running { self.asked } else { 0 });
            let (session, id) = (lake.session.clone(), run.run_id);
            self.log.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                session.run_log(id).map_err(|error| error.to_string())
            });
            self.log.poll();
            let log = self.log.value().filter(|_| self.log.key().is_some_and(|key| key.0 == run.run_id));
            // The list keeps its names and states, whatever the width of the window.
            let most = (ui.available_width() - LIST).clamp(240.0, 800.0);
            Panel::right("run")
                .default_size(480.0)
                .size_range(most.min(320.0)..=most)
                .frame(Frame::new().fill(colors.panel))
                .show(ui, |ui| detail::run_ui(ui, run, log, out));
        }
        CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
                bar(ui, 48.0, |ui| {
                    ui.label(heading("Runs"));
                    ui.add_space(STEP);
                    let told = RichText::new(counted(runs.len() as u64, "run")).color(colors.muted);
                    if ui.available_width() >= 200.0 {
                        ui.label(told);
                    }
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let busy = state.transient.jobs.iter().any(|job| job.title.starts_with("Indexing"));
                        if plain_button(ui, !busy, Action::IndexAgain.name())
                            .on_hover_text(Action::IndexAgain.tip())
                            .clicked()
                        {
                            out.push(Action::IndexAgain.into());
                        }
                    });
                });
            });
            divider(ui);
            if let Some(error) = self.list.error() {
                empty_ui(ui, Icon::Warning, "The runs cannot be read", error, |_| {});
            } else if runs.is_empty() && self.list.ready().is_some() {
                let body = "Indexing, exporting and verifying are recorded here, from the window and from the command line alike.";
                empty_ui(ui, Icon::Clock, "Nothing was run on this lake yet", body, |_| {});
            } else {
                table::runs_ui(ui, state, runs, chosen.map(|run| run.run_id), out);
            }
        });
    }

    /// Asks for the list when it is old, or when a job of the window began or ended.
    fn read(&mut self, ui: &Ui, state: &State, lake: &Lake, workers: &Workers) {
        let running = self.list.value().is_some_and(|runs| runs.iter().any(|run| run.state == RunState::Running));
        let jobs = state.transient.jobs.len();
        let age = if running || jobs > 0 { LIVE } else { CALM };
        let old = self.asked_at.is_none_or(|at| at.elapsed() >= age) || jobs != self.jobs;
        self.jobs = jobs;
        if old && !self.list.is_pending() {
            self.asked += 1;
            self.asked_at = Some(std::time::Instant::now());
        }
        let session = lake.session.clone();
        self.list.request(self.asked, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
            session.runs().map_err(|error| error.to_string())
        });
        self.list.poll();
        if ui.input(|input| input.focused) {
            ui.ctx().request_repaint_after(age);
        }
    }
}
