//! Typed jumps: a frame number, a time, a step or a part of the footage.

use crate::{
    filter::parse_duration,
    gui::{
        frame_times::FrameTimes,
        widgets::text::{clock, count, time_utc},
    },
    model::parse_time_ns,
};

/// Told beside the field, and where nothing of it fits.
pub const ACCEPTED: &str = "Frame 120 or #120 · time 08:00:05 or 2024-05-01T08:00:05Z · since the start 12.5, t 12, 12.5 s or \
     1:03.25 · step +5s, -2s, +10 or -10 frames · part 50 %";

const S: f64 = 1e9;
const DAY_NS: i64 = 86_400_000_000_000;

/// Where to go, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Index of a frame in the footage, from 0.
    Frame(u64),
    /// So many frames on; back where negative.
    Frames(i64),
    /// So many ns on; back where negative.
    Later(i64),
    /// ns since the recording began.
    Elapsed(i64),
    /// ns UTC.
    Moment(i64),
    /// ns since midnight UTC, of the day that the footage is of.
    OfDay(i64),
    /// Part of the footage from its first frame to its last, 0 to 1.
    Part(f64),
}

/// What a jump begins at.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// Times of the footage's frames.
    pub times: FrameTimes<'a>,
    /// Index of the frame that is shown.
    pub frame: usize,
    /// When the recording began, ns UTC.
    pub zero: i64,
}

impl Place {
    /// Reads what was typed.
    ///
    /// # Errors
    /// What is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(ACCEPTED.to_owned());
        }
        Self::read(typed).ok_or_else(|| format!("`{typed}` is none of these. {ACCEPTED}"))
    }

    fn read(typed: &str) -> Option<Self> {
        if let Some(number) = typed.strip_prefix('#') {
            return whole(number).map(Self::Frame);
        }
        if let Some(number) = typed.strip_suffix('%') {
            let percent = decimal(number.trim_end())?;
            return (0.0..=100.0).contains(&percent).then_some(Self::Part(percent / 100.0));
        }
        for (sign, turn) in [('+', 1), ('-', -1), ('−', -1)] {
            let Some(step) = typed.strip_prefix(sign) else { continue };
            if let Some(frames) = whole(step) {
                return Some(Self::Frames(i64::try_from(frames).ok()? * turn));
            }
            return parse_duration(step).ok().map(|ns| Self::Later(ns * turn));
        }
        if let Some(since) = typed.strip_prefix(['t', 'T']) {
            let since = since.trim_start();
            let since = since.strip_prefix('=').unwrap_or(since).trim();
            let ns = decimal(since).and_then(ns_of_seconds);
            return ns.or_else(|| parse_duration(since).ok()).or_else(|| elapsed(since)).map(Self::Elapsed);
        }
        if let Some(frame) = whole(typed) {
            return Some(Self::Frame(frame));
        }
        if let Some(ns) = decimal(typed).filter(|_| typed.contains('.')).and_then(ns_of_seconds) {
            return Some(Self::Elapsed(ns));
        }
        if let Ok(ns) = parse_duration(typed) {
            return Some(Self::Elapsed(ns));
        }
        // Hours since the start are told apart from the time of day by a `t` before them.
        let minutes = || elapsed(typed).filter(|_| typed.matches(':').count() == 1);
        of_day(typed).map(Self::OfDay).or_else(|| minutes().map(Self::Elapsed)).or_else(|| {
            let date = typed.strip_suffix("UTC").unwrap_or(typed);
            parse_time_ns(date).map(Self::Moment)
        })
    }

    /// Index of the frame that is meant, the nearest one for times.
    ///
    /// # Errors
    /// There is no such frame; what there is.
    pub fn find(self, here: &Here<'_>) -> Result<usize, String> {
        let Some(last) = here.times.all().len().checked_sub(1) else {
            return Err("This footage has no frames.".to_owned());
        };
        let number = |frame: Option<usize>| {
            frame
                .filter(|frame| *frame <= last)
                .ok_or_else(|| format!("There is no such frame; this footage has frames 0 to {}.", count(last as u64)))
        };
        match self {
            Self::Frame(frame) => number(usize::try_from(frame).ok()),
            Self::Frames(step) => {
                number(isize::try_from(step).ok().and_then(|step| here.frame.checked_add_signed(step)))
            }
            Self::Part(part) => {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a part of the frames, rounded to one of them"
                )]
                let frame = (part.clamp(0.0, 1.0) * last as f64).round() as usize;
                Ok(frame.min(last))
            }
            Self::Later(by) => {
                let now = here.times.all().get(here.frame).copied().unwrap_or_default();
                Self::Moment(now.saturating_add(by)).find(here)
            }
            Self::Elapsed(since) => Self::Moment(here.zero.saturating_add(since)).find(here),
            Self::OfDay(since) => {
                let (first, last) = here.times.extent().unwrap_or_default();
                let midnight = first.div_euclid(DAY_NS).saturating_mul(DAY_NS);
                // A footage may run past midnight.
                let days = [0, 1].map(|day| midnight.saturating_add(day * DAY_NS).saturating_add(since));
                let away = |time: &i64| (first.saturating_sub(*time)).max(time.saturating_sub(last)).max(0);
                let nearest = days.into_iter().min_by_key(away).unwrap_or(days[0]);
                Self::Moment(nearest).find(here)
            }
            Self::Moment(time) => nearest(here, time),
        }
    }
}

/// The frame nearest to a time that lies in the footage, give or take the distance of its first two frames.
fn nearest(here: &Here<'_>, time: i64) -> Result<usize, String> {
    let (first, last) = here.times.extent().unwrap_or_default();
    let slack = match here.times.all() {
        [one, two, ..] => two.saturating_sub(*one).max(0),
        _ => 1_000_000,
    };
    if time < first.saturating_sub(slack) || time > last.saturating_add(slack) {
        return Err(format!(
            "{} is outside this footage, which runs from {} to {} UTC (t {} to {}).",
            time_utc(time),
            time_utc(first),
            time_utc(last),
            clock(first.saturating_sub(here.zero)),
            clock(last.saturating_sub(here.zero)),
        ));
    }
    here.times.nearest(time).ok_or_else(|| "This footage has no frames.".to_owned())
}

/// Digits, which commas may group.
fn whole(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|c| *c != ',').collect();
    (digits.bytes().all(|byte| byte.is_ascii_digit()) && text.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

/// A number without sign, exponent or anything else.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

fn ns_of_seconds(seconds: f64) -> Option<i64> {
    let ns = (seconds * S).round();
    #[expect(clippy::cast_possible_truncation, reason = "within the range of i64")]
    (ns.abs() < 9.2e18).then_some(ns as i64)
}

/// Fields between colons, the last one with decimals: `8:00:05.25`.
fn fields(text: &str) -> Option<(Vec<u64>, f64)> {
    let mut parts: Vec<&str> = text.split(':').collect();
    let last = decimal(parts.pop()?).filter(|seconds| *seconds < 60.0)?;
    let whole: Option<Vec<u64>> = parts.into_iter().map(|part| part.parse().ok()).collect();
    Some((whole?, last))
}

/// `1:03.25`: minutes and seconds since the start, as the time beside the controls is written.
fn elapsed(text: &str) -> Option<i64> {
    let (whole, seconds) = fields(text)?;
    let minutes = match whole.as_slice() {
        [minutes] => *minutes,
        [hours, minutes] if *minutes < 60 => hours.checked_mul(60)?.checked_add(*minutes)?,
        _ => return None,
    };
    let minutes = i64::try_from(minutes).ok()?.checked_mul(60_000_000_000)?;
    minutes.checked_add(ns_of_seconds(seconds)?)
}

/// `08:00:05`, or `08:00` with a Z behind it: a time of day.
fn of_day(text: &str) -> Option<i64> {
    let utc = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix("UTC")).map(str::trim_end);
    let (hours, minutes, seconds) = match (fields(utc.unwrap_or(text))?, utc.is_some()) {
        ((whole, seconds), _) if whole.len() == 2 => (whole[0], whole[1], seconds),
        ((whole, minutes), true) if whole.len() == 1 && minutes.fract() == 0.0 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than 60")]
            let minutes = minutes as u64;
            (whole[0], minutes, 0.0)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let whole = i64::try_from(hours * 3600 + minutes * 60).ok()? * 1_000_000_000;
    Some(whole + ns_of_seconds(seconds)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: i64 = 1_000_000_000;
    /// 2024-05-01T08:00:00Z
    const EIGHT: i64 = 1_714_550_400 * S;

    #[test]
    fn every_form_is_read() {
        for (text, expected) in [
            ("120", Some(Place::Frame(120))),
            ("1,204", Some(Place::Frame(1204))),
            (" #7 ", Some(Place::Frame(7))),
            ("+5s", Some(Place::Later(5 * S))),
            ("-500 ms", Some(Place::Later(-S / 2))),
            ("−2 min", Some(Place::Later(-120 * S))),
            ("+10", Some(Place::Frames(10))),
            ("-3", Some(Place::Frames(-3))),
            ("t 12.5", Some(Place::Elapsed(25 * S / 2))),
            ("t=3", Some(Place::Elapsed(3 * S))),
            ("t 1:03", Some(Place::Elapsed(63 * S))),
            ("t 1:02:05", Some(Place::Elapsed(3725 * S))),
            ("12.5", Some(Place::Elapsed(25 * S / 2))),
            ("12.5 s", Some(Place::Elapsed(25 * S / 2))),
            ("1:03.250", Some(Place::Elapsed(63_250_000_000))),
            ("08:00:05", Some(Place::OfDay((8 * 3600 + 5) * S))),
            ("08:00:05.5 UTC", Some(Place::OfDay((8 * 3600 + 5) * S + S / 2))),
            ("8:30Z", Some(Place::OfDay((8 * 3600 + 1800) * S))),
            ("2024-05-01T08:00:05Z", Some(Place::Moment(EIGHT + 5 * S))),
            ("2024-05-01 08:00:05 UTC", Some(Place::Moment(EIGHT + 5 * S))),
            ("2024-05-01T10:00:05+02:00", Some(Place::Moment(EIGHT + 5 * S))),
            ("50 %", Some(Place::Part(0.5))),
            ("12.5%", Some(Place::Part(0.125))),
            ("101 %", None),
            ("-1 %", None),
            ("24:00:00", None),
            ("08:61:00", None),
            ("1:75", None),
            ("#", None),
            ("#x", None),
            ("+", None),
            ("t", None),
            ("t -1", None),
            ("1e3", None),
            ("5 kg", None),
            (",5", None),
            ("soon", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            let read = Place::parse(text);
            assert_eq!(read.clone().ok(), expected, "{text}");
            if let Err(error) = read {
                assert!(error.contains("Frame 120 or #120"), "{error}");
            }
        }
    }

    #[test]
    fn every_form_finds_its_frame_or_says_what_there_is() {
        // Ten frames a second; the recording began half a second before.
        let times: Vec<i64> = (0..101).map(|frame| EIGHT + frame * S / 10).collect();
        let here = Here { times: FrameTimes::new(&times, &[]), frame: 50, zero: EIGHT - S / 2 };
        for (text, expected) in [
            ("0", Ok(0)),
            ("#100", Ok(100)),
            ("101", Err("frames 0 to 100")),
            ("+10", Ok(60)),
            ("-50", Ok(0)),
            ("-51", Err("frames 0 to 100")),
            ("+2s", Ok(70)),
            ("+2.04s", Ok(70)),
            ("+2.06s", Ok(71)),
            ("+6s", Err("runs from 2024-05-01 08:00:00.000")),
            ("t 1", Ok(5)),
            ("0:01.5", Ok(10)),
            ("08:00:05", Ok(50)),
            ("09:00:05", Err("2024-05-01 09:00:05.000 is outside")),
            ("2024-05-01T08:00:10.09Z", Ok(100)),
            ("2024-05-02", Err("is outside")),
            ("50 %", Ok(50)),
            ("0%", Ok(0)),
            ("100%", Ok(100)),
        ] {
            let found = Place::parse(text).unwrap().find(&here);
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(told), Err(part)) => assert!(told.contains(part), "{text}: {told}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
        // The clock was set back by 5 s at frame 60: the end of the footage is not the latest time.
        let back: Vec<i64> = (0..101).map(|at| times[at] - if at >= 60 { 5 * S } else { 0 }).collect();
        let here = Here { times: FrameTimes::new(&back, &[60]), ..here };
        for (text, expected) in [("08:00:05.4", 54), ("08:00:05.9", 59), ("08:00:01", 10), ("100%", 100)] {
            assert_eq!(Place::parse(text).unwrap().find(&here), Ok(expected), "{text}");
        }
        let empty = Here { times: FrameTimes::new(&[], &[]), frame: 0, zero: 0 };
        assert!(Place::Part(0.5).find(&empty).is_err());
    }

    #[test]
    fn a_time_of_day_is_found_past_midnight() {
        let midnight = 1_714_521_600 * S;
        let times: Vec<i64> = (0..20).map(|frame| midnight + (frame - 10) * S).collect();
        let here = Here { times: FrameTimes::new(&times, &[]), frame: 0, zero: times[0] };
        for (text, expected) in [("23:59:55", 5), ("00:00:05", 15)] {
            assert_eq!(Place::parse(text).unwrap().find(&here), Ok(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_gives_a_frame_or_a_sentence(
            text in "[-+#t0-9:.,%sZ ]{0,14}", times in proptest::collection::vec(any::<i64>(), 0..6), zero: i64,
        ) {
            let backs: Vec<usize> = (1..times.len()).filter(|at| times[*at] < times[at - 1]).collect();
            let here = Here { times: FrameTimes::new(&times, &backs), frame: times.len() / 2, zero };
            match Place::parse(&text).and_then(|place| place.find(&here)) {
                Ok(frame) => prop_assert!(frame < times.len()),
                Err(told) => prop_assert!(!told.is_empty()),
            }
        }
    }
}
