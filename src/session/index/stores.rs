//! The image stores of a source: what is in them, and when each frame was taken.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    recording_series::RecordingSeries,
    source::{Reading, seconds_to_ns},
};
use crate::{
    catalog::FootageRecord,
    frames::{self, Clock, FoundFootage, FrameLayout, Guesses, PixelOrder, StoreIdentity, TimeUnit, structure::Values},
    lake::{AxisOrder, ClockUnit, FootageName, FootageSetting, RecordingFiles},
    model::{Footage, Label, Problem},
};

/// Frames a second of a store that tells neither times nor a rate, when `lake.toml` does not tell one.
const DEFAULT_RATE_HZ: f64 = 10.0;

/// Times before 1990 count from the start of something and are no dates.
const EARLIEST_DATE_NS: i64 = 631_152_000_000_000_000;

/// A recording found in the stores of a source.
pub(super) struct FoundRecording {
    pub(super) name: String,
    pub(super) footages: Vec<FoundCamera>,
}

/// What the stores of a source hold.
pub(super) struct FoundStores {
    /// Their recordings.
    pub(super) recordings: Vec<FoundRecording>,
    /// Those without images, which hold sensor arrays.
    pub(super) logs: Vec<FoundLog>,
}

/// Arrays of a store without images.
pub(super) struct FoundLog {
    /// The store.
    pub(super) path: String,
    /// Its columns.
    pub(super) arrays: Vec<(String, Values)>,
}

/// One footage before its metrics and labels are known.
pub(super) struct FoundCamera {
    pub(super) footage: Footage,
    identity: StoreIdentity,
    layout: Option<FrameLayout>,
    extents: Vec<u8>,
    clock: Clock,
    /// Times of a log of the same drive, by frame.
    log_times: Option<Vec<i64>>,
    /// Time of each frame, ns UTC, once the clocks are set.
    pub(super) times: Vec<i64>,
    /// Arrays with one row per frame, and their columns.
    pub(super) arrays: Vec<(String, Values)>,
    labels: Vec<Label>,
    /// What a person tells about it.
    setting: FootageSetting,
}

impl FoundCamera {
    /// Takes the frame times that a log tells, unless the store has its own.
    pub(super) fn log_times(&mut self, times: &[i64]) {
        if times.len() as u64 == self.footage.frames {
            self.log_times = Some(times.to_vec());
        }
    }

    /// Time of the first frame by the store's own clock, when it is a date.
    fn first_date(&self) -> Option<i64> {
        let told = || {
            let Clock::Timestamps(times) = &self.clock else { return None };
            times.iter().copied().min().filter(|ns| *ns > EARLIEST_DATE_NS)
        };
        let first = self.setting.starts_at.or_else(told)?;
        Some(first.saturating_add(self.setting.offset_s.map_or(0, seconds_to_ns)))
    }

    /// Times moved to where a person says that they are.
    fn moved(&self, mut times: Vec<i64>) -> Vec<i64> {
        let first = times.first().copied().unwrap_or(0);
        let start = self.setting.starts_at.map_or(0, |start| start.saturating_sub(first));
        let shift = start.saturating_add(self.setting.offset_s.map_or(0, seconds_to_ns));
        if shift != 0 {
            for time in &mut times {
                *time = time.saturating_add(shift);
            }
        }
        times
    }

    pub(super) fn into_record(self, recording: &str) -> FootageRecord {
        FootageRecord {
            footage: Footage { recording: recording.to_owned(), ..self.footage },
            identity: self.identity,
            layout: self.layout,
            extents: self.extents,
            times: self.times,
            columns: Vec::new(),
            labels: self.labels,
        }
    }
}

/// Time of the first frame of a recording, when its stores tell dates.
pub(super) fn first_frame_ns(recording: &FoundRecording) -> Option<i64> {
    recording.footages.iter().filter_map(FoundCamera::first_date).min()
}

/// Reads the structure of every store. There is always a recording of the source's own name first when any store has
/// frames that belong to no other, or when there is no store at all.
pub(super) fn read(reading: &Reading<'_>, files: &RecordingFiles, problems: &mut Vec<Problem>) -> FoundStores {
    let mut found: Vec<FoundRecording> = Vec::new();
    let mut logs = Vec::new();
    for store in &files.stores {
        match frames::probe_store(reading.pool, reading.root, &store.path) {
            Ok(probe) => {
                problems.extend(probe.problems.into_iter().map(|(what, hint)| Problem::new(&store.path, what, hint)));
                if !probe.log.is_empty() {
                    logs.push(FoundLog { path: store.path.clone(), arrays: probe.log });
                }
                let alone = probe.footages.len() == 1;
                let mut guesses = Guesses::default();
                for mut footage in probe.footages {
                    let name = match &footage.recording_hint {
                        Some(hint) => files.name_inside(hint),
                        None => files.name.clone(),
                    };
                    let camera = match (&footage.camera, alone) {
                        (Some(camera), false) if files.stores.len() > 1 => format!("{}_{camera}", store.camera),
                        (Some(camera), _) if !files.native => camera.clone(),
                        (Some(camera), false) => camera.clone(),
                        _ => store.camera.clone(),
                    };
                    let camera = unique_camera(&found, &name, &camera);
                    let setting =
                        reading.settings.of(FootageName { recording: &name, camera: &camera, store: &store.path });
                    settle(reading, &store.path, &setting, &mut footage, problems);
                    guesses.add(&footage);
                    let camera = found_camera(camera, &store.path, probe.identity, footage, setting);
                    place(&mut found, name, camera);
                }
                let guesses = guesses.problems().into_iter();
                problems.extend(guesses.map(|(what, hint)| Problem::new(&store.path, what, hint)));
            }
            Err(error) => {
                let (what, hint) = error.problem();
                problems.push(Problem::new(&store.path, what, hint));
            }
        }
    }
    if found.is_empty() {
        found.push(FoundRecording { name: files.name.clone(), footages: Vec::new() });
    }
    found.sort_by(|a, b| crate::lake::natural_cmp(&a.name, &b.name));
    FoundStores { recordings: found, logs }
}

/// Applies what a person tells about a footage; what cannot be is told.
fn settle(
    reading: &Reading<'_>,
    store: &str,
    setting: &FootageSetting,
    footage: &mut FoundFootage,
    problems: &mut Vec<Problem>,
) {
    let order = setting.order.map(|order| match order {
        AxisOrder::Hwc => ("hwc", PixelOrder::Hwc),
        AxisOrder::Chw => ("chw", PixelOrder::Chw),
        AxisOrder::Hw => ("hw", PixelOrder::Hw),
    });
    if let Some((word, order)) = order
        && let Err(why) = footage.reorder(order)
    {
        let dataset = &footage.layout.dataset;
        problems.push(Problem::new(
            store,
            format!("order = \"{word}\" of lake.toml was not used for {dataset}: {why}"),
            "Correct or remove it in lake.toml.",
        ));
    }
    if setting.clock.is_none() && setting.times.is_none() {
        return;
    }
    let unit = setting.clock.map(|unit| match unit {
        ClockUnit::S => TimeUnit::Seconds,
        ClockUnit::Ms => TimeUnit::Milliseconds,
        ClockUnit::Us => TimeUnit::Microseconds,
        ClockUnit::Ns => TimeUnit::Nanoseconds,
    });
    let dataset = setting.times.clone().or_else(|| footage.times.as_ref().map(|times| times.dataset.clone()));
    let Some(dataset) = dataset else {
        problems.push(Problem::new(
            store,
            "clock of lake.toml was not used: no times were found in the store",
            "Name their array with times = \"/path\", or set rate_hz.",
        ));
        return;
    };
    match frames::read_times(reading.pool, reading.root, store, &dataset, unit) {
        Ok((times, source)) => {
            footage.clock = Clock::Timestamps(times);
            footage.times = Some(source);
        }
        Err(error) => {
            let (what, hint) = error.problem();
            problems.push(Problem::new(store, format!("times of lake.toml were not used: {what}"), hint));
        }
    }
}

fn place(found: &mut Vec<FoundRecording>, name: String, camera: FoundCamera) {
    match found.iter_mut().find(|one| one.name == name) {
        Some(one) => one.footages.push(camera),
        None => found.push(FoundRecording { name, footages: vec![camera] }),
    }
}

/// The camera's name, with a number where the recording has one of that name already.
fn unique_camera(found: &[FoundRecording], recording: &str, camera: &str) -> String {
    let footages = found.iter().filter(|one| one.name == recording).flat_map(|one| &one.footages);
    let taken: BTreeSet<&str> = footages.map(|one| one.footage.camera.as_str()).collect();
    let camera = camera.replace('/', "_");
    let mut unique = camera.clone();
    let mut number = 2;
    while taken.contains(unique.as_str()) {
        unique = format!("{camera}_{number}");
        number += 1;
    }
    unique
}

fn found_camera(
    camera: String,
    store: &str,
    identity: StoreIdentity,
    from: FoundFootage,
    setting: FootageSetting,
) -> FoundCamera {
    let labels = from
        .labels_by_frame
        .iter()
        .flatten()
        .zip(0..from.frames)
        .map(|(class, frame_idx)| Label {
            frame_idx,
            class: class.clone(),
            bbox: None,
            score: None,
            track_id: None,
            attributes: None,
        })
        .collect();
    FoundCamera {
        footage: Footage {
            recording: String::new(),
            camera,
            store: store.to_owned(),
            frames: from.frames,
            width_px: from.width_px,
            height_px: from.height_px,
            rate_hz: 0.0,
            store_kind: from.store_kind,
        },
        identity,
        layout: (from.width_px > 0).then_some(from.layout),
        extents: from.extents.pack(),
        clock: from.clock,
        log_times: None,
        times: Vec::new(),
        arrays: from.arrays,
        labels,
        setting,
    }
}

/// Gives every frame its time: the store's own, those of a log, or a rate counted from when the recording began.
pub(super) fn set_clocks(
    found: &mut [FoundRecording],
    series: &RecordingSeries,
    started_at_ns: Option<i64>,
    lake_rate_hz: Option<f64>,
    problems: &mut Vec<Problem>,
) {
    // One line per store, however many cameras and recordings it holds.
    let mut guessed = BTreeMap::<String, (f64, bool, bool)>::new();
    for recording in found {
        let begin = started_at_ns.or_else(|| series.first_time(&recording.name)).unwrap_or(0);
        for camera in &mut recording.footages {
            let frames = camera.footage.frames;
            let own = std::mem::replace(&mut camera.clock, Clock::Unknown);
            let begin = camera.setting.starts_at.unwrap_or(begin);
            let (times, rate) = match (own, camera.log_times.take()) {
                (own, log) if camera.setting.rate_hz.is_some() => {
                    let rate = camera.setting.rate_hz.unwrap_or(DEFAULT_RATE_HZ);
                    let first = match &own {
                        Clock::Timestamps(times) => times.first().copied(),
                        _ => log.and_then(|times| times.first().copied()),
                    };
                    (at_rate(first.unwrap_or(begin), rate, frames), rate)
                }
                (Clock::Timestamps(mut times), _) if times.len() as u64 >= frames => {
                    if times.len() as u64 > frames {
                        problems.push(Problem::new(
                            &camera.footage.store,
                            format!("has {} times for {frames} frames; the first {frames} were used", times.len()),
                            "Check that the recording was written to its end.",
                        ));
                        times.truncate(usize::try_from(frames).unwrap_or(usize::MAX));
                    }
                    let rate = rate_of(&times);
                    (times, rate)
                }
                (_, Some(times)) => {
                    let rate = rate_of(&times);
                    (times, rate)
                }
                (clock, None) => {
                    let told = if let Clock::Rate(rate) = clock { Some(rate) } else { None };
                    if let Clock::Timestamps(times) = &clock {
                        problems.push(Problem::new(
                            &camera.footage.store,
                            format!("has {} times for {frames} frames, so the times were not used", times.len()),
                            "Write one time per frame, or set rate_hz in lake.toml.",
                        ));
                    }
                    let known = lake_rate_hz.or(told).filter(|rate| rate.is_finite() && *rate > 0.0);
                    let rate = known.unwrap_or(DEFAULT_RATE_HZ);
                    if frames > 1 {
                        guessed.entry(camera.footage.store.clone()).or_insert((rate, known.is_some(), begin != 0));
                    }
                    (at_rate(begin, rate, frames), rate)
                }
            };
            camera.times = camera.moved(times);
            camera.footage.rate_hz = rate;
            problems.extend(back_in_time(camera));
        }
    }
    problems.extend(guessed.into_iter().map(|(store, (rate, known, dated))| guessed_rate(&store, rate, known, dated)));
}

fn guessed_rate(store: &str, rate: f64, known: bool, dated: bool) -> Problem {
    let by = if known { "the usual rate of its layout, or lake.toml's" } else { "a guess" };
    let from = if dated { "when the recording began" } else { "1970, as nothing tells when it began" };
    Problem::new(
        store,
        format!("holds no times: its frames count from {from}, {rate} a second ({by})"),
        "Set rate_hz in lake.toml and started_at in recording.toml if that is wrong.",
    )
}

/// Told of a footage whose clock was set back.
fn back_in_time(camera: &FoundCamera) -> Option<Problem> {
    let steps = camera.times.windows(2).enumerate().filter(|(_, pair)| pair[1] < pair[0]);
    let mut backs = steps.map(|(at, pair)| (at + 1, pair[0].saturating_sub(pair[1])));
    let (first, by_ns) = backs.next()?;
    let more = match backs.count() {
        0 => String::new(),
        count => format!(", and {count} more times later"),
    };
    #[expect(clippy::cast_precision_loss, reason = "told in seconds")]
    let by_s = by_ns as f64 / 1e9;
    Some(Problem::new(
        &camera.footage.store,
        format!("the times of {} go back by {by_s} s at frame {first}{more}", camera.footage.camera),
        "All frames were taken over with the times they have; spans and windows of time end there. Correct the clock, or set \
         rate_hz for the footage in lake.toml, which counts times from its first frame.",
    ))
}

/// Times of frames that come at a steady rate.
#[expect(clippy::cast_precision_loss, reason = "frame numbers stay far below 2^53")]
fn at_rate(begin: i64, rate_hz: f64, frames: u64) -> Vec<i64> {
    (0..frames).map(|frame| begin.saturating_add(seconds_to_ns(frame as f64 / rate_hz))).collect()
}

/// Frames a second: the median distance of neighbours, turned over. 0 for fewer than two frames.
#[expect(clippy::cast_precision_loss, reason = "distances of frames in ns stay far below 2^53")]
fn rate_of(times: &[i64]) -> f64 {
    let mut steps: Vec<u64> = times.windows(2).map(|pair| pair[1].abs_diff(pair[0])).filter(|step| *step > 0).collect();
    if steps.is_empty() {
        return 0.0;
    }
    let middle = steps.len() / 2;
    let rate = 1e9 / *steps.select_nth_unstable(middle).1 as f64;
    // Nanoseconds round a 30 Hz period, so the rate is told to the thousandth.
    (rate * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_told_by_the_median_step() {
        for (times, expected) in [
            (vec![], 0.0),
            (vec![5], 0.0),
            (vec![0, 100_000_000, 200_000_000], 10.0),
            (vec![0, 33_333_333, 66_666_667, 5_000_000_000], 30.0),
        ] {
            assert!((rate_of(&times) - expected).abs() < 1e-9, "{times:?}");
        }
        assert_eq!(at_rate(5, 50.0, 3), [5, 20_000_005, 40_000_005]);
    }

    /// A camera of `frames` frames with a clock.
    fn camera(frames: u64, clock: Clock) -> FoundCamera {
        FoundCamera {
            footage: Footage {
                recording: String::new(),
                camera: "front".to_owned(),
                store: "front.h5".to_owned(),
                frames,
                width_px: 0,
                height_px: 0,
                rate_hz: 0.0,
                store_kind: "raw".to_owned(),
            },
            identity: StoreIdentity { size_bytes: 0, mtime_ns: 0, inode: 0, ends_hash: 0 },
            layout: None,
            extents: Vec::new(),
            clock,
            log_times: None,
            times: Vec::new(),
            arrays: Vec::new(),
            labels: Vec::new(),
            setting: FootageSetting::default(),
        }
    }

    #[test]
    fn times_of_another_length_are_told() {
        let start = EARLIEST_DATE_NS * 2;
        let many: Vec<i64> = (0..12).map(|at| start + at * 1_000_000_000).collect();
        for (frames, times, first, last, word) in [
            (12, &many[..], start, start + 11_000_000_000, ""),
            (10, &many[..], start, start + 9_000_000_000, "has 12 times for 10 frames; the first 10 were used"),
            (10, &many[..8], 0, 900_000_000, "has 8 times for 10 frames, so the times were not used"),
        ] {
            let clock = Clock::Timestamps(times.to_vec());
            let mut found = [FoundRecording { name: "d".to_owned(), footages: vec![camera(frames, clock)] }];
            assert_eq!(first_frame_ns(&found[0]), Some(start));
            let mut problems = Vec::new();
            set_clocks(&mut found, &RecordingSeries::default(), None, None, &mut problems);
            let times = &found[0].footages[0].times;
            assert_eq!((times.len() as u64, times[0], times[times.len() - 1]), (frames, first, last));
            assert_eq!(problems.first().map_or("", |one| one.what.as_str()), word);
        }
        let mut back = many.clone();
        back[6..].iter_mut().for_each(|time| *time -= 5_000_000_000);
        let cameras = [many, back].map(|times| camera(12, Clock::Timestamps(times))).into();
        let mut problems = Vec::new();
        let mut found = [FoundRecording { name: "d".to_owned(), footages: cameras }];
        set_clocks(&mut found, &RecordingSeries::default(), None, None, &mut problems);
        let told: Vec<_> = problems.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(told, ["the times of front go back by 4 s at frame 6"]);
        let since_start = camera(2, Clock::Timestamps(vec![0, 100_000_000]));
        assert_eq!(first_frame_ns(&FoundRecording { name: "d".to_owned(), footages: vec![since_start] }), None);
    }
}
