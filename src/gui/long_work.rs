//! Long work that the window starts: indexing and exporting (checksums have a file of their own); and what it does when workers report.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::Context;

use super::{
    App,
    app::Slot,
    dialogs::ExportDraft,
    events::{Ended, Event, Outcome},
    lake::Opened,
    state::RunningJob,
    widgets::text::counted,
};
use crate::{
    jobs::{Priority, Progress},
    session::{Session, SessionError},
};

impl App {
    /// Starts an index run of `session`; returns the job's number.
    pub(super) fn start_index(&mut self, session: Session, ctx: &Context) -> u64 {
        let name = session.name().to_owned();
        self.start(format!("Indexing {name}"), session.root().to_path_buf(), ctx, move |progress| {
            Outcome::Indexed(session.index(progress).map_err(Ended::from))
        })
    }

    pub(super) fn index_again(&mut self, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let session = lake.session.clone();
        if self.is_indexing(session.root()) {
            self.state.transient.tell("Indexing is at work already; see the bar below.");
        } else {
            self.start_index(session, ctx);
        }
    }

    fn is_indexing(&self, root: &Path) -> bool {
        self.state.transient.jobs.iter().any(|job| job.is_index() && job.root == root)
    }

    /// Settings need an index run. One that is at work may have read the settings before: another one follows it.
    fn index_settings(&mut self, root: PathBuf, ctx: &Context) {
        let Some(session) = self.lake().filter(|lake| lake.root == root).map(|lake| lake.session.clone()) else {
            return;
        };
        if self.is_indexing(&root) {
            self.state.transient.tell("The settings are applied by an index run that follows the one at work.");
            self.index_next = Some(root);
        } else {
            self.start_index(session, ctx);
        }
    }

    /// An index run of `root` has ended: the one that waits for it begins, unless a person wanted none.
    fn index_waiting(&mut self, root: &Path, cancelled: bool, ctx: &Context) {
        if self.index_next.take_if(|next| next == root).is_none() {
            return;
        }
        if cancelled {
            self.state.transient.complain(
                "Settings that were changed meanwhile are kept and not applied yet. Index again to apply them.",
            );
        } else {
            self.index_settings(root.to_path_buf(), ctx);
        }
    }

    pub(super) fn start_export(&mut self, draft: ExportDraft, frames: u64, ctx: &Context) {
        let Some(lake) = self.lake() else { return };
        let (session, table, selected) = (lake.session.clone(), Arc::clone(lake.table()), Arc::clone(&lake.selected));
        let title = format!("Exporting {}", counted(frames, "frame"));
        self.start(title, lake.root.clone(), ctx, move |progress| {
            let request = draft.request(&table, &selected).map_err(SessionError::Usage);
            let report = request.and_then(|request| session.export(&request, progress));
            Outcome::Exported(report.map_err(Ended::from))
        });
    }

    pub(super) fn start(
        &mut self,
        title: String,
        root: PathBuf,
        ctx: &Context,
        work: impl FnOnce(&Progress) -> Outcome + Send + 'static,
    ) -> u64 {
        let id = self.state.transient.new_id();
        let progress = Progress::new();
        let (tell, ctx, shared, lake) = (self.tell.clone(), ctx.clone(), progress.clone(), root.clone());
        let job = move |_: &_| {
            let outcome = work(&shared);
            let _ = tell.send(Event::JobDone { id, root: lake, outcome });
            ctx.request_repaint();
        };
        self.workers.long.spawn(Priority::Background, job).detach();
        self.state.transient.jobs.push(RunningJob { id, title, root, progress });
        id
    }

    pub(super) fn take_event(&mut self, event: Event, ctx: &Context) {
        match event {
            Event::OfLake { visit, event } if visit == self.visit => self.take_event(*event, ctx),
            Event::OfLake { .. } => {}
            Event::FolderChosen { purpose, folder, at_once } => self.take_folder(purpose, folder, at_once, ctx),
            Event::SourceChosen { source, chosen } => self.take_source(source, chosen),
            Event::Behind { generation, found } => self.take_behind(generation, found, ctx),
            Event::Analyses(done) => self.take_analyses(done),
            Event::Kept(done) => self.take_kept(done),
            Event::QueriesChanged(told) => self.take_queries(told),
            Event::FrameListWritten(written) => self.take_frame_list(written, ctx),
            Event::Sql(what, written) => self.take_sql(what, written, ctx),
            Event::ImageReady { image: Ok(image), what } => {
                ctx.copy_image(*image);
                self.state.transient.tell(what);
            }
            Event::ImageFileChosen { row, labels, out, at_once } => {
                self.take_image_file((row, labels), out, at_once, ctx);
            }
            Event::ImageSaved(Ok(file)) => {
                let folder = file.parent().map(PathBuf::from).unwrap_or_default();
                self.state.transient.tell_folder(format!("Saved {}.", file.display()), folder);
            }
            Event::ImageReady { image: Err(error), .. } | Event::ImageSaved(Err(error)) => {
                self.state.transient.complain(error);
            }
            Event::LookChanged { footage, look, told } => match told {
                Ok(told) => {
                    if let Slot::Ready(lake) = &mut self.slot {
                        lake.loaded.looks.insert(footage, look);
                    }
                    self.workspaces.forget_pictures(footage);
                    self.state.transient.tell(told);
                }
                Err(error) => self.state.transient.complain(error),
            },
            Event::SettingsChanged { root, index, told } => match told {
                Ok(told) => {
                    self.state.transient.tell(told);
                    if index {
                        self.index_settings(root, ctx);
                    }
                }
                Err(error) => self.state.transient.complain(error),
            },
            Event::SelectionLoaded { name, generation, rows } => self.take_selection(&name, generation, rows, ctx),
            Event::JobDone { id, root, outcome } => {
                self.state.transient.jobs.retain(|job| job.id != id);
                match outcome {
                    Outcome::Indexed(report) => {
                        let cancelled = matches!(report, Err(Ended::Cancelled));
                        let report = report.map(|report| {
                            let read = counted(report.recordings_read, "recording");
                            format!(
                                "Indexed {}; {read} read, {} unchanged.",
                                counted(report.frames, "frame"),
                                report.recordings_kept
                            )
                        });
                        self.indexed(id, root.clone(), report, ctx);
                        self.index_waiting(&root, cancelled, ctx);
                    }
                    Outcome::Rows(written) => self.rows_written(written),
                    Outcome::Task(task, done) => self.task_done(&task, done),
                    Outcome::Exported(Ok(report)) => {
                        let (frames, images) = (counted(report.frames, "frame"), counted(report.images, "image"));
                        let told = format!("Exported {frames}, {images}.");
                        if report.failed.is_empty() {
                            self.state.transient.tell_folder(told, report.out);
                        } else {
                            let failed = counted(report.failed.len() as u64, "image");
                            self.state.transient.complain(format!(
                                "{told} {failed} could not be read; export.json in {} names them.",
                                report.out.display()
                            ));
                        }
                    }
                    Outcome::Exported(Err(Ended::Cancelled)) => {
                        self.state.transient.tell("Export cancelled; nothing was written under its final name.");
                    }
                    Outcome::Exported(Err(Ended::Failed(error))) => self.state.transient.complain(error),
                    Outcome::Recorded(report, generation) => {
                        self.recorded(report);
                        self.reload_changed(&root, generation, ctx);
                    }
                    Outcome::Verified(report, generation) => {
                        self.verified(report);
                        self.reload_changed(&root, generation, ctx);
                    }
                }
            }
        }
    }

    fn indexed(&mut self, id: u64, root: PathBuf, report: Result<String, Ended>, ctx: &Context) {
        match &mut self.slot {
            Slot::Indexing { session, job } if *job == id => match report {
                Ok(_) => {
                    let session = session.clone();
                    let mut answer = super::fetch::Fetch::default();
                    answer.request(root.clone(), &self.workers.ask, Priority::Visible, ctx, move |_| {
                        let loaded = super::lake::Loaded::read(&session)?;
                        Ok(Opened { session, loaded: Some(loaded) })
                    });
                    self.slot = Slot::Opening { root, answer };
                }
                Err(Ended::Cancelled) => {
                    self.slot = Slot::Failed {
                        root,
                        headline: "Indexing was cancelled".into(),
                        error: "A lake is shown once it has an index. What was indexed so far is kept, so trying again goes on from there."
                            .into(),
                        gone: None,
                    };
                }
                Err(Ended::Failed(error)) => {
                    self.slot =
                        Slot::Failed { root, headline: "The lake could not be indexed".into(), error, gone: None };
                }
            },
            Slot::Ready(lake) if lake.root == root => {
                match report {
                    Ok(told) => self.state.transient.tell(told),
                    Err(Ended::Cancelled) => {
                        self.state.transient.tell("Indexing cancelled; what was read so far is kept.");
                    }
                    Err(Ended::Failed(error)) => self.state.transient.complain(error),
                }
                lake.reload(&self.workers, ctx);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        gui::lake::{Lake, Loaded},
        session::OpenOptions,
    };

    #[test]
    fn settings_that_change_while_an_index_run_is_at_work_are_applied_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("lake");
        std::fs::create_dir_all(root.join("recordings")).unwrap();
        let options = OpenOptions { user_dir: Some(folder.path().join("user")), ..OpenOptions::default() };
        let session = Session::open(&root, options.clone()).unwrap();
        let report = session.index(&Progress::new()).unwrap();
        let root = session.root().to_path_buf();
        let ctx = Context::default();
        for (cancelled, running) in [(false, 1), (true, 0)] {
            let mut app = App::new(&ctx, None, options.clone(), None);
            let loaded = Loaded::read(&session).unwrap();
            app.slot = Slot::Ready(Box::new(Lake::new(session.clone(), loaded, <_>::default(), &ctx)));
            let job =
                RunningJob { id: 7, title: "Indexing lake".into(), root: root.clone(), progress: Progress::new() };
            app.state.transient.jobs.push(job);
            let changed = || Event::SettingsChanged { root: root.clone(), index: true, told: Ok("Kept.".into()) };
            app.take_event(changed(), &ctx);
            app.take_event(changed(), &ctx);
            assert_eq!(app.state.transient.jobs.len(), 1, "the run at work goes on alone");
            let ended = if cancelled { Err(Ended::Cancelled) } else { Ok(report.clone()) };
            app.take_event(Event::JobDone { id: 7, root: root.clone(), outcome: Outcome::Indexed(ended) }, &ctx);
            let jobs = &app.state.transient.jobs;
            assert_eq!(jobs.iter().filter(|job| job.is_index() && job.root == root).count(), running);
            let told = app.state.transient.told.iter().any(|told| told.failed && told.text.contains("not applied yet"));
            assert_eq!((told, app.index_next.is_none()), (cancelled, true));
        }
    }
}
