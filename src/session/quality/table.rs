//! What is known of the quality of data, as tables: on a terminal, in the window, in files.

use std::path::Path;

use super::{FootageQuality, MetricQuality, QualityFinding, QualityReport};
use crate::{export, session::SessionError};

/// A table of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QualityTable {
    /// What is odd.
    #[default]
    Findings,
    /// Each metric of each recording.
    Metrics,
    /// Each footage.
    Footages,
}

impl QualityReport {
    /// The heads of a table, and its rows.
    #[must_use]
    pub fn table(&self, of: QualityTable) -> (&'static [&'static str], Vec<Vec<String>>) {
        match of {
            QualityTable::Findings => {
                (&QualityFinding::HEADER, self.findings.iter().map(|finding| finding.cells().to_vec()).collect())
            }
            QualityTable::Metrics => {
                (&MetricQuality::HEADER, self.metrics.iter().map(|one| one.cells().to_vec()).collect())
            }
            QualityTable::Footages => {
                (&FootageQuality::HEADER, self.footages.iter().map(|one| one.cells().to_vec()).collect())
            }
        }
    }

    /// A table as CSV.
    #[must_use]
    pub fn csv(&self, of: QualityTable) -> Vec<u8> {
        let (header, rows) = self.table(of);
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing into memory cannot fail, and all rows are as long as the head.
        let _ = writer.write_record(header);
        for row in rows {
            let _ = writer.write_record(row);
        }
        writer.into_inner().unwrap_or_default()
    }

    /// Writes a table as CSV into a file that appears under its name when it is whole.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_csv(&self, of: QualityTable, path: &Path) -> Result<(), SessionError> {
        let text = self.csv(of);
        Ok(export::write_file(path, |file| Ok(std::io::Write::write_all(file, &text)?))?)
    }
}

fn rate(rate_hz: Option<f64>) -> String {
    rate_hz.map_or_else(String::new, |rate| format!("{rate:.3}"))
}

impl MetricQuality {
    /// The cells of a row of the table of metrics, under [`Self::HEADER`].
    #[must_use]
    pub fn cells(&self) -> [String; 12] {
        [
            self.recording.clone(),
            self.metric.clone(),
            self.kind.as_str().to_owned(),
            self.count.to_string(),
            self.missing.to_string(),
            self.nan.to_string(),
            rate(self.rate_hz),
            self.gaps.to_string(),
            self.duplicates.to_string(),
            self.out_of_order.to_string(),
            self.frozen.to_string(),
            self.outliers.to_string(),
        ]
    }

    /// The columns of the table of metrics.
    pub const HEADER: [&'static str; 12] = [
        "recording",
        "metric",
        "kind",
        "count",
        "missing",
        "nan",
        "rate_hz",
        "gaps",
        "duplicates",
        "out_of_order",
        "frozen",
        "outliers",
    ];
}

impl FootageQuality {
    /// The cells of a row of the table of footages, under [`Self::HEADER`].
    #[must_use]
    pub fn cells(&self) -> [String; 7] {
        [
            self.recording.clone(),
            self.camera.clone(),
            self.frames.to_string(),
            rate(self.rate_hz),
            self.expected_frames.to_string(),
            self.missing_frames.to_string(),
            self.labelled_frames.to_string(),
        ]
    }

    /// The columns of the table of footages.
    pub const HEADER: [&'static str; 7] =
        ["recording", "camera", "frames", "rate_hz", "expected_frames", "missing_frames", "labelled_frames"];
}
