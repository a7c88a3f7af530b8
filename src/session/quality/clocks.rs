//! Whether sensors and cameras of a recording were on at the same time.

use super::{FindingKind, Place, QualityReport, Severity, seconds};
use crate::{catalog::FrameTable, filter::FrameColumns, model::Series, session::SessionError};

/// Begins or ends further apart than this are told, ns.
const APART_NS: i64 = 1_000_000_000;
/// Beyond so much a day, a clock is wrong rather than late.
const FAR_NS: i64 = 60_000_000_000;

/// Compares the first and last sample with the first and last frame of each camera.
pub(super) fn look(
    recording: &str,
    table: &FrameTable,
    series: &[Series],
    report: &mut QualityReport,
) -> Result<(), SessionError> {
    let times = table.timestamps().map_err(SessionError::Failed)?;
    let footages = table.footages().iter().filter(|span| span.recording == recording && span.rows > 0);
    let cameras: Vec<(&str, (i64, i64))> = footages
        .map(|span| {
            let own = &times[span.first_row..span.first_row + span.rows];
            let ends = own.iter().fold((i64::MAX, i64::MIN), |ends, time| (ends.0.min(*time), ends.1.max(*time)));
            (span.camera.as_str(), ends)
        })
        .collect();
    // Metrics of one table share their times and so what is odd about them.
    let mut known: Vec<(*const Vec<i64>, &str, (i64, i64))> = Vec::new();
    for one in series {
        let times = std::sync::Arc::as_ptr(&one.time_ns);
        if let (Some(first), Some(last)) = (one.time_ns.first(), one.time_ns.last())
            && !known.iter().any(|(of, ..)| std::ptr::eq(*of, times))
        {
            known.push((times, &one.name, (*first, *last)));
        }
    }
    for (camera, frames) in &cameras {
        for (_, metric, samples) in &known {
            compare(recording, camera, metric, *frames, *samples, report);
        }
    }
    Ok(())
}

fn compare(
    recording: &str,
    camera: &str,
    metric: &str,
    frames: (i64, i64),
    samples: (i64, i64),
    report: &mut QualityReport,
) {
    let place = Place { recording, metric: Some(metric), camera: Some(camera) };
    let both = (frames.0.max(samples.0), frames.1.min(samples.1));
    if both.0 > both.1 {
        let what = format!(
            "the samples end {} before or begin after the frames: they have no time in common",
            seconds(both.0 - both.1)
        );
        report.findings.push(place.found(Severity::Error, FindingKind::NoOverlap, frames, 1, what));
        return;
    }
    let (start, end) = (samples.0.saturating_sub(frames.0), samples.1.saturating_sub(frames.1));
    // Samples that begin early and end late cover every frame.
    if start <= APART_NS && end >= -APART_NS {
        return;
    }
    let far = start > FAR_NS || end < -FAR_NS;
    let word = |ns: i64| if ns < 0 { format!("{} before", seconds(-ns)) } else { format!("{} after", seconds(ns)) };
    let what = format!("the samples begin {} the first frame and end {} the last", word(start), word(end));
    let span = if start > APART_NS { (frames.0, samples.0) } else { (samples.1, frames.1) };
    let severity = if far { Severity::Error } else { Severity::Warning };
    report.findings.push(place.found(severity, FindingKind::ClockOffset, span, 1, what));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_without_samples_are_told() {
        let s = 1_000_000_000;
        for (samples, expected) in [
            ((0, 100), None),
            ((-10, 110), None),
            ((5, 100), Some((FindingKind::ClockOffset, Severity::Warning, (0, 5)))),
            ((0, 90), Some((FindingKind::ClockOffset, Severity::Warning, (90, 100)))),
            ((70, 200), Some((FindingKind::ClockOffset, Severity::Error, (0, 70)))),
            ((3600, 3700), Some((FindingKind::NoOverlap, Severity::Error, (0, 100)))),
        ] {
            let mut report = QualityReport::default();
            compare("d", "front", "speed", (0, 100 * s), (samples.0 * s, samples.1 * s), &mut report);
            let found = report.findings.first().map(|one| (one.kind, one.severity, (one.start_ns / s, one.end_ns / s)));
            assert_eq!(found, expected, "{samples:?}");
        }
    }
}
