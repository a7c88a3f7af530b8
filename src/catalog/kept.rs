//! The database that is never disposable: its opening, and runs with their logs. Selections, views and tags have files of
//! their own.

use std::path::PathBuf;

use parking_lot::Mutex;
use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::{CatalogError, connect, connect::Doing, read::count};
use crate::model::{Run, RunState};

/// `lake.sqlite` of one lake. May be shared between threads and used by several processes at once.
pub struct KeptDb {
    path: PathBuf,
    connection: Mutex<Connection>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// Done, failed, cancelled or lost.
    pub state: RunState,
    /// Rows read.
    pub rows_in: Option<u64>,
    /// Rows written.
    pub rows_out: Option<u64>,
    /// Result as JSON text.
    pub result: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

const RUN_COLUMNS: &str =
    "run_id, parent_id, task, state, done, total, stage, started_at_ns, ended_at_ns, rows_in, rows_out, result, error";

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn optional(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.and_then(|value| u64::try_from(value).ok()))
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    let state: String = row.get(3)?;
    Ok(Run {
        run_id: row.get(0)?,
        parent_id: row.get(1)?,
        task: row.get(2)?,
        state: RunState::parse(&state).unwrap_or(RunState::Lost),
        done: count(row, 4)?,
        total: optional(row, 5)?,
        stage: row.get(6)?,
        started_at_ns: row.get(7)?,
        ended_at_ns: row.get(8)?,
        rows_in: optional(row, 9)?,
        rows_out: optional(row, 10)?,
        result: row.get(11)?,
        error: row.get(12)?,
    })
}

impl KeptDb {
    /// Opens the database, making it or bringing it up to date first.
    ///
    /// # Errors
    /// It cannot be opened or migrated, or a newer version wrote it.
    pub fn open(path: PathBuf) -> Result<Self, CatalogError> {
        let connection = connect::open_kept(&path)?;
        Ok(Self { path, connection: Mutex::new(connection) })
    }

    pub(super) fn ask<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        work(&mut self.connection.lock()).doing(&self.path, doing)
    }

    /// Records that a run begins and returns its number. `process` tells later whether its process still lives.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin_run(
        &self,
        task: &str,
        parent: Option<i64>,
        parameters: &str,
        process: &str,
        now_ns: i64,
    ) -> Result<i64, CatalogError> {
        self.ask("record a run", |connection| {
            connection.execute(
                "INSERT INTO run (parent_id, task, state, started_at_ns, parameters, process) VALUES (?1, ?2, 'running', ?3, ?4, ?5)",
                params![parent, task, now_ns, parameters, process],
            )?;
            Ok(connection.last_insert_rowid())
        })
    }

    /// Records how far a run is, and the log lines from number `first_line` on.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn update_run(
        &self,
        run_id: i64,
        done: u64,
        total: Option<u64>,
        stage: &str,
        first_line: usize,
        lines: &[String],
    ) -> Result<(), CatalogError> {
        self.ask("record a run's progress", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute(
                "UPDATE run SET done = ?2, total = ?3, stage = ?4 WHERE run_id = ?1",
                params![run_id, signed(done), total.map(signed), stage],
            )?;
            for (at, line) in lines.iter().enumerate() {
                change.prepare_cached("INSERT OR REPLACE INTO run_log VALUES (?1, ?2, ?3)")?.execute(params![
                    run_id,
                    signed((first_line + at) as u64),
                    line
                ])?;
            }
            change.commit()
        })
    }

    /// Records the end of a run.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_run(&self, run_id: i64, end: &RunEnd, now_ns: i64) -> Result<(), CatalogError> {
        self.ask("record the end of a run", |connection| {
            connection.execute(
                "UPDATE run SET state = ?2, rows_in = ?3, rows_out = ?4, result = ?5, error = ?6, ended_at_ns = ?7 WHERE run_id = ?1",
                params![run_id, end.state.as_str(), end.rows_in.map(signed), end.rows_out.map(signed), end.result, end.error, now_ns],
            )?;
            Ok(())
        })
    }

    /// Every run, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>, CatalogError> {
        self.ask("read the runs", |connection| {
            connection
                .prepare_cached(&format!("SELECT {RUN_COLUMNS} FROM run ORDER BY run_id DESC"))?
                .query_map([], run_of)?
                .collect()
        })
    }

    /// Number and process of the runs that are recorded as running.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn running(&self) -> Result<Vec<(i64, String)>, CatalogError> {
        self.ask("read the running runs", |connection| {
            connection
                .prepare_cached("SELECT run_id, process FROM run WHERE state = 'running'")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The log of a run.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn run_log(&self, run_id: i64) -> Result<Vec<String>, CatalogError> {
        self.ask("read a run's log", |connection| {
            connection
                .prepare_cached("SELECT line FROM run_log WHERE run_id = ?1 ORDER BY line_no")?
                .query_map([run_id], |row| row.get(0))?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.sqlite");
        let kept = KeptDb::open(path.clone()).unwrap();
        let run = kept.begin_run("index", None, "{}", "here", 5).unwrap();
        kept.update_run(run, 3, Some(10), "reading", 0, &["one".into(), "two".into()]).unwrap();
        assert_eq!(kept.running().unwrap(), [(run, "here".to_owned())]);
        let end =
            RunEnd { state: RunState::Done, rows_in: Some(3), rows_out: None, result: Some("{}".into()), error: None };
        kept.end_run(run, &end, 9).unwrap();
        drop(kept);

        let kept = KeptDb::open(path).unwrap();
        let runs = kept.runs().unwrap();
        assert_eq!(
            (runs[0].state, runs[0].done, runs[0].total, runs[0].ended_at_ns),
            (RunState::Done, 3, Some(10), Some(9))
        );
        assert_eq!(kept.run_log(run).unwrap(), ["one", "two"]);
        assert!(kept.running().unwrap().is_empty());
    }
}
