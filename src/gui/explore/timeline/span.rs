//! The span from mark A to mark B: which frames it holds, and how a filter says it.

use std::ops::Range;

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

/// The frames of the footage of `row` in the span.
fn frames_between(lake: &Lake, row: usize) -> Vec<Range<usize>> {
    let (_, footage) = lake.footage(row);
    let Some((from, to)) = lake.marks.span(&footage.recording) else { return Vec::new() };
    lake.frame_times(footage.first_row, footage.rows).between(from, to).collect()
}

/// Number of frames of the footage of `row` in the span.
#[must_use]
pub fn count_of_camera(lake: &Lake, row: usize) -> usize {
    frames_between(lake, row).iter().map(Range::len).sum()
}

/// Indices of the first and the last frame of the part of the footage that is played from A to B: where its clock was set back
/// there may be several, of which it is the one that `row` is in, or the first.
#[must_use]
pub fn part_between(lake: &Lake, row: usize) -> Option<(usize, usize)> {
    let frame = row - lake.footage(row).1.first_row;
    part(&frames_between(lake, row), frame)
}

fn part(ranges: &[Range<usize>], frame: usize) -> Option<(usize, usize)> {
    let range = ranges.iter().find(|range| range.contains(&frame)).or(ranges.first())?;
    Some((range.start, range.end - 1))
}

/// Number of frames of all cameras of the recording in the span.
#[must_use]
pub fn count_between(lake: &Lake) -> usize {
    let Some((recording, (from, to))) = marked_span(lake) else { return 0 };
    let footages = crate::filter::FrameColumns::footages(&**lake.table()).iter();
    footages
        .filter(|footage| footage.recording == recording)
        .flat_map(|footage| lake.frame_times(footage.first_row, footage.rows).between(from, to))
        .map(|frames| frames.len())
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
    use crate::gui::frame_times::FrameTimes;

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
            let found: Vec<_> = FrameTimes::new(&times, &[]).between(from, to).collect();
            assert_eq!(part(&found, 0), expected, "{from}..{to}");
        }
        assert_eq!(part(&[], 0), None);
        // A clock that was set back was twice between the marks.
        let parts = [16..33, 60..73];
        assert_eq!(
            [part(&parts, 5), part(&parts, 20), part(&parts, 70)],
            [Some((16, 32)), Some((16, 32)), Some((60, 72))]
        );
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
