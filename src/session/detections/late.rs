//! Events from the future, and those that came long after newer ones.

use super::{Lateness, TopRequest, local};
use crate::{
    analytics,
    jobs::Progress,
    session::{Session, SessionError, now_ns},
};

/// How far an event may lie behind the newest one before it until it is late, when nothing is said: an hour, ns.
const ALLOWED_NS: i64 = 3_600_000_000_000;

impl Session {
    /// Late events and events from the future among those of a question, whatever its limits; costs one reading of all files.
    ///
    /// # Errors
    /// As [`Self::top`]; only this machine looks for them.
    pub fn detection_lateness(&self, request: &TopRequest, progress: &Progress) -> Result<Lateness, SessionError> {
        local::only(request, "late events")?;
        let allowed = request.lateness_ns.unwrap_or(ALLOWED_NS);
        let resources = local::resources(request, &self.spill_folder());
        Ok(analytics::lateness(&request.source.detections, now_ns(), allowed, &resources, progress)?)
    }
}
