//! Statistics by group, over raw samples or over frames.

mod behind;
mod frames;
mod live;
mod members;
mod plan;
mod samples;
mod saved;
mod shape;
mod table;
mod write;

use std::time::Instant;

use serde_json::json;

pub use live::LiveStatistics;
pub use saved::{Analysis, ChartKind, ChartLook, SavedAnalysis};
pub use shape::Shape;
pub use table::{ColumnRole, StatColumn, StatValue, StatsTable};

use super::{ExportScope, Session, SessionError};
use crate::{
    analytics::stats::{Aggregate, GroupKey, Keep, NoAnswer, Source, Stopped, TakePart},
    catalog::FrameTable,
    jobs::Progress,
    tasks,
};
use plan::Plan;
use samples::Unread;
use shape::Found;
use table::Names;

/// Readings from which on a table of statistics is worth a line among the runs.
const LONG_SAMPLES: u64 = 50_000_000;

/// What values are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Every reading as it was measured.
    #[default]
    Samples,
    /// The values at frames.
    Frames,
}

/// What a value weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// All the same.
    #[default]
    None,
    /// As long as it holds: until the next one.
    Time,
}

/// A question for statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsRequest {
    /// The metrics; all of numbers when none is named and nothing is kept.
    pub metrics: Vec<String>,
    /// What groups are made of; none is one group.
    pub by: Vec<GroupKey>,
    /// What is told of each metric; the usual ones when none is named.
    pub aggregates: Vec<Aggregate>,
    /// The extreme values to keep, with their frames.
    pub keep: Option<Keep>,
    /// Samples or frames.
    pub over: Over,
    /// What a value weighs.
    pub weight: Weight,
    /// What is made of the values.
    pub shape: Shape,
    /// The frames, or over samples the stretches of time that begin with them.
    pub scope: ExportScope,
}

impl Default for StatsRequest {
    fn default() -> Self {
        Self {
            metrics: Vec::new(),
            by: Vec::new(),
            aggregates: Vec::new(),
            keep: None,
            over: Over::default(),
            weight: Weight::default(),
            shape: Shape::default(),
            scope: ExportScope::Filter(String::new()),
        }
    }
}

impl StatsRequest {
    /// The request as `runs` tells it.
    fn parameters(&self) -> String {
        let by: Vec<String> = self.by.iter().map(ToString::to_string).collect();
        let aggregates: Vec<String> = self.aggregates.iter().map(ToString::to_string).collect();
        json!({
            "metrics": self.metrics,
            "by": by,
            "aggregates": aggregates,
            "keep": self.keep.as_ref().map(ToString::to_string),
            "over": if self.over == Over::Frames { "frames" } else { "samples" },
            "weight": if self.weight == Weight::Time { "time" } else { "none" },
            "shape": self.shape.name(),
            "bars": self.shape.bars(),
            "scope": self.scope,
        })
        .to_string()
    }
}

impl Session {
    /// Statistics by group.
    ///
    /// # Errors
    /// [`SessionError::Usage`] for a name that is not there, with the nearest one; a filter that cannot be used; samples or
    /// columns that cannot be read; or the work was cancelled.
    pub fn stats(
        &self,
        table: &FrameTable,
        request: &StatsRequest,
        progress: &Progress,
    ) -> Result<StatsTable, SessionError> {
        self.stats_of(table, request, None, progress)
    }

    fn stats_of(
        &self,
        table: &FrameTable,
        request: &StatsRequest,
        live: Option<&LiveStatistics>,
        progress: &Progress,
    ) -> Result<StatsTable, SessionError> {
        let began = Instant::now();
        let planned = shape::planned(table, request)?;
        if let Some(live) = live.filter(|live| live.fits(request)) {
            let plan = Plan::new(self, table, &planned)?;
            if let Some(found) = live.found(&plan, request.shape)? {
                return told(&plan, request, &found, &live::no_names(), began);
            }
        }
        progress.stage(if request.over == Over::Frames { "reading frames" } else { "reading samples" });
        let bars = match shape::whole(&planned) {
            None => Vec::new(),
            Some(whole) => {
                let plan = Plan::new(self, table, &whole)?;
                let bars = |values: &Values<'_>| shape::bars_of(values, &plan, request.shape, progress);
                self.look_at(&plan, bars)?.0
            }
        };
        let plan = Plan::new(self, table, &planned)?;
        let (found, values) =
            self.look_at(&plan, |values| shape::look(values, &plan, request.shape, &bars, progress))?;
        told(&plan, request, &found, &values.names(), began)
    }

    /// The same as a run named `stats`, when it takes long or when `record` asks for it.
    ///
    /// # Errors
    /// As [`Self::stats`].
    pub fn stats_run(
        &self,
        table: &FrameTable,
        request: &StatsRequest,
        record: bool,
        progress: &Progress,
    ) -> Result<StatsTable, SessionError> {
        let long = || Ok::<_, SessionError>(self.reader()?.totals()?.samples >= LONG_SAMPLES);
        if !record && (request.over == Over::Frames || !long()?) {
            return self.stats(table, request, progress);
        }
        // A question that makes no sense is not worth a run.
        Plan::new(self, table, &shape::planned(table, request)?)?;
        Ok(tasks::run(self.inner.kept.as_ref().ok(), "stats", &request.parameters(), progress, |progress| {
            let found = self.stats(table, request, progress)?;
            Ok(tasks::Outcome {
                rows_in: found.read,
                rows_out: found.rows as u64,
                result: json!({"rows": found.rows, "readings": found.read, "looks": found.looks, "notes": found.notes})
                    .to_string(),
                value: found,
            })
        })?)
    }
}

/// What was found as a table.
fn told(
    plan: &Plan<'_>,
    request: &StatsRequest,
    found: &Found,
    names: &Names<'_>,
    began: Instant,
) -> Result<StatsTable, SessionError> {
    let mut table = match found {
        Found::Answer(found) => table::build(plan, request, found, names)?,
        found => shape::build(plan, request, found, names),
    };
    table.seconds = began.elapsed().as_secs_f64();
    Ok(table)
}

impl Session {
    /// Opens the values of a plan and looks at them.
    fn look_at<'a, T>(
        &'a self,
        plan: &'a Plan<'a>,
        work: impl Fn(&Values<'a>) -> Result<T, NoAnswer<Unread>>,
    ) -> Result<(T, Values<'a>), SessionError> {
        let mut values = match plan.over {
            Over::Frames => Values::Frames(frames::Frames::new(plan)?),
            Over::Samples => Values::Samples(samples::Samples::new(self, plan)?),
        };
        loop {
            match (work(&values), &mut values) {
                // Times that do not ascend are put in order when a file is read as a whole.
                (Err(NoAnswer::Stopped(Stopped::Failed(Unread::Unordered(recording)))), Values::Samples(samples)) => {
                    samples.read_whole(recording);
                    plan.groups.forget();
                }
                (found, _) => return Ok((found.map_err(failure)?, values)),
            }
        }
    }
}

/// Where values come from.
enum Values<'a> {
    Frames(frames::Frames<'a>),
    Samples(samples::Samples<'a>),
}

impl Values<'_> {
    /// What their numbers stand for.
    fn names(&self) -> Names<'_> {
        match self {
            Self::Frames(frames) => {
                Names { words: frames.words(), recordings: frames.recordings().iter().map(String::as_str).collect() }
            }
            Self::Samples(samples) => Names {
                words: samples.words(),
                recordings: samples.recordings().iter().map(|one| one.name.as_str()).collect(),
            },
        }
    }
}

impl Source for Values<'_> {
    type Error = Unread;

    fn units(&self) -> usize {
        match self {
            Self::Frames(frames) => frames.units(),
            Self::Samples(samples) => samples.units(),
        }
    }

    fn read(&self, unit: usize, take: &mut TakePart<'_>) -> Result<(), Unread> {
        match self {
            Self::Frames(frames) => frames.read(unit, take),
            Self::Samples(samples) => samples.read(unit, take),
        }
    }
}

fn failure(error: NoAnswer<Unread>) -> SessionError {
    match error {
        NoAnswer::Stopped(Stopped::Cancelled) => SessionError::Cancelled,
        NoAnswer::Stopped(Stopped::Failed(Unread::Failed(error))) => error,
        NoAnswer::Stopped(Stopped::Failed(Unread::Unordered(_))) => {
            SessionError::Failed("times of frames are out of order; index again".to_owned())
        }
        NoAnswer::TooManyWeighted(most) => SessionError::Usage(format!(
            "quantiles weighted by time take more than {most} readings at once; choose fewer with --where, one metric at a \
             time, or leave --weight out"
        )),
    }
}
