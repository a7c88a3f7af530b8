//! Questions that a cluster answers.

use super::{CountsBy, EngineChoice, EngineSettings, EventCounts, TopItems, TopRequest, local};
use crate::{
    analytics::{
        engine::{Asked, RemoteEngine, counts_on, top_on},
        tree::top::Shape,
    },
    formats::{EventOptions, Locations},
    jobs::Progress,
    model::Problem,
    session::SessionError,
};

/// Where the client finds a token that no address holds.
const TOKEN_VARIABLE: &str = "SPARK_CONNECT_AUTHENTICATE_TOKEN";

/// The engine that a question goes to; `None` is this machine.
pub(super) fn engine(request: &TopRequest, settings: &EngineSettings) -> Result<Option<RemoteEngine>, SessionError> {
    let (url, by_person) = match (&request.engine, &settings.url) {
        (EngineChoice::Local, _) | (EngineChoice::Lake, None) => return Ok(None),
        (EngineChoice::Remote(url), _) => (url, true),
        (EngineChoice::Lake, Some((url, by_person))) => (url, *by_person),
    };
    // A lake may come from anywhere. It may name an engine, and may not choose who gets a token.
    if !by_person && !url.contains("token=") && std::env::var_os(TOKEN_VARIABLE).is_some() {
        return Err(SessionError::Usage(format!(
            "lake.toml names the engine {url}, and it would be sent the token of {TOKEN_VARIABLE}; name the engine with \
             --engine if that is meant, or unset the variable"
        )));
    }
    let engine = RemoteEngine::new(url, settings.paths.clone());
    engine.map(Some).map_err(|error| SessionError::Usage(error.to_string()))
}

/// Asks with the tables of a request; what comes back is what `ask` gives.
fn asked<T>(
    request: &TopRequest,
    problems: &mut Vec<Problem>,
    ask: impl FnOnce(&Asked<'_>) -> Result<T, crate::analytics::AnalyticsError>,
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
    answer.problems = problems;
    Ok(answer)
}
