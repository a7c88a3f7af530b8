//! Filters over all frames: the one that was asked for, or typical ones.

use std::time::Instant;

use super::{
    BenchRequest, FilterRow,
    clock::{Times, Watch},
};
use crate::{
    catalog::FrameTable,
    filter::{FrameColumns, metric_reference, text_literal},
    jobs::Progress,
    model::MetricKind,
    session::{Session, SessionError},
};

/// Evaluations of each filter, unless it is said how many.
const EVALUATIONS: usize = 51;
/// Metrics that typical filters ask about.
const METRICS: usize = 2;

pub(super) fn filters(
    session: &Session,
    table: &FrameTable,
    request: &BenchRequest,
    progress: &Progress,
) -> Result<Vec<FilterRow>, SessionError> {
    let filters = match &request.filter {
        Some(filter) => vec![filter.clone()],
        None => typical(session, table)?,
    };
    let evaluations = request.count.unwrap_or(EVALUATIONS).max(1);
    progress.set_total((filters.len() * evaluations) as u64);
    progress.stage("evaluating filters");
    // A table of its own, so that the first evaluation loads its columns.
    let table = session.reader()?.table()?;
    filters.into_iter().map(|filter| one(session, &table, filter, evaluations, progress)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "told to people")]
fn one(
    session: &Session,
    table: &FrameTable,
    filter: String,
    evaluations: usize,
    progress: &Progress,
) -> Result<FilterRow, SessionError> {
    let began = Instant::now();
    let matches = session.find(table, &filter)?.count() as u64;
    let first_ms = began.elapsed().as_secs_f64() * 1e3;
    let watch = Watch::start();
    let mut times = Vec::with_capacity(evaluations);
    for _ in 0..evaluations {
        progress.check()?;
        let began = Instant::now();
        std::hint::black_box(session.find(table, &filter)?.to_rows());
        times.push(began.elapsed());
        progress.add(1);
    }
    let times = Times::new(watch.read(), times);
    let (frames, p50_ms) = (table.rows() as u64, times.share_ms(50));
    Ok(FilterRow {
        filter,
        frames,
        matches,
        evaluations: evaluations as u64,
        first_ms,
        p50_ms,
        p95_ms: times.share_ms(95),
        frames_per_s: if p50_ms > 0.0 { frames as f64 / p50_ms * 1e3 } else { 0.0 },
        cores_used: times.cores_used,
    })
}

/// Filters as people write them: a metric above its middle, two metrics, two metrics and a class, and by camera.
fn typical(session: &Session, table: &FrameTable) -> Result<Vec<String>, SessionError> {
    let mut parts = Vec::new();
    for metric in session.info()?.metrics {
        let (Some(min), Some(max)) = (metric.min, metric.max) else { continue };
        let middle = f64::midpoint(min, max);
        let number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
        let varies = min < max && middle.is_finite();
        if !number || !varies || parts.len() == METRICS {
            continue;
        }
        let sign = if parts.is_empty() { ">" } else { "<" };
        parts.push(format!("{} {sign} {middle:.3}", metric_reference(&metric.name)));
    }
    if let Some(class) = table.classes().first() {
        parts.push(format!("count({}) >= 1", text_literal(class)));
    }
    let mut filters: Vec<String> = (1..=parts.len()).map(|count| parts[..count].join(" and ")).collect();
    if let Some(footage) = table.footages().first() {
        filters.push(format!("camera = {}", text_literal(&footage.camera)));
    }
    if filters.is_empty() {
        return Err(SessionError::Failed("the lake holds no frames; there is nothing to measure".to_owned()));
    }
    Ok(filters)
}
