//! What workers ask of the session, and how its answers become what the panels show.

use std::sync::Arc;

use super::{
    Choice, Sighted,
    answer::{Place, Places, Top},
};
use crate::{
    catalog::FrameTable,
    jobs::Progress,
    session::{
        Behind, CountsBy, DetectionSource, Duplicates, EngineChoice, Lateness, OnError, Recorded, Session,
        SessionError, TopRequest, Window,
    },
};

/// Where events and locations lie.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// They; `None` when there are no events.
    pub source: Option<DetectionSource>,
    /// Address of the engine that the lake or the person's settings name, without its token.
    pub engine: Option<String>,
}

impl Sources {
    /// Whether there are events to ask about.
    #[must_use]
    pub fn any(&self) -> bool {
        self.source.is_some()
    }
}

/// Events over time.
#[derive(Debug, Clone, Default)]
pub struct Times {
    /// Length of a window, ns.
    pub window_ns: i64,
    /// From one window to the next, ns; less than their length when they overlap.
    pub slide_ns: i64,
    /// Start of each window that has events, ns UTC, and its events.
    pub counts: Vec<(i64, u64)>,
}

/// Detections that came more than once.
pub type Repeats = Duplicates;

/// The events of an item, the first of them.
#[derive(Debug, Default)]
pub struct Sightings {
    /// All that is known of them.
    pub behind: Behind,
    /// For each event the row of the frame that shows it.
    pub rows: Vec<Option<usize>>,
}

/// Events that are listed at most; how many there are is told.
pub const LISTED: u64 = 2000;
/// Disagreeing detections that are listed at most; how many there are is told.
pub const DISAGREEING: usize = 1000;
/// Windows that a chart shows about, when no length was chosen.
const WINDOWS: i64 = 240;
/// Windows that a chart shows at most.
const MOST_WINDOWS: i64 = 20_000;
/// The finest windows that are asked for, ns, from which longer ones are put together.
const FINEST: i64 = 60_000_000_000;
/// Lengths of windows that a chart chooses from, ns.
const LENGTHS: [i64; 14] = {
    const S: i64 = 1_000_000_000;
    [
        60 * S,
        120 * S,
        300 * S,
        600 * S,
        900 * S,
        1800 * S,
        3600 * S,
        2 * 3600 * S,
        6 * 3600 * S,
        12 * 3600 * S,
        24 * 3600 * S,
        7 * 24 * 3600 * S,
        30 * 24 * 3600 * S,
        365 * 24 * 3600 * S,
    ]
};

/// What is said of a question that a person stopped.
pub const STOPPED: &str = "It was stopped. Ask again to have the answer.";

fn text(error: SessionError) -> String {
    match error {
        SessionError::Cancelled => STOPPED.to_owned(),
        other => other.to_string(),
    }
}

/// Where events and locations lie: the lake's own, unless others were chosen.
pub fn sources(session: &Session, choice: &Choice) -> Result<Sources, String> {
    let own = session.detection_source().map_err(text)?;
    let source = match (&choice.events, own) {
        (Some(events), own) => {
            let locations = choice.places.clone().or_else(|| own.and_then(|own| own.locations));
            Some(DetectionSource { detections: events.clone(), locations, root: None })
        }
        (None, Some(own)) => {
            Some(DetectionSource { locations: choice.places.clone().or(own.locations.clone()), ..own })
        }
        (None, None) => None,
    };
    Ok(Sources { source, engine: session.engine_named().map_err(text)? })
}

/// The question as the session takes it.
pub fn request(session: &Session, choice: &Choice) -> Result<TopRequest, String> {
    let usual = if choice.events.is_none() { session.top_request().ok() } else { None };
    let source = sources(session, choice)?.source.ok_or("There are no detection events in this lake.")?;
    let request = usual.unwrap_or_else(|| TopRequest::of(source.clone()));
    // Every file that can be read counts; the others are named.
    let (query, engine) = (choice.query(), choice.engine.clone());
    Ok(TopRequest { source, query, engine, on_error: OnError::Skip, ..request })
}

/// The same, of what panels ask by themselves: no run unless it takes long.
fn aside(session: &Session, choice: &Choice) -> Result<TopRequest, String> {
    Ok(TopRequest { recorded: Recorded::IfLong, ..request(session, choice)? })
}

/// The same, of what this machine alone works out.
fn local(session: &Session, choice: &Choice) -> Result<TopRequest, String> {
    Ok(TopRequest { engine: EngineChoice::Local, ..request(session, choice)? })
}

/// The top items.
pub fn top(session: &Session, choice: &Choice, recorded: Recorded, progress: &Progress) -> Result<Top, String> {
    let request = TopRequest { recorded, ..request(session, choice)? };
    Ok(Top::new(session.top(&request, progress).map_err(text)?))
}

/// Events from the future, and those that came long after newer ones.
pub fn lateness(session: &Session, choice: &Choice, progress: &Progress) -> Result<Lateness, String> {
    session.detection_lateness(&local(session, choice)?, progress).map_err(text)
}

/// Events by location: of an answer that tells them, else counted.
pub fn places(session: &Session, choice: &Choice, answer: Option<&Top>, progress: &Progress) -> Result<Places, String> {
    let request = aside(session, choice)?;
    let counted;
    let by_location = if let Some(top) = answer {
        &top.rows.by_location
    } else {
        let by = CountsBy { location: true, item: false };
        counted = session.detection_counts(&request, by, progress).map_err(text)?;
        &counted.by_location
    };
    let known = session.location_places(&request.source).map_err(text)?;
    let at: std::collections::HashMap<i64, [f64; 2]> =
        known.iter().filter_map(|place| Some((place.oid, place.longitude_latitude?))).collect();
    let mut list: Vec<Place> = by_location
        .iter()
        .map(|one| Place {
            oid: one.location,
            name: one.name.as_deref().map(str::to_owned),
            matched: one.known,
            events: one.events,
            at: at.get(&one.location).copied(),
        })
        .collect();
    let seen: std::collections::HashSet<i64> = list.iter().map(|place| place.oid).collect();
    list.extend(known.into_iter().filter(|place| !seen.contains(&place.oid)).map(|place| Place {
        oid: place.oid,
        name: place.name,
        matched: true,
        events: 0,
        at: place.longitude_latitude,
    }));
    Ok(Places::new(list))
}

/// Events by item, most first.
pub fn items(session: &Session, choice: &Choice, progress: &Progress) -> Result<Vec<(String, u64)>, String> {
    let by = CountsBy { location: false, item: true };
    let counts = session.detection_counts(&aside(session, choice)?, by, progress).map_err(text)?;
    let number = |count: &i64| u64::try_from(*count).unwrap_or(0);
    let mut items: Vec<(String, u64)> =
        counts.items.iter().zip(&counts.counts).map(|(item, count)| (item.to_string(), number(count))).collect();
    items.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(items)
}

/// Events over time, in windows of the chosen length, or of one that suits the whole span. Windows that overlap do so here,
/// too, unless there are more than a chart shows.
pub fn times(session: &Session, choice: &Choice, progress: &Progress) -> Result<Times, String> {
    let mut request = aside(session, choice)?;
    let size_ns = choice.window_ns.unwrap_or(FINEST);
    let mut asked = |slide_ns: i64| {
        request.query.window = Some(Window { size_ns, slide_ns });
        let counts = session.detection_counts(&request, CountsBy::default(), progress).map_err(text)?;
        let number = |count: &i64| u64::try_from(*count).unwrap_or(0);
        let mut counts: Vec<(i64, u64)> =
            counts.windows_ns.iter().zip(&counts.counts).map(|(start, count)| (*start, number(count))).collect();
        counts.sort_unstable();
        Ok::<_, String>(counts)
    };
    let ends =
        |counts: &[(i64, u64)]| (counts.first().map_or(0, |first| first.0), counts.last().map_or(0, |last| last.0));
    if let Some(slide_ns) = choice.slide_ns.filter(|slide| *slide < size_ns) {
        let counts = asked(slide_ns)?;
        let (first, last) = ends(&counts);
        if last.saturating_sub(first) / slide_ns.max(1) <= MOST_WINDOWS {
            return Ok(Times { window_ns: size_ns, slide_ns, counts });
        }
    }
    let counts = asked(size_ns)?;
    let (first, last) = ends(&counts);
    let window_ns = if choice.window_ns.is_some() { chosen_for(size_ns, first, last) } else { length_for(first, last) };
    Ok(Times { window_ns, slide_ns: window_ns, counts: together(&counts, window_ns) })
}

/// The shortest length of which not many more windows than a chart shows lie in the span.
fn length_for(from: i64, to: i64) -> i64 {
    let span = to.saturating_sub(from);
    LENGTHS.into_iter().find(|length| span / length <= WINDOWS).unwrap_or(LENGTHS[LENGTHS.len() - 1])
}

/// The chosen length, or the shortest multiple of it of which a chart can show all windows of the span; it tells which.
fn chosen_for(size: i64, from: i64, to: i64) -> i64 {
    let windows = to.saturating_sub(from) / size.max(1);
    size.saturating_mul(1 + windows / MOST_WINDOWS)
}

/// Windows put together into longer ones.
fn together(counts: &[(i64, u64)], length: i64) -> Vec<(i64, u64)> {
    let mut longer: Vec<(i64, u64)> = Vec::new();
    for (start, count) in counts {
        let start = start.div_euclid(length).saturating_mul(length);
        match longer.last_mut().filter(|last| last.0 == start) {
            Some(last) => last.1 += count,
            None => longer.push((start, *count)),
        }
    }
    longer
}

/// Detections that came more than once.
pub fn repeats(session: &Session, choice: &Choice, progress: &Progress) -> Result<Repeats, String> {
    session.duplicates(&local(session, choice)?, DISAGREEING, progress).map_err(text)
}

/// Tries whether a cluster answers, with the smallest question there is.
pub fn test(session: &Session, engine: &EngineChoice, progress: &Progress) -> Result<String, String> {
    let begun = std::time::Instant::now();
    session.greet_engine(engine, progress).map_err(text)?;
    Ok(format!("{engine} answers; it took {:.1} s.", begun.elapsed().as_secs_f64()))
}

/// The events of an item, with the frames that show them.
pub fn sightings(
    session: &Session,
    table: &Arc<FrameTable>,
    choice: &Choice,
    shown: &Sighted,
    recorded: Recorded,
    progress: &Progress,
) -> Result<Sightings, String> {
    let mut request = TopRequest { recorded, ..local(session, choice)? };
    let query = &mut request.query;
    query.items = vec![shown.item.clone()];
    if let Some(location) = shown.location {
        query.locations = vec![location];
    }
    if let Some((from, to)) = shown.window {
        query.from_ns = Some(query.from_ns.map_or(from, |limit| limit.max(from)));
        query.to_ns = Some(query.to_ns.map_or(to, |limit| limit.min(to)));
    }
    let behind = session.detection_events(&request, (0, LISTED), progress).map_err(text)?;
    let rows = behind.events.iter().map(|event| event.frame.as_ref().and_then(|frame| table.row_of(frame))).collect();
    Ok(Sightings { behind, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_suit_the_span_and_lose_no_event() {
        let minute = FINEST;
        for (span, expected) in
            [(0, minute), (200 * minute, minute), (400 * minute, 2 * minute), (30 * 1440 * minute, 360 * minute)]
        {
            assert_eq!(length_for(0, span), expected, "{span}");
        }
        assert_eq!((chosen_for(minute, 0, 60 * minute), chosen_for(minute, 0, 50_000 * minute)), (minute, 3 * minute));
        let fine: Vec<(i64, u64)> = (-10..500).map(|at| (at * minute, 3)).collect();
        let longer = together(&fine, 60 * minute);
        assert_eq!(longer.iter().map(|window| window.1).sum::<u64>(), 1530);
        assert_eq!((longer[0], longer[1].0), ((-60 * minute, 30), 0));
    }
}
