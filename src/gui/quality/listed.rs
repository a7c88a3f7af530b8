//! Which rows of a report are listed, and in which order; worked out by a worker.

use std::cmp::Ordering;

use super::command::QualityLook;
use crate::{
    lake::natural_cmp,
    session::{FindingKind, QualityFinding, QualityReport, QualityTable, Severity},
};

/// A report with its tables as texts.
#[derive(Debug, Default)]
pub struct Found {
    /// It itself.
    pub report: QualityReport,
    /// Rows of metrics and of footages, as they are written.
    pub metrics: Vec<Vec<String>>,
    /// The same of footages.
    pub footages: Vec<Vec<String>>,
    /// For each kind that was found: the gravest, and how many.
    pub kinds: Vec<(FindingKind, Severity, usize)>,
}

/// The kinds in the order in which they are shown.
const KINDS: [FindingKind; 11] = [
    FindingKind::NoOverlap,
    FindingKind::ClockOffset,
    FindingKind::Gap,
    FindingKind::MissingFrames,
    FindingKind::TimesGoBack,
    FindingKind::FootageLength,
    FindingKind::Frozen,
    FindingKind::Outlier,
    FindingKind::Duplicate,
    FindingKind::OutOfOrder,
    FindingKind::LabelCoverage,
];

/// A kind as people call it.
#[must_use]
pub fn kind_name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Gap => "Gap",
        FindingKind::Duplicate => "Duplicates",
        FindingKind::OutOfOrder => "Out of order",
        FindingKind::Frozen => "Frozen value",
        FindingKind::Outlier => "Outliers",
        FindingKind::ClockOffset => "Clock offset",
        FindingKind::NoOverlap => "No overlap",
        FindingKind::MissingFrames => "Missing frames",
        FindingKind::TimesGoBack => "Times go back",
        FindingKind::FootageLength => "Footage length",
        FindingKind::LabelCoverage => "Label coverage",
    }
}

/// What a finding is about, beside its recording.
#[must_use]
pub fn about(finding: &QualityFinding) -> String {
    match (&finding.metric, &finding.camera) {
        (Some(metric), Some(camera)) => format!("{metric}, {camera}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

impl Found {
    /// Of a report.
    #[must_use]
    pub fn new(report: QualityReport) -> Self {
        let of = |kind: FindingKind| {
            let found = || report.findings.iter().filter(move |finding| finding.kind == kind);
            Some((kind, found().map(|finding| finding.severity).max()?, found().count()))
        };
        Self {
            kinds: KINDS.into_iter().filter_map(of).collect(),
            metrics: report.table(QualityTable::Metrics).1,
            footages: report.table(QualityTable::Footages).1,
            report,
        }
    }

    /// The rows of a table.
    #[must_use]
    pub fn rows(&self, table: QualityTable) -> usize {
        match table {
            QualityTable::Findings => self.report.findings.len(),
            QualityTable::Metrics => self.metrics.len(),
            QualityTable::Footages => self.footages.len(),
        }
    }

    /// The rows that are listed, in their order.
    #[must_use]
    pub fn listed(&self, look: &QualityLook) -> Vec<u32> {
        let words: Vec<String> = look.search.split_whitespace().map(str::to_lowercase).collect();
        let mut order: Vec<u32> = (0..u32::try_from(self.rows(look.table)).unwrap_or(u32::MAX))
            .filter(|row| self.is_listed(look, &words, *row as usize))
            .collect();
        if let Some((column, descending)) = look.sort {
            order.sort_by(|a, b| {
                let order = self.compared(look.table, column, *a as usize, *b as usize);
                if descending { order.reverse() } else { order }
            });
        }
        order
    }

    fn is_listed(&self, look: &QualityLook, words: &[String], row: usize) -> bool {
        let cells = match look.table {
            QualityTable::Metrics => self.metrics[row].clone(),
            QualityTable::Footages => self.footages[row].clone(),
            QualityTable::Findings => {
                let finding = &self.report.findings[row];
                if !look.kinds.is_empty() && !look.kinds.contains(&finding.kind) {
                    return false;
                }
                if words.is_empty() {
                    return true;
                }
                let mut cells = finding.cells().to_vec();
                cells.push(kind_name(finding.kind).to_owned());
                cells
            }
        };
        if words.is_empty() {
            return true;
        }
        let text = cells.join("\n").to_lowercase();
        words.iter().all(|word| text.contains(word))
    }

    /// The order of two rows by a column of the panel.
    fn compared(&self, table: QualityTable, column: usize, a: usize, b: usize) -> Ordering {
        let texts = |rows: &[Vec<String>]| {
            let cell = |row: usize| rows[row].get(column).map_or("", String::as_str);
            match (cell(a).parse::<f64>(), cell(b).parse::<f64>()) {
                (Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => natural_cmp(cell(a), cell(b)),
            }
        };
        match table {
            QualityTable::Metrics => texts(&self.metrics),
            QualityTable::Footages => texts(&self.footages),
            QualityTable::Findings => {
                let (a, b) = (&self.report.findings[a], &self.report.findings[b]);
                match column {
                    // The gravest first where what stands in words goes from a to z.
                    0 => b.severity.cmp(&a.severity).then_with(|| kind_name(a.kind).cmp(kind_name(b.kind))),
                    1 => natural_cmp(&a.recording, &b.recording),
                    2 => natural_cmp(&about(a), &about(b)),
                    3 => a.start_ns.cmp(&b.start_ns),
                    4 => lasts_ns(a).cmp(&lasts_ns(b)),
                    5 => a.count.cmp(&b.count),
                    _ => natural_cmp(&a.what, &b.what),
                }
            }
        }
    }

    /// The part of the report that is listed.
    #[must_use]
    pub fn part(&self, look: &QualityLook) -> QualityReport {
        let rows = self.listed(look).into_iter().map(|row| row as usize);
        let mut part = QualityReport::default();
        match look.table {
            QualityTable::Findings => part.findings = rows.map(|row| self.report.findings[row].clone()).collect(),
            QualityTable::Metrics => part.metrics = rows.map(|row| self.report.metrics[row].clone()).collect(),
            QualityTable::Footages => part.footages = rows.map(|row| self.report.footages[row].clone()).collect(),
        }
        part
    }
}

/// How long a finding lasts, ns.
#[must_use]
pub fn lasts_ns(finding: &QualityFinding) -> i64 {
    finding.end_ns.saturating_sub(finding.start_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: FindingKind, severity: Severity, recording: &str, metric: &str, start_ns: i64) -> QualityFinding {
        QualityFinding {
            severity,
            kind,
            recording: recording.into(),
            metric: Some(metric.into()),
            camera: None,
            start_ns,
            end_ns: start_ns + 5,
            count: 1,
            what: "no samples".into(),
        }
    }

    #[test]
    fn what_is_searched_for_is_listed_in_order() {
        let findings = vec![
            finding(FindingKind::NoOverlap, Severity::Error, "d10", "speed", 30),
            finding(FindingKind::Gap, Severity::Warning, "d2", "speed", 20),
            finding(FindingKind::Gap, Severity::Note, "d2", "brake", 10),
        ];
        let found = Found::new(QualityReport { findings, ..QualityReport::default() });
        assert_eq!(
            found.kinds,
            [(FindingKind::NoOverlap, Severity::Error, 1), (FindingKind::Gap, Severity::Warning, 2)]
        );
        for (kinds, search, sort, expected) in [
            (vec![], "", None, vec![0, 1, 2]),
            (vec![FindingKind::Gap], "", None, vec![1, 2]),
            (vec![], "GAP brake", None, vec![2]),
            (vec![], "d2 speed", None, vec![1]),
            (vec![], "nothing of it", None, vec![]),
            (vec![], "", Some((1, false)), vec![1, 2, 0]),
            (vec![], "", Some((3, false)), vec![2, 1, 0]),
            (vec![], "", Some((3, true)), vec![0, 1, 2]),
            (vec![], "", Some((0, true)), vec![2, 1, 0]),
        ] {
            let look = QualityLook { kinds, search: search.into(), sort, ..QualityLook::default() };
            assert_eq!(found.listed(&look), expected, "{look:?}");
            assert_eq!(found.part(&look).findings.len(), expected.len());
        }
    }
}
