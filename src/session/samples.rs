//! Raw samples for plots, read from the files when they are asked for and kept for the recordings looked at last.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use super::{Session, SessionError, index};
use crate::{
    formats::AlignOptions,
    model::{Column, Series},
};

/// Bytes of samples kept for recordings looked at before the current one.
const KEPT_BYTES: usize = 256 << 20;

/// Samples of the recordings looked at last, newest first.
#[derive(Default)]
pub(super) struct SampleCache {
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    recording: String,
    generation: u64,
    series: Arc<Vec<Series>>,
    bytes: usize,
}

impl Session {
    /// Raw samples of some metrics of a recording, in the order asked for; a metric the recording lacks is left out.
    ///
    /// # Errors
    /// There is no such recording, or the catalog cannot be read. A file that cannot be read any more has no samples;
    /// the index tells why.
    pub fn series(&self, recording: &str, metrics: &[String]) -> Result<Vec<Series>, SessionError> {
        let all = self.all_series(recording)?;
        Ok(metrics.iter().filter_map(|name| all.iter().find(|series| series.name == *name).cloned()).collect())
    }

    /// How the samples of a metric become the values of frames.
    #[must_use]
    pub fn alignment(&self, metric: &str) -> AlignOptions {
        index::align_options(&self.inner.settings.current(&self.inner.places), metric)
    }

    /// All raw samples of a recording.
    pub(super) fn all_series(&self, recording: &str) -> Result<Arc<Vec<Series>>, SessionError> {
        let reader = self.reader()?;
        let generation = reader.generation()?;
        {
            let mut kept = self.inner.samples.kept.lock();
            if let Some(at) = kept.iter().position(|one| one.recording == recording && one.generation == generation)
                && let Some(one) = kept.remove(at)
            {
                let series = Arc::clone(&one.series);
                kept.push_front(one);
                return Ok(series);
            }
        }
        let files = reader.files(recording)?.ok_or_else(|| {
            SessionError::Failed(format!("there is no recording `{recording}`; `lakescope frames` tells the names"))
        })?;
        let settings = self.inner.settings.current(&self.inner.places);
        let reading = index::reading(self, &settings);
        let series = Arc::new(index::read_series(&reading, &files, recording));
        let bytes = series.iter().map(|one| one.values.len() * bytes_a_row(&one.values)).sum();
        let mut kept = self.inner.samples.kept.lock();
        kept.retain(|one| one.recording != recording && one.generation == generation);
        kept.push_front(Kept { recording: recording.to_owned(), generation, series: Arc::clone(&series), bytes });
        let mut total = 0;
        let fit = kept.iter().take_while(|one| {
            total += one.bytes;
            total <= KEPT_BYTES
        });
        let fit = fit.count().max(1);
        kept.truncate(fit);
        Ok(series)
    }
}

/// Bytes that a row takes, its time included.
fn bytes_a_row(values: &Column) -> usize {
    match values {
        Column::Float(_) | Column::Int { .. } => 16,
        Column::Bool(_) => 9,
        Column::Text { .. } => 12,
    }
}
