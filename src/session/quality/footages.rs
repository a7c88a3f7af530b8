//! The frames of footages: what is missing between them, whether there are as many as the rate tells, how many have labels.

use super::{FindingKind, FootageQuality, Place, QualityReport, Severity, seconds};
use crate::{catalog::FrameTable, filter::FrameColumns, session::SessionError};

/// Footages that are shorter or longer by this share are told.
const LENGTH_SHARE: f64 = 0.02;
/// Stretches without labels of a labelled footage that are this long are told, ns.
const UNLABELLED_NS: i64 = 10_000_000_000;

/// Looks at the footages of a recording; `labelled` tells whether the lake has labels at all.
pub(super) fn look(
    recording: &str,
    table: &FrameTable,
    labelled: bool,
    report: &mut QualityReport,
) -> Result<(), SessionError> {
    let read = SessionError::Failed;
    let (times, rhythms) = (table.timestamps().map_err(read)?, table.rhythms().map_err(read)?);
    let labels = table.label_count().map_err(read)?;
    for (at, span) in table.footages().iter().enumerate().filter(|(_, span)| span.recording == recording) {
        let rows = span.first_row..span.first_row + span.rows;
        let about = About {
            place: Place { recording, metric: None, camera: Some(&span.camera) },
            times: &times[rows.clone()],
            labels: &labels[rows],
            period_ns: rhythms[at].period_ns,
            stored_rate_hz: table.footage_list()[at].rate_hz,
            labelled,
        };
        about.look(report);
    }
    Ok(())
}

struct About<'a> {
    place: Place<'a>,
    times: &'a [i64],
    labels: &'a [u32],
    /// Usual distance of two frames.
    period_ns: i64,
    /// Frames a second that the store tells; 0 when it tells none.
    stored_rate_hz: f64,
    labelled: bool,
}

impl About<'_> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of frames and shares of them"
    )]
    fn look(&self, report: &mut QualityReport) {
        let (mut missing, mut lasts) = (0, 0_i64);
        for pair in self.times.windows(2) {
            let step = pair[1].saturating_sub(pair[0]);
            if step < 0 {
                let what = format!("the times of frames go back by {}", seconds(step.saturating_neg()));
                let span = (pair[1], pair[0]);
                report.findings.push(self.place.found(Severity::Warning, FindingKind::TimesGoBack, span, 1, what));
                // What was recorded goes on; the clock was set back.
                lasts = lasts.saturating_add(self.period_ns);
                continue;
            }
            lasts = lasts.saturating_add(step);
            // Half a period more is a frame that came late.
            let lost = if self.period_ns > 0 { (step + self.period_ns / 2) / self.period_ns - 1 } else { 0 };
            if lost > 0 {
                missing += lost as u64;
                let what = format!("{lost} frames are missing in {}", seconds(step));
                let severity = if lost > 2 { Severity::Warning } else { Severity::Note };
                let found = self.place.found(
                    severity,
                    FindingKind::MissingFrames,
                    (pair[0], pair[1]),
                    usize::try_from(lost).unwrap_or(usize::MAX),
                    what,
                );
                report.findings.push(found);
            }
        }
        let frames = self.times.len() as u64;
        let span = self.times.first().copied().zip(self.times.last().copied());
        let by_period = if self.period_ns > 0 { lasts as f64 / self.period_ns as f64 } else { 0.0 };
        let by_rate = if self.stored_rate_hz > 0.0 { lasts as f64 / 1e9 * self.stored_rate_hz } else { by_period };
        let expected = if frames == 0 { 0 } else { by_rate.round() as u64 + 1 };
        if let Some(span) = span.filter(|_| frames > 1) {
            let away = (frames as f64 - expected as f64).abs();
            if away > 1.0 && away > LENGTH_SHARE * expected as f64 {
                let what = format!(
                    "{frames} frames, where {expected} make {} at {} frames a second",
                    seconds(lasts),
                    by_rate / (lasts as f64 / 1e9).max(1e-9)
                );
                let found = self.place.found(Severity::Warning, FindingKind::FootageLength, span, away as usize, what);
                report.findings.push(found);
            }
        }
        let with_labels = self.labels.iter().filter(|labels| **labels > 0).count();
        self.look_at_labels(with_labels, report);
        report.footages.push(FootageQuality {
            recording: self.place.recording.to_owned(),
            camera: self.place.camera.unwrap_or_default().to_owned(),
            frames,
            rate_hz: (self.period_ns > 0).then(|| 1e9 / self.period_ns as f64),
            expected_frames: expected,
            missing_frames: missing,
            labelled_frames: with_labels as u64,
        });
    }

    fn look_at_labels(&self, with_labels: usize, report: &mut QualityReport) {
        let (Some(first), Some(last)) = (self.times.first(), self.times.last()) else { return };
        let all = self.times.len();
        if with_labels == 0 {
            if self.labelled {
                let what = format!("none of {all} frames has a label, though the lake has labels");
                report.findings.push(self.place.found(
                    Severity::Note,
                    FindingKind::LabelCoverage,
                    (*first, *last),
                    all,
                    what,
                ));
            }
            return;
        }
        let mut row = 0;
        for run in self.labels.chunk_by(|a, b| (*a > 0) == (*b > 0)) {
            let (start, end) = (self.times[row], self.times[row + run.len() - 1]);
            if run[0] == 0 && end.saturating_sub(start) >= UNLABELLED_NS {
                let what = format!(
                    "{} frames in {} have no label ({with_labels} of {all} have one)",
                    run.len(),
                    seconds(end - start)
                );
                report.findings.push(self.place.found(
                    Severity::Note,
                    FindingKind::LabelCoverage,
                    (start, end),
                    run.len(),
                    what,
                ));
            }
            row += run.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn report(times: &[i64], labels: &[u32], rate_hz: f64) -> QualityReport {
        let place = Place { recording: "d", metric: None, camera: Some("front") };
        let mut report = QualityReport::default();
        About { place, times, labels, period_ns: S / 10, stored_rate_hz: rate_hz, labelled: true }.look(&mut report);
        report
    }

    #[test]
    fn missing_frames_and_short_footages_are_found() {
        let mut times: Vec<i64> = (0..100).map(|frame| frame * S / 10).collect();
        let whole = report(&times, &[1; 100], 10.0);
        assert_eq!((whole.findings.len(), whole.footages[0].expected_frames), (0, 100));
        times[50..].iter_mut().for_each(|time| *time += S);
        let torn = report(&times, &[1; 100], 10.0);
        let told: Vec<_> = torn.findings.iter().map(|one| (one.kind, one.start_ns, one.count)).collect();
        assert_eq!(told, [(FindingKind::MissingFrames, times[49], 10), (FindingKind::FootageLength, 0, 10)]);
        assert_eq!((torn.footages[0].expected_frames, torn.footages[0].missing_frames), (110, 10));
        let fast = report(&times[..50], &[1; 50], 20.0);
        assert_eq!(fast.findings.iter().map(|one| one.kind).collect::<Vec<_>>(), [FindingKind::FootageLength]);
        assert!(report(&[], &[], 10.0).findings.is_empty());
        // The clock was set back by 5 s; as many frames as the rate tells are there.
        let back: Vec<i64> = (0..100).map(|frame| frame * S / 10 - if frame >= 60 { 5 * S } else { 0 }).collect();
        let told: Vec<_> = report(&back, &[1; 100], 10.0)
            .findings
            .into_iter()
            .map(|one| (one.kind, one.start_ns, one.end_ns))
            .collect();
        assert_eq!(told, [(FindingKind::TimesGoBack, S, 59 * S / 10)]);
    }

    #[test]
    fn stretches_without_labels_are_found() {
        let times: Vec<i64> = (0..300).map(|frame| frame * S / 10).collect();
        let mut labels = vec![1; 300];
        labels[100..250].fill(0);
        let told = report(&times, &labels, 10.0);
        assert_eq!(
            (told.findings[0].kind, told.findings[0].start_ns, told.findings[0].count),
            (FindingKind::LabelCoverage, times[100], 150)
        );
        assert_eq!(told.footages[0].labelled_frames, 150);
        assert_eq!(report(&times, &[0; 300], 10.0).findings[0].count, 300);
    }
}
