//! This machine: trees on Polars.

use polars::prelude::{Column, DataFrame, IntoLazy, PolarsError};

use super::{Engine, EngineError, Table, Tables};
use crate::{
    analytics::tree::{Tree, lazy, top::EVENT_COLUMNS},
    formats::{BadRows, EventBatch, EventOptions, EventSet, EventWords, NO_CODE, Wanted},
    jobs::Progress,
};

/// Polars on this machine. Tables and what is made of them lie in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalEngine;

impl Engine for LocalEngine {
    fn name(&self) -> String {
        "this machine".to_owned()
    }

    fn query(&self, tree: &Tree, tables: &Tables<'_>, progress: &Progress) -> Result<DataFrame, EngineError> {
        let columns = tree.columns()?;
        let failed = |error: PolarsError| EngineError::Answer { engine: self.name(), what: error.to_string() };
        let mut frames = Vec::new();
        for (name, table) in tables {
            let frame = match table {
                Table::Rows(rows) => (*rows).clone(),
                Table::Events { set, options } => read(set, options, progress)?,
            };
            frames.push((*name, frame.lazy()));
        }
        progress.check()?;
        let look_up = |wanted: &str| {
            let found = frames.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, frame)| frame.clone()).ok_or_else(|| {
                PolarsError::InvalidOperation(
                    format!("the question names the table `{wanted}`, which is not there").into(),
                )
            })
        };
        let answer = lazy::print(tree, &look_up).and_then(lazy::collect).map_err(failed)?;
        progress.check()?;
        answer.select(columns.iter().map(|(name, _)| name.as_str())).map_err(failed)
    }

    fn bad_rows(&self, set: &EventSet, options: &EventOptions, progress: &Progress) -> Result<BadRows, EngineError> {
        let mut bad = BadRows::default();
        for part in &set.parts {
            let report = part.read(Wanted::default(), options, &mut |_, _| !progress.is_cancelled())?;
            progress.check()?;
            bad.append(report.bad_rows);
        }
        Ok(bad)
    }
}

/// One column of events while it is read.
type Numbers = Vec<Option<i64>>;

/// Reads events into memory.
fn read(set: &EventSet, options: &EventOptions, progress: &Progress) -> Result<DataFrame, EngineError> {
    let wanted = Wanted { item: true, detection: true, camera: true, time: true };
    let [mut places, mut cameras, mut detections, mut times]: [Numbers; 4] = std::array::from_fn(|_| Vec::new());
    let mut items: Vec<Option<String>> = Vec::new();
    for part in &set.parts {
        let mut take = |batch: &EventBatch, words: &EventWords| {
            let place = |code: &u32| words.locations.get(*code as usize).copied().filter(|_| *code != NO_CODE);
            places.extend(batch.locations.iter().map(place));
            items.extend(batch.items.iter().map(|code| words.items.get(*code as usize).cloned()));
            extend(&mut cameras, &batch.cameras, &batch.camera_valid);
            extend(&mut detections, &batch.detections, &batch.detection_valid);
            extend(&mut times, &batch.times_ns, &batch.time_valid);
            !progress.is_cancelled()
        };
        part.read(wanted, options, &mut take)?;
        progress.check()?;
    }
    let rows = items.len();
    let [place, camera, detection, item, time] = EVENT_COLUMNS.map(|(name, _)| name.into());
    let columns = vec![
        Column::new(place, places),
        Column::new(camera, cameras),
        Column::new(detection, detections),
        Column::new(item, items),
        Column::new(time, times),
    ];
    let failed = |error: PolarsError| EngineError::Answer { engine: LocalEngine.name(), what: error.to_string() };
    DataFrame::new(rows, columns).map_err(failed)
}

fn extend(column: &mut Numbers, values: &[i64], valid: &[bool]) {
    column.extend(
        values.iter().enumerate().map(|(row, value)| valid.get(row).is_none_or(|there| *there).then_some(*value)),
    );
}
