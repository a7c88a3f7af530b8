//! Matching frames as stretches of time: spans, thinning, context, and how a filter comes to its frames.

use std::{cmp::Ordering, fs::File, path::Path};

use super::{
    Explanation, FilterPart, FrameFormat, Session, SessionError, SpanOrder,
    find::{write_columns, write_whole_file, wrong_filter},
};
use crate::{
    catalog::FrameTable,
    export,
    filter::{self, AbsentWord, Filter, FrameColumns, FrameSet, Peak, Span},
    jobs::Progress,
};

impl Session {
    /// The spans of matching frames, in the lake's order. Neighbouring frames belong together unless the footage has a gap
    /// between them; with `gap_ns`, so do frames with at most that much time between them.
    ///
    /// # Errors
    /// The times cannot be read.
    pub fn spans(&self, table: &FrameTable, set: &FrameSet, gap_ns: Option<i64>) -> Result<Vec<Span>, SessionError> {
        filter::spans(table, set, gap_ns).map_err(|error| SessionError::Failed(error.message))
    }

    /// The number whose extreme stands for a span: the one asked for as `NUMBER`, `NUMBER:max` or `NUMBER:min`, else the
    /// one that the filter is chiefly about; `None` when that names no metric.
    ///
    /// # Errors
    /// The filter or the number cannot be used.
    pub fn peak(&self, table: &FrameTable, filter: &str, asked: Option<&str>) -> Result<Option<Peak>, SessionError> {
        let Some(asked) = asked else {
            return Filter::parse(filter)
                .and_then(|parsed| filter::peak_of(&parsed, table))
                .map_err(|error| wrong_filter(&error, filter));
        };
        let (of, lowest) = match asked.rsplit_once(':') {
            Some((of, "min")) => (of, true),
            Some((of, "max")) => (of, false),
            _ => (asked, false),
        };
        Ok(Some(Peak { of: of.to_owned(), lowest }))
    }

    /// Of each span the matching frame with the largest (or smallest) value, and that value; `None` where no frame of the
    /// span has one. Of equal values the first.
    ///
    /// # Errors
    /// The number cannot be used or read.
    pub fn peaks(
        &self,
        table: &FrameTable,
        set: &FrameSet,
        spans: &[Span],
        peak: &Peak,
    ) -> Result<Vec<Option<(usize, f64)>>, SessionError> {
        let values = filter::numbers(&peak.of, table).map_err(|error| {
            if error.of_lake {
                return SessionError::Failed(error.message);
            }
            SessionError::Usage(format!("the peak cannot be used\n{}", error.render(&peak.of)))
        })?;
        let of_span = |span: &Span| {
            let mut best: Option<(usize, f64)> = None;
            let rows = (span.first_row..=span.last_row).filter(|row| set.contains(*row));
            for row in rows {
                let value = values[row];
                let better = |best: f64| if peak.lowest { value < best } else { value > best };
                if !value.is_nan() && best.is_none_or(|(_, best)| better(best)) {
                    best = Some((row, value));
                }
            }
            best
        };
        Ok(spans.iter().map(of_span).collect())
    }

    /// The places of spans in the order asked for: numbers into `spans`, whose peaks are `peaks`. Equal ones stay as they are,
    /// and spans without a peak come last when they are ordered by it.
    #[must_use]
    pub fn span_places(spans: &[Span], peaks: &[Option<(usize, f64)>], order: SpanOrder, descending: bool) -> Vec<u32> {
        let mut places: Vec<u32> = (0..).take(spans.len()).collect();
        let turn = |order: Ordering| if descending { order.reverse() } else { order };
        let span = |place: u32| &spans[place as usize];
        let peak = |place: u32| peaks.get(place as usize).copied().flatten().map(|(_, value)| value);
        places.sort_by(|a, b| match order {
            SpanOrder::Recording => turn(span(*a).first_row.cmp(&span(*b).first_row)),
            SpanOrder::Start => turn(span(*a).start_ns.cmp(&span(*b).start_ns)),
            SpanOrder::Duration => turn(span(*a).duration_ns.cmp(&span(*b).duration_ns)),
            SpanOrder::Frames => turn(span(*a).frames.cmp(&span(*b).frames)),
            SpanOrder::Peak => match (peak(*a), peak(*b)) {
                (Some(a), Some(b)) => turn(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        });
        places
    }

    /// Writes spans to `out`, a row each, with their peaks when there is a number to look at.
    ///
    /// # Errors
    /// The number cannot be used or read, or `out` refuses bytes.
    pub fn write_spans(
        &self,
        table: &FrameTable,
        (set, spans): (&FrameSet, &[Span]),
        peak: Option<&Peak>,
        format: FrameFormat,
        out: &mut File,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        let peaks = peak.map_or(Ok(Vec::new()), |peak| self.peaks(table, set, spans, peak))?;
        let rows: Vec<u32> = (0..).take(spans.len()).collect();
        write_columns(&export::span_columns(table, spans, peak, &peaks), &rows, format, out, progress)
    }

    /// The same into a file that appears under its name when it is whole.
    ///
    /// # Errors
    /// As [`Self::write_spans`], or the file cannot be made.
    pub fn write_spans_file(
        &self,
        table: &FrameTable,
        found: (&FrameSet, &[Span]),
        peak: Option<&Peak>,
        format: FrameFormat,
        path: &Path,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        write_whole_file(path, |file| self.write_spans(table, found, peak, format, file, progress))
    }

    /// Of each footage the first match, then always the next that is at least `every_ns` later.
    ///
    /// # Errors
    /// The times cannot be read.
    pub fn thin(&self, table: &FrameTable, set: &FrameSet, every_ns: i64) -> Result<FrameSet, SessionError> {
        filter::thin(table, set, every_ns).map_err(|error| SessionError::Failed(error.message))
    }

    /// The matches, and every frame of the same footage at most `length_ns` before or after one.
    ///
    /// # Errors
    /// The times cannot be read.
    pub fn around(&self, table: &FrameTable, set: &FrameSet, length_ns: i64) -> Result<FrameSet, SessionError> {
        filter::around(table, set, length_ns).map_err(|error| SessionError::Failed(error.message))
    }

    /// The words that a filter compares with and that no frame has.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn absent_words(&self, table: &FrameTable, filter: &str) -> Result<Vec<AbsentWord>, SessionError> {
        let found = Filter::parse(filter).and_then(|parsed| filter::absent_words(&parsed, table));
        found.map_err(|error| wrong_filter(&error, filter))
    }

    /// How many frames each part of a filter leaves.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn explain(&self, table: &FrameTable, filter: &str) -> Result<Explanation, SessionError> {
        let parts = Filter::parse(filter)
            .and_then(|parsed| {
                // Names and types are checked first, so that an error points into the whole text.
                parsed.bind(table)?;
                filter::explain(&parsed, table)
            })
            .map_err(|error| wrong_filter(&error, filter))?;
        let frames = table.rows() as u64;
        Ok(Explanation {
            frames,
            matches: parts.iter().rev().find_map(|part| part.together).map_or(frames, |together| together as u64),
            parts: parts
                .into_iter()
                .map(|part| FilterPart {
                    part: part.text,
                    span: part.span,
                    depth: part.depth,
                    alone: part.alone as u64,
                    together: part.together.map(|together| together as u64),
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_stand_in_every_order_and_those_without_a_peak_come_last() {
        let span = |first_row, start_ns, duration_ns, frames| Span {
            footage: 0,
            first_row,
            last_row: first_row,
            start_ns,
            end_ns: start_ns,
            duration_ns,
            frames,
        };
        let spans = [span(0, 30, 5, 2), span(9, 10, 5, 7), span(20, 20, 1, 2)];
        let peaks = [None, Some((9, 1.5)), Some((20, -2.0))];
        for (order, descending, expected) in [
            (SpanOrder::Recording, false, [0, 1, 2]),
            (SpanOrder::Recording, true, [2, 1, 0]),
            (SpanOrder::Start, false, [1, 2, 0]),
            (SpanOrder::Duration, true, [0, 1, 2]),
            (SpanOrder::Frames, false, [0, 2, 1]),
            (SpanOrder::Peak, false, [2, 1, 0]),
            (SpanOrder::Peak, true, [1, 2, 0]),
        ] {
            assert_eq!(Session::span_places(&spans, &peaks, order, descending), expected, "{order:?} {descending}");
        }
    }
}
