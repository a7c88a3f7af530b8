//! A store cut into parts so that each of its bytes belongs to exactly one.
//!
//! The file is walked in windows of 1 MiB, so that any stretch of windows can be read and summed by itself. In a window,
//! each run of bytes that the same frames need is a part; the bytes between (headers, indexes, times) are gathered into
//! parts of at most 64 KiB. A part never reaches over the end of its window.

use std::ops::Range;

/// Length of a window.
pub const WINDOW_BYTES: u64 = 1 << 20;
/// Most bytes of one part that holds no frames.
const REST_BYTES: u64 = 64 << 10;

/// A stretch of a store with one checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Bytes that frames need.
    Frames(Range<u64>),
    /// Bytes between frames, in file order.
    Rest(Vec<Range<u64>>),
}

impl Part {
    /// The runs of bytes in it, in file order.
    #[must_use]
    pub fn runs(&self) -> &[Range<u64>] {
        match self {
            Self::Frames(run) => std::slice::from_ref(run),
            Self::Rest(runs) => runs,
        }
    }
}

/// The cut of one store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    size_bytes: u64,
    /// Runs of bytes that frames need, ascending and apart from each other.
    runs: Vec<Range<u64>>,
}

impl Cover {
    /// The cut of a store of `size_bytes` with frames at `spans`, which may overlap, repeat or reach over the end.
    #[must_use]
    pub fn new(size_bytes: u64, spans: impl IntoIterator<Item = Range<u64>>) -> Self {
        let mut runs: Vec<Range<u64>> = spans
            .into_iter()
            .map(|span| span.start..span.end.min(size_bytes))
            .filter(|span| span.start < span.end)
            .collect();
        if !runs.is_sorted_by_key(|run| (run.start, run.end)) {
            runs.sort_unstable_by_key(|run| (run.start, run.end));
        }
        runs.dedup();
        if runs.windows(2).any(|pair| pair[0].end > pair[1].start) {
            runs = apart(&runs);
        }
        Self { size_bytes, runs }
    }

    /// A cut from runs that are known to be apart; nothing when they are not.
    pub(super) fn from_runs(size_bytes: u64, runs: Vec<Range<u64>>) -> Option<Self> {
        let inside = runs.iter().all(|run| run.start < run.end && run.end <= size_bytes);
        let ascending = runs.windows(2).all(|pair| pair[0].end <= pair[1].start);
        (inside && ascending).then_some(Self { size_bytes, runs })
    }

    /// Length of the store.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(super) fn runs(&self) -> &[Range<u64>] {
        &self.runs
    }

    /// Number of windows.
    #[must_use]
    pub fn windows(&self) -> u64 {
        self.size_bytes.div_ceil(WINDOW_BYTES)
    }

    /// The bytes of these windows.
    #[must_use]
    pub fn bytes_of(&self, windows: &Range<u64>) -> Range<u64> {
        let at = |window: u64| window.saturating_mul(WINDOW_BYTES).min(self.size_bytes);
        at(windows.start)..at(windows.end)
    }

    /// Gives every part of these windows in order.
    pub fn each_part(&self, windows: &Range<u64>, mut take: impl FnMut(Part)) {
        for window in windows.clone() {
            self.parts_of_window(window, &mut take);
        }
    }

    /// Number of parts in these windows.
    #[must_use]
    pub fn count_parts(&self, windows: &Range<u64>) -> usize {
        let mut count = 0;
        self.each_part(windows, |_| count += 1);
        count
    }

    fn parts_of_window(&self, window: u64, take: &mut impl FnMut(Part)) {
        let Range { start: mut at, end } = self.bytes_of(&(window..window.saturating_add(1)));
        let mut next = self.runs.partition_point(|run| run.end <= at);
        let (mut rest, mut rest_bytes) = (Vec::new(), 0);
        while at < end {
            let run = self.runs.get(next);
            if let Some(run) = run.filter(|run| run.start <= at) {
                let stop = run.end.min(end);
                take(Part::Frames(at..stop));
                at = stop;
                next += 1;
                continue;
            }
            let gap_end = run.map_or(end, |run| run.start.min(end));
            while at < gap_end {
                let step = (REST_BYTES - rest_bytes).min(gap_end - at);
                rest.push(at..at + step);
                rest_bytes += step;
                at += step;
                if rest_bytes == REST_BYTES {
                    take(Part::Rest(std::mem::take(&mut rest)));
                    rest_bytes = 0;
                }
            }
        }
        if !rest.is_empty() {
            take(Part::Rest(rest));
        }
    }
}

/// Overlapping runs cut at every place where one begins or ends.
fn apart(runs: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut changes: Vec<(u64, i64)> = runs.iter().flat_map(|run| [(run.start, 1), (run.end, -1)]).collect();
    changes.sort_unstable();
    let (mut out, mut open, mut last) = (Vec::new(), 0_i64, 0);
    for (at, change) in changes {
        if open > 0 && last < at {
            out.push(last..at);
        }
        open += change;
        last = at;
    }
    out
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists of ranges are meant")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(cover: &Cover) -> Vec<Part> {
        let mut parts = Vec::new();
        cover.each_part(&(0..cover.windows()), |part| parts.push(part));
        parts
    }

    #[test]
    fn bytes_between_frames_are_gathered() {
        let cover = Cover::new(100, [10..20, 30..40, 35..50]);
        assert_eq!(
            parts(&cover),
            [
                Part::Frames(10..20),
                Part::Frames(30..35),
                Part::Frames(35..40),
                Part::Frames(40..50),
                Part::Rest(vec![0..10, 20..30, 50..100]),
            ]
        );
        let cover = Cover::new(REST_BYTES * 2 + 1, []);
        assert_eq!(cover.count_parts(&(0..1)), 3);
        assert_eq!(parts(&Cover::new(0, [0..5])), []);
        let long = Cover::new(3 * WINDOW_BYTES, [5..3 * WINDOW_BYTES]);
        assert_eq!(parts(&long).len(), 4);
    }

    proptest! {
        #[test]
        fn every_byte_has_one_part_and_parts_respect_spans(
            size in 0_u64..3 * WINDOW_BYTES,
            spans in prop::collection::vec((0_u64..3 * WINDOW_BYTES, 0_u64..200_000), 0..30),
        ) {
            let spans: Vec<Range<u64>> = spans.into_iter().map(|(start, length)| start..start + length).collect();
            let cover = Cover::new(size, spans.clone());
            let mut runs: Vec<Range<u64>> = Vec::new();
            for part in parts(&cover) {
                let first = &part.runs()[0];
                let last = part.runs().last().unwrap();
                prop_assert_eq!(first.start / WINDOW_BYTES, (last.end - 1) / WINDOW_BYTES);
                if let Part::Frames(run) = &part {
                    for span in &spans {
                        let inside = span.start <= run.start && run.end <= span.end;
                        let outside = run.end <= span.start || span.end <= run.start;
                        prop_assert!(inside || outside || span.is_empty());
                    }
                    prop_assert!(spans.iter().any(|span| span.start <= run.start && run.end <= span.end));
                }
                runs.extend(part.runs().iter().cloned());
            }
            runs.sort_by_key(|run| run.start);
            let mut at = 0;
            for run in runs {
                prop_assert_eq!(run.start, at);
                at = run.end;
            }
            prop_assert_eq!(at, size);
            prop_assert_eq!(Cover::from_runs(size, cover.runs().to_vec()), Some(cover));
        }
    }
}
