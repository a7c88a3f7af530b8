//! From a request to what is read: names are looked up, and what is not there is told with what is most like it.

use std::sync::Arc;

use super::{Over, StatsRequest, Weight, members::Members};
use crate::{
    analytics::stats::{Aggregate, GroupKey, Groups, Question, Wanted, nearest},
    catalog::FrameTable,
    filter::{FrameColumns, FrameSet, attribute_keys},
    model::{MetricKind, Zone},
    session::{ExportScope, Session, SessionError},
};

/// A metric that is read.
#[derive(Debug, Clone)]
pub(super) struct PlannedMetric {
    pub(super) name: String,
    pub(super) kind: MetricKind,
    pub(super) unit: Option<String>,
    /// Places of the metrics it is correlated with.
    pub(super) pairs: Vec<usize>,
}

/// A request whose names were looked up.
pub(super) struct Plan<'t> {
    pub(super) table: &'t FrameTable,
    /// The frames meant.
    pub(super) set: FrameSet,
    /// Whether all frames are meant, so that readings outside of any frame count too.
    pub(super) everything: bool,
    /// The filter of the frames; `None` when they are those of a selection, or named one by one.
    pub(super) filter: Option<String>,
    /// Frames of a selection that are no longer there.
    pub(super) gone: u64,
    /// The metrics read: those asked for, then those that are needed beside.
    pub(super) metrics: Vec<PlannedMetric>,
    /// How many of them were asked for.
    pub(super) shown: usize,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) by: Vec<GroupKey>,
    pub(super) time_keys: Vec<GroupKey>,
    pub(super) members: Members,
    pub(super) zone: Option<Zone>,
    pub(super) over: Over,
    pub(super) weight: Weight,
    pub(super) question: Question,
    pub(super) groups: Groups,
}

impl<'t> Plan<'t> {
    pub(super) fn new(session: &Session, table: &'t FrameTable, request: &StatsRequest) -> Result<Self, SessionError> {
        let (set, filter, gone) = frames(session, table, &request.scope)?;
        let everything = filter.as_deref().is_some_and(|filter| filter.trim().is_empty());
        for key in &request.by {
            check_key(table, key)?;
        }
        if let Some(key) = request.by.iter().enumerate().find(|(at, key)| request.by[..*at].contains(key)) {
            return Err(SessionError::Usage(format!("--by {}: it is named twice", key.1)));
        }
        let mut aggregates = request.aggregates.clone();
        let names = metric_names(table, request);
        if aggregates.is_empty() && !names.is_empty() {
            aggregates = Aggregate::usual();
        }
        let mut metrics: Vec<PlannedMetric> = Vec::new();
        for name in &names {
            place(table, &mut metrics, name)?;
        }
        let shown = metrics.len();
        let mut others = Vec::new();
        for aggregate in &aggregates {
            if let Aggregate::Correlation(other) = aggregate {
                let at = place(table, &mut metrics, other)?;
                if metrics[at].kind == MetricKind::Text {
                    return Err(SessionError::Usage(format!("--agg {aggregate}: `{other}` holds words, not numbers")));
                }
                others.push(at);
            }
        }
        let keep = match &request.keep {
            None => None,
            Some(keep) => {
                let at = place(table, &mut metrics, &keep.metric)?;
                if metrics[at].kind == MetricKind::Text {
                    return Err(SessionError::Usage(format!(
                        "--keep {keep}: `{}` holds words, not numbers",
                        keep.metric
                    )));
                }
                Some((at, keep.lowest, keep.number))
            }
        };
        for metric in metrics.iter_mut().take(shown) {
            metric.pairs.clone_from(&others);
        }
        let question = question(&metrics, shown, &aggregates, request.weight, keep);
        let groups = Groups::default();
        if request.by.is_empty() {
            // One group is told even when it holds nothing.
            groups.number(&[]);
        }
        Ok(Self {
            members: Members::new(session, table, &request.by)?,
            time_keys: request.by.iter().filter(|key| key.is_of_time()).cloned().collect(),
            zone: session.inner.settings.current(&session.inner.places).zone(),
            by: request.by.clone(),
            over: request.over,
            weight: request.weight,
            table,
            set,
            everything,
            filter,
            gone,
            metrics,
            shown,
            aggregates,
            question,
            groups,
        })
    }

    /// The metrics whose bins make groups, with their widths.
    pub(super) fn bins(&self) -> impl Iterator<Item = (&str, f64)> {
        self.by.iter().filter_map(|key| match key {
            GroupKey::Bins { metric, width } => Some((metric.as_str(), *width)),
            _ => None,
        })
    }

    /// Whether the times of values are needed although no group is a matter of them.
    pub(super) fn needs_times(&self, metric: usize) -> bool {
        let ends = self.question.metrics.get(metric).is_some_and(|wanted| wanted.ends);
        let kept = self.question.keep.is_some_and(|(kept, ..)| kept == metric);
        ends || kept || self.weight == Weight::Time || !self.time_keys.is_empty()
    }
}

/// The frames of a scope, its filter, and how many are gone.
fn frames(
    session: &Session,
    table: &FrameTable,
    scope: &ExportScope,
) -> Result<(FrameSet, Option<String>, u64), SessionError> {
    let filter = match scope {
        ExportScope::Filter(filter) => Some(filter.clone()),
        ExportScope::View(name) => Some(session.view(name)?.rule.filter),
        ExportScope::Selection(_) | ExportScope::Frames(_) => None,
    };
    if let Some(filter) = filter {
        return Ok((session.find(table, &filter)?, Some(filter), 0));
    }
    let (rows, gone) = session.scope(table, scope)?;
    Ok((FrameSet::from_rows(table.rows(), rows.into_iter().map(|row| row as usize)), None, gone))
}

/// The metrics meant; all of numbers when none is named and nothing is kept.
fn metric_names(table: &FrameTable, request: &StatsRequest) -> Vec<String> {
    if !request.metrics.is_empty() || (request.keep.is_some() && request.aggregates.is_empty()) {
        return request.metrics.clone();
    }
    let numbers = table.metrics().iter().filter(|metric| metric.kind != MetricKind::Text);
    numbers.map(|metric| metric.name.clone()).collect()
}

/// The place of a metric among those that are read; it is put behind them when it is not there yet.
fn place(table: &FrameTable, metrics: &mut Vec<PlannedMetric>, name: &str) -> Result<usize, SessionError> {
    let bare = name.strip_prefix("metric.").unwrap_or(name);
    let known = |wanted: &str| table.metrics().iter().find(|metric| metric.name == wanted);
    let Some(found) = known(name).or_else(|| known(bare)) else {
        return Err(unknown_metric(table, "there is no metric", name));
    };
    Ok(metrics.iter().position(|metric| metric.name == found.name).unwrap_or_else(|| {
        let (name, unit) = (found.name.clone(), found.unit.clone());
        metrics.push(PlannedMetric { name, kind: found.kind, unit, pairs: Vec::new() });
        metrics.len() - 1
    }))
}

fn unknown_metric(table: &FrameTable, what: &str, name: &str) -> SessionError {
    let near = nearest(name, table.metrics().iter().map(|metric| metric.name.as_str()));
    let hint =
        near.map_or_else(|| "`lakescope info` lists the metrics".to_owned(), |near| format!("did you mean `{near}`?"));
    SessionError::Usage(format!("{what} `{name}`; {hint}"))
}

fn check_key(table: &FrameTable, key: &GroupKey) -> Result<(), SessionError> {
    match key {
        GroupKey::Attribute(name) => {
            let known = attribute_keys(table);
            // `vehicle` and `region` are columns of every lake, filled or not.
            if known.contains(name.as_str()) || matches!(name.as_str(), "vehicle" | "region") {
                return Ok(());
            }
            if table.metrics().iter().any(|metric| metric.name == *name) {
                return Err(SessionError::Usage(format!(
                    "--by {name}: groups of a metric are bins; write their width, for example {name}:10"
                )));
            }
            let mut names: Vec<&str> = GroupKey::names().collect();
            names.extend(known.iter().copied());
            let near = nearest(name, names.iter().copied());
            let hint = near.map_or_else(
                || format!("known are {} and METRIC:WIDTH", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Err(SessionError::Usage(format!("--by {name}: there is nothing of that name to group by; {hint}")))
        }
        GroupKey::Bins { metric, .. } => match table.metrics().iter().find(|known| known.name == *metric) {
            Some(found) if found.kind == MetricKind::Text => {
                Err(SessionError::Usage(format!("--by {key}: `{metric}` holds words, which have no bins")))
            }
            Some(_) => Ok(()),
            None => Err(unknown_metric(table, &format!("--by {key}: there is no metric"), metric)),
        },
        _ => Ok(()),
    }
}

fn question(
    metrics: &[PlannedMetric],
    shown: usize,
    aggregates: &[Aggregate],
    weight: Weight,
    keep: Option<(usize, bool, usize)>,
) -> Question {
    let has = |wanted: &[Aggregate]| aggregates.iter().any(|aggregate| wanted.contains(aggregate));
    let of = |(at, metric): (usize, &PlannedMetric)| {
        let number = metric.kind != MetricKind::Text;
        if at >= shown {
            return Wanted::default();
        }
        Wanted {
            shares: aggregates.iter().filter(|_| number).filter_map(Aggregate::share).collect(),
            occurrences: has(&[Aggregate::Mode, Aggregate::Distinct]),
            ends: has(&[Aggregate::First, Aggregate::Last]),
            pairs: metric.pairs.len(),
        }
    };
    Question { metrics: metrics.iter().enumerate().map(of).collect(), weighted: weight == Weight::Time, keep }
}

/// Text that many groups share.
pub(super) fn shared(text: &str) -> Arc<str> {
    Arc::from(text)
}
