//! Runs a task of the lake from the window, and tells how it went.

use egui::Context;

use super::{
    App,
    events::{Ended, Outcome},
    widgets::text::counted,
};
use crate::session::{TaskReport, TaskRequest};

/// What the work is called while it runs.
pub fn title(task: &str) -> String {
    format!("Running {task}")
}

impl App {
    pub(super) fn run_task(&mut self, task: String, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let (session, root, title) = (lake.session.clone(), lake.root.clone(), title(&task));
        let at_work = |job: &super::state::RunningJob| job.title == title && job.root == root;
        if self.state.transient.jobs.iter().any(at_work) {
            self.state.transient.tell(format!("{task} is at work already; see the bar below."));
            return;
        }
        // The newest run is shown, which is the one that begins.
        self.state.transient.run = None;
        self.start(title, root, ctx, move |progress| {
            let request = TaskRequest { task: &task, parameters: &[], format: None, print: None };
            let done = session.run_task(request, progress).map_err(Ended::from);
            Outcome::Task(task, done)
        });
    }

    pub(super) fn task_done(&mut self, task: &str, done: Result<TaskReport, Ended>) {
        let transient = &mut self.state.transient;
        match done {
            Ok(report) => transient.tell(format!("{task} answered with {}.", counted(report.rows, "row"))),
            Err(Ended::Cancelled) => transient.tell(format!("{task} was cancelled.")),
            Err(Ended::Failed(error)) => transient.complain(format!("{task} failed: {error}")),
        }
    }
}
