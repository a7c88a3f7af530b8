//! Questions that a cluster answers.

use super::{CountsBy, EngineChoice, EngineSettings, EventCounts, TopItems, TopRequest, local};
use crate::{
    analytics::{
        AnalyticsError,
        engine::{Asked, NamedBy, RemoteEngine, counts_on, top_on},
        tree::top::Shape,
    },
    formats::{EventOptions, Locations},
    jobs::Progress,
    model::Problem,
    session::{Session, SessionError},
};

/// Refuses salt where no cluster answers: it would do nothing.
pub(super) fn check_salt(request: &TopRequest, settings: &EngineSettings) -> Result<(), SessionError> {
    let local = match request.engine {
        EngineChoice::Local => true,
        EngineChoice::Lake => settings.url.is_none(),
        EngineChoice::Remote(_) => false,
    };
    if request.salt > 1 && local {
        return Err(SessionError::Usage(
            "salt tells how a cluster counts, and this machine answers; name a cluster (--engine sc://host:15002), or leave \
             --salt out"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The engine that a question goes to; `None` is this machine.
pub(super) fn engine(choice: &EngineChoice, settings: &EngineSettings) -> Result<Option<RemoteEngine>, SessionError> {
    let (url, by) = match (choice, &settings.url) {
        (EngineChoice::Local, _) | (EngineChoice::Lake, None) => return Ok(None),
        (EngineChoice::Remote(address), _) => (address.whole(), NamedBy::Person),
        (EngineChoice::Lake, Some((url, true))) => (url.as_str(), NamedBy::Person),
        (EngineChoice::Lake, Some((url, false))) => (url.as_str(), NamedBy::Lake),
    };
    let engine = RemoteEngine::new(url, settings.paths.clone(), by);
    engine.map(Some).map_err(|error| SessionError::Usage(error.to_string()))
}

impl Session {
    /// Whether an engine is there and lets this person in. It is asked about no events, and that is no run; this machine always
    /// is there.
    ///
    /// # Errors
    /// Its address is none, it cannot be reached, it refuses, or the work was cancelled.
    pub fn greet_engine(&self, choice: &EngineChoice, progress: &Progress) -> Result<(), SessionError> {
        match engine(choice, &self.engine_settings()?)? {
            Some(engine) => Ok(engine.greet(progress).map_err(AnalyticsError::from)?),
            None => Ok(()),
        }
    }
}

/// Asks with the tables of a request; what comes back is what `ask` gives.
fn asked<T>(
    request: &TopRequest,
    problems: &mut Vec<Problem>,
    ask: impl FnOnce(&Asked<'_>) -> Result<T, AnalyticsError>,
) -> Result<T, SessionError> {
    local::check(request)?;
    let locations: Locations = local::locations(request, problems)?;
    let options = EventOptions { time_unit: request.time_unit, root: request.source.root.clone() };
    Ok(ask(&Asked {
        detections: &request.source.detections,
        locations: &locations,
        query: &request.query,
        options: &options,
        on_error: request.on_error,
        shape: Shape { salt: request.salt },
    })?)
}

/// The top items, from a cluster.
pub(super) fn top(engine: &RemoteEngine, request: &TopRequest, progress: &Progress) -> Result<TopItems, SessionError> {
    if request.lateness_ns.is_some() {
        return Err(SessionError::Usage(
            "late events are looked for on this machine alone; add --engine local, or leave --lateness out".to_owned(),
        ));
    }
    let mut problems = Vec::new();
    let mut answer = asked(request, &mut problems, |asked| top_on(engine, asked, progress))?;
    problems.extend(local::told(request, &answer.stages.bad_rows, &answer.skipped, &answer.notes));
    problems.extend(local::top_told(request, &answer));
    answer.problems = problems;
    Ok(answer)
}

/// Counts, from a cluster.
pub(super) fn counts(
    engine: &RemoteEngine,
    request: &TopRequest,
    by: CountsBy,
    progress: &Progress,
) -> Result<EventCounts, SessionError> {
    let mut problems = Vec::new();
    let mut answer = asked(request, &mut problems, |asked| counts_on(engine, asked, by, progress))?;
    problems.extend(local::told(request, &answer.stages.bad_rows, &answer.skipped, &answer.notes));
    problems.extend(local::counts_told(request, &answer));
    answer.problems = problems;
    Ok(answer)
}
