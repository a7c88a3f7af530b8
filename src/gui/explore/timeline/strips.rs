//! Strips of frames: which ones match, are selected or carry labels, for every point of the axis.

use std::ops::Range;

use super::axis::{Axis, Stretch};
use crate::{filter::Rhythm, gui::frame_times::FrameTimes};

/// No frame was taken then.
pub const NO_FRAME: u8 = 0;
/// There are frames, and nothing on them.
pub const NOTHING: u8 = 1;

/// Widths of tiles are multiples of this, so that a little more width asks for no new tile, points.
const WIDTH_STEP: usize = 256;

/// A stretch of time in even bins, at least as fine as the points of an axis that shows part of it. A new one is needed only
/// once the axis moved or zoomed a good deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// What it covers.
    pub stretch: Stretch,
    /// Number of bins.
    pub bins: usize,
}

impl Tile {
    /// The tile for an axis.
    #[must_use]
    pub fn of(axis: &Axis) -> Self {
        let shown = axis.shown;
        let length = shown.length().unsigned_abs().checked_next_power_of_two();
        let length = length.and_then(|length| i64::try_from(length).ok()).unwrap_or(i64::MAX);
        let half = (length / 2).max(1);
        let from = shown.from.div_euclid(half).saturating_mul(half);
        let width = axis.columns().clamp(1, 1 << 14).next_multiple_of(WIDTH_STEP);
        Self { stretch: Stretch::new(from, from.saturating_add(length).saturating_add(half)), bins: width * 3 }
    }

    /// Where a bin begins, ns UTC.
    #[expect(clippy::cast_possible_truncation, reason = "a part of a stretch of 64-bit times")]
    fn start(&self, bin: usize) -> i64 {
        let into = i128::from(self.stretch.length()) * bin as i128 / self.bins.max(1) as i128;
        self.stretch.from.saturating_add(into as i64)
    }

    /// The bin that a time is in, as far as there is one.
    fn bin(&self, ns: i64) -> usize {
        let into = i128::from(ns.saturating_sub(self.stretch.from)) * self.bins as i128;
        usize::try_from(into.div_euclid(i128::from(self.stretch.length()))).unwrap_or(0).min(self.bins)
    }

    /// A level for each bin: that of the frames taken in it, else of the frame that still stands. `level` is asked for ranges
    /// of frames that are never empty.
    #[must_use]
    pub fn levels(&self, times: &[i64], rhythm: &Rhythm, level: impl Fn(Range<usize>) -> u8) -> Vec<u8> {
        let mut levels = vec![NO_FRAME; self.bins];
        // Where a clock was set back, frames of several stretches were taken in one bin.
        let backs: Vec<usize> = rhythm.breaks.iter().copied().filter(|at| is_back(times, *at)).collect();
        for stretch in FrameTimes::new(times, &backs).stretches() {
            self.add_levels(&mut levels, times, stretch, rhythm, &level);
        }
        levels
    }

    /// The levels of frames whose times ascend, where they are higher than what is there.
    fn add_levels(
        &self,
        levels: &mut [u8],
        times: &[i64],
        stretch: Range<usize>,
        rhythm: &Rhythm,
        level: &impl Fn(Range<usize>) -> u8,
    ) {
        let Some((begin, last)) = times.get(stretch.clone()).and_then(|own| Some((*own.first()?, *own.last()?))) else {
            return;
        };
        let stands = last.saturating_add(rhythm.period_ns.max(1));
        let bins = self.bin(begin)..(self.bin(stands) + 1).min(self.bins);
        let ahead = times[stretch.clone()].partition_point(|time| *time < self.start(bins.start));
        let mut first = stretch.start + ahead;
        for bin in bins {
            let (start, end) = (self.start(bin), self.start(bin + 1));
            let next = first + times[first..stretch.end].partition_point(|time| *time < end);
            let found = if next > first {
                level(first..next)
            } else if first > stretch.start {
                let before = first - 1;
                let breaks = first == stretch.end || rhythm.breaks.binary_search(&first).is_ok();
                let stands = !breaks || start.saturating_sub(times[before]) < rhythm.period_ns.max(1);
                if stands { level(before..before + 1) } else { NO_FRAME }
            } else {
                NO_FRAME
            };
            levels[bin] = levels[bin].max(found);
            first = next;
        }
    }

    /// What an axis shows of these levels: places from left to right with the highest level there, equal neighbours as one.
    #[must_use]
    pub fn drawn(&self, levels: &[u8], axis: &Axis) -> Vec<(f32, f32, u8)> {
        let mut drawn: Vec<(f32, f32, u8)> = Vec::new();
        let columns = axis.columns().max(1);
        for column in 0..columns {
            #[expect(clippy::cast_precision_loss, reason = "places on screen")]
            let (left, right) = (axis.left + column as f32, (axis.left + column as f32 + 1.0).min(axis.right));
            let (start, end) = (axis.time(left), axis.time(right));
            // While a new tile is on its way, the one before may end within the screen.
            let covered = end > self.stretch.from && start < self.stretch.to;
            let (from, to) = (self.bin(start), self.bin(end));
            let bins = levels.get(from..to.max(from + 1)).filter(|_| covered);
            let level = bins.and_then(|bins| bins.iter().max()).copied().unwrap_or(NO_FRAME);
            match drawn.last_mut() {
                Some(last) if last.2 == level => last.1 = right,
                _ => drawn.push((left, right, level)),
            }
        }
        drawn
    }
}

/// Whether a frame was taken, by its time, before the one in front of it.
fn is_back(times: &[i64], frame: usize) -> bool {
    frame.checked_sub(1).and_then(|before| times.get(before..=frame)).is_some_and(|pair| pair[1] < pair[0])
}

/// The level of a part of `whole`: more than [`NOTHING`] for anything above zero.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 255")]
pub fn level_of(part: f64, whole: f64) -> u8 {
    if part <= 0.0 {
        return NOTHING;
    }
    // Sixteen steps are told apart, and leave long stretches alike.
    let steps = (part / whole.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) * 15.0;
    15 + (steps.round() as u8) * 16
}

/// Strength of a level's colour, 0 to 1; what there is little of can still be seen.
#[must_use]
pub fn strength(level: u8) -> f32 {
    if level <= NOTHING { 0.0 } else { 0.35 + 0.65 * f32::from(level) / 255.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn axis(from: i64, to: i64, width: f32) -> Axis {
        Axis { shown: Stretch::new(from, to), left: 0.0, right: width }
    }

    #[test]
    fn a_tile_covers_what_is_shown_and_a_bin_is_no_wider_than_a_point() {
        for (from, to, width) in
            [(0, 10 * S, 500.0), (-7 * S, 3 * S, 812.0), (5 * S, 5 * S + 20_000_000, 300.0), (S, 3600 * S, 1920.0)]
        {
            let axis = axis(from, to, width);
            let tile = Tile::of(&axis);
            assert!(tile.stretch.from <= from && tile.stretch.to >= to, "{tile:?}");
            let bin = tile.stretch.length() / i64::try_from(tile.bins).unwrap();
            assert!(bin <= axis.shown.length() / 300, "{tile:?}");
        }
        // A little to the side or closer is the same tile.
        assert_eq!(Tile::of(&axis(S, 10 * S, 500.0)), Tile::of(&axis(S + S / 10, 10 * S, 510.0)));
        // Whatever a file says.
        for (from, to) in [(i64::MIN, i64::MAX), (i64::MAX - 1, i64::MAX), (i64::MIN, i64::MIN + 1)] {
            let axis = axis(from, to, 100.0);
            let tile = Tile::of(&axis);
            let levels = tile.levels(&[from, to], &Rhythm::of(&[from, to]), |_| 9);
            assert!(!tile.drawn(&levels, &axis).is_empty());
        }
    }

    #[test]
    fn every_frame_is_seen_however_far_one_zooms_out_and_gaps_stay_empty() {
        // A hundred frames at ten a second, three seconds of nothing, a hundred more; one of them matches.
        let times: Vec<i64> = (0..200).map(|at| at * S / 10 + if at >= 100 { 3 * S } else { 0 }).collect();
        let rhythm = Rhythm::of(&times);
        let matching = |range: Range<usize>| if range.contains(&150) { 255 } else { NOTHING };
        for to in [23, 50, 5000, 100_000] {
            let axis = axis(0, to * S, 400.0);
            let tile = Tile::of(&axis);
            let drawn = tile.drawn(&tile.levels(&times, &rhythm, matching), &axis);
            assert_eq!(drawn.iter().filter(|part| part.2 == 255).count(), 1, "{to}");
            if to <= 50 {
                let empty = drawn.iter().find(|part| part.2 == NO_FRAME).unwrap();
                assert!((empty.0 - axis.x(10 * S)).abs() < 4.0 && (empty.1 - axis.x(13 * S)).abs() < 4.0, "{drawn:?}");
            }
        }
        // Zoomed in, the frame stands until the next.
        let near = axis(17_900_000_000, 18_300_000_000, 400.0);
        let tile = Tile::of(&near);
        let drawn = tile.drawn(&tile.levels(&times, &rhythm, matching), &near);
        let found = drawn.iter().find(|part| part.2 == 255).unwrap();
        assert!((found.0 - 100.0).abs() <= 2.0 && (found.1 - 200.0).abs() <= 2.0, "{drawn:?}");
    }

    #[test]
    fn a_clock_that_was_set_back_shows_the_frames_of_both_stretches() {
        // Eight a second, from the sixtieth on five seconds earlier; only the last frame matches.
        let times: Vec<i64> = (0..120).map(|at| at * S / 8 - if at >= 60 { 5 * S } else { 0 }).collect();
        let axis = axis(0, 12 * S, 480.0);
        let tile = Tile::of(&axis);
        let matching = |range: Range<usize>| if range.contains(&40) || range.contains(&119) { 255 } else { NOTHING };
        let drawn = tile.drawn(&tile.levels(&times, &Rhythm::of(&times), matching), &axis);
        let found: Vec<f32> = drawn.iter().filter(|part| part.2 == 255).map(|part| part.0).collect();
        assert_eq!(found.len(), 2, "{drawn:?}");
        assert!((found[0] - 200.0).abs() <= 2.0 && (found[1] - 395.0).abs() <= 2.0, "{found:?}");
        assert_eq!(drawn.last().map(|part| part.2), Some(NO_FRAME));
    }

    #[test]
    fn little_is_seen_and_more_is_stronger() {
        assert_eq!(level_of(0.0, 9.0), NOTHING);
        assert!(level_of(0.001, 9.0) > NOTHING && level_of(9.0, 9.0) == 255 && level_of(20.0, 9.0) == 255);
        assert!(strength(NOTHING) < f32::EPSILON && strength(level_of(1.0, 100.0)) > 0.3);
    }
}
