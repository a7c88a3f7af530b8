//! Playing a footage: which frame is due by its recorded time, which ones come next, and how many were not shown.

use std::ops::RangeInclusive;

use super::side_by_side::nearest;
use crate::gui::frame_times::FrameTimes;

/// Time between two refreshes of a common screen, s. What would be shown for less is not worth decoding.
const REFRESH_S: f64 = 1.0 / 60.0;
/// The first frames are waited for this long before the clock starts, s.
const START_S: f64 = 0.4;

/// Speeds that can be chosen.
pub const SPEEDS: [f32; 6] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// Playback of one footage; frames are indices in it.
#[derive(Debug, Clone)]
pub(super) struct Playback {
    /// The catalog's number of the footage.
    pub footage: i64,
    /// Frames that were due and not shown.
    pub dropped: usize,
    speed: f64,
    /// The first frame to show.
    from: usize,
    /// Window time at which someone pressed play.
    asked: f64,
    /// Window time and recorded time (ns) that belong together, once the clock runs.
    clock: Option<(f64, i64)>,
    /// The frame shown last.
    shown: Option<usize>,
    /// The first and the last frame of the part that is played, where it is not the whole.
    part: Option<(usize, usize)>,
}

impl Playback {
    /// Begins at frame `from`.
    pub fn start(footage: i64, from: usize, speed: f32, now: f64) -> Self {
        Self { footage, dropped: 0, speed: f64::from(speed), from, asked: now, clock: None, shown: None, part: None }
    }

    /// Goes on at another speed from where it is.
    pub fn set_speed(&mut self, speed: f32, now: f64) {
        if (self.speed - f64::from(speed)).abs() > 1e-6 {
            let at = self.clock.map(|(since, from_ns)| self.recorded(since, from_ns, now));
            self.clock = at.map(|at| (now, at));
            self.speed = f64::from(speed);
        }
    }

    /// Plays only the frames from the first to the last of a part, or the whole footage.
    pub fn set_loop(&mut self, part: Option<(usize, usize)>) {
        self.part = part;
    }

    /// The last frame that is played. One who goes past the end of the part is there at once.
    fn end(&self, times: &[i64]) -> usize {
        let last = times.len().saturating_sub(1);
        self.part.map_or(last, |(_, end)| end.min(last))
    }

    /// The first frames of what is played, as many as that.
    pub fn beginning(&self, count: usize, frames: usize) -> std::ops::Range<usize> {
        let first = self.part.map_or(0, |(first, _)| first.min(frames));
        let end = self.part.map_or(frames, |(_, last)| (last + 1).min(frames)).max(first);
        first..(first + count).min(end)
    }

    /// Starts the clock once `ready`, or when that takes too long. Whether it runs.
    pub fn run(&mut self, times: &[i64], now: f64, ready: bool) -> bool {
        if self.clock.is_none() && (ready || now - self.asked > START_S) {
            self.clock = times.get(self.from).map(|from_ns| (now, *from_ns));
        }
        self.clock.is_some()
    }

    #[expect(clippy::cast_possible_truncation, reason = "nanoseconds of one playback fit 64 bits for 292 years")]
    fn recorded(&self, since: f64, from_ns: i64, now: f64) -> i64 {
        from_ns.saturating_add(((now - since) * self.speed * 1e9) as i64)
    }

    /// The recorded moment, ns.
    pub fn moment(&self, times: &[i64], now: f64) -> i64 {
        match self.clock {
            Some((since, from_ns)) => self.recorded(since, from_ns, now),
            None => times.get(self.from).copied().unwrap_or(0),
        }
    }

    /// The frame that is due.
    pub fn due(&self, times: &[i64], now: f64) -> usize {
        let due = last_before(times, self.moment(times, now)).min(self.end(times));
        due.max(self.from.min(times.len().saturating_sub(1)))
    }

    /// The frames that may be shown now: after the one shown last, up to the one that is due.
    pub fn showable(&self, times: &[i64], now: f64) -> RangeInclusive<usize> {
        self.shown.map_or(self.from, |shown| shown + 1)..=self.due(times, now)
    }

    /// The frames that the coming refreshes of the screen show, the due one first; no more than `most`.
    pub fn upcoming(&self, times: &[i64], now: f64, most: usize) -> Vec<usize> {
        let due = self.due(times, now);
        let moment = self.moment(times, now);
        #[expect(clippy::cast_possible_truncation, reason = "less than a second")]
        let step = (REFRESH_S * self.speed * 1e9) as i64;
        let mut upcoming = vec![due];
        let mut at = moment;
        while upcoming.len() < most {
            let last = upcoming.last().copied().unwrap_or(due);
            if last >= self.end(times) {
                break;
            }
            let Some(next_ns) = times.get(last + 1) else { break };
            // The refresh at which the next frame is due; by then a later one may be. Times are whole nanoseconds: a frame
            // that is due a rounding later is due.
            let wait = next_ns.saturating_sub(at).saturating_sub(step / 64).max(1);
            let steps = (wait - 1) / step.max(1) + 1;
            at = at.saturating_add(steps.saturating_mul(step)).max(*next_ns);
            let next = last_before(times, at.saturating_add(step / 64)).min(self.end(times));
            upcoming.push(next.max(last + 1));
        }
        upcoming
    }

    /// The frames of another camera of the recording that the coming refreshes show beside this one: those nearest to the
    /// recorded moments from `moment_ns` to `until_ns`, no more than `most`. `frames` are those of the other camera.
    pub fn beside(&self, frames: FrameTimes<'_>, moment_ns: i64, until_ns: i64, most: usize) -> Vec<usize> {
        #[expect(clippy::cast_possible_truncation, reason = "less than a second")]
        let step = ((REFRESH_S * self.speed * 1e9) as i64).max(1);
        let (mut at, times) = (moment_ns, frames.all());
        let mut found: Vec<usize> = Vec::new();
        while found.len() < most {
            let Some(near) = nearest(frames, at) else { break };
            if found.last().is_none_or(|last| *last < near.frame) {
                found.push(near.frame);
            }
            // The refresh at which the next frame is the nearest.
            let Some(next) = times.get(near.frame + 1).filter(|next| **next >= times[near.frame]) else { break };
            let turn = times[near.frame] / 2 + next / 2;
            let wait = turn.saturating_sub(at).max(0);
            at = at.saturating_add((wait / step + 1).saturating_mul(step));
            if at > until_ns {
                break;
            }
        }
        found
    }

    /// How many frames the screen could have shown and did not, going from one frame of a camera to another.
    pub fn skipped(&self, times: &[i64], before: usize, frame: usize) -> usize {
        let skipped = frame.saturating_sub(before + 1);
        let (Some(from), Some(to)) = (times.get(before), times.get(frame)) else { return 0 };
        if skipped == 0 {
            return 0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of refreshes")]
        let refreshes = to.saturating_sub(*from) as f64 / (REFRESH_S * self.speed * 1e9);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive count")]
        let could = (refreshes + 0.01).floor().max(1.0) as usize - 1;
        skipped.min(could)
    }

    /// A frame was shown; what was skipped to come to it is counted, as far as the screen could have shown it.
    pub fn show(&mut self, times: &[i64], frame: usize) {
        if let Some(before) = self.shown.replace(frame) {
            self.dropped += self.skipped(times, before, frame);
        }
    }

    /// Whether the last frame has been shown for its time.
    pub fn is_over(&self, times: &[i64], now: f64) -> bool {
        if times.is_empty() {
            return true;
        }
        let last = self.end(times);
        // The last frame stands as long as the one before it.
        let stands = if last > 0 { times[last].saturating_sub(times[last - 1]) } else { 0 };
        self.shown.is_some_and(|shown| shown >= last) && self.moment(times, now) >= times[last].saturating_add(stands)
    }

    /// Begins again at the first frame that is played.
    pub fn again(&mut self, times: &[i64], now: f64) {
        self.from = self.beginning(1, times.len()).start.min(times.len().saturating_sub(1));
        self.shown = None;
        self.clock = times.get(self.from).map(|first| (now, *first));
    }

    /// Seconds until something changes on screen.
    pub fn wait_s(&self, times: &[i64], now: f64) -> f64 {
        let moment = self.moment(times, now);
        let last = times.len().saturating_sub(1);
        let next = match times.get(last_before(times, moment) + 1) {
            Some(next) => *next,
            None if last > 0 => times[last].saturating_add(times[last].saturating_sub(times[last - 1])),
            None => moment,
        };
        #[expect(clippy::cast_precision_loss, reason = "less than a second")]
        let wait = next.saturating_sub(moment).max(0) as f64 / 1e9 / self.speed;
        wait
    }
}

/// The last frame whose time is not after `moment`.
fn last_before(times: &[i64], moment: i64) -> usize {
    times.partition_point(|time| *time <= moment).saturating_sub(1)
}

/// The speed after `now` in the list, or before it.
pub fn other_speed(now: f32, faster: bool) -> f32 {
    let near = |speed: &&f32| (**speed - now).abs() > 1e-3 && (**speed > now) == faster;
    if faster { SPEEDS.iter().find(near) } else { SPEEDS.iter().rev().find(near) }.copied().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(count: i64, hz: i64) -> Vec<i64> {
        (0..count).map(|frame| 5_000_000_000 + frame * 1_000_000_000 / hz).collect()
    }

    fn running(times: &[i64], speed: f32) -> Playback {
        let mut playback = Playback::start(1, 0, speed, 100.0);
        assert!(playback.run(times, 100.0, true));
        playback
    }

    #[test]
    fn frames_are_due_by_their_recorded_time_not_by_their_number() {
        // A gap of a second after the third frame.
        let times = [0, 100_000_000, 200_000_000, 1_200_000_000, 1_300_000_000];
        let playback = running(&times, 1.0);
        for (after, due) in [(0.0, 0), (0.05, 0), (0.11, 1), (0.9, 2), (1.25, 3), (9.0, 4)] {
            assert_eq!(playback.due(&times, 100.0 + after), due, "{after}");
        }
        assert!((playback.wait_s(&times, 100.25) - 0.95).abs() < 1e-6);
    }

    #[test]
    fn recorded_time_goes_on_by_the_speed_for_each_second_of_the_clock() {
        let times = times(6000, 30);
        for speed in SPEEDS {
            let playback = running(&times, speed);
            let mut shown = Vec::new();
            for second in 1..=8 {
                let now = 100.0 + f64::from(second);
                let gone_s = (playback.moment(&times, now) - times[0]) / 1_000_000;
                #[expect(clippy::cast_possible_truncation, reason = "a few thousand milliseconds")]
                let expected = (f64::from(second) * f64::from(speed) * 1000.0) as i64;
                assert_eq!(gone_s, expected, "{speed} {second}");
                shown.push(playback.due(&times, now + 1e-6));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred frames")]
            let expected: Vec<usize> = (1..=8_u8).map(|second| (f32::from(second) * speed * 30.0) as usize).collect();
            assert_eq!(shown, expected, "{speed}");
        }
    }

    #[test]
    fn slow_speeds_show_every_frame_and_fast_ones_what_the_screen_can_show() {
        let times = times(600, 30);
        for (speed, expected) in
            [(0.25, vec![0, 1, 2, 3]), (1.0, vec![0, 1, 2, 3]), (2.0, vec![0, 1, 2, 3]), (8.0, vec![0, 4, 8, 12])]
        {
            assert_eq!(running(&times, speed).upcoming(&times, 100.0, 4), expected, "{speed}");
        }
        assert_eq!(running(&times[..3], 1.0).upcoming(&times[..3], 100.0, 9), [0, 1, 2]);
    }

    #[test]
    fn cameras_beside_it_follow_by_recorded_time_whatever_their_rate() {
        let lead = times(300, 10);
        // 30 ms later at the same rate, three times as fast, and one that begins a second later.
        let late: Vec<i64> = lead.iter().map(|time| time + 30_000_000).collect();
        let fast = times(900, 30);
        let new: Vec<i64> = lead.iter().map(|time| time + 1_000_000_000).collect();
        let playback = running(&lead, 1.0);
        let until = lead[4];
        for (other, after, most, expected) in [
            (&late, 0.0, 9, vec![0, 1, 2, 3, 4]),
            (&late, 0.09, 9, vec![1, 2, 3, 4]),
            (&fast, 0.0, 5, vec![0, 1, 2, 3, 4]),
            (&fast, 0.2, 20, vec![6, 7, 8, 9, 10, 11, 12]),
            (&new, 0.0, 9, vec![0]),
        ] {
            let moment = playback.moment(&lead, 100.0 + after);
            assert_eq!(playback.beside(FrameTimes::new(other, &[]), moment, until, most), expected, "{after}");
        }
        // A clock that was set back by two seconds at the third frame: nothing beyond is looked for, and the search ends.
        let back: Vec<i64> = (0..9).map(|at| lead[at] - if at >= 3 { 2_000_000_000 } else { 0 }).collect();
        assert_eq!(playback.beside(FrameTimes::new(&back, &[3]), lead[0], i64::MAX, 9), [0, 1, 2]);
        assert!(playback.beside(FrameTimes::new(&[], &[]), lead[0], until, 9).is_empty());
    }

    #[test]
    fn only_what_the_screen_could_have_shown_counts_as_dropped() {
        let times = times(100, 30);
        for (speed, shown, dropped) in
            [(1.0, [0, 1, 2], 0), (1.0, [0, 2, 5], 3), (8.0, [0, 4, 8], 0), (8.0, [0, 4, 12], 1)]
        {
            let mut playback = running(&times, speed);
            for frame in shown {
                playback.show(&times, frame);
            }
            assert_eq!(playback.dropped, dropped, "{speed} {shown:?}");
        }
    }

    #[test]
    fn the_clock_waits_for_the_first_frames_and_a_new_speed_goes_on_from_where_it_is() {
        let times = times(300, 10);
        let mut playback = Playback::start(1, 20, 1.0, 50.0);
        assert!(!playback.run(&times, 50.1, false));
        assert_eq!((playback.due(&times, 50.1), playback.showable(&times, 50.1)), (20, 20..=20));
        assert!(playback.run(&times, 50.2, true));
        assert_eq!(playback.due(&times, 51.25), 30);
        playback.set_speed(2.0, 51.25);
        assert_eq!(playback.due(&times, 52.25), 50);
        assert!(!playback.is_over(&times, 99.0));
        playback.show(&times, 299);
        assert!(playback.is_over(&times, 99.0));
        playback.again(&times, 99.0);
        assert_eq!((playback.due(&times, 99.15), playback.showable(&times, 99.15)), (3, 0..=3));
    }

    #[test]
    fn a_part_is_played_in_a_loop_and_one_who_is_past_it_comes_back() {
        let times = times(300, 10);
        let mut playback = Playback::start(1, 25, 1.0, 50.0);
        playback.set_loop(Some((20, 29)));
        assert!(playback.run(&times, 50.0, true));
        assert_eq!(playback.upcoming(&times, 50.0, 9), [25, 26, 27, 28, 29]);
        assert_eq!((playback.due(&times, 50.25), playback.due(&times, 59.0)), (27, 29));
        playback.show(&times, 29);
        assert!(!playback.is_over(&times, 50.45) && playback.is_over(&times, 50.5));
        playback.again(&times, 60.0);
        assert_eq!((playback.due(&times, 60.0), playback.due(&times, 60.35)), (20, 23));
        assert_eq!((playback.beginning(4, 300), playback.beginning(99, 300)), (20..24, 20..30));
        let mut past = Playback::start(1, 200, 1.0, 50.0);
        past.set_loop(Some((20, 29)));
        assert!(past.run(&times, 50.0, true));
        past.show(&times, past.due(&times, 50.0));
        assert!(past.is_over(&times, 50.0));
        past.again(&times, 51.0);
        assert_eq!(past.due(&times, 51.0), 20);
        // A part of another time of the footage's.
        past.set_loop(Some((900, 999)));
        past.again(&times, 52.0);
        assert_eq!(past.due(&times, 52.0), 299);
    }

    #[test]
    fn speeds_step_and_stop_at_the_ends() {
        for (now, faster, expected) in [(1.0, true, 2.0), (1.0, false, 0.5), (8.0, true, 8.0), (0.25, false, 0.25)] {
            assert!((other_speed(now, faster) - expected).abs() < 1e-6);
        }
    }
}
