//! What is odd about the data of a lake: gaps, frozen and outlying values, clocks that do not fit, frames that are missing.

mod clocks;
mod footages;
mod metrics;
mod table;

pub use table::QualityTable;

use serde::Serialize;

use super::{Session, SessionError, index};
use crate::{
    catalog::FrameTable,
    filter::FrameColumns,
    jobs::Progress,
    lake::natural_cmp,
    model::{MetricKind, format_ns},
};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely to disturb a statistic.
    Warning,
    /// Data are missing or wrong.
    Error,
}

impl Severity {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Samples do not go on for longer than the metric's `max_gap_s`.
    Gap,
    /// Samples repeat the time of another.
    Duplicate,
    /// Samples stood before earlier ones.
    OutOfOrder,
    /// A value that changes otherwise stays the same.
    Frozen,
    /// Values lie far from all others.
    Outlier,
    /// Sensor and camera do not begin or end together.
    ClockOffset,
    /// Sensor and camera have no time in common.
    NoOverlap,
    /// Frames were taken, by their times, before the frame in front of them.
    TimesGoBack,
    /// Frames are missing between others.
    MissingFrames,
    /// A footage is longer or shorter than its rate tells.
    FootageLength,
    /// Frames of a labelled footage have no labels.
    LabelCoverage,
}

impl FindingKind {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::Frozen => "frozen",
            Self::Outlier => "outlier",
            Self::ClockOffset => "clock_offset",
            Self::NoOverlap => "no_overlap",
            Self::TimesGoBack => "times_go_back",
            Self::MissingFrames => "missing_frames",
            Self::FootageLength => "footage_length",
            Self::LabelCoverage => "label_coverage",
        }
    }
}

/// Something odd, with the place to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QualityFinding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub kind: FindingKind,
    /// The recording.
    pub recording: String,
    /// The metric, where it is about one.
    pub metric: Option<String>,
    /// The camera, where it is about a footage.
    pub camera: Option<String>,
    /// Begin of the stretch of time, ns UTC.
    pub start_ns: i64,
    /// Its end.
    pub end_ns: i64,
    /// How many: samples, frames, gaps.
    pub count: u64,
    /// In words, with figures.
    pub what: String,
}

/// What is known of the samples of one metric in one recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricQuality {
    /// The recording.
    pub recording: String,
    /// The metric.
    pub metric: String,
    /// Kind of its values.
    pub kind: MetricKind,
    /// Samples with a value.
    pub count: u64,
    /// Nulls.
    pub missing: u64,
    /// Values written as NaN.
    pub nan: u64,
    /// Samples a second, by the usual distance of two.
    pub rate_hz: Option<f64>,
    /// Stretches without samples.
    pub gaps: u64,
    /// Samples in its file that repeat the time of another.
    pub duplicates: u64,
    /// Samples in its file that stood before earlier ones.
    pub out_of_order: u64,
    /// Stretches of one value that changes otherwise.
    pub frozen: u64,
    /// Values far from all others.
    pub outliers: u64,
}

/// What is known of one footage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FootageQuality {
    /// The recording.
    pub recording: String,
    /// The camera.
    pub camera: String,
    /// Frames.
    pub frames: u64,
    /// Frames a second, by the usual distance of two.
    pub rate_hz: Option<f64>,
    /// Frames that the length and the rate make one expect.
    pub expected_frames: u64,
    /// Frames missing between others.
    pub missing_frames: u64,
    /// Frames with a label.
    pub labelled_frames: u64,
}

/// The quality of a lake's data.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct QualityReport {
    /// Each metric of each recording.
    pub metrics: Vec<MetricQuality>,
    /// Each footage.
    pub footages: Vec<FootageQuality>,
    /// What is odd: the gravest first, then by recording and time.
    pub findings: Vec<QualityFinding>,
}

/// What the findings of one recording are about.
struct Place<'a> {
    recording: &'a str,
    metric: Option<&'a str>,
    camera: Option<&'a str>,
}

impl Place<'_> {
    fn found(
        &self,
        severity: Severity,
        kind: FindingKind,
        (start_ns, end_ns): (i64, i64),
        count: usize,
        what: String,
    ) -> QualityFinding {
        QualityFinding {
            severity,
            kind,
            recording: self.recording.to_owned(),
            metric: self.metric.map(str::to_owned),
            camera: self.camera.map(str::to_owned),
            start_ns,
            end_ns,
            count: count as u64,
            what,
        }
    }
}

/// A duration for people.
#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn seconds(ns: i64) -> String {
    let seconds = ns as f64 / 1e9;
    if seconds.abs() < 10.0 { format!("{seconds:.3} s") } else { format!("{seconds:.1} s") }
}

impl Session {
    /// Looks at every sample and the times of every frame, recording by recording.
    ///
    /// # Errors
    /// The index cannot be read, there is none, or the work was cancelled.
    pub fn quality(&self, table: &FrameTable, progress: &Progress) -> Result<QualityReport, SessionError> {
        let mut recordings: Vec<String> = self.reader()?.recordings()?.into_iter().map(|one| one.name).collect();
        recordings.sort_by(|a, b| natural_cmp(a, b));
        progress.set_total(recordings.len() as u64);
        let settings = self.inner.settings.current(&self.inner.places);
        let labelled = table.label_count().map_err(SessionError::Failed)?.iter().any(|labels| *labels > 0);
        let mut report = QualityReport::default();
        for recording in &recordings {
            progress.check()?;
            progress.stage(format!("looking at {recording}"));
            let reader = self.reader()?;
            let files = reader.files(recording)?.unwrap_or_default();
            let reading = index::reading(self, &settings);
            let (series, sensor_files) = index::read_series_and_files(&reading, &files, recording);
            let max_gap_ns = |name: &str| {
                settings.metric(name).max_gap_s.map_or(crate::formats::DEFAULT_MAX_GAP_NS, index::seconds_to_ns)
            };
            metrics::look(recording, &series, &sensor_files, &max_gap_ns, &mut report);
            footages::look(recording, table, labelled, &mut report)?;
            clocks::look(recording, table, &series, &mut report)?;
            progress.add(1);
        }
        report.findings.sort_by(|a, b| {
            b.severity.cmp(&a.severity).then_with(|| natural_cmp(&a.recording, &b.recording)).then_with(|| {
                (a.start_ns, a.kind, &a.metric, &a.camera).cmp(&(b.start_ns, b.kind, &b.metric, &b.camera))
            })
        });
        Ok(report)
    }
}

impl QualityFinding {
    /// The cells of a row of the table of findings, under [`Self::HEADER`].
    #[must_use]
    pub fn cells(&self) -> [String; 9] {
        [
            self.severity.as_str().to_owned(),
            self.kind.as_str().to_owned(),
            self.recording.clone(),
            self.metric.clone().unwrap_or_default(),
            self.camera.clone().unwrap_or_default(),
            format_ns(self.start_ns),
            format_ns(self.end_ns),
            self.count.to_string(),
            self.what.clone(),
        ]
    }

    /// The columns of the table of findings.
    pub const HEADER: [&'static str; 9] =
        ["severity", "kind", "recording", "metric", "camera", "start", "end", "count", "what"];
}
