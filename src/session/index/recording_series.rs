//! The samples of the recordings of one source: metrics of one name that were written in parts are joined.

use std::{collections::BTreeMap, sync::Arc};

use crate::formats::MetricTable;
use crate::model::{Column, MetricKind, NULL_BOOL, NULL_FLOAT, NULL_WORD, Problem, Series};

/// Samples of the recordings of one source, unique metric names per recording once the parts are joined.
#[derive(Debug, Default)]
pub(crate) struct RecordingSeries {
    /// By recording and metric name: the parts, each with its file, in the order of the files.
    by_recording: BTreeMap<String, BTreeMap<String, Vec<Part>>>,
    /// Tables outside the native layout that turned out to hold labels.
    pub(super) label_tables: Vec<String>,
    /// How the tables were read.
    pub(super) files: Vec<SensorFile>,
}

/// What reading one table of samples turned up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SensorFile {
    /// Path inside the lake.
    pub(crate) path: String,
    /// Its metrics.
    pub(crate) metrics: Vec<String>,
    /// Rows that repeat the time of another.
    pub(crate) duplicates: u64,
    /// Rows that stood before earlier ones.
    pub(crate) out_of_order: u64,
    /// The first time that several rows have, ns UTC.
    pub(crate) first_duplicate_ns: Option<i64>,
    /// Time of the first row that stood before an earlier one, ns UTC.
    pub(crate) first_unsorted_ns: Option<i64>,
}

impl SensorFile {
    /// Of a table; its times will be moved by so much.
    pub(super) fn of(path: &str, table: &MetricTable, moved_by_ns: i64) -> Self {
        let moved = |time: Option<i64>| time.map(|time| time.saturating_add(moved_by_ns));
        Self {
            path: path.to_owned(),
            metrics: table.series.iter().map(|series| series.name.clone()).collect(),
            duplicates: table.duplicate_rows,
            out_of_order: table.unsorted_rows,
            first_duplicate_ns: moved(table.first_duplicate_ns),
            first_unsorted_ns: moved(table.first_unsorted_ns),
        }
    }
}

#[derive(Debug)]
struct Part {
    path: String,
    series: Series,
}

/// Why a part does not go with those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Clash {
    Times,
    Kind,
}

impl RecordingSeries {
    /// Adds metrics to a recording.
    pub(super) fn add(&mut self, recording: &str, path: &str, series: Vec<Series>) {
        let known = self.by_recording.entry(recording.to_owned()).or_default();
        for one in series {
            known.entry(one.name.clone()).or_default().push(Part { path: path.to_owned(), series: one });
        }
    }

    /// Joins metrics of one name whose times do not overlap (`can_0.csv`, `can_1.csv`). Parts that cannot be joined with
    /// those of earlier files are told and left out.
    pub(super) fn join_parts(&mut self, problems: &mut Vec<Problem>) {
        for metrics in self.by_recording.values_mut() {
            // Metrics of one table share their times, joined ones likewise.
            let mut joined_times = Vec::new();
            let mut clashes = BTreeMap::<(String, String, Clash), Vec<String>>::new();
            for (name, parts) in metrics.iter_mut().filter(|(_, parts)| parts.len() > 1) {
                let mut kept: Vec<Part> = Vec::new();
                for part in std::mem::take(parts) {
                    match kept.iter().find_map(|other| Some((clash(&other.series, &part.series)?, &other.path))) {
                        Some((why, other)) => {
                            clashes.entry((part.path, other.clone(), why)).or_default().push(name.clone());
                        }
                        None => kept.push(part),
                    }
                }
                kept.sort_by_key(|part| part.series.time_ns.first().copied());
                parts.extend(join(kept, &mut joined_times));
            }
            problems.extend(clashes.into_iter().map(|((path, other, why), names)| told(path, &other, why, &names)));
        }
    }

    /// The parts of all metrics of a recording, each with its file.
    pub(super) fn parts_of(&self, recording: &str) -> impl Iterator<Item = (&str, &Series)> {
        let parts = self.by_recording.get(recording).into_iter().flat_map(BTreeMap::values).flatten();
        parts.map(|part| (part.path.as_str(), &part.series))
    }

    /// Whether there is such a recording.
    pub(super) fn has(&self, recording: &str) -> bool {
        self.by_recording.contains_key(recording)
    }

    /// Takes the metrics of a recording out, in name order.
    pub(crate) fn take(&mut self, recording: &str) -> Vec<Series> {
        let metrics = self.by_recording.remove(recording).unwrap_or_default();
        metrics.into_values().filter_map(|parts| Some(parts.into_iter().next()?.series)).collect()
    }

    /// Time of the first sample of a recording.
    pub(super) fn first_time(&self, recording: &str) -> Option<i64> {
        let parts = self.by_recording.get(recording)?.values().flatten();
        parts.filter_map(|part| part.series.time_ns.first()).min().copied()
    }
}

fn told(path: String, other: &str, why: Clash, names: &[String]) -> Problem {
    let shown = names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 3 { format!(" and {} more metrics", names.len() - 3) } else { String::new() };
    let how = match why {
        Clash::Times => "at the same times",
        Clash::Kind => "with values of another kind",
    };
    Problem::new(
        path,
        format!("{shown}{more} are in {other} of the same recording already {how}, which holds"),
        "Rename the metrics, or remove one of the two files.",
    )
}

/// Whether two parts are not of one metric: whole numbers and doubles go together, other kinds do not.
fn clash(one: &Series, other: &Series) -> Option<Clash> {
    let is_number = |kind| matches!(kind, MetricKind::Float | MetricKind::Int);
    let (first, second) = (one.values.kind(), other.values.kind());
    if first != second && !(is_number(first) && is_number(second)) {
        return Some(Clash::Kind);
    }
    if one.unit.is_some() && other.unit.is_some() && one.unit != other.unit {
        return Some(Clash::Kind);
    }
    let range = |series: &Series| Some((*series.time_ns.first()?, *series.time_ns.last()?));
    let (one, other) = (range(one)?, range(other)?);
    (one.0 <= other.1 && other.0 <= one.1).then_some(Clash::Times)
}

/// Times joined before: the parts they are of, and the whole.
type JoinedTimes = Vec<(Vec<Arc<Vec<i64>>>, Arc<Vec<i64>>)>;

/// One metric of parts in time order.
fn join(parts: Vec<Part>, joined_times: &mut JoinedTimes) -> Option<Part> {
    if parts.len() < 2 {
        return parts.into_iter().next();
    }
    let times: Vec<Arc<Vec<i64>>> = parts.iter().map(|part| Arc::clone(&part.series.time_ns)).collect();
    let same = |known: &[Arc<Vec<i64>>]| {
        known.len() == times.len() && known.iter().zip(&times).all(|(one, other)| Arc::ptr_eq(one, other))
    };
    let time_ns = if let Some((_, whole)) = joined_times.iter().find(|(known, _)| same(known)) {
        Arc::clone(whole)
    } else {
        let whole = Arc::new(times.iter().flat_map(|part| part.iter().copied()).collect());
        joined_times.push((times, Arc::clone(&whole)));
        whole
    };
    let unit = parts.iter().find_map(|part| part.series.unit.clone());
    let first = parts.first()?;
    let (path, name) = (first.path.clone(), first.series.name.clone());
    let values = concatenate(parts.into_iter().map(|part| part.series.values).collect());
    Some(Part { path, series: Series { name, unit, time_ns, values } })
}

/// Columns one after the other; whole numbers become doubles where one part holds doubles.
#[expect(clippy::cast_precision_loss, reason = "a metric with fractions in another part is no counter")]
fn concatenate(columns: Vec<Column>) -> Column {
    let mut kind = columns.first().map_or(MetricKind::Float, Column::kind);
    if columns.iter().any(|column| column.kind() == MetricKind::Float) {
        kind = MetricKind::Float;
    }
    let mut whole = Column::nulls(kind, 0);
    for column in columns {
        match (&mut whole, column) {
            (Column::Float(all), Column::Float(more)) => all.extend(more),
            (Column::Float(all), Column::Int { values, valid }) => {
                let is_there = |row: usize| valid.is_empty() || valid[row];
                let number = |(row, value): (usize, &i64)| if is_there(row) { *value as f64 } else { NULL_FLOAT };
                all.extend(values.iter().enumerate().map(number));
            }
            (Column::Int { values: all, valid: flags }, Column::Int { values, valid }) => {
                if !valid.is_empty() || !flags.is_empty() {
                    flags.resize(all.len(), true);
                    flags.extend(&valid);
                    flags.resize(all.len() + values.len(), true);
                }
                all.extend(values);
            }
            (Column::Bool(all), Column::Bool(more)) => all.extend(more),
            (Column::Text { codes: all, words: known }, Column::Text { codes, words }) => {
                let mut places: BTreeMap<String, usize> =
                    known.iter().enumerate().map(|(at, word)| (word.clone(), at)).collect();
                let moved: Vec<u32> = words
                    .into_iter()
                    .map(|word| {
                        let at = *places.entry(word).or_insert_with_key(|word| {
                            known.push(word.clone());
                            known.len() - 1
                        });
                        u32::try_from(at).unwrap_or(NULL_WORD)
                    })
                    .collect();
                all.extend(codes.iter().map(|code| moved.get(*code as usize).copied().unwrap_or(NULL_WORD)));
            }
            // Kinds were compared before; should one slip through, its rows are nulls.
            (Column::Float(all), other) => all.resize(all.len() + other.len(), NULL_FLOAT),
            (Column::Int { values, valid }, other) => {
                valid.resize(values.len(), true);
                valid.resize(values.len() + other.len(), false);
                values.resize(values.len() + other.len(), 0);
            }
            (Column::Bool(all), other) => all.resize(all.len() + other.len(), NULL_BOOL),
            (Column::Text { codes, .. }, other) => codes.resize(codes.len() + other.len(), NULL_WORD),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(times: &Arc<Vec<i64>>, name: &str, values: Column) -> Series {
        Series { name: name.to_owned(), unit: None, time_ns: Arc::clone(times), values }
    }

    #[test]
    fn parts_that_follow_each_other_are_joined() {
        let int = |values: &[i64], valid: &[bool]| Column::Int { values: values.to_vec(), valid: valid.to_vec() };
        let text = |codes: &[u32], words: &[&str]| Column::Text {
            codes: codes.to_vec(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        for (early, late, expected) in [
            (Column::Float(vec![1.0, 2.0]), Column::Float(vec![3.0]), Ok(Column::Float(vec![1.0, 2.0, 3.0]))),
            (int(&[1, 2], &[]), int(&[3], &[]), Ok(int(&[1, 2, 3], &[]))),
            (int(&[1, 2], &[]), int(&[0], &[false]), Ok(int(&[1, 2, 0], &[true, true, false]))),
            (int(&[1, 0], &[true, false]), int(&[3], &[]), Ok(int(&[1, 0, 3], &[true, false, true]))),
            (int(&[1, 2], &[]), Column::Float(vec![0.5]), Ok(Column::Float(vec![1.0, 2.0, 0.5]))),
            (Column::Bool(vec![0, 1]), Column::Bool(vec![2]), Ok(Column::Bool(vec![0, 1, 2]))),
            (text(&[0, 1], &["a", "b"]), text(&[0], &["c"]), Ok(text(&[0, 1, 2], &["a", "b", "c"]))),
            (text(&[0, NULL_WORD], &["a"]), text(&[1], &["x", "a"]), Ok(text(&[0, NULL_WORD, 0], &["a", "x"]))),
            (text(&[0, 0], &["a"]), Column::Float(vec![0.5]), Err("another kind")),
        ] {
            let mut all = RecordingSeries::default();
            let mut problems = Vec::new();
            // The later part comes first, as files may be named.
            all.add("d", "late.csv", vec![series(&Arc::new(vec![7]), "m", late.clone())]);
            all.add("d", "early.csv", vec![series(&Arc::new(vec![1, 2]), "m", early)]);
            all.join_parts(&mut problems);
            let mut taken = all.take("d");
            assert_eq!(taken.len(), 1);
            let one = taken.remove(0);
            match expected {
                Ok(values) => {
                    assert_eq!((one.time_ns.to_vec(), one.values), (vec![1, 2, 7], values));
                    assert!(problems.is_empty(), "{problems:?}");
                }
                Err(word) => {
                    assert_eq!(one.values, late);
                    assert!(problems[0].what.contains(word), "{problems:?}");
                }
            }
        }
    }

    #[test]
    fn overlapping_parts_are_told_and_times_stay_shared() {
        let mut all = RecordingSeries::default();
        let mut problems = Vec::new();
        for (path, times) in [("a.csv", vec![1, 2]), ("b.csv", vec![2, 3]), ("c.csv", vec![5])] {
            let times = Arc::new(times);
            let of = |name| series(&times, name, Column::nulls(MetricKind::Float, times.len()));
            all.add("d", path, vec![of("x"), of("y")]);
        }
        assert_eq!(all.first_time("d"), Some(1));
        all.join_parts(&mut problems);
        let told: Vec<_> = problems.iter().map(|one| (one.path.as_str(), one.what.as_str())).collect();
        assert_eq!(
            told,
            [("b.csv", "`x`, `y` are in a.csv of the same recording already at the same times, which holds")]
        );
        let taken = all.take("d");
        assert_eq!(*taken[0].time_ns, [1, 2, 5]);
        assert!(Arc::ptr_eq(&taken[0].time_ns, &taken[1].time_ns));
    }
}
