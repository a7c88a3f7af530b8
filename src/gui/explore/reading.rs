//! Which frames the viewer has read: of every camera that is shown, now and ahead, in step by recorded time.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use super::{
    playback::Playback,
    side_by_side::{Camera, Nearest, nearest},
};
use crate::{
    gui::{
        frame_key::FrameKey,
        frame_times::FrameTimes,
        lake::Lake,
        pictures::{Picture, Pictures},
        source::Source,
    },
    jobs::Priority,
};

/// Frames read ahead of each camera while playing: no fewer, and no more even where memory would allow it.
const AHEAD: RangeInclusive<usize> = 1..=24;
/// Frames that are ready before a playback's clock starts.
const READY: usize = 3;

/// What a camera shows now.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The frame nearest to the moment; `None` in a footage without frames.
    pub nearest: Option<Nearest>,
    /// The frame asked for.
    pub key: FrameKey,
    /// Its picture, once it is there.
    pub picture: Option<Arc<Picture>>,
}

/// What a camera beside the one that is played has shown.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Follower {
    shown: Option<usize>,
    /// Frames that came too late.
    pub dropped: usize,
}

/// A refresh of the screen while playing.
pub(super) struct Refresh {
    /// What each camera shows.
    pub seen: Vec<Seen>,
    /// The row that the camera that is played has come to.
    pub row: usize,
    /// Whether the clock runs.
    pub runs: bool,
}

/// The times of a camera's frames.
fn times_of<'a>(lake: &'a Lake, camera: &Camera) -> FrameTimes<'a> {
    lake.frame_times(camera.first_row, camera.rows)
}

/// How many frames of each camera are read ahead, when one of each takes `bytes` together.
fn ahead(budget: usize, bytes: usize) -> usize {
    // A quarter is left for frames that were looked at before.
    (budget / 4 * 3).checked_div(bytes).unwrap_or(READY).clamp(*AHEAD.start(), *AHEAD.end())
}

/// The frames nearest to the frame at `row`, with what is likely to be wanted next asked for behind them.
pub(super) fn resting(
    pictures: &mut Pictures,
    source: Source<'_>,
    lake: &Lake,
    cameras: &[Camera],
    lead: usize,
    row: usize,
) -> Vec<Seen> {
    let camera = &cameras[lead];
    let end = camera.first_row + camera.rows;
    let mut next: Vec<usize> = Vec::new();
    if let Some(view) = &lake.view {
        next.extend(view.after(Some(row)));
        next.extend(view.before(Some(row)));
    }
    next.extend((row + 1..end).take(2));
    // Of the other cameras, the frames that go with those of this one.
    let beside = |row: usize| {
        let moment = lake.time(row);
        let same = lake.footage(row).1.recording == lake.footage(cameras[lead].first_row).1.recording;
        let others = cameras.iter().enumerate().filter(move |(at, _)| same && *at != lead);
        others.filter_map(move |(_, camera)| {
            let near = nearest(times_of(lake, camera), moment).filter(|near| near.near)?;
            Some(camera.first_row + near.frame)
        })
    };
    let now: Vec<Seen> = cameras
        .iter()
        .enumerate()
        .map(|(at, camera)| {
            let near = if at == lead {
                Some(Nearest { frame: row - camera.first_row, offset_ns: 0, near: true })
            } else {
                nearest(times_of(lake, camera), lake.time(row))
            };
            let key = FrameKey { footage: camera.footage, frame: near.map_or(0, |near| near.frame) };
            Seen { nearest: near, key, picture: None }
        })
        .collect();
    let later: Vec<usize> = next.iter().flat_map(|row| std::iter::once(*row).chain(beside(*row))).collect();
    let mut wanted: Vec<FrameKey> = later.iter().map(|row| FrameKey::of(lake.table(), *row)).collect();
    wanted.extend(now.iter().map(|seen| seen.key));
    pictures.keep_only(&wanted);
    let mut whole = true;
    // The newest request is worked on first: the camera that is looked at is asked for last.
    let mut order: Vec<usize> = (0..cameras.len()).filter(|at| *at != lead).collect();
    order.push(lead);
    let mut seen = now;
    for at in order {
        if seen[at].nearest.is_some_and(|near| near.near) {
            let row = cameras[at].first_row + seen[at].key.frame;
            seen[at].picture = pictures.get(row, Priority::Visible, source);
            whole &= seen[at].picture.is_some();
        }
    }
    if whole {
        for row in later {
            pictures.get(row, Priority::Background, source);
        }
    }
    seen
}

/// What a playback needs besides the pictures.
pub(super) struct Playing<'a> {
    pub lake: &'a Lake,
    pub cameras: &'a [Camera],
    pub lead: usize,
    /// The row that is told.
    pub row: usize,
    /// Window time, s.
    pub now: f64,
    /// Memory for pictures, bytes.
    pub budget: usize,
    /// Bytes that one frame of each camera takes together.
    pub bytes: usize,
    /// Whether it begins again at the end.
    pub repeat: bool,
}

/// Shows the newest frames that are due and there. Has the coming ones decoded in the order in which they are due, those of
/// all cameras in turn, on all workers; what is no longer needed is cancelled.
pub(super) fn playing(
    pictures: &mut Pictures,
    source: Source<'_>,
    playback: &mut Playback,
    followers: &mut HashMap<i64, Follower>,
    given: &Playing<'_>,
) -> Refresh {
    let Playing { lake, cameras, lead, now, .. } = *given;
    let camera = &cameras[lead];
    let times = lake.played_times(camera.first_row, camera.rows);
    let most = ahead(given.budget, given.bytes);
    let mut coming = playback.upcoming(times, now, most);
    let until = coming.last().and_then(|last| times.get(*last)).copied().unwrap_or(i64::MAX);
    if given.repeat && coming.len() < most {
        coming.extend(playback.beginning(most - coming.len(), times.len()));
    }
    // Where the clock was set back, what is played runs ahead of what was recorded.
    let due = playback.due(times, now);
    let ahead_ns = times.get(due).map_or(0, |played| played.saturating_sub(lake.time(camera.first_row + due)));
    let recorded = |played: i64| played.saturating_sub(ahead_ns);
    let moment = recorded(playback.moment(times, now));
    let mut by_camera: Vec<Vec<usize>> =
        cameras.iter().map(|other| playback.beside(times_of(lake, other), moment, recorded(until), most)).collect();
    by_camera[lead] = coming;
    let key = |at: usize, frame: usize| FrameKey { footage: cameras[at].footage, frame };
    let mut wanted: Vec<FrameKey> =
        by_camera.iter().enumerate().flat_map(|(at, frames)| frames.iter().map(move |frame| key(at, *frame))).collect();
    wanted.push(key(lead, given.row - camera.first_row));
    pictures.keep_only(&wanted);
    // What is due first is asked for first, whichever camera it is of.
    let mut ready = vec![0_usize; cameras.len()];
    for place in 0..by_camera.iter().map(Vec::len).max().unwrap_or(0) {
        for (at, frames) in by_camera.iter().enumerate() {
            if let Some(frame) = frames.get(place)
                && pictures.get(cameras[at].first_row + frame, Priority::Paced, source).is_some()
                && ready[at] == place
            {
                ready[at] += 1;
            }
        }
    }
    let begin = by_camera.iter().zip(&ready).all(|(frames, ready)| *ready >= READY.min(frames.len()));
    let runs = playback.run(times, now, begin);
    let mut row = given.row;
    if runs && let Some(frame) = pictures.latest(playback.footage, &playback.showable(times, now)) {
        playback.show(times, frame);
        row = camera.first_row + frame;
    }
    let show = |(at, other): (usize, &Camera)| {
        let mut seen = if at == lead {
            let frame = row - other.first_row;
            let near = Nearest { frame, offset_ns: 0, near: true };
            Seen { nearest: Some(near), key: key(at, frame), picture: None }
        } else {
            let others = times_of(lake, other);
            let due = nearest(others, moment);
            let frame =
                due.map_or(0, |due| follow(pictures, playback, followers, other.footage, others.all(), due.frame));
            let shown = due.map(|due| Nearest {
                frame,
                offset_ns: others.all().get(frame).map_or(0, |time| time.saturating_sub(lake.time(row))),
                near: due.near,
            });
            Seen { nearest: shown, key: key(at, frame), picture: None }
        };
        if let Some(near) = seen.nearest.filter(|near| near.near) {
            seen.picture = pictures.get(other.first_row + near.frame, Priority::Paced, source);
        }
        seen
    };
    let seen = cameras.iter().enumerate().map(show).collect();
    Refresh { seen, row, runs }
}

/// The frame that a camera beside the one that is played shows: the newest that is due and there.
fn follow(
    pictures: &Pictures,
    playback: &Playback,
    followers: &mut HashMap<i64, Follower>,
    footage: i64,
    times: &[i64],
    due: usize,
) -> usize {
    let follower = followers.entry(footage).or_default();
    // Back at the beginning of a loop, or where nothing was shown yet.
    let Some(before) = follower.shown.filter(|before| *before <= due) else {
        follower.shown = Some(due);
        return due;
    };
    let frame = if before < due { pictures.latest(footage, &(before + 1..=due)).unwrap_or(before) } else { before };
    follower.dropped += playback.skipped(times, before, frame);
    follower.shown = Some(frame);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_ahead_of_all_cameras_together_stays_within_the_memory_for_pictures() {
        let mib = 1 << 20;
        for (budget, bytes, expected) in [
            (192 * mib, 14 * mib, 10),
            (192 * mib, 84 * mib, 1),
            (96 * mib, 900 * mib, 1),
            (768 * mib, 28 * mib, 20),
            (768 * mib, mib, 24),
            (192 * mib, 0, READY),
        ] {
            let found = ahead(budget, bytes);
            assert_eq!(found, expected, "{budget} / {bytes}");
            assert!(found == *AHEAD.start() || bytes * found <= budget);
        }
    }
}
