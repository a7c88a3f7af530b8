//! From matching frames to stretches of time: spans, thinning, surroundings.

use std::ops::Range;

use super::{
    FilterError, FrameColumns, FrameSet, Rhythm,
    over_time::{self, Timeline, next},
};

/// A stretch of matching frames of one footage.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Index of the footage.
    pub footage: usize,
    /// Row of the first frame.
    pub first_row: usize,
    /// Row of the last frame.
    pub last_row: usize,
    /// Time of the first frame, ns UTC.
    pub start_ns: i64,
    /// Time of the last frame, ns UTC.
    pub end_ns: i64,
    /// From the first frame to the last, and one frame period for the last one itself.
    pub duration_ns: i64,
    /// Matching frames; fewer than lie between the ends where a gap was bridged.
    pub frames: usize,
}

/// The spans of matching frames, in row order. Neighbouring frames belong together unless time has a break between them;
/// with `gap_ns`, so do frames with at most that much time between them.
///
/// # Errors
/// The times cannot be read.
pub fn spans(columns: &dyn FrameColumns, set: &FrameSet, gap_ns: Option<i64>) -> Result<Vec<Span>, FilterError> {
    let (times, rhythms) = (read(columns.timestamps())?, read(columns.rhythms())?);
    let bits = set.bits().as_slice();
    let mut found = Vec::new();
    for (at, (footage, rhythm)) in columns.footages().iter().zip(rhythms.iter()).enumerate() {
        let mut open: Option<Span> = None;
        for run in runs(bits, footage.first_row..footage.first_row + footage.rows, rhythm) {
            let (start_ns, end_ns) = (times[run.start], times[run.end - 1]);
            let joins = open.as_ref().zip(gap_ns).is_some_and(|(open, gap_ns)| {
                let between = start_ns.saturating_sub(open.end_ns);
                (0..=gap_ns).contains(&between)
            });
            match &mut open {
                Some(open) if joins => {
                    open.last_row = run.end - 1;
                    open.end_ns = end_ns;
                    open.frames += run.len();
                }
                _ => {
                    found.extend(open.replace(Span {
                        footage: at,
                        first_row: run.start,
                        last_row: run.end - 1,
                        start_ns,
                        end_ns,
                        duration_ns: 0,
                        frames: run.len(),
                    }));
                }
            }
        }
        found.extend(open);
    }
    for span in &mut found {
        let period_ns = rhythms[span.footage].period_ns;
        span.duration_ns = span.end_ns.saturating_sub(span.start_ns).saturating_add(period_ns);
    }
    Ok(found)
}

/// The runs of matching rows of a footage without a break in time.
fn runs(bits: &[usize], rows: Range<usize>, rhythm: &Rhythm) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for stretch in rhythm.stretches(rows.len()) {
        let (mut at, end) = (rows.start + stretch.start, rows.start + stretch.end);
        loop {
            let first = next(bits, at, end, true);
            if first >= end {
                break;
            }
            at = next(bits, first, end, false);
            found.push(first..at);
        }
    }
    found
}

/// Of each footage the first match, then one at every step of `every_ns` from it. Frames come a little early or late: one that
/// is early by up to half the usual distance of frames, or half a step, is at its step. Where no match is at a step, the next
/// one is taken and steps count from there, as they do where time goes back.
///
/// # Errors
/// The times cannot be read.
pub fn thin(columns: &dyn FrameColumns, set: &FrameSet, every_ns: i64) -> Result<FrameSet, FilterError> {
    let (times, rhythms) = (read(columns.timestamps())?, read(columns.rhythms())?);
    let bits = set.bits().as_slice();
    let mut kept = Vec::new();
    for (footage, rhythm) in columns.footages().iter().zip(rhythms.iter()) {
        let end = footage.first_row + footage.rows;
        let slack = (rhythm.period_ns / 2).min(every_ns / 2);
        // The time of the row before, and the step that is waited for.
        let mut waited: Option<(i64, i64)> = None;
        let mut row = next(bits, footage.first_row, end, true);
        while row < end {
            let time = times[row];
            let step = waited.filter(|(before, _)| time >= *before).map(|(_, step)| step);
            let from = match step {
                Some(step) if time.saturating_add(slack) < step => None,
                // At the step, so that what is early or late does not add up.
                Some(step) if time <= step.saturating_add(slack) => Some(step),
                _ => Some(time),
            };
            if from.is_some() {
                kept.push(row);
            }
            waited = from.map(|from| from.saturating_add(every_ns)).or(step).map(|step| (time, step));
            row = next(bits, row + 1, end, true);
        }
    }
    Ok(FrameSet::from_rows(set.rows(), kept))
}

/// The matches, and every frame of the same footage at most `length_ns` before or after one.
///
/// # Errors
/// The times cannot be read.
pub fn around(columns: &dyn FrameColumns, set: &FrameSet, length_ns: i64) -> Result<FrameSet, FilterError> {
    let (times, rhythms) = (read(columns.timestamps())?, read(columns.rhythms())?);
    let timeline = Timeline { footages: columns.footages(), times: &times, rhythms: &rhythms };
    Ok(FrameSet::from_words(set.rows(), over_time::around(set.bits().as_slice(), length_ns, timeline)))
}

fn read<T>(column: Result<T, String>) -> Result<T, FilterError> {
    column.map_err(|cause| FilterError::new(0..0, format!("the times of the frames cannot be read: {cause}")).of_lake())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::filter::MemoryColumns;

    const MS: i64 = 1_000_000;

    fn lake() -> MemoryColumns {
        let mut lake = MemoryColumns::new();
        let mut add = |camera: &str, times: &[i64]| {
            lake.add_footage("r", camera, 0, &Arc::default(), times.iter().map(|ms| ms * MS));
        };
        // A gap of three periods before row 4; the second camera is slower; the third clock goes back before row 10.
        add("a", &[0, 100, 200, 300, 700, 800, 900]);
        add("b", &[0, 250]);
        add("c", &[500, 100]);
        lake
    }

    #[test]
    fn matches_become_spans() {
        let lake = lake();
        for (rows, gap_ms, expected) in [
            (vec![1, 2, 4, 5, 8, 9, 10], None, "1-2 200 2, 4-5 200 2, 8-8 250 1, 9-9 0 1, 10-10 0 1"),
            (vec![0, 1, 2, 3, 4, 5, 6], None, "0-3 400 4, 4-6 300 3"),
            (vec![0, 1, 2, 3, 4, 5, 6], Some(400), "0-6 1000 7"),
            (vec![0, 3, 6], Some(300), "0-3 400 2, 6-6 100 1"),
            (vec![0, 3, 6], Some(0), "0-0 100 1, 3-3 100 1, 6-6 100 1"),
            (vec![], Some(400), ""),
        ] {
            let set = FrameSet::from_rows(11, rows);
            let found = spans(&lake, &set, gap_ms.map(|ms: i64| ms * MS)).unwrap();
            let shown: Vec<String> = found
                .iter()
                .map(|span| format!("{}-{} {} {}", span.first_row, span.last_row, span.duration_ns / MS, span.frames))
                .collect();
            assert_eq!(shown.join(", "), expected);
        }
    }

    #[test]
    fn matches_are_thinned_and_surrounded() {
        let lake = lake();
        let rows = |set: FrameSet| set.iter().collect::<Vec<_>>();
        let all = FrameSet::all(11);
        assert_eq!(rows(thin(&lake, &all, 200 * MS).unwrap()), [0, 2, 4, 6, 7, 8, 9, 10]);
        assert_eq!(rows(thin(&lake, &all, 0).unwrap()).len(), 11);
        // Fifteen seconds at eight frames a second, each some milliseconds early or late: one for every second.
        let mut jittered = MemoryColumns::new();
        let times: Vec<i64> = (0..120_i64).map(|at| at * 125 * MS + (at * 37 % 11 - 5) * MS).collect();
        jittered.add_footage("d", "front", 0, &Arc::default(), times);
        let second = rows(thin(&jittered, &FrameSet::all(120), 1000 * MS).unwrap());
        assert_eq!(second, (0..15).map(|second| second * 8).collect::<Vec<_>>());
        // A step between two frames is met on average: 3⅓ frames a second.
        assert_eq!(rows(thin(&jittered, &FrameSet::all(120), 300 * MS).unwrap()).len(), 50);
        // Where no match is at a step, the next one begins anew.
        let sparse = FrameSet::from_rows(120, [0, 11, 12, 19, 20]);
        assert_eq!(rows(thin(&jittered, &sparse, 1000 * MS).unwrap()), [0, 11, 19]);
        let one = FrameSet::from_rows(11, [3]);
        assert_eq!(rows(around(&lake, &one, 100 * MS).unwrap()), [2, 3]);
        assert_eq!(rows(around(&lake, &one, 400 * MS).unwrap()), [0, 1, 2, 3, 4]);
        assert_eq!(rows(around(&lake, &one, 0).unwrap()), [3]);
    }
}
