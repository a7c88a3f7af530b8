//! Matching frames as spans: one tile each, in the order asked for.

use crate::{
    catalog::FrameTable,
    filter::{FrameColumns as _, FrameSet, metric_reference},
    gui::{grid_choice::SpanChoice, view::row_u32},
    session::{Session, SessionError},
};

/// One span, as small as it can be: there may be a million.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpanTile {
    /// Row of the first frame.
    pub first: u32,
    /// Row of the last frame.
    pub last: u32,
    /// Matching frames.
    pub frames: u32,
    /// Row of the frame that stands for it: its peak, else the one in the middle.
    pub face: u32,
    /// How long it lasts, ns.
    pub duration_ns: i64,
    /// Value of the peak; NaN where there is none.
    pub value: f64,
}

impl SpanTile {
    /// The rows from the first frame to the last.
    pub fn rows(&self) -> std::ops::Range<usize> {
        self.first as usize..self.last as usize + 1
    }
}

/// All spans of a view.
#[derive(Debug, Default)]
pub struct Spans {
    /// In row order.
    list: Vec<SpanTile>,
    /// In any other order than that of rows: which span stands at each place, and the place of each span.
    sorted: Option<(Vec<u32>, Vec<u32>)>,
    /// Frames at the places before each place.
    before: Vec<u32>,
    /// The number that peaks are of.
    pub peak: Option<PeakShown>,
    /// Why there are no peaks.
    pub peak_error: Option<String>,
}

/// What the value of a peak is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakShown {
    /// As a filter spells it.
    pub of: String,
    /// Whether the smallest value is the peak.
    pub lowest: bool,
    /// Unit, where it is a metric by itself.
    pub unit: Option<String>,
}

impl Spans {
    /// The spans of the frames that `filter` matches.
    ///
    /// # Errors
    /// Times that cannot be read.
    pub fn new(
        session: &Session,
        table: &FrameTable,
        (set, filter): (&FrameSet, &str),
        choice: &SpanChoice,
    ) -> Result<Self, SessionError> {
        let found = session.spans(table, set, choice.gap_ns)?;
        let mut peak_error = None;
        let mut peaks = Vec::new();
        let mut peak = None;
        // A number of another filter or lake must not take the spans away.
        match session.peak(table, filter, choice.peak.as_deref()) {
            Ok(Some(number)) => match session.peaks(table, set, &found, &number) {
                Ok(values) => {
                    peaks = values;
                    let metric = table.metrics().iter().find(|metric| metric_reference(&metric.name) == number.of);
                    let unit = metric.and_then(|metric| metric.unit.clone());
                    peak = Some(PeakShown { of: number.of, lowest: number.lowest, unit });
                }
                Err(error) => peak_error = Some(error.to_string()),
            },
            Ok(None) => {}
            Err(error) => peak_error = Some(error.to_string()),
        }
        let list: Vec<SpanTile> = found
            .iter()
            .enumerate()
            .map(|(at, span)| {
                let best = peaks.get(at).copied().flatten();
                let middle = || set.nth(set.rank(span.first_row) + span.frames / 2).unwrap_or(span.first_row);
                SpanTile {
                    first: row_u32(span.first_row),
                    last: row_u32(span.last_row),
                    frames: row_u32(span.frames),
                    face: row_u32(best.map_or_else(middle, |(row, _)| row)),
                    duration_ns: span.duration_ns,
                    value: best.map_or(f64::NAN, |(_, value)| value),
                }
            })
            .collect();
        let plain = choice.order == crate::session::SpanOrder::Recording && !choice.descending;
        let order = (!plain).then(|| Session::span_places(&found, &peaks, choice.order, choice.descending));
        let mut spans = Self::placed(list, order);
        (spans.peak, spans.peak_error) = (peak, peak_error);
        Ok(spans)
    }

    fn placed(list: Vec<SpanTile>, order: Option<Vec<u32>>) -> Self {
        let sorted = order.map(|order| {
            let mut places = vec![0; order.len()];
            for (place, span) in order.iter().enumerate() {
                places[*span as usize] = row_u32(place);
            }
            (order, places)
        });
        let mut spans = Self { list, sorted, before: Vec::new(), peak: None, peak_error: None };
        let mut total = 0_u32;
        let frames = |place: usize| spans.at(place).map_or(0, |span| span.frames);
        spans.before = (0..spans.list.len())
            .map(|place| {
                let before = total;
                total = total.saturating_add(frames(place));
                before
            })
            .collect();
        spans
    }

    /// Number of spans.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The span at a place.
    pub fn at(&self, place: usize) -> Option<&SpanTile> {
        match &self.sorted {
            Some((order, _)) => self.list.get(*order.get(place)? as usize),
            None => self.list.get(place),
        }
    }

    /// The place of the span that a row lies in, be it a match or bridged by a gap.
    pub fn place_of(&self, row: usize) -> Option<usize> {
        let at = self.list.partition_point(|span| span.first as usize <= row).checked_sub(1)?;
        if !self.list[at].rows().contains(&row) {
            return None;
        }
        Some(match &self.sorted {
            Some((_, places)) => places[at] as usize,
            None => at,
        })
    }

    /// Of all frames, span after span, the row of the `nth`.
    pub fn nth_row(&self, set: &FrameSet, nth: usize) -> Option<usize> {
        let place = self.before.partition_point(|before| *before as usize <= nth).checked_sub(1)?;
        let span = self.at(place)?;
        let inside = nth - self.before[place] as usize;
        (inside < span.frames as usize).then(|| frame_of(span, set, inside)).flatten()
    }

    /// Where a matching row stands among all frames, span after span.
    pub fn rank(&self, set: &FrameSet, row: usize) -> Option<usize> {
        let place = self.place_of(row)?;
        let inside = set.rank(row) - set.rank(self.at(place)?.first as usize);
        set.contains(row).then(|| self.before[place] as usize + inside)
    }

    /// The spans whose number the places are between, as whole stretches of rows.
    pub fn stretches(&self, from: usize, to: usize) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        (from..=to).filter_map(|place| self.at(place)).map(SpanTile::rows)
    }

    /// The frame that stands for the span after (or before) the one that `row` is in; from a row outside of every span, for
    /// the nearest one in row order.
    pub fn neighbour(&self, row: Option<usize>, forward: bool) -> Option<usize> {
        let span = match row.map(|row| (row, self.place_of(row))) {
            None => self.at(0),
            Some((_, Some(place))) if forward => self.at(place + 1),
            Some((_, Some(place))) => self.at(place.checked_sub(1)?),
            Some((row, None)) => {
                let after = self.list.partition_point(|span| (span.first as usize) <= row);
                self.list.get(if forward { after } else { after.checked_sub(1)? })
            }
        };
        span.map(|span| span.face as usize)
    }
}

/// The `n`-th matching frame of a span.
pub fn frame_of(span: &SpanTile, set: &FrameSet, n: usize) -> Option<usize> {
    set.nth(set.rank(span.first as usize) + n).filter(|row| span.rows().contains(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: u32, last: u32, frames: u32) -> SpanTile {
        SpanTile { first, last, frames, face: first, duration_ns: 0, value: f64::NAN }
    }

    /// Rows 2 to 4, 10 and 12 (a gap bridged), 20.
    fn set() -> FrameSet {
        FrameSet::from_rows(30, [2, 3, 4, 10, 12, 20])
    }

    fn list() -> Vec<SpanTile> {
        vec![span(2, 4, 3), span(10, 12, 2), span(20, 20, 1)]
    }

    #[test]
    fn frames_follow_each_other_span_after_span() {
        let set = set();
        for (order, rows) in [(None, [2, 3, 4, 10, 12, 20]), (Some(vec![2, 0, 1]), [20, 2, 3, 4, 10, 12])] {
            let spans = Spans::placed(list(), order);
            for (nth, row) in rows.into_iter().enumerate() {
                assert_eq!((spans.nth_row(&set, nth), spans.rank(&set, row)), (Some(row), Some(nth)));
            }
            assert_eq!((spans.nth_row(&set, 6), spans.rank(&set, 11), spans.rank(&set, 5)), (None, None, None));
        }
        assert_eq!(Spans::placed(Vec::new(), None).nth_row(&set, 0), None);
    }

    #[test]
    fn spans_are_found_by_row_and_stepped_through() {
        let spans = Spans::placed(list(), Some(vec![2, 0, 1]));
        for (row, place) in [(2, Some(1)), (4, Some(1)), (5, None), (11, Some(2)), (20, Some(0)), (21, None)] {
            assert_eq!(spans.place_of(row), place, "{row}");
        }
        for (row, forward, expected) in [
            (None, true, Some(20)),
            (Some(20), true, Some(2)),
            (Some(3), true, Some(10)),
            (Some(11), true, None),
            (Some(11), false, Some(2)),
            (Some(20), false, None),
            (Some(6), true, Some(10)),
            (Some(6), false, Some(2)),
            (Some(0), false, None),
        ] {
            assert_eq!(spans.neighbour(row, forward), expected, "{row:?} {forward}");
        }
        let whole: Vec<_> = spans.stretches(0, 1).collect();
        assert_eq!(whole, [20..21, 2..5]);
        assert_eq!(frame_of(&span(10, 12, 2), &set(), 1), Some(12));
        assert_eq!(frame_of(&span(10, 12, 2), &set(), 2), None);
    }
}
