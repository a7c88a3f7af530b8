//! The tasks of a lake: each saved analysis and each saved query can be run under its name.

mod work;

pub use crate::tasks::{LastRun, Task, TaskKind, TaskParameter};
pub use work::{TaskReport, TaskRequest};

use super::{Analysis, SavedAnalysis, SavedQuery, Session, SessionError};
use crate::{
    filter::nearest,
    model::{Run, one_line},
};

/// Tasks that are named to someone who asked for one that is not there.
const MOST_NAMED: usize = 20;
/// Letters of a query that tell what it does.
const MOST_TOLD: usize = 120;

impl Session {
    /// The tasks of the lake: saved analyses, then saved queries, each by name.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn tasks(&self) -> Result<Vec<Task>, SessionError> {
        self.tasks_beside(&self.runs()?)
    }

    /// The same, for someone who has read the runs of the lake.
    ///
    /// # Errors
    /// As [`Self::tasks`].
    pub fn tasks_beside(&self, runs: &[Run]) -> Result<Vec<Task>, SessionError> {
        let analyses = self.analyses().into_iter().map(of_analysis);
        let queries = self.saved_queries()?;
        let queries = queries.iter().map(of_query);
        Ok(analyses.chain(queries).map(|task| Task { last_run: latest(runs, &task.name), ..task }).collect())
    }

    /// The task of a name.
    fn task(&self, name: &str) -> Result<Task, SessionError> {
        let mut tasks = self.tasks()?;
        match tasks.iter().position(|task| task.name == name) {
            Some(at) => Ok(tasks.swap_remove(at)),
            None => Err(SessionError::Usage(format!("there is no task `{name}`; {}", hint(name, &tasks)))),
        }
    }
}

/// What to do for someone who asked for a task that is not there.
fn hint(name: &str, tasks: &[Task]) -> String {
    if tasks.is_empty() {
        return "this lake has none yet: save an analysis with `lakescope stats … --save NAME`, or a query with \
                `lakescope sql … --save NAME`"
            .to_owned();
    }
    // The name of the analysis or the query alone is told from the name of the task.
    let alone = tasks.iter().find(|task| task.work_name() == name).map(|task| task.name.as_str());
    let near = alone.or_else(|| nearest(name, tasks.iter().map(|task| task.name.as_str())));
    let near = near.or_else(|| {
        let work = nearest(name, tasks.iter().map(Task::work_name))?;
        Some(tasks.iter().find(|task| task.work_name() == work)?.name.as_str())
    });
    let named: Vec<&str> = tasks.iter().take(MOST_NAMED).map(|task| task.name.as_str()).collect();
    let more = match tasks.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more, which `lakescope tasks` lists"),
    };
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    format!("{near}this lake has {}{more}", named.join(", "))
}

fn latest(runs: &[Run], task: &str) -> Option<LastRun> {
    runs.iter().find(|run| run.task == task).map(LastRun::from)
}

fn parameter(name: &'static str, value: Option<String>, about: &'static str) -> TaskParameter {
    TaskParameter { name, value, about, instead_of: &[] }
}

/// What both kinds of tasks know.
fn of_any() -> [TaskParameter; 2] {
    [
        parameter("limit", None, "the first so many rows"),
        parameter("out", None, "the file that the answer is written to; its ending tells the format"),
    ]
}

fn of_analysis(saved: SavedAnalysis) -> Task {
    let analysis = saved.analysis.unwrap_or_default();
    let filter = (!analysis.filter.trim().is_empty()).then(|| analysis.filter.clone());
    let scopes: [(_, _, _, &'static [&'static str]); 3] = [
        ("where", filter, "the filter that chooses frames", &["view", "selection"]),
        ("view", analysis.view.clone(), "the saved view that chooses frames", &["where", "selection"]),
        ("selection", analysis.selection.clone(), "the saved selection whose frames are taken", &["where", "view"]),
    ];
    let scopes = scopes.map(|(name, value, about, instead_of)| TaskParameter { name, value, about, instead_of });
    Task {
        name: Task::name_of(TaskKind::Analysis, &saved.name),
        kind: TaskKind::Analysis,
        about: if saved.error.is_some() { String::new() } else { told(&analysis) },
        parameters: scopes.into_iter().chain(of_any()).collect(),
        error: saved.error,
        last_run: None,
    }
}

/// What an analysis does: its note, else what it asks.
fn told(analysis: &Analysis) -> String {
    if !analysis.note.trim().is_empty() {
        return analysis.note.trim().to_owned();
    }
    let mut told = match (analysis.metrics.as_slice(), &analysis.keep) {
        ([], Some(keep)) => keep.clone(),
        ([], None) => "all metrics".to_owned(),
        (metrics, _) => metrics.join(", "),
    };
    if !analysis.by.is_empty() {
        told = format!("{told} by {}", analysis.by.join(", "));
    }
    told
}

fn of_query(query: &SavedQuery) -> Task {
    let parameters = [
        parameter("memory", None, "memory that the query may take, such as 512MB; 2GB without it"),
        parameter("timeout", None, "time that the query may take, such as 1min; as long as it likes without it"),
    ];
    Task {
        name: Task::name_of(TaskKind::Query, &query.name),
        kind: TaskKind::Query,
        about: match query.note.trim() {
            "" => beginning(&query.text.split_whitespace().collect::<Vec<_>>().join(" "), MOST_TOLD),
            note => note.to_owned(),
        },
        parameters: parameters.into_iter().chain(of_any()).collect(),
        error: None,
        last_run: None,
    }
}

/// A text on one line, with an ellipsis where it was longer than so many letters.
fn beginning(text: &str, most: usize) -> String {
    let text = one_line(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_does_is_told_in_a_line() {
        let metrics = vec!["speed".to_owned(), "brake".to_owned()];
        for (analysis, expected) in [
            (Analysis { metrics: metrics.clone(), by: vec!["day".into()], ..<_>::default() }, "speed, brake by day"),
            (Analysis { keep: Some("max:speed".into()), ..<_>::default() }, "max:speed"),
            (Analysis::default(), "all metrics"),
            (Analysis { metrics, note: " how fast ".into(), ..<_>::default() }, "how fast"),
        ] {
            assert_eq!(told(&analysis), expected);
        }
        let query = |text: &str, note: &str| {
            of_query(&SavedQuery { name: "q".into(), text: text.into(), note: note.into(), saved_at_ns: 0 }).about
        };
        assert_eq!(query("SELECT 1\n  FROM frames", ""), "SELECT 1 FROM frames");
        assert_eq!(query("SELECT 1", "why"), "why");
        assert_eq!(beginning("äöü", 2), "äö…");
    }

    #[test]
    fn someone_who_asks_for_what_is_not_there_is_told_what_is() {
        let named = |name: &str| {
            of_analysis(SavedAnalysis { name: name.into(), analysis: Some(Analysis::default()), error: None })
        };
        let tasks = [named("speed by day"), named("brakes")];
        assert!(hint("x", &[]).contains("none yet"));
        assert!(hint("brakes", &tasks).starts_with("did you mean `analysis/brakes`?"));
        assert!(hint("braks", &tasks).starts_with("did you mean `analysis/brakes`?"));
        assert!(hint("analysis/sped by day", &tasks).starts_with("did you mean `analysis/speed by day`?"));
        assert_eq!(hint("%%", &tasks), "this lake has analysis/speed by day, analysis/brakes");
        let many: Vec<Task> = (0..25).map(|at| named(&at.to_string())).collect();
        assert!(hint("%%", &many).ends_with("and 5 more, which `lakescope tasks` lists"));
    }
}
