//! Checksums of stores: recording them, and verifying that every byte is still as it was.

mod compare;
mod record;
mod report;
mod work;

use wildmatch::WildMatch;

pub use report::{ByteRange, ChecksumReport, DamagedFrames, DamagedStore, Told, VerifyReport};

use super::{Session, SessionError, json_text};
use crate::{
    catalog::{CatalogWriter, StoreState},
    frames::{
        Extents,
        checksum::{FrameSpan, frame_spans},
    },
    jobs::Progress,
    tasks,
};

/// Stores that were read and wait for being written, at most. Each is a transaction of its own, but the database is opened
/// once for those that come in quick succession.
const WRITE_AT_ONCE: usize = 64;

impl Session {
    /// Makes checksums of the stores that have none of their present state, as a run named `checksums`. A store whose
    /// bytes differ from older checksums of the same length keeps those, unless `accept_changes` says that the change
    /// was meant.
    ///
    /// # Errors
    /// There is no index yet, the databases cannot be used, or the work was cancelled; what was recorded until then stays.
    pub fn record_checksums(&self, accept_changes: bool, progress: &Progress) -> Result<ChecksumReport, SessionError> {
        let parameters = serde_json::json!({ "accept_changes": accept_changes }).to_string();
        let report = tasks::run(self.inner.kept.as_ref().ok(), "checksums", &parameters, progress, |progress| {
            let report = record::run(self, accept_changes, progress)?;
            Ok(tasks::Outcome {
                rows_in: report.stores,
                rows_out: report.stores_read,
                result: json_text(&report),
                value: report,
            })
        })?;
        Ok(report)
    }

    /// Reads every store that has checksums and compares, as a run named `verify`. Damaged frames are marked in the index;
    /// marks on frames that are right again go. `recording` takes only stores with a recording whose name it matches
    /// (`*` any run of characters, `?` one).
    ///
    /// # Errors
    /// There is no index yet, the databases cannot be used, no recording matches, or the work was cancelled; marks made
    /// until then stay.
    pub fn verify(&self, recording: Option<&str>, progress: &Progress) -> Result<VerifyReport, SessionError> {
        let parameters = serde_json::json!({ "recording": recording }).to_string();
        let report = tasks::run(self.inner.kept.as_ref().ok(), "verify", &parameters, progress, |progress| {
            let report = compare::run(self, recording, progress)?;
            Ok(tasks::Outcome {
                rows_in: report.stores_covered,
                rows_out: report.frames_damaged,
                result: json_text(&report),
                value: report,
            })
        })?;
        Ok(report)
    }

    /// Opens the catalog for writing, waiting for another process that writes.
    fn writer(&self, progress: &Progress) -> Result<CatalogWriter, SessionError> {
        let waiting = || !progress.is_cancelled();
        CatalogWriter::open(&self.inner.places, waiting)?.ok_or(SessionError::Cancelled)
    }

    /// The spans of every footage of a store, by place in `state.footages`.
    fn spans_of(&self, state: &StoreState) -> Result<Vec<Vec<FrameSpan>>, SessionError> {
        let reader = self.reader()?;
        let mut spans = Vec::with_capacity(state.footages.len());
        for footage in &state.footages {
            let place = reader.footage_place(footage.footage_id)?;
            spans.push(match place.as_ref().and_then(|place| Some((place, place.layout.as_ref()?))) {
                Some((place, layout)) => {
                    let extents =
                        Extents::unpack(&place.extents).map_err(|error| SessionError::Failed(error.to_string()))?;
                    frame_spans(layout, &extents)
                }
                None => Vec::new(),
            });
        }
        Ok(spans)
    }
}

/// Whether a store has a recording that the pattern matches.
fn matches(state: &StoreState, pattern: Option<&WildMatch>) -> bool {
    pattern.is_none_or(|pattern| {
        state.footages.iter().any(|footage| pattern.matches(&footage.recording))
            || (state.footages.is_empty() && pattern.matches(&state.source))
    })
}

/// What the run says it is at: the store, and how far it is among them.
fn tell_store(progress: &Progress, store: &str, number: usize, of: usize) {
    progress.stage(format!("{store} ({number} of {of})"));
}
