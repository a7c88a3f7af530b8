//! One source: its files are read and brought together, and whatever could not be read becomes a problem.

use std::{collections::BTreeMap, path::Path};

use super::{
    adrift, labels, metrics,
    recording_series::RecordingSeries,
    stores::{self, FoundRecording, FoundStores},
};
use crate::session::settings::Settings;
use crate::{
    catalog::{FootageRecord, RecordingRecord, SourceRecord},
    formats::{self, AlignOptions, DEFAULT_MAX_GAP_NS, Interpolation, Located},
    frames::ChildPool,
    lake::RecordingFiles,
    model::{Column, MetricSummary, Problem, Recording, Series},
};

/// What is needed to read any source of a lake.
pub(crate) struct Reading<'a> {
    pub(crate) root: &'a Path,
    pub(crate) settings: &'a Settings,
    pub(crate) pool: &'a ChildPool,
}

impl Reading<'_> {
    /// Reads a source. Never fails as a whole: what cannot be read is told in its problems.
    pub(super) fn read(&self, files: &RecordingFiles, fingerprint: &str) -> SourceRecord {
        let mut problems = Vec::new();
        let about = self.about(files, &mut problems);
        let FoundStores { recordings: mut found, logs } = stores::read(self, files, &mut problems);
        let mut series = metrics::read(self, files, &mut found, logs, about.started_at_ns, &mut problems);
        stores::set_clocks(&mut found, &series, about.started_at_ns, self.settings.rate_hz(), &mut problems);
        metrics::add_arrays(self, &found, &mut series, &mut problems);
        adrift::tell(self, &found, &series, &mut problems);
        series.join_parts(&mut problems);
        let mut recordings: Vec<RecordingRecord> = found
            .into_iter()
            .map(|one| self.put_together(one, &mut series, &about))
            .filter(|record| !record.footages.is_empty() || !record.summaries.is_empty())
            .collect();
        labels::read(self, files, &series.label_tables, &mut recordings, &mut problems);
        SourceRecord { files: files.clone(), fingerprint: fingerprint.to_owned(), recordings, problems }
    }

    /// Reads `recording.toml`.
    fn about(&self, files: &RecordingFiles, problems: &mut Vec<Problem>) -> About {
        let Some(path) = &files.manifest else { return About::default() };
        match formats::read_recording_toml_in(&self.root.join(path), self.settings.zone().as_ref()) {
            Ok(file) => {
                problems.extend(file.notes.into_iter().map(|note| note.into_problem(path.clone())));
                About { started_at_ns: file.started_at_ns, attributes: file.attributes }
            }
            Err(error) => {
                problems.push(self.format_problem(path, &error));
                About::default()
            }
        }
    }

    /// Aligns the metrics of a recording to its frames and sums it up.
    fn put_together(&self, found: FoundRecording, series: &mut RecordingSeries, about: &About) -> RecordingRecord {
        let metrics = series.take(&found.name);
        let samples = metrics.iter().map(|one| one.values.len() as u64).sum();
        let mut summaries: Vec<MetricSummary> = metrics
            .iter()
            .map(|one| formats::summarise(one, align_options(self.settings, &one.name).max_gap_ns))
            .collect();
        let footages: Vec<FootageRecord> = found
            .footages
            .into_iter()
            .map(|one| FootageRecord { columns: self.align(&metrics, &one.times), ..one.into_record(&found.name) })
            .collect();
        // Headings that are whole numbers become fractions between samples: the kind is that of the frame column.
        for (name, column) in footages.first().map_or(&[][..], |footage| &footage.columns) {
            if let Some(summary) = summaries.iter_mut().find(|summary| summary.name == *name) {
                summary.kind = column.kind();
            }
        }
        let times = || {
            let frames =
                footages.iter().flat_map(|footage| [footage.times.first(), footage.times.last()]).flatten().copied();
            let sensors = metrics.iter().flat_map(|one| [one.time_ns.first(), one.time_ns.last()]).flatten().copied();
            frames.chain(sensors)
        };
        let started_at_ns = about.started_at_ns.or_else(|| times().min());
        let duration_ns = started_at_ns.and_then(|start| times().max().map(|end| end.saturating_sub(start).max(0)));
        RecordingRecord {
            recording: Recording { name: found.name, started_at_ns, duration_ns, attributes: about.attributes.clone() },
            samples,
            footages,
            summaries,
        }
    }

    fn align(&self, metrics: &[Series], frame_times: &[i64]) -> Vec<(String, Column)> {
        // Metrics of one table share their times, and then where the frames lie among them.
        let mut located: Vec<(*const Vec<i64>, Located)> = Vec::new();
        metrics
            .iter()
            .map(|series| {
                let times = std::sync::Arc::as_ptr(&series.time_ns);
                let at = located.iter().position(|(known, _)| std::ptr::eq(*known, times)).unwrap_or_else(|| {
                    located.push((times, Located::new(&series.time_ns, frame_times)));
                    located.len() - 1
                });
                (
                    series.name.clone(),
                    formats::align_located(
                        series,
                        frame_times,
                        &located[at].1,
                        &align_options(self.settings, &series.name),
                    ),
                )
            })
            .collect()
    }

    /// An error of a format's reader as a problem of the file: its message names the whole path and ends with the remedy.
    pub(super) fn format_problem(&self, path: &str, error: &formats::FormatError) -> Problem {
        let text = error.to_string().replace(&self.root.join(path).display().to_string(), "the file");
        let (what, hint) = text.rsplit_once("; ").unwrap_or((&text, "correct the file and index again"));
        Problem::new(path, what, hint)
    }
}

/// What `lake.toml` says of a metric's alignment.
pub(in super::super) fn align_options(settings: &Settings, metric: &str) -> AlignOptions {
    let setting = settings.metric(metric);
    let interpolation = setting.interpolate.as_deref().and_then(|way| match way {
        "linear" => Some(Interpolation::Linear),
        "previous" => Some(Interpolation::Previous),
        "nearest" => Some(Interpolation::Nearest),
        "circular" => Some(Interpolation::Circular),
        _ => None,
    });
    let max_gap_ns = setting.max_gap_s.map_or(DEFAULT_MAX_GAP_NS, seconds_to_ns);
    AlignOptions { interpolation, max_gap_ns }
}

/// What `recording.toml` tells.
#[derive(Debug, Default)]
struct About {
    started_at_ns: Option<i64>,
    attributes: BTreeMap<String, String>,
}

/// Seconds as whole nanoseconds; what does not fit becomes the nearest that does.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float that is too large becomes the largest integer, which is meant"
)]
pub(in crate::session) fn seconds_to_ns(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}
