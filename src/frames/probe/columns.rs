//! Numeric columns of a store: times, arrays with one entry per frame, logs.

use super::{Probing, TimesSource};
use crate::frames::{
    FramesError,
    clock::{self, TimeUnit, to_ns},
    recognise,
    structure::{Structure, Values},
};

/// Most bytes of arrays that are read from one store.
const MAX_ARRAY_BYTES: u64 = 256 << 20;
/// Most arrays of one store.
const MAX_ARRAYS: usize = 4096;

impl Probing<'_> {
    /// A column of times in ns. A unit that nothing tells is guessed, which is told unless it is what the native
    /// layout asks for.
    pub(super) fn times(&mut self, at: usize) -> Result<Option<(Vec<i64>, TimesSource)>, FramesError> {
        let told = recognise::told_unit(self.dataset(at));
        let dataset = self.dataset(at).path.clone();
        let Some(values) = self.values(at)? else { return Ok(None) };
        let Some((times, unit)) = to_ns(&values, told.map(|told| told.unit)) else { return Ok(None) };
        let Some(times) = clock::since(times, told.and_then(|told| told.since_ns)) else { return Ok(None) };
        let guessed = told.is_none() && unit != TimeUnit::Nanoseconds && !times.is_empty();
        let guessed_unit = guessed.then(|| unit.name());
        Ok(Some((times, TimesSource { dataset, guessed_unit })))
    }

    /// All values of a dataset; nothing, and a problem, when they cannot be read.
    pub(super) fn values(&mut self, at: usize) -> Result<Option<Values>, FramesError> {
        let path = self.dataset(at).path.clone();
        let read = self.pool.read_values(self.lake_root, self.store, &path);
        self.local(read)
    }

    pub(super) fn log(&mut self, datasets: &[usize]) -> Result<Vec<(String, Values)>, FramesError> {
        self.columns(datasets, "/")
    }

    /// The columns of arrays, named by their paths below `prefix`: `qpos` with several columns gives `qpos_0`, ….
    pub(super) fn columns(&mut self, datasets: &[usize], prefix: &str) -> Result<Vec<(String, Values)>, FramesError> {
        let mut columns = Vec::new();
        if datasets.len() > MAX_ARRAYS {
            self.problem(
                format!("{} of {} arrays were left out", datasets.len() - MAX_ARRAYS, datasets.len()),
                "Store them in a table file under metrics/",
            );
        }
        for at in datasets.iter().take(MAX_ARRAYS) {
            let dataset = self.dataset(*at);
            let name = column_name(self.structure, datasets, &dataset.path, prefix);
            let width = dataset.shape.get(1).copied().unwrap_or(1);
            let bytes = dataset.shape.iter().try_fold(8_u64, |n, axis| n.checked_mul(*axis)).unwrap_or(u64::MAX);
            if self.array_bytes.saturating_add(bytes) > MAX_ARRAY_BYTES {
                let path = dataset.path.clone();
                self.problem(
                    format!("{path} was left out: it declares {bytes} bytes, too much for a metric"),
                    "Store them in a table file under metrics/",
                );
                continue;
            }
            self.array_bytes += bytes;
            let Some(values) = self.values(*at)? else { continue };
            if width == 1 {
                columns.push((name, values));
                continue;
            }
            let width = usize::try_from(width).unwrap_or(1);
            columns.extend((0..width).map(|first| (format!("{name}_{first}"), values.column(first, width))));
        }
        Ok(columns)
    }
}

/// The last part of a path, or all of it below `prefix` when another array ends the same way.
fn column_name(structure: &Structure, datasets: &[usize], path: &str, prefix: &str) -> String {
    let last = recognise::last(path);
    let same = datasets.iter().filter(|at| recognise::last(&structure.datasets[**at].path) == last).count();
    if same > 1 { path.strip_prefix(prefix).unwrap_or(path).replace('/', ".") } else { last.to_owned() }
}
