//! The values at frames as a source: a footage at a time, its rows put together by group.

use std::sync::Arc;

use super::{
    Weight,
    plan::{Plan, shared},
    samples::{Unread, number, plain_numbers},
};
use crate::{
    analytics::stats::{GroupKey, KeyValue, Part, Source, TakePart, bin_of, calendar::key_of, intervals::interval_of},
    filter::FrameColumns,
    formats::DEFAULT_MAX_GAP_NS,
    lake::natural_cmp,
    model::{Column, MetricKind, NULL_FLOAT, NULL_WORD},
    session::SessionError,
};

/// The values at the frames meant.
pub(super) struct Frames<'a> {
    plan: &'a Plan<'a>,
    columns: Vec<Arc<Vec<f64>>>,
    words: Vec<Vec<String>>,
    recordings: Vec<String>,
    /// The recording of each footage.
    recording_of: Vec<usize>,
    times: Arc<Vec<i64>>,
    periods_ns: Vec<i64>,
    bins: Vec<(Arc<Vec<f64>>, f64)>,
}

/// A frame column as doubles: no value is a null.
pub(super) fn frame_numbers(column: &Column) -> Vec<f64> {
    let mut values = plain_numbers(column);
    values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = NULL_FLOAT);
    values
}

impl<'a> Frames<'a> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Result<Self, SessionError> {
        let read = SessionError::Failed;
        let (mut columns, mut words) = (Vec::new(), Vec::new());
        for metric in &plan.metrics {
            let column = plan.table.metric(&metric.name).map_err(read)?;
            let (values, own) = match column.as_ref() {
                Column::Text { codes, words } if metric.kind == MetricKind::Text => ordered_words(codes, words),
                other => (frame_numbers(other), Vec::new()),
            };
            columns.push(Arc::new(values));
            words.push(own);
        }
        let bins = plan.bins().map(|(name, width)| Ok((Arc::new(frame_numbers(&*plan.table.metric(name)?)), width)));
        let mut recordings: Vec<String> = Vec::new();
        let mut recording_of = Vec::new();
        for footage in plan.table.footages() {
            if recordings.last() != Some(&footage.recording) {
                recordings.push(footage.recording.clone());
            }
            recording_of.push(recordings.len() - 1);
        }
        Ok(Self {
            bins: bins.collect::<Result<_, String>>().map_err(read)?,
            times: plan.table.timestamps().map_err(read)?,
            periods_ns: plan.table.rhythms().map_err(read)?.iter().map(|rhythm| rhythm.period_ns).collect(),
            plan,
            columns,
            words,
            recordings,
            recording_of,
        })
    }

    /// The words that numbers stand for, by metric.
    pub(super) fn words(&self) -> &[Vec<String>] {
        &self.words
    }

    /// The names of the recordings in the order of their numbers.
    pub(super) fn recordings(&self) -> &[String] {
        &self.recordings
    }

    /// The frames of a footage with their groups, by group and then in order.
    fn grouped(&self, footage: usize) -> Vec<(u32, u32)> {
        let span = &self.plan.table.footages()[footage];
        let mut codes = Vec::new();
        let mut found = Vec::new();
        let (mut last, mut last_key) = (None, Vec::new());
        for row in (span.first_row..span.first_row + span.rows).filter(|row| self.plan.set.contains(*row)) {
            self.plan.members.codes(row, footage, &mut codes);
            for code in &codes {
                let key = self.key(footage, row, *code);
                // Neighbours are mostly of one group.
                let group = match last {
                    Some(group) if key == last_key => group,
                    _ => self.plan.groups.number(&key),
                };
                (last, last_key) = (Some(group), key);
                found.push((group, u32::try_from(row).unwrap_or(u32::MAX)));
            }
        }
        if !found.is_sorted() {
            found.sort_unstable();
        }
        found
    }

    fn key(&self, footage: usize, row: usize, code: u64) -> Vec<KeyValue> {
        if self.plan.by.is_empty() {
            return Vec::new();
        }
        let span = &self.plan.table.footages()[footage];
        let mut members = self.plan.members.values(code).into_iter();
        let mut bins = self.bins.iter();
        let value = |key: &GroupKey| match key {
            GroupKey::Recording => Some(KeyValue::Text(shared(&span.recording))),
            GroupKey::Attribute(name) => span.attributes.get(name).map(|text| KeyValue::Text(shared(text))),
            GroupKey::Bins { .. } => bins.next().map(|(values, width)| bin_of(values[row], *width)),
            key if key.is_of_time() => key_of(key, self.times[row], self.plan.zone.as_ref()),
            _ => members.next(),
        };
        self.plan.by.iter().map(value).map(|value| value.unwrap_or(KeyValue::Null)).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    fn weight(&self, footage: usize, row: usize) -> f64 {
        let span = &self.plan.table.footages()[footage];
        let times = &self.times[span.first_row..span.first_row + span.rows];
        let (start, end) = interval_of(times, row - span.first_row, self.periods_ns[footage]);
        end.saturating_sub(start).clamp(0, DEFAULT_MAX_GAP_NS) as f64 / 1e9
    }
}

/// The numbers of words in natural order, and the words.
fn ordered_words(codes: &[u32], words: &[String]) -> (Vec<f64>, Vec<String>) {
    let mut sorted = words.to_vec();
    sorted.sort_by(|a, b| natural_cmp(a, b));
    sorted.dedup();
    let number = |word: &String| {
        let at = sorted.binary_search_by(|known| natural_cmp(known, word)).ok();
        at.and_then(|at| u32::try_from(at).ok()).map_or(NULL_FLOAT, f64::from)
    };
    let numbers: Vec<f64> = words.iter().map(number).collect();
    let of = |code: &u32| if *code == NULL_WORD { NULL_FLOAT } else { numbers[*code as usize] };
    (codes.iter().map(of).collect(), sorted)
}

impl Source for Frames<'_> {
    type Error = Unread;

    fn units(&self) -> usize {
        self.recording_of.len()
    }

    fn read(&self, footage: usize, take: &mut TakePart<'_>) -> Result<(), Unread> {
        let plan = self.plan;
        let grouped = self.grouped(footage);
        let rows: Vec<u32> = grouped.iter().map(|(_, row)| *row).collect();
        let weigh = plan.weight == Weight::Time;
        let weights: Vec<f64> =
            if weigh { rows.iter().map(|row| self.weight(footage, *row as usize)).collect() } else { Vec::new() };
        let timed = (0..plan.metrics.len()).any(|metric| plan.needs_times(metric));
        let times: Vec<i64> =
            if timed { rows.iter().map(|row| self.times[*row as usize]).collect() } else { Vec::new() };
        let gather = |metric: usize| rows.iter().map(|row| self.columns[metric][*row as usize]).collect::<Vec<f64>>();
        for (at, metric) in plan.metrics.iter().enumerate() {
            let values = gather(at);
            let others: Vec<Vec<f64>> = metric.pairs.iter().map(|other| gather(*other)).collect();
            let mut start = 0;
            for part in grouped.chunk_by(|a, b| a.0 == b.0) {
                let inside = start..start + part.len();
                let others: Vec<&[f64]> = others.iter().map(|other| &other[inside.clone()]).collect();
                take(&Part {
                    group: part[0].0,
                    metric: at,
                    recording: number(self.recording_of[footage]),
                    values: &values[inside.clone()],
                    times: times.get(inside.clone()).unwrap_or_default(),
                    weights: weights.get(inside.clone()).unwrap_or_default(),
                    others: &others,
                    rows: &rows[inside.clone()],
                });
                start = inside.end;
            }
        }
        Ok(())
    }
}
