//! Why nothing is left of events that were read, and what looks as if a question were not meant as it was asked.

use super::{PassedOver, TopRequest, Unmet};
use crate::{
    formats::BadRows,
    model::{Problem, format_ns, parse_time_ns},
};

/// What became of the events of a question.
pub(super) struct Outcome<'a> {
    /// Rows read, bad ones included.
    pub(super) read: u64,
    pub(super) bad_rows: &'a BadRows,
    pub(super) passed_over: &'a PassedOver,
    /// Names that no event has.
    pub(super) unmet: &'a [Unmet],
    /// Events within all limits.
    pub(super) left: u64,
    /// The first and the last time of the answer, where it has any, ns UTC.
    pub(super) times: Option<(i64, i64)>,
}

/// Whether no clock told such times, the first and the last, ns UTC: cameras have been counting since after 1970, and the year
/// 2200 is far.
#[must_use]
pub fn are_odd((first, last): (i64, i64)) -> bool {
    let year = |text| parse_time_ns(text).unwrap_or_default();
    last < year("1971-01-01") || first >= year("2200-01-01")
}

/// Names that no event has, each told by itself.
const MOST_UNMET: usize = 10;

const UNIT: &str = "times in another unit than the one they are read in look like this; tell the right one (--time-unit s, ms, us or ns)";

/// One event, many events.
fn events(count: u64) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}

/// What a person should hear of an answer, beside it.
pub(super) fn told(request: &TopRequest, of: &Outcome<'_>) -> Vec<Problem> {
    let name = request.source.detections.display().to_string();
    let mut problems: Vec<Problem> = of.unmet.iter().take(MOST_UNMET).map(|unmet| unmet_told(&name, unmet)).collect();
    if let Some(more) = of.unmet.len().checked_sub(MOST_UNMET + 1) {
        let what = format!("no event has {} more of the locations and items that were asked for", more + 1);
        problems.push(Problem::new(&name, what, "look how they are written in the events"));
    }
    if of.left > 0 || of.read == 0 {
        problems.extend(of.times.filter(|times| are_odd(*times)).map(|(first, last)| {
            let what = format!("all windows lie between {} and {}", format_ns(first), format_ns(last));
            Problem::new(&name, what, UNIT)
        }));
        return problems;
    }
    problems.push(nothing_left(name, request, of));
    problems
}

fn unmet_told(name: &str, unmet: &Unmet) -> Problem {
    let (what, near) = match unmet {
        Unmet::Item { asked, near } => (format!("no event has the item {asked}"), near.clone()),
        Unmet::Location { asked, near } => {
            (format!("no event is at the location {asked}"), near.map(|near| near.to_string()))
        }
    };
    let hint = near
        .map_or_else(|| "look how it is written in the events".to_owned(), |near| format!("perhaps {near} is meant"));
    Problem::new(name, what, hint)
}

fn nothing_left(name: String, request: &TopRequest, of: &Outcome<'_>) -> Problem {
    let PassedOver { other_locations, other_items, without_time, outside_span, times_outside } = *of.passed_over;
    let bad = of.bad_rows.total();
    let (mut why, mut hint) = (Vec::new(), "look at what was left out, and why");
    if bad > 0 {
        why.push(format!("{} that {}", rows(bad), if bad == 1 { "is no event" } else { "are no events" }));
    }
    if other_locations > 0 {
        why.push(format!("{} at other locations", events(other_locations)));
        hint = "ask for other locations, or for all";
    }
    if other_items > 0 {
        why.push(format!("{} of other items", events(other_items)));
        hint = "ask for other items, or for all";
    }
    if without_time > 0 {
        why.push(format!("{} without a time", events(without_time)));
        hint = if request.time_unit.is_some() {
            "times that do not fit into 64 bits of nanoseconds in the unit that was told count as none; tell another one \
             (--time-unit), or none"
        } else {
            "ask without a span and without windows, which need times"
        };
    }
    if let Some(times) = times_outside {
        let (first, last) = (format_ns(times.0), format_ns(times.1));
        why.push(format!("{} outside of the span, at times from {first} to {last}", events(outside_span)));
        hint = if are_odd(times) { UNIT } else { "choose a span within these times" };
    }
    if why.is_empty() {
        why.push("events without a location or an item".to_owned());
    }
    Problem::new(name, format!("nothing is left of {}: {}", rows(of.read), why.join(", ")), hint)
}

fn rows(count: u64) -> String {
    format!("{count} row{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{formats::TimeUnit, session::DetectionSource};

    #[test]
    fn the_cause_of_an_empty_answer_is_told() {
        let source = DetectionSource { detections: PathBuf::from("a.csv"), locations: None, root: None };
        let request = TopRequest::of(source);
        let in_s = TopRequest { time_unit: Some(TimeUnit::S), ..request.clone() };
        let ns = |text| parse_time_ns(text).unwrap();
        let (early, late) = ((0, 5), (ns("2024-05-01"), ns("2024-05-02")));
        let bad_rows = BadRows::default();
        for (request, passed_over, left, times, expected) in [
            (
                &request,
                PassedOver { other_items: 3, ..PassedOver::default() },
                0,
                None,
                Some("3 events of other items"),
            ),
            (
                &request,
                PassedOver { without_time: 1, ..PassedOver::default() },
                0,
                None,
                Some("1 event without a time. Ask"),
            ),
            (&in_s, PassedOver { without_time: 3, ..PassedOver::default() }, 0, None, Some("--time-unit")),
            (
                &request,
                PassedOver { outside_span: 3, times_outside: Some(late), ..PassedOver::default() },
                0,
                None,
                Some("from 2024-05-01T00:00:00.000000000Z to 2024-05-02T00:00:00.000000000Z. Choose"),
            ),
            (
                &request,
                PassedOver { outside_span: 3, times_outside: Some(early), ..PassedOver::default() },
                0,
                None,
                Some("--time-unit"),
            ),
            (&request, PassedOver::default(), 0, None, Some("without a location or an item")),
            (&request, PassedOver::default(), 3, Some(early), Some("all windows lie between 1970")),
            (&request, PassedOver::default(), 3, Some((ns("2201-01-01"), ns("2202-01-01"))), Some("--time-unit")),
            (&request, PassedOver::default(), 3, Some(late), None),
            (&request, PassedOver::default(), 3, None, None),
        ] {
            let of = Outcome { read: 3, bad_rows: &bad_rows, passed_over: &passed_over, unmet: &[], left, times };
            let told: Vec<String> =
                super::told(request, &of).iter().map(|one| format!("{}. {}", one.what, one.hint)).collect();
            match expected {
                Some(part) => assert!(told.len() == 1 && told[0].contains(part), "{part}: {told:?}"),
                None => assert!(told.is_empty(), "{told:?}"),
            }
        }
    }
}
