//! The Runs workspace: what can be run on this lake, what was run, and how it went.

mod detail;
mod table;
mod tasks;

use std::time::Duration;

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, Ui};

use super::{
    command::{Action, Command},
    fetch::Fetch,
    lake::Lake,
    state::State,
    theme::{STEP, colors, heading},
    widgets::{Icon, bar, divider, empty_ui, icon_button, plain_button, text::counted, waiting_ui},
    work::Workers,
};
use crate::{
    jobs::Priority,
    model::{Finding, Run, RunState},
    session::{Task, TaskReport},
};

/// How often the list is read again while something runs, and while nothing does.
const LIVE: Duration = Duration::from_millis(700);
const CALM: Duration = Duration::from_secs(4);

/// The runs read last.
#[derive(Default)]
pub struct Runs {
    list: Fetch<u64, Read>,
    told: Fetch<(i64, u64), Told>,
    asked: u64,
    asked_at: Option<std::time::Instant>,
    jobs: usize,
}

/// What is read at once.
struct Read {
    runs: Vec<Listed>,
    tasks: Vec<Task>,
}

/// A run in the list.
struct Listed {
    run: Run,
    finding: Finding,
}

/// What the page of a run tells beside the run itself.
struct Told {
    /// The log, or why it cannot be read.
    log: Result<Vec<String>, String>,
    /// The result, in lines.
    result: Option<String>,
    /// What a task answered.
    answer: Option<TaskReport>,
}

/// Least width of the list, points.
const LIST: f32 = 250.0;

impl Runs {
    /// Draws the workspace.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, lake: &Lake, workers: &Workers, out: &mut Vec<Command>) {
        self.read(ui, state, lake, workers);
        let colors = colors(ui);
        let runs = self.list.value().map_or(&[][..], |read| read.runs.as_slice());
        let chosen =
            state.transient.run.and_then(|id| runs.iter().find(|listed| listed.run.run_id == id)).or(runs.first());
        if let Some(listed) = chosen {
            let run = &listed.run;
            let key = (run.run_id, if run.state == RunState::Running { self.asked } else { 0 });
            let (session, id, result) = (lake.session.clone(), run.run_id, run.result.clone());
            self.told.request(key, &workers.ask, Priority::Visible, ui.ctx(), move |_| {
                let log = session.run_log(id).map_err(|error| error.to_string());
                let answer = result.as_deref().and_then(|result| serde_json::from_str(result).ok());
                Ok(Told { log, result: result.as_deref().map(in_lines), answer })
            });
            self.told.poll();
            let told = self.told.value().filter(|_| self.told.key().is_some_and(|key| key.0 == run.run_id));
            // The list keeps its names and states, whatever the width of the window.
            let most = (ui.available_width() - LIST).clamp(240.0, 800.0);
            Panel::right("run")
                .default_size(480.0)
                .size_range(most.min(320.0)..=most)
                .frame(Frame::new().fill(colors.panel))
                .show(ui, |ui| detail::run_ui(ui, listed, told, out));
        }
        if let Some(read) = self.list.value() {
            let tall = tasks::height(&read.tasks).min(ui.available_height() * 0.45);
            let (jobs, root) = (&state.transient.jobs, &lake.root);
            Panel::top("tasks")
                .exact_size(tall)
                .resizable(false)
                .frame(Frame::new().fill(colors.canvas))
                .show(ui, |ui| tasks::tasks_ui(ui, &read.tasks, jobs, root, out));
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
                        if icon_button(ui, Icon::Copy, &Action::CopyCommandLine.tip()).clicked() {
                            out.push(Action::CopyCommandLine.into());
                        }
                    });
                });
            });
            divider(ui);
            if let Some(error) = self.list.error() {
                empty_ui(ui, Icon::Warning, "The runs cannot be read", error, |_| {});
            } else if runs.is_empty() && self.list.ready().is_none() {
                waiting_ui(ui, "Reading the runs…");
            } else if runs.is_empty() {
                let body = "Indexing, exporting, verifying and tasks are recorded here, from the window and from the command line alike.";
                empty_ui(ui, Icon::Clock, "Nothing was run on this lake yet", body, |_| {});
            } else {
                table::runs_ui(ui, runs, chosen.map(|listed| listed.run.run_id), out);
            }
        });
    }

    /// Asks for the list when it is old, or when a job of the window began or ended.
    fn read(&mut self, ui: &Ui, state: &State, lake: &Lake, workers: &Workers) {
        let running =
            self.list.value().is_some_and(|read| read.runs.iter().any(|listed| listed.run.state == RunState::Running));
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
            let runs = session.runs().map_err(|error| error.to_string())?;
            let tasks = session.tasks_beside(&runs).map_err(|error| error.to_string())?;
            let runs = runs.into_iter().map(|run| Listed { finding: run.finding(), run }).collect();
            Ok(Read { runs, tasks })
        });
        self.list.poll();
        if ui.input(|input| input.focused) {
            ui.ctx().request_repaint_after(age);
        }
    }
}

/// JSON with a line per value, so that it can be read.
fn in_lines(result: &str) -> String {
    serde_json::from_str::<serde_json::Value>(result)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| result.to_owned())
}

/// The list of runs as SQL over the lake's tables, or one run.
#[must_use]
pub fn sql(run: Option<i64>) -> String {
    match run {
        Some(run) => format!("SELECT * FROM runs WHERE run_id = {run};"),
        None => "SELECT * FROM runs ORDER BY run_id DESC;".to_owned(),
    }
}
