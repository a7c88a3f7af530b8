//! Why an answer has no rows, in a few sentences.

use super::{
    Choice,
    limits::{short_time, span_text},
};
use crate::{
    gui::widgets::text::{count, counted},
    session::{PassedOver, Stages, Unmet, are_odd},
};

/// Why nothing was counted, and what can be done about it.
pub(super) fn why_empty(stages: &Stages, choice: &Choice) -> String {
    if stages.read == 0 {
        return "The files hold no rows.".to_owned();
    }
    let events =
        stages.read.saturating_sub(stages.bad_rows.total() + stages.incomplete).saturating_sub(stages.duplicates);
    if events == 0 {
        let rows = counted(stages.read, "row");
        return format!(
            "The files hold {rows}, none of which is an event with a location and an item. The notes tell why."
        );
    }
    let passed = &stages.passed_over;
    let all = |number: u64| number >= events;
    let mut told = stages.unmet.iter().map(unmet).collect::<Vec<_>>();
    if all(passed.outside_span) {
        let span = span_text(choice.from_ns, choice.to_ns);
        let lie = passed.times_outside.map(|(first, last)| between(first, last)).unwrap_or_default();
        told.push(format!("All {} lie outside the span ({span}){lie}.", counted(events, "event")));
    } else if all(passed.without_time) {
        let events = counted(events, "event");
        told.push(format!(
            "None of {events} has a time that can be read, and without one an event lies in no span and no window."
        ));
    } else {
        let parts = passed_over(passed);
        if !parts.is_empty() {
            told.push(format!("Of {}, {}.", counted(events, "event"), parts.join(", ")));
        }
    }
    if passed.times_outside.is_some_and(are_odd) || all(passed.without_time) {
        told.push(
            "Are the times in another unit? “time_unit” below [detections] in lake.toml says which: s, ms, us or ns."
                .to_owned(),
        );
    }
    if told.is_empty() {
        told.push("No event lies within the limits.".to_owned());
    }
    told.join(" ")
}

/// What events were left out by the limits of a question, each with its number.
pub(super) fn passed_over(passed: &PassedOver) -> Vec<String> {
    [
        (passed.other_locations, "at other locations"),
        (passed.other_items, "of other items"),
        (passed.without_time, "without a time"),
        (passed.outside_span, "outside the span"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{} {what}", count(number)))
    .collect()
}

fn between(first: i64, last: i64) -> String {
    if first == last {
        return format!(": at {}", short_time(first));
    }
    format!(": between {} and {}", short_time(first), short_time(last))
}

fn unmet(unmet: &Unmet) -> String {
    match unmet {
        Unmet::Item { asked, near: None } => format!("No event is of “{asked}”."),
        Unmet::Item { asked, near: Some(near) } => format!("No event is of “{asked}”; “{near}” is there."),
        Unmet::Location { asked, near: None } => format!("No event is at location {asked}."),
        Unmet::Location { asked, near: Some(near) } => {
            format!("No event is at location {asked}; {near} is there.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_time_ns;

    #[test]
    fn an_empty_answer_says_why() {
        let at = |text: &str| parse_time_ns(text).unwrap();
        let (from, to) = (Some(at("2024-05-01T00:00:00Z")), Some(at("2024-05-02T00:00:00Z")));
        let choice = Choice { from_ns: from, to_ns: to, ..Choice::default() };
        let of = |read: u64, passed_over: PassedOver| Stages { read, passed_over, ..Stages::default() };
        let outside = |first: &str, last: &str| PassedOver {
            outside_span: 2_000_000,
            times_outside: Some((at(first), at(last))),
            ..PassedOver::default()
        };
        let told = why_empty(&of(2_000_000, outside("2023-11-14T22:13:20Z", "2023-11-15T22:13:20Z")), &choice);
        assert_eq!(
            told,
            "All 2,000,000 events lie outside the span (2024-05-01 – 05-02): between 2023-11-14 22:13:20 and 2023-11-15 22:13:20."
        );
        let told = why_empty(&of(2_000_000, outside("1970-01-20T16:13:20Z", "1970-01-20T16:14:00Z")), &choice);
        assert!(told.contains("between 1970-01-20") && told.contains("another unit"), "{told}");
        let none = PassedOver { without_time: 3, ..PassedOver::default() };
        assert!(why_empty(&of(3, none), &choice).contains("None of 3 events has a time"));
        let mixed = PassedOver { other_locations: 2, other_items: 1, ..PassedOver::default() };
        assert_eq!(why_empty(&of(3, mixed), &choice), "Of 3 events, 2 at other locations, 1 of other items.");
        let mut typed = of(3, PassedOver { other_items: 3, ..PassedOver::default() });
        typed.unmet = vec![Unmet::Item { asked: "trukc".into(), near: Some("truck".into()) }];
        assert_eq!(
            why_empty(&typed, &choice),
            "No event is of “trukc”; “truck” is there. Of 3 events, 3 of other items."
        );
        assert_eq!(why_empty(&of(0, PassedOver::default()), &choice), "The files hold no rows.");
        let broken = Stages { read: 5, incomplete: 5, ..Stages::default() };
        assert!(why_empty(&broken, &choice).starts_with("The files hold 5 rows, none of which"));
    }
}
