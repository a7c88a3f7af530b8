//! Measurements of a lake and its disk, through the same code that the window and the other commands use.

mod clock;
mod filters;
mod opening;
mod pictures;

use serde::Serialize;
use serde_json::json;

use super::{Session, SessionError, json_text};
use crate::{
    jobs::Progress,
    tasks::{self, Outcome},
};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BenchWhat {
    /// Whole frames in random order.
    Frames,
    /// Thumbnails of 160 × 160 at most: into memory, into a store of thumbnails, and back from there.
    Thumbnails,
    /// Filters over all frames.
    Filter,
    /// A whole index, into a temporary catalog.
    Index,
    /// From nothing to the first screen of thumbnails.
    Open,
}

/// A measurement to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchRequest {
    /// What to measure.
    pub what: BenchWhat,
    /// How many frames (of each kind of store), evaluations (of each filter) or openings.
    pub count: Option<usize>,
    /// Same seed, same frames.
    pub seed: u64,
    /// Frames and thumbnails: these, by name and in this order, in place of random ones.
    pub frames: Option<Vec<String>>,
    /// Threads that read; all cores when `None`.
    pub threads: Option<usize>,
    /// The filter to measure; typical ones over the lake's metrics when `None`.
    pub filter: Option<String>,
}

/// Frames or thumbnails of one kind of store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FramesRow {
    /// Kind of store: `gzip`, `jpeg`, `raw`, ….
    pub store_kind: String,
    /// For thumbnails: `memory`, `store` (made, coded and written) or `from_store` (read and decoded).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<&'static str>,
    /// Frames that were read.
    pub frames: u64,
    /// Frames that could not be read; the log of the run names them.
    pub failed: u64,
    /// Frames a second, over all threads.
    pub frames_per_s: f64,
    /// Median time of one frame, ms.
    pub p50_ms: f64,
    /// Time that 19 of 20 frames stay below, ms.
    pub p95_ms: f64,
    /// Bytes read from stores (from the store of thumbnails for `from_store`: of pictures).
    pub bytes_read: u64,
    /// Threads that read.
    pub threads: usize,
    /// Processor time over time passed; `None` where the system does not tell.
    pub cores_used: Option<f64>,
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilterRow {
    /// The filter.
    pub filter: String,
    /// Frames it was asked about.
    pub frames: u64,
    /// Frames that match.
    pub matches: u64,
    /// Evaluations that were timed.
    pub evaluations: u64,
    /// Time of the first evaluation, which loads the columns, ms.
    pub first_ms: f64,
    /// Median time, ms.
    pub p50_ms: f64,
    /// Time that 19 of 20 evaluations stay below, ms.
    pub p95_ms: f64,
    /// Frames a second at the median.
    pub frames_per_s: f64,
    /// Processor time over time passed.
    pub cores_used: Option<f64>,
}

/// A whole index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexRow {
    /// Recordings read.
    pub recordings: u64,
    /// Frames indexed.
    pub frames: u64,
    /// Metric samples read.
    pub samples: u64,
    /// Labels read.
    pub labels: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Frames a second.
    pub frames_per_s: f64,
    /// Size of the catalog.
    pub catalog_bytes: u64,
    /// Processor time over time passed, without that of the reader processes.
    pub cores_used: Option<f64>,
}

/// One step of opening a lake.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenRow {
    /// `open`, `table`, `first_screen` or `all`.
    pub step: &'static str,
    /// Openings that were timed.
    pub openings: u64,
    /// Median time, ms.
    pub p50_ms: f64,
    /// Time that 19 of 20 stay below, ms.
    pub p95_ms: f64,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BenchReport {
    /// Of [`BenchWhat::Frames`] and [`BenchWhat::Thumbnails`].
    Frames(Vec<FramesRow>),
    /// Of [`BenchWhat::Filter`].
    Filters(Vec<FilterRow>),
    /// Of [`BenchWhat::Index`].
    Index(IndexRow),
    /// Of [`BenchWhat::Open`].
    Open(Vec<OpenRow>),
}

impl BenchReport {
    /// Units of work that were done.
    fn units(&self) -> u64 {
        match self {
            Self::Frames(rows) => rows.iter().map(|row| row.frames).sum(),
            Self::Filters(rows) => rows.iter().map(|row| row.frames * row.evaluations).sum(),
            Self::Index(row) => row.frames,
            Self::Open(rows) => rows.first().map_or(0, |row| row.openings),
        }
    }
}

impl Session {
    /// Measures, as a run named `bench`. The lake itself is only read.
    ///
    /// # Errors
    /// There is no index, the filter cannot be used, there is nothing to measure, or the work was cancelled.
    pub fn bench(&self, request: &BenchRequest, progress: &Progress) -> Result<BenchReport, SessionError> {
        // What was typed wrongly is no run.
        let table = self.table()?;
        if let Some(filter) = &request.filter {
            self.find(&table, filter)?;
        }
        if let Some(names) = &request.frames {
            pictures::named(&table, names)?;
        }
        let named = request.frames.as_ref().map(Vec::len);
        // A long list of names would say less than its length.
        let parameters = json!({
            "what": request.what, "count": request.count, "seed": request.seed, "frames": named,
            "threads": request.threads, "filter": request.filter,
        });
        let parameters = parameters.to_string();
        let report = tasks::run(self.inner.kept.as_ref().ok(), "bench", &parameters, progress, |progress| {
            let report = match request.what {
                BenchWhat::Frames => pictures::frames(self, &table, request, progress).map(BenchReport::Frames),
                BenchWhat::Thumbnails => pictures::thumbnails(self, &table, request, progress).map(BenchReport::Frames),
                BenchWhat::Filter => filters::filters(self, &table, request, progress).map(BenchReport::Filters),
                BenchWhat::Index => opening::index(self, progress).map(BenchReport::Index),
                BenchWhat::Open => opening::open(self, request, progress).map(BenchReport::Open),
            }?;
            let units = report.units();
            Ok(Outcome { rows_in: units, rows_out: units, result: json_text(&report), value: report })
        })?;
        Ok(report)
    }
}
