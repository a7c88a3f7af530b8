//! Events whose times lie in the future, or far behind those of events that came before them.

use std::path::{Path, PathBuf};

use super::{
    Resources,
    left_out::{self, LeftOut},
    open,
    query::OnError,
    totals::in_parallel,
    with_refused,
};
use crate::{
    analytics::AnalyticsError,
    formats::{EventBatch, EventPart, EventWords, FormatError, Wanted},
    jobs::Progress,
};

/// Examples of each kind.
const EXAMPLES: usize = 5;

/// An event with a time that surprises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateEvent {
    /// The file.
    pub path: PathBuf,
    /// `geographical_location_oid`
    pub location: Option<i64>,
    /// `video_camera_oid`
    pub camera: Option<i64>,
    /// `detection_oid`
    pub detection: Option<i64>,
    /// `timestamp_detected`, ns UTC.
    pub time_ns: i64,
    /// How far it lies behind the newest event before it, or ahead of now, ns.
    pub by_ns: i64,
}

/// Events that come late or from the future, in the order of the files and their rows. Duplicates are events here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lateness {
    /// Events that have a time.
    pub timed: u64,
    /// Events without one.
    pub without_time: u64,
    /// The oldest, ns UTC.
    pub oldest_ns: Option<i64>,
    /// The newest that does not lie in the future, ns UTC.
    pub newest_ns: Option<i64>,
    /// Events later than now.
    pub future: u64,
    /// The first of them.
    pub future_examples: Vec<LateEvent>,
    /// Events further behind the newest one before them than allowed. Events from the future make none late.
    pub late: u64,
    /// The first of them.
    pub late_examples: Vec<LateEvent>,
    /// Files that were left out, all or a part of them, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

/// What a part tells when the newest event before it is known.
#[derive(Debug, Default)]
struct PartTimes {
    of: Lateness,
    failed: Option<FormatError>,
    cancelled: bool,
}

/// What times are compared with.
#[derive(Clone, Copy)]
struct Clock {
    now_ns: i64,
    allowed_ns: i64,
}

impl PartTimes {
    fn add(&mut self, batch: &EventBatch, words: &EventWords, path: &Path, newest: &mut Option<i64>, clock: Clock) {
        let of = &mut self.of;
        for (at, time) in batch.times_ns.iter().enumerate() {
            if batch.time_valid.get(at) == Some(&false) {
                of.without_time += 1;
                continue;
            }
            let time = *time;
            of.timed += 1;
            of.oldest_ns = Some(of.oldest_ns.map_or(time, |oldest| oldest.min(time)));
            let example = |by_ns: i64| {
                let value = |values: &[i64], valid: &[bool]| {
                    (valid.get(at) != Some(&false)).then(|| values.get(at).copied()).flatten()
                };
                LateEvent {
                    path: path.to_owned(),
                    location: words.locations.get(batch.locations[at] as usize).copied(),
                    camera: value(&batch.cameras, &batch.camera_valid),
                    detection: value(&batch.detections, &batch.detection_valid),
                    time_ns: time,
                    by_ns,
                }
            };
            if time > clock.now_ns {
                of.future += 1;
                if of.future_examples.len() < EXAMPLES {
                    of.future_examples.push(example(time.saturating_sub(clock.now_ns)));
                }
                continue;
            }
            match newest {
                Some(newest) if time < *newest => {
                    let behind = newest.saturating_sub(time);
                    if behind > clock.allowed_ns {
                        of.late += 1;
                        if of.late_examples.len() < EXAMPLES {
                            of.late_examples.push(example(behind));
                        }
                    }
                }
                _ => *newest = Some(time),
            }
        }
        of.newest_ns = *newest;
    }
}

fn read(part: &EventPart, before: Option<i64>, clock: Clock, resources: &Resources, progress: &Progress) -> PartTimes {
    let mut times = PartTimes::default();
    let mut newest = before;
    let mut cancelled = false;
    let wanted = Wanted { item: false, detection: true, camera: true, time: true };
    let done = part.read(wanted, &resources.events, &mut |batch, words| {
        times.add(batch, words, &part.path, &mut newest, clock);
        progress.add(batch.len() as u64);
        cancelled = progress.is_cancelled();
        !cancelled
    });
    times.failed = done.err();
    times.cancelled = cancelled;
    times
}

/// Finds events from the future, and events that lie more than `allowed_ns` behind the newest of those before them.
///
/// # Errors
/// As [`super::top`].
pub fn lateness(
    detections: &Path,
    now_ns: i64,
    allowed_ns: i64,
    resources: &Resources,
    progress: &Progress,
) -> Result<Lateness, AnalyticsError> {
    let events = open(detections, resources, progress)?;
    progress.stage("Looking at times");
    let clock = Clock { now_ns, allowed_ns: allowed_ns.max(0) };
    let parts = &events.parts;
    let mut found =
        in_parallel(resources.threads, parts.len(), |at| read(&parts[at], None, clock, resources, progress));
    // The newest before each part is known now; parts with events far behind it are read again.
    let mut newest: Option<i64> = None;
    let mut again = Vec::new();
    for (at, part) in found.iter().enumerate() {
        if let (Some(newest), Some(oldest)) = (newest, part.of.oldest_ns)
            && newest.saturating_sub(oldest) > clock.allowed_ns
        {
            again.push((at, newest));
        }
        newest = newest.max(part.of.newest_ns);
    }
    let repeated = in_parallel(resources.threads, again.len(), |n| {
        read(&parts[again[n].0], Some(again[n].1), clock, resources, progress)
    });
    for ((at, _), times) in again.into_iter().zip(repeated) {
        found[at] = times;
    }
    let mut whole = Lateness { newest_ns: newest, ..Lateness::default() };
    let mut left_out = Vec::new();
    for (at, part) in found.into_iter().enumerate() {
        if part.cancelled || progress.is_cancelled() {
            return Err(AnalyticsError::Cancelled);
        }
        if let Some(error) = part.failed {
            if resources.on_error == OnError::Fail {
                return Err(error.into());
            }
            left_out.push(LeftOut::new(&parts[at], error));
        }
        whole.timed += part.of.timed;
        whole.without_time += part.of.without_time;
        whole.oldest_ns = match (whole.oldest_ns, part.of.oldest_ns) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        whole.future += part.of.future;
        whole.late += part.of.late;
        whole.future_examples.extend(part.of.future_examples);
        whole.late_examples.extend(part.of.late_examples);
    }
    whole.future_examples.truncate(EXAMPLES);
    whole.late_examples.truncate(EXAMPLES);
    let skipped = with_refused(left_out::by_file(left_out), events.refused);
    whole.skipped = skipped.into_iter().map(|(path, error)| (path, error.cause())).collect();
    Ok(whole)
}
