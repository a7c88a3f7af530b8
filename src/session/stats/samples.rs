//! Raw samples as a source of values: by row groups where a file allows it, else a recording at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Range,
    sync::{Arc, OnceLock},
};

use super::{
    Weight,
    plan::{Plan, shared},
};
use crate::{
    analytics::stats::{
        GroupKey, KeyValue, Part, Source, TakePart, bin_of,
        calendar::split,
        intervals::{Interval, interval_of, rows_in, unite},
    },
    filter::FrameColumns,
    formats::{self, AlignOptions, DEFAULT_MAX_GAP_NS, SampleFile},
    lake::resolve_inside,
    model::{Column, MetricKind, MetricSummary, NULL_BOOL, NULL_FLOAT, NULL_WORD, Recording, Series},
    session::{Session, SessionError, index, settings::Settings},
};

/// Why samples cannot be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// What happened, for a person.
    Failed(SessionError),
    /// The times of a recording do not ascend, so that its files must be read as a whole.
    Unordered(usize),
}

impl From<SessionError> for Unread {
    fn from(error: SessionError) -> Self {
        Self::Failed(error)
    }
}

/// Frames that stand for the same group, as stretches of time; `None` for all of time.
struct Stretch {
    code: u64,
    times: Option<Vec<Interval>>,
}

/// What is read at once.
enum Unit {
    /// A row group of a file.
    Group { file: Arc<SampleFile>, recording: usize, row_group: usize, metrics: Vec<usize>, offset_ns: i64 },
    /// Metrics of a recording.
    Whole { recording: usize, metrics: Vec<usize> },
}

/// The samples of a lake.
pub(super) struct Samples<'a> {
    session: &'a Session,
    plan: &'a Plan<'a>,
    settings: Arc<Settings>,
    recordings: Vec<Recording>,
    units: Vec<Unit>,
    stretches: Vec<OnceLock<Result<Arc<Vec<Stretch>>, String>>>,
    /// Words of metrics of words, by metric, in natural order.
    words: Vec<Vec<String>>,
}

impl<'a> Samples<'a> {
    pub(super) fn new(session: &'a Session, plan: &'a Plan<'a>) -> Result<Self, SessionError> {
        let reader = session.reader()?;
        let mut recordings = reader.recordings()?;
        recordings.sort_by(|a, b| crate::lake::natural_cmp(&a.name, &b.name));
        let mut summaries: HashMap<String, BTreeMap<String, MetricSummary>> = HashMap::new();
        for (recording, summary) in reader.summaries()? {
            summaries.entry(recording).or_default().insert(summary.name.clone(), summary);
        }
        let mut samples = Self {
            session,
            plan,
            settings: session.inner.settings.current(&session.inner.places),
            stretches: recordings.iter().map(|_| OnceLock::new()).collect(),
            recordings,
            units: Vec::new(),
            words: vec![Vec::new(); plan.metrics.len()],
        };
        for recording in 0..samples.recordings.len() {
            let Some(known) = summaries.get(&samples.recordings[recording].name) else { continue };
            if plan.everything || samples.has_frames(recording) {
                samples.add_units(recording, known)?;
            }
        }
        samples.collect_words()?;
        Ok(samples)
    }

    /// Whether a recording has some of the frames meant.
    fn has_frames(&self, recording: usize) -> bool {
        let name = &self.recordings[recording].name;
        let footages = self.plan.table.footages().iter().filter(|footage| footage.recording == *name);
        footages
            .into_iter()
            .any(|footage| self.plan.set.count_in(footage.first_row, footage.first_row + footage.rows) > 0)
    }

    fn add_units(&mut self, recording: usize, known: &BTreeMap<String, MetricSummary>) -> Result<(), SessionError> {
        let name = &self.recordings[recording].name;
        let mut wanted: Vec<usize> = (0..self.plan.metrics.len())
            .filter(|metric| known.contains_key(&self.plan.metrics[*metric].name))
            .collect();
        let files =
            self.session.reader()?.files(name)?.unwrap_or_default().kept_inside(&self.session.inner.places.root);
        let mut open = Vec::new();
        if self.plan.bins().next().is_none() && self.plan.weight == Weight::None {
            for file in &files.metrics {
                let Ok(path) = resolve_inside(&self.session.inner.places.root, &file.path) else { continue };
                // A file that cannot be opened is told where it is read as a whole: in the index.
                let setting = self.settings.sensor(&file.path);
                // What was told of its times is known to the reader of whole tables only.
                if setting.time_column.is_none()
                    && setting.time_unit.is_none()
                    && let Ok(Some(found)) = SampleFile::open(&path)
                    && !(found.is_zoneless() && self.settings.zone_of(&file.path).is_some())
                {
                    let offset_ns = setting.offset_s.map_or(0, index::seconds_to_ns);
                    open.push((Arc::new(found), offset_ns, Vec::new()));
                }
            }
        }
        wanted.retain(|metric| {
            let planned = &self.plan.metrics[*metric];
            let summary = &known[&planned.name];
            // As many rows as the index counted samples: nothing was left out, joined or read twice.
            let samples = summary.count + summary.missing;
            let mut fitting = open.iter_mut().filter(|(file, ..)| file.kind(&planned.name).is_some());
            let (Some((file, _, metrics)), None) = (fitting.next(), fitting.next()) else { return true };
            let fits = planned.kind != MetricKind::Text && planned.pairs.is_empty() && file.rows() == samples;
            if fits {
                metrics.push(*metric);
            }
            !fits
        });
        for (file, offset_ns, metrics) in open.into_iter().filter(|(_, _, metrics)| !metrics.is_empty()) {
            for row_group in 0..file.row_groups() {
                let (file, metrics) = (Arc::clone(&file), metrics.clone());
                self.units.push(Unit::Group { file, recording, row_group, metrics, offset_ns });
            }
        }
        if !wanted.is_empty() {
            self.units.push(Unit::Whole { recording, metrics: wanted });
        }
        Ok(())
    }

    /// Reads a recording as a whole from now on.
    pub(super) fn read_whole(&mut self, recording: usize) {
        let mut all = Vec::new();
        self.units.retain(|unit| match unit {
            Unit::Group { recording: of, metrics, .. } | Unit::Whole { recording: of, metrics } if *of == recording => {
                all.extend(metrics);
                false
            }
            _ => true,
        });
        all.sort_unstable();
        all.dedup();
        self.units.push(Unit::Whole { recording, metrics: all });
    }

    /// Words are numbered by their order, so that the smallest of the most frequent is the same each time.
    fn collect_words(&mut self) -> Result<(), SessionError> {
        let of_words = |metric: &usize| self.plan.metrics[*metric].kind == MetricKind::Text;
        let mut found = vec![BTreeSet::<String>::new(); self.words.len()];
        for unit in &self.units {
            let Unit::Whole { recording, metrics } = unit else { continue };
            if !metrics.iter().any(&of_words) {
                continue;
            }
            let series = self.session.all_series(&self.recordings[*recording].name)?;
            for metric in metrics.iter().filter(|metric| of_words(metric)) {
                let name = &self.plan.metrics[*metric].name;
                let Some(one) = series.iter().find(|one| one.name == *name) else { continue };
                let mut seen = HashSet::new();
                for row in 0..one.values.len() {
                    let new = match &one.values {
                        Column::Text { codes, .. } => seen.insert(i64::from(codes[row])),
                        Column::Int { values, .. } => seen.insert(values[row]),
                        // A metric that holds words in another recording may hold numbers here.
                        _ => true,
                    };
                    if new && let Some(word) = one.values.text(row) {
                        found[*metric].insert(word);
                    }
                }
            }
        }
        for (words, found) in self.words.iter_mut().zip(found) {
            *words = found.into_iter().collect();
            words.sort_by(|a, b| crate::lake::natural_cmp(a, b));
        }
        Ok(())
    }

    /// The word that a number stands for.
    pub(super) fn words(&self) -> &[Vec<String>] {
        &self.words
    }

    /// The names of the recordings in the order of their numbers.
    pub(super) fn recordings(&self) -> &[Recording] {
        &self.recordings
    }

    /// The stretches of a recording by code.
    fn stretches(&self, recording: usize) -> Result<Arc<Vec<Stretch>>, Unread> {
        let plan = self.plan;
        let made = self.stretches[recording].get_or_init(|| {
            if plan.everything && plan.members.is_empty() {
                return Ok(Arc::new(vec![Stretch { code: 0, times: None }]));
            }
            let (times, rhythms) = (plan.table.timestamps()?, plan.table.rhythms()?);
            let mut by_code: BTreeMap<u64, Vec<Interval>> = BTreeMap::new();
            let mut codes = Vec::new();
            let name = &self.recordings[recording].name;
            let footages = plan.table.footages().iter().enumerate().filter(|(_, one)| one.recording == *name);
            for (at, footage) in footages {
                let own = &times[footage.first_row..footage.first_row + footage.rows];
                for frame in (0..footage.rows).filter(|frame| plan.set.contains(footage.first_row + frame)) {
                    plan.members.codes(footage.first_row + frame, at, &mut codes);
                    let interval = interval_of(own, frame, rhythms[at].period_ns);
                    for code in &codes {
                        let known = by_code.entry(*code).or_default();
                        match known.last_mut() {
                            // Neighbours are joined at once, which keeps the list short.
                            Some(last) if last.1 == interval.0 => last.1 = interval.1,
                            _ => known.push(interval),
                        }
                    }
                }
            }
            let stretch = |(code, times)| Stretch { code, times: Some(unite(times)) };
            Ok(Arc::new(by_code.into_iter().map(stretch).collect()))
        });
        made.clone().map_err(|error| Unread::Failed(SessionError::Failed(error)))
    }

    /// The values of a group's keys.
    fn key(&self, recording: usize, members: &[KeyValue], times: &[KeyValue], bins: &[KeyValue]) -> Vec<KeyValue> {
        let (mut members, mut times, mut bins) = (members.iter(), times.iter(), bins.iter());
        let of = &self.recordings[recording];
        let value = |key: &GroupKey| match key {
            GroupKey::Recording => Some(KeyValue::Text(shared(&of.name))),
            GroupKey::Attribute(name) => of.attributes.get(name).map(|text| KeyValue::Text(shared(text))),
            GroupKey::Bins { .. } => bins.next().cloned(),
            key if key.is_of_time() => times.next().cloned(),
            _ => members.next().cloned(),
        };
        self.plan.by.iter().map(value).map(|value| value.unwrap_or(KeyValue::Null)).collect()
    }

    /// Parts rows by group: runs of rows and the number of the group of each.
    fn runs(
        &self,
        recording: usize,
        rows: usize,
        times: &[i64],
        bins: &[Vec<KeyValue>],
    ) -> Result<Vec<(Range<usize>, u32)>, Unread> {
        let mut runs = Vec::new();
        for stretch in self.stretches(recording)?.iter() {
            let members = self.plan.members.values(stretch.code);
            let whole = match &stretch.times {
                None => std::iter::once(0..rows).filter(|rows| !rows.is_empty()).collect(),
                Some(intervals) => rows_in(times, intervals),
            };
            for part in whole {
                let parts = if self.plan.time_keys.is_empty() {
                    vec![(0..part.len(), Vec::new())]
                } else {
                    split(&times[part.clone()], &self.plan.time_keys, self.plan.zone.as_ref())
                };
                for (inside, values) in parts {
                    let rows = part.start + inside.start..part.start + inside.end;
                    if bins.is_empty() {
                        let key = self.key(recording, &members, &values, &[]);
                        runs.push((rows, self.plan.groups.number(&key)));
                        continue;
                    }
                    let mut known: HashMap<Vec<KeyValue>, u32> = HashMap::new();
                    let mut start = rows.start;
                    while start < rows.end {
                        let same = |row: &usize| bins.iter().all(|bin| bin[*row] == bin[start]);
                        let end = (start + 1..rows.end).find(|row| !same(row)).unwrap_or(rows.end);
                        let bin: Vec<KeyValue> = bins.iter().map(|bin| bin[start].clone()).collect();
                        let number = *known.entry(bin).or_insert_with_key(|bin| {
                            self.plan.groups.number(&self.key(recording, &members, &values, bin))
                        });
                        runs.push((start..end, number));
                        start = end;
                    }
                }
            }
        }
        Ok(runs)
    }

    fn read_group(&self, unit: &Unit, take: &mut TakePart<'_>) -> Result<(), Unread> {
        let Unit::Group { file, recording, row_group, metrics, offset_ns } = unit else { return Ok(()) };
        let plan = self.plan;
        let names: Vec<&str> = metrics.iter().map(|metric| plan.metrics[*metric].name.as_str()).collect();
        let in_time = self.stretches(*recording)?.iter().any(|stretch| stretch.times.is_some());
        let with_times = in_time || metrics.iter().any(|metric| plan.needs_times(*metric));
        let (mut failure, mut last, mut moved) = (None, i64::MIN, Vec::new());
        let read = file.read(*row_group, &names, with_times, &mut |times, values| {
            let mut times = times;
            if *offset_ns != 0 {
                moved.clear();
                moved.extend(times.iter().map(|time| time.saturating_add(*offset_ns)));
                times = &moved;
            }
            let ascend = times.first().is_none_or(|first| *first > last) && times.is_sorted_by(|a, b| a < b);
            last = times.last().copied().unwrap_or(last);
            let rows = values.first().map_or(0, Vec::len);
            let runs =
                if ascend { self.runs(*recording, rows, times, &[]) } else { Err(Unread::Unordered(*recording)) };
            match runs {
                Err(error) => failure = Some(error),
                Ok(runs) => {
                    for (metric, values) in metrics.iter().zip(values) {
                        for (rows, group) in &runs {
                            take(&Part {
                                group: *group,
                                metric: *metric,
                                recording: number(*recording),
                                values: &values[rows.clone()],
                                times: times.get(rows.clone()).unwrap_or_default(),
                                weights: &[],
                                others: &[],
                                rows: &[],
                            });
                        }
                    }
                }
            }
            failure.is_none()
        });
        match failure {
            Some(failure) => Err(failure),
            None => read.map_err(|error| Unread::Failed(SessionError::Failed(error.to_string()))),
        }
    }

    fn read_recording(&self, recording: usize, metrics: &[usize], take: &mut TakePart<'_>) -> Result<(), Unread> {
        let all = self.session.all_series(&self.recordings[recording].name)?;
        let find = |name: &str| all.iter().find(|series| series.name == name);
        for metric in metrics {
            let planned = &self.plan.metrics[*metric];
            let Some(series) = find(&planned.name) else { continue };
            let values = self.numbers(*metric, &series.values);
            let times = series.time_ns.as_slice();
            let rows = values.len().min(times.len());
            let bins: Vec<Vec<KeyValue>> = (self.plan.bins())
                .map(|(name, width)| {
                    let at_times = find(name).map(|other| self.aligned(other, series));
                    (0..rows)
                        .map(|row| at_times.as_ref().map_or(KeyValue::Null, |values| bin_of(values[row], width)))
                        .collect()
                })
                .collect();
            let others: Vec<Vec<f64>> = (planned.pairs.iter())
                .map(|other| {
                    let other = find(&self.plan.metrics[*other].name);
                    other.map_or_else(|| vec![NULL_FLOAT; rows], |other| self.aligned(other, series))
                })
                .collect();
            let weights = if self.plan.weight == Weight::Time {
                weights(times, self.align_options(series).max_gap_ns)
            } else {
                Vec::new()
            };
            for (rows, group) in self.runs(recording, rows, times, &bins)? {
                let others: Vec<&[f64]> = others.iter().map(|other| &other[rows.clone()]).collect();
                take(&Part {
                    group,
                    metric: *metric,
                    recording: number(recording),
                    values: &values[rows.clone()],
                    times: &times[rows.clone()],
                    weights: weights.get(rows.clone()).unwrap_or_default(),
                    others: &others,
                    rows: &[],
                });
            }
        }
        Ok(())
    }

    fn align_options(&self, series: &Series) -> AlignOptions {
        let max_gap_ns = self.settings.metric(&series.name).max_gap_s.map_or(DEFAULT_MAX_GAP_NS, index::seconds_to_ns);
        AlignOptions { interpolation: None, max_gap_ns }
    }

    /// The values of one metric at the times of another.
    fn aligned(&self, series: &Series, to: &Series) -> Vec<f64> {
        if Arc::ptr_eq(&series.time_ns, &to.time_ns) {
            return plain_numbers(&series.values);
        }
        plain_numbers(&formats::align(series, &to.time_ns, &self.align_options(series)))
    }

    /// Values as doubles; a word is its number.
    fn numbers(&self, metric: usize, values: &Column) -> Vec<f64> {
        if self.plan.metrics[metric].kind != MetricKind::Text {
            return plain_numbers(values);
        }
        let number = |word: &str| {
            let at = self.words[metric].binary_search_by(|known| crate::lake::natural_cmp(known, word));
            at.ok().and_then(|at| u32::try_from(at).ok()).map_or(NULL_FLOAT, f64::from)
        };
        match values {
            Column::Text { codes, words } => {
                let numbers: Vec<f64> = words.iter().map(|word| number(word)).collect();
                let of = |code: &u32| if *code == NULL_WORD { NULL_FLOAT } else { numbers[*code as usize] };
                codes.iter().map(of).collect()
            }
            other => (0..other.len()).map(|row| other.text(row).map_or(NULL_FLOAT, |word| number(&word))).collect(),
        }
    }
}

impl Source for Samples<'_> {
    type Error = Unread;

    fn units(&self) -> usize {
        self.units.len()
    }

    fn read(&self, unit: usize, take: &mut TakePart<'_>) -> Result<(), Unread> {
        match &self.units[unit] {
            Unit::Whole { recording, metrics } => self.read_recording(*recording, metrics, take),
            group @ Unit::Group { .. } => self.read_group(group, take),
        }
    }
}

/// A place among recordings; lakes hold fewer than 2^32.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A column as doubles: true is 1, words are nulls.
#[expect(clippy::cast_precision_loss, reason = "statistics are doubles; counters beyond 2^53 lose their last digits")]
pub(super) fn plain_numbers(values: &Column) -> Vec<f64> {
    match values {
        Column::Float(values) => values.clone(),
        Column::Int { values, valid } if valid.is_empty() => values.iter().map(|value| *value as f64).collect(),
        Column::Int { values, valid } => {
            let pairs = values.iter().zip(valid);
            pairs.map(|(value, valid)| if *valid { *value as f64 } else { NULL_FLOAT }).collect()
        }
        Column::Bool(values) => {
            values.iter().map(|value| if *value == NULL_BOOL { NULL_FLOAT } else { f64::from(*value) }).collect()
        }
        Column::Text { codes, .. } => vec![NULL_FLOAT; codes.len()],
    }
}

/// How long each sample holds, in seconds: until the next one, at most `max_gap_ns`; the last as long as the one before it.
#[expect(clippy::cast_precision_loss, reason = "seconds")]
pub(super) fn weights(times: &[i64], max_gap_ns: i64) -> Vec<f64> {
    let until = |pair: &[i64]| pair[1].saturating_sub(pair[0]).clamp(0, max_gap_ns) as f64 / 1e9;
    let mut weights: Vec<f64> = times.windows(2).map(until).collect();
    if !times.is_empty() {
        weights.push(weights.last().copied().unwrap_or(1.0));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_hold_until_the_next() {
        let s = 1_000_000_000;
        for (times, expected) in [
            (vec![], vec![]),
            (vec![5 * s], vec![1.0]),
            (vec![0, s / 2, s / 2 + s / 4], vec![0.5, 0.25, 0.25]),
            (vec![0, 10 * s, 11 * s], vec![1.0, 1.0, 1.0]),
        ] {
            assert_eq!(weights(&times, s), expected, "{times:?}");
        }
    }
}
