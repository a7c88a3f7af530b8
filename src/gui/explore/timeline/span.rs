//! The span from mark A to mark B: which frames it holds, and how a filter says it.

use crate::{
    filter::{
        FilterError,
        choice::{self, Choice},
        edit, text_literal, time_text,
    },
    gui::lake::Lake,
};

/// The recording that is looked at and its span, ns UTC, where both marks are set.
#[must_use]
pub fn marked_span(lake: &Lake) -> Option<(String, (i64, i64))> {
    let row = lake.current.filter(|row| *row < lake.frames())?;
    let recording = &lake.footage(row).1.recording;
    Some((recording.clone(), lake.marks.span(recording)?))
}

/// Indices of the first and the last frame of the span in the footage of `row`, where it holds one.
#[must_use]
pub fn frames_between(lake: &Lake, row: usize) -> Option<(usize, usize)> {
    let (_, footage) = lake.footage(row);
    let (from, to) = lake.marks.span(&footage.recording)?;
    let times = lake.loaded.times.get(footage.first_row..footage.first_row + footage.rows)?;
    within(times, from, to)
}

fn within(times: &[i64], from: i64, to: i64) -> Option<(usize, usize)> {
    let first = times.partition_point(|time| *time < from);
    let last = times.partition_point(|time| *time <= to).checked_sub(1)?;
    (first <= last).then_some((first, last))
}

/// Number of frames of all cameras of the recording in the span.
#[must_use]
pub fn count_between(lake: &Lake) -> usize {
    let Some((recording, (from, to))) = marked_span(lake) else { return 0 };
    let footages = crate::filter::FrameColumns::footages(&**lake.table()).iter();
    footages
        .filter(|footage| footage.recording == recording)
        .filter_map(|footage| lake.loaded.times.get(footage.first_row..footage.first_row + footage.rows))
        .filter_map(|times| within(times, from, to))
        .map(|(first, last)| last - first + 1)
        .sum()
}

/// The filter that finds the frames of a span and no others.
#[must_use]
pub fn span_filter(recording: &str, (from, to): (i64, i64)) -> String {
    format!("recording = {} and time between {} and {}", text_literal(recording), time_text(from), time_text(to))
}

/// The filter text narrowed to a span: its own conditions on recording and time are replaced.
///
/// # Errors
/// The text does not parse.
pub fn narrowed(filter: &str, recording: &str, span: (i64, i64)) -> Result<String, FilterError> {
    let filter = choice::set_choice(filter, "recording", &Choice::of([recording]))?;
    edit::set_time_range(&filter, Some(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_span_belong_to_it() {
        let times = [10, 20, 30, 40];
        for (from, to, expected) in [
            (10, 40, Some((0, 3))),
            (11, 39, Some((1, 2))),
            (20, 20, Some((1, 1))),
            (21, 29, None),
            (0, 9, None),
            (41, 99, None),
            (i64::MIN, i64::MAX, Some((0, 3))),
        ] {
            assert_eq!(within(&times, from, to), expected, "{from}..{to}");
        }
        assert_eq!(within(&[], 0, 9), None);
    }

    #[test]
    fn a_filter_is_narrowed_and_keeps_what_else_it_says() {
        let span = (1_714_550_400_000_000_000, 1_714_550_405_250_000_000);
        let own = r#"recording = "a ""b""" and time between 2024-05-01T08:00Z and 2024-05-01T08:00:05.25Z"#;
        assert_eq!(span_filter("a \"b\"", span), own);
        for (filter, expected) in [
            ("", own.to_owned()),
            (own, own.to_owned()),
            ("speed > 3", format!("speed > 3 and {own}")),
            ("has(car) or has(bus)", format!("(has(car) or has(bus)) and {own}")),
        ] {
            assert_eq!(narrowed(filter, "a \"b\"", span).unwrap(), expected, "{filter}");
        }
        assert!(narrowed("speed >", "a", span).is_err());
    }
}
