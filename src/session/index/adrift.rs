//! Sensor files that tell nothing of any frame: their times are elsewhere.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    recording_series::RecordingSeries,
    source::{Reading, align_options},
    stores::FoundRecording,
};
use crate::model::{Problem, Series, format_ns};

/// Tells each file whose samples are near no frame of its recording. Files of recordings without frames are not told.
pub(super) fn tell(
    reading: &Reading<'_>,
    found: &[FoundRecording],
    series: &RecordingSeries,
    problems: &mut Vec<Problem>,
) {
    for recording in found {
        let frames: Vec<&[i64]> = recording.footages.iter().map(|footage| footage.times.as_slice()).collect();
        let Some(of_frames) = span(frames.iter().copied()) else { continue };
        let mut files = BTreeMap::<&str, File<'_>>::new();
        for (path, one) in series.parts_of(&recording.name) {
            let gap_ns = align_options(reading.settings, &one.name).max_gap_ns;
            files.entry(path).or_default().add(one, gap_ns);
        }
        for (path, file) in files {
            if let Some((samples, of_file)) = file.apart_from(&frames) {
                let what = format!(
                    "its {samples} samples are near no frame: they are {}, the frames {}",
                    told(of_file),
                    told(of_frames)
                );
                problems.push(Problem::new(
                    path,
                    what,
                    "Tell its time_zone, offset_s or time_unit in lake.toml (`lakescope set LAKE --sensors FILE`), or move it to its recording.",
                ));
            }
        }
    }
}

/// The times of a file, each table of it once, and how far a sample may be from a frame.
#[derive(Default)]
struct File<'a> {
    tables: Vec<(&'a Arc<Vec<i64>>, i64)>,
}

impl<'a> File<'a> {
    fn add(&mut self, one: &'a Series, gap_ns: i64) {
        match self.tables.iter_mut().find(|(times, _)| Arc::ptr_eq(times, &one.time_ns)) {
            Some((_, known_ns)) => *known_ns = gap_ns.max(*known_ns),
            None => self.tables.push((&one.time_ns, gap_ns)),
        }
    }

    /// Number and span of the samples when none is near a frame.
    fn apart_from(&self, frames: &[&[i64]]) -> Option<(usize, (i64, i64))> {
        let near = |(times, gap_ns): &(&Arc<Vec<i64>>, i64)| {
            frames.iter().copied().flatten().any(|frame| is_near(times, *frame, *gap_ns))
        };
        if self.tables.iter().any(near) {
            return None;
        }
        let times = || self.tables.iter().map(|(times, _)| times.as_slice());
        Some((times().map(<[i64]>::len).sum(), span(times())?))
    }
}

/// Whether one of the ascending times is at most `gap_ns` away.
fn is_near(times: &[i64], at: i64, gap_ns: i64) -> bool {
    let after = times.partition_point(|time| *time < at);
    let is_close = |time: &i64| time.abs_diff(at) <= gap_ns.unsigned_abs();
    times.get(after).is_some_and(is_close) || after.checked_sub(1).is_some_and(|before| is_close(&times[before]))
}

fn span<'a>(times: impl Iterator<Item = &'a [i64]>) -> Option<(i64, i64)> {
    times.flatten().fold(None, |span: Option<(i64, i64)>, time| {
        let (first, last) = span.unwrap_or((*time, *time));
        Some((first.min(*time), last.max(*time)))
    })
}

fn told((first, last): (i64, i64)) -> String {
    format!("from {} to {}", format_ns(first), format_ns(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_near_up_to_the_gap() {
        for (times, at, near) in [
            (vec![], 5, false),
            (vec![10, 20], 12, true),
            (vec![10, 20], 15, false),
            (vec![10, 20], 23, true),
            (vec![10, 20], 24, false),
            (vec![10, 20], 7, true),
            (vec![10, 20], 6, false),
            (vec![i64::MIN], i64::MAX, false),
        ] {
            assert_eq!(is_near(&times, at, 3), near, "{times:?} {at}");
        }
    }
}
