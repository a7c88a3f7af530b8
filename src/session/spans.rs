//! Matching frames as stretches of time: spans, thinning, context, and how a filter comes to its frames.

use std::{fs::File, path::Path};

use super::{
    Explanation, FilterPart, FrameFormat, Session, SessionError,
    find::{write_columns, write_whole_file, wrong_filter},
};
use crate::{
    catalog::FrameTable,
    export,
    filter::{self, Filter, FrameColumns, FrameSet, Peak, Span},
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
            matches: parts.last().map_or(frames, |part| part.together as u64),
            parts: parts
                .into_iter()
                .map(|part| FilterPart { part: part.text, alone: part.alone as u64, together: part.together as u64 })
                .collect(),
        })
    }
}
