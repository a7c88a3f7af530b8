//! Runs a task: its parameters are looked at first, what goes wrong afterwards is that of the run.

use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Task, TaskKind, beginning};
use crate::{
    filter::{Filter, parse_duration},
    jobs::{Cancelled, Progress},
    model::parse_size,
    session::{
        ExportScope, FrameFormat, HEAD_ROWS, Session, SessionError, SqlRequest, StatsTable,
        find::{write_whole_file, wrong_filter},
        json_text,
    },
    tasks::{self, Outcome, TaskError},
};

/// Letters of a value that a run keeps.
const HEAD_LETTERS: usize = 200;

/// What to run, and where the answer goes.
#[derive(Debug)]
pub struct TaskRequest<'a> {
    /// The name of the task.
    pub task: &'a str,
    /// Parameters by name, in place of those that the task has.
    pub parameters: &'a [(String, String)],
    /// How the answer is written; as the ending of the parameter `out` says when `None`.
    pub format: Option<FrameFormat>,
    /// Where the answer goes when the parameter `out` names no file; nowhere when `None`, and the run keeps its first rows
    /// in any case.
    pub print: Option<&'a mut File>,
}

/// What a task answered, as its run keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    /// The file that the answer was written to.
    pub out: Option<PathBuf>,
    /// Its rows.
    pub rows: u64,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its first rows; long values end with an ellipsis.
    pub head: Vec<Vec<Option<String>>>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// Where an answer goes.
enum Answer<'a> {
    Nowhere,
    Print(&'a mut File, FrameFormat),
    Write(&'a Path, FrameFormat),
}

/// The parameters of a task, understood.
#[derive(Debug, PartialEq)]
struct Asked {
    /// Of an analysis, the frames.
    scope: ExportScope,
    limit: Option<u64>,
    memory_bytes: Option<u64>,
    timeout: Option<Duration>,
    out: Option<PathBuf>,
}

impl Asked {
    fn of(task: &Task) -> Result<Self, SessionError> {
        let wrong = |name: &str, message: String| SessionError::Usage(format!("the parameter `{name}`: {message}"));
        let text = |name: &str| task.value(name).map(str::to_owned);
        let limit = task.value("limit").map(|text| {
            let number = text.trim().parse();
            number.map_err(|_| wrong("limit", format!("`{text}` is no number of rows; write one such as 100")))
        });
        let memory = task.value("memory").map(|text| parse_size(text).map_err(|error| wrong("memory", error)));
        let timeout = task.value("timeout").map(|text| {
            let ns = parse_duration(text).map_err(|error| wrong("timeout", error))?;
            Ok::<_, SessionError>(Duration::from_nanos(ns.unsigned_abs()))
        });
        let out = task.value("out").map(|text| {
            let made = std::path::absolute(text);
            made.map_err(|error| wrong("out", format!("{text} cannot be a file: {error}")))
        });
        Ok(Self {
            scope: match (text("view"), text("selection")) {
                (Some(view), _) => ExportScope::View(view),
                (None, Some(selection)) => ExportScope::Selection(selection),
                (None, None) => ExportScope::Filter(text("where").unwrap_or_default()),
            },
            limit: limit.transpose()?,
            memory_bytes: memory.transpose()?,
            timeout: timeout.transpose()?,
            out: out.transpose()?,
        })
    }
}

impl Session {
    /// Runs a task as a run of its name. The answer is written to a file that appears when it is whole, or printed; the run
    /// keeps its first rows.
    ///
    /// # Errors
    /// [`SessionError::Usage`] for a task or a parameter that is not there or makes no sense, which is no run; anything else
    /// is also the error of the run.
    pub fn run_task(&self, request: TaskRequest<'_>, progress: &Progress) -> Result<TaskReport, SessionError> {
        let TaskRequest { task, parameters, format, print } = request;
        let task = self.task(task)?.with(parameters).map_err(|error| SessionError::Usage(error.to_string()))?;
        let asked = Asked::of(&task)?;
        if parameters.iter().any(|(name, _)| matches!(name.as_str(), "where" | "view" | "selection")) {
            self.check_scope(&asked.scope)?;
        }
        let answer = match (&asked.out, print) {
            (Some(out), _) => Answer::Write(out, format.unwrap_or_else(|| FrameFormat::of_file(out))),
            (None, Some(print)) => Answer::Print(print, format.unwrap_or(FrameFormat::Csv { spreadsheet: false })),
            (None, None) => Answer::Nowhere,
        };
        let mut refused = None;
        let kept = self.inner.kept.as_ref().ok();
        let done = tasks::run(kept, &task.name, &told(&task), progress, |progress| {
            let answered = match task.kind {
                TaskKind::Analysis => self.answer_analysis(&task, &asked, answer, progress),
                TaskKind::Query => self.answer_query(&task, &asked, answer, progress),
            };
            let (report, rows_in) = answered.map_err(|error| match error {
                SessionError::Output(source) => {
                    let told = if source.kind() == ErrorKind::BrokenPipe {
                        // Whoever read the answer has seen enough.
                        TaskError::Cancelled(Cancelled)
                    } else {
                        TaskError::Failed(format!(
                            "the rows could not be written: {source}; check free space where they go"
                        ))
                    };
                    refused = Some(SessionError::Output(source));
                    told
                }
                error => error.into(),
            })?;
            for note in &report.notes {
                progress.log(note.clone());
            }
            if let Some(out) = &report.out {
                progress.log(format!("written to {}", out.display()));
            }
            Ok(Outcome { rows_in, rows_out: report.rows, result: json_text(&report), value: report })
        });
        match refused {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    /// What was given as frames must be there, before anything runs.
    fn check_scope(&self, scope: &ExportScope) -> Result<(), SessionError> {
        match scope {
            ExportScope::Filter(text) => {
                let table = self.table()?;
                let bound = Filter::parse(text).and_then(|filter| filter.bind(&*table).map(|_| ()));
                bound.map_err(|error| wrong_filter(&error, text))
            }
            ExportScope::View(name) => self.view(name).map(|_| ()),
            ExportScope::Selection(name) => self.kept()?.selection_frames(name).map(|_| ()).map_err(Into::into),
            ExportScope::Frames(_) => Ok(()),
        }
    }

    fn answer_analysis(
        &self,
        task: &Task,
        asked: &Asked,
        answer: Answer<'_>,
        progress: &Progress,
    ) -> Result<(TaskReport, u64), SessionError> {
        let table = self.table()?;
        let mut request = self.analysis(task.work_name())?.request()?;
        request.scope = asked.scope.clone();
        let mut found = self.stats(&table, &request, progress)?;
        let most = asked.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        found.rows = found.rows.min(most);
        progress.stage("writing");
        match answer {
            Answer::Nowhere => {}
            Answer::Print(out, format) => self.write_stats(&table, &found, format, out, progress)?,
            Answer::Write(path, format) => self.write_stats_file(&table, &found, format, path, progress)?,
        }
        let report = TaskReport {
            out: asked.out.clone(),
            rows: found.rows as u64,
            columns: found.columns.iter().map(|column| column.name.clone()).collect(),
            head: shortened(head(&found)),
            notes: found.notes,
        };
        Ok((report, found.read))
    }

    fn answer_query(
        &self,
        task: &Task,
        asked: &Asked,
        answer: Answer<'_>,
        progress: &Progress,
    ) -> Result<(TaskReport, u64), SessionError> {
        let request = SqlRequest {
            memory_bytes: asked.memory_bytes,
            timeout: asked.timeout,
            limit: asked.limit,
            ..SqlRequest::new(self.saved_query(task.work_name())?.text)
        };
        progress.stage("running the query");
        let told = match answer {
            Answer::Nowhere => self.answer_sql(&request, None, progress)?,
            Answer::Print(out, format) => self.answer_sql(&request, Some((out, format)), progress)?,
            Answer::Write(path, format) => {
                let mut told = None;
                write_whole_file(path, |out| {
                    told = Some(self.answer_sql(&request, Some((out, format)), progress)?);
                    Ok(())
                })?;
                told.unwrap_or_default()
            }
        };
        let report = TaskReport {
            out: asked.out.clone(),
            rows: told.rows,
            columns: told.columns,
            head: shortened(told.head),
            notes: Vec::new(),
        };
        Ok((report, told.rows))
    }
}

/// The parameters of a task that have a value, as its run keeps them.
fn told(task: &Task) -> String {
    let value = |text: &Option<String>| text.as_ref().map(|text| Value::from(text.as_str()));
    let set = task.parameters.iter().filter_map(|one| Some((one.name.to_owned(), value(&one.value)?)));
    Value::Object(set.collect::<Map<_, _>>()).to_string()
}

/// The first rows of a table of statistics.
fn head(stats: &StatsTable) -> Vec<Vec<Option<String>>> {
    let row = |row: usize| {
        let cells = stats.columns.iter().map(|column| column.values.get(row).and_then(|value| value.cell().text()));
        cells.collect()
    };
    (0..stats.rows.min(HEAD_ROWS)).map(row).collect()
}

/// Values that are not too long to be kept with a run.
fn shortened(rows: Vec<Vec<Option<String>>>) -> Vec<Vec<Option<String>>> {
    let short = |value: Option<String>| value.map(|text| beginning(&text, HEAD_LETTERS));
    rows.into_iter().map(|row| row.into_iter().map(short).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Analysis, SavedAnalysis, SavedQuery, of_analysis, of_query},
        *,
    };

    fn analysis(view: Option<&str>, given: &[(&str, &str)]) -> Result<Asked, SessionError> {
        let analysis = Analysis { view: view.map(str::to_owned), ..Analysis::default() };
        asked(of_analysis(SavedAnalysis { name: "a".into(), analysis: Some(analysis), error: None }), given)
    }

    fn query(given: &[(&str, &str)]) -> Result<Asked, SessionError> {
        let query = SavedQuery { name: "q".into(), text: "SELECT 1".into(), note: String::new(), saved_at_ns: 0 };
        asked(of_query(&query), given)
    }

    fn asked(task: Task, given: &[(&str, &str)]) -> Result<Asked, SessionError> {
        let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Asked::of(&task.with(&given).unwrap())
    }

    #[test]
    fn parameters_are_understood() {
        let of = |view, given: &[(&str, &str)]| analysis(view, given).unwrap().scope;
        assert_eq!(of(Some("night"), &[]), ExportScope::View("night".into()));
        assert_eq!(of(Some("night"), &[("where", "speed > 3")]), ExportScope::Filter("speed > 3".into()));
        assert_eq!(of(None, &[("selection", "odd")]), ExportScope::Selection("odd".into()));
        let found = query(&[("memory", "512MB"), ("timeout", "2s"), ("limit", " 7 ")]).unwrap();
        let expected = (Some(512_000_000), Some(Duration::from_secs(2)), Some(7));
        assert_eq!((found.memory_bytes, found.timeout, found.limit), expected);
        for (name, value) in [("memory", "much"), ("timeout", "5"), ("limit", "-1")] {
            let error = query(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(&format!("the parameter `{name}`")), "{error}");
        }
    }
}
