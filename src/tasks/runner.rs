//! Carries one run from its first row in the database to its last.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use jiff::Timestamp;

use super::process;
use crate::{
    catalog::{CatalogError, KeptDb, RunEnd},
    jobs::{Cancelled, Progress},
    model::RunState,
};

/// How often progress is written to the database.
const TELL_EVERY: Duration = Duration::from_millis(400);

/// Work that takes longer than this is a run in any case.
const LONG: Duration = Duration::from_secs(2);

/// What a run that ended well tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T> {
    /// The value for the caller.
    pub value: T,
    /// Rows read.
    pub rows_in: u64,
    /// Rows written.
    pub rows_out: u64,
    /// Result as JSON text.
    pub result: String,
}

/// Why a run did not end well.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// Someone cancelled it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A message that says what happened, to what, and what to do.
    #[error("{0}")]
    Failed(String),
}

/// Runs `work` as a run named `task`: progress and log are written while it works, state and result when it ends. A
/// kept database that cannot be written does not keep the work from being done; that is told in the program's log.
///
/// # Errors
/// Those of `work`.
pub fn run<T>(
    kept: Option<&Arc<KeptDb>>,
    task: &str,
    parameters: &str,
    progress: &Progress,
    work: impl FnOnce(&Progress) -> Result<Outcome<T>, TaskError>,
) -> Result<T, TaskError> {
    let Some(kept) = kept else { return work(progress).map(|outcome| outcome.value) };
    let run_id = match kept.begin_run(task, None, parameters, &process::current(), now_ns()) {
        Ok(run_id) => run_id,
        Err(error) => {
            log::warn!("the run {task} is not recorded: {error}");
            return work(progress).map(|outcome| outcome.value);
        }
    };
    let (end, ended) = mpsc::channel::<()>();
    let teller = {
        let (kept, progress) = (Arc::clone(kept), progress.clone());
        thread::Builder::new().name(format!("run-{run_id}")).spawn(move || tell(&kept, run_id, &progress, &ended))
    };
    let result = work(progress);
    drop(end);
    if let Ok(teller) = teller {
        let _ = teller.join();
    }
    tell_end(kept, run_id, &result);
    result.map(|outcome| outcome.value)
}

/// As [`run`], but it becomes a run only once it has worked for a while: questions that follow each other while someone is
/// still choosing would fill the list of runs.
///
/// # Errors
/// Those of `work`.
pub fn run_if_long<T>(
    kept: Option<&Arc<KeptDb>>,
    task: &str,
    parameters: &str,
    progress: &Progress,
    work: impl FnOnce(&Progress) -> Result<Outcome<T>, TaskError>,
) -> Result<T, TaskError> {
    let Some(kept) = kept else { return work(progress).map(|outcome| outcome.value) };
    let (end, ended) = mpsc::channel::<()>();
    let began = now_ns();
    let teller = {
        let (kept, progress) = (Arc::clone(kept), progress.clone());
        let (task, parameters) = (task.to_owned(), parameters.to_owned());
        thread::Builder::new().name(format!("run-{task}")).spawn(move || {
            if !matches!(ended.recv_timeout(LONG), Err(mpsc::RecvTimeoutError::Timeout)) {
                return None;
            }
            match kept.begin_run(&task, None, &parameters, &process::current(), began) {
                Ok(run_id) => {
                    tell(&kept, run_id, &progress, &ended);
                    Some(run_id)
                }
                Err(error) => {
                    log::warn!("the run {task} is not recorded: {error}");
                    None
                }
            }
        })
    };
    let result = work(progress);
    drop(end);
    if let Some(run_id) = teller.ok().and_then(|teller| teller.join().ok()).flatten() {
        tell_end(kept, run_id, &result);
    }
    result.map(|outcome| outcome.value)
}

/// Writes how a run ended.
fn tell_end<T>(kept: &KeptDb, run_id: i64, result: &Result<Outcome<T>, TaskError>) {
    let last = match result {
        Ok(outcome) => RunEnd {
            state: RunState::Done,
            rows_in: Some(outcome.rows_in),
            rows_out: Some(outcome.rows_out),
            result: Some(outcome.result.clone()),
            error: None,
        },
        Err(TaskError::Cancelled(_)) => without_result(RunState::Cancelled, None),
        Err(TaskError::Failed(message)) => without_result(RunState::Failed, Some(message.clone())),
    };
    if let Err(error) = kept.end_run(run_id, &last, now_ns()) {
        log::warn!("the end of run {run_id} is not recorded: {error}");
    }
}

fn without_result(state: RunState, error: Option<String>) -> RunEnd {
    RunEnd { state, rows_in: None, rows_out: None, result: None, error }
}

/// Writes progress until the run ends, and once more then.
fn tell(kept: &KeptDb, run_id: i64, progress: &Progress, ended: &mpsc::Receiver<()>) {
    let (mut last, mut lines_told) = (None, 0);
    loop {
        let over = !matches!(ended.recv_timeout(TELL_EVERY), Err(mpsc::RecvTimeoutError::Timeout));
        let (now, lines) = (progress.snapshot(), progress.lines());
        let state = (now.done, now.total, now.stage.clone());
        if last.as_ref() != Some(&state) || lines.len() > lines_told {
            let new = lines.get(lines_told..).unwrap_or_default();
            if let Err(error) = kept.update_run(run_id, now.done, now.total, &now.stage, lines_told, new) {
                log::warn!("the progress of run {run_id} is not recorded: {error}");
            } else {
                lines_told = lines.len();
                last = Some(state);
            }
        }
        if over {
            return;
        }
    }
}

/// Marks the runs whose process is gone as lost.
///
/// # Errors
/// The database cannot be read or written.
pub fn mark_lost(kept: &KeptDb) -> Result<(), CatalogError> {
    for (run_id, by) in kept.running()? {
        if process::is_gone(&by) {
            let end = without_result(RunState::Lost, Some("its process ended without a word; run it again".to_owned()));
            kept.end_run(run_id, &end, now_ns())?;
        }
    }
    Ok(())
}

/// The time of now, ns UTC.
fn now_ns() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ending_is_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Arc::new(KeptDb::open(folder.path().join("lake.sqlite")).unwrap());
        let progress = Progress::new();
        let value = run(Some(&kept), "good", "{}", &progress, |progress| {
            progress.add(3);
            progress.log("hello");
            Ok(Outcome { value: 7, rows_in: 3, rows_out: 2, result: "{\"a\":1}".into() })
        });
        assert_eq!(value.unwrap(), 7);
        let failed: Result<(), _> =
            run(Some(&kept), "bad", "{}", &Progress::new(), |_| Err(TaskError::Failed("no disk".into())));
        assert!(failed.is_err());
        let cancelled: Result<(), _> = run(Some(&kept), "stopped", "{}", &Progress::new(), |_| Err(Cancelled.into()));
        assert!(cancelled.is_err());
        kept.begin_run("killed", None, "{}", "nonsense", 0).unwrap();
        mark_lost(&kept).unwrap();
        let runs = kept.runs().unwrap();
        let told: Vec<_> = runs.iter().map(|run| (run.task.as_str(), run.state)).collect();
        assert_eq!(
            told,
            [
                ("killed", RunState::Lost),
                ("stopped", RunState::Cancelled),
                ("bad", RunState::Failed),
                ("good", RunState::Done)
            ]
        );
        assert_eq!((runs[3].done, runs[3].rows_in, runs[3].result.as_deref()), (3, Some(3), Some("{\"a\":1}")));
        assert_eq!(kept.run_log(runs[3].run_id).unwrap(), ["hello"]);
        assert_eq!(runs[2].error.as_deref(), Some("no disk"));
    }

    #[test]
    fn only_what_works_for_a_while_becomes_a_run() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Arc::new(KeptDb::open(folder.path().join("lake.sqlite")).unwrap());
        let ask = |task: &str, wait: Duration| {
            run_if_long(Some(&kept), task, "{}", &Progress::new(), |progress| {
                thread::sleep(wait);
                progress.add(3);
                Ok(Outcome { value: 7, rows_in: 3, rows_out: 2, result: "{}".into() })
            })
        };
        assert_eq!(ask("quick", Duration::ZERO).unwrap(), 7);
        assert_eq!(ask("long", LONG + Duration::from_millis(600)).unwrap(), 7);
        let failed: Result<(), _> = run_if_long(Some(&kept), "bad", "{}", &Progress::new(), |_| {
            thread::sleep(LONG + Duration::from_millis(600));
            Err(TaskError::Failed("no disk".into()))
        });
        assert!(failed.is_err());
        let runs = kept.runs().unwrap();
        let told: Vec<_> = runs.iter().map(|run| (run.task.as_str(), run.state)).collect();
        assert_eq!(told, [("bad", RunState::Failed), ("long", RunState::Done)]);
        assert_eq!((runs[1].rows_in, runs[1].rows_out), (Some(3), Some(2)));
        // It began when the work did.
        assert!(runs[1].ended_at_ns.unwrap() - runs[1].started_at_ns >= 2_000_000_000, "{:?}", runs[1]);
    }
}
