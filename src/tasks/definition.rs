//! Tasks: work that has a name, and parameters that each have a value now.

use serde::Serialize;

use crate::{
    filter::nearest,
    model::{Run, RunState},
};

/// What does the work of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// A saved analysis.
    Analysis,
    /// A saved SQL query.
    Query,
}

impl TaskKind {
    /// The word in front of the names of its tasks. Runs that are no tasks have words without a slash.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::Query => "query",
        }
    }
}

/// Something that can be set for one run of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskParameter {
    /// Its name.
    pub name: &'static str,
    /// Its value now; `None` where nothing is set.
    pub value: Option<String>,
    /// What it means.
    pub about: &'static str,
    /// The parameters that it takes the place of.
    #[serde(skip)]
    pub instead_of: &'static [&'static str],
}

/// The latest run of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// Number of the run.
    pub run_id: i64,
    /// How it stands, or ended.
    pub state: RunState,
    /// Start, ns UTC.
    pub started_at_ns: i64,
    /// End, ns UTC.
    pub ended_at_ns: Option<i64>,
}

impl From<&Run> for LastRun {
    fn from(run: &Run) -> Self {
        Self { run_id: run.run_id, state: run.state, started_at_ns: run.started_at_ns, ended_at_ns: run.ended_at_ns }
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its name, which is also that of its runs: kind, slash, and the name of what does the work.
    #[serde(rename = "task")]
    pub name: String,
    /// What does the work.
    pub kind: TaskKind,
    /// What it does.
    pub about: String,
    /// Its parameters.
    pub parameters: Vec<TaskParameter>,
    /// Why it cannot run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its latest run.
    pub last_run: Option<LastRun>,
}

/// Why parameters do not fit a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParameter {
    /// The task has none of that name.
    #[error("the task `{task}` has no parameter `{name}`; {hint}")]
    Unknown {
        /// The task.
        task: String,
        /// What was given.
        name: String,
        /// The nearest name, or all that there are.
        hint: String,
    },
    /// It was given more than once.
    #[error("the parameter `{0}` is given more than once; keep one")]
    Twice(&'static str),
    /// Each takes the place of the other.
    #[error("the parameters `{0}` and `{1}` take the place of each other; keep one")]
    Both(&'static str, &'static str),
}

impl Task {
    /// The name of the task whose work is done by what has this name.
    #[must_use]
    pub fn name_of(kind: TaskKind, name: &str) -> String {
        format!("{}/{name}", kind.as_str())
    }

    /// The name of what does the work.
    #[must_use]
    pub fn work_name(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(_, name)| name)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|parameter| parameter.name == name)?.value.as_deref()
    }

    /// The task with these values in place of its own. One without text sets nothing.
    ///
    /// # Errors
    /// [`BadParameter`]: a name that the task does not know, or values that do not go together.
    pub fn with(mut self, given: &[(String, String)]) -> Result<Self, BadParameter> {
        let mut set: Vec<&'static str> = Vec::new();
        for (name, value) in given {
            let known = self.parameters.iter().position(|parameter| parameter.name == name);
            let Some(at) = known else { return Err(self.unknown(name)) };
            let TaskParameter { name, instead_of, .. } = self.parameters[at];
            if set.contains(&name) {
                return Err(BadParameter::Twice(name));
            }
            if let Some(other) = set.iter().find(|other| instead_of.contains(other)) {
                return Err(BadParameter::Both(other, name));
            }
            set.push(name);
            for parameter in &mut self.parameters {
                if parameter.name == name {
                    parameter.value = (!value.trim().is_empty()).then(|| value.clone());
                } else if instead_of.contains(&parameter.name) {
                    parameter.value = None;
                }
            }
        }
        Ok(self)
    }

    fn unknown(&self, name: &str) -> BadParameter {
        let names = || self.parameters.iter().map(|parameter| parameter.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
        };
        BadParameter::Unknown { task: self.name.clone(), name: name.to_owned(), hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        let parameter = |name, value: Option<&str>, instead_of| TaskParameter {
            name,
            value: value.map(str::to_owned),
            about: "",
            instead_of,
        };
        Task {
            name: Task::name_of(TaskKind::Analysis, "a/b"),
            kind: TaskKind::Analysis,
            about: String::new(),
            parameters: vec![
                parameter("where", Some("speed > 3"), &["view"]),
                parameter("view", None, &["where"]),
                parameter("limit", None, &[]),
            ],
            error: None,
            last_run: None,
        }
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_value_takes_the_place_of_what_it_excludes() {
        assert_eq!((task().name.as_str(), task().work_name()), ("analysis/a/b", "a/b"));
        for (pairs, filter, view, limit) in [
            (&[][..], Some("speed > 3"), None, None),
            (&[("where", "brake = 0")], Some("brake = 0"), None, None),
            (&[("where", " ")], None, None, None),
            (&[("view", "night"), ("limit", "5")], None, Some("night"), Some("5")),
        ] {
            let task = task().with(&given(pairs)).unwrap();
            assert_eq!((task.value("where"), task.value("view"), task.value("limit")), (filter, view, limit));
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        for (pairs, expected) in [
            (&[("wher", "x")][..], "did you mean `where`?"),
            (&[("zzz", "x")], "it has where, view, limit"),
            (&[("limit", "1"), ("limit", "2")], "more than once"),
            (&[("where", "x"), ("view", "y")], "`where` and `view`"),
        ] {
            let error = task().with(&given(pairs)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
