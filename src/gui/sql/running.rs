//! The query that runs or ran: its answer is there as soon as its columns are known, and grows while rows come.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};
use egui::Context;

use super::command::SqlAsked;
use crate::{
    gui::fetch::Fetch,
    jobs::{Pool, Priority, Progress},
    session::{Session, SqlAnswer, SqlError, SqlMistake},
};

/// How a query ended.
#[derive(Debug, Clone)]
pub enum Ended {
    /// All rows are there.
    Whole,
    /// Someone stopped it.
    Stopped,
    /// The text is at fault.
    Mistake(SqlMistake),
    /// It needs more memory than it was allowed.
    Memory,
    /// It took longer than it was allowed.
    Late,
    /// Anything else that kept it from an answer.
    Failed(String),
}

impl From<SqlError> for Ended {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Mistake(mistake) => Self::Mistake(mistake),
            SqlError::Memory { .. } => Self::Memory,
            SqlError::Late { .. } => Self::Late,
            SqlError::Cancelled => Self::Stopped,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// When a query ended, and how.
type End = (Arc<Ended>, Duration);

/// A query with its answer.
#[derive(Default)]
pub struct Running {
    asked: Option<SqlAsked>,
    progress: Option<Progress>,
    begun: Option<Instant>,
    coming: Option<Receiver<SqlAnswer>>,
    answer: Option<SqlAnswer>,
    end: Fetch<u64, End>,
}

impl Running {
    /// Runs what is asked, unless it runs or ran already, and takes in what came.
    pub fn follow(&mut self, asked: Option<&SqlAsked>, session: &Session, pool: &Pool, ctx: &Context) {
        if let Some(asked) = asked
            && self.asked.as_ref().is_none_or(|known| known.number != asked.number)
        {
            self.start(asked, session, pool, ctx);
        }
        if let Some(answer) = self.coming.as_ref().and_then(|coming| coming.try_recv().ok()) {
            (self.answer, self.coming) = (Some(answer), None);
        }
        if self.end.poll() {
            self.progress = None;
        }
    }

    fn start(&mut self, asked: &SqlAsked, session: &Session, pool: &Pool, ctx: &Context) {
        self.stop();
        let begun = Instant::now();
        let (progress, session, request) = (Progress::new(), session.clone(), asked.request());
        let (tell, coming) = bounded(1);
        self.asked = Some(asked.clone());
        self.progress = Some(progress.clone());
        self.begun = Some(begun);
        (self.answer, self.coming) = (None, Some(coming));
        let wake = ctx.clone();
        self.end.clear();
        self.end.request(asked.number, pool, Priority::Visible, ctx, move |_| {
            let filled = session.run_sql(&request, &progress).and_then(|mut stream| {
                let answer = session.sql_answer(&stream);
                // Nobody may look any more; then the rows go nowhere.
                let _ = tell.send(answer.clone());
                wake.request_repaint();
                answer.fill(&mut stream, &|_| wake.request_repaint())
            });
            let how = filled.map_or_else(Ended::from, |()| Ended::Whole);
            Ok((Arc::new(how), begun.elapsed()))
        });
    }

    /// Ends the query that runs.
    pub fn stop(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.cancel();
        }
    }

    /// What runs or ran.
    pub fn asked(&self) -> Option<&SqlAsked> {
        self.asked.as_ref()
    }

    /// The rows so far.
    pub fn answer(&self) -> Option<&SqlAnswer> {
        self.answer.as_ref()
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.end.is_pending()
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&self) -> Option<&Ended> {
        self.end.ready().map(|(how, _)| &**how)
    }

    /// What broke off without a word.
    pub fn broken(&self) -> Option<&str> {
        self.end.error()
    }

    /// How long it took, or has taken so far.
    pub fn took(&self) -> Duration {
        match (self.end.ready(), self.begun) {
            (Some((_, took)), _) => *took,
            (None, Some(begun)) => begun.elapsed(),
            (None, None) => Duration::ZERO,
        }
    }

    /// The work under way, once it has taken this long.
    pub fn long_work(&self, after: Duration) -> Option<&Progress> {
        self.progress.as_ref().filter(|_| self.is_running() && self.took() >= after)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
