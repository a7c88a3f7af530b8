//! Which frame shows an event: cameras of events are footages of the lake where `video_camera_oid` of their settings says so.

use std::collections::HashMap;

use super::DetectionEvent;
use crate::{
    filter::FrameColumns as _,
    session::{Session, SessionError},
};

/// How far a frame may lie from its event at least, ns: events are often told in whole milliseconds.
const LEAST_DISTANCE_NS: u64 = 1_000_000;

impl Session {
    /// Gives each event the frame that its camera took nearest to its time, at most half a frame period away.
    pub(super) fn find_frames(&self, events: &mut [DetectionEvent]) -> Result<(), SessionError> {
        if !self.is_indexed() || events.is_empty() {
            return Ok(());
        }
        let (table, settings) = (self.table()?, self.settings_now()?);
        let mut footages: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, footage) in table.footage_list().iter().enumerate() {
            if let Some(oid) = settings.of(footage.into()).video_camera_oid {
                footages.entry(oid).or_default().push(at);
            }
        }
        if footages.is_empty() {
            return Ok(());
        }
        let times = table.timestamps().map_err(SessionError::Failed)?;
        for event in events {
            let (Some(camera), Some(time)) = (event.camera, event.time_ns) else { continue };
            let candidates = footages.get(&camera).into_iter().flatten().filter_map(|at| {
                let rows = &table.footages()[*at];
                let of = times.get(rows.first_row..rows.first_row + rows.rows)?;
                let after = of.partition_point(|stamp| *stamp < time);
                let nearest = [after.checked_sub(1), Some(after)]
                    .into_iter()
                    .flatten()
                    .filter_map(|row| Some((of.get(row)?.abs_diff(time), row)))
                    .min()?;
                let within = nearest.0 <= half_period_ns(table.footage_list()[*at].rate_hz);
                within.then_some((nearest.0, rows.first_row + nearest.1))
            });
            event.frame = candidates.min().map(|(_, row)| table.frame_id(row));
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are above 1e-6 and times rounded")]
fn half_period_ns(rate_hz: f64) -> u64 {
    let half = if rate_hz > 0.0 { (0.5e9 / rate_hz).min(1e15) as u64 } else { 0 };
    half.max(LEAST_DISTANCE_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_near_their_events() {
        for (rate, expected) in [(10.0, 50_000_000), (1000.0, 1_000_000), (0.0, 1_000_000), (f64::NAN, 1_000_000)] {
            assert_eq!(half_period_ns(rate), expected, "{rate}");
        }
    }
}
