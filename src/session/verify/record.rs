//! Recording checksums: each store is read once from end to end, and written in a transaction of its own.

use std::time::Instant;

use parking_lot::Mutex;

use super::{
    ChecksumReport, Told, WRITE_AT_ONCE, tell_store,
    work::{Done, Job, read_all},
};
use crate::{
    catalog::{NewChecksums, StoreState},
    frames::{
        StoreIdentity,
        checksum::{Cover, StoreChecksums, StoreFile},
    },
    jobs::Progress,
    session::{Session, SessionError, now_ns},
};

/// A store that is being read.
struct Reading {
    state: StoreState,
    identity: StoreIdentity,
}

/// What is to be written about a store.
enum Write {
    New(NewChecksums),
    Same(String, StoreIdentity),
}

pub(super) fn run(
    session: &Session,
    accept_changes: bool,
    progress: &Progress,
) -> Result<ChecksumReport, SessionError> {
    let began = Instant::now();
    progress.stage("looking at the stores");
    let stores = session.reader()?.stores()?;
    let mut report = ChecksumReport { stores: stores.len() as u64, ..ChecksumReport::default() };
    let mut to_read = Vec::new();
    let mut gone = 0;
    for state in stores {
        progress.check()?;
        if state.source.is_empty() {
            progress.log(format!("{}: not in the lake any more; its checksums are dropped", state.store));
            gone += 1;
            continue;
        }
        match StoreFile::open(session.root(), &state.store) {
            Ok(file) => {
                if state.checksums.as_ref().is_some_and(|known| known.states().any(|state| file.looks_like(state))) {
                    report.stores_kept += 1;
                } else {
                    to_read.push((state, file.size_bytes()));
                }
            }
            Err(error) => skip(&mut report, progress, &state.store, error.to_string()),
        }
    }
    report.stores -= gone;
    if gone > 0 {
        session.writer(progress)?.forget_gone_checksums()?;
    }
    progress.set_total_bytes(to_read.iter().map(|(_, size)| size).sum());
    let (of, skipped) = (to_read.len(), Mutex::new(Vec::new()));
    let mut queue = to_read.into_iter().enumerate();
    let next = || {
        for (number, (state, size)) in queue.by_ref() {
            tell_store(progress, &state.store, number + 1, of);
            let store = state.store.clone();
            match prepare(session, state, accept_changes) {
                Ok(job) => return Some(job),
                Err(why) => {
                    progress.add(size);
                    skipped.lock().push((store, why));
                }
            }
        }
        None
    };
    let mut waiting = Vec::new();
    let result = read_all(progress, next, |done, more| {
        if let Some(write) = settle(&done, accept_changes, &mut report, progress) {
            waiting.push(write);
        }
        if !more || waiting.len() >= WRITE_AT_ONCE {
            write(session, &mut waiting, &mut report, progress)?;
        }
        Ok(())
    });
    // What was read is kept, also when the work was stopped.
    write(session, &mut waiting, &mut report, progress)?;
    result?;
    for (store, why) in skipped.into_inner() {
        skip(&mut report, progress, &store, why);
    }
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

fn skip(report: &mut ChecksumReport, progress: &Progress, store: &str, what: String) {
    progress.log(format!("{store}: left out: {what}"));
    report.skipped.push(Told { store: store.to_owned(), what });
}

/// Opens a store and cuts it into parts; fails with why it is left out.
fn prepare(session: &Session, state: StoreState, accept_changes: bool) -> Result<Job<Reading>, String> {
    let file = StoreFile::open(session.root(), &state.store).map_err(|error| error.to_string())?;
    let identity = file.identity().map_err(|error| format!("it cannot be read ({error})"))?;
    if state.indexed.is_some_and(|indexed| indexed != identity) {
        return Err("it changed since it was indexed; index again first".to_owned());
    }
    let fail = |error: SessionError| error.to_string();
    // A store that was cut off must not become right by recording it again.
    if let Some(known) = state.checksums.as_ref().filter(|_| !accept_changes)
        && known.identity.size_bytes != identity.size_bytes
    {
        return Err(format!(
            "it has {} bytes, and had {} when its checksums were made; they are kept, see `lakescope verify` (with \
             --accept-changes new ones take their place)",
            identity.size_bytes, known.identity.size_bytes
        ));
    }
    // Bytes of the same length are compared with what is known of them before anything is replaced.
    if state.checksums.is_some() && !accept_changes {
        let data = session.reader().and_then(|reader| Ok(reader.checksum_data(&state.store)?)).map_err(fail)?;
        let known = data.and_then(|data| StoreChecksums::unpack(&data).ok());
        if let Some(known) = known.filter(|known| known.cover.size_bytes() == identity.size_bytes) {
            return Ok(Job {
                about: Reading { state, identity },
                file,
                cover: known.cover,
                expected: Some(known.sums),
            });
        }
    }
    let spans = session.spans_of(&state).map_err(fail)?;
    let cover = Cover::new(identity.size_bytes, spans.into_iter().flatten().map(|span| span.bytes));
    Ok(Job { about: Reading { state, identity }, file, cover, expected: None })
}

/// What comes of a store that was read.
fn settle(
    done: &Done<Reading>,
    accept_changes: bool,
    report: &mut ChecksumReport,
    progress: &Progress,
) -> Option<Write> {
    let job = done.job();
    let Reading { state, identity } = &job.about;
    report.bytes_read += identity.size_bytes;
    if !job.file.is_unchanged() {
        skip(report, progress, &state.store, "it changed while it was read; index again".to_owned());
        return None;
    }
    if let Some(error) = &done.unread {
        skip(report, progress, &state.store, format!("it cannot be read to its end ({error}); check its disk"));
        return None;
    }
    if job.expected.is_some() {
        if done.differing.is_empty() {
            progress.log(format!("{}: touched, contents the same", state.store));
            report.touched.push(state.store.clone());
            return Some(Write::Same(state.store.clone(), *identity));
        }
        progress.log(format!(
            "{}: its contents differ from its checksums, which are kept; verify names what differs",
            state.store
        ));
        report.differing.push(state.store.clone());
        return None;
    }
    let data = StoreChecksums { cover: job.cover.clone(), sums: done.sums.clone() }.pack();
    let how = if accept_changes && state.checksums.is_some() { "recorded again" } else { "recorded" };
    progress.log(format!("{}: {how}, {} bytes, {} checksums", state.store, identity.size_bytes, done.sums.len()));
    Some(Write::New(NewChecksums {
        store: state.store.clone(),
        identity: *identity,
        indexed: state.indexed,
        made_at_ns: now_ns(),
        data,
    }))
}

fn write(
    session: &Session,
    waiting: &mut Vec<Write>,
    report: &mut ChecksumReport,
    progress: &Progress,
) -> Result<(), SessionError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let mut writer = session.writer(progress)?;
    for write in waiting.drain(..) {
        match write {
            Write::New(new) => {
                if writer.put_checksums(&new)? {
                    report.stores_read += 1;
                    report.checksum_bytes += new.data.len() as u64;
                } else {
                    skip(report, progress, &new.store, "it was indexed again meanwhile".to_owned());
                }
            }
            Write::Same(store, identity) => writer.put_right(&store, &identity)?,
        }
    }
    Ok(())
}
