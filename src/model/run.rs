//! Runs: the record of one piece of long work.

use serde::{Deserialize, Serialize, de::IgnoredAny};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// At work.
    Running,
    /// Ended well.
    Done,
    /// Ended with an error.
    Failed,
    /// Stopped by a person.
    Cancelled,
    /// Its process ended without a word (killed, or the machine went down).
    Lost,
}

impl RunState {
    /// The word used in tables and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }

    /// Reads the word that [`Self::as_str`] writes.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed, Self::Cancelled, Self::Lost]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// One run as it stands in `lake.sqlite`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Number of the run in this lake.
    pub run_id: i64,
    /// The run that started this one.
    pub parent_id: Option<i64>,
    /// What was run (`index`, `export`, …).
    pub task: String,
    /// Where it stands.
    pub state: RunState,
    /// Units done so far.
    pub done: u64,
    /// Units in all, when known.
    pub total: Option<u64>,
    /// What it is at, or was at last.
    pub stage: String,
    /// Start, ns UTC.
    pub started_at_ns: i64,
    /// End, ns UTC.
    pub ended_at_ns: Option<i64>,
    /// Rows (frames, files …) read.
    pub rows_in: Option<u64>,
    /// Rows written.
    pub rows_out: Option<u64>,
    /// Result as JSON text.
    pub result: Option<String>,
    /// The error, when it failed.
    pub error: Option<String>,
}

/// What a run that ended well found, where finding something is its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Nothing that anyone has to look at.
    Nothing,
    /// Something was left out or could not be done.
    Gaps,
    /// Damage.
    Damage,
}

/// The parts of results that tell what was found. A list is counted, whatever is in it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Found {
    stores_covered: Option<u64>,
    damaged: Vec<IgnoredAny>,
    resized: Vec<IgnoredAny>,
    missing: Vec<IgnoredAny>,
    busy: Vec<IgnoredAny>,
    differing: Vec<IgnoredAny>,
    skipped: Vec<IgnoredAny>,
    failed: Vec<IgnoredAny>,
}

impl Run {
    /// What it found. Reads the whole result, which can be long: not for every frame of a window.
    #[must_use]
    pub fn finding(&self) -> Finding {
        if self.state != RunState::Done {
            return Finding::Nothing;
        }
        let Some(Ok(found)) = self.result.as_deref().map(serde_json::from_str::<Found>) else {
            return Finding::Nothing;
        };
        let any = |lists: &[&Vec<IgnoredAny>]| lists.iter().any(|list| !list.is_empty());
        match self.task.as_str() {
            "verify" if any(&[&found.damaged, &found.resized, &found.missing]) => Finding::Damage,
            "verify" if found.stores_covered == Some(0) || any(&[&found.busy]) => Finding::Gaps,
            "checksums" if any(&[&found.differing, &found.skipped]) => Finding::Gaps,
            "export" if any(&[&found.failed]) => Finding::Gaps,
            _ => Finding::Nothing,
        }
    }

    /// Whether its progress counts bytes.
    #[must_use]
    pub fn counts_bytes(&self) -> bool {
        matches!(self.task.as_str(), "checksums" | "verify")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_found_damage_is_told_from_one_that_found_none() {
        let run = |task: &str, state, result: &str| Run {
            run_id: 1,
            parent_id: None,
            task: task.into(),
            state,
            done: 0,
            total: None,
            stage: String::new(),
            started_at_ns: 0,
            ended_at_ns: None,
            rows_in: None,
            rows_out: None,
            result: Some(result.into()),
            error: None,
        };
        for (task, result, expected) in [
            ("verify", r#"{"intact": true, "stores_covered": 2, "damaged": []}"#, Finding::Nothing),
            ("verify", r#"{"intact": false, "stores_covered": 2, "damaged": [{"store": "a.h5"}]}"#, Finding::Damage),
            ("verify", r#"{"intact": false, "stores_covered": 2, "missing": [{"store": "a.h5"}]}"#, Finding::Damage),
            ("verify", r#"{"intact": true, "stores_covered": 0}"#, Finding::Gaps),
            ("verify", r#"{"intact": false, "stores_covered": 2, "busy": ["a.h5"]}"#, Finding::Gaps),
            ("checksums", r#"{"stores": 2, "skipped": [{"store": "a.h5", "what": "gone"}]}"#, Finding::Gaps),
            ("export", r#"{"failed": [["a/b/1", "torn"]], "frames": 3}"#, Finding::Gaps),
            ("export", r#"{"failed": [], "frames": 3}"#, Finding::Nothing),
            ("index", r#"{"frames": 3}"#, Finding::Nothing),
            ("verify", "not JSON", Finding::Nothing),
        ] {
            assert_eq!(run(task, RunState::Done, result).finding(), expected, "{task} {result}");
            assert_eq!(run(task, RunState::Failed, result).finding(), Finding::Nothing);
        }
    }
}
