//! The frames behind a group: as a filter where one can say it, as rows in any case.

use std::sync::Arc;

use super::{StatsTable, frames::frame_numbers, plan::Plan, shape, table::StatValue};
use crate::{
    analytics::stats::{
        GroupKey, KeyValue, bin_of,
        calendar::{day_span, hour_span, key_of},
    },
    catalog::FrameTable,
    filter::{
        FrameColumns, FrameSet, MetricName, attribute_reference, edit, metric_reference, name_text, text_literal,
        time_text,
    },
    session::{Session, SessionError},
};

impl Plan<'_> {
    /// A metric of the lake.
    pub(super) fn table_metric(&self, name: &str) -> Option<&MetricName> {
        let known = |wanted: &str| self.table.metrics().iter().find(|metric| metric.name == wanted);
        known(name).or_else(|| known(name.strip_prefix("metric.")?))
    }
}

/// A range of a metric that the values of a row lie in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Within {
    pub(super) metric: String,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether the upper end is in it.
    pub(super) closed: bool,
}

impl Within {
    fn text(&self) -> String {
        let (name, less) = (metric_reference(&self.metric), if self.closed { "<=" } else { "<" });
        format!("{name} >= {:?} and {name} {less} {:?}", self.low, self.high)
    }

    fn holds(&self, value: f64) -> bool {
        value >= self.low && (value < self.high || (self.closed && value <= self.high))
    }
}

/// The filter that says a group and ranges within it; `None` where none can. What the group says takes the place of what the
/// filter says of the same name, as a press in the facets does.
pub(super) fn filter_of(plan: &Plan<'_>, group: &[KeyValue], within: &[Within]) -> Option<String> {
    let mut text = plan.filter.as_deref()?.trim().to_owned();
    for (key, value) in plan.by.iter().zip(group) {
        let condition = condition(plan, key, value)?;
        let changed = match key {
            GroupKey::Recording => edit::set_condition(&text, "recording", &condition),
            GroupKey::Camera => edit::set_condition(&text, "camera", &condition),
            GroupKey::Attribute(name) => edit::set_condition(&text, name, &condition),
            // A frame can have several tags and classes, and a range leaves more than one beside it does.
            _ => edit::add_conjunct(&text, &condition),
        };
        text = changed.ok()?;
    }
    for within in within {
        text = edit::add_conjunct(&text, &within.text()).ok()?;
    }
    Some(text)
}

fn condition(plan: &Plan<'_>, key: &GroupKey, value: &KeyValue) -> Option<String> {
    let is = |name: &str| match value {
        KeyValue::Text(text) => Some(format!("{name} = {}", text_literal(text))),
        KeyValue::Null => Some(format!("{name} is null")),
        _ => None,
    };
    let within = |(start, end): (i64, i64)| format!("time >= {} and time < {}", time_text(start), time_text(end));
    match (key, value) {
        (GroupKey::Recording, _) => is("recording"),
        (GroupKey::Camera, _) => is("camera"),
        (GroupKey::Tag, _) => is("tag"),
        (GroupKey::Attribute(name), _) => is(&attribute_reference(plan.table, name)),
        (GroupKey::Label, KeyValue::Text(class)) => Some(format!("has({})", name_text(class))),
        (GroupKey::Label, KeyValue::Null) => Some("labels = 0".to_owned()),
        (GroupKey::Hour, KeyValue::Time(start)) => Some(within(hour_span(*start))),
        (GroupKey::Day, KeyValue::Day(day)) => day_span(*day, plan.zone.as_ref()).map(within),
        (GroupKey::Bins { metric, width }, KeyValue::Number(low)) => {
            let name = metric_reference(metric);
            Some(format!("{name} >= {low:?} and {name} < {:?}", low + width))
        }
        (GroupKey::Bins { metric, .. }, KeyValue::Null) => Some(format!("{} is null", metric_reference(metric))),
        _ => None,
    }
}

/// What tells whether a frame is of a group.
pub(super) struct Behind<'a> {
    plan: &'a Plan<'a>,
    times: Arc<Vec<i64>>,
    bins: Vec<(Vec<f64>, f64)>,
}

impl<'a> Behind<'a> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Result<Self, SessionError> {
        let read = SessionError::Failed;
        let bins = plan.bins().map(|(name, width)| Ok((frame_numbers(&*plan.table.metric(name)?), width)));
        let bins = bins.collect::<Result<_, String>>().map_err(read)?;
        Ok(Self { plan, times: plan.table.timestamps().map_err(read)?, bins })
    }

    /// Whether a frame is of a group, as far as it is a matter of footages: its recording, its attributes.
    fn footage_fits(&self, footage: usize, group: &[KeyValue]) -> bool {
        let span = &self.plan.table.footages()[footage];
        self.plan.by.iter().zip(group).all(|(key, value)| match (key, value) {
            (GroupKey::Recording, KeyValue::Text(name)) => span.recording == **name,
            (GroupKey::Camera, KeyValue::Text(name)) => span.camera == **name,
            (GroupKey::Attribute(key), KeyValue::Text(text)) => {
                span.attributes.get(key).is_some_and(|own| *own == **text)
            }
            (GroupKey::Attribute(key), KeyValue::Null) => !span.attributes.contains_key(key),
            _ => true,
        })
    }

    /// Whether one of a frame's codes has the values of the group; `codes` is room for them.
    fn members_fit(&self, row: usize, footage: usize, group: &[KeyValue], codes: &mut Vec<u64>) -> bool {
        if self.plan.members.is_empty() {
            return true;
        }
        let wanted = self.plan.by.iter().zip(group).filter(|(key, _)| key.is_of_frames()).map(|(_, value)| value);
        self.plan.members.codes(row, footage, codes);
        codes.iter().any(|code| self.plan.members.values(*code).iter().eq(wanted.clone()))
    }

    fn values_fit(&self, row: usize, group: &[KeyValue]) -> bool {
        let mut bins = self.bins.iter();
        self.plan.by.iter().zip(group).all(|(key, value)| match key {
            GroupKey::Bins { .. } => bins.next().is_some_and(|(values, width)| bin_of(values[row], *width) == *value),
            key if key.is_of_time() => {
                key_of(key, self.times[row], self.plan.zone.as_ref()).is_some_and(|own| own == *value)
            }
            _ => true,
        })
    }

    /// The frames of a group.
    fn rows(&self, group: &[KeyValue]) -> FrameSet {
        let mut codes = Vec::new();
        let mut rows = Vec::new();
        for (at, span) in self.plan.table.footages().iter().enumerate().filter(|(at, _)| self.footage_fits(*at, group))
        {
            let own = span.first_row..span.first_row + span.rows;
            rows.extend(own.filter(|row| {
                self.plan.set.contains(*row)
                    && self.values_fit(*row, group)
                    && self.members_fit(*row, at, group, &mut codes)
            }));
        }
        FrameSet::from_rows(self.plan.table.rows(), rows)
    }

    /// The frame of a recording nearest to a time: among those meant that are of the group but for time and bins, else among
    /// those meant, else among all.
    pub(super) fn nearest(&self, group: &[KeyValue], recording: &str, time_ns: i64) -> Option<usize> {
        let mut codes = Vec::new();
        let mut best: Option<(u8, u64, usize)> = None;
        for (at, span) in self.plan.table.footages().iter().enumerate() {
            if span.recording != recording {
                continue;
            }
            let fits = self.footage_fits(at, group);
            for row in span.first_row..span.first_row + span.rows {
                let away = self.times[row].abs_diff(time_ns);
                // What cannot be nearer needs no second look.
                if best.is_some_and(|(rank, least, _)| rank == 0 && away >= least) {
                    continue;
                }
                let rank = if self.plan.set.contains(row) {
                    u8::from(!(fits && self.members_fit(row, at, group, &mut codes)))
                } else {
                    2
                };
                let found = (rank, away, row);
                if best.is_none_or(|best| found < best) {
                    best = Some(found);
                }
            }
        }
        best.map(|(_, _, row)| row)
    }
}

impl Session {
    /// The frames behind a row of a table of statistics.
    ///
    /// # Errors
    /// The table has no such row; or as [`Self::stats`].
    pub fn stats_frames(&self, table: &FrameTable, stats: &StatsTable, row: usize) -> Result<FrameSet, SessionError> {
        let group = stats.groups.get(row).ok_or_else(|| SessionError::Usage(format!("there is no row {row}")))?;
        let plan = Plan::new(self, table, &shape::planned(table, &stats.request)?)?;
        let mut rows = Behind::new(&plan)?.rows(group);
        for within in stats.within.get(row).into_iter().flatten() {
            let values = frame_numbers(&*table.metric(&within.metric).map_err(SessionError::Failed)?);
            let inside: Vec<usize> = rows.iter().filter(|row| within.holds(values[*row])).collect();
            rows = FrameSet::from_rows(table.rows(), inside);
        }
        Ok(rows)
    }

    /// The frame of a row that stands for one moment: the one nearest to what was kept, or to a point. `None` for other rows.
    ///
    /// # Errors
    /// As [`Self::stats_frames`].
    pub fn stats_frame(
        &self,
        table: &FrameTable,
        stats: &StatsTable,
        row: usize,
    ) -> Result<Option<usize>, SessionError> {
        if let Some(frame) = stats.frames.get(row) {
            return Ok(*frame);
        }
        let value = |name: &str| stats.column(name).and_then(|column| column.values.get(row));
        let (Some(StatValue::Text(recording)), Some(StatValue::Time(time_ns))) = (value("recording"), value("time"))
        else {
            return Ok(None);
        };
        let plan = Plan::new(self, table, &shape::planned(table, &stats.request)?)?;
        let group = stats.groups.get(row).map_or(&[][..], |group| group);
        Ok(Behind::new(&plan)?.nearest(group, recording, *time_ns))
    }
}
