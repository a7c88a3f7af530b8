//! Detection events: top items, counts over time, the events behind a count, duplicates. The same for the tables of a lake and
//! for files that belong to none.

mod choice;
mod frames;
mod late;
mod local;
mod nothing;
mod order;
mod places;
mod remote;
mod report;
mod source;
mod tables;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::{
    analytics::{
        Behind, CameraDuplicates, CountsBy, Delays, DetectionEvent, Disagreement, Duplicates, EventCounts, LateEvent,
        Lateness, LocationEvents, OnError, PassedOver, Ranking, Scope, Stages, TopItems, TopQuery, Unmet, Window,
    },
    formats::TimeUnit,
};
pub use choice::{EngineAddress, EngineChoice};
pub use nothing::are_odd;
pub use order::{TopColumn, TopOrder};
pub use places::LocationPlace;
pub use report::{DetectionReport, LocationShare};
pub use tables::DetectionTable;

use super::{Session, SessionError, json_text};
use crate::{
    analytics::{AnalyticsError, engine::PathMap},
    jobs::Progress,
    tasks::{self, Outcome},
};

/// Memory that a question may take when nothing is said.
pub const DEFAULT_MEMORY_BYTES: u64 = 2 << 30;

/// Where events and locations are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DetectionSource {
    /// A file of events, a folder of them, or a folder and a pattern of names such as `landing/detections_*`.
    pub detections: PathBuf,
    /// The table of locations; without one no location has a name, and all count as unmatched.
    pub locations: Option<PathBuf>,
    /// The folder that files of events must lie in when links are resolved: the lake, of its own events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<PathBuf>,
}

impl DetectionSource {
    /// The oids of locations as a person names them: by `geographical_location_oid`, else by the exact `geographical_location` of
    /// the table of locations. A name that several oids have means all of them.
    ///
    /// # Errors
    /// The table cannot be read, or there is none, or it has no such name.
    pub fn location_oids(&self, named: &[String]) -> Result<Vec<i64>, SessionError> {
        places::oids(self.locations.as_deref(), named)
    }

    /// Refuses to write over the events or the locations that are asked, or among the events, where the next question would
    /// read it as one of them.
    ///
    /// # Errors
    /// `out` is such a file.
    pub fn spare(&self, out: &std::path::Path) -> Result<(), SessionError> {
        let refuse =
            |what: String| Err(SessionError::Failed(format!("{} {what}; name another file to write", out.display())));
        let real = |path: &std::path::Path| path.canonicalize().ok();
        let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let Some(folder) = real(folder.unwrap_or(std::path::Path::new("."))) else { return Ok(()) };
        let name = out.file_name().unwrap_or_default();
        let there = real(out).unwrap_or_else(|| folder.join(name));
        if self.locations.as_deref().and_then(real).is_some_and(|locations| locations == there) {
            return refuse("is the table of locations that is asked".to_owned());
        }
        let asked = &self.detections;
        if let Some(events) = real(asked) {
            if events == there {
                return refuse("is the file of events that is asked".to_owned());
            }
            if events.is_dir() && there.starts_with(&events) {
                return refuse(format!("would lie among the events in {}", asked.display()));
            }
            return Ok(());
        }
        // A pattern of names in a folder.
        let pattern = asked.file_name().unwrap_or_default().to_string_lossy();
        let named = wildmatch::WildMatch::new(&pattern).matches(&name.to_string_lossy());
        if named && asked.parent().and_then(real) == Some(folder) {
            return refuse(format!("would be one of the events that {} names", asked.display()));
        }
        Ok(())
    }
}

/// The engine that a lake names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct EngineSettings {
    /// Its address, and whether the person told it rather than the lake.
    pub(super) url: Option<(String, bool)>,
    /// Folders here and there.
    pub(super) paths: PathMap,
}

/// Whether a question becomes a run of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Recorded {
    /// It does.
    #[default]
    Always,
    /// Once it takes longer than a few seconds: for questions that follow each other while someone is still choosing.
    IfLong,
}

/// A question about detection events, and how to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TopRequest {
    /// Where events and locations are.
    pub source: DetectionSource,
    /// The question. Its limits (span, locations, items, duplicates) hold for counts and events, too.
    pub query: TopQuery,
    /// What answers it.
    pub engine: EngineChoice,
    /// Whether it becomes a run.
    #[serde(skip)]
    pub recorded: Recorded,
    /// A cluster counts in two steps, the first within so many parts of each group; in one step below 2.
    pub salt: u32,
    /// Memory that the answer may take, about; 2 GB when `None`. Events that do not fit lie on disk for a while.
    pub memory_bytes: Option<u64>,
    /// What happens with files that cannot be read.
    pub on_error: OnError,
    /// Unit of whole-number times; told from each value's size when `None`.
    pub time_unit: Option<TimeUnit>,
    /// Looks for events from the future and for those this much behind the newest event before them, ns. Costs a second
    /// reading.
    pub lateness_ns: Option<i64>,
}

impl TopRequest {
    /// The usual question about these events.
    #[must_use]
    pub fn of(source: DetectionSource) -> Self {
        Self {
            source,
            query: TopQuery::default(),
            engine: EngineChoice::default(),
            recorded: Recorded::default(),
            salt: 0,
            memory_bytes: None,
            on_error: OnError::default(),
            time_unit: None,
            lateness_ns: None,
        }
    }
}

/// Top items of events in files that belong to no lake; else as [`Session::top`].
///
/// # Errors
/// As [`Session::top`].
pub fn top_of_files(request: &TopRequest, progress: &Progress) -> Result<TopItems, SessionError> {
    top(request, &std::env::temp_dir(), &EngineSettings::default(), progress)
}

/// Counts of events in files that belong to no lake; else as [`Session::detection_counts`].
///
/// # Errors
/// As [`Session::detection_counts`].
pub fn detection_counts_of_files(
    request: &TopRequest,
    by: CountsBy,
    progress: &Progress,
) -> Result<EventCounts, SessionError> {
    counts(request, by, &std::env::temp_dir(), &EngineSettings::default(), progress)
}

/// Events in files that belong to no lake, without frames; else as [`Session::detection_events`].
///
/// # Errors
/// As [`Session::detection_events`].
pub fn detection_events_of_files(
    request: &TopRequest,
    page: (u64, u64),
    progress: &Progress,
) -> Result<Behind, SessionError> {
    local::only(request, "single events")?;
    local::events(request, page, &std::env::temp_dir(), progress)
}

/// Duplicates among events in files that belong to no lake; else as [`Session::duplicates`].
///
/// # Errors
/// As [`Session::duplicates`].
pub fn duplicates_of_files(request: &TopRequest, keep: usize, progress: &Progress) -> Result<Duplicates, SessionError> {
    local::only(request, "statistics of duplicates")?;
    local::duplicates(request, keep, &std::env::temp_dir(), progress)
}

/// The answer of the engine that was chosen.
fn top(
    request: &TopRequest,
    spill_folder: &Path,
    settings: &EngineSettings,
    progress: &Progress,
) -> Result<TopItems, SessionError> {
    remote::check_salt(request, settings)?;
    match remote::engine(&request.engine, settings)? {
        None => local::top(request, spill_folder, progress),
        Some(engine) => remote::top(&engine, request, progress),
    }
}

/// The same of counts.
fn counts(
    request: &TopRequest,
    by: CountsBy,
    spill_folder: &Path,
    settings: &EngineSettings,
    progress: &Progress,
) -> Result<EventCounts, SessionError> {
    remote::check_salt(request, settings)?;
    match remote::engine(&request.engine, settings)? {
        None => local::counts(request, by, spill_folder, progress),
        Some(engine) => remote::counts(&engine, request, by, progress),
    }
}

/// Whether an answer can be written to a file, asked before the work that it costs.
///
/// # Errors
/// It is a folder, or no file can be made there.
pub fn check_place(path: &Path) -> Result<(), SessionError> {
    Ok(crate::export::check_place(path)?)
}

/// Writes a record as JSON into a file that appears under its name when it is whole.
///
/// # Errors
/// The file cannot be written.
pub fn write_json_file(record: &impl Serialize, path: &Path) -> Result<(), SessionError> {
    super::find::write_whole_file(path, |file| {
        serde_json::to_writer_pretty(&mut *file, record).map_err(|error| SessionError::Output(error.into()))?;
        writeln!(file).map_err(SessionError::Output)
    })
}

impl Session {
    /// Answers a question about events, as a run named `top`.
    ///
    /// # Errors
    /// The question makes no sense, there are no events, a file cannot be read (and [`OnError::Fail`] holds), there is no
    /// room on disk, or the work was cancelled.
    pub fn top(&self, request: &TopRequest, progress: &Progress) -> Result<TopItems, SessionError> {
        // What was typed wrongly is no run.
        local::check(request)?;
        let settings = self.engine_settings()?;
        remote::check_salt(request, &settings)?;
        let answer = self.run(request, "top", &json_text(request), progress, |progress| {
            let answer = top(request, &self.spill_folder(), &settings, progress)?;
            Ok(Outcome {
                rows_in: answer.stages.read,
                rows_out: answer.stages.rows_out,
                result: json_text(&DetectionReport::of_top(request, &answer)),
                value: answer,
            })
        })?;
        Ok(answer)
    }

    /// Counts events in the windows of the question (or over its whole span), within its limits, as a run named `counts`.
    ///
    /// # Errors
    /// As [`Self::top`].
    pub fn detection_counts(
        &self,
        request: &TopRequest,
        by: CountsBy,
        progress: &Progress,
    ) -> Result<EventCounts, SessionError> {
        local::check(request)?;
        let settings = self.engine_settings()?;
        remote::check_salt(request, &settings)?;
        let parameters = json!({ "request": request, "by": by }).to_string();
        let answer = self.run(request, "counts", &parameters, progress, |progress| {
            let answer = counts(request, by, &self.spill_folder(), &settings, progress)?;
            Ok(Outcome {
                rows_in: answer.stages.read,
                rows_out: answer.stages.rows_out,
                result: json_text(&DetectionReport::of_counts(request, &answer)),
                value: answer,
            })
        })?;
        Ok(answer)
    }

    /// The events within the limits of the question, in order of time and id, from number `page.0` on and at most `page.1`
    /// of them; each with the frame that shows it, where the footage of its camera is in the lake. For the events behind a
    /// bar the question is narrowed to the bar's location, item and span. A run named `events`.
    ///
    /// # Errors
    /// As [`Self::top`]; only this machine lists events.
    pub fn detection_events(
        &self,
        request: &TopRequest,
        page: (u64, u64),
        progress: &Progress,
    ) -> Result<Behind, SessionError> {
        local::only(request, "single events")?;
        local::check(request)?;
        let parameters = json!({ "request": request, "from": page.0, "count": page.1 }).to_string();
        let found = self.run(request, "events", &parameters, progress, |progress| {
            let mut found = local::events(request, page, &self.spill_folder(), progress)?;
            self.find_frames(&mut found.events)?;
            let told =
                json!({ "events": found.total, "listed": found.events.len(), "bad_rows": found.bad_rows.total() });
            Ok(Outcome {
                rows_in: found.total,
                rows_out: found.events.len() as u64,
                result: told.to_string(),
                value: found,
            })
        })?;
        Ok(found)
    }

    /// Statistics of duplicates, with at most `keep` of the ids whose events disagree, as a run named `duplicates`.
    ///
    /// # Errors
    /// As [`Self::top`]; only this machine looks at duplicates.
    pub fn duplicates(
        &self,
        request: &TopRequest,
        keep: usize,
        progress: &Progress,
    ) -> Result<Duplicates, SessionError> {
        local::only(request, "statistics of duplicates")?;
        let parameters = json_text(&request.source);
        let answer = self.run(request, "duplicates", &parameters, progress, |progress| {
            let answer = local::duplicates(request, keep, &self.spill_folder(), progress)?;
            Ok(Outcome {
                rows_in: answer.read,
                rows_out: answer.disagreeing,
                result: json_text(&answer.summary()),
                value: answer,
            })
        })?;
        Ok(answer)
    }

    /// Carries out a question as a run, if it is to be one.
    fn run<T>(
        &self,
        request: &TopRequest,
        task: &str,
        parameters: &str,
        progress: &Progress,
        work: impl FnOnce(&Progress) -> Result<Outcome<T>, tasks::TaskError>,
    ) -> Result<T, tasks::TaskError> {
        let kept = self.inner.kept.as_ref().ok();
        match request.recorded {
            Recorded::Always => tasks::run(kept, task, parameters, progress, work),
            Recorded::IfLong => tasks::run_if_long(kept, task, parameters, progress, work),
        }
    }

    /// The address of the engine that the person's settings or the lake name, without its token.
    ///
    /// # Errors
    /// `lake.toml` is not valid.
    pub fn engine_named(&self) -> Result<Option<String>, SessionError> {
        let settings = self.engine_settings()?;
        Ok(settings.url.map(|(url, _)| crate::analytics::engine::without_secrets(&url)))
    }

    /// What was told about the engine; the person's own words go before the lake's.
    fn engine_settings(&self) -> Result<EngineSettings, SessionError> {
        Ok(self.settings_now()?.engine(self.root()))
    }

    /// Where events lie that do not fit into memory: beside the catalog, on the disk that holds the lake's databases.
    fn spill_folder(&self) -> PathBuf {
        let beside = self.inner.places.catalog.parent().filter(|folder| folder.is_dir());
        beside.map_or_else(std::env::temp_dir, Path::to_path_buf)
    }
}

impl From<AnalyticsError> for SessionError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::Cancelled => Self::Cancelled,
            AnalyticsError::Query { .. } => Self::Usage(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
