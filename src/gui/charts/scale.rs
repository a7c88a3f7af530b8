//! From values to places on a plot and back, and where ticks stand.

use egui_plot::{GridInput, GridMark};

use super::{Axis, Scale};
use crate::gui::{
    explore::{clock_tick, time_ticks},
    widgets::text::{count, number, time_utc},
};

/// The least place of a count on a scale of logarithms, so that 1 is seen as a low bar.
const LOG_FLOOR: f64 = -0.2;
/// Powers of ten from which on they alone are ticks of a scale of logarithms.
const FEW_POWERS: f64 = 2.5;
/// Width of a letter at a tick, points.
pub(super) const LETTER: f64 = 6.6;
/// Least and most room of a name on an axis of things, points.
const NAME: (f64, f64) = (40.0, 66.0);
/// Nanoseconds of a second.
const S: f64 = 1e9;
/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

impl Scale {
    /// Where a value lies; `None` where it has no place.
    pub(super) fn place(self, value: f64) -> Option<f64> {
        match self {
            _ if !value.is_finite() => None,
            Self::Log => (value > 0.0).then(|| value.log10()),
            Self::Linear | Self::Time => Some(value),
        }
    }

    /// The value that lies at a place.
    pub(super) fn value(self, place: f64) -> f64 {
        if self == Self::Log { 10_f64.powf(place) } else { place }
    }

    /// Where bars stand.
    pub(super) fn floor(self) -> f64 {
        if self == Self::Log { LOG_FLOOR } else { 0.0 }
    }

    /// A value as people read it.
    pub(super) fn told(self, value: f64) -> String {
        match self {
            Self::Time => time_utc(ns(value)).trim_end_matches(".000").to_owned(),
            _ => plain(value),
        }
    }

    /// A value as exact as it can be pointed at while so much is seen.
    pub(super) fn about(self, value: f64, seen: f64) -> String {
        let text = self.told(value);
        match self {
            Self::Time if seen > 1800.0 => text.get(..16).map_or(text.clone(), str::to_owned),
            Self::Time if seen > 60.0 => text.get(..19).map_or(text.clone(), str::to_owned),
            _ => text,
        }
    }

    /// The text at a tick.
    fn tick(self, mark: GridMark) -> String {
        match self {
            // Where a day begins, its date.
            Self::Time if mark.step_size < DAY_S && mark.value.rem_euclid(DAY_S) == 0.0 => {
                time_utc(ns(mark.value)).get(5..10).unwrap_or_default().to_owned()
            }
            Self::Time => clock_tick(ns(mark.value), ns(mark.step_size)),
            Self::Log => short(self.value(mark.value)),
            Self::Linear => short(mark.value),
        }
    }

    /// Ticks within the bounds.
    fn ticks(self, input: &GridInput, room: f64) -> Vec<GridMark> {
        let (from, to) = input.bounds;
        match self {
            Self::Time => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few ticks")]
                let most = (room / 84.0).clamp(2.0, 24.0) as usize;
                let ticks = time_ticks(ns(from), ns(to), 0, most);
                #[expect(clippy::cast_precision_loss, reason = "positions on a screen")]
                let mark = |at: i64| GridMark { value: at as f64 / S, step_size: ticks.step as f64 / S };
                // One at the very edge would stand below the other axis.
                let inside = from + (to - from) * 0.03;
                ticks.at.iter().copied().map(mark).filter(|mark| mark.value >= inside).collect()
            }
            Self::Log => {
                #[expect(clippy::cast_possible_truncation, reason = "powers of ten that 64 bits have")]
                let (first, last) = (from.ceil().max(-18.0) as i32, to.floor().min(18.0) as i32);
                let powers = (first - 1..=last).map(f64::from);
                // Where few powers of ten lie in sight, 2 and 5 of each stand between them.
                let steps: &[f64] = if to - from < FEW_POWERS { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let step_size = if steps.len() > 1 { 0.3 } else { 1.0 };
                let marks = powers.flat_map(|power| steps.iter().map(move |step| power + step.log10()));
                let inside = marks.filter(|value| (from..=to).contains(value));
                inside.map(|value| GridMark { value, step_size }).collect()
            }
            Self::Linear => {
                let step = round_step((to - from) / (room / 56.0).clamp(2.0, 12.0));
                let first = (from / step).ceil();
                let ticks = (0..64_u8).map(|index| (first + f64::from(index)) * step);
                ticks
                    .take_while(|at| *at <= to + step * 1e-9)
                    .map(|value| GridMark { value, step_size: step })
                    .collect()
            }
        }
    }
}

impl Axis {
    /// The text at a tick.
    pub(super) fn tick(&self, mark: GridMark, letters: usize) -> String {
        if self.labels.is_empty() {
            return self.scale.tick(mark);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list, or none")]
        let place = if mark.value >= 0.0 { mark.value.round() as usize } else { usize::MAX };
        self.labels.get(place).map(|label| shortened(label, letters)).unwrap_or_default()
    }

    /// Ticks within the bounds.
    pub(super) fn ticks(&self, input: &GridInput, room: f64) -> Vec<GridMark> {
        if self.labels.is_empty() {
            return self.scale.ticks(input, room);
        }
        let (from, to) = input.bounds;
        let step = self.every(input.bounds, room);
        #[expect(clippy::cast_precision_loss, reason = "places in a list")]
        let last = self.labels.len() as f64 - 1.0;
        let mut marks = Vec::new();
        let mut at = (from.max(0.0) / step).ceil() * step;
        while at <= to.min(last) {
            marks.push(GridMark { value: at, step_size: step });
            at += step;
        }
        marks
    }

    /// Every how many things one is named.
    pub(super) fn every(&self, (from, to): (f64, f64), room: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few letters")]
        let longest = self.labels.iter().map(|label| label.chars().count()).max().map_or(0.0, |letters| letters as f64);
        let each = (longest * LETTER + 8.0).clamp(NAME.0, NAME.1);
        if self.labels.is_empty() { 1.0 } else { ((to - from) / (room / each).max(1.0)).ceil().max(1.0) }
    }

    /// The bounds that show all of these places, with a margin unless they are `tight`.
    pub(super) fn bounds(&self, places: impl Iterator<Item = f64>, tight: bool) -> (f64, f64) {
        let wanted = self.range.into_iter().flat_map(|(low, high)| [low, high]);
        let places = places.chain(wanted.filter_map(|value| self.scale.place(value)));
        if !self.labels.is_empty() {
            // Each thing has the same room, the first and the last too.
            #[expect(clippy::cast_precision_loss, reason = "places in a list")]
            return (-0.5, self.labels.len() as f64 - 0.5);
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for place in places {
            (low, high) = (low.min(place), high.max(place));
        }
        if !(low.is_finite() && high.is_finite()) {
            (low, high) = (0.0, 1.0);
        }
        let below = self.from_zero && low < 0.0 && self.scale != Scale::Log;
        if self.from_zero {
            (low, high) = (self.scale.floor().min(low), self.scale.floor().max(high));
        }
        if high - low <= high.abs().max(1e-9) * 1e-9 {
            (low, high) = if self.from_zero { (low, low + 1.0) } else { (low - 0.5, high + 0.5) };
        }
        if tight {
            return (low, high);
        }
        let margin = (high - low) * 0.04;
        let above = if self.from_zero { 2.0 } else { 1.0 };
        let room = if below || !self.from_zero { margin * above } else { 0.0 };
        (low - room, if below && high <= 0.0 { high } else { high + margin * above })
    }
}

/// The next of 1, 2, 5, 10, 20 … that is no smaller; never below 1e-12.
pub(super) fn round_step(least: f64) -> f64 {
    let least = if least.is_finite() { least.max(1e-12) } else { 1.0 };
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= least * 0.999).unwrap_or(power)
}

/// A name in so many letters; its end tells more than its middle.
fn shortened(label: &str, letters: usize) -> String {
    let all: Vec<char> = label.chars().collect();
    if all.len() <= letters.max(3) {
        return label.to_owned();
    }
    let tail = letters.max(3) / 2;
    let head = letters.max(3) - tail - 1;
    all[..head].iter().chain(['…'].iter()).chain(&all[all.len() - tail..]).collect()
}

/// A count in whole numbers, any other value in few digits.
fn plain(value: f64) -> String {
    if (0.0..1e15).contains(&value) && value.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
        return count(value as u64);
    }
    number(value)
}

/// `1.5 k`, `20 M`: as short as a tick needs.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    for (least, unit) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] {
        if size >= least {
            let times = if unit == "k" { 1e3 } else { least };
            return format!("{} {unit}", number(value / times));
        }
    }
    if size >= 1000.0 { plain(value) } else { number((value * 1e9).round() / 1e9) }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates beyond what times have")]
fn ns(seconds: f64) -> i64 {
    (seconds * S) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (least, expected) in [(0.9, 1.0), (1.1, 2.0), (2.1, 5.0), (6.0, 10.0), (0.03, 0.05), (700.0, 1000.0)] {
            assert!((round_step(least) - expected).abs() < 1e-9, "{least}");
        }
        assert!(round_step(f64::NAN) > 0.0);
    }

    #[test]
    fn long_names_keep_their_ends() {
        for (letters, expected) in [(20, "drive_2024_05_01"), (9, "driv…5_01"), (1, "d…1")] {
            assert_eq!(shortened("drive_2024_05_01", letters), expected);
        }
    }

    #[test]
    fn ticks_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (950.0, "950"),
            (2500.0, "2,500"),
            (25_000.0, "25 k"),
            (3e6, "3 M"),
            (2e9, "2 G"),
        ] {
            assert_eq!(short(value), expected);
        }
        let mark = |value| GridMark { value, step_size: 1.0 };
        assert_eq!((Scale::Log.tick(mark(0.0)), Scale::Log.tick(mark(5.0))), ("1".into(), "100 k".into()));
        assert_eq!(Scale::Time.tick(GridMark { value: 3600.0, step_size: 600.0 }), "01:00");
        assert_eq!(Scale::Time.tick(GridMark { value: 86_400.0, step_size: 600.0 }), "01-02");
        let about = |seen| Scale::Time.about(3_661.25, seen);
        assert_eq!(
            [about(1.0), about(100.0), about(1e5)],
            ["1970-01-01 01:01:01.250", "1970-01-01 01:01:01", "1970-01-01 01:01"]
        );
    }

    #[test]
    fn bounds_hold_everything_and_are_never_empty() {
        let counts = Axis::counts("events");
        for places in [vec![], vec![0.0], vec![5.0], vec![3.0, 9.0], vec![-3.0, -2.0], vec![f64::NAN]] {
            let (low, high) = counts.bounds(places.iter().copied(), false);
            assert!(low < high && low <= 0.0 && high >= 0.0, "{places:?}: {low} {high}");
            assert!(places.iter().all(|place| place.is_nan() || (low..=high).contains(place)));
        }
        let log = Axis { scale: Scale::Log, ..counts };
        assert!(log.bounds([0.0, 3.0].into_iter(), false).0 < 0.0, "a single event is seen");
        assert_eq!((Scale::Log.place(0.0), Scale::Log.place(100.0)), (None, Some(2.0)));
    }
}
