//! Verifying: every store that has checksums is read again, and what differs is named.

use std::{ops::Range, time::Instant};

use parking_lot::Mutex;
use wildmatch::WildMatch;

use super::{
    ByteRange, DamagedFrames, DamagedStore, Told, VerifyReport, WRITE_AT_ONCE, matches, tell_store,
    work::{Done, Job, read_all},
};
use crate::{
    catalog::{ChecksumState, Finding, FootageDamage, StoreState},
    frames::{
        StoreIdentity,
        checksum::{Part, StoreChecksums, StoreFile, frames_in, joined},
    },
    jobs::Progress,
    model::{Problem, format_ns},
    session::{Session, SessionError, now_ns},
};

const RESTORE: &str = "Restore the store from a copy, index again if its time changed, and verify again.";

/// A store that is being read.
struct Reading {
    state: StoreState,
    known: ChecksumState,
}

/// What is to be written about a store.
enum Write {
    Wrong(Finding),
    Right(String, StoreIdentity),
}

pub(super) fn run(
    session: &Session,
    recording: Option<&str>,
    progress: &Progress,
) -> Result<VerifyReport, SessionError> {
    let began = Instant::now();
    progress.stage("looking at the stores");
    let pattern = recording.map(WildMatch::new_case_insensitive);
    let mut stores = session.reader()?.stores()?;
    let all = stores.len();
    stores.retain(|state| matches(state, pattern.as_ref()));
    if let (true, Some(recording)) = (stores.is_empty() && all > 0, recording) {
        return Err(SessionError::Usage(format!("no recording of the lake matches `{recording}`")));
    }
    let mut report = VerifyReport { stores: stores.len() as u64, ..VerifyReport::default() };
    let mut waiting = Vec::new();
    let mut to_read = Vec::new();
    for state in stores {
        progress.check()?;
        if let Some(wrong) = look_at(session, state, &mut to_read, &mut report) {
            progress.log(format!("{}: {}", wrong.store, wrong.what));
            waiting.push(Write::Wrong(wrong));
        }
    }
    progress.set_total_bytes(to_read.iter().map(|(_, size)| size).sum());
    let (of, broken) = (to_read.len(), Mutex::new(Vec::new()));
    let mut queue = to_read.into_iter().enumerate();
    let next = || {
        for (number, (reading, size)) in queue.by_ref() {
            tell_store(progress, &reading.state.store, number + 1, of);
            let store = reading.state.store.clone();
            match prepare(session, reading) {
                Ok(job) => return Some(job),
                Err(why) => {
                    progress.add(size);
                    broken.lock().push(Told { store, what: why });
                }
            }
        }
        None
    };
    let result = read_all(progress, next, |done, more| {
        waiting.extend(settle(session, &done, &mut report, progress)?);
        if !more || waiting.len() >= WRITE_AT_ONCE {
            write(session, &mut waiting, progress)?;
        }
        Ok(())
    });
    // What was found is kept, also when the work was stopped.
    write(session, &mut waiting, progress)?;
    result?;
    for told in broken.into_inner() {
        progress.log(format!("{}: {}", told.store, told.what));
        report.missing.push(told);
    }
    for store in &report.not_covered {
        progress.log(format!("{store}: not covered, run `lakescope index --checksums`"));
    }
    report.damaged.sort_by(|a, b| crate::lake::natural_cmp(&a.store, &b.store));
    report.frames_damaged = report.damaged.iter().map(DamagedStore::frame_count).sum();
    // A store that changed while it was read was not verified.
    report.intact =
        report.damaged.is_empty() && report.resized.is_empty() && report.missing.is_empty() && report.busy.is_empty();
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// Counts a store and decides whether it is read; tells what is wrong when a glance shows it.
fn look_at(
    session: &Session,
    state: StoreState,
    to_read: &mut Vec<(Reading, u64)>,
    report: &mut VerifyReport,
) -> Option<Finding> {
    let frames: u64 = state.footages.iter().map(|footage| footage.frames).sum();
    report.frames += frames;
    let opened = StoreFile::open(session.root(), &state.store);
    // What has checksums counts with the size it had then, so that a part is never more than the whole.
    let here = opened.as_ref().map_or(0, StoreFile::size_bytes);
    report.bytes += here.max(state.checksums.as_ref().map_or(0, |known| known.identity.size_bytes));
    let Some(known) = state.checksums.clone() else {
        report.not_covered.push(state.store);
        return None;
    };
    report.stores_covered += 1;
    report.frames_covered += frames;
    report.bytes_covered += known.identity.size_bytes;
    let wrong = |what: String, hint: &str, identity| {
        let Problem { path, what, hint } = Problem::new(&state.store, what, hint);
        Finding { store: path, identity, found_at_ns: now_ns(), what, hint, damage: Vec::new() }
    };
    match opened {
        Err(error) => {
            let what = error.to_string();
            report.missing.push(Told { store: state.store.clone(), what: what.clone() });
            Some(wrong(format!("has checksums, but is not there to be verified: {what}"), RESTORE, None))
        }
        Ok(file) if file.size_bytes() != known.identity.size_bytes => {
            let what = format!("changed (size): {} bytes, were {}", file.size_bytes(), known.identity.size_bytes);
            report.resized.push(Told { store: state.store.clone(), what: what.clone() });
            let hint =
                "Restore the store from a copy; if the change was meant, index again and record its checksums again.";
            Some(wrong(what, hint, file.identity().ok()))
        }
        Ok(file) => {
            to_read.push((Reading { state, known }, file.size_bytes()));
            None
        }
    }
}

fn prepare(session: &Session, about: Reading) -> Result<Job<Reading>, String> {
    let file = StoreFile::open(session.root(), &about.state.store).map_err(|error| error.to_string())?;
    let data = session
        .reader()
        .and_then(|reader| Ok(reader.checksum_data(&about.state.store)?))
        .map_err(|error| error.to_string())?
        .ok_or("its checksums are gone from the index; verify again")?;
    let checksums = StoreChecksums::unpack(&data)
        .map_err(|_| "its checksums do not decode; record them again with `lakescope index --checksums`")?;
    if checksums.cover.size_bytes() != file.size_bytes() {
        return Err("its size changed while the lake was verified; verify again".to_owned());
    }
    Ok(Job { about, file, cover: checksums.cover, expected: Some(checksums.sums) })
}

/// What comes of a store that was read.
fn settle(
    session: &Session,
    done: &Done<Reading>,
    report: &mut VerifyReport,
    progress: &Progress,
) -> Result<Option<Write>, SessionError> {
    let job = done.job();
    let Reading { state, known } = &job.about;
    if !job.file.is_unchanged() {
        progress.log(format!("{}: changed while it was read; verify it again", state.store));
        report.busy.push(state.store.clone());
        return Ok(None);
    }
    let identity = job.file.identity().ok();
    let looks_unchanged = known.states().any(|state| job.file.looks_like(state));
    if done.differing.is_empty() {
        let Some(identity) = identity else { return Ok(None) };
        if !looks_unchanged {
            progress.log(format!("{}: touched, contents the same", state.store));
            report.touched.push(state.store.clone());
        }
        let news = state.has_finding || !looks_unchanged;
        return Ok(news.then(|| Write::Right(state.store.clone(), identity)));
    }
    let made_at = format_ns(known.made_at_ns);
    let (damage, frames, structure) = whose(session, state, &done.differing, &made_at)?;
    let store = DamagedStore {
        store: state.store.clone(),
        checksums_made_at: made_at,
        frames,
        structure,
        unreadable: done.unread.clone(),
        looks_unchanged,
    };
    let what = describe(&store);
    progress.log(format!("{}: {what}", store.store));
    let Problem { path, what, hint } = Problem::new(&store.store, what, RESTORE);
    report.damaged.push(store);
    Ok(Some(Write::Wrong(Finding { store: path, identity, found_at_ns: now_ns(), what, hint, damage })))
}

type Whose = (Vec<FootageDamage>, Vec<DamagedFrames>, Vec<ByteRange>);

/// The frames and the places of the structure that parts belong to.
fn whose(session: &Session, state: &StoreState, differing: &[Part], made_at: &str) -> Result<Whose, SessionError> {
    let runs: Vec<Range<u64>> = differing
        .iter()
        .filter_map(|part| match part {
            Part::Frames(run) => Some(run.clone()),
            Part::Rest(_) => None,
        })
        .collect();
    let mut claimed = vec![false; runs.len()];
    let made_at = to_the_second(made_at);
    let reason =
        format!("damaged: its stored bytes differ from their checksum of {made_at}; restore the store from a copy");
    let (mut damage, mut named) = (Vec::new(), Vec::new());
    for (footage, spans) in state.footages.iter().zip(session.spans_of(state)?) {
        let frames = frames_in(&spans, &runs, &mut claimed);
        named.extend(frames.iter().map(|run| DamagedFrames::new(&footage.recording, &footage.camera, run)));
        if !frames.is_empty() {
            damage.push(FootageDamage { footage_id: footage.footage_id, ranges: frames, reason: reason.clone() });
        }
    }
    // Bytes that held frames when the checksums were made and no longer do, by the index of now.
    let unclaimed = runs.into_iter().zip(claimed).filter(|(_, claimed)| !claimed).map(|(run, _)| run);
    let rest = differing.iter().filter_map(|part| match part {
        Part::Rest(runs) => Some(runs.first()?.start..runs.last()?.end),
        Part::Frames(_) => None,
    });
    let structure = joined(unclaimed.chain(rest).collect());
    let structure = structure.into_iter().map(|run| ByteRange { first: run.start, last: run.end - 1 }).collect();
    Ok((damage, named, structure))
}

/// A time as sentences tell it, `2026-01-05 08:00:00 UTC`; reports keep the nanoseconds.
fn to_the_second(time: &str) -> String {
    match (time.get(..10), time.get(11..19)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => time.to_owned(),
    }
}

/// The finding in one sentence.
fn describe(store: &DamagedStore) -> String {
    const NAMED: usize = 3;
    let mut parts = Vec::new();
    let list = |all: Vec<String>| {
        let more = all.len().saturating_sub(NAMED);
        let first = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{first} and {more} more") } else { first }
    };
    let frames = store.frame_count();
    if frames > 0 {
        let runs = list(store.frames.iter().map(|run| run.frames.clone()).collect());
        parts.push(format!("{frames} damaged frame{} ({runs})", if frames == 1 { "" } else { "s" }));
    }
    if !store.structure.is_empty() {
        let places = store.structure.iter().map(|run| format!("{} to {}", run.first, run.last)).collect();
        parts.push(format!("damaged structure (bytes {})", list(places)));
    }
    let read = store.unreadable.as_ref().map_or_else(String::new, |error| format!("; some cannot be read ({error})"));
    let made_at = to_the_second(&store.checksums_made_at);
    format!("{}: bytes differ from their checksums of {made_at}{read}", parts.join(" and "))
}

fn write(session: &Session, waiting: &mut Vec<Write>, progress: &Progress) -> Result<(), SessionError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let mut writer = session.writer(progress)?;
    for write in waiting.drain(..) {
        match write {
            Write::Wrong(finding) => writer.put_finding(&finding)?,
            Write::Right(store, identity) => writer.put_right(&store, &identity)?,
        }
    }
    Ok(())
}
