//! What would break off long work is asked about first: closing the window, closing the lake, opening another one.

use std::path::PathBuf;

use egui::{Align, Context, Layout, RichText, ViewportCommand};

use super::{
    App,
    command::Command,
    dialogs::{Dialog, modal},
    state::{RunningJob, State},
    theme::{colors, heading},
    widgets::{bar, plain_button, primary_button},
};

/// What a person is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// Open the lake in this folder.
    Open(PathBuf),
    /// Close the lake.
    Lake,
    /// Close the window.
    Window,
}

/// The question.
#[derive(Debug)]
pub struct LeaveDraft {
    to: Leave,
    /// Goes on by itself once the work has ended.
    waits: bool,
}

/// Work that would be lost. What an index run has read is kept in any case, so that it is no reason to ask.
fn at_stake(jobs: &[RunningJob]) -> impl Iterator<Item = &RunningJob> {
    jobs.iter().filter(|job| !job.is_index() && !job.progress.is_cancelled())
}

impl App {
    /// Does what a person asked for, or asks first when work would be lost.
    pub(super) fn leave_for(&mut self, to: Leave, ctx: &Context) {
        if at_stake(&self.state.transient.jobs).next().is_some() {
            self.state.transient.dialog = Some(Dialog::Leave(LeaveDraft { to, waits: false }));
        } else {
            self.leave(to, ctx);
        }
    }

    /// Does it at once.
    pub(super) fn leave(&mut self, to: Leave, ctx: &Context) {
        match to {
            Leave::Open(root) => self.open(root, ctx),
            Leave::Lake => {
                self.leave_lake();
                ctx.send_viewport_cmd(ViewportCommand::Title("Lakescope".into()));
            }
            Leave::Window => {
                self.cancel_jobs();
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Keeps the window open until it is answered what becomes of the work that runs.
    pub(super) fn ask_before_closing(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested())
            && at_stake(&self.state.transient.jobs).next().is_some()
        {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.leave_for(Leave::Window, ctx);
        }
    }
}

impl LeaveDraft {
    pub(super) fn ui(&mut self, ctx: &Context, state: &State, out: &mut Vec<Command>) -> bool {
        let jobs: Vec<&str> = at_stake(&state.transient.jobs).map(|job| job.title.as_str()).collect();
        if jobs.is_empty() {
            // It has ended meanwhile. Who waits for that goes on, who still thinks is asked no more.
            if self.waits {
                out.push(Command::Leave(self.to.clone()));
            }
            return false;
        }
        let (doing, leave) = match self.to {
            Leave::Open(_) => ("Opening another lake", "open the other lake"),
            Leave::Lake => ("Closing the lake", "close the lake"),
            Leave::Window => ("Closing the window", "close the window"),
        };
        modal(ctx, "leave", 460.0, |ui| {
            let colors = colors(ui);
            ui.label(heading("Work is still running"));
            for job in jobs {
                ui.label(job);
            }
            let told = if self.waits {
                format!("Waiting; then it goes on to {leave}.")
            } else {
                format!("{doing} now stops it, and nothing of it is kept under its final name.")
            };
            ui.add(egui::Label::new(RichText::new(told).color(colors.muted)).wrap());
            let mut keep = true;
            bar(ui, 36.0, |ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if primary_button(ui, !self.waits, "Wait until it has ended").clicked() {
                        self.waits = true;
                    }
                    if plain_button(ui, true, "Stop it").on_hover_text(format!("Stop it and {leave}")).clicked() {
                        out.push(Command::Leave(self.to.clone()));
                        keep = false;
                    }
                    keep &= !plain_button(ui, true, "Stay").clicked();
                });
            });
            keep
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gui::app::Slot, jobs::Progress, session::OpenOptions};

    #[test]
    fn an_export_is_asked_about_and_an_index_run_is_not() {
        let ctx = Context::default();
        for (title, asked) in [("Exporting 3 frames", true), ("Verifying", true), ("Indexing lake", false)] {
            let folder = tempfile::tempdir().unwrap();
            let mut app = App::new(&ctx, None, OpenOptions::default(), None);
            let progress = Progress::new();
            let job = RunningJob { id: 1, title: title.into(), root: "/lake".into(), progress: progress.clone() };
            app.state.transient.jobs.push(job);
            let to = folder.path().to_path_buf();
            app.apply(Command::OpenLake(to.clone()), &ctx);
            assert_eq!(matches!(app.state.transient.dialog, Some(Dialog::Leave(_))), asked, "{title}");
            assert_eq!(progress.is_cancelled(), !asked, "{title}");
            assert_eq!(matches!(app.slot, Slot::Opening { .. }), !asked, "{title}");
            app.apply(Command::Leave(Leave::Open(to)), &ctx);
            assert!(progress.is_cancelled() && matches!(app.slot, Slot::Opening { .. }), "{title}");
        }
    }
}
