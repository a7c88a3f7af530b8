//! The same question as a query tree on Polars, plain and slow: what the kernel must answer.

use std::{fs::File, path::Path};

use polars::prelude::*;

use super::{Ranking, Scope, TopQuery};

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) location: Option<i64>,
    pub(super) camera: Option<i64>,
    pub(super) detection: Option<i64>,
    pub(super) item: Option<String>,
    /// ns UTC.
    pub(super) time: Option<i64>,
}

fn frame(events: &[Event]) -> DataFrame {
    let number = |name: &str, of: fn(&Event) -> Option<i64>| {
        Column::new(name.into(), events.iter().map(of).collect::<Vec<Option<i64>>>())
    };
    DataFrame::new(
        events.len(),
        vec![
            number("geographical_location_oid", |event| event.location),
            number("video_camera_oid", |event| event.camera),
            number("detection_oid", |event| event.detection),
            Column::new("item_name".into(), events.iter().map(|event| event.item.as_deref()).collect::<Vec<_>>()),
            number("timestamp_detected", |event| event.time),
        ],
    )
    .unwrap()
}

/// Writes events as Parquet with so many rows a group.
pub(super) fn write_parquet(events: &[Event], path: &Path, row_group: usize) {
    let mut frame = frame(events);
    ParquetWriter::new(File::create(path).unwrap()).with_row_group_size(Some(row_group)).finish(&mut frame).unwrap();
}

const PLACE: &str = "geographical_location_oid";
const ITEM: &str = "item_name";
const TIME: &str = "timestamp_detected";

/// Location, start of the window, rank, item, count.
pub(super) type Row = (Option<i64>, Option<i64>, i32, String, i64);

/// The answer.
pub(super) fn reference(events: &[Event], query: &TopQuery) -> Vec<Row> {
    let events = frame(events).lazy().filter(col(PLACE).is_not_null().and(col(ITEM).is_not_null()));
    let events = if query.dedup {
        let order = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
        let named = events.clone().filter(col("detection_oid").is_not_null());
        let named = named.sort_by_exprs([col(TIME), col(PLACE), col("video_camera_oid"), col(ITEM)], order);
        let named = named.unique_stable(Some(by_name(["detection_oid"], true, false)), UniqueKeepStrategy::First);
        concat([named, events.filter(col("detection_oid").is_null())], UnionArgs::default()).unwrap()
    } else {
        events
    };
    let mut wanted = lit(true);
    if let Some(from) = query.from_ns {
        wanted = wanted.and(col(TIME).gt_eq(lit(from)));
    }
    if let Some(to) = query.to_ns {
        wanted = wanted.and(col(TIME).lt(lit(to)));
    }
    let any =
        |name: &str, values: Vec<Expr>| values.into_iter().fold(lit(false), |any, value| any.or(col(name).eq(value)));
    if !query.locations.is_empty() {
        wanted = wanted.and(any(PLACE, query.locations.iter().map(|oid| lit(*oid)).collect()));
    }
    if !query.items.is_empty() {
        wanted = wanted.and(any(ITEM, query.items.iter().map(|name| lit(name.as_str())).collect()));
    }
    let found = events.filter(wanted).collect().unwrap();
    let column = |name: &str| found.column(name).unwrap().i64().unwrap().clone();
    let (places, times) = (column(PLACE), column(TIME));
    let items = found.column(ITEM).unwrap().str().unwrap().clone();

    // Windows overlap, which no grouping does; counting and ranking are plain loops.
    let mut counts = std::collections::BTreeMap::new();
    for row in 0..found.height() {
        let windows: Vec<Option<i64>> = match query.window {
            None => vec![None],
            Some(window) => times.get(row).map_or_else(Vec::new, |time| {
                let slide = i128::from(window.slide_ns);
                let first = (i128::from(time) - i128::from(window.size_ns)).div_euclid(slide) - 1;
                let last = i128::from(time).div_euclid(slide);
                (first..=last)
                    .map(|at| at * slide)
                    .filter(|start| *start > i128::from(time) - i128::from(window.size_ns))
                    .filter_map(|start| i64::try_from(start).ok().map(Some))
                    .rev()
                    .collect()
            }),
        };
        for window in windows {
            let place = (query.scope == Scope::Location).then(|| places.get(row).unwrap());
            let group: &mut std::collections::BTreeMap<String, i64> = counts.entry((place, window)).or_default();
            *group.entry(items.get(row).unwrap().to_owned()).or_default() += 1;
        }
    }
    let mut answer = Vec::new();
    for ((place, window), group) in counts {
        for (item, count) in &group {
            let more = group.values().filter(|other| *other > count);
            let rank = match query.ranking {
                Ranking::Row => {
                    1 + group
                        .iter()
                        .filter(|(name, other)| (*other > count) || (*other == count && *name < item))
                        .count()
                }
                Ranking::Dense => 1 + more.collect::<std::collections::BTreeSet<_>>().len(),
                Ranking::Competition => 1 + more.count(),
            };
            if rank <= query.n as usize {
                answer.push((place, window, i32::try_from(rank).unwrap(), item.clone(), *count));
            }
        }
    }
    answer.sort_by(|one, other| (one.0, one.1, one.2, &one.3).cmp(&(other.0, other.1, other.2, &other.3)));
    answer
}
