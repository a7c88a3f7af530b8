//! Events from the future, and those that came long after newer ones.

use serde_json::json;

use super::{Lateness, TopRequest, local, report};
use crate::{
    analytics,
    jobs::Progress,
    session::{Session, SessionError, now_ns},
    tasks::Outcome,
};

/// How far an event may lie behind the newest one before it until it is late, when nothing is said: an hour, ns.
const ALLOWED_NS: i64 = 3_600_000_000_000;

impl Session {
    /// Late events and events from the future among those of a question, whatever its limits; costs one reading of all files.
    /// A run named `lateness`.
    ///
    /// # Errors
    /// As [`Self::top`]; only this machine looks for them.
    pub fn detection_lateness(&self, request: &TopRequest, progress: &Progress) -> Result<Lateness, SessionError> {
        local::only(request, "late events")?;
        let allowed = request.lateness_ns.unwrap_or(ALLOWED_NS);
        let resources = local::resources(request, &self.spill_folder());
        let parameters = json!({ "source": request.source, "allowed_ns": allowed }).to_string();
        let found = self.run(request, "lateness", &parameters, progress, |progress| {
            let found = analytics::lateness(&request.source.detections, now_ns(), allowed, &resources, progress)
                .map_err(SessionError::from)?;
            Ok(Outcome {
                rows_in: found.timed.saturating_add(found.without_time),
                rows_out: found.late.saturating_add(found.future),
                result: report::lateness(&found).to_string(),
                value: found,
            })
        })?;
        Ok(found)
    }
}
